//! Which fields does the platform know, how do partners write their names, and what may they hold?
//! The one table of fields: reading, checking, template and documentation all come from it.

pub mod words;

use crate::likeness::differences;

/// What a file's records describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Orders of externally managed offers; columns of the invoice customer may stand beside them.
    Orders,
    /// Customers.
    Customers,
    /// The catalog of offers.
    Offers,
}

/// What the value of a field looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of `min` to `max` characters without control characters.
    Text {
        /// Fewest characters.
        min: u16,
        /// Most characters.
        max: u16,
    },
    /// A whole number written in plain digits.
    Integer {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// RFC 3339 `date-time` with an offset.
    DateTime,
    /// RFC 3339 `full-date`.
    Date,
    /// One of a fixed list of words, spelled exactly so.
    Word(&'static [&'static str]),
    /// Several texts: a JSON array of strings; in a cell separated by `|`, `,` or `;`.
    Texts,
    /// Several words of a fixed list, written like [`Kind::Texts`].
    Words(&'static [&'static str]),
    /// An email address of at most 100 characters.
    Email,
    /// A language of ISO 639-1 in two letters.
    Language,
    /// A telephone number of E.164: `+` and up to 15 digits.
    Telephone,
    /// `true` or `false`.
    Bool,
}

/// One line of the field table.
#[derive(Clone, Copy, Debug)]
pub struct FieldSpec {
    /// The field.
    pub field: Field,
    /// The tables a field stands in: the one it belongs to.
    pub table: Table,
    /// The platform's name of the field, also its name in JSON and as a header.
    pub name: &'static str,
    /// What values look like.
    pub kind: Kind,
    /// Must every record of its table have it?
    pub required: bool,
    /// Other headers that mean this field, in any case, with or without spaces and hyphens.
    pub aliases: &'static [&'static str],
    /// A value as it may stand in a file.
    pub example: &'static str,
    /// What the field means, in German.
    pub de: &'static str,
    /// What the field means, in English.
    pub en: &'static str,
}

/// The payment methods that the platform knows; `ZERO` marks a free subscription.
pub const PAYMENT_METHODS: &[&str] = &[
    "AMAZON_PAY",
    "APPLE_PAY",
    "BANK_ACCOUNT",
    "BILLING",
    "CREDIT_CARD",
    "GOOGLE_PAY",
    "IDEAL",
    "PAYPAL",
    "POSTFINANCE",
    "SOFORT",
    "TWINT",
    "ZERO",
];
/// Who manages an imported order.
pub const IMPORT_MANAGERS: &[&str] = &["EXTERNAL", "WBZ"];
/// Who manages an offer.
pub const OFFER_MANAGERS: &[&str] = &["EXTERNAL", "WBZ", "PLENIGO"];
/// The salutations of a customer.
pub const SALUTATIONS: &[&str] = &["DIVERSE", "MR", "MRS", "NONE"];
/// What an offer's product is based on; only the first two can be imported.
pub const PRODUCT_BASES: &[&str] = &["TIME", "CREDIT", "ISSUE", "OTHER"];

const ID: Kind = Kind::Integer {
    min: 0,
    max: i64::MAX,
};
const NAME: Kind = Kind::Text { min: 1, max: 100 };

macro_rules! fields {
    ($($variant:ident $table:ident $name:literal $kind:expr, $required:literal,
       [$($alias:literal)*], $example:literal, $de:literal, $en:literal;)*) => {
        /// A field of an order, a customer or an offer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Field {
            $(#[doc = $en] $variant,)*
        }

        /// Every field, in the order of [`Field`].
        pub const FIELDS: &[FieldSpec] = &[
            $(FieldSpec {
                field: Field::$variant,
                table: Table::$table,
                name: $name,
                kind: $kind,
                required: $required,
                aliases: &[$($alias),*],
                example: $example,
                de: $de,
                en: $en,
            },)*
        ];
    };
}

// Source: the platform's description of OrderImport, customer and offer, API v3.
fields! {
    ExternalSystemId Orders "externalSystemId" Kind::Text { min: 1, max: 100 }, true,
        ["externe ID" "externe Systemnummer" "externe Auftragsnummer" "Auftragsnummer" "Auftrags-Nr." "Bestellnummer" "Abonummer" "Abo-Nr." "Vertragsnummer" "external id" "external system id" "order number" "subscription number"],
        "ABO-4711", "Eindeutige Nummer des Auftrags im führenden System des Partners.", "Unique number of the order in the partner's leading system.";
    PlenigoOfferId Orders "plenigoOfferId" Kind::Text { min: 20, max: 20 }, true,
        ["Angebot" "Angebots-ID" "Angebotsnummer" "plenigo Angebot" "offer" "offer id"],
        "O_MZA1E7173120881551", "Nummer des extern verwalteten Angebots, genau 20 Zeichen.", "Number of the externally managed offer, exactly 20 characters.";
    InvoiceCustomerId Orders "invoiceCustomerId" Kind::Text { min: 1, max: 50 }, true,
        ["Kunde" "Kundennummer" "Kunden-Nr." "Rechnungskunde" "Rechnungskundennummer" "customer" "invoice customer" "customer number"],
        "100003", "Nummer des Rechnungskunden.", "Number of the invoice customer.";
    Quantity Orders "quantity" Kind::Integer { min: 1, max: 10_000 }, true,
        ["Menge" "Anzahl" "Stückzahl" "Exemplare" "qty" "copies"],
        "1", "Anzahl der Exemplare, 1 bis 10000.", "Number of copies, 1 to 10000.";
    StartDate Orders "startDate" Kind::DateTime, true,
        ["Start" "Startdatum" "Beginn" "Abobeginn" "gültig ab" "Lieferbeginn" "start" "valid from"],
        "2026-01-01T00:00:00+01:00", "Bestelldatum und Beginn von Abonnement und Zugriffsrecht.", "Order date and start of the subscription and of the access right.";
    PaymentMethod Orders "paymentMethod" Kind::Word(PAYMENT_METHODS), true,
        ["Zahlungsart" "Zahlart" "Zahlungsmethode" "Zahlungsweise" "Zahlweise" "Bezahlart" "payment" "payment type"],
        "BANK_ACCOUNT", "Zahlungsart; ZERO steht für ein kostenloses Abonnement.", "Payment method; ZERO stands for a free subscription.";
    InvoiceAddressId Orders "invoiceAddressId" ID, false,
        ["Rechnungsadresse" "Rechnungsanschrift" "invoice address"],
        "200045", "Nummer der Rechnungsadresse.", "Number of the invoice address.";
    DeliveryCustomerId Orders "deliveryCustomerId" Kind::Text { min: 1, max: 50 }, false,
        ["Lieferkunde" "Lieferkundennummer" "Empfänger" "Warenempfänger" "delivery customer" "recipient"],
        "100004", "Nummer des Lieferkunden; ohne Angabe der Rechnungskunde.", "Number of the delivery customer; the invoice customer where absent.";
    DeliveryAddressId Orders "deliveryAddressId" ID, false,
        ["Lieferadresse" "Lieferanschrift" "delivery address"],
        "200046", "Nummer der Lieferadresse.", "Number of the delivery address.";
    VariantDeliveryAddressId Orders "variantDeliveryAddressId" ID, false,
        ["abweichende Lieferadresse" "abweichende Lieferanschrift" "variant delivery address"],
        "200047", "Nummer einer abweichenden Lieferadresse.", "Number of a variant delivery address.";
    DiscountPercentage Orders "discountPercentage" Kind::Integer { min: 0, max: 100 }, false,
        ["Rabatt" "Rabatt %" "Rabatt in Prozent" "Nachlass" "discount" "discount %"],
        "10", "Rabatt in Prozent, 0 bis 100.", "Discount in percent, 0 to 100.";
    OrderDate Orders "orderDate" Kind::DateTime, false,
        ["Bestelldatum" "Auftragsdatum" "bestellt am" "order date" "ordered at"],
        "2025-12-20T00:00:00+01:00", "Bestelldatum, nur wenn es vom Beginn abweicht.", "Order date, only if it differs from the start.";
    EndDate Orders "endDate" Kind::DateTime, false,
        ["Ende" "Enddatum" "Aboende" "gültig bis" "Lieferende" "Kündigungsdatum" "end" "valid to" "valid until"],
        "2026-12-31T23:59:59+01:00", "Ende des Abonnements, nicht vor dem Beginn.", "End of the subscription, not before the start.";
    ReferenceStartDate Orders "referenceStartDate" Kind::DateTime, false,
        ["Referenzdatum" "Referenzstart" "Referenzbeginn" "reference start" "reference date"],
        "2026-01-01T00:00:00+01:00", "Bezugsdatum für Buchungen und Kündigungen: nicht vor dem Beginn, höchstens ein Jahr zurück.", "Reference for bookings and cancellations: not before the start, at most one year in the past.";
    NextBookingDate Orders "nextBookingDate" Kind::DateTime, false,
        ["nächste Buchung" "nächstes Buchungsdatum" "Buchungsdatum" "nächste Abrechnung" "next booking" "next booking date"],
        "2027-01-01T00:00:00+01:00", "Nächste Buchung, nicht in der Vergangenheit.", "Next booking, not in the past.";
    PaymentMethodId Orders "paymentMethodId" ID, false,
        ["Zahlungsart-ID" "Nummer der Zahlungsart" "payment method id"],
        "300012", "Nummer der hinterlegten Zahlungsart.", "Number of the stored payment method.";
    PlenigoBonusIds Orders "plenigoBonusIds" Kind::Texts, false,
        ["Prämien" "Prämie" "Prämien-IDs" "bonus" "bonuses" "bonus ids"],
        "B_1|B_2", "Nummern der Prämien.", "Numbers of the bonuses.";
    ManagedBy Orders "managedBy" Kind::Word(IMPORT_MANAGERS), false,
        ["verwaltet von" "Verwaltung" "verwaltet durch" "managed by"],
        "EXTERNAL", "Wer den Auftrag verwaltet: EXTERNAL oder WBZ; ohne Angabe EXTERNAL.", "Who manages the order: EXTERNAL or WBZ; EXTERNAL where absent.";

    CustomerId Customers "customerId" Kind::Text { min: 1, max: 50 }, false,
        ["Kunde" "Kundennummer" "Kunden-Nr." "customer" "customer number"],
        "100003", "Nummer des Kunden; ohne Angabe wird eine vergeben.", "Number of the customer; assigned where absent.";
    Email Customers "email" Kind::Email, true,
        ["E-Mail" "E-Mail-Adresse" "Mail" "Mailadresse" "email address"],
        "lena.muster@example.org", "E-Mail-Adresse, eindeutig über alle Kunden.", "Email address, unique over all customers.";
    Language Customers "language" Kind::Language, true,
        ["Sprache" "lang"],
        "de", "Sprache nach ISO 639-1 in zwei Buchstaben.", "Language of ISO 639-1 in two letters.";
    CustomerExternalSystemId Customers "customerExternalSystemId" Kind::Text { min: 1, max: 100 }, false,
        ["externe Kundennummer" "externe Kunden-ID" "external customer id"],
        "K-815", "Eindeutige Nummer des Kunden im führenden System des Partners.", "Unique number of the customer in the partner's leading system.";
    Username Customers "username" NAME, false,
        ["Benutzername" "Benutzer" "Login" "user name"],
        "lena", "Benutzername, eindeutig.", "User name, unique.";
    Salutation Customers "salutation" Kind::Word(SALUTATIONS), false,
        ["Anrede" "title"],
        "MRS", "Anrede.", "Salutation.";
    FirstName Customers "firstName" NAME, false,
        ["Vorname" "first name" "given name"],
        "Lena", "Vorname.", "First name.";
    LastName Customers "lastName" NAME, false,
        ["Nachname" "Name" "Familienname" "last name" "surname" "family name"],
        "Muster", "Nachname.", "Last name.";
    InvoiceEmail Customers "invoiceEmail" Kind::Email, false,
        ["Rechnungs-E-Mail" "E-Mail für Rechnungen" "invoice email"],
        "rechnung@example.org", "E-Mail-Adresse für Rechnungen.", "Email address for invoices.";
    MobileNumber Customers "mobileNumber" Kind::Telephone, false,
        ["Mobilnummer" "Handy" "Handynummer" "mobile" "mobile number" "cell phone"],
        "+4915112345678", "Mobilnummer nach E.164.", "Mobile number of E.164.";
    Birthday Customers "birthday" Kind::Date, false,
        ["Geburtstag" "Geburtsdatum" "date of birth"],
        "1980-05-17", "Geburtsdatum.", "Date of birth.";
    RegistrationSource Customers "registrationSource" NAME, false,
        ["Herkunft" "Registrierungsquelle" "source" "registration source"],
        "fulfilment", "Herkunft der Registrierung.", "Source of the registration.";

    OfferId Offers "plenigoOfferId" Kind::Text { min: 20, max: 20 }, true,
        ["Angebot" "Angebots-ID" "offer id"],
        "O_MZA1E7173120881551", "Nummer des Angebots, genau 20 Zeichen.", "Number of the offer, exactly 20 characters.";
    InternalTitle Offers "internalTitle" NAME, true,
        ["Titel" "interner Titel" "title"],
        "Morgenzeitung Abo", "Interner Titel.", "Internal title.";
    OfferManagedBy Offers "managedBy" Kind::Word(OFFER_MANAGERS), false,
        ["verwaltet von" "managed by"],
        "EXTERNAL", "Wer das Angebot verwaltet; ohne Angabe PLENIGO.", "Who manages the offer; PLENIGO where absent.";
    Archived Offers "archived" Kind::Bool, false,
        ["archiviert"],
        "false", "Ist das Angebot archiviert?", "Is the offer archived?";
    AllowedPaymentMethods Offers "allowedPaymentMethods" Kind::Words(PAYMENT_METHODS), false,
        ["erlaubte Zahlungsarten" "allowed payment methods"],
        "BANK_ACCOUNT|BILLING", "Zahlungsarten, die das Angebot zulässt; ohne Angabe alle.", "Payment methods that the offer allows; all where absent.";
    MultiplePurchases Offers "multiplePurchases" Kind::Bool, false,
        ["Mehrfachkauf" "multiple purchases"],
        "true", "Darf ein Kunde das Angebot mehrfach haben?", "May one customer hold the offer more than once?";
    AccessRightIds Offers "accessRightIds" Kind::Texts, false,
        ["Zugriffsrechte" "access rights"],
        "morgenzeitung-digital", "Zugriffsrechte, die ein Auftrag gewährt.", "Access rights that an order grants.";
    ProductBase Offers "productBase" Kind::Word(PRODUCT_BASES), false,
        ["Produktbasis" "product base"],
        "TIME", "Worauf das Produkt beruht; ohne Angabe TIME.", "What the product is based on; TIME where absent.";
    Steps Offers "steps" Kind::Integer { min: 1, max: 1000 }, false,
        ["Stufen"],
        "1", "Zahl der Stufen des Produkts; ohne Angabe 1.", "Number of steps of the product; 1 where absent.";
}

/// How many fields there are; a record's cells are kept in an array of this length.
pub const FIELD_COUNT: usize = FIELDS.len();

impl Field {
    /// The field's line in the table.
    pub fn spec(self) -> &'static FieldSpec {
        &FIELDS[self as usize]
    }

    /// The platform's name of the field.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// Its place in the table, from 0.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The field that has this platform name, exactly spelled, among the order fields first.
    pub fn from_name(name: &str) -> Option<Self> {
        FIELDS
            .iter()
            .find(|spec| spec.name == name)
            .map(|spec| spec.field)
    }
}

/// The fields that a file of `table` may have: its own, and for orders those of the invoice customer.
pub fn fields_of(table: Table) -> impl Iterator<Item = &'static FieldSpec> {
    FIELDS.iter().filter(move |spec| {
        spec.table == table
            || (table == Table::Orders
                && spec.table == Table::Customers
                && spec.field != Field::CustomerId)
    })
}

/// The field that a header means in a file of `table`, whatever its case, spaces, hyphens and umlauts.
pub fn match_header(table: Table, header: &str) -> Option<Field> {
    let folded = fold(header);
    if folded.is_empty() {
        return None;
    }
    // In a customers file the external id is the customer's own.
    if table == Table::Customers && folded == "externalsystemid" {
        return Some(Field::CustomerExternalSystemId);
    }
    let by_name = fields_of(table).find(|spec| fold(spec.name) == folded);
    by_name
        .or_else(|| fields_of(table).find(|spec| spec.aliases.iter().any(|a| fold(a) == folded)))
        .map(|spec| spec.field)
}

/// The name or alias nearest to a header that means nothing, if one is near enough to be meant.
pub fn nearest_header(table: Table, header: &str) -> Option<&'static str> {
    // What stands in brackets is a unit or a remark.
    let bare = header.split(['(', '[']).next().unwrap_or_default();
    if let Some(field) = match_header(table, bare) {
        return Some(field.name());
    }
    let folded = fold(header);
    let names = fields_of(table).flat_map(|spec| {
        std::iter::once((spec.name, spec.name)).chain(spec.aliases.iter().map(|a| (*a, spec.name)))
    });
    names
        .filter_map(|(spelling, name)| {
            let most = 2.min(folded.chars().count() / 3);
            Some((differences(&fold(spelling), &folded, most)?, name))
        })
        .min_by_key(|(differences, _)| *differences)
        .map(|(_, name)| name)
}

/// Lower case, umlauts written out, and nothing but letters and digits.
pub(crate) fn fold(header: &str) -> String {
    let mut folded = String::with_capacity(header.len());
    for character in header.chars().flat_map(char::to_lowercase) {
        match character {
            'ä' => folded.push_str("ae"),
            'ö' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            '%' => folded.push_str("prozent"),
            letter if letter.is_alphanumeric() => folded.push(letter),
            _ => {}
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_stands_in_the_order_of_the_enum() {
        for (index, spec) in FIELDS.iter().enumerate() {
            assert_eq!(spec.field.index(), index, "{}", spec.name);
        }
    }

    #[test]
    fn headers_match_in_any_dress() {
        for (header, field) in [
            ("externalSystemId", Field::ExternalSystemId),
            ("EXTERNAL_SYSTEM_ID", Field::ExternalSystemId),
            (" Auftrags-Nr. ", Field::ExternalSystemId),
            ("Gültig bis", Field::EndDate),
            ("GUELTIG BIS", Field::EndDate),
            ("Zahlungsart", Field::PaymentMethod),
            ("Rabatt %", Field::DiscountPercentage),
            ("E-Mail", Field::Email),
        ] {
            assert_eq!(match_header(Table::Orders, header), Some(field), "{header}");
        }
        assert_eq!(
            match_header(Table::Orders, "Kundennummer"),
            Some(Field::InvoiceCustomerId)
        );
        assert_eq!(
            match_header(Table::Customers, "Kundennummer"),
            Some(Field::CustomerId)
        );
        let external = match_header(Table::Customers, "externalSystemId");
        assert_eq!(external, Some(Field::CustomerExternalSystemId));
        assert_eq!(match_header(Table::Orders, "shoe size"), None);
        assert_eq!(match_header(Table::Orders, " - "), None);
    }

    #[test]
    fn no_header_means_two_fields_of_one_table() {
        for table in [Table::Orders, Table::Customers, Table::Offers] {
            for spec in fields_of(table) {
                for header in spec.aliases.iter().chain([&spec.name]) {
                    assert_eq!(
                        match_header(table, header),
                        Some(spec.field),
                        "{table:?} {header}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_near_miss_is_proposed() {
        assert_eq!(
            nearest_header(Table::Orders, "Startdtum"),
            Some("startDate")
        );
        assert_eq!(nearest_header(Table::Orders, "quantitty"), Some("quantity"));
        assert_eq!(nearest_header(Table::Orders, "Bemerkung"), None);
        assert_eq!(nearest_header(Table::Orders, "x"), None);
    }
}
