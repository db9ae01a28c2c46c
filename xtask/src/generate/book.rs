//! What does a partner's whole book hold, and how does it change from one file to the next?
//! Everything is computed from seed and index; two equal books agree about every order for ever.

use anyhow::{Context as _, ensure};

use super::calendar::{Day, Moment};
use super::catalog::{EXTERNAL_OFFERS, OFFERS};
use super::defect::{Defect, FILE_DEFECTS};
use super::order::Order;
use super::random::{Random, Share, Shuffle};

/// What makes a book.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Another seed makes another book.
    pub seed: u64,
    /// How many orders the first file holds, at most 50 million.
    pub orders: u64,
    /// How many customers the orders are spread over, at least 1.
    pub customers: u64,
    /// The day for which the date rules hold.
    pub today: Day,
    /// The share of rows that are wrong in the file itself.
    pub bad: Share,
    /// The share of clean rows that stand in the file twice, word for word.
    pub repeats: Share,
    /// Whether bad rows may also have a wrong number of cells (in CSV; else another flaw is taken).
    pub ragged_rows: bool,
    /// What the order keys start with.
    pub prefix: String,
    /// How the book changes; the first entry leads from revision 0 to revision 1.
    pub revisions: Vec<Revision>,
}

impl Settings {
    /// A book of so many orders, 1 % of them wrong, that never changes.
    pub fn new(seed: u64, orders: u64, today: Day) -> Self {
        Self {
            seed,
            orders,
            customers: (orders * 4 / 5).max(1),
            today,
            bad: Share::per_million(10_000),
            repeats: Share::NONE,
            ragged_rows: true,
            prefix: "WBZ".to_owned(),
            revisions: Vec::new(),
        }
    }
}

/// What happens to a book between two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// The share of known, clean orders that are touched.
    pub changed: Share,
    /// What is done to them.
    pub mix: Mix,
    /// How many orders are new, as a share of the first file's.
    pub added: Share,
}

/// What is done to the orders that a revision touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Quantities, discounts, payment methods, deliveries, ends; ended orders come back.
    Usual,
    /// Running orders end, all else stays.
    EndsOnly,
}

/// One partner's orders.
pub struct Book {
    settings: Settings,
    shuffle: Shuffle,
    /// Two orders with the same key are so far apart at most, a power of two; 0 in a tiny book.
    pair_block: u64,
}

/// Indexes from here on belong to no revision: orders made up for a defective row.
const SPARE_INDEXES: u64 = 90_000_000;

impl Book {
    /// Makes a book.
    ///
    /// # Errors
    /// Where there are no customers, or more orders than keys.
    pub fn new(settings: Settings) -> anyhow::Result<Self> {
        ensure!(settings.customers > 0, "a book needs at least one customer");
        let added: u64 = settings
            .revisions
            .iter()
            .map(|revision| portion(settings.orders, revision.added))
            .sum();
        let all = settings
            .orders
            .checked_add(added)
            .context("too many orders")?;
        ensure!(
            all <= 50_000_000,
            "a book holds at most 50 million orders, this one {all}"
        );
        let pair_block = match settings.orders {
            0..4 => 0,
            orders => (1 << (orders / 2).ilog2()).min(65_536),
        };
        Ok(Self {
            shuffle: Shuffle::of(settings.seed),
            settings,
            pair_block,
        })
    }

    /// What the book was made of.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many orders the book holds after so many revisions.
    pub fn orders_at(&self, revision: usize) -> u64 {
        let revisions = self.settings.revisions.iter().take(revision);
        let added: u64 = revisions
            .map(|r| portion(self.settings.orders, r.added))
            .sum();
        self.settings.orders + added
    }

    /// The order at this place of the book after so many revisions.
    pub fn order(&self, index: u64, revision: usize) -> Order {
        let mut order = self.first_version(index);
        for number in 1..=revision.min(self.settings.revisions.len()) {
            if index < self.orders_at(number - 1) {
                order = self.revised(order, index, number);
            }
        }
        order
    }

    /// The key of the order at this place.
    pub fn key(&self, index: u64) -> String {
        self.first_version(index).key(&self.settings.prefix)
    }

    /// What is wrong with the row at this place, in every file of the book; such an order is never
    /// imported and never changes.
    pub fn defect(&self, index: u64) -> Option<Defect> {
        if self.settings.bad == Share::NONE {
            return None;
        }
        if self.same_key(index).is_some() {
            return Some(Defect::DuplicateKey);
        }
        let mut random = Random::of(&[self.settings.seed, 0x4241_4421, index]);
        let share = self.settings.bad.millionths() - self.share_of_duplicates().millionths();
        if !random.hits(Share::per_million(share)) {
            return None;
        }
        Some(self.pick_defect(&mut random))
    }

    /// The other place with the same key, where there is one. The later of the two shows the
    /// earlier one's key.
    pub(super) fn same_key(&self, index: u64) -> Option<u64> {
        if self.pair_block < 2 || index >= self.settings.orders {
            return None;
        }
        let block = index / self.pair_block;
        let mut random = Random::of(&[self.settings.seed, 0x5041_4952, block]);
        let other = index ^ (1 + random.below(self.pair_block - 1));
        if other >= self.settings.orders {
            return None;
        }
        let share = self.share_of_duplicates();
        Random::of(&[self.settings.seed, 0x5457_494E, index.min(other)])
            .hits(share)
            .then_some(other)
    }

    /// A key used twice is the commonest of all mistakes: one bad row in twelve.
    fn share_of_duplicates(&self) -> Share {
        Share::per_million(self.settings.bad.millionths() / 12)
    }

    /// One of the flaws that the file itself shows, duplicates apart.
    pub(super) fn pick_defect(&self, random: &mut Random) -> Defect {
        loop {
            let defect = random.pick(&FILE_DEFECTS);
            if self.settings.ragged_rows || !defect.needs_csv() {
                return defect;
            }
        }
    }

    /// An order that no revision of the book holds.
    pub(super) fn spare_order(&self, number: u64) -> Order {
        self.first_version(SPARE_INDEXES + number)
    }

    /// A customer id that is not in the pool.
    pub(super) fn unknown_customer(&self, number: u64) -> String {
        super::catalog::customer_id(self.settings.customers + 5_000_000 + number)
    }

    fn first_version(&self, index: u64) -> Order {
        let today = self.settings.today;
        let mut random = Random::of(&[self.settings.seed, 0x4F52_4445, index]);
        let offer = match random.below(100) {
            0..60 => random.below(EXTERNAL_OFFERS as u64 - 1) as usize,
            60..62 => EXTERNAL_OFFERS - 1,
            _ => EXTERNAL_OFFERS + random.below((OFFERS.len() - EXTERNAL_OFFERS) as u64) as usize,
        };
        let start = self.first_day(&mut random);
        let end = last_day(&mut random, start.day(), today);
        let is_running = end.is_none_or(|last| last.day() >= today);
        let payment = random.pick(OFFERS[offer].payment_methods);
        let before_end = |day: &Day| end.is_none_or(|last| *day < last.day());
        let reference = (is_running && random.percent(12))
            .then(|| {
                let recent = today.plus(-(random.below(300) as i32));
                recent.max(start.day())
            })
            .filter(before_end)
            .map(Day::midnight);
        let next_booking = (is_running && payment != "ZERO" && random.percent(33))
            .then(|| start.day().max(today).plus(3 + random.below(360) as i32))
            .filter(before_end)
            .map(Day::midnight);
        Order {
            number: self.shuffle.at(index) as u32,
            offer,
            customer: random.below(self.settings.customers),
            quantity: match random.below(1000) {
                0..940 => 1,
                940..990 => 2 + random.below(4) as u32,
                _ => 10 + random.below(491) as u32,
            },
            start,
            end,
            payment,
            ordered: random.percent(60).then(|| {
                let day = start.day().plus(-1 - random.below(40) as i32);
                day.midnight()
                    .at_second(7 * 3600 + random.below(15 * 3600) as u32)
            }),
            delivery: random
                .percent(8)
                .then(|| random.below(self.settings.customers)),
            discount: random
                .percent(25)
                .then(|| random.pick(&[5, 10, 15, 20, 25, 50, 100])),
            reference,
            next_booking,
        }
    }

    /// Most subscriptions start on the first of a month, the youngest in six weeks.
    fn first_day(&self, random: &mut Random) -> Moment {
        let age = random.below(2_900).min(random.below(2_900)) as i32 - 45;
        let day = self.settings.today.plus(-age);
        if random.percent(60) {
            day.first_of_month()
        } else {
            day
        }
        .midnight()
    }

    fn revised(&self, before: Order, index: u64, revision: usize) -> Order {
        let Revision { changed, mix, .. } = self.settings.revisions[revision - 1];
        let mut random = Random::of(&[self.settings.seed, 0x4348_4E47, revision as u64, index]);
        if !random.hits(changed) || self.defect(index).is_some() {
            return before;
        }
        let today = self.settings.today;
        let has_ended = before.end.is_some_and(|end| end.day() < today);
        match mix {
            Mix::EndsOnly if has_ended => before,
            Mix::EndsOnly => ended(before, today, &mut random).unwrap_or(before),
            Mix::Usual if has_ended => Order {
                end: random.percent(50).then(|| {
                    before
                        .start
                        .day()
                        .max(today)
                        .plus(60 + random.below(340) as i32)
                        .midnight()
                }),
                ..before
            },
            Mix::Usual => self.adjusted(before, &mut random),
        }
    }

    /// A running order after one of the changes that partners report.
    fn adjusted(&self, before: Order, random: &mut Random) -> Order {
        let more = Order {
            quantity: before.quantity % 500 + 1,
            ..before
        };
        match random.below(100) {
            0..20 => Order {
                discount: Some((before.discount.unwrap_or(0) + 5) % 101),
                ..before
            },
            20..45 => {
                let methods = before.offer().payment_methods;
                let place = methods.iter().position(|method| *method == before.payment);
                let next = place.map_or(0, |place| (place + 1) % methods.len());
                if methods[next] == before.payment {
                    more
                } else {
                    Order {
                        payment: methods[next],
                        ..before
                    }
                }
            }
            45..65 => ended(before, self.settings.today, random).unwrap_or(more),
            65..72 => {
                let place = before.delivery.unwrap_or(before.customer);
                if self.settings.customers == 1 {
                    more
                } else {
                    let delivery = Some((place + 1) % self.settings.customers);
                    Order { delivery, ..before }
                }
            }
            _ => more,
        }
    }
}

/// The order with an end where it had none, or with an earlier one; `None` where it ends so soon
/// already that no earlier day is left.
fn ended(before: Order, today: Day, random: &mut Random) -> Option<Order> {
    let earliest = before.start.day().max(today).plus(3);
    let day = match before.end {
        None => earliest.plus(random.below(60) as i32),
        Some(end) if end.day() > earliest => earliest,
        Some(_) => return None,
    };
    Some(Order {
        end: Some(day.midnight()),
        ..before
    })
}

/// Over half run on without an end, a third to one that is known, the rest is over.
fn last_day(random: &mut Random, start: Day, today: Day) -> Option<Moment> {
    match random.below(100) {
        0..55 => None,
        55..88 => Some(
            start
                .max(today)
                .plus(20 + random.below(680) as i32)
                .midnight(),
        ),
        _ if start > today.plus(-60) => None,
        _ => {
            let longest = today.plus(-10);
            let lasted = start.plus(30 + random.below(700) as i32);
            Some(lasted.min(longest).midnight())
        }
    }
}

fn portion(orders: u64, share: Share) -> u64 {
    (u128::from(orders) * u128::from(share.millionths()) / 1_000_000) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(orders: u64) -> Book {
        let settings = Settings {
            revisions: vec![
                Revision {
                    changed: Share::per_million(100_000),
                    mix: Mix::Usual,
                    added: Share::per_million(10_000),
                };
                3
            ],
            ..Settings::new(5, orders, Day::from_civil(2026, 11, 23))
        };
        Book::new(settings).expect("the settings are sound")
    }

    #[test]
    fn clean_orders_keep_the_rules_in_every_revision() {
        let book = book(20_000);
        let today = book.settings().today;
        for index in 0..20_000 {
            for revision in 0..=3 {
                let order = book.order(index, revision);
                assert!((1..=10_000).contains(&order.quantity), "{order:?}");
                assert!(
                    order.discount.is_none_or(|percent| percent <= 100),
                    "{order:?}"
                );
                assert!(order.end.is_none_or(|end| end >= order.start), "{order:?}");
                assert!(
                    order.offer().payment_methods.contains(&order.payment),
                    "{order:?}"
                );
                assert!(order.customer < book.settings().customers, "{order:?}");
                assert!(
                    order.next_booking.is_none_or(|next| next.day() > today),
                    "{order:?}"
                );
                let year_ago = today.plus(-360);
                let is_sound = |at: Moment| at >= order.start && at.day() > year_ago;
                assert!(order.reference.is_none_or(is_sound), "{order:?}");
            }
        }
    }

    #[test]
    fn orders_with_one_key_come_in_pairs() {
        let book = book(50_000);
        let pairs: Vec<u64> = (0..50_000)
            .filter(|index| book.same_key(*index).is_some())
            .collect();
        assert!(pairs.len() >= 10, "only {} duplicates", pairs.len());
        for index in pairs {
            let other = book.same_key(index).expect("filtered above");
            assert_eq!(book.same_key(other), Some(index));
        }
    }

    #[test]
    fn about_the_asked_share_is_bad_and_each_kind_occurs() {
        let book = book(50_000);
        let mut defects: Vec<Defect> = (0..50_000).filter_map(|i| book.defect(i)).collect();
        assert!((400..600).contains(&defects.len()), "{}", defects.len());
        defects.sort_unstable();
        defects.dedup();
        assert_eq!(defects.len(), FILE_DEFECTS.len() + 1);
    }

    #[test]
    fn bad_orders_never_change() {
        let book = book(50_000);
        for index in (0..50_000).filter(|index| book.defect(*index).is_some()) {
            assert_eq!(book.order(index, 0), book.order(index, 3));
        }
    }
}
