//! What was found about a row, as the journal tells it?
//! Reads the form that the core's report writes; a field that is missing is empty, so that an old journal stays readable.

use serde::Deserialize;
use serde_json::Value;

use crate::entry::RowEntry;

/// A finding.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct FindingEntry {
    pub(super) row: Option<u64>,
    pub(super) line: Option<u64>,
    pub(super) column: Option<u64>,
    pub(super) column_letter: Option<String>,
    pub(super) header: Option<String>,
    pub(super) field: Option<String>,
    pub(super) code: String,
    pub(super) upstream_code: Option<u32>,
    pub(super) severity: String,
    pub(super) value: Option<String>,
    pub(super) message: MessageEntry,
}

/// What it says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct MessageEntry {
    pub(super) de: String,
    pub(super) en: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    findings: Vec<FindingEntry>,
}

/// The errors for which a row was rejected: at least one, and each with a place as far as there is one.
pub(super) fn errors_of(row: &RowEntry<'_>) -> Result<Vec<FindingEntry>, serde_json::Error> {
    let detail: Detail = match row.error_detail {
        Some(detail) => serde_json::from_str::<Option<Detail>>(detail.get())?.unwrap_or_default(),
        None => Detail::default(),
    };
    let mut errors = detail.findings;
    errors.retain(|finding| finding.severity == "error");
    if errors.is_empty() {
        let reason = row.error_reason.clone().unwrap_or_default();
        errors.push(FindingEntry {
            code: "rejected".to_owned(),
            upstream_code: row.error_code,
            severity: "error".to_owned(),
            message: MessageEntry {
                de: reason.clone(),
                en: reason,
            },
            ..FindingEntry::default()
        });
    }
    for error in &mut errors {
        error.row = error.row.or(row.row);
        error.line = error.line.or(row.line);
    }
    Ok(errors)
}

/// Findings about a file as a whole, those of a form known here.
pub(super) fn findings_of(journalled: &[Value]) -> Vec<FindingEntry> {
    let entries = journalled.iter().map(FindingEntry::deserialize);
    entries.filter_map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Line;

    fn errors(fields: &str) -> Vec<FindingEntry> {
        let line = format!(
            "{{\"type\":\"row\",\"logId\":1,\"time\":\"t\",\"importId\":\"000001\",\"partner\":\"p\",\
             \"file\":\"f\",\"row\":3,\"line\":4,\"decision\":\"reject\",\"success\":false,\"orderId\":0,\
             {fields},\"changes\":[]}}"
        );
        let Line::Row(row) = Line::parse(line.as_bytes()).unwrap() else {
            panic!("{line}")
        };
        errors_of(&row).unwrap()
    }

    #[test]
    fn warnings_reject_nothing() {
        let found = errors(
            "\"errorDetail\":{\"message\":\"m\",\"findings\":[{\"severity\":\"warning\",\"code\":\"a\"},\
             {\"severity\":\"error\",\"code\":\"b\",\"line\":9,\"new\":1}]}",
        );
        assert_eq!(found.len(), 1);
        assert_eq!((&*found[0].code, found[0].line), ("b", Some(9)));
        assert_eq!(found[0].row, Some(3));
    }

    #[test]
    fn a_row_without_details_is_told_by_its_reason() {
        for detail in ["", ",\"errorDetail\":null", ",\"errorDetail\":{}"] {
            let found = errors(&format!(
                "\"errorCode\":97001,\"errorReason\":\"no\"{detail}"
            ));
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].upstream_code, Some(97001));
            assert_eq!((&*found[0].message.de, found[0].line), ("no", Some(4)));
        }
    }
}
