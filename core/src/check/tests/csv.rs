//! The form of CSV records: line ends, quotes, widths, limits, bytes that are no text.

use super::{HEADER, OFFER, check, check_with, row, small_limits};
use expect_test::expect;

fn file(rows: &[&str]) -> String {
    format!("{HEADER}{}", rows.concat())
}

#[test]
fn right_rows_are_accepted() {
    check(
        file(&[&row("A"), &row("B")]),
        &expect![[r#"
            2 rows: 2 accepted, 0 rejected, 0 empty
        "#]],
    );
}

#[test]
fn line_ends_may_be_lf_crlf_or_cr() {
    let text = file(&[&row("A"), "\n", &row("B"), ",,,x,,\n"]);
    check(
        &text,
        &expect![[r#"
        3 5 4 quantity integer-invalid "x"
        3 5 1 externalSystemId required-missing ""
        3 5 2 plenigoOfferId required-missing ""
        3 5 3 invoiceCustomerId required-missing ""
        3 5 5 startDate required-missing ""
        3 5 6 paymentMethod payment-method-missing ""
        3 rows: 2 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        text.replace('\n', "\r\n"),
        &expect![[r#"
        3 5 4 quantity integer-invalid "x"
        3 5 1 externalSystemId required-missing ""
        3 5 2 plenigoOfferId required-missing ""
        3 5 3 invoiceCustomerId required-missing ""
        3 5 5 startDate required-missing ""
        3 5 6 paymentMethod payment-method-missing ""
        3 rows: 2 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        text.replace('\n', "\r"),
        &expect![[r#"
        3 5 4 quantity integer-invalid "x"
        3 5 1 externalSystemId required-missing ""
        3 5 2 plenigoOfferId required-missing ""
        3 5 3 invoiceCustomerId required-missing ""
        3 5 5 startDate required-missing ""
        3 5 6 paymentMethod payment-method-missing ""
        3 rows: 2 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        text.replace('\n', "\r\r\n"),
        &expect![[r#"
        3 5 4 quantity integer-invalid "x"
        3 5 1 externalSystemId required-missing ""
        3 5 2 plenigoOfferId required-missing ""
        3 5 3 invoiceCustomerId required-missing ""
        3 5 5 startDate required-missing ""
        3 5 6 paymentMethod payment-method-missing ""
        3 rows: 2 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        text.trim_end(),
        &expect![[r#"
        3 5 4 quantity integer-invalid "x"
        3 5 1 externalSystemId required-missing ""
        3 5 2 plenigoOfferId required-missing ""
        3 5 3 invoiceCustomerId required-missing ""
        3 5 5 startDate required-missing ""
        3 5 6 paymentMethod payment-method-missing ""
        3 rows: 2 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        text.replace('\n', "\r").trim_end(),
        &expect![[r#"
        3 5 4 quantity integer-invalid "x"
        3 5 1 externalSystemId required-missing ""
        3 5 2 plenigoOfferId required-missing ""
        3 5 3 invoiceCustomerId required-missing ""
        3 5 5 startDate required-missing ""
        3 5 6 paymentMethod payment-method-missing ""
        3 rows: 2 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        text.replace('\n', "\r") + "\n",
        &expect![[r#"
        3 5 4 quantity integer-invalid "x"
        3 5 1 externalSystemId required-missing ""
        3 5 2 plenigoOfferId required-missing ""
        3 5 3 invoiceCustomerId required-missing ""
        3 5 5 startDate required-missing ""
        3 5 6 paymentMethod payment-method-missing ""
        3 rows: 2 accepted, 1 rejected, 0 empty
    "#]],
    );
}

#[test]
fn line_ends_inside_quotes_belong_to_the_value() {
    let two_lines = format!("\"A\n1\",{OFFER},C1,1,2026-01-01T00:00:00Z,PAYPAL\n");
    let wrong = row("D").replace("PAYPAL", "CASH");
    let text = file(&[&two_lines, "\n", &row("C"), &wrong]);
    check(
        &text,
        &expect![[r#"
            1 2 1 externalSystemId control-character "A\n1" ?> "A 1"
            3 6 6 paymentMethod word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            3 rows: 1 accepted, 2 rejected, 0 empty
        "#]],
    );
    check(
        text.replace('\n', "\r\n"),
        &expect![[r#"
            1 2 1 externalSystemId control-character "A\r\n1" ?> "A 1"
            3 6 6 paymentMethod word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            3 rows: 1 accepted, 2 rejected, 0 empty
        "#]],
    );
    check(
        text.replace('\n', "\r"),
        &expect![[r#"
            1 2 1 externalSystemId control-character "A\r1" ?> "A 1"
            3 6 6 paymentMethod word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            3 rows: 1 accepted, 2 rejected, 0 empty
        "#]],
    );
}

#[test]
fn other_line_ends_than_the_header_s_are_part_of_a_value() {
    let lone_return = row("A").replace("C1", "C\r1");
    check(
        file(&[&lone_return, &row("B").replace('\n', "\r\n")]),
        &expect![[r#"
            1 2 3 invoiceCustomerId control-character "C\r1" ?> "C 1"
            2 rows: 1 accepted, 1 rejected, 0 empty
        "#]],
    );
    let text = file(&["\"B\"\n", &row("A")]).replace("Method\n", "Method\r");
    check(
        text.replace("PAYPAL\n", "PAYPAL\r"),
        &expect![[r#"
        1 2 1 externalSystemId quote-text-after "\"B\"\nA,O_MZA1E7173120881551,C1,1,2026-01-01T00:00:00Z,PAYPAL"
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
}

#[test]
fn quotes_may_stand_around_every_value() {
    let quoted =
        format!("\"A\",\"{OFFER}\",\"C \"\"1\"\"\",\"1\",\"2026-01-01T00:00:00Z\",\"PAYPAL\"");
    let wrong = quoted
        .replace("PAYPAL", "PAY\"\"PAL")
        .replace("\"A\"", "\"B\"");
    check(
        file(&[&quoted, "\r\n", &wrong, "\r\n"]),
        &expect![[r#"
            2 3 6 paymentMethod word-unknown "PAY\"PAL" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO") ?> "PAYPAL"
            2 rows: 1 accepted, 1 rejected, 0 empty
        "#]],
    );
    check(
        file(&[&quoted, "\r\r\n", &wrong]),
        &expect![[r#"
            2 3 6 paymentMethod word-unknown "PAY\"PAL" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO") ?> "PAYPAL"
            2 rows: 1 accepted, 1 rejected, 0 empty
        "#]],
    );
    check(
        file(&[&quoted, "\r"]),
        &expect![[r#"
        1 rows: 1 accepted, 0 rejected, 0 empty
    "#]],
    );
}

#[test]
fn ragged_rows_are_located_and_cost_only_themselves() {
    let text = file(&[
        &row("A"),
        "B,too,short\n",
        &row("C").replace('\n', ",surplus\n"),
        &row("D").replace('\n', ",,\n"),
        &row("E").replace("C1", "\"C,1\""),
        &row("F").replace("C1", "C,1"),
    ]);
    check(
        text,
        &expect![[r#"
        2 3 0 - record-too-short Counts(3, 6)
        3 4 0 - record-too-wide Counts(7, 6)
        6 7 0 - record-too-wide Counts(7, 6)
        6 rows: 3 accepted, 3 rejected, 0 empty
    "#]],
    );
}

#[test]
fn rows_without_a_value_are_passed_over() {
    check(
        file(&[
            ",,,,,\n",
            " , ,,,,\n",
            ";;;;\n",
            &row("A"),
            ",,\n",
            "\"\",,,,,\n",
        ]),
        &expect![[r#"
            1 2 0 - record-empty
            2 3 0 - record-empty
            3 4 0 - record-too-short Counts(1, 6)
            5 6 0 - record-empty
            6 7 0 - record-empty
            6 rows: 1 accepted, 1 rejected, 4 empty
        "#]],
    );
}

#[test]
fn an_unclosed_quote_costs_one_line() {
    let opened = row("B").replace("C1", "\"C1");
    let wrong = row("C").replace("PAYPAL", "CASH");
    let quoted = row("D").replace("C1", "\"C1\"");
    check(
        file(&[&row("A"), &opened, &wrong, &quoted]),
        &expect![[r#"
        2 3 3 invoiceCustomerId quote-unclosed "\"C1,1,2026-01-01T00:00:00Z,PAYPAL"
        3 4 6 paymentMethod word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
        4 rows: 2 accepted, 2 rejected, 0 empty
    "#]],
    );
    // Nothing closes it.
    check(
        file(&[&row("A"), &opened, &wrong, &row("E")]),
        &expect![[r#"
        2 3 3 invoiceCustomerId quote-unclosed "\"C1,1,2026-01-01T00:00:00Z,PAYPAL"
        3 4 6 paymentMethod word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
        4 rows: 2 accepted, 2 rejected, 0 empty
    "#]],
    );
    check(
        file(&[&row("A"), &opened]),
        &expect![[r#"
        2 3 3 invoiceCustomerId quote-unclosed "\"C1,1,2026-01-01T00:00:00Z,PAYPAL"
        2 rows: 1 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        file(&[&row("A"), "\""]),
        &expect![[r#"
        2 3 1 externalSystemId quote-unclosed "\""
        2 rows: 1 accepted, 1 rejected, 0 empty
    "#]],
    );
    // The next quote is too far away.
    let many: String = (0..2000).map(|n| row(&n.to_string())).collect();
    check(
        file(&[&opened, &many, &quoted]),
        &expect![[r#"
        1 2 3 invoiceCustomerId quote-unclosed "\"C1,1,2026-01-01T00:00:00Z,PAYPAL"
        2002 rows: 2001 accepted, 1 rejected, 0 empty
    "#]],
    );
    // It opens on the second line of its record.
    let second = row("F").replace("F,", "\"F\n1\",").replace("C1", "\"C1");
    check(
        file(&[&second, &wrong]),
        &expect![[r#"
        1 3 3 invoiceCustomerId quote-unclosed "\"C1,1,2026-01-01T00:00:00Z,PAYPAL"
        2 4 6 paymentMethod word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
        2 rows: 0 accepted, 2 rejected, 0 empty
    "#]],
    );
}

#[test]
fn text_after_a_closing_quote_cannot_be_decided() {
    let nickname = row("A").replace("C1", "\"Fritz \"the man\" Meyer\"");
    check(
        file(&[&nickname, &row("B")]),
        &expect![[r#"
        1 2 3 invoiceCustomerId quote-text-after "\"Fritz \"the man\" Meyer\",1,2026-01-01T00:00:00Z,PAYPAL"
        2 rows: 1 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        file(&[&row("A").replace("C1", "\"C1\" "), &row("B")]),
        &expect![[r#"
            1 2 3 invoiceCustomerId quote-text-after "\"C1\" ,1,2026-01-01T00:00:00Z,PAYPAL"
            2 rows: 1 accepted, 1 rejected, 0 empty
        "#]],
    );
    check(
        file(&[&row("A").replace("A,", "\"A\rB\"C,")]),
        &expect![[r#"
        1 2 1 externalSystemId quote-text-after "\"A\rB\"C,O_MZA1E7173120881551,C1,1,2026-01-01T00:00:00Z,PAYPAL"
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
}

#[test]
fn stray_quotes_are_characters_of_the_value() {
    let inches = row("A").replace("C1", "27\" TV");
    check(
        file(&[&inches, &row("B\""), &row("C").replace("C1", " \"C1\"")]),
        &expect![[r#"
            1 2 3 invoiceCustomerId quote-stray "27\" TV"
            2 3 1 externalSystemId quote-stray "B\""
            3 4 3 invoiceCustomerId quote-stray " \"C1\""
            3 4 3 invoiceCustomerId whitespace-trimmed " \"C1\"" Text("\"C1\"") => "\"C1\""
            3 rows: 3 accepted, 0 rejected, 0 empty
        "#]],
    );
}

#[test]
fn bytes_that_are_no_text_are_located() {
    let mut bytes = file(&[&row("A\0B"), &row("B").replace("PAYPAL", "PAY\0PAL")]).into_bytes();
    bytes.extend_from_slice(row("Müller").as_bytes());
    bytes.extend_from_slice(b"M\xFCller");
    bytes.extend_from_slice(row("").as_bytes());
    bytes.extend_from_slice(b"\"M\xFCller\"");
    bytes.extend_from_slice(row("").as_bytes());
    bytes.extend_from_slice(row("Meyer").as_bytes());
    check(
        bytes,
        &expect![[r#"
            1 2 1 externalSystemId control-character "A\0B" ?> "A B"
            2 3 6 paymentMethod word-unknown "PAY\0PAL" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO") ?> "PAYPAL"
            4 5 1 externalSystemId encoding-invalid "M�ller"
            5 6 1 externalSystemId encoding-invalid "M�ller"
            6 rows: 2 accepted, 4 rejected, 0 empty
        "#]],
    );
}

#[test]
fn limits_cost_one_record() {
    let header = "externalSystemId,quantity\n";
    let with = |rows: &str| format!("{header}{rows}");
    let long = "x".repeat(80);
    let text = with(&format!(
        "12345678901234567,1\n{long},1\n1234567890123456,2\n\"12345678901234567\",3\n\"1234567890123456\",4\n\"{long}\",5\nA,x\n"
    ));
    check_with(
        small_limits(),
        text,
        &expect![[r#"
        0 1 0 plenigoOfferId column-missing
        0 1 0 invoiceCustomerId column-missing
        0 1 0 startDate column-missing
        0 1 0 paymentMethod column-missing
        1 2 1 externalSystemId field-too-long "12345678901234567" Limit(16)
        2 3 0 - record-too-long "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" Limit(64)
        4 5 1 externalSystemId field-too-long "12345678901234567" Limit(16)
        4 5 1 externalSystemId duplicate-different "12345678901234567" Record(1, 2)
        1 2 1 externalSystemId duplicate-different "12345678901234567" Record(4, 5)
        5 6 1 externalSystemId duplicate-different "1234567890123456" Record(3, 4)
        3 4 1 externalSystemId duplicate-different "1234567890123456" Record(5, 6)
        6 7 1 externalSystemId field-too-long "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" Limit(16)
        7 8 2 quantity integer-invalid "x"
        7 rows: 0 accepted, 7 rejected, 0 empty, file rejected
    "#]],
    );
    let lines = with("\"1234\n5678\n9012\n3456\n7890\",1\nA,x\n");
    check_with(
        small_limits(),
        lines,
        &expect![[r#"
        0 1 0 plenigoOfferId column-missing
        0 1 0 invoiceCustomerId column-missing
        0 1 0 startDate column-missing
        0 1 0 paymentMethod column-missing
        1 2 1 externalSystemId quote-unclosed "\"1234"
        2 3 0 - record-too-short Counts(1, 2)
        3 4 0 - record-too-short Counts(1, 2)
        4 5 0 - record-too-short Counts(1, 2)
        5 6 1 externalSystemId quote-stray "7890\""
        6 7 2 quantity integer-invalid "x"
        6 rows: 0 accepted, 6 rejected, 0 empty, file rejected
    "#]],
    );
    let late = with("B,\"12345678901234567\n890\",1\nA,x\n");
    check_with(
        small_limits(),
        late,
        &expect![[r#"
        0 1 0 plenigoOfferId column-missing
        0 1 0 invoiceCustomerId column-missing
        0 1 0 startDate column-missing
        0 1 0 paymentMethod column-missing
        1 2 2 quantity field-too-long "\"12345678901234567" Limit(16)
        2 3 1 externalSystemId quote-stray "890\""
        3 4 2 quantity integer-invalid "x"
        3 rows: 0 accepted, 3 rejected, 0 empty, file rejected
    "#]],
    );
    // An overlong record is cut off in the middle of a character, and the next one starts with the other half of it.
    let mut halves = with(&"ä".repeat(33)).into_bytes();
    halves.insert(header.len(), b'x');
    halves.extend_from_slice(b"\n\xA4,1\nA,x\n");
    check_with(
        small_limits(),
        halves,
        &expect![[r#"
        0 1 0 plenigoOfferId column-missing
        0 1 0 invoiceCustomerId column-missing
        0 1 0 startDate column-missing
        0 1 0 paymentMethod column-missing
        1 2 0 - record-too-long "xäääääääääääääääääääääääääääääää�" Limit(64)
        2 3 1 externalSystemId encoding-invalid "�"
        3 4 2 quantity integer-invalid "x"
        3 rows: 0 accepted, 3 rejected, 0 empty, file rejected
    "#]],
    );
}

#[test]
fn a_quote_that_swallows_records_is_taken_for_unclosed() {
    let opened = row("A").replace("A,", "\"A,");
    let closed = row("D").replace("PAYPAL", "PAYPAL\"");
    check(
        file(&[&opened, &row("B"), &row("C"), &closed, &row("E")]),
        &expect![[r#"
            1 2 1 externalSystemId quote-unclosed "\"A,O_MZA1E7173120881551,C1,1,2026-01-01T00:00:00Z,PAYPAL"
            4 5 6 paymentMethod quote-stray "PAYPAL\""
            4 5 6 paymentMethod word-unknown "PAYPAL\"" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO") ?> "PAYPAL"
            5 rows: 3 accepted, 2 rejected, 0 empty
        "#]],
    );
    let note = "\"Straße 1, Hof\nLinks, oben\n\"";
    check(
        format!(
            "{},Bemerkung\n{},{note}\n",
            HEADER.trim_end(),
            row("A").trim_end()
        ),
        &expect![[r#"
            0 1 7 - column-unknown under "Bemerkung"
            1 rows: 1 accepted, 0 rejected, 0 empty
        "#]],
    );
}

#[test]
fn a_first_line_may_name_the_delimiter() {
    let semicolons = |text: String| text.replace(',', ";");
    for line in ["sep=;\n", "SEP=;\r\n", "\"sep=;\"\n", "\u{FEFF}sep=;\n"] {
        let body = semicolons(file(&[&row("A"), &row("B").replace(",1,", ",x,")]));
        check(
            format!("{line}{body}"),
            &expect![[r#"
            2 4 4 quantity integer-invalid "x"
            2 rows: 1 accepted, 1 rejected, 0 empty
        "#]],
        );
    }
    check(
        format!("sep=^\n{}", file(&[&row("A")]).replace(',', "^")),
        &expect![[r#"
            1 rows: 1 accepted, 0 rejected, 0 empty
        "#]],
    );
    check(
        format!("sep=|\n{}", file(&[&row("A")])),
        &expect![[r#"
        0 2 0 - delimiter-doubtful "," Text("|")
        1 rows: 1 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        "sep=;",
        &expect![[r#"
        0 1 0 - header-unknown "sep=;"
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
}

#[test]
fn header_and_records_may_disagree_on_the_delimiter() {
    check(
        format!("{HEADER}{}", row("A").replace(',', "|")),
        &expect![[r#"
            0 1 0 - delimiter-doubtful "," Text("|")
            1 2 0 - record-too-short Counts(1, 6)
            1 rows: 0 accepted, 1 rejected, 0 empty
        "#]],
    );
    check(
        file(&[&row("A")]).replace(',', "|"),
        &expect![[r#"
        1 rows: 1 accepted, 0 rejected, 0 empty
    "#]],
    );
    // Each of two delimiters makes one known column of the header.
    check(
        "externalSystemId;x,quantity\nA;1,1\n",
        &expect![[r#"
        0 1 0 - delimiter-doubtful ";" Text(",")
        0 1 2 - column-unknown under "x,quantity" Proposal("quantity")
        0 1 0 plenigoOfferId column-missing
        0 1 0 invoiceCustomerId column-missing
        0 1 0 quantity column-missing
        0 1 0 startDate column-missing
        0 1 0 paymentMethod column-missing
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "externalSystemId;x,quantity\nA;1;1,1\nB;2,1\n\"C;;;\";3,1\n",
        &expect![[r#"
            0 1 0 - delimiter-doubtful "," Text(";")
            0 1 1 - column-unknown under "externalSystemId;x" Proposal("externalSystemId")
            0 1 0 externalSystemId column-missing
            0 1 0 plenigoOfferId column-missing
            0 1 0 invoiceCustomerId column-missing
            0 1 0 startDate column-missing
            0 1 0 paymentMethod column-missing
            3 4 1 - quote-text-after "\"C;;;\";3,1" under "externalSystemId;x"
            3 rows: 0 accepted, 3 rejected, 0 empty, file rejected
        "#]],
    );
}
