//! What does a file look like that a partner can send?
//! The file is core's; here it gets the day and the beginnings of days where the reader lives.

use intake_core::template::{self, Day, Form};
use js_sys::Date;
use tsify::Ts;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::types::{LanguageName, TemplateFormat};

/// A file of orders with every field and one sample row, right on the day of `now`, by default today.
///
/// A German spreadsheet takes semicolons between cells, an English one commas.
#[wasm_bindgen]
pub fn template(
    format: &Ts<TemplateFormat>,
    language: &Ts<LanguageName>,
    now: Option<Date>,
) -> Result<String, JsError> {
    let form = match (format.to_rust()?, language.to_rust()?) {
        (TemplateFormat::Ndjson, _) => Form::Ndjson,
        (TemplateFormat::Csv, LanguageName::De) => Form::Csv { delimiter: ';' },
        (TemplateFormat::Csv, LanguageName::En) => Form::Csv { delimiter: ',' },
    };
    let now = now.unwrap_or_else(Date::new_0);
    let today = Day {
        year: now.get_full_year().into(),
        month: now.get_month() + 1,
        day: now.get_date(),
    };
    Ok(template::template(form, today, &midnight))
}

fn midnight(day: Day) -> String {
    // Months count from 0 there.
    let date = Date::new_with_year_month_day(day.year as u32, day.month as i32 - 1, day.day as i32);
    begin_of_day(day, date.get_timezone_offset() as i32)
}

/// The beginning of a day in a zone that is so many minutes behind UTC.
fn begin_of_day(day: Day, minutes_behind: i32) -> String {
    let Day { year, month, day } = day;
    let sign = if minutes_behind > 0 { '-' } else { '+' };
    let minutes = minutes_behind.abs();
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("{year:04}-{month:02}-{day:02}T00:00:00{sign}{hours:02}:{minutes:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_with_the_zones_offset() {
        let day = Day {
            year: 2026,
            month: 7,
            day: 1,
        };
        let at = |minutes_behind| begin_of_day(day, minutes_behind);
        assert_eq!(at(-120), "2026-07-01T00:00:00+02:00");
        assert_eq!(at(210), "2026-07-01T00:00:00-03:30");
        assert_eq!(at(0), "2026-07-01T00:00:00+00:00");
    }
}
