//! How far is the sender, and what does upstream refuse?
//! A refusal stays until upstream has the change, or a later one in its place; one index finds it by its order's key.

use super::{Store, StoreError, key_hash};
use crate::entry::sent::{OutboxMark, Place, SentEntry, Stretch, Verdict};
use crate::journal::Position;
use crate::state::engine::{Batch, Space};
use crate::state::file_record::import_number;
use crate::state::pending::Pending;
use crate::state::record::RecordError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const MARK_KEY: &[u8] = b"\0mark";
/// So many stretches behind the mark stand in one value, which stays well below the longest that the engine takes.
const STRETCHES: usize = 100;

/// The mark as it is kept: the first stretches behind it, and how many values hold the others.
#[derive(Serialize, Deserialize)]
struct KeptMark {
    #[serde(flatten)]
    mark: OutboxMark,
    #[serde(default)]
    parts: u32,
}
const REFUSALS: u8 = 1;
const REFUSAL_KEY_BYTES: usize = 1 + 8 + 4 + 8 + 4;

impl Store {
    /// How far the sender is; nothing where there never was one.
    pub fn outbox(&self) -> Result<Option<OutboxMark>, StoreError> {
        for pending in self.read().all_newest_first() {
            if let Some(mark) = &pending.outbox {
                return Ok(Some(mark.clone()));
            }
        }
        let Some(value) = self.engine.get(Space::Outbox, MARK_KEY)? else {
            return Ok(None);
        };
        let kept: KeptMark = serde_json::from_slice(&value).map_err(|_| UNREADABLE)?;
        let mut mark = kept.mark;
        for part in 1..=kept.parts {
            let value = self.engine.get(Space::Outbox, &part_key(part))?;
            let more: Vec<Stretch> = value
                .and_then(|value| serde_json::from_slice(&value).ok())
                .ok_or(UNREADABLE)?;
            mark.beyond.extend(more);
        }
        Ok(Some(mark))
    }

    /// Everything that upstream refuses, or that an operator dropped, in the order of the journal.
    pub fn refusals(&self) -> Result<Vec<SentEntry>, StoreError> {
        let mut found = BTreeMap::new();
        self.each_refusal(&[REFUSALS], |_| true, &mut found)?;
        let mut refusals: Vec<SentEntry> = found.into_values().flatten().collect();
        refusals.sort_by_key(|entry| entry.about.as_ref().map(|about| about.place));
        Ok(refusals)
    }

    /// What upstream refuses of this order, or of the customer with this number.
    pub fn refusals_of(&self, key: &str) -> Result<Vec<SentEntry>, StoreError> {
        let hash = key_hash(key);
        let mut prefix = vec![REFUSALS];
        prefix.extend_from_slice(&hash.to_be_bytes());
        let mut found = BTreeMap::new();
        self.each_refusal(&prefix, |known| known == hash, &mut found)?;
        let entries = found.into_values().flatten();
        Ok(entries.filter(|entry| name_of(entry) == key).collect())
    }

    /// How many changes wait for an operator.
    pub fn parked(&self) -> Result<u64, StoreError> {
        let waits = |entry: &SentEntry| {
            matches!(
                entry.outcome,
                Verdict::Refused | Verdict::Parked | Verdict::Retried
            )
        };
        let refusals = self.refusals()?;
        Ok(refusals.iter().filter(|entry| waits(entry)).count() as u64)
    }

    fn each_refusal(
        &self,
        prefix: &[u8],
        is_asked_for: impl Fn(u64) -> bool,
        found: &mut BTreeMap<(u64, Place), Option<SentEntry>>,
    ) -> Result<(), StoreError> {
        // What waits is looked at first: it can move to the engine meanwhile, but never back.
        for pending in self.read().all_newest_first() {
            for (key, entry) in &pending.refusals {
                if is_asked_for(key.0) {
                    found.entry(*key).or_insert_with(|| entry.clone());
                }
            }
        }
        for entry in self.engine.scan(Space::Outbox, prefix) {
            let (key, value) = entry?;
            if !key.starts_with(prefix) {
                break;
            }
            let key = refusal_of(&key).ok_or(UNREADABLE)?;
            let entry = serde_json::from_slice(&value).map_err(|_| UNREADABLE)?;
            found.entry(key).or_insert(Some(entry));
        }
        Ok(())
    }
}

const UNREADABLE: RecordError = RecordError { what: "outbox" };

/// Takes over what a frame says of what was sent.
pub(super) fn take(pending: &mut Pending, sent: &mut Vec<SentEntry>, mark: Option<OutboxMark>) {
    if mark.is_some() {
        pending.outbox = mark;
    }
    for entry in sent.drain(..) {
        let Some(about) = &entry.about else {
            continue;
        };
        let key = (key_hash(name_of(&entry)), about.place);
        let stays = !matches!(entry.outcome, Verdict::Ok | Verdict::Replaced);
        pending.refusals.insert(key, stays.then_some(entry));
    }
}

/// Writes away what waits.
pub(super) fn put(batch: &mut Batch, pending: &Pending) -> Result<(), StoreError> {
    if let Some(mark) = &pending.outbox {
        let mut parts = mark.beyond.chunks(STRETCHES);
        let kept = KeptMark {
            mark: OutboxMark {
                beyond: parts.next().unwrap_or_default().to_vec(),
                ..mark.clone()
            },
            parts: parts.len() as u32,
        };
        let bytes = serde_json::to_vec(&kept).map_err(|_| UNREADABLE)?;
        batch.put(Space::Outbox, MARK_KEY, bytes)?;
        // Values of an earlier mark that had more are left: nobody reads them.
        for (part, stretches) in (1..).zip(parts) {
            let bytes = serde_json::to_vec(stretches).map_err(|_| UNREADABLE)?;
            batch.put(Space::Outbox, &part_key(part), bytes)?;
        }
    }
    for (key, entry) in &pending.refusals {
        let key = key_of(*key);
        match entry {
            Some(entry) => {
                let bytes = serde_json::to_vec(entry).map_err(|_| UNREADABLE)?;
                batch.put(Space::Outbox, &key, bytes)?;
            }
            None => batch.remove(Space::Outbox, &key),
        }
    }
    Ok(())
}

/// How many rows of which import got which verdict.
pub(super) fn verdicts_by_import(sent: &[SentEntry]) -> Vec<(u64, SentEntry, u64)> {
    let each = sent.iter().flat_map(|entry| {
        let imports = entry.imports.iter();
        imports.filter_map(|(id, rows)| {
            let verdict = SentEntry {
                about: entry.about.clone(),
                ..SentEntry::new(&entry.time, entry.outcome)
            };
            Some((import_number(id)?, verdict, *rows))
        })
    });
    each.collect()
}

/// What an operator calls it: the order's key, or the customer's number.
fn name_of(entry: &SentEntry) -> &str {
    let about = entry.about.as_ref();
    let key = about.and_then(|about| about.external_system_id.as_deref());
    key.or_else(|| about.and_then(|about| about.customer_id.as_deref()))
        .unwrap_or_default()
}

fn part_key(part: u32) -> Vec<u8> {
    [MARK_KEY, &part.to_be_bytes()].concat()
}

fn key_of((hash, place): (u64, Place)) -> Vec<u8> {
    let mut key = Vec::with_capacity(REFUSAL_KEY_BYTES);
    key.push(REFUSALS);
    key.extend_from_slice(&hash.to_be_bytes());
    key.extend_from_slice(&place.frame.segment.to_be_bytes());
    key.extend_from_slice(&place.frame.offset.to_be_bytes());
    key.extend_from_slice(&place.line.to_be_bytes());
    key
}

fn refusal_of(key: &[u8]) -> Option<(u64, Place)> {
    let (_, rest) = key.split_first()?;
    let (hash, rest) = rest.split_first_chunk::<8>()?;
    let (segment, rest) = rest.split_first_chunk::<4>()?;
    let (offset, rest) = rest.split_first_chunk::<8>()?;
    let (line, rest) = rest.split_first_chunk::<4>()?;
    let frame = Position {
        segment: u32::from_be_bytes(*segment),
        offset: u64::from_be_bytes(*offset),
    };
    let line = u32::from_be_bytes(*line);
    rest.is_empty()
        .then_some((u64::from_be_bytes(*hash), Place { frame, line }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::sent::About;
    use crate::journal::FrameSpan;
    use crate::state::Effects;

    fn refusal(key: &str, line: u32, outcome: Verdict) -> SentEntry {
        let frame = Position {
            segment: 2,
            offset: 700,
        };
        let mut entry = SentEntry::new("2026-11-24T09:00:00Z", outcome);
        entry.about = Some(About {
            place: Place { frame, line },
            external_system_id: Some(key.into()),
            customer_id: None,
            order_id: None,
            row: Some(1),
            code: Some(97002),
            reason: None,
            again: false,
            taken: false,
        });
        entry
    }

    fn apply(store: &Store, sent: Vec<SentEntry>, mark: Option<OutboxMark>) {
        let effects = Effects {
            sent,
            outbox: mark,
            ..Effects::default()
        };
        let span = FrameSpan {
            start: Position::START,
            end: Position::START,
        };
        store.apply(effects, span).unwrap();
    }

    #[test]
    fn refusals_stay_until_there_is_a_good_end() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        assert_eq!(store.outbox().unwrap(), None);
        let lines = |found: Vec<SentEntry>| -> Vec<u32> {
            let about = found.into_iter().filter_map(|entry| entry.about);
            about.map(|about| about.place.line).collect()
        };
        let sent = |numbers: &[(&str, u32)], outcome| -> Vec<SentEntry> {
            let each = numbers.iter();
            each.map(|(key, line)| refusal(key, *line, outcome))
                .collect()
        };
        let refused = &[("C", 9), ("A", 3), ("B", 1), ("A", 5)];
        apply(&store, sent(refused, Verdict::Refused), None);
        for written_away in [false, true] {
            if written_away {
                store.flush().unwrap();
            }
            assert_eq!(lines(store.refusals().unwrap()), [1, 3, 5, 9]);
            assert_eq!(lines(store.refusals_of("A").unwrap()), [3, 5]);
            assert_eq!(lines(store.refusals_of("D").unwrap()), [0; 0]);
            assert_eq!(store.parked().unwrap(), 4);
        }
        apply(&store, sent(&[("A", 3)], Verdict::Ok), None);
        apply(&store, sent(&[("A", 5)], Verdict::Replaced), None);
        apply(&store, sent(&[("B", 1)], Verdict::Dropped), None);
        for written_away in [false, true] {
            if written_away {
                store.flush().unwrap();
            }
            assert_eq!(lines(store.refusals().unwrap()), [1, 9]);
            assert_eq!(store.parked().unwrap(), 1);
        }
        store.clear().unwrap();
        assert_eq!(lines(store.refusals().unwrap()), [0; 0]);
    }

    #[test]
    fn the_last_mark_counts() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), 1 << 20).unwrap();
        let mark = |first_log| OutboxMark {
            next: Place {
                frame: Position::START,
                line: 0,
            },
            beyond: Vec::new(),
            first_log,
            reach: 0,
            upstream_log: 0,
            watched: None,
            filled_to: None,
        };
        apply(&store, Vec::new(), Some(mark(1)));
        store.flush().unwrap();
        assert_eq!(store.outbox().unwrap(), Some(mark(1)));
        apply(&store, Vec::new(), Some(mark(2)));
        assert_eq!(store.outbox().unwrap(), Some(mark(2)));
        // Every other change of a large window has its verdict; then fewer do, then none.
        for stretches in [5_000, 150, 0] {
            let frame = Position {
                segment: 1,
                offset: 8_192_000_000,
            };
            let beyond = (0..stretches).map(|number| Stretch {
                first: Place {
                    frame,
                    line: 2 * number,
                },
                last: 2 * number,
            });
            let mark = OutboxMark {
                beyond: beyond.collect(),
                ..mark(3)
            };
            apply(&store, Vec::new(), Some(mark.clone()));
            store.flush().unwrap();
            assert_eq!(store.outbox().unwrap(), Some(mark));
        }
    }
}
