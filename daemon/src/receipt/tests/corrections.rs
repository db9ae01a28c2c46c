//! What comes back as corrections can be mended in place and sent again, and is dangerous to nobody.

use intake_core::check::Check;
use intake_core::code::{Code, Severity};
use intake_core::finding::Finding;

use super::bench::{Bench, HEADER, OFFER};

/// Checks a file as the import would; gives the findings and how many records were accepted.
fn check(bench: &Bench, content: &str) -> (Vec<Finding>, u64) {
    let mut findings = Vec::new();
    let mut sink = |finding: &Finding| findings.push(finding.clone());
    let mut check = Check::new(bench.options.clone());
    check.push(content.as_bytes(), &mut sink);
    let checked = check.finish(&mut sink);
    (findings, checked.tally.accepted)
}

fn corrections_of(name: &str, content: &str) -> (Bench, String) {
    let mut bench = Bench::new();
    bench.import(name, content.as_bytes());
    bench.write().unwrap();
    let names = bench.names();
    let name = names
        .iter()
        .find(|name| name.contains(".corrections."))
        .unwrap();
    let corrections = bench.read(name);
    (bench, corrections)
}

fn order(key: &str, quantity: &str) -> String {
    format!("{key};{OFFER};C1;{quantity};2026-01-01T00:00:00+01:00;BILLING")
}

#[test]
fn mended_values_check_clean() {
    let header = HEADER
        .replace(';', ",")
        .replace("quantity", "\"Menge\"")
        .replace('\n', "\r\n");
    let rows = ["NEW-1", "NEW-2", "\"N,\"\"3\"\"\"", "NEW-4"].map(|key| {
        let quantity = if key == "NEW-2" { "1" } else { "1e3" };
        order("KEY", quantity).replace(';', ",").replace("KEY", key) + "\r\n"
    });
    let (bench, corrections) = corrections_of("o.txt", &format!("{header}{}", rows.concat()));
    assert_eq!(bench.names()[0], "o.corrections.csv");
    let lines: Vec<_> = corrections
        .trim_start_matches('\u{feff}')
        .split("\r\n")
        .collect();
    assert_eq!(
        lines[0],
        format!("{},intake: Hinweis,intake: note", header.trim_end())
    );
    assert!(lines[2].starts_with(&rows[2].trim_end().to_owned()));
    assert!(lines[1].contains(",\"Zeile 2, Spalte D: quantity ist keine ganze Zahl"));
    assert!(lines[1].contains(",\"line 2, column D: quantity is not a whole number"));
    assert_eq!((lines.len(), lines[4]), (5, ""));
    let (findings, accepted) = check(&bench, &corrections);
    assert!(
        findings
            .iter()
            .all(|finding| finding.code == Code::IntegerInvalid),
        "{findings:?}"
    );
    assert_eq!((findings.len(), accepted), (3, 0));
    let (findings, accepted) = check(&bench, &corrections.replace("1e3", "1000"));
    assert_eq!((findings, accepted), (Vec::new(), 3));
}

#[test]
fn a_second_round_does_not_add_the_columns_again() {
    let rows = format!("{HEADER}{}\n{}\n", order("NEW-1", "0"), order("NEW-2", "x"));
    let (_, first) = corrections_of("o.csv", &rows);
    let half_mended = first.replace(&order("NEW-1", "0"), &order("NEW-1", "1"));
    let (bench, second) = corrections_of("o.corrections.csv", &half_mended);
    assert_eq!(bench.names()[0], "o.corrections.corrections.csv");
    let header = second.lines().next().unwrap();
    assert_eq!(header, first.lines().next().unwrap());
    assert_eq!(second.lines().count(), 2);
    let (findings, accepted) = check(&bench, &second.replace(";x;", ";1;"));
    assert_eq!((findings, accepted), (Vec::new(), 1));
}

#[test]
fn formulas_are_marked_and_read_back_as_they_were() {
    let header = HEADER.replace('\n', ";mobileNumber;Bemerkung\n");
    let keys = [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        " =2",
        "\u{a0}=3",
        "＝4",
        "\t=5",
        "'=6",
        "plain",
    ];
    let rows: String = keys
        .map(|key| order(key, "x") + ";+4915112345678;-7\n")
        .concat();
    let (bench, corrections) = corrections_of("o.csv", &format!("{header}{rows}"));
    for line in corrections.lines().skip(1) {
        for cell in line.split(';') {
            let first = cell.trim_start().chars().next();
            assert!(
                !matches!(first, Some('=' | '+' | '-' | '@' | '＝')),
                "{line}"
            );
            assert!(!cell.starts_with('\t'), "{line}");
        }
    }
    let (mended, accepted) = check(&bench, &corrections.replace(";x;", ";1;"));
    assert_eq!(accepted, keys.len() as u64);
    let errors = mended
        .iter()
        .filter(|finding| finding.severity() == Severity::Error);
    assert_eq!(errors.count(), 0, "{mended:?}");
    let keys_read = |content: &str| {
        let mut framer = intake_core::read::Framer::new(bench.options.clone());
        framer.push(content.as_bytes());
        framer.finish();
        let shape = framer.shape().unwrap().clone();
        let block = framer.next_block().unwrap();
        let mut keys = Vec::new();
        intake_core::read::records(&shape, &block, &mut |record| {
            let draft = intake_core::check::draft::order(&shape, record, &mut Vec::new()).unwrap();
            keys.push((
                draft.external_system_id.to_string(),
                draft.customer[0].1.to_string(),
            ));
        });
        keys
    };
    let original = format!("{header}{rows}").replace(";x;", ";1;");
    assert_eq!(
        keys_read(&corrections.replace(";x;", ";1;")),
        keys_read(&original)
    );
}

#[test]
fn a_record_of_broken_form_is_one_cell_and_swallows_nothing() {
    let broken = [
        "A;\"open;C1;1;2026-01-01T00:00:00+01:00;BILLING".to_owned(),
        "B;\"after\"x;C1;1;2026-01-01T00:00:00+01:00;BILLING".to_owned(),
        "=C;too;short".to_owned(),
        order("D", "1") + ";too;wide",
    ];
    let rows = format!("{HEADER}{}\n{}\n", broken.join("\n"), order("E", "x"));
    let (bench, corrections) = corrections_of("o.csv", &rows);
    let lines: Vec<_> = corrections.lines().collect();
    assert_eq!(lines.len(), 6);
    assert!(
        lines[1]
            .starts_with("\"A;\"\"open;C1;1;2026-01-01T00:00:00+01:00;BILLING\";;;;;;\"Zeile 2")
    );
    assert!(lines[3].starts_with("\"'=C;too;short\";;;;;;\"Zeile 4: Der Datensatz hat 3 statt 6"));
    // Sent again as it is, not one of them passes, and none touches the next.
    let (findings, accepted) = check(&bench, &corrections);
    assert_eq!(accepted, 0);
    let rejected: std::collections::BTreeSet<_> = findings
        .iter()
        .filter(|finding| finding.code.is_error())
        .map(|finding| finding.row)
        .collect();
    assert_eq!(rejected.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let (_, accepted) = check(&bench, &corrections.replace(";x;", ";1;"));
    assert_eq!(accepted, 1);
}

#[test]
fn bytes_that_are_no_text_and_line_ends_within_cells_are_kept() {
    let mut bench = Bench::new();
    let mut rows = format!("{HEADER}{}\n", order("ä\rb", "x")).into_bytes();
    rows.extend_from_slice(b"\"M\xfcller\n=1\";");
    rows.extend_from_slice(order("KEY", "x").replace("KEY;", "").as_bytes());
    bench.import("o.csv", &rows);
    bench.write().unwrap();
    let corrections = std::fs::read(bench.outbox.join("o.corrections.csv")).unwrap();
    let has = |part: &[u8]| memchr::memmem::find(&corrections, part).is_some();
    assert!(
        has("\n\"ä\rb\";".as_bytes()),
        "a quoted cell keeps the return to itself"
    );
    assert!(has(b"\n\"M\xfcller\n'=1\";"));
}

#[test]
fn a_mended_json_record_checks_clean() {
    let order = |key: &str, quantity: &str| {
        format!(
            "{{ \"externalSystemId\" : \"{key}\",\n\"plenigoOfferId\":\"{OFFER}\",\"invoiceCustomerId\":\"C1\",\n\
             \"quantity\": {quantity} ,\"startDate\":\"2026-01-01T00:00:00+01:00\",\"paymentMethod\":\"BILLING\"}}"
        )
    };
    let items = [
        order("=A\\n", "0"),
        order("NEW", "1"),
        order("ä\\u0042", "1e3"),
        "7".to_owned(),
    ];
    let body = format!("{{\"purchase\":false,\"items\":[{}]}}", items.join(",\n"));
    let (bench, corrections) = corrections_of("o.json", &body);
    assert_eq!(bench.names()[0], "o.corrections.ndjson");
    let lines: Vec<_> = corrections.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[1].contains("\"quantity\":1e3,") && lines[1].contains("\"ä\\u0042\""));
    assert!(lines[2].ends_with("\"record\":\"7\"}}"), "{}", lines[2]);
    let mended = corrections
        .replace(":0,", ":1,")
        .replace("1e3", "1000")
        .replace("=A\\n", "=A");
    let (findings, accepted) = check(&bench, &mended);
    assert_eq!(accepted, 2, "{findings:?}");
    let about_notes = findings
        .iter()
        .any(|finding| finding.code == Code::JsonKeyUnknown);
    assert!(!about_notes, "{findings:?}");
    // A second round replaces the notes.
    let (bench, second) = corrections_of("o.corrections.ndjson", &corrections);
    assert_eq!(second.matches("\"intakeNotes\"").count(), 3);
    let (findings, _) = check(&bench, &second);
    assert!(
        findings
            .iter()
            .all(|finding| finding.code != Code::JsonKeyTwice),
        "{findings:?}"
    );
}

#[test]
fn a_repeated_key_is_left_for_the_partner_to_decide() {
    let record = format!(
        "{{\"externalSystemId\":\"A\",\"externalSystemId\":\"B\",\"plenigoOfferId\":\"{OFFER}\"}}\nnonsense\n"
    );
    let (_, corrections) = corrections_of("o.ndjson", &record);
    let lines: Vec<_> = corrections.lines().collect();
    assert!(lines[0].contains("\"externalSystemId\":\"A\",\"externalSystemId\":\"B\""));
    assert!(lines[1].ends_with("\"record\":\"nonsense\"}}"));
}
