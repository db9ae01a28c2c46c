//! Does the store say what the journal says?
//! Verifying makes a second store from the journal, elsewhere, and compares; rebuilding makes the store anew.

use super::Call;
use crate::books::follow;
use crate::cli::args::Outcome;
use crate::cli::terminal::{ERROR, GOOD};
use crate::journal;
use crate::open_data::OpenData;
use crate::state::Store;
use intake_core::finding::Language;
use std::io::Write;
use std::path::PathBuf;

/// Compares the store with the journal, order by order.
pub(super) fn verify(
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let german = call.speech.language == Language::De;
    data.books.flush()?;
    let known_good = Some(data.books.store().meta().position);
    let summary = journal::verify(data.books.journal_path(), known_good)?;
    let scratch = Scratch::make(data)?;
    let expected = Store::open(&scratch.path, data.config.daemon.store_cache)?;
    // Nothing is written while the two are compared.
    let differences = data.books.quietly(|store| {
        follow(&expected, data.books.journal_path(), summary.bytes)?;
        let mut differences = Vec::new();
        compare(store, &expected, &mut differences)?;
        Ok::<_, anyhow::Error>(differences)
    })?;
    for difference in &differences {
        writeln!(out, "{ERROR}{difference}{ERROR:#}")?;
    }
    let orders = expected.meta().next_order - 1;
    let customers = expected.customer_count();
    if !differences.is_empty() {
        let text = if german { "Abweichungen; intake rebuild legt den Bestand neu an" } else { "differences; `intake rebuild` makes the store anew" };
        writeln!(out, "{} {text}", differences.len())?;
        return Ok(Outcome::Findings);
    }
    let text = if german {
        format!("Bestand und Journal stimmen überein: {orders} Aufträge, {customers} Kunden, {} Rahmen, {} Zeilen", summary.frames, summary.lines)
    } else {
        format!("store and journal agree: {orders} orders, {customers} customers, {} frames, {} lines", summary.frames, summary.lines)
    };
    writeln!(out, "{GOOD}{text}{GOOD:#}")?;
    Ok(Outcome::Done)
}

/// Makes the store anew from the journal.
pub(super) fn rebuild(
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let german = call.speech.language == Language::De;
    data.books.rebuild()?;
    let orders = data.books.store().meta().next_order - 1;
    let text = if german { "Bestand neu angelegt" } else { "store made anew" };
    writeln!(out, "{GOOD}{text}{GOOD:#}: {orders}")?;
    Ok(Outcome::Done)
}

fn compare(
    actual: &Store,
    expected: &Store,
    differences: &mut Vec<String>,
) -> anyhow::Result<()> {
    let (found, wanted) = (actual.meta(), expected.meta());
    if found != wanted {
        differences.push(format!("marker: {found:?} instead of {wanted:?}"));
    }
    let mut trouble = None;
    expected.each_order(&mut |wanted| {
        let key = wanted.terms.external_system_id.clone();
        match actual.order(&key) {
            Ok(Some(found)) if found == wanted => {}
            Ok(Some(_)) => differences.push(format!("order {}: `{key}` differs", wanted.order_id)),
            Ok(None) => differences.push(format!("order {}: `{key}` is missing", wanted.order_id)),
            Err(error) => trouble = Some(error),
        }
    })?;
    let mut surplus = 0;
    actual.each_order(&mut |found| surplus += u64::from(found.order_id >= wanted.next_order))?;
    if let Some(error) = trouble {
        return Err(error.into());
    }
    if surplus > 0 {
        differences.push(format!("{surplus} orders that the journal does not know"));
    }
    expected.each_customer(&mut |wanted| {
        match actual.customer(&wanted.id) {
            Ok(Some(found)) if found == wanted => {}
            Ok(_) => differences.push(format!("customer `{}` differs or is missing", wanted.id)),
            Err(error) => differences.push(format!("customer `{}`: {error}", wanted.id)),
        }
    })?;
    if actual.catalog() != expected.catalog() {
        differences.push("the catalog of offers differs".to_owned());
    }
    if actual.files()? != expected.files()? {
        differences.push("the files differ".to_owned());
    }
    Ok(())
}

/// A folder for a second store, gone when it is dropped.
struct Scratch {
    path: PathBuf,
}

impl Scratch {
    fn make(data: &OpenData) -> anyhow::Result<Self> {
        let path = data.path.join("work").join(format!(".verify-{}", std::process::id()));
        if path.exists() {
            std::fs::remove_dir_all(&path)?;
        }
        std::fs::create_dir_all(&path)?;
        Ok(Self { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is named so that nothing takes it for an import.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
