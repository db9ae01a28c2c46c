//! How is a store opened so that no damage in it can take the process down?
//!
//! Invariant: [`open`] returns an engine that has been read from, or an error that says whether
//! moving the directory aside and rebuilding will help.

use std::fs;
use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::{Batch, Engine, EngineError, Space};
use crate::system::{PathError, fsync_dir, rename_to_free_name};

/// Size of a segment of sled's log. What exceeds a quarter of it, be it a value or a whole leaf of
/// the tree, goes into a file of its own that sled never syncs. A leaf holds at most 17 values of
/// [`super::MAX_VALUE`] bytes, about 280 KiB.
pub const SEGMENT_BYTES: usize = 2 * 1024 * 1024;

/// Version of everything that this module and its neighbours write. Another one is rebuilt.
const FORMAT: &[u8] = &[1];
pub(super) const FORMAT_KEY: &[u8] = b"engine format";

const LOCK_ATTEMPTS: u32 = 200;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Bytes of tree pages that sled keeps in memory; it takes about as much again for itself.
    pub cache_capacity: u64,
    /// How long opening may take before the store is held to be damaged. Recovery after a crash
    /// takes less than a second per million orders.
    pub time_limit: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_capacity: 64 * 1024 * 1024,
            time_limit: Duration::from_secs(300),
        }
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The content cannot be used. [`quarantine`] it and rebuild.
    #[error("the store in `{}` cannot be used: {reason}", path.display())]
    Unusable {
        /// The directory of the store.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The surroundings are at fault (rights, space, somebody else's lock); the content may be
    /// intact.
    #[error("cannot open the store in `{}`: {source}", path.display())]
    Io {
        /// The directory of the store, or a file in it.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
}

impl OpenError {
    /// Whether the directory should be moved aside and rebuilt. Otherwise it must be left alone.
    pub fn wants_quarantine(&self) -> bool {
        matches!(self, Self::Unusable { .. })
    }
}

/// Opens the store in `path`, or makes a new one there. Waits up to two seconds for one that is
/// open.
pub fn open(path: &Path, options: &Options) -> Result<Engine, OpenError> {
    fs::create_dir_all(path).map_err(|source| io_error(path, source))?;
    remove_unfinished_snapshots(path)?;
    let database = open_guarded(path, options)?;
    let engine = Engine::over(database, path).map_err(|error| OpenError::Io {
        path: error.path,
        source: error.source,
    })?;
    check_format(&engine)?;
    Ok(engine)
}

/// Moves a store that cannot be used to `quarantine/<name>-<n>` beside it, where somebody may look
/// at it, and returns the new place. The store must not be open.
pub fn quarantine(path: &Path) -> Result<PathBuf, PathError> {
    let error = |action| {
        let path = path.to_owned();
        move |source| PathError {
            action,
            path,
            source,
        }
    };
    let absolute = std::path::absolute(path).map_err(error("find"))?;
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(error("move")(ErrorKind::InvalidInput.into()));
    };
    let directory = parent.join("quarantine");
    fs::create_dir_all(&directory).map_err(error("make a quarantine for"))?;
    for number in 1_u64.. {
        let mut numbered = name.to_owned();
        numbered.push(format!("-{number}"));
        let place = directory.join(numbered);
        match rename_to_free_name(&absolute, &place) {
            Ok(()) => {
                fsync_dir(&directory)?;
                fsync_dir(parent)?;
                return Ok(place);
            }
            Err(source) if source.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => return Err(error("move")(source)),
        }
    }
    Err(error("move")(ErrorKind::AlreadyExists.into()))
}

/// sled 0.34 takes a snapshot that it had not finished writing for the newest one, and then refuses
/// to open for ever. Snapshots only shorten recovery; none is needed.
fn remove_unfinished_snapshots(path: &Path) -> Result<(), OpenError> {
    for entry in fs::read_dir(path).map_err(|source| io_error(path, source))? {
        let entry = entry.map_err(|source| io_error(path, source))?;
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(b"snap.") && name.ends_with(b".generating") {
            let file = entry.path();
            fs::remove_file(&file).map_err(|source| OpenError::Io { path: file, source })?;
        }
    }
    Ok(())
}

/// Damage makes sled return an error, panic, or wait for a thread of its own that has panicked. So
/// it is opened on a thread that can be given up.
fn open_guarded(path: &Path, options: &Options) -> Result<sled::Db, OpenError> {
    let unusable = |reason: String| OpenError::Unusable {
        path: path.to_owned(),
        reason,
    };
    let config = sled::Config::new()
        .path(path)
        .cache_capacity(options.cache_capacity)
        .segment_size(SEGMENT_BYTES);
    let (sender, receiver) = mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("open store".to_owned())
        .spawn(move || {
            // Nobody listens any more if the time limit has passed.
            let _ = sender.send(catch_unwind(AssertUnwindSafe(|| {
                open_when_released(&config)
            })));
        })
        .map_err(|source| io_error(path, source))?;
    match receiver.recv_timeout(options.time_limit) {
        Ok(Ok(Ok(database))) => Ok(database),
        Ok(Ok(Err(error))) => Err(of_sled(path, error)),
        Ok(Err(panic)) => Err(unusable(panic_text(&*panic))),
        Err(RecvTimeoutError::Timeout) => Err(unusable(format!(
            "opening it took longer than {:?}",
            options.time_limit
        ))),
        Err(RecvTimeoutError::Disconnected) => {
            Err(unusable("opening it ended without an answer".to_owned()))
        }
    }
}

/// Threads of a store that was closed a moment ago may still write, and hold its lock meanwhile.
fn open_when_released(config: &sled::Config) -> sled::Result<sled::Db> {
    for _ in 0..LOCK_ATTEMPTS {
        match config.open() {
            Err(sled::Error::Io(error)) if is_lock_of_another(&error) => {
                std::thread::sleep(LOCK_PAUSE);
            }
            answer => return answer,
        }
    }
    config.open()
}

fn of_sled(path: &Path, error: sled::Error) -> OpenError {
    match error {
        sled::Error::Io(source) if is_of_the_surroundings(&source) => io_error(path, source),
        error => OpenError::Unusable {
            path: path.to_owned(),
            reason: error.to_string(),
        },
    }
}

fn is_of_the_surroundings(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::OutOfMemory
            | ErrorKind::NotADirectory
    ) || matches!(error.raw_os_error(), Some(EMFILE | ENFILE))
        || is_lock_of_another(error)
}

/// sled says so by text only.
fn is_lock_of_another(error: &io::Error) -> bool {
    error.to_string().starts_with("could not acquire lock")
}

const ENFILE: i32 = 23;
const EMFILE: i32 = 24;

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .map_or_else(|| "panic".to_owned(), |text| format!("panic: {text}"))
}

fn check_format(engine: &Engine) -> Result<(), OpenError> {
    let unusable = |reason: String| OpenError::Unusable {
        path: engine.path.clone(),
        reason,
    };
    let failed = |error: EngineError| match error {
        EngineError::Sync(error) => OpenError::Io {
            path: error.path,
            source: error.source,
        },
        EngineError::Store { path, source, .. } => match source.downcast::<sled::Error>() {
            Ok(error) => of_sled(&path, *error),
            Err(other) => unusable(other.to_string()),
        },
        error => unusable(error.to_string()),
    };
    match engine.get(Space::Meta, FORMAT_KEY).map_err(failed)? {
        Some(found) if *found == *FORMAT => Ok(()),
        Some(found) => Err(unusable(format!(
            "its format is {:?}, not {FORMAT:?}",
            &*found
        ))),
        None if engine
            .guarded("read", |database| database.first())
            .map_err(failed)?
            .is_some() =>
        {
            Err(unusable("it does not say which format it has".to_owned()))
        }
        None => {
            let mut batch = Batch::new();
            batch
                .put(Space::Meta, FORMAT_KEY, FORMAT.to_vec())
                .map_err(failed)?;
            engine.commit(batch).map_err(failed)
        }
    }
}

fn io_error(path: &Path, source: io::Error) -> OpenError {
    OpenError::Io {
        path: path.to_owned(),
        source,
    }
}
