//! How is a number of a sheet written, and which date does it stand for?
//! The shortest digits that read back the same number; a date only where the calendar has it.

use super::format::Look;
use crate::moment::{civil_from_days, days_from_civil};
use crate::read::SheetKind;

/// Days before the first of January 1970 at which serial numbers begin, by the workbook's date system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum DateSystem {
    /// Day 1 is the first of January 1900, and that year is taken for a leap year.
    #[default]
    From1900,
    /// Day 0 is the first of January 1904.
    From1904,
}

/// Whole numbers of no more digits are copied as they stand: programs write long ones that Excel would round.
const LONGEST_COPIED: usize = 20;

/// What a number in this look comes to; nothing where `raw` is no number.
#[inline]
pub(super) fn spelled(
    raw: &[u8],
    look: Look,
    system: DateSystem,
    out: &mut Vec<u8>,
) -> Option<SheetKind> {
    out.clear();
    match look {
        Look::Plain if is_plain(raw) => out.extend_from_slice(raw),
        Look::Plain => push_shortest(number(raw)?, out),
        Look::Date => {
            let number = number(raw)?;
            if push_date(number, system, out) {
                return Some(SheetKind::Date);
            }
            push_shortest(number, out);
        }
        Look::Zeros(width) if is_plain(raw) && raw[0] != b'-' => {
            out.resize(usize::from(width).saturating_sub(raw.len()), b'0');
            out.extend_from_slice(raw);
        }
        Look::Zeros(_) => push_shortest(number(raw)?, out),
    }
    Some(SheetKind::Number)
}

/// A whole number in its usual form.
#[inline]
fn is_plain(raw: &[u8]) -> bool {
    let digits = raw.strip_prefix(b"-").unwrap_or(raw);
    match digits {
        [b'0'] => raw.len() == 1,
        [b'1'..=b'9', rest @ ..] => {
            rest.len() < LONGEST_COPIED && rest.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

fn number(raw: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(raw).ok()?.trim();
    let starts_as_number =
        text.starts_with(|first: char| first.is_ascii_digit() || "-+.".contains(first));
    let number: f64 = text.parse().ok()?;
    (starts_as_number && number.is_finite()).then_some(number)
}

fn push_shortest(number: f64, out: &mut Vec<u8>) {
    let size = number.abs();
    let text = if number == 0.0 {
        "0".to_owned()
    } else if (1e-7..1e21).contains(&size) {
        format!("{number}")
    } else {
        format!("{number:e}")
    };
    out.extend_from_slice(text.as_bytes());
}

const MILLISECONDS_A_DAY: i64 = 86_400_000;

/// From the day on which both calendars agree again to the last one of the year 9999.
const DAYS_OF_1900: std::ops::Range<i64> = 61..2_958_466;
const DAYS_OF_1904: std::ops::Range<i64> = 1..2_957_004;

/// Appends the date that a number stands for, with its time where it has one, to the millisecond; false where the
/// number is no date.
fn push_date(number: f64, system: DateSystem, out: &mut Vec<u8>) -> bool {
    if !(0.0..3e6).contains(&number) {
        return false;
    }
    let milliseconds = (number * MILLISECONDS_A_DAY as f64).round() as i64;
    let days = milliseconds / MILLISECONDS_A_DAY;
    let (range, before_1970) = match system {
        DateSystem::From1900 => (DAYS_OF_1900, 25_569),
        DateSystem::From1904 => (DAYS_OF_1904, 24_107),
    };
    if !range.contains(&days) {
        return false;
    }
    push_moment(milliseconds - before_1970 * MILLISECONDS_A_DAY, out);
    true
}

/// Appends a date, or a date with a time of no zone, that is written in the manner of ISO 8601; false where it is none.
pub(super) fn push_written_date(text: &[u8], out: &mut Vec<u8>) -> bool {
    let (whole, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(point) => (&text[..point], &text[point + 1..]),
        None => (text, &[][..]),
    };
    let has_time = fits(b"0000-00-00T00:00:00", whole);
    let is_day = fits(b"0000-00-00", text);
    if !has_time && !is_day {
        return false;
    }
    let digits = |range: std::ops::Range<usize>| {
        let digits = whole.get(range).unwrap_or_default().iter();
        digits.fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
    };
    let (year, month, day) = (digits(0..4), digits(5..7) as u32, digits(8..10) as u32);
    let (hours, minutes, seconds) = (digits(11..13), digits(14..16), digits(17..19));
    let is_date = (1..=12).contains(&month) && {
        let days = days_from_civil(year, month, day);
        civil_from_days(days) == (year, month, day)
    };
    let is_fraction = fraction.len() <= 12 && fraction.iter().all(u8::is_ascii_digit);
    if !is_date || hours > 23 || minutes > 59 || seconds > 59 || !is_fraction {
        return false;
    }
    let fraction: f64 = match std::str::from_utf8(fraction) {
        Ok(digits) if !digits.is_empty() => format!("0.{digits}").parse().unwrap_or_default(),
        _ => 0.0,
    };
    let of_day =
        ((hours * 60 + minutes) * 60 + seconds) * 1000 + (fraction * 1000.0).round() as i64;
    push_moment(
        days_from_civil(year, month, day) * MILLISECONDS_A_DAY + of_day,
        out,
    );
    true
}

fn fits(form: &[u8], text: &[u8]) -> bool {
    let is_of_form = |(form, byte): (&u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        other => other == byte,
    };
    form.len() == text.len() && form.iter().zip(text).all(is_of_form)
}

/// Appends what so many milliseconds since the beginning of 1970 are on the calendar and on the clock.
fn push_moment(milliseconds: i64, out: &mut Vec<u8>) {
    let (days, rest) = (
        milliseconds.div_euclid(MILLISECONDS_A_DAY),
        milliseconds.rem_euclid(MILLISECONDS_A_DAY),
    );
    let (year, month, day) = civil_from_days(days);
    out.extend_from_slice(format!("{year:04}-{month:02}-{day:02}").as_bytes());
    if rest > 0 {
        let (seconds, fraction) = (rest / 1000, rest % 1000);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        let seconds = seconds % 60;
        out.extend_from_slice(format!("T{hours:02}:{minutes:02}:{seconds:02}").as_bytes());
        if fraction > 0 {
            out.extend_from_slice(format!(".{fraction:03}").as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(raw: &str, look: Look, system: DateSystem) -> String {
        let mut out = Vec::new();
        let mark = spelled(raw.as_bytes(), look, system, &mut out);
        format!("{mark:?} {}", String::from_utf8(out).unwrap())
    }

    #[test]
    fn numbers_are_spelled_shortest() {
        for (raw, expected) in [
            ("0", "0"),
            ("42", "42"),
            ("-7", "-7"),
            ("007", "7"),
            ("-0", "0"),
            ("9.9900000000000002", "9.99"),
            ("1.0E+15", "1000000000000000"),
            ("1.2345678901234567E+19", "12345678901234567000"),
            ("12345678901234567890", "12345678901234567890"),
            ("1E+21", "1e21"),
            ("1e-9", "1e-9"),
            ("0.1", "0.1"),
        ] {
            let told = read(raw, Look::Plain, DateSystem::From1900);
            assert_eq!(told, format!("Some(Number) {expected}"));
        }
        for raw in ["", "NaN", "inf", "1,5", "x", "1e999"] {
            assert!(
                read(raw, Look::Plain, DateSystem::From1900).starts_with("None"),
                "{raw}"
            );
        }
    }

    #[test]
    fn dates_follow_the_calendar() {
        for (raw, expected) in [
            ("43545", "Date 2019-03-21"),
            ("43545.730555555558", "Date 2019-03-21T17:32:00"),
            ("43545.7305787037", "Date 2019-03-21T17:32:02"),
            ("43545.00000001", "Date 2019-03-21T00:00:00.001"),
            ("43544.999999999", "Date 2019-03-21"),
            ("61", "Date 1900-03-01"),
            ("60", "Number 60"),
            ("0.5", "Number 0.5"),
            ("-1", "Number -1"),
            ("2958465", "Date 9999-12-31"),
            ("2958466", "Number 2958466"),
            ("1e300", "Number 1e300"),
        ] {
            let told = read(raw, Look::Date, DateSystem::From1900);
            assert_eq!(told.replace("Some(", "").replace(')', ""), expected);
        }
        assert_eq!(
            read("42083.5", Look::Date, DateSystem::From1904),
            "Some(Date) 2019-03-21T12:00:00"
        );
    }

    #[test]
    fn written_dates_are_read() {
        for (text, expected) in [
            ("2019-03-21", Some("2019-03-21")),
            ("2019-03-21T00:00:00", Some("2019-03-21")),
            (
                "2019-03-21T17:32:00.500000000",
                Some("2019-03-21T17:32:00.500"),
            ),
            ("2019-03-21T23:59:59.999999999", Some("2019-03-22")),
            ("2019-02-29", None),
            ("2019-03-21T24:00:00", None),
            ("2019-03-21T17:32:00Z", None),
            ("2019-03-21.5", None),
            ("21.03.2019", None),
            ("", None),
        ] {
            let mut out = Vec::new();
            let is_date = push_written_date(text.as_bytes(), &mut out);
            assert_eq!(
                is_date.then(|| String::from_utf8(out).unwrap()).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn zeros_that_are_shown_are_kept() {
        for (raw, expected) in [
            ("42", "00042"),
            ("123456", "123456"),
            ("-4", "-4"),
            ("1.5", "1.5"),
        ] {
            let told = read(raw, Look::Zeros(5), DateSystem::From1900);
            assert_eq!(told, format!("Some(Number) {expected}"));
        }
    }

    proptest! {
        #[test]
        fn what_is_spelled_reads_back_the_same(number in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
            let mut out = Vec::new();
            push_shortest(number, &mut out);
            let text = String::from_utf8(out).unwrap();
            let read: f64 = text.parse().unwrap();
            prop_assert_eq!(read.to_bits(), number.abs().copysign(read).to_bits(), "{}", text);
            prop_assert!(number == 0.0 || read.is_sign_positive() == number.is_sign_positive());
        }
    }
}
