//! What would the import of a file do?
//! Shows every row as it would be decided now; changes nothing.

use super::{Call, Inputs};
use crate::cli::args::{Format, Outcome, Plan as Arguments};
use crate::cli::terminal::{ERROR, FAINT, GOOD, HEADING, WARNING};
use crate::clock;
use crate::commands::Speech;
use crate::import::Terms;
use crate::import::pass::Hashing;
use crate::import::rows::DecidedRow;
use crate::import::survey::{Showing, Shown, Survey, survey_showing};
use crate::import::work::held_reason;
use crate::open_data::OpenData;
use intake_core::field::Field;
use intake_core::finding::{Finding, Language, headline};
use intake_core::moment::Moment;
use intake_core::order::Value;
use intake_core::plan::{Change, Decision, changes};
use intake_core::report::{
    ChangesJson, CountsJson, FileIdentity, FileJson, Item, put, put_rest_of_object,
};
use serde::Serialize;
use std::io::{self, Read, Write};
use std::path::Path;

/// Plans one file.
pub(super) fn run(
    arguments: &Arguments,
    data: &OpenData,
    call: &Call<'_>,
    inputs: &mut dyn Inputs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let Some((name, reader)) = inputs.next()? else {
        anyhow::bail!("there is no file to plan")
    };
    let spool = spool(data, reader)?;
    let now = clock::moment_of(arguments.at.unwrap_or(call.speech.now));
    let terms = Terms::of(&data.config, &arguments.partner);
    let format = arguments.format;
    let speech = call.speech;
    let store = data.books.store();
    if format == Format::Json {
        out.write_all(b"{\"version\":1,\"rows\":[")?;
    }
    let mut first = true;
    let show = |_: &_, rows: &[DecidedRow<'_>]| Shown {
        text: match format {
            Format::Json => json_rows(rows),
            Format::Text => text_rows(rows, speech.language),
        },
        findings: Vec::new(),
    };
    let mut take = |shown: Shown| -> io::Result<()> {
        let text = if first && format == Format::Json {
            &shown.text[1.min(shown.text.len())..]
        } else {
            &shown.text
        };
        first &= shown.text.is_empty();
        out.write_all(text)
    };
    let showing = Some(Showing {
        show: &show,
        take: &mut take,
    });
    let survey = survey_showing(spool.path(), store, &terms, now, Hashing::Wanted, showing)?;
    let missing = missing_orders(data, &terms, now, &survey)?;
    let shown_name =
        crate::folder::safe_name::printable(Path::new(&name).file_name().unwrap_or(&name));
    let identity = FileIdentity::new(
        &shown_name,
        survey.end.sha256,
        survey.end.bytes,
        survey.end.shape.as_deref(),
    );
    if format == Format::Json {
        write_json_end(&survey, &missing, &terms, &identity, first, out)?;
    } else {
        write_text_end(&survey, &missing, &identity, speech, out)?;
    }
    let clean =
        !survey.file_rejected && survey.held.is_none() && survey.counts.of(Decision::Reject) == 0;
    Ok(if clean {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// A file's bytes, kept beside the files being worked on for as long as a command runs.
pub(super) fn spool(data: &OpenData, mut reader: impl Read) -> anyhow::Result<Spool> {
    let folder = data.path.join("work");
    let name = format!(
        ".spool-{}-{}",
        std::process::id(),
        data.books.take_spool_number()
    );
    let spool = Spool {
        path: folder.join(name),
    };
    let mut file = std::fs::File::create(&spool.path)?;
    let limit = data.config.limits.file_bytes;
    // One byte beyond the limit is enough for the reader to see that it is passed.
    io::copy(&mut (&mut reader).take(limit + 1), &mut file)?;
    Ok(spool)
}

/// A file that goes when it is dropped.
pub(super) struct Spool {
    path: std::path::PathBuf,
}

impl Spool {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // What stays behind after a crash is swept at the next start.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanRow<'r> {
    row: Option<u64>,
    line: Option<u64>,
    external_system_id: Option<&'r str>,
    plenigo_offer_id: Option<&'r str>,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<bool>,
    changes: ChangesJson<'r>,
    findings: Vec<Item<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanEnd<'r> {
    file: FileJson<'r>,
    partner: &'r str,
    counts: CountsJson<'r>,
    held: Option<String>,
    file_rejected: bool,
    findings: Vec<Item<'r>>,
}

fn changes_of(decided: &DecidedRow<'_>) -> Vec<Change> {
    let before = decided.order.as_ref().map(|order| &order.terms);
    decided
        .after
        .as_ref()
        .map(|after| changes(before, after))
        .unwrap_or_default()
}

fn json_rows(rows: &[DecidedRow<'_>]) -> Vec<u8> {
    let mut text = Vec::with_capacity(rows.len() * 200);
    for decided in rows {
        text.extend_from_slice(b",\n");
        put(
            &mut text,
            &PlanRow {
                row: Some(decided.row.row),
                line: Some(decided.row.line),
                external_system_id: decided.row.key.as_deref(),
                plenigo_offer_id: decided.row.offer.as_deref(),
                decision: decided.decision.name(),
                customer_id: None,
                proposed: None,
                changes: ChangesJson(&changes_of(decided)),
                findings: decided.row.findings.iter().map(Item).collect(),
            },
        );
    }
    text
}

fn write_json_end(
    survey: &Survey,
    missing: &[(Box<str>, Change)],
    terms: &Terms,
    identity: &FileIdentity,
    mut first: bool,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let mut text = Vec::new();
    let mut put_row = |row: &PlanRow<'_>, text: &mut Vec<u8>| {
        if !std::mem::take(&mut first) {
            text.push(b',');
        }
        text.push(b'\n');
        put(text, row);
    };
    let blank = |decision| PlanRow {
        row: None,
        line: None,
        external_system_id: None,
        plenigo_offer_id: None,
        decision,
        customer_id: None,
        proposed: None,
        changes: crate::entry::no_changes(),
        findings: Vec::new(),
    };
    for id in &survey.created_customers {
        let values = survey
            .facts
            .customers
            .get(id)
            .map(|customer| customer.values.clone());
        let changed: Vec<Change> = values
            .unwrap_or_default()
            .into_iter()
            .map(|(field, value)| Change {
                field,
                old: Value::None,
                new: Value::Text(value),
            })
            .collect();
        let row = PlanRow {
            customer_id: Some(id),
            changes: ChangesJson(&changed),
            ..blank("createCustomer")
        };
        put_row(&row, &mut text);
    }
    for (key, change) in missing {
        let row = PlanRow {
            external_system_id: Some(key),
            proposed: Some(!terms.end_missing),
            changes: ChangesJson(std::slice::from_ref(change)),
            ..blank(Decision::End.name())
        };
        put_row(&row, &mut text);
    }
    text.extend_from_slice(b"\n],");
    let end = PlanEnd {
        file: FileJson(identity),
        partner: &terms.partner,
        counts: CountsJson(&survey.counts),
        held: survey.held.as_ref().map(held_reason),
        file_rejected: survey.file_rejected,
        findings: survey.about_file.iter().map(Item).collect(),
    };
    put_rest_of_object(&mut text, &end);
    out.write_all(&text)?;
    Ok(())
}

fn text_rows(rows: &[DecidedRow<'_>], language: Language) -> Vec<u8> {
    let mut text = Vec::new();
    for decided in rows {
        if decided.decision == Decision::Unchanged && decided.row.findings.is_empty() {
            continue;
        }
        let style = match decided.decision {
            Decision::Reject => ERROR,
            Decision::End | Decision::Reactivate => WARNING,
            Decision::Create => GOOD,
            _ => FAINT,
        };
        // Writing into memory cannot fail.
        let _ = write!(
            text,
            "{:>8}  {style}{:<10}{style:#}  {}",
            decided.row.row,
            decided.decision.name(),
            crate::printable::printable(decided.row.key.as_deref().unwrap_or("–"))
        );
        if decided.decision.changes_order() {
            for change in changes_of(decided) {
                let (old, new) = (shown(&change.old), shown(&change.new));
                let _ = write!(text, "  {}: {old} → {new}", change.field.name());
            }
        }
        text.push(b'\n');
        for finding in &decided.row.findings {
            let _ = writeln!(text, "{:>10}{}", "", finding_line(finding, language));
        }
    }
    text
}

fn finding_line(finding: &Finding, language: Language) -> String {
    let style = if finding.code.is_error() {
        ERROR
    } else {
        WARNING
    };
    let words = headline(finding, language);
    format!(
        "{style}{}{style:#} {}",
        finding.code,
        crate::printable::printable(&words)
    )
}

fn shown(value: &Value) -> String {
    match value {
        Value::None => "–".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => crate::printable::printable(text).into_owned(),
        Value::Moment(moment) => moment.to_string(),
        Value::Texts(texts) => texts.join("|"),
    }
}

fn write_text_end(
    survey: &Survey,
    missing: &[(Box<str>, Change)],
    identity: &FileIdentity,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let german = speech.language == Language::De;
    for (key, change) in missing {
        let style = WARNING;
        let word = if german { "fehlt" } else { "missing" };
        writeln!(
            out,
            "{:>8}  {style}{word:<10}{style:#}  {key}  {}",
            "–",
            change.field.name()
        )?;
    }
    for finding in &survey.about_file {
        writeln!(out, "{}", finding_line(finding, speech.language))?;
    }
    writeln!(out, "{HEADING}{}{HEADING:#}", identity.name)?;
    for decision in Decision::ALL {
        writeln!(
            out,
            "  {:<14} {:>10}",
            decision.name(),
            survey.counts.of(decision)
        )?;
    }
    writeln!(
        out,
        "  {:<14} {:>10}",
        "createCustomer", survey.counts.create_customer
    )?;
    if survey.counts.missing > 0 {
        writeln!(out, "  {:<14} {:>10}", "missing", survey.counts.missing)?;
    }
    if let Some(held) = &survey.held {
        let word = if german {
            "würde angehalten"
        } else {
            "would be held"
        };
        writeln!(out, "  {WARNING}{word}{WARNING:#}: {}", held_reason(held))?;
    }
    Ok(())
}

/// The running orders of the partner that a full book does not name, with the end that is proposed.
fn missing_orders(
    data: &OpenData,
    terms: &Terms,
    now: Moment,
    survey: &Survey,
) -> anyhow::Result<Vec<(Box<str>, Change)>> {
    let mut missing = Vec::new();
    if survey.counts.missing == 0 {
        return Ok(missing);
    }
    data.books.store().each_order(&mut |order| {
        let own = *order.partner == *terms.partner && order.terms.runs_at(now);
        if own && !survey.tally.ledger().has(&order.terms.external_system_id) {
            let end = now.max(order.terms.start);
            let change = Change {
                field: Field::EndDate,
                old: order.terms.value(Field::EndDate),
                new: Value::Moment(end),
            };
            missing.push((order.terms.external_system_id, change));
        }
    })?;
    Ok(missing)
}
