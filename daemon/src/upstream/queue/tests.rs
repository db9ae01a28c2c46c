//! Is order kept, and is nothing lost, whatever comes back in whatever order?

use std::sync::Arc;

use super::*;
use crate::journal::Position;
use intake_core::catalog::Customer;
use proptest::prelude::*;

fn place(line: u32) -> Place {
    Place {
        frame: Position::START,
        line,
    }
}

fn order(line: u32, key: &str, customer: &str, import: &str) -> Work {
    Work::Order(Arc::new(OrderWork {
        place: place(line),
        log_id: u64::from(line),
        time: "".into(),
        import: import.into(),
        row: None,
        order_id: 1,
        key: key.into(),
        customers: vec![customer.into()],
        creates: true,
        item: Vec::new(),
        shows: true,
        again: false,
        taken: false,
    }))
}

fn customer(line: u32, id: &str) -> Work {
    Work::Customer(Arc::new(CustomerWork {
        place: place(line),
        time: "".into(),
        id: id.into(),
        customer: Customer {
            id: id.into(),
            values: Vec::new(),
        },
        again: false,
    }))
}

fn end(line: u32, import: &str) -> Work {
    Work::FileEnd(Arc::new(FileEnd {
        place: place(line),
        time: "".into(),
        import: import.into(),
    }))
}

fn lines(handed: &[Handed]) -> Vec<u32> {
    handed.iter().map(|handed| handed.work.place.line).collect()
}

#[test]
fn changes_of_one_order_go_one_after_another_and_others_beside_them() {
    let mut queue = Queue::new(place(0), 100);
    for (line, key) in [(0, "A"), (1, "A"), (2, "B"), (3, "A")] {
        queue.admit(order(line, key, "C", "1"), None);
    }
    assert_eq!(lines(&queue.take_orders(10)), [0, 2]);
    assert_eq!(lines(&queue.take_orders(10)), [0; 0]);
    queue.settle(place(2));
    assert_eq!(lines(&queue.take_orders(10)), [0; 0]);
    queue.settle(place(0));
    assert_eq!(lines(&queue.take_orders(10)), [1]);
    queue.give_back(&[place(1)], None);
    assert_eq!(lines(&queue.take_orders(10)), [1]);
    queue.settle(place(1));
    assert_eq!(lines(&queue.take_orders(10)), [3]);
}

#[test]
fn customers_go_before_their_orders_and_files_end_last() {
    let mut queue = Queue::new(place(0), 100);
    queue.admit(customer(0, "C"), None);
    queue.admit(order(1, "A", "C", "1"), None);
    queue.admit(order(2, "B", "D", "1"), None);
    queue.admit(customer(3, "C"), None);
    queue.admit(end(4, "1"), None);
    assert_eq!(lines(&queue.take_orders(10)), [2]);
    assert_eq!(queue.take_customer().map(|it| it.place.line), Some(0));
    assert!(queue.take_customer().is_none());
    queue.settle(place(0));
    assert_eq!(lines(&queue.take_orders(10)), [1]);
    assert_eq!(queue.take_customer().map(|it| it.place.line), Some(3));
    queue.settle(place(1));
    assert!(!queue.has_end());
    queue.settle(place(2));
    assert_eq!(queue.take_end().map(|it| it.place.line), Some(4));
}

#[test]
fn what_failed_goes_in_less_company_and_first() {
    let mut queue = Queue::new(place(0), 100);
    for line in 0..6 {
        queue.admit(order(line, &format!("K{line}"), "C", "1"), None);
    }
    let some = queue.take_orders(4);
    let places: Vec<Place> = some.iter().map(|it| it.work.place).collect();
    assert_eq!(queue.failed(&places, 0, 2), 1);
    queue.give_back(&places, None);
    assert!(queue.first_goes_alone());
    assert_eq!(lines(&queue.take_orders(4)), [0, 1]);
    assert_eq!(lines(&queue.take_orders(4)), [2, 3]);
    assert_eq!(lines(&queue.take_orders(4)), [4, 5]);
}

#[test]
fn what_may_have_arrived_is_asked_about_first() {
    let mut queue = Queue::new(place(0), 100);
    let doubt = Some(Doubt {
        since: 7,
        exact: true,
    });
    queue.admit(order(0, "A", "C", "1"), doubt);
    assert_eq!(lines(&queue.take_orders(4)), [0; 0]);
    assert_eq!(queue.oldest_doubt(), Some(7));
    let some = queue.take_doubts(4);
    assert_eq!((lines(&some), some[0].doubt), (vec![0], doubt));
    queue.give_back(&[place(0)], None);
    assert_eq!(lines(&queue.take_orders(4)), [0]);
}

#[test]
fn the_mark_says_what_is_settled_and_nothing_else() {
    let mut queue = Queue::new(place(0), 100);
    for line in 0..8 {
        queue.admit(order(line, &format!("K{line}"), "C", "1"), None);
    }
    queue.read_to(place(9));
    queue.take_orders(8);
    for line in [0, 3, 4, 6] {
        queue.settle(place(line));
    }
    let (next, beyond) = queue.mark();
    let shown: Vec<String> = beyond.iter().map(ToString::to_string).collect();
    assert_eq!(next, place(1));
    assert_eq!(shown, ["000001:0/3-4", "000001:0/6-6"]);
    for line in [1, 2, 5, 7] {
        queue.settle(place(line));
    }
    assert_eq!(queue.mark(), (place(9), Vec::new()));
}

proptest! {
    /// Whatever comes back in whatever order: no change of an order overtakes another, and none is lost.
    #[test]
    fn order_is_kept_and_nothing_lost(
        keys in proptest::collection::vec((0..5_u8, 0..3_u8, any::<bool>()), 1..60),
        chances in proptest::collection::vec((any::<prop::sample::Index>(), 0..4_u8), 400),
        room in 4..40_usize,
    ) {
        let mut queue = Queue::new(place(0), room);
        let mut next = 0;
        let mut flying: Vec<u32> = Vec::new();
        let mut settled: Vec<u32> = Vec::new();
        let mut chances = chances.into_iter();
        loop {
            while queue.has_room() && next < keys.len() {
                let (key, who, is_customer) = keys[next];
                let line = next as u32;
                queue.admit(match is_customer {
                    true => customer(line, &who.to_string()),
                    false => order(line, &key.to_string(), &who.to_string(), "1"),
                }, None);
                next += 1;
                queue.read_to(place(next as u32));
            }
            flying.extend(queue.take_orders(3).iter().map(|it| it.work.place.line));
            flying.extend(queue.take_customer().map(|it| it.place.line));
            if flying.is_empty() {
                break;
            }
            let (index, chance) = chances.next().map_or((0, 3), |(index, chance)| {
                (index.index(flying.len()), chance)
            });
            let line = flying.swap_remove(index);
            if chance == 0 {
                queue.give_back(&[place(line)], None);
            } else {
                let (key, who, is_customer) = keys[line as usize];
                let earlier = keys.iter().take(line as usize).enumerate();
                for (before, (other_key, other, other_is_customer)) in earlier {
                    let must_be_first = match (is_customer, other_is_customer) {
                        (false, false) => *other_key == key,
                        (_, true) => *other == who,
                        (true, false) => false,
                    };
                    prop_assert!(!must_be_first || settled.contains(&(before as u32)));
                }
                queue.settle(place(line));
                settled.push(line);
                let (mark, beyond) = queue.mark();
                for at in 0..next as u32 {
                    let told = place(at) < mark || beyond.iter().any(|it| it.holds(place(at)));
                    prop_assert_eq!(told, settled.contains(&at));
                }
            }
        }
        settled.sort_unstable();
        prop_assert_eq!(settled, (0..keys.len() as u32).collect::<Vec<_>>());
    }
}
