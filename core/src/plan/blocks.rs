//! What is known about the rows of a block, and how are they decided with it?
//! One question for all rows of a block: a store is fast at many keys and slow at each.

use super::customers::NewCustomers;
use super::knowledge::{Knowledge, KnownOrder, Presence};
use super::rows::{Row, apply_twins, decide_row, read_rows};
use super::twins::Twins;
use super::{Context, Decision, Known, Standing};
use crate::check::Examined;
use crate::code::Code;
use crate::finding::{Detail, Finding};
use crate::order::Terms;
use crate::read::{Block, Shape};

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
    /// The order as it is known.
    pub order: Option<Box<O>>,
    /// Must the invoice customer be created for it?
    pub creates_customer: bool,
    /// Is it a new order of a customer that nobody knows yet?
    pub customer_unknown: bool,
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
    let mut rows = Vec::new();
    let mut examined = Vec::with_capacity(blocks.len());
    for block in blocks {
        let (mut some, facts_of_block) = read_rows(shape, block);
        rows.append(&mut some);
        examined.push(facts_of_block);
    }
    apply_twins(shape, &mut rows, &facts.twins);
    if let Some(rejects) = facts.turned_down_by {
        turn_down(&mut rows, rejects);
    }
    let orders = known_orders(&rows, knowledge)?;
    let standings = Standings::of(&rows, &orders, knowledge, facts)?;
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
            let decided = decide_row(shape, &mut row, &known, context);
            let creates = decided.decision == Decision::Create;
            DecidedRow {
                creates_customer: creates && invoice_customer == Standing::WillExist,
                customer_unknown: order.is_none()
                    && matches!(invoice_customer, Standing::Unknown | Standing::NotTold),
                row,
                decision: decided.decision,
                after: decided.after.map(Box::new),
                order,
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

/// Rejects the rows that have no error of their own.
fn turn_down(rows: &mut [Row<'_>], rejects: u64) {
    for row in rows.iter_mut().filter(|row| row.draft.is_some()) {
        row.draft = None;
        row.findings.push(Finding {
            row: row.row,
            line: row.line,
            ..Finding::about_file(Code::FileRejectedWhole, Detail::Limit(rejects))
        });
    }
}

#[expect(clippy::type_complexity, reason = "an order for each row that has one")]
fn known_orders<K: Knowledge>(
    rows: &[Row<'_>],
    knowledge: &K,
) -> Result<Vec<Option<Box<K::Order>>>, K::Error> {
    let mut places = Vec::with_capacity(rows.len());
    let mut keys = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        if let Some(draft) = &row.draft {
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
            let Some(draft) = row.draft.as_ref().filter(|_| !row.repeats) else {
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
