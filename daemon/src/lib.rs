//! Watches a drop folder, applies validated imports to an embedded store and keeps the log of every import.
//!
//! The journal is the truth; the store is its index and can be rebuilt. Nothing is written that is not in a
//! plan, and a change is journalled and synced before its effect is visible.

pub mod backup;
pub mod books;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod entry;
pub mod folder;
pub mod guide;
pub mod http;
pub mod import;
pub mod journal;
pub mod log;
pub mod metrics;
pub mod open_data;
pub mod perform;
pub mod printable;
pub mod random;
pub mod receipt;
pub mod retention;
pub mod row_log;
pub mod saved_plan;
pub mod serve;
pub mod snapshot;
pub mod state;
pub mod store_beside;
pub mod system;
pub mod turn;
pub mod upstream;
pub mod wire;
