//! What would an import do, row by row, for whoever looks before it goes on?
//! Planned anew from its own copy, by its own terms and at its own instant; changes nothing.

use intake_core::plan::survey::each_missing;
use intake_core::report::PlanRow;

use super::{Import, sha256_of};
use crate::import::ImportError;
use crate::import::pass::Hashing;
use crate::import::survey::{Showing, Survey, survey_showing};
use crate::state::StoredOrder;

impl Import<'_> {
    /// Plans it anew and shows each row as it is decided now, at the instant that the import's dates are held against.
    pub fn show_plan(&self, showing: Showing<'_>) -> Result<Survey, ImportError> {
        let (body, store) = (self.body(), self.data.books.store());
        let hashing = Hashing::Known(sha256_of(&self.record));
        let showing = Some(showing);
        Ok(survey_showing(
            &body,
            store,
            &self.terms,
            self.now,
            hashing,
            showing,
        )?)
    }

    /// The running orders that it does not name, where it is a whole book.
    pub fn each_missing(
        &self,
        survey: &Survey,
        take: &mut dyn FnMut(&PlanRow<'_>),
    ) -> Result<(), ImportError> {
        let (profile, tally) = (&self.terms.profile, &survey.plan.tally);
        let store = self.data.books.store();
        each_missing(
            profile,
            store,
            self.now,
            tally,
            &mut |order: &StoredOrder| {
                take(&PlanRow::missing(&order.terms, profile, self.now));
            },
        )?;
        Ok(())
    }
}
