//! In which words of JSON is a zone passed on?
//! By its name alone where its rules are built in; otherwise with every change of its clocks, so that nobody needs a database.

use super::ProfileError;
use crate::reading::zone::{Change, Zone};
use serde::{Deserialize, Serialize};

/// The wire form of a zone, version 1 with its profile.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ZoneV1 {
    name: String,
    /// Seconds east of UTC before the first change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offset: Option<i32>,
    /// Each with its instant in seconds since 1970 and the seconds east of UTC from then on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<(i64, i32)>,
}

/// No offset is larger.
const FARTHEST: i32 = 93_599;

impl ZoneV1 {
    /// Nothing for the zone that holds where none is named.
    pub(super) fn of(zone: &Zone) -> Option<Self> {
        if *zone == Zone::default() {
            return None;
        }
        let (offset, changes) = match zone.changes() {
            None => (None, &[][..]),
            Some((first, changes)) => (Some(first), changes),
        };
        Some(Self {
            name: zone.name().to_owned(),
            offset,
            changes: changes
                .iter()
                .map(|change| (change.at, change.offset))
                .collect(),
        })
    }

    pub(super) fn zone(self) -> Result<Zone, ProfileError> {
        let wrong = || ProfileError::Value {
            at: "timeZone",
            expected: "`Europe/Berlin`, `UTC`, or a name with the offset and its changes in ascending order",
        };
        let named = (1..=64).contains(&self.name.len()) && !self.name.contains(char::is_control);
        let Some(first) = self.offset else {
            let built_in = Zone::built_in(&self.name);
            return built_in
                .filter(|_| self.changes.is_empty())
                .ok_or_else(wrong);
        };
        let ascending = self.changes.is_sorted_by(|(at, _), (next, _)| at < next);
        let near = |offset: i32| (-FARTHEST..=FARTHEST).contains(&offset);
        let offsets = self.changes.iter().map(|(_, offset)| *offset);
        if !named || !ascending || !offsets.chain([first]).all(near) {
            return Err(wrong());
        }
        let changes: Vec<_> = self
            .changes
            .into_iter()
            .map(|(at, offset)| Change { at, offset })
            .collect();
        Ok(Zone::with_changes(&self.name, first, &changes))
    }
}
