//! What is done with a claimed file, from its check to its rest?
//! Follows the lifecycle and performs what it says; every step is in the journal before its effect shows.

mod shown;

use super::ImportError;
use super::apply::{Writing, apply_rows, end_missing};
use super::pass::Hashing;
use super::profile::Terms;
use super::survey::{Survey, survey};
use crate::clock;
use crate::config::Mirroring;
use crate::entry::{FileEntry, RequestNote, counts_map, counts_of};
use crate::folder::claim::Claimed;
use crate::folder::directory::READABLE_FOLDER;
use crate::folder::lifecycle::{self, Action, Brake, Ending, Event, State, Step};
use crate::folder::moves::{Month, MoveError, plan_beside, to_archive, to_held, to_rejected};
use crate::folder::names::{ImportId, PartnerName};
use crate::folder::request_body::remove_body;
use crate::folder::safe_name::printable;
use crate::log;
use crate::open_data::OpenData;
use crate::receipt;
use crate::state::FileRecord;
use crate::state::file_record::bytes_of_hex;
use intake_core::check::Tally;
use intake_core::finding::{Finding, Language};
use intake_core::moment::Moment;
use intake_core::plan::{Counts, Decision};
use intake_core::report::{Item, hex};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

/// How the work on a file ended for now.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is over; the file rests.
    Finished,
    /// It waits for the operator.
    Held,
    /// It would change something else than what was held, and is held again for the operator to look at.
    HeldAgain,
}

/// What an import is that begins: a file, a request with the instant of its survey, or what takes another import back.
enum Kind<'k> {
    File,
    Request(&'k str, RequestNote),
    Reversal(&'k str),
}

/// One import and the directory that it belongs to.
pub struct Import<'d> {
    data: &'d OpenData,
    terms: Terms,
    id: ImportId,
    partner: PartnerName,
    name: OsString,
    record: FileRecord,
    state: State,
    now: Moment,
    survey: Option<Survey>,
    /// How many frames it has written besides rows, and how many of them when the survey was made.
    frames: u64,
    frames_at_survey: u64,
    started: Duration,
    going: &'d dyn Fn(u64) -> bool,
}

impl<'d> Import<'d> {
    /// The import of a file that was just claimed; its first step is journalled.
    pub fn begin(
        data: &'d OpenData,
        claimed: &Claimed,
        going: &'d dyn Fn(u64) -> bool,
    ) -> Result<Self, ImportError> {
        Self::begin_at(data, claimed, Kind::File, going)
    }

    /// The import of a request that was surveyed at `time` already: the instant that its dates are held against stays the
    /// one that the survey had.
    pub fn begin_surveyed(
        data: &'d OpenData,
        claimed: &Claimed,
        (time, note, survey): (&str, RequestNote, Survey),
        going: &'d dyn Fn(u64) -> bool,
    ) -> Result<Self, ImportError> {
        let mut import = Self::begin_at(data, claimed, Kind::Request(time, note), going)?;
        // Its own first step was written since.
        import.frames = 1;
        import.survey = Some(survey);
        Ok(import)
    }

    /// The import of rows that take back what `reverts` did.
    pub fn begin_reversal(
        data: &'d OpenData,
        claimed: &Claimed,
        reverts: &str,
        going: &'d dyn Fn(u64) -> bool,
    ) -> Result<Self, ImportError> {
        let kind = Kind::Reversal(reverts);
        Self::begin_at(data, claimed, kind, going)
    }

    fn begin_at(
        data: &'d OpenData,
        claimed: &Claimed,
        kind: Kind<'_>,
        going: &'d dyn Fn(u64) -> bool,
    ) -> Result<Self, ImportError> {
        let id = claimed.import_id.as_str();
        data.books.write(|sheet| {
            let time = match kind {
                Kind::Request(time, _) => time.to_owned(),
                _ => sheet.time().to_owned(),
            };
            let mut first = first_step(claimed, &time);
            match kind {
                Kind::File => {}
                Kind::Request(_, note) => first.request = Some(note),
                Kind::Reversal(reverts) => first.reverts = Some(reverts.to_owned()),
            }
            sheet.file(first);
            Ok::<(), ImportError>(())
        })?;
        let record = data
            .books
            .store()
            .file(id)?
            .ok_or_else(|| ImportError::Unknown(id.into()))?;
        let import = Self::take_up(data, record, going)?;
        log::file_claimed(import.about(), claimed.bytes);
        Ok(import)
    }

    /// The record of a file over the limit, of which there is no private copy: it is rejected as it lies.
    pub fn begin_too_large(
        data: &'d OpenData,
        partner: &PartnerName,
        id: &ImportId,
        name: &OsStr,
        bytes: u64,
    ) -> Result<(), ImportError> {
        use intake_core::code::Code;
        use intake_core::finding::Detail;
        let limit = data.config.limits.file_bytes;
        let finding = Finding::about_file(Code::FileTooLarge, Detail::Limit(limit));
        let shown = printable(name);
        data.books.write(|sheet| {
            let time = sheet.time().to_owned();
            sheet.file(FileEntry {
                partner: Some(partner.as_str().to_owned()),
                file: Some(shown.clone()),
                name_bytes: (shown.as_bytes() != name.as_bytes()).then(|| hex(name.as_bytes())),
                bytes: Some(bytes),
                ..FileEntry::new(id.as_str(), &time, Step::Claimed)
            });
            sheet.file(FileEntry {
                reason: Some(finding.code.name().to_owned()),
                findings: findings_json(std::slice::from_ref(&finding)),
                ..FileEntry::new(id.as_str(), &time, Step::Rejected)
            });
            Ok(())
        })
    }

    /// An import that is known already, wherever it stopped.
    pub fn take_up(
        data: &'d OpenData,
        record: FileRecord,
        going: &'d dyn Fn(u64) -> bool,
    ) -> Result<Self, ImportError> {
        let terms = match (&record.request, &record.reverts) {
            (Some(_), _) => Terms::of_requests(&data.config, &record.partner),
            (None, Some(_)) => Terms::of_reversal(&data.config, &record.partner),
            (None, None) => Terms::of(&data.config, &record.partner),
        };
        let now = Moment::parse(&record.claimed)
            .map_err(|_| ImportError::Record(record.import_id.clone()))?;
        Ok(Self {
            data,
            terms,
            id: ImportId::parse(&record.import_id)?,
            partner: PartnerName::parse(&record.partner)?,
            name: record.original_name(),
            state: record.progress().state(),
            now,
            survey: None,
            frames: 0,
            frames_at_survey: 0,
            started: clock::since_start(),
            going,
            record,
        })
    }

    /// What is known of the file.
    pub fn record(&self) -> &FileRecord {
        &self.record
    }

    /// The survey, while it is there.
    pub fn survey(&self) -> Option<&Survey> {
        self.survey.as_ref()
    }

    /// Works until the file rests or waits for the operator.
    pub fn work(&mut self) -> Result<Outcome, ImportError> {
        loop {
            match lifecycle::owed(self.state) {
                Action::Check | Action::Plan => self.check_and_plan()?,
                Action::Hold => self.hold()?,
                Action::MoveToHeld => {
                    to_held(&self.data.folders, &self.id)?;
                    return Ok(Outcome::Held);
                }
                Action::Apply { .. } => self.apply()?,
                Action::WriteReceipt => self.write_receipt()?,
                Action::Archive | Action::MoveToRejected => self.lay_to_rest()?,
                _ => return Ok(Outcome::Finished),
            }
        }
    }

    /// Lets a held plan go on, unless it would now do something else than what was held.
    pub fn release(&mut self) -> Result<Outcome, ImportError> {
        self.must_be_held()?;
        let survey = self.make_survey()?;
        let counts = counts_map(&survey.plan.counts);
        if survey.plan.held.is_some() && self.record.counts.as_ref() != Some(&counts) {
            let reason = survey.plan.held.map(|held| held.reason(Language::En));
            self.survey = Some(survey);
            self.note(Step::Held, |entry| {
                entry.counts = Some(counts);
                entry.reason = reason;
            })?;
            return Ok(Outcome::HeldAgain);
        }
        self.survey = Some(survey);
        // What was planned is not yet what was written.
        self.follow(Event::Released, |entry| {
            entry.next_row = Some(0);
            entry.counts = Some(counts_map(&Counts::default()));
        })?;
        self.work()
    }

    /// Drops a held plan; its file is rejected.
    pub fn discard(&mut self) -> Result<Outcome, ImportError> {
        self.must_be_held()?;
        self.follow(Event::Discarded, |entry| {
            entry.reason = Some("discarded by the operator".to_owned());
        })?;
        self.work()
    }

    /// The file is where no step left it: what was applied stays, the rest is rejected.
    pub fn lose(&mut self, reason: &str) -> Result<Outcome, ImportError> {
        self.follow(Event::Lost, |entry| entry.reason = Some(reason.to_owned()))?;
        self.work()
    }

    fn must_be_held(&self) -> Result<(), ImportError> {
        if self.state == State::Held {
            return Ok(());
        }
        let (import_id, state) = (self.record.import_id.clone(), self.record.step.to_string());
        Err(ImportError::NotHeld { import_id, state })
    }

    fn check_and_plan(&mut self) -> Result<(), ImportError> {
        let survey = match self.survey.take() {
            Some(survey) => survey,
            None => self.make_survey()?,
        };
        let (rows, counts) = (survey.plan.tally.rows, counts_map(&survey.plan.counts));
        if survey.plan.file_rejected {
            let findings = findings_json(&survey.plan.about_file);
            let reason = survey
                .plan
                .about_file
                .iter()
                .find(|finding| finding.code.is_error())
                .map(|finding| finding.code.name().to_owned());
            log::file_rejected(self.about(), reason.as_deref().unwrap_or("file-rejected"));
            self.survey = Some(survey);
            return self.follow(Event::TurnedDown, |entry| {
                entry.rows = Some(rows);
                entry.counts = Some(counts);
                entry.reason = reason;
                entry.findings = findings;
            });
        }
        if self.state == State::Claimed {
            self.follow(Event::Read, |entry| entry.rows = Some(rows))?;
        }
        let brake = if survey.plan.held.is_some() {
            Brake::Pulled
        } else {
            Brake::Clear
        };
        let turned_down = survey.plan.facts.turned_down_by.map(|_| true);
        let findings = findings_json(&survey.plan.about_file);
        let planned = log_counts(&survey.plan.counts);
        self.survey = Some(survey);
        log::file_planned(self.about(), planned, clock::elapsed_since(self.started));
        self.follow(Event::PlanMade(brake), |entry| {
            entry.rows = Some(rows);
            entry.counts = Some(counts);
            entry.turned_down = turned_down;
            entry.findings = findings;
        })
    }

    fn hold(&mut self) -> Result<(), ImportError> {
        let held = match &self.survey {
            Some(survey) => survey.plan.held,
            None => self.make_survey()?.plan.held,
        };
        let reason = held.map_or_else(String::new, |held| held.reason(Language::En));
        log::file_held(self.about(), &reason);
        self.follow(Event::HoldNoted, |entry| entry.reason = Some(reason))
    }

    fn apply(&mut self) -> Result<(), ImportError> {
        let mut survey = match self.survey.take() {
            Some(survey) => survey,
            None => self.make_survey()?,
        };
        if self.record.next_row > 0 {
            log::import_resumed(self.about(), self.record.next_row);
        }
        // What was decided before the first row was written holds for all rows, whatever has changed since.
        survey.plan.facts.turned_down_by =
            match (self.record.turned_down, survey.plan.facts.turned_down_by) {
                (true, rejects) => rejects.or(Some(1)),
                (false, _) => None,
            };
        let applying = self.record.step == Step::Applying;
        let before = self
            .record
            .counts
            .as_ref()
            .filter(|_| applying)
            .map(counts_of);
        let sha256 = survey.end.sha256;
        let (file, import_id) = (self.record.file.clone(), self.record.import_id.clone());
        let writing = Writing {
            import_id: &import_id,
            file: &file,
            terms: &self.terms,
            now: self.now,
            sha256,
            before: before.unwrap_or_default(),
        };
        let (books, body) = (&self.data.books, self.body());
        // What the survey decided still holds if all that was written since are this import's own steps.
        let writes = books.writes();
        let only_own = writes - survey.kept.writes == self.frames - self.frames_at_survey;
        let turned_down = survey.plan.facts.turned_down_by.is_some();
        survey.kept.writes = writes;
        let kept = Some(&survey.kept).filter(|_| only_own && !turned_down);
        // The keys of the file are needed no more, unless orders that it does not name are to be ended.
        if !self.terms.profile.end_missing {
            survey.plan.tally = Tally::default();
        }
        let after_row = self.record.next_row;
        let mut counts = apply_rows(
            books,
            &body,
            writing,
            &survey.plan.facts,
            kept,
            after_row,
            self.going,
        )?;
        counts.missing = survey.plan.counts.missing;
        if self.record.turned_down {
            let reason = "file_policy";
            log::file_rejected(self.about(), reason);
            return self.end_rows(Event::TurnedDown, &counts, Some(reason.to_owned()));
        }
        if self.terms.profile.end_missing {
            end_missing(books, writing, &survey.plan.tally)?;
        }
        // Much that still waits in memory is written away beside the receipt.
        books.begin_flush_of_much()?;
        log::file_applied(
            self.about(),
            log_counts(&counts),
            clock::elapsed_since(self.started),
        );
        self.end_rows(Event::AllApplied, &counts, None)
    }

    fn end_rows(
        &mut self,
        event: Event,
        counts: &Counts,
        reason: Option<String>,
    ) -> Result<(), ImportError> {
        // The lifecycle knows of rows only when there were some.
        if let Some(record) = self.data.books.store().file(&self.record.import_id)? {
            self.state = record.progress().state_while_working(self.state);
        }
        let counts = counts_map(counts);
        self.follow(event, |entry| {
            entry.counts = Some(counts);
            entry.reason = reason;
        })
    }

    fn write_receipt(&mut self) -> Result<(), ImportError> {
        if self.record.request.is_some() {
            // Its answer is the receipt, and the log tells of each item.
            return self.follow(Event::ReceiptWritten, |_| {});
        }
        let outbox = self
            .data
            .outbox
            .ensure_child(self.partner.as_str(), READABLE_FOLDER)?;
        let plan = plan_beside(&self.data.folders, &self.id)?;
        let written = receipt::write(&receipt::ReceiptRequest {
            plan: plan.as_ref(),
            record: &self.record,
            journal: self.data.books.journal_path(),
            body: &self.body(),
            options: &self.terms.read_options(self.now),
            outbox: outbox.path(),
            time_zone: &self.terms.zone,
            mirrored: self.data.config.upstream.mode == Mirroring::Mirror,
        })?;
        let counts = counts_of(&self.record.counts.clone().unwrap_or_default());
        log::receipt_written(self.about(), counts.of(Decision::Reject));
        self.follow(Event::ReceiptWritten, |entry| {
            entry.plan = written.plan;
            entry.place = Some(written.receipt);
        })
    }

    fn lay_to_rest(&mut self) -> Result<(), ImportError> {
        let folders = &self.data.folders;
        if self.record.request.is_some() {
            // The client has what it sent, and the journal what became of it.
            remove_body(folders, &self.id)?;
            return self.follow(Event::LaidToRest, |_| {});
        }
        let rested = if self.record.ending == Some(Ending::Applied) {
            let claimed: jiff::Timestamp = self
                .record
                .claimed
                .parse()
                .map_err(|_| ImportError::Record(self.record.import_id.clone()))?;
            let month = Month::of(claimed.to_zoned_datetime(self.terms.zone.clone()).date());
            to_archive(folders, &self.partner, month, &self.id, &self.name)
        } else {
            to_rejected(folders, &self.partner, &self.id, &self.name)
        };
        let place = match rested {
            Ok(rested) => {
                let path = rested
                    .path
                    .strip_prefix(&self.data.path)
                    .unwrap_or(&rested.path);
                log::file_archived(self.about(), path);
                printable(path.as_os_str())
            }
            // Somebody took the file away; the import itself is whole.
            Err(MoveError::Missing { .. }) => String::new(),
            Err(error) => return Err(error.into()),
        };
        self.follow(Event::LaidToRest, |entry| entry.place = Some(place))
    }

    fn make_survey(&mut self) -> Result<Survey, ImportError> {
        self.frames_at_survey = self.frames;
        let writes = self.data.books.writes();
        let store = self.data.books.store();
        let hashing = Hashing::Known(sha256_of(&self.record));
        Ok(survey(
            &self.body(),
            store,
            &self.terms,
            self.now,
            hashing,
            writes,
        )?)
    }

    /// Journals the step that the event leads to, if it leads to one, and is there.
    fn follow(
        &mut self,
        event: Event,
        fill: impl FnOnce(&mut FileEntry),
    ) -> Result<(), ImportError> {
        let transition = lifecycle::next(self.state, event)?;
        if let Some(step) = transition.step {
            self.note(step, fill)?;
        }
        self.state = transition.state;
        Ok(())
    }

    fn note(&mut self, step: Step, fill: impl FnOnce(&mut FileEntry)) -> Result<(), ImportError> {
        let id = self.record.import_id.clone();
        self.data.books.write(|sheet| {
            let time = sheet.time().to_owned();
            let mut entry = FileEntry::new(&id, &time, step);
            fill(&mut entry);
            sheet.file(entry);
            Ok::<(), ImportError>(())
        })?;
        self.frames += 1;
        if let Some(record) = self.data.books.store().file(&id)? {
            self.record = record;
        }
        let elapsed = clock::elapsed_since(self.started);
        self.data.metrics.stepped(&self.record, elapsed);
        Ok(())
    }

    fn body(&self) -> PathBuf {
        let folder = |name: &str| {
            self.data
                .path
                .join(name)
                .join(self.id.as_str())
                .join("body")
        };
        let held = folder("held");
        if held.exists() { held } else { folder("work") }
    }

    fn about(&self) -> log::About<'_> {
        log::About {
            import_id: &self.record.import_id,
            partner: &self.record.partner,
            file: OsStr::new(&self.record.file),
        }
    }
}

/// What the journal says first of an import.
pub(super) fn first_step(claimed: &Claimed, time: &str) -> FileEntry {
    let shown = printable(&claimed.name);
    let name_bytes = claimed.name.as_bytes();
    FileEntry {
        name_bytes: (shown.as_bytes() != name_bytes).then(|| hex(name_bytes)),
        partner: Some(claimed.partner.as_str().to_owned()),
        file: Some(shown),
        bytes: Some(claimed.bytes),
        sha256: Some(hex(&claimed.sha256)),
        ..FileEntry::new(claimed.import_id.as_str(), time, Step::Claimed)
    }
}

pub(super) fn findings_json(findings: &[Finding]) -> Vec<serde_json::Value> {
    findings
        .iter()
        .filter_map(|finding| serde_json::to_value(Item(finding)).ok())
        .collect()
}

pub(super) fn log_counts(counts: &Counts) -> log::Counts {
    let of = |decision| counts.of(decision);
    log::Counts {
        create: of(Decision::Create),
        update: of(Decision::Update),
        payment: of(Decision::Payment),
        end: of(Decision::End),
        reactivate: of(Decision::Reactivate),
        unchanged: of(Decision::Unchanged),
        reject: of(Decision::Reject),
        create_customer: counts.create_customer,
    }
}

fn sha256_of(record: &FileRecord) -> [u8; 32] {
    bytes_of_hex(&record.sha256)
        .and_then(|bytes| bytes.try_into().ok())
        .unwrap_or_default()
}
