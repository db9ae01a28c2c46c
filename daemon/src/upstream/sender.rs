//! How do changes get from the journal to the platform?
//! One loop: it reads, hands out what the queue lets go, and writes each verdict into the journal before anything that
//! waited for it is sent. Whatever is lost on the way, the journal knows what has no verdict yet.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender as Channel, channel};
use std::time::Duration;

mod flights;
mod promises;
mod watch;
mod writing;

use tokio::runtime::Handle;

use self::flights::Flight;
use self::promises::Promise;
use self::watch::Watch;
use super::figures::Figures;
use super::judged::{Judged, place_of};
use super::link::Link;
use super::pauses::Pauses;
use super::queue::{Doubt, Queue};
use super::reader::{Found, ReadError, Reader, known_order};
use super::talk::Told;
use super::verdict::Refusal;
use super::view::LogView;
use super::work::{CustomerWork, OrderWork, Work};
use crate::books::BooksError;
use crate::clock;
use crate::config::Upstream;
use crate::entry::sent::{OutboxMark, Place, Verdict};
use crate::journal::{Frames, JournalError, Position};
use crate::log;
use crate::receipt::{ReceiptError, amend};
use crate::serve::Daemon;
use crate::state::StoreError;

/// The sender, from its start to the end of the daemon's life.
pub(super) struct Sender {
    daemon: Arc<Daemon>,
    figures: Arc<Figures>,
    link: Arc<Link>,
    runtime: Handle,
    config: Upstream,
    events: Receiver<Event>,
    channel: Channel<Event>,
    woken: Arc<AtomicBool>,
    queue: Queue,
    reader: Reader,
    pauses: Pauses,
    flights: BTreeMap<u64, Flight>,
    next_flight: u64,
    judged: Vec<Judged>,
    written_at: Duration,
    /// The journal's own name, for what must differ between installations.
    journal: String,
    first_log: u64,
    /// Changes before this place may have been sent by an earlier life, so many at most.
    old: Position,
    doubts_left: u32,
    since_of_old: u64,
    /// The newest entry of upstream's log that is known; nothing until it was asked for.
    newest: Option<u64>,
    /// What was read of upstream's log to find out what arrived.
    view: Arc<tokio::sync::Mutex<LogView>>,
    promises: Vec<Promise>,
    watch: Watch,
    /// See [`OutboxMark::filled_to`].
    filled_to: Option<Place>,
    /// How many changes upstream took in this life.
    taken: u64,
    /// How many changes had no verdict at the start, and how many were written before then in this life.
    depth_then: u64,
    written_then: u64,
    settled: u64,
    parked: u64,
    /// Receipts that say something else than what is known by now.
    stale_receipts: BTreeSet<Arc<str>>,
    receipts_at: Duration,
}

/// What the loop hears.
pub(super) enum Event {
    /// Something was written, an operator asked, or the daemon ends.
    Woken,
    /// A conversation ended.
    Ended(u64, Told),
}

/// Why the sender ended.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The books.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal, or what it says.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A receipt.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
}

/// So many times what can be on its way at once is read ahead.
const WINDOW: usize = 2;
/// Verdicts that come so close together are written together.
const TOGETHER: Duration = Duration::from_millis(10);
/// Receipts of files that are not at their end are made right so often.
const BETWEEN_RECEIPTS: Duration = Duration::from_secs(1);
/// The loop looks around so often when nothing wakes it.
const IDLE: Duration = Duration::from_secs(1);
/// At the end of the daemon, answers that are on their way are waited for so long.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
impl Sender {
    pub(super) fn new(
        daemon: &Arc<Daemon>,
        link: Arc<Link>,
        runtime: Handle,
    ) -> Result<Self, SendError> {
        let config = daemon.data.config.upstream.clone();
        let books = &daemon.data.books;
        let room = WINDOW * config.batch * config.parallel;
        let (mark, end, written_then) = begin(daemon, room)?;
        let (channel, events) = channel();
        let woken = Arc::new(AtomicBool::new(false));
        let (hearing, told) = (channel.clone(), Arc::clone(&woken));
        books.listen(Box::new(move || wake(&hearing, &told)));
        let journal = books.journal_path();
        let first = Frames::read_at(journal, Position::START)?.sha256;
        let depth_then = Reader::open(journal, mark.clone())?.count(end)?;
        let mut sender = Self {
            figures: Arc::clone(&daemon.data.upstream),
            link,
            runtime,
            queue: Queue::new(mark.next, room),
            pauses: Pauses::new(config.pause, config.longest_pause),
            flights: BTreeMap::new(),
            next_flight: 0,
            judged: Vec::new(),
            written_at: Duration::ZERO,
            journal: intake_core::report::hex(&first[..6]),
            first_log: mark.first_log,
            old: end,
            doubts_left: mark.reach,
            since_of_old: mark.upstream_log,
            newest: None,
            view: Arc::default(),
            promises: Vec::new(),
            watch: Watch::new(mark.watched.as_deref()),
            filled_to: mark.filled_to,
            taken: 0,
            depth_then,
            written_then,
            settled: 0,
            parked: books.store().parked()?,
            stale_receipts: BTreeSet::new(),
            receipts_at: Duration::ZERO,
            reader: Reader::open(journal, mark)?,
            daemon: Arc::clone(daemon),
            config,
            events,
            channel,
            woken,
        };
        sender.take_up_retries()?;
        // Whoever asks before the first change is sent learns how many there are.
        sender.figures.begin(true);
        sender.show();
        Ok(sender)
    }

    /// What ends the loop's waiting.
    pub(super) fn waker(&self) -> impl Fn() + use<> {
        let (channel, woken) = (self.channel.clone(), Arc::clone(&self.woken));
        move || wake(&channel, &woken)
    }

    /// Works until the daemon ends.
    pub(super) fn run(&mut self) -> Result<(), SendError> {
        let mut ending_at = None;
        loop {
            let now = clock::since_start();
            if self.daemon.ending() {
                let until = *ending_at.get_or_insert(now + LAST_ANSWERS);
                if self.flights.is_empty() || now >= until {
                    break;
                }
            } else {
                if self.figures.was_asked() {
                    self.take_up_retries()?;
                }
                self.fill()?;
                self.end_files()?;
                self.find_suspects()?;
            }
            if self.should_write(now) {
                self.write()?;
            }
            if !self.daemon.ending() {
                self.send_off(clock::since_start());
            }
            self.show();
            self.hear(self.patience());
        }
        for flight in std::mem::take(&mut self.flights).into_values() {
            flight.task.abort();
        }
        self.write()
    }

    /// Reads what comes next, as far as there is room.
    fn fill(&mut self) -> Result<(), SendError> {
        let now = clock::moment_of(clock::now());
        let daemon = Arc::clone(&self.daemon);
        let store = daemon.data.books.store();
        while self.queue.has_room() {
            let found = self.reader.next(store, now)?;
            self.queue.read_to(self.reader.place());
            match found {
                None => break,
                Some(Found::Settled(place)) => self.queue.pass(place),
                Some(Found::Work(work)) => {
                    let doubt = self.doubt_of(&work);
                    self.queue.admit(work, doubt);
                }
                Some(Found::Overtaken(overtaken)) => {
                    let work = Work::Order(Arc::new(overtaken));
                    self.queue.admit_judged(&work);
                    self.judge(work, Verdict::Replaced, Refusal::default());
                }
            }
        }
        Ok(())
    }

    /// What is old may have been sent: so much of it as the last mark allowed.
    fn doubt_of(&mut self, work: &Work) -> Option<Doubt> {
        if self.doubts_left == 0 || work.place().frame >= self.old {
            return None;
        }
        self.doubts_left -= 1;
        Some(Doubt {
            since: self.since_of_old,
            exact: false,
        })
    }

    /// Takes up what an operator wants sent again.
    fn take_up_retries(&mut self) -> Result<(), SendError> {
        let daemon = Arc::clone(&self.daemon);
        let store = daemon.data.books.store();
        let now = clock::moment_of(clock::now());
        let mut replaced = Vec::new();
        self.parked = store.parked()?;
        for refusal in store.refusals()? {
            let retried = refusal.outcome == Verdict::Retried;
            let Some((place, key)) = place_of(&refusal).filter(|_| retried) else {
                continue;
            };
            if self.queue.has(place) {
                continue;
            }
            let about = refusal.about.as_ref();
            let is_order = about.is_some_and(|about| about.external_system_id.is_some());
            let time: Arc<str> = refusal.time.as_str().into();
            let work = if is_order {
                let Some(order) = store.order(key)? else {
                    continue;
                };
                let log_id = refusal.log_ids.first().map_or(0, |[first, _]| *first);
                let import = refusal.imports.keys().next().map_or("", String::as_str);
                let known = known_order(&order, &[], now);
                let overtaken = order.last_log > log_id;
                let work = Work::Order(Arc::new(OrderWork {
                    place,
                    log_id,
                    time,
                    import: import.into(),
                    row: about.and_then(|about| about.row),
                    again: true,
                    shows: false,
                    ..known
                }));
                if overtaken {
                    self.queue.admit_judged(&work);
                    replaced.push(work);
                    continue;
                }
                work
            } else {
                let Some(customer) = store.customer(key)? else {
                    continue;
                };
                Work::Customer(Arc::new(CustomerWork {
                    place,
                    time,
                    id: key.into(),
                    customer,
                    again: true,
                }))
            };
            self.queue.admit(work, None);
        }
        for work in replaced {
            self.judge(work, Verdict::Replaced, Refusal::default());
        }
        Ok(())
    }

    /// Makes the receipts right of files all of whose rows have their verdicts.
    fn end_files(&mut self) -> Result<(), SendError> {
        while self.queue.has_end() {
            // What a receipt tells is what the store has: verdicts are written before.
            self.write()?;
            while let Some(end) = self.queue.take_end() {
                self.amend(&end.import)?;
                self.stale_receipts.remove(&end.import);
                self.judge(Work::FileEnd(end), Verdict::Ok, Refusal::default());
            }
        }
        let now = clock::since_start();
        if !self.stale_receipts.is_empty() && now >= self.receipts_at {
            self.write()?;
            for import in std::mem::take(&mut self.stale_receipts) {
                self.amend(&import)?;
            }
            self.receipts_at = now + BETWEEN_RECEIPTS;
        }
        Ok(())
    }

    fn amend(&self, import: &str) -> Result<(), SendError> {
        match amend(&self.daemon.data, import) {
            Ok(()) => Ok(()),
            // The receipt lies in somebody else's hands; sending goes on without it.
            Err(error @ ReceiptError::Io(_)) => {
                log::upstream_receipt_failed(import, &error);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn judge(&mut self, work: Work, verdict: Verdict, refusal: Refusal) {
        self.judged.push(Judged {
            work,
            verdict,
            refusal,
        });
    }

    /// Shows how things stand.
    fn show(&self) {
        let written = self.daemon.data.books.changes_to_send() - self.written_then;
        let depth = (self.depth_then + written).saturating_sub(self.settled);
        let oldest = self
            .queue
            .oldest()
            .and_then(|work| work.time().parse().ok());
        self.figures.waits(depth, oldest, self.parked);
        self.figures.pauses_until(self.pauses.may_go_at());
    }

    /// How long the loop may wait for something to happen.
    fn patience(&self) -> Duration {
        let now = clock::since_start();
        let write = (!self.judged.is_empty()).then(|| self.written_at + TOGETHER);
        let pause = Some(self.pauses.may_go_at()).filter(|until| *until > now);
        let receipts = (!self.stale_receipts.is_empty()).then_some(self.receipts_at);
        let promise = self.next_promise().filter(|_| pause.is_none());
        let moments = [write, pause, receipts, promise].into_iter().flatten();
        let next = moments
            .min()
            .map_or(IDLE, |moment| moment.saturating_sub(now));
        next.clamp(Duration::from_millis(1), IDLE)
    }

    /// Waits for something to happen, and takes whatever has happened by then.
    fn hear(&mut self, patience: Duration) {
        let mut event = self.events.recv_timeout(patience).ok();
        while let Some(heard) = event {
            match heard {
                Event::Woken => self.woken.store(false, Ordering::SeqCst),
                Event::Ended(flight, told) => self.land(flight, told),
            }
            event = self.events.try_recv().ok();
        }
    }
}

fn wake(channel: &Channel<Event>, woken: &AtomicBool) {
    if !woken.swap(true, Ordering::SeqCst) {
        // A sender that has ended needs no waking.
        let _ = channel.send(Event::Woken);
    }
}

/// Where sending begins, where the journal ends, and how many changes were written in this life: all at one moment. Where
/// there was no upstream before, it begins with what comes from now on.
fn begin(daemon: &Daemon, room: usize) -> Result<(OutboxMark, Position, u64), SendError> {
    let books = &daemon.data.books;
    let begun = books.store().outbox()?;
    books.write(|sheet| {
        let end = books.store().meta().position;
        let written = books.changes_to_send();
        let mark = begun.unwrap_or_else(|| {
            let mark = OutboxMark {
                next: Place {
                    frame: end,
                    line: 0,
                },
                beyond: Vec::new(),
                first_log: books.store().meta().next_log,
                reach: room as u32,
                upstream_log: 0,
                watched: None,
                filled_to: None,
            };
            sheet.outbox(mark.clone());
            mark
        });
        Ok((mark, end, written))
    })
}
