//! What does the platform answer, and what does it note?

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use serde_json::{Value, json};

use super::{Refused, State};

/// The path without what differs from call to call.
pub(super) fn kind_of(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if parts.first() == Some(&"customers") && parts.len() > 1 {
        parts.truncate(1);
        parts.push("one");
    }
    parts.join("/")
}

/// An error in the platform's envelope.
pub(super) fn error(status: u16, code: u32, message: &str) -> Response<Full<Bytes>> {
    answer(status, &json!({"errorCode": code, "errorMessage": message}))
}

/// The answer to a request, which is performed.
pub(super) fn of(
    state: &mut State,
    method: &str,
    path: &str,
    query: &str,
    body: &[u8],
) -> Response<Full<Bytes>> {
    let query = pairs(query);
    match (method, path) {
        ("POST", "/imports/orders") => import(state, body),
        ("GET", "/imports/orders/logs") => {
            let wanted = query.get("success").map(|wanted| wanted == "true");
            let key = query.get("externalSystemId");
            let fits = |entry: &Value| {
                wanted.is_none_or(|it| entry["success"] == it)
                    && key.is_none_or(|key| entry["externalSystemId"] == **key)
            };
            page(state.log.iter(), "orderImportLogEntryId", &query, &fits)
        }
        ("GET", "/subscriptions") => {
            let key = query.get("externalSystemId").cloned().unwrap_or_default();
            let found: Vec<Value> = state
                .orders
                .get(&key)
                .and_then(|items| items.last())
                .map(subscription)
                .into_iter()
                .collect();
            answer(200, &json!({"items": found}))
        }
        ("GET", "/products/offers") => {
            page(state.offers.iter(), "plenigoOfferId", &query, &|_| true)
        }
        ("GET", "/customers") => page(state.customers.values(), "customerId", &query, &|_| true),
        ("POST", "/customers") => customer(state, body),
        ("GET", path) if path.starts_with("/customers/") => {
            match state.customers.get(&path["/customers/".len()..]) {
                Some(known) => answer(200, known),
                None => error(404, 20404, "customer not found"),
            }
        }
        ("PUT", path) if path.starts_with("/customers/") => {
            let sent: Value = serde_json::from_slice(body).unwrap_or_default();
            state
                .customers
                .insert(path["/customers/".len()..].to_owned(), sent.clone());
            answer(200, &sent)
        }
        _ => error(404, 99404, "not found"),
    }
}

fn import(state: &mut State, body: &[u8]) -> Response<Full<Bytes>> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return error(400, 99002, "no JSON");
    };
    let items = body["items"].as_array().cloned().unwrap_or_default();
    let keys: Vec<String> = items
        .iter()
        .map(|item| text(item, "externalSystemId"))
        .collect();
    let mut wrong = Vec::new();
    let mut code = 0;
    for (at, key) in keys.iter().enumerate() {
        match state.refused.get(key) {
            Some(Refused::ByBreaking) => return error(500, 99500, "broken"),
            Some(Refused::AtOnce(with)) => {
                code = *with;
                wrong.push(json!({"field": format!("items[{at}].startDate"), "error": "is not right", "value": ""}));
            }
            _ => {}
        }
    }
    if !wrong.is_empty() {
        return answer(
            400,
            &json!({"errorCode": code, "errorMessage": "no", "validationErrors": wrong}),
        );
    }
    state.bodies.push(json!({"keys": keys.len(), "purchase": body["purchase"], "suppressMail": body["suppressMail"]}));
    let promises = keys.iter().any(|key| state.promised.contains(key));
    for (key, item) in keys.into_iter().zip(items) {
        let is_late = matches!(state.refused.get(&key), Some(Refused::Late(_)));
        if is_late || promises {
            state.later.push((key, item));
        } else {
            perform(state, key, item);
        }
    }
    match promises {
        true => answer(201, &json!({"success": true, "promiseId": "P-1"})),
        false => answer(201, &json!({"success": true})),
    }
}

/// Takes an item, or refuses it in the log.
pub(super) fn perform(state: &mut State, key: String, item: Value) {
    let customer = text(&item, "invoiceCustomerId");
    let refused = match state.refused.get(&key) {
        Some(Refused::InTheLog(code) | Refused::Late(code)) => Some(*code),
        _ if state.knows_customers && !state.customers.contains_key(&customer) => {
            state.without_customer.push(key.clone());
            Some(20404)
        }
        _ => None,
    };
    let id = state.log.len() as u64 + 1;
    let offer = text(&item, "plenigoOfferId");
    let mut entry = json!({
        "orderImportLogEntryId": id, "createdDate": "2026-01-01T00:00:00Z", "changedDate": "2026-01-01T00:00:00Z",
        "externalSystemId": key, "plenigoOfferId": offer, "success": refused.is_none(), "orderId": 0,
    });
    if let Some(code) = refused {
        entry["errorReason"] = "it is refused".into();
        entry["errorDetail"] = json!({"message": "it is refused", "errorCode": code});
    } else {
        let known = state.orders.entry(key.clone()).or_default();
        if known.last().is_some_and(|last| same(last, &item)) {
            state.again.push(key);
        }
        known.push(item);
        entry["orderId"] = id.into();
    }
    state.log.push(entry);
}

/// Fields that are absent and fields without a value say the same of an order that is known.
fn same(one: &Value, other: &Value) -> bool {
    let given = |item: &Value| -> BTreeMap<String, Value> {
        let fields = item.as_object().cloned().unwrap_or_default();
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect()
    };
    given(one) == given(other)
}

fn subscription(item: &Value) -> Value {
    let mut subscription = item.clone();
    if subscription
        .get("deliveryCustomerId")
        .is_none_or(Value::is_null)
    {
        subscription["deliveryCustomerId"] = item["invoiceCustomerId"].clone();
    }
    subscription["items"] = json!([{"quantity": item["quantity"], "discountPercentage": item.get("discountPercentage")}]);
    subscription
}

fn customer(state: &mut State, body: &[u8]) -> Response<Full<Bytes>> {
    let Ok(mut sent) = serde_json::from_slice::<Value>(body) else {
        return error(400, 99002, "no JSON");
    };
    if text(&sent, "email").is_empty() || text(&sent, "language").is_empty() {
        return error(400, 99400, "email and language are required");
    }
    let id = match text(&sent, "customerId") {
        id if id.is_empty() => (100_000 + state.customers.len()).to_string(),
        id => id,
    };
    sent["customerId"] = id.clone().into();
    let email = text(&sent, "email").to_lowercase();
    let by_email = state
        .customers
        .values()
        .find(|known| text(known, "email").to_lowercase() == email);
    match (state.customers.get(&id), by_email) {
        (Some(known), Some(same)) if known == same => {
            if *known == sent {
                state.customers_again += 1;
            }
            answer(208, known)
        }
        (None, None) => {
            state.customers.insert(id, sent.clone());
            answer(201, &sent)
        }
        _ => error(
            400,
            20001,
            "number or email address belong to another customer",
        ),
    }
}

fn page<'v>(
    values: impl DoubleEndedIterator<Item = &'v Value>,
    id: &str,
    query: &BTreeMap<String, String>,
    fits: &dyn Fn(&Value) -> bool,
) -> Response<Full<Bytes>> {
    let size = query.get("size").and_then(|size| size.parse().ok());
    let size = size.filter(|size| (5..=100).contains(size)).unwrap_or(5);
    let descending = query.get("sort").is_some_and(|sort| sort == "DESC");
    let after = query.get("startingAfter");
    let is_behind = |value: &Value| {
        let Some(after) = after else { return true };
        match (&value[id], after.parse::<u64>()) {
            (Value::Number(number), Ok(after)) => {
                let number = number.as_u64().unwrap_or(0);
                if descending {
                    number < after
                } else {
                    number > after
                }
            }
            (value, _) => {
                let value = value.as_str().unwrap_or_default();
                if descending {
                    value < after.as_str()
                } else {
                    value > after.as_str()
                }
            }
        }
    };
    let chosen = values.filter(|value| is_behind(value) && fits(value));
    let items: Vec<&Value> = match descending {
        true => chosen.rev().take(size).collect(),
        false => chosen.take(size).collect(),
    };
    answer(200, &json!({"items": items}))
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

fn pairs(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.replace("%20", " ")))
        .collect()
}

fn answer(status: u16, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    if let Ok(status) = hyper::StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response
}
