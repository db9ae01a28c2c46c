//! Which bytes belong to which record?
//! Sequential and incremental: keeps no more than one unfinished record and one unfinished block.
//!
//! The bytes of a file as it was delivered come in; [`Unwrap`] makes text of them, and records are cut out of that.

use super::csv_frame::CsvFrame;
use super::detect::{self, Beginning};
use super::json_frame::JsonFrame;
use super::ndjson_frame::NdjsonFrame;
use super::sample;
use super::{Block, Expected, Format, MAX_RECORDS, Mark, ReadOptions, Shape, Switches};
use crate::code::Code;
use crate::finding::{Detail, Finding, shown_value};
use crate::unwrap::{FoundOut, Made, STRETCH, Unwrap};
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
    unwrap: Unwrap,
    /// Text that was made last.
    made: Vec<u8>,
    /// Bytes of the file.
    bytes: u64,
    /// Bytes of its text.
    text_bytes: u64,
    kept_text: Option<KeptText>,
    ending: Ending,
    rows: u64,
    head: Vec<u8>,
    /// Length of the head at which it is looked at again.
    next_look: usize,
    frame: Frame,
    shape: Option<Arc<Shape>>,
    ready: VecDeque<Block>,
    /// About the beginning of the file: before all records.
    findings: Vec<Finding>,
    /// In which encoding the file is written, and where in the text that was found out, until the header is known.
    encoding_found: Option<(u64, Finding)>,
    /// About a place further on: told with what is about its end.
    late_findings: Vec<Finding>,
    /// About its end: after all records.
    last_findings: Vec<Finding>,
    rejected: bool,
    stopped: bool,
}

/// What a reader of the text needs who cannot make it of the file as it stands.
#[derive(Debug, Default)]
struct KeptText {
    /// So many bytes at the beginning of the file are text as they stand, where not all are.
    unchanged: Option<u64>,
    /// The text behind them that was not taken yet.
    text: Vec<u8>,
}

#[derive(Debug)]
enum Ending {
    /// More of the file may come.
    Open,
    /// What is there is read, and then reading ends for this reason.
    CutShort(Finding),
    /// All of the file has come.
    Whole,
    /// All of it has been read.
    Done,
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

/// So many records make a block of JSON, however short they are: each may have many findings, and blocks wait in numbers.
pub(super) const BLOCK_RECORDS: u64 = 1536;

/// How much of a record over its limit is kept to show it.
pub(super) const KEPT_OF_OVERLONG: usize = 1024;

impl Framer {
    /// A framer at the beginning of a file.
    pub fn new(options: ReadOptions) -> Self {
        Self {
            unwrap: match options.expected {
                Expected::AnyFormat => Unwrap::new(&options),
                // A request says what it is, and is not unpacked.
                Expected::RequestBody => Unwrap::nothing(),
            },
            options,
            made: Vec::new(),
            bytes: 0,
            text_bytes: 0,
            kept_text: None,
            ending: Ending::Open,
            rows: 0,
            head: Vec::new(),
            next_look: 0,
            frame: Frame::Beginning,
            shape: None,
            ready: VecDeque::new(),
            findings: Vec::new(),
            encoding_found: None,
            late_findings: Vec::new(),
            last_findings: Vec::new(),
            rejected: false,
            stopped: false,
        }
    }

    /// A framer that keeps the text of a file that is not text as it stands: see [`take_text`](Self::take_text).
    pub fn keeping_text(options: ReadOptions) -> Self {
        Self {
            kept_text: Some(KeptText::default()),
            ..Self::new(options)
        }
    }

    /// A framer at the first record of a block that was cut out of the file before. Pushed the text from
    /// there up to the next block's first record, or to the end of the text, it cuts the same records again.
    /// Findings about the file as a whole are the first reading's; those of this one mean nothing.
    pub fn resume(shape: &Arc<Shape>, mark: Mark) -> Self {
        let place = (mark.offset, mark.first_line);
        let frame = match shape.format {
            Format::Csv | Format::Xlsx | Format::Ods => {
                Frame::Csv(CsvFrame::new(shape, place, mark.first_sheet_row))
            }
            Format::Ndjson => Frame::Ndjson(NdjsonFrame::new(shape, place)),
            Format::Json => Frame::Json(Box::new(JsonFrame::at_item(shape, place))),
        };
        let mut options = shape.options.clone();
        // How much of the file is read was decided when it was read first.
        options.limits.file_bytes = u64::MAX;
        Self {
            unwrap: Unwrap::nothing(),
            bytes: mark.offset,
            text_bytes: mark.offset,
            rows: mark.first_row - 1,
            frame,
            shape: Some(Arc::clone(shape)),
            ..Self::new(options)
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
        self.unwrap(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room && matches!(self.ending, Ending::Open) {
            let finding = Finding::about_file(Code::FileTooLarge, Detail::Limit(limit));
            self.ending = Ending::CutShort(finding);
        }
        self.make_text();
    }

    /// Says that the file has ended.
    pub fn finish(&mut self) {
        if self.stopped || !matches!(self.ending, Ending::Open) {
            return;
        }
        self.ending = Ending::Whole;
        let mut made = std::mem::take(&mut self.made);
        made.clear();
        self.unwrap.finish(&mut made, &self.options);
        self.take_made(&made);
        self.made = made;
        self.make_text();
    }

    /// Ends the text.
    fn end(&mut self) {
        self.ending = Ending::Done;
        if self.stopped {
            return;
        }
        self.last_findings.append(&mut self.late_findings);
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

    /// The next block, once enough bytes are there. What a packed file unpacks to is only unpacked as it is asked for:
    /// after each [`push`](Self::push), and after [`finish`](Self::finish), ask until there is none.
    pub fn next_block(&mut self) -> Option<Block> {
        self.make_text();
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

    /// Which kind of workbook the file is, if it is one.
    pub fn workbook(&self) -> Option<Format> {
        self.unwrap.workbook()
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

    /// What the body of a request has said so far besides its items.
    pub fn switches(&self) -> Switches {
        match &self.frame {
            Frame::Json(frame) => frame.switches(),
            Frame::Beginning | Frame::Csv(_) | Frame::Ndjson(_) => Switches::default(),
        }
    }

    /// Bytes of the file taken so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes of its text so far, in which places of blocks count; where reading has ended before the file did, up to
    /// where that was.
    pub fn text_bytes(&self) -> u64 {
        match &self.frame {
            _ if !self.stopped => self.text_bytes,
            // An item that is not whole is none, but where one ends is known from what stands behind it.
            Frame::Beginning | Frame::Json(_) => self.text_bytes,
            Frame::Csv(frame) => frame.given_to(),
            Frame::Ndjson(frame) => frame.given_to(),
        }
    }

    /// Takes the text that was made since the last call, where the framer [keeps](Self::keeping_text) it and the file is
    /// not text as it stands; and how many bytes at the beginning of the file are, and stand before it all.
    pub fn take_text(&mut self) -> Option<(u64, Vec<u8>)> {
        let kept = self.kept_text.as_mut()?;
        Some((kept.unchanged?, std::mem::take(&mut kept.text)))
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
        self.head.capacity() + frame + waiting.sum::<usize>() + self.unwrap.held()
    }

    /// Takes bytes of the file.
    fn unwrap(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && !self.stopped {
            let passing = self.unwrap.passing(bytes);
            if passing > 0 {
                self.text_bytes += passing as u64;
                self.take(&bytes[..passing]);
                bytes = &bytes[passing..];
                continue;
            }
            let mut made = std::mem::take(&mut self.made);
            made.clear();
            let taken = self.unwrap.push(bytes, &mut made, &self.options);
            bytes = &bytes[taken..];
            self.take_made(&made);
            self.made = made;
        }
    }

    /// Unpacks what has come in until a block is ready.
    fn make_text(&mut self) {
        while self.ready.is_empty() && !self.stopped && !matches!(self.ending, Ending::Done) {
            let mut made = std::mem::take(&mut self.made);
            made.clear();
            let step = self.unwrap.step(&mut made);
            self.take_made(&made);
            self.note_found();
            self.made = made;
            match step {
                Ok(Made::Some) => {}
                Ok(Made::Last) => self.end(),
                Ok(Made::AllSoFar) => {
                    if matches!(self.ending, Ending::CutShort(_))
                        && let Ending::CutShort(finding) =
                            std::mem::replace(&mut self.ending, Ending::Done)
                    {
                        self.break_off(finding);
                    }
                    return;
                }
                Err(finding) => self.break_off(finding),
            }
        }
    }

    /// Gives what whole records are there and reads no further.
    fn break_off(&mut self, finding: Finding) {
        let mut made = std::mem::take(&mut self.made);
        made.clear();
        self.unwrap.break_off(&mut made);
        self.take_made(&made);
        if !self.stopped {
            self.give_whole_records();
        }
        if !self.stopped {
            self.stop(finding);
        }
    }

    /// Takes text that is not the file as it stands, or is not known to be.
    fn take_made(&mut self, mut text: &[u8]) {
        if let Some(found) = self.unwrap.take_found_out() {
            let (before, behind) = text.split_at(found.at);
            self.take_text_of(before, self.unwrap.packing().is_some());
            if matches!(self.frame, Frame::Beginning) && !self.stopped {
                self.begin(AtEnd::No);
            }
            // Where reading has ended before, nobody has seen what was found out behind.
            if !self.stopped {
                self.note_encoding(&found);
            }
            text = behind;
        }
        self.take_text_of(text, !self.unwrap.is_unchanged());
    }

    fn take_text_of(&mut self, text: &[u8], is_changed: bool) {
        if let Some(kept) = self.kept_text.as_mut().filter(|_| is_changed) {
            kept.unchanged.get_or_insert(self.text_bytes);
            kept.text.extend_from_slice(text);
        }
        self.text_bytes += text.len() as u64;
        if !self.stopped && !text.is_empty() {
            self.take(text);
        }
    }

    /// Takes what was found about a workbook: which sheet is read before its header, all else behind its records.
    fn note_found(&mut self) {
        let begins = matches!(self.frame, Frame::Beginning);
        for finding in self.unwrap.take_findings() {
            match finding.code {
                // How much of a sheet has been read before its columns are known is nobody's matter.
                Code::SheetsNotRead if begins => self.findings.push(finding),
                _ => self.late_findings.push(finding),
            }
        }
    }

    fn note_encoding(&mut self, found: &FoundOut) {
        let title = Detail::Text(found.encoding.title().into());
        let finding = Finding {
            line: self.line_reached() + found.lines,
            value: Some(shown_value(&found.examples)),
            ..Finding::about_file(Code::EncodingDecoded, title)
        };
        let at = self.text_bytes;
        // What is found out so early is found out before the first block, however the bytes arrive: a block is given
        // once there is so much of it, or before a record that is too long.
        let first_block = BLOCK_BYTES.min(self.options.limits.record_bytes);
        let is_early = at + STRETCH as u64 <= first_block as u64;
        match (is_early, &self.frame) {
            (false, _) => self.late_findings.push(finding),
            (true, Frame::Beginning) => self.encoding_found = Some((at, finding)),
            (true, _) => self.findings.push(finding),
        }
        self.say_how_it_was_wrapped();
    }

    /// The line on which the text goes on.
    fn line_reached(&self) -> u64 {
        match &self.frame {
            Frame::Beginning => 1 + detect::newlines(&self.head),
            Frame::Csv(frame) => frame.line_reached(),
            Frame::Ndjson(frame) => frame.line_reached(),
            Frame::Json(frame) => frame.line_reached(),
        }
    }

    fn say_how_it_was_wrapped(&mut self) {
        if let Some(shape) = &mut self.shape {
            let (packing, encoding) = (self.unwrap.packing(), self.unwrap.encoding());
            if (shape.packing, shape.encoding) != (packing, encoding) {
                let shape = Arc::make_mut(shape);
                (shape.packing, shape.encoding) = (packing, encoding);
            }
        }
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

    /// Looks at the beginning as far as it is there, though it may have been looked at shortly before.
    pub(crate) fn look_at_beginning(&mut self) {
        if matches!(self.frame, Frame::Beginning) && !self.stopped {
            self.begin(AtEnd::No);
        }
    }

    fn begin(&mut self, at_end: AtEnd) {
        let (whole, cut) = (at_end == AtEnd::Yes, at_end == AtEnd::Limit);
        let workbook = self.unwrap.workbook();
        match detect::beginning(&self.head, (whole, cut), workbook, &self.options) {
            Beginning::Unknown => {}
            Beginning::Unreadable(finding) => self.stop(finding),
            Beginning::Known {
                mut shape,
                findings,
                skip,
                line,
                sheet_row,
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
                    Format::Csv | Format::Xlsx | Format::Ods => {
                        Frame::Csv(CsvFrame::new(&shape, place, sheet_row))
                    }
                    Format::Ndjson => Frame::Ndjson(NdjsonFrame::new(&shape, place)),
                    Format::Json => Frame::Json(Box::new(JsonFrame::new(&shape, place))),
                };
                self.shape = Some(shape);
                self.say_how_it_was_wrapped();
                self.rejected |= findings.iter().any(|finding| finding.code.is_error());
                let (in_header, behind) = match self.encoding_found.take() {
                    Some((at, finding)) if at < skip as u64 => (Some(finding), None),
                    Some((_, finding)) => (None, Some(finding)),
                    None => (None, None),
                };
                self.findings.extend(in_header);
                self.findings.extend(findings);
                self.findings.extend(behind);
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
                    let warnings = frame.take_warnings();
                    self.findings.extend(warnings.before_records);
                    self.late_findings.extend(warnings.behind);
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
        self.findings
            .extend(self.encoding_found.take().map(|(_, found)| found));
        self.last_findings.append(&mut self.late_findings);
        self.note_last(finding);
        self.stopped = true;
        self.head = Vec::new();
    }

    fn note_last(&mut self, finding: Finding) {
        self.rejected |= finding.code.is_error();
        self.last_findings.push(finding);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AtEnd {
    Yes,
    No,
    /// More bytes come and are not read.
    Limit,
}
