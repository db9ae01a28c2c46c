//! A file may be larger than memory, and one field of it too.

use super::{HEADER, options, row, verdict_of};
use crate::check::Check;
use expect_test::{Expect, expect};

const PIECE: usize = 1 << 20;

/// Reads `start`, a long stretch of `filler` and `end`; never holds more than a few megabytes of it.
fn check(start: &str, filler: u8, end: &str, expect: &Expect) {
    check_length(10, start, filler, end, expect);
}

fn check_length(megabytes: usize, start: &str, filler: u8, end: &str, expect: &Expect) {
    let filler = vec![filler; PIECE];
    let pieces = std::iter::once(start.as_bytes())
        .chain(std::iter::repeat_n(&*filler, megabytes))
        .chain(std::iter::once(end.as_bytes()));
    let mut findings = Vec::new();
    let mut check = Check::new(options());
    for piece in pieces {
        check.push(piece, &mut |finding| findings.push(finding.clone()));
        let held = check.framer.held();
        assert!(held <= 4 * PIECE, "{held} bytes held");
    }
    let checked = check.finish(&mut |finding| findings.push(finding.clone()));
    expect.assert_eq(&verdict_of(&findings, &checked));
}

#[test]
fn a_field_that_does_not_end() {
    let start = format!("{HEADER}{}B,", row("A"));
    let end = format!("\n{}D,x\n", row("C"));
    check_length(
        100,
        &start,
        b'x',
        &end,
        &expect![[r#"
        2 3 0 - record-too-long "B,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" Limit(1048576)
        4 5 0 - record-too-short Counts(2, 6)
        4 rows: 2 accepted, 2 rejected, 0 empty
    "#]],
    );
    check_length(
        100,
        &(start.clone() + "\""),
        b'x',
        &("\"".to_owned() + &end),
        &expect![[r#"
        2 3 2 plenigoOfferId field-too-long "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" Limit(65536)
        4 5 0 - record-too-short Counts(2, 6)
        4 rows: 2 accepted, 2 rejected, 0 empty
    "#]],
    );
    check(
        &(start.clone() + "\""),
        b'\n',
        &end,
        &expect![[r#"
        2 3 2 plenigoOfferId quote-unclosed "\""
        4 10485765 0 - record-too-short Counts(2, 6)
        4 rows: 2 accepted, 2 rejected, 0 empty
    "#]],
    );
    check(
        &start,
        b'"',
        &end,
        &expect![[r#"
        2 3 2 plenigoOfferId field-too-long "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"…" Limit(65536)
        4 5 0 - record-too-short Counts(2, 6)
        4 rows: 2 accepted, 2 rejected, 0 empty
    "#]],
    );
    check(
        &start,
        b',',
        &end,
        &expect![[r#"
        2 3 0 - record-too-long "B,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,…" Limit(1048576)
        4 5 0 - record-too-short Counts(2, 6)
        4 rows: 2 accepted, 2 rejected, 0 empty
    "#]],
    );
    check(
        &start,
        b'\n',
        &end,
        &expect![[r#"
        2 3 0 - record-too-short Counts(2, 6)
        4 10485765 0 - record-too-short Counts(2, 6)
        4 rows: 2 accepted, 2 rejected, 0 empty
    "#]],
    );
    check(
        &start,
        b'\r',
        &end,
        &expect![[r#"
        2 3 0 - record-too-long "B," Limit(1048576)
        4 5 0 - record-too-short Counts(2, 6)
        4 rows: 2 accepted, 2 rejected, 0 empty
    "#]],
    );
}

#[test]
fn a_header_that_does_not_end() {
    check(
        "externalSystemId,",
        b'x',
        "\n",
        &expect![[r#"
        0 0 0 - header-too-long Limit(1048576)
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "\"externalSystemId,",
        b'\n',
        "\n",
        &expect![[r#"
        0 0 0 - header-too-long Limit(1048576)
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "",
        b' ',
        HEADER,
        &expect![[r#"
        0 0 0 - header-too-long Limit(1048576)
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "",
        b'\n',
        HEADER,
        &expect![[r#"
        0 0 0 - header-too-long Limit(1048576)
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "{",
        b' ',
        "}",
        &expect![[r#"
        1 1 0 - record-too-long "{" Limit(1048576)
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
    check(
        "{\"",
        b'x',
        "}",
        &expect![[r#"
        1 1 0 - record-too-long "{\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" Limit(1048576)
        1 rows: 0 accepted, 1 rejected, 0 empty
    "#]],
    );
}

#[test]
fn a_json_value_that_does_not_end() {
    let start = "[{\"quantity\":";
    check_length(
        100,
        &format!("{start}\""),
        b'x',
        "\"},{}]",
        &expect![[r#"
        1 1 0 - record-too-long "{\"quantity\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" Limit(1048576)
        2 1 0 externalSystemId required-missing
        2 1 0 plenigoOfferId required-missing
        2 1 0 invoiceCustomerId required-missing
        2 1 0 quantity required-missing
        2 1 0 startDate required-missing
        2 1 0 paymentMethod payment-method-missing
        2 rows: 0 accepted, 2 rejected, 0 empty
    "#]],
    );
    check(
        start,
        b'[',
        "",
        &expect![[r#"
        0 1 0 - json-truncated
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "[",
        b' ',
        "{}]",
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
        "{\"purchase\":",
        b'1',
        ",\"items\":[]}",
        &expect![[r#"
        0 1 0 - json-invalid under "purchase" Text("true, false")
        0 rows: 0 accepted, 0 rejected, 0 empty, file rejected
    "#]],
    );
    check(
        "{\"items\":[],\"",
        b'x',
        "\":1}",
        &expect![[r#"
        0 1 0 - json-key-unknown under "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
        0 0 0 - file-no-records
        0 rows: 0 accepted, 0 rejected, 0 empty
    "#]],
    );
    check(
        "{\"x\":1}\n{\"",
        b'x',
        "\"}\n{}\n",
        &expect![[r#"
        1 1 0 - json-key-unknown under "x"
        1 1 0 externalSystemId required-missing
        1 1 0 plenigoOfferId required-missing
        1 1 0 invoiceCustomerId required-missing
        1 1 0 quantity required-missing
        1 1 0 startDate required-missing
        1 1 0 paymentMethod payment-method-missing
        2 2 0 - record-too-long "{\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" Limit(1048576)
        3 3 0 externalSystemId required-missing
        3 3 0 plenigoOfferId required-missing
        3 3 0 invoiceCustomerId required-missing
        3 3 0 quantity required-missing
        3 3 0 startDate required-missing
        3 3 0 paymentMethod payment-method-missing
        3 rows: 0 accepted, 3 rejected, 0 empty
    "#]],
    );
}
