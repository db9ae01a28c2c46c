//! Which bytes belong to which record?
//! Sequential and incremental: keeps no more than one unfinished record and one unfinished block.

use super::csv_frame::CsvFrame;
use super::detect::{self, Beginning};
use super::json_frame::{JsonFrame, NdjsonFrame};
use super::{Block, Format, MAX_RECORDS, ReadOptions, Shape};
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
    frame: Frame,
    shape: Option<Arc<Shape>>,
    ready: VecDeque<Block>,
    findings: Vec<Finding>,
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
pub(super) const BLOCK_BYTES: usize = 512 << 10;

impl Framer {
    /// A framer at the beginning of a file.
    pub fn new(options: ReadOptions) -> Self {
        Self {
            options,
            bytes: 0,
            rows: 0,
            head: Vec::new(),
            frame: Frame::Beginning,
            shape: None,
            ready: VecDeque::new(),
            findings: Vec::new(),
            stopped: false,
        }
    }

    /// Takes the next bytes of the file, any number of them.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        if self.stopped {
            return;
        }
        let limit = self.options.limits.file_bytes;
        if self.bytes > limit {
            self.stop(Finding::about_file(
                Code::FileTooLarge,
                Detail::Limit(limit),
            ));
            return;
        }
        if matches!(self.frame, Frame::Beginning) {
            self.head.extend_from_slice(bytes);
            self.begin(AtEnd::No);
        } else {
            self.advance(bytes);
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
                    self.findings.push(finding);
                }
            }
        }
        self.number_blocks();
        if self.rows == 0 && self.findings.iter().all(|finding| !finding.code.is_error()) {
            self.findings
                .push(Finding::about_file(Code::FileNoRecords, Detail::None));
        }
    }

    /// The next block, once enough bytes are there.
    pub fn next_block(&mut self) -> Option<Block> {
        self.ready.pop_front()
    }

    /// What is known of the file; there before its first block is.
    pub fn shape(&self) -> Option<&Arc<Shape>> {
        self.shape.as_ref()
    }

    /// Takes what was found about the file as a whole since the last call.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// Bytes taken so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Has reading ended before the file did? Then a finding says why.
    pub fn stopped(&self) -> bool {
        self.stopped
    }

    fn begin(&mut self, at_end: AtEnd) {
        match detect::beginning(&self.head, at_end == AtEnd::Yes, &self.options) {
            Beginning::Unknown => {}
            Beginning::Unreadable(finding) => self.stop(finding),
            Beginning::Known {
                shape,
                findings,
                skip,
                line,
            } => {
                let shape = Arc::new(*shape);
                self.frame = match shape.format {
                    Format::Csv => Frame::Csv(CsvFrame::new(&shape, line)),
                    Format::Ndjson => Frame::Ndjson(NdjsonFrame::new(&shape, line)),
                    Format::Json => Frame::Json(Box::new(JsonFrame::new(&shape, line))),
                };
                self.shape = Some(shape);
                self.findings.extend(findings);
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
                    if let Some(finding) = frame.push(piece, &mut self.ready) {
                        self.number_blocks();
                        self.stop(finding);
                        return;
                    }
                }
            }
        }
        self.number_blocks();
    }

    fn number_blocks(&mut self) {
        let unnumbered = self.ready.iter_mut().filter(|block| block.first_row == 0);
        for block in unnumbered {
            block.first_row = self.rows + 1;
            self.rows += block.rows;
        }
        if self.rows > MAX_RECORDS && !self.stopped {
            self.stop(Finding::about_file(
                Code::TooManyRecords,
                Detail::Limit(MAX_RECORDS),
            ));
        }
    }

    fn stop(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.stopped = true;
        self.head = Vec::new();
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AtEnd {
    Yes,
    No,
}
