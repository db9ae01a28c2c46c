//! What does the platform refuse after it has answered that it takes it?
//! Its log is looked through for refusals at intervals, from where the last look began; each is held against the last change of
//! its order here, and only where the platform's last word on the order is a refusal does that change count as refused.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{SendError, Sender};
use crate::clock;
use crate::upstream::reader::last_change;
use crate::upstream::wire::LogEntry;
use crate::upstream::work::OrderWork;

/// How far the looking is.
#[derive(Debug)]
pub(super) struct Watch {
    /// When it is looked next.
    pub(super) at: Duration,
    /// Entries that changed since then are looked at.
    pub(super) since: Timestamp,
    /// Entries that were looked at.
    seen: HashSet<u64>,
    /// Orders that entries speak of which nobody has looked into.
    keys: Vec<String>,
    /// Changes that were taken, and may have been refused since.
    pub(super) suspects: Vec<Arc<OrderWork>>,
}

/// Clocks differ, and entries come late: what changed shortly before the last look is looked at again.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);
const MOST_REMEMBERED: usize = 100_000;

impl Watch {
    pub(super) fn new(since: Option<&str>) -> Self {
        let since = since.and_then(|since| since.parse().ok());
        Self {
            at: clock::since_start(),
            since: since.unwrap_or_else(|| before(clock::now())),
            seen: HashSet::new(),
            keys: Vec::new(),
            suspects: Vec::new(),
        }
    }
}

fn before(time: Timestamp) -> Timestamp {
    time.checked_sub(OVERLAP).unwrap_or(time)
}

impl Sender {
    /// A look that began at this time found these refusals.
    pub(super) fn take_failures(&mut self, begun: Timestamp, failures: HashMap<String, LogEntry>) {
        let watch = &mut self.watch;
        watch.since = before(begun);
        watch.at = clock::since_start() + self.config.log_interval;
        if watch.seen.len() > MOST_REMEMBERED {
            watch.seen.clear();
        }
        for (key, entry) in failures {
            if watch.seen.insert(entry.order_import_log_entry_id) {
                watch.keys.push(key);
            }
        }
        // The map has no order, and what follows is written.
        watch.keys.sort_unstable();
    }

    /// Which changes do those refusals concern?
    pub(super) fn find_suspects(&mut self) -> Result<(), SendError> {
        let keys = std::mem::take(&mut self.watch.keys);
        let daemon = Arc::clone(&self.daemon);
        let books = &daemon.data.books;
        let store = books.store();
        let now = clock::moment_of(clock::now());
        for key in keys {
            let Some(order) = store.order(&key)? else {
                continue;
            };
            if order.last_log < self.first_log {
                continue;
            }
            let Some(change) = last_change(&order, books.journal_path(), store, now)? else {
                continue;
            };
            // What has no verdict yet gets its own, and what is refused already is known.
            let refusals = store.refusals_of(&key)?;
            let is_known = refusals.iter().any(|refusal| {
                let about = refusal.about.as_ref();
                about.is_some_and(|about| about.place == change.place)
            });
            if self.queue.is_settled(change.place) && !is_known {
                self.watch.suspects.push(Arc::new(OrderWork {
                    taken: true,
                    ..change
                }));
            }
        }
        Ok(())
    }
}
