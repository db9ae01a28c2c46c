//! How long does a process take, and how much memory at its peak?
//! Whole processes are measured, from their start to their end, on the two cores of this one.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::workspace::shown;

/// What a process took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// From start to end.
    pub(crate) seconds: f64,
    /// The most memory it had resident, in MiB.
    pub(crate) peak_mib: f64,
}

/// The peak is a high-water mark that the kernel keeps; what a process takes only in its last
/// moments of this length can be missed.
const LOOK_EVERY: Duration = Duration::from_millis(4);

/// Runs a command to its end, which must be one of these exit codes.
pub(crate) fn measure(command: &mut Command, good: &[i32]) -> anyhow::Result<Measured> {
    // What earlier runs left to be written must not be paid for by this one.
    rustix::fs::sync();
    let started = Instant::now();
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot run {}", shown(command)))?;
    let mut peak_kib = 0;
    let status = loop {
        if let Some(status) = child.try_wait().context("cannot wait for a process")? {
            break status;
        }
        peak_kib = peak_kib.max(high_water_mark(&child).unwrap_or(0));
        std::thread::sleep(LOOK_EVERY);
    };
    let seconds = started.elapsed().as_secs_f64();
    if !is_good(status, good) {
        bail!("{} failed: {status}", shown(command));
    }
    Ok(Measured {
        seconds,
        peak_mib: peak_kib as f64 / 1024.0,
    })
}

fn is_good(status: ExitStatus, good: &[i32]) -> bool {
    status.code().is_some_and(|code| good.contains(&code))
}

/// `VmHWM` in KiB; nothing where the process has ended.
fn high_water_mark(child: &Child) -> Option<u64> {
    let path = PathBuf::from(format!("/proc/{}/status", child.id()));
    let status = std::fs::read_to_string(path).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Seconds of processor time that a process has used so far, its threads together.
pub(crate) fn processor_seconds(process: u32) -> anyhow::Result<f64> {
    let path = format!("/proc/{process}/stat");
    let stat = std::fs::read_to_string(&path).with_context(|| format!("cannot read `{path}`"))?;
    // The name in brackets may hold anything; user and system time are the 12th and 13th after it.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: Vec<u64> = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse)
        .collect::<Result<_, _>>()
        .with_context(|| format!("cannot understand `{path}`"))?;
    let [user, system] = ticks[..] else {
        bail!("`{path}` is too short")
    };
    Ok((user + system) as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// Confines this process, and all that it starts from now on, to two of its cores.
pub(crate) fn confine_to_two_cores() -> anyhow::Result<()> {
    confine(&allowed_cores()?, 2)
}

/// Measures with one core alone for what is started meanwhile.
pub(crate) fn on_one_core<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    let allowed = allowed_cores()?;
    confine(&allowed, 1)?;
    let result = work();
    sched_setaffinity(None, &allowed).context("cannot give the cores back")?;
    result
}

fn allowed_cores() -> anyhow::Result<CpuSet> {
    sched_getaffinity(None).context("cannot ask for the allowed cores")
}

fn confine(allowed: &CpuSet, cores: usize) -> anyhow::Result<()> {
    let mut some = CpuSet::new();
    (0..CpuSet::MAX_CPU)
        .filter(|core| allowed.is_set(*core))
        .take(cores)
        .for_each(|core| some.set(core));
    sched_setaffinity(None, &some)
        .with_context(|| format!("cannot confine the measurement to {cores} of the cores"))
}

/// The median; 0 of nothing.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        length if length % 2 == 1 => values[length / 2],
        length => f64::midpoint(values[length / 2 - 1], values[length / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert!((median([3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median([4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median([]).abs() < f64::EPSILON);
    }

    #[test]
    fn a_process_is_measured() {
        let measured = measure(Command::new("sleep").arg("0.1"), &[0]).expect("sleep runs");
        assert!(
            measured.seconds >= 0.1 && measured.peak_mib > 0.0,
            "{measured:?}"
        );
        assert!(measure(&mut Command::new("false"), &[0]).is_err());
        assert!(processor_seconds(std::process::id()).is_ok());
    }
}
