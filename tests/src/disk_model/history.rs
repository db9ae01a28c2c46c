//! What was asked of a disk, and when was which part of it promised to be safe?
//! Made from the calls of a program; from it, any state that a power cut may leave at any moment.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};

use super::{Choice, Deed, Disk, Naming, Node, NodeId, parted};
use crate::system_calls::Call;

/// How much of something arrived; of bytes also only the first half.
const NOTHING: u64 = 0;
const WHOLE: u64 = 1;
const ZEROS: u64 = 2;

/// What a program asked of a disk, from a moment on at which all of it was safe.
pub struct History {
    /// What the disk held, and besides, under no name yet, an empty node for everything that was made later.
    start: Disk,
    /// In the order in which they ended.
    events: Vec<Event>,
    moments: usize,
    appeared: Vec<(usize, PathBuf)>,
}

struct Event {
    begin: usize,
    end: usize,
    deed: Deed,
    /// What it was, for whoever reads what went wrong.
    about: String,
    /// From this moment on it cannot be lost.
    safe_from: Option<usize>,
}

/// Follows the calls of a program.
struct Following<'f> {
    root: &'f Path,
    /// How it all looks to the program.
    seen: Disk,
    history: History,
    /// Which place in a file a descriptor stands at; copies of a descriptor share it.
    places: Vec<u64>,
    descriptors: HashMap<u64, usize>,
}

impl History {
    /// Of these calls on what lies in `root`, which was `start` before.
    pub fn of(start: Disk, root: &Path, calls: &[Call]) -> anyhow::Result<Self> {
        let mut following = Following {
            root,
            seen: start.clone(),
            history: Self {
                start,
                events: Vec::new(),
                moments: 0,
                appeared: Vec::new(),
            },
            places: Vec::new(),
            descriptors: HashMap::new(),
        };
        for call in calls {
            following
                .take(call)
                .with_context(|| format!("the call {} on line {}", call.name, call.begin + 1))?;
            following.history.moments = call.end + 1;
        }
        let mut history = following.history;
        for index in 0..history.events.len() {
            history.events[index].safe_from = history.safe_from(&history.events[index]);
        }
        Ok(history)
    }

    /// The same of a disk that only says that it has made something safe.
    #[must_use]
    pub fn of_a_lying_disk(mut self) -> Self {
        for event in &mut self.events {
            event.safe_from = None;
        }
        self
    }

    /// At how many moments the power can be cut.
    pub fn moments(&self) -> usize {
        self.moments
    }

    /// What came to be under a name by a rename before this moment, as everybody could see.
    pub fn appeared_before(&self, moment: usize) -> impl Iterator<Item = &Path> {
        self.appeared
            .iter()
            .filter(move |(when, _)| *when < moment)
            .map(|(_, path)| path.as_path())
    }

    /// The moments that differ in what was asked or promised before.
    pub fn telling_moments(&self) -> Vec<usize> {
        let around = |event: &Event| [event.begin + 1, event.end + 1];
        let mut moments: Vec<_> = self.events.iter().flat_map(around).chain([0]).collect();
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    /// What a disk may hold where the power is cut at this moment; and, of all that was ever asked, how much of it arrived: the
    /// same tale is the same content.
    pub fn state(&self, moment: usize, choice: &mut dyn Choice) -> anyhow::Result<(Disk, Vec<u8>)> {
        let asked: Vec<_> = self
            .events
            .iter()
            .filter(|event| event.begin < moment)
            .collect();
        let forced = forced(&asked, moment);
        let mut disk = self.start.clone();
        let mut tale = Vec::with_capacity(asked.len());
        let mut stuck = Vec::new();
        for (event, forced) in asked.iter().zip(forced) {
            let blocked = match &event.deed {
                Deed::Name(naming) => naming.folders().any(|folder| stuck.contains(&folder)),
                _ => false,
            };
            let arrived = match &event.deed {
                _ if forced => WHOLE,
                Deed::Sync(_) | Deed::SyncAll => WHOLE,
                Deed::Name(_) if blocked => NOTHING,
                Deed::Name(_) | Deed::Length(..) => choice.choose(2),
                Deed::Write(..) => choice.choose(4),
            };
            tale.push(u8::try_from(arrived)?);
            match &event.deed {
                Deed::Name(naming) if arrived == NOTHING => stuck.extend(naming.folders()),
                _ if arrived == NOTHING => {}
                Deed::Name(naming) => disk.rename(naming)?,
                Deed::Write(file, offset, bytes) => {
                    let arrived: &[u8] = match arrived {
                        WHOLE => bytes,
                        ZEROS => &vec![0; bytes.len()],
                        _ => &bytes[..bytes.len() / 2],
                    };
                    disk.write(*file, *offset, arrived)?;
                }
                Deed::Length(file, bytes) => disk.bytes(*file)?.resize(*bytes, 0),
                Deed::Sync(_) | Deed::SyncAll => {}
            }
        }
        Ok((disk, tale))
    }

    /// Tells what arrived only in part of what [`Self::state`] told of, and what came last.
    pub fn retell(&self, tale: &[u8]) -> String {
        let parts = ["lost", "whole", "zeros", "half"];
        let told = self
            .events
            .iter()
            .zip(tale)
            .enumerate()
            .filter(|(index, (_, part))| u64::from(**part) != WHOLE || index + 1 == tale.len());
        let told = told.map(|(_, (event, part))| {
            format!("\n  {}: {}", parts[usize::from(*part)], event.about)
        });
        told.collect()
    }

    /// From when on a sync, begun after this had ended, has confirmed it. A rename is confirmed in both of its folders.
    fn safe_from(&self, event: &Event) -> Option<usize> {
        let confirmed = |node: NodeId| {
            self.events
                .iter()
                .filter(|sync| sync.begin >= event.end)
                .find(|sync| match sync.deed {
                    Deed::Sync(synced) => synced == node,
                    Deed::SyncAll => true,
                    _ => false,
                })
                .map(|sync| sync.end + 1)
        };
        match &event.deed {
            Deed::Name(naming) => {
                let confirmed: Option<Vec<_>> = naming.folders().map(confirmed).collect();
                confirmed?.into_iter().max()
            }
            Deed::Write(file, ..) | Deed::Length(file, _) => confirmed(*file),
            Deed::Sync(_) | Deed::SyncAll => None,
        }
    }
}

/// What cannot be lost any more: what is safe, and of names whatever changed in the same folders before.
fn forced(asked: &[&Event], moment: usize) -> Vec<bool> {
    let mut forced = vec![false; asked.len()];
    let mut folders = Vec::new();
    for (index, event) in asked.iter().enumerate().rev() {
        forced[index] = event.safe_from.is_some_and(|from| from <= moment);
        if let Deed::Name(naming) = &event.deed {
            forced[index] |= naming.folders().any(|folder| folders.contains(&folder));
            if forced[index] {
                folders.extend(naming.folders());
            }
        }
    }
    forced
}

impl Following<'_> {
    fn take(&mut self, call: &Call) -> anyhow::Result<()> {
        match call.name.as_str() {
            "openat" | "open" | "creat" => self.open(call),
            "read" => {
                self.advance(call);
                Ok(())
            }
            "lseek" => {
                if let Some(place) = self.place(call) {
                    *place = call.result;
                }
                Ok(())
            }
            "fcntl" | "dup" | "dup2" | "dup3" => {
                let copies = ["F_DUPFD", "F_DUPFD_CLOEXEC"]
                    .iter()
                    .any(|flag| call.has_flag(flag));
                if copies || call.name != "fcntl" {
                    self.copy_descriptor(call);
                }
                Ok(())
            }
            "write" => {
                let offset = self.place(call).map_or(0, |place| *place);
                self.write(call, offset)?;
                self.advance(call);
                Ok(())
            }
            "pwrite64" => self.write(call, call.number(3)?),
            "ftruncate" => match self.descriptor(call) {
                Some(file) => self.length(call, file, call.number(1)?),
                None => Ok(()),
            },
            "mkdir" | "mkdirat" => self.enter(call, &call.path(0)?, Node::Folder(BTreeMap::new())),
            "rename" => self.rename(call, &call.path(0)?, &call.path(1)?),
            "renameat" | "renameat2" => self.rename(call, &call.path(0)?, &call.path(2)?),
            "unlink" | "unlinkat" | "rmdir" => self.leave(call, &call.path(0)?),
            "fsync" | "fdatasync" => {
                if let Some(node) = self.descriptor(call) {
                    self.note(call, Deed::Sync(node));
                }
                Ok(())
            }
            "syncfs" | "sync" => {
                self.note(call, Deed::SyncAll);
                Ok(())
            }
            _ => {
                let ours = |index| {
                    let path = call.path(index).ok();
                    path.is_some_and(|path| path.starts_with(self.root))
                };
                ensure!(
                    !(0..call.arguments.len()).any(ours),
                    "nobody follows such calls"
                );
                Ok(())
            }
        }
    }

    fn note(&mut self, call: &Call, deed: Deed) {
        self.history.events.push(Event {
            begin: call.begin,
            end: call.end,
            deed,
            about: call
                .to_string()
                .replace(&self.root.display().to_string(), ""),
            safe_from: None,
        });
    }

    /// A path as the disk has it; none of what lies elsewhere.
    fn below<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        path.strip_prefix(self.root).ok()
    }

    /// What a call's first descriptor stands for, where that is on the disk.
    fn descriptor(&self, call: &Call) -> Option<NodeId> {
        let (_, path) = call.descriptor(0)?;
        self.seen.find(self.below(path)?)
    }

    fn place(&mut self, call: &Call) -> Option<&mut u64> {
        let number = u64::try_from(call.descriptor(0)?.0).ok()?;
        self.places.get_mut(*self.descriptors.get(&number)?)
    }

    fn advance(&mut self, call: &Call) {
        if let Some(place) = self.place(call) {
            *place += call.result;
        }
    }

    fn open(&mut self, call: &Call) -> anyhow::Result<()> {
        self.descriptors.insert(call.result, self.places.len());
        self.places.push(0);
        let path = call.path(0)?;
        let Some(below) = self.below(&path) else {
            return Ok(());
        };
        ensure!(
            !call.has_flag("O_APPEND"),
            "nobody follows a file that is opened to append"
        );
        match self.seen.find(below) {
            Some(file) if call.has_flag("O_TRUNC") => self.length(call, file, 0),
            // Without a name it is gone with the power.
            None if call.has_flag("O_CREAT") => self.enter(call, &path, Node::File(Arc::default())),
            _ => Ok(()),
        }
    }

    fn copy_descriptor(&mut self, call: &Call) {
        let original = call
            .descriptor(0)
            .and_then(|(number, _)| u64::try_from(number).ok());
        if let Some(place) = original.and_then(|number| self.descriptors.get(&number)) {
            self.descriptors.insert(call.result, *place);
        }
    }

    fn write(&mut self, call: &Call, offset: u64) -> anyhow::Result<()> {
        let Some(file) = self.descriptor(call) else {
            return Ok(());
        };
        let written = usize::try_from(call.result)?;
        let text = call.text(1)?;
        ensure!(
            written <= text.len(),
            "{written} bytes were written, {} are told",
            text.len()
        );
        let (offset, bytes) = (usize::try_from(offset)?, Arc::new(text[..written].to_vec()));
        self.seen.write(file, offset, &bytes)?;
        self.note(call, Deed::Write(file, offset, bytes));
        Ok(())
    }

    fn length(&mut self, call: &Call, file: NodeId, bytes: u64) -> anyhow::Result<()> {
        let bytes = usize::try_from(bytes)?;
        self.seen.bytes(file)?.resize(bytes, 0);
        self.note(call, Deed::Length(file, bytes));
        Ok(())
    }

    fn enter(&mut self, call: &Call, path: &Path, node: Node) -> anyhow::Result<()> {
        let Some(below) = self.below(path) else {
            return Ok(());
        };
        let (folder, name) = parted(&self.seen, below)?;
        let node = {
            self.history.start.add(node.clone());
            self.seen.add(node)
        };
        self.name(call, Naming::Enter(folder, name.to_owned(), node))
    }

    fn leave(&mut self, call: &Call, path: &Path) -> anyhow::Result<()> {
        let Some(below) = self.below(path) else {
            return Ok(());
        };
        // A socket was never on the disk.
        if self.seen.find(below).is_none() {
            return Ok(());
        }
        let (folder, name) = parted(&self.seen, below)?;
        self.name(call, Naming::Leave(folder, name.to_owned()))
    }

    fn rename(&mut self, call: &Call, from: &Path, to: &Path) -> anyhow::Result<()> {
        let (Some(from), Some(to)) = (self.below(from), self.below(to)) else {
            bail!("a file is renamed across the edge of the disk");
        };
        ensure!(
            !call.has_flag("RENAME_EXCHANGE"),
            "nobody follows names that change places"
        );
        let node = self
            .seen
            .find(from)
            .context("what is renamed is not there")?;
        let parts = |path| {
            parted(&self.seen, path)
                .map(|(folder, name): (_, &std::ffi::OsStr)| (folder, OsString::from(name)))
        };
        let places = [parts(from)?, parts(to)?];
        self.history.appeared.push((call.end, to.to_owned()));
        self.name(call, Naming::Move(places, node))
    }

    fn name(&mut self, call: &Call, naming: Naming) -> anyhow::Result<()> {
        self.seen.rename(&naming)?;
        self.note(call, Deed::Name(naming));
        Ok(())
    }
}
