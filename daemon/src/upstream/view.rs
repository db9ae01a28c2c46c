//! What does the platform's import log say of what may have arrived?
//! Each entry is read once, however often the way there breaks off: what was read stays read, so that a long log is got
//! through over a line on which no long conversation ever comes to its end.

use std::collections::HashMap;

use super::link::Link;
use super::talk::{LOGS, Trouble, ask, parse};
use super::wire::{LogEntry, PageOf};

/// The newest entry of each order behind one entry of the log.
#[derive(Debug, Default)]
pub(super) struct LogView {
    /// Nothing is known of entries up to this one.
    from: u64,
    /// Everything up to this one was read.
    read_to: u64,
    newest: HashMap<String, LogEntry>,
}

const PAGE: usize = 100;

impl LogView {
    /// Reads on to the end of the log, so that everything behind `since` is known that is there now.
    pub(super) async fn read_on(&mut self, link: &Link, since: u64) -> Result<(), Trouble> {
        if since < self.from || since > self.read_to || self.read_to == 0 {
            *self = Self {
                from: since,
                read_to: since,
                newest: HashMap::new(),
            };
        }
        loop {
            let page = page_behind(link, self.read_to, &[]).await?;
            let is_last = page.len() < PAGE;
            let before = self.read_to;
            for entry in page {
                self.read_to = self.read_to.max(entry.order_import_log_entry_id);
                if let Some(key) = entry.external_system_id.clone() {
                    self.newest.insert(key, entry);
                }
            }
            // A cursor that does not move would be followed for ever.
            if is_last || self.read_to == before {
                return Ok(());
            }
        }
    }

    /// The newest entry of an order, where it lies behind this one.
    pub(super) fn newest_of(&self, key: &str, since: u64) -> Option<&LogEntry> {
        let newest = self.newest.get(key);
        newest.filter(|entry| entry.order_import_log_entry_id > since)
    }
}

/// The next page of the log behind an entry, in ascending order.
pub(super) async fn page_behind(
    link: &Link,
    after: u64,
    filter: &[(&str, &str)],
) -> Result<Vec<LogEntry>, Trouble> {
    let (size, start) = (PAGE.to_string(), after.to_string());
    let mut query = vec![("size", &*size), ("sort", "ASC")];
    if after > 0 {
        query.push(("startingAfter", &*start));
    }
    query.extend_from_slice(filter);
    let page: PageOf<LogEntry> = parse(&ask(link, LOGS, &query).await?)?;
    let mut items = page.items;
    items.retain(|entry| entry.order_import_log_entry_id > after);
    Ok(items)
}

/// All entries of the log behind one of them that fit, in ascending order.
pub(super) async fn entries_behind(
    link: &Link,
    since: u64,
    filter: &[(&str, &str)],
) -> Result<Vec<LogEntry>, Trouble> {
    let mut entries: Vec<LogEntry> = Vec::new();
    let mut after = since;
    loop {
        let page = page_behind(link, after, filter).await?;
        let is_last = page.len() < PAGE;
        let last = page
            .iter()
            .map(|entry| entry.order_import_log_entry_id)
            .max();
        entries.extend(page);
        match last {
            Some(last) if !is_last => after = last,
            _ => return Ok(entries),
        }
    }
}
