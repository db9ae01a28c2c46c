//! Records with the same key: the same content twice is a warning, different content rejects all of them.

use super::{HEADER, check, item, row};
use expect_test::expect;

fn file(rows: &[(&str, &str)]) -> String {
    let rows: String = rows
        .iter()
        .map(|(id, method)| row(id).replace("PAYPAL", method))
        .collect();
    format!("{HEADER}{rows}")
}

#[test]
fn the_same_content_is_a_warning() {
    check(
        file(&[
            ("A", "PAYPAL"),
            ("B", "ZERO"),
            ("A", "PAYPAL"),
            (" A", "PAYPAL"),
        ]),
        &expect![[r#"
            3 4 1 externalSystemId duplicate-same "A" Record(1, 2)
            4 5 1 externalSystemId whitespace-trimmed " A" Text("A") => "A"
            4 5 1 externalSystemId duplicate-same "A" Record(1, 2)
            4 rows: 4 accepted, 0 rejected, 0 empty
        "#]],
    );
}

#[test]
fn spelling_is_not_content() {
    let other = row("A").replace("2026-01-01T00:00:00Z", "2026-01-01T01:00:00.000+01:00");
    let other = other.replace(",1,", ",01,").replace("C1", "\"C1\"");
    check(
        format!("{HEADER}{}{other}", row("A")),
        &expect![[r#"
        2 3 1 externalSystemId duplicate-same "A" Record(1, 2)
        2 rows: 2 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        format!("[{},{}]", item("A"), item("A").replace(',', " , ")),
        &expect![[r#"
            2 1 0 externalSystemId duplicate-same "A" Record(1, 1)
            2 rows: 2 accepted, 0 rejected, 0 empty
        "#]],
    );
}

#[test]
fn different_content_rejects_all_that_share_the_key() {
    check(
        file(&[("A", "PAYPAL"), ("A", "ZERO")]),
        &expect![[r#"
        2 3 1 externalSystemId duplicate-different "A" Record(1, 2)
        1 2 1 externalSystemId duplicate-different "A" Record(2, 3)
        2 rows: 0 accepted, 2 rejected, 0 empty
    "#]],
    );
    check(
        file(&[
            ("A", "PAYPAL"),
            ("A", "PAYPAL"),
            ("B", "ZERO"),
            ("A", "ZERO"),
            ("A", "PAYPAL"),
            ("A", "ZERO"),
        ]),
        &expect![[r#"
            2 3 1 externalSystemId duplicate-same "A" Record(1, 2)
            4 5 1 externalSystemId duplicate-different "A" Record(1, 2)
            1 2 1 externalSystemId duplicate-different "A" Record(4, 5)
            2 3 1 externalSystemId duplicate-different "A" Record(4, 5)
            5 6 1 externalSystemId duplicate-different "A" Record(4, 5)
            6 7 1 externalSystemId duplicate-different "A" Record(1, 2)
            6 rows: 1 accepted, 5 rejected, 0 empty
        "#]],
    );
}

#[test]
fn rejected_records_have_twins_too() {
    check(
        file(&[("A", "CASH"), ("A", "PAYPAL"), ("B", "CASH"), ("B", "CASH")]),
        &expect![[r#"
            1 2 6 paymentMethod word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            2 3 1 externalSystemId duplicate-different "A" Record(1, 2)
            1 2 1 externalSystemId duplicate-different "A" Record(2, 3)
            3 4 6 paymentMethod word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            4 5 6 paymentMethod word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            4 5 1 externalSystemId duplicate-same "B" Record(3, 4)
            4 rows: 0 accepted, 4 rejected, 0 empty
        "#]],
    );
}

#[test]
fn a_key_that_is_to_be_cleared_has_no_twin() {
    check(
        file(&[("NULL", "PAYPAL"), ("NULL", "PAYPAL"), ("\"NULL\"", "ZERO")]),
        &expect![[r#"
            1 2 1 externalSystemId cannot-clear "NULL"
            2 3 1 externalSystemId cannot-clear "NULL"
            3 4 1 externalSystemId cannot-clear "NULL"
            3 rows: 0 accepted, 3 rejected, 0 empty
        "#]],
    );
}

#[test]
fn cells_beyond_the_header_without_a_value_say_nothing() {
    let surplus = |cells| row("A").replace('\n', &format!("{cells}\n"));
    let rows = [row("A"), surplus(","), surplus(",,  "), surplus(",\"\"")];
    check(
        format!("{HEADER}{}", rows.concat()),
        &expect![[r#"
            2 3 1 externalSystemId duplicate-same "A" Record(1, 2)
            3 4 1 externalSystemId duplicate-same "A" Record(1, 2)
            4 5 1 externalSystemId duplicate-same "A" Record(1, 2)
            4 rows: 4 accepted, 0 rejected, 0 empty
        "#]],
    );
}
