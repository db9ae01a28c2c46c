//! Which lines of the journal tell of one import, and what do they say?
//!
//! Invariant: of a row that left its order as it was, or made one, no more is looked at than its first fields; there may be
//! millions.

use std::path::Path;

use memchr::memmem::Finder;

use super::ReceiptError;
use crate::entry::{CustomerEntry, FileEntry, Line, ROW_PREFIX, RowEntry};
use crate::journal::{Frame, Frames, JournalError};
use crate::state::FileRecord;
use intake_core::plan::Decision;
use intake_core::report::CREATE_CUSTOMER;

/// A line about the import.
#[derive(Debug)]
pub(super) enum ImportLine<'l> {
    /// A row that made an order.
    Created(CreatedRow<'l>),
    /// Any other row, but none that left its order as it was.
    Row(Box<RowEntry<'l>>),
    /// A step of the file.
    Step(Box<FileEntry>),
    /// A customer that the import made.
    Customer(CustomerEntry),
}

/// A row that made an order; each value is a piece of the line and JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CreatedRow<'l> {
    /// The number of the record.
    pub(super) row: &'l [u8],
    /// The order's key.
    pub(super) external_system_id: &'l [u8],
    /// The order.
    pub(super) order_id: &'l [u8],
}

/// Decisions on rows that were taken, of which a receipt says nothing; a new customer has a line of its own.
const LEAVES_NO_TRACE: [&str; 2] = [Decision::Unchanged.name(), CREATE_CUSTOMER];

fn leaves_no_trace(decision: &[u8]) -> bool {
    LEAVES_NO_TRACE.iter().any(|one| one.as_bytes() == decision)
}

/// How far into a line its import stands at most: before it are type, number and time.
const HEAD_OF_LINE: usize = 192;

/// Hands out every line of the journal that tells of the import and what it changed, in order.
pub(super) fn each(
    journal: &Path,
    record: &FileRecord,
    told: &mut dyn FnMut(ImportLine<'_>) -> Result<(), ReceiptError>,
) -> Result<(), ReceiptError> {
    let reader = LineReader::new();
    each_raw(journal, record, &mut |line| {
        let read = reader.read(line).map_err(|source| ReceiptError::Line {
            import_id: record.import_id.clone(),
            source,
        })?;
        read.map_or(Ok(()), &mut *told)
    })
}

/// Hands out every line of the journal that tells of the import, as its bytes, in order.
pub(crate) fn each_raw<E: From<ReceiptError> + From<JournalError>>(
    journal: &Path,
    record: &FileRecord,
    told: &mut dyn FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let import = format!(",\"importId\":\"{}\",", record.import_id);
    let of_this_import = Finder::new(&import);
    let whole = Frames::open(journal, record.first_frame)?.each_until(
        record.last_frame,
        &mut |frame: &Frame| {
            let mut start = 0;
            for end in memchr::memchr_iter(b'\n', &frame.lines) {
                let line = &frame.lines[start..end];
                start = end + 1;
                let head = &line[..line.len().min(HEAD_OF_LINE)];
                if of_this_import.find(head).is_none() {
                    continue;
                }
                told(line)?;
            }
            Ok::<(), E>(())
        },
    )?;
    match whole {
        true => Ok(()),
        false => Err(ReceiptError::JournalEndsEarly {
            import_id: record.import_id.clone(),
        }
        .into()),
    }
}

/// Finds fields without reading the whole line. In JSON a quote within a text never stands bare, so what looks
/// like a field of the line is one, and the line's own fields come before any nested ones.
struct LineReader {
    decision: Between,
    row: Between,
    external_system_id: Between,
    order_id: Between,
}

struct Between {
    before: Finder<'static>,
    after: Finder<'static>,
}

impl LineReader {
    fn new() -> Self {
        Self {
            decision: Between::new(",\"decision\":\"", "\",\"success\":true,"),
            row: Between::new(",\"row\":", ",\"line\":"),
            external_system_id: Between::new(",\"externalSystemId\":", ",\"plenigoOfferId\":"),
            order_id: Between::new(",\"orderId\":", ",\"errorCode\":"),
        }
    }

    fn read<'l>(&self, line: &'l [u8]) -> Result<Option<ImportLine<'l>>, serde_json::Error> {
        if line.starts_with(ROW_PREFIX) {
            match self.decision.find(line) {
                Some(decision) if leaves_no_trace(decision) => return Ok(None),
                Some(b"create") => {
                    if let Some(created) = self.created_row(line) {
                        return Ok(Some(ImportLine::Created(created)));
                    }
                }
                _ => {}
            }
        }
        Ok(match Line::parse(line)? {
            Line::Row(row) if row.success && leaves_no_trace(row.decision.as_bytes()) => None,
            Line::Row(row) => Some(ImportLine::Row(row)),
            Line::File(step) => Some(ImportLine::Step(step)),
            // Its row says what changed.
            Line::Customer(customer) if customer.changed => None,
            Line::Customer(customer) => Some(ImportLine::Customer(customer)),
            Line::Offer(_) | Line::Sent(_) | Line::Outbox(_) => None,
        })
    }

    fn created_row<'l>(&self, line: &'l [u8]) -> Option<CreatedRow<'l>> {
        Some(CreatedRow {
            row: self.row.find(line)?,
            external_system_id: self.external_system_id.find(line)?,
            order_id: self.order_id.find(line)?,
        })
    }
}

impl Between {
    fn new(before: &'static str, after: &'static str) -> Self {
        Self {
            before: Finder::new(before),
            after: Finder::new(after),
        }
    }

    /// What stands between the first `before` and the next `after`.
    fn find<'l>(&self, line: &'l [u8]) -> Option<&'l [u8]> {
        let rest = &line[self.before.find(line)? + self.before.needle().len()..];
        Some(&rest[..self.after.find(rest)?])
    }
}

#[cfg(test)]
mod tests {
    use intake_core::report::ChangesJson;
    use proptest::prelude::*;

    use super::*;
    use crate::entry::{RowLine, no_changes, write_line};

    fn line(
        decision: &'static str,
        success: bool,
        key: Option<&str>,
        changes: ChangesJson<'_>,
    ) -> Vec<u8> {
        let mut line = Vec::new();
        write_line(
            &mut line,
            &RowLine {
                kind: "row",
                log_id: 7,
                time: "2026-11-23T09:00:00Z",
                import_id: "000001",
                partner: "acme",
                file: "\",\"decision\":\"unchanged\",\"success\":true,",
                row: Some(5),
                line: Some(6),
                external_system_id: key,
                plenigo_offer_id: Some("O"),
                decision,
                success,
                order_id: 31,
                error_code: None,
                error_reason: None,
                error_detail: None,
                changes,
                customer: None,
            },
        );
        line.pop();
        line
    }

    #[test]
    fn passes_over_unchanged_rows_only() {
        assert!(
            LineReader::new()
                .read(&line("unchanged", true, None, no_changes()))
                .unwrap()
                .is_none()
        );
        for (decision, success) in [("update", true), ("reject", false), ("create", false)] {
            let line = line(decision, success, Some("A"), no_changes());
            assert!(matches!(
                LineReader::new().read(&line).unwrap(),
                Some(ImportLine::Row(_))
            ));
        }
    }

    proptest! {
        #[test]
        fn a_created_row_is_read_as_the_whole_line_would_be(key in ".*|\",\"(row|orderId|plenigoOfferId)\":") {
            let line = line("create", true, Some(&key), no_changes());
            let Some(ImportLine::Created(created)) = LineReader::new().read(&line).unwrap() else {
                panic!("{line:?}")
            };
            let Line::Row(whole) = Line::parse(&line).unwrap() else {
                panic!("{line:?}")
            };
            let read: Option<u64> = serde_json::from_slice(created.row).unwrap();
            prop_assert_eq!(read, whole.row);
            let read: Option<String> = serde_json::from_slice(created.external_system_id).unwrap();
            prop_assert_eq!(read.as_deref(), whole.external_system_id.as_deref());
            let read: u64 = serde_json::from_slice(created.order_id).unwrap();
            prop_assert_eq!(read, whole.order_id);
        }
    }
}
