//! Which files make up the journal, and what stands at a given byte of one?
//!
//! Invariant: nothing here writes, and no more of a file is in memory than one frame needs.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::error::{Damage, JournalError};
use super::frame::{
    Fault, FrameDecoder, FrameDigest, Header, MAX_CONTENT_BYTES, MAX_HEADER_BYTES, ZSTD_MAGIC,
    digest, zstd_frame_length,
};

const SUFFIX: &str = ".ndjson.zst";

/// Small frames are read many at a time.
const READ_AHEAD_BYTES: usize = 16 << 10;

/// How much of a spoilt tail is searched at a time.
const SEARCH_BYTES: usize = 1 << 20;

/// `000001.ndjson.zst` for segment 1.
pub fn segment_name(segment: u32) -> String {
    format!("{segment:06}{SUFFIX}")
}

/// The file of a segment.
pub(super) fn path(directory: &Path, segment: u32) -> PathBuf {
    directory.join(segment_name(segment))
}

/// The number of the last segment, 0 if there is none. A gap in the numbers is damage, other
/// files in the folder are nobody's business.
pub(super) fn last(directory: &Path) -> Result<u32, JournalError> {
    let present = list(directory)?;
    for (segment, expected) in present.iter().zip(1..) {
        // A segment may be created while the folder is being listed, so that the one after it is
        // listed and itself not: only its absence now is a gap.
        if *segment != expected && !exists(directory, expected)? {
            return Err(missing(directory, expected));
        }
    }
    Ok(present.last().copied().unwrap_or(0))
}

/// The error for a segment that is not there although a later one is.
pub(super) fn missing(directory: &Path, segment: u32) -> JournalError {
    JournalError::Damaged {
        path: path(directory, segment),
        offset: 0,
        damage: Damage::MissingSegment,
    }
}

/// Whether the segment's file is there.
pub(super) fn exists(directory: &Path, segment: u32) -> Result<bool, JournalError> {
    let path = path(directory, segment);
    path.try_exists()
        .map_err(JournalError::io("look for", &path))
}

/// Makes the entries of a folder durable: which files there are, not what is in them.
pub(super) fn sync_directory(directory: &Path) -> Result<(), JournalError> {
    File::open(directory)
        .and_then(|folder| folder.sync_all())
        .map_err(JournalError::io("sync the folder", directory))
}

/// A frame read whole, both checksums good and its header in accord with its body. Whether it
/// follows the one before is for the caller to check.
pub(super) struct WholeFrame {
    pub(super) header: Header,
    pub(super) lines: Vec<u8>,
    pub(super) digest: FrameDigest,
    /// The byte after its last.
    pub(super) end: u64,
}

/// Reads one segment's file, also while it grows.
pub(super) struct SegmentReader {
    file: File,
    path: PathBuf,
    decoder: FrameDecoder,
    /// A part of the file, from `window_start`.
    window: Vec<u8>,
    window_start: u64,
}

impl SegmentReader {
    pub(super) fn open(path: PathBuf) -> Result<SegmentReader, JournalError> {
        let file = File::open(&path).map_err(JournalError::io("open", &path))?;
        Ok(SegmentReader {
            file,
            path,
            decoder: FrameDecoder::new(),
            window: Vec::new(),
            window_start: 0,
        })
    }

    /// The file's length at this moment.
    pub(super) fn length(&self) -> Result<u64, JournalError> {
        self.file
            .metadata()
            .map(|metadata| metadata.len())
            .map_err(JournalError::io("read the size of", &self.path))
    }

    /// The error for a frame that should be good and is not.
    pub(super) fn damaged(&self, offset: u64, damage: Damage) -> JournalError {
        JournalError::Damaged {
            path: self.path.clone(),
            offset,
            damage,
        }
    }

    /// The error for a fault that cannot be a tear, or is known not to be one.
    pub(super) fn fault(&self, offset: u64, fault: Fault) -> JournalError {
        match fault {
            Fault::Unreadable => self.damaged(offset, Damage::Unreadable),
            Fault::Wrong(damage) => self.damaged(offset, damage),
            Fault::UnknownVersion(version) => JournalError::UnknownVersion {
                path: self.path.clone(),
                offset,
                version,
            },
        }
    }

    /// Drops what was read ahead, so that the next read sees the file as it is then.
    pub(super) fn forget(&mut self) {
        self.window.clear();
    }

    /// The header at `offset`.
    pub(super) fn header(
        &mut self,
        offset: u64,
    ) -> Result<Result<(Header, usize), Fault>, JournalError> {
        let start = self.fill(offset, MAX_HEADER_BYTES)?;
        Ok(self.decoder.header(&self.window[start..]))
    }

    /// The frame at `offset`, decoded and checked.
    pub(super) fn frame(&mut self, offset: u64) -> Result<Result<WholeFrame, Fault>, JournalError> {
        let (header, header_bytes) = match self.header(offset)? {
            Ok(found) => found,
            Err(fault) => return Ok(Err(fault)),
        };
        let most = zstd::compress_bound(MAX_CONTENT_BYTES as usize) as u64;
        if header.body_bytes > most {
            let damage = Damage::OverLimit {
                bytes: header.body_bytes,
                limit: most,
            };
            return Ok(Err(Fault::Wrong(damage)));
        }
        let frame_bytes = header_bytes + header.body_bytes as usize;
        let end = offset + frame_bytes as u64;
        if end > self.length()? {
            return Ok(Err(Fault::Unreadable));
        }
        let start = self.fill(offset, frame_bytes)?;
        let Some(bytes) = self.window.get(start..start + frame_bytes) else {
            return Ok(Err(Fault::Unreadable));
        };
        Ok(self
            .decoder
            .body(&bytes[header_bytes..], &header)
            .map(|lines| WholeFrame {
                digest: digest(&[bytes]),
                header,
                lines,
                end,
            }))
    }

    /// Where the frame at `offset` ends, without decoding its body; nothing if there is no
    /// complete frame before the file's `length`.
    pub(super) fn frame_end(
        &mut self,
        offset: u64,
        length: u64,
    ) -> Result<Option<u64>, JournalError> {
        let start = self.fill(offset, MAX_HEADER_BYTES)?;
        let bytes = &self.window[start..];
        let Some(header_bytes) = zstd_frame_length(bytes) else {
            return Ok(None);
        };
        // A body that is in memory already is measured there, which is faster than to decode the
        // header; one that is not is stepped over by what the header says.
        let body_bytes = match zstd_frame_length(&bytes[header_bytes..]) {
            Some(length) => length as u64,
            None => match self.decoder.header(bytes) {
                Ok((header, _)) => header.body_bytes,
                Err(_) => return Ok(None),
            },
        };
        let end = offset
            .checked_add(header_bytes as u64)
            .and_then(|at| at.checked_add(body_bytes));
        Ok(end.filter(|end| *end <= length))
    }

    /// Whether a readable header stands anywhere behind `offset`. It proves that what stands at
    /// `offset` was once complete, since a frame is begun only after the one before is durable.
    pub(super) fn header_follows(&mut self, offset: u64) -> Result<bool, JournalError> {
        let length = self.length()?;
        let mut base = offset + 1;
        while base < length {
            let start = self.fill(base, SEARCH_BYTES + MAX_HEADER_BYTES)?;
            let bytes = &self.window[start..];
            let found = memchr::memmem::find_iter(bytes, &ZSTD_MAGIC)
                .take_while(|at| *at < SEARCH_BYTES)
                .any(|at| {
                    matches!(
                        self.decoder.header(&bytes[at..]),
                        Ok(_) | Err(Fault::UnknownVersion(_))
                    )
                });
            if found {
                return Ok(true);
            }
            base += SEARCH_BYTES as u64;
        }
        Ok(false)
    }

    /// Sees to it that `window` holds `want` bytes from `offset`, fewer only where the file ends,
    /// and returns the index in `window` of the byte at `offset`.
    fn fill(&mut self, offset: u64, want: usize) -> Result<usize, JournalError> {
        let held = offset
            .checked_sub(self.window_start)
            .map(|start| start as usize)
            .filter(|start| {
                start
                    .checked_add(want)
                    .is_some_and(|end| end <= self.window.len())
            });
        if let Some(start) = held {
            return Ok(start);
        }
        let read = want.max(READ_AHEAD_BYTES);
        self.window.clear();
        self.window_start = offset;
        // One rare huge frame must not hold its memory for the life of the reader.
        self.window.shrink_to(read.max(SEARCH_BYTES));
        self.window.reserve(read);
        let mut file = &self.file;
        file.seek(SeekFrom::Start(offset))
            .and_then(|_| file.take(read as u64).read_to_end(&mut self.window))
            .map_err(JournalError::io("read", &self.path))?;
        Ok(0)
    }
}

fn list(directory: &Path) -> Result<Vec<u32>, JournalError> {
    let failed = || JournalError::io("list the folder", directory);
    let mut segments = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed())? {
        let name = entry.map_err(failed())?.file_name();
        segments.extend(name.to_str().and_then(number));
    }
    segments.sort_unstable();
    Ok(segments)
}

fn number(file_name: &str) -> Option<u32> {
    let digits = file_name.strip_suffix(SUFFIX)?;
    let segment: u32 = digits.parse().ok()?;
    (segment > 0 && format!("{segment:06}") == digits).then_some(segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_exact_form_are_segments() {
        assert_eq!(number("000001.ndjson.zst"), Some(1));
        assert_eq!(number("1234567.ndjson.zst"), Some(1_234_567));
        for name in [
            "1.ndjson.zst",
            "000000.ndjson.zst",
            "+00001.ndjson.zst",
            "000001.ndjson",
        ] {
            assert_eq!(number(name), None, "{name}");
        }
    }

    #[test]
    fn a_gap_in_the_numbers_names_the_first_missing_file() {
        let folder = tempfile::tempdir().unwrap();
        for segment in [1, 3] {
            std::fs::write(path(folder.path(), segment), b"").unwrap();
        }
        let Err(JournalError::Damaged { path, damage, .. }) = last(folder.path()) else {
            panic!("a gap must be damage")
        };
        assert_eq!(damage, Damage::MissingSegment);
        assert!(path.ends_with("000002.ndjson.zst"));
    }
}
