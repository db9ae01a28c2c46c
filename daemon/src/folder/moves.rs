//! Where does a file go after its import, and what lies where when the daemon starts?
//! Every move can be repeated: done twice, or cut off anywhere and done again, it ends the same.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::path::PathBuf;

use jiff::civil::Date;
use rustix::io::Errno;
use thiserror::Error;

use super::claim::{find_original, sweep};
use super::directory::{Directory, Fingerprint, IoAt, READABLE_FOLDER};
use super::names::{ImportId, PartnerName};
use super::private_copy::{BODY, PLAN, open_regular, read_origin};
use super::safe_name::{later_name, resting_name, resting_plan_name};

/// The folders of the data directory between which files move.
#[derive(Debug)]
pub struct Folders {
    /// `work/`.
    pub work: Directory,
    /// `held/`.
    pub held: Directory,
    /// `archive/`.
    pub archive: Directory,
    /// `rejected/`.
    pub rejected: Directory,
}

/// A month of the archive, shown as `2026-11`.
///
/// Take the month in which the file was claimed: a move repeated after a crash must meet the same folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

/// A file at its resting place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rested {
    /// What was imported, under the name `<stem>.<import-id>.<extension>`.
    pub path: PathBuf,
    /// What somebody wrote to the original after it had been claimed; it was not imported.
    pub written_later: Option<PathBuf>,
}

/// Why a file could not be moved.
#[derive(Debug, Error)]
pub enum MoveError {
    /// There is neither a folder of this import nor a file at the resting place.
    #[error("import `{import_id}` has no file\nhint: somebody moved or removed it")]
    Missing {
        /// The import.
        import_id: ImportId,
    },
    /// Another file has the name that the file needs.
    #[error("`{}` is taken by another file\nhint: move that file away", path.display())]
    Occupied {
        /// The name.
        path: PathBuf,
    },
    /// Anything the system said.
    #[error("cannot move a file: {0}")]
    Io(#[from] IoAt),
}

/// One folder below `work` or `held`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// The import.
    pub import_id: ImportId,
    /// Whose file it is, when that can be told.
    pub partner: Option<PartnerName>,
    /// The name under which it arrived, when that can be told.
    pub name: Option<OsString>,
    /// Whether the original is there; a file handed over by a command has none.
    pub original: Presence,
    /// Whether the private copy is there; it has its name only when it is complete.
    pub body: Presence,
}

/// Whether a file is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    There,
    /// It is not.
    Missing,
}

/// Everything below `work` or `held`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// Folders of imports, by id. One that the journal does not know is to be adopted.
    pub leftovers: Vec<Leftover>,
    /// Names that no import can have, sorted; they are left alone.
    pub foreign: Vec<OsString>,
}

impl Folders {
    /// Opens the folders of a data directory, making those that are missing.
    pub fn open(data: &Directory) -> Result<Self, IoAt> {
        let private = super::directory::PRIVATE_FOLDER;
        Ok(Self {
            work: data.ensure_child("work", private)?,
            held: data.ensure_child("held", private)?,
            archive: data.ensure_child("archive", READABLE_FOLDER)?,
            rejected: data.ensure_child("rejected", READABLE_FOLDER)?,
        })
    }
}

impl Month {
    /// The month of a day.
    pub fn of(date: Date) -> Self {
        Self {
            year: date.year(),
            month: date.month(),
        }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// Moves the folder of an import from `work` to `held`. Returns the private copy's path there.
pub fn to_held(folders: &Folders, import_id: &ImportId) -> Result<PathBuf, MoveError> {
    let id = import_id.as_str();
    match folders.work.rename_to(id, &folders.held, id) {
        Ok(()) => {}
        Err(Errno::NOENT) => {
            if folders.held.find_child(id)?.is_none() {
                return Err(MoveError::Missing {
                    import_id: import_id.clone(),
                });
            }
        }
        Err(Errno::EXIST) => {
            return Err(MoveError::Occupied {
                path: folders.held.path_of(id),
            });
        }
        Err(errno) => return Err(folders.work.at(id, errno).into()),
    }
    folders.held.sync()?;
    folders.work.sync()?;
    Ok(folders.held.path_of(id).join(BODY))
}

/// Moves a file to `archive/<partner>/<month>/` and removes its folder below `work` or `held`.
pub fn to_archive(
    folders: &Folders,
    partner: &PartnerName,
    month: Month,
    import_id: &ImportId,
    name: &OsStr,
) -> Result<Rested, MoveError> {
    let of_partner = folders
        .archive
        .ensure_child(partner.as_str(), READABLE_FOLDER)?;
    let of_month = of_partner.ensure_child(month.to_string(), READABLE_FOLDER)?;
    lay_to_rest(folders, &of_month, import_id, name)
}

/// Moves a file to `rejected/<partner>/` and removes its folder below `work` or `held`.
pub fn to_rejected(
    folders: &Folders,
    partner: &PartnerName,
    import_id: &ImportId,
    name: &OsStr,
) -> Result<Rested, MoveError> {
    let of_partner = folders
        .rejected
        .ensure_child(partner.as_str(), READABLE_FOLDER)?;
    lay_to_rest(folders, &of_partner, import_id, name)
}

/// The plan that came with a file that is not at rest yet.
pub fn plan_beside(folders: &Folders, import_id: &ImportId) -> Result<Option<File>, IoAt> {
    for parent in [&folders.work, &folders.held] {
        let Some(folder) = parent.find_child(import_id.as_str())? else {
            continue;
        };
        if folder.stat(PLAN)?.is_some() {
            return open_regular(&folder, PLAN.as_ref()).map(Some);
        }
    }
    Ok(None)
}

/// Lists the folders of imports below `work` or `held`.
pub fn survey(parent: &Directory) -> Result<Survey, IoAt> {
    let mut survey = Survey::default();
    for name in parent.names()? {
        let name = name?;
        let Ok(import_id) = ImportId::parse(&name) else {
            survey.foreign.push(name);
            continue;
        };
        let folder = match parent.open_child(&name) {
            Ok(folder) => folder,
            Err(error) if matches!(error.errno(), Some(Errno::NOTDIR | Errno::LOOP)) => {
                survey.foreign.push(name);
                continue;
            }
            Err(error) if error.errno() == Some(Errno::NOENT) => continue,
            Err(error) => return Err(error),
        };
        let origin = read_origin(&folder)?;
        let (partner, name) = origin.map(|origin| (origin.partner, origin.name)).unzip();
        survey.leftovers.push(Leftover {
            import_id,
            partner,
            name,
            original: Presence::of(find_original(&folder)?.as_ref()),
            body: Presence::of(folder.stat(BODY)?.as_ref()),
        });
    }
    survey
        .leftovers
        .sort_unstable_by(|a, b| a.import_id.cmp(&b.import_id));
    survey.foreign.sort_unstable();
    Ok(survey)
}

impl Presence {
    fn of<T>(found: Option<&T>) -> Self {
        if found.is_some() {
            Self::There
        } else {
            Self::Missing
        }
    }
}

/// What rests is the private copy, since that was imported. The original goes when it is the same, and stays
/// beside the copy when somebody wrote to it after the claim.
fn lay_to_rest(
    folders: &Folders,
    target: &Directory,
    import_id: &ImportId,
    name: &OsStr,
) -> Result<Rested, MoveError> {
    let resting = resting_name(name, import_id);
    let later = later_name(name, import_id);
    for parent in [&folders.work, &folders.held] {
        let Some(folder) = parent.find_child(import_id.as_str())? else {
            continue;
        };
        if folder.stat(BODY)?.is_some() {
            move_into(&folder, BODY.as_ref(), target, &resting)?;
        }
        if folder.stat(PLAN)?.is_some() {
            let resting_plan = resting_plan_name(name, import_id);
            move_into(&folder, PLAN.as_ref(), target, &resting_plan)?;
        }
        if let Some(original) = find_original(&folder)? {
            match (target.stat(&resting)?, folder.stat(&original)?) {
                (Some(rested), Some(seen)) if same_content(&rested, &seen) => {
                    folder.remove_file(&original)?;
                }
                (Some(_), _) => move_into(&folder, &original, target, &later)?,
                (None, _) => move_into(&folder, &original, target, &resting)?,
            }
        }
        sweep(parent, &folder, import_id)?;
    }
    if target.stat(&resting)?.is_none() {
        return Err(MoveError::Missing {
            import_id: import_id.clone(),
        });
    }
    let written_later = target.stat(&later)?.map(|_| target.path_of(&later));
    Ok(Rested {
        path: target.path_of(&resting),
        written_later,
    })
}

/// Durable in the target before anything else is removed from the source.
fn move_into(
    folder: &Directory,
    name: &OsStr,
    target: &Directory,
    new_name: &str,
) -> Result<(), MoveError> {
    match folder.rename_to(name, target, new_name) {
        Ok(()) => {}
        Err(Errno::EXIST) => {
            return Err(MoveError::Occupied {
                path: target.path_of(new_name),
            });
        }
        Err(errno) => return Err(folder.at(name, errno).into()),
    }
    target.sync()?;
    folder.sync()?;
    Ok(())
}

fn same_content(rested: &rustix::fs::Stat, original: &rustix::fs::Stat) -> bool {
    Fingerprint::of(rested).same_content(&Fingerprint::of(original))
}
