//! Who imports by requests just now, and what was done for a request before?
//! One partner's requests never take the places of another's; a request that comes again under the same key is answered as
//! before, for a day and over restarts, since its key stands in the books.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::clock;
use crate::folder::names::PartnerName;
use crate::state::FileRecord;

/// The requests that import.
#[derive(Debug, Default)]
pub(super) struct Imports {
    places: Arc<Mutex<HashMap<PartnerName, usize>>>,
    known: Mutex<HashMap<(String, String), Known>>,
}

/// What was done for a key.
#[derive(Clone, Debug)]
struct Known {
    import_id: String,
    since: Timestamp,
}

/// A place that is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Mutex<HashMap<PartnerName, usize>>>,
    partner: PartnerName,
}

/// A key is good for so long.
const AGE: Duration = Duration::from_secs(86_400);

/// So many keys are remembered; beyond that the oldest half is forgotten.
const MOST_KEYS: usize = 100_000;

impl Imports {
    /// A place for a request of the partner; nothing where all are taken.
    pub(super) fn enter(&self, partner: &PartnerName, most: usize) -> Option<Place> {
        let mut places = lock(&self.places);
        let taken = places.entry(partner.clone()).or_default();
        if *taken >= most {
            return None;
        }
        *taken += 1;
        Some(Place {
            places: Arc::clone(&self.places),
            partner: partner.clone(),
        })
    }

    /// The import that was made for this key of the partner, not longer than a day ago.
    pub(super) fn known(&self, partner: &PartnerName, key: &str) -> Option<String> {
        let known = lock(&self.known);
        let found = known.get(&(partner.as_str().to_owned(), key.to_owned()))?;
        is_good(found.since, clock::now()).then(|| found.import_id.clone())
    }

    /// Notes what was done for a key.
    pub(super) fn note(&self, partner: &PartnerName, key: String, import_id: &str) {
        self.put(partner.as_str(), key, import_id, clock::now());
    }

    /// What the books say was done for keys.
    pub(super) fn learn(&self, record: &FileRecord) {
        let request = record.request.as_ref();
        let key = request.and_then(|request| request.idempotency_key.clone());
        let claimed = record.claimed.parse::<Timestamp>();
        if let (Some(key), Ok(claimed)) = (key, claimed)
            && is_good(claimed, clock::now())
        {
            self.put(&record.partner, key, &record.import_id, claimed);
        }
    }

    /// The first import from which on keys are still worth learning, of so many imports in all.
    pub(super) fn first_to_learn(next_import: u64) -> u64 {
        next_import.saturating_sub(MOST_KEYS as u64)
    }

    fn put(&self, partner: &str, key: String, import_id: &str, since: Timestamp) {
        let mut known = lock(&self.known);
        if known.len() >= MOST_KEYS {
            let mut times: Vec<_> = known.values().map(|known| known.since).collect();
            let middle = times.len() / 2;
            let (_, median, _) = times.select_nth_unstable(middle);
            let median = *median;
            known.retain(|_, known| known.since > median);
        }
        let import_id = import_id.to_owned();
        known.insert((partner.to_owned(), key), Known { import_id, since });
    }
}

/// Is a key of this time still good?
fn is_good(since: Timestamp, now: Timestamp) -> bool {
    let age = now.as_nanosecond() - since.as_nanosecond();
    age < i128::try_from(AGE.as_nanos()).unwrap_or(i128::MAX)
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = lock(&self.places);
        if let Some(taken) = places.get_mut(&self.partner) {
            *taken -= 1;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner(name: &str) -> PartnerName {
        PartnerName::parse(name).unwrap()
    }

    #[test]
    fn each_partner_has_places_of_its_own() {
        let imports = Imports::default();
        let first = imports.enter(&partner("alpha"), 2).unwrap();
        let second = imports.enter(&partner("alpha"), 2).unwrap();
        assert!(imports.enter(&partner("alpha"), 2).is_none());
        assert!(imports.enter(&partner("beta"), 2).is_some());
        drop(first);
        assert!(imports.enter(&partner("alpha"), 2).is_some());
        drop(second);
    }

    #[test]
    fn a_key_is_good_for_a_day_and_belongs_to_one_partner() {
        let imports = Imports::default();
        imports.note(&partner("alpha"), "k".into(), "000007");
        let known = |name: &str| imports.known(&partner(name), "k");
        assert_eq!(known("alpha").as_deref(), Some("000007"));
        assert_eq!(known("beta"), None);
        let now = Timestamp::constant(1_000_000, 0);
        assert!(is_good(Timestamp::constant(1_000_000 - 86_399, 0), now));
        assert!(!is_good(Timestamp::constant(1_000_000 - 86_400, 0), now));
    }

    #[test]
    fn many_keys_take_no_more_memory() {
        let imports = Imports::default();
        for number in 0..250_000 {
            let since = Timestamp::constant(1_000_000 + number, 0);
            imports.put("alpha", format!("k{number}"), "000001", since);
        }
        assert!(lock(&imports.known).len() <= MOST_KEYS);
        let newest = ("alpha".to_owned(), "k249999".to_owned());
        assert!(lock(&imports.known).contains_key(&newest));
    }
}
