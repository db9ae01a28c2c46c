//! How are a backup and what comes out of it asked for?

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, value_parser};
use serde::{Deserialize, Serialize};

use super::{DataDirectory, Format};

/// `intake backup`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Backup {
    /// The folder in which backups lie, each in a folder of its own; what an earlier one holds already is shared
    // The daemon that takes it has another working directory.
    #[arg(value_name = "DIR", value_parser = PathBufValueParser::new().try_map(std::path::absolute))]
    pub directory: PathBuf,
    /// Also the files of imports that are over (`archive/` and `rejected/`)
    #[arg(long)]
    pub archive: bool,
    /// Also their receipts (`outbox/`), and the addresses of uploads
    #[arg(long)]
    pub receipts: bool,
    /// Removes older backups from the folder, so that this many are left
    #[arg(long, value_name = "COUNT", value_parser = value_parser!(u32).range(1..))]
    pub keep: Option<u32>,
    /// What is backed up.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

/// `intake restore`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Restore {
    /// The backup; of a folder with several, the latest
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// The data directory to make; it must not be there yet, or be empty
    #[arg(long, value_name = "DIR", required_unless_present = "check")]
    pub data: Option<PathBuf>,
    /// Makes nothing: reads the whole backup and says whether it is good
    #[arg(long, conflicts_with = "data")]
    pub check: bool,
    /// The form of the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}
