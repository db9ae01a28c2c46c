//! Is damage to the disk ever taken for the truth?
//! One file of the journal or of the store is injured at a time; whatever is asked then is answered as before, or the
//! damage is named with its place. The store mends by itself, the journal never does.

use anyhow::{Context as _, ensure};
use intake_tests::installation::{Answer, Installation};
use intake_tests::on_demand::{Random, number_from, seed};
use intake_tests::orders::csv;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// So many injuries where `INTAKE_INJURIES` does not say otherwise.
const INJURIES: u64 = 24;
/// Short segments, so that there are many, and a brake that lets a whole book change.
const SETTINGS: &str = "journal_segment = \"4 KiB\"";
const SECTIONS: &str = "[partners.alpha]\n[partners.beta]\n";

/// What is asked after an injury.
const QUESTIONS: [&[&str]; 4] = [
    &["verify"],
    &["files", "--format", "json"],
    &["order", "A-7", "--format", "json"],
    &["order", "B-39", "--format", "json"],
];

/// What a healthy installation says.
struct Healthy {
    answers: Vec<String>,
    log: String,
}

/// What can happen to a file on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Injury {
    BitFlipped,
    Zeroed,
    Truncated,
    PiecesSwapped,
    PieceRepeated,
    Emptied,
    Removed,
}

const INJURIES_OF_A_FILE: [Injury; 7] = [
    Injury::BitFlipped,
    Injury::Zeroed,
    Injury::Truncated,
    Injury::PiecesSwapped,
    Injury::PieceRepeated,
    Injury::Emptied,
    Injury::Removed,
];

/// How an injury ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Everything was answered as before.
    AsBefore,
    /// The damage was named with its place, and nothing wrong was said.
    Named,
}

#[test]
fn no_injury_goes_unnoticed() -> anyhow::Result<()> {
    let count = number_from("INTAKE_INJURIES")?.unwrap_or(INJURIES);
    let seed = seed()?;
    let mut random = Random(seed);
    let origin = aged()?;
    let healthy = Healthy::of(&origin)?;
    let mut outcomes = BTreeMap::<(&str, Injury, Outcome), u64>::new();
    for number in 0..count {
        let site = copy_of(&origin)?;
        // The journal is the truth, the store is most of the bytes: both in turn.
        let part = if number % 2 == 0 { "journal" } else { "state" };
        let file = pick(&site.data().join(part), &mut random)?;
        let injury = INJURIES_OF_A_FILE[random.below(INJURIES_OF_A_FILE.len() as u64) as usize];
        if !injure(&file, injury, &mut random)? {
            continue;
        }
        let about = || {
            let name = file.strip_prefix(site.data()).unwrap_or(&file);
            format!(
                "seed {seed}, injury {number}: {injury:?} in {}",
                name.display()
            )
        };
        let outcome = healthy
            .hold_against(&site, part == "state")
            .with_context(about)?;
        *outcomes.entry((part, injury, outcome)).or_default() += 1;
    }
    for ((part, injury, outcome), count) in &outcomes {
        println!("{part:8} {injury:<14?} {outcome:<9?} {count:>6}");
    }
    println!(
        "seed {seed}: {} injuries, none taken for the truth",
        outcomes.values().sum::<u64>()
    );
    Ok(())
}

/// An installation with a past: two partners, changes, rejects, several segments of the journal.
fn aged() -> anyhow::Result<Installation> {
    let site = Installation::with(SETTINGS, SECTIONS)?;
    site.stock(24)?;
    let file = site.scratch("book.csv");
    let shown = file.display().to_string();
    for (partner, prefix, quantity) in [
        ("alpha", "A", 1),
        ("beta", "B", 1),
        ("alpha", "A", 2),
        ("beta", "A", 1),
        ("alpha", "A", 2),
        ("beta", "B", 3),
    ] {
        fs::write(&file, csv(prefix, 40, quantity))?;
        let answer = site.run(&["import", &shown, "--partner", partner])?;
        ensure!(answer.code < 2, "{answer:?}");
    }
    // A last opening leaves everything of the journal in the store.
    site.verify()?;
    Ok(site)
}

fn copy_of(origin: &Installation) -> anyhow::Result<Installation> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    copy_folder(origin.data(), &data)?;
    let config = fs::read_to_string(origin.data().join("intake.toml"))?;
    Installation::at(folder, data, &config)
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()))?;
        } else if kind.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// A file below a folder that holds something, by chance.
fn pick(folder: &Path, random: &mut Random) -> anyhow::Result<PathBuf> {
    let mut files = Vec::new();
    gather(folder, &mut files)?;
    files.sort();
    ensure!(!files.is_empty(), "nothing below `{}`", folder.display());
    Ok(files.swap_remove(random.below(files.len() as u64) as usize))
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), files)?;
        } else if entry.metadata()?.len() > 0 {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// Injures a file; `false` where that left it as it was.
fn injure(file: &Path, injury: Injury, random: &mut Random) -> anyhow::Result<bool> {
    let before = fs::read(file)?;
    let mut after = before.clone();
    let size = before.len();
    let mut place = |bound: usize| random.below(bound.max(1) as u64) as usize;
    let start = place(size);
    let end = (start + 1 + place(512)).min(size);
    match injury {
        Injury::BitFlipped => after[start] ^= 1 << place(8),
        Injury::Zeroed => after[start..end].fill(0),
        Injury::Truncated => after.truncate(start),
        Injury::PiecesSwapped => {
            let other = place(size);
            let length = (end - start).min(size - other);
            let piece = before[start..start + length].to_vec();
            after.copy_within(other..other + length, start);
            after[other..other + length].copy_from_slice(&piece);
        }
        Injury::PieceRepeated => {
            after.splice(end..end, before[start..end].iter().copied());
        }
        Injury::Emptied => after.clear(),
        Injury::Removed => {
            fs::remove_file(file)?;
            return Ok(true);
        }
    }
    fs::write(file, &after)?;
    Ok(after != before)
}

impl Healthy {
    fn of(site: &Installation) -> anyhow::Result<Self> {
        let answers = QUESTIONS.iter().map(|question| site.must(question));
        let answers = answers.collect::<anyhow::Result<_>>()?;
        let log = site.must(&["log", "--format", "json"])?;
        ensure!(log.lines().count() == 240, "{log}");
        Ok(Self { answers, log })
    }

    /// Asks an injured installation everything.
    fn hold_against(&self, site: &Installation, heals: bool) -> anyhow::Result<Outcome> {
        let log = site.run(&["log", "--format", "json"])?;
        ensure!(
            self.log.starts_with(&log.out),
            "the log has a wrong line:\n{}",
            first_difference(&self.log, &log.out)
        );
        let mut outcome = Outcome::AsBefore;
        if log.code != 0 {
            is_named(&log)?;
            outcome = Outcome::Named;
        }
        for (question, healthy) in QUESTIONS.iter().zip(&self.answers) {
            let answer = site.run(question)?;
            if answer.code == 0 {
                ensure!(
                    answer.out == *healthy,
                    "{question:?} was answered otherwise:\n{}",
                    first_difference(healthy, &answer.out)
                );
            } else {
                is_named(&answer).with_context(|| format!("{question:?}"))?;
                outcome = Outcome::Named;
            }
        }
        // The log is read without the store, which alone knows how far the journal reached: an end that is missing is
        // named by whoever opens both.
        ensure!(
            outcome == Outcome::Named || log.out == self.log,
            "the log ends too soon and nobody says so"
        );
        ensure!(
            !heals || outcome == Outcome::AsBefore,
            "the store was not made anew by itself"
        );
        Ok(outcome)
    }
}

/// The first lines in which two texts differ.
fn first_difference(expected: &str, found: &str) -> String {
    let both = expected.lines().zip(found.lines());
    let same = both.take_while(|(one, other)| one == other).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("nothing").to_owned();
    format!("{}\ninstead of\n{}", line(found), line(expected))
}

/// An answer that says which file is damaged, and where.
fn is_named(answer: &Answer) -> anyhow::Result<()> {
    let named = answer.code == 2
        && answer.err.contains("journal is damaged")
        && answer.err.contains(".ndjson.zst` at byte");
    ensure!(named, "the damage is not named: {answer:?}");
    Ok(())
}
