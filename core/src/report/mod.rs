//! In which words of JSON does a verdict leave?
//! The wire form, version 1: this module alone knows it, and working types do not derive it.

mod plan;

pub(crate) use plan::StateV1;
pub use plan::{CREATE_CUSTOMER, PlanRow, PlanWriter, changes_of};

use crate::check::{Group, Tally};
use crate::code::{Code, Severity};
use crate::field::{Field, Kind};
use crate::finding::{Finding, Fix, Language, column_letters, message};
use crate::moment::Moment;
use crate::order::Value;
use crate::plan::{Change, Counts, Decision};
use crate::read::{Format, Shape};
use crate::short_order::sort_short;
use crate::unwrap::{Encoding, Packing};
use serde::ser::{Serialize, SerializeSeq, Serializer};
use std::fmt::Write as _;

/// The version of the reports of `check` and `plan`.
pub const VERSION: u32 = 1;

/// What identifies a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileIdentity {
    /// Its name, as a person reads it.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its length.
    pub bytes: u64,
    /// Its format; nothing where it could not be read at all.
    pub format: Option<Format>,
    /// CSV: the delimiter.
    pub delimiter: Option<char>,
    /// The encoding of its text.
    pub encoding: Encoding,
    /// What it was packed with, if it was.
    pub packing: Option<Packing>,
}

impl FileIdentity {
    /// The identity of a file that was read to its end.
    pub fn new(name: &str, sha256: [u8; 32], bytes: u64, shape: Option<&Shape>) -> Self {
        let delimiter = shape
            .filter(|shape| shape.format == Format::Csv)
            .map(|s| s.delimiter);
        Self {
            name: name.to_owned(),
            sha256,
            bytes,
            format: shape.map(|shape| shape.format),
            delimiter: delimiter.map(char::from),
            encoding: shape.map_or(Encoding::Utf8, |shape| shape.encoding),
            packing: shape.and_then(|shape| shape.packing),
        }
    }
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A finding in JSON: `{row, line, column, columnLetter, header, field, code, severity, upstreamCode, value, fix{value,safe}?, message{de,en}}`.
#[derive(Debug)]
pub struct Item<'f>(pub &'f Finding);

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let finding = self.0;
        ItemV1 {
            row: nonzero(finding.row),
            line: nonzero(finding.line),
            column: nonzero(u64::from(finding.column)),
            column_letter: (finding.column > 0).then(|| column_letters(finding.column)),
            header: finding.header.as_deref(),
            field: finding.field.map(Field::name),
            code: finding.code.name(),
            severity: finding.severity().name(),
            upstream_code: upstream(finding.code),
            value: finding.value.as_deref(),
            fix: finding.fix.as_deref().map(FixV1::of),
            message: Message {
                de: message(finding, Language::De),
                en: message(finding, Language::En),
            },
        }
        .serialize(serializer)
    }
}

/// Writes the beginning of a check's report, up to the first item.
pub fn check_head(out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{{\"version\":{VERSION},\"items\":[").as_bytes());
}

/// Writes one item of a check's report; `index` counts them from 0.
pub fn check_item(out: &mut Vec<u8>, index: u64, finding: &Finding) {
    if index > 0 {
        out.push(b',');
    }
    out.push(b'\n');
    put(out, &Item(finding));
}

/// Writes the end of a check's report. Items stand before it, so that none must be kept or left out.
pub fn check_tail(out: &mut Vec<u8>, file: &FileIdentity, tally: &Tally) {
    out.extend_from_slice(b"\n],");
    let tail = CheckTail {
        file: FileV1::new(file),
        rows: tally.rows,
        accepted: tally.accepted,
        rejected: tally.rejected,
        empty: tally.empty,
        file_rejected: tally.file_rejected,
        errors: tally.by_severity[Severity::Error as usize],
        warnings: tally.by_severity[Severity::Warning as usize],
        notes: tally.by_severity[Severity::Note as usize],
        groups: groups(tally),
    };
    put_rest_of_object(out, &tail);
}

/// One line of the report as NDJSON: the summary after the items.
pub fn check_summary_line(out: &mut Vec<u8>, file: &FileIdentity, tally: &Tally) {
    let mut object = Vec::new();
    check_head(&mut object);
    check_tail(&mut object, file, tally);
    object.retain(|byte| *byte != b'\n');
    // A line without items: they stand on lines of their own.
    let text = String::from_utf8_lossy(&object).replace("\"items\":[],", "\"type\":\"summary\",");
    out.extend_from_slice(text.as_bytes());
    out.push(b'\n');
}

/// Counts in JSON, as a plan and a receipt show them.
#[derive(Debug)]
pub struct CountsJson<'c>(pub &'c Counts);

impl Serialize for CountsJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let of = |decision| self.0.of(decision);
        CountsV1 {
            create: of(Decision::Create),
            update: of(Decision::Update),
            payment: of(Decision::Payment),
            end: of(Decision::End),
            reactivate: of(Decision::Reactivate),
            unchanged: of(Decision::Unchanged),
            reject: of(Decision::Reject),
            create_customer: self.0.create_customer,
            missing: self.0.missing,
        }
        .serialize(serializer)
    }
}

/// Changes in JSON: `[{field, old, new}]`.
#[derive(Debug)]
pub struct ChangesJson<'c>(pub &'c [Change]);

impl Serialize for ChangesJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for change in self.0 {
            list.serialize_element(&ChangeV1 {
                field: change.field.name(),
                old: ValueJson(&change.old),
                new: ValueJson(&change.new),
            })?;
        }
        list.end()
    }
}

/// The value that a JSON value means for an order field; nothing where it does not fit.
pub fn value_from_json(field: Field, json: &serde_json::Value) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match json {
        Json::Null => Value::None,
        Json::Number(number) => Value::Integer(number.as_i64()?),
        Json::String(text) if field.spec().kind == Kind::DateTime => {
            Value::Moment(Moment::parse(text).ok()?)
        }
        Json::String(text) => Value::Text(text.as_str().into()),
        Json::Array(items) => {
            let texts = items.iter().map(|item| item.as_str().map(Into::into));
            Value::Texts(texts.collect::<Option<_>>()?)
        }
        Json::Bool(_) | Json::Object(_) => return None,
    })
}

/// Appends a value as JSON.
pub fn put(out: &mut Vec<u8>, value: &impl Serialize) {
    // Serialising plain data into memory cannot fail: there is no I/O and no map with keys that are not text.
    let written = serde_json::to_writer(&mut *out, value);
    debug_assert!(written.is_ok());
}

/// Appends the fields of an object whose opening brace has been written, and closes it.
pub fn put_rest_of_object(out: &mut Vec<u8>, value: &impl Serialize) {
    let start = out.len();
    put(out, value);
    out.remove(start);
    out.push(b'\n');
}

/// A file in JSON: `{name, sha256, bytes, format, delimiter, encoding, packing}`; the last two where it is not plain UTF-8.
#[derive(Debug)]
pub struct FileJson<'f>(pub &'f FileIdentity);

impl Serialize for FileJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FileV1::new(self.0).serialize(serializer)
    }
}

/// A value in JSON.
#[derive(Debug)]
pub struct ValueJson<'v>(pub &'v Value);

impl Serialize for ValueJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::None => serializer.serialize_none(),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Moment(moment) => serializer.collect_str(moment),
            Value::Texts(texts) => texts.serialize(serializer),
        }
    }
}

fn nonzero(number: u64) -> Option<u64> {
    (number > 0).then_some(number)
}

fn upstream(code: Code) -> Option<u32> {
    Some(code.spec().upstream).filter(|upstream| *upstream > 0)
}

fn groups(tally: &Tally) -> Vec<GroupV1> {
    let group = |((code, field), group): (&(Code, Option<Field>), &Group)| GroupV1 {
        code: code.name(),
        field: field.map(Field::name),
        severity: code.severity().name(),
        count: group.count,
        first: group
            .first
            .iter()
            .map(|place| PlaceV1 {
                row: nonzero(place.row),
                line: nonzero(place.line),
                column: nonzero(u64::from(place.column)),
            })
            .collect(),
    };
    let mut groups: Vec<_> = tally.groups.iter().map(group).collect();
    sort_short(&mut groups, |group| std::cmp::Reverse(group.count));
    groups
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemV1<'f> {
    row: Option<u64>,
    line: Option<u64>,
    column: Option<u64>,
    column_letter: Option<String>,
    header: Option<&'f str>,
    field: Option<&'static str>,
    code: &'static str,
    severity: &'static str,
    upstream_code: Option<u32>,
    value: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixV1<'f>>,
    message: Message,
}

#[derive(serde::Serialize)]
struct FixV1<'f> {
    value: &'f str,
    safe: bool,
}

impl<'f> FixV1<'f> {
    fn of(fix: &'f Fix) -> Self {
        Self {
            value: &fix.value,
            safe: fix.safe,
        }
    }
}

#[derive(serde::Serialize)]
struct Message {
    de: String,
    en: String,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckTail<'t> {
    file: FileV1<'t>,
    rows: u64,
    accepted: u64,
    rejected: u64,
    empty: u64,
    file_rejected: bool,
    errors: u64,
    warnings: u64,
    notes: u64,
    groups: Vec<GroupV1>,
}

#[derive(serde::Serialize)]
struct FileV1<'t> {
    name: &'t str,
    sha256: String,
    bytes: u64,
    format: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packing: Option<&'static str>,
}

impl<'t> FileV1<'t> {
    fn new(file: &'t FileIdentity) -> Self {
        Self {
            name: &file.name,
            sha256: hex(&file.sha256),
            bytes: file.bytes,
            format: file.format.map(Format::name),
            delimiter: file.delimiter,
            encoding: Some(file.encoding)
                .filter(|encoding| *encoding != Encoding::Utf8)
                .map(Encoding::name),
            packing: file.packing.map(Packing::name),
        }
    }
}

#[derive(serde::Serialize)]
struct GroupV1 {
    code: &'static str,
    field: Option<&'static str>,
    severity: &'static str,
    count: u64,
    first: Vec<PlaceV1>,
}

#[derive(serde::Serialize)]
struct PlaceV1 {
    row: Option<u64>,
    line: Option<u64>,
    column: Option<u64>,
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct CountsV1 {
    create: u64,
    update: u64,
    payment: u64,
    end: u64,
    reactivate: u64,
    unchanged: u64,
    reject: u64,
    create_customer: u64,
    missing: u64,
}

#[derive(serde::Serialize)]
struct ChangeV1<'c> {
    field: &'static str,
    old: ValueJson<'c>,
    new: ValueJson<'c>,
}
