//! What is agreed with a partner about how its files are written?
//! Values and headers alone; it holds for files of cells, while JSON and the API are always read strictly.

pub mod absent;
pub mod local_time;
pub mod mapping;
pub mod number;
pub mod sheet_error;
pub mod tidy;
pub mod words;
pub mod zone;

use mapping::Mapping;
use words::PartnerWords;
use zone::Zone;

/// How the cells and headers of a partner's files are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Are other spellings than the platform's own understood?
    pub values: Values,
    /// Where the clocks hang that a time without an offset was read from.
    pub zone: Zone,
    /// Which of the two comes first where a date is written with slashes.
    pub date_order: DateOrder,
    /// The partner's own words for those of the platform.
    pub words: PartnerWords,
    /// The partner's own headers.
    pub mapping: Mapping,
}

/// Which spellings of values are understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// Those that partners write, where their meaning is certain.
    #[default]
    Lenient,
    /// RFC 3339, plain digits and the platform's words alone.
    Strict,
}

/// What the first number of `03/04/2026` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// What the beginning of the file shows of each column.
    #[default]
    Evident,
    /// The day.
    DayFirst,
    /// The month.
    MonthFirst,
}

impl Values {
    /// Both, in their order.
    pub const ALL: [Self; 2] = [Self::Lenient, Self::Strict];

    /// `lenient` or `strict`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lenient => "lenient",
            Self::Strict => "strict",
        }
    }
}

impl DateOrder {
    /// All of them, in their order.
    pub const ALL: [Self; 3] = [Self::Evident, Self::DayFirst, Self::MonthFirst];

    /// `evident`, `day-first` or `month-first`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Evident => "evident",
            Self::DayFirst => "day-first",
            Self::MonthFirst => "month-first",
        }
    }
}
