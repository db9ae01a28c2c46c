//! Which rows of a file are decided differently now than in a plan that was saved, and why?
//! Two runs of lines are held against each other, as both come: the saved plan's and those of a plan made now. Lines
//! that agree byte for byte are not even read; only lines without a row that have no partner yet are kept.

mod saved;
#[cfg(test)]
mod tests;
mod why;

pub use saved::{MAX_LINE_BYTES, SavedPlan, SavedPlanError, SavedPlanReader, Side};

use crate::field::Field;
use crate::finding::Language;
use crate::plan::Decision;
use crate::plan::state::StateMark;
use crate::report::{ChangesJson, StateV1, put};
use saved::Entry;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The version of the comparison's wire form.
pub const VERSION: u32 = 1;

/// Most bytes of lines without a row that wait for their partner.
pub const MAX_WAITING_BYTES: usize = 512 << 20;

/// A row, a customer to create or a missing order that is decided differently.
#[derive(Clone, Debug, PartialEq)]
pub struct Different {
    /// Number of the record; none for what no record says.
    pub row: Option<u64>,
    /// Its physical line.
    pub line: Option<u64>,
    /// The key.
    pub external_system_id: Option<String>,
    /// The customer to create.
    pub customer_id: Option<String>,
    /// What the saved plan decided; nothing where it has no such line.
    pub then: Option<Side>,
    /// What is decided now; nothing where there is no such line now.
    pub now: Option<Side>,
}

/// How many lines are decided alike, and how many differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Alike.
    pub same: u64,
    /// Differently.
    pub different: u64,
}

/// Holds the lines of a plan made now against those of a saved one.
#[derive(Debug)]
pub struct Comparison<T> {
    then: T,
    /// The saved plan's next line, not yet compared.
    next: Option<Vec<u8>>,
    last_row: u64,
    waiting_then: BTreeMap<Key, Vec<u8>>,
    waiting_now: BTreeMap<Key, Vec<u8>>,
    waiting_bytes: usize,
    sums: Sums,
}

/// What identifies a line without a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Customer(String),
    Order(String),
}

/// The lines of a saved plan, one after another.
pub trait ThenLines {
    /// Why there is none.
    type Error: From<SavedPlanError>;

    /// The next line; nothing behind the last.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Hears what is decided differently.
pub type Tell<'t, E> = &'t mut dyn FnMut(&Different) -> Result<(), E>;

impl<T: ThenLines> Comparison<T> {
    /// A comparison with the lines of a saved plan.
    pub fn new(then: T) -> Self {
        Self {
            then,
            next: None,
            last_row: 0,
            waiting_then: BTreeMap::new(),
            waiting_now: BTreeMap::new(),
            waiting_bytes: 0,
            sums: Sums::default(),
        }
    }

    /// Takes the next line of the plan made now: rows in the order of the file; lines without a row in any.
    pub fn now(&mut self, json: &[u8], tell: Tell<'_, T::Error>) -> Result<(), T::Error> {
        self.peek()?;
        if self.next.as_deref() == Some(json) {
            self.sums.same += 1;
            let row = Entry::row_of(json)?;
            self.then_comes(row)?;
            self.next = None;
            return Ok(());
        }
        let now = Entry::read(json)?;
        match now.row {
            Some(row) => self.row(row, now, tell),
            None => self.without_row(now, json, tell),
        }
    }

    /// Ends both plans; what has found no partner is told.
    pub fn end(mut self, tell: Tell<'_, T::Error>) -> Result<Sums, T::Error> {
        while let Some(json) = self.take()? {
            let then = Entry::read(&json)?;
            let now = match key_of(&then) {
                Some(key) if then.row.is_none() => self.waiting_now.remove(&key),
                _ => None,
            };
            let now = now.map(|json| Entry::read(&json)).transpose()?;
            self.compare(Some(then), now, tell)?;
        }
        for (_, json) in std::mem::take(&mut self.waiting_then) {
            self.compare(Some(Entry::read(&json)?), None, tell)?;
        }
        for (_, json) in std::mem::take(&mut self.waiting_now) {
            self.compare(None, Some(Entry::read(&json)?), tell)?;
        }
        Ok(self.sums)
    }

    fn row(&mut self, row: u64, now: Entry, tell: Tell<'_, T::Error>) -> Result<(), T::Error> {
        loop {
            self.peek()?;
            let next = self.next.as_deref().map(Entry::row_of).transpose()?;
            let Some(then_row) = next.flatten().filter(|then_row| *then_row <= row) else {
                return self.compare(None, Some(now), tell);
            };
            let Some(json) = self.take()? else {
                return self.compare(None, Some(now), tell);
            };
            let then = Some(Entry::read(&json)?);
            if then_row == row {
                return self.compare(then, Some(now), tell);
            }
            self.compare(then, None, tell)?;
        }
    }

    /// What stands in the same order on both sides is compared as it comes; only what one side lacks waits.
    fn without_row(
        &mut self,
        now: Entry,
        json: &[u8],
        tell: Tell<'_, T::Error>,
    ) -> Result<(), T::Error> {
        let Some(key) = key_of(&now) else {
            let words = "a line that names neither row, customer nor order".to_owned();
            return Err(SavedPlanError::Form(words).into());
        };
        if let Some(then) = self.waiting_then.remove(&key) {
            self.waiting_bytes -= then.len();
            return self.compare(Some(Entry::read(&then)?), Some(now), tell);
        }
        loop {
            self.peek()?;
            let Some(next) = self.next.as_deref() else {
                break;
            };
            if Entry::row_of(next)?.is_some() {
                break;
            }
            let Some(then_json) = self.take()? else { break };
            let then = Entry::read(&then_json)?;
            let then_key = key_of(&then);
            if then_key.as_ref() == Some(&key) {
                return self.compare(Some(then), Some(now), tell);
            }
            let Some(then_key) = then_key else {
                self.compare(Some(then), None, tell)?;
                continue;
            };
            if let Some(waiting) = self.waiting_now.remove(&then_key) {
                self.waiting_bytes -= waiting.len();
                self.compare(Some(then), Some(Entry::read(&waiting)?), tell)?;
                continue;
            }
            self.wait(then_json.len())?;
            self.waiting_then.insert(then_key, then_json);
            break;
        }
        self.wait(json.len())?;
        self.waiting_now.insert(key, json.to_owned());
        Ok(())
    }

    fn compare(
        &mut self,
        then: Option<Entry>,
        now: Option<Entry>,
        tell: Tell<'_, T::Error>,
    ) -> Result<(), T::Error> {
        if let (Some(then), Some(now)) = (&then, &now)
            && alike(then, now)
        {
            self.sums.same += 1;
            return Ok(());
        }
        self.sums.different += 1;
        let Some(either) = now.as_ref().or(then.as_ref()) else {
            return Ok(());
        };
        let different = Different {
            row: either.row,
            line: either.line,
            external_system_id: either.external_system_id.clone(),
            customer_id: either.customer_id.clone(),
            then: then.map(|line| line.side),
            now: now.map(|line| line.side),
        };
        tell(&different)
    }

    fn wait(&mut self, bytes: usize) -> Result<(), SavedPlanError> {
        self.waiting_bytes += bytes;
        if self.waiting_bytes > MAX_WAITING_BYTES {
            let (what, limit) = ("bytes of lines without a row", MAX_WAITING_BYTES);
            return Err(SavedPlanError::Limit { what, limit });
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<(), T::Error> {
        if self.next.is_none() {
            self.next = self.then.next_line()?;
        }
        Ok(())
    }

    fn take(&mut self) -> Result<Option<Vec<u8>>, T::Error> {
        self.peek()?;
        let Some(json) = self.next.take() else {
            return Ok(None);
        };
        let row = Entry::row_of(&json)?;
        self.then_comes(row)?;
        Ok(Some(json))
    }

    /// Holds the saved plan to the order of the file: its rows rise, and what is no row comes behind them.
    fn then_comes(&mut self, row: Option<u64>) -> Result<(), SavedPlanError> {
        match row {
            Some(row) if row <= self.last_row => Err(SavedPlanError::Order),
            Some(row) => {
                self.last_row = row;
                Ok(())
            }
            None => {
                self.last_row = u64::MAX;
                Ok(())
            }
        }
    }
}

fn key_of(line: &Entry) -> Option<Key> {
    let customer = line.customer_id.clone().map(Key::Customer);
    customer.or_else(|| line.external_system_id.clone().map(Key::Order))
}

/// A missing order ends when the file is imported, whenever that is: only whether it does is compared.
fn alike(then: &Entry, now: &Entry) -> bool {
    let is_missing = |line: &Entry| {
        line.row.is_none()
            && line.side.decision == Decision::End.name()
            && line
                .side
                .changes
                .iter()
                .all(|it| it.field == Field::EndDate)
    };
    let old = |line: &Entry| line.side.changes.first().map(|change| change.old.clone());
    match is_missing(then) && is_missing(now) {
        true => then.proposed == now.proposed && old(then) == old(now),
        false => then.side == now.side,
    }
}

impl Different {
    /// Appends it as JSON: `{row, line, externalSystemId, customerId?, then, now, why{de[], en[]}}`.
    pub fn put(&self, out: &mut Vec<u8>) {
        put(
            out,
            &DifferentV1 {
                row: self.row,
                line: self.line,
                external_system_id: self.external_system_id.as_deref(),
                customer_id: self.customer_id.as_deref(),
                then: self.then.as_ref().map(SideV1::of),
                now: self.now.as_ref().map(SideV1::of),
                why: WhyV1 {
                    de: self.why(Language::De),
                    en: self.why(Language::En),
                },
            },
        );
    }
}

/// Against what a file was planned, in JSON: `{state, rules}`.
#[derive(Debug)]
pub struct AgainstJson<'a> {
    /// The state.
    pub state: Option<&'a StateMark>,
    /// The version of the rules.
    pub rules: u32,
}

impl Serialize for AgainstJson<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        AgainstV1 {
            state: self.state.map(StateV1::of),
            rules: self.rules,
        }
        .serialize(serializer)
    }
}

#[derive(Serialize)]
struct AgainstV1 {
    state: Option<StateV1>,
    rules: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DifferentV1<'d> {
    row: Option<u64>,
    line: Option<u64>,
    external_system_id: Option<&'d str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<&'d str>,
    then: Option<SideV1<'d>>,
    now: Option<SideV1<'d>>,
    why: WhyV1,
}

#[derive(Serialize)]
struct WhyV1 {
    de: Vec<String>,
    en: Vec<String>,
}

#[derive(Serialize)]
struct SideV1<'d> {
    decision: &'d str,
    changes: ChangesJson<'d>,
    findings: &'d RawValue,
}

impl<'d> SideV1<'d> {
    fn of(side: &'d Side) -> Self {
        Self {
            decision: &side.decision,
            changes: ChangesJson(&side.changes),
            findings: &side.findings,
        }
    }
}
