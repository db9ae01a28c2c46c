//! How is the removal of what is kept too long asked for?

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{DataDirectory, Format};

/// `intake tidy`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Tidy {
    /// Only shows what would be removed
    #[arg(long)]
    pub dry_run: bool,
    /// Where it lies.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of the list; `json` is one object a line
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}
