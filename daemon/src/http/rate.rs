//! How many requests may come with one token?
//! A burst at once and then so many a second on average; only tokens that somebody has are counted, so that memory is bounded
//! by the config.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::config::{self, TokenHash};

/// What is left for each token.
#[derive(Debug)]
pub(super) struct Rates {
    limit: Option<Limit>,
    buckets: Mutex<BTreeMap<TokenHash, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Limit {
    per_second: f64,
    burst: f64,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Duration,
}

impl Rates {
    pub(super) fn of(settings: &config::Http) -> Self {
        Self {
            limit: settings.token_rate.map(|rate| Limit {
                per_second: f64::from(rate.max(1)),
                burst: f64::from(settings.token_burst),
            }),
            buckets: Mutex::default(),
        }
    }

    /// Lets a request with a good token pass at `now`, or says how long it must wait.
    pub(super) fn must_wait(&self, token: &str, now: Duration) -> Option<Duration> {
        let limit = self.limit?;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = Bucket {
            left: limit.burst,
            at: now,
        };
        let bucket = buckets.entry(TokenHash::of(token.trim())).or_insert(full);
        let gained = now.saturating_sub(bucket.at).as_secs_f64() * limit.per_second;
        bucket.left = (bucket.left + gained).min(limit.burst);
        bucket.at = now.max(bucket.at);
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return None;
        }
        let missing = (1.0 - bucket.left) / limit.per_second;
        Some(Duration::from_secs_f64(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_average() {
        let rates = Rates::of(&config::Http {
            token_rate: Some(10),
            token_burst: 3,
            ..config::Http::default()
        });
        let at = Duration::from_millis;
        for _ in 0..3 {
            assert_eq!(rates.must_wait("a", at(0)), None);
        }
        assert_eq!(rates.must_wait("a", at(0)), Some(at(100)));
        assert_eq!(rates.must_wait("b", at(0)), None, "another token");
        assert_eq!(rates.must_wait("a", at(100)), None);
        assert!(rates.must_wait("a", at(150)).is_some());
        for _ in 0..3 {
            assert_eq!(rates.must_wait("a", at(60_000)), None);
        }
        assert!(
            rates.must_wait("a", at(60_000)).is_some(),
            "no more than a burst"
        );
        let off = Rates::of(&config::Http {
            token_rate: None,
            ..config::Http::default()
        });
        assert!((0..10_000).all(|_| off.must_wait("a", at(0)).is_none()));
    }
}
