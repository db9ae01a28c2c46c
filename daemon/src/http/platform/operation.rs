//! What is one of the platform's calls?
//! A line of one table: routes, rights, description and the explorable page all come from it.

use std::cell::{Cell, OnceCell};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use bytes::Bytes;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, ETAG, HeaderValue};
use intake_core::catalog::Offer;
use intake_core::moment::Moment;
use intake_core::report::hex;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::fault::{Fault, Wrong};
use super::query::Query;
use crate::cli::args::Language;
use crate::clock;
use crate::folder::names::PartnerName;
use crate::http::Shared;
use crate::http::tokens::{Holder, Right};
use crate::serve::Daemon;
use crate::state::Store;
use crate::wire::shape::{Named, Shape};

/// One call.
pub(in crate::http) struct Operation {
    /// Its name in the description, unique.
    pub(in crate::http) id: &'static str,
    pub(in crate::http) method: Method,
    /// Below the base path; what stands in braces is a parameter.
    pub(in crate::http) path: &'static str,
    pub(in crate::http) right: Right,
    pub(in crate::http) group: Group,
    pub(in crate::http) de: &'static str,
    pub(in crate::http) en: &'static str,
    pub(in crate::http) parameters: &'static [&'static [Parameter]],
    /// The shape of the body, where there is one.
    pub(in crate::http) body: Option<SchemaOf>,
    /// The good answers.
    pub(in crate::http) gives: &'static [(u16, SchemaOf)],
    /// What this call is refused for besides what every call is.
    pub(in crate::http) refuses: &'static [Wrong],
    pub(in crate::http) work: Work,
}

/// Describes a shape.
pub(in crate::http) type SchemaOf = fn(&mut Named) -> Value;

/// The schema of a shape, for the table.
pub(in crate::http) const fn of<S: Shape>() -> SchemaOf {
    S::schema
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Method {
    Get,
    Post,
    Put,
}

/// What calls are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Group {
    Imports,
    Customers,
    Orders,
    Subscriptions,
    AccessRights,
    Offers,
    Checkout,
    /// The operator's page, which is no part of the platform and stands in no description of it.
    Console,
}

/// A parameter of the path or the query.
#[derive(Debug)]
pub(in crate::http) struct Parameter {
    pub(in crate::http) name: &'static str,
    pub(in crate::http) place: Place,
    pub(in crate::http) kind: ParameterKind,
    pub(in crate::http) example: &'static str,
    pub(in crate::http) de: &'static str,
    pub(in crate::http) en: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Place {
    Path,
    Query,
    /// A part of the query without which there is no answer.
    QueryAlways,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum ParameterKind {
    Text,
    Integer,
    Instant,
    Flag,
    Words(&'static [&'static str]),
}

impl ParameterKind {
    pub(super) fn schema(self) -> Value {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Integer => json!({ "type": "integer" }),
            Self::Instant => json!({ "type": "string", "format": "date-time" }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Words(words) => json!({ "type": "string", "enum": words }),
        }
    }
}

/// So many steps of a walk, of 256 orders each, are short.
const SHORT_WAY: u32 = 40;

/// How a call is answered.
pub(in crate::http) enum Work {
    /// From the books, on a thread that may wait for the disk; the body is whole.
    Books(fn(&Ask<'_>) -> Result<Reply, Fault>),
    /// From memory, or else like [`Self::Books`].
    Quick(
        fn(&Ask<'_>) -> Option<Result<Reply, Fault>>,
        fn(&Ask<'_>) -> Result<Reply, Fault>,
    ),
    /// By itself: it takes the body as it comes, and no bound is put on its time but its own.
    Streamed(fn(Arc<Shared>, Holder, Request) -> Answering),
}

/// An answer that is being made.
pub(in crate::http) type Answering = Pin<Box<dyn Future<Output = Result<Reply, Fault>> + Send>>;

/// What is asked.
pub(in crate::http) struct Ask<'a> {
    pub(in crate::http) shared: &'a Shared,
    pub(in crate::http) daemon: &'a Daemon,
    pub(in crate::http) holder: &'a Holder,
    pub(in crate::http) now: Moment,
    pub(in crate::http) language: Language,
    /// The parameters of the path, in its order.
    pub(in crate::http) path: Vec<String>,
    pub(in crate::http) query: Query,
    pub(in crate::http) body: Bytes,
}

impl Ask<'_> {
    pub(in crate::http) fn store(&self) -> &Store {
        self.daemon.data.books.store()
    }

    /// Does anybody wait for the answer still? It is asked on long ways; who goes a very long one needs a place for it.
    pub(in crate::http) fn going(&self) -> impl Fn() -> bool {
        let until = clock::since_start() + self.shared.config.http.answer_timeout;
        let (shared, daemon) = (self.shared, self.daemon);
        let steps = Cell::new(0);
        let place = OnceCell::new();
        move || {
            steps.set(steps.get() + 1);
            if steps.get() > SHORT_WAY && place.get().is_none() {
                let Ok(free) = shared.walks.try_acquire() else {
                    return false;
                };
                // Nobody else has set it: it is this call's own.
                let _ = place.set(free);
            }
            clock::since_start() < until && !daemon.ending()
        }
    }

    /// The first parameter of the path.
    pub(in crate::http) fn id(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// The same as the number of an order. What is no number, no order has.
    pub(in crate::http) fn number(&self) -> Result<u64, Fault> {
        let number = self.id().parse();
        number.map_err(|_| Fault::of(Wrong::NotFound))
    }

    /// One of two texts.
    pub(in crate::http) fn say<'t>(&self, de: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::De => de,
            Language::En => en,
        }
    }

    /// Refuses to write where the disk's reserve would be touched.
    pub(in crate::http) fn must_have_space(&self) -> Result<(), Fault> {
        match self.daemon.data.low_on_space() {
            Ok(None) => Ok(()),
            Ok(Some(_)) => Err(Fault::of(Wrong::Unavailable).retry_after(Duration::from_secs(60))),
            Err(error) => Err(Fault::failed(&error)),
        }
    }

    /// The partner to whose own everything is limited.
    pub(in crate::http) fn partner(&self) -> Option<&str> {
        self.holder.partner().map(PartnerName::as_str)
    }

    /// May the holder of the token see this offer?
    pub(in crate::http) fn sees_offer(&self, offer: &Offer) -> bool {
        self.holder.partner().is_none_or(|partner| {
            let profile = self.shared.config.profile(partner.as_str());
            profile.offers.allow(&offer.id)
        })
    }
}

/// A good answer.
#[derive(Debug)]
pub(in crate::http) struct Reply {
    status: StatusCode,
    content: Content,
}

#[derive(Debug)]
enum Content {
    /// JSON.
    Json(Vec<u8>),
    /// Something else, with headers that tell what.
    Other(axum::response::Response),
}

impl Reply {
    /// A value as JSON.
    pub(in crate::http) fn ok(value: &impl Serialize) -> Self {
        Self::with(StatusCode::OK, value)
    }

    /// The same with a status.
    pub(in crate::http) fn with(status: StatusCode, value: &impl Serialize) -> Self {
        // Plain data of ours: writing it into memory cannot fail.
        let body = serde_json::to_vec(value).unwrap_or_default();
        Self {
            status,
            content: Content::Json(body),
        }
    }

    /// What is JSON already.
    pub(in crate::http) fn of_json(body: Vec<u8>) -> Self {
        Self {
            status: StatusCode::OK,
            content: Content::Json(body),
        }
    }

    /// An answer that is no JSON.
    pub(in crate::http) fn of(response: axum::response::Response) -> Self {
        Self {
            status: response.status(),
            content: Content::Other(response),
        }
    }

    pub(super) fn into_response(self) -> axum::response::Response {
        let body = match self.content {
            Content::Json(body) => body,
            Content::Other(response) => return response,
        };
        let mut response = axum::response::Response::new(body.into());
        *response.status_mut() = self.status;
        let kind = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        response
    }

    /// The same under a tag made from its content, or only that it is what the client has under one of `known`.
    pub(super) fn into_tagged_response(self, known: &str) -> axum::response::Response {
        let Content::Json(body) = &self.content else {
            return self.into_response();
        };
        let tag = format!("\"{}\"", hex(&Sha256::digest(body)[..16]));
        let is_known = known.split(',').any(|entry| entry.trim() == tag);
        let mut response = if is_known {
            let mut response = axum::response::Response::default();
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response
        } else {
            self.into_response()
        };
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

/// The instant of a request.
pub(in crate::http) fn now() -> Moment {
    clock::moment_of(clock::now())
}
