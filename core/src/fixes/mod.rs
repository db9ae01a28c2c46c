//! What would a file be with its mistakes mended?
//!
//! Invariant: only mended cells differ; columns, order, delimiter, quotes, line ends and whatever cannot be read are copied
//! as they stand. What was mended for certain means what it meant before, checks without a word, and is not mended again.
//! The sheet of a workbook leaves as CSV, whose cells mean what they mean in the sheet.

mod cells;
mod sheet;

use crate::check::cell::{self, CellRules, Remark, reads_as_formula};
use crate::code::Code;
use crate::field::Field;
use crate::finding::Fix;
use crate::read::{Block, Cell, CellAt, Framer, ReadOptions, Record, Shape, records};
use std::collections::{BTreeMap, BTreeSet};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Which cells are mended, and how.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mending {
    /// Which fixes that are certain are taken.
    pub safe: Taken,
    /// Which that are only likely.
    pub likely: Taken,
    /// What a person has put into cells, by the number of the record and of the column from 1; goes before any fix.
    pub edits: BTreeMap<(u64, u32), Box<str>>,
}

/// Which fixes are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Taken {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those of these codes and fields.
    Only(BTreeSet<(Code, Field)>),
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// Cells that differ now, by the finding whose fix was taken.
    pub fixed: BTreeMap<(Code, Field), u64>,
    /// Cells into which a person has put something else.
    pub edited: u64,
    /// Cells for which a likely fix is known that was not taken.
    pub proposed: u64,
}

/// Mends a file that comes in chunks; what it is then leaves in pieces.
#[derive(Debug)]
pub struct Mender {
    framer: Framer,
    mending: Mending,
    mended: Mended,
    /// Bytes of the file's text from `copied` on that have not left yet.
    waiting: Vec<u8>,
    /// Is the file no text in UTF-8 as it stands, so that its text is what is mended?
    is_changed: bool,
    /// So many bytes of the file have left, mended or not.
    copied: u64,
}

impl Mending {
    /// Every fix that is certain.
    pub fn safe() -> Self {
        Self {
            safe: Taken::All,
            ..Self::default()
        }
    }

    /// Every fix, those included that are only likely.
    pub fn all() -> Self {
        Self {
            likely: Taken::All,
            ..Self::safe()
        }
    }

    fn takes(&self, code: Code, field: Field, fix: &Fix) -> bool {
        let taken = if fix.safe { &self.safe } else { &self.likely };
        match taken {
            Taken::None => false,
            Taken::All => true,
            Taken::Only(kinds) => kinds.contains(&(code, field)),
        }
    }

    fn edits_of(&self, row: u64) -> impl Iterator<Item = (u32, &str)> {
        self.edits
            .range((row, 0)..=(row, u32::MAX))
            .map(|((_, column), text)| (*column, &**text))
    }
}

impl Mended {
    /// Cells that differ now.
    pub fn cells(&self) -> u64 {
        self.fixed.values().sum::<u64>() + self.edited
    }
}

impl Mender {
    /// A mender at the beginning of a file.
    pub fn new(options: ReadOptions, mending: Mending) -> Self {
        Self {
            framer: Framer::keeping_text(options),
            mending,
            mended: Mended::default(),
            waiting: Vec::new(),
            is_changed: false,
            copied: 0,
        }
    }

    /// Is it a workbook? What leaves is CSV then, in UTF-8 with a byte order mark and with semicolons.
    pub fn is_workbook(&self) -> bool {
        self.framer.workbook().is_some()
    }

    /// Takes the next bytes; what is ready is appended to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        self.framer.push(bytes);
        if !self.is_changed {
            self.waiting.extend_from_slice(bytes);
        }
        self.drain(out);
    }

    /// Ends the file; the rest is appended to `out`.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Mended {
        self.framer.finish();
        self.drain(out);
        self.put_waiting(self.waiting.len(), out);
        std::mem::take(&mut self.mended)
    }

    fn drain(&mut self, out: &mut Vec<u8>) {
        self.framer.take_findings();
        while let Some(block) = self.framer.next_block() {
            self.take_text(out);
            let Some(shape) = self.framer.shape().cloned() else {
                continue;
            };
            self.copy_to(block.offset, out);
            // Of a record over its limit the block has the beginning alone; such a block is copied like what follows it.
            let whole = self.waiting.starts_with(&block.bytes);
            if whole && shape.format.is_workbook() {
                let mut rows = Vec::with_capacity(block.bytes.len());
                mend_block(&shape, &block, &self.mending, &mut self.mended, &mut rows);
                sheet::put_rows(out, &rows, &shape.columns);
                self.pass_over(block.bytes.len());
            } else if whole && shape.format.has_columns() {
                mend_block(&shape, &block, &self.mending, &mut self.mended, out);
                self.pass_over(block.bytes.len());
            }
            self.framer.reuse(block.bytes);
        }
        self.take_text(out);
        // A file that is read no further is copied from here on.
        if self.framer.stopped() {
            self.put_waiting(self.waiting.len(), out);
        }
    }

    /// Takes the text of a file that is none as it stands. It leaves with a byte order mark, by which spreadsheets know it.
    fn take_text(&mut self, out: &mut Vec<u8>) {
        let Some((unchanged, text)) = self.framer.take_text() else {
            return;
        };
        if !self.is_changed {
            self.is_changed = true;
            let kept = usize::try_from(unchanged.saturating_sub(self.copied)).unwrap_or(usize::MAX);
            self.waiting.truncate(kept);
            if self.copied == 0 {
                out.extend_from_slice(BYTE_ORDER_MARK);
            }
        }
        self.waiting.extend_from_slice(&text);
    }

    fn copy_to(&mut self, offset: u64, out: &mut Vec<u8>) {
        let length = usize::try_from(offset.saturating_sub(self.copied)).unwrap_or(usize::MAX);
        self.put_waiting(length.min(self.waiting.len()), out);
    }

    /// Appends so much of what waits as it stands; of a sheet that is whole rows.
    fn put_waiting(&mut self, length: usize, out: &mut Vec<u8>) {
        let waiting = &self.waiting[..length];
        if self.is_workbook() {
            // Titles, the header and empty rows stand under no field.
            sheet::put_rows(out, waiting, &[]);
        } else {
            out.extend_from_slice(waiting);
        }
        self.pass_over(length);
    }

    fn pass_over(&mut self, length: usize) {
        self.waiting.drain(..length);
        self.copied += length as u64;
    }
}

/// Appends a block with its cells mended.
fn mend_block(
    shape: &Shape,
    block: &Block,
    mending: &Mending,
    mended: &mut Mended,
    out: &mut Vec<u8>,
) {
    let mut written = 0;
    records(shape, block, &mut |record| {
        let texts = mended_texts(shape, record, mending, mended);
        if texts.is_empty() {
            return;
        }
        let start = record.raw.as_ptr().addr() - block.bytes.as_ptr().addr();
        out.extend_from_slice(&block.bytes[written..start]);
        out.extend_from_slice(&record_with(shape, record.raw, &texts));
        written = start + record.raw.len();
    });
    out.extend_from_slice(&block.bytes[written..]);
}

/// What stands in the cells of a record that are mended, by the number of the column.
fn mended_texts(
    shape: &Shape,
    record: &Record<'_, '_>,
    mending: &Mending,
    mended: &mut Mended,
) -> BTreeMap<u32, Box<str>> {
    let mut texts = BTreeMap::new();
    if record.form.iter().any(|finding| finding.code.is_error()) {
        return texts;
    }
    for (column, text) in mending.edits_of(record.row) {
        mended.edited += 1;
        texts.insert(column, text.into());
    }
    for at in record.cells {
        if mending.edits.contains_key(&(record.row, at.column)) {
            continue;
        }
        let mut taken = None;
        let mut open = false;
        each_fix(shape, at, &mut |code, fix| {
            if mending.takes(code, at.field, fix) {
                taken = Some((code, fix.value.clone()));
            } else {
                open |= !fix.safe;
            }
        });
        mended.proposed += u64::from(open);
        if let Some((code, text)) = taken {
            *mended.fixed.entry((code, at.field)).or_default() += 1;
            texts.insert(at.column, text);
        }
    }
    texts
}

/// The fixes of a cell in their order: each has those before it in it.
fn each_fix(shape: &Shape, at: &CellAt<'_>, each: &mut dyn FnMut(Code, &Fix)) {
    let limit = shape.options.limits.field_bytes;
    let (Cell::Text(text) | Cell::Sheet(_, text)) = &at.cell else {
        return;
    };
    if text.len() > limit {
        return;
    }
    let mut hear = |remark: &Remark| {
        if let Some(fix) = &remark.fix {
            each(remark.code, fix);
        }
    };
    let rules = CellRules::of(shape, at.column);
    let checked = cell::check(at.field, &at.cell, &rules, &mut |remark| hear(&remark));
    if let Err(trouble) = checked {
        hear(&trouble);
    }
}

/// A record with these texts in its cells, by the numbers of their columns from 1, as [`Mender`] would write it.
pub(crate) fn record_with(shape: &Shape, raw: &[u8], texts: &BTreeMap<u32, Box<str>>) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + 64);
    let (mut written, mut count) = (0, 0);
    for cell in cells::places(raw, shape.delimiter) {
        count += 1;
        if let Some(text) = texts.get(&count) {
            out.extend_from_slice(&raw[written..cell.start]);
            cells::put(&mut out, text, &raw[cell.clone()], shape);
            written = cell.end;
        }
    }
    out.extend_from_slice(&raw[written..]);
    // The row of a sheet ends with its last value.
    for (column, text) in texts.range(count + 1..) {
        out.resize(out.len() + (column - count) as usize, shape.delimiter);
        cells::put(&mut out, text, b"", shape);
        count = *column;
    }
    out
}

#[cfg(test)]
mod sheet_tests;
#[cfg(test)]
mod tests;
