//! What does a daemon ask of its disk while it takes files?
//! A real one, watched by strace, from a disk on which everything is safe until every file rests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use anyhow::{Context as _, ensure};
use intake_tests::disk_model::{Choice, Disk, History};
use intake_tests::installation::Installation;
use intake_tests::orders::csv;
use intake_tests::patience::await_that;
use intake_tests::system_calls::{calls, traced};
use rustix::process::{Pid, Signal, kill_process};

/// Every file has so many rows.
pub(super) const ROWS: usize = 3;
const CONFIG: &str = "[daemon]\nscan_interval = \"50ms\"\nquiet_time = \"80ms\"\ndisk_reserve = \"1MiB\"\n\
                      store_cache = \"1MiB\"\n[partners.alpha]\n[partners.beta]\n[partners.gamma]\n";

/// A recorded life of the daemon and what it was given.
pub(super) struct Life {
    pub(super) history: History,
    pub(super) partners: &'static [&'static str],
}

/// A state to recover from.
pub(super) struct Job {
    pub(super) disk: Disk,
    /// Partners whose receipt could be seen before the power went.
    pub(super) acknowledged: Vec<&'static str>,
    pub(super) partners: &'static [&'static str],
    pub(super) about: String,
}

impl Life {
    /// Runs a daemon over one file of each of these partners, or over what a power cut has left, and records its calls.
    pub(super) fn record(
        partners: &'static [&'static str],
        left: Option<&Disk>,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let trace = folder.path().join("trace");
        let data = folder.path().join("data");
        let site = Installation::at(folder, data, CONFIG)?;
        if let Some(disk) = left {
            fs::remove_file(site.data().join("intake.toml"))?;
            disk.lay_out(site.data())?;
        } else {
            site.stock(1)?;
            for partner in partners {
                site.drop_file(partner, file_of(partner), &content_of(partner))?;
            }
        }
        let start = Disk::read(site.data())?;
        let mut daemon = traced(&site.command(&["serve"])?, &trace)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start strace")?;
        let ended = run_to_rest(&site, &mut daemon, partners);
        if ended.is_err() {
            daemon.kill()?;
        }
        daemon.wait()?;
        ended?;
        let trace = fs::read_to_string(&trace).context("cannot read what strace wrote")?;
        let root = fs::canonicalize(site.data())?;
        Ok(Self {
            history: History::of(start, &root, &calls(&trace)?)?,
            partners,
        })
    }

    /// What is to be recovered from where the power is cut at this moment.
    pub(super) fn job(
        &self,
        moment: usize,
        choice: &mut dyn Choice,
    ) -> anyhow::Result<(Job, Vec<u8>)> {
        let (disk, tale) = self.history.state(moment, choice)?;
        let receipts: BTreeSet<&Path> = self.history.appeared_before(moment).collect();
        let seen = |partner: &&&str| receipts.contains(receipt_of(partner).as_path());
        let job = Job {
            disk,
            acknowledged: self.partners.iter().filter(seen).copied().collect(),
            partners: self.partners,
            about: format!(
                "moment {moment} of {}:{}",
                self.history.moments(),
                self.history.retell(&tale)
            ),
        };
        Ok((job, tale))
    }
}

/// Waits until every file has its receipt and rests, and ends the daemon.
fn run_to_rest(site: &Installation, strace: &mut Child, partners: &[&str]) -> anyhow::Result<()> {
    await_that("every file to rest", || {
        ensure!(strace.try_wait()?.is_none(), "the daemon ended");
        let all = partners.iter().all(|partner| {
            let archived = fs::read_dir(site.data().join("archive").join(partner));
            let receipt = site.data().join(receipt_of(partner));
            receipt.exists() && archived.is_ok_and(|mut months| months.next().is_some())
        });
        let work = fs::read_dir(site.data().join("work"))?;
        Ok(all && work.count() == 0)
    })?;
    // The lock names its owner.
    let owner = fs::read_to_string(site.data().join("lock"))?;
    let daemon = Pid::from_raw(owner.trim().parse()?).context("nobody owns the lock")?;
    kill_process(daemon, Signal::TERM)?;
    await_that("the daemon to end", || Ok(strace.try_wait()?.is_some()))
}

pub(super) fn file_of(partner: &str) -> String {
    format!("{partner}.csv")
}

pub(super) fn content_of(partner: &str) -> Vec<u8> {
    csv(partner, ROWS, 1)
}

pub(super) fn receipt_of(partner: &str) -> PathBuf {
    Path::new("outbox")
        .join(partner)
        .join(format!("{partner}.csv.receipt.json"))
}
