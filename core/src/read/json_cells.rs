//! What stands in the fields of a JSON record?
//! Values keep their spelling and their JSON type; a key that stands twice is never decided in silence.

use super::{Block, Cell, CellAt, Record, RecordSpan, Shape};
use crate::code::Code;
use crate::field::{self, Field, Table};
use crate::finding::{Detail, Finding, VALUE_CHARACTERS, shown_value};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

pub(super) fn records<'a>(
    shape: &Shape,
    block: &'a Block,
    each: &mut dyn for<'r> FnMut(&Record<'r, 'a>),
) {
    let mut cells = Vec::new();
    let mut form = Vec::new();
    for (index, span) in block.spans.iter().enumerate() {
        let row = block.first_row + index as u64;
        let raw = &block.bytes[span.offset..span.offset + span.length];
        cells.clear();
        form.clear();
        let place = Place {
            row,
            line: span.line,
        };
        match pairs_of(shape, span, raw) {
            Ok(pairs) => take_apart(shape, place, &pairs, &mut cells, &mut form),
            Err((code, detail)) => form.push(Finding {
                value: Some(shown_start(raw)),
                ..place.found(code, detail)
            }),
        }
        if form.iter().any(|finding: &Finding| finding.code.is_error()) {
            cells.clear();
        }
        each(&Record {
            row,
            line: span.line,
            raw,
            form: &form,
            cells: &cells,
            empty: false,
        });
    }
}

#[derive(Clone, Copy)]
struct Place {
    row: u64,
    line: u64,
}

impl Place {
    fn found(self, code: Code, detail: Detail) -> Finding {
        Finding {
            row: self.row,
            line: self.line,
            ..Finding::about_file(code, detail)
        }
    }
}

fn pairs_of<'a>(
    shape: &Shape,
    span: &RecordSpan,
    raw: &'a [u8],
) -> Result<Vec<Pair<'a>>, (Code, Detail)> {
    if let Some(broken) = &span.broken {
        return Err(broken.clone());
    }
    let Ok(text) = std::str::from_utf8(raw) else {
        return Err((Code::EncodingInvalid, Detail::None));
    };
    let limit = shape.options.limits.json_depth;
    if is_deeper(raw, limit) {
        return Err((Code::JsonTooDeep, Detail::Limit(limit as u64)));
    }
    match serde_json::from_str::<Pairs<'a>>(text) {
        Ok(pairs) => Ok(pairs.0),
        Err(_) if is_other_value(text) => Err((Code::JsonShape, Detail::None)),
        Err(error) => Err((Code::JsonInvalid, Detail::Text(reason(&error).into()))),
    }
}

/// Is it valid JSON, but no object?
fn is_other_value(text: &str) -> bool {
    !text.starts_with('{') && serde_json::from_str::<&RawValue>(text).is_ok()
}

fn take_apart<'a>(
    shape: &Shape,
    place: Place,
    pairs: &[Pair<'a>],
    cells: &mut Vec<CellAt<'a>>,
    form: &mut Vec<Finding>,
) {
    let table = shape.options.table;
    let mut unknown_keys = BTreeSet::new();
    let mut known_fields = 0u64;
    for (key, value) in pairs {
        let header = || Some(shown_value(key));
        let field = field_of(table, key);
        let is_new = match field {
            Some(field) => {
                let before = known_fields;
                known_fields |= 1 << field.index();
                before != known_fields
            }
            None => unknown_keys.insert(&**key),
        };
        if !is_new {
            form.push(Finding {
                header: header(),
                field,
                ..place.found(Code::JsonKeyTwice, Detail::None)
            });
            continue;
        }
        let Some(field) = field else {
            if key != CORRECTION_KEY {
                // A record with so many strange keys is no misspelling; searching for each would only take time.
                let meant = match unknown_keys.len() {
                    0..=MOST_PROPOSALS => proposal(table, key),
                    _ => None,
                };
                form.push(Finding {
                    header: header(),
                    ..place.found(
                        Code::JsonKeyUnknown,
                        meant.map_or(Detail::None, Detail::Proposal),
                    )
                });
            }
            continue;
        };
        match cell(value.get()) {
            Ok(cell) => cells.push(CellAt {
                column: 0,
                field,
                cell,
            }),
            Err(why) => form.push(Finding {
                header: header(),
                field: Some(field),
                value: Some(shown_start(value.get().as_bytes())),
                ..place.found(Code::JsonInvalid, Detail::Text(why.into()))
            }),
        }
    }
}

/// For how many unknown keys of one record a name is proposed.
const MOST_PROPOSALS: usize = 16;

// A record's known fields are told apart by the bits of one number.
const _: () = assert!(field::FIELD_COUNT <= 64);

/// JSON is the platform's own form: its keys are the platform's names, exactly spelled.
fn field_of(table: Table, key: &str) -> Option<Field> {
    let mut specs = field::fields_of(table);
    match specs.find(|spec| spec.name == key) {
        Some(spec) => Some(spec.field),
        None if table == Table::Customers && key == "externalSystemId" => {
            Some(Field::CustomerExternalSystemId)
        }
        None => None,
    }
}

fn proposal(table: Table, key: &str) -> Option<&'static str> {
    let same_in_other_dress = field::match_header(table, key).map(Field::name);
    same_in_other_dress.or_else(|| field::nearest_header(table, key))
}

/// The key that a corrections file adds to a record.
pub const CORRECTION_KEY: &str = "intakeNotes";

fn cell(raw: &str) -> Result<Cell<'_>, String> {
    Ok(match raw.as_bytes().first() {
        Some(b'n') => Cell::JsonNull,
        Some(b't') => Cell::JsonBool(true),
        Some(b'f') => Cell::JsonBool(false),
        Some(b'"') => Cell::JsonText(json_text(raw)?),
        Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(raw) {
            Ok(items) if items.iter().all(|item| item.get().starts_with('"')) => {
                let texts = items.iter().map(|item| json_text(item.get()));
                Cell::JsonTexts(texts.collect::<Result<_, _>>()?)
            }
            _ => Cell::JsonNested(raw),
        },
        Some(b'{') => Cell::JsonNested(raw),
        _ => Cell::JsonNumber(raw),
    })
}

fn json_text(raw: &str) -> Result<Cow<'_, str>, String> {
    let inner = &raw[1..raw.len() - 1];
    if !inner.contains('\\') {
        return Ok(Cow::Borrowed(inner));
    }
    serde_json::from_str::<String>(raw)
        .map(Cow::Owned)
        .map_err(|error| reason(&error))
}

/// The parser's reason without its own line and column, which count from the record's start.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.find(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

fn is_deeper(raw: &[u8], limit: usize) -> bool {
    let mut depth = 0usize;
    let (mut in_string, mut escaped) = (false, false);
    for &byte in raw {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// The beginning of what may be a megabyte.
fn shown_start(raw: &[u8]) -> Box<str> {
    shown_value(&String::from_utf8_lossy(
        &raw[..raw.len().min(4 * (VALUE_CHARACTERS + 1))],
    ))
}

type Pair<'a> = (Cow<'a, str>, &'a RawValue);

/// The pairs of an object in their order, repeated keys included.
struct Pairs<'a>(Vec<Pair<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::with_capacity(16);
                while let Some(key) = map.next_key::<Key<'de>>()? {
                    pairs.push((key.0, map.next_value::<&'de RawValue>()?));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}
