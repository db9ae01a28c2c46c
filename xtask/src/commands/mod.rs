//! What can `cargo xtask` do? One module for each command.

pub(crate) mod build;
pub(crate) mod generate;
