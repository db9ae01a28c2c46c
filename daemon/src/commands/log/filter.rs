//! Which lines of the journal are the entries that are asked for?
//! Lines that cannot be meant are passed over unread: what a line must hold is looked for in its bytes first.

use anyhow::Context as _;
use jiff::Timestamp;
use memchr::memmem::Finder;
use memchr::{memchr, memrchr};

use super::{Form, cells};
use crate::cli::args::LogChoice;
use crate::commands::Speech;
use crate::commands::row_text::write_row;
use crate::entry::{ROW_PREFIX, RowEntry};
use crate::folder::safe_name;
use crate::journal::Frame;

/// Which entries are asked for.
pub(super) struct Filter {
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

impl Filter {
    pub(super) fn new(choice: &LogChoice, speech: &Speech) -> Self {
        let (now, zone) = (speech.now, &speech.zone);
        let file = choice.file.as_ref().map(|name| {
            (
                safe_name::printable(name),
                name.to_string_lossy().into_owned(),
            )
        });
        // A name that may be the shown form of another one is looked at in the entry alone.
        let plain_file = file.as_ref().filter(|(shown, given)| shown == given);
        let needles = [
            choice
                .external_id
                .as_deref()
                .map(|id| needle("externalSystemId", id)),
            plain_file.map(|(shown, _)| needle("file", shown)),
            choice
                .offer
                .as_deref()
                .map(|offer| needle("plenigoOfferId", offer)),
            choice
                .failed
                .then(|| Finder::new(b"\"success\":false").into_owned()),
            choice
                .partner
                .as_deref()
                .map(|partner| needle("partner", partner)),
        ];
        Self {
            external_id: choice.external_id.clone(),
            offer: choice.offer.clone(),
            partner: choice.partner.clone(),
            file,
            failed: choice.failed,
            since: choice.since.map(|since| since.earliest(now, zone)),
            until: choice.until.map(|until| until.latest(now, zone)),
            needles: needles.into_iter().flatten().collect(),
        }
    }

    /// The entries of a frame that are asked for, as they are shown.
    pub(super) fn entries(
        &self,
        frame: &Frame,
        form: Form,
        speech: &Speech,
    ) -> anyhow::Result<Vec<u8>> {
        let mut shown = Vec::new();
        // An entry is decided before it is appended, never after.
        let appended = frame.time.parse::<Timestamp>().ok();
        if let (Some(since), Some(appended)) = (self.since, appended)
            && appended < since
        {
            return Ok(shown);
        }
        let copies_all = form == Form::Json && self.asks_for_all();
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
                match form {
                    Form::Text => write_row(&mut shown, &row, speech),
                    Form::Csv => cells::put_row(&mut shown, &row, speech),
                    Form::Json => {
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

/// The journal is written by one serializer, without spaces: a value stands in it in one form only.
fn needle(key: &str, value: &str) -> Finder<'static> {
    let bytes = format!("\"{key}\":{}", serde_json::Value::from(value));
    Finder::new(bytes.as_bytes()).into_owned()
}
