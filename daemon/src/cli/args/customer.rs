//! How are customers kept from the command line?
//!
//! The values are taken as they are given; whether they are valid is for the rules of the domain.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use super::{DataDirectory, Format};

/// `intake customer`
#[expect(
    clippy::large_enum_variant,
    reason = "there is one for each run of the program"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Subcommand)]
pub enum CustomerAction {
    /// Adds a customer
    #[command(
        after_help = "Example: intake customer add --email reader@example.org --language de \
                      --id 100003 --data /var/lib/intake"
    )]
    Add(CustomerAdd),
    /// Shows a customer
    #[command(after_help = "Example: intake customer show 100003 --data /var/lib/intake")]
    Show(CustomerShow),
    /// Adds the customers of a file: NDJSON, one customer a line
    #[command(after_help = "Example: intake customer load customers.ndjson --data /var/lib/intake")]
    Load(CustomerLoad),
}

/// `intake customer add`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct CustomerAdd {
    /// The email address; no other customer may have it
    #[arg(long, value_name = "EMAIL")]
    pub email: String,
    /// The language as ISO 639-1: two letters
    #[arg(long, value_name = "LANGUAGE")]
    pub language: String,
    /// The customer's id; assigned where none is given
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// The id in the partner's system
    #[arg(long, value_name = "ID")]
    pub external_system_id: Option<String>,
    /// The user name; no other customer may have it
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// DIVERSE, MR, MRS or NONE
    #[arg(long, value_name = "SALUTATION")]
    pub salutation: Option<String>,
    /// The first name
    #[arg(long, value_name = "NAME")]
    pub first_name: Option<String>,
    /// The last name
    #[arg(long, value_name = "NAME")]
    pub last_name: Option<String>,
    /// The email address for invoices
    #[arg(long, value_name = "EMAIL")]
    pub invoice_email: Option<String>,
    /// The mobile number in the form of E.164, such as +4930123456
    #[arg(long, value_name = "NUMBER")]
    pub mobile_number: Option<String>,
    /// The birthday, such as 1980-01-31
    #[arg(long, value_name = "DATE")]
    pub birthday: Option<String>,
    /// Where the customer was registered
    #[arg(long, value_name = "SOURCE")]
    pub registration_source: Option<String>,
    /// Where the customer goes.
    #[command(flatten)]
    pub data: DataDirectory,
}

/// `intake customer show`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct CustomerShow {
    /// The customer's id or email address
    #[arg(value_name = "ID|EMAIL")]
    pub id_or_email: String,
    /// Where the customer is.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of the customer
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

/// `intake customer load`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct CustomerLoad {
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the customers go.
    #[command(flatten)]
    pub data: DataDirectory,
}
