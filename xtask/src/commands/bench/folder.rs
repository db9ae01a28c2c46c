//! How soon does a partner have a receipt, and what does waiting for files cost?
//! The daemon is idle before each file; it is asked for nothing but what its folders show.

use std::path::Path;
use std::time::{Duration, Instant};

use super::Scale;
use super::import::{PARTNER, import_by_intake};
use super::inputs::Inputs;
use super::measure::processor_seconds;
use super::report::{Goal, Report};
use crate::commands::daemon::{Intake, Serving};

const PATIENCE: Duration = Duration::from_secs(60);
const ROWS: u64 = 100;

/// Between two files the daemon gets this long to come to rest.
const REST: Duration = Duration::from_millis(300);

/// Measures 50 files of 100 new orders.
pub(super) fn measure_latency(
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let intake = inputs.data_directory(program, "latency-data", ROWS)?;
    let mut serving = intake.serve(&inputs.folder.join("latency-serve.log"))?;
    // The first file waits for the start too.
    drop_and_wait(&intake, &mut serving, inputs, 0)?;
    let mut waits = Vec::new();
    for number in 1..=scale.repetitions(50) as u64 {
        std::thread::sleep(REST);
        waits.push(drop_and_wait(&intake, &mut serving, inputs, number)?.as_secs_f64() * 1_000.0);
    }
    serving.stop()?;
    report.add("rename to receipt", "ms", waits, Some(Goal::AtMost(150.0)));
    Ok(())
}

fn drop_and_wait(
    intake: &Intake,
    serving: &mut Serving,
    inputs: &Inputs,
    number: u64,
) -> anyhow::Result<Duration> {
    let name = format!("small-{number}.csv");
    let content = inputs.small_file(number, ROWS)?;
    let receipt = intake.receipt_path(PARTNER, &name);
    // The file is written under its temporary name first; only the rename counts.
    let written = intake.write_beside(PARTNER, &name, &content)?;
    let started = Instant::now();
    written.take_its_name()?;
    let what = format!("waiting for the receipt of `{name}`");
    serving.await_answer(&what, PATIENCE, Duration::from_micros(500), || {
        Ok(receipt.exists().then_some(()))
    })?;
    Ok(started.elapsed())
}

/// Measures the processor time of a minute without files, with a million orders in the store.
pub(super) fn measure_idle(
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let input = inputs.clean_orders(scale.rows(1_000_000))?;
    let intake = inputs.data_directory(program, "idle-data", input.rows)?;
    import_by_intake(&intake, &input, "first import")?;
    let mut serving = intake.serve(&inputs.folder.join("idle-serve.log"))?;
    drop_and_wait(&intake, &mut serving, inputs, 0)?;
    let minute = Duration::from_secs(if scale.is_quick { 10 } else { 60 });
    std::thread::sleep(Duration::from_secs(10));
    let before = processor_seconds(serving.process())?;
    let started = Instant::now();
    std::thread::sleep(minute);
    let used = processor_seconds(serving.process())? - before;
    let share = used / started.elapsed().as_secs_f64() * 100.0;
    serving.stop()?;
    report.add(
        "idle daemon",
        "% of a core",
        vec![share],
        Some(Goal::AtMost(1.0)),
    );
    Ok(())
}
