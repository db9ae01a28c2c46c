//! How do lines get onto the disk so that they are there for good?
//!
//! Invariant: the file is longer than the last acknowledged end only while an append is under way;
//! after a failed one nothing is appended any more.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::error::JournalError;
use super::frame::{self, Body, BodyCompressor, Header, HeaderEncoder};
use super::recovery::{self, FoundEnd, Link, Recovery};
use super::{FrameSpan, Position, segment};

/// How a journal is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalOptions {
    /// Length in bytes at which a segment is full. A frame is never split, so a segment is longer
    /// only where a single frame is.
    pub segment_bytes: u64,
    /// The end of what others have already taken over from this journal. A journal that ends
    /// before it is damaged, not torn.
    pub known_good: Option<Position>,
}

impl Default for JournalOptions {
    /// Segments of 64 MiB, nothing known.
    fn default() -> JournalOptions {
        JournalOptions {
            segment_bytes: 64 << 20,
            known_good: None,
        }
    }
}

/// The one writer of a journal. That there is only one is for the owner of the data directory's
/// lock to ensure.
pub struct Journal {
    directory: PathBuf,
    segment_bytes: u64,
    /// The segment that grows; none before the first append.
    segment: Option<SegmentFile>,
    end: Position,
    link: Link,
    full_segments_bytes: u64,
    bodies: BodyCompressor,
    headers: HeaderEncoder,
    poisoned: bool,
    #[cfg(test)]
    fault: Option<Fault>,
}

impl Journal {
    /// Opens the journal in `directory`, which is created if it is absent (its parent must be
    /// there), and finds its end. The last few frames are decoded and their chain checked, the
    /// others of the last segment stepped over, those of earlier segments left alone:
    /// [`verify`](super::verify) is for the whole.
    ///
    /// A torn tail is cut off, see [`Recovery`]. Everything that readers can find afterwards is
    /// durable, also what a killed process had written but not yet synced.
    pub fn open(
        directory: &Path,
        options: JournalOptions,
    ) -> Result<(Journal, Recovery), JournalError> {
        recovery::create_folder(directory)?;
        let FoundEnd {
            position,
            link,
            torn,
        } = recovery::find_end(directory, options.known_good)?;
        if let Some(cut) = torn {
            recovery::cut_off(directory, cut)?;
        }
        let segment = if segment::exists(directory, position.segment)? {
            let segment = SegmentFile::open(segment::path(directory, position.segment))?;
            segment
                .sync_all()
                .map_err(JournalError::io("sync", &segment.path))?;
            Some(segment)
        } else {
            None
        };
        let mut full_segments_bytes = 0;
        for number in 1..position.segment {
            let path = segment::path(directory, number);
            let metadata = path
                .metadata()
                .map_err(JournalError::io("read the size of", &path))?;
            full_segments_bytes += metadata.len();
        }
        let journal = Journal {
            directory: directory.to_owned(),
            segment_bytes: options.segment_bytes,
            segment,
            end: position,
            link,
            full_segments_bytes,
            bodies: BodyCompressor::new()?,
            headers: HeaderEncoder::new()?,
            poisoned: false,
            #[cfg(test)]
            fault: None,
        };
        Ok((journal, Recovery { cut: torn }))
    }

    /// Appends one or more lines, each ended by a line feed, as one frame. When this returns, they
    /// are durable; after an error they are not there, and after any error of the disk every
    /// further append is [`JournalError::Poisoned`] until the journal is opened again.
    ///
    /// `time` is the time of the append in the form of RFC 3339.
    pub fn append(&mut self, lines: &[u8], time: &str) -> Result<FrameSpan, JournalError> {
        let body = self.bodies.compress(lines)?;
        self.append_compressed(&body, time)
    }

    /// [`append`](Journal::append) for lines that another thread has compressed.
    pub fn append_compressed(
        &mut self,
        body: &Body,
        time: &str,
    ) -> Result<FrameSpan, JournalError> {
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        if time.len() > 64 || time.parse::<jiff::Timestamp>().is_err() {
            return Err(JournalError::NotATime {
                time: time.to_owned(),
            });
        }
        let mut bytes = self.headers.encode(&Header {
            seq: self.link.seq,
            prev: self.link.prev,
            time: time.to_owned(),
            lines: body.lines(),
            body_bytes: body.compressed_bytes(),
        })?;
        bytes.extend_from_slice(body.compressed());
        let digest = frame::digest(&[&bytes]);

        // Whatever ends this early, a panic too, leaves the mark.
        self.poisoned = true;
        let span = self.write(&bytes)?;
        self.poisoned = false;

        self.end = span.end;
        self.link = Link {
            seq: self.link.seq + 1,
            prev: digest,
        };
        Ok(span)
    }

    /// The end of the last durable frame.
    pub fn end(&self) -> Position {
        self.end
    }

    /// SHA-256 of the last frame; it follows from all frames before. Zeros where there is none.
    pub fn last_digest(&self) -> [u8; 32] {
        self.link.prev
    }

    /// Bytes of all segments, without `torn/`.
    pub fn bytes_on_disk(&self) -> u64 {
        self.full_segments_bytes + self.end.offset
    }

    fn write(&mut self, bytes: &[u8]) -> Result<FrameSpan, JournalError> {
        let full = self.end.offset > 0
            && self.end.offset.saturating_add(bytes.len() as u64) > self.segment_bytes;
        let start = if full {
            Position {
                segment: self.end.segment + 1,
                offset: 0,
            }
        } else {
            self.end
        };
        let existing = if full { None } else { self.segment.take() };
        let is_new = existing.is_none();
        let segment = match existing {
            Some(segment) => segment,
            None => SegmentFile::create(segment::path(&self.directory, start.segment))?,
        };
        #[cfg(test)]
        segment.fault.set(self.fault.take());

        let written = segment
            .write_all_at(bytes, start.offset)
            .map_err(JournalError::io("write to", &segment.path))
            .and_then(|()| {
                let synced = if is_new {
                    segment.sync_all()
                } else {
                    segment.sync_data()
                };
                synced.map_err(JournalError::io("sync", &segment.path))
            })
            .and_then(|()| {
                if is_new {
                    segment::sync_directory(&self.directory)
                } else {
                    Ok(())
                }
            });
        if let Err(error) = written {
            // Best effort: what cannot be cut back now is a torn tail at the next opening. A frame
            // whose sync failed must go as well: it may look good in the page cache for as long
            // as the machine runs, and yet never have reached the disk.
            drop(segment.cut_back(start.offset));
            return Err(error);
        }

        if full {
            self.full_segments_bytes += self.end.offset;
        }
        self.segment = Some(segment);
        let end = Position {
            offset: start.offset + bytes.len() as u64,
            ..start
        };
        Ok(FrameSpan { start, end })
    }
}

/// The file of the segment that grows.
struct SegmentFile {
    file: File,
    path: PathBuf,
    #[cfg(test)]
    fault: std::cell::Cell<Option<Fault>>,
}

/// A failure of the disk, for tests.
#[cfg(test)]
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// The disk is full after so many bytes.
    WriteStopsAfter(usize),
    /// Everything is written, the sync fails.
    SyncFails,
}

impl SegmentFile {
    fn open(path: PathBuf) -> Result<SegmentFile, JournalError> {
        let file = File::options()
            .write(true)
            .open(&path)
            .map_err(JournalError::io("open", &path))?;
        Ok(SegmentFile::around(file, path))
    }

    fn create(path: PathBuf) -> Result<SegmentFile, JournalError> {
        let file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(JournalError::io("create", &path))?;
        Ok(SegmentFile::around(file, path))
    }

    fn around(file: File, path: PathBuf) -> SegmentFile {
        SegmentFile {
            file,
            path,
            #[cfg(test)]
            fault: std::cell::Cell::new(None),
        }
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        #[cfg(test)]
        if let Some(Fault::WriteStopsAfter(count)) = self.fault.get() {
            self.file
                .write_all_at(&bytes[..count.min(bytes.len())], offset)?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.write_all_at(bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        #[cfg(test)]
        if let Some(Fault::SyncFails) = self.fault.get() {
            return Err(io::Error::other("input/output error"));
        }
        self.file.sync_data()
    }

    /// Also the length, whatever the file system counts as data.
    fn sync_all(&self) -> io::Result<()> {
        #[cfg(test)]
        if let Some(Fault::SyncFails) = self.fault.get() {
            return Err(io::Error::other("input/output error"));
        }
        self.file.sync_all()
    }

    fn cut_back(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.file.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Frames, verify};

    const TIME: &str = "2026-11-23T09:00:00Z";

    fn open(directory: &Path, segment_bytes: u64) -> (Journal, Recovery) {
        let options = JournalOptions {
            segment_bytes,
            ..JournalOptions::default()
        };
        Journal::open(directory, options).unwrap()
    }

    #[test]
    fn after_a_failed_write_the_file_is_clean_and_the_journal_takes_no_more() {
        // With segments of one byte each append begins a new one.
        for segment_bytes in [1, 64 << 20] {
            for fault in [
                Fault::WriteStopsAfter(0),
                Fault::WriteStopsAfter(100),
                Fault::SyncFails,
            ] {
                let folder = tempfile::tempdir().unwrap();
                let (mut journal, _) = open(folder.path(), segment_bytes);
                let good = journal.append(b"{\"row\":1}\n", TIME).unwrap();
                journal.fault = Some(fault);
                let failed = journal.append(b"{\"row\":2}\n", TIME);
                assert!(matches!(failed, Err(JournalError::Io { .. })), "{fault:?}");
                assert_eq!(journal.end(), good.end);
                assert!(matches!(
                    journal.append(b"{\"row\":3}\n", TIME),
                    Err(JournalError::Poisoned)
                ));
                assert_eq!(
                    verify(folder.path(), Some(good.end))
                        .unwrap()
                        .unfinished_bytes,
                    0
                );

                let (mut journal, recovery) = open(folder.path(), segment_bytes);
                assert_eq!(recovery.cut, None, "{fault:?}");
                journal.append(b"{\"row\":4}\n", TIME).unwrap();
                let summary = verify(folder.path(), None).unwrap();
                assert_eq!((summary.frames, summary.lines), (2, 2));
            }
        }
    }

    #[test]
    fn refused_arguments_leave_the_journal_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path(), 64 << 20);
        assert!(matches!(
            journal.append(b"no line", TIME),
            Err(JournalError::NotWholeLines)
        ));
        for time in ["", "yesterday", "2026-11-23", "2026-11-23T09:00:00"] {
            assert!(matches!(
                journal.append(b"{}\n", time),
                Err(JournalError::NotATime { .. })
            ));
        }
        assert_eq!(
            journal.append(b"{}\n", TIME).unwrap().start,
            Position::START
        );
    }

    #[test]
    fn bodies_compressed_elsewhere_make_the_same_bytes() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let lines = b"{\"row\":1}\n{\"row\":2}\n";
        let span = open(one.path(), 64 << 20).0.append(lines, TIME).unwrap();
        let body = std::thread::spawn(move || BodyCompressor::new().unwrap().compress(lines))
            .join()
            .unwrap()
            .unwrap();
        let (mut journal, _) = open(other.path(), 64 << 20);
        assert_eq!(journal.append_compressed(&body, TIME).unwrap(), span);
        let bytes = |folder: &Path| std::fs::read(segment::path(folder, 1)).unwrap();
        assert_eq!(bytes(one.path()), bytes(other.path()));
        let frame = Frames::read_at(other.path(), span.start).unwrap();
        assert_eq!((frame.lines.as_slice(), frame.seq), (&lines[..], 1));
    }

    #[test]
    fn the_bytes_on_disk_are_those_of_all_segments() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = open(folder.path(), 1000);
        for _ in 0..20 {
            journal.append(b"{\"row\":1}\n", TIME).unwrap();
        }
        let summary = verify(folder.path(), None).unwrap();
        assert_eq!(journal.bytes_on_disk(), summary.bytes);
        assert_eq!(open(folder.path(), 1000).0.bytes_on_disk(), summary.bytes);
        assert_eq!(journal.end(), summary.end);
    }
}
