//! What is known of one order, and how did it come to be so?
//! The state comes from the store, the history from the journal: rejected attempts belong to it, also where
//! there is no order.

use std::io::Write;
use std::path::Path;

use anyhow::{Context as _, bail};
use intake_core::catalog::Offer;
use intake_core::field::Field;
use intake_core::moment::Moment;
use intake_core::order::ORDER_FIELDS;
use memchr::memmem;
use memchr::{memchr, memrchr};
use serde::Serialize;
use serde_json::value::RawValue;

use super::row_text::{NOTHING, value_text, write_row};
use super::table::{Table, styled, text};
use super::{Speech, timestamp};
use crate::cli::args::{Format, Order, Outcome};
use crate::cli::terminal::{FAINT, GOOD, HEADING, WARNING};
use crate::entry::RowEntry;
use crate::journal::Frames;
use crate::printable::printable;
use crate::state::{Store, StoredOrder};

/// Writes the order with its subscription, its access rights and its whole history.
/// [`Outcome::Findings`] where there is no such order.
///
/// JSON is one document: `{version, order, subscription, accessRights, history}`, the first three in the
/// platform's words, `order` and `subscription` null where there is none, `history` the log's lines.
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
    let mut shown = Vec::new();
    match arguments.format {
        Format::Text => write_text(&mut shown, key, order.as_ref(), offer, &history, speech)?,
        Format::Json => write_json(&mut shown, order.as_ref(), offer, &history, speech)?,
    }
    out.write_all(&shown).context("cannot write the order")?;
    Ok(if order.is_some() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// The lines of the log about the key, oldest first; those that found it unchanged are not kept track of.
fn history(
    store: &Store,
    journal: &Path,
    order: Option<&StoredOrder>,
    key: &str,
) -> anyhow::Result<Vec<Vec<u8>>> {
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
        let Some(position) = store.frame_of(id)? else {
            bail!(lost(id))
        };
        let frame = match &mut frame {
            Some(frame) if frame.start == position => frame,
            other => other.insert(Frames::read_at(journal, position)?),
        };
        let Some(line) = line_of(&frame.lines, id) else {
            bail!(lost(id))
        };
        let row: RowEntry<'_> = serde_json::from_slice(line)
            .with_context(|| format!("log entry {id} cannot be read"))?;
        // The index knows hashes: an entry may be about another key.
        if row.log_id == id && row.external_system_id.as_deref() == Some(key) {
            lines.push(line.to_vec());
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

fn line_of(lines: &[u8], id: u64) -> Option<&[u8]> {
    let hit = memmem::find(lines, format!("\"logId\":{id},").as_bytes())?;
    let begin = memrchr(b'\n', &lines[..hit]).map_or(0, |end| end + 1);
    let end = memchr(b'\n', &lines[hit..]).map_or(lines.len(), |length| hit + length);
    Some(&lines[begin..end])
}

fn write_text(
    out: &mut Vec<u8>,
    key: &str,
    order: Option<&StoredOrder>,
    offer: Option<&Offer>,
    history: &[Vec<u8>],
    speech: &Speech,
) -> anyhow::Result<()> {
    let shown_key = printable(key);
    match order {
        Some(order) => write_order(out, order, offer, speech),
        None => {
            let there_is_none = speech.say(
                format!("Einen Auftrag `{shown_key}` gibt es nicht."),
                format!("There is no order `{shown_key}`."),
            );
            writeln!(out, "{WARNING}{there_is_none}{WARNING:#}")?;
        }
    }
    if !history.is_empty() {
        let heading = match order {
            Some(_) => speech.say("Verlauf", "history"),
            None => speech.say("abgelehnte Versuche", "rejected attempts"),
        };
        writeln!(out, "{HEADING}{heading}{HEADING:#}")?;
    }
    for line in history {
        out.extend_from_slice(b"  ");
        write_row(out, &serde_json::from_slice(line)?, speech);
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
    history: &[Vec<u8>],
    speech: &Speech,
) -> anyhow::Result<()> {
    let now = speech.moment_now();
    let history = history
        .iter()
        .map(|line| serde_json::from_slice::<&RawValue>(line))
        .collect::<Result<_, _>>()?;
    let answer = AnswerV1 {
        version: 1,
        order: order.map(|order| OrderV1::of(order, now)),
        subscription: order.map(|order| SubscriptionV1::of(order, offer, now, speech)),
        access_rights: order
            .map(|order| AccessRightV1::of(order, offer, now))
            .unwrap_or_default(),
        history,
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
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderV1<'o> {
    order_id: u64,
    external_system_id: &'o str,
    partner: &'o str,
    status: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    order_date: String,
    payment_method: &'static str,
    payment_method_id: Option<i64>,
    invoice_customer_id: &'o str,
    invoice_address_id: Option<i64>,
    plenigo_bonus_ids: &'o [Box<str>],
    items: [OrderItemV1<'o>; 1],
    created_date: String,
    changed_date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderItemV1<'o> {
    position: u32,
    plenigo_offer_id: &'o str,
    quantity: u32,
    discount_percentage: Option<u8>,
    delivery_customer_id: &'o str,
    delivery_address_id: Option<i64>,
    variant_delivery_address_id: Option<i64>,
    subscription_item_id: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubscriptionV1<'o> {
    subscription_id: u64,
    external_system_id: &'o str,
    chain_id: u64,
    plenigo_offer_id: &'o str,
    invoice_customer_id: &'o str,
    delivery_customer_id: &'o str,
    start_date: String,
    end_date: Option<String>,
    reference_start_date: Option<String>,
    next_booking_date: Option<String>,
    status: &'static str,
    payment_method: &'static str,
    managed_by: &'static str,
    managed_external: bool,
    items: [SubscriptionItemV1<'o>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubscriptionItemV1<'o> {
    subscription_item_id: u64,
    quantity: u32,
    discount_percentage: Option<u8>,
    status: &'static str,
    access_right_unique_id: Option<&'o str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccessRightV1<'o> {
    access_right_unique_id: &'o str,
    access_granted: bool,
    life_time_start: String,
    life_time_end: Option<String>,
    item_type: &'static str,
    item_id: u64,
    plenigo_offer_id: &'o str,
}

impl<'o> OrderV1<'o> {
    fn of(order: &'o StoredOrder, now: Moment) -> Self {
        let terms = &order.terms;
        Self {
            order_id: order.order_id,
            external_system_id: &terms.external_system_id,
            partner: &order.partner,
            status: if terms.runs_at(now) { "ACTIVE" } else { "DONE" },
            kind: "ORDER",
            order_date: terms.order_date.unwrap_or(terms.start).to_string(),
            payment_method: terms.payment_method.name(),
            payment_method_id: terms.payment_method_id,
            invoice_customer_id: &terms.invoice_customer,
            invoice_address_id: terms.invoice_address,
            plenigo_bonus_ids: &terms.bonuses,
            items: [OrderItemV1 {
                position: 1,
                plenigo_offer_id: &terms.offer,
                quantity: terms.quantity,
                discount_percentage: terms.discount,
                delivery_customer_id: delivery_customer(order),
                delivery_address_id: terms.delivery_address,
                variant_delivery_address_id: terms.variant_delivery_address,
                subscription_item_id: order.order_id,
            }],
            created_date: order.created.to_string(),
            changed_date: order.changed.to_string(),
        }
    }
}

impl<'o> SubscriptionV1<'o> {
    /// One order has one subscription with one item; all three have the same number.
    fn of(order: &'o StoredOrder, offer: Option<&'o Offer>, now: Moment, speech: &Speech) -> Self {
        let terms = &order.terms;
        let status = if terms.runs_at(now) {
            "ACTIVE"
        } else {
            "INACTIVE"
        };
        // The platform gives this one as a day, which there is only in a zone.
        let day = |moment| {
            let time = timestamp(moment)?;
            Some(
                time.to_zoned_datetime(speech.zone.clone())
                    .date()
                    .to_string(),
            )
        };
        Self {
            subscription_id: order.order_id,
            external_system_id: &terms.external_system_id,
            chain_id: order.order_id,
            plenigo_offer_id: &terms.offer,
            invoice_customer_id: &terms.invoice_customer,
            delivery_customer_id: delivery_customer(order),
            start_date: terms.start.to_string(),
            end_date: terms.end.map(|end| end.to_string()),
            reference_start_date: terms.reference_start.map(|start| start.to_string()),
            next_booking_date: terms.next_booking.and_then(day),
            status,
            payment_method: terms.payment_method.name(),
            managed_by: terms.managed_by.name(),
            managed_external: true,
            items: [SubscriptionItemV1 {
                subscription_item_id: order.order_id,
                quantity: terms.quantity,
                discount_percentage: terms.discount,
                status,
                access_right_unique_id: offer
                    .and_then(|offer| offer.access_rights.first())
                    .map(|r| &**r),
            }],
        }
    }
}

impl<'o> AccessRightV1<'o> {
    fn of(order: &'o StoredOrder, offer: Option<&'o Offer>, now: Moment) -> Vec<Self> {
        let terms = &order.terms;
        let rights = offer
            .map(|offer| offer.access_rights.as_slice())
            .unwrap_or_default();
        let right = |right: &'o Box<str>| Self {
            access_right_unique_id: right,
            access_granted: terms.start <= now && terms.runs_at(now),
            life_time_start: terms.start.to_string(),
            life_time_end: terms.end.map(|end| end.to_string()),
            item_type: "SUBSCRIPTION",
            item_id: order.order_id,
            plenigo_offer_id: &terms.offer,
        };
        rights.iter().map(right).collect()
    }
}

fn delivery_customer(order: &StoredOrder) -> &str {
    order
        .terms
        .delivery_customer
        .as_ref()
        .unwrap_or(&order.terms.invoice_customer)
}
