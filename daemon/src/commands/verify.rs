//! Does the store say what the journal says?
//! The store is held against one made anew from the journal elsewhere, row by row, and its indexes against
//! the journal itself; nothing is changed, and every difference is told.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use intake_core::plan::Decision;

use super::Speech;
use crate::cli::args::Outcome;
use crate::entry::Line;
use crate::journal::{Frames, Position};
use crate::state::{FileRecord, Store, StoredCustomer};

mod orders;
mod told;

use orders::compare_orders;
use told::{Difference, Told, tell};

/// Compares a store with one that was rebuilt from the journal and tells each difference.
/// [`Outcome::Findings`] where there is one.
///
/// Both must have followed the journal to the same end, and nobody may write meanwhile. Holds 8 bytes an
/// order. `progress` hears how many rows are compared.
pub fn verify(
    store: &Store,
    rebuilt: &Store,
    journal: &Path,
    speech: &Speech,
    out: &mut dyn Write,
    progress: &dyn Fn(u64),
) -> anyhow::Result<Outcome> {
    let mut told = Told {
        out,
        speech,
        differences: 0,
    };
    compare_meta(store, rebuilt, &mut told)?;
    let orders = compare_orders(store, rebuilt, &mut told, progress)?;
    compare_offers(store, rebuilt, &mut told)?;
    compare_files(store, rebuilt, &mut told)?;
    let lines = follow_journal(store, rebuilt, journal, &mut told, &|lines| {
        progress(orders + lines);
    })?;
    told.end(orders, lines)
}

fn compare_meta(store: &Store, rebuilt: &Store, told: &mut Told<'_>) -> anyhow::Result<()> {
    let what = told.speech.say("Stand", "marker");
    let (has, should) = (store.meta(), rebuilt.meta());
    if has.position != should.position {
        let (has, should) = (has.position.to_string(), should.position.to_string());
        told.differs_in(what, "position", &has, &should)?;
    }
    for (name, has, should) in [
        ("nextOrder", has.next_order, should.next_order),
        ("nextLog", has.next_log, should.next_log),
        ("nextCustomer", has.next_customer, should.next_customer),
        (
            "nextCustomerId",
            has.next_customer_id,
            should.next_customer_id,
        ),
        ("nextImport", has.next_import, should.next_import),
    ] {
        if has != should {
            told.differs_in(what, name, &has.to_string(), &should.to_string())?;
        }
    }
    Ok(())
}

fn compare_offers(store: &Store, rebuilt: &Store, told: &mut Told<'_>) -> anyhow::Result<()> {
    let (has, should) = (store.catalog(), rebuilt.catalog());
    let name = |id: &str| format!("{} {id}", told.speech.say("Angebot", "offer"));
    let mut differences = Vec::new();
    for (id, offer) in should.iter() {
        match has.get(id) {
            None => differences.push((name(id), Difference::Missing)),
            Some(known) if known != offer => differences.push((name(id), Difference::Content)),
            Some(_) => {}
        }
    }
    for id in has.keys().filter(|id| !should.contains_key(*id)) {
        differences.push((name(id), Difference::TooMany));
    }
    tell(differences, told)
}

fn compare_files(store: &Store, rebuilt: &Store, told: &mut Told<'_>) -> anyhow::Result<()> {
    let by_id = |files: Vec<FileRecord>| -> BTreeMap<String, FileRecord> {
        files
            .into_iter()
            .map(|file| (file.import_id.clone(), file))
            .collect()
    };
    let (has, should) = (by_id(store.files()?), by_id(rebuilt.files()?));
    let name = |id: &str| format!("{} {id}", told.speech.say("Import", "import"));
    let mut differences = Vec::new();
    for (id, file) in &should {
        match has.get(id) {
            None => differences.push((name(id), Difference::Missing)),
            Some(known) if known != file => differences.push((name(id), Difference::Content)),
            Some(_) => {}
        }
    }
    for id in has.keys().filter(|id| !should.contains_key(*id)) {
        differences.push((name(id), Difference::TooMany));
    }
    tell(differences, told)
}

/// Customers, and the ways from a key to the entries about it, are sought as the journal names them.
fn follow_journal(
    store: &Store,
    rebuilt: &Store,
    journal: &Path,
    told: &mut Told<'_>,
    progress: &dyn Fn(u64),
) -> anyhow::Result<u64> {
    let mut frames = Frames::open(journal, Position::START)?;
    let end = store.meta().position;
    let mut lines = 0;
    while frames.position() < end {
        let Some(frame) = frames.next()? else { break };
        let mut ends = None;
        for line in frame
            .lines
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let line = Line::parse(line).with_context(|| {
                format!(
                    "a line in the frame at {} of the journal cannot be read",
                    frame.start
                )
            })?;
            lines += 1;
            match line {
                Line::Row(row) => {
                    ends = Some((ends.map_or(row.log_id, |(first, _)| first), row.log_id));
                    let is_indexed = row.decision != Decision::Create.name()
                        && row.decision != Decision::Unchanged.name();
                    if let (Some(key), true) = (&row.external_system_id, is_indexed)
                        && !store.history(key)?.contains(&row.log_id)
                    {
                        told.is_missing(&entry_name(row.log_id, told.speech))?;
                    }
                }
                Line::Customer(entry) => {
                    let should = rebuilt.stored_customer(&entry.customer_id)?;
                    let has = store.stored_customer(&entry.customer_id)?;
                    compare_customer(&entry.customer_id, store, has, should, told)?;
                }
                Line::Offer(_) | Line::File(_) | Line::Sent(_) | Line::Outbox(_) => {}
            }
        }
        // The index knows where frames begin: what lies between two entries of one frame is found too.
        for id in ends.into_iter().flat_map(|(first, last)| [first, last]) {
            if store.frame_of(id)?.map(|(_, position)| position) != Some(frame.start) {
                told.is_missing(&entry_name(id, told.speech))?;
                break;
            }
        }
        progress(lines);
    }
    Ok(lines)
}

fn entry_name(id: u64, speech: &Speech) -> String {
    format!("{} {id}", speech.say("Logeintrag", "log entry"))
}

fn compare_customer(
    id: &str,
    store: &Store,
    has: Option<StoredCustomer>,
    should: Option<StoredCustomer>,
    told: &mut Told<'_>,
) -> anyhow::Result<()> {
    let name = format!("{} {id}", told.speech.say("Kunde", "customer"));
    match (has, should) {
        (None, _) => told.is_missing(&name),
        (Some(_), None) => told.is_too_many(&name),
        (Some(has), Some(should)) if has != should => tell(vec![(name, Difference::Content)], told),
        (Some(has), Some(_)) => {
            let has = has.customer;
            let found = store.customer_by_email(has.email())?;
            if found.is_none_or(|found| found.id != has.id) {
                let difference = told.speech.say(
                    "ist unter seiner E-Mail-Adresse nicht zu finden",
                    "is not found by its email address",
                );
                told.differs(&name, difference)?;
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::fixture::{Data, german, plain, speech};
    use crate::journal::FrameSpan;
    use crate::state::Effects;

    fn compared(store: &Store, rebuilt: &Store, data: &Data, speech: &Speech) -> (String, Outcome) {
        let mut out = Vec::new();
        let journal = data.journal();
        let outcome = verify(store, rebuilt, &journal, speech, &mut out, &|_| {}).unwrap();
        (plain(&out), outcome)
    }

    /// Follows the journal into an empty store; `change` may meddle.
    fn follow(data: &Data, change: &dyn Fn(&mut Effects)) -> Store {
        let store = data.other_store();
        let mut frames = Frames::open(&data.journal(), Position::START).unwrap();
        while let Some(frame) = frames.next().unwrap() {
            let mut effects = Effects::of_frame(&frame, &store).unwrap();
            change(&mut effects);
            store
                .apply(
                    effects,
                    FrameSpan {
                        start: frame.start,
                        end: frame.end,
                    },
                )
                .unwrap();
        }
        store
    }

    #[test]
    fn a_store_that_followed_the_journal_does_not_differ() {
        let data = Data::usual();
        let rebuilt = follow(&data, &|_| {});
        rebuilt.flush().unwrap();
        let (text, outcome) = compared(&data.store, &rebuilt, &data, &speech());
        assert_eq!(outcome, Outcome::Done);
        expect_test::expect![[r"
            compared 2 orders and 14 lines of the journal: no difference
        "]]
        .assert_eq(&text);
        expect_test::expect![[r"
            2 Aufträge und 14 Zeilen des Journals verglichen: kein Unterschied
        "]]
        .assert_eq(&compared(&data.store, &rebuilt, &data, &german()).0);
    }

    #[test]
    fn every_difference_is_told() {
        let data = Data::usual();
        let other = follow(&data, &|effects| {
            effects.orders.retain(|order| order.order_id != 2);
            for order in &mut effects.orders {
                order.terms.quantity = 7;
                order.terms.end = None;
            }
            for offer in &mut effects.offers {
                offer.archived = true;
            }
            effects.customers.clear();
            effects.history.clear();
            effects.files.retain(|entry| entry.import_id != "000003");
        });
        let (text, outcome) = compared(&other, &data.store, &data, &speech());
        assert_eq!(outcome, Outcome::Findings);
        expect_test::expect![[r#"
            marker: nextOrder: 2 instead of 3
            marker: nextCustomer: 1 instead of 2
            marker: nextCustomerId: 100000 instead of 100004
            marker: nextImport: 3 instead of 4
            order 1 (A-1): quantity: 7 instead of 1
            order 1 (A-1): endDate: – instead of 2027-01-01T00:00:00+01:00
            order 2 (B "2"): is missing from the store
            offer O_MZA1E7173120881551: is another in the store than in the journal
            import 000003: is missing from the store
            customer 100003: is missing from the store
            log entry 3: is missing from the store
            log entry 4: is missing from the store
            compared 2 orders and 14 lines of the journal: 12 differences
        "#]]
        .assert_eq(&text);
        let (text, _) = compared(&data.store, &other, &data, &german());
        expect_test::expect![[r#"
            Stand: nextOrder: 3 statt 2
            Stand: nextCustomer: 2 statt 1
            Stand: nextCustomerId: 100004 statt 100000
            Stand: nextImport: 4 statt 3
            Auftrag 1 (A-1): quantity: 1 statt 7
            Auftrag 1 (A-1): endDate: 2027-01-01T00:00:00+01:00 statt –
            Auftrag 2 (B "2"): steht im Bestand, aber nicht im Journal
            Angebot O_MZA1E7173120881551: steht anders im Bestand als im Journal
            Import 000003: steht im Bestand, aber nicht im Journal
            Kunde 100003: steht im Bestand, aber nicht im Journal
            1 Auftrag und 14 Zeilen des Journals verglichen: 10 Unterschiede
        "#]]
        .assert_eq(&text);
    }
}
