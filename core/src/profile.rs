//! What is agreed with a partner about its files?
//! The same terms hold for the daemon and for a browser; only where they are written down differs.

pub mod proposal;
mod wire;
mod zone_wire;

pub(crate) use wire::ProfileV1;
pub use wire::{ProfileError, VERSION};

use crate::field::Table;
use crate::moment::Moment;
use crate::plan::brake::Brake;
use crate::read::{Expected, Limits, ReadOptions};
use crate::reading::Reading;
use crate::unwrap::Encoding;
use crate::workbook::Workbooks;
use std::collections::BTreeSet;

/// What holds for the files of one partner.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The partner.
    pub partner: Box<str>,
    /// Does a file name changes only, or the whole book?
    pub delivery: Delivery,
    /// Are the orders that a full book does not name ended?
    pub end_missing: bool,
    /// Is a file with a rejected row rejected as a whole?
    pub file_policy: FilePolicy,
    /// The thresholds.
    pub brake: Brake,
    /// The offers that may be imported; all where there is none.
    pub offers: Option<BTreeSet<String>>,
    /// The text that clears a value.
    pub clear_token: Box<str>,
    /// The limits of a file.
    pub limits: Limits,
    /// How values and headers are written.
    pub reading: Reading,
    /// The encoding of its files; nothing where each tells its own.
    pub encoding: Option<Encoding>,
    /// The sheet of a workbook that is read; the first one that is shown where there is none.
    pub sheet: Option<Box<str>>,
}

/// Whether a file names all orders of its partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Changes only.
    #[default]
    Delta,
    /// The whole book.
    Full,
}

/// What becomes of a file in which some rows are rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilePolicy {
    /// Good rows are applied.
    #[default]
    Rows,
    /// No row is applied.
    File,
}

impl Profile {
    /// The profile of a partner with whom nothing else is agreed.
    pub fn of(partner: &str) -> Self {
        Self {
            partner: partner.into(),
            delivery: Delivery::default(),
            end_missing: false,
            file_policy: FilePolicy::default(),
            brake: Brake::default(),
            offers: None,
            clear_token: "NULL".into(),
            limits: Limits::default(),
            reading: Reading::default(),
            encoding: None,
            sheet: None,
        }
    }

    /// How the partner's orders files are read at an instant.
    pub fn read_options(&self, now: Moment) -> ReadOptions {
        ReadOptions {
            table: Table::Orders,
            now,
            limits: self.limits,
            clear_token: self.clear_token.clone(),
            reading: self.reading.clone(),
            encoding: self.encoding,
            expected: Expected::AnyFormat,
            sheet: self.sheet.clone(),
            workbooks: Workbooks::default(),
        }
    }
}

impl Delivery {
    /// Both, in their order.
    pub const ALL: [Self; 2] = [Self::Delta, Self::Full];

    /// `delta` or `full`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delta => "delta",
            Self::Full => "full",
        }
    }
}

impl FilePolicy {
    /// Both, in their order.
    pub const ALL: [Self; 2] = [Self::Rows, Self::File];

    /// `rows` or `file`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::File => "file",
        }
    }
}
