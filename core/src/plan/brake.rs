//! Would a plan change more than a partner's file usually may?
//! Held against counts alone, before the first write; a plan over a threshold waits for the operator.

use super::{Counts, Decision};
use crate::finding::Language;

/// The thresholds of one partner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brake {
    /// Running orders that end, proposed ends of a full book that are carried out included.
    pub ends: Option<Threshold>,
    /// Running orders that change in any way.
    pub updates: Option<Threshold>,
    /// Rows that are rejected, of the rows of the file.
    pub rejects: Option<Threshold>,
}

/// Passed where both are passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// A share from 0 to 1.
    pub share: f64,
    /// A count.
    pub count: u64,
}

/// Why a plan is held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// What there is too much of: `ends`, `updates` or `rejects`.
    pub what: &'static str,
    /// How many the plan has.
    pub planned: u64,
    /// Of how many.
    pub of: u64,
    /// The threshold.
    pub threshold: Threshold,
}

impl Held {
    /// The reason in words: what there is too much of, and which threshold that passes.
    pub fn reason(&self, language: Language) -> String {
        let Self {
            what,
            planned,
            of,
            threshold: Threshold { share, count },
        } = self;
        let share = share * 100.0;
        match language {
            Language::En => {
                format!("{what}: {planned} of {of}, more than {count} and more than {share} %")
            }
            Language::De => {
                let what = match *what {
                    "ends" => "Beendigungen",
                    "updates" => "Änderungen",
                    _ => "Ablehnungen",
                };
                format!("{what}: {planned} von {of}, mehr als {count} und mehr als {share} %")
            }
        }
    }
}

impl Default for Brake {
    /// More than 20 % of the partner's running orders ended, where that is more than 50.
    fn default() -> Self {
        Self {
            ends: Some(Threshold {
                share: 0.20,
                count: 50,
            }),
            updates: None,
            rejects: None,
        }
    }
}

impl Brake {
    /// A brake that never holds.
    pub const OFF: Self = Self {
        ends: None,
        updates: None,
        rejects: None,
    };

    /// Holds a plan against the thresholds. `running` counts the partner's running orders before it,
    /// `missing_ends` the ends of a full book that would be carried out.
    pub fn hold(&self, counts: &Counts, running: u64, missing_ends: u64) -> Option<Held> {
        let ends = counts.of(Decision::End) + missing_ends;
        let updates = Decision::ALL
            .iter()
            .filter(|d| d.changes_order())
            .map(|d| counts.of(*d))
            .sum::<u64>()
            + missing_ends;
        let rejects = counts.of(Decision::Reject);
        let tries = [
            ("ends", self.ends, ends, running),
            ("updates", self.updates, updates, running),
            ("rejects", self.rejects, rejects, counts.rows()),
        ];
        tries
            .into_iter()
            .find_map(|(what, threshold, planned, of)| {
                let threshold = threshold?;
                let over =
                    planned > threshold.count && planned as f64 > threshold.share * of as f64;
                over.then_some(Held {
                    what,
                    planned,
                    of,
                    threshold,
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ends: u64, running: u64, expect: bool) {
        let mut counts = Counts::default();
        counts.by_decision[Decision::End as usize] = ends;
        assert_eq!(
            Brake::default().hold(&counts, running, 0).is_some(),
            expect,
            "{ends}/{running}"
        );
        assert_eq!(
            Brake::default()
                .hold(&Counts::default(), running, ends)
                .is_some(),
            expect
        );
    }

    #[test]
    fn holds_over_share_and_count_only() {
        check(50, 100, false);
        check(51, 100, true);
        check(51, 255, false);
        check(52, 255, true);
        check(200, 1000, false);
        check(201, 1000, true);
        check(60, 0, true);
    }

    #[test]
    fn rejects_are_held_against_the_file() {
        let rejects = Some(Threshold {
            share: 0.5,
            count: 1,
        });
        let brake = Brake {
            ends: None,
            updates: None,
            rejects,
        };
        let mut counts = Counts::default();
        counts.by_decision[Decision::Reject as usize] = 6;
        counts.by_decision[Decision::Create as usize] = 4;
        let held = brake.hold(&counts, 0, 0).unwrap();
        assert_eq!((held.what, held.planned, held.of), ("rejects", 6, 10));
        assert_eq!(Brake::OFF.hold(&counts, 0, 1000), None);
    }
}
