//! Which offers are in the catalog, and which does a person or a file bring?
//! What is brought passes the same rules, whether it comes as arguments or in a file; nothing is written here.

use std::io::{Read, Write};

use anyhow::Context as _;
use intake_core::catalog::Offer;
use intake_core::check::draft;
use intake_core::field::Table as Records;
use intake_core::moment::Moment;
use intake_core::read::ReadOptions;
use serde_json::json;

use super::Speech;
use super::load::{Keep, Rules, load, read_one};
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
    read_one(&object, rules(speech.moment_now()), speech, out)
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
        rules(speech.moment_now()),
        speech,
        out,
        progress,
        keep,
    )
}

/// How an offer is read at `now`.
pub fn rules(now: Moment) -> Rules<Offer> {
    Rules {
        options: ReadOptions::new(Records::Offers, now),
        draft: draft::offer,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{self, Command, OfferAction};
    use crate::commands::fixture::{Data, OFFER, german, plain, speech};
    use std::ffi::OsString;

    fn added(given: &[&str]) -> (Option<Offer>, String) {
        let line = ["intake", "offer", "add", OFFER, "--data", "d"]
            .iter()
            .chain(given);
        let cli = args::parse(line.map(OsString::from)).unwrap();
        let Command::Offer(OfferAction::Add(arguments)) = cli.command else {
            panic!("another command")
        };
        let mut out = Vec::new();
        let offer = offer_to_add(&arguments, &speech(), &mut out).unwrap();
        (offer, plain(&out))
    }

    fn listed(data: &Data, format: Format, speech: &Speech) -> String {
        let mut out = Vec::new();
        list(&data.store, format, speech, &mut out).unwrap();
        plain(&out)
    }

    #[test]
    fn the_catalog_is_listed() {
        let data = Data::usual();
        expect_test::expect![[r"
            offer                 managed by  title           access rights  payment methods
            O_MZA1E7173120881551  EXTERNAL    Daily, digital  daily|archive  all
        "]]
        .assert_eq(&listed(&data, Format::Text, &speech()));
        expect_test::expect![[r#"
            {"plenigoOfferId":"O_MZA1E7173120881551","internalTitle":"Daily, digital","managedBy":"EXTERNAL","managedExternal":true,"archived":false,"allowedPaymentMethods":[],"multiplePurchases":true,"accessRightIds":["daily","archive"],"productBase":"TIME","steps":1}
        "#]].assert_eq(&listed(&data, Format::Json, &speech()));
        assert_eq!(
            listed(&Data::new(), Format::Text, &german()),
            "keine Angebote\n"
        );
    }

    #[test]
    fn arguments_pass_the_rules_of_a_file() {
        let (offer, said) = added(&[
            "--title",
            "Daily",
            "--managed-by",
            "WBZ",
            "--access-right",
            "daily",
            "--payment-method",
            "ZERO",
            "--archived",
        ]);
        let offer = offer.unwrap();
        assert_eq!(said, "");
        assert_eq!((&*offer.id, offer.managed_by.name()), (OFFER, "WBZ"));
        assert_eq!((offer.archived, offer.multiple_purchases), (true, false));
        assert_eq!(offer.access_rights, ["daily".into()]);
        assert_eq!(offer.allowed_payment_methods[0].name(), "ZERO");

        let long = "x".repeat(101);
        let given = [
            "--title",
            &long,
            "--managed-by",
            "WBZ",
            "--payment-method",
            "GOLD",
        ];
        let (offer, said) = added(&given);
        assert_eq!(offer, None);
        expect_test::expect![[r"
            allowedPaymentMethods: error: allowedPaymentMethods does not know this value; allowed: AMAZON_PAY, APPLE_PAY, BANK_ACCOUNT, BILLING, CREDIT_CARD, GOOGLE_PAY, IDEAL, PAYPAL, POSTFINANCE, SOFORT, TWINT, ZERO.
                The platform takes these words only. Write one of these words. Value: `GOLD`
            internalTitle: error: internalTitle has more than 100 characters.
                The value must not be longer. Shorten the value. Value: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`
        "]].assert_eq(&said);
    }

    #[test]
    fn a_file_gives_its_valid_offers_and_the_rest_is_reported() {
        let file = format!(
            "{{\"plenigoOfferId\":\"{OFFER}\",\"internalTitle\":\"Daily\",\"managedBy\":\"EXTERNAL\"}}\n\
             {{\"plenigoOfferId\":\"O_1\",\"internalTitle\":\"Weekly\"}}\n"
        );
        let (mut out, mut kept) = (Vec::new(), Vec::new());
        let mut keep = |batch: Vec<super::super::load::Valid<Offer>>| {
            kept.extend(batch);
            Ok(Vec::new())
        };
        let heard = |_, _| {};
        let source = file.as_bytes();
        let outcome = read_offers(
            "offers.ndjson",
            source,
            &german(),
            &mut out,
            &heard,
            &mut keep,
        )
        .unwrap();
        assert_eq!(outcome, Outcome::Findings);
        assert_eq!(kept.len(), 1);
        assert_eq!(
            (kept[0].row, kept[0].line, &*kept[0].value.title),
            (1, 1, "Daily")
        );
        expect_test::expect![[r"
            offers.ndjson
            Zeile 2 (Datensatz 2), plenigoOfferId: Fehler: plenigoOfferId hat nicht genau 20 Zeichen.
                Jede gültige Nummer ist so lang. Die Nummer vollständig übernehmen. Wert: `O_1`
            offers.ndjson hat Fehler: 2 Datensätze, 1 angenommen, 1 abgelehnt; 1 Fehler, 0 Warnungen, 0 Hinweise.
              Anzahl  Schwere  Kennung            Feld            zuerst in Zeile
                   1  Fehler   text-wrong-length  plenigoOfferId  2
        "]].assert_eq(&plain(&out));
    }
}
