//! Which days and moments stand in a generated file? Days counted from 1970, moments in German local time.
//! Every moment written carries an offset, summer or winter time as the rule of 1996 has it.

use std::fmt::Write as _;

/// A calendar day, as days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// The day so many days after 1970-01-01.
    pub const fn since_epoch(days: i32) -> Self {
        Self(days)
    }

    /// The day of a proleptic Gregorian date; month 1 to 12, day 1 to the month's last.
    pub const fn from_civil(year: i32, month: u32, day: u32) -> Self {
        let shifted = if month <= 2 { year - 1 } else { year };
        let era = shifted.div_euclid(400);
        let year_of_era = shifted.rem_euclid(400);
        let month_from_march = (month as i32 + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Self(era * 146_097 + day_of_era - 719_468)
    }

    /// Year, month and day of the month.
    pub const fn civil(self) -> (i32, u32, u32) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month as u32, day as u32)
    }

    /// So many days later, or earlier where negative.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// The first day of this day's month.
    #[must_use]
    pub(super) const fn first_of_month(self) -> Self {
        let (_, _, day) = self.civil();
        self.plus(1 - day as i32)
    }

    /// Local midnight at the start of this day.
    pub const fn midnight(self) -> Moment {
        Moment {
            day: self,
            second: 0,
        }
    }

    /// The last Sunday of a month of 31 days.
    const fn last_sunday(year: i32, month: u32) -> Self {
        let last = Self::from_civil(year, month, 31);
        // 1970-01-01 was a Thursday; Sunday is 0 here.
        last.plus(-(last.0 + 4).rem_euclid(7))
    }
}

impl std::str::FromStr for Day {
    type Err = String;

    /// Reads `2026-03-01`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("`{text}` is not a day such as `2026-03-01`");
        let parts: Vec<u32> = text
            .split('-')
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| refuse())?;
        let [year @ 1970..=9999, month @ 1..=12, day @ 1..=31] = parts[..] else {
            return Err(refuse());
        };
        let parsed = Self::from_civil(year as i32, month, day);
        if parsed.civil() == (year as i32, month, day) {
            Ok(parsed)
        } else {
            Err(refuse())
        }
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.civil();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

/// A moment in German local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    day: Day,
    second: u32,
}

impl Moment {
    /// The local day.
    pub const fn day(self) -> Day {
        self.day
    }

    /// The same day at a time of the day, in seconds after midnight.
    #[must_use]
    pub(super) const fn at_second(self, second: u32) -> Self {
        Self { second, ..self }
    }

    /// Appends the moment as RFC 3339 with its offset, 25 characters.
    pub(super) fn write(self, out: &mut String) {
        self.write_local(out);
        out.push_str(if self.is_summer_time() {
            "+02:00"
        } else {
            "+01:00"
        });
    }

    /// Appends date and time without an offset, 19 characters.
    pub(super) fn write_local(self, out: &mut String) {
        let (year, month, day) = self.day.civil();
        push_two(out, year as u32 / 100);
        push_two(out, year as u32 % 100);
        out.push('-');
        push_two(out, month);
        out.push('-');
        push_two(out, day);
        out.push('T');
        push_two(out, self.second / 3600);
        out.push(':');
        push_two(out, self.second / 60 % 60);
        out.push(':');
        push_two(out, self.second % 60);
    }

    /// Summer time runs from the last Sunday of March, 02:00, to the last Sunday of October, 03:00.
    fn is_summer_time(self) -> bool {
        let (year, month, _) = self.day.civil();
        match month {
            4..=9 => true,
            3 => self >= Day::last_sunday(year, 3).midnight().at_second(2 * 3600),
            10 => self < Day::last_sunday(year, 10).midnight().at_second(3 * 3600),
            _ => false,
        }
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::with_capacity(25);
        self.write(&mut text);
        formatter.write_str(&text)
    }
}

fn push_two(out: &mut String, number: u32) {
    if number < 100 {
        out.push(char::from(b'0' + (number / 10) as u8));
        out.push(char::from(b'0' + (number % 10) as u8));
    } else {
        // Years beyond 9999 do not occur; formatting to a string cannot fail.
        let _ = write!(out, "{number}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_agree_over_four_centuries() {
        let mut day = Day::from_civil(1900, 1, 1);
        let (mut year, mut month, mut of_month) = (1900, 1, 1);
        while year < 2300 {
            assert_eq!(day.civil(), (year, month, of_month));
            assert_eq!(Day::from_civil(year, month, of_month), day);
            day = day.plus(1);
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                2 if leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (year, month, of_month) = match (month, of_month) {
                (12, 31) => (year + 1, 1, 1),
                (_, end) if end == last => (year, month + 1, 1),
                _ => (year, month, of_month + 1),
            };
        }
    }

    #[test]
    fn moments_carry_summer_and_winter_time() {
        let written = |year, month, day, second| {
            Day::from_civil(year, month, day)
                .midnight()
                .at_second(second)
                .to_string()
        };
        assert_eq!(written(2026, 1, 31, 0), "2026-01-31T00:00:00+01:00");
        assert_eq!(written(2026, 3, 29, 0), "2026-03-29T00:00:00+01:00");
        assert_eq!(written(2026, 3, 29, 36_000), "2026-03-29T10:00:00+02:00");
        assert_eq!(written(2026, 10, 25, 0), "2026-10-25T00:00:00+02:00");
        assert_eq!(written(2026, 10, 26, 3_661), "2026-10-26T01:01:01+01:00");
    }

    #[test]
    fn a_day_is_read_only_if_the_calendar_has_it() {
        assert_eq!("2028-02-29".parse(), Ok(Day::from_civil(2028, 2, 29)));
        assert!("2026-02-29".parse::<Day>().is_err());
        assert!("2026-2".parse::<Day>().is_err());
    }
}
