//! What is known now: orders with their subscriptions and access rights, customers, offers, files?
//! An index of the journal: everything here can be deleted and made anew from it.
//!
//! [`Store`] speaks the domain's words; only [`engine`] knows what lies below.

pub mod effects;
pub mod engine;
pub mod file_record;
mod pending;
pub mod record;
pub mod store;

pub use effects::Effects;
pub use file_record::FileRecord;
pub use record::{StoredCustomer, StoredOrder};
pub use store::{Meta, Store, StoreError};
