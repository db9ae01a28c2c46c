//! Which orders are delivered to a customer, answered from memory where it was asked before?
//! What is remembered is dropped as soon as one of the orders changes or a new one comes: no answer is older than what was
//! acknowledged before it was asked for.

use super::walk::RunsSeen;
use super::{Store, StoreError, key_hash};
use crate::state::effects::SealedOrder;
use intake_core::moment::Moment;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An order that is delivered to a customer, as far as it says who has access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its number.
    pub order_id: u64,
    /// Whose it is.
    pub partner: Box<str>,
    /// The offer, which names the access rights.
    pub offer: Box<str>,
    /// From when on it grants them.
    pub start: Moment,
    /// Until when.
    pub end: Option<Moment>,
}

impl Grant {
    /// Does it grant access at `now`?
    pub fn holds_at(&self, now: Moment) -> bool {
        self.start <= now && self.end.is_none_or(|end| end > now)
    }
}

/// What is remembered of customers, by the hash of their numbers.
#[derive(Debug, Default)]
pub(super) struct Remembered(Mutex<Customers>);

#[derive(Debug, Default)]
struct Customers {
    by_hash: HashMap<u64, Entry>,
    /// Counts what was dropped, so that what was read before is not remembered after it.
    changes: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    customer: Box<str>,
    grants: Arc<[Grant]>,
    /// The orders that may have this customer, as they were when they were read.
    seen: RunsSeen,
}

/// So many customers are remembered; about 300 bytes each.
const MOST_CUSTOMERS: usize = 50_000;

/// Who has more orders is read each time.
const MOST_ORDERS: usize = 1_000;

impl Store {
    /// What is remembered of a customer. Nothing where it must be read, with [`Self::grants`].
    pub fn remembered_grants(&self, customer: &str) -> Option<Arc<[Grant]>> {
        let customers = self.remembered.lock();
        let entry = customers.by_hash.get(&key_hash(customer))?;
        let holds = *entry.customer == *customer && self.runs.are_as(&entry.seen);
        holds.then(|| Arc::clone(&entry.grants))
    }

    /// The orders that are delivered to a customer, by number. Nothing where there is no such customer.
    pub fn grants(&self, customer: &str) -> Result<Option<Arc<[Grant]>>, StoreError> {
        let changes = self.remembered.lock().changes;
        if self.customer_number(customer)?.is_none() {
            return Ok(None);
        }
        let numbers = self.orders_of_customer(customer)?;
        let seen = self.runs.seen(&numbers);
        let mut grants = Vec::new();
        for number in &numbers {
            let Some(order) = self.order_by_id(*number)? else {
                continue;
            };
            let terms = order.terms;
            let named = terms.delivery_customer.as_ref();
            if **named.unwrap_or(&terms.invoice_customer) == *customer {
                grants.push(Grant {
                    order_id: order.order_id,
                    partner: order.partner,
                    offer: terms.offer,
                    start: terms.start,
                    end: terms.end,
                });
            }
        }
        let grants: Arc<[Grant]> = grants.into();
        if numbers.len() <= MOST_ORDERS {
            let entry = Entry {
                customer: customer.into(),
                grants: Arc::clone(&grants),
                seen,
            };
            self.remembered.remember(entry, changes);
        }
        Ok(Some(grants))
    }
}

impl Remembered {
    /// New orders came, or some that name another delivery customer.
    pub(super) fn forget_customers_of(&self, orders: &[SealedOrder]) {
        let mut customers = self.lock();
        customers.changes += 1;
        if customers.by_hash.is_empty() {
            return;
        }
        for order in orders {
            let invoiced = order.index.map(|(_, customer)| customer);
            for customer in invoiced.into_iter().chain(order.delivery) {
                customers.by_hash.remove(&customer);
            }
        }
    }

    /// Everything was changed.
    pub(super) fn forget_all(&self) {
        let mut customers = self.lock();
        customers.changes += 1;
        customers.by_hash.clear();
    }

    fn remember(&self, entry: Entry, changes: u64) {
        let mut customers = self.lock();
        if customers.changes != changes {
            return;
        }
        if customers.by_hash.len() >= MOST_CUSTOMERS {
            customers.by_hash.clear();
        }
        customers.by_hash.insert(key_hash(&entry.customer), entry);
    }

    fn lock(&self) -> MutexGuard<'_, Customers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{FrameSpan, Position};
    use crate::state::{Effects, StoredCustomer, StoredOrder};
    use intake_core::catalog::Customer;
    use intake_core::order::Terms;

    const START: FrameSpan = FrameSpan {
        start: Position::START,
        end: Position::START,
    };

    fn order(order_id: u64, to: Option<&str>, end: Option<i64>) -> StoredOrder {
        let at = |seconds| Moment::from_unix(seconds, 0);
        StoredOrder {
            order_id,
            partner: "alpha".into(),
            terms: Terms {
                invoice_customer: "C1".into(),
                delivery_customer: to.map(Into::into),
                end: end.map(at),
                ..Terms::blank(&format!("K{order_id}"))
            },
            created: at(0),
            changed: at(0),
            first_log: order_id,
            last_log: if end.is_some() {
                order_id + 100
            } else {
                order_id
            },
        }
    }

    fn apply(store: &Store, orders: Vec<StoredOrder>) {
        let effects = Effects {
            orders,
            ..Effects::default()
        };
        store.apply(effects, START).unwrap();
    }

    #[test]
    fn what_is_remembered_is_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        let customers = ["C1", "C2", "C3"].map(|id| StoredCustomer {
            customer: Customer {
                id: id.into(),
                values: Vec::new(),
            },
            partner: None,
            created: Moment::from_unix(0, 0),
            changed: Moment::from_unix(0, 0),
        });
        let effects = Effects {
            customers: customers.into(),
            ..Effects::default()
        };
        store.apply(effects, START).unwrap();
        let orders_of = |customer: &str| -> Vec<(u64, bool)> {
            let read = store.grants(customer).unwrap().unwrap();
            assert_eq!(store.remembered_grants(customer), Some(Arc::clone(&read)));
            let told = read
                .iter()
                .map(|grant| (grant.order_id, grant.end.is_some()));
            told.collect()
        };
        assert_eq!(store.grants("C9").unwrap(), None);
        assert_eq!(store.remembered_grants("C9"), None);
        assert_eq!(orders_of("C1"), []);
        apply(
            &store,
            vec![order(1, None, None), order(2, Some("C2"), None)],
        );
        assert_eq!(store.remembered_grants("C1"), None, "a new order came");
        assert_eq!(orders_of("C1"), [(1, false)]);
        assert_eq!(orders_of("C2"), [(2, false)]);
        assert_eq!(orders_of("C3"), []);
        store.flush().unwrap();
        assert!(
            store.remembered_grants("C1").is_some(),
            "nothing has changed"
        );
        // An order ends, and another goes to somebody else.
        apply(
            &store,
            vec![order(1, None, Some(7)), order(2, Some("C3"), Some(8))],
        );
        for customer in ["C1", "C2", "C3"] {
            assert_eq!(store.remembered_grants(customer), None, "{customer}");
        }
        assert_eq!(orders_of("C1"), [(1, true)]);
        assert_eq!(orders_of("C2"), []);
        assert_eq!(orders_of("C3"), [(2, true)]);
        // And back to who pays for it.
        apply(&store, vec![order(2, None, Some(9))]);
        assert_eq!(orders_of("C1"), [(1, true), (2, true)]);
        assert_eq!(orders_of("C3"), []);
        store.clear().unwrap();
        assert_eq!(store.remembered_grants("C1"), None);
    }
}
