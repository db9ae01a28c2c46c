//! Does the store say what the journal says, and how is it made anew?
//! Verifying makes a second store from the journal, elsewhere, and compares; rebuilding makes the store anew.

use super::Call;
use crate::books::follow;
use crate::cli::args::Outcome;
use crate::cli::terminal::GOOD;
use crate::commands;
use crate::journal;
use crate::open_data::OpenData;
use crate::state::Store;
use crate::store_beside;
use intake_core::finding::Language;
use std::io::Write;
use std::path::PathBuf;

/// Compares the store with the journal, row by row.
pub(super) fn verify(
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    data.books.flush()?;
    let path = data.books.journal_path();
    let known_good = Some(data.books.store().meta().position);
    let summary = journal::verify(path, known_good)?;
    let scratch = Scratch::make(data)?;
    let expected = Store::open(&scratch.path, data.config.daemon.store_cache)?;
    // Most of the journal is followed while others may write; only the rest and the comparison keep them waiting.
    follow(&expected, path, summary.bytes)?;
    data.books.quietly(|store, _| {
        follow(&expected, path, summary.bytes)?;
        let progress = |rows| {
            (call.going)(rows);
        };
        commands::verify::verify(store, &expected, path, call.speech, out, &progress)
    })
}

/// Makes the store anew from the journal. In the daemon that happens beside the one that answers meanwhile, and the
/// daemon then opens its data directory anew.
pub(super) fn rebuild(
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let orders = if data.made_anew {
        data.books.store().meta().next_order - 1
    } else {
        let cache = data.config.daemon.store_cache;
        store_beside::make(&data.books, &data.path, cache)?
    };
    let text = match call.speech.language {
        Language::De => format!("Bestand neu angelegt: {orders} Aufträge"),
        Language::En => format!("store made anew: {orders} orders"),
    };
    writeln!(out, "{GOOD}{text}{GOOD:#}")?;
    Ok(Outcome::Done)
}

/// A folder for a second store, gone when it is dropped.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn make(data: &OpenData) -> anyhow::Result<Self> {
        let path = data
            .path
            .join("work")
            .join(format!(".verify-{}", std::process::id()));
        if path.exists() {
            std::fs::remove_dir_all(&path)?;
        }
        std::fs::create_dir_all(&path)?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind after a crash is swept when the data directory is opened.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
