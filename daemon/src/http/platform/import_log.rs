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
        filter: Filter::new(
            key,
            ask.query.text("plenigoOfferId"),
            ask.query.flag("success")?,
            ask.holder.partner().map(PartnerName::as_str),
            span,
        ),
        most: page.size,
        going: &going,
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

/// Looks for entries.
struct Seeker<'s> {
    books: &'s Books,
    filter: Filter<'s>,
    most: usize,
    going: &'s dyn Fn() -> bool,
}

impl Seeker<'_> {
    /// The entries about one order, among those with these numbers. The index knows all but those that left it as it was.
    fn about(
        &self,
        key: &str,
        (start, end): (u64, u64),
        descending: bool,
    ) -> Result<Vec<OrderImportLogEntryV1>, Fault> {
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
            found.extend(line.and_then(|line| self.filter.entry(line)));
            if found.len() >= self.most {
                break;
            }
        }
        Ok(found)
    }

    /// The entries with these numbers.
    fn between(
        &self,
        (start, end): (u64, u64),
        descending: bool,
    ) -> Result<Vec<OrderImportLogEntryV1>, Fault> {
        let (start, end) = self.within_span(start, end)?;
        if start >= end {
            return Ok(Vec::new());
        }
        if descending {
            self.backward(start, end)
        } else {
            self.forward(start, end)
        }
    }

    fn forward(&self, start: u64, end: u64) -> Result<Vec<OrderImportLogEntryV1>, Fault> {
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
                    Some(id) if id >= start => found.extend(self.filter.entry(line)),
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

    fn backward(&self, start: u64, end: u64) -> Result<Vec<OrderImportLogEntryV1>, Fault> {
        let mut found = Vec::new();
        let mut end = end;
        while end > start {
            let mut frame = None;
            let frame = self.frame_of(end - 1, &mut frame)?;
            let mut first = end - 1;
            for line in rows_backwards(&frame.lines) {
                let Some(id) = number_of(line) else { continue };
                first = first.min(id);
                if (start..end).contains(&id) {
                    found.extend(self.filter.entry(line));
                    if found.len() >= self.most {
                        return Ok(found);
                    }
                }
            }
            end = first;
            self.must_go_on()?;
        }
        Ok(found)
    }

    /// The part of these numbers whose entries can lie in the span: an entry has the time of its frame, and times grow.
    fn within_span(&self, start: u64, end: u64) -> Result<(u64, u64), Fault> {
        let Span { from, to } = self.filter.span;
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

/// Which entries are asked for.
struct Filter<'f> {
    key: Option<&'f str>,
    offer: Option<&'f str>,
    success: Option<bool>,
    partner: Option<&'f str>,
    span: Span,
    /// Bytes that a line must hold to be asked for.
    needles: Vec<Finder<'static>>,
}

impl<'f> Filter<'f> {
    fn new(
        key: Option<&'f str>,
        offer: Option<&'f str>,
        success: Option<bool>,
        partner: Option<&'f str>,
        span: Span,
    ) -> Self {
        let text = |name: &str, value: &str| needle(name, &serde_json::Value::from(value));
        let needles = [
            key.map(|key| text("externalSystemId", key)),
            offer.map(|offer| text("plenigoOfferId", offer)),
            success.map(|success| needle("success", &success.into())),
            partner.map(|partner| text("partner", partner)),
        ];
        Self {
            key,
            offer,
            success,
            partner,
            span,
            needles: needles.into_iter().flatten().collect(),
        }
    }

    /// The entry of a line, where it is asked for.
    fn entry(&self, line: &[u8]) -> Option<OrderImportLogEntryV1> {
        if self
            .needles
            .iter()
            .any(|needle| needle.find(line).is_none())
        {
            return None;
        }
        let row: RowEntry<'_> = serde_json::from_slice(line).ok()?;
        let time = Moment::parse(&row.time).ok()?;
        let is = |wanted: Option<&str>, found: Option<&str>| {
            wanted.is_none_or(|wanted| Some(wanted) == found)
        };
        let fits = is(self.key, row.external_system_id.as_deref())
            && is(self.offer, row.plenigo_offer_id.as_deref())
            && is(self.partner, Some(&row.partner))
            && self.success.is_none_or(|success| success == row.success)
            && self.span.holds(time);
        fits.then(|| entry_of(&row, time))
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
