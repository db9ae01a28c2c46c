//! How is each record of a block decided, once what is known of its order and customers is at hand?
//! Works in two steps round the caller's look-up: [`read_rows`] says what must be known, [`decide_row`] decides.

use super::twins::{Twin, Twins};
use super::{Context, Decision, Known, decide, finding_for};
use crate::check::draft::{self, CustomerDraft};
use crate::check::plain::{PlainOrder, PlainReader};
use crate::check::{Examined, text_as_checked};
use crate::code::Code;
use crate::field::{Field, Table};
use crate::finding::{Detail, Finding};
use crate::order::{Draft, Terms};
use crate::read::{Block, Cell, PlainRecord, Record, Shape, Taker, take_records};
use std::borrow::Cow;

/// A record of a block with what it says.
#[derive(Debug)]
pub struct Row<'a> {
    /// Number of the record.
    pub row: u64,
    /// Physical line.
    pub line: u64,
    /// Its bytes.
    pub raw: &'a [u8],
    /// What the record describes.
    pub table: Table,
    /// The valid row of an order, if it has no error of its own.
    pub draft: Option<Draft<'a>>,
    /// The valid row of a customers file.
    pub customer: Option<Box<CustomerDraft>>,
    /// The key, also of a rejected row where it can be told.
    pub key: Option<Cow<'a, str>>,
    /// The offer, also of a rejected row where it can be told.
    pub offer: Option<Cow<'a, str>>,
    /// What was found so far.
    pub findings: Vec<Finding>,
    /// Does it only repeat an earlier record?
    pub repeats: bool,
}

/// What was decided for a row, with everything found.
#[derive(Debug, PartialEq)]
pub struct RowDecision {
    /// The decision.
    pub decision: Decision,
    /// The terms afterwards, where they change.
    pub after: Option<Terms>,
}

/// Adds the rows of a block to `rows`; records without a value are left out and counted in the facts.
/// The facts are what [`Tally::absorb`](crate::check::Tally::absorb) takes.
pub fn read_rows<'a>(shape: &Shape, block: &'a Block, rows: &mut Vec<Row<'a>>) -> Examined {
    each_row(shape, block, &mut |row| rows.push(row))
}

/// The same, row by row.
pub fn each_row<'a>(shape: &Shape, block: &'a Block, each: &mut dyn FnMut(Row<'a>)) -> Examined {
    let mut reader = RowReader {
        shape,
        plain: PlainReader::of(shape),
        examined: Examined::begin(block),
        each,
    };
    take_records(shape, block, &mut reader);
    reader.examined
}

struct RowReader<'r, 'e, 'a> {
    shape: &'r Shape,
    plain: Option<PlainReader<'r>>,
    examined: Examined,
    each: &'e mut dyn FnMut(Row<'a>),
}

impl<'a> Taker<'a> for RowReader<'_, '_, 'a> {
    fn plain(&mut self, record: &PlainRecord<'_, 'a>) -> bool {
        let read = self.plain.as_ref().and_then(|plain| plain.draft(record));
        let Some((PlainOrder { key, content }, draft)) = read else {
            return false;
        };
        let place = (record.row, record.line);
        self.examined.note_row(place, false, Some(key), content);
        (self.each)(Row::of_draft(place, record.raw(), draft));
        true
    }

    fn record(&mut self, record: &Record<'_, 'a>) {
        let row = match self.shape.options.table {
            Table::Customers => read_customer(self.shape, record),
            Table::Orders | Table::Offers => read_row(self.shape, self.plain.as_ref(), record),
        };
        let key = row.key.as_deref();
        match row.table {
            Table::Customers => {
                let customer = row.customer.as_deref();
                self.examined
                    .note_customer(record, customer, key, &row.findings);
            }
            Table::Orders | Table::Offers => {
                let draft = row.draft.as_ref();
                self.examined.note(record, draft, key, &row.findings);
            }
        }
        if !record.empty {
            (self.each)(row);
        }
    }
}

/// How much of a row is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    /// All of it.
    Whole,
    /// Only key and offer, since nothing was found in it.
    Names,
}

/// Calls `each` with the rows of a block, read as deep as `depth` says of the next one each time. False where it had
/// nothing to say of one: that row is passed over.
pub(super) fn each_row_again<'a>(
    shape: &Shape,
    block: &'a Block,
    depth: &dyn Fn() -> Option<Depth>,
    each: &mut dyn FnMut(Row<'a>),
) -> bool {
    let mut reader = RowRereader {
        shape,
        plain: PlainReader::of(shape),
        depth,
        each,
        passed_over: false,
    };
    take_records(shape, block, &mut reader);
    !reader.passed_over
}

struct RowRereader<'r, 'e, 'a> {
    shape: &'r Shape,
    plain: Option<PlainReader<'r>>,
    depth: &'e dyn Fn() -> Option<Depth>,
    each: &'e mut dyn FnMut(Row<'a>),
    passed_over: bool,
}

impl<'a> Taker<'a> for RowRereader<'_, '_, 'a> {
    fn plain(&mut self, record: &PlainRecord<'_, 'a>) -> bool {
        let Some(plain) = &self.plain else {
            return false;
        };
        let place = (record.row, record.line);
        let row = match (self.depth)() {
            None => None,
            Some(Depth::Names) => plain
                .names(record)
                .map(|[key, offer]| Row::of_names(place, record.raw(), key, offer)),
            Some(Depth::Whole) => plain
                .draft(record)
                .map(|(_, draft)| Row::of_draft(place, record.raw(), draft)),
        };
        row.map(&mut self.each).is_some()
    }

    fn record(&mut self, record: &Record<'_, 'a>) {
        if record.empty {
            return;
        }
        match (self.depth)() {
            None => self.passed_over = true,
            Some(Depth::Names) => (self.each)(named_row(self.shape, record)),
            Some(Depth::Whole) => (self.each)(read_row(self.shape, self.plain.as_ref(), record)),
        }
    }
}

impl<'a> Row<'a> {
    fn of_draft((row, line): (u64, u64), raw: &'a [u8], draft: Draft<'a>) -> Self {
        Self {
            row,
            line,
            raw,
            key: Some(draft.external_system_id.clone()),
            offer: Some(draft.offer.clone()),
            table: Table::Orders,
            draft: Some(draft),
            customer: None,
            findings: Vec::new(),
            repeats: false,
        }
    }

    fn of_names((row, line): (u64, u64), raw: &'a [u8], key: &'a str, offer: &'a str) -> Self {
        Self {
            row,
            line,
            raw,
            table: Table::Orders,
            draft: None,
            customer: None,
            key: Some(key.into()),
            offer: Some(offer.into()),
            findings: Vec::new(),
            repeats: false,
        }
    }
}

/// Only the key and the offer of a record in which nothing was found.
fn named_row<'a>(shape: &Shape, record: &Record<'_, 'a>) -> Row<'a> {
    Row {
        row: record.row,
        line: record.line,
        raw: record.raw,
        table: Table::Orders,
        draft: None,
        customer: None,
        key: text_as_checked(shape, record.cells, Field::ExternalSystemId),
        offer: text_as_checked(shape, record.cells, Field::PlenigoOfferId),
        findings: Vec::new(),
        repeats: false,
    }
}

/// What a record says.
fn read_row<'a>(
    shape: &Shape,
    plain: Option<&PlainReader<'_>>,
    record: &Record<'_, 'a>,
) -> Row<'a> {
    let mut findings = Vec::new();
    let draft = draft::order_by(shape, plain, record, &mut findings);
    let (key, offer) = match &draft {
        Some(draft) => (
            Some(draft.external_system_id.clone()),
            Some(draft.offer.clone()),
        ),
        None => (
            text_as_checked(shape, record.cells, Field::ExternalSystemId),
            text_of(record, Field::PlenigoOfferId),
        ),
    };
    let (row, line, raw) = (record.row, record.line, record.raw);
    Row {
        row,
        line,
        raw,
        table: Table::Orders,
        draft,
        customer: None,
        key,
        offer,
        findings,
        repeats: false,
    }
}

/// What a record of a customers file says. Its key is the email address, which every customer has.
fn read_customer<'a>(shape: &Shape, record: &Record<'_, 'a>) -> Row<'a> {
    let mut findings = Vec::new();
    let customer = draft::customer_record(shape, record, &mut findings);
    Row {
        row: record.row,
        line: record.line,
        raw: record.raw,
        table: Table::Customers,
        draft: None,
        customer: customer.map(Box::new),
        key: text_as_checked(shape, record.cells, Field::Email),
        offer: None,
        findings,
        repeats: false,
    }
}

/// Applies to each row what the whole file says of its key.
pub fn apply_twins(shape: &Shape, rows: &mut [Row<'_>], twins: &Twins) {
    if twins.is_empty() {
        return;
    }
    for row in rows {
        for twin in twins.told_of(row.row) {
            let (code, other) = match twin {
                Twin::Repeats(r, l) => (Code::DuplicateSame, Detail::Record(r, l)),
                Twin::Contradicts(r, l) => (Code::DuplicateDifferent, Detail::Record(r, l)),
            };
            let key = row.key.as_deref().unwrap_or_default();
            let place = (row.row, row.line);
            let finding = crate::check::twin_finding(shape, code, place, other, key);
            row.findings.push(finding);
            let is_valid = row.draft.is_some() || row.customer.is_some();
            row.repeats |= code == Code::DuplicateSame && is_valid;
            if code.is_error() {
                row.draft = None;
                row.customer = None;
            }
        }
    }
}

/// Decides one row; what stands against it is added to its findings.
pub fn decide_row(
    shape: &Shape,
    row: &mut Row<'_>,
    known: &Known<'_>,
    context: &Context<'_>,
) -> RowDecision {
    let Some(draft) = &row.draft else {
        return RowDecision {
            decision: Decision::Reject,
            after: None,
        };
    };
    if row.repeats {
        // The earlier record does whatever there is to do; the keeper of the file's order does it first.
        return RowDecision {
            decision: Decision::Unchanged,
            after: None,
        };
    }
    let place = (row.row, row.line);
    let findings = &mut row.findings;
    let decided = decide(draft, known, context, &mut |field, code, detail| {
        findings.push(finding_for(shape, place, draft, (field, code, detail)));
    });
    RowDecision {
        decision: decided.decision,
        after: decided.after,
    }
}

fn text_of<'a>(record: &Record<'_, 'a>, field: Field) -> Option<Cow<'a, str>> {
    let at = record.cells.iter().find(|at| at.field == field)?;
    match &at.cell {
        Cell::Text(text) | Cell::Sheet(_, text) | Cell::JsonText(text) => {
            let short = text.chars().count() <= 100;
            (short && !text.trim().is_empty()).then(|| text.clone())
        }
        _ => None,
    }
}
