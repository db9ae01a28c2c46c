//! Is the daemon alive, and can it do its work?
//! `/healthz` says that the process answers; `/readyz` looks at what an import needs, each time anew.

use std::path::Path;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use hyper::StatusCode;
use rustix::fs::{Access, access};
use serde::Serialize;

use super::Shared;
use super::refusal::json;
use crate::serve::Daemon;

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Readiness {
    ready: bool,
    /// Journal and store are open, and no write has failed.
    pub(super) books: bool,
    /// The journal's folder can be read and written.
    pub(super) journal: bool,
    /// The store gives back what it was given.
    pub(super) store: bool,
    /// There is more free space than the reserve demands.
    pub(super) space: bool,
    /// The inbox can be read and written.
    pub(super) inbox: bool,
    /// So can all folders of files, the partners' own among them.
    pub(super) folders: bool,
    /// What is red, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) trouble: Vec<String>,
}

/// `GET /healthz`
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`
pub(super) async fn ready(State(shared): State<Arc<Shared>>) -> Response {
    let daemon = shared.daemon();
    let looked = tokio::task::spawn_blocking(move || daemon.map(|daemon| look(&daemon)));
    let found = looked.await.unwrap_or_default();
    let found = found.unwrap_or_else(|| Readiness {
        trouble: vec!["the data directory is not open".into()],
        ..Readiness::default()
    });
    let mut response = json(&found);
    if !found.ready {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

/// Folders below the data directory through which files pass.
const FOLDERS: [&str; 6] = ["inbox", "outbox", "work", "held", "archive", "rejected"];

/// Looks at everything that an import needs.
pub(super) fn look(daemon: &Daemon) -> Readiness {
    let data = &daemon.data;
    let mut trouble = Vec::new();
    let mut holds = |holds: bool, what: &str| {
        if !holds {
            trouble.push(what.to_owned());
        }
        holds
    };
    let books = holds(
        !data.books.failed() && !daemon.ending(),
        "a write has failed, or the daemon ends",
    );
    let journal = holds(
        can_use(data.books.journal_path()),
        "the folder of the journal cannot be used",
    );
    let store = holds(store_answers(daemon), "the store does not answer");
    let space = holds(
        matches!(data.low_on_space(), Ok(None)),
        "less space is free than the reserve demands",
    );
    let inbox = can_use(data.inbox.path());
    let mut folders = true;
    let own = FOLDERS.map(str::to_owned).into_iter();
    let partners = data.config.partners.keys();
    let partners = partners.flat_map(|name| [format!("inbox/{name}"), format!("outbox/{name}")]);
    for folder in own.chain(partners) {
        let what = format!("the folder `{folder}` cannot be used");
        folders &= holds(can_use(&data.path.join(&folder)), &what);
    }
    Readiness {
        ready: trouble.is_empty(),
        books,
        journal,
        store,
        space,
        inbox,
        folders,
        trouble,
    }
}

fn can_use(folder: &Path) -> bool {
    let rights = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    folder.is_dir() && access(folder, rights).is_ok()
}

/// The last order is looked up by its number; where there is none yet, nothing is found and nothing fails.
fn store_answers(daemon: &Daemon) -> bool {
    let store = daemon.data.books.store();
    let last = store.meta().next_order - 1;
    match store.order_by_id(last) {
        Ok(order) => last == 0 || order.is_some(),
        Err(_) => false,
    }
}
