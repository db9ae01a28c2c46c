//! What must somebody know who plans a partner's file without the books?
//! A snapshot: that partner's orders, its profile and the catalog, as they stood at one moment; nobody else's orders.
//!
//! # The bytes, version 1
//!
//! ```text
//! "intake\0S" (8 bytes), version (4 bytes)
//! section, section, …: kind (1 byte), length (4 bytes), that many bytes
//! ```
//!
//! All lengths are little endian. The first section is the head (`H`, JSON), then come chunks of orders (`O`), in the
//! end the seal (`E`): SHA-256 of everything before its 32 bytes. Nothing follows. A chunk holds its orders by column
//! (module `columns`), so that it compresses well; the stream itself is not compressed: whoever keeps or sends it does that.

mod columns;
mod head;
mod known;
mod reader;
mod rows;
#[cfg(test)]
mod tests;
mod writer;

pub use head::{Head, catalog_for};
pub use known::{Snapshot, SnapshotOrder};
pub use reader::SnapshotReader;
pub use writer::{ChunkWriter, SnapshotWriter};

use crate::finding::Language;
use crate::profile::ProfileError;
use std::fmt;

/// The version that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// Most orders of a snapshot.
pub const MAX_ORDERS: u64 = 50_000_000;
/// Longest head: profile and catalog, about 300 bytes an offer.
pub const MAX_HEAD_BYTES: usize = 64 << 20;
/// Longest chunk of orders.
pub const MAX_CHUNK_BYTES: usize = 16 << 20;
/// Most memory that the orders of a snapshot may take.
pub const MAX_MEMORY: usize = 3 << 30;
/// Longest key or number of a customer, in bytes.
const MAX_TEXT_BYTES: usize = 1 << 10;

const MAGIC: &[u8; 8] = b"intake\0S";
/// Kind and length of a section.
const SECTION_HEAD: usize = 5;
const HEAD: u8 = b'H';
const ORDERS: u8 = b'O';
const END: u8 = b'E';
const SEAL: usize = 32;

/// Why bytes are no snapshot that can be used here, or orders cannot become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// It does not begin as a snapshot does.
    NotASnapshot,
    /// It was made by another version of the program.
    Version(u32),
    /// It ends before its end.
    Truncated,
    /// Its bytes are not those that were written.
    Damaged,
    /// The profile in it cannot be read.
    Profile(ProfileError),
    /// It holds the orders of another partner.
    OtherPartner {
        /// Whose orders were wanted.
        wanted: Box<str>,
        /// Whose it holds.
        found: Box<str>,
    },
    /// A limit is passed.
    Limit {
        /// Of what there is too much.
        what: &'static str,
        /// How much there may be.
        limit: u64,
    },
}

impl SnapshotError {
    /// What it is, in words.
    pub fn message(&self, language: Language) -> String {
        let german = language == Language::De;
        match (self, german) {
            (Self::NotASnapshot, false) => "this is no snapshot".to_owned(),
            (Self::NotASnapshot, true) => "das ist kein Snapshot".to_owned(),
            (Self::Version(found), false) => format!(
                "the snapshot is of version {found}, this program reads version {VERSION}: use programs of the same release"
            ),
            (Self::Version(found), true) => format!(
                "der Snapshot hat Version {found}, dieses Programm liest Version {VERSION}: bitte Programme desselben Standes verwenden"
            ),
            (Self::Truncated, false) => "the snapshot is incomplete: fetch it once more".to_owned(),
            (Self::Truncated, true) => {
                "der Snapshot ist unvollständig: bitte noch einmal holen".to_owned()
            }
            (Self::Damaged, false) => "the snapshot is damaged: fetch it once more".to_owned(),
            (Self::Damaged, true) => {
                "der Snapshot ist beschädigt: bitte noch einmal holen".to_owned()
            }
            (Self::Profile(error), false) => format!("in the snapshot, {error}"),
            (Self::Profile(error), true) => {
                format!("das Profil im Snapshot ist unlesbar: {error}")
            }
            (Self::OtherPartner { wanted, found }, false) => {
                format!("the snapshot is of partner `{found}`, not of `{wanted}`")
            }
            (Self::OtherPartner { wanted, found }, true) => {
                format!("der Snapshot gehört zum Partner „{found}“, nicht zu „{wanted}“")
            }
            (Self::Limit { what, limit }, false) => {
                format!("the snapshot passes a limit: {what}, at most {limit}")
            }
            (Self::Limit { what, limit }, true) => {
                format!("der Snapshot überschreitet eine Grenze: {what}, höchstens {limit}")
            }
        }
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Language::En))
    }
}

impl std::error::Error for SnapshotError {}
