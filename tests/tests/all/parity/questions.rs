//! What is asked of every file?
//! Enough that each kind of answer is held against its twin: sums, pages from the beginning and from the middle,
//! searches, records, and everything that can be taken away.

use serde::Serialize;
use serde_json::{Value, json};

/// A question, as it stands in the list for the package.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "lowercase", tag = "ask")]
pub(super) enum Question {
    Findings { query: Value, from: u64, count: u64 },
    Rows { query: Value, from: u64, count: u64 },
    Record { row: u64 },
    Export { kind: &'static str },
}

/// The questions, in order.
pub(super) fn questions() -> Vec<Question> {
    let findings = |query, from, count| Question::Findings { query, from, count };
    let rows = |query, from, count| Question::Rows { query, from, count };
    let mut questions: Vec<Question> = ["report", "plan", "corrections"]
        .map(|kind| Question::Export { kind })
        .into();
    questions.extend([
        findings(json!({}), 0, 40),
        findings(json!({}), 7, 5),
        findings(json!({"severity": "error"}), 3, 20),
        findings(json!({"field": null}), 0, 10),
        findings(json!({"text": " WBZ"}), 2, 10),
        rows(json!({}), 0, 20),
        rows(json!({"decision": "reject"}), 1, 20),
        rows(json!({"decision": "end"}), 0, 20),
        rows(json!({"decision": "createCustomer"}), 0, 20),
        rows(json!({"decision": "missing"}), 1, 20),
        rows(json!({"text": "o_m"}), 0, 10),
        Question::Record { row: 1 },
        Question::Record { row: 3 },
        Question::Record { row: 5000 },
        Question::Export { kind: "fixed" },
    ]);
    questions
}
