//! Where does the journal end after whatever happened to the last process?
//!
//! Invariant: only bytes behind the last good frame are ever cut off, only when no readable frame
//! stands behind them, and never before a copy of them is durable.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::error::{Damage, JournalError};
use super::frame::{Fault, FrameDigest, NO_FRAME};
use super::segment::{self, SegmentReader, WholeFrame};
use super::{Position, frame};

/// How many frames before the end are decoded at an opening; those before them are stepped over.
const CHECKED_FRAMES: usize = 4;

/// What was done to the journal when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The torn tail that was cut off, if there was one.
    pub cut: Option<Cut>,
}

/// A torn tail, now in `torn/<segment>-<offset>.bin` under the journal's folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The segment it was cut off.
    pub segment: u32,
    /// The segment's length since then.
    pub offset: u64,
    /// How many bytes were cut off.
    pub bytes: u64,
}

/// What the next frame follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    /// The next frame's number.
    pub(super) seq: u64,
    /// Digest of the frame before.
    pub(super) prev: FrameDigest,
}

impl Link {
    /// What the first frame of a journal follows.
    pub(super) const FIRST: Link = Link {
        seq: 1,
        prev: NO_FRAME,
    };

    /// What the frame after `frame` follows.
    pub(super) fn after(frame: &WholeFrame) -> Link {
        Link {
            seq: frame.header.seq.saturating_add(1),
            prev: frame.digest,
        }
    }

    /// Whether a frame with this header may stand here.
    pub(super) fn admits(&self, header: &frame::Header) -> bool {
        self.seq == header.seq && self.prev == header.prev
    }
}

/// The end of a journal, as found on disk.
pub(super) struct FoundEnd {
    /// The byte after the last good frame.
    pub(super) position: Position,
    /// What the next frame follows.
    pub(super) link: Link,
    /// A torn tail that is still there.
    pub(super) torn: Option<Cut>,
}

/// Finds the end by stepping over the frames of the last segment; changes nothing.
pub(super) fn find_end(
    directory: &Path,
    known_good: Option<Position>,
) -> Result<FoundEnd, JournalError> {
    let last = segment::last(directory)?;
    let found = if last == 0 {
        FoundEnd {
            position: Position::START,
            link: Link::FIRST,
            torn: None,
        }
    } else {
        find_end_of(directory, last)?
    };
    if let Some(known_good) = known_good.filter(|known_good| *known_good > found.position) {
        return Err(JournalError::Damaged {
            path: segment::path(directory, found.position.segment),
            offset: found.position.offset,
            damage: Damage::EndsTooSoon { known_good },
        });
    }
    Ok(found)
}

/// Copies the torn tail to `torn/`, then cuts it off; each step durable before the next.
pub(super) fn cut_off(directory: &Path, cut: Cut) -> Result<(), JournalError> {
    let path = segment::path(directory, cut.segment);
    let mut file = File::options()
        .read(true)
        .write(true)
        .open(&path)
        .map_err(JournalError::io("open", &path))?;
    file.seek(SeekFrom::Start(cut.offset))
        .map_err(JournalError::io("read", &path))?;

    let folder = directory.join("torn");
    create_folder(&folder)?;
    let copy = free_name(&folder, cut)?;
    // A copy that did not fit on the disk must not stay there and make the next try worse.
    let unfinished = copy.with_extension("unfinished");
    let written = File::create(&unfinished).and_then(|mut target| {
        io::copy(&mut (&file).take(cut.bytes), &mut target)?;
        target.sync_all()
    });
    if let Err(source) = written {
        drop(fs::remove_file(&unfinished));
        return Err(JournalError::io("write", &unfinished)(source));
    }
    fs::rename(&unfinished, &copy).map_err(JournalError::io("rename", &unfinished))?;
    segment::sync_directory(&folder)?;

    file.set_len(cut.offset)
        .and_then(|()| file.sync_all())
        .map_err(JournalError::io("cut the torn end off", &path))
}

/// Creates the folder if it is absent, durably. Its parent must be there. Only the owner may
/// look inside: the lines hold personal data.
pub(super) fn create_folder(folder: &Path) -> Result<(), JournalError> {
    match fs::DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(source) => return Err(JournalError::io("create the folder", folder)(source)),
    }
    segment::sync_directory(folder)?;
    match folder.parent() {
        Some(parent) if parent.as_os_str().is_empty() => segment::sync_directory(Path::new(".")),
        Some(parent) => segment::sync_directory(parent),
        None => Ok(()),
    }
}

/// What was found in one segment.
struct Inspected {
    /// What the first frame says that it follows; nothing if there is no good frame.
    begins_after: Option<Link>,
    /// What the frame after the last good one follows; nothing if there is no good frame.
    link: Option<Link>,
    frames: u64,
    end: u64,
    length: u64,
}

fn find_end_of(directory: &Path, last: u32) -> Result<FoundEnd, JournalError> {
    let inspected = inspect(directory, last)?;
    let mut link = inspected.link;
    if last == 1 || inspected.frames < CHECKED_FRAMES as u64 {
        let before = if last == 1 {
            Link::FIRST
        } else {
            link_after_full_segment(directory, last - 1)?
        };
        if inspected
            .begins_after
            .is_some_and(|claimed| claimed != before)
        {
            return Err(JournalError::Damaged {
                path: segment::path(directory, last),
                offset: 0,
                damage: Damage::BrokenChain,
            });
        }
        link = link.or(Some(before));
    }
    let torn = (inspected.end < inspected.length).then(|| Cut {
        segment: last,
        offset: inspected.end,
        bytes: inspected.length - inspected.end,
    });
    Ok(FoundEnd {
        position: Position {
            segment: last,
            offset: inspected.end,
        },
        // A segment without a good frame has taken the link of the one before, just above.
        link: link.unwrap_or(Link::FIRST),
        torn,
    })
}

/// The segments before the last were complete and durable before the last was begun.
fn link_after_full_segment(directory: &Path, segment: u32) -> Result<Link, JournalError> {
    let inspected = inspect(directory, segment)?;
    match inspected.link {
        Some(link) if inspected.end == inspected.length => Ok(link),
        _ => Err(JournalError::Damaged {
            path: segment::path(directory, segment),
            offset: inspected.end,
            damage: Damage::Unreadable,
        }),
    }
}

fn inspect(directory: &Path, segment: u32) -> Result<Inspected, JournalError> {
    let mut reader = SegmentReader::open(segment::path(directory, segment))?;
    let length = reader.length()?;
    let mut frames = 0;
    let mut end = 0;
    let mut latest = VecDeque::with_capacity(CHECKED_FRAMES + 1);
    while let Some(next) = reader.frame_end(end, length)? {
        latest.push_back(end);
        if latest.len() > CHECKED_FRAMES {
            latest.pop_front();
        }
        frames += 1;
        end = next;
    }

    let newest = latest.back().copied().unwrap_or(0);
    let mut link: Option<Link> = None;
    for offset in latest {
        match reader.frame(offset)? {
            Ok(frame) => {
                if link.is_some_and(|link| !link.admits(&frame.header)) {
                    return Err(reader.damaged(offset, Damage::BrokenChain));
                }
                // A body's length is stated by its header and shown by its blocks: both agree
                // where the frames were counted right.
                link = Some(Link::after(&frame));
                end = frame.end;
            }
            // All blocks of a torn frame may look complete; the checksum knows better. Only the
            // last frame can be torn.
            Err(Fault::Unreadable) if offset == newest => {
                frames -= 1;
                end = offset;
            }
            Err(fault) => return Err(reader.fault(offset, fault)),
        }
    }
    if end < length {
        if let Err(fault @ (Fault::Wrong(_) | Fault::UnknownVersion(_))) = reader.frame(end)? {
            return Err(reader.fault(end, fault));
        }
        if reader.header_follows(end)? {
            return Err(reader.damaged(end, Damage::Unreadable));
        }
    }

    let begins_after = match link {
        Some(_) => Some(first_link(&mut reader)?),
        None => None,
    };
    if let (Some(first), Some(link)) = (begins_after, link)
        && first.seq.checked_add(frames) != Some(link.seq)
    {
        return Err(reader.damaged(0, Damage::BrokenChain));
    }
    Ok(Inspected {
        begins_after,
        link,
        frames,
        end,
        length,
    })
}

fn first_link(reader: &mut SegmentReader) -> Result<Link, JournalError> {
    match reader.header(0)? {
        Ok((header, _)) => Ok(Link {
            seq: header.seq,
            prev: header.prev,
        }),
        Err(fault) => Err(reader.fault(0, fault)),
    }
}

/// `torn/2-81920.bin`, or `torn/2-81920-2.bin` and so on where a crash tore the same place before.
fn free_name(folder: &Path, cut: Cut) -> Result<PathBuf, JournalError> {
    let stem = format!("{}-{}", cut.segment, cut.offset);
    let mut path = folder.join(format!("{stem}.bin"));
    let mut attempt = 1_u32;
    while path
        .try_exists()
        .map_err(JournalError::io("look for", &path))?
    {
        attempt += 1;
        path = folder.join(format!("{stem}-{attempt}.bin"));
    }
    Ok(path)
}
