//! Who works on which file?
//! One thread for each partner that has something to do: serial for a partner, parallel across, and never more
//! imports at once than the machine has cores.

use super::Daemon;
use super::watching::marker_habit;
use crate::folder::claim::{AdoptError, ClaimError, ClaimRequest, Claimed, Fault, adopt, claim};
use crate::folder::directory::Directory;
use crate::folder::names::{ImportId, PartnerName};
use crate::folder::settle::Sighting;
use crate::import::going_on::go_on;
use crate::import::{Import, ImportError};
use crate::log;
use crate::state::FileRecord;
use crate::state::file_record::import_id;
use rustix::io::Errno;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Something to do for a partner.
#[derive(Debug)]
pub(super) enum Task {
    /// Claim a settled file and import it.
    Claim(Box<Sighting>),
    /// Go on with an import.
    TakeUp(Box<FileRecord>),
    /// Take up a claim that the journal does not know.
    Adopt(ImportId),
}

/// What became of a claim.
#[derive(Debug)]
pub(super) enum TaskEnd {
    /// The name is free: the file was taken or is gone.
    Claimed {
        /// The partner.
        partner: PartnerName,
        /// The name.
        name: OsString,
    },
    /// The file lies in the inbox again.
    Returned {
        /// The partner.
        partner: PartnerName,
        /// The name it had.
        name: OsString,
        /// The name it has.
        back_as: OsString,
    },
}

/// The partners' workers.
pub(super) struct Partners {
    daemon: Arc<Daemon>,
    workers: Mutex<HashMap<PartnerName, Worker>>,
    ends: (Sender<TaskEnd>, Mutex<Receiver<TaskEnd>>),
    places: Arc<Places>,
}

struct Worker {
    tasks: Sender<Task>,
    thread: JoinHandle<()>,
}

/// How many imports may run at once.
struct Places {
    free: Mutex<usize>,
    freed: Condvar,
}

/// Between two tries of the same work.
const PAUSE: Duration = Duration::from_secs(2);

impl Partners {
    pub(super) fn new(daemon: Arc<Daemon>) -> Self {
        let (sender, receiver) = channel();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            daemon,
            workers: Mutex::default(),
            ends: (sender, Mutex::new(receiver)),
            places: Arc::new(Places {
                free: Mutex::new(cores),
                freed: Condvar::new(),
            }),
        }
    }

    /// Puts a task at the end of the partner's queue.
    pub(super) fn give(&self, partner: &PartnerName, task: Task) {
        let mut workers = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = workers.entry(partner.clone()).or_insert_with(|| {
            let (tasks, queue) = channel();
            let (daemon, name) = (Arc::clone(&self.daemon), partner.clone());
            let (ends, places) = (self.ends.0.clone(), Arc::clone(&self.places));
            let thread = std::thread::spawn(move || {
                crate::system::step_back();
                work_off(&daemon, &name, &queue, &ends, &places);
            });
            Worker { tasks, thread }
        });
        // A worker ends only with the daemon; what it leaves is taken up at the next start.
        let _ = worker.tasks.send(task);
    }

    /// What became of claims since the last call.
    pub(super) fn ends(&self) -> Vec<TaskEnd> {
        self.ends
            .1
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_iter()
            .collect()
    }

    /// Waits until every worker has left its work at a safe place.
    pub(super) fn end(self) {
        let workers = self
            .workers
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        for worker in workers.into_values() {
            drop(worker.tasks);
            // A worker's panic was reported where it happened.
            let _ = worker.thread.join();
        }
    }
}

impl Places {
    fn take(&self) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        while *free == 0 {
            free = self
                .freed
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
    }

    fn give_back(&self) {
        *self.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.freed.notify_one();
    }
}

fn work_off(
    daemon: &Arc<Daemon>,
    partner: &PartnerName,
    tasks: &Receiver<Task>,
    ends: &Sender<TaskEnd>,
    places: &Places,
) {
    for task in tasks {
        if daemon.ending() {
            return;
        }
        let _turn = daemon.data.turns.wait(partner.as_str());
        places.take();
        match task {
            Task::Claim(sighting) => claim_and_import(daemon, partner, &sighting, ends),
            Task::TakeUp(record) => import(daemon, &record.import_id),
            Task::Adopt(id) => adopt_and_import(daemon, partner, &id),
        }
        places.give_back();
        daemon.wake();
    }
}

fn claim_and_import(
    daemon: &Arc<Daemon>,
    partner: &PartnerName,
    sighting: &Sighting,
    ends: &Sender<TaskEnd>,
) {
    let data = &daemon.data;
    let end = |back_as: Option<OsString>| {
        let (partner, name) = (partner.clone(), sighting.name.clone());
        let end = match back_as {
            None => TaskEnd::Claimed { partner, name },
            Some(back_as) => TaskEnd::Returned {
                partner,
                name,
                back_as,
            },
        };
        // Nobody listening means that the daemon ends.
        let _ = ends.send(end);
    };
    let Ok(id) = ImportId::parse(import_id(data.books.take_import_number())) else {
        return;
    };
    let inbox = match Directory::open(data.inbox.path().join(partner.as_str())) {
        Ok(inbox) => inbox,
        Err(error) => {
            log::folder_scan_failed(partner.as_str(), &error);
            return end(Some(sighting.name.clone()));
        }
    };
    let request = ClaimRequest {
        inbox: &inbox,
        partner,
        name: &sighting.name,
        expected: &sighting.fingerprint,
        marker: marker_habit(data.config.profile(partner.as_str())),
        work: &data.folders.work,
        import_id: &id,
        limit: data.config.limits.file_bytes,
    };
    match claim(&request) {
        Ok(claimed) => {
            end(None);
            begin(daemon, &claimed);
        }
        Err(ClaimError::Vanished { .. }) => end(None),
        Err(ClaimError::StillGrowing { back_as } | ClaimError::Swapped { back_as }) => {
            end(Some(back_as));
        }
        Err(ClaimError::TooLarge { name, bytes, limit }) => {
            end(None);
            reject_too_large(daemon, partner, &id, &sighting.name, bytes);
            let reason = format!("file-too-large: {bytes} bytes, limit {limit}");
            log::file_refused(partner.as_str(), OsStr::new(&name), &reason);
        }
        Err(error @ ClaimError::Stranded { .. }) => {
            end(None);
            log::folder_scan_failed(partner.as_str(), &error);
            adopt_and_import(daemon, partner, &id);
        }
        Err(error) => {
            if error.fault() == Fault::Environment {
                log::folder_scan_failed(partner.as_str(), &error);
                // Trying again at once would find the same machine.
                wait(daemon, PAUSE);
            } else {
                log::file_refused(partner.as_str(), &sighting.name, &error.to_string());
            }
            end(Some(sighting.name.clone()));
        }
    }
}

/// Takes up a claim that was cut off, as soon as the machine and whoever still writes to the file let it: nobody else looks into
/// its folder again.
fn adopt_and_import(daemon: &Arc<Daemon>, partner: &PartnerName, id: &ImportId) {
    let data = &daemon.data;
    while !daemon.ending() {
        match adopt(&data.folders.work, id, data.config.limits.file_bytes) {
            Ok(Some(claimed)) => return begin(daemon, &claimed),
            Ok(None) => return,
            // Somebody took it away.
            Err(AdoptError::Io(error)) if error.errno() == Some(Errno::NOENT) => return,
            Err(AdoptError::TooLarge {
                partner,
                name,
                bytes,
                ..
            }) => return reject_too_large(daemon, &partner, id, OsStr::new(&name), bytes),
            Err(AdoptError::UnknownOrigin { path }) => {
                let reason = "nobody knows whose file it is";
                return log::partner_folder_bad(path.as_os_str(), reason);
            }
            Err(
                error @ (AdoptError::StillGrowing { .. }
                | AdoptError::DiskFull(_)
                | AdoptError::Io(_)),
            ) => log::folder_scan_failed(partner.as_str(), &error),
        }
        wait(daemon, PAUSE);
    }
}

fn begin(daemon: &Arc<Daemon>, claimed: &Claimed) {
    match Import::begin(&daemon.data, claimed, &|_| !daemon.ending()) {
        Ok(begun) => {
            let id = begun.record().import_id.clone();
            drop(begun);
            import(daemon, &id);
        }
        Err(error) => {
            log::daemon_failed(&error);
            daemon.begin_anew();
        }
    }
}

/// A file over the limit has no private copy: it is recorded and rejected as it lies.
fn reject_too_large(
    daemon: &Arc<Daemon>,
    partner: &PartnerName,
    id: &ImportId,
    name: &OsStr,
    bytes: u64,
) {
    let rejected = Import::begin_too_large(&daemon.data, partner, id, name, bytes);
    if let Err(error) = rejected {
        log::daemon_failed(&error);
        daemon.begin_anew();
        return;
    }
    import(daemon, id.as_str());
}

/// Works on an import until it rests, waits for the operator, or the daemon ends.
fn import(daemon: &Arc<Daemon>, id: &str) {
    let data = &daemon.data;
    let (mut attempt, mut panics) = (0, 0);
    while !daemon.ending() {
        let record = match data.books.store().file(id) {
            Ok(Some(record)) => record,
            Ok(None) => return,
            Err(error) => {
                log::daemon_failed(&error);
                return daemon.begin_anew();
            }
        };
        attempt += 1;
        let file = record.file.clone();
        let partner = record.partner.clone();
        let about = log::About {
            import_id: id,
            partner: &partner,
            file: OsStr::new(&file),
        };
        let tried = catch_unwind(AssertUnwindSafe(|| {
            go_on(data, record, panics, &|_| !daemon.ending())
        }));
        match tried {
            Ok(Ok(()) | Err(ImportError::Stopped)) => return,
            Ok(Err(error)) => {
                log::import_failed(about, attempt, &error);
                if data.books.failed() || matches!(error, ImportError::Store(_)) {
                    return daemon.begin_anew();
                }
            }
            Err(_) => {
                panics += 1;
                let panicked = std::io::Error::other("the work on the file panicked");
                log::import_failed(about, attempt, &panicked);
            }
        }
        wait(daemon, PAUSE);
    }
}

fn wait(daemon: &Daemon, pause: Duration) {
    let mut left = pause;
    let step = Duration::from_millis(50);
    while !daemon.ending() && !left.is_zero() {
        std::thread::sleep(step.min(left));
        left = left.saturating_sub(step);
    }
}
