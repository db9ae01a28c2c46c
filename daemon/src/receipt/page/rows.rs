//! How do single rows stand in the tables of the page?
//!
//! Invariant: a table shows at most [`ROWS_SHOWN`] rows and says so; the receipt has them all.

use std::path::Path;

use intake_core::against::Different;
use intake_core::field::{Field, Kind};
use intake_core::finding::Language;
use intake_core::plan::Decision;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::markup::{close, element, open, text};
use crate::entry::{ChangeEntry, RowEntry};
use crate::receipt::finding_entry::FindingEntry;
use crate::receipt::spool::Spool;
use crate::system::PathError;

/// More rows than this no person reads, and no browser shows without trouble.
pub(in crate::receipt) const ROWS_SHOWN: u64 = 10_000;

/// What is shown for a value that is not there.
const NOTHING: &str = "–";

/// The tables of the page, in no order.
#[derive(Debug)]
pub(in crate::receipt) struct Tables {
    pub(in crate::receipt) rejected: Table,
    pub(in crate::receipt) ended: Table,
    pub(in crate::receipt) reactivated: Table,
    pub(in crate::receipt) payment: Table,
    pub(in crate::receipt) updated: Table,
    time_zone: TimeZone,
}

/// The rows of one table.
#[derive(Debug)]
pub(in crate::receipt) struct Table {
    pub(in crate::receipt) rows: Spool,
    /// How many there are, shown or not.
    pub(in crate::receipt) total: u64,
}

impl Tables {
    /// Empty tables; what does not fit into memory waits in `directory`. Times are shown in the time zone.
    pub(in crate::receipt) fn new(directory: &Path, time_zone: &TimeZone) -> Self {
        let table = || Table::new(directory);
        Self {
            rejected: table(),
            ended: table(),
            reactivated: table(),
            payment: table(),
            updated: table(),
            time_zone: time_zone.clone(),
        }
    }

    /// Adds a rejected row with all that stands against it.
    pub(in crate::receipt) fn reject(
        &mut self,
        row: &RowEntry<'_>,
        errors: &[FindingEntry],
    ) -> Result<(), PathError> {
        self.rejected.add(|out| {
            for error in errors {
                rejected_row(out, row, error);
            }
        })
    }

    /// Adds a row that changed its order.
    pub(in crate::receipt) fn change(&mut self, row: &RowEntry<'_>) -> Result<(), PathError> {
        let is = |decision: Decision| row.decision == decision.name();
        let table = match () {
            () if is(Decision::End) => &mut self.ended,
            () if is(Decision::Reactivate) => &mut self.reactivated,
            () if is(Decision::Payment) => &mut self.payment,
            () => &mut self.updated,
        };
        table.add(|out| changed_rows(out, row, &self.time_zone))
    }

    /// How many rows changed their orders.
    pub(in crate::receipt) fn changed(&self) -> u64 {
        self.ended.total + self.reactivated.total + self.payment.total + self.updated.total
    }
}

impl Table {
    /// An empty table.
    pub(in crate::receipt) fn new(directory: &Path) -> Self {
        Self {
            rows: Spool::new(directory),
            total: 0,
        }
    }

    /// Adds what is decided differently than a plan said.
    pub(in crate::receipt) fn different(&mut self, different: &Different) -> Result<(), PathError> {
        self.add(|out| different_row(out, different))
    }

    fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), PathError> {
        self.total += 1;
        if self.total > ROWS_SHOWN {
            return Ok(());
        }
        self.rows.add(write)
    }
}

/// A row of the table of what was found: place, order, value, and what it says in both languages.
fn rejected_row(out: &mut Vec<u8>, row: &RowEntry<'_>, error: &FindingEntry) {
    open(out, "tr");
    place(out, error);
    let key = row.external_system_id.as_deref().unwrap_or(NOTHING);
    element(out, "td class=\"key\"", key);
    said(out, error);
    close(out, "tr");
    out.push(b'\n');
}

/// A row of the table of what was found about the file as a whole.
pub(super) fn file_row(out: &mut Vec<u8>, finding: &FindingEntry) {
    open(out, "tr");
    place(out, finding);
    said(out, finding);
    close(out, "tr");
    out.push(b'\n');
}

fn place(out: &mut Vec<u8>, finding: &FindingEntry) {
    element(out, "th scope=\"row\"", &number(finding.line));
    open(out, "td");
    if let Some(letter) = &finding.column_letter {
        element(out, "b", letter);
        out.push(b' ');
    }
    let header = finding.header.as_deref().or(finding.field.as_deref());
    text(out, header.unwrap_or(NOTHING));
    close(out, "td");
}

fn said(out: &mut Vec<u8>, finding: &FindingEntry) {
    element(
        out,
        "td class=\"value\"",
        finding.value.as_deref().unwrap_or(NOTHING),
    );
    element(out, "td lang=\"de\"", &finding.message.de);
    element(out, "td lang=\"en\"", &finding.message.en);
}

/// One row for each field that changed, each complete in itself, so that none is read without its order.
fn changed_rows(out: &mut Vec<u8>, row: &RowEntry<'_>, time_zone: &TimeZone) {
    for change in &row.changes {
        open(out, "tr");
        element(out, "th scope=\"row\"", &number(row.line));
        let key = row.external_system_id.as_deref();
        let key = key.or(row.customer.as_deref()).unwrap_or(NOTHING);
        element(out, "td class=\"key\"", key);
        element(out, "td", &change.field);
        element(
            out,
            "td class=\"value\"",
            &shown(change, &change.old, time_zone),
        );
        element(
            out,
            "td class=\"value\"",
            &shown(change, &change.new, time_zone),
        );
        close(out, "tr");
        out.push(b'\n');
    }
}

fn different_row(out: &mut Vec<u8>, different: &Different) {
    open(out, "tr");
    element(out, "th scope=\"row\"", &number(different.line));
    let customer = different.customer_id.as_deref();
    let key = customer.or(different.external_system_id.as_deref());
    element(out, "td class=\"key\"", key.unwrap_or(NOTHING));
    for side in [&different.then, &different.now] {
        let decision = side.as_ref().map_or(NOTHING, |side| &side.decision);
        element(out, "td", decision);
    }
    let german = different.why(Language::De).join("; ");
    element(out, "td lang=\"de\"", &german);
    let english = different.why(Language::En).join("; ");
    element(out, "td lang=\"en\"", &english);
    close(out, "tr");
    out.push(b'\n');
}

/// Line numbers stand without groups, as a spreadsheet shows them.
fn number(line: Option<u64>) -> String {
    line.map_or_else(|| NOTHING.to_owned(), |line| line.to_string())
}

fn shown(change: &ChangeEntry<'_>, value: &Value, time_zone: &TimeZone) -> String {
    match value {
        Value::Null => NOTHING.to_owned(),
        Value::String(text) => {
            let field = Field::from_name(&change.field);
            let is_time = field.is_some_and(|field| field.spec().kind == Kind::DateTime);
            let instant = text.parse::<Timestamp>().ok().filter(|_| is_time);
            instant.map_or_else(
                || text.clone(),
                |instant| {
                    let local = instant.to_zoned_datetime(time_zone.clone());
                    local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
                },
            )
        }
        Value::Array(items) => {
            let items: Vec<_> = items
                .iter()
                .map(|item| shown(change, item, time_zone))
                .collect();
            items.join(", ")
        }
        other => other.to_string(),
    }
}
