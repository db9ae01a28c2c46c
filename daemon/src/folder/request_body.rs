//! Where does the body of a request lie until it is an import, and how does it become one?
//! Under a scratch name that the next start removes: what was never acknowledged leaves nothing behind.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;

use rustix::fs::{Mode, OFlags, openat};
use sha2::{Digest as _, Sha256};

use super::claim::sweep;
use super::directory::{Directory, IoAt, PRIVATE_FOLDER};
use super::moves::Folders;
use super::names::{ImportId, PartnerName};
use super::private_copy::{BODY, Claimed, Origin, write_origin};

/// The body of a request while it comes and is looked at; it is removed unless it becomes an import.
#[derive(Debug)]
pub struct RequestBody {
    work: Directory,
    /// Nothing once it has become an import.
    name: Option<String>,
    file: File,
    hash: Sha256,
    bytes: u64,
}

impl RequestBody {
    /// An empty one in the folder for work; no two have the same number.
    pub fn create(work: &Directory, number: u64) -> Result<Self, IoAt> {
        let name = format!("{SCRATCH_PREFIX}{number}");
        let work = Directory::open(work.path())?;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = openat(work.fd(), &name, flags, Mode::RUSR | Mode::WUSR);
        let file = opened.map_err(|errno| work.at(&name, errno))?;
        Ok(Self {
            work,
            name: Some(name),
            file: file.into(),
            hash: Sha256::new(),
            bytes: 0,
        })
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), IoAt> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file
            .write_all(bytes)
            .map_err(|source| self.trouble(source))
    }

    /// How many bytes it has so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// SHA-256 of them.
    pub fn sha256(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }

    /// Where it lies.
    pub fn path(&self) -> PathBuf {
        let name = self.name.as_deref().unwrap_or_default();
        self.work.path_of(name)
    }

    /// Makes it the private copy of an import. It is durable when this returns; the journal does not know of it yet, and
    /// as long as it does not the next start removes it.
    pub fn into_import(
        mut self,
        import_id: &ImportId,
        partner: &PartnerName,
        name: &OsStr,
    ) -> Result<Claimed, IoAt> {
        self.file
            .sync_all()
            .map_err(|source| self.trouble(source))?;
        let folder = self.work.make_child(import_id.as_str(), PRIVATE_FOLDER)?;
        let origin = Origin {
            partner: partner.clone(),
            name: name.to_owned(),
            is_request: true,
        };
        write_origin(&folder, &origin)?;
        if let Some(scratch) = self.name.take() {
            let renamed = self.work.rename_to(&scratch, &folder, BODY);
            renamed.map_err(|errno| {
                let error = self.work.at(&scratch, errno);
                self.name = Some(scratch);
                error
            })?;
        }
        folder.sync()?;
        self.work.sync()?;
        Ok(Claimed {
            import_id: import_id.clone(),
            partner: origin.partner,
            name: origin.name,
            body: folder.path_of(BODY),
            bytes: self.bytes,
            sha256: self.sha256(),
        })
    }

    fn trouble(&self, source: io::Error) -> IoAt {
        IoAt {
            path: self.path(),
            source,
        }
    }
}

/// How the name of a scratch file in the folder for work begins: the next start removes such.
const SCRATCH_PREFIX: &str = ".spool-";

impl Drop for RequestBody {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            // What stays is removed at the next start.
            let _ = self.work.remove_file(name);
        }
    }
}

/// Removes the body of a request that has come to its end, wherever it lies.
pub fn remove_body(folders: &Folders, import_id: &ImportId) -> Result<(), IoAt> {
    for parent in [&folders.work, &folders.held] {
        if let Some(folder) = parent.find_child(import_id.as_str())? {
            sweep(parent, &folder, import_id)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::claim::adopt;

    fn names(folder: &std::path::Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn nothing_stays_of_a_request_that_nobody_acknowledged() {
        let folder = tempfile::tempdir().unwrap();
        let data = Directory::open(folder.path()).unwrap();
        let folders = Folders::open(&data).unwrap();
        let work = folders.work.path().to_owned();
        let body = |number| {
            let mut body = RequestBody::create(&folders.work, number).unwrap();
            body.push(b"{\"items\":").unwrap();
            body.push(b"[]}").unwrap();
            body
        };
        drop(body(1));
        assert!(names(&work).is_empty());

        let partner = PartnerName::parse("alpha").unwrap();
        let id = ImportId::parse("000001").unwrap();
        let claimed = body(2)
            .into_import(&id, &partner, OsStr::new("api-1.json"))
            .unwrap();
        assert_eq!(std::fs::read(&claimed.body).unwrap(), b"{\"items\":[]}");
        assert_eq!(names(&work), ["000001"]);
        // The daemon died before the journal heard of it.
        assert_eq!(adopt(&folders.work, &id, 1 << 20).unwrap(), None);
        assert!(names(&work).is_empty());

        body(3)
            .into_import(&id, &partner, OsStr::new("api-1.json"))
            .unwrap();
        remove_body(&folders, &id).unwrap();
        remove_body(&folders, &id).unwrap();
        assert!(names(&work).is_empty());
    }
}
