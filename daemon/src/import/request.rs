//! How does the body of a request become orders?
//! On the path of every file: survey, brake, journal. One whose form is wrong is no import and changes nothing; a short one
//! is a single frame of the journal, so that all of it is there or nothing.

use super::apply::{Around, Writing, apply_in_one_frame};
use super::pass::Hashing;
use super::survey::{Survey, survey_hearing};
use super::work::{findings_json, first_step, log_counts};
use super::{Import, ImportError, Outcome, Terms};
use crate::clock;
use crate::entry::{FileEntry, RequestNote, counts_map, counts_of};
use crate::folder::claim::Claimed;
use crate::folder::lifecycle::Step;
use crate::folder::names::{ImportId, PartnerName};
use crate::folder::request_body::RequestBody;
use crate::log;
use crate::open_data::OpenData;
use crate::state::FileRecord;
use crate::state::file_record::import_id;
use intake_core::code::Code;
use intake_core::finding::{Detail, Finding};
use intake_core::plan::Counts;
use std::ffi::OsString;
use std::path::Path;

/// A request whose body lies whole on the disk.
pub struct Request<'r> {
    /// Whose request it is.
    pub partner: &'r PartnerName,
    /// What is known of it besides its body.
    pub note: RequestNote,
    /// Its body.
    pub body: RequestBody,
}

/// What became of a request that is an import.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The import.
    pub import_id: String,
    /// Does the brake hold it for the operator? Then nothing of it is applied yet.
    pub held: bool,
    /// How its items were decided, or would be.
    pub counts: Counts,
}

/// Why a request is no import.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Its form is wrong; nothing was changed.
    #[error("{} errors of form", .0.total)]
    Form(FormErrors),
    /// The machine stood in the way.
    #[error(transparent)]
    Import(#[from] ImportError),
}

/// What is wrong with the form of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FormErrors {
    /// How many errors there are.
    pub total: u64,
    /// The first of them, at most [`MOST_TOLD`]; those about the body as a whole stand first.
    pub first: Vec<Finding>,
    /// The platform's code for all of them; nothing where they have several or none.
    pub code: Option<u32>,
    /// Is one of them about the body as a whole? It decides the code then.
    about_body: bool,
}

/// So many errors of a request are told; beyond them it is told how many there are.
pub const MOST_TOLD: usize = 100;

/// The body of a short request is no longer than this.
const SHORT: u64 = 2 << 20;

/// Works on a request whose partner's turn it is.
pub fn take(
    data: &OpenData,
    request: Request<'_>,
    going: &dyn Fn(u64) -> bool,
) -> Result<Taken, RequestError> {
    let Request {
        partner,
        mut note,
        body,
    } = request;
    let started = clock::since_start();
    let terms = Terms::of_requests(&data.config, partner.as_str());
    let time = clock::now();
    let writes = data.books.writes();
    let mut errors = FormErrors::default();
    let hashing = (Hashing::Known(body.sha256()), writes);
    let survey = survey_hearing(
        &body.path(),
        data.books.store(),
        &terms,
        clock::moment_of(time),
        hashing,
        &mut |finding| errors.hear(finding),
    )
    .map_err(ImportError::from)?;
    if survey.plan.tally.rows == 0 && errors.total == 0 {
        errors.add(&Finding::about_file(Code::FileNoRecords, Detail::None));
    }
    if errors.total > 0 {
        return Err(RequestError::Form(errors));
    }
    note.purchase = survey.end.switches.purchase;
    note.suppress_mail = survey.end.switches.suppress_mail;
    let time = time.to_string();
    let number = import_id(data.books.take_import_number());
    let id = ImportId::parse(&number).map_err(ImportError::from)?;
    let name = OsString::from(format!("api-{}.json", note.id));
    if survey.plan.held.is_none() && body.bytes() <= SHORT {
        let claimed = Claimed {
            import_id: id,
            partner: partner.clone(),
            name,
            body: body.path(),
            bytes: body.bytes(),
            sha256: body.sha256(),
        };
        let short = Short {
            data,
            claimed: &claimed,
            terms: &terms,
            note,
            time: &time,
        };
        let counts = short.write(&survey)?;
        if let Some(record) = data
            .books
            .store()
            .file(&number)
            .map_err(ImportError::from)?
        {
            // All its steps were taken at once; this one is what it came to.
            let applied = FileRecord {
                step: Step::Applied,
                ..record
            };
            let elapsed = clock::elapsed_since(started);
            data.metrics.stepped(&applied, elapsed);
        }
        log::file_applied(
            log::About {
                import_id: &number,
                partner: partner.as_str(),
                file: &claimed.name,
            },
            log_counts(&counts),
            clock::elapsed_since(started),
        );
        return Ok(Taken {
            import_id: number,
            held: false,
            counts,
        });
    }
    let claimed = body
        .into_import(&id, partner, &name)
        .map_err(ImportError::from)?;
    let mut import = Import::begin_surveyed(data, &claimed, (&time, note, survey), going)?;
    let outcome = import.work()?;
    let counts = import.record().counts.clone().unwrap_or_default();
    Ok(Taken {
        import_id: number,
        held: outcome != Outcome::Finished,
        counts: counts_of(&counts),
    })
}

/// A short request about to be written.
struct Short<'s> {
    data: &'s OpenData,
    claimed: &'s Claimed,
    terms: &'s Terms,
    note: RequestNote,
    time: &'s str,
}

impl Short<'_> {
    fn write(&self, survey: &Survey) -> Result<Counts, ImportError> {
        let id = self.claimed.import_id.as_str();
        let file = self.claimed.name.to_string_lossy();
        let writing = Writing {
            import_id: id,
            file: &file,
            terms: self.terms,
            now: intake_core::moment::Moment::parse(self.time)
                .map_err(|_| ImportError::Record(id.to_owned()))?,
            sha256: self.claimed.sha256,
            before: Counts::default(),
        };
        let rows = survey.plan.tally.rows;
        let body: &Path = &self.claimed.body;
        let around = Around {
            before: &|sheet| {
                let time = sheet.time().to_owned();
                let step = |step| FileEntry::new(id, &time, step);
                sheet.file(FileEntry {
                    request: Some(self.note.clone()),
                    ..first_step(self.claimed, self.time)
                });
                sheet.file(FileEntry {
                    rows: Some(rows),
                    ..step(Step::Checked)
                });
                sheet.file(FileEntry {
                    rows: Some(rows),
                    counts: Some(counts_map(&survey.plan.counts)),
                    findings: findings_json(&survey.plan.about_file),
                    ..step(Step::Planned)
                });
            },
            behind: &|sheet, counts| {
                let time = sheet.time().to_owned();
                let step = |step| FileEntry::new(id, &time, step);
                sheet.file(FileEntry {
                    next_row: Some(rows),
                    counts: Some(counts_map(counts)),
                    ..step(Step::Applying)
                });
                sheet.file(FileEntry {
                    counts: Some(counts_map(counts)),
                    ..step(Step::Applied)
                });
                sheet.file(step(Step::Receipted));
                sheet.file(step(Step::Archived));
            },
        };
        let (facts, kept) = (&survey.plan.facts, &survey.kept);
        apply_in_one_frame(&self.data.books, body, writing, facts, kept, around)
    }
}

impl FormErrors {
    /// Hears everything that the body shows by itself, in its order.
    fn hear(&mut self, finding: &Finding) {
        if finding.code.is_of_form() {
            self.add(finding);
        }
    }

    fn add(&mut self, finding: &Finding) {
        let code = Some(finding.code.spec().upstream).filter(|code| *code > 0);
        let is_about_body = finding.row == 0;
        self.code = match self.total {
            0 => code,
            // What is wrong with the whole body is what its sender must know, whatever else is.
            _ if is_about_body && !self.about_body => code,
            _ if self.about_body => self.code,
            _ => self.code.filter(|known| Some(*known) == code),
        };
        self.total += 1;
        self.about_body |= is_about_body;
        if is_about_body {
            self.first.insert(0, finding.clone());
            self.first.truncate(MOST_TOLD);
        } else if self.first.len() < MOST_TOLD {
            self.first.push(finding.clone());
        }
    }
}

#[cfg(test)]
mod tests;
