//! What becomes of a file while the disk refuses to write?
//! From some call on every call of a kind fails in the running daemon, until the disk is well again: then the file is applied
//! once and whole, soon and without anybody's hand; where the daemon had to end, its service manager starts it again.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use intake_tests::installation::Installation;
use intake_tests::on_demand::{Random, number_from, seed};
use intake_tests::orders::csv;
use intake_tests::patience::await_that;
use intake_tests::system_calls::{cannot_trace, leave_alone};

/// So many disks fail where `INTAKE_FAULTS` does not say otherwise.
const FAULTS: u64 = 3;
/// The calls that make something of what is written durable, or give it its name.
const CALLS: [&str; 6] = [
    "pwrite64",
    "fsync",
    "fdatasync",
    "renameat2",
    "mkdirat",
    "syncfs",
];
const ERRORS: [&str; 2] = ["ENOSPC", "EIO"];
/// No thread makes more of one kind with a file.
const CALLS_OF_A_THREAD: u64 = 9;
/// So long the disk is out of order.
const OUT_OF_ORDER: Duration = Duration::from_millis(1500);
/// What was done before the disk was well again is found done at once.
const AT_ONCE: Duration = Duration::from_millis(20);
const ROWS: usize = 20;

#[test]
fn a_failing_disk_loses_nothing_and_work_goes_on_by_itself() -> anyhow::Result<()> {
    if let Some(reason) = cannot_trace() {
        println!("left out: no calls can be made to fail here: {reason}");
        return Ok(());
    }
    let faults = number_from("INTAKE_FAULTS")?.unwrap_or(FAULTS);
    let seed = seed()?;
    let mut random = Random(seed);
    let mut longest = Duration::ZERO;
    let (mut ended, mut struck) = (0, 0);
    for number in 0..faults {
        let call = CALLS[random.below(CALLS.len() as u64) as usize];
        let error = ERRORS[random.below(ERRORS.len() as u64) as usize];
        let from = 1 + random.below(CALLS_OF_A_THREAD);
        let inject = format!("inject={call}:error={error}:when={from}+");
        let (back, restarted) =
            fail(&inject).with_context(|| format!("seed {seed}, fault {number}: {inject}"))?;
        longest = longest.max(back);
        ended += u64::from(restarted);
        struck += u64::from(back > AT_ONCE);
    }
    println!(
        "seed {seed}: {faults} failing disks, {struck} of them kept the file waiting, {ended} ended the daemon; back at work within {} ms, nothing lost or done twice",
        longest.as_millis()
    );
    Ok(())
}

/// Has the disk fail and get well again; gives how long it took until the file was done, and whether the daemon had ended.
fn fail(inject: &str) -> anyhow::Result<(Duration, bool)> {
    let site = Installation::for_partners(&["alpha"])?;
    site.stock(1)?;
    site.drop_file("alpha", "a.csv", &csv("A", ROWS, 1))?;
    let mut daemon = site.serve_failing(inject)?;
    sleep(OUT_OF_ORDER);
    leave_alone(daemon.process_id())?;
    let well = Instant::now();
    let ended = daemon.ended()?.is_some();
    if ended {
        // So does whoever watches over services.
        daemon = site.serve()?;
    }
    await_that("the file to be done", || {
        daemon.must_run()?;
        let receipt = site.receipt("alpha", "a.csv.receipt.json")?;
        let at_rest = site.data().join("archive/alpha").exists();
        let work = fs::read_dir(site.data().join("work")).map_or(0, Iterator::count);
        Ok(receipt.is_some() && at_rest && work == 0)
    })
    .with_context(|| format!("it said:\n{}", daemon.said()))?;
    let back = well.elapsed();
    daemon.stop()?;
    looks_right(&site)?;
    Ok((back, ended))
}

fn looks_right(site: &Installation) -> anyhow::Result<()> {
    site.verify()?;
    let mut rows: Vec<_> = site
        .log()?
        .iter()
        .map(|line| line["row"].as_u64())
        .collect();
    rows.sort_unstable();
    let should: Vec<_> = (1..=ROWS as u64).map(Some).collect();
    ensure!(rows == should, "the log has the rows {rows:?}");
    let files = site.files()?;
    ensure!(
        files.len() == 1 && files[0]["state"] == "applied",
        "{files:?}"
    );
    Ok(())
}
