//! Which types has what the operator's page is told?
//! Its scripts take them from `www/console/told.js`, which is made here, so that they cannot differ from what is sent.

use std::fmt::Write as _;

use serde_json::Value;

use super::{DoneV1, FileWithLifeV1, FilesV1, LogV1, OverviewV1, PlanV1, SessionV1};
use crate::config::assert_file_is_fresh;
use crate::wire::shape::{Named, Shape};

/// The types of all shapes, as the page's type checker reads them.
fn page_types() -> String {
    let mut named = Named::default();
    SessionV1::schema(&mut named);
    OverviewV1::schema(&mut named);
    FilesV1::schema(&mut named);
    FileWithLifeV1::schema(&mut named);
    PlanV1::schema(&mut named);
    LogV1::schema(&mut named);
    DoneV1::schema(&mut named);
    let mut text = String::from(
        "// Which shapes has what the daemon tells?\n\
         // Made from `daemon/src/wire/console.rs`; `UPDATE_DOCS=1 cargo test -p intake-daemon page_types` writes it anew.\n",
    );
    for (name, schema) in &named.0 {
        let required: Vec<&str> = list(schema, "required").filter_map(Value::as_str).collect();
        let _ = write!(
            text,
            "\n/**\n * @typedef {{object}} {name}{}\n",
            told(schema)
        );
        for (property, schema) in schema["properties"].as_object().into_iter().flatten() {
            let of = type_of(schema);
            // What need not be there is there only where there is something to tell.
            let (of, shown) = match required.contains(&&**property) {
                true => (&*of, property.clone()),
                false => (of.trim_end_matches(" | null"), format!("[{property}]")),
            };
            let _ = writeln!(text, " * @property {{{of}}} {shown}{}", told(schema));
        }
        text.push_str(" */\n");
    }
    text.push_str("\nexport {};\n");
    text
}

fn told(schema: &Value) -> String {
    let told = schema["description"].as_str().unwrap_or_default();
    let told = told.replace("*/", "").replace('\n', " ");
    match told.is_empty() {
        true => told,
        false => format!(" {told}"),
    }
}

/// What stands as a list under a key of a schema.
fn list<'s>(schema: &'s Value, key: &str) -> impl Iterator<Item = &'s Value> {
    schema[key].as_array().into_iter().flatten()
}

/// A schema as a type.
fn type_of(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or(reference).to_owned();
    }
    let either: Vec<String> = list(schema, "anyOf").map(type_of).collect();
    if !either.is_empty() {
        return either.join(" | ");
    }
    let words: Vec<String> = list(schema, "enum")
        .map(|word| match word.as_str() {
            Some(word) => format!("'{word}'"),
            None => word.to_string(),
        })
        .collect();
    if !words.is_empty() {
        return words.join(" | ");
    }
    let one = |kind: &str| match kind {
        "integer" | "number" => "number".to_owned(),
        "array" => match type_of(&schema["items"]) {
            item if item.contains('|') => format!("({item})[]"),
            item => format!("{item}[]"),
        },
        "object" => match schema.get("additionalProperties") {
            Some(values @ Value::Object(_)) => format!("Record<string, {}>", type_of(values)),
            _ => "object".to_owned(),
        },
        kind => kind.to_owned(),
    };
    match &schema["type"] {
        Value::String(kind) => one(kind),
        kinds => {
            let kinds = kinds.as_array().into_iter().flatten();
            let kinds: Vec<String> = kinds.filter_map(Value::as_str).map(one).collect();
            assert!(!kinds.is_empty(), "no type is told of {schema}");
            kinds.join(" | ")
        }
    }
}

#[test]
fn the_pages_types_are_fresh() {
    assert_file_is_fresh("../www/console/told.js", &page_types());
}
