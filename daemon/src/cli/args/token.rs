//! How are commands about tokens written?
//! A token is made here and shown once; what is kept is its hash, by whoever keeps the config.

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::partner_name;
use crate::config::is_holder_name;

/// `intake token`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Subcommand)]
pub enum TokenAction {
    /// Makes a token; prints it once, with the line for the config
    #[command(after_help = "Example: intake token new --partner alpha --name night-export")]
    New(TokenNew),
}

/// `intake token new`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct TokenNew {
    /// The partner who may upload and import with it; without one it is the house's own, an operator's
    #[arg(long, value_name = "PARTNER", value_parser = partner_name)]
    pub partner: Option<String>,
    /// Who holds it, for the log: a person or a system
    #[arg(long, value_name = "NAME", value_parser = holder_name)]
    pub name: Option<String>,
    /// It only reads: what is the partner's, or everything
    #[arg(long)]
    pub read_only: bool,
}

fn holder_name(argument: &str) -> Result<String, &'static str> {
    if is_holder_name(argument) {
        return Ok(argument.to_owned());
    }
    Err("a token's name has up to 32 of a-z, A-Z, 0-9, `-`, `_` and `.`")
}
