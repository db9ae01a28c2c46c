//! How long may a peer keep us waiting while bytes pass?
//! Never longer at a stretch than the grace, and over any stretch of time at least at the rate: a peer that
//! sends a byte now and then is cut off as one that sends nothing.

use std::time::Duration;

/// What is asked of a peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// The longest pause.
    pub(super) grace: Duration,
    /// Bytes that earn back a second of pause.
    pub(super) bytes_per_second: u64,
}

/// How much of its patience a peer has used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    pace: Pace,
    left: Duration,
}

impl Patience {
    pub(super) fn new(pace: Pace) -> Self {
        Self {
            pace,
            left: pace.grace,
        }
    }

    /// How long the peer may still be waited for.
    pub(super) fn left(&self) -> Duration {
        self.left
    }

    /// The peer was waited for.
    pub(super) fn waited(&mut self, time: Duration) {
        self.left = self.left.saturating_sub(time);
    }

    /// Bytes have passed.
    pub(super) fn moved(&mut self, bytes: usize) {
        let rate = self.pace.bytes_per_second.max(1) as f64;
        let earned = Duration::from_secs_f64(bytes as f64 / rate);
        self.left = (self.left + earned).min(self.pace.grace);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        grace: Duration::from_secs(10),
        bytes_per_second: 100,
    };

    #[test]
    fn whoever_keeps_the_rate_is_never_cut_off() {
        let mut patience = Patience::new(PACE);
        for _ in 0..1_000 {
            patience.waited(Duration::from_secs(5));
            assert!(!patience.left().is_zero());
            patience.moved(500);
        }
    }

    #[test]
    fn a_byte_now_and_then_buys_nothing() {
        let mut patience = Patience::new(PACE);
        // Much was sent before: it is no credit for later.
        patience.moved(1 << 30);
        assert_eq!(patience.left(), PACE.grace);
        let pause = Duration::from_secs(1);
        let mut pauses = 0;
        while patience.left() >= pause {
            patience.waited(pause);
            patience.moved(1);
            pauses += 1;
        }
        assert_eq!(pauses, 10, "the next pause is longer than what is left");
    }
}
