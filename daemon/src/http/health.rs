//! Is the daemon alive, and can it do its work?
//! `/healthz` says that the process answers; `/readyz` looks at what an import needs, each time anew.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use hyper::StatusCode;
use rustix::fs::{Access, access};
use serde::Serialize;

use super::Shared;
use super::refusal::json;
use crate::serve::Daemon;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Readiness {
    ready: bool,
    /// Journal and store are open, and no write has failed.
    books: bool,
    /// There is more free space than the reserve demands.
    space: bool,
    /// The inbox can be read and written.
    inbox: bool,
}

/// `GET /healthz`
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let daemon = shared.daemon();
    let looked = tokio::task::spawn_blocking(move || daemon.map_or(NOTHING, |it| look(&it)));
    let found = looked.await.unwrap_or(NOTHING);
    let mut response = json(&found);
    if !found.ready {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

const NOTHING: Readiness = Readiness {
    ready: false,
    books: false,
    space: false,
    inbox: false,
};

fn look(daemon: &Daemon) -> Readiness {
    let data = &daemon.data;
    let books = !data.books.failed() && !daemon.ending();
    let space = matches!(data.low_on_space(), Ok(None));
    let rights = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    let inbox = access(data.inbox.path(), rights).is_ok();
    Readiness {
        ready: books && space && inbox,
        books,
        space,
        inbox,
    }
}
