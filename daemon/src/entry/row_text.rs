//! How is the line of a row put together where there are millions of them?
//! Letter for letter what [`RowLine`] serialises to; a test holds the two together.
//!
//! A worker writes all of a line that it can know, its *body*; the one who keeps the journal's order adds the entry's
//! number, the time, and the number of a new order.

use super::RowLine;
use intake_core::field::Field;
use intake_core::order::{ORDER_FIELDS, Terms};
use intake_core::report::put;

/// What the lines of an import have in common, from behind the time to the number of the record.
#[derive(Debug)]
pub struct CommonText(Vec<u8>);

/// What a line says of the fields that changed.
#[derive(Clone, Copy, Debug)]
pub enum ChangesText<'c> {
    /// What the line itself lists.
    Listed,
    /// All given fields of a new order.
    AllOf(&'c Terms),
}

impl CommonText {
    /// The part that this line has in common with the others of its import.
    pub fn of(line: &RowLine<'_>) -> Self {
        let mut text = Vec::with_capacity(256);
        text.extend_from_slice(b",\"importId\":");
        put_text(&mut text, line.import_id);
        text.extend_from_slice(b",\"partner\":");
        put_text(&mut text, line.partner);
        text.extend_from_slice(b",\"file\":");
        put_text(&mut text, line.file);
        text.extend_from_slice(b",\"row\":");
        Self(text)
    }
}

/// Appends the body of a line and gives where in it the order's number belongs. The line's own numbers of entry and order,
/// and its time, are not looked at.
pub fn put_body(
    out: &mut Vec<u8>,
    common: &CommonText,
    line: &RowLine<'_>,
    changes: ChangesText<'_>,
) -> usize {
    let start = out.len();
    out.extend_from_slice(&common.0);
    put_optional(out, line.row, put_number);
    out.extend_from_slice(b",\"line\":");
    put_optional(out, line.line, put_number);
    out.extend_from_slice(b",\"externalSystemId\":");
    put_optional(out, line.external_system_id, put_text);
    out.extend_from_slice(b",\"plenigoOfferId\":");
    put_optional(out, line.plenigo_offer_id, put_text);
    out.extend_from_slice(b",\"decision\":");
    put_text(out, line.decision);
    out.extend_from_slice(match line.success {
        true => b",\"success\":true,\"orderId\":",
        false => b",\"success\":false,\"orderId\":",
    });
    let order_at = out.len() - start;
    out.extend_from_slice(b",\"errorCode\":");
    put_optional(out, line.error_code.map(u64::from), put_number);
    out.extend_from_slice(b",\"errorReason\":");
    put_optional(out, line.error_reason, put_text);
    out.extend_from_slice(b",\"errorDetail\":");
    put_optional(out, line.error_detail, |out, detail| {
        out.extend_from_slice(detail.get().as_bytes());
    });
    out.extend_from_slice(b",\"changes\":");
    match changes {
        ChangesText::Listed if line.changes.0.is_empty() => out.extend_from_slice(b"[]"),
        ChangesText::Listed => put(out, &line.changes),
        ChangesText::AllOf(terms) => put_all(out, terms),
    }
    if let Some(customer) = line.customer {
        out.extend_from_slice(b",\"customer\":");
        put_text(out, customer);
    }
    out.extend_from_slice(b"}\n");
    order_at
}

/// Appends a whole line with its end.
pub fn put_line(out: &mut Vec<u8>, log_id: u64, time: &str, body: (&[u8], usize), order_id: u64) {
    let (body, order_at) = body;
    out.extend_from_slice(b"{\"type\":\"row\",\"logId\":");
    put_number(out, log_id);
    out.extend_from_slice(b",\"time\":\"");
    out.extend_from_slice(time.as_bytes());
    out.push(b'"');
    let (before, behind) = body.split_at(order_at);
    out.extend_from_slice(before);
    put_number(out, order_id);
    out.extend_from_slice(behind);
}

/// The changes that make an order with these terms out of nothing.
fn put_all(out: &mut Vec<u8>, terms: &Terms) {
    let start = out.len();
    for field in ORDER_FIELDS {
        let before = out.len();
        out.extend_from_slice(b",{\"field\":\"");
        out.extend_from_slice(field.name().as_bytes());
        out.extend_from_slice(b"\",\"old\":null,\"new\":");
        if put_value(out, terms, field) {
            out.push(b'}');
        } else {
            out.truncate(before);
        }
    }
    match out.get_mut(start) {
        Some(comma) => *comma = b'[',
        None => out.push(b'['),
    }
    out.push(b']');
}

/// False where the field has no value.
fn put_value(out: &mut Vec<u8>, terms: &Terms, field: Field) -> bool {
    let text = match field {
        Field::ExternalSystemId => Some(&*terms.external_system_id),
        Field::PlenigoOfferId => Some(&*terms.offer),
        Field::InvoiceCustomerId => Some(&*terms.invoice_customer),
        Field::PaymentMethod => Some(terms.payment_method.name()),
        Field::DeliveryCustomerId => terms.delivery_customer.as_deref(),
        Field::ManagedBy => Some(terms.managed_by.name()),
        _ => None,
    };
    let moment = match field {
        Field::StartDate => Some(terms.start),
        Field::OrderDate => terms.order_date,
        Field::EndDate => terms.end,
        Field::ReferenceStartDate => terms.reference_start,
        Field::NextBookingDate => terms.next_booking,
        _ => None,
    };
    let number = match field {
        Field::Quantity => Some(i64::from(terms.quantity)),
        Field::InvoiceAddressId => terms.invoice_address,
        Field::DeliveryAddressId => terms.delivery_address,
        Field::VariantDeliveryAddressId => terms.variant_delivery_address,
        Field::DiscountPercentage => terms.discount.map(i64::from),
        Field::PaymentMethodId => terms.payment_method_id,
        _ => None,
    };
    if let Some(text) = text {
        put_text(out, text);
    } else if let Some(moment) = moment {
        out.push(b'"');
        moment.push_to(out);
        out.push(b'"');
    } else if let Some(number) = number {
        if number < 0 {
            out.push(b'-');
        }
        put_number(out, number.unsigned_abs());
    } else if field == Field::PlenigoBonusIds && !terms.bonuses.is_empty() {
        put(out, &terms.bonuses);
    } else {
        return false;
    }
    true
}

fn put_optional<T>(out: &mut Vec<u8>, value: Option<T>, put: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        Some(value) => put(out, value),
        None => out.extend_from_slice(b"null"),
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    let plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
    if text.as_bytes().iter().all(plain) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        put(out, &text);
    }
}

fn put_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{no_changes, write_line};
    use intake_core::moment::Moment;
    use intake_core::order::{Manager, PaymentMethod};
    use intake_core::plan::changes;
    use intake_core::report::ChangesJson;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    fn terms() -> impl Strategy<Value = Terms> {
        let moment = || {
            (-62_167_219_200_i64..253_402_300_800, 0..1_000_000_000_u32)
                .prop_map(|(seconds, nanos)| Moment::from_unix(seconds, nanos))
        };
        let optional = move || proptest::option::of(moment());
        let number = || proptest::option::of(any::<i64>());
        (
            (".*", ".*", ".*", any::<u32>(), moment()),
            (
                number(),
                number(),
                number(),
                number(),
                proptest::option::of(any::<u8>()),
            ),
            (optional(), optional(), optional(), optional()),
            (
                proptest::option::of(".*"),
                proptest::collection::vec(".*", 0..3),
                any::<bool>(),
            ),
        )
            .prop_map(|(first, numbers, moments, rest)| Terms {
                offer: first.1.into(),
                invoice_customer: first.2.into(),
                quantity: first.3,
                start: first.4,
                payment_method: PaymentMethod::from_name("PAYPAL").unwrap(),
                invoice_address: numbers.0,
                delivery_customer: rest.0.map(Into::into),
                delivery_address: numbers.1,
                variant_delivery_address: numbers.2,
                discount: numbers.4,
                order_date: moments.0,
                end: moments.1,
                reference_start: moments.2,
                next_booking: moments.3,
                payment_method_id: numbers.3,
                bonuses: rest.1.into_iter().map(Into::into).collect(),
                managed_by: if rest.2 {
                    Manager::Wbz
                } else {
                    Manager::External
                },
                ..Terms::blank(&first.0)
            })
    }

    proptest! {
        #[test]
        fn a_line_is_what_its_serialisation_is(
            terms in terms(),
            file in ".*",
            numbers in (any::<u64>(), any::<u64>(), proptest::option::of(any::<u64>())),
            key in proptest::option::of(".*"),
            error in proptest::option::of((any::<u32>(), ".*")),
            kind in 0..3,
            customer in proptest::option::of(".*"),
        ) {
            let detail = RawValue::from_string("{\"message\":\"a\"}".to_owned()).unwrap();
            let (log_id, order_id, row) = numbers;
            let listed = changes(None, &terms);
            let line = RowLine {
                kind: "row",
                log_id,
                time: "2026-11-23T09:00:00Z",
                import_id: "000001",
                partner: "acme",
                file: &file,
                row,
                line: row,
                external_system_id: key.as_deref(),
                plenigo_offer_id: key.as_deref(),
                decision: "create",
                success: error.is_none(),
                order_id,
                error_code: error.as_ref().map(|error| error.0),
                error_reason: error.as_ref().map(|error| error.1.as_str()),
                error_detail: error.as_ref().map(|_| &*detail),
                changes: if kind == 0 { no_changes() } else { ChangesJson(&listed) },
                customer: customer.as_deref(),
            };
            let changes = if kind == 1 { ChangesText::AllOf(&terms) } else { ChangesText::Listed };
            let mut body = b"before".to_vec();
            let order_at = put_body(&mut body, &CommonText::of(&line), &line, changes);
            let mut ours = Vec::new();
            put_line(&mut ours, log_id, line.time, (&body[6..], order_at), order_id);
            let mut theirs = Vec::new();
            write_line(&mut theirs, &line);
            prop_assert_eq!(String::from_utf8(ours), String::from_utf8(theirs));
        }
    }
}
