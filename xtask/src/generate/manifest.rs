//! What must an import of a generated file come to?
//! Every row counts once; rows whose decision is not the file's usual one are named.

use serde::Serialize;

use super::calendar::Day;
use super::defect::Defect;
use super::order::Order;

/// What an import has to decide about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// The order is new.
    Create,
    /// Some field differs.
    Update,
    /// The payment method differs.
    Payment,
    /// The order ends, or ends earlier.
    End,
    /// An order that was over runs again, or its end is gone.
    Reactivate,
    /// Nothing differs.
    Unchanged,
    /// The row is wrong.
    Reject,
    /// The row repeats an earlier one word for word: a warning.
    Repeat,
}

impl Decision {
    /// What leads from one state of an order to another, on this day.
    pub fn between(before: &Order, after: &Order, today: Day) -> Self {
        let has_ended = before.end.is_some_and(|end| end.day() < today);
        match (before.end, after.end) {
            (Some(_), None) => Self::Reactivate,
            (Some(_), Some(new)) if has_ended && new.day() >= today => Self::Reactivate,
            (None, Some(_)) => Self::End,
            (Some(old), Some(new)) if new < old => Self::End,
            _ if before.payment != after.payment => Self::Payment,
            _ if before != after => Self::Update,
            _ => Self::Unchanged,
        }
    }
}

/// How many rows get each decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field counts the decision of its name")]
pub struct Counts {
    pub create: u64,
    pub update: u64,
    pub payment: u64,
    pub end: u64,
    pub reactivate: u64,
    pub unchanged: u64,
    pub reject: u64,
    pub repeat: u64,
}

impl Counts {
    pub(super) fn add(&mut self, decision: Decision) {
        let count = match decision {
            Decision::Create => &mut self.create,
            Decision::Update => &mut self.update,
            Decision::Payment => &mut self.payment,
            Decision::End => &mut self.end,
            Decision::Reactivate => &mut self.reactivate,
            Decision::Unchanged => &mut self.unchanged,
            Decision::Reject => &mut self.reject,
            Decision::Repeat => &mut self.repeat,
        };
        *count += 1;
    }
}

/// A row whose decision is not the file's usual one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exception {
    /// The record's number, from 1 after the header.
    pub row: u64,
    /// The key as it stands in the row; empty where it is missing.
    pub external_system_id: String,
    /// What an import has to decide.
    pub decision: Decision,
    /// What is wrong with a rejected row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defect: Option<Defect>,
    /// The other row with the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_row: Option<u64>,
}

/// What a file holds and what an import has to make of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// Records, without the header.
    pub rows: u64,
    /// The file's length.
    pub bytes: u64,
    /// The decision of every row that is no exception.
    pub usual: Decision,
    /// All rows by decision.
    pub counts: Counts,
    /// Orders known before that a full book leaves out.
    pub missing: u64,
    /// The rows with another decision, by row number.
    pub exceptions: Vec<Exception>,
}
