//! What can the program be asked to do, and how is it asked?
//!
//! Arguments become plain data that may be sent to a running daemon; what can be checked without
//! the data directory is checked here. The help, and the documentation made from it, is the only
//! description of a command.

mod backup;
mod customer;
mod export;
mod global;
mod init;
mod log;
mod offer;
mod outbox;
mod partner_file;
mod point_in_time;
mod reference;
mod revert;
mod snapshot;
mod tidy;
mod token;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

pub use backup::{Backup, Restore};
pub use customer::{CustomerAction, CustomerAdd, CustomerLoad, CustomerShow};
pub use export::{ExportAction, ExportFormat, ExportLog, ExportOrders};
pub use global::{Color, Global, Language};
pub use init::Init;
pub use log::{Log, LogChoice};
pub use offer::{ManagedBy, OfferAction, OfferAdd, OfferList, OfferLoad};
pub use outbox::{OutboxAction, OutboxChoice, OutboxFill, OutboxList};
pub use partner_file::{Check, FixChoice, Import, Input, Plan, ReportFormat};
pub use point_in_time::PointInTime;
pub use reference::reference;
pub use revert::Revert;
pub use snapshot::{ProfileAction, ProfileInit, ProfileShow, Snapshot};
pub use tidy::Tidy;
pub use token::{TokenAction, TokenNew};

use crate::config::is_partner_name;

/// How a command ended, for the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// 0: done, and nothing was found.
    Done,
    /// 1: done, and there are findings.
    Findings,
    /// 2: it could not run.
    CouldNotRun,
}

impl Outcome {
    /// The number for the shell.
    pub fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Findings => 1,
            Outcome::CouldNotRun => 2,
        }
    }
}

impl From<Outcome> for std::process::ExitCode {
    fn from(outcome: Outcome) -> Self {
        std::process::ExitCode::from(outcome.code())
    }
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 findings (rejected rows, a refused config, a store \
                          that differs from its journal), 2 could not run.";

/// Reads partner files of externally managed orders, checks, plans and applies them.
#[derive(Clone, Debug, PartialEq, Parser)]
#[command(name = "intake", version, after_help = EXIT_CODES, infer_subcommands = false)]
#[command(disable_help_subcommand = true, arg_required_else_help = false)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What is to be done.
    #[command(subcommand)]
    pub command: Command,
}

/// Reads a command line; the first argument is the program's name.
///
/// The error is the text for the person, be it help that was asked for or a wrong argument;
/// [`clap::Error::exit`] shows it and ends with 0 or 2.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(arguments)
}

/// One of the program's commands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Subcommand)]
pub enum Command {
    /// Watches the inbox and imports what partners drop there, until it is told to stop
    #[command(after_help = "Example: intake serve --data /var/lib/intake")]
    Serve(Serve),
    /// Validates files and reports every finding; changes nothing
    #[command(after_help = "Example: intake check orders.csv --partner alpha --format json")]
    Check(Check),
    /// Shows what the import of a file would do; changes nothing
    #[command(
        after_help = "Example: intake plan orders.csv --partner alpha --data /var/lib/intake"
    )]
    Plan(Plan),
    /// Imports files at once, without the inbox
    #[command(
        after_help = "Example: intake import orders.csv --partner alpha --data /var/lib/intake"
    )]
    Import(Import),
    /// Shows the import log: what was decided for each row, and why
    #[command(
        after_help = "Example: intake log --data /var/lib/intake --partner alpha --failed --since 2h"
    )]
    Log(Log),
    /// Shows an order with its subscription, access right and whole history
    #[command(after_help = "Example: intake order A-4711 --data /var/lib/intake")]
    Order(Order),
    /// Keeps the catalog of offers
    #[command(subcommand)]
    Offer(OfferAction),
    /// Keeps the customers
    #[command(subcommand)]
    Customer(CustomerAction),
    /// Lists every file with its state, counts and age
    #[command(after_help = "Example: intake files --data /var/lib/intake")]
    Files(Files),
    /// Applies a plan that is held
    #[command(after_help = "Example: intake release 01JZX3V9Q4 --data /var/lib/intake")]
    Release(Held),
    /// Discards a plan that is held; its file is rejected
    #[command(after_help = "Example: intake discard 01JZX3V9Q4 --data /var/lib/intake")]
    Discard(Held),
    /// Undoes an import: plans its reverse, and applies that as an import of its own
    #[command(after_help = "Example: intake revert 000017 --dry-run --data /var/lib/intake")]
    Revert(Revert),
    /// Shows what goes upstream, and decides what becomes of what is refused there
    #[command(subcommand)]
    Outbox(OutboxAction),
    /// Makes the store anew from the journal
    #[command(after_help = "Example: intake rebuild --data /var/lib/intake")]
    Rebuild(Rebuild),
    /// Compares the store with the journal, row by row; changes nothing
    #[command(after_help = "Example: intake verify --data /var/lib/intake")]
    Verify(Verify),
    /// Takes a backup of the data directory as it stands now, while the daemon goes on
    #[command(
        after_help = "Example: intake backup /mnt/backup/intake --keep 14 --data /var/lib/intake"
    )]
    Backup(Backup),
    /// Writes what is known as files that other programs read
    #[command(subcommand)]
    Export(ExportAction),
    /// Removes what imports left behind and what `[retention]` does not keep, as the daemon does each hour
    #[command(after_help = "Example: intake tidy --dry-run --data /var/lib/intake")]
    Tidy(Tidy),
    /// Makes a data directory from a backup, after every file of it is found good
    #[command(after_help = "Example: intake restore /mnt/backup/intake --data /var/lib/intake")]
    Restore(Restore),
    /// Makes a data directory with a commented config, from arguments or from answers on a terminal
    #[command(
        after_help = "Example: intake init /var/lib/intake --partner kiosk --offers offers.ndjson"
    )]
    Init(Init),
    /// Checks and shows the configuration
    #[command(subcommand)]
    Config(ConfigAction),
    /// Writes what a browser needs to plan exactly: the catalog and a partner's own orders
    #[command(
        after_help = "Example: intake snapshot --partner alpha --out alpha.intake-snapshot --data /var/lib/intake"
    )]
    Snapshot(Snapshot),
    /// Shows what is agreed with a partner
    #[command(subcommand)]
    Profile(ProfileAction),
    /// Keeps the tokens with which partners upload files
    #[command(subcommand)]
    Token(TokenAction),
    /// Prints an empty file with every field that a partner can send
    #[command(after_help = "Example: intake template --format csv > orders.csv")]
    Template(Template),
}

impl Command {
    /// The data directory that the command names, where it names one.
    pub fn data_directory(&self) -> Option<&Path> {
        let data = match self {
            Command::Serve(Serve { data })
            | Command::Plan(Plan { data, .. })
            | Command::Import(Import { data, .. })
            | Command::Log(Log { data, .. })
            | Command::Order(Order { data, .. })
            | Command::Offer(
                OfferAction::Add(OfferAdd { data, .. })
                | OfferAction::List(OfferList { data, .. })
                | OfferAction::Load(OfferLoad { data, .. }),
            )
            | Command::Customer(
                CustomerAction::Add(CustomerAdd { data, .. })
                | CustomerAction::Show(CustomerShow { data, .. })
                | CustomerAction::Load(CustomerLoad { data, .. }),
            )
            | Command::Outbox(
                OutboxAction::List(OutboxList { data, .. })
                | OutboxAction::Retry(OutboxChoice { data, .. })
                | OutboxAction::Drop(OutboxChoice { data, .. })
                | OutboxAction::Fill(OutboxFill { data }),
            )
            | Command::Files(Files { data, .. })
            | Command::Release(Held { data, .. })
            | Command::Discard(Held { data, .. })
            | Command::Rebuild(Rebuild { data })
            | Command::Snapshot(Snapshot { data, .. })
            | Command::Backup(Backup { data, .. })
            | Command::Revert(Revert { data, .. })
            | Command::Tidy(Tidy { data, .. })
            | Command::Export(
                ExportAction::Orders(ExportOrders { data, .. })
                | ExportAction::Log(ExportLog { data, .. }),
            )
            | Command::Verify(Verify { data }) => data,
            Command::Check(Check { data, .. })
            | Command::Restore(Restore { data, .. })
            | Command::Profile(
                ProfileAction::Show(ProfileShow { data, .. })
                | ProfileAction::Init(ProfileInit { data, .. }),
            )
            | Command::Config(ConfigAction::Check { data }) => {
                return data.as_deref();
            }
            // It finds no config there: it writes the first one.
            Command::Init(_)
            | Command::Config(ConfigAction::ShowDefault)
            | Command::Token(_)
            | Command::Template(_) => return None,
        };
        Some(&data.path)
    }
}

/// The data directory, where a command cannot do without.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct DataDirectory {
    /// The data directory
    #[arg(
        long = "data",
        value_name = "DIR",
        env = "INTAKE_DATA",
        hide_env_values = true
    )]
    pub path: PathBuf,
}

/// Text for people, or one JSON document (for lists: one object a line).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// `intake serve`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Serve {
    /// Where everything is kept.
    #[command(flatten)]
    pub data: DataDirectory,
}

/// `intake order`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Order {
    /// The order's external system id
    #[arg(value_name = "EXTERNAL_ID")]
    pub external_id: String,
    /// Where the order is.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of the order
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

/// `intake files`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Files {
    /// Whose files.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of the list
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

/// `intake release` and `intake discard`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Held {
    /// The import, as `intake files` names it
    #[arg(value_name = "ID")]
    pub id: String,
    /// Where the import is held.
    #[command(flatten)]
    pub data: DataDirectory,
}

/// `intake rebuild`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Rebuild {
    /// Whose store.
    #[command(flatten)]
    pub data: DataDirectory,
}

/// `intake verify`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Verify {
    /// Whose store.
    #[command(flatten)]
    pub data: DataDirectory,
}

/// `intake config`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Subcommand)]
pub enum ConfigAction {
    /// Names every problem of the config file, or what it sets other than by default
    #[command(after_help = "Example: intake config check --config intake.toml")]
    Check {
        /// The data directory whose `intake.toml` is checked where no --config is given
        #[arg(long, value_name = "DIR", env = "INTAKE_DATA", hide_env_values = true)]
        data: Option<PathBuf>,
    },
    /// Prints a config file with every key, its meaning and its default
    #[command(after_help = "Example: intake config show-default > intake.toml")]
    ShowDefault,
}

/// `intake template`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Template {
    /// The form of the file
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: TemplateFormat,
}

/// The form of a file that a partner sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum TemplateFormat {
    /// A header and rows.
    #[default]
    Csv,
    /// One JSON object a line.
    Ndjson,
}

fn partner_name(argument: &str) -> Result<String, &'static str> {
    if is_partner_name(argument) {
        return Ok(argument.to_owned());
    }
    Err("a partner's name has up to 64 of a-z, 0-9, `-` and `_`, and begins with a letter or digit")
}

#[cfg(test)]
mod tests;
