//! Which orders have these keys?
//! Files often name orders in the order in which they came to be: then the next order is the one with the next number,
//! which is read without asking the index; a key decides, so that a wrong guess costs time only.

use super::{ORDER_BY_CUSTOMER, ORDER_BY_KEY, ORDERS, Store, StoreError};
use crate::state::record::{self, RecordError, StoredOrder};
use intake_core::order::Draft;
use intake_core::plan::knowledge::Kept;
use std::ops::Range;

/// Fewer keys are looked up in the index.
const SHORTEST_RUN: usize = 16;

/// After so many attempts in a row that led nowhere, the file is held to be in another order.
const ATTEMPTS: usize = 4;

/// How many orders are read at once at most while guesses are right.
const MOST_AT_ONCE: usize = 512;

/// Takes the stored form of the order of a place.
type VisitRecord<'v> = &'v mut dyn FnMut(usize, &[u8]) -> Result<(), RecordError>;

impl Store {
    /// The orders with these keys, in the order of the keys.
    pub fn orders(&self, keys: &[&str]) -> Result<Vec<Option<StoredOrder>>, StoreError> {
        let mut found = Vec::with_capacity(keys.len());
        found.resize_with(keys.len(), || None);
        let key = |at: usize| Some(keys[at]);
        let begun = self.follow_runs(keys.len(), &key, &mut |at, record| {
            found[at] = Some(record::decode_order(record)?);
            Ok(())
        })?;
        let rest = self.orders_by_index(&keys[begun..])?;
        for (found, order) in found[begun..].iter_mut().zip(rest) {
            *found = order;
        }
        Ok(found)
    }

    /// The order with this key.
    pub fn order(&self, key: &str) -> Result<Option<StoredOrder>, StoreError> {
        Ok(self.orders(&[key])?.pop().flatten())
    }

    /// The numbers of orders that may have this invoice or delivery customer, ascending: whoever reads them compares.
    pub fn orders_of_customer(&self, customer: &str) -> Result<Vec<u64>, StoreError> {
        let hash = super::key_hash(customer);
        let mut numbers = Vec::new();
        {
            // What waits is looked at first: it can move to the engine meanwhile, but never back.
            let layers = self.read();
            for pending in layers.all() {
                numbers.extend(pending.order_by_customer.numbers_of(hash));
            }
        }
        ORDER_BY_CUSTOMER.find_many(&self.engine, &[hash], |_, found| {
            numbers.extend_from_slice(found);
        })?;
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    /// See [`Knowledge::same_orders`](intake_core::plan::knowledge::Knowledge::same_orders): tells it of rows that stand in
    /// the order of their orders' numbers, by comparing stored forms.
    pub fn same_orders(
        &self,
        partner: &str,
        drafts: &[Option<&Draft<'_>>],
    ) -> Result<Vec<Kept>, StoreError> {
        let mut kept = vec![Kept::Ask; drafts.len()];
        let mut terms = Vec::with_capacity(256);
        let key = |at: usize| drafts[at].map(|draft| &*draft.external_system_id);
        self.follow_runs(drafts.len(), &key, &mut |at, record| {
            if let Some(view) = drafts[at].and_then(Draft::terms_view) {
                terms.clear();
                record::put_terms(&mut terms, partner, &view);
                // No form of terms is the beginning of another.
                if let Some(glance) = record::glance(record)
                    && glance.terms.starts_with(&terms)
                {
                    kept[at] = Kept::Unchanged(glance.order_id);
                }
            }
            Ok(())
        })?;
        Ok(kept)
    }

    /// Calls `visit` with the stored forms of orders as long as guesses lead to them, for each place once at most, in
    /// ascending order. Gives the place before which every order was found that there is; behind it nobody has looked.
    /// A place without a key has no order.
    fn follow_runs<'k>(
        &self,
        places: usize,
        key: &dyn Fn(usize) -> Option<&'k str>,
        visit: VisitRecord<'_>,
    ) -> Result<usize, StoreError> {
        let (mut at, mut attempts) = (0, 0);
        while places - at >= SHORTEST_RUN && attempts < ATTEMPTS {
            let Some(first) = key(at) else {
                at += 1;
                continue;
            };
            let begun = at;
            match self.orders_by_index(&[first])?.pop().flatten() {
                None => at += 1,
                Some(order) => {
                    at = self.follow_run(order.order_id, at..places, key, visit)?;
                    if at == begun {
                        break;
                    }
                }
            }
            attempts = match at - begun {
                0..SHORTEST_RUN => attempts + 1,
                _ => 0,
            };
        }
        Ok(at)
    }

    /// Visits the orders from this number on as long as they have the keys of the places; gives the place where that ends.
    fn follow_run<'k>(
        &self,
        mut next: u64,
        places: Range<usize>,
        key: &dyn Fn(usize) -> Option<&'k str>,
        visit: VisitRecord<'_>,
    ) -> Result<usize, StoreError> {
        let end = self.meta().next_order;
        let mut at = places.start;
        let mut at_once = SHORTEST_RUN;
        loop {
            let ids: Vec<u64> = (next..end.min(next + at_once as u64)).collect();
            if ids.is_empty() {
                return Ok(at);
            }
            next += ids.len() as u64;
            at_once = (at_once * 2).min(MOST_AT_ONCE);
            // What waits is looked at first: it can move to the engine meanwhile, but never back.
            let mut waiting: Vec<Option<Vec<u8>>> = Vec::new();
            {
                let layers = self.read();
                if layers.have_orders() {
                    let records = ids.iter().map(|id| layers.order(*id));
                    waiting.extend(records.map(|record| record.map(<[u8]>::to_vec)));
                }
            }
            let mut waiting = waiting.into_iter();
            let mut trouble = None;
            let mut ended = false;
            ORDERS.get_many(&self.engine, &ids, |_, bytes| {
                let waiting = waiting.next().flatten();
                // Rows without a valid key stand between the others.
                while at < places.end && key(at).is_none() {
                    at += 1;
                }
                ended |= at >= places.end;
                let Some(record) = waiting.as_deref().or(bytes).filter(|_| !ended) else {
                    ended = true;
                    return;
                };
                if record::glance(record).is_some_and(|glance| Some(glance.key) == key(at)) {
                    trouble = trouble.take().or(visit(at, record).err());
                    at += 1;
                } else {
                    ended = true;
                }
            })?;
            if let Some(error) = trouble {
                return Err(error.into());
            }
            if ended || at >= places.end {
                return Ok(at);
            }
        }
    }

    fn orders_by_index(&self, keys: &[&str]) -> Result<Vec<Option<StoredOrder>>, StoreError> {
        let mut found: Vec<Option<StoredOrder>> = Vec::with_capacity(keys.len());
        found.resize_with(keys.len(), || None);
        let candidates = self.candidates(keys, ORDER_BY_KEY, |pending| &pending.order_by_key)?;
        let mut stored = Vec::with_capacity(candidates.len());
        {
            let layers = self.read();
            for (id, at) in candidates {
                let Some(record) = layers.order(id) else {
                    stored.push((id, at));
                    continue;
                };
                let order = record::decode_order(record)?;
                if *order.terms.external_system_id == *keys[at] {
                    found[at] = Some(order);
                }
            }
        }
        let ids: Vec<u64> = stored.iter().map(|(id, _)| *id).collect();
        let mut trouble = None;
        let mut next = 0;
        ORDERS.get_many(&self.engine, &ids, |_, bytes| {
            let at = stored[next].1;
            next += 1;
            match bytes.map(record::decode_order) {
                Some(Ok(order)) if *order.terms.external_system_id == *keys[at] => {
                    found[at] = Some(order);
                }
                Some(Err(error)) => trouble = Some(error),
                _ => {}
            }
        })?;
        match trouble {
            Some(error) => Err(error.into()),
            None => Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{FrameSpan, Position};
    use crate::state::Effects;
    use intake_core::moment::Moment;
    use intake_core::order::{Given, Terms};

    const START: FrameSpan = FrameSpan {
        start: Position::START,
        end: Position::START,
    };

    fn order(order_id: u64, key: &str, quantity: u32) -> StoredOrder {
        let now = Moment::from_unix(0, 0);
        StoredOrder {
            order_id,
            partner: "alpha".into(),
            terms: Terms {
                quantity,
                ..Terms::blank(key)
            },
            created: now,
            changed: now,
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

    fn draft(key: String, quantity: u32) -> Draft<'static> {
        let blank = Terms::blank("");
        Draft {
            external_system_id: key.into(),
            offer: "".into(),
            invoice_customer: "".into(),
            quantity,
            start: blank.start,
            payment_method: blank.payment_method,
            invoice_address: Given::Absent,
            delivery_customer: Given::Absent,
            delivery_address: Given::Absent,
            variant_delivery_address: Given::Clear,
            discount: Given::Absent,
            order_date: Given::Absent,
            end: Given::Absent,
            reference_start: Given::Absent,
            next_booking: Given::Absent,
            payment_method_id: Given::Absent,
            bonuses: Given::Absent,
            managed_by: Given::Absent,
            customer: Vec::new(),
        }
    }

    #[test]
    fn rows_that_say_the_same_are_told_at_a_glance() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        let key = |id: u64| format!("K{id}");
        apply(&store, (1..=100).map(|id| order(id, &key(id), 1)).collect());
        store.flush().unwrap();
        apply(&store, vec![order(40, &key(40), 7)]);
        let drafts: Vec<Option<Draft<'_>>> = (1..=110)
            .map(|id| (id != 20).then(|| draft(key(id), if id == 30 { 5 } else { 1 })))
            .collect();
        let drafts: Vec<Option<&Draft<'_>>> = drafts.iter().map(Option::as_ref).collect();
        let expected = |drafts: &[Option<&Draft<'_>>]| {
            let of = |(id, draft): (u64, Option<&Draft<'_>>)| match id {
                30 | 40 | 101.. => Kept::Ask,
                _ if draft.is_none() => Kept::Ask,
                _ => Kept::Unchanged(id),
            };
            (1..)
                .zip(drafts.iter().copied())
                .map(of)
                .collect::<Vec<_>>()
        };
        // The row without a key breaks the run, and the next attempt finds it again.
        assert_eq!(
            store.same_orders("alpha", &drafts).unwrap(),
            expected(&drafts)
        );
        let of_others = store.same_orders("beta", &drafts).unwrap();
        assert!(of_others.iter().all(|kept| *kept == Kept::Ask));
    }

    #[test]
    fn any_order_of_keys_finds_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        let key = |id: u64| format!("K{id}");
        apply(&store, (1..=300).map(|id| order(id, &key(id), 1)).collect());
        store.flush().unwrap();
        // Some are newer than what the engine has, and the last ones wait.
        apply(&store, vec![order(40, &key(40), 7)]);
        apply(
            &store,
            (301..=400).map(|id| order(id, &key(id), 1)).collect(),
        );

        let straight: Vec<u64> = (1..=420).collect();
        let backwards: Vec<u64> = straight.iter().copied().rev().collect();
        let with_strangers: Vec<u64> = (1..=400)
            .flat_map(|id| {
                if id % 37 == 0 {
                    vec![id + 10_000, id]
                } else {
                    vec![id]
                }
            })
            .collect();
        let with_gaps: Vec<u64> = (1..=400).filter(|id| id % 41 > 1).collect();
        let repeated: Vec<u64> = (1..=60).chain(30..=90).chain(5..=5).collect();
        for ids in [straight, backwards, with_strangers, with_gaps, repeated] {
            let keys: Vec<String> = ids.iter().map(|id| key(*id)).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let found = store.orders(&keys).unwrap();
            assert_eq!(found.len(), ids.len());
            for (id, found) in ids.iter().zip(found) {
                let quantity = if *id == 40 { 7 } else { 1 };
                let expected = (*id <= 400).then(|| order(*id, &key(*id), quantity));
                assert_eq!(found, expected, "{id}");
            }
        }
    }
}
