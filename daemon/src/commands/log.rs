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
        // A name that may be the shown form of another one is looked at in the entry alone.
        let plain_file = file.as_ref().filter(|(shown, given)| shown == given);
        let needles = [
            arguments
                .external_id
                .as_deref()
                .map(|id| needle("externalSystemId", id)),
            plain_file.map(|(shown, _)| needle("file", shown)),
            arguments
                .offer
                .as_deref()
                .map(|offer| needle("plenigoOfferId", offer)),
            arguments
                .failed
                .then(|| Finder::new(b"\"success\":false").into_owned()),
            arguments
                .partner
                .as_deref()
                .map(|partner| needle("partner", partner)),
        ];
        Self {
            external_id: arguments.external_id.clone(),
            offer: arguments.offer.clone(),
            partner: arguments.partner.clone(),
            file,
            failed: arguments.failed,
            since: arguments.since.map(|since| since.earliest(now, zone)),
            until: arguments.until.map(|until| until.latest(now, zone)),
            needles: needles.into_iter().flatten().collect(),
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

/// The journal is written by one serializer, without spaces: a value stands in it in one form only.
fn needle(key: &str, value: &str) -> Finder<'static> {
    let bytes = format!("\"{key}\":{}", serde_json::Value::from(value));
    Finder::new(bytes.as_bytes()).into_owned()
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
mod tests {
    use super::*;
    use crate::cli::args::{self, Command};
    use crate::commands::fixture::{Data, Row, german, plain, speech, terms};
    use intake_core::plan::Decision;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn arguments(given: &[&str]) -> Log {
        let line = ["intake", "log", "--data", "d"].iter().chain(given);
        let cli = args::parse(line.map(std::ffi::OsString::from)).unwrap();
        let Command::Log(log) = cli.command else {
            panic!("another command")
        };
        log
    }

    fn asked(data: &Data, given: &[&str], speech: &Speech) -> String {
        let mut out = Vec::new();
        let never = || false;
        log(&data.journal(), &arguments(given), speech, &mut out, &never).unwrap();
        plain(&out)
    }

    #[test]
    fn text_is_a_line_for_each_row() {
        let data = Data::usual();
        expect_test::expect![[r#"
            2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  record 1  A-1  create  order 1  O_MZA1E7173120881551
            2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  record 2  B "2"  create  order 2  O_MZA1E7173120881551
            2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  record 3  C-3  reject  60404  There is no such offer.
            2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  record 1  A-1  end  order 1  endDate: – → 2027-01-01T00:00:00+01:00, plenigoBonusIds: – → B_1|B_2
            2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  record 2  B "2"  unchanged  order 2
            2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  record 3  –  reject  60404  There is no such offer.
        "#]].assert_eq(&asked(&data, &[], &speech()));
        expect_test::expect![[r#"
            2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  Datensatz 1  A-1  create  Auftrag 1  O_MZA1E7173120881551
            2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  Datensatz 2  B "2"  create  Auftrag 2  O_MZA1E7173120881551
            2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  Datensatz 3  C-3  reject  60404  Das Angebot gibt es nicht.
            2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  Datensatz 1  A-1  end  Auftrag 1  endDate: – → 2027-01-01T00:00:00+01:00, plenigoBonusIds: – → B_1|B_2
            2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  Datensatz 2  B "2"  unchanged  Auftrag 2
            2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  Datensatz 3  –  reject  60404  Das Angebot gibt es nicht.
        "#]].assert_eq(&asked(&data, &[], &german()));
    }

    #[test]
    fn json_is_the_journal_byte_for_byte() {
        let data = Data::usual();
        let mut frames = Frames::open(&data.journal(), Position::START).unwrap();
        let mut rows = Vec::new();
        while let Some(frame) = frames.next().unwrap() {
            for line in frame.lines.split_inclusive(|byte| *byte == b'\n') {
                if line.starts_with(ROW_PREFIX) {
                    rows.extend_from_slice(line);
                }
            }
        }
        let rows = String::from_utf8(rows).unwrap();
        assert_eq!(asked(&data, &["--format", "json"], &speech()), rows);
        let since = &["--format", "json", "--since", "2026-11-01"];
        assert_eq!(asked(&data, since, &speech()), rows);
    }

    #[test]
    fn filters_leave_only_what_fits_exactly() {
        let data = Data::usual();
        let numbers = |given: &[&str]| -> Vec<u64> {
            let given: Vec<&str> = given.iter().copied().chain(["--format", "json"]).collect();
            let lines = asked(&data, &given, &speech());
            let id =
                |line| serde_json::from_str::<serde_json::Value>(line).unwrap()["logId"].as_u64();
            lines.lines().filter_map(id).collect()
        };
        assert_eq!(numbers(&["--external-id", "A-1"]), [1, 4]);
        assert_eq!(numbers(&["--external-id", "B \"2\""]), [2, 5]);
        assert_eq!(numbers(&["--external-id", "A-"]), [0; 0]);
        assert_eq!(numbers(&["--failed"]), [3, 6]);
        assert_eq!(numbers(&["--failed", "--external-id", "C-3"]), [3]);
        assert_eq!(numbers(&["--partner", "alpha"]).len(), 6);
        assert_eq!(numbers(&["--partner", "beta"]), [0; 0]);
        assert_eq!(
            numbers(&["--offer", "O_MZA1E7173120881551", "--failed"]),
            [3, 6]
        );
        // As it is shown and as it is on the disk.
        assert_eq!(numbers(&["--file", "orders%0A000001.csv"]), [1, 2, 3]);
        assert_eq!(numbers(&["--file", "orders\n000001.csv"]), [1, 2, 3]);
        // Half past ten in the evening in London is the next day in Berlin, and nothing later.
        assert_eq!(numbers(&["--since", "2026-11-22"]), [4, 5, 6]);
        assert_eq!(numbers(&["--since", "2026-11-23"]), [0; 0]);
        assert_eq!(numbers(&["--until", "2026-11-20"]), [1, 2, 3]);
        assert_eq!(
            numbers(&["--since", "2d", "--until", "2026-11-22T22:30:00Z"]),
            [4, 5, 6]
        );
    }

    #[test]
    fn an_empty_journal_has_no_entries() {
        let directory = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        let journal = directory.path().join("journal");
        let outcome = log(&journal, &arguments(&[]), &speech(), &mut out, &|| false).unwrap();
        assert_eq!((outcome, out.len()), (Outcome::Done, 0));
    }

    #[test]
    fn a_reader_that_goes_ends_it() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let data = Data::usual();
        let follow = arguments(&["--follow"]);
        let outcome = log(&data.journal(), &follow, &speech(), &mut Gone, &|| false).unwrap();
        assert_eq!(outcome, Outcome::Done);
    }

    /// What is written, seen by another thread; its third entry stops the log.
    struct Watched<'w>(&'w Mutex<String>, &'w AtomicBool);

    impl Write for Watched<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut seen = self.0.lock().unwrap();
            seen.push_str(std::str::from_utf8(bytes).unwrap());
            self.1.store(seen.contains("A-3"), Ordering::SeqCst);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn following_goes_on_with_what_comes() {
        let mut data = Data::new();
        let journal = data.journal();
        let (seen, is_done) = (Mutex::new(String::new()), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let (mut out, stop) = (Watched(&seen, &is_done), || is_done.load(Ordering::SeqCst));
                let follow = arguments(&["--follow", "--format", "json"]);
                log(&journal, &follow, &speech(), &mut out, &stop).unwrap();
            });
            for number in 1..=3 {
                let time = "2026-11-23T09:00:00Z";
                data.append(time, |lines, next_log| {
                    let mut row = Row {
                        lines,
                        next_log,
                        time,
                        import_id: "000001",
                    };
                    let terms = terms(&format!("A-{number}"));
                    row.taken(number, Decision::Create, number, None, &terms);
                });
            }
        });
        assert_eq!(seen.into_inner().unwrap().lines().count(), 3);
    }
}
