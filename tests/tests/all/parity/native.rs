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

/// A file under inspection, and its text, which is the file itself where that is text in UTF-8.
struct Inspected {
    inspection: Inspection<Arc<Snapshot>>,
    text: Vec<u8>,
}

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
    let mut made = Vec::new();
    let mut unchanged = job.input.len();
    let mut take = |taken: Option<(u64, Vec<u8>)>| {
        if let Some((before, text)) = taken {
            unchanged = before as usize;
            made.extend(text);
        }
    };
    for chunk in job.input.chunks(job.chunk) {
        inspection.push(chunk);
        take(inspection.take_text());
    }
    inspection.end_of_file();
    take(inspection.take_text());
    let mut inspected = Inspected {
        inspection,
        text: [&job.input[..unchanged], &made].concat(),
    };
    while let Some(span) = inspected.inspection.wanted() {
        inspected.give(span);
    }
    let verdict = inspected.inspection.verdict();
    let verdict = verdict.context("there is no verdict")?;
    let mut answers = vec![exact(&verdict).into_owned()];
    for question in questions {
        answers.push(answer(&mut inspected, job, question)?);
    }
    Ok(answers)
}

impl Inspected {
    fn give(&mut self, span: Span) {
        let bytes = &self.text[span.offset as usize..][..span.length as usize];
        self.inspection.give(span.block, bytes);
    }
}

fn answer(inspected: &mut Inspected, job: &Job, question: &Question) -> anyhow::Result<Vec<u8>> {
    match question {
        Question::Findings { query, from, count } => {
            let query: FindingsQuery = serde_json::from_value(query.clone())?;
            while let Some(span) = (inspected.inspection.unseen(&query)).map_err(|e| anyhow!(e))? {
                inspected.give(span);
            }
            whole(inspected, |inspection| {
                inspection.findings(&query, *from, *count)
            })
        }
        Question::Rows { query, from, count } => {
            let query: RowsQuery = serde_json::from_value(query.clone())?;
            while let Some(span) =
                (inspected.inspection.unseen_rows(&query)).map_err(|e| anyhow!(e))?
            {
                inspected.give(span);
            }
            whole(inspected, |inspection| {
                inspection.rows(&query, *from, *count)
            })
        }
        Question::Record { row } => whole(inspected, |inspection| Ok(inspection.record(*row))),
        Question::Export { kind } => {
            let kind = ExportKind::from_name(kind).context("a kind of export")?;
            let inspection = &inspected.inspection;
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
    inspected: &mut Inspected,
    ask: impl Fn(&mut Inspection<Arc<Snapshot>>) -> Result<Answer, String>,
) -> anyhow::Result<Vec<u8>> {
    loop {
        match ask(&mut inspected.inspection).map_err(|error| anyhow!(error))? {
            Answer::Ready(json) => return Ok(exact(&json).into_owned()),
            Answer::Read(span) => inspected.give(span),
        }
    }
}
