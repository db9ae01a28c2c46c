//! Values as partners write them: what is read, with before and after, what is proposed, and what stays an error.

use super::{HEADER, OFFER, check, check_with, options, run};
use crate::code::Severity;
use crate::reading::words::PartnerWords;
use crate::reading::zone::Zone;
use crate::reading::{DateOrder, Reading, Values};
use expect_test::{Expect, expect};

/// An orders file with one column more and a row for each of its values.
fn column(header: &str, values: &[&str]) -> String {
    let rows = values.iter().enumerate().map(|(index, value)| {
        format!("A{index};{OFFER};C1;1;2026-01-01T00:00:00Z;PAYPAL;{value}\n")
    });
    let head = HEADER.trim_end().replace(',', ";");
    format!("{head};{header}\n{}", rows.collect::<String>())
}

/// One in which the values stand in a required column instead.
fn instead(header: &str, values: &[&str]) -> String {
    let names = HEADER.trim_end().split(',');
    let at = names.clone().position(|name| name == header).unwrap();
    let rows = values.iter().enumerate().map(|(index, value)| {
        let id = format!("A{index}");
        let mut cells = [&*id, OFFER, "C1", "1", "2026-01-01T00:00:00Z", "PAYPAL"];
        cells[at] = value;
        format!("{}\n", cells.join(";"))
    });
    format!(
        "{}\n{}",
        names.collect::<Vec<_>>().join(";"),
        rows.collect::<String>()
    )
}

fn check_reading(reading: Reading, file: &str, expect: &Expect) {
    let options = crate::read::ReadOptions {
        reading,
        ..options()
    };
    check_with(options, file, expect);
}

#[test]
fn dates() {
    let values = [
        "21.03.2019",
        "21.3.19",
        "2019-03-21",
        "21.03.2019 17:32",
        "2019-03-21 17:32:00",
        "20190321",
        "2019-03-21 17:32:00+01",
        "21. März 2019, 17:32 Uhr",
        "29.03.2026 02:30",
        "25.10.2026 02:30",
        "31.02.2026",
        "43545",
        "morgen",
    ];
    check(
        instead("startDate", &values),
        &expect![[r#"
        1 2 5 startDate date-read "21.03.2019" Text("2019-03-21T00:00:00+01:00") => "2019-03-21T00:00:00+01:00"
        2 3 5 startDate date-read "21.3.19" Text("2019-03-21T00:00:00+01:00") => "2019-03-21T00:00:00+01:00"
        3 4 5 startDate date-read "2019-03-21" Text("2019-03-21T00:00:00+01:00") => "2019-03-21T00:00:00+01:00"
        4 5 5 startDate date-read "21.03.2019 17:32" Text("2019-03-21T17:32:00+01:00") => "2019-03-21T17:32:00+01:00"
        5 6 5 startDate date-read "2019-03-21 17:32:00" Text("2019-03-21T17:32:00+01:00") => "2019-03-21T17:32:00+01:00"
        6 7 5 startDate date-read "20190321" Text("2019-03-21T00:00:00+01:00") => "2019-03-21T00:00:00+01:00"
        7 8 5 startDate date-read "2019-03-21 17:32:00+01" Text("2019-03-21T17:32:00+01:00") => "2019-03-21T17:32:00+01:00"
        8 9 5 startDate date-read "21. März 2019, 17:32 Uhr" Text("2019-03-21T17:32:00+01:00") => "2019-03-21T17:32:00+01:00"
        9 10 5 startDate time-in-gap "29.03.2026 02:30" Text("2026-03-29T03:30:00+02:00") ?> "2026-03-29T03:30:00+02:00"
        10 11 5 startDate time-twice "25.10.2026 02:30" Text("2026-10-25T02:30:00+02:00") ?> "2026-10-25T02:30:00+02:00"
        11 12 5 startDate date-time-no-such "31.02.2026"
        12 13 5 startDate date-time-invalid "43545" ?> "2019-03-21T00:00:00+01:00"
        13 14 5 startDate date-time-invalid "morgen"
        13 rows: 10 accepted, 3 rejected, 0 empty
    "#]],
    );
}

#[test]
fn an_end_that_names_a_day_lasts_until_its_last_second() {
    check(
        column(
            "endDate",
            &[
                "31.12.2026",
                "31.12.2026 00:00",
                "k.A.",
                "0000-00-00",
                "NULL",
            ],
        ),
        &expect![[r#"
            1 2 7 endDate date-read "31.12.2026" Text("2026-12-31T23:59:59+01:00") => "2026-12-31T23:59:59+01:00"
            2 3 7 endDate date-read "31.12.2026 00:00" Text("2026-12-31T00:00:00+01:00") => "2026-12-31T00:00:00+01:00"
            3 4 7 endDate not-given-read "k.A." Text("k.A.") => ""
            4 5 7 endDate not-given-read "0000-00-00" Text("0000-00-00") => ""
            5 rows: 5 accepted, 0 rejected, 0 empty
        "#]],
    );
    check(
        column(
            "Geburtsdatum",
            &["17.05.1980", "17.5.80", "17.5.25", "1980-05-17 00:00:00"],
        ),
        &expect![[r#"
            1 2 7 birthday date-read "17.05.1980" under "Geburtsdatum" Text("1980-05-17") => "1980-05-17"
            2 3 7 birthday date-read "17.5.80" under "Geburtsdatum" Text("1980-05-17") => "1980-05-17"
            3 4 7 birthday date-ambiguous "17.5.25" under "Geburtsdatum" Text("1925-05-17 / 2025-05-17") ?> "1925-05-17"
            4 5 7 birthday date-read "1980-05-17 00:00:00" under "Geburtsdatum" Text("1980-05-17") => "1980-05-17"
            4 rows: 3 accepted, 1 rejected, 0 empty
        "#]],
    );
}

#[test]
fn day_and_month_are_told_by_their_column() {
    // Each column by itself, whatever stands in the other.
    let rows = |starts: [&str; 3]| {
        let rows = starts
            .iter()
            .enumerate()
            .map(|(index, start)| format!("A{index};{OFFER};C1;1;{start};PAYPAL;12/31/2027\n"));
        let head = HEADER.trim_end().replace(',', ";");
        format!("{head};endDate\n{}", rows.collect::<String>())
    };
    check(
        rows(["03/04/2026", "13/04/2026", "05/05/2026"]),
        &expect![[r#"
            1 2 5 startDate date-read "03/04/2026" Text("2026-04-03T00:00:00+02:00") => "2026-04-03T00:00:00+02:00"
            1 2 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            2 3 5 startDate date-read "13/04/2026" Text("2026-04-13T00:00:00+02:00") => "2026-04-13T00:00:00+02:00"
            2 3 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            3 4 5 startDate date-read "05/05/2026" Text("2026-05-05T00:00:00+02:00") => "2026-05-05T00:00:00+02:00"
            3 4 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            3 rows: 3 accepted, 0 rejected, 0 empty
        "#]],
    );
    check(
        rows(["03/04/2026", "05/04/2026", "05/05/2026"]),
        &expect![[r#"
            1 2 5 startDate date-ambiguous "03/04/2026" Text("2026-04-03 / 2026-03-04") ?> "2026-04-03T00:00:00+02:00"
            1 2 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            2 3 5 startDate date-ambiguous "05/04/2026" Text("2026-04-05 / 2026-05-04") ?> "2026-04-05T00:00:00+02:00"
            2 3 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            3 4 5 startDate date-read "05/05/2026" Text("2026-05-05T00:00:00+02:00") => "2026-05-05T00:00:00+02:00"
            3 4 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            3 rows: 1 accepted, 2 rejected, 0 empty
        "#]],
    );
    check(
        rows(["03/04/2026", "13/04/2026", "04/13/2026"]),
        &expect![[r#"
            1 2 5 startDate date-ambiguous "03/04/2026" Text("2026-04-03 / 2026-03-04") ?> "2026-04-03T00:00:00+02:00"
            1 2 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            2 3 5 startDate date-read "13/04/2026" Text("2026-04-13T00:00:00+02:00") => "2026-04-13T00:00:00+02:00"
            2 3 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            3 4 5 startDate date-read "04/13/2026" Text("2026-04-13T00:00:00+02:00") => "2026-04-13T00:00:00+02:00"
            3 4 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            3 rows: 2 accepted, 1 rejected, 0 empty
        "#]],
    );
    let agreed = |date_order| Reading {
        date_order,
        ..Reading::default()
    };
    check_reading(
        agreed(DateOrder::DayFirst),
        &rows(["03/04/2026", "04/13/2026", "05/05/26"]),
        &expect![[r#"
            1 2 5 startDate date-read "03/04/2026" Text("2026-04-03T00:00:00+02:00") => "2026-04-03T00:00:00+02:00"
            1 2 7 endDate date-time-no-such "12/31/2027" ?> "2027-12-31T23:59:59+01:00"
            2 3 5 startDate date-time-no-such "04/13/2026" ?> "2026-04-13T00:00:00+02:00"
            2 3 7 endDate date-time-no-such "12/31/2027" ?> "2027-12-31T23:59:59+01:00"
            3 4 5 startDate date-read "05/05/26" Text("2026-05-05T00:00:00+02:00") => "2026-05-05T00:00:00+02:00"
            3 4 7 endDate date-time-no-such "12/31/2027" ?> "2027-12-31T23:59:59+01:00"
            3 rows: 0 accepted, 3 rejected, 0 empty
        "#]],
    );
    check_reading(
        agreed(DateOrder::MonthFirst),
        &rows(["03/04/2026", "04/13/2026", "05/05/26"]),
        &expect![[r#"
            1 2 5 startDate date-read "03/04/2026" Text("2026-03-04T00:00:00+01:00") => "2026-03-04T00:00:00+01:00"
            1 2 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            2 3 5 startDate date-read "04/13/2026" Text("2026-04-13T00:00:00+02:00") => "2026-04-13T00:00:00+02:00"
            2 3 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            3 4 5 startDate date-read "05/05/26" Text("2026-05-05T00:00:00+02:00") => "2026-05-05T00:00:00+02:00"
            3 4 7 endDate date-read "12/31/2027" Text("2027-12-31T23:59:59+01:00") => "2027-12-31T23:59:59+01:00"
            3 rows: 3 accepted, 0 rejected, 0 empty
        "#]],
    );
}

#[test]
fn what_stands_far_behind_the_beginning_shows_nothing() {
    let mut values = vec!["03/04/2026"; 30];
    values.push("13/04/2026");
    let (findings, _) = run(options(), [instead("startDate", &values).as_bytes()]);
    let errors = findings
        .iter()
        .filter(|finding| finding.severity() == Severity::Error);
    assert_eq!(errors.count(), 30);
}

#[test]
fn numbers() {
    let values = [
        "1.000", "1,000", "5.0", "1,0", "+2", "3,00", "1.000,00", "1 000", "12.345", "2.500",
        "1,5", "1e3", "20000,0",
    ];
    check(
        instead("quantity", &values),
        &expect![[r#"
        1 2 4 quantity number-ambiguous "1.000" Text("1 / 1000") ?> "1"
        2 3 4 quantity number-ambiguous "1,000" Text("1 / 1000") ?> "1"
        3 4 4 quantity number-read "5.0" Text("5") => "5"
        4 5 4 quantity number-read "1,0" Text("1") => "1"
        5 6 4 quantity number-read "+2" Text("2") => "2"
        6 7 4 quantity number-read "3,00" Text("3") => "3"
        7 8 4 quantity number-read "1.000,00" Text("1000") => "1000"
        8 9 4 quantity number-read "1 000" Text("1000") => "1000"
        9 10 4 quantity integer-invalid "12.345"
        10 11 4 quantity integer-invalid "2.500" ?> "2500"
        11 12 4 quantity integer-invalid "1,5"
        12 13 4 quantity integer-invalid "1e3"
        13 14 4 quantity integer-range "20000,0" Range(1, 10000)
        13 rows: 6 accepted, 7 rejected, 0 empty
    "#]],
    );
    check(
        column("Rabatt", &["10 %", "10%", "5,0", "10.000", "k.A.", "-"]),
        &expect![[r#"
            1 2 7 discountPercentage number-read "10 %" under "Rabatt" Text("10") => "10"
            2 3 7 discountPercentage number-read "10%" under "Rabatt" Text("10") => "10"
            3 4 7 discountPercentage number-read "5,0" under "Rabatt" Text("5") => "5"
            4 5 7 discountPercentage number-ambiguous "10.000" under "Rabatt" Text("10 / 10000") ?> "10"
            5 6 7 discountPercentage not-given-read "k.A." under "Rabatt" Text("k.A.") => ""
            6 7 7 discountPercentage not-given-read "-" under "Rabatt" Text("-") => ""
            6 rows: 5 accepted, 1 rejected, 0 empty
        "#]],
    );
    check(
        column("invoiceAddressId", &["200045.0", "2,00045E+05"]),
        &expect![[r#"
            1 2 7 invoiceAddressId number-read "200045.0" Text("200045") => "200045"
            2 3 7 invoiceAddressId digits-lost "2,00045E+05"
            2 rows: 1 accepted, 1 rejected, 0 empty
        "#]],
    );
}

#[test]
fn words_and_what_is_like_them() {
    let values = [
        "PayPal",
        "paypal",
        "Lastschrift",
        "Rechnung",
        "Kreditkarte",
        "Überweisung",
        "SEPA-Lastschrift",
        "PAYPALL",
        "Bar",
        "k.A.",
    ];
    check(
        instead("paymentMethod", &values),
        &expect![[r#"
            1 2 6 paymentMethod word-read "PayPal" Text("PAYPAL") => "PAYPAL"
            2 3 6 paymentMethod word-read "paypal" Text("PAYPAL") => "PAYPAL"
            3 4 6 paymentMethod word-read "Lastschrift" Text("BANK_ACCOUNT") => "BANK_ACCOUNT"
            4 5 6 paymentMethod word-read "Rechnung" Text("BILLING") => "BILLING"
            5 6 6 paymentMethod word-read "Kreditkarte" Text("CREDIT_CARD") => "CREDIT_CARD"
            6 7 6 paymentMethod word-read "Überweisung" Text("BILLING") => "BILLING"
            7 8 6 paymentMethod word-read "SEPA-Lastschrift" Text("BANK_ACCOUNT") => "BANK_ACCOUNT"
            8 9 6 paymentMethod word-unknown "PAYPALL" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO") ?> "PAYPAL"
            9 10 6 paymentMethod word-unknown "Bar" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            10 11 6 paymentMethod not-given-read "k.A." Text("k.A.")
            10 11 6 paymentMethod payment-method-missing "k.A."
            10 rows: 7 accepted, 3 rejected, 0 empty
        "#]],
    );
    check(
        column("Anrede", &["Herr", "Frau", "divers", "Dr.", "-"]),
        &expect![[r#"
            1 2 7 salutation word-read "Herr" under "Anrede" Text("MR") => "MR"
            2 3 7 salutation word-read "Frau" under "Anrede" Text("MRS") => "MRS"
            3 4 7 salutation word-read "divers" under "Anrede" Text("DIVERSE") => "DIVERSE"
            4 5 7 salutation word-unknown "Dr." under "Anrede" Text("DIVERSE, MR, MRS, NONE")
            5 6 7 salutation not-given-read "-" under "Anrede" Text("-") => ""
            5 rows: 4 accepted, 1 rejected, 0 empty
        "#]],
    );
    check(
        column("Sprache", &["Deutsch", "de_DE", "DE", "klingonisch"]),
        &expect![[r#"
            1 2 7 language word-read "Deutsch" under "Sprache" Text("de") => "de"
            2 3 7 language word-read "de_DE" under "Sprache" Text("de") => "de"
            4 5 7 language language-invalid "klingonisch" under "Sprache"
            4 rows: 3 accepted, 1 rejected, 0 empty
        "#]],
    );
    check(
        column(
            "Handy",
            &[
                "+49 151 1234-5678",
                "0049 (0)151 12345678",
                "0151 12345678",
                "keine",
            ],
        ),
        &expect![[r#"
            1 2 7 mobileNumber telephone-read "+49 151 1234-5678" under "Handy" Text("+4915112345678") => "+4915112345678"
            2 3 7 mobileNumber telephone-read "0049 (0)151 12345678" under "Handy" Text("+4915112345678") => "+4915112345678"
            3 4 7 mobileNumber telephone-invalid "0151 12345678" under "Handy" ?> "+4915112345678"
            4 5 7 mobileNumber not-given-read "keine" under "Handy" Text("keine") => ""
            4 rows: 3 accepted, 1 rejected, 0 empty
        "#]],
    );
    check(
        column(
            "E-Mail",
            &[
                "Lena <lena@example.org>",
                "lena@example.org;",
                "lena @example.org",
                "lena",
            ],
        ),
        &expect![[r#"
            1 2 7 email email-invalid "Lena <lena@example.org>" under "E-Mail" ?> "lena@example.org"
            3 4 7 email email-invalid "lena @example.org" under "E-Mail" ?> "lena@example.org"
            4 5 7 email email-invalid "lena" under "E-Mail"
            4 rows: 1 accepted, 3 rejected, 0 empty
        "#]],
    );
    let words = [("Konto 1".into(), "BANK_ACCOUNT".into())].into();
    let own = Reading {
        words: PartnerWords::new(words).unwrap(),
        ..Reading::default()
    };
    check_reading(
        own,
        &instead("paymentMethod", &["konto 1", "Konto-1", "Konto 2"]),
        &expect![[r#"
            1 2 6 paymentMethod word-read "konto 1" Text("BANK_ACCOUNT") => "BANK_ACCOUNT"
            2 3 6 paymentMethod word-read "Konto-1" Text("BANK_ACCOUNT") => "BANK_ACCOUNT"
            3 4 6 paymentMethod word-unknown "Konto 2" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            3 rows: 2 accepted, 1 rejected, 0 empty
        "#]],
    );
}

#[test]
fn blanks_and_what_nobody_sees() {
    let values = [
        "A\u{a0}1",
        "A\u{200b}1",
        "\u{feff}A1",
        " A1\u{a0}",
        "A\u{202e}1",
        "4,71E+12",
        "1E5",
        "n/a",
    ];
    check(
        instead("externalSystemId", &values),
        &expect![[r#"
        1 2 1 externalSystemId blank-replaced "A\u{a0}1" Text("A 1") => "A 1"
        2 3 1 externalSystemId invisible-removed "A\u{200b}1" Text("A1") => "A1"
        3 4 1 externalSystemId whitespace-trimmed "\u{feff}A1" Text("A1") => "A1"
        3 4 1 externalSystemId duplicate-same "A1" Record(2, 3)
        4 5 1 externalSystemId whitespace-trimmed " A1\u{a0}" Text("A1") => "A1"
        4 5 1 externalSystemId duplicate-same "A1" Record(2, 3)
        5 6 1 externalSystemId control-character "A\u{202e}1" ?> "A1"
        6 7 1 externalSystemId digits-lost "4,71E+12"
        8 rows: 6 accepted, 2 rejected, 0 empty
    "#]],
    );
    check(
        column(
            "Lieferkunde",
            &[
                "n/a",
                "null",
                "-",
                "keine Angabe",
                "#NV",
                "NULL",
                "K-1",
                "na",
            ],
        ),
        &expect![[r##"
            1 2 7 deliveryCustomerId not-given-read "n/a" under "Lieferkunde" Text("n/a") => ""
            2 3 7 deliveryCustomerId not-given-read "null" under "Lieferkunde" Text("null") => ""
            3 4 7 deliveryCustomerId not-given-read "-" under "Lieferkunde" Text("-") => ""
            4 5 7 deliveryCustomerId not-given-read "keine Angabe" under "Lieferkunde" Text("keine Angabe") => ""
            5 6 7 deliveryCustomerId not-given-read "#NV" under "Lieferkunde" Text("#NV") => ""
            8 9 7 deliveryCustomerId not-given-read "na" under "Lieferkunde" Text("na") => ""
            8 rows: 8 accepted, 0 rejected, 0 empty
        "##]],
    );
    check(
        column("Nachname", &["Null", "k.A.", "Max\u{a0}Muster", "a\tb"]),
        &expect![[r#"
            2 3 7 lastName not-given-read "k.A." under "Nachname" Text("k.A.") => ""
            3 4 7 lastName blank-replaced "Max\u{a0}Muster" under "Nachname" Text("Max Muster") => "Max Muster"
            4 5 7 lastName control-character "a\tb" under "Nachname" ?> "a b"
            4 rows: 3 accepted, 1 rejected, 0 empty
        "#]],
    );
}

#[test]
fn a_profile_can_demand_the_platforms_form() {
    let strict = Reading {
        values: Values::Strict,
        zone: Zone::berlin(),
        ..Reading::default()
    };
    let values = ["21.03.2019", "2019-03-21T00:00:00", "2019-03-21T00:00:00Z"];
    check_reading(
        strict.clone(),
        &instead("startDate", &values),
        &expect![[r#"
            1 2 5 startDate date-time-invalid "21.03.2019"
            2 3 5 startDate date-time-no-offset "2019-03-21T00:00:00"
            3 rows: 1 accepted, 2 rejected, 0 empty
        "#]],
    );
    check_reading(
        strict.clone(),
        &instead("paymentMethod", &["paypal", "PAYPAL"]),
        &expect![[r#"
            1 2 6 paymentMethod word-unknown "paypal" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            2 rows: 1 accepted, 1 rejected, 0 empty
        "#]],
    );
    check_reading(
        strict,
        &column("Lieferkunde", &["n/a", "\u{200b}x", "4,71E+12"]),
        &expect![[r#"
            2 3 7 deliveryCustomerId control-character "\u{200b}x" under "Lieferkunde"
            3 rows: 2 accepted, 1 rejected, 0 empty
        "#]],
    );
}
