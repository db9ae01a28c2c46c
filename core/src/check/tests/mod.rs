//! What does a whole check say of each kind of file? One line a finding, then the counts.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "expect-test writes its expectations so"
)]

mod csv;
mod header;
mod json;
mod lenient;
mod memory;
mod order_of_rows;
mod plain;
mod properties;
mod rows_that_are_none;
mod sheets;
mod twins;
mod values;

use super::{Check, Checked};
use crate::field::{Field, Table};
use crate::finding::Finding;
use crate::moment::Moment;
use crate::read::{Limits, ReadOptions};
use expect_test::Expect;
use std::fmt::Write as _;

const OFFER: &str = "O_MZA1E7173120881551";

/// A header with the required fields only.
const HEADER: &str =
    "externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod\n";

fn options() -> ReadOptions {
    let now = Moment::parse("2026-06-01T00:00:00Z").unwrap();
    ReadOptions::new(Table::Orders, now)
}

/// Limits so small that a few lines reach them.
fn small_limits() -> ReadOptions {
    ReadOptions {
        limits: Limits {
            record_bytes: 64,
            field_bytes: 16,
            json_depth: 4,
            ..Limits::default()
        },
        ..options()
    }
}

/// A right row for [`HEADER`].
fn row(id: &str) -> String {
    format!("{id},{OFFER},C1,1,2026-01-01T00:00:00Z,PAYPAL\n")
}

/// A right item in JSON.
fn item(id: &str) -> String {
    item_with(id, "")
}

/// An item in JSON with more pairs behind the required ones, each with a comma before it.
fn item_with(id: &str, more: &str) -> String {
    format!(
        r#"{{"externalSystemId":"{id}","plenigoOfferId":"{OFFER}","invoiceCustomerId":"C1","quantity":1,"startDate":"2026-01-01T00:00:00Z","paymentMethod":"PAYPAL"{more}}}"#
    )
}

fn check(input: impl AsRef<[u8]>, expect: &Expect) {
    check_with(options(), input, expect);
}

fn check_with(options: ReadOptions, input: impl AsRef<[u8]>, expect: &Expect) {
    expect.assert_eq(&verdict(options, [input.as_ref()]));
}

/// Everything found and counted, whatever the pieces in which the bytes come.
fn verdict<'b>(options: ReadOptions, pieces: impl IntoIterator<Item = &'b [u8]>) -> String {
    let (findings, checked) = run(options, pieces);
    verdict_of(&findings, &checked)
}

fn verdict_of(findings: &[Finding], checked: &Checked) -> String {
    let mut text = String::new();
    for finding in findings {
        text.push_str(&line_of(finding));
        text.push('\n');
    }
    let tally = &checked.tally;
    let sum = tally.accepted + tally.rejected + tally.empty;
    assert_eq!(tally.rows, sum, "every record is counted once");
    let file = if tally.file_rejected {
        ", file rejected"
    } else {
        ""
    };
    writeln!(
        text,
        "{} rows: {} accepted, {} rejected, {} empty{file}",
        tally.rows, tally.accepted, tally.rejected, tally.empty
    )
    .unwrap();
    text
}

fn run<'b>(
    options: ReadOptions,
    pieces: impl IntoIterator<Item = &'b [u8]>,
) -> (Vec<Finding>, Checked) {
    let mut findings = Vec::new();
    let mut check = Check::new(options);
    for piece in pieces {
        check.push(piece, &mut |finding| findings.push(finding.clone()));
    }
    let checked = check.finish(&mut |finding| findings.push(finding.clone()));
    let counted: u64 = checked.tally.by_severity.iter().sum();
    assert_eq!(findings.len() as u64, counted, "every finding is counted");
    (findings, checked)
}

/// `row line column field code value`, and the header where it is not the field's name.
fn line_of(finding: &Finding) -> String {
    let field = finding.field.map_or("-", Field::name);
    let mut line = format!(
        "{} {} {} {field} {}",
        finding.row, finding.line, finding.column, finding.code
    );
    if let Some(value) = &finding.value {
        write!(line, " {value:?}").unwrap();
    }
    if let Some(header) = finding.header.as_deref().filter(|header| *header != field) {
        write!(line, " under {header:?}").unwrap();
    }
    match &finding.detail {
        crate::finding::Detail::None => {}
        detail => write!(line, " {detail:?}").unwrap(),
    }
    if let Some(fix) = &finding.fix {
        let arrow = if fix.safe { "=>" } else { "?>" };
        write!(line, " {arrow} {:?}", fix.value).unwrap();
    }
    line
}
