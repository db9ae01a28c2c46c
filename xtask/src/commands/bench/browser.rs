//! How long does a browser take from a file to its verdict, next to Papa Parse with Ajv?
//! Intake's own page and the peer's worker in one Chromium, in pairs, with the same rules; who finds other bad rows than the
//! generator made is not measured but refused.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use super::Scale;
use super::inputs::{Input, Inputs};
use super::measure::{self, measure};
use super::report::{Goal, Report};
use crate::commands::build;
use crate::workspace::{Workspace, run, shown};

/// What the browser measured.
#[derive(Deserialize)]
struct Measured {
    usual: Vec<Run>,
    wrong: Vec<Run>,
    huge: Vec<Run>,
    papa: Vec<PeerRun>,
}

/// Intake's page with a file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    rows: u64,
    bad: u64,
    seconds: f64,
    /// The longest time that the page's main thread was busy, in milliseconds; 50 where it was never longer.
    longest_task: f64,
    /// The most memory above the idle tab's, in MiB.
    megabytes: f64,
}

/// Papa Parse and Ajv with a file.
#[derive(Deserialize)]
struct PeerRun {
    rows: u64,
    bad: u64,
    seconds: f64,
}

/// Measures five pairs.
pub(super) fn measure_browser(
    workspace: &Workspace,
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    build::package(workspace)?;
    let folder = workspace.target.join("bench-browser");
    install(&workspace.root.join("xtask/peers/browser"), &folder)?;
    let usual = inputs.orders_with_bad_rows(scale.rows(1_000_000))?;
    let wrong = inputs.orders_all_bad(scale.rows(1_000_000))?;
    let huge = inputs.orders_with_bad_rows(scale.rows(5_800_000))?;
    println!(
        "checking {} and {} rows in a browser",
        usual.rows, huge.rows
    );
    let pairs = scale.repetitions(5);
    let native: Vec<f64> = (0..pairs)
        .map(|_| check_on_one_core(program, &usual))
        .collect::<anyhow::Result<_>>()?;
    let files = serde_json::json!({ "usual": usual.path, "wrong": wrong.path, "huge": huge.path });
    let mut node = Command::new("node");
    node.arg(folder.join("measure.js"))
        .arg(workspace.target.join("www"))
        .args([files.to_string(), inputs.now(), pairs.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = node
        .output()
        .with_context(|| format!("cannot run {}", shown(&node)))?;
    ensure!(output.status.success(), "{} failed", shown(&node));
    let measured: Measured =
        serde_json::from_slice(&output.stdout).context("cannot read what the browser measured")?;
    let found = [
        (&usual, &measured.usual),
        (&wrong, &measured.wrong),
        (&huge, &measured.huge),
    ];
    for (input, runs) in found {
        for run in runs {
            compare("Intake", input, run.rows, run.bad)?;
        }
    }
    for run in &measured.papa {
        compare("Papa Parse", &usual, run.rows, run.bad)?;
    }
    let seconds = |runs: &[Run]| runs.iter().map(|run| run.seconds).collect::<Vec<f64>>();
    let theirs: Vec<f64> = measured.papa.iter().map(|run| run.seconds).collect();
    let (ours, all_wrong) = (seconds(&measured.usual), seconds(&measured.wrong));
    let name = "browser: faster than Papa Parse and Ajv";
    report.add_ratio(name, &ours, &theirs, 10.0);
    let times = |slow: &[f64], fast: &[f64]| {
        let pairs = slow.iter().zip(fast);
        pairs.map(|(slow, fast)| slow / fast).collect::<Vec<f64>>()
    };
    let slower = times(&ours, &native);
    report.add(
        "browser: slower than `intake check` on one core",
        "×",
        slower,
        Some(Goal::AtMost(2.5)),
    );
    report.add(
        "browser: slower where every row is wrong",
        "×",
        times(&all_wrong, &ours),
        Some(Goal::AtMost(2.0)),
    );
    let all = || [&measured.usual, &measured.wrong, &measured.huge].map(|runs| runs.iter());
    let longest = all().map(|runs| runs.map(|run| run.longest_task).fold(0.0, f64::max));
    report.add(
        "browser: longest task on the main thread",
        "ms",
        vec![longest.into_iter().fold(0.0, f64::max)],
        Some(Goal::AtMost(50.0)),
    );
    let memory = measured.huge.iter().map(|run| run.megabytes).collect();
    report.add(
        format!("browser: memory for {} rows", huge.rows),
        "MiB",
        memory,
        Some(Goal::AtMost(400.0)),
    );
    report.add("browser: file to verdict", "s", ours, None);
    report.add("browser: every row wrong", "s", all_wrong, None);
    report.add(
        format!("browser: {} rows", huge.rows),
        "s",
        seconds(&measured.huge),
        None,
    );
    report.add("browser: Papa Parse and Ajv", "s", theirs, None);
    report.add("`intake check` on one core", "s", native, None);
    Ok(())
}

fn check_on_one_core(program: &Path, input: &Input) -> anyhow::Result<f64> {
    let mut command = Command::new(program);
    command
        .arg("check")
        .arg(&input.path)
        .args(["--format", "text", "--quiet"])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    // Exit code 1 says that errors were found.
    Ok(measure::on_one_core(|| measure(&mut command, &[1]))?.seconds)
}

fn compare(who: &str, input: &Input, rows: u64, bad: u64) -> anyhow::Result<()> {
    ensure!(
        (rows, bad) == (input.rows, input.bad_rows),
        "{who} found {bad} bad rows of {rows} in the browser, the generator made {} of {}",
        input.bad_rows,
        input.rows
    );
    Ok(())
}

/// Copies the measuring scripts and installs what they need, as their lock names it.
fn install(from: &Path, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make `{}`", folder.display()))?;
    let entries = std::fs::read_dir(from);
    for entry in entries.with_context(|| format!("cannot read `{}`", from.display()))? {
        let entry = entry?;
        if entry.path().is_file() {
            std::fs::copy(entry.path(), folder.join(entry.file_name()))
                .with_context(|| format!("cannot copy `{}`", entry.path().display()))?;
        }
    }
    let mut npm = Command::new("npm");
    npm.args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--silent",
    ])
    .current_dir(folder)
    .stdin(Stdio::null());
    run(&mut npm)
}
