//! Which items stand on one page of findings, or of the plan?
//! A page is made of the bytes of those blocks alone that hold its items; what is not at hand is asked for.

use super::index::{Index, Span};
use super::query::{FindingFilter, RowFilter};
use super::{FindingsQuery, Inspection, Known, RowsQuery, Seeing, Teller};
use crate::finding::{Finding, Language, Sentences, sentences};
use crate::plan::Decision;
use crate::plan::blocks::DecidedRows;
use crate::plan::knowledge::{Knowledge, KnownOrder};
use crate::plan::survey::each_missing;
use crate::read::{Block, Shape, records};
use crate::report::{CREATE_CUSTOMER, Item, PlanRow, put};
use serde::Serialize;
use std::collections::VecDeque;
use std::convert::Infallible;

/// What a question gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The answer, in JSON.
    Ready(Vec<u8>),
    /// The bytes that are needed first: [`Inspection::give`] them and ask again.
    Read(Span),
}

/// The orders that a full book does not name, as a query calls them.
const MISSING: &str = "missing";

/// Questions that were asked before are answered faster; so many are remembered.
const VIEWS: usize = 16;

/// What was asked, and what is known of the answer.
#[derive(Debug, Default)]
pub(super) struct Views {
    views: VecDeque<View>,
}

#[derive(Debug)]
struct View {
    filter: Filter,
    /// How many items each block has; unknown until it was looked at.
    counts: Vec<Option<u64>>,
    page: Option<Page>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Filter {
    Findings(FindingFilter),
    Rows(RowFilter),
}

/// A page in the making.
#[derive(Debug, Default)]
struct Page {
    from: u64,
    count: u64,
    /// The next block to take items from, and how many of its items come before the page.
    block: usize,
    skip: u64,
    items: Vec<u8>,
    taken: u64,
}

impl<K: Knowledge<Error = Infallible>> Inspection<K> {
    /// A page of findings: `{total, complete, items}`. Where `complete` is false, both tell of what was looked at so far by
    /// [`Self::unseen`]: a text can be found only by looking. Asked before the verdict is there, it is empty.
    ///
    /// An error names a word of the query that means nothing.
    pub fn findings(
        &mut self,
        query: &FindingsQuery,
        from: u64,
        count: u64,
    ) -> Result<Answer, String> {
        let filter = Filter::Findings(query.filter()?);
        Ok(self.page(filter, from, count))
    }

    /// A page of the plan: `{total, complete, items}`, lines as in the JSON of a plan with `sheetRow`.
    ///
    /// An error names a word of the query that means nothing.
    pub fn rows(&mut self, query: &RowsQuery, from: u64, count: u64) -> Result<Answer, String> {
        match query.decision.as_deref() {
            Some(CREATE_CUSTOMER) => Ok(self.customers(from, count)),
            Some(MISSING) => Ok(self.missing(from, count)),
            _ => {
                let filter = Filter::Rows(query.filter()?);
                Ok(self.page(filter, from, count))
            }
        }
    }

    fn page(&mut self, filter: Filter, from: u64, count: u64) -> Answer {
        let teller = Teller::of(&self.profile, self.known.as_ref(), self.now);
        let super::Stage::Done(done) = &mut self.stage else {
            return nothing();
        };
        let Some(shape) = &done.source.shape else {
            return no_blocks(&filter, &done.survey.about_file, from, count);
        };
        let index = &self.index;
        let view = done.views.view(filter, index);
        let mut page = match view.page.take() {
            Some(page) if (page.from, page.count) == (from, count) => page,
            _ => Page::begin(view, &done.survey.about_file, from, count),
        };
        while page.taken < count && page.block < index.blocks.len() {
            let block = page.block;
            // A rare text may stand far behind: whoever waits for it reads on by `unseen`, for as long as it likes.
            if view.filter.needs_look() && view.counts[block].is_none() {
                break;
            }
            if let Some(known) = view.counts[block]
                && page.skip >= known
            {
                page.skip -= known;
                page.block += 1;
                continue;
            }
            let Some((_, blocks)) = self.recent.iter().find(|(at, _)| *at == block) else {
                view.page = Some(page);
                return Answer::Read(index.span(block, done.source.text_bytes));
            };
            let mut look = Look {
                filter: &view.filter,
                sheet_rows: SheetRows::of(shape, blocks),
                page: &mut page,
                fitting: 0,
            };
            teller.show(shape, blocks, &done.survey.facts, &mut look);
            let fitting = look.fitting;
            view.counts[block] = Some(fitting);
            page.skip = page.skip.saturating_sub(fitting);
            page.block += 1;
        }
        let total = view.total(&done.survey.about_file);
        let complete = view.counts.iter().all(Option::is_some);
        view.page = None;
        Answer::Ready(page_json(total, complete, &page.items))
    }

    /// Goes on looking for what a text query has not seen yet: the next bytes that are needed, or nothing where all is seen.
    pub fn unseen(&mut self, query: &FindingsQuery) -> Result<Option<Span>, String> {
        let filter = Filter::Findings(query.filter()?);
        Ok(self.next_unseen(filter))
    }

    /// The same for lines of the plan.
    pub fn unseen_rows(&mut self, query: &RowsQuery) -> Result<Option<Span>, String> {
        if matches!(query.decision.as_deref(), Some(CREATE_CUSTOMER | MISSING)) {
            return Ok(None);
        }
        let filter = Filter::Rows(query.filter()?);
        Ok(self.next_unseen(filter))
    }

    fn next_unseen(&mut self, filter: Filter) -> Option<Span> {
        let teller = Teller::of(&self.profile, self.known.as_ref(), self.now);
        let super::Stage::Done(done) = &mut self.stage else {
            return None;
        };
        let shape = done.source.shape.as_ref()?;
        let view = done.views.view(filter, &self.index);
        loop {
            let block = view.counts.iter().position(Option::is_none)?;
            let Some((_, blocks)) = self.recent.iter().find(|(at, _)| *at == block) else {
                return Some(self.index.span(block, done.source.text_bytes));
            };
            let mut look = Look {
                filter: &view.filter,
                sheet_rows: SheetRows::default(),
                page: &mut Page::default(),
                fitting: 0,
            };
            teller.show(shape, blocks, &done.survey.facts, &mut look);
            view.counts[block] = Some(look.fitting);
        }
    }

    fn customers(&self, from: u64, count: u64) -> Answer {
        let Some(done) = self.done() else {
            return nothing();
        };
        let ids = &done.survey.created_customers;
        let mut items = Vec::new();
        for id in ids.iter().skip(from as usize).take(count as usize) {
            put_line(&mut items, &PlanRow::creating(id, &done.survey.facts), None);
        }
        Answer::Ready(page_json(ids.len() as u64, true, &items))
    }

    fn missing(&self, from: u64, count: u64) -> Answer {
        let (Some(done), Some(Known { knowledge, .. })) = (self.done(), &self.known) else {
            return nothing();
        };
        if done.survey.counts.missing == 0 {
            return nothing();
        }
        let (profile, now) = (&self.profile, self.now);
        let (mut at, mut items) = (0, Vec::new());
        let visited = each_missing(profile, knowledge, now, &done.survey.tally, &mut |order| {
            if (from..from.saturating_add(count)).contains(&at) {
                let line = PlanRow::missing(order.terms(), profile, now);
                put_line(&mut items, &line, None);
            }
            at += 1;
        });
        match visited {
            Ok(()) => Answer::Ready(page_json(at, true, &items)),
            Err(never) => match never {},
        }
    }
}

impl Filter {
    /// Can the index not tell how much fits?
    fn needs_look(&self) -> bool {
        match self {
            Self::Findings(filter) => filter.needs_look(),
            Self::Rows(filter) => filter.needs_look(),
        }
    }
}

impl Views {
    /// The view of a filter; those that were asked for longest ago are forgotten.
    fn view(&mut self, filter: Filter, index: &Index) -> &mut View {
        let known = self.views.iter().position(|view| view.filter == filter);
        let view = match known.and_then(|at| self.views.remove(at)) {
            Some(view) => view,
            None => View::new(filter, index),
        };
        self.views.truncate(VIEWS - 1);
        self.views.push_front(view);
        &mut self.views[0]
    }
}

impl View {
    fn new(filter: Filter, index: &Index) -> Self {
        let counts = (0..index.blocks.len()).map(|block| match &filter {
            Filter::Findings(filter) => {
                let count = index.found(block, |kind| filter.fits_kind(kind));
                (!filter.needs_look() || count == 0).then_some(count)
            }
            Filter::Rows(filter) => {
                let count = index.decided(block, filter.decision);
                (!filter.needs_look() || count == 0).then_some(count)
            }
        });
        Self {
            counts: counts.collect(),
            filter,
            page: None,
        }
    }

    fn total(&self, about_file: &[Finding]) -> u64 {
        let of_file = match &self.filter {
            Filter::Findings(filter) => {
                about_file.iter().filter(|f| filter.fits(f, None)).count() as u64
            }
            Filter::Rows(_) => 0,
        };
        of_file + self.counts.iter().flatten().sum::<u64>()
    }
}

impl Page {
    /// A page that begins with what is about the file as a whole.
    fn begin(view: &View, about_file: &[Finding], from: u64, count: u64) -> Self {
        let mut page = Self {
            from,
            count,
            skip: from,
            ..Self::default()
        };
        if let Filter::Findings(filter) = &view.filter {
            for finding in about_file.iter().filter(|f| filter.fits(f, None)) {
                page.offer(|items| put_finding(items, finding, None, None));
            }
        }
        page
    }

    /// Takes an item unless it stands before the page or behind it.
    fn offer(&mut self, put: impl FnOnce(&mut Vec<u8>)) {
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.taken < self.count {
            put(&mut self.items);
            self.taken += 1;
        }
    }
}

/// Looks for fitting items in a block.
struct Look<'l> {
    filter: &'l Filter,
    sheet_rows: SheetRows,
    page: &'l mut Page,
    fitting: u64,
}

impl Seeing for Look<'_> {
    fn finding(&mut self, finding: &Finding, key: Option<&str>) {
        if let Filter::Findings(filter) = self.filter
            && filter.fits(finding, key)
        {
            if self.fitting >= self.page.skip && self.page.taken < self.page.count {
                let sheet_row = self.sheet_rows.get(finding.row);
                put_finding(&mut self.page.items, finding, key, sheet_row);
                self.page.taken += 1;
            }
            self.fitting += 1;
        }
    }

    fn row(&mut self, row: &PlanRow<'_>, decision: Decision) {
        if let Filter::Rows(filter) = self.filter
            && filter.fits(row, decision)
        {
            if self.fitting >= self.page.skip && self.page.taken < self.page.count {
                let sheet_row = row.row.and_then(|row| self.sheet_rows.get(row));
                put_line(&mut self.page.items, row, sheet_row);
                self.page.taken += 1;
            }
            self.fitting += 1;
        }
    }
}

/// Shows what was decided of some blocks.
pub(super) fn see<O: KnownOrder>(decided: &DecidedRows<'_, O>, see: &mut dyn Seeing) {
    decided.each_finding(&mut |finding| {
        let rows = &decided.rows;
        let at = rows.binary_search_by(|decided| decided.row.row.cmp(&finding.row));
        let key = at.ok().and_then(|at| rows[at].row.key.as_deref());
        see.finding(finding, key);
    });
    for row in &decided.rows {
        see.row(&PlanRow::of(row), row.decision);
    }
}

/// In which rows a spreadsheet shows the records of a block.
#[derive(Debug, Default)]
pub(super) struct SheetRows {
    first_row: u64,
    rows: Vec<u64>,
}

impl SheetRows {
    pub(super) fn of(shape: &Shape, blocks: &[Block]) -> Self {
        let mut sheet_rows = Self::default();
        let Some(first) = blocks.first().filter(|_| shape.format.has_columns()) else {
            return sheet_rows;
        };
        sheet_rows.first_row = first.first_row;
        for block in blocks {
            // Lines inside a record are one row; lines between records are rows too.
            let mut inner = 0;
            records(shape, block, &mut |record| {
                let lines = record.line - block.first_line;
                sheet_rows.rows.push(block.first_sheet_row + lines - inner);
                if !record.form.iter().any(|finding| finding.code.is_error()) {
                    let ends = memchr::memchr_iter(shape.terminator, record.raw);
                    inner += ends.count() as u64;
                }
            });
        }
        sheet_rows
    }

    pub(super) fn get(&self, row: u64) -> Option<u64> {
        let at = row.checked_sub(self.first_row)?;
        self.rows.get(at as usize).copied()
    }
}

fn nothing() -> Answer {
    Answer::Ready(page_json(0, true, &[]))
}

/// A page of a file that could not be read at all.
fn no_blocks(filter: &Filter, about_file: &[Finding], from: u64, count: u64) -> Answer {
    let view = View {
        filter: filter.clone(),
        counts: Vec::new(),
        page: None,
    };
    let page = Page::begin(&view, about_file, from, count);
    Answer::Ready(page_json(view.total(about_file), true, &page.items))
}

fn page_json(total: u64, complete: bool, items: &[u8]) -> Vec<u8> {
    let mut json = Vec::with_capacity(items.len() + 64);
    json.extend_from_slice(
        format!("{{\"total\":{total},\"complete\":{complete},\"items\":[").as_bytes(),
    );
    // Each item brings a comma along; the first has none before it.
    json.extend_from_slice(items.get(1..).unwrap_or_default());
    json.extend_from_slice(b"]}");
    json
}

/// A finding as a page shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownFinding<'f> {
    #[serde(flatten)]
    item: Item<'f>,
    external_system_id: Option<&'f str>,
    sheet_row: Option<u64>,
    what: InBoth,
    why: InBoth,
    todo: InBoth,
}

/// A text in both languages.
#[derive(Serialize)]
pub(super) struct InBoth {
    pub(super) de: String,
    pub(super) en: String,
}

/// What, why and what to do, in both languages.
pub(super) fn in_both(finding: &Finding) -> [InBoth; 3] {
    let de: Sentences = sentences(finding, Language::De);
    let en: Sentences = sentences(finding, Language::En);
    [
        InBoth {
            de: de.what,
            en: en.what,
        },
        InBoth {
            de: de.why,
            en: en.why,
        },
        InBoth {
            de: de.fix,
            en: en.fix,
        },
    ]
}

/// Appends a comma and a finding as a page shows it.
pub(super) fn put_finding(
    items: &mut Vec<u8>,
    finding: &Finding,
    key: Option<&str>,
    sheet_row: Option<u64>,
) {
    items.push(b',');
    let [what, why, todo] = in_both(finding);
    let shown = ShownFinding {
        item: Item(finding),
        external_system_id: key,
        sheet_row,
        what,
        why,
        todo,
    };
    put(items, &shown);
}

/// Appends a comma and a line of the plan as a page shows it.
fn put_line(items: &mut Vec<u8>, row: &PlanRow<'_>, sheet_row: Option<u64>) {
    items.push(b',');
    let start = items.len();
    row.put(items);
    if let Some(sheet_row) = sheet_row {
        debug_assert_eq!(items.last(), Some(&b'}'));
        items.truncate(items.len().saturating_sub(1).max(start));
        items.extend_from_slice(format!(",\"sheetRow\":{sheet_row}}}").as_bytes());
    }
}
