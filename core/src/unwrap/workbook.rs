//! How does the sheet of a workbook leave piece by piece?
//! The file is held, since its directory stands at its end; of what comes out of it no more than a piece is.

use super::held::Held;
use super::packed::Progress;
use crate::code::Code;
use crate::finding::{Detail, Finding};
use crate::read::{Format, ReadOptions};
use crate::workbook::{Kind, Options, ReadsWorkbook, Workbooks};

/// A workbook on its way out.
#[derive(Debug)]
pub(super) struct Workbook {
    held: Held,
    reader: Box<dyn ReadsWorkbook>,
    format: Format,
    findings: Vec<Finding>,
}

/// How a workbook is to be read, and by whom.
#[derive(Clone, Debug)]
pub(super) struct Agreed {
    options: Options,
    workbooks: Workbooks,
}

/// About so much text leaves in one step.
const PIECE: usize = 64 << 10;

impl Agreed {
    pub(super) fn of(options: &ReadOptions) -> Self {
        let usual = Options::new(options.sheet.as_deref());
        Self {
            options: Options {
                text_bytes: options.limits.field_bytes,
                unpacked_bytes: usual.unpacked_bytes.min(options.limits.unpacked_bytes),
                ..usual
            },
            workbooks: options.workbooks,
        }
    }
}

impl Workbook {
    /// Begins with a file. The finding rejects it where it is something like a workbook that cannot be read.
    pub(super) fn open(held: Held, agreed: Agreed) -> Result<Self, Finding> {
        let Some(opener) = agreed.workbooks.opener() else {
            return Err(not_text("XLSX, ODS"));
        };
        let mut reader = opener(held.length(), agreed.options);
        while reader.kind().is_none() && give_wanted(&mut *reader, &held) {}
        let format = match reader.kind() {
            Some(Kind::Xlsx) => Format::Xlsx,
            Some(Kind::Ods) => Format::Ods,
            Some(Kind::OtherZip) => return Err(not_text("ZIP")),
            None => {
                let found = take_error(&mut reader.take_findings());
                return Err(found.unwrap_or_else(|| not_text("XLSX, ODS")));
            }
        };
        Ok(Self {
            held,
            reader,
            format,
            findings: Vec::new(),
        })
    }

    /// Which kind of workbook it is.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Appends some of the sheet's text.
    pub(super) fn step(&mut self, out: &mut Vec<u8>) -> Result<Progress, Finding> {
        let before = out.len();
        let mut goes_on = true;
        while goes_on && out.len() - before < PIECE {
            goes_on = give_wanted(&mut *self.reader, &self.held);
            out.extend_from_slice(&self.reader.take_text());
        }
        let mut findings = self.reader.take_findings();
        let trouble = take_error(&mut findings);
        self.findings.append(&mut findings);
        match trouble {
            Some(finding) => Err(finding),
            None if goes_on => Ok(Progress::More),
            None => Ok(Progress::Ended),
        }
    }

    /// Takes what was found besides what rejects the file.
    pub(super) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.length() as usize
    }
}

/// Gives the reader what it wants next; false where that is nothing.
fn give_wanted(reader: &mut dyn ReadsWorkbook, held: &Held) -> bool {
    let Some(wanted) = reader.wanted() else {
        return false;
    };
    reader.give(&held.read(wanted));
    true
}

/// Takes the error out of what a reader found; there is at most one, and it is the last.
fn take_error(findings: &mut Vec<Finding>) -> Option<Finding> {
    match findings.last() {
        Some(last) if last.code.is_error() => findings.pop(),
        _ => None,
    }
}

fn not_text(what: &str) -> Finding {
    Finding::about_file(Code::FileNotText, Detail::Text(what.into()))
}
