//! How does a test come to an import with a real journal, a body and an outbox?

use std::fs;
use std::path::PathBuf;

use intake_core::check::draft;
use intake_core::field::{Field, Table};
use intake_core::moment::Moment;
use intake_core::order::Value;
use intake_core::plan::{Change, Decision};
use intake_core::read::{Framer, ReadOptions, records};
use intake_core::report::{ChangesJson, Item};
use jiff::tz::TimeZone;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::entry::{CustomerEntry, FileEntry, RowLine, no_changes, write_line};
use crate::folder::lifecycle::Step;
use crate::folder::safe_name::printable;
use crate::journal::{FrameSpan, Journal, JournalOptions};
use crate::receipt::{ReceiptError, ReceiptRequest, Written, write};
use crate::state::FileRecord;
use crate::state::file_record::import_id;

pub(super) const OFFER: &str = "O_MZA1E7173120881551";
pub(super) const HEADER: &str =
    "externalSystemId;plenigoOfferId;invoiceCustomerId;quantity;startDate;paymentMethod\n";
const TIME: &str = "2026-11-23T09:00:00Z";

pub(super) struct Bench {
    _root: tempfile::TempDir,
    pub(super) journal_folder: PathBuf,
    journal: Journal,
    pub(super) outbox: PathBuf,
    pub(super) body: PathBuf,
    pub(super) options: ReadOptions,
    pub(super) record: FileRecord,
    imports: u64,
    log_id: u64,
}

impl Bench {
    pub(super) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let journal_folder = root.path().join("journal");
        let outbox = root.path().join("outbox");
        fs::create_dir(&outbox).unwrap();
        let options = JournalOptions {
            segment_bytes: 64 << 10,
            known_good: None,
        };
        let (mut journal, _) = Journal::open(&journal_folder, options).unwrap();
        let entry = FileEntry::new("000000", TIME, Step::Claimed);
        let span = journal.append(b"{}\n", TIME).unwrap();
        Self {
            journal_folder,
            journal,
            outbox,
            body: root.path().join("body"),
            options: ReadOptions::new(Table::Orders, Moment::parse(TIME).unwrap()),
            record: FileRecord::begin(&entry, span),
            imports: 0,
            log_id: 0,
            _root: root,
        }
    }

    /// Journals the claim of a file.
    pub(super) fn begin(&mut self, name: &str, content: &[u8]) {
        fs::write(&self.body, content).unwrap();
        self.imports += 1;
        let shown = printable(name);
        let mut entry = FileEntry::new(&import_id(self.imports), TIME, Step::Claimed);
        entry.partner = Some("acme".to_owned());
        entry.name_bytes = (shown != name).then(|| intake_core::report::hex(name.as_bytes()));
        entry.file = Some(shown);
        entry.bytes = Some(content.len() as u64);
        entry.sha256 = Some(intake_core::report::hex(&Sha256::digest(content)));
        let span = self.append(|lines| write_line(lines, &entry));
        self.record = FileRecord::begin(&entry, span);
    }

    /// Journals a step of the file.
    pub(super) fn step(&mut self, entry: &FileEntry) {
        let span = self.append(|lines| write_line(lines, entry));
        self.record.follow(entry, span);
    }

    /// Checks a file and journals its whole import; the beginning of a key says what becomes of the row.
    pub(super) fn import(&mut self, name: &str, content: &[u8]) {
        self.begin(name, content);
        let mut framer = Framer::new(self.options.clone());
        framer.push(content);
        framer.finish();
        let shape = framer.shape().unwrap().clone();
        let mut counts = std::collections::BTreeMap::<String, u64>::new();
        let mut rows = 0;
        while let Some(block) = framer.next_block() {
            let mut lines = Vec::new();
            records(&shape, &block, &mut |record| {
                rows += 1;
                let mut findings = Vec::new();
                let draft = draft::order(&shape, record, &mut findings);
                let key = draft
                    .as_ref()
                    .map(|draft| draft.external_system_id.to_string());
                let (decision, changes) = decision(key.as_deref());
                *counts.entry(decision.name().to_owned()).or_default() += 1;
                let items: Vec<_> = findings.iter().map(Item).collect();
                let detail = serde_json::json!({ "message": "m", "findings": items });
                let detail = RawValue::from_string(detail.to_string()).unwrap();
                self.log_id += 1;
                let place = (Some(record.row), Some(record.line));
                let line = RowLine {
                    error_detail: (!findings.is_empty()).then_some(&*detail),
                    error_code: (decision == Decision::Reject).then_some(99400),
                    changes: ChangesJson(&changes),
                    ..self.row(place, key.as_deref(), decision)
                };
                write_line(&mut lines, &line);
            });
            if counts.contains_key("create") {
                write_line(&mut lines, &customer(Some(&self.record.import_id)));
            }
            // What others do meanwhile is none of this import's business.
            write_line(&mut lines, &customer(None));
            let line = RowLine {
                import_id: "999999",
                ..self.row((Some(1), Some(2)), Some("OTHER"), Decision::Update)
            };
            write_line(&mut lines, &line);
            let span = self.journal.append(&lines, TIME).unwrap();
            self.record.last_frame = span.end;
        }
        let mut entry = FileEntry::new(
            &self.record.import_id,
            "2026-11-23T09:00:01Z",
            Step::Applied,
        );
        entry.rows = Some(rows);
        entry.counts = Some(counts);
        self.step(&entry);
    }

    /// Journals this many rows, half of them created, a quarter each changed and rejected, and the end.
    pub(super) fn many_rows(&mut self, count: u64) {
        let changes = [change(
            Field::Quantity,
            Value::Integer(1),
            Value::Integer(2),
        )];
        for first in (1..=count).step_by(5_000) {
            let mut lines = Vec::new();
            for row in first..(first + 5_000).min(count + 1) {
                let decision = match row % 4 {
                    0 => Decision::Reject,
                    1 => Decision::Update,
                    _ => Decision::Create,
                };
                let key = format!("ABO-{row}");
                let line = RowLine {
                    changes: ChangesJson(&changes),
                    ..self.row((Some(row), Some(row + 1)), Some(&key), decision)
                };
                write_line(&mut lines, &line);
            }
            self.journal.append(&lines, TIME).unwrap();
        }
        let entry = FileEntry::new(
            &self.record.import_id,
            "2026-11-23T09:00:01Z",
            Step::Applied,
        );
        self.step(&entry);
    }

    pub(super) fn write(&self) -> Result<Written, ReceiptError> {
        write(&ReceiptRequest {
            plan: None,
            record: &self.record,
            journal: &self.journal_folder,
            body: &self.body,
            options: &self.options,
            outbox: &self.outbox,
            mirrored: false,
            time_zone: &TimeZone::get("Europe/Berlin").unwrap(),
        })
    }

    /// What lies in the outbox.
    pub(super) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.outbox).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    pub(super) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.outbox.join(name)).unwrap()
    }

    fn append(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> FrameSpan {
        let mut lines = Vec::new();
        write(&mut lines);
        self.journal.append(&lines, TIME).unwrap()
    }

    fn row<'l>(
        &'l self,
        (row, line): (Option<u64>, Option<u64>),
        key: Option<&'l str>,
        decision: Decision,
    ) -> RowLine<'l> {
        let rejected = decision == Decision::Reject;
        RowLine {
            kind: "row",
            log_id: self.log_id,
            time: TIME,
            import_id: &self.record.import_id,
            partner: "acme",
            file: &self.record.file,
            row,
            line,
            external_system_id: key,
            plenigo_offer_id: Some(OFFER),
            decision: decision.name(),
            success: !rejected,
            order_id: if rejected { 0 } else { 4700 + row.unwrap_or(0) },
            error_code: None,
            error_reason: rejected.then_some("no"),
            error_detail: None,
            changes: no_changes(),
            customer: None,
        }
    }
}

fn customer(import_id: Option<&str>) -> CustomerEntry {
    CustomerEntry {
        partner: None,
        origin: None,
        changed: false,
        kind: "customer".to_owned(),
        time: TIME.to_owned(),
        import_id: import_id.map(ToOwned::to_owned),
        customer_id: "C1".to_owned(),
        values: [("email".to_owned(), "lena@example.org".to_owned())].into(),
    }
}

fn decision(key: Option<&str>) -> (Decision, Vec<Change>) {
    let Some(key) = key else {
        return (Decision::Reject, Vec::new());
    };
    let moment = |text| Value::Moment(Moment::parse(text).unwrap());
    let end = moment("2026-12-31T23:59:59+01:00");
    match key.get(..3) {
        Some("END") => (
            Decision::End,
            vec![change(Field::EndDate, Value::None, end)],
        ),
        Some("REA") => (
            Decision::Reactivate,
            vec![change(Field::EndDate, end, Value::None)],
        ),
        Some("PAY") => {
            let text = |text: &str| Value::Text(text.into());
            let method = change(Field::PaymentMethod, text("BILLING"), text("PAYPAL"));
            let number = change(Field::PaymentMethodId, Value::Integer(7), Value::None);
            (Decision::Payment, vec![method, number])
        }
        Some("UPD") => {
            let quantity = change(Field::Quantity, Value::Integer(1), Value::Integer(2));
            (Decision::Update, vec![quantity])
        }
        Some("SAM") => (Decision::Unchanged, Vec::new()),
        _ => {
            let quantity = change(Field::Quantity, Value::None, Value::Integer(2));
            (Decision::Create, vec![quantity])
        }
    }
}

fn change(field: Field, old: Value, new: Value) -> Change {
    Change { field, old, new }
}
