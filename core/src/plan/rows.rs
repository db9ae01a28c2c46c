//! How is each record of a block decided, once what is known of its order and customers is at hand?
//! Works in two steps round the caller's look-up: [`read_rows`] says what must be known, [`decide_row`] decides.

use super::twins::{Twin, Twins};
use super::{Context, Decision, Known, decide, finding_for};
use crate::check::draft;
use crate::check::{Examined, text_as_checked};
use crate::code::Code;
use crate::field::Field;
use crate::finding::{Detail, Finding};
use crate::order::{Draft, Terms};
use crate::read::{Block, Cell, Record, Shape, records};
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
    /// The valid row, if it has no error of its own.
    pub draft: Option<Draft<'a>>,
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
    let mut examined = Examined::begin(block);
    records(shape, block, &mut |record| {
        rows.extend(read_and_note(shape, record, &mut examined));
    });
    examined
}

/// The row of a record, if it holds a value, noted in the facts.
pub(super) fn read_and_note<'a>(
    shape: &Shape,
    record: &Record<'_, 'a>,
    examined: &mut Examined,
) -> Option<Row<'a>> {
    let row = read_row(shape, record);
    let (draft, key) = (row.draft.as_ref(), row.key.as_deref());
    examined.note(record, draft, key, &row.findings);
    (!record.empty).then_some(row)
}

/// Only the key and the offer of a record in which nothing was found.
pub(super) fn named_row<'a>(shape: &Shape, record: &Record<'_, 'a>) -> Row<'a> {
    Row {
        row: record.row,
        line: record.line,
        raw: record.raw,
        draft: None,
        key: text_as_checked(shape, record.cells, Field::ExternalSystemId),
        offer: text_as_checked(shape, record.cells, Field::PlenigoOfferId),
        findings: Vec::new(),
        repeats: false,
    }
}

/// What a record says.
pub(super) fn read_row<'a>(shape: &Shape, record: &Record<'_, 'a>) -> Row<'a> {
    let mut findings = Vec::new();
    let draft = draft::order(shape, record, &mut findings);
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
        draft,
        key,
        offer,
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
            row.repeats |= code == Code::DuplicateSame && row.draft.is_some();
            if code.is_error() {
                row.draft = None;
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
        Cell::Text(text) | Cell::JsonText(text) => {
            let short = text.chars().count() <= 100;
            (short && !text.trim().is_empty()).then(|| text.clone())
        }
        _ => None,
    }
}
