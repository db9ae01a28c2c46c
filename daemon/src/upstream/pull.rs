//! Which offers and customers does the platform know, so that checks know the real catalog?
//! Page by page, each journalled before it is there, and only what differs. What the platform does not name, or does not
//! say of something that it names, is kept.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use intake_core::catalog::{Customer, Offer};
use intake_core::field::{Table, fields_of};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;

use super::link::Link;
use super::pauses::Pauses;
use super::pulled::Pulled;
use super::talk::{self, Kind, Trouble};
use super::wire::PageOf;
use crate::books::BooksError;
use crate::clock;
use crate::commands::load::{Rules, judge};
use crate::commands::{customers, offers};
use crate::entry::OfferJson;
use crate::log;
use crate::random::random_bytes;
use crate::serve::Daemon;
use crate::state::StoreError;
use crate::wire::customer::platform_name;

/// Takes over what the platform knows, until the daemon ends.
pub(super) struct Puller {
    daemon: Arc<Daemon>,
    link: Arc<Link>,
    runtime: Handle,
    woken: Receiver<()>,
    waker: Sender<()>,
    pauses: Pauses,
}

/// Where a walk over pages is.
struct Walk {
    what: What,
    /// The last one seen.
    after: Option<String>,
    /// Only what changed since then.
    since: Option<Timestamp>,
    seen: u64,
    written: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Offers,
    Customers,
}

/// Why a page was not taken over.
#[derive(Debug, thiserror::Error)]
enum PullError {
    #[error("the platform could not be asked: {}", .0.label)]
    Trouble(Trouble),
    #[error(transparent)]
    Books(#[from] BooksError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

const PAGE: usize = 100;
/// Clocks differ: what changed shortly before the last look is looked at again.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

impl Puller {
    pub(super) fn new(daemon: &Arc<Daemon>, link: Arc<Link>, runtime: Handle) -> Self {
        let config = &daemon.data.config.upstream;
        let (waker, woken) = channel();
        Self {
            pauses: Pauses::new(config.pause, config.longest_pause),
            daemon: Arc::clone(daemon),
            link,
            runtime,
            woken,
            waker,
        }
    }

    /// What ends the waiting.
    pub(super) fn waker(&self) -> impl Fn() + use<> {
        let waker = self.waker.clone();
        move || {
            // A puller that has ended needs no waking.
            let _ = waker.send(());
        }
    }

    /// Works until the daemon ends.
    pub(super) fn run(&mut self) {
        let config = self.daemon.data.config.upstream.clone();
        let url = config.url.as_ref().map_or("", |url| url.as_str());
        let pulled = Pulled::of(&self.daemon.data.path, url);
        let mut looked = pulled.customers_since();
        while !self.daemon.ending() {
            let begun = clock::now();
            if config.pull_offers {
                self.walk(What::Offers, None);
            }
            if config.pull_customers
                && self.walk(What::Customers, looked)
                && let Ok(since) = begun.checked_sub(OVERLAP)
            {
                looked = Some(since);
                pulled.note(since);
            }
            self.rest(config.pull_interval);
        }
    }

    /// Walks to the last page; what goes wrong is tried again from where it stopped. False: it never came there.
    fn walk(&mut self, what: What, since: Option<Timestamp>) -> bool {
        let mut walk = Walk {
            what,
            after: None,
            since,
            seen: 0,
            written: 0,
        };
        while !self.daemon.ending() {
            match self.page(&mut walk) {
                Ok(true) => self.pauses.answered(),
                Ok(false) => {
                    self.pauses.answered();
                    log::upstream_pulled(what.name(), walk.seen, walk.written);
                    return true;
                }
                Err(PullError::Trouble(trouble)) => self.pause(&trouble),
                Err(error) => {
                    log::upstream_stopped(&error);
                    self.daemon.begin_anew();
                    return false;
                }
            }
        }
        false
    }

    fn pause(&mut self, trouble: &Trouble) {
        let now = clock::since_start();
        self.daemon.data.upstream.error(&trouble.label);
        if let Kind::Operator(told) = &trouble.kind {
            self.pauses.hopeless(now);
            log::upstream_alarm(told);
        } else {
            let chance = random_bytes::<1>().map_or(u8::MAX, |[chance]| chance);
            let chance = f64::from(chance) / f64::from(u8::MAX);
            let pause = self.pauses.trouble(now, trouble.asked, chance);
            log::upstream_trouble(&trouble.label, self.pauses.in_a_row(), pause);
        }
        self.rest(self.pauses.may_go_at().saturating_sub(now));
    }

    fn rest(&self, time: Duration) {
        let until = clock::since_start() + time;
        while !self.daemon.ending() {
            let left = until.saturating_sub(clock::since_start());
            let heard = self.woken.recv_timeout(left);
            if left.is_zero() || heard == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Takes over one page. False: it was the last one.
    fn page(&self, walk: &mut Walk) -> Result<bool, PullError> {
        let size = PAGE.to_string();
        let since = walk.since.map(|since| since.to_string());
        let mut query = vec![("size", &*size), ("sort", "ASC")];
        query.extend(walk.after.as_deref().map(|after| ("startingAfter", after)));
        query.extend(since.as_deref().map(|since| ("startTime", since)));
        let asked = async {
            let answer = talk::ask(&self.link, walk.what.path(), &query).await?;
            talk::parse::<PageOf<Map<String, Value>>>(&answer)
        };
        let page = self.runtime.block_on(asked).map_err(PullError::Trouble)?;
        let id_of = |item: &Map<String, Value>| {
            let id = item.get(walk.what.id()).and_then(Value::as_str);
            id.map(ToOwned::to_owned)
        };
        let last = page.items.last().and_then(id_of);
        let is_last = page.items.len() < PAGE;
        let before = walk.seen;
        walk.seen += page.items.len() as u64;
        walk.written += match walk.what {
            What::Offers => self.keep_offers(&page.items, before)?,
            What::Customers => self.keep_customers(&page.items, before)?,
        };
        // A cursor that does not move would be followed for ever.
        let moves = last.is_some() && last != walk.after;
        walk.after = last;
        Ok(!is_last && moves)
    }

    fn keep_offers(&self, items: &[Map<String, Value>], before: u64) -> Result<u64, PullError> {
        let books = &self.daemon.data.books;
        let now = clock::moment_of(clock::now());
        books.write(|sheet| {
            let catalog = books.store().catalog();
            let mut written = 0;
            for (item, place) in items.iter().zip(before + 1..) {
                let id = item.get("plenigoOfferId").and_then(Value::as_str);
                let known = id.and_then(|id| catalog.get(id));
                let offer = judged(
                    over_known_offer(known, item),
                    Table::Offers,
                    offers::rules(now),
                );
                match offer {
                    Ok(offer) if known == Some(&offer) => {}
                    Ok(offer) => {
                        sheet.offer(offer);
                        written += 1;
                    }
                    Err(reason) => log::upstream_pull_refused("offers", place, &reason),
                }
            }
            Ok(written)
        })
    }

    fn keep_customers(&self, items: &[Map<String, Value>], before: u64) -> Result<u64, PullError> {
        let books = &self.daemon.data.books;
        let now = clock::moment_of(clock::now());
        books.write(|sheet| {
            let mut written = 0;
            for (item, place) in items.iter().zip(before + 1..) {
                let refuse = |reason: &str| log::upstream_pull_refused("customers", place, reason);
                let id = item.get("customerId").and_then(Value::as_str);
                let known = id
                    .map(|id| books.store().customer(id))
                    .transpose()?
                    .flatten();
                let object = over_known_customer(known.as_ref(), item);
                match judged(object, Table::Customers, customers::rules(now)) {
                    Ok(customer) if customer.id.is_empty() => refuse("it has no number"),
                    Ok(customer) if known.as_ref() == Some(&customer) => {}
                    Ok(customer) => {
                        let same = books.store().customer_by_email(customer.email())?;
                        if same.is_some_and(|same| same.id != customer.id) {
                            refuse("its email address belongs to another customer here");
                            continue;
                        }
                        sheet.pulled_customer(customer);
                        written += 1;
                    }
                    Err(reason) => refuse(&reason),
                }
            }
            Ok(written)
        })
    }
}

impl What {
    fn name(self) -> &'static str {
        match self {
            Self::Offers => "offers",
            Self::Customers => "customers",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Offers => "/products/offers",
            Self::Customers => "/customers",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Offers => "plenigoOfferId",
            Self::Customers => "customerId",
        }
    }
}

/// The value that an object says by the rules of a file; what the table does not know is passed over. An error names
/// fields and codes, never values.
fn judged<V>(mut object: Map<String, Value>, table: Table, rules: Rules<V>) -> Result<V, String> {
    object.retain(|key, value| {
        !value.is_null() && fields_of(table).any(|spec| platform_name(spec.field) == key)
    });
    let (value, findings) = judge(&Value::Object(object), rules);
    let errors = findings.iter().filter(|finding| finding.code.is_error());
    let told: Vec<String> = errors
        .map(|finding| {
            let field = finding.field.map_or("", platform_name);
            format!("{field} {}", finding.code)
        })
        .collect();
    match value {
        Some(value) if told.is_empty() => Ok(value),
        _ => Err(told.join(", ")),
    }
}

/// What is known of an offer, with what the platform says instead.
fn over_known_offer(known: Option<&Offer>, item: &Map<String, Value>) -> Map<String, Value> {
    let known = known.map(|known| json!(OfferJson::new(known)));
    let mut object = match known {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    // The platform names the access rights of an offer with its products.
    let products = item.get("products").and_then(Value::as_array);
    let rights = products.map(|products| {
        let rights = products.iter().map(|product| product.get("accessRightId"));
        let mut rights: Vec<&Value> = rights.flatten().filter(|right| right.is_string()).collect();
        rights.dedup();
        json!(rights)
    });
    object.extend(rights.map(|rights| ("accessRightIds".to_owned(), rights)));
    let said = item.iter().filter(|(_, value)| !value.is_null());
    object.extend(said.map(|(key, value)| (key.clone(), value.clone())));
    object
}

/// What is known of a customer, with what the platform says instead.
fn over_known_customer(known: Option<&Customer>, item: &Map<String, Value>) -> Map<String, Value> {
    let values = known.iter().flat_map(|known| &known.values);
    let mut object: Map<String, Value> = values
        .map(|(field, value)| (platform_name(*field).to_owned(), value.to_string().into()))
        .collect();
    let said = item.iter().filter(|(_, value)| !value.is_null());
    object.extend(said.map(|(key, value)| (key.clone(), value.clone())));
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake_core::field::Field;
    use intake_core::moment::Moment;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(object) => object,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_the_platform_says_goes_over_what_is_known_and_the_rest_stays() {
        let now = Moment::from_unix(1_790_000_000, 0);
        let known = Offer {
            access_rights: vec!["daily".into()],
            steps: 3,
            ..Offer::new("O_MZA1E7173120881551", "Old")
        };
        let item = object(json!({
            "plenigoOfferId": "O_MZA1E7173120881551", "internalTitle": "New", "managedBy": "EXTERNAL",
            "managedExternal": true, "archived": null, "unheardOf": [1],
            "products": [{"accessRightId": "daily"}, {"accessRightId": "weekly"}, {}],
        }));
        let said = over_known_offer(Some(&known), &item);
        let offer = judged(said, Table::Offers, offers::rules(now)).unwrap();
        assert_eq!((&*offer.title, offer.steps), ("New", 3));
        assert_eq!(offer.access_rights, ["daily".into(), "weekly".into()]);

        let customer = Customer {
            id: "C1".into(),
            values: vec![(Field::FirstName, "Ada".into())],
        };
        let item = object(json!({
            "customerId": "C1", "email": "a@example.org", "language": "de", "status": "ACTIVATED",
            "externalSystemId": "X9", "lastName": null,
        }));
        let said = over_known_customer(Some(&customer), &item);
        let customer = judged(said, Table::Customers, customers::rules(now)).unwrap();
        let named = |field| customer.value(field);
        assert_eq!(named(Field::FirstName), Some("Ada"));
        assert_eq!(named(Field::CustomerExternalSystemId), Some("X9"));

        let wrong = object(json!({"customerId": "C1", "email": "secret", "language": "de"}));
        let reason = judged(wrong, Table::Customers, customers::rules(now)).unwrap_err();
        assert!(
            reason.contains("email") && !reason.contains("secret"),
            "{reason}"
        );
    }
}
