//! Who is connected, and who makes place when there is none?
//! A connection that asks for nothing never keeps out one that does: the one that has been idle for longest goes.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use tokio::sync::Notify;

/// The connections there are.
#[derive(Debug)]
pub(super) struct Slots {
    most: usize,
    /// Nothing where all clients come from one address, a proxy's.
    most_per_address: Option<usize>,
    next: AtomicU64,
    taken: Mutex<BTreeMap<u64, Taken>>,
}

#[derive(Debug)]
struct Taken {
    address: IpAddr,
    connection: Arc<Connection>,
}

/// One connection, as its parts know it.
#[derive(Debug, Default)]
pub(super) struct Connection {
    answering: AtomicBool,
    requests: AtomicU64,
    leave: Notify,
    /// Who reads the connection while it is being answered, and then waits for the next request.
    reader: Mutex<Option<Waker>>,
}

/// A place that is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Arc<Slots>,
    number: u64,
    pub(super) connection: Arc<Connection>,
}

/// Held while a request is answered.
#[derive(Debug)]
pub(super) struct Answering(Arc<Connection>);

impl Slots {
    pub(super) fn new(most: usize, most_per_address: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            most,
            most_per_address,
            next: AtomicU64::new(0),
            taken: Mutex::default(),
        })
    }

    /// A place for a client; nothing where every connection that could go is being answered.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Slot> {
        let address = network_of(address);
        let mut taken = self.lock();
        if let Some(most) = self.most_per_address {
            let is_neighbour = |other: &Taken| other.address == address;
            if taken.values().filter(|other| is_neighbour(other)).count() >= most {
                send_away(&mut taken, is_neighbour)?;
            }
        }
        if taken.len() >= self.most {
            send_away(&mut taken, |_| true)?;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection::default());
        taken.insert(
            number,
            Taken {
                address,
                connection: Arc::clone(&connection),
            },
        );
        Some(Slot {
            slots: Arc::clone(self),
            number,
            connection,
        })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends the oldest connection away that is not being answered and may go.
fn send_away(taken: &mut BTreeMap<u64, Taken>, may_go: impl Fn(&Taken) -> bool) -> Option<()> {
    let idle = |other: &Taken| !other.connection.is_answering();
    let (number, _) = taken
        .iter()
        .find(|(_, other)| may_go(other) && idle(other))?;
    let number = *number;
    taken.remove(&number)?.connection.leave.notify_one();
    Some(())
}

/// Addresses that one client can have at will count as one: the lower half of IPv6 is the client's own choice.
pub(super) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let network = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        address @ IpAddr::V4(_) => address,
    }
}

impl Connection {
    /// A request has come whole.
    pub(super) fn begin_answer(self: &Arc<Self>) -> Answering {
        self.answering.store(true, Ordering::Release);
        self.requests.fetch_add(1, Ordering::AcqRel);
        Answering(Arc::clone(self))
    }

    /// Has the task of `cx` woken when the present answer has been given.
    pub(super) fn wake_after_answer(&self, cx: &Context<'_>) {
        *self.reader.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
    }

    /// Is a request being answered?
    pub(super) fn is_answering(&self) -> bool {
        self.answering.load(Ordering::Acquire)
    }

    /// How many requests have come.
    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Acquire)
    }

    /// Waits until the place is needed for somebody else.
    pub(super) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answering.store(false, Ordering::Release);
        let mut reader = self.0.reader.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reader) = reader.take() {
            reader.wake();
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn count(slots: &Slots) -> usize {
        slots.lock().len()
    }

    #[test]
    fn the_oldest_idle_one_makes_place() {
        let slots = Slots::new(2, None);
        let first = slots.take(address(1)).unwrap();
        let second = slots.take(address(2)).unwrap();
        let answering = first.connection.begin_answer();
        let third = slots.take(address(3)).unwrap();
        assert_eq!(count(&slots), 2);
        drop(second);
        assert_eq!(count(&slots), 2, "the second had gone already");
        let answering_too = third.connection.begin_answer();
        assert!(slots.take(address(4)).is_none(), "nobody can go");
        drop(answering);
        assert!(slots.take(address(4)).is_some());
        drop(answering_too);
    }

    #[test]
    fn one_address_makes_place_for_itself_only() {
        let slots = Slots::new(10, Some(2));
        let stranger = slots.take(address(9)).unwrap();
        let places: Vec<Slot> = (0..5).filter_map(|_| slots.take(address(1))).collect();
        assert_eq!(places.len(), 5, "each found a place, the older ones went");
        assert_eq!(count(&slots), 3);
        drop(places);
        assert_eq!(count(&slots), 1);
        drop(stranger);
    }

    #[test]
    fn a_client_of_ipv6_has_one_network() {
        let of = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.1"), address(1));
    }
}
