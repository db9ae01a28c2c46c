//! How does a cell stay text for every spreadsheet?
//! By an apostrophe before what would be taken for a formula; the core's reader does not read it along.

use crate::check::cell::reads_as_formula;

/// Must something in the cell be marked?
pub(super) fn needs_mark(content: &[u8]) -> bool {
    marks(content).next().is_some()
}

/// Appends the content of a cell with its marks. Further lines are marked like the cell itself: programs that do
/// not honour quotes take each line for a cell.
pub(super) fn put_marked(out: &mut Vec<u8>, content: &[u8]) {
    let mut written = 0;
    for at in marks(content) {
        out.extend_from_slice(&content[written..at]);
        out.push(b'\'');
        written = at;
    }
    out.extend_from_slice(&content[written..]);
}

/// Where the apostrophes belong, in ascending order.
fn marks(content: &[u8]) -> impl Iterator<Item = usize> {
    // White space before the first visible character is the cell's own: one mark stands before all of it.
    let start = readable(content);
    let blank = start.len() - start.trim_start().len();
    let first = reads_as_formula(start).then_some(0);
    let line_starts = memchr::memchr2_iter(b'\n', b'\r', content).map(|end| end + 1);
    first.into_iter().chain(
        line_starts.filter(move |at| {
            *at > blank && reads_as_formula(readable(first_line(&content[*at..])))
        }),
    )
}

fn first_line(content: &[u8]) -> &[u8] {
    let end = memchr::memchr2(b'\n', b'\r', content);
    &content[..end.unwrap_or(content.len())]
}

/// The text up to the first byte that is none.
fn readable(content: &[u8]) -> &str {
    content
        .utf8_chunks()
        .next()
        .map_or("", |chunk| chunk.valid())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &str, expected: &str) {
        let mut out = Vec::new();
        put_marked(&mut out, content.as_bytes());
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{content:?}");
        assert_eq!(needs_mark(content.as_bytes()), content != expected);
    }

    #[test]
    fn marks_what_a_spreadsheet_would_execute() {
        for harmless in ["", "a", "7", "'=1", "a=1", " ", "\t", "Müller", "a\nb"] {
            check(harmless, harmless);
        }
        for formula in [
            "=cmd|' /C calc'!A0",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\rx",
            "\ttext",
            " =1",
            "\u{a0}=1",
            "\u{feff}=1",
            "＝1",
            "＋1",
            "－1",
            "＠1",
        ] {
            check(formula, &format!("'{formula}"));
        }
    }

    #[test]
    fn marks_each_line_of_a_cell() {
        check("a\n=1", "a\n'=1");
        check("=1\r\n-2\r@3\n4", "'=1\r\n'-2\r'@3\n4");
        check("\r\n=1", "'\r\n=1");
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        let mut out = Vec::new();
        put_marked(&mut out, b"=\xff");
        assert_eq!(out, b"'=\xff");
        assert!(!needs_mark(b"\xff=1"));
    }
}
