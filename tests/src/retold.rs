//! What does a journal tell of each order, from its first line to its last?
//! Read with zstd and a JSON reader alone: whoever holds two daemons against each other counts with other code than theirs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::installation::names_in;

/// The fields of an order at one moment; one without a value is not there.
pub type Terms = BTreeMap<String, Value>;

/// Everything that a journal tells.
#[derive(Debug, Default)]
pub struct Retold {
    /// By key, every state that the order was in, in their order.
    pub orders: BTreeMap<String, Vec<Terms>>,
    /// By key, how often the order was created.
    pub created: BTreeMap<String, u64>,
    /// By number, every state of the customer.
    pub customers: BTreeMap<String, Vec<Value>>,
    /// Rows that were not taken.
    pub rejected: u64,
    /// Rows that left their order as it was.
    pub unchanged: u64,
}

/// Retells the journal of a data directory on which nobody works.
///
/// # Errors
/// Where a change does not begin at the state that the change before it led to.
pub fn retell(data: &Path) -> anyhow::Result<Retold> {
    let folder = data.join("journal");
    let mut told = Retold::default();
    for name in names_in(&folder) {
        if !name.to_string_lossy().ends_with(".zst") {
            continue;
        }
        let path = folder.join(&name);
        let packed =
            fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let text = zstd::decode_all(&packed[..])
            .with_context(|| format!("cannot unpack `{}`", path.display()))?;
        for line in text.split(|byte| *byte == b'\n') {
            if !line.is_empty() {
                let line: Value = serde_json::from_slice(line).context("a line is no JSON")?;
                told.take(&line)?;
            }
        }
    }
    Ok(told)
}

impl Retold {
    fn take(&mut self, line: &Value) -> anyhow::Result<()> {
        match line["type"].as_str() {
            Some("row") => self.take_row(line),
            Some("customer") => {
                let id = line["customerId"]
                    .as_str()
                    .context("a customer has a number")?;
                let states = self.customers.entry(id.to_owned()).or_default();
                states.push(line["values"].clone());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn take_row(&mut self, line: &Value) -> anyhow::Result<()> {
        let decision = line["decision"].as_str().unwrap_or_default();
        if line["success"] != true {
            self.rejected += 1;
            return Ok(());
        }
        if decision == "unchanged" {
            self.unchanged += 1;
            return Ok(());
        }
        let key = line["externalSystemId"].as_str().context("a key")?;
        let states = self.orders.entry(key.to_owned()).or_default();
        if decision == "create" {
            *self.created.entry(key.to_owned()).or_default() += 1;
        }
        let mut terms = states.last().cloned().unwrap_or_default();
        for change in line["changes"].as_array().context("changes")? {
            let field = change["field"].as_str().context("a field")?;
            let before = terms.get(field).unwrap_or(&Value::Null);
            ensure!(
                *before == change["old"],
                "{field} of {key} was {before}, and is changed from {}",
                change["old"]
            );
            match &change["new"] {
                Value::Null => terms.remove(field),
                new => terms.insert(field.to_owned(), new.clone()),
            };
        }
        states.push(terms);
        Ok(())
    }
}

/// What of the one is not in the other as it should be: each order created once, in no state that it was not sent in, in no
/// other order of states, and at last in the same; each customer there once.
pub fn differences(below: &Retold, above: &Retold) -> Vec<String> {
    let mut found = Vec::new();
    for (key, states) in &below.orders {
        let Some(there) = above.orders.get(key) else {
            found.push(format!("{key} is missing"));
            continue;
        };
        if above.created.get(key) != Some(&1) {
            found.push(format!(
                "{key} was created {:?} times",
                above.created.get(key)
            ));
        }
        if there.last() != states.last() {
            found.push(format!(
                "{key} ends as {:?} and should as {:?}",
                there.last(),
                states.last()
            ));
        }
        let mut ahead = states.iter();
        if let Some(odd) = there
            .iter()
            .find(|state| !ahead.any(|known| known == *state))
        {
            found.push(format!("{key} came to {odd:?} out of its turn: {states:?}"));
        }
    }
    let strange = above
        .orders
        .keys()
        .filter(|key| !below.orders.contains_key(*key));
    found.extend(strange.map(|key| format!("{key} was never sent")));
    for (id, states) in &below.customers {
        match above.customers.get(id) {
            None => found.push(format!("customer {id} is missing")),
            Some(there) if there != states => {
                found.push(format!(
                    "customer {id} is {there:?} and should be {states:?}"
                ));
            }
            Some(_) => {}
        }
    }
    found
}
