//! How fast are orders taken in durably, the first time and again, next to SQLite?
//! Intake is measured as a whole process that reads, checks, plans, journals and stores; SQLite only
//! while it upserts rows that lie parsed in memory.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::Scale;
use super::inputs::{Input, Inputs, remove};
use super::measure::{Measured, measure};
use super::report::{Goal, Report};
use crate::commands::daemon::Intake;

/// The partner whose orders are imported.
pub(super) const PARTNER: &str = "bench";

/// Measures three pairs, each with a first import and the same again.
pub(super) fn measure_import(
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    sqlite_cache: u32,
    report: &mut Report,
) -> anyhow::Result<()> {
    let input = inputs.clean_orders(scale.rows(1_000_000))?;
    println!("importing {} orders", input.rows);
    let template = inputs.data_directory(program, "template-data", input.rows)?;
    let passes = ["first import", "same again"];
    let goals = [(2.5, Some(Goal::AtMost(500.0))), (2.0, None)];
    let mut ours: [Vec<Measured>; 2] = Default::default();
    let mut theirs: [Vec<Measured>; 2] = Default::default();
    for _ in 0..scale.repetitions(3) {
        let intake = inputs.copy_of(&template, "import-data")?;
        let database_folder = inputs.folder.join("sqlite");
        remove(&database_folder)?;
        std::fs::create_dir_all(&database_folder)
            .with_context(|| format!("cannot make `{}`", database_folder.display()))?;
        for pass in 0..passes.len() {
            ours[pass].push(import_by_intake(&intake, &input, passes[pass])?);
            theirs[pass].push(upsert_by_sqlite(&input, &database_folder, sqlite_cache)?);
        }
    }
    let seconds = |runs: &[Measured]| runs.iter().map(|run| run.seconds).collect::<Vec<f64>>();
    for (pass, name) in passes.iter().enumerate() {
        let (ratio, memory) = goals[pass];
        report.add_runs(name, input.rows, &ours[pass], memory);
        report.add_runs(
            &format!("{name} by SQLite"),
            input.rows,
            &theirs[pass],
            None,
        );
        let title = format!("{name}: faster than SQLite");
        report.add_ratio(
            &title,
            &seconds(&ours[pass]),
            &seconds(&theirs[pass]),
            ratio,
        );
    }
    Ok(())
}

/// Imports the file and holds the counts against what the pass has to decide.
pub(super) fn import_by_intake(
    intake: &Intake,
    input: &Input,
    pass: &str,
) -> anyhow::Result<Measured> {
    let answer_path = intake.data.with_extension("answer.json");
    let cannot_write = || format!("cannot write `{}`", answer_path.display());
    let out = std::fs::File::create(&answer_path).with_context(cannot_write)?;
    let mut command = intake.command(&["import", "--partner", PARTNER, "--format", "json", "-q"]);
    command.arg(&input.path).stdout(out);
    let measured = measure(&mut command, &[0])?;
    let answer = std::fs::read(&answer_path)
        .with_context(|| format!("cannot read `{}`", answer_path.display()))?;
    let answer: Value = serde_json::from_slice(&answer)
        .with_context(|| format!("`{}` is not JSON", answer_path.display()))?;
    let decision = if pass == "first import" {
        "create"
    } else {
        "unchanged"
    };
    let counted = find_count(&answer, decision);
    if counted != Some(input.rows) {
        bail!("{pass}: {decision} is {counted:?} for {} rows", input.rows);
    }
    Ok(measured)
}

/// The count of a decision, of one file or of a list with one.
fn find_count(answer: &Value, decision: &str) -> Option<u64> {
    match answer {
        Value::Array(files) => files.iter().find_map(|file| find_count(file, decision)),
        Value::Object(file) => match file.get("files") {
            Some(files) => find_count(files, decision),
            None => file.get("counts")?.get(decision)?.as_u64(),
        },
        _ => None,
    }
}

/// Runs the peer as a process of its own. Its memory holds the parsed rows too.
fn upsert_by_sqlite(input: &Input, folder: &Path, cache: u32) -> anyhow::Result<Measured> {
    let this = std::env::current_exe().context("cannot find this program's file")?;
    let answer_path = folder.join("answer.json");
    let cannot_write = || format!("cannot write `{}`", answer_path.display());
    let out = std::fs::File::create(&answer_path).with_context(cannot_write)?;
    let mut command = Command::new(this);
    command
        .arg("sqlite-peer")
        .arg(&input.path)
        .arg(folder.join("orders.db"));
    command.args(["--cache", &cache.to_string()]);
    let process = measure(command.stdin(Stdio::null()).stdout(out), &[0])?;
    let answer = std::fs::read(&answer_path)
        .with_context(|| format!("cannot read `{}`", answer_path.display()))?;
    let answer: Value = serde_json::from_slice(&answer).context("the peer printed no JSON")?;
    let seconds = answer["seconds"]
        .as_f64()
        .context("the peer names no seconds")?;
    Ok(Measured { seconds, ..process })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_found_in_each_form() {
        let file = serde_json::json!({ "counts": { "create": 7 } });
        assert_eq!(find_count(&file, "create"), Some(7));
        assert_eq!(find_count(&serde_json::json!([file]), "create"), Some(7));
        assert_eq!(
            find_count(&serde_json::json!({ "files": [file] }), "create"),
            Some(7)
        );
        assert_eq!(find_count(&file, "update"), None);
    }
}
