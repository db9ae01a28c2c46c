//! How are the calls described to programs?
//! In `OpenAPI` 3.1, made from the table of calls and the shapes of the wire: nothing is described by hand that could be
//! served otherwise.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::{Map, Value, json};

use super::BASE;
use super::fault::Wrong;
use super::operation::{Group, Method, Operation, Parameter, Place, Work};
use super::operations::OPERATIONS;
use crate::http::tokens::Right;
use crate::wire::error::ErrorResultV1;
use crate::wire::shape::{Named, Shape as _};

/// What every call is refused for.
const ALWAYS: &[Wrong] = &[
    Wrong::NotAuthorized,
    Wrong::NoRight,
    Wrong::TooManyRequests,
    Wrong::Failed,
    Wrong::Unavailable,
];

/// What a call with a body is refused for.
const WITH_A_BODY: &[Wrong] = &[
    Wrong::BodyMissing,
    Wrong::NoJson,
    Wrong::NoInstant,
    Wrong::OtherType,
    Wrong::Invalid,
    Wrong::TooSlow,
    Wrong::TooLarge,
];

/// `GET /openapi.json`
pub(super) async fn answer() -> Response {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| Bytes::from(text()));
    let mut response = TEXT.clone().into_response();
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// The description as text.
pub(super) fn text() -> String {
    let mut text = serde_json::to_string_pretty(&description()).unwrap_or_default();
    text.push('\n');
    text
}

fn description() -> Value {
    let mut named = Named::default();
    let error = ErrorResultV1::schema(&mut named);
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path).or_default();
        let told = described(operation, &error, &mut named);
        path.insert(operation.method.word().to_owned(), told);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Intake",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The calls of the platform's API v3 that concern externally managed offers, as the daemon serves them.",
            "x-description-de": "Die Aufrufe der API v3 der Plattform, die extern verwaltete Angebote betreffen, wie der Dienst sie beantwortet.",
        },
        "servers": [{ "url": BASE }],
        "security": [{ "token": [] }],
        "tags": Group::ALL.iter().map(|group| {
            let (name, de, en) = group.words();
            json!({ "name": name, "description": en, "x-description-de": de })
        }).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": named.0,
            "securitySchemes": {
                "token": { "type": "apiKey", "in": "header", "name": "X-plenigo-token" },
            },
        },
    })
}

fn described(operation: &Operation, error: &Value, named: &mut Named) -> Value {
    let (group, ..) = operation.group.words();
    let parameters: Vec<Value> = operation
        .parameters
        .iter()
        .copied()
        .flatten()
        .map(parameter)
        .collect();
    let mut responses = Map::new();
    for (status, schema) in operation.gives {
        let told = json!({
            "description": if *status == 208 { "It is there already." } else { "Done." },
            "content": { "application/json": { "schema": schema(named) } },
        });
        responses.insert(status.to_string(), told);
    }
    let mut refusals: BTreeMap<u16, Vec<Wrong>> = BTreeMap::new();
    let with_a_body = operation.body.map_or(&[][..], |_| WITH_A_BODY);
    for wrong in ALWAYS.iter().chain(with_a_body).chain(operation.refuses) {
        let same = refusals.entry(wrong.line().0).or_default();
        if !same.contains(wrong) {
            same.push(*wrong);
        }
    }
    for (status, wrongs) in refusals {
        responses.insert(status.to_string(), refusal(&wrongs, error));
    }
    let mut told = json!({
        "operationId": operation.id,
        "tags": [group],
        "summary": operation.en,
        "x-summary-de": operation.de,
        "x-right": operation.right.word(),
        "responses": responses,
    });
    if !parameters.is_empty() {
        told["parameters"] = json!(parameters);
    }
    if let Some(schema) = operation.body {
        told["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": schema(named) } },
        });
    }
    if matches!(operation.work, Work::Streamed(_)) {
        told["x-streamed"] = json!(true);
    }
    told
}

fn parameter(parameter: &Parameter) -> Value {
    let mut schema = parameter.kind.schema();
    if !parameter.example.is_empty() {
        let number = parameter.example.parse::<i64>().ok();
        let is_text = schema["type"] == "string";
        let example = number
            .filter(|_| !is_text)
            .map_or(json!(parameter.example), |number| json!(number));
        schema["examples"] = json!([example]);
    }
    json!({
        "name": parameter.name,
        "in": if parameter.place == Place::Path { "path" } else { "query" },
        "required": parameter.place != Place::Query,
        "description": parameter.en,
        "x-description-de": parameter.de,
        "schema": schema,
    })
}

fn refusal(wrongs: &[Wrong], error: &Value) -> Value {
    let lines = wrongs.iter().map(|wrong| wrong.line());
    let codes: Vec<u32> = lines.clone().map(|(_, code, ..)| code).collect();
    let told = |text: fn(&(u16, u32, &'static str, &'static str)) -> &'static str| {
        let told: Vec<String> = lines
            .clone()
            .map(|line| format!("{}: {}", line.1, text(&line)))
            .collect();
        told.join("\n")
    };
    json!({
        "description": told(|line| line.3),
        "x-description-de": told(|line| line.2),
        "x-error-codes": codes,
        "content": { "application/json": { "schema": error } },
    })
}

impl Method {
    /// As it stands in the description.
    fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
        }
    }
}

impl Right {
    /// As it stands in the description.
    fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Import => "import",
            Self::Oversee => "oversee",
            Self::Operate => "operator",
        }
    }
}

impl Group {
    const ALL: [Self; 7] = [
        Self::Imports,
        Self::Customers,
        Self::Orders,
        Self::Subscriptions,
        Self::AccessRights,
        Self::Offers,
        Self::Checkout,
    ];

    /// Its name, and what it is about in German and English.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Imports => (
                "Imports",
                "Importe und ihr Protokoll",
                "Imports and their log",
            ),
            Self::Customers => ("Customers", "Kunden", "Customers"),
            Self::Orders => ("Orders", "Aufträge", "Orders"),
            Self::Subscriptions => (
                "Subscriptions",
                "Abonnements: sie ändern sich nur durch einen neuen Import",
                "Subscriptions: only a new import changes them",
            ),
            Self::AccessRights => ("Access rights", "Zugriffsrechte", "Access rights"),
            Self::Offers => ("Offers", "Angebote", "Offers"),
            Self::Checkout => (
                "Checkout",
                "Kauf: extern verwaltete Angebote werden hier nicht verkauft",
                "Checkout: externally managed offers are not sold here",
            ),
            Self::Console => ("Console", "Die Seite des Betreibers", "The operator's page"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::assert_file_is_fresh;
    use std::collections::BTreeSet;

    #[test]
    fn the_docs_are_fresh() {
        assert_file_is_fresh("openapi.json", &text());
    }

    #[test]
    fn every_call_has_a_name_and_an_address_of_its_own() {
        let mut names = BTreeSet::new();
        let mut addresses = BTreeSet::new();
        for operation in OPERATIONS {
            assert!(names.insert(operation.id), "{}", operation.id);
            let address = (operation.method.word(), operation.path);
            assert!(addresses.insert(address), "{address:?}");
            let parameters = operation.parameters.iter().copied().flatten();
            let in_path: Vec<String> = parameters
                .filter(|parameter| parameter.place == Place::Path)
                .map(|parameter| format!("{{{}}}", parameter.name))
                .collect();
            let braces = operation
                .path
                .split('/')
                .filter(|part| part.starts_with('{'));
            assert_eq!(braces.collect::<Vec<_>>(), in_path, "{}", operation.path);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let description = description();
        let text = description.to_string();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap_or_default();
            let schema = &description["components"]["schemas"][name];
            assert!(schema.is_object(), "{name}");
        }
    }
}
