//! What would be found in a record if other texts stood in its cells?
//! The row as it would be written is read like any other, so that the answer is the one that the mended file gets.

use super::Inspection;
use super::page::{Answer, SheetRows, put_finding};
use crate::check::{examine, text_as_checked};
use crate::field::Field;
use crate::fixes::record_with;
use crate::plan::knowledge::Knowledge;
use crate::read::{Block, Mark, Record, Shape, records};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

impl<K: Knowledge<Error = Infallible>> Inspection<K> {
    /// The findings of a record with these texts in its cells, by the numbers of their columns: `{row, findings: […]}` with items
    /// as on a page, or `null` where there is no such record, or none with columns. What it says together with other
    /// records or with what is known of orders is not among them.
    pub fn attempt(&self, row: u64, texts: &BTreeMap<u32, Box<str>>) -> Answer {
        let none = || Answer::Ready(b"null".to_vec());
        let (Some(source), Some(block)) = (self.source(), self.index.block_of(row)) else {
            return none();
        };
        let Some(shape) = source
            .shape
            .as_ref()
            .filter(|shape| shape.format.has_columns())
        else {
            return none();
        };
        let Some((_, blocks)) = self.recent.iter().find(|(at, _)| *at == block) else {
            return Answer::Read(self.index.span(block, source.text_bytes));
        };
        let sheet_row = SheetRows::of(shape, blocks).get(row);
        let mut answer = None;
        for block in blocks {
            records(shape, block, &mut |record| {
                if record.row == row {
                    answer = Some(findings_with(shape, record, texts, sheet_row));
                }
            });
        }
        answer.map_or_else(none, Answer::Ready)
    }
}

fn findings_with(
    shape: &Arc<Shape>,
    record: &Record<'_, '_>,
    texts: &BTreeMap<u32, Box<str>>,
    sheet_row: Option<u64>,
) -> Vec<u8> {
    let mut line = record_with(shape, record.raw, texts);
    line.push(shape.terminator);
    let mark = Mark {
        offset: 0,
        first_row: record.row,
        first_line: record.line,
        first_sheet_row: sheet_row.unwrap_or(record.line),
        rows: 1,
    };
    let mut items = Vec::new();
    for block in &super::read_again(shape, mark, &line) {
        let key = key_of(shape, block);
        for finding in &examine(shape, block).findings {
            put_finding(&mut items, finding, key.as_deref(), sheet_row);
        }
    }
    let mut json = format!("{{\"row\":{},\"findings\":[", record.row).into_bytes();
    json.extend_from_slice(items.strip_prefix(b",").unwrap_or(&items));
    json.extend_from_slice(b"]}");
    json
}

fn key_of(shape: &Shape, block: &Block) -> Option<String> {
    let mut key = None;
    records(shape, block, &mut |record| {
        let text = text_as_checked(shape, record.cells, Field::ExternalSystemId);
        key = text.map(std::borrow::Cow::into_owned);
    });
    key
}
