//! How is a new installation asked for?

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::partner_name;

/// `intake init`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Init {
    /// The data directory to make; a config file in it is never replaced
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// The first partner, with its folders
    #[arg(long, value_name = "PARTNER", value_parser = partner_name)]
    pub partner: Option<String>,
    /// The catalog: a file of offers as NDJSON
    #[arg(long, value_name = "FILE")]
    pub offers: Option<PathBuf>,
    /// Where the daemon answers over HTTP
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Makes a token for the partner, so that it can upload
    #[arg(long, requires = "partner")]
    pub token: bool,
    /// Asks nothing, whatever is missing
    #[arg(long)]
    pub no_questions: bool,
}
