//! Which offers are in the catalog, and which does a person or a file bring?
//! What is brought passes the same rules, whether it comes as arguments or in a file; nothing is written here.

use std::io::{Read, Write};

use anyhow::Context as _;
use intake_core::catalog::Offer;
use intake_core::check::draft;
use intake_core::field::Table as Records;
use intake_core::read::ReadOptions;
use serde_json::json;

use super::Speech;
use super::load::{Keep, load, read_one};
use super::table::{Table, styled, text};
use crate::cli::args::{Format, OfferAdd, Outcome};
use crate::cli::terminal::{FAINT, HEADING};
use crate::entry::OfferJson;
use crate::state::Store;

/// Writes the catalog, by number. JSON is one offer a line, in the platform's words.
pub fn list(
    store: &Store,
    format: Format,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let catalog = store.catalog();
    let mut shown = Vec::new();
    match format {
        Format::Text if catalog.is_empty() => {
            shown.extend_from_slice(speech.say("keine Angebote\n", "no offers\n").as_bytes());
        }
        Format::Text => table(catalog.values(), speech).write(&mut shown, ""),
        Format::Json => {
            for offer in catalog.values() {
                serde_json::to_writer(&mut shown, &OfferJson::new(offer))?;
                shown.push(b'\n');
            }
        }
    }
    out.write_all(&shown)
        .context("cannot write the list of offers")?;
    Ok(Outcome::Done)
}

/// The offer that the arguments describe; nothing where they break a rule, which is reported.
pub fn offer_to_add(
    arguments: &OfferAdd,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Option<Offer>> {
    let object = json!({
        "plenigoOfferId": arguments.id,
        "internalTitle": arguments.title,
        "managedBy": arguments.managed_by,
        "accessRightIds": arguments.access_rights,
        "allowedPaymentMethods": arguments.payment_methods,
        "multiplePurchases": arguments.multiple_purchases,
        "archived": arguments.archived,
    });
    read_one(&object, options(speech), draft::offer, speech, out)
}

/// Reads a file of offers, hands them to `keep` batch by batch and reports the rest like a check.
///
/// `name` is the file's as it is shown. `progress` hears bytes and records done. What `keep` took stays taken.
pub fn read_offers(
    name: &str,
    source: impl Read + Send,
    speech: &Speech,
    out: &mut dyn Write,
    progress: &dyn Fn(u64, u64),
    keep: &mut Keep<'_, Offer>,
) -> anyhow::Result<Outcome> {
    load(
        name,
        source,
        options(speech),
        draft::offer,
        speech,
        out,
        progress,
        keep,
    )
}

fn options(speech: &Speech) -> ReadOptions {
    ReadOptions::new(Records::Offers, speech.moment_now())
}

fn table<'o>(offers: impl Iterator<Item = &'o Offer>, speech: &Speech) -> Table {
    let mut table = Table::default();
    let heading = |de, en| styled(speech.say(de, en), HEADING);
    table.push(vec![
        heading("Angebot", "offer"),
        heading("verwaltet von", "managed by"),
        heading("Titel", "title"),
        heading("Zugriffsrechte", "access rights"),
        heading("Zahlungsarten", "payment methods"),
        heading("", ""),
    ]);
    for offer in offers {
        let methods: Vec<&str> = offer
            .allowed_payment_methods
            .iter()
            .map(|method| method.name())
            .collect();
        let methods = match methods.as_slice() {
            [] => speech.say("alle", "all").to_owned(),
            some => some.join("|"),
        };
        let archived = if offer.archived {
            speech.say("archiviert", "archived")
        } else {
            ""
        };
        table.push(vec![
            text(&offer.id),
            text(offer.managed_by.name()),
            text(&offer.title),
            text(&offer.access_rights.join("|")),
            text(&methods),
            styled(archived, FAINT),
        ]);
    }
    table
}
