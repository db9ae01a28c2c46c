//! Reads, checks and plans imports of externally managed orders.
//!
//! The promise: no I/O, no clock, no randomness, no threads, no iteration over a hash map. Bytes and time
//! come in as arguments, findings and plans go out as values. The same bytes and options give the same
//! report, byte for byte, wherever this is compiled to. A partner's mistake is a [`Finding`](finding::Finding), never an `Err`.

#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros
)]
#![forbid(unsafe_code)]

pub mod against;
pub mod catalog;
pub mod check;
pub mod code;
pub mod corrections;
mod crc32;
pub mod field;
pub mod finding;
pub mod fixes;
pub mod inspect;
pub mod kind_text;
mod likeness;
pub mod moment;
mod numbers;
pub mod order;
pub mod plan;
pub mod printable;
pub mod profile;
pub mod read;
pub mod reading;
pub mod report;
mod short_order;
pub mod snapshot;
pub mod template;
pub mod unwrap;
pub mod workbook;
pub mod zip;
