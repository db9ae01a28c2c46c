//! What stands in the cells of a CSV block?
//! Takes only what the framer has cut, so that quoting is known to be whole except in records marked as broken.

use super::csv_plain::{PlainRecord, Taker};
use super::no_records::no_record;
use super::separators::each_separator;
use super::{Block, BrokenRecord, Cell, CellAt, Record, Shape, SheetKind};
use crate::code::Code;
use crate::finding::{Detail, Finding, shown_value};
use std::borrow::Cow;

pub(super) fn records<'a>(
    shape: &Shape,
    block: &'a Block,
    each: &mut dyn for<'r> FnMut(&Record<'r, 'a>),
) {
    let mut taker = TakenApart(each);
    let mut walk = Walk::new(shape, block, &mut taker);
    let bytes = &*block.bytes;
    walk.text = std::str::from_utf8(bytes).ok();
    let mut broken = block.broken.iter().peekable();
    let mut start = 0;
    while start < bytes.len() {
        if let Some(marked) = broken.next_if(|record| record.offset == start) {
            walk.broken_record(marked);
            start += marked.length;
            continue;
        }
        let stop = broken.peek().map_or(bytes.len(), |record| record.offset);
        let quote = if block.quotes {
            memchr::memchr(b'"', &bytes[start..stop]).map(|found| start + found)
        } else {
            None
        };
        // Up to the line end before the first quote every line is a record.
        let plain_end = quote.map_or(stop, |quote| {
            memchr::memrchr(shape.terminator, &bytes[start..quote])
                .map_or(start, |found| start + found + 1)
        });
        walk.plain_records(start, plain_end);
        start = match quote {
            Some(_) => walk.quoted_record(plain_end),
            None => stop,
        };
    }
}

/// Takes every record taken apart.
struct TakenApart<'e, 'a>(&'e mut dyn for<'r> FnMut(&Record<'r, 'a>));

impl<'a> Taker<'a> for TakenApart<'_, 'a> {
    fn plain(&mut self, _: &PlainRecord<'_, '_>) -> bool {
        false
    }

    fn record(&mut self, record: &Record<'_, 'a>) {
        (self.0)(record);
    }
}

/// Splits one record that is known to end where the text does; `None` where its quoting is broken.
pub(super) fn split_record(text: &str, delimiter: u8) -> Option<Vec<Cow<'_, str>>> {
    let bytes = text.as_bytes();
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let cell = raw_cell(bytes, at, delimiter, delimiter);
        cells.push(unquoted(&text[cell.start..cell.end], &cell));
        match bytes.get(cell.after) {
            None => return Some(cells),
            Some(byte) if *byte == delimiter => at = cell.after + 1,
            Some(_) => return None,
        }
    }
}

/// Number of the column whose cell starts behind these first bytes of a record.
pub(super) fn column_at(bytes: &[u8], delimiter: u8) -> u32 {
    let (mut at, mut column) = (0, 1);
    loop {
        let after = raw_cell(bytes, at, delimiter, delimiter).after;
        if after >= bytes.len() {
            return column;
        }
        at = after + 1;
        column += 1;
    }
}

/// Does a record, its terminator included, hold nothing but the end of a line?
pub(super) fn is_blank_line(record: &[u8]) -> bool {
    record.iter().all(|byte| matches!(byte, b'\n' | b'\r'))
}

/// The first place from `at` on without a CR. Some conversions double the CR before an LF.
pub(super) fn after_returns(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at) == Some(&b'\r') {
        at += 1;
    }
    at
}

/// The way through a block, record by record.
pub(super) struct Walk<'s, 'a, 'e, T> {
    pub(super) shape: &'s Shape,
    pub(super) taker: &'e mut T,
    bytes: &'a [u8],
    /// The whole block, where it is known to be UTF-8; elsewhere each cell is looked at.
    text: Option<&'a str>,
    /// Has the block a quote anywhere?
    quotes: bool,
    row: u64,
    line: u64,
    cells: Vec<CellAt<'a>>,
    form: Vec<Finding>,
}

/// How many cells a record has, and the number of the last that is not blank.
#[derive(Clone, Copy, Default)]
struct Width {
    count: usize,
    filled: usize,
}

impl<'s, 'a, 'e, T: Taker<'a>> Walk<'s, 'a, 'e, T> {
    pub(super) fn new(shape: &'s Shape, block: &'a Block, taker: &'e mut T) -> Self {
        Self {
            shape,
            taker,
            bytes: &block.bytes,
            text: None,
            quotes: block.quotes,
            row: block.first_row,
            line: block.first_line,
            cells: Vec::with_capacity(shape.columns.len()),
            form: Vec::new(),
        }
    }

    /// Number and line of the next record.
    pub(super) fn place(&self) -> (u64, u64) {
        (self.row, self.line)
    }

    /// Says that the next record took one line and is settled.
    pub(super) fn pass_over_plain(&mut self) {
        self.row += 1;
        self.line += 1;
    }

    /// The line at `start`, which ends before `stop`, or the record there where it has a quote; says where the next one begins.
    pub(super) fn one_record(&mut self, start: usize, stop: usize) -> usize {
        let line_end = memchr::memchr(self.shape.terminator, &self.bytes[start..stop])
            .map_or(stop, |found| start + found + 1);
        if self.quotes && memchr::memchr(b'"', &self.bytes[start..line_end]).is_some() {
            return self.quoted_record(start);
        }
        self.plain_records(start, line_end);
        line_end
    }

    /// The records in `start..end`, of which none has a quote.
    fn plain_records(&mut self, start: usize, end: usize) {
        let terminator = self.shape.terminator;
        let (mut record, mut cell, mut width) = (start, start, Width::default());
        each_separator(
            &self.bytes[start..end],
            self.shape.delimiter,
            terminator,
            |found| {
                let at = start + found;
                if self.bytes[at] != terminator {
                    self.plain_cell(cell, at, &mut width);
                    cell = at + 1;
                    return;
                }
                if !is_blank_line(&self.bytes[record..at]) {
                    let content = without_returns(self.bytes, cell, at);
                    self.plain_cell(cell, content, &mut width);
                    self.emit(record, content, width);
                }
                self.line += 1;
                (record, cell, width) = (at + 1, at + 1, Width::default());
            },
        );
        if !is_blank_line(&self.bytes[record..end]) {
            let content = without_returns(self.bytes, cell, end);
            self.plain_cell(cell, content, &mut width);
            self.emit(record, content, width);
        }
    }

    /// The plain record at `start` that is not settled at first sight.
    pub(super) fn plain_record(&mut self, start: usize, record: &PlainRecord<'_, 'a>) {
        let mut width = Width::default();
        let mut at = start;
        for cell in record.cells() {
            self.plain_cell(at, at + cell.len(), &mut width);
            at += cell.len() + 1;
        }
        let content = start + record.raw().len();
        if start < content {
            self.emit(start, content, width);
        }
        self.line += 1;
    }

    fn plain_cell(&mut self, start: usize, end: usize, width: &mut Width) {
        let index = width.count;
        width.count += 1;
        if start == end {
            return;
        }
        if !is_blank(&self.bytes[start..end]) {
            width.filled = width.count;
        }
        self.keep(index, |walk| walk.cell(start, end));
    }

    /// The record at `start`, cell by cell; says where the next one starts.
    fn quoted_record(&mut self, start: usize) -> usize {
        let bytes = self.bytes;
        let (delimiter, terminator) = (self.shape.delimiter, self.shape.terminator);
        let mut width = Width::default();
        let mut at = start;
        let end = loop {
            let mut cell = raw_cell(bytes, at, delimiter, terminator);
            let goes_on = bytes.get(cell.after) == Some(&delimiter);
            if !goes_on && !cell.quoted {
                cell.end = without_returns(bytes, cell.start, cell.end);
            }
            let index = width.count;
            width.count += 1;
            if !is_blank(&bytes[cell.start..cell.end]) {
                width.filled = width.count;
            }
            if cell.stray && !bytes[cell.start..cell.end].starts_with(b"=\"") {
                self.note_stray(index, &cell);
            }
            if cell.start < cell.end {
                self.keep(index, |walk| match walk.cell(cell.start, cell.end) {
                    Cell::Text(Cow::Borrowed(text)) => Cell::Text(unquoted(text, &cell)),
                    Cell::Sheet(kind, Cow::Borrowed(text)) => {
                        Cell::Sheet(kind, unquoted(text, &cell))
                    }
                    other => other,
                });
            }
            if !goes_on {
                break cell.after;
            }
            at = cell.after + 1;
        };
        let inner_lines = memchr::memchr_iter(terminator, &bytes[start..end]).count() as u64;
        self.emit(start, without_returns(bytes, start, end), width);
        self.line += inner_lines + 1;
        // Behind a quoted cell the end of the line may begin with a CR.
        let line_end = match bytes.get(end) {
            Some(byte) if *byte == terminator => end,
            _ => after_returns(bytes, end),
        };
        (line_end + 1).min(bytes.len())
    }

    pub(super) fn broken_record(&mut self, broken: &BrokenRecord) {
        let content = &self.bytes[broken.offset..broken.offset + broken.raw_length];
        let content = content
            .strip_suffix(&[self.shape.terminator])
            .unwrap_or(content);
        let content = &content[..without_returns(content, 0, content.len())];
        let index = (broken.column as usize).checked_sub(1);
        let column = index.and_then(|index| self.shape.columns.get(index));
        self.form.push(Finding {
            code: broken.code,
            row: self.row,
            line: self.line + broken.line_offset,
            column: broken.column,
            header: column.map(|column| shown_value(&column.header)),
            field: column.and_then(|column| column.field),
            value: Some(shown_value(&broken.shown)),
            detail: broken.detail.clone(),
            fix: None,
        });
        self.hand_over(content, Emptiness::Filled);
        self.line += broken.lines;
    }

    fn cell(&self, start: usize, end: usize) -> Cell<'a> {
        // A place that is no boundary of the block's text is one where an overlong record was cut off.
        let text = match self.text.and_then(|text| text.get(start..end)) {
            Some(text) => text,
            None => match std::str::from_utf8(&self.bytes[start..end]) {
                Ok(text) => text,
                Err(_) => return Cell::NotUtf8(&self.bytes[start..end]),
            },
        };
        if self.shape.format.is_workbook()
            && let (mark @ 1..=5, rest) = (self.bytes[start], &text[1..])
            && let Some(kind) = SheetKind::of_mark(mark)
        {
            return Cell::Sheet(kind, Cow::Borrowed(rest));
        }
        Cell::Text(Cow::Borrowed(text))
    }

    fn keep(&mut self, index: usize, cell: impl FnOnce(&Self) -> Cell<'a>) {
        let column = self.shape.columns.get(index);
        if let Some(field) = column.and_then(|column| column.field) {
            let cell = cell(self);
            self.cells.push(CellAt {
                column: index as u32 + 1,
                field,
                cell,
            });
        }
    }

    /// Ends the record whose content is `start..end`.
    fn emit(&mut self, start: usize, end: usize, width: Width) {
        let Width { count, filled } = width;
        let expected = self.shape.columns.len();
        let raw = &self.bytes[start..end];
        if filled > 0
            && let Some((code, shown)) = no_record(self.shape, raw, &self.cells)
        {
            self.pass_over(raw, code, &shown);
            return;
        }
        // Surplus cells without a value are what a spreadsheet leaves behind.
        let wrong_width = match () {
            () if filled == 0 => None,
            // A sheet has no cells where nothing stands.
            () if count < expected && !self.shape.format.is_workbook() => {
                Some(Code::RecordTooShort)
            }
            () if filled > expected => Some(Code::RecordTooWide),
            () => None,
        };
        if let Some(code) = wrong_width {
            self.cells.clear();
            self.form.push(Finding {
                row: self.row,
                line: self.line,
                ..Finding::about_file(code, Detail::Counts(count as u64, expected as u64))
            });
        }
        let emptiness = match filled {
            0 => Emptiness::Empty,
            _ => Emptiness::Filled,
        };
        self.hand_over(raw, emptiness);
    }

    /// Hands a row over that is no record.
    fn pass_over(&mut self, raw: &'a [u8], code: Code, shown: &str) {
        self.cells.clear();
        self.form.clear();
        self.form.push(Finding {
            row: self.row,
            line: self.line,
            value: Some(shown_value(shown)),
            ..Finding::about_file(code, Detail::None)
        });
        self.hand_over(raw, Emptiness::Empty);
    }

    fn hand_over(&mut self, raw: &'a [u8], emptiness: Emptiness) {
        self.taker.record(&Record {
            row: self.row,
            line: self.line,
            raw,
            form: &self.form,
            cells: &self.cells,
            empty: emptiness == Emptiness::Empty,
        });
        self.row += 1;
        self.cells.clear();
        self.form.clear();
    }

    fn note_stray(&mut self, index: usize, cell: &RawCell) {
        let column = self.shape.columns.get(index);
        let value = String::from_utf8_lossy(&self.bytes[cell.start..cell.end]);
        self.form.push(Finding {
            code: Code::QuoteStray,
            row: self.row,
            line: self.line,
            column: index as u32 + 1,
            header: column.map(|column| shown_value(&column.header)),
            field: column.and_then(|column| column.field),
            value: Some(shown_value(&value)),
            detail: Detail::None,
            fix: None,
        });
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Emptiness {
    Empty,
    Filled,
}

/// Where a cell lies.
struct RawCell {
    start: usize,
    end: usize,
    /// Where what follows it stands: a delimiter, the end of the line or nothing.
    after: usize,
    quoted: bool,
    doubled: bool,
    stray: bool,
}

fn raw_cell(bytes: &[u8], at: usize, delimiter: u8, terminator: u8) -> RawCell {
    if bytes.get(at) != Some(&b'"') {
        let end = memchr::memchr2(delimiter, terminator, &bytes[at..])
            .map_or(bytes.len(), |found| at + found);
        return RawCell {
            start: at,
            end,
            after: end,
            quoted: false,
            doubled: false,
            stray: memchr::memchr(b'"', &bytes[at..end]).is_some(),
        };
    }
    let start = at + 1;
    let mut doubled = false;
    let mut from = start;
    loop {
        let quote = memchr::memchr(b'"', &bytes[from..]).map(|found| from + found);
        let end = quote.unwrap_or(bytes.len());
        if quote.is_some() && bytes.get(end + 1) == Some(&b'"') {
            doubled = true;
            from = end + 2;
            continue;
        }
        return RawCell {
            start,
            end,
            after: (end + 1).min(bytes.len()),
            quoted: true,
            doubled,
            stray: false,
        };
    }
}

fn unquoted<'t>(text: &'t str, cell: &RawCell) -> Cow<'t, str> {
    if cell.doubled {
        Cow::Owned(text.replace("\"\"", "\""))
    } else {
        Cow::Borrowed(text)
    }
}

fn without_returns(bytes: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && bytes[end - 1] == b'\r' {
        end -= 1;
    }
    end
}

fn is_blank(cell: &[u8]) -> bool {
    cell.iter().all(|byte| *byte == b' ')
}
