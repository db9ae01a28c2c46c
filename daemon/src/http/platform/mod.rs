//! How are the platform's own calls served?
//! A client written for the platform works against the daemon unchanged: same addresses, shapes, codes. Every call is a line of
//! one table (`operations`), asks for a right, and sees what belongs to its token's partner alone.

mod access;
mod checkout;
mod customers;
mod description;
pub(super) mod fault;
pub(super) mod import_log;
mod imports;
pub(super) mod judged;
mod offers;
pub(super) mod operation;
mod operations;
mod orders;
mod page;
pub(super) mod query;
mod subscriptions;

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{RawPathParams, Request, State};
use axum::response::Response;
use axum::routing::{MethodFilter, any, get, on};
use axum::{Extension, Router};
use bytes::Bytes;
use hyper::header::IF_NONE_MATCH;

use super::Shared;
use super::accept::transfer_pace;
use super::answering::{AnsweredFor, Client};
use super::body::{self, Whole};
use super::console;
use super::manner::{Manner, text_of};
use super::tokens::{Holder, Right, token_in};
use crate::cli::args::Language;
use crate::clock;
use crate::log;
use fault::{Fault, Wrong};
use operation::{Ask, Group, Method, Operation, Reply, Work, now};
use operations::OPERATIONS;
use query::Query;

/// Below this path are the platform's calls.
pub(super) const BASE: &str = "/api/v3.0";

/// The routes of the calls whose answers have a bound in time, and of those that have their own.
pub(super) fn routers() -> (Router<Arc<Shared>>, Router<Arc<Shared>>) {
    let mut bounded = Router::new()
        .route("/api/{*path}", any(nothing))
        .route("/console/api/{*path}", any(nothing))
        .route(BASE, get(page::page))
        .route(&format!("{BASE}/"), get(page::page))
        .route(&format!("{BASE}/docs"), get(page::page))
        .route(&format!("{BASE}/docs.js"), get(page::script))
        .route(&format!("{BASE}/docs.css"), get(page::style))
        .route(&format!("{BASE}/openapi.json"), get(description::answer));
    let mut unbounded = Router::new();
    let all = [(BASE, OPERATIONS), (console::BASE, console::OPERATIONS)];
    let all = all
        .into_iter()
        .flat_map(|(base, operations)| operations.iter().map(move |operation| (base, operation)));
    for (base, operation) in all {
        let path = format!("{base}{}", operation.path);
        let filter = match operation.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
        };
        let route = on(
            filter,
            move |State(shared): State<Arc<Shared>>,
                  Extension(Client(client)): Extension<Client>,
                  manner: Manner,
                  path: Result<RawPathParams, _>,
                  request: Request| async move {
                let path =
                    path.map(|path| path.iter().map(|(_, value)| value.to_owned()).collect());
                // What is no UTF-8 is the name of nothing.
                let path = path.map_err(|_: axum::extract::rejection::RawPathParamsRejection| {
                    Fault::of(Wrong::NotFound)
                });
                let call = Call {
                    shared,
                    client,
                    language: manner.language,
                };
                answer(operation, call, path, request).await
            },
        );
        match operation.work {
            Work::Books(_) | Work::Quick(..) => bounded = bounded.route(&path, route),
            Work::Streamed(_) => unbounded = unbounded.route(&path, route),
        }
    }
    (bounded, unbounded)
}

async fn nothing(manner: Manner) -> Response {
    Fault::of(Wrong::NotFound).answer(manner.language)
}

/// The parameters of the path, in its order, for whoever takes the request as it comes.
#[derive(Clone, Debug)]
pub(in crate::http) struct InPath(pub(in crate::http) Vec<String>);

/// What is known of a call before anything of it was looked at.
struct Call {
    shared: Arc<Shared>,
    client: IpAddr,
    language: Language,
}

async fn answer(
    operation: &'static Operation,
    call: Call,
    path: Result<Vec<String>, Fault>,
    request: Request,
) -> Response {
    let language = call.language;
    let shared = Arc::clone(&call.shared);
    let acting = (operation.right == Right::Operate)
        .then(|| shared.label_in(request.headers()))
        .flatten();
    let subject = path.as_ref().ok().and_then(|path| path.first()).cloned();
    let known =
        (operation.group == Group::Console).then(|| text_of(request.headers(), &IF_NONE_MATCH));
    let holder = authenticate(&call.shared, call.client, &request, operation.right);
    let partner = holder.as_ref().ok().and_then(Holder::partner).cloned();
    let reply = match holder {
        Ok(holder) => perform(operation, call, holder, path, request).await,
        Err(fault) => Err(fault),
    };
    if let (Ok(_), Some(who)) = (&reply, acting) {
        log::operator_acted(&who, operation.id, subject.as_deref().unwrap_or("-"));
    }
    let mut response = match reply {
        Ok(reply) => match known {
            Some(known) if operation.method == Method::Get => reply.into_tagged_response(&known),
            _ => reply.into_response(),
        },
        Err(fault) => fault.answer(language),
    };
    if let Some(partner) = partner {
        response.extensions_mut().insert(AnsweredFor(partner));
    }
    response
}

async fn perform(
    operation: &'static Operation,
    call: Call,
    holder: Holder,
    path: Result<Vec<String>, Fault>,
    request: Request,
) -> Result<Reply, Fault> {
    let Call {
        shared, language, ..
    } = call;
    let path = path?;
    let work = match operation.work {
        Work::Streamed(work) => {
            let mut request = request;
            request.extensions_mut().insert(InPath(path));
            return work(shared, holder, request).await;
        }
        Work::Books(work) => work,
        Work::Quick(quick, work) => {
            let daemon = shared.daemon();
            let daemon = daemon.ok_or_else(|| Fault::of(Wrong::Unavailable))?;
            let answered = quick(&Ask {
                shared: &shared,
                daemon: &daemon,
                holder: &holder,
                now: now(),
                language,
                path: path.clone(),
                query: Query::of(request.uri()),
                body: Bytes::new(),
            });
            if let Some(answer) = answered {
                return answer;
            }
            work
        }
    };
    let query = Query::of(request.uri());
    let body = match operation.body {
        None => Bytes::new(),
        Some(_) => whole_body(&shared, request).await?,
    };
    let working = tokio::task::spawn_blocking(move || {
        let daemon = shared
            .daemon()
            .ok_or_else(|| Fault::of(Wrong::Unavailable))?;
        work(&Ask {
            shared: &shared,
            daemon: &daemon,
            holder: &holder,
            now: now(),
            language,
            path,
            query,
            body,
        })
    });
    // A panic was told where it happened.
    working
        .await
        .unwrap_or_else(|_| Err(Fault::of(Wrong::Failed)))
}

/// Whose token came with the request, where it gives the right.
fn authenticate(
    shared: &Shared,
    client: IpAddr,
    request: &Request,
    right: Right,
) -> Result<Holder, Fault> {
    if shared.may_try(client).is_err() {
        return Err(Fault::of(Wrong::TooManyRequests).retry_after(shared.pause_of(client)));
    }
    let token = token_in(request.headers()).ok_or_else(|| Fault::of(Wrong::NotAuthorized))?;
    let holder = shared.holder_of(token, client);
    let holder = holder.ok_or_else(|| Fault::of(Wrong::NotAuthorized))?;
    if let Some(pause) = shared.rates.must_wait(token, clock::since_start()) {
        return Err(Fault::of(Wrong::TooManyRequests).retry_after(pause));
    }
    if !holder.may(right) {
        return Err(Fault::of(Wrong::NoRight));
    }
    Ok(holder.clone())
}

/// The whole of a body that is not to be large.
pub(in crate::http) async fn whole_body(shared: &Shared, request: Request) -> Result<Bytes, Fault> {
    let limit = shared.config.limits.record_bytes;
    let pace = transfer_pace(&shared.config.http);
    match body::whole(request.into_body(), limit, pace).await {
        Whole::Body(body) if body.is_empty() => Err(Fault::of(Wrong::BodyMissing)),
        Whole::Body(body) => Ok(body),
        Whole::TooLarge => Err(Fault::of(Wrong::TooLarge)),
        Whole::Trouble(trouble) => Err(Fault::of_body(trouble)),
    }
}
