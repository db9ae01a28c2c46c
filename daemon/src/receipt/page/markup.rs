//! How does text from elsewhere become part of a page without becoming markup?
//!
//! Invariant: every text goes through [`text`]; nothing of it can open a tag, end an attribute or turn the
//! direction of reading.

use crate::printable::printable;

/// Text in two languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::receipt) struct Both<'t> {
    pub(in crate::receipt) de: &'t str,
    pub(in crate::receipt) en: &'t str,
}

/// Text as the content of an element or of a quoted attribute.
pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    for byte in printable(text).bytes() {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            _ => out.push(byte),
        }
    }
}

/// An element with text in it; `start` is its name with its attributes.
pub(crate) fn element(out: &mut Vec<u8>, start: &str, content: &str) {
    open(out, start);
    text(out, content);
    close(out, start);
}

/// The start of an element.
pub(crate) fn open(out: &mut Vec<u8>, start: &str) {
    out.push(b'<');
    out.extend_from_slice(start.as_bytes());
    out.push(b'>');
}

/// The end of the element that [`open`] started.
pub(crate) fn close(out: &mut Vec<u8>, start: &str) {
    let name = start.split(' ').next().unwrap_or(start);
    out.extend_from_slice(b"</");
    out.extend_from_slice(name.as_bytes());
    out.push(b'>');
}

/// The same in both languages, one after the other, each marked as what it is.
pub(super) fn both(out: &mut Vec<u8>, words: Both<'_>) {
    element(out, "span lang=\"de\"", words.de);
    out.extend_from_slice(b" <span class=\"or\" aria-hidden=\"true\">/</span> ");
    element(out, "span lang=\"en\"", words.en);
}

/// A link to a file that lies beside the page.
pub(super) fn link(out: &mut Vec<u8>, file_name: &str) {
    // The dot keeps a name from being read as an address of its own.
    out.extend_from_slice(b"<a href=\"./");
    for byte in file_name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out.extend_from_slice(b"\">");
    text(out, file_name);
    out.extend_from_slice(b"</a>");
}

/// A number in groups of three, which both languages read alike.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn nothing_becomes_markup() {
        let check = |from: &str, to: &str| assert_eq!(written(|out| text(out, from)), to);
        check(
            "<script>alert('x')</script>",
            "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;",
        );
        check("a\" onload=\"b", "a&quot; onload=&quot;b");
        check("&lt;", "&amp;lt;");
        check("fdp.\u{202e}exe\n", "fdp.\\u{202e}exe\\n");
        check("Grüße 日本", "Grüße 日本");
    }

    #[test]
    fn elements_end_as_they_began() {
        assert_eq!(
            written(|out| element(out, "td lang=\"de\"", "<")),
            "<td lang=\"de\">&lt;</td>"
        );
    }

    #[test]
    fn a_link_stays_beside_the_page() {
        assert_eq!(
            written(|out| link(out, "javascript:x#ä%0A.json")),
            "<a href=\"./javascript%3Ax%23%C3%A4%250A.json\">javascript:x#ä%0A.json</a>"
        );
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1\u{202f}000"),
            (5_000_000, "5\u{202f}000\u{202f}000"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
