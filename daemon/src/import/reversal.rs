//! Which rows would undo what an import did?
//!
//! Invariant: nothing is decided here. The rows say what was there before, by the import's lines in the journal; planned,
//! held and applied they are as any file's.
//!
//! A changed field gets the value that it had. An order that the import made cannot go away again, for the platform knows
//! no deletion: it ends now, or as it starts where that is later, as an order that a full book leaves out. What has
//! changed an order since stands: it is left as it is, unless all are asked for.

use std::io::Write;

use intake_core::field::Field;
use intake_core::moment::Moment;
use intake_core::plan::Decision;
use serde_json::{Map, Value, json};

use crate::entry::{Line, RowEntry};
use crate::open_data::OpenData;
use crate::receipt::lines_of_import;
use crate::state::{FileRecord, StoredOrder};

/// Which orders are taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those that nothing has changed since.
    Untouched,
    /// Those, too, that were changed since: the fields that the import changed get back their values, others stay.
    All,
}

/// What would undo an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reversal {
    /// How many rows were written.
    pub rows: u64,
    /// Orders that were changed since and are left as they are.
    pub left: Vec<Left>,
    /// Orders that are already as they would become.
    pub already: u64,
    /// Customers that the import made: they stay.
    pub customers: u64,
}

/// An order that was changed since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its key.
    pub external_system_id: String,
    /// The entry of the log by which the import changed it.
    pub log_id: u64,
    /// The entry that changed it last.
    pub last_log_id: u64,
}

/// Writes the rows that would undo an import to `out`, as NDJSON.
pub fn reversal(
    data: &OpenData,
    record: &FileRecord,
    scope: Scope,
    now: Moment,
    out: &mut dyn Write,
) -> anyhow::Result<Reversal> {
    let mut reversal = Reversal::default();
    lines_of_import(
        data.books.journal_path(),
        record,
        &mut |line| match Line::parse(line)? {
            Line::Row(row) if row.success => reversal.row(data, &row, scope, now, out),
            Line::Customer(_) => {
                reversal.customers += 1;
                Ok(())
            }
            _ => Ok(()),
        },
    )?;
    Ok(reversal)
}

impl Reversal {
    fn row(
        &mut self,
        data: &OpenData,
        row: &RowEntry<'_>,
        scope: Scope,
        now: Moment,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        // Customers stay as they are.
        if row.decision == Decision::Unchanged.name() || row.customer.is_some() {
            return Ok(());
        }
        let Some(order) = data.books.store().order_by_id(row.order_id)? else {
            anyhow::bail!(
                "order {} is in the journal and not in the store\nhint: run `intake verify`",
                row.order_id
            );
        };
        if order.last_log > row.log_id && scope == Scope::Untouched {
            self.left.push(Left {
                external_system_id: order.terms.external_system_id.to_string(),
                log_id: row.log_id,
                last_log_id: order.last_log,
            });
            return Ok(());
        }
        let back = if row.decision == Decision::Create.name() {
            ended(&order, now)
        } else {
            before(row)
        };
        let Some(back) = back else {
            self.already += 1;
            return Ok(());
        };
        let mut item = required(&order);
        item.extend(back);
        serde_json::to_writer(&mut *out, &item)?;
        out.write_all(b"\n")?;
        self.rows += 1;
        Ok(())
    }
}

/// The end of an order that ought not to be. Nothing where it has ended already.
fn ended(order: &StoredOrder, now: Moment) -> Option<Map<String, Value>> {
    let end = order.terms.end_if_missing(now);
    if order.terms.end.is_some_and(|known| known <= end) {
        return None;
    }
    let mut back = Map::new();
    back.insert(Field::EndDate.name().to_owned(), json!(end.to_string()));
    Some(back)
}

/// What the row's fields were before; `null` clears.
fn before(row: &RowEntry<'_>) -> Option<Map<String, Value>> {
    let changes = row.changes.iter();
    let back: Map<String, Value> = changes
        .map(|change| (change.field.to_string(), change.old.clone()))
        .collect();
    (!back.is_empty()).then_some(back)
}

/// What every row must say, as it stands now.
fn required(order: &StoredOrder) -> Map<String, Value> {
    let terms = &order.terms;
    let values = [
        (Field::ExternalSystemId, json!(terms.external_system_id)),
        (Field::PlenigoOfferId, json!(terms.offer)),
        (Field::InvoiceCustomerId, json!(terms.invoice_customer)),
        (Field::Quantity, json!(terms.quantity)),
        (Field::StartDate, json!(terms.start.to_string())),
        (Field::PaymentMethod, json!(terms.payment_method.name())),
    ];
    values
        .into_iter()
        .map(|(field, value)| (field.name().to_owned(), value))
        .collect()
}
