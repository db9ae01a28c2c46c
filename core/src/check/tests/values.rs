//! The values of a row: what is read otherwise than it is written, and what is refused.

use super::{HEADER, OFFER, check};
use expect_test::expect;
use std::fmt::Write as _;

const ALL: &str = "externalSystemId;plenigoOfferId;invoiceCustomerId;quantity;startDate;paymentMethod;endDate;referenceStartDate;nextBookingDate;discountPercentage;plenigoBonusIds;managedBy;email\n";

fn rows(required_and_more: &[&str]) -> String {
    let mut text = ALL.to_owned();
    for (index, cells) in required_and_more.iter().enumerate() {
        let id = index + 1;
        writeln!(text, "{id};{OFFER};C1;{cells}").unwrap();
    }
    text
}

#[test]
fn dates() {
    check(
        rows(&[
            "1;31.02.2026;PAYPAL;;;;;;;",
            "1;2026-02-31T00:00:00Z;PAYPAL;;;;;;;",
            "1;2026-02-01T00:00:00;PAYPAL;;;;;;;",
            "1;2026-02-01;PAYPAL;;;;;;;",
            "1;2026-02-01T00:00:00+01:00;PAYPAL;2026-01-31T22:59:59Z;;;;;;",
            "1;2026-02-01T00:00:00+01:00;PAYPAL;2026-01-31T23:00:00Z;;;;;;",
            "1;2020-02-01T00:00:00Z;PAYPAL;;2025-05-31T23:59:59Z;2026-05-31T23:59:59Z;;;;",
            "1;2026-02-01T00:00:00Z;PAYPAL;;2026-01-01T00:00:00Z;2026-06-01T00:00:00Z;;;;",
            "1;2026-02-01T00:00:00Z;PAYPAL;NULL;;;NULL;NULL;NULL;",
        ]),
        &expect![[r#"
            1 2 5 startDate date-time-no-such "31.02.2026"
            2 3 5 startDate date-time-no-such "2026-02-31T00:00:00Z"
            3 4 5 startDate date-read "2026-02-01T00:00:00" Text("2026-02-01T00:00:00+01:00") => "2026-02-01T00:00:00+01:00"
            4 5 5 startDate date-read "2026-02-01" Text("2026-02-01T00:00:00+01:00") => "2026-02-01T00:00:00+01:00"
            5 6 7 endDate end-before-start "2026-01-31T22:59:59Z" Moment(Moment { seconds: 1769900400, nanos: 0 })
            7 8 8 referenceStartDate reference-too-old "2025-05-31T23:59:59Z" Moment(Moment { seconds: 1748736000, nanos: 0 })
            7 8 9 nextBookingDate next-booking-past "2026-05-31T23:59:59Z" Moment(Moment { seconds: 1780272000, nanos: 0 })
            8 9 8 referenceStartDate reference-before-start "2026-01-01T00:00:00Z" Moment(Moment { seconds: 1769904000, nanos: 0 })
            9 rows: 4 accepted, 5 rejected, 0 empty
        "#]],
    );
}

#[test]
fn numbers_and_words() {
    check(
        rows(&[
            "1e3;2026-01-01T00:00:00Z;PAYPAL;;;;;;;",
            "0;2026-01-01T00:00:00Z;paypal;;;;101;;;",
            "99999999999999999999;2026-01-01T00:00:00Z;;;;;100;;EXTERN;",
            "007;2026-01-01T00:00:00Z;PAYPAL;;;;-0;B_1|, B_2;WBZ;",
            "NULL;2026-01-01T00:00:00Z;NULL;;;;;|;;",
            "1 ;2026-01-01T00:00:00Z;PAYPAL;;;;;;;a@b",
        ]),
        &expect![[r#"
            1 2 4 quantity integer-invalid "1e3"
            2 3 4 quantity integer-range "0" Range(1, 10000)
            2 3 6 paymentMethod word-read "paypal" Text("PAYPAL") => "PAYPAL"
            2 3 10 discountPercentage integer-range "101" Range(0, 100)
            3 4 4 quantity integer-range "99999999999999999999" Range(1, 10000)
            3 4 12 managedBy word-read "EXTERN" Text("EXTERNAL") => "EXTERNAL"
            3 4 6 paymentMethod payment-method-missing ""
            5 6 4 quantity cannot-clear "NULL"
            5 6 6 paymentMethod payment-method-missing "NULL"
            6 7 4 quantity whitespace-trimmed "1 " Text("1") => "1"
            6 7 13 email email-invalid "a@b"
            6 rows: 1 accepted, 5 rejected, 0 empty
        "#]],
    );
}

#[test]
fn ids_keep_their_zeros_and_lose_the_space_around_them() {
    let with = |id: &str| format!("{id},{OFFER},C1,1,2026-01-01T00:00:00Z,PAYPAL\n");
    let ids = [
        "007",
        "7",
        " 7",
        "7 ",
        "\u{a0}8",
        "8",
        "'=9",
        "a b",
        "\u{feff}",
        "\u{a0}",
        "\u{200b}x",
        "ä",
    ];
    let text: String = ids.iter().map(|id| with(id)).collect();
    check(
        format!("{HEADER}{text}"),
        &expect![[r#"
            3 4 1 externalSystemId whitespace-trimmed " 7" Text("7") => "7"
            3 4 1 externalSystemId duplicate-same "7" Record(2, 3)
            4 5 1 externalSystemId whitespace-trimmed "7 " Text("7") => "7"
            4 5 1 externalSystemId duplicate-same "7" Record(2, 3)
            5 6 1 externalSystemId whitespace-trimmed "\u{a0}8" Text("8") => "8"
            6 7 1 externalSystemId duplicate-same "8" Record(5, 6)
            7 8 1 externalSystemId apostrophe-removed "'=9" Text("=9")
            7 8 1 externalSystemId formula-like "'=9"
            9 10 1 externalSystemId required-missing "\u{feff}"
            10 11 1 externalSystemId required-missing "\u{a0}"
            11 12 1 externalSystemId invisible-removed "\u{200b}x" Text("x") => "x"
            12 rows: 10 accepted, 2 rejected, 0 empty
        "#]],
    );
    let long = "x".repeat(101);
    check(
        format!("{HEADER}{}", with(&long)),
        &expect![[r#"
        1 2 1 externalSystemId text-too-long "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" Range(1, 100)
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
}

#[test]
fn formulas_are_read_as_text() {
    let with = |id: &str| format!("{id},{OFFER},C1,1,2026-01-01T00:00:00Z,PAYPAL\n");
    let ids = ["=cmd|'/C calc'!A0", "+49", "-1", "@x", "=", "'=1+1", "'x"];
    let text: String = ids.iter().map(|id| with(id)).collect();
    check(
        format!("{HEADER}{text}"),
        &expect![[r#"
        1 2 1 externalSystemId formula-like "=cmd|'/C calc'!A0"
        2 3 1 externalSystemId formula-like "+49"
        3 4 1 externalSystemId formula-like "-1"
        4 5 1 externalSystemId formula-like "@x"
        6 7 1 externalSystemId apostrophe-removed "'=1+1" Text("=1+1")
        6 7 1 externalSystemId formula-like "'=1+1"
        7 rows: 7 accepted, 0 rejected, 0 empty
    "#]],
    );
}

#[test]
fn every_mistake_of_a_row_is_found() {
    check(
        format!("{ALL};x;;0;never;CASH;2026-01-01;;;101;;;a b\n"),
        &expect![[r#"
            1 2 2 plenigoOfferId text-wrong-length "x" Range(20, 20)
            1 2 4 quantity integer-range "0" Range(1, 10000)
            1 2 5 startDate date-time-invalid "never"
            1 2 6 paymentMethod word-unknown "CASH" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
            1 2 7 endDate date-read "2026-01-01" Text("2026-01-01T23:59:59+01:00") => "2026-01-01T23:59:59+01:00"
            1 2 10 discountPercentage integer-range "101" Range(0, 100)
            1 2 13 email email-invalid "a b"
            1 2 1 externalSystemId required-missing ""
            1 2 3 invoiceCustomerId required-missing ""
            1 rows: 0 accepted, 1 rejected, 0 empty
        "#]],
    );
}
