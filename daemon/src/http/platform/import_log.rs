//! What became of the items of imports?
//! Answered from the journal, found through the store's indexes: a page costs what lies between its cursor and its last entry.
//! A partner sees its own entries alone.

use intake_core::moment::Moment;
use memchr::memmem::Finder;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

use super::fault::{Fault, Wrong};
use super::operation::{Ask, Reply};
use super::orders::{Bounds, Walk};
use super::query::Span;
use crate::books::Books;
use crate::clock;
use crate::entry::RowEntry;
use crate::folder::names::PartnerName;
use crate::journal::{Frame, Frames, Position};
use crate::row_log::{number_of, rows_backwards, rows_of};
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
        for id in ids {
            let frame = self.frame_of(id)?;
            let line = rows_of(&frame.lines).find(|line| number_of(line) == Some(id));
            found.extend(line.and_then(|line| self.made(line, &mut true)));
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
        let log = self.books.row_log();
        let mut found = Vec::new();
        let mut next = start;
        while next < end {
            if let Some(barren) = log.barren_around(&self.filter.words, next) {
                next = barren.end;
                continue;
            }
            let frame = self.frame_of(next)?;
            let mut is_barren = true;
            let (from, mut past) = (next, next);
            for line in rows_of(&frame.lines) {
                match number_of(line) {
                    Some(id) if id >= end => break,
                    Some(id) if id >= from => {
                        found.extend(self.made(line, &mut is_barren));
                        past = id + 1;
                    }
                    _ => {}
                }
                if found.len() >= self.most {
                    return Ok(found);
                }
            }
            if past == from {
                // The index led to a frame without the entry.
                return Err(Fault::of(Wrong::Failed));
            }
            if is_barren {
                log.note_barren(&self.filter.words, from..past);
            }
            next = past;
            self.must_go_on()?;
        }
        Ok(found)
    }

    /// The entries with these numbers, the highest first, and up to which number none was looked at: `start` where all were.
    pub(in crate::http) fn backward(&self, start: u64, end: u64) -> Result<(Vec<T>, u64), Fault> {
        let log = self.books.row_log();
        let mut found = Vec::new();
        let mut end = end;
        while end > start && (self.going)() {
            if let Some(barren) = log.barren_around(&self.filter.words, end - 1) {
                end = barren.start;
                continue;
            }
            let (newest, frame);
            let lines = if let Some(at_hand) = log.newest_with(end - 1) {
                newest = at_hand;
                &newest.lines
            } else {
                frame = self.frame_of(end - 1)?;
                &frame.lines
            };
            let mut is_barren = true;
            let mut first = end;
            for line in rows_backwards(lines) {
                let Some(id) = number_of(line) else { continue };
                if id < start {
                    break;
                }
                if id < end {
                    first = first.min(id);
                    found.extend(self.made(line, &mut is_barren));
                    if found.len() >= self.most {
                        return Ok((found, id));
                    }
                }
            }
            if first == end {
                // The index led to a frame without the entry.
                return Err(Fault::of(Wrong::Failed));
            }
            if is_barren {
                log.note_barren(&self.filter.words, first..end);
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

    /// The first of these numbers whose entry's time is so, where all later ones are so too. Only the heads of frames are
    /// read.
    fn first_where(
        &self,
        start: u64,
        end: u64,
        is_so: &dyn Fn(Moment) -> bool,
    ) -> Result<u64, Fault> {
        let (mut low, mut high) = (start, end);
        while low < high {
            let middle = low + (high - low) / 2;
            let (first, position) = self.place_of(middle)?;
            let time = Frames::time_at(self.books.journal_path(), position)
                .map_err(|error| Fault::failed(&error))?;
            let time = Moment::parse(&time).map_err(|_| Fault::of(Wrong::Failed))?;
            // A whole frame at a time, where it is known where it begins.
            if is_so(time) {
                high = first.clamp(low, middle);
            } else {
                low = middle + 1;
            }
            self.must_go_on()?;
        }
        Ok(low.min(end))
    }

    /// The first entry of the frame that holds an entry, and where that frame is.
    fn place_of(&self, id: u64) -> Result<(u64, Position), Fault> {
        let place = self.books.store().frame_of(id)?;
        place.ok_or_else(|| Fault::of(Wrong::Failed))
    }

    /// The frame that holds an entry.
    fn frame_of(&self, id: u64) -> Result<Arc<Frame>, Fault> {
        let (_, position) = self.place_of(id)?;
        let frame = self
            .books
            .row_log()
            .frame(self.books.journal_path(), position);
        frame.map_err(|error| Fault::failed(&error))
    }

    /// What is made of a line that is asked for. One that says what is sought, whenever it was written, is not barren.
    fn made(&self, line: &[u8], is_barren: &mut bool) -> Option<T> {
        let (row, time) = self.filter.admitted(line)?;
        *is_barren = false;
        if !self.filter.wanted.span.holds(time) {
            return None;
        }
        Some((self.make)(&row, time, line))
    }

    fn must_go_on(&self) -> Result<(), Fault> {
        match (self.going)() {
            true => Ok(()),
            false => Err(Fault::of(Wrong::Unavailable)),
        }
    }
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
    /// All of them: what the search is remembered by.
    words: Vec<u8>,
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
        let needles: Vec<Finder<'static>> = needles.into_iter().flatten().collect();
        let each = needles.iter().map(Finder::needle);
        let words = each.collect::<Vec<_>>().join(&b'\n');
        Self {
            wanted,
            needles,
            words,
        }
    }

    /// The entry of a line and its time, where it says what is asked for, whenever that was.
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
                .is_none_or(|success| success == row.success);
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
