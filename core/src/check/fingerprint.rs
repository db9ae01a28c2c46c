//! Does one row say the same as another, whatever its spelling and the order of its columns?
//! Two rows that say the same have the same fingerprint; two that do not share it with a chance below one in a billion.

use super::draft::CustomerDraft;
use crate::field::Field;
use crate::moment::Moment;
use crate::order::{Draft, Given};
use std::borrow::Cow;
use xxhash_rust::xxh3::xxh3_64;

/// What a row says of its fields except for the key, put together in any order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fingerprint(u64);

impl Fingerprint {
    /// The field has this text.
    pub(super) fn text(&mut self, field: Field, text: &[u8]) {
        self.put(text_hash(seed(field, Said::Value), text));
    }

    /// The field has these texts.
    pub(super) fn texts(&mut self, field: Field, texts: &[Cow<'_, str>]) {
        let seed = seed(field, Said::Value);
        let hash = texts
            .iter()
            .fold(seed, |before, text| text_hash(before, text.as_bytes()));
        self.put(hash);
    }

    /// The field has this number; words count by their place in their list.
    pub(super) fn number(&mut self, field: Field, number: i64) {
        self.put(mixed(seed(field, Said::Value), number as u64));
    }

    /// The field has this instant.
    pub(super) fn moment(&mut self, field: Field, moment: Moment) {
        let seconds = mixed(seed(field, Said::Value), moment.seconds() as u64);
        self.put(mixed(seconds, u64::from(moment.nanos())));
    }

    /// The fingerprint of the whole row.
    pub(super) fn finish(self) -> u32 {
        (self.0 ^ self.0 >> 32) as u32
    }

    fn cleared(&mut self, field: Field) {
        self.put(mixed(seed(field, Said::Clear), 0));
    }

    fn given<V>(&mut self, field: Field, given: &Given<V>, put: impl FnOnce(&mut Self, &V)) {
        match given {
            Given::Absent => {}
            Given::Clear => self.cleared(field),
            Given::Value(value) => put(self, value),
        }
    }

    // A sum does not depend on the order of its parts.
    fn put(&mut self, hash: u64) {
        self.0 = self.0.wrapping_add(mixed(hash, 0));
    }
}

/// The fingerprint of a valid row.
pub(super) fn of_draft(draft: &Draft<'_>) -> u32 {
    // Taken apart by name, so that no field is forgotten when one is added.
    let Draft {
        external_system_id: _,
        offer,
        invoice_customer,
        quantity,
        start,
        payment_method,
        invoice_address,
        delivery_customer,
        delivery_address,
        variant_delivery_address,
        discount,
        order_date,
        end,
        reference_start,
        next_booking,
        payment_method_id,
        bonuses,
        managed_by,
        customer,
    } = draft;
    let mut print = Fingerprint::default();
    print.text(Field::PlenigoOfferId, offer.as_bytes());
    print.text(Field::InvoiceCustomerId, invoice_customer.as_bytes());
    print.number(Field::Quantity, i64::from(*quantity));
    print.moment(Field::StartDate, *start);
    print.number(Field::PaymentMethod, i64::from(payment_method.index()));
    for (field, number) in [
        (Field::InvoiceAddressId, invoice_address),
        (Field::DeliveryAddressId, delivery_address),
        (Field::VariantDeliveryAddressId, variant_delivery_address),
        (Field::PaymentMethodId, payment_method_id),
    ] {
        print.given(field, number, |print, number| print.number(field, *number));
    }
    for (field, moment) in [
        (Field::OrderDate, order_date),
        (Field::EndDate, end),
        (Field::ReferenceStartDate, reference_start),
        (Field::NextBookingDate, next_booking),
    ] {
        print.given(field, moment, |print, moment| print.moment(field, *moment));
    }
    let field = Field::DeliveryCustomerId;
    print.given(field, delivery_customer, |print, customer| {
        print.text(field, customer.as_bytes());
    });
    let field = Field::DiscountPercentage;
    print.given(field, discount, |print, percent| {
        print.number(field, i64::from(*percent));
    });
    let field = Field::PlenigoBonusIds;
    print.given(field, bonuses, |print, bonuses| print.texts(field, bonuses));
    let field = Field::ManagedBy;
    print.given(field, managed_by, |print, manager| {
        print.number(field, *manager as i64);
    });
    for (field, value) in customer {
        print.text(*field, value.as_bytes());
    }
    print.finish()
}

/// The fingerprint of a valid row of a customers file.
pub(super) fn of_customer(draft: &CustomerDraft) -> u32 {
    let CustomerDraft { customer, cleared } = draft;
    let mut print = Fingerprint::default();
    print.text(Field::CustomerId, customer.id.as_bytes());
    for (field, value) in &customer.values {
        if *field != Field::Email {
            print.text(*field, value.as_bytes());
        }
    }
    for field in cleared {
        print.cleared(*field);
    }
    print.finish()
}

/// The fingerprint of a record that is no valid row: its bytes.
pub(super) fn of_raw(raw: &[u8]) -> u32 {
    xxh3_64(raw) as u32
}

#[derive(Clone, Copy)]
enum Said {
    Value,
    Clear,
}

/// Where the hash of what is said of a field starts.
fn seed(field: Field, said: Said) -> u64 {
    (((field.index() as u64) << 1 | said as u64) + 1).wrapping_mul(SPREAD)
}

fn text_hash(seed: u64, text: &[u8]) -> u64 {
    let start = mixed(seed, text.len() as u64);
    let (words, _) = text.as_chunks::<8>();
    let hash = words
        .iter()
        .fold(start, |hash, word| mixed(hash, u64::from_le_bytes(*word)));
    mixed(hash, last_bytes(text))
}

/// The bytes behind the last whole word, perhaps with some before them: together with the words and the length no byte is left out.
fn last_bytes(text: &[u8]) -> u64 {
    if let Some(last) = text.last_chunk::<8>() {
        return u64::from_le_bytes(*last);
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
        return first | last << 32;
    }
    match text {
        [] => 0,
        [first, .., last] => {
            u64::from(*first) | u64::from(text[text.len() / 2]) << 8 | u64::from(*last) << 16
        }
        [only] => u64::from(*only),
    }
}

/// Multiplication carries every bit upwards, the shift brings what arrived there down again.
fn mixed(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(SPREAD);
    product ^ product >> 32
}

/// An odd number without a pattern: the golden ratio's fraction in 64 bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Texts whose ends, middles and lengths differ, shorter and longer than a word.
    fn texts() -> Vec<String> {
        let mut texts = vec![String::new()];
        for length in 1..=26 {
            texts.push("a".repeat(length));
            for at in 0..length {
                let mut text = "a".repeat(length);
                text.replace_range(at..=at, "b");
                texts.push(text);
            }
        }
        texts
    }

    #[test]
    fn what_differs_has_another_fingerprint() {
        let of = |put: &dyn Fn(&mut Fingerprint)| {
            let mut print = Fingerprint::default();
            put(&mut print);
            // The lowest bit is used otherwise.
            print.finish() >> 1
        };
        let mut all = Vec::new();
        for field in [Field::PlenigoOfferId, Field::DeliveryCustomerId] {
            all.push(of(&|print| print.cleared(field)));
            for text in texts() {
                all.push(of(&|print| print.text(field, text.as_bytes())));
            }
        }
        for number in -300..300 {
            for (field, moment) in [
                (Field::Quantity, Field::StartDate),
                (Field::DiscountPercentage, Field::EndDate),
            ] {
                all.push(of(&|print| print.number(field, number << 40)));
                all.push(of(&|print| print.number(field, number * 2 + 1)));
                let instant = Moment::from_unix(number * 3600, (number & 1) as u32);
                all.push(of(&|print| print.moment(moment, instant)));
            }
        }
        for texts in [
            &["a", "b"][..],
            &["ab"],
            &["b", "a"],
            &["a", "", "b"],
            &["", "ab"],
        ] {
            let texts: Vec<_> = texts.iter().map(|text| Cow::Borrowed(*text)).collect();
            all.push(of(&|print| print.texts(Field::PlenigoBonusIds, &texts)));
        }
        let different: BTreeSet<_> = all.iter().collect();
        assert_eq!(all.len(), different.len());
    }

    #[test]
    fn the_order_of_columns_does_not_count() {
        let mut one = Fingerprint::default();
        one.text(Field::PlenigoOfferId, b"A");
        one.number(Field::Quantity, 1);
        let mut other = Fingerprint::default();
        other.number(Field::Quantity, 1);
        other.text(Field::PlenigoOfferId, b"A");
        assert_eq!(one.finish(), other.finish());
    }
}
