//! When is it worth looking into the drop folder before the next scan is due?
//! An event only ever wakes a scan or shortens a wait; everything works the same, later, without a single one.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Config, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use rustix::fs::{Mode, OFlags};
use thiserror::Error;

use super::directory::{Directory, IoAt};
use super::names::PartnerName;

/// Most renames remembered between two scans; the files of further ones wait the usual quiet time.
pub const HINTS_LIMIT: usize = 4096;
const PROBE: &str = ".intake-probe";

/// What happened since the last time somebody asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hint {
    /// Whether to scan now.
    pub rescan: bool,
    /// Names that came to be by a rename, by partner. Incomplete when there were too many.
    pub renamed: HashMap<PartnerName, HashSet<OsString>>,
}

/// Why events cannot be relied upon. Nothing is lost by that: scans go on by the timer alone.
#[derive(Debug, Error)]
pub enum WatchTrouble {
    /// The system does not give out a watcher at all.
    #[error(
        "the drop folder cannot be watched: {0}\nhint: files are still found, at the next regular scan"
    )]
    NoWatcher(#[source] notify::Error),
    /// A folder cannot be watched.
    #[error(
        "`{}` cannot be watched: {source}\nhint: files are still found, at the next regular scan; \
         see `fs.inotify.max_user_watches` if a limit was reached",
        path.display()
    )]
    NotWatched {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: notify::Error,
    },
    /// The watch is in place, but a file made for trial caused no event.
    #[error(
        "no events arrive from `{}`\nhint: files are still found, at the next regular scan",
        path.display()
    )]
    Silent {
        /// The folder.
        path: PathBuf,
    },
    /// The file system is shared with other machines, whose writes cause no events here.
    #[error(
        "`{}` is on {file_system}, which tells nothing of what other machines write\nhint: files are \
         still found, at the next regular scan",
        path.display()
    )]
    Remote {
        /// The folder.
        path: PathBuf,
        /// The kind of file system.
        file_system: &'static str,
    },
    /// The trial file could not be made.
    #[error(
        "no file can be made in the drop folder: {0}\nhint: the daemon needs the right to write there"
    )]
    ProbeFailed(#[source] IoAt),
    /// The watcher gave an error.
    #[error(
        "watching the drop folder failed: {0}\nhint: files are still found, at the next regular scan"
    )]
    Failed(#[source] notify::Error),
}

/// A watch over the drop folder and the partners' folders in it.
#[derive(Debug)]
pub struct Watch {
    inbox: PathBuf,
    watcher: Option<RecommendedWatcher>,
    watched: HashMap<PathBuf, (u64, u64)>,
    signals: Arc<Signals>,
    renamed: Receiver<(PathBuf, OsString)>,
    errors: Receiver<notify::Error>,
    /// Folders whose trouble was told already.
    told: HashSet<PathBuf>,
}

impl Watch {
    /// Begins to watch `inbox`, and tries out for at most `patience` whether events arrive at all.
    ///
    /// `wake` is called from the watcher's thread whenever there is something in [`Watch::take`]. It must do
    /// no more than set a flag or try to send: while it runs, the system drops events.
    pub fn start(
        inbox: &Path,
        patience: Duration,
        wake: impl Fn() + Send + 'static,
    ) -> (Self, Vec<WatchTrouble>) {
        let signals = Arc::new(Signals::default());
        let (renamed_sender, renamed) = sync_channel(HINTS_LIMIT);
        let (errors_sender, errors) = sync_channel(1);
        let (probe_sender, probe) = sync_channel(1);
        let handler = Handler {
            inbox: inbox.to_owned(),
            signals: Arc::clone(&signals),
            renamed: renamed_sender,
            errors: errors_sender,
            probe: probe_sender,
            wake,
        };
        let mut trouble = Vec::new();
        let config = Config::default().with_follow_symlinks(false);
        let watcher = RecommendedWatcher::new(move |event| handler.handle(event), config)
            .map_err(|error| trouble.push(WatchTrouble::NoWatcher(error)))
            .ok();
        let mut watch = Self {
            inbox: inbox.to_owned(),
            watcher,
            watched: HashMap::new(),
            signals,
            renamed,
            errors,
            told: HashSet::new(),
        };
        trouble.extend(watch.follow(&[]));
        if !watch.watched.is_empty() {
            trouble.extend(try_out(inbox, &probe, patience));
        }
        (watch, trouble)
    }

    /// A watch that never says anything, for a daemon that is to live on timed scans alone.
    pub fn switched_off(inbox: &Path) -> Self {
        Self {
            inbox: inbox.to_owned(),
            watcher: None,
            watched: HashMap::new(),
            signals: Arc::default(),
            renamed: sync_channel(0).1,
            errors: sync_channel(0).1,
            told: HashSet::new(),
        }
    }

    /// Watches exactly the drop folder and these folders of partners; to be called after each scan.
    ///
    /// Watches that died with their folder are made anew. What cannot be watched is told once and tried again
    /// at each call. After a new watch the next [`Watch::take`] asks for a scan, since the folder may have been
    /// filled before it.
    pub fn follow(&mut self, folders: &[&Directory]) -> Vec<WatchTrouble> {
        let mut trouble = Vec::new();
        trouble.extend(self.errors.try_iter().map(WatchTrouble::Failed));
        let Some(watcher) = &mut self.watcher else {
            return trouble;
        };
        if self.signals.folders_changed.swap(false, Ordering::AcqRel) {
            self.watched.clear();
        }
        let inbox = Directory::open(&self.inbox);
        let wanted: HashMap<PathBuf, (u64, u64)> = inbox
            .iter()
            .chain(folders.iter().copied())
            .filter_map(|folder| Some((folder.path().to_owned(), folder.identity().ok()?)))
            .collect();
        self.watched.retain(|path, identity| {
            let is_current = wanted.get(path) == Some(identity);
            if !is_current {
                // Fails when the folder is gone, and the watch went with it.
                let _ = watcher.unwatch(path);
            }
            is_current
        });
        for (path, identity) in wanted {
            if self.watched.contains_key(&path) {
                continue;
            }
            match watcher.watch(&path, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.told.remove(&path);
                    self.watched.insert(path, identity);
                    self.signals.rescan.store(true, Ordering::Release);
                }
                Err(source) => {
                    if self.told.insert(path.clone()) {
                        trouble.push(WatchTrouble::NotWatched { path, source });
                    }
                }
            }
        }
        trouble
    }

    /// Is there something that only a scan can find out?
    pub fn asks_for_a_scan(&self) -> bool {
        self.signals.rescan.load(Ordering::Acquire)
    }

    /// Takes what happened since the last call. To be called right before a scan.
    pub fn take(&self) -> Hint {
        let rescan = self.signals.rescan.swap(false, Ordering::AcqRel);
        let mut renamed: HashMap<_, HashSet<_>> = HashMap::new();
        for (folder, name) in self.renamed.try_iter().take(HINTS_LIMIT) {
            let partner = folder
                .file_name()
                .and_then(|name| PartnerName::parse(name).ok());
            if let Some(partner) = partner {
                renamed.entry(partner).or_default().insert(name);
            }
        }
        Hint { rescan, renamed }
    }
}

/// What the watcher's thread tells without ever waiting.
#[derive(Debug, Default)]
struct Signals {
    rescan: AtomicBool,
    /// A partner's folder came, went or was renamed, so that watches may have died.
    folders_changed: AtomicBool,
}

struct Handler<Wake> {
    inbox: PathBuf,
    signals: Arc<Signals>,
    renamed: SyncSender<(PathBuf, OsString)>,
    errors: SyncSender<notify::Error>,
    probe: SyncSender<()>,
    wake: Wake,
}

impl<Wake: Fn()> Handler<Wake> {
    fn handle(&self, event: notify::Result<Event>) {
        match event {
            Ok(event) => match weigh(&event, &self.inbox) {
                Weight::Nothing => return,
                Weight::Probe => {
                    let _ = self.probe.try_send(());
                    return;
                }
                Weight::Folders => self.signals.folders_changed.store(true, Ordering::Release),
                Weight::Renamed(folder, name) => {
                    // When too many wait already, this file has to wait out the usual quiet time.
                    let _ = self.renamed.try_send((folder, name));
                }
                Weight::Look => {}
            },
            Err(error) => {
                let _ = self.errors.try_send(error);
                self.signals.folders_changed.store(true, Ordering::Release);
            }
        }
        self.signals.rescan.store(true, Ordering::Release);
        (self.wake)();
    }
}

/// What an event is good for.
#[derive(Debug, PartialEq, Eq)]
enum Weight {
    /// For nothing: our own scans cause such events too.
    Nothing,
    /// It is the trial file's.
    Probe,
    /// Something changed in the drop folder itself.
    Folders,
    /// A file in this folder came to this name by a rename.
    Renamed(PathBuf, OsString),
    /// Something may have been completed.
    Look,
}

fn weigh(event: &Event, inbox: &Path) -> Weight {
    // An overflow of the event queue carries the flag and no path.
    if event.need_rescan() {
        return Weight::Look;
    }
    let Some(path) = event.paths.last() else {
        return Weight::Nothing;
    };
    let comes = match event.kind {
        EventKind::Create(_)
        | EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => true,
        EventKind::Modify(ModifyKind::Name(_)) | EventKind::Remove(_) => false,
        _ => return Weight::Nothing,
    };
    let Some(folder) = path.parent() else {
        return Weight::Nothing;
    };
    if path == inbox {
        return Weight::Folders;
    }
    if folder == inbox {
        let is_probe = path.file_name().is_some_and(|name| name == PROBE);
        return if is_probe {
            Weight::Probe
        } else {
            Weight::Folders
        };
    }
    let is_rename = event.kind == EventKind::Modify(ModifyKind::Name(RenameMode::To));
    match path.file_name() {
        Some(name) if is_rename => Weight::Renamed(folder.to_owned(), name.to_owned()),
        Some(_) if comes => Weight::Look,
        _ => Weight::Nothing,
    }
}

/// Makes and removes a hidden file and waits for the event of it.
fn try_out(inbox: &Path, probe: &Receiver<()>, patience: Duration) -> Option<WatchTrouble> {
    let directory = match Directory::open(inbox) {
        Ok(directory) => directory,
        Err(error) => return Some(WatchTrouble::ProbeFailed(error)),
    };
    if let Some(file_system) = remote_file_system(&directory) {
        return Some(WatchTrouble::Remote {
            path: inbox.to_owned(),
            file_system,
        });
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let made = rustix::fs::openat(directory.fd(), PROBE, flags, Mode::RUSR | Mode::WUSR)
        .map_err(|errno| directory.at(PROBE, errno));
    let removed = made.and_then(|file| {
        drop(file);
        directory.remove_file(PROBE)
    });
    if let Err(error) = removed {
        return Some(WatchTrouble::ProbeFailed(error));
    }
    match probe.recv_timeout(patience) {
        Ok(()) => None,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            Some(WatchTrouble::Silent {
                path: inbox.to_owned(),
            })
        }
    }
}

/// The name of the file system if other machines can write to it. The numbers are those of `statfs(2)`.
fn remote_file_system(directory: &Directory) -> Option<&'static str> {
    let statistics = rustix::fs::fstatfs(directory.fd()).ok()?;
    // The field is signed on some machines; the numbers have 32 bits.
    match statistics.f_type as u32 {
        0x6969 => Some("NFS"),
        0xFF53_4D42 | 0x517B | 0xFE53_4D42 => Some("SMB"),
        0x6573_5546 => Some("FUSE"),
        0x0102_1997 => Some("9P"),
        0x00C3_6400 => Some("Ceph"),
        0x786F_4256 => Some("a shared folder of VirtualBox"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const PATIENCE: Duration = Duration::from_secs(10);

    struct Bench {
        root: tempfile::TempDir,
        watch: Watch,
        woken: Receiver<()>,
    }

    impl Bench {
        fn new(partners: &[&str]) -> Self {
            let root = tempfile::tempdir().unwrap();
            for partner in partners {
                fs::create_dir(root.path().join(partner)).unwrap();
            }
            let (wake, woken) = sync_channel(1);
            let (mut watch, trouble) = Watch::start(root.path(), PATIENCE, move || {
                let _ = wake.try_send(());
            });
            assert!(trouble.is_empty(), "{trouble:?}");
            assert!(
                watch
                    .follow(&open(root.path(), partners).iter().collect::<Vec<_>>())
                    .is_empty()
            );
            watch.take();
            Self { root, watch, woken }
        }

        fn path(&self, below: &str) -> PathBuf {
            self.root.path().join(below)
        }

        fn follow(&mut self, partners: &[&str]) {
            let folders = open(self.root.path(), partners);
            let trouble = self.watch.follow(&folders.iter().collect::<Vec<_>>());
            assert!(trouble.is_empty(), "{trouble:?}");
        }

        /// Takes hints until one fits.
        fn await_hint(&self, fits: impl Fn(&Hint) -> bool) {
            loop {
                self.woken
                    .recv_timeout(PATIENCE)
                    .expect("an event should have come");
                if fits(&self.watch.take()) {
                    return;
                }
            }
        }

        fn await_rename(&self, partner: &str, name: &str) {
            let partner = PartnerName::parse(partner).unwrap();
            self.await_hint(|hint| {
                hint.rescan
                    && hint
                        .renamed
                        .get(&partner)
                        .is_some_and(|names| names.contains(&OsString::from(name)))
            });
        }
    }

    fn open(inbox: &Path, partners: &[&str]) -> Vec<Directory> {
        partners
            .iter()
            .map(|partner| Directory::open(inbox.join(partner)).unwrap())
            .collect()
    }

    #[test]
    fn tells_of_a_rename_under_its_new_name() {
        let bench = Bench::new(&["acme"]);
        fs::write(bench.path("acme/o.csv.part"), "x").unwrap();
        fs::rename(bench.path("acme/o.csv.part"), bench.path("acme/o.csv")).unwrap();
        bench.await_rename("acme", "o.csv");
    }

    #[test]
    fn a_file_written_in_place_only_wakes() {
        let bench = Bench::new(&["acme"]);
        fs::write(bench.path("acme/o.csv"), "x").unwrap();
        bench.await_hint(|hint| {
            assert!(hint.renamed.is_empty());
            hint.rescan
        });
    }

    /// Events keep their order: once the last one is here, the scans would have woken us before it.
    #[test]
    fn looking_does_not_wake() {
        let bench = Bench::new(&["acme"]);
        for _ in 0..50 {
            super::super::scan::scan(bench.root.path()).unwrap();
        }
        assert_eq!(bench.watch.take(), Hint::default());
        let outside = tempfile::NamedTempFile::new_in(bench.root.path().parent().unwrap()).unwrap();
        fs::rename(outside.path(), bench.path("acme/last")).unwrap();
        bench.woken.recv_timeout(PATIENCE).unwrap();
        assert_eq!(
            bench.watch.take().renamed.len(),
            1,
            "the first event that wakes is the rename"
        );
    }

    #[test]
    fn follows_new_and_remade_folders() {
        let mut bench = Bench::new(&["acme"]);
        fs::create_dir(bench.path("zeta")).unwrap();
        bench.await_hint(|hint| hint.rescan);
        bench.follow(&["acme", "zeta"]);
        assert!(
            bench.watch.asks_for_a_scan() && bench.watch.take().rescan,
            "the folder may have been filled before the watch"
        );
        assert!(!bench.watch.asks_for_a_scan(), "it was taken");
        fs::write(bench.path("zeta/a.tmp"), "x").unwrap();
        fs::rename(bench.path("zeta/a.tmp"), bench.path("zeta/a.csv")).unwrap();
        bench.await_rename("zeta", "a.csv");

        fs::remove_dir_all(bench.path("zeta")).unwrap();
        fs::create_dir(bench.path("zeta")).unwrap();
        bench.await_hint(|hint| hint.rescan);
        // The events of the removal may arrive one by one, each followed by a scan.
        let partner = PartnerName::parse("zeta").unwrap();
        let mut number = 0;
        loop {
            bench.follow(&["acme", "zeta"]);
            number += 1;
            fs::write(bench.path("zeta/b.tmp"), "x").unwrap();
            fs::rename(
                bench.path("zeta/b.tmp"),
                bench.path(&format!("zeta/b{number}.csv")),
            )
            .unwrap();
            bench
                .woken
                .recv_timeout(PATIENCE)
                .expect("an event should have come");
            if bench.watch.take().renamed.contains_key(&partner) {
                return;
            }
        }
    }

    #[test]
    fn a_missing_folder_is_told_once_and_lost_to_nobody() {
        let root = tempfile::tempdir().unwrap();
        let inbox = root.path().join("acme");
        fs::create_dir(&inbox).unwrap();
        let folder = Directory::open(&inbox).unwrap();
        let (mut watch, _) = Watch::start(root.path(), PATIENCE, || {});
        fs::remove_dir(&inbox).unwrap();
        let mut told = 0;
        for _ in 0..3 {
            told += watch.follow(&[&folder]).len();
        }
        assert_eq!(told, 1);
    }

    #[test]
    fn a_watch_that_is_switched_off_says_nothing() {
        let root = tempfile::tempdir().unwrap();
        let mut watch = Watch::switched_off(root.path());
        assert!(watch.follow(&[]).is_empty());
        assert_eq!(watch.take(), Hint::default());
    }

    #[test]
    fn weighs_events() {
        let inbox = Path::new("/data/inbox");
        let check = |kind: EventKind, path: &str, expected: Weight| {
            let event = Event::new(kind).add_path(PathBuf::from(path));
            assert_eq!(weigh(&event, inbox), expected, "{event:?}");
        };
        let file = "/data/inbox/acme/o.csv";
        let created = EventKind::Create(notify::event::CreateKind::Any);
        let removed = EventKind::Remove(notify::event::RemoveKind::Any);
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
        let written = EventKind::Modify(ModifyKind::Data(notify::event::DataChange::Any));
        check(created, file, Weight::Look);
        check(
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            file,
            Weight::Look,
        );
        check(
            renamed,
            file,
            Weight::Renamed("/data/inbox/acme".into(), "o.csv".into()),
        );
        check(removed, file, Weight::Nothing);
        check(opened, file, Weight::Nothing);
        check(written, file, Weight::Nothing);
        check(opened, "/data/inbox/acme", Weight::Nothing);
        check(created, "/data/inbox/acme", Weight::Folders);
        check(removed, "/data/inbox/acme", Weight::Folders);
        check(removed, "/data/inbox", Weight::Folders);
        check(created, "/data/inbox/.intake-probe", Weight::Probe);
        let overflow = Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
        assert_eq!(weigh(&overflow, inbox), Weight::Look);
    }
}
