//! How does a workbook become text?
//! One sheet of an `.xlsx` or `.ods` file becomes CSV with a mark before each value that is not text ([`Mark`]); it leaves
//! while it is read, and of the file itself no more is held than its shared strings.
//!
//! The caller has the file and reads what is [`wanted`](Reader::wanted), whatever the place: the directory of a zip file
//! stands at its end. Everything is bounded before it is kept: see [`crate::zip`], `markup`, `table` and `xlsx::strings`.

mod compound;
mod format;
mod markup;
mod notes;
mod number;
mod ods;
mod part;
mod sheets;
mod stages;
mod table;
mod value;
mod xlsx;

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod make;
#[cfg(test)]
mod tests;

use crate::finding::Finding;
use crate::read::Limits;
use crate::zip::{Directory, Stretch};
use stages::Stage;

pub use table::Mark;

/// How a workbook is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The sheet to read; the first one that is shown where there is none.
    pub sheet: Option<Box<str>>,
    /// Longest text of a cell in bytes; what is longer is cut behind one byte more.
    pub text_bytes: usize,
    /// So many bytes may come out of a part of the workbook.
    pub unpacked_bytes: u64,
}

/// A sheet of a million rows takes some 600 MB unpacked.
const MOST_UNPACKED: u64 = 768 << 20;

impl Options {
    /// The options for a sheet, within the limits that hold for all files.
    pub fn new(sheet: Option<&str>, limits: &Limits) -> Self {
        Self {
            sheet: sheet.map(Into::into),
            text_bytes: limits.field_bytes,
            unpacked_bytes: MOST_UNPACKED,
        }
    }
}

/// What a file is, seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A workbook of Excel, whatever program wrote it.
    Xlsx,
    /// A workbook of LibreOffice and others.
    Ods,
    /// A zip file of something else.
    OtherZip,
}

/// Reads a workbook.
///
/// While [`Reader::wanted`] says so, [`Reader::give`] it the bytes, and take the text that is there.
#[derive(Debug)]
pub struct Reader {
    options: Options,
    file_length: u64,
    stage: Stage,
    directory: Directory,
    kind: Option<Kind>,
    sheet: Option<Box<str>>,
    text: Vec<u8>,
    findings: Vec<Finding>,
}

/// Can a file that begins so be a workbook, or must be told from one? Asked of at least eight bytes.
pub fn looks_like_one(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(compound::MAGIC)
}

impl Reader {
    /// A reader for a file of this length.
    pub fn new(file_length: u64, options: Options) -> Self {
        Self {
            options,
            file_length,
            stage: Stage::beginning(file_length),
            directory: Directory::default(),
            kind: None,
            sheet: None,
            text: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// The bytes of the file that are wanted next; nothing at the end.
    pub fn wanted(&self) -> Option<Stretch> {
        self.stage.wanted()
    }

    /// Takes the bytes that were wanted; fewer only where the file is shorter than was said.
    pub fn give(&mut self, bytes: &[u8]) {
        stages::give(self, bytes);
    }

    /// Takes the text that is there: whole rows of it.
    pub fn take_text(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.text)
    }

    /// Takes what was found. After an error nothing more is wanted, and what text there is is not the whole sheet.
    pub fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// What the file is, as soon as that is known.
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// The name of the sheet that is read, as soon as that is known.
    pub fn sheet(&self) -> Option<&str> {
        self.sheet.as_deref()
    }

    /// What is in a zip file, as soon as that is known.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }
}
