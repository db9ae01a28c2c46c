//! How does the sender stand, for whoever asks?
//! Kept by the sender, shown by commands and metrics; only numbers and codes, nothing of what was sent.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// The sender's figures.
#[derive(Debug, Default)]
pub struct Figures {
    inner: Mutex<Inner>,
}

/// The figures at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Is there a sender?
    pub mirroring: bool,
    /// Changes without a verdict.
    pub depth: u64,
    /// How long the oldest of them has been waiting.
    pub oldest: Option<Duration>,
    /// Changes that wait for an operator.
    pub parked: u64,
    /// Changes that upstream took, in this life of the program.
    pub sent: u64,
    /// Requests, in this life of the program.
    pub requests: u64,
    /// What only the operator can mend.
    pub alarm: Option<String>,
    /// For how long no request will go.
    pub pausing: Option<Duration>,
    /// Trouble and refusals, by the platform's code or, where there is none, by a word.
    pub errors: BTreeMap<String, u64>,
}

#[derive(Debug, Default)]
struct Inner {
    shown: Shown,
    oldest_since: Option<Timestamp>,
    pausing_until: Duration,
    /// Has an operator asked for what is parked to be sent again?
    asked: bool,
}

impl Figures {
    /// The figures as they are; `now` is the time of day, `since_start` the clock that runs evenly.
    pub fn shown(&self, now: Timestamp, since_start: Duration) -> Shown {
        let inner = self.lock();
        let mut shown = inner.shown.clone();
        let age = |since: Timestamp| {
            let nanos = now.as_nanosecond() - since.as_nanosecond();
            Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
        };
        shown.oldest = inner.oldest_since.map(age);
        let left = inner.pausing_until.saturating_sub(since_start);
        shown.pausing = (!left.is_zero()).then_some(left);
        shown
    }

    /// An operator wants something that is parked to be sent again.
    pub fn ask(&self) {
        self.lock().asked = true;
    }

    pub(super) fn was_asked(&self) -> bool {
        std::mem::take(&mut self.lock().asked)
    }

    pub(super) fn begin(&self, mirroring: bool) {
        self.lock().shown.mirroring = mirroring;
    }

    pub(super) fn waits(&self, depth: u64, oldest_since: Option<Timestamp>, parked: u64) {
        let mut inner = self.lock();
        inner.shown.depth = depth;
        inner.shown.parked = parked;
        inner.oldest_since = oldest_since;
    }

    pub(super) fn pauses_until(&self, until: Duration) {
        self.lock().pausing_until = until;
    }

    pub(super) fn sent(&self, changes: u64) {
        self.lock().shown.sent += changes;
    }

    pub(super) fn requested(&self) {
        self.lock().shown.requests += 1;
    }

    pub(super) fn error(&self, label: &str) {
        *self
            .lock()
            .shown
            .errors
            .entry(label.to_owned())
            .or_default() += 1;
    }

    /// Sets or ends the alarm. True: that is new.
    pub(super) fn alarm(&self, alarm: Option<&str>) -> bool {
        let mut inner = self.lock();
        let is_new = inner.shown.alarm.as_deref() != alarm;
        inner.shown.alarm = alarm.map(str::to_owned);
        is_new
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
