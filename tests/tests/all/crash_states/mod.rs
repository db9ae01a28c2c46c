//! Does the program recover from every state that a power cut may leave behind?
//! The calls of a real daemon are recorded, every state that the rules of a disk allow is made of them, and the program's own
//! recovery runs on it: each file was taken once and whole, or lies where its sender put it.

mod choices;
mod life;
mod recovery;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use anyhow::{Context as _, anyhow, ensure};
use intake_tests::on_demand::{Random, number_from, seed};
use intake_tests::system_calls::cannot_trace;
use tempfile::TempDir;

use choices::{ByChance, InTurn};
use life::{Job, Life};
use recovery::{recover_all, recovers};

/// So many states where `INTAKE_STATES` does not say otherwise.
const STATES: u64 = 300;
/// After so many states by chance another life of the program is recorded, begun from one of them.
const STATES_OF_A_LIFE: u64 = 4_000;
/// So many states of a disk that loses what it called safe.
const LIES: u32 = 20;
const PARTNERS: [&str; 3] = ["alpha", "beta", "gamma"];

#[test]
fn every_state_that_a_power_cut_may_leave_is_recovered_from() -> anyhow::Result<()> {
    if let Some(reason) = cannot_trace() {
        println!("left out: no program can be traced here: {reason}");
        return Ok(());
    }
    let states = number_from("INTAKE_STATES")?.unwrap_or(STATES);
    let seed = seed()?;
    let mut random = Random(seed);
    let (jobs, queue) = sync_channel(8);
    let queue = Mutex::new(queue);
    let told = std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores)
            .map(|_| scope.spawn(|| recover_all(&queue)))
            .collect();
        let mut found = Seen::default();
        let mut give = |job: Option<Job>| job.is_none_or(|job| jobs.send(job).is_ok());
        let made = make_all(states, &mut random, &mut found, &mut give);
        drop(jobs);
        for worker in workers {
            worker
                .join()
                .map_err(|_| anyhow!("a recovery panicked"))??;
        }
        made.map(|told| (told, found))
    });
    let ((moments, complete), found) = told.with_context(|| format!("seed {seed}"))?;
    println!(
        "seed {seed}: {} states, {} of them different, none bad; of one import {moments} moments, {complete} of them with every state",
        found.states,
        found.different.len()
    );
    Ok(())
}

#[test]
fn a_disk_that_lies_is_found_out() -> anyhow::Result<()> {
    if cannot_trace().is_some() {
        return Ok(());
    }
    let mut life = Life::record(&PARTNERS[..1], None)?;
    life.history = life.history.of_a_lying_disk();
    let mut random = Random(1);
    let mut bad = 0;
    for _ in 0..LIES {
        let moment = life.history.moments();
        let (job, _) = life.job(moment, &mut ByChance::of(&mut random))?;
        let folder = TempDir::new()?;
        job.disk.lay_out(folder.path())?;
        bad += u32::from(recovers(folder.path(), &job).is_err());
    }
    // Otherwise the test above would not see what it looks for.
    ensure!(
        bad > LIES / 4,
        "only {bad} of {LIES} lost states were found to be bad"
    );
    Ok(())
}

/// What has been made so far.
#[derive(Default)]
struct Seen {
    states: u64,
    different: HashSet<(u64, u64)>,
}

/// Makes the states: half of them of one import, moment by moment, half of three at once. Gives how many moments the one import
/// has, and of how many every state was made.
fn make_all(
    states: u64,
    random: &mut Random,
    seen: &mut Seen,
    give: &mut dyn FnMut(Option<Job>) -> bool,
) -> anyhow::Result<(usize, usize)> {
    let one = Life::record(&PARTNERS[..1], None)?;
    let moments = one.history.telling_moments();
    let of_a_moment = (states / 2 / moments.len() as u64).max(1);
    let mut complete = 0;
    for &moment in &moments {
        let mut in_turn = InTurn::default();
        let mut of_this = Vec::new();
        let all = loop {
            of_this.push(one.job(moment, &mut in_turn)?);
            if !in_turn.advance() {
                break true;
            }
            if of_this.len() as u64 >= of_a_moment {
                break false;
            }
        };
        complete += usize::from(all);
        if !all {
            of_this.clear();
            for _ in 0..of_a_moment {
                of_this.push(one.job(moment, &mut ByChance::of(random))?);
            }
        }
        for job in of_this {
            if !give(seen.news(job)) {
                return Ok((moments.len(), complete));
            }
        }
    }
    let mut life = Life::record(&PARTNERS, None)?;
    let mut of_this_life = 0;
    while seen.states < states {
        if of_this_life == STATES_OF_A_LIFE {
            of_this_life = 0;
            // A power cut, and another one while the program recovers from it.
            let moment = random.below(life.history.moments() as u64) as usize;
            let (disk, _) = life.history.state(moment, &mut ByChance::of(random))?;
            let anew = random.below(3) == 0;
            life = Life::record(&PARTNERS, (!anew).then_some(&disk))?;
        }
        of_this_life += 1;
        let moment = random.below(life.history.moments() as u64 + 1) as usize;
        let job = life.job(moment, &mut ByChance::of(random))?;
        if !give(seen.news(job)) {
            break;
        }
    }
    Ok((moments.len(), complete))
}

impl Seen {
    /// The job, unless there was such a one.
    fn news(&mut self, (job, tale): (Job, Vec<u8>)) -> Option<Job> {
        self.states += 1;
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, &tale, job.partners, &job.acknowledged).hash(&mut hasher);
            hasher.finish()
        };
        self.different.insert((half(0), half(1))).then_some(job)
    }
}
