//! In which order are the parts of a workbook read, and what follows from each?
//! Each stage wants bytes and leads to the next; the first trouble ends them all with one finding.

use super::compound::{self, Compound};
use super::format::Look;
use super::number::DateSystem;
use super::ods::{Content, Manifest};
use super::part::{Job, Part};
use super::sheets::{Choice, Sheets};
use super::xlsx::book::Book;
use super::xlsx::relations::{self, Relations};
use super::xlsx::sheet::Sheet;
use super::xlsx::strings::Strings;
use super::xlsx::styles::Styles;
use super::{Kind, Reader};
use crate::code::Code;
use crate::finding::{Detail, Finding, shown_value};
use crate::zip::{DirectoryReader, Stretch, Trouble};

/// What is being read.
#[derive(Debug)]
pub(super) enum Stage {
    /// The first bytes.
    Magic(Stretch),
    /// The directory of a zip file.
    Directory(DirectoryReader),
    /// The directory of an older kind of file.
    Compound(Stretch),
    /// A part, and what the parts before it said.
    Part(Box<Part>, Box<Known>),
    Done,
}

/// What the parts of an `.xlsx` file have said so far.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Where the workbook's own part lies.
    book: String,
    dates: DateSystem,
    /// The part of the chosen sheet, of the styles and of the shared strings.
    sheet: Option<Box<str>>,
    styles: Option<Box<str>>,
    strings: Option<Box<str>>,
    tabs: Book,
    looks: Vec<Look>,
}

/// What ends the reading.
enum End {
    Trouble(Trouble),
    Finding(Finding),
}

impl From<Trouble> for End {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl Stage {
    pub(super) fn beginning(file_length: u64) -> Self {
        Self::Magic(Stretch {
            offset: 0,
            length: file_length.min(compound::HEADER_BYTES as u64) as usize,
        })
    }

    pub(super) fn wanted(&self) -> Option<Stretch> {
        match self {
            Self::Magic(stretch) | Self::Compound(stretch) => Some(*stretch),
            Self::Directory(reader) => Some(reader.wanted()),
            Self::Part(part, _) => part.wanted(),
            Self::Done => None,
        }
    }
}

/// Takes the bytes that the reader's stage wanted, and goes on to the next stage where it is done.
pub(super) fn give(reader: &mut Reader, bytes: &[u8]) {
    let stage = std::mem::replace(&mut reader.stage, Stage::Done);
    match advance(reader, stage, bytes) {
        Ok(stage) => reader.stage = stage,
        Err(End::Finding(finding)) => reader.findings.push(finding),
        Err(End::Trouble(trouble)) => reader.findings.push(finding_of(trouble)),
    }
}

/// The finding that a trouble is to the partner.
fn finding_of(trouble: Trouble) -> Finding {
    let (code, detail) = match trouble {
        Trouble::Damaged(what) => (Code::WorkbookDamaged, Detail::Text(what)),
        Trouble::Suspicious(what) => (Code::WorkbookSuspicious, Detail::Text(what)),
        Trouble::Encrypted => (Code::WorkbookEncrypted, Detail::None),
        Trouble::TooLarge(limit) => (Code::WorkbookTooLarge, Detail::Limit(limit)),
    };
    let detail = match detail {
        Detail::Text(text) => Detail::Text(shown_value(&text)),
        other => other,
    };
    Finding::about_file(code, detail)
}

fn not_read(format: &str) -> End {
    let detail = Detail::Text(format.into());
    End::Finding(Finding::about_file(Code::WorkbookFormat, detail))
}

fn advance(reader: &mut Reader, stage: Stage, bytes: &[u8]) -> Result<Stage, End> {
    match stage {
        Stage::Magic(whole) if bytes.starts_with(compound::MAGIC) => {
            let directory =
                compound::directory(&bytes[..whole.length.min(bytes.len())], reader.file_length);
            directory
                .map(Stage::Compound)
                .ok_or_else(|| not_read("OLE"))
        }
        Stage::Magic(_) => Ok(Stage::Directory(DirectoryReader::new(reader.file_length))),
        Stage::Compound(_) => Err(match compound::kind(bytes) {
            Compound::Encrypted => End::Trouble(Trouble::Encrypted),
            Compound::Xls => not_read("XLS"),
            Compound::Other => not_read("OLE: DOC, PPT, MSG"),
        }),
        Stage::Directory(mut directory) => match directory.give(bytes)? {
            None => Ok(Stage::Directory(directory)),
            Some(directory) => {
                reader.directory = directory;
                first_part(reader)
            }
        },
        Stage::Part(mut part, known) => {
            let given = part.give(bytes);
            reader.text.append(&mut part.take_text());
            given?;
            if part.wanted().is_some() {
                return Ok(Stage::Part(part, known));
            }
            next_part(reader, part.job, known)
        }
        Stage::Done => Ok(Stage::Done),
    }
}

/// What the names in a zip file say of it.
fn first_part(reader: &mut Reader) -> Result<Stage, End> {
    let has = |name: &str| reader.directory.entry(name).is_some();
    if has(PACKAGE) {
        let known = Box::<Known>::default();
        return part(reader, PACKAGE, Job::Package(Relations::of("")), known);
    }
    if has(CONTENT) && has("mimetype") {
        reader.kind = Some(Kind::Ods);
        if has(MANIFEST) {
            return part(
                reader,
                MANIFEST,
                Job::Manifest(Manifest::default()),
                Box::default(),
            );
        }
        return content(reader);
    }
    if has("Index/Document.iwa") || has("Index.zip") {
        return Err(not_read("Apple Numbers"));
    }
    if has("encrypted-package") {
        return Err(Trouble::Encrypted.into());
    }
    reader.kind = Some(Kind::OtherZip);
    Ok(Stage::Done)
}

const PACKAGE: &str = "_rels/.rels";
const MANIFEST: &str = "META-INF/manifest.xml";
const CONTENT: &str = "content.xml";

fn next_part(reader: &mut Reader, done: Job, mut known: Box<Known>) -> Result<Stage, End> {
    match done {
        Job::Package(relations) => {
            let target = relations
                .of_kind("officeDocument")
                .map(|found| found.target.to_string());
            let book = target.unwrap_or_else(|| "xl/workbook.xml".to_owned());
            let lower = book.to_ascii_lowercase();
            if lower.rsplit('.').next() == Some("bin") {
                return Err(not_read("XLSB"));
            }
            for (folder, format) in [("word/", "DOCX"), ("ppt/", "PPTX"), ("visio/", "VSDX")] {
                if lower.starts_with(folder) {
                    return Err(not_read(format));
                }
            }
            reader.kind = Some(Kind::Xlsx);
            known.book.clone_from(&book);
            part(reader, &book, Job::Book(Book::default()), known)
        }
        Job::Book(book) => {
            known.dates = book.dates;
            known.tabs = book;
            let name = relations::part_of(&known.book);
            let job = Job::BookRelations(Relations::of(&known.book));
            part(reader, &name, job, known)
        }
        Job::BookRelations(relations) => {
            choose_sheet(reader, &relations, &mut known)?;
            let target = |kind| relations.of_kind(kind).map(|found| found.target.clone());
            known.styles = target("styles");
            known.strings = target("sharedStrings");
            match known
                .styles
                .clone()
                .filter(|name| reader.directory.entry(name).is_some())
            {
                Some(styles) => part(reader, &styles, Job::Styles(Styles::default()), known),
                None => strings(reader, known),
            }
        }
        Job::Styles(styles) => {
            known.looks = styles.looks();
            strings(reader, known)
        }
        Job::Strings(strings) => sheet(reader, strings, known),
        Job::Sheet(mut sheet) => {
            sheet.table.finish();
            reader.text.append(&mut sheet.table.take());
            reader
                .findings
                .extend(sheet.notes.findings(sheet.table.widest()));
            Ok(Stage::Done)
        }
        Job::Manifest(manifest) if manifest.encrypted => Err(Trouble::Encrypted.into()),
        Job::Manifest(_) => content(reader),
        Job::Content(mut content) => {
            if !content.is_spreadsheet {
                return Err(not_read("ODT, ODP, ODG"));
            }
            content.table.finish();
            reader.text.append(&mut content.table.take());
            reader.sheet = content.sheets.chosen().map(Into::into);
            reader.findings.extend(content.sheets.finding());
            reader
                .findings
                .extend(content.notes.findings(content.widest()));
            Ok(Stage::Done)
        }
    }
}

/// Offers the sheets in the order of their tabs; what is no sheet of cells is none.
fn choose_sheet(reader: &mut Reader, relations: &Relations, known: &mut Known) -> Result<(), End> {
    let mut sheets = Sheets::new(choice(reader));
    for tab in &known.tabs.tabs {
        let relation = relations
            .all
            .iter()
            .find(|relation| relation.id == tab.relation);
        let Some(relation) = relation.filter(|relation| &*relation.kind == "worksheet") else {
            continue;
        };
        if sheets.offer(&tab.name, tab.hidden)? {
            known.sheet = Some(relation.target.clone());
        }
    }
    reader.sheet = sheets.chosen().map(Into::into);
    match sheets.finding() {
        Some(finding) if finding.code != Code::SheetsNotRead => Err(End::Finding(finding)),
        finding => {
            reader.findings.extend(finding);
            Ok(())
        }
    }
}

fn choice(reader: &Reader) -> Choice {
    match &reader.options.sheet {
        Some(name) => Choice::Named(name.clone()),
        None => Choice::FirstShown,
    }
}

fn strings(reader: &Reader, known: Box<Known>) -> Result<Stage, End> {
    let strings = Strings::new(reader.options.text_bytes);
    match known
        .strings
        .clone()
        .filter(|name| reader.directory.entry(name).is_some())
    {
        Some(name) => part(reader, &name, Job::Strings(strings), known),
        None => sheet(reader, strings, known),
    }
}

fn sheet(reader: &Reader, strings: Strings, mut known: Box<Known>) -> Result<Stage, End> {
    let name = known.sheet.clone().unwrap_or_default();
    let looks = std::mem::take(&mut known.looks);
    let sheet = Sheet::new(strings, looks, known.dates, reader.options.text_bytes);
    part(reader, &name, Job::Sheet(Box::new(sheet)), known)
}

fn content(reader: &Reader) -> Result<Stage, End> {
    let content = Content::new(choice(reader), reader.options.text_bytes);
    part(
        reader,
        CONTENT,
        Job::Content(Box::new(content)),
        Box::default(),
    )
}

fn part(reader: &Reader, name: &str, job: Job, known: Box<Known>) -> Result<Stage, End> {
    let Some(entry) = reader.directory.entry(name) else {
        return Err(Trouble::Damaged(format!("{name}: –").into()).into());
    };
    let part = Part::begin(entry, reader.options.unpacked_bytes, job)?;
    Ok(Stage::Part(Box::new(part), known))
}
