//! Which changes are in the journal and not yet in the engine?
//! Bounded: the store writes them away in large sorted runs, since that is what its engine is fast at.

use super::file_record::FileRecord;
use super::record::StoredOrder;
use crate::journal::Position;
use intake_core::catalog::{Customer, Offer};
use std::collections::{BTreeMap, HashMap};

/// Changes that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) orders: HashMap<u64, StoredOrder>,
    pub(super) order_by_key: HashMap<u64, Vec<u64>>,
    pub(super) order_by_customer: HashMap<u64, Vec<u64>>,
    pub(super) customers: HashMap<u64, Customer>,
    pub(super) customer_by_id: HashMap<u64, Vec<u64>>,
    pub(super) customer_by_email: HashMap<u64, Vec<u64>>,
    pub(super) offers: BTreeMap<Box<str>, Offer>,
    pub(super) files: BTreeMap<u64, FileRecord>,
    pub(super) frames: Vec<(u64, Position)>,
    pub(super) history: Vec<(u64, u64)>,
    /// Have the counters moved?
    pub(super) moved: bool,
}

impl Pending {
    /// About how many records wait.
    pub(super) fn len(&self) -> usize {
        self.orders.len() + self.customers.len() + self.history.len() / 4 + self.files.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.moved
    }
}
