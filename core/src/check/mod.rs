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
pub mod ledger;
mod tally;

use crate::field::{Field, Table};
use crate::finding::Finding;
use crate::order::Draft;
use crate::read::{Block, CellAt, Framer, ReadOptions, Record, Shape, records};
use ledger::{KeyHash, content_of, content_of_raw};
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;

pub(crate) use tally::twin_finding;
pub use tally::{FIRST_PLACES, Group, Place, Tally};

/// What one block holds.
#[derive(Debug, Default)]
pub struct Examined {
    /// Bytes of the block.
    pub bytes: u64,
    /// A line for each record that is not empty.
    pub rows: Vec<RowFacts>,
    /// Everything found in the block, in the order of its records.
    pub findings: Vec<Finding>,
    /// The keys of all rows, one behind another.
    keys: String,
    /// Records without a single value.
    pub empty: u64,
}

/// What the tally needs to know of a record.
#[derive(Clone, Copy, Debug)]
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
    let mut examined = Examined::begin(block);
    let mut scratch = Vec::with_capacity(256);
    let findings = &mut Vec::new();
    records(shape, block, &mut |record| match shape.options.table {
        Table::Orders => {
            let draft = draft::order(shape, record, findings);
            if let Some(draft) = &draft {
                let key = &*draft.external_system_id;
                examined.note_order(record, Some(draft), Some(key), &mut scratch);
            } else {
                let key = key_of_rejected(record.cells);
                examined.note_order(record, None, key.as_deref(), &mut scratch);
            }
        }
        Table::Customers => {
            let rejected = draft::customer(shape, record, findings).is_none();
            examined.note_facts(record, rejected, None, 0);
        }
        Table::Offers => {
            let rejected = draft::offer(shape, record, findings).is_none();
            examined.note_facts(record, rejected, None, 0);
        }
    });
    examined.findings = std::mem::take(findings);
    examined
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
        scratch: &mut Vec<u8>,
    ) {
        self.findings.extend_from_slice(findings);
        self.note_order(record, draft, key, scratch);
    }

    fn note_order(
        &mut self,
        record: &Record<'_, '_>,
        draft: Option<&Draft<'_>>,
        key: Option<&str>,
        scratch: &mut Vec<u8>,
    ) {
        let content = match (draft, key) {
            (Some(draft), _) => content_of(draft, scratch),
            (None, Some(_)) => content_of_raw(record.raw),
            (None, None) => 0,
        };
        self.note_facts(record, draft.is_none(), key, content);
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
        self.keys.push_str(key.unwrap_or_default());
        self.rows.push(RowFacts {
            row: record.row,
            line: record.line,
            rejected,
            key: key.map(KeyHash::of),
            key_end: self.keys.len() as u32,
            content,
        });
    }
}

/// The key of a record with errors elsewhere, so that its twin is still found.
pub(crate) fn key_of_rejected<'a>(cells: &[CellAt<'a>]) -> Option<Cow<'a, str>> {
    let key = cells
        .iter()
        .find(|at| at.field == Field::ExternalSystemId)?;
    match cell::check(key.field, &key.cell, "", &mut |_, _| {}) {
        Ok(cell::Checked::Text(text)) => Some(text),
        _ => None,
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
