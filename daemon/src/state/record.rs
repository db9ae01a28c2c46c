//! What does a stored order, customer, offer or file look like, byte for byte?
//! Every record begins with its version; a version that was once written stays readable.

use intake_core::catalog::{Customer, Offer, OfferManager, ProductBase};
use intake_core::field::{FIELDS, Field};
use intake_core::moment::Moment;
use intake_core::order::{Manager, PaymentMethod, Terms};
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
const CUSTOMER_VERSION: u8 = 1;
const OFFER_VERSION: u8 = 1;

/// The stored form of an order.
pub fn encode_order(order: &StoredOrder) -> Vec<u8> {
    let terms = &order.terms;
    let record = OrderV1 {
        order_id: order.order_id,
        partner: &order.partner,
        external_system_id: &terms.external_system_id,
        offer: &terms.offer,
        invoice_customer: &terms.invoice_customer,
        quantity: terms.quantity,
        start: pair(terms.start),
        payment_method: terms.payment_method.name(),
        invoice_address: terms.invoice_address,
        delivery_customer: terms.delivery_customer.as_deref(),
        delivery_address: terms.delivery_address,
        variant_delivery_address: terms.variant_delivery_address,
        discount: terms.discount,
        order_date: terms.order_date.map(pair),
        end: terms.end.map(pair),
        reference_start: terms.reference_start.map(pair),
        next_booking: terms.next_booking.map(pair),
        payment_method_id: terms.payment_method_id,
        bonuses: terms.bonuses.iter().map(|bonus| &**bonus).collect(),
        wbz: terms.managed_by == Manager::Wbz,
        created: pair(order.created),
        changed: pair(order.changed),
        first_log: order.first_log,
        last_log: order.last_log,
    };
    versioned(ORDER_VERSION, &record)
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
pub fn encode_customer(customer: &Customer) -> Vec<u8> {
    let values = customer
        .values
        .iter()
        .map(|(field, value)| (field.name(), &**value))
        .collect::<Vec<_>>();
    versioned(CUSTOMER_VERSION, &(&*customer.id, values))
}

/// Reads the stored form of a customer.
pub fn decode_customer(bytes: &[u8]) -> Result<Customer, RecordError> {
    let (id, values): (&str, Vec<(&str, &str)>) = read(bytes, CUSTOMER_VERSION, "customer")?;
    let named = |name: &str| {
        FIELDS
            .iter()
            .find(|spec| spec.name == name)
            .map(|spec| spec.field)
    };
    let values = values
        .into_iter()
        .map(|(name, value)| named(name).map(|field: Field| (field, value.into())))
        .collect::<Option<_>>();
    Ok(Customer {
        id: id.into(),
        values: values.ok_or(RecordError { what: "customer" })?,
    })
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

fn pair(moment: Moment) -> (i64, u32) {
    (moment.seconds(), moment.nanos())
}

fn moment((seconds, nanos): (i64, u32)) -> Moment {
    Moment::from_unix(seconds, nanos)
}

#[derive(Serialize, Deserialize)]
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
    fn customers_and_offers_come_back() {
        let customer = Customer {
            id: "100003".into(),
            values: vec![
                (Field::Email, "a@example.org".into()),
                (Field::Language, "de".into()),
                (Field::CustomerExternalSystemId, "K1".into()),
            ],
        };
        assert_eq!(decode_customer(&encode_customer(&customer)), Ok(customer));
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
