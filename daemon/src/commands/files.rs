//! Which files came, and how far is each?
//! One row a file, the oldest import first: the newest stands where a person looks.

use std::collections::BTreeMap;
use std::io::Write;

use anstyle::Style;
use anyhow::Context as _;
use intake_core::plan::Decision;
use jiff::Timestamp;
use serde::Serialize;

use super::Speech;
use super::row_text::NOTHING;
use super::table::{Table, figure, styled, text};
use crate::cli::args::{Format, Outcome};
use crate::cli::terminal::{ERROR, FAINT, GOOD, HEADING, HINT, WARNING};
use crate::folder::lifecycle::{Ending, Step};
use crate::state::{FileRecord, Store};

/// Writes every file with its state, counts and age. JSON is one object a line.
pub fn files(
    store: &Store,
    format: Format,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let files = store.files()?;
    let mut shown = Vec::new();
    match format {
        Format::Text => write_text(&mut shown, &files, speech),
        Format::Json => {
            for file in &files {
                serde_json::to_writer(&mut shown, &FileV1::of(file))?;
                shown.push(b'\n');
            }
        }
    }
    out.write_all(&shown)
        .context("cannot write the list of files")?;
    Ok(Outcome::Done)
}

fn state_style(file: &FileRecord) -> Style {
    match (file.ending, file.step) {
        (Some(Ending::Applied), _) => GOOD,
        (Some(Ending::Rejected), _) => ERROR,
        (Some(Ending::Discarded), _) => FAINT,
        (None, Step::Held) => WARNING,
        (None, _) => HINT,
    }
}

fn write_text(out: &mut Vec<u8>, files: &[FileRecord], speech: &Speech) {
    if files.is_empty() {
        out.extend_from_slice(speech.say("keine Dateien\n", "no files\n").as_bytes());
        return;
    }
    let mut table = Table::default();
    let heading = |de, en| styled(speech.say(de, en), HEADING);
    table.push(vec![
        heading("Import", "import"),
        heading("Partner", "partner"),
        heading("Datei", "file"),
        figure(speech.say("Größe", "size").to_owned()),
        figure(speech.say("Alter", "age").to_owned()),
        heading("Stand", "state"),
        figure(speech.say("Datensätze", "records").to_owned()),
        heading("Entscheidungen", "decisions"),
        heading("Grund", "reason"),
    ]);
    for file in files {
        table.push(vec![
            text(&file.import_id),
            text(&file.partner),
            text(&file.file),
            figure(speech.bytes(file.bytes)),
            figure(age(&file.claimed, speech)),
            styled(file.state(), state_style(file)),
            figure(
                file.rows
                    .map_or_else(|| NOTHING.to_owned(), |rows| speech.number(rows)),
            ),
            text(&counts_text(file.counts.as_ref(), speech)),
            text(
                file.reason
                    .as_deref()
                    .and_then(|reason| reason.lines().next())
                    .unwrap_or(""),
            ),
        ]);
    }
    table.write(out, "");
}

/// `create 10, reject 2`: what there is none of is not told.
fn counts_text(counts: Option<&BTreeMap<String, u64>>, speech: &Speech) -> String {
    let Some(counts) = counts else {
        return String::new();
    };
    let names = Decision::ALL
        .map(Decision::name)
        .into_iter()
        .chain(["createCustomer", "missing"]);
    names
        .filter_map(|name| {
            counts
                .get(name)
                .filter(|count| **count > 0)
                .map(|count| (name, *count))
        })
        .map(|(name, count)| format!("{name} {}", speech.number(count)))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The time since, in its largest whole unit.
fn age(claimed: &str, speech: &Speech) -> String {
    let Ok(claimed) = claimed.parse::<Timestamp>() else {
        return NOTHING.to_owned();
    };
    // A clock that was set back makes no file younger than new.
    let seconds = speech.now.duration_since(claimed).as_secs().max(0) as u64;
    let (number, unit) = match seconds {
        0..60 => (seconds, "s"),
        60..3600 => (seconds / 60, "min"),
        3600..86_400 => (seconds / 3600, "h"),
        _ => (seconds / 86_400, speech.say("T", "d")),
    };
    format!("{} {unit}", speech.number(number))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileV1<'f> {
    import_id: &'f str,
    partner: &'f str,
    file: &'f str,
    name_bytes: Option<&'f str>,
    state: &'static str,
    step: &'static str,
    open: bool,
    rows: Option<u64>,
    counts: Option<&'f BTreeMap<String, u64>>,
    bytes: u64,
    sha256: &'f str,
    claimed: &'f str,
    changed: &'f str,
    reason: Option<&'f str>,
    held: Option<&'f str>,
    receipt: Option<&'f str>,
    place: Option<&'f str>,
}

impl<'f> FileV1<'f> {
    fn of(file: &'f FileRecord) -> Self {
        let is_held = file.step == Step::Held;
        Self {
            import_id: &file.import_id,
            partner: &file.partner,
            file: &file.file,
            name_bytes: file.name_bytes.as_deref(),
            state: file.state(),
            step: file.step.name(),
            open: file.is_open(),
            rows: file.rows,
            counts: file.counts.as_ref(),
            bytes: file.bytes,
            sha256: &file.sha256,
            claimed: &file.claimed,
            changed: &file.changed,
            reason: file.reason.as_deref(),
            held: is_held.then(|| file.reason.as_deref().unwrap_or("")),
            receipt: file.receipt.as_deref(),
            place: file.place.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::fixture::{Data, german, plain, speech};

    fn asked(data: &Data, format: Format, speech: &Speech) -> String {
        let mut out = Vec::new();
        files(&data.store, format, speech, &mut out).unwrap();
        plain(&out)
    }

    #[test]
    fn text_is_a_table() {
        let data = Data::usual();
        expect_test::expect![[r"
            import  partner  file                   size    age  state    records  decisions           reason
            000001  alpha    orders%0A000001.csv  1.2 kB    3 d  applied        3  create 2, reject 1
            000002  alpha    orders%0A000002.csv  1.2 kB   10 h  applied        3  create 2, reject 1
            000003  alpha    orders%0A000003.csv  1.2 kB  1 min  held           –                      60 of 100 running orders would end
        "]].assert_eq(&asked(&data, Format::Text, &speech()));
        expect_test::expect![[r"
            Import  Partner  Datei                 Größe  Alter  Stand    Datensätze  Entscheidungen      Grund
            000001  alpha    orders%0A000001.csv  1,2 kB    3 T  applied           3  create 2, reject 1
            000002  alpha    orders%0A000002.csv  1,2 kB   10 h  applied           3  create 2, reject 1
            000003  alpha    orders%0A000003.csv  1,2 kB  1 min  held              –                      60 of 100 running orders would end
        "]].assert_eq(&asked(&data, Format::Text, &german()));
        assert_eq!(
            asked(&Data::new(), Format::Text, &german()),
            "keine Dateien\n"
        );
    }

    #[test]
    fn json_is_an_object_a_line() {
        let data = Data::usual();
        expect_test::expect![[r#"
            {"importId":"000001","partner":"alpha","file":"orders%0A000001.csv","nameBytes":null,"state":"applied","step":"applied","open":true,"rows":3,"counts":{"create":2,"reject":1},"bytes":1234,"sha256":"abababababababababababababababababababababababababababababababab","claimed":"2026-11-20T09:00:00Z","changed":"2026-11-20T09:00:00Z","reason":null,"held":null,"receipt":null,"place":null}
            {"importId":"000002","partner":"alpha","file":"orders%0A000002.csv","nameBytes":null,"state":"applied","step":"applied","open":true,"rows":3,"counts":{"create":2,"reject":1},"bytes":1234,"sha256":"abababababababababababababababababababababababababababababababab","claimed":"2026-11-22T22:30:00Z","changed":"2026-11-22T22:30:00Z","reason":null,"held":null,"receipt":null,"place":null}
            {"importId":"000003","partner":"alpha","file":"orders%0A000003.csv","nameBytes":null,"state":"held","step":"held","open":true,"rows":null,"counts":null,"bytes":1234,"sha256":"abababababababababababababababababababababababababababababababab","claimed":"2026-11-23T08:59:00Z","changed":"2026-11-23T08:59:01Z","reason":"60 of 100 running orders would end","held":"60 of 100 running orders would end","receipt":null,"place":null}
        "#]].assert_eq(&asked(&data, Format::Json, &speech()));
        assert_eq!(asked(&Data::new(), Format::Json, &speech()), "");
    }

    #[test]
    fn ages_are_told_in_whole_units() {
        for (claimed, told) in [
            ("2026-11-23T08:59:01Z", "59 s"),
            ("2026-11-23T08:00:01Z", "59 min"),
            ("2026-11-22T09:00:01Z", "23 h"),
            ("2023-11-22T09:00:00Z", "1,097 d"),
            ("2026-11-24T00:00:00Z", "0 s"),
            ("never", "–"),
        ] {
            assert_eq!(age(claimed, &speech()), told, "{claimed}");
        }
    }
}
