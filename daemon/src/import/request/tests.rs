//! Is a request all or nothing, and is it decided as a file is?

use super::*;
use crate::books::BooksError;
use crate::config::Config;
use crate::entry::Line;
use crate::journal::{Frames, Position};
use intake_core::catalog::{Customer, Offer, OfferManager};
use intake_core::field::Field;
use intake_core::plan::Decision;

const OFFER: &str = "O_MZA1E7173120881551";

struct Site {
    _folder: tempfile::TempDir,
    data: OpenData,
}

impl Site {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::parse(config.as_bytes(), "intake.toml").unwrap();
        let data = OpenData::open(folder.path(), config).unwrap();
        data.books
            .write(|sheet| {
                sheet.offer(Offer {
                    managed_by: OfferManager::External,
                    ..Offer::new(OFFER, "Titel")
                });
                let customer = Customer {
                    id: "C1".into(),
                    values: vec![
                        (Field::Email, "c1@example.org".into()),
                        (Field::Language, "de".into()),
                    ],
                };
                sheet.customer(customer, None, None);
                Ok::<(), BooksError>(())
            })
            .unwrap();
        Self {
            _folder: folder,
            data,
        }
    }

    fn send(&self, body: &str) -> Result<Taken, RequestError> {
        let number = self.data.books.take_spool_number();
        let mut spool = RequestBody::create(&self.data.folders.work, number).unwrap();
        spool.push(body.as_bytes()).unwrap();
        let partner = PartnerName::parse("alpha").unwrap();
        let request = Request {
            partner: &partner,
            note: RequestNote {
                id: format!("r{number}"),
                ..RequestNote::default()
            },
            body: spool,
        };
        let taken = take(&self.data, request, &|_| true);
        let left = std::fs::read_dir(self.data.folders.work.path()).unwrap();
        assert_eq!(left.count(), 0, "nothing stays in the folder for work");
        taken
    }

    fn lines_of(&self, import_id: &str) -> (usize, Vec<String>) {
        let mut frames = Frames::open(self.data.books.journal_path(), Position::START).unwrap();
        let (mut count, mut told) = (0, Vec::new());
        while let Some(frame) = frames.next().unwrap() {
            let before = told.len();
            for line in frame
                .lines
                .split(|byte| *byte == b'\n')
                .filter(|l| !l.is_empty())
            {
                match Line::parse(line).unwrap() {
                    Line::Row(row) if row.import_id == import_id => {
                        told.push(row.decision.into_owned());
                    }
                    Line::File(step) if step.import_id == import_id => {
                        told.push(step.step.name().to_owned());
                    }
                    _ => {}
                }
            }
            count += usize::from(told.len() > before);
        }
        (count, told)
    }
}

fn item(id: &str, quantity: &str) -> String {
    format!(
        r#"{{"externalSystemId":"{id}","plenigoOfferId":"{OFFER}","invoiceCustomerId":"C1","quantity":{quantity},"startDate":"2026-01-01T00:00:00Z","paymentMethod":"PAYPAL"}}"#
    )
}

fn body(items: &[String]) -> String {
    format!(
        r#"{{"purchase":true,"suppressMail":false,"items":[{}]}}"#,
        items.join(",")
    )
}

fn form_errors(result: Result<Taken, RequestError>) -> FormErrors {
    match result {
        Err(RequestError::Form(errors)) => errors,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_short_request_is_one_frame_and_the_same_again_changes_nothing() {
    let site = Site::new("");
    let items = [
        item("A", "1"),
        item("B", "2"),
        item("A", "3"),
        item("C", "4"),
    ];
    let taken = site.send(&body(&items)).unwrap();
    assert!(!taken.held);
    let (frames, told) = site.lines_of(&taken.import_id);
    assert_eq!(frames, 1);
    let expected =
        "claimed checked planned reject create reject create applying applied receipted archived";
    assert_eq!(
        told.join(" "),
        expected,
        "two that contradict each other are rejected"
    );
    let record = site
        .data
        .books
        .store()
        .file(&taken.import_id)
        .unwrap()
        .unwrap();
    let note = record.request.clone().unwrap();
    assert_eq!(
        (note.purchase, note.suppress_mail),
        (Some(true), Some(false))
    );
    assert!(!record.is_open());
    let again = site.send(&body(&items[1..2])).unwrap();
    assert_eq!(again.counts.of(Decision::Unchanged), 1);
}

#[test]
fn what_is_wrong_in_form_changes_nothing_and_is_named() {
    let site = Site::new("");
    let next = site.data.books.next_import_number();
    let items = [item("A", "1"), item("B", "0"), item("C", "\"1\"")];
    let errors = form_errors(site.send(&body(&items)));
    let told: Vec<_> = errors
        .first
        .iter()
        .map(|finding| (finding.row, finding.field, finding.code))
        .collect();
    assert_eq!(
        told,
        [
            (2, Some(Field::Quantity), Code::IntegerRange),
            (3, Some(Field::Quantity), Code::TypeWrong)
        ]
    );
    assert_eq!((errors.total, errors.code), (2, None));
    assert!(site.data.books.store().order("A").unwrap().is_none());
    let many: Vec<String> = (0..1_000).map(|id| item(&format!("K{id}"), "0")).collect();
    let errors = form_errors(site.send(&body(&many)));
    assert_eq!((errors.total, errors.first.len()), (1_000, MOST_TOLD));
    assert_eq!(errors.code, Some(99_400));
    for (text, code) in [
        ("", 99_001),
        (" \n", 99_001),
        ("items", 99_002),
        ("[]", 99_014),
        ("7", 99_014),
        ("{}", 99_014),
        ("{\"items\":[]}", 99_400),
        ("{\"items\":{}}", 99_014),
        ("{\"other\":1,\"items\":[{}", 99_002),
        ("{\"purchase\":1,\"items\":[]}", 99_002),
        ("a;b\n1;2\n", 99_002),
    ] {
        let errors = form_errors(site.send(text));
        assert_eq!(errors.code.unwrap_or(99_400), code, "{text}: {errors:?}");
    }
    assert_eq!(
        site.data.books.next_import_number(),
        next,
        "no import was begun"
    );
}

#[test]
fn rules_about_meaning_are_decided_item_by_item() {
    let site = Site::new("");
    let with = |id: &str, more: &str| {
        let item = item(id, "1");
        format!("{},{more}}}", &item[..item.len() - 1])
    };
    let items = [
        with("A", r#""endDate":"2025-01-01T00:00:00Z""#),
        with("B", r#""referenceStartDate":"2020-01-01T00:00:00Z""#),
        with("C", r#""managedBy":"WBZ""#),
        item("D", "1").replace("C1", "C2"),
        item("E", "1"),
    ];
    let taken = site.send(&body(&items)).unwrap();
    assert_eq!(taken.counts.of(Decision::Reject), 4);
    assert_eq!(taken.counts.of(Decision::Create), 1);
}

#[test]
fn the_brake_holds_a_request_as_it_holds_a_file() {
    let site = Site::new("[profile.brake]\nrejects_count = 1\n");
    let items = [
        item("A", "1"),
        item("B", "1").replace("C1", "C2"),
        item("C", "1").replace("C1", "C3"),
    ];
    let number = site.data.books.take_spool_number();
    let mut spool = RequestBody::create(&site.data.folders.work, number).unwrap();
    spool.push(body(&items).as_bytes()).unwrap();
    let partner = PartnerName::parse("alpha").unwrap();
    let request = Request {
        partner: &partner,
        note: RequestNote::default(),
        body: spool,
    };
    let taken = take(&site.data, request, &|_| true).unwrap();
    assert!(taken.held);
    assert!(site.data.books.store().order("A").unwrap().is_none());
    let record = site
        .data
        .books
        .store()
        .file(&taken.import_id)
        .unwrap()
        .unwrap();
    let mut import = Import::take_up(&site.data, record, &|_| true).unwrap();
    assert_eq!(import.release().unwrap(), Outcome::Finished);
    assert!(site.data.books.store().order("A").unwrap().is_some());
    assert!(!import.record().is_open());
    let left = std::fs::read_dir(site.data.folders.held.path()).unwrap();
    assert_eq!(left.count(), 0);
}

#[test]
fn a_long_request_goes_the_way_of_a_file() {
    let site = Site::new("");
    let items: Vec<String> = (0..18_000).map(|id| item(&format!("K{id}"), "1")).collect();
    let text = body(&items);
    assert!(text.len() as u64 > SHORT);
    let taken = site.send(&text).unwrap();
    assert_eq!(taken.counts.of(Decision::Create), 18_000);
    let record = site
        .data
        .books
        .store()
        .file(&taken.import_id)
        .unwrap()
        .unwrap();
    assert!(!record.is_open());
    assert!(record.receipt.is_none() && record.place.is_none());
    let outbox = std::fs::read_dir(site.data.outbox.path()).unwrap();
    assert_eq!(outbox.count(), 0, "its answer is its receipt");
}

#[test]
fn the_first_step_of_a_request_is_frozen() {
    let frozen = include_str!("../../../../tests/frozen/request-step-v1.ndjson");
    let Line::File(step) = Line::parse(frozen.trim_end().as_bytes()).unwrap() else {
        panic!("no step");
    };
    let note = step.request.clone().unwrap();
    assert_eq!(
        (note.purchase, note.suppress_mail),
        (Some(false), Some(true))
    );
    assert_eq!(note.idempotency_key.as_deref(), Some("import-1/batch-7"));
    let mut written = Vec::new();
    crate::entry::write_line(&mut written, &step);
    assert_eq!(String::from_utf8(written).unwrap(), frozen);
}
