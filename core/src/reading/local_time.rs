//! Which date, and which time on the wall, does a text name?
//! Reads what spreadsheets, databases and people write. Points stand between day, month and year in this order; with
//! slashes it is the column that says which comes first.

use crate::moment::{civil_from_days, days_from_civil, is_date};

/// What comes first where a date is written with slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// The day.
    Day,
    /// The month.
    Month,
}

/// A date, perhaps with a time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// Days since 1970-01-01.
    pub day: i64,
    /// The time of the day; nothing where only the day is named.
    pub clock: Option<Clock>,
    /// Seconds east of UTC, where the text says so.
    pub offset: Option<i32>,
}

/// A time of the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since midnight.
    pub seconds: u32,
    /// Nanoseconds after them.
    pub nanos: u32,
}

/// Why a text names no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It has none of the known forms.
    Form,
    /// The calendar or the clock has no such value.
    NoSuch,
    /// Day and month may be either; the two dates.
    Order(LocalTime, LocalTime),
    /// The century may be either; the two dates.
    Century(LocalTime, LocalTime),
    /// The column puts the other one first; the date that it would be then.
    OtherOrder(LocalTime),
}

/// How a field's years with two digits are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Century {
    /// 70 to 99 are of the last century, as in POSIX.
    Near,
    /// In the past: this is the current year, and what would be later belongs to the last century.
    Past(i64),
}

/// Reads a date with or without a time. `first` is what the column puts first, where that is known.
pub fn read(text: &str, first: Option<First>, century: Century) -> Result<LocalTime, Trouble> {
    let mut scan = Scan { rest: text };
    let written = date(&mut scan).ok_or(Trouble::Form)?;
    let clock = clock(&mut scan)?;
    let offset = offset(&mut scan)?;
    if !scan.rest.is_empty() || (offset.is_some() && clock.is_none()) {
        return Err(Trouble::Form);
    }
    let at = |day| LocalTime { day, clock, offset };
    resolve(written, first, century, &at)
}

/// What a text shows of the order in its column: nothing where both are possible, or no date is written with slashes.
pub fn evidence(text: &str) -> Option<First> {
    match date(&mut Scan { rest: text })? {
        Written {
            form: Form::Unclear,
            parts: [a, b, _],
            ..
        } if a != b => match (a <= 12, b <= 12) {
            (false, true) => Some(First::Day),
            (true, false) => Some(First::Month),
            _ => None,
        },
        _ => None,
    }
}

const DAY_MILLIS: u64 = 86_400_000;

/// The date and time of a spreadsheet's serial number, counted from 1899-12-30; nothing outside the years that orders are of.
pub fn of_serial(text: &str) -> Option<LocalTime> {
    let (day, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(day) || !are_digits(fraction) {
        return None;
    }
    let day: i64 = day.parse().ok()?;
    // 1954-10-03 to 2119-01-10.
    if !(20_000..80_000).contains(&day) {
        return None;
    }
    // Digits behind these are less than a microsecond.
    let fraction = &fraction[..fraction.len().min(11)];
    let scale = 10u64.pow(fraction.len() as u32);
    let fraction: u64 = fraction.parse().unwrap_or_default();
    let millis = ((fraction * DAY_MILLIS + scale / 2) / scale) as u32;
    let (day, millis) = match u64::from(millis) {
        DAY_MILLIS.. => (day + 1, 0),
        _ => (day, millis),
    };
    let clock = (fraction != 0).then_some(Clock {
        seconds: millis / 1000,
        nanos: millis % 1000 * 1_000_000,
    });
    Some(LocalTime {
        day: day - 25_569,
        clock,
        offset: None,
    })
}

impl LocalTime {
    /// The last second of the day where only the day is named.
    #[must_use]
    pub fn to_end_of_day(self) -> Self {
        let last = Clock {
            seconds: 86_399,
            nanos: 0,
        };
        Self {
            clock: Some(self.clock.unwrap_or(last)),
            ..self
        }
    }

    /// Seconds that it would be after 1970-01-01T00:00:00 in UTC, and the nanoseconds after them.
    pub fn wall(self) -> (i64, u32) {
        let clock = self.clock.unwrap_or_default();
        (self.day * 86_400 + i64::from(clock.seconds), clock.nanos)
    }

    /// `2026-01-31`.
    pub fn full_date(self) -> String {
        let (year, month, day) = civil_from_days(self.day);
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// RFC 3339 with an offset in seconds east of UTC.
    pub fn with_offset(self, offset: i32) -> String {
        let clock = self.clock.unwrap_or_default();
        let (hours, minutes) = (clock.seconds / 3600, clock.seconds / 60 % 60);
        let mut text = format!(
            "{}T{hours:02}:{minutes:02}:{:02}",
            self.full_date(),
            clock.seconds % 60
        );
        if clock.nanos != 0 {
            let fraction = format!(".{:09}", clock.nanos);
            text.push_str(fraction.trim_end_matches('0'));
        }
        let (sign, distance) = if offset < 0 {
            ('-', -offset)
        } else {
            ('+', offset)
        };
        // RFC 3339 knows no seconds of an offset; zones with such are of before 1970.
        text.push_str(&format!(
            "{sign}{:02}:{:02}",
            distance / 3600,
            distance / 60 % 60
        ));
        text
    }
}

/// Three numbers as they are written, and what they may be.
#[derive(Clone, Copy)]
struct Written {
    parts: [u32; 3],
    form: Form,
    /// Has the year two digits?
    short_year: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    YearFirst,
    DayFirst,
    Unclear,
}

fn resolve(
    written: Written,
    first: Option<First>,
    century: Century,
    at: &dyn Fn(i64) -> LocalTime,
) -> Result<LocalTime, Trouble> {
    let [a, b, c] = written.parts;
    let dated = |year: u32, month: u32, day: u32| {
        in_century(year, written.short_year, century, &|year| {
            is_date(year, month, day).then(|| at(days_from_civil(year, month, day)))
        })
    };
    match written.form {
        Form::YearFirst => dated(a, b, c),
        Form::DayFirst => dated(c, b, a),
        Form::Unclear => {
            let (day_first, month_first) = (dated(c, b, a), dated(c, a, b));
            match (first, day_first, month_first) {
                (_, Ok(one), Ok(other)) if one == other => Ok(one),
                (Some(First::Day), Ok(date), _) | (Some(First::Month), _, Ok(date)) => Ok(date),
                (Some(First::Day), Err(_), Ok(other)) | (Some(First::Month), Ok(other), Err(_)) => {
                    Err(Trouble::OtherOrder(other))
                }
                (None, Ok(one), Ok(other)) => Err(Trouble::Order(one, other)),
                (None, Ok(only), Err(_)) | (None, Err(_), Ok(only)) => Ok(only),
                (_, Err(trouble), _) => Err(trouble),
            }
        }
    }
}

fn in_century(
    year: u32,
    short: bool,
    century: Century,
    dated: &dyn Fn(i64) -> Option<LocalTime>,
) -> Result<LocalTime, Trouble> {
    let year = i64::from(year);
    if !short {
        return dated(year).ok_or(Trouble::NoSuch);
    }
    match century {
        Century::Near if year < 70 => dated(2000 + year).ok_or(Trouble::NoSuch),
        Century::Near => dated(1900 + year).ok_or(Trouble::NoSuch),
        Century::Past(now) if 2000 + year > now => dated(1900 + year).ok_or(Trouble::NoSuch),
        Century::Past(_) => match (dated(1900 + year), dated(2000 + year)) {
            (Some(earlier), Some(later)) => Err(Trouble::Century(earlier, later)),
            (Some(only), None) | (None, Some(only)) => Ok(only),
            (None, None) => Err(Trouble::NoSuch),
        },
    }
}

struct Scan<'t> {
    rest: &'t str,
}

impl<'t> Scan<'t> {
    /// So many digits at most, at least one.
    fn digits(&mut self, most: usize) -> Option<&'t str> {
        let end = self
            .rest
            .bytes()
            .position(|byte| !byte.is_ascii_digit())
            .unwrap_or(self.rest.len());
        (1..=most).contains(&end).then(|| self.take(end))
    }

    fn letters(&mut self) -> Option<&'t str> {
        let end = self
            .rest
            .char_indices()
            .find(|(_, character)| !character.is_alphabetic())
            .map_or(self.rest.len(), |(at, _)| at);
        (end > 0).then(|| self.take(end))
    }

    fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// The same in any case.
    fn eat_word(&mut self, word: &str) -> bool {
        let found = self
            .rest
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word));
        if found {
            self.take(word.len());
        }
        found
    }

    fn blanks(&mut self) -> bool {
        let rest = self.rest.trim_start_matches(' ');
        let found = rest.len() < self.rest.len();
        self.rest = rest;
        found
    }
}

fn date(scan: &mut Scan<'_>) -> Option<Written> {
    if scan.rest.starts_with(char::is_alphabetic) {
        return month_name_first(scan);
    }
    let a = scan.digits(8)?;
    match a.len() {
        1 | 2 | 4 => {}
        8 => return compact(a),
        _ => return None,
    }
    let separator = ['.', '/', '-', ' ']
        .into_iter()
        .find(|sign| scan.rest.starts_with(*sign))?;
    scan.take(1);
    scan.blanks();
    if scan.rest.starts_with(char::is_alphabetic) {
        return month_name_second(a, separator, scan);
    }
    let b = scan.digits(2)?;
    if separator == ' ' || !scan.rest.starts_with(separator) {
        return None;
    }
    scan.take(1);
    scan.blanks();
    let c = scan.digits(4)?;
    let parts = [number(a), number(b), number(c)];
    let written = |form, short_year| {
        Some(Written {
            parts,
            form,
            short_year,
        })
    };
    match (a.len(), c.len(), separator) {
        (4, 1 | 2, _) => written(Form::YearFirst, false),
        (1 | 2, 4, '.') => written(Form::DayFirst, false),
        (1 | 2, 2, '.') => written(Form::DayFirst, true),
        (1 | 2, 4, _) => written(Form::Unclear, false),
        // With hyphens the year with two digits may as well come first.
        (1 | 2, 2, '/') => written(Form::Unclear, true),
        _ => None,
    }
}

/// `20190321`.
fn compact(digits: &str) -> Option<Written> {
    let parts = [
        number(&digits[..4]),
        number(&digits[4..6]),
        number(&digits[6..8]),
    ];
    // Some systems write so that nothing ends.
    let is_never = parts == [9999, 12, 31];
    if !(1900..2200).contains(&parts[0]) && !is_never {
        return None;
    }
    Some(Written {
        parts,
        form: Form::YearFirst,
        short_year: false,
    })
}

/// `21. März 2019`, `21-MAR-19`.
fn month_name_second(day: &str, separator: char, scan: &mut Scan<'_>) -> Option<Written> {
    if day.len() > 2 {
        return None;
    }
    let month = month_of(scan.letters()?)?;
    scan.eat(".");
    if separator != '-' {
        scan.eat(",");
        scan.blanks();
    } else if !scan.eat("-") {
        return None;
    }
    let year = scan.digits(4)?;
    named_month(number(day), month, year)
}

/// `March 21, 2019`.
fn month_name_first(scan: &mut Scan<'_>) -> Option<Written> {
    let month = month_of(scan.letters()?)?;
    scan.eat(".");
    if !scan.blanks() {
        return None;
    }
    let day = scan.digits(2)?;
    scan.eat(",");
    if !scan.blanks() {
        return None;
    }
    let year = scan.digits(4)?;
    named_month(number(day), month, year)
}

fn named_month(day: u32, month: u32, year: &str) -> Option<Written> {
    matches!(year.len(), 2 | 4).then(|| Written {
        parts: [day, month, number(year)],
        form: Form::DayFirst,
        short_year: year.len() == 2,
    })
}

const MONTHS: [&[&str]; 12] = [
    &["januar", "january", "jan", "jänner"],
    &["februar", "february", "feb"],
    &["märz", "march", "mar", "mär", "mrz", "maerz"],
    &["april", "apr"],
    &["mai", "may"],
    &["juni", "june", "jun"],
    &["juli", "july", "jul"],
    &["august", "aug"],
    &["september", "sep", "sept"],
    &["oktober", "october", "okt", "oct"],
    &["november", "nov"],
    &["dezember", "december", "dez", "dec"],
];

fn month_of(name: &str) -> Option<u32> {
    if name.len() > 10 {
        return None;
    }
    let name = name.to_lowercase();
    let at = MONTHS.iter().position(|names| names.contains(&&*name))?;
    Some(at as u32 + 1)
}

/// Digits of a length that cannot pass the largest number.
fn number(digits: &str) -> u32 {
    digits
        .bytes()
        .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

/// The time of the day, where more than the date is there.
fn clock(scan: &mut Scan<'_>) -> Result<Option<Clock>, Trouble> {
    if scan.rest.is_empty() {
        return Ok(None);
    }
    let comma = scan.eat(",");
    let blank = scan.blanks();
    if !(blank || (!comma && scan.eat_word("T"))) {
        return Err(Trouble::Form);
    }
    if scan.eat_word("um ") {
        scan.blanks();
    }
    let hour = number(scan.digits(2).ok_or(Trouble::Form)?);
    let mut parts = [hour, 0, 0];
    let mut nanos = 0;
    let mut count = 1;
    let separator = if scan.rest.starts_with('.') { "." } else { ":" };
    while count < 3 && scan.eat(separator) {
        let digits = scan.digits(2).filter(|digits| digits.len() == 2);
        parts[count] = number(digits.ok_or(Trouble::Form)?);
        count += 1;
    }
    if count == 3 && separator == ":" && (scan.eat(".") || scan.eat(",")) {
        let fraction = scan.digits(9).ok_or(Trouble::Form)?;
        nanos = (fraction.len()..9).fold(number(fraction), |nanos, _| nanos * 10);
    }
    let blank = scan.blanks();
    let said_so = scan.eat_word("Uhr") || scan.eat_word("h");
    let half = match () {
        () if said_so => None,
        () if scan.eat_word("AM") || scan.eat_word("a.m.") => Some(0),
        () if scan.eat_word("PM") || scan.eat_word("p.m.") => Some(12),
        () => None,
    };
    // A point between hours and minutes, or hours alone, are a time only where a word says so.
    if (separator == "." || count == 1) && !said_so && half.is_none() {
        return Err(Trouble::Form);
    }
    if blank && !said_so && half.is_none() && scan.rest.is_empty() {
        return Err(Trouble::Form);
    }
    if let Some(half) = half {
        if !(1..=12).contains(&parts[0]) {
            return Err(Trouble::NoSuch);
        }
        parts[0] = parts[0] % 12 + half;
    }
    let [hour, minute, second] = parts;
    if hour > 23 || minute > 59 || second > 59 {
        return Err(Trouble::NoSuch);
    }
    Ok(Some(Clock {
        seconds: hour * 3600 + minute * 60 + second,
        nanos,
    }))
}

/// Seconds east of UTC, where they are said.
fn offset(scan: &mut Scan<'_>) -> Result<Option<i32>, Trouble> {
    scan.blanks();
    if scan.rest.is_empty() {
        return Ok(None);
    }
    let is_utc = ["UTC", "GMT", "Z"].iter().any(|word| scan.eat_word(word));
    if is_utc && scan.rest.is_empty() {
        return Ok(Some(0));
    }
    let sign = match () {
        () if scan.eat("+") => 1,
        () if scan.eat("-") => -1,
        () => return Err(Trouble::Form),
    };
    let digits = scan.digits(4).ok_or(Trouble::Form)?;
    let (hours, minutes) = match digits.len() {
        4 => (number(&digits[..2]), number(&digits[2..])),
        2 if scan.eat(":") => {
            let minutes = scan.digits(2).filter(|digits| digits.len() == 2);
            (number(digits), number(minutes.ok_or(Trouble::Form)?))
        }
        1 | 2 => (number(digits), 0),
        _ => return Err(Trouble::Form),
    };
    if hours > 23 || minutes > 59 {
        return Err(Trouble::NoSuch);
    }
    Ok(Some(sign * (hours * 3600 + minutes * 60) as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(result: Result<LocalTime, Trouble>) -> String {
        let show = |at: LocalTime| match (at.clock, at.offset) {
            (None, _) => at.full_date(),
            (Some(_), offset) => {
                let text = at.with_offset(offset.unwrap_or(0));
                match offset {
                    None => text[..text.len() - 6].to_owned(),
                    Some(_) => text,
                }
            }
        };
        match result {
            Ok(at) => show(at),
            Err(Trouble::Form) => "form".into(),
            Err(Trouble::NoSuch) => "no such".into(),
            Err(Trouble::Order(one, other)) => format!("{} or {}", show(one), show(other)),
            Err(Trouble::Century(one, other)) => format!("{} | {}", show(one), show(other)),
            Err(Trouble::OtherOrder(other)) => format!("rather {}", show(other)),
        }
    }

    fn check(text: &str, expect: &str) {
        assert_eq!(shown(read(text, None, Century::Near)), expect, "{text}");
    }

    #[test]
    fn dates_as_they_are_written() {
        check("21.03.2019", "2019-03-21");
        check("21.3.19", "2019-03-21");
        check("1.1.70", "1970-01-01");
        check("31.12.69", "2069-12-31");
        check("21. 3. 2019", "2019-03-21");
        check("2019-03-21", "2019-03-21");
        check("2019/03/21", "2019-03-21");
        check("2019.3.1", "2019-03-01");
        check("20190321", "2019-03-21");
        check("21. März 2019", "2019-03-21");
        check("21.März 2019", "2019-03-21");
        check("21-MAR-19", "2019-03-21");
        check("21 March 2019", "2019-03-21");
        check("Mar 21, 2019", "2019-03-21");
        check("21.03.2019 17:32", "2019-03-21T17:32:00");
        check("21.03.2019, 17:32 Uhr", "2019-03-21T17:32:00");
        check("21.03.2019 17.32 Uhr", "2019-03-21T17:32:00");
        check("2019-03-21 17:32:00", "2019-03-21T17:32:00");
        check("2019-03-21T17:32:00.123", "2019-03-21T17:32:00.123");
        check("2019-03-21 17:32:00,5", "2019-03-21T17:32:00.5");
        check("2019-03-21 17:32:00+01", "2019-03-21T17:32:00+01:00");
        check("2019-03-21 17:32:00 +0100", "2019-03-21T17:32:00+01:00");
        check("2019-03-21 17:32:00 UTC", "2019-03-21T17:32:00+00:00");
        check("13/3/2019 5:32 PM", "2019-03-13T17:32:00");
        check("3/13/2019 12:05:09 am", "2019-03-13T00:05:09");
        check("20190321 17:32", "2019-03-21T17:32:00");
    }

    #[test]
    fn what_may_be_either_is_said() {
        check("03/04/2026", "2026-04-03 or 2026-03-04");
        check("03-04-2026", "2026-04-03 or 2026-03-04");
        check("03/03/2026", "2026-03-03");
        check(
            "03/04/26 17:00",
            "2026-04-03T17:00:00 or 2026-03-04T17:00:00",
        );
        check("03.04.2026", "2026-04-03");
        let with = |first, text| shown(read(text, Some(first), Century::Near));
        assert_eq!(with(First::Day, "03/04/2026"), "2026-04-03");
        assert_eq!(with(First::Month, "03/04/2026"), "2026-03-04");
        assert_eq!(with(First::Day, "04/13/2026"), "rather 2026-04-13");
        assert_eq!(with(First::Month, "13/04/2026"), "rather 2026-04-13");
        assert_eq!(with(First::Month, "21.04.2026"), "2026-04-21");
        assert_eq!(evidence("13/04/2026"), Some(First::Day));
        assert_eq!(evidence("04/13/2026 5:00 PM"), Some(First::Month));
        assert_eq!(evidence("04/04/2026"), None);
        assert_eq!(evidence("13.04.2026"), None);
        let born = |text| shown(read(text, None, Century::Past(2026)));
        assert_eq!(born("17.05.80"), "1980-05-17");
        assert_eq!(born("17.05.25"), "1925-05-17 | 2025-05-17");
    }

    #[test]
    fn the_rest_is_no_date() {
        for text in [
            "",
            "2026",
            "never",
            "21.03.",
            "21.03",
            "21.03.201",
            "1.2.3.4",
            "21/03-2019",
            "19-03-21",
            "2019-03-21T",
            "2019-03-21 17",
            "2019-03-21 17:3",
            "2019-03-21 17:32:0",
            "2019-03-21 17:32 x",
            "2019-03-21+01:00",
            "45737",
            "21.03.2019 17.32",
            "Foo 21, 2019",
            "21-Foo-19",
            "2019-03-21 17:32:00+1:00:00",
            "21.03.2019 ",
        ] {
            check(text, "form");
        }
        for text in [
            "31.02.2019",
            "2019-13-01",
            "21.03.2019 25:00",
            "00.01.2026",
            "13/13/2026",
            "21.03.2019 13:00 PM",
        ] {
            check(text, "no such");
        }
    }

    #[test]
    fn serials_of_a_spreadsheet() {
        let of = |text| of_serial(text).map(|at| shown(Ok(at)));
        assert_eq!(of("43545").as_deref(), Some("2019-03-21"));
        assert_eq!(
            of("43545.73055555556").as_deref(),
            Some("2019-03-21T17:32:00")
        );
        assert_eq!(
            of("43545.999999999").as_deref(),
            Some("2019-03-22T00:00:00")
        );
        assert_eq!(of("4711"), None);
        assert_eq!(of("x"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,30}") {
            let _ = read(&text, None, Century::Past(2026));
        }

        #[test]
        fn nothing_like_a_date_panics(text in "[0-9]{1,4}[./ -][0-9A-Za-zä]{1,4}[./ -][0-9]{1,4}[ T,]{0,2}[0-9:., +-]{0,12}(Uhr|PM|Z|)") {
            let _ = read(&text, Some(First::Day), Century::Near);
        }

        #[test]
        fn every_day_reads_back(day in -25_567i64..47_482) {
            let at = LocalTime { day, clock: None, offset: None };
            let (year, month, day_of_month) = civil_from_days(day);
            for text in [
                at.full_date(),
                format!("{day_of_month:02}.{month:02}.{year}"),
                format!("{day_of_month}.{month}.{year}"),
                format!("{year}{month:02}{day_of_month:02}"),
            ] {
                proptest::prop_assert_eq!(read(&text, None, Century::Near), Ok(at), "{}", text);
            }
        }
    }
}
