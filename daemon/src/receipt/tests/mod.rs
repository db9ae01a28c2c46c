//! A whole import is journalled as the daemon does it, and its receipt is read as a partner would.

mod bench;
mod corrections;

use std::fs;
use std::os::unix::fs::symlink;

use expect_test::expect_file;

use super::*;
use crate::entry::FileEntry;
use crate::folder::lifecycle::Step;
use crate::folder::settle::Refusal;
use bench::{Bench, HEADER, OFFER};

fn everything() -> String {
    let row = |key: &str, rest: &str| format!("{key};{OFFER};C1;{rest}\n");
    [
        HEADER.to_owned(),
        row("END-1", "1;2026-01-01T00:00:00+01:00;BILLING"),
        row("REA-1", "1;2026-01-01T00:00:00+01:00;BILLING"),
        row("PAY-1", "1;2026-01-01T00:00:00+01:00;PAYPAL"),
        row("UPD-1", "2;2026-01-01T00:00:00+01:00;BILLING"),
        row("SAME-1", "2;2026-01-01T00:00:00+01:00;BILLING"),
        row("NEW-\"1", "2;2026-01-01T00:00:00+01:00;BILLING"),
        row("<b>BAD</b>", "1e3;31.02.2026;\"=cmd|' /C calc'!A0\""),
        row("OPEN", "1;\"2026;BILLING"),
    ]
    .concat()
}

fn without_style(page: &str) -> String {
    let (before, rest) = page.split_once("<style>\n").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}<style>…</style>{after}")
}

#[test]
fn tells_machine_and_person_of_every_kind_of_row() {
    let mut bench = Bench::new();
    bench.import("Aufträge 1.csv", everything().as_bytes());
    let written = bench.write().unwrap();
    assert_eq!(written.standing, Standing::New);
    assert_eq!(
        bench.names(),
        [
            "Aufträge 1.corrections.csv",
            "Aufträge 1.csv.receipt.json",
            "Aufträge 1.csv.report.html"
        ]
    );
    let receipt = bench.read(&written.receipt);
    let parsed: serde_json::Value = serde_json::from_str(&receipt).unwrap();
    assert_eq!(parsed["counts"]["reject"], 2);
    assert_eq!(parsed["changes"].as_array().unwrap().len(), 4);
    expect_file!["receipt.json"].assert_eq(&receipt);
    expect_file!["report.html"].assert_eq(&without_style(&bench.read(&written.report)));
}

#[test]
fn is_made_again_to_the_same_bytes_whatever_was_left() {
    let mut bench = Bench::new();
    bench.import("o.csv", everything().as_bytes());
    bench.write().unwrap();
    let names = bench.names();
    let whole: Vec<_> = names.iter().map(|name| bench.read(name)).collect();
    // The files come in the order corrections, report, receipt: a crash leaves a beginning of it.
    for left in [0, 1, 2] {
        for name in [
            "o.corrections.csv",
            "o.csv.report.html",
            "o.csv.receipt.json",
        ]
        .iter()
        .skip(left)
        {
            fs::remove_file(bench.outbox.join(name)).unwrap();
        }
        assert_eq!(bench.write().unwrap().standing, Standing::New);
        assert_eq!(bench.names(), names, "{left} left");
        let again: Vec<_> = names.iter().map(|name| bench.read(name)).collect();
        assert_eq!(again, whole, "{left} left");
    }
    // Where the receipt is, nothing is written again, also where the partner has taken the rest.
    fs::remove_file(bench.outbox.join("o.corrections.csv")).unwrap();
    assert_eq!(bench.write().unwrap().standing, Standing::AlreadyThere);
    assert_eq!(bench.names().len(), 2);
}

#[test]
fn another_file_of_the_same_name_gets_names_with_its_id() {
    let mut bench = Bench::new();
    bench.import("o.csv", everything().as_bytes());
    bench.write().unwrap();
    bench.import("o.csv", everything().as_bytes());
    let written = bench.write().unwrap();
    assert_eq!(written.receipt, "o.csv.000002.receipt.json");
    assert_eq!(bench.write().unwrap().standing, Standing::AlreadyThere);
    let receipt: serde_json::Value = serde_json::from_str(&bench.read(&written.receipt)).unwrap();
    assert_eq!(receipt["importId"], "000002");
    assert_eq!(receipt["report"], "o.csv.000002.report.html");
    // The plain name becoming free does not make a second receipt of it.
    fs::remove_file(bench.outbox.join("o.csv.receipt.json")).unwrap();
    assert_eq!(bench.write().unwrap().receipt, written.receipt);
}

#[test]
fn foreign_files_are_neither_replaced_nor_opened() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let mut bench = Bench::new();
    bench.import("o.csv", everything().as_bytes());
    let path = |name: &str| bench.outbox.join(name);
    mknodat(
        CWD,
        path("o.csv.receipt.json"),
        FileType::Fifo,
        Mode::RWXU,
        0,
    )
    .unwrap();
    symlink("/etc/passwd", path("o.000001.corrections.csv")).unwrap();
    fs::write(path("o.csv.000001-2.report.html"), "mine").unwrap();
    let written = bench.write().unwrap();
    assert_eq!(written.receipt, "o.csv.000001-3.receipt.json");
    assert_eq!(bench.read("o.csv.000001-2.report.html"), "mine");
    assert_eq!(bench.write().unwrap().standing, Standing::AlreadyThere);
}

#[test]
fn no_free_name_is_an_error_that_can_be_mended() {
    let mut bench = Bench::new();
    bench.import("o.csv", everything().as_bytes());
    let ids = ["", ".000001"].into_iter().map(ToOwned::to_owned);
    let ids: Vec<_> = ids
        .chain((2..=9).map(|number| format!(".000001-{number}")))
        .collect();
    for id in &ids {
        fs::write(bench.outbox.join(format!("o.csv{id}.report.html")), "mine").unwrap();
    }
    let error = bench.write().unwrap_err();
    assert!(matches!(error, ReceiptError::NoFreeName { .. }), "{error}");
    assert_eq!(bench.names().len(), ids.len());
    fs::remove_file(bench.outbox.join("o.csv.report.html")).unwrap();
    assert_eq!(bench.write().unwrap().standing, Standing::New);
}

#[test]
fn a_receipt_of_another_time_with_the_same_number_is_not_taken_for_ours() {
    let mut bench = Bench::new();
    bench.import("o.csv", everything().as_bytes());
    bench.write().unwrap();
    bench.record.claimed = "2027-01-01T00:00:00Z".to_owned();
    let written = bench.write().unwrap();
    assert_eq!(written.standing, Standing::New);
    assert_eq!(written.receipt, "o.csv.000001.receipt.json");
}

#[test]
fn a_file_that_could_not_be_read_has_its_findings_and_no_corrections() {
    let mut bench = Bench::new();
    bench.begin("o.xlsx", b"PK\x03\x04 and so on");
    let mut step = FileEntry::new(
        &bench.record.import_id,
        "2026-11-23T09:00:02Z",
        Step::Rejected,
    );
    let finding = intake_core::finding::Finding::about_file(
        intake_core::code::Code::FileNotText,
        intake_core::finding::Detail::Text("XLSX".into()),
    );
    let finding = serde_json::to_value(intake_core::report::Item(&finding)).unwrap();
    step.findings = vec![finding.clone(), finding];
    step.reason = Some("the file is not a text file".to_owned());
    bench.step(&step);
    let written = bench.write().unwrap();
    assert_eq!(bench.names(), ["o.xlsx.receipt.json", "o.xlsx.report.html"]);
    let receipt: serde_json::Value = serde_json::from_str(&bench.read(&written.receipt)).unwrap();
    assert_eq!(receipt["state"], "rejected");
    assert_eq!(receipt["file"]["format"], serde_json::Value::Null);
    assert_eq!(receipt["finishedAt"], "2026-11-23T09:00:02Z");
    assert_eq!(receipt["findings"].as_array().unwrap().len(), 1);
    let page = bench.read(&written.report);
    assert!(page.contains("Die Datei wurde abgelehnt; nichts aus ihr wurde übernommen."));
    assert!(page.contains("The file is not a text file (XLSX)."));
}

#[test]
fn a_discarded_import_says_what_was_planned() {
    let mut bench = Bench::new();
    bench.begin("o.csv", HEADER.as_bytes());
    let mut step = FileEntry::new(
        &bench.record.import_id,
        "2026-11-23T09:00:02Z",
        Step::Planned,
    );
    step.rows = Some(900);
    step.counts = Some([("end".to_owned(), 900)].into());
    bench.step(&step);
    let error = bench.write().unwrap_err();
    assert!(matches!(error, ReceiptError::Undecided { .. }), "{error}");
    bench.step(&FileEntry::new(
        &bench.record.import_id,
        "2026-11-24T09:00:00Z",
        Step::Discarded,
    ));
    let written = bench.write().unwrap();
    let receipt: serde_json::Value = serde_json::from_str(&bench.read(&written.receipt)).unwrap();
    assert_eq!(
        (&receipt["state"], &receipt["counts"]["end"]),
        (&"discarded".into(), &900.into())
    );
    assert_eq!(receipt["file"]["format"], "csv");
    assert!(
        bench
            .read(&written.report)
            .contains("What was planned for the rows")
    );
}

#[test]
fn a_lost_body_costs_the_corrections_only() {
    let mut bench = Bench::new();
    bench.import("o.csv", everything().as_bytes());
    fs::remove_file(&bench.body).unwrap();
    let written = bench.write().unwrap();
    assert_eq!(bench.names(), ["o.csv.receipt.json", "o.csv.report.html"]);
    let receipt: serde_json::Value = serde_json::from_str(&bench.read(&written.receipt)).unwrap();
    assert_eq!(receipt["corrections"], serde_json::Value::Null);
    assert!(!receipt["rejects"].as_array().unwrap().is_empty());
}

#[test]
fn hostile_names_and_values_stay_text() {
    let mut bench = Bench::new();
    let evil = "\u{202e}\"><script>alert(1)</script>\n.csv";
    let cell = "\"UPD \u{202e}\"\"<img src=x onerror=alert(1)>\n=1\"";
    let rows = format!("{HEADER}{cell};O;C1;1;2026-01-01T00:00:00+01:00;BAD\n");
    bench.import(evil, rows.as_bytes());
    let written = bench.write().unwrap();
    for name in bench.names() {
        assert!(!name.contains(['\n', '<', '\u{202e}', '"']), "{name}");
    }
    let page = bench.read(&written.report);
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202e}'));
    let receipt: serde_json::Value = serde_json::from_str(&bench.read(&written.receipt)).unwrap();
    // The name and the value as they are told in the journal, for programs.
    assert_eq!(receipt["file"]["name"], bench.record.file);
    assert!(
        receipt["rejects"][0]["value"]
            .as_str()
            .unwrap()
            .contains('\u{202e}')
    );
}

#[test]
fn two_hundred_thousand_rows_wait_on_disk() {
    let mut bench = Bench::new();
    bench.begin("o.csv", HEADER.as_bytes());
    bench.many_rows(200_000);
    let record = &bench.record;
    let collection =
        Collection::of(&bench.journal_folder, record, &bench.outbox, &TimeZone::UTC).unwrap();
    let lists = &collection.lists;
    assert_eq!(lists.created.entries(), 100_000);
    assert_eq!(lists.changes.entries(), 50_000);
    assert_eq!(lists.rejects.entries(), 50_000);
    assert_eq!(collection.tables.rejected.total, 50_000);
    for spool in [
        &lists.created,
        &lists.changes,
        &lists.rejects,
        &collection.reasons,
        &collection.tables.rejected.rows,
        &collection.tables.updated.rows,
    ] {
        assert!(spool.bytes_in_memory() <= 2 * spool::KEPT_IN_MEMORY);
    }
    drop(collection);
    let written = bench.write().unwrap();
    let receipt: serde_json::Value = serde_json::from_str(&bench.read(&written.receipt)).unwrap();
    assert_eq!(receipt["rejects"].as_array().unwrap().len(), 50_000);
    let page = bench.read(&written.report);
    assert!(page.contains("The first 10\u{202f}000 of 50\u{202f}000 stand here"));
}

#[test]
fn refusals_are_told_once() {
    let bench = Bench::new();
    let tell = |name: &str, refusal| {
        refused(&Refused {
            partner: "acme",
            name: name.as_ref(),
            refusal,
            time: "2026-11-23T09:00:00Z",
            outbox: &bench.outbox,
            time_zone: &TimeZone::UTC,
        })
        .unwrap()
    };
    let first = tell("o.csv", Refusal::Symlink);
    assert_eq!(
        (&*first.receipt, first.standing),
        ("o.csv.receipt.json", Standing::New)
    );
    assert_eq!(
        tell("o.csv", Refusal::Symlink).standing,
        Standing::AlreadyThere
    );
    let second = tell("o.csv", Refusal::Fifo);
    assert_eq!(
        (&*second.receipt, second.standing),
        ("o.csv.refused.receipt.json", Standing::New)
    );
    assert_eq!(
        tell("o.csv", Refusal::Fifo),
        Written {
            standing: Standing::AlreadyThere,
            ..second
        }
    );
    assert_eq!(
        tell("o.csv", Refusal::Symlink).standing,
        Standing::AlreadyThere
    );
    expect_file!["refused.json"].assert_eq(&bench.read(&first.receipt));
    expect_file!["refused.html"].assert_eq(&without_style(&bench.read(&first.report)));
}
