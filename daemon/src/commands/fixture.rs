//! A data directory with a real journal and a real store, for the tests of the commands.
//! What the journal takes is applied to the store at once, as the daemon does it.

use std::path::PathBuf;

use intake_core::catalog::{Customer, Offer, OfferManager};
use intake_core::field::Field;
use intake_core::finding::Language;
use intake_core::moment::Moment;
use intake_core::order::{PaymentMethod, Terms};
use intake_core::plan::{Decision, changes};
use intake_core::report::ChangesJson;
use jiff::tz::TimeZoneDatabase;
use serde_json::value::RawValue;
use tempfile::TempDir;

use super::Speech;
use crate::entry::{CustomerEntry, FileEntry, OfferEntry, OfferJson, RowLine, write_line};
use crate::folder::lifecycle::Step;
use crate::folder::safe_name;
use crate::journal::{Frames, Journal, JournalOptions};
use crate::state::{Effects, Store};

pub(super) const OFFER: &str = "O_MZA1E7173120881551";

/// English, in Berlin, on an autumn morning.
pub(super) fn speech() -> Speech {
    Speech {
        language: Language::En,
        now: "2026-11-23T09:00:00Z".parse().unwrap(),
        zone: TimeZoneDatabase::bundled().get("Europe/Berlin").unwrap(),
    }
}

pub(super) fn german() -> Speech {
    Speech {
        language: Language::De,
        ..speech()
    }
}

/// The text without its styles.
pub(super) fn plain(out: &[u8]) -> String {
    String::from_utf8(anstream::adapter::strip_bytes(out).into_vec()).unwrap()
}

pub(super) fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

pub(super) fn terms(key: &str) -> Terms {
    Terms {
        offer: OFFER.into(),
        invoice_customer: "100003".into(),
        quantity: 1,
        start: moment("2026-01-01T00:00:00+01:00"),
        payment_method: PaymentMethod::from_name("PAYPAL").unwrap(),
        ..Terms::blank(key)
    }
}

pub(super) fn offer() -> Offer {
    Offer {
        managed_by: OfferManager::External,
        access_rights: vec!["daily".into(), "archive".into()],
        ..Offer::new(OFFER, "Daily, digital")
    }
}

pub(super) fn customer(id: &str, email: &str) -> Customer {
    let values = vec![
        (Field::Email, email.into()),
        (Field::Language, "de".into()),
        (Field::CustomerExternalSystemId, "K-815".into()),
    ];
    Customer {
        id: id.into(),
        values,
    }
}

pub(super) struct Data {
    directory: TempDir,
    pub(super) store: Store,
    journal: Journal,
    next_log: u64,
}

impl Data {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = JournalOptions::default();
        let (journal, _) = Journal::open(&directory.path().join("journal"), options).unwrap();
        let store = Store::open(&directory.path().join("state"), 1 << 20).unwrap();
        Self {
            directory,
            store,
            journal,
            next_log: 1,
        }
    }

    /// With an offer, a customer, a file of three rows applied, one rejected later and one held.
    pub(super) fn usual() -> Self {
        let mut data = Self::new();
        let time = "2026-11-20T08:00:00Z";
        let json = OfferJson::new(&offer());
        let offer = OfferEntry {
            kind: "offer".into(),
            time: time.into(),
            offer: json,
        };
        data.append(time, |lines, _| write_line(lines, &offer));
        let customer =
            CustomerEntry::new(&customer("100003", "Lena@example.org"), None, None, time);
        data.append(time, |lines, _| write_line(lines, &customer));

        let first = "2026-11-20T09:00:00Z";
        data.step("000001", first, Step::Claimed);
        data.append(first, |lines, next_log| {
            let mut row = Row {
                lines,
                next_log,
                time: first,
                import_id: "000001",
            };
            row.taken(1, Decision::Create, 1, None, &terms("A-1"));
            row.taken(2, Decision::Create, 2, None, &terms("B \"2\""));
            row.rejected(3, Some("C-3"));
        });
        data.step("000001", first, Step::Applied);

        let second = "2026-11-22T22:30:00Z";
        let before = terms("A-1");
        let end = Some(moment("2027-01-01T00:00:00+01:00"));
        let after = Terms {
            end,
            bonuses: vec!["B_1".into(), "B_2".into()],
            ..before.clone()
        };
        data.step("000002", second, Step::Claimed);
        data.append(second, |lines, next_log| {
            let mut row = Row {
                lines,
                next_log,
                time: second,
                import_id: "000002",
            };
            row.taken(1, Decision::End, 1, Some(&before), &after);
            let same = terms("B \"2\"");
            row.taken(2, Decision::Unchanged, 2, Some(&same), &same);
            row.rejected(3, None);
        });
        data.step("000002", second, Step::Applied);
        data.step("000003", "2026-11-23T08:59:00Z", Step::Claimed);
        data.step("000003", "2026-11-23T08:59:01Z", Step::Held);
        data
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.directory.path().join("journal")
    }

    /// Another store, empty.
    pub(super) fn other_store(&self) -> Store {
        Store::open(&self.directory.path().join("other"), 1 << 20).unwrap()
    }

    /// Journals one frame of lines and takes it over.
    pub(super) fn append(&mut self, time: &str, write: impl FnOnce(&mut Vec<u8>, &mut u64)) {
        let mut lines = Vec::new();
        write(&mut lines, &mut self.next_log);
        let span = self.journal.append(&lines, time).unwrap();
        let frame = Frames::read_at(&self.journal(), span.start).unwrap();
        let effects = Effects::of_frame(&frame, &self.store).unwrap();
        self.store.apply(effects, span).unwrap();
    }

    fn step(&mut self, import_id: &str, time: &str, step: Step) {
        let mut entry = FileEntry::new(import_id, time, step);
        match step {
            Step::Claimed => {
                entry.partner = Some("alpha".into());
                entry.file = Some(file_name(import_id));
                entry.bytes = Some(1_234);
                entry.sha256 = Some("ab".repeat(32));
            }
            Step::Held => entry.reason = Some("60 of 100 running orders would end".into()),
            Step::Applied => {
                entry.rows = Some(3);
                entry.counts = Some([("create".into(), 2), ("reject".into(), 1)].into());
            }
            _ => {}
        }
        self.append(time, |lines, _| write_line(lines, &entry));
    }
}

/// As it is shown: the name itself holds a line break.
fn file_name(import_id: &str) -> String {
    safe_name::printable(format!("orders\n{import_id}.csv"))
}

/// Writes rows as the import does.
pub(super) struct Row<'l> {
    pub(super) lines: &'l mut Vec<u8>,
    pub(super) next_log: &'l mut u64,
    pub(super) time: &'l str,
    pub(super) import_id: &'l str,
}

impl Row<'_> {
    pub(super) fn taken(
        &mut self,
        row: u64,
        decision: Decision,
        order_id: u64,
        before: Option<&Terms>,
        after: &Terms,
    ) {
        let changes = changes(before, after);
        let line = RowLine {
            external_system_id: Some(&after.external_system_id),
            decision: decision.name(),
            success: true,
            order_id,
            changes: ChangesJson(&changes),
            ..self.line(row)
        };
        write_line(self.lines, &line);
        *self.next_log += 1;
    }

    pub(super) fn rejected(&mut self, row: u64, key: Option<&str>) {
        let detail = r#"{"message":"There is no such offer.","findings":[
            {"severity":"note","message":{"de":"Nichts.","en":"Nothing."}},
            {"severity":"error","message":{"de":"Das Angebot gibt es nicht.","en":"There is no such offer."}}]}"#
            .replace(['\n'], "")
            .replace("            ", "");
        let detail = RawValue::from_string(detail).unwrap();
        let line = RowLine {
            external_system_id: key,
            error_code: Some(60404),
            error_reason: Some("There is no such offer."),
            error_detail: Some(&detail),
            ..self.line(row)
        };
        write_line(self.lines, &line);
        *self.next_log += 1;
    }

    fn line(&self, row: u64) -> RowLine<'static> {
        // Tests live shortly; the texts of a line may stay.
        let keep = |text: String| -> &'static str { text.leak() };
        RowLine {
            kind: "row",
            log_id: *self.next_log,
            time: keep(self.time.to_owned()),
            import_id: keep(self.import_id.to_owned()),
            partner: "alpha",
            file: keep(file_name(self.import_id)),
            row: Some(row),
            line: Some(row + 1),
            external_system_id: None,
            plenigo_offer_id: Some(OFFER),
            decision: "reject",
            success: false,
            order_id: 0,
            error_code: None,
            error_reason: None,
            error_detail: None,
            changes: crate::entry::no_changes(),
            customer: None,
        }
    }
}
