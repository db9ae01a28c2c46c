//! The beginning of a file: format, header, columns.

use super::{HEADER, OFFER, check, check_with, item, options, row};
use crate::field::Table;
use crate::read::{Limits, ReadOptions};
use expect_test::expect;

#[test]
fn empty_files() {
    check(
        "",
        &expect![[r#"
        0 0 0 - file-empty
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "\u{feff}",
        &expect![[r#"
        0 0 0 - file-empty
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "\n \r\n\t\n",
        &expect![[r#"
        0 0 0 - file-empty
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        HEADER,
        &expect![[r#"
        0 0 0 - file-no-records
        0 rows: 0 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        HEADER.trim_end(),
        &expect![[r#"
        0 0 0 - file-no-records
        0 rows: 0 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        format!("{HEADER}\n\r\n\n"),
        &expect![[r#"
        0 0 0 - file-no-records
        0 rows: 0 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        format!("{HEADER},,,,,\n"),
        &expect![[r#"
        1 2 0 - record-empty
        1 rows: 0 accepted, 0 rejected, 1 empty
    "#]],
    );
    check(
        "quantity\n",
        &expect![[r#"
        0 1 0 externalSystemId column-missing
        0 1 0 plenigoOfferId column-missing
        0 1 0 invoiceCustomerId column-missing
        0 1 0 startDate column-missing
        0 1 0 paymentMethod column-missing
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
}

#[test]
fn files_that_are_no_text() {
    check(
        b"PK\x03\x04\x14\0\x06\0and more of it",
        &expect![[r#"
            0 0 0 - archive-damaged Text("zip: end of central directory")
            0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
        "#]],
    );
    check(
        b"\x1F\x8B\x08\0\0\0\0\0",
        &expect![[r#"
            0 0 0 - archive-truncated
            0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
        "#]],
    );
    check(
        b"\xFF\xFEe\0x\0t\0",
        &expect![[r#"
            0 1 0 - encoding-decoded "ext" Text("UTF-16 LE")
            0 1 0 - header-unknown "ext"
            0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
        "#]],
    );
    check(
        b"e\0x\0t\0e\0r\0n\0a\0l\0;\0\n\0",
        &expect![[r#"
            0 1 0 - encoding-decoded "external" Text("UTF-16 LE")
            0 1 0 - header-unknown "external;"
            0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
        "#]],
    );
    check(
        b"externalSystemId;Stra\xDFe\nA;B\n",
        &expect![[r#"
            0 1 0 - encoding-decoded "Straße" Text("Windows-1252")
            0 1 2 - column-unknown under "Straße"
            0 1 0 plenigoOfferId column-missing
            0 1 0 invoiceCustomerId column-missing
            0 1 0 quantity column-missing
            0 1 0 startDate column-missing
            0 1 0 paymentMethod column-missing
            1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
        "#]],
    );
}

#[test]
fn a_byte_order_mark_and_blank_lines_come_before_the_header() {
    check(
        format!("\u{feff}{HEADER}{}", row("A")),
        &expect![[r#"
        1 rows: 1 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        format!("\u{feff}\r\n  \r\n{HEADER}{}x\n", row("A")),
        &expect![[r#"
            2 5 0 - record-too-short Counts(1, 6)
            2 rows: 1 accepted, 1 rejected, 0 empty
        "#]],
    );
}

#[test]
fn no_header_or_an_unknown_one() {
    check(
        row("A") + &row("B"),
        &expect![[r#"
        0 1 0 - header-unknown "A,O_MZA1E7173120881551,C1,1,2026-01-01T00:00:00Z,PAYPAL"
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "Schuhgröße;Farbe\n42;rot\n",
        &expect![[r#"
        0 1 0 - header-unknown "Schuhgröße;Farbe"
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "just a text\n",
        &expect![[r#"
        0 1 0 - header-unknown "just a text"
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "\"externalSystemId,quantity\nA,1\n",
        &expect![[r#"
        0 1 0 - quote-unclosed "\"externalSystemId,quantity\nA,1\n"
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "\"externalSystemId\"x,quantity\nA,1\n",
        &expect![[r#"
        0 1 0 - quote-text-after "\"externalSystemId\"x,quantity"
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "external\"\"SystemId,quantity\nA,1\n",
        &expect![[r#"
        0 1 0 plenigoOfferId column-missing
        0 1 0 invoiceCustomerId column-missing
        0 1 0 startDate column-missing
        0 1 0 paymentMethod column-missing
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
}

#[test]
fn a_header_that_does_not_end() {
    let options = ReadOptions {
        limits: Limits {
            record_bytes: 2000,
            ..Limits::default()
        },
        ..options()
    };
    let long = HEADER.trim_end().to_owned() + &",x".repeat(1000);
    check_with(
        options.clone(),
        &long,
        &expect![[r#"
        0 0 0 - header-too-long Limit(2000)
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check_with(
        options.clone(),
        " ".repeat(3000),
        &expect![[r#"
        0 0 0 - header-too-long Limit(2000)
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check_with(
        options,
        format!("\"{HEADER}{}", row("A").repeat(50)),
        &expect![[r#"
        0 0 0 - header-too-long Limit(2000)
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
}

#[test]
fn columns_in_any_order_case_and_language() {
    let german = "Zahlungsart;Menge;ABONUMMER;Angebots-ID;Kunden-Nr.;Gültig ab;gueltig_bis\n";
    let line = format!("PAYPAL;1;A;{OFFER};C1;2026-01-01T00:00:00Z;31.02.2026\n");
    check(
        format!("{german}{line}"),
        &expect![[r#"
            1 2 7 endDate date-time-no-such "31.02.2026" under "gueltig_bis"
            1 rows: 0 accepted, 1 rejected, 0 empty
        "#]],
    );
    check(
        format!("{german}{line}").replace(';', "\t"),
        &expect![[r#"
            1 2 7 endDate date-time-no-such "31.02.2026" under "gueltig_bis"
            1 rows: 0 accepted, 1 rejected, 0 empty
        "#]],
    );
    let quoted = "\"external system id\",\"PLENIGOOFFERID\",invoice_customer_id,Quantity,start-date,\"Payment, method\"\n";
    check(
        format!("{quoted}{}", row("A")),
        &expect![[r#"
        1 rows: 1 accepted, 0 rejected, 0 empty
    "#]],
    );
    let lines = HEADER.replace("quantity", "\"quan\ntity\"");
    check(
        format!("{lines}{}x\n", row("A")),
        &expect![[r#"
        2 4 0 - record-too-short Counts(1, 6)
        2 rows: 1 accepted, 1 rejected, 0 empty
    "#]],
    );
}

#[test]
fn the_delimiter_is_the_one_that_makes_known_columns() {
    let many_commas = "externalSystemId;\"a,b,c,d,e,f,g\";quantity\n1;2;x\n";
    check(
        many_commas,
        &expect![[r#"
        0 1 2 - column-unknown under "a,b,c,d,e,f,g"
        0 1 0 plenigoOfferId column-missing
        0 1 0 invoiceCustomerId column-missing
        0 1 0 startDate column-missing
        0 1 0 paymentMethod column-missing
        1 2 3 quantity integer-invalid "x"
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
}

#[test]
fn missing_unknown_and_repeated_columns() {
    check(
        "externalSystemId,quantity\nA,1\nB,x\n",
        &expect![[r#"
        0 1 0 plenigoOfferId column-missing
        0 1 0 invoiceCustomerId column-missing
        0 1 0 startDate column-missing
        0 1 0 paymentMethod column-missing
        2 3 2 quantity integer-invalid "x"
        2 rows: 0 accepted, 2 rejected, 0 empty, file rejected
    "#]],
    );
    let header = HEADER.replace(
        '\n',
        ",Menge,Bemerkung,Startdtum,,intake: note,endDate,Ende\n",
    );
    let line = row("A").replace('\n', ",2,x,,,,,\n");
    check(
        format!("{header}{line}"),
        &expect![[r#"
        0 1 7 quantity column-twice under "Menge" Column(4)
        0 1 8 - column-unknown under "Bemerkung"
        0 1 9 - column-unknown under "Startdtum" Proposal("startDate")
        0 1 10 - column-unnamed under ""
        0 1 13 endDate column-twice under "Ende" Column(12)
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
}

#[test]
fn columns_are_limited() {
    let header = HEADER.trim_end().to_owned() + &",".repeat(1000) + "\n";
    check(
        &header,
        &expect![[r#"
        0 1 0 - too-many-columns "externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,…" Limit(1000)
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        ";".repeat(900_000) + "\n",
        &expect![[r#"
        0 1 0 - too-many-columns ";;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;…" Limit(1000)
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
}

#[test]
fn the_first_bytes_tell_the_format() {
    check(
        format!("{}\n", item("A")),
        &expect![[r#"
        1 rows: 1 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        format!("\u{feff} [{}]", item("A")),
        &expect![[r#"
        1 rows: 1 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        format!("{{\"items\":[{}]}}", item("A")),
        &expect![[r#"
        1 rows: 1 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        "{}",
        &expect![[r#"
        1 1 0 externalSystemId required-missing
        1 1 0 plenigoOfferId required-missing
        1 1 0 invoiceCustomerId required-missing
        1 1 0 quantity required-missing
        1 1 0 startDate required-missing
        1 1 0 paymentMethod payment-method-missing
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        "{",
        &expect![[r#"
        1 1 0 - json-invalid "{" Text("EOF while parsing an object")
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
}

#[test]
fn other_tables() {
    let now = options().now;
    let customers =
        "Kundennummer;E-Mail;Sprache;externalSystemId\n1;a@example.org;de;K1\n2;a@b;xx;\n;;;K3\n";
    check_with(
        ReadOptions::new(Table::Customers, now),
        customers,
        &expect![[r#"
            2 3 2 email email-invalid "a@b" under "E-Mail"
            2 3 3 language language-invalid "xx" under "Sprache"
            3 4 2 email required-missing "" under "E-Mail"
            3 4 3 language required-missing "" under "Sprache"
            3 rows: 1 accepted, 2 rejected, 0 empty
        "#]],
    );
    let customers = "{\"email\":\"a@example.org\",\"language\":\"de\",\"externalSystemId\":\"K1\",\"customerExternalSystemId\":\"K1\"}\n";
    check_with(
        ReadOptions::new(Table::Customers, now),
        customers,
        &expect![[r#"
            1 1 0 customerExternalSystemId json-key-twice
            1 rows: 0 accepted, 1 rejected, 0 empty
        "#]],
    );
    let offers = format!(
        "plenigoOfferId;Titel;archiviert;steps;allowedPaymentMethods\n{OFFER};Abo;true;1;PAYPAL|BILLING\n{OFFER};;yes;0;CASH\n"
    );
    check_with(
        ReadOptions::new(Table::Offers, now),
        offers,
        &expect![[r#"
            2 3 3 archived word-read "yes" under "archiviert" Text("true") => "true"
            2 3 4 steps integer-range "0" Range(1, 1000)
            2 3 5 allowedPaymentMethods word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            2 3 2 internalTitle required-missing "" under "Titel"
            2 rows: 1 accepted, 1 rejected, 0 empty
        "#]],
    );
}

#[test]
fn a_file_over_its_limit_is_read_up_to_it() {
    let text = format!("{HEADER}{}{}", row("A"), row("B"));
    let options = ReadOptions {
        limits: Limits {
            file_bytes: text.len() as u64 - 1,
            ..Limits::default()
        },
        ..options()
    };
    check_with(
        options,
        text,
        &expect![[r#"
        0 0 0 - file-too-large Limit(194)
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
}
