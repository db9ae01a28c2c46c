//! What does `intake template` write?
//! The file is core's; here it gets the day and the beginnings of days in the reader's zone.

use std::io::Write;

use anyhow::Context as _;
use intake_core::template::{self, Day, Form};
use jiff::civil::Date;

use super::Speech;
use crate::cli::args::{Outcome, TemplateFormat};

/// Writes a file of orders with every field and one row.
pub fn template(
    format: TemplateFormat,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let form = match format {
        TemplateFormat::Csv => Form::Csv { delimiter: ',' },
        TemplateFormat::Ndjson => Form::Ndjson,
    };
    let today = speech.now.to_zoned_datetime(speech.zone.clone()).date();
    let today = Day {
        year: today.year().into(),
        month: today.month().unsigned_abs().into(),
        day: today.day().unsigned_abs().into(),
    };
    let file = template::template(form, today, &|day| midnight(day, speech));
    out.write_all(file.as_bytes())
        .context("cannot write the template")?;
    Ok(Outcome::Done)
}

/// The beginning of a day with the zone's offset.
fn midnight(day: Day, speech: &Speech) -> String {
    let Day { year, month, day } = day;
    let time = Date::new(year as i16, month as i8, day as i8)
        .and_then(|date| date.to_zoned_datetime(speech.zone.clone()));
    match time {
        Ok(time) => time.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        // Only the last days that the calendar knows have no time in some zones.
        Err(_) => format!("{year:04}-{month:02}-{day:02}T00:00:00Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::fixture::speech;
    use intake_core::check::Check;
    use intake_core::field::Table;
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
}
