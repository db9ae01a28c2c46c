//! How is a backup taken while the daemon goes on?
//!
//! Invariant: writers wait only while open imports are held on to; a backup has its name only when all of it is on the
//! disk and its journal has been read again, up to the place it was taken at.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use intake_core::report::hex;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::contents::{Moment, moment};
use super::manifest::{Entry, Head, Manifest, Part};
use super::{BackupError, MANIFEST, UNFINISHED};
use crate::config::FILE_NAME;
use crate::folder::safe_name::printable;
use crate::journal::{Frames, Position, segment_name};
use crate::open_data::OpenData;
use crate::system::{PathError, fsync_dir, sync_file_system, write_new_atomically};

/// What goes into a backup besides the journal, the configuration and what open imports need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// The files of imports that were over.
    pub archive: bool,
    /// Their receipts, and the addresses of uploads.
    pub receipts: bool,
    /// Of all complete backups in the folder only so many are kept, this one among them.
    pub keep: Option<u32>,
}

/// A backup that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Where it lies.
    pub place: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The backup with which it shares files.
    pub shares_with: Option<String>,
    /// Bytes that were copied; the others are shared.
    pub copied_bytes: u64,
    /// Earlier backups that were removed.
    pub removed: Vec<String>,
}

const CHUNK: usize = 256 << 10;

/// Takes a backup into a folder of its own in `folder`. `going` hears how many lines of the journal were read again, and
/// says whether to go on.
pub fn take(
    data: &OpenData,
    folder: &Path,
    choice: Choice,
    now: Timestamp,
    going: &dyn Fn(u64) -> bool,
) -> Result<Taken, BackupError> {
    make_private(folder)?;
    let folder = &folder
        .canonicalize()
        .map_err(PathError::of("find", folder))?;
    if folder.starts_with(&data.path) {
        let folder = folder.clone();
        return Err(BackupError::Inside { folder });
    }
    let _only_one = lock(folder)?;
    remove_unfinished(folder)?;
    let earlier = complete_in(folder)?;
    let name = free_name(folder, now)?;
    let place = folder.join(&name);
    let mut taking = Taking {
        root: folder.join(format!("{UNFINISHED}{name}")),
        earlier: earlier
            .last()
            .and_then(|name| Earlier::of(folder, name, data)),
        files: Vec::new(),
        copied_bytes: 0,
        going,
    };
    make_private(&taking.root)?;
    let taken = fill(&mut taking, data, choice, now);
    let manifest = match taken {
        Ok(manifest) => manifest,
        Err(error) => {
            // What stays behind is recognised by its name.
            let _ = std::fs::remove_dir_all(&taking.root);
            return Err(error);
        }
    };
    std::fs::rename(&taking.root, &place).map_err(PathError::of("rename a folder to", &place))?;
    fsync_dir(folder)?;
    let mut removed = Vec::new();
    if let Some(keep) = choice.keep {
        let surplus = (earlier.len() + 1).saturating_sub(keep.max(1) as usize);
        for name in earlier.into_iter().take(surplus) {
            remove(folder, &name)?;
            removed.push(name);
        }
    }
    Ok(Taken {
        place,
        manifest,
        shares_with: taking.earlier.map(|earlier| earlier.name),
        copied_bytes: taking.copied_bytes,
        removed,
    })
}

fn fill(
    taking: &mut Taking<'_>,
    data: &OpenData,
    choice: Choice,
    now: Timestamp,
) -> Result<Manifest, BackupError> {
    let mut moment = moment(data)?;
    let held_open = std::mem::take(&mut moment.held_open);
    let first_copied = taking.journal(data, moment.end)?;
    for (path, file) in held_open {
        taking.put(path, &file, None)?;
    }
    let mut parts = vec![Part::Journal, Part::Imports];
    let mut put = |path, file: File| taking.put(path, &file, None).map(drop);
    if choice.archive {
        parts.push(Part::Archive);
        moment.each_archived(data, &mut put)?;
    }
    if choice.receipts {
        parts.push(Part::Receipts);
        moment.each_receipt(data, &mut put)?;
    }
    let config = data.config.origin.as_deref();
    if let Some(path) = config {
        let file = File::open(path).map_err(PathError::of("open", path))?;
        put(FILE_NAME.to_owned(), file)?;
    }
    if let Some(first) = first_copied {
        read_again(&taking.root.join("journal"), first, &moment, taking.going)?;
    }
    let shown = |path: &Path| printable(path.as_os_str());
    let head = Head {
        version: Head::VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        taken: now,
        data: shown(&data.path),
        position: moment.end,
        hash: hex(&moment.digest),
        parts,
        config: config.map(|path| place_of_config(data, path)),
        outside: data.config.files().into_iter().map(shown).collect(),
    };
    let files = std::mem::take(&mut taking.files);
    let manifest = Manifest { head, files };
    write_new_atomically(&taking.root.join(MANIFEST), &manifest.to_bytes())?;
    sync_file_system(&taking.root)?;
    Ok(manifest)
}

/// `intake.toml` where it lies in the data directory, so that it comes back with it; the whole path elsewhere.
fn place_of_config(data: &OpenData, path: &Path) -> String {
    let folder = path.parent().and_then(|folder| folder.canonicalize().ok());
    let lies_in_data = folder.as_deref() == Some(&data.path);
    match path
        .file_name()
        .filter(|name| lies_in_data && *name == FILE_NAME)
    {
        Some(_) => FILE_NAME.to_owned(),
        None => printable(path.as_os_str()),
    }
}

/// Holds what was copied of the journal against its own chain, up to the place of the backup.
fn read_again(
    journal: &Path,
    first: u32,
    moment: &Moment,
    going: &dyn Fn(u64) -> bool,
) -> Result<(), BackupError> {
    let from = Position {
        segment: first,
        offset: 0,
    };
    let mut frames = Frames::open(journal, from)?;
    let (mut lines, mut last) = (0, None);
    while let Some(frame) = frames.next()? {
        lines += frame.line_count;
        last = Some((frame.end, frame.sha256));
        if !going(lines) {
            return Err(BackupError::Stopped);
        }
    }
    if last == Some((moment.end, moment.digest)) && frames.unfinished_bytes()? == 0 {
        Ok(())
    } else {
        Err(BackupError::OtherEnd)
    }
}

/// A backup that is being taken.
struct Taking<'t> {
    root: PathBuf,
    earlier: Option<Earlier>,
    files: Vec<Entry>,
    copied_bytes: u64,
    going: &'t dyn Fn(u64) -> bool,
}

/// The backup before, of the same data directory.
struct Earlier {
    name: String,
    root: PathBuf,
    files: BTreeMap<String, Entry>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Placed {
    Copied,
    Shared,
}

impl Earlier {
    /// One that cannot be read is nobody's help: everything is copied then.
    fn of(folder: &Path, name: &str, data: &OpenData) -> Option<Self> {
        let root = folder.join(name);
        let manifest = Manifest::read(&root).ok()?;
        (manifest.head.data == printable(data.path.as_os_str())).then(|| Self {
            name: name.to_owned(),
            root,
            files: manifest
                .files
                .into_iter()
                .map(|file| (file.path.clone(), file))
                .collect(),
        })
    }
}

impl Taking<'_> {
    /// Takes the segments up to `end`. Gives the first one that was copied, from which on the copy is to be read again.
    fn journal(&mut self, data: &OpenData, end: Position) -> Result<Option<u32>, BackupError> {
        let mut first_copied = None;
        for segment in 1..=end.segment {
            let name = segment_name(segment);
            let path = data.books.journal_path().join(&name);
            let cut = (segment == end.segment).then_some(end.offset);
            let file = match File::open(&path) {
                Ok(file) => file,
                // Nothing was ever written.
                Err(error) if error.kind() == io::ErrorKind::NotFound && cut == Some(0) => break,
                Err(error) => return Err(PathError::of("open", &path)(error).into()),
            };
            if self.put(format!("journal/{name}"), &file, cut)? == Placed::Copied {
                first_copied.get_or_insert(segment);
            }
        }
        Ok(first_copied)
    }

    /// Takes a file, or its beginning.
    fn put(&mut self, path: String, file: &File, cut: Option<u64>) -> Result<Placed, BackupError> {
        if !(self.going)(0) {
            return Err(BackupError::Stopped);
        }
        let failed = |source| PathError {
            action: "look at",
            path: PathBuf::from(&path),
            source,
        };
        let metadata = file.metadata().map_err(failed)?;
        let mut entry = Entry {
            bytes: cut.unwrap_or(metadata.len()),
            sha256: String::new(),
            modified: Timestamp::new(metadata.mtime(), metadata.mtime_nsec() as i32)
                .unwrap_or_default(),
            mode: metadata.mode() & 0o777,
            path,
        };
        let target = self.root.join(entry.place().unwrap_or_default());
        if let Some(parent) = target.parent() {
            make_private(parent)?;
        }
        if let Some(known) = self.shared(&entry, &target) {
            entry.sha256 = known;
            self.files.push(entry);
            return Ok(Placed::Shared);
        }
        entry.sha256 = copy(file, &target, entry.bytes, self.going)?;
        self.copied_bytes += entry.bytes;
        self.files.push(entry);
        Ok(Placed::Copied)
    }

    /// Shares the file of the backup before, where that is of the same length and time. Gives its hash.
    fn shared(&self, entry: &Entry, target: &Path) -> Option<String> {
        let earlier = self.earlier.as_ref()?;
        let known = earlier.files.get(&entry.path)?;
        if (known.bytes, known.modified) != (entry.bytes, entry.modified) {
            return None;
        }
        let place = earlier.root.join(known.place()?);
        let metadata = place.symlink_metadata().ok()?;
        if !metadata.is_file() || metadata.len() != known.bytes {
            return None;
        }
        // Where there are no links, or too many, it is copied.
        std::fs::hard_link(&place, target).ok()?;
        Some(known.sha256.clone())
    }
}

/// Copies the first `bytes` of a file, and gives their hash.
fn copy(
    file: &File,
    target: &Path,
    bytes: u64,
    going: &dyn Fn(u64) -> bool,
) -> Result<String, BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut copy = options
        .open(target)
        .map_err(PathError::of("create", target))?;
    let mut source = file.take(bytes);
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut left = bytes;
    while left > 0 {
        let read = match source.read(&mut chunk) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(PathError::of("copy to", target)(error).into()),
        };
        if read == 0 {
            let path = target.to_owned();
            return Err(BackupError::Shrank { path });
        }
        hasher.update(&chunk[..read]);
        copy.write_all(&chunk[..read])
            .map_err(PathError::of("write", target))?;
        left -= read as u64;
        if !going(0) {
            return Err(BackupError::Stopped);
        }
    }
    Ok(hex(&hasher.finalize()))
}

/// The names of complete backups in a folder, the oldest first.
pub(super) fn complete_in(folder: &Path) -> Result<Vec<String>, PathError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(PathError::of("list", folder))? {
        let entry = entry.map_err(PathError::of("list", folder))?;
        let name = entry.file_name().into_string().ok();
        // Their names are times; whatever else lies there is somebody's own.
        if let Some(name) = name.filter(|name| name.starts_with("20") && name.contains('Z'))
            && entry.path().join(MANIFEST).is_file()
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// The time, to the second; with a number where that is taken.
fn free_name(folder: &Path, now: Timestamp) -> Result<String, PathError> {
    let time = now.strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let mut name = time.clone();
    let mut number = 1;
    while folder
        .join(&name)
        .try_exists()
        .map_err(PathError::of("look for", folder))?
    {
        number += 1;
        name = format!("{time}-{number}");
    }
    Ok(name)
}

/// Nobody takes a half removed backup for a complete one.
fn remove(folder: &Path, name: &str) -> Result<(), PathError> {
    let (from, to) = (
        folder.join(name),
        folder.join(format!("{UNFINISHED}{name}")),
    );
    std::fs::rename(&from, &to).map_err(PathError::of("rename", &from))?;
    fsync_dir(folder)?;
    std::fs::remove_dir_all(&to).map_err(PathError::of("remove", &to))
}

fn remove_unfinished(folder: &Path) -> Result<(), PathError> {
    for entry in std::fs::read_dir(folder).map_err(PathError::of("list", folder))? {
        let entry = entry.map_err(PathError::of("list", folder))?;
        let name: OsString = entry.file_name();
        if name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
            let path = entry.path();
            std::fs::remove_dir_all(&path).map_err(PathError::of("remove", &path))?;
        }
    }
    Ok(())
}

/// Given back with the file.
fn lock(folder: &Path) -> Result<File, BackupError> {
    let file = File::open(folder).map_err(PathError::of("open", folder))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::Busy {
            folder: folder.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(PathError::of("lock", folder)(error).into()),
    }
}

/// Orders and addresses of people lie in there.
fn make_private(folder: &Path) -> Result<(), PathError> {
    let mut builder = DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(folder);
    made.map_err(PathError::of("make", folder))
}
