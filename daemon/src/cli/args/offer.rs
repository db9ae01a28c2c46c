//! How is the catalog of offers kept from the command line?
//!
//! Words of the platform's API stand here as the API writes them.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use super::{DataDirectory, Format};

/// `intake offer`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Subcommand)]
pub enum OfferAction {
    /// Adds an offer, or replaces the one of the same id
    #[command(
        after_help = "Example: intake offer add O_MZA1E7173120881551 --title 'Daily, digital' \
                      --managed-by EXTERNAL --access-right daily --data /var/lib/intake"
    )]
    Add(OfferAdd),
    /// Lists the catalog
    #[command(after_help = "Example: intake offer list --data /var/lib/intake")]
    List(OfferList),
    /// Adds or replaces the offers of a file: NDJSON, one offer a line
    #[command(after_help = "Example: intake offer load offers.ndjson --data /var/lib/intake")]
    Load(OfferLoad),
}

/// `intake offer add`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct OfferAdd {
    /// The offer's id: exactly 20 characters
    #[arg(value_name = "ID", value_parser = offer_id)]
    pub id: String,
    /// The internal title, up to 100 characters
    #[arg(long, value_name = "TITLE")]
    pub title: String,
    /// Who manages orders of it: only EXTERNAL and WBZ offers can be imported
    #[arg(long, value_enum, value_name = "WHO")]
    pub managed_by: ManagedBy,
    /// The unique id of an access right that an order gives; may be given several times
    #[arg(long = "access-right", value_name = "UNIQUE_ID")]
    pub access_rights: Vec<String>,
    /// A payment method that may be used; may be given several times, by default all may
    #[arg(long = "payment-method", value_name = "METHOD")]
    pub payment_methods: Vec<String>,
    /// One customer may hold the offer more than once
    #[arg(long)]
    pub multiple_purchases: bool,
    /// The offer is no longer sold
    #[arg(long)]
    pub archived: bool,
    /// Whose catalog.
    #[command(flatten)]
    pub data: DataDirectory,
}

/// Who manages the orders of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "UPPERCASE")]
#[value(rename_all = "UPPERCASE")]
pub enum ManagedBy {
    /// A partner's system.
    External,
    /// A dealer of the German magazine subscription trade.
    Wbz,
    /// The platform itself; such an offer cannot be imported.
    Plenigo,
}

/// `intake offer list`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct OfferList {
    /// Whose catalog.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of the list; `json` is one object a line
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

/// `intake offer load`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct OfferLoad {
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Whose catalog.
    #[command(flatten)]
    pub data: DataDirectory,
}

fn offer_id(argument: &str) -> Result<String, &'static str> {
    if argument.chars().count() == 20 {
        return Ok(argument.to_owned());
    }
    Err("an offer's id has exactly 20 characters, such as O_MZA1E7173120881551")
}
