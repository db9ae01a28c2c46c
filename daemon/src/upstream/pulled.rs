//! How far was the platform looked through by an earlier life of the program?
//! A note beside the journal, version 1, that may be lost: then everything is looked through once more, and nothing is written
//! twice, since only what differs is. It counts for the platform alone that it names.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::log;
use crate::system::write_atomically;

/// The note.
pub(super) struct Pulled {
    path: PathBuf,
    url: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct NoteV1 {
    version: u32,
    url: String,
    /// Customers that changed before are known.
    customers_since: String,
}

const NAME: &str = "upstream-pulled.json";
/// A note is no longer than this.
const LONGEST: usize = 4 << 10;

impl Pulled {
    /// The note about this platform in a data directory.
    pub(super) fn of(data: &Path, url: &str) -> Self {
        Self {
            path: data.join(NAME),
            url: url.to_owned(),
        }
    }

    /// Since when customers are to be looked at; nothing where all are.
    pub(super) fn customers_since(&self) -> Option<Timestamp> {
        let bytes = std::fs::read(&self.path).ok()?;
        let note: NoteV1 = serde_json::from_slice(bytes.get(..LONGEST).unwrap_or(&bytes)).ok()?;
        let counts = note.version == 1 && note.url == self.url;
        counts.then(|| note.customers_since.parse().ok()).flatten()
    }

    /// Notes that customers that changed before this time are known.
    pub(super) fn note(&self, customers_since: Timestamp) {
        let note = NoteV1 {
            version: 1,
            url: self.url.clone(),
            customers_since: customers_since.to_string(),
        };
        let written = serde_json::to_vec(&note)
            .map_err(|error| error.to_string())
            .and_then(|bytes| write_atomically(&self.path, &bytes).map_err(|it| it.to_string()));
        if let Err(error) = written {
            log::upstream_pull_not_noted(&error);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_counts_for_its_own_platform_and_may_be_lost() {
        let folder = tempfile::tempdir().unwrap();
        let url = "https://api.example.org/api/v3.0";
        let pulled = Pulled::of(folder.path(), url);
        assert_eq!(pulled.customers_since(), None);
        let time: Timestamp = "2026-11-24T09:00:00Z".parse().unwrap();
        pulled.note(time);
        assert_eq!(pulled.customers_since(), Some(time));
        // The frozen form of version 1.
        let path = folder.path().join(NAME);
        let text = std::fs::read_to_string(&path).unwrap();
        expect_test::expect![[r#"{"version":1,"url":"https://api.example.org/api/v3.0","customersSince":"2026-11-24T09:00:00Z"}"#]].assert_eq(&text);
        let other = Pulled::of(folder.path(), "https://other.example.org/api/v3.0");
        assert_eq!(other.customers_since(), None);
        for wrong in ["", "{", "{\"version\":2}"] {
            std::fs::write(&path, wrong).unwrap();
            assert_eq!(pulled.customers_since(), None);
        }
    }
}
