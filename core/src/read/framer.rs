//! Which bytes belong to which record?
//! Sequential and incremental: keeps no more than one unfinished record and one unfinished block.

use super::csv_frame::CsvFrame;
use super::detect::{self, Beginning};
use super::json_frame::JsonFrame;
use super::ndjson_frame::NdjsonFrame;
use super::sample;
use super::{Block, Format, MAX_RECORDS, Mark, ReadOptions, Shape};
use crate::code::Code;
use crate::finding::{Detail, Finding};
use std::collections::VecDeque;
use std::sync::Arc;

/// Cuts a file that comes in chunks into blocks of whole records.
///
/// Feed it with [`Framer::push`], take blocks with [`Framer::next_block`] after each push, say
/// [`Framer::finish`] at the end and take the rest. Findings about the file as a whole wait in
/// [`Framer::take_findings`].
#[derive(Debug)]
pub struct Framer {
    options: ReadOptions,
    bytes: u64,
    rows: u64,
    head: Vec<u8>,
    /// Length of the head at which it is looked at again.
    next_look: usize,
    frame: Frame,
    shape: Option<Arc<Shape>>,
    ready: VecDeque<Block>,
    /// About the beginning of the file: before all records.
    findings: Vec<Finding>,
    /// About its end: after all records.
    last_findings: Vec<Finding>,
    rejected: bool,
    stopped: bool,
}

#[derive(Debug)]
enum Frame {
    Beginning,
    Csv(CsvFrame),
    Ndjson(NdjsonFrame),
    Json(Box<JsonFrame>),
}

/// Blocks are cut at about this size: large enough to be worth a thread's while, small enough for a cache.
/// In tests they are so small that small files have several.
pub(super) const BLOCK_BYTES: usize = if cfg!(test) { 256 } else { 512 << 10 };

/// How much of a record over its limit is kept to show it.
pub(super) const KEPT_OF_OVERLONG: usize = 1024;

impl Framer {
    /// A framer at the beginning of a file.
    pub fn new(options: ReadOptions) -> Self {
        Self {
            options,
            bytes: 0,
            rows: 0,
            head: Vec::new(),
            next_look: 0,
            frame: Frame::Beginning,
            shape: None,
            ready: VecDeque::new(),
            findings: Vec::new(),
            last_findings: Vec::new(),
            rejected: false,
            stopped: false,
        }
    }

    /// A framer at the first record of a block that was cut out of the file before. Pushed the bytes from
    /// there up to the next block's first record, or to the end of the file, it cuts the same records again.
    /// Findings about the file as a whole are the first reading's; those of this one mean nothing.
    pub fn resume(shape: &Arc<Shape>, mark: Mark) -> Self {
        let place = (mark.offset, mark.first_line);
        let frame = match shape.format {
            Format::Csv => Frame::Csv(CsvFrame::new(shape, place, mark.first_sheet_row)),
            Format::Ndjson => Frame::Ndjson(NdjsonFrame::new(shape, place)),
            Format::Json => Frame::Json(Box::new(JsonFrame::at_item(shape, place))),
        };
        Self {
            bytes: mark.offset,
            rows: mark.first_row - 1,
            frame,
            shape: Some(Arc::clone(shape)),
            ..Self::new(shape.options.clone())
        }
    }

    /// Takes the next bytes of the file, any number of them.
    pub fn push(&mut self, bytes: &[u8]) {
        let limit = self.options.limits.file_bytes;
        let room = usize::try_from(limit.saturating_sub(self.bytes)).unwrap_or(usize::MAX);
        self.bytes += bytes.len() as u64;
        if self.stopped {
            return;
        }
        // What the limit lets through is read, however the bytes arrive.
        self.take(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room && !self.stopped {
            self.give_whole_records();
        }
        if bytes.len() > room && !self.stopped {
            self.stop(Finding::about_file(
                Code::FileTooLarge,
                Detail::Limit(limit),
            ));
        }
    }

    /// Says that the file has ended.
    pub fn finish(&mut self) {
        if self.stopped {
            return;
        }
        if matches!(self.frame, Frame::Beginning) {
            self.begin(AtEnd::Yes);
        }
        if self.stopped {
            return;
        }
        match &mut self.frame {
            Frame::Beginning => {}
            Frame::Csv(frame) => frame.finish(&mut self.ready),
            Frame::Ndjson(frame) => frame.finish(&mut self.ready),
            Frame::Json(frame) => {
                if let Some(finding) = frame.finish(&mut self.ready) {
                    self.note_last(finding);
                }
            }
        }
        self.number_blocks();
        if self.rows == 0 && !self.rejected {
            self.note_last(Finding::about_file(Code::FileNoRecords, Detail::None));
        }
    }

    /// The next block, once enough bytes are there.
    pub fn next_block(&mut self) -> Option<Block> {
        self.ready.pop_front()
    }

    /// Gives back the bytes of a block that is done with. Memory that is used again is cheaper than fresh memory.
    pub fn reuse(&mut self, bytes: Vec<u8>) {
        if let Frame::Csv(frame) = &mut self.frame {
            frame.reuse(bytes);
        }
    }

    /// What is known of the file; there before its first block is.
    pub fn shape(&self) -> Option<&Arc<Shape>> {
        self.shape.as_ref()
    }

    /// Takes what was found about the file as a whole since the last call: first what its beginning says,
    /// and once no block waits any more what its end says. Asked before and after the blocks of each
    /// [`push`](Self::push), it answers in the order of the file, however its bytes arrived.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        let mut findings = std::mem::take(&mut self.findings);
        if self.ready.is_empty() {
            findings.append(&mut self.last_findings);
        }
        findings
    }

    /// Bytes taken so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Has reading ended before the file did? Then a finding says why.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    /// Bytes held at the moment, blocks that wait included.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        let waiting = self.ready.iter().map(|block| block.bytes.capacity());
        let frame = match &self.frame {
            Frame::Beginning => 0,
            Frame::Csv(frame) => frame.held(),
            Frame::Ndjson(frame) => frame.held(),
            Frame::Json(frame) => frame.held(),
        };
        self.head.capacity() + frame + waiting.sum::<usize>()
    }

    fn take(&mut self, bytes: &[u8]) {
        if !matches!(self.frame, Frame::Beginning) {
            self.advance(bytes);
            return;
        }
        self.head.extend_from_slice(bytes);
        // Looked at only when it has doubled: a header that arrives byte by byte costs no more than one that does not.
        if self.head.len() >= self.next_look {
            self.next_look = self.head.len() * 2;
            self.begin(AtEnd::No);
        }
    }

    fn begin(&mut self, at_end: AtEnd) {
        match detect::beginning(&self.head, at_end == AtEnd::Yes, &self.options) {
            Beginning::Unknown => {}
            Beginning::Unreadable(finding) => self.stop(finding),
            Beginning::Known {
                mut shape,
                findings,
                skip,
                line,
            } => {
                if sample::is_wanted(&shape) {
                    let rest = &self.head[skip..];
                    if at_end == AtEnd::No && rest.len() < sample::BYTES {
                        return;
                    }
                    sample::look(&mut shape, rest, at_end == AtEnd::Yes);
                }
                let shape = Arc::new(*shape);
                let place = (skip as u64, line);
                self.frame = match shape.format {
                    Format::Csv => {
                        Frame::Csv(CsvFrame::new(&shape, place, sheet_row(&shape, line)))
                    }
                    Format::Ndjson => Frame::Ndjson(NdjsonFrame::new(&shape, place)),
                    Format::Json => Frame::Json(Box::new(JsonFrame::new(&shape, place))),
                };
                self.shape = Some(shape);
                self.rejected |= findings.iter().any(|finding| finding.code.is_error());
                self.findings = findings;
                let head = std::mem::take(&mut self.head);
                self.advance(&head[skip..]);
            }
        }
    }

    fn advance(&mut self, bytes: &[u8]) {
        // Pieces keep a caller's large chunk from becoming one large block.
        for piece in bytes.chunks(BLOCK_BYTES) {
            match &mut self.frame {
                Frame::Beginning => {}
                Frame::Csv(frame) => frame.push(piece, &mut self.ready),
                Frame::Ndjson(frame) => frame.push(piece, &mut self.ready),
                Frame::Json(frame) => {
                    let trouble = frame.push(piece, &mut self.ready);
                    self.last_findings.append(&mut frame.take_warnings());
                    if let Some(finding) = trouble {
                        self.number_blocks();
                        self.stop(finding);
                        return;
                    }
                }
            }
            self.number_blocks();
            if self.stopped {
                return;
            }
        }
    }

    fn give_whole_records(&mut self) {
        if matches!(self.frame, Frame::Beginning) {
            self.begin(AtEnd::Limit);
        }
        match &mut self.frame {
            Frame::Beginning => {}
            Frame::Csv(frame) => frame.stop(&mut self.ready),
            Frame::Ndjson(frame) => frame.stop(&mut self.ready),
            Frame::Json(frame) => frame.stop(&mut self.ready),
        }
        self.number_blocks();
    }

    fn number_blocks(&mut self) {
        let numbered = self.ready.partition_point(|block| block.first_row > 0);
        for index in numbered..self.ready.len() {
            let block = &mut self.ready[index];
            if self.rows + block.rows > MAX_RECORDS {
                // The file is rejected; records that cannot be numbered would only be mistaken for others.
                self.ready.truncate(index);
                let limit = Detail::Limit(MAX_RECORDS);
                self.stop(Finding::about_file(Code::TooManyRecords, limit));
                return;
            }
            block.first_row = self.rows + 1;
            self.rows += block.rows;
        }
    }

    fn stop(&mut self, finding: Finding) {
        self.note_last(finding);
        self.stopped = true;
        self.head = Vec::new();
    }

    fn note_last(&mut self, finding: Finding) {
        self.rejected |= finding.code.is_error();
        self.last_findings.push(finding);
    }
}

/// The row in which a spreadsheet shows what stands on the line behind the header.
fn sheet_row(shape: &Shape, line: u64) -> u64 {
    line - memchr::memchr_iter(shape.terminator, &shape.header).count() as u64
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AtEnd {
    Yes,
    No,
    /// More bytes come and are not read.
    Limit,
}
