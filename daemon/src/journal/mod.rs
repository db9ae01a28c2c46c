//! Where does every accepted change stand before it has any effect?
//!
//! Invariant: bytes up to [`Journal::end`] are never changed again, and what [`Journal::append`]
//! acknowledged is on the disk, whole, in the order of the acknowledgements.
//!
//! # The bytes
//!
//! ```text
//! journal/000001.ndjson.zst     segment 1: frame, frame, frame, …
//! journal/000002.ndjson.zst     segment 2, begun when segment 1 was full
//! journal/torn/2-81920.bin      what was cut off segment 2 at byte 81,920 after a crash
//! ```
//!
//! One append makes one *frame*, which is two zstd frames one after the other:
//!
//! 1. the **header**: one line of JSON, at most 1 KiB,
//!    `{"type":"frame","version":1,"seq":7,"prev":"<64 hex digits>","time":"2026-11-23T09:00:00Z","lines":2,"bytes":311}`
//! 2. the **body**: the lines that were appended, each ended by a line feed.
//!
//! `seq` counts frames from 1 over all segments. `prev` is the SHA-256 of the compressed bytes
//! (header and body) of the frame before, 64 zeros for the first: the frames form a chain over all
//! segments. `lines` counts the lines of the body, `bytes` is its compressed length. Both zstd
//! frames carry their content size and a content checksum, so that `zstdcat journal/*.zst | jq`
//! reads the whole, the header being an ordinary line.
//!
//! The header stands apart because only the writer knows `seq` and `prev`, and only at the last
//! moment. A body needs neither, so any number of threads can compress bodies ([`BodyCompressor`])
//! while one appends them ([`Journal::append_compressed`]); `bytes` lets a reader step over a body
//! without reading it.
//!
//! # Tears and damage
//!
//! Each append is on the disk before the next begins, so a crash can spoil the last frame only.
//! Unreadable bytes at the very end are a *tear*: [`Journal::open`] saves them under `torn/`, cuts
//! them off and says so. Unreadable bytes with a readable frame behind them, a missing segment, a
//! chain that does not hold, or a tear in what the store had already taken over
//! ([`JournalOptions::known_good`]) are *damage*: an error, never repaired.

mod error;
mod frame;
mod reader;
mod recovery;
mod segment;
#[cfg(test)]
mod tests;
mod writer;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use error::{Damage, JournalError};
pub use frame::{Body, BodyCompressor, MAX_CONTENT_BYTES};
pub use reader::{Frame, Frames, LastFrame, Summary, verify};
pub use recovery::{Cut, Recovery};
pub use segment::segment_name;
pub use writer::{Journal, JournalOptions};

/// The place of a frame's first byte, or of the byte after a frame's last.
///
/// Positions order as the journal does. The end of a full segment and the start of the next one
/// are two positions with nothing between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Number of the segment, from 1.
    pub segment: u32,
    /// Byte within the segment's file, from 0.
    pub offset: u64,
}

impl Position {
    /// Where the first frame of a journal stands.
    pub const START: Position = Position {
        segment: 1,
        offset: 0,
    };
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:06}:{}", self.segment, self.offset)
    }
}

/// The bytes that one append occupies: from `start` up to, without, `end`, in one segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameSpan {
    /// The frame's first byte.
    pub start: Position,
    /// The byte after its last; what is durable reaches up to here.
    pub end: Position,
}
