//! Which cells does a record have as it stands in the file?
//! For records whose quoting is whole; unlike [`records`](super::records) it gives the cells of unknown columns too.

use std::borrow::Cow;

/// The cells of a record as they stand in the file, quotes included.
#[derive(Debug)]
pub struct RawCells<'r> {
    rest: Option<&'r [u8]>,
    delimiter: u8,
}

impl<'r> RawCells<'r> {
    /// The cells of a record without the end of its line.
    pub fn of(record: &'r [u8], delimiter: u8) -> Self {
        Self {
            rest: Some(record),
            delimiter,
        }
    }
}

impl<'r> Iterator for RawCells<'r> {
    type Item = &'r [u8];

    fn next(&mut self) -> Option<&'r [u8]> {
        let rest = self.rest?;
        let from = if rest.first() == Some(&b'"') {
            closing_quote(rest)
        } else {
            0
        };
        let end = memchr::memchr(self.delimiter, &rest[from..]).map(|found| from + found);
        self.rest = end.map(|end| &rest[end + 1..]);
        Some(&rest[..end.unwrap_or(rest.len())])
    }
}

/// The text of a cell without its quotes; bytes that are no text show as `U+FFFD`, for reading only.
pub fn unquoted(cell: &[u8]) -> Cow<'_, str> {
    let inner = cell
        .strip_prefix(b"\"")
        .and_then(|cell| cell.strip_suffix(b"\""));
    match inner {
        None => String::from_utf8_lossy(cell),
        Some(inner) => {
            let text = String::from_utf8_lossy(inner);
            if text.contains("\"\"") {
                Cow::Owned(text.replace("\"\"", "\""))
            } else {
                text
            }
        }
    }
}

/// Where the quote stands that closes the one at the beginning; the end, where none does.
fn closing_quote(bytes: &[u8]) -> usize {
    let mut from = 1;
    while let Some(found) = memchr::memchr(b'"', &bytes[from..]) {
        let quote = from + found;
        if bytes.get(quote + 1) != Some(&b'"') {
            return quote;
        }
        from = quote + 2;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_cut_and_unquoted() {
        let check = |record: &str, expected: &[&str]| {
            let cells: Vec<_> = RawCells::of(record.as_bytes(), b';')
                .map(unquoted)
                .collect();
            assert_eq!(cells, expected, "{record}");
        };
        check("", &[""]);
        check("a;b;", &["a", "b", ""]);
        check("\"a;b\";\"c\"\"d\"\"\"", &["a;b", "c\"d\""]);
        check("\"a\nb\";x\"y", &["a\nb", "x\"y"]);
    }
}
