//! Which shapes do values have in JavaScript?
//! Each is declared once, here; the declarations of TypeScript are derived from them.

use intake_core::code::{CODES, CodeSpec, Severity};
use intake_core::field::{FIELDS, FieldSpec, Table};
use intake_core::finding::Language;
use intake_core::kind_text::kind_text;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tsify::Tsify;

/// A text in both languages.
#[derive(Debug, Serialize, Deserialize, Tsify)]
pub struct Bilingual {
    /// German.
    pub de: String,
    /// English.
    pub en: String,
}

/// A field that a file may have.
#[derive(Debug, Serialize, Tsify)]
#[tsify(missing_as_null)]
pub struct FieldInfo {
    /// The platform's name, also the header.
    pub name: &'static str,
    /// The table that it belongs to.
    pub table: TableName,
    /// Must every record of its table have it?
    pub required: bool,
    /// What a value looks like.
    pub kind: Bilingual,
    /// Other headers that mean this field.
    pub aliases: &'static [&'static str],
    /// A value as it may stand in a file.
    pub example: &'static str,
    /// What it means, in German.
    pub de: &'static str,
    /// What it means, in English.
    pub en: &'static str,
}

/// What a file's records describe.
#[derive(Clone, Copy, Debug, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum TableName {
    /// Orders, with columns of the invoice customer beside them.
    Orders,
    /// Customers.
    Customers,
    /// The catalog of offers.
    Offers,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum SeverityName {
    /// The record, or the whole file, is rejected.
    Error,
    /// Taken, but somebody should look.
    Warning,
    /// Taken otherwise than it was written.
    Note,
}

/// A code of a finding. The words may hold `{value}`, `{field}` and the like, where a finding puts its own.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct CodeInfo {
    /// Its stable name.
    pub name: &'static str,
    /// How much it weighs.
    pub severity: SeverityName,
    /// The platform's error code for the same matter.
    pub upstream_code: Option<u32>,
    /// What was found.
    pub what: Bilingual,
    /// Why that is a matter.
    pub why: Bilingual,
    /// What to do about it.
    pub todo: Bilingual,
}

/// How a template is written.
#[derive(Clone, Copy, Debug, Deserialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum TemplateFormat {
    /// A header and one row.
    Csv,
    /// One JSON object on one line.
    Ndjson,
}

/// The languages of texts.
#[derive(Clone, Copy, Debug, Deserialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum LanguageName {
    /// German.
    De,
    /// English.
    En,
}

/// How a file is to be inspected.
#[derive(Debug, Deserialize, Tsify)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SessionOptions {
    /// The file's name as reports show it.
    pub name: String,
    /// Its length in bytes.
    pub total: f64,
    /// The instant that "past" and "future" are held against, in RFC 3339.
    pub now: String,
    /// What is agreed with the partner, as JSON of version 1; by default what the snapshot carries, else nothing.
    #[serde(default)]
    #[tsify(optional)]
    pub profile: Option<String>,
    /// Headers that mean a field, or `ignore`, besides what the profile says.
    #[serde(default)]
    #[tsify(optional, type = "Record<string, string>")]
    pub mapping: BTreeMap<Box<str>, Box<str>>,
    /// Is its SHA-256 told with its end? By default the session works it out.
    #[serde(default)]
    #[tsify(optional)]
    pub identified_elsewhere: bool,
}

/// Every field.
pub(crate) fn fields() -> impl Iterator<Item = FieldInfo> {
    FIELDS.iter().map(FieldInfo::of)
}

/// Every code.
pub(crate) fn codes() -> impl Iterator<Item = CodeInfo> {
    CODES.iter().map(CodeInfo::of)
}

impl Bilingual {
    fn new(de: &str, en: &str) -> Self {
        Self {
            de: de.to_owned(),
            en: en.to_owned(),
        }
    }
}

impl FieldInfo {
    fn of(spec: &'static FieldSpec) -> Self {
        Self {
            name: spec.name,
            table: TableName::of(spec.table),
            required: spec.required,
            kind: Bilingual {
                de: kind_text(spec.kind, Language::De),
                en: kind_text(spec.kind, Language::En),
            },
            aliases: spec.aliases,
            example: spec.example,
            de: spec.de,
            en: spec.en,
        }
    }
}

impl CodeInfo {
    fn of(spec: &'static CodeSpec) -> Self {
        Self {
            name: spec.name,
            severity: SeverityName::of(spec.severity),
            upstream_code: Some(spec.upstream).filter(|upstream| *upstream > 0),
            what: Bilingual::new(spec.de.what, spec.en.what),
            why: Bilingual::new(spec.de.why, spec.en.why),
            todo: Bilingual::new(spec.de.fix, spec.en.fix),
        }
    }
}

impl SeverityName {
    fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Note,
        }
    }
}

impl TableName {
    fn of(table: Table) -> Self {
        match table {
            Table::Orders => Self::Orders,
            Table::Customers => Self::Customers,
            Table::Offers => Self::Offers,
        }
    }
}
