//! What time is it, and how long has the program been running?
//!
//! The only reader of the clock: everything else takes time as an argument, so that a test can
//! bring its own.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use intake_core::moment::Moment;
use jiff::Timestamp;

/// The point that [`since_start`] counts from: the first time it is asked.
#[expect(clippy::disallowed_methods, reason = "this is the reader of time")]
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The time of day in UTC, to the nanosecond. It jumps when the machine's clock is set.
#[expect(clippy::disallowed_methods, reason = "this is the reader of time")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The time since the program first asked. It never runs backwards and does not follow changes of
/// the time of day; only differences between two answers mean something.
#[expect(clippy::disallowed_methods, reason = "this is the reader of time")]
pub fn since_start() -> Duration {
    START.elapsed()
}

/// The time since an earlier answer of [`since_start`].
pub fn elapsed_since(earlier: Duration) -> Duration {
    since_start().saturating_sub(earlier)
}

/// A time of day as a moment of the domain.
pub fn moment_of(time: Timestamp) -> Moment {
    let (seconds, nanos) = (time.as_second(), time.subsec_nanosecond());
    // Before 1970 the fraction counts backwards there and forwards here.
    match u32::try_from(nanos) {
        Ok(nanos) => Moment::from_unix(seconds, nanos),
        Err(_) => Moment::from_unix(seconds - 1, (nanos + 1_000_000_000).unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_monotonic_clock_never_runs_backwards() {
        let first = since_start();
        let second = since_start();
        assert!(second >= first);
    }

    #[test]
    fn the_time_of_day_is_past_the_making_of_this_file() {
        assert!(now() > Timestamp::constant(1_700_000_000, 0));
    }
}
