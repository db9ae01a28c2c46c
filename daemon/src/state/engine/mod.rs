//! How are bytes kept under keys so that they survive a crash and damage never goes unnoticed?
//!
//! Invariant: a value is handed out only if its checksum fits its key and its bytes; nobody outside
//! this folder knows which store lies below.
//!
//! Everything is kept in one sled tree. A key is the byte of its [`Space`] followed by the caller's
//! key, a value is the caller's bytes followed by four bytes of checksum. What costs in sled is the
//! number of keys, so small records are packed: by number on a [`shelf`], by hash in [`postings`].

mod batch;
mod bucket;
pub mod open;
pub mod postings;
pub mod shelf;
mod value;

#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

pub use batch::{Batch, PART_BYTES, PART_KEYS};
pub use value::{Key, MAX_VALUE, Value};

use crate::system::{FileSystem, PathError, give_way};

/// A kind of record: a key space of its own within the store.
///
/// The numbers are persisted. A new space takes an unused number; the number of one that was
/// dropped is never given again. `Meta` has the highest, and so stands last in every commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Space {
    /// Orders by order id.
    Orders = 1,
    /// Order ids by the hash of the partner's key.
    OrderByKey = 2,
    /// Order ids by the hash of the customer id.
    OrderByCustomer = 3,
    /// Customers.
    Customers = 4,
    /// Customers by the hash of their email.
    CustomerByEmail = 5,
    /// The catalog of offers.
    Offers = 6,
    /// Imported files.
    Files = 7,
    /// Places of the journal's frames.
    Frames = 8,
    /// Journal entries of an order.
    History = 9,
    /// Customers by the hash of their id.
    CustomerById = 10,
    /// Customers by the hash of the number in the partner's system.
    CustomerByExternalId = 12,
    /// Customers by the hash of their user name.
    CustomerByUsername = 13,
    /// How far the sender is, and what upstream refuses.
    Outbox = 11,
    /// How far the store has followed the journal, and what else there is one of.
    Meta = 255,
}

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A value is longer than [`MAX_VALUE`], or a record longer than its shelf takes.
    #[error("a value of {length} bytes for {space:?} exceeds the limit of {limit} bytes")]
    TooLong {
        /// Where it was to go.
        space: Space,
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// What is stored under a key is not what was written there.
    #[error(
        "the store is damaged: {what} under the key `{key}` of {space:?}\n\
         hint: it is an index that can be rebuilt from the journal: `intake rebuild`"
    )]
    Damaged {
        /// Where the damage is.
        space: Space,
        /// The key in hex, without the byte of its space.
        key: String,
        /// What is wrong.
        what: &'static str,
    },
    /// The store below reports an error. It stays unusable until it is opened again.
    #[error("cannot {action} the store in `{}`: {source}", path.display())]
    Store {
        /// What was asked: `read`, `write`, `flush`.
        action: &'static str,
        /// The directory of the store.
        path: PathBuf,
        /// The store's account of it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store below panicked, now or earlier. It stays unusable until it is opened again.
    #[error(
        "the store in `{}` has failed and must be opened again\n\
         hint: if that fails too, it can be rebuilt from the journal: `intake rebuild`",
        path.display()
    )]
    Failed {
        /// The directory of the store.
        path: PathBuf,
    },
    /// The operating system did not confirm that a commit is on the device.
    #[error(transparent)]
    Sync(#[from] PathError),
}

impl EngineError {
    fn damaged(space: Space, key: &[u8], what: &'static str) -> Self {
        Self::Damaged {
            space,
            key: hex(key),
            what,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// An open store. Reads may come from any thread; whoever prepares batches must be one at a time,
/// since a packed record is read, changed and written back.
#[derive(Debug)]
pub struct Engine {
    /// `None` only while being dropped.
    database: Option<sled::Db>,
    file_system: FileSystem,
    path: PathBuf,
    /// Parts of two commits must not interleave.
    committing: Mutex<()>,
    /// After a panic within sled its inner state is unknown, so it is not entered again.
    failed: AtomicBool,
    /// Counts when a part of a commit is begun and when it is done: odd while one is being written.
    writes: AtomicU64,
}

impl Engine {
    fn over(database: sled::Db, path: &Path) -> Result<Self, PathError> {
        Ok(Self {
            database: Some(database),
            file_system: FileSystem::of(path)?,
            path: path.to_owned(),
            committing: Mutex::new(()),
            failed: AtomicBool::new(false),
            writes: AtomicU64::new(0),
        })
    }

    /// The directory of the store.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The value under a key.
    pub fn get(&self, space: Space, key: &[u8]) -> Result<Option<Value>, EngineError> {
        let full = value::full_key(space, key);
        let stored = self.guarded("read", |database| database.get(&full))?;
        stored
            .map(|stored| Value::verified(stored, &full, space))
            .transpose()
    }

    /// The entry with the smallest key that is `from` or greater.
    pub fn first_from(
        &self,
        space: Space,
        from: &[u8],
    ) -> Result<Option<(Key, Value)>, EngineError> {
        self.scan(space, from).next().transpose()
    }

    /// All entries whose key is `from` or greater, in the order of their keys. Writes during a scan
    /// may or may not be seen. After an error the scan is over.
    pub fn scan(&self, space: Space, from: &[u8]) -> Scan<'_> {
        let begun = self.moment();
        let from = value::full_key(space, from);
        let entries = self
            .database
            .as_ref()
            .map(|database| database.range(from..));
        Scan {
            engine: self,
            space,
            entries,
            begun,
        }
    }

    /// Writes a batch. When this returns `Ok`, it is on the device.
    ///
    /// A batch of up to [`PART_KEYS`] keys and [`PART_BYTES`] bytes is atomic. A larger one is
    /// written in parts, each of them atomic, in the order of spaces and keys: after a crash, and
    /// for readers meanwhile, any number of the first parts may be there. So put the marker that
    /// says "done" in [`Space::Meta`], which comes last, and write the same changes again when it
    /// is missing. What was given to [`Batch::change_together`] is never parted.
    ///
    /// Postings under random hashes touch nearly every bucket in each commit, so larger batches are
    /// cheaper per row: of a million orders, 65,536 a batch take a third of the time that 16,384 take.
    ///
    /// After an error the batch may be there in part or whole.
    pub fn commit(&self, batch: Batch) -> Result<(), EngineError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.write(batch)?;
        self.guarded("flush", |database| database.flush())?;
        Ok(self.file_system.sync()?)
    }

    /// Writes a batch in parts as [`Self::commit`] does, without waiting for the device: what is committed next makes this
    /// durable too, and is never there without it.
    pub fn write(&self, batch: Batch) -> Result<(), EngineError> {
        let _committing = self
            .committing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for part in batch.into_parts() {
            self.writes.fetch_add(1, Ordering::SeqCst);
            let written = self.guarded("write", |database| database.apply_batch(part.into()));
            self.writes.fetch_add(1, Ordering::SeqCst);
            written?;
            // Nothing is locked that a reader needs.
            give_way();
        }
        Ok(())
    }

    /// Removes every entry. Cut off in the middle, the marker is gone first, so that the next start begins anew.
    pub fn clear(&self) -> Result<(), EngineError> {
        let spaces = [
            Space::Meta,
            Space::Orders,
            Space::OrderByKey,
            Space::OrderByCustomer,
            Space::Customers,
            Space::CustomerByEmail,
            Space::Offers,
            Space::Files,
            Space::Frames,
            Space::History,
            Space::CustomerById,
            Space::CustomerByExternalId,
            Space::CustomerByUsername,
            Space::Outbox,
        ];
        for space in spaces {
            loop {
                let keys = self
                    .scan(space, &[])
                    .take(PART_KEYS)
                    .map(|entry| Ok(entry?.0));
                let keys: Vec<Key> = keys.collect::<Result<_, EngineError>>()?;
                let kept = |key: &Key| space == Space::Meta && **key == *open::FORMAT_KEY;
                let mut batch = Batch::new();
                keys.iter()
                    .filter(|key| !kept(key))
                    .for_each(|key| batch.remove(space, key));
                if batch.is_empty() {
                    break;
                }
                self.commit(batch)?;
            }
        }
        Ok(())
    }

    /// Bytes that the store takes on disk.
    pub fn size_on_disk(&self) -> Result<u64, EngineError> {
        self.guarded("measure", sled::Db::size_on_disk)
    }

    fn moment(&self) -> Moment {
        Moment {
            writes: self.writes.load(Ordering::SeqCst),
        }
    }

    /// Whether nothing was being written between `moment` and now.
    fn is_still(&self, moment: Moment) -> bool {
        moment.writes.is_multiple_of(2) && self.moment() == moment
    }

    /// sled panics on some kinds of damage. Such a panic ends here.
    fn guarded<T>(
        &self,
        action: &'static str,
        operation: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, EngineError> {
        let failed = || EngineError::Failed {
            path: self.path.clone(),
        };
        let Some(database) = &self.database else {
            return Err(failed());
        };
        if self.failed.load(Ordering::Acquire) {
            return Err(failed());
        }
        match catch_unwind(AssertUnwindSafe(|| operation(database))) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(EngineError::Store {
                action,
                path: self.path.clone(),
                source: error.into(),
            }),
            Err(_panic) => {
                self.failed.store(true, Ordering::Release);
                Err(failed())
            }
        }
    }
}

impl Drop for Engine {
    /// sled flushes when it is dropped, and panics if that fails.
    fn drop(&mut self) {
        let Some(database) = self.database.take() else {
            return;
        };
        if self.failed.load(Ordering::Acquire) {
            // Its destructor may wait for ever for a thread that died. The process is about to end.
            std::mem::forget(database);
            return;
        }
        let _ = catch_unwind(AssertUnwindSafe(move || drop(database)));
    }
}

/// A point in the sequence of writes, to tell whether several reads saw one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    writes: u64,
}

/// A running [`Engine::scan`].
pub struct Scan<'engine> {
    engine: &'engine Engine,
    space: Space,
    /// `None` when the scan is over.
    entries: Option<sled::Iter>,
    begun: Moment,
}

impl Scan<'_> {
    /// Whether nothing was being written since the scan began, so that all its entries so far are
    /// of one state of the store.
    pub fn is_of_one_state(&self) -> bool {
        self.engine.is_still(self.begun)
    }
}

impl std::fmt::Debug for Scan<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Scan")
            .field("space", &self.space)
            .finish_non_exhaustive()
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<(Key, Value), EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut entries = self.entries.take()?;
        let (key, stored) = match self.engine.guarded("read", |_| entries.next().transpose()) {
            Ok(entry) => entry?,
            Err(error) => return Some(Err(error)),
        };
        if key.first() != Some(&(self.space as u8)) {
            return None;
        }
        let verified = Value::verified(stored, &key, self.space);
        if verified.is_ok() {
            self.entries = Some(entries);
        }
        Some(verified.map(|value| (Key::of(key), value)))
    }
}
