//! Which moment does an argument such as `2026-01-31` or `2h` mean?
//!
//! The argument is kept as it was meant; it becomes a moment only when the time and the zone are
//! given.

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::config::parse_duration;

/// A moment as a person gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PointInTime {
    /// RFC 3339, with an offset.
    At(Timestamp),
    /// A day such as `2026-01-31`.
    Day(Date),
    /// So long before now: `30m`, `2h`, `7d`.
    Ago(Duration),
}

impl PointInTime {
    /// The first moment that is meant; a day begins in the given zone.
    pub fn earliest(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        match self {
            PointInTime::At(moment) => moment,
            PointInTime::Day(day) => start_of(day, zone).unwrap_or(Timestamp::MIN),
            PointInTime::Ago(duration) => now.checked_sub(duration).unwrap_or(Timestamp::MIN),
        }
    }

    /// The last moment that is meant: for a day the nanosecond before the next one begins.
    pub fn latest(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let PointInTime::Day(day) = self else {
            return self.earliest(now, zone);
        };
        day.tomorrow()
            .ok()
            .and_then(|next| start_of(next, zone))
            .and_then(|start| start.checked_sub(Duration::from_nanos(1)).ok())
            .unwrap_or(Timestamp::MAX)
    }
}

impl FromStr for PointInTime {
    type Err = &'static str;

    fn from_str(argument: &str) -> Result<Self, Self::Err> {
        if let Some(duration) = parse_duration(argument) {
            return Ok(PointInTime::Ago(duration));
        }
        if let Ok(moment) = argument.parse() {
            return Ok(PointInTime::At(moment));
        }
        // A civil date parser also takes a date with a time, and drops the time.
        if argument.len() == "2026-01-31".len()
            && let Ok(day) = argument.parse()
        {
            return Ok(PointInTime::Day(day));
        }
        Err("write 2026-01-31T08:00:00+01:00, 2026-01-31, or how long ago: 30m, 2h, 7d")
    }
}

fn start_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(day.to_zoned_datetime(zone.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn a_day_lasts_from_midnight_to_midnight_in_its_zone() {
        let zone = jiff::tz::TimeZoneDatabase::bundled()
            .get("Europe/Berlin")
            .expect("known");
        let day: PointInTime = "2026-03-29".parse().expect("a day of 23 hours");
        let now = moment("2026-07-01T00:00:00Z");
        assert_eq!(day.earliest(now, &zone), moment("2026-03-28T23:00:00Z"));
        assert_eq!(
            day.latest(now, &zone),
            moment("2026-03-29T21:59:59.999999999Z")
        );
    }

    #[test]
    fn durations_count_back_from_now() {
        let now = moment("2026-07-01T12:00:00Z");
        let ago: PointInTime = "2h".parse().expect("a duration");
        assert_eq!(
            ago.earliest(now, &TimeZone::UTC),
            moment("2026-07-01T10:00:00Z")
        );
        assert_eq!(
            ago.latest(now, &TimeZone::UTC),
            moment("2026-07-01T10:00:00Z")
        );
        let ages: PointInTime = "200000000d".parse().expect("a duration");
        assert_eq!(ages.earliest(now, &TimeZone::UTC), Timestamp::MIN);
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "yesterday",
            "2026-02-30",
            "2026-01-31T10:00",
            "2",
            "h",
            "-2h",
            "20260131",
        ] {
            assert!(text.parse::<PointInTime>().is_err(), "{text}");
        }
        assert_eq!(
            "2026-01-31T10:00:00+01:00".parse(),
            Ok(PointInTime::At(moment("2026-01-31T09:00:00Z")))
        );
    }
}
