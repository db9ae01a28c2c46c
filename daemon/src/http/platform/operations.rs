//! Which calls are there?
//! The one table: what stands here is routed, described and shown; what does not, is not there.

use super::fault::{Fault, Wrong};
use super::operation::{
    Ask, Group, Method, Operation, Parameter, ParameterKind, Place, Reply, SchemaOf, Work, of,
};
use super::{access, checkout, customers, import_log, imports, offers, orders, subscriptions};
use crate::http::tokens::Right;
use crate::wire::access::AccessV1;
use crate::wire::checkout::PurchaseV1;
use crate::wire::customer::{CustomerIdV1, CustomerToChange, CustomerToMake, CustomerV1};
use crate::wire::error::SuccessStatusV1;
use crate::wire::import::{OrderImportLogEntryV1, OrdersToImport};
use crate::wire::offer::{OfferToChange, OfferToMake, OfferV1};
use crate::wire::order::{AccessRightV1, OrderV1, SubscriptionV1};
use crate::wire::shape::{Page, Shape};

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
    EMAIL = "email" in Query, ParameterKind::Text, "",
        "Die E-Mail-Adresse.", "The email address.";
    USERNAME = "username" in Query, ParameterKind::Text, "",
        "Der Benutzername.", "The user name.";
    RIGHT_IDS = "accessRightUniqueIds" in QueryAlways, ParameterKind::Text, "daily",
        "Die Kennungen der Zugriffsrechte, mit Komma getrennt.",
        "The unique ids of access rights, separated by commas.";
    CUSTOMER_ID = "customerId" in Path, ParameterKind::Text, "100003",
        "Die Nummer des Kunden.", "The customer's number.";
    CUSTOMER_EXTERNAL_ID = "externalSystemId" in Path, ParameterKind::Text, "K-815",
        "Die Nummer des Kunden im führenden System des Partners.",
        "The customer's number in the partner's leading system.";
    OFFER_WANTED = "plenigoOfferId" in Query, ParameterKind::Text, "O_MZA1E7173120881551",
        "Das Angebot, das der Posten nennt.", "The offer that the item names.";
    SUCCESS = "success" in Query, ParameterKind::Flag, "false",
        "Wurde der Posten übernommen?", "Was the item taken?";
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
        id: "importOrders",
        method: Method::Post,
        path: "/imports/orders",
        right: Right::Import,
        group: Group::Imports,
        de: "Aufträge importieren: geprüft und gesichert, wenn die Antwort kommt; was aus jedem Posten wurde, sagt das Protokoll",
        en: "Import orders: checked and durable when the answer comes; the log tells what became of each item",
        parameters: &[],
        body: Some(of::<OrdersToImport>()),
        gives: &[(201, of::<SuccessStatusV1>())],
        refuses: &[
            Wrong::BodyMissing,
            Wrong::NoJson,
            Wrong::NoInstant,
            Wrong::OtherType,
            Wrong::Invalid,
            Wrong::PaymentMethodMissing,
            Wrong::QueueFull,
            Wrong::TooLarge,
            Wrong::TooSlow,
        ],
        work: Work::Streamed(imports::orders),
    },
    Operation {
        id: "getOrderImportLogs",
        method: Method::Get,
        path: "/imports/orders/logs",
        right: Right::Read,
        group: Group::Imports,
        de: "Lesen, was aus den Posten von Importen wurde",
        en: "Read what became of the items of imports",
        parameters: &[
            EXTERNAL_ID,
            OFFER_WANTED,
            SUCCESS,
            SIZE,
            AFTER,
            BEFORE,
            SORT,
            START_TIME,
            END_TIME,
        ],
        body: None,
        gives: &[(200, of::<Page<OrderImportLogEntryV1>>())],
        refuses: &[
            Wrong::NoInstant,
            Wrong::SizeNoInteger,
            Wrong::CursorNoInteger,
            Wrong::OtherType,
            Wrong::Invalid,
        ],
        work: Work::Books(import_log::list),
    },
    Operation {
        id: "getCustomers",
        method: Method::Get,
        path: "/customers",
        right: Right::Read,
        group: Group::Customers,
        de: "Kunden suchen",
        en: "Search customers",
        parameters: &[
            EXTERNAL_ID,
            EMAIL,
            USERNAME,
            SIZE,
            AFTER_TEXT,
            BEFORE_TEXT,
            SORT,
            START_TIME,
            END_TIME,
        ],
        body: None,
        gives: &[(200, of::<Page<CustomerV1<'static>>>())],
        refuses: &[Wrong::NoInstant, Wrong::SizeNoInteger, Wrong::Invalid],
        work: Work::Books(customers::list),
    },
    Operation {
        id: "makeCustomer",
        method: Method::Post,
        path: "/customers",
        right: Right::Import,
        group: Group::Customers,
        de: "Einen Kunden anlegen",
        en: "Make a customer",
        parameters: &[],
        body: Some(of::<CustomerToMake>()),
        gives: &[
            (201, of::<CustomerV1<'static>>()),
            (208, of::<CustomerV1<'static>>()),
        ],
        refuses: &[Wrong::ExternalIdTaken],
        work: Work::Books(customers::make),
    },
    Operation {
        id: "getCustomer",
        method: Method::Get,
        path: "/customers/{customerId}",
        right: Right::Read,
        group: Group::Customers,
        de: "Einen Kunden lesen",
        en: "Read a customer",
        parameters: &[CUSTOMER_ID],
        body: None,
        gives: &[(200, of::<CustomerV1<'static>>())],
        refuses: &[Wrong::NoCustomer],
        work: Work::Books(customers::one),
    },
    Operation {
        id: "changeCustomer",
        method: Method::Put,
        path: "/customers/{customerId}",
        right: Right::Import,
        group: Group::Customers,
        de: "Einen Kunden ändern",
        en: "Change a customer",
        parameters: &[CUSTOMER_ID],
        body: Some(of::<CustomerToChange>()),
        gives: &[(200, of::<CustomerV1<'static>>())],
        refuses: &[Wrong::NoCustomer, Wrong::ExternalIdTaken],
        work: Work::Books(customers::change),
    },
    Operation {
        id: "getCustomerIdByExternalSystemId",
        method: Method::Get,
        path: "/customers/customerIdByExternalSystemId/{externalSystemId}",
        right: Right::Read,
        group: Group::Customers,
        de: "Die Nummer eines Kunden zu seiner externen Nummer",
        en: "The number of a customer by its external system id",
        parameters: &[CUSTOMER_EXTERNAL_ID],
        body: None,
        gives: &[(200, of::<CustomerIdV1<'static>>())],
        refuses: &[Wrong::NoCustomer],
        work: Work::Books(customers::id_by_external_id),
    },
    of_customer::<Page<OrderV1<'static>>>(
        "getOrdersOfCustomer",
        "/customers/{customerId}/orders",
        "Die Aufträge eines Kunden",
        "The orders of a customer",
        access::orders,
    ),
    of_customer::<Page<SubscriptionV1<'static>>>(
        "getSubscriptionsOfCustomer",
        "/customers/{customerId}/subscriptions",
        "Die Abonnements eines Kunden",
        "The subscriptions of a customer",
        access::subscriptions,
    ),
    of_customer::<Page<AccessRightV1<'static>>>(
        "getAccessRightsOfCustomer",
        "/customers/{customerId}/accessRights",
        "Die Zugriffsrechte eines Kunden",
        "The access rights of a customer",
        access::of_customer,
    ),
    Operation {
        id: "getAccessRights",
        method: Method::Get,
        path: "/accessRights",
        right: Right::Read,
        group: Group::AccessRights,
        de: "Zugriffsrechte suchen",
        en: "Search access rights",
        parameters: &[SIZE, AFTER, BEFORE, SORT, START_TIME, END_TIME],
        body: None,
        gives: &[(200, of::<Page<AccessRightV1<'static>>>())],
        refuses: &[
            Wrong::NoInstant,
            Wrong::SizeNoInteger,
            Wrong::CursorNoInteger,
            Wrong::Invalid,
        ],
        work: Work::Books(access::list),
    },
    Operation {
        group: Group::AccessRights,
        ..of_customer::<Page<AccessRightV1<'static>>>(
            "getAccessRightsByCustomer",
            "/accessRights/{customerId}",
            "Die Zugriffsrechte eines Kunden",
            "The access rights of a customer",
            access::of_customer,
        )
    },
    Operation {
        id: "hasAccess",
        method: Method::Get,
        path: "/accessRights/{customerId}/hasAccess",
        right: Right::Read,
        group: Group::AccessRights,
        de: "Hat ein Kunde Zugriff?",
        en: "Does a customer have access?",
        parameters: &[CUSTOMER_ID, RIGHT_IDS],
        body: None,
        gives: &[(200, of::<AccessV1<'static>>())],
        refuses: &[Wrong::NoCustomer, Wrong::Invalid],
        work: Work::Quick(access::remembered, access::has_access),
    },
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

/// A page of what one customer has.
const fn of_customer<S: Shape>(
    id: &'static str,
    path: &'static str,
    de: &'static str,
    en: &'static str,
    work: fn(&Ask<'_>) -> Result<Reply, Fault>,
) -> Operation {
    Operation {
        id,
        method: Method::Get,
        path,
        right: Right::Read,
        group: Group::Customers,
        de,
        en,
        parameters: &[CUSTOMER_ID, SIZE, AFTER, BEFORE, SORT, START_TIME, END_TIME],
        body: None,
        gives: const { &[(200, S::schema as SchemaOf)] },
        refuses: &[
            Wrong::NoCustomer,
            Wrong::NoInstant,
            Wrong::SizeNoInteger,
            Wrong::CursorNoInteger,
            Wrong::Invalid,
        ],
        work: Work::Books(work),
    }
}

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
