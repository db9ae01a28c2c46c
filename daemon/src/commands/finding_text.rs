//! How does a person read what was found in a file?
//! Place first, then what, why and what to do, then the value as it stands in the file; nothing of a
//! partner's text reaches the terminal that could steer it.

use std::io::Write as _;

use anstyle::Style;
use intake_core::check::{Group, Place, Tally};
use intake_core::code::{Code, Severity};
use intake_core::field::Field;
use intake_core::finding::{Finding, Language, column_letters, headline, message};

use super::Speech;
use super::table::{Table, figure, styled, text};
use crate::cli::terminal::{ERROR, FAINT, GOOD, HEADING, HINT, WARNING};
use crate::printable::printable;

/// Appends one finding as two lines: place, severity and what; why, what to do and the value.
pub fn write_finding(out: &mut Vec<u8>, finding: &Finding, language: Language) {
    let severity = finding.severity();
    let style = severity_style(severity);
    let place = place(finding, language);
    let what = headline(finding, language);
    let whole = message(finding, language);
    // The whole message begins with its headline.
    let rest = whole.get(what.len()..).unwrap_or_default().trim_start();
    // Writing into memory cannot fail.
    let _ = write!(
        out,
        "{HEADING}{}{HEADING:#}: {style}{}{style:#}: {}\n    {}",
        printable(&place),
        severity_word(severity, language),
        printable(&what),
        printable(rest),
    );
    if let Some(value) = finding.value.as_deref().filter(|value| !value.is_empty()) {
        let word = match language {
            Language::De => "Wert",
            Language::En => "Value",
        };
        let _ = write!(out, " {FAINT}{word}:{FAINT:#} `{}`", printable(value));
    }
    // What is certain stands in the message already.
    if let Some(fix) = finding.fix.as_deref().filter(|fix| !fix.safe) {
        let word = match language {
            Language::De => "Vorschlag",
            Language::En => "Proposal",
        };
        let _ = write!(out, " {FAINT}{word}:{FAINT:#} `{}`", printable(&fix.value));
    }
    out.push(b'\n');
}

/// Where it was found: `line 3 (record 2), column D quantity`, or `file` for the file as a whole.
///
/// The header is a partner's text: it is not yet fit for a terminal.
pub fn place(finding: &Finding, language: Language) -> String {
    let german = language == Language::De;
    let mut parts = Vec::new();
    match (finding.line, finding.row) {
        (0, 0) => {}
        (line, 0) if german => parts.push(format!("Zeile {line}")),
        (line, 0) => parts.push(format!("line {line}")),
        (line, row) if german => parts.push(format!("Zeile {line} (Datensatz {row})")),
        (line, row) => parts.push(format!("line {line} (record {row})")),
    }
    let header = finding.header.as_deref().or(finding.field.map(Field::name));
    match (finding.column, header) {
        (0, None) => {}
        (0, Some(header)) => parts.push(header.to_owned()),
        (column, header) => {
            let word = if german { "Spalte" } else { "column" };
            let letters = column_letters(column);
            let header = header
                .map(|header| format!(" {header}"))
                .unwrap_or_default();
            parts.push(format!("{word} {letters}{header}"));
        }
    }
    if parts.is_empty() {
        return if german { "Datei" } else { "file" }.to_owned();
    }
    parts.join(", ")
}

/// Appends a table of what was found how often: count, severity, code, field and the first lines.
/// Nothing where nothing was found.
pub fn write_groups(out: &mut Vec<u8>, tally: &Tally, speech: &Speech) {
    if tally.groups.is_empty() {
        return;
    }
    let mut groups: Vec<_> = tally.groups.iter().collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
    let mut table = Table::default();
    let heading = |de, en| styled(speech.say(de, en), HEADING);
    table.push(vec![
        figure(speech.say("Anzahl", "count").to_owned()),
        heading("Schwere", "severity"),
        heading("Kennung", "code"),
        heading("Feld", "field"),
        heading("zuerst in Zeile", "first on line"),
    ]);
    for ((code, field), group) in groups {
        table.push(group_row(*code, *field, group, speech));
    }
    table.write(out, "  ");
}

/// The sentence at the end of a report: is the file good, and how much of it?
pub fn verdict(name: &str, tally: &Tally, speech: &Speech) -> String {
    let name = printable(name);
    let (style, is) = if tally.file_rejected {
        (
            ERROR,
            speech.say("wird ganz abgelehnt", "is rejected as a whole"),
        )
    } else if tally.has_errors() {
        (ERROR, speech.say("hat Fehler", "has errors"))
    } else {
        (GOOD, speech.say("ist in Ordnung", "is good"))
    };
    let records = speech.count(
        tally.rows,
        ["Datensatz", "Datensätze"],
        ["record", "records"],
    );
    let [errors, warnings, notes] = tally.by_severity;
    let errors = speech.count(errors, ["Fehler", "Fehler"], ["error", "errors"]);
    let warnings = speech.count(warnings, ["Warnung", "Warnungen"], ["warning", "warnings"]);
    let notes = speech.count(notes, ["Hinweis", "Hinweise"], ["note", "notes"]);
    let part = |number: u64, de: &str, en: &str| {
        format!(", {} {}", speech.number(number), speech.say(de, en))
    };
    let accepted = part(tally.accepted, "angenommen", "accepted");
    let rejected = part(tally.rejected, "abgelehnt", "rejected");
    let empty = if tally.empty > 0 {
        part(tally.empty, "leer", "empty")
    } else {
        String::new()
    };
    format!(
        "{style}{name} {is}{style:#}: {records}{accepted}{rejected}{empty}; {errors}, {warnings}, {notes}.\n"
    )
}

/// The word for a severity.
pub fn severity_word(severity: Severity, language: Language) -> &'static str {
    match (language, severity) {
        (Language::De, Severity::Error) => "Fehler",
        (Language::De, Severity::Warning) => "Warnung",
        (Language::De, Severity::Note) => "Hinweis",
        (Language::En, severity) => severity.name(),
    }
}

/// The style of a severity; the word beside it says the same.
pub fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Note => HINT,
    }
}

fn group_row(
    code: Code,
    field: Option<Field>,
    group: &Group,
    speech: &Speech,
) -> Vec<super::table::Cell> {
    let severity = code.severity();
    vec![
        figure(speech.number(group.count)),
        styled(
            severity_word(severity, speech.language),
            severity_style(severity),
        ),
        text(code.name()),
        text(field.map_or("", Field::name)),
        text(&first_lines(group)),
    ]
}

fn first_lines(group: &Group) -> String {
    let with_line = |place: &&Place| place.line > 0;
    let lines: Vec<String> = group
        .first
        .iter()
        .filter(with_line)
        .map(|place| place.line.to_string())
        .collect();
    let more = if group.count > group.first.len() as u64 && !lines.is_empty() {
        ", …"
    } else {
        ""
    };
    format!("{}{more}", lines.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake_core::finding::Detail;

    fn shown(finding: &Finding, language: Language) -> String {
        let mut out = Vec::new();
        write_finding(&mut out, finding, language);
        let plain = anstream::adapter::strip_bytes(&out).into_vec();
        String::from_utf8(plain).unwrap()
    }

    #[test]
    fn a_finding_has_its_place_first_and_its_value_last() {
        let finding = Finding {
            row: 2,
            line: 3,
            column: 4,
            header: Some("Menge".into()),
            field: Some(Field::Quantity),
            value: Some("1e3\u{1b}[2J".into()),
            ..Finding::about_file(Code::IntegerRange, Detail::Range(1, 10_000))
        };
        expect_test::expect![[r"
            line 3 (record 2), column D Menge: error: quantity is not between 1 and 10000.
                The platform takes these values only. Give a value in this range. Value: `1e3\u{1b}[2J`
        "]]
        .assert_eq(&shown(&finding, Language::En));
        expect_test::expect![[r"
            Zeile 3 (Datensatz 2), Spalte D Menge: Fehler: quantity liegt nicht zwischen 1 und 10000.
                Die Plattform nimmt nur diese Werte. Einen Wert in diesem Bereich angeben. Wert: `1e3\u{1b}[2J`
        "]].assert_eq(&shown(&finding, Language::De));
    }

    #[test]
    fn places_say_what_there_is_of_them() {
        let about = Finding::about_file(Code::FileEmpty, Detail::None);
        assert_eq!(place(&about, Language::De), "Datei");
        let json = Finding {
            row: 7,
            line: 1,
            field: Some(Field::EndDate),
            ..about.clone()
        };
        assert_eq!(place(&json, Language::En), "line 1 (record 7), endDate");
        let header = Finding {
            line: 1,
            column: 2,
            header: Some("Schuhgröße".into()),
            ..about
        };
        assert_eq!(place(&header, Language::De), "Zeile 1, Spalte B Schuhgröße");
    }
}
