//! How are decided rows made ready to be written, ahead of their turn and in any thread?
//! What is made of a row lacks only what its turn gives it: log entry, time, and the number of a new order. It no longer
//! needs the block that the row came from.

use super::apply::{Writing, blank_line};
use super::survey::DecidedRow;
use crate::entry::RowLine;
use crate::entry::row_text::{ChangesText, CommonText, put_body};
use crate::state::record::put_terms;
use crate::state::store::key_hash;
use crate::system::give_way;
use intake_core::catalog::Customer;
use intake_core::field::Table;
use intake_core::finding::{Finding, Language, headline};
use intake_core::moment::Moment;
use intake_core::plan::blocks::FileFacts;
use intake_core::plan::customer_rows::decision_name;
use intake_core::plan::{Decision, changes};
use intake_core::report::{ChangesJson, Item, put};
use serde_json::value::RawValue;
use std::sync::{Mutex, PoisonError};

/// The rows of some blocks.
#[derive(Debug, Default)]
pub(super) struct MadeRows {
    pub(super) rows: Vec<MadeRow>,
    /// The bodies of their lines, one behind another.
    lines: Vec<u8>,
    /// The terms of their orders in the stored form, one behind another, and of how many.
    terms: Vec<u8>,
    orders: usize,
}

#[derive(Debug)]
pub(super) struct MadeRow {
    pub(super) decision: Decision,
    /// The order's number; 0 where it has none yet.
    pub(super) order_id: u64,
    /// The hash of the row's key, where it has one.
    pub(super) key: Option<u64>,
    /// The hash of its invoice customer.
    pub(super) customer: u64,
    /// The hash of its delivery customer, where that is another.
    pub(super) delivery: Option<u64>,
    /// What few rows have.
    pub(super) rare: Option<Box<Rare>>,
    line_end: u32,
    order_at: u32,
    terms_end: u32,
}

#[derive(Debug, Default)]
pub(super) struct Rare {
    /// When the order that is changed came to be, and by which log entry.
    pub(super) came_to_be: Option<(Moment, u64)>,
    /// The customer that must be created for it.
    pub(super) new_customer: Option<Box<str>>,
    /// Its key, where another record says the same.
    pub(super) repeated_key: Option<Box<str>>,
    /// The customer that it creates or changes, in a customers file.
    pub(super) customer: Option<Customer>,
}

/// A row about to be written.
#[derive(Debug)]
pub(super) struct ReadyRow<'m> {
    pub(super) row: &'m MadeRow,
    /// The body of its line, and where in it the order's number belongs.
    pub(super) body: (&'m [u8], usize),
    /// The order's terms in the stored form; empty where they stay.
    pub(super) terms: &'m [u8],
}

/// Rows that were written, kept for their memory: new memory of such a size must be cleared by the system each time.
#[derive(Debug, Default)]
pub(super) struct SpareRows(Mutex<Vec<MadeRows>>);

impl SpareRows {
    /// Some, if there are any.
    pub(super) fn take(&self) -> MadeRows {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows = spare.pop().unwrap_or_default();
        rows.clear();
        rows
    }

    /// Gives back what was written.
    pub(super) fn give(&self, rows: MadeRows) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One rare huge block must not hold its memory to the end of the file.
        if spare.len() < MOST_SPARE && rows.lines.capacity() <= MOST_SPARE_BYTES {
            spare.push(rows);
        }
    }
}

/// After so many rows others may go first.
pub(super) const ROWS_BETWEEN: usize = 128;

const MOST_SPARE: usize = 6;
const MOST_SPARE_BYTES: usize = 16 << 20;

impl MadeRows {
    /// Forgets all rows; their memory stays.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.lines.clear();
        self.terms.clear();
        self.orders = 0;
    }

    /// Bytes of lines and of records that come of the rows, about and at most.
    pub(super) fn bytes(&self) -> (usize, usize) {
        (
            self.lines.len() + self.rows.len() * MOST_ADDED_TO_LINE,
            self.terms.len() + self.orders * MOST_ADDED_TO_RECORD,
        )
    }

    /// The rows in their order.
    pub(super) fn ready(&self) -> impl Iterator<Item = ReadyRow<'_>> {
        let (mut line_start, mut terms_start) = (0, 0);
        self.rows.iter().map(move |row| {
            let (line_end, terms_end) = (row.line_end as usize, row.terms_end as usize);
            let ready = ReadyRow {
                row,
                body: (&self.lines[line_start..line_end], row.order_at as usize),
                terms: &self.terms[terms_start..terms_end],
            };
            (line_start, terms_start) = (line_end, terms_end);
            ready
        })
    }

    /// Makes one more row ready.
    pub(super) fn add(
        &mut self,
        decided: &DecidedRow<'_>,
        common: &CommonText,
        writing: Writing<'_>,
        facts: &FileFacts,
    ) {
        if self.rows.len().is_multiple_of(ROWS_BETWEEN) {
            give_way();
        }
        let DecidedRow {
            row,
            decision,
            after,
            order,
            same_order,
            ..
        } = decided;
        let decision = *decision;
        let is_order = row.table == Table::Orders;
        let key = row.key.as_deref().filter(|_| is_order);
        let detail = detail_of(&row.findings);
        let mut line = RowLine {
            row: Some(row.row),
            line: Some(row.line),
            external_system_id: key,
            customer: (!is_order).then(|| row.key.as_deref().unwrap_or_default()),
            decision: decision_name(row.table, decision),
            plenigo_offer_id: row.offer.as_deref(),
            error_detail: detail.as_deref(),
            ..blank_line(writing, decision)
        };
        let reason;
        if decision == Decision::Reject {
            let error = row.findings.iter().find(|finding| finding.code.is_error());
            let upstream = error.map(|finding| finding.code.spec().upstream);
            reason = reason_of(&row.findings);
            line.success = false;
            line.error_code = upstream.filter(|code| *code > 0);
            line.error_reason = Some(&reason);
        }
        let changed = match (after, order) {
            (Some(after), Some(order)) => changes(Some(&order.terms), after),
            _ => Vec::new(),
        };
        line.changes = match &decided.customer {
            Some(customer) => ChangesJson(&customer.changes),
            None => ChangesJson(&changed),
        };
        let text = match (after, decision) {
            (Some(after), Decision::Create) => ChangesText::AllOf(after),
            _ => ChangesText::Listed,
        };
        let order_at = put_body(&mut self.lines, common, &line, text) as u32;
        if let Some(after) = after {
            let partner = &writing.terms.profile.partner;
            put_terms(&mut self.terms, partner, &after.view());
            self.orders += 1;
        }
        let known = order.as_ref().map(|order| order.order_id).or(*same_order);
        let known = known.unwrap_or(0);
        self.rows.push(MadeRow {
            decision,
            // A row that is rejected has no order, whomever its key belongs to.
            order_id: if decision == Decision::Reject {
                0
            } else {
                known
            },
            key: key.map(key_hash),
            customer: after
                .as_ref()
                .map_or(0, |after| key_hash(&after.invoice_customer)),
            delivery: after
                .as_ref()
                .and_then(|after| after.delivery_customer.as_deref())
                .map(key_hash),
            rare: Rare::of(decided, facts),
            line_end: self.lines.len() as u32,
            order_at,
            terms_end: self.terms.len() as u32,
        });
    }
}

/// The parts of a line before its body, and the order's number, are no longer than this.
const MOST_ADDED_TO_LINE: usize = 128;

/// What is added to terms to make a record of them is no longer than this.
const MOST_ADDED_TO_RECORD: usize = 61;

impl Rare {
    fn of(decided: &DecidedRow<'_>, facts: &FileFacts) -> Option<Box<Self>> {
        let row = &decided.row;
        let rare = Self {
            came_to_be: decided
                .order
                .as_ref()
                .filter(|_| decided.decision.changes_order())
                .map(|order| (order.created, order.first_log)),
            new_customer: decided
                .after
                .as_ref()
                .filter(|_| decided.creates_customer)
                .map(|after| after.invoice_customer.clone()),
            repeated_key: row
                .key
                .as_deref()
                .filter(|_| row.table == Table::Orders)
                .filter(|_| row.repeats || facts.twins.is_repeated(row.row))
                .map(Into::into),
            customer: decided
                .customer
                .as_ref()
                .filter(|_| matches!(decided.decision, Decision::Create | Decision::Update))
                .map(|customer| customer.after.clone()),
        };
        let has_something = rare.came_to_be.is_some()
            || rare.new_customer.is_some()
            || rare.repeated_key.is_some()
            || rare.customer.is_some();
        has_something.then(|| Box::new(rare))
    }
}

fn reason_of(findings: &[Finding]) -> String {
    let error = findings.iter().find(|finding| finding.code.is_error());
    let text = error
        .map(|finding| headline(finding, Language::En))
        .unwrap_or_default();
    text.chars().take(1000).collect()
}

/// `{"message": …, "findings": […]}`; nothing where nothing was found.
fn detail_of(findings: &[Finding]) -> Option<Box<RawValue>> {
    let first = findings
        .iter()
        .find(|finding| finding.code.is_error())
        .or(findings.first())?;
    let mut json = Vec::with_capacity(512);
    json.extend_from_slice(b"{\"message\":");
    put(&mut json, &headline(first, Language::En));
    json.extend_from_slice(b",\"findings\":[");
    for (at, finding) in findings.iter().enumerate() {
        if at > 0 {
            json.push(b',');
        }
        put(&mut json, &Item(finding));
    }
    json.extend_from_slice(b"]}");
    RawValue::from_string(String::from_utf8(json).ok()?).ok()
}
