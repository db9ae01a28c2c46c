//! What would the import of a file do?
//! Shows every row as it would be decided now; changes nothing.

use super::{Call, Inputs};
use crate::cli::args::{Format, Outcome, Plan as Arguments};
use crate::cli::terminal::{ERROR, FAINT, GOOD, HEADING, WARNING};
use crate::clock;
use crate::commands::Speech;
use crate::folder::safe_name;
use crate::import::Terms;
use crate::import::pass::Hashing;
use crate::import::survey::{DecidedRow, DecidedRows, Showing, Shown, Survey, survey_showing};
use crate::open_data::OpenData;
use intake_core::field::Field;
use intake_core::finding::{Finding, Language, headline};
use intake_core::moment::Moment;
use intake_core::order::Terms as OrderTerms;
use intake_core::plan::Decision;
use intake_core::plan::survey::each_missing;
use intake_core::report::{FileIdentity, PlanRow, PlanWriter, changes_of};
use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::path::Path;

/// Plans one file.
pub(super) fn run(
    arguments: &Arguments,
    data: &OpenData,
    call: &Call<'_>,
    inputs: &mut dyn Inputs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let Some((name, reader)) = inputs.next()? else {
        anyhow::bail!("there is no file to plan")
    };
    let spool = spool(data, reader)?;
    let terms = Terms::of(&data.config, &arguments.partner);
    let planned = Planned {
        name: &name,
        path: spool.path(),
        terms: &terms,
        now: clock::moment_of(arguments.at.unwrap_or(call.speech.now)),
        format: arguments.format,
    };
    show(&planned, data, call.speech, out)
}

/// A file whose plan is shown.
pub(super) struct Planned<'p> {
    pub(super) name: &'p OsStr,
    pub(super) path: &'p Path,
    pub(super) terms: &'p Terms,
    /// The time that counts as now.
    pub(super) now: Moment,
    pub(super) format: Format,
}

/// Shows every row of a file as it would be decided now.
pub(super) fn show(
    planned: &Planned<'_>,
    data: &OpenData,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let Planned {
        name, path, terms, ..
    } = *planned;
    let (now, format) = (planned.now, planned.format);
    let store = data.books.store();
    let state = data.books.mark();
    let mut begin = Vec::new();
    let mut writer = PlanWriter::begin(&mut begin);
    if format == Format::Json {
        out.write_all(&begin)?;
    }
    let show = |_: &_, decided: &DecidedRows<'_>| Shown {
        text: match format {
            Format::Json => json_rows(&decided.rows),
            Format::Text => text_rows(&decided.rows, speech.language),
        },
        findings: Vec::new(),
    };
    let mut take = |shown: Shown| -> io::Result<()> {
        if format == Format::Text {
            return out.write_all(&shown.text);
        }
        let mut text = Vec::with_capacity(shown.text.len());
        writer.lines(&mut text, &shown.text);
        out.write_all(&text)
    };
    let showing = Some(Showing {
        show: &show,
        take: &mut take,
        of_rejected_files: false,
    });
    let survey = survey_showing(path, store, terms, now, Hashing::Wanted, showing)?;
    let missing = missing_orders(data, terms, now, &survey)?;
    let identity = identity_of(name, &survey);
    if format == Format::Json {
        let mut text = Vec::new();
        writer.customers(&mut text, &survey.plan);
        for terms_of_order in &missing {
            let row = PlanRow::missing(terms_of_order, &terms.profile, now);
            writer.row(&mut text, &row);
        }
        let partner = &terms.profile.partner;
        writer.end(&mut text, &identity, partner, Some(&state), &survey.plan);
        out.write_all(&text)?;
    } else {
        write_text_end(&survey, &missing, &identity, speech, out)?;
    }
    let clean = !survey.plan.file_rejected
        && survey.plan.held.is_none()
        && survey.plan.counts.of(Decision::Reject) == 0;
    Ok(if clean {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// What identifies the file that was surveyed.
pub(super) fn identity_of(name: &OsStr, survey: &Survey) -> FileIdentity {
    let name = safe_name::printable(Path::new(name).file_name().unwrap_or(name));
    let end = &survey.end;
    FileIdentity::new(&name, end.sha256, end.bytes, end.shape.as_deref())
}

/// A file's bytes, kept beside the files being worked on for as long as a command runs.
pub(super) fn spool(data: &OpenData, mut reader: impl Read) -> anyhow::Result<Spool> {
    let spool = Spool::new(data);
    let mut file = std::fs::File::create(&spool.path)?;
    let limit = data.config.limits.file_bytes;
    // One byte beyond the limit is enough for the reader to see that it is passed.
    io::copy(&mut (&mut reader).take(limit + 1), &mut file)?;
    Ok(spool)
}

/// A file that goes when it is dropped.
pub(super) struct Spool {
    path: std::path::PathBuf,
}

impl Spool {
    /// A name that nothing bears; the file is for its owner to write.
    pub(super) fn new(data: &OpenData) -> Self {
        let (process, number) = (std::process::id(), data.books.take_spool_number());
        let name = format!(".spool-{process}-{number}");
        Self {
            path: data.path.join("work").join(name),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // What stays behind after a crash is swept at the next start.
        let _ = std::fs::remove_file(&self.path);
    }
}

pub(super) fn json_rows(rows: &[DecidedRow<'_>]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(rows.len() * 200);
    for decided in rows {
        PlanWriter::line(&mut lines, &PlanRow::of(decided));
    }
    lines
}

fn text_rows(rows: &[DecidedRow<'_>], language: Language) -> Vec<u8> {
    let mut text = Vec::new();
    for decided in rows {
        if decided.decision == Decision::Unchanged && decided.row.findings.is_empty() {
            continue;
        }
        let style = match decided.decision {
            Decision::Reject => ERROR,
            Decision::End | Decision::Reactivate => WARNING,
            Decision::Create => GOOD,
            _ => FAINT,
        };
        // Writing into memory cannot fail.
        let _ = write!(
            text,
            "{:>8}  {style}{:<10}{style:#}  {}",
            decided.row.row,
            decided.decision.name(),
            crate::printable::printable(decided.row.key.as_deref().unwrap_or("–"))
        );
        if decided.decision.changes_order() {
            for change in changes_of(decided) {
                let words = format!("{} → {}", change.old, change.new);
                let words = crate::printable::printable(&words);
                let _ = write!(text, "  {}: {words}", change.field.name());
            }
        }
        text.push(b'\n');
        for finding in &decided.row.findings {
            let _ = writeln!(text, "{:>10}{}", "", finding_line(finding, language));
        }
    }
    text
}

fn finding_line(finding: &Finding, language: Language) -> String {
    let style = if finding.code.is_error() {
        ERROR
    } else {
        WARNING
    };
    let words = headline(finding, language);
    format!(
        "{style}{}{style:#} {}",
        finding.code,
        crate::printable::printable(&words)
    )
}

fn write_text_end(
    survey: &Survey,
    missing: &[OrderTerms],
    identity: &FileIdentity,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let german = speech.language == Language::De;
    for order in missing {
        let style = WARNING;
        let word = if german { "fehlt" } else { "missing" };
        writeln!(
            out,
            "{:>8}  {style}{word:<10}{style:#}  {}  {}",
            "–",
            order.external_system_id,
            Field::EndDate.name()
        )?;
    }
    for finding in &survey.plan.about_file {
        writeln!(out, "{}", finding_line(finding, speech.language))?;
    }
    writeln!(out, "{HEADING}{}{HEADING:#}", identity.name)?;
    for decision in Decision::ALL {
        writeln!(
            out,
            "  {:<14} {:>10}",
            decision.name(),
            survey.plan.counts.of(decision)
        )?;
    }
    writeln!(
        out,
        "  {:<14} {:>10}",
        "createCustomer", survey.plan.counts.create_customer
    )?;
    if survey.plan.counts.missing > 0 {
        writeln!(
            out,
            "  {:<14} {:>10}",
            "missing", survey.plan.counts.missing
        )?;
    }
    if let Some(held) = &survey.plan.held {
        let word = if german {
            "würde angehalten"
        } else {
            "would be held"
        };
        writeln!(
            out,
            "  {WARNING}{word}{WARNING:#}: {}",
            held.reason(speech.language)
        )?;
    }
    Ok(())
}

/// The running orders of the partner that a full book does not name.
pub(super) fn missing_orders(
    data: &OpenData,
    terms: &Terms,
    now: Moment,
    survey: &Survey,
) -> anyhow::Result<Vec<OrderTerms>> {
    let mut missing = Vec::new();
    if survey.plan.counts.missing > 0 {
        let (profile, tally) = (&terms.profile, &survey.plan.tally);
        each_missing(profile, data.books.store(), now, tally, &mut |order| {
            missing.push(order.terms.clone());
        })?;
    }
    Ok(missing)
}
