//! What becomes of changes that the platform only promised to work on?
//! Its log is asked for them, more and more rarely, and they keep nothing waiting but later changes of the same orders. None is
//! sent again while its promise holds; one that is not kept in time waits for an operator.

use std::time::Duration;

use super::Sender;
use crate::clock;
use crate::entry::sent::{Place, Verdict};
use crate::upstream::queue::{Doubt, Handed};
use crate::upstream::talk::Fate;
use crate::upstream::verdict::Refusal;
use crate::upstream::work::Work;

/// Changes of one request that was answered with a promise.
#[derive(Clone, Debug)]
pub(super) struct Promise {
    places: Vec<Place>,
    made: Duration,
    look_at: Duration,
    between: Duration,
}

/// After a promise the log is asked so soon, and then after twice as long each time.
const SOON: Duration = Duration::from_millis(100);
const RARELY: Duration = Duration::from_secs(30);

impl Sender {
    /// The platform works on these later.
    pub(super) fn promised(&mut self, places: Vec<Place>, since: u64) {
        let doubt = Doubt { since, exact: true };
        self.queue.put_aside(&places, doubt);
        let now = clock::since_start();
        self.promises.push(Promise {
            places,
            made: now,
            look_at: now + SOON,
            between: SOON,
        });
    }

    /// When a promise is to be looked at next.
    pub(super) fn next_promise(&self) -> Option<Duration> {
        self.promises.iter().map(|promise| promise.look_at).min()
    }

    /// A promise that is to be looked at now, and what has no verdict of it.
    pub(super) fn take_promise(&mut self, now: Duration) -> Option<(Promise, Vec<Handed>)> {
        let due = self
            .promises
            .iter()
            .position(|promise| promise.look_at <= now)?;
        let promise = self.promises.swap_remove(due);
        let handed = self.queue.put_aside_among(&promise.places);
        Some((promise, handed))
    }

    /// The way there failed: it is looked at again.
    pub(super) fn look_later(&mut self, promise: &Promise) {
        self.promises.push(Promise {
            look_at: clock::since_start() + promise.between,
            ..promise.clone()
        });
    }

    /// What the log tells of a promise.
    pub(super) fn take_promised_fates(
        &mut self,
        promise: &Promise,
        handed: &[Handed],
        fates: Vec<Fate>,
    ) {
        let now = clock::since_start();
        let is_over = now >= promise.made + self.config.promise_wait;
        let mut places = Vec::new();
        for (handed, fate) in handed.iter().zip(fates) {
            let work = Work::Order(handed.work.clone());
            match fate {
                Fate::Taken => self.take(work),
                Fate::Refused(refusal) => self.refuse(work, Verdict::Refused, refusal),
                Fate::Again | Fate::Promised if is_over => {
                    let reason = "the platform promised to work on it, and its log has told nothing of it since";
                    self.refuse(work, Verdict::Parked, Refusal::new(None, reason));
                }
                Fate::Again | Fate::Promised => places.push(handed.work.place),
            }
        }
        if !places.is_empty() {
            let between = (promise.between * 2).min(RARELY);
            self.promises.push(Promise {
                places,
                made: promise.made,
                look_at: now + between,
                between,
            });
        }
    }
}
