//! Which texts say that a value is not given?
//! Those that programs write into empty cells; a word that may be somebody's name is none where names stand.

use crate::field::{Field, Kind, Table};
use std::borrow::Cow;

/// Texts without a letter that could be a name, in lower case.
const SIGNS: &[&str] = &[
    "-", "--", "---", "–", "—", "−", "?", ".", "/", "n/a", "n.a.", "n. a.", "k.a.", "k. a.", "k.a",
    "#n/a", "#nv", "(null)", "<null>", "[null]", "\\n", "(leer)", "(empty)", "(none)",
];

/// Words, in lower case.
const WORDS: &[&str] = &[
    "null",
    "nil",
    "none",
    "nan",
    "nat",
    "na",
    "ka",
    "leer",
    "empty",
    "keine",
    "keine angabe",
    "nicht angegeben",
    "not given",
    "unbekannt",
    "unknown",
];

/// How programs write a date that is not there.
const DATES: &[&str] = &[
    "00000000",
    "0",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "00.00.0000",
    "00.00.0000 00:00:00",
];

/// Does the text say that the field has no value?
pub fn is_absent(field: Field, text: &str) -> bool {
    // The longest of them is shorter.
    if text.len() > 24 {
        return false;
    }
    let spec = field.spec();
    let is_name = spec.table == Table::Customers && matches!(spec.kind, Kind::Text { .. });
    let lower = match text.is_ascii() {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.to_lowercase()),
    };
    let among = |texts: &[&str]| texts.iter().any(|one| one.eq_ignore_ascii_case(&lower));
    among(SIGNS)
        || (!is_name && among(WORDS))
        || (matches!(spec.kind, Kind::DateTime | Kind::Date) && among(DATES))
}

/// Might a text that begins so say it? Never false where [`is_absent`] is true of a field of an order.
pub(crate) fn may_be_absent(first: u8) -> bool {
    !first.is_ascii_alphanumeric()
        || matches!(first | 0x20, b'n' | b'k' | b'l' | b'e' | b'u' | b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_write_empty_cells_so() {
        for text in [
            "-",
            "n/a",
            "N/A",
            "k.A.",
            "null",
            "#NV",
            "\\N",
            "keine Angabe",
        ] {
            assert!(is_absent(Field::EndDate, text), "{text}");
            assert!(is_absent(Field::DeliveryCustomerId, text), "{text}");
        }
        assert!(is_absent(Field::EndDate, "0000-00-00"));
        assert!(!is_absent(Field::DeliveryCustomerId, "0"));
        assert!(!is_absent(Field::LastName, "Null"));
        assert!(is_absent(Field::LastName, "k.A."));
        assert!(!is_absent(Field::EndDate, "2026"));
    }

    #[test]
    fn no_such_text_begins_otherwise() {
        for text in SIGNS.iter().chain(WORDS).chain(DATES) {
            for spelling in [(*text).to_owned(), text.to_uppercase()] {
                assert!(may_be_absent(spelling.as_bytes()[0]), "{spelling}");
            }
        }
    }
}
