//! What became of the items of imports?
//! Answered from the journal, found through the store's indexes: a page costs what lies between its cursor and its last entry.
//! A partner sees its own entries alone.

use intake_core::moment::Moment;
use memchr::memmem::Finder;
use memchr::{memchr_iter, memrchr};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fault::{Fault, Wrong};
use super::operation::{Ask, Reply};
use super::orders::{Bounds, Walk};
use super::query::Span;
use crate::books::Books;
use crate::clock;
use crate::entry::{ROW_PREFIX, RowEntry};
use crate::folder::names::PartnerName;
use crate::journal::{Frame, Frames};
use crate::wire::import::{ErrorDetailV1, Findings, OrderImportLogEntryV1};
use crate::wire::shape;
use crate::wire::shape::Instant;

/// `GET /imports/orders/logs`
pub(super) fn list(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let page = ask.query.page()?;
    let span = ask.query.span()?;
    let oldest = ask.shared.config.http.log_age.and_then(|age| {
        // What would lie before all time is no bound.
        let oldest = clock::now().checked_sub(age).ok()?;
        Some(clock::moment_of(oldest))
    });
    let span = Span {
        from: span.from.max(oldest),
        ..span
    };
    let (after, before) = page.numbers()?;
    let Walk {
        numbers,
        descending,
        reversed,
    } = Bounds { after, before }.walk(&page);
    let key = ask.query.text("externalSystemId");
    let going = ask.going();
    let seeker = Seeker {
        books: &ask.daemon.data.books,
        filter: Filter::new(Wanted {
            key,
            offer: ask.query.text("plenigoOfferId"),
            success: ask.query.flag("success")?,
            partner: ask.holder.partner().map(PartnerName::as_str),
            span,
            ..Wanted::default()
        }),
        most: page.size,
        going: &going,
        make: &|row, time, _| entry_of(row, time),
    };
    let next = ask.store().meta().next_log;
    let (start, end) = (numbers.start.max(1), numbers.end.min(next));
    let mut items = match key {
        Some(key) => seeker.about(key, (start, end), descending)?,
        None => seeker.between((start, end), descending)?,
    };
    if reversed {
        items.reverse();
    }
    Ok(Reply::ok(&shape::Page { items }))
}

/// Looks for entries, and makes something of each.
pub(in crate::http) struct Seeker<'s, T> {
    pub(in crate::http) books: &'s Books,
    pub(in crate::http) filter: Filter<'s>,
    /// So many are looked for.
    pub(in crate::http) most: usize,
    pub(in crate::http) going: &'s dyn Fn() -> bool,
    /// Takes the entry, its time and its line.
    pub(in crate::http) make: &'s dyn Fn(&RowEntry<'_>, Moment, &[u8]) -> T,
}

impl<T> Seeker<'_, T> {
    /// The entries about one order, among those with these numbers. The index knows all but those that left it as it was.
    pub(in crate::http) fn about(
        &self,
        key: &str,
        (start, end): (u64, u64),
        descending: bool,
    ) -> Result<Vec<T>, Fault> {
        let store = self.books.store();
        let mut ids = store.history(key)?;
        let order = store.order(key)?;
        ids.extend(
            order
                .iter()
                .flat_map(|order| [order.first_log, order.last_log]),
        );
        ids.retain(|id| (start..end).contains(id));
        ids.sort_unstable();
        ids.dedup();
        if descending {
            ids.reverse();
        }
        let mut found = Vec::new();
        let mut frame: Option<Frame> = None;
        for id in ids {
            let frame = self.frame_of(id, &mut frame)?;
            let line = rows_of(frame).find(|line| number_of(line) == Some(id));
            found.extend(line.and_then(|line| self.made(line)));
            if found.len() >= self.most {
                break;
            }
        }
        Ok(found)
    }

    /// The entries with these numbers.
    fn between(&self, (start, end): (u64, u64), descending: bool) -> Result<Vec<T>, Fault> {
        let (start, end) = self.within_span(start, end)?;
        if start >= end {
            return Ok(Vec::new());
        }
        if !descending {
            return self.forward(start, end);
        }
        let (found, left) = self.backward(start, end)?;
        if left > start && found.len() < self.most {
            return Err(Fault::of(Wrong::Unavailable));
        }
        Ok(found)
    }

    fn forward(&self, start: u64, end: u64) -> Result<Vec<T>, Fault> {
        let mut found = Vec::new();
        let Some(position) = self.books.store().frame_of(start)? else {
            return Ok(found);
        };
        let mut frames = Frames::open(self.books.journal_path(), position)
            .map_err(|error| Fault::failed(&error))?;
        while let Some(frame) = frames.next().map_err(|error| Fault::failed(&error))? {
            for line in rows_of(&frame) {
                match number_of(line) {
                    Some(id) if id >= end => return Ok(found),
                    Some(id) if id >= start => found.extend(self.made(line)),
                    _ => {}
                }
                if found.len() >= self.most {
                    return Ok(found);
                }
            }
            self.must_go_on()?;
        }
        Ok(found)
    }

    /// The entries with these numbers, the highest first, and up to which number none was looked at: `start` where all were.
    pub(in crate::http) fn backward(&self, start: u64, end: u64) -> Result<(Vec<T>, u64), Fault> {
        let mut found = Vec::new();
        let mut end = end;
        while end > start && (self.going)() {
            let mut frame = None;
            let frame = self.frame_of(end - 1, &mut frame)?;
            let mut first = end - 1;
            for line in rows_backwards(&frame.lines) {
                let Some(id) = number_of(line) else { continue };
                first = first.min(id);
                if (start..end).contains(&id) {
                    found.extend(self.made(line));
                    if found.len() >= self.most {
                        return Ok((found, id));
                    }
                }
            }
            end = first;
        }
        Ok((found, end.max(start)))
    }

    /// The part of these numbers whose entries can lie in the span: an entry has the time of its frame, and times grow.
    pub(in crate::http) fn within_span(&self, start: u64, end: u64) -> Result<(u64, u64), Fault> {
        let Span { from, to } = self.filter.wanted.span;
        let start = match from {
            Some(from) => self.first_where(start, end, &|time| time >= from)?,
            None => start,
        };
        let end = match to {
            Some(to) => self.first_where(start, end, &|time| time > to)?,
            None => end,
        };
        Ok((start, end))
    }

    /// The first of these numbers whose entry's time is so, where all later ones are so too.
    fn first_where(
        &self,
        start: u64,
        end: u64,
        is_so: &dyn Fn(Moment) -> bool,
    ) -> Result<u64, Fault> {
        let (mut low, mut high) = (start, end);
        while low < high {
            let middle = low + (high - low) / 2;
            let mut frame = None;
            let frame = self.frame_of(middle, &mut frame)?;
            let numbers = || rows_of(frame).filter_map(number_of);
            let time = Moment::parse(&frame.time).map_err(|_| Fault::of(Wrong::Failed))?;
            // A whole frame at a time.
            if is_so(time) {
                high = numbers().next().unwrap_or(middle).max(low).min(middle);
            } else {
                low = numbers().last().unwrap_or(middle).max(middle) + 1;
            }
            self.must_go_on()?;
        }
        Ok(low.min(end))
    }

    /// The frame that holds an entry, read again only where it is another one.
    fn frame_of<'f>(&self, id: u64, known: &'f mut Option<Frame>) -> Result<&'f Frame, Fault> {
        let position = self.books.store().frame_of(id)?;
        let position = position.ok_or_else(|| Fault::of(Wrong::Failed))?;
        if known.as_ref().is_none_or(|frame| frame.start != position) {
            let read = Frames::read_at(self.books.journal_path(), position);
            *known = Some(read.map_err(|error| Fault::failed(&error))?);
        }
        known.as_ref().ok_or_else(|| Fault::of(Wrong::Failed))
    }

    fn made(&self, line: &[u8]) -> Option<T> {
        let (row, time) = self.filter.admitted(line)?;
        Some((self.make)(&row, time, line))
    }

    fn must_go_on(&self) -> Result<(), Fault> {
        match (self.going)() {
            true => Ok(()),
            false => Err(Fault::of(Wrong::Unavailable)),
        }
    }
}

/// The lines about rows, in their order.
fn rows_of(frame: &Frame) -> impl Iterator<Item = &[u8]> {
    let lines = &frame.lines;
    let mut start = 0;
    memchr_iter(b'\n', lines)
        .map(move |end| {
            let line = &lines[start..end];
            start = end + 1;
            line
        })
        .filter(|line| line.starts_with(ROW_PREFIX))
}

/// The same, the last one first.
fn rows_backwards(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut end = lines.len().saturating_sub(1);
    std::iter::from_fn(move || {
        if end == 0 {
            return None;
        }
        let start = memrchr(b'\n', &lines[..end]).map_or(0, |before| before + 1);
        let line = &lines[start..end];
        end = start.saturating_sub(1);
        Some(line)
    })
    .filter(|line| line.starts_with(ROW_PREFIX))
}

/// The number of a row's entry, which stands first in its line.
fn number_of(line: &[u8]) -> Option<u64> {
    let digits = line.strip_prefix(ROW_PREFIX)?.strip_prefix(b"\"logId\":")?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

/// What an entry must say to be asked for.
#[derive(Clone, Copy, Default)]
pub(in crate::http) struct Wanted<'f> {
    pub(in crate::http) key: Option<&'f str>,
    pub(in crate::http) offer: Option<&'f str>,
    pub(in crate::http) success: Option<bool>,
    pub(in crate::http) partner: Option<&'f str>,
    /// The file's name as it is shown.
    pub(in crate::http) file: Option<&'f str>,
    pub(in crate::http) import: Option<&'f str>,
    pub(in crate::http) span: Span,
    /// Rows of customers files too, which the platform's log knows nothing of.
    pub(in crate::http) customers: bool,
}

/// Which entries are asked for.
pub(in crate::http) struct Filter<'f> {
    wanted: Wanted<'f>,
    /// Bytes that a line must hold to be asked for.
    needles: Vec<Finder<'static>>,
}

impl<'f> Filter<'f> {
    pub(in crate::http) fn new(wanted: Wanted<'f>) -> Self {
        let text = |name: &str, value: &str| needle(name, &serde_json::Value::from(value));
        let needles = [
            wanted.key.map(|key| text("externalSystemId", key)),
            wanted.file.map(|file| text("file", file)),
            wanted.import.map(|import| text("importId", import)),
            wanted.offer.map(|offer| text("plenigoOfferId", offer)),
            wanted
                .success
                .map(|success| needle("success", &success.into())),
            wanted.partner.map(|partner| text("partner", partner)),
        ];
        Self {
            wanted,
            needles: needles.into_iter().flatten().collect(),
        }
    }

    /// The entry of a line and its time, where it is asked for.
    fn admitted<'l>(&self, line: &'l [u8]) -> Option<(RowEntry<'l>, Moment)> {
        if self
            .needles
            .iter()
            .any(|needle| needle.find(line).is_none())
        {
            return None;
        }
        let row: RowEntry<'l> = serde_json::from_slice(line).ok()?;
        let time = Moment::parse(&row.time).ok()?;
        let is = |wanted: Option<&str>, found: Option<&str>| {
            wanted.is_none_or(|wanted| Some(wanted) == found)
        };
        let fits = (self.wanted.customers || row.customer.is_none())
            && is(self.wanted.key, row.external_system_id.as_deref())
            && is(self.wanted.offer, row.plenigo_offer_id.as_deref())
            && is(self.wanted.partner, Some(&row.partner))
            && is(self.wanted.file, Some(&row.file))
            && is(self.wanted.import, Some(&row.import_id))
            && self
                .wanted
                .success
                .is_none_or(|success| success == row.success)
            && self.wanted.span.holds(time);
        fits.then_some((row, time))
    }
}

/// The journal is written by one serializer, without spaces: a value stands in it in one form only.
fn needle(name: &str, value: &serde_json::Value) -> Finder<'static> {
    Finder::new(format!("\"{name}\":{value}").as_bytes()).into_owned()
}

fn entry_of(row: &RowEntry<'_>, time: Moment) -> OrderImportLogEntryV1 {
    let detail = row.error_detail.filter(|_| !row.success);
    OrderImportLogEntryV1 {
        order_import_log_entry_id: row.log_id,
        created_date: Instant(time),
        changed_date: Instant(time),
        external_system_id: row.external_system_id.as_deref().map(str::to_owned),
        plenigo_offer_id: row.plenigo_offer_id.as_deref().map(str::to_owned),
        success: row.success,
        order_id: if row.success { row.order_id } else { 0 },
        error_reason: row.error_reason.clone().filter(|_| !row.success),
        error_detail: detail.and_then(|detail| detail_of(detail, row.error_code)),
    }
}

#[derive(Deserialize)]
struct Detail {
    message: String,
    findings: Option<Box<RawValue>>,
}

fn detail_of(detail: &RawValue, error_code: Option<u32>) -> Option<ErrorDetailV1> {
    let Detail { message, findings } = serde_json::from_str(detail.get()).ok()?;
    Some(ErrorDetailV1 {
        message,
        error_code,
        findings: findings.map(Findings),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_in_both_directions() {
        let row = |id: u64| format!("{{\"type\":\"row\",\"logId\":{id},\"time\":\"t\"}}\n");
        let text = format!(
            "{{\"type\":\"file\"}}\n{}{}{{\"type\":\"file\"}}\n",
            row(7),
            row(8)
        );
        let backwards: Vec<_> = rows_backwards(text.as_bytes())
            .filter_map(number_of)
            .collect();
        assert_eq!(backwards, [8, 7]);
        let only = row(9);
        let backwards: Vec<_> = rows_backwards(only.as_bytes())
            .filter_map(number_of)
            .collect();
        assert_eq!(backwards, [9]);
        assert_eq!(rows_backwards(b"").count(), 0);
    }
}
