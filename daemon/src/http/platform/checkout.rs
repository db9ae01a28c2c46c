//! What becomes of who wants to buy here?
//! Nothing is sold: an externally managed offer is ordered by import alone, any other at the platform itself.

use serde_json::{Map, Value};

use super::fault::{Fault, Wrong};
use super::judged::object_of;
use super::operation::{Ask, Reply};

/// `POST /checkout/…`
pub(super) fn refused(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let object = object_of(ask)?;
    let named = named_offers(&object);
    let catalog = ask.store().catalog();
    let field = "items[0].plenigoOfferId";
    let Some(first) = named.first() else {
        let words = ask.say("Es ist kein Angebot genannt.", "No offer is named.");
        return Err(Fault::about(Wrong::Invalid, field, words, ""));
    };
    for id in &named {
        let offer = catalog.get(*id).filter(|offer| ask.sees_offer(offer));
        let offer = offer.ok_or_else(|| Fault::of(Wrong::NoOffer))?;
        if offer.managed_external() {
            return Err(Fault::of(Wrong::NotForSale));
        }
    }
    let words = ask.say(
        "Dieses Angebot wird auf der Plattform selbst verkauft, nicht hier.",
        "This offer is sold at the platform itself, not here.",
    );
    Err(Fault::about(Wrong::Invalid, field, words, first))
}

/// The offers that a purchase names, at its top or in its items.
fn named_offers(object: &Map<String, Value>) -> Vec<&str> {
    let mut named = Vec::new();
    named.extend(object.get("plenigoOfferId").and_then(Value::as_str));
    for item in object
        .get("items")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        named.extend(item.get("plenigoOfferId").and_then(Value::as_str));
    }
    named
}
