//! What can go wrong with the journal, and what can the operator do about it?
//!
//! Invariant: an error that concerns a file names the file, and damage also names the byte.

use std::io;
use std::path::{Path, PathBuf};

use super::Position;

/// Why the journal could not be opened, written or read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The operating system refused an operation.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder it was tried on.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// Bytes that were once good are not any more. Nothing was changed.
    #[error(
        "the journal is damaged: `{}` at byte {offset}: {damage}\n\
         hint: keep a copy of the journal folder, then restore this file from a backup; \
         damage is never repaired by itself because frames behind it would be lost",
        .path.display()
    )]
    Damaged {
        /// The segment's file.
        path: PathBuf,
        /// First byte of the frame that is not as it should be.
        offset: u64,
        /// What is wrong there.
        damage: Damage,
    },
    /// A frame of a form that this program does not know. Nothing was changed.
    #[error(
        "`{}` at byte {offset}: journal version {version} is not known here\n\
         hint: the journal was written by a newer release; start that one",
        .path.display()
    )]
    UnknownVersion {
        /// The segment's file.
        path: PathBuf,
        /// First byte of the frame.
        offset: u64,
        /// The version it states.
        version: u32,
    },
    /// An earlier append failed, so that the state of the file is not certain any more.
    #[error(
        "the journal takes no more lines after a failed write\n\
         hint: mend the cause (disk full, disk failing), then restart"
    )]
    Poisoned,
    /// The bytes to append are not one or more lines that each end in a line feed.
    #[error("the bytes to append are not whole lines")]
    NotWholeLines,
    /// More bytes in one frame than a reader would accept.
    #[error("{bytes} bytes are too many for one frame, the limit is {limit}")]
    TooLarge {
        /// Bytes of the lines, before compression.
        bytes: u64,
        /// [`MAX_CONTENT_BYTES`](super::MAX_CONTENT_BYTES).
        limit: u64,
    },
    /// The time given for a frame is not RFC 3339.
    #[error("`{time}` is not a time in the form of RFC 3339")]
    NotATime {
        /// The text as given.
        time: String,
    },
    /// zstd could not compress.
    #[error("cannot compress a frame of the journal: {source}")]
    Compress {
        /// zstd's answer.
        source: io::Error,
    },
}

/// What is wrong with a frame that must have been good before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The bytes cannot be decoded or fail their checksum, and are not the end of the journal.
    #[error("this frame cannot be read, and it is not the last thing written")]
    Unreadable,
    /// The bytes decode, but they are no frame of a journal.
    #[error("the bytes are intact but they are no frame of a journal")]
    NotAFrame,
    /// Header and body are each intact but do not belong together.
    #[error("the frame's header does not describe its body")]
    HeaderMismatch,
    /// `prev` or `seq` does not follow from the frame before.
    #[error("this frame does not follow the one before it")]
    BrokenChain,
    /// The frame would take more memory than [`MAX_CONTENT_BYTES`](super::MAX_CONTENT_BYTES).
    #[error("the frame says that it holds {bytes} bytes, the limit is {limit}")]
    OverLimit {
        /// Bytes before compression, as the frame states them.
        bytes: u64,
        /// The most a reader accepts.
        limit: u64,
    },
    /// There is no such file, although there is a later segment.
    #[error("this segment is missing")]
    MissingSegment,
    /// Everything readable ends before a place that was written before.
    #[error("the readable part of the journal ends here, but it once reached up to {known_good}")]
    EndsTooSoon {
        /// The place that was once the end of a frame.
        known_good: Position,
    },
}

impl JournalError {
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> JournalError {
        move |source| JournalError::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}
