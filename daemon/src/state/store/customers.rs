//! Which customers are there, by number, email address, user name and number in the partner's system?
//! Whether one exists is answered from the index alone, since an import asks that of every row.

use super::{
    CUSTOMER_BY_EMAIL, CUSTOMER_BY_EXTERNAL_ID, CUSTOMER_BY_ID, CUSTOMER_BY_USERNAME, CUSTOMERS,
    Layers, Store, StoreError,
};
use crate::state::record::{self, StoredCustomer};
use intake_core::catalog::{Customer, email_key};
use intake_core::field::Field;
use xxhash_rust::xxh3::xxh3_128;

/// What an index of customers by number says of one: the record's number, and 24 more bits of the hash, so that
/// whether a customer exists is known (with a chance of error below one in 10^12) without reading its record.
pub(super) fn marked_number(number: u64, id: &str) -> u64 {
    number << MARK_BITS | mark_of(id)
}

fn mark_of(id: &str) -> u64 {
    (xxh3_128(id.as_bytes()) >> 64) as u64 & ((1 << MARK_BITS) - 1)
}

const MARK_BITS: u32 = 24;

impl Store {
    /// Which of these customers exist, in the order given.
    pub fn customers_exist(&self, ids: &[&str]) -> Result<Vec<bool>, StoreError> {
        let numbers = self.customer_numbers(ids)?;
        Ok(numbers.into_iter().map(|number| number.is_some()).collect())
    }

    /// The customer with this number.
    pub fn customer(&self, id: &str) -> Result<Option<Customer>, StoreError> {
        Ok(self.stored_customer(id)?.map(|stored| stored.customer))
    }

    /// The customer with this number, and whose it is.
    pub fn stored_customer(&self, id: &str) -> Result<Option<StoredCustomer>, StoreError> {
        let marked = self.candidates(&[id], CUSTOMER_BY_ID, |pending| &pending.customer_by_id)?;
        let numbers: Vec<(u64, usize)> = marked
            .into_iter()
            .map(|(marked, at)| (marked >> MARK_BITS, at))
            .collect();
        self.first_customer(&numbers, &|customer| *customer.id == *id)
    }

    /// The place of a customer in the order of creation.
    pub fn customer_number(&self, id: &str) -> Result<Option<u64>, StoreError> {
        Ok(self.customer_numbers(&[id])?.pop().flatten())
    }

    /// The customer with this email address, whatever its case.
    pub fn customer_by_email(&self, email: &str) -> Result<Option<Customer>, StoreError> {
        let stored = self.stored_customer_by_email(email)?;
        Ok(stored.map(|stored| stored.customer))
    }

    /// The customer with this email address, whatever its case, and whose it is.
    pub fn stored_customer_by_email(
        &self,
        email: &str,
    ) -> Result<Option<StoredCustomer>, StoreError> {
        let key = email_key(email);
        let numbers = self.candidates(&[&*key], CUSTOMER_BY_EMAIL, |pending| {
            &pending.customer_by_email
        })?;
        self.first_customer(&numbers, &|customer| email_key(customer.email()) == key)
    }

    /// The customer with this number in the partner's leading system.
    pub fn customer_by_external_id(&self, id: &str) -> Result<Option<StoredCustomer>, StoreError> {
        let numbers = self.candidates(&[id], CUSTOMER_BY_EXTERNAL_ID, |pending| {
            &pending.customer_by_external_id
        })?;
        self.first_customer(&numbers, &|customer| {
            customer.value(Field::CustomerExternalSystemId) == Some(id)
        })
    }

    /// The customer with this user name.
    pub fn customer_by_username(&self, name: &str) -> Result<Option<StoredCustomer>, StoreError> {
        let numbers = self.candidates(&[name], CUSTOMER_BY_USERNAME, |pending| {
            &pending.customer_by_username
        })?;
        self.first_customer(&numbers, &|customer| {
            customer.value(Field::Username) == Some(name)
        })
    }

    /// For each of these customers the one that has its number, and the one that has its email address.
    #[expect(clippy::type_complexity, reason = "two answers for each question")]
    pub fn customers_and_emails(
        &self,
        customers: &[&Customer],
    ) -> Result<Vec<(Option<Customer>, Option<Customer>)>, StoreError> {
        let ids: Vec<&str> = customers.iter().map(|customer| &*customer.id).collect();
        let emails: Vec<String> = customers.iter().map(|c| email_key(c.email())).collect();
        let email_keys: Vec<&str> = emails.iter().map(String::as_str).collect();
        let mut found = Vec::with_capacity(customers.len());
        found.resize_with(customers.len(), || (None, None));
        for (marked, at) in self.candidates(&ids, CUSTOMER_BY_ID, |p| &p.customer_by_id)? {
            let stored =
                self.first_customer(&[(marked >> MARK_BITS, at)], &|c| *c.id == *ids[at])?;
            found[at].0 = found[at].0.take().or(stored.map(|stored| stored.customer));
        }
        let by_email = self.candidates(&email_keys, CUSTOMER_BY_EMAIL, |p| &p.customer_by_email)?;
        for (number, at) in by_email {
            let fits = |c: &Customer| email_key(c.email()) == emails[at];
            let stored = self.first_customer(&[(number, at)], &fits)?;
            found[at].1 = found[at].1.take().or(stored.map(|stored| stored.customer));
        }
        Ok(found)
    }

    fn customer_numbers(&self, ids: &[&str]) -> Result<Vec<Option<u64>>, StoreError> {
        let mut found = vec![None; ids.len()];
        let candidates = self.candidates(ids, CUSTOMER_BY_ID, |pending| &pending.customer_by_id)?;
        for (marked, at) in candidates {
            if marked & ((1 << MARK_BITS) - 1) == mark_of(ids[at]) {
                found[at] = Some(marked >> MARK_BITS);
            }
        }
        Ok(found)
    }

    /// The numbers of those that are known already. A known one stays whose it was, and was created when it was.
    pub(super) fn known_customers(
        &self,
        customers: &mut [StoredCustomer],
    ) -> Result<Vec<Option<u64>>, StoreError> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = customers
            .iter()
            .map(|stored| &*stored.customer.id)
            .collect();
        let numbers = self.customer_numbers(&ids)?;
        for (stored, number) in customers.iter_mut().zip(&numbers) {
            if number.is_some()
                && let Some(known) = self.stored_customer(&stored.customer.id)?
            {
                // A frame that is applied a second time changes nothing.
                stored.created = known.created.min(stored.created);
                stored.partner = known.partner;
            }
        }
        Ok(numbers)
    }

    fn first_customer(
        &self,
        numbers: &[(u64, usize)],
        fits: &dyn Fn(&Customer) -> bool,
    ) -> Result<Option<StoredCustomer>, StoreError> {
        for (number, _) in numbers {
            let pending = self.read().customer(*number).cloned();
            let stored = match pending {
                Some(stored) => Some(stored),
                None => CUSTOMERS
                    .get(&self.engine, *number)?
                    .map(|bytes| record::decode_customer(&bytes))
                    .transpose()?,
            };
            if let Some(stored) = stored.filter(|stored| fits(&stored.customer)) {
                return Ok(Some(stored));
            }
        }
        Ok(None)
    }
}

impl Layers {
    /// A customer that waits.
    pub(super) fn customer(&self, number: u64) -> Option<&StoredCustomer> {
        let frozen = self
            .frozen
            .as_ref()
            .and_then(|frozen| frozen.pending.customers.get(&number));
        self.active.customers.get(&number).or(frozen)
    }
}
