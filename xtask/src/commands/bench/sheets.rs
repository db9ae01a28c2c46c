//! How fast is a workbook checked, next to openpyxl with the same rules?
//! The workbook is made from the generator's CSV file; who finds other rows than the generator made bad is not measured
//! but refused.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Scale;
use super::check::{check_by_intake, check_by_peer, python_with_peers};
use super::inputs::{Input, Inputs};
use super::measure::Measured;
use super::report::{Goal, Report};
use crate::workspace::{Workspace, run};

/// Measures three pairs.
pub(super) fn measure_sheets(
    workspace: &Workspace,
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let python = python_with_peers(workspace)?;
    let peers = workspace.root.join("xtask/peers");
    let input = workbook(
        &python,
        &peers,
        &inputs.orders_with_bad_rows(scale.rows(200_000))?,
    )?;
    println!(
        "checking a workbook of {} rows, {} of them bad",
        input.rows, input.bad_rows
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..scale.repetitions(3) {
        ours.push(check_by_intake(program, inputs, &input)?);
        theirs.push(check_by_peer(
            &python,
            &peers.join("check_openpyxl.py"),
            inputs,
            &input,
        )?);
    }
    let seconds = |runs: &[Measured]| runs.iter().map(|run| run.seconds).collect::<Vec<f64>>();
    report.add_runs("workbook", input.rows, &ours, Some(Goal::AtMost(150.0)));
    report.add_runs("workbook by openpyxl", input.rows, &theirs, None);
    report.add_ratio(
        "workbook: faster than openpyxl",
        &seconds(&ours),
        &seconds(&theirs),
        3.0,
    );
    Ok(())
}

/// The same orders as a workbook, beside their CSV file.
pub(super) fn workbook(python: &Path, peers: &Path, orders: &Input) -> anyhow::Result<Input> {
    let path: PathBuf = orders.path.with_extension("xlsx");
    if !path.is_file() {
        println!("writing {} orders to `{}`", orders.rows, path.display());
        let unfinished = path.with_extension("unfinished");
        let mut write = Command::new(python);
        write
            .arg(peers.join("write_workbook.py"))
            .arg(&orders.path)
            .arg(&unfinished);
        run(write.stdin(Stdio::null()))?;
        crate::commands::daemon::rename(&unfinished, &path)?;
    }
    Ok(Input {
        path,
        rows: orders.rows,
        bad_rows: orders.bad_rows,
    })
}
