//! What do requests to the platform and its answers look like?
//! This module alone knows the platform's JSON on the sending side; an answer that is not as it should be is told, never
//! guessed at.

use intake_core::field::Field;
use intake_core::moment::Moment;
use intake_core::order::{ORDER_FIELDS, Terms};
use intake_core::report::{ValueJson, put};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// An error as the platform tells it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ErrorBody {
    /// Its code; the platform decides by it, and so do we.
    pub error_code: Option<u32>,
    /// In words.
    pub error_message: String,
    /// What is wrong with which field.
    pub validation_errors: Vec<ValidationError>,
}

/// What is wrong with one field.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ValidationError {
    /// The field, of an item `items[3].startDate`.
    pub field: String,
    /// What is wrong, in words.
    pub error: String,
}

/// A page of anything.
#[derive(Debug, Deserialize)]
pub(super) struct PageOf<T> {
    /// What is on it.
    pub items: Vec<T>,
}

/// An entry of the platform's import log.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogEntry {
    /// Its number; numbers ascend.
    pub order_import_log_entry_id: u64,
    /// The order's key.
    #[serde(default)]
    pub external_system_id: Option<String>,
    /// Was the item taken?
    pub success: bool,
    /// Why it was not taken.
    #[serde(default)]
    pub error_reason: Option<String>,
    /// More about it, in a form that is not agreed on.
    #[serde(default)]
    pub error_detail: Value,
}

impl LogEntry {
    /// The platform's code, where the entry tells one.
    pub(super) fn code(&self) -> Option<u32> {
        let detail = &self.error_detail;
        let finding = detail.get("findings").and_then(|list| list.get(0));
        let places = [
            detail.get("errorCode"),
            finding.and_then(|finding| finding.get("upstreamCode")),
        ];
        let mut codes = places.into_iter().flatten().filter_map(Value::as_u64);
        codes.next().and_then(|code| u32::try_from(code).ok())
    }
}

/// Reads an answer's error; nothing where it is not the platform's.
pub(super) fn error_body(body: &[u8]) -> Option<ErrorBody> {
    let error: ErrorBody = serde_json::from_slice(body).ok()?;
    error.error_code.is_some().then_some(error)
}

/// The item that a field of an error is about.
pub(super) fn item_of(field: &str) -> Option<usize> {
    let rest = field.strip_prefix("items[")?;
    rest.split_once(']')?.0.parse().ok()
}

/// The body of an import.
pub(super) fn import_body(
    items: &mut dyn Iterator<Item = &[u8]>,
    purchase: bool,
    quiet: bool,
) -> Vec<u8> {
    let mut body =
        format!("{{\"purchase\":{purchase},\"suppressMail\":{quiet},\"items\":[").into_bytes();
    for (at, item) in items.enumerate() {
        if at > 0 {
            body.push(b',');
        }
        body.extend_from_slice(item);
    }
    body.extend_from_slice(b"]}");
    body
}

/// A new order, as its line of the journal tells it: every given field.
pub(super) fn item_of_new<'l>(changes: impl Iterator<Item = (&'l str, &'l RawValue)>) -> Vec<u8> {
    let mut item = Vec::with_capacity(512);
    item.push(b'{');
    for (field, value) in changes {
        put_field(&mut item, field);
        item.extend_from_slice(value.get().as_bytes());
    }
    item.push(b'}');
    item
}

/// A known order as it stands at `now`: every field, `null` where there is no value, since one may have been cleared.
///
/// A date that was right once and would be refused by now is left out where it did not change; the platform keeps it.
pub(super) fn item_of_known(terms: &Terms, changed: &[Field], now: Moment) -> Vec<u8> {
    const LONGEST_REFERENCE: i64 = 365 * 86_400;
    let mut item = Vec::with_capacity(640);
    item.push(b'{');
    for field in ORDER_FIELDS {
        let stale = match field {
            Field::NextBookingDate => terms.next_booking.is_some_and(|next| next < now),
            Field::ReferenceStartDate => terms
                .reference_start
                .is_some_and(|start| now.seconds() - start.seconds() >= LONGEST_REFERENCE),
            _ => false,
        };
        if stale && !changed.contains(&field) {
            continue;
        }
        put_field(&mut item, field.name());
        put(&mut item, &ValueJson(&terms.value(field)));
    }
    item.push(b'}');
    item
}

/// Fields that a subscription shows.
const SHOWN: [Field; 9] = [
    Field::PlenigoOfferId,
    Field::InvoiceCustomerId,
    Field::DeliveryCustomerId,
    Field::Quantity,
    Field::DiscountPercentage,
    Field::StartDate,
    Field::EndDate,
    Field::PaymentMethod,
    Field::ManagedBy,
];

/// Does everything that changed show in a subscription?
pub(super) fn shows(changed: &[Field]) -> bool {
    changed.iter().all(|field| SHOWN.contains(field))
}

/// Is a subscription as the item would have it, in everything that it shows?
pub(super) fn is_as_sent(item: &[u8], subscription: &Value) -> bool {
    let Ok(item) = serde_json::from_slice::<Value>(item) else {
        return false;
    };
    let first = subscription.get("items").and_then(|items| items.get(0));
    SHOWN.iter().all(|field| {
        let name = field.name();
        let wanted = item.get(name).unwrap_or(&Value::Null);
        let wanted = match field {
            Field::DeliveryCustomerId if wanted.is_null() => {
                item.get("invoiceCustomerId").unwrap_or(&Value::Null)
            }
            _ => wanted,
        };
        let found = match field {
            Field::Quantity | Field::DiscountPercentage => first.and_then(|it| it.get(name)),
            _ => subscription.get(name),
        };
        same(*field, wanted, found.unwrap_or(&Value::Null))
    })
}

fn same(field: Field, wanted: &Value, found: &Value) -> bool {
    let moment = |value: &Value| value.as_str().and_then(|text| Moment::parse(text).ok());
    match field {
        Field::StartDate | Field::EndDate => match (moment(wanted), moment(found)) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => wanted.is_null() && found.is_null(),
        },
        // No discount and one of nothing are the same.
        Field::DiscountPercentage => wanted.as_u64().unwrap_or(0) == found.as_u64().unwrap_or(0),
        _ => wanted == found,
    }
}

fn put_field(item: &mut Vec<u8>, name: &str) {
    if item.len() > 1 {
        item.push(b',');
    }
    item.push(b'"');
    item.extend_from_slice(name.as_bytes());
    item.extend_from_slice(b"\":");
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use intake_core::order::PaymentMethod;

    fn terms() -> Terms {
        Terms {
            offer: "O_MZA1E7173120881551".into(),
            invoice_customer: "C1".into(),
            start: Moment::parse("2026-01-01T00:00:00Z").unwrap(),
            payment_method: PaymentMethod::from_name("PAYPAL").unwrap(),
            next_booking: Some(Moment::parse("2026-06-01T00:00:00Z").unwrap()),
            ..Terms::blank("X \"1\"")
        }
    }

    #[test]
    fn a_known_order_is_told_whole() {
        let now = Moment::parse("2026-05-01T00:00:00Z").unwrap();
        let item = String::from_utf8(item_of_known(&terms(), &[], now)).unwrap();
        expect![[r#"{"externalSystemId":"X \"1\"","plenigoOfferId":"O_MZA1E7173120881551","invoiceCustomerId":"C1","quantity":1,"startDate":"2026-01-01T00:00:00Z","paymentMethod":"PAYPAL","invoiceAddressId":null,"deliveryCustomerId":null,"deliveryAddressId":null,"variantDeliveryAddressId":null,"discountPercentage":null,"orderDate":null,"endDate":null,"referenceStartDate":null,"nextBookingDate":"2026-06-01T00:00:00Z","paymentMethodId":null,"plenigoBonusIds":null,"managedBy":"EXTERNAL"}"#]].assert_eq(&item);
        let later = Moment::parse("2026-07-01T00:00:00Z").unwrap();
        let holds = |changed: &[Field]| {
            let item = item_of_known(&terms(), changed, later);
            String::from_utf8(item).unwrap().contains("nextBookingDate")
        };
        assert_eq!(
            (holds(&[]), holds(&[Field::NextBookingDate])),
            (false, true)
        );
    }

    #[test]
    fn a_new_order_is_told_as_it_was_given() {
        let fields = [("externalSystemId", "\"X-1\""), ("quantity", "2")];
        let values: Vec<_> = fields
            .iter()
            .map(|(name, value)| (*name, RawValue::from_string((*value).to_owned()).unwrap()))
            .collect();
        let item = item_of_new(values.iter().map(|(name, value)| (*name, &**value)));
        let body = import_body(&mut [&item[..], b"{}"].into_iter(), false, true);
        expect![[r#"{"purchase":false,"suppressMail":true,"items":[{"externalSystemId":"X-1","quantity":2},{}]}"#]].assert_eq(&String::from_utf8(body).unwrap());
    }

    #[test]
    fn errors_name_their_items() {
        assert_eq!(item_of("items[12].startDate"), Some(12));
        assert_eq!(item_of("items[12]"), Some(12));
        assert_eq!(item_of("startDate"), None);
        assert_eq!(item_of("items[x].startDate"), None);
        assert!(error_body(b"<html>").is_none());
        assert!(error_body(b"{}").is_none());
        let error = error_body(br#"{"errorCode":97004,"errorMessage":"full"}"#).unwrap();
        assert_eq!(error.error_code, Some(97004));
    }

    #[test]
    fn a_subscription_is_held_against_the_item() {
        let now = Moment::parse("2026-05-01T00:00:00Z").unwrap();
        let item = item_of_known(&terms(), &[], now);
        let mut subscription = serde_json::json!({
            "plenigoOfferId": "O_MZA1E7173120881551", "invoiceCustomerId": "C1", "deliveryCustomerId": "C1",
            "startDate": "2026-01-01T01:00:00+01:00", "endDate": null, "paymentMethod": "PAYPAL",
            "managedBy": "EXTERNAL", "items": [{"quantity": 1, "discountPercentage": 0}],
        });
        assert!(is_as_sent(&item, &subscription));
        subscription["endDate"] = "2027-01-01T00:00:00Z".into();
        assert!(!is_as_sent(&item, &subscription));
    }
}
