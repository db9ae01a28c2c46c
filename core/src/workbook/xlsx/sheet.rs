//! Which cells has a sheet of an `.xlsx` file?
//! Rows and cells stand in ascending order, each once; a file in which they do not is damaged. Places that a cell does
//! not name follow from the one before.

use crate::read::SheetKind;
use crate::workbook::format::Look;
use crate::workbook::markup::{Attributes, Reader, Text, local};
use crate::workbook::notes::Notes;
use crate::workbook::number::{self, DateSystem};
use crate::workbook::table::{MOST_COLUMNS, MOST_ROWS, Table};
use crate::workbook::value::{Spelling, Value};
use crate::zip::Trouble;

use super::strings::Strings;

/// Reads a sheet.
#[derive(Debug)]
pub(in crate::workbook) struct Sheet {
    pub(in crate::workbook) table: Table,
    pub(in crate::workbook) notes: Notes,
    strings: Strings,
    looks: Vec<Look>,
    dates: DateSystem,
    row: u32,
    /// Is the row hidden, and has that not been said?
    row_hidden: bool,
    inside: Inside,
    cell: Cell,
    value: Value,
    formula: Value,
    spelled: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// Before or behind the rows.
    Around,
    Rows,
    Cell,
    Value,
    Formula,
    /// `<is>`, the text of a cell that shares none.
    Inline,
    /// Text of it; runs stand one behind the other.
    InlineRun,
    /// How it is pronounced.
    InlinePhonetic,
}

/// The cell that is being read.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    column: u32,
    style: u32,
    kind: Kind,
    has_formula: bool,
    has_value: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    Shared,
    Text,
    /// The text that a formula gave.
    FormulaText,
    Truth,
    Error,
    Date,
}

/// Formulas are only shown.
const LONGEST_FORMULA: usize = 512;

impl Sheet {
    pub(in crate::workbook) fn new(
        strings: Strings,
        looks: Vec<Look>,
        dates: DateSystem,
        text_limit: usize,
    ) -> Self {
        Self {
            table: Table::default(),
            notes: Notes::default(),
            strings,
            looks,
            dates,
            row: 0,
            row_hidden: false,
            inside: Inside::Around,
            cell: Cell::default(),
            value: Value::new(text_limit),
            formula: Value::new(LONGEST_FORMULA),
            spelled: Vec::new(),
        }
    }

    fn begin_row(&mut self, attributes: Attributes<'_>) -> Result<(), Trouble> {
        let mut row = Some(self.row + 1);
        let mut hidden = false;
        attributes.each(|name, value| match name {
            b"r" => row = decimal(value),
            b"hidden" => hidden = matches!(value, b"1" | b"true"),
            _ => {}
        });
        let Some(row) = row.filter(|row| *row > self.row && *row <= MOST_ROWS) else {
            return Err(Trouble::damaged("<row r>"));
        };
        self.row = row;
        self.cell = Cell::default();
        self.row_hidden = hidden;
        Ok(())
    }

    #[inline]
    fn begin_cell(&mut self, attributes: Attributes<'_>) -> Result<(), Trouble> {
        if self.row == 0 {
            return Err(Trouble::damaged("<c>"));
        }
        let before = self.cell.column;
        let mut place = Some(before + 1);
        let mut cell = Cell::default();
        let row = self.row;
        attributes.each(|name, value| match name {
            b"r" => place = column_of(value, row),
            b"s" => cell.style = decimal(value).unwrap_or_default(),
            b"t" => {
                cell.kind = match value {
                    b"s" => Kind::Shared,
                    b"inlineStr" => Kind::Text,
                    b"str" => Kind::FormulaText,
                    b"b" => Kind::Truth,
                    b"e" => Kind::Error,
                    b"d" => Kind::Date,
                    _ => Kind::Number,
                }
            }
            _ => {}
        });
        let Some(column) = place.filter(|column| *column > before && *column <= MOST_COLUMNS)
        else {
            return Err(Trouble::damaged("<c r>"));
        };
        cell.column = column;
        self.cell = cell;
        self.value.clear();
        self.inside = Inside::Cell;
        Ok(())
    }

    #[inline]
    fn end_cell(&mut self) -> Result<(), Trouble> {
        self.inside = Inside::Rows;
        self.table.hold_growth()?;
        let (row, cell) = (self.row, self.cell);
        // A formula that gives the empty text has a value, one whose number is missing has none.
        let has_value = match cell.kind {
            Kind::FormulaText | Kind::Text => cell.has_value,
            _ => !self.value.is_empty(),
        };
        if !has_value {
            if cell.has_formula {
                self.end_formula();
            }
            return Ok(());
        }
        if cell.has_formula {
            self.notes.formula(row, cell.column);
        }
        // Of rows that hold nothing it does not matter.
        if self.row_hidden {
            self.row_hidden = false;
            self.notes.hidden_rows(row, row);
        }
        match cell.kind {
            Kind::Shared => {
                let number = decimal(self.value.bytes()).map(|number| number as usize);
                let Some(text) = number.and_then(|number| self.strings.get(number)) else {
                    return Err(Trouble::damaged("sharedStrings.xml"));
                };
                self.table.quoted(row, cell.column, text);
            }
            Kind::Number => self.end_number(),
            Kind::Text | Kind::FormulaText => {
                self.value.settle(Spelling::Excel);
                self.table.text(row, cell.column, self.value.bytes());
            }
            Kind::Truth => {
                let is_true = matches!(self.value.bytes(), b"1" | b"true");
                let text: &[u8] = if is_true { b"true" } else { b"false" };
                self.table.marked(row, cell.column, SheetKind::Bool, |out| {
                    out.extend_from_slice(text);
                });
            }
            Kind::Error => {
                self.value.settle(Spelling::Plain);
                self.table
                    .marked_text(row, cell.column, SheetKind::Error, self.value.bytes());
            }
            Kind::Date => {
                self.value.settle(Spelling::Plain);
                let value = self.value.bytes();
                self.spelled.clear();
                if number::push_written_date(value, &mut self.spelled) {
                    let spelled = &self.spelled;
                    self.table.marked(row, cell.column, SheetKind::Date, |out| {
                        out.extend_from_slice(spelled);
                    });
                } else {
                    self.table.text(row, cell.column, value);
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn end_number(&mut self) {
        let (row, column) = (self.row, self.cell.column);
        let look = self.looks.get(self.cell.style as usize).copied();
        let raw = self.value.bytes();
        let mark = number::spelled(raw, look.unwrap_or_default(), self.dates, &mut self.spelled);
        if let Some(mark) = mark {
            let spelled = &self.spelled;
            self.table
                .marked(row, column, mark, |out| out.extend_from_slice(spelled));
        } else if !raw.trim_ascii().is_empty() {
            // What is no number although it says so is shown as it stands.
            self.value.settle(Spelling::Plain);
            self.table.text(row, column, self.value.bytes());
        }
    }

    fn end_formula(&mut self) {
        let mut text = b"=".to_vec();
        self.formula.settle(Spelling::Plain);
        text.extend_from_slice(self.formula.bytes());
        self.table
            .marked_text(self.row, self.cell.column, SheetKind::Formula, &text);
    }
}

impl Reader for Sheet {
    #[inline]
    fn open(&mut self, name: &[u8], attributes: Attributes<'_>) -> Result<(), Trouble> {
        let name = local(name);
        match (self.inside, name) {
            (Inside::Rows, b"c") => self.begin_cell(attributes)?,
            (Inside::Rows, b"row") => self.begin_row(attributes)?,
            (Inside::Cell, b"v") => {
                self.cell.has_value = true;
                self.inside = Inside::Value;
            }
            (Inside::Cell, b"f") => {
                self.cell.has_formula = true;
                self.formula.clear();
                self.inside = Inside::Formula;
            }
            (Inside::Cell, b"is") => {
                self.cell.has_value = true;
                self.inside = Inside::Inline;
            }
            (Inside::Inline, b"t") => self.inside = Inside::InlineRun,
            (Inside::Inline, b"rPh") => self.inside = Inside::InlinePhonetic,
            (Inside::Around, b"sheetData") => self.inside = Inside::Rows,
            (Inside::Around, b"col") if attributes.is_true("hidden") => {
                let number = |name| attributes.get(name).and_then(|text| text.parse().ok());
                let first = number("min").unwrap_or(0);
                self.notes
                    .hidden_columns(first, number("max").unwrap_or(first));
            }
            (Inside::Around, b"mergeCell") => {
                self.notes
                    .merged(&attributes.get("ref").unwrap_or_default());
            }
            _ => {}
        }
        Ok(())
    }

    #[inline]
    fn close(&mut self, name: &[u8]) -> Result<(), Trouble> {
        match (self.inside, local(name)) {
            (Inside::Value | Inside::Formula, b"v" | b"f") => self.inside = Inside::Cell,
            (Inside::Cell, b"c") => self.end_cell()?,
            (Inside::InlineRun, b"t") | (Inside::InlinePhonetic, b"rPh") => {
                self.inside = Inside::Inline;
            }
            (Inside::Inline, b"is") => self.inside = Inside::Cell,
            (Inside::Rows, b"sheetData") => self.inside = Inside::Around,
            _ => {}
        }
        Ok(())
    }

    #[inline]
    fn text(&mut self, text: Text<'_>) -> Result<(), Trouble> {
        match self.inside {
            Inside::Value | Inside::InlineRun => self.value.add(text),
            Inside::Formula => self.formula.add(text),
            _ => {}
        }
        Ok(())
    }
}

#[inline]
fn decimal(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let mut number = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u32::from(digit - b'0');
    }
    Some(number)
}

/// The column of a place such as `AB12`, which must be in this row.
#[inline]
fn column_of(place: &[u8], row: u32) -> Option<u32> {
    let mut column: u32 = 0;
    let mut digits = place;
    while let [letter @ (b'A'..=b'Z' | b'a'..=b'z'), rest @ ..] = digits {
        column = column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        if column > MOST_COLUMNS {
            return None;
        }
        digits = rest;
    }
    (decimal(digits)? == row && column > 0).then_some(column)
}
