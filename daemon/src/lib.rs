//! Intake daemon.

pub mod journal;
