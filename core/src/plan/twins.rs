//! Which records of a file share their key, and what follows for each?
//! Known after one pass over the file; the passes that plan and apply ask here record by record.

use crate::code::Code;
use crate::finding::{Detail, Finding};
use std::collections::{BTreeMap, BTreeSet};

/// Records whose key stands in another record too. Grows with them only.
#[derive(Debug, Default)]
pub struct Twins {
    by_row: BTreeMap<u64, Heard>,
    repeated: BTreeSet<u64>,
}

/// What was heard of one record. One that repeats an earlier record may be contradicted later.
#[derive(Debug, Default)]
struct Heard {
    repeats: Option<(u64, u64)>,
    contradicts: Option<(u64, u64)>,
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
        let other = Some((row, line));
        match finding.code {
            Code::DuplicateSame => {
                let heard = self.by_row.entry(finding.row).or_default();
                heard.repeats = heard.repeats.or(other);
                self.repeated.insert(row);
            }
            Code::DuplicateDifferent => {
                let heard = self.by_row.entry(finding.row).or_default();
                heard.contradicts = heard.contradicts.or(other);
            }
            _ => {}
        }
    }

    /// Notes that two records say different things of one customer, at the first of these places.
    pub(super) fn contradict(&mut self, (row, _): (u64, u64), other: (u64, u64)) {
        let heard = self.by_row.entry(row).or_default();
        heard.contradicts = heard.contradicts.or(Some(other));
    }

    /// Everything that is to be told of a record, in the order in which it was found.
    pub fn told_of(&self, row: u64) -> impl Iterator<Item = Twin> {
        let heard = self.by_row.get(&row);
        let repeats = heard.and_then(|heard| heard.repeats);
        let contradicts = heard.and_then(|heard| heard.contradicts);
        let repeats = repeats.map(|(row, line)| Twin::Repeats(row, line));
        let contradicts = contradicts.map(|(row, line)| Twin::Contradicts(row, line));
        repeats.into_iter().chain(contradicts)
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
