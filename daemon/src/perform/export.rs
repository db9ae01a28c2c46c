//! How do orders leave the books as rows that could be imported again?
//!
//! Invariant: all rows are of one moment: they are put aside while nobody writes, and leave at the taker's pace afterwards.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write};

use anyhow::Context as _;
use intake_core::check::cell::reads_as_formula;
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
    let aside = nameless_file(&data.path.join("work"))?;
    let mut aside = BufWriter::with_capacity(256 << 10, aside);
    if arguments.format == ExportFormat::Csv {
        let header: Vec<&str> = ORDER_FIELDS.iter().map(|field| field.name()).collect();
        writeln!(aside, "{}", header.join(","))?;
    }
    data.books
        .quietly(|store, _| {
            let mut seen = 0;
            let mut trouble = None;
            store.each_order(&mut |order| {
                seen += 1;
                if trouble.is_some() {
                    return;
                }
                if seen % ORDERS_BETWEEN == 0 && !(call.going)(seen) {
                    trouble = Some(io::Error::other("nobody waits for it any more"));
                } else if is_asked_for(arguments, &order, now) {
                    trouble = put(arguments.format, &order.terms, &mut aside).err();
                }
            })?;
            trouble.map_or(Ok(()), |error| Err(error.into()))
        })
        .map_err(|error: anyhow::Error| error.context("the export was given up"))?;
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

fn put(format: ExportFormat, terms: &Terms, out: &mut impl Write) -> io::Result<()> {
    match format {
        ExportFormat::Csv => {
            let mut between = "";
            for field in ORDER_FIELDS {
                write!(out, "{between}{}", cell(&terms.value(field)))?;
                between = ",";
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
    out.write_all(b"\n")
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

/// A cell as the reader reads it back: what a spreadsheet would take for a formula has an apostrophe before it.
fn cell(value: &Value) -> String {
    let mut text = match value {
        Value::None => return String::new(),
        value => value.to_string(),
    };
    if matches!(value, Value::Text(_) | Value::Texts(_)) && reads_as_formula(&text) {
        text.insert(0, '\'');
    }
    if text.contains(['"', ',', '\n', '\r', '\'']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}
