//! What can go wrong with a claim, and where does the file lie then?
//! Errors of the machine are told from errors of the file: the former say nothing about the file.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use rustix::io::Errno;
use thiserror::Error;

use crate::folder::directory::{FileKind, IoAt};
use crate::folder::names::PartnerName;
use crate::folder::safe_name::printable;

/// Why a file was not claimed. Except for [`ClaimError::TooLarge`] and [`ClaimError::Stranded`] it lies in
/// the drop folder as before.
#[derive(Debug, Error)]
pub enum ClaimError {
    /// It is no longer there.
    #[error("`{name}` is no longer there")]
    Vanished {
        /// Its name, printable.
        name: String,
    },
    /// It was written to after it had settled, or while it was being copied.
    #[error("`{}` is still being written", printable(back_as))]
    StillGrowing {
        /// The name under which it lies in the drop folder: another one only if its own was taken meanwhile.
        back_as: OsString,
    },
    /// The name does not stand for a regular file.
    #[error("`{name}` is not a regular file but `{kind:?}`")]
    NotRegular {
        /// Its name, printable.
        name: String,
        /// What it is.
        kind: FileKind,
    },
    /// The file has further names, through which it could be changed after the claim.
    #[error("`{name}` has further hard links\nhint: copy the file instead of linking it")]
    HardLinked {
        /// Its name, printable.
        name: String,
    },
    /// The name stands for another file than the one that settled.
    #[error("`{}` was exchanged for another file", printable(back_as))]
    Swapped {
        /// The name under which the other file lies in the drop folder.
        back_as: OsString,
    },
    /// The name is one the drop folder does not take.
    #[error("`{name}` is not a name that is imported")]
    NotTaken {
        /// Its name, printable.
        name: String,
    },
    /// The daemon may not do what the claim needs.
    #[error(
        "no right to claim a file: {0}\nhint: the daemon must own the data directory, and read and write the partner's folder and files"
    )]
    NoRights(#[source] IoAt),
    /// No space is left for the copy.
    #[error(
        "no space left to claim a file: {0}\nhint: free some space; the file is tried again by itself"
    )]
    DiskFull(#[source] IoAt),
    /// The file is larger than allowed. It lies in its work folder without a copy, to be rejected.
    #[error("`{name}` has {bytes} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its name, printable.
        name: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// The drop folder and the work folder are on different file systems.
    #[error(
        "`{}` and `{}` are on different file systems\nhint: the whole data directory must be on one",
        inbox.display(),
        work.display()
    )]
    CrossDevice {
        /// The partner's folder.
        inbox: PathBuf,
        /// The work folder.
        work: PathBuf,
    },
    /// A folder for this import is there already.
    #[error("`{}` is there already", path.display())]
    IdInUse {
        /// The folder.
        path: PathBuf,
    },
    /// The claim failed and the file could not be put back either: it lies in its work folder, safe.
    #[error(
        "{error}; putting it back failed too: {why}\nhint: it is taken up again from its work folder"
    )]
    Stranded {
        /// Why the claim failed.
        error: Box<ClaimError>,
        /// Why it could not be put back.
        why: IoAt,
    },
    /// Anything else the system said.
    #[error("cannot claim a file: {0}")]
    Io(#[source] IoAt),
}

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The file's: the next one may fare better.
    File,
    /// The machine's: nothing is known about the file; park it and try again.
    Environment,
}

/// Why a file that a command handed over was not taken. Nothing is left behind.
#[derive(Debug, Error)]
pub enum UploadError {
    /// It is larger than allowed.
    #[error("the file has more than the {limit} bytes allowed")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// It could not be read to its end.
    #[error("the file cannot be read: {0}")]
    Read(#[source] io::Error),
    /// No space is left for the copy.
    #[error("no space left to take a file: {0}\nhint: free some space and try again")]
    DiskFull(#[source] IoAt),
    /// The daemon may not write to its work folder.
    #[error(
        "no right to take a file: {0}\nhint: the data directory must belong to whoever runs this"
    )]
    NoRights(#[source] IoAt),
    /// A folder for this import is there already.
    #[error("`{}` is there already", path.display())]
    IdInUse {
        /// The folder.
        path: PathBuf,
    },
    /// Anything else the system said.
    #[error("cannot take a file: {0}")]
    Io(#[source] IoAt),
}

/// Why a work folder that the journal does not know could not be taken up. It stays as it is.
#[derive(Debug, Error)]
pub enum AdoptError {
    /// The original is larger than allowed: to be rejected.
    #[error("`{name}` has {bytes} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Whose file it is.
        partner: PartnerName,
        /// Its name, printable.
        name: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A writer still has the original open and writes to it.
    #[error("`{name}` is still being written")]
    StillGrowing {
        /// Its name, printable.
        name: String,
    },
    /// There are files in the folder, but nothing says whose they are.
    #[error(
        "`{}` holds files of an unknown partner\nhint: move them into the partner's inbox by hand",
        path.display()
    )]
    UnknownOrigin {
        /// The work folder.
        path: PathBuf,
    },
    /// No space is left for the copy.
    #[error(
        "no space left to take up a file: {0}\nhint: free some space; it is tried again by itself"
    )]
    DiskFull(#[source] IoAt),
    /// Anything else the system said.
    #[error("cannot take up a file: {0}")]
    Io(#[source] IoAt),
}

impl ClaimError {
    /// Whose fault it is.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Vanished { .. }
            | Self::StillGrowing { .. }
            | Self::NotRegular { .. }
            | Self::HardLinked { .. }
            | Self::Swapped { .. }
            | Self::NotTaken { .. }
            | Self::TooLarge { .. } => Fault::File,
            Self::NoRights(_)
            | Self::DiskFull(_)
            | Self::CrossDevice { .. }
            | Self::IdInUse { .. }
            | Self::Stranded { .. }
            | Self::Io(_) => Fault::Environment,
        }
    }
}

/// Why the folder of an import could not be made.
pub(super) enum WorkFolderError {
    InUse(PathBuf),
    Io(IoAt),
}

impl From<WorkFolderError> for ClaimError {
    fn from(error: WorkFolderError) -> Self {
        match error {
            WorkFolderError::InUse(path) => Self::IdInUse { path },
            WorkFolderError::Io(error) => error.into(),
        }
    }
}

impl From<WorkFolderError> for UploadError {
    fn from(error: WorkFolderError) -> Self {
        match error {
            WorkFolderError::InUse(path) => Self::IdInUse { path },
            WorkFolderError::Io(error) => error.into(),
        }
    }
}

impl From<IoAt> for ClaimError {
    fn from(error: IoAt) -> Self {
        match Obstacle::of(&error) {
            Obstacle::Full => Self::DiskFull(error),
            Obstacle::Rights => Self::NoRights(error),
            Obstacle::Other => Self::Io(error),
        }
    }
}

impl From<IoAt> for UploadError {
    fn from(error: IoAt) -> Self {
        match Obstacle::of(&error) {
            Obstacle::Full => Self::DiskFull(error),
            Obstacle::Rights => Self::NoRights(error),
            Obstacle::Other => Self::Io(error),
        }
    }
}

impl From<IoAt> for AdoptError {
    fn from(error: IoAt) -> Self {
        match Obstacle::of(&error) {
            Obstacle::Full => Self::DiskFull(error),
            Obstacle::Rights | Obstacle::Other => Self::Io(error),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    Full,
    Rights,
    Other,
}

impl Obstacle {
    fn of(error: &IoAt) -> Self {
        match error.errno() {
            Some(Errno::NOSPC | Errno::DQUOT) => Self::Full,
            Some(Errno::ACCESS | Errno::PERM | Errno::ROFS) => Self::Rights,
            _ => Self::Other,
        }
    }
}
