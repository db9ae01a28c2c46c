//! How does a large file come to be whole and durable, or not at all?
//!
//! Invariant: under its final name a file is complete and synced; before that it bears a temporary name and
//! goes away with its owner.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::{PathError, TEMPORARY_PREFIX, WriteError, create_temporary, rename_to_free_name};

/// A file that is being written, in the directory where it will stay.
#[derive(Debug)]
pub struct UnfinishedFile {
    place: TemporaryPlace,
    file: BufWriter<File>,
}

/// A file that is complete and on the device, but not yet under its name.
#[derive(Debug)]
pub struct CompleteFile {
    place: TemporaryPlace,
    file: File,
}

/// A temporary name that is given up with its owner.
#[derive(Debug)]
struct TemporaryPlace {
    /// None once the file has its name.
    path: Option<PathBuf>,
}

impl UnfinishedFile {
    /// Begins a file in the existing `directory`.
    pub fn create(directory: &Path) -> Result<Self, PathError> {
        let (path, file) = create_temporary(directory)?;
        Ok(Self {
            place: TemporaryPlace { path: Some(path) },
            file: BufWriter::with_capacity(128 << 10, file),
        })
    }

    /// Writes out what is buffered and syncs the file's content.
    pub fn complete(self) -> Result<CompleteFile, PathError> {
        let Self { place, file } = self;
        let path = place.path();
        let file = file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .map_err(PathError::of("write", path))?;
        file.sync_all().map_err(PathError::of("sync", path))?;
        Ok(CompleteFile { place, file })
    }

    /// Appends the rest of another file.
    pub fn append(&mut self, file: &mut File) -> io::Result<()> {
        io::copy(file, &mut self.file).map(|_| ())
    }
}

impl Write for UnfinishedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl CompleteFile {
    /// Gives the file its name in the directory where it was begun; [`WriteError::Exists`] if that is taken,
    /// and the file can then be given another. The directory is not synced.
    pub fn publish(&mut self, path: &Path) -> Result<(), WriteError> {
        match rename_to_free_name(self.place.path(), path) {
            Ok(()) => {
                self.place.path = None;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(WriteError::Exists {
                path: path.to_owned(),
            }),
            Err(error) => Err(PathError::of("rename a file to", path)(error).into()),
        }
    }

    /// Gives the file its name in the directory where it was begun, in place of one that may be there, and syncs the
    /// directory.
    pub fn replace(mut self, path: &Path) -> Result<(), PathError> {
        std::fs::rename(self.place.path(), path)
            .map_err(PathError::of("rename a file to", path))?;
        self.place.path = None;
        super::fsync_dir(directory_of(path))
    }

    /// Does `other`, from where it stands, hold the same bytes as this file?
    pub fn equals(&mut self, other: &File) -> Result<bool, PathError> {
        same_bytes(&mut self.file, other).map_err(PathError::of("compare", self.place.path()))
    }
}

/// The directory in which a file stands, or will.
pub fn directory_of(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

impl TemporaryPlace {
    fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(""))
    }
}

impl Drop for TemporaryPlace {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // A left-over is recognised by its name.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// A file without a name, for what is too large for memory: it is gone when it is closed, also by a crash.
pub fn nameless_file(directory: &Path) -> Result<File, PathError> {
    let (path, file) = create_temporary(directory)?;
    std::fs::remove_file(&path).map_err(PathError::of("remove", &path))?;
    Ok(file)
}

/// Removes what dead processes left half written in `directory`; gives how many files that were. For the start, before
/// anybody writes there.
pub fn remove_left_overs(directory: &Path) -> Result<u64, PathError> {
    let entries = std::fs::read_dir(directory).map_err(PathError::of("list", directory))?;
    let mut removed = 0;
    for entry in entries {
        let entry = entry.map_err(PathError::of("list", directory))?;
        let is_left_over = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(TEMPORARY_PREFIX.as_bytes());
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_left_over && is_file {
            let path = entry.path();
            std::fs::remove_file(&path).map_err(PathError::of("remove", &path))?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn same_bytes(one: &mut File, other: &File) -> io::Result<bool> {
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    one.rewind()?;
    let (mut one, mut other) = (BufReader::new(one), BufReader::new(other));
    let (mut chunk_of_one, mut chunk_of_other) = ([0; 8192], [0; 8192]);
    loop {
        let length = one.read(&mut chunk_of_one)?;
        if length == 0 {
            return Ok(other.read(&mut chunk_of_other)? == 0);
        }
        match other.read_exact(&mut chunk_of_other[..length]) {
            Ok(()) if chunk_of_one[..length] == chunk_of_other[..length] => {}
            Ok(()) => return Ok(false),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn has_its_name_only_when_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("report");
        let mut file = UnfinishedFile::create(directory.path()).unwrap();
        file.write_all(b"one").unwrap();
        assert!(!path.exists());
        let mut file = file.complete().unwrap();
        assert!(!path.exists());
        file.publish(&path).unwrap();
        drop(file);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(names(directory.path()), ["report"]);
    }

    #[test]
    fn replaces_nothing_and_can_take_another_name() {
        let directory = tempfile::tempdir().unwrap();
        let (taken, free) = (directory.path().join("a"), directory.path().join("b"));
        std::fs::write(&taken, "old").unwrap();
        let mut file = UnfinishedFile::create(directory.path()).unwrap();
        file.write_all(b"new").unwrap();
        let mut file = file.complete().unwrap();
        assert!(!file.equals(&File::open(&taken).unwrap()).unwrap());
        let refused = file.publish(&taken).unwrap_err();
        assert!(matches!(refused, WriteError::Exists { .. }), "{refused}");
        file.publish(&free).unwrap();
        assert_eq!(std::fs::read(&taken).unwrap(), b"old");
        assert_eq!(std::fs::read(&free).unwrap(), b"new");
    }

    #[test]
    fn leaves_nothing_behind_when_it_is_given_up() {
        let directory = tempfile::tempdir().unwrap();
        drop(UnfinishedFile::create(directory.path()).unwrap());
        let file = UnfinishedFile::create(directory.path()).unwrap();
        drop(file.complete().unwrap());
        let mut nameless = nameless_file(directory.path()).unwrap();
        nameless.write_all(b"kept while it is open").unwrap();
        nameless.rewind().unwrap();
        let mut text = String::new();
        nameless.read_to_string(&mut text).unwrap();
        assert_eq!(text, "kept while it is open");
        assert!(names(directory.path()).is_empty());
    }

    #[test]
    fn left_overs_go_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(".intake-tmp-1-0"), "half").unwrap();
        std::fs::write(directory.path().join("o.csv.receipt.json"), "whole").unwrap();
        assert_eq!(remove_left_overs(directory.path()).unwrap(), 1);
        assert_eq!(names(directory.path()), ["o.csv.receipt.json"]);
    }

    #[test]
    fn equal_means_every_byte() {
        let directory = tempfile::tempdir().unwrap();
        let other = directory.path().join("other");
        let content = vec![7; 20_000];
        let mut file = UnfinishedFile::create(directory.path()).unwrap();
        file.write_all(&content).unwrap();
        let mut file = file.complete().unwrap();
        let mut check = |content: &[u8], expected: bool| {
            std::fs::write(&other, content).unwrap();
            assert_eq!(file.equals(&File::open(&other).unwrap()).unwrap(), expected);
        };
        check(&content, true);
        check(&content[1..], false);
        let mut changed = content.clone();
        changed[19_999] = 8;
        check(&changed, false);
    }
}
