//! How is a size said?
//! In decimal kilobytes with one place, as budgets are.

/// `134.2 kB`.
pub(crate) fn kilobytes(bytes: usize) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_cut_after_one_place() {
        assert_eq!(kilobytes(0), "0.0 kB");
        assert_eq!(kilobytes(134_299), "134.2 kB");
    }
}
