//! Which names does the drop folder accept, and which does it leave alone?
//! A name is bytes; whatever is not taken is named in one table together with the reason.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::safe_name::printable;

/// Longest partner name, in bytes.
pub const PARTNER_NAME_LIMIT: usize = 64;
/// Longest import id, in bytes.
pub const IMPORT_ID_LIMIT: usize = 64;
/// What a completion marker adds to the name of the file it speaks of.
pub const MARKER_SUFFIX: &str = ".done";

/// What a plan that was made elsewhere adds to the name of the file it speaks of.
pub const PLAN_SUFFIX: &str = ".plan.json";

/// How a line of [`IGNORED`] is compared with a name; letters are compared without regard to case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pattern {
    /// The name starts with this text.
    Prefix(&'static str),
    /// The name ends with this text.
    Suffix(&'static str),
    /// The name is this text.
    Whole(&'static str),
}

/// One line of [`IGNORED`].
#[derive(Debug, PartialEq, Eq)]
pub struct Ignored {
    /// What the name looks like.
    pub pattern: Pattern,
    /// Why such a file is nobody's order file, in a few words for the operator.
    pub reason: &'static str,
}

/// Everything that lies in a drop folder without being meant as an import.
pub const IGNORED: &[Ignored] = &[
    prefix("~$", "lock file of Microsoft Office"),
    prefix(".~lock", "lock file of LibreOffice"),
    prefix("._", "resource fork written by macOS"),
    whole(".DS_Store", "folder settings written by macOS"),
    whole("Thumbs.db", "thumbnails written by Windows"),
    whole("desktop.ini", "folder settings written by Windows"),
    whole("@eaDir", "metadata of a Synology server"),
    prefix(".", "hidden file, or one still being written by rsync"),
    prefix("#", "auto-save of an editor, or a server's recycle folder"),
    prefix("~", "temporary file"),
    suffix("~", "backup copy of an editor"),
    suffix("#", "auto-save of an editor"),
    suffix(".part", "upload in progress"),
    suffix(".filepart", "upload in progress by WinSCP"),
    suffix(".tmp", "temporary file"),
    suffix(".temp", "temporary file"),
    suffix(".partial", "upload in progress"),
    suffix(".crdownload", "download in progress by a browser"),
    suffix(".download", "download in progress by a browser"),
    suffix(".writing", "file still being written"),
    suffix(".upload", "upload in progress"),
    suffix(".uploading", "upload in progress"),
    suffix(".inprogress", "upload in progress"),
    suffix(".swp", "swap file of an editor"),
    suffix(".swx", "swap file of an editor"),
    suffix(".lock", "lock file"),
    suffix(".lck", "lock file"),
    suffix(MARKER_SUFFIX, "completion marker of another file"),
    suffix(PLAN_SUFFIX, "plan of another file"),
];

/// The line of [`IGNORED`] that keeps `name` from being imported, if there is one.
pub fn ignored(name: &OsStr) -> Option<&'static Ignored> {
    let name = name.as_bytes();
    IGNORED.iter().find(|line| match line.pattern {
        Pattern::Prefix(text) => name
            .get(..text.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(text.as_bytes())),
        Pattern::Suffix(text) => {
            let tail = name
                .len()
                .checked_sub(text.len())
                .map(|start| &name[start..]);
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(text.as_bytes()))
        }
        Pattern::Whole(text) => name.eq_ignore_ascii_case(text.as_bytes()),
    })
}

/// The name of the completion marker that belongs to `name`.
pub fn marker_of(name: &OsStr) -> OsString {
    let mut marker = name.as_bytes().to_vec();
    marker.extend_from_slice(MARKER_SUFFIX.as_bytes());
    OsString::from_vec(marker)
}

/// The name of the plan that belongs to `name`.
pub fn plan_of(name: &OsStr) -> OsString {
    let mut plan = name.as_bytes().to_vec();
    plan.extend_from_slice(PLAN_SUFFIX.as_bytes());
    OsString::from_vec(plan)
}

/// Whether `name` is one component of a path and not `.` or `..`.
pub fn is_one_component(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    !bytes.is_empty()
        && !bytes.contains(&b'/')
        && !bytes.contains(&0)
        && bytes != b"."
        && bytes != b".."
}

/// The name of a partner and of its folder: `[a-z0-9][a-z0-9_-]{0,63}`, case matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartnerName(String);

/// Why a text cannot be a partner's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{shown}` is no partner name\nhint: 1 to 64 of a-z, 0-9, `-` and `_`, starting with a letter or digit"
)]
pub struct BadPartnerName {
    /// The text as it can be shown.
    pub shown: String,
}

impl PartnerName {
    /// Accepts the name of a folder or of a configuration entry.
    pub fn parse(name: impl AsRef<OsStr>) -> Result<Self, BadPartnerName> {
        let name = name.as_ref();
        let refuse = || BadPartnerName {
            shown: printable(name),
        };
        let text = name.to_str().ok_or_else(refuse)?;
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let in_alphabet = text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
        if starts_well && in_alphabet && text.len() <= PARTNER_NAME_LIMIT {
            Ok(Self(text.to_owned()))
        } else {
            Err(refuse())
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PartnerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PartnerName {
    type Error = BadPartnerName;
    fn try_from(name: String) -> Result<Self, BadPartnerName> {
        Self::parse(name)
    }
}

impl From<PartnerName> for String {
    fn from(name: PartnerName) -> Self {
        name.0
    }
}

/// The id of one import, also the name of its folder: 1 to 64 of `A-Z a-z 0-9 _ -`, not starting with `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImportId(String);

/// Why a text cannot be an import id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{shown}` is no import id")]
pub struct BadImportId {
    /// The text as it can be shown.
    pub shown: String,
}

impl ImportId {
    /// Accepts the name of a folder below `work` or `held`, or an id from the journal.
    pub fn parse(id: impl AsRef<OsStr>) -> Result<Self, BadImportId> {
        let id = id.as_ref();
        let bytes = id.as_bytes();
        let in_alphabet = bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        let starts_well = bytes.first().is_some_and(|byte| *byte != b'-');
        match id.to_str() {
            Some(text) if in_alphabet && starts_well && bytes.len() <= IMPORT_ID_LIMIT => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(BadImportId {
                shown: printable(id),
            }),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ImportId {
    type Error = BadImportId;
    fn try_from(id: String) -> Result<Self, BadImportId> {
        Self::parse(id)
    }
}

impl From<ImportId> for String {
    fn from(id: ImportId) -> Self {
        id.0
    }
}

const fn prefix(text: &'static str, reason: &'static str) -> Ignored {
    Ignored {
        pattern: Pattern::Prefix(text),
        reason,
    }
}

const fn suffix(text: &'static str, reason: &'static str) -> Ignored {
    Ignored {
        pattern: Pattern::Suffix(text),
        reason,
    }
}

const fn whole(text: &'static str, reason: &'static str) -> Ignored {
    Ignored {
        pattern: Pattern::Whole(text),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_alone_what_nobody_meant_to_send() {
        let names = [
            "~$orders.xlsx",
            ".~lock.orders.ods#",
            "._orders.csv",
            ".DS_Store",
            "thumbs.DB",
            "@eaDir",
            ".orders.csv.Xy12",
            "#orders#",
            "#recycle",
            "orders.csv~",
            "orders.csv.part",
            "orders.csv.filepart",
            "orders.TMP",
            "orders.partial",
            "orders.csv.crdownload",
            "orders.writing",
            "orders.swp",
            "orders.lock",
            "orders.upload",
            "orders.inprogress",
            "orders.csv.done",
            ".",
            "..",
            "desktop.ini",
        ];
        for name in names {
            assert!(ignored(OsStr::new(name)).is_some(), "{name}");
        }
    }

    #[test]
    fn takes_everything_else() {
        let names = [
            "orders.csv",
            "part.csv",
            "done",
            "tmp",
            "a#b",
            "x",
            "-rf",
            "body",
            "ORDERS 1 (2).CSV",
            "ä.json",
        ];
        for name in names {
            assert_eq!(ignored(OsStr::new(name)), None, "{name}");
        }
        assert_eq!(ignored(OsStr::from_bytes(b"\xff\n.csv")), None);
    }

    #[test]
    fn every_line_of_the_table_is_reached() {
        for line in IGNORED {
            let name = match line.pattern {
                Pattern::Prefix(text) => format!("{text}orders.csv"),
                Pattern::Suffix(text) => format!("orders.csv{text}"),
                Pattern::Whole(text) => text.to_owned(),
            };
            assert_eq!(ignored(OsStr::new(&name)), Some(line), "{name}");
        }
    }

    #[test]
    fn partner_names() {
        for good in ["a", "0", "acme", "acme-2_b", &"a".repeat(64)] {
            assert_eq!(PartnerName::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "-a",
            "_a",
            "Acme",
            "a b",
            "a.b",
            "ä",
            "a/b",
            "a\n",
            &"a".repeat(65),
        ] {
            assert!(PartnerName::parse(bad).is_err(), "{bad}");
        }
        let error = PartnerName::parse(OsStr::from_bytes(b"a\xff")).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("`a%FF` is no partner name\nhint: ")
        );
    }

    #[test]
    fn import_ids() {
        for good in ["01JDK", "20261123T101500-0001", "a_b"] {
            assert_eq!(ImportId::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "-a", "a/b", "..", "a.b", &"a".repeat(65)] {
            assert!(ImportId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_marker_of_a_name_is_itself_ignored() {
        let marker = marker_of(OsStr::from_bytes(b"\xff.csv"));
        assert_eq!(marker.as_bytes(), b"\xff.csv.done");
        assert!(ignored(&marker).is_some());
    }
}
