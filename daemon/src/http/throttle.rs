//! How often may an address send a wrong token?
//! So often in a minute, and then it is refused until the minute is over; memory is bounded whoever comes.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::slots::network_of;

/// A minute for each address, from its first wrong token.
const WINDOW: Duration = Duration::from_secs(60);

/// So many addresses are remembered; beyond that the oldest are forgotten.
const MOST_ADDRESSES: usize = 10_000;

/// The wrong tokens of the last minute.
#[derive(Debug)]
pub(super) struct Throttle {
    most: u32,
    addresses: Mutex<HashMap<IpAddr, Count>>,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: Duration,
    wrong: u32,
}

impl Throttle {
    pub(super) fn new(most: u32) -> Self {
        Self {
            most,
            addresses: Mutex::default(),
        }
    }

    /// How long the address must wait at `now`, if it must.
    pub(super) fn must_wait(&self, address: IpAddr, now: Duration) -> Option<Duration> {
        let addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = addresses.get(&network_of(address))?;
        let left = (count.since + WINDOW).saturating_sub(now);
        (count.wrong >= self.most && !left.is_zero()).then_some(left)
    }

    /// The address sent a wrong token at `now`.
    pub(super) fn sent_wrong(&self, address: IpAddr, now: Duration) {
        let mut addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let address = network_of(address);
        if addresses.len() >= MOST_ADDRESSES && !addresses.contains_key(&address) {
            addresses.retain(|_, count| count.since + WINDOW > now);
            if addresses.len() >= MOST_ADDRESSES {
                let mut times: Vec<_> = addresses.values().map(|count| count.since).collect();
                let middle = times.len() / 2;
                let (_, median, _) = times.select_nth_unstable(middle);
                let median = *median;
                addresses.retain(|_, count| count.since > median);
            }
        }
        let fresh = Count {
            since: now,
            wrong: 0,
        };
        let count = addresses.entry(address).or_insert(fresh);
        if count.since + WINDOW <= now {
            *count = fresh;
        }
        count.wrong = count.wrong.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    #[test]
    fn an_address_waits_for_the_rest_of_its_minute() {
        let throttle = Throttle::new(2);
        let at = Duration::from_secs;
        throttle.sent_wrong(address(1), at(100));
        assert_eq!(throttle.must_wait(address(1), at(100)), None);
        throttle.sent_wrong(address(1), at(110));
        assert_eq!(throttle.must_wait(address(1), at(120)), Some(at(40)));
        assert_eq!(throttle.must_wait(address(2), at(120)), None);
        assert_eq!(throttle.must_wait(address(1), at(160)), None);
        throttle.sent_wrong(address(1), at(161));
        assert_eq!(throttle.must_wait(address(1), at(161)), None);
    }

    #[test]
    fn many_addresses_take_no_more_memory() {
        let throttle = Throttle::new(1);
        for number in 0..30_000 {
            throttle.sent_wrong(address(number), Duration::from_millis(u64::from(number)));
        }
        let remembered = throttle.addresses.lock().unwrap().len();
        assert!(remembered <= MOST_ADDRESSES, "{remembered}");
        let last = throttle.must_wait(address(29_999), Duration::from_secs(30));
        assert!(last.is_some(), "the newest are remembered");
    }
}
