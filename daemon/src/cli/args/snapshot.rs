//! How are commands written about what a browser needs?
//! What a partner may have: its profile, and a snapshot of its own orders.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::{DataDirectory, Input, partner_name};

/// `intake snapshot`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Snapshot {
    /// The partner whose orders it holds; nobody else's are in it
    #[arg(long, value_name = "PARTNER", value_parser = partner_name)]
    pub partner: String,
    /// Where the orders are.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The file to write, whole or not at all; without it, standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `intake profile`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Subcommand)]
pub enum ProfileAction {
    /// Prints what is agreed with a partner, as JSON
    #[command(after_help = "Example: intake profile show --partner alpha > alpha.profile.json")]
    Show(ProfileShow),
    /// Proposes a partner's entry for `intake.toml` from a sample file, and explains it
    #[command(
        after_help = "Example: intake profile init orders.csv --partner alpha >> data/intake.toml"
    )]
    Init(ProfileInit),
}

/// `intake profile init`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct ProfileInit {
    /// The sample file; `-` is standard input
    #[arg(value_name = "FILE")]
    pub file: Input,
    /// The partner that it comes from
    #[arg(long, value_name = "PARTNER", value_parser = partner_name, default_value = "partner")]
    pub partner: String,
    /// The data directory whose `intake.toml` holds so far where no --config is given
    #[arg(long, value_name = "DIR", env = "INTAKE_DATA", hide_env_values = true)]
    pub data: Option<PathBuf>,
}

/// `intake profile show`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct ProfileShow {
    /// The partner
    #[arg(long, value_name = "PARTNER", value_parser = partner_name)]
    pub partner: String,
    /// The data directory whose `intake.toml` holds where no --config is given
    #[arg(long, value_name = "DIR", env = "INTAKE_DATA", hide_env_values = true)]
    pub data: Option<PathBuf>,
}
