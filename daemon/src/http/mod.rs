//! How does the daemon answer over HTTP?
//! One server for the daemon's whole life: between two lives of the data directory it says that it is not ready.
//! It writes nothing but files into the inbox and its tickets; whatever else it tells comes from the books.

mod accept;
mod answering;
mod body;
mod console;
mod download;
mod form;
mod health;
mod hosts;
mod html;
mod imports;
mod manner;
mod metrics;
mod pace;
mod patient_stream;
mod platform;
mod rate;
mod receipt;
mod refusal;
mod router;
mod security;
mod site;
mod slots;
mod throttle;
mod tls;
mod tokens;
mod upload;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::clock;
use crate::config::{Config, Hosts};
use crate::folder::directory::IoAt;
use crate::folder::names::PartnerName;
use crate::log;
use crate::metrics::Metrics;
use crate::serve::Daemon;
use crate::system::PathError;
use imports::Imports;
use rate::Rates;
use refusal::{Refusal, Why};
use site::Site;
use throttle::Throttle;
use tls::Tls;
use tokens::{Holder, Right, Tokens};
use upload::ticket::Tickets;

pub use tls::TlsError;
pub use tokens::new_token;

/// The folder of the data directory in which the addresses of uploads are.
pub(crate) const TICKETS: &str = upload::ticket::FOLDER;

/// The server.
pub struct Http {
    shared: Arc<Shared>,
    closing: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}\nhint: see `http.listen` in the config")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's answer.
        source: io::Error,
    },
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// The folder of the tickets.
    #[error(transparent)]
    Tickets(#[from] PathError),
    /// The inbox.
    #[error(transparent)]
    Inbox(#[from] IoAt),
}

/// What all answers are made from.
struct Shared {
    config: Config,
    /// The data directory.
    data: PathBuf,
    hosts: Hosts,
    site: Site,
    tokens: Tokens,
    wrong_tokens: Throttle,
    tickets: Tickets,
    /// The certificate, where the daemon itself speaks TLS.
    tls: Option<Arc<Tls>>,
    metrics: Arc<Metrics>,
    rates: Rates,
    imports: Imports,
    /// Places for uploads.
    uploads: Semaphore,
    /// The place for who has a snapshot taken: it looks at every order, and importing waits for the first part of it.
    snapshots: Semaphore,
    /// The places for those who go through many orders or customers for one answer.
    walks: Semaphore,
    /// The present life of the daemon; it belongs to whoever runs it.
    daemon: RwLock<Weak<Daemon>>,
}

/// How many may go through many orders at once: the rest is asked to come again, so that short questions find a core.
const LONG_WALKS: usize = 2;

/// How often old tickets are looked for.
const BETWEEN_PRUNINGS: Duration = Duration::from_secs(3600);

impl Http {
    /// Listens, where the config says so.
    pub fn start(
        runtime: &Runtime,
        data: &Path,
        config: &Config,
        metrics: &Arc<Metrics>,
    ) -> Result<Option<Self>, HttpError> {
        let Some(address) = config.http.listen else {
            return Ok(None);
        };
        let failed = |source| HttpError::Listen { address, source };
        let listener = std::net::TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let tls = Tls::of(data, &config.http)?;
        let shared = Arc::new(Shared::new(data, config, tls, Arc::clone(metrics)));
        let (closing, closed) = watch::channel(false);
        let _inside = runtime.enter();
        let listener = TcpListener::from_std(listener).map_err(failed)?;
        let router = router::router(&shared);
        let accepting = accept::accept(listener, router, Arc::clone(&shared), closed);
        let accepting = runtime.spawn(accepting);
        runtime.spawn(prune(Arc::downgrade(&shared)));
        if let Some(tls) = &shared.tls {
            runtime.spawn(tls::watch(Arc::downgrade(tls)));
        }
        log::http_listening(bound, shared.tls.is_some(), site::is_built_in());
        Ok(Some(Self {
            shared,
            closing,
            accepting,
        }))
    }

    /// From now on requests are answered with this life of the daemon, until it ends.
    pub fn serve(&self, daemon: &Arc<Daemon>) -> Result<(), HttpError> {
        self.shared.tickets.prepare()?;
        upload::sweep(&daemon.data.inbox)?;
        let store = daemon.data.books.store();
        let first = Imports::first_to_learn(store.meta().next_import);
        let imports = &self.shared.imports;
        // Whoever asks the store next meets the same error.
        if let Err(error) = store.each_file(first, &mut |record| imports.learn(&record)) {
            log::http_failed(&error);
        }
        *self
            .shared
            .daemon
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(daemon);
        Ok(())
    }

    /// Takes no more requests, and waits for those that are being answered, within the bound of the config.
    pub fn stop(&mut self, runtime: &Runtime) {
        self.closing.send_replace(true);
        if !self.accepting.is_finished() {
            // It ends by itself, or has panicked: that was told where it happened.
            let _ = runtime.block_on(&mut self.accepting);
        }
    }
}

impl Shared {
    fn new(data: &Path, config: &Config, tls: Option<Arc<Tls>>, metrics: Arc<Metrics>) -> Self {
        let has_tokens = config
            .access
            .values()
            .any(|access| !access.tokens.is_empty());
        Self {
            data: data.to_owned(),
            hosts: hosts::of(&config.http),
            site: Site::built_in(has_tokens),
            tokens: Tokens::of(config),
            wrong_tokens: Throttle::new(config.http.wrong_tokens),
            tickets: Tickets::of(data),
            tls,
            metrics,
            rates: Rates::of(&config.http),
            imports: Imports::default(),
            uploads: Semaphore::new(config.http.uploads),
            snapshots: Semaphore::new(1),
            walks: Semaphore::new(LONG_WALKS),
            daemon: RwLock::default(),
            config: config.clone(),
        }
    }

    /// The present life of the daemon, for a moment. Nothing: there is none just now.
    fn daemon(&self) -> Option<Arc<Daemon>> {
        let daemon = self.daemon.read().unwrap_or_else(PoisonError::into_inner);
        daemon.upgrade()
    }

    /// Refuses a client that has sent too many wrong tokens.
    fn may_try(&self, client: IpAddr) -> Result<(), Refusal> {
        match self.wrong_tokens.must_wait(client, clock::since_start()) {
            Some(pause) => Err(Refusal::for_now(Why::TooManyWrongTokens, pause)),
            None => Ok(()),
        }
    }

    /// How long such a client waits.
    fn pause_of(&self, client: IpAddr) -> Duration {
        let pause = self.wrong_tokens.must_wait(client, clock::since_start());
        pause.unwrap_or_default()
    }

    /// Whose token it is; a wrong one is remembered.
    fn holder_of(&self, token: &str, client: IpAddr) -> Option<&Holder> {
        let known = (token.len() <= tokens::LONGEST_TOKEN).then(|| self.tokens.holder(token));
        let holder = known.flatten();
        if holder.is_none() {
            self.wrong_tokens.sent_wrong(client, clock::since_start());
        }
        holder
    }

    /// What the log calls the token in the head of a request; nothing where it is none of ours.
    fn label_in(&self, headers: &hyper::HeaderMap) -> Option<String> {
        let token = tokens::token_in(headers)?;
        (token.len() <= tokens::LONGEST_TOKEN).then(|| self.tokens.label(token))?
    }

    /// The partner whose token it is, where it gives the right.
    fn partner_of(
        &self,
        token: &str,
        client: IpAddr,
        right: Right,
    ) -> Result<PartnerName, Refusal> {
        let holder = self
            .holder_of(token, client)
            .ok_or(Refusal::of(Why::WrongToken))?;
        if let Some(pause) = self.rates.must_wait(token, clock::since_start()) {
            return Err(Refusal::for_now(Why::TooManyRequests, pause));
        }
        match holder.partner() {
            Some(partner) if holder.may(right) => Ok(partner.clone()),
            _ => Err(Refusal::of(Why::NoRight)),
        }
    }

    fn outbox_of(&self, partner: &PartnerName) -> PathBuf {
        self.data.join("outbox").join(partner.as_str())
    }
}

/// Lets old tickets go, again and again, while there is a server.
async fn prune(shared: Weak<Shared>) {
    loop {
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let pruning = tokio::task::spawn_blocking(move || {
            // Before the daemon's first life there is no folder, and no tickets in it.
            if shared.daemon().is_some()
                && let Err(error) = shared
                    .tickets
                    .prune(clock::now(), shared.config.http.receipt_age)
            {
                log::http_failed(&error);
            }
        });
        // A panic was told where it happened.
        let _ = pruning.await;
        tokio::time::sleep(BETWEEN_PRUNINGS).await;
    }
}
