//! What is on its way to the platform, and what follows when it comes back?
//! A change is on its way once at a time. Where no answer came, it is asked about before it is sent again.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinHandle;

use super::promises::Promise;
use super::{Event, Sender};
use crate::clock;
use crate::entry::sent::{Place, Verdict};
use crate::log;
use crate::random::random_bytes;
use crate::upstream::judged::idempotency_key;
use crate::upstream::queue::{Doubt, Handed};
use crate::upstream::talk::{self, Fate, Kind, Manner, Told, Trouble};
use crate::upstream::verdict::Refusal;
use crate::upstream::work::{CustomerWork, OrderWork, Work};

/// One conversation.
pub(super) struct Flight {
    what: Airborne,
    /// No entry of upstream's log up to this one is about what is on its way.
    pub(super) floor: u64,
    pub(super) task: JoinHandle<()>,
}

/// What a conversation is about.
#[derive(Clone)]
enum Airborne {
    Orders(Vec<Arc<OrderWork>>),
    Doubts(Vec<Handed>),
    Customer(Arc<CustomerWork>),
    /// What upstream promised to work on.
    Promised(Promise, Vec<Handed>),
    /// What it refused since it was looked last, and when this look began.
    Refusals(Timestamp),
    /// What it took, and may have refused since.
    Suspects(Vec<Arc<OrderWork>>),
    /// How far upstream's log is.
    Beginning,
}

/// From so many failures on, changes are tried with half as many others.
const FAILURES_TOGETHER: u32 = 3;

impl Sender {
    /// Sends off whatever may go.
    pub(super) fn send_off(&mut self, now: Duration) {
        if now < self.pauses.may_go_at() {
            return;
        }
        if self.newest.is_none() {
            if self.flights.is_empty() {
                self.start(Airborne::Beginning);
            }
            return;
        }
        let most = self.pauses.at_once(self.config.parallel);
        while self.flights.len() < most {
            let (customers, doubts) = self.queue.ready_others();
            let of_orders = self.flights.values().filter(|flight| flight.has_orders());
            let of_orders = of_orders.count();
            let orders = self.queue.ready_orders();
            // Few orders wait for more to go with them, as long as others are on their way.
            let orders_may_go = orders >= self.config.batch
                || (orders > 0 && (of_orders == 0 || self.queue.first_goes_alone()));
            // Orders are not kept waiting by customers that are not theirs.
            let place_for_orders = usize::from(orders_may_go && most > 1 && of_orders == 0);
            if let Some((promise, handed)) = self.take_promise(now) {
                if !handed.is_empty() {
                    self.start(Airborne::Promised(promise, handed));
                }
            } else if !self.watch.suspects.is_empty() {
                let count = self.watch.suspects.len().min(self.config.batch);
                let some = self.watch.suspects.drain(..count).collect();
                self.start(Airborne::Suspects(some));
            } else if now >= self.watch.at && !self.is_watching() {
                self.start(Airborne::Refusals(clock::now()));
            } else if doubts > 0 {
                let some = self.queue.take_doubts(self.config.batch);
                self.start(Airborne::Doubts(some));
            } else if customers > 0 && self.flights.len() + place_for_orders < most {
                let Some(customer) = self.queue.take_customer() else {
                    continue;
                };
                self.start(Airborne::Customer(customer));
            } else if orders_may_go {
                let some = self.queue.take_orders(self.config.batch);
                let some = some.into_iter().map(|handed| handed.work).collect();
                self.start(Airborne::Orders(some));
            } else {
                return;
            }
        }
    }

    fn start(&mut self, what: Airborne) {
        let number = self.next_flight;
        self.next_flight += 1;
        let (link, channel) = (Arc::clone(&self.link), self.channel.clone());
        let manner = Manner {
            purchase: self.config.purchase,
            suppress_mail: self.config.suppress_mail,
        };
        let (journal, view) = (self.journal.clone(), Arc::clone(&self.view));
        let about = what.clone();
        let since = self.watch.since.to_string();
        let task = self.runtime.spawn(async move {
            let told = match &about {
                Airborne::Orders(orders) => {
                    let key = idempotency_key(&journal, orders);
                    talk::send_orders(&link, orders, &key, manner).await
                }
                Airborne::Doubts(some) | Airborne::Promised(_, some) => {
                    talk::look_up(&link, &view, some).await
                }
                Airborne::Refusals(_) => talk::failures(&link, &since).await,
                Airborne::Suspects(some) => talk::look_again(&link, some).await,
                Airborne::Customer(customer) => talk::send_customer(&link, customer).await,
                Airborne::Beginning => match talk::newest_entry(&link).await {
                    Ok(newest) => Told::Newest(newest),
                    Err(trouble) => Told::Trouble(trouble),
                },
            };
            // A loop that has ended takes the change up again at its next start.
            let _ = channel.send(Event::Ended(number, told));
        });
        let floor = self.newest.unwrap_or(self.since_of_old);
        let flight = Flight { what, floor, task };
        self.flights.insert(number, flight);
    }

    /// A conversation ended.
    pub(super) fn land(&mut self, number: u64, told: Told) {
        let Some(Flight { what, .. }) = self.flights.remove(&number) else {
            return;
        };
        match told {
            Told::Newest(newest) => {
                self.newest = Some(newest);
                self.all_is_well();
            }
            Told::Judged(fates, since) => {
                self.newest = self.newest.max(since);
                self.all_is_well();
                match &what {
                    Airborne::Promised(promise, handed) => {
                        self.take_promised_fates(promise, handed, fates);
                    }
                    Airborne::Suspects(some) => self.take_last_words(some, fates),
                    _ => self.take_fates(&what, fates, since),
                }
            }
            Told::Failures(failures) => {
                self.all_is_well();
                if let Airborne::Refusals(begun) = what {
                    self.take_failures(begun, failures);
                }
            }
            Told::Trouble(trouble) => self.take_trouble(&what, &trouble),
        }
    }

    fn all_is_well(&mut self) {
        self.pauses.answered();
        if self.figures.alarm(None) {
            log::upstream_answers_again();
        }
    }

    fn take_fates(&mut self, what: &Airborne, fates: Vec<Fate>, since: Option<u64>) {
        let mut promised = Vec::new();
        for (work, fate) in what.works().into_iter().zip(fates) {
            match fate {
                Fate::Taken => self.take(work),
                Fate::Refused(refusal) => self.refuse(work, Verdict::Refused, refusal),
                Fate::Again => self.queue.give_back(&[work.place()], None),
                Fate::Promised => promised.push(work.place()),
            }
        }
        if !promised.is_empty() {
            self.promised(promised, since.unwrap_or(self.since_of_old));
        }
    }

    /// Changes that were taken, and the platform's last words on them.
    fn take_last_words(&mut self, some: &[Arc<OrderWork>], fates: Vec<Fate>) {
        for (work, fate) in some.iter().zip(fates) {
            if let Fate::Refused(refusal) = fate {
                self.refuse(Work::Order(Arc::clone(work)), Verdict::Refused, refusal);
            }
        }
    }

    /// Is it looked for refusals just now?
    fn is_watching(&self) -> bool {
        let mut flights = self.flights.values();
        flights.any(|flight| matches!(flight.what, Airborne::Refusals(_)))
    }

    pub(super) fn take(&mut self, work: Work) {
        self.taken += 1;
        self.figures.sent(1);
        self.judge(work, Verdict::Ok, Refusal::default());
    }

    pub(super) fn refuse(&mut self, work: Work, verdict: Verdict, refusal: Refusal) {
        let label = refusal
            .code
            .map_or("refused".to_owned(), |code| code.to_string());
        self.figures.error(&label);
        log::upstream_refused(&work.place().to_string(), &label);
        self.judge(work, verdict, refusal);
    }

    fn take_trouble(&mut self, what: &Airborne, trouble: &Trouble) {
        let now = clock::since_start();
        let places = what.places();
        let company = (places.len() / 2).max(1);
        if trouble.kind.is_told_by_platform() {
            self.figures.error(&trouble.label);
        }
        match &trouble.kind {
            Kind::Operator(told) => {
                self.pauses.hopeless(now);
                if self.figures.alarm(Some(told)) {
                    log::upstream_alarm(told);
                }
                self.back(what, None);
                return;
            }
            Kind::Blame(refusal) => {
                // The answer is one: it is only not known whom it means.
                self.pauses.answered();
                if let ([_], Some(work)) = (&places[..], what.works().pop()) {
                    self.refuse(work, Verdict::Refused, refusal.clone());
                } else {
                    self.queue.failed(&places, self.taken, company);
                    self.back(what, None);
                }
                return;
            }
            Kind::NothingDone => self.back(what, None),
            Kind::Unknown { since, .. } => {
                let most = self.queue.failed(&places, self.taken, usize::MAX);
                if most >= FAILURES_TOGETHER {
                    self.queue.keep_apart(&places, company);
                }
                self.back(
                    what,
                    Some(Doubt {
                        since: *since,
                        exact: true,
                    }),
                );
                self.park_hopeless(what, trouble);
            }
        }
        let chance = random_bytes::<2>().map_or(u16::MAX, u16::from_be_bytes);
        let chance = f64::from(chance) / f64::from(u16::MAX);
        let pause = self.pauses.trouble(now, trouble.asked, chance);
        log::upstream_trouble(&trouble.label, self.pauses.in_a_row(), pause);
    }

    /// A change that upstream fails at by itself, again and again, while it takes others, waits for an operator.
    fn park_hopeless(&mut self, what: &Airborne, trouble: &Trouble) {
        let Airborne::Orders(orders) = what else {
            return;
        };
        let [order] = &orders[..] else {
            return;
        };
        let been_through = self.queue.trouble(order.place);
        let is_hopeless = been_through
            .is_some_and(|it| it.failures >= self.config.attempts && self.taken > it.taken_then);
        if is_hopeless && self.queue.take_away(order.place) {
            let reason = format!(
                "the platform failed at it again and again: {}",
                trouble.label
            );
            let work = Work::Order(Arc::clone(order));
            self.refuse(work, Verdict::Parked, Refusal::new(None, &reason));
        }
    }

    /// Takes back what was on its way. What was in doubt before stays so.
    fn back(&mut self, what: &Airborne, doubt: Option<Doubt>) {
        match what {
            Airborne::Doubts(some) => {
                for handed in some.iter().rev() {
                    self.queue.give_back(&[handed.work.place], handed.doubt);
                }
            }
            Airborne::Customer(customer) => self.queue.give_back(&[customer.place], None),
            Airborne::Orders(_) => self.queue.give_back(&what.places(), doubt),
            Airborne::Promised(promise, _) => self.look_later(promise),
            Airborne::Suspects(some) => self.watch.suspects.extend(some.iter().cloned()),
            Airborne::Beginning | Airborne::Refusals(_) => {}
        }
    }
}

impl Flight {
    fn has_orders(&self) -> bool {
        matches!(self.what, Airborne::Orders(_))
    }
}

impl Airborne {
    fn works(&self) -> Vec<Work> {
        match self {
            Self::Orders(orders) => orders.iter().cloned().map(Work::Order).collect(),
            Self::Doubts(some) => {
                let works = some.iter().map(|handed| Arc::clone(&handed.work));
                works.map(Work::Order).collect()
            }
            Self::Customer(customer) => vec![Work::Customer(Arc::clone(customer))],
            // What these are about is not handed out: nothing is given back where they fail.
            Self::Promised(..) | Self::Suspects(_) | Self::Refusals(_) | Self::Beginning => {
                Vec::new()
            }
        }
    }

    fn places(&self) -> Vec<Place> {
        self.works().iter().map(Work::place).collect()
    }
}
