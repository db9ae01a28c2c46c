//! What does the journal say, from a given place on?
//!
//! Invariant: a frame is handed out only whole, with good checksums and in its place in the chain;
//! lines are never left out in silence.

use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use super::error::{Damage, JournalError};
use super::frame::Fault;
use super::recovery::Link;
use super::segment::{self, SegmentReader, WholeFrame};
use super::{FrameSpan, Position};

/// One frame, as it was appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its first byte.
    pub start: Position,
    /// The byte after its last.
    pub end: Position,
    /// Its number, from 1 over the whole journal.
    pub seq: u64,
    /// The time of the append, RFC 3339.
    pub time: String,
    /// The lines as they were appended, each ended by a line feed, without the frame's own line.
    pub lines: Vec<u8>,
    /// How many lines these are.
    pub line_count: u64,
    /// SHA-256 of the frame's compressed bytes, which the next frame names.
    pub sha256: [u8; 32],
}

/// Reads frames in order, without a lock, also while another process appends.
///
/// Holds one frame in memory, at most [`MAX_CONTENT_BYTES`](super::MAX_CONTENT_BYTES) of lines.
pub struct Frames {
    directory: PathBuf,
    position: Position,
    /// None while the segment's file does not exist yet.
    segment: Option<SegmentReader>,
    /// What the next frame must follow; unknown for the first one read in the middle.
    link: Option<Link>,
}

/// So many frames wait at most to be looked at.
const AHEAD: usize = 1;

impl Frames {
    /// Calls `take` with the frames up to `end`, while the next ones are read and decoded in a thread of their own. False
    /// where the journal ends before.
    pub fn each_until<E: From<JournalError>>(
        mut self,
        end: Position,
        take: &mut dyn FnMut(&Frame) -> Result<(), E>,
    ) -> Result<bool, E> {
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(AHEAD);
            scope.spawn(move || {
                while self.position < end {
                    let frame = self.next();
                    let was_last = !matches!(frame, Ok(Some(_)));
                    // Nobody listens any more where `take` met an error.
                    if sender.send(frame).is_err() || was_last {
                        return;
                    }
                }
            });
            for frame in receiver {
                match frame? {
                    // A segment's end and the start of the next one are two positions: this frame may be behind the end.
                    Some(frame) if frame.start >= end => break,
                    Some(frame) => take(&frame)?,
                    None => return Ok(false),
                }
            }
            Ok(true)
        })
    }

    /// A reader that begins at `from`, which must be [`Position::START`] or the start or end of a
    /// frame. From the start the whole chain is checked; from elsewhere, from the second frame on.
    pub fn open(directory: &Path, from: Position) -> Result<Frames, JournalError> {
        let mut frames = Frames {
            directory: directory.to_owned(),
            position: from,
            segment: None,
            link: (from == Position::START).then_some(Link::FIRST),
        };
        let last = if directory
            .try_exists()
            .map_err(JournalError::io("look for", directory))?
        {
            segment::last(directory)?
        } else {
            0
        };
        let not_yet_written = from == Position::START
            || (from.offset == 0 && u64::from(from.segment) == u64::from(last) + 1);
        if from.segment > last && !not_yet_written {
            return Err(frames.ends_too_soon(last));
        }
        frames.open_segment()?;
        Ok(frames)
    }

    /// The frame at `position`, which must be the start of one.
    pub fn read_at(directory: &Path, position: Position) -> Result<Frame, JournalError> {
        let mut reader = SegmentReader::open(segment::path(directory, position.segment))?;
        match reader.frame(position.offset)? {
            Ok(frame) => Ok(handed_out(position, frame)),
            Err(fault) => Err(reader.fault(position.offset, fault)),
        }
    }

    /// The time of the append of the frame at `position`, which must be the start of one; its body is not looked at.
    pub fn time_at(directory: &Path, position: Position) -> Result<String, JournalError> {
        let mut reader = SegmentReader::open(segment::path(directory, position.segment))?;
        match reader.header(position.offset)? {
            Ok((header, _)) => Ok(header.time),
            Err(fault) => Err(reader.fault(position.offset, fault)),
        }
    }

    /// The next frame, or nothing at the end of what is complete at this moment: a frame that is
    /// just being written is not there yet. Calling again later goes on from there.
    ///
    /// After an error the reader stays where it is.
    #[expect(
        clippy::should_implement_trait,
        reason = "the end is not final: it can go on later"
    )]
    pub fn next(&mut self) -> Result<Option<Frame>, JournalError> {
        loop {
            if let Seen::Frame(frame) = self.look()? {
                return Ok(Some(frame));
            }
            let next_segment_exists = self.next_segment_exists()?;
            if !next_segment_exists && !self.later_header_exists()? {
                return Ok(None);
            }
            // Whatever follows was begun only after the frame here was complete. It may have been
            // completed between the first look and the finding, so the second look decides.
            match self.look()? {
                Seen::Frame(frame) => return Ok(Some(frame)),
                Seen::Unfinished => {
                    return Err(self.damaged(Damage::Unreadable));
                }
                Seen::EndOfSegment if next_segment_exists => {
                    self.position = Position {
                        segment: self.position.segment + 1,
                        offset: 0,
                    };
                    self.segment = None;
                }
                Seen::EndOfSegment => return Ok(None),
            }
        }
    }

    /// Where the next frame will start, or the end of the last one.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Bytes behind [`position`](Frames::position) in its segment: after `next` has returned
    /// nothing, those of a torn frame or of one that is just being written.
    pub fn unfinished_bytes(&self) -> Result<u64, JournalError> {
        match &self.segment {
            Some(segment) => Ok(segment.length()?.saturating_sub(self.position.offset)),
            None => Ok(0),
        }
    }

    fn look(&mut self) -> Result<Seen, JournalError> {
        self.open_segment()?;
        let Some(segment) = &mut self.segment else {
            return Ok(Seen::EndOfSegment);
        };
        let offset = self.position.offset;
        match segment.frame(offset)? {
            Ok(frame) => {
                if self.link.is_some_and(|link| !link.admits(&frame.header)) {
                    return Err(self.damaged(Damage::BrokenChain));
                }
                self.link = Some(Link::after(&frame));
                let frame = handed_out(self.position, frame);
                self.position = frame.end;
                Ok(Seen::Frame(frame))
            }
            Err(Fault::Unreadable) => {
                segment.forget();
                let length = segment.length()?;
                if length < offset {
                    return Err(self.ends_too_soon(self.position.segment));
                }
                Ok(if length == offset {
                    Seen::EndOfSegment
                } else {
                    Seen::Unfinished
                })
            }
            Err(fault) => Err(segment.fault(offset, fault)),
        }
    }

    fn open_segment(&mut self) -> Result<(), JournalError> {
        if self.segment.is_none() && segment::exists(&self.directory, self.position.segment)? {
            let path = segment::path(&self.directory, self.position.segment);
            self.segment = Some(SegmentReader::open(path)?);
        }
        Ok(())
    }

    fn next_segment_exists(&self) -> Result<bool, JournalError> {
        // Before the first append there may not even be a folder.
        if self.segment.is_none() && self.position == Position::START {
            return Ok(false);
        }
        Ok(segment::last(&self.directory)? > self.position.segment)
    }

    fn later_header_exists(&mut self) -> Result<bool, JournalError> {
        match &mut self.segment {
            Some(segment) => {
                let found = segment.header_follows(self.position.offset)?;
                segment.forget();
                Ok(found)
            }
            None => Ok(false),
        }
    }

    fn damaged(&self, damage: Damage) -> JournalError {
        JournalError::Damaged {
            path: segment::path(&self.directory, self.position.segment),
            offset: self.position.offset,
            damage,
        }
    }

    /// The journal ends in segment `last`, and before the place where this reader stands.
    fn ends_too_soon(&self, last: u32) -> JournalError {
        let path = segment::path(&self.directory, last.max(1));
        JournalError::Damaged {
            offset: path.metadata().map_or(0, |metadata| metadata.len()),
            path,
            damage: Damage::EndsTooSoon {
                known_good: self.position,
            },
        }
    }
}

/// What a whole journal holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How many appends.
    pub frames: u64,
    /// How many lines, without those of the frames themselves.
    pub lines: u64,
    /// Bytes of all good frames, compressed.
    pub bytes: u64,
    /// The end of the last good frame.
    pub end: Position,
    /// Bytes behind `end`: a tear, or a frame that was just being written.
    pub unfinished_bytes: u64,
    /// The last frame, if there is one.
    pub last: Option<LastFrame>,
}

/// The frame that seals all before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastFrame {
    /// Where it stands.
    pub span: FrameSpan,
    /// Its number, from 1.
    pub seq: u64,
    /// The time of the append, RFC 3339.
    pub time: String,
    /// SHA-256 of its compressed bytes.
    pub sha256: [u8; 32],
}

/// Reads the whole journal and checks every checksum and the whole chain; changes nothing, and
/// may run while the journal is being written. With `known_good`, a journal that ends before it is
/// damaged.
pub fn verify(directory: &Path, known_good: Option<Position>) -> Result<Summary, JournalError> {
    let mut frames = Frames::open(directory, Position::START)?;
    let mut summary = Summary {
        frames: 0,
        lines: 0,
        bytes: 0,
        end: Position::START,
        unfinished_bytes: 0,
        last: None,
    };
    while let Some(frame) = frames.next()? {
        summary.frames += 1;
        summary.lines += frame.line_count;
        summary.bytes += frame.end.offset - frame.start.offset;
        summary.last = Some(LastFrame {
            span: FrameSpan {
                start: frame.start,
                end: frame.end,
            },
            seq: frame.seq,
            time: frame.time,
            sha256: frame.sha256,
        });
    }
    summary.end = frames.position();
    summary.unfinished_bytes = frames.unfinished_bytes()?;
    match known_good {
        Some(known_good) if known_good > summary.end => {
            Err(frames.damaged(Damage::EndsTooSoon { known_good }))
        }
        _ => Ok(summary),
    }
}

/// What stands at a reader's place.
enum Seen {
    Frame(Frame),
    /// Bytes that are no frame, or not yet.
    Unfinished,
    /// Nothing.
    EndOfSegment,
}

fn handed_out(start: Position, frame: WholeFrame) -> Frame {
    Frame {
        start,
        end: Position {
            offset: frame.end,
            ..start
        },
        seq: frame.header.seq,
        time: frame.header.time,
        lines: frame.lines,
        line_count: frame.header.lines,
        sha256: frame.digest,
    }
}
