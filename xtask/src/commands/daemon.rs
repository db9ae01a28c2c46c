//! How do demo and measurements talk to the program `intake`?
//! Only as its users do: by its command line, its folders and its signals.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::workspace::shown;

/// The program and the data directory it works on.
pub(crate) struct Intake {
    /// The program's file.
    pub(crate) program: PathBuf,
    /// The data directory.
    pub(crate) data: PathBuf,
}

impl Intake {
    /// The program with these arguments and the data directory.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end and gives what it printed.
    ///
    /// # Errors
    /// Where it does not exit with 0; the error holds what it said.
    pub(crate) fn call<S: AsRef<OsStr>>(&self, arguments: &[S]) -> anyhow::Result<String> {
        let mut command = self.command(arguments);
        let output = command
            .output()
            .with_context(|| format!("cannot run {}", shown(&command)))?;
        ensure!(
            output.status.success(),
            "{} failed: {}\n{}",
            shown(&command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
        String::from_utf8(output.stdout)
            .with_context(|| format!("{} printed something that is no text", shown(&command)))
    }

    /// Puts a complete file into a partner's folder as partners are told to: under a temporary name
    /// first, then by a rename.
    pub(crate) fn drop_file(
        &self,
        partner: &str,
        name: &str,
        content: &[u8],
    ) -> anyhow::Result<()> {
        self.write_beside(partner, name, content)?.take_its_name()
    }

    /// The first half: the whole file under a temporary name that the daemon ignores.
    pub(crate) fn write_beside(
        &self,
        partner: &str,
        name: &str,
        content: &[u8],
    ) -> anyhow::Result<Unnamed> {
        let inbox = self.data.join("inbox").join(partner);
        fs::create_dir_all(&inbox)
            .with_context(|| format!("cannot make the folder `{}`", inbox.display()))?;
        let temporary = inbox.join(format!("{name}.part"));
        fs::write(&temporary, content)
            .with_context(|| format!("cannot write `{}`", temporary.display()))?;
        Ok(Unnamed {
            temporary,
            name: inbox.join(name),
        })
    }

    /// Where the receipt of a file appears.
    pub(crate) fn receipt_path(&self, partner: &str, name: &str) -> PathBuf {
        self.data
            .join("outbox")
            .join(partner)
            .join(format!("{name}.receipt.json"))
    }

    /// The receipt of a file, once it is there.
    pub(crate) fn receipt(&self, partner: &str, name: &str) -> anyhow::Result<Option<Value>> {
        let path = self.receipt_path(partner, name);
        match fs::read(&path) {
            Ok(content) => serde_json::from_slice(&content)
                .map(Some)
                .with_context(|| format!("`{}` is not JSON", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        }
    }

    /// Starts the daemon; what it says goes to `log`.
    pub(crate) fn serve(&self, log: &Path) -> anyhow::Result<Serving> {
        self.serve_with(log, &[])
    }

    /// The same with these environment variables.
    pub(crate) fn serve_with(
        &self,
        log: &Path,
        variables: &[(&str, &str)],
    ) -> anyhow::Result<Serving> {
        let log_file =
            File::create(log).with_context(|| format!("cannot write `{}`", log.display()))?;
        let mut command = self.command(&["serve"]);
        command.stdout(log_file.try_clone()?).stderr(log_file);
        command.envs(variables.iter().copied());
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", shown(&command)))?;
        Ok(Serving {
            child,
            log: log.to_owned(),
        })
    }
}

/// A file in a partner's folder that has not got its name yet.
pub(crate) struct Unnamed {
    temporary: PathBuf,
    name: PathBuf,
}

impl Unnamed {
    /// The second half: the rename that makes it a delivery.
    pub(crate) fn take_its_name(self) -> anyhow::Result<()> {
        rename(&self.temporary, &self.name)
    }
}

/// Renames a file.
pub(crate) fn rename(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::rename(from, to)
        .with_context(|| format!("cannot rename `{}` to `{}`", from.display(), to.display()))
}

/// A daemon that runs; it is stopped at the latest when this is dropped.
pub(crate) struct Serving {
    child: Child,
    log: PathBuf,
}

/// How long a daemon may take to stop.
const STOP_WITHIN: Duration = Duration::from_secs(30);

impl Serving {
    /// The daemon's process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Asks again and again until there is an answer.
    ///
    /// # Errors
    /// Where the daemon ends meanwhile, the time runs out or the question fails.
    pub(crate) fn await_answer<T>(
        &mut self,
        what: &str,
        patience: Duration,
        pause: Duration,
        mut ask: impl FnMut() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        let started = Instant::now();
        loop {
            if let Some(answer) = ask()? {
                return Ok(answer);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!(
                    "the daemon ended with {status} while {what}{}",
                    self.last_words()
                );
            }
            if started.elapsed() > patience {
                bail!(
                    "gave up {what} after {} s{}",
                    patience.as_secs(),
                    self.last_words()
                );
            }
            std::thread::sleep(pause);
        }
    }

    /// Waits until the daemon ends by itself, or through whoever else signals it.
    pub(crate) fn wait(mut self) -> anyhow::Result<ExitStatus> {
        self.child.wait().context("cannot wait for the daemon")
    }

    /// Stops the daemon by SIGTERM, which must end it with exit code 0.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.terminate();
        let status = self.ended_within(STOP_WITHIN)?;
        let Some(status) = status else {
            bail!(
                "the daemon runs on {} s after SIGTERM{}",
                STOP_WITHIN.as_secs(),
                self.last_words()
            );
        };
        ensure!(
            status.success(),
            "the daemon ended with {status}{}",
            self.last_words()
        );
        Ok(())
    }

    fn terminate(&self) {
        if let Some(process) = Pid::from_raw(self.child.id() as i32) {
            // It fails only where the process is gone already.
            let _ = kill_process(process, Signal::TERM);
        }
    }

    fn ended_within(&mut self, patience: Duration) -> anyhow::Result<Option<ExitStatus>> {
        let started = Instant::now();
        while started.elapsed() < patience {
            if let Some(status) = self
                .child
                .try_wait()
                .context("cannot wait for the daemon")?
            {
                return Ok(Some(status));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(None)
    }

    /// The last lines of the daemon's log, for an error.
    fn last_words(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let mut words = format!("\nits log is `{}` and ends:", self.log.display());
        for line in &lines[lines.len().saturating_sub(15)..] {
            words.push_str("\n  ");
            words.push_str(line);
        }
        words
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        self.terminate();
        if !matches!(self.ended_within(Duration::from_secs(10)), Ok(Some(_))) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
