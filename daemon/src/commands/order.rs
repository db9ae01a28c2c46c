//! What is known of one order, and how did it come to be so?
//! The state comes from the store, the history from the journal: rejected attempts belong to it, also where
//! there is no order.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, bail};
use intake_core::catalog::Offer;
use intake_core::field::Field;
use intake_core::order::ORDER_FIELDS;
use memchr::memmem;
use memchr::{memchr, memrchr};
use serde::Serialize;
use serde_json::value::RawValue;

use super::Speech;
use super::order_upstream::{Standing, write_standing};
use super::row_text::{NOTHING, value_text, write_row};
use super::table::{Table, styled, text};
use crate::cli::args::{Format, Order, Outcome};
use crate::cli::terminal::{FAINT, GOOD, HEADING, WARNING};
use crate::entry::RowEntry;
use crate::entry::sent::Place;
use crate::journal::Frames;
use crate::printable::printable;
use crate::state::{Store, StoredOrder};
use crate::wire::order::{AccessRightV1, OrderV1, SubscriptionV1};

/// Writes the order with its subscription, its access rights and its whole history.
/// [`Outcome::Findings`] where there is no such order.
///
/// JSON is one document: `{version, order, subscription, accessRights, history, upstream}`, the first three in the
/// platform's words, `order` and `subscription` null where there is none, `history` the log's lines; `upstream` says what
/// became of the last change where there is an upstream.
pub fn order(
    arguments: &Order,
    store: &Store,
    journal: &Path,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let key = arguments.external_id.as_str();
    let order = store.order(key)?;
    let history = history(store, journal, order.as_ref(), key)?;
    let catalog = store.catalog();
    let offer = order
        .as_ref()
        .and_then(|order| catalog.get(&order.terms.offer));
    let last = history.iter().rfind(|entry| entry.taken);
    let upstream = last
        .map(|entry| Standing::of(entry, key, store))
        .transpose()?;
    let upstream = upstream.flatten();
    let mut shown = Vec::new();
    match arguments.format {
        Format::Text => write_text(&mut shown, key, order.as_ref(), offer, &history, speech)
            .and_then(|()| write_standing(&mut shown, upstream.as_ref(), speech))?,
        Format::Json => write_json(
            &mut shown,
            order.as_ref(),
            offer,
            &history,
            upstream.as_ref(),
            speech,
        )?,
    }
    out.write_all(&shown).context("cannot write the order")?;
    Ok(if order.is_some() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// A line of the log about the key.
pub(super) struct Entry {
    pub(super) log_id: u64,
    pub(super) place: Place,
    /// Did the row change the order?
    pub(super) taken: bool,
    pub(super) line: Vec<u8>,
}

/// The lines of the log about the key, oldest first; those that found it unchanged are not kept track of.
fn history(
    store: &Store,
    journal: &Path,
    order: Option<&StoredOrder>,
    key: &str,
) -> anyhow::Result<Vec<Entry>> {
    let mut ids = store.history(key)?;
    ids.extend(
        order
            .iter()
            .flat_map(|order| [order.first_log, order.last_log]),
    );
    ids.sort_unstable();
    ids.dedup();
    let mut lines = Vec::with_capacity(ids.len());
    let mut frame: Option<crate::journal::Frame> = None;
    for id in ids {
        let Some((_, position)) = store.frame_of(id)? else {
            bail!(lost(id))
        };
        let frame = match &mut frame {
            Some(frame) if frame.start == position => frame,
            other => other.insert(Frames::read_at(journal, position)?),
        };
        let Some((line, number)) = line_of(&frame.lines, id) else {
            bail!(lost(id))
        };
        let row: RowEntry<'_> = serde_json::from_slice(line)
            .with_context(|| format!("log entry {id} cannot be read"))?;
        // The index knows hashes: an entry may be about another key.
        if row.log_id == id && row.external_system_id.as_deref() == Some(key) {
            let place = Place {
                frame: frame.start,
                line: number,
            };
            let (log_id, taken) = (id, row.success && row.decision != "unchanged");
            let line = line.to_vec();
            lines.push(Entry {
                log_id,
                place,
                taken,
                line,
            });
        }
    }
    Ok(lines)
}

fn lost(id: u64) -> String {
    format!(
        "log entry {id} is not in the journal where the store says\n\
         hint: the store is an index that can be rebuilt from the journal: `intake rebuild`"
    )
}

/// The line of an entry and its number in the frame.
fn line_of(lines: &[u8], id: u64) -> Option<(&[u8], u32)> {
    let hit = memmem::find(lines, format!("\"logId\":{id},").as_bytes())?;
    let begin = memrchr(b'\n', &lines[..hit]).map_or(0, |end| end + 1);
    let end = memchr(b'\n', &lines[hit..]).map_or(lines.len(), |length| hit + length);
    let number = memchr::memchr_iter(b'\n', &lines[..begin]).count() as u32;
    Some((&lines[begin..end], number))
}

fn write_text(
    out: &mut Vec<u8>,
    key: &str,
    order: Option<&StoredOrder>,
    offer: Option<&Offer>,
    history: &[Entry],
    speech: &Speech,
) -> anyhow::Result<()> {
    let shown_key = printable(key);
    if let Some(order) = order {
        write_order(out, order, offer, speech);
    } else {
        let there_is_none = speech.say(
            format!("Einen Auftrag `{shown_key}` gibt es nicht."),
            format!("There is no order `{shown_key}`."),
        );
        writeln!(out, "{WARNING}{there_is_none}{WARNING:#}")?;
    }
    if !history.is_empty() {
        let heading = match order {
            Some(_) => speech.say("Verlauf", "history"),
            None => speech.say("abgelehnte Versuche", "rejected attempts"),
        };
        writeln!(out, "{HEADING}{heading}{HEADING:#}")?;
    }
    for entry in history {
        out.extend_from_slice(b"  ");
        write_row(out, &serde_json::from_slice(&entry.line)?, speech);
    }
    Ok(())
}

fn write_order(out: &mut Vec<u8>, order: &StoredOrder, offer: Option<&Offer>, speech: &Speech) {
    let now = speech.moment_now();
    let runs = order.terms.runs_at(now);
    let (style, standing) = match (runs, order.terms.start > now) {
        (true, true) => (GOOD, speech.say("beginnt erst", "is yet to start")),
        (true, false) => (GOOD, speech.say("läuft", "runs")),
        (false, _) => (FAINT, speech.say("ist beendet", "has ended")),
    };
    // Writing into memory cannot fail.
    let _ = writeln!(
        out,
        "{HEADING}{} {}{HEADING:#} ({}, {} {}): {style}{standing}{style:#}",
        speech.say("Auftrag und Abonnement", "order and subscription"),
        order.order_id,
        printable(&order.terms.external_system_id),
        speech.say("Partner", "partner"),
        printable(&order.partner),
    );
    let mut table = Table::default();
    let mut line = |name: &str, value: &str| table.push(vec![styled(name, FAINT), text(value)]);
    for field in ORDER_FIELDS {
        let value = order.terms.value(field);
        if value == intake_core::order::Value::None {
            continue;
        }
        let mut value = value_text(&value, speech);
        if let (Field::PlenigoOfferId, Some(offer)) = (field, offer) {
            value = format!("{value} ({})", offer.title);
        }
        line(field.name(), &value);
    }
    line(
        speech.say("angelegt", "created"),
        &speech.moment(order.created),
    );
    line(
        speech.say("geändert", "changed"),
        &speech.moment(order.changed),
    );
    table.write(out, "  ");
    let _ = writeln!(
        out,
        "{HEADING}{}{HEADING:#}",
        speech.say("Zugriffsrechte", "access rights")
    );
    let rights = AccessRightV1::of(order, offer, now);
    if rights.is_empty() {
        let _ = writeln!(out, "  {}", speech.say("keine", "none"));
    }
    let mut table = Table::default();
    for right in rights {
        let (style, granted) = if right.access_granted {
            (GOOD, speech.say("jetzt gewährt", "granted now"))
        } else {
            (FAINT, speech.say("jetzt nicht gewährt", "not granted now"))
        };
        let start = speech.moment(order.terms.start);
        let end = order
            .terms
            .end
            .map_or_else(|| NOTHING.to_owned(), |end| speech.moment(end));
        let span = format!("{start} … {end}");
        table.push(vec![
            text(right.access_right_unique_id),
            styled(granted, style),
            text(&span),
        ]);
    }
    table.write(out, "  ");
}

fn write_json(
    out: &mut Vec<u8>,
    order: Option<&StoredOrder>,
    offer: Option<&Offer>,
    history: &[Entry],
    upstream: Option<&Standing>,
    speech: &Speech,
) -> anyhow::Result<()> {
    let now = speech.moment_now();
    let history = history
        .iter()
        .map(|entry| serde_json::from_slice::<&RawValue>(&entry.line))
        .collect::<Result<_, _>>()?;
    let answer = AnswerV1 {
        version: 1,
        order: order.map(|order| OrderV1::of(order, now)),
        subscription: order.map(|order| SubscriptionV1::of(order, offer, now, &speech.zone)),
        access_rights: order
            .map(|order| AccessRightV1::of(order, offer, now))
            .unwrap_or_default(),
        history,
        upstream,
    };
    serde_json::to_writer(&mut *out, &answer)?;
    out.push(b'\n');
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AnswerV1<'o> {
    version: u32,
    order: Option<OrderV1<'o>>,
    subscription: Option<SubscriptionV1<'o>>,
    access_rights: Vec<AccessRightV1<'o>>,
    history: Vec<&'o RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<&'o Standing>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::fixture::{Data, german, plain, speech};
    use serde_json::{Value, json};

    fn asked(data: &Data, key: &str, format: Format, speech: &Speech) -> (String, Outcome) {
        let data_directory = crate::cli::args::DataDirectory { path: "d".into() };
        let arguments = Order {
            external_id: key.to_owned(),
            data: data_directory,
            format,
        };
        let mut out = Vec::new();
        let journal = data.journal();
        let outcome = order(&arguments, &data.store, &journal, speech, &mut out).unwrap();
        (plain(&out), outcome)
    }

    #[test]
    fn text_tells_state_and_history() {
        let data = Data::usual();
        let (text, outcome) = asked(&data, "A-1", Format::Text, &speech());
        assert_eq!(outcome, Outcome::Done);
        expect_test::expect![[r"
            order and subscription 1 (A-1, partner alpha): runs
              externalSystemId   A-1
              plenigoOfferId     O_MZA1E7173120881551 (Daily, digital)
              invoiceCustomerId  100003
              quantity           1
              startDate          2026-01-01T00:00:00+01:00
              paymentMethod      PAYPAL
              endDate            2027-01-01T00:00:00+01:00
              plenigoBonusIds    B_1|B_2
              managedBy          EXTERNAL
              created            2026-11-20T10:00:00+01:00
              changed            2026-11-22T23:30:00+01:00
            access rights
              daily    granted now  2026-01-01T00:00:00+01:00 … 2027-01-01T00:00:00+01:00
              archive  granted now  2026-01-01T00:00:00+01:00 … 2027-01-01T00:00:00+01:00
            history
              2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  record 1  A-1  create  order 1  O_MZA1E7173120881551
              2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  record 1  A-1  end  order 1  endDate: – → 2027-01-01T00:00:00+01:00, plenigoBonusIds: – → B_1|B_2
        "]].assert_eq(&text);
        expect_test::expect![[r"
            Auftrag und Abonnement 1 (A-1, Partner alpha): läuft
              externalSystemId   A-1
              plenigoOfferId     O_MZA1E7173120881551 (Daily, digital)
              invoiceCustomerId  100003
              quantity           1
              startDate          2026-01-01T00:00:00+01:00
              paymentMethod      PAYPAL
              endDate            2027-01-01T00:00:00+01:00
              plenigoBonusIds    B_1|B_2
              managedBy          EXTERNAL
              angelegt           2026-11-20T10:00:00+01:00
              geändert           2026-11-22T23:30:00+01:00
            Zugriffsrechte
              daily    jetzt gewährt  2026-01-01T00:00:00+01:00 … 2027-01-01T00:00:00+01:00
              archive  jetzt gewährt  2026-01-01T00:00:00+01:00 … 2027-01-01T00:00:00+01:00
            Verlauf
              2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  Datensatz 1  A-1  create  Auftrag 1  O_MZA1E7173120881551
              2026-11-22T23:30:00+01:00  000002  alpha  orders%0A000002.csv  Datensatz 1  A-1  end  Auftrag 1  endDate: – → 2027-01-01T00:00:00+01:00, plenigoBonusIds: – → B_1|B_2
        "]].assert_eq(&asked(&data, "A-1", Format::Text, &german()).0);
    }

    #[test]
    fn an_order_that_is_not_there_has_its_rejected_attempts() {
        let data = Data::usual();
        data.store.flush().unwrap();
        let (text, outcome) = asked(&data, "C-3", Format::Text, &speech());
        assert_eq!(outcome, Outcome::Findings);
        expect_test::expect![[r"
            There is no order `C-3`.
            rejected attempts
              2026-11-20T10:00:00+01:00  000001  alpha  orders%0A000001.csv  record 3  C-3  reject  60404  There is no such offer.
        "]].assert_eq(&text);
        let (text, outcome) = asked(&data, "\u{1b}", Format::Text, &german());
        assert_eq!(outcome, Outcome::Findings);
        expect_test::expect![[r"
            Einen Auftrag `\u{1b}` gibt es nicht.
        "]]
        .assert_eq(&text);
        let (json, _) = asked(&data, "C-3", Format::Json, &speech());
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&json["order"], &json["subscription"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(json["history"][0]["logId"], 3);
    }

    #[test]
    fn json_speaks_the_platforms_words() {
        let data = Data::usual();
        let (text, _) = asked(&data, "A-1", Format::Json, &speech());
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["order"]["status"], "ACTIVE");
        assert_eq!(
            json["order"]["items"][0]["plenigoOfferId"],
            "O_MZA1E7173120881551"
        );
        assert_eq!(json["subscription"]["endDate"], "2026-12-31T23:00:00Z");
        assert_eq!(json["subscription"]["deliveryCustomerId"], "100003");
        assert_eq!(json["subscription"]["managedExternal"], true);
        assert_eq!(
            json["accessRights"][1],
            json!({
                "accessRightId": 100_002,
                "customerId": "100003",
                "accessRightUniqueId": "archive",
                "accessGranted": true,
                "lifeTimeStart": "2025-12-31T23:00:00Z",
                "lifeTimeEnd": "2026-12-31T23:00:00Z",
                "itemType": "SUBSCRIPTION",
                "itemId": 1,
                "plenigoOfferId": "O_MZA1E7173120881551",
            })
        );
        let ids: Vec<_> = json["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["logId"].as_u64())
            .collect();
        assert_eq!(ids, [Some(1), Some(4)]);
    }

    #[test]
    fn an_order_ends_on_its_day() {
        let data = Data::usual();
        let late = Speech {
            now: "2027-01-01T00:00:00Z".parse().unwrap(),
            ..speech()
        };
        let (text, _) = asked(&data, "A-1", Format::Json, &late);
        let json: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["order"]["status"], "DONE");
        assert_eq!(json["subscription"]["status"], "INACTIVE");
        assert_eq!(json["accessRights"][0]["accessGranted"], false);
    }
}
