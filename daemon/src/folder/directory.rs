//! How are files addressed so that nobody can swap a folder or a name underneath?
//! Every name is one component, resolved against an open directory, and never through a symlink.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;
use thiserror::Error;

/// Rights of a folder that belongs to the daemon alone.
pub(crate) const PRIVATE_FOLDER: Mode = Mode::RWXU;
/// Rights of a folder whose content the operator's group may read.
pub(crate) const READABLE_FOLDER: Mode = Mode::RWXU.union(Mode::RGRP).union(Mode::XGRP);

/// An I/O error and the path it happened at.
#[derive(Debug, Error)]
#[error("`{}`: {source}", path.display())]
pub struct IoAt {
    /// Where.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl IoAt {
    pub(crate) fn new(path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        Self {
            path: path.into(),
            source: source.into(),
        }
    }

    pub(crate) fn errno(&self) -> Option<Errno> {
        Errno::from_io_error(&self.source)
    }
}

/// What a name in a directory stands for, without following it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A regular file with this one name.
    Regular,
    /// A regular file that has further names, through which its content could change later.
    HardLinked,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A device, or something the system has no name for.
    Device,
}

/// Which version of which file was seen: two equal ones mean that nothing was written in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// Device number of the file system.
    pub device: u64,
    /// Inode number, unique within the device while the file exists.
    pub inode: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// Time of the last change of content, nanoseconds since 1970 by the clock of whoever wrote it.
    pub modified: i128,
}

/// An open directory together with the path it was opened by.
#[derive(Debug)]
pub struct Directory {
    fd: OwnedFd,
    path: PathBuf,
}

impl Directory {
    /// Opens a directory; a symlink in its place is refused.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, IoAt> {
        let path = path.into();
        match rustix::fs::open(&path, directory_flags(), Mode::empty()) {
            Ok(fd) => Ok(Self { fd, path }),
            Err(errno) => Err(IoAt::new(path, errno)),
        }
    }

    /// Opens a directory directly below this one; a symlink in its place is refused.
    pub fn open_child(&self, name: impl AsRef<OsStr>) -> Result<Self, IoAt> {
        let path = self.path_of(&name);
        match rustix::fs::openat(&self.fd, name.as_ref(), directory_flags(), Mode::empty()) {
            Ok(fd) => Ok(Self { fd, path }),
            Err(errno) => Err(IoAt::new(path, errno)),
        }
    }

    /// The path this directory was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Device and inode number of the directory itself.
    pub fn identity(&self) -> Result<(u64, u64), IoAt> {
        let stat = rustix::fs::fstat(&self.fd).map_err(|errno| IoAt::new(&self.path, errno))?;
        Ok((stat.st_dev, stat.st_ino))
    }

    pub(crate) fn fd(&self) -> &OwnedFd {
        &self.fd
    }

    pub(crate) fn path_of(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.path.join(name.as_ref())
    }

    /// Makes and opens a directory; one that is there already is an error (`EEXIST`).
    pub(crate) fn make_child(&self, name: impl AsRef<OsStr>, mode: Mode) -> Result<Self, IoAt> {
        rustix::fs::mkdirat(&self.fd, name.as_ref(), mode)
            .map_err(|errno| self.at(&name, errno))?;
        self.open_child(name)
    }

    /// Opens a directory, making it durably when it is not there.
    pub(crate) fn ensure_child(&self, name: impl AsRef<OsStr>, mode: Mode) -> Result<Self, IoAt> {
        match rustix::fs::mkdirat(&self.fd, name.as_ref(), mode) {
            Ok(()) => self.sync()?,
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(self.at(&name, errno)),
        }
        self.open_child(name)
    }

    /// The directory of that name, or nothing when there is none.
    pub(crate) fn find_child(&self, name: impl AsRef<OsStr>) -> Result<Option<Self>, IoAt> {
        match self.open_child(name) {
            Ok(child) => Ok(Some(child)),
            Err(error) if error.errno() == Some(Errno::NOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What is known of a name without following it, or nothing when it does not exist.
    pub(crate) fn stat(&self, name: impl AsRef<OsStr>) -> Result<Option<Stat>, IoAt> {
        match rustix::fs::statat(&self.fd, name.as_ref(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.at(&name, errno)),
        }
    }

    /// The next names in the order of the directory, `.` and `..` left out.
    pub(crate) fn names(&self) -> Result<impl Iterator<Item = Result<OsString, IoAt>>, IoAt> {
        let mut entries = Dir::read_from(&self.fd).map_err(|errno| IoAt::new(&self.path, errno))?;
        let path = self.path.clone();
        Ok(std::iter::from_fn(move || {
            loop {
                let entry = match entries.read()? {
                    Ok(entry) => entry,
                    Err(errno) => return Some(Err(IoAt::new(&path, errno))),
                };
                let name = entry.file_name().to_bytes();
                if name != b"." && name != b".." {
                    return Some(Ok(OsStr::from_bytes(name).to_owned()));
                }
            }
        }))
    }

    /// Moves a name into another directory; a name that is taken there is never replaced (`EEXIST`).
    pub(crate) fn rename_to(
        &self,
        name: impl AsRef<OsStr>,
        target: &Self,
        new_name: impl AsRef<OsStr>,
    ) -> Result<(), Errno> {
        let (name, new_name) = (name.as_ref(), new_name.as_ref());
        let moved =
            rustix::fs::renameat_with(&self.fd, name, &target.fd, new_name, RenameFlags::NOREPLACE);
        match moved {
            // Network file systems and old kernels do not know the flag. All targets but the drop folder
            // are the daemon's own, so that looking first leaves no gap that a partner could use there.
            Err(Errno::INVAL | Errno::NOSYS) => {
                match rustix::fs::statat(&target.fd, new_name, AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::NOENT) => rustix::fs::renameat(&self.fd, name, &target.fd, new_name),
                    Ok(_) => Err(Errno::EXIST),
                    Err(errno) => Err(errno),
                }
            }
            moved => moved,
        }
    }

    /// Removes a file; one that is not there is no error.
    pub(crate) fn remove_file(&self, name: impl AsRef<OsStr>) -> Result<(), IoAt> {
        match rustix::fs::unlinkat(&self.fd, name.as_ref(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(self.at(&name, errno)),
        }
    }

    /// Removes an empty directory; one that is not there is no error.
    pub(crate) fn remove_child(&self, name: impl AsRef<OsStr>) -> Result<(), IoAt> {
        match rustix::fs::unlinkat(&self.fd, name.as_ref(), AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(errno) => Err(self.at(&name, errno)),
        }
    }

    /// Makes every rename, creation and removal in this directory survive a power cut.
    pub(crate) fn sync(&self) -> Result<(), IoAt> {
        rustix::fs::fsync(&self.fd).map_err(|errno| IoAt::new(&self.path, errno))
    }

    pub(crate) fn at(&self, name: impl AsRef<OsStr>, errno: Errno) -> IoAt {
        IoAt::new(self.path_of(name), errno)
    }
}

impl FileKind {
    pub(crate) fn of(stat: &Stat) -> Self {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile if stat.st_nlink > 1 => Self::HardLinked,
            FileType::RegularFile => Self::Regular,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Symlink,
            FileType::Fifo => Self::Fifo,
            FileType::Socket => Self::Socket,
            FileType::CharacterDevice | FileType::BlockDevice | FileType::Unknown => Self::Device,
        }
    }
}

impl Fingerprint {
    pub(crate) fn of(stat: &Stat) -> Self {
        Self {
            device: stat.st_dev,
            inode: stat.st_ino,
            bytes: u64::try_from(stat.st_size).unwrap_or(0),
            modified: nanoseconds(i128::from(stat.st_mtime), i128::from(stat.st_mtime_nsec)),
        }
    }

    /// Whether both are versions of one file.
    pub fn same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// Whether both show the same content as far as size and time of change tell.
    pub fn same_content(&self, other: &Self) -> bool {
        (self.bytes, self.modified) == (other.bytes, other.modified)
    }
}

/// Time of the last change of a file's attributes; unlike the time of its content nobody can set it.
pub(crate) fn attributes_changed(stat: &Stat) -> i128 {
    nanoseconds(i128::from(stat.st_ctime), i128::from(stat.st_ctime_nsec))
}

fn nanoseconds(seconds: i128, nanoseconds: i128) -> i128 {
    seconds * 1_000_000_000 + nanoseconds
}

fn directory_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn refuses_a_symlink_in_place_of_a_folder() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("real")).unwrap();
        std::os::unix::fs::symlink("real", root.path().join("link")).unwrap();
        let directory = Directory::open(root.path()).unwrap();
        assert!(directory.open_child("real").is_ok());
        assert!(directory.open_child("link").is_err());
        assert!(Directory::open(root.path().join("link")).is_err());
    }

    #[test]
    fn never_replaces_what_is_there() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "a").unwrap();
        fs::write(root.path().join("b"), "b").unwrap();
        let directory = Directory::open(root.path()).unwrap();
        assert_eq!(directory.rename_to("a", &directory, "b"), Err(Errno::EXIST));
        assert_eq!(directory.rename_to("a", &directory, "c"), Ok(()));
        assert_eq!(fs::read(root.path().join("b")).unwrap(), b"b");
    }

    #[test]
    fn lists_any_name() {
        let root = tempfile::tempdir().unwrap();
        let odd = OsStr::from_bytes(b"\xff\n");
        fs::write(root.path().join(odd), "").unwrap();
        let directory = Directory::open(root.path()).unwrap();
        let names: Vec<_> = directory.names().unwrap().map(Result::unwrap).collect();
        assert_eq!(names, [odd]);
    }
}
