//! What does the store answer whoever decides rows?
//! The core asks in the domain's words; the store knows every order and every customer there is.

use super::{Store, StoreError};
use crate::state::StoredOrder;
use intake_core::order::{Draft, Terms};
use intake_core::plan::knowledge::{Kept, Knowledge, KnownOrder, Presence};

impl KnownOrder for StoredOrder {
    fn partner(&self) -> &str {
        &self.partner
    }

    fn terms(&self) -> &Terms {
        &self.terms
    }
}

impl Knowledge for Store {
    type Order = StoredOrder;
    type Error = StoreError;

    fn orders(&self, keys: &[&str]) -> Result<Vec<Option<StoredOrder>>, StoreError> {
        Store::orders(self, keys)
    }

    fn same_orders(
        &self,
        partner: &str,
        drafts: &[Option<&Draft<'_>>],
    ) -> Result<Vec<Kept>, StoreError> {
        Store::same_orders(self, partner, drafts)
    }

    fn customers(&self, ids: &[&str]) -> Result<Vec<Presence>, StoreError> {
        let exist = self.customers_exist(ids)?.into_iter();
        let presence = exist.map(|exists| match exists {
            true => Presence::Exists,
            false => Presence::Unknown,
        });
        Ok(presence.collect())
    }

    fn has_email(&self, email: &str) -> Result<bool, StoreError> {
        Ok(self.customer_by_email(email)?.is_some())
    }

    fn each_order(&self, visit: &mut dyn FnMut(&StoredOrder)) -> Result<(), StoreError> {
        Store::each_order(self, &mut |order| visit(&order))
    }
}
