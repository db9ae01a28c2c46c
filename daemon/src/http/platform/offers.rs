//! Which offers are in the catalog, and how does an operator keep it?
//! A partner sees the offers that it may import. What is brought passes the rules of a file and is journalled before it is there.

use hyper::StatusCode;
use intake_core::catalog::Offer;
use intake_core::field::{Field, Table};
use serde_json::{Map, Value};

use super::fault::{Fault, Wrong};
use super::judged::{against, object_of, read};
use super::operation::{Ask, Reply};
use crate::commands::offers::rules;
use crate::entry::OfferJson;
use crate::wire::offer::OfferV1;
use crate::wire::shape;

/// `GET /products/offers`
pub(super) fn list(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let page = ask.query.page()?;
    let catalog = ask.store().catalog();
    let (low, high) = if page.descending {
        (&page.before, &page.after)
    } else {
        (&page.after, &page.before)
    };
    let between = |offer: &&Offer| {
        low.as_deref().is_none_or(|low| low < &*offer.id)
            && high.as_deref().is_none_or(|high| &*offer.id < high)
            && ask.sees_offer(offer)
    };
    let mut found: Vec<&Offer> = catalog.values().filter(between).collect();
    // A page that only ends somewhere is the one just before that.
    let from_its_end = page.after.is_none() && page.before.is_some();
    if page.descending != from_its_end {
        found.reverse();
    }
    found.truncate(page.size);
    if from_its_end {
        found.reverse();
    }
    let items = found.into_iter().map(OfferV1::of).collect();
    Ok(Reply::ok(&shape::Page { items }))
}

/// `GET /products/offers/{offerId}`
pub(super) fn one(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let catalog = ask.store().catalog();
    let offer = catalog.get(ask.id()).filter(|offer| ask.sees_offer(offer));
    let offer = offer.ok_or_else(|| Fault::of(Wrong::NoOffer))?;
    Ok(Reply::ok(&OfferV1::of(offer)))
}

/// `POST /products/offers`
pub(super) fn make(ask: &Ask<'_>) -> Result<Reply, Fault> {
    ask.must_have_space()?;
    let offer = read(ask, Table::Offers, object_of(ask)?, rules(ask.now))?;
    let reply = Reply::with(StatusCode::CREATED, &OfferV1::of(&offer));
    ask.daemon.data.books.write(|sheet| {
        if ask.store().catalog().contains_key(&offer.id) {
            let words = (
                "Dieses Angebot gibt es schon.",
                "There is this offer already.",
            );
            return Err(against(
                ask,
                Field::OfferId,
                Wrong::Invalid,
                words,
                &offer.id,
            ));
        }
        sheet.offer(offer);
        Ok(())
    })?;
    Ok(reply)
}

/// `PUT /products/offers/{offerId}`
pub(super) fn change(ask: &Ask<'_>) -> Result<Reply, Fault> {
    ask.must_have_space()?;
    let given = object_of(ask)?;
    ask.daemon.data.books.write(|sheet| {
        let catalog = ask.store().catalog();
        let known = catalog.get(ask.id());
        let known = known.ok_or_else(|| Fault::of(Wrong::NoOffer))?;
        let offer = read(ask, Table::Offers, merged(known, given), rules(ask.now))?;
        if offer.id != known.id {
            let words = (
                "Die Nummer eines Angebots kann nicht wechseln.",
                "The number of an offer cannot change.",
            );
            return Err(against(
                ask,
                Field::OfferId,
                Wrong::Invalid,
                words,
                &offer.id,
            ));
        }
        let reply = Reply::ok(&OfferV1::of(&offer));
        if offer != *known {
            sheet.offer(offer);
        }
        Ok(reply)
    })
}

/// What is known, with what is given instead.
fn merged(known: &Offer, given: Map<String, Value>) -> Map<String, Value> {
    let mut object = match serde_json::to_value(OfferJson::new(known)) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    };
    object.extend(given);
    object
}
