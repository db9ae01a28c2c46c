//! Which customers would a file create, and does it say one thing of each?
//! Kept by number; the data of customers to create are the only texts of a file that stay in memory (about 300 bytes each).

use super::Standing;
use crate::catalog::email_key;
use crate::field::Field;
use crate::order::Draft;
use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// Customers that a file brings along and nobody knows yet.
#[derive(Debug, Default)]
pub struct NewCustomers {
    found: Vec<NewCustomer>,
    by_id: HashTable<u32>,
    by_email: HashTable<u32>,
}

/// A customer that a file brings along.
#[derive(Clone, Debug)]
pub struct NewCustomer {
    /// Its number.
    pub id: Box<str>,
    /// Its values, in the order of the field table.
    pub values: Vec<(Field, Box<str>)>,
    /// The record that brought it first, and its line.
    pub first: (u64, u64),
    /// The first record that says something else.
    contradicted: Option<(u64, u64)>,
    email_taken: bool,
}

/// What one row says of its invoice customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The customer's number.
    pub id: Box<str>,
    /// Its values, in the order of the field table.
    pub values: Vec<(Field, Box<str>)>,
}

impl Brought {
    /// What a row brings, if it brings what a customer needs: email and language.
    pub fn by(draft: &Draft<'_>) -> Option<Self> {
        let has = |field| draft.customer.iter().any(|(known, _)| *known == field);
        let values = || {
            draft
                .customer
                .iter()
                .map(|(field, value)| (*field, (&**value).into()))
        };
        (has(Field::Email) && has(Field::Language)).then(|| Self {
            id: (&*draft.invoice_customer).into(),
            values: values().collect(),
        })
    }

    /// The email address.
    pub fn email(&self) -> &str {
        let email = self.values.iter().find(|(field, _)| *field == Field::Email);
        email.map_or("", |(_, email)| email)
    }
}

impl NewCustomers {
    /// Notes what a row says of its unknown invoice customer. `email_taken`: a known customer has the address.
    pub fn note(&mut self, brought: Brought, place: (u64, u64), email_taken: bool) {
        let Brought { id, values } = brought;
        let id = &*id;
        if let Some(at) = self.position(id) {
            let known = &mut self.found[at];
            if known.values != values && known.contradicted.is_none() {
                known.contradicted = Some(place);
            }
            return;
        }
        let index = self.found.len() as u32;
        let email = email_of(&values);
        self.found.push(NewCustomer {
            id: id.into(),
            values,
            first: place,
            contradicted: None,
            email_taken,
        });
        let found = &self.found;
        let hash = |at: &u32| xxh3_64(found[*at as usize].id.as_bytes());
        self.by_id
            .insert_unique(xxh3_64(id.as_bytes()), index, hash);
        let email_hash = xxh3_64(email.as_bytes());
        let twin = self.by_email.find(email_hash, |at| {
            email_of(&found[*at as usize].values) == email
        });
        if let Some(twin) = twin.copied() {
            // Two new customers cannot share an address; neither is more right than the other.
            let first = self.found[twin as usize].first;
            self.found[index as usize].contradicted = Some(first);
            self.found[twin as usize].contradicted.get_or_insert(place);
        } else {
            let hash = |at: &u32| xxh3_64(email_of(&found[*at as usize].values).as_bytes());
            self.by_email.insert_unique(email_hash, index, hash);
        }
    }

    /// How a customer that nobody knows yet stands, given this file.
    pub fn standing(&self, id: &str) -> Standing {
        match self.get(id) {
            None => Standing::Unknown,
            Some(NewCustomer {
                contradicted: Some((row, line)),
                ..
            }) => Standing::Contradicted(*row, *line),
            Some(NewCustomer {
                email_taken: true, ..
            }) => Standing::EmailTaken,
            Some(_) => Standing::WillExist,
        }
    }

    /// What the file says of a customer.
    pub fn get(&self, id: &str) -> Option<&NewCustomer> {
        self.position(id).map(|at| &self.found[at])
    }

    /// Does the file bring none?
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.by_id
            .find(xxh3_64(id.as_bytes()), |at| {
                *self.found[*at as usize].id == *id
            })
            .map(|at| *at as usize)
    }
}

fn email_of(values: &[(Field, Box<str>)]) -> String {
    let email = values.iter().find(|(field, _)| *field == Field::Email);
    email.map(|(_, email)| email_key(email)).unwrap_or_default()
}
