//! How does what goes upstream stand, and what is refused there?

use std::io::Write;

use anyhow::Context as _;
use serde::Serialize;

use super::Speech;
use super::table::{Table, styled, text};
use crate::cli::args::{Format, OutboxList, Outcome};
use crate::cli::terminal::{ERROR, FAINT, GOOD, HEADING, WARNING};
use crate::entry::sent::{About, SentEntry, Verdict};
use crate::printable::printable;
use crate::state::Store;
use crate::upstream::Shown;

/// Writes how sending stands and every refusal. [`Outcome::Findings`] where something waits for an operator.
///
/// JSON is one document: `{version, mirroring, depth, oldestSeconds, alarm, pausingSeconds, sent, errors, parked}`.
pub fn list(
    arguments: &OutboxList,
    shown: &Shown,
    store: &Store,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut refusals = store.refusals()?;
    refusals.retain(|refusal| arguments.dropped || refusal.outcome != Verdict::Dropped);
    let mut written = Vec::new();
    match arguments.format {
        Format::Text => write_text(&mut written, shown, &refusals, speech)?,
        Format::Json => write_json(&mut written, shown, &refusals)?,
    }
    out.write_all(&written).context("cannot write the list")?;
    let waits = refusals
        .iter()
        .any(|refusal| matches!(refusal.outcome, Verdict::Refused | Verdict::Parked));
    Ok(if waits || shown.alarm.is_some() {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}

fn write_text(
    out: &mut Vec<u8>,
    shown: &Shown,
    refusals: &[SentEntry],
    speech: &Speech,
) -> anyhow::Result<()> {
    if let Some(alarm) = &shown.alarm {
        writeln!(out, "{ERROR}{}{ERROR:#}", printable(alarm))?;
    }
    let depth = speech.count(
        shown.depth,
        ["Änderung wartet", "Änderungen warten"],
        ["change waits", "changes wait"],
    );
    let (style, sender) = if shown.mirroring {
        (GOOD, speech.say("es wird gesendet", "changes are sent"))
    } else {
        (
            FAINT,
            speech.say("es wird nicht gesendet", "nothing is sent"),
        )
    };
    write!(out, "{style}{sender}{style:#}, {depth}")?;
    if let Some(oldest) = shown.oldest {
        let oldest = seconds(oldest.as_secs());
        write!(
            out,
            ", {} {oldest}",
            speech.say("älteste seit", "the oldest for")
        )?;
    }
    if let Some(pausing) = shown.pausing {
        let pausing = seconds(pausing.as_secs());
        write!(
            out,
            ", {} {pausing}",
            speech.say("Pause von noch", "a pause of another")
        )?;
    }
    writeln!(out)?;
    if refusals.is_empty() {
        return Ok(());
    }
    let heading = speech.say("was die Plattform ablehnt", "what is refused upstream");
    writeln!(out, "{HEADING}{heading}{HEADING:#}")?;
    let mut table = Table::default();
    for refusal in refusals {
        let Some(about) = &refusal.about else {
            continue;
        };
        let record = about.row.map_or(String::new(), |row| {
            format!("{} {row}", speech.say("Datensatz", "record"))
        });
        let import = refusal.imports.keys().next().map_or("", String::as_str);
        table.push(vec![
            text(&speech.time_text(&refusal.time)),
            styled(refusal.outcome.name(), WARNING),
            text(&printable(&name(about, speech))),
            text(&about.code.map_or(String::new(), |code| code.to_string())),
            text(import),
            text(&record),
            text(&printable(about.reason.as_deref().unwrap_or_default())),
        ]);
    }
    table.write(out, "  ");
    Ok(())
}

fn name(about: &About, speech: &Speech) -> String {
    match (&about.external_system_id, &about.customer_id) {
        (Some(key), _) => key.clone(),
        (None, Some(id)) => format!("{} {id}", speech.say("Kunde", "customer")),
        (None, None) => String::new(),
    }
}

/// A length of time as the config writes it.
fn seconds(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

fn write_json(out: &mut Vec<u8>, shown: &Shown, refusals: &[SentEntry]) -> anyhow::Result<()> {
    let parked = refusals.iter().filter_map(|refusal| {
        let about = refusal.about.as_ref()?;
        Some(ParkedV1 {
            state: refusal.outcome.name(),
            time: &refusal.time,
            external_system_id: about.external_system_id.as_deref(),
            customer_id: about.customer_id.as_deref(),
            order_id: about.order_id,
            log_id: refusal.log_ids.first().map(|[first, _]| *first),
            import_id: refusal.imports.keys().next().map(String::as_str),
            row: about.row,
            code: about.code,
            reason: about.reason.as_deref(),
        })
    });
    let answer = AnswerV1 {
        version: 1,
        mirroring: shown.mirroring,
        depth: shown.depth,
        oldest_seconds: shown.oldest.map(|oldest| oldest.as_secs()),
        alarm: shown.alarm.as_deref(),
        pausing_seconds: shown.pausing.map(|pausing| pausing.as_secs()),
        sent: shown.sent,
        errors: &shown.errors,
        parked: parked.collect(),
    };
    serde_json::to_writer(&mut *out, &answer)?;
    out.push(b'\n');
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AnswerV1<'a> {
    version: u32,
    mirroring: bool,
    depth: u64,
    oldest_seconds: Option<u64>,
    alarm: Option<&'a str>,
    pausing_seconds: Option<u64>,
    sent: u64,
    errors: &'a std::collections::BTreeMap<String, u64>,
    parked: Vec<ParkedV1<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ParkedV1<'a> {
    state: &'static str,
    time: &'a str,
    external_system_id: Option<&'a str>,
    customer_id: Option<&'a str>,
    order_id: Option<u64>,
    log_id: Option<u64>,
    import_id: Option<&'a str>,
    row: Option<u64>,
    code: Option<u32>,
    reason: Option<&'a str>,
}
