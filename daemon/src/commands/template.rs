//! What does a file look like that a partner can send?
//! Made from the field table; the sample row is right on the day it is made, but for offers that only the
//! publisher knows.

use std::io::Write;

use anyhow::Context as _;
use intake_core::field::{Field, FieldSpec, Kind, Table, fields_of};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

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
            // An object of serde_json would not keep the order of the table.
            let value = |spec: &&FieldSpec| format!("\"{}\":{}", spec.name, sample.json(spec));
            format!(
                "{{{}}}",
                fields.iter().map(value).collect::<Vec<_>>().join(",")
            )
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::fixture::speech;
    use intake_core::check::Check;
    use intake_core::read::ReadOptions;

    fn made(format: TemplateFormat, speech: &Speech) -> String {
        let mut out = Vec::new();
        assert_eq!(template(format, speech, &mut out).unwrap(), Outcome::Done);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_sample_stands_in_the_zone() {
        expect_test::expect![[r"
            externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod,invoiceAddressId,deliveryCustomerId,deliveryAddressId,variantDeliveryAddressId,discountPercentage,orderDate,endDate,referenceStartDate,nextBookingDate,paymentMethodId,plenigoBonusIds,managedBy,email,language,customerExternalSystemId,username,salutation,firstName,lastName,invoiceEmail,mobileNumber,birthday,registrationSource
            ABO-4711,O_MZA1E7173120881551,100003,1,2026-12-01T00:00:00+01:00,BANK_ACCOUNT,200045,100003,200046,200047,10,2026-11-19T00:00:00+01:00,2027-12-01T00:00:00+01:00,2026-12-01T00:00:00+01:00,2027-12-01T00:00:00+01:00,300012,B_1|B_2,EXTERNAL,lena.muster@example.org,de,K-815,lena,MRS,Lena,Muster,rechnung@example.org,+4915112345678,1980-05-17,fulfilment
        "]].assert_eq(&made(TemplateFormat::Csv, &speech()));
        expect_test::expect![[r#"
            {"externalSystemId":"ABO-4711","plenigoOfferId":"O_MZA1E7173120881551","invoiceCustomerId":"100003","quantity":1,"startDate":"2026-12-01T00:00:00+01:00","paymentMethod":"BANK_ACCOUNT","invoiceAddressId":200045,"deliveryCustomerId":"100003","deliveryAddressId":200046,"variantDeliveryAddressId":200047,"discountPercentage":10,"orderDate":"2026-11-19T00:00:00+01:00","endDate":"2027-12-01T00:00:00+01:00","referenceStartDate":"2026-12-01T00:00:00+01:00","nextBookingDate":"2027-12-01T00:00:00+01:00","paymentMethodId":300012,"plenigoBonusIds":["B_1","B_2"],"managedBy":"EXTERNAL","email":"lena.muster@example.org","language":"de","customerExternalSystemId":"K-815","username":"lena","salutation":"MRS","firstName":"Lena","lastName":"Muster","invoiceEmail":"rechnung@example.org","mobileNumber":"+4915112345678","birthday":"1980-05-17","registrationSource":"fulfilment"}
        "#]].assert_eq(&made(TemplateFormat::Ndjson, &speech()));
    }

    #[test]
    fn nothing_is_found_on_any_day() {
        for now in [
            "2026-11-23T09:00:00Z",
            "2026-12-31T23:59:59Z",
            "2028-02-29T00:00:00Z",
        ] {
            let speech = Speech {
                now: now.parse().unwrap(),
                ..speech()
            };
            for format in [TemplateFormat::Csv, TemplateFormat::Ndjson] {
                let file = made(format, &speech);
                let mut check = Check::new(ReadOptions::new(Table::Orders, speech.moment_now()));
                let mut found = Vec::new();
                check.push(file.as_bytes(), &mut |finding| found.push(finding.clone()));
                let checked = check.finish(&mut |finding| found.push(finding.clone()));
                assert_eq!(found, [], "{file}");
                assert_eq!(checked.tally.accepted, 1);
            }
        }
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("a b"), "a b");
    }
}
