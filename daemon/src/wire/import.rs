//! How are requests that import orders written, and how is told what became of their items?
//! The fields of an item come from the core's one table.

use intake_core::field::{Table, fields_of};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::shape::{Instant, Named, Property, Shape, described, object, of_field, shapes};

/// The body of a request that imports orders.
pub struct OrdersToImport;

impl Shape for OrdersToImport {
    fn schema(named: &mut Named) -> Value {
        named.refer("OrdersToImport", |named| {
            let item = item(named);
            let flag = |name: &str, de: &str, en: &str| Property {
                name: name.to_owned(),
                schema: json!({ "type": "boolean" }),
                always: false,
                de: de.to_owned(),
                en: en.to_owned(),
            };
            let items = Property {
                name: "items".to_owned(),
                schema: json!({ "type": "array", "items": item, "minItems": 1 }),
                always: true,
                de: "Die Aufträge, einer bis Hunderttausende.".to_owned(),
                en: "The orders, one to hundreds of thousands.".to_owned(),
            };
            let properties = vec![
                flag(
                    "purchase",
                    "Wird ins Protokoll übernommen.",
                    "Is taken over into the log.",
                ),
                flag(
                    "suppressMail",
                    "Wird ins Protokoll übernommen; der Dienst verschickt keine E-Mails.",
                    "Is taken over into the log; the service sends no mail.",
                ),
                items,
            ];
            let de = "Aufträge, die importiert werden sollen.";
            object(de, "Orders that are to be imported.", properties)
        })
    }
}

fn item(named: &mut Named) -> Value {
    named.refer("OrderImport", |_| {
        let own = fields_of(Table::Orders).map(|spec| {
            let schema = of_field(spec);
            // What makes a customer that is not there yet may stand beside an order, and need not.
            let is_of_order = spec.table == Table::Orders;
            Property {
                name: spec.name.to_owned(),
                schema: match spec.required && !is_of_order {
                    true => json!({ "anyOf": [schema, { "type": "null" }] }),
                    false => schema,
                },
                always: spec.required && is_of_order,
                de: spec.de.to_owned(),
                en: spec.en.to_owned(),
            }
        });
        let en = "An order. For one that is known already, what is left out stays as it is, and `null` clears a value.";
        let de = "Ein Auftrag. Bei einem bekannten bleibt, was fehlt, wie es ist, und `null` löscht einen Wert.";
        object(de, en, own.collect())
    })
}

/// JSON that was written down before.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Findings(pub Box<RawValue>);

impl Shape for Findings {
    fn schema(_: &mut Named) -> Value {
        let schema = json!({ "type": "array", "items": { "type": "object" } });
        described(schema, "", "")
    }
}

shapes! {
    /// What became of one item of an import, be it of a request or of a file.
    OrderImportLogEntryV1 as "OrderImportLogEntry", "Was aus einem Posten eines Imports wurde, sei es einer Anfrage oder einer Datei." {
        /// The entry's number; later entries have higher ones.
        order_import_log_entry_id: u64 = "Die Nummer des Eintrags; spätere haben höhere.";
        /// When it was written.
        created_date: Instant = "Wann er geschrieben wurde.";
        /// The same: entries never change.
        changed_date: Instant = "Dasselbe: Einträge ändern sich nie.";
        /// The order's number in the partner's leading system, where the item has one.
        external_system_id: Option<String>, absent "Option::is_none" = "Die Nummer des Auftrags im führenden System des Partners, wo der Posten eine hat.";
        /// The offer, where the item names one.
        plenigo_offer_id: Option<String>, absent "Option::is_none" = "Das Angebot, wo der Posten eines nennt.";
        /// Was the item taken?
        success: bool = "Wurde der Posten übernommen?";
        /// The order; 0 where the item was not taken.
        order_id: u64 = "Der Auftrag; 0, wo der Posten nicht übernommen wurde.";
        /// Why it was not taken.
        error_reason: Option<String>, absent "Option::is_none" = "Warum er nicht übernommen wurde.";
        /// The same for programs.
        error_detail: Option<ErrorDetailV1>, absent "Option::is_none" = "Dasselbe für Programme.";
    }

    /// Why an item was not taken.
    ErrorDetailV1 as "OrderImportErrorDetail", "Warum ein Posten nicht übernommen wurde." {
        /// What was found first, in a sentence.
        message: String = "Was zuerst gefunden wurde, in einem Satz.";
        /// The platform's code for it, where it has one.
        error_code: Option<u32>, absent "Option::is_none" = "Die Kennung der Plattform dafür, wo sie eine hat.";
        /// Everything that was found, each with its place, its code, and words in two languages.
        findings: Option<Findings>, absent "Option::is_none" = "Alles Gefundene, jedes mit seinem Platz, seiner Kennung und Worten in zwei Sprachen.";
    }
}
