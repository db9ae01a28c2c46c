//! How far is an uploaded file?
//! Told by the daemon's record of its import; before there is one, by the inbox.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::folder::lifecycle::{Ending, Step};
use crate::http::Shared;
use crate::http::refusal::Refusal;
use crate::http::upload::ticket::Ticket;
use crate::log;
use crate::receipt::{Gift, gift_of};
use crate::serve::Daemon;
use crate::state::FileRecord;

/// How far a file is, and what its partner got for it.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) state: State,
    pub(super) record: Option<FileRecord>,
    /// The files in the outbox, once they are there and while they are.
    pub(super) gift: Option<Gift>,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// It lies in the inbox.
    Waiting,
    /// It is being checked, planned or applied.
    Working,
    /// The brake holds it for the operator.
    Held,
    /// It is applied.
    Applied,
    /// It is not applied, for its content.
    Rejected,
    /// It is not applied, by the operator's word.
    Discarded,
    /// Somebody took it out of the inbox before it was imported.
    Gone,
}

/// How far a file is, in JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StandingV1<'s> {
    version: u32,
    id: &'s str,
    state: State,
    name: &'s str,
    bytes: u64,
    sha256: &'s str,
    received_at: Timestamp,
    import_id: Option<&'s str>,
    rows: Option<u64>,
    counts: Option<&'s BTreeMap<String, u64>>,
    reason: Option<&'s str>,
}

/// Looks how far the file of a ticket is, and notes on the ticket which import it is.
pub(super) fn look(
    shared: &Shared,
    daemon: &Daemon,
    mut ticket: Ticket,
) -> Result<(Ticket, Standing), Refusal> {
    let books = &daemon.data.books;
    let record = ticket
        .record(books.store(), books.next_import_number())
        .map_err(|error| Refusal::failed(&error))?;
    let Some(record) = record else {
        let inbox = daemon.data.inbox.path().join(ticket.partner.as_str());
        let is_there = inbox.join(&ticket.name).symlink_metadata().is_ok();
        // Between inbox and record it is claimed, which takes as long as its copy.
        let is_being_claimed = || is_in_work(daemon, &ticket);
        let standing = Standing {
            state: match is_there {
                true => State::Waiting,
                false if is_being_claimed() => State::Working,
                false => State::Gone,
            },
            record: None,
            gift: None,
        };
        return Ok((ticket, standing));
    };
    if ticket.import_id.is_none() {
        ticket.import_id = Some(record.import_id.clone());
        if let Err(error) = shared.tickets.keep(&ticket) {
            // It is found again as it was now.
            log::http_failed(&error);
        }
    }
    let gift = match &record.receipt {
        Some(receipt) => {
            let outbox = shared.outbox_of(&ticket.partner);
            gift_of(&outbox, receipt).map_err(|error| Refusal::failed(&error))?
        }
        None => None,
    };
    let standing = Standing {
        state: state_of(&record),
        record: Some(record),
        gift,
    };
    Ok((ticket, standing))
}

/// Does an import that the journal does not know yet hold a file of this name?
fn is_in_work(daemon: &Daemon, ticket: &Ticket) -> bool {
    let Ok(folders) = std::fs::read_dir(daemon.data.folders.work.path()) else {
        return false;
    };
    let mut folders = folders.flatten();
    folders.any(|folder| folder.path().join(&ticket.name).symlink_metadata().is_ok())
}

fn state_of(record: &FileRecord) -> State {
    match (record.ending, record.step) {
        (Some(Ending::Applied), _) => State::Applied,
        (Some(Ending::Rejected), _) => State::Rejected,
        (Some(Ending::Discarded), _) => State::Discarded,
        (None, Step::Held) => State::Held,
        (None, _) => State::Working,
    }
}

impl Standing {
    /// Will it never change again?
    pub(super) fn is_over(&self) -> bool {
        let is_rested = |record: &FileRecord| record.receipt.is_some();
        self.state == State::Gone || self.record.as_ref().is_some_and(is_rested)
    }
}

/// After how many seconds it is worth looking again: soon at first, then at longer and longer intervals.
pub(super) fn next_look(ticket: &Ticket, now: Timestamp) -> u64 {
    let since = now.duration_since(ticket.received).as_secs().max(0);
    (since.unsigned_abs() / 4).clamp(1, 30)
}

impl<'s> StandingV1<'s> {
    pub(super) fn of(ticket: &'s Ticket, standing: &'s Standing) -> Self {
        let record = standing.record.as_ref();
        Self {
            version: 1,
            id: &ticket.id,
            state: standing.state,
            name: &ticket.name,
            bytes: ticket.bytes,
            sha256: &ticket.sha256,
            received_at: ticket.received,
            import_id: ticket.import_id.as_deref(),
            rows: record.and_then(|record| record.rows),
            counts: record.and_then(|record| record.counts.as_ref()),
            reason: record.and_then(|record| record.reason.as_deref()),
        }
    }
}
