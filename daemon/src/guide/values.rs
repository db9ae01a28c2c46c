//! How is a value read that is not written as the platform writes it?
//! The answers are the program's own: each example is a file that is checked when the guide is made.

use std::fmt::Write as _;

use intake_core::field::Field;
use intake_core::finding::Language;
use intake_core::moment::Moment;
use serde::Deserialize;

use super::tables::cell;
use crate::cli::args::{self, ReportFormat};
use crate::commands::check::{Delivery, check};
use crate::config::Config;
use crate::import::Terms;
use crate::perform;

/// Spellings that partners use, by field.
const EXAMPLES: &[(Field, &[&str])] = &[
    (
        Field::StartDate,
        &[
            "2026-03-21T00:00:00+01:00",
            "2026-03-21",
            "21.03.2026",
            "21.3.26",
            "21. März 2026",
            "21-MAR-26",
            "20260321",
            "21.03.2026 17:32",
            "2026-03-21 17:32:00",
            "2026-03-21T16:32:00Z",
            "3/21/2026 5:32 PM",
            "03/04/2026",
            "46102",
        ],
    ),
    (Field::EndDate, &["31.12.2026", "31.12.2026 12:00"]),
    (
        Field::Quantity,
        &["1", "1,0", "+1", "01", "1 000", "1.000,00", "1.000", "zwei"],
    ),
    (Field::DiscountPercentage, &["10", "10 %", "12,5"]),
    (
        Field::PaymentMethod,
        &["BANK_ACCOUNT", "Lastschrift", "sepa", "Rechnug", "Scheck"],
    ),
    (Field::MobileNumber, &["+49 171 2345678", "0171/2345678"]),
];

/// What the other cells of an example hold.
const ROW: &[(Field, &str)] = &[
    (Field::ExternalSystemId, "ABO-4711"),
    (Field::PlenigoOfferId, "O_MZA1E7173120881551"),
    (Field::InvoiceCustomerId, "100003"),
    (Field::Quantity, "1"),
    (Field::StartDate, "2026-01-01T00:00:00+01:00"),
    (Field::PaymentMethod, "BANK_ACCOUNT"),
];

/// The day on which the examples are read.
const TODAY: &str = "2026-03-01T12:00:00+01:00";

/// Each spelling with what it is read as.
pub(super) fn read_values(language: Language) -> String {
    let mut text = match language {
        Language::De => String::from("| Feld | geschrieben | gelesen als |\n| --- | --- | --- |\n"),
        Language::En => String::from("| field | written | read as |\n| --- | --- | --- |\n"),
    };
    for (field, spellings) in EXAMPLES {
        for spelling in *spellings {
            let answer = match reading(*field, spelling) {
                Reading::AsItIs => match language {
                    Language::De => String::from("so, wie es da steht"),
                    Language::En => String::from("as it stands"),
                },
                Reading::As(value) => format!("`{}`", cell(&value)),
                Reading::Refused(code, proposal) => {
                    let refused = match language {
                        Language::De => "abgelehnt",
                        Language::En => "refused",
                    };
                    let proposal = match (proposal, language) {
                        (None, _) => String::new(),
                        (Some(value), Language::De) => {
                            format!("; Vorschlag: `{}`", cell(&value))
                        }
                        (Some(value), Language::En) => {
                            format!("; proposal: `{}`", cell(&value))
                        }
                    };
                    format!("{refused} (`{code}`){proposal}")
                }
            };
            let name = field.name();
            let _ = writeln!(text, "| `{name}` | `{}` | {answer} |", cell(spelling));
        }
    }
    text
}

/// What became of a cell.
enum Reading {
    AsItIs,
    As(String),
    /// By this finding, perhaps with a value that a person may confirm.
    Refused(String, Option<String>),
}

fn reading(field: Field, spelling: &str) -> Reading {
    let mut cells: Vec<(Field, &str)> = ROW
        .iter()
        .copied()
        .filter(|(other, _)| *other != field)
        .collect();
    cells.push((field, spelling));
    let line = |cells: Vec<&str>| cells.join(";");
    let header = line(cells.iter().map(|(field, _)| field.name()).collect());
    let row = line(cells.iter().map(|(_, text)| *text).collect());
    let file = format!("{header}\n{row}\n");
    let config = Config::default();
    let now = Moment::parse(TODAY).expect("it is a constant");
    let mut report = Vec::new();
    let checked = check(
        Delivery {
            name: "example.csv",
            source: file.as_bytes(),
            bytes: None,
        },
        Terms::of(&config, perform::NOBODY)
            .profile
            .read_options(now),
        ReportFormat::Json,
        &perform::speech(args::Language::En, &config),
        &mut report,
        &|_, _| {},
    );
    checked.expect("memory can be read and written");
    let report: Report = serde_json::from_slice(&report).expect("a report is JSON");
    let mut items = report.items.into_iter();
    let Some(item) = items.find(|item| item.field.as_deref() == Some(field.name())) else {
        return Reading::AsItIs;
    };
    let value = item.fix.map(|fix| fix.value);
    match (&*item.severity, value) {
        ("error", value) => Reading::Refused(item.code, value),
        (_, Some(value)) => Reading::As(value),
        (_, None) => Reading::AsItIs,
    }
}

#[derive(Deserialize)]
struct Report {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    field: Option<String>,
    code: String,
    severity: String,
    fix: Option<Fix>,
}

#[derive(Deserialize)]
struct Fix {
    value: String,
}
