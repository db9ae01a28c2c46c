//! Which rows below the header are no records?
//! The header once more, where exports were put together, rules, sums, and what pads the end of a file. Nothing that could be a record is passed over, and what
//! is passed over is told.

use super::detect::without_mark;
use super::{CellAt, RawCells, Shape, unquoted};
use crate::code::Code;
use crate::field::{fields_of, fold};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// A row of sums has no more values in the columns that mean something: none of them is a record.
const MOST_SUMS: usize = 3;

/// What such a row begins with, digits apart.
const SUMS: &[&str] = &[
    "summe",
    "summen",
    "gesamt",
    "gesamtsumme",
    "gesamtanzahl",
    "zwischensumme",
    "anzahl",
    "anzahldatensaetze",
    "datensaetze",
    "zeilen",
    "total",
    "totals",
    "sum",
    "grandtotal",
    "subtotal",
    "count",
    "row",
    "rows",
    "rowaffected",
    "rowsaffected",
    "rowsselected",
];

/// What a row is that is no record, and the text by which that is seen.
pub(super) fn no_record(
    shape: &Shape,
    raw: &[u8],
    cells: &[CellAt<'_>],
) -> Option<(Code, Box<str>)> {
    if is_header(shape, raw) {
        return Some((Code::HeaderAgain, String::from_utf8_lossy(raw).into()));
    }
    if is_rule(raw) {
        return Some((Code::RuleRow, String::from_utf8_lossy(raw).into()));
    }
    if cells.len() > MOST_SUMS {
        return None;
    }
    if is_made_of(raw, PADDING) {
        return Some((Code::RecordEmpty, "".into()));
    }
    let table = shape.options.table;
    let mut required = fields_of(table).filter(|spec| spec.required && spec.table == table);
    if required.all(|spec| cells.iter().any(|cell| cell.field == spec.field)) {
        return None;
    }
    let first = RawCells::of(raw, shape.delimiter).find_map(|cell| {
        let text = unquoted(cell);
        let text = without_mark(&text).trim();
        (!text.is_empty()).then(|| text.to_owned())
    })?;
    let folded = fold(&first);
    let word = folded.trim_matches(|character: char| character.is_ascii_digit());
    SUMS.contains(&word)
        .then(|| (Code::TotalsRow, first.into()))
}

/// What lists that are made for reading draw between their rows.
const RULES: &[u8] = b"-=_+|:,;\t ";

/// What old programs write behind the end of a file.
const PADDING: &[u8] = b"\0\x1a";

fn is_made_of(raw: &[u8], bytes: &[u8]) -> bool {
    !raw.is_empty() && raw.iter().all(|byte| bytes.contains(byte))
}

/// Strokes of some length: fewer stand for values that are not given.
fn is_rule(raw: &[u8]) -> bool {
    let strokes = || raw.iter().filter(|byte| b"-=_".contains(byte)).count();
    is_made_of(raw, RULES) && strokes() >= FEWEST_STROKES
}

/// Fewer stand for a value that is not given.
const FEWEST_STROKES: usize = 8;

fn is_header(shape: &Shape, raw: &[u8]) -> bool {
    let header = &*shape.header;
    raw == header || raw.strip_prefix(BYTE_ORDER_MARK) == Some(header)
}
