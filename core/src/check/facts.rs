//! What of an examined block must reach the tally from somewhere else?
//! The facts of its rows; findings are counted where they were found, and of a key its hash is enough.

use super::key_table::KeyHash;
use super::{Examined, RowFacts};
use crate::numbers::{Cursor, put_number};

/// Bytes of a row: hash, fingerprint, the first byte of the key's hash, and what it is.
const ROW: usize = 14;

const REJECTED: u8 = 1;
const HAS_KEY: u8 = 2;

impl Examined {
    /// Appends the facts.
    pub(crate) fn put_facts(&self, out: &mut Vec<u8>) {
        put_number(out, self.bytes);
        put_number(out, self.empty);
        put_number(out, self.rows.len() as u64);
        // Numbers and lines nearly always rise by one from row to row.
        let stretches = self.rows.chunk_by(follows);
        put_number(out, stretches.clone().count() as u64);
        for stretch in stretches {
            for number in [stretch[0].row, stretch[0].line, stretch.len() as u64] {
                put_number(out, number);
            }
        }
        for facts in &self.rows {
            let key = facts.key.unwrap_or(KeyHash { shard: 0, hash: 0 });
            let rejected = if facts.rejected { REJECTED } else { 0 };
            let has_key = if facts.key.is_some() { HAS_KEY } else { 0 };
            let mut row = [0; ROW];
            row[..8].copy_from_slice(&key.hash.to_le_bytes());
            row[8..12].copy_from_slice(&facts.content.to_le_bytes());
            row[12..].copy_from_slice(&[key.shard, rejected | has_key]);
            out.extend_from_slice(&row);
        }
    }

    /// The facts that were put.
    pub(crate) fn read_facts(cursor: &mut Cursor<'_>) -> Option<Self> {
        let mut examined = Self {
            bytes: cursor.number()?,
            empty: cursor.number()?,
            ..Self::default()
        };
        let (count, stretches) = (cursor.size()?, cursor.size()?);
        let mut ahead = *cursor;
        for _ in 0..stretches {
            for _ in 0..3 {
                ahead.number()?;
            }
        }
        let bytes = ahead.bytes(count.checked_mul(ROW)?)?;
        let mut rows = bytes.chunks_exact(ROW);
        examined.rows.reserve_exact(count);
        for _ in 0..stretches {
            let (row, line, length) = (cursor.number()?, cursor.number()?, cursor.number()?);
            for at in 0..length {
                let facts = rows.next()?;
                let is = facts[13];
                examined.rows.push(RowFacts {
                    row: row.checked_add(at)?,
                    line: line.checked_add(at)?,
                    rejected: is & REJECTED != 0,
                    key: (is & HAS_KEY != 0).then_some(KeyHash {
                        shard: facts[12],
                        hash: u64::from_le_bytes(*facts.first_chunk()?),
                    }),
                    key_end: 0,
                    content: u32::from_le_bytes(*facts[8..].first_chunk()?),
                });
            }
        }
        *cursor = ahead;
        rows.next().is_none().then_some(examined)
    }
}

fn follows(before: &RowFacts, after: &RowFacts) -> bool {
    (before.row + 1, before.line + 1) == (after.row, after.line)
}
