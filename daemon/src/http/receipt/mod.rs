//! What became of an uploaded file?
//! Whoever has the number of its ticket sees how far it is, and its receipt, report and corrections file once they are
//! there; nothing else can be reached from it.

mod page;
mod standing;

use std::fs::File;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use hyper::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, StatusCode};

use super::Shared;
use super::answering::Client;
use super::body::of_file;
use super::manner::{Form, Manner};
use super::refusal::{Refusal, Why, json};
use super::security;
use super::tokens::{Right, token_in};
use super::upload::ticket::Ticket;
use crate::clock;
use crate::receipt::{Gift, open_in};
use standing::{Standing, StandingV1};

/// `GET /receipt/{id}`
pub(super) async fn receipt(
    State(shared): State<Arc<Shared>>,
    Extension(Client(client)): Extension<Client>,
    Path(id): Path<String>,
    manner: Manner,
    headers: HeaderMap,
) -> Response {
    let found = found(&shared, client, id, &headers).await;
    let (ticket, standing) = match found {
        Ok(found) => found,
        Err(refusal) => return refusal.answer(manner),
    };
    let gift = standing.gift.as_ref();
    match (manner.form, gift) {
        (Form::Json, Some(gift)) => {
            let name = gift.receipt.clone();
            file(&shared, &ticket, &name, Kind::Receipt, manner).await
        }
        (Form::Json, None) => {
            let mut response = json(&StandingV1::of(&ticket, &standing));
            if !standing.is_over() {
                *response.status_mut() = StatusCode::ACCEPTED;
                let pause = standing::next_look(&ticket, clock::now());
                response
                    .headers_mut()
                    .insert("retry-after", HeaderValue::from(pause));
            }
            response
        }
        // Beside it lie the files that the report names.
        (Form::Page, Some(gift)) => {
            let address = format!("/receipt/{}/{}", ticket.id, page::in_path(&gift.report));
            Redirect::to(&address).into_response()
        }
        (Form::Page, None) => {
            let zone = &shared.config.profile(ticket.partner.as_str()).time_zone;
            page::page(&ticket, &standing, manner, zone, clock::now())
        }
    }
}

/// `GET /receipt/{id}/{name}`: a file beside the receipt, under the name that it has in the outbox.
pub(super) async fn beside(
    State(shared): State<Arc<Shared>>,
    Extension(Client(client)): Extension<Client>,
    Path((id, name)): Path<(String, String)>,
    manner: Manner,
    headers: HeaderMap,
) -> Response {
    let (ticket, standing) = match found(&shared, client, id, &headers).await {
        Ok(found) => found,
        Err(refusal) => return refusal.answer(manner),
    };
    match standing.gift.as_ref().and_then(|gift| kind_of(gift, &name)) {
        Some(kind) => file(&shared, &ticket, &name, kind, manner).await,
        None => Refusal::of(Why::NotFound).answer(manner),
    }
}

/// What one of a receipt's files is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Receipt,
    Report,
    Corrections,
}

fn kind_of(gift: &Gift, name: &str) -> Option<Kind> {
    if name == gift.receipt {
        Some(Kind::Receipt)
    } else if name == gift.report {
        Some(Kind::Report)
    } else if gift.corrections.as_deref() == Some(name) {
        Some(Kind::Corrections)
    } else {
        None
    }
}

/// The ticket with this number and how far its file is.
async fn found(
    shared: &Arc<Shared>,
    client: IpAddr,
    id: String,
    headers: &HeaderMap,
) -> Result<(Ticket, Standing), Refusal> {
    // The number is enough; whoever gives a token besides sees only what is that partner's.
    let partner = match token_in(headers) {
        Some(token) => {
            shared.may_try(client)?;
            Some(shared.partner_of(token, client, Right::Read)?)
        }
        None => None,
    };
    let shared = Arc::clone(shared);
    let looked = tokio::task::spawn_blocking(move || {
        let ticket = shared
            .tickets
            .find(&id)
            .map_err(|error| Refusal::failed(&error))?;
        let is_theirs = |ticket: &Ticket| {
            let others = partner.is_some_and(|partner| partner != ticket.partner);
            !others
        };
        let ticket = ticket.filter(is_theirs).ok_or(Refusal::of(Why::NotFound))?;
        let daemon = shared.daemon().ok_or(Refusal::of(Why::Unavailable))?;
        standing::look(&shared, &daemon, ticket)
    });
    looked.await.unwrap_or(Err(Refusal::of(Why::Failed)))
}

/// A file of an outbox as an answer.
async fn file(
    shared: &Arc<Shared>,
    ticket: &Ticket,
    name: &str,
    kind: Kind,
    manner: Manner,
) -> Response {
    let outbox = shared.outbox_of(&ticket.partner);
    let opened = tokio::task::spawn_blocking({
        let name = name.to_owned();
        move || open_in(&outbox, &name).map_err(|error| Refusal::failed(&error))
    });
    match opened.await.unwrap_or(Err(Refusal::of(Why::Failed))) {
        Ok(Some((file, bytes))) => sent(file, bytes, name, kind),
        Ok(None) => Refusal::of(Why::NotFound).answer(manner),
        Err(refusal) => refusal.answer(manner),
    }
}

/// The answer that is such a file.
pub(super) fn sent(file: File, bytes: u64, name: &str, kind: Kind) -> Response {
    let mut response = of_file(file, bytes).into_response();
    let headers = response.headers_mut();
    let content_type = match kind {
        Kind::Receipt => "application/json",
        Kind::Report => "text/html; charset=utf-8",
        Kind::Corrections => match name.rsplit('.').next() {
            Some("csv") => "text/csv; charset=utf-8",
            _ => "application/x-ndjson",
        },
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if kind == Kind::Report {
        headers.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(security::REPORT),
        );
    }
    if kind == Kind::Corrections {
        let value = format!("attachment; filename*=UTF-8''{}", page::in_path(name));
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(CONTENT_DISPOSITION, value);
        }
    }
    response
}
