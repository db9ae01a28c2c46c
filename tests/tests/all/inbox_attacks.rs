//! Can what lies in an inbox reach what lies elsewhere, or keep anybody waiting?
//! Names change what they stand for while the program looks at them; a burst of files comes in every way that senders
//! have. Nothing outside is read, nothing hangs, no file is missed or taken half.

use anyhow::{Context as _, ensure};
use intake_tests::installation::{Installation, names_in};
use intake_tests::on_demand::{Random, number_from, seed};
use intake_tests::orders::csv;
use intake_tests::patience::await_that;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;

/// So many swaps where `INTAKE_SWAPS` does not say otherwise.
const SWAPS: u64 = 1_500;
/// So many files where `INTAKE_BURST` does not say otherwise.
const BURST: u64 = 60;
/// A file of the burst has so many rows.
const ROWS: usize = 3;

/// Whatever a name stands for from one moment to the next, the secret beside the inbox stays one.
#[test]
fn names_that_change_under_the_program_reach_nothing_outside() -> anyhow::Result<()> {
    let swaps = number_from("INTAKE_SWAPS")?.unwrap_or(SWAPS);
    let seed = seed()?;
    let mut random = Random(seed);
    let site = Installation::for_partners(&["alpha", "beta"])?;
    site.stock(1)?;
    let secret = site.scratch("secret.csv");
    fs::write(&secret, csv("SECRET", 2, 1))?;
    let elsewhere = site.scratch("elsewhere");
    fs::create_dir(&elsewhere)?;
    fs::write(elsewhere.join("inside.csv"), csv("SECRET-INSIDE", 2, 1))?;
    let mut daemon = site.serve_ready()?;
    let inbox = site.inbox("alpha");
    let making = inbox.join(".making");
    let names = ["a.csv", "b.csv", "c.json", "a.csv.plan.json", "d d.csv"];
    for number in 0..swaps {
        let name = inbox.join(names[random.below(names.len() as u64) as usize]);
        let whole = csv(&format!("G{number}"), 2, 1);
        match random.below(10) {
            0 => symlink(&secret, &making)?,
            1 => fs::hard_link(&secret, &making)?,
            2 => mknodat(CWD, &making, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?,
            3 => fs::create_dir(&making)?,
            4 => symlink("/dev/zero", &making)?,
            5 => symlink(&elsewhere, &making)?,
            6 => symlink(inbox.join("a.csv"), &making)?,
            7 => drop(std::os::unix::net::UnixListener::bind(&making)?),
            _ => fs::write(&making, whole)?,
        }
        put_in_place(&making, &name)?;
        if number % 50 == 0 {
            // Long enough for a scan to meet what is there; a link long enough to be told of.
            std::thread::sleep(random.milliseconds(120));
            daemon.must_run()?;
        }
    }
    for name in names {
        remove(&inbox.join(name))?;
    }
    // Nobody hangs: another file of this partner and one of another come through.
    site.drop_file("alpha", "last.csv", &csv("LAST", 2, 1))?;
    site.drop_file("beta", "other.csv", &csv("OTHER", 2, 1))?;
    site.await_receipt("alpha", "last.csv")?;
    site.await_receipt("beta", "other.csv")?;
    let log = site.must(&["log", "--format", "json"])?;
    ensure!(
        !log.contains("SECRET"),
        "something outside was read:\n{log}"
    );
    let mut rows = BTreeMap::<String, u64>::new();
    for line in site.log()? {
        *rows.entry(line["importId"].to_string()).or_default() += 1;
    }
    ensure!(
        rows.values().all(|count| *count == 2),
        "taken half: {rows:?}"
    );
    site.verify()?;
    daemon.stop()?;
    let imports = rows.len();
    println!("seed {seed}: {swaps} swaps, {imports} imports, nothing outside was read");
    Ok(())
}

/// Gives what was made its name, in the place of whatever has it.
fn put_in_place(making: &Path, name: &Path) -> anyhow::Result<()> {
    if fs::rename(making, name).is_err() {
        // A folder takes no file's place, and no file a folder's.
        remove(name)?;
        fs::rename(making, name).with_context(|| name.display().to_string())?;
    }
    // A rename between two names of one file does nothing.
    remove(making)
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path)?,
        Ok(_) => {
            // The program may have claimed it meanwhile.
            let _ = fs::remove_file(path);
        }
        Err(_) => {}
    }
    Ok(())
}

/// How a sender puts a file into the folder.
#[derive(Clone, Copy, Debug)]
enum Habit {
    Renamed,
    HiddenFirst,
    PartFirst,
    InPlace,
    InPieces,
    Aborted,
}

const HABITS: [Habit; 6] = [
    Habit::Renamed,
    Habit::HiddenFirst,
    Habit::PartFirst,
    Habit::InPlace,
    Habit::InPieces,
    Habit::Aborted,
];

/// However files come, each is taken once, whole; what was broken off is never taken for a file.
#[test]
fn no_file_of_a_burst_is_missed_or_taken_half() -> anyhow::Result<()> {
    let burst = number_from("INTAKE_BURST")?.unwrap_or(BURST);
    let seed = seed()?;
    let mut random = Random(seed);
    for watcher in [true, false] {
        let site = Installation::with(
            &format!("watcher = {watcher}\n"),
            "[partners.alpha]\n[partners.beta]\n",
        )?;
        site.stock(1)?;
        let mut daemon = site.serve_ready()?;
        let mut expected = 0;
        for number in 0..burst {
            let partner = ["alpha", "beta"][random.below(2) as usize];
            let habit = HABITS[random.below(HABITS.len() as u64) as usize];
            let folder = site.inbox(partner);
            deliver(&folder, number, habit, &mut random)
                .with_context(|| format!("seed {seed}, file {number}, {habit:?}"))?;
            expected += u64::from(!matches!(habit, Habit::Aborted));
        }
        let mut told = 0;
        while told < expected {
            let before = told;
            await_that("the next receipt", || {
                daemon.must_run()?;
                told = receipts(&site);
                Ok(told > before)
            })?;
        }
        let mut rows = BTreeMap::<String, usize>::new();
        for line in site.log()? {
            let file = line["file"].as_str().context("a file")?.to_owned();
            ensure!(line["decision"] == "create", "taken twice or half: {line}");
            *rows.entry(file).or_default() += 1;
        }
        ensure!(
            rows.len() as u64 == expected,
            "{} of {expected} files",
            rows.len()
        );
        let halves = rows.iter().find(|(_, count)| **count != ROWS);
        ensure!(halves.is_none(), "taken half: {halves:?}");
        site.verify()?;
        daemon.stop()?;
        println!("seed {seed}: {expected} files with watcher {watcher}, none missed, none half");
    }
    Ok(())
}

/// How many receipts there are.
fn receipts(site: &Installation) -> u64 {
    let of = |partner| {
        let names = names_in(&site.data().join("outbox").join(partner));
        let receipts = names.iter().map(|name| name.to_string_lossy());
        receipts
            .filter(|name| name.ends_with(".receipt.json"))
            .count() as u64
    };
    of("alpha") + of("beta")
}

/// Puts a file into a folder as its sender is used to.
fn deliver(folder: &Path, number: u64, habit: Habit, random: &mut Random) -> anyhow::Result<()> {
    let name = format!("f{number}.csv");
    let content = csv(&format!("F{number}"), ROWS, 1);
    let aside = |name: &str| folder.join(name);
    match habit {
        Habit::Renamed => {
            let outside = folder.join(format!("../.outside-{number}"));
            fs::write(&outside, &content)?;
            fs::rename(&outside, folder.join(name))?;
        }
        Habit::HiddenFirst => {
            let hidden = aside(&format!(".{name}.Xy7Q2z"));
            fs::write(&hidden, &content)?;
            fs::rename(hidden, folder.join(name))?;
        }
        Habit::PartFirst => {
            let part = aside(&format!("{name}.filepart"));
            fs::write(&part, &content)?;
            fs::rename(part, folder.join(name))?;
        }
        Habit::InPlace => fs::write(folder.join(name), &content)?,
        Habit::InPieces => {
            let mut file = fs::File::create(folder.join(name))?;
            for piece in content.chunks(1 + random.below(200) as usize) {
                file.write_all(piece)?;
                std::thread::sleep(random.milliseconds(15));
            }
        }
        Habit::Aborted => {
            let part = aside(&format!("{name}.part"));
            let end = random.below(content.len() as u64) as usize;
            fs::write(part, &content[..end])?;
        }
    }
    Ok(())
}
