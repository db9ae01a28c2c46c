//! What does a clerk see of a file before it is imported?
//! After one pass over its bytes any place of it can be looked at: findings, decisions and rows are made anew from the
//! bytes of their block, so that nothing is kept of each row, however many there are.
//!
//! The caller has the file. It pushes all bytes once ([`Inspection::push`], [`Inspection::end_of_file`]), puts aside the text
//! that is made of a file that is none as it stands ([`Inspection::take_text`]), then gives the bytes of the text for each block that is asked for ([`Inspection::wanted`], [`Inspection::give`]) until none is, and from then on
//! answers each [`Answer::Read`] of a page in the same way. Exports ([`Export`]) are further passes over the file.

mod apart;
mod attempt;
mod export;
mod first;
mod index;
mod line;
mod look;
mod page;
mod query;
mod record;
mod teller;
mod verdict;

use crate::catalog::Catalog;
use crate::check::Tally;
use crate::moment::Moment;
use crate::plan::knowledge::{Knowledge, Nothing};
use crate::plan::state::StateMark;
use crate::plan::survey::{Decisions, Learned, Survey};
use crate::profile::Profile;
use crate::read::{Block, Framer, Mark, ReadOptions, Shape};
use crate::snapshot::Snapshot;
use crate::workbook::{Opener, Workbooks};
use first::First;
use index::{Entry, Index};
use sha2::Digest as _;
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use teller::{Seeing, Teller};

pub use export::{Export, ExportKind};
pub use index::Span;
pub use line::Looker;
pub use page::Answer;
pub use query::{FindingsQuery, RowsQuery};

/// What is known besides the file.
#[derive(Debug)]
pub struct Known<K> {
    /// Orders and customers.
    pub knowledge: K,
    /// The offers there are.
    pub catalog: Catalog,
    /// The state that this is of, where there is a mark of it.
    pub state: Option<StateMark>,
    /// When that was, and of how many orders, where it was written down.
    pub taken: Option<Taken>,
}

/// When a state was written down, and how many orders it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// When.
    pub at: Moment,
    /// The orders.
    pub orders: u64,
}

/// A snapshot may serve many files.
impl From<&Arc<Snapshot>> for Known<Arc<Snapshot>> {
    fn from(snapshot: &Arc<Snapshot>) -> Self {
        let head = snapshot.head();
        Self {
            knowledge: Arc::clone(snapshot),
            catalog: head.catalog.clone(),
            state: Some(head.state.clone()),
            taken: Some(Taken {
                at: head.taken,
                orders: head.orders,
            }),
        }
    }
}

/// A file under inspection.
#[derive(Debug)]
pub struct Inspection<K> {
    name: String,
    profile: Profile,
    now: Moment,
    known: Option<Known<K>>,
    stage: Stage,
    index: Index,
    /// Blocks that were given last, whole, since pages often look at one several times.
    recent: VecDeque<(usize, Vec<Block>)>,
    /// Text that the end of the file made.
    last_text: Option<(u64, Vec<u8>)>,
    workbooks: Workbooks,
}

#[derive(Debug)]
enum Stage {
    First(Box<First>),
    /// Some blocks are decided once more with what the whole file says.
    Again(Box<Again>),
    Done(Box<Done>),
    /// Only while one stage is made of another.
    Between,
}

#[derive(Debug)]
struct Again {
    source: Source,
    learned: Learned,
    wanted: VecDeque<usize>,
    created_customers: BTreeSet<Box<str>>,
}

/// Everything that pages need.
#[derive(Debug)]
struct Done {
    source: Source,
    survey: Survey,
    views: page::Views,
}

/// What the first pass says of the file's bytes.
#[derive(Clone, Debug)]
struct Source {
    file: Identity,
    /// How many bytes were pushed.
    length: u64,
    /// How many bytes their text has, in which places count.
    text_bytes: u64,
    shape: Option<Arc<Shape>>,
}

/// Which file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its length.
    pub bytes: u64,
}

/// How far the first pass is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes taken.
    pub bytes: u64,
    /// Records seen.
    pub rows: u64,
    /// Errors found.
    pub errors: u64,
    /// Warnings found.
    pub warnings: u64,
}

/// Blocks kept for pages that look at the same place again.
const RECENT_BLOCKS: usize = 4;

impl<K: Knowledge<Error = Infallible>> Inspection<K> {
    /// An inspection at the beginning of a file. Where nothing is `known`, only what the file itself tells is found.
    pub fn new(name: &str, profile: Profile, now: Moment, known: Option<Known<K>>) -> Self {
        let framer = Framer::keeping_text(profile.read_options(now));
        Self {
            name: name.to_owned(),
            profile,
            now,
            known,
            workbooks: Workbooks::default(),
            stage: Stage::First(Box::new(First::new(framer))),
            index: Index::default(),
            recent: VecDeque::new(),
            last_text: None,
        }
    }

    /// Has workbooks opened by somebody else than the reader that is built in. Said before the first bytes are pushed.
    #[must_use]
    pub fn opening_workbooks_by(mut self, opener: Opener) -> Self {
        self.workbooks = Workbooks::opened_by(opener);
        let options = self.read_options();
        if let Stage::First(first) = &mut self.stage {
            first.framer = Framer::keeping_text(options);
        }
        self
    }

    /// How the file is read.
    fn read_options(&self) -> ReadOptions {
        ReadOptions {
            workbooks: self.workbooks,
            ..self.profile.read_options(self.now)
        }
    }

    /// Leaves it to whoever pushes the bytes to find out which file it is: see [`Self::end_of_file_of`].
    #[must_use]
    pub fn identified_elsewhere(mut self) -> Self {
        if let Stage::First(first) = &mut self.stage {
            first.hash = None;
        }
        self
    }

    /// Says how many bytes the file has. Knowing that saves time; it need not be true.
    #[must_use]
    pub fn of_length(mut self, bytes: u64) -> Self {
        if let Stage::First(first) = &mut self.stage {
            first.pass.tally = Tally::of_file(bytes);
        }
        self
    }

    /// Takes the next bytes of the file, any number of them.
    pub fn push(&mut self, bytes: &[u8]) {
        let Stage::First(first) = &mut self.stage else {
            return;
        };
        if let Some(hash) = &mut first.hash {
            hash.update(bytes);
        }
        first.framer.push(bytes);
        let teller = Teller::of(&self.profile, self.known.as_ref(), self.now);
        first.drain(&teller, &mut self.index);
    }

    /// Takes the text that was made of the file since the last call, where the file is not text in UTF-8 as it stands; and
    /// how many bytes at its beginning are and stand before that text. Spans count in what both make together. Asked after
    /// each [`push`](Self::push) and after [`end_of_file`](Self::end_of_file).
    pub fn take_text(&mut self) -> Option<(u64, Vec<u8>)> {
        match &mut self.stage {
            Stage::First(first) => first.framer.take_text(),
            Stage::Again(_) | Stage::Done(_) => self.last_text.take(),
            Stage::Between => None,
        }
    }

    /// How far the first pass is.
    pub fn progress(&self) -> Progress {
        let (bytes, tally) = match &self.stage {
            Stage::First(first) => (first.framer.bytes(), &first.pass.tally),
            Stage::Again(again) => (again.source.length, &again.learned.tally),
            Stage::Done(done) => (done.source.length, &done.survey.tally),
            Stage::Between => return Progress::NONE,
        };
        Progress {
            bytes,
            rows: tally.rows,
            errors: tally.by_severity[0],
            warnings: tally.by_severity[1],
        }
    }

    /// Reads some of what a file that can only be read as a whole comes to, once all its bytes have been pushed; false where
    /// there is no more. [`Self::end_of_file`] reads the rest, so that nobody has to ask.
    pub fn read_on(&mut self) -> bool {
        let Stage::First(first) = &mut self.stage else {
            return false;
        };
        first.framer.finish();
        let teller = Teller::of(&self.profile, self.known.as_ref(), self.now);
        first.hear_about_file();
        first.next_block(&teller, &mut self.index)
    }

    /// Says that the file has ended.
    pub fn end_of_file(&mut self) {
        self.end(None);
    }

    /// Says that the file has ended, and which one it was.
    pub fn end_of_file_of(&mut self, file: Identity) {
        self.end(Some(file));
    }

    fn end(&mut self, told: Option<Identity>) {
        let mut first = match std::mem::replace(&mut self.stage, Stage::Between) {
            Stage::First(first) => first,
            other => {
                self.stage = other;
                return;
            }
        };
        first.framer.finish();
        let teller = Teller::of(&self.profile, self.known.as_ref(), self.now);
        first.drain(&teller, &mut self.index);
        first.end_line(&mut self.index);
        let First {
            mut framer,
            hash,
            pass,
            twins,
            ..
        } = *first;
        self.last_text = framer.take_text();
        let length = framer.bytes();
        let source = Source {
            file: told.unwrap_or_else(|| Identity {
                sha256: hash.unwrap_or_default().finalize().into(),
                bytes: length,
            }),
            length,
            text_bytes: framer.text_bytes(),
            shape: framer.shape().cloned(),
        };
        let learned = pass.end(framer.stopped());
        let mut wanted: BTreeSet<usize> = BTreeSet::new();
        if learned.again {
            wanted.extend(twins.iter().filter_map(|row| self.index.block_of(*row)));
            if !learned.facts.customers.is_empty() {
                let blocks = self.index.blocks.iter().enumerate();
                let unknown = blocks.filter(|(_, entry)| entry.customer_unknown);
                wanted.extend(unknown.map(|(block, _)| block));
            }
        }
        self.stage = Stage::Again(Box::new(Again {
            source,
            learned,
            wanted: wanted.into_iter().collect(),
            created_customers: BTreeSet::new(),
        }));
        self.end_if_nothing_is_wanted();
    }

    /// The bytes that are needed before the verdict is there.
    pub fn wanted(&self) -> Option<Span> {
        match &self.stage {
            Stage::Again(again) => again
                .wanted
                .front()
                .map(|block| self.index.span(*block, again.source.text_bytes)),
            _ => None,
        }
    }

    /// Takes the bytes of a block that was asked for.
    pub fn give(&mut self, block: usize, bytes: &[u8]) {
        let Some(shape) = self.source().and_then(|source| source.shape.clone()) else {
            return;
        };
        let Some(entry) = self.index.blocks.get(block) else {
            return;
        };
        let blocks = read_again(&shape, entry.mark, bytes);
        if let Stage::Again(again) = &mut self.stage {
            let teller = Teller::of(&self.profile, self.known.as_ref(), self.now);
            let mut entry = Entry {
                mark: self.index.blocks[block].mark,
                kinds: std::collections::BTreeMap::new(),
                counts: crate::plan::Counts::default(),
                customer_unknown: false,
            };
            let surveyed = teller.survey(&shape, &blocks, &again.learned.facts, &mut entry);
            again.created_customers.extend(surveyed.created_customers);
            self.index.blocks[block] = entry;
            if again.wanted.front() == Some(&block) {
                again.wanted.pop_front();
            }
            self.end_if_nothing_is_wanted();
            return;
        }
        self.recent.retain(|(known, _)| *known != block);
        self.recent.push_front((block, blocks));
        self.recent.truncate(RECENT_BLOCKS);
    }

    /// What is agreed with the partner.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The file's form, once its beginning is known.
    pub fn shape(&self) -> Option<&Arc<Shape>> {
        match &self.stage {
            Stage::First(first) => first.framer.shape(),
            _ => self.source()?.shape.as_ref(),
        }
    }

    fn source(&self) -> Option<&Source> {
        match &self.stage {
            Stage::Again(again) => Some(&again.source),
            Stage::Done(done) => Some(&done.source),
            Stage::First(_) | Stage::Between => None,
        }
    }

    fn done(&self) -> Option<&Done> {
        match &self.stage {
            Stage::Done(done) => Some(done),
            _ => None,
        }
    }

    fn end_if_nothing_is_wanted(&mut self) {
        let again = match std::mem::replace(&mut self.stage, Stage::Between) {
            Stage::Again(again) if again.wanted.is_empty() => again,
            other => {
                self.stage = other;
                return;
            }
        };
        let Again {
            source,
            learned,
            created_customers,
            ..
        } = *again;
        let decisions = Some(Decisions {
            counts: self.index.counts(),
            created_customers,
        });
        let (profile, now) = (&self.profile, self.now);
        let survey = match &self.known {
            Some(known) => learned.survey(decisions, profile, &known.knowledge, now),
            None => learned.survey(decisions, profile, &Nothing, now),
        };
        let survey = match survey {
            Ok(survey) => survey,
            Err(never) => match never {},
        };
        self.stage = Stage::Done(Box::new(Done {
            source,
            survey,
            views: page::Views::default(),
        }));
    }
}

impl Progress {
    const NONE: Self = Self {
        bytes: 0,
        rows: 0,
        errors: 0,
        warnings: 0,
    };
}

/// The records of a block, cut out of its bytes once more.
fn read_again(shape: &Arc<Shape>, mark: Mark, bytes: &[u8]) -> Vec<Block> {
    let mut framer = Framer::resume(shape, mark);
    framer.push(bytes);
    framer.finish();
    std::iter::from_fn(|| framer.next_block()).collect()
}

#[cfg(test)]
mod tests;
