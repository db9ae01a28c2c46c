//! How does the sheet of a workbook leave as a file of text?
//! Row by row and cell by cell, each text as it is; what is no text leaves as what it reads as, so that it means the same under
//! its field, and no text becomes a formula.

use super::cells::put_text;
use crate::check::sheet_text;
use crate::read::{Column, RawCells, unquoted};

/// What stands between cells: a spreadsheet reads it without being asked.
pub(super) const DELIMITER: u8 = b';';

const LINE_END: &[u8] = b"\r\n";

/// Appends whole rows of the text that was made of a sheet, whose cells stand under these columns.
pub(super) fn put_rows(out: &mut Vec<u8>, mut rows: &[u8], columns: &[Column]) {
    while !rows.is_empty() {
        let end = row_end(rows);
        put_row(out, &rows[..end], columns);
        rows = rows.get(end + 1..).unwrap_or_default();
    }
}

fn put_row(out: &mut Vec<u8>, row: &[u8], columns: &[Column]) {
    let mut written = 0;
    if !row.is_empty() {
        for cell in RawCells::of(row, b',') {
            if written > 0 {
                out.push(DELIMITER);
            }
            let text = unquoted(cell);
            let field = columns.get(written).and_then(|column| column.field);
            put_text(out, &sheet_text(field, &text), false, DELIMITER);
            written += 1;
        }
        // A sheet has no cells where nothing stands; a line of text has.
        for _ in written..columns.len() {
            out.push(DELIMITER);
        }
    }
    out.extend_from_slice(LINE_END);
}

/// Where the first row ends: with the first line end outside quotes.
fn row_end(rows: &[u8]) -> usize {
    let mut quoted = false;
    for (at, byte) in rows.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => return at,
            _ => {}
        }
    }
    rows.len()
}
