//! How does the program speak with the person or script that started it?
//!
//! No rule of the domain lives here: arguments are read into plain data, results are shown.

pub mod args;
mod counted;
mod mending;
pub mod run;
mod setting_up;
pub mod terminal;
