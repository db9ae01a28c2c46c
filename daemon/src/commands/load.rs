//! Which values does a file of offers or customers hold, and what is wrong with the rest?
//! Values leave in batches while the file is read, so that its length does not matter; findings are reported
//! like those of a check.

use std::io::{self, Read, Write};

use intake_core::check::Tally;
use intake_core::code::Code;
use intake_core::field::Field;
use intake_core::finding::{Detail, Finding, shown_value};
use intake_core::read::{Block, Framer, ReadOptions, Record, Shape, records};

use super::Speech;
use super::finding_text::{verdict, write_finding, write_groups};
use crate::cli::args::Outcome;
use crate::cli::terminal::HEADING;
use crate::import::pass::{Hashing, Step, over_blocks};
use crate::printable::printable;

/// A value that a record holds, right by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Valid<V> {
    /// Number of the record.
    pub row: u64,
    /// Its physical line.
    pub line: u64,
    /// What it holds.
    pub value: V,
}

/// Takes a batch of values over. What is returned stands against some of them, for what only the store knows.
pub type Keep<'k, V> = dyn FnMut(Vec<Valid<V>>) -> anyhow::Result<Vec<Finding>> + 'k;

/// How a record becomes a value; nothing where it has an error. Appends what was found.
type Draft<V> = fn(&Shape, &Record<'_, '_>, &mut Vec<Finding>) -> Option<V>;

/// How a kind of record is read.
pub struct Rules<V> {
    pub(super) options: ReadOptions,
    pub(super) draft: Draft<V>,
}

impl<V> Valid<V> {
    /// What stands against this value, found by a rule that needs more than the file.
    pub fn finding(&self, field: Field, code: Code, value: &str) -> Finding {
        Finding {
            row: self.row,
            line: self.line,
            field: Some(field),
            value: Some(shown_value(value)),
            ..Finding::about_file(code, Detail::None)
        }
    }
}

/// Hands every valid value of a file to `keep`, batch by batch in the file's order, and reports the rest.
///
/// What `keep` took stays taken, whatever comes later in the file.
pub(super) fn load<V: Send>(
    name: &str,
    source: impl Read + Send,
    rules: Rules<V>,
    speech: &Speech,
    out: &mut dyn Write,
    progress: &dyn Fn(u64, u64),
    keep: &mut Keep<'_, V>,
) -> anyhow::Result<Outcome> {
    let mut tally = Tally::default();
    let mut bytes = 0;
    write(
        out,
        format!("{HEADING}{}{HEADING:#}\n", printable(name)).as_bytes(),
    )?;
    let end = over_blocks(
        source,
        rules.options,
        Hashing::Known([0; 32]),
        |shape, block| Taken::of(shape, block, rules.draft),
        |taken| (taken.findings.len() * size_of::<Finding>()) as u64,
        |step| {
            match step {
                Step::Block(_, taken) => {
                    bytes += taken.bytes;
                    tally.rows += taken.records;
                    tally.empty += taken.empty;
                    let valid = taken.values.len() as u64;
                    tally.rejected += taken.records - taken.empty - valid;
                    report(&taken.findings, &mut tally, speech, out)?;
                    let mut against = Vec::new();
                    if valid > 0 {
                        against = keep(taken.values)?;
                    }
                    let refused = refused_rows(&against);
                    tally.rejected += refused;
                    tally.accepted += valid - refused.min(valid);
                    report(&against, &mut tally, speech, out)?;
                    progress(bytes, tally.rows);
                }
                Step::AboutFile(findings) => {
                    for finding in &findings {
                        tally.about_file(finding, &mut |_| {});
                    }
                    show(&findings, speech, out)?;
                }
            }
            Ok(())
        },
    );
    if let Err(Trouble::Read(error)) = end {
        let context = format!("cannot read `{}`", printable(name));
        return Err(anyhow::Error::new(error).context(context));
    }
    if let Err(Trouble::Other(error)) = end {
        return Err(error);
    }
    let mut tail = verdict(name, &tally, speech).into_bytes();
    write_groups(&mut tail, &tally, speech);
    write(out, &tail)?;
    Ok(if tally.has_errors() {
        Outcome::Findings
    } else {
        Outcome::Done
    })
}

/// Reads one JSON object with the rules of a file and reports what was found, without a place: it stands in none.
pub(super) fn read_one<V>(
    object: &serde_json::Value,
    rules: Rules<V>,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Option<V>> {
    let (value, findings) = judge(object, rules);
    show(&findings, speech, out)?;
    Ok(value)
}

/// What one JSON object says by the rules of a file, and what was found, without a place: it stands in none.
pub fn judge<V>(object: &serde_json::Value, rules: Rules<V>) -> (Option<V>, Vec<Finding>) {
    let mut framer = Framer::new(rules.options);
    framer.push(object.to_string().as_bytes());
    framer.finish();
    let mut findings = framer.take_findings();
    let mut values = Vec::new();
    while let (Some(block), Some(shape)) = (framer.next_block(), framer.shape()) {
        let taken = Taken::of(shape, &block, rules.draft);
        values.extend(taken.values);
        findings.extend(taken.findings);
    }
    for finding in &mut findings {
        finding.row = 0;
        finding.line = 0;
    }
    (values.pop().map(|valid| valid.value), findings)
}

/// What a block holds.
struct Taken<V> {
    bytes: u64,
    records: u64,
    empty: u64,
    values: Vec<Valid<V>>,
    findings: Vec<Finding>,
}

enum Trouble {
    Read(io::Error),
    Other(anyhow::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl<V> Taken<V> {
    fn of(shape: &Shape, block: &Block, draft: Draft<V>) -> Self {
        let mut taken = Self {
            bytes: block.bytes.len() as u64,
            records: 0,
            empty: 0,
            values: Vec::with_capacity(block.rows as usize),
            findings: Vec::new(),
        };
        records(shape, block, &mut |record| {
            taken.records += 1;
            taken.empty += u64::from(record.empty);
            if let Some(value) = draft(shape, record, &mut taken.findings) {
                taken.values.push(Valid {
                    row: record.row,
                    line: record.line,
                    value,
                });
            }
        });
        taken
    }
}

/// How many records an error stands against.
fn refused_rows(findings: &[Finding]) -> u64 {
    let errors = findings.iter().filter(|finding| finding.code.is_error());
    let mut rows: Vec<u64> = errors.map(|finding| finding.row).collect();
    rows.sort_unstable();
    rows.dedup();
    rows.len() as u64
}

fn report(
    findings: &[Finding],
    tally: &mut Tally,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    for finding in findings {
        tally.add(finding, &mut |_| {});
    }
    show(findings, speech, out)
}

fn show(findings: &[Finding], speech: &Speech, out: &mut dyn Write) -> anyhow::Result<()> {
    let mut text = Vec::new();
    for finding in findings {
        write_finding(&mut text, finding, speech.language);
    }
    write(out, &text)
}

fn write(out: &mut dyn Write, bytes: &[u8]) -> anyhow::Result<()> {
    out.write_all(bytes)
        .map_err(|error| anyhow::Error::new(error).context("cannot write the report"))
}
