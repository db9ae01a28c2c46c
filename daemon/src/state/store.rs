//! Which orders, customers, offers and files are there now?
//! Answers for everything that was journalled and acknowledged, whether the engine has it yet or not.

mod customers;
mod files;
pub mod grants;
mod knowledge;
mod orders;
mod outbox;
pub mod walk;

use super::effects::{Effects, UnknownLine};
use super::engine::open::{self, OpenError, Options};
use super::engine::postings::Postings;
use super::engine::shelf::Shelf;
use super::engine::{Batch, Engine, EngineError, Space};
use super::file_record::{FileRecord, import_number};
use super::pending::{Pending, PendingIndex};
use super::record::{self, RecordError, StoredOrder};
use crate::journal::{FrameSpan, JournalError, Position};
use crate::system::give_way;
use intake_core::catalog::{Catalog, email_key};
use intake_core::field::Field;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use xxhash_rust::xxh3::xxh3_64;

/// The state that the journal leaves, ready to be asked.
#[derive(Debug)]
pub struct Store {
    engine: Engine,
    layers: RwLock<Layers>,
    catalog: RwLock<Arc<Catalog>>,
    runs: walk::Runs,
    customer_runs: walk::Runs,
    remembered: grants::Remembered,
}

/// How far the store is, and the next free numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// Version of this form.
    pub version: u32,
    /// The end of the journal that is applied.
    pub position: Position,
    /// The next order.
    pub next_order: u64,
    /// The next log entry.
    pub next_log: u64,
    /// The next customer record.
    pub next_customer: u64,
    /// The next customer number to try for a customer without one.
    pub next_customer_id: u64,
    /// The next import.
    pub next_import: u64,
}

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A record cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The journal cannot be followed.
    #[error(transparent)]
    Line(#[from] UnknownLine),
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl StoreError {
    /// Would a store made anew from the journal do?
    pub fn asks_for_rebuild(&self) -> bool {
        match self {
            Self::Open(error) => error.wants_quarantine(),
            Self::Engine(error) => {
                matches!(
                    error,
                    EngineError::Damaged { .. } | EngineError::Failed { .. }
                )
            }
            Self::Record(_) => true,
            Self::Line(_) | Self::Journal(_) => false,
        }
    }
}

/// How much may wait before it is written away: large runs are what the engine is fast at. About 130,000 orders.
pub const PENDING_BYTES: usize = 32 << 20;

/// So many orders of a frame become visible at a time, which takes a fraction of a millisecond.
const TAKEN_AT_ONCE: usize = 512;

/// How many orders are written to the engine at a time; what is being written takes memory once more.
const ORDERS_AT_ONCE: usize = 4096;

const ORDERS: Shelf = Shelf::new(Space::Orders);
const ORDER_BY_KEY: Postings = Postings::new(Space::OrderByKey);
const ORDER_BY_CUSTOMER: Postings = Postings::new(Space::OrderByCustomer);
const CUSTOMERS: Shelf = Shelf::new(Space::Customers);
const CUSTOMER_BY_ID: Postings = Postings::new(Space::CustomerById);
const CUSTOMER_BY_EMAIL: Postings = Postings::new(Space::CustomerByEmail);
const CUSTOMER_BY_EXTERNAL_ID: Postings = Postings::new(Space::CustomerByExternalId);
const CUSTOMER_BY_USERNAME: Postings = Postings::new(Space::CustomerByUsername);
const HISTORY: Postings = Postings::new(Space::History);
const META_KEY: &[u8] = b"meta";

/// The version of all that the store holds. 2: customers are found by user name and external number, and say whose they are.
const VERSION: u32 = 2;

#[derive(Debug)]
struct Layers {
    meta: Meta,
    active: Pending,
    /// Being written away just now, with the marker that goes with it.
    frozen: Option<Arc<Frozen>>,
}

#[derive(Debug)]
struct Frozen {
    pending: Pending,
    meta: Meta,
}

/// The hash under which a key is found.
pub fn key_hash(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

impl Default for Meta {
    fn default() -> Self {
        Self {
            version: VERSION,
            position: Position::START,
            next_order: 1,
            next_log: 1,
            next_customer: 1,
            next_customer_id: 100_000,
            next_import: 1,
        }
    }
}

impl Store {
    /// Opens the store in this directory, or makes an empty one.
    pub fn open(directory: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        let options = Options {
            cache_capacity: cache_bytes,
            ..Options::default()
        };
        let engine = open::open(directory, &options)?;
        let meta = match engine.get(Space::Meta, META_KEY)? {
            Some(value) => {
                serde_json::from_slice(&value).map_err(|_| RecordError { what: "marker" })?
            }
            None => Meta::default(),
        };
        let mut catalog = Catalog::new();
        for entry in engine.scan(Space::Offers, &[]) {
            let (_, value) = entry?;
            let offer = record::decode_offer(&value)?;
            catalog.insert(offer.id.clone(), offer);
        }
        let layers = Layers {
            meta,
            active: Pending::default(),
            frozen: None,
        };
        Ok(Self {
            engine,
            layers: RwLock::new(layers),
            catalog: RwLock::new(Arc::new(catalog)),
            runs: walk::Runs::default(),
            customer_runs: walk::Runs::default(),
            remembered: grants::Remembered::default(),
        })
    }

    /// How far the store is and the next free numbers.
    pub fn meta(&self) -> Meta {
        self.read().meta
    }

    /// Was it made by a version that kept less?
    pub fn is_of_an_older_version(&self) -> bool {
        self.meta().version < VERSION
    }

    /// The offers there are.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::clone(&self.catalog.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over what a frame changes. The frame is durable already.
    pub fn apply(&self, mut effects: Effects, span: FrameSpan) -> Result<(), StoreError> {
        let known = self.known_customers(&mut effects.customers)?;
        let known_files = self.known_files(&effects)?;
        let last_order = self.take_orders(&mut effects);
        let mut layers = self.write();
        let layers = &mut *layers;
        let meta = &mut layers.meta;
        let active = &mut layers.active;
        active.moved = true;
        meta.position = span.end;
        if let Some(last) = effects.last_import() {
            meta.next_import = meta.next_import.max(last + 1);
        }
        if let (Some(first), Some(last)) = (effects.first_log, effects.last_log) {
            active.frames.push((first, span.start));
            meta.next_log = meta.next_log.max(last + 1);
        }
        if let Some(last) = last_order {
            meta.next_order = meta.next_order.max(last + 1);
        }
        let mut changed_customers = Vec::with_capacity(known.len());
        for (stored, known) in effects.customers.into_iter().zip(known) {
            let customer = &stored.customer;
            let number = known.unwrap_or_else(|| {
                meta.next_customer += 1;
                meta.next_customer - 1
            });
            if let Ok(id) = customer.id.parse::<u64>()
                && (meta.next_customer_id..u64::MAX).contains(&id)
            {
                meta.next_customer_id = id + 1;
            }
            let marked = customers::marked_number(number, &customer.id);
            let by_id = &mut active.customer_by_id;
            by_id.insert(key_hash(&customer.id), marked);
            let email = key_hash(&email_key(customer.email()));
            active.customer_by_email.insert(email, number);
            if let Some(id) = customer.value(Field::CustomerExternalSystemId) {
                active.customer_by_external_id.insert(key_hash(id), number);
            }
            if let Some(name) = customer.value(Field::Username) {
                active.customer_by_username.insert(key_hash(name), number);
            }
            active.customers.insert(number, stored);
            changed_customers.push(number);
        }
        let verdicts = outbox::verdicts_by_import(&effects.sent);
        for entry in effects.files {
            let Some(number) = import_number(&entry.import_id) else {
                continue;
            };
            let known = active
                .files
                .remove(&number)
                .or_else(|| known_files.get(&number).cloned());
            let record = match known {
                None => FileRecord::begin(&entry, span),
                Some(mut record) => {
                    record.follow(&entry, span);
                    record
                }
            };
            active.files.insert(number, record);
        }
        for (number, verdict, rows) in verdicts {
            let known = active.files.remove(&number);
            if let Some(mut record) = known.or_else(|| known_files.get(&number).cloned()) {
                record.take_verdict(&verdict, rows);
                active.files.insert(number, record);
            }
        }
        outbox::take(active, &mut effects.sent, effects.outbox.take());
        active.history.extend(effects.history);
        if !effects.offers.is_empty() {
            let mut shared = self.catalog.write().unwrap_or_else(PoisonError::into_inner);
            let catalog = Arc::make_mut(&mut shared);
            for offer in effects.offers {
                catalog.insert(offer.id.clone(), offer.clone());
                active.offers.insert(offer.id.clone(), offer);
            }
        }
        self.customer_runs.forget(changed_customers.into_iter());
        Ok(())
    }

    /// Takes over the orders of a frame, some at a time, so that whoever reads never waits for long. They are there before the
    /// marker says so: what is cut off between is followed once more. Gives the greatest number among them.
    fn take_orders(&self, effects: &mut Effects) -> Option<u64> {
        effects.seal_orders();
        let mut start = 0;
        for some in effects.sealed.chunks(TAKEN_AT_ONCE) {
            let end = some.last().map_or(start, |last| last.end);
            let records = &effects.records[start as usize..end as usize];
            self.write().active.take_orders(some, records, start);
            self.remembered.forget_customers_of(some);
            give_way();
            start = end;
        }
        let changed = effects.sealed.iter().map(|sealed| sealed.order_id);
        self.runs.forget(changed.clone());
        changed.max()
    }

    /// Forgets everything, to be made anew from the journal's beginning. Readers find nothing until then.
    pub fn clear(&self) -> Result<(), StoreError> {
        self.engine.clear()?;
        let mut layers = self.write();
        *layers = Layers {
            meta: Meta::default(),
            active: Pending::default(),
            frozen: None,
        };
        *self.catalog.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
        self.runs.forget_all();
        self.customer_runs.forget_all();
        self.remembered.forget_all();
        Ok(())
    }

    /// About how much memory what waits to be written away takes.
    pub fn pending_bytes(&self) -> u64 {
        let layers = self.read();
        layers.all().map(|pending| pending.bytes() as u64).sum()
    }

    /// Does enough wait to be written away?
    pub fn wants_flush(&self) -> bool {
        self.read().active.bytes() >= PENDING_BYTES
    }

    /// Does so much wait that writing it away takes its time?
    pub fn holds_much(&self) -> bool {
        self.read().active.bytes() >= PENDING_BYTES / 8
    }

    /// Does so much wait that no more may come?
    pub fn must_flush(&self) -> bool {
        self.read().active.bytes() >= PENDING_BYTES + PENDING_BYTES / 4
    }

    /// Writes away what waits. Called by the one writer; readers go on meanwhile.
    pub fn flush(&self) -> Result<(), StoreError> {
        let frozen = {
            let mut layers = self.write();
            if layers.frozen.is_none() {
                if layers.active.is_empty() {
                    return Ok(());
                }
                let pending = std::mem::take(&mut layers.active);
                layers.frozen = Some(Arc::new(Frozen {
                    pending,
                    meta: layers.meta,
                }));
            }
            let Some(frozen) = &layers.frozen else {
                return Ok(());
            };
            Arc::clone(frozen)
        };
        self.write_away(&frozen.pending, frozen.meta)?;
        self.write().frozen = None;
        Ok(())
    }

    /// The order with this number.
    pub fn order_by_id(&self, id: u64) -> Result<Option<StoredOrder>, StoreError> {
        if let Some(order) = self.read().order(id) {
            return Ok(Some(record::decode_order(order)?));
        }
        let bytes = ORDERS.get(&self.engine, id)?;
        Ok(bytes
            .map(|bytes| record::decode_order(&bytes))
            .transpose()?)
    }

    /// Calls `visit` for every order, by number. What changes meanwhile may be seen or not.
    pub fn each_order(&self, visit: &mut dyn FnMut(StoredOrder)) -> Result<(), StoreError> {
        self.try_each_order(&mut |order| {
            visit(order);
            Ok(())
        })
    }

    /// The same, up to the first order at which `visit` fails.
    pub fn try_each_order<E: From<StoreError>>(
        &self,
        visit: &mut dyn FnMut(StoredOrder) -> Result<(), E>,
    ) -> Result<(), E> {
        let end = self.meta().next_order;
        let mut from = 1;
        while from < end {
            let ids: Vec<u64> = (from..end.min(from + 4096)).collect();
            let mut decoded = Vec::with_capacity(ids.len());
            let read = ORDERS.get_many(&self.engine, &ids, |id, bytes| {
                decoded.push((id, bytes.map(record::decode_order)));
            });
            read.map_err(StoreError::from)?;
            for (id, order) in decoded {
                let newer = self.read().order(id).map(record::decode_order);
                if let Some(order) = newer.or(order) {
                    visit(order.map_err(StoreError::from)?)?;
                }
            }
            from += ids.len() as u64;
        }
        Ok(())
    }

    /// How many customers there are.
    pub fn customer_count(&self) -> u64 {
        self.meta().next_customer - 1
    }

    /// Bytes that the engine takes on disk.
    pub fn size_on_disk(&self) -> Result<u64, StoreError> {
        Ok(self.engine.size_on_disk()?)
    }

    /// Writes what waits to the engine; the marker comes last.
    fn write_away(&self, pending: &Pending, meta: Meta) -> Result<(), StoreError> {
        for some in pending.orders.sorted().chunks(ORDERS_AT_ONCE) {
            let mut batch = Batch::new();
            ORDERS.put_many(&self.engine, &mut batch, some)?;
            self.engine.write(batch)?;
        }
        let mut batch = Batch::new();
        let mut customers: Vec<(u64, Vec<u8>)> = pending
            .customers
            .iter()
            .map(|(number, customer)| (*number, record::encode_customer(customer)))
            .collect();
        customers.sort_unstable_by_key(|(number, _)| *number);
        CUSTOMERS.put_many(&self.engine, &mut batch, &customers)?;
        // One after another, so that the pairs of one index alone are in memory.
        let mut index = |postings: Postings, pairs: Vec<(u64, u64)>| -> Result<(), StoreError> {
            postings.insert_many(&self.engine, &mut batch, pairs)?;
            Ok(self.engine.write(std::mem::take(&mut batch))?)
        };
        index(ORDER_BY_KEY, pending.order_by_key.pairs())?;
        index(ORDER_BY_CUSTOMER, pending.order_by_customer.pairs())?;
        index(CUSTOMER_BY_ID, pending.customer_by_id.pairs())?;
        index(CUSTOMER_BY_EMAIL, pending.customer_by_email.pairs())?;
        index(
            CUSTOMER_BY_EXTERNAL_ID,
            pending.customer_by_external_id.pairs(),
        )?;
        index(CUSTOMER_BY_USERNAME, pending.customer_by_username.pairs())?;
        HISTORY.insert_many(&self.engine, &mut batch, pending.history.clone())?;
        for offer in pending.offers.values() {
            batch.put(
                Space::Offers,
                offer.id.as_bytes(),
                record::encode_offer(offer),
            )?;
        }
        for (number, file) in &pending.files {
            let bytes = serde_json::to_vec(file).map_err(|_| RecordError { what: "file" })?;
            batch.put(Space::Files, &number.to_be_bytes(), bytes)?;
        }
        outbox::put(&mut batch, pending)?;
        for (first, position) in &pending.frames {
            let bytes = serde_json::to_vec(position).map_err(|_| RecordError { what: "frame" })?;
            batch.put(Space::Frames, &(!first).to_be_bytes(), bytes)?;
        }
        let bytes = serde_json::to_vec(&meta).map_err(|_| RecordError { what: "marker" })?;
        batch.put(Space::Meta, META_KEY, bytes)?;
        Ok(self.engine.commit(batch)?)
    }

    /// Records that may be meant by these texts: (number, place in `keys`), sorted by number.
    fn candidates(
        &self,
        keys: &[&str],
        postings: Postings,
        index: impl Fn(&Pending) -> &PendingIndex,
    ) -> Result<Vec<(u64, usize)>, StoreError> {
        let mut hashes: Vec<(u64, usize)> = keys
            .iter()
            .enumerate()
            .map(|(at, key)| (key_hash(key), at))
            .collect();
        hashes.sort_unstable();
        let sorted: Vec<u64> = hashes.iter().map(|(hash, _)| *hash).collect();
        let mut candidates = Vec::with_capacity(keys.len());
        // What waits is looked at first: it can move to the engine meanwhile, but never back.
        let layers = self.read();
        for pending in layers.all() {
            let index = index(pending);
            if !index.is_empty() {
                for (hash, at) in &hashes {
                    candidates.extend(index.numbers_of(*hash).map(|id| (id, *at)));
                }
            }
        }
        drop(layers);
        let mut next = 0;
        postings.find_many(&self.engine, &sorted, |_, ids| {
            candidates.extend(ids.iter().map(|id| (*id, hashes[next].1)));
            next += 1;
        })?;
        candidates.sort_unstable();
        candidates.dedup();
        Ok(candidates)
    }

    fn read(&self) -> RwLockReadGuard<'_, Layers> {
        self.layers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Layers> {
        self.layers.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Layers {
    fn all(&self) -> impl Iterator<Item = &Pending> {
        self.frozen
            .iter()
            .map(|frozen| &frozen.pending)
            .chain([&self.active])
    }

    /// The same from what came last to what came first.
    fn all_newest_first(&self) -> impl Iterator<Item = &Pending> {
        let frozen = self.frozen.iter().map(|frozen| &frozen.pending);
        [&self.active].into_iter().chain(frozen)
    }

    fn have_orders(&self) -> bool {
        self.all().any(|pending| pending.orders.len() > 0)
    }

    /// The stored form of an order that waits.
    fn order(&self, id: u64) -> Option<&[u8]> {
        let frozen = || self.frozen.as_ref()?.pending.orders.get(id);
        self.active.orders.get(id).or_else(frozen)
    }
}
