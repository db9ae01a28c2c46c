//! Intake daemon.

pub mod clock;
pub mod config;
pub mod log;
pub mod printable;
