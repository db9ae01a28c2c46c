//! Which changes of its clocks does a zone have?
//! Taken from the database of zones here, so that whoever plans with the profile elsewhere needs none.

use intake_core::reading::zone::{Change, Zone};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Orders are of these years; what is before them has the first offset, what is after them the last one.
const YEARS: [&str; 2] = ["1970-01-01T00:00:00Z", "2101-01-01T00:00:00Z"];

/// The zone as the core reads times in it.
pub(super) fn zone_of(zone: &TimeZone) -> Zone {
    let name = zone.iana_name().unwrap_or("UTC");
    Zone::built_in(name).unwrap_or_else(|| by_changes(name, zone))
}

fn by_changes(name: &str, zone: &TimeZone) -> Zone {
    let [begin, end] = YEARS.map(|at| at.parse::<Timestamp>().unwrap_or_default());
    let first = zone.to_offset(begin).seconds();
    let mut last = first;
    let mut changes = Vec::new();
    for transition in zone.following(begin) {
        if transition.timestamp() >= end {
            break;
        }
        let offset = transition.offset().seconds();
        // Not every transition moves the clocks: some only rename the time.
        if offset != last {
            changes.push(Change {
                at: transition.timestamp().as_second(),
                offset,
            });
            last = offset;
        }
    }
    Zone::with_changes(name, first, &changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> TimeZone {
        jiff::tz::TimeZoneDatabase::bundled().get(name).unwrap()
    }

    #[test]
    fn what_is_built_in_agrees_with_the_database() {
        let berlin = by_changes("Europe/Berlin", &named("Europe/Berlin"));
        let (first, changes) = berlin.changes().unwrap();
        let built_in = zone_of(&named("Europe/Berlin"));
        assert_eq!(built_in, Zone::berlin());
        assert!(changes.len() > 240);
        assert_eq!(built_in.offset_at(0), first);
        for change in changes {
            for at in [change.at - 1, change.at] {
                assert_eq!(built_in.offset_at(at), berlin.offset_at(at), "{at}");
            }
        }
        // Nothing is built in that the database does not have: between two changes it is the same all the time.
        for pair in changes.windows(2) {
            let middle = pair[0].at.midpoint(pair[1].at);
            assert_eq!(built_in.offset_at(middle), pair[0].offset, "{middle}");
        }
    }

    #[test]
    fn another_zone_carries_its_changes() {
        let zone = zone_of(&named("America/New_York"));
        assert_eq!(zone.name(), "America/New_York");
        let summer = "2026-07-01T00:00:00Z".parse::<Timestamp>().unwrap();
        assert_eq!(zone.offset_at(summer.as_second()), -4 * 3600);
        assert_eq!(zone_of(&TimeZone::UTC).name(), "UTC");
    }
}
