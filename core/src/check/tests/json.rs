//! JSON: bodies, arrays, one object a line, and everything that is not quite that.

use super::{check, check_with, item, item_with, small_limits};
use expect_test::expect;

#[test]
fn bodies_and_arrays() {
    let (a, b) = (item("A"), item("B"));
    check(
        format!(r#"{{"purchase":false,"suppressMail":true,"items":[{a},{b}]}}"#),
        &expect![[r#"
            2 rows: 2 accepted, 0 rejected, 0 empty
        "#]],
    );
    check(
        format!("[{a},\n{b}\n]\n"),
        &expect![[r#"
        2 rows: 2 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        format!("{{\"items\" : [ {a} ] , \"purchase\"\n:\ntrue }}\n\n"),
        &expect![[r#"
            1 rows: 1 accepted, 0 rejected, 0 empty
        "#]],
    );
    check(
        "[]",
        &expect![[r#"
        0 0 0 - file-no-records
        0 rows: 0 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        r#"{"items":[]}"#,
        &expect![[r#"
        0 0 0 - file-no-records
        0 rows: 0 accepted, 0 rejected, 0 empty
    "#]],
    );
}

#[test]
fn pretty_printed_items_keep_their_lines() {
    let pretty = item_with("A", r#","endDate":"x""#)
        .replace(',', ",\n  ")
        .replace("PAYPAL", "a\\\"b\\n");
    check(
        format!("[\n{pretty},\n\n{pretty}\n]"),
        &expect![[r#"
        1 2 0 paymentMethod whitespace-trimmed "a\"b\n" Text("a\"b")
        1 2 0 paymentMethod word-unknown "a\"b\n" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
        1 2 0 endDate date-time-invalid "x"
        2 10 0 paymentMethod whitespace-trimmed "a\"b\n" Text("a\"b")
        2 10 0 paymentMethod word-unknown "a\"b\n" Text("AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO")
        2 10 0 endDate date-time-invalid "x"
        2 10 0 externalSystemId duplicate-same "A" Record(1, 2)
        2 rows: 0 accepted, 2 rejected, 0 empty
    "#]],
    );
}

#[test]
fn what_surrounds_the_items() {
    let a = item("A");
    check(
        format!("[{a}"),
        &expect![[r#"
        0 1 0 - json-truncated
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!("[{a},"),
        &expect![[r#"
        0 1 0 - json-truncated
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!("[{a},{}", &a[..20]),
        &expect![[r#"
        0 1 0 - json-truncated
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!("[{a},]"),
        &expect![[r#"
        0 1 0 - json-invalid Text("{")
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!("[{a},,{a}]"),
        &expect![[r#"
        0 1 0 - json-invalid Text("{")
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!("[{a}{a}]"),
        &expect![[r#"
        0 1 0 - json-invalid Text(", ]")
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!("[{a}]\n\n[{a}]"),
        &expect![[r#"
        0 3 0 - json-invalid Text("end")
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!(r#"{{"items":[{a}]}} x"#),
        &expect![[r#"
        0 1 0 - json-invalid Text("end")
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!(r#"{{"items":[{a}],}}"#),
        &expect![[r#"
        0 1 0 - json-invalid Text("\"")
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!(r#"{{"items":[{a}],"items":[{a}]}}"#),
        &expect![[r#"
        0 1 0 - json-key-twice under "items"
        1 rows: 0 accepted, 1 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        r#"{"items":{"a":1}}"#,
        &expect![[r#"
        0 1 0 - json-shape under "items"
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        r#"{"items":null}"#,
        &expect![[r#"
        0 1 0 - json-shape under "items"
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        r#"{"items" 1}"#,
        &expect![[r#"
        0 1 0 - json-invalid under "items" Text(":")
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        r#"{"purchase":true}"#,
        &expect![[r#"
        0 1 0 - json-shape
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!(r#"{{"purchase":1,"items":[{a}]}}"#),
        &expect![[r#"
        0 1 0 - json-invalid under "purchase" Text("true, false")
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!(r#"{{"purchase":,"items":[{a}]}}"#),
        &expect![[r#"
        0 1 0 - json-invalid under "purchase" Text("true, false")
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        format!(r#"{{"purchase":true,"clerk":{{"name":"x"}},"items":[{a}]}}"#),
        &expect![[r#"
            0 1 0 - json-key-unknown under "clerk"
            1 rows: 1 accepted, 0 rejected, 0 empty
        "#]],
    );
    check(
        format!(r#"{{"purchase":true,"clerk":{{"name":x}},"items":[{a}]}}"#),
        &expect![[r#"
            0 1 0 - json-key-unknown under "clerk"
            0 1 0 - json-invalid under "clerk" Text("JSON")
            0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
        "#]],
    );
}

#[test]
fn items_that_are_no_objects() {
    let a = item("A");
    check(
        format!(r#"[1, "x", null, [{a}], {a}, {{}}, tru, -, {{"a":[}}, 1]"#),
        &expect![[r#"
            1 1 0 - json-shape "1"
            2 1 0 - json-shape "\"x\""
            3 1 0 - json-shape "null"
            4 1 0 - json-shape "[{\"externalSystemId\":\"A\",\"plenigoOfferId\":\"O_MZA1E7173120881551\",\"invoiceCustomerId\":\"C1\",\"quantity\":1,\"startDate\":\"2026-01-01T00:00:00Z\",\"paymentMethod\":\"PAYPAL\"}]"
            6 1 0 externalSystemId required-missing
            6 1 0 plenigoOfferId required-missing
            6 1 0 invoiceCustomerId required-missing
            6 1 0 quantity required-missing
            6 1 0 startDate required-missing
            6 1 0 paymentMethod payment-method-missing
            7 1 0 - json-invalid "tru" Text("EOF while parsing a value")
            8 1 0 - json-invalid "-" Text("EOF while parsing a value")
            0 1 0 - json-invalid Text("]")
            8 rows: 0 accepted, 8 rejected, 0 empty, file rejected
        "#]],
    );
}

#[test]
fn deep_nesting_is_followed_without_recursion() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    check(
        format!("[{}]", item_with("A", &format!(r#","endDate":{deep}"#))),
        &expect![[r#"
        1 1 0 - json-too-deep "{\"externalSystemId\":\"A\",\"plenigoOfferId\":\"O_MZA1E7173120881551\",\"invoiceCustomerId\":\"C1\",\"quantity\":1,\"startDate\":\"2026-01-01T00:00:00Z\",\"paymentMethod\":\"PAYPAL\",\"endDate\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[…" Limit(64)
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        &deep,
        &expect![[r#"
        1 1 0 - json-too-deep "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…" Limit(64)
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        "[".repeat(100_000),
        &expect![[r#"
        0 1 0 - json-truncated
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        item_with("A", &format!(r#","endDate":{deep}"#)) + "\n" + &item("B"),
        &expect![[r#"
        1 1 0 - json-too-deep "{\"externalSystemId\":\"A\",\"plenigoOfferId\":\"O_MZA1E7173120881551\",\"invoiceCustomerId\":\"C1\",\"quantity\":1,\"startDate\":\"2026-01-01T00:00:00Z\",\"paymentMethod\":\"PAYPAL\",\"endDate\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[…" Limit(64)
        2 rows: 1 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        "{\"a\":".repeat(100_000),
        &expect![[r#"
        1 1 0 - json-too-deep "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":…" Limit(64)
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        format!(r#"{{"purchase":true,"x":{deep},"items":[]}}"#),
        &expect![[r#"
            0 1 0 - json-key-unknown under "x"
            0 1 0 - json-too-deep under "x" Limit(64)
            0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
        "#]],
    );
}

#[test]
fn keys() {
    let more = [
        r#","quantity":2"#,
        r#","colour":"red","colour":"blue""#,
        r#","Quantity":2,"qty":1,"endDat":"x","intakeNotes":[]"#,
        r#","quant\u0069ty":2"#,
        r#","\ud800":1"#,
    ];
    let lines: Vec<_> = more.iter().map(|more| item_with("A", more)).collect();
    check(
        lines.join("\n"),
        &expect![[r#"
        1 1 0 quantity json-key-twice
        2 2 0 - json-key-unknown under "colour"
        2 2 0 - json-key-twice under "colour"
        3 3 0 - json-key-unknown under "Quantity" Proposal("quantity")
        3 3 0 - json-key-unknown under "qty" Proposal("quantity")
        3 3 0 - json-key-unknown under "endDat" Proposal("endDate")
        4 4 0 quantity json-key-twice
        5 5 0 - json-invalid "{\"externalSystemId\":\"A\",\"plenigoOfferId\":\"O_MZA1E7173120881551\",\"invoiceCustomerId\":\"C1\",\"quantity\":1,\"startDate\":\"2026-01-01T00:00:00Z\",\"paymentMethod\":\"PAYPAL\",\"\\ud800\":1}" Text("unexpected end of hex escape")
        5 rows: 1 accepted, 4 rejected, 0 empty
    "#]],
    );
}

#[test]
fn values_keep_their_type() {
    let lines = [
        item("A").replace("\"C1\"", "100003"),
        item("B").replace(":1,", ":\"1\","),
        item("C").replace(":1,", ":1e3,"),
        item("D").replace(":1,", ":1.0,"),
        item("E").replace(":1,", ":-1,"),
        item("F").replace(":1,", ":12345678901234567890123,"),
        item("G").replace(":1,", ":null,"),
        item("H").replace(":1,", ":true,"),
        item("I").replace(":1,", ":[1],"),
        item("J").replace(":1,", ":{\"a\":1},"),
        item_with("K", r#","invoiceAddressId":9223372036854775808"#),
        item_with("L", r#","invoiceAddressId":9223372036854775807"#),
        item_with(
            "M",
            r#","endDate":null,"discountPercentage":null,"plenigoBonusIds":[]"#,
        ),
        item_with(
            "N",
            r#","plenigoBonusIds":["B_1"," B_2 ",""],"managedBy":"WBZ""#,
        ),
        item_with("O", r#","plenigoBonusIds":"B_1""#),
        item_with("P", r#","plenigoBonusIds":["B_1",2]"#),
        item("Q").replace("\"PAYPAL\"", "null"),
        item("R").replace(",\"paymentMethod\":\"PAYPAL\"", ""),
        item("S").replace(":1,", ":01,"),
        item("NULL"),
    ];
    check(
        lines.join("\n"),
        &expect![[r#"
        1 1 0 invoiceCustomerId type-wrong "100003" Text("string")
        2 2 0 quantity type-wrong "1" Text("integer")
        3 3 0 quantity integer-invalid "1e3"
        4 4 0 quantity integer-invalid "1.0"
        5 5 0 quantity integer-range "-1" Range(1, 10000)
        6 6 0 quantity integer-range "12345678901234567890123" Range(1, 10000)
        7 7 0 quantity cannot-clear "null"
        8 8 0 quantity type-wrong "true" Text("integer")
        9 9 0 quantity type-wrong "[1]" Text("integer")
        10 10 0 quantity type-wrong "{\"a\":1}" Text("integer")
        11 11 0 invoiceAddressId integer-range "9223372036854775808" Range(0, 9223372036854775807)
        15 15 0 plenigoBonusIds type-wrong "B_1" Text("array of strings")
        16 16 0 plenigoBonusIds type-wrong "[\"B_1\",2]" Text("array of strings")
        17 17 0 paymentMethod payment-method-missing "null"
        18 18 0 paymentMethod payment-method-missing
        19 19 0 - json-invalid "{\"externalSystemId\":\"S\",\"plenigoOfferId\":\"O_MZA1E7173120881551\",\"invoiceCustomerId\":\"C1\",\"quantity\":01,\"startDate\":\"2026-01-01T00:00:00Z\",\"paymentMethod\":\"PAYPAL\"}" Text("invalid number")
        20 rows: 4 accepted, 16 rejected, 0 empty
    "#]],
    );
}

#[test]
fn text_in_strings() {
    let lines = [
        item(r"\ud800"),
        item(r"\ud83d\ude00"),
        item(r"a\u0000b"),
        item("a\u{7f}b"),
        item("a\tb"),
        item(" A "),
        item(r"\u00e4"),
        item(""),
        item_with("B", r#","plenigoBonusIds":["\udc00"]"#),
    ];
    check(
        lines.join("\n"),
        &expect![[r#"
        1 1 0 externalSystemId json-invalid "\"\\ud800\"" Text("unexpected end of hex escape")
        3 3 0 externalSystemId control-character "a\0b"
        4 4 0 externalSystemId control-character "a\u{7f}b"
        5 5 0 - json-invalid "{\"externalSystemId\":\"a\tb\",\"plenigoOfferId\":\"O_MZA1E7173120881551\",\"invoiceCustomerId\":\"C1\",\"quantity\":1,\"startDate\":\"2026-01-01T00:00:00Z\",\"paymentMethod\":\"PAYPAL\"}" Text("control character (\\u0000-\\u001F) found while parsing a string")
        6 6 0 externalSystemId whitespace-trimmed " A " Text("A")
        8 8 0 externalSystemId required-missing ""
        9 9 0 plenigoBonusIds json-invalid "[\"\\udc00\"]" Text("lone leading surrogate in hex escape")
        9 rows: 3 accepted, 6 rejected, 0 empty
    "#]],
    );
    let mut bytes = item("M_ller, Jürgen").into_bytes();
    bytes[22] = 0xFC;
    check(
        [b"[", &*bytes, b"]"].concat(),
        &expect![[r#"
            1 1 0 - encoding-invalid "{\"externalSystemId\":\"M�ller, Jürgen\",\"plenigoOfferId\":\"O_MZA1E7173120881551\",\"invoiceCustomerId\":\"C1\",\"quantity\":1,\"startDate\":\"2026-01-01T00:00:00Z\",\"paymentMethod\":\"PAYPAL\"}"
            1 rows: 0 accepted, 1 rejected, 0 empty
        "#]],
    );
}

#[test]
fn one_object_a_line() {
    let (a, b) = (item("A"), item("B"));
    check(
        format!(
            "{a}\r\n\r\n  \n{b}\r\n{{\"x\nabc\n[{a}]\n{a} {b}\n{}",
            &a[..50]
        ),
        &expect![[r#"
            3 5 0 - json-invalid "{\"x" Text("EOF while parsing a string")
            4 6 0 - json-invalid "abc" Text("expected value")
            5 7 0 - json-shape "[{\"externalSystemId\":\"A\",\"plenigoOfferId\":\"O_MZA1E7173120881551\",\"invoiceCustomerId\":\"C1\",\"quantity\":1,\"startDate\":\"2026-01-01T00:00:00Z\",\"paymentMethod\":\"PAYPAL\"}]"
            6 8 0 - json-invalid "{\"externalSystemId\":\"A\",\"plenigoOfferId\":\"O_MZA1E7173120881551\",\"invoiceCustomerId\":\"C1\",\"quantity\":1,\"startDate\":\"2026-01-01T00:00:00Z\",\"paymentMethod\":\"PAYPAL\"} {\"externalSystemId\":\"B\",\"plenigoOffer…" Text("trailing characters")
            7 9 0 - json-invalid "{\"externalSystemId\":\"A\",\"plenigoOfferId\":\"O_MZA1E7" Text("EOF while parsing a string")
            7 rows: 2 accepted, 5 rejected, 0 empty
        "#]],
    );
}

#[test]
fn records_over_the_limit() {
    let long = "x".repeat(80);
    let text = format!("{{\"quantity\":0}}\n{{\"quantity\":{long}}}\n{{\"quantity\":2}}\n");
    check_with(
        small_limits(),
        &text,
        &expect![[r#"
        1 1 0 quantity integer-range "0" Range(1, 10000)
        1 1 0 externalSystemId required-missing
        1 1 0 plenigoOfferId required-missing
        1 1 0 invoiceCustomerId required-missing
        1 1 0 startDate required-missing
        1 1 0 paymentMethod payment-method-missing
        2 2 0 - record-too-long "{\"quantity\":xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" Limit(64)
        3 3 0 externalSystemId required-missing
        3 3 0 plenigoOfferId required-missing
        3 3 0 invoiceCustomerId required-missing
        3 3 0 startDate required-missing
        3 3 0 paymentMethod payment-method-missing
        3 rows: 0 accepted, 3 rejected, 0 empty
    "#]],
    );
    let array = format!("[{}]", text.trim_end().replace('\n', ",\n"));
    check_with(
        small_limits(),
        array,
        &expect![[r#"
        1 1 0 quantity integer-range "0" Range(1, 10000)
        1 1 0 externalSystemId required-missing
        1 1 0 plenigoOfferId required-missing
        1 1 0 invoiceCustomerId required-missing
        1 1 0 startDate required-missing
        1 1 0 paymentMethod payment-method-missing
        2 2 0 - record-too-long "{\"quantity\":xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" Limit(64)
        3 3 0 externalSystemId required-missing
        3 3 0 plenigoOfferId required-missing
        3 3 0 invoiceCustomerId required-missing
        3 3 0 startDate required-missing
        3 3 0 paymentMethod payment-method-missing
        3 rows: 0 accepted, 3 rejected, 0 empty
    "#]],
    );
    let cells = format!("{{\"managedBy\":\"{}\"}}\n", "x".repeat(17));
    check_with(
        small_limits(),
        cells,
        &expect![[r#"
        1 1 0 managedBy field-too-long "xxxxxxxxxxxxxxxxx" Limit(16)
        1 1 0 externalSystemId required-missing
        1 1 0 plenigoOfferId required-missing
        1 1 0 invoiceCustomerId required-missing
        1 1 0 quantity required-missing
        1 1 0 startDate required-missing
        1 1 0 paymentMethod payment-method-missing
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
    let body = format!("{{\"purchase\":true,\"x\":\"{long}\",\"items\":[]}}");
    check_with(
        small_limits(),
        body,
        &expect![[r#"
        0 1 0 - json-key-unknown under "x"
        0 1 0 - json-shape under "x"
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
}

#[test]
fn a_record_of_unknown_keys_only() {
    let keys: Vec<_> = (0..20).map(|n| format!("\"quantit{n}\":1")).collect();
    check(
        item_with("A", &format!(",{}", keys.join(","))),
        &expect![[r#"
        1 1 0 - json-key-unknown under "quantit0" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit1" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit2" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit3" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit4" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit5" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit6" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit7" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit8" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit9" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit10" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit11" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit12" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit13" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit14" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit15" Proposal("quantity")
        1 1 0 - json-key-unknown under "quantit16"
        1 1 0 - json-key-unknown under "quantit17"
        1 1 0 - json-key-unknown under "quantit18"
        1 1 0 - json-key-unknown under "quantit19"
        1 rows: 1 accepted, 0 rejected, 0 empty
    "#]],
    );
}
