//! What does the core say of a file, compiled for this machine?
//! The same questions in the same order as they are put to the package.

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use intake_core::inspect::{
    Answer, Export, ExportKind, FindingsQuery, Inspection, Known, RowsQuery, Span,
};
use intake_core::moment::Moment;
use intake_core::profile::Profile;
use intake_core::snapshot::Snapshot;
use intake_wasm::json::exact;

use super::corpus::{Job, NOW};
use super::questions::Question;

type Inspected = Inspection<Arc<Snapshot>>;

/// Everything that is said of the job's file: the verdict, then the answers to its questions.
pub(super) fn answers(
    job: &Job,
    questions: &[Question],
    snapshots: &[Arc<Snapshot>],
) -> anyhow::Result<Vec<Vec<u8>>> {
    let snapshot = job.snapshot.map(|index| &snapshots[index]);
    let profile = match (&job.profile, snapshot) {
        (Some(profile), _) => profile.clone(),
        (None, Some(snapshot)) => snapshot.head().profile.clone(),
        (None, None) => Profile::of(""),
    };
    let now = Moment::parse(NOW).map_err(|_| anyhow!("a time"))?;
    let mut inspection = Inspection::new(&job.name, profile, now, snapshot.map(Known::from));
    for chunk in job.input.chunks(job.chunk) {
        inspection.push(chunk);
    }
    inspection.end_of_file();
    while let Some(span) = inspection.wanted() {
        give(&mut inspection, job, span);
    }
    let verdict = inspection.verdict().context("there is no verdict")?;
    let mut answers = vec![exact(&verdict).into_owned()];
    for question in questions {
        answers.push(answer(&mut inspection, job, question)?);
    }
    Ok(answers)
}

fn answer(inspection: &mut Inspected, job: &Job, question: &Question) -> anyhow::Result<Vec<u8>> {
    match question {
        Question::Findings { query, from, count } => {
            let query: FindingsQuery = serde_json::from_value(query.clone())?;
            while let Some(span) = inspection.unseen(&query).map_err(|e| anyhow!(e))? {
                give(inspection, job, span);
            }
            whole(inspection, job, |inspection| {
                inspection.findings(&query, *from, *count)
            })
        }
        Question::Rows { query, from, count } => {
            let query: RowsQuery = serde_json::from_value(query.clone())?;
            while let Some(span) = inspection.unseen_rows(&query).map_err(|e| anyhow!(e))? {
                give(inspection, job, span);
            }
            whole(inspection, job, |inspection| {
                inspection.rows(&query, *from, *count)
            })
        }
        Question::Record { row } => {
            whole(inspection, job, |inspection| Ok(inspection.record(*row)))
        }
        Question::Export { kind } => {
            let kind = ExportKind::from_name(kind).context("a kind of export")?;
            let mut out = Vec::new();
            let mut export = Export::begin(kind, inspection, &mut out);
            for chunk in job.input.chunks(job.chunk) {
                export.push(inspection, chunk, &mut out);
            }
            export.finish(inspection, &mut out);
            Ok(out)
        }
    }
}

fn whole(
    inspection: &mut Inspected,
    job: &Job,
    ask: impl Fn(&mut Inspected) -> Result<Answer, String>,
) -> anyhow::Result<Vec<u8>> {
    loop {
        match ask(inspection).map_err(|error| anyhow!(error))? {
            Answer::Ready(json) => return Ok(exact(&json).into_owned()),
            Answer::Read(span) => give(inspection, job, span),
        }
    }
}

fn give(inspection: &mut Inspected, job: &Job, span: Span) {
    let bytes = &job.input[span.offset as usize..][..span.length as usize];
    inspection.give(span.block, bytes);
}
