//! Intake daemon.
