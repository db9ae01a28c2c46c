//! How is the operator's look at what goes upstream asked for?

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::{DataDirectory, Format};

/// `intake outbox`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Subcommand)]
pub enum OutboxAction {
    /// Shows how sending stands, and every change that upstream refuses
    #[command(after_help = "Example: intake outbox list --data /var/lib/intake --format json")]
    List(OutboxList),
    /// Has refused changes sent again, each as its order stands now
    #[command(after_help = "Example: intake outbox retry A-4711 --data /var/lib/intake")]
    Retry(OutboxChoice),
    /// Lets refused changes go: they are not sent, and not listed any more
    #[command(after_help = "Example: intake outbox drop --code 97002 --data /var/lib/intake")]
    Drop(OutboxChoice),
    /// Has everything sent that is known here, to an upstream that has nothing yet: customers, and orders as they stand. Offers
    /// must be there already. While nothing is sent (`mode = "off"`, or the daemon stopped); sending begins with the next start
    #[command(after_help = "Example: intake outbox fill --data /var/lib/intake")]
    Fill(OutboxFill),
}

/// `intake outbox fill`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct OutboxFill {
    /// Whose outbox.
    #[command(flatten)]
    pub data: DataDirectory,
}

/// `intake outbox list`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct OutboxList {
    /// Also what was dropped
    #[arg(long)]
    pub dropped: bool,
    /// Whose outbox.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

/// `intake outbox retry` and `intake outbox drop`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct OutboxChoice {
    /// The orders by their external system ids, or the customers by their ids
    #[arg(value_name = "ID", required_unless_present_any = ["all", "code"])]
    pub ids: Vec<String>,
    /// Everything that is refused
    #[arg(long, conflicts_with_all = ["ids", "code"])]
    pub all: bool,
    /// Everything that is refused with this code of the platform's
    #[arg(long, value_name = "CODE", conflicts_with = "ids")]
    pub code: Option<u32>,
    /// Whose outbox.
    #[command(flatten)]
    pub data: DataDirectory,
}
