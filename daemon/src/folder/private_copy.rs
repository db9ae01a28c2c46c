//! What does the daemon keep of a file that it took, and how does that copy come to be?
//! The name `body` appears only once its content is complete and durable; what is applied is the body, never
//! the file a partner can still write to.
//!
//! A work folder holds the original under its own name, `body`, and `origin.json`, which says whose file it
//! is until the journal does; beside them `.plan.json`, where a plan came with the file.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::directory::{Directory, FileKind, Fingerprint, IoAt};
use super::names::{ImportId, PartnerName};
use super::safe_name::{from_printable, printable};

/// The private copy.
pub(crate) const BODY: &str = "body";
/// The private copy while it is being written.
pub(crate) const UNFINISHED_BODY: &str = "body.writing";
/// The plan that lay beside the file, if there was one. No order file can have a name that begins with a dot.
pub(crate) const PLAN: &str = ".plan.json";
/// Whose file it is.
pub(crate) const ORIGIN: &str = "origin.json";
const ORIGIN_VERSION: u32 = 1;
const ORIGIN_LIMIT: u64 = 4096;
const CHUNK: usize = 256 * 1024;

/// A file that the daemon holds a private copy of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The import this is the beginning of.
    pub import_id: ImportId,
    /// Whose file it is.
    pub partner: PartnerName,
    /// The name under which it arrived.
    pub name: OsString,
    /// The private copy: `work/<import-id>/body`.
    pub body: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 over all of it: the identity of the content.
    pub sha256: [u8; 32],
}

/// Whose file it is and under which name it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) partner: PartnerName,
    pub(crate) name: OsString,
    /// Did it come as a request? Then its client has no answer before the journal knows of it.
    pub(crate) is_request: bool,
}

/// Why a copy did not come to be.
#[derive(Debug)]
pub(crate) enum CopyError {
    /// The source gave an error.
    Source(io::Error),
    /// The source has more than so many bytes.
    TooLarge,
    /// The copy could not be written.
    Target(IoAt),
}

/// What is known of a complete copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Copied {
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
}

/// Writes `source` to `body` in `folder`, durably, hashing it on the way. At most `limit` bytes.
///
/// The copy gets the time of change of the original, by which later writes to the original are noticed.
pub(crate) fn copy_to_body(
    mut source: impl Read,
    folder: &Directory,
    limit: u64,
    original: Option<&Fingerprint>,
    mut after_chunk: impl FnMut(),
) -> Result<Unpublished, CopyError> {
    let path = folder.path_of(UNFINISHED_BODY);
    let target = |source| {
        CopyError::Target(IoAt {
            path: path.clone(),
            source,
        })
    };
    folder
        .remove_file(UNFINISHED_BODY)
        .map_err(CopyError::Target)?;
    let mut file = create(folder, UNFINISHED_BODY).map_err(CopyError::Target)?;
    let hashing = Hashing::begin();
    let mut bytes = 0u64;
    loop {
        let mut chunk = hashing.room();
        let read = match source.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(CopyError::Source(error)),
        };
        bytes += read as u64;
        if bytes > limit {
            return Err(CopyError::TooLarge);
        }
        chunk.truncate(read);
        file.write_all(&chunk).map_err(target)?;
        hashing.take(chunk);
        after_chunk();
    }
    if let Some(modified) = original.and_then(system_time_of) {
        file.set_modified(modified).map_err(target)?;
    }
    file.sync_all().map_err(target)?;
    Ok(Unpublished(Copied {
        bytes,
        sha256: hashing.end(),
    }))
}

/// Hashes in a thread of its own what is being written meanwhile.
struct Hashing {
    chunks: SyncSender<Vec<u8>>,
    spare: Receiver<Vec<u8>>,
    thread: JoinHandle<[u8; 32]>,
}

/// So many chunks wait at most to be hashed.
const CHUNKS_AHEAD: usize = 4;

impl Hashing {
    fn begin() -> Self {
        let (chunks, waiting) = sync_channel::<Vec<u8>>(CHUNKS_AHEAD);
        let (used, spare) = channel();
        let thread = std::thread::spawn(move || {
            let mut hasher = Sha256::new();
            for chunk in waiting {
                hasher.update(&chunk);
                // At the end nobody wants the memory back.
                let _ = used.send(chunk);
            }
            hasher.finalize().into()
        });
        Self {
            chunks,
            spare,
            thread,
        }
    }

    /// Room for a chunk, all zeros or what was there before.
    fn room(&self) -> Vec<u8> {
        let mut room = self.spare.try_recv().unwrap_or_default();
        room.resize(CHUNK, 0);
        room
    }

    fn take(&self, chunk: Vec<u8>) {
        // The thread lives as long as it is listened to; if it panicked, the end says so.
        let _ = self.chunks.send(chunk);
    }

    fn end(self) -> [u8; 32] {
        drop(self.chunks);
        match self.thread.join() {
            Ok(sha256) => sha256,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// A complete copy that does not have its name yet.
#[derive(Debug)]
pub(crate) struct Unpublished(Copied);

impl Unpublished {
    pub(crate) fn bytes(&self) -> u64 {
        self.0.bytes
    }

    /// Gives the copy its name, durably.
    pub(crate) fn publish(self, folder: &Directory) -> Result<Copied, IoAt> {
        folder
            .rename_to(UNFINISHED_BODY, folder, BODY)
            .map_err(|errno| folder.at(BODY, errno))?;
        folder.sync()?;
        Ok(self.0)
    }
}

/// Hashes a body that is there.
pub(crate) fn hash_body(folder: &Directory) -> Result<Copied, IoAt> {
    let path = folder.path_of(BODY);
    let mut file = open_regular(folder, OsStr::new(BODY))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    let mut bytes = 0u64;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                bytes += read as u64;
                hasher.update(&buffer[..read]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(IoAt { path, source }),
        }
    }
    Ok(Copied {
        bytes,
        sha256: hasher.finalize().into(),
    })
}

/// Opens a file of the daemon's own folder for reading, never a symlink, never blocking on a pipe.
pub(crate) fn open_regular(folder: &Directory, name: &OsStr) -> Result<File, IoAt> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let fd = rustix::fs::openat(folder.fd(), name, flags, Mode::empty())
        .map_err(|errno| folder.at(name, errno))?;
    let stat = rustix::fs::fstat(&fd).map_err(|errno| folder.at(name, errno))?;
    match FileKind::of(&stat) {
        FileKind::Regular | FileKind::HardLinked => Ok(File::from(fd)),
        _ => Err(folder.at(name, Errno::INVAL)),
    }
}

/// Writes down whose file it is, durably in the file but not yet in the directory.
pub(crate) fn write_origin(folder: &Directory, origin: &Origin) -> Result<(), IoAt> {
    let form = OriginForm {
        version: ORIGIN_VERSION,
        partner: origin.partner.clone(),
        name: printable(&origin.name),
        is_request: origin.is_request,
    };
    let at = |source| IoAt {
        path: folder.path_of(ORIGIN),
        source,
    };
    let text = serde_json::to_vec(&form).map_err(|error| at(error.into()))?;
    let mut file = create(folder, ORIGIN)?;
    file.write_all(&text).map_err(at)?;
    file.sync_all().map_err(at)
}

/// Whose file it is; nothing when that was never written to its end, so that nothing was taken either.
pub(crate) fn read_origin(folder: &Directory) -> Result<Option<Origin>, IoAt> {
    let file = match open_regular(folder, OsStr::new(ORIGIN)) {
        Ok(file) => file,
        Err(error) if error.errno() == Some(Errno::NOENT) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = Vec::new();
    file.take(ORIGIN_LIMIT)
        .read_to_end(&mut text)
        .map_err(|source| IoAt {
            path: folder.path_of(ORIGIN),
            source,
        })?;
    let form = serde_json::from_slice::<OriginForm>(&text).ok();
    let known = form.filter(|form| form.version == ORIGIN_VERSION);
    Ok(known.map(|form| Origin {
        partner: form.partner,
        name: from_printable(&form.name),
        is_request: form.is_request,
    }))
}

/// The name under which an original is kept beside the daemon's own files.
pub(crate) fn kept_name(name: &OsStr) -> OsString {
    if [BODY, UNFINISHED_BODY, ORIGIN]
        .iter()
        .any(|own| name == *own)
    {
        let mut kept = OsString::from("original.");
        kept.push(name);
        kept
    } else {
        name.to_owned()
    }
}

/// The wire form of [`Origin`], version 1.
#[derive(Serialize, Deserialize)]
struct OriginForm {
    version: u32,
    partner: PartnerName,
    name: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_request: bool,
}

fn create(folder: &Directory, name: &str) -> Result<File, IoAt> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = rustix::fs::openat(folder.fd(), name, flags, Mode::RUSR | Mode::WUSR)
        .map_err(|errno| folder.at(name, errno))?;
    Ok(File::from(fd))
}

/// Nothing for times that the system cannot express; those are not preserved.
fn system_time_of(fingerprint: &Fingerprint) -> Option<SystemTime> {
    let seconds = u64::try_from(fingerprint.modified.unsigned_abs() / 1_000_000_000).ok()?;
    let nanoseconds = u32::try_from(fingerprint.modified.unsigned_abs() % 1_000_000_000).ok()?;
    let distance = Duration::new(seconds, nanoseconds);
    if fingerprint.modified < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    }
}
