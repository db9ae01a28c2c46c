//! A data directory with a real journal and a real store, for the tests of the commands.
//! What the journal takes is applied to the store at once, as the daemon does it.

use std::path::PathBuf;

use intake_core::finding::Language;
use jiff::tz::TimeZoneDatabase;
use tempfile::TempDir;

use super::Speech;
use crate::journal::{Frames, Journal, JournalOptions};
use crate::state::{Effects, Store};

/// English, in Berlin, on an autumn morning.
pub(super) fn speech() -> Speech {
    Speech {
        language: Language::En,
        now: "2026-11-23T09:00:00Z".parse().unwrap(),
        zone: TimeZoneDatabase::bundled().get("Europe/Berlin").unwrap(),
    }
}

/// The text without its styles.
pub(super) fn plain(out: &[u8]) -> String {
    String::from_utf8(anstream::adapter::strip_bytes(out).into_vec()).unwrap()
}

pub(super) struct Data {
    pub(super) directory: TempDir,
    pub(super) store: Store,
    journal: Journal,
}

impl Data {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = JournalOptions::default();
        let (journal, _) = Journal::open(&directory.path().join("journal"), options).unwrap();
        let store = Store::open(&directory.path().join("state"), 1 << 20).unwrap();
        Self {
            directory,
            store,
            journal,
        }
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.directory.path().join("journal")
    }

    /// Journals one frame of lines and takes it over.
    pub(super) fn append(&mut self, lines: &[u8], time: &str) {
        let span = self.journal.append(lines, time).unwrap();
        let frame = Frames::read_at(&self.journal(), span.start).unwrap();
        let effects = Effects::of_frame(&frame, &self.store).unwrap();
        self.store.apply(effects, span).unwrap();
    }
}
