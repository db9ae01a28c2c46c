//! Which changes are in the journal and not yet in the engine?
//! Bounded: the store writes them away in large sorted runs, since that is what its engine is fast at. Orders wait in
//! their stored form, which takes a quarter of the memory of the working one, so that the runs can be long.

use super::effects::{Effects, SealedOrder};
use super::file_record::FileRecord;
use super::record::{self, StoredCustomer};
use super::store::key_hash;
use crate::entry::sent::{OutboxMark, Place as JournalPlace, SentEntry};
use crate::journal::Position;
use hashbrown::HashTable;
use intake_core::catalog::Offer;
use std::collections::{BTreeMap, HashMap};

/// Changes that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) orders: PendingOrders,
    pub(super) order_by_key: PendingIndex,
    pub(super) order_by_customer: PendingLists,
    pub(super) customers: HashMap<u64, StoredCustomer>,
    pub(super) customer_by_id: PendingIndex,
    pub(super) customer_by_email: PendingIndex,
    pub(super) customer_by_external_id: PendingIndex,
    pub(super) customer_by_username: PendingIndex,
    pub(super) offers: BTreeMap<Box<str>, Offer>,
    pub(super) files: BTreeMap<u64, FileRecord>,
    pub(super) frames: Vec<(u64, Position)>,
    pub(super) history: Vec<(u64, u64)>,
    pub(super) outbox: Option<OutboxMark>,
    /// What upstream refuses, by hash of the key; nothing where it does so no more.
    pub(super) refusals: BTreeMap<(u64, JournalPlace), Option<SentEntry>>,
    /// Have the counters moved?
    pub(super) moved: bool,
}

/// Orders in their stored form, by number.
#[derive(Debug, Default)]
pub(super) struct PendingOrders {
    /// What each frame brought, one record behind another.
    chunks: Vec<Vec<u8>>,
    places: HashTable<Place>,
    bytes: usize,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    order_id: u64,
    chunk: u32,
    start: u32,
    end: u32,
}

/// Numbers by hash, few for each; the same pair may be there twice.
#[derive(Debug, Default)]
pub(super) struct PendingIndex(HashTable<(u64, u64)>);

/// Numbers by hash, many for some: each points to the one before it under the same hash, so that the many orders of one
/// customer do not stand in each other's way.
#[derive(Debug, Default)]
pub(super) struct PendingLists {
    entries: Vec<Listed>,
    /// The last entry of each hash.
    last: HashTable<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Listed {
    hash: u64,
    number: u64,
    before: u32,
}

/// There is no entry before this one.
const NONE_BEFORE: u32 = u32::MAX;

/// About what a customer, a file's record and an entry of an index take.
const CUSTOMER_BYTES: usize = 512;
const FILE_BYTES: usize = 1024;
const ENTRY_BYTES: usize = 32;

impl Pending {
    /// About how much memory what waits takes.
    pub(super) fn bytes(&self) -> usize {
        let entries = self.orders.len() * 2 + self.history.len() + self.frames.len();
        self.orders.bytes
            + self.customers.len() * CUSTOMER_BYTES
            + (self.files.len() + self.refusals.len()) * FILE_BYTES
            + entries * ENTRY_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.moved
    }

    /// Takes some orders of a frame: `records` are theirs, and begin at `start` of all that the frame brings.
    pub(super) fn take_orders(&mut self, sealed: &[SealedOrder], records: &[u8], start: u32) {
        let chunk = self.orders.chunks.len() as u32;
        let mut begin = 0;
        for sealed in sealed {
            let end = sealed.end - start;
            self.orders.put(Place {
                order_id: sealed.order_id,
                chunk,
                start: begin,
                end,
            });
            begin = end;
            // Postings are sets: noting a known order again is harmless.
            if let Some((key, customer)) = sealed.index {
                self.order_by_key.insert(key, sealed.order_id);
                self.order_by_customer.push(customer, sealed.order_id);
            }
            if let Some(customer) = sealed.delivery {
                self.order_by_customer.push(customer, sealed.order_id);
            }
        }
        self.orders.bytes += records.len();
        self.orders.chunks.push(records.to_vec());
        self.moved = true;
    }
}

impl Effects {
    /// Brings all orders into their stored form: what is followed comes in the working one.
    pub(super) fn seal_orders(&mut self) {
        let effects = self;
        for order in effects.orders.drain(..) {
            let terms = &order.terms;
            let delivery = terms.delivery_customer.as_deref().map(key_hash);
            let index = (order.first_log == order.last_log).then(|| {
                (
                    key_hash(&terms.external_system_id),
                    key_hash(&terms.invoice_customer),
                )
            });
            effects
                .records
                .extend_from_slice(&record::encode_order(&order));
            effects.sealed.push(SealedOrder {
                order_id: order.order_id,
                end: effects.records.len() as u32,
                index,
                delivery,
            });
        }
    }
}

impl PendingOrders {
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// The stored form of an order.
    pub(super) fn get(&self, order_id: u64) -> Option<&[u8]> {
        let place = self
            .places
            .find(spread(order_id), |place| place.order_id == order_id)?;
        self.at(*place)
    }

    /// All orders, by number.
    pub(super) fn sorted(&self) -> Vec<(u64, &[u8])> {
        let mut places: Vec<Place> = self.places.iter().copied().collect();
        places.sort_unstable_by_key(|place| place.order_id);
        places
            .into_iter()
            .filter_map(|place| Some((place.order_id, self.at(place)?)))
            .collect()
    }

    fn at(&self, place: Place) -> Option<&[u8]> {
        let chunk = self.chunks.get(place.chunk as usize)?;
        chunk.get(place.start as usize..place.end as usize)
    }

    fn put(&mut self, place: Place) {
        let hash = spread(place.order_id);
        let same = self
            .places
            .find_mut(hash, |known| known.order_id == place.order_id);
        if let Some(known) = same {
            *known = place;
        } else {
            let rehash = |place: &Place| spread(place.order_id);
            self.places.insert_unique(hash, place, rehash);
        }
    }
}

impl PendingIndex {
    pub(super) fn insert(&mut self, hash: u64, number: u64) {
        self.0.insert_unique(hash, (hash, number), |entry| entry.0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The numbers under a hash, in no order.
    pub(super) fn numbers_of(&self, hash: u64) -> impl Iterator<Item = u64> {
        self.0
            .iter_hash(hash)
            .filter(move |entry| entry.0 == hash)
            .map(|entry| entry.1)
    }

    /// All pairs of hash and number, in no order.
    pub(super) fn pairs(&self) -> Vec<(u64, u64)> {
        self.0.iter().copied().collect()
    }
}

impl PendingLists {
    pub(super) fn push(&mut self, hash: u64, number: u64) {
        let place = self.entries.len() as u32;
        let entries = &self.entries;
        let same = |last: &u32| entries[*last as usize].hash == hash;
        let before = match self.last.find_mut(hash, same) {
            Some(last) => std::mem::replace(last, place),
            None => NONE_BEFORE,
        };
        self.entries.push(Listed {
            hash,
            number,
            before,
        });
        if before == NONE_BEFORE {
            let entries = &self.entries;
            let rehash = |last: &u32| entries[*last as usize].hash;
            self.last.insert_unique(hash, place, rehash);
        }
    }

    /// The numbers under a hash, the last one first.
    pub(super) fn numbers_of(&self, hash: u64) -> impl Iterator<Item = u64> {
        let found = self
            .last
            .find(hash, |last| self.entries[*last as usize].hash == hash);
        let mut next = found.copied();
        std::iter::from_fn(move || {
            let entry = self.entries.get(next? as usize)?;
            next = (entry.before != NONE_BEFORE).then_some(entry.before);
            Some(entry.number)
        })
    }

    /// All pairs of hash and number.
    pub(super) fn pairs(&self) -> Vec<(u64, u64)> {
        let entries = self.entries.iter();
        entries.map(|entry| (entry.hash, entry.number)).collect()
    }
}

/// Numbers stand close together; their hashes must not.
fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_record_of_an_order_stays() {
        type Record = (u64, &'static str, Option<(u64, u64)>);
        let mut pending = Pending::default();
        let mut frame = |records: &[Record]| {
            let mut effects = Effects::default();
            for (order_id, record, index) in records {
                effects.records.extend_from_slice(record.as_bytes());
                effects.sealed.push(SealedOrder {
                    order_id: *order_id,
                    end: effects.records.len() as u32,
                    index: *index,
                    delivery: None,
                });
            }
            pending.take_orders(&effects.sealed, &effects.records, 0);
        };
        frame(&[(7, "seven", Some((1, 2))), (3, "three", Some((1, 3)))]);
        frame(&[]);
        frame(&[(3, "drei", None), (4, "", Some((5, 2)))]);
        let sorted: Vec<(u64, &[u8])> = vec![(3, b"drei"), (4, b""), (7, b"seven")];
        assert_eq!(pending.orders.sorted(), sorted);
        assert_eq!(pending.orders.get(3), Some(&b"drei"[..]));
        assert_eq!(pending.orders.get(8), None);
        let mut numbers: Vec<u64> = pending.order_by_key.numbers_of(1).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [3, 7]);
        let mut of_two: Vec<u64> = pending.order_by_customer.numbers_of(2).collect();
        of_two.sort_unstable();
        assert_eq!(of_two, [4, 7]);
        assert_eq!(pending.order_by_customer.numbers_of(9).next(), None);
        assert_eq!(pending.order_by_customer.pairs().len(), 3);
    }
}
