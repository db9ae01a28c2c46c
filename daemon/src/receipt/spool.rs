//! Where does a part of a file wait until those before it are written?
//!
//! Invariant: a spool keeps at most [`KEPT_IN_MEMORY`] bytes and one entry in memory, whatever goes through it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::system::{PathError, UnfinishedFile, nameless_file};

/// Entries are written to a nameless file once they are longer than this; those of a small import never are.
pub(super) const KEPT_IN_MEMORY: usize = 256 << 10;

/// Entries one after another.
#[derive(Debug)]
pub(super) struct Spool {
    directory: PathBuf,
    memory: Vec<u8>,
    file: Option<File>,
    entries: u64,
}

impl Spool {
    /// An empty spool; its file, if it needs one, is made in the existing `directory`.
    pub(super) fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            memory: Vec::new(),
            file: None,
            entries: 0,
        }
    }

    /// Appends one entry.
    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), PathError> {
        write(&mut self.memory);
        self.entries += 1;
        if self.memory.len() <= KEPT_IN_MEMORY {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(nameless_file(&self.directory)?),
        };
        let written = file.write_all(&self.memory);
        self.memory.clear();
        // An unusually long entry does not keep its memory for ever.
        self.memory.shrink_to(2 * KEPT_IN_MEMORY);
        written.map_err(|source| self.error("write", source))
    }

    /// How many entries there are.
    pub(super) fn entries(&self) -> u64 {
        self.entries
    }

    /// Appends all entries to a file; they stay here too.
    pub(super) fn copy_to(&mut self, out: &mut UnfinishedFile) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.rewind()?;
            out.append(file)?;
        }
        out.write_all(&self.memory)
    }

    /// Reads all entries from the first on.
    pub(super) fn read(&mut self) -> Result<impl Read, PathError> {
        let rewound = self.file.as_mut().map(|file| file.seek(SeekFrom::Start(0)));
        if let Some(Err(source)) = rewound {
            return Err(self.error("read", source));
        }
        let on_disk: Box<dyn Read + '_> = match &self.file {
            Some(file) => Box::new(file),
            None => Box::new(io::empty()),
        };
        Ok(on_disk.chain(self.memory.as_slice()))
    }

    #[cfg(test)]
    pub(super) fn bytes_in_memory(&self) -> usize {
        self.memory.capacity()
    }

    fn error(&self, action: &'static str, source: io::Error) -> PathError {
        PathError {
            action,
            path: self.directory.clone(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_added_in_order_from_memory_and_disk() {
        let directory = tempfile::tempdir().unwrap();
        for count in [0_u64, 3, 100_000] {
            let mut spool = Spool::new(directory.path());
            let mut expected = Vec::new();
            for number in 0..count {
                let entry = format!("entry {number}\n");
                spool.add(|bytes| bytes.extend(entry.bytes())).unwrap();
                expected.extend(entry.bytes());
                assert!(spool.bytes_in_memory() <= 2 * KEPT_IN_MEMORY);
            }
            assert_eq!(spool.entries(), count);
            for _ in 0..2 {
                let mut read = Vec::new();
                spool.read().unwrap().read_to_end(&mut read).unwrap();
                assert!(read == expected);
            }
            let mut file = UnfinishedFile::create(directory.path()).unwrap();
            spool.copy_to(&mut file).unwrap();
            let path = directory.path().join(count.to_string());
            file.complete().unwrap().publish(&path).unwrap();
            assert!(std::fs::read(&path).unwrap() == expected);
        }
    }

    #[test]
    fn a_long_entry_does_not_keep_its_memory() {
        let directory = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(directory.path());
        spool
            .add(|bytes| bytes.resize(10 * KEPT_IN_MEMORY, b'x'))
            .unwrap();
        assert!(spool.bytes_in_memory() <= 2 * KEPT_IN_MEMORY);
    }
}
