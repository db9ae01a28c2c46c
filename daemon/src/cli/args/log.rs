//! How is it said which entries of the import log are meant?
//! `intake log` shows them, `intake export log` writes them for other programs: one choice serves both.

use std::ffi::OsString;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{DataDirectory, Format, PointInTime, partner_name};

/// `intake log`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct Log {
    /// Whose log.
    #[command(flatten)]
    pub data: DataDirectory,
    /// Which entries.
    #[command(flatten)]
    pub choice: LogChoice,
    /// Goes on with new entries as they come
    #[arg(long, short, conflicts_with = "until")]
    pub follow: bool,
    /// The form of the entries; `json` is one object a line
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub format: Format,
}

/// Which entries of the log are meant; where nothing is given, all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Args)]
pub struct LogChoice {
    /// Only the order with this external system id
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Only orders of this offer
    #[arg(long, value_name = "OFFER")]
    pub offer: Option<String>,
    /// Only files of this partner
    #[arg(long, value_name = "PARTNER", value_parser = partner_name)]
    pub partner: Option<String>,
    /// Only files of this name
    #[arg(long, value_name = "NAME")]
    pub file: Option<OsString>,
    /// Only rows that were rejected
    #[arg(long)]
    pub failed: bool,
    /// Only from this time on: RFC 3339, a date, or how long ago, such as `2h`
    #[arg(long, value_name = "TIME")]
    pub since: Option<PointInTime>,
    /// Only up to this time, in the same forms; a date means its whole day
    #[arg(long, value_name = "TIME")]
    pub until: Option<PointInTime>,
}
