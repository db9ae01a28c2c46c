//! How does a record stand in the file?
//! As the partner wrote it: every cell of it, those of unknown columns included.

use super::Inspection;
use super::page::{Answer, SheetRows};
use crate::field::Field;
use crate::finding::column_letters;
use crate::plan::knowledge::Knowledge;
use crate::read::{Cell, Format, RawCells, Record, Shape, SheetKind, records, unquoted};
use crate::report::put;
use serde::Serialize;
use std::borrow::Cow;
use std::convert::Infallible;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RecordText<'r> {
    row: u64,
    line: u64,
    sheet_row: Option<u64>,
    /// The record without the end of its line; bytes that are no text show as `U+FFFD`.
    raw: Cow<'r, str>,
    /// Its cells, in JSON those of known fields; none where its form is broken.
    cells: Vec<CellText<'r>>,
}

#[derive(Serialize)]
struct CellText<'r> {
    column: Option<u32>,
    letter: Option<String>,
    header: Option<&'r str>,
    field: Option<&'static str>,
    text: Cow<'r, str>,
}

impl<K: Knowledge<Error = Infallible>> Inspection<K> {
    /// A record as it stands in the file: `{row, line, sheetRow, raw, cells: [{column, letter, header, field, text}]}`, or
    /// `null` where the file has none of this number.
    pub fn record(&self, row: u64) -> Answer {
        let none = || Answer::Ready(b"null".to_vec());
        let (Some(source), Some(block)) = (self.source(), self.index.block_of(row)) else {
            return none();
        };
        let Some(shape) = &source.shape else {
            return none();
        };
        let Some((_, blocks)) = self.recent.iter().find(|(at, _)| *at == block) else {
            return Answer::Read(self.index.span(block, source.text_bytes));
        };
        let sheet_row = SheetRows::of(shape, blocks).get(row);
        let mut json = None;
        for block in blocks {
            records(shape, block, &mut |record| {
                if record.row == row {
                    let mut out = Vec::new();
                    put(&mut out, &record_text(shape, record, sheet_row));
                    json = Some(out);
                }
            });
        }
        json.map_or_else(none, Answer::Ready)
    }
}

fn record_text<'r>(
    shape: &'r Shape,
    record: &Record<'_, 'r>,
    sheet_row: Option<u64>,
) -> RecordText<'r> {
    let broken = record.form.iter().any(|finding| finding.code.is_error());
    let mut cells: Vec<_> = match shape.format {
        _ if broken => Vec::new(),
        Format::Csv | Format::Xlsx | Format::Ods => RawCells::of(record.raw, shape.delimiter)
            .enumerate()
            .map(|(index, cell)| cell_text(shape, index, without_mark(unquoted(cell), shape)))
            .collect(),
        Format::Json | Format::Ndjson => record
            .cells
            .iter()
            .map(|at| CellText {
                column: None,
                letter: None,
                header: Some(at.field.name()),
                field: Some(at.field.name()),
                text: text_of(&at.cell),
            })
            .collect(),
    };
    let mut raw = String::from_utf8_lossy(record.raw);
    if shape.format.is_workbook() {
        // The row of a sheet ends with its last value.
        let rest = cells.len()..shape.columns.len();
        cells.extend(rest.map(|index| cell_text(shape, index, Cow::Borrowed(""))));
        let is_mark = |character: char| {
            u8::try_from(character).is_ok_and(|byte| SheetKind::of_mark(byte).is_some())
        };
        raw = raw.replace(is_mark, "").into();
    }
    RecordText {
        row: record.row,
        line: record.line,
        sheet_row,
        raw,
        cells,
    }
}

fn cell_text<'r>(shape: &'r Shape, index: usize, text: Cow<'r, str>) -> CellText<'r> {
    let column = shape.columns.get(index);
    CellText {
        column: Some(index as u32 + 1),
        letter: Some(column_letters(index as u32 + 1)),
        header: column.map(|column| &*column.header),
        field: column.and_then(|column| column.field).map(Field::name),
        text,
    }
}

/// The text of a cell of a workbook without what says that it is none.
fn without_mark<'t>(text: Cow<'t, str>, shape: &Shape) -> Cow<'t, str> {
    let is_marked = shape.format.is_workbook()
        && (text.bytes().next()).is_some_and(|mark| SheetKind::of_mark(mark).is_some());
    match text {
        Cow::Borrowed(text) if is_marked => Cow::Borrowed(&text[1..]),
        Cow::Owned(text) if is_marked => Cow::Owned(text[1..].to_owned()),
        text => text,
    }
}

/// What stands in a cell; in JSON what is no text is spelled as in the file.
fn text_of<'a>(cell: &Cell<'a>) -> Cow<'a, str> {
    match cell {
        Cell::Text(text) | Cell::Sheet(_, text) | Cell::JsonText(text) => text.clone(),
        Cell::NotUtf8(bytes) => String::from_utf8_lossy(bytes),
        Cell::JsonNull => "null".into(),
        Cell::JsonNumber(text) | Cell::JsonNested(text) => (*text).into(),
        Cell::JsonBool(value) => value.to_string().into(),
        Cell::JsonTexts(texts) => texts.join("|").into(),
    }
}
