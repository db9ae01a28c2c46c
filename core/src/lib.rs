//! Intake core.
