//! Which files belong to a data directory as it stood at one place of its journal?
//!
//! Invariant: what is open at that place is held open before anybody writes on, so that it is there whatever
//! becomes of its name; of what was over, no file of a later import is among it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::Path;

use rustix::io::Errno;

use super::BackupError;
use crate::folder::directory::{Directory, IoAt};
use crate::folder::lifecycle::{Ending, Step};
use crate::folder::moves::Month;
use crate::folder::names::ImportId;
use crate::folder::private_copy::{BODY, ORIGIN, PLAN, open_regular};
use crate::folder::safe_name::{from_printable, printable, resting_name, resting_plan_name};
use crate::http::TICKETS;
use crate::import::Terms;
use crate::journal::Position;
use crate::open_data::OpenData;
use crate::receipt::{gift_of, open_in};
use crate::state::FileRecord;
use crate::state::file_record::{import_id, import_number};
use crate::system::PathError;

/// The data directory at one place of its journal.
pub(super) struct Moment {
    /// The place.
    pub(super) end: Position,
    /// The hash of the last frame before it.
    pub(super) digest: [u8; 32],
    /// Every import, as it stood.
    pub(super) records: Vec<FileRecord>,
    /// What open imports need, by the path under which it is kept.
    pub(super) held_open: Vec<(String, File)>,
}

/// Holds on to the data directory as it stands now. Writers wait for no more than what is open.
pub(super) fn moment(data: &OpenData) -> Result<Moment, BackupError> {
    let store = data.books.store();
    // Most imports were over long ago; only what can have changed is asked for again.
    let mut records: BTreeMap<String, FileRecord> = BTreeMap::new();
    for record in store.files()? {
        records.insert(record.import_id.clone(), record);
    }
    let seen = records.keys().filter_map(|id| import_number(id)).max();
    data.books.still(|journal| {
        let mut moving: Vec<String> = records
            .values()
            .filter(|record| record.is_open())
            .map(|record| record.import_id.clone())
            .collect();
        let later = seen.unwrap_or(0) + 1..data.books.next_import_number();
        moving.extend(later.map(import_id));
        let mut held_open = Vec::new();
        for id in moving {
            if let Some(record) = store.file(&id)? {
                if record.is_open() {
                    hold_open(data, &record, &mut held_open)?;
                }
                records.insert(id, record);
            }
        }
        Ok(Moment {
            end: journal.end(),
            digest: journal.last_digest(),
            records: records.into_values().collect(),
            held_open,
        })
    })
}

impl Moment {
    /// Calls `take` with each file of an import that was over: where it rests, and what rests beside it.
    pub(super) fn each_archived(
        &self,
        data: &OpenData,
        take: &mut Take<'_>,
    ) -> Result<(), BackupError> {
        for record in self.records.iter().filter(|record| !record.is_open()) {
            for place in record.resting_places() {
                take_present(data, &place, take)?;
            }
        }
        Ok(())
    }

    /// Calls `take` with each file of each receipt, and with the addresses of uploads.
    pub(super) fn each_receipt(
        &self,
        data: &OpenData,
        take: &mut Take<'_>,
    ) -> Result<(), BackupError> {
        for record in &self.records {
            let Some(receipt) = &record.receipt else {
                continue;
            };
            let outbox = data.outbox.path().join(&record.partner);
            let Some(gift) = gift_of(&outbox, receipt)? else {
                continue;
            };
            for name in [Some(gift.receipt), Some(gift.report), gift.corrections] {
                let Some(name) = name else { continue };
                if let Some((file, _)) = open_in(&outbox, &name)? {
                    let shown = printable(&name);
                    take(format!("outbox/{}/{shown}", record.partner), file)?;
                }
            }
        }
        let folder = data.path.join(TICKETS);
        let tickets = match std::fs::read_dir(&folder) {
            Ok(tickets) => tickets,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(PathError::of("list", &folder)(error).into()),
        };
        for ticket in tickets {
            let ticket = ticket.map_err(PathError::of("list", &folder))?;
            let name = ticket.file_name();
            if Path::new(&name).extension() == Some(OsStr::new("json")) {
                take_present(data, &format!("{TICKETS}/{}", printable(&name)), take)?;
            }
        }
        Ok(())
    }
}

/// Takes a file by the path under which it is kept.
pub(super) type Take<'t> = dyn FnMut(String, File) -> Result<(), BackupError> + 't;

/// A file of the data directory by its shown path, never through a link; nothing where it is no regular file.
pub(crate) fn open_present(data: &OpenData, path: &str) -> Result<Option<File>, BackupError> {
    let mut folder = Directory::open(&data.path)?;
    let mut components = path.split('/').map(from_printable).peekable();
    while let Some(component) = components.next() {
        if components.peek().is_none() {
            return Ok(present(open_regular(&folder, &component))?);
        }
        match present(folder.open_child(&component))? {
            Some(child) => folder = child,
            None => return Ok(None),
        }
    }
    Ok(None)
}

fn take_present(data: &OpenData, path: &str, take: &mut Take<'_>) -> Result<(), BackupError> {
    match open_present(data, path)? {
        Some(file) => take(path.to_owned(), file),
        // Somebody took it away, as people do with receipts.
        None => Ok(()),
    }
}

/// A move goes from `work` to `held` and from either to rest, so that who looks in this order misses nothing.
/// What rests already, while the journal does not say so yet, is kept where the import looks for it.
fn hold_open(
    data: &OpenData,
    record: &FileRecord,
    held_open: &mut Vec<(String, File)>,
) -> Result<(), BackupError> {
    let id = &record.import_id;
    // Where the import looks for it when it goes on.
    let home = if record.step == Step::Held {
        "held"
    } else {
        "work"
    };
    for name in [BODY, PLAN, ORIGIN] {
        let places = [format!("work/{id}/{name}"), format!("held/{id}/{name}")];
        for place in places.into_iter().chain(resting_place(data, record, name)) {
            if let Some(file) = open_present(data, &place)? {
                held_open.push((format!("{home}/{id}/{name}"), file));
                break;
            }
        }
    }
    Ok(())
}

/// Where what is called `name` in an import's folder rests in the end.
fn resting_place(data: &OpenData, record: &FileRecord, name: &str) -> Option<String> {
    let id = ImportId::parse(&record.import_id).ok()?;
    let original = record.original_name();
    let rested = match name {
        BODY => resting_name(&original, &id),
        PLAN => resting_plan_name(&original, &id),
        _ => return None,
    };
    let partner = &record.partner;
    if record.ending != Some(Ending::Applied) {
        return Some(format!("rejected/{partner}/{rested}"));
    }
    let claimed: jiff::Timestamp = record.claimed.parse().ok()?;
    let zone = Terms::of(&data.config, partner).zone;
    let month = Month::of(claimed.to_zoned_datetime(zone).date());
    Some(format!("archive/{partner}/{month}/{rested}"))
}

/// What is not there, or is no file of ours, is nothing.
fn present<T>(found: Result<T, IoAt>) -> Result<Option<T>, IoAt> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error)
            if matches!(
                error.errno(),
                Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::INVAL)
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
