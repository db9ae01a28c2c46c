//! How do orders become a snapshot?
//! In two steps, so that nobody must know their number beforehand or hold them: orders become chunks while the books
//! stand still; then head, chunks and seal leave at whatever pace the taker has.

use super::columns::{COLUMNS, Column, flag, moments_of, numbers_of};
use super::{
    END, HEAD, Head, MAGIC, MAX_CHUNK_BYTES, MAX_HEAD_BYTES, MAX_ORDERS, MAX_TEXT_BYTES, ORDERS,
    SEAL, SECTION_HEAD, SnapshotError, VERSION,
};
use crate::numbers::{put_number, put_signed, put_text};
use crate::order::{Manager, Terms};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// Orders of one chunk.
const CHUNK_ORDERS: u64 = 4096;
/// A chunk that has reached this length is closed; one order adds much less than what is left to the limit.
const CHUNK_BYTES: usize = 1 << 20;

/// Makes chunks of orders.
#[derive(Default)]
pub struct ChunkWriter {
    columns: [Vec<u8>; COLUMNS],
    in_chunk: u64,
    orders: u64,
    last_key: Vec<u8>,
    last_start: i64,
    texts: BTreeMap<Box<str>, u64>,
}

/// Puts head, chunks and seal together.
pub struct SnapshotWriter {
    hash: Sha256,
}

impl ChunkWriter {
    /// Takes an order. A chunk that is full is appended to `out`.
    pub fn order(&mut self, terms: &Terms, out: &mut Vec<u8>) -> Result<(), SnapshotError> {
        let texts = [
            Some(&terms.external_system_id),
            Some(&terms.invoice_customer),
            terms.delivery_customer.as_ref(),
        ];
        if texts
            .into_iter()
            .flatten()
            .any(|text| text.len() > MAX_TEXT_BYTES)
        {
            let (what, limit) = ("bytes of a key or number", MAX_TEXT_BYTES as u64);
            return Err(SnapshotError::Limit { what, limit });
        }
        if self.orders == MAX_ORDERS {
            let (what, limit) = ("orders", MAX_ORDERS);
            return Err(SnapshotError::Limit { what, limit });
        }
        self.put_texts(terms);
        self.put_values(terms);
        self.in_chunk += 1;
        self.orders += 1;
        let bytes: usize = self.columns.iter().map(Vec::len).sum();
        if self.in_chunk == CHUNK_ORDERS || bytes >= CHUNK_BYTES {
            self.close(out)?;
        }
        Ok(())
    }

    /// Appends what is left, and gives how many orders there are in all.
    pub fn end(mut self, out: &mut Vec<u8>) -> Result<u64, SnapshotError> {
        if self.in_chunk > 0 {
            self.close(out)?;
        }
        Ok(self.orders)
    }

    fn put_texts(&mut self, terms: &Terms) {
        let key = terms.external_system_id.as_bytes();
        let same = self.last_key.iter().zip(key).take_while(|(a, b)| a == b);
        let shared = same.count();
        put_number(self.column(Column::KeyShared), shared as u64);
        put_number(self.column(Column::KeyLength), (key.len() - shared) as u64);
        self.column(Column::Key).extend_from_slice(&key[shared..]);
        self.last_key.truncate(shared);
        self.last_key.extend_from_slice(&key[shared..]);
        let customer = terms.invoice_customer.as_bytes();
        put_number(self.column(Column::CustomerLength), customer.len() as u64);
        self.column(Column::Customer).extend_from_slice(customer);
        let offer = self.number_of_text(&terms.offer);
        put_number(self.column(Column::Offer), offer);
        if let Some(customer) = &terms.delivery_customer {
            put_number(self.column(Column::DeliveryLength), customer.len() as u64);
            let bytes = customer.as_bytes();
            self.column(Column::Delivery).extend_from_slice(bytes);
        }
        if !terms.bonuses.is_empty() {
            let count = terms.bonuses.len() as u64;
            put_number(self.column(Column::Bonuses), count);
            for bonus in &terms.bonuses {
                let bonus = self.number_of_text(bonus);
                put_number(self.column(Column::Bonuses), bonus);
            }
        }
    }

    fn put_values(&mut self, terms: &Terms) {
        let (numbers, moments) = (numbers_of(terms), moments_of(terms));
        let mut flags = 0;
        for (at, number) in numbers.into_iter().enumerate() {
            if let Some(number) = number {
                flags |= flag::NUMBERS << at;
                put_signed(&mut self.columns[Column::Numbers as usize + at], number);
            }
        }
        let start = terms.start.seconds();
        let behind = start.wrapping_sub(self.last_start);
        put_signed(self.column(Column::Start), behind);
        self.last_start = start;
        for (at, moment) in moments.into_iter().enumerate() {
            if let Some(moment) = moment {
                flags |= flag::MOMENTS << at;
                let behind = moment.seconds().wrapping_sub(start);
                put_signed(&mut self.columns[Column::Moments as usize + at], behind);
            }
        }
        let all_moments = || [Some(terms.start)].into_iter().chain(moments).flatten();
        if all_moments().any(|moment| moment.nanos() > 0) {
            flags |= flag::NANOS;
            for moment in all_moments() {
                put_number(self.column(Column::Nanos), u64::from(moment.nanos()));
            }
        }
        if terms.delivery_customer.is_some() {
            flags |= flag::DELIVERY;
        }
        if let Some(discount) = terms.discount {
            flags |= flag::DISCOUNT;
            self.column(Column::Discount).push(discount);
        }
        if !terms.bonuses.is_empty() {
            flags |= flag::BONUSES;
        }
        if terms.quantity != 1 {
            flags |= flag::QUANTITY;
            put_number(self.column(Column::Quantity), u64::from(terms.quantity));
        }
        if terms.managed_by == Manager::Wbz {
            flags |= flag::WBZ;
        }
        put_number(self.column(Column::Flags), flags);
        let payment = terms.payment_method.index();
        self.column(Column::Payment).push(payment);
    }

    fn number_of_text(&mut self, text: &str) -> u64 {
        if let Some(number) = self.texts.get(text) {
            return *number;
        }
        let number = self.texts.len() as u64;
        put_text(self.column(Column::Texts), text);
        self.texts.insert(text.into(), number);
        number
    }

    fn close(&mut self, out: &mut Vec<u8>) -> Result<(), SnapshotError> {
        let mut chunk = Vec::new();
        put_number(&mut chunk, self.in_chunk);
        for column in &self.columns {
            put_number(&mut chunk, column.len() as u64);
        }
        for column in &mut self.columns {
            chunk.append(column);
        }
        self.in_chunk = 0;
        self.last_key.clear();
        self.last_start = 0;
        put_section(out, ORDERS, &chunk, MAX_CHUNK_BYTES, "bytes of a chunk")
    }

    fn column(&mut self, column: Column) -> &mut Vec<u8> {
        &mut self.columns[column as usize]
    }
}

impl SnapshotWriter {
    /// Appends the head to `out`. Behind it come exactly as many orders as it says.
    pub fn begin(head: &Head, out: &mut Vec<u8>) -> Result<Self, SnapshotError> {
        let start = out.len();
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_le_bytes());
        put_section(
            out,
            HEAD,
            &head.to_json(),
            MAX_HEAD_BYTES,
            "bytes of a head",
        )?;
        let mut hash = Sha256::new();
        hash.update(&out[start..]);
        Ok(Self { hash })
    }

    /// Hears of bytes that a [`ChunkWriter`] made, in their order and cut anywhere; the caller passes them on as they are.
    pub fn chunks(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    /// Appends the seal: the snapshot is whole.
    pub fn end(mut self, out: &mut Vec<u8>) {
        let start = out.len();
        out.push(END);
        out.extend_from_slice(&(SEAL as u32).to_le_bytes());
        self.hash.update(&out[start..]);
        out.extend_from_slice(&self.hash.finalize());
    }
}

fn put_section(
    out: &mut Vec<u8>,
    kind: u8,
    bytes: &[u8],
    limit: usize,
    what: &'static str,
) -> Result<(), SnapshotError> {
    if bytes.len() > limit {
        let limit = limit as u64;
        return Err(SnapshotError::Limit { what, limit });
    }
    out.reserve(SECTION_HEAD + bytes.len());
    out.push(kind);
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}
