//! Where do a block's delimiters and line ends stand?
//! Eight bytes at a time: cells are so short that a search begun anew for each costs more than what it finds.

/// Calls `hit` with the place of every `first` and every `second`, in order.
#[inline]
pub(super) fn each_separator(bytes: &[u8], first: u8, second: u8, mut hit: impl FnMut(usize)) {
    let (first_everywhere, second_everywhere) = (everywhere(first), everywhere(second));
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let mut found = zero_bytes(word ^ first_everywhere) | zero_bytes(word ^ second_everywhere);
        while found != 0 {
            hit(index * 8 + (found.trailing_zeros() / 8) as usize);
            found &= found - 1;
        }
    }
    let rest_starts = bytes.len() - rest.len();
    for (index, byte) in rest.iter().enumerate() {
        if *byte == first || *byte == second {
            hit(rest_starts + index);
        }
    }
}

fn everywhere(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of each byte that is zero, and no other bit.
fn zero_bytes(word: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    !(((word & LOW) + LOW) | word | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(bytes in proptest::collection::vec(0u8..=255, 0..100), first: u8, second: u8) {
            let mut found = Vec::new();
            each_separator(&bytes, first, second, |at| found.push(at));
            let plain: Vec<_> = (0..bytes.len())
                .filter(|at| bytes[*at] == first || bytes[*at] == second)
                .collect();
            proptest::prop_assert_eq!(found, plain);
        }
    }
}
