//! What can `cargo xtask` do? One module for each command.

pub(crate) mod bench;
pub(crate) mod browser;
pub(crate) mod build;
mod daemon;
pub(crate) mod demo;
pub(crate) mod generate;
pub(crate) mod package;
pub(crate) mod python;
pub(crate) mod test;
pub(crate) mod torture;
