//! Does the log answer what it is asked for, and nothing else?

use super::*;
use crate::cli::args::{self, Command};
use crate::commands::fixture::{Data, Row, german, plain, speech, terms};
use crate::entry::ROW_PREFIX;
use intake_core::plan::Decision;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

fn arguments(given: &[&str]) -> Log {
    let line = ["intake", "log", "--data", "d"].iter().chain(given);
    let cli = args::parse(line.map(std::ffi::OsString::from)).unwrap();
    let Command::Log(log) = cli.command else {
        panic!("another command")
    };
    log
}

fn asked(data: &Data, given: &[&str], speech: &Speech) -> String {
    let mut out = Vec::new();
    let never = || false;
    log(&data.journal(), &arguments(given), speech, &mut out, &never).unwrap();
    plain(&out)
}

#[test]
fn text_is_a_line_for_each_row() {
    let data = Data::usual();
    expect_test::expect![[r#"
        2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  record 1  A-1  create  order 1  O_MZA1E7173120881551
        2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  record 2  B "2"  create  order 2  O_MZA1E7173120881551
        2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  record 3  C-3  reject  60404  There is no such offer.
        2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  record 1  A-1  end  order 1  endDate: – → 2027-01-01T00:00:00+01:00, plenigoBonusIds: – → B_1|B_2
        2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  record 2  B "2"  unchanged  order 2
        2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  record 3  –  reject  60404  There is no such offer.
    "#]].assert_eq(&asked(&data, &[], &speech()));
    expect_test::expect![[r#"
        2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  Datensatz 1  A-1  create  Auftrag 1  O_MZA1E7173120881551
        2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  Datensatz 2  B "2"  create  Auftrag 2  O_MZA1E7173120881551
        2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  Datensatz 3  C-3  reject  60404  Das Angebot gibt es nicht.
        2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  Datensatz 1  A-1  end  Auftrag 1  endDate: – → 2027-01-01T00:00:00+01:00, plenigoBonusIds: – → B_1|B_2
        2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  Datensatz 2  B "2"  unchanged  Auftrag 2
        2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  Datensatz 3  –  reject  60404  Das Angebot gibt es nicht.
    "#]].assert_eq(&asked(&data, &[], &german()));
}

#[test]
fn json_is_the_journal_byte_for_byte() {
    let data = Data::usual();
    let mut frames = Frames::open(&data.journal(), Position::START).unwrap();
    let mut rows = Vec::new();
    while let Some(frame) = frames.next().unwrap() {
        for line in frame.lines.split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(ROW_PREFIX) {
                rows.extend_from_slice(line);
            }
        }
    }
    let rows = String::from_utf8(rows).unwrap();
    assert_eq!(asked(&data, &["--format", "json"], &speech()), rows);
    let since = &["--format", "json", "--since", "2026-11-01"];
    assert_eq!(asked(&data, since, &speech()), rows);
}

#[test]
fn filters_leave_only_what_fits_exactly() {
    let data = Data::usual();
    let numbers = |given: &[&str]| -> Vec<u64> {
        let given: Vec<&str> = given.iter().copied().chain(["--format", "json"]).collect();
        let lines = asked(&data, &given, &speech());
        let id = |line| serde_json::from_str::<serde_json::Value>(line).unwrap()["logId"].as_u64();
        lines.lines().filter_map(id).collect()
    };
    assert_eq!(numbers(&["--external-id", "A-1"]), [1, 4]);
    assert_eq!(numbers(&["--external-id", "B \"2\""]), [2, 5]);
    assert_eq!(numbers(&["--external-id", "A-"]), [0; 0]);
    assert_eq!(numbers(&["--failed"]), [3, 6]);
    assert_eq!(numbers(&["--failed", "--external-id", "C-3"]), [3]);
    assert_eq!(numbers(&["--partner", "alpha"]).len(), 6);
    assert_eq!(numbers(&["--partner", "beta"]), [0; 0]);
    assert_eq!(
        numbers(&["--offer", "O_MZA1E7173120881551", "--failed"]),
        [3, 6]
    );
    // As it is shown and as it is on the disk.
    assert_eq!(numbers(&["--file", "orders%0A000001.csv"]), [1, 2, 3]);
    assert_eq!(numbers(&["--file", "orders\n000001.csv"]), [1, 2, 3]);
    // Half past ten in the evening in London is the next day in Berlin, and nothing later.
    assert_eq!(numbers(&["--since", "2026-11-22"]), [4, 5, 6]);
    assert_eq!(numbers(&["--since", "2026-11-23"]), [0; 0]);
    assert_eq!(numbers(&["--until", "2026-11-20"]), [1, 2, 3]);
    assert_eq!(
        numbers(&["--since", "2d", "--until", "2026-11-22T22:30:00Z"]),
        [4, 5, 6]
    );
}

#[test]
fn an_export_is_a_record_for_each_entry() {
    let data = Data::usual();
    let exported = |given: &[&str], speech: &Speech| {
        let line = ["intake", "export", "log", "--data", "d"]
            .iter()
            .chain(given);
        let cli = args::parse(line.map(std::ffi::OsString::from)).unwrap();
        let Command::Export(args::ExportAction::Log(arguments)) = cli.command else {
            panic!("another command")
        };
        let mut out = Vec::new();
        export(&data.journal(), &arguments, speech, &mut out, &|| false).unwrap();
        String::from_utf8(out).unwrap()
    };
    expect_test::expect![[r#"
        logId,time,importId,partner,file,row,line,externalSystemId,plenigoOfferId,decision,success,orderId,errorCode,errorReason,changes
        1,2026-11-20T09:00:00Z,000001,alpha,orders%0A000001.csv,1,2,A-1,O_MZA1E7173120881551,create,true,1,,,externalSystemId: – → A-1 | plenigoOfferId: – → O_MZA1E7173120881551 | invoiceCustomerId: – → 100003 | quantity: – → 1 | startDate: – → 2025-12-31T23:00:00Z | paymentMethod: – → PAYPAL | managedBy: – → EXTERNAL
        2,2026-11-20T09:00:00Z,000001,alpha,orders%0A000001.csv,2,3,"B ""2""",O_MZA1E7173120881551,create,true,2,,,"externalSystemId: – → B ""2"" | plenigoOfferId: – → O_MZA1E7173120881551 | invoiceCustomerId: – → 100003 | quantity: – → 1 | startDate: – → 2025-12-31T23:00:00Z | paymentMethod: – → PAYPAL | managedBy: – → EXTERNAL"
        3,2026-11-20T09:00:00Z,000001,alpha,orders%0A000001.csv,3,4,C-3,O_MZA1E7173120881551,reject,false,,60404,There is no such offer.,
        4,2026-11-22T22:30:00Z,000002,alpha,orders%0A000002.csv,1,2,A-1,O_MZA1E7173120881551,end,true,1,,,"endDate: – → 2026-12-31T23:00:00Z | plenigoBonusIds: – → [""B_1"",""B_2""]"
        5,2026-11-22T22:30:00Z,000002,alpha,orders%0A000002.csv,2,3,"B ""2""",O_MZA1E7173120881551,unchanged,true,2,,,
        6,2026-11-22T22:30:00Z,000002,alpha,orders%0A000002.csv,3,4,,O_MZA1E7173120881551,reject,false,,60404,There is no such offer.,
    "#]].assert_eq(&exported(&[], &speech()));
    expect_test::expect![[r#"
        logId,time,importId,partner,file,row,line,externalSystemId,plenigoOfferId,decision,success,orderId,errorCode,errorReason,changes
        6,2026-11-22T22:30:00Z,000002,alpha,orders%0A000002.csv,3,4,,O_MZA1E7173120881551,reject,false,,60404,Das Angebot gibt es nicht.,
    "#]]
        .assert_eq(&exported(&["--failed", "--since", "2026-11-22"], &german()));
    // NDJSON is what `intake log` gives to programs.
    let lines = exported(&["--format", "ndjson", "--failed"], &speech());
    assert_eq!(
        lines,
        asked(&data, &["--format", "json", "--failed"], &speech())
    );
}

#[test]
fn no_cell_of_an_export_is_a_formula() {
    let mut data = Data::new();
    let time = "2026-11-23T09:00:00Z";
    data.append(time, |lines, next_log| {
        let mut row = Row {
            lines,
            next_log,
            time,
            import_id: "000001",
        };
        row.taken(
            1,
            Decision::Create,
            1,
            None,
            &terms("=cmd|' /C calc'!A0,\"x\""),
        );
    });
    let mut out = Vec::new();
    let arguments = args::ExportLog {
        choice: args::LogChoice::default(),
        data: args::DataDirectory { path: "d".into() },
        format: args::ExportFormat::Csv,
    };
    export(&data.journal(), &arguments, &speech(), &mut out, &|| false).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.contains(",\"'=cmd|' /C calc'!A0,\"\"x\"\"\","),
        "{text}"
    );
}

#[test]
fn an_empty_journal_has_no_entries() {
    let directory = tempfile::tempdir().unwrap();
    let mut out = Vec::new();
    let journal = directory.path().join("journal");
    let outcome = log(&journal, &arguments(&[]), &speech(), &mut out, &|| false).unwrap();
    assert_eq!((outcome, out.len()), (Outcome::Done, 0));
}

#[test]
fn a_reader_that_goes_ends_it() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let data = Data::usual();
    let follow = arguments(&["--follow"]);
    let outcome = log(&data.journal(), &follow, &speech(), &mut Gone, &|| false).unwrap();
    assert_eq!(outcome, Outcome::Done);
}

/// What is written, seen by another thread; its third entry stops the log.
struct Watched<'w>(&'w Mutex<String>, &'w AtomicBool);

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut seen = self.0.lock().unwrap();
        seen.push_str(std::str::from_utf8(bytes).unwrap());
        self.1.store(seen.contains("A-3"), Ordering::SeqCst);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn following_goes_on_with_what_comes() {
    let mut data = Data::new();
    let journal = data.journal();
    let (seen, is_done) = (Mutex::new(String::new()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut out, stop) = (Watched(&seen, &is_done), || is_done.load(Ordering::SeqCst));
            let follow = arguments(&["--follow", "--format", "json"]);
            log(&journal, &follow, &speech(), &mut out, &stop).unwrap();
        });
        for number in 1..=3 {
            let time = "2026-11-23T09:00:00Z";
            data.append(time, |lines, next_log| {
                let mut row = Row {
                    lines,
                    next_log,
                    time,
                    import_id: "000001",
                };
                let terms = terms(&format!("A-{number}"));
                row.taken(number, Decision::Create, number, None, &terms);
            });
        }
    });
    assert_eq!(seen.into_inner().unwrap().lines().count(), 3);
}
