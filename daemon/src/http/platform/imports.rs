//! How are orders imported by a request?
//! Its body goes to the disk as it comes, waits for its partner's turn, and is imported as a file is. Whoever reads that it was
//! taken can rely on it; whoever reads anything else can send it again unchanged.

use std::io::Read as _;
use std::sync::Arc;

use axum::extract::Request;
use hyper::StatusCode;
use hyper::body::Body as _;
use intake_core::finding::{Finding, Language as Words, headline};
use intake_core::report::hex;

use super::fault::{Fault, Wrong};
use super::operation::{Answering, Reply};
use crate::cli::args::Language;
use crate::entry::RequestNote;
use crate::folder::names::PartnerName;
use crate::folder::request_body::RequestBody;
use crate::http::Shared;
use crate::http::accept::transfer_pace;
use crate::http::answering::RequestId;
use crate::http::body::{BodyReader, pipe, trouble_of};
use crate::http::manner::Manner;
use crate::http::refusal::Why;
use crate::http::tokens::Holder;
use crate::http::upload::look_at_space;
use crate::import::ImportError;
use crate::import::request::{FormErrors, Request as Import, RequestError, Taken, take};
use crate::serve::Daemon;
use crate::wire::error::{SuccessStatusV1, ValidationErrorV1};

/// `POST /imports/orders`
pub(super) fn orders(shared: Arc<Shared>, holder: Holder, request: Request) -> Answering {
    Box::pin(receive(shared, holder, request))
}

async fn receive(shared: Arc<Shared>, holder: Holder, request: Request) -> Result<Reply, Fault> {
    // Orders belong to a partner: the house itself brings none.
    let partner = holder.partner().ok_or_else(|| Fault::of(Wrong::NoRight))?;
    let settings = &shared.config.http;
    let place = shared.imports.enter(partner, settings.import_queue);
    let place = place.ok_or_else(|| Fault::of(Wrong::QueueFull))?;
    let (head, body) = request.into_parts();
    let length = body.size_hint().exact().unwrap_or(0);
    if length > settings.import_bytes {
        return Err(Fault::of(Wrong::TooLarge));
    }
    let asked = Asked {
        partner: partner.clone(),
        language: Manner::of(&head.headers, &head.uri).language,
        note: RequestNote {
            id: head
                .extensions
                .get::<RequestId>()
                .map(|id| id.0.clone())
                .unwrap_or_default(),
            idempotency_key: key_in(&head.headers)?,
            ..RequestNote::default()
        },
        length,
    };
    let (source, reader) = pipe();
    let mut taking = tokio::task::spawn_blocking({
        let shared = Arc::clone(&shared);
        move || {
            let _place = place;
            take_in(&shared, asked, reader)
        }
    });
    let passing = source.pass(body, transfer_pace(&shared.config.http));
    // Whoever is refused learns it at once, not when the client has sent everything.
    let taken = tokio::select! {
        taken = &mut taking => taken,
        () = passing => taking.await,
    };
    // A panic was told where it happened.
    taken.unwrap_or_else(|_| Err(Fault::of(Wrong::Failed)))
}

/// A request as its head tells it.
struct Asked {
    partner: PartnerName,
    language: Language,
    note: RequestNote,
    length: u64,
}

/// The longest key that a client may give its request.
const LONGEST_KEY: usize = 255;

/// The client's own name for what it wants done once.
fn key_in(headers: &hyper::HeaderMap) -> Result<Option<String>, Fault> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().ok();
    let is_sane = |key: &&str| {
        (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match key.filter(is_sane) {
        Some(key) => Ok(Some(key.to_owned())),
        None => Err(Fault::about(
            Wrong::Invalid,
            "Idempotency-Key",
            "must be 1 to 255 visible characters of ASCII",
            "",
        )),
    }
}

/// Takes the body, waits for the partner's turn and imports.
fn take_in(shared: &Shared, asked: Asked, reader: BodyReader) -> Result<Reply, Fault> {
    let daemon = shared
        .daemon()
        .ok_or_else(|| Fault::of(Wrong::Unavailable))?;
    let data = &daemon.data;
    let body = spool(shared, &daemon, asked.length, reader)?;
    let turn = data
        .turns
        .wait_within(asked.partner.as_str(), shared.config.http.import_wait);
    let Some(_turn) = turn else {
        return Err(Fault::of(Wrong::QueueFull));
    };
    if daemon.ending() {
        return Err(Fault::of(Wrong::Unavailable));
    }
    let key = asked.note.idempotency_key.clone();
    if let Some(key) = &key {
        let known = shared.imports.known(&asked.partner, key);
        let record = match known {
            Some(import_id) => data.books.store().file(&import_id)?,
            None => None,
        };
        if let Some(record) = record {
            if record.sha256 != hex(&body.sha256()) {
                let error = "was given to a request with another body";
                return Err(Fault::about(Wrong::Invalid, "Idempotency-Key", error, key));
            }
            return Ok(answer(&Taken {
                held: record.ending.is_none(),
                import_id: record.import_id,
                counts: intake_core::plan::Counts::default(),
            }));
        }
    }
    let import = Import {
        partner: &asked.partner,
        note: asked.note,
        body,
    };
    match take(data, import, &|_| !daemon.ending()) {
        Ok(taken) => {
            if let Some(key) = key {
                shared.imports.note(&asked.partner, key, &taken.import_id);
            }
            Ok(answer(&taken))
        }
        Err(RequestError::Form(errors)) => Err(refused(&errors, asked.language)),
        Err(RequestError::Import(error)) => Err(failed(&daemon, &error)),
    }
}

fn answer(taken: &Taken) -> Reply {
    Reply::with(
        StatusCode::CREATED,
        &SuccessStatusV1 {
            success: true,
            promise_id: taken.held.then(|| taken.import_id.clone()),
        },
    )
}

/// Free space is looked at again after so many bytes.
const BETWEEN_LOOKS: u64 = 16 << 20;

/// The body on the disk; nothing of it stays where it does not come whole.
fn spool(
    shared: &Shared,
    daemon: &Daemon,
    length: u64,
    mut reader: BodyReader,
) -> Result<RequestBody, Fault> {
    let look = |bytes: u64| {
        look_at_space(shared, bytes).map_err(|refusal| match refusal.why {
            Why::NoSpace => Fault::of(Wrong::Unavailable).retry_after(LONG),
            _ => Fault::of(Wrong::Failed),
        })
    };
    look(length)?;
    let data = &daemon.data;
    let number = data.books.take_spool_number();
    let created = RequestBody::create(&data.folders.work, number);
    let mut body = created.map_err(|error| Fault::failed(&error))?;
    let mut piece = vec![0; PIECE];
    let mut looked_at = 0;
    loop {
        let read = match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) => {
                return Err(match trouble_of(&error) {
                    Some(trouble) => Fault::of_body(trouble),
                    None => Fault::failed(&error),
                });
            }
        };
        if body.bytes() + read as u64 > shared.config.http.import_bytes {
            return Err(Fault::of(Wrong::TooLarge));
        }
        body.push(&piece[..read])
            .map_err(|error| Fault::failed(&error))?;
        if body.bytes() - looked_at >= BETWEEN_LOOKS {
            looked_at = body.bytes();
            look(0)?;
        }
    }
    Ok(body)
}

const PIECE: usize = 64 << 10;

/// A disk that is full is not empty again soon.
const LONG: std::time::Duration = std::time::Duration::from_secs(60);

/// The machine stood in the way. What is in the journal already is gone on with by whoever works for the partner.
fn failed(daemon: &Daemon, error: &ImportError) -> Fault {
    if matches!(error, ImportError::Stopped) {
        return Fault::of(Wrong::Unavailable);
    }
    let fault = Fault::failed(error);
    if daemon.data.books.failed() || matches!(error, ImportError::Store(_)) {
        daemon.begin_anew();
    } else {
        daemon.leave_work();
    }
    fault
}

/// What is wrong with the form of the request, place by place.
fn refused(errors: &FormErrors, language: Language) -> Fault {
    let words = match language {
        Language::De => Words::De,
        Language::En => Words::En,
    };
    let told = errors.first.iter().map(|finding| ValidationErrorV1 {
        field: place_of(finding),
        error: headline(finding, words),
        value: finding.value.as_deref().unwrap_or_default().to_owned(),
    });
    let wrong = match errors.code {
        Some(99_001) => Wrong::BodyMissing,
        Some(99_002) => Wrong::NoJson,
        Some(99_003) => Wrong::NoInstant,
        Some(99_014) => Wrong::OtherType,
        Some(99_414) => Wrong::TooLarge,
        Some(97_003) => Wrong::PaymentMethodMissing,
        _ => Wrong::Invalid,
    };
    Fault::invalid(told.collect())
        .saying(wrong)
        .of_so_many(errors.total)
}

/// `items[3].startDate`, as the request has it; nothing where the whole body is meant.
fn place_of(finding: &Finding) -> String {
    let field = match (finding.field, &finding.header) {
        (Some(field), _) => field.name(),
        (None, Some(key)) => key,
        (None, None) => "",
    };
    match (finding.row, field) {
        (0, field) => field.to_owned(),
        (row, "") => format!("items[{}]", row - 1),
        (row, field) => format!("items[{}].{field}", row - 1),
    }
}
