//! What does a file look like that a partner can send?
//! Made from the field table; the sample row is right on the day it is made, but for offers that only the
//! publisher knows.

use std::io::Write;

use anyhow::Context as _;
use intake_core::field::{Field, FieldSpec, Kind, Table, fields_of};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value};

use super::Speech;
use crate::cli::args::{Outcome, TemplateFormat};

/// Writes a file of orders with every field and one row.
pub fn template(
    format: TemplateFormat,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let sample = Sample::at(speech.now, &speech.zone);
    let fields: Vec<&FieldSpec> = fields_of(Table::Orders).collect();
    let mut file = match format {
        TemplateFormat::Csv => {
            let header: Vec<&str> = fields.iter().map(|spec| spec.name).collect();
            let cells: Vec<String> = fields
                .iter()
                .map(|spec| cell(&sample.value(spec)))
                .collect();
            format!("{}\n{}", header.join(","), cells.join(","))
        }
        TemplateFormat::Ndjson => {
            let object: Map<String, Value> = fields
                .iter()
                .map(|spec| (spec.name.to_owned(), sample.json(spec)))
                .collect();
            Value::Object(object).to_string()
        }
    };
    file.push('\n');
    out.write_all(file.as_bytes())
        .context("cannot write the template")?;
    Ok(Outcome::Done)
}

/// The days that the sample row speaks of.
struct Sample<'z> {
    start: Date,
    zone: &'z TimeZone,
}

impl<'z> Sample<'z> {
    /// A row that begins with the month after this one.
    fn at(now: Timestamp, zone: &'z TimeZone) -> Self {
        let today = now.to_zoned_datetime(zone.clone()).date();
        let start = today.first_of_month().saturating_add(1.month());
        Self { start, zone }
    }

    fn value(&self, spec: &FieldSpec) -> String {
        let start = self.start;
        match spec.field {
            Field::StartDate | Field::ReferenceStartDate => self.midnight(start),
            Field::OrderDate => self.midnight(start.saturating_sub(12.days())),
            Field::EndDate | Field::NextBookingDate => {
                self.midnight(start.saturating_add(1.year()))
            }
            // Another customer would have to exist.
            Field::DeliveryCustomerId => Field::InvoiceCustomerId.spec().example.to_owned(),
            _ => spec.example.to_owned(),
        }
    }

    fn json(&self, spec: &FieldSpec) -> Value {
        let value = self.value(spec);
        match spec.kind {
            Kind::Integer { .. } => value.parse::<i64>().map_or(Value::Null, Value::from),
            Kind::Bool => Value::from(value == "true"),
            Kind::Texts | Kind::Words(_) => value.split('|').map(Value::from).collect(),
            _ => Value::from(value),
        }
    }

    /// The beginning of a day with the zone's offset.
    fn midnight(&self, day: Date) -> String {
        match day.to_zoned_datetime(self.zone.clone()) {
            Ok(time) => time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            // Only the last days that the calendar knows have no time in some zones.
            Err(_) => format!("{day}T00:00:00Z"),
        }
    }
}

fn cell(value: &str) -> String {
    if value.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}
