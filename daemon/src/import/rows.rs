//! What does the store know about the rows of a block, and how are they decided with it?
//! One look-up for all rows of a block: the store is fast at many keys and slow at each.

use crate::state::StoredOrder;
use crate::state::store::{Store, StoreError};
use intake_core::catalog::Catalog;
use intake_core::check::Examined;
use intake_core::code::Code;
use intake_core::finding::{Detail, Finding};
use intake_core::moment::Moment;
use intake_core::order::Terms as OrderTerms;
use intake_core::plan::customers::NewCustomers;
use intake_core::plan::rows::{Row, apply_twins, decide_row, read_rows};
use intake_core::plan::twins::Twins;
use intake_core::plan::{Context, Decision, Known, Standing};
use intake_core::read::{Block, Shape};
use std::collections::BTreeSet;

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

/// Against what rows are decided.
#[derive(Clone, Copy, Debug)]
pub struct Against<'c> {
    /// The partner.
    pub partner: &'c str,
    /// The offers it may import.
    pub offers: Option<&'c BTreeSet<String>>,
    /// The catalog.
    pub catalog: &'c Catalog,
    /// The instant that dates are held against.
    pub now: Moment,
}

/// A row, decided.
#[derive(Debug)]
pub struct DecidedRow<'a> {
    /// The row with everything found.
    pub row: Row<'a>,
    /// The decision.
    pub decision: Decision,
    /// The terms afterwards, where they change.
    pub after: Option<Box<OrderTerms>>,
    /// The order as it is known.
    pub order: Option<Box<StoredOrder>>,
    /// Must the invoice customer be created for it?
    pub creates_customer: bool,
    /// Is it a new order of a customer that nobody knows yet?
    pub customer_unknown: bool,
}

/// The rows of some blocks, decided.
#[derive(Debug)]
pub struct DecidedRows<'a> {
    /// The rows.
    pub rows: Vec<DecidedRow<'a>>,
    /// What the tally takes, block by block.
    pub examined: Vec<Examined>,
    /// Is every customer known that the rows name?
    pub customers_exist: bool,
}

/// How many blocks are decided at once: more make fewer look-ups and take more memory.
pub const GROUP: usize = 2;

/// Reads and decides the rows of blocks that stand one behind another.
pub fn decide_blocks<'a>(
    shape: &Shape,
    blocks: &'a [Block],
    store: &Store,
    facts: &FileFacts,
    against: &Against<'_>,
) -> Result<DecidedRows<'a>, StoreError> {
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
    let orders = known_orders(&rows, store)?;
    let standings = Standings::of(&rows, &orders, store, facts)?;
    let customers_exist = standings.all_exist();
    let context = Context {
        partner: against.partner,
        offers: against.offers,
        catalog: against.catalog,
        now: against.now,
    };
    let rows = rows
        .into_iter()
        .zip(orders)
        .enumerate()
        .map(|(at, (mut row, order))| {
            let (invoice_customer, delivery_customer) = standings.of_row(at);
            let known = Known {
                order: order.as_ref().map(|order| (&*order.partner, &order.terms)),
                invoice_customer,
                delivery_customer,
            };
            let decided = decide_row(shape, &mut row, &known, &context);
            let creates = decided.decision == Decision::Create;
            DecidedRow {
                creates_customer: creates && invoice_customer == Standing::WillExist,
                customer_unknown: order.is_none() && invoice_customer == Standing::Unknown,
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

fn known_orders(
    rows: &[Row<'_>],
    store: &Store,
) -> Result<Vec<Option<Box<StoredOrder>>>, StoreError> {
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
    for (at, order) in places.into_iter().zip(store.orders(&keys)?) {
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
    fn of(
        rows: &[Row<'_>],
        orders: &[Option<Box<StoredOrder>>],
        store: &Store,
        facts: &FileFacts,
    ) -> Result<Self, StoreError> {
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
                    .and_then(|order| order.terms.delivery_customer.as_deref());
                if known != Some(&**customer) {
                    asked.push((at, false, customer));
                }
            }
        }
        let ids: Vec<&str> = asked.iter().map(|(_, _, id)| *id).collect();
        for ((at, invoice, id), exists) in asked.iter().zip(store.customers_exist(&ids)?) {
            let standing = if exists {
                Standing::Exists
            } else {
                facts.customers.standing(id)
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
