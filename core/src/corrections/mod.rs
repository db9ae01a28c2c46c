//! How does a partner get back the wrong rows alone, ready to be mended and sent again?
//!
//! Invariant: what is written reads back as the same values, and a record that was rejected for its form is never
//! accepted unmended, whatever program has opened and saved the file in between.

mod csv;
mod json;
mod neutral;

pub use csv::put_cell_of_text;

use crate::finding::{Finding, Language, column_letters, message};
use crate::printable::printable;
use crate::read::{Format, Record, Shape};

/// Why one record was rejected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// All reasons in German, on one line.
    pub de: String,
    /// The same in English.
    pub en: String,
}

/// One error of a record, as it is told.
#[derive(Clone, Copy, Debug)]
pub struct Told<'t> {
    /// The physical line.
    pub line: Option<u64>,
    /// The letters over the column.
    pub column: Option<&'t str>,
    /// What, why and what to do in German.
    pub de: &'t str,
    /// The same in English.
    pub en: &'t str,
}

/// Writes corrections in the form of the file that they come from.
#[derive(Debug)]
pub struct Corrections {
    form: Form,
}

#[derive(Debug)]
enum Form {
    Csv(csv::Layout),
    Json,
}

impl Corrections {
    /// Begins the corrections of a file.
    pub fn begin(shape: &Shape, out: &mut Vec<u8>) -> Self {
        let form = match shape.format {
            Format::Csv | Format::Xlsx | Format::Ods => {
                let layout = csv::Layout::of(shape);
                layout.put_header(out, &shape.header);
                Form::Csv(layout)
            }
            Format::Json | Format::Ndjson => Form::Json,
        };
        Self { form }
    }

    /// Appends a rejected record with the reasons.
    pub fn record(&self, out: &mut Vec<u8>, record: &Record<'_, '_>, reason: &Reason) {
        match &self.form {
            Form::Csv(layout) => layout.put_record(out, record, reason),
            Form::Json => json::put_record(out, record, reason),
        }
    }
}

impl Reason {
    /// The reasons of some errors, each with its place in the file that it came from.
    pub fn told(errors: &[Told<'_>]) -> Self {
        let texts = |line: &str, column: &str, german: bool| {
            let each = errors.iter().map(|error| {
                let place = match (error.line, error.column) {
                    (Some(number), Some(letter)) => format!("{line} {number}, {column} {letter}: "),
                    (Some(number), None) => format!("{line} {number}: "),
                    (None, _) => String::new(),
                };
                let words = if german { error.de } else { error.en };
                format!("{place}{}", printable(words))
            });
            each.collect::<Vec<_>>().join(" | ")
        };
        Self {
            de: texts("Zeile", "Spalte", true),
            en: texts("line", "column", false),
        }
    }

    /// The reasons for which a record is rejected: the errors among what was found about it.
    pub fn of(findings: &[Finding]) -> Self {
        let errors = findings.iter().filter(|finding| finding.code.is_error());
        let texts: Vec<_> = errors
            .map(|finding| {
                let column = (finding.column > 0).then(|| column_letters(finding.column));
                let line = (finding.line > 0).then_some(finding.line);
                let words = |language| message(finding, language);
                (line, column, words(Language::De), words(Language::En))
            })
            .collect();
        let told: Vec<_> = texts
            .iter()
            .map(|(line, column, de, en)| Told {
                line: *line,
                column: column.as_deref(),
                de,
                en,
            })
            .collect();
        Self::told(&told)
    }
}
