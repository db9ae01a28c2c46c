//! Does the program recover from every state that a power cut may leave behind?
//! The calls of a real daemon are recorded, every state that the rules of a disk allow is made of them, and the program's own
//! recovery runs on it: each file was taken once and whole, or lies where its sender put it.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, ensure};
use intake_daemon::config::Config;
use intake_daemon::entry::Line;
use intake_daemon::folder::claim::adopt;
use intake_daemon::folder::lifecycle::{Ending, Step};
use intake_daemon::import::Import;
use intake_daemon::import::going_on::{go_on, owes_work, unheard_claims};
use intake_daemon::journal::{Frames, Position};
use intake_daemon::open_data::OpenData;
use intake_tests::disk_model::{Choice, Disk, History};
use intake_tests::installation::Installation;
use intake_tests::on_demand::{Random, number_from};
use intake_tests::orders::csv;
use intake_tests::patience::await_that;
use intake_tests::system_calls::{calls, cannot_trace, traced};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// So many states where `INTAKE_STATES` does not say otherwise.
const STATES: u64 = 300;
/// After so many states by chance another life of the program is recorded, begun from one of them.
const STATES_OF_A_LIFE: u64 = 4_000;
/// So many states of a disk that loses what it called safe.
const LIES: u32 = 20;
const PARTNERS: [&str; 3] = ["alpha", "beta", "gamma"];
const ROWS: usize = 3;
const CONFIG: &str = "[daemon]\nscan_interval = \"50ms\"\nquiet_time = \"80ms\"\ndisk_reserve = \"1MiB\"\n\
                      store_cache = \"1MiB\"\n[partners.alpha]\n[partners.beta]\n[partners.gamma]\n";

/// A recorded life of the daemon and what it was given.
struct Life {
    history: History,
    partners: &'static [&'static str],
}

/// A state to recover from.
struct Job {
    disk: Disk,
    /// Partners whose receipt could be seen before the power went.
    acknowledged: Vec<&'static str>,
    partners: &'static [&'static str],
    about: String,
}

/// Every combination of choices, one after another.
#[derive(Default)]
struct InTurn {
    chosen: Vec<(u64, u64)>,
    next: usize,
}

/// By chance, with a bias that differs from state to state, so that nearly everything and nearly nothing arrive as well.
struct ByChance<'r> {
    random: &'r mut Random,
    whole_of_ten: u64,
}

#[test]
fn every_state_that_a_power_cut_may_leave_is_recovered_from() -> anyhow::Result<()> {
    if let Some(reason) = cannot_trace() {
        println!("left out: no program can be traced here: {reason}");
        return Ok(());
    }
    let states = number_from("INTAKE_STATES")?.unwrap_or(STATES);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let seed = number_from("INTAKE_SEED")?.unwrap_or(u64::from(now.subsec_nanos()));
    let mut random = Random(seed);
    let (jobs, queue) = sync_channel(8);
    let queue = Mutex::new(queue);
    let told = std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores)
            .map(|_| scope.spawn(|| recover_all(&queue)))
            .collect();
        let mut seen = Seen::default();
        let mut give = |job: Option<Job>| job.is_none_or(|job| jobs.send(job).is_ok());
        let made = make_all(states, &mut random, &mut seen, &mut give);
        drop(jobs);
        for worker in workers {
            worker
                .join()
                .map_err(|_| anyhow::anyhow!("a recovery panicked"))??;
        }
        made.map(|told| (told, seen))
    });
    let ((moments, complete), seen) = told.with_context(|| format!("seed {seed}"))?;
    println!(
        "seed {seed}: {} states, {} of them different, none bad; of one import {moments} moments, {complete} of them with every state",
        seen.states,
        seen.different.len()
    );
    Ok(())
}

#[test]
fn a_disk_that_lies_is_found_out() -> anyhow::Result<()> {
    if cannot_trace().is_some() {
        return Ok(());
    }
    let mut life = Life::record(&PARTNERS[..1], None)?;
    life.history = life.history.of_a_lying_disk();
    let mut random = Random(1);
    let mut bad = 0;
    for _ in 0..LIES {
        let moment = life.history.moments();
        let (job, _) = life.job(moment, &mut ByChance::of(&mut random))?;
        let folder = TempDir::new()?;
        job.disk.lay_out(folder.path())?;
        bad += u32::from(recovers(folder.path(), &job).is_err());
    }
    // Otherwise the test above would not see what it looks for.
    ensure!(
        bad > LIES / 4,
        "only {bad} of {LIES} lost states were found to be bad"
    );
    Ok(())
}

/// What has been made so far.
#[derive(Default)]
struct Seen {
    states: u64,
    different: HashSet<(u64, u64)>,
}

/// Makes the states: half of them of one import, moment by moment, half of three at once. Gives how many moments the one import
/// has, and of how many every state was made.
fn make_all(
    states: u64,
    random: &mut Random,
    seen: &mut Seen,
    give: &mut dyn FnMut(Option<Job>) -> bool,
) -> anyhow::Result<(usize, usize)> {
    let one = Life::record(&PARTNERS[..1], None)?;
    let moments = one.history.telling_moments();
    let of_a_moment = (states / 2 / moments.len() as u64).max(1);
    let mut complete = 0;
    for &moment in &moments {
        let mut in_turn = InTurn::default();
        let mut of_this = Vec::new();
        let all = loop {
            of_this.push(one.job(moment, &mut in_turn)?);
            if !in_turn.advance() {
                break true;
            }
            if of_this.len() as u64 >= of_a_moment {
                break false;
            }
        };
        complete += usize::from(all);
        if !all {
            of_this.clear();
            for _ in 0..of_a_moment {
                of_this.push(one.job(moment, &mut ByChance::of(random))?);
            }
        }
        for job in of_this {
            if !give(seen.news(job)) {
                return Ok((moments.len(), complete));
            }
        }
    }
    let mut life = Life::record(&PARTNERS, None)?;
    let mut of_this_life = 0;
    while seen.states < states {
        if of_this_life == STATES_OF_A_LIFE {
            of_this_life = 0;
            // A power cut, and another one while the program recovers from it.
            let moment = random.below(life.history.moments() as u64) as usize;
            let (disk, _) = life.history.state(moment, &mut ByChance::of(random))?;
            let anew = random.below(3) == 0;
            life = Life::record(&PARTNERS, (!anew).then_some(&disk))?;
        }
        of_this_life += 1;
        let moment = random.below(life.history.moments() as u64 + 1) as usize;
        let job = life.job(moment, &mut ByChance::of(random))?;
        if !give(seen.news(job)) {
            break;
        }
    }
    Ok((moments.len(), complete))
}

impl Seen {
    /// The job, unless there was such a one.
    fn news(&mut self, (job, tale): (Job, Vec<u8>)) -> Option<Job> {
        self.states += 1;
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, &tale, job.partners, &job.acknowledged).hash(&mut hasher);
            hasher.finish()
        };
        self.different.insert((half(0), half(1))).then_some(job)
    }
}

impl Life {
    /// Runs a daemon over one file of each of these partners, or over what a power cut has left, and records its calls.
    fn record(partners: &'static [&'static str], left: Option<&Disk>) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let trace = folder.path().join("trace");
        let data = folder.path().join("data");
        let site = Installation::at(folder, data, CONFIG)?;
        match left {
            Some(disk) => {
                fs::remove_file(site.data().join("intake.toml"))?;
                disk.lay_out(site.data())?;
            }
            None => {
                site.stock(1)?;
                for partner in partners {
                    site.drop_file(partner, file_of(partner), &content_of(partner))?;
                }
            }
        }
        let start = Disk::read(site.data())?;
        let mut daemon = traced(&site.command(&["serve"])?, &trace)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
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
    fn job(&self, moment: usize, choice: &mut dyn Choice) -> anyhow::Result<(Job, Vec<u8>)> {
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

fn file_of(partner: &str) -> String {
    format!("{partner}.csv")
}

fn content_of(partner: &str) -> Vec<u8> {
    csv(partner, ROWS, 1)
}

fn receipt_of(partner: &str) -> PathBuf {
    Path::new("outbox")
        .join(partner)
        .join(format!("{partner}.csv.receipt.json"))
}

fn recover_all(queue: &Mutex<Receiver<Job>>) -> anyhow::Result<()> {
    // In memory where the machine has room there: nothing here depends on what a real disk does.
    let memory = Path::new("/dev/shm");
    loop {
        let Ok(job) = queue
            .lock()
            .map_err(|_| anyhow::anyhow!("another recovery panicked"))?
            .recv()
        else {
            return Ok(());
        };
        let folder = if memory.is_dir() {
            TempDir::new_in(memory)?
        } else {
            TempDir::new()?
        };
        job.disk.lay_out(folder.path())?;
        recovers(folder.path(), &job).with_context(|| job.about.clone())?;
    }
}

/// Opens what is left as the daemon does at its start, lets it end what was begun, and looks at everything.
fn recovers(folder: &Path, job: &Job) -> anyhow::Result<()> {
    let config =
        Config::load(&folder.join("intake.toml")).map_err(|_| anyhow::anyhow!("the config"))?;
    let data = OpenData::open(folder, config)?;
    for claim in unheard_claims(&data)? {
        if let Some(claimed) = adopt(&data.folders.work, &claim.import_id, u64::MAX)? {
            Import::begin(&data, &claimed, &|_| true)?.work()?;
        }
    }
    for record in data.books.store().files()? {
        if owes_work(&data, &record) {
            go_on(&data, record, 0, &|_| true)?;
        }
    }
    let journal = data.books.journal_path();
    let mut rows = BTreeMap::<String, Vec<u64>>::new();
    let mut frames = Frames::open(journal, Position::START)?;
    while let Some(frame) = frames.next()? {
        for line in frame
            .lines
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            if let Line::Row(row) = Line::parse(line)? {
                ensure!(
                    row.success && row.decision == "create",
                    "row {:?} was a {}",
                    row.row,
                    row.decision
                );
                rows.entry(row.file.into_owned())
                    .or_default()
                    .extend(row.row);
            }
        }
    }
    let files = data.books.store().files()?;
    for partner in job.partners {
        let waiting = fs::read(folder.join("inbox").join(partner).join(file_of(partner))).ok();
        let taken: Vec<_> = files
            .iter()
            .filter(|file| file.file == file_of(partner))
            .collect();
        let rows = rows.remove(&file_of(partner)).unwrap_or_default();
        match (taken.as_slice(), waiting) {
            ([], Some(content)) => {
                ensure!(
                    content == content_of(partner),
                    "what waits of {partner} is not what was sent"
                );
                ensure!(rows.is_empty(), "rows of {partner} that nobody has taken");
                ensure!(
                    !job.acknowledged.contains(partner),
                    "{partner} had a receipt"
                );
            }
            ([file], None) => {
                ensure!(
                    file.step == Step::Archived && file.ending == Some(Ending::Applied),
                    "{file:?}"
                );
                ensure!(
                    rows == [1, 2, 3],
                    "of {partner} the rows {rows:?} are applied"
                );
                ensure!(
                    folder.join(receipt_of(partner)).exists(),
                    "{partner} has no receipt"
                );
                let at_rest = walk(&folder.join("archive").join(partner))?;
                ensure!(
                    at_rest == [content_of(partner)],
                    "{} files of {partner} are at rest",
                    at_rest.len()
                );
                for row in 0..ROWS {
                    let order = data.books.store().order(&format!("{partner}-{row}"))?;
                    ensure!(
                        order.is_some(),
                        "order {row} of {partner} is not in the store"
                    );
                }
            }
            (taken, waiting) => {
                anyhow::bail!(
                    "{partner}: {} imports, waits: {}",
                    taken.len(),
                    waiting.is_some()
                )
            }
        }
    }
    ensure!(
        fs::read_dir(folder.join("work"))?.count() == 0,
        "something is left in `work`"
    );
    ensure!(rows.is_empty(), "rows of files that nobody sent: {rows:?}");
    Ok(())
}

/// What the files below a folder hold.
fn walk(folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(walk(&entry.path())?);
        } else {
            found.push(fs::read(entry.path())?);
        }
    }
    Ok(found)
}

impl InTurn {
    /// The next combination; false behind the last one.
    fn advance(&mut self) -> bool {
        self.next = 0;
        while let Some((chosen, possibilities)) = self.chosen.pop() {
            if chosen + 1 < possibilities {
                self.chosen.push((chosen + 1, possibilities));
                return true;
            }
        }
        false
    }
}

impl Choice for InTurn {
    fn choose(&mut self, possibilities: u64) -> u64 {
        if self.next == self.chosen.len() {
            self.chosen.push((0, possibilities));
        }
        self.next += 1;
        self.chosen[self.next - 1].0
    }
}

impl<'r> ByChance<'r> {
    fn of(random: &'r mut Random) -> Self {
        let whole_of_ten = random.below(11);
        Self {
            random,
            whole_of_ten,
        }
    }
}

impl Choice for ByChance<'_> {
    fn choose(&mut self, possibilities: u64) -> u64 {
        if self.random.below(10) < self.whole_of_ten {
            return 1;
        }
        self.random.below(possibilities)
    }
}
