//! How are the rows of a planned file written?
//! Block by block: decided against the state of that moment, journalled and synced together, then visible. Cut off
//! anywhere, it goes on behind the last block that was written.

use super::pass::{Hashing, Step, over_groups};
use super::profile::Terms;
use super::survey::{DecidedRow, GROUP};
use super::work::ImportError;
use crate::books::{Books, RowNote, Sheet};
use crate::entry::{FileEntry, RowLine, counts_map, no_changes};
use crate::folder::lifecycle::Step as FileStep;
use crate::state::StoredOrder;
use crate::state::store::StoreError;
use intake_core::catalog::Customer;
use intake_core::check::Tally;
use intake_core::finding::{Finding, Language, headline};
use intake_core::moment::Moment;
use intake_core::order::Terms as OrderTerms;
use intake_core::plan::blocks::{FileFacts, decide_blocks};
use intake_core::plan::survey::each_missing;
use intake_core::plan::{Change, Context, Counts, Decision, changes};
use intake_core::read::{Block, Shape};
use intake_core::report::{ChangesJson, Item, put};
use serde_json::value::RawValue;
use std::collections::{HashMap, HashSet, VecDeque};
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
    let path_error = |source| ImportError::Io {
        path: body.to_owned(),
        source,
    };
    let file = File::open(body).map_err(path_error)?;
    let options = writing.terms.profile.read_options(writing.now);
    let decide = |shape: &Shape, blocks: Vec<Block>| {
        Decided::of(books, shape, blocks, writing, facts, after_row)
    };
    let mut written = Written {
        counts: writing.before,
        ..Written::default()
    };
    over_groups(
        file,
        options,
        Hashing::Known(writing.sha256),
        GROUP,
        decide,
        |step| {
            if let Step::Block(shape, decided) = step {
                let last = last_row(&decided.blocks);
                if last > after_row {
                    write_rows(
                        books,
                        &shape,
                        decided,
                        writing,
                        facts,
                        after_row,
                        &mut written,
                    )?;
                    if !going(last) {
                        return Err(ImportError::Stopped);
                    }
                }
            }
            Ok::<(), ImportError>(())
        },
    )?;
    Ok(written.counts)
}

/// Ends the partner's running orders that a full book does not name, and gives how many.
pub fn end_missing(books: &Books, writing: Writing<'_>, tally: &Tally) -> Result<u64, ImportError> {
    let mut missing = Vec::new();
    let (profile, now) = (&writing.terms.profile, writing.now);
    each_missing(profile, books.store(), now, tally, &mut |order| {
        missing.push(order.order_id);
    })?;
    for some in missing.chunks(4096) {
        books.write(|sheet| {
            for id in some {
                let Some(order) = books.store().order_by_id(*id)? else {
                    continue;
                };
                let after = OrderTerms {
                    end: Some(order.terms.end_if_missing(now)),
                    ..order.terms.clone()
                };
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

/// The rows of a block, decided in a worker ahead of their turn, against the state after `writes` frames.
struct Decided {
    blocks: Vec<Block>,
    writes: u64,
    rows: Result<Vec<OwnRow>, StoreError>,
}

/// A decided row that no longer needs its block.
struct OwnRow {
    row: u64,
    line: u64,
    key: Option<Box<str>>,
    offer: Option<Box<str>>,
    decision: Decision,
    after: Option<Box<OrderTerms>>,
    order: Option<Box<StoredOrder>>,
    /// The number of the order, where it stays as it is.
    order_id: u64,
    creates_customer: bool,
    error_code: Option<u32>,
    reason: Option<String>,
    detail: Option<Box<RawValue>>,
}

/// What this import has written so far.
#[derive(Default)]
struct Written {
    counts: Counts,
    /// Orders that later records repeat.
    repeated: HashMap<Box<str>, u64>,
    customers: HashSet<Box<str>>,
    /// The numbers of its own frames, those that rows decided ahead of their turn may not have seen.
    frames: VecDeque<u64>,
}

/// Rows are decided so many blocks ahead at most; older frames of one's own need not be remembered.
const OWN_FRAMES: usize = 64;

impl Decided {
    fn of(
        books: &Books,
        shape: &Shape,
        blocks: Vec<Block>,
        writing: Writing<'_>,
        facts: &FileFacts,
        after_row: u64,
    ) -> Self {
        let writes = books.writes();
        let rows = if last_row(&blocks) > after_row {
            own_rows(books, shape, &blocks, writing, facts, after_row)
        } else {
            Ok(Vec::new())
        };
        Self {
            blocks,
            writes,
            rows,
        }
    }
}

/// The number of the last record in blocks that stand one behind another.
fn last_row(blocks: &[Block]) -> u64 {
    blocks
        .last()
        .map_or(0, |block| block.first_row + block.rows - 1)
}

fn own_rows(
    books: &Books,
    shape: &Shape,
    blocks: &[Block],
    writing: Writing<'_>,
    facts: &FileFacts,
    after_row: u64,
) -> Result<Vec<OwnRow>, StoreError> {
    let catalog = books.store().catalog();
    let profile = &writing.terms.profile;
    let context = Context {
        partner: &profile.partner,
        offers: profile.offers.as_ref(),
        catalog: Some(&catalog),
        now: writing.now,
    };
    let decided = decide_blocks(shape, blocks, books.store(), facts, &context)?;
    Ok(decided
        .rows
        .into_iter()
        .filter(|decided| decided.row.row > after_row)
        .map(OwnRow::of)
        .collect())
}

impl OwnRow {
    fn of(decided: DecidedRow<'_>) -> Self {
        let DecidedRow {
            row,
            decision,
            after,
            order,
            creates_customer,
            ..
        } = decided;
        let rejected = decision == Decision::Reject;
        let error = row.findings.iter().find(|finding| finding.code.is_error());
        let upstream = error.map(|finding| finding.code.spec().upstream);
        let changes_order = decision.changes_order();
        Self {
            row: row.row,
            line: row.line,
            key: row.key.as_deref().map(Into::into),
            offer: row.offer.as_deref().map(Into::into),
            decision,
            after,
            order_id: order.as_ref().map_or(0, |order| order.order_id),
            order: order.filter(|_| changes_order),
            creates_customer,
            error_code: upstream.filter(|code| rejected && *code > 0),
            reason: rejected.then(|| reason_of(&row.findings)),
            detail: detail_of(&row.findings),
        }
    }
}

fn write_rows(
    books: &Books,
    shape: &Shape,
    decided: Decided,
    writing: Writing<'_>,
    facts: &FileFacts,
    after_row: u64,
    written: &mut Written,
) -> Result<(), ImportError> {
    let Decided {
        blocks,
        writes,
        rows,
    } = decided;
    let mut ahead = Some(rows?);
    books.write(|sheet| {
        // What others wrote since may concern these rows: then they are decided again, now that nobody writes.
        let own = written
            .frames
            .iter()
            .filter(|frame| **frame > writes)
            .count() as u64;
        let rows = match ahead.take().filter(|_| books.writes() - writes == own) {
            Some(rows) => rows,
            None => own_rows(books, shape, &blocks, writing, facts, after_row)?,
        };
        for row in rows {
            written.counts.add(row.decision);
            write_row(sheet, row, writing, facts, written);
        }
        let next_row = Some(last_row(&blocks));
        let time = sheet.time().to_owned();
        sheet.file(FileEntry {
            next_row,
            counts: Some(counts_map(&written.counts)),
            ..FileEntry::new(writing.import_id, &time, FileStep::Applying)
        });
        written.frames.push_back(books.writes() + 1);
        Ok::<(), ImportError>(())
    })?;
    if written.frames.len() > OWN_FRAMES {
        written.frames.pop_front();
    }
    Ok(())
}

fn write_row(
    sheet: &mut Sheet,
    row: OwnRow,
    writing: Writing<'_>,
    facts: &FileFacts,
    written: &mut Written,
) {
    let named = RowLine {
        row: Some(row.row),
        line: Some(row.line),
        external_system_id: row.key.as_deref(),
        plenigo_offer_id: row.offer.as_deref(),
        error_detail: row.detail.as_deref(),
        ..blank_line(writing, row.decision)
    };
    match (row.decision, row.after) {
        (Decision::Reject, _) => {
            let line = RowLine {
                success: false,
                error_code: row.error_code,
                error_reason: row.reason.as_deref(),
                ..named
            };
            sheet.row(RowNote {
                line,
                remembered: true,
            });
        }
        (Decision::Create, Some(terms)) => {
            if row.creates_customer
                && !written.customers.contains(&terms.invoice_customer)
                && let Some(customer) = facts.customers.get(&terms.invoice_customer)
            {
                let (id, values) = (customer.id.clone(), customer.values.clone());
                written.customers.insert(id.clone());
                written.counts.create_customer += 1;
                sheet.customer(Customer { id, values }, Some(writing.import_id));
            }
            let order_id = sheet.take_order_id();
            let changed = changes(None, &terms);
            let line = RowLine {
                order_id,
                changes: ChangesJson(&changed),
                ..named
            };
            let log_id = sheet.row(RowNote {
                line,
                remembered: false,
            });
            let now = sheet.moment();
            if facts.twins.is_repeated(row.row) {
                written
                    .repeated
                    .insert(terms.external_system_id.clone(), order_id);
            }
            sheet.order(StoredOrder {
                order_id,
                partner: writing.terms.profile.partner.clone(),
                terms: *terms,
                created: now,
                changed: now,
                first_log: log_id,
                last_log: log_id,
            });
        }
        (_, Some(terms)) => {
            let Some(order) = row.order else { return };
            let changed = changes(Some(&order.terms), &terms);
            let line = RowLine {
                order_id: order.order_id,
                changes: ChangesJson(&changed),
                ..named
            };
            let log_id = sheet.row(RowNote {
                line,
                remembered: true,
            });
            write_change(sheet, log_id, *order, *terms);
        }
        (_, None) => {
            let earlier = row.key.as_deref().and_then(|key| written.repeated.get(key));
            let order_id = match row.order_id {
                0 => earlier.copied().unwrap_or(0),
                known => known,
            };
            let line = RowLine { order_id, ..named };
            sheet.row(RowNote {
                line,
                remembered: false,
            });
        }
    }
}

fn write_change(sheet: &mut Sheet, log_id: u64, order: StoredOrder, terms: OrderTerms) {
    let changed = sheet.moment();
    sheet.order(StoredOrder {
        terms,
        changed,
        last_log: log_id,
        ..order
    });
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
    RowNote {
        line,
        remembered: true,
    }
}

fn blank_line(writing: Writing<'_>, decision: Decision) -> RowLine<'_> {
    RowLine {
        kind: "row",
        log_id: 0,
        time: "",
        import_id: writing.import_id,
        partner: &writing.terms.profile.partner,
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
