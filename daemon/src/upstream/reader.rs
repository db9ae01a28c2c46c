//! Which changes does the journal hold that upstream is to have?
//! Read in order, one frame in memory, never beyond what the store has: so the order that a line changed can be asked for
//! as it stands. A change that a later one has overtaken is passed over where the line alone does not tell the order whole.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use intake_core::field::Field;
use intake_core::moment::Moment;
use memchr::memmem::Finder;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::{item_of_known, item_of_new, shows};
use super::work::{CustomerWork, FileEnd, OrderWork, Work};
use crate::entry::sent::{OutboxMark, Place};
use crate::entry::{CustomerEntry, FileEntry, ROW_PREFIX};
use crate::folder::lifecycle::Step;
use crate::journal::{Frame, Frames, JournalError, Position};
use crate::state::{Store, StoreError, StoredOrder};

/// Reads the journal for the sender.
pub struct Reader {
    frames: Frames,
    current: Option<Current>,
    mark: OutboxMark,
    finders: Finders,
    import: Arc<str>,
}

struct Current {
    frame: Frame,
    /// The next line's first byte, and its number.
    at: usize,
    line: u32,
    time: Arc<str>,
}

/// What stands at a line.
#[derive(Debug)]
pub enum Found {
    /// Something to do.
    Work(Work),
    /// A change that has its verdict already.
    Settled(Place),
    /// A change that a later one of the same order stands for.
    Overtaken(OrderWork),
}

/// Why the journal cannot be read for sending.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A line.
    #[error(
        "the line at {place} of the journal cannot be sent: {source}\nhint: run `intake verify`"
    )]
    Line {
        /// Where.
        place: Place,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A line that speaks of an order that is not there.
    #[error(
        "the line at {0} of the journal changes an order that the store has not\nhint: run `intake verify`"
    )]
    NoOrder(Place),
}

/// The row as far as sending goes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'l> {
    log_id: u64,
    #[serde(borrow)]
    import_id: Cow<'l, str>,
    row: Option<u64>,
    #[serde(borrow)]
    external_system_id: Option<Cow<'l, str>>,
    #[serde(borrow)]
    decision: Cow<'l, str>,
    success: bool,
    order_id: u64,
    #[serde(borrow)]
    changes: Vec<Change<'l>>,
}

#[derive(Deserialize)]
struct Change<'l> {
    #[serde(borrow)]
    field: &'l str,
    #[serde(borrow)]
    new: &'l RawValue,
}

/// Tells at a glance what lines are passed over: of a daily book nearly all.
struct Finders {
    unchanged: Finder<'static>,
    refused: Finder<'static>,
}

impl Finders {
    fn new() -> Self {
        Self {
            unchanged: Finder::new(",\"decision\":\"unchanged\",\"success\":true,"),
            refused: Finder::new("\",\"success\":false,\"orderId\":"),
        }
    }

    /// Is the line one of a row that changed something, as far as a glance tells?
    fn may_change(&self, line: &[u8]) -> bool {
        // In JSON a quote within a text never stands bare, so that what looks like fields of the line are its own.
        line.starts_with(ROW_PREFIX)
            && self.unchanged.find(line).is_none()
            && self.refused.find(line).is_none()
    }
}

const CUSTOMER_PREFIX: &[u8] = b"{\"type\":\"customer\",";
const FILE_PREFIX: &[u8] = b"{\"type\":\"file\",";
const FROM_UPSTREAM: &[u8] = b"\"origin\":\"upstream\"";

impl Reader {
    /// A reader that begins where the mark says.
    pub fn open(journal: &Path, mark: OutboxMark) -> Result<Self, JournalError> {
        Ok(Self {
            frames: Frames::open(journal, mark.next.frame)?,
            current: None,
            mark,
            finders: Finders::new(),
            import: "".into(),
        })
    }

    /// Everything before this place was read.
    pub fn place(&self) -> Place {
        match &self.current {
            Some(current) => Place {
                frame: current.frame.start,
                line: current.line,
            },
            None => Place {
                frame: self.frames.position().max(self.mark.next.frame),
                line: if self.frames.position() <= self.mark.next.frame {
                    self.mark.next.line
                } else {
                    0
                },
            },
        }
    }

    /// The next thing to do; nothing where the store has no more.
    pub fn next(&mut self, store: &Store, now: Moment) -> Result<Option<Found>, ReadError> {
        loop {
            if self.current.is_none() && !self.open_frame(store.meta().position)? {
                return Ok(None);
            }
            let Some(current) = &mut self.current else {
                return Ok(None);
            };
            let rest = &current.frame.lines[current.at..];
            let Some(length) = memchr::memchr(b'\n', rest) else {
                self.current = None;
                continue;
            };
            let place = Place {
                frame: current.frame.start,
                line: current.line,
            };
            let line = &rest[..length];
            current.at += length + 1;
            current.line += 1;
            let found = if self.finders.may_change(line) {
                row(
                    line,
                    place,
                    &current.time,
                    &mut self.import,
                    &self.mark,
                    store,
                    now,
                )?
            } else if line.starts_with(CUSTOMER_PREFIX) {
                customer(line, place, &current.time, &self.mark)?
            } else if line.starts_with(FILE_PREFIX) {
                file(line, place, &current.time, &self.mark)?
            } else {
                None
            };
            if let Some(found) = found {
                return Ok(Some(found));
            }
        }
    }

    /// How many changes without a verdict there are from here to the end; whoever asks reads no more.
    pub fn count(mut self, end: Position) -> Result<u64, ReadError> {
        let mut count = 0;
        while self.open_frame(end)? {
            let Some(current) = self.current.take() else {
                break;
            };
            let lines = current.frame.lines.split_inclusive(|byte| *byte == b'\n');
            for (number, line) in lines.enumerate() {
                let place = Place {
                    frame: current.frame.start,
                    line: number as u32,
                };
                let counts = self.finders.may_change(line)
                    || (line.starts_with(CUSTOMER_PREFIX) && !is_from_upstream(line));
                count += u64::from(counts && !self.mark.is_settled(place));
            }
        }
        Ok(count)
    }

    fn open_frame(&mut self, end: Position) -> Result<bool, ReadError> {
        if self.frames.position() >= end {
            return Ok(false);
        }
        let Some(frame) = self.frames.next()? else {
            return Ok(false);
        };
        self.current = Some(Current {
            time: frame.time.as_str().into(),
            frame,
            at: 0,
            line: 0,
        });
        Ok(true)
    }
}

fn row(
    line: &[u8],
    place: Place,
    time: &Arc<str>,
    import: &mut Arc<str>,
    mark: &OutboxMark,
    store: &Store,
    now: Moment,
) -> Result<Option<Found>, ReadError> {
    if mark.is_settled(place) {
        return Ok((place >= mark.next).then_some(Found::Settled(place)));
    }
    let row: Line<'_> =
        serde_json::from_slice(line).map_err(|source| ReadError::Line { place, source })?;
    let Some(key) = row.external_system_id else {
        return Ok(None);
    };
    if !row.success || row.decision == "unchanged" || row.log_id < mark.first_log {
        return Ok(None);
    }
    if **import != *row.import_id {
        *import = row.import_id.as_ref().into();
    }
    if row.decision == "create" {
        let text = |name: &str| {
            let change = row.changes.iter().find(|change| change.field == name)?;
            serde_json::from_str::<String>(change.new.get()).ok()
        };
        // A date that was right when the order came may be refused by now: where it has been here for long, as it stands.
        let item = if mark.fills(place) {
            let order = store.order_by_id(row.order_id)?;
            let order = order.ok_or(ReadError::NoOrder(place))?;
            item_of_known(&order.terms, &[], now)
        } else {
            item_of_new(row.changes.iter().map(|change| (change.field, change.new)))
        };
        let customers = ["invoiceCustomerId", "deliveryCustomerId"];
        let work = OrderWork {
            place,
            log_id: row.log_id,
            time: Arc::clone(time),
            import: Arc::clone(import),
            row: row.row,
            order_id: row.order_id,
            key: key.as_ref().into(),
            customers: customers
                .iter()
                .filter_map(|name| text(name))
                .map(Arc::from)
                .collect(),
            creates: true,
            item,
            shows: true,
            again: false,
            taken: false,
        };
        return Ok(Some(Found::Work(Work::Order(Arc::new(work)))));
    }
    let order = store.order_by_id(row.order_id)?;
    let order = order.ok_or(ReadError::NoOrder(place))?;
    let changed = row
        .changes
        .iter()
        .filter_map(|change| Field::from_name(change.field));
    let changed: Vec<Field> = changed.collect();
    let work = OrderWork {
        place,
        log_id: row.log_id,
        time: Arc::clone(time),
        import: Arc::clone(import),
        row: row.row,
        ..known_order(&order, &changed, now)
    };
    Ok(Some(if order.last_log > row.log_id {
        Found::Overtaken(work)
    } else {
        Found::Work(Work::Order(Arc::new(work)))
    }))
}

/// An order that is known upstream, as it stands; where it came from is yet to be filled in.
pub(super) fn known_order(order: &StoredOrder, changed: &[Field], now: Moment) -> OrderWork {
    let terms = &order.terms;
    let customers = [
        Some(&terms.invoice_customer),
        terms.delivery_customer.as_ref(),
    ];
    OrderWork {
        place: Place {
            frame: Position::START,
            line: 0,
        },
        log_id: order.last_log,
        time: "".into(),
        import: "".into(),
        row: None,
        order_id: order.order_id,
        key: terms.external_system_id.as_ref().into(),
        customers: customers
            .into_iter()
            .flatten()
            .map(|id| id.as_ref().into())
            .collect(),
        creates: false,
        item: item_of_known(terms, changed, now),
        shows: shows(changed),
        again: false,
        taken: false,
    }
}

/// The last change of an order as its line tells it, whole as the order stands.
pub(super) fn last_change(
    order: &StoredOrder,
    journal: &Path,
    store: &Store,
    now: Moment,
) -> Result<Option<OrderWork>, ReadError> {
    let Some((_, position)) = store.frame_of(order.last_log)? else {
        return Ok(None);
    };
    let frame = Frames::read_at(journal, position)?;
    let head = format!("\"logId\":{},", order.last_log);
    for (number, line) in frame.lines.split(|byte| *byte == b'\n').enumerate() {
        let rest = line.strip_prefix(ROW_PREFIX);
        if !rest.is_some_and(|rest| rest.starts_with(head.as_bytes())) {
            continue;
        }
        let place = Place {
            frame: frame.start,
            line: number as u32,
        };
        let row: Line<'_> =
            serde_json::from_slice(line).map_err(|source| ReadError::Line { place, source })?;
        let fields = row.changes.iter().map(|change| change.field);
        let changed: Vec<Field> = fields.filter_map(Field::from_name).collect();
        let creates = row.decision == "create";
        return Ok(Some(OrderWork {
            place,
            time: frame.time.as_str().into(),
            import: row.import_id.as_ref().into(),
            row: row.row,
            creates,
            shows: creates || shows(&changed),
            ..known_order(order, &changed, now)
        }));
    }
    Ok(None)
}

fn customer(
    line: &[u8],
    place: Place,
    time: &Arc<str>,
    mark: &OutboxMark,
) -> Result<Option<Found>, ReadError> {
    if is_from_upstream(line) || place < mark.next {
        return Ok(None);
    }
    if mark.is_settled(place) {
        return Ok(Some(Found::Settled(place)));
    }
    let entry: CustomerEntry =
        serde_json::from_slice(line).map_err(|source| ReadError::Line { place, source })?;
    Ok(entry.customer().map(|customer| {
        Found::Work(Work::Customer(Arc::new(CustomerWork {
            place,
            time: Arc::clone(time),
            id: customer.id.as_ref().into(),
            customer,
            again: false,
        })))
    }))
}

fn file(
    line: &[u8],
    place: Place,
    time: &Arc<str>,
    mark: &OutboxMark,
) -> Result<Option<Found>, ReadError> {
    if mark.is_settled(place) {
        return Ok((place >= mark.next).then_some(Found::Settled(place)));
    }
    if mark.fills(place) {
        return Ok(None);
    }
    let entry: FileEntry =
        serde_json::from_slice(line).map_err(|source| ReadError::Line { place, source })?;
    Ok((entry.step == Step::Receipted).then(|| {
        Found::Work(Work::FileEnd(Arc::new(FileEnd {
            place,
            time: Arc::clone(time),
            import: entry.import_id.as_str().into(),
        })))
    }))
}

/// A name stands before the values of a customer, none of which holds a bare quote.
fn is_from_upstream(line: &[u8]) -> bool {
    let head = memchr::memmem::find(line, b"\"values\":").unwrap_or(line.len());
    memchr::memmem::find(&line[..head], FROM_UPSTREAM).is_some()
}
