//! What was decided for each row, and why?
//! Read straight from the journal, without a lock and without the store: it can be asked while another
//! process imports, and when the store is lost. An entry's JSON is the journal's line, byte for byte.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use memchr::memmem::Finder;
use memchr::{memchr, memrchr};

use super::Speech;
use super::row_text::write_row;
use crate::cli::args::{Format, Log, Outcome};
use crate::entry::{ROW_PREFIX, RowEntry};
use crate::folder::safe_name;
use crate::journal::{Frame, Frames, Position};

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
    let filter = Filter::new(arguments, speech);
    let mut frames = Frames::open(journal, Position::START)?;
    loop {
        while let Some(frame) = frames.next()? {
            let entries = filter.entries(&frame, arguments.format, speech)?;
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

/// Which entries are asked for.
struct Filter {
    external_id: Option<String>,
    offer: Option<String>,
    partner: Option<String>,
    /// The name as it may be shown, and as it was given: either is meant.
    file: Option<(String, String)>,
    failed: bool,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    /// Bytes that a line must hold to be asked for, the rarest first.
    needles: Vec<Finder<'static>>,
}

enum Sent {
    Arrived,
    ReaderGone,
}

impl Filter {
    fn new(arguments: &Log, speech: &Speech) -> Self {
        let (now, zone) = (speech.now, &speech.zone);
        let file = arguments.file.as_ref().map(|name| {
            (
                safe_name::printable(name),
                name.to_string_lossy().into_owned(),
            )
        });
        let mut needles = Vec::new();
        let mut need = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                // The journal is written by the same serializer, without spaces.
                let needle = format!("\"{key}\":{}", serde_json::Value::from(value));
                needles.push(Finder::new(needle.as_bytes()).into_owned());
            }
        };
        need("externalSystemId", arguments.external_id.as_deref());
        // What was given may be the shown form of another name; then only a look at the entry decides.
        need(
            "file",
            file.as_ref()
                .filter(|(shown, given)| shown == given)
                .map(|(shown, _)| &**shown),
        );
        need("plenigoOfferId", arguments.offer.as_deref());
        need("partner", arguments.partner.as_deref());
        if arguments.failed {
            needles.push(Finder::new(b"\"success\":false").into_owned());
        }
        Self {
            external_id: arguments.external_id.clone(),
            offer: arguments.offer.clone(),
            partner: arguments.partner.clone(),
            file,
            failed: arguments.failed,
            since: arguments.since.map(|since| since.earliest(now, zone)),
            until: arguments.until.map(|until| until.latest(now, zone)),
            needles,
        }
    }

    /// The entries of a frame that are asked for, as they are shown.
    fn entries(&self, frame: &Frame, format: Format, speech: &Speech) -> anyhow::Result<Vec<u8>> {
        let mut shown = Vec::new();
        // An entry is decided before it is appended, never after.
        let appended = frame.time.parse::<Timestamp>().ok();
        if let (Some(since), Some(appended)) = (self.since, appended)
            && appended < since
        {
            return Ok(shown);
        }
        let copies_all = format == Format::Json && self.asks_for_all();
        let mut show = |line: &[u8]| -> anyhow::Result<()> {
            if copies_all {
                shown.extend_from_slice(line);
                shown.push(b'\n');
                return Ok(());
            }
            let row: RowEntry<'_> = serde_json::from_slice(line).with_context(|| {
                format!(
                    "an entry in the frame at {} of the journal cannot be read",
                    frame.start
                )
            })?;
            if self.admits(&row) {
                match format {
                    Format::Text => write_row(&mut shown, &row, speech),
                    Format::Json => {
                        shown.extend_from_slice(line);
                        shown.push(b'\n');
                    }
                }
            }
            Ok(())
        };
        self.candidates(&frame.lines, &mut show)?;
        Ok(shown)
    }

    fn asks_for_all(&self) -> bool {
        self.needles.is_empty()
            && self.file.is_none()
            && self.since.is_none()
            && self.until.is_none()
    }

    /// Finds the lines that may be meant, without reading those that cannot.
    fn candidates(
        &self,
        lines: &[u8],
        each: &mut dyn FnMut(&[u8]) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut at = 0;
        while at < lines.len() {
            let hit = match self.needles.first() {
                Some(rarest) => match rarest.find(&lines[at..]) {
                    Some(found) => at + found,
                    None => break,
                },
                None => at,
            };
            let begin = memrchr(b'\n', &lines[..hit]).map_or(0, |end| end + 1);
            let end = memchr(b'\n', &lines[hit..]).map_or(lines.len(), |length| hit + length);
            let line = &lines[begin..end];
            let others = self.needles.iter().skip(1);
            if line.starts_with(ROW_PREFIX) && others.clone().all(|n| n.find(line).is_some()) {
                each(line)?;
            }
            at = end + 1;
        }
        Ok(())
    }

    fn admits(&self, row: &RowEntry<'_>) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| Some(wanted) == found)
        };
        is(&self.external_id, row.external_system_id.as_deref())
            && is(&self.offer, row.plenigo_offer_id.as_deref())
            && is(&self.partner, Some(&row.partner))
            && self
                .file
                .as_ref()
                .is_none_or(|(shown, given)| *shown == row.file || *given == row.file)
            && !(self.failed && row.success)
            && self.admits_time(&row.time)
    }

    fn admits_time(&self, time: &str) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let Ok(time) = time.parse::<Timestamp>() else {
            return false;
        };
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time <= until)
    }
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
