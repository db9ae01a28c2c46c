//! How are the rows of a planned file written?
//! Block by block: decided against the state of that moment, journalled and synced together, then visible. Cut off
//! anywhere, it goes on behind the last block that was written.

use super::pass::{Hashing, Step, over_blocks};
use super::profile::Terms;
use super::rows::{Against, DecidedRow, FileFacts, decide_block};
use super::work::ImportError;
use crate::books::{Books, RowNote, Sheet};
use crate::entry::{FileEntry, RowLine, counts_map, no_changes};
use crate::folder::lifecycle::Step as FileStep;
use crate::state::StoredOrder;
use intake_core::catalog::Customer;
use intake_core::check::ledger::Ledger;
use intake_core::finding::{Finding, Language, headline};
use intake_core::moment::Moment;
use intake_core::order::Terms as OrderTerms;
use intake_core::plan::{Change, Counts, Decision, changes};
use intake_core::report::{ChangesJson, Item, put};
use intake_core::read::{Block, Shape};
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

/// The import whose rows are written.
#[derive(Clone, Copy, Debug)]
pub struct Writing<'w> {
    /// Its id.
    pub import_id: &'w str,
    /// The file's name as it can be shown.
    pub file: &'w str,
    /// The partner's terms.
    pub terms: &'w Terms,
    /// The instant that dates are held against: the same when the work is taken up again.
    pub now: Moment,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// What was written before, where the work is taken up again.
    pub before: Counts,
}

/// Writes the rows of a file behind `after_row`, and gives the counts of what was written. `going` hears the last
/// row of each block that is durable, and ends the work behind it by saying no.
pub fn apply_rows(
    books: &Books,
    body: &Path,
    writing: Writing<'_>,
    facts: &FileFacts,
    after_row: u64,
    going: &dyn Fn(u64) -> bool,
) -> Result<Counts, ImportError> {
    let path_error = |source| ImportError::Io { path: body.to_owned(), source };
    let file = File::open(body).map_err(path_error)?;
    let mut counts = writing.before;
    let options = writing.terms.read_options(writing.now);
    let keep = |_: &Shape, block: Block| block;
    over_blocks(file, options, Hashing::Known(writing.sha256), keep, |step| {
        if let Step::Block(shape, block) = step {
            let last = block.first_row + block.rows - 1;
            if last > after_row {
                write_block(books, &shape, &block, writing, facts, after_row, &mut counts)?;
                if !going(last) {
                    return Err(ImportError::Stopped);
                }
            }
        }
        Ok::<(), ImportError>(())
    })?;
    Ok(counts)
}

/// Ends the partner's running orders that a full book does not name, and gives how many.
pub fn end_missing(
    books: &Books,
    writing: Writing<'_>,
    ledger: &Ledger,
) -> Result<u64, ImportError> {
    let mut missing = Vec::new();
    books.store().each_order(&mut |order| {
        let own = *order.partner == *writing.terms.partner;
        if own && order.terms.runs_at(writing.now) && !ledger.has(&order.terms.external_system_id) {
            missing.push(order.order_id);
        }
    })?;
    for some in missing.chunks(4096) {
        books.write(|sheet| {
            for id in some {
                let Some(order) = books.store().order_by_id(*id)? else { continue };
                // An order that starts later than now ends as it starts: it never was.
                let end = writing.now.max(order.terms.start);
                let after = OrderTerms { end: Some(end), ..order.terms.clone() };
                let changed = changes(Some(&order.terms), &after);
                let note = line(writing, &after, Decision::End, order.order_id, &changed);
                let log_id = sheet.row(note);
                write_change(sheet, log_id, order, after);
            }
            Ok::<(), ImportError>(())
        })?;
    }
    Ok(missing.len() as u64)
}

fn write_block(
    books: &Books,
    shape: &Shape,
    block: &Block,
    writing: Writing<'_>,
    facts: &FileFacts,
    after_row: u64,
    counts: &mut Counts,
) -> Result<(), ImportError> {
    let store = books.store();
    let catalog = store.catalog();
    let against = Against {
        partner: &writing.terms.partner,
        offers: writing.terms.offers.as_ref(),
        catalog: &catalog,
        now: writing.now,
    };
    let mut written = Counts::default();
    books.write(|sheet| {
        let (rows, _) = decide_block(shape, block, store, facts, &against)?;
        let mut created = Created::default();
        for decided in rows {
            if decided.row.row > after_row {
                written.add(decided.decision);
                write_row(sheet, decided, writing, facts, &mut created, &mut written);
            }
        }
        for (sum, count) in written.by_decision.iter_mut().zip(counts.by_decision) {
            *sum += count;
        }
        written.create_customer += counts.create_customer;
        let next_row = Some(block.first_row + block.rows - 1);
        let time = sheet.time().to_owned();
        sheet.file(FileEntry {
            next_row,
            counts: Some(counts_map(&written)),
            ..FileEntry::new(writing.import_id, &time, FileStep::Applying)
        });
        Ok::<(), ImportError>(())
    })?;
    *counts = written;
    Ok(())
}

/// What a block has created so far.
#[derive(Default)]
struct Created {
    orders: HashMap<Box<str>, u64>,
    customers: HashMap<Box<str>, ()>,
}

fn write_row(
    sheet: &mut Sheet,
    decided: DecidedRow<'_>,
    writing: Writing<'_>,
    facts: &FileFacts,
    created: &mut Created,
    counts: &mut Counts,
) {
    let DecidedRow { row, decision, after, order, creates_customer, .. } = decided;
    let place = RowLine { row: Some(row.row), line: Some(row.line), ..blank_line(writing, decision) };
    let named = RowLine {
        external_system_id: row.key.as_deref(),
        plenigo_offer_id: row.offer.as_deref(),
        ..place
    };
    match (decision, after) {
        (Decision::Reject, _) => {
            let reason = reason_of(&row.findings);
            let detail = detail_of(&row.findings);
            let code = row.findings.iter().find(|finding| finding.code.is_error());
            let upstream = code.map(|finding| finding.code.spec().upstream);
            let line = RowLine {
                success: false,
                error_code: upstream.filter(|code| *code > 0),
                error_reason: Some(&reason),
                error_detail: detail.as_deref(),
                ..named
            };
            sheet.row(RowNote { line, remembered: true });
        }
        (Decision::Create, Some(terms)) => {
            if creates_customer
                && !created.customers.contains_key(&terms.invoice_customer)
                && let Some(customer) = facts.customers.get(&terms.invoice_customer)
            {
                let (id, values) = (customer.id.clone(), customer.values.clone());
                created.customers.insert(id.clone(), ());
                counts.create_customer += 1;
                sheet.customer(Customer { id, values }, Some(writing.import_id));
            }
            let order_id = sheet.take_order_id();
            let changed = changes(None, &terms);
            let detail = detail_of(&row.findings);
            let line = RowLine {
                order_id,
                changes: ChangesJson(&changed),
                error_detail: detail.as_deref(),
                ..named
            };
            let log_id = sheet.row(RowNote { line, remembered: false });
            let now = sheet.moment();
            if !facts.twins.is_empty() {
                created.orders.insert(terms.external_system_id.clone(), order_id);
            }
            sheet.order(StoredOrder {
                order_id,
                partner: writing.terms.partner.as_str().into(),
                terms,
                created: now,
                changed: now,
                first_log: log_id,
                last_log: log_id,
            });
        }
        (_, Some(terms)) => {
            let Some(order) = order else { return };
            let changed = changes(Some(&order.terms), &terms);
            let detail = detail_of(&row.findings);
            let line = RowLine {
                order_id: order.order_id,
                changes: ChangesJson(&changed),
                error_detail: detail.as_deref(),
                ..named
            };
            let log_id = sheet.row(RowNote { line, remembered: true });
            write_change(sheet, log_id, order, terms);
        }
        (_, None) => {
            let known = order.map(|order| order.order_id);
            let key = row.key.as_deref().unwrap_or_default();
            let order_id = known.or_else(|| created.orders.get(key).copied()).unwrap_or(0);
            let detail = detail_of(&row.findings);
            let line = RowLine { order_id, error_detail: detail.as_deref(), ..named };
            sheet.row(RowNote { line, remembered: false });
        }
    }
}

fn write_change(sheet: &mut Sheet, log_id: u64, order: StoredOrder, terms: OrderTerms) {
    let changed = sheet.moment();
    sheet.order(StoredOrder { terms, changed, last_log: log_id, ..order });
}

fn line<'l>(
    writing: Writing<'l>,
    terms: &'l OrderTerms,
    decision: Decision,
    order_id: u64,
    changed: &'l [Change],
) -> RowNote<'l> {
    let line = RowLine {
        external_system_id: Some(&terms.external_system_id),
        plenigo_offer_id: Some(&terms.offer),
        order_id,
        changes: ChangesJson(changed),
        ..blank_line(writing, decision)
    };
    RowNote { line, remembered: true }
}

fn blank_line(writing: Writing<'_>, decision: Decision) -> RowLine<'_> {
    RowLine {
        kind: "row",
        log_id: 0,
        time: "",
        import_id: writing.import_id,
        partner: &writing.terms.partner,
        file: writing.file,
        row: None,
        line: None,
        external_system_id: None,
        plenigo_offer_id: None,
        decision: decision.name(),
        success: true,
        order_id: 0,
        error_code: None,
        error_reason: None,
        error_detail: None,
        changes: no_changes(),
    }
}

fn reason_of(findings: &[Finding]) -> String {
    let error = findings.iter().find(|finding| finding.code.is_error());
    let text = error.map(|finding| headline(finding, Language::En)).unwrap_or_default();
    text.chars().take(1000).collect()
}

/// `{"message": …, "findings": […]}`; nothing where nothing was found.
fn detail_of(findings: &[Finding]) -> Option<Box<RawValue>> {
    let first = findings.iter().find(|finding| finding.code.is_error()).or(findings.first())?;
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
