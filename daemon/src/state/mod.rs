//! What is true now, and where is it kept?
//!
//! Invariant: everything here follows from the journal; it may be deleted at any time and is then
//! rebuilt.

pub mod engine;
