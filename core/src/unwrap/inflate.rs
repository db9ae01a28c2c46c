//! How is a deflated stream unpacked piece by piece?
//! Input of any size goes in, output comes out in pieces of a bounded size; no more than the format's window is held.

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// A raw deflate stream, as in gzip and zip.
pub(super) struct Inflate {
    state: Box<DecompressorOxide>,
    /// What was unpacked last, round and round: later data refer back to it.
    window: Box<[u8]>,
    at: usize,
}

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// There is more where this came from.
    More,
    /// All input was used, and more is needed.
    NeedsInput,
    /// The stream has ended.
    Ended,
}

/// The stream is no deflate stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged;

/// The format's window is half as large; with twice as much a step can give as much at once.
const WINDOW: usize = 64 << 10;

impl std::fmt::Debug for Inflate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inflate")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Inflate {
    pub(super) fn new() -> Self {
        Self {
            state: Box::new(DecompressorOxide::new()),
            window: vec![0; WINDOW].into_boxed_slice(),
            at: 0,
        }
    }

    /// Unpacks some of the input, appends at most [`WINDOW`] bytes, and gives how many bytes of input were used.
    pub(super) fn step(
        &mut self,
        input: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(usize, Step), Damaged> {
        let flags = inflate_flags::TINFL_FLAG_HAS_MORE_INPUT;
        let (status, used, made) =
            decompress(&mut self.state, input, &mut self.window, self.at, flags);
        out.extend_from_slice(&self.window[self.at..self.at + made]);
        self.at = (self.at + made) % WINDOW;
        let step = match status {
            TINFLStatus::Done => Step::Ended,
            TINFLStatus::NeedsMoreInput => Step::NeedsInput,
            TINFLStatus::HasMoreOutput => Step::More,
            _ => return Err(Damaged),
        };
        Ok((used, step))
    }
}
