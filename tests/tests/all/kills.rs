//! Does the program keep what it acknowledged, and do everything once, however often it is killed?
//! A ledger kept outside knows which file was acknowledged and what each of its rows has to come to.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use intake_tests::daemon::Daemon;
use intake_tests::installation::{Installation, names_in};
use intake_tests::journal_text::JournalText;
use intake_tests::on_demand::{Random, number_from, seed};
use intake_tests::orders::{generated, today};
use intake_tests::patience::{PATIENCE, await_that};
use serde_json::Value;
use xtask::generate::{Book, Decision, FileKind, Format, Manifest, Mix, Revision, Settings, Share};

/// So many kills where `INTAKE_KILLS` does not say otherwise.
const KILLS: u64 = 200;
/// The store is held against the journal after each kill up to here, and after every tenth from then on: both
/// grow with the run.
const VERIFIED_EACH: u64 = 400;
const CUSTOMERS: u64 = 24;
const REVISIONS: usize = 80;
const PAUSE: Duration = Duration::from_millis(2);

/// A file and what its rows have to come to.
struct Delivery {
    name: String,
    content: Vec<u8>,
    /// By row, from 1.
    decisions: Vec<&'static str>,
}

/// One partner's files, one after another: each follows the acknowledgement of the one before.
struct Stream {
    partner: &'static str,
    book: Book,
    /// How many files were given out.
    given: usize,
}

const FORMATS: [(Format, &str); 4] = [
    (Format::Csv, "csv"),
    (Format::CsvSemicolon, "csv"),
    (Format::Ndjson, "ndjson"),
    (Format::Json, "json"),
];

impl Stream {
    fn new(partner: &'static str, seed: u64) -> anyhow::Result<Self> {
        let revision = Revision {
            changed: Share::per_million(250_000),
            mix: Mix::Usual,
            added: Share::per_million(70_000),
        };
        let settings = Settings {
            bad: Share::per_million(60_000),
            customers: CUSTOMERS,
            prefix: partner.to_uppercase(),
            revisions: vec![revision; REVISIONS],
            ..Settings::new(seed, 30, today()?)
        };
        Ok(Self {
            partner,
            book: Book::new(settings)?,
            given: 0,
        })
    }

    /// The revision that the store knows once all files given out are applied.
    fn revision(&self) -> usize {
        (self.given.saturating_sub(1) / 2).min(REVISIONS)
    }

    /// The next file: creates, the same again, changes, the same again, …
    fn next(&mut self) -> anyhow::Result<Delivery> {
        let (round, is_again) = (self.given / 2, self.given % 2 == 1);
        let kind = match round {
            0 => FileKind::Creates,
            round if round <= REVISIONS => FileKind::Changes {
                from: round - 1,
                to: round,
            },
            _ => FileKind::Full {
                from: REVISIONS,
                to: REVISIONS,
                missing: Share::NONE,
            },
        };
        let (format, ending) = FORMATS[round % FORMATS.len()];
        let (content, manifest) = generated(&self.book, kind, format)?;
        let mut decisions = decisions(&manifest)?;
        if is_again {
            for decision in decisions
                .iter_mut()
                .filter(|decision| **decision != "reject")
            {
                *decision = "unchanged";
            }
        }
        let name = format!("{}-{:04}.{ending}", self.partner, self.given);
        self.given += 1;
        Ok(Delivery {
            name,
            content,
            decisions,
        })
    }

    /// The whole book as it stands: nothing in it may differ from what the store knows.
    fn book_as_it_stands(&self) -> anyhow::Result<Delivery> {
        let at = self.revision();
        let kind = FileKind::Full {
            from: at,
            to: at,
            missing: Share::NONE,
        };
        let (content, manifest) = generated(&self.book, kind, Format::Csv)?;
        let name = format!("{}-whole.csv", self.partner);
        Ok(Delivery {
            name,
            content,
            decisions: decisions(&manifest)?,
        })
    }
}

fn decisions(manifest: &Manifest) -> anyhow::Result<Vec<&'static str>> {
    let mut decisions = vec![word(manifest.usual); usize::try_from(manifest.rows)?];
    for exception in &manifest.exceptions {
        decisions[usize::try_from(exception.row)? - 1] = word(exception.decision);
    }
    Ok(decisions)
}

fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::Create => "create",
        Decision::Update => "update",
        Decision::Payment => "payment",
        Decision::End => "end",
        Decision::Reactivate => "reactivate",
        Decision::Unchanged | Decision::Repeat => "unchanged",
        Decision::Reject => "reject",
    }
}

/// What the outside world was told.
#[derive(Default)]
struct Ledger {
    acknowledged: BTreeMap<String, Acknowledged>,
}

struct Acknowledged {
    name: String,
    decisions: Vec<&'static str>,
    /// Whether an earlier, killed try of the same file may have written some of its rows.
    tried_before: bool,
    /// The receipt's place and its bytes; a command's answer has none.
    receipt: Option<(PathBuf, Vec<u8>)>,
}

impl Ledger {
    /// Holds the import log and the outbox against everything that was ever acknowledged.
    fn check(&self, site: &Installation) -> anyhow::Result<()> {
        let log = site.log()?;
        let mut rows: HashMap<(String, u64), &Value> = HashMap::new();
        let mut numbers = BTreeSet::new();
        for line in &log {
            let number = line["logId"].as_u64().context("a line without a number")?;
            ensure!(
                numbers.insert(number),
                "log entry {number} stands there twice"
            );
            let row = line["row"].as_u64().context("a line without a row")?;
            if let Some(first) = rows.insert((text(&line["importId"]), row), line) {
                bail!("a row was written twice:\n{first}\n{line}");
            }
        }
        for (import, known) in &self.acknowledged {
            let name = &known.name;
            for (row, expected) in (1..).zip(&known.decisions) {
                let Some(line) = rows.remove(&(import.clone(), row)) else {
                    bail!("{name}: row {row} of import {import} was acknowledged and is lost");
                };
                let decision = text(&line["decision"]);
                let is_as_expected = decision == *expected
                    || (known.tried_before && decision == "unchanged" && *expected != "reject");
                ensure!(
                    is_as_expected,
                    "{name}: row {row} is `{decision}`, not `{expected}`"
                );
            }
            let surplus = rows.keys().find(|(of, _)| of == import);
            ensure!(surplus.is_none(), "{name}: a row too many, {surplus:?}");
            if let Some((path, content)) = &known.receipt {
                let now = fs::read(path).with_context(|| format!("{} is gone", path.display()))?;
                ensure!(
                    now == *content,
                    "the receipt {} has changed",
                    path.display()
                );
            }
        }
        Ok(())
    }

    /// Notes the receipt of a delivery, where it is there.
    fn hear(
        &mut self,
        site: &Installation,
        partner: &str,
        delivery: &Delivery,
    ) -> anyhow::Result<bool> {
        let name = format!("{}.receipt.json", delivery.name);
        let Some(receipt) = site.receipt(partner, &name)? else {
            return Ok(false);
        };
        ensure!(
            receipt["state"] == "applied",
            "{}: {receipt}",
            delivery.name
        );
        let path = site.data().join("outbox").join(partner).join(name);
        let known = Acknowledged {
            name: delivery.name.clone(),
            decisions: delivery.decisions.clone(),
            tried_before: false,
            receipt: Some((path.clone(), fs::read(path)?)),
        };
        let import = text(&receipt["importId"]);
        let twice = self.acknowledged.insert(import, known);
        ensure!(twice.is_none(), "two files have one import id");
        Ok(true)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The partners that drop files, each with the file it waits for.
struct Droppers {
    streams: Vec<(Stream, Option<Delivery>)>,
}

impl Droppers {
    /// Hears receipts, and gives out the next files.
    fn go_on(&mut self, site: &Installation, ledger: &mut Ledger) -> anyhow::Result<()> {
        for (stream, waiting) in &mut self.streams {
            if let Some(delivery) = waiting
                && ledger.hear(site, stream.partner, delivery)?
            {
                *waiting = None;
            }
            if waiting.is_none() {
                let delivery = stream.next()?;
                site.drop_file(stream.partner, &delivery.name, &delivery.content)?;
                *waiting = Some(delivery);
            }
        }
        Ok(())
    }
}

/// The partner whose files an operator imports by hand, again and again until it is acknowledged.
struct Operator {
    stream: Stream,
    delivery: Delivery,
    tries: u32,
    is_acknowledged: bool,
    running: Option<Child>,
}

impl Operator {
    fn start(&mut self, site: &Installation) -> anyhow::Result<()> {
        let file = site.scratch(&self.delivery.name);
        fs::write(&file, &self.delivery.content)?;
        let arguments = ["import".as_ref(), file.as_os_str(), "--partner".as_ref()];
        let more = [
            self.stream.partner.as_ref(),
            "--format".as_ref(),
            "json".as_ref(),
        ];
        let arguments: Vec<_> = arguments.into_iter().chain(more).collect();
        self.running = Some(site.start(&arguments, &site.scratch("answer"))?);
        self.tries += 1;
        Ok(())
    }

    /// Hears the command's answer where there is one.
    fn hear(&mut self, site: &Installation, ledger: &mut Ledger) -> anyhow::Result<()> {
        let Some(running) = &mut self.running else {
            return Ok(());
        };
        let Some(status) = running.try_wait()? else {
            return Ok(());
        };
        self.running = None;
        // 2: it could not run, or the daemon was killed before it answered.
        if !matches!(status.code(), Some(0 | 1)) {
            return Ok(());
        }
        let answer: Value = serde_json::from_slice(&fs::read(site.scratch("answer"))?)
            .context("the import was acknowledged without an answer")?;
        let known = Acknowledged {
            name: self.delivery.name.clone(),
            decisions: self.delivery.decisions.clone(),
            tried_before: self.tries > 1,
            receipt: None,
        };
        ensure!(answer["state"] == "applied", "{answer}");
        ledger.acknowledged.insert(text(&answer["importId"]), known);
        self.is_acknowledged = true;
        Ok(())
    }

    /// Goes on to the next file once no killed try of this one is still to be resumed: it would undo the next.
    fn go_on(&mut self, site: &Installation, ledger: &mut Ledger) -> anyhow::Result<()> {
        self.hear(site, ledger)?;
        if self.running.is_some() {
            return Ok(());
        }
        if self.is_acknowledged {
            let partner = self.stream.partner;
            if site
                .files()?
                .iter()
                .any(|file| file["partner"] == partner && file["open"] == true)
            {
                return Ok(());
            }
            self.delivery = self.stream.next()?;
            self.tries = 0;
            self.is_acknowledged = false;
        }
        self.start(site)
    }

    fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut running) = self.running.take() {
            running.kill()?;
            running.wait()?;
        }
        Ok(())
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_done_twice() -> anyhow::Result<()> {
    let kills = number_from("INTAKE_KILLS")?.unwrap_or(KILLS);
    let seed = seed()?;
    println!("INTAKE_SEED={seed} INTAKE_KILLS={kills}");
    let mut random = Random(seed);
    let site = Installation::for_partners(&["alpha", "beta", "gamma"])?;
    site.stock(CUSTOMERS)?;
    let mut droppers = Droppers {
        streams: vec![
            (Stream::new("alpha", seed)?, None),
            (Stream::new("beta", !seed)?, None),
        ],
    };
    let mut stream = Stream::new("gamma", seed ^ 0xFF)?;
    let delivery = stream.next()?;
    let mut operator = Operator {
        stream,
        delivery,
        tries: 0,
        is_acknowledged: false,
        running: None,
    };
    let mut ledger = Ledger::default();
    let mut cut_off: BTreeMap<String, u64> = BTreeMap::new();

    for number in 1..=kills {
        if !operator.is_acknowledged && random.below(6) == 0 {
            kill_an_import(&site, &mut operator, &mut ledger, &mut random)?;
        } else {
            kill_a_daemon(
                &site,
                &mut droppers,
                &mut operator,
                &mut ledger,
                &mut random,
            )?;
        }
        let context = || format!("after kill {number} of the run with INTAKE_SEED={seed}");
        if number <= VERIFIED_EACH || number % 10 == 0 {
            site.verify().with_context(context)?;
        }
        ledger.check(&site).with_context(context)?;
        for file in site.files()?.iter().filter(|file| file["open"] == true) {
            *cut_off.entry(text(&file["step"])).or_default() += 1;
        }
    }
    println!(
        "{} imports acknowledged; cut off at {cut_off:?}",
        ledger.acknowledged.len()
    );
    settle(&site, &mut droppers, &mut operator, &mut ledger)
        .with_context(|| format!("at the end of the run with INTAKE_SEED={seed}"))
}

fn kill_an_import(
    site: &Installation,
    operator: &mut Operator,
    ledger: &mut Ledger,
    random: &mut Random,
) -> anyhow::Result<()> {
    operator.start(site)?;
    let until = Instant::now() + random.milliseconds(120);
    while Instant::now() < until && operator.running.is_some() {
        operator.hear(site, ledger)?;
        std::thread::sleep(PAUSE);
    }
    // It may have answered at the last moment; what it printed is then an acknowledgement like any other.
    operator.hear(site, ledger)?;
    operator.kill()
}

fn kill_a_daemon(
    site: &Installation,
    droppers: &mut Droppers,
    operator: &mut Operator,
    ledger: &mut Ledger,
    random: &mut Random,
) -> anyhow::Result<()> {
    let mut daemon = site.serve()?;
    // One in four dies while it starts, the others somewhere in their work.
    let is_starting = random.below(4) == 0;
    let started = Instant::now();
    while !is_starting && !daemon.said().contains("daemon_started") {
        daemon.must_run()?;
        ensure!(
            started.elapsed() < PATIENCE,
            "the daemon does not start\n{}",
            daemon.said()
        );
        std::thread::sleep(PAUSE);
    }
    let until = Instant::now() + random.milliseconds(if is_starting { 60 } else { 250 });
    while Instant::now() < until {
        droppers.go_on(site, ledger)?;
        if !is_starting {
            operator.go_on(site, ledger)?;
        }
        daemon.must_run()?;
        std::thread::sleep(PAUSE);
    }
    daemon.kill()?;
    operator.hear(site, ledger)?;
    operator.kill()
}

/// Leaves the daemon alone until all is done, and looks at what came of everything.
fn settle(
    site: &Installation,
    droppers: &mut Droppers,
    operator: &mut Operator,
    ledger: &mut Ledger,
) -> anyhow::Result<()> {
    let mut daemon = site.serve_ready()?;
    for (stream, waiting) in &mut droppers.streams {
        let Some(delivery) = waiting.take() else {
            continue;
        };
        await_that(&format!("the receipt of {}", delivery.name), || {
            daemon.must_run()?;
            ledger.hear(site, stream.partner, &delivery)
        })?;
    }
    if !operator.is_acknowledged {
        operator.start(site)?;
        await_that("the last import", || {
            operator.hear(site, ledger)?;
            Ok(operator.is_acknowledged)
        })?;
    }
    await_that("every import to be archived", || {
        Ok(site.files()?.iter().all(|file| file["open"] == false))
    })?;
    let streams = || {
        droppers
            .streams
            .iter()
            .map(|(stream, _)| stream)
            .chain([&operator.stream])
    };
    for stream in streams() {
        let delivery = stream.book_as_it_stands()?;
        site.drop_file(stream.partner, &delivery.name, &delivery.content)?;
        await_that(&format!("the receipt of {}", delivery.name), || {
            ledger.hear(site, stream.partner, &delivery)
        })?;
        check_orders(site, stream)?;
    }
    site.await_step(
        &format!("{}-whole.csv", operator.stream.partner),
        "archived",
    )?;
    every_file_came_to_one_end(site, droppers)?;
    ledger.check(site)?;
    site.verify()?;
    site.must(&["rebuild"])?;
    site.verify()?;
    ledger.check(site)?;
    daemon.stop()
}

/// Compares some orders with the generator's, field by field.
fn check_orders(site: &Installation, stream: &Stream) -> anyhow::Result<()> {
    let at = stream.revision();
    for index in 0..stream.book.orders_at(at).min(12) {
        if stream.book.defect(index).is_some() {
            continue;
        }
        let order = stream.book.order(index, at);
        let key = stream.book.key(index);
        let shown: Value = serde_json::from_str(&site.must(&["order", &key, "--format", "json"])?)?;
        let item = &shown["order"]["items"][0];
        ensure!(item["quantity"] == order.quantity, "{key}: {shown}");
        ensure!(
            item["discountPercentage"] == serde_json::json!(order.discount),
            "{key}: {shown}"
        );
        ensure!(
            shown["order"]["paymentMethod"] == order.payment,
            "{key}: {shown}"
        );
        ensure!(
            shown["subscription"]["endDate"].is_null() == order.end.is_none(),
            "{key}: {shown}"
        );
    }
    Ok(())
}

/// Every dropped file has one import and one receipt, and none is left anywhere on the way.
fn every_file_came_to_one_end(site: &Installation, droppers: &Droppers) -> anyhow::Result<()> {
    let mut imports: BTreeMap<String, u64> = BTreeMap::new();
    for file in site.files()? {
        ensure!(
            file["step"] == "archived" && file["state"] == "applied",
            "{file}"
        );
        *imports.entry(text(&file["file"])).or_default() += 1;
    }
    for (stream, _) in &droppers.streams {
        let left: Vec<_> = names_in(&site.inbox(stream.partner));
        ensure!(left.is_empty(), "left in the inbox: {left:?}");
        let outbox = names_in(&site.data().join("outbox").join(stream.partner));
        let receipts = outbox
            .iter()
            .filter(|name| name.to_string_lossy().ends_with(".receipt.json"));
        let receipts = receipts.count();
        ensure!(
            receipts == stream.given + 1,
            "{} files have {receipts} receipts",
            stream.given + 1
        );
        for (name, count) in imports
            .iter()
            .filter(|(name, _)| name.starts_with(stream.partner))
        {
            ensure!(*count == 1, "{name} was imported {count} times");
        }
    }
    for folder in ["work", "held"] {
        let left = names_in(&site.data().join(folder));
        ensure!(left.is_empty(), "left in `{folder}`: {left:?}");
    }
    Ok(())
}

/// The steps at which a file is cut off one after another. After `held`, the steps of its release.
const STEPS: [&str; 6] = [
    "claimed",
    "checked",
    "planned",
    "applying",
    "applied",
    "receipted",
];

/// How often a step is tried for; a kill comes a moment after the step was seen, so the next one may be there.
const MOST_TRIES: usize = 25;

/// Follows the journal and kills the daemon as soon as it tells of this step.
fn kill_at(site: &Installation, daemon: Daemon, step: &str) -> anyhow::Result<()> {
    let mut daemon = daemon;
    let mut journal = JournalText::at_end(site.data())?;
    let started = Instant::now();
    loop {
        let lines = journal.lines()?;
        let is_there = |wanted: &str| {
            lines
                .iter()
                .any(|line| line["type"] == "file" && line["step"] == wanted)
        };
        if is_there(step) || is_there("archived") {
            return daemon.kill();
        }
        daemon.must_run()?;
        ensure!(
            started.elapsed() < PATIENCE,
            "no file came to be {step}\n{}",
            daemon.said()
        );
    }
}

#[test]
fn a_file_goes_on_from_each_state_of_its_life() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha"])?;
    site.stock(CUSTOMERS)?;
    let mut stream = Stream::new("alpha", 77)?;
    let mut ledger = Ledger::default();
    for step in STEPS {
        let mut tries = 0;
        loop {
            tries += 1;
            ensure!(tries <= MOST_TRIES, "no kill hit the step `{step}`");
            let delivery = stream.next()?;
            let daemon = site.serve_ready()?;
            site.drop_file("alpha", &delivery.name, &delivery.content)?;
            kill_at(&site, daemon, step)?;
            site.verify()
                .with_context(|| format!("after a kill at {step}"))?;
            let listed = site.files()?;
            let listed = listed.iter().find(|file| file["file"] == *delivery.name);
            let hit = listed.is_some_and(|file| file["step"] == step);
            let daemon = site.serve_ready()?;
            await_that(&format!("the receipt of {}", delivery.name), || {
                ledger.hear(&site, "alpha", &delivery)
            })?;
            site.await_step(&delivery.name, "archived")?;
            ledger
                .check(&site)
                .with_context(|| format!("after a kill at {step}"))?;
            site.verify()?;
            daemon.stop()?;
            if hit {
                println!("cut off at `{step}` after {tries} tries");
                break;
            }
        }
    }
    Ok(())
}

/// Held, and then cut off in each state of the release.
#[test]
fn a_held_file_waits_and_its_release_goes_on_through_kills() -> anyhow::Result<()> {
    let mass_end = Revision {
        changed: Share::per_million(900_000),
        mix: Mix::EndsOnly,
        added: Share::NONE,
    };
    for step in ["held", "applying", "applied", "receipted"] {
        let site = Installation::for_partners(&["alpha"])?;
        site.stock(CUSTOMERS)?;
        let book = Book::new(Settings {
            bad: Share::NONE,
            customers: CUSTOMERS,
            revisions: vec![mass_end],
            ..Settings::new(5, 150, today()?)
        })?;
        let mut ledger = Ledger::default();
        let file = |name: &str, kind| -> anyhow::Result<Delivery> {
            let (content, manifest) = generated(&book, kind, Format::Csv)?;
            Ok(Delivery {
                name: name.to_owned(),
                content,
                decisions: decisions(&manifest)?,
            })
        };
        let creates = file("creates.csv", FileKind::Creates)?;
        let ends = file("ends.csv", FileKind::Changes { from: 0, to: 1 })?;
        let daemon = site.serve_ready()?;
        site.drop_file("alpha", &creates.name, &creates.content)?;
        await_that("the first receipt", || {
            ledger.hear(&site, "alpha", &creates)
        })?;
        site.drop_file("alpha", &ends.name, &ends.content)?;
        if step == "held" {
            kill_at(&site, daemon, "held")?;
        } else {
            site.await_step("ends.csv", "held")?;
            daemon.kill()?;
        }
        site.verify()?;
        let daemon = site.serve_ready()?;
        let held = site.await_step("ends.csv", "held")?;
        ensure!(ledger.acknowledged.len() == 1 && !ledger.hear(&site, "alpha", &ends)?);
        let id = text(&held["importId"]);
        let mut release = site.start(&["release", &id], &site.scratch("answer"))?;
        if step == "held" {
            daemon.kill()?;
        } else {
            kill_at(&site, daemon, step)?;
        }
        release.kill()?;
        release.wait()?;
        site.verify()
            .with_context(|| format!("after a kill at {step}"))?;

        let daemon = site.serve_ready()?;
        let listed = site.files()?;
        let ends_now = listed.iter().find(|file| file["file"] == "ends.csv");
        if ends_now.is_some_and(|file| file["step"] == "held") {
            // The journal had not heard of the release yet.
            site.must(&["release", &id])?;
        }
        await_that("the second receipt", || ledger.hear(&site, "alpha", &ends))?;
        site.await_step("ends.csv", "archived")?;
        ledger.check(&site)?;
        site.verify()?;
        daemon.stop()?;
    }
    Ok(())
}
