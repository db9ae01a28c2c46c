//! Which records of a file share their key, and what follows for each?
//! Known after one pass over the file; the passes that plan and apply ask here record by record.

use crate::code::Code;
use crate::finding::{Detail, Finding};
use std::collections::{BTreeMap, BTreeSet};

/// Records whose key stands in another record too. Grows with them only.
#[derive(Debug, Default)]
pub struct Twins {
    by_row: BTreeMap<u64, Twin>,
    repeated: BTreeSet<u64>,
}

/// What follows for one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twin {
    /// An earlier record says the same: this one changes nothing.
    Repeats(u64, u64),
    /// Another record says something else: both are rejected.
    Contradicts(u64, u64),
}

impl Twins {
    /// Hears a finding of the tally; anything but twins is passed over.
    pub fn hear(&mut self, finding: &Finding) {
        let Detail::Record(row, line) = finding.detail else {
            return;
        };
        match finding.code {
            Code::DuplicateSame => {
                self.by_row
                    .entry(finding.row)
                    .or_insert(Twin::Repeats(row, line));
                self.repeated.insert(row);
            }
            Code::DuplicateDifferent => {
                let twin = Twin::Contradicts(row, line);
                let known = self.by_row.entry(finding.row).or_insert(twin);
                if matches!(known, Twin::Repeats(..)) {
                    *known = twin;
                }
            }
            _ => {}
        }
    }

    /// What follows for a record. A record that repeats a contradicted one is contradicted as well.
    pub fn of(&self, row: u64) -> Option<Twin> {
        let twin = *self.by_row.get(&row)?;
        if let Twin::Repeats(first, _) = twin
            && let Some(Twin::Contradicts(row, line)) = self.by_row.get(&first)
        {
            return Some(Twin::Contradicts(*row, *line));
        }
        Some(twin)
    }

    /// Does a later record say the same as this one?
    pub fn is_repeated(&self, row: u64) -> bool {
        self.repeated.contains(&row)
    }

    /// Does every record have a key of its own?
    pub fn is_empty(&self) -> bool {
        self.by_row.is_empty()
    }
}
