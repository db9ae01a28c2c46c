//! How are the rows of a planned file written?
//! Block by block: decided against the state of that moment, journalled and synced together, then visible. Cut off
//! anywhere, it goes on behind the last block that was written.

use super::ImportError;
use super::kept::KeptDecisions;
use super::made_rows::{MadeRows, ROWS_BETWEEN, ReadyRow, SpareRows};
use super::pass::{Hashing, Step, over_groups};
use super::profile::Terms;
use super::survey::{DecidedRow, GROUP};
use crate::books::{Books, RowNote, Sheet};
use crate::entry::row_text::CommonText;
use crate::entry::{FileEntry, RowLine, counts_map, no_changes};
use crate::folder::lifecycle::Step as FileStep;
use crate::state::StoredOrder;
use crate::state::record::Stamps;
use crate::state::store::StoreError;
use crate::system::give_way;
use intake_core::catalog::Customer;
use intake_core::check::Tally;
use intake_core::moment::Moment;
use intake_core::order::Terms as OrderTerms;
use intake_core::plan::blocks::{FileFacts, decide_blocks_again, each_kept_row};
use intake_core::plan::survey::each_missing;
use intake_core::plan::{Change, Context, Counts, Decision, changes};
use intake_core::read::{Block, Shape};
use intake_core::report::ChangesJson;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The import whose rows are written.
#[derive(Clone, Copy, Debug)]
pub struct Writing<'w> {
    /// Its id.
    pub import_id: &'w str,
    /// The file's name as it can be shown.
    pub file: &'w str,
    /// The partner's terms.
    pub terms: &'w Terms,
    /// The instant that dates are held against: the same when the work is taken up again.
    pub now: Moment,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// What was written before, where the work is taken up again.
    pub before: Counts,
}

/// Writes the rows of a file behind `after_row`, and gives the counts of what was written. `kept` is what was decided for
/// them already. `going` hears the last row of each block that is durable, and ends the work behind it by saying no.
pub fn apply_rows(
    books: &Books,
    body: &Path,
    writing: Writing<'_>,
    facts: &FileFacts,
    kept: Option<&KeptDecisions>,
    after_row: u64,
    going: &dyn Fn(u64) -> bool,
) -> Result<Counts, ImportError> {
    let applying = Applying::new(books, writing, facts, kept, after_row);
    let mut written = Written {
        counts: writing.before,
        ..Written::default()
    };
    let mut frame = Frame::default();
    applying.each_decided(body, &mut |shape, decided| {
        if frame.take(shape, decided)? {
            applying.write_frame(&mut frame, &mut written, going)?;
        }
        Ok(())
    })?;
    applying.write_frame(&mut frame, &mut written, going)?;
    Ok(written.counts)
}

/// What stands before and behind the rows of an import that is written as one frame.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Writes what stands before them.
    pub before: &'a dyn Fn(&mut Sheet),
    /// Writes what stands behind them, with the counts of what was written.
    pub behind: &'a dyn Fn(&mut Sheet, &Counts),
}

/// Writes the rows of a short file and all steps of its import as one frame of the journal: whatever happens, all of it is
/// there or nothing. Gives the counts of what was written.
pub fn apply_in_one_frame(
    books: &Books,
    body: &Path,
    writing: Writing<'_>,
    facts: &FileFacts,
    kept: &KeptDecisions,
    around: Around<'_>,
) -> Result<Counts, ImportError> {
    let applying = Applying::new(books, writing, facts, Some(kept), 0);
    let mut frame = Frame::default();
    applying.each_decided(body, &mut |shape, decided| {
        frame.take(shape, decided)?;
        Ok(())
    })?;
    books.write(|sheet| {
        let mut written = Written::default();
        (around.before)(sheet);
        applying.put_rows(sheet, frame.groups, &mut written, books.writes())?;
        (around.behind)(sheet, &written.counts);
        Ok(written.counts)
    })
}

/// Ends the partner's running orders that a full book does not name, and gives how many.
pub fn end_missing(books: &Books, writing: Writing<'_>, tally: &Tally) -> Result<u64, ImportError> {
    let mut missing = Vec::new();
    let (profile, now) = (&writing.terms.profile, writing.now);
    each_missing(profile, books.store(), now, tally, &mut |order| {
        missing.push(order.order_id);
    })?;
    for some in missing.chunks(4096) {
        books.write(|sheet| {
            for id in some {
                let Some(order) = books.store().order_by_id(*id)? else {
                    continue;
                };
                let after = OrderTerms {
                    end: Some(order.terms.end_if_missing(now)),
                    ..order.terms.clone()
                };
                let changed = changes(Some(&order.terms), &after);
                let note = line(writing, &after, Decision::End, order.order_id, &changed);
                let log_id = sheet.row(note);
                write_change(sheet, log_id, order, after);
            }
            Ok::<(), ImportError>(())
        })?;
    }
    Ok(missing.len() as u64)
}

/// What the application of one file needs, in all threads.
struct Applying<'a> {
    books: &'a Books,
    writing: Writing<'a>,
    facts: &'a FileFacts,
    kept: Option<&'a KeptDecisions>,
    /// Has nobody else written since the decisions that are kept were made?
    kept_holds: AtomicBool,
    after_row: u64,
    spare: SpareRows,
}

/// The rows of some blocks, decided in a worker ahead of their turn.
struct Decided {
    blocks: Vec<Block>,
    against: State,
    rows: Result<MadeRows, StoreError>,
}

/// The rows that are written next, as one frame of the journal: each one waits for the disk.
#[derive(Default)]
struct Frame {
    groups: Vec<FrameGroup>,
    bytes: usize,
}

struct FrameGroup {
    shape: Arc<Shape>,
    blocks: Vec<Block>,
    against: State,
    rows: MadeRows,
}

/// Rows of so many bytes of lines make a frame.
const FRAME_BYTES: usize = 2 << 20;

impl Frame {
    /// Takes the rows that come next. True: it is full.
    fn take(&mut self, shape: Arc<Shape>, decided: Decided) -> Result<bool, StoreError> {
        let Decided {
            blocks,
            against,
            rows,
        } = decided;
        let rows = rows?;
        self.bytes += rows.bytes().0;
        self.groups.push(FrameGroup {
            shape,
            blocks,
            against,
            rows,
        });
        Ok(self.bytes >= FRAME_BYTES)
    }
}

/// The state that rows were decided against.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// That after so many frames.
    After(u64),
    /// That of the decisions that were kept, after so many frames.
    Kept(u64),
}

/// What this import has written so far.
#[derive(Default)]
struct Written {
    counts: Counts,
    /// Orders that later records repeat.
    repeated: HashMap<Box<str>, u64>,
    customers: HashSet<Box<str>>,
    /// How many frames it has written.
    own_frames: u64,
    /// The numbers of the last of them, those that rows decided ahead of their turn may not have seen.
    frames: VecDeque<u64>,
}

/// Rows are decided so many blocks ahead at most; older frames of one's own need not be remembered.
const OWN_FRAMES: usize = 64;

impl<'a> Applying<'a> {
    fn new(
        books: &'a Books,
        writing: Writing<'a>,
        facts: &'a FileFacts,
        kept: Option<&'a KeptDecisions>,
        after_row: u64,
    ) -> Self {
        Self {
            books,
            writing,
            facts,
            kept,
            kept_holds: AtomicBool::new(kept.is_some()),
            after_row,
            spare: SpareRows::default(),
        }
    }

    /// Calls `take` with the rows that are not written yet, decided ahead of their turn, in the order of the file.
    fn each_decided(
        &self,
        body: &Path,
        take: &mut dyn FnMut(Arc<Shape>, Decided) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let file = File::open(body).map_err(|source| ImportError::Io {
            path: body.to_owned(),
            source,
        })?;
        let options = self.writing.terms.read_options(self.writing.now);
        let decide = |shape: &Shape, blocks: Vec<Block>| self.decide_ahead(shape, blocks);
        let hashing = Hashing::Known(self.writing.sha256);
        over_groups(file, options, hashing, GROUP, decide, |step| match step {
            Step::Block(shape, decided) if last_row(&decided.blocks) > self.after_row => {
                take(shape, decided)
            }
            _ => Ok(()),
        })?;
        Ok(())
    }

    fn decide_ahead(&self, shape: &Shape, blocks: Vec<Block>) -> Decided {
        let kept = self
            .kept
            .filter(|_| self.kept_holds.load(Ordering::Relaxed));
        let against = match kept {
            Some(kept) => State::Kept(kept.writes),
            None => State::After(self.books.writes()),
        };
        let rows = if last_row(&blocks) > self.after_row {
            self.decide(shape, &blocks, kept)
        } else {
            Ok(MadeRows::default())
        };
        Decided {
            blocks,
            against,
            rows,
        }
    }

    fn decide(
        &self,
        shape: &Shape,
        blocks: &[Block],
        kept: Option<&KeptDecisions>,
    ) -> Result<MadeRows, StoreError> {
        let (writing, facts) = (self.writing, self.facts);
        let store = self.books.store();
        let catalog = store.catalog();
        let profile = &writing.terms.profile;
        let context = Context {
            partner: &profile.partner,
            offers: profile.offers.as_ref(),
            catalog: Some(&catalog),
            now: writing.now,
        };
        let kept = kept.map(|kept| kept.of(blocks)).unwrap_or_default();
        let common = CommonText::of(&blank_line(writing, Decision::Unchanged));
        let mut made = self.spare.take();
        let mut each = |row: DecidedRow<'_>| {
            if row.row.row > self.after_row {
                made.add(&row, &common, writing, facts);
            }
        };
        if !each_kept_row(shape, blocks, facts, &context, &kept, &mut each) {
            let decided = decide_blocks_again(shape, blocks, store, facts, &context, &kept)?;
            made.clear();
            for row in &decided.rows {
                if row.row.row > self.after_row {
                    made.add(row, &common, writing, facts);
                }
            }
        }
        Ok(made)
    }

    fn write_frame(
        &self,
        frame: &mut Frame,
        written: &mut Written,
        going: &dyn Fn(u64) -> bool,
    ) -> Result<(), ImportError> {
        let Frame { groups, .. } = std::mem::take(frame);
        let Some(last) = groups.last().map(|group| last_row(&group.blocks)) else {
            return Ok(());
        };
        let (books, writing) = (self.books, self.writing);
        books.write(|sheet| {
            let writes = books.writes();
            self.put_rows(sheet, groups, written, writes)?;
            let time = sheet.time().to_owned();
            sheet.file(FileEntry {
                next_row: Some(last),
                counts: Some(counts_map(&written.counts)),
                ..FileEntry::new(writing.import_id, &time, FileStep::Applying)
            });
            written.frames.push_back(writes + 1);
            written.own_frames += 1;
            Ok::<(), ImportError>(())
        })?;
        if written.frames.len() > OWN_FRAMES {
            written.frames.pop_front();
        }
        match going(last) {
            true => Ok(()),
            false => Err(ImportError::Stopped),
        }
    }

    fn put_rows(
        &self,
        sheet: &mut Sheet,
        groups: Vec<FrameGroup>,
        written: &mut Written,
        writes: u64,
    ) -> Result<(), StoreError> {
        let bytes = groups.iter().map(|group| group.rows.bytes());
        let (line_bytes, record_bytes) = bytes.fold((0, 0), |(lines, records), more| {
            (lines + more.0, records + more.1)
        });
        sheet.expect(line_bytes, record_bytes);
        for group in groups {
            let rows = self.rows_that_hold(group, written, writes)?;
            for (number, row) in rows.ready().enumerate() {
                if number.is_multiple_of(ROWS_BETWEEN) {
                    give_way();
                }
                written.counts.add(row.row.decision);
                self.write_row(sheet, &row, written)?;
            }
            self.spare.give(rows);
        }
        Ok(())
    }

    /// The rows as they were made ahead; what others wrote since may concern them: then they are decided again, now that
    /// nobody writes.
    fn rows_that_hold(
        &self,
        group: FrameGroup,
        written: &Written,
        writes: u64,
    ) -> Result<MadeRows, StoreError> {
        if !written.others_wrote_since(group.against, writes) {
            return Ok(group.rows);
        }
        self.kept_holds.store(false, Ordering::Relaxed);
        self.spare.give(group.rows);
        self.decide(&group.shape, &group.blocks, None)
    }

    fn write_row(
        &self,
        sheet: &mut Sheet,
        ready: &ReadyRow<'_>,
        written: &mut Written,
    ) -> Result<(), StoreError> {
        let ReadyRow { row, body, terms } = ready;
        let rare = row.rare.as_deref();
        let now = sheet.moment();
        if let Some(customer) = rare.and_then(|rare| rare.customer.as_ref()) {
            self.write_customer(sheet, customer.clone(), row.decision)?;
            sheet.made_row(*body, 0, None);
            return Ok(());
        }
        match row.decision {
            Decision::Reject => {
                sheet.made_row(*body, 0, row.key);
            }
            Decision::Create => {
                if let Some(id) = rare.and_then(|rare| rare.new_customer.as_ref())
                    && !written.customers.contains(id)
                    && let Some(customer) = self.facts.customers.get(id)
                {
                    let (id, values) = (customer.id.clone(), customer.values.clone());
                    written.customers.insert(id.clone());
                    written.counts.create_customer += 1;
                    let partner = &*self.writing.terms.profile.partner;
                    let import = Some(self.writing.import_id);
                    sheet.customer(Customer { id, values }, import, Some(partner));
                }
                let order_id = sheet.take_order_id();
                let log_id = sheet.made_row(*body, order_id, None);
                if let Some(key) = rare.and_then(|rare| rare.repeated_key.as_ref()) {
                    written.repeated.insert(key.clone(), order_id);
                }
                let stamps = Stamps {
                    created: now,
                    changed: now,
                    first_log: log_id,
                    last_log: log_id,
                };
                let index = row.key.map(|key| (key, row.customer));
                sheet.made_order(order_id, terms, stamps, index, row.delivery);
            }
            Decision::Unchanged => {
                let repeated = rare.and_then(|rare| rare.repeated_key.as_ref());
                let earlier = repeated.and_then(|key| written.repeated.get(key));
                let order_id = match row.order_id {
                    0 => earlier.copied().unwrap_or(0),
                    known => known,
                };
                sheet.made_row(*body, order_id, None);
            }
            Decision::Update | Decision::Payment | Decision::End | Decision::Reactivate => {
                let log_id = sheet.made_row(*body, row.order_id, row.key);
                if let Some((created, first_log)) = rare.and_then(|rare| rare.came_to_be) {
                    let stamps = Stamps {
                        created,
                        changed: now,
                        first_log,
                        last_log: log_id,
                    };
                    sheet.made_order(row.order_id, terms, stamps, None, row.delivery);
                }
            }
        }
        Ok(())
    }

    /// Writes what a record of a customers file makes of its customer; a new one without a number gets one.
    fn write_customer(
        &self,
        sheet: &mut Sheet,
        mut customer: Customer,
        decision: Decision,
    ) -> Result<(), StoreError> {
        if customer.id.is_empty() {
            let (store, mut trouble) = (self.books.store(), None);
            let id = sheet.take_customer_id(|id| {
                store.customers_exist(&[id]).map_or_else(
                    |error| {
                        trouble = Some(error);
                        false
                    },
                    |exist| exist.contains(&true),
                )
            });
            trouble.map_or(Ok(()), Err)?;
            customer.id = id.into();
        }
        let partner = &*self.writing.terms.profile.partner;
        let import = self.writing.import_id;
        match decision {
            Decision::Update => sheet.changed_customer(customer, import, partner),
            _ => sheet.customer(customer, Some(import), Some(partner)),
        }
        Ok(())
    }
}

impl Written {
    /// Has anybody but this import written since that state, now that so many frames are written?
    fn others_wrote_since(&self, state: State, writes: u64) -> bool {
        match state {
            State::After(before) => {
                let own = self.frames.iter().filter(|frame| **frame > before).count() as u64;
                writes - before != own
            }
            State::Kept(before) => writes - before != self.own_frames,
        }
    }
}

/// The number of the last record in blocks that stand one behind another.
fn last_row(blocks: &[Block]) -> u64 {
    blocks
        .last()
        .map_or(0, |block| block.first_row + block.rows - 1)
}

fn write_change(sheet: &mut Sheet, log_id: u64, order: StoredOrder, terms: OrderTerms) {
    let changed = sheet.moment();
    sheet.order(StoredOrder {
        terms,
        changed,
        last_log: log_id,
        ..order
    });
}

fn line<'l>(
    writing: Writing<'l>,
    terms: &'l OrderTerms,
    decision: Decision,
    order_id: u64,
    changed: &'l [Change],
) -> RowNote<'l> {
    let line = RowLine {
        external_system_id: Some(&terms.external_system_id),
        plenigo_offer_id: Some(&terms.offer),
        order_id,
        changes: ChangesJson(changed),
        ..blank_line(writing, decision)
    };
    RowNote {
        line,
        remembered: true,
    }
}

/// A line with what all rows of an import have in common.
pub(super) fn blank_line(writing: Writing<'_>, decision: Decision) -> RowLine<'_> {
    RowLine {
        kind: "row",
        log_id: 0,
        time: "",
        import_id: writing.import_id,
        partner: &writing.terms.profile.partner,
        file: writing.file,
        row: None,
        line: None,
        external_system_id: None,
        plenigo_offer_id: None,
        decision: decision.name(),
        success: true,
        order_id: 0,
        error_code: None,
        error_reason: None,
        error_detail: None,
        changes: no_changes(),
        customer: None,
    }
}
