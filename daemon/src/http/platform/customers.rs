//! Which customers are there, and how is one brought or changed?
//! A partner sees whole what it brought itself. Of anybody else's customer it learns, where it can name it exactly, that there is
//! one of this number, and no personal data: as much as an import needs.

use hyper::StatusCode;
use intake_core::catalog::{Customer, email_key};
use intake_core::field::{Field, Table};
use serde_json::{Map, Value};

use super::fault::{Fault, Wrong};
use super::judged::{against, object_of, read};
use super::operation::{Ask, Reply};
use super::orders::Bounds;
use crate::books::Sheet;
use crate::commands::customers::rules;
use crate::state::StoredCustomer;
use crate::state::store::walk::{Sought, Way};
use crate::wire::customer::{CustomerIdV1, CustomerV1, platform_name};
use crate::wire::shape;

/// `GET /customers`
pub(super) fn list(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let page = ask.query.page()?;
    let span = ask.query.span()?;
    let store = ask.store();
    let cursor = |key: &str, id: &Option<String>| {
        let Some(id) = id.as_deref().filter(|id| !id.is_empty()) else {
            return Ok(None);
        };
        if let Some(number) = store.customer_number(id)? {
            return Ok(Some(number));
        }
        let words = ask.say("Diesen Kunden gibt es nicht.", "There is no such customer.");
        Err(Fault::about(Wrong::Invalid, key, words, id))
    };
    let bounds = Bounds {
        after: cursor("startingAfter", &page.after)?,
        before: cursor("endingBefore", &page.before)?,
    };
    let named = named_by(ask)?;
    if let Some((stored, told)) = named {
        let mut items = Vec::new();
        if let Some(stored) = &stored
            && span.holds(stored.changed)
            && let Some(number) = store.customer_number(&stored.customer.id)?
            && bounds.hold(number, page.descending)
        {
            items.push(shown(ask, stored, told));
        }
        return Ok(Reply::ok(&shape::Page { items }));
    }
    let walk = bounds.walk(&page);
    let going = ask.going();
    let way = Way {
        numbers: walk.numbers,
        descending: walk.descending,
        most: page.size,
        going: &going,
    };
    let sought = Sought {
        partner: ask.partner(),
        from: span.from,
        to: span.to,
    };
    let found = store.customers_on(&way, &sought)?;
    let mut found = found.ok_or_else(|| Fault::of(Wrong::Unavailable))?;
    if walk.reversed {
        found.reverse();
    }
    let items = found.iter().map(|stored| shown(ask, stored, &[])).collect();
    Ok(Reply::ok(&shape::Page { items }))
}

/// The customer that the query names, if it names one, and what is told of it though it is somebody else's: all that the
/// query knew already.
#[expect(
    clippy::type_complexity,
    reason = "nothing is named, or nobody has the name"
)]
fn named_by(ask: &Ask<'_>) -> Result<Option<(Option<StoredCustomer>, &'static [Field])>, Fault> {
    let store = ask.store();
    let (email, id, name) = (
        ask.query.text("email"),
        ask.query.text("externalSystemId"),
        ask.query.text("username"),
    );
    let (mut found, told): (_, &[Field]) = if let Some(email) = email {
        (store.stored_customer_by_email(email)?, &[Field::Email])
    } else if let Some(id) = id {
        (store.customer_by_external_id(id)?, &[])
    } else if let Some(name) = name {
        (store.customer_by_username(name)?, &[])
    } else {
        return Ok(None);
    };
    // Each name must fit. What only another partner would know of its own customer, is not found.
    found = found.filter(|stored| {
        let fits = |field, asked: Option<&str>| {
            asked.is_none_or(|asked| stored.customer.value(field) == Some(asked))
        };
        fits(Field::CustomerExternalSystemId, id)
            && fits(Field::Username, name)
            && (email.is_some() || is_own(ask, stored))
    });
    Ok(Some((found, told)))
}

/// `GET /customers/{customerId}`
pub(super) fn one(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let stored = customer_of(ask)?;
    Ok(Reply::ok(&shown(ask, &stored, &[])))
}

/// `GET /customers/customerIdByExternalSystemId/{externalSystemId}`
pub(super) fn id_by_external_id(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let stored = ask.store().customer_by_external_id(ask.id())?;
    let stored = stored.filter(|stored| is_own(ask, stored));
    let stored = stored.ok_or_else(|| Fault::of(Wrong::NoCustomer))?;
    Ok(Reply::ok(&CustomerIdV1 {
        customer_id: &stored.customer.id,
    }))
}

/// `POST /customers`
pub(super) fn make(ask: &Ask<'_>) -> Result<Reply, Fault> {
    ask.must_have_space()?;
    let given = object_of(ask)?;
    let mut customer = read(ask, Table::Customers, given, rules(ask.now))?;
    let partner = ask.partner();
    let books = &ask.daemon.data.books;
    let made = books.write(|sheet: &mut Sheet| {
        if let Some(known) = already_there(ask, &customer)? {
            return Ok(Made::Known(known));
        }
        if customer.id.is_empty() {
            customer.id = free_number(ask, sheet)?.into();
        }
        let stored = StoredCustomer {
            customer: customer.clone(),
            partner: partner.map(Into::into),
            created: sheet.moment(),
            changed: sheet.moment(),
        };
        sheet.customer(customer, None, partner);
        Ok::<_, Fault>(Made::New(stored))
    })?;
    Ok(match made {
        Made::New(stored) => Reply::with(StatusCode::CREATED, &shown(ask, &stored, &[])),
        Made::Known(stored) => {
            let told = shown(ask, &stored, &[Field::Email]);
            Reply::with(StatusCode::ALREADY_REPORTED, &told)
        }
    })
}

enum Made {
    New(StoredCustomer),
    Known(StoredCustomer),
}

/// `PUT /customers/{customerId}`
pub(super) fn change(ask: &Ask<'_>) -> Result<Reply, Fault> {
    ask.must_have_space()?;
    let given = object_of(ask)?;
    let books = &ask.daemon.data.books;
    let stored = books.write(|sheet: &mut Sheet| {
        let known = customer_of(ask)?;
        if !is_own(ask, &known) {
            return Err(Fault::of(Wrong::NoRight));
        }
        let merged = merged(&known.customer, given);
        let customer = read(ask, Table::Customers, merged, rules(ask.now))?;
        if customer.id != known.customer.id {
            let words = (
                "Die Nummer eines Kunden kann nicht wechseln.",
                "The number of a customer cannot change.",
            );
            return Err(against(
                ask,
                Field::CustomerId,
                Wrong::Invalid,
                words,
                &customer.id,
            ));
        }
        let external_id = |customer: &Customer| {
            let id = customer.value(Field::CustomerExternalSystemId);
            id.map(str::to_owned)
        };
        let before = external_id(&known.customer);
        if before.is_some() && before != external_id(&customer) {
            let words = (
                "Die externe Nummer eines Kunden kann nur einmal gesetzt werden.",
                "The external system id of a customer can be set once.",
            );
            let field = Field::CustomerExternalSystemId;
            let value = external_id(&customer).unwrap_or_default();
            return Err(against(ask, field, Wrong::Invalid, words, &value));
        }
        must_be_free(ask, &customer)?;
        if customer == known.customer {
            return Ok(known);
        }
        let stored = StoredCustomer {
            customer: customer.clone(),
            changed: sheet.moment(),
            ..known
        };
        sheet.customer(customer, None, stored.partner.as_deref());
        Ok(stored)
    })?;
    Ok(Reply::ok(&shown(ask, &stored, &[])))
}

/// The customer with the number of the path.
pub(super) fn customer_of(ask: &Ask<'_>) -> Result<StoredCustomer, Fault> {
    let stored = ask.store().stored_customer(ask.id())?;
    stored.ok_or_else(|| Fault::of(Wrong::NoCustomer))
}

/// May the holder of the token see everything of this customer?
fn is_own(ask: &Ask<'_>, stored: &StoredCustomer) -> bool {
    ask.partner()
        .is_none_or(|own| stored.partner.as_deref() == Some(own))
}

fn shown<'c>(ask: &Ask<'_>, stored: &'c StoredCustomer, told: &'static [Field]) -> CustomerV1<'c> {
    let (created, changed) = (Some(stored.created), Some(stored.changed));
    let whole = CustomerV1::whole(&stored.customer, created, changed);
    if is_own(ask, stored) {
        whole
    } else {
        whole.only(told)
    }
}

/// The customer that has this address and this number already. Somebody who has one of them stands against a new customer.
fn already_there(ask: &Ask<'_>, customer: &Customer) -> Result<Option<StoredCustomer>, Fault> {
    if !customer.id.is_empty()
        && let Some(known) = ask.store().stored_customer(&customer.id)?
    {
        if email_key(known.customer.email()) == email_key(customer.email()) {
            return Ok(Some(known));
        }
        let words = (
            "Ein Kunde mit einer anderen E-Mail-Adresse hat diese Nummer.",
            "A customer with another email address has this number.",
        );
        return Err(against(
            ask,
            Field::CustomerId,
            Wrong::Invalid,
            words,
            &customer.id,
        ));
    }
    must_be_free(ask, customer)?;
    Ok(None)
}

/// Refuses what only one customer may have and another has.
fn must_be_free(ask: &Ask<'_>, customer: &Customer) -> Result<(), Fault> {
    let store = ask.store();
    let is_other =
        |found: Option<StoredCustomer>| found.is_some_and(|found| found.customer.id != customer.id);
    if let Some(id) = customer.value(Field::CustomerExternalSystemId)
        && is_other(store.customer_by_external_id(id)?)
    {
        let words = (
            "Ein anderer Kunde hat diese externe Nummer.",
            "Another customer has this external system id.",
        );
        let field = Field::CustomerExternalSystemId;
        return Err(against(ask, field, Wrong::ExternalIdTaken, words, id));
    }
    if is_other(store.stored_customer_by_email(customer.email())?) {
        let words = (
            "Ein anderer Kunde hat diese E-Mail-Adresse.",
            "Another customer has this email address.",
        );
        return Err(against(
            ask,
            Field::Email,
            Wrong::Invalid,
            words,
            customer.email(),
        ));
    }
    if let Some(name) = customer.value(Field::Username)
        && is_other(store.customer_by_username(name)?)
    {
        let words = (
            "Ein anderer Kunde hat diesen Benutzernamen.",
            "Another customer has this user name.",
        );
        return Err(against(ask, Field::Username, Wrong::Invalid, words, name));
    }
    Ok(())
}

fn free_number(ask: &Ask<'_>, sheet: &mut Sheet) -> Result<String, Fault> {
    let mut trouble = None;
    let id = sheet.take_customer_id(|id| match ask.store().customer_number(id) {
        Ok(number) => number.is_some(),
        Err(error) => {
            trouble = Some(error);
            false
        }
    });
    match trouble {
        Some(error) => Err(error.into()),
        None => Ok(id),
    }
}

/// What is known, with what is given instead; `null` clears.
fn merged(known: &Customer, given: Map<String, Value>) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert(Field::CustomerId.name().to_owned(), Value::from(&*known.id));
    for (field, value) in &known.values {
        object.insert(platform_name(*field).to_owned(), Value::from(&**value));
    }
    object.extend(given);
    object
}
