//! What would a held plan do, row by row?
//! Planned anew from the very bytes that wait, by the same code that a release runs; changes nothing.

use crate::import::survey::{DecidedRows, Showing, Shown};
use crate::import::{Import, ImportError};
use crate::open_data::OpenData;
use crate::state::FileRecord;
use intake_core::plan::{Counts, Decision};
use intake_core::report::PlanRow;
use std::io;

/// Which rows are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Those with this decision.
    Decided(Decision),
    /// The running orders that a whole book does not name.
    Missing,
}

/// A page of rows.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// Each as the plan's JSON tells it.
    pub(crate) lines: Vec<Vec<u8>>,
    /// Behind which place there are more.
    pub(crate) next: Option<u64>,
}

impl Sort {
    /// The sort of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if name == "missing" {
            return Some(Self::Missing);
        }
        let decision = Decision::ALL.into_iter().find(|one| one.name() == name);
        decision.map(Self::Decided)
    }

    fn count(self, counts: &Counts) -> u64 {
        match self {
            Self::Decided(decision) => counts.of(decision),
            Self::Missing => counts.missing,
        }
    }
}

/// So many rows of one sort, behind the first `after` of them.
pub(crate) fn rows(
    data: &OpenData,
    record: FileRecord,
    sort: Sort,
    after: u64,
    most: usize,
) -> Result<Rows, ImportError> {
    let planned = record.counts.as_ref().map(crate::entry::counts_of);
    if planned.is_some_and(|counts| sort.count(&counts) <= after) {
        return Ok(Rows::default());
    }
    let import = Import::take_up(data, record, &|_| true)?;
    let mut page = Page {
        before: after,
        most,
        rows: Rows::default(),
        place: 0,
    };
    let show = |_: &_, decided: &DecidedRows<'_>| {
        let mut text = Vec::new();
        for row in &decided.rows {
            if sort == Sort::Decided(row.decision) {
                PlanRow::of(row).put(&mut text);
                text.push(b'\n');
            }
        }
        let findings = Vec::new();
        Shown { text, findings }
    };
    let mut take = |shown: Shown| -> io::Result<()> {
        for line in shown.text.split(|byte| *byte == b'\n') {
            if !line.is_empty() && page.take(line) {
                // Nothing behind it is asked for: the rest need not be planned.
                return Err(io::ErrorKind::Other.into());
            }
        }
        Ok(())
    };
    let (show, take) = (&show, &mut take);
    let surveyed = import.show_plan(Showing {
        show,
        take,
        of_rejected_files: false,
    });
    if page.rows.next.is_some() {
        return Ok(page.rows);
    }
    let survey = surveyed?;
    if sort == Sort::Missing {
        import.each_missing(&survey, &mut |row| {
            let mut line = Vec::new();
            row.put(&mut line);
            page.take(&line);
        })?;
    }
    Ok(page.rows)
}

struct Page {
    before: u64,
    most: usize,
    rows: Rows,
    place: u64,
}

impl Page {
    /// Takes one more row. True: the page is full, and there are more.
    fn take(&mut self, line: &[u8]) -> bool {
        self.place += 1;
        if self.place <= self.before {
            return false;
        }
        if self.rows.lines.len() == self.most {
            self.rows.next = Some(self.before + self.most as u64);
            return true;
        }
        self.rows.lines.push(line.to_vec());
        false
    }
}
