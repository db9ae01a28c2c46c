//! What does a file look like that a partner can send?
//! Made from the field table; the sample row is right on the day it is made, but for offers that only the
//! publisher knows.

use crate::field::{Field, FieldSpec, Kind, Table, fields_of};
use crate::moment::{civil_from_days, days_from_civil};
use serde_json::Value;

/// How a template is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A header and one row, with this delimiter between cells.
    Csv {
        /// One of those that are read: comma, semicolon or tab.
        delimiter: char,
    },
    /// One object on one line.
    Ndjson,
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The year, up to 9999.
    pub year: i64,
    /// The month from 1.
    pub month: u32,
    /// The day of the month from 1.
    pub day: u32,
}

/// A file of orders with every field and one row that begins with the month after `today`.
///
/// `midnight` says in RFC 3339 when a day begins where the reader lives.
pub fn template(form: Form, today: Day, midnight: &dyn Fn(Day) -> String) -> String {
    let sample = Sample::at(today, midnight);
    let fields: Vec<&FieldSpec> = fields_of(Table::Orders).collect();
    let mut file = match form {
        Form::Csv { delimiter } => {
            let between = delimiter.to_string();
            let header: Vec<&str> = fields.iter().map(|spec| spec.name).collect();
            let cells: Vec<String> = fields
                .iter()
                .map(|spec| cell(&sample.value(spec), delimiter))
                .collect();
            format!("{}\n{}", header.join(&between), cells.join(&between))
        }
        Form::Ndjson => {
            // An object of serde_json would not keep the order of the table.
            let value = |spec: &&FieldSpec| format!("\"{}\":{}", spec.name, sample.json(spec));
            format!(
                "{{{}}}",
                fields.iter().map(value).collect::<Vec<_>>().join(",")
            )
        }
    };
    file.push('\n');
    file
}

/// The days that the sample row speaks of.
struct Sample<'m> {
    start: Day,
    midnight: &'m dyn Fn(Day) -> String,
}

impl<'m> Sample<'m> {
    fn at(today: Day, midnight: &'m dyn Fn(Day) -> String) -> Self {
        let (year, month) = match today.month {
            12 => (today.year + 1, 1),
            month => (today.year, month + 1),
        };
        let start = Day {
            year,
            month,
            day: 1,
        };
        Self { start, midnight }
    }

    fn value(&self, spec: &FieldSpec) -> String {
        let start = self.start;
        match spec.field {
            Field::StartDate | Field::ReferenceStartDate => (self.midnight)(start),
            Field::OrderDate => (self.midnight)(start.earlier(12)),
            Field::EndDate | Field::NextBookingDate => {
                let year = start.year + 1;
                (self.midnight)(Day { year, ..start })
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
}

impl Day {
    /// So many days before this one.
    fn earlier(self, days: i64) -> Self {
        let number = days_from_civil(self.year, self.month, self.day) - days;
        let (year, month, day) = civil_from_days(number);
        Self { year, month, day }
    }
}

fn cell(value: &str, delimiter: char) -> String {
    if value.contains(['"', delimiter, '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Check;
    use crate::moment::Moment;
    use crate::read::ReadOptions;

    fn in_utc(day: Day) -> String {
        let Day { year, month, day } = day;
        format!("{year:04}-{month:02}-{day:02}T00:00:00Z")
    }

    #[test]
    fn nothing_is_found_on_any_day() {
        for (year, month, day) in [(2026, 11, 23), (2026, 12, 31), (2028, 2, 29)] {
            let today = Day { year, month, day };
            let comma = Form::Csv { delimiter: ',' };
            for form in [comma, Form::Csv { delimiter: ';' }, Form::Ndjson] {
                let file = template(form, today, &in_utc);
                let now = Moment::parse(&in_utc(today)).unwrap();
                let mut check = Check::new(ReadOptions::new(Table::Orders, now));
                let mut found = Vec::new();
                check.push(file.as_bytes(), &mut |finding| found.push(finding.clone()));
                let checked = check.finish(&mut |finding| found.push(finding.clone()));
                assert_eq!(found, [], "{file}");
                assert_eq!(checked.tally.accepted, 1);
            }
        }
    }

    #[test]
    fn the_sample_begins_with_the_next_month() {
        let days = |year, month, day| {
            let sample = Sample::at(Day { year, month, day }, &in_utc);
            [Field::StartDate, Field::OrderDate, Field::EndDate]
                .map(|field| sample.value(field.spec())[..10].to_owned())
        };
        assert_eq!(
            days(2026, 11, 23),
            ["2026-12-01", "2026-11-19", "2027-12-01"]
        );
        assert_eq!(
            days(2026, 12, 31),
            ["2027-01-01", "2026-12-20", "2028-01-01"]
        );
        assert_eq!(
            days(2028, 2, 29),
            ["2028-03-01", "2028-02-18", "2029-03-01"]
        );
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        assert_eq!(cell("a,\"b\"", ','), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("a b", ','), "a b");
        assert_eq!(cell("a,b", ';'), "a,b");
        assert_eq!(cell("a;b", ';'), "\"a;b\"");
    }
}
