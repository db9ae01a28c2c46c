//! Is a file right, also by what is known of offers, customers and orders?
//! The findings of the file itself and those that need the state, each with its place, in the order of the file.

use super::plan::spool;
use super::{Call, Inputs, NOBODY};
use crate::cli::args::{Check as Arguments, Outcome};
use crate::clock;
use crate::commands::check::Report;
use crate::folder::safe_name::printable;
use crate::import::Terms;
use crate::import::pass::Hashing;
use crate::import::survey::{DecidedRows, Showing, Shown, Survey, survey_showing};
use crate::open_data::OpenData;
use intake_core::check::Tally;
use intake_core::code::Code;
use intake_core::plan::Decision;
use intake_core::report::FileIdentity;
use std::io::{self, Write};
use std::path::Path;

/// Checks files one after another.
pub(super) fn run(
    arguments: &Arguments,
    data: &OpenData,
    call: &Call<'_>,
    inputs: &mut dyn Inputs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let now = clock::moment_of(arguments.at.unwrap_or(call.speech.now));
    let terms = Terms::of(&data.config, arguments.partner.as_deref().unwrap_or(NOBODY));
    let ownerless = arguments.partner.is_none();
    let mut outcome = Outcome::Done;
    while let Some((name, reader)) = inputs.next()? {
        let name = printable(Path::new(&name).file_name().unwrap_or(&name));
        let spool = spool(data, reader)?;
        let mut report = Report::begin(&name, arguments.format, out)?;
        let mut tally = Tally::default();
        let show = |_: &_, decided: &DecidedRows<'_>| {
            let mut findings = Vec::new();
            decided.each_finding(&mut |finding| {
                // Without a partner nobody can say whose order a known number belongs to.
                if !(ownerless && finding.code == Code::OrderOfOtherPartner) {
                    findings.push(finding.clone());
                }
            });
            Shown {
                text: Vec::new(),
                findings,
            }
        };
        let mut take = |shown: Shown| -> io::Result<()> {
            report.findings(&shown.findings, call.speech.language)?;
            for finding in &shown.findings {
                tally.add(finding, &mut |_| {});
            }
            Ok(())
        };
        let store = data.books.store();
        let showing = Some(Showing {
            show: &show,
            take: &mut take,
            of_rejected_files: true,
        });
        let Survey {
            plan: survey, end, ..
        } = survey_showing(spool.path(), store, &terms, now, Hashing::Wanted, showing)?;
        report.findings(&survey.about_file, call.speech.language)?;
        for finding in &survey.about_file {
            tally.about_file(finding, &mut |_| {});
        }
        tally.rows = survey.tally.rows;
        tally.empty = survey.tally.empty;
        tally.rejected = survey.counts.of(Decision::Reject);
        tally.accepted = tally.rows - tally.empty - tally.rejected;
        tally.file_rejected |= survey.file_rejected;
        let identity = FileIdentity::new(&name, end.sha256, end.bytes, end.shape.as_deref());
        report.end(&identity, &tally, call.speech)?;
        if tally.has_errors() {
            outcome = Outcome::Findings;
        }
    }
    Ok(outcome)
}
