//! Which instant does a clock on the wall of a place show?
//! A zone is data: the core has no database of zones, so that a profile says the same natively and in a browser.

use crate::moment::{civil_from_days, days_from_civil};
use std::sync::Arc;

/// A place whose clocks are known, with the years in which they were put on and back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: Box<str>,
    rules: Rules,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rules {
    Utc,
    Germany,
    Changes {
        /// Seconds east of UTC before the first change.
        first: i32,
        changes: Arc<[Change]>,
    },
}

/// The clocks are put on or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// When, in seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// Seconds east of UTC from then on.
    pub offset: i32,
}

/// How often a time on the wall was there. Offsets are seconds east of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local {
    /// Once.
    Once(i32),
    /// Never: the clocks were put on over it.
    Never {
        /// The offset until then.
        before: i32,
        /// The offset from then on.
        after: i32,
    },
    /// Twice: the clocks were put back over it.
    Twice {
        /// The offset of the earlier of the two instants.
        earlier: i32,
        /// The offset of the later one.
        later: i32,
    },
}

const DAY: i64 = 86_400;
/// No zone is further from UTC; changes are told apart by it too, since none follow each other within two days.
const FAR: i64 = DAY;

impl Default for Zone {
    fn default() -> Self {
        Self::berlin()
    }
}

impl Zone {
    /// Germany, whose rules are built in: `Europe/Berlin`, right from 1970 on.
    pub fn berlin() -> Self {
        Self {
            name: "Europe/Berlin".into(),
            rules: Rules::Germany,
        }
    }

    /// The zone of this name, if its rules are built in.
    pub fn built_in(name: &str) -> Option<Self> {
        match name {
            "Europe/Berlin" => Some(Self::berlin()),
            "UTC" => Some(Self {
                name: "UTC".into(),
                rules: Rules::Utc,
            }),
            _ => None,
        }
    }

    /// A zone by its changes, in ascending order.
    pub fn with_changes(name: &str, first: i32, changes: &[Change]) -> Self {
        Self {
            name: name.into(),
            rules: Rules::Changes {
                first,
                changes: changes.into(),
            },
        }
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first offset and the changes of a zone whose rules are not built in.
    pub fn changes(&self) -> Option<(i32, &[Change])> {
        match &self.rules {
            Rules::Changes { first, changes } => Some((*first, changes)),
            Rules::Utc | Rules::Germany => None,
        }
    }

    /// How often the clocks showed a time, given as the seconds that it would be after 1970 in UTC.
    pub fn local(&self, wall: i64) -> Local {
        let (before, after) = (self.offset_at(wall - FAR), self.offset_at(wall + FAR));
        let holds = |offset: i32| self.offset_at(wall - i64::from(offset)) == offset;
        match (holds(before), holds(after)) {
            (true, true) if before == after => Local::Once(before),
            (true, true) => Local::Twice {
                earlier: before,
                later: after,
            },
            (true, false) => Local::Once(before),
            (false, true) => Local::Once(after),
            (false, false) => Local::Never { before, after },
        }
    }

    /// Seconds east of UTC at an instant.
    pub fn offset_at(&self, instant: i64) -> i32 {
        match &self.rules {
            Rules::Utc => 0,
            Rules::Germany => german_offset(instant),
            Rules::Changes { first, changes } => {
                let passed = changes.partition_point(|change| change.at <= instant);
                match passed.checked_sub(1) {
                    None => *first,
                    Some(last) => changes[last].offset,
                }
            }
        }
    }
}

/// Source: Zeitgesetz and EU directive 2000/84/EC. All changes are at one o'clock UTC.
fn german_offset(instant: i64) -> i32 {
    const WINTER: i32 = 3600;
    const SUMMER: i32 = 7200;
    let (year, _, _) = civil_from_days(instant.div_euclid(DAY));
    let (begin, end) = match year {
        ..1980 => return WINTER,
        1980 => (days_from_civil(1980, 4, 6), days_from_civil(1980, 9, 28)),
        1981..1996 => (last_sunday(year, 3, 31), last_sunday(year, 9, 30)),
        _ => (last_sunday(year, 3, 31), last_sunday(year, 10, 31)),
    };
    let summer = begin * DAY + 3600..end * DAY + 3600;
    if summer.contains(&instant) {
        SUMMER
    } else {
        WINTER
    }
}

/// The day number of the last Sunday on or before a date.
fn last_sunday(year: i64, month: u32, last_day: u32) -> i64 {
    let last = days_from_civil(year, month, last_day);
    // 1970-01-01 was a Thursday.
    last - (last + 4).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Moment;

    fn wall(text: &str) -> i64 {
        Moment::parse(&format!("{text}Z")).unwrap().seconds()
    }

    fn check(zone: &Zone, text: &str, expect: Local) {
        assert_eq!(zone.local(wall(text)), expect, "{text}");
    }

    #[test]
    fn clocks_in_germany() {
        let zone = Zone::berlin();
        check(&zone, "1975-07-01T00:00:00", Local::Once(3600));
        check(&zone, "2026-01-01T00:00:00", Local::Once(3600));
        check(&zone, "2026-07-01T00:00:00", Local::Once(7200));
        check(&zone, "2026-03-29T01:59:59", Local::Once(3600));
        let never = Local::Never {
            before: 3600,
            after: 7200,
        };
        check(&zone, "2026-03-29T02:00:00", never);
        check(&zone, "2026-03-29T02:59:59", never);
        check(&zone, "2026-03-29T03:00:00", Local::Once(7200));
        check(&zone, "2026-10-25T01:59:59", Local::Once(7200));
        let twice = Local::Twice {
            earlier: 7200,
            later: 3600,
        };
        check(&zone, "2026-10-25T02:00:00", twice);
        check(&zone, "2026-10-25T02:59:59", twice);
        check(&zone, "2026-10-25T03:00:00", Local::Once(3600));
        check(&zone, "1995-09-24T12:00:00", Local::Once(3600));
        check(&zone, "1996-09-29T12:00:00", Local::Once(7200));
    }

    #[test]
    fn a_zone_by_its_changes() {
        let zone = Zone::with_changes(
            "Somewhere/Else",
            -18_000,
            &[
                Change {
                    at: wall("2026-03-08T07:00:00"),
                    offset: -14_400,
                },
                Change {
                    at: wall("2026-11-01T06:00:00"),
                    offset: -18_000,
                },
            ],
        );
        check(&zone, "2026-01-01T00:00:00", Local::Once(-18_000));
        check(&zone, "2026-07-01T00:00:00", Local::Once(-14_400));
        let never = Local::Never {
            before: -18_000,
            after: -14_400,
        };
        check(&zone, "2026-03-08T02:30:00", never);
        let twice = Local::Twice {
            earlier: -14_400,
            later: -18_000,
        };
        check(&zone, "2026-11-01T01:30:00", twice);
        let utc = Zone::built_in("UTC").unwrap();
        check(&utc, "2026-03-29T02:30:00", Local::Once(0));
        assert_eq!(Zone::built_in("Europe/Paris"), None);
    }
}
