//! Titles above the header, headers further down, sums, and what a spreadsheet leaves behind on the right.

use super::{HEADER, check, options, row, run, verdict};
use crate::field::Table;
use crate::finding::Finding;
use crate::inspect::{Answer, FindingsQuery, Inspection};
use crate::plan::knowledge::Nothing;
use crate::profile::Profile;
use crate::read::ReadOptions;
use expect_test::expect;

#[test]
fn a_header_may_stand_below_a_title() {
    let title = "Aboliste des Verlags;;;;;\r\n\r\nStand: 21.03.2026;;von;Vertrieb;;\r\n";
    let file = |rows: &str| format!("{title}{}{rows}", HEADER.replace(',', ";"));
    check(
        file(&row("A").replace(',', ";")),
        &expect![[r#"
            0 4 0 - header-below "Aboliste des Verlags | Stand: 21.03.2026 von Vertrieb" Text("4")
            1 rows: 1 accepted, 0 rejected, 0 empty
        "#]],
    );
    // Nothing is clear enough here.
    check(
        "Aboliste\nKunde;Menge\n1;2\n",
        &expect![[r#"
            0 1 0 - header-unknown "Aboliste"
            0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
        "#]],
    );
    // A first line that names a field is left only for one that names more than it could by chance.
    check(
        format!("Kunde,Meier\n{HEADER}{}", row("A")),
        &expect![[r#"
            0 2 0 - header-below "Kunde Meier" Text("2")
            1 rows: 1 accepted, 0 rejected, 0 empty
        "#]],
    );
    let far = "x\n".repeat(20);
    check(
        format!("{far}{HEADER}{}", row("A")),
        &expect![[r#"
            0 1 0 - header-unknown "x"
            0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
        "#]],
    );
}

#[test]
fn where_it_stands_does_not_depend_on_how_the_bytes_arrive() {
    let title = "\u{feff}Liste\n\n\"von\nbis\"\n";
    for filler in [0, 40] {
        let rows: String = (0..filler).map(|id| row(&format!("A{id}"))).collect();
        let file = format!(
            "{title}{HEADER}{rows}{HEADER}{}Summe,,,{filler}\n",
            row("B")
        );
        let whole = verdict(options(), [file.as_bytes()]);
        assert!(whole.contains("header-below"), "{whole}");
        for length in [1, 2, 7, 100, 1500] {
            let pieces = file.as_bytes().chunks(length);
            assert_eq!(verdict(options(), pieces), whole, "in pieces of {length}");
        }
    }
}

#[test]
fn the_header_again_and_sums_are_passed_over() {
    let file = format!(
        "{HEADER}{}{HEADER}\u{feff}{HEADER}{}Zwischensumme,,,2,,\n,,Gesamt:,3\nSumme,{}",
        row("A"),
        row("B"),
        row("C").split_once(',').unwrap().1,
    );
    check(
        file,
        &expect![[r#"
            2 3 0 - header-again "externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod"
            3 4 0 - header-again "\u{feff}externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod"
            5 6 0 - totals-row "Zwischensumme"
            6 7 0 - totals-row "Gesamt:"
            7 rows: 3 accepted, 0 rejected, 4 empty
        "#]],
    );
}

#[test]
fn rules_and_what_pads_a_file_are_passed_over() {
    let file = format!(
        "{HEADER}-----,--,--,---,----,------\n{}-,-,-,-,-,-\n{}\n\x1a",
        row("A"),
        "=".repeat(40)
    );
    check(
        file,
        &expect![[r#"
        1 2 0 - rule-row "-----,--,--,---,----,------"
        3 4 2 plenigoOfferId text-wrong-length "-" Range(20, 20)
        3 4 4 quantity not-given-read "-" Text("-")
        3 4 5 startDate not-given-read "-" Text("-")
        3 4 6 paymentMethod not-given-read "-" Text("-")
        3 4 4 quantity required-missing "-"
        3 4 5 startDate required-missing "-"
        3 4 6 paymentMethod payment-method-missing "-"
        4 5 0 - rule-row "========================================"
        5 6 0 - record-empty ""
        5 rows: 1 accepted, 1 rejected, 3 empty
    "#]],
    );
}

#[test]
fn what_a_spreadsheet_opens_besides_is_named() {
    for (file, name) in [
        ("<html><table><tr><td>quantity</td></tr>", "HTML"),
        ("\u{feff}\r\n<TABLE border=0>", "HTML"),
        (
            "<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>",
            "XML 2003",
        ),
        ("<?xml version='1.0'?><orders/>", "XML"),
    ] {
        let whole = verdict(options(), [file.as_bytes()]);
        assert!(
            whole.starts_with(&format!("0 0 0 - workbook-format Text({name:?})")),
            "{whole}"
        );
        for length in [1, 5] {
            assert_eq!(verdict(options(), file.as_bytes().chunks(length)), whole);
        }
    }
    let whole = verdict(options(), [b"<quantity>,startDate\n".as_slice()]);
    assert!(whole.contains("column-missing"), "{whole}");
}

#[test]
fn ids_that_programs_took_for_numbers_are_told() {
    check(
        format!(
            "{HEADER}{}{}",
            row("100003.0"),
            row("=\"0042\"").replace("PAYPAL", "=\"PAYPAL\"")
        ),
        &expect![[r#"
            1 2 1 externalSystemId decimal-id "100003.0" Text("100003") ?> "100003"
            2 3 1 externalSystemId formula-read "=\"0042\"" Text("0042") => "0042"
            2 3 6 paymentMethod formula-read "=\"PAYPAL\"" Text("PAYPAL") => "PAYPAL"
            2 rows: 2 accepted, 0 rejected, 0 empty
        "#]],
    );
}

#[test]
fn columns_without_a_name_or_a_value_are_none() {
    let wide = |text: &str| text.replace('\n', ",,,\n");
    check(
        format!("{}{}{}", wide(HEADER), wide(&row("A")), row("B")),
        &expect![[r#"
            2 rows: 2 accepted, 0 rejected, 0 empty
        "#]],
    );
    // Where something stands below, it is a column.
    check(
        format!(
            "{}{}{}",
            wide(HEADER),
            wide(&row("A")),
            row("B").replace('\n', ",,x,\n")
        ),
        &expect![[r#"
            0 1 7 - column-unnamed under ""
            0 1 8 - column-unnamed under ""
            2 rows: 2 accepted, 0 rejected, 0 empty
        "#]],
    );
}

#[test]
fn a_file_of_customers_is_known_by_its_header() {
    check(
        "Kundennummer;E-Mail;Sprache;Vorname;Nachname;externalSystemId\n\
         1;a@example.org;deutsch;Ann;Meier;K1\n2;a.example.org;xx;;;\n",
        &expect![[r#"
            0 1 0 - customers-file
            1 2 3 language word-read "deutsch" under "Sprache" Text("de") => "de"
            2 3 2 email email-invalid "a.example.org" under "E-Mail"
            2 3 3 language language-invalid "xx" under "Sprache"
            2 rows: 1 accepted, 1 rejected, 0 empty
        "#]],
    );
    // One that names a single field of an order is an orders file, and says what is missing.
    let (found, _) = run(options(), [&b"E-Mail;Sprache;Menge\n"[..]]);
    assert!(
        found
            .iter()
            .all(|finding| finding.code.name() == "column-missing"
                || finding.row > 0
                || finding.code.name() == "file-no-records")
    );
    let customers = ReadOptions::new(Table::Customers, options().now);
    let (found, checked) = run(customers, [&b"E-Mail;Sprache\na@example.org;de\n"[..]]);
    assert_eq!((found, checked.tally.accepted), (Vec::new(), 1));
}

/// The rows in which a spreadsheet shows what was found.
fn sheet_rows(file: &str) -> Vec<u64> {
    let mut inspection = Inspection::<Nothing>::new("f", Profile::of("a"), options().now, None);
    inspection.push(file.as_bytes());
    inspection.end_of_file();
    let page = loop {
        match inspection
            .findings(&FindingsQuery::default(), 0, 9)
            .unwrap()
        {
            Answer::Ready(page) => break page,
            Answer::Read(span) => {
                let (start, length) = (span.offset as usize, span.length as usize);
                inspection.give(span.block, &file.as_bytes()[start..start + length]);
            }
        }
    };
    let page: serde_json::Value = serde_json::from_slice(&page).unwrap();
    let items = page["items"].as_array().unwrap().iter();
    items.filter_map(|item| item["sheetRow"].as_u64()).collect()
}

#[test]
fn places_are_those_of_the_spreadsheet() {
    let wrong = row("A").replace("PAYPAL", "CASH");
    // The line that demands a delimiter is none of the sheet's rows.
    assert_eq!(sheet_rows(&format!("sep=,\n{HEADER}{wrong}")), [2]);
    assert_eq!(sheet_rows(&format!("\n{HEADER}{wrong}")), [3]);
    assert_eq!(sheet_rows(&format!("\"a\nb\"\n\n{HEADER}{wrong}")), [4]);
    let inner = HEADER.replace("quantity", "\"quan\ntity\"");
    let other = wrong.replacen('A', "B", 1);
    assert_eq!(sheet_rows(&format!("{inner}{wrong}\n{other}")), [2, 4]);
}

#[test]
fn errors_of_spreadsheets_are_no_values() {
    let found = |file: &str| -> Vec<Finding> { run(options(), [file.as_bytes()]).0 };
    for (from, to) in [
        ("A", "#NV"),
        ("A", "#REF!"),
        ("C1", "#WERT!"),
        (",1,", ",#####,"),
    ] {
        let file = format!("{HEADER}{}", row("A").replacen(from, to, 1));
        let codes: Vec<_> = found(&file)
            .iter()
            .map(|finding| finding.code.name())
            .collect();
        assert_eq!(codes, ["cell-error"], "{to}");
    }
    let file = format!("{HEADER}{}", row("#A"));
    assert_eq!(found(&file), []);
}
