//! Which findings, or which rows, does somebody want to see?
//! As it comes over the border to a page: plain words, refused where one means nothing.

#![expect(
    clippy::option_option,
    reason = "no matter which field, about no field, and about this field are three questions"
)]

use super::index::Kind;
use crate::code::{CODES, Code, Severity};
use crate::field::{FIELDS, Field};
use crate::finding::Finding;
use crate::plan::Decision;
use serde::{Deserialize, Deserializer};

/// Which findings to show. What is left out filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct FindingsQuery {
    /// The name of a code.
    pub code: Option<String>,
    /// The name of a field; `null`: those about no field.
    #[serde(deserialize_with = "null_too")]
    pub field: Option<Option<String>>,
    /// `error`, `warning` or `note`.
    pub severity: Option<String>,
    /// The number of a column.
    pub column: Option<u32>,
    /// Text that stands in the value, the header, the field's name or the order's number, in any case.
    pub text: Option<String>,
}

/// Which lines of the plan to show. What is left out filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct RowsQuery {
    /// The name of a decision, `createCustomer` or `missing`.
    pub decision: Option<String>,
    /// Text that stands in the order's number, the offer's or a changed value, in any case.
    pub text: Option<String>,
}

/// Which findings fit, decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FindingFilter {
    code: Option<Code>,
    field: Option<Option<Field>>,
    severity: Option<Severity>,
    column: Option<u32>,
    text: Option<String>,
}

/// Which rows fit, decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowFilter {
    pub(super) decision: Option<Decision>,
    text: Option<String>,
}

fn null_too<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

fn needle(text: Option<&String>) -> Option<String> {
    let text = text?.trim();
    (!text.is_empty()).then(|| text.to_lowercase())
}

fn has(text: &str, needle: &str) -> bool {
    text.to_lowercase().contains(needle)
}

impl FindingsQuery {
    /// Decides; an error names the word that means nothing.
    pub(super) fn filter(&self) -> Result<FindingFilter, String> {
        let code = |name: &String| {
            let found = CODES.iter().find(|spec| spec.code.name() == name);
            found
                .map(|spec| spec.code)
                .ok_or_else(|| format!("`{name}` is no code of a finding"))
        };
        let field = |name: &String| {
            let found = FIELDS.iter().find(|spec| spec.name == name);
            found
                .map(|spec| spec.field)
                .ok_or_else(|| format!("`{name}` is no field"))
        };
        let severity = |name: &String| {
            let known = [Severity::Error, Severity::Warning, Severity::Note];
            let found = known.into_iter().find(|severity| severity.name() == name);
            found.ok_or_else(|| format!("`{name}` is no severity"))
        };
        Ok(FindingFilter {
            code: self.code.as_ref().map(code).transpose()?,
            field: match &self.field {
                None => None,
                Some(None) => Some(None),
                Some(Some(name)) => Some(Some(field(name)?)),
            },
            severity: self.severity.as_ref().map(severity).transpose()?,
            column: self.column,
            text: needle(self.text.as_ref()),
        })
    }
}

impl RowsQuery {
    /// Decides; an error names the word that means nothing.
    pub(super) fn filter(&self) -> Result<RowFilter, String> {
        let decision = |name: &String| {
            let found = Decision::ALL.into_iter().find(|known| known.name() == name);
            found.ok_or_else(|| format!("`{name}` is no decision"))
        };
        Ok(RowFilter {
            decision: self.decision.as_ref().map(decision).transpose()?,
            text: needle(self.text.as_ref()),
        })
    }
}

impl FindingFilter {
    /// Does a kind of findings fit, as far as the text is not concerned?
    pub(super) fn fits_kind(&self, kind: Kind) -> bool {
        self.code.is_none_or(|code| code == kind.code)
            && self.field.is_none_or(|field| field == kind.field)
            && super::index::weighs(kind.code, self.severity)
            && self.column.is_none_or(|column| column == kind.column)
    }

    /// Must every finding be looked at to know whether it fits?
    pub(super) fn needs_look(&self) -> bool {
        self.text.is_some()
    }

    /// Does a finding fit?
    pub(super) fn fits(&self, finding: &Finding, key: Option<&str>) -> bool {
        let texts = || {
            let field = finding.field.map(Field::name);
            [
                finding.value.as_deref(),
                finding.header.as_deref(),
                field,
                key,
            ]
        };
        self.fits_kind(Kind::of(finding))
            && self
                .text
                .as_ref()
                .is_none_or(|needle| texts().into_iter().flatten().any(|text| has(text, needle)))
    }
}

impl RowFilter {
    /// Must every row be looked at to know whether it fits?
    pub(super) fn needs_look(&self) -> bool {
        self.text.is_some()
    }

    /// Does a line of the plan fit?
    pub(super) fn fits(&self, row: &crate::report::PlanRow<'_>, decision: Decision) -> bool {
        let fits_text = |needle: &String| {
            let named = [
                row.external_system_id,
                row.plenigo_offer_id,
                row.customer_id,
            ];
            named.into_iter().flatten().any(|text| has(text, needle))
                || row.changes.iter().any(|change| {
                    [&change.old, &change.new]
                        .into_iter()
                        .any(|value| has(&value.to_string(), needle))
                })
        };
        self.decision.is_none_or(|wanted| wanted == decision)
            && self.text.as_ref().is_none_or(fits_text)
    }
}
