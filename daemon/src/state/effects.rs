//! What does a frame of the journal change?
//! The same whether it was written just now or is read again: applying it twice ends as applying it once.

use super::file_record::import_number;
use super::record::{StoredCustomer, StoredOrder};
use super::store::{Store, StoreError};
use crate::entry::sent::{OutboxMark, SentEntry};
use crate::entry::{CustomerEntry, FileEntry, Line, OfferEntry, RowEntry};
use crate::journal::{Frame, FrameSpan};
use intake_core::catalog::Offer;
use intake_core::field::Field;
use intake_core::moment::Moment;
use intake_core::order::Terms;
use intake_core::report::value_from_json;
use std::collections::HashMap;

/// The changes that one frame makes.
#[derive(Debug, Default)]
pub struct Effects {
    /// Orders that are new or changed, whole.
    pub orders: Vec<StoredOrder>,
    /// More of them, in their stored form already.
    pub sealed: Vec<SealedOrder>,
    /// Their records, one behind another.
    pub records: Vec<u8>,
    /// Customers that were created or changed.
    pub customers: Vec<StoredCustomer>,
    /// Offers that were added or replaced.
    pub offers: Vec<Offer>,
    /// Steps of files.
    pub files: Vec<FileEntry>,
    /// Entries that are neither "unchanged" nor the creation of an order: (hash of the key, log id).
    pub history: Vec<(u64, u64)>,
    /// The first log id of the frame, if it has rows.
    pub first_log: Option<u64>,
    /// The last log id of the frame, if it has rows.
    pub last_log: Option<u64>,
    /// Verdicts on what was sent upstream.
    pub sent: Vec<SentEntry>,
    /// How far the sender is.
    pub outbox: Option<OutboxMark>,
    /// How many changes there are that an upstream is to have.
    pub to_send: u64,
}

/// An order in its stored form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedOrder {
    /// Its number.
    pub order_id: u64,
    /// Where its record ends; it begins where the one before ends.
    pub end: u32,
    /// The hashes of key and customer of a new order.
    pub index: Option<(u64, u64)>,
    /// The hash of the delivery customer, where that is another.
    pub delivery: Option<u64>,
}

/// A line of the journal that this version cannot follow.
#[derive(Debug, thiserror::Error)]
#[error(
    "line {line} of the frame at {position} of the journal cannot be followed: {reason}\nhint: it was written by another version, or the journal was changed by hand; nothing was repaired"
)]
pub struct UnknownLine {
    /// The frame.
    pub position: crate::journal::Position,
    /// The line in it, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl Effects {
    /// Reads what a frame changes; `store` holds everything before it.
    pub fn of_frame(frame: &Frame, store: &Store) -> Result<Self, StoreError> {
        let mut effects = Self::default();
        let mut places: HashMap<u64, usize> = HashMap::new();
        let lines = frame
            .lines
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        for (index, bytes) in lines.enumerate() {
            let unknown = |reason: String| {
                let (position, line) = (frame.start, index + 1);
                StoreError::from(UnknownLine {
                    position,
                    line,
                    reason,
                })
            };
            let line = Line::parse(bytes).map_err(|error| unknown(error.to_string()))?;
            match line {
                Line::Row(row) => {
                    effects
                        .note_row(&row, store, &mut places)?
                        .map_err(|reason| unknown(reason.to_owned()))?;
                }
                Line::File(entry) => effects.files.push(*entry),
                Line::Customer(entry) => {
                    let brought = effects.partner_of_customer(&entry, store)?;
                    effects.note_customer(&entry, brought).map_err(unknown)?;
                }
                Line::Offer(entry) => effects.note_offer(&entry).map_err(unknown)?,
                Line::Sent(entry) => effects.sent.push(entry),
                Line::Outbox(entry) => effects.outbox = Some(entry.mark),
            }
        }
        Ok(effects)
    }

    /// The span that the steps of files are noted with.
    pub fn span_of(frame: &Frame) -> FrameSpan {
        FrameSpan {
            start: frame.start,
            end: frame.end,
        }
    }

    /// The greatest import number that the frame speaks of.
    pub fn last_import(&self) -> Option<u64> {
        self.files
            .iter()
            .filter_map(|entry| import_number(&entry.import_id))
            .max()
    }

    fn note_row(
        &mut self,
        row: &RowEntry<'_>,
        store: &Store,
        places: &mut HashMap<u64, usize>,
    ) -> Result<Result<(), &'static str>, StoreError> {
        self.first_log.get_or_insert(row.log_id);
        self.last_log = Some(row.log_id);
        let Some(key) = row.external_system_id.as_deref() else {
            return Ok(Ok(()));
        };
        let creates = row.decision == "create";
        if !creates && row.decision != "unchanged" {
            self.history.push((super::store::key_hash(key), row.log_id));
        }
        if !row.success || row.decision == "unchanged" {
            return Ok(Ok(()));
        }
        let Ok(time) = Moment::parse(&row.time) else {
            return Ok(Err("its time is none"));
        };
        let mut order = match places.get(&row.order_id) {
            Some(place) => self.orders[*place].clone(),
            None if creates => StoredOrder {
                order_id: row.order_id,
                partner: (&*row.partner).into(),
                terms: Terms::blank(key),
                created: time,
                changed: time,
                first_log: row.log_id,
                last_log: row.log_id,
            },
            None => match store.order_by_id(row.order_id)? {
                Some(order) => order,
                None => return Ok(Err("it changes an order that nobody created")),
            },
        };
        order.changed = time;
        order.last_log = row.log_id;
        for change in &row.changes {
            let Some(field) = Field::from_name(&change.field) else {
                return Ok(Err("it names an unknown field"));
            };
            let Some(value) = value_from_json(field, &change.new) else {
                return Ok(Err("it holds a value that its field cannot hold"));
            };
            if !order.terms.put(field, &value) {
                return Ok(Err("it holds a value that its field cannot hold"));
            }
        }
        if let Some(place) = places.get(&row.order_id) {
            self.orders[*place] = order;
        } else {
            places.insert(row.order_id, self.orders.len());
            self.orders.push(order);
        }
        Ok(Ok(()))
    }

    /// The partner that brought a customer; lines of before partners stood in them name the import at least.
    fn partner_of_customer(
        &self,
        entry: &CustomerEntry,
        store: &Store,
    ) -> Result<Option<Box<str>>, StoreError> {
        if let Some(partner) = &entry.partner {
            return Ok(Some(partner.as_str().into()));
        }
        let Some(import) = &entry.import_id else {
            return Ok(None);
        };
        let begun_here = self.files.iter().find(|file| file.import_id == *import);
        if let Some(partner) = begun_here.and_then(|file| file.partner.as_deref()) {
            return Ok(Some(partner.into()));
        }
        let file = store.file(import)?;
        Ok(file.map(|file| file.partner.into()))
    }

    fn note_customer(
        &mut self,
        entry: &CustomerEntry,
        partner: Option<Box<str>>,
    ) -> Result<(), String> {
        let customer = entry
            .customer()
            .ok_or("it names an unknown field of a customer")?;
        let time = Moment::parse(&entry.time).map_err(|_| "its time is none")?;
        self.customers.push(StoredCustomer {
            customer,
            partner,
            created: time,
            changed: time,
        });
        Ok(())
    }

    fn note_offer(&mut self, entry: &OfferEntry) -> Result<(), String> {
        let offer = entry
            .offer
            .offer()
            .ok_or("it names an unknown word of an offer")?;
        self.offers.push(offer);
        Ok(())
    }
}
