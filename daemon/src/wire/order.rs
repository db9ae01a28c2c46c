//! How is an order told, with its subscription and its access rights?
//! One order has one subscription with one item, and all three have the same number.

use intake_core::catalog::Offer;
use intake_core::moment::Moment;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::shape::{Day, Instant, Method, shapes, worded};
use crate::state::StoredOrder;

worded! {
    /// How an order stands.
    OrderStatus {
        /// It runs.
        Active = "ACTIVE",
        /// It has ended.
        Done = "DONE",
        /// The platform's word for what no import does.
        Cancelled = "CANCELLED",
    }

    /// What an order is.
    OrderKind {
        /// An order.
        Order = "ORDER",
    }

    /// How a subscription stands.
    SubscriptionStatus {
        /// It runs.
        Active = "ACTIVE",
        /// It has ended.
        Inactive = "INACTIVE",
        /// The platform's word for what no import does.
        Ignored = "IGNORED",
    }

    /// Who manages a subscription.
    SubscriptionManager {
        /// The platform: never so here.
        Plenigo = "PLENIGO",
        /// A partner.
        External = "EXTERNAL",
        /// A dealer of books and magazines.
        Wbz = "WBZ",
    }

    /// What grants an access right.
    ItemKind {
        /// A subscription.
        Subscription = "SUBSCRIPTION",
    }
}

shapes! {
    /// An order.
    OrderV1<'o> as "Order", "Ein Auftrag." {
        /// The order's number.
        order_id: u64 = "Nummer des Auftrags.";
        /// Its number in the partner's leading system.
        external_system_id: &'o str = "Seine Nummer im führenden System des Partners.";
        /// The partner that imported it first and to which it belongs.
        partner: &'o str = "Der Partner, der ihn zuerst importiert hat und dem er gehört.";
        /// How it stands.
        status: OrderStatus = "Wie er steht.";
        /// What it is.
        r#type: OrderKind = "Was er ist.";
        /// When it was ordered.
        order_date: Instant = "Wann er bestellt wurde.";
        /// The payment method.
        payment_method: Method = "Die Zahlungsart.";
        /// The stored payment method.
        payment_method_id: Option<i64> = "Die hinterlegte Zahlungsart.";
        /// The invoice customer.
        invoice_customer_id: &'o str = "Der Rechnungskunde.";
        /// The invoice address.
        invoice_address_id: Option<i64> = "Die Rechnungsadresse.";
        /// The bonuses.
        plenigo_bonus_ids: &'o [Box<str>] = "Die Prämien.";
        /// What was ordered: one item.
        items: [OrderItemV1<'o>; 1] = "Was bestellt wurde: eine Position.";
        /// When it came to be here.
        created_date: Instant = "Wann er hier angelegt wurde.";
        /// By which partner.
        created_by: &'o str = "Von welchem Partner.";
        /// When it was changed last.
        changed_date: Instant = "Wann er zuletzt geändert wurde.";
        /// By which partner.
        changed_by: &'o str = "Von welchem Partner.";
    }

    /// An item of an order.
    OrderItemV1<'o> as "OrderItem", "Eine Position eines Auftrags." {
        /// Its place, from 1.
        position: u32 = "Ihr Platz, von 1 an.";
        /// The offer.
        plenigo_offer_id: &'o str = "Das Angebot.";
        /// How many copies.
        quantity: u32 = "Wie viele Exemplare.";
        /// The discount in percent.
        discount_percentage: Option<u8> = "Der Rabatt in Prozent.";
        /// The delivery customer.
        delivery_customer_id: &'o str = "Der Lieferkunde.";
        /// The delivery address.
        delivery_address_id: Option<i64> = "Die Lieferadresse.";
        /// A variant delivery address.
        variant_delivery_address_id: Option<i64> = "Eine abweichende Lieferadresse.";
        /// The item of the subscription.
        subscription_item_id: u64 = "Die Position des Abonnements.";
    }

    /// A subscription.
    SubscriptionV1<'o> as "Subscription", "Ein Abonnement." {
        /// The subscription's number.
        subscription_id: u64 = "Nummer des Abonnements.";
        /// Its number in the partner's leading system.
        external_system_id: &'o str = "Seine Nummer im führenden System des Partners.";
        /// The chain of subscriptions that it belongs to: it alone.
        chain_id: u64 = "Die Kette, zu der es gehört: es allein.";
        /// The offer.
        plenigo_offer_id: &'o str = "Das Angebot.";
        /// The invoice customer.
        invoice_customer_id: &'o str = "Der Rechnungskunde.";
        /// The delivery customer.
        delivery_customer_id: &'o str = "Der Lieferkunde.";
        /// When it starts.
        start_date: Instant = "Wann es beginnt.";
        /// When it ends.
        end_date: Option<Instant> = "Wann es endet.";
        /// The reference for bookings and cancellations.
        reference_start_date: Option<Instant> = "Bezug für Buchungen und Kündigungen.";
        /// The day of the next booking.
        next_booking_date: Option<Day> = "Tag der nächsten Buchung.";
        /// How it stands.
        status: SubscriptionStatus = "Wie es steht.";
        /// The payment method.
        payment_method: Method = "Die Zahlungsart.";
        /// Who manages it.
        managed_by: SubscriptionManager = "Wer es verwaltet.";
        /// Is it managed outside the platform? Always so here.
        managed_external: bool = "Wird es außerhalb der Plattform verwaltet? Hier immer.";
        /// What is subscribed to: one item.
        items: [SubscriptionItemV1<'o>; 1] = "Was abonniert ist: eine Position.";
        /// When it came to be here.
        created_date: Instant = "Wann es hier angelegt wurde.";
        /// When it was changed last.
        changed_date: Instant = "Wann es zuletzt geändert wurde.";
    }

    /// An item of a subscription.
    SubscriptionItemV1<'o> as "SubscriptionItem", "Eine Position eines Abonnements." {
        /// Its number.
        subscription_item_id: u64 = "Ihre Nummer.";
        /// How many copies.
        quantity: u32 = "Wie viele Exemplare.";
        /// The discount in percent.
        discount_percentage: Option<u8> = "Der Rabatt in Prozent.";
        /// How it stands.
        status: SubscriptionStatus = "Wie sie steht.";
        /// The first of its access rights.
        access_right_unique_id: Option<&'o str> = "Das erste ihrer Zugriffsrechte.";
    }

    /// An access right that an order grants from its start to its end.
    AccessRightV1<'o> as "AccessRight", "Ein Zugriffsrecht, das ein Auftrag von seinem Beginn bis zu seinem Ende gewährt." {
        /// Its number: the order's number times 100,000, and its place in the offer, from 1.
        access_right_id: u64 = "Seine Nummer: die des Auftrags mal 100.000 und sein Platz im Angebot, von 1 an.";
        /// The customer who has it.
        customer_id: &'o str = "Der Kunde, der es hat.";
        /// Its unique id.
        access_right_unique_id: &'o str = "Seine eindeutige Kennung.";
        /// Is access granted now?
        access_granted: bool = "Ist der Zugriff jetzt gewährt?";
        /// From when on.
        life_time_start: Instant = "Von wann an.";
        /// Until when.
        life_time_end: Option<Instant> = "Bis wann.";
        /// What grants it.
        item_type: ItemKind = "Was es gewährt.";
        /// The number of what grants it.
        item_id: u64 = "Die Nummer dessen, was es gewährt.";
        /// The offer.
        plenigo_offer_id: &'o str = "Das Angebot.";
    }
}

impl<'o> OrderV1<'o> {
    /// An order as it stands at `now`.
    pub fn of(order: &'o StoredOrder, now: Moment) -> Self {
        let terms = &order.terms;
        Self {
            order_id: order.order_id,
            external_system_id: &terms.external_system_id,
            partner: &order.partner,
            status: if terms.runs_at(now) {
                OrderStatus::Active
            } else {
                OrderStatus::Done
            },
            r#type: OrderKind::Order,
            order_date: Instant(terms.order_date.unwrap_or(terms.start)),
            payment_method: Method(terms.payment_method),
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
            created_date: Instant(order.created),
            created_by: &order.partner,
            changed_date: Instant(order.changed),
            changed_by: &order.partner,
        }
    }
}

impl<'o> SubscriptionV1<'o> {
    /// The subscription of an order as it stands at `now`; a day is one in `zone`.
    pub fn of(
        order: &'o StoredOrder,
        offer: Option<&'o Offer>,
        now: Moment,
        zone: &TimeZone,
    ) -> Self {
        let terms = &order.terms;
        let status = if terms.runs_at(now) {
            SubscriptionStatus::Active
        } else {
            SubscriptionStatus::Inactive
        };
        // The platform gives this one as a day, which there is only in a zone.
        let day = |moment: Moment| {
            let time = Timestamp::new(moment.seconds(), moment.nanos() as i32).ok()?;
            Some(Day(time.to_zoned_datetime(zone.clone()).date().to_string()))
        };
        Self {
            subscription_id: order.order_id,
            external_system_id: &terms.external_system_id,
            chain_id: order.order_id,
            plenigo_offer_id: &terms.offer,
            invoice_customer_id: &terms.invoice_customer,
            delivery_customer_id: delivery_customer(order),
            start_date: Instant(terms.start),
            end_date: terms.end.map(Instant),
            reference_start_date: terms.reference_start.map(Instant),
            next_booking_date: terms.next_booking.and_then(day),
            status,
            payment_method: Method(terms.payment_method),
            managed_by: match terms.managed_by {
                intake_core::order::Manager::External => SubscriptionManager::External,
                intake_core::order::Manager::Wbz => SubscriptionManager::Wbz,
            },
            managed_external: true,
            items: [SubscriptionItemV1 {
                subscription_item_id: order.order_id,
                quantity: terms.quantity,
                discount_percentage: terms.discount,
                status,
                access_right_unique_id: offer
                    .and_then(|offer| offer.access_rights.first())
                    .map(|right| &**right),
            }],
            created_date: Instant(order.created),
            changed_date: Instant(order.changed),
        }
    }
}

/// How many access rights an order has numbers for.
pub const RIGHTS_OF_AN_ORDER: u64 = 100_000;

impl<'o> AccessRightV1<'o> {
    /// The access rights that an order grants, as they stand at `now`.
    pub fn of(order: &'o StoredOrder, offer: Option<&'o Offer>, now: Moment) -> Vec<Self> {
        let terms = &order.terms;
        let rights = offer.map_or(&[][..], |offer| &offer.access_rights);
        let right = |(place, right): (u64, &'o str)| Self {
            access_right_id: order.order_id * RIGHTS_OF_AN_ORDER + place,
            customer_id: delivery_customer(order),
            access_right_unique_id: right,
            access_granted: grants_at(order, now),
            life_time_start: Instant(terms.start),
            life_time_end: terms.end.map(Instant),
            item_type: ItemKind::Subscription,
            item_id: order.order_id,
            plenigo_offer_id: &terms.offer,
        };
        let rights = rights.iter().map(|right| &**right);
        (1..RIGHTS_OF_AN_ORDER).zip(rights).map(right).collect()
    }
}

/// Does an order grant its access rights at `now`?
fn grants_at(order: &StoredOrder, now: Moment) -> bool {
    order.terms.start <= now && order.terms.runs_at(now)
}

/// Who gets what was ordered: the invoice customer where nobody else is named.
pub fn delivery_customer(order: &StoredOrder) -> &str {
    let terms = &order.terms;
    let named = terms.delivery_customer.as_ref();
    named.unwrap_or(&terms.invoice_customer)
}
