//! How is it said which files of partners are to be checked, planned or imported?

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DataDirectory, Format, partner_name};

/// A file to read, or standard input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Input {
    /// Written `-`.
    Stdin,
    /// A file by its path, as it was given.
    File(PathBuf),
}

impl From<OsString> for Input {
    fn from(argument: OsString) -> Self {
        if argument == "-" {
            Input::Stdin
        } else {
            Input::File(argument.into())
        }
    }
}

/// `intake check`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Check {
    /// The files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<Input>,
    /// Checks by this partner's profile
    #[arg(long, value_name = "PARTNER", value_parser = partner_name)]
    pub partner: Option<String>,
    /// Checks offers and customers too, as this data directory knows them
    #[arg(long, value_name = "DIR", env = "INTAKE_DATA", hide_env_values = true)]
    pub data: Option<PathBuf>,
    /// The form of the report; `ndjson` is one finding a line
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: ReportFormat,
    /// Writes the file with its cells mended, then checks that one; `all` takes proposals too
    #[arg(
        long,
        value_enum,
        value_name = "WHICH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe"
    )]
    pub fix: Option<FixChoice>,
    /// Where the mended file is written; by default beside the file, with `.fixed` in its name; a workbook leaves as CSV
    #[arg(long, value_name = "FILE", requires = "fix")]
    pub output: Option<PathBuf>,
    /// The time that counts as now, so that a report can be repeated
    #[arg(long, value_name = "TIME", hide = true)]
    pub at: Option<Timestamp>,
}

/// Which cells are mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum FixChoice {
    /// Those whose meaning is certain.
    Safe,
    /// Those with a proposal too.
    All,
}

/// The form of a report of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub enum ReportFormat {
    /// For people.
    #[default]
    Text,
    /// One document for each file.
    Json,
    /// One finding a line.
    Ndjson,
}

/// `intake plan`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Plan {
    /// The file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The partner whose file it is
    #[arg(long, value_name = "PARTNER", value_parser = partner_name)]
    pub partner: String,
    /// The state that the plan is made against.
    #[command(flatten)]
    pub data: DataDirectory,
    /// Tells instead which rows are decided differently now than in this saved plan, and why
    #[arg(long, value_name = "PLAN")]
    pub against: Option<PathBuf>,
    /// The form of the plan
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
    /// The time that counts as now, so that a plan can be repeated
    #[arg(long, value_name = "TIME", hide = true)]
    pub at: Option<Timestamp>,
}

/// `intake import`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Import {
    /// The files, imported in this order
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The partner whose files they are
    #[arg(long, value_name = "PARTNER", value_parser = partner_name)]
    pub partner: String,
    /// Where the orders go.
    #[command(flatten)]
    pub data: DataDirectory,
    /// The form of the result
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}
