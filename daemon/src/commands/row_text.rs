//! How does a person read one entry of the import log?
//! One line an entry, however much it changed; what a partner wrote cannot steer the terminal.

use std::io::Write as _;

use anstyle::Style;
use intake_core::field::{Field, Kind};
use intake_core::finding::Language;
use intake_core::moment::Moment;
use intake_core::order::Value;
use intake_core::plan::Decision;
use serde::Deserialize;
use serde_json::Value as Json;

use super::Speech;
use crate::cli::terminal::{ERROR, FAINT, GOOD, HEADING, HINT, WARNING};
use crate::entry::RowEntry;
use crate::printable::printable;

/// How "no value" is shown.
pub(super) const NOTHING: &str = "–";

/// Appends an entry as a line: time, import, partner, file, row, key, decision, then the order and what
/// changed, or the reason of the reject.
pub fn write_row(out: &mut Vec<u8>, row: &RowEntry<'_>, speech: &Speech) {
    let place = match row.row {
        Some(number) => format!("{} {number}", speech.say("Datensatz", "record")),
        None => speech
            .say("nicht in der Datei", "not in the file")
            .to_owned(),
    };
    let style = decision_style(&row.decision);
    let key = row.external_system_id.as_deref();
    let key = key.or(row.customer.as_deref());
    // Writing into memory cannot fail.
    let _ = write!(
        out,
        "{FAINT}{}{FAINT:#}  {}  {}  {}  {place}  {HEADING}{}{HEADING:#}  {style}{}{style:#}",
        printable(&speech.time_text(&row.time)),
        printable(&row.import_id),
        printable(&row.partner),
        printable(&row.file),
        printable(key.filter(|key| !key.is_empty()).unwrap_or(NOTHING)),
        printable(&row.decision),
    );
    if row.success && row.customer.is_none() {
        let _ = write!(out, "  {} {}", speech.say("Auftrag", "order"), row.order_id);
    }
    if let Some(code) = row.error_code {
        let _ = write!(out, "  {code}");
    }
    if let Some(reason) = reason(row, speech.language) {
        let _ = write!(out, "  {}", printable(&reason));
    }
    let creates = row.decision == Decision::Create.name();
    for (index, change) in row.changes.iter().filter(|_| !creates).enumerate() {
        let field = Field::from_name(&change.field);
        let _ = write!(
            out,
            "{}{}: {} → {}",
            if index == 0 { "  " } else { ", " },
            printable(&change.field),
            printable(&json_text(field, &change.old, speech)),
            printable(&json_text(field, &change.new, speech)),
        );
    }
    // All fields of a new order would bury the rest; the offer is the one that a person looks for.
    if let (true, Some(offer)) = (creates, &row.plenigo_offer_id) {
        let _ = write!(out, "  {}", printable(offer));
    }
    out.push(b'\n');
}

/// The style of a decision; the word says the same.
pub fn decision_style(decision: &str) -> Style {
    let known = Decision::ALL
        .into_iter()
        .find(|known| known.name() == decision);
    match known {
        Some(Decision::Create) => GOOD,
        Some(Decision::Update | Decision::Payment) => HINT,
        Some(Decision::End | Decision::Reactivate) => WARNING,
        Some(Decision::Reject) => ERROR,
        Some(Decision::Unchanged) | None => FAINT,
    }
}

/// A value of an order: instants in the zone, several texts with `|` between them.
pub(super) fn value_text(value: &Value, speech: &Speech) -> String {
    match value {
        Value::None => NOTHING.to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Moment(moment) => speech.moment(*moment),
        Value::Texts(texts) => texts.join("|"),
    }
}

fn json_text(field: Option<Field>, json: &Json, speech: &Speech) -> String {
    let is_moment = field.is_some_and(|field| field.spec().kind == Kind::DateTime);
    match json {
        Json::Null => NOTHING.to_owned(),
        Json::String(text) => match Moment::parse(text) {
            Ok(moment) if is_moment => speech.moment(moment),
            _ => text.clone(),
        },
        Json::Array(items) => items
            .iter()
            .map(|item| json_text(None, item, speech))
            .collect::<Vec<_>>()
            .join("|"),
        other => other.to_string(),
    }
}

/// The first error in the reader's language, where the entry says it in that.
pub(super) fn reason(row: &RowEntry<'_>, language: Language) -> Option<String> {
    let german = || -> Option<String> {
        let detail: Detail = serde_json::from_str(row.error_detail?.get()).ok()?;
        detail
            .findings
            .into_iter()
            .find(|finding| finding.severity == "error")
            .map(|finding| finding.message.de)
    };
    match language {
        Language::De => german().or_else(|| row.error_reason.clone()),
        Language::En => row.error_reason.clone(),
    }
}

#[derive(Deserialize)]
struct Detail {
    findings: Vec<DetailFinding>,
}

#[derive(Deserialize)]
struct DetailFinding {
    severity: String,
    message: DetailMessage,
}

#[derive(Deserialize)]
struct DetailMessage {
    de: String,
}
