//! What was decided for each row, and why?
//! Read straight from the journal, without a lock and without the store: it can be asked while another
//! process imports, and when the store is lost. An entry's JSON is the journal's line, byte for byte.

mod cells;
mod filter;

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

use self::filter::Filter;
use super::Speech;
use crate::cli::args::{ExportFormat, ExportLog, Format, Log, Outcome};
use crate::journal::{Frames, Position};

/// How often a log that is followed looks for new entries.
pub const FOLLOW_EVERY: Duration = Duration::from_millis(200);

/// Writes the entries that the arguments ask for, in the journal's order.
///
/// With `--follow` it goes on until `stop` says so or the reader has gone; `stop` is asked at least every
/// [`FOLLOW_EVERY`], otherwise after each frame. Fails where the journal cannot be read or `out` not be written.
pub fn log(
    journal: &Path,
    arguments: &Log,
    speech: &Speech,
    out: &mut dyn Write,
    stop: &dyn Fn() -> bool,
) -> anyhow::Result<Outcome> {
    let filter = Filter::new(&arguments.choice, speech);
    let form = match arguments.format {
        Format::Text => Form::Text,
        Format::Json => Form::Json,
    };
    let mut frames = Frames::open(journal, Position::START)?;
    loop {
        while let Some(frame) = frames.next()? {
            let entries = filter.entries(&frame, form, speech)?;
            if let Sent::ReaderGone = send(out, &entries)? {
                return Ok(Outcome::Done);
            }
            if stop() {
                return Ok(Outcome::Done);
            }
        }
        if let Sent::ReaderGone = sent(out.flush())? {
            return Ok(Outcome::Done);
        }
        if !arguments.follow || stop() {
            return Ok(Outcome::Done);
        }
        std::thread::sleep(FOLLOW_EVERY);
    }
}

/// Writes the entries that are asked for, for spreadsheets or other programs: no more than those of one frame of the
/// journal are held at a time. What a spreadsheet would take for a formula is made text, as in a corrections file.
///
/// It ends early where `stop` says so or the reader has gone. Fails where the journal cannot be read or `out` not be written.
pub fn export(
    journal: &Path,
    arguments: &ExportLog,
    speech: &Speech,
    out: &mut dyn Write,
    stop: &dyn Fn() -> bool,
) -> anyhow::Result<Outcome> {
    let filter = Filter::new(&arguments.choice, speech);
    let mut first = Vec::new();
    let form = match arguments.format {
        ExportFormat::Csv => {
            cells::put_header(&mut first);
            Form::Csv
        }
        ExportFormat::Ndjson => Form::Json,
    };
    let mut reader = send(out, &first)?;
    let mut frames = Frames::open(journal, Position::START)?;
    while let (Sent::Arrived, false) = (&reader, stop()) {
        let Some(frame) = frames.next()? else {
            break;
        };
        reader = send(out, &filter.entries(&frame, form, speech)?)?;
    }
    Ok(Outcome::Done)
}

/// How an entry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A line for people.
    Text,
    /// The journal's own line.
    Json,
    /// A record of cells.
    Csv,
}

enum Sent {
    Arrived,
    ReaderGone,
}

fn send(out: &mut dyn Write, bytes: &[u8]) -> anyhow::Result<Sent> {
    sent(out.write_all(bytes))
}

/// A reader that goes away is no error.
fn sent(result: io::Result<()>) -> anyhow::Result<Sent> {
    match result {
        Ok(()) => Ok(Sent::Arrived),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Sent::ReaderGone),
        Err(error) => Err(error).context("cannot write the log"),
    }
}

#[cfg(test)]
mod tests;
