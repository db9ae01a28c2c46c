//! Which calls are there?
//! The one table: what stands here is routed, described and shown; what does not, is not there.

use super::fault::Wrong;
use super::operation::{Group, Method, Operation, Parameter, ParameterKind, Place, Work, of};
use super::{checkout, offers, orders, subscriptions};
use crate::http::tokens::Right;
use crate::wire::checkout::PurchaseV1;
use crate::wire::offer::{OfferToChange, OfferToMake, OfferV1};
use crate::wire::order::{OrderV1, SubscriptionV1};
use crate::wire::shape::Page;

macro_rules! parameters {
    ($( $NAME:ident = $name:literal in $place:ident, $kind:expr, $example:literal, $de:literal, $en:literal; )+) => { $(
        const $NAME: &[Parameter] = &[Parameter {
            name: $name,
            place: Place::$place,
            kind: $kind,
            example: $example,
            de: $de,
            en: $en,
        }];
    )+ };
}

parameters! {
    SIZE = "size" in Query, ParameterKind::Integer, "25",
        "Wie viele Einträge eine Seite hat, 5 bis 100; alles andere wird zu 5.",
        "How many entries a page has, 5 to 100; anything else becomes 5.";
    AFTER = "startingAfter" in Query, ParameterKind::Integer, "",
        "Die Seite beginnt hinter dem Eintrag dieser Nummer.",
        "The page begins behind the entry of this number.";
    BEFORE = "endingBefore" in Query, ParameterKind::Integer, "",
        "Die Seite endet vor dem Eintrag dieser Nummer.",
        "The page ends before the entry of this number.";
    SORT = "sort" in Query, ParameterKind::Words(&["ASC", "DESC"]), "",
        "Die Reihenfolge der Nummern; mit DESC geht es zu niedrigeren weiter.",
        "The order of the numbers; with DESC it goes on to lower ones.";
    START_TIME = "startTime" in Query, ParameterKind::Instant, "",
        "Geändert zu dieser Zeit oder später.",
        "Changed at this time or later.";
    END_TIME = "endTime" in Query, ParameterKind::Instant, "",
        "Geändert zu dieser Zeit oder früher.",
        "Changed at this time or earlier.";
    EXTERNAL_ID = "externalSystemId" in Query, ParameterKind::Text, "",
        "Die Nummer im führenden System des Partners.",
        "The number in the partner's leading system.";
    AFTER_TEXT = "startingAfter" in Query, ParameterKind::Text, "",
        "Die Seite beginnt hinter dem Eintrag dieser Nummer.",
        "The page begins behind the entry of this number.";
    BEFORE_TEXT = "endingBefore" in Query, ParameterKind::Text, "",
        "Die Seite endet vor dem Eintrag dieser Nummer.",
        "The page ends before the entry of this number.";
    OFFER_ID = "offerId" in Path, ParameterKind::Text, "O_MZA1E7173120881551",
        "Die Nummer des Angebots.", "The offer's number.";
    ORDER_ID = "orderId" in Path, ParameterKind::Integer, "1",
        "Die Nummer des Auftrags.", "The order's number.";
    SUBSCRIPTION_ID = "subscriptionId" in Path, ParameterKind::Integer, "1",
        "Die Nummer des Abonnements.", "The subscription's number.";
}

/// Every call.
pub(in crate::http) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "getOrders",
        method: Method::Get,
        path: "/orders",
        right: Right::Read,
        group: Group::Orders,
        de: "Aufträge suchen",
        en: "Search orders",
        parameters: &[EXTERNAL_ID, SIZE, AFTER, BEFORE, SORT, START_TIME, END_TIME],
        body: None,
        gives: &[(200, of::<Page<OrderV1<'static>>>())],
        refuses: &[
            Wrong::NoInstant,
            Wrong::SizeNoInteger,
            Wrong::CursorNoInteger,
            Wrong::Invalid,
        ],
        work: Work::Books(orders::list),
    },
    Operation {
        id: "getOrder",
        method: Method::Get,
        path: "/orders/{orderId}",
        right: Right::Read,
        group: Group::Orders,
        de: "Einen Auftrag lesen",
        en: "Read an order",
        parameters: &[ORDER_ID],
        body: None,
        gives: &[(200, of::<OrderV1<'static>>())],
        refuses: &[Wrong::NotFound],
        work: Work::Books(orders::one),
    },
    Operation {
        id: "getSubscriptions",
        method: Method::Get,
        path: "/subscriptions",
        right: Right::Read,
        group: Group::Subscriptions,
        de: "Abonnements suchen",
        en: "Search subscriptions",
        parameters: &[EXTERNAL_ID, SIZE, AFTER, BEFORE, SORT, START_TIME, END_TIME],
        body: None,
        gives: &[(200, of::<Page<SubscriptionV1<'static>>>())],
        refuses: &[
            Wrong::NoInstant,
            Wrong::SizeNoInteger,
            Wrong::CursorNoInteger,
            Wrong::Invalid,
        ],
        work: Work::Books(subscriptions::list),
    },
    Operation {
        id: "getSubscription",
        method: Method::Get,
        path: "/subscriptions/{subscriptionId}",
        right: Right::Read,
        group: Group::Subscriptions,
        de: "Ein Abonnement lesen",
        en: "Read a subscription",
        parameters: &[SUBSCRIPTION_ID],
        body: None,
        gives: &[(200, of::<SubscriptionV1<'static>>())],
        refuses: &[Wrong::NotFound],
        work: Work::Books(subscriptions::one),
    },
    unchangeable(
        "cancelNow",
        "/subscriptions/{subscriptionId}/cancel/now",
        "Ein Abonnement sofort kündigen",
        "Cancel a subscription now",
    ),
    unchangeable(
        "cancelRegular",
        "/subscriptions/{subscriptionId}/cancel/regular",
        "Ein Abonnement regulär kündigen",
        "Cancel a subscription regularly",
    ),
    unchangeable(
        "cancelAt",
        "/subscriptions/{subscriptionId}/cancel/at",
        "Ein Abonnement zu einem Tag kündigen",
        "Cancel a subscription at a day",
    ),
    unchangeable(
        "changePayment",
        "/subscriptions/{subscriptionId}/payment",
        "Die Zahlungsart ändern",
        "Change the payment method",
    ),
    unchangeable(
        "changeQuantity",
        "/subscriptions/{subscriptionId}/quantity",
        "Die Menge ändern",
        "Change the quantity",
    ),
    unchangeable(
        "changeDiscount",
        "/subscriptions/{subscriptionId}/discount",
        "Den Rabatt ändern",
        "Change the discount",
    ),
    unchangeable(
        "changeAddress",
        "/subscriptions/{subscriptionId}/address",
        "Die Adresse ändern",
        "Change the address",
    ),
    unchangeable(
        "pause",
        "/subscriptions/{subscriptionId}/pause",
        "Ein Abonnement unterbrechen",
        "Pause a subscription",
    ),
    Operation {
        id: "getOffers",
        method: Method::Get,
        path: "/products/offers",
        right: Right::Read,
        group: Group::Offers,
        de: "Angebote suchen",
        en: "Search offers",
        parameters: &[SIZE, AFTER_TEXT, BEFORE_TEXT, SORT],
        body: None,
        gives: &[(200, of::<Page<OfferV1<'static>>>())],
        refuses: &[Wrong::SizeNoInteger, Wrong::Invalid],
        work: Work::Books(offers::list),
    },
    Operation {
        id: "getOffer",
        method: Method::Get,
        path: "/products/offers/{offerId}",
        right: Right::Read,
        group: Group::Offers,
        de: "Ein Angebot lesen",
        en: "Read an offer",
        parameters: &[OFFER_ID],
        body: None,
        gives: &[(200, of::<OfferV1<'static>>())],
        refuses: &[Wrong::NoOffer],
        work: Work::Books(offers::one),
    },
    Operation {
        id: "makeOffer",
        method: Method::Post,
        path: "/products/offers",
        right: Right::Operate,
        group: Group::Offers,
        de: "Ein Angebot anlegen",
        en: "Make an offer",
        parameters: &[],
        body: Some(of::<OfferToMake>()),
        gives: &[(201, of::<OfferV1<'static>>())],
        refuses: &[],
        work: Work::Books(offers::make),
    },
    Operation {
        id: "changeOffer",
        method: Method::Put,
        path: "/products/offers/{offerId}",
        right: Right::Operate,
        group: Group::Offers,
        de: "Ein Angebot ändern",
        en: "Change an offer",
        parameters: &[OFFER_ID],
        body: Some(of::<OfferToChange>()),
        gives: &[(200, of::<OfferV1<'static>>())],
        refuses: &[Wrong::NoOffer],
        work: Work::Books(offers::change),
    },
    not_for_sale(
        "preparePurchase",
        "/checkout/preparePurchase",
        "Einen Kauf vorbereiten",
        "Prepare a purchase",
    ),
    not_for_sale(
        "orderFreeProduct",
        "/checkout/orderFreeProduct",
        "Ein kostenloses Produkt bestellen",
        "Order a free product",
    ),
    not_for_sale(
        "buyWithVoucher",
        "/checkout/buyWithVoucher",
        "Mit einem Gutschein kaufen",
        "Buy with a voucher",
    ),
];

/// A direct change of a subscription, which is always refused.
const fn unchangeable(
    id: &'static str,
    path: &'static str,
    de: &'static str,
    en: &'static str,
) -> Operation {
    Operation {
        id,
        method: Method::Put,
        path,
        right: Right::Import,
        group: Group::Subscriptions,
        de,
        en,
        parameters: &[SUBSCRIPTION_ID],
        body: None,
        gives: &[],
        refuses: &[Wrong::ManagedExternally, Wrong::NotFound],
        work: Work::Books(subscriptions::refused),
    }
}

/// A purchase, which is always refused.
const fn not_for_sale(
    id: &'static str,
    path: &'static str,
    de: &'static str,
    en: &'static str,
) -> Operation {
    Operation {
        id,
        method: Method::Post,
        path,
        right: Right::Import,
        group: Group::Checkout,
        de,
        en,
        parameters: &[],
        body: Some(of::<PurchaseV1>()),
        gives: &[],
        refuses: &[Wrong::NotForSale, Wrong::NoOffer],
        work: Work::Books(checkout::refused),
    }
}
