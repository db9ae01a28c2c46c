//! Are the orders of two stores the same, and does each key lead to its order?
//! Holds 8 bytes an order; what differs is looked at again, field by field.

use intake_core::order::ORDER_FIELDS;
use xxhash_rust::xxh3::xxh3_64;

use super::told::Told;
use crate::commands::Speech;
use crate::commands::row_text::value_text;
use crate::state::record::encode_order;
use crate::state::{Store, StoredOrder};

/// How many orders are looked up at once.
const BATCH: usize = 1000;

/// Two passes in the order of the numbers, so that neither store is asked at random.
pub(super) fn compare_orders(
    store: &Store,
    rebuilt: &Store,
    told: &mut Told<'_>,
    progress: &dyn Fn(u64),
) -> anyhow::Result<u64> {
    // What an order is in the store, by number; 0 where there is none.
    let mut digests: Vec<u64> = Vec::new();
    let mut keys = Vec::with_capacity(BATCH);
    let mut lost = Vec::new();
    store.try_each_order(&mut |order| {
        let at = order.order_id as usize;
        if digests.len() <= at {
            digests.resize(at + 1, 0);
        }
        digests[at] = digest(&order);
        keys.push((order.order_id, order.terms.external_system_id));
        if keys.len() == BATCH {
            lost_keys(store, &mut keys, &mut lost)?;
        }
        anyhow::Ok(())
    })?;
    lost_keys(store, &mut keys, &mut lost)?;
    for (id, key) in lost {
        let difference = told.speech.say(
            "ist unter seiner Nummer nicht zu finden",
            "is not found by its key",
        );
        told.differs(&order_name(id, &key, told.speech), difference)?;
    }
    let mut different = Vec::new();
    let mut compared = 0;
    rebuilt.each_order(&mut |order| {
        compared += 1;
        if compared % 4096 == 0 {
            progress(compared);
        }
        let found = digests.get_mut(order.order_id as usize);
        let same = found
            .as_ref()
            .is_some_and(|found| **found == digest(&order));
        if let Some(found) = found {
            *found = 0;
        }
        if !same {
            different.push(order.order_id);
        }
    })?;
    for id in different {
        let Some(should) = rebuilt.order_by_id(id)? else {
            continue;
        };
        let name = order_name(id, &should.terms.external_system_id, told.speech);
        match store.order_by_id(id)? {
            Some(has) => compare_order(&name, &has, &should, told)?,
            None => told.is_missing(&name)?,
        }
    }
    for (id, digest) in digests.into_iter().enumerate() {
        if digest != 0
            && let Some(order) = store.order_by_id(id as u64)?
        {
            let name = order_name(id as u64, &order.terms.external_system_id, told.speech);
            told.is_too_many(&name)?;
        }
    }
    Ok(compared)
}

/// Never 0, which stands for no order.
fn digest(order: &StoredOrder) -> u64 {
    xxh3_64(&encode_order(order)).max(1)
}

/// Moves those orders to `lost` that their key does not lead to.
fn lost_keys(
    store: &Store,
    keys: &mut Vec<(u64, Box<str>)>,
    lost: &mut Vec<(u64, Box<str>)>,
) -> anyhow::Result<()> {
    let asked: Vec<&str> = keys.iter().map(|(_, key)| &**key).collect();
    let found = store.orders(&asked)?;
    for (entry, found) in keys.drain(..).zip(found) {
        if found.is_none_or(|order| order.order_id != entry.0) {
            lost.push(entry);
        }
    }
    Ok(())
}

fn order_name(id: u64, key: &str, speech: &Speech) -> String {
    format!("{} {id} ({key})", speech.say("Auftrag", "order"))
}

fn compare_order(
    name: &str,
    has: &StoredOrder,
    should: &StoredOrder,
    told: &mut Told<'_>,
) -> anyhow::Result<()> {
    for field in ORDER_FIELDS {
        let (is, ought) = (has.terms.value(field), should.terms.value(field));
        if is != ought {
            let (is, ought) = (
                value_text(&is, told.speech),
                value_text(&ought, told.speech),
            );
            told.differs_in(name, field.name(), &is, &ought)?;
        }
    }
    for (field, is, ought) in [
        (
            "partner",
            has.partner.to_string(),
            should.partner.to_string(),
        ),
        (
            "created",
            has.created.to_string(),
            should.created.to_string(),
        ),
        (
            "changed",
            has.changed.to_string(),
            should.changed.to_string(),
        ),
        (
            "firstLog",
            has.first_log.to_string(),
            should.first_log.to_string(),
        ),
        (
            "lastLog",
            has.last_log.to_string(),
            should.last_log.to_string(),
        ),
    ] {
        if is != ought {
            told.differs_in(name, field, &is, &ought)?;
        }
    }
    Ok(())
}
