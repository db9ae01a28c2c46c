//! How fast is a large file checked, next to DuckDB and Polars?
//! All three apply the same rules and write every bad row down; who finds other rows than the
//! generator made bad is not measured but refused.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use super::Scale;
use super::inputs::{Input, Inputs};
use super::measure::{Measured, measure};
use super::report::{Goal, Report};
use crate::commands::python::python_with;
use crate::workspace::Workspace;

const PEERS: [(&str, &str); 2] = [("DuckDB", "check_duckdb.py"), ("Polars", "check_polars.py")];

/// Measures five pairs.
pub(super) fn measure_check(
    workspace: &Workspace,
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let python = python_with_peers(workspace)?;
    let input = inputs.orders_with_bad_rows(scale.rows(5_000_000))?;
    println!(
        "checking {} rows, {} of them bad",
        input.rows, input.bad_rows
    );
    let mut ours = Vec::new();
    let mut theirs: [Vec<Measured>; PEERS.len()] = Default::default();
    for _ in 0..scale.repetitions(5) {
        ours.push(check_by_intake(program, inputs, &input)?);
        for ((_, script), runs) in PEERS.iter().zip(&mut theirs) {
            let script = workspace.root.join("xtask/peers").join(script);
            runs.push(check_by_peer(&python, &script, inputs, &input)?);
        }
    }
    let seconds = |runs: &[Measured]| runs.iter().map(|run| run.seconds).collect::<Vec<f64>>();
    report.add_runs("check", input.rows, &ours, Some(Goal::AtMost(200.0)));
    for ((name, _), runs) in PEERS.iter().zip(&theirs) {
        report.add_runs(&format!("check by {name}"), input.rows, runs, None);
        let ratio = format!("check: faster than {name}");
        report.add_ratio(&ratio, &seconds(&ours), &seconds(runs), 3.0);
    }
    Ok(())
}

/// Checks a file and holds what is found against what the generator made.
pub(super) fn check_by_intake(
    program: &Path,
    inputs: &Inputs,
    input: &Input,
) -> anyhow::Result<Measured> {
    let found = inputs.folder.join("found-by-intake.ndjson");
    let out =
        File::create(&found).with_context(|| format!("cannot write `{}`", found.display()))?;
    let mut command = Command::new(program);
    command
        .arg("check")
        .arg(&input.path)
        .args(["--format", "ndjson", "--quiet"]);
    command.stdin(Stdio::null()).stdout(out);
    // Exit code 1 says that errors were found.
    let measured = measure(&mut command, &[1])?;
    compare("intake", input, &found, |line| {
        #[derive(Deserialize)]
        struct Item {
            row: Option<u64>,
        }
        serde_json::from_str::<Item>(line)
            .ok()
            .and_then(|item| item.row)
    })?;
    Ok(measured)
}

/// The same by a script of `xtask/peers/`.
pub(super) fn check_by_peer(
    python: &Path,
    script: &Path,
    inputs: &Inputs,
    input: &Input,
) -> anyhow::Result<Measured> {
    let name = script.file_stem().unwrap_or_default().to_string_lossy();
    let found = inputs.folder.join(format!("found-by-{name}.csv"));
    let mut command = Command::new(python);
    command
        .arg(script)
        .arg(&input.path)
        .arg(&found)
        .arg(inputs.now())
        .stdin(Stdio::null());
    let measured = measure(&mut command, &[0])?;
    compare(&name, input, &found, |line| {
        line.split(',').next()?.parse().ok()
    })?;
    Ok(measured)
}

/// Whoever is fast because it overlooks something is not measured.
fn compare(
    who: &str,
    input: &Input,
    found: &Path,
    row_of: impl Fn(&str) -> Option<u64>,
) -> anyhow::Result<()> {
    let cannot_read = || format!("cannot read `{}`", found.display());
    let file = File::open(found).with_context(cannot_read)?;
    let mut rows = BTreeSet::new();
    for line in BufReader::new(file).lines() {
        rows.extend(row_of(&line.with_context(cannot_read)?));
    }
    ensure!(
        rows.len() as u64 == input.bad_rows,
        "{who} found {} bad rows, the generator made {}, see `{}`",
        rows.len(),
        input.bad_rows,
        found.display()
    );
    Ok(())
}

/// A Python with the peers.
pub(super) fn python_with_peers(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    python_with(workspace, "bench-venv", "xtask/peers/requirements.txt")
}
