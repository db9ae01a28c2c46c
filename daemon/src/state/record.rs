//! What does a stored order, customer, offer or file look like, byte for byte?
//! Every record begins with its version; a version that was once written stays readable.

use intake_core::catalog::{Customer, Offer, OfferManager, ProductBase};
use intake_core::field::{FIELDS, Field};
use intake_core::moment::Moment;
use intake_core::order::{Manager, PaymentMethod, Terms, TermsView};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An order as it is kept, with its subscription: both have the same number, one order has one subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOrder {
    /// The number, from 1.
    pub order_id: u64,
    /// The partner that imported it first.
    pub partner: Box<str>,
    /// Its terms.
    pub terms: Terms,
    /// When it was created.
    pub created: Moment,
    /// When it was changed last.
    pub changed: Moment,
    /// The log entry that created it.
    pub first_log: u64,
    /// The log entry that changed it last.
    pub last_log: u64,
}

impl StoredOrder {
    /// When it came to be and was changed.
    pub fn stamps(&self) -> Stamps {
        Stamps {
            created: self.created,
            changed: self.changed,
            first_log: self.first_log,
            last_log: self.last_log,
        }
    }
}

/// A customer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCustomer {
    /// What is known of it.
    pub customer: Customer,
    /// The partner that brought it first; nothing where the house itself did.
    pub partner: Option<Box<str>>,
    /// When it came to be.
    pub created: Moment,
    /// When it was changed last.
    pub changed: Moment,
}

/// A record that is there but cannot be read.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "a stored {what} cannot be read\nhint: the store is an index that can be rebuilt from the journal: `intake rebuild`"
)]
pub struct RecordError {
    /// What kind of record it is.
    pub what: &'static str,
}

const ORDER_VERSION: u8 = 1;
const CUSTOMER_VERSION: u8 = 2;
const OFFER_VERSION: u8 = 1;

/// When an order came to be and was changed, and by which log entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamps {
    /// See [`StoredOrder`].
    pub created: Moment,
    /// See [`StoredOrder`].
    pub changed: Moment,
    /// See [`StoredOrder`].
    pub first_log: u64,
    /// See [`StoredOrder`].
    pub last_log: u64,
}

/// The stored form of an order.
pub fn encode_order(order: &StoredOrder) -> Vec<u8> {
    let mut terms = Vec::with_capacity(192);
    put_terms(&mut terms, &order.partner, &order.terms.view());
    let mut bytes = Vec::with_capacity(terms.len() + 40);
    put_order(&mut bytes, order.order_id, &terms, order.stamps());
    bytes
}

/// Appends the stored form of an order, made of what [`put_terms`] wrote.
pub fn put_order(out: &mut Vec<u8>, order_id: u64, terms: &[u8], stamps: Stamps) {
    out.push(ORDER_VERSION);
    put_varint(out, order_id);
    out.extend_from_slice(terms);
    put_moment(out, stamps.created);
    put_moment(out, stamps.changed);
    put_varint(out, stamps.first_log);
    put_varint(out, stamps.last_log);
}

/// Appends the middle of an order's stored form, which needs neither its number nor its log entries: any thread can make
/// it, ahead of the order's turn.
pub fn put_terms(out: &mut Vec<u8>, partner: &str, terms: &TermsView<'_>) {
    put_text(out, partner);
    put_text(out, terms.external_system_id);
    put_text(out, terms.offer);
    put_text(out, terms.invoice_customer);
    put_varint(out, u64::from(terms.quantity));
    put_moment(out, terms.start);
    put_text(out, terms.payment_method.name());
    put_optional(out, terms.invoice_address, put_signed);
    put_optional(out, terms.delivery_customer, put_text);
    put_optional(out, terms.delivery_address, put_signed);
    put_optional(out, terms.variant_delivery_address, put_signed);
    put_optional(out, terms.discount, Vec::push);
    put_optional(out, terms.order_date, put_moment);
    put_optional(out, terms.end, put_moment);
    put_optional(out, terms.reference_start, put_moment);
    put_optional(out, terms.next_booking, put_moment);
    put_optional(out, terms.payment_method_id, put_signed);
    put_varint(out, terms.bonuses.len() as u64);
    for bonus in terms.bonuses {
        put_text(out, bonus);
    }
    out.push(u8::from(terms.managed_by == Manager::Wbz));
}

/// What tells an order's stored form apart at one glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance<'b> {
    /// The order's number.
    pub order_id: u64,
    /// The order's key.
    pub key: &'b str,
    /// From what [`put_terms`] wrote on.
    pub terms: &'b [u8],
}

/// Looks at the stored form of an order without reading all of it; nothing where it is of another version or broken.
pub fn glance(bytes: &[u8]) -> Option<Glance<'_>> {
    let (_, rest) = bytes
        .split_first()
        .filter(|(version, _)| **version == ORDER_VERSION)?;
    let (order_id, terms) = postcard::take_from_bytes(rest).ok()?;
    let ((_, key), _) = postcard::take_from_bytes::<(&str, &str)>(terms).ok()?;
    Some(Glance {
        order_id,
        key,
        terms,
    })
}

/// Whose an order is and when it was changed last, without a copy of the rest.
pub fn peek(bytes: &[u8]) -> Result<(&str, Moment), RecordError> {
    let record: OrderV1<'_> = read(bytes, ORDER_VERSION, "order")?;
    Ok((record.partner, moment(record.changed)))
}

/// Reads the stored form of an order.
pub fn decode_order(bytes: &[u8]) -> Result<StoredOrder, RecordError> {
    let record: OrderV1<'_> = read(bytes, ORDER_VERSION, "order")?;
    let payment_method = PaymentMethod::from_name(record.payment_method);
    let terms = Terms {
        external_system_id: record.external_system_id.into(),
        offer: record.offer.into(),
        invoice_customer: record.invoice_customer.into(),
        quantity: record.quantity,
        start: moment(record.start),
        payment_method: payment_method.ok_or(RecordError { what: "order" })?,
        invoice_address: record.invoice_address,
        delivery_customer: record.delivery_customer.map(Into::into),
        delivery_address: record.delivery_address,
        variant_delivery_address: record.variant_delivery_address,
        discount: record.discount,
        order_date: record.order_date.map(moment),
        end: record.end.map(moment),
        reference_start: record.reference_start.map(moment),
        next_booking: record.next_booking.map(moment),
        payment_method_id: record.payment_method_id,
        bonuses: record.bonuses.into_iter().map(Into::into).collect(),
        managed_by: if record.wbz {
            Manager::Wbz
        } else {
            Manager::External
        },
    };
    Ok(StoredOrder {
        order_id: record.order_id,
        partner: record.partner.into(),
        terms,
        created: moment(record.created),
        changed: moment(record.changed),
        first_log: record.first_log,
        last_log: record.last_log,
    })
}

/// The stored form of a customer.
pub fn encode_customer(stored: &StoredCustomer) -> Vec<u8> {
    let values = stored
        .customer
        .values
        .iter()
        .map(|(field, value)| (field.name(), &**value))
        .collect::<Vec<_>>();
    let pair = |moment: Moment| (moment.seconds(), moment.nanos());
    let record = CustomerV2 {
        partner: stored.partner.as_deref(),
        created: pair(stored.created),
        changed: pair(stored.changed),
        id: &stored.customer.id,
        values,
    };
    versioned(CUSTOMER_VERSION, &record)
}

/// Reads the stored form of a customer.
pub fn decode_customer(bytes: &[u8]) -> Result<StoredCustomer, RecordError> {
    let record: CustomerV2<'_> = read(bytes, CUSTOMER_VERSION, "customer")?;
    let named = |name: &str| {
        FIELDS
            .iter()
            .find(|spec| spec.name == name)
            .map(|spec| spec.field)
    };
    let values = record.values.into_iter();
    let values = values
        .map(|(name, value)| named(name).map(|field: Field| (field, value.into())))
        .collect::<Option<_>>();
    Ok(StoredCustomer {
        customer: Customer {
            id: record.id.into(),
            values: values.ok_or(RecordError { what: "customer" })?,
        },
        partner: record.partner.map(Into::into),
        created: moment(record.created),
        changed: moment(record.changed),
    })
}

/// How a customer's record begins: whose it is, when it came to be, when it was changed.
type CustomerHead<'r> = (Option<&'r str>, (i64, u32), (i64, u32));

/// Whose a customer is and when it was changed last, without a copy of the rest.
pub fn peek_customer(bytes: &[u8]) -> Result<(Option<&str>, Moment), RecordError> {
    let (_, rest) = bytes
        .split_first()
        .filter(|(version, _)| **version == CUSTOMER_VERSION)
        .ok_or(RecordError { what: "customer" })?;
    let read = postcard::take_from_bytes::<CustomerHead<'_>>(rest);
    let ((partner, _, changed), _) = read.map_err(|_| RecordError { what: "customer" })?;
    Ok((partner, moment(changed)))
}

/// The stored form of an offer.
pub fn encode_offer(offer: &Offer) -> Vec<u8> {
    let methods: Vec<&str> = offer
        .allowed_payment_methods
        .iter()
        .map(|method| method.name())
        .collect();
    let rights: Vec<&str> = offer.access_rights.iter().map(|right| &**right).collect();
    let record = OfferV1 {
        id: &offer.id,
        title: &offer.title,
        managed_by: offer.managed_by.name(),
        archived: offer.archived,
        methods,
        multiple_purchases: offer.multiple_purchases,
        rights,
        base: offer.base.name(),
        steps: offer.steps,
    };
    versioned(OFFER_VERSION, &record)
}

/// Reads the stored form of an offer.
pub fn decode_offer(bytes: &[u8]) -> Result<Offer, RecordError> {
    let record: OfferV1<'_> = read(bytes, OFFER_VERSION, "offer")?;
    let unreadable = || RecordError { what: "offer" };
    let methods = record
        .methods
        .iter()
        .map(|name| PaymentMethod::from_name(name));
    Ok(Offer {
        id: record.id.into(),
        title: record.title.into(),
        managed_by: OfferManager::from_name(record.managed_by).ok_or_else(unreadable)?,
        archived: record.archived,
        allowed_payment_methods: methods.collect::<Option<_>>().ok_or_else(unreadable)?,
        multiple_purchases: record.multiple_purchases,
        access_rights: record.rights.into_iter().map(Into::into).collect(),
        base: ProductBase::from_name(record.base).ok_or_else(unreadable)?,
        steps: record.steps,
    })
}

fn versioned(version: u8, record: &impl Serialize) -> Vec<u8> {
    // Plain data of this module: serialising it into memory cannot fail.
    postcard::to_extend(record, vec![version]).unwrap_or_default()
}

// What `postcard` would write, byte for byte: seven bits a byte, the lowest first, signed numbers folded so that small
// ones are short, a length before each text, a byte before what may be absent.

fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_signed(out: &mut Vec<u8>, number: i64) {
    put_varint(out, (number << 1 ^ number >> 63) as u64);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn put_moment(out: &mut Vec<u8>, moment: Moment) {
    put_signed(out, moment.seconds());
    put_varint(out, u64::from(moment.nanos()));
}

fn put_optional<T>(out: &mut Vec<u8>, value: Option<T>, put: impl FnOnce(&mut Vec<u8>, T)) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        put(out, value);
    }
}

fn read<'b, R: Deserialize<'b>>(
    bytes: &'b [u8],
    version: u8,
    what: &'static str,
) -> Result<R, RecordError> {
    match bytes.split_first() {
        Some((found, rest)) if *found == version => {
            postcard::from_bytes(rest).map_err(|_| RecordError { what })
        }
        _ => Err(RecordError { what }),
    }
}

fn moment((seconds, nanos): (i64, u32)) -> Moment {
    Moment::from_unix(seconds, nanos)
}

#[derive(Deserialize)]
struct OrderV1<'r> {
    order_id: u64,
    #[serde(borrow)]
    partner: &'r str,
    external_system_id: &'r str,
    offer: &'r str,
    invoice_customer: &'r str,
    quantity: u32,
    start: (i64, u32),
    payment_method: &'r str,
    invoice_address: Option<i64>,
    delivery_customer: Option<&'r str>,
    delivery_address: Option<i64>,
    variant_delivery_address: Option<i64>,
    discount: Option<u8>,
    order_date: Option<(i64, u32)>,
    end: Option<(i64, u32)>,
    reference_start: Option<(i64, u32)>,
    next_booking: Option<(i64, u32)>,
    payment_method_id: Option<i64>,
    bonuses: Vec<&'r str>,
    wbz: bool,
    created: (i64, u32),
    changed: (i64, u32),
    first_log: u64,
    last_log: u64,
}

#[derive(Serialize, Deserialize)]
struct CustomerV2<'r> {
    #[serde(borrow)]
    partner: Option<&'r str>,
    created: (i64, u32),
    changed: (i64, u32),
    id: &'r str,
    #[serde(borrow)]
    values: Vec<(&'r str, &'r str)>,
}

#[derive(Serialize, Deserialize)]
struct OfferV1<'r> {
    #[serde(borrow)]
    id: &'r str,
    title: &'r str,
    managed_by: &'r str,
    archived: bool,
    methods: Vec<&'r str>,
    multiple_purchases: bool,
    rights: Vec<&'r str>,
    base: &'r str,
    steps: u16,
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake_core::report::hex;

    fn order() -> StoredOrder {
        let moment = |text: &str| Moment::parse(text).unwrap();
        let terms = Terms {
            offer: "O_MZA1E7173120881551".into(),
            invoice_customer: "C1".into(),
            quantity: 3,
            start: moment("2026-01-01T00:00:00Z"),
            payment_method: PaymentMethod::from_name("PAYPAL").unwrap(),
            delivery_customer: Some("C2".into()),
            end: Some(moment("2027-01-01T00:00:00.5Z")),
            bonuses: vec!["B1".into()],
            managed_by: Manager::Wbz,
            ..Terms::blank("X-1")
        };
        StoredOrder {
            order_id: 7,
            partner: "kiosk".into(),
            terms,
            created: moment("2026-02-01T00:00:00Z"),
            changed: moment("2026-03-01T00:00:00Z"),
            first_log: 11,
            last_log: 12,
        }
    }

    /// The frozen samples of version 1: they must stay readable for ever.
    #[test]
    fn version_1_stays_as_it_is() {
        let bytes = encode_order(&order());
        expect_test::expect!["0107056b696f736b03582d31144f5f4d5a413145373137333132303838313535310243310380e4ad950d000650415950414c0001024332000000000180b2b7b30d80cab5ee01000000010242310180def4970d0080869c9a0d000b0c"]
            .assert_eq(&hex(&bytes));
        assert_eq!(decode_order(&bytes), Ok(order()));
    }

    #[test]
    fn a_glance_shows_key_and_terms() {
        let order = order();
        let bytes = encode_order(&order);
        let mut terms = Vec::new();
        put_terms(&mut terms, &order.partner, &order.terms.view());
        let glance = glance(&bytes).unwrap();
        assert_eq!(glance.key, "X-1");
        assert!(glance.terms.starts_with(&terms));
        let longer = Terms {
            bonuses: vec!["B1".into(), "B2".into()],
            ..order.terms.clone()
        };
        terms.clear();
        put_terms(&mut terms, &order.partner, &longer.view());
        assert!(!glance.terms.starts_with(&terms));
        for end in 0..12 {
            assert_eq!(super::glance(&bytes[..end]), None, "{end}");
        }
    }

    #[test]
    fn extreme_values_come_back() {
        let order = order();
        let extreme = Moment::from_unix(i64::MIN, 999_999_999);
        let terms = Terms {
            quantity: u32::MAX,
            start: extreme,
            invoice_address: Some(i64::MIN),
            delivery_address: Some(i64::MAX),
            variant_delivery_address: Some(-1),
            discount: Some(200),
            order_date: Some(Moment::from_unix(i64::MAX, 0)),
            reference_start: Some(extreme),
            next_booking: Some(extreme),
            payment_method_id: Some(0),
            bonuses: vec!["".into(), "é".repeat(100).into()],
            ..order.terms.clone()
        };
        let order = StoredOrder {
            order_id: u64::MAX,
            last_log: u64::MAX,
            terms,
            ..order
        };
        assert_eq!(decode_order(&encode_order(&order)), Ok(order));
    }

    #[test]
    fn customers_and_offers_come_back() {
        let customer = Customer {
            id: "100003".into(),
            values: vec![
                (Field::Email, "a@example.org".into()),
                (Field::Language, "de".into()),
                (Field::CustomerExternalSystemId, "K1".into()),
            ],
        };
        let stored = StoredCustomer {
            customer,
            partner: Some("kiosk".into()),
            created: Moment::from_unix(1, 2),
            changed: Moment::from_unix(3, 4),
        };
        let bytes = encode_customer(&stored);
        // The frozen sample of version 2. A store with version 1 in it is made anew from the journal.
        expect_test::expect!["0201056b696f736b02020604063130303030330305656d61696c0d61406578616d706c652e6f7267086c616e677561676502646518637573746f6d657245787465726e616c53797374656d4964024b31"].assert_eq(&hex(&bytes));
        let peeked = Ok((Some("kiosk"), Moment::from_unix(3, 4)));
        assert_eq!(peek_customer(&bytes), peeked);
        assert_eq!(decode_customer(&bytes), Ok(stored));
        let offer = Offer {
            allowed_payment_methods: vec![PaymentMethod::from_name("ZERO").unwrap()],
            access_rights: vec!["digital".into()],
            managed_by: OfferManager::Wbz,
            ..Offer::new("O_MZA1E7173120881551", "Titel")
        };
        assert_eq!(decode_offer(&encode_offer(&offer)), Ok(offer));
    }

    #[test]
    fn what_is_not_a_record_is_no_record() {
        let bytes = encode_order(&order());
        for end in 0..bytes.len() {
            assert!(decode_order(&bytes[..end]).is_err(), "{end}");
        }
        assert!(decode_order(&[2, 0, 0]).is_err());
    }
}
