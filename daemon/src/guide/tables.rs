//! How do the program's tables stand in a guide?
//! As tables of Markdown, line for line and in their own order; nothing is said here that is not in one of them.

use std::fmt::Write as _;

use intake_core::code::{CODES, CodeSpec, Severity, Words};
use intake_core::field::{FIELDS, FieldSpec, Kind, Table, words::aliases_of};
use intake_core::finding::Language;
use intake_core::kind_text::kind_text;
use intake_core::plan::brake::{Brake, Threshold};
use intake_core::read::Limits;
use intake_core::unwrap::Encoding;

use crate::config::Config;
use crate::folder::names::{IGNORED, Pattern};

fn say<T>(language: Language, de: T, en: T) -> T {
    match language {
        Language::De => de,
        Language::En => en,
    }
}

/// A text as the content of a cell.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The fields of a table with what they hold.
pub(super) fn fields(table: Table, language: Language) -> String {
    let head = say(
        language,
        "| Feld | Pflicht | Inhalt | Beispiel | Bedeutung | auch als Überschrift erkannt |",
        "| field | required | content | example | meaning | also known as a header |",
    );
    let mut text = format!("{head}\n| --- | --- | --- | --- | --- | --- |\n");
    for spec in FIELDS.iter().filter(|spec| spec.table == table) {
        let required = match spec.required {
            true => say(language, "ja", "yes"),
            false => "",
        };
        let _ = writeln!(
            text,
            "| `{}` | {required} | {} | `{}` | {} | {} |",
            spec.name,
            cell(&kind_text(spec.kind, language)),
            cell(spec.example),
            cell(say(language, spec.de, spec.en)),
            cell(&spec.aliases.join(", ")),
        );
    }
    text
}

/// The words of the platform and how else they may be written.
pub(super) fn words(language: Language) -> String {
    let head = say(
        language,
        "| Feld | Wort der Plattform | auch verstanden |",
        "| field | the platform's word | also understood |",
    );
    let mut text = format!("{head}\n| --- | --- | --- |\n");
    let of_words = |spec: &&FieldSpec| matches!(spec.kind, Kind::Word(_));
    for spec in FIELDS.iter().filter(of_words) {
        if spec.table == Table::Offers {
            continue;
        }
        for (word, aliases) in aliases_of(spec.kind) {
            let aliases = cell(&aliases.join(", "));
            let _ = writeln!(text, "| `{}` | `{word}` | {aliases} |", spec.name);
        }
    }
    text
}

/// The encodings that are read.
pub(super) fn encodings() -> String {
    let all = Encoding::ALL.map(|encoding| format!("- {}\n", encoding.title()));
    all.concat()
}

/// What a file must not exceed.
pub(super) fn limits(language: Language) -> String {
    let limits = Limits::default();
    let rows = [
        ("eine Datei", "a file", binary(limits.file_bytes)),
        (
            "was eine gepackte Datei ausgepackt ergibt",
            "what a packed file comes to",
            binary(limits.unpacked_bytes),
        ),
        (
            "wie viel mal so lang sie dabei werden darf",
            "how many times as long it may become",
            limits.unpacked_ratio.to_string(),
        ),
        (
            "eine Arbeitsmappe oder ein Zip",
            "a workbook or a zip file",
            binary(limits.archive_bytes),
        ),
        (
            "ein Datensatz",
            "a record",
            binary(limits.record_bytes as u64),
        ),
        ("ein Feld", "a field", binary(limits.field_bytes as u64)),
        ("Spalten", "columns", limits.columns.to_string()),
        (
            "Verschachtelung von JSON",
            "nesting of JSON",
            limits.json_depth.to_string(),
        ),
    ];
    let mut text = say(
        language,
        String::from("| was | höchstens |\n| --- | --- |\n"),
        String::from("| what | at most |\n| --- | --- |\n"),
    );
    for (de, en, most) in rows {
        let _ = writeln!(text, "| {} | {most} |", say(language, de, en));
    }
    text
}

/// A limit in the unit in which it is set: all of them are whole ones.
fn binary(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = units
        .into_iter()
        .find(|(unit, _)| bytes.is_multiple_of(*unit));
    let (unit, name) = unit.unwrap_or((1, "bytes"));
    format!("{} {name}", bytes / unit)
}

/// The names of files that are nobody's order file.
pub(super) fn names_left_alone() -> String {
    let names = IGNORED.iter().map(|ignored| match ignored.pattern {
        Pattern::Prefix(text) => format!("`{text}…`"),
        Pattern::Suffix(text) => format!("`…{text}`"),
        Pattern::Whole(text) => format!("`{text}`"),
    });
    format!("{}\n", names.collect::<Vec<_>>().join(", "))
}

/// How long a file must rest before it is taken.
pub(super) fn waiting(language: Language) -> String {
    let daemon = Config::default().daemon;
    let (quiet, renamed) = (daemon.quiet_time, daemon.quiet_time_renamed);
    let empty = daemon.empty_grace;
    say(
        language,
        format!(
            "Ohne andere Absprache: eine umbenannte Datei wird nach {renamed:?} genommen, eine, die unter ihrem Namen \
             geschrieben wird, wenn sie sich {quiet:?} lang nicht geändert hat; eine leere Datei wird nach {empty:?} gemeldet.\n"
        ),
        format!(
            "Unless agreed otherwise: a file that was renamed is taken after {renamed:?}, one that is written under its name \
             once it has not changed for {quiet:?}; an empty file is reported after {empty:?}.\n"
        ),
    )
}

/// When a plan is held.
pub(super) fn brake(language: Language) -> String {
    let brake = Brake::default();
    let rows = [
        ("laufende Aufträge enden", "running orders end", brake.ends),
        (
            "laufende Aufträge ändern sich",
            "running orders change",
            brake.updates,
        ),
        (
            "Datensätze werden abgelehnt",
            "records are rejected",
            brake.rejects,
        ),
    ];
    let mut text = say(
        language,
        String::from("| was | angehalten wird bei mehr als |\n| --- | --- |\n"),
        String::from("| what | held at more than |\n| --- | --- |\n"),
    );
    for (de, en, threshold) in rows {
        let most = match threshold {
            Some(Threshold { share, count }) => {
                let percent = share * 100.0;
                say(
                    language,
                    format!("{percent} % und zugleich mehr als {count}"),
                    format!("{percent} % and more than {count} at the same time"),
                )
            }
            None => say(language, "nie", "never").to_owned(),
        };
        let _ = writeln!(text, "| {} | {most} |", say(language, de, en));
    }
    text
}

/// Every finding with what to do, the severest first.
pub(super) fn codes(language: Language) -> String {
    let mut text = String::new();
    for (severity, de, en) in [
        (
            Severity::Error,
            "Fehler: der Datensatz (oder die Datei) wird abgelehnt",
            "Errors: the record (or the file) is rejected",
        ),
        (
            Severity::Warning,
            "Warnungen: übernommen, aber jemand sollte hinsehen",
            "Warnings: taken, but somebody should look",
        ),
        (
            Severity::Note,
            "Hinweise: anders gelesen, als es geschrieben steht",
            "Notes: read otherwise than it is written",
        ),
    ] {
        let head = say(
            language,
            "| Code | Code der Plattform | was und warum | was zu tun ist |",
            "| code | the platform's code | what and why | what to do |",
        );
        let title = say(language, de, en);
        let _ = writeln!(text, "### {title}\n\n{head}\n| --- | --- | --- | --- |");
        for spec in CODES.iter().filter(|spec| spec.severity == severity) {
            text.push_str(&code(spec, language));
        }
        text.push('\n');
    }
    text.pop();
    text
}

fn code(spec: &CodeSpec, language: Language) -> String {
    let Words { what, why, fix } = say(language, spec.de, spec.en);
    let upstream = match spec.upstream {
        0 => String::new(),
        code => code.to_string(),
    };
    format!(
        "| `{}` | {upstream} | {} {} | {} |\n",
        spec.name,
        without_holes(what),
        without_holes(why),
        without_holes(fix)
    )
}

/// The words with `…` for what only a finding knows.
fn without_holes(words: &str) -> String {
    let mut text = String::new();
    let mut rest = words;
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((_, behind)) = behind.split_once('}') else {
            break;
        };
        text.push_str(before);
        text.push('…');
        rest = behind;
    }
    text.push_str(rest);
    cell(&text)
}
