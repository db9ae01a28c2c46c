//! How does a receipt come to say what became of its rows upstream?
//!
//! Invariant: a receipt is there whole at any moment, before and after; all that it said before stays, letter for letter.
//!
//! What is known of the rows stands last in the first line, `"upstream":{…}`, and every refusal in a list at the end,
//! `"upstreamRefusals":[…]`. A receipt that the partner has taken away is written anew with its head and these two.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;

use intake_core::plan::Counts;
use intake_core::report::put;
use serde::Serialize;

use super::outbox::{self, Found};
use super::{ReceiptError, complete, identity_of, machine};
use crate::entry::counts_of;
use crate::entry::sent::SentEntry;
use crate::folder::lifecycle::Ending;
use crate::open_data::OpenData;
use crate::state::file_record::SentCounts;
use crate::state::{FileRecord, StoreError};
use crate::system::{PathError, UnfinishedFile, fsync_dir};

/// What has become of a file's rows upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UpstreamPart {
    /// Rows without a verdict yet.
    pub pending: u64,
    /// Rows that upstream has.
    pub confirmed: u64,
    /// Rows that a later change of the same order has overtaken before they were sent.
    pub replaced: u64,
    /// Rows that upstream refuses.
    pub refused: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RefusalV1<'r> {
    row: Option<u64>,
    external_system_id: Option<&'r str>,
    order_id: Option<u64>,
    state: &'static str,
    code: Option<u32>,
    reason: Option<&'r str>,
}

const PART: &[u8] = b",\"upstream\":{";
const LIST: &[u8] = b"\"upstreamRefusals\":[";

impl UpstreamPart {
    /// What is known of the rows of a file.
    pub fn of(record: &FileRecord) -> Self {
        let SentCounts {
            confirmed,
            replaced,
            refused,
        } = record.sent.unwrap_or_default();
        let settled = confirmed + replaced + refused;
        Self {
            pending: record.taken().saturating_sub(settled),
            confirmed,
            replaced,
            refused,
        }
    }
}

/// Makes the receipt of an import say what is known by now, if it has one and any of its rows concerns an upstream.
pub fn amend(data: &OpenData, import_id: &str) -> Result<(), ReceiptError> {
    let store = data.books.store();
    let Some(record) = store.file(import_id).map_err(store_error)? else {
        return Ok(());
    };
    let Some(name) = record.receipt.clone().filter(|_| record.taken() > 0) else {
        return Ok(());
    };
    let of_import = |refusal: &SentEntry| refusal.imports.contains_key(import_id);
    let mut refusals = store.refusals().map_err(store_error)?;
    refusals.retain(of_import);
    let part = UpstreamPart::of(&record);
    let outbox = data.outbox.path().join(&record.partner);
    std::fs::create_dir_all(&outbox).map_err(PathError::of("make", &outbox))?;
    let known = match outbox::look(&outbox, &name)? {
        Found::File(file) if is_of(&outbox, &name, &record)? => Some(file),
        Found::Nothing => None,
        // Somebody has put something else there: it is theirs.
        Found::File(_) | Found::Other => return Ok(()),
    };
    let written = complete(&outbox, |out| match known {
        Some(file) => amended(out, file, &part, &refusals),
        None => anew(out, &record, &part, &refusals),
    })?;
    written.replace(&outbox.join(&name))?;
    fsync_dir(&outbox)?;
    Ok(())
}

fn is_of(outbox: &Path, name: &str, record: &FileRecord) -> Result<bool, PathError> {
    let beginning = outbox::beginning(outbox, name)?;
    Ok(beginning.is_some_and(|beginning| identity_of(record).is_told_by(&beginning)))
}

fn store_error(source: StoreError) -> ReceiptError {
    ReceiptError::Store(source)
}

/// The receipt as it was, but for what it says of upstream.
fn amended(
    out: &mut UnfinishedFile,
    file: File,
    part: &UpstreamPart,
    refusals: &[SentEntry],
) -> io::Result<()> {
    let mut lines = BufReader::new(file);
    let mut line = Vec::new();
    lines.read_until(b'\n', &mut line)?;
    let not_ours = || io::Error::new(io::ErrorKind::InvalidData, "it is no receipt");
    let head = line.strip_suffix(b",\n").ok_or_else(not_ours)?;
    // In JSON a quote within a text never stands bare, so that this is found only where it was put.
    let head = memchr::memmem::rfind(head, PART).map_or(head, |at| &head[..at]);
    out.write_all(head)?;
    write_part(out, part)?;
    out.write_all(b",\n")?;
    let mut before: Vec<u8> = Vec::new();
    loop {
        line.clear();
        lines.read_until(b'\n', &mut line)?;
        if line.is_empty() || line.starts_with(LIST) {
            break;
        }
        out.write_all(&before)?;
        std::mem::swap(&mut before, &mut line);
    }
    let last = before.strip_suffix(b"}\n");
    let last = last.or_else(|| before.strip_suffix(b",\n"));
    out.write_all(last.ok_or_else(not_ours)?)?;
    write_refusals(out, refusals)
}

/// A receipt without what the partner has read already.
fn anew(
    out: &mut UnfinishedFile,
    record: &FileRecord,
    part: &UpstreamPart,
    refusals: &[SentEntry],
) -> io::Result<()> {
    let state = match record.ending {
        Some(Ending::Rejected) => "rejected",
        Some(Ending::Discarded) => "discarded",
        Some(Ending::Applied) | None => "applied",
    };
    let counts: Counts = record.counts.as_ref().map(counts_of).unwrap_or_default();
    let head = machine::Head {
        identity: identity_of(record),
        format: None,
        state,
        reason: record.reason.as_deref(),
        finished_at: &record.changed,
        rows: record.rows,
        counts,
        findings: &[],
        corrections: None,
        report: "",
        plan: None,
        upstream: None,
    };
    machine::write_head(out, &head)?;
    write_part(out, part)?;
    write_refusals(out, refusals)
}

fn write_part(out: &mut UnfinishedFile, part: &UpstreamPart) -> io::Result<()> {
    let mut bytes = b",\"upstream\":".to_vec();
    put(&mut bytes, part);
    out.write_all(&bytes)
}

fn write_refusals(out: &mut UnfinishedFile, refusals: &[SentEntry]) -> io::Result<()> {
    let mut bytes = b",\n".to_vec();
    bytes.extend_from_slice(LIST);
    for (at, refusal) in refusals.iter().enumerate() {
        let Some(about) = &refusal.about else {
            continue;
        };
        bytes.extend_from_slice(if at > 0 { b",\n" } else { b"\n" });
        put(
            &mut bytes,
            &RefusalV1 {
                row: about.row,
                external_system_id: about.external_system_id.as_deref(),
                order_id: about.order_id,
                state: refusal.outcome.name(),
                code: about.code,
                reason: about.reason.as_deref(),
            },
        );
    }
    bytes.extend_from_slice(b"]}\n");
    out.write_all(&bytes)
}
