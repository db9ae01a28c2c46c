//! Where do the cells of a record lie, and how is another text put into one?
//! What is put in reads back as the same text, and no cell becomes a formula that was none.

use super::reads_as_formula;
use crate::read::{RawCells, Shape, unquoted};
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
    let quoted = before.starts_with(b"\"");
    if reads_as_formula(&unquoted(before)) {
        put_cell(out, text, quoted, shape.delimiter);
    } else {
        put_text(out, text, quoted, shape.delimiter);
    }
}

/// Appends a text as a cell that is no formula, in quotes where it needs them or is to have them.
pub(super) fn put_text(out: &mut Vec<u8>, text: &str, quoted: bool, delimiter: u8) {
    // A telephone number begins like a formula by its nature and is none, nor is a number below zero.
    let is_number = text
        .strip_prefix(['+', '-'])
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    if reads_as_formula(text) && !is_number {
        put_cell(out, &format!("'{text}"), quoted, delimiter);
    } else {
        put_cell(out, text, quoted, delimiter);
    }
}

fn put_cell(out: &mut Vec<u8>, text: &str, quoted: bool, delimiter: u8) {
    let special = |byte: u8| matches!(byte, b'"' | b'\r' | b'\n') || byte == delimiter;
    if !quoted && !text.bytes().any(special) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}
