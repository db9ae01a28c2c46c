//! Where do the cells of a record lie, and how is another text put into one?
//! What is put in reads back as the same text, and no cell becomes a formula that was none.

use super::reads_as_formula;
use crate::read::{RawCells, Shape, unquoted};
use std::borrow::Cow;
use std::ops::Range;

/// Where each cell of a record lies in it, quotes included.
pub(super) fn places(record: &[u8], delimiter: u8) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    RawCells::of(record, delimiter).map(move |cell| {
        let place = start..start + cell.len();
        start = place.end + 1;
        place
    })
}

/// Appends a text as a cell in the place of another, in quotes where that one has them or the text needs them.
pub(super) fn put(out: &mut Vec<u8>, text: &str, before: &[u8], shape: &Shape) {
    let becomes_formula = reads_as_formula(text) && !reads_as_formula(&unquoted(before));
    // A telephone number begins like a formula by its nature and is none.
    let is_number = text
        .strip_prefix('+')
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let text = match becomes_formula && !is_number {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    };
    let special = |byte: u8| matches!(byte, b'"' | b'\r' | b'\n') || byte == shape.delimiter;
    if !before.starts_with(b"\"") && !text.bytes().any(special) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}
