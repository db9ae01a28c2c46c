//! What is in a zip file, and how is one of its entries unpacked?
//! Its directory is read and bounded before anything is unpacked, and what is unpacked is counted while it runs: what the
//! directory declares is believed of nothing but the entry's place.

mod directory;
mod unpack;

#[cfg(test)]
pub(crate) mod make;
#[cfg(test)]
mod tests;

pub use directory::{Directory, DirectoryReader, Entry};
pub use unpack::Unpacking;

/// Bytes of a file that are wanted next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Where they begin.
    pub offset: u64,
    /// How many.
    pub length: usize,
}

/// Why a zip file, or an entry of it, cannot be read. The texts name a part of the file or a term of its format, the
/// same in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is not whole, or its bytes contradict each other.
    Damaged(Box<str>),
    /// It is built as no program writes one.
    Suspicious(Box<str>),
    /// An entry can only be read with a password.
    Encrypted,
    /// So many bytes would come out of it at most.
    TooLarge(u64),
}

impl Trouble {
    pub(crate) fn damaged(what: &str) -> Self {
        Self::Damaged(what.into())
    }

    pub(crate) fn suspicious(what: &str) -> Self {
        Self::Suspicious(what.into())
    }
}

/// Most entries of a zip file that is read.
pub const MOST_ENTRIES: usize = 4096;

/// Longest directory of a zip file that is read.
const LONGEST_DIRECTORY: u64 = 1 << 20;

/// Each entry has a header of its own before its bytes; this much of it has a fixed length.
const LOCAL_LENGTH_BYTES: usize = 30;

/// What comes out of an entry may be so many times as long as what is stored: programs reach 20 to 60, bombs 1000.
pub const MOST_RATIO: u64 = 200;

/// Below this length the ratio says nothing.
const RATIO_HOLDS_FROM: u64 = 1 << 20;

/// Does the ratio of an entry pass for one that a program wrote?
fn ratio_is_plausible(packed: u64, unpacked: u64) -> bool {
    unpacked <= RATIO_HOLDS_FROM || unpacked / MOST_RATIO <= packed
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes([bytes[0], bytes[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let low = u64::from(u32_at(bytes, at)?);
    Some(low | u64::from(u32_at(bytes, at + 4)?) << 32)
}
