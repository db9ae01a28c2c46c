//! Where does each CSV record end, and where is its quoting broken?
//! A record whose quoting is broken costs itself only: reading goes on with the line after the one where it broke.

use super::framer::BLOCK_BYTES;
use super::{Block, BrokenRecord, Shape};
use crate::code::Code;
use crate::finding::Detail;
use std::collections::VecDeque;

#[derive(Debug)]
pub(super) struct CsvFrame {
    delimiter: u8,
    terminator: u8,
    record_limit: usize,
    field_limit: usize,
    /// Bytes not yet given away; the block under construction is their beginning.
    pending: Vec<u8>,
    /// End of the last whole record in `pending`.
    whole: usize,
    scan: Scan,
    /// Passing over the rest of an overlong line; its record stands in `block.broken` already.
    skipping: bool,
    block: Block,
    next_line: u64,
}

/// How far the record that starts at `whole` has been looked at.
#[derive(Clone, Copy, Debug)]
struct Scan {
    at: usize,
    /// Where the quote stands that is open at `at`.
    opened: Option<usize>,
}

enum Step {
    /// The record's content ends here, its terminator included.
    Record(usize),
    Broken {
        code: Code,
        detail: Detail,
        /// Where it broke.
        at: usize,
    },
    More,
}

impl CsvFrame {
    pub(super) fn new(shape: &Shape, line: u64) -> Self {
        Self {
            delimiter: shape.delimiter,
            terminator: shape.terminator,
            record_limit: shape.options.limits.record_bytes,
            field_limit: shape.options.limits.field_bytes,
            pending: Vec::new(),
            whole: 0,
            scan: Scan {
                at: 0,
                opened: None,
            },
            skipping: false,
            block: Block {
                first_line: line,
                ..Block::default()
            },
            next_line: line,
        }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8], ready: &mut VecDeque<Block>) {
        if self.skipping {
            let Some(end) = memchr::memchr(self.terminator, bytes) else {
                return;
            };
            bytes = &bytes[end + 1..];
            self.skipping = false;
        }
        self.pending.extend_from_slice(bytes);
        self.cut(AtEnd::No);
        if self.whole >= BLOCK_BYTES {
            self.give(ready);
        }
    }

    pub(super) fn finish(&mut self, ready: &mut VecDeque<Block>) {
        self.skipping = false;
        self.cut(AtEnd::Yes);
        if self.block.rows > 0 {
            self.give(ready);
        }
    }

    /// Moves `whole` forward over all records that end in `pending`.
    fn cut(&mut self, at_end: AtEnd) {
        while self.whole < self.pending.len() && !self.skipping {
            // What lies behind the limit is not looked at, so that the verdict on a record does not
            // depend on how much of the file has arrived.
            let reach = self.pending.len().min(self.whole + self.record_limit);
            let ends_here = at_end == AtEnd::Yes && reach == self.pending.len();
            let (code, detail, at) = match self.step(reach, ends_here) {
                Step::Record(end) => {
                    self.take_record(end);
                    continue;
                }
                Step::Broken { code, detail, at } => (code, detail, at),
                Step::More if reach < self.pending.len() => {
                    let limit = Detail::Limit(self.record_limit as u64);
                    (Code::RecordTooLong, limit, self.whole)
                }
                Step::More => return,
            };
            let resume = if code == Code::RecordTooLong {
                reach
            } else {
                at
            };
            if !self.cut_broken(code, detail, at, resume, at_end) {
                return;
            }
        }
    }

    fn take_record(&mut self, end: usize) {
        let record = &self.pending[self.whole..end];
        if !matches!(record, [b'\n' | b'\r'] | [b'\r', b'\n']) {
            self.block.rows += 1;
        }
        self.next_line += 1;
        if self.block.quotes {
            // A quoted value may hold line ends of its own.
            let inner = &self.pending[self.whole..end - 1];
            self.next_line += memchr::memchr_iter(self.terminator, inner).count() as u64;
        }
        self.start_record_at(end);
    }

    fn step(&mut self, reach: usize, ends_here: bool) -> Step {
        let bytes = &self.pending[..reach];
        loop {
            if let Some(opened) = self.scan.opened {
                let from = self.scan.at.min(reach);
                let found = memchr::memchr(b'"', &bytes[from..]).map(|found| from + found);
                if found.unwrap_or(reach) - opened > self.field_limit {
                    return self.overlong(opened);
                }
                let Some(quote) = found else {
                    if ends_here {
                        let code = Code::QuoteUnclosed;
                        return Step::Broken {
                            code,
                            detail: Detail::None,
                            at: opened,
                        };
                    }
                    self.scan.at = reach;
                    return Step::More;
                };
                let next = bytes.get(quote + 1);
                let after = bytes.get(quote + 2);
                let undecided = next.is_none() || (next == Some(&b'\r') && after.is_none());
                if undecided && !ends_here {
                    self.scan.at = quote;
                    return Step::More;
                }
                if next == Some(&b'"') {
                    self.scan.at = quote + 2;
                } else if self.closes(next, after) {
                    self.scan = Scan {
                        at: quote + 1,
                        opened: None,
                    };
                } else {
                    let code = Code::QuoteTextAfter;
                    return Step::Broken {
                        code,
                        detail: Detail::None,
                        at: opened,
                    };
                }
                continue;
            }
            let from = self.scan.at.min(reach);
            let Some(found) = memchr::memchr2(b'"', self.terminator, &bytes[from..]) else {
                self.scan.at = reach;
                return if ends_here {
                    Step::Record(reach)
                } else {
                    Step::More
                };
            };
            let at = from + found;
            if bytes[at] == self.terminator {
                return Step::Record(at + 1);
            }
            self.block.quotes = true;
            let starts_field = at == self.whole || bytes[at - 1] == self.delimiter;
            self.scan = Scan {
                at: at + 1,
                opened: starts_field.then_some(at),
            };
        }
    }

    fn closes(&self, next: Option<&u8>, after: Option<&u8>) -> bool {
        match next {
            None => true,
            Some(byte) if *byte == self.delimiter || *byte == self.terminator => true,
            Some(b'\r') => after.is_none_or(|byte| *byte == b'\n'),
            Some(_) => false,
        }
    }

    /// A quoted field passed its limit: with line ends in it, its quote was hardly meant to span them.
    fn overlong(&self, opened: usize) -> Step {
        let window = &self.pending[opened..opened + self.field_limit];
        if memchr::memchr(self.terminator, window).is_some() {
            return Step::Broken {
                code: Code::QuoteUnclosed,
                detail: Detail::None,
                at: opened,
            };
        }
        let limit = Detail::Limit(self.field_limit as u64);
        Step::Broken {
            code: Code::FieldTooLong,
            detail: limit,
            at: opened,
        }
    }

    /// Ends a broken record with the first line end after `resume`; false where that has not arrived yet.
    fn cut_broken(
        &mut self,
        code: Code,
        detail: Detail,
        at: usize,
        resume: usize,
        at_end: AtEnd,
    ) -> bool {
        let line_end = memchr::memchr(self.terminator, &self.pending[resume..])
            .map(|found| resume + found + 1);
        let overlong = line_end.unwrap_or(self.pending.len()) - self.whole > self.record_limit;
        if line_end.is_none() && at_end == AtEnd::No && !overlong {
            return false;
        }
        let end = line_end.unwrap_or(self.pending.len());
        let record = &self.pending[self.whole..end];
        let before = &record[..at - self.whole];
        let shown = &record[at - self.whole..];
        let shown = &shown[..shown.len().min(SHOWN_OF_BROKEN)];
        let lines = memchr::memchr_iter(self.terminator, record).count() as u64
            + u64::from(line_end.is_none());
        self.block.rows += 1;
        self.block.broken.push(BrokenRecord {
            offset: self.whole,
            length: record.len(),
            raw_length: if overlong {
                record.len().min(KEPT_OF_OVERLONG)
            } else {
                record.len()
            },
            lines,
            line_offset: memchr::memchr_iter(self.terminator, before).count() as u64,
            column: column_at(before, self.delimiter),
            shown: String::from_utf8_lossy(shown).trim_end().into(),
            code,
            detail,
        });
        self.next_line += lines;
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
            opened: None,
        };
    }

    /// Keeps the beginning of an overlong record and drops the rest of its line as it comes.
    fn skip_rest_of_line(&mut self) {
        let kept = (self.pending.len() - self.whole).min(KEPT_OF_OVERLONG);
        if let Some(broken) = self.block.broken.last_mut() {
            broken.length = kept;
        }
        self.pending.truncate(self.whole + kept);
        self.start_record_at(self.whole + kept);
        self.skipping = true;
    }

    fn give(&mut self, ready: &mut VecDeque<Block>) {
        let rest = self.pending.split_off(self.whole);
        let bytes = std::mem::replace(&mut self.pending, rest);
        let next = Block {
            first_line: self.next_line,
            ..Block::default()
        };
        let mut block = std::mem::replace(&mut self.block, next);
        block.bytes = bytes;
        self.scan.at -= self.whole;
        self.scan.opened = self.scan.opened.map(|at| at - self.whole);
        // The unfinished record may have a quote already.
        self.block.quotes = memchr::memchr(b'"', &self.pending).is_some();
        self.whole = 0;
        if block.rows > 0 {
            ready.push_back(block);
        }
    }
}

/// How much of a record over its limit is kept.
const KEPT_OF_OVERLONG: usize = 1024;

/// How much of a broken record is shown, from where it broke.
const SHOWN_OF_BROKEN: usize = 256;

#[derive(Clone, Copy, PartialEq, Eq)]
enum AtEnd {
    Yes,
    No,
}

/// Number of the column in which a record's first bytes end, quotes honoured.
fn column_at(bytes: &[u8], delimiter: u8) -> u32 {
    let mut quoted = false;
    let mut column = 1;
    for &byte in bytes {
        quoted ^= byte == b'"';
        column += u32::from(byte == delimiter && !quoted);
    }
    column
}
