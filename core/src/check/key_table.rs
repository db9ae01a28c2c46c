//! Which record of a file named a key first?
//! Of a key only a hash is kept. Shards grow one at a time and by a third, so that growing never doubles the memory of the whole.

use std::hint::black_box;
use xxhash_rust::xxh3::xxh3_128;

/// The identity of a key: 72 bits of a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyHash {
    pub(super) shard: u8,
    pub(super) hash: u64,
}

/// The first record of each key.
#[derive(Debug)]
pub(super) struct KeyTable {
    shards: Vec<Shard>,
    /// Buckets that a shard will have in the end, as far as that can be told.
    expected: usize,
}

/// The keys that share a byte of their hash: a table with open addressing, in which a key stands in the first bucket with room
/// from its home on.
#[derive(Debug, Default)]
struct Shard {
    buckets: Vec<Bucket>,
    keys: usize,
}

/// As many keys as a cache line holds, since fetching one is what costs.
#[derive(Clone, Debug, Default)]
#[repr(align(64))]
struct Bucket {
    low_halves: [u32; ROOM],
    high_halves: [u32; ROOM],
    /// The records' numbers; 0 where there is no key.
    rows: [u32; ROOM],
    keys: u32,
}

const ROOM: usize = 5;

/// A shard may grow to so many times its size in one step.
const BELIEVED: usize = 16;

const SHARDS: usize = 256;

impl KeyHash {
    /// The identity of this key.
    pub fn of(key: &[u8]) -> Self {
        let wide = xxh3_128(key);
        Self {
            shard: (wide >> 64) as u8,
            hash: wide as u64,
        }
    }
}

impl Default for KeyTable {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            expected: 0,
        }
    }
}

impl KeyTable {
    /// Says about how many keys are to come, so that shards grow less often. It need not be true.
    pub(super) fn expect(&mut self, keys: u64) {
        let mean = keys / SHARDS as u64;
        // Shards differ in their keys: nearly all have at most four standard deviations more than the mean.
        let keys = mean + 4 * mean.isqrt();
        self.expected = usize::try_from((keys * 4).div_ceil(ROOM as u64 * 3)).unwrap_or(0);
    }

    /// The record that named the key first; this one, and nothing is returned, if none has.
    pub(super) fn first_or_note(&mut self, key: KeyHash, row: u32) -> Option<u32> {
        self.shards[usize::from(key.shard)].first_or_note(key.hash, row, self.expected)
    }

    /// The record that named the key first.
    pub(super) fn first(&self, key: KeyHash) -> Option<u32> {
        self.shards[usize::from(key.shard)].first(key.hash)
    }

    /// Touches the homes of keys. The memory of many of them is fetched at the same time, as nothing here waits for any.
    pub(super) fn fetch(&self, keys: impl Iterator<Item = KeyHash>) {
        let homes = keys.map(|key| self.shards[usize::from(key.shard)].keys_at_home(key.hash));
        black_box(homes.fold(0, |all, keys| all ^ keys));
    }

    /// How many different keys there are.
    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.keys).sum()
    }
}

impl Shard {
    fn first_or_note(&mut self, hash: u64, row: u32, expected: usize) -> Option<u32> {
        // A quarter of the room stays free, so that most keys stand at home.
        if self.keys >= self.buckets.len() * ROOM / 4 * 3 {
            self.grow(expected);
        }
        let mut place = self.home(hash);
        loop {
            let bucket = &mut self.buckets[place];
            if let Some(first) = bucket.first(hash) {
                return Some(first);
            }
            if bucket.takes(hash, row) {
                self.keys += 1;
                return None;
            }
            place = self.after(place);
        }
    }

    fn first(&self, hash: u64) -> Option<u32> {
        let mut place = self.home(hash);
        loop {
            let bucket = self.buckets.get(place)?;
            if let Some(first) = bucket.first(hash) {
                return Some(first);
            }
            if !bucket.is_full() {
                return None;
            }
            place = self.after(place);
        }
    }

    fn keys_at_home(&self, hash: u64) -> u32 {
        self.buckets
            .get(self.home(hash))
            .map_or(0, |bucket| bucket.keys)
    }

    fn grow(&mut self, expected: usize) {
        let mut larger = self.buckets.len() + self.buckets.len() / 3 + 1;
        // An expectation is believed once a part of it has come true, so that a wrong one costs little memory.
        if (larger..=larger * BELIEVED).contains(&expected) {
            larger = expected;
        }
        let buckets = std::mem::replace(&mut self.buckets, vec![Bucket::default(); larger]);
        // Homes rise with the hash in the old table as in the new one, so that both are walked through from end to end.
        for bucket in buckets {
            for index in 0..bucket.keys as usize {
                let hash = bucket.hash(index);
                let mut place = self.home(hash);
                while !self.buckets[place].takes(hash, bucket.rows[index]) {
                    place = self.after(place);
                }
            }
        }
    }

    /// The bucket in which a key is looked for first.
    fn home(&self, hash: u64) -> usize {
        (((hash >> 32) * self.buckets.len() as u64) >> 32) as usize
    }

    fn after(&self, place: usize) -> usize {
        if place + 1 == self.buckets.len() {
            0
        } else {
            place + 1
        }
    }
}

impl Bucket {
    fn first(&self, hash: u64) -> Option<u32> {
        let (low, high) = (hash as u32, (hash >> 32) as u32);
        // All are compared, without a branch on any: nearly always none is it.
        let row = (0..ROOM).fold(0, |row, index| {
            let differs = (self.low_halves[index] ^ low) | (self.high_halves[index] ^ high);
            row | if differs == 0 { self.rows[index] } else { 0 }
        });
        (row != 0).then_some(row)
    }

    /// Takes a key that it does not have, if there is room.
    fn takes(&mut self, hash: u64, row: u32) -> bool {
        let index = self.keys as usize;
        if index >= ROOM {
            return false;
        }
        self.low_halves[index] = hash as u32;
        self.high_halves[index] = (hash >> 32) as u32;
        self.rows[index] = row;
        self.keys += 1;
        true
    }

    fn is_full(&self) -> bool {
        self.keys as usize >= ROOM
    }

    fn hash(&self, index: usize) -> u64 {
        u64::from(self.high_halves[index]) << 32 | u64::from(self.low_halves[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    proptest::proptest! {
        /// Hashes whose homes are near each other, at the end of a shard too, so that many find theirs taken.
        #[test]
        fn the_first_record_of_each_key_is_kept(
            keys in proptest::collection::vec((0u8..3, proptest::prop_oneof![0u64..40, u64::MAX - 40..=u64::MAX, proptest::num::u64::ANY]), 0..600),
            expected in 0u64..200_000,
        ) {
            let mut table = KeyTable::default();
            table.expect(expected);
            let mut model = BTreeMap::new();
            for (index, (shard, hash)) in keys.iter().enumerate() {
                let (key, row) = (KeyHash { shard: *shard, hash: *hash }, index as u32 + 1);
                proptest::prop_assert_eq!(table.first(key), model.get(&(*shard, *hash)).copied());
                let known = table.first_or_note(key, row);
                proptest::prop_assert_eq!(known, model.get(&(*shard, *hash)).copied());
                model.entry((*shard, *hash)).or_insert(row);
            }
            proptest::prop_assert_eq!(table.len(), model.len());
            for ((shard, hash), row) in model {
                proptest::prop_assert_eq!(table.first(KeyHash { shard, hash }), Some(row));
            }
        }
    }
}
