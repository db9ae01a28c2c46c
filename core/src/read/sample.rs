//! What does the beginning of a file show of its columns?
//! Decided from the first bytes behind the header, so many and no more, however they arrived and wherever blocks end.

use super::csv_frame::CsvFrame;
use super::{Cell, Column, Shape, records};
use crate::field::{Field, Kind};
use crate::reading::local_time::{First, evidence};
use crate::reading::{DateOrder, Values};
use std::collections::VecDeque;

/// So many bytes behind the header are looked at.
pub(super) const BYTES: usize = if cfg!(test) { 1 << 10 } else { 64 << 10 };

/// Is there anything that only the records show?
pub(super) fn is_wanted(shape: &Shape) -> bool {
    shape.format.has_columns()
        && shape.options.reading.values == Values::Lenient
        && shape.columns.iter().any(has_dates)
}

/// Notes of each column with dates what comes first in those that are written with slashes. `rest` is what stands behind
/// the header; where it is not all of the file, a last record that does not end in it is left out.
pub(super) fn look(shape: &mut Shape, rest: &[u8], whole: bool) {
    let agreed = match shape.options.reading.date_order {
        DateOrder::DayFirst => Some(First::Day),
        DateOrder::MonthFirst => Some(First::Month),
        DateOrder::Evident => None,
    };
    let shown = match agreed {
        Some(_) => vec![agreed; shape.columns.len()],
        None => shown_orders(shape, rest, whole),
    };
    for (column, order) in shape.columns.iter_mut().zip(shown) {
        if has_dates(column) {
            column.order = order;
        }
    }
}

fn has_dates(column: &Column) -> bool {
    column.field.is_some_and(is_date)
}

fn is_date(field: Field) -> bool {
    matches!(field.spec().kind, Kind::DateTime | Kind::Date)
}

fn shown_orders(shape: &Shape, rest: &[u8], whole: bool) -> Vec<Option<First>> {
    let mut seen = vec![Seen::default(); shape.columns.len()];
    // Without a slash or a hyphen in it there is nothing to be seen.
    let sample = &rest[..rest.len().min(BYTES)];
    let mut frame = CsvFrame::new(shape, (0, 1), 1);
    let mut blocks = VecDeque::new();
    frame.push(sample, &mut blocks);
    if whole && sample.len() == rest.len() {
        frame.finish(&mut blocks);
    } else {
        frame.stop(&mut blocks);
    }
    for block in &blocks {
        records(shape, block, &mut |record| {
            for at in record.cells {
                if let (true, Cell::Text(text)) = (is_date(at.field), &at.cell) {
                    seen[at.column as usize - 1].note(evidence(text.trim()));
                }
            }
        });
    }
    seen.iter().map(|seen| seen.order()).collect()
}

/// What the dates of a column show.
#[derive(Clone, Copy, Default)]
struct Seen {
    day_first: bool,
    month_first: bool,
}

impl Seen {
    fn note(&mut self, shown: Option<First>) {
        self.day_first |= shown == Some(First::Day);
        self.month_first |= shown == Some(First::Month);
    }

    /// Nothing where nothing is shown, or both.
    fn order(self) -> Option<First> {
        match (self.day_first, self.month_first) {
            (true, false) => Some(First::Day),
            (false, true) => Some(First::Month),
            _ => None,
        }
    }
}
