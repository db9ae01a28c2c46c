//! Which orders or customers come next by number, of one partner or changed within a span of time?
//! A page is gone for block by block, without an index and without keeping anybody from writing; of each run of 256 numbers that
//! was once read whole is remembered between which instants they were changed and whose they are, so that the next who
//! passes need not read it.

use super::{CUSTOMERS, ORDERS, Store, StoreError};
use crate::state::engine::shelf::BLOCK_RECORDS;
use crate::state::record::{self, StoredCustomer, StoredOrder};
use intake_core::moment::Moment;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use xxhash_rust::xxh3::xxh3_64;

/// What is sought.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sought<'s> {
    /// Whose.
    pub partner: Option<&'s str>,
    /// Changed then or later.
    pub from: Option<Moment>,
    /// Changed then or earlier.
    pub to: Option<Moment>,
}

/// What is remembered of runs of orders.
#[derive(Debug, Default)]
pub(super) struct Runs(Mutex<Vec<Run>>);

/// How often the runs of some orders had changed when they were read.
#[derive(Clone, Debug)]
pub(super) struct RunsSeen(Box<[(u64, u32)]>);

#[derive(Clone, Copy, Debug, Default)]
struct Run {
    /// Counts changes, so that what was read before one is not remembered after it.
    changes: u32,
    known: Option<Known>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    oldest: Moment,
    newest: Moment,
    /// A bit for each partner, which several may share.
    partners: u64,
}

/// Orders of a run.
const RUN: u64 = 256;

const BLOCK: u64 = BLOCK_RECORDS as u64;

/// How numbers are gone through.
#[derive(Clone)]
pub struct Way<'w> {
    /// Which.
    pub numbers: Range<u64>,
    /// From the highest on?
    pub descending: bool,
    /// So many of those that are sought are enough.
    pub most: usize,
    /// Says whether anybody waits for them still.
    pub going: &'w dyn Fn() -> bool,
}

impl Store {
    /// The first orders on the way that are sought. Nothing where nobody waits any more.
    pub fn orders_on(
        &self,
        way: &Way<'_>,
        sought: &Sought<'_>,
    ) -> Result<Option<Vec<StoredOrder>>, StoreError> {
        let end = self.meta().next_order;
        way.walk(end, &self.runs, sought, &mut |ids, take| {
            // What waits is looked at first: it can move to the engine meanwhile, but never back.
            let waiting: Vec<Option<Vec<u8>>> = {
                let layers = self.read();
                let waiting = ids.iter().map(|id| layers.order(*id).map(<[u8]>::to_vec));
                waiting.collect()
            };
            let mut waiting = waiting.into_iter();
            let mut found = Vec::new();
            let mut trouble = None;
            ORDERS.get_many(&self.engine, ids, |id, bytes| {
                let waiting = waiting.next().flatten();
                let Some(record) = waiting.as_deref().or(bytes) else {
                    return;
                };
                let looked = record::peek(record).and_then(|(partner, changed)| {
                    let fits = take(id, Some(partner), changed);
                    fits.then(|| record::decode_order(record)).transpose()
                });
                match looked {
                    Ok(order) => found.extend(order),
                    Err(error) => trouble = Some(error),
                }
            })?;
            trouble.map_or(Ok(found), |error| Err(error.into()))
        })
    }

    /// The same of customers, by their places in the order of creation.
    pub fn customers_on(
        &self,
        way: &Way<'_>,
        sought: &Sought<'_>,
    ) -> Result<Option<Vec<StoredCustomer>>, StoreError> {
        let end = self.meta().next_customer;
        way.walk(end, &self.customer_runs, sought, &mut |ids, take| {
            let waiting: Vec<Option<StoredCustomer>> = {
                let layers = self.read();
                ids.iter().map(|id| layers.customer(*id).cloned()).collect()
            };
            let mut waiting = waiting.into_iter();
            let mut found = Vec::new();
            let mut trouble = None;
            CUSTOMERS.get_many(&self.engine, ids, |id, bytes| {
                if let Some(stored) = waiting.next().flatten() {
                    if take(id, stored.partner.as_deref(), stored.changed) {
                        found.push(stored);
                    }
                    return;
                }
                let Some(record) = bytes else { return };
                let looked = record::peek_customer(record).and_then(|(partner, changed)| {
                    let fits = take(id, partner, changed);
                    fits.then(|| record::decode_customer(record)).transpose()
                });
                match looked {
                    Ok(customer) => found.extend(customer),
                    Err(error) => trouble = Some(error),
                }
            })?;
            trouble.map_or(Ok(found), |error| Err(error.into()))
        })
    }
}

/// Says of a record whether it is sought.
type Take<'t> = dyn FnMut(u64, Option<&str>, Moment) -> bool + 't;

/// Reads the records of these numbers that are to be taken, by number.
type ReadBlock<'r, T> = dyn FnMut(&[u64], &mut Take<'_>) -> Result<Vec<T>, StoreError> + 'r;

impl Way<'_> {
    fn walk<T>(
        &self,
        end: u64,
        runs: &Runs,
        sought: &Sought<'_>,
        read: &mut ReadBlock<'_, T>,
    ) -> Result<Option<Vec<T>>, StoreError> {
        let numbers = self.numbers.start.max(1)..self.numbers.end.min(end);
        let mut found = Vec::new();
        if numbers.is_empty() {
            return Ok(Some(found));
        }
        let (first, last) = (numbers.start / RUN, (numbers.end - 1) / RUN);
        for step in 0..=last - first {
            let run = if self.descending {
                last - step
            } else {
                first + step
            };
            if !(self.going)() {
                return Ok(None);
            }
            let remembered = runs.get(run);
            if remembered
                .known
                .is_some_and(|known| !known.may_hold(sought))
            {
                continue;
            }
            let mut learned = Learned::default();
            for step in 0..RUN / BLOCK {
                let block = if self.descending {
                    RUN / BLOCK - 1 - step
                } else {
                    step
                };
                let start = run * RUN + block * BLOCK;
                let ids: Vec<u64> = (start..start + BLOCK).collect();
                let mut some = read(&ids, &mut |id, partner, changed| {
                    learned.note(partner, changed);
                    numbers.contains(&id) && sought.fits(partner, changed)
                })?;
                if self.descending {
                    some.reverse();
                }
                found.extend(some);
                if found.len() >= self.most {
                    found.truncate(self.most);
                    return Ok(Some(found));
                }
            }
            runs.remember(run, remembered.changes, &learned);
        }
        Ok(Some(found))
    }
}

impl Sought<'_> {
    fn fits(&self, partner: Option<&str>, changed: Moment) -> bool {
        self.partner.is_none_or(|own| partner == Some(own))
            && self.from.is_none_or(|from| from <= changed)
            && self.to.is_none_or(|to| changed <= to)
    }
}

/// What was seen of a run.
#[derive(Debug, Default)]
struct Learned(Option<Known>);

impl Learned {
    fn note(&mut self, partner: Option<&str>, changed: Moment) {
        let known = self.0.get_or_insert(Known {
            oldest: changed,
            newest: changed,
            partners: 0,
        });
        known.oldest = known.oldest.min(changed);
        known.newest = known.newest.max(changed);
        known.partners |= partner.map_or(0, bit_of);
    }
}

impl Known {
    fn may_hold(&self, sought: &Sought<'_>) -> bool {
        sought
            .partner
            .is_none_or(|own| self.partners & bit_of(own) != 0)
            && sought.from.is_none_or(|from| from <= self.newest)
            && sought.to.is_none_or(|to| self.oldest <= to)
    }
}

fn bit_of(partner: &str) -> u64 {
    1 << (xxh3_64(partner.as_bytes()) % 64)
}

impl Runs {
    /// Orders of these numbers were changed.
    pub(super) fn forget(&self, orders: impl Iterator<Item = u64>) {
        let mut runs = self.lock();
        let mut last = None;
        for order in orders {
            let run = order / RUN;
            if last == Some(run) {
                continue;
            }
            last = Some(run);
            let run = run as usize;
            if runs.len() <= run {
                runs.resize(run + 1, Run::default());
            }
            runs[run].changes = runs[run].changes.wrapping_add(1);
            runs[run].known = None;
        }
    }

    /// Everything was changed.
    pub(super) fn forget_all(&self) {
        for run in self.lock().iter_mut() {
            run.changes = run.changes.wrapping_add(1);
            run.known = None;
        }
    }

    /// How these orders are now; the numbers ascend.
    pub(super) fn seen(&self, orders: &[u64]) -> RunsSeen {
        let runs = self.lock();
        let mut numbers: Vec<u64> = orders.iter().map(|order| order / RUN).collect();
        numbers.dedup();
        let seen = numbers.into_iter().map(|run| {
            let changes = runs.get(run as usize).map_or(0, |run| run.changes);
            (run, changes)
        });
        RunsSeen(seen.collect())
    }

    /// Has none of the orders changed since?
    pub(super) fn are_as(&self, seen: &RunsSeen) -> bool {
        let runs = self.lock();
        seen.0.iter().all(|(run, changes)| {
            let now = runs.get(*run as usize).map_or(0, |run| run.changes);
            now == *changes
        })
    }

    fn get(&self, run: u64) -> Run {
        self.lock().get(run as usize).copied().unwrap_or_default()
    }

    fn remember(&self, run: u64, changes: u32, learned: &Learned) {
        let mut runs = self.lock();
        let run = run as usize;
        if runs.len() <= run {
            runs.resize(run + 1, Run::default());
        }
        if runs[run].changes == changes {
            runs[run].known = learned.0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{FrameSpan, Position};
    use crate::state::Effects;
    use intake_core::order::Terms;

    const START: FrameSpan = FrameSpan {
        start: Position::START,
        end: Position::START,
    };

    fn order(order_id: u64, partner: &str, changed: i64) -> StoredOrder {
        StoredOrder {
            order_id,
            partner: partner.into(),
            terms: Terms::blank(&format!("K{order_id}")),
            created: Moment::from_unix(0, 0),
            changed: Moment::from_unix(changed, 0),
            first_log: order_id,
            last_log: order_id,
        }
    }

    fn apply(store: &Store, orders: Vec<StoredOrder>) {
        let effects = Effects {
            orders,
            ..Effects::default()
        };
        store.apply(effects, START).unwrap();
    }

    fn found(
        store: &Store,
        numbers: Range<u64>,
        descending: bool,
        sought: &Sought<'_>,
    ) -> Vec<u64> {
        let way = Way {
            numbers,
            descending,
            most: 3,
            going: &|| true,
        };
        let found = store.orders_on(&way, sought).unwrap().unwrap();
        found.iter().map(|order| order.order_id).collect()
    }

    #[test]
    fn what_is_sought_is_found_however_often_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        let partner = |id: u64| {
            if id.is_multiple_of(700) {
                "beta"
            } else {
                "alpha"
            }
        };
        let all = (1..=2000).map(|id| order(id, partner(id), id as i64));
        apply(&store, all.collect());
        store.flush().unwrap();
        let any = Sought::default();
        let beta = Sought {
            partner: Some("beta"),
            ..any
        };
        let late = Sought {
            from: Some(Moment::from_unix(1990, 0)),
            ..any
        };
        let early = Sought {
            to: Some(Moment::from_unix(2, 0)),
            ..any
        };
        // The second time what was learned at the first one is made use of.
        for _ in 0..2 {
            assert_eq!(found(&store, 0..u64::MAX, false, &any), [1, 2, 3]);
            assert_eq!(found(&store, 17..1000, true, &any), [999, 998, 997]);
            assert_eq!(found(&store, 0..u64::MAX, false, &beta), [700, 1400]);
            assert_eq!(found(&store, 701..u64::MAX, true, &beta), [1400]);
            assert_eq!(found(&store, 0..u64::MAX, false, &late), [1990, 1991, 1992]);
            assert_eq!(found(&store, 0..u64::MAX, true, &early), [2, 1]);
            assert_eq!(found(&store, 5..5, true, &any), [0; 0]);
        }
        apply(
            &store,
            vec![order(10, "beta", 3000), order(2001, "beta", 1)],
        );
        assert_eq!(found(&store, 0..u64::MAX, false, &beta), [10, 700, 1400]);
        assert_eq!(found(&store, 0..1990, false, &late), [10]);
        assert_eq!(found(&store, 0..u64::MAX, true, &early), [2001, 2, 1]);
        let nobody_waits = Way {
            numbers: 0..u64::MAX,
            descending: false,
            most: 3,
            going: &|| false,
        };
        assert!(store.orders_on(&nobody_waits, &any).unwrap().is_none());
    }
}
