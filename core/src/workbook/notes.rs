//! What is to be said of a sheet besides its cells?
//! Of what there may be much only how often it is and the first places are kept.

use crate::code::Code;
use crate::finding::{Detail, Finding, column_letters};
use std::fmt::Write as _;

/// What was seen while a sheet was read.
#[derive(Debug, Default)]
pub(super) struct Notes {
    hidden_rows: Places,
    hidden_columns: Vec<(u32, u32)>,
    merged: Places,
    formulas: Places,
}

#[derive(Debug, Default)]
struct Places {
    count: u64,
    first: Vec<Box<str>>,
}

/// So many places are named.
const NAMED: usize = 5;

impl Notes {
    /// Rows that are hidden together and hold something, with both ends.
    pub(super) fn hidden_rows(&mut self, first: u32, last: u32) {
        let count = u64::from(last - first) + 1;
        self.hidden_rows.add(count, || match count {
            1 => first.to_string(),
            _ => format!("{first}–{last}"),
        });
    }

    /// Columns that are hidden together, with both ends.
    pub(super) fn hidden_columns(&mut self, first: u32, last: u32) {
        if self.hidden_columns.len() < MOST_RANGES && first <= last {
            self.hidden_columns.push((first, last));
        }
    }

    /// Cells that were made one.
    pub(super) fn merged(&mut self, place: &str) {
        self.merged
            .add(1, || place.chars().take(LONGEST_PLACE).collect());
    }

    #[inline]
    pub(super) fn formula(&mut self, row: u32, column: u32) {
        self.formulas
            .add(1, || format!("{}{row}", column_letters(column)));
    }

    /// All that is to be said of a sheet whose last column with a value is this one.
    pub(super) fn findings(&self, widest: u32) -> Vec<Finding> {
        // Columns beyond the last value are often hidden, and hide nothing.
        let mut columns = Places::default();
        for (first, last) in &self.hidden_columns {
            let last = (*last).min(widest);
            if *first <= last {
                columns.add(u64::from(last - first) + 1, || match last - first {
                    0 => column_letters(last),
                    _ => format!("{}–{}", column_letters(*first), column_letters(last)),
                });
            }
        }
        let all = [
            (Code::SheetRowsHidden, &self.hidden_rows),
            (Code::SheetColumnsHidden, &columns),
            (Code::SheetCellsMerged, &self.merged),
            (Code::SheetFormulas, &self.formulas),
        ];
        let seen = all.into_iter().filter(|(_, places)| places.count > 0);
        seen.map(|(code, places)| Finding::about_file(code, Detail::Text(places.told())))
            .collect()
    }
}

/// A sheet whose every second column is hidden has more, and its reader has been told.
const MOST_RANGES: usize = 256;

/// `XFD1048576:XFD1048576`
const LONGEST_PLACE: usize = 21;

impl Places {
    #[inline]
    fn add(&mut self, count: u64, place: impl FnOnce() -> String) {
        self.count += count;
        if self.first.len() < NAMED {
            self.first.push(place().into());
        }
    }

    /// `12 (A1, B7, …)`
    fn told(&self) -> Box<str> {
        let mut text = format!("{} ({}", self.count, self.first.join(", "));
        if self.count > self.first.len() as u64 && self.first.len() == NAMED {
            // Writing into a `String` cannot fail.
            let _ = write!(text, ", …");
        }
        text.push(')');
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_places_are_named() {
        let mut notes = Notes::default();
        notes.hidden_columns(9, 16_384);
        assert!(notes.findings(8).is_empty());
        for row in 1..=7 {
            notes.hidden_rows(row, row);
        }
        notes.hidden_columns(2, 4);
        let told: Vec<_> = notes
            .findings(3)
            .into_iter()
            .map(|finding| finding.detail)
            .collect();
        let text = |text: &str| Detail::Text(text.into());
        assert_eq!(told, [text("7 (1, 2, 3, 4, 5, …)"), text("2 (B–C)")]);
    }
}
