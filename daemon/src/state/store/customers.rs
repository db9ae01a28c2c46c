//! Which customers are there, by number and by email address?
//! Whether one exists is answered from the index alone, since an import asks that of every row.

use super::{CUSTOMER_BY_EMAIL, CUSTOMER_BY_ID, CUSTOMERS, Layers, Store, StoreError};
use crate::state::record;
use intake_core::catalog::{Customer, email_key};
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
        let marked = self.candidates(&[id], CUSTOMER_BY_ID, |pending| &pending.customer_by_id)?;
        let numbers: Vec<(u64, usize)> = marked
            .into_iter()
            .map(|(marked, at)| (marked >> MARK_BITS, at))
            .collect();
        self.first_customer(&numbers, &|customer| *customer.id == *id)
    }

    /// The customer with this email address, whatever its case.
    pub fn customer_by_email(&self, email: &str) -> Result<Option<Customer>, StoreError> {
        let key = email_key(email);
        let numbers = self.candidates(&[&*key], CUSTOMER_BY_EMAIL, |pending| {
            &pending.customer_by_email
        })?;
        self.first_customer(&numbers, &|customer| email_key(customer.email()) == key)
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
            let customer =
                self.first_customer(&[(marked >> MARK_BITS, at)], &|c| *c.id == *ids[at])?;
            found[at].0 = found[at].0.take().or(customer);
        }
        let by_email = self.candidates(&email_keys, CUSTOMER_BY_EMAIL, |p| &p.customer_by_email)?;
        for (number, at) in by_email {
            let fits = |c: &Customer| email_key(c.email()) == emails[at];
            let customer = self.first_customer(&[(number, at)], &fits)?;
            found[at].1 = found[at].1.take().or(customer);
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

    pub(super) fn known_customer_numbers(
        &self,
        customers: &[Customer],
    ) -> Result<Vec<Option<u64>>, StoreError> {
        if customers.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<&str> = customers.iter().map(|customer| &*customer.id).collect();
        self.customer_numbers(&ids)
    }

    fn first_customer(
        &self,
        numbers: &[(u64, usize)],
        fits: &dyn Fn(&Customer) -> bool,
    ) -> Result<Option<Customer>, StoreError> {
        for (number, _) in numbers {
            let pending = self.read().customer(*number).cloned();
            let customer = match pending {
                Some(customer) => Some(customer),
                None => CUSTOMERS
                    .get(&self.engine, *number)?
                    .map(|bytes| record::decode_customer(&bytes))
                    .transpose()?,
            };
            if let Some(customer) = customer.filter(|customer| fits(customer)) {
                return Ok(Some(customer));
            }
        }
        Ok(None)
    }
}

impl Layers {
    fn customer(&self, number: u64) -> Option<&Customer> {
        let frozen = self
            .frozen
            .as_ref()
            .and_then(|frozen| frozen.pending.customers.get(&number));
        self.active.customers.get(&number).or(frozen)
    }
}
