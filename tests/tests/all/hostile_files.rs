//! What does it cost to read files that are made to cost dear?
//! Each is checked by the real program as a process of its own: its verdict is said and its memory bounded in every run,
//! and in full size (`cargo xtask torture hostile`) it is done in time too.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use intake_tests::hostile::HOSTILE;
use intake_tests::on_demand::number_from;
use intake_tests::program::intake;

/// No file may take more memory than this.
const MOST_MIB: f64 = 128.0;

/// No file may take longer than this, where the program is a release build.
const LONGEST: Duration = Duration::from_secs(2);

#[test]
fn no_hostile_file_costs_much() -> anyhow::Result<()> {
    let is_whole = number_from("INTAKE_HOSTILE")?.is_some();
    let part = if is_whole { 1 } else { 40 };
    let folder = tempfile::tempdir()?;
    let mut wrong = Vec::new();
    for file in HOSTILE {
        let path = folder.path().join(file.name);
        fs::write(&path, (file.make)(part))?;
        let bytes = fs::metadata(&path)?.len();
        let out = folder.path().join("report.ndjson");
        let started = Instant::now();
        let mut check = Command::new(intake()?);
        check
            .arg("check")
            .arg(&path)
            .args(["--format", "ndjson", "--quiet"])
            .env_remove("INTAKE_DATA")
            .stdin(Stdio::null())
            .stdout(fs::File::create(&out)?)
            .stderr(Stdio::null());
        let mut child = check.spawn().context("cannot run the program")?;
        let mut peak = 0.0_f64;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            peak = peak.max(high_water_mark(&child).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(1));
        };
        let taken = started.elapsed();
        let report = fs::read_to_string(&out)?;
        let is_said = file
            .said
            .is_none_or(|code| report.contains(&format!("\"code\":\"{code}\"")));
        println!(
            "{:40} {bytes:>10} bytes  {:>6.2} s (at most 2)  {peak:>6.1} MiB (at most 128)",
            file.name,
            taken.as_secs_f64()
        );
        if !matches!(status.code(), Some(0 | 1)) || !is_said {
            let first: String = report.chars().take(300).collect();
            wrong.push(format!("{}: {status}, {first}", file.name));
        }
        if peak > MOST_MIB {
            wrong.push(format!("{}: {peak:.0} MiB", file.name));
        }
        if is_whole && taken > LONGEST {
            wrong.push(format!("{}: {taken:?}", file.name));
        }
        fs::remove_file(&path)?;
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// The most memory that a process has had, in MiB.
fn high_water_mark(child: &Child) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}
