//! How are connections taken, and how do they end?
//! Each is served by a task of its own; when the daemon is to stop, what is being answered is finished within
//! a bound, and nothing new is taken.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::net::sockopt::set_socket_keepalive;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Shared;
use super::answering::answer;
use super::pace::Pace;
use super::patient_stream::{PatientStream, Waits};
use super::slots::{Slot, Slots};
use crate::config;
use crate::metrics::Metrics;

/// After an error of the machine, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// At the end an answer that was given has so long to leave.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What a client reads for whom there is no place.
const NO_PLACE: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nContent-Length: 0\r\n\
    Connection: close\r\n\r\n";

/// Takes connections until it is told to close; then waits for those that are being answered.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    shared: Arc<Shared>,
    mut closing: watch::Receiver<bool>,
) {
    let settings = &shared.config.http;
    let per_address = settings.connections_per_address;
    let slots = Slots::new(
        settings.connections,
        (!settings.behind_proxy).then_some(per_address),
    );
    let mut connections = JoinSet::new();
    let told = closing.clone();
    let metrics = Arc::clone(&shared.metrics);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => if let Some(slot) = slots.take(peer.ip()) {
                    let conversation = converse(
                        stream, peer, slot, router.clone(), Arc::clone(&shared), told.clone(),
                    );
                    connections.spawn(conversation);
                } else {
                    metrics.connection_refused();
                    // Whoever cannot take the few bytes at once does without, and nobody speaks TLS for them.
                    if shared.tls.is_none() {
                        drop(stream.try_write(NO_PLACE));
                    }
                },
                Err(_) => sleep(PAUSE).await,
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            () = told_to_close(&mut closing) => break,
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if timeout(settings.stop_timeout, finished).await.is_err() {
        connections.shutdown().await;
    }
}

/// A connection from its first byte to its last, be it private or not.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    slot: Slot,
    router: Router,
    shared: Arc<Shared>,
    mut closing: watch::Receiver<bool>,
) {
    // Neither is needed for a right answer.
    let _ = stream.set_nodelay(true);
    let _ = set_socket_keepalive(&stream, true);
    let _counted = Counted::new(&shared.metrics);
    let connection = Arc::clone(&slot.connection);
    let waits = waits(&shared.config.http);
    let stream = PatientStream::new(stream, connection, waits);
    let Some(tls) = &shared.tls else {
        return serve(stream, peer, slot, router, shared, closing).await;
    };
    let handshake = timeout(waits.head, tls.acceptor().accept(stream));
    let stream = tokio::select! {
        shaken = handshake => shaken,
        () = slot.connection.asked_to_leave() => return,
        () = told_to_close(&mut closing) => return,
    };
    match stream {
        Ok(Ok(stream)) => serve(stream, peer, slot, router, shared, closing).await,
        // Too slow, or no TLS at all: there is nobody to tell.
        Ok(Err(_)) | Err(_) => shared.metrics.handshake_failed(),
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: SocketAddr,
    slot: Slot,
    router: Router,
    shared: Arc<Shared>,
    mut closing: watch::Receiver<bool>,
) {
    let settings = &shared.config.http;
    let connection = Arc::clone(&slot.connection);
    let service = service_fn(|request: Request<Incoming>| {
        let (router, shared) = (router.clone(), Arc::clone(&shared));
        let answering = connection.begin_answer();
        async move { Ok::<_, Infallible>(answer(request, peer, answering, router, &shared).await) }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        // The stream ends the wait for a head: it knows a head that is late from a client that asks for nothing.
        .header_read_timeout(None)
        .max_headers(settings.headers)
        .max_buf_size(settings.head_bytes);
    let served = builder.serve_connection(TokioIo::new(stream), service);
    let mut served = std::pin::pin!(served);
    let mut finishing = false;
    loop {
        tokio::select! {
            // A client that breaks off is no trouble of ours.
            _ = served.as_mut() => return,
            () = slot.connection.asked_to_leave() => return,
            () = told_to_close(&mut closing), if !finishing => {
                finishing = true;
                served.as_mut().graceful_shutdown();
            }
            // A client that has not asked for anything by then is not waited for.
            () = sleep(LAST_WORDS), if finishing => if !connection.is_answering() {
                return;
            },
        }
    }
}

/// A connection that is open.
struct Counted(Arc<Metrics>);

impl Counted {
    fn new(metrics: &Arc<Metrics>) -> Self {
        metrics.connected();
        Self(Arc::clone(metrics))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.disconnected();
    }
}

async fn told_to_close(closing: &mut watch::Receiver<bool>) {
    // Whoever could tell is gone: then it is over too.
    let _ = closing.wait_for(|closing| *closing).await.is_ok();
}

fn waits(settings: &config::Http) -> Waits {
    Waits {
        head: settings.head_timeout,
        idle: settings.idle_timeout,
        write: transfer_pace(settings),
    }
}

/// The pace at which bodies and answers must pass.
pub(super) fn transfer_pace(settings: &config::Http) -> Pace {
    Pace {
        grace: settings.transfer_timeout,
        bytes_per_second: settings.transfer_rate,
    }
}
