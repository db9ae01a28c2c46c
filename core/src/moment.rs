//! Which instant does a text of RFC 3339 name?
//! A moment is exact to the nanosecond and has no zone: two spellings of one instant are equal.

use std::fmt;

/// An instant on the UTC time line, from year 0000 to year 9999, exact to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    seconds: i64,
    nanos: u32,
}

/// Why a text is not a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentTrouble {
    /// Not in the form `2026-01-31T12:00:00Z` at all.
    Form,
    /// Date and time are there, the offset from UTC is not.
    OffsetMissing,
    /// The form is right, but the calendar or the clock has no such value (31 February, 25 o'clock).
    NoSuchTime,
}

impl Moment {
    /// Seconds since 1970-01-01T00:00:00Z and the nanoseconds after them (0 to 999,999,999).
    pub const fn from_unix(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos }
    }

    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    pub const fn seconds(self) -> i64 {
        self.seconds
    }

    /// Nanoseconds after [`Self::seconds`].
    pub const fn nanos(self) -> u32 {
        self.nanos
    }

    /// Reads RFC 3339 `date-time`: `T` and `Z` in either case, a fraction of 1 to 9 digits, an offset.
    /// A leap second (`:60`) is refused, as the platform refuses it.
    pub fn parse(text: &str) -> Result<Self, MomentTrouble> {
        Self::parse_bytes(text.as_bytes())
    }

    /// The same of a text whose encoding has not been looked at.
    pub(crate) fn parse_bytes(bytes: &[u8]) -> Result<Self, MomentTrouble> {
        match usual_form(bytes) {
            Some(moment) => Ok(moment),
            None => Self::parse_any_form(bytes),
        }
    }

    fn parse_any_form(bytes: &[u8]) -> Result<Self, MomentTrouble> {
        let days = parse_date_prefix(bytes)?;
        if bytes.len() < 19 || !matches!(bytes[10], b'T' | b't') {
            return Err(MomentTrouble::Form);
        }
        if bytes[13] != b':' || bytes[16] != b':' {
            return Err(MomentTrouble::Form);
        }
        let hour = two_digits(bytes, 11)?;
        let minute = two_digits(bytes, 14)?;
        let second = two_digits(bytes, 17)?;
        let mut at = 19;
        let mut nanos = 0u32;
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            let mut scale = 100_000_000u32;
            let first = at;
            while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                if at - first == 9 {
                    return Err(MomentTrouble::Form);
                }
                nanos += u32::from(digit - b'0') * scale;
                scale /= 10;
                at += 1;
            }
            if at == first {
                return Err(MomentTrouble::Form);
            }
        }
        let offset = parse_offset(&bytes[at..])?;
        if hour > 23 || minute > 59 || second > 59 {
            return Err(MomentTrouble::NoSuchTime);
        }
        let clock = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Ok(Self {
            seconds: days * 86_400 + clock - offset,
            nanos,
        })
    }

    /// Appends what it prints as: files are written with millions of moments in them.
    pub fn push_to(self, text: &mut Vec<u8>) {
        let days = self.seconds.div_euclid(86_400);
        let clock = self.seconds.rem_euclid(86_400) as u32;
        let (year, month, day) = civil_from_days(days);
        // An offset can push the first and last day over the four digits; RFC 3339 has no form for that.
        let year = year.clamp(0, 9999) as u32;
        push_two_digits(text, year / 100);
        push_two_digits(text, year % 100);
        text.push(b'-');
        push_two_digits(text, month);
        text.push(b'-');
        push_two_digits(text, day);
        text.push(b'T');
        push_two_digits(text, clock / 3600);
        text.push(b':');
        push_two_digits(text, clock / 60 % 60);
        text.push(b':');
        push_two_digits(text, clock % 60);
        if self.nanos != 0 {
            let mut fraction = [b'0'; 9];
            let mut rest = self.nanos;
            for digit in fraction.iter_mut().rev() {
                *digit += (rest % 10) as u8;
                rest /= 10;
            }
            let length = fraction.iter().rposition(|digit| *digit != b'0');
            text.push(b'.');
            text.extend_from_slice(&fraction[..=length.unwrap_or(8)]);
        }
        text.push(b'Z');
    }

    /// The same date and time one calendar year earlier; 29 February becomes 28 February.
    #[must_use]
    pub fn one_year_earlier(self) -> Self {
        let days = self.seconds.div_euclid(86_400);
        let (year, month, day) = civil_from_days(days);
        let day = if month == 2 && day == 29 { 28 } else { day };
        let earlier = days_from_civil(year - 1, month, day);
        Self {
            seconds: self.seconds + (earlier - days) * 86_400,
            nanos: self.nanos,
        }
    }
}

/// Prints RFC 3339 in UTC, the fraction only where there is one, without trailing zeros.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(LONGEST_TEXT);
        self.push_to(&mut text);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// Reads `2026-01-31T12:00:00Z` and the same with an offset, whose every place is known; nothing where it is not quite so.
fn usual_form(bytes: &[u8]) -> Option<Moment> {
    const DATE: Form = Form::of(*b"0000-00-");
    const CLOCK: Form = Form::of(*b"00T00:00");
    const UTC: Form = Form::of(*b"0:00:00Z");
    const EAST: Form = Form::of(*b"00+00:00");
    const WEST: Form = Form::of(*b"00-00:00");
    let date = DATE.pairs(*bytes.first_chunk()?)?;
    let clock = CLOCK.pairs(*bytes.get(8..16)?.first_chunk()?)?;
    let (second, offset) = match bytes.len() {
        20 => (UTC.pairs(*bytes.last_chunk()?)?[5], 0),
        25 if bytes[16] == b':' => {
            let (form, sign) = match bytes[19] {
                b'+' => (EAST, 1),
                _ => (WEST, -1),
            };
            let [second, _, _, hours, _, _, minutes, _] = form.pairs(*bytes.last_chunk()?)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            (
                second,
                sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60),
            )
        }
        _ => return None,
    };
    let year = i64::from(date[0]) * 100 + i64::from(date[2]);
    let (month, day) = (u32::from(date[5]), u32::from(clock[0]));
    let (hour, minute) = (clock[3], clock[6]);
    if !is_date(year, month, day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let clock = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some(Moment {
        seconds: days_from_civil(year, month, day) * 86_400 + clock - offset,
        nanos: 0,
    })
}

/// How eight bytes must look: a digit where it has a zero, and the same byte elsewhere.
#[derive(Clone, Copy)]
struct Form {
    bytes: u64,
    /// Added to what a byte is more than here, it reaches the highest bit where that is too much: more than 9, or more than 0.
    room: u64,
}

impl Form {
    const fn of(form: [u8; 8]) -> Self {
        let mut room = [0x7f; 8];
        let mut at = 0;
        while at < 8 {
            if form[at] == b'0' {
                room[at] = 0x76;
            }
            at += 1;
        }
        Self {
            bytes: u64::from_le_bytes(form),
            room: u64::from_le_bytes(room),
        }
    }

    /// The numbers that each two digits side by side make, each at the place of its first digit, where the bytes look so.
    fn pairs(self, bytes: [u8; 8]) -> Option<[u8; 8]> {
        let digits = u64::from_le_bytes(bytes) ^ self.bytes;
        if (digits.wrapping_add(self.room) | digits) & 0x8080_8080_8080_8080 != 0 {
            return None;
        }
        // No byte passes 99, so that nothing is carried into the next.
        Some((digits * 10 + (digits >> 8)).to_le_bytes())
    }
}

/// Bytes of `2026-01-31T12:00:00.123456789Z`.
const LONGEST_TEXT: usize = 30;

fn push_two_digits(text: &mut Vec<u8>, number: u32) {
    text.extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
}

/// Is the text a `full-date` of RFC 3339 (`2026-01-31`) that the calendar has?
pub fn is_full_date(text: &str) -> bool {
    text.len() == 10 && parse_date_prefix(text.as_bytes()).is_ok()
}

fn parse_date_prefix(bytes: &[u8]) -> Result<i64, MomentTrouble> {
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return Err(MomentTrouble::Form);
    }
    let year = i64::from(two_digits(bytes, 0)?) * 100 + i64::from(two_digits(bytes, 2)?);
    let month = two_digits(bytes, 5)?;
    let day = two_digits(bytes, 8)?;
    if !is_date(year, month, day) {
        return Err(MomentTrouble::NoSuchTime);
    }
    Ok(days_from_civil(year, month, day))
}

/// Seconds east of UTC.
fn parse_offset(rest: &[u8]) -> Result<i64, MomentTrouble> {
    match rest {
        [] => Err(MomentTrouble::OffsetMissing),
        [b'Z' | b'z'] => Ok(0),
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let hours = two_digits(rest, 1)?;
            let minutes = two_digits(rest, 4)?;
            if hours > 23 || minutes > 59 {
                return Err(MomentTrouble::NoSuchTime);
            }
            let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60;
            Ok(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => Err(MomentTrouble::Form),
    }
}

fn two_digits(bytes: &[u8], at: usize) -> Result<u32, MomentTrouble> {
    let (tens, ones) = (
        bytes[at].wrapping_sub(b'0'),
        bytes[at + 1].wrapping_sub(b'0'),
    );
    if tens > 9 || ones > 9 {
        return Err(MomentTrouble::Form);
    }
    Ok(u32::from(tens) * 10 + u32::from(ones))
}

pub(crate) fn is_date(year: i64, month: u32, day: u32) -> bool {
    let in_every_month = (1..=28).contains(&day);
    (1..=12).contains(&month) && day > 0 && (in_every_month || day <= days_in_month(year, month))
}

fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

// The two conversions between a civil date and a day number count years from 1 March, so that the
// leap day is the last day of its year, and eras of 400 years (146,097 days each).
/// Days from 1970-01-01 to a date of the years 0 to 9999, or of the one before them.
pub(crate) fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    // One era later no year is negative, and small unsigned numbers are divided at once.
    let year = (year + 400) as u32 - u32::from(month <= 2);
    let leap_days = year / 4 - year / 100 + year / 400;
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    i64::from(year * 365 + leap_days + day_of_year) - (719_468 + 146_097)
}

pub(crate) fn civil_from_days(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u32, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<&str, MomentTrouble>) {
        let read = Moment::parse(text).map(|moment| moment.to_string());
        assert_eq!(
            read.as_deref().map_err(|trouble| *trouble),
            expect,
            "{text}"
        );
    }

    #[test]
    fn reads_what_rfc_3339_allows() {
        check("1970-01-01T00:00:00Z", Ok("1970-01-01T00:00:00Z"));
        check("2026-11-23t08:09:10z", Ok("2026-11-23T08:09:10Z"));
        check("2026-01-01T00:00:00+01:00", Ok("2025-12-31T23:00:00Z"));
        check(
            "2024-02-29T23:59:59.120-05:30",
            Ok("2024-03-01T05:29:59.12Z"),
        );
        check(
            "2026-01-01T00:00:00.000000001Z",
            Ok("2026-01-01T00:00:00.000000001Z"),
        );
        check("2026-01-01T00:00:00-00:00", Ok("2026-01-01T00:00:00Z"));
        check("0000-01-01T00:00:00Z", Ok("0000-01-01T00:00:00Z"));
        check("9999-12-31T23:59:59Z", Ok("9999-12-31T23:59:59Z"));
    }

    #[test]
    fn says_what_is_wrong_with_the_rest() {
        use MomentTrouble::{Form, NoSuchTime, OffsetMissing};
        check("2026-01-01T00:00:00", Err(OffsetMissing));
        check("2026-02-31T00:00:00Z", Err(NoSuchTime));
        check("2025-02-29T00:00:00Z", Err(NoSuchTime));
        check("2026-13-01T00:00:00Z", Err(NoSuchTime));
        check("2026-01-01T24:00:00Z", Err(NoSuchTime));
        check("2026-12-31T23:59:60Z", Err(NoSuchTime));
        check("2026-01-01T00:00:00+24:00", Err(NoSuchTime));
        check("2026-01-01", Err(Form));
        check("01.02.2026", Err(Form));
        check("2026-01-01 00:00:00Z", Err(Form));
        check("2026-01-01T00:00:00.Z", Err(Form));
        check("2026-01-01T00:00:00.1234567890Z", Err(Form));
        check("2026-01-01T00:00:00+1:00", Err(Form));
        check("2026-01-01T00:00:00Zx", Err(Form));
        check("", Err(Form));
        check("2026-01-01T00:0", Err(Form));
        check("٢٠٢٦-01-01T00:00:00Z", Err(Form));
    }

    #[test]
    fn a_year_earlier_keeps_the_date() {
        let earlier = |text| Moment::parse(text).unwrap().one_year_earlier().to_string();
        assert_eq!(earlier("2026-11-23T01:02:03Z"), "2025-11-23T01:02:03Z");
        assert_eq!(earlier("2024-02-29T00:00:00Z"), "2023-02-28T00:00:00Z");
        assert_eq!(earlier("2025-03-01T00:00:00Z"), "2024-03-01T00:00:00Z");
    }

    #[test]
    fn full_dates() {
        assert!(is_full_date("1980-02-29"));
        assert!(!is_full_date("1981-02-29"));
        assert!(!is_full_date("1981-2-9"));
        assert!(!is_full_date("1981-02-01T"));
    }

    proptest::proptest! {
        #[test]
        fn printing_and_reading_is_the_identity(seconds in -62_167_219_200i64..253_402_300_800, nanos in 0u32..1_000_000_000) {
            let moment = Moment::from_unix(seconds, nanos);
            proptest::prop_assert_eq!(Moment::parse(&moment.to_string()), Ok(moment));
        }

        #[test]
        fn the_usual_form_is_read_like_any_other(
            moment in proptest::sample::select(vec!["2026-01-31T12:00:00Z", "2024-02-29T23:59:59+01:30", "9999-12-31T00:00:00-23:59"]),
            changes in proptest::collection::vec((0usize..25, proptest::prop_oneof![0u8..=255, b'0'..=b':', b'+'..=b'-']), 0..3),
        ) {
            let mut bytes = moment.as_bytes().to_vec();
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            if let Some(moment) = usual_form(&bytes) {
                proptest::prop_assert_eq!(Moment::parse_any_form(&bytes), Ok(moment));
            }
        }

        #[test]
        fn every_time_in_usual_form_is_read_at_once(seconds in -62_167_219_200i64..253_402_300_800) {
            let moment = Moment::from_unix(seconds, 0);
            let text = moment.to_string();
            proptest::prop_assert_eq!(usual_form(text.as_bytes()), Some(moment));
            let elsewhere = text.replace('Z', "+00:00");
            proptest::prop_assert_eq!(usual_form(elsewhere.as_bytes()), Some(moment));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = Moment::parse(&text);
        }
    }
}
