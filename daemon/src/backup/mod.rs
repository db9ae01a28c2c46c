//! What is a backup, how is it taken while the daemon works, and how does a data directory come out of it again?
//!
//! Invariant: under its name a backup is complete and durable, and never changes again; what a restore leaves behind is
//! exactly what the manifest says, or nothing.
//!
//! ```text
//! DIR/2026-11-24T16-00-05Z/         one backup: it lies there as a data directory does
//!   manifest.ndjson                 which files, their lengths and hashes, and the place in the journal
//!   intake.toml                     the configuration, where one was read
//!   journal/                        up to that place; the last segment is cut behind its last frame
//!   work/<id>/, held/<id>/          the copies of imports that were open at that place
//!   archive/, rejected/             on demand: files of imports that were over
//!   outbox/, uploads/               on demand: their receipts, and the addresses of uploads
//! DIR/.unfinished-…                 one that is being taken, or was cut off; the next backup removes it
//! ```
//!
//! The store is not in it: it is made from the journal. Files that an earlier backup in the same folder holds already
//! are shared with it by hard links, so that each backup is whole and costs only what is new.

mod contents;
mod error;
mod manifest;
mod restore;
mod take;
#[cfg(test)]
mod tests;

pub(crate) use contents::open_present;
pub use error::{BackupError, RestoreError};
pub use manifest::{Entry, Head, Manifest, Part};
pub use restore::{Restored, check, find, is_unfinished, restore};
pub use take::{Choice, Taken, take};

/// The name of the manifest in a backup.
pub const MANIFEST: &str = "manifest.ndjson";

/// How the name of a backup begins that is not complete.
const UNFINISHED: &str = ".unfinished-";
