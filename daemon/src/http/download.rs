//! What does a partner take away to check a file elsewhere?
//! Its profile and a snapshot of its orders, for a form with its token; a snapshot is whole before it is sent, so
//! that neither the books nor a half one wait for a slow client.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, Write as _};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use hyper::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};

use super::Shared;
use super::accept::transfer_pace;
use super::answering::Client;
use super::body::{of_file, pipe};
use super::form::{Form, MOST_BESIDE, boundary_in};
use super::manner::Manner;
use super::refusal::{Refusal, Why};
use super::tokens::{LONGEST_TOKEN, Right, token_in};
use crate::clock;
use crate::folder::names::PartnerName;
use crate::import::Terms;
use crate::snapshot::{self, SnapshotFailure};
use crate::system::nameless_file;

/// `POST /profile`
pub(super) async fn profile(
    State(shared): State<Arc<Shared>>,
    Extension(Client(client)): Extension<Client>,
    manner: Manner,
    request: Request,
) -> Response {
    match partner_of(&shared, client, request).await {
        Ok(partner) => {
            let profile = Terms::of(&shared.config, partner.as_str()).profile;
            let name = format!("{partner}.profile.json");
            to_keep(profile.to_json().into_response(), "application/json", &name)
        }
        Err(refusal) => refusal.answer(manner),
    }
}

/// `POST /snapshot`
pub(super) async fn snapshot(
    State(shared): State<Arc<Shared>>,
    Extension(Client(client)): Extension<Client>,
    manner: Manner,
    request: Request,
) -> Response {
    let taken = async {
        let partner = partner_of(&shared, client, request).await?;
        let (file, bytes) = take_snapshot(&shared, &partner).await?;
        Ok((partner, file, bytes))
    };
    match taken.await {
        Ok((partner, file, bytes)) => {
            let name = format!("{partner}.intake-snapshot");
            let body = of_file(file, bytes).into_response();
            to_keep(body, "application/octet-stream", &name)
        }
        Err(refusal) => Refusal::answer(refusal, manner),
    }
}

/// The partner whose token stands in the head of the request, or in its form.
async fn partner_of(
    shared: &Arc<Shared>,
    client: IpAddr,
    request: Request,
) -> Result<PartnerName, Refusal> {
    shared.may_try(client)?;
    let (head, body) = request.into_parts();
    if let Some(token) = token_in(&head.headers) {
        return shared.partner_of(token, client, Right::Read);
    }
    let boundary = boundary_in(&head.headers)?;
    let (source, reader) = pipe();
    let mut reading = tokio::task::spawn_blocking({
        let shared = Arc::clone(shared);
        move || {
            let mut form = Form::new(reader.take(MOST_BESIDE), &boundary);
            while let Some(part) = form.next_part()? {
                if part.name == "token" {
                    return shared.partner_of(&form.text(LONGEST_TOKEN)?, client, Right::Read);
                }
            }
            Err(Refusal::of(Why::NoToken))
        }
    });
    let read = tokio::select! {
        read = &mut reading => read,
        () = source.pass(body, transfer_pace(&shared.config.http)) => reading.await,
    };
    read.unwrap_or(Err(Refusal::of(Why::Failed)))
}

/// Has a snapshot taken, into a file without a name, and gives its length.
async fn take_snapshot(
    shared: &Arc<Shared>,
    partner: &PartnerName,
) -> Result<(File, u64), Refusal> {
    let _place = shared
        .snapshots
        .try_acquire()
        .map_err(|_| Refusal::of(Why::Busy))?;
    let waiting = Waiting(Arc::default());
    let gone = Arc::clone(&waiting.0);
    let (shared, partner) = (Arc::clone(shared), partner.clone());
    let taking = tokio::task::spawn_blocking(move || {
        let daemon = shared.daemon().ok_or(Refusal::of(Why::Unavailable))?;
        if daemon.data.low_on_space().is_ok_and(|low| low.is_some()) {
            return Err(Refusal::of(Why::NoSpace));
        }
        let file = nameless_file(&daemon.data.path.join("work"));
        let file = file.map_err(|error| Refusal::failed(&error))?;
        let going = |_| !gone.load(Ordering::Relaxed) && !daemon.ending();
        let mut out = BufWriter::with_capacity(128 << 10, file);
        let written = snapshot::write(
            &daemon.data,
            partner.as_str(),
            clock::now(),
            &going,
            &mut out,
        );
        written.map_err(|error| match error {
            SnapshotFailure::Stopped => Refusal::of(Why::Unavailable),
            SnapshotFailure::Aside(error) | SnapshotFailure::Output(error) => {
                Refusal::failed(&error)
            }
            other => Refusal::failed(&other),
        })?;
        whole(out).map_err(|error| Refusal::failed(&error))
    });
    let taken = taking.await;
    drop(waiting);
    taken.unwrap_or(Err(Refusal::of(Why::Failed)))
}

/// The file at its beginning, and its length.
fn whole(mut out: BufWriter<File>) -> io::Result<(File, u64)> {
    out.flush()?;
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    let bytes = file.stream_position()?;
    file.rewind()?;
    Ok((file, bytes))
}

/// Says when it goes that nobody waits any more, be it that the client went away.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// An answer that a browser keeps as a file; a partner's name is plain.
fn to_keep(mut response: Response, kind: &'static str, name: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    let disposition = format!("attachment; filename=\"{name}\"");
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}
