//! How does a test hold a running daemon?
//! As a process: it is signalled, killed and waited for, and it never outlives the test.

use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::patience::await_some;

/// A daemon; killed when this is dropped.
pub struct Daemon {
    child: Child,
    log: PathBuf,
}

impl Daemon {
    pub(crate) fn new(child: Child, log: PathBuf) -> Self {
        Self { child, log }
    }

    /// The process.
    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// The file with everything it said.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Ends it as a power cut would, at this very moment.
    pub fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill().context("cannot kill the daemon")?;
        self.child.wait().context("cannot wait for the daemon")?;
        Ok(())
    }

    /// Asks it to end and waits until it has; it must end well.
    pub fn stop(mut self) -> anyhow::Result<()> {
        self.signal(Signal::TERM)?;
        let status = await_some("the daemon to end", || {
            self.child.try_wait().context("cannot wait for the daemon")
        })?;
        ensure!(
            status.success(),
            "the daemon ended with {status}\n{}",
            self.said()
        );
        Ok(())
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let process = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        let process = process.context("the daemon has no process id")?;
        kill_process(process, signal).context("cannot signal the daemon")
    }

    /// How it ended, where it has.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        self.child.try_wait().context("cannot wait for the daemon")
    }

    /// Fails where it has ended by itself.
    pub fn must_run(&mut self) -> anyhow::Result<()> {
        if let Some(status) = self.ended()? {
            bail!("the daemon ended with {status}\n{}", self.said());
        }
        Ok(())
    }

    /// Everything it said so far.
    pub fn said(&self) -> String {
        let log = std::fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It fails only where the process has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
