//! How is a customer told, and what may a request say of one?
//! The fields, their rules and their words are those of the core's table; a client that is not to see the personal data gets the
//! same shape without them.

use intake_core::catalog::Customer;
use intake_core::field::{Field, Table, fields_of};
use intake_core::moment::Moment;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::shape::{Instant, Named, Property, Shape, described, object, of_field, shapes, worded};

worded! {
    /// How a customer stands.
    CustomerStatus {
        /// As usual; nothing that is imported can block a customer.
        Activated = "ACTIVATED",
        /// The platform's word for what no import does.
        Blocked = "BLOCKED",
        /// The platform's word for what no import does.
        Deactivated = "DEACTIVATED",
        /// The platform's word for what no import does.
        Disabled = "DISABLED",
    }
}

/// A customer, when it came to be and was changed.
#[derive(Debug)]
pub struct CustomerV1<'c> {
    customer: &'c Customer,
    created: Option<Moment>,
    changed: Option<Moment>,
    /// Is everything told, or the number alone, with the values of these fields?
    told: Option<&'static [Field]>,
}

impl<'c> CustomerV1<'c> {
    /// All of a customer.
    pub fn whole(customer: &'c Customer, created: Option<Moment>, changed: Option<Moment>) -> Self {
        Self {
            customer,
            created,
            changed,
            told: None,
        }
    }

    /// That there is one of this number, and the values of these fields.
    #[must_use]
    pub fn only(self, fields: &'static [Field]) -> Self {
        Self {
            told: Some(fields),
            ..self
        }
    }
}

impl Serialize for CustomerV1<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(Field::CustomerId.name(), &*self.customer.id)?;
        for (field, value) in &self.customer.values {
            if self.told.is_none_or(|told| told.contains(field)) {
                map.serialize_entry(platform_name(*field), &**value)?;
            }
        }
        map.serialize_entry("status", &CustomerStatus::Activated)?;
        for (name, moment) in [
            ("registrationDate", self.created),
            ("createdDate", self.created),
            ("changedDate", self.changed),
        ] {
            if let Some(moment) = moment {
                map.serialize_entry(name, &Instant(moment))?;
            }
        }
        map.end()
    }
}

impl Shape for CustomerV1<'_> {
    fn schema(named: &mut Named) -> Value {
        named.refer("Customer", |named| {
            let mut properties = fields(&|_| false);
            for property in &mut properties {
                property.always = property.name == Field::CustomerId.name();
            }
            let mut add = |name: &str, schema, always, de: &str, en: &str| {
                properties.push(Property {
                    name: name.to_owned(),
                    schema,
                    always,
                    de: de.to_owned(),
                    en: en.to_owned(),
                });
            };
            let status = CustomerStatus::schema(named);
            add("status", status, true, "Wie der Kunde steht.", "How the customer stands.");
            for (name, de, en) in [
                ("registrationDate", "Wann er sich registriert hat.", "When it registered."),
                ("createdDate", "Wann er hier angelegt wurde.", "When it came to be here."),
                ("changedDate", "Wann er zuletzt geändert wurde.", "When it was changed last."),
            ] {
                add(name, Instant::schema(named), true, de, en);
            }
            object(
                "Ein Kunde. Wer ihn nicht selbst gebracht hat, sieht die Nummer und keine persönlichen Daten.",
                "A customer. Who did not bring it sees its number and no personal data.",
                properties,
            )
        })
    }
}

/// What a request says of a new customer.
pub struct CustomerToMake;

/// What a request says of a known customer: what it leaves out stays, `null` clears.
pub struct CustomerToChange;

impl Shape for CustomerToMake {
    fn schema(named: &mut Named) -> Value {
        named.refer("CustomerToMake", |_| {
            let properties = fields(&|field| field.spec().required);
            object("Ein neuer Kunde.", "A new customer.", properties)
        })
    }
}

impl Shape for CustomerToChange {
    fn schema(named: &mut Named) -> Value {
        named.refer("CustomerToChange", |_| {
            let properties = fields(&|_| false);
            object(
                "Was an einem Kunden zu ändern ist; was fehlt, bleibt, `null` löscht.",
                "What is to change of a customer; what is left out stays, `null` clears.",
                properties,
            )
        })
    }
}

shapes! {
    /// The number of a customer.
    CustomerIdV1<'c> as "CustomerId", "Die Nummer eines Kunden." {
        /// The number.
        customer_id: &'c str = "Die Nummer.";
    }
}

fn fields(always: &dyn Fn(Field) -> bool) -> Vec<Property> {
    let own = fields_of(Table::Customers);
    own.map(|spec| Property {
        name: platform_name(spec.field).to_owned(),
        schema: described(of_field(spec), "", ""),
        always: always(spec.field),
        de: spec.de.to_owned(),
        en: spec.en.to_owned(),
    })
    .collect()
}

/// In an orders file the customer's own external number needs a name that the order's does not have.
pub fn platform_name(field: Field) -> &'static str {
    match field {
        Field::CustomerExternalSystemId => Field::ExternalSystemId.name(),
        field => field.name(),
    }
}
