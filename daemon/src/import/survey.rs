//! What is wrong with a file, and what would its import do?
//! Changes nothing. Makes the passes that the core's survey asks for, on all cores.

use super::kept::{Group, KeptDecisions};
use super::pass::{Hashing, PassEnd, Step, over_groups};
use super::profile::Terms;
use crate::state::StoredOrder;
use crate::state::store::{Store, StoreError};
use intake_core::finding::Finding;
use intake_core::moment::Moment;
use intake_core::plan::Context;
use intake_core::plan::blocks::{self, FileFacts};
use intake_core::plan::survey::{
    self, Decisions, FirstPass, Surveyed, survey_blocks, survey_open_rows,
};
use intake_core::read::{Block, Shape};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A decided row of a file that is imported into the store.
pub type DecidedRow<'a> = blocks::DecidedRow<'a, StoredOrder>;

/// Such rows, of some blocks.
pub type DecidedRows<'a> = blocks::DecidedRows<'a, StoredOrder>;

/// The rows of some blocks that had to be asked about.
pub type OpenRows<'a> = intake_core::plan::blocks::OpenRows<'a, StoredOrder>;

/// How many blocks are decided at once: more make fewer look-ups and take more memory.
pub const GROUP: usize = 2;

/// What was found out.
#[derive(Debug)]
pub struct Survey {
    /// What the plan comes to.
    pub plan: survey::Survey,
    /// The end of the pass: hash, length, shape.
    pub end: PassEnd,
    /// What was decided for each row with everything that the file says.
    pub kept: KeptDecisions,
}

/// Why no survey could be made.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// The copy cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// The copy.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes of a block's rows what is to be shown of them; called in a worker.
pub type ShowRows<'s> = &'s (dyn Fn(&Shape, &DecidedRows<'_>) -> Shown + Sync);

/// What is shown of a block.
#[derive(Debug, Default)]
pub struct Shown {
    /// Output, ready to be written.
    pub text: Vec<u8>,
    /// Findings of its rows, where they are wanted.
    pub findings: Vec<Finding>,
}

/// How rows are shown.
pub struct Showing<'s> {
    /// Makes of a block's rows what is to be shown of them; called in a worker.
    pub show: ShowRows<'s>,
    /// Takes what was made, in the order of the file.
    pub take: &'s mut dyn FnMut(Shown) -> io::Result<()>,
    /// Are rows shown of a file that is rejected as a whole too? They are in no plan, but what is wrong with them is.
    pub of_rejected_files: bool,
}

/// Surveys a file against the state as it is now, after `writes` frames.
pub fn survey(
    body: &Path,
    store: &Store,
    terms: &Terms,
    now: Moment,
    hashing: Hashing,
    writes: u64,
) -> Result<Survey, SurveyError> {
    survey_hearing(body, store, terms, now, (hashing, writes), &mut |_| {})
}

/// The same; `hear` is told of everything that the file shows by itself, in its order.
pub fn survey_hearing(
    body: &Path,
    store: &Store,
    terms: &Terms,
    now: Moment,
    (hashing, writes): (Hashing, u64),
    hear: Hear<'_>,
) -> Result<Survey, SurveyError> {
    let mut survey = survey_all(body, store, terms, now, hashing, (None, hear))?;
    survey.kept.writes = writes;
    Ok(survey)
}

/// Hears of what was found.
pub type Hear<'h> = &'h mut dyn FnMut(&Finding);

/// The same; every row is shown as it is decided with everything that the file says.
pub fn survey_showing(
    body: &Path,
    store: &Store,
    terms: &Terms,
    now: Moment,
    hashing: Hashing,
    shown: Option<Showing<'_>>,
) -> Result<Survey, SurveyError> {
    survey_all(body, store, terms, now, hashing, (shown, &mut |_| {}))
}

fn survey_all(
    body: &Path,
    store: &Store,
    terms: &Terms,
    now: Moment,
    hashing: Hashing,
    (shown, hear): (Option<Showing<'_>>, Hear<'_>),
) -> Result<Survey, SurveyError> {
    let catalog = store.catalog();
    let profile = &terms.profile;
    let pass = Pass {
        body,
        store,
        terms,
        context: Context {
            partner: &profile.partner,
            offers: profile.offers.as_ref(),
            catalog: Some(&catalog),
            now,
        },
    };
    let mut first = FirstPass::default();
    let mut kept = KeptDecisions::default();
    let none = FileFacts::default();
    let end = pass.run(hashing, &none, None, &mut |step| {
        match step {
            Step::AboutFile(findings) => first.about_file(findings, hear),
            Step::Block(shape, surveyed) => {
                kept.put(surveyed.first_row, surveyed.group);
                first.blocks(&shape, surveyed.surveyed, hear);
            }
        }
        Ok(())
    })?;
    let learned = first.end(end.stopped);
    let mut again = None;
    if learned.tally.file_rejected {
        if let Some(showing) = shown.filter(|showing| showing.of_rejected_files) {
            pass.again(&end, &learned.facts, Some(showing), &mut kept)?;
        }
    } else if learned.again || shown.is_some() {
        again = Some(pass.again(&end, &learned.facts, shown, &mut kept)?);
    }
    let plan = learned.survey(again, profile, store, now)?;
    Ok(Survey { plan, end, kept })
}

/// What the passes over one file share.
struct Pass<'p> {
    body: &'p Path,
    store: &'p Store,
    terms: &'p Terms,
    context: Context<'p>,
}

impl Pass<'_> {
    fn again(
        &self,
        end: &PassEnd,
        facts: &FileFacts,
        mut shown: Option<Showing<'_>>,
        kept: &mut KeptDecisions,
    ) -> Result<Decisions, SurveyError> {
        let mut decisions = Decisions::default();
        let show = shown.as_ref().map(|showing| showing.show);
        self.run(Hashing::Known(end.sha256), facts, show, &mut |step| {
            if let Step::Block(_, surveyed) = step {
                kept.put(surveyed.first_row, surveyed.group);
                decisions.blocks(surveyed.surveyed);
                if let Some(showing) = &mut shown {
                    (showing.take)(surveyed.shown)?;
                }
            }
            Ok(())
        })?;
        Ok(decisions)
    }

    fn run(
        &self,
        hashing: Hashing,
        facts: &FileFacts,
        show: Option<ShowRows<'_>>,
        merge: &mut dyn FnMut(Step<SurveyedGroup>) -> io::Result<()>,
    ) -> Result<PassEnd, SurveyError> {
        let read = |source| SurveyError::Read {
            path: self.body.to_owned(),
            source,
        };
        let file = File::open(self.body).map_err(read)?;
        let options = self.terms.read_options(self.context.now);
        let work = |shape: &Shape, blocks: Vec<Block>| {
            let (mut shown, mut group) = (Shown::default(), Group::default());
            let (store, context) = (self.store, &self.context);
            let surveyed = match show {
                None => survey_open_rows(shape, &blocks, store, facts, context, &mut |open| {
                    group = Group::of_open(open);
                }),
                Some(show) => survey_blocks(shape, &blocks, store, facts, context, &mut |rows| {
                    shown = show(shape, rows);
                    group = Group::of(&rows.rows);
                }),
            }?;
            Ok::<_, StoreError>(SurveyedGroup {
                first_row: blocks.first().map_or(0, |first| first.first_row),
                surveyed,
                shown,
                group,
            })
        };
        let end = over_groups::<_, PassTrouble>(file, options, hashing, GROUP, work, |step| {
            let step = match step {
                Step::AboutFile(findings) => Step::AboutFile(findings),
                Step::Block(shape, surveyed) => Step::Block(shape, surveyed?),
            };
            Ok(merge(step)?)
        });
        end.map_err(|trouble| match trouble {
            PassTrouble::Io(source) => read(source),
            PassTrouble::Store(error) => error.into(),
        })
    }
}

/// What a worker makes of a group of blocks.
struct SurveyedGroup {
    first_row: u64,
    surveyed: Surveyed,
    shown: Shown,
    group: Group,
}

enum PassTrouble {
    Io(io::Error),
    Store(StoreError),
}

impl From<io::Error> for PassTrouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<StoreError> for PassTrouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::journal::{FrameSpan, Position};
    use crate::state::Effects;
    use intake_core::catalog::{Customer, Offer, OfferManager};
    use intake_core::field::Field;
    use intake_core::order::{PaymentMethod, Terms as OrderTerms};
    use intake_core::plan::Decision;
    use std::fmt::Write as _;

    const OFFER: &str = "O_MZA1E7173120881551";
    const START: &str = "2026-01-01T00:00:00Z";
    const KNOWN: u64 = 2500;

    fn store(folder: &Path) -> Store {
        let customer = |id: &str| Customer {
            id: id.into(),
            values: vec![(Field::Email, format!("{id}@example.org").into())],
        };
        let order = |order_id: u64| StoredOrder {
            order_id,
            partner: "alpha".into(),
            terms: OrderTerms {
                offer: OFFER.into(),
                invoice_customer: "C1".into(),
                start: Moment::parse(START).unwrap(),
                payment_method: PaymentMethod::from_name("PAYPAL").unwrap(),
                ..OrderTerms::blank(&format!("K{order_id}"))
            },
            created: Moment::from_unix(0, 0),
            changed: Moment::from_unix(0, 0),
            first_log: order_id,
            last_log: order_id,
        };
        let store = Store::open(folder, 1 << 20).unwrap();
        let effects = Effects {
            orders: (1..=KNOWN).map(order).collect(),
            customers: vec![crate::state::StoredCustomer {
                customer: customer("C1"),
                partner: None,
                created: Moment::from_unix(0, 0),
                changed: Moment::from_unix(0, 0),
            }],
            offers: vec![Offer {
                managed_by: OfferManager::External,
                ..Offer::new(OFFER, "Titel")
            }],
            ..Effects::default()
        };
        let span = FrameSpan {
            start: Position::START,
            end: Position::START,
        };
        store.apply(effects, span).unwrap();
        store.flush().unwrap();
        store
    }

    /// Most rows say what is known; some change it, some are wrong, some are new, some come twice.
    fn file(with_twins: bool) -> String {
        let mut text = "externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,\
                        paymentMethod\n"
            .to_owned();
        for id in 1..=KNOWN + 500 {
            let quantity = match id {
                _ if id % 97 == 0 => "2",
                _ if id % 131 == 0 => "none",
                _ => "1",
            };
            let customer = if id % 503 == 0 { "C9" } else { "C1" };
            for _ in 0..=u64::from(with_twins && id % 211 == 0) {
                writeln!(text, "K{id},{OFFER},{customer},{quantity},{START},PAYPAL").unwrap();
            }
        }
        text
    }

    #[test]
    fn what_is_told_at_a_glance_is_decided_as_it_would_be() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder.path().join("state"));
        let terms = Terms::of(&Config::default(), "alpha");
        let now = Moment::parse("2026-02-01T00:00:00Z").unwrap();
        let body = folder.path().join("body");
        for with_twins in [false, true] {
            std::fs::write(&body, file(with_twins)).unwrap();
            let made = survey(&body, &store, &terms, now, Hashing::Wanted, 0).unwrap();
            let mut take = |_| Ok(());
            let showing = Showing {
                show: &|_, _| Shown::default(),
                take: &mut take,
                of_rejected_files: false,
            };
            let hashing = Hashing::Wanted;
            let shown = survey_showing(&body, &store, &terms, now, hashing, Some(showing)).unwrap();
            let counts = made.plan.counts;
            assert_eq!(counts, shown.plan.counts);
            assert_eq!(made.kept, shown.kept);
            for decision in [Decision::Create, Decision::Update, Decision::Reject] {
                assert!(counts.of(decision) > 5, "{decision:?}: {counts:?}");
            }
            assert!(counts.of(Decision::Unchanged) > 2400, "{counts:?}");
        }
    }
}
