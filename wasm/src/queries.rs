//! Which shapes do questions have in JavaScript?
//! Core reads them; what is declared here is held against what core reads in a test.

use serde::Serialize;
use tsify::Tsify;

use crate::types::SeverityName;

/// Which findings to show. What is left out filters nothing.
#[derive(Debug, Serialize, Tsify)]
pub struct FindingsQuery {
    /// The name of a code.
    #[tsify(optional)]
    pub code: Option<String>,
    /// The name of a field; `null`: those about no field.
    #[tsify(optional, type = "string | null")]
    pub field: Option<String>,
    /// How much they weigh.
    #[tsify(optional)]
    pub severity: Option<SeverityName>,
    /// The number of a column.
    #[tsify(optional)]
    pub column: Option<u32>,
    /// Text that stands in the value, the header, the field's name or the order's number, in any case.
    #[tsify(optional)]
    pub text: Option<String>,
}

/// Which lines of the plan to show. What is left out filters nothing.
#[derive(Debug, Serialize, Tsify)]
pub struct RowsQuery {
    /// What would be done.
    #[tsify(
        optional,
        type = "\"create\" | \"update\" | \"payment\" | \"end\" | \"reactivate\" | \"unchanged\" | \"reject\" | \"createCustomer\" | \"missing\""
    )]
    pub decision: Option<String>,
    /// Text that stands in the order's number, the offer's or a changed value, in any case.
    #[tsify(optional)]
    pub text: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake_core::inspect;

    #[test]
    fn core_reads_what_is_declared() {
        let text = |text: &str| Some(text.to_owned());
        let query = FindingsQuery {
            code: text("integer-invalid"),
            field: text("quantity"),
            severity: Some(SeverityName::Error),
            column: Some(4),
            text: text("x"),
        };
        let json = serde_json::to_string(&query).unwrap();
        let read: inspect::FindingsQuery = serde_json::from_str(&json).unwrap();
        let wanted = inspect::FindingsQuery {
            code: query.code,
            field: Some(query.field),
            severity: text("error"),
            column: query.column,
            text: query.text,
        };
        assert_eq!(read, wanted);
        let query = RowsQuery {
            decision: text("end"),
            text: text("x"),
        };
        let json = serde_json::to_string(&query).unwrap();
        let read: inspect::RowsQuery = serde_json::from_str(&json).unwrap();
        let wanted = inspect::RowsQuery {
            decision: query.decision,
            text: query.text,
        };
        assert_eq!(read, wanted);
    }
}
