//! How is a file kept whose directory stands at its end?
//! In memory, up to a limit, in pieces that are never moved; any stretch of it can be read.

use crate::zip::Stretch;

/// A file in memory.
#[derive(Debug, Default)]
pub(super) struct Held {
    pieces: Vec<Vec<u8>>,
    length: usize,
}

const PIECE: usize = 1 << 20;

impl Held {
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len();
        while !bytes.is_empty() {
            if self.pieces.last().is_none_or(|piece| piece.len() == PIECE) {
                self.pieces.push(Vec::new());
            }
            if let Some(piece) = self.pieces.last_mut() {
                let (taken, rest) = bytes.split_at(bytes.len().min(PIECE - piece.len()));
                piece.extend_from_slice(taken);
                bytes = rest;
            }
        }
    }

    pub(super) fn length(&self) -> u64 {
        self.length as u64
    }

    /// The bytes of a stretch, fewer where the file ends before it does.
    pub(super) fn read(&self, stretch: Stretch) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(stretch.length.min(self.length));
        let mut at = usize::try_from(stretch.offset).unwrap_or(usize::MAX);
        while let Some(piece) = self.pieces.get(at / PIECE)
            && let Some(behind) = piece.get(at % PIECE..)
            && !behind.is_empty()
            && bytes.len() < stretch.length
        {
            let taken = behind.len().min(stretch.length - bytes.len());
            bytes.extend_from_slice(&behind[..taken]);
            at += taken;
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_stretch_is_read() {
        let mut held = Held::default();
        let bytes: Vec<u8> = (0..PIECE * 2 + 100).map(|at| (at % 251) as u8).collect();
        for piece in bytes.chunks(300_000) {
            held.push(piece);
        }
        assert_eq!(held.length(), bytes.len() as u64);
        for (offset, length) in [(0, 10), (PIECE - 3, 7), (5, PIECE + 9), (2 * PIECE, 100)] {
            let stretch = Stretch {
                offset: offset as u64,
                length,
            };
            assert_eq!(held.read(stretch), bytes[offset..offset + length]);
        }
        for offset in [bytes.len() as u64, bytes.len() as u64 + 1, u64::MAX] {
            assert!(held.read(Stretch { offset, length: 9 }).is_empty());
        }
    }
}
