//! What belongs to a data directory that this process owns?
//! One process at a time: the lock is taken first and given back last.

use crate::backup;
use crate::books::{Books, BooksError, BooksOptions};
use crate::config::Config;
use crate::folder::directory::{Directory, IoAt};
use crate::folder::moves::{Folders, survey};
use crate::metrics::Metrics;
use crate::state::file_record::import_number;
use crate::system::{
    DataLock, LockError, OtherOwner, PathError, SyncFileRange, TEMPORARY_PREFIX,
    deny_sync_file_range, free_bytes, refuse_as_root, remove_left_overs,
};
use crate::turn::Turns;
use crate::upstream::Figures;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A data directory with everything in it open.
pub struct OpenData {
    /// Where it is.
    pub path: PathBuf,
    /// The configuration.
    pub config: Config,
    /// Journal and store.
    pub books: Books,
    /// The folders that files pass through.
    pub folders: Folders,
    /// Where partners drop files.
    pub inbox: Directory,
    /// Where partners find receipts.
    pub outbox: Directory,
    /// Whose turn it is to work for a partner: one import at a time, in the order in which they came.
    pub turns: Turns,
    /// What happens is counted here.
    pub metrics: Arc<Metrics>,
    /// How the sender stands.
    pub upstream: Arc<Figures>,
    /// Was the store made anew when the directory was opened?
    pub made_anew: bool,
    _lock: DataLock,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Contents {
    Kept,
    MadeAnew,
}

/// Why a data directory could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenDataError {
    /// It could not be made.
    #[error(transparent)]
    Path(#[from] PathError),
    /// It is another user's.
    #[error(transparent)]
    Owner(#[from] OtherOwner),
    /// Another process owns it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A restore into it was cut off.
    #[error(
        "the restore into `{}` was cut off\nhint: remove the directory and restore again", .0.display()
    )]
    HalfRestored(PathBuf),
    /// A folder in it.
    #[error(transparent)]
    Folder(#[from] IoAt),
    /// The books.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// The kernel does not let us make the store durable.
    #[error(transparent)]
    Deny(#[from] crate::system::DenyError),
}

impl OpenData {
    /// Opens a data directory, makes what is missing in it, and brings its store up to its journal.
    pub fn open(path: &Path, config: Config) -> Result<Self, OpenDataError> {
        Self::open_with(path, config, Contents::Kept)
    }

    /// The same, and makes the store anew from the journal, whatever state it is in.
    pub fn open_rebuilding(path: &Path, config: Config) -> Result<Self, OpenDataError> {
        Self::open_with(path, config, Contents::MadeAnew)
    }

    fn open_with(path: &Path, config: Config, contents: Contents) -> Result<Self, OpenDataError> {
        // Where the kernel has no such filter, every commit is still followed by `syncfs`.
        let _: SyncFileRange = deny_sync_file_range()?;
        std::fs::create_dir_all(path).map_err(PathError::of("make", path))?;
        // Events name absolute paths; the folder is to be known by the same name.
        let path = &std::fs::canonicalize(path).map_err(PathError::of("find", path))?;
        refuse_as_root(path)?;
        let lock = DataLock::take(path)?;
        if backup::is_unfinished(path) {
            return Err(OpenDataError::HalfRestored(path.clone()));
        }
        let data = Directory::open(path)?;
        sweep_scratch(&path.join("work"))?;
        let folders = Folders::open(&data)?;
        let inbox = data.ensure_child("inbox", crate::folder::directory::READABLE_FOLDER)?;
        let outbox = data.ensure_child("outbox", crate::folder::directory::READABLE_FOLDER)?;
        for partner in config.partners.keys() {
            inbox.ensure_child(partner, crate::folder::directory::READABLE_FOLDER)?;
            outbox.ensure_child(partner, crate::folder::directory::READABLE_FOLDER)?;
        }
        sweep_outboxes(outbox.path())?;
        let options = BooksOptions {
            segment_bytes: config.daemon.journal_segment,
            cache_bytes: config.daemon.store_cache,
        };
        let state = path.join("state");
        if contents == Contents::MadeAnew && state.exists() {
            std::fs::remove_dir_all(&state).map_err(PathError::of("remove", &state))?;
        }
        let books = Books::open(path, options)?;
        // A claim that was cut off before the journal heard of it has its number all the same.
        for leftover in survey(&folders.work)?.leftovers {
            if let Some(number) = import_number(leftover.import_id.as_str()) {
                books.pass_import_number(number);
            }
        }
        Ok(Self {
            path: path.to_owned(),
            config,
            books,
            folders,
            inbox,
            outbox,
            turns: Turns::default(),
            metrics: Arc::default(),
            upstream: Arc::default(),
            made_anew: contents == Contents::MadeAnew,
            _lock: lock,
        })
    }

    /// Is there less free space than the reserve demands? Then how much there is.
    pub fn low_on_space(&self) -> Result<Option<u64>, PathError> {
        let free = free_bytes(&self.path)?;
        Ok((free < self.config.daemon.disk_reserve).then_some(free))
    }
}

/// Removes what commands kept in `work/` for a moment when they were killed: its names begin with a dot.
fn sweep_scratch(work: &Path) -> Result<(), PathError> {
    let Ok(entries) = std::fs::read_dir(work) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(".spool-") || name.starts_with(TEMPORARY_PREFIX) {
            std::fs::remove_file(entry.path()).map_err(PathError::of("remove", &entry.path()))?;
        } else if name.starts_with(".verify-") {
            std::fs::remove_dir_all(entry.path())
                .map_err(PathError::of("remove", &entry.path()))?;
        }
    }
    Ok(())
}

/// Removes receipts that were cut off while they were being written.
fn sweep_outboxes(outbox: &Path) -> Result<(), PathError> {
    let entries = std::fs::read_dir(outbox).map_err(PathError::of("read", outbox))?;
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_left_overs(&entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leftover_keeps_its_number() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("work/000007")).unwrap();
        let data = OpenData::open(folder.path(), Config::default()).unwrap();
        assert_eq!(data.books.take_import_number(), 8);
    }
}
