//! How is one part of a workbook read from the file?
//! Unpacked, taken apart and understood piece by piece; its bytes are nowhere as a whole.

use super::markup::{Markup, Reader};
use super::ods::{Content, Manifest};
use super::xlsx::book::Book;
use super::xlsx::relations::Relations;
use super::xlsx::sheet::Sheet;
use super::xlsx::strings::Strings;
use super::xlsx::styles::Styles;
use crate::zip::{Entry, Stretch, Trouble, Unpacking};

/// A part on its way.
#[derive(Debug)]
pub(super) struct Part {
    name: Box<str>,
    unpacking: Unpacking,
    markup: Markup,
    pub(super) job: Job,
}

/// What is made of it.
#[derive(Debug)]
pub(super) enum Job {
    /// `_rels/.rels`
    Package(Relations),
    /// `xl/workbook.xml`
    Book(Book),
    /// `xl/_rels/workbook.xml.rels`
    BookRelations(Relations),
    Styles(Styles),
    Strings(Strings),
    Sheet(Box<Sheet>),
    /// `META-INF/manifest.xml`
    Manifest(Manifest),
    /// `content.xml`
    Content(Box<Content>),
}

impl Part {
    pub(super) fn begin(entry: &Entry, limit: u64, job: Job) -> Result<Self, Trouble> {
        Ok(Self {
            name: entry.name.clone(),
            unpacking: Unpacking::begin(entry, limit)?,
            markup: Markup::default(),
            job,
        })
    }

    pub(super) fn wanted(&self) -> Option<Stretch> {
        self.unpacking.wanted()
    }

    pub(super) fn give(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        let before = self.unpacking.given();
        let (unpacking, markup) = (&mut self.unpacking, &mut self.markup);
        let mut read = before;
        let given = match &mut self.job {
            Job::Package(reader) | Job::BookRelations(reader) => {
                push(unpacking, bytes, markup, reader)
            }
            Job::Book(reader) => push(unpacking, bytes, markup, reader),
            Job::Styles(reader) => push(unpacking, bytes, markup, reader),
            Job::Strings(reader) => push(unpacking, bytes, markup, reader),
            Job::Manifest(reader) => push(unpacking, bytes, markup, reader),
            Job::Sheet(sheet) => unpacking.give(bytes, &mut |piece| {
                read += piece.len() as u64;
                sheet.table.reading(read);
                markup.push(piece, &mut **sheet)
            }),
            Job::Content(content) => unpacking.give(bytes, &mut |piece| {
                read += piece.len() as u64;
                content.table.reading(read);
                markup.push(piece, &mut **content)
            }),
        };
        given.map_err(|trouble| self.placed(trouble))?;
        if self.unpacking.wanted().is_none() {
            self.markup
                .finish()
                .map_err(|trouble| self.placed(trouble))?;
        }
        Ok(())
    }

    /// The rows that are whole.
    pub(super) fn take_text(&mut self) -> Vec<u8> {
        match &mut self.job {
            Job::Sheet(sheet) => sheet.table.take(),
            Job::Content(content) => content.table.take(),
            _ => Vec::new(),
        }
    }

    /// A trouble that says in which part it is.
    fn placed(&self, trouble: Trouble) -> Trouble {
        let place = |what: Box<str>| match what.starts_with(&*self.name) {
            true => what,
            false => format!("{}: {what}", self.name).into(),
        };
        match trouble {
            Trouble::Damaged(what) => Trouble::Damaged(place(what)),
            Trouble::Suspicious(what) => Trouble::Suspicious(place(what)),
            other => other,
        }
    }
}

fn push(
    unpacking: &mut Unpacking,
    bytes: &[u8],
    markup: &mut Markup,
    reader: &mut impl Reader,
) -> Result<(), Trouble> {
    unpacking.give(bytes, &mut |piece| markup.push(piece, reader))
}
