//! Do the core on this machine and the package in JavaScript say the same?
//! To the byte, whatever the file and wherever its chunks are cut; and every code that can be found takes part.

mod by_hand;
mod corpus;
mod mutated;
mod native;
mod questions;
mod workbooks;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use intake_core::code::CODES;
use intake_tests::program::workspace;
use serde_json::json;

pub(crate) use corpus::NOW;
use corpus::{Corpus, Job};
use questions::{Question, questions};

/// Codes that no file of this corpus can show, and why.
const OUT_OF_REACH: [(&str, &str); 8] = [
    ("too-many-records", "takes a file of 2 billion records"),
    ("bool-invalid", "only offers have truth values"),
    (
        "customer-unknown",
        "no snapshot tells which customers there are",
    ),
    ("email-taken", "no snapshot tells which addresses there are"),
    (
        "order-of-other-partner",
        "no snapshot holds another partner's orders",
    ),
    ("customer-of-other-partner", "no snapshot holds customers"),
    ("customer-number-taken", "no snapshot holds customers"),
    ("customer-number-fixed", "no snapshot holds customers"),
];

#[test]
fn native_and_package_say_the_same() -> anyhow::Result<()> {
    let corpus = Corpus::new()?;
    let questions = questions();
    let folder = tempfile::tempdir()?;
    let said = folder.path().join("said");
    ask_the_package(&corpus, &questions, folder.path(), &said)?;
    let said = std::fs::read(&said)?;
    let mut said = Frames(&said);
    let answers_each = questions.len() + 1;
    let mut pairs: Vec<(&Job, Vec<&[u8]>)> = Vec::new();
    for job in &corpus.jobs {
        pairs.push((job, said.next(answers_each)?));
    }
    ensure!(said.0.is_empty(), "the package says more than it was asked");
    let (first, second) = pairs.split_at(pairs.len() / 2);
    let compare = |pairs| compare(pairs, &questions, &corpus);
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| compare(first));
        let second = compare(second);
        (first.join(), second)
    });
    let mut codes = first.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    codes.extend(second?);
    every_code_took_part(&codes)
}

/// Holds what the package said of files against what the core says here, and gives all codes that were found.
fn compare(
    pairs: &[(&Job, Vec<&[u8]>)],
    questions: &[Question],
    corpus: &Corpus,
) -> anyhow::Result<BTreeSet<String>> {
    let mut codes = BTreeSet::new();
    for (job, by_package) in pairs {
        let answers =
            native::answers(job, questions, &corpus.snapshots).with_context(|| job.name.clone())?;
        codes.extend(codes_of(&answers)?);
        if let Some(expected) = &job.report {
            // The first question is for the report.
            ensure!(
                answers[1] == *expected,
                "`{}` is reported otherwise than it stands beside the sample:\n{}",
                job.name,
                first_difference(&answers[1], expected)
            );
        }
        for (at, (native, package)) in answers.iter().zip(by_package).enumerate() {
            let asked = at.checked_sub(1).map(|at| &questions[at]);
            ensure!(
                native == package,
                "`{}` ({} and {:?} bytes at once): to {asked:?}\n{}",
                job.name,
                job.chunk,
                job.package_chunk,
                first_difference(native, package)
            );
        }
    }
    Ok(codes)
}

/// A module that has stopped in the middle of something says so, whatever is asked of it.
#[test]
fn a_stopped_package_says_so() -> anyhow::Result<()> {
    let mut node = Command::new("node");
    node.arg(workspace().join("tests/parity/stopped.js"))
        .arg(package()?);
    run(&mut node)
}

/// Every code is reached, but those that are out of reach for a reason.
fn every_code_took_part(found: &BTreeSet<String>) -> anyhow::Result<()> {
    let mut wrong = Vec::new();
    for spec in CODES {
        let excused = OUT_OF_REACH.iter().any(|(name, _)| *name == spec.name);
        if found.contains(spec.name) == excused {
            wrong.push(spec.name);
        }
    }
    ensure!(
        wrong.is_empty(),
        "reached though out of reach, or not reached: {wrong:?}"
    );
    Ok(())
}

/// Every code that a verdict or a plan names.
fn codes_of(answers: &[Vec<u8>]) -> anyhow::Result<BTreeSet<String>> {
    let mut codes = BTreeSet::new();
    for answer in &answers[..3] {
        let text = std::str::from_utf8(answer)?;
        for rest in text.split("\"code\":\"").skip(1) {
            codes.extend(rest.split('"').next().map(str::to_owned));
        }
    }
    Ok(codes)
}

/// Has the package answer, in Node.
fn ask_the_package(
    corpus: &Corpus,
    questions: &[Question],
    folder: &Path,
    said: &Path,
) -> anyhow::Result<()> {
    let mut inputs = Vec::new();
    let mut jobs = Vec::new();
    for job in &corpus.jobs {
        inputs.extend_from_slice(&job.input);
        jobs.push(json!({
            "name": job.name,
            "length": job.input.len(),
            "now": NOW,
            "profile": job.profile.as_ref().map(intake_core::profile::Profile::to_json),
            "snapshot": job.snapshot,
            "chunk": job.package_chunk,
            "questions": questions,
        }));
    }
    let mut snapshots = Vec::new();
    for (number, stored) in corpus.stored.iter().enumerate() {
        let path = folder.join(format!("{number}.intake-snapshot"));
        std::fs::write(&path, stored)?;
        snapshots.push(path);
    }
    let (list, bytes) = (folder.join("jobs.json"), folder.join("inputs"));
    let jobs = json!({ "jobs": jobs, "snapshots": snapshots });
    std::fs::write(&list, serde_json::to_vec(&jobs)?)?;
    std::fs::write(&bytes, inputs)?;
    let mut node = Command::new("node");
    node.arg(workspace().join("tests/parity/answers.js"))
        .arg(package()?)
        .args([&list, &bytes])
        .arg(said);
    run(&mut node)
}

fn run(node: &mut Command) -> anyhow::Result<()> {
    let output = node
        .stdin(Stdio::null())
        .output()
        .context("cannot run `node`\nhint: install Node 20 or newer")?;
    ensure!(
        output.status.success(),
        "the package failed: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// Where the package was built.
fn package() -> anyhow::Result<PathBuf> {
    // target/tmp
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let package = target.context("a build folder")?.join("pkg");
    ensure!(
        package.join("checker.js").is_file(),
        "there is no package at `{}`\nhint: `cargo xtask build package`",
        package.display()
    );
    Ok(package)
}

/// Answers one behind another, each with its length before it.
struct Frames<'f>(&'f [u8]);

impl<'f> Frames<'f> {
    fn next(&mut self, count: usize) -> anyhow::Result<Vec<&'f [u8]>> {
        let mut frames = Vec::with_capacity(count);
        for _ in 0..count {
            let (length, rest) = self.0.split_first_chunk().context("an answer is missing")?;
            let length = u32::from_le_bytes(*length) as usize;
            ensure!(rest.len() >= length, "an answer is cut off");
            let (frame, rest) = rest.split_at(length);
            frames.push(frame);
            self.0 = rest;
        }
        Ok(frames)
    }
}

fn first_difference(native: &[u8], package: &[u8]) -> String {
    let at = native.iter().zip(package).position(|(a, b)| a != b);
    let at = at.unwrap_or(native.len().min(package.len()));
    let around = |bytes: &[u8]| {
        let from = at.saturating_sub(200);
        let to = bytes.len().min(at + 200);
        String::from_utf8_lossy(&bytes[from..to]).into_owned()
    };
    format!(
        "native:  …{}…\npackage: …{}…",
        around(native),
        around(package)
    )
}
