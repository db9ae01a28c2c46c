//! Cells of a workbook: what is no text is read as what it is, and what a spreadsheet has changed is said.

use super::super::cell::{self, CellRules, Checked};
use crate::field::{Field, Table};
use crate::moment::Moment;
use crate::read::{Cell, SheetKind};
use crate::reading::{Reading, Values};
use std::borrow::Cow;

fn read(field: Field, kind: SheetKind, text: &str, values: Values) -> String {
    let reading = Reading {
        values,
        ..Reading::default()
    };
    let rules = CellRules {
        table: Table::Orders,
        now: Moment::from_unix(1_780_000_000, 0),
        clear_token: "NULL",
        reading: &reading,
        order: None,
    };
    let cell = Cell::Sheet(kind, Cow::Borrowed(text));
    let mut said = Vec::new();
    let checked = cell::check(field, &cell, &rules, &mut |remark| {
        said.push(remark.code.name());
    });
    let checked = match checked {
        Ok(Checked::Text(text)) => text.into_owned(),
        Ok(Checked::Integer(number)) => number.to_string(),
        Ok(Checked::Moment(moment)) => moment.to_string(),
        Ok(other) => format!("{other:?}"),
        Err(remark) => format!("error {}", remark.code),
    };
    format!("{checked} {said:?}")
}

#[test]
fn typed_cells_are_read_as_what_they_are() {
    use SheetKind::{Bool, Date, Error, Formula, Number};
    let key = Field::ExternalSystemId;
    for (field, kind, text, expected) in [
        (Field::Quantity, Number, "2", r#"2 []"#),
        (
            Field::Quantity,
            Number,
            "2.5",
            r#"error integer-invalid []"#,
        ),
        (Field::Quantity, Error, "#REF!", r#"error cell-error []"#),
        (
            Field::Quantity,
            Formula,
            "=A1",
            r#"error formula-without-value []"#,
        ),
        (key, Number, "4711", r#"4711 ["number-as-text"]"#),
        (key, Number, "00042", r#"00042 ["number-as-text"]"#),
        (
            key,
            Number,
            "9007199254740991",
            r#"9007199254740991 ["number-as-text"]"#,
        ),
        (key, Number, "9007199254740992", r#"error digits-lost []"#),
        (key, Number, "1e21", r#"error digits-lost []"#),
        (key, Bool, "true", r#"true []"#),
        (key, Date, "2026-02-01", r#"error date-as-text []"#),
        (key, Error, "#N/A", r#"error cell-error []"#),
    ] {
        assert_eq!(read(field, kind, text, Values::Lenient), expected, "{text}");
    }
    assert_eq!(
        read(Field::StartDate, Date, "2026-02-01", Values::Strict),
        r#"error date-time-invalid []"#
    );
}

#[test]
fn dates_are_read_in_the_agreed_zone() {
    let day = read(
        Field::StartDate,
        SheetKind::Date,
        "2026-02-01",
        Values::Lenient,
    );
    let time = read(
        Field::StartDate,
        SheetKind::Date,
        "2026-07-01T17:32:00",
        Values::Lenient,
    );
    expect_test::expect![[r#"
        2026-01-31T23:00:00Z ["date-read"]
        2026-07-01T15:32:00Z ["date-read"]"#]]
    .assert_eq(&format!("{day}\n{time}"));
}
