//! What does the daemon ask of the operating system that `std` does not offer?
//!
//! Invariant: nothing is reported as durable or locked that the kernel has not confirmed.

use std::cell::Cell;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::fs::{CWD, RenameFlags};

use crate::clock;

pub use owner::{OtherOwner, refuse_as_root};
pub use unfinished_file::{
    CompleteFile, UnfinishedFile, directory_of, nameless_file, remove_left_overs,
};

mod owner;
mod unfinished_file;

/// Start of the name under which [`write_atomically`] keeps a file until it is complete. A file
/// with such a name that is left after a crash may be deleted.
pub const TEMPORARY_PREFIX: &str = ".intake-tmp-";

/// Name of the lock file within the data directory.
pub const LOCK_FILE: &str = "lock";

/// A request to the operating system that failed, with the path it was about.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`: {source}", path.display())]
pub struct PathError {
    /// What was asked, as a verb: `open`, `sync`, `rename`, …
    pub action: &'static str,
    /// What it was asked for.
    pub path: PathBuf,
    /// The answer.
    pub source: io::Error,
}

impl PathError {
    /// Makes the error of a system call on a path; `action` is what was tried, as a verb.
    pub fn of<E: Into<io::Error>>(action: &'static str, path: &Path) -> impl FnOnce(E) -> Self {
        move |source| Self {
            action,
            path: path.to_owned(),
            source: source.into(),
        }
    }
}

/// From now on this thread, and those that it starts, leave the processors to others that want them: whoever waits for an
/// answer goes before whoever works on a file. Where nobody else wants them, nothing changes.
pub fn step_back() {
    const STEPS: i32 = 10;
    // On Linux the calling thread alone is meant. Stepping back is never denied; where it were, all would be as before.
    let _ = rustix::process::nice(STEPS);
}

/// Lets go first who waits for this processor, where a while has passed since this thread last did so: the kernel may let a
/// thread that has stepped back go on for some milliseconds while another one has become ready.
pub fn give_way() {
    thread_local! {
        static LAST: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }
    const WHILE: Duration = Duration::from_micros(500);
    LAST.with(|last| {
        if clock::elapsed_since(last.get()) >= WHILE {
            std::thread::yield_now();
            last.set(clock::since_start());
        }
    });
}

/// Whether `sync_file_range` is out of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncFileRange {
    /// The call fails with `ENOSYS` in every thread, so that the store falls back to `fsync`.
    Denied,
    /// No filter is known for this processor architecture. [`FileSystem::sync`] after each commit
    /// is then the only protection against a power cut.
    Untouched,
}

/// Why `sync_file_range` could not be denied.
#[derive(Debug, thiserror::Error)]
pub enum DenyError {
    /// The kernel, or a surrounding sandbox, refused the filter.
    #[error("cannot install the filter that denies `sync_file_range`: {source}")]
    Install {
        /// The filter library's account of it.
        source: seccompiler::Error,
    },
    /// The kernel took the filter, but calls pass it by.
    #[error(
        "the filter that denies `sync_file_range` was accepted but has no effect\n\
         hint: this happens under emulators and some sandboxes; run on a plain Linux kernel"
    )]
    NoEffect,
}

/// Makes `sync_file_range` fail with `ENOSYS` in this process and checks that the filter is in
/// force.
///
/// sled 0.34 makes its log stable with `sync_file_range`, which neither flushes the device nor the
/// metadata; where that call does not exist it uses `fsync`. Call this first in `main`: threads
/// that exist already are covered too, but a write that one of them has begun is not. Calling it
/// again is harmless. The process can gain no privileges afterwards (`PR_SET_NO_NEW_PRIVS`).
pub fn deny_sync_file_range() -> Result<SyncFileRange, DenyError> {
    sync_file_range::deny()
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod sync_file_range {
    use std::collections::BTreeMap;
    use std::num::NonZeroU64;

    use rustix::fs::Advice;
    use rustix::io::Errno;
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, TargetArch,
    };

    use super::{DenyError, SyncFileRange};

    #[cfg(target_arch = "x86_64")]
    mod number {
        pub(super) const ARCH: seccompiler::TargetArch = seccompiler::TargetArch::x86_64;
        pub(super) const SYNC_FILE_RANGE: i64 = 277;
        pub(super) const FADVISE: i64 = 221;
    }

    #[cfg(target_arch = "aarch64")]
    mod number {
        pub(super) const ARCH: seccompiler::TargetArch = seccompiler::TargetArch::aarch64;
        pub(super) const SYNC_FILE_RANGE: i64 = 84;
        pub(super) const FADVISE: i64 = 223;
    }

    /// `sync_file_range` cannot be called from safe code. So the same filter also denies `fadvise`
    /// for one length that nothing else uses (the letters INTAKE), and that call is made to see
    /// whether the filter is in force. `fadvise` is a hint to the kernel and without effect on
    /// data.
    const WITNESS_LENGTH: NonZeroU64 = NonZeroU64::new(0x494e_5441_4b45).unwrap();
    const FADVISE_LENGTH_ARGUMENT: u8 = 2;

    pub(super) fn deny() -> Result<SyncFileRange, DenyError> {
        // Filters stack up, and a process has room for so many.
        if in_force() {
            return Ok(SyncFileRange::Denied);
        }
        let program = filter(number::ARCH).map_err(|source| DenyError::Install { source })?;
        seccompiler::apply_filter_all_threads(&program)
            .map_err(|source| DenyError::Install { source })?;
        if !in_force() {
            return Err(DenyError::NoEffect);
        }
        Ok(SyncFileRange::Denied)
    }

    pub(super) fn in_force() -> bool {
        let answer =
            rustix::fs::fadvise(std::io::stderr(), 0, Some(WITNESS_LENGTH), Advice::Normal);
        answer == Err(Errno::NOSYS)
    }

    fn filter(arch: TargetArch) -> Result<BpfProgram, seccompiler::Error> {
        let witness = SeccompRule::new(vec![SeccompCondition::new(
            FADVISE_LENGTH_ARGUMENT,
            SeccompCmpArgLen::Qword,
            SeccompCmpOp::Eq,
            WITNESS_LENGTH.get(),
        )?])?;
        let rules = BTreeMap::from([
            (number::SYNC_FILE_RANGE, Vec::new()),
            (number::FADVISE, vec![witness]),
        ]);
        let not_implemented = SeccompAction::Errno(Errno::NOSYS.raw_os_error() as u32);
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, not_implemented, arch)?;
        Ok(BpfProgram::try_from(filter)?)
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod sync_file_range {
    use super::{DenyError, SyncFileRange};

    pub(super) fn deny() -> Result<SyncFileRange, DenyError> {
        Ok(SyncFileRange::Untouched)
    }
}

/// The file system that holds a directory, kept open so that no write error of it goes unreported:
/// the kernel tells each open descriptor once about errors since it was opened.
#[derive(Debug)]
pub struct FileSystem {
    directory: File,
    path: PathBuf,
}

impl FileSystem {
    /// The file system that holds the directory `path`.
    pub fn of(path: &Path) -> Result<Self, PathError> {
        let directory = File::open(path).map_err(PathError::of("open", path))?;
        Ok(Self {
            directory,
            path: path.to_owned(),
        })
    }

    /// Returns when everything written to this file system, by any process, is on the device.
    pub fn sync(&self) -> Result<(), PathError> {
        rustix::fs::syncfs(&self.directory)
            .map_err(PathError::of("sync the file system of", &self.path))
    }
}

/// [`FileSystem::sync`] for a single occasion.
pub fn sync_file_system(directory: &Path) -> Result<(), PathError> {
    FileSystem::of(directory)?.sync()
}

/// Makes creations, renames and deletions within `directory` durable.
pub fn fsync_dir(directory: &Path) -> Result<(), PathError> {
    let opened = File::open(directory).map_err(PathError::of("open", directory))?;
    opened.sync_all().map_err(PathError::of("sync", directory))
}

/// What the kernel says of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessFigures {
    /// Memory that is resident.
    pub resident_bytes: u64,
    /// Files and sockets that are open.
    pub open_files: u64,
}

/// What the kernel says of this process; nothing where it does not tell.
pub fn process_figures() -> Option<ProcessFigures> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = resident.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(ProcessFigures {
        resident_bytes: kibibytes * 1024,
        open_files: std::fs::read_dir("/proc/self/fd").ok()?.count() as u64,
    })
}

/// Bytes that this user may still write on the file system that holds `path`.
pub fn free_bytes(path: &Path) -> Result<u64, PathError> {
    let figures =
        rustix::fs::statvfs(path).map_err(PathError::of("ask for the free space of", path))?;
    Ok(figures.f_bavail.saturating_mul(figures.f_frsize))
}

/// Ownership of a data directory, given back when dropped and by the kernel when the process dies.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

/// Why a data directory could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else has it.
    #[error(
        "the data directory `{}` is in use by {}\n\
         hint: stop that process first, or give another `--data`",
        directory.display(), holder(*pid)
    )]
    Held {
        /// The data directory.
        directory: PathBuf,
        /// The holder's process id, where it could be read.
        pid: Option<u32>,
    },
    /// The lock file could not be opened, read, or written.
    #[error(transparent)]
    Io(PathError),
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("the process with id {pid}"),
    )
}

impl DataLock {
    /// Takes the existing directory for this process, or says who has it. Never waits.
    pub fn take(directory: &Path) -> Result<Self, LockError> {
        let path = directory.join(LOCK_FILE);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| LockError::Io(PathError::of("open", &path)(error)))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Held {
                    directory: directory.to_owned(),
                    pid: written_pid(&mut file),
                });
            }
            Err(TryLockError::Error(error)) => {
                return Err(LockError::Io(PathError::of("lock", &path)(error)));
            }
        }
        write_pid(&mut file)
            .map_err(|error| LockError::Io(PathError::of("write", &path)(error)))?;
        Ok(Self { _file: file })
    }
}

/// The file is outside our control while we do not hold it, so it is read with a bound.
fn written_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is a file of this name already, and it was not to be replaced.
    #[error("`{}` exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The path ends in `..` or is a root, so it names no file.
    #[error("`{}` does not name a file", path.display())]
    NoName {
        /// The path as given.
        path: PathBuf,
    },
    /// The file system refused a step.
    #[error(transparent)]
    Io(#[from] PathError),
}

/// Writes a file that is complete and durable, or not there at all (or still the old one). What was
/// under this name before is replaced. The directory must exist.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    write_then(path, bytes, |temporary| {
        std::fs::rename(temporary, path)
            .map_err(|error| PathError::of("rename a file to", path)(error).into())
    })
}

/// Like [`write_atomically`], but a file that exists already is left as it is
/// ([`WriteError::Exists`]).
pub fn write_new_atomically(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    write_then(path, bytes, |temporary| {
        match rename_to_free_name(temporary, path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(WriteError::Exists {
                path: path.to_owned(),
            }),
            Err(error) => Err(PathError::of("rename a file to", path)(error).into()),
        }
    })
}

/// Renames without ever replacing: `AlreadyExists` if `to` is taken. Nothing is synced.
pub fn rename_to_free_name(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::io::Errno;
    match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Network file systems do not know the flag. A hard link never replaces either.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if from.is_file() => {
            std::fs::hard_link(from, to)?;
            std::fs::remove_file(from)
        }
        answer => Ok(answer?),
    }
}

fn write_then(
    path: &Path,
    bytes: &[u8],
    publish: impl FnOnce(&Path) -> Result<(), WriteError>,
) -> Result<(), WriteError> {
    if path.file_name().is_none() {
        return Err(WriteError::NoName {
            path: path.to_owned(),
        });
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (temporary, file) = create_temporary(directory)?;
    let written = write_synced(file, &temporary, bytes).map_err(WriteError::from);
    let published = written.and_then(|()| publish(&temporary));
    if published.is_err() {
        // The error that led here is the one to report; a left-over is recognised by its name.
        let _ = std::fs::remove_file(&temporary);
    }
    published?;
    Ok(fsync_dir(directory)?)
}

/// A name may be taken by a left-over of a dead process that had our id (in a container every
/// process may be number 1), or by a living one elsewhere that shares the directory. The next
/// number is tried then.
fn create_temporary(directory: &Path) -> Result<(PathBuf, File), PathError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(format!("{TEMPORARY_PREFIX}{}-{number}", std::process::id()));
        let mut options = OpenOptions::new();
        match options.read(true).write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(PathError::of("create", &path)(error)),
        }
    }
}

fn write_synced(mut file: File, path: &Path, bytes: &[u8]) -> Result<(), PathError> {
    file.write_all(bytes)
        .map_err(PathError::of("write", path))?;
    file.sync_all().map_err(PathError::of("sync", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    fn denial_takes_effect_in_every_thread() {
        assert_eq!(deny_sync_file_range().unwrap(), SyncFileRange::Denied);
        assert!(
            std::thread::spawn(sync_file_range::in_force)
                .join()
                .unwrap()
        );
        assert_eq!(deny_sync_file_range().unwrap(), SyncFileRange::Denied);
    }

    #[test]
    fn second_taker_learns_who_holds_the_directory() {
        let data = tempfile::tempdir().unwrap();
        let lock = DataLock::take(data.path()).unwrap();
        let refused = DataLock::take(data.path()).unwrap_err();
        let LockError::Held { pid, .. } = &refused else {
            panic!("{refused}")
        };
        assert_eq!(*pid, Some(std::process::id()));
        assert!(
            refused
                .to_string()
                .contains(&format!("id {}", std::process::id()))
        );
        drop(lock);
        DataLock::take(data.path()).unwrap();
    }

    #[test]
    fn longer_pid_of_a_dead_holder_is_overwritten() {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join(LOCK_FILE), "99999999999999999999\n").unwrap();
        let _lock = DataLock::take(data.path()).unwrap();
        let text = std::fs::read_to_string(data.path().join(LOCK_FILE)).unwrap();
        assert_eq!(text, format!("{}\n", std::process::id()));
    }

    #[test]
    fn missing_directory_is_named() {
        let data = tempfile::tempdir().unwrap();
        let missing = data.path().join("nowhere");
        let text = DataLock::take(&missing).unwrap_err().to_string();
        assert!(text.contains("nowhere/lock"), "{text}");
        assert!(
            fsync_dir(&missing)
                .unwrap_err()
                .to_string()
                .contains("nowhere")
        );
        assert!(sync_file_system(&missing).is_err());
        assert!(free_bytes(&missing).is_err());
    }

    #[test]
    fn writes_replace_whole_files_and_leave_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("receipt.json");
        write_atomically(&path, b"one").unwrap();
        write_atomically(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(names(directory.path()), ["receipt.json"]);
    }

    #[test]
    fn existing_file_is_not_replaced_when_asked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("receipt.json");
        write_new_atomically(&path, b"one").unwrap();
        let refused = write_new_atomically(&path, b"two").unwrap_err();
        assert!(matches!(refused, WriteError::Exists { .. }), "{refused}");
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(names(directory.path()), ["receipt.json"]);
    }

    #[test]
    fn failed_write_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let occupied = directory.path().join("occupied");
        std::fs::create_dir(&occupied).unwrap();
        assert!(matches!(
            write_atomically(&occupied, b"x"),
            Err(WriteError::Io(_))
        ));
        assert_eq!(names(directory.path()), ["occupied"]);
        assert!(matches!(
            write_atomically(Path::new("/"), b"x"),
            Err(WriteError::NoName { .. })
        ));
    }

    #[test]
    fn longest_possible_name_can_be_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("n".repeat(255));
        write_atomically(&path, b"x").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"x");
    }

    #[test]
    fn left_over_of_a_process_with_our_id_is_no_obstacle() {
        let directory = tempfile::tempdir().unwrap();
        for number in 0..100 {
            let name = format!("{TEMPORARY_PREFIX}{}-{number}", std::process::id());
            std::fs::write(directory.path().join(name), b"left over").unwrap();
        }
        let path = directory.path().join("receipt.json");
        write_atomically(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn file_system_answers() {
        let directory = tempfile::tempdir().unwrap();
        let file_system = FileSystem::of(directory.path()).unwrap();
        file_system.sync().unwrap();
        fsync_dir(directory.path()).unwrap();
        assert!(free_bytes(directory.path()).unwrap() > 0);
    }
}
