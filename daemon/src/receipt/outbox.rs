//! Under which names do the files of a receipt go into the outbox, and which of them are there already?
//!
//! Invariant: nothing in an outbox is replaced, waited for or trusted; it may lie in somebody else's hands.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use intake_core::read::Format;
use rustix::fs::OFlags;

use super::{machine, page};
use crate::entry::PlanNote;
use crate::folder::names::{ImportId, is_one_component};
use crate::folder::safe_name::{Told, corrections_name, receipt_name, report_name};
use crate::system::PathError;

/// The names of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) receipt: String,
    pub(super) report: String,
    pub(super) corrections: Option<String>,
}

/// What lies under a name.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    /// A regular file, open at its beginning.
    File(File),
    /// Something that is no regular file.
    Other,
}

/// Where a report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReportPlace {
    Free,
    /// It is there, whole, from an earlier attempt.
    AlreadyThere,
}

/// How many names with the id are tried before giving up. A foreign file under one of them is a rare accident.
const TRIES_BY_ID: u32 = 9;

/// More than what stands before the lists of a receipt.
const LONGEST_HEAD: u64 = 4 << 20;

/// Enough of a file to tell whose it is.
const BEGINNING: u64 = 64 << 10;

/// What is put between name and ending, one attempt after another: nothing, the id, the id with a number.
pub(super) fn attempts(id: &ImportId) -> Vec<Option<ImportId>> {
    let numbered = (2..=TRIES_BY_ID).map(|number| ImportId::parse(format!("{id}-{number}")).ok());
    let mut attempts = vec![None, Some(id.clone())];
    attempts.extend(numbered.flatten().map(Some));
    attempts
}

/// The names that one attempt gives.
pub(super) fn names(original: &OsStr, attempt: Option<&ImportId>, format: Option<Format>) -> Names {
    let told = attempt.map_or(Told::Plain, Told::ById);
    Names {
        receipt: receipt_name(original, told),
        report: report_name(original, told),
        corrections: format.map(|format| corrections_name(original, told, format)),
    }
}

/// Looks under a name, without following it and without waiting for what may stand there.
pub(super) fn look(outbox: &Path, name: &str) -> Result<Found, PathError> {
    let path = outbox.join(name);
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(flags.bits() as i32);
    let file = match options.open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        // A link, a socket, a device without its hardware, or a file of somebody who keeps it to himself.
        Err(error) if is_about_the_file(&error) => return Ok(Found::Other),
        Err(source) => return Err(error_at("open", path)(source)),
    };
    let metadata = file.metadata().map_err(error_at("look at", path))?;
    Ok(if metadata.is_file() {
        Found::File(file)
    } else {
        Found::Other
    })
}

/// The beginning of the regular file under a name; nothing where there is no such file.
pub(super) fn beginning(outbox: &Path, name: &str) -> Result<Option<Vec<u8>>, PathError> {
    let Found::File(file) = look(outbox, name)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    let read = file.take(BEGINNING).read_to_end(&mut bytes);
    read.map_err(error_at("read", outbox.join(name)))?;
    Ok(Some(bytes))
}

/// How the plan that came with a file compares, by the receipt that lies there.
pub(super) fn plan_of(outbox: &Path, receipt: &str) -> Result<Option<PlanNote>, PathError> {
    let Some(line) = first_line(outbox, receipt)? else {
        return Ok(None);
    };
    Ok(machine::plan_in(&line))
}

/// What a partner finds for one import, by its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gift {
    pub(crate) receipt: String,
    pub(crate) report: String,
    pub(crate) corrections: Option<String>,
}

/// What belongs to a receipt. Nothing where it lies there no more, or says nothing that could be of ours.
pub(crate) fn gift_of(outbox: &Path, receipt: &str) -> Result<Option<Gift>, PathError> {
    let line = first_line(outbox, receipt)?;
    let names = line.as_deref().and_then(machine::names_in);
    Ok(names.and_then(|(report, corrections)| {
        let is_plain = |name: &String| is_one_component(OsStr::new(name)) && !name.starts_with('.');
        let all_plain = is_plain(&report) && corrections.as_ref().is_none_or(is_plain);
        all_plain.then(|| Gift {
            receipt: receipt.to_owned(),
            report,
            corrections,
        })
    }))
}

/// The first line of a receipt, which is its head; nothing where there is no such file.
fn first_line(outbox: &Path, receipt: &str) -> Result<Option<Vec<u8>>, PathError> {
    let Found::File(file) = look(outbox, receipt)? else {
        return Ok(None);
    };
    let mut line = Vec::new();
    let mut beginning = BufReader::new(file.take(LONGEST_HEAD));
    let read = beginning.read_until(b'\n', &mut line);
    read.map_err(error_at("read", outbox.join(receipt)))?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(Some(line))
}

/// A regular file of an outbox and its length; nothing where there is none.
pub(crate) fn open_in(outbox: &Path, name: &str) -> Result<Option<(File, u64)>, PathError> {
    let Found::File(file) = look(outbox, name)? else {
        return Ok(None);
    };
    let metadata = file
        .metadata()
        .map_err(error_at("look at", outbox.join(name)))?;
    Ok(Some((file, metadata.len())))
}

/// Where the report with this mark goes, if neither it nor the receipt would meet another file under its name.
pub(super) fn place_of_report(
    outbox: &Path,
    names: &Names,
    mark: &str,
) -> Result<Option<ReportPlace>, PathError> {
    let Found::Nothing = look(outbox, &names.receipt)? else {
        return Ok(None);
    };
    if let Found::Nothing = look(outbox, &names.report)? {
        return Ok(Some(ReportPlace::Free));
    }
    let beginning = beginning(outbox, &names.report)?;
    let is_ours = beginning.is_some_and(|beginning| page::is_marked(&beginning, mark));
    Ok(is_ours.then_some(ReportPlace::AlreadyThere))
}

fn is_about_the_file(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = Errno::from_io_error(error);
    matches!(
        errno,
        Some(Errno::LOOP | Errno::NXIO | Errno::NODEV | Errno::ACCESS | Errno::PERM)
    )
}

fn error_at(action: &'static str, path: PathBuf) -> impl FnOnce(io::Error) -> PathError {
    move |source| PathError {
        action,
        path,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_from_attempt_to_attempt() {
        let id = ImportId::parse("000042").unwrap();
        let attempts = attempts(&id);
        let name = |index: usize| {
            names(
                OsStr::new("o.csv"),
                attempts[index].as_ref(),
                Some(Format::Csv),
            )
        };
        assert_eq!(name(0).receipt, "o.csv.receipt.json");
        assert_eq!(name(1).report, "o.csv.000042.report.html");
        assert_eq!(
            name(2).corrections.as_deref(),
            Some("o.000042-2.corrections.csv")
        );
        assert_eq!(attempts.len(), 10);
    }

    #[test]
    fn waits_for_nothing_and_follows_nothing() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let outbox = tempfile::tempdir().unwrap();
        let path = |name: &str| outbox.path().join(name);
        std::fs::write(path("file"), "x").unwrap();
        std::os::unix::fs::symlink("file", path("link")).unwrap();
        std::fs::create_dir(path("directory")).unwrap();
        mknodat(CWD, path("fifo"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        for name in ["link", "directory", "fifo", "socket"] {
            assert!(
                matches!(look(outbox.path(), name).unwrap(), Found::Other),
                "{name}"
            );
            assert!(beginning(outbox.path(), name).unwrap().is_none());
        }
        assert!(matches!(
            look(outbox.path(), "file").unwrap(),
            Found::File(_)
        ));
        assert!(matches!(
            look(outbox.path(), "none").unwrap(),
            Found::Nothing
        ));
        assert_eq!(beginning(outbox.path(), "file").unwrap().unwrap(), b"x");
    }
}
