//! Which changes may be sent now?
//!
//! Pure: changes come in the order of the journal, verdicts in any. A change is handed out when every earlier one of its
//! order, and of the customers that it names, has its verdict; a file's end when all of its rows have.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::work::{CustomerWork, FileEnd, OrderWork, Work};
use crate::entry::sent::{Place, Stretch};

/// Changes that were read and have no verdict yet, and those behind them that have one.
#[derive(Debug)]
pub(super) struct Queue {
    slots: BTreeMap<Place, Slot>,
    /// Everything before this place was read.
    read_to: Place,
    open: usize,
    /// How many have no verdict and take up no room: what the platform only promised, and what waits for it.
    aside: usize,
    room: usize,
    /// The last change of an order or a customer that has no verdict.
    last: HashMap<Lane, Place>,
    /// How many rows of an import have no verdict.
    rows: HashMap<Arc<str>, usize>,
    ends: HashMap<Arc<str>, Place>,
    ready_orders: VecDeque<Place>,
    ready_doubts: VecDeque<Place>,
    ready_customers: VecDeque<Place>,
    ready_ends: VecDeque<Place>,
}

/// What keeps its order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Lane {
    Order(Arc<str>),
    Customer(Arc<str>),
}

#[derive(Debug)]
struct Slot {
    /// Nothing once it has its verdict.
    work: Option<Work>,
    /// How many changes it waits for.
    waits_for: usize,
    /// Those that wait for it.
    waiting: Vec<Place>,
    doubt: Option<Doubt>,
    trouble: Trouble,
    /// Does it take up no room?
    aside: bool,
}

/// So many may take up no room; beyond them nothing more is read.
const MOST_ASIDE: usize = 50_000;

/// A change that may have arrived, although no answer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Doubt {
    /// The newest entry of upstream's log before it was sent.
    pub since: u64,
    /// Was there nothing else of its order between that entry and the sending?
    pub exact: bool,
}

/// What a change has been through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// How often upstream failed at it.
    pub failures: u32,
    /// With how many others it may be sent at most.
    pub company: usize,
    /// How many changes upstream had taken when it failed first.
    pub taken_then: u64,
}

/// A change of an order that is handed out.
#[derive(Clone, Debug)]
pub(super) struct Handed {
    /// What is to be sent.
    pub work: Arc<OrderWork>,
    /// Whether it may have arrived already.
    pub doubt: Option<Doubt>,
}

impl Slot {
    fn of(work: Option<Work>) -> Self {
        Self {
            work,
            waits_for: 0,
            waiting: Vec::new(),
            doubt: None,
            trouble: Trouble {
                failures: 0,
                company: usize::MAX,
                taken_then: 0,
            },
            aside: false,
        }
    }
}

impl Queue {
    /// An empty one for so many changes without a verdict, before which everything has one.
    pub(super) fn new(next: Place, room: usize) -> Self {
        Self {
            slots: BTreeMap::new(),
            read_to: next,
            open: 0,
            aside: 0,
            room,
            last: HashMap::new(),
            rows: HashMap::new(),
            ends: HashMap::new(),
            ready_orders: VecDeque::new(),
            ready_doubts: VecDeque::new(),
            ready_customers: VecDeque::new(),
            ready_ends: VecDeque::new(),
        }
    }

    /// May more come?
    pub(super) fn has_room(&self) -> bool {
        self.open < self.room && self.aside < MOST_ASIDE
    }

    /// How many there may be without a verdict.
    pub(super) fn room(&self) -> usize {
        self.room + self.aside
    }

    /// What has waited for a verdict for longest.
    pub(super) fn oldest(&self) -> Option<&Work> {
        self.slots.values().find_map(|slot| slot.work.as_ref())
    }

    /// Everything before this place was read, and what of it is to be sent was given.
    pub(super) fn read_to(&mut self, place: Place) {
        self.read_to = self.read_to.max(place);
    }

    /// Takes the next change. `doubt`: it may have been sent by an earlier life of the program.
    pub(super) fn admit(&mut self, work: Work, doubt: Option<Doubt>) {
        let place = work.place();
        let mut before: Vec<Place> = Vec::new();
        match &work {
            Work::Order(order) => {
                before.extend(self.last.get(&Lane::Order(Arc::clone(&order.key))));
                for customer in &order.customers {
                    before.extend(self.last.get(&Lane::Customer(Arc::clone(customer))));
                }
                self.last.insert(Lane::Order(Arc::clone(&order.key)), place);
                *self.rows.entry(Arc::clone(&order.import)).or_default() += 1;
            }
            Work::Customer(customer) => {
                let lane = Lane::Customer(Arc::clone(&customer.id));
                before.extend(self.last.insert(lane, place));
            }
            Work::FileEnd(end) => {
                self.ends.insert(Arc::clone(&end.import), place);
            }
        }
        before.sort_unstable();
        before.dedup();
        let mut waits_for = before.len();
        if let Work::FileEnd(end) = &work {
            waits_for = self.rows.get(&end.import).copied().unwrap_or(0);
        }
        let is_end = matches!(work, Work::FileEnd(_));
        let mut aside = is_end && waits_for > 0;
        for earlier in &before {
            if let Some(slot) = self.slots.get_mut(earlier) {
                slot.waiting.push(place);
                aside |= slot.aside;
            }
        }
        let slot = Slot {
            waits_for,
            doubt: doubt.filter(|_| !is_end),
            aside,
            ..Slot::of(Some(work))
        };
        self.slots.insert(place, slot);
        self.aside += usize::from(aside);
        self.open += usize::from(!aside);
        if waits_for == 0 {
            self.make_ready(place, End::Back);
        }
    }

    /// Takes a change whose verdict is known, and only waits to be written.
    pub(super) fn admit_judged(&mut self, work: &Work) {
        if let Work::Order(order) = work {
            *self.rows.entry(Arc::clone(&order.import)).or_default() += 1;
        }
        self.slots
            .insert(work.place(), Slot::of(Some(work.clone())));
        self.open += 1;
    }

    /// Is this change here, and without a verdict?
    pub(super) fn has(&self, place: Place) -> bool {
        let slot = self.slots.get(&place);
        slot.is_some_and(|slot| slot.work.is_some())
    }

    /// Notes a change that has its verdict already, so that what is said of its neighbours stays right.
    pub(super) fn pass(&mut self, place: Place) {
        self.slots.insert(place, Slot::of(None));
        self.forget_settled();
    }

    /// Hands out changes of different orders, in the order of the journal.
    pub(super) fn take_orders(&mut self, most: usize) -> Vec<Handed> {
        let mut taken = Vec::new();
        let mut most = most;
        while let Some(place) = self.ready_orders.front() {
            let company = self.slots.get(place).map_or(1, |slot| slot.trouble.company);
            if taken.len() >= most.min(company) {
                break;
            }
            most = most.min(company);
            let place = self.ready_orders.pop_front();
            taken.extend(place.and_then(|place| self.handed(place)));
        }
        taken
    }

    /// How many changes of orders are ready.
    pub(super) fn ready_orders(&self) -> usize {
        self.ready_orders.len()
    }

    /// Hands out changes that may have arrived already.
    pub(super) fn take_doubts(&mut self, most: usize) -> Vec<Handed> {
        let count = self.ready_doubts.len().min(most);
        let places: Vec<Place> = self.ready_doubts.drain(..count).collect();
        places
            .into_iter()
            .filter_map(|place| self.handed(place))
            .collect()
    }

    /// Hands out a customer.
    pub(super) fn take_customer(&mut self) -> Option<Arc<CustomerWork>> {
        loop {
            let place = self.ready_customers.pop_front()?;
            let slot = self.slots.get(&place);
            if let Some(Work::Customer(customer)) = slot.and_then(|slot| slot.work.as_ref()) {
                return Some(Arc::clone(customer));
            }
        }
    }

    /// Is there a file all of whose rows have their verdicts?
    pub(super) fn has_end(&self) -> bool {
        !self.ready_ends.is_empty()
    }

    /// Hands out a file's end: all of its rows have their verdicts.
    pub(super) fn take_end(&mut self) -> Option<Arc<FileEnd>> {
        let place = self.ready_ends.pop_front()?;
        let slot = self.slots.get(&place);
        match slot.and_then(|slot| slot.work.as_ref()) {
            Some(Work::FileEnd(end)) => Some(Arc::clone(end)),
            _ => None,
        }
    }

    /// How many customers are ready, and how many changes that may have arrived.
    pub(super) fn ready_others(&self) -> (usize, usize) {
        (self.ready_customers.len(), self.ready_doubts.len())
    }

    /// Is the first ready change one that is not to be sent with all others?
    pub(super) fn first_goes_alone(&self) -> bool {
        let first = self.ready_orders.front();
        let slot = first.and_then(|place| self.slots.get(place));
        slot.is_some_and(|slot| slot.trouble.company < usize::MAX)
    }

    /// The lowest entry of upstream's log that a doubt goes back to.
    pub(super) fn oldest_doubt(&self) -> Option<u64> {
        let doubts = self.slots.values().filter(|slot| slot.work.is_some());
        doubts.filter_map(|slot| Some(slot.doubt?.since)).min()
    }

    /// Takes back what was handed out, to be handed out again before all others.
    pub(super) fn give_back(&mut self, places: &[Place], doubt: Option<Doubt>) {
        for place in places.iter().rev() {
            if let Some(slot) = self.slots.get_mut(place)
                && slot.work.is_some()
            {
                slot.doubt = doubt;
                self.make_ready(*place, End::Front);
            }
        }
    }

    /// The platform works on these later. Until their verdicts are known, neither they nor what waits for them take up room.
    pub(super) fn put_aside(&mut self, places: &[Place], doubt: Doubt) {
        for place in places {
            if let Some(slot) = self.slots.get_mut(place) {
                slot.doubt = Some(doubt);
            }
        }
        let mut all = places.to_vec();
        while let Some(place) = all.pop() {
            if let Some(slot) = self.slots.get_mut(&place)
                && slot.work.is_some()
                && !slot.aside
            {
                slot.aside = true;
                self.open -= 1;
                self.aside += 1;
                all.extend_from_slice(&slot.waiting);
            }
        }
    }

    /// Those of these that have no verdict, to be asked about.
    pub(super) fn put_aside_among(&self, places: &[Place]) -> Vec<Handed> {
        places
            .iter()
            .filter_map(|place| self.handed(*place))
            .collect()
    }

    /// Is this before what was read, and has its verdict?
    pub(super) fn is_settled(&self, place: Place) -> bool {
        place < self.read_to && !self.has(place)
    }

    /// Notes that upstream failed at these, and gives the most failures of one of them. From now on each is sent in less
    /// company.
    pub(super) fn failed(&mut self, places: &[Place], taken_now: u64, company: usize) -> u32 {
        let mut most = 0;
        for place in places {
            if let Some(slot) = self.slots.get_mut(place) {
                let trouble = &mut slot.trouble;
                if trouble.failures == 0 {
                    trouble.taken_then = taken_now;
                }
                trouble.failures += 1;
                trouble.company = trouble.company.min(company.max(1));
                most = most.max(trouble.failures);
            }
        }
        most
    }

    /// From now on each of these is sent with so many others at most.
    pub(super) fn keep_apart(&mut self, places: &[Place], company: usize) {
        for place in places {
            if let Some(slot) = self.slots.get_mut(place) {
                slot.trouble.company = slot.trouble.company.min(company.max(1));
            }
        }
    }

    /// Takes a change that is ready out of those that are handed out. False: it was not among them.
    pub(super) fn take_away(&mut self, place: Place) -> bool {
        let lines = [&mut self.ready_orders, &mut self.ready_doubts];
        let before: usize = lines.iter().map(|line| line.len()).sum();
        let mut after = 0;
        for line in lines {
            line.retain(|ready| *ready != place);
            after += line.len();
        }
        after < before
    }

    /// What a change has been through.
    pub(super) fn trouble(&self, place: Place) -> Option<Trouble> {
        self.slots.get(&place).map(|slot| slot.trouble)
    }

    /// A change has its verdict: what waited for it may go.
    pub(super) fn settle(&mut self, place: Place) {
        let Some(slot) = self.slots.get_mut(&place) else {
            return;
        };
        let Some(work) = slot.work.take() else {
            return;
        };
        let waiting = std::mem::take(&mut slot.waiting);
        match std::mem::take(&mut slot.aside) {
            true => self.aside -= 1,
            false => self.open -= 1,
        }
        for later in waiting {
            self.one_less(later);
        }
        match work {
            Work::Order(order) => {
                self.leave(&Lane::Order(Arc::clone(&order.key)), place);
                if let Some(rows) = self.rows.get_mut(&order.import) {
                    *rows -= 1;
                    if *rows == 0 {
                        self.rows.remove(&order.import);
                    }
                }
                if let Some(end) = self.ends.get(&order.import) {
                    self.one_less(*end);
                }
            }
            Work::Customer(customer) => {
                self.leave(&Lane::Customer(Arc::clone(&customer.id)), place);
            }
            Work::FileEnd(end) => {
                self.ends.remove(&end.import);
            }
        }
        self.forget_settled();
    }

    /// The place before which everything has its verdict, and what behind it has one too.
    pub(super) fn mark(&self) -> (Place, Vec<Stretch>) {
        let open = |slot: &Slot| slot.work.as_ref().is_some_and(|work| !work.had_verdict());
        let first_open = self.slots.iter().find(|(_, slot)| open(slot));
        let Some((next, _)) = first_open else {
            return (self.read_to, Vec::new());
        };
        let mut beyond: Vec<Stretch> = Vec::new();
        let mut goes_on = false;
        for (place, slot) in self.slots.range(next..) {
            if open(slot) {
                goes_on = false;
                continue;
            }
            match beyond.last_mut() {
                Some(stretch) if goes_on && stretch.first.frame == place.frame => {
                    stretch.last = place.line;
                }
                _ => beyond.push(Stretch {
                    first: *place,
                    last: place.line,
                }),
            }
            goes_on = true;
        }
        (*next, beyond)
    }

    fn handed(&self, place: Place) -> Option<Handed> {
        let slot = self.slots.get(&place)?;
        match &slot.work {
            Some(Work::Order(order)) => Some(Handed {
                work: Arc::clone(order),
                doubt: slot.doubt,
            }),
            _ => None,
        }
    }

    fn one_less(&mut self, place: Place) {
        if let Some(slot) = self.slots.get_mut(&place) {
            slot.waits_for = slot.waits_for.saturating_sub(1);
            if slot.waits_for == 0 && slot.work.is_some() {
                self.make_ready(place, End::Back);
            }
        }
    }

    fn leave(&mut self, lane: &Lane, place: Place) {
        if self.last.get(lane) == Some(&place) {
            self.last.remove(lane);
        }
    }

    fn make_ready(&mut self, place: Place, end: End) {
        let Some(slot) = self.slots.get_mut(&place) else {
            return;
        };
        if std::mem::take(&mut slot.aside) {
            self.aside -= 1;
            self.open += 1;
        }
        let line = match &slot.work {
            Some(Work::Order(_)) if slot.doubt.is_some() => &mut self.ready_doubts,
            Some(Work::Order(_)) => &mut self.ready_orders,
            Some(Work::Customer(_)) => &mut self.ready_customers,
            Some(Work::FileEnd(_)) => &mut self.ready_ends,
            None => return,
        };
        match end {
            End::Front => line.push_front(place),
            End::Back => line.push_back(place),
        }
    }

    /// What has its verdict, and everything before it too, is not spoken of any more.
    fn forget_settled(&mut self) {
        while let Some(first) = self.slots.first_entry() {
            if first.get().work.is_some() {
                return;
            }
            first.remove();
        }
    }
}

#[derive(Clone, Copy)]
enum End {
    Front,
    Back,
}

#[cfg(test)]
mod tests;
