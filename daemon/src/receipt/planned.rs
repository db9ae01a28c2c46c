//! How does what was decided compare with the plan that came with the file?
//!
//! Invariant: both sides are read line by line; a plan that is none, or for another file, is said to be so and changes
//! nothing else.

use std::fs::File;
use std::io;
use std::path::Path;

use intake_core::against::{Comparison, SavedPlan, SavedPlanError, Sums, ThenLines};
use intake_core::report::{PlanRow, put};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::page::rows::Table;
use super::spool::Spool;
use super::{ReceiptError, journal_lines};
use crate::entry::{CustomerEntry, PlanNote, ROW_PREFIX};
use crate::journal::JournalError;
use crate::saved_plan::{self, PlanLines, SavedPlanTrouble};
use crate::state::FileRecord;
use crate::system::PathError;

/// What a receipt and its report say of the plan.
#[derive(Debug)]
pub(super) struct Planned {
    /// What the plan says of itself; nothing where it is none that can be compared.
    pub(super) saved: Option<SavedPlan>,
    /// The counts, or why there are none.
    pub(super) note: PlanNote,
    /// What differs, an entry a line, as a JSON list has them.
    pub(super) different: Spool,
    /// What differs, for the page.
    pub(super) table: Table,
}

/// Why a comparison ended early.
#[derive(Debug)]
enum Trouble {
    /// Because of the plan.
    Plan(SavedPlanTrouble),
    /// Because of the receipt's own work.
    Own(ReceiptError),
}

impl Planned {
    /// Compares. What does not fit into memory waits in the existing `directory`.
    pub(super) fn of(
        plan: &File,
        limit: u64,
        journal: &Path,
        record: &FileRecord,
        directory: &Path,
    ) -> Result<Self, ReceiptError> {
        let mut planned = Self::nothing(directory);
        match planned.compare(plan, limit, journal, record) {
            Ok((saved, sums)) => {
                planned.saved = Some(saved);
                planned.note = PlanNote {
                    same: Some(sums.same),
                    different: Some(sums.different),
                    unusable: None,
                };
                Ok(planned)
            }
            Err(Trouble::Plan(trouble)) => {
                let note = PlanNote {
                    unusable: Some(trouble.to_string()),
                    ..PlanNote::default()
                };
                Ok(Self {
                    note,
                    ..Self::nothing(directory)
                })
            }
            Err(Trouble::Own(error)) => Err(error),
        }
    }

    fn nothing(directory: &Path) -> Self {
        Self {
            saved: None,
            note: PlanNote::default(),
            different: Spool::new(directory),
            table: Table::new(directory),
        }
    }

    fn compare(
        &mut self,
        plan: &File,
        limit: u64,
        journal: &Path,
        record: &FileRecord,
    ) -> Result<(SavedPlan, Sums), Trouble> {
        let plan = plan.try_clone().map_err(SavedPlanTrouble::from)?;
        let length = plan.metadata().map_err(SavedPlanTrouble::from)?.len();
        if length > limit {
            let text = format!("the saved plan has {length} bytes, at most {limit} are read");
            return Err(SavedPlanTrouble::Io(io::Error::other(text)).into());
        }
        let (saved, lines) = saved_plan::open(plan, &record.sha256, &record.partner)?;
        let mut comparison = Comparison::new(Decided(lines));
        let (list, table) = (&mut self.different, &mut self.table);
        let mut tell = |different: &intake_core::against::Different| -> Result<(), Trouble> {
            super::collection::list(list, |out| different.put(out))?;
            table.different(different)?;
            Ok(())
        };
        let mut line_of_plan = Vec::new();
        let mut any_row = false;
        journal_lines::each_raw(journal, record, &mut |line| {
            line_of_plan.clear();
            let read = put_line(&mut line_of_plan, line).map_err(|source| {
                let import_id = record.import_id.clone();
                ReceiptError::Line { import_id, source }
            });
            match read? {
                Told::Nothing => return Ok(()),
                Told::Row => any_row = true,
                Told::Customer => {}
            }
            comparison.now(&line_of_plan, &mut tell)
        })?;
        if !any_row && record.rows != Some(0) {
            let text = "no row was decided, since the file was turned away as a whole";
            return Err(SavedPlanTrouble::Io(io::Error::other(text)).into());
        }
        Ok((saved, comparison.end(&mut tell)?))
    }
}

/// The lines of a saved plan that say what is decided: what it only proposed, no journal tells of.
struct Decided(PlanLines);

impl ThenLines for Decided {
    type Error = Trouble;

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Trouble> {
        #[derive(Deserialize)]
        struct Proposal {
            row: Option<u64>,
            proposed: Option<bool>,
        }
        while let Some(line) = self.0.next_line()? {
            let without_row = line.starts_with(b"{\"row\":null");
            let proposal = without_row.then(|| serde_json::from_slice::<Proposal>(&line).ok());
            let is_proposal = proposal
                .flatten()
                .is_some_and(|it| it.row.is_none() && it.proposed == Some(true));
            if !is_proposal {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }
}

/// What a line of the journal told.
enum Told {
    /// Nothing that a plan says.
    Nothing,
    Row,
    Customer,
}

/// Appends what a line of the journal says as a plan would have said it.
fn put_line(out: &mut Vec<u8>, line: &[u8]) -> Result<Told, serde_json::Error> {
    if line.starts_with(ROW_PREFIX) {
        let row: RowV1<'_> = serde_json::from_slice(line)?;
        let findings = row.error_detail.map_or(NO_FINDINGS, |it| it.findings.get());
        let findings: &RawValue = serde_json::from_str(findings)?;
        put(
            out,
            &LineV1 {
                row: row.row,
                line: row.line,
                external_system_id: row.external_system_id,
                plenigo_offer_id: row.plenigo_offer_id,
                decision: row.decision,
                proposed: matches!(row.row.get(), "null").then_some(false),
                changes: row.changes,
                findings,
            },
        );
        return Ok(Told::Row);
    }
    if line.starts_with(b"{\"type\":\"customer\"") {
        let entry: CustomerEntry = serde_json::from_slice(line)?;
        if let Some(customer) = entry.customer() {
            PlanRow::customer(&customer.id, &customer.values).put(out);
            return Ok(Told::Customer);
        }
    }
    Ok(Told::Nothing)
}

const NO_FINDINGS: &str = "[]";

/// A row's line of the journal, as far as a plan says the same.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RowV1<'l> {
    #[serde(borrow)]
    row: &'l RawValue,
    line: &'l RawValue,
    external_system_id: &'l RawValue,
    plenigo_offer_id: &'l RawValue,
    decision: &'l RawValue,
    error_detail: Option<DetailV1<'l>>,
    changes: &'l RawValue,
}

#[derive(Deserialize)]
struct DetailV1<'l> {
    #[serde(borrow)]
    findings: &'l RawValue,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineV1<'l> {
    row: &'l RawValue,
    line: &'l RawValue,
    external_system_id: &'l RawValue,
    plenigo_offer_id: &'l RawValue,
    decision: &'l RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    proposed: Option<bool>,
    changes: &'l RawValue,
    findings: &'l RawValue,
}

impl From<SavedPlanTrouble> for Trouble {
    fn from(trouble: SavedPlanTrouble) -> Self {
        Self::Plan(trouble)
    }
}

impl From<SavedPlanError> for Trouble {
    fn from(error: SavedPlanError) -> Self {
        Self::Plan(error.into())
    }
}

impl From<ReceiptError> for Trouble {
    fn from(error: ReceiptError) -> Self {
        Self::Own(error)
    }
}

impl From<JournalError> for Trouble {
    fn from(error: JournalError) -> Self {
        Self::Own(error.into())
    }
}

impl From<PathError> for Trouble {
    fn from(error: PathError) -> Self {
        Self::Own(error.into())
    }
}
