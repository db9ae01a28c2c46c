//! What does a value look like in JSON, told to programs and to people?
//! A shape is declared once: how it is written, its schema (JSON Schema 2020-12, as `OpenAPI` 3.1 has it) and what it means in
//! German and English.

use std::collections::BTreeMap;

use intake_core::field::{FieldSpec, Kind, PAYMENT_METHODS};
use intake_core::moment::Moment;
use intake_core::order::PaymentMethod;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// Something with a schema.
pub trait Shape {
    /// The schema, or a reference to it where it has a name.
    fn schema(named: &mut Named) -> Value;
}

/// The shapes that have names.
#[derive(Debug, Default)]
pub struct Named(pub BTreeMap<&'static str, Value>);

/// A property of an object.
pub struct Property {
    /// Its name in JSON.
    pub name: String,
    /// Its schema.
    pub schema: Value,
    /// Is it always there, be it `null`?
    pub always: bool,
    /// What it means, in German.
    pub de: String,
    /// What it means, in English.
    pub en: String,
}

impl Named {
    /// A reference to the shape of this name, which `make` describes where nobody has yet.
    pub fn refer(&mut self, name: &'static str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.0.contains_key(name) {
            // A shape may contain itself.
            self.0.insert(name, Value::Null);
            let schema = make(self);
            self.0.insert(name, schema);
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }
}

/// The schema of an object.
pub fn object(de: &str, en: &str, properties: Vec<Property>) -> Value {
    let always = properties.iter().filter(|property| property.always);
    let required: Vec<String> = always.map(|property| property.name.clone()).collect();
    let told = properties.into_iter().map(|property| {
        let schema = described(property.schema, &property.de, &property.en);
        (property.name, schema)
    });
    let properties: serde_json::Map<String, Value> = told.collect();
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    described(schema, de, en)
}

/// A schema with what it means, in two languages.
pub fn described(mut schema: Value, de: &str, en: &str) -> Value {
    if !en.is_empty() {
        schema["description"] = json!(en.trim());
    }
    if !de.is_empty() {
        schema["x-description-de"] = json!(de.trim());
    }
    schema
}

/// The name in JSON of a field in Rust.
pub fn camel_case(field: &str) -> String {
    let mut name = String::with_capacity(field.len());
    let mut upper = false;
    for character in field.trim_start_matches("r#").chars() {
        match character {
            '_' => upper = true,
            character if upper => {
                name.extend(character.to_uppercase());
                upper = false;
            }
            character => name.push(character),
        }
    }
    name
}

/// Text without control characters.
const PLAIN: &str = "^[^\\u0000-\\u001f\\u007f]*$";

/// The schema of a field of the core's table, as a request may hold it. What need not be there may as well be empty or `null`.
pub fn of_field(spec: &FieldSpec) -> Value {
    let mut schema = match spec.kind {
        Kind::Text { min, max } => json!({
            "type": "string", "minLength": if spec.required { min } else { 0 }, "maxLength": max,
            "pattern": PLAIN,
        }),
        Kind::Integer { min, max } => json!({
            "type": "integer", "format": if max > i64::from(i32::MAX) { "int64" } else { "int32" },
            "minimum": min, "maximum": max,
        }),
        Kind::DateTime => json!({ "type": "string", "format": "date-time" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Word(words) => json!({ "type": "string", "enum": words }),
        Kind::Texts => json!({
            "type": "array",
            "items": { "type": "string", "maxLength": 100, "pattern": PLAIN },
        }),
        Kind::Words(words) => json!({
            "type": "array", "items": { "type": "string", "enum": words },
        }),
        Kind::Email => json!({ "type": "string", "format": "email", "maxLength": 100 }),
        Kind::Language => json!({ "type": "string", "pattern": "^[a-z]{2}$" }),
        Kind::Telephone => json!({ "type": "string", "pattern": "^\\+[1-9][0-9]{1,14}$" }),
        Kind::Bool => json!({ "type": "boolean" }),
    };
    schema["examples"] = json!([example_of(spec)]);
    let schema = if spec.required {
        schema
    } else {
        or_nothing(schema, spec.kind)
    };
    described(schema, spec.de, spec.en)
}

/// The schema of what may as well be empty or `null`.
fn or_nothing(mut schema: Value, kind: Kind) -> Value {
    match kind {
        Kind::DateTime | Kind::Date | Kind::Email | Kind::Language | Kind::Telephone => {
            let examples = schema["examples"].take();
            if let Some(members) = schema.as_object_mut() {
                members.remove("examples");
            }
            let nothing = json!({ "type": ["string", "null"], "maxLength": 0 });
            json!({ "anyOf": [schema, nothing], "examples": examples })
        }
        _ => {
            schema["type"] = json!([schema["type"], "null"]);
            if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                words.extend([json!(""), Value::Null]);
            }
            schema
        }
    }
}

/// A value that the field may have, in its type.
pub fn example_of(spec: &FieldSpec) -> Value {
    match spec.kind {
        Kind::Integer { .. } => json!(spec.example.parse::<i64>().unwrap_or_default()),
        Kind::Bool => json!(spec.example == "true"),
        Kind::Texts | Kind::Words(_) => json!(spec.example.split('|').collect::<Vec<_>>()),
        _ => json!(spec.example),
    }
}

/// Is a property there whatever its value? `absent` tells when it is left out.
pub(crate) const fn is_always(absent: &[&str]) -> bool {
    absent.is_empty()
}

macro_rules! shapes {
    ($(
        $(#[doc = $doc:literal])+
        $Name:ident $(<$life:lifetime>)? as $name:literal, $de:literal {
            $(
                $(#[doc = $meaning:literal])+
                $field:ident: $Kind:ty $(, absent $absent:literal)? = $meaning_de:literal;
            )+
        }
    )+) => { $(
        $(#[doc = $doc])+
        #[derive(Debug, serde::Serialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $Name $(<$life>)? {
            $(
                $(#[doc = $meaning])+
                $( #[serde(skip_serializing_if = $absent)] )?
                pub $field: $Kind,
            )+
        }

        impl $(<$life>)? crate::wire::shape::Shape for $Name $(<$life>)? {
            fn schema(named: &mut crate::wire::shape::Named) -> serde_json::Value {
                named.refer($name, |named| {
                    let properties = vec![$( crate::wire::shape::Property {
                        name: crate::wire::shape::camel_case(stringify!($field)),
                        schema: <$Kind as crate::wire::shape::Shape>::schema(named),
                        always: crate::wire::shape::is_always(&[$( $absent )?]),
                        de: $meaning_de.to_owned(),
                        en: concat!($($meaning),+).to_owned(),
                    }, )+];
                    crate::wire::shape::object($de, concat!($($doc),+), properties)
                })
            }
        }
    )+ };
}
pub(crate) use shapes;

macro_rules! worded {
    ($( $(#[doc = $doc:literal])+ $Name:ident { $( $(#[doc = $meaning:literal])+ $Variant:ident = $word:literal, )+ } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
        pub enum $Name { $( $(#[doc = $meaning])+ #[serde(rename = $word)] $Variant, )+ }

        impl crate::wire::shape::Shape for $Name {
            fn schema(_: &mut crate::wire::shape::Named) -> serde_json::Value {
                serde_json::json!({ "type": "string", "enum": [$($word),+] })
            }
        }
    )+ };
}
pub(crate) use worded;

/// An instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instant(pub Moment);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Shape for Instant {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "string", "format": "date-time" })
    }
}

/// A day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day(pub String);

impl Shape for Day {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "string", "format": "date" })
    }
}

/// A payment method.
#[derive(Clone, Copy, Debug)]
pub struct Method(pub PaymentMethod);

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name())
    }
}

impl Shape for Method {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "string", "enum": PAYMENT_METHODS })
    }
}

impl Shape for &str {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "string" })
    }
}

impl Shape for String {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "string" })
    }
}

impl Shape for Box<str> {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "string" })
    }
}

impl Shape for bool {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "boolean" })
    }
}

impl Shape for u64 {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "integer", "format": "int64", "minimum": 0 })
    }
}

impl Shape for i64 {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "integer", "format": "int64" })
    }
}

impl Shape for u32 {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "integer", "format": "int32", "minimum": 0 })
    }
}

impl Shape for u16 {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "integer", "format": "int32", "minimum": 0 })
    }
}

impl Shape for u8 {
    fn schema(_: &mut Named) -> Value {
        json!({ "type": "integer", "format": "int32", "minimum": 0 })
    }
}

impl<T: Shape> Shape for Option<T> {
    fn schema(named: &mut Named) -> Value {
        let mut schema = T::schema(named);
        if let Some(kind) = schema.get("type").and_then(Value::as_str) {
            schema["type"] = json!([kind, "null"]);
            if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
                words.push(Value::Null);
            }
            return schema;
        }
        json!({ "anyOf": [schema, { "type": "null" }] })
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn schema(named: &mut Named) -> Value {
        json!({ "type": "array", "items": T::schema(named) })
    }
}

impl<T: Shape> Shape for &[T] {
    fn schema(named: &mut Named) -> Value {
        Vec::<T>::schema(named)
    }
}

impl<T: Shape> Shape for [T; 1] {
    fn schema(named: &mut Named) -> Value {
        json!({ "type": "array", "items": T::schema(named), "minItems": 1, "maxItems": 1 })
    }
}

/// One page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
}

impl<T: Shape> Shape for Page<T> {
    fn schema(named: &mut Named) -> Value {
        let items = Property {
            name: "items".into(),
            schema: Vec::<T>::schema(named),
            always: true,
            de: "Die Einträge; weniger als verlangt heißt: es ist die letzte Seite.".into(),
            en: "The entries; fewer than asked for means that it is the last page.".into(),
        };
        object("", "", vec![items])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(unreachable_pub, reason = "shapes are declared for the whole program")]
    mod declared {
        use super::super::Instant;

        shapes! {
            /// A thing.
            Thing<'t> as "Thing", "Ein Ding." {
                /// Its name.
                long_name: &'t str = "Sein Name.";
                /// Its kind.
                r#type: Option<u32> = "Seine Art.";
                /// More.
                more: Vec<Instant>, absent "Vec::is_empty" = "Mehr.";
            }
        }
    }
    use declared::Thing;

    #[test]
    fn what_is_written_and_what_is_described_have_the_same_names() {
        let mut named = Named::default();
        assert_eq!(
            Thing::schema(&mut named),
            json!({ "$ref": "#/components/schemas/Thing" })
        );
        expect_test::expect![[r##"{"description":"A thing.","properties":{"longName":{"description":"Its name.","type":"string","x-description-de":"Sein Name."},"more":{"description":"More.","items":{"format":"date-time","type":"string"},"type":"array","x-description-de":"Mehr."},"type":{"description":"Its kind.","format":"int32","minimum":0,"type":["integer","null"],"x-description-de":"Seine Art."}},"required":["longName","type"],"type":"object","x-description-de":"Ein Ding."}"##]]
        .assert_eq(&named.0["Thing"].to_string());
        let thing = Thing {
            long_name: "a",
            r#type: None,
            more: vec![],
        };
        let written = serde_json::to_string(&thing).unwrap();
        assert_eq!(written, r#"{"longName":"a","type":null}"#);
    }

    #[test]
    fn every_field_of_the_table_has_a_schema_that_its_example_keeps() {
        for spec in intake_core::field::FIELDS {
            let schema = of_field(spec);
            let example = example_of(spec);
            let kinds = match &schema["anyOf"][0]["type"] {
                Value::Null => &schema["type"],
                kind => kind,
            };
            let kind = kinds.as_str().or(kinds[0].as_str()).unwrap();
            let fits = match kind {
                "string" => example.is_string(),
                "integer" => example.is_i64(),
                "boolean" => example.is_boolean(),
                "array" => example.is_array(),
                _ => false,
            };
            assert!(fits, "{}: {schema}", spec.name);
        }
    }
}
