//! Intake daemon.
pub mod state;
pub mod system;
