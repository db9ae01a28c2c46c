//! How is a `.zst` file unpacked?
//! RFC 8878: frames behind one another, block by block, so that neither input nor output is ever large. The window that a
//! frame demands is bounded before any memory is taken.

use super::packed::{Progress, Trouble};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use xxhash_rust::xxh64::Xxh64;

pub(super) struct Zstd {
    decoder: FrameDecoder,
    part: Part,
    checksum: Xxh64,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    /// A frame may begin here; has there been one?
    Between {
        any: bool,
    },
    /// Within a frame that may be passed over: so many bytes are left of it.
    Skipping(u64),
    Block {
        has_checksum: bool,
    },
    /// All blocks are decoded.
    Drained,
}

pub(super) const MAGIC: &[u8] = b"\x28\xB5\x2F\xFD";

/// The widest window: what `zstd --ultra -20` makes, and four times what `zstd -19` does.
const WIDEST_WINDOW: u64 = 32 << 20;

/// So much is appended at once.
const PIECE: usize = 64 << 10;

impl std::fmt::Debug for Zstd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Zstd")
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}

impl Zstd {
    pub(super) fn new() -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WIDEST_WINDOW);
        Self {
            decoder,
            part: Part::Between { any: false },
            checksum: Xxh64::new(0),
        }
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
        match self.part {
            Part::Between { any } => match input {
                [] if at_end && any => Ok((0, Progress::Ended)),
                [low @ 0x50..=0x5F, 0x2A, 0x4D, 0x18, l0, l1, l2, l3, ..] => {
                    debug_assert!((0x50..=0x5F).contains(low));
                    let length = u32::from_le_bytes([*l0, *l1, *l2, *l3]);
                    self.part = Part::Skipping(u64::from(length));
                    Ok((8, Progress::More))
                }
                _ if input.starts_with(MAGIC) => match header(input) {
                    Some(header) => self.begin(&input[..header.length], header),
                    None => starved(),
                },
                _ if input.len() < 8 => starved(),
                _ => Err(Trouble::Damaged("zstd, header")),
            },
            Part::Skipping(0) => {
                self.part = Part::Between { any: true };
                Ok((0, Progress::More))
            }
            Part::Skipping(_) if input.is_empty() => starved(),
            Part::Skipping(left) => {
                let passed = input.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                self.part = Part::Skipping(left - passed as u64);
                Ok((passed, Progress::More))
            }
            Part::Block { .. } if self.decoder.can_collect() > 0 => self.give(out),
            Part::Block { has_checksum } => {
                let Some(length) = block_length(input, has_checksum) else {
                    return starved();
                };
                let mut block = &input[..length];
                self.decoder
                    .decode_blocks(&mut block, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|_| Trouble::Damaged("zstd, block"))?;
                if self.decoder.is_finished() {
                    self.part = Part::Drained;
                }
                Ok((length - block.len(), Progress::More))
            }
            Part::Drained if self.decoder.can_collect() > 0 => self.give(out),
            Part::Drained => {
                let expected = self.decoder.get_checksum_from_data();
                if expected.is_some_and(|sum| sum != self.checksum.digest() as u32) {
                    return Err(Trouble::Damaged("zstd, XXH64"));
                }
                self.part = Part::Between { any: true };
                Ok((0, Progress::More))
            }
        }
    }

    fn begin(&mut self, mut header: &[u8], known: Header) -> Result<(usize, Progress), Trouble> {
        let length = header.len();
        if known.has_dictionary {
            return Err(Trouble::Unsupported("zstd, dictionary"));
        }
        if known.window > WIDEST_WINDOW {
            return Err(Trouble::Unsupported("zstd, window over 32 MiB"));
        }
        self.decoder
            .reset(&mut header)
            .map_err(|_| Trouble::Damaged("zstd, header"))?;
        self.checksum.reset(0);
        self.part = Part::Block {
            has_checksum: known.has_checksum,
        };
        Ok((length, Progress::More))
    }

    fn give(&mut self, out: &mut Vec<u8>) -> Result<(usize, Progress), Trouble> {
        use ruzstd::io::Read as _;
        let before = out.len();
        out.resize(before + self.decoder.can_collect().min(PIECE), 0);
        let made = self
            .decoder
            .read(&mut out[before..])
            .map_err(|_| Trouble::Damaged("zstd, block"))?;
        out.truncate(before + made);
        self.checksum.update(&out[before..]);
        Ok((0, Progress::More))
    }
}

/// What a frame's header says.
#[derive(Clone, Copy)]
struct Header {
    length: usize,
    window: u64,
    has_checksum: bool,
    has_dictionary: bool,
}

/// The header at the beginning of these bytes, if all of it is there.
fn header(input: &[u8]) -> Option<Header> {
    let descriptor = *input.get(4)?;
    let single_segment = descriptor & 0x20 != 0;
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = match descriptor >> 6 {
        0 => usize::from(single_segment),
        1 => 2,
        2 => 4,
        _ => 8,
    };
    let size_at = 5 + usize::from(!single_segment) + dictionary;
    let length = size_at + size;
    let size_bytes = input.get(size_at..length)?;
    let window = if single_segment {
        let mut whole = [0; 8];
        whole[..size].copy_from_slice(size_bytes);
        u64::from_le_bytes(whole) + if size == 2 { 256 } else { 0 }
    } else {
        let window = *input.get(5)?;
        let base = 1u64 << (10 + (window >> 3));
        base + base / 8 * u64::from(window & 7)
    };
    let has_dictionary = input[5 + usize::from(!single_segment)..size_at]
        .iter()
        .any(|byte| *byte != 0);
    Some(Header {
        length,
        window,
        has_checksum: descriptor & 4 != 0,
        has_dictionary,
    })
}

/// The length of the block at the beginning of these bytes, with the checksum behind the last one, if all of it is there.
fn block_length(input: &[u8], has_checksum: bool) -> Option<usize> {
    let header = input.first_chunk::<3>()?;
    let header = u32::from_le_bytes([header[0], header[1], header[2], 0]);
    let is_last = header & 1 != 0;
    let size = match header >> 1 & 3 {
        // One byte that is repeated.
        1 => 1,
        _ => (header >> 3) as usize,
    };
    let length = 3 + size + if is_last && has_checksum { 4 } else { 0 };
    // A block that is larger than any may be is the decoder's to refuse.
    let length = match size > LARGEST_BLOCK {
        true => 3,
        false => length,
    };
    (input.len() >= length).then_some(length)
}

const LARGEST_BLOCK: usize = 128 << 10;
