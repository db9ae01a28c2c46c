//! How does a packed file leave piece by piece, however much would come out of it?
//! A step gives a bounded number of bytes, and what comes out is held against the limits while it does.

use super::archive::{self, Archive};
use super::gzip::{self, Gzip};
use super::held::Held;
use super::zstd::{self, Zstd};
use crate::code::Code;
use crate::finding::{Detail, Finding};
use crate::read::Limits;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Packing {
    /// `.gz`.
    Gzip,
    /// `.zst`.
    Zstd,
    /// `.zip` with one file in it.
    Zip,
}

impl Packing {
    /// `gzip`, `zstd` or `zip`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Zip => "zip",
        }
    }

    /// What a file is packed with, by its first bytes.
    pub(super) fn of(first: &[u8]) -> Option<Self> {
        match () {
            () if first.starts_with(gzip::MAGIC) => Some(Self::Gzip),
            () if first.starts_with(zstd::MAGIC) => Some(Self::Zstd),
            () if archive::MAGIC.iter().any(|magic| first.starts_with(magic)) => Some(Self::Zip),
            () => None,
        }
    }
}

/// A packed file on its way out.
#[derive(Debug)]
pub(super) struct Packed {
    unpacker: Unpacker,
    /// Input that was not used yet.
    input: Vec<u8>,
    /// How much of `input` was.
    at: usize,
    /// How much of `input` is shown to the unpacker: more in steps of [`QUANTUM`] bytes of the file, so that it goes the same
    /// way however the bytes arrive.
    shown: usize,
    ended: bool,
    taken: u64,
    given: u64,
    most: u64,
    most_times: u64,
}

#[derive(Debug)]
enum Unpacker {
    Gzip(Box<Gzip>),
    Zstd(Box<Zstd>),
    Zip(Box<Archive>),
}

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Go on.
    More,
    /// More input is needed.
    NeedsInput,
    /// All has come out.
    Ended,
    /// It is a workbook, which is read in another way.
    Workbook,
}

/// Why a packed file cannot be unpacked. The texts name a part of the format, the same in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Damaged(&'static str),
    Truncated,
    Unsupported(&'static str),
}

const QUANTUM: usize = 16 << 10;

/// Below this length the ratio says nothing.
const RATIO_HOLDS_FROM: u64 = 1 << 20;

impl Packed {
    pub(super) fn new(packing: Packing, limits: &Limits) -> Self {
        Self {
            unpacker: match packing {
                Packing::Gzip => Unpacker::Gzip(Box::new(Gzip::new())),
                Packing::Zstd => Unpacker::Zstd(Box::new(Zstd::new())),
                Packing::Zip => Unpacker::Zip(Box::new(Archive::new(*limits))),
            },
            input: Vec::new(),
            at: 0,
            shown: 0,
            ended: false,
            taken: 0,
            given: 0,
            most: limits.unpacked_bytes,
            most_times: limits.unpacked_ratio,
        }
    }

    /// Takes the next bytes of the file.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if let Unpacker::Zip(archive) = &mut self.unpacker {
            archive.push(bytes);
            return;
        }
        self.input.drain(..self.at);
        self.shown -= self.at;
        self.at = 0;
        self.input.extend_from_slice(bytes);
    }

    /// Says that the file has ended.
    pub(super) fn finish(&mut self) {
        self.ended = true;
        if let Unpacker::Zip(archive) = &mut self.unpacker {
            archive.finish();
        }
    }

    /// Appends some of what comes out, if anything does.
    pub(super) fn step(&mut self, out: &mut Vec<u8>) -> Result<Progress, Finding> {
        let before = out.len();
        let input = &self.input[self.at..self.shown];
        let at_end = self.ended && self.shown == self.input.len();
        let stepped = match &mut self.unpacker {
            // What comes out of it is bounded where it comes out.
            Unpacker::Zip(archive) => return archive.step(out),
            Unpacker::Gzip(gzip) => gzip.step(input, at_end, out),
            Unpacker::Zstd(zstd) => zstd.step(input, at_end, out),
        };
        let (used, mut progress) = stepped.map_err(Trouble::finding)?;
        self.at += used;
        self.taken += used as u64;
        self.given += (out.len() - before) as u64;
        if self.given > self.most {
            out.truncate(out.len() - (self.given - self.most) as usize);
            let limit = Detail::Limit(self.most);
            return Err(Finding::about_file(Code::UnpackedTooLarge, limit));
        }
        if self.given > RATIO_HOLDS_FROM && self.given / self.most_times > self.taken {
            let limit = Detail::Limit(self.most_times);
            return Err(Finding::about_file(Code::UnpackedRatio, limit));
        }
        if progress == Progress::NeedsInput && self.show_more() {
            progress = Progress::More;
        }
        Ok(progress)
    }

    /// Shows the unpacker the next bytes, if enough of them are there.
    fn show_more(&mut self) -> bool {
        let hidden = self.input.len() - self.shown;
        let more = match hidden {
            QUANTUM.. => QUANTUM,
            _ if self.ended => hidden,
            _ => 0,
        };
        self.shown += more;
        more > 0
    }

    /// The file as it was held, where it was.
    pub(super) fn into_held(self) -> Option<Held> {
        match self.unpacker {
            Unpacker::Zip(archive) => Some(archive.into_held()),
            _ => None,
        }
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        match &self.unpacker {
            Unpacker::Zip(archive) => archive.held(),
            _ => self.input.capacity(),
        }
    }
}

impl Trouble {
    fn finding(self) -> Finding {
        let (code, detail) = match self {
            Self::Damaged(what) => (Code::ArchiveDamaged, Detail::Text(what.into())),
            Self::Truncated => (Code::ArchiveTruncated, Detail::None),
            Self::Unsupported(what) => (Code::ArchiveUnsupported, Detail::Text(what.into())),
        };
        Finding::about_file(code, detail)
    }
}
