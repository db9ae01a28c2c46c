//! How is one request answered, whatever becomes of it?
//! Each answer has its headers for security and a number, each request its line in the log, and a panic ends
//! one answer and nothing else.

use std::any::Any;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method};
use tower::ServiceExt as _;

use super::Shared;
use super::hosts;
use super::manner::Manner;
use super::refusal::{Refusal, Why};
use super::security;
use super::slots::Answering;
use crate::clock;
use crate::folder::names::PartnerName;
use crate::log;
use crate::random::random_bytes;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Who asks, as far as it can be known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client(pub(super) IpAddr);

/// The number under which client and log know a request.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

/// The partner for whom a request was answered; put on the answer by whoever looked at its token.
#[derive(Clone, Debug)]
pub(super) struct AnsweredFor(pub(super) PartnerName);

/// The pattern of the route that answered.
#[derive(Clone, Debug)]
struct Route(MatchedPath);

/// Answers a request.
pub(super) async fn answer(
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    answering: Answering,
    router: Router,
    shared: &Arc<Shared>,
) -> Response {
    let mut told = Told::new(&request, shared);
    let mut request = request.map(Body::new);
    let manner = Manner::of(request.headers(), request.uri());
    let client = client_of(request.headers(), peer, shared.config.http.behind_proxy);
    request.extensions_mut().insert(Client(client));
    request.extensions_mut().insert(RequestId(told.id.clone()));
    let mut response = if hosts::are_called_by(&request, &shared.hosts) {
        whole(router.oneshot(request))
            .await
            .unwrap_or_else(|| Refusal::of(Why::Failed).answer(manner))
    } else {
        Refusal::of(Why::WrongHost).answer(manner)
    };
    security::put_on(response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&told.id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    told.status = response.status().as_u16();
    told.route = response.extensions_mut().remove::<Route>();
    told.partner = response.extensions_mut().remove::<AnsweredFor>();
    response.map(|inner| {
        Body::new(ToldBody {
            inner,
            told,
            _answering: answering,
        })
    })
}

/// Notes which route was taken, for the log.
pub(super) async fn note_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(Route(route));
    }
    response
}

/// Gives an answer within a bound, be it that there is none.
pub(super) async fn within(limit: Duration, request: Request, next: Next) -> Response {
    let manner = Manner::of(request.headers(), request.uri());
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::of(Why::Unavailable).answer(manner),
    }
}

/// Behind a proxy, the address that it saw; what stands before that in the header, anybody can write.
fn client_of(headers: &HeaderMap, peer: SocketAddr, behind_proxy: bool) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").into_iter().next_back();
    let last = forwarded
        .filter(|_| behind_proxy)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|address| address.trim().parse().ok());
    last.unwrap_or_else(|| peer.ip())
}

/// The answer, or nothing where the work on it panicked.
async fn whole(
    answer: impl Future<Output = Result<Response, std::convert::Infallible>>,
) -> Option<Response> {
    let mut answer = std::pin::pin!(answer);
    let caught: Result<Response, Box<dyn Any + Send>> =
        std::future::poll_fn(|cx| {
            match catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx))) {
                Ok(polled) => Poll::Ready(Ok(ready!(polled).into_response())),
                Err(panic) => Poll::Ready(Err(panic)),
            }
        })
        .await;
    caught.ok()
}

/// What log and metrics tell of a request, once there is nothing more to tell.
struct Told {
    shared: Arc<Shared>,
    id: String,
    method: &'static str,
    started: Duration,
    route: Option<Route>,
    partner: Option<AnsweredFor>,
    /// 0 where the client went away before there was an answer.
    status: u16,
    bytes: u64,
}

impl Told {
    fn new<B>(request: &hyper::Request<B>, shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            id: id_of(request.headers()),
            method: name_of(request.method()),
            started: clock::since_start(),
            route: None,
            partner: None,
            status: 0,
            bytes: 0,
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let route = self.route.as_ref().map_or("-", |route| route.0.as_str());
        let elapsed = clock::elapsed_since(self.started);
        let Self { method, status, .. } = *self;
        self.shared.metrics.answered(method, route, status, elapsed);
        if self.shared.config.http.access_log {
            log::http_answered(&log::HttpAnswer {
                request_id: &self.id,
                method,
                route,
                status,
                bytes: self.bytes,
                partner: self
                    .partner
                    .as_ref()
                    .map_or("-", |partner| partner.0.as_str()),
                elapsed,
            });
        }
    }
}

/// The number that the client gave its request, where it is one that can stand in a log and in a name; else one of ours.
fn id_of(headers: &HeaderMap) -> String {
    static LIFE: LazyLock<[u8; 4]> =
        LazyLock::new(|| random_bytes().unwrap_or(std::process::id().to_be_bytes()));
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    if let Some(given) = given.filter(|id| is_sane(id)) {
        return given.to_owned();
    }
    let life = u32::from_be_bytes(*LIFE);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{life:08x}-{number:06}")
}

fn is_sane(id: &str) -> bool {
    let in_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(in_alphabet)
}

/// A longer number of a client is not taken.
const LONGEST_ID: usize = 64;

/// A method as it is logged; a client may write anything for one.
fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The body of an answer, which is counted on its way.
struct ToldBody {
    inner: Body,
    told: Told,
    _answering: Answering,
}

impl HttpBody for ToldBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.told.bytes += data.len() as u64;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_number_is_taken_where_it_can_stand_anywhere() {
        for sane in ["1", "b5c1f0a2-77aa", "A_b-9", &"a".repeat(64)] {
            assert!(is_sane(sane), "{sane}");
        }
        for other in ["", "a b", "a.b", "../x", "a/b", "ä", &"a".repeat(65)] {
            assert!(!is_sane(other), "{other}");
        }
    }

    #[test]
    fn only_what_the_proxy_wrote_is_believed() {
        let peer: SocketAddr = "127.0.0.1:9".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("10.0.0.1"));
        headers.append(
            "x-forwarded-for",
            HeaderValue::from_static("10.0.0.2, 192.0.2.7"),
        );
        let client = |behind_proxy| client_of(&headers, peer, behind_proxy).to_string();
        assert_eq!(client(true), "192.0.2.7");
        assert_eq!(client(false), "127.0.0.1");
    }
}
