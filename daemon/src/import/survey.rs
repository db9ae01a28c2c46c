//! What is wrong with a file, and what would its import do?
//! Changes nothing. One pass is enough where no key stands twice and no customer comes along; otherwise a second
//! pass decides the rows again with what the first one learned of the whole file.

use super::pass::{Hashing, PassEnd, Step, over_groups};
use super::profile::Terms;
use super::rows::{Against, DecidedRow, DecidedRows, FileFacts, GROUP, decide_blocks};
use crate::config::{Delivery, FilePolicy};
use crate::state::store::{Store, StoreError};
use intake_core::check::{Examined, Tally};
use intake_core::finding::Finding;
use intake_core::moment::Moment;
use intake_core::plan::brake::Held;
use intake_core::plan::customers::Brought;
use intake_core::plan::{Counts, Decision};
use intake_core::read::{Block, Shape};
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// What was found out.
#[derive(Debug)]
pub struct Survey {
    /// Counts over the file by itself.
    pub tally: Tally,
    /// What the whole file says.
    pub facts: FileFacts,
    /// How many rows are decided how; customers to create; orders that a full book misses.
    pub counts: Counts,
    /// Findings about the file as a whole.
    pub about_file: Vec<Finding>,
    /// The end of the pass: hash, length, shape.
    pub end: PassEnd,
    /// Why the brake holds the plan, if it does.
    pub held: Option<Held>,
    /// Is the file as a whole rejected?
    pub file_rejected: bool,
    /// The customers that would be created, by number.
    pub created_customers: BTreeSet<Box<str>>,
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
pub type ShowRows<'s> = &'s (dyn Fn(&Shape, &[DecidedRow<'_>]) -> Shown + Sync);

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
}

/// What one pass says of a block, besides what the caller makes of its rows.
struct Surveyed {
    examined: Vec<Examined>,
    customers_exist: bool,
    counts: Counts,
    created_customers: Vec<Box<str>>,
    brought: Vec<(Brought, (u64, u64), bool)>,
    customer_unknown: bool,
    shown: Shown,
}

/// Surveys a file against the state as it is now.
pub fn survey(
    body: &Path,
    store: &Store,
    terms: &Terms,
    now: Moment,
    hashing: Hashing,
) -> Result<Survey, SurveyError> {
    survey_showing(body, store, terms, now, hashing, None)
}

/// The same; every row is shown as it is decided with everything that the file says.
pub fn survey_showing(
    body: &Path,
    store: &Store,
    terms: &Terms,
    now: Moment,
    hashing: Hashing,
    shown: Option<Showing<'_>>,
) -> Result<Survey, SurveyError> {
    let catalog = store.catalog();
    let against = Against {
        partner: &terms.partner,
        offers: terms.offers.as_ref(),
        catalog: &catalog,
        now,
    };
    let mut first = FirstPass::default();
    let none = FileFacts::default();
    let pass = Pass {
        body,
        store,
        terms,
        against,
    };
    let end = pass.run(hashing, &none, &show_nothing, &mut |step| {
        first.take(step);
        Ok(())
    })?;
    first.tally.end(end.stopped);
    let file_rejected = first.tally.file_rejected;
    let mut facts = FileFacts {
        customers: first.customers,
        twins: first.twins,
        customers_exist: !first.customers_missing,
        turned_down_by: None,
    };
    let mut counts = first.counts;
    let mut created_customers = BTreeSet::new();
    let again = !file_rejected
        && (!facts.twins.is_empty() || (first.customer_unknown && !facts.customers.is_empty()));
    if (again || shown.is_some()) && !file_rejected {
        (counts, created_customers) = pass.again(&end, &facts, shown)?;
    }
    let missing = missing_orders(store, terms, now, &first.tally, file_rejected)?;
    counts.missing = missing.0;
    let missing_ends = if terms.end_missing { counts.missing } else { 0 };
    let whole = terms.file_policy == FilePolicy::File;
    let rejects = counts.of(Decision::Reject);
    if whole && rejects > 0 && !file_rejected {
        facts.turned_down_by = Some(rejects);
        let mut turned = Counts::default();
        turned.by_decision[Decision::Reject as usize] = counts.rows();
        counts = turned;
    }
    let held = if file_rejected || facts.turned_down_by.is_some() {
        None
    } else {
        hold(store, terms, now, &counts, missing_ends, missing.1)?
    };
    if file_rejected {
        counts = Counts::default();
        counts.by_decision[Decision::Reject as usize] = first.tally.rejected;
    }
    Ok(Survey {
        tally: first.tally,
        facts,
        counts,
        about_file: first.about_file,
        end,
        held,
        file_rejected,
        created_customers,
    })
}

#[derive(Default)]
struct FirstPass {
    tally: Tally,
    twins: intake_core::plan::twins::Twins,
    customers: intake_core::plan::customers::NewCustomers,
    counts: Counts,
    about_file: Vec<Finding>,
    customer_unknown: bool,
    customers_missing: bool,
}

impl FirstPass {
    fn take(&mut self, step: Step<Surveyed>) {
        match step {
            Step::AboutFile(findings) => {
                for finding in findings {
                    self.tally.about_file(&finding, &mut |_| {});
                    self.about_file.push(finding);
                }
            }
            Step::Block(shape, surveyed) => {
                let twins = &mut self.twins;
                for examined in surveyed.examined {
                    self.tally
                        .absorb(&shape, examined, &mut |finding| twins.hear(finding));
                }
                self.customers_missing |= !surveyed.customers_exist;
                add(&mut self.counts, &surveyed.counts);
                self.customer_unknown |= surveyed.customer_unknown;
                for (brought, place, taken) in surveyed.brought {
                    self.customers.note(brought, place, taken);
                }
            }
        }
    }
}

fn show_nothing(_: &Shape, _: &[DecidedRow<'_>]) -> Shown {
    Shown::default()
}

/// What the passes over one file share.
struct Pass<'p> {
    body: &'p Path,
    store: &'p Store,
    terms: &'p Terms,
    against: Against<'p>,
}

impl Pass<'_> {
    fn again(
        &self,
        end: &PassEnd,
        facts: &FileFacts,
        mut shown: Option<Showing<'_>>,
    ) -> Result<(Counts, BTreeSet<Box<str>>), SurveyError> {
        let mut counts = Counts::default();
        let mut created: BTreeSet<Box<str>> = BTreeSet::new();
        let show = shown
            .as_ref()
            .map_or(&show_nothing as ShowRows<'_>, |showing| showing.show);
        self.run(Hashing::Known(end.sha256), facts, show, &mut |step| {
            if let Step::Block(_, surveyed) = step {
                add(&mut counts, &surveyed.counts);
                created.extend(surveyed.created_customers);
                if let Some(showing) = &mut shown {
                    (showing.take)(surveyed.shown)?;
                }
            }
            Ok(())
        })?;
        counts.create_customer = created.len() as u64;
        Ok((counts, created))
    }

    fn run(
        &self,
        hashing: Hashing,
        facts: &FileFacts,
        show: ShowRows<'_>,
        merge: &mut dyn FnMut(Step<Surveyed>) -> io::Result<()>,
    ) -> Result<PassEnd, SurveyError> {
        let read = |source| SurveyError::Read {
            path: self.body.to_owned(),
            source,
        };
        let file = File::open(self.body).map_err(read)?;
        let options = self.terms.read_options(self.against.now);
        let work = |shape: &Shape, blocks: Vec<Block>| {
            survey_blocks(shape, &blocks, self.store, facts, &self.against, show)
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

fn survey_blocks(
    shape: &Shape,
    blocks: &[Block],
    store: &Store,
    facts: &FileFacts,
    against: &Against<'_>,
    show: ShowRows<'_>,
) -> Result<Surveyed, StoreError> {
    let DecidedRows {
        rows,
        examined,
        customers_exist,
    } = decide_blocks(shape, blocks, store, facts, against)?;
    let mut counts = Counts::default();
    let mut created_customers = Vec::new();
    let mut brought = Vec::new();
    let mut customer_unknown = false;
    for decided in &rows {
        counts.add(decided.decision);
        let Some(draft) = &decided.row.draft else {
            continue;
        };
        if decided.creates_customer {
            created_customers.push((&*draft.invoice_customer).into());
        }
        customer_unknown |= decided.customer_unknown;
        if decided.customer_unknown
            && let Some(customer) = Brought::by(draft)
        {
            let taken = store.customer_by_email(customer.email())?.is_some();
            brought.push((customer, (decided.row.row, decided.row.line), taken));
        }
    }
    let shown = show(shape, &rows);
    Ok(Surveyed {
        examined,
        customers_exist,
        counts,
        created_customers,
        brought,
        customer_unknown,
        shown,
    })
}

fn add(sum: &mut Counts, counts: &Counts) {
    for (sum, count) in sum.by_decision.iter_mut().zip(counts.by_decision) {
        *sum += count;
    }
}

/// Running orders of the partner that a full book does not name, and all of its running orders where they were counted.
fn missing_orders(
    store: &Store,
    terms: &Terms,
    now: Moment,
    tally: &Tally,
    file_rejected: bool,
) -> Result<(u64, Option<u64>), StoreError> {
    if terms.delivery != Delivery::Full || file_rejected {
        return Ok((0, None));
    }
    let (mut missing, mut running) = (0, 0);
    store.each_order(&mut |order| {
        if *order.partner == *terms.partner && order.terms.runs_at(now) {
            running += 1;
            missing += u64::from(!tally.ledger().has(&order.terms.external_system_id));
        }
    })?;
    Ok((missing, Some(running)))
}

fn hold(
    store: &Store,
    terms: &Terms,
    now: Moment,
    counts: &Counts,
    missing_ends: u64,
    running: Option<u64>,
) -> Result<Option<Held>, StoreError> {
    // Running orders are counted only where the counts alone would hold the plan.
    if terms.brake.hold(counts, 0, missing_ends).is_none() {
        return Ok(None);
    }
    let running = if let Some(running) = running {
        running
    } else {
        let mut running = 0;
        store.each_order(&mut |order| {
            let own = *order.partner == *terms.partner && order.terms.runs_at(now);
            running += u64::from(own);
        })?;
        running
    };
    Ok(terms.brake.hold(counts, running, missing_ends))
}
