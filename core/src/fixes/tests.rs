//! Mended files: what differs, what does not, and that mending ends.

use super::*;
use crate::check::{Check, examine};
use crate::field::Table;
use crate::finding::Finding;
use crate::moment::Moment;
use expect_test::expect;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn options() -> ReadOptions {
    let now = Moment::parse("2026-06-01T00:00:00Z").unwrap();
    ReadOptions::new(Table::Orders, now)
}

pub(super) fn mend(file: &[u8], mending: &Mending, piece: usize) -> (Vec<u8>, Mended) {
    let mut mender = Mender::new(options(), mending.clone());
    let mut out = Vec::new();
    for piece in file.chunks(piece) {
        mender.push(piece, &mut out);
    }
    let done = mender.finish(&mut out);
    (out, done)
}

pub(super) fn findings(file: &[u8]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut check = Check::new(options());
    check.push(file, &mut |finding| findings.push(finding.clone()));
    check.finish(&mut |finding| findings.push(finding.clone()));
    findings
}

pub(super) fn shape_of(file: &[u8]) -> std::sync::Arc<Shape> {
    let mut framer = Framer::new(options());
    framer.push(file);
    framer.finish();
    while framer.next_block().is_some() {}
    std::sync::Arc::clone(framer.shape().unwrap())
}

/// What the rows mean that are no errors: number and content.
pub(super) fn meanings(file: &[u8]) -> Vec<String> {
    let mut framer = Framer::new(options());
    framer.push(file);
    framer.finish();
    let mut meanings = Vec::new();
    while let Some(block) = framer.next_block() {
        let shape = framer.shape().unwrap();
        for row in examine(shape, &block).rows {
            if !row.rejected {
                let facts = format!("{row:?}");
                // Where the key stands in its block depends on the length of the others.
                let (key, content) = facts.split_once("key_end: ").unwrap();
                let content = content.split_once(',').unwrap().1;
                meanings.push(format!("{key}{content}"));
            }
        }
    }
    meanings
}

const FILE: &str = "\u{feff}\r\nAbonummer;Angebot;Kunde;Menge;Beginn;Zahlart;Bemerkung;Ende\r\n\
    A1; O_MZA1E7173120881551;C1;1,0;21.03.2019;Lastschrift;\"a;b\";k.A.\r\n\
    \r\n\
    \"A2\";O_MZA1E7173120881551;C1;\"2\";\"21.03.2019\";PAYPALL; x ;\r\n\
    \"A3;O_MZA1E7173120881551\r\n\
    A4;O_MZA1E7173120881551;C1;1.000;2019-03-21T00:00:00Z;PAYPAL;;31.12.2026;;;\r\n\
    A5;O_MZA1E7173120881551;C1;1;2019-03-21T00:00:00Z;PAYPAL;;";

#[test]
fn only_mended_cells_differ() {
    let (safe, mended) = mend(FILE.as_bytes(), &Mending::safe(), 7);
    expect![[r#"
        ﻿␍
        Abonummer;Angebot;Kunde;Menge;Beginn;Zahlart;Bemerkung;Ende␍
        A1;O_MZA1E7173120881551;C1;1;2019-03-21T00:00:00+01:00;BANK_ACCOUNT;"a;b";␍
        ␍
        "A2";O_MZA1E7173120881551;C1;"2";"2019-03-21T00:00:00+01:00";PAYPALL; x ;␍
        "A3;O_MZA1E7173120881551␍
        A4;O_MZA1E7173120881551;C1;1.000;2019-03-21T00:00:00Z;PAYPAL;;2026-12-31T23:59:59+01:00;;;␍
        A5;O_MZA1E7173120881551;C1;1;2019-03-21T00:00:00Z;PAYPAL;;"#]]
    .assert_eq(&String::from_utf8(safe).unwrap().replace('\r', "␍"));
    expect![[r#"
        Mended {
            fixed: {
                (
                    WhitespaceTrimmed,
                    PlenigoOfferId,
                ): 1,
                (
                    DateRead,
                    StartDate,
                ): 2,
                (
                    DateRead,
                    EndDate,
                ): 1,
                (
                    NumberRead,
                    Quantity,
                ): 1,
                (
                    WordRead,
                    PaymentMethod,
                ): 1,
                (
                    NotGivenRead,
                    EndDate,
                ): 1,
            },
            edited: 0,
            proposed: 2,
        }
    "#]]
    .assert_debug_eq(&mended);
    let (all, mended) = mend(FILE.as_bytes(), &Mending::all(), 1000);
    expect![[r#"
        ﻿␍
        Abonummer;Angebot;Kunde;Menge;Beginn;Zahlart;Bemerkung;Ende␍
        A1;O_MZA1E7173120881551;C1;1;2019-03-21T00:00:00+01:00;BANK_ACCOUNT;"a;b";␍
        ␍
        "A2";O_MZA1E7173120881551;C1;"2";"2019-03-21T00:00:00+01:00";PAYPAL; x ;␍
        "A3;O_MZA1E7173120881551␍
        A4;O_MZA1E7173120881551;C1;1;2019-03-21T00:00:00Z;PAYPAL;;2026-12-31T23:59:59+01:00;;;␍
        A5;O_MZA1E7173120881551;C1;1;2019-03-21T00:00:00Z;PAYPAL;;"#]]
    .assert_eq(&String::from_utf8(all).unwrap().replace('\r', "␍"));
    assert_eq!(mended.proposed, 0);
}

#[test]
fn what_a_person_has_put_in_goes_first() {
    let only = Taken::Only([(Code::DateRead, Field::StartDate)].into());
    let mending = Mending {
        safe: only,
        edits: [
            ((1, 4), "7".into()),
            ((1, 7), "a \"new\" one".into()),
            ((2, 1), "=1+1".into()),
            ((3, 1), "lost".into()),
        ]
        .into(),
        ..Mending::default()
    };
    let (edited, mended) = mend(FILE.as_bytes(), &mending, 1000);
    expect![[r#"
        ﻿␍
        Abonummer;Angebot;Kunde;Menge;Beginn;Zahlart;Bemerkung;Ende␍
        A1; O_MZA1E7173120881551;C1;7;2019-03-21T00:00:00+01:00;Lastschrift;"a ""new"" one";k.A.␍
        ␍
        "'=1+1";O_MZA1E7173120881551;C1;"2";"2019-03-21T00:00:00+01:00";PAYPALL; x ;␍
        "A3;O_MZA1E7173120881551␍
        A4;O_MZA1E7173120881551;C1;1.000;2019-03-21T00:00:00Z;PAYPAL;;31.12.2026;;;␍
        A5;O_MZA1E7173120881551;C1;1;2019-03-21T00:00:00Z;PAYPAL;;"#]]
    .assert_eq(&String::from_utf8(edited).unwrap().replace('\r', "␍"));
    assert_eq!(mended.edited, 3);
}

#[test]
fn a_file_in_another_encoding_leaves_as_text() {
    let file = "Abonummer;Angebot;Kunde;Menge;Beginn;Zahlart;Straße\nA1;O_MZA1E7173120881551;C1;1,0;21.03.2019;Überweisung;Müller\n";
    let narrow: Vec<u8> = file
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap())
        .collect();
    let expected = file
        .replace("1,0", "1")
        .replace("21.03.2019", "2019-03-21T00:00:00+01:00")
        .replace("Überweisung", "BILLING");
    for piece in [1, 7, 1000] {
        let (mended, done) = mend(&narrow, &Mending::safe(), piece);
        assert_eq!(
            String::from_utf8(mended).unwrap(),
            format!("\u{feff}{expected}")
        );
        assert_eq!(done.cells(), 3);
    }
}

#[test]
fn what_is_no_file_of_cells_is_copied() {
    for file in [
        &b"{\"externalSystemId\": \" A \"}\n{}"[..],
        b"[{\"quantity\": \"x\"}]",
        b"no header\n",
        b"",
    ] {
        let (copied, mended) = mend(file, &Mending::all(), 5);
        assert_eq!(copied, file);
        assert_eq!(mended, Mended::default());
    }
}

fn a_file() -> impl Strategy<Value = String> {
    let cell = |values: &[&'static str]| {
        select(values.to_vec()).prop_flat_map(|value| {
            prop_oneof![
                4 => Just(value.to_owned()),
                1 => Just(format!(" {value} ")),
                1 => Just(format!("\"{value}\"")),
                1 => Just(format!("{value}\u{200b}")),
            ]
        })
    };
    let row = (
        cell(&[
            "A1",
            "A2",
            "=1",
            "'=1",
            "",
            "A\u{a0}3",
            "4,71E+12",
            "\u{200b}=x",
            "n/a",
        ]),
        cell(&["1", "1,0", "1.000", "+2", "1 000", "1.234", "-", "x", "5.0"]),
        cell(&[
            "2026-01-01T00:00:00Z",
            "21.03.2019",
            "21.3.19 17:32",
            "03/04/2026",
            "13/04/2026",
            "31.02.2026",
            "29.03.2026 02:30",
            "25.10.2026 02:30",
            "45737",
        ]),
        cell(&[
            "PAYPAL",
            "paypal",
            "Lastschrift",
            "PAYPALL",
            "Bar",
            "k.A.",
            "NULL",
        ]),
        cell(&["", "31.12.2026", "k.A.", "NULL", "null", "2026-12-31 17:00"]),
        cell(&["", "n/a", "C2", "-", "keine Angabe"]),
        cell(&["", "+49 151 12345", "0151 12345", "+4915112345"]),
        select(vec!["\r\n", "\n", "\n\n"]),
    );
    vec(row, 1..12).prop_map(|rows| {
        let mut file = "externalSystemId;plenigoOfferId;invoiceCustomerId;quantity;startDate;paymentMethod;endDate;Lieferkunde;Handy;x\n".to_owned();
        for (id, quantity, start, method, end, delivery, telephone, line_end) in rows {
            file.push_str(&format!(
                "{id};O_MZA1E7173120881551;C1;{quantity};{start};{method};{end};{delivery};{telephone};\" y \"{line_end}"
            ));
        }
        file
    })
}

proptest! {
    #[test]
    fn a_mended_file_means_the_same_and_is_mended_once(file in a_file(), piece in 1usize..200) {
        let (once, mended) = mend(file.as_bytes(), &Mending::safe(), piece);
        let (whole, _) = mend(file.as_bytes(), &Mending::safe(), file.len());
        prop_assert_eq!(&once, &whole, "pieces");
        let left = findings(&once);
        let safe = left.iter().filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe));
        prop_assert_eq!(safe.count(), 0, "{:?}", left);
        let (twice, again) = mend(&once, &Mending::safe(), piece);
        prop_assert_eq!(&twice, &once);
        prop_assert_eq!(again.cells(), 0);
        prop_assert_eq!(meanings(&once), meanings(file.as_bytes()));
        let fixes = findings(file.as_bytes());
        let fixes = fixes.iter().filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe));
        prop_assert!(mended.cells() <= fixes.count() as u64);
    }

    #[test]
    fn mending_with_proposals_ends_too(file in a_file()) {
        let (once, _) = mend(file.as_bytes(), &Mending::all(), 1000);
        let left = findings(&once);
        prop_assert_eq!(left.iter().filter(|finding| finding.fix.is_some()).count(), 0, "{:?}", left);
        let (twice, _) = mend(&once, &Mending::all(), 1000);
        prop_assert_eq!(twice, once);
    }
}
