//! How is an offer told, and what may a request say of one?
//! The fields, their rules and their words are those of the core's table.

use intake_core::catalog::Offer;
use intake_core::field::{Field, Table, fields_of};
use serde_json::{Value, json};

use super::shape::{Method, Named, Property, Shape, object, of_field, shapes, worded};
use intake_core::catalog::{OfferManager, ProductBase};

worded! {
    /// Who manages an offer.
    Manager {
        /// The platform: orders come by checkout.
        Plenigo = "PLENIGO",
        /// A partner: orders come by import.
        External = "EXTERNAL",
        /// A dealer of books and magazines: orders come by import.
        Wbz = "WBZ",
    }

    /// What a product is based on.
    Base {
        /// Time.
        Time = "TIME",
        /// Credits.
        Credit = "CREDIT",
        /// Issues.
        Issue = "ISSUE",
        /// Anything else.
        Other = "OTHER",
    }
}

shapes! {
    /// An offer.
    OfferV1<'o> as "Offer", "Ein Angebot." {
        /// Its number, exactly 20 characters.
        plenigo_offer_id: &'o str = "Seine Nummer, genau 20 Zeichen.";
        /// Its internal title.
        internal_title: &'o str = "Sein interner Titel.";
        /// Who manages it; only EXTERNAL and WBZ offers take imports.
        managed_by: Manager = "Wer es verwaltet; nur Angebote mit EXTERNAL und WBZ nehmen Importe an.";
        /// Is it managed outside the platform?
        managed_external: bool = "Wird es außerhalb der Plattform verwaltet?";
        /// Is it archived?
        archived: bool = "Ist es archiviert?";
        /// The payment methods that it allows; empty means all.
        allowed_payment_methods: Vec<Method> = "Die Zahlungsarten, die es zulässt; leer heißt alle.";
        /// Must an order name an invoice address? Left to the platform.
        invoice_address_mandatory: bool = "Muss ein Auftrag eine Rechnungsadresse nennen? Das prüft die Plattform.";
        /// Must an order name a delivery address? Left to the platform.
        delivery_address_mandatory: bool = "Muss ein Auftrag eine Lieferadresse nennen? Das prüft die Plattform.";
        /// May one customer hold it more than once?
        multiple_purchases: bool = "Darf ein Kunde es mehrfach haben?";
        /// Its products, one for each access right.
        products: Vec<ProductV1<'o>> = "Seine Produkte, eines je Zugriffsrecht.";
        /// The access rights that an order grants.
        access_right_ids: &'o [Box<str>] = "Die Zugriffsrechte, die ein Auftrag gewährt.";
        /// What its product is based on.
        product_base: Base = "Worauf sein Produkt beruht.";
        /// How many steps its product has.
        steps: u16 = "Wie viele Stufen sein Produkt hat.";
    }

    /// A product of an offer.
    ProductV1<'o> as "Product", "Ein Produkt eines Angebots." {
        /// The access right that it grants.
        access_right_id: &'o str = "Das Zugriffsrecht, das es gewährt.";
    }
}

impl<'o> OfferV1<'o> {
    /// An offer.
    pub fn of(offer: &'o Offer) -> Self {
        let rights = offer.access_rights.iter();
        Self {
            plenigo_offer_id: &offer.id,
            internal_title: &offer.title,
            managed_by: match offer.managed_by {
                OfferManager::External => Manager::External,
                OfferManager::Wbz => Manager::Wbz,
                OfferManager::Plenigo => Manager::Plenigo,
            },
            managed_external: offer.managed_external(),
            archived: offer.archived,
            allowed_payment_methods: offer
                .allowed_payment_methods
                .iter()
                .copied()
                .map(Method)
                .collect(),
            invoice_address_mandatory: false,
            delivery_address_mandatory: false,
            multiple_purchases: offer.multiple_purchases,
            products: rights
                .map(|right| ProductV1 {
                    access_right_id: right,
                })
                .collect(),
            access_right_ids: &offer.access_rights,
            product_base: match offer.base {
                ProductBase::Time => Base::Time,
                ProductBase::Credit => Base::Credit,
                ProductBase::Issue => Base::Issue,
                ProductBase::Other => Base::Other,
            },
            steps: offer.steps,
        }
    }
}

/// What a request says of a new offer.
pub struct OfferToMake;

/// What a request says of a known offer: what it leaves out stays as it is.
pub struct OfferToChange;

impl Shape for OfferToMake {
    fn schema(named: &mut Named) -> Value {
        let de = "Ein neues Angebot.";
        named.refer("OfferToMake", |_| object(de, "A new offer.", fields(true)))
    }
}

impl Shape for OfferToChange {
    fn schema(named: &mut Named) -> Value {
        let de = "Was an einem Angebot zu ändern ist; was fehlt, bleibt, wie es ist.";
        let en = "What is to change of an offer; what is left out stays as it is.";
        named.refer("OfferToChange", |_| object(de, en, fields(false)))
    }
}

fn fields(whole: bool) -> Vec<Property> {
    let own = fields_of(Table::Offers);
    own.map(|spec| {
        let mut schema = of_field(spec);
        if spec.field == Field::AccessRightIds {
            schema["examples"] = json!([["daily"]]);
        }
        Property {
            name: spec.name.to_owned(),
            schema,
            always: whole && spec.required,
            de: spec.de.to_owned(),
            en: spec.en.to_owned(),
        }
    })
    .collect()
}
