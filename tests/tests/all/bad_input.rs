//! What does `intake check` say of everything that a partner can get wrong?
//! Each input leads to findings with their places, never to a crash, and never to memory that grows with it.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use intake_tests::installation::{Answer, Installation};
use intake_tests::orders::{HEADER, OFFER};
use intake_tests::packed::gzipped;
use serde_json::Value;

/// A finding as the table below writes it: code, row, line, column.
type Place = (&'static str, Option<u64>, Option<u64>, Option<u64>);

/// A finding about a record.
const fn at(code: &'static str, row: u64, line: u64, column: u64) -> Place {
    (code, Some(row), Some(line), Some(column))
}

/// A finding about a record as a whole, or about a value in JSON, which has no columns.
const fn in_row(code: &'static str, row: u64, line: u64) -> Place {
    (code, Some(row), Some(line), None)
}

/// A finding about a column of the header.
const fn in_header(code: &'static str, column: u64) -> Place {
    (code, None, Some(1), Some(column))
}

/// A finding about the file, with the line that shows it.
const fn on_line(code: &'static str, line: u64) -> Place {
    (code, None, Some(line), None)
}

/// A finding about the file as a whole.
const fn on_file(code: &'static str) -> Place {
    (code, None, None, None)
}

/// One input and what has to be said of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) input: Vec<u8>,
    /// Every finding, in order.
    findings: Vec<Place>,
    /// Accepted and rejected rows.
    rows: (u64, u64),
}

fn row(key: &str, quantity: &str, start: &str) -> String {
    format!("{key},{OFFER},100003,{quantity},{start},BILLING\n")
}

const START: &str = "2026-01-01T00:00:00+01:00";

fn item(quantity: &str) -> String {
    format!(
        "{{\"externalSystemId\":\"A-1\",\"plenigoOfferId\":\"{OFFER}\",\
         \"invoiceCustomerId\":\"100003\",\"quantity\":{quantity},\
         \"startDate\":\"{START}\",\"paymentMethod\":\"BILLING\"}}"
    )
}

pub(crate) fn cases() -> Vec<Case> {
    let good = row("A-1", "1", START);
    let one = |row: &str| format!("{HEADER}{row}").into_bytes();
    let case = |name, input: Vec<u8>, rows, findings: &[Place]| Case {
        name,
        input,
        findings: findings.to_vec(),
        rows,
    };
    vec![
        case("sound", one(&good), (1, 0), &[]),
        case(
            "no header",
            good.clone().into_bytes(),
            (0, 0),
            &[on_line("header-unknown", 1)],
        ),
        case(
            "unknown header",
            one(&good)
                .iter()
                .map(|b| if *b == b'q' { b'Q' } else { *b })
                .collect(),
            (1, 0),
            &[],
        ),
        case(
            "a column nobody knows",
            format!("{},colour\n{},red\n", HEADER.trim_end(), good.trim_end()).into_bytes(),
            (1, 0),
            &[in_header("column-unknown", 7)],
        ),
        case(
            "a required column is missing",
            HEADER
                .replace("quantity,", "")
                .into_bytes()
                .into_iter()
                .chain(good.replace(",1,", ",").into_bytes())
                .collect(),
            (0, 1),
            &[on_line("column-missing", 1)],
        ),
        case(
            "ragged rows",
            one(&format!(
                "A-1,{OFFER},100003,1\nA-2,{OFFER},100003,1,{START},BILLING,more\n"
            )),
            (0, 2),
            &[
                in_row("record-too-short", 1, 2),
                in_row("record-too-wide", 2, 3),
            ],
        ),
        case(
            "a quote that is never closed",
            one(&format!(
                "\"A-1,{OFFER},100003,1,{START},BILLING\n{}",
                row("A-2", "1", START)
            )),
            (1, 1),
            &[at("quote-unclosed", 1, 2, 1)],
        ),
        case(
            "NUL bytes",
            one(&row("A-\0-1", "1", START)),
            (0, 1),
            &[at("control-character", 1, 2, 1)],
        ),
        case(
            "bytes that are no UTF-8",
            one(&format!("{good}{}", row("ÄÖÜäöüß", "1", START)))
                .into_iter()
                .map(|b| if b == b'-' { 0xE4 } else { b })
                .collect(),
            (0, 2),
            &[
                at("encoding-invalid", 1, 2, 1),
                at("encoding-invalid", 1, 2, 5),
                at("encoding-invalid", 2, 3, 5),
            ],
        ),
        case(
            "Windows-1252, and a line of UTF-8",
            [
                one(&good),
                b"\xE4\xF6\xFC".to_vec(),
                row("", "1", START).into_bytes(),
                row("ä", "1", START).into_bytes(),
            ]
            .concat(),
            (2, 1),
            &[
                on_line("encoding-decoded", 3),
                at("encoding-invalid", 3, 4, 1),
            ],
        ),
        case(
            "packed, and cut off",
            gzipped(&one(&good))[..40].to_vec(),
            (0, 0),
            &[on_file("archive-truncated")],
        ),
        case(
            "packed, and damaged",
            {
                let mut packed = gzipped(&one(&good));
                let checksum = packed.len() - 8;
                packed[checksum] ^= 1;
                packed
            },
            (0, 1),
            &[on_file("archive-damaged")],
        ),
        case(
            "packed twice",
            gzipped(&gzipped(&one(&good))),
            (0, 0),
            &[on_file("archive-nested")],
        ),
        case(
            "a bomb",
            gzipped(&one(&"\n".repeat(4 << 20))),
            (0, 0),
            &[on_file("unpacked-ratio")],
        ),
        case(
            "UTF-16",
            b"\xFF\xFEe\0x\0t\0".to_vec(),
            (0, 0),
            &[on_line("encoding-decoded", 1), on_line("header-unknown", 1)],
        ),
        case(
            "the beginning of a zip file",
            b"PK\x03\x04\x14\0\x06\0".to_vec(),
            (0, 0),
            &[on_file("archive-damaged")],
        ),
        case("empty", Vec::new(), (0, 0), &[on_file("file-empty")]),
        case(
            "only a header",
            HEADER.as_bytes().to_vec(),
            (0, 0),
            &[on_file("file-no-records")],
        ),
        case(
            "JSON of depth 100,000",
            [
                b"[{\"a\":".to_vec(),
                vec![b'['; 100_000],
                vec![b']'; 100_000],
                b"}]".to_vec(),
            ]
            .concat(),
            (0, 1),
            &[in_row("json-too-deep", 1, 1)],
        ),
        case(
            "JSON that is nothing but depth",
            vec![b'['; 100_000],
            (0, 0),
            &[on_line("json-truncated", 1)],
        ),
        case(
            "a key twice",
            format!("[{}]", item("1,\"quantity\":2")).into_bytes(),
            (0, 1),
            &[in_row("json-key-twice", 1, 1)],
        ),
        case(
            "a number beyond int64",
            format!("[{}]", item("9223372036854775808")).into_bytes(),
            (0, 1),
            &[in_row("integer-range", 1, 1)],
        ),
        case(
            "the same in a cell",
            one(&row("A-1", "9223372036854775808", START)),
            (0, 1),
            &[at("integer-range", 1, 2, 4)],
        ),
        case(
            "half of a surrogate pair",
            format!("[{}]", item("1").replace("A-1", "A-\\ud83d")).into_bytes(),
            (0, 1),
            &[in_row("json-invalid", 1, 1)],
        ),
        case(
            "JSON cut off",
            format!("[{},", item("1")).into_bytes(),
            (0, 1),
            &[on_line("json-truncated", 1)],
        ),
        case(
            "JSON of another kind",
            b"{\"orders\":7}".to_vec(),
            (0, 1),
            &[
                in_row("json-key-unknown", 1, 1),
                in_row("required-missing", 1, 1),
                in_row("required-missing", 1, 1),
                in_row("required-missing", 1, 1),
                in_row("required-missing", 1, 1),
                in_row("required-missing", 1, 1),
                in_row("payment-method-missing", 1, 1),
            ],
        ),
        case(
            "the 31st of February",
            one(&row("A-1", "1", "31.02.2026")),
            (0, 1),
            &[at("date-time-no-such", 1, 2, 5)],
        ),
        case(
            "the same in the platform's form",
            one(&row("A-1", "1", "2026-02-31T00:00:00Z")),
            (0, 1),
            &[at("date-time-no-such", 1, 2, 5)],
        ),
        case(
            "no offset",
            one(&row("A-1", "1", "2026-01-01T00:00:00")),
            (1, 0),
            &[at("date-read", 1, 2, 5)],
        ),
        case(
            "1e3",
            one(&row("A-1", "1e3", START)),
            (0, 1),
            &[at("integer-invalid", 1, 2, 4)],
        ),
        case(
            "1e3 in JSON",
            format!("[{}]", item("1e3")).into_bytes(),
            (0, 1),
            &[in_row("integer-invalid", 1, 1)],
        ),
        case(
            "leading zeros tell two orders apart",
            one(&format!(
                "{}{}",
                row("007", "1", START),
                row("7", "1", START)
            )),
            (2, 0),
            &[],
        ),
        case(
            "spaces around a key",
            one(&row(" A-1 ", "1", START)),
            (1, 0),
            &[at("whitespace-trimmed", 1, 2, 1)],
        ),
        case(
            "a formula",
            one(&row("=cmd|' /C calc'!A0", "1", START)),
            (1, 0),
            &[at("formula-like", 1, 2, 1)],
        ),
        case(
            "a formula where a number belongs",
            one(&row("A-1", "=1+1", START)),
            (0, 1),
            &[at("integer-invalid", 1, 2, 4)],
        ),
    ]
}

fn check(site: &Installation, file: &Path) -> anyhow::Result<Answer> {
    site.run_alone(&[
        "check".as_ref(),
        file.as_os_str(),
        "--format".as_ref(),
        "json".as_ref(),
    ])
}

#[test]
fn every_bad_input_is_told_with_its_place() -> anyhow::Result<()> {
    let site = Installation::for_partners(&[])?;
    let mut wrong = Vec::new();
    for case in cases() {
        let file = site.scratch("input");
        std::fs::write(&file, &case.input)?;
        let answer = check(&site, &file)?;
        let report = answer.json().with_context(|| case.name.to_owned())?;
        let found = places(&report);
        let counts = (report["accepted"].as_u64(), report["rejected"].as_u64());
        let is_error = report["errors"].as_u64() != Some(0);
        let expected: Vec<String> = case.findings.iter().map(shown).collect();
        if found != expected
            || counts != (Some(case.rows.0), Some(case.rows.1))
            || answer.code != i32::from(is_error)
        {
            wrong.push(format!(
                "{}: exit {}, {counts:?}\n{}",
                case.name,
                answer.code,
                found.join("\n")
            ));
        }
    }
    ensure!(wrong.is_empty(), "not as expected:\n{}", wrong.join("\n"));
    Ok(())
}

fn places(report: &Value) -> Vec<String> {
    let items = report["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let number = |item: &Value, name: &str| item[name].as_u64();
    items
        .iter()
        .map(|item| {
            let places = (
                number(item, "row"),
                number(item, "line"),
                number(item, "column"),
            );
            format!("{} {places:?}", item["code"].as_str().unwrap_or("no code"))
        })
        .collect()
}

fn shown((code, row, line, column): &Place) -> String {
    format!("{code} {:?}", (row, line, column))
}

/// A field of 100 MB comes through a pipe, so that nothing but the program's own memory can hold it.
#[test]
fn a_field_of_100_megabytes_takes_no_memory() -> anyhow::Result<()> {
    for (name, quote, place) in [
        ("quoted", "\"", at("field-too-long", 1, 2, 1)),
        ("bare", "", in_row("record-too-long", 1, 2)),
    ] {
        let site = Installation::for_partners(&[])?;
        let answer = site.scratch("answer");
        let mut child = site
            .command_alone(&["check", "-", "--format", "json"])?
            .stdin(Stdio::piped())
            .stdout(File::create(&answer)?)
            .spawn()?;
        let mut input = BufWriter::new(child.stdin.take().context("stdin is a pipe")?);
        write!(input, "{HEADER}{quote}")?;
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..100 {
            input.write_all(&piece)?;
        }
        write!(
            input,
            "{quote},{OFFER},100003,1,{START},BILLING\n{}",
            row("A-2", "1", START)
        )?;
        input.flush()?;
        // The program still waits for the end of its input, so its high-water mark can be read.
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
        drop(input);
        let ended = child.wait()?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok())
            .context("the kernel tells no high-water mark")?;
        let report: Value = serde_json::from_slice(&std::fs::read(&answer)?)?;
        ensure!(peak < 200 << 10, "{name}: {peak} kB at the peak");
        ensure!(ended.code() == Some(1), "{name}: ended with {ended}");
        assert_eq!(places(&report), [shown(&place)], "{name}");
    }
    Ok(())
}
