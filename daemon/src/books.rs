//! Who writes, and in which order do the journal and the store follow each other?
//! One writer: a line is durable in the journal before the store knows of it; whoever reads the store sees
//! only what is acknowledged. After any failure to write nothing more is written until the books are opened anew.

mod follow;

pub use follow::follow;

use crate::clock;
use crate::entry::row_text::put_line;
use crate::entry::sent::{OutboxEntry, OutboxKind, OutboxMark, SentEntry};
use crate::entry::{CustomerEntry, FileEntry, OfferEntry, OfferJson, RowLine, write_line};
use crate::journal::{BodyCompressor, Journal, JournalError, JournalOptions, Position};
use crate::log;
use crate::row_log::RowLog;
use crate::state::effects::SealedOrder;
use crate::state::engine::open::quarantine;
use crate::state::record::{Stamps, StoredCustomer, put_order};
use crate::state::store::{Store, StoreError, key_hash};
use crate::state::{Effects, Meta, StoredOrder};
use crate::store_beside;
use crate::system::PathError;
use intake_core::catalog::{Customer, Offer};
use intake_core::plan::state::StateMark;
use intake_core::report::hex;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

/// Journal and store of one data directory.
pub struct Books {
    store: Arc<Store>,
    writer: Mutex<Writer>,
    journal: PathBuf,
    row_log: RowLog,
    next_import: AtomicU64,
    next_spool: AtomicU64,
    /// Counts the frames written in this life.
    writes: AtomicU64,
    /// Counts the changes written in this life that an upstream is to have.
    to_send: AtomicU64,
    /// Hears of each frame.
    listener: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// How the books are opened.
#[derive(Clone, Copy, Debug)]
pub struct BooksOptions {
    /// Size at which the journal begins a new segment.
    pub segment_bytes: u64,
    /// Memory for the store's cache.
    pub cache_bytes: u64,
}

/// Why the books could not be opened or written.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The damaged store could not be moved aside.
    #[error(transparent)]
    Path(#[from] PathError),
    /// An earlier write failed.
    #[error(
        "nothing more is written, since an earlier write failed\nhint: the daemon opens its books anew by itself; see the error before this one"
    )]
    Closed,
}

struct Writer {
    journal: Journal,
    compressor: BodyCompressor,
    /// Memory for the lines of a sheet, kept from one to the next.
    lines: Vec<u8>,
    failed: bool,
    /// Writes away what waited in the store, beside the writing of further frames.
    flushing: Option<JoinHandle<Result<(), StoreError>>>,
}

/// Memory for lines that is kept from one sheet to the next.
const MOST_KEPT_LINES: usize = 16 << 20;

/// The lines of one frame while they are being written, and what they change.
#[derive(Debug)]
pub struct Sheet {
    meta: Meta,
    time: Timestamp,
    time_text: String,
    lines: Vec<u8>,
    effects: Effects,
}

/// What a row's line says besides what the sheet knows.
pub struct RowNote<'r> {
    /// The line; its log id and time are filled in.
    pub line: RowLine<'r>,
    /// Does the order's history gain an entry?
    pub remembered: bool,
}

impl Books {
    /// Opens journal and store below `data`; the store is brought up to the journal, made anew if need be.
    pub fn open(data: &Path, options: BooksOptions) -> Result<Self, BooksError> {
        let journal_path = data.join("journal");
        let state = data.join("state");
        store_beside::take_place(data)?;
        let store = match Store::open(&state, options.cache_bytes) {
            Ok(store) => store,
            Err(error) if error.asks_for_rebuild() => {
                Self::set_aside(&state, &error)?;
                Store::open(&state, options.cache_bytes)?
            }
            Err(error) => return Err(error.into()),
        };
        // What an older version of the store lacks stands in the journal.
        let position = store.meta().position;
        if store.is_of_an_older_version() {
            log::store_rebuild_started("it is of an older version");
            store.clear()?;
        }
        let known_good = Some(position).filter(|end| *end != Position::START);
        let journal_options = JournalOptions {
            segment_bytes: options.segment_bytes,
            known_good,
        };
        let (journal, recovery) = Journal::open(&journal_path, journal_options)?;
        if let Some(cut) = recovery.cut {
            let segment = journal_path.join(format!("{:06}.ndjson.zst", cut.segment));
            log::journal_tail_cut(&segment, cut.bytes);
        }
        let store = match follow(&store, &journal_path, journal.bytes_on_disk()) {
            Ok(()) => store,
            Err(error) if error.asks_for_rebuild() => {
                drop(store);
                Self::set_aside(&state, &error)?;
                let store = Store::open(&state, options.cache_bytes)?;
                follow(&store, &journal_path, journal.bytes_on_disk())?;
                store
            }
            Err(error) => return Err(error.into()),
        };
        let next_import = AtomicU64::new(store.meta().next_import);
        let compressor = BodyCompressor::new()?;
        let store = Arc::new(store);
        let writer = Writer {
            journal,
            compressor,
            lines: Vec::new(),
            failed: false,
            flushing: None,
        };
        let writer = Mutex::new(writer);
        let next_spool = AtomicU64::new(1);
        let frames = AtomicU64::new(0);
        Ok(Self {
            store,
            writer,
            journal: journal_path,
            row_log: RowLog::default(),
            next_import,
            next_spool,
            writes: frames,
            to_send: AtomicU64::new(0),
            listener: OnceLock::new(),
        })
    }

    /// What is known.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where the journal is.
    pub fn journal_path(&self) -> &Path {
        &self.journal
    }

    /// What of the log of rows is at hand.
    pub fn row_log(&self) -> &RowLog {
        &self.row_log
    }

    /// Bytes of the journal.
    pub fn journal_bytes(&self) -> u64 {
        self.lock().journal.bytes_on_disk()
    }

    /// A number for a new import, never given twice.
    pub fn take_import_number(&self) -> u64 {
        self.next_import.fetch_add(1, Ordering::Relaxed)
    }

    /// The number that the next import gets at the earliest.
    pub fn next_import_number(&self) -> u64 {
        self.next_import.load(Ordering::Relaxed)
    }

    /// A number for a copy that a command needs for a moment.
    pub fn take_spool_number(&self) -> u64 {
        self.next_spool.fetch_add(1, Ordering::Relaxed)
    }

    /// No new import gets this number or a smaller one.
    pub fn pass_import_number(&self, used: u64) {
        self.next_import.fetch_max(used + 1, Ordering::Relaxed);
    }

    /// Writes one frame. `fill` sees the state as it is and stays while it runs; when this returns `Ok`, what it
    /// wrote is durable and the store answers with it. An error of `fill` writes nothing.
    pub fn write<T, E: From<BooksError>>(
        &self,
        fill: impl FnOnce(&mut Sheet) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.lock();
        if writer.failed {
            return Err(BooksError::Closed.into());
        }
        let lines = std::mem::take(&mut writer.lines);
        let mut sheet = Sheet::new(self.store.meta(), clock::now(), lines);
        let result = fill(&mut sheet)?;
        if !sheet.lines.is_empty() {
            let (to_send, stands_aside) = (sheet.effects.to_send, sheet.stands_aside());
            if let Err(error) = writer.put(&self.store, &self.row_log, sheet) {
                writer.failed = true;
                return Err(error.into());
            }
            self.to_send.fetch_add(to_send, Ordering::SeqCst);
            if !stands_aside {
                self.writes.fetch_add(1, Ordering::SeqCst);
            }
            drop(writer);
            if let Some(listener) = self.listener.get() {
                listener();
            }
        }
        Ok(result)
    }

    /// Calls `listener` behind every frame that is written from now on. Only the first one who asks is heard.
    pub fn listen(&self, listener: Box<dyn Fn() + Send + Sync>) {
        // A second listener would be a second sender, which there is none of.
        let _ = self.listener.set(listener);
    }

    /// How many changes that an upstream is to have were written in this life.
    pub fn changes_to_send(&self) -> u64 {
        self.to_send.load(Ordering::SeqCst)
    }

    /// How many frames were written in this life, besides those that only tell of what was sent upstream: what was decided at one number still holds at another if all
    /// frames between are one's own.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    /// Writes away what the store still holds in memory.
    pub fn flush(&self) -> Result<(), BooksError> {
        let mut writer = self.lock();
        if writer.failed {
            return Err(BooksError::Closed);
        }
        if let Err(error) = writer.end_flushing().and_then(|()| self.store.flush()) {
            writer.failed = true;
            return Err(error.into());
        }
        Ok(())
    }

    /// The state as it is now.
    pub fn mark(&self) -> StateMark {
        self.lock().mark()
    }

    /// Begins to write away what the store still holds in memory, if that is much, and does not wait for it.
    pub fn begin_flush_of_much(&self) -> Result<(), BooksError> {
        let mut writer = self.lock();
        if writer.failed {
            return Err(BooksError::Closed);
        }
        if !self.store.holds_much() {
            return Ok(());
        }
        if let Err(error) = writer.begin_flushing(&self.store) {
            writer.failed = true;
            return Err(error.into());
        }
        Ok(())
    }

    /// Lets nobody write while `look` runs; the store holds everything that was written, up to the mark.
    pub fn quietly<T, E: From<BooksError>>(
        &self,
        look: impl FnOnce(&Store, StateMark) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = self.lock();
        if let Err(error) = writer.end_flushing().and_then(|()| self.store.flush()) {
            writer.failed = true;
            return Err(BooksError::from(error).into());
        }
        look(&self.store, writer.mark())
    }

    /// Lets nobody write while `look` runs, which is told where the journal ends.
    pub fn still<T>(&self, look: impl FnOnce(&Journal) -> T) -> T {
        look(&self.lock().journal)
    }

    /// Has a write failed, so that the books must be opened anew?
    pub fn failed(&self) -> bool {
        self.lock().failed
    }

    fn set_aside(state: &Path, reason: &StoreError) -> Result<(), BooksError> {
        let place = quarantine(state)?;
        log::store_quarantined(&place, &reason.to_string());
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    fn mark(&self) -> StateMark {
        StateMark {
            journal: self.journal.end().to_string().into(),
            hash: hex(&self.journal.last_digest()).into(),
        }
    }

    fn put(
        &mut self,
        store: &Arc<Store>,
        row_log: &RowLog,
        sheet: Sheet,
    ) -> Result<(), BooksError> {
        let body = self.compressor.compress(&sheet.lines)?;
        let span = self.journal.append_compressed(&body, &sheet.time_text)?;
        if let Some(last) = sheet.effects.last_log {
            row_log.written(&sheet.lines, last + 1);
        }
        self.lines = sheet.lines;
        self.lines.shrink_to(MOST_KEPT_LINES);
        store.apply(sheet.effects, span)?;
        if store.wants_flush() {
            let running = self
                .flushing
                .as_ref()
                .is_some_and(|flushing| !flushing.is_finished());
            // What waits is bounded: when the store cannot follow, the journal waits for it.
            if !running || store.must_flush() {
                self.begin_flushing(store)?;
            }
        }
        Ok(())
    }

    fn begin_flushing(&mut self, store: &Arc<Store>) -> Result<(), StoreError> {
        self.end_flushing()?;
        let store = Arc::clone(store);
        self.flushing = Some(std::thread::spawn(move || store.flush()));
        Ok(())
    }

    fn end_flushing(&mut self) -> Result<(), StoreError> {
        match self.flushing.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(flushed)) => flushed,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // What could not be written away is in the journal.
        if let Some(flushing) = self.flushing.take() {
            let _ = flushing.join();
        }
    }
}

impl Sheet {
    fn new(meta: Meta, time: Timestamp, mut lines: Vec<u8>) -> Self {
        lines.clear();
        Self {
            meta,
            time,
            time_text: time.to_string(),
            lines,
            effects: Effects::default(),
        }
    }

    /// The time of every line of the sheet.
    pub fn time(&self) -> &str {
        &self.time_text
    }

    /// The same as a moment of the domain.
    pub fn moment(&self) -> intake_core::moment::Moment {
        clock::moment_of(self.time)
    }

    /// A number for a new order.
    pub fn take_order_id(&mut self) -> u64 {
        self.meta.next_order += 1;
        self.meta.next_order - 1
    }

    /// A number for a customer that comes without one: decimal digits that no customer has yet.
    pub fn take_customer_id(&mut self, mut taken: impl FnMut(&str) -> bool) -> String {
        loop {
            let id = self.meta.next_customer_id.to_string();
            self.meta.next_customer_id += 1;
            if !taken(&id) {
                return id;
            }
        }
    }

    /// Writes the line of a row. Gives the log id.
    pub fn row(&mut self, note: RowNote<'_>) -> u64 {
        let log_id = self.take_log_id();
        if let (true, Some(key)) = (note.remembered, note.line.external_system_id) {
            self.effects.history.push((key_hash(key), log_id));
        }
        let line = RowLine {
            log_id,
            time: &self.time_text,
            ..note.line
        };
        write_line(&mut self.lines, &line);
        log_id
    }

    /// Writes the line of a row whose body is made already (see [`put_line`]). `remembered` is the hash of its key, where
    /// the order's history gains an entry. Gives the log id.
    pub fn made_row(
        &mut self,
        body: (&[u8], usize),
        order_id: u64,
        remembered: Option<u64>,
    ) -> u64 {
        let log_id = self.take_log_id();
        put_line(&mut self.lines, log_id, &self.time_text, body, order_id);
        self.effects
            .history
            .extend(remembered.map(|hash| (hash, log_id)));
        log_id
    }

    /// Makes room for rows of so many bytes, and for records of orders of so many.
    pub fn expect(&mut self, line_bytes: usize, record_bytes: usize) {
        self.lines.reserve(line_bytes);
        self.effects.records.reserve_exact(record_bytes);
    }

    /// Does it change nothing that a decision rests on?
    fn stands_aside(&self) -> bool {
        let effects = &self.effects;
        let tells_of_sending = !effects.sent.is_empty() || effects.outbox.is_some();
        let changes_nothing = effects.to_send == 0
            && effects.first_log.is_none()
            && effects.offers.is_empty()
            && effects.customers.is_empty()
            && effects.files.is_empty();
        tells_of_sending && changes_nothing
    }

    /// Notes an order as it is after the row just written.
    pub fn order(&mut self, order: StoredOrder) {
        self.effects.to_send += 1;
        self.effects.orders.push(order);
    }

    /// The same of terms in their stored form; `index` has the hashes of key and customer of a new order, `delivery` that of a
    /// delivery customer who is another.
    pub fn made_order(
        &mut self,
        order_id: u64,
        terms: &[u8],
        stamps: Stamps,
        index: Option<(u64, u64)>,
        delivery: Option<u64>,
    ) {
        let effects = &mut self.effects;
        effects.to_send += 1;
        put_order(&mut effects.records, order_id, terms, stamps);
        effects.sealed.push(SealedOrder {
            order_id,
            end: effects.records.len() as u32,
            index,
            delivery,
        });
    }

    fn take_log_id(&mut self) -> u64 {
        let log_id = self.meta.next_log;
        self.meta.next_log += 1;
        self.effects.first_log.get_or_insert(log_id);
        self.effects.last_log = Some(log_id);
        log_id
    }

    /// Writes the line of a customer.
    pub fn customer(&mut self, customer: Customer, import_id: Option<&str>, partner: Option<&str>) {
        let entry = CustomerEntry::new(&customer, import_id, partner, &self.time_text);
        self.put_customer(customer, &entry);
        self.effects.to_send += 1;
    }

    /// Writes the line of a customer that a file changed; it stays whose it was.
    pub fn changed_customer(&mut self, customer: Customer, import_id: &str, partner: &str) {
        let entry = CustomerEntry {
            changed: true,
            ..CustomerEntry::new(&customer, Some(import_id), Some(partner), &self.time_text)
        };
        self.put_customer(customer, &entry);
        self.effects.to_send += 1;
    }

    /// Writes the line of a customer whom upstream has told of.
    pub fn pulled_customer(&mut self, customer: Customer) {
        let entry = CustomerEntry {
            origin: Some("upstream".to_owned()),
            ..CustomerEntry::new(&customer, None, None, &self.time_text)
        };
        self.put_customer(customer, &entry);
    }

    fn put_customer(&mut self, customer: Customer, entry: &CustomerEntry) {
        write_line(&mut self.lines, entry);
        let now = self.moment();
        self.effects.customers.push(StoredCustomer {
            customer,
            partner: entry.partner.as_deref().map(Into::into),
            created: now,
            changed: now,
        });
    }

    /// Writes a verdict on what was sent upstream.
    pub fn sent(&mut self, entry: SentEntry) {
        write_line(&mut self.lines, &entry);
        self.effects.sent.push(entry);
    }

    /// Writes how far the sender is.
    pub fn outbox(&mut self, mark: OutboxMark) {
        let entry = OutboxEntry {
            kind: OutboxKind::Outbox,
            time: self.time_text.clone(),
            mark,
        };
        write_line(&mut self.lines, &entry);
        self.effects.outbox = Some(entry.mark);
    }

    /// Writes the line of an offer.
    pub fn offer(&mut self, offer: Offer) {
        let entry = OfferEntry {
            kind: "offer".to_owned(),
            time: self.time_text.clone(),
            offer: OfferJson::new(&offer),
        };
        write_line(&mut self.lines, &entry);
        self.effects.offers.push(offer);
    }

    /// Writes a step of a file.
    pub fn file(&mut self, entry: FileEntry) {
        write_line(&mut self.lines, &entry);
        self.effects.files.push(entry);
    }
}
