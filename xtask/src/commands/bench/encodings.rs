//! What does it cost that a file is no UTF-8?
//! The same rows, each with an umlaut in its key, in Windows-1252 and in UTF-8, checked in pairs; who finds other bad rows
//! than the generator made is not measured but refused.

use std::path::Path;

use anyhow::Context as _;

use super::Scale;
use super::check::check_by_intake;
use super::inputs::{Input, Inputs};
use super::measure::Measured;
use super::report::{Goal, Report};
use crate::commands::daemon::rename;

/// Measures five pairs.
pub(super) fn measure_encodings(
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let plain = inputs.orders_with_bad_rows(scale.rows(1_000_000))?;
    let utf8 = with_umlauts(&plain, "utf8", "Ä".as_bytes())?;
    let windows = with_umlauts(&plain, "windows-1252", &[0xC4])?;
    println!("checking {} rows in two encodings", plain.rows);
    let (mut of_utf8, mut of_windows) = (Vec::new(), Vec::new());
    for _ in 0..scale.repetitions(5) {
        of_utf8.push(check_by_intake(program, inputs, &utf8)?);
        of_windows.push(check_by_intake(program, inputs, &windows)?);
    }
    report.add_runs("check of UTF-8", utf8.rows, &of_utf8, None);
    report.add_runs("check of Windows-1252", windows.rows, &of_windows, None);
    let more = |(windows, utf8): (&Measured, &Measured)| windows.seconds / utf8.seconds;
    report.add(
        "Windows-1252: slower than UTF-8",
        "×",
        of_windows.iter().zip(&of_utf8).map(more).collect(),
        Some(Goal::AtMost(1.15)),
    );
    Ok(())
}

/// The same orders with these bytes before each key; what is wrong with a row stays wrong, and nothing else is.
fn with_umlauts(plain: &Input, encoding: &str, umlaut: &[u8]) -> anyhow::Result<Input> {
    let path = plain.path.with_extension(format!("{encoding}.csv"));
    if !path.is_file() {
        let text = std::fs::read(&plain.path)
            .with_context(|| format!("cannot read `{}`", plain.path.display()))?;
        let mut out = Vec::with_capacity(text.len() + text.len() / 32);
        for (number, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            // A key that is missing stays missing, and a quote stays the first byte of its cell.
            let (before, rest) = match line.strip_prefix(b"\"") {
                Some(rest) => (&b"\""[..], rest),
                None => (&b""[..], line),
            };
            out.extend_from_slice(before);
            if number > 0 && !rest.starts_with(b",") {
                out.extend_from_slice(umlaut);
            }
            out.extend_from_slice(rest);
        }
        let unfinished = path.with_extension("unfinished");
        std::fs::write(&unfinished, out)
            .with_context(|| format!("cannot write `{}`", unfinished.display()))?;
        rename(&unfinished, &path)?;
    }
    Ok(Input {
        path,
        rows: plain.rows,
        bad_rows: plain.bad_rows,
    })
}
