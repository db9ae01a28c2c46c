//! What must be known so that rows can be decided?
//! Whoever plans asks through [`Knowledge`] alone; what answers may be a store, a snapshot, or nobody.

use super::customer_rows::Named;
use crate::check::draft::CustomerDraft;
use crate::order::{Draft, Terms};
use std::convert::Infallible;
use std::sync::Arc;

/// An order that is known.
pub trait KnownOrder {
    /// The partner that imported it first.
    fn partner(&self) -> &str;
    /// Its terms as they are now.
    fn terms(&self) -> &Terms;
}

/// Whether a customer is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It exists.
    Exists,
    /// It does not exist.
    Unknown,
    /// Who was asked cannot tell.
    NotTold,
}

/// What is known already of the decision on a row, from an earlier pass over the file with the same facts and against the
/// same state, or at one glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It makes an order, and all customers that it names exist.
    Create,
    /// It leaves the order with this number as it is.
    Unchanged(u64),
    /// Nothing is known: ask.
    Ask,
}

/// What is known of orders and customers. Answers come in the order of the questions, one for each.
pub trait Knowledge {
    /// An order as it is known.
    type Order: KnownOrder;
    /// Why there is no answer.
    type Error;

    /// The orders with these keys.
    fn orders(&self, keys: &[&str]) -> Result<Vec<Option<Self::Order>>, Self::Error>;

    /// For each row, if that can be told at one glance: is its order known as this partner's, with exactly the terms that
    /// the row would give a new one? Never [`Kept::Create`]; nothing at all where nothing can be told.
    fn same_orders(
        &self,
        partner: &str,
        drafts: &[Option<&Draft<'_>>],
    ) -> Result<Vec<Kept>, Self::Error> {
        let _ = (partner, drafts);
        Ok(Vec::new())
    }

    /// How customers with these numbers stand.
    fn customers(&self, ids: &[&str]) -> Result<Vec<Presence>, Self::Error>;

    /// Does a known customer have this email address, whatever its case?
    fn has_email(&self, email: &str) -> Result<bool, Self::Error>;

    /// The customers that have what the records of a customers file say; none where nothing can be told.
    fn named_customers(&self, records: &[&CustomerDraft]) -> Result<Vec<Named>, Self::Error> {
        Ok(vec![Named::default(); records.len()])
    }

    /// Calls `visit` for every order that may belong to the partner.
    fn each_order(&self, visit: &mut dyn FnMut(&Self::Order)) -> Result<(), Self::Error>;
}

/// What several share.
impl<K: Knowledge> Knowledge for Arc<K> {
    type Order = K::Order;
    type Error = K::Error;

    fn orders(&self, keys: &[&str]) -> Result<Vec<Option<K::Order>>, K::Error> {
        (**self).orders(keys)
    }

    fn customers(&self, ids: &[&str]) -> Result<Vec<Presence>, K::Error> {
        (**self).customers(ids)
    }

    fn has_email(&self, email: &str) -> Result<bool, K::Error> {
        (**self).has_email(email)
    }

    fn named_customers(&self, records: &[&CustomerDraft]) -> Result<Vec<Named>, K::Error> {
        (**self).named_customers(records)
    }

    fn each_order(&self, visit: &mut dyn FnMut(&K::Order)) -> Result<(), K::Error> {
        (**self).each_order(visit)
    }
}

/// Nothing is known: of no order, and of no customer whether it exists.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

/// The order that [`Nothing`] knows.
#[derive(Clone, Copy, Debug)]
pub enum NoOrder {}

impl KnownOrder for NoOrder {
    fn partner(&self) -> &str {
        match *self {}
    }

    fn terms(&self) -> &Terms {
        match *self {}
    }
}

impl Knowledge for Nothing {
    type Order = NoOrder;
    type Error = Infallible;

    fn orders(&self, keys: &[&str]) -> Result<Vec<Option<NoOrder>>, Infallible> {
        Ok(keys.iter().map(|_| None).collect())
    }

    fn customers(&self, ids: &[&str]) -> Result<Vec<Presence>, Infallible> {
        Ok(vec![Presence::NotTold; ids.len()])
    }

    fn has_email(&self, _: &str) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn each_order(&self, _: &mut dyn FnMut(&NoOrder)) -> Result<(), Infallible> {
        Ok(())
    }
}
