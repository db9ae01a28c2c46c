//! What is one piece of the sender's work?
//! A change of an order, whole as it stands after it; a customer; or the end of a file, whose receipt is then made right.

use std::sync::Arc;

use intake_core::catalog::Customer;

use crate::entry::sent::Place;

/// A piece of work.
#[derive(Clone, Debug)]
pub enum Work {
    /// An order is to be sent.
    Order(Arc<OrderWork>),
    /// A customer is to be sent.
    Customer(Arc<CustomerWork>),
    /// The receipt of a file is to say what became of it.
    FileEnd(Arc<FileEnd>),
}

/// An order as it stands after one change.
#[derive(Debug)]
pub struct OrderWork {
    /// The change's line.
    pub place: Place,
    /// Its log entry.
    pub log_id: u64,
    /// When it was accepted.
    pub time: Arc<str>,
    /// The import that it came by.
    pub import: Arc<str>,
    /// The record in its file.
    pub row: Option<u64>,
    /// The order's number here.
    pub order_id: u64,
    /// The order's key.
    pub key: Arc<str>,
    /// The customers that it names.
    pub customers: Vec<Arc<str>>,
    /// Is it the first that upstream hears of the order?
    pub creates: bool,
    /// The item in the platform's JSON.
    pub item: Vec<u8>,
    /// Does what changed show in a subscription that is read back?
    pub shows: bool,
    /// Was it refused before, and is sent again since an operator wants it?
    pub again: bool,
    /// Did the platform take it before, so that all that can become known of it is a refusal?
    pub taken: bool,
}

/// A customer as it stands after one change.
#[derive(Debug)]
pub struct CustomerWork {
    /// The change's line.
    pub place: Place,
    /// When it was accepted.
    pub time: Arc<str>,
    /// Its number.
    pub id: Arc<str>,
    /// Its values.
    pub customer: Customer,
    /// Was it refused before, and is sent again since an operator wants it?
    pub again: bool,
}

/// The end of a file.
#[derive(Debug)]
pub struct FileEnd {
    /// The line that says that it has its receipt.
    pub place: Place,
    /// When.
    pub time: Arc<str>,
    /// The import.
    pub import: Arc<str>,
}

impl Work {
    /// Its line of the journal.
    pub fn place(&self) -> Place {
        match self {
            Self::Order(order) => order.place,
            Self::Customer(customer) => customer.place,
            Self::FileEnd(end) => end.place,
        }
    }

    /// Did the platform take it before?
    pub fn was_taken(&self) -> bool {
        matches!(self, Self::Order(order) if order.taken)
    }

    /// Has it had a verdict before? Then one was journalled, and its place says nothing of how far the journal is sent.
    pub fn had_verdict(&self) -> bool {
        match self {
            Self::Order(order) => order.again || order.taken,
            Self::Customer(customer) => customer.again,
            Self::FileEnd(_) => false,
        }
    }

    /// When it was accepted.
    pub fn time(&self) -> &str {
        match self {
            Self::Order(order) => &order.time,
            Self::Customer(customer) => &customer.time,
            Self::FileEnd(end) => &end.time,
        }
    }
}
