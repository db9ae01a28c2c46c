//! In which columns does a chunk hold its orders?
//! Each column is a run of like values, one after another for the orders that have one. The order of columns and the
//! bits of the flags are part of version 1: they never change.
//!
//! A chunk is: number of orders, length of each column, then the columns. Numbers are of seven bits a byte
//! ([`numbers`](super::numbers)). Moments count seconds; the start from the start before, the others from their order's start.

use crate::moment::Moment;
use crate::order::Terms;

/// The columns.
#[derive(Clone, Copy)]
pub(super) enum Column {
    /// Texts (length, bytes) that orders of this and later chunks name by number: offers and bonuses.
    Texts,
    /// How many bytes the key shares with the key before.
    KeyShared,
    /// How many bytes follow those.
    KeyLength,
    /// The bytes that follow.
    Key,
    /// Length of the invoice customer's number.
    CustomerLength,
    /// The number.
    Customer,
    /// Which values there are: see [`flag`].
    Flags,
    /// Place of the payment method in the head's list, one byte.
    Payment,
    /// Number of the text that names the offer.
    Offer,
    /// The start.
    Start,
    /// Copies.
    Quantity,
    /// Length of the delivery customer's number.
    DeliveryLength,
    /// The number.
    Delivery,
    /// Percent, one byte.
    Discount,
    /// How many bonuses, then the number of the text of each.
    Bonuses,
    /// Nanoseconds of the start and then of every other moment there is.
    Nanos,
    /// The first of [`numbers_of`]; the others follow.
    Numbers,
    /// The first of [`moments_of`]; the others follow.
    Moments = Self::Numbers as isize + NUMBERS as isize,
}

/// How many values [`numbers_of`] gives.
pub(super) const NUMBERS: usize = 4;
/// How many values [`moments_of`] gives.
pub(super) const MOMENTS: usize = 4;
/// How many columns there are.
pub(super) const COLUMNS: usize = Column::Moments as usize + MOMENTS;

/// The bits of a flag.
pub(super) mod flag {
    /// The first of the numbers is there; the bits of the others follow.
    pub(in crate::snapshot) const NUMBERS: u64 = 1;
    /// The first of the moments is there; the bits of the others follow.
    pub(in crate::snapshot) const MOMENTS: u64 = 1 << 4;
    /// A delivery customer is there.
    pub(in crate::snapshot) const DELIVERY: u64 = 1 << 8;
    /// A discount is there.
    pub(in crate::snapshot) const DISCOUNT: u64 = 1 << 9;
    /// Bonuses are there.
    pub(in crate::snapshot) const BONUSES: u64 = 1 << 10;
    /// There is not just one copy.
    pub(in crate::snapshot) const QUANTITY: u64 = 1 << 11;
    /// A dealer manages the order.
    pub(in crate::snapshot) const WBZ: u64 = 1 << 12;
    /// Some moment is not on a whole second.
    pub(in crate::snapshot) const NANOS: u64 = 1 << 13;
    /// All of them.
    pub(in crate::snapshot) const ALL: u64 = (1 << 14) - 1;
}

/// The optional numbers of an order, in their order.
pub(super) const fn numbers_of(terms: &Terms) -> [Option<i64>; NUMBERS] {
    [
        terms.invoice_address,
        terms.delivery_address,
        terms.variant_delivery_address,
        terms.payment_method_id,
    ]
}

/// The optional moments of an order, in their order.
pub(super) const fn moments_of(terms: &Terms) -> [Option<Moment>; MOMENTS] {
    [
        terms.order_date,
        terms.end,
        terms.reference_start,
        terms.next_booking,
    ]
}
