//! How is a partner's file made up, such that everybody knows what is wrong with it?
//! The same settings give the same bytes on every machine and in every later version.
//!
//! A [`Book`] is one partner's orders. Nothing of it is stored: each order, each flaw and each later
//! change is computed from the seed and the order's index, so five million rows need no memory and a
//! follow-up file knows what the first one said. [`write_file`] writes a file of the book and hands
//! back a [`Manifest`] that says for each row what an import has to decide.

mod book;
mod calendar;
mod catalog;
mod defect;
mod file;
mod manifest;
mod order;
mod random;
mod row;

pub use book::{Book, Mix, Revision, Settings};
pub use calendar::{Day, Moment};
pub use catalog::{OFFERS, Offer, PLENIGO_OFFER, customer_id, write_customers, write_offers};
pub use defect::{Defect, Evidence};
pub use file::{FileKind, Format, write_file};
pub use manifest::{Counts, Decision, Exception, Manifest};
pub use order::{FIELDS, Order};
pub use random::Share;
