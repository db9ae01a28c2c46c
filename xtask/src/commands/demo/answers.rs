//! What does the demo read from receipts and from `intake files --format json`?
//! Only what it shows or compares; keys it does not know are left alone.

use std::fmt;

use anyhow::{Context as _, bail};
use serde_json::Value;
use xtask::generate::Counts;

/// A receipt, as far as the demo reads it.
pub(super) struct Receipt {
    pub(super) counts: Counts,
    pub(super) rejects: Vec<Reject>,
    /// Why the file as a whole was not applied.
    pub(super) reason: Option<String>,
    is_held: bool,
}

/// A finding that rejected a row.
pub(super) struct Reject {
    row: u64,
    field: String,
    code: String,
    message: String,
}

impl Receipt {
    /// Reads a receipt. Counts that it does not name are 0.
    pub(super) fn read(json: &Value) -> anyhow::Result<Self> {
        let Some(json) = json.as_object() else {
            bail!("is not a JSON object")
        };
        let count = |name: &str| {
            json.get("counts")
                .and_then(|counts| counts.get(name))
                .and_then(Value::as_u64)
        };
        let counted = |name: &str| count(name).unwrap_or(0);
        let rejects = json.get("rejects").and_then(Value::as_array);
        Ok(Self {
            counts: Counts {
                create: counted("create"),
                update: counted("update"),
                payment: counted("payment"),
                end: counted("end"),
                reactivate: counted("reactivate"),
                unchanged: counted("unchanged"),
                reject: counted("reject"),
                repeat: 0,
            },
            rejects: rejects.into_iter().flatten().map(Reject::read).collect(),
            reason: json
                .get("reason")
                .map(text)
                .filter(|reason| !reason.is_empty()),
            is_held: json.get("held").is_some_and(|held| !held.is_null()),
        })
    }

    /// Whether nothing more will happen to the file.
    pub(super) fn is_final(&self) -> bool {
        !self.is_held
    }
}

impl Reject {
    fn read(json: &Value) -> Self {
        let message = json.get("message").unwrap_or(&Value::Null);
        Self {
            row: json.get("row").and_then(Value::as_u64).unwrap_or(0),
            field: json.get("field").map(text).unwrap_or_default(),
            code: json.get("code").map(text).unwrap_or_default(),
            message: text(message.get("en").unwrap_or(message)),
        }
    }
}

impl fmt::Display for Reject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            row,
            field,
            code,
            message,
        } = self;
        let field = if field.is_empty() { "the row" } else { field };
        write!(formatter, "row {row}, {field}: {message} ({code})")
    }
}

/// A file as `intake files` lists it.
pub(super) struct FileRecord {
    pub(super) id: String,
    pub(super) partner: String,
    pub(super) name: String,
    pub(super) state: String,
    pub(super) reason: Option<String>,
}

impl FileRecord {
    /// Reads the list, be it an array, an object with the array as `files`, or one object a line.
    pub(super) fn read_all(answer: &str) -> anyhow::Result<Vec<Self>> {
        let values = serde_json::Deserializer::from_str(answer).into_iter::<Value>();
        let mut files = Vec::new();
        for value in values {
            match value.context("`intake files --format json` printed no JSON")? {
                Value::Array(listed) => files.extend(listed.iter().map(Self::read)),
                Value::Object(mut object) => match object.remove("files") {
                    Some(Value::Array(listed)) => files.extend(listed.iter().map(Self::read)),
                    _ => files.push(Self::read(&Value::Object(object))),
                },
                _ => {}
            }
        }
        Ok(files)
    }

    fn read(json: &Value) -> Self {
        let member = |name: &str| json.get(name).map(text).unwrap_or_default();
        Self {
            id: member("importId"),
            partner: member("partner"),
            name: json
                .get("file")
                .map(|file| text(file.get("name").unwrap_or(file)))
                .unwrap_or_default(),
            state: member("state"),
            reason: json
                .get("held")
                .map(text)
                .filter(|reason| !reason.is_empty()),
        }
    }
}

/// A string as it is, nothing for null, all else as JSON.
fn text(json: &Value) -> String {
    match json {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_read() {
        let json = serde_json::json!({
            "counts": { "create": 3, "reject": 1, "createCustomer": 0 },
            "rejects": [{ "row": 4, "field": "quantity", "code": "number", "message": { "en": "no" } }],
            "held": null,
        });
        let receipt = Receipt::read(&json).expect("the receipt is sound");
        assert_eq!(
            receipt.counts,
            Counts {
                create: 3,
                reject: 1,
                ..Counts::default()
            }
        );
        assert_eq!(
            receipt.rejects[0].to_string(),
            "row 4, quantity: no (number)"
        );
        assert!(receipt.is_final());
    }

    #[test]
    fn a_list_of_files_is_read_in_each_form() {
        let file = r#"{"importId":"7","partner":"p","file":"a.csv","state":"held","held":"ends"}"#;
        for answer in [
            format!("[{file},{file}]"),
            format!("{{\"files\":[{file},{file}]}}"),
            format!("{file}\n{file}\n"),
        ] {
            let files = FileRecord::read_all(&answer).expect("the list is sound");
            assert_eq!(files.len(), 2);
            assert_eq!(
                (files[0].id.as_str(), files[0].state.as_str()),
                ("7", "held")
            );
            assert_eq!(files[1].reason.as_deref(), Some("ends"));
        }
    }
}
