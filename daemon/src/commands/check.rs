//! Is a file right, and where exactly is it wrong?
//! Every finding is reported, in the order of the file, while it is read: the report is never held in memory.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use intake_core::check::{Examined, RowFacts, Tally, examine};
use intake_core::code::{Code, Severity};
use intake_core::field::Field;
use intake_core::finding::{Finding, Language};
use intake_core::read::{Block, ReadOptions, Shape};
use intake_core::report::{
    self, FileIdentity, Item, check_head, check_item, check_summary_line, check_tail,
};

use super::Speech;
use super::finding_text::{verdict, write_finding, write_groups};
use crate::cli::args::{Outcome, ReportFormat};
use crate::cli::terminal::HEADING;
use crate::import::pass::{Hashing, Step, over_blocks};
use crate::printable::printable;

/// A file to check.
pub struct Delivery<'n, S> {
    /// Its name as it is shown.
    pub name: &'n str,
    /// Its bytes.
    pub source: S,
    /// How many they are, where that is known; it need not be true.
    pub bytes: Option<u64>,
}

/// Checks one file by what the file itself tells and writes its report. [`Outcome::Findings`] where there is
/// an error; warnings and notes are none.
///
/// `progress` hears bytes and records done. JSON is one document with the items first; NDJSON is one item a
/// line and at last a line of type `summary`.
///
/// Fails where the file cannot be read or `out` cannot be written.
pub fn check(
    file: Delivery<'_, impl Read + Send>,
    options: ReadOptions,
    format: ReportFormat,
    speech: &Speech,
    out: &mut dyn Write,
    progress: &dyn Fn(u64, u64),
) -> anyhow::Result<Outcome> {
    let Delivery {
        name,
        source,
        bytes,
    } = file;
    let language = speech.language;
    let mut report = Report::begin(name, format, out)?;
    let mut tally = bytes.map_or_else(Tally::default, Tally::of_file);
    let mut done_bytes = 0;
    let end = over_blocks(
        source,
        options,
        Hashing::Wanted,
        |shape, block| Rendered::of(shape, block, format, language),
        Rendered::bytes,
        |step| {
            match step {
                Step::Block(shape, Rendered { examined, items }) => {
                    done_bytes += examined.bytes;
                    // What the block's own records are about is rendered already; what stands against other records is
                    // known only now, and has its place between them.
                    let mut rendered = items.in_order();
                    let mut written = Ok(());
                    tally.absorb(&shape, examined, &mut |finding| {
                        if !is_of_the_tally(finding) {
                            if report.shows(finding) {
                                rendered.go_on();
                            } else if written.is_ok() {
                                let (text, items) = rendered.take();
                                written = report.put(text, items);
                                rendered.pass_over();
                            }
                            return;
                        }
                        let mut late = Vec::new();
                        render(&mut late, finding, format, language);
                        for (text, items) in [rendered.take(), (&*late, 1)] {
                            if written.is_ok() {
                                written = report.put(text, items);
                            }
                        }
                    });
                    written?;
                    let (text, items) = rendered.take();
                    report.put(text, items)?;
                    progress(done_bytes, tally.rows);
                }
                Step::AboutFile(findings) => {
                    let mut text = Vec::new();
                    for finding in &findings {
                        tally.about_file(finding, &mut |finding| {
                            render(&mut text, finding, format, language);
                        });
                    }
                    report.put(&text, findings.len() as u64)?;
                }
            }
            Ok(())
        },
    )
    .map_err(|trouble: Trouble| trouble.about(name))?;
    tally.end(end.stopped);
    let identity = FileIdentity::new(name, end.sha256, end.bytes, end.shape.as_deref());
    report.end(&identity, &tally, speech)?;
    Ok(if tally.has_errors() {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}

/// What stopped a check. The pass itself fails only in reading.
enum Trouble {
    Read(io::Error),
    Write(io::Error),
}

/// What a worker makes of a block.
struct Rendered {
    examined: Examined,
    items: Items,
}

/// Findings as text, one behind another.
#[derive(Default)]
struct Items {
    text: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
}

/// Items that are taken in their order.
struct ItemsInOrder<'i> {
    items: &'i Items,
    /// How many were taken.
    taken: usize,
    /// How many have had their turn.
    reached: usize,
}

impl Items {
    fn in_order(&self) -> ItemsInOrder<'_> {
        ItemsInOrder {
            items: self,
            taken: 0,
            reached: 0,
        }
    }

    fn end_of(&self, count: usize) -> usize {
        match count {
            0 => 0,
            _ => self.ends[count - 1],
        }
    }
}

impl<'i> ItemsInOrder<'i> {
    /// It is the next one's turn.
    fn go_on(&mut self) {
        self.reached += 1;
    }

    /// The next one is left out; those before it were taken.
    fn pass_over(&mut self) {
        self.reached += 1;
        self.taken = self.reached;
    }

    /// Those that have had their turn and were not taken yet, and how many they are.
    fn take(&mut self) -> (&'i [u8], u64) {
        let (from, to) = (self.taken, self.reached);
        self.taken = to;
        let text = &self.items.text[self.items.end_of(from)..self.items.end_of(to)];
        (text, (to - from) as u64)
    }
}

/// The report while it is being written.
pub(crate) struct Report<'o> {
    format: ReportFormat,
    items: u64,
    notes: Notes,
    /// Notes that were left out.
    left_out: u64,
    out: &'o mut dyn Write,
}

/// How many notes of each kind there were so far.
#[derive(Default)]
struct Notes(BTreeMap<(Code, Option<Field>), u64>);

/// So many notes of a kind are told one by one where a person reads; a program gets them all.
const NOTES_TOLD: u64 = 5;

impl Notes {
    /// Is it one of those that a person wants to read?
    fn tell(&mut self, finding: &Finding, format: ReportFormat) -> bool {
        if format != ReportFormat::Text || finding.severity() != Severity::Note {
            return true;
        }
        let told = self.0.entry((finding.code, finding.field)).or_default();
        *told += 1;
        *told <= NOTES_TOLD
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl Trouble {
    fn about(self, name: &str) -> anyhow::Error {
        match self {
            Self::Read(error) => {
                anyhow::Error::new(error).context(format!("cannot read `{}`", printable(name)))
            }
            Self::Write(error) => anyhow::Error::new(error).context("cannot write the report"),
        }
    }
}

impl Rendered {
    fn of(shape: &Shape, block: &Block, format: ReportFormat, language: Language) -> Self {
        let examined = examine(shape, block);
        let mut items = Items::default();
        let mut notes = Notes::default();
        for finding in &examined.findings {
            // What is one too many in its block is so in the file.
            if notes.tell(finding, format) {
                render(&mut items.text, finding, format, language);
            }
            items.ends.push(items.text.len());
        }
        Self { examined, items }
    }

    /// About how much memory it takes.
    fn bytes(&self) -> u64 {
        let findings = self.examined.findings.len() * size_of::<Finding>();
        let rows = self.examined.rows.len() * size_of::<RowFacts>();
        (findings + rows + self.items.text.len()) as u64
    }
}

impl<'o> Report<'o> {
    /// Begins the report of a file.
    pub(crate) fn begin(
        name: &str,
        format: ReportFormat,
        out: &'o mut dyn Write,
    ) -> anyhow::Result<Self> {
        let mut report = Report {
            format,
            items: 0,
            notes: Notes::default(),
            left_out: 0,
            out,
        };
        let begun = match format {
            ReportFormat::Text => {
                report.write(format!("{HEADING}{}{HEADING:#}\n", printable(name)).as_bytes())
            }
            ReportFormat::Json => {
                let mut head = Vec::new();
                check_head(&mut head);
                report.write(&head)
            }
            ReportFormat::Ndjson => Ok(()),
        };
        begun.map_err(|trouble| trouble.about(name))?;
        Ok(report)
    }

    /// Is a finding told? Asked once of each, in the order of the file.
    fn shows(&mut self, finding: &Finding) -> bool {
        let told = self.notes.tell(finding, self.format);
        self.left_out += u64::from(!told);
        told
    }

    /// Reports findings.
    pub(crate) fn findings(&mut self, findings: &[Finding], language: Language) -> io::Result<()> {
        let mut text = Vec::new();
        for finding in findings {
            if self.shows(finding) {
                render(&mut text, finding, self.format, language);
            }
        }
        self.put(&text, findings.len() as u64)
            .map_err(|trouble| match trouble {
                Trouble::Read(error) | Trouble::Write(error) => error,
            })
    }

    /// Writes rendered items. In JSON each comes with the comma before it, which the first one loses.
    fn put(&mut self, text: &[u8], items: u64) -> Result<(), Trouble> {
        let first_of_json = self.format == ReportFormat::Json && self.items == 0;
        let text = if first_of_json {
            text.strip_prefix(b",").unwrap_or(text)
        } else {
            text
        };
        self.items += items;
        self.write(text)
    }

    /// Ends the report with the verdict.
    pub(crate) fn end(
        &mut self,
        file: &FileIdentity,
        tally: &Tally,
        speech: &Speech,
    ) -> anyhow::Result<()> {
        let mut tail = Vec::new();
        match self.format {
            ReportFormat::Text => {
                if self.left_out > 0 {
                    tail.extend_from_slice(left_out(self.left_out, speech).as_bytes());
                }
                tail.extend_from_slice(verdict(&file.name, tally, speech).as_bytes());
                write_groups(&mut tail, tally, speech);
            }
            ReportFormat::Json => check_tail(&mut tail, file, tally),
            ReportFormat::Ndjson => check_summary_line(&mut tail, file, tally),
        }
        self.write(&tail)
            .map_err(|trouble| trouble.about(&file.name))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.out.write_all(bytes).map_err(Trouble::Write)
    }
}

fn left_out(notes: u64, speech: &Speech) -> String {
    let notes = speech.number(notes);
    speech.say(
        format!("… und {notes} weitere Hinweise gleicher Art, unten gezählt; `--format json` nennt alle.\n"),
        format!("… and {notes} more notes of these kinds, counted below; `--format json` lists them all.\n"),
    )
}

fn render(out: &mut Vec<u8>, finding: &Finding, format: ReportFormat, language: Language) {
    match format {
        ReportFormat::Text => write_finding(out, finding, language),
        ReportFormat::Json => check_item(out, 1, finding),
        ReportFormat::Ndjson => {
            report::put(out, &Item(finding));
            out.push(b'\n');
        }
    }
}

/// Whether a key stands twice is known only to who has seen all of them, in order.
fn is_of_the_tally(finding: &Finding) -> bool {
    matches!(finding.code, Code::DuplicateSame | Code::DuplicateDifferent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::fixture::{plain, speech};
    use intake_core::check::Check;
    use intake_core::field::Table;
    use std::cell::Cell;

    const FILE: &str = "externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod\n\
        A-1,O_MZA1E7173120881551,100003,1,2026-01-01T00:00:00Z,BANK_ACCOUNT\n\
        A-2,O_MZA1E7173120881551,100003,1e3,2026-02-31T00:00:00Z,BANK_ACCOUNT\n\
        A-1,O_MZA1E7173120881551,100003,2,2026-01-01T00:00:00Z,BANK_ACCOUNT\n";

    fn checked(file: &str, format: ReportFormat, language: Language) -> (String, Outcome) {
        let speech = Speech {
            language,
            ..speech()
        };
        let options = ReadOptions::new(Table::Orders, speech.moment_now());
        let mut out = Vec::new();
        let heard = Cell::new((0, 0));
        let hear = |bytes, rows| heard.set((bytes, rows));
        let length = file.len() as u64;
        let file = Delivery {
            name: "orders.csv",
            source: file.as_bytes(),
            bytes: Some(length),
        };
        let outcome = check(file, options, format, &speech, &mut out, &hear).unwrap();
        assert!(heard.get().0 <= length);
        (plain(&out), outcome)
    }

    #[test]
    fn text_says_it_in_both_languages() {
        let (en, outcome) = checked(FILE, ReportFormat::Text, Language::En);
        assert_eq!(outcome, Outcome::Findings);
        expect_test::expect![[r"
            orders.csv
            line 3 (record 2), column D quantity: error: quantity is not a whole number in plain digits.
                Only digits are allowed, without comma, point or exponent. Write the number in plain digits. Value: `1e3`
            line 3 (record 2), column E startDate: error: startDate names a time that does not exist.
                The calendar does not have it. Correct date and time. Value: `2026-02-31T00:00:00Z`
            line 4 (record 3), column A externalSystemId: error: The same number stands with other content in record 1 (line 2).
                It cannot be decided which record holds; all are rejected. Deliver the valid record only. Value: `A-1`
            line 2 (record 1), column A externalSystemId: error: The same number stands with other content in record 3 (line 4).
                It cannot be decided which record holds; all are rejected. Deliver the valid record only. Value: `A-1`
            orders.csv has errors: 3 records, 0 accepted, 3 rejected; 4 errors, 0 warnings, 0 notes.
              count  severity  code                 field             first on line
                  2  error     duplicate-different  externalSystemId  4, 2
                  1  error     integer-invalid      quantity          3
                  1  error     date-time-no-such    startDate         3
        "]].assert_eq(&en);
        expect_test::expect![[r"
            orders.csv
            Zeile 3 (Datensatz 2), Spalte D quantity: Fehler: quantity ist keine ganze Zahl in einfachen Ziffern.
                Erlaubt sind nur Ziffern, ohne Komma, Punkt oder Exponent. Die Zahl in einfachen Ziffern schreiben. Wert: `1e3`
            Zeile 3 (Datensatz 2), Spalte E startDate: Fehler: startDate nennt einen Zeitpunkt, den es nicht gibt.
                Der Kalender kennt ihn nicht. Datum und Uhrzeit berichtigen. Wert: `2026-02-31T00:00:00Z`
            Zeile 4 (Datensatz 3), Spalte A externalSystemId: Fehler: Dieselbe Nummer steht mit anderem Inhalt in Datensatz 1 (Zeile 2).
                Welcher Datensatz gilt, ist nicht zu entscheiden; alle werden abgelehnt. Nur den gültigen Datensatz liefern. Wert: `A-1`
            Zeile 2 (Datensatz 1), Spalte A externalSystemId: Fehler: Dieselbe Nummer steht mit anderem Inhalt in Datensatz 3 (Zeile 4).
                Welcher Datensatz gilt, ist nicht zu entscheiden; alle werden abgelehnt. Nur den gültigen Datensatz liefern. Wert: `A-1`
            orders.csv hat Fehler: 3 Datensätze, 0 angenommen, 3 abgelehnt; 4 Fehler, 0 Warnungen, 0 Hinweise.
              Anzahl  Schwere  Kennung              Feld              zuerst in Zeile
                   2  Fehler   duplicate-different  externalSystemId  4, 2
                   1  Fehler   integer-invalid      quantity          3
                   1  Fehler   date-time-no-such    startDate         3
        "]].assert_eq(&checked(FILE, ReportFormat::Text, Language::De).0);
    }

    #[test]
    fn a_good_file_is_done() {
        let good: String = FILE.split_inclusive('\n').take(2).collect();
        let (text, outcome) = checked(&good, ReportFormat::Text, Language::En);
        assert_eq!(outcome, Outcome::Done);
        expect_test::expect![[r"
            orders.csv
            orders.csv is good: 1 record, 1 accepted, 0 rejected; 0 errors, 0 warnings, 0 notes.
        "]]
        .assert_eq(&text);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_rejected_as_a_whole() {
        let (text, outcome) = checked("", ReportFormat::Text, Language::En);
        assert_eq!(outcome, Outcome::Findings);
        expect_test::expect![[r"
            orders.csv
            file: error: The file is empty.
                An import needs at least a header and one record. Produce the file again and deliver it once more.
            orders.csv is rejected as a whole: 0 records, 0 accepted, 0 rejected; 1 error, 0 warnings, 0 notes.
              count  severity  code        field  first on line
                  1  error     file-empty
        "]].assert_eq(&text);
    }

    #[test]
    fn json_is_one_document() {
        for (file, items) in [(FILE, 4), ("", 1), ("externalSystemId\n", 1)] {
            let (text, _) = checked(file, ReportFormat::Json, Language::De);
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            let found = json["items"].as_array().unwrap().len();
            assert!(found >= items, "{text}");
            for key in ["version", "file", "rows", "accepted", "rejected", "groups"] {
                assert!(!json[key].is_null(), "{key}");
            }
            assert_eq!(json["file"]["bytes"], file.len());
        }
    }

    #[test]
    fn ndjson_ends_with_the_summary() {
        let (text, _) = checked(FILE, ReportFormat::Ndjson, Language::En);
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let (summary, items) = lines.split_last().unwrap();
        assert_eq!(items.len(), 4);
        assert!(items.iter().all(|item| item["message"]["de"].is_string()));
        assert_eq!(summary["type"], "summary");
        assert_eq!(summary["rejected"], 3);
    }

    /// The items stand as the core finds them in one thread, however many threads looked at the file and wherever it was cut.
    #[test]
    fn large_files_are_reported_in_order() {
        let mut file: String = FILE.split_inclusive('\n').take(1).collect();
        for row in 0..30_000 {
            let (key, quantity) = (row % 29_000, u8::from(row % 3 != 0));
            let rest = "2026-01-01T00:00:00Z,PAYPAL\n";
            let record = format!("A-{key},O_MZA1E7173120881551,100003,{quantity},{rest}");
            file.push_str(&record);
        }
        let (text, _) = checked(&file, ReportFormat::Ndjson, Language::En);
        let mut expected = Vec::new();
        let mut note =
            |finding: &Finding| render(&mut expected, finding, ReportFormat::Ndjson, Language::En);
        let mut whole = Check::new(ReadOptions::new(Table::Orders, speech().moment_now()));
        whole.push(file.as_bytes(), &mut note);
        whole.finish(&mut note);
        let items = String::from_utf8(expected).unwrap();
        assert!(items.matches("duplicate-").count() > 1000);
        assert!(
            text.starts_with(&items),
            "the items differ from those of one thread"
        );
    }

    #[test]
    fn trouble_names_what_it_is_about() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::from(io::ErrorKind::StorageFull))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let speech = speech();
        let options = || ReadOptions::new(Table::Orders, speech.moment_now());
        let format = ReportFormat::Text;
        let mut out = Vec::new();
        let broken = Delivery {
            name: "a\u{1b}",
            source: Broken,
            bytes: None,
        };
        let error = check(broken, options(), format, &speech, &mut out, &|_, _| {});
        assert_eq!(
            format!("{:#}", error.unwrap_err()),
            "cannot read `a\\u{1b}`: the disk is gone"
        );
        let file = Delivery {
            name: "a",
            source: FILE.as_bytes(),
            bytes: None,
        };
        let error = check(file, options(), format, &speech, &mut Full, &|_, _| {});
        assert_eq!(
            format!("{:#}", error.unwrap_err()),
            "cannot write the report: no storage space"
        );
    }
}
