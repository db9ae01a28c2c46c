//! How does a file leave the drop folder so that nobody else can change what is imported?
//! One rename takes it, and from then on only a private copy counts; on every error the file is either back
//! under its name or in its work folder, never in between and never lost.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::directory::{
    Directory, FileKind, Fingerprint, IoAt, PRIVATE_FOLDER, attributes_changed,
};
use super::names::{ImportId, PartnerName, ignored, is_one_component, marker_of, plan_of};
use super::private_copy::{
    BODY, Copied, CopyError, ORIGIN, Origin, PLAN, UNFINISHED_BODY, copy_to_body, hash_body,
    kept_name, open_regular, read_origin, write_origin,
};
use super::safe_name::{printable, resting_name};
use super::settle::MarkerHabit;
use crate::log;

mod error;

use error::WorkFolderError;
pub use error::{AdoptError, ClaimError, Fault, UploadError};

pub use super::private_copy::Claimed;

/// What is to be claimed, from where to where.
#[derive(Debug, Clone, Copy)]
pub struct ClaimRequest<'a> {
    /// The partner's folder, as the scan opened it.
    pub inbox: &'a Directory,
    /// The partner.
    pub partner: &'a PartnerName,
    /// The file's name in that folder.
    pub name: &'a OsStr,
    /// The version that was found complete.
    pub expected: &'a Fingerprint,
    /// With markers required, the file's marker is removed together with it.
    pub marker: MarkerHabit,
    /// The folder below which `<import-id>/` is made; on the same file system as the inbox.
    pub work: &'a Directory,
    /// The id of the new import.
    pub import_id: &'a ImportId,
    /// Most bytes a file may have.
    pub limit: u64,
}

/// Takes a settled file out of the drop folder.
///
/// On return both folders and the private copy are durable. Nothing blocks, whatever stands under the name.
pub fn claim(request: &ClaimRequest<'_>) -> Result<Claimed, ClaimError> {
    claim_watched(request, |_| {})
}

/// Takes a file that a command handed over, of at most `limit` bytes.
pub fn take_upload(
    reader: impl Read,
    work: &Directory,
    import_id: &ImportId,
    partner: &PartnerName,
    name: &OsStr,
    limit: u64,
) -> Result<Claimed, UploadError> {
    let folder = make_work_folder(work, import_id).map_err(UploadError::from)?;
    let origin = Origin {
        partner: partner.clone(),
        name: name.to_owned(),
        is_request: false,
    };
    let take = || -> Result<Claimed, UploadError> {
        write_origin(&folder, &origin)?;
        let copy =
            copy_to_body(reader, &folder, limit, None, || {}).map_err(|error| match error {
                CopyError::Source(error) => UploadError::Read(error),
                CopyError::TooLarge => UploadError::TooLarge { limit },
                CopyError::Target(error) => error.into(),
            })?;
        let copied = copy.publish(&folder)?;
        work.sync()?;
        Ok(claimed(&folder, import_id, origin.clone(), copied))
    };
    take().inspect_err(|_| {
        // What cannot be swept now is swept at the next start: it has no complete body and no original.
        let _ = sweep(work, &folder, import_id);
    })
}

/// Takes up a work folder that the journal does not know: the daemon died between the rename and the record.
///
/// `None` when there was nothing in it to lose; the folder is removed then.
pub fn adopt(
    work: &Directory,
    import_id: &ImportId,
    limit: u64,
) -> Result<Option<Claimed>, AdoptError> {
    let folder = work.open_child(import_id.as_str())?;
    let has_body = folder.stat(BODY)?.is_some();
    let original = find_original(&folder)?;
    if !has_body && original.is_none() {
        sweep(work, &folder, import_id)?;
        return Ok(None);
    }
    let Some(origin) = read_origin(&folder)? else {
        return Err(AdoptError::UnknownOrigin {
            path: folder.path().to_owned(),
        });
    };
    if origin.is_request {
        // Nobody was told that it was taken: its client sends it again.
        sweep(work, &folder, import_id)?;
        return Ok(None);
    }
    let copied = match original {
        Some(original) if !has_body => copy_original(&folder, &original, &origin, limit)?,
        _ => hash_body(&folder)?,
    };
    folder.sync()?;
    work.sync()?;
    Ok(Some(claimed(&folder, import_id, origin, copied)))
}

/// The points of a claim at which its surroundings can change; tests change them there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Opened,
    Renamed,
    ChunkCopied,
}

fn claim_watched(
    request: &ClaimRequest<'_>,
    mut watch: impl FnMut(Moment),
) -> Result<Claimed, ClaimError> {
    let ClaimRequest {
        inbox,
        name,
        work,
        import_id,
        ..
    } = *request;
    if !is_one_component(name) || ignored(name).is_some() {
        return Err(ClaimError::NotTaken {
            name: printable(name),
        });
    }
    let file = open_for_claim(inbox, name)?;
    let before = Seen::through(&file, inbox, name)?;
    before.is_claimable(name)?;
    if !before.fingerprint.same_file(request.expected) {
        return Err(ClaimError::Swapped {
            back_as: name.to_owned(),
        });
    }
    if !before.fingerprint.same_content(request.expected) {
        return Err(ClaimError::StillGrowing {
            back_as: name.to_owned(),
        });
    }
    watch(Moment::Opened);

    let folder = make_work_folder(work, import_id)?;
    let origin = Origin {
        partner: request.partner.clone(),
        name: name.to_owned(),
        is_request: false,
    };
    let kept = kept_name(name);
    let taken = take(request, &folder, &origin, &kept);
    if let Err(error) = taken {
        // An empty folder that cannot be removed now is swept at the next start.
        let _ = sweep(work, &folder, import_id);
        return Err(error);
    }
    watch(Moment::Renamed);

    match copy_claimed(request, &folder, &kept, file, &before, &mut watch) {
        Ok(copied) => {
            if let Err(error) = take_plan(request, &folder) {
                // The plan only informs: a file is imported as well without it.
                log::plan_left_behind(request.partner.as_str(), name, &error);
            }
            Ok(claimed(&folder, import_id, origin, copied))
        }
        Err(error @ ClaimError::TooLarge { .. }) => Err(error),
        Err(error) => Err(put_back(request, &folder, &kept, error)),
    }
}

/// Writes down whose file it is and moves it, so that a crash in between leaves nothing unexplained.
fn take(
    request: &ClaimRequest<'_>,
    folder: &Directory,
    origin: &Origin,
    kept: &OsStr,
) -> Result<(), ClaimError> {
    write_origin(folder, origin)?;
    folder.sync()?;
    request.work.sync()?;
    match request.inbox.rename_to(request.name, folder, kept) {
        Ok(()) => Ok(()),
        Err(Errno::NOENT) => Err(ClaimError::Vanished {
            name: printable(request.name),
        }),
        Err(Errno::XDEV) => Err(ClaimError::CrossDevice {
            inbox: request.inbox.path().to_owned(),
            work: request.work.path().to_owned(),
        }),
        Err(errno) => Err(request.inbox.at(request.name, errno).into()),
    }
}

/// Takes the plan that lies beside the file along, if a regular file does.
fn take_plan(request: &ClaimRequest<'_>, folder: &Directory) -> Result<(), IoAt> {
    let ClaimRequest { inbox, name, .. } = *request;
    let plan = plan_of(name);
    let found = match inbox.stat(&plan) {
        // Beside a name of the greatest length no plan can lie.
        Err(error) if error.errno() == Some(Errno::NAMETOOLONG) => None,
        found => found?,
    };
    if found.is_none_or(|stat| FileKind::of(&stat) != FileKind::Regular) {
        return Ok(());
    }
    match inbox.rename_to(&plan, folder, PLAN) {
        Ok(()) => {}
        Err(Errno::NOENT) => return Ok(()),
        Err(errno) => return Err(inbox.at(&plan, errno)),
    }
    inbox.sync()?;
    folder.sync()
}

fn copy_claimed(
    request: &ClaimRequest<'_>,
    folder: &Directory,
    kept: &OsStr,
    mut file: File,
    before: &Seen,
    watch: &mut impl FnMut(Moment),
) -> Result<Copied, ClaimError> {
    let ClaimRequest {
        inbox, name, limit, ..
    } = *request;
    let growing = || ClaimError::StillGrowing {
        back_as: name.to_owned(),
    };

    let moved = folder.stat(kept)?;
    let is_same_file =
        moved.is_some_and(|stat| Fingerprint::of(&stat).same_file(&before.fingerprint));
    if !is_same_file {
        return Err(ClaimError::Swapped {
            back_as: name.to_owned(),
        });
    }
    // The rename itself is a change of attributes: what is compared later starts after it.
    let renamed = Seen::through(&file, inbox, name)?;
    renamed.is_claimable(name)?;
    if !renamed.fingerprint.same_content(&before.fingerprint) {
        return Err(growing());
    }
    if request.marker == MarkerHabit::Required {
        inbox.remove_file(marker_of(name))?;
    }
    inbox.sync()?;
    folder.sync()?;
    let bytes = renamed.fingerprint.bytes;
    if bytes > limit {
        return Err(ClaimError::TooLarge {
            name: printable(name),
            bytes,
            limit,
        });
    }

    let after_chunk = || watch(Moment::ChunkCopied);
    let copy = copy_to_body(
        &mut file,
        folder,
        bytes,
        Some(&renamed.fingerprint),
        after_chunk,
    )
    .map_err(|error| match error {
        CopyError::Source(source) => IoAt {
            path: folder.path_of(kept),
            source,
        }
        .into(),
        CopyError::TooLarge => growing(),
        CopyError::Target(error) => ClaimError::from(error),
    })?;
    let after = Seen::through(&file, inbox, name)?;
    after.is_claimable(name)?;
    if after != renamed || copy.bytes() != bytes {
        return Err(growing());
    }
    Ok(copy.publish(folder)?)
}

/// Undoes the rename; the name it finds taken by a newer file is left to that one.
///
/// The copy goes first: with it the file would lie in two places, and be imported from both, if all ended here.
fn put_back(
    request: &ClaimRequest<'_>,
    folder: &Directory,
    kept: &OsStr,
    error: ClaimError,
) -> ClaimError {
    let ClaimRequest {
        inbox,
        name,
        work,
        import_id,
        ..
    } = *request;
    let mut back_as = name.to_owned();
    let returned = remove_copy(folder).and_then(|()| {
        let mut moved = folder.rename_to(kept, inbox, &back_as);
        if moved == Err(Errno::EXIST) {
            back_as = resting_name(name, import_id).into();
            moved = folder.rename_to(kept, inbox, &back_as);
        }
        moved.map_err(|errno| folder.at(kept, errno))
    });
    if let Err(why) = returned {
        return ClaimError::Stranded {
            error: Box::new(error),
            why,
        };
    }
    // Where this fails, a power cut may find the file in its work folder again, from where it is taken up.
    let _ = inbox.sync();
    // The file is safe; a folder without it that cannot be removed now is swept at the next start.
    let _ = sweep(work, folder, import_id);
    match error {
        ClaimError::StillGrowing { .. } => ClaimError::StillGrowing { back_as },
        ClaimError::Swapped { .. } => ClaimError::Swapped { back_as },
        other => other,
    }
}

/// Copies an original that lies in its work folder without a complete body.
fn copy_original(
    folder: &Directory,
    original: &OsStr,
    origin: &Origin,
    limit: u64,
) -> Result<Copied, AdoptError> {
    let file = open_regular(folder, original)?;
    let seen = || rustix::fs::fstat(&file).map_err(|errno| folder.at(original, errno));
    let before = Fingerprint::of(&seen()?);
    let growing = || AdoptError::StillGrowing {
        name: printable(&origin.name),
    };
    if before.bytes > limit {
        return Err(AdoptError::TooLarge {
            partner: origin.partner.clone(),
            name: printable(&origin.name),
            bytes: before.bytes,
            limit,
        });
    }
    let copy = copy_to_body(&file, folder, before.bytes, Some(&before), || {}).map_err(
        |error| match error {
            CopyError::Source(source) => AdoptError::Io(IoAt {
                path: folder.path_of(original),
                source,
            }),
            CopyError::TooLarge => growing(),
            CopyError::Target(error) => error.into(),
        },
    )?;
    if Fingerprint::of(&seen()?) != before || copy.bytes() != before.bytes {
        return Err(growing());
    }
    Ok(copy.publish(folder)?)
}

/// The one file in a work folder that is not the daemon's own.
pub(super) fn find_original(folder: &Directory) -> Result<Option<OsString>, IoAt> {
    for name in folder.names()? {
        let name = name?;
        if ![BODY, UNFINISHED_BODY, ORIGIN, PLAN]
            .iter()
            .any(|own| name == *own)
        {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Removes a work folder and the daemon's own files in it; anything else in it keeps it in place.
pub(super) fn sweep(
    parent: &Directory,
    folder: &Directory,
    import_id: &ImportId,
) -> Result<(), IoAt> {
    remove_copy(folder)?;
    folder.remove_file(ORIGIN)?;
    parent.remove_child(import_id.as_str())?;
    parent.sync()
}

fn remove_copy(folder: &Directory) -> Result<(), IoAt> {
    folder.remove_file(UNFINISHED_BODY)?;
    folder.remove_file(BODY)
}

fn claimed(folder: &Directory, import_id: &ImportId, origin: Origin, copied: Copied) -> Claimed {
    Claimed {
        import_id: import_id.clone(),
        partner: origin.partner,
        name: origin.name,
        body: folder.path_of(BODY),
        bytes: copied.bytes,
        sha256: copied.sha256,
    }
}

/// What an open file is at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    kind: FileKind,
    fingerprint: Fingerprint,
    attributes_changed: i128,
}

impl Seen {
    fn through(file: &File, inbox: &Directory, name: &OsStr) -> Result<Self, ClaimError> {
        let stat = rustix::fs::fstat(file).map_err(|errno| inbox.at(name, errno))?;
        Ok(Self {
            kind: FileKind::of(&stat),
            fingerprint: Fingerprint::of(&stat),
            attributes_changed: attributes_changed(&stat),
        })
    }

    fn is_claimable(&self, name: &OsStr) -> Result<(), ClaimError> {
        match self.kind {
            FileKind::Regular => Ok(()),
            FileKind::HardLinked => Err(ClaimError::HardLinked {
                name: printable(name),
            }),
            kind => Err(ClaimError::NotRegular {
                name: printable(name),
                kind,
            }),
        }
    }
}

fn open_for_claim(inbox: &Directory, name: &OsStr) -> Result<File, ClaimError> {
    let shown = || printable(name);
    match open_beneath(inbox, name) {
        Ok(fd) => Ok(File::from(fd)),
        Err(Errno::NOENT) => Err(ClaimError::Vanished { name: shown() }),
        Err(Errno::LOOP) => Err(ClaimError::NotRegular {
            name: shown(),
            kind: FileKind::Symlink,
        }),
        // A socket, or a device without a driver.
        Err(Errno::NXIO | Errno::NODEV) => Err(ClaimError::NotRegular {
            name: shown(),
            kind: FileKind::Socket,
        }),
        // Another file system is mounted upon the name.
        Err(Errno::XDEV) => Err(ClaimError::NotRegular {
            name: shown(),
            kind: FileKind::Directory,
        }),
        Err(errno) => Err(inbox.at(name, errno).into()),
    }
}

/// Opens a name for reading without following a link, blocking, leaving the folder or its file system.
fn open_beneath(inbox: &Directory, name: &OsStr) -> Result<OwnedFd, Errno> {
    let flags =
        OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let resolve = ResolveFlags::BENEATH
        | ResolveFlags::NO_SYMLINKS
        | ResolveFlags::NO_MAGICLINKS
        | ResolveFlags::NO_XDEV;
    match rustix::fs::openat2(inbox.fd(), name, flags, Mode::empty(), resolve) {
        // Kernels before 5.6 do not know the call, and some sandboxes forbid what they do not know. The name
        // is one component, so that `O_NOFOLLOW` alone keeps links out.
        Err(Errno::NOSYS | Errno::PERM) => {
            rustix::fs::openat(inbox.fd(), name, flags, Mode::empty())
        }
        opened => opened,
    }
}

fn make_work_folder(work: &Directory, import_id: &ImportId) -> Result<Directory, WorkFolderError> {
    work.make_child(import_id.as_str(), PRIVATE_FOLDER)
        .map_err(|error| match error.errno() {
            Some(Errno::EXIST) => WorkFolderError::InUse(error.path),
            _ => WorkFolderError::Io(error),
        })
}

#[cfg(test)]
mod tests;
