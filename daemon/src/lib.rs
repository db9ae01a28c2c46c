//! Intake daemon.
pub mod system;
