//! Why can a backup not be taken, or nothing be restored from it?

use std::path::PathBuf;

use crate::folder::directory::IoAt;
use crate::journal::JournalError;
use crate::state::StoreError;
use crate::system::{LockError, PathError, WriteError};

/// Why no backup was taken. Whatever was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder lies in the data directory itself.
    #[error(
        "`{}` lies in the data directory that is to be backed up\n\
         hint: name a folder on another disk", folder.display()
    )]
    Inside {
        /// The folder.
        folder: PathBuf,
    },
    /// Another backup is being taken into the same folder.
    #[error("another backup is being taken into `{}`\nhint: wait until it has ended", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// A file became shorter while it was being read.
    #[error(
        "`{}` became shorter while it was being copied\n\
         hint: somebody writes in the data directory besides the daemon", path.display()
    )]
    Shrank {
        /// The file.
        path: PathBuf,
    },
    /// What was copied of the journal does not end as the journal does.
    #[error(
        "what was copied of the journal does not end as the journal does\n\
         hint: run `intake verify`"
    )]
    OtherEnd,
    /// Nobody waits for it any more, or the daemon ends.
    #[error("the backup was given up, since nobody waits for it any more")]
    Stopped,
    /// The system refused something.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The same, in a folder of the data directory.
    #[error(transparent)]
    Folder(#[from] IoAt),
    /// The manifest could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal, or its copy, is damaged.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// There is no manifest.
    #[error(
        "`{}` holds no complete backup: it has no `manifest.ndjson`\n\
         hint: what was cut off bears a name that begins with `.unfinished-` and cannot be used", folder.display()
    )]
    NoManifest {
        /// The folder.
        folder: PathBuf,
    },
    /// The manifest is cut off, or was changed.
    #[error(
        "`{}` is torn or was changed: {problem}\n\
         hint: use another backup", path.display()
    )]
    Torn {
        /// The manifest.
        path: PathBuf,
        /// What shows it.
        problem: String,
    },
    /// The backup is of a later version of the program.
    #[error(
        "`{}` is of version {version}, which this program does not know\n\
         hint: restore it with the program that took it, or a later one", path.display()
    )]
    UnknownVersion {
        /// The manifest.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
    /// A file of the backup is missing or not what it was.
    #[error("`{}` {problem}\nhint: the backup is incomplete or damaged; use another one", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is the matter with it.
        problem: String,
    },
    /// The journal in the backup does not end where the manifest says.
    #[error(
        "the journal in `{}` does not end where the manifest says\n\
         hint: the backup is incomplete or damaged; use another one", folder.display()
    )]
    OtherEnd {
        /// The backup.
        folder: PathBuf,
    },
    /// There is something where the data directory is to come.
    #[error(
        "`{}` is not empty\n\
         hint: a restore makes a data directory of its own and replaces nothing; name a folder that is not there", folder.display()
    )]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// Somebody else works there.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The system refused something.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The journal in the backup is damaged.
    #[error("the journal in the backup is damaged: {0}")]
    Journal(#[from] JournalError),
}
