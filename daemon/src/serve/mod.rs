//! How does the daemon live?
//! It opens the data directory, works until it is told to stop, and after a failure of the machine opens it anew:
//! whatever was acknowledged is in the journal, so starting again loses nothing.

mod inbox;
mod manager;
mod partners;
pub mod socket;
mod tidying;
mod watching;

use crate::cli::args::Outcome;
use crate::clock;
use crate::config::Config;
use crate::http::Http;
use crate::log;
use crate::metrics::Metrics;
use crate::open_data::{OpenData, OpenDataError};
use crate::upstream;
use manager::{Asked, Manager};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

pub(crate) use watching::marker_habit;

/// What the threads of the daemon share.
pub struct Daemon {
    /// The data directory.
    pub data: OpenData,
    signals: Signals,
}

/// What the outside, or a failure within, asks of the daemon.
#[derive(Clone)]
struct Signals {
    stop: Arc<AtomicBool>,
    again: Arc<AtomicBool>,
    left: Arc<AtomicBool>,
    at_once: Arc<AtomicBool>,
    wake: SyncSender<()>,
}

/// After a failure of the machine the data directory is opened again so much later.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(2);

/// Serves until SIGTERM or SIGINT. An error means that it could not start at all.
pub fn serve(path: &Path, config: &Config) -> Result<Outcome, anyhow::Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let (wake, woken) = sync_channel(1);
    let signals = Signals {
        stop: Arc::default(),
        again: Arc::default(),
        left: Arc::default(),
        at_once: Arc::default(),
        wake,
    };
    runtime.spawn(listen_for_signals(signals.clone()));
    // One for the whole process: lives of the data directory come and go.
    let metrics = Arc::<Metrics>::default();
    let manager = Manager::of(&Asked::of_environment());
    let mut http = None;
    let mut first = true;
    loop {
        signals.again.store(false, Ordering::SeqCst);
        manager.status("opening the data directory");
        match manager.alive_during(|| OpenData::open(path, config.clone())) {
            Ok(mut data) => {
                data.metrics = Arc::clone(&metrics);
                let daemon = Arc::new(Daemon {
                    data,
                    signals: signals.clone(),
                });
                log::daemon_started(env!("CARGO_PKG_VERSION"), path, config.partners.len());
                if first {
                    http = Http::start(&runtime, &daemon.data.path, config, &metrics)?;
                }
                live(&runtime, &daemon, &woken, http.as_mut(), &manager)?;
            }
            // At the first start the operator is there to read it; later the machine may mend by itself.
            Err(error) if first || is_for_good(&error) => return Err(error.into()),
            Err(error) => log::daemon_failed(&error),
        }
        first = false;
        if signals.stopping() {
            log::daemon_stopped("signal", clock::since_start());
            return Ok(Outcome::Done);
        }
        if !signals.at_once.swap(false, Ordering::SeqCst) {
            manager.status("waiting to open the data directory again");
            pause(&signals, &woken);
            manager.alive();
        }
    }
}

impl Daemon {
    /// Does the daemon end, or begin anew, so that work is to be left as it is?
    pub fn ending(&self) -> bool {
        self.signals.stopping() || self.signals.again.load(Ordering::SeqCst)
    }

    /// Ends this life of the daemon; it opens the data directory anew.
    pub fn begin_anew(&self) {
        self.signals.again.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// The same for no failure's sake, and without a pause: another store waits to be opened.
    pub fn change_store(&self) {
        self.signals.at_once.store(true, Ordering::SeqCst);
        self.begin_anew();
    }

    /// A command ended before its import did: a worker is to go on with it.
    pub fn leave_work(&self) {
        self.signals.left.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Has a command left work since the last call?
    fn was_work_left(&self) -> bool {
        self.signals.left.swap(false, Ordering::SeqCst)
    }

    /// Looks into the inbox now.
    pub fn wake(&self) {
        // A full channel means that somebody woke it already.
        let _ = self.signals.wake.try_send(());
    }
}

impl Signals {
    fn stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

/// One life, from the open data directory to its end.
fn live(
    runtime: &tokio::runtime::Runtime,
    daemon: &Arc<Daemon>,
    woken: &Receiver<()>,
    http: Option<&mut Http>,
    manager: &Manager,
) -> Result<(), anyhow::Error> {
    let partners = partners::Partners::new(Arc::clone(daemon));
    // Before any command or request is taken: an import that one begins must not look like a leftover.
    inbox::resume(daemon, &partners);
    if let Some(http) = &http {
        http.serve(daemon)?;
    }
    let sending = upstream::Running::start(daemon, runtime.handle())?;
    // Whoever finds the socket finds everything else at work.
    let socket = socket::Listener::bind(&daemon.data.path)?;
    // Whoever gets an answer may drop files and rely on their being noticed at once.
    let watching = watching::Watching::start(daemon);
    let accepting = runtime.spawn(socket::accept(socket, Arc::clone(daemon)));
    let tidying = tidying::Tidying::start(daemon);
    manager.ready();
    manager.status(&format!("serving {}", daemon.data.path.display()));
    inbox::watch_over(daemon, &partners, watching, woken, manager);
    if daemon.signals.stopping() {
        manager.stopping();
    }
    tidying.end();
    if daemon.signals.stopping()
        && let Some(http) = http
    {
        http.stop(runtime);
    }
    sending.end();
    accepting.abort();
    // The socket's task holds the daemon; it must be gone before the data directory is closed.
    let _ = runtime.block_on(accepting);
    partners.end();
    socket::remove(&daemon.data.path);
    if !daemon.data.books.failed()
        && let Err(error) = daemon.data.books.flush()
    {
        log::daemon_failed(&error);
    }
    wait_for_commands(daemon);
    Ok(())
}

/// Commands that came over the socket end with the daemon; they are short, or stop at the next block.
fn wait_for_commands(daemon: &Arc<Daemon>) {
    let mut waited = Duration::ZERO;
    while Arc::strong_count(daemon) > 1 && waited < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
        waited += Duration::from_millis(20);
    }
}

fn pause(signals: &Signals, woken: &Receiver<()>) {
    let until = clock::since_start() + PAUSE_AFTER_FAILURE;
    while !signals.stopping() {
        let left = until.saturating_sub(clock::since_start());
        if left.is_zero() || woken.recv_timeout(left) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

/// A journal that is damaged does not mend by waiting. Another owner of the directory does go away: a command that
/// came between two lives.
fn is_for_good(error: &OpenDataError) -> bool {
    use crate::books::BooksError;
    use crate::journal::JournalError;
    use crate::state::StoreError;
    let journal = match error {
        OpenDataError::Deny(_) | OpenDataError::Books(BooksError::Store(StoreError::Line(_))) => {
            return true;
        }
        OpenDataError::Books(
            BooksError::Journal(error) | BooksError::Store(StoreError::Journal(error)),
        ) => error,
        _ => return false,
    };
    matches!(
        journal,
        JournalError::Damaged { .. } | JournalError::UnknownVersion { .. }
    )
}

async fn listen_for_signals(signals: Signals) {
    use tokio::signal::unix::{SignalKind, signal};
    // It renews certificates; where there are none, it must not end the process either.
    let _heard = signal(SignalKind::hangup());
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    signals.stop.store(true, Ordering::SeqCst);
    let _ = signals.wake.try_send(());
}
