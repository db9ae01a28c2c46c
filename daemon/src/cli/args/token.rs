//! How are commands about tokens written?
//! A token is made here and shown once; what is kept is its hash, by whoever keeps the config.

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::partner_name;

/// `intake token`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Subcommand)]
pub enum TokenAction {
    /// Makes a token; prints it once, with the line for the config
    #[command(after_help = "Example: intake token new --partner alpha")]
    New(TokenNew),
}

/// `intake token new`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct TokenNew {
    /// The partner who may upload and import with it; without one it is the house's own, an operator's
    #[arg(long, value_name = "PARTNER", value_parser = partner_name)]
    pub partner: Option<String>,
    /// It only reads: what is the partner's, or everything
    #[arg(long)]
    pub read_only: bool,
}
