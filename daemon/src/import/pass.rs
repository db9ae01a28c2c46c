//! How does one pass over a file use the machine's cores and still answer in the file's order?
//! One thread reads, hashes and cuts; workers take blocks apart; the caller's thread merges in order. What is
//! in flight is bounded by the channels, whatever the file's size.

use crate::system::give_way;
use intake_core::finding::Finding;
use intake_core::read::{Block, Framer, ReadOptions, Shape, Switches};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// What the whole pass found out.
#[derive(Debug)]
pub struct PassEnd {
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// Its length.
    pub bytes: u64,
    /// Its shape, if it could be read at all.
    pub shape: Option<Arc<Shape>>,
    /// Did reading end before the file did?
    pub stopped: bool,
    /// What it says besides its records, where it is the body of a request.
    pub switches: Switches,
}

/// What is merged, in the order of the file.
#[derive(Debug)]
pub enum Step<T> {
    /// The result of a block.
    Block(Arc<Shape>, T),
    /// Findings about the file as a whole.
    AboutFile(Vec<Finding>),
}

/// Does the pass compute the file's SHA-256 on its way?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashing {
    /// Yes.
    Wanted,
    /// No: it is known.
    Known([u8; 32]),
}

/// Small enough for a core's cache: what was read is hashed and then cut.
const CHUNK: usize = 256 << 10;
const IN_FLIGHT: usize = 1;

/// Results of single blocks are small: so many may wait while whoever merges them is held up for a moment.
const RESULTS_IN_FLIGHT: usize = 32;

/// Unless they are not: results of about so many bytes may wait.
const BYTES_IN_FLIGHT: u64 = 8 << 20;

enum Job {
    Blocks(u64, Arc<Shape>, Vec<Block>),
}

enum Done<T> {
    /// A step's number, and the weight of what it brings.
    Step(u64, u64, Step<T>),
    End(Box<PassEnd>),
    Failed(io::Error),
}

/// Runs `work` over every block and `merge` over the results, in order. `merge` may end the pass early with an error. `weigh` says
/// how many bytes a result takes, more or less.
pub fn over_blocks<T: Send, E: From<io::Error>>(
    source: impl Read + Send,
    options: ReadOptions,
    hashing: Hashing,
    work: impl Fn(&Shape, &Block) -> T + Sync,
    weigh: impl Fn(&T) -> u64 + Sync,
    mut merge: impl FnMut(Step<T>) -> Result<(), E>,
) -> Result<PassEnd, E> {
    let spare = Spare::default();
    let each = |shape: &Shape, blocks: Vec<Block>| {
        let results = blocks.into_iter().map(|block| {
            let result = work(shape, &block);
            give_way();
            spare.put(block.bytes);
            result
        });
        results.collect()
    };
    over_groups_with(
        source,
        options,
        hashing,
        (1, RESULTS_IN_FLIGHT, &spare),
        each,
        |results: &Vec<T>| results.iter().map(&weigh).sum(),
        |step: Step<Vec<T>>| match step {
            Step::AboutFile(findings) => merge(Step::AboutFile(findings)),
            Step::Block(shape, results) => results
                .into_iter()
                .try_for_each(|result| merge(Step::Block(Arc::clone(&shape), result))),
        },
    )
}

/// The same over groups of up to `group` blocks: whoever asks the store does better with many rows at once.
pub fn over_groups<T: Send, E: From<io::Error>>(
    source: impl Read + Send,
    options: ReadOptions,
    hashing: Hashing,
    group: usize,
    work: impl Fn(&Shape, Vec<Block>) -> T + Sync,
    merge: impl FnMut(Step<T>) -> Result<(), E>,
) -> Result<PassEnd, E> {
    let spare = Spare::default();
    over_groups_with(
        source,
        options,
        hashing,
        (group, IN_FLIGHT, &spare),
        work,
        |_| 0,
        merge,
    )
}

/// Memory of blocks on its way back from the workers to the reader.
#[derive(Default)]
struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    fn put(&self, bytes: Vec<u8>) {
        self.lock().push(bytes);
    }

    fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Holds results back while too much waits to be merged; the one whose turn is next never waits.
#[derive(Default)]
struct Scale {
    load: Mutex<Load>,
    lightened: Condvar,
}

#[derive(Default)]
struct Load {
    /// The number of the step that is merged next.
    next: u64,
    bytes: u64,
    closed: bool,
}

impl Scale {
    /// Returns when there is room for the result of this step.
    fn put(&self, number: u64, bytes: u64) {
        let mut load = self.lock();
        while load.bytes + bytes > BYTES_IN_FLIGHT && load.next < number && !load.closed {
            let woken = self.lightened.wait(load);
            load = woken.unwrap_or_else(PoisonError::into_inner);
        }
        load.bytes += bytes;
    }

    /// The next step was merged.
    fn take(&self, bytes: u64) {
        let mut load = self.lock();
        load.next += 1;
        load.bytes -= bytes;
        self.lightened.notify_all();
    }

    /// Nothing is merged any more.
    fn close(&self) {
        self.lock().closed = true;
        self.lightened.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Load> {
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes a scale, however what it is held by ends.
struct ClosedAtTheEnd<'s>(&'s Scale);

impl Drop for ClosedAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

fn over_groups_with<T: Send, E: From<io::Error>>(
    source: impl Read + Send,
    options: ReadOptions,
    hashing: Hashing,
    (group, results, spare): (usize, usize, &Spare),
    work: impl Fn(&Shape, Vec<Block>) -> T + Sync,
    weigh: impl Fn(&T) -> u64 + Sync,
    mut merge: impl FnMut(Step<T>) -> Result<(), E>,
) -> Result<PassEnd, E> {
    let workers = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .clamp(1, 4);
    let (job_sender, job_receiver) = sync_channel::<Job>(IN_FLIGHT);
    let (done_sender, done_receiver) = sync_channel::<Done<T>>(results);
    let job_receiver = Mutex::new(job_receiver);
    let scale = Scale::default();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (jobs, done, scale) = (&job_receiver, done_sender.clone(), &scale);
            let (work, weigh) = (&work, &weigh);
            scope.spawn(move || work_off(jobs, &done, scale, work, weigh));
        }
        scope.spawn(move || {
            let out = HandOut {
                group,
                number: 0,
                waiting: Vec::new(),
                jobs: &job_sender,
                done: &done_sender,
                spare,
            };
            read_off(source, options, hashing, out);
        });
        // Whoever waits to send, or still wants to, learns that nobody listens, and ends; also where the merging panics.
        let _closed = ClosedAtTheEnd(&scale);
        let merged = merge_in_order(&done_receiver, &scale, &mut merge);
        drop(done_receiver);
        merged
    })
}

fn work_off<T>(
    jobs: &Mutex<Receiver<Job>>,
    done: &SyncSender<Done<T>>,
    scale: &Scale,
    work: &(impl Fn(&Shape, Vec<Block>) -> T + Sync),
    weigh: &(impl Fn(&T) -> u64 + Sync),
) {
    // Where the work panics, its step never comes, and nobody may wait for it.
    let _closed = ClosedAtTheEnd(scale);
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job::Blocks(number, shape, blocks)) = job else {
            return;
        };
        let result = work(&shape, blocks);
        let weight = weigh(&result);
        scale.put(number, weight);
        let step = Step::Block(shape, result);
        if done.send(Done::Step(number, weight, step)).is_err() {
            // The job channel must not block the reader for ever: take what comes and let it go.
            while jobs
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .recv()
                .is_ok()
            {}
            return;
        }
    }
}

fn read_off<T>(
    mut source: impl Read,
    options: ReadOptions,
    hashing: Hashing,
    mut out: HandOut<'_, T>,
) {
    let mut framer = Framer::new(options);
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = match source.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                // Nobody listening means that the pass has ended already.
                let _ = out.done.send(Done::Failed(error));
                return;
            }
        };
        if hashing == Hashing::Wanted {
            hash.update(&chunk[..length]);
        }
        for bytes in out.spare.take() {
            framer.reuse(bytes);
        }
        give_way();
        framer.push(&chunk[..length]);
        if !out.take(&mut framer) {
            return;
        }
    }
    framer.finish();
    if !(out.take(&mut framer) && out.send_waiting(&framer)) {
        return;
    }
    let sha256 = match hashing {
        Hashing::Wanted => hash.finalize().into(),
        Hashing::Known(sha256) => sha256,
    };
    let end = PassEnd {
        sha256,
        bytes: framer.bytes(),
        shape: framer.shape().cloned(),
        stopped: framer.stopped(),
        switches: framer.switches(),
    };
    let _ = out.done.send(Done::End(Box::new(end)));
}

/// Gives blocks to the workers, in groups.
struct HandOut<'h, T> {
    group: usize,
    number: u64,
    waiting: Vec<Block>,
    jobs: &'h SyncSender<Job>,
    done: &'h SyncSender<Done<T>>,
    spare: &'h Spare,
}

impl<T> HandOut<'_, T> {
    /// Takes what the framer has: what the file's beginning says, its blocks, and what its end says. False:
    /// nobody works any more.
    fn take(&mut self, framer: &mut Framer) -> bool {
        if !self.tell(framer) {
            return false;
        }
        while let Some(block) = framer.next_block() {
            self.waiting.push(block);
            if self.waiting.len() >= self.group && !self.send_waiting(framer) {
                return false;
            }
        }
        self.tell(framer)
    }

    fn tell(&mut self, framer: &mut Framer) -> bool {
        let about_file = framer.take_findings();
        if about_file.is_empty() {
            return true;
        }
        if !self.send_waiting(framer) {
            return false;
        }
        let told = Done::Step(self.number, 0, Step::AboutFile(about_file));
        self.number += 1;
        self.done.send(told).is_ok()
    }

    fn send_waiting(&mut self, framer: &Framer) -> bool {
        let (Some(shape), false) = (framer.shape(), self.waiting.is_empty()) else {
            return true;
        };
        let blocks = std::mem::take(&mut self.waiting);
        let sent = self
            .jobs
            .send(Job::Blocks(self.number, Arc::clone(shape), blocks));
        self.number += 1;
        sent.is_ok()
    }
}

fn merge_in_order<T, E: From<io::Error>>(
    done: &Receiver<Done<T>>,
    scale: &Scale,
    merge: &mut impl FnMut(Step<T>) -> Result<(), E>,
) -> Result<PassEnd, E> {
    let mut early = BTreeMap::<u64, (u64, Step<T>)>::new();
    let mut next = 0;
    let mut end = None;
    for message in done {
        match message {
            Done::Failed(error) => return Err(error.into()),
            Done::End(found) => end = Some(*found),
            Done::Step(number, weight, step) => {
                early.insert(number, (weight, step));
                while let Some((weight, step)) = early.remove(&next) {
                    merge(step)?;
                    next += 1;
                    scale.take(weight);
                }
            }
        }
    }
    // The channel closes when the reader and all workers are done; without an end one of them died.
    end.ok_or_else(|| io::Error::other("a thread of the pass ended early").into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake_core::moment::Moment;
    use intake_core::profile::Profile;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn passed(work: fn(&Block) -> u64, merge: fn() -> io::Result<()>) -> bool {
        let now = Moment::parse("2026-11-01T00:00:00Z").unwrap();
        let options = Profile::of("alpha").read_options(now);
        let file = format!("externalSystemId,quantity\n{}", "A,1\n".repeat(100_000));
        let pass = || {
            over_blocks(
                file.as_bytes(),
                options,
                Hashing::Wanted,
                |_, block| work(block),
                // So heavy that the next one has to wait.
                |_| BYTES_IN_FLIGHT,
                |_| merge(),
            )
        };
        catch_unwind(AssertUnwindSafe(pass)).is_ok_and(|end| end.is_ok())
    }

    #[test]
    fn nobody_waits_for_what_panics() {
        assert!(passed(|block| block.rows, || Ok(())));
        assert!(!passed(|block| block.rows, || panic!("while merging")));
        let work = |block: &Block| match block.first_row {
            1 => panic!("in the first block"),
            row => row,
        };
        assert!(!passed(work, || Ok(())));
    }
}
