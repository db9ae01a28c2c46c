//! Is a file right, and where exactly is it wrong?
//! Needs the file alone; every mistake is found, and none is kept back: findings leave as soon as they are known.
//!
//! [`Check`] is the whole job in one thread. Its parts serve a caller with more threads: a
//! [`Framer`] cuts blocks in order, [`examine`] looks at one block and needs no other,
//! [`Tally::absorb`] takes the results in the order of the file.

mod by_row;
pub mod cell;
mod dates;
pub mod draft;
mod facts;
mod fingerprint;
mod key_table;
pub mod ledger;
mod lenient;
pub(crate) mod plain;
mod sheet_cell;
mod tally;

use crate::catalog::email_key;
use crate::field::{Field, Table};
use crate::finding::Finding;
use crate::order::Draft;
use crate::read::{
    Block, CellAt, Framer, PlainRecord, ReadOptions, Record, Shape, SheetKind, Taker, take_records,
};
use draft::CustomerDraft;
use ledger::KeyHash;
use plain::{PlainOrder, PlainReader};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;

pub(crate) use tally::twin_finding;
pub use tally::{FIRST_PLACES, Group, Place, Tally};

/// What one block holds.
#[derive(Debug, Default, PartialEq)]
pub struct Examined {
    /// Bytes of the block.
    pub bytes: u64,
    /// A line for each record that is not empty.
    pub rows: Vec<RowFacts>,
    /// Everything found in the block, in the order of its records.
    pub findings: Vec<Finding>,
    /// The keys of all rows, one behind another.
    keys: Vec<u8>,
    /// Records without a single value.
    pub empty: u64,
}

/// What the tally needs to know of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RowFacts {
    /// Its number.
    pub row: u64,
    /// Its physical line.
    pub line: u64,
    /// Does it have an error?
    pub rejected: bool,
    key: Option<KeyHash>,
    key_end: u32,
    content: u32,
}

/// Takes a block apart and checks every record of it by itself.
pub fn examine(shape: &Shape, block: &Block) -> Examined {
    examine_with(shape, block, PlainReader::of(shape))
}

fn examine_with(shape: &Shape, block: &Block, plain: Option<PlainReader<'_>>) -> Examined {
    let mut examiner = Examiner {
        shape,
        plain,
        examined: Examined::begin(block),
        findings: Vec::new(),
    };
    take_records(shape, block, &mut examiner);
    Examined {
        findings: examiner.findings,
        ..examiner.examined
    }
}

struct Examiner<'s> {
    shape: &'s Shape,
    plain: Option<PlainReader<'s>>,
    examined: Examined,
    findings: Vec<Finding>,
}

impl<'a> Taker<'a> for Examiner<'_> {
    fn plain(&mut self, record: &PlainRecord<'_, 'a>) -> bool {
        let read = self.plain.as_ref().and_then(|plain| plain.read(record));
        if let Some(PlainOrder { key, content }) = read {
            let place = (record.row, record.line);
            self.examined.note_row(place, false, Some(key), content);
        }
        read.is_some()
    }

    fn record(&mut self, record: &Record<'_, 'a>) {
        let Self {
            shape,
            plain,
            examined,
            findings,
        } = self;
        match shape.options.table {
            Table::Orders => {
                let draft = draft::order_by(shape, plain.as_ref(), record, findings);
                let key = match &draft {
                    Some(draft) => Some(draft.external_system_id.clone()),
                    None => text_as_checked(shape, record.cells, Field::ExternalSystemId),
                };
                examined.note_order(record, draft.as_ref(), key.as_deref());
            }
            Table::Customers => {
                let draft = draft::customer_record(shape, record, findings);
                let key = text_as_checked(shape, record.cells, Field::Email);
                examined.note_customer(record, draft.as_ref(), key.as_deref(), &[]);
            }
            Table::Offers => {
                let rejected = draft::offer(shape, record, findings).is_none();
                examined.note_facts(record, rejected, None, 0);
            }
        }
    }
}

impl Examined {
    /// An empty result for a block.
    pub(crate) fn begin(block: &Block) -> Self {
        Self {
            bytes: block.bytes.len() as u64,
            rows: Vec::with_capacity(block.rows as usize),
            ..Self::default()
        }
    }

    /// Notes a record of an orders file.
    pub(crate) fn note(
        &mut self,
        record: &Record<'_, '_>,
        draft: Option<&Draft<'_>>,
        key: Option<&str>,
        findings: &[Finding],
    ) {
        self.findings.extend_from_slice(findings);
        self.note_order(record, draft, key);
    }

    fn note_order(
        &mut self,
        record: &Record<'_, '_>,
        draft: Option<&Draft<'_>>,
        key: Option<&str>,
    ) {
        let content = match (draft, key) {
            (Some(draft), _) => fingerprint::of_draft(draft),
            (None, Some(_)) => fingerprint::of_raw(record.raw),
            (None, None) => 0,
        };
        self.note_facts(record, draft.is_none(), key, content);
    }

    /// Notes a record of a customers file, whose key is its email address whatever its case.
    pub(crate) fn note_customer(
        &mut self,
        record: &Record<'_, '_>,
        draft: Option<&CustomerDraft>,
        email: Option<&str>,
        findings: &[Finding],
    ) {
        self.findings.extend_from_slice(findings);
        let content = match draft {
            Some(draft) => fingerprint::of_customer(draft),
            None => fingerprint::of_raw(record.raw),
        };
        let key = email.map(email_key);
        self.note_facts(record, draft.is_none(), key.as_deref(), content);
    }

    fn note_facts(
        &mut self,
        record: &Record<'_, '_>,
        rejected: bool,
        key: Option<&str>,
        content: u32,
    ) {
        if record.empty {
            self.empty += 1;
            return;
        }
        let place = (record.row, record.line);
        self.note_row(place, rejected, key.map(str::as_bytes), content);
    }

    pub(crate) fn note_row(
        &mut self,
        (row, line): (u64, u64),
        rejected: bool,
        key: Option<&[u8]>,
        content: u32,
    ) {
        self.keys.extend_from_slice(key.unwrap_or_default());
        self.rows.push(RowFacts {
            row,
            line,
            rejected,
            key: key.map(KeyHash::of),
            key_end: self.keys.len() as u32,
            content,
        });
    }
}

/// What a field of text says, whatever errors stand elsewhere in the record: of the key, so that its twin is still found.
/// What would clear it is nothing.
pub(crate) fn text_as_checked<'a>(
    shape: &Shape,
    cells: &[CellAt<'a>],
    field: Field,
) -> Option<Cow<'a, str>> {
    let at = cells.iter().find(|at| at.field == field)?;
    let rules = cell::CellRules::of(shape, at.column);
    match cell::check(field, &at.cell, &rules, &mut |_| {}) {
        Ok(cell::Checked::Text(text)) => Some(text),
        _ => None,
    }
}

/// The text of a cell of a workbook, given with its mark, for a file that knows nothing but text.
pub(crate) fn sheet_text(field: Option<Field>, marked: &str) -> Cow<'_, str> {
    let mark = marked.as_bytes().first();
    match mark.and_then(|mark| SheetKind::of_mark(*mark)) {
        Some(kind) => sheet_cell::as_text(field, kind, &marked[1..]),
        None => Cow::Borrowed(marked),
    }
}

/// Checks one file in one thread.
#[derive(Debug)]
pub struct Check {
    framer: Framer,
    tally: Tally,
    hash: Sha256,
}

/// What is known when the file has ended.
#[derive(Debug)]
pub struct Checked {
    /// Counts and groups.
    pub tally: Tally,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// Bytes of the file.
    pub bytes: u64,
    /// What is known of its form; nothing where it could not be read at all.
    pub shape: Option<std::sync::Arc<Shape>>,
}

impl Check {
    /// A check at the beginning of a file.
    pub fn new(options: ReadOptions) -> Self {
        Self {
            framer: Framer::new(options),
            tally: Tally::default(),
            hash: Sha256::new(),
        }
    }

    /// Takes the next bytes; what is found goes to `sink`.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn FnMut(&Finding)) {
        self.hash.update(bytes);
        self.framer.push(bytes);
        self.drain(sink);
    }

    /// Ends the file.
    pub fn finish(mut self, sink: &mut dyn FnMut(&Finding)) -> Checked {
        self.framer.finish();
        self.drain(sink);
        self.tally.end(self.framer.stopped());
        Checked {
            tally: self.tally,
            sha256: self.hash.finalize().into(),
            bytes: self.framer.bytes(),
            shape: self.framer.shape().cloned(),
        }
    }

    /// Records seen so far.
    pub fn rows(&self) -> u64 {
        self.tally.rows
    }

    fn drain(&mut self, sink: &mut dyn FnMut(&Finding)) {
        self.hear_about_file(sink);
        while let Some(block) = self.framer.next_block() {
            if let Some(shape) = self.framer.shape() {
                let examined = examine(shape, &block);
                self.tally.absorb(shape, examined, sink);
                self.framer.reuse(block.bytes);
            }
        }
        self.hear_about_file(sink);
    }

    fn hear_about_file(&mut self, sink: &mut dyn FnMut(&Finding)) {
        for finding in self.framer.take_findings() {
            self.tally.about_file(&finding, sink);
        }
    }
}

#[cfg(test)]
mod tests;
