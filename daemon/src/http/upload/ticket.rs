//! How is a file known by that came over HTTP, until its receipt is there and after?
//! By a number that nobody can guess, on a ticket that is durable before the file counts; whoever has the number
//! sees this one receipt. Tickets go when they are old, and there are never more than so many.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use intake_core::report::hex;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::folder::names::{PartnerName, is_one_component};
use crate::folder::safe_name::printable;
use crate::random::random_bytes;
use crate::state::file_record::import_id;
use crate::state::store::StoreError;
use crate::state::{FileRecord, Store};
use crate::system::{PathError, WriteError, remove_left_overs, write_atomically};

/// The folder of the tickets in the data directory.
pub(in crate::http) const FOLDER: &str = "uploads";

const VERSION: u32 = 1;

/// There are never more tickets than this: the oldest go.
const MOST_TICKETS: usize = 100_000;

/// A ticket is looked for among so many imports behind the upload, and no further.
const MOST_IMPORTS: u64 = 10_000;

/// A file that came over HTTP. As it is kept: JSON under `<id>.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct Ticket {
    pub(in crate::http) version: u32,
    /// 128 random bits in hexadecimal digits.
    pub(in crate::http) id: String,
    pub(in crate::http) partner: PartnerName,
    /// The name that it got in the inbox.
    pub(in crate::http) name: String,
    pub(in crate::http) bytes: u64,
    pub(in crate::http) sha256: String,
    pub(in crate::http) received: Timestamp,
    /// No import before this one is that of the file.
    pub(in crate::http) first_import: u64,
    /// The import, once it is known.
    pub(in crate::http) import_id: Option<String>,
}

/// The tickets of a data directory.
#[derive(Clone, Debug)]
pub(in crate::http) struct Tickets {
    folder: PathBuf,
}

/// A number that nobody can guess.
pub(in crate::http) fn new_id() -> io::Result<String> {
    let bytes: [u8; 16] = random_bytes()?;
    Ok(hex(&bytes))
}

/// The number that the next file gets at the earliest, in this life of the daemon and after a restart: one that
/// was taken but is in no record may come again.
pub(in crate::http) fn first_import(store: &Store, next: u64) -> Result<u64, StoreError> {
    let mut first = next;
    while first > 1 && next - first < MOST_IMPORTS && store.file(&import_id(first - 1))?.is_none() {
        first -= 1;
    }
    Ok(first)
}

impl Ticket {
    pub(in crate::http) fn new(id: String, partner: PartnerName, received: Timestamp) -> Self {
        Self {
            version: VERSION,
            id,
            partner,
            name: String::new(),
            bytes: 0,
            sha256: String::new(),
            received,
            first_import: 1,
            import_id: None,
        }
    }

    /// The record of the file's import, where there is one by now.
    pub(in crate::http) fn record(
        &self,
        store: &Store,
        next: u64,
    ) -> Result<Option<FileRecord>, StoreError> {
        if let Some(import_id) = &self.import_id {
            return store.file(import_id);
        }
        let last = next.min(self.first_import.saturating_add(MOST_IMPORTS));
        let name = printable(&self.name);
        for number in self.first_import..last {
            let record = store.file(&import_id(number))?;
            let is_it = |record: &FileRecord| {
                record.partner == self.partner.as_str()
                    && record.file == name
                    && record.sha256 == self.sha256
            };
            if let Some(record) = record.filter(is_it) {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }
}

impl Tickets {
    pub(in crate::http) fn of(data: &Path) -> Self {
        Self {
            folder: data.join(FOLDER),
        }
    }

    /// Makes the folder, and removes what was cut off while it was written.
    pub(in crate::http) fn prepare(&self) -> Result<(), PathError> {
        let made = std::fs::create_dir_all(&self.folder);
        made.map_err(PathError::of("make", &self.folder))?;
        remove_left_overs(&self.folder).map(drop)
    }

    /// Keeps a ticket; it is durable when this returns.
    pub(in crate::http) fn keep(&self, ticket: &Ticket) -> Result<(), WriteError> {
        let mut json = serde_json::to_vec(ticket).unwrap_or_default();
        json.push(b'\n');
        write_atomically(&self.path_of(&ticket.id), &json)
    }

    /// Forgets a ticket whose file never came to lie in the inbox.
    pub(in crate::http) fn forget(&self, ticket: &Ticket) {
        // One that stays says that its file is gone, and goes when it is old.
        let _ = std::fs::remove_file(self.path_of(&ticket.id));
    }

    /// The ticket with this number; nothing where there is none, or none that can be read.
    pub(in crate::http) fn find(&self, id: &str) -> Result<Option<Ticket>, PathError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if id.len() != 32 || !id.bytes().all(is_digit) {
            return Ok(None);
        }
        let path = self.path_of(id);
        let json = match std::fs::read(&path) {
            Ok(json) => json,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(PathError::of("read", &path)(error)),
        };
        let ticket: Option<Ticket> = serde_json::from_slice(&json).ok();
        let is_known = |ticket: &Ticket| {
            ticket.version == VERSION && ticket.id == id && is_one_component(ticket.name.as_ref())
        };
        Ok(ticket.filter(is_known))
    }

    /// Removes tickets that are older than `age`, and the oldest of too many.
    pub(in crate::http) fn prune(&self, now: Timestamp, age: Duration) -> Result<(), PathError> {
        let entries =
            std::fs::read_dir(&self.folder).map_err(PathError::of("list", &self.folder))?;
        let mut found = Vec::new();
        for entry in entries.flatten() {
            let changed = entry.metadata().and_then(|metadata| metadata.modified());
            let is_ticket = entry.path().extension().is_some_and(|kind| kind == "json");
            if let (Ok(changed), true) = (changed, is_ticket)
                && let Ok(changed) = Timestamp::try_from(changed)
            {
                found.push((changed, entry.path()));
            }
        }
        found.sort_by_key(|(changed, _)| std::cmp::Reverse(*changed));
        for (place, (changed, path)) in found.iter().enumerate() {
            let is_old = Duration::try_from(now.duration_since(*changed)).is_ok_and(|is| is > age);
            if is_old || place >= MOST_TICKETS {
                std::fs::remove_file(path).map_err(PathError::of("remove", path))?;
            }
        }
        Ok(())
    }

    fn path_of(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(id: &str) -> Ticket {
        let partner = PartnerName::parse("alpha").unwrap();
        Ticket {
            name: "orders.csv".into(),
            bytes: 12,
            sha256: "ab".repeat(32),
            first_import: 7,
            ..Ticket::new(id.into(), partner, Timestamp::constant(1_700_000_000, 0))
        }
    }

    /// The frozen sample of version 1.
    #[test]
    fn a_ticket_of_version_1_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let tickets = Tickets::of(folder.path());
        tickets.prepare().unwrap();
        let id = "00112233445566778899aabbccddeeff";
        let frozen = include_str!("../../../../tests/frozen/upload-v1.json");
        std::fs::write(tickets.path_of(id), frozen).unwrap();
        assert_eq!(tickets.find(id).unwrap(), Some(ticket(id)));
        tickets.keep(&ticket(id)).unwrap();
        let written = std::fs::read_to_string(tickets.path_of(id)).unwrap();
        assert_eq!(written, frozen);
    }

    #[test]
    fn only_a_whole_number_finds_a_ticket() {
        let folder = tempfile::tempdir().unwrap();
        let tickets = Tickets::of(folder.path());
        tickets.prepare().unwrap();
        let id = new_id().unwrap();
        tickets.keep(&ticket(&id)).unwrap();
        assert!(tickets.find(&id).unwrap().is_some());
        for other in ["", "..", &id[1..], &id.to_uppercase(), "../uploads/a"] {
            // A number may by chance hold no letters.
            if other != id {
                assert!(tickets.find(other).unwrap().is_none(), "{other}");
            }
        }
        std::fs::write(tickets.path_of(&id), "{}").unwrap();
        assert!(tickets.find(&id).unwrap().is_none());
    }

    #[test]
    fn old_tickets_go() {
        let folder = tempfile::tempdir().unwrap();
        let tickets = Tickets::of(folder.path());
        tickets.prepare().unwrap();
        let id = new_id().unwrap();
        tickets.keep(&ticket(&id)).unwrap();
        let now = crate::clock::now();
        let age = Duration::from_secs(3600);
        tickets.prune(now, age).unwrap();
        assert!(tickets.find(&id).unwrap().is_some());
        let later = now + Duration::from_secs(7200);
        tickets.prune(later, age).unwrap();
        assert!(tickets.find(&id).unwrap().is_none());
    }
}
