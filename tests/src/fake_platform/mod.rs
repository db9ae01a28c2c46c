//! What does the platform do with what a daemon sends it? An independent one for tests, with every fault of a bad day.
//! It shares no code with the daemon: it keeps each item that it took, so that a test can count for itself.

mod answers;
mod faults;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

pub use faults::{Fault, Faults};

/// A running platform; it ends when this is dropped.
pub struct Platform {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    _runtime: Runtime,
}

/// What it knows.
#[derive(Debug, Default)]
pub struct State {
    /// Every item that was taken, by order, in the order in which they were.
    pub orders: BTreeMap<String, Vec<Value>>,
    /// Customers by number.
    pub customers: BTreeMap<String, Value>,
    /// How often a customer came that was there already as it came.
    pub customers_again: u64,
    /// The offers.
    pub offers: Vec<Value>,
    /// The import log.
    pub log: Vec<Value>,
    /// Items that came although they were there already, just so.
    pub again: Vec<String>,
    /// Orders that came before their customer.
    pub without_customer: Vec<String>,
    /// What every item is refused with that has such a key.
    pub refused: BTreeMap<String, Refused>,
    /// A request with one of these is answered with a promise, and worked off later.
    pub promised: BTreeSet<String>,
    /// Items that are to be worked off later.
    later: Vec<(String, Value)>,
    /// The bodies of all imports that were looked at.
    pub bodies: Vec<Value>,
    /// How many requests of which kind came.
    pub requests: BTreeMap<String, u64>,
    /// The token that is good; any, where there is none.
    pub token: Option<String>,
    /// Are orders of unknown customers refused?
    pub knows_customers: bool,
    faults: Faults,
}

/// How an item is refused.
#[derive(Clone, Copy, Debug)]
pub enum Refused {
    /// With the whole request, naming the item.
    AtOnce(u32),
    /// In the log alone.
    InTheLog(u32),
    /// In the log alone, and only once the platform works off what it has put aside.
    Late(u32),
    /// The platform breaks at it.
    ByBreaking,
}

impl Platform {
    /// Starts one with these faults.
    pub fn start(faults: Faults) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .context("the platform cannot listen")?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State {
            faults,
            ..State::default()
        }));
        runtime.spawn(accept(listener, Arc::clone(&state)));
        Ok(Self {
            address,
            state,
            _runtime: runtime,
        })
    }

    /// Where its API is.
    pub fn url(&self) -> String {
        format!("http://{}/api/v3.0", self.address)
    }

    /// What it knows, to look at and to change.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works off what was promised or put aside.
    pub fn work_off(&self) {
        let mut state = self.state();
        for (key, item) in std::mem::take(&mut state.later) {
            answers::perform(&mut state, key, item);
        }
    }

    /// From now on it has these faults.
    pub fn set_faults(&self, faults: Faults) {
        self.state().faults = faults;
    }
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&state)));
    }
}

/// What is done with a connection instead of a whole answer.
enum Answered {
    Whole(Response<Full<Bytes>>),
    /// The connection is cut.
    Cut,
    /// Nothing comes, for as long as the client likes to wait.
    Silence,
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) {
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move {
            match answer(request, &state).await {
                Answered::Whole(response) => Ok::<_, Infallible>(response),
                Answered::Cut => Ok(cut()),
                Answered::Silence => std::future::pending().await,
            }
        }
    });
    // A client that goes away, and an answer that is cut, are what this is for.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// More is promised than comes: the connection ends in the middle.
fn cut() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"{\"succ")));
    response.headers_mut().insert(
        "content-length",
        hyper::header::HeaderValue::from_static("4096"),
    );
    response
}

async fn answer(request: Request<Incoming>, state: &Mutex<State>) -> Answered {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Answered::Cut;
    };
    let body = body.to_bytes();
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let path = head.uri.path().trim_start_matches("/api/v3.0").to_owned();
    let kind = format!("{} {}", head.method, answers::kind_of(&path));
    *state.requests.entry(kind).or_default() += 1;
    let token = head
        .headers
        .get("x-plenigo-token")
        .and_then(|it| it.to_str().ok());
    if state.token.is_some() && state.token.as_deref() != token {
        return Answered::Whole(answers::error(401, 99008, "token not authorized"));
    }
    let fault = state.faults.next(&head.method);
    match fault {
        Some(Fault::Breaks) => return Answered::Whole(answers::error(503, 99503, "later")),
        Some(Fault::TooMany) => {
            let mut response = answers::error(429, 99429, "too many requests");
            response
                .headers_mut()
                .insert("retry-after", hyper::header::HeaderValue::from_static("0"));
            return Answered::Whole(response);
        }
        Some(Fault::QueueFull) => {
            return Answered::Whole(answers::error(400, 97004, "the import queue is full"));
        }
        Some(Fault::CutBefore) => return Answered::Cut,
        _ => {}
    }
    let query = head.uri.query().unwrap_or_default();
    let response = answers::of(&mut state, head.method.as_str(), &path, query, &body);
    match fault {
        Some(Fault::CutAfter) => Answered::Cut,
        Some(Fault::Silent) => Answered::Silence,
        Some(Fault::BreaksAfter) => Answered::Whole(answers::error(502, 99502, "gateway")),
        _ => Answered::Whole(response),
    }
}
