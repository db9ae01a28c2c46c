//! Which orders come next by number, of one partner or changed within a span of time?
//! A page is gone for block by block, without an index and without keeping anybody from writing; of each run of 256 numbers that
//! was once read whole is remembered between which instants its orders were changed and whose they are, so that the next who
//! passes need not read it.

use super::{ORDERS, Store, StoreError};
use crate::state::engine::shelf::BLOCK_RECORDS;
use crate::state::record::{self, StoredOrder};
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

impl Store {
    /// The first `most` orders that are sought among these numbers, from the lowest or the highest on. Nothing where `going` has
    /// said that nobody waits any more.
    pub fn orders_between(
        &self,
        numbers: Range<u64>,
        descending: bool,
        sought: &Sought<'_>,
        most: usize,
        going: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<StoredOrder>>, StoreError> {
        let numbers = numbers.start.max(1)..numbers.end.min(self.meta().next_order);
        let mut found = Vec::new();
        if numbers.is_empty() {
            return Ok(Some(found));
        }
        let (first, last) = (numbers.start / RUN, (numbers.end - 1) / RUN);
        for step in 0..=last - first {
            let run = if descending {
                last - step
            } else {
                first + step
            };
            if !going() {
                return Ok(None);
            }
            let remembered = self.runs.get(run);
            if remembered
                .known
                .is_some_and(|known| !known.may_hold(sought))
            {
                continue;
            }
            let mut learned = Learned::default();
            for step in 0..RUN / BLOCK {
                let block = if descending {
                    RUN / BLOCK - 1 - step
                } else {
                    step
                };
                let start = run * RUN + block * BLOCK;
                let mut some =
                    self.sought_in(start..start + BLOCK, &numbers, sought, &mut learned)?;
                if descending {
                    some.reverse();
                }
                found.extend(some);
                if found.len() >= most {
                    found.truncate(most);
                    return Ok(Some(found));
                }
            }
            self.runs.remember(run, remembered.changes, &learned);
        }
        Ok(Some(found))
    }

    /// Those of a block that are sought, by number.
    fn sought_in(
        &self,
        block: Range<u64>,
        numbers: &Range<u64>,
        sought: &Sought<'_>,
        learned: &mut Learned,
    ) -> Result<Vec<StoredOrder>, StoreError> {
        let ids: Vec<u64> = block.collect();
        // What waits is looked at first: it can move to the engine meanwhile, but never back.
        let waiting: Vec<Option<Vec<u8>>> = {
            let layers = self.read();
            let waiting = ids.iter().map(|id| layers.order(*id).map(<[u8]>::to_vec));
            waiting.collect()
        };
        let mut found = Vec::new();
        let mut trouble = None;
        let mut waiting = waiting.into_iter();
        ORDERS.get_many(&self.engine, &ids, |id, bytes| {
            let waiting = waiting.next().flatten();
            let Some(record) = waiting.as_deref().or(bytes) else {
                return;
            };
            let looked = record::peek(record).and_then(|(partner, changed)| {
                learned.note(partner, changed);
                let fits = numbers.contains(&id) && sought.fits(partner, changed);
                fits.then(|| record::decode_order(record)).transpose()
            });
            match looked {
                Ok(order) => found.extend(order),
                Err(error) => trouble = Some(error),
            }
        })?;
        match trouble {
            Some(error) => Err(error.into()),
            None => Ok(found),
        }
    }
}

impl Sought<'_> {
    fn fits(&self, partner: &str, changed: Moment) -> bool {
        self.partner.is_none_or(|own| own == partner)
            && self.from.is_none_or(|from| from <= changed)
            && self.to.is_none_or(|to| changed <= to)
    }
}

/// What was seen of a run.
#[derive(Debug, Default)]
struct Learned(Option<Known>);

impl Learned {
    fn note(&mut self, partner: &str, changed: Moment) {
        let known = self.0.get_or_insert(Known {
            oldest: changed,
            newest: changed,
            partners: 0,
        });
        known.oldest = known.oldest.min(changed);
        known.newest = known.newest.max(changed);
        known.partners |= bit_of(partner);
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
