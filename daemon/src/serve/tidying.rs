//! When does the daemon remove what is kept too long?
//! At the start and each hour, in a thread of its own, so that neither scan nor import waits for it.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Daemon;
use crate::clock;
use crate::log;
use crate::perform::tidy::carry_out;
use crate::retention;

const BETWEEN: Duration = Duration::from_secs(3600);

/// The thread; nothing where everything is kept.
pub(super) struct Tidying {
    thread: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Tidying {
    pub(super) fn start(daemon: &Arc<Daemon>) -> Self {
        if !daemon.data.config.retention.removes() {
            return Self { thread: None };
        }
        let daemon = Arc::clone(daemon);
        let (end, ended) = channel();
        let thread = std::thread::spawn(move || {
            loop {
                let removals = retention::plan(&daemon.data, clock::now());
                let done = removals
                    .map_err(Into::into)
                    .and_then(|removals| carry_out(&daemon.data, &removals));
                if let Err(error) = done {
                    log::tidying_failed(&*error);
                }
                if ended.recv_timeout(BETWEEN) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
        Self {
            thread: Some((end, thread)),
        }
    }

    pub(super) fn end(self) {
        if let Some((end, thread)) = self.thread {
            drop(end);
            // A panic of it has been told already.
            let _ = thread.join();
        }
    }
}
