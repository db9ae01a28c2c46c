//! Sheets of workbooks that leave mended: what every cell means stays, and what is lost stays wrong.

use super::tests::{findings, meanings, mend};
use super::{Mending, record_with};
use crate::finding::Finding;
use crate::workbook::make::Xlsx;
use expect_test::expect;
use std::collections::BTreeMap;

fn text(cell: &str, text: &str) -> String {
    format!("<c r='{cell}' t='inlineStr'><is><t xml:space='preserve'>{text}</t></is></c>")
}

fn typed(cell: &str, kind: &str, value: &str) -> String {
    format!("<c r='{cell}' {kind}><v>{value}</v></c>")
}

/// A title, a header, an empty row, and rows of which the last cells are not there.
fn workbook() -> Vec<u8> {
    let header = [
        "Abonummer",
        "Angebot",
        "Kunde",
        "Menge",
        "Beginn",
        "Zahlart",
        "Lieferkunde",
        "Bemerkung; frei",
        "Ende",
    ];
    let columns = ["A", "B", "C", "D", "E", "F", "G", "H", "I"];
    let header: String = header
        .iter()
        .zip(columns)
        .map(|(header, column)| text(&format!("{column}3"), header))
        .collect();
    let order = |row: u32, id: &str, more: &str| {
        let at = |column: &str| format!("{column}{row}");
        format!(
            "<row r='{row}'>{id}{}{}{}{}{}{more}</row>",
            text(&at("B"), "O_MZA1E7173120881551"),
            text(&at("C"), "00042"),
            typed(&at("D"), "s='0'", "1.0"),
            typed(&at("E"), "s='1'", "43545.730555555558"),
            text(&at("F"), "Lastschrift "),
        )
    };
    let rows = [
        format!(
            "<row r='1'>{}{}</row>",
            text("A1", "=Liste"),
            typed("C1", "s='1'", "43545")
        ),
        format!("<row r='3'>{header}</row>"),
        order(
            5,
            &text("A5", "A;1"),
            &(text("G5", "=1+1") + &text("H5", "a\n\"b\"") + &typed("I5", "s='1'", "46387")),
        ),
        order(6, &typed("A6", "s='2'", "42"), ""),
        order(7, &typed("A7", "s='1'", "43545"), ""),
        order(8, &typed("A8", "", "1.2345678901234567E+19"), ""),
        order(9, &text("A9", "A9"), &typed("G9", "t='e'", "#N/A")),
        order(10, &text("A10", "A10"), "<c r='G10'><f>A1&amp;B1</f></c>"),
        order(11, &text("A11", "A11"), &text("I11", "31.12.2026")),
    ];
    Xlsx::rows(&rows.concat()).file()
}

#[test]
fn a_sheet_leaves_as_csv() {
    let (out, mended) = mend(&workbook(), &Mending::safe(), 1000);
    expect![[r#"
        ﻿'=Liste;;2019-03-21␍
        ␍
        Abonummer;Angebot;Kunde;Menge;Beginn;Zahlart;Lieferkunde;"Bemerkung; frei";Ende␍
        ␍
        "A;1";O_MZA1E7173120881551;00042;1;2019-03-21T17:32:00+01:00;BANK_ACCOUNT;'=1+1;"a
        ""b""";2026-12-31T23:59:59+01:00␍
        00042;O_MZA1E7173120881551;00042;1;2019-03-21T17:32:00+01:00;BANK_ACCOUNT;;;␍
        #ERROR! 2019-03-21;O_MZA1E7173120881551;00042;1;2019-03-21T17:32:00+01:00;BANK_ACCOUNT;;;␍
        #ERROR! 12345678901234567000;O_MZA1E7173120881551;00042;1;2019-03-21T17:32:00+01:00;BANK_ACCOUNT;;;␍
        A9;O_MZA1E7173120881551;00042;1;2019-03-21T17:32:00+01:00;BANK_ACCOUNT;#ERROR! #N/A;;␍
        A10;O_MZA1E7173120881551;00042;1;2019-03-21T17:32:00+01:00;BANK_ACCOUNT;#ERROR! =A1&B1;;␍
        A11;O_MZA1E7173120881551;00042;1;2019-03-21T17:32:00+01:00;BANK_ACCOUNT;;;2026-12-31T23:59:59+01:00␍
    "#]]
    .assert_eq(&shown(&out));
    assert_eq!(mended.edited, 0);
}

fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).replace('\r', "␍")
}

/// Row, field, code.
fn told(findings: &[Finding]) -> Vec<String> {
    let errors = findings.iter().filter(|finding| finding.code.is_error());
    errors
        .map(|finding| format!("{} {:?} {}", finding.row, finding.field, finding.code))
        .collect()
}

#[test]
fn what_it_means_stays_and_what_is_lost_stays_wrong() {
    let workbook = workbook();
    let (out, _) = mend(&workbook, &Mending::safe(), 1000);
    assert_eq!(meanings(&out), meanings(&workbook));
    let rejected = |file: &[u8]| -> Vec<u64> {
        let findings = findings(file);
        let errors = findings.iter().filter(|finding| finding.code.is_error());
        errors.map(|finding| finding.row).collect()
    };
    assert_eq!(rejected(&out), rejected(&workbook));
    expect![[r#"
        3 Some(ExternalSystemId) cell-error
        4 Some(ExternalSystemId) cell-error
        5 Some(DeliveryCustomerId) cell-error
        6 Some(DeliveryCustomerId) cell-error"#]]
    .assert_eq(&told(&findings(&out)).join("\n"));
    let (again, mended) = mend(&out, &Mending::safe(), 1000);
    assert_eq!((again, mended.cells()), (out, 0));
}

#[test]
fn a_row_without_its_last_cells_takes_texts_into_them() {
    let shape = super::tests::shape_of(&workbook());
    let texts = BTreeMap::from([(2, "b".into()), (5, "e,".into()), (7, "g".into())]);
    let row = record_with(&shape, b"1,2,3", &texts);
    assert_eq!(String::from_utf8(row).unwrap(), "1,b,3,,\"e,\",,g");
}
