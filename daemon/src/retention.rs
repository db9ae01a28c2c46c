//! What of imports that are over is kept, and for how long?
//!
//! Invariant: nothing goes that is still needed: nothing of an import that is open or held, and, where changes are sent
//! upstream, nothing of one that has rows without a verdict. The journal is never shortened: it is the record of every row,
//! and the store is made from it. To shorten it, a checkpoint would have to stand in its place from which the store
//! can be made, with orders, customers, offers, open imports and what waits for the platform.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::backup::open_present;
use crate::config::{Mirroring, Retention};
use crate::folder::directory::{Directory, IoAt};
use crate::folder::safe_name::{from_printable, printable};
use crate::open_data::OpenData;
use crate::receipt::{UpstreamPart, gift_of, open_in};
use crate::state::{FileRecord, StoreError};
use crate::system::PathError;

/// What imports leave behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remains {
    /// The files themselves, in `archive/` and `rejected/`.
    Archive,
    /// What partners were given, in `outbox/`.
    Receipts,
}

/// A file that is not kept any longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The import.
    pub import_id: String,
    /// What it is.
    pub remains: Remains,
    /// Where it lies, below the data directory, as it can be shown.
    pub path: String,
    /// Its length.
    pub bytes: u64,
}

/// Why nothing could be removed.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A folder.
    #[error(transparent)]
    Folder(#[from] IoAt),
    /// A file of an outbox.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A file could not be looked at.
    #[error(transparent)]
    Backup(#[from] crate::backup::BackupError),
}

impl Remains {
    /// Its word in metrics and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Receipts => "receipts",
        }
    }
}

impl Retention {
    /// Is anything ever removed?
    pub fn removes(&self) -> bool {
        let ages = [self.archive_age, self.receipts_age];
        let sizes = [self.archive_bytes, self.receipts_bytes];
        ages.iter().any(Option::is_some) || sizes.iter().any(Option::is_some)
    }
}

/// What is not kept any longer, the oldest first.
pub fn plan(data: &OpenData, now: Timestamp) -> Result<Vec<Removal>, RetentionError> {
    let rules = &data.config.retention;
    let mut over: Vec<(Timestamp, FileRecord)> = data
        .books
        .store()
        .files()?
        .into_iter()
        .filter(|record| is_over(data, record))
        .filter_map(|record| Some((record.changed.parse().ok()?, record)))
        .collect();
    over.sort_by_key(|(changed, _)| *changed);
    let mut removals = Vec::new();
    let archive = (rules.archive_age, rules.archive_bytes);
    take_old(&over, archive, now, &mut removals, |record| {
        archived(data, record)
    })?;
    let receipts = (rules.receipts_age, rules.receipts_bytes);
    take_old(&over, receipts, now, &mut removals, |record| {
        given(data, record)
    })?;
    Ok(removals)
}

/// Removes a file; one that is gone already is no error.
pub fn remove(data: &OpenData, removal: &Removal) -> Result<(), RetentionError> {
    let mut folder = Directory::open(&data.path)?;
    let mut components = removal.path.split('/').map(from_printable).peekable();
    while let Some(component) = components.next() {
        if components.peek().is_none() {
            folder.remove_file(&component)?;
            break;
        }
        folder = match folder.find_child(&component)? {
            Some(child) => child,
            None => break,
        };
    }
    Ok(())
}

/// Does nobody need it any more?
fn is_over(data: &OpenData, record: &FileRecord) -> bool {
    let mirrored = data.config.upstream.mode == Mirroring::Mirror;
    let waits = mirrored && UpstreamPart::of(record).pending > 0;
    !record.is_open() && !waits
}

/// Goes through imports from the latest to the oldest: what is too old goes, and what is beyond the size that is kept.
fn take_old(
    over: &[(Timestamp, FileRecord)],
    (age, size): (Option<Duration>, Option<u64>),
    now: Timestamp,
    removals: &mut Vec<Removal>,
    files_of: impl Fn(&FileRecord) -> Result<Vec<Removal>, RetentionError>,
) -> Result<(), RetentionError> {
    if age.is_none() && size.is_none() {
        return Ok(());
    }
    let (mut kept, mut is_full) = (0, false);
    let mut going = Vec::new();
    for (changed, record) in over.iter().rev() {
        let files = files_of(record)?;
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        let passed = now.duration_since(*changed);
        // An age beyond what can be told is never reached.
        let age = age.and_then(|age| SignedDuration::try_from(age).ok());
        let is_old = age.is_some_and(|age| passed > age);
        is_full |= size.is_some_and(|size| kept + bytes > size);
        if is_old || is_full {
            going.extend(files);
        } else {
            kept += bytes;
        }
    }
    going.reverse();
    removals.extend(going);
    Ok(())
}

fn archived(data: &OpenData, record: &FileRecord) -> Result<Vec<Removal>, RetentionError> {
    let mut files = Vec::new();
    for path in record.resting_places() {
        if let Some(file) = open_present(data, &path)? {
            let metadata = file
                .metadata()
                .map_err(PathError::of("look at", path.as_ref()))?;
            files.push(Removal {
                import_id: record.import_id.clone(),
                remains: Remains::Archive,
                bytes: metadata.len(),
                path,
            });
        }
    }
    Ok(files)
}

fn given(data: &OpenData, record: &FileRecord) -> Result<Vec<Removal>, RetentionError> {
    let outbox = data.outbox.path().join(&record.partner);
    let Some(gift) = record
        .receipt
        .as_deref()
        .map(|receipt| gift_of(&outbox, receipt))
        .transpose()?
        .flatten()
    else {
        return Ok(Vec::new());
    };
    // The receipt goes last: as long as it is there, it tells of the others.
    let names = [gift.corrections, Some(gift.report), Some(gift.receipt)];
    let mut files = Vec::new();
    for name in names.into_iter().flatten() {
        if let Some((_, bytes)) = open_in(&outbox, &name)? {
            files.push(Removal {
                import_id: record.import_id.clone(),
                remains: Remains::Receipts,
                path: format!("outbox/{}/{}", record.partner, printable(&name)),
                bytes,
            });
        }
    }
    Ok(files)
}
