//! What does a partner get back for a file?
//!
//! Invariant: made from the journal and the file alone, so that it can be made again after a crash, to the same bytes;
//! the receipt is written last, and where it is, all is there.
//!
//! For one import three files go into the partner's outbox: what was wrong, to be mended and sent again
//! (`<stem>.corrections.csv` or `.ndjson`, where rows were rejected), what a person reads (`<file>.report.html`) and
//! what a program reads (`<file>.receipt.json`, see [`VERSION`]). Where a name is taken, the import's id stands
//! in it.

mod amend;
mod collection;
mod corrections;
mod finding_entry;
mod journal_lines;
mod machine;
mod outbox;
mod page;
mod planned;
mod refused;
mod spool;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;
use std::path::Path;

use intake_core::read::{Format, ReadOptions};
use jiff::tz::TimeZone;

use crate::entry::{PlanNote, counts_of};
use crate::folder::lifecycle::Ending;
use crate::folder::names::{BadImportId, ImportId};
use crate::journal::JournalError;
use crate::state::FileRecord;
use crate::system::{CompleteFile, PathError, UnfinishedFile, WriteError, fsync_dir};
use collection::Collection;
use corrections::FromBody;
use finding_entry::FindingEntry;
use machine::{Head, Identity, PlanHead};
use outbox::{Found, Names, ReportPlace};
use page::Page;
use page::words::Outcome;
use planned::Planned;

pub use amend::{UpstreamPart, amend};
pub(crate) use journal_lines::each_raw as lines_of_import;
pub use machine::VERSION;
pub(crate) use outbox::{Gift, gift_of, open_in};
pub(crate) use page::markup;
pub use refused::{Refused, refused};

/// What a receipt is made from.
#[derive(Clone, Copy, Debug)]
pub struct ReceiptRequest<'r> {
    /// The import, which has come to its end.
    pub record: &'r FileRecord,
    /// The folder of the journal.
    pub journal: &'r Path,
    /// The private copy of the file; it may be gone.
    pub body: &'r Path,
    /// The plan that came with the file, if one did.
    pub plan: Option<&'r File>,
    /// How the partner's files are read.
    pub options: &'r ReadOptions,
    /// The partner's outbox. It must exist.
    pub outbox: &'r Path,
    /// The partner's time zone, for people.
    pub time_zone: &'r TimeZone,
    /// Is everything that is applied sent upstream?
    pub mirrored: bool,
}

/// A receipt that lies in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The receipt's name.
    pub receipt: String,
    /// The report's name.
    pub report: String,
    /// How the plan that came with the file compares.
    pub plan: Option<PlanNote>,
    /// Was it there before?
    pub standing: Standing,
}

/// Whether a receipt was written now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was written now.
    New,
    /// It lay there already, and nothing was written.
    AlreadyThere,
}

/// Why no receipt could be written. Nothing lies under the receipt's name then; it can be tried again.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The import goes on.
    #[error("import `{import_id}` has not come to an end yet")]
    Undecided {
        /// The import.
        import_id: String,
    },
    /// The record's import id cannot stand in a file name.
    #[error(transparent)]
    BadImportId(#[from] BadImportId),
    /// The journal could not be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal ends before the place up to which it tells of the import.
    #[error(
        "the journal ends before all it says of import `{import_id}`\n\
         hint: run `intake verify`"
    )]
    JournalEndsEarly {
        /// The import.
        import_id: String,
    },
    /// A line of the journal is not of a form known here.
    #[error("the journal has a line about import `{import_id}` that cannot be read: {source}")]
    Line {
        /// The import.
        import_id: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Other files lie under all names that the receipt could have.
    #[error(
        "other files lie in `{}` under every name for the receipt of `{file}`\n\
         hint: move them elsewhere; the receipt is tried again by itself",
        outbox.display()
    )]
    NoFreeName {
        /// The outbox.
        outbox: std::path::PathBuf,
        /// The file's name, printable.
        file: String,
    },
    /// The store could not answer.
    #[error(transparent)]
    Store(#[from] crate::state::StoreError),
    /// The disk refused something.
    #[error(transparent)]
    Io(#[from] PathError),
}

/// Writes what the partner gets back for an import, unless it is there already.
///
/// Takes memory that does not grow with the file; what does not fit waits in nameless files in the outbox.
pub fn write(request: &ReceiptRequest<'_>) -> Result<Written, ReceiptError> {
    let record = request.record;
    let original = record.original_name();
    let attempts = outbox::attempts(&ImportId::parse(&record.import_id)?);
    let identity = identity_of(record);
    for attempt in &attempts {
        let names = outbox::names(&original, attempt.as_ref(), None);
        let beginning = outbox::beginning(request.outbox, &names.receipt)?;
        if beginning.is_some_and(|beginning| identity.is_told_by(&beginning)) {
            return Ok(Written {
                plan: outbox::plan_of(request.outbox, &names.receipt)?,
                receipt: names.receipt,
                report: names.report,
                standing: Standing::AlreadyThere,
            });
        }
    }
    let Some(ending) = record.ending else {
        let import_id = record.import_id.clone();
        return Err(ReceiptError::Undecided { import_id });
    };
    let mut parts = Parts::of(request, ending)?;
    for attempt in &attempts {
        let format = parts
            .from_body
            .format
            .filter(|_| parts.from_body.corrections.is_some());
        let names = outbox::names(&original, attempt.as_ref(), format);
        if parts.publish(request, &names)? == Publication::Done {
            return Ok(Written {
                receipt: names.receipt,
                report: names.report,
                plan: parts.planned.map(|planned| planned.note),
                standing: Standing::New,
            });
        }
    }
    Err(ReceiptError::NoFreeName {
        outbox: request.outbox.to_owned(),
        file: record.file.clone(),
    })
}

/// Everything but the names.
struct Parts {
    collection: Collection,
    from_body: FromBody,
    findings: Vec<FindingEntry>,
    outcome: Outcome,
    planned: Option<Planned>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Publication {
    Done,
    /// One of the names belongs to another file.
    NameTaken,
}

impl Parts {
    fn of(request: &ReceiptRequest<'_>, ending: Ending) -> Result<Self, ReceiptError> {
        let record = request.record;
        let (outbox, time_zone) = (request.outbox, request.time_zone);
        let mut collection = Collection::of(request.journal, record, outbox, time_zone)?;
        let from_body = corrections::from_body(
            request.body,
            request.options,
            &mut collection.reasons,
            outbox,
        )?;
        let rejected = collection.tables.rejected.total;
        let outcome = match ending {
            Ending::Applied => Outcome::Applied {
                rows: record.rows.unwrap_or(collection.taken() + rejected),
                rejected,
            },
            Ending::Rejected => Outcome::Rejected {
                taken: collection.taken(),
            },
            Ending::Discarded => Outcome::Discarded,
        };
        let limit = request.options.limits.file_bytes;
        let compare = |plan| Planned::of(plan, limit, request.journal, record, outbox);
        Ok(Self {
            planned: request.plan.map(compare).transpose()?,
            findings: finding_entry::findings_of(&collection.findings),
            collection,
            from_body,
            outcome,
        })
    }

    /// Brings everything under its name, the receipt last.
    fn publish(
        &mut self,
        request: &ReceiptRequest<'_>,
        names: &Names,
    ) -> Result<Publication, ReceiptError> {
        let (record, outbox) = (request.record, request.outbox);
        let mark = format!("{} {}", record.import_id, record.claimed);
        let counts = record.counts.as_ref().map(counts_of);
        let Some(report_place) = outbox::place_of_report(outbox, names, &mark)? else {
            return Ok(Publication::NameTaken);
        };
        let mut corrections = None;
        if let (Some(name), Some(file)) = (&names.corrections, &mut self.from_body.corrections) {
            match outbox::look(outbox, name)? {
                Found::Nothing => corrections = Some((name, file)),
                // Left by an earlier attempt, or by another import to the same effect.
                Found::File(other) if file.equals(&other)? => {}
                Found::File(_) | Found::Other => return Ok(Publication::NameTaken),
            }
        }
        let plan = self.planned.as_ref();
        let plan = plan.map(|planned| (planned.saved.clone(), planned.note.clone()));
        let page = Page {
            mark: &mark,
            outcome: self.outcome,
            file: &record.file,
            partner: &record.partner,
            import_id: Some(&record.import_id),
            bytes: Some(record.bytes),
            sha256: Some(&record.sha256),
            claimed_at: Some(&record.claimed),
            finished_at: &self.collection.finished_at,
            explained: None,
            reason: record.reason.as_deref(),
            counts,
            findings: &self.findings,
            receipt: &names.receipt,
            corrections: names.corrections.as_deref(),
            plan: plan.as_ref().map(|(_, note)| note),
            time_zone: request.time_zone,
        };
        let head = Head {
            identity: identity_of(record),
            format: self.from_body.format.map(Format::name),
            state: self.outcome.name(),
            reason: record.reason.as_deref(),
            finished_at: &self.collection.finished_at,
            rows: record.rows,
            counts: counts.unwrap_or_default(),
            findings: &self.collection.findings,
            corrections: names.corrections.as_deref(),
            report: &names.report,
            plan: plan.as_ref().map(|(saved, note)| PlanHead {
                saved: saved.as_ref(),
                note,
            }),
            // What is known of it by now is told by whoever amends the receipt, so that it can be made again to the same bytes.
            upstream: Some(record.taken())
                .filter(|taken| request.mirrored && *taken > 0)
                .map(|pending| UpstreamPart {
                    pending,
                    ..UpstreamPart::default()
                }),
        };
        let (tables, lists) = (&mut self.collection.tables, &mut self.collection.lists);
        let (different, differing) = self
            .planned
            .as_mut()
            .map(|planned| (&mut planned.different, &mut planned.table))
            .unzip();
        let report = match report_place {
            ReportPlace::Free => Some(complete(outbox, |out| {
                page::write(out, &page, Some(tables), differing)
            })?),
            ReportPlace::AlreadyThere => None,
        };
        let mut receipt = complete(outbox, |out| {
            machine::write(out, &head, Some(lists), different)
        })?;
        if let Some((name, file)) = corrections {
            give_name(file, outbox, name)?;
        }
        if let Some(mut report) = report {
            give_name(&mut report, outbox, &names.report)?;
        }
        fsync_dir(outbox)?;
        give_name(&mut receipt, outbox, &names.receipt)?;
        fsync_dir(outbox)?;
        Ok(Publication::Done)
    }
}

/// Writes and syncs a whole file that has no name yet.
fn complete(
    outbox: &Path,
    write: impl FnOnce(&mut UnfinishedFile) -> io::Result<()>,
) -> Result<CompleteFile, PathError> {
    let mut file = UnfinishedFile::create(outbox)?;
    write(&mut file).map_err(|source| PathError {
        action: "write a file in",
        path: outbox.to_owned(),
        source,
    })?;
    file.complete()
}

/// The name was free a moment ago; where it is not any more, the whole receipt is to be tried again.
fn give_name(file: &mut CompleteFile, outbox: &Path, name: &str) -> Result<(), PathError> {
    let path = outbox.join(name);
    file.publish(&path).map_err(|error| match error {
        WriteError::Io(error) => error,
        WriteError::Exists { path } | WriteError::NoName { path } => PathError {
            action: "rename a file to",
            path,
            source: io::ErrorKind::AlreadyExists.into(),
        },
    })
}

fn identity_of(record: &FileRecord) -> Identity<'_> {
    Identity {
        import_id: Some(&record.import_id),
        partner: &record.partner,
        file: &record.file,
        sha256: Some(&record.sha256),
        bytes: Some(record.bytes),
        claimed_at: Some(&record.claimed),
    }
}
