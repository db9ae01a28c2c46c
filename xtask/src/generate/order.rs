//! What does one generated order say?
//! A clean order keeps every rule of an import on the day that its book was made for.

use super::calendar::Moment;
use super::catalog::{FIRST_CUSTOMER, OFFERS, Offer};
use super::row::{Row, Value};

/// The columns of a generated file, in order.
pub const FIELDS: [&str; 13] = [
    "externalSystemId",
    "plenigoOfferId",
    "invoiceCustomerId",
    "quantity",
    "startDate",
    "endDate",
    "paymentMethod",
    "orderDate",
    "deliveryCustomerId",
    "discountPercentage",
    "referenceStartDate",
    "nextBookingDate",
    "managedBy",
];

/// The place of a column in [`FIELDS`].
pub(super) mod column {
    pub(crate) const EXTERNAL_SYSTEM_ID: usize = 0;
    pub(crate) const OFFER: usize = 1;
    pub(crate) const CUSTOMER: usize = 2;
    pub(crate) const QUANTITY: usize = 3;
    pub(crate) const START: usize = 4;
    pub(crate) const END: usize = 5;
    pub(crate) const PAYMENT: usize = 6;
    pub(crate) const ORDERED: usize = 7;
    pub(crate) const DELIVERY: usize = 8;
    pub(crate) const DISCOUNT: usize = 9;
    pub(crate) const REFERENCE: usize = 10;
    pub(crate) const NEXT_BOOKING: usize = 11;
    pub(crate) const MANAGED_BY: usize = 12;
}

/// One order as the partner's system knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// The number in the order's key, eight digits.
    pub number: u32,
    /// The place of the offer in [`OFFERS`].
    pub offer: usize,
    /// The place of the customer in the pool.
    pub customer: u64,
    /// How many copies.
    pub quantity: u32,
    /// First day of the subscription.
    pub start: Moment,
    /// Last day, where there is one.
    pub end: Option<Moment>,
    /// One of the offer's payment methods.
    pub payment: &'static str,
    /// When it was ordered, where that was not on the first day.
    pub ordered: Option<Moment>,
    /// The place in the pool of whoever gets the copies, where that is somebody else.
    pub delivery: Option<u64>,
    /// Percent off.
    pub discount: Option<u32>,
    /// Reference for bookings and cancellations.
    pub reference: Option<Moment>,
    /// When the partner books next.
    pub next_booking: Option<Moment>,
}

impl Order {
    /// The offer the order is of.
    pub fn offer(&self) -> &'static Offer {
        &OFFERS[self.offer]
    }

    /// The order's key, such as `WBZ-2026-00012345`.
    pub fn key(&self, prefix: &str) -> String {
        let mut key = String::with_capacity(prefix.len() + 14);
        self.write_key(prefix, &mut key);
        key
    }

    /// The row that makes the platform know exactly this order, where it knew `known` before: a
    /// value that is gone since is cleared, one that was never there is left out.
    pub(super) fn write_row(&self, prefix: &str, known: Option<&Self>, row: &mut Row) {
        row.begin();
        self.write_key(prefix, row.text(column::EXTERNAL_SYSTEM_ID));
        row.text(column::OFFER).push_str(self.offer().id);
        write_number(FIRST_CUSTOMER + self.customer, row.text(column::CUSTOMER));
        write_number(u64::from(self.quantity), row.number(column::QUANTITY));
        self.start.write(row.text(column::START));
        row.text(column::PAYMENT).push_str(self.payment);
        row.text(column::MANAGED_BY)
            .push_str(self.offer().managed_by);
        if let Some(place) = self.delivery {
            write_number(FIRST_CUSTOMER + place, row.text(column::DELIVERY));
        }
        if let Some(percent) = self.discount {
            write_number(u64::from(percent), row.number(column::DISCOUNT));
        }
        let moments = [
            (column::END, self.end, known.and_then(|order| order.end)),
            (
                column::ORDERED,
                self.ordered,
                known.and_then(|order| order.ordered),
            ),
            (
                column::REFERENCE,
                self.reference,
                known.and_then(|order| order.reference),
            ),
            (
                column::NEXT_BOOKING,
                self.next_booking,
                known.and_then(|order| order.next_booking),
            ),
        ];
        for (place, now, before) in moments {
            match (now, before) {
                (Some(moment), _) => moment.write(row.text(place)),
                (None, Some(_)) => row.set(place, Value::Cleared),
                (None, None) => {}
            }
        }
    }

    fn write_key(&self, prefix: &str, out: &mut String) {
        out.push_str(prefix);
        out.push('-');
        write_number(self.start.day().civil().0 as u64, out);
        out.push('-');
        let mut digits = [b'0'; 8];
        let mut rest = self.number;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        out.extend(digits.map(char::from));
    }
}

/// Appends a number in decimal digits; millions of cells make `write!` too slow here.
pub(super) fn write_number(number: u64, out: &mut String) {
    let mut digits = [0_u8; 20];
    let mut from = digits.len();
    let mut rest = number;
    loop {
        from -= 1;
        digits[from] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits[from..].iter().copied().map(char::from));
}
