//! How is a `.gz` file unpacked?
//! RFC 1952: one member or several behind one another, each with a checksum and a length that must hold.

use super::inflate::{Inflate, Step};
use super::packed::{Progress, Trouble};
use crate::crc32::Crc32;

#[derive(Debug)]
pub(super) struct Gzip {
    part: Part,
}

#[derive(Debug)]
enum Part {
    Header,
    Body {
        inflate: Inflate,
        checksum: Crc32,
        /// Modulo 2³², as the trailer has it.
        length: u32,
    },
    Trailer {
        checksum: u32,
        length: u32,
    },
    Between,
}

pub(super) const MAGIC: &[u8] = b"\x1F\x8B";

/// A header with names and comments; longer ones are no accident.
const LONGEST_HEADER: usize = 64 << 10;

impl Gzip {
    pub(super) fn new() -> Self {
        Self { part: Part::Header }
    }

    /// Unpacks some of the input, appends a bounded number of bytes, and gives how many bytes of input were used.
    pub(super) fn step(
        &mut self,
        input: &[u8],
        at_end: bool,
        out: &mut Vec<u8>,
    ) -> Result<(usize, Progress), Trouble> {
        let starved = || match at_end {
            true => Err(Trouble::Truncated),
            false => Ok((0, Progress::NeedsInput)),
        };
        match &mut self.part {
            Part::Header => {
                let Some(length) = header_length(input)? else {
                    return starved();
                };
                self.part = Part::Body {
                    inflate: Inflate::new(),
                    checksum: Crc32::new(),
                    length: 0,
                };
                Ok((length, Progress::More))
            }
            Part::Body {
                inflate,
                checksum,
                length,
            } => {
                let before = out.len();
                let (used, step) = inflate
                    .step(input, out)
                    .map_err(|_| Trouble::Damaged("gzip, deflate"))?;
                let made = &out[before..];
                checksum.update(made);
                *length = length.wrapping_add(made.len() as u32);
                match step {
                    Step::NeedsInput if at_end && made.is_empty() => Err(Trouble::Truncated),
                    Step::NeedsInput if made.is_empty() => Ok((used, Progress::NeedsInput)),
                    Step::NeedsInput | Step::More => Ok((used, Progress::More)),
                    Step::Ended => {
                        self.part = Part::Trailer {
                            checksum: checksum.clone().finalize(),
                            length: *length,
                        };
                        Ok((used, Progress::More))
                    }
                }
            }
            Part::Trailer { checksum, length } => {
                let Some((trailer, _)) = input.split_first_chunk::<8>() else {
                    return starved();
                };
                let mut expected = [0; 8];
                expected[..4].copy_from_slice(&checksum.to_le_bytes());
                expected[4..].copy_from_slice(&length.to_le_bytes());
                if *trailer != expected {
                    return Err(Trouble::Damaged("gzip, CRC-32"));
                }
                self.part = Part::Between;
                Ok((trailer.len(), Progress::More))
            }
            Part::Between => {
                // Tapes and some programs fill up with zeros.
                let zeros = input.iter().take_while(|byte| **byte == 0).count();
                match &input[zeros..] {
                    [] if at_end => Ok((zeros, Progress::Ended)),
                    [] => Ok((zeros, Progress::NeedsInput)),
                    [first, ..] if *first == MAGIC[0] => {
                        self.part = Part::Header;
                        Ok((zeros, Progress::More))
                    }
                    _ => Err(Trouble::Damaged("gzip, bytes behind the end")),
                }
            }
        }
    }
}

/// The length of a member's header; nothing where it does not end within these bytes.
fn header_length(input: &[u8]) -> Result<Option<usize>, Trouble> {
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    const CHECKSUM: u8 = 2;
    let length = || -> Option<usize> {
        let flags = *input.get(3)?;
        let mut at = 10;
        if flags & EXTRA != 0 {
            let length = input.get(at..at + 2)?;
            at += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
        }
        for _ in 0..(flags & NAME).count_ones() + (flags & COMMENT).count_ones() {
            at += memchr::memchr(0, input.get(at..)?)? + 1;
        }
        if flags & CHECKSUM != 0 {
            at += 2;
        }
        (at <= input.len()).then_some(at)
    };
    let begins_well = input.iter().zip(MAGIC).all(|(byte, magic)| byte == magic)
        && input.get(2).is_none_or(|method| *method == 8);
    match length() {
        _ if !begins_well => Err(Trouble::Damaged("gzip, header")),
        Some(length) => Ok(Some(length)),
        None if input.len() > LONGEST_HEADER => Err(Trouble::Damaged("gzip, header")),
        None => Ok(None),
    }
}
