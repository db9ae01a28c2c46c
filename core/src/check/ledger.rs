//! Which keys has a file named already, and did it say the same of them?
//! Some 24 bytes a record and no text: keys are told apart by 72 bits of a hash, which in a file of 5.8 million
//! records takes two different ids for one with a chance below one in a hundred million.

use super::by_row::ByRow;
use super::key_table::KeyTable;
use std::collections::BTreeMap;

pub use super::key_table::KeyHash;

/// All keys of a file so far.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The first record of each key.
    firsts: KeyTable,
    contents: ByRow<Content>,
    lines: Vec<(u64, u64)>,
    /// By the first record of a key: the later ones that say the same, as long as all do.
    repeats: BTreeMap<u32, Vec<u32>>,
    /// By the first record of a key: the first one that says something else.
    contradictions: BTreeMap<u32, u32>,
}

/// Has the key been there?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// No.
    First,
    /// Yes, in this record, and all records of the key have the same content.
    Same(Earlier),
    /// Yes, in this record, with other content.
    Different(Earlier),
}

/// An earlier record of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its number.
    pub row: u64,
    /// Its physical line.
    pub line: u64,
    /// Does it have an error of its own?
    pub rejected: bool,
}

/// The fingerprint of a record's content and, in the lowest bit, whether the record has an error of its own.
#[derive(Clone, Copy, Debug, Default)]
struct Content(u32);

impl Content {
    fn new(fingerprint: u32, rejected: bool) -> Self {
        Self(fingerprint & !1 | u32::from(rejected))
    }

    fn is_rejected(self) -> bool {
        self.0 & 1 == 1
    }

    fn is_same(self, other: Self) -> bool {
        (self.0 ^ other.0) & !1 == 0
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
        let row = row as u32;
        let content = Content::new(content, rejected);
        self.contents.push(row, content);
        let Some(first) = self.firsts.first_or_note(key, row) else {
            return Seen::First;
        };
        let says_the_same = self.contents.get(first).is_same(content);
        match self.contradictions.get(&first) {
            Some(other) if says_the_same => Seen::Different(self.earlier(*other)),
            None if says_the_same => {
                self.repeats.entry(first).or_default().push(row);
                Seen::Same(self.earlier(first))
            }
            _ => Seen::Different(self.earlier(first)),
        }
    }

    /// Fetches what [`Self::note`] will look at for these keys, so that it need not wait for one after the other.
    pub(super) fn fetch(&self, keys: impl Iterator<Item = KeyHash>) {
        self.firsts.fetch(keys);
    }

    /// Says about how many keys are to come.
    pub(super) fn expect(&mut self, keys: u64) {
        self.firsts.expect(keys);
    }

    /// Marks a key as contradicted by this record. Gives the records of the key that said the same until now; none of them comes twice.
    pub fn contradict(&mut self, key: KeyHash, row: u64) -> Vec<Earlier> {
        let Some(first) = self.firsts.first(key) else {
            return Vec::new();
        };
        if self.contradictions.contains_key(&first) {
            return Vec::new();
        }
        self.contradictions.insert(first, row as u32);
        let repeats = self.repeats.remove(&first).unwrap_or_default();
        let rows = std::iter::once(first).chain(repeats);
        rows.map(|row| self.earlier(row)).collect()
    }

    /// Does the file name this key?
    pub fn has(&self, key: &str) -> bool {
        self.firsts.first(KeyHash::of(key.as_bytes())).is_some()
    }

    /// How many different keys there are.
    pub fn len(&self) -> usize {
        self.firsts.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn earlier(&self, row: u32) -> Earlier {
        let number = u64::from(row);
        Earlier {
            row: number,
            line: line_of(&self.lines, number),
            rejected: self.contents.get(row).is_rejected(),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_remembered_with_their_place() {
        let mut ledger = Ledger::default();
        let (a, b) = (KeyHash::of(b"A"), KeyHash::of(b"B"));
        let (one, two) = (2, 4);
        let at = |row, line, rejected| Earlier {
            row,
            line,
            rejected,
        };
        assert_eq!(ledger.note(a, one, 1, 2, false), Seen::First);
        assert_eq!(ledger.note(b, one, 2, 5, true), Seen::First);
        assert_eq!(
            ledger.note(a, one, 3, 6, false),
            Seen::Same(at(1, 2, false))
        );
        assert_eq!(
            ledger.note(a, two, 4, 7, false),
            Seen::Different(at(1, 2, false))
        );
        assert_eq!(ledger.contradict(a, 4), [at(1, 2, false), at(3, 6, false)]);
        assert_eq!(
            ledger.note(a, two, 6, 9, false),
            Seen::Different(at(1, 2, false))
        );
        assert_eq!(
            ledger.note(a, one, 7, 10, false),
            Seen::Different(at(4, 7, false))
        );
        assert_eq!(ledger.contradict(a, 7), []);
        assert_eq!(ledger.note(b, one, 8, 11, true), Seen::Same(at(2, 5, true)));
        assert!(ledger.has("A") && !ledger.has("C"));
        assert_eq!(ledger.len(), 2);
    }
}
