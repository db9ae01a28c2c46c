//! In which words of the platform is an order told, with its subscription and its access rights?
//! The wire form alone, after the platform's API v3; nothing here decides.

use intake_core::catalog::Offer;
use intake_core::moment::Moment;
use serde::Serialize;

use super::{Speech, timestamp};
use crate::state::StoredOrder;

/// An order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderV1<'o> {
    order_id: u64,
    external_system_id: &'o str,
    partner: &'o str,
    status: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    order_date: String,
    payment_method: &'static str,
    payment_method_id: Option<i64>,
    invoice_customer_id: &'o str,
    invoice_address_id: Option<i64>,
    plenigo_bonus_ids: &'o [Box<str>],
    items: [OrderItemV1<'o>; 1],
    created_date: String,
    changed_date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderItemV1<'o> {
    position: u32,
    plenigo_offer_id: &'o str,
    quantity: u32,
    discount_percentage: Option<u8>,
    delivery_customer_id: &'o str,
    delivery_address_id: Option<i64>,
    variant_delivery_address_id: Option<i64>,
    subscription_item_id: u64,
}

/// A subscription: one order has one, with one item; all three have the same number.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SubscriptionV1<'o> {
    subscription_id: u64,
    external_system_id: &'o str,
    chain_id: u64,
    plenigo_offer_id: &'o str,
    invoice_customer_id: &'o str,
    delivery_customer_id: &'o str,
    start_date: String,
    end_date: Option<String>,
    reference_start_date: Option<String>,
    next_booking_date: Option<String>,
    status: &'static str,
    payment_method: &'static str,
    managed_by: &'static str,
    managed_external: bool,
    items: [SubscriptionItemV1<'o>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubscriptionItemV1<'o> {
    subscription_item_id: u64,
    quantity: u32,
    discount_percentage: Option<u8>,
    status: &'static str,
    access_right_unique_id: Option<&'o str>,
}

/// An access right that an order grants from its start to its end.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccessRightV1<'o> {
    pub(super) access_right_unique_id: &'o str,
    pub(super) access_granted: bool,
    life_time_start: String,
    life_time_end: Option<String>,
    item_type: &'static str,
    item_id: u64,
    plenigo_offer_id: &'o str,
}

impl<'o> OrderV1<'o> {
    pub(super) fn of(order: &'o StoredOrder, now: Moment) -> Self {
        let terms = &order.terms;
        Self {
            order_id: order.order_id,
            external_system_id: &terms.external_system_id,
            partner: &order.partner,
            status: if terms.runs_at(now) { "ACTIVE" } else { "DONE" },
            kind: "ORDER",
            order_date: terms.order_date.unwrap_or(terms.start).to_string(),
            payment_method: terms.payment_method.name(),
            payment_method_id: terms.payment_method_id,
            invoice_customer_id: &terms.invoice_customer,
            invoice_address_id: terms.invoice_address,
            plenigo_bonus_ids: &terms.bonuses,
            items: [OrderItemV1 {
                position: 1,
                plenigo_offer_id: &terms.offer,
                quantity: terms.quantity,
                discount_percentage: terms.discount,
                delivery_customer_id: delivery_customer(order),
                delivery_address_id: terms.delivery_address,
                variant_delivery_address_id: terms.variant_delivery_address,
                subscription_item_id: order.order_id,
            }],
            created_date: order.created.to_string(),
            changed_date: order.changed.to_string(),
        }
    }
}

impl<'o> SubscriptionV1<'o> {
    pub(super) fn of(
        order: &'o StoredOrder,
        offer: Option<&'o Offer>,
        now: Moment,
        speech: &Speech,
    ) -> Self {
        let terms = &order.terms;
        let status = if terms.runs_at(now) {
            "ACTIVE"
        } else {
            "INACTIVE"
        };
        // The platform gives this one as a day, which there is only in a zone.
        let day = |moment| {
            let time = timestamp(moment)?;
            Some(
                time.to_zoned_datetime(speech.zone.clone())
                    .date()
                    .to_string(),
            )
        };
        Self {
            subscription_id: order.order_id,
            external_system_id: &terms.external_system_id,
            chain_id: order.order_id,
            plenigo_offer_id: &terms.offer,
            invoice_customer_id: &terms.invoice_customer,
            delivery_customer_id: delivery_customer(order),
            start_date: terms.start.to_string(),
            end_date: terms.end.map(|end| end.to_string()),
            reference_start_date: terms.reference_start.map(|start| start.to_string()),
            next_booking_date: terms.next_booking.and_then(day),
            status,
            payment_method: terms.payment_method.name(),
            managed_by: terms.managed_by.name(),
            managed_external: true,
            items: [SubscriptionItemV1 {
                subscription_item_id: order.order_id,
                quantity: terms.quantity,
                discount_percentage: terms.discount,
                status,
                access_right_unique_id: offer
                    .and_then(|offer| offer.access_rights.first())
                    .map(|r| &**r),
            }],
        }
    }
}

impl<'o> AccessRightV1<'o> {
    pub(super) fn of(order: &'o StoredOrder, offer: Option<&'o Offer>, now: Moment) -> Vec<Self> {
        let terms = &order.terms;
        let rights = offer
            .map(|offer| offer.access_rights.as_slice())
            .unwrap_or_default();
        let right = |right: &'o str| Self {
            access_right_unique_id: right,
            access_granted: terms.start <= now && terms.runs_at(now),
            life_time_start: terms.start.to_string(),
            life_time_end: terms.end.map(|end| end.to_string()),
            item_type: "SUBSCRIPTION",
            item_id: order.order_id,
            plenigo_offer_id: &terms.offer,
        };
        rights.iter().map(|id| right(id)).collect()
    }
}

fn delivery_customer(order: &StoredOrder) -> &str {
    order
        .terms
        .delivery_customer
        .as_ref()
        .unwrap_or(&order.terms.invoice_customer)
}
