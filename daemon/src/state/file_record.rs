//! What is known of one file: where it came from, how far it is, how it ended?
//! Folded over the journalled steps of its import and nothing else.

use crate::entry::sent::{SentEntry, Verdict};
use crate::entry::{FileEntry, RequestNote, counts_of};
use crate::folder::lifecycle::{Ending, Step};
use crate::folder::names::ImportId;
use crate::folder::resume::Progress;
use crate::folder::safe_name::{from_printable, later_name, resting_plan_name};
use crate::journal::FrameSpan;
use intake_core::plan::Decision;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

/// A file and its import.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileRecord {
    /// Version of this form.
    pub version: u32,
    /// The import.
    pub import_id: String,
    /// The partner.
    pub partner: String,
    /// The name as it can be shown.
    pub file: String,
    /// The name's bytes in hexadecimal digits, where the shown name does not tell them.
    pub name_bytes: Option<String>,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 in hexadecimal digits.
    pub sha256: String,
    /// The last step.
    pub step: Step,
    /// How it ended, if it has.
    pub ending: Option<Ending>,
    /// Records, once they were counted.
    pub rows: Option<u64>,
    /// Counts by decision, once they were planned.
    pub counts: Option<BTreeMap<String, u64>>,
    /// Why it is held or was rejected.
    pub reason: Option<String>,
    /// Is every row rejected, since the profile wants whole files and some row is wrong?
    pub turned_down: bool,
    /// Records up to this one are decided and journalled.
    pub next_row: u64,
    /// What the request said besides its items, where it came as one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestNote>,
    /// The import that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverts: Option<String>,
    /// When it was claimed.
    pub claimed: String,
    /// When the last step was taken.
    pub changed: String,
    /// The name of its receipt.
    pub receipt: Option<String>,
    /// Where it rests, below the data directory.
    pub place: Option<String>,
    /// What has become upstream of the rows that were taken; nothing where none has its verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<SentCounts>,
    /// The first frame of the journal that speaks of it.
    pub first_frame: crate::journal::Position,
    /// The end of the last frame that speaks of it.
    pub last_frame: crate::journal::Position,
}

/// How many rows of a file have which verdict of upstream's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SentCounts {
    /// Upstream has them.
    pub confirmed: u64,
    /// Later changes of the same orders stood in their place.
    pub replaced: u64,
    /// Upstream refuses them, whether an operator has seen to it or not.
    pub refused: u64,
}

/// The number of an import, from its id.
pub fn import_number(import_id: &str) -> Option<u64> {
    import_id.parse().ok()
}

/// The id of an import, from its number.
pub fn import_id(number: u64) -> String {
    format!("{number:06}")
}

impl FileRecord {
    /// The record after its first step.
    pub fn begin(entry: &FileEntry, span: FrameSpan) -> Self {
        Self {
            version: 1,
            import_id: entry.import_id.clone(),
            partner: entry.partner.clone().unwrap_or_default(),
            file: entry.file.clone().unwrap_or_default(),
            name_bytes: entry.name_bytes.clone(),
            bytes: entry.bytes.unwrap_or(0),
            sha256: entry.sha256.clone().unwrap_or_default(),
            step: entry.step,
            ending: None,
            rows: None,
            counts: None,
            reason: None,
            turned_down: false,
            next_row: 0,
            request: entry.request.clone(),
            reverts: entry.reverts.clone(),
            claimed: entry.time.clone(),
            changed: entry.time.clone(),
            receipt: None,
            place: None,
            sent: None,
            first_frame: span.start,
            last_frame: span.end,
        }
    }

    /// Takes the next step.
    pub fn follow(&mut self, entry: &FileEntry, span: FrameSpan) {
        self.step = entry.step;
        self.changed.clone_from(&entry.time);
        self.last_frame = span.end;
        self.rows = entry.rows.or(self.rows);
        if entry.counts.is_some() {
            self.counts.clone_from(&entry.counts);
        }
        if let Some(reason) = &entry.reason {
            self.reason = Some(reason.chars().take(1000).collect());
        }
        self.turned_down = entry.turned_down.unwrap_or(self.turned_down);
        match entry.step {
            Step::Applying => self.next_row = entry.next_row.unwrap_or(self.next_row),
            Step::Applied => self.ending = Some(Ending::Applied),
            Step::Rejected => self.ending = Some(Ending::Rejected),
            Step::Discarded => self.ending = Some(Ending::Discarded),
            Step::Receipted => self.receipt.clone_from(&entry.place),
            Step::Archived => self.place.clone_from(&entry.place),
            Step::Claimed | Step::Checked | Step::Planned | Step::Held => {}
        }
    }

    /// Takes a verdict on so many of its rows.
    pub fn take_verdict(&mut self, entry: &SentEntry, rows: u64) {
        let counts = self.sent.get_or_insert_default();
        let again = entry.about.as_ref().is_some_and(|about| about.again);
        match entry.outcome {
            Verdict::Ok => counts.confirmed += rows,
            Verdict::Replaced => counts.replaced += rows,
            Verdict::Refused | Verdict::Parked if !again => {
                counts.refused += rows;
                if entry.about.as_ref().is_some_and(|about| about.taken) {
                    counts.confirmed = counts.confirmed.saturating_sub(rows);
                }
            }
            Verdict::Refused | Verdict::Parked | Verdict::Retried | Verdict::Dropped => return,
        }
        if again {
            counts.refused = counts.refused.saturating_sub(rows);
        }
    }

    /// How many of its rows were taken and changed something, and so concern an upstream.
    pub fn taken(&self) -> u64 {
        let counts = self.counts.as_ref().map(counts_of).unwrap_or_default();
        [
            Decision::Create,
            Decision::Update,
            Decision::Payment,
            Decision::End,
            Decision::Reactivate,
        ]
        .into_iter()
        .map(|decision| counts.of(decision))
        .sum()
    }

    /// The name under which the file came, byte for byte.
    pub fn original_name(&self) -> OsString {
        let bytes = self.name_bytes.as_deref().and_then(bytes_of_hex);
        bytes.map_or_else(|| from_printable(&self.file), OsString::from_vec)
    }

    /// The one word for how far a file is: how it ended, or the last step that was taken.
    pub fn state(&self) -> &'static str {
        match self.ending {
            Some(Ending::Applied) => Step::Applied.name(),
            Some(Ending::Rejected) => Step::Rejected.name(),
            Some(Ending::Discarded) => Step::Discarded.name(),
            None => self.step.name(),
        }
    }

    /// Where the file rests and what came with it, below the data directory, as it can be shown. They may be gone.
    pub fn resting_places(&self) -> Vec<String> {
        let place = self.place.as_deref().filter(|place| !place.is_empty());
        let Some((place, (folder, _))) =
            place.and_then(|place| Some((place, place.rsplit_once('/')?)))
        else {
            return Vec::new();
        };
        let Ok(id) = ImportId::parse(&self.import_id) else {
            return Vec::new();
        };
        let name = self.original_name();
        let beside = [resting_plan_name(&name, &id), later_name(&name, &id)];
        let beside = beside.into_iter().map(|name| format!("{folder}/{name}"));
        std::iter::once(place.to_owned()).chain(beside).collect()
    }

    /// What the steps so far leave to be done.
    pub fn progress(&self) -> Progress {
        Progress::at(self.step, self.next_row, self.ending)
    }

    /// Is there something left to be done?
    pub fn is_open(&self) -> bool {
        self.step != Step::Archived
    }
}

pub(crate) fn bytes_of_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16);
    digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(value(pair[0])? * 16 + value(pair[1])?).ok())
        .collect()
}
