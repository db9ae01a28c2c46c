//! How does a partner upload a file?
//! By a form with a token and a file, of a browser or a program; the answer is the address of its receipt. Nothing
//! of the file is looked at: it goes the way of every file in the inbox.

mod take;
pub(super) mod ticket;

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use hyper::StatusCode;
use hyper::body::Body as _;
use hyper::header::{HeaderValue, LOCATION};
use serde::Serialize;

use super::Shared;
use super::accept::transfer_pace;
use super::answering::{AnsweredFor, Client};
use super::body::pipe;
use super::form::boundary_in;
use super::manner::{Form, Manner};
use super::refusal::{Refusal, Why, json};
use super::tokens::{Right, token_in};
use take::{Sender, take};
pub(super) use take::{look_at_space, sweep};
use ticket::Ticket;

/// What a program gets for a file that was taken.
#[derive(Serialize)]
struct Taken<'t> {
    id: &'t str,
    name: &'t str,
    sha256: &'t str,
    bytes: u64,
    receipt: String,
}

/// `POST /upload`
pub(super) async fn upload(
    State(shared): State<Arc<Shared>>,
    Extension(Client(client)): Extension<Client>,
    manner: Manner,
    request: Request,
) -> Response {
    match receive(&shared, client, request).await {
        Ok(ticket) => {
            let mut response = answer(&ticket, manner);
            let partner = AnsweredFor(ticket.partner);
            response.extensions_mut().insert(partner);
            response
        }
        Err(refusal) => refusal.answer(manner),
    }
}

fn answer(ticket: &Ticket, manner: Manner) -> Response {
    let receipt = format!("/receipt/{}", ticket.id);
    match manner.form {
        Form::Page => {
            let language = manner.say("de", "en");
            Redirect::to(&format!("{receipt}?lang={language}")).into_response()
        }
        Form::Json => {
            let mut response = json(&Taken {
                id: &ticket.id,
                name: &ticket.name,
                sha256: &ticket.sha256,
                bytes: ticket.bytes,
                receipt: receipt.clone(),
            });
            *response.status_mut() = StatusCode::ACCEPTED;
            if let Ok(place) = HeaderValue::from_str(&receipt) {
                response.headers_mut().insert(LOCATION, place);
            }
            response
        }
    }
}

async fn receive(
    shared: &Arc<Shared>,
    client: std::net::IpAddr,
    request: Request,
) -> Result<Ticket, Refusal> {
    shared.may_try(client)?;
    let (head, body) = request.into_parts();
    let partner = match token_in(&head.headers) {
        Some(token) => Some(shared.partner_of(token, client, Right::Import)?),
        None => None,
    };
    let boundary = boundary_in(&head.headers)?;
    let length = body.size_hint().exact();
    let limit = shared.config.limits.file_bytes;
    // A form that may hold a plan too is told from one that is too large only while it is read.
    if length.is_some_and(|length| length > limit.saturating_mul(2).saturating_add(MOST_AROUND)) {
        return Err(Refusal::over(limit));
    }
    let (source, reader) = pipe();
    let mut taking = tokio::task::spawn_blocking({
        let shared = Arc::clone(shared);
        move || {
            let sender = Sender {
                shared: &shared,
                client,
                partner,
                length,
            };
            take(&sender, reader, &boundary)
        }
    });
    let passing = source.pass(body, transfer_pace(&shared.config.http));
    // Whoever is refused learns it at once, not when the client has sent everything.
    let taken = tokio::select! {
        taken = &mut taking => taken,
        () = passing => taking.await,
    };
    taken.unwrap_or(Err(Refusal::of(Why::Failed)))
}

/// What a form needs besides its files.
const MOST_AROUND: u64 = 128 << 10;
