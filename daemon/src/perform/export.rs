//! How do orders leave the books as rows that could be imported again?
//!
//! Invariant: all rows are of one moment: they are put aside while nobody writes, and leave at the taker's pace afterwards.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write};

use anyhow::Context as _;
use intake_core::corrections::put_cell_of_text;
use intake_core::moment::Moment;
use intake_core::order::{ORDER_FIELDS, Terms, Value};
use serde_json::json;

use super::Call;
use crate::cli::args::{ExportFormat, ExportOrders, Outcome};
use crate::open_data::OpenData;
use crate::state::StoredOrder;
use crate::system::nameless_file;

/// After so many orders somebody hears of progress.
const ORDERS_BETWEEN: u64 = 10_000;

/// Writes the orders that were asked for.
pub(super) fn orders(
    arguments: &ExportOrders,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let now = call.speech.moment_now();
    let mut aside = BufWriter::with_capacity(256 << 10, nameless_file(&data.path.join("work"))?);
    let mut row = Vec::new();
    if arguments.format == ExportFormat::Csv {
        let header: Vec<&str> = ORDER_FIELDS.iter().map(|field| field.name()).collect();
        writeln!(aside, "{}", header.join(","))?;
    }
    let put_aside = data.books.quietly(|store, _| {
        let mut seen = 0;
        store.try_each_order(&mut |order| {
            seen += 1;
            if seen % ORDERS_BETWEEN == 0 && !(call.going)(seen) {
                anyhow::bail!("nobody waits for it any more");
            }
            if is_asked_for(arguments, &order, now) {
                put(arguments.format, &order.terms, &mut row)?;
                aside.write_all(&row)?;
                row.clear();
            }
            Ok(())
        })
    });
    put_aside.context("the export was given up")?;
    let mut aside: File = aside.into_inner().map_err(io::IntoInnerError::into_error)?;
    aside.rewind()?;
    io::copy(&mut aside, out).context("cannot write the export")?;
    Ok(Outcome::Done)
}

fn is_asked_for(arguments: &ExportOrders, order: &StoredOrder, now: Moment) -> bool {
    let partner = arguments.partner.as_deref();
    let offer = arguments.offer.as_deref();
    partner.is_none_or(|partner| *order.partner == *partner)
        && offer.is_none_or(|offer| *order.terms.offer == *offer)
        && (!arguments.running || order.terms.runs_at(now))
}

fn put(format: ExportFormat, terms: &Terms, out: &mut Vec<u8>) -> io::Result<()> {
    match format {
        ExportFormat::Csv => {
            for (index, field) in ORDER_FIELDS.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                put_cell(out, &terms.value(field));
            }
        }
        // What is not there is not told: read again, it would be cleared.
        ExportFormat::Ndjson => {
            let mut between = "{";
            for field in ORDER_FIELDS {
                if let Some(value) = json_of(&terms.value(field)) {
                    write!(out, "{between}\"{}\":{value}", field.name())?;
                    between = ",";
                }
            }
            write!(out, "}}")?;
        }
    }
    out.push(b'\n');
    Ok(())
}

fn json_of(value: &Value) -> Option<serde_json::Value> {
    Some(match value {
        Value::None => return None,
        Value::Integer(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Moment(moment) => json!(moment.to_string()),
        Value::Texts(texts) if texts.is_empty() => return None,
        Value::Texts(texts) => json!(texts),
    })
}

/// Appends a cell as the reader reads it back: what a spreadsheet would take for a formula has an apostrophe before it.
fn put_cell(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::None => {}
        Value::Text(_) | Value::Texts(_) => {
            put_cell_of_text(out, value.to_string().as_bytes(), b',');
        }
        value => out.extend_from_slice(value.to_string().as_bytes()),
    }
}
