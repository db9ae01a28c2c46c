//! How does a rejected record stand in a corrections file of comma separated values?
//! Its cells as they stand in the file, then the reasons; a record whose form is broken is one cell, so that it can
//! neither swallow the next row nor pass for a whole one.

use crate::check::sheet_text;
use crate::code::Code;
use crate::field::Field;
use crate::read::{CORRECTION_HEADERS, RawCells, Record, Shape, unquoted};

use super::Reason;
use super::neutral::{needs_mark, put_marked};

/// How the records of a file are written.
#[derive(Debug)]
pub(super) struct Layout {
    delimiter: u8,
    /// The delimiter of the records that are written.
    separated_by: u8,
    line_end: &'static [u8],
    /// For each column of the file: is it kept? Those that an earlier corrections file added are made anew.
    kept: Vec<bool>,
    /// What each column means.
    fields: Vec<Option<Field>>,
    /// Most bytes of a broken record that go into its cell.
    shown_of_broken: usize,
    /// Do cells that are no text begin with a mark?
    marked: bool,
}

/// Tells spreadsheets that the reasons are UTF-8; the core's reader passes over it.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Stands where something was left out.
const ELLIPSIS: &str = " […]";

impl Layout {
    /// The layout of a file.
    pub(super) fn of(shape: &Shape) -> Self {
        let columns = shape.columns.iter();
        Self {
            // Where a workbook comes from, a spreadsheet reads it with semicolons.
            delimiter: match shape.format.is_workbook() {
                true => b';',
                false => shape.delimiter,
            },
            separated_by: shape.delimiter,
            marked: shape.format.is_workbook(),
            line_end: shape.line_end,
            kept: columns
                .map(|column| !CORRECTION_HEADERS.contains(&&*column.header))
                .collect(),
            fields: shape.columns.iter().map(|column| column.field).collect(),
            // Doubled quotes and all, the cell stays within the limit of a field.
            shown_of_broken: (shape.options.limits.field_bytes / 4).min(16 << 10),
        }
    }

    /// Appends the header as it stands in the file, with the columns for the reasons.
    pub(super) fn put_header(&self, out: &mut Vec<u8>, header: &[u8]) {
        out.extend_from_slice(BYTE_ORDER_MARK);
        let mut first = true;
        let cells = RawCells::of(header, self.separated_by).take(self.kept.len());
        for (index, cell) in cells.enumerate() {
            if self.keeps(index) && self.marked {
                self.separate(out, &mut first);
                self.put_cell(out, None, cell);
            } else if self.keeps(index) {
                self.separate(out, &mut first);
                out.extend_from_slice(cell);
            }
        }
        for header in CORRECTION_HEADERS {
            self.separate(out, &mut first);
            out.extend_from_slice(header.as_bytes());
        }
        out.extend_from_slice(self.line_end);
    }

    /// Appends a record with the reasons.
    pub(super) fn put_record(&self, out: &mut Vec<u8>, record: &Record<'_, '_>, reason: &Reason) {
        let mut first = true;
        if record.form.iter().any(|finding| finding.code.is_error()) {
            self.put_broken(out, record, &mut first);
        } else {
            // Cells beyond the header are empty here, or the record's form would be broken.
            let cells = RawCells::of(record.raw, self.separated_by).take(self.kept.len());
            for (index, cell) in cells.enumerate() {
                if self.keeps(index) {
                    self.separate(out, &mut first);
                    self.put_cell(out, self.fields[index], cell);
                }
            }
        }
        for reason in [&reason.de, &reason.en] {
            self.separate(out, &mut first);
            put_quoted(out, reason.as_bytes());
        }
        out.extend_from_slice(self.line_end);
    }

    /// The record as one cell, and the others empty so that the reasons stand in their columns.
    fn put_broken(&self, out: &mut Vec<u8>, record: &Record<'_, '_>, first: &mut bool) {
        let mut shown = whole_characters(record.raw, self.shown_of_broken).to_vec();
        let too_long = record
            .form
            .iter()
            .any(|finding| finding.code == Code::RecordTooLong);
        if too_long || shown.len() < record.raw.len() {
            shown.extend_from_slice(ELLIPSIS.as_bytes());
        }
        self.separate(out, first);
        put_quoted(out, &shown);
        for _ in 1..self.kept.iter().filter(|kept| **kept).count() {
            self.separate(out, first);
        }
    }

    /// Appends a cell of the file that stands under a field.
    fn put_cell(&self, out: &mut Vec<u8>, field: Option<Field>, cell: &[u8]) {
        if !self.marked {
            put_cell(out, cell);
            return;
        }
        let text = unquoted(cell);
        let text = sheet_text(field, &text);
        if cell.starts_with(b"\"") || memchr::memchr(self.delimiter, text.as_bytes()).is_some() {
            put_quoted(out, text.as_bytes());
        } else {
            put_cell(out, text.as_bytes());
        }
    }

    fn keeps(&self, index: usize) -> bool {
        self.kept.get(index).copied().unwrap_or(true)
    }

    fn separate(&self, out: &mut Vec<u8>, first: &mut bool) {
        if !std::mem::replace(first, false) {
            out.push(self.delimiter);
        }
    }
}

/// Appends a cell as it stands in the file, unless it is a danger to whoever opens the file.
fn put_cell(out: &mut Vec<u8>, cell: &[u8]) {
    if let Some(content) = cell
        .strip_prefix(b"\"")
        .and_then(|cell| cell.strip_suffix(b"\""))
    {
        out.push(b'"');
        put_marked(out, content);
        out.push(b'"');
    } else if memchr::memchr3(b'\r', b'\n', 0, cell).is_some() {
        // Many programs end the record here.
        put_quoted(out, cell);
    } else if needs_mark(cell) {
        put_marked(out, cell);
    } else {
        out.extend_from_slice(cell);
    }
}

/// Appends a text that is not of a partner's file as a cell that no spreadsheet takes for a formula, quoted only where it
/// must be.
pub fn put_cell_of_text(out: &mut Vec<u8>, content: &[u8], delimiter: u8) {
    let must = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\r' | b'\n' | 0) || *byte == delimiter;
    if content.iter().any(must) || needs_mark(content) {
        put_quoted(out, content);
    } else {
        out.extend_from_slice(content);
    }
}

/// Appends a text as a quoted cell.
fn put_quoted(out: &mut Vec<u8>, content: &[u8]) {
    let mut marked = Vec::with_capacity(content.len() + 8);
    put_marked(&mut marked, content);
    out.push(b'"');
    for byte in marked {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// The beginning of these bytes, at most `limit` of them, that cuts no character in two.
fn whole_characters(bytes: &[u8], limit: usize) -> &[u8] {
    if bytes.len() <= limit {
        return bytes;
    }
    let is_continuation = |at: usize| bytes[at] & 0b1100_0000 == 0b1000_0000;
    let end = (limit.saturating_sub(3)..=limit)
        .rev()
        .find(|at| !is_continuation(*at));
    &bytes[..end.unwrap_or(limit)]
}
