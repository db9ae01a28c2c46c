//! What would the import of a file do, and what does the whole file say that single rows do not?
//! One pass is enough where no key stands twice and no customer comes along; otherwise a second one decides the rows
//! again with what the first one learned. The caller makes the passes; blocks are surveyed by themselves, in any thread,
//! and taken in the order of the file.

use super::blocks::{DecidedRows, FileFacts, OpenRows, decide_blocks, decide_open_rows};
use super::brake::Held;
use super::customer_rows::numbers_of;
use super::customers::{Brought, NewCustomers};
use super::knowledge::{Knowledge, KnownOrder as _};
use super::twins::Twins;
use super::{Context, Counts, Decision};
use crate::catalog::email_key;
use crate::check::{Examined, Tally};
use crate::code::Code;
use crate::finding::{Detail, Finding};
use crate::moment::Moment;
use crate::profile::{Delivery, FilePolicy, Profile};
use crate::read::{Block, Shape};
use std::collections::{BTreeMap, BTreeSet};
use xxhash_rust::xxh3::xxh3_64;

/// What one pass says of some blocks that stand one behind another.
#[derive(Debug)]
pub struct Surveyed {
    /// What the tally takes, block by block.
    pub examined: Vec<Examined>,
    /// How many rows are decided how.
    pub counts: Counts,
    /// The customers that its rows would create, one for each row that needs it.
    pub created_customers: Vec<Box<str>>,
    /// Does a row name a customer that nobody knows yet? Then facts about the whole file may decide it otherwise.
    pub customer_unknown: bool,
    customers_exist: bool,
    brought: Vec<(Brought, (u64, u64), bool)>,
    numbers: Vec<CustomerNumber>,
}

/// A number of a customer in a customers file.
#[derive(Clone, Copy, Debug)]
struct CustomerNumber {
    hash: u64,
    /// Whose it is, by the hash of the email address.
    customer: u64,
    place: (u64, u64),
}

impl Surveyed {
    /// A block of which nothing is known but its form.
    pub(crate) fn of_form_alone(examined: Examined, counts: Counts) -> Self {
        Self {
            examined: vec![examined],
            counts,
            created_customers: Vec::new(),
            customer_unknown: false,
            customers_exist: true,
            brought: Vec::new(),
            numbers: Vec::new(),
        }
    }
}

/// Sees rows as they are decided.
pub type ShowRows<'s, O> = &'s mut dyn FnMut(&DecidedRows<'_, O>);

/// Decides the rows of blocks and says what follows for the file; `show` sees every row as it is decided.
pub fn survey_blocks<K: Knowledge>(
    shape: &Shape,
    blocks: &[Block],
    knowledge: &K,
    facts: &FileFacts,
    context: &Context<'_>,
    show: ShowRows<'_, K::Order>,
) -> Result<Surveyed, K::Error> {
    let decided = decide_blocks(shape, blocks, knowledge, facts, context)?;
    let surveyed = Surveyed::of(&decided, knowledge)?;
    show(&decided);
    Ok(Surveyed {
        examined: decided.examined,
        ..surveyed
    })
}

/// The same where nobody wants to see every row; `show` sees only those that had to be asked about.
pub fn survey_open_rows<K: Knowledge>(
    shape: &Shape,
    blocks: &[Block],
    knowledge: &K,
    facts: &FileFacts,
    context: &Context<'_>,
    show: &mut dyn FnMut(&OpenRows<'_, K::Order>),
) -> Result<Surveyed, K::Error> {
    let open = decide_open_rows(shape, blocks, knowledge, facts, context)?;
    let mut surveyed = Surveyed::of(&open.decided, knowledge)?;
    let unchanged = open.told.len() - open.decided.rows.len();
    surveyed.counts.by_decision[Decision::Unchanged as usize] += unchanged as u64;
    show(&open);
    Ok(Surveyed {
        examined: open.decided.examined,
        ..surveyed
    })
}

impl Surveyed {
    /// What follows from decided rows, without what the tally takes of them.
    fn of<K: Knowledge>(
        decided_rows: &DecidedRows<'_, K::Order>,
        knowledge: &K,
    ) -> Result<Self, K::Error> {
        let mut surveyed = Self {
            examined: Vec::new(),
            counts: Counts::default(),
            created_customers: Vec::new(),
            customers_exist: decided_rows.customers_exist,
            brought: Vec::new(),
            customer_unknown: false,
            numbers: Vec::new(),
        };
        for decided in &decided_rows.rows {
            surveyed.counts.add(decided.decision);
            if let Some(record) = &decided.row.customer {
                let customer = xxh3_64(email_key(record.customer.email()).as_bytes());
                let place = (decided.row.row, decided.row.line);
                let numbers = numbers_of(record).into_iter();
                surveyed.numbers.extend(numbers.map(|hash| CustomerNumber {
                    hash,
                    customer,
                    place,
                }));
            }
            let Some(draft) = &decided.row.draft else {
                continue;
            };
            if decided.creates_customer {
                let customer = (&*draft.invoice_customer).into();
                surveyed.created_customers.push(customer);
            }
            surveyed.customer_unknown |= decided.customer_unknown;
            if decided.customer_unknown
                && let Some(customer) = Brought::by(draft)
            {
                let taken = knowledge.has_email(customer.email())?;
                let place = (decided.row.row, decided.row.line);
                surveyed.brought.push((customer, place, taken));
            }
        }
        Ok(surveyed)
    }
}

/// What the first pass over a file learns.
#[derive(Debug, Default)]
pub struct FirstPass {
    /// Counts over the file by itself.
    pub tally: Tally,
    /// Findings about the file as a whole.
    pub about_file: Vec<Finding>,
    twins: Twins,
    customers: NewCustomers,
    counts: Counts,
    customer_unknown: bool,
    customers_missing: bool,
    /// The numbers of the customers of a customers file.
    numbers: BTreeMap<u64, CustomerNumber>,
}

/// What the first pass has learned, once the file has ended.
#[derive(Debug)]
pub struct Learned {
    /// Counts over the file by itself.
    pub tally: Tally,
    /// Findings about the file as a whole.
    pub about_file: Vec<Finding>,
    /// What the whole file says.
    pub facts: FileFacts,
    /// The decisions, as far as one pass can tell.
    pub decisions: Decisions,
    /// Must the rows be decided again with these facts?
    pub again: bool,
}

/// How the rows of a file are decided, summed up.
#[derive(Debug, Default)]
pub struct Decisions {
    /// How many rows are decided how.
    pub counts: Counts,
    /// The customers that would be created, by number.
    pub created_customers: BTreeSet<Box<str>>,
}

/// What the plan for a file comes to.
#[derive(Debug)]
pub struct Survey {
    /// Counts over the file by itself.
    pub tally: Tally,
    /// Findings about the file as a whole.
    pub about_file: Vec<Finding>,
    /// What the whole file says.
    pub facts: FileFacts,
    /// How many rows are decided how; customers to create; orders that a full book misses.
    pub counts: Counts,
    /// The customers that would be created, by number.
    pub created_customers: BTreeSet<Box<str>>,
    /// Why the brake holds the plan, if it does.
    pub held: Option<Held>,
    /// Is the file as a whole rejected?
    pub file_rejected: bool,
}

impl FirstPass {
    /// Takes what was found about the file as a whole.
    pub fn about_file(&mut self, findings: Vec<Finding>, sink: &mut dyn FnMut(&Finding)) {
        for finding in findings {
            self.tally.about_file(&finding, sink);
            self.about_file.push(finding);
        }
    }

    /// Takes the next blocks, in the order of the file. `sink` hears every finding that the file itself shows.
    pub fn blocks(&mut self, shape: &Shape, surveyed: Surveyed, sink: &mut dyn FnMut(&Finding)) {
        let twins = &mut self.twins;
        for examined in surveyed.examined {
            self.tally.absorb(shape, examined, &mut |finding| {
                twins.hear(finding);
                sink(finding);
            });
        }
        self.customers_missing |= !surveyed.customers_exist;
        self.counts.add_all(&surveyed.counts);
        self.customer_unknown |= surveyed.customer_unknown;
        for (brought, place, taken) in surveyed.brought {
            self.customers.note(brought, place, taken);
        }
        for number in surveyed.numbers {
            let first = *self.numbers.entry(number.hash).or_insert(number);
            // Two records of one address are twins already.
            if first.customer != number.customer {
                self.twins.contradict(number.place, first.place);
                self.twins.contradict(first.place, number.place);
            }
        }
    }

    /// Ends the pass; `stopped`: reading ended before the file did.
    pub fn end(mut self, stopped: bool) -> Learned {
        self.tally.end(stopped);
        let again = !self.tally.file_rejected
            && (!self.twins.is_empty() || (self.customer_unknown && !self.customers.is_empty()));
        Learned {
            tally: self.tally,
            about_file: self.about_file,
            facts: FileFacts {
                customers: self.customers,
                twins: self.twins,
                customers_exist: !self.customers_missing,
                turned_down_by: None,
            },
            // Nobody brings customers along as far as one pass can tell: those that do make a second one.
            decisions: Decisions {
                counts: self.counts,
                created_customers: BTreeSet::new(),
            },
            again,
        }
    }
}

impl Decisions {
    /// Takes the next blocks of a second pass.
    pub fn blocks(&mut self, surveyed: Surveyed) {
        self.counts.add_all(&surveyed.counts);
        self.created_customers.extend(surveyed.created_customers);
    }
}

impl Learned {
    /// Sums up, with the decisions of the second pass where one was made.
    pub fn survey<K: Knowledge>(
        self,
        again: Option<Decisions>,
        profile: &Profile,
        knowledge: &K,
        now: Moment,
    ) -> Result<Survey, K::Error> {
        let Self {
            tally,
            mut about_file,
            mut facts,
            decisions,
            ..
        } = self;
        let mut file_rejected = tally.file_rejected;
        // A full book without a record would end everything; it is taken for a broken export.
        let is_full = profile.delivery == Delivery::Full && !tally.of_customers;
        if is_full && tally.rows == 0 && !file_rejected {
            about_file.push(Finding::about_file(Code::FullBookEmpty, Detail::None));
            file_rejected = true;
        }
        let Decisions {
            mut counts,
            created_customers,
        } = again.unwrap_or(decisions);
        counts.create_customer = created_customers.len() as u64;
        let book = if file_rejected {
            Book::default()
        } else {
            Book::of(profile, knowledge, now, &tally)?
        };
        counts.missing = book.missing;
        let rejects = counts.of(Decision::Reject);
        if profile.file_policy == FilePolicy::File && rejects > 0 && !file_rejected {
            facts.turned_down_by = Some(rejects);
            let mut turned = Counts::default();
            turned.by_decision[Decision::Reject as usize] = counts.rows();
            counts = turned;
        }
        let held = if file_rejected || facts.turned_down_by.is_some() {
            None
        } else if tally.of_customers {
            // Nothing else is at hand that the changes could be a share of.
            profile.brake.hold(&counts, counts.rows(), 0)
        } else {
            hold(profile, knowledge, now, &counts, &book)?
        };
        if file_rejected {
            counts = Counts::default();
            counts.by_decision[Decision::Reject as usize] = tally.rejected;
        }
        Ok(Survey {
            tally,
            about_file,
            facts,
            counts,
            created_customers,
            held,
            file_rejected,
        })
    }
}

/// Calls `visit` with the running orders of the partner that a full book does not name.
pub fn each_missing<K: Knowledge>(
    profile: &Profile,
    knowledge: &K,
    now: Moment,
    tally: &Tally,
    visit: &mut dyn FnMut(&K::Order),
) -> Result<(), K::Error> {
    if profile.delivery != Delivery::Full || !tally.can_leave_out() {
        return Ok(());
    }
    each_running(profile, knowledge, now, &mut |order| {
        if !tally.ledger().has(&order.terms().external_system_id) {
            visit(order);
        }
    })
}

/// What a full book says by leaving out.
#[derive(Default)]
struct Book {
    missing: u64,
    /// The partner's running orders, where they were counted.
    running: Option<u64>,
}

impl Book {
    fn of<K: Knowledge>(
        profile: &Profile,
        knowledge: &K,
        now: Moment,
        tally: &Tally,
    ) -> Result<Self, K::Error> {
        if profile.delivery != Delivery::Full || !tally.can_leave_out() {
            return Ok(Self::default());
        }
        let (mut missing, mut running) = (0, 0);
        each_running(profile, knowledge, now, &mut |order| {
            running += 1;
            missing += u64::from(!tally.ledger().has(&order.terms().external_system_id));
        })?;
        let running = Some(running);
        Ok(Self { missing, running })
    }
}

fn each_running<K: Knowledge>(
    profile: &Profile,
    knowledge: &K,
    now: Moment,
    visit: &mut dyn FnMut(&K::Order),
) -> Result<(), K::Error> {
    knowledge.each_order(&mut |order| {
        if *order.partner() == *profile.partner && order.terms().runs_at(now) {
            visit(order);
        }
    })
}

fn hold<K: Knowledge>(
    profile: &Profile,
    knowledge: &K,
    now: Moment,
    counts: &Counts,
    book: &Book,
) -> Result<Option<Held>, K::Error> {
    let missing_ends = if profile.end_missing { book.missing } else { 0 };
    // Running orders are counted only where the counts alone would hold the plan.
    if profile.brake.hold(counts, 0, missing_ends).is_none() {
        return Ok(None);
    }
    let mut running = book.running.unwrap_or_default();
    if book.running.is_none() {
        each_running(profile, knowledge, now, &mut |_| running += 1)?;
    }
    Ok(profile.brake.hold(counts, running, missing_ends))
}
