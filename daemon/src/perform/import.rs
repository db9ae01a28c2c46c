//! How are files imported at once, and held plans released or discarded?
//! On the same path through the code as a dropped file, from the private copy on.

use super::{Call, Inputs};
use crate::cli::args::{Format, Import as Arguments, Outcome};
use crate::cli::terminal::{ERROR, GOOD, WARNING};
use crate::commands::Speech;
use crate::entry::counts_of;
use crate::folder::claim::{UploadError, take_upload};
use crate::folder::names::{ImportId, PartnerName};
use crate::import::{Import, ImportError, Outcome as ImportOutcome};
use crate::open_data::OpenData;
use crate::state::FileRecord;
use crate::state::file_record::{import_id, import_number};
use intake_core::finding::Language;
use intake_core::plan::Decision;
use intake_core::report::CountsJson;
use std::io::Write;
use std::path::Path;

/// Imports files, one after another.
pub(super) fn run(
    arguments: &Arguments,
    data: &OpenData,
    call: &Call<'_>,
    inputs: &mut dyn Inputs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let partner = PartnerName::parse(&arguments.partner)?;
    let mut outcome = Outcome::Done;
    while let Some((name, reader)) = inputs.next()? {
        let _turn = data.turns.wait(partner.as_str());
        let id = ImportId::parse(import_id(data.books.take_import_number()))?;
        let limit = data.config.limits.file_bytes;
        let name = Path::new(&name).file_name().unwrap_or(&name).to_owned();
        let work = &data.folders.work;
        let (result, record) = match take_upload(reader, work, &id, &partner, &name, limit) {
            Ok(claimed) => {
                let mut import = Import::begin(data, &claimed, call.going)?;
                let result = import.work()?;
                (result, import.record().clone())
            }
            Err(UploadError::TooLarge { limit }) => {
                std::fs::create_dir_all(data.path.join("work").join(id.as_str()))?;
                Import::begin_too_large(data, &partner, &id, &name, limit + 1)?;
                finish(data, id.as_str(), call)?
            }
            Err(error) => return Err(error.into()),
        };
        tell(&record, &result, arguments.format, call.speech, out)?;
        if !finished_cleanly(&record, &result) {
            outcome = Outcome::Findings;
        }
    }
    data.books.flush()?;
    Ok(outcome)
}

/// Was every row taken?
pub(super) fn finished_cleanly(record: &FileRecord, result: &ImportOutcome) -> bool {
    let counts = counts_of(&record.counts.clone().unwrap_or_default());
    *result == ImportOutcome::Finished
        && counts.of(Decision::Reject) == 0
        && record.ending == Some(crate::folder::lifecycle::Ending::Applied)
}

/// Applies a held plan.
pub(super) fn release(
    id: &str,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    decide(id, data, call, out, Word::Release)
}

/// Discards a held plan.
pub(super) fn discard(
    id: &str,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    decide(id, data, call, out, Word::Discard)
}

/// What the operator says of a held plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// It is applied.
    Release,
    /// It is not applied.
    Discard,
}

fn decide(
    id: &str,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
    word: Word,
) -> anyhow::Result<Outcome> {
    let (record, result) = decide_held(id, data, call.going, word, None)?;
    tell(&record, &result, Format::Text, call.speech, out)?;
    Ok(if result == ImportOutcome::Finished {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// Does with a held plan what the operator says. `seen` is when the import had last moved as the operator saw it: a word
/// about another state of it is refused.
pub(crate) fn decide_held(
    id: &str,
    data: &OpenData,
    going: &(dyn Fn(u64) -> bool + Sync),
    word: Word,
    seen: Option<&str>,
) -> anyhow::Result<(FileRecord, ImportOutcome)> {
    let number = import_number(id).ok_or_else(|| ImportError::Unknown(id.to_owned()))?;
    let id = import_id(number);
    let record = data
        .books
        .store()
        .file(&id)?
        .ok_or_else(|| ImportError::Unknown(id.clone()))?;
    let _turn = data.turns.wait(&record.partner);
    let record = data.books.store().file(&id)?.unwrap_or(record);
    if seen.is_some_and(|seen| seen != record.changed) {
        return Err(ImportError::MovedOn(id).into());
    }
    let mut import = Import::take_up(data, record, going)?;
    let result = match word {
        Word::Release => import.release()?,
        Word::Discard => import.discard()?,
    };
    data.books.flush()?;
    Ok((import.record().clone(), result))
}

fn finish(
    data: &OpenData,
    id: &str,
    call: &Call<'_>,
) -> anyhow::Result<(ImportOutcome, FileRecord)> {
    let record = data
        .books
        .store()
        .file(id)?
        .ok_or_else(|| ImportError::Unknown(id.to_owned()))?;
    let mut import = Import::take_up(data, record, call.going)?;
    let result = import.work()?;
    Ok((result, import.record().clone()))
}

pub(super) fn tell(
    record: &FileRecord,
    result: &ImportOutcome,
    format: Format,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let counts = counts_of(&record.counts.clone().unwrap_or_default());
    let held = *result != ImportOutcome::Finished;
    let state = match (held, record.ending) {
        (true, _) => "held",
        (false, Some(crate::folder::lifecycle::Ending::Applied)) => "applied",
        (false, Some(crate::folder::lifecycle::Ending::Discarded)) => "discarded",
        (false, _) => "rejected",
    };
    if format == Format::Json {
        let json = serde_json::json!({
            "version": 1,
            "importId": record.import_id,
            "partner": record.partner,
            "file": {"name": record.file, "sha256": record.sha256, "bytes": record.bytes},
            "state": state,
            "held": held.then_some(&record.reason),
            "reason": record.reason,
            "rows": record.rows,
            "counts": serde_json::to_value(CountsJson(&counts))?,
            "receipt": record.receipt,
        });
        writeln!(out, "{json}")?;
        return Ok(());
    }
    let german = speech.language == Language::De;
    let style = match state {
        "applied" if counts.of(Decision::Reject) == 0 => GOOD,
        "applied" | "held" => WARNING,
        _ => ERROR,
    };
    let word = match (state, german) {
        ("applied", true) => "angewendet",
        ("held", true) => "angehalten",
        ("discarded", true) => "verworfen",
        ("rejected", true) => "abgelehnt",
        (word, _) => word,
    };
    writeln!(
        out,
        "{style}{word}{style:#} {} (import {}, {})",
        record.file, record.import_id, record.partner
    )?;
    for decision in Decision::ALL {
        let count = counts.of(decision);
        if count > 0 {
            writeln!(out, "  {:<12} {count:>10}", decision.name())?;
        }
    }
    if counts.create_customer > 0 {
        writeln!(out, "  {:<12} {:>10}", "customers", counts.create_customer)?;
    }
    if counts.missing > 0 {
        writeln!(out, "  {:<12} {:>10}", "missing", counts.missing)?;
    }
    if let Some(reason) = &record.reason {
        writeln!(out, "  {reason}")?;
    }
    if *result == ImportOutcome::HeldAgain {
        let text = if german {
            "Der Plan hat sich geändert, seit er angehalten wurde. Nichts wurde angewendet; prüfen und noch einmal freigeben."
        } else {
            "The plan has changed since it was held. Nothing was applied; look at it and release it again."
        };
        writeln!(out, "  {text}")?;
    } else if held {
        let id = &record.import_id;
        writeln!(out, "  intake release {id} | intake discard {id}")?;
    }
    if let Some(receipt) = record.receipt.as_ref().filter(|_| !held) {
        writeln!(out, "  outbox/{}/{receipt}", record.partner)?;
    }
    Ok(())
}
