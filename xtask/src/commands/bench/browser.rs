//! How long does a browser take from a file to its verdict, next to Papa Parse with Ajv?
//! Both in workers of one Chromium, in pairs, with the same rules; who finds other bad rows than the generator made is
//! not measured but refused.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use super::Scale;
use super::inputs::Inputs;
use super::report::Report;
use crate::commands::build;
use crate::workspace::{Workspace, run, shown};

#[derive(Deserialize)]
struct Measured {
    intake: Vec<Run>,
    papa: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    rows: u64,
    bad: u64,
    seconds: f64,
}

/// Measures five pairs.
pub(super) fn measure_browser(
    workspace: &Workspace,
    inputs: &Inputs,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    build::package(workspace)?;
    let folder = workspace.target.join("bench-browser");
    install(&workspace.root.join("xtask/peers/browser"), &folder)?;
    let input = inputs.orders_with_bad_rows(scale.rows(1_000_000))?;
    println!(
        "checking {} rows in a browser, {} of them bad",
        input.rows, input.bad_rows
    );
    let mut node = Command::new("node");
    node.arg(folder.join("measure.js"))
        .args([&workspace.target.join("pkg"), &input.path])
        .args([inputs.now(), scale.repetitions(5).to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = node
        .output()
        .with_context(|| format!("cannot run {}", shown(&node)))?;
    ensure!(output.status.success(), "{} failed", shown(&node));
    let measured: Measured =
        serde_json::from_slice(&output.stdout).context("cannot read what the browser measured")?;
    for (who, runs) in [("Intake", &measured.intake), ("Papa Parse", &measured.papa)] {
        for run in runs {
            ensure!(
                (run.rows, run.bad) == (input.rows, input.bad_rows),
                "{who} found {} bad rows of {} in the browser, the generator made {} of {}",
                run.bad,
                run.rows,
                input.bad_rows,
                input.rows
            );
        }
    }
    let seconds = |runs: &[Run]| runs.iter().map(|run| run.seconds).collect::<Vec<f64>>();
    let (ours, theirs) = (seconds(&measured.intake), seconds(&measured.papa));
    let name = "browser: faster than Papa Parse and Ajv";
    report.add_ratio(name, &ours, &theirs, 10.0);
    report.add("browser: file to verdict", "s", ours, None);
    report.add("browser: Papa Parse and Ajv", "s", theirs, None);
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
