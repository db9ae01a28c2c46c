//! Which cells has a sheet of an `.ods` file?
//! All sheets stand in one part; one of them is read, of the others the names. Repetition is written out only for cells
//! that hold something, and within bounds.

use super::format::Look;
use super::markup::{Attributes, Reader, Text};
use super::notes::Notes;
use super::number::{self, DateSystem};
use super::sheets::{Choice, Sheets};
use super::table::{MOST_COLUMNS, MOST_ROWS, Table};
use super::value::{Spelling, Value};
use crate::read::SheetKind;
use crate::zip::Trouble;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Reads `content.xml`.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) table: Table,
    pub(super) notes: Notes,
    pub(super) sheets: Sheets,
    /// Is it a spreadsheet at all?
    pub(super) is_spreadsheet: bool,
    /// Styles of tables that are not shown.
    hidden_styles: BTreeSet<String>,
    /// The style that is being read.
    style: Option<String>,
    /// Elements that are passed over with all that is in them.
    passed: u32,
    /// Tables that are open around here; a table in a cell is no sheet.
    tables: u32,
    inside: Inside,
    /// The row that is being read, once.
    line: Table,
    row: u32,
    rows: u32,
    row_hidden: bool,
    column: u32,
    cell: Cell,
    value: Value,
    paragraphs: u32,
    last_is_blank: bool,
    spelled: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// Around the sheet that is read.
    Around,
    Sheet,
    Row,
    Cell,
    Paragraph,
}

#[derive(Debug, Default)]
struct Cell {
    columns: u32,
    kind: Kind,
    /// The value that its attributes give.
    given: Option<Box<str>>,
    formula: Option<Box<str>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    None,
    Number,
    Date,
    Truth,
    Text,
    Error,
}

/// What a cell comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelled {
    Nothing,
    Text,
    Marked(SheetKind),
}

const MOST_STYLES: usize = 1 << 16;

impl Content {
    pub(super) fn new(choice: Choice, text_limit: usize) -> Self {
        Self {
            table: Table::default(),
            notes: Notes::default(),
            sheets: Sheets::new(choice),
            is_spreadsheet: false,
            hidden_styles: BTreeSet::new(),
            style: None,
            passed: 0,
            tables: 0,
            inside: Inside::Around,
            line: Table::default(),
            row: 0,
            rows: 0,
            row_hidden: false,
            column: 0,
            cell: Cell::default(),
            value: Value::new(text_limit),
            paragraphs: 0,
            last_is_blank: true,
            spelled: Vec::new(),
        }
    }

    /// The last column that holds a value.
    pub(super) fn widest(&self) -> u32 {
        self.line.widest()
    }

    fn begin_table(&mut self, attributes: Attributes<'_>) -> Result<(), Trouble> {
        self.tables += 1;
        if self.tables > 1 {
            return Ok(());
        }
        let name = attributes.get("table:name").unwrap_or_default();
        let style = attributes.get("table:style-name").unwrap_or_default();
        let hidden = self.hidden_styles.contains(&*style);
        if self.sheets.offer(&name, hidden)? {
            self.inside = Inside::Sheet;
        }
        Ok(())
    }

    fn begin_row(&mut self, attributes: Attributes<'_>) {
        self.rows = repeated(attributes, "table:number-rows-repeated");
        let visibility = attributes.get("table:visibility");
        self.row_hidden = visibility.is_some_and(|text| text != "visible");
        self.column = 0;
        self.inside = Inside::Row;
    }

    fn end_row(&mut self) -> Result<(), Trouble> {
        self.inside = Inside::Sheet;
        let first = self.row + 1;
        self.row = self.row.saturating_add(self.rows);
        let line = self.line.take_line();
        if line.is_empty() {
            return Ok(());
        }
        if self.row > MOST_ROWS {
            return Err(Trouble::suspicious("table:number-rows-repeated"));
        }
        if self.row_hidden {
            self.notes.hidden_rows(first, self.row);
        }
        for row in first..=self.row {
            self.table.line(row, &line);
            self.table.hold_growth()?;
        }
        Ok(())
    }

    fn begin_cell(&mut self, attributes: Attributes<'_>) {
        let mut cell = Cell {
            columns: repeated(attributes, "table:number-columns-repeated"),
            ..Cell::default()
        };
        let mut merged = false;
        attributes.each(|name, value| match name {
            b"office:value-type" if cell.kind == Kind::None => {
                cell.kind = match value {
                    b"float" | b"percentage" | b"currency" => Kind::Number,
                    b"date" => Kind::Date,
                    b"boolean" => Kind::Truth,
                    _ => Kind::Text,
                }
            }
            b"calcext:value-type" if value == b"error" => cell.kind = Kind::Error,
            b"office:value"
            | b"office:date-value"
            | b"office:boolean-value"
            | b"office:string-value" => {
                cell.given = Some(super::markup::unescaped(value).into());
            }
            b"table:formula" => cell.formula = Some(shown_formula(value)),
            b"table:number-columns-spanned" | b"table:number-rows-spanned" => {
                merged |= value != b"1";
            }
            _ => {}
        });
        if merged {
            let place = self.place();
            self.notes.merged(&place);
        }
        self.cell = cell;
        self.value.clear();
        self.paragraphs = 0;
        self.inside = Inside::Cell;
    }

    fn place(&self) -> String {
        let column = crate::finding::column_letters(self.column + 1);
        format!("{column}{}", self.row + 1)
    }

    fn end_cell(&mut self) -> Result<(), Trouble> {
        self.inside = Inside::Row;
        let first = self.column + 1;
        self.column = self.column.saturating_add(self.cell.columns);
        self.value.settle(Spelling::Plain);
        let what = self.spell();
        if what == Spelled::Nothing {
            return Ok(());
        }
        if self.column > MOST_COLUMNS {
            return Err(Trouble::suspicious("table:number-columns-repeated"));
        }
        if self.cell.formula.is_some() && what != Spelled::Marked(SheetKind::Formula) {
            self.notes.formula(self.row + 1, first);
        }
        for column in first..=self.column {
            match what {
                Spelled::Marked(mark) => self.line.marked_text(1, column, mark, &self.spelled),
                _ => self.line.text(1, column, &self.spelled),
            }
            self.line.hold_growth()?;
        }
        Ok(())
    }

    /// Spells the cell's value.
    fn spell(&mut self) -> Spelled {
        let shown = self.value.bytes();
        let given = self.cell.given.as_deref().map(str::as_bytes);
        let out = &mut self.spelled;
        out.clear();
        let mark = match self.cell.kind {
            Kind::Number => {
                let raw = given.unwrap_or(shown);
                number::spelled(raw, shown_with_zeros(shown), DateSystem::From1900, out)
            }
            Kind::Date => {
                let is_date = number::push_written_date(given.unwrap_or(shown), out);
                is_date.then_some(SheetKind::Date)
            }
            Kind::Truth => given.map(|given| {
                out.extend_from_slice(given);
                SheetKind::Bool
            }),
            Kind::Error => {
                out.extend_from_slice(shown);
                Some(SheetKind::Error)
            }
            Kind::Text if self.cell.formula.is_some() && is_error(shown) => {
                out.extend_from_slice(shown);
                Some(SheetKind::Error)
            }
            Kind::Text | Kind::None => None,
        };
        if let Some(mark) = mark {
            return Spelled::Marked(mark);
        }
        out.clear();
        let text = match (shown, given) {
            (b"", Some(given)) => given,
            (shown, _) => shown,
        };
        out.extend_from_slice(text);
        match &self.cell.formula {
            Some(formula) if out.is_empty() && self.cell.kind == Kind::None => {
                out.extend_from_slice(formula.as_bytes());
                Spelled::Marked(SheetKind::Formula)
            }
            _ if out.is_empty() => Spelled::Nothing,
            _ => Spelled::Text,
        }
    }

    /// White space runs are one space; more of them, tabs and line ends have elements of their own.
    fn add_collapsed(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(u8::is_ascii_whitespace) {
            let (word, blank) = match part.split_last() {
                Some((last, word)) if last.is_ascii_whitespace() => (word, true),
                _ => (part, false),
            };
            if !word.is_empty() {
                self.value.add(Text::Literal(word));
                self.last_is_blank = false;
            }
            if blank && !self.last_is_blank {
                self.value.add_character(b' ');
                self.last_is_blank = true;
            }
        }
    }

    fn begin_inline(&mut self, name: &[u8], attributes: Attributes<'_>) {
        match name {
            b"text:s" => {
                let count = attributes
                    .get("text:c")
                    .and_then(|count| count.parse().ok());
                for _ in 0..count.unwrap_or(1).min(MOST_SPACES) {
                    self.value.add_character(b' ');
                }
                self.last_is_blank = true;
            }
            b"text:tab" => self.value.add_character(b'\t'),
            b"text:line-break" => self.value.add_character(b'\n'),
            b"text:ruby-text" => self.passed = 1,
            name if name.starts_with(b"text:") => {}
            _ => self.passed = 1,
        }
    }
}

const MOST_SPACES: u32 = 1000;

impl Reader for Content {
    fn open(&mut self, name: &[u8], attributes: Attributes<'_>) -> Result<(), Trouble> {
        if self.passed > 0 {
            self.passed += 1;
            return Ok(());
        }
        match (self.inside, name) {
            (Inside::Sheet, b"table:table-row") => self.begin_row(attributes),
            (Inside::Row, b"table:table-cell" | b"table:covered-table-cell") => {
                self.begin_cell(attributes);
            }
            (Inside::Cell, b"text:p" | b"text:h") => {
                if self.paragraphs > 0 {
                    self.value.add_character(b'\n');
                }
                self.paragraphs += 1;
                self.last_is_blank = true;
                self.inside = Inside::Paragraph;
            }
            (Inside::Paragraph, _) => self.begin_inline(name, attributes),
            // Comments, drawings and tables in a cell are not its text.
            (Inside::Cell, _) => self.passed = 1,
            (Inside::Sheet, b"table:shapes" | b"office:forms") => self.passed = 1,
            (Inside::Sheet, b"table:table-column") => {
                let columns = repeated(attributes, "table:number-columns-repeated");
                let first = self.column + 1;
                self.column = self.column.saturating_add(columns).min(MOST_COLUMNS);
                let visibility = attributes.get("table:visibility");
                if visibility.is_some_and(|text| text != "visible") && first <= MOST_COLUMNS {
                    self.notes.hidden_columns(first, self.column);
                }
            }
            (_, b"table:table") => self.begin_table(attributes)?,
            (Inside::Around, b"office:spreadsheet") => self.is_spreadsheet = true,
            (Inside::Around, b"table:dde-links" | b"table:tracked-changes") => self.passed = 1,
            (Inside::Around, b"style:style") => {
                self.style = attributes.get("style:name").map(Cow::into_owned);
            }
            (Inside::Around, b"style:table-properties") => {
                let hidden = attributes.get("table:display").as_deref() == Some("false");
                if let Some(style) = self.style.take().filter(|_| hidden) {
                    self.hidden_styles.insert(style);
                }
                if self.hidden_styles.len() > MOST_STYLES {
                    return Err(Trouble::suspicious("style:style"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Result<(), Trouble> {
        if self.passed > 0 {
            self.passed -= 1;
            return Ok(());
        }
        match (self.inside, name) {
            (Inside::Paragraph, b"text:p" | b"text:h") => self.inside = Inside::Cell,
            (Inside::Cell, b"table:table-cell" | b"table:covered-table-cell") => self.end_cell()?,
            (Inside::Row, b"table:table-row") => self.end_row()?,
            (_, b"table:table") => {
                self.tables = self.tables.saturating_sub(1);
                if self.tables == 0 {
                    self.inside = Inside::Around;
                    self.column = 0;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: Text<'_>) -> Result<(), Trouble> {
        if self.passed > 0 || self.inside != Inside::Paragraph {
            return Ok(());
        }
        match text {
            Text::Literal(bytes) => self.add_collapsed(bytes),
            Text::Escaped(bytes) if memchr::memchr(b'&', bytes).is_none() => {
                self.add_collapsed(bytes);
            }
            Text::Escaped(bytes) => {
                let mut plain = Vec::with_capacity(bytes.len());
                super::markup::unescape_to(bytes, &mut plain);
                self.add_collapsed(&plain);
            }
        }
        Ok(())
    }
}

fn repeated(attributes: Attributes<'_>, name: &str) -> u32 {
    let count = attributes.get(name).and_then(|text| text.parse().ok());
    count.unwrap_or(1).clamp(1, i32::MAX as u32)
}

/// A number that is shown with zeros before it is shown in digits alone.
fn shown_with_zeros(shown: &[u8]) -> Look {
    match shown {
        [b'0', _, ..] if shown.len() <= 64 && shown.iter().all(u8::is_ascii_digit) => {
            Look::Zeros(shown.len() as u8)
        }
        _ => Look::Plain,
    }
}

/// What LibreOffice shows in place of a value.
fn is_error(shown: &[u8]) -> bool {
    shown.starts_with(b"Err:")
        || shown == b"#N/A"
        || (shown.starts_with(b"#") && shown.ends_with(b"!"))
        || shown == b"#NAME?"
}

/// `of:=[.A1]+1` is shown as `=[.A1]+1`, and no more than its beginning.
fn shown_formula(value: &[u8]) -> Box<str> {
    let formula = super::markup::unescaped(value);
    let begin = formula.find('=').unwrap_or(0);
    formula[begin..].chars().take(LONGEST_FORMULA).collect()
}

const LONGEST_FORMULA: usize = 512;

/// Reads `META-INF/manifest.xml`, which says whether parts are encrypted.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) encrypted: bool,
}

impl Reader for Manifest {
    fn open(&mut self, name: &[u8], _: Attributes<'_>) -> Result<(), Trouble> {
        self.encrypted |= super::markup::local(name) == b"encryption-data";
        Ok(())
    }

    fn close(&mut self, _: &[u8]) -> Result<(), Trouble> {
        Ok(())
    }

    fn text(&mut self, _: Text<'_>) -> Result<(), Trouble> {
        Ok(())
    }
}
