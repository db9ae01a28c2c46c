//! What was found, where, and with which value?
//! Findings are data; their words are made at the edge by [`message`].

use crate::code::{Code, Severity, Words};
use crate::field::Field;
use crate::moment::Moment;

/// Something found in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// Number of the record, from 1 after the header; 0 for the file as a whole.
    pub row: u64,
    /// Physical line on which the record starts (for a quote: on which it opens), from 1; 0 without a place.
    pub line: u64,
    /// Number of the column, from 1; 0 where no column is meant or the file has none.
    pub column: u32,
    /// The column's header or the JSON key as it stands in the file.
    pub header: Option<Box<str>>,
    /// The field concerned.
    pub field: Option<Field>,
    /// The value as it stands in the file, cut at [`VALUE_CHARACTERS`] with an ellipsis.
    pub value: Option<Box<str>>,
    /// What the words need besides.
    pub detail: Detail,
    /// What would stand in the cell instead, where that is known.
    pub fix: Option<Box<Fix>>,
}

/// What would stand in a cell instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The text of the cell, whole.
    pub value: Box<str>,
    /// Is it certain? Otherwise it is likely, and a person must say so.
    pub safe: bool,
}

/// What a finding's words need besides place and value.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// Nothing.
    None,
    /// The range that a value must keep.
    Range(i64, i64),
    /// A limit that was passed.
    Limit(u64),
    /// Another record of the file.
    Record(u64, u64),
    /// Another column of the file.
    Column(u32),
    /// The instant it was held against.
    Moment(Moment),
    /// What was expected or read instead, the same in both languages.
    Text(Box<str>),
    /// A count found against the count expected.
    Counts(u64, u64),
    /// A proposal for a name that means nothing.
    Proposal(&'static str),
    /// Another one in each finding: for words about several at once.
    Any,
}

/// The languages that a partner may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// German.
    De,
    /// English.
    En,
}

/// Values longer than this are cut in findings; the cut shows as `…`.
pub const VALUE_CHARACTERS: usize = 200;

impl Finding {
    /// A finding about the file as a whole.
    pub fn about_file(code: Code, detail: Detail) -> Self {
        Self {
            code,
            row: 0,
            line: 0,
            column: 0,
            header: None,
            field: None,
            value: None,
            detail,
            fix: None,
        }
    }

    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// Cuts a value for a finding, never inside a character.
pub fn shown_value(value: &str) -> Box<str> {
    // No text has more characters than bytes.
    if value.len() <= VALUE_CHARACTERS {
        return value.into();
    }
    match value.char_indices().nth(VALUE_CHARACTERS) {
        None => value.into(),
        Some((end, _)) => format!("{}…", &value[..end]).into(),
    }
}

/// The letters over a column as a spreadsheet shows them: 1 is `A`, 27 is `AA`.
pub fn column_letters(mut column: u32) -> String {
    let mut letters = Vec::new();
    while column > 0 {
        column -= 1;
        letters.push(b'A' + (column % 26) as u8);
        column /= 26;
    }
    letters
        .iter()
        .rev()
        .map(|letter| char::from(*letter))
        .collect()
}

/// What, why and what to do, each by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentences {
    /// What was found.
    pub what: String,
    /// Why that is a matter.
    pub why: String,
    /// What to do.
    pub fix: String,
}

/// What, why and what to do, each by itself.
pub fn sentences(finding: &Finding, language: Language) -> Sentences {
    let words = words(finding.code, language);
    let filled = |template| {
        let mut text = String::with_capacity(80);
        fill(&mut text, template, finding, language);
        text
    };
    Sentences {
        what: filled(words.what),
        why: filled(words.why),
        fix: filled(words.fix),
    }
}

/// What, why and what to do, as three sentences or more in one text.
pub fn message(finding: &Finding, language: Language) -> String {
    let words = words(finding.code, language);
    let mut text = String::with_capacity(160);
    fill(&mut text, words.what, finding, language);
    text.push(' ');
    fill(&mut text, words.why, finding, language);
    text.push(' ');
    fill(&mut text, words.fix, finding, language);
    text
}

/// Only what was found, in one sentence.
pub fn headline(finding: &Finding, language: Language) -> String {
    let mut text = String::with_capacity(80);
    fill(
        &mut text,
        words(finding.code, language).what,
        finding,
        language,
    );
    text
}

fn words(code: Code, language: Language) -> Words {
    match language {
        Language::De => code.spec().de,
        Language::En => code.spec().en,
    }
}

fn fill(out: &mut String, template: &str, finding: &Finding, language: Language) {
    let mut rest = template;
    // Of many findings at once no single place can be named.
    if finding.detail == Detail::Any
        && let Some((before, behind)) = template.split_once("{other})")
        && let Some((before, _)) = before.rsplit_once(" (")
    {
        out.push_str(before);
        rest = behind;
    }
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}').map(|at| open + at) else {
            break;
        };
        out.push_str(&rest[..open]);
        if !fill_hole(out, &rest[open + 1..close], finding, language) {
            out.push_str(&rest[open..=close]);
        }
        rest = &rest[close + 1..];
        // An ellipsis ends a sentence by itself.
        if out.ends_with('…') {
            rest = rest.strip_prefix('.').unwrap_or(rest);
        }
    }
    out.push_str(rest);
}

fn fill_hole(out: &mut String, hole: &str, finding: &Finding, language: Language) -> bool {
    use std::fmt::Write as _;
    let german = language == Language::De;
    // Writing into a `String` cannot fail.
    let _ = match (hole, &finding.detail) {
        // Of many findings together no single value is told.
        ("value", _) => write!(out, "{}", finding.value.as_deref().unwrap_or("…")),
        ("field", _) => write!(out, "{}", finding.field.map_or("", Field::name)),
        ("header", _) => write!(out, "{}", finding.header.as_deref().unwrap_or("")),
        ("min", Detail::Range(min, _)) => write!(out, "{min}"),
        ("max", Detail::Range(_, max)) => write!(out, "{max}"),
        ("limit", Detail::Limit(limit)) => write!(out, "{limit}"),
        ("other", Detail::Record(row, line)) if german => {
            write!(out, "Datensatz {row} (Zeile {line})")
        }
        ("other", Detail::Record(row, line)) => write!(out, "record {row} (line {line})"),
        ("other", Detail::Column(column)) if german => {
            write!(out, "auch in Spalte {}", column_letters(*column))
        }
        ("other", Detail::Column(column)) => {
            write!(out, "also in column {}", column_letters(*column))
        }
        ("other", Detail::Moment(moment)) => write!(out, "{moment}"),
        ("expected", Detail::Text(text)) => write!(out, "{text}"),
        ("expected", Detail::Counts(found, expected)) if german => {
            write!(out, "{found} statt {expected}")
        }
        ("expected", Detail::Counts(found, expected)) => {
            write!(out, "{found} instead of {expected}")
        }
        ("expected", Detail::Proposal(name)) if german => write!(out, " (gemeint: {name}?)"),
        ("expected", Detail::Proposal(name)) => write!(out, " (meant: {name}?)"),
        ("expected", Detail::Limit(count)) => write!(out, "{count}"),
        ("other", Detail::Any) if names_a_record(finding.code) => match language {
            Language::De => write!(out, "einem anderen Datensatz"),
            Language::En => write!(out, "another record"),
        },
        ("expected", Detail::Any) if proposes_a_name(finding.code) => Ok(()),
        ("min" | "max" | "limit" | "other" | "expected", Detail::Any) => write!(out, "…"),
        ("min" | "max" | "limit" | "other" | "expected", _) => Ok(()),
        _ => return false,
    };
    true
}

/// Is what was expected a name that may have been meant, said only where there is one?
fn proposes_a_name(code: Code) -> bool {
    matches!(code, Code::ColumnUnknown | Code::JsonKeyUnknown)
}

/// Is the other place that the finding names a record?
fn names_a_record(code: Code) -> bool {
    matches!(
        code,
        Code::DuplicateSame | Code::DuplicateDifferent | Code::CustomerContradiction
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_in_a_spreadsheet() {
        for (column, letters) in [(0, ""), (1, "A"), (26, "Z"), (27, "AA"), (703, "AAA")] {
            assert_eq!(column_letters(column), letters);
        }
    }

    #[test]
    fn words_are_filled_from_the_finding() {
        let finding = Finding {
            field: Some(Field::Quantity),
            ..Finding::about_file(Code::IntegerRange, Detail::Range(1, 10_000))
        };
        expect_test::expect![
            "quantity is not between 1 and 10000. The platform takes these values only. Give a value in this range."
        ]
        .assert_eq(&message(&finding, Language::En));
        let twice = Finding::about_file(Code::DuplicateSame, Detail::Record(3, 4));
        assert_eq!(
            headline(&twice, Language::De),
            "Dieselbe Nummer mit demselben Inhalt steht schon in Datensatz 3 (Zeile 4)."
        );
        let any = Finding::about_file(Code::DuplicateDifferent, Detail::Any);
        assert_eq!(
            headline(&any, Language::En),
            "The same number stands with other content in another record."
        );
        let any = Finding::about_file(Code::EndBeforeStart, Detail::Any);
        assert_eq!(
            headline(&any, Language::De),
            "Das Ende liegt vor dem Beginn."
        );
        let any = Finding {
            field: Some(Field::StartDate),
            ..Finding::about_file(Code::DateRead, Detail::Any)
        };
        assert_eq!(
            [Language::De, Language::En].map(|language| headline(&any, language)),
            ["startDate wurde gelesen als …", "startDate was read as …"]
        );
        let any = Finding::about_file(Code::ColumnUnknown, Detail::Any);
        assert!(headline(&any, Language::En).ends_with("is not read."));
        let shape = Finding::about_file(Code::JsonShape, Detail::None);
        assert!(message(&shape, Language::En).contains("{\"items\": […]}"));
    }

    #[test]
    fn no_code_leaves_a_hole_open() {
        for spec in crate::code::CODES {
            for detail in [Detail::None, Detail::Counts(1, 2), Detail::Record(1, 2)] {
                let finding = Finding::about_file(spec.code, detail);
                for language in [Language::De, Language::En] {
                    let text = message(&finding, language).replace("{\"items\": […]}", "");
                    assert!(!text.contains(['{', '}']), "{text}");
                }
            }
        }
    }

    #[test]
    fn long_values_are_cut_between_characters() {
        let long = "ä".repeat(VALUE_CHARACTERS + 1);
        assert_eq!(shown_value(&long).chars().count(), VALUE_CHARACTERS + 1);
        assert_eq!(&*shown_value("kurz"), "kurz");
    }
}
