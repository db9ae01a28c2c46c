//! What is told of a backup that was taken, and of one that was restored or found good?

use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::Speech;
use super::table::{Table, text};
use crate::backup::{self, Manifest, Part, RestoreError, Restored, Taken};
use crate::cli::args::{Format, Outcome, Restore};
use crate::cli::terminal::{GOOD, WARNING};
use crate::folder::safe_name::printable;
use crate::system::refuse_as_root;

/// Tells what was backed up.
pub fn tell_taken(
    taken: &Taken,
    format: Format,
    speech: &Speech,
    out: &mut dyn Write,
) -> io::Result<()> {
    let manifest = &taken.manifest;
    let place = printable(taken.place.as_os_str());
    if format == Format::Json {
        let mut json = about(manifest);
        json["backup"] = json!(place);
        json["copiedBytes"] = json!(taken.copied_bytes);
        json["sharesWith"] = json!(taken.shares_with);
        json["removed"] = json!(taken.removed);
        return writeln!(out, "{json}");
    }
    let done = speech.say("gesichert in", "backed up to");
    writeln!(out, "{GOOD}{done}{GOOD:#} {place}")?;
    let mut table = lines_of(manifest, speech);
    let copied = speech.bytes(taken.copied_bytes);
    let copied = match &taken.shares_with {
        None => copied,
        Some(name) => speech.say(
            format!("{copied}; das Übrige teilt sie mit {name}"),
            format!("{copied}; the rest is shared with {name}"),
        ),
    };
    table.push(vec![text(speech.say("neu", "new")), text(&copied)]);
    for name in &taken.removed {
        table.push(vec![text(speech.say("entfernt", "removed")), text(name)]);
    }
    finish(&table, manifest, speech, out)
}

/// Restores a backup, or reads it through, and tells what came of it.
pub fn restore(
    arguments: &Restore,
    speech: &Speech,
    out: &mut dyn Write,
    progress: &dyn Fn(u64),
) -> anyhow::Result<Outcome> {
    let target = arguments.data.as_deref();
    if let Some(target) = target {
        refuse_as_root(target)?;
    }
    let restored = match target {
        Some(target) => backup::restore(&arguments.directory, target, progress),
        None => backup::check(&arguments.directory, progress),
    };
    let restored = match restored {
        Ok(restored) => restored,
        // That it is not good is what was asked.
        Err(error) if target.is_none() && is_about_the_backup(&error) => {
            writeln!(out, "{WARNING}{error}{WARNING:#}")?;
            return Ok(Outcome::Findings);
        }
        Err(error) => return Err(error.into()),
    };
    tell_restored(&restored, target, arguments.format, speech, out)?;
    Ok(Outcome::Done)
}

fn is_about_the_backup(error: &RestoreError) -> bool {
    matches!(
        error,
        RestoreError::Torn { .. }
            | RestoreError::Damaged { .. }
            | RestoreError::OtherEnd { .. }
            | RestoreError::Journal(_)
    )
}

fn tell_restored(
    restored: &Restored,
    target: Option<&Path>,
    format: Format,
    speech: &Speech,
    out: &mut dyn Write,
) -> io::Result<()> {
    let manifest = &restored.manifest;
    let backup = printable(restored.backup.as_os_str());
    let data = target.map(|target| printable(target.as_os_str()));
    let config = manifest
        .head
        .config
        .as_ref()
        .filter(|_| restored.config_left);
    if format == Format::Json {
        let mut json = about(manifest);
        json["backup"] = json!(backup);
        json["data"] = json!(data);
        json["lines"] = json!(restored.journal.lines);
        json["configLeft"] = json!(config);
        return writeln!(out, "{json}");
    }
    let done = match &data {
        Some(data) => format!(
            "{} {data}",
            speech.say("wiederhergestellt in", "restored to")
        ),
        None => speech
            .say("die Sicherung ist gut", "the backup is good")
            .to_owned(),
    };
    writeln!(out, "{GOOD}{done}{GOOD:#}")?;
    let mut table = lines_of(manifest, speech);
    table.push(vec![text(speech.say("Sicherung", "backup")), text(&backup)]);
    table.push(vec![
        text(speech.say("genommen", "taken")),
        text(&speech.time(manifest.head.taken)),
    ]);
    if let Some(place) = config {
        let left = speech.say(
            format!("lag unter {place}; die Sicherung enthält sie als intake.toml"),
            format!("lay at {place}; the backup has it as intake.toml"),
        );
        table.push(vec![
            text(speech.say("Konfiguration", "configuration")),
            text(&left),
        ]);
    }
    finish(&table, manifest, speech, out)
}

fn finish(
    table: &Table,
    manifest: &Manifest,
    speech: &Speech,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = Vec::new();
    table.write(&mut lines, "  ");
    out.write_all(&lines)?;
    for path in &manifest.head.outside {
        let outside = speech.say("nicht in der Sicherung", "not in the backup");
        writeln!(out, "  {WARNING}{outside}{WARNING:#} {path}")?;
    }
    Ok(())
}

fn about(manifest: &Manifest) -> serde_json::Value {
    let head = &manifest.head;
    json!({
        "version": 1,
        "taken": head.taken,
        "position": head.position.to_string(),
        "hash": head.hash,
        "parts": head.parts,
        "files": manifest.files.len(),
        "bytes": manifest.bytes(),
        "outside": head.outside,
    })
}

fn lines_of(manifest: &Manifest, speech: &Speech) -> Table {
    let head = &manifest.head;
    let below = |folders: &[&str]| {
        let files = manifest.files.iter().filter(|file| {
            let first = file.path.split('/').next().unwrap_or_default();
            folders.contains(&first)
        });
        let (count, bytes) = files.fold((0, 0), |(count, bytes), file| {
            (count + 1, bytes + file.bytes)
        });
        let files = speech.count(count, ["Datei", "Dateien"], ["file", "files"]);
        format!("{files}, {}", speech.bytes(bytes))
    };
    let chosen = |part, folders: &[&str], option: &str| {
        if head.parts.contains(&part) {
            below(folders)
        } else {
            speech.say(
                format!("nicht enthalten ({option})"),
                format!("not included ({option})"),
            )
        }
    };
    let journal = speech.say(
        format!("{} bis {}", below(&["journal"]), head.position),
        format!("{} up to {}", below(&["journal"]), head.position),
    );
    let mut table = Table::default();
    for (name, value) in [
        ("journal", journal),
        (
            speech.say("offene Importe", "open imports"),
            below(&["work", "held"]),
        ),
        (
            speech.say("Archiv", "archive"),
            chosen(Part::Archive, &["archive", "rejected"], "--archive"),
        ),
        (
            speech.say("Quittungen", "receipts"),
            chosen(Part::Receipts, &["outbox", "uploads"], "--receipts"),
        ),
    ] {
        table.push(vec![text(name), text(&value)]);
    }
    table
}
