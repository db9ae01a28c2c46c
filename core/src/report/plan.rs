//! In which words of JSON does a plan leave?
//! Rows come first, as they are decided; then the customers to create, the orders that a full book misses, and the sums.

use super::{
    ChangesJson, CountsJson, FileIdentity, FileJson, Item, VERSION, put, put_rest_of_object,
};
use crate::field::Field;
use crate::field::Table;
use crate::finding::{Finding, Language};
use crate::order::{Terms, Value};
use crate::plan::blocks::{DecidedRow, FileFacts};
use crate::plan::customer_rows::decision_name;
use crate::plan::knowledge::KnownOrder;
use crate::plan::state::StateMark;
use crate::plan::survey::Survey;
use crate::plan::{Change, Decision, RULES, changes};
use crate::profile::Profile;
use serde::{Deserialize, Serialize};

/// The name of the step that creates a customer, beside the names of decisions.
pub const CREATE_CUSTOMER: &str = "createCustomer";

/// A line of a plan: a row, a customer to create, or an order that a full book does not name.
#[derive(Clone, Debug)]
pub struct PlanRow<'r> {
    /// Number of the record; none for what no record says.
    pub row: Option<u64>,
    /// Its physical line.
    pub line: Option<u64>,
    /// The key.
    pub external_system_id: Option<&'r str>,
    /// The offer.
    pub plenigo_offer_id: Option<&'r str>,
    /// The name of the decision, or [`CREATE_CUSTOMER`].
    pub decision: &'static str,
    /// The customer to create.
    pub customer_id: Option<&'r str>,
    /// Is it only proposed? Said of missing orders.
    pub proposed: Option<bool>,
    /// The fields that change.
    pub changes: Vec<Change>,
    /// What was found about it.
    pub findings: &'r [Finding],
}

/// Writes a plan piece by piece, so that none of it must be kept.
#[derive(Debug, Default)]
pub struct PlanWriter {
    /// Does it have a line already?
    begun: bool,
}

impl PlanRow<'_> {
    fn blank(decision: &'static str) -> Self {
        Self {
            row: None,
            line: None,
            external_system_id: None,
            plenigo_offer_id: None,
            decision,
            customer_id: None,
            proposed: None,
            changes: Vec::new(),
            findings: &[],
        }
    }
}

impl<'r> PlanRow<'r> {
    /// The line of a decided row.
    pub fn of<O: KnownOrder>(decided: &'r DecidedRow<'_, O>) -> Self {
        let row = &decided.row;
        let customer = decided.customer.as_deref();
        let number = customer.map(|customer| &*customer.after.id);
        Self {
            row: Some(row.row),
            line: Some(row.line),
            // The key of a customer is no key of an order.
            external_system_id: row.key.as_deref().filter(|_| row.table == Table::Orders),
            plenigo_offer_id: row.offer.as_deref(),
            customer_id: number.filter(|id| !id.is_empty()),
            changes: changes_of(decided),
            findings: &row.findings,
            ..PlanRow::blank(decision_name(row.table, decided.decision))
        }
    }

    /// The line of a customer that the file would create.
    pub fn creating(id: &'r str, facts: &FileFacts) -> Self {
        let customer = facts.customers.get(id);
        Self::customer(id, customer.map_or(&[], |customer| &customer.values))
    }

    /// The line of a customer with these values.
    pub fn customer(id: &'r str, values: &[(Field, Box<str>)]) -> Self {
        let set = |(field, value): &(Field, Box<str>)| Change {
            field: *field,
            old: Value::None,
            new: Value::Text(value.clone()),
        };
        Self {
            customer_id: Some(id),
            changes: values.iter().map(set).collect(),
            ..PlanRow::blank(CREATE_CUSTOMER)
        }
    }

    /// The line of a running order that a full book does not name.
    pub fn missing(terms: &'r Terms, profile: &Profile, now: crate::moment::Moment) -> Self {
        Self {
            external_system_id: Some(&terms.external_system_id),
            plenigo_offer_id: Some(&terms.offer),
            proposed: Some(!profile.end_missing),
            changes: vec![Change {
                field: Field::EndDate,
                old: terms.value(Field::EndDate),
                new: Value::Moment(terms.end_if_missing(now)),
            }],
            ..PlanRow::blank(Decision::End.name())
        }
    }

    /// Appends the line as JSON, without a separator.
    pub fn put(&self, out: &mut Vec<u8>) {
        put(
            out,
            &RowV1 {
                row: self.row,
                line: self.line,
                external_system_id: self.external_system_id,
                plenigo_offer_id: self.plenigo_offer_id,
                decision: self.decision,
                customer_id: self.customer_id,
                proposed: self.proposed,
                changes: ChangesJson(&self.changes),
                findings: self.findings.iter().map(Item).collect(),
            },
        );
    }
}

impl PlanWriter {
    /// Appends the beginning of the document.
    pub fn begin(out: &mut Vec<u8>) -> Self {
        out.extend_from_slice(format!("{{\"version\":{VERSION},\"rows\":[").as_bytes());
        Self::default()
    }

    /// Appends lines that were made elsewhere, each with [`PlanWriter::line`].
    pub fn lines(&mut self, out: &mut Vec<u8>, lines: &[u8]) {
        // Each line brings a comma along; the document's first has none before it.
        let surplus = usize::from(!self.begun && !lines.is_empty());
        self.begun |= !lines.is_empty();
        out.extend_from_slice(&lines[surplus..]);
    }

    /// Makes a line for [`PlanWriter::lines`].
    pub fn line(lines: &mut Vec<u8>, row: &PlanRow<'_>) {
        lines.extend_from_slice(b",\n");
        row.put(lines);
    }

    /// Appends one line.
    pub fn row(&mut self, out: &mut Vec<u8>, row: &PlanRow<'_>) {
        let mut line = Vec::new();
        Self::line(&mut line, row);
        self.lines(out, &line);
    }

    /// Appends the customers to create; they belong before the missing orders.
    pub fn customers(&mut self, out: &mut Vec<u8>, survey: &Survey) {
        for id in &survey.created_customers {
            self.row(out, &PlanRow::creating(id, &survey.facts));
        }
    }

    /// Appends the sums and ends the document. `state`: what the plan was made against; nothing where nothing was known.
    pub fn end(
        self,
        out: &mut Vec<u8>,
        file: &FileIdentity,
        partner: &str,
        state: Option<&StateMark>,
        survey: &Survey,
    ) {
        out.extend_from_slice(b"\n],");
        let end = EndV1 {
            file: FileJson(file),
            partner,
            state: state.map(StateV1::of),
            rules: RULES,
            counts: CountsJson(&survey.counts),
            held: survey.held.as_ref().map(|held| held.reason(Language::En)),
            file_rejected: survey.file_rejected,
            findings: survey.about_file.iter().map(Item).collect(),
        };
        put_rest_of_object(out, &end);
    }
}

/// The fields that a decided row changes.
pub fn changes_of<O: KnownOrder>(decided: &DecidedRow<'_, O>) -> Vec<Change> {
    if let Some(customer) = &decided.customer {
        return customer.changes.clone();
    }
    let before = decided.order.as_ref().map(|order| order.terms());
    let after = decided.after.as_ref();
    after
        .map(|after| changes(before, after))
        .unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowV1<'r> {
    row: Option<u64>,
    line: Option<u64>,
    external_system_id: Option<&'r str>,
    plenigo_offer_id: Option<&'r str>,
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<bool>,
    changes: ChangesJson<'r>,
    findings: Vec<Item<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EndV1<'r> {
    file: FileJson<'r>,
    partner: &'r str,
    state: Option<StateV1>,
    rules: u32,
    counts: CountsJson<'r>,
    held: Option<String>,
    file_rejected: bool,
    findings: Vec<Item<'r>>,
}

/// A state in JSON: `{journal, hash}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StateV1 {
    journal: Box<str>,
    hash: Box<str>,
}

impl StateV1 {
    pub(crate) fn of(mark: &StateMark) -> Self {
        Self {
            journal: mark.journal.clone(),
            hash: mark.hash.clone(),
        }
    }

    /// The mark, if it is one.
    pub(crate) fn mark(self) -> Option<StateMark> {
        let Self { journal, hash } = self;
        Some(StateMark { journal, hash }).filter(StateMark::is_mark)
    }
}
