//! What is decided of the rows of some blocks?
//! By whatever is known: the same words of the planner, whether a snapshot answers, or nothing does.

use super::index::Entry;
use super::{Known, page};
use crate::finding::Finding;
use crate::moment::Moment;
use crate::plan::blocks::{DecidedRows, FileFacts, decide_blocks};
use crate::plan::knowledge::{Knowledge, Nothing};
use crate::plan::survey::{Surveyed, survey_blocks};
use crate::plan::{Context, Decision};
use crate::profile::Profile;
use crate::read::{Block, Shape};
use crate::report::PlanRow;
use std::convert::Infallible;

/// Decides rows with whatever is known.
pub(super) struct Teller<'t, K> {
    known: Option<&'t Known<K>>,
    context: Context<'t>,
}

impl<'t, K: Knowledge<Error = Infallible>> Teller<'t, K> {
    pub(super) fn of(profile: &'t Profile, known: Option<&'t Known<K>>, now: Moment) -> Self {
        Self {
            known,
            context: Context {
                partner: &profile.partner,
                offers: profile.offers.as_ref(),
                catalog: known.map(|known| &known.catalog),
                now,
            },
        }
    }

    /// Is there nothing that could be held against a row but the file itself?
    pub(super) fn knows_nothing(&self) -> bool {
        self.known.is_none() && self.context.offers.is_none()
    }

    /// Decides the rows of blocks and counts what is found and decided.
    pub(super) fn survey(
        &self,
        shape: &Shape,
        blocks: &[Block],
        facts: &FileFacts,
        entry: &mut Entry,
    ) -> Surveyed {
        fn count<O>(entry: &mut Entry, decided: &DecidedRows<'_, O>) {
            decided.each_finding(&mut |finding| entry.add(finding));
        }
        let context = &self.context;
        let surveyed = match self.known {
            Some(Known { knowledge, .. }) => {
                survey_blocks(shape, blocks, knowledge, facts, context, &mut |decided| {
                    count(entry, decided);
                })
            }
            None => survey_blocks(shape, blocks, &Nothing, facts, context, &mut |decided| {
                count(entry, decided);
            }),
        };
        let surveyed = match surveyed {
            Ok(surveyed) => surveyed,
            Err(never) => match never {},
        };
        entry.counts = surveyed.counts;
        entry.customer_unknown = surveyed.customer_unknown;
        surveyed
    }

    /// Decides the rows of blocks and shows them.
    pub(super) fn show(
        &self,
        shape: &Shape,
        blocks: &[Block],
        facts: &FileFacts,
        see: &mut dyn Seeing,
    ) {
        let context = &self.context;
        let shown = match self.known {
            Some(Known { knowledge, .. }) => {
                decide_blocks(shape, blocks, knowledge, facts, context).map(|decided| {
                    page::see(&decided, see);
                })
            }
            None => decide_blocks(shape, blocks, &Nothing, facts, context).map(|decided| {
                page::see(&decided, see);
            }),
        };
        match shown {
            Ok(()) => {}
            Err(never) => match never {},
        }
    }
}

/// Sees what was decided, record by record.
pub(super) trait Seeing {
    /// A finding, about a row or about a record that holds nothing.
    fn finding(&mut self, finding: &Finding, key: Option<&str>);
    /// A decided row.
    fn row(&mut self, row: &PlanRow<'_>, decision: Decision);
}
