//! How does a workbook become text?
//! One sheet of an `.xlsx` or `.ods` file becomes CSV with a mark before each value that is not text ([`SheetKind`](crate::read::SheetKind)); it leaves
//! while it is read, and of the file itself no more is held than its shared strings.
//!
//! The caller has the file and reads what is [`wanted`](Reader::wanted), whatever the place: the directory of a zip file
//! stands at its end. Everything is bounded before it is kept: see [`crate::zip`], `markup`, `table` and `xlsx::strings`.

pub mod carried;
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
pub(crate) mod make;
#[cfg(test)]
mod tests;

use crate::finding::Finding;
use crate::read::Limits;
use crate::zip::{Directory, Stretch};
use stages::Stage;
use std::fmt;

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
    /// The options for a sheet, with the usual limits.
    pub fn new(sheet: Option<&str>) -> Self {
        Self {
            sheet: sheet.map(Into::into),
            text_bytes: Limits::default().field_bytes,
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

impl Kind {
    const ALL: [Self; 3] = [Self::Xlsx, Self::Ods, Self::OtherZip];

    /// `xlsx`, `ods` or `zip`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Ods => "ods",
            Self::OtherZip => "zip",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
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

/// Whatever reads a workbook: a [`Reader`], or what hands on to one that is elsewhere.
pub trait ReadsWorkbook: fmt::Debug + Send {
    /// See [`Reader::wanted`].
    fn wanted(&self) -> Option<Stretch>;
    /// See [`Reader::give`].
    fn give(&mut self, bytes: &[u8]);
    /// See [`Reader::take_text`].
    fn take_text(&mut self) -> Vec<u8>;
    /// See [`Reader::take_findings`].
    fn take_findings(&mut self) -> Vec<Finding>;
    /// See [`Reader::kind`].
    fn kind(&self) -> Option<Kind>;
}

/// Begins to read a workbook in a file of so many bytes.
pub type Opener = fn(u64, Options) -> Box<dyn ReadsWorkbook>;

/// What opens the workbooks among the files that are read.
#[derive(Clone, Copy)]
pub struct Workbooks(Option<Opener>);

impl Workbooks {
    /// Whatever this opens.
    pub const fn opened_by(opener: Opener) -> Self {
        Self(Some(opener))
    }

    pub(crate) fn opener(self) -> Option<Opener> {
        self.0
    }
}

/// The reader that is built in; a module without it opens none.
impl Default for Workbooks {
    fn default() -> Self {
        Self(USUAL)
    }
}

impl fmt::Debug for Workbooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Workbooks").field(&self.0.is_some()).finish()
    }
}

/// Wherever a workbook is read, it is read in the same way.
impl PartialEq for Workbooks {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The reader that is built in.
#[cfg(feature = "workbook")]
const USUAL: Option<Opener> =
    Some(|file_length, options| Box::new(Reader::new(file_length, options)));

#[cfg(not(feature = "workbook"))]
const USUAL: Option<Opener> = None;

impl ReadsWorkbook for Reader {
    fn wanted(&self) -> Option<Stretch> {
        Self::wanted(self)
    }

    fn give(&mut self, bytes: &[u8]) {
        Self::give(self, bytes);
    }

    fn take_text(&mut self) -> Vec<u8> {
        Self::take_text(self)
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        Self::take_findings(self)
    }

    fn kind(&self) -> Option<Kind> {
        self.kind
    }
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
