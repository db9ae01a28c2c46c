//! What does a backup say of itself?
//!
//! Invariant: what is read here is whole and as it was written: the last line counts the lines before it and has
//! their hash.
//!
//! One JSON object a line, version 1: `backup` first, then a `file` for each file, `end` last.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use intake_core::report::hex;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{MANIFEST, RestoreError};
use crate::folder::names::is_one_component;
use crate::folder::safe_name::from_printable;
use crate::journal::Position;
use crate::system::PathError;

const VERSION: u64 = 1;

/// A manifest beyond this is none: some 200 bytes a file.
const LARGEST: u64 = 4 << 30;

/// What a backup says first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Head {
    /// Version of this form.
    pub version: u64,
    /// The version of the program that took it.
    pub program: String,
    /// When it was taken.
    pub taken: Timestamp,
    /// The data directory, as it can be shown.
    pub data: String,
    /// The end of the journal that it holds.
    pub position: Position,
    /// The hash of the last frame before it, in hexadecimal digits.
    pub hash: String,
    /// What it holds.
    pub parts: Vec<Part>,
    /// Where the configuration lay: `intake.toml` in the data directory, a whole path elsewhere, nothing where none was
    /// read.
    pub config: Option<String>,
    /// Files that the configuration names and that are not in the backup, such as keys.
    pub outside: Vec<String>,
}

/// What a backup can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The journal, up to the position.
    Journal,
    /// The copies of imports that were open there.
    Imports,
    /// The files of imports that were over.
    Archive,
    /// Their receipts, and the addresses of uploads.
    Receipts,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Where it lies, in the backup as in the data directory; in the form that can be shown.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// When the original was changed last.
    pub modified: Timestamp,
    /// Its rights.
    pub mode: u32,
}

/// The last line.
#[derive(Serialize, Deserialize)]
struct End {
    files: u64,
    bytes: u64,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum Line {
    Backup(Head),
    File(Entry),
    End(End),
}

/// A manifest, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What it says first.
    pub head: Head,
    /// The files.
    pub files: Vec<Entry>,
}

impl Head {
    /// The version that is written.
    pub(super) const VERSION: u64 = VERSION;
}

impl Entry {
    /// The path below a backup or a data directory; nothing where it would lead elsewhere.
    pub(super) fn place(&self) -> Option<PathBuf> {
        let mut place = PathBuf::new();
        for component in self.path.split('/') {
            let name = from_printable(component);
            if !is_one_component(&name) {
                return None;
            }
            place.push(name);
        }
        Some(place)
    }
}

impl Manifest {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Its lines.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        put(&mut bytes, &Line::Backup(self.head.clone()));
        for file in &self.files {
            put(&mut bytes, &Line::File(file.clone()));
        }
        let end = Line::End(End {
            files: self.files.len() as u64,
            bytes: self.bytes(),
            sha256: hex(&Sha256::digest(&bytes)),
        });
        put(&mut bytes, &end);
        bytes
    }

    /// The manifest of the backup in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Self, RestoreError> {
        let path = folder.join(MANIFEST);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(LARGEST).read_to_end(&mut bytes));
        match read {
            Ok(_) => {}
            Err(error) if is_absent(&error) => {
                let folder = folder.to_owned();
                return Err(RestoreError::NoManifest { folder });
            }
            Err(error) => return Err(PathError::of("read", &path)(error).into()),
        }
        Self::parse(&bytes, &path)
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Self, RestoreError> {
        let torn = |problem: &str| RestoreError::Torn {
            path: path.to_owned(),
            problem: problem.to_owned(),
        };
        if let Some(version) = version_of(bytes).filter(|version| *version > VERSION) {
            let path = path.to_owned();
            return Err(RestoreError::UnknownVersion { path, version });
        }
        let Some(content) = bytes.strip_suffix(b"\n") else {
            return Err(torn("it does not end with a line"));
        };
        let last = content.iter().rposition(|byte| *byte == b'\n');
        let (before, last) = content.split_at(last.map_or(0, |at| at + 1));
        let Ok(Line::End(end)) = serde_json::from_slice(last) else {
            return Err(torn("its last line is missing"));
        };
        if end.sha256 != hex(&Sha256::digest(before)) {
            return Err(torn("its lines are not those that were written"));
        }
        let mut head = None;
        let mut files = Vec::new();
        for line in before
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            match serde_json::from_slice(line) {
                Ok(Line::Backup(line)) if head.is_none() => head = Some(line),
                Ok(Line::File(file)) if file.place().is_some() => files.push(file),
                _ => return Err(torn("a line of it cannot be read")),
            }
        }
        let head = head.ok_or_else(|| torn("its first line is missing"))?;
        let manifest = Self { head, files };
        if (manifest.files.len() as u64, manifest.bytes()) != (end.files, end.bytes) {
            return Err(torn("it counts other files than it names"));
        }
        Ok(manifest)
    }
}

/// A version that is not known may have another form altogether; this much stays.
fn version_of(bytes: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
    }
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let head: Versioned = serde_json::from_slice(line).ok()?;
    Some(head.version)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn put(bytes: &mut Vec<u8>, line: &Line) {
    // Plain data with plain keys: there is nothing in it that JSON could not say.
    if let Ok(line) = serde_json::to_vec(line) {
        bytes.extend_from_slice(&line);
        bytes.push(b'\n');
    }
}
