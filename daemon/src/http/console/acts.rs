//! What does the operator's page do?
//! Exactly what the commands do, by the same functions. What takes long goes on when the answer has gone; the import's state
//! tells how it went.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use hyper::StatusCode;
use serde::Deserialize;

use super::files::fault_of;
use super::orders::data_of;
use crate::cli::args::OutboxChoice;
use crate::entry::sent::Verdict;
use crate::http::Shared;
use crate::http::platform::fault::{Fault, Wrong};
use crate::http::platform::operation::{Answering, Ask, Reply};
use crate::http::platform::{InPath, whole_body};
use crate::import::{ImportError, Outcome};
use crate::log;
use crate::perform::import::{Word, decide_held};
use crate::perform::outbox::decide_on;
use crate::serve::Daemon;
use crate::state::FileRecord;
use crate::wire::console::{DoneV1, FileV1, VERSION};

/// The answer waits for the end of an import for so long.
const SOON: Duration = Duration::from_secs(2);

/// What the operator looked at.
#[derive(Deserialize)]
struct Seen {
    /// When the import had last moved.
    changed: String,
}

/// `POST /files/{importId}/release`
pub(super) fn release(
    shared: Arc<Shared>,
    _: crate::http::tokens::Holder,
    request: Request,
) -> Answering {
    Box::pin(decide(shared, request, Word::Release))
}

/// `POST /files/{importId}/discard`
pub(super) fn discard(
    shared: Arc<Shared>,
    _: crate::http::tokens::Holder,
    request: Request,
) -> Answering {
    Box::pin(decide(shared, request, Word::Discard))
}

async fn decide(shared: Arc<Shared>, request: Request, word: Word) -> Result<Reply, Fault> {
    let path = request.extensions().get::<InPath>().cloned();
    let id = path.and_then(|InPath(path)| path.into_iter().next());
    let id = id.ok_or_else(|| Fault::of(Wrong::NotFound))?;
    let Seen { changed } = read(&whole_body(&shared, request).await?)?;
    let daemon = shared.daemon();
    let daemon = daemon.ok_or_else(|| Fault::of(Wrong::Unavailable))?;
    let working = tokio::task::spawn_blocking(move || decide_now(&daemon, &id, word, &changed));
    match tokio::time::timeout(SOON, working).await {
        Ok(done) => {
            // A panic was told where it happened.
            let (record, outcome) = done.unwrap_or_else(|_| Err(Fault::of(Wrong::Failed)))?;
            let outcome = match outcome {
                Outcome::Finished => "done",
                Outcome::Held | Outcome::HeldAgain => "heldAgain",
            };
            Ok(Reply::ok(&DoneV1 {
                version: VERSION,
                outcome,
                count: None,
                file: Some(FileV1::of(&record)),
            }))
        }
        Err(_) => Ok(Reply::with(
            StatusCode::ACCEPTED,
            &DoneV1 {
                version: VERSION,
                outcome: "working",
                count: None,
                file: None,
            },
        )),
    }
}

fn decide_now(
    daemon: &Daemon,
    id: &str,
    word: Word,
    seen: &str,
) -> Result<(FileRecord, Outcome), Fault> {
    let going = |_| !daemon.ending();
    let error = match decide_held(id, &daemon.data, &going, word, Some(seen)) {
        Ok(decided) => return Ok(decided),
        Err(error) => error,
    };
    let known = error.downcast_ref::<ImportError>();
    let was_refused = matches!(
        known,
        Some(ImportError::Unknown(_) | ImportError::NotHeld { .. } | ImportError::MovedOn(_))
    );
    if daemon.data.books.failed() {
        daemon.begin_anew();
    } else if !was_refused {
        // What was begun goes on.
        daemon.leave_work();
    }
    if let Some(error) = known {
        return Err(fault_of(error));
    }
    log::http_failed(&*error);
    Err(Fault::of(Wrong::Failed))
}

/// Which refusals are meant.
#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    ids: Vec<String>,
    #[serde(default)]
    all: bool,
    #[serde(default)]
    code: Option<u32>,
}

/// `POST /outbox/retry`
pub(super) fn retry(ask: &Ask<'_>) -> Result<Reply, Fault> {
    choose(ask, Verdict::Retried)
}

/// `POST /outbox/drop`
pub(super) fn drop(ask: &Ask<'_>) -> Result<Reply, Fault> {
    choose(ask, Verdict::Dropped)
}

fn choose(ask: &Ask<'_>, verdict: Verdict) -> Result<Reply, Fault> {
    let Chosen { ids, all, code } = read(&ask.body)?;
    let choice = OutboxChoice {
        ids,
        all,
        code,
        data: data_of(ask),
    };
    let decided = decide_on(&choice, verdict, &ask.daemon.data).map_err(|error| {
        if ask.daemon.data.books.failed() {
            ask.daemon.begin_anew();
        }
        Fault::failed(&*error)
    })?;
    if decided.is_empty() {
        return Err(Fault::of(Wrong::MovedOn));
    }
    Ok(Reply::ok(&DoneV1 {
        version: VERSION,
        outcome: "done",
        count: Some(decided.len() as u64),
        file: None,
    }))
}

fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T, Fault> {
    let read = serde_json::from_slice(body);
    read.map_err(|error| Fault::about(Wrong::NoJson, "", &error.to_string(), ""))
}
