//! How can text from elsewhere be shown without doing harm?
//!
//! File names and values are a partner's: nothing of them may move a cursor, forge a line of a log
//! or turn the direction of reading.

use std::error::Error;
use std::ffi::OsStr;
use std::fmt::Write as _;

use intake_core::printable::misleads;
pub use intake_core::printable::printable;

/// A file name as text that can be shown and that tells the name's bytes: what is no text or would
/// mislead the reader, and the backslash itself, is escaped.
pub fn escaped(name: &OsStr) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == '\\' || misleads(character) {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// An error with its causes on one line, further lines as they are, and all hints at the end.
///
/// A cause that the text before it already tells is not told again.
pub fn error_text(error: &(dyn Error + 'static)) -> String {
    let mut told = String::new();
    let mut hints = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        next = error.source();
        let text = error.to_string();
        // A text of many lines is a report whose hints belong to the lines above them.
        let is_report = text
            .lines()
            .filter(|line| line.starts_with("hint: "))
            .count()
            > 1;
        let is_hint = |line: &&str| line.starts_with("hint: ") && !is_report;
        let message: Vec<_> = text.lines().filter(|line| !is_hint(line)).collect();
        hints.extend(
            text.lines()
                .filter(is_hint)
                .map(|hint| printable(hint).into_owned()),
        );
        let message: Vec<_> = message.into_iter().map(printable).collect();
        let message = message.join("\n");
        if told.contains(&message) {
            continue;
        }
        if !told.is_empty() {
            told.push_str(": ");
        }
        told.push_str(&message);
    }
    for hint in hints {
        told.push('\n');
        told.push_str(&hint);
    }
    told
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::os::unix::ffi::OsStrExt as _;
    use std::path::PathBuf;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Trouble {
        #[error("cannot read `{}`: {source}\nhint: look at its rights", path.display())]
        Read { path: PathBuf, source: io::Error },
        #[error("the import stopped")]
        Stopped(#[source] Box<Trouble>),
    }

    #[test]
    fn an_error_is_told_once_with_its_hints_at_the_end() {
        let source = io::Error::new(io::ErrorKind::PermissionDenied, "permission denied");
        let error = Trouble::Stopped(Box::new(Trouble::Read {
            path: "a\x1bb".into(),
            source,
        }));
        assert_eq!(
            error_text(&error),
            "the import stopped: cannot read `a\\u{1b}b`: permission denied\n\
             hint: look at its rights"
        );
    }

    #[test]
    fn a_shown_file_name_tells_its_bytes() {
        for (name, shown) in [
            (&b"Auftr\xc3\xa4ge 1.csv"[..], "Aufträge 1.csv"),
            (b"a\nb", "a\\nb"),
            (b"a\\nb", "a\\\\nb"),
            (b"\xff\xc3.csv", "\\xff\\xc3.csv"),
            ("\u{202e}vsc.x".as_bytes(), "\\u{202e}vsc.x"),
        ] {
            assert_eq!(escaped(OsStr::from_bytes(name)), shown);
        }
    }
}
