//! How is the undoing of an import asked for?

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{DataDirectory, Format};

/// `intake revert`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Revert {
    /// The import, as `intake files` names it
    #[arg(value_name = "ID")]
    pub id: String,
    /// Only shows what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Takes back orders, too, that were changed since: the fields that the import changed, no others
    #[arg(long)]
    pub also_changed: bool,
    /// Where the import was applied.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of what is shown
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}
