//! When may the next request go?
//! Trouble makes pauses that grow and differ by chance; an answer ends them, but never one that upstream asked for. Time
//! comes in as an argument.

use std::time::Duration;

/// The pauses between requests.
#[derive(Clone, Debug)]
pub(super) struct Pauses {
    first: Duration,
    longest: Duration,
    in_a_row: u32,
    /// No request before this.
    until: Duration,
    /// No request before this, whatever happens: upstream said so.
    asked_until: Duration,
}

/// After so much trouble in a row one request at a time finds out whether it is over.
const TROUBLE_FOR_ONE_AT_A_TIME: u32 = 3;

impl Pauses {
    /// No pause yet; the first one after trouble is `first`, and none is longer than `longest`.
    pub(super) fn new(first: Duration, longest: Duration) -> Self {
        Self {
            first: first.min(longest),
            longest,
            in_a_row: 0,
            until: Duration::ZERO,
            asked_until: Duration::ZERO,
        }
    }

    /// There was trouble at `now`; upstream may have asked for a pause. `chance` is from 0 to 1. Gives the pause.
    pub(super) fn trouble(
        &mut self,
        now: Duration,
        asked: Option<Duration>,
        chance: f64,
    ) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.in_a_row.min(20));
        self.in_a_row = self.in_a_row.saturating_add(1);
        let grown = doubled.min(self.longest);
        let pause = grown.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0);
        self.until = self.until.max(now + pause);
        if let Some(asked) = asked {
            self.asked_until = self.asked_until.max(now + asked.min(self.longest));
        }
        self.may_go_at().saturating_sub(now)
    }

    /// Something is wrong that only a person can mend: it is looked at again after the longest pause.
    pub(super) fn hopeless(&mut self, now: Duration) {
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.until = self.until.max(now + self.longest);
    }

    /// A request was answered as it should be.
    pub(super) fn answered(&mut self) {
        self.in_a_row = 0;
        self.until = Duration::ZERO;
    }

    /// The first moment at which a request may go.
    pub(super) fn may_go_at(&self) -> Duration {
        self.until.max(self.asked_until)
    }

    /// How many requests may be on their way at once, of so many.
    pub(super) fn at_once(&self, most: usize) -> usize {
        if self.in_a_row < TROUBLE_FOR_ONE_AT_A_TIME {
            most
        } else {
            1
        }
    }

    /// How often in a row there was trouble.
    pub(super) fn in_a_row(&self) -> u32 {
        self.in_a_row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn pauses_grow_to_their_bound_and_end_with_an_answer() {
        let mut pauses = Pauses::new(SECOND, SECOND * 10);
        let mut now = SECOND * 100;
        let mut seen = Vec::new();
        for _ in 0..6 {
            let pause = pauses.trouble(now, None, 1.0);
            seen.push(pause.as_secs());
            now = pauses.may_go_at();
        }
        assert_eq!(seen, [1, 2, 4, 8, 10, 10]);
        assert_eq!(pauses.at_once(8), 1);
        pauses.answered();
        assert_eq!((pauses.may_go_at(), pauses.at_once(8)), (Duration::ZERO, 8));
        assert_eq!(pauses.trouble(now, None, 0.0), SECOND / 2);
    }

    #[test]
    fn what_upstream_asked_for_is_kept_whatever_is_answered_meanwhile() {
        let mut pauses = Pauses::new(SECOND, SECOND * 60);
        assert_eq!(pauses.trouble(SECOND, Some(SECOND * 30), 1.0), SECOND * 30);
        pauses.answered();
        assert_eq!(pauses.may_go_at(), SECOND * 31);
        // A shorter one does not end a longer one, and none is longer than the bound.
        pauses.trouble(SECOND * 2, Some(SECOND), 1.0);
        assert_eq!(pauses.may_go_at(), SECOND * 31);
        pauses.trouble(SECOND * 2, Some(SECOND * 9000), 1.0);
        assert_eq!(pauses.may_go_at(), SECOND * 62);
    }

    #[test]
    fn what_only_a_person_can_mend_is_tried_slowly() {
        let mut pauses = Pauses::new(SECOND, SECOND * 60);
        pauses.hopeless(SECOND);
        assert_eq!(pauses.may_go_at(), SECOND * 61);
    }

    #[test]
    fn trouble_without_end_overflows_nothing() {
        let mut pauses = Pauses::new(Duration::from_secs(3600), Duration::from_secs(86_400));
        for _ in 0..100 {
            pauses.trouble(SECOND, None, 1.0);
        }
        assert_eq!(pauses.may_go_at(), SECOND + Duration::from_secs(86_400));
    }
}
