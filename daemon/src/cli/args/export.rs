//! How is the export of what is known asked for?

use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use super::{DataDirectory, LogChoice, partner_name};

/// `intake export`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Subcommand)]
pub enum ExportAction {
    /// Writes every order as a row that could be imported again, all as they stand at one moment
    #[command(
        after_help = "Example: intake export orders --partner alpha --data /var/lib/intake > alpha.csv"
    )]
    Orders(ExportOrders),
    /// Writes entries of the import log, for spreadsheets or other programs
    #[command(
        after_help = "Example: intake export log --partner alpha --since 2026-01-01 --data /var/lib/intake > log.csv"
    )]
    Log(ExportLog),
}

/// `intake export orders`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct ExportOrders {
    /// Only orders of this partner
    #[arg(long, value_name = "PARTNER", value_parser = partner_name)]
    pub partner: Option<String>,
    /// Only orders of this offer
    #[arg(long, value_name = "OFFER")]
    pub offer: Option<String>,
    /// Only orders that run now
    #[arg(long)]
    pub running: bool,
    /// Whose orders.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of the rows
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ExportFormat,
}

/// `intake export log`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct ExportLog {
    /// Which entries.
    #[command(flatten)]
    pub choice: LogChoice,
    /// Whose log.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of the entries; `ndjson` is the journal's own line for each
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ExportFormat,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum ExportFormat {
    /// A header and rows.
    #[default]
    Csv,
    /// One JSON object a line.
    Ndjson,
}
