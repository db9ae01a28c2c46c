//! How does a data directory come out of a backup?
//!
//! Invariant: what is left behind holds every file as the manifest has it and a journal whose whole chain leads to
//! the manifest's place; until then a mark lies in the directory, with which no daemon opens it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use intake_core::report::hex;
use sha2::{Digest as _, Sha256};

use super::manifest::{Entry, Manifest};
use super::take::complete_in;
use super::{MANIFEST, RestoreError};
use crate::config::FILE_NAME;
use crate::journal::{self, Summary};
use crate::system::{
    DataLock, LOCK_FILE, PathError, fsync_dir, sync_file_system, write_new_atomically,
};

/// Lies in a data directory that is being restored.
const MARK: &str = "restore-unfinished";

/// What was restored, or found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The backup.
    pub backup: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What its journal holds.
    pub journal: Summary,
    /// The configuration lay elsewhere, and is in the backup only.
    pub config_left: bool,
}

/// Was a restore into this data directory cut off?
pub fn is_unfinished(data: &Path) -> bool {
    data.join(MARK).exists()
}

/// The backup that is meant: the folder itself, or the latest one in it.
pub fn find(folder: &Path) -> Result<PathBuf, RestoreError> {
    if folder.join(MANIFEST).is_file() {
        return Ok(folder.to_owned());
    }
    match complete_in(folder)?.pop() {
        Some(name) => Ok(folder.join(name)),
        None => Err(RestoreError::NoManifest {
            folder: folder.to_owned(),
        }),
    }
}

/// Reads every file of a backup and its whole journal, and leaves nothing behind.
pub fn check(folder: &Path, progress: &dyn Fn(u64)) -> Result<Restored, RestoreError> {
    let backup = find(folder)?;
    let manifest = Manifest::read(&backup)?;
    let mut done = 0;
    for entry in &manifest.files {
        copy(&backup, entry, &mut io::sink(), Path::new(MANIFEST))?;
        done += entry.bytes;
        progress(done);
    }
    ended(backup.clone(), manifest, &backup)
}

/// Makes the data directory `target`, which must not be there or be empty. `progress` hears how many bytes are there.
pub fn restore(
    folder: &Path,
    target: &Path,
    progress: &dyn Fn(u64),
) -> Result<Restored, RestoreError> {
    let backup = find(folder)?;
    let manifest = Manifest::read(&backup)?;
    let was_there = target
        .try_exists()
        .map_err(PathError::of("look for", target))?;
    make_folder(target, READABLE)?;
    if !is_empty(target)? {
        let folder = target.to_owned();
        return Err(RestoreError::NotEmpty { folder });
    }
    let lock = DataLock::take(target)?;
    let restored = fill(backup, manifest, target, progress);
    if restored.is_err() {
        // The error that led here is the one to report. The mark goes last.
        let _ = empty(target);
        if !was_there {
            drop(lock);
            let _ = std::fs::remove_dir_all(target);
        }
    }
    restored
}

fn fill(
    backup: PathBuf,
    manifest: Manifest,
    target: &Path,
    progress: &dyn Fn(u64),
) -> Result<Restored, RestoreError> {
    let mark = target.join(MARK);
    let text =
        b"A restore into this directory was cut off. Remove the directory and restore again.\n";
    write_new_atomically(&mark, text).map_err(|error| match error {
        crate::system::WriteError::Io(error) => error,
        other => PathError::of("write", &mark)(io::Error::other(other)),
    })?;
    let config = manifest.head.config.as_deref();
    let config_left = config.is_some_and(|place| place != FILE_NAME);
    make_folder(&target.join("journal"), PRIVATE)?;
    let mut done = 0;
    for entry in &manifest.files {
        if config_left && entry.path == FILE_NAME {
            copy(&backup, entry, &mut io::sink(), target)?;
            continue;
        }
        let place = target.join(entry.place().unwrap_or_default());
        if let Some(parent) = place.parent().filter(|parent| *parent != target) {
            make_folder(parent, rights_in(&entry.path))?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let mut file = options
            .open(&place)
            .map_err(PathError::of("create", &place))?;
        copy(&backup, entry, &mut file, &place)?;
        let mode = std::fs::Permissions::from_mode(entry.mode & 0o777);
        file.set_permissions(mode)
            .map_err(PathError::of("set the rights of", &place))?;
        done += entry.bytes;
        progress(done);
    }
    sync_file_system(target)?;
    let restored = ended(backup, manifest, target)?;
    std::fs::remove_file(&mark).map_err(PathError::of("remove", &mark))?;
    fsync_dir(target)?;
    Ok(Restored {
        config_left,
        ..restored
    })
}

/// Reads the journal in `data` from its beginning, and holds its end against the manifest.
fn ended(backup: PathBuf, manifest: Manifest, data: &Path) -> Result<Restored, RestoreError> {
    let head = &manifest.head;
    let journal = journal::verify(&data.join("journal"), Some(head.position))?;
    let digest = journal.last.as_ref().map_or([0; 32], |last| last.sha256);
    let as_told =
        journal.end == head.position && hex(&digest) == head.hash && journal.unfinished_bytes == 0;
    if !as_told {
        return Err(RestoreError::OtherEnd { folder: backup });
    }
    Ok(Restored {
        backup,
        manifest,
        journal,
        config_left: false,
    })
}

/// Writes a file of the backup to `target` while it is held against the manifest.
fn copy(
    backup: &Path,
    entry: &Entry,
    target: &mut impl Write,
    target_path: &Path,
) -> Result<(), RestoreError> {
    let path = backup.join(entry.place().unwrap_or_default());
    let damaged = |problem: &str| RestoreError::Damaged {
        path: path.clone(),
        problem: problem.to_owned(),
    };
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(damaged("is missing")),
        Err(error) => return Err(PathError::of("open", &path)(error).into()),
    };
    // One byte more than there should be shows that there are too many.
    let mut source = file.take(entry.bytes + 1);
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; 256 << 10];
    let mut bytes = 0;
    loop {
        let read = source
            .read(&mut chunk)
            .map_err(PathError::of("read", &path))?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        hasher.update(&chunk[..read]);
        target
            .write_all(&chunk[..read])
            .map_err(PathError::of("write", target_path))?;
    }
    if bytes != entry.bytes {
        return Err(damaged("has another length than it had"));
    }
    if hex(&hasher.finalize()) != entry.sha256 {
        return Err(damaged("has another content than it had"));
    }
    Ok(())
}

/// What a new file system and a lock that was given back leave in a folder does not count.
fn is_empty(folder: &Path) -> Result<bool, PathError> {
    for entry in std::fs::read_dir(folder).map_err(PathError::of("list", folder))? {
        let name = entry.map_err(PathError::of("list", folder))?.file_name();
        if name != "lost+found" && name != LOCK_FILE {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Removes what a restore has made, its mark last.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "lost+found" || name == LOCK_FILE || name == MARK {
            continue;
        }
        if entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        } else {
            std::fs::remove_file(entry.path())?;
        }
    }
    std::fs::remove_file(folder.join(MARK))
}

const PRIVATE: u32 = 0o700;
const READABLE: u32 = 0o750;

/// As the daemon makes its own folders: for itself alone, or for its group to read.
fn rights_in(path: &str) -> u32 {
    match path.split('/').next() {
        Some("archive" | "rejected" | "outbox") => READABLE,
        _ => PRIVATE,
    }
}

fn make_folder(folder: &Path, rights: u32) -> Result<(), PathError> {
    let mut builder = DirBuilder::new();
    let made = builder.recursive(true).mode(rights).create(folder);
    made.map_err(PathError::of("make", folder))
}
