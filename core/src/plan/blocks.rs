//! What is known about the rows of a block, and how are they decided with it?
//! One question for all rows of a block: a store is fast at many keys and slow at each.

use super::customer_rows::{DecidedCustomer, decide_customers};
use super::customers::NewCustomers;
use super::knowledge::{Kept, Knowledge, KnownOrder, Presence};
use super::rows::{
    Depth, Row, RowDecision, apply_twins, decide_row, each_row, each_row_again, read_rows,
};
use super::twins::Twins;
use super::{Context, Decision, Known, Standing};
use crate::check::Examined;
use crate::code::Code;
use crate::field::Table;
use crate::finding::{Detail, Finding};
use crate::order::{Draft, Terms};
use crate::read::{Block, Shape};
use std::cell::Cell;

/// What the whole file says, beyond its single rows.
#[derive(Debug, Default)]
pub struct FileFacts {
    /// Records that share a key.
    pub twins: Twins,
    /// Customers that the file brings along.
    pub customers: NewCustomers,
    /// Is every customer known that the file names? Customers never go, so that this stays so.
    pub customers_exist: bool,
    /// How many rows are rejected, where that rejects all others too.
    pub turned_down_by: Option<u64>,
}

/// A row, decided.
#[derive(Debug)]
pub struct DecidedRow<'a, O> {
    /// The row with everything found.
    pub row: Row<'a>,
    /// The decision.
    pub decision: Decision,
    /// The terms afterwards, where they change.
    pub after: Option<Box<Terms>>,
    /// The order as it is known, where it was asked for.
    pub order: Option<Box<O>>,
    /// The number of the order that the row leaves as it is, where that was known without asking for the order.
    pub same_order: Option<u64>,
    /// Must the invoice customer be created for it?
    pub creates_customer: bool,
    /// Is it a new order of a customer that nobody knows yet?
    pub customer_unknown: bool,
    /// In a customers file: what becomes of the customer; nothing where the row is rejected or repeats another one.
    pub customer: Option<Box<DecidedCustomer>>,
}

/// The rows of some blocks, decided.
#[derive(Debug)]
pub struct DecidedRows<'a, O> {
    /// The rows.
    pub rows: Vec<DecidedRow<'a, O>>,
    /// What the tally takes, block by block.
    pub examined: Vec<Examined>,
    /// Is every customer known that the rows name?
    pub customers_exist: bool,
}

/// How many blocks are decided at once: more make fewer look-ups and take more memory.
pub const GROUP: usize = 2;

/// Reads and decides the rows of blocks that stand one behind another.
pub fn decide_blocks<'a, K: Knowledge>(
    shape: &Shape,
    blocks: &'a [Block],
    knowledge: &K,
    facts: &FileFacts,
    context: &Context<'_>,
) -> Result<DecidedRows<'a, K::Order>, K::Error> {
    decide_blocks_again(shape, blocks, knowledge, facts, context, &[])
}

/// The same where an earlier pass kept what it decided for each of the rows: only about the others is asked. Where
/// nothing is kept, or not of every row, everything is asked.
pub fn decide_blocks_again<'a, K: Knowledge>(
    shape: &Shape,
    blocks: &'a [Block],
    knowledge: &K,
    facts: &FileFacts,
    context: &Context<'_>,
    kept: &[Kept],
) -> Result<DecidedRows<'a, K::Order>, K::Error> {
    let row_count: u64 = blocks.iter().map(|block| block.rows).sum();
    let mut rows = Vec::with_capacity(row_count as usize);
    let examined = blocks
        .iter()
        .map(|block| read_rows(shape, block, &mut rows))
        .collect();
    apply_facts(shape, &mut rows, facts);
    let same;
    let kept = if kept.len() == rows.len() {
        kept
    } else {
        same = same_orders(&rows, knowledge, context)?;
        &same
    };
    decide_rows(shape, (rows, examined), knowledge, facts, context, kept)
}

/// The rows of some blocks, without those of which was told at one glance that they leave their orders as they are.
#[derive(Debug)]
pub struct OpenRows<'a, O> {
    /// The others, decided.
    pub decided: DecidedRows<'a, O>,
    /// For each row what was told, [`Kept::Ask`] for the others.
    pub told: Vec<Kept>,
}

/// Rows are looked at so many at a time: they fit into the processor's cache.
const AT_A_GLANCE: usize = 1024;

/// Reads and decides the rows of blocks that stand one behind another, and holds only those that must be asked about.
pub fn decide_open_rows<'a, K: Knowledge>(
    shape: &Shape,
    blocks: &'a [Block],
    knowledge: &K,
    facts: &FileFacts,
    context: &Context<'_>,
) -> Result<OpenRows<'a, K::Order>, K::Error> {
    let mut examined = Vec::with_capacity(blocks.len());
    let mut told = Vec::new();
    let mut open = Vec::new();
    let mut glanced = Vec::with_capacity(AT_A_GLANCE);
    let mut sift = |rows: &mut Vec<Row<'a>>| {
        apply_facts(shape, rows, facts);
        let same = same_orders(rows, knowledge, context)?;
        for (at, row) in rows.drain(..).enumerate() {
            let kept = match same.get(at) {
                Some(Kept::Unchanged(order)) if row.findings.is_empty() => Kept::Unchanged(*order),
                _ => Kept::Ask,
            };
            told.push(kept);
            if kept == Kept::Ask {
                open.push(row);
            }
        }
        Ok(())
    };
    for block in blocks {
        let mut outcome = Ok(());
        examined.push(each_row(shape, block, &mut |row| {
            glanced.push(row);
            if glanced.len() >= AT_A_GLANCE && outcome.is_ok() {
                outcome = sift(&mut glanced);
            }
        }));
        outcome?;
    }
    sift(&mut glanced)?;
    let decided = decide_rows(shape, (open, examined), knowledge, facts, context, &[])?;
    Ok(OpenRows { decided, told })
}

fn apply_facts(shape: &Shape, rows: &mut [Row<'_>], facts: &FileFacts) {
    apply_twins(shape, rows, &facts.twins);
    if let Some(rejects) = facts.turned_down_by {
        turn_down(rows, rejects);
    }
}

fn decide_rows<'a, K: Knowledge>(
    shape: &Shape,
    (rows, examined): (Vec<Row<'a>>, Vec<Examined>),
    knowledge: &K,
    facts: &FileFacts,
    context: &Context<'_>,
    kept: &[Kept],
) -> Result<DecidedRows<'a, K::Order>, K::Error> {
    if shape.options.table == Table::Customers {
        return Ok(DecidedRows {
            rows: decide_customers(shape, rows, knowledge, context)?,
            examined,
            customers_exist: true,
        });
    }
    let kept = |at: usize| kept.get(at).copied().unwrap_or(Kept::Ask);
    let orders = known_orders(&rows, knowledge, &kept)?;
    let standings = Standings::of(&rows, &orders, knowledge, facts, &kept)?;
    let customers_exist = standings.all_exist();
    let rows = rows
        .into_iter()
        .zip(orders)
        .enumerate()
        .map(|(at, (mut row, order))| {
            let (invoice_customer, delivery_customer) = standings.of_row(at);
            let known = Known {
                order: order.as_ref().map(|order| (order.partner(), order.terms())),
                invoice_customer,
                delivery_customer,
            };
            let same_order = match kept(at) {
                Kept::Unchanged(order) if row.draft.is_some() => Some(order),
                _ => None,
            };
            let decided = match same_order {
                Some(_) => UNCHANGED,
                None => decide_row(shape, &mut row, &known, context),
            };
            let creates = decided.decision == Decision::Create;
            DecidedRow {
                creates_customer: creates && invoice_customer == Standing::WillExist,
                customer_unknown: order.is_none()
                    && matches!(invoice_customer, Standing::Unknown | Standing::NotTold),
                row,
                decision: decided.decision,
                after: decided.after.map(Box::new),
                order,
                same_order,
                customer: None,
            }
        })
        .collect();
    Ok(DecidedRows {
        rows,
        examined,
        customers_exist,
    })
}

impl<O> DecidedRows<'_, O> {
    /// Calls `visit` with everything found, record by record, those included that are no rows since they hold nothing.
    pub fn each_finding(&self, visit: &mut dyn FnMut(&Finding)) {
        let is_row = |finding: &&Finding| {
            let same = |decided: &DecidedRow<'_, O>| decided.row.row.cmp(&finding.row);
            self.rows.binary_search_by(same).is_ok()
        };
        let all = self.examined.iter().flat_map(|block| &block.findings);
        let mut of_no_row = all.filter(|finding| !is_row(finding)).peekable();
        for decided in &self.rows {
            while let Some(finding) = of_no_row.next_if(|f| f.row < decided.row.row) {
                visit(finding);
            }
            for finding in &decided.row.findings {
                visit(finding);
            }
        }
        of_no_row.for_each(visit);
    }
}

/// The same where of every row is kept how it is decided, so that none has to wait for an answer about the others: `each`
/// takes one after another, of a row that leaves its order as it is no more than its names. False where that is not so; what `each` has taken is to be forgotten then.
pub fn each_kept_row<'a, O>(
    shape: &Shape,
    blocks: &'a [Block],
    facts: &FileFacts,
    context: &Context<'_>,
    kept: &[Kept],
    each: &mut dyn FnMut(DecidedRow<'a, O>),
) -> bool {
    let told = !kept.is_empty() && !kept.contains(&Kept::Ask);
    if !told || facts.turned_down_by.is_some() {
        return false;
    }
    let known = Known {
        order: None,
        invoice_customer: Standing::Exists,
        delivery_customer: Standing::Exists,
    };
    let next = Cell::new(0);
    let depth = || match kept.get(next.get()) {
        Some(Kept::Create) => Some(Depth::Whole),
        Some(Kept::Unchanged(_)) => Some(Depth::Names),
        Some(Kept::Ask) | None => None,
    };
    let mut take = |mut row: Row<'a>| {
        let same_order = match kept.get(next.replace(next.get() + 1)) {
            Some(Kept::Unchanged(order)) => Some(*order),
            _ => None,
        };
        let decided = if same_order.is_some() {
            UNCHANGED
        } else {
            apply_twins(shape, std::slice::from_mut(&mut row), &facts.twins);
            decide_row(shape, &mut row, &known, context)
        };
        each(DecidedRow {
            row,
            decision: decided.decision,
            after: decided.after.map(Box::new),
            order: None,
            same_order,
            creates_customer: false,
            customer_unknown: false,
            customer: None,
        });
    };
    let fits = blocks
        .iter()
        .all(|block| each_row_again(shape, block, &depth, &mut take));
    fits && next.get() == kept.len()
}

const UNCHANGED: RowDecision = RowDecision {
    decision: Decision::Unchanged,
    after: None,
};

/// Rejects the rows that have no error of their own.
fn turn_down(rows: &mut [Row<'_>], rejects: u64) {
    let is_valid = |row: &&mut Row<'_>| row.draft.is_some() || row.customer.is_some();
    for row in rows.iter_mut().filter(is_valid) {
        row.draft = None;
        row.customer = None;
        row.findings.push(Finding {
            row: row.row,
            line: row.line,
            ..Finding::about_file(Code::FileRejectedWhole, Detail::Limit(rejects))
        });
    }
}

/// Most rows of a book that is sent again say what is known: whoever can tell that at once saves us the look at their
/// orders.
fn same_orders<K: Knowledge>(
    rows: &[Row<'_>],
    knowledge: &K,
    context: &Context<'_>,
) -> Result<Vec<Kept>, K::Error> {
    let drafts: Vec<Option<&Draft<'_>>> = rows
        .iter()
        .map(|row| row.draft.as_ref().filter(|_| !row.repeats))
        .collect();
    knowledge.same_orders(context.partner, &drafts)
}

#[expect(clippy::type_complexity, reason = "an order for each row that has one")]
fn known_orders<K: Knowledge>(
    rows: &[Row<'_>],
    knowledge: &K,
    kept: &impl Fn(usize) -> Kept,
) -> Result<Vec<Option<Box<K::Order>>>, K::Error> {
    let mut places = Vec::with_capacity(rows.len());
    let mut keys = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        if let (Some(draft), Kept::Ask) = (&row.draft, kept(at)) {
            places.push(at);
            keys.push(&*draft.external_system_id);
        }
    }
    let mut orders = Vec::with_capacity(rows.len());
    orders.resize_with(rows.len(), || None);
    for (at, order) in places.into_iter().zip(knowledge.orders(&keys)?) {
        orders[at] = order.map(Box::new);
    }
    Ok(orders)
}

/// How the customers of the rows stand.
struct Standings {
    invoice: Vec<Standing>,
    delivery: Vec<Standing>,
}

impl Standings {
    fn of<K: Knowledge>(
        rows: &[Row<'_>],
        orders: &[Option<Box<K::Order>>],
        knowledge: &K,
        facts: &FileFacts,
        kept: &impl Fn(usize) -> Kept,
    ) -> Result<Self, K::Error> {
        let mut standings = Self {
            invoice: vec![Standing::Exists; rows.len()],
            delivery: vec![Standing::Exists; rows.len()],
        };
        if facts.customers_exist {
            return Ok(standings);
        }
        let mut asked: Vec<(usize, bool, &str)> = Vec::new();
        for (at, (row, order)) in rows.iter().zip(orders).enumerate() {
            let is_asked = !row.repeats && kept(at) == Kept::Ask;
            let Some(draft) = row.draft.as_ref().filter(|_| is_asked) else {
                continue;
            };
            if order.is_none() {
                asked.push((at, true, &draft.invoice_customer));
            }
            let delivery = draft.delivery_customer.value();
            if let Some(customer) = delivery.filter(|id| **id != draft.invoice_customer) {
                let known = order
                    .as_ref()
                    .and_then(|order| order.terms().delivery_customer.as_deref());
                if known != Some(&**customer) {
                    asked.push((at, false, customer));
                }
            }
        }
        let ids: Vec<&str> = asked.iter().map(|(_, _, id)| *id).collect();
        for ((at, invoice, id), presence) in asked.iter().zip(knowledge.customers(&ids)?) {
            let standing = match (presence, facts.customers.standing(id)) {
                (Presence::Exists, _) => Standing::Exists,
                (Presence::NotTold, Standing::Unknown) => Standing::NotTold,
                (Presence::Unknown | Presence::NotTold, brought) => brought,
            };
            let slot = if *invoice {
                &mut standings.invoice
            } else {
                &mut standings.delivery
            };
            slot[*at] = standing;
        }
        Ok(standings)
    }

    fn all_exist(&self) -> bool {
        self.invoice
            .iter()
            .chain(&self.delivery)
            .all(|standing| *standing == Standing::Exists)
    }

    fn of_row(&self, at: usize) -> (Standing, Standing) {
        (self.invoice[at], self.delivery[at])
    }
}
