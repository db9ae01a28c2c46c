//! What comes out of an entry of a zip file?
//! Piece by piece in a window of fixed size; its length, its ratio and its checksum are held while it runs.

use super::{Entry, LOCAL_LENGTH_BYTES, Stretch, Trouble, ratio_is_plausible, u16_at};
use crate::crc32::Crc32;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};
use std::fmt;

/// An entry on its way out.
pub struct Unpacking {
    name: Box<str>,
    method: Method,
    crc_declared: u32,
    length_declared: u64,
    limit: u64,
    packed: u64,
    end: u64,
    /// Where the packed bytes begin, once its own header has been read.
    at: Option<u64>,
    header_at: u64,
    taken: u64,
    given: u64,
    crc: Crc32,
    inflater: Box<DecompressorOxide>,
    window: Box<[u8]>,
    place: usize,
    done: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Stored,
    Deflated,
}

/// Deflate looks back 32 KiB; twice that keeps pieces large.
const WINDOW_BYTES: usize = 64 << 10;

/// So many packed bytes are asked for at once.
const STRETCH_BYTES: u64 = 64 << 10;

impl fmt::Debug for Unpacking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unpacking")
            .field("name", &self.name)
            .field("taken", &self.taken)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

impl Unpacking {
    /// Begins with an entry out of which no more than `limit` bytes may come.
    pub fn begin(entry: &Entry, limit: u64) -> Result<Self, Trouble> {
        let method = match entry.method {
            _ if entry.encrypted => return Err(Trouble::Encrypted),
            0 => Method::Stored,
            8 => Method::Deflated,
            other => {
                let what = format!("{}: zip method {other}", entry.name);
                return Err(Trouble::Damaged(what.into()));
            }
        };
        if entry.unpacked > limit {
            return Err(Trouble::TooLarge(limit));
        }
        if !ratio_is_plausible(entry.packed, entry.unpacked) {
            return Err(ratio_trouble(&entry.name));
        }
        Ok(Self {
            name: entry.name.clone(),
            method,
            crc_declared: entry.crc,
            length_declared: entry.unpacked,
            limit,
            packed: entry.packed,
            end: entry.end,
            at: None,
            header_at: entry.offset,
            taken: 0,
            given: 0,
            crc: Crc32::new(),
            inflater: Box::default(),
            window: vec![0; WINDOW_BYTES].into_boxed_slice(),
            place: 0,
            done: false,
        })
    }

    /// The bytes that are wanted next; nothing once all has come out.
    pub fn wanted(&self) -> Option<Stretch> {
        if self.done {
            return None;
        }
        let Some(at) = self.at else {
            return Some(Stretch {
                offset: self.header_at,
                length: LOCAL_LENGTH_BYTES,
            });
        };
        Some(Stretch {
            offset: at + self.taken,
            length: (self.packed - self.taken).min(STRETCH_BYTES) as usize,
        })
    }

    /// So many bytes have come out.
    pub fn given(&self) -> u64 {
        self.given
    }

    /// So many packed bytes have been taken.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes the bytes that were wanted and hands on what comes out of them.
    pub fn give<E: From<Trouble>>(
        &mut self,
        bytes: &[u8],
        each: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self
            .wanted()
            .is_some_and(|stretch| bytes.len() < stretch.length)
        {
            return Err(self.damaged("end of file").into());
        }
        if self.at.is_none() {
            self.at = Some(self.begin_of_data(bytes)?);
            if self.packed == 0 {
                self.finish()?;
            }
            return Ok(());
        }
        match self.method {
            Method::Stored => {
                self.taken += bytes.len() as u64;
                self.count(bytes.len())?;
                self.crc.update(bytes);
                each(bytes)?;
                if self.taken == self.packed {
                    self.finish()?;
                }
                Ok(())
            }
            Method::Deflated => self.inflate(bytes, each),
        }
    }

    fn begin_of_data(&self, header: &[u8]) -> Result<u64, Trouble> {
        let lengths = (u16_at(header, 26), u16_at(header, 28));
        let (true, (Some(name), Some(extra))) = (header.starts_with(b"PK\x03\x04"), lengths) else {
            return Err(self.damaged("zip header"));
        };
        let at = self.header_at + (LOCAL_LENGTH_BYTES as u64) + u64::from(name) + u64::from(extra);
        if at + self.packed > self.end {
            return Err(Trouble::suspicious("zip: overlapping entries"));
        }
        Ok(at)
    }

    fn inflate<E: From<Trouble>>(
        &mut self,
        mut bytes: &[u8],
        each: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let is_last = self.taken + bytes.len() as u64 == self.packed;
        let flags = if is_last {
            0
        } else {
            TINFL_FLAG_HAS_MORE_INPUT
        };
        loop {
            let (status, read, written) = decompress(
                &mut self.inflater,
                bytes,
                &mut self.window,
                self.place,
                flags,
            );
            bytes = &bytes[read..];
            self.taken += read as u64;
            self.count(written)?;
            let piece = &self.window[self.place..self.place + written];
            self.crc.update(piece);
            if written > 0 {
                each(piece)?;
            }
            self.place = (self.place + written) % WINDOW_BYTES;
            match status {
                TINFLStatus::HasMoreOutput => {}
                TINFLStatus::NeedsMoreInput if !is_last => return Ok(()),
                TINFLStatus::Done => return Ok(self.finish()?),
                _ => return Err(self.damaged("deflate").into()),
            }
        }
    }

    fn count(&mut self, bytes: usize) -> Result<(), Trouble> {
        self.given += bytes as u64;
        if self.given > self.limit {
            return Err(Trouble::TooLarge(self.limit));
        }
        if !ratio_is_plausible(self.packed, self.given) {
            return Err(ratio_trouble(&self.name));
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Trouble> {
        self.done = true;
        if self.taken != self.packed || self.given != self.length_declared {
            return Err(self.damaged("length"));
        }
        if std::mem::take(&mut self.crc).finalize() != self.crc_declared {
            return Err(self.damaged("CRC-32"));
        }
        Ok(())
    }

    fn damaged(&self, what: &str) -> Trouble {
        Trouble::Damaged(format!("{}: {what}", self.name).into())
    }
}

fn ratio_trouble(name: &str) -> Trouble {
    Trouble::Suspicious(format!("{name}: > {} : 1", super::MOST_RATIO).into())
}
