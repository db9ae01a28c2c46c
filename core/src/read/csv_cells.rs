//! What stands in the cells of a CSV block?
//! Takes only what the framer has cut, so that quoting is known to be whole except in records marked as broken.

use super::{Block, BrokenRecord, Cell, CellAt, Record, Shape};
use crate::code::Code;
use crate::finding::{Detail, Finding, shown_value};
use std::borrow::Cow;

pub(super) fn records<'a>(
    shape: &Shape,
    block: &'a Block,
    each: &mut dyn for<'r> FnMut(&Record<'r, 'a>),
) {
    let text = std::str::from_utf8(&block.bytes).ok();
    let walk = Walk {
        shape,
        bytes: &block.bytes,
        text,
        row: block.first_row,
        line: block.first_line,
        cells: Vec::with_capacity(shape.columns.len()),
        form: Vec::new(),
    };
    if block.quotes || !block.broken.is_empty() {
        walk_quoted(walk, &block.broken, each);
    } else {
        walk_plain(walk, each);
    }
}

/// Splits one record that is known to end where the text does; quotes are honoured where they are whole.
pub(super) fn split_record(text: &str, delimiter: u8) -> Vec<Cow<'_, str>> {
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let (cell, next) = next_cell(text.as_bytes(), at, delimiter);
        cells.push(unquote_text(&text[cell.start..cell.end], &cell));
        match next {
            Some(start) => at = start,
            None => return cells,
        }
    }
}

struct Walk<'s, 'a> {
    shape: &'s Shape,
    bytes: &'a [u8],
    /// The whole block, where it is UTF-8.
    text: Option<&'a str>,
    row: u64,
    line: u64,
    cells: Vec<CellAt<'a>>,
    form: Vec<Finding>,
}

impl<'a> Walk<'_, 'a> {
    fn raw_cell(&self, start: usize, end: usize) -> Cell<'a> {
        if let Some(text) = self.text {
            return Cell::Text(Cow::Borrowed(&text[start..end]));
        }
        match std::str::from_utf8(&self.bytes[start..end]) {
            Ok(text) => Cell::Text(Cow::Borrowed(text)),
            Err(_) => Cell::NotUtf8(&self.bytes[start..end]),
        }
    }

    fn keep(&mut self, index: usize, cell: impl FnOnce(&Self) -> Cell<'a>) {
        if let Some(field) = self
            .shape
            .columns
            .get(index)
            .and_then(|column| column.field)
        {
            let cell = cell(self);
            self.cells.push(CellAt {
                column: index as u32 + 1,
                field,
                cell,
            });
        }
    }

    /// Ends the record that spans `start..end`: `count` cells, the last one with something in it is `filled`.
    fn emit(
        &mut self,
        start: usize,
        end: usize,
        count: usize,
        filled: usize,
        each: &mut dyn for<'r> FnMut(&Record<'r, 'a>),
    ) {
        let expected = self.shape.columns.len();
        let empty = filled == 0;
        let wrong_width = match () {
            () if empty => None,
            () if count < expected => Some(Code::RecordTooShort),
            () if filled > expected => Some(Code::RecordTooWide),
            () => None,
        };
        if let Some(code) = wrong_width {
            let found = if code == Code::RecordTooWide {
                filled.max(count)
            } else {
                count
            };
            self.cells.clear();
            self.form.push(Finding {
                row: self.row,
                line: self.line,
                ..Finding::about_file(code, Detail::Counts(found as u64, expected as u64))
            });
        }
        each(&Record {
            row: self.row,
            line: self.line,
            raw: &self.bytes[start..end],
            form: &self.form,
            cells: &self.cells,
            empty,
        });
        self.row += 1;
        self.cells.clear();
        self.form.clear();
    }
}

/// The ordinary block without a single quote: one vector search over all of it.
fn walk_plain<'a>(mut walk: Walk<'_, 'a>, each: &mut dyn for<'r> FnMut(&Record<'r, 'a>)) {
    let bytes = walk.bytes;
    let terminator = walk.shape.terminator;
    let (mut record, mut cell, mut count, mut filled) = (0, 0, 0, 0);
    let end_cell = |walk: &mut Walk<'_, 'a>, start: usize, end: usize, index: usize| {
        walk.keep(index, |walk| walk.raw_cell(start, end));
        bytes[start..end].iter().any(|byte| *byte != b' ')
    };
    for at in memchr::memchr2_iter(walk.shape.delimiter, terminator, bytes) {
        let ends_record = bytes[at] == terminator;
        let end = if ends_record {
            without_return(bytes, cell, at)
        } else {
            at
        };
        if ends_record && count == 0 && end == record {
            walk.line += 1;
            record = at + 1;
            cell = at + 1;
            continue;
        }
        if end_cell(&mut walk, cell, end, count) {
            filled = count + 1;
        }
        count += 1;
        cell = at + 1;
        if ends_record {
            walk.emit(record, end, count, filled, each);
            walk.line += 1;
            record = at + 1;
            (count, filled) = (0, 0);
        }
    }
    let end = without_return(bytes, cell, bytes.len());
    if count > 0 || end > record {
        if end_cell(&mut walk, cell, end, count) {
            filled = count + 1;
        }
        walk.emit(record, end, count + 1, filled, each);
    }
}

/// A block with quotes or broken records: cell by cell.
fn walk_quoted<'a>(
    mut walk: Walk<'_, 'a>,
    broken: &[BrokenRecord],
    each: &mut dyn for<'r> FnMut(&Record<'r, 'a>),
) {
    let bytes = walk.bytes;
    let (delimiter, terminator) = (walk.shape.delimiter, walk.shape.terminator);
    let mut broken = broken.iter().peekable();
    let mut start = 0;
    while start < bytes.len() {
        if let Some(marked) = broken.next_if(|record| record.offset == start) {
            emit_broken(&mut walk, marked, each);
            start += marked.length;
            continue;
        }
        let mut at = start;
        let (mut count, mut filled) = (0, 0);
        let end = loop {
            let cell = quoted_or_plain(bytes, at, delimiter, terminator);
            let after = cell.after;
            let stops =
                after >= bytes.len() || bytes[after] == terminator || is_return_end(bytes, after);
            let content_end = if stops && !cell.quoted {
                without_return(bytes, cell.start, cell.end)
            } else {
                cell.end
            };
            let cell = RawCell {
                end: content_end,
                ..cell
            };
            if bytes[cell.start..cell.end].iter().any(|byte| *byte != b' ') {
                filled = count + 1;
            }
            if cell.stray {
                push_stray(&mut walk, count, &cell);
            }
            walk.keep(count, |walk| quoted_cell(walk, &cell));
            count += 1;
            if stops {
                break after;
            }
            at = after + 1;
        };
        let content_end = without_return(bytes, start, end);
        let next = if end < bytes.len() && bytes[end] == b'\r' && terminator == b'\n' {
            (end + 2).min(bytes.len())
        } else {
            (end + 1).min(bytes.len())
        };
        if content_end == start && count == 1 {
            walk.line += 1;
            walk.cells.clear();
            walk.form.clear();
        } else {
            let lines = memchr::memchr_iter(terminator, &bytes[start..end]).count() as u64;
            walk.emit(start, content_end, count, filled, each);
            walk.line += lines + 1;
        }
        start = next;
    }
}

fn emit_broken<'a>(
    walk: &mut Walk<'_, 'a>,
    broken: &BrokenRecord,
    each: &mut dyn for<'r> FnMut(&Record<'r, 'a>),
) {
    let bytes = &walk.bytes[broken.offset..broken.offset + broken.raw_length];
    let content = bytes
        .strip_suffix(&[walk.shape.terminator])
        .unwrap_or(bytes);
    let content = content.strip_suffix(b"\r").unwrap_or(content);
    let header = walk.shape.columns.get(broken.column as usize - 1);
    let form = [Finding {
        code: broken.code,
        row: walk.row,
        line: walk.line + broken.line_offset,
        column: broken.column,
        header: header.map(|column| shown_value(&column.header)),
        field: header.and_then(|column| column.field),
        value: Some(shown_value(&broken.shown)),
        detail: broken.detail.clone(),
    }];
    each(&Record {
        row: walk.row,
        line: walk.line,
        raw: content,
        form: &form,
        cells: &[],
        empty: false,
    });
    walk.row += 1;
    walk.line += broken.lines;
}

/// Where a cell lies and where the search goes on.
struct RawCell {
    start: usize,
    end: usize,
    /// Where the delimiter or the end of the record stands.
    after: usize,
    quoted: bool,
    doubled: bool,
    stray: bool,
}

fn quoted_or_plain(bytes: &[u8], at: usize, delimiter: u8, terminator: u8) -> RawCell {
    if bytes.get(at) != Some(&b'"') {
        let end = memchr::memchr2(delimiter, terminator, &bytes[at..])
            .map_or(bytes.len(), |found| at + found);
        let stray = memchr::memchr(b'"', &bytes[at..end]).is_some();
        return RawCell {
            start: at,
            end,
            after: end,
            quoted: false,
            doubled: false,
            stray,
        };
    }
    let mut doubled = false;
    let mut from = at + 1;
    loop {
        let Some(found) = memchr::memchr(b'"', &bytes[from..]) else {
            let end = bytes.len();
            return RawCell {
                start: at + 1,
                end,
                after: end,
                quoted: true,
                doubled,
                stray: false,
            };
        };
        let quote = from + found;
        if bytes.get(quote + 1) == Some(&b'"') {
            doubled = true;
            from = quote + 2;
            continue;
        }
        let after = quote + 1;
        return RawCell {
            start: at + 1,
            end: quote,
            after,
            quoted: true,
            doubled,
            stray: false,
        };
    }
}

/// One cell of a record that has no terminator in it, and the start of the next.
fn next_cell(bytes: &[u8], at: usize, delimiter: u8) -> (RawCell, Option<usize>) {
    let cell = quoted_or_plain(bytes, at, delimiter, delimiter);
    let next = memchr::memchr(delimiter, &bytes[cell.after..]).map(|found| cell.after + found + 1);
    (cell, next)
}

fn unquote_text<'t>(text: &'t str, cell: &RawCell) -> Cow<'t, str> {
    if cell.doubled {
        Cow::Owned(text.replace("\"\"", "\""))
    } else {
        Cow::Borrowed(text)
    }
}

fn quoted_cell<'a>(walk: &Walk<'_, 'a>, cell: &RawCell) -> Cell<'a> {
    match walk.raw_cell(cell.start, cell.end) {
        Cell::Text(Cow::Borrowed(text)) => Cell::Text(unquote_text(text, cell)),
        other => other,
    }
}

fn push_stray(walk: &mut Walk<'_, '_>, index: usize, cell: &RawCell) {
    let column = walk.shape.columns.get(index);
    let value = String::from_utf8_lossy(&walk.bytes[cell.start..cell.end]);
    walk.form.push(Finding {
        code: Code::QuoteStray,
        row: walk.row,
        line: walk.line,
        column: index as u32 + 1,
        header: column.map(|column| shown_value(&column.header)),
        field: column.and_then(|column| column.field),
        value: Some(shown_value(&value)),
        detail: Detail::None,
    });
}

fn without_return(bytes: &[u8], start: usize, end: usize) -> usize {
    if end > start && bytes[end - 1] == b'\r' {
        end - 1
    } else {
        end
    }
}

fn is_return_end(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'\r' && bytes.get(at + 1).is_none_or(|byte| *byte == b'\n')
}
