//! Where does each CSV record end, and where is its quoting broken?
//! A record whose quoting is broken costs itself only: reading goes on with the line after the one where it broke.

use super::csv_cells::{after_returns, column_at, is_blank_line};
use super::framer::{BLOCK_BYTES, KEPT_OF_OVERLONG};
use super::{Block, BrokenRecord, Shape};
use crate::code::Code;
use crate::finding::{Detail, VALUE_CHARACTERS};
use std::collections::VecDeque;

/// So many records make a block, however short they are: each may have many findings, and blocks wait in numbers. Records of the
/// usual length fill a block by their bytes.
/// In tests so few that short records reach it before the bytes do.
const BLOCK_ROWS: u64 = if cfg!(test) { 4 } else { 4096 };

#[derive(Debug)]
pub(super) struct CsvFrame {
    delimiter: u8,
    terminator: u8,
    /// How many cells a record should have.
    columns: usize,
    record_limit: usize,
    field_limit: usize,
    /// Bytes not yet given away, as they stand in the file; the block under construction is their beginning.
    pending: Vec<u8>,
    /// Where in the file `pending` begins.
    offset: u64,
    /// End of the last whole record in `pending`.
    whole: usize,
    scan: Scan,
    /// Passing over the rest of an overlong line; its record stands in `block.broken` already.
    skipping: bool,
    /// How much of an overlong line was dropped when skipping began.
    dropped: usize,
    block: Block,
    /// Memory of blocks that nobody needs any more.
    spare: Vec<Vec<u8>>,
    next_line: u64,
    /// The row in which a spreadsheet shows the next record.
    next_sheet_row: u64,
}

/// How far the record that starts at `whole` has been looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Scan {
    at: usize,
    /// The quote that is open at `at`.
    opened: Option<Opened>,
    /// Line ends inside quoted values.
    inner_lines: u64,
}

#[derive(Clone, Copy, Debug)]
struct Opened {
    quote: usize,
    /// The first line end after the quote.
    line_end: Option<usize>,
    /// Where the line begins that is inside the value, behind that line end.
    line_start: usize,
}

enum Step {
    /// The record ends here, its terminator included.
    Record(usize),
    Broken(Broken),
    More,
}

struct Broken {
    code: Code,
    detail: Detail,
    /// Where it broke.
    at: usize,
    /// The record ends with the first line end from here on.
    resume: usize,
}

impl CsvFrame {
    /// A frame at a place of the file where a record begins.
    pub(super) fn new(shape: &Shape, (offset, line): (u64, u64), sheet_row: u64) -> Self {
        Self {
            delimiter: shape.delimiter,
            terminator: shape.terminator,
            columns: shape.columns.len(),
            // A record of no bytes at all could not be told from the next.
            record_limit: shape.options.limits.record_bytes.max(1),
            field_limit: shape.options.limits.field_bytes,
            pending: Vec::new(),
            offset,
            whole: 0,
            scan: Scan::default(),
            skipping: false,
            dropped: 0,
            block: Block {
                first_line: line,
                first_sheet_row: sheet_row,
                ..Block::default()
            },
            spare: Vec::new(),
            next_line: line,
            next_sheet_row: sheet_row,
        }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8], ready: &mut VecDeque<Block>) {
        if self.skipping {
            let end = memchr::memchr(self.terminator, bytes);
            let skipped = end.map_or(bytes.len(), |end| end + 1);
            self.offset += skipped as u64;
            if end.is_none() {
                return;
            }
            bytes = &bytes[skipped..];
            self.skipping = false;
        }
        self.pending.extend_from_slice(bytes);
        self.cut_all(AtEnd::No, ready);
        if self.skipping {
            self.give_before_skipping(ready);
        } else if self.pending.len() >= BLOCK_BYTES {
            self.give(ready);
        }
    }

    /// Gives all whole records away, as if the rest of the file were not there.
    pub(super) fn stop(&mut self, ready: &mut VecDeque<Block>) {
        self.give(ready);
    }

    pub(super) fn finish(&mut self, ready: &mut VecDeque<Block>) {
        self.skipping = false;
        self.cut_all(AtEnd::Yes, ready);
        self.give(ready);
    }

    /// Takes the memory of a block for another one.
    pub(super) fn reuse(&mut self, bytes: Vec<u8>) {
        let is_usual = bytes.capacity() <= 4 * BLOCK_BYTES;
        if is_usual && self.spare.len() < MOST_SPARE {
            self.spare.push(bytes);
        }
    }

    /// The line on which the bytes go on that come next.
    pub(super) fn line_reached(&self) -> u64 {
        let unfinished = &self.pending[self.whole..];
        let lines = memchr::memchr_iter(self.terminator, unfinished).count() as u64;
        // An overlong line was counted when it was given up.
        self.next_line + lines - u64::from(self.skipping)
    }

    /// Where the records end that were given away.
    pub(super) fn given_to(&self) -> u64 {
        self.offset
    }

    /// Bytes held at the moment.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.pending.capacity()
    }

    /// Cuts all records that end in `pending`, and gives those away that make a whole block by their number.
    fn cut_all(&mut self, at_end: AtEnd, ready: &mut VecDeque<Block>) {
        self.cut(at_end);
        while self.block.rows >= BLOCK_ROWS && !self.skipping {
            self.give(ready);
            self.cut(at_end);
        }
    }

    /// Moves `whole` forward over the records that end in `pending`, as far as one block may reach.
    fn cut(&mut self, at_end: AtEnd) {
        while self.whole < self.pending.len() && !self.skipping && self.block.rows < BLOCK_ROWS {
            // What lies behind the limit is not looked at, so that the verdict on a record does not
            // depend on how much of the file has arrived.
            let reach = self.pending.len().min(self.whole + self.record_limit);
            let ends_here = at_end == AtEnd::Yes && reach == self.pending.len();
            let broken = match self.step(reach, ends_here) {
                Step::Record(end) => {
                    self.take_record(end);
                    continue;
                }
                Step::Broken(broken) => broken,
                Step::More if reach < self.pending.len() => self.over_the_limit(reach),
                Step::More => return,
            };
            if !self.cut_broken(broken, at_end) {
                return;
            }
        }
    }

    fn take_record(&mut self, end: usize) {
        if !is_blank_line(&self.pending[self.whole..end]) {
            self.block.rows += 1;
        }
        self.next_line += 1 + self.scan.inner_lines;
        self.next_sheet_row += 1;
        self.start_record_at(end);
    }

    fn step(&mut self, reach: usize, ends_here: bool) -> Step {
        let bytes = &self.pending[..reach];
        loop {
            let from = self.scan.at;
            let found = memchr::memchr2(b'"', self.terminator, &bytes[from..]);
            let found = found.map(|found| from + found);
            let Some(opened) = self.scan.opened else {
                let Some(at) = found else {
                    self.scan.at = reach;
                    return if ends_here {
                        Step::Record(reach)
                    } else {
                        Step::More
                    };
                };
                self.scan.at = at + 1;
                if bytes[at] == self.terminator {
                    return Step::Record(at + 1);
                }
                self.block.quotes = true;
                if at == self.whole || bytes[at - 1] == self.delimiter {
                    self.scan.opened = Some(Opened {
                        quote: at,
                        line_end: None,
                        line_start: at,
                    });
                }
                continue;
            };
            let value_bytes = found.unwrap_or(reach) - opened.quote - 1;
            if value_bytes > self.field_limit && opened.line_end.is_some() {
                return Step::Broken(self.over_the_lines(opened));
            }
            let Some(at) = found else {
                if ends_here {
                    return Step::Broken(Broken::unclosed(opened.quote));
                }
                self.scan.at = reach;
                return Step::More;
            };
            if bytes[at] == self.terminator {
                let line = &bytes[opened.line_start..at];
                if opened.line_end.is_some() && self.is_like_a_record(line) {
                    return Step::Broken(Broken::unclosed(opened.quote));
                }
                self.scan.at = at + 1;
                self.scan.inner_lines += 1;
                self.scan.opened = Some(Opened {
                    line_end: opened.line_end.or(Some(at)),
                    line_start: at + 1,
                    ..opened
                });
                continue;
            }
            match self.after_quote(bytes, at + 1, ends_here) {
                AfterQuote::Undecided => {
                    self.scan.at = at;
                    return Step::More;
                }
                AfterQuote::Doubled => self.scan.at = at + 2,
                AfterQuote::Closed => {
                    self.scan.at = at + 1;
                    self.scan.opened = None;
                }
                // Where lines lie between, this quote most likely opens a value of its own.
                AfterQuote::Text if opened.line_end.is_some() => {
                    return Step::Broken(Broken::unclosed(opened.quote));
                }
                AfterQuote::Text => {
                    return Step::Broken(Broken {
                        code: Code::QuoteTextAfter,
                        ..Broken::unclosed(opened.quote)
                    });
                }
            }
        }
    }

    /// Is a whole line inside a quoted value as wide as a record? Then the quote was hardly meant to swallow it.
    fn is_like_a_record(&self, line: &[u8]) -> bool {
        self.columns >= FEWEST_COLUMNS
            && memchr::memchr_iter(self.delimiter, line).count() + 1 >= self.columns
    }

    fn after_quote(&self, bytes: &[u8], at: usize, ends_here: bool) -> AfterQuote {
        match bytes.get(at) {
            Some(b'"') => return AfterQuote::Doubled,
            Some(byte) if *byte == self.delimiter || *byte == self.terminator => {
                return AfterQuote::Closed;
            }
            _ => {}
        }
        match bytes.get(after_returns(bytes, at)) {
            Some(byte) if *byte == self.terminator => AfterQuote::Closed,
            Some(_) => AfterQuote::Text,
            None if ends_here => AfterQuote::Closed,
            None => AfterQuote::Undecided,
        }
    }

    /// A quoted value with line ends in it passed the limit: its quote was hardly meant to span them.
    fn over_the_lines(&self, opened: Opened) -> Broken {
        let first_line = opened.line_end.unwrap_or(usize::MAX) - opened.quote - 1;
        if first_line <= self.field_limit {
            return Broken::unclosed(opened.quote);
        }
        Broken {
            code: Code::FieldTooLong,
            detail: Detail::Limit(self.field_limit as u64),
            ..Broken::unclosed(opened.quote)
        }
    }

    fn over_the_limit(&self, reach: usize) -> Broken {
        match self.scan.opened {
            Some(opened) if opened.line_end.is_some() => Broken::unclosed(opened.quote),
            Some(opened) if reach - opened.quote - 1 > self.field_limit => Broken {
                code: Code::FieldTooLong,
                detail: Detail::Limit(self.field_limit as u64),
                at: opened.quote,
                resume: reach,
            },
            _ => Broken {
                code: Code::RecordTooLong,
                detail: Detail::Limit(self.record_limit as u64),
                at: self.whole,
                resume: reach,
            },
        }
    }

    /// Ends a broken record with its line; false where the line's end has not arrived yet.
    fn cut_broken(&mut self, broken: Broken, at_end: AtEnd) -> bool {
        let line_end = memchr::memchr(self.terminator, &self.pending[broken.resume..])
            .map(|found| broken.resume + found + 1);
        let end = line_end.unwrap_or(self.pending.len());
        let overlong = end - self.whole > self.record_limit;
        if line_end.is_none() && at_end == AtEnd::No && !overlong {
            return false;
        }
        let record = &self.pending[self.whole..end];
        let before = &record[..broken.at - self.whole];
        // No more than the limit lets through, whatever part of an overlong line has arrived.
        let shown = &record[before.len()..record.len().min(self.record_limit)];
        let shown = &shown[..shown.len().min(SHOWN_OF_BROKEN)];
        let lines = memchr::memchr_iter(self.terminator, record).count() as u64
            + u64::from(line_end.is_none());
        let column = match broken.code {
            Code::RecordTooLong => 0,
            _ => column_at(before, self.delimiter),
        };
        self.block.rows += 1;
        self.block.broken.push(BrokenRecord {
            offset: self.whole,
            length: record.len(),
            raw_length: if overlong {
                self.kept_of_overlong()
            } else {
                record.len()
            },
            lines,
            line_offset: memchr::memchr_iter(self.terminator, before).count() as u64,
            column,
            shown: String::from_utf8_lossy(shown).trim_end().into(),
            code: broken.code,
            detail: broken.detail,
        });
        self.next_line += lines;
        self.next_sheet_row += lines;
        if line_end.is_none() && at_end == AtEnd::No {
            self.skip_rest_of_line();
        } else {
            self.start_record_at(end);
        }
        true
    }

    fn start_record_at(&mut self, end: usize) {
        self.whole = end;
        self.scan = Scan {
            at: end,
            ..Scan::default()
        };
    }

    fn kept_of_overlong(&self) -> usize {
        KEPT_OF_OVERLONG.min(self.record_limit)
    }

    /// A block holds bytes as they stand in the file, so that it ends where some are dropped.
    fn give_before_skipping(&mut self, ready: &mut VecDeque<Block>) {
        let dropped = std::mem::take(&mut self.dropped);
        self.give(ready);
        self.offset += dropped as u64;
    }

    /// Keeps the beginning of an overlong record and drops the rest of its line as it comes.
    fn skip_rest_of_line(&mut self) {
        let kept = self.kept_of_overlong();
        if let Some(broken) = self.block.broken.last_mut() {
            broken.length = kept;
        }
        self.dropped = self.pending.len() - (self.whole + kept);
        self.pending.truncate(self.whole + kept);
        self.start_record_at(self.whole + kept);
        self.skipping = true;
    }

    fn give(&mut self, ready: &mut VecDeque<Block>) {
        if self.whole == 0 {
            return;
        }
        let mut other = self.spare.pop().unwrap_or_default();
        other.clear();
        // The shorter part moves.
        let bytes = if self.whole < self.pending.len() / 2 {
            other.extend_from_slice(&self.pending[..self.whole]);
            self.pending.drain(..self.whole);
            other
        } else {
            other.reserve(self.pending.len() - self.whole + BLOCK_BYTES);
            other.extend_from_slice(&self.pending[self.whole..]);
            self.pending.truncate(self.whole);
            std::mem::replace(&mut self.pending, other)
        };
        let next = Block {
            first_line: self.next_line,
            first_sheet_row: self.next_sheet_row,
            // The unfinished record may have a quote already.
            quotes: memchr::memchr(b'"', &self.pending).is_some(),
            ..Block::default()
        };
        let block = std::mem::replace(&mut self.block, next);
        let offset = self.offset;
        self.offset += self.whole as u64;
        self.scan.at -= self.whole;
        if let Some(opened) = &mut self.scan.opened {
            opened.quote -= self.whole;
            opened.line_end = opened.line_end.map(|at| at - self.whole);
            opened.line_start -= self.whole;
        }
        self.whole = 0;
        if block.rows > 0 {
            ready.push_back(Block {
                bytes,
                offset,
                ..block
            });
        }
    }
}

impl Broken {
    fn unclosed(quote: usize) -> Self {
        Self {
            code: Code::QuoteUnclosed,
            detail: Detail::None,
            at: quote,
            resume: quote,
        }
    }
}

/// What follows on a quote inside a quoted value.
enum AfterQuote {
    Doubled,
    Closed,
    Text,
    Undecided,
}

/// A line with fewer cells than these may well stand in a text.
const FEWEST_COLUMNS: usize = 5;

/// The memory of so many blocks waits to be used again.
const MOST_SPARE: usize = 4;

/// How much of a broken record is shown, from where it broke: enough for a shown value's longest text.
const SHOWN_OF_BROKEN: usize = 4 * (VALUE_CHARACTERS + 1);

#[derive(Clone, Copy, PartialEq, Eq)]
enum AtEnd {
    Yes,
    No,
}
