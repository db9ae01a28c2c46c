//! What stands in the fields of a JSON record?
//! Values keep their spelling and their JSON type; a key that stands twice is never decided in silence.

use super::{Block, Cell, CellAt, Record, RecordSpan, Shape};
use crate::code::Code;
use crate::field;
use crate::finding::{Detail, Finding, shown_value};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
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
        take_apart(shape, span, raw, row, &mut cells, &mut form);
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

fn take_apart<'a>(
    shape: &Shape,
    span: &RecordSpan,
    raw: &'a [u8],
    row: u64,
    cells: &mut Vec<CellAt<'a>>,
    form: &mut Vec<Finding>,
) {
    let found = |code, detail| Finding {
        row,
        line: span.line,
        ..Finding::about_file(code, detail)
    };
    let with_value = |finding: Finding| Finding {
        value: Some(shown_value(&String::from_utf8_lossy(raw))),
        ..finding
    };
    if let Some((code, detail)) = &span.broken {
        form.push(with_value(found(*code, detail.clone())));
        return;
    }
    let Ok(text) = std::str::from_utf8(raw) else {
        form.push(with_value(found(Code::EncodingInvalid, Detail::None)));
        return;
    };
    if deepest(raw) > shape.options.limits.json_depth {
        let limit = Detail::Limit(shape.options.limits.json_depth as u64);
        form.push(with_value(found(Code::JsonTooDeep, limit)));
        return;
    }
    let pairs = match serde_json::from_str::<Pairs<'a>>(text) {
        Ok(pairs) => pairs.0,
        Err(error) => {
            let (code, detail) = if raw.first() == Some(&b'{') {
                (Code::JsonInvalid, Detail::Text(reason(&error).into()))
            } else {
                (Code::JsonShape, Detail::None)
            };
            form.push(with_value(found(code, detail)));
            return;
        }
    };
    for (index, (key, value)) in pairs.iter().enumerate() {
        let header = || Some(shown_value(key));
        if pairs[..index].iter().any(|(earlier, _)| earlier == key) {
            form.push(Finding {
                header: header(),
                ..found(Code::JsonKeyTwice, Detail::None)
            });
            continue;
        }
        // JSON is the platform's own form: its keys are the platform's names, exactly spelled.
        let named = field::fields_of(shape.options.table).find(|spec| spec.name == &**key);
        let named = named.map(|spec| spec.field).or_else(|| {
            (shape.options.table == field::Table::Customers && key == "externalSystemId")
                .then_some(field::Field::CustomerExternalSystemId)
        });
        let Some(field) = named else {
            if key != CORRECTION_KEY {
                let near = field::match_header(shape.options.table, key).map(field::Field::name);
                let near = near.or_else(|| field::nearest_header(shape.options.table, key));
                let detail = near.map_or(Detail::None, Detail::Proposal);
                form.push(Finding {
                    header: header(),
                    ..found(Code::JsonKeyUnknown, detail)
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
                value: Some(shown_value(value.get())),
                ..found(Code::JsonInvalid, Detail::Text(why.into()))
            }),
        }
    }
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

fn deepest(raw: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for &byte in raw {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The pairs of an object in their order, repeated keys included.
struct Pairs<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

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
