//! Where does each record of a file with one JSON object a line start and end?
//! Knows lines only; what a line holds is looked at later.

use super::framer::KEPT_OF_OVERLONG;
use super::json_frame::{give, is_full, keep};
use super::{Block, Shape};
use crate::code::Code;
use crate::finding::Detail;
use std::collections::VecDeque;

/// One record a line.
#[derive(Debug)]
pub(super) struct NdjsonFrame {
    record_limit: usize,
    /// The beginning of a line whose end has not arrived yet.
    pending: Vec<u8>,
    skipping: bool,
    line: u64,
    /// Where in the file that line begins.
    line_offset: u64,
    /// Where in the file the next byte stands.
    offset: u64,
    block: Block,
}

impl NdjsonFrame {
    /// A frame at the beginning of a line of the file.
    pub(super) fn new(shape: &Shape, (offset, line): (u64, u64)) -> Self {
        Self {
            record_limit: shape.options.limits.record_bytes.max(1),
            pending: Vec::new(),
            skipping: false,
            line,
            line_offset: offset,
            offset,
            block: Block::default(),
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8], ready: &mut VecDeque<Block>) {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.extend(&rest[..end]);
            self.offset += end as u64 + 1;
            self.end_line();
            rest = &rest[end + 1..];
            if is_full(&self.block) {
                self.stop(ready);
            }
        }
        self.extend(rest);
        self.offset += rest.len() as u64;
    }

    /// The line on which the bytes go on that come next.
    pub(super) fn line_reached(&self) -> u64 {
        self.line
    }

    /// Where the records end that were given away, if no more are.
    pub(super) fn given_to(&self) -> u64 {
        self.line_offset
    }

    /// Bytes held at the moment.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.pending.capacity() + self.block.bytes.capacity()
    }

    /// Gives all whole records away.
    pub(super) fn stop(&mut self, ready: &mut VecDeque<Block>) {
        give(&mut self.block, ready);
    }

    pub(super) fn finish(&mut self, ready: &mut VecDeque<Block>) {
        self.end_line();
        self.stop(ready);
    }

    fn extend(&mut self, bytes: &[u8]) {
        if self.skipping {
            return;
        }
        self.pending.extend_from_slice(bytes);
        if self.pending.len() > self.record_limit {
            self.pending
                .truncate(KEPT_OF_OVERLONG.min(self.record_limit));
            self.skipping = true;
        }
    }

    fn end_line(&mut self) {
        let broken = self
            .skipping
            .then_some((Code::RecordTooLong, Detail::Limit(self.record_limit as u64)));
        let content = self.pending.trim_ascii();
        if !content.is_empty() || broken.is_some() {
            let place = (self.line_offset, self.line);
            keep(&mut self.block, content, place, broken);
        }
        self.pending.clear();
        self.skipping = false;
        self.line += 1;
        self.line_offset = self.offset;
    }
}
