//! What does a partner get back for something that was never taken?
//!
//! Invariant: the same refusal of the same name is told once, however often it is seen.

use std::ffi::OsStr;
use std::path::Path;

use intake_core::plan::Counts;
use jiff::tz::TimeZone;
use serde_json::json;

use super::machine::{self, Head, Identity};
use super::outbox::{self, ReportPlace};
use super::page::markup::Both;
use super::page::words::Outcome;
use super::page::{self, Page};
use super::{ReceiptError, Standing, Written, complete, give_name};
use crate::folder::names::ImportId;
use crate::folder::safe_name::printable;
use crate::folder::settle::Refusal;
use crate::system::fsync_dir;

/// Something in a drop folder that is no file to import.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'r> {
    /// The partner in whose folder it lies.
    pub partner: &'r str,
    /// Its name.
    pub name: &'r OsStr,
    /// What it is.
    pub refusal: Refusal,
    /// When it was seen, RFC 3339.
    pub time: &'r str,
    /// The partner's outbox. It must exist.
    pub outbox: &'r Path,
    /// The partner's time zone, for people.
    pub time_zone: &'r TimeZone,
}

/// Stands in the names where an import's id would.
const IN_PLACE_OF_ID: &str = "refused";

/// Writes a receipt and a report that say why it was not taken, unless they are there already.
pub fn refused(refused: &Refused<'_>) -> Result<Written, ReceiptError> {
    let shown = printable(refused.name);
    let (code, why) = explanation(refused.refusal);
    let identity = Identity {
        import_id: None,
        partner: refused.partner,
        file: &shown,
        sha256: None,
        bytes: None,
        claimed_at: None,
    };
    let attempts = outbox::attempts(&ImportId::parse(IN_PLACE_OF_ID)?);
    for attempt in &attempts {
        let names = outbox::names(refused.name, attempt.as_ref(), None);
        let beginning = outbox::beginning(refused.outbox, &names.receipt)?;
        let is_told = beginning.is_some_and(|beginning| {
            identity.is_told_by(&beginning) && machine::tells_refusal(&beginning, why.en)
        });
        if is_told {
            return Ok(Written {
                receipt: names.receipt,
                report: names.report,
                plan: None,
                standing: Standing::AlreadyThere,
            });
        }
    }
    let mark = format!("{IN_PLACE_OF_ID} {code}");
    for attempt in &attempts {
        let names = outbox::names(refused.name, attempt.as_ref(), None);
        let Some(report_place) = outbox::place_of_report(refused.outbox, &names, &mark)? else {
            continue;
        };
        let findings = [json!({
            "code": code,
            "severity": "error",
            "message": { "de": why.de, "en": why.en },
        })];
        let page = Page {
            mark: &mark,
            outcome: Outcome::Refused,
            file: &shown,
            partner: refused.partner,
            import_id: None,
            bytes: None,
            sha256: None,
            claimed_at: None,
            finished_at: refused.time,
            explained: Some(why),
            reason: None,
            counts: None,
            findings: &[],
            receipt: &names.receipt,
            corrections: None,
            plan: None,
            time_zone: refused.time_zone,
        };
        let head = Head {
            identity,
            format: None,
            state: Outcome::Refused.name(),
            reason: Some(why.en),
            finished_at: refused.time,
            rows: None,
            counts: Counts::default(),
            findings: &findings,
            corrections: None,
            report: &names.report,
            plan: None,
            upstream: None,
        };
        if report_place == ReportPlace::Free {
            let mut report = complete(refused.outbox, |out| page::write(out, &page, None, None))?;
            give_name(&mut report, refused.outbox, &names.report)?;
            fsync_dir(refused.outbox)?;
        }
        let mut receipt = complete(refused.outbox, |out| machine::write(out, &head, None, None))?;
        give_name(&mut receipt, refused.outbox, &names.receipt)?;
        fsync_dir(refused.outbox)?;
        return Ok(Written {
            receipt: names.receipt,
            report: names.report,
            plan: None,
            standing: Standing::New,
        });
    }
    Err(ReceiptError::NoFreeName {
        outbox: refused.outbox.to_owned(),
        file: shown,
    })
}

/// A stable word for what it is, and why that is not imported and what to do, in both languages.
fn explanation(refusal: Refusal) -> (&'static str, Both<'static>) {
    match refusal {
        Refusal::Symlink => (
            "refused-symlink",
            Both {
                de: "Es ist eine symbolische Verknüpfung; ihr wird nicht gefolgt. Bitte die Datei selbst ablegen.",
                en: "It is a symbolic link, which is not followed. Please drop the file itself.",
            },
        ),
        Refusal::Fifo => (
            "refused-fifo",
            Both {
                de: "Es ist eine benannte Pipe; sie hat keinen festen Inhalt. Bitte eine gewöhnliche Datei ablegen.",
                en: "It is a named pipe, which has no fixed content. Please drop a regular file.",
            },
        ),
        Refusal::Socket => (
            "refused-socket",
            Both {
                de: "Es ist ein Socket; er hat keinen Inhalt. Bitte eine gewöhnliche Datei ablegen.",
                en: "It is a socket, which has no content. Please drop a regular file.",
            },
        ),
        Refusal::Device => (
            "refused-device",
            Both {
                de: "Es ist ein Gerät; es hat keinen festen Inhalt. Bitte eine gewöhnliche Datei ablegen.",
                en: "It is a device, which has no fixed content. Please drop a regular file.",
            },
        ),
        Refusal::Directory => (
            "refused-directory",
            Both {
                de: "Es ist ein Ordner; gelesen wird nur, was unmittelbar im Eingang liegt. Bitte die Dateien einzeln ablegen.",
                en: "It is a folder; only what lies directly in the inbox is read. Please drop the files one by one.",
            },
        ),
        Refusal::HardLinked => (
            "refused-hard-link",
            Both {
                de: "Die Datei hat weitere Namen (harte Verknüpfungen), über die sie sich während des Imports ändern könnte. Bitte eine Kopie ablegen.",
                en: "The file has further names (hard links), through which it could change during the import. Please drop a copy.",
            },
        ),
    }
}
