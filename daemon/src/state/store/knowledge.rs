//! What does the store answer whoever decides rows?
//! The core asks in the domain's words; the store knows every order and every customer there is.

use super::{Store, StoreError};
use crate::state::{StoredCustomer, StoredOrder};
use intake_core::check::draft::CustomerDraft;
use intake_core::field::Field;
use intake_core::order::{Draft, Terms};
use intake_core::plan::customer_rows::{KnownCustomer, Named};
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

    fn named_customers(&self, records: &[&CustomerDraft]) -> Result<Vec<Named>, StoreError> {
        let known = |stored: Option<StoredCustomer>| {
            stored.map(|stored| KnownCustomer {
                customer: stored.customer,
                partner: stored.partner,
            })
        };
        let of_record = |record: &&CustomerDraft| {
            let customer = &record.customer;
            let by_id = match customer.id.is_empty() {
                true => None,
                false => self.stored_customer(&customer.id)?,
            };
            let by_external_id = customer
                .value(Field::CustomerExternalSystemId)
                .map(|id| self.customer_by_external_id(id))
                .transpose()?;
            let by_username = customer
                .value(Field::Username)
                .map(|name| self.customer_by_username(name))
                .transpose()?;
            Ok(Named {
                by_id: known(by_id),
                by_external_id: known(by_external_id.flatten()),
                by_email: known(self.stored_customer_by_email(customer.email())?),
                by_username: known(by_username.flatten()),
            })
        };
        records.iter().map(of_record).collect()
    }

    fn each_order(&self, visit: &mut dyn FnMut(&StoredOrder)) -> Result<(), StoreError> {
        Store::each_order(self, &mut |order| visit(&order))
    }
}
