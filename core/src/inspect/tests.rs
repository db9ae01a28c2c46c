//! What is shown of a file is what a whole pass over it finds, whatever pieces and pages it comes in.

use super::{Answer, Export, ExportKind, FindingsQuery, Identity, Inspection, Known, RowsQuery};
use crate::catalog::{Catalog, Offer, OfferManager};
use crate::check::Check;
use crate::moment::Moment;
use crate::order::Terms;
use crate::plan::knowledge::{Knowledge, KnownOrder, Nothing, Presence};
use crate::profile::{Delivery, Profile};
use crate::report::{FileIdentity, check_head, check_item, check_tail};
use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::convert::Infallible;

const OFFER: &str = "O_MZA1E7173120881551";
const HEADER: &str = "externalSystemId;plenigoOfferId;invoiceCustomerId;quantity;startDate;paymentMethod;endDate;email;language;Bemerkung\n";

/// A state with some orders of the partner.
#[derive(Debug, Default)]
struct Book {
    orders: BTreeMap<String, Order>,
}

#[derive(Clone, Debug)]
struct Order {
    terms: Terms,
}

impl KnownOrder for Order {
    fn partner(&self) -> &'static str {
        "kiosk"
    }

    fn terms(&self) -> &Terms {
        &self.terms
    }
}

impl Knowledge for Book {
    type Order = Order;
    type Error = Infallible;

    fn orders(&self, keys: &[&str]) -> Result<Vec<Option<Order>>, Infallible> {
        Ok(keys
            .iter()
            .map(|key| self.orders.get(*key).cloned())
            .collect())
    }

    fn customers(&self, ids: &[&str]) -> Result<Vec<Presence>, Infallible> {
        let told = |id: &&str| match *id {
            "C1" => Presence::Exists,
            _ => Presence::NotTold,
        };
        Ok(ids.iter().map(told).collect())
    }

    fn has_email(&self, _: &str) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn each_order(&self, visit: &mut dyn FnMut(&Order)) -> Result<(), Infallible> {
        self.orders.values().for_each(visit);
        Ok(())
    }
}

pub(super) fn now() -> Moment {
    Moment::parse("2026-06-01T00:00:00Z").unwrap()
}

fn book() -> Known<Book> {
    let mut orders = BTreeMap::new();
    for number in 0..20 {
        let key = format!("K{number}");
        let mut terms = Terms::blank(&key);
        terms.offer = OFFER.into();
        terms.invoice_customer = "C1".into();
        terms.start = Moment::parse("2026-01-01T00:00:00Z").unwrap();
        orders.insert(key, Order { terms });
    }
    let offer = Offer {
        managed_by: OfferManager::External,
        ..Offer::new(OFFER, "Daily")
    };
    Known {
        knowledge: Book { orders },
        catalog: Catalog::from([(OFFER.into(), offer)]),
        state: None,
        taken: None,
    }
}

pub(super) fn profile() -> Profile {
    Profile::of("kiosk")
}

/// A file with rows of every kind: some right, some wrong, some twice.
pub(super) fn file(kinds: &[u8]) -> String {
    let mut text = HEADER.to_owned();
    for (index, kind) in kinds.iter().enumerate() {
        let number = index % 25;
        let row = match kind % 8 {
            0 => format!("K{number};{OFFER};C1;1;2026-01-01T00:00:00Z;PAYPAL;;;;\n"),
            1 => format!("N{index};{OFFER};C1;0;2026-01-01;CASH;;;;x\n"),
            2 => format!(
                "N{index};{OFFER};C{index};2;2026-01-01T00:00:00Z;ZERO;;a{number}@example.org;de;\n"
            ),
            3 => format!(
                "K{number};{OFFER};C1;1;2026-01-01T00:00:00Z;ZERO;2026-07-01T00:00:00Z;;;\"a\nb\"\n"
            ),
            4 => ";;;;;;;;;\n".to_owned(),
            5 => format!("N{index};\"O;{OFFER};C1;1;2026-01-01T00:00:00Z;PAYPAL;;;;\n"),
            6 => format!(
                "\nN{index};O_UNKNOWN00000000000;C1;1;2026-01-01T00:00:00Z;PAYPAL;2025-01-01T00:00:00Z;;;\n"
            ),
            _ => format!(
                "D{};{OFFER};C1;{};2026-01-01T00:00:00Z;PAYPAL;;;;\n",
                number % 3,
                1 + index % 2
            ),
        };
        text.push_str(&row);
    }
    text
}

pub(super) fn inspected<K: Knowledge<Error = Infallible>>(
    bytes: &[u8],
    piece: usize,
    profile: Profile,
    known: Option<Known<K>>,
) -> Inspection<K> {
    let mut inspection = Inspection::new("file.csv", profile, now(), known);
    for piece in bytes.chunks(piece) {
        inspection.push(piece);
    }
    inspection.end_of_file();
    let mut given = 0;
    while let Some(span) = inspection.wanted() {
        inspection.give(span.block, at(bytes, span));
        given += 1;
        assert!(given <= bytes.len(), "the inspection asks for ever");
    }
    inspection
}

/// The text of a file: itself, where it is text in UTF-8.
fn text_of(bytes: &[u8]) -> Vec<u8> {
    let mut inspection = Inspection::<Nothing>::new("file.csv", profile(), now(), None);
    let mut text = Vec::new();
    let mut unchanged = bytes.len();
    let mut take = |taken: Option<(u64, Vec<u8>)>| {
        if let Some((before, made)) = taken {
            unchanged = before as usize;
            text.extend(made);
        }
    };
    inspection.push(bytes);
    take(inspection.take_text());
    inspection.end_of_file();
    take(inspection.take_text());
    [&bytes[..unchanged], &text].concat()
}

fn at(bytes: &[u8], span: super::Span) -> &[u8] {
    &bytes[span.offset as usize..][..span.length as usize]
}

fn ready<K: Knowledge<Error = Infallible>>(
    inspection: &mut Inspection<K>,
    bytes: &[u8],
    mut ask: impl FnMut(&mut Inspection<K>) -> Answer,
) -> Value {
    for _ in 0..10_000 {
        match ask(inspection) {
            Answer::Ready(json) => return serde_json::from_slice(&json).unwrap(),
            Answer::Read(span) => inspection.give(span.block, at(bytes, span)),
        }
    }
    panic!("the page is never ready");
}

/// All items of a question, a page at a time, and the total that each page told.
fn all<K: Knowledge<Error = Infallible>>(
    inspection: &mut Inspection<K>,
    bytes: &[u8],
    size: u64,
    ask: impl Fn(&mut Inspection<K>, u64, u64) -> Answer,
) -> Vec<Value> {
    let mut items = Vec::new();
    loop {
        let from = items.len() as u64;
        let mut page = ready(inspection, bytes, |inspection| ask(inspection, from, size));
        let Value::Array(some) = page["items"].take() else {
            panic!("a page has items");
        };
        let ended = some.len() < size as usize;
        items.extend(some);
        if ended {
            assert_eq!(page["total"], items.len(), "the total is what there is");
            return items;
        }
    }
}

fn findings(query: &FindingsQuery) -> impl Fn(&mut Inspection<Book>, u64, u64) -> Answer {
    |inspection, from, count| inspection.findings(query, from, count).unwrap()
}

fn exported<K: Knowledge<Error = Infallible>>(
    inspection: &Inspection<K>,
    bytes: &[u8],
    piece: usize,
    kind: ExportKind,
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut export = Export::begin(kind, inspection, &mut out);
    for piece in bytes.chunks(piece) {
        export.push(inspection, piece, &mut out);
    }
    export.finish(inspection, &mut out);
    out
}

/// The report as a check writes it.
fn report(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    check_head(&mut out);
    let mut check = Check::new(profile().read_options(now()));
    let mut items = 0;
    let mut sink = |finding: &_| {
        check_item(&mut out, items, finding);
        items += 1;
    };
    check.push(bytes, &mut sink);
    let checked = check.finish(&mut sink);
    let shape = checked.shape.as_deref();
    let identity = FileIdentity::new("file.csv", checked.sha256, checked.bytes, shape);
    check_tail(&mut out, &identity, &checked.tally);
    out
}

pub(super) fn kinds() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0..8u8, 0..60)
}

proptest! {
    // Each case makes many pages.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_file_by_itself_is_shown_as_a_check_reports_it(
        kinds in kinds(), piece in 1usize..400, size in 1u64..30,
    ) {
        let file = file(&kinds);
        let bytes = file.as_bytes();
        let mut inspection = inspected::<Book>(bytes, piece, profile(), None);
        let report = report(bytes);
        prop_assert_eq!(
            String::from_utf8(exported(&inspection, bytes, piece, ExportKind::Report)).unwrap(),
            String::from_utf8(report.clone()).unwrap()
        );
        let report: Value = serde_json::from_slice(&report).unwrap();
        let verdict: Value = serde_json::from_slice(&inspection.verdict().unwrap()).unwrap();
        for key in ["file", "rows", "accepted", "rejected", "empty", "errors", "warnings", "notes"] {
            prop_assert_eq!(&verdict[key], &report[key], "{}", key);
        }
        let counts = |json: &Value| {
            let groups = json["groups"].as_array().unwrap().iter();
            groups
                .map(|group| {
                    let key = (group["code"].to_string(), group["field"].to_string());
                    (key, group["count"].as_u64().unwrap())
                })
                .collect::<BTreeMap<_, _>>()
        };
        prop_assert_eq!(counts(&verdict), counts(&report));
        let shown = all(&mut inspection, bytes, size, findings(&FindingsQuery::default()));
        let mut places: Vec<_> = shown.iter().map(place).collect();
        let items = report["items"].as_array().unwrap();
        let mut expected: Vec<_> = items.iter().map(place).collect();
        places.sort();
        expected.sort();
        prop_assert_eq!(places, expected);
    }

    #[test]
    fn filters_part_what_there_is(kinds in kinds(), piece in 1usize..400, size in 1u64..30) {
        let file = file(&kinds);
        let bytes = file.as_bytes();
        let mut inspection = inspected(bytes, piece, profile(), Some(book()));
        let everything = all(&mut inspection, bytes, size, findings(&FindingsQuery::default()));
        let mut parted = 0;
        for severity in ["error", "warning", "note"] {
            let query = FindingsQuery { severity: Some(severity.to_owned()), ..FindingsQuery::default() };
            let some = all(&mut inspection, bytes, size, findings(&query));
            prop_assert!(some.iter().all(|item| item["severity"] == severity));
            parted += some.len();
        }
        prop_assert_eq!(parted, everything.len());
        let verdict: Value = serde_json::from_slice(&inspection.verdict().unwrap()).unwrap();
        for group in verdict["groups"].as_array().unwrap() {
            let query: FindingsQuery = serde_json::from_value(serde_json::json!({
                "code": group["code"], "field": group["field"],
            })).unwrap();
            let some = all(&mut inspection, bytes, size, findings(&query));
            prop_assert_eq!(&group["count"], some.len());
            prop_assert_eq!(place(&some[0]), first_place(group));
        }
        let query = FindingsQuery { text: Some("n1".to_owned()), ..FindingsQuery::default() };
        let has = |item: &&Value| {
            ["value", "header", "field", "externalSystemId"]
                .iter()
                .any(|key| item[key].as_str().is_some_and(|text| text.to_lowercase().contains("n1")))
        };
        let expected: Vec<_> = everything.iter().filter(has).cloned().collect();
        // What was not looked at yet is never read for a page.
        let Answer::Ready(_) = inspection.findings(&query, 0, size).unwrap() else {
            panic!("a search does not wait");
        };
        while let Some(span) = inspection.unseen(&query).unwrap() {
            inspection.give(span.block, at(bytes, span));
        }
        let some = all(&mut inspection, bytes, size, findings(&query));
        prop_assert_eq!(some, expected);
    }

    #[test]
    fn pages_of_the_plan_are_the_plan(
        kinds in kinds(), piece in 1usize..400, size in 1u64..30, full in any::<bool>(),
    ) {
        let file = file(&kinds);
        let bytes = file.as_bytes();
        let profile = Profile {
            delivery: if full { Delivery::Full } else { Delivery::Delta },
            ..profile()
        };
        let mut inspection = inspected(bytes, piece, profile, Some(book()));
        let plan = exported(&inspection, bytes, piece, ExportKind::Plan);
        let plan: Value = serde_json::from_slice(&plan).unwrap();
        let mut lines = Vec::new();
        for decision in [None, Some("createCustomer"), Some("missing")] {
            let query = RowsQuery { decision: decision.map(str::to_owned), text: None };
            let ask = |inspection: &mut Inspection<Book>, from, count| {
                inspection.rows(&query, from, count).unwrap()
            };
            lines.extend(all(&mut inspection, bytes, size, ask));
        }
        for line in &mut lines {
            line.as_object_mut().unwrap().remove("sheetRow");
        }
        prop_assert_eq!(&Value::from(lines.clone()), &plan["rows"]);
        let verdict: Value = serde_json::from_slice(&inspection.verdict().unwrap()).unwrap();
        prop_assert_eq!(&verdict["plan"]["counts"], &plan["counts"]);
        for decision in ["create", "update", "payment", "end", "reactivate", "unchanged", "reject"] {
            let with = |line: &&Value| line["decision"] == decision && line["proposed"].is_null();
            let count = lines.iter().filter(with).count();
            prop_assert_eq!(&plan["counts"][decision], count, "{}", decision);
        }
    }

    #[test]
    fn records_stand_as_they_were_written(kinds in kinds(), piece in 1usize..400) {
        let file = file(&kinds);
        let bytes = file.as_bytes();
        let mut inspection = inspected::<Book>(bytes, piece, profile(), None);
        for row in 1..=inspection.progress().rows {
            let record = ready(&mut inspection, bytes, |inspection| inspection.record(row));
            let (line, raw) = (record["line"].as_u64().unwrap(), record["raw"].as_str().unwrap());
            let from = file.split_inclusive('\n').take(line as usize - 1).map(str::len).sum::<usize>();
            prop_assert!(file[from..].starts_with(raw), "record {}", row);
            // A spreadsheet has a row for every line end outside quotes.
            let before = &file[..from];
            let inner = before.matches("\"a\nb\"").count();
            prop_assert_eq!(record["sheetRow"].as_u64().unwrap() + inner as u64, line);
        }
        prop_assert_eq!(ready(&mut inspection, bytes, |inspection| inspection.record(0)), Value::Null);
    }
}

fn place(item: &Value) -> (Option<u64>, Option<u64>, String, String) {
    (
        item["row"].as_u64(),
        item["line"].as_u64(),
        item["code"].to_string(),
        item["field"].to_string(),
    )
}

fn first_place(group: &Value) -> (Option<u64>, Option<u64>, String, String) {
    let first = &group["first"][0];
    (
        first["row"].as_u64(),
        first["line"].as_u64(),
        group["code"].to_string(),
        group["field"].to_string(),
    )
}

#[test]
fn corrections_hold_the_rejected_rows_alone() {
    let file = file(&[0, 1, 2, 5, 0]);
    let inspection = inspected(file.as_bytes(), 7, profile(), Some(book()));
    let corrections = exported(&inspection, file.as_bytes(), 11, ExportKind::Corrections);
    let corrections = String::from_utf8(corrections).unwrap();
    let lines: Vec<_> = corrections.lines().collect();
    assert_eq!(lines.len(), 3, "{corrections}");
    assert!(lines[0].starts_with("\u{feff}externalSystemId;"));
    assert!(lines[1].starts_with("N1;") && lines[1].contains("quantity"));
}

#[test]
fn corrections_of_a_full_book_end_nothing() {
    let full = Profile {
        delivery: Delivery::Full,
        end_missing: true,
        ..profile()
    };
    let file = file(&[0, 1]);
    let of_book = inspected(file.as_bytes(), 7, full.clone(), Some(book()));
    let missing = |inspection: &Inspection<Book>| {
        let verdict: Value = serde_json::from_slice(&inspection.verdict().unwrap()).unwrap();
        verdict["plan"]["counts"]["missing"].clone()
    };
    assert_eq!(missing(&of_book), 19);
    let csv = exported(&of_book, file.as_bytes(), 11, ExportKind::Corrections);
    let json = br#"{"intakeNotes":{"de":"","en":""},"externalSystemId":"N1"}"#.to_vec();
    for corrections in [csv, json] {
        let corrected = inspected(&corrections, 7, full.clone(), Some(book()));
        assert_eq!(corrected.progress().rows, 1);
        assert_eq!(missing(&corrected), 0);
    }
}

#[test]
fn a_file_that_cannot_be_read_has_a_verdict_too() {
    for content in ["", "no header at all\n1\n", "\u{1}\0\u{2}"] {
        let bytes = content.as_bytes();
        let mut inspection = inspected::<Nothing>(bytes, 1, profile(), None);
        let verdict: Value = serde_json::from_slice(&inspection.verdict().unwrap()).unwrap();
        assert_eq!(verdict["fileRejected"], true, "{content:?}");
        let ask = |inspection: &mut Inspection<Nothing>, from, count| {
            inspection
                .findings(&FindingsQuery::default(), from, count)
                .unwrap()
        };
        let items = all(&mut inspection, bytes, 1, ask);
        assert_eq!(Value::from(items), verdict["aboutFile"]);
        let report = exported(&inspection, bytes, 1, ExportKind::Report);
        assert_eq!(report, self::report(bytes));
    }
}

#[test]
fn a_file_identified_elsewhere_is_told_as_any_other() {
    let file = file(&[0, 1, 2, 3, 4, 5, 6, 7]);
    let bytes = file.as_bytes();
    let mut elsewhere =
        Inspection::<Nothing>::new("file.csv", profile(), now(), None).identified_elsewhere();
    elsewhere.push(bytes);
    elsewhere.end_of_file_of(Identity {
        sha256: Sha256::digest(bytes).into(),
        bytes: bytes.len() as u64,
    });
    let here = inspected::<Nothing>(bytes, 7, profile(), None);
    assert!(here.verdict().is_some());
    assert_eq!(elsewhere.verdict(), here.verdict());
}

#[test]
fn words_of_a_query_mean_something() {
    let mut inspection = inspected::<Nothing>(HEADER.as_bytes(), 9, profile(), None);
    let query = |text: &str| serde_json::from_str::<FindingsQuery>(text).unwrap();
    for wrong in [r#"{"code":"x"}"#, r#"{"field":"x"}"#, r#"{"severity":"x"}"#] {
        assert!(inspection.findings(&query(wrong), 0, 1).is_err(), "{wrong}");
    }
    assert_eq!(query(r#"{"field":null}"#).field, Some(None));
    assert!(serde_json::from_str::<FindingsQuery>(r#"{"colour":"x"}"#).is_err());
}

#[test]
fn what_is_no_text_is_looked_into_through_its_text() {
    let row = |name: &str| format!("A-{name};{OFFER};C1;1;2026-01-01T00:00:00Z;PAYPAL;;;;{name}\n");
    let file = HEADER.to_owned() + &row("Meier").repeat(20) + &row("Müller") + &row("Straße");
    let wide: Vec<u8> = file.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let narrow: Vec<u8> = file
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    let mut plain = inspected::<Nothing>(file.as_bytes(), 50, profile(), None);
    let expected = ready(&mut plain, file.as_bytes(), |inspection| {
        inspection.record(21)
    });
    assert_eq!(expected["cells"][9]["text"], "Müller");
    for bytes in [wide, narrow] {
        let text = text_of(&bytes);
        assert_eq!(String::from_utf8(text.clone()).unwrap(), file);
        let mut inspection = inspected::<Nothing>(&bytes, 50, profile(), None);
        let record = ready(&mut inspection, &text, |inspection| inspection.record(21));
        assert_eq!(record, expected);
        let identity = inspection.identity().unwrap();
        assert_eq!(identity.bytes, bytes.len() as u64);
        let corrections = exported(&inspection, &bytes, 33, ExportKind::Corrections);
        assert_eq!(
            corrections,
            exported(&plain, file.as_bytes(), 33, ExportKind::Corrections)
        );
    }
}
