//! How does a test set up and use an installation of the program?
//! A data directory of its own for each test, on the real disk, with commands run as a shell would run them.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, ensure};
use serde_json::Value;
use tempfile::TempDir;
use xtask::generate::{write_customers, write_offers};

use crate::daemon::Daemon;
use crate::patience::{await_some, await_that};
use crate::program::intake;
use crate::system_calls::failing;

/// A scan comes often and a written file is soon quiet, so that tests wait for little.
const QUICK: &str = r#"
scan_interval = "50ms"
quiet_time = "80ms"
empty_grace = "150ms"
disk_reserve = "1MiB"
"#;

/// A data directory and the program that works on it.
pub struct Installation {
    folder: TempDir,
    data: PathBuf,
    logs: AtomicU32,
    variables: Vec<(String, String)>,
}

/// What a command gave back.
#[derive(Debug)]
pub struct Answer {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it said besides.
    pub err: String,
}

impl Installation {
    /// An installation with the quick settings, this much more in section `daemon`, and these sections.
    pub fn with(daemon_keys: &str, sections: &str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder")?;
        let data = folder.path().join("data");
        Self::at(
            folder,
            data,
            &format!("[daemon]{QUICK}{daemon_keys}\n{sections}"),
        )
    }

    /// An installation with the quick settings and these partners, all of the default profile.
    pub fn for_partners(partners: &[&str]) -> anyhow::Result<Self> {
        let sections: String = partners
            .iter()
            .map(|partner| format!("[partners.{partner}]\n"))
            .collect();
        Self::with("", &sections)
    }

    /// An installation whose data directory lies at a place of the test's choice.
    pub fn at(folder: TempDir, data: PathBuf, config: &str) -> anyhow::Result<Self> {
        fs::create_dir_all(&data).with_context(|| format!("cannot make `{}`", data.display()))?;
        fs::write(data.join("intake.toml"), config).context("cannot write the config")?;
        Ok(Self {
            folder,
            data,
            logs: AtomicU32::new(0),
            variables: Vec::new(),
        })
    }

    /// Every command that has the data directory runs with this environment variable.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// Loads the generator's offers, and so many of its customers.
    pub fn stock(&self, customers: u64) -> anyhow::Result<()> {
        let offers = self.scratch("offers.ndjson");
        write_offers(&mut File::create(&offers)?)?;
        let people = self.scratch("customers.ndjson");
        write_customers(&mut File::create(&people)?, customers)?;
        self.must(&[OsStr::new("offer"), OsStr::new("load"), offers.as_os_str()])?;
        self.must(&[
            OsStr::new("customer"),
            OsStr::new("load"),
            people.as_os_str(),
        ])?;
        Ok(())
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A file outside of the data directory.
    pub fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The drop folder of a partner.
    pub fn inbox(&self, partner: &str) -> PathBuf {
        self.data.join("inbox").join(partner)
    }

    /// The program with these arguments and the data directory.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> anyhow::Result<Command> {
        let mut command = Command::new(intake()?);
        command
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .env_remove("INTAKE_DATA")
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        Ok(command)
    }

    /// The program with these arguments, which knows of no data directory.
    pub fn command_alone<S: AsRef<OsStr>>(&self, arguments: &[S]) -> anyhow::Result<Command> {
        let mut command = Command::new(intake()?);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("INTAKE_DATA")
            .stdin(Stdio::null());
        Ok(command)
    }

    /// Runs a command that knows of no data directory.
    pub fn run_alone<S: AsRef<OsStr>>(&self, arguments: &[S]) -> anyhow::Result<Answer> {
        let output = self
            .command_alone(arguments)?
            .output()
            .context("cannot run the program")?;
        Ok(Answer::of(&output))
    }

    /// Runs a command to its end.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> anyhow::Result<Answer> {
        let output = self
            .command(arguments)?
            .output()
            .context("cannot run the program")?;
        Ok(Answer::of(&output))
    }

    /// Runs a command that must end with 0, and gives what it printed.
    pub fn must<S: AsRef<OsStr>>(&self, arguments: &[S]) -> anyhow::Result<String> {
        let answer = self.run(arguments)?;
        let shown: Vec<_> = arguments
            .iter()
            .map(|a| a.as_ref().to_string_lossy())
            .collect();
        ensure!(answer.code == 0, "`intake {}`: {answer:?}", shown.join(" "));
        Ok(answer.out)
    }

    /// Starts a command and lets it run; what it prints goes to `out`.
    pub fn start<S: AsRef<OsStr>>(&self, arguments: &[S], out: &Path) -> anyhow::Result<Child> {
        let mut command = self.command(arguments)?;
        command.stdout(File::create(out)?).stderr(Stdio::null());
        command.spawn().context("cannot start the program")
    }

    /// Starts a daemon; it is still starting when this returns.
    pub fn serve(&self) -> anyhow::Result<Daemon> {
        self.serve_as(|command| command)
    }

    /// Starts a daemon in which the calls of this expression fail, see [`failing`].
    pub fn serve_failing(&self, inject: &str) -> anyhow::Result<Daemon> {
        self.serve_as(|command| failing(&command, inject))
    }

    fn serve_as(&self, change: impl FnOnce(Command) -> Command) -> anyhow::Result<Daemon> {
        let number = self.logs.fetch_add(1, Ordering::Relaxed);
        let log = self.scratch(&format!("serve-{number}.log"));
        let file = File::create(&log)?;
        let mut command = change(self.command(&["serve"])?);
        command.stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().context("cannot start the daemon")?;
        Ok(Daemon::new(child, log))
    }

    /// Starts a daemon and waits until it answers.
    pub fn serve_ready(&self) -> anyhow::Result<Daemon> {
        let mut daemon = self.serve()?;
        let socket = self.data.join("intake.sock");
        await_that("the daemon to answer", || {
            daemon.must_run()?;
            Ok(socket.exists() && daemon.said().contains("daemon_started"))
        })?;
        Ok(daemon)
    }

    /// Puts a complete file into a partner's folder by a rename, as partners are told to.
    pub fn drop_file(
        &self,
        partner: &str,
        name: impl AsRef<OsStr>,
        content: &[u8],
    ) -> anyhow::Result<()> {
        let inbox = self.inbox(partner);
        fs::create_dir_all(&inbox)?;
        let mut temporary = OsString::from(".");
        temporary.push(name.as_ref());
        temporary.push(".part");
        fs::write(inbox.join(&temporary), content)?;
        fs::rename(inbox.join(&temporary), inbox.join(name.as_ref()))?;
        Ok(())
    }

    /// The receipt under this name, once it is there.
    pub fn receipt(&self, partner: &str, receipt: &str) -> anyhow::Result<Option<Value>> {
        let path = self.data.join("outbox").join(partner).join(receipt);
        match fs::read(&path) {
            Ok(content) => serde_json::from_slice(&content)
                .map(Some)
                .with_context(|| format!("`{}` is not JSON", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        }
    }

    /// Waits for the receipt of a file.
    pub fn await_receipt(&self, partner: &str, file: &str) -> anyhow::Result<Value> {
        let receipt = format!("{file}.receipt.json");
        await_some(&receipt, || self.receipt(partner, &receipt))
    }

    /// Every file that the program knows of, as it lists them.
    pub fn files(&self) -> anyhow::Result<Vec<Value>> {
        json_lines(&self.must(&["files", "--format", "json"])?)
    }

    /// Waits until a file has come to this step of its life, and gives its entry.
    pub fn await_step(&self, file: &str, step: &str) -> anyhow::Result<Value> {
        await_some(&format!("`{file}` to be {step}"), || {
            let listed = self
                .files()?
                .into_iter()
                .rev()
                .find(|listed| listed["file"] == file);
            Ok(listed.filter(|listed| listed["step"] == step))
        })
    }

    /// All rows of the import log.
    pub fn log(&self) -> anyhow::Result<Vec<Value>> {
        json_lines(&self.must(&["log", "--format", "json"])?)
    }

    /// Holds the store against the journal; any difference is an error.
    pub fn verify(&self) -> anyhow::Result<()> {
        self.must(&["verify"]).map(drop)
    }
}

impl Answer {
    /// What a process gave back.
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// What it printed, as JSON.
    pub fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_str(&self.out).with_context(|| format!("no JSON: {self:?}"))
    }
}

/// One JSON value a line.
pub fn json_lines(text: &str) -> anyhow::Result<Vec<Value>> {
    text.lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("no JSON: {line}")))
        .collect()
}

/// The names in a folder, sorted by their bytes; none where there is no folder.
pub fn names_in(folder: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<OsString> = entries.map(|entry| entry.file_name()).collect();
    names.sort_by(|one, other| one.as_bytes().cmp(other.as_bytes()));
    names
}
