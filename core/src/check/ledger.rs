//! Which keys has a file named already, and did it say the same of them?
//! 17 bytes a record and no text: keys are told apart by 72 bits of a hash, which in a file of 5.8 million
//! records takes two different ids for one with a chance below one in a hundred million.

use crate::order::{Draft, Given};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as TableEntry;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// The identity of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyHash {
    shard: u8,
    hash: u64,
}

/// All keys of a file so far.
#[derive(Debug)]
pub struct Ledger {
    // Shards grow one at a time, so that growing never doubles the memory of the whole.
    shards: Vec<HashTable<Entry>>,
    lines: Vec<(u64, u64)>,
}

/// Has the key been there?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// No.
    First,
    /// Yes, in this record, with the same content.
    Same(Earlier),
    /// Yes, in this record, with other content.
    Different(Earlier),
}

/// The record that named a key first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its number.
    pub row: u64,
    /// Its physical line.
    pub line: u64,
    /// Was it rejected already?
    pub rejected: bool,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    /// The record's number, shifted by the bit that says whether it is rejected.
    row_and_rejected: u32,
    content: u32,
}

const SHARDS: usize = 256;

impl KeyHash {
    /// The identity of this key.
    pub fn of(key: &str) -> Self {
        let wide = xxh3_128(key.as_bytes());
        Self {
            shard: (wide >> 64) as u8,
            hash: wide as u64,
        }
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| HashTable::new()).collect(),
            lines: Vec::new(),
        }
    }
}

impl Ledger {
    /// Notes the key of a record; records come in their order. `row` is at most [`MAX_RECORDS`](crate::read::MAX_RECORDS).
    pub fn note(
        &mut self,
        key: KeyHash,
        content: u32,
        row: u64,
        line: u64,
        rejected: bool,
    ) -> Seen {
        self.note_line(row, line);
        let entry = Entry {
            hash: key.hash,
            row_and_rejected: (row as u32) << 1 | u32::from(rejected),
            content,
        };
        let shard = &mut self.shards[key.shard as usize];
        match shard.entry(key.hash, |known| known.hash == key.hash, |known| known.hash) {
            TableEntry::Vacant(vacant) => {
                vacant.insert(entry);
                Seen::First
            }
            TableEntry::Occupied(occupied) => {
                let known = *occupied.get();
                let row = u64::from(known.row_and_rejected >> 1);
                let earlier = Earlier {
                    row,
                    line: line_of(&self.lines, row),
                    rejected: known.row_and_rejected & 1 == 1,
                };
                if known.content == content {
                    Seen::Same(earlier)
                } else {
                    Seen::Different(earlier)
                }
            }
        }
    }

    /// Marks the first record of a key as rejected.
    pub fn reject_first(&mut self, key: KeyHash) {
        let shard = &mut self.shards[key.shard as usize];
        if let Some(known) = shard.find_mut(key.hash, |known| known.hash == key.hash) {
            known.row_and_rejected |= 1;
        }
    }

    /// Does the file name this key?
    pub fn has(&self, key: &str) -> bool {
        let key = KeyHash::of(key);
        self.shards[key.shard as usize]
            .find(key.hash, |known| known.hash == key.hash)
            .is_some()
    }

    /// How many different keys there are.
    pub fn len(&self) -> usize {
        self.shards.iter().map(HashTable::len).sum()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    // Line and number of a record differ by a constant until a record spans lines or a line is blank.
    fn note_line(&mut self, row: u64, line: u64) {
        let same = self
            .lines
            .last()
            .is_some_and(|(r, l)| line.wrapping_sub(*l) == row - r);
        if !same {
            self.lines.push((row, line));
        }
    }
}

fn line_of(lines: &[(u64, u64)], row: u64) -> u64 {
    let after = lines.partition_point(|(first, _)| *first <= row);
    match after.checked_sub(1).and_then(|at| lines.get(at)) {
        Some((first, line)) => line + (row - first),
        None => 0,
    }
}

/// A fingerprint of what a row says, whatever its spelling; `scratch` is only memory.
pub fn content_of(draft: &Draft<'_>, scratch: &mut Vec<u8>) -> u32 {
    scratch.clear();
    let mut text = |text: &str| {
        scratch.extend_from_slice(&(text.len() as u32).to_le_bytes());
        scratch.extend_from_slice(text.as_bytes());
    };
    text(&draft.offer);
    text(&draft.invoice_customer);
    if let Given::Value(customer) = &draft.delivery_customer {
        text(customer);
    }
    if let Given::Value(bonuses) = &draft.bonuses {
        bonuses.iter().for_each(|bonus| text(bonus));
    }
    for (field, value) in &draft.customer {
        text(field.name());
        text(value);
    }
    scratch.extend_from_slice(&draft.quantity.to_le_bytes());
    scratch.push(draft.payment_method.index());
    scratch.extend_from_slice(&draft.start.seconds().to_le_bytes());
    scratch.extend_from_slice(&draft.start.nanos().to_le_bytes());
    for moment in [
        &draft.order_date,
        &draft.end,
        &draft.reference_start,
        &draft.next_booking,
    ] {
        scratch.push(state_of(moment));
        if let Given::Value(moment) = moment {
            scratch.extend_from_slice(&moment.seconds().to_le_bytes());
            scratch.extend_from_slice(&moment.nanos().to_le_bytes());
        }
    }
    for number in [
        &draft.invoice_address,
        &draft.delivery_address,
        &draft.variant_delivery_address,
        &draft.payment_method_id,
    ] {
        scratch.push(state_of(number));
        if let Given::Value(number) = number {
            scratch.extend_from_slice(&number.to_le_bytes());
        }
    }
    scratch.push(state_of(&draft.discount));
    scratch.push(draft.discount.value().copied().unwrap_or(0));
    scratch.push(state_of(&draft.delivery_customer));
    scratch.push(state_of(&draft.bonuses));
    scratch.push(state_of(&draft.managed_by));
    scratch.push(draft.managed_by.value().map_or(0, |manager| *manager as u8));
    xxh3_64(scratch) as u32
}

/// A fingerprint of a record that is no valid row: its bytes.
pub fn content_of_raw(raw: &[u8]) -> u32 {
    xxh3_64(raw) as u32
}

fn state_of<T>(given: &Given<T>) -> u8 {
    match given {
        Given::Absent => 0,
        Given::Clear => 1,
        Given::Value(_) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_remembered_with_their_place() {
        let mut ledger = Ledger::default();
        let (a, b) = (KeyHash::of("A"), KeyHash::of("B"));
        assert_eq!(ledger.note(a, 1, 1, 2, false), Seen::First);
        assert_eq!(ledger.note(b, 1, 2, 5, true), Seen::First);
        let earlier = Earlier {
            row: 1,
            line: 2,
            rejected: false,
        };
        assert_eq!(ledger.note(a, 1, 3, 6, false), Seen::Same(earlier));
        assert_eq!(ledger.note(a, 2, 4, 7, false), Seen::Different(earlier));
        ledger.reject_first(a);
        let rejected = Earlier {
            rejected: true,
            ..earlier
        };
        assert_eq!(ledger.note(a, 2, 5, 9, false), Seen::Different(rejected));
        let b_place = Earlier {
            row: 2,
            line: 5,
            rejected: true,
        };
        assert_eq!(ledger.note(b, 1, 6, 10, false), Seen::Same(b_place));
        assert!(ledger.has("A") && !ledger.has("C"));
        assert_eq!(ledger.len(), 2);
    }
}
