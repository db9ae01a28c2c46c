//! How does the platform learn of what was applied here, and we of what it knows?
//!
//! The journal is the outbox: what upstream is to have stands in it by the very append that accepted it, and lines of
//! their own say what has its verdict. Nothing that was confirmed is sent again, nothing that was not is forgotten.

mod figures;
mod judged;
mod link;
mod pauses;
mod pull;
mod pulled;
mod queue;
mod reader;
mod sender;
mod talk;
mod verdict;
mod view;
mod wire;
mod work;

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::runtime::Handle;

use crate::config::Mirroring;
use crate::log;
use crate::serve::Daemon;
use link::Link;
use pull::Puller;
use sender::{SendError, Sender};

pub use figures::{Figures, Shown};
pub use link::LinkError;
pub use reader::{ReadError, Reader};

/// What works for the upstream in one life of the daemon.
pub struct Running {
    threads: Vec<Thread>,
}

struct Thread {
    running: JoinHandle<()>,
    /// Ends its waiting.
    wake: Box<dyn Fn()>,
}

/// Why nothing can be sent.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// There is no way there.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Sending could not begin.
    #[error(transparent)]
    Send(#[from] SendError),
}

impl Running {
    /// Begins whatever the config asks for.
    pub fn start(daemon: &Arc<Daemon>, runtime: &Handle) -> Result<Self, UpstreamError> {
        let config = &daemon.data.config.upstream;
        let mut running = Self {
            threads: Vec::new(),
        };
        if !config.is_used() {
            return Ok(running);
        }
        let link = Arc::new(Link::new(config, Arc::clone(&daemon.data.upstream))?);
        if config.mode == Mirroring::Mirror {
            let mut sender = Sender::new(daemon, Arc::clone(&link), runtime.clone())?;
            let wake = Box::new(sender.waker());
            let daemon = Arc::clone(daemon);
            let running_thread = std::thread::spawn(move || {
                if let Err(error) = sender.run() {
                    ended(&daemon, &error);
                }
            });
            running.threads.push(Thread {
                running: running_thread,
                wake,
            });
        }
        if config.pull_offers || config.pull_customers {
            let mut puller = Puller::new(daemon, link, runtime.clone());
            let wake = Box::new(puller.waker());
            let running_thread = std::thread::spawn(move || puller.run());
            running.threads.push(Thread {
                running: running_thread,
                wake,
            });
        }
        Ok(running)
    }

    /// Waits until everything has ended; the daemon must be ending.
    pub fn end(self) {
        for thread in self.threads {
            (thread.wake)();
            // A panic was told where it happened.
            let _ = thread.running.join();
        }
    }
}

fn ended(daemon: &Daemon, error: &SendError) {
    let alarm = "sending has stopped, see the log";
    daemon.data.upstream.alarm(Some(alarm));
    log::upstream_stopped(error);
    if daemon.data.books.failed() {
        daemon.begin_anew();
    }
}
