//! What of an import goes into which part of its receipt, its report and its corrections?
//!
//! Invariant: made in one walk over the journal; what grows with the file waits in spools, never in memory.

use std::path::Path;

use intake_core::corrections::{Reason, Told};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ReceiptError;
use super::finding_entry::{FindingEntry, errors_of};
use super::journal_lines::{self, ImportLine};
use super::machine::{self, Lists};
use super::page::rows::Tables;
use super::spool::Spool;
use crate::entry::{FileEntry, RowEntry};
use crate::folder::lifecycle::Step;
use crate::state::FileRecord;
use crate::system::PathError;

/// Everything that the journal says of an import.
#[derive(Debug)]
pub(super) struct Collection {
    /// When it came to its end.
    pub(super) finished_at: String,
    /// What was found about the file as a whole, as it is journalled, each once.
    pub(super) findings: Vec<Value>,
    pub(super) lists: Lists,
    pub(super) tables: Tables,
    /// A [`RowReason`] a line, by the number of its record.
    pub(super) reasons: Spool,
}

/// Why one record was rejected, as it waits in the spool.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct RowReason {
    /// The number of the record.
    pub(super) row: u64,
    de: String,
    en: String,
}

impl RowReason {
    /// The reasons in words.
    pub(super) fn into_reason(self) -> Reason {
        Reason {
            de: self.de,
            en: self.en,
        }
    }
}

impl Collection {
    /// Walks over the journal. Spools that do not fit into memory wait in the existing `directory`.
    pub(super) fn of(
        journal: &Path,
        record: &FileRecord,
        directory: &Path,
        time_zone: &TimeZone,
    ) -> Result<Self, ReceiptError> {
        let spool = || Spool::new(directory);
        let mut collection = Self {
            finished_at: record.changed.clone(),
            findings: Vec::new(),
            lists: Lists {
                rejects: spool(),
                changes: spool(),
                created: spool(),
                customers_created: spool(),
            },
            tables: Tables::new(directory, time_zone),
            reasons: spool(),
        };
        journal_lines::each(journal, record, &mut |line| collection.take(line, record))?;
        Ok(collection)
    }

    /// Rows that were taken and not left as they were.
    pub(super) fn taken(&self) -> u64 {
        self.lists.created.entries() + self.tables.changed()
    }

    fn take(&mut self, line: ImportLine<'_>, record: &FileRecord) -> Result<(), ReceiptError> {
        match line {
            ImportLine::Created(row) => {
                list(&mut self.lists.created, |out| {
                    machine::put_created(out, &row);
                })?;
            }
            ImportLine::Customer(customer) => {
                list(&mut self.lists.customers_created, |out| {
                    machine::put_customer(out, &customer);
                })?;
            }
            ImportLine::Step(step) => self.step(*step),
            ImportLine::Row(row) if !row.success => {
                let errors = errors_of(&row).map_err(|source| ReceiptError::Line {
                    import_id: record.import_id.clone(),
                    source,
                })?;
                self.reject(&row, &errors)?;
            }
            ImportLine::Row(row) if row.decision == "create" => {
                list(&mut self.lists.created, |out| {
                    machine::put_created_entry(out, &row);
                })?;
            }
            ImportLine::Row(row) => {
                list(&mut self.lists.changes, |out| {
                    machine::put_changed(out, &row);
                })?;
                self.tables.change(&row)?;
            }
        }
        Ok(())
    }

    fn step(&mut self, step: FileEntry) {
        if matches!(step.step, Step::Applied | Step::Rejected | Step::Discarded) {
            self.finished_at = step.time;
        }
        for finding in step.findings {
            if !self.findings.contains(&finding) {
                self.findings.push(finding);
            }
        }
    }

    fn reject(&mut self, row: &RowEntry<'_>, errors: &[FindingEntry]) -> Result<(), PathError> {
        for error in errors {
            list(&mut self.lists.rejects, |out| {
                machine::put_reject(out, row, error);
            })?;
        }
        self.tables.reject(row, errors)?;
        if let Some(number) = row.row {
            let told: Vec<_> = errors.iter().map(told).collect();
            let Reason { de, en } = Reason::told(&told);
            let reason = RowReason {
                row: number,
                de,
                en,
            };
            self.reasons.add(|out| {
                intake_core::report::put(out, &reason);
                out.push(b'\n');
            })?;
        }
        Ok(())
    }
}

/// Adds an entry to a JSON list, one a line.
pub(super) fn list(spool: &mut Spool, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), PathError> {
    let before: &[u8] = if spool.entries() > 0 { b",\n" } else { b"\n" };
    spool.add(|out| {
        out.extend_from_slice(before);
        write(out);
    })
}

fn told(error: &FindingEntry) -> Told<'_> {
    Told {
        line: error.line,
        column: error.column_letter.as_deref(),
        de: &error.message.de,
        en: &error.message.en,
    }
}
