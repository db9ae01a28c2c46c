//! How do bytes become records?
//! Bytes come in chunks of any size and leave as blocks of whole records; where the chunks were cut shows nowhere.
//!
//! [`Framer`] finds out the format and cuts blocks, in order and in one thread. [`records`] then takes a
//! block apart into cells and needs nothing but the block and the [`Shape`]: blocks may be taken apart in
//! parallel.

mod csv_cells;
mod csv_frame;
mod csv_plain;
mod delimiter;
mod detect;
mod framer;
mod header;
mod json_cells;
mod json_frame;
mod ndjson_frame;
mod no_records;
mod raw_cells;
mod sample;
mod separators;
mod specials;

use crate::code::Code;
use crate::field::{Field, Table};
use crate::finding::{Detail, Finding, shown_value};
use crate::moment::Moment;
use crate::numbers::{Cursor, put_number};
use crate::reading::Reading;
use crate::reading::local_time::First;
use crate::unwrap::{Encoding, Packing};
use crate::workbook::Workbooks;
use std::borrow::Cow;

pub(crate) use csv_plain::{PlainRecord, Taker};
pub use detect::CORRECTION_HEADERS;
pub(crate) use detect::no_text;
pub use framer::Framer;
pub use json_cells::CORRECTION_KEY;
pub use raw_cells::{RawCells, unquoted};

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma, semicolon or tab separated values with a header, quotes as in RFC 4180.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// A request body `{"items": […]}` or a bare array of objects.
    Json,
    /// A sheet of an XLSX workbook.
    Xlsx,
    /// A sheet of a workbook in the format of `LibreOffice`.
    Ods,
}

impl Format {
    /// `csv`, `ndjson`, `json`, `xlsx` or `ods`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Ods => "ods",
        }
    }

    /// Have its records cells in columns under a header?
    pub const fn has_columns(self) -> bool {
        matches!(self, Self::Csv | Self::Xlsx | Self::Ods)
    }

    /// Is it a workbook? The text that is made of one is CSV in which a cell that is no text begins with a
    /// [mark](SheetKind::mark).
    pub const fn is_workbook(self) -> bool {
        matches!(self, Self::Xlsx | Self::Ods)
    }
}

/// What is enforced before memory is spent. One table for native and browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file in bytes.
    pub file_bytes: u64,
    /// Longest record in bytes.
    pub record_bytes: usize,
    /// Longest field in bytes.
    pub field_bytes: usize,
    /// Most columns of a header.
    pub columns: usize,
    /// Deepest nesting of a JSON record.
    pub json_depth: usize,
    /// Longest file whose directory stands at its end, so that it is held: `.zip`, `.xlsx`, `.ods`.
    pub archive_bytes: u64,
    /// Most bytes that a packed file may unpack to.
    pub unpacked_bytes: u64,
    /// How many times as long as what is packed that may be.
    pub unpacked_ratio: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 4 << 30,
            record_bytes: 1 << 20,
            field_bytes: 64 << 10,
            columns: 1000,
            json_depth: 64,
            archive_bytes: 64 << 20,
            unpacked_bytes: 4 << 30,
            unpacked_ratio: 200,
        }
    }
}

/// Most records of one file: a record's number must fit beside one bit in 32.
pub const MAX_RECORDS: u64 = (1 << 31) - 1;

/// How a file is to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadOptions {
    /// What its records describe.
    pub table: Table,
    /// The instant that "past" and "future" are held against.
    pub now: Moment,
    /// What is enforced.
    pub limits: Limits,
    /// The text of a cell that clears a value; JSON says `null`.
    pub clear_token: Box<str>,
    /// How the cells and headers of a file of cells are read.
    pub reading: Reading,
    /// The encoding that was agreed; nothing where it is to be found out. A byte order mark tells more surely.
    pub encoding: Option<Encoding>,
    /// The sheet of a workbook that is read; the first one that is shown where none was agreed.
    pub sheet: Option<Box<str>>,
    /// What opens workbooks.
    pub workbooks: Workbooks,
    /// Which formats will do.
    pub expected: Expected,
}

/// Which formats will do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Any that is read: the file's own bytes say which one it is.
    #[default]
    AnyFormat,
    /// The body of a request alone: one JSON object with `items`.
    RequestBody,
}

/// What the body of a request says besides its items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    /// `purchase`, where it stands there.
    pub purchase: Option<bool>,
    /// `suppressMail`, where it stands there.
    pub suppress_mail: Option<bool>,
}

impl ReadOptions {
    /// The defaults for a table at an instant.
    pub fn new(table: Table, now: Moment) -> Self {
        Self {
            table,
            now,
            limits: Limits::default(),
            clear_token: "NULL".into(),
            reading: Reading::default(),
            encoding: None,
            expected: Expected::AnyFormat,
            sheet: None,
            workbooks: Workbooks::default(),
        }
    }
}

/// What is known of a file once its beginning has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// The format.
    pub format: Format,
    /// How it is read.
    pub options: ReadOptions,
    /// What its text was packed with, if it was.
    pub packing: Option<Packing>,
    /// The encoding of its text, as far as it is known: decided by its first characters beyond ASCII.
    pub encoding: Encoding,
    /// CSV: the delimiter. Otherwise 0.
    pub delimiter: u8,
    /// CSV: the byte that ends a record, LF, or CR where the file has no LF.
    pub terminator: u8,
    /// CSV: what ends the header, and what is written for each end of a record: CR, LF, or both.
    pub line_end: &'static [u8],
    /// CSV: the columns in the order of the file. Otherwise empty.
    pub columns: Vec<Column>,
    /// CSV: the header line as it stands in the file, without its end.
    pub header: Vec<u8>,
    /// Required fields that no column has: every record is rejected for them.
    pub missing: Vec<Field>,
    /// Does it come from a corrections file, which names the wrong rows of another file alone?
    pub corrects: bool,
}

impl Shape {
    /// A finding about a field of the record at this place (its number and its line), in the column that the field has; no value is told yet.
    pub(crate) fn finding_about(
        &self,
        field: Field,
        (row, line): (u64, u64),
        code: Code,
        detail: Detail,
    ) -> Finding {
        let columns = &self.columns;
        let index = columns
            .iter()
            .position(|column| column.field == Some(field));
        Finding {
            row,
            line,
            column: index.map_or(0, |index| index as u32 + 1),
            header: index.map(|index| shown_value(&columns[index].header)),
            field: Some(field),
            ..Finding::about_file(code, detail)
        }
    }
}

/// A column of a CSV file.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The header as it stands in the file.
    pub header: Box<str>,
    /// The field it means, if any.
    pub field: Option<Field>,
    /// What comes first in its dates that are written with slashes, where that is known.
    pub order: Option<First>,
}

/// Whole records, cut out of a file.
#[derive(Debug, Default, PartialEq)]
pub struct Block {
    /// The bytes; records stand in them one after another.
    pub bytes: Vec<u8>,
    /// Where in the file the first record begins.
    pub offset: u64,
    /// Number of the first record.
    pub first_row: u64,
    /// Physical line on which the block starts.
    pub first_line: u64,
    /// CSV: the row in which a spreadsheet shows what stands on that line; lines inside a cell and a record are one row.
    pub first_sheet_row: u64,
    /// How many records it has.
    pub rows: u64,
    /// CSV: is there a quote anywhere?
    quotes: bool,
    /// CSV: the records that could not be taken apart, in order.
    broken: Vec<BrokenRecord>,
    /// JSON and NDJSON: where each record lies.
    spans: Vec<RecordSpan>,
}

/// Where a block begins, enough to read it again: see [`Framer::resume`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where in the file its first record begins.
    pub offset: u64,
    /// Number of its first record.
    pub first_row: u64,
    /// Physical line on which it starts.
    pub first_line: u64,
    /// CSV: the row in which a spreadsheet shows that line.
    pub first_sheet_row: u64,
    /// How many records it has.
    pub rows: u64,
}

impl Block {
    /// Where the block begins.
    pub fn mark(&self) -> Mark {
        Mark {
            offset: self.offset,
            first_row: self.first_row,
            first_line: self.first_line,
            first_sheet_row: self.first_sheet_row,
            rows: self.rows,
        }
    }

    /// Can all that is needed to examine the block be told to somebody else? Not of what is no CSV, nor where a record is broken.
    pub(crate) fn can_be_told(&self) -> bool {
        self.broken.is_empty() && self.spans.is_empty()
    }

    /// Tells it.
    pub(crate) fn tell(&self, out: &mut Vec<u8>) {
        for number in [self.first_row, self.first_line, self.rows] {
            put_number(out, number);
        }
        out.push(u8::from(self.quotes));
        out.extend_from_slice(&self.bytes);
    }

    /// The block that was told, without its bytes, which stand behind.
    pub(crate) fn told(cursor: &mut Cursor<'_>) -> Option<Self> {
        Some(Self {
            first_row: cursor.number()?,
            first_line: cursor.number()?,
            rows: cursor.number()?,
            quotes: cursor.byte()? != 0,
            ..Self::default()
        })
    }
}

/// A record whose form is broken; it ends where reading goes on.
#[derive(Clone, Debug, PartialEq)]
struct BrokenRecord {
    offset: usize,
    /// How many bytes of the block it takes.
    length: usize,
    /// How many of them are kept as the record's raw bytes.
    raw_length: usize,
    /// Physical lines it takes.
    lines: u64,
    /// Lines before the one on which it broke.
    line_offset: u64,
    /// Number of the column in which it broke.
    column: u32,
    /// The beginning of what broke it.
    shown: Box<str>,
    code: Code,
    detail: Detail,
}

/// A record of JSON or NDJSON.
#[derive(Clone, Debug, PartialEq)]
struct RecordSpan {
    offset: usize,
    length: usize,
    line: u64,
    broken: Option<(Code, Detail)>,
}

/// One record taken apart.
#[derive(Debug)]
pub struct Record<'r, 'a> {
    /// Its number, from 1 after the header.
    pub row: u64,
    /// The physical line on which it starts, from 1.
    pub line: u64,
    /// Its bytes as they stand in the file, without the end of the line.
    pub raw: &'a [u8],
    /// What is wrong with its form; where that is an error there are no cells.
    pub form: &'r [Finding],
    /// Its cells, those of known columns only, in the order of the file.
    pub cells: &'r [CellAt<'a>],
    /// Does it hold nothing at all, or is the row no record? Then its form says so.
    pub empty: bool,
}

/// A cell and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct CellAt<'a> {
    /// Number of the column from 1, 0 in JSON.
    pub column: u32,
    /// The field.
    pub field: Field,
    /// What stands in it.
    pub cell: Cell<'a>,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Text of a CSV cell, unquoted, or of a workbook's.
    Text(Cow<'a, str>),
    /// What is no text in a workbook.
    Sheet(SheetKind, Cow<'a, str>),
    /// Bytes that are not UTF-8.
    NotUtf8(&'a [u8]),
    /// JSON `null`.
    JsonNull,
    /// A JSON string.
    JsonText(Cow<'a, str>),
    /// A JSON number as it is spelled.
    JsonNumber(&'a str),
    /// A JSON truth value.
    JsonBool(bool),
    /// A JSON array of strings.
    JsonTexts(Vec<Cow<'a, str>>),
    /// A JSON array or object that no field takes.
    JsonNested(&'a str),
}

/// What a cell of a workbook is, besides text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SheetKind {
    /// The shortest decimal number that reads back the same.
    Number,
    /// A day, or a day and a time, as in ISO 8601 without a zone.
    Date,
    /// `true` or `false`.
    Bool,
    /// An error such as `#REF!`.
    Error,
    /// A formula of which the workbook holds no value.
    Formula,
}

impl SheetKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Number,
        Self::Date,
        Self::Bool,
        Self::Error,
        Self::Formula,
    ];

    /// The byte with which such a cell begins in the text that is made of a workbook.
    pub const fn mark(self) -> u8 {
        match self {
            Self::Number => 1,
            Self::Date => 2,
            Self::Bool => 3,
            Self::Error => 4,
            Self::Formula => 5,
        }
    }

    /// The kind of this mark.
    pub fn of_mark(mark: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.mark() == mark)
    }
}

/// Takes a block apart, record by record, in order.
pub fn records<'a>(shape: &Shape, block: &'a Block, each: &mut dyn for<'r> FnMut(&Record<'r, 'a>)) {
    match shape.format {
        Format::Csv | Format::Xlsx | Format::Ods => csv_cells::records(shape, block, each),
        Format::Json | Format::Ndjson => json_cells::records(shape, block, each),
    }
}

/// Takes a block apart, record by record, in order; of a CSV file the plain ones at first sight.
pub(crate) fn take_records<'a>(shape: &Shape, block: &'a Block, taker: &mut impl Taker<'a>) {
    match shape.format {
        Format::Csv | Format::Xlsx | Format::Ods => csv_plain::records(shape, block, taker),
        Format::Json | Format::Ndjson => {
            json_cells::records(shape, block, &mut |record| taker.record(record));
        }
    }
}
