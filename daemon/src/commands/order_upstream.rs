//! What has become upstream of the last change of an order?
//! Told from how far the sender is and from what is refused; nobody is asked who is not this machine.

use std::io::Write as _;

use serde::Serialize;

use super::Speech;
use super::order::Entry;
use crate::cli::terminal::{FAINT, GOOD, HEADING, WARNING};
use crate::entry::sent::Verdict;
use crate::printable::printable;
use crate::state::{Store, StoreError};

/// How the last change of an order stands upstream.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Standing {
    state: &'static str,
    log_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
}

impl Standing {
    /// Nothing where there never was an upstream.
    pub(super) fn of(entry: &Entry, key: &str, store: &Store) -> Result<Option<Self>, StoreError> {
        let Some(mark) = store.outbox()? else {
            return Ok(None);
        };
        let log_id = entry.log_id;
        let plainly = |state| Self {
            state,
            log_id,
            code: None,
            reason: None,
            time: None,
        };
        if log_id < mark.first_log {
            return Ok(Some(plainly("notSent")));
        }
        let refusals = store.refusals_of(key)?;
        let refusal = refusals.into_iter().find(|refusal| {
            let about = refusal.about.as_ref();
            about.is_some_and(|about| about.place == entry.place)
        });
        Ok(Some(match refusal {
            Some(refusal) => Self {
                code: refusal.about.as_ref().and_then(|about| about.code),
                reason: refusal.about.and_then(|about| about.reason),
                time: Some(refusal.time),
                ..plainly(refusal.outcome.name())
            },
            None if mark.is_settled(entry.place) => plainly("confirmed"),
            None => plainly("pending"),
        }))
    }
}

/// Writes it for people.
pub(super) fn write_standing(
    out: &mut Vec<u8>,
    standing: Option<&Standing>,
    speech: &Speech,
) -> anyhow::Result<()> {
    let Some(standing) = standing else {
        return Ok(());
    };
    let (style, words) = match standing.state {
        "confirmed" => (GOOD, speech.say("dort bekannt", "confirmed")),
        "pending" => (
            FAINT,
            speech.say("noch nicht bestätigt", "not confirmed yet"),
        ),
        "notSent" => (FAINT, speech.say("nie gesendet", "never sent")),
        state if state == Verdict::Retried.name() => (
            WARNING,
            speech.say("wird erneut gesendet", "to be sent again"),
        ),
        state if state == Verdict::Dropped.name() => (
            WARNING,
            speech.say("dort abgelehnt und verworfen", "refused and dropped"),
        ),
        _ => (WARNING, speech.say("dort abgelehnt", "refused")),
    };
    let heading = speech.say("Plattform", "upstream");
    write!(out, "{HEADING}{heading}{HEADING:#} {style}{words}{style:#}")?;
    if let Some(code) = standing.code {
        write!(out, " ({code})")?;
    }
    if let Some(reason) = &standing.reason {
        write!(out, ": {}", printable(reason))?;
    }
    writeln!(out)?;
    Ok(())
}
