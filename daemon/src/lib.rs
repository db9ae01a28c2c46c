//! Intake daemon.

pub mod folder;
