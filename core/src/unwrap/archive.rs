//! What is in a `.zip` file?
//! One file, or a finding that says what else: which one is meant is never guessed. Nothing is unpacked before its
//! directory has been read.

use super::held::Held;
use super::packed::Progress;
use crate::code::Code;
use crate::finding::{Detail, Finding, shown_value};
use crate::read::Limits;
use crate::zip::{Directory, DirectoryReader, Entry, Stretch, Trouble, Unpacking};

/// A zip file, held until all of it is there.
#[derive(Debug)]
pub(super) struct Archive {
    held: Held,
    limits: Limits,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Arriving,
    Whole,
    Unpacking(Box<Unpacking>),
}

/// What is held begins with one of these; with the last one what Office wrote long ago, and still writes where there is a
/// password.
pub(super) const MAGIC: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", COMPOUND];

const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0";

impl Archive {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            held: Held::default(),
            limits,
            stage: Stage::Arriving,
        }
    }

    /// Takes the next bytes of the file.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        // Nothing beyond the limit is kept; one byte tells that it was passed.
        let room = (self.limits.archive_bytes.saturating_add(1)).saturating_sub(self.held.length());
        let kept = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
        self.held.push(&bytes[..kept]);
    }

    /// Says that the file has ended.
    pub(super) fn finish(&mut self) {
        self.stage = Stage::Whole;
    }

    /// Appends some of what comes out, if anything does.
    pub(super) fn step(&mut self, out: &mut Vec<u8>) -> Result<Progress, Finding> {
        if self.held.length() > self.limits.archive_bytes {
            let limit = Detail::Limit(self.limits.archive_bytes);
            return Err(Finding::about_file(Code::ArchiveTooLarge, limit));
        }
        match &mut self.stage {
            Stage::Arriving => Ok(Progress::NeedsInput),
            Stage::Whole => {
                let first = Stretch {
                    offset: 0,
                    length: COMPOUND.len(),
                };
                if self.held.read(first) == COMPOUND {
                    return Ok(Progress::Workbook);
                }
                let directory = read_directory(&self.held)?;
                if is_workbook(&directory) {
                    return Ok(Progress::Workbook);
                }
                let entry = only_file(&directory)?;
                let unpacking =
                    Unpacking::begin(entry, self.limits.unpacked_bytes).map_err(finding)?;
                self.stage = Stage::Unpacking(Box::new(unpacking));
                Ok(Progress::More)
            }
            Stage::Unpacking(unpacking) => {
                let Some(stretch) = unpacking.wanted() else {
                    return Ok(Progress::Ended);
                };
                let bytes = self.held.read(stretch);
                let given = unpacking.give(&bytes, &mut |piece| {
                    out.extend_from_slice(piece);
                    Ok::<(), Trouble>(())
                });
                given.map_err(finding)?;
                Ok(Progress::More)
            }
        }
    }

    /// The file.
    pub(super) fn into_held(self) -> Held {
        self.held
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.length() as usize
    }
}

fn read_directory(held: &Held) -> Result<Directory, Finding> {
    let mut reader = DirectoryReader::new(held.length());
    loop {
        let bytes = held.read(reader.wanted());
        if let Some(directory) = reader.give(&bytes).map_err(finding)? {
            return Ok(directory);
        }
    }
}

/// Is the file a workbook or another document, which only looks like a zip file from outside?
fn is_workbook(directory: &Directory) -> bool {
    ["[Content_Types].xml", "mimetype", "Index/Document.iwa"]
        .iter()
        .any(|name| directory.entry(name).is_some())
}

fn only_file(directory: &Directory) -> Result<&Entry, Finding> {
    let files: Vec<&Entry> = directory
        .entries
        .iter()
        .filter(|entry| !is_by_the_way(&entry.name))
        .collect();
    match &files[..] {
        [only] => Ok(only),
        [] => Err(Finding::about_file(Code::ArchiveEmpty, Detail::None)),
        several => {
            let names: Vec<&str> = several
                .iter()
                .take(MOST_NAMES)
                .map(|file| &*file.name)
                .collect();
            let count = Detail::Text(several.len().to_string().into());
            Err(Finding {
                value: Some(shown_value(&names.join(", "))),
                ..Finding::about_file(Code::ArchiveSeveral, count)
            })
        }
    }
}

/// So many names are shown at most.
const MOST_NAMES: usize = 10;

/// Folders, and what systems put beside a file without being asked.
fn is_by_the_way(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.is_empty()
        || name.starts_with("__MACOSX/")
        || last.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(&last)
}

fn finding(trouble: Trouble) -> Finding {
    let (code, detail) = match trouble {
        Trouble::Damaged(what) | Trouble::Suspicious(what) => {
            (Code::ArchiveDamaged, Detail::Text(what))
        }
        Trouble::Encrypted => (Code::ArchiveEncrypted, Detail::None),
        Trouble::TooLarge(limit) => (Code::UnpackedTooLarge, Detail::Limit(limit)),
    };
    Finding::about_file(code, detail)
}
