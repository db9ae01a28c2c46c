//! How is an import undone?
//! What would undo it becomes a file, which is planned and applied on the same path as any other of the same partner.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, Write};

use serde_json::json;

use super::Call;
use super::import::{finished_cleanly, tell};
use super::plan::{Planned, Spool, show};
use crate::cli::args::{Format, Outcome, Revert};
use crate::cli::terminal::{GOOD, HEADING, WARNING};
use crate::clock;
use crate::commands::Speech;
use crate::folder::claim::take_upload;
use crate::folder::names::{ImportId, PartnerName};
use crate::import::reversal::{Reversal, Scope, reversal};
use crate::import::{Import, ImportError, Terms};
use crate::open_data::OpenData;
use crate::printable::printable;
use crate::state::FileRecord;
use crate::state::file_record::{import_id, import_number};

/// Plans the reverse of an import, shows it, and applies it where that is asked for.
pub(super) fn run(
    arguments: &Revert,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let unknown = || ImportError::Unknown(arguments.id.clone());
    let id = import_id(import_number(&arguments.id).ok_or_else(unknown)?);
    let known = data.books.store().file(&id)?.ok_or_else(unknown)?;
    let _turn = data.turns.wait(&known.partner);
    let record = data.books.store().file(&id)?.unwrap_or(known);
    anyhow::ensure!(
        record.ending.is_some(),
        "import `{id}` has not come to an end yet, it is {}\n\
         hint: `intake discard {id}` ends a held one before anything is applied",
        record.step
    );
    let scope = if arguments.also_changed {
        Scope::All
    } else {
        Scope::Untouched
    };
    let now = clock::moment_of(clock::now());
    let spool = Spool::new(data);
    let mut file = BufWriter::new(File::create(spool.path())?);
    let reversal = reversal(data, &record, scope, now, &mut file)?;
    file.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?;
    let told = Told {
        record: &record,
        reversal: &reversal,
        format: arguments.format,
        speech: call.speech,
    };
    told.begin(arguments.dry_run, out)?;
    let mut outcome = if reversal.left.is_empty() {
        Outcome::Done
    } else {
        Outcome::Findings
    };
    let name = OsString::from(format!("revert-{id}.ndjson"));
    if arguments.dry_run {
        let terms = Terms::of_reversal(&data.config, &record.partner);
        let planned = Planned {
            name: &name,
            path: spool.path(),
            terms: &terms,
            now,
            format: arguments.format,
        };
        if show(&planned, data, call.speech, out)? == Outcome::Findings {
            outcome = Outcome::Findings;
        }
    } else if reversal.rows > 0 {
        let partner = PartnerName::parse(&record.partner)?;
        let new = ImportId::parse(import_id(data.books.take_import_number()))?;
        let body = File::open(spool.path())?;
        let work = &data.folders.work;
        // What the program wrote itself is under no limit of a partner's.
        let claimed = take_upload(body, work, &new, &partner, &name, u64::MAX)?;
        drop(spool);
        let mut import = Import::begin_reversal(data, &claimed, &record.import_id, call.going)?;
        let result = import.work()?;
        tell(import.record(), &result, arguments.format, call.speech, out)?;
        if !finished_cleanly(import.record(), &result) {
            outcome = Outcome::Findings;
        }
    } else {
        told.nothing(out)?;
    }
    told.end(out)?;
    data.books.flush()?;
    Ok(outcome)
}

/// What is told besides what plan and import tell of themselves.
struct Told<'t> {
    record: &'t FileRecord,
    reversal: &'t Reversal,
    format: Format,
    speech: &'t Speech,
}

impl Told<'_> {
    fn begin(&self, dry_run: bool, out: &mut dyn Write) -> anyhow::Result<()> {
        let (record, reversal, speech) = (self.record, self.reversal, self.speech);
        if self.format == Format::Json {
            let left: Vec<_> = reversal
                .left
                .iter()
                .map(|left| {
                    json!({
                        "externalSystemId": left.external_system_id,
                        "logId": left.log_id,
                        "lastLogId": left.last_log_id,
                    })
                })
                .collect();
            let mut head = json!({
                "version": 1,
                "reverts": record.import_id,
                "partner": record.partner,
                "file": record.file,
                "rows": reversal.rows,
                "already": reversal.already,
                "customersKept": reversal.customers,
                "left": left,
            })
            .to_string();
            // What follows is a document of its own, of any length.
            head.pop();
            let follows = if dry_run { "plan" } else { "import" };
            write!(out, "{head},\"{follows}\":")?;
            return Ok(());
        }
        let heading = speech.say("Umkehr von Import", "reverse of import");
        let (id, file) = (&record.import_id, printable(&record.file));
        writeln!(
            out,
            "{HEADING}{heading} {id}{HEADING:#} ({file}, {})",
            record.partner
        )?;
        for left in &reversal.left {
            let key = printable(&left.external_system_id);
            let (style, last) = (WARNING, left.last_log_id);
            let text = speech.say(
                format!(
                    "{style}bleibt{style:#}  {key}: seither geändert (Eintrag {last} im Protokoll)"
                ),
                format!("{style}left{style:#}  {key}: changed since (entry {last} of the log)"),
            );
            writeln!(out, "  {text}")?;
        }
        let counts = [
            (
                reversal.left.len() as u64,
                speech.say(
                    "seither geändert, bleiben: --also-changed nimmt auch sie zurück",
                    "changed since and left: --also-changed takes them back too",
                ),
            ),
            (
                reversal.already,
                speech.say("schon beendet", "ended already"),
            ),
            (
                reversal.customers,
                speech.say(
                    "neue oder geänderte Kunden, bleiben, wie sie sind",
                    "new or changed customers, kept as they are",
                ),
            ),
        ];
        for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
            writeln!(out, "  {count:>10}  {what}")?;
        }
        Ok(())
    }

    fn nothing(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        if self.format == Format::Json {
            write!(out, "null")?;
            return Ok(());
        }
        let nothing = self.speech.say("nichts umzukehren", "nothing to revert");
        writeln!(out, "{GOOD}{nothing}{GOOD:#}")?;
        Ok(())
    }

    fn end(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        if self.format == Format::Json {
            writeln!(out, "}}")?;
        }
        Ok(())
    }
}
