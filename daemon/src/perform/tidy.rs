//! How is what is kept too long removed, by a command or by the daemon itself?

use std::io::Write;

use serde_json::json;

use super::Call;
use crate::cli::args::{Format, Outcome, Tidy};
use crate::cli::terminal::GOOD;
use crate::log;
use crate::open_data::OpenData;
use crate::printable::printable;
use crate::retention::{self, Removal};

/// Tells what goes, and removes it unless only that was asked.
pub(super) fn run(
    arguments: &Tidy,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let removals = retention::plan(data, call.speech.now)?;
    for removal in &removals {
        if arguments.format == Format::Json {
            let line = json!({
                "importId": removal.import_id,
                "kind": removal.remains.name(),
                "path": removal.path,
                "bytes": removal.bytes,
                "removed": !arguments.dry_run,
            });
            writeln!(out, "{line}")?;
        } else {
            let bytes = call.speech.bytes(removal.bytes);
            writeln!(out, "{bytes:>10}  {}", printable(&removal.path))?;
        }
    }
    if !arguments.dry_run {
        carry_out(data, &removals)?;
    }
    if arguments.format == Format::Text {
        let speech = call.speech;
        let files = speech.count(
            removals.len() as u64,
            ["Datei", "Dateien"],
            ["file", "files"],
        );
        let bytes = speech.bytes(removals.iter().map(|removal| removal.bytes).sum());
        let done = match arguments.dry_run {
            true => speech.say("würden entfernt", "would be removed"),
            false => speech.say("entfernt", "removed"),
        };
        writeln!(out, "{GOOD}{files} ({bytes}) {done}{GOOD:#}")?;
    }
    Ok(Outcome::Done)
}

/// Removes what is not kept any longer, and has it counted and told.
pub(crate) fn carry_out(data: &OpenData, removals: &[Removal]) -> anyhow::Result<()> {
    for removal in removals {
        retention::remove(data, removal)?;
        data.metrics.removed(removal.remains, removal.bytes);
        log::file_removed(&removal.import_id, &removal.path, removal.bytes);
    }
    Ok(())
}
