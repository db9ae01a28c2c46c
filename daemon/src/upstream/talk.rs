//! What is said to the platform to bring changes there, and to find out whether they arrived?
//! One conversation at a time ends with a verdict on each change, or with why there is none; nothing is sent twice in it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use intake_core::catalog::Customer;
use intake_core::field::Field;
use serde_json::Value;
use tokio::sync::Mutex;

use super::link::{Link, Lost, path_part};
use super::queue::Handed;
use super::verdict::{Answer, Meaning, Refusal};
use super::view::{LogView, entries_behind};
use super::wire::{LogEntry, PageOf, import_body, is_as_sent};
use super::work::{CustomerWork, OrderWork};
use crate::wire::customer::platform_name;

/// How a conversation ended.
#[derive(Debug)]
pub(super) enum Told {
    /// What is known of each change, in their order, and an entry of the platform's log that was there before.
    Judged(Vec<Fate>, Option<u64>),
    /// The newest entry of the platform's log.
    Newest(u64),
    /// The newest entries of the platform's log that tell of a refusal, by order.
    Failures(HashMap<String, LogEntry>),
    /// Nothing is known of any of them but this.
    Trouble(Trouble),
}

/// What is known of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The platform has it.
    Taken,
    /// It is refused for good.
    Refused(Refusal),
    /// It did not arrive: it is to be sent again.
    Again,
    /// It arrived, and the platform works on it later.
    Promised,
}

/// Why nothing is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// What it was, for counting and telling.
    pub label: String,
    /// What kind it is.
    pub kind: Kind,
    /// For how long the platform asks to be left alone.
    pub asked: Option<Duration>,
}

/// What kind of trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing was done.
    NothingDone,
    /// It may have been done, after this entry of the platform's log.
    Unknown {
        /// The newest entry before.
        since: u64,
        /// Did the platform itself fail at it, rather than the way there?
        failed: bool,
    },
    /// It is refused as a whole, and which change is to blame is not known.
    Blame(Refusal),
    /// Only the operator can mend it.
    Operator(String),
}

/// How imports are sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// See the config.
    pub purchase: bool,
    /// See the config.
    pub suppress_mail: bool,
}

const ORDERS: &str = "/imports/orders";
pub(super) const LOGS: &str = "/imports/orders/logs";
/// A question is asked so often before it is given up: it changes nothing.
const QUESTIONS: u32 = 4;
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(50);

/// Sends changes of different orders in one request.
pub(super) async fn send_orders(
    link: &Link,
    items: &[Arc<OrderWork>],
    key: &str,
    manner: Manner,
) -> Told {
    match send(link, items, key, manner).await {
        Ok((fates, since)) => Told::Judged(fates, Some(since)),
        Err(trouble) => Told::Trouble(trouble),
    }
}

async fn send(
    link: &Link,
    items: &[Arc<OrderWork>],
    key: &str,
    manner: Manner,
) -> Result<(Vec<Fate>, u64), Trouble> {
    let since = newest_entry(link).await?;
    let mut bodies = items.iter().map(|item| &item.item[..]);
    let body = import_body(&mut bodies, manner.purchase, manner.suppress_mail);
    let unknown = |failed| Kind::Unknown { since, failed };
    let answer = match link.post(ORDERS, body, Some(key)).await {
        Ok(answer) => answer,
        Err(lost) => return Err(Trouble::lost(lost, unknown(false))),
    };
    let label = answer.label();
    let trouble = |kind, asked| {
        Err(Trouble {
            label: label.clone(),
            kind,
            asked,
        })
    };
    match answer.meaning() {
        Meaning::Done => {}
        Meaning::Later(asked) => return trouble(Kind::NothingDone, asked),
        Meaning::Unknown(asked) => return trouble(unknown(true), asked),
        Meaning::Operator(told) => return trouble(Kind::Operator(told), None),
        Meaning::Refused(refusal) if items.len() == 1 => {
            let fate = really_refused(link, &items[0], refusal).await?;
            return Ok((vec![fate], since));
        }
        Meaning::Refused(refusal) => return trouble(Kind::Blame(refusal), None),
        Meaning::Items(refused) => {
            let mut fates = vec![Fate::Again; items.len()];
            for (at, refusal) in refused {
                if let (Some(fate), Some(item)) = (fates.get_mut(at), items.get(at)) {
                    *fate = really_refused(link, item, refusal).await?;
                }
            }
            // An answer that blames nothing of what was sent would be asked for again for ever.
            if fates.iter().all(|fate| *fate == Fate::Again) {
                let refusal = Refusal::new(None, "the platform names items that were not sent");
                return trouble(Kind::Blame(refusal), None);
            }
            return Ok((fates, since));
        }
    }
    // What is only promised, the log tells of when it is done.
    if is_promise(&answer) {
        return Ok((vec![Fate::Promised; items.len()], since));
    }
    let after = |trouble: Trouble| Trouble {
        kind: match trouble.kind {
            Kind::Operator(told) => Kind::Operator(told),
            _ => unknown(false),
        },
        ..trouble
    };
    let refused = entries_behind(link, since, &[("success", "false")]).await;
    let refused = by_key(refused.map_err(after)?);
    let mut fates = Vec::with_capacity(items.len());
    for item in items {
        fates.push(match refused.get(&*item.key) {
            None => Fate::Taken,
            Some(entry) => really_refused(link, item, refusal_of(entry))
                .await
                .map_err(after)?,
        });
    }
    Ok((fates, since))
}

/// Finds out what became of changes that may have arrived.
pub(super) async fn look_up(link: &Link, view: &Mutex<LogView>, items: &[Handed]) -> Told {
    match found(link, view, items).await {
        Ok(fates) => Told::Judged(fates, None),
        Err(trouble) => Told::Trouble(trouble),
    }
}

async fn found(link: &Link, view: &Mutex<LogView>, items: &[Handed]) -> Result<Vec<Fate>, Trouble> {
    let since = items.iter().filter_map(|item| item.doubt);
    let since = since.map(|doubt| doubt.since).min().unwrap_or(0);
    // Whoever asks meanwhile waits, and finds read what it wants to know.
    let mut view = view.lock().await;
    view.read_on(link, since).await?;
    let mut fates = Vec::with_capacity(items.len());
    for item in items {
        let doubt = item.doubt;
        let exact = doubt.is_some_and(|doubt| doubt.exact);
        let work = &item.work;
        let entry = view.newest_of(&work.key, doubt.map_or(since, |doubt| doubt.since));
        fates.push(match entry {
            Some(entry) if entry.success && (exact || work.creates) => Fate::Taken,
            Some(entry) if exact => really_refused(link, work, refusal_of(entry)).await?,
            // The entry may be one of an earlier change of the order: the order itself tells.
            Some(entry) if entry.success && work.shows => match is_there(link, work).await? {
                true => Fate::Taken,
                false => Fate::Again,
            },
            _ => Fate::Again,
        });
    }
    Ok(fates)
}

/// Which orders the platform's log says were refused since this time: the numbers of the entries, by key.
pub(super) async fn failures(link: &Link, since: &str) -> Told {
    let filter = [("success", "false"), ("startTime", since)];
    match entries_behind(link, 0, &filter).await {
        Ok(entries) => Told::Failures(by_key(entries)),
        Err(trouble) => Told::Trouble(trouble),
    }
}

/// Finds out whether the platform's last word on changes that it took is a refusal.
pub(super) async fn look_again(link: &Link, items: &[Arc<OrderWork>]) -> Told {
    let mut fates = Vec::with_capacity(items.len());
    for item in items {
        match last_word(link, item).await {
            Ok(fate) => fates.push(fate),
            Err(trouble) => return Told::Trouble(trouble),
        }
    }
    Told::Judged(fates, None)
}

async fn last_word(link: &Link, item: &OrderWork) -> Result<Fate, Trouble> {
    let query = [
        ("externalSystemId", &*item.key),
        ("size", "5"),
        ("sort", "DESC"),
    ];
    let page: PageOf<LogEntry> = parse(&ask(link, LOGS, &query).await?)?;
    let key = Some(&*item.key);
    let of_order = page
        .items
        .iter()
        .filter(|entry| entry.external_system_id.as_deref() == key);
    let Some(newest) = of_order.max_by_key(|entry| entry.order_import_log_entry_id) else {
        return Ok(Fate::Taken);
    };
    // Somebody else may have failed at the same order: what is there as it was sent was not refused.
    if newest.success || (item.shows && is_there(link, item).await?) {
        return Ok(Fate::Taken);
    }
    Ok(Fate::Refused(refusal_of(newest)))
}

/// Brings a customer there: as a new one, or as the known one is to be.
pub(super) async fn send_customer(link: &Link, work: &CustomerWork) -> Told {
    match bring_customer(link, work).await {
        Ok(fate) => Told::Judged(vec![fate], None),
        Err(trouble) => Told::Trouble(trouble),
    }
}

async fn bring_customer(link: &Link, work: &CustomerWork) -> Result<Fate, Trouble> {
    let body = customer_body(&work.customer);
    let lost = |lost| Trouble::lost(lost, Kind::NothingDone);
    let posted = link
        .post("/customers", body.clone(), None)
        .await
        .map_err(lost)?;
    let refusal = match (posted.status, posted.meaning()) {
        (208, _) => None,
        (_, Meaning::Done) => return Ok(Fate::Taken),
        (_, Meaning::Refused(refusal)) => Some(refusal),
        (_, meaning) => return Err(Trouble::of(&posted, meaning)),
    };
    // Somebody of that number, address or external number is there: is it this customer?
    if refusal.is_none() {
        let there: Value = serde_json::from_slice(&posted.body).unwrap_or_default();
        // Who may not see the customer's values cannot compare them, and may not change them either.
        if there.get("email").is_none() || is_as_known(&work.customer, &there) {
            return Ok(Fate::Taken);
        }
    }
    let path = format!("/customers/{}", path_part(&work.id));
    let known = link.get(&path, &[]).await.map_err(lost)?;
    match known.meaning() {
        Meaning::Done => {}
        Meaning::Refused(not_there) => return Ok(Fate::Refused(refusal.unwrap_or(not_there))),
        meaning => return Err(Trouble::of(&known, meaning)),
    }
    let there: Value = serde_json::from_slice(&known.body).unwrap_or_default();
    if is_as_known(&work.customer, &there) {
        return Ok(Fate::Taken);
    }
    let changed = link.put(&path, body).await.map_err(lost)?;
    match changed.meaning() {
        Meaning::Done => Ok(Fate::Taken),
        Meaning::Refused(refusal) => Ok(Fate::Refused(refusal)),
        // The token was good for all before: it is this customer that it may not change.
        Meaning::Operator(told) => Ok(Fate::Refused(Refusal::new(None, &told))),
        meaning => Err(Trouble::of(&changed, meaning)),
    }
}

/// The customer in the platform's JSON.
fn customer_body(customer: &Customer) -> Vec<u8> {
    let mut fields = serde_json::Map::new();
    fields.insert("customerId".into(), customer.id.to_string().into());
    for (field, value) in &customer.values {
        fields.insert(platform_name(*field).into(), value.to_string().into());
    }
    Value::Object(fields).to_string().into_bytes()
}

fn is_as_known(customer: &Customer, there: &Value) -> bool {
    customer.values.iter().all(|(field, value)| {
        let found = there.get(platform_name(*field)).and_then(Value::as_str);
        match field {
            Field::Email => found.is_some_and(|found| found.eq_ignore_ascii_case(value)),
            _ => found == Some(value),
        }
    })
}

/// "It is there already" is no refusal where what is there is what was sent.
async fn really_refused(link: &Link, work: &OrderWork, refusal: Refusal) -> Result<Fate, Trouble> {
    if refusal.says_already_there() && is_there(link, work).await? {
        return Ok(Fate::Taken);
    }
    Ok(Fate::Refused(refusal))
}

/// Is the order there as it was sent?
async fn is_there(link: &Link, work: &OrderWork) -> Result<bool, Trouble> {
    let query = [("externalSystemId", &*work.key), ("size", "5")];
    let answer = ask(link, "/subscriptions", &query).await?;
    let page: PageOf<Value> = parse(&answer)?;
    let key = Some(&*work.key);
    let mut same_key = page
        .items
        .iter()
        .filter(|subscription| subscription.get("externalSystemId").and_then(Value::as_str) == key);
    Ok(same_key.any(|subscription| is_as_sent(&work.item, subscription)))
}

/// The newest entry of the platform's import log, 0 where there is none.
pub(super) async fn newest_entry(link: &Link) -> Result<u64, Trouble> {
    let answer = ask(link, LOGS, &[("size", "5"), ("sort", "DESC")]).await?;
    let page: PageOf<LogEntry> = parse(&answer)?;
    let numbers = page
        .items
        .iter()
        .map(|entry| entry.order_import_log_entry_id);
    Ok(numbers.max().unwrap_or(0))
}

/// The newest entry of each order.
fn by_key(entries: Vec<LogEntry>) -> HashMap<String, LogEntry> {
    let mut found = HashMap::with_capacity(entries.len());
    for entry in entries {
        if let Some(key) = entry.external_system_id.clone() {
            found.insert(key, entry);
        }
    }
    found
}

fn refusal_of(entry: &LogEntry) -> Refusal {
    let message = entry.error_detail.get("message").and_then(Value::as_str);
    let reason = entry.error_reason.as_deref().or(message);
    Refusal::new(
        entry.code(),
        reason.unwrap_or("the platform tells no reason"),
    )
}

/// Asks a question, more than once where no answer comes.
pub(super) async fn ask(
    link: &Link,
    path: &str,
    query: &[(&str, &str)],
) -> Result<Answer, Trouble> {
    let mut asked = 1;
    loop {
        let trouble = match link.get(path, query).await {
            Ok(answer) => match answer.meaning() {
                Meaning::Done => return Ok(answer),
                meaning => {
                    let trouble = Trouble::of(&answer, meaning);
                    if answer.status < 500 || trouble.asked.is_some() {
                        return Err(trouble);
                    }
                    trouble
                }
            },
            Err(lost) => Trouble::lost(lost, Kind::NothingDone),
        };
        if asked == QUESTIONS {
            return Err(trouble);
        }
        tokio::time::sleep(BETWEEN_QUESTIONS * asked).await;
        asked += 1;
    }
}

/// Reads a page of something.
pub(super) fn parse<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, Trouble> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| Trouble::lost(Lost::Unreadable, Kind::NothingDone))
}

fn is_promise(answer: &Answer) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body.get("promiseId")
        .is_some_and(|promise| !promise.is_null())
}

impl Kind {
    /// Was it the platform's answer, and not the want of one, which the way there has counted?
    pub(super) fn is_told_by_platform(&self) -> bool {
        !matches!(self, Self::Unknown { failed: false, .. })
    }
}

impl Trouble {
    fn lost(lost: Lost, kind: Kind) -> Self {
        Self {
            label: lost.name().to_owned(),
            kind: match lost {
                Lost::NotSent => Kind::NothingDone,
                _ => kind,
            },
            asked: None,
        }
    }

    /// An answer to a question, or to what may be said again as it is.
    fn of(answer: &Answer, meaning: Meaning) -> Self {
        let (kind, asked) = match meaning {
            Meaning::Operator(told) => (Kind::Operator(told), None),
            Meaning::Later(asked) | Meaning::Unknown(asked) => (Kind::NothingDone, asked),
            // A question that the platform refuses is asked at the wrong place.
            Meaning::Refused(_) | Meaning::Items(_) | Meaning::Done => {
                let told = format!("the platform refuses a question (code {})", answer.label());
                (Kind::Operator(told), None)
            }
        };
        Self {
            label: answer.label(),
            kind,
            asked,
        }
    }
}
