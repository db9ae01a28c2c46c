//! What may a disk hold after a power cut?
//! Of what was asked of it by then, everything that a sync has confirmed, and of the rest any part that its rules allow: names of
//! one folder change in order, those of different folders in any; a rename happens whole; bytes arrive in any order, whole, cut
//! off, as zeros or not at all. That is more than ext4 or XFS would do: what survives here survives there.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, ensure};

mod history;

pub use history::History;

/// A folder or a file, by its place in [`Disk::nodes`].
type NodeId = usize;

/// The first node: the folder that the program works in.
const ROOT: NodeId = 0;

/// What a disk holds.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    Folder(BTreeMap<OsString, NodeId>),
    File(Arc<Vec<u8>>),
}

/// A name changes.
#[derive(Clone, Debug)]
enum Naming {
    /// It comes to stand for this.
    Enter(NodeId, OsString, NodeId),
    /// It goes.
    Leave(NodeId, OsString),
    /// It goes here and comes there, at once.
    Move([(NodeId, OsString); 2], NodeId),
}

/// Something that was asked of the disk.
#[derive(Clone, Debug)]
enum Deed {
    Name(Naming),
    Write(NodeId, usize, Arc<Vec<u8>>),
    Length(NodeId, usize),
    /// A file's bytes, or a folder's names, are safe.
    Sync(NodeId),
    /// Everything is.
    SyncAll,
}

/// Who decides what arrived.
pub trait Choice {
    /// One of so many possibilities, from 0.
    fn choose(&mut self, possibilities: u64) -> u64;
}

impl Naming {
    fn folders(&self) -> impl Iterator<Item = NodeId> {
        let (one, other) = match self {
            Naming::Enter(folder, ..) | Naming::Leave(folder, _) => (*folder, None),
            Naming::Move([(from, _), (to, _)], _) => (*from, Some(*to)),
        };
        std::iter::once(one).chain(other)
    }
}

impl Disk {
    /// What lies in this folder now.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut disk = Self::default();
        disk.take_in(folder)?;
        Ok(disk)
    }

    fn take_in(&mut self, folder: &Path) -> anyhow::Result<NodeId> {
        let id = self.nodes.len();
        self.nodes.push(Node::Folder(BTreeMap::new()));
        for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let node = if kind.is_dir() {
                self.take_in(&entry.path())?
            } else if kind.is_file() {
                self.add(Node::File(Arc::new(fs::read(entry.path())?)))
            } else {
                // A socket is gone after a power cut, or nobody answers there.
                continue;
            };
            self.names(id)?.insert(entry.file_name(), node);
        }
        Ok(id)
    }

    fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn names(&mut self, folder: NodeId) -> anyhow::Result<&mut BTreeMap<OsString, NodeId>> {
        match &mut self.nodes[folder] {
            Node::Folder(names) => Ok(names),
            Node::File(_) => anyhow::bail!("a file is used as a folder"),
        }
    }

    fn bytes(&mut self, file: NodeId) -> anyhow::Result<&mut Vec<u8>> {
        match &mut self.nodes[file] {
            Node::File(bytes) => Ok(Arc::make_mut(bytes)),
            Node::Folder(_) => anyhow::bail!("a folder is used as a file"),
        }
    }

    /// What a path below the root stands for.
    fn find(&self, path: &Path) -> Option<NodeId> {
        let mut here = ROOT;
        for part in path.components() {
            let (Component::Normal(name), Node::Folder(names)) = (part, &self.nodes[here]) else {
                return None;
            };
            here = *names.get(name)?;
        }
        Some(here)
    }

    fn rename(&mut self, naming: &Naming) -> anyhow::Result<()> {
        match naming {
            Naming::Enter(folder, name, node) => {
                self.names(*folder)?.insert(name.clone(), *node);
            }
            Naming::Leave(folder, name) => {
                self.names(*folder)?.remove(name);
            }
            Naming::Move([(from, old), (to, new)], node) => {
                self.names(*from)?.remove(old);
                self.names(*to)?.insert(new.clone(), *node);
            }
        }
        Ok(())
    }

    fn write(&mut self, file: NodeId, offset: usize, written: &[u8]) -> anyhow::Result<()> {
        let bytes = self.bytes(file)?;
        let end = offset + written.len();
        if bytes.len() < end {
            bytes.resize(end, 0);
        }
        bytes[offset..end].copy_from_slice(written);
        Ok(())
    }

    /// Lays all of it out in an empty folder. All files were modified at the same time, as a file and its copy are.
    pub fn lay_out(&self, folder: &Path) -> anyhow::Result<()> {
        self.lay_out_node(ROOT, folder)
    }

    fn lay_out_node(&self, id: NodeId, path: &Path) -> anyhow::Result<()> {
        match &self.nodes[id] {
            Node::File(bytes) => {
                let mut file = fs::File::create(path)?;
                file.write_all(bytes)?;
                file.set_modified(UNIX_EPOCH)?;
            }
            Node::Folder(names) => {
                if id != ROOT {
                    fs::create_dir(path)?;
                }
                for (name, node) in names {
                    self.lay_out_node(*node, &path.join(name))?;
                }
            }
        }
        Ok(())
    }
}

/// The folder and the name of a path below the root.
fn parted<'p>(disk: &Disk, path: &'p Path) -> anyhow::Result<(NodeId, &'p OsStr)> {
    let folder = path.parent().and_then(|parent| disk.find(parent));
    let folder = folder.with_context(|| format!("`{}` lies nowhere", path.display()))?;
    let name = path.file_name().context("a path without a name")?;
    ensure!(!name.as_bytes().is_empty(), "an empty name");
    Ok((folder, name))
}
