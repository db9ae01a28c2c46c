//! What does a snapshot answer whoever decides rows?
//! It knows the partner's orders and no others; of a customer it knows only that an order names it.

use super::head::Head;
use super::rows::{Rows, Words};
use super::{MAX_MEMORY, SnapshotError};
use crate::order::Terms;
use crate::plan::knowledge::{Knowledge, KnownOrder, Presence};
use hashbrown::HashTable;
use std::convert::Infallible;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// A snapshot that was read to its end and is what was written.
#[derive(Debug)]
pub struct Snapshot {
    head: Head,
    partner: Arc<str>,
    orders: Orders,
    /// The orders by key.
    by_key: HashTable<u32>,
    /// Hashes of the customers that orders name, sorted. That two share one is a matter of 64 bits, and would only let
    /// a customer count as known whom whoever applies the rows looks up again.
    customers: Box<[u64]>,
}

/// An order as a snapshot holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotOrder {
    partner: Arc<str>,
    terms: Terms,
}

/// The orders, numbered from 0, not yet to be found by key.
#[derive(Debug, Default)]
pub(super) struct Orders {
    pub(super) words: Words,
    boxes: Vec<Rows>,
    /// The number of the first order in each box.
    firsts: Vec<u32>,
    count: u32,
    memory: usize,
}

impl Orders {
    /// Takes the orders of a chunk.
    pub(super) fn chunk(&mut self, chunk: &[u8]) -> Result<(), SnapshotError> {
        let rows = Rows::of_chunk(chunk, &mut self.words).ok_or(SnapshotError::Damaged)?;
        self.memory += rows.memory();
        if self.memory + self.words.text_bytes > MAX_MEMORY {
            let (what, limit) = ("bytes of memory", MAX_MEMORY as u64);
            return Err(SnapshotError::Limit { what, limit });
        }
        self.firsts.push(self.count);
        self.count += rows.len() as u32;
        self.boxes.push(rows);
        Ok(())
    }

    /// How many there are.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    fn place(&self, order: u32) -> Option<(&Rows, usize)> {
        let at = self.firsts.partition_point(|first| *first <= order);
        let at = at.checked_sub(1)?;
        Some((self.boxes.get(at)?, (order - self.firsts.get(at)?) as usize))
    }

    fn key(&self, order: u32) -> &[u8] {
        let names = self
            .place(order)
            .and_then(|(rows, at)| rows.key_and_customer(at));
        names.unwrap_or_default().0
    }

    fn terms(&self, order: u32) -> Option<Terms> {
        let (rows, at) = self.place(order)?;
        rows.terms(at, &self.words)
    }

    fn each_place(&self) -> impl Iterator<Item = (u32, &Rows, usize)> {
        let boxes = self.boxes.iter().zip(&self.firsts);
        boxes.flat_map(|(rows, first)| (0..rows.len()).map(move |at| (first + at as u32, rows, at)))
    }
}

impl Snapshot {
    /// Lets the orders be found. Two orders with one key are damage.
    pub(super) fn new(head: Head, orders: Orders) -> Result<Self, SnapshotError> {
        let mut by_key = HashTable::with_capacity(orders.count as usize);
        let mut customers = Vec::with_capacity(orders.count as usize);
        for (order, rows, at) in orders.each_place() {
            let (key, customer) = rows.key_and_customer(at).ok_or(SnapshotError::Damaged)?;
            let hash = xxh3_64(key);
            if by_key
                .find(hash, |other| orders.key(*other) == key)
                .is_some()
            {
                return Err(SnapshotError::Damaged);
            }
            by_key.insert_unique(hash, order, |other| xxh3_64(orders.key(*other)));
            let delivery = rows.delivery_customer(at);
            customers.extend(
                [Some(customer), delivery]
                    .into_iter()
                    .flatten()
                    .map(xxh3_64),
            );
        }
        customers.sort_unstable();
        customers.dedup();
        Ok(Self {
            partner: (&*head.profile.partner).into(),
            head,
            orders,
            by_key,
            customers: customers.into(),
        })
    }

    /// Of whom, of when and of what it is.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The order with this number; every one there is was taken apart once when it came in.
    fn order(&self, number: u32) -> Option<SnapshotOrder> {
        Some(SnapshotOrder {
            partner: Arc::clone(&self.partner),
            terms: self.orders.terms(number)?,
        })
    }
}

impl KnownOrder for SnapshotOrder {
    fn partner(&self) -> &str {
        &self.partner
    }

    fn terms(&self) -> &Terms {
        &self.terms
    }
}

impl Knowledge for Snapshot {
    type Order = SnapshotOrder;
    type Error = Infallible;

    fn orders(&self, keys: &[&str]) -> Result<Vec<Option<SnapshotOrder>>, Infallible> {
        let order = |key: &&str| {
            let key = key.as_bytes();
            let found = self
                .by_key
                .find(xxh3_64(key), |order| self.orders.key(*order) == key);
            found.and_then(|number| self.order(*number))
        };
        Ok(keys.iter().map(order).collect())
    }

    fn customers(&self, ids: &[&str]) -> Result<Vec<Presence>, Infallible> {
        let presence = |id: &&str| match self.customers.binary_search(&xxh3_64(id.as_bytes())) {
            Ok(_) => Presence::Exists,
            Err(_) => Presence::NotTold,
        };
        Ok(ids.iter().map(presence).collect())
    }

    fn has_email(&self, _: &str) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn each_order(&self, visit: &mut dyn FnMut(&SnapshotOrder)) -> Result<(), Infallible> {
        for number in 0..self.orders.count {
            if let Some(order) = self.order(number) {
                visit(&order);
            }
        }
        Ok(())
    }
}
