//! How does a rejected record stand in a corrections file of JSON lines?
//! On one line, as it stands in the file, with the reasons before it; what is no JSON object stands among the reasons,
//! as text.

use std::borrow::Cow;
use std::fmt;

use crate::read::{CORRECTION_KEY, Record};
use crate::report::put;
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Reason;

/// Appends a record with the reasons.
pub(super) fn put_record(out: &mut Vec<u8>, record: &Record<'_, '_>, reason: &Reason) {
    let pairs = std::str::from_utf8(record.raw)
        .ok()
        .and_then(|text| serde_json::from_str::<Pairs<'_>>(text).ok());
    let unreadable = pairs.is_none().then(|| String::from_utf8_lossy(record.raw));
    out.push(b'{');
    put(out, &CORRECTION_KEY);
    out.push(b':');
    put(
        out,
        &Notes {
            de: &reason.de,
            en: &reason.en,
            record: unreadable,
        },
    );
    for (key, value) in pairs.map_or_else(Vec::new, |pairs| pairs.0) {
        // The notes of an earlier round would make the key stand twice.
        if key == CORRECTION_KEY {
            continue;
        }
        out.push(b',');
        put(out, &key);
        out.push(b':');
        put_on_one_line(out, value.get());
    }
    out.extend_from_slice(b"}\n");
}

#[derive(Serialize)]
struct Notes<'n> {
    de: &'n str,
    en: &'n str,
    /// The record, where it is no object that further keys could follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Cow<'n, str>>,
}

/// In JSON a line end can only stand between values, where a blank does as well.
fn put_on_one_line(out: &mut Vec<u8>, json: &str) {
    out.extend(json.bytes().map(|byte| match byte {
        b'\n' | b'\r' => b' ',
        byte => byte,
    }));
}

/// The pairs of an object in their order, spelled as in the file, repeated keys included.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(PairsVisitor)
    }
}
