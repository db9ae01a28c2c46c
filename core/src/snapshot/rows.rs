//! In which form do orders lie in memory, so that one can be looked up by itself?
//! One run of bytes an order, in boxes of a chunk each: about 40 bytes for an order, and nothing moves as boxes come.
//!
//! An order is: length of key, length of customer, key, customer, payment method, flags, number of the offer's text,
//! start, and then what the flags say, in the order of [`put_row`]. Moments are whole; a chunk's deltas are undone.

use super::columns::{COLUMNS, Column, MOMENTS, NUMBERS, flag};
use super::{MAX_CHUNK_BYTES, MAX_TEXT_BYTES};
use crate::moment::Moment;
use crate::numbers::{Cursor, put_number, put_signed};
use crate::order::{Manager, PaymentMethod, Terms};

/// The orders of a chunk, one after another.
#[derive(Debug)]
pub(super) struct Rows {
    bytes: Box<[u8]>,
    /// Where each order begins.
    starts: Box<[u32]>,
}

/// What orders name by number.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) texts: Vec<Box<str>>,
    pub(super) text_bytes: usize,
    pub(super) methods: Vec<PaymentMethod>,
}

/// More bytes than this no chunk's orders take in memory, by what a chunk may hold.
const MAX_ROWS_BYTES: usize = 8 * MAX_CHUNK_BYTES;

impl Rows {
    /// Reads a chunk; its texts are added to the words. `None`: it is not what was written.
    pub(super) fn of_chunk(chunk: &[u8], words: &mut Words) -> Option<Self> {
        let mut rest = Cursor::new(chunk);
        let orders = rest.size()?;
        // Each order has bytes of its own in several columns: their number is bounded by the chunk before memory is.
        if orders == 0 || orders > chunk.len() {
            return None;
        }
        let mut lengths = [0; COLUMNS];
        for length in &mut lengths {
            *length = rest.size()?;
        }
        let mut columns = [Cursor::default(); COLUMNS];
        for (column, length) in columns.iter_mut().zip(lengths) {
            *column = Cursor::new(rest.bytes(length)?);
        }
        let texts = &mut columns[Column::Texts as usize];
        while !texts.is_at_end() {
            let text = texts.text()?;
            words.text_bytes += text.len() + size_of::<Box<str>>();
            words.texts.push(text.into());
        }
        let mut bytes = Vec::with_capacity(chunk.len() * 2);
        let mut starts = Vec::with_capacity(orders);
        let mut last = Last::default();
        for _ in 0..orders {
            starts.push(bytes.len() as u32);
            put_row(&mut bytes, &mut columns, &mut last, words)?;
            if bytes.len() > MAX_ROWS_BYTES {
                return None;
            }
        }
        let done = rest.is_at_end() && columns.iter().all(Cursor::is_at_end);
        done.then(|| Self {
            bytes: bytes.into(),
            starts: starts.into(),
        })
    }

    /// How many orders there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Memory taken.
    pub(super) fn memory(&self) -> usize {
        self.bytes.len() + size_of_val(&*self.starts)
    }

    /// The key and the invoice customer of an order.
    pub(super) fn key_and_customer(&self, at: usize) -> Option<(&[u8], &[u8])> {
        let mut row = self.row(at)?;
        let (key, customer) = (row.size()?, row.size()?);
        Some((row.bytes(key)?, row.bytes(customer)?))
    }

    /// The delivery customer of an order, where it has one.
    pub(super) fn delivery_customer(&self, at: usize) -> Option<&[u8]> {
        let mut row = self.row(at)?;
        let names = row.size()?.checked_add(row.size()?)?;
        row.bytes(names)?;
        row.byte()?;
        if row.number()? & flag::DELIVERY == 0 {
            return None;
        }
        row.number()?;
        row.number()?;
        let length = row.size()?;
        row.bytes(length)
    }

    /// The terms of an order; its bytes were checked when they came in.
    pub(super) fn terms(&self, at: usize, words: &Words) -> Option<Terms> {
        let mut row = self.row(at)?;
        let (key, customer) = (row.size()?, row.size()?);
        let text = |bytes| std::str::from_utf8(bytes).ok();
        let mut terms = Terms::blank(text(row.bytes(key)?)?);
        terms.invoice_customer = text(row.bytes(customer)?)?.into();
        terms.payment_method = *words.methods.get(usize::from(row.byte()?))?;
        let flags = row.number()?;
        let has = |bit: u64| flags & bit != 0;
        terms.offer = words.texts.get(row.size()?)?.clone();
        let start = row.signed()?;
        if has(flag::DELIVERY) {
            terms.delivery_customer = Some(row.text()?.into());
        }
        if has(flag::DISCOUNT) {
            terms.discount = Some(row.byte()?);
        }
        if has(flag::QUANTITY) {
            terms.quantity = row.number()?.try_into().ok()?;
        }
        if has(flag::WBZ) {
            terms.managed_by = Manager::Wbz;
        }
        let mut numbers = [None; NUMBERS];
        for (at, number) in numbers.iter_mut().enumerate() {
            if has(flag::NUMBERS << at) {
                *number = Some(row.signed()?);
            }
        }
        let mut moments = [None; MOMENTS];
        for (at, moment) in moments.iter_mut().enumerate() {
            if has(flag::MOMENTS << at) {
                *moment = Some(start.wrapping_add(row.signed()?));
            }
        }
        let mut nanos = || match has(flag::NANOS) {
            true => u32::try_from(row.number()?).ok(),
            false => Some(0),
        };
        terms.start = Moment::from_unix(start, nanos()?);
        let mut whole = [None; MOMENTS];
        for (whole, seconds) in whole.iter_mut().zip(moments) {
            if let Some(seconds) = seconds {
                *whole = Some(Moment::from_unix(seconds, nanos()?));
            }
        }
        [
            terms.invoice_address,
            terms.delivery_address,
            terms.variant_delivery_address,
            terms.payment_method_id,
        ] = numbers;
        [
            terms.order_date,
            terms.end,
            terms.reference_start,
            terms.next_booking,
        ] = whole;
        if has(flag::BONUSES) {
            let count = row.size()?;
            for _ in 0..count {
                terms.bonuses.push(words.texts.get(row.size()?)?.clone());
            }
        }
        Some(terms)
    }

    fn row(&self, at: usize) -> Option<Cursor<'_>> {
        let start = *self.starts.get(at)? as usize;
        Some(Cursor::new(self.bytes.get(start..)?))
    }
}

/// What an order of a chunk is told by the difference to.
#[derive(Default)]
struct Last {
    key: Vec<u8>,
    start: i64,
}

/// Takes one order out of the columns and appends it as a row. `None`: it is not what was written.
fn put_row(
    out: &mut Vec<u8>,
    columns: &mut [Cursor<'_>; COLUMNS],
    last: &mut Last,
    words: &Words,
) -> Option<()> {
    let shared = columns[Column::KeyShared as usize].size()?;
    let length = columns[Column::KeyLength as usize].size()?;
    if shared > last.key.len() {
        return None;
    }
    last.key.truncate(shared);
    let rest = columns[Column::Key as usize].bytes(length)?;
    last.key.extend_from_slice(rest);
    let customer = names(columns, Column::CustomerLength, Column::Customer)?;
    if last.key.is_empty() || last.key.len() > MAX_TEXT_BYTES {
        return None;
    }
    std::str::from_utf8(&last.key).ok()?;
    let payment = columns[Column::Payment as usize].byte()?;
    let flags = columns[Column::Flags as usize].number()?;
    let offer = columns[Column::Offer as usize].number()?;
    let behind = columns[Column::Start as usize].signed()?;
    if flags > flag::ALL || usize::from(payment) >= words.methods.len() {
        return None;
    }
    last.start = last.start.wrapping_add(behind);
    put_number(out, last.key.len() as u64);
    put_number(out, customer.len() as u64);
    out.extend_from_slice(&last.key);
    out.extend_from_slice(customer.as_bytes());
    out.push(payment);
    put_number(out, flags);
    put_word(out, offer, words)?;
    put_signed(out, last.start);
    let has = |bit: u64| flags & bit != 0;
    if has(flag::DELIVERY) {
        let customer = names(columns, Column::DeliveryLength, Column::Delivery)?;
        put_number(out, customer.len() as u64);
        out.extend_from_slice(customer.as_bytes());
    }
    if has(flag::DISCOUNT) {
        let discount = columns[Column::Discount as usize].byte()?;
        out.push(Some(discount).filter(|percent| *percent <= 100)?);
    }
    if has(flag::QUANTITY) {
        let quantity = columns[Column::Quantity as usize].number()?;
        put_number(out, Some(quantity).filter(|it| u32::try_from(*it).is_ok())?);
    }
    for at in (0..NUMBERS).filter(|at| has(flag::NUMBERS << at)) {
        put_signed(out, columns[Column::Numbers as usize + at].signed()?);
    }
    let mut moments = 1;
    for at in (0..MOMENTS).filter(|at| has(flag::MOMENTS << at)) {
        put_signed(out, columns[Column::Moments as usize + at].signed()?);
        moments += 1;
    }
    if has(flag::NANOS) {
        for _ in 0..moments {
            let nanos = columns[Column::Nanos as usize].number()?;
            put_number(out, Some(nanos).filter(|it| *it < 1_000_000_000)?);
        }
    }
    if has(flag::BONUSES) {
        let count = columns[Column::Bonuses as usize].number()?;
        put_number(out, count);
        for _ in 0..count {
            let bonus = columns[Column::Bonuses as usize].number()?;
            put_word(out, bonus, words)?;
        }
    }
    Some(())
}

/// A customer's number out of its two columns.
fn names<'c>(
    columns: &mut [Cursor<'c>; COLUMNS],
    length: Column,
    bytes: Column,
) -> Option<&'c str> {
    let length = columns[length as usize].size()?;
    let bytes = columns[bytes as usize].bytes(length)?;
    let text = std::str::from_utf8(bytes).ok()?;
    (text.len() <= MAX_TEXT_BYTES).then_some(text)
}

fn put_word(out: &mut Vec<u8>, number: u64, words: &Words) -> Option<()> {
    let known = usize::try_from(number).is_ok_and(|number| number < words.texts.len());
    put_number(out, known.then_some(number)?);
    Some(())
}
