//! Where in a file does what lie, so that any place can be looked at again?
//! Grows with the blocks of a file, never with its rows or its findings.

use crate::check::{FIRST_PLACES, Place};
use crate::code::{Code, Severity};
use crate::field::Field;
use crate::finding::{Detail, Finding};
use crate::plan::{Counts, Decision};
use crate::read::Mark;
use crate::short_order::sort_short;
use std::collections::BTreeMap;

/// The blocks of a file, in order.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) blocks: Vec<Entry>,
}

/// What one block holds.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) mark: Mark,
    /// How many findings of which kind.
    pub(super) kinds: BTreeMap<Kind, Found>,
    /// How many rows are decided how.
    pub(super) counts: Counts,
    /// Does a row name a customer that the file itself may bring along?
    pub(super) customer_unknown: bool,
}

/// Findings that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub(super) code: Code,
    pub(super) field: Option<Field>,
    pub(super) column: u32,
}

/// Findings of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) count: u64,
    /// How many of them can be mended for certain, and how many likely.
    pub(super) fixes: Fixes,
    /// The first places, at most [`FIRST_PLACES`].
    pub(super) first: Vec<Place>,
    /// What their words need besides, where it is the same for all.
    pub(super) detail: Option<Detail>,
}

/// How many findings say what would stand in the cell instead.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Fixes {
    pub(super) safe: u64,
    pub(super) likely: u64,
}

/// Findings of one code in one field, over the whole file.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) code: Code,
    pub(super) field: Option<Field>,
    /// The column, where all of them stand in one.
    pub(super) column: u32,
    pub(super) found: Found,
}

/// The bytes of a block in the text of its file: where they begin and where the next block's do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Which block it is, counted from 0.
    pub block: usize,
    /// Where its bytes begin.
    pub offset: u64,
    /// How many they are; to the end of the text for the last block.
    pub length: u64,
}

impl Kind {
    pub(super) fn of(finding: &Finding) -> Self {
        Self {
            code: finding.code,
            field: finding.field,
            column: finding.column,
        }
    }
}

impl Fixes {
    fn add_all(&mut self, other: Self) {
        self.safe += other.safe;
        self.likely += other.likely;
    }
}

impl Found {
    fn add(&mut self, finding: &Finding) {
        self.count += 1;
        match &finding.fix {
            Some(fix) if fix.safe => self.fixes.safe += 1,
            Some(_) => self.fixes.likely += 1,
            None => {}
        }
        self.agree_on(&finding.detail);
        if self.first.len() < FIRST_PLACES {
            let Finding {
                row, line, column, ..
            } = *finding;
            self.first.push(Place { row, line, column });
        }
    }

    /// Adds one that is heard of only after later ones.
    fn add_late(&mut self, finding: &Finding) {
        self.count += 1;
        self.agree_on(&finding.detail);
        let Finding {
            row, line, column, ..
        } = *finding;
        let at = self.first.partition_point(|place| place.row < row);
        self.first.insert(at, Place { row, line, column });
        self.first.truncate(FIRST_PLACES);
    }

    fn agree_on(&mut self, detail: &Detail) {
        let known = self.detail.get_or_insert_with(|| detail.clone());
        if known != detail {
            *known = Detail::Any;
        }
    }

    fn add_all(&mut self, later: &Self) {
        self.count += later.count;
        self.fixes.add_all(later.fixes);
        if let Some(detail) = &later.detail {
            self.agree_on(detail);
        }
        let room = FIRST_PLACES - self.first.len();
        self.first.extend(later.first.iter().take(room));
    }

    /// Adds those of another column, which stand among these.
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.fixes.add_all(other.fixes);
        if let Some(detail) = &other.detail {
            self.agree_on(detail);
        }
        self.first.extend(other.first);
        sort_short(&mut self.first, |place| place.row);
        self.first.truncate(FIRST_PLACES);
    }
}

impl Entry {
    pub(super) fn new(mark: Mark) -> Self {
        Self {
            mark,
            kinds: BTreeMap::new(),
            counts: Counts::default(),
            customer_unknown: false,
        }
    }

    pub(super) fn add(&mut self, finding: &Finding) {
        self.kinds
            .entry(Kind::of(finding))
            .or_default()
            .add(finding);
    }
}

/// Which records are rejected, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Rejected {
    /// A bit for each record.
    words: Vec<u64>,
}

impl Rejected {
    /// Notes a record; was it not noted before?
    pub(super) fn insert(&mut self, row: u64) -> bool {
        let (word, bit) = ((row / 64) as usize, 1 << (row % 64));
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        let is_new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        is_new
    }
}

impl Index {
    /// Takes what is found of a record only once another one is known, where its form alone has decided it so far.
    pub(super) fn add_twin(&mut self, finding: &Finding, rejected: &mut Rejected) {
        let Some(block) = self.block_of(finding.row) else {
            return;
        };
        let entry = &mut self.blocks[block];
        let found = entry.kinds.entry(Kind::of(finding)).or_default();
        found.add_late(finding);
        if finding.code.is_error() && rejected.insert(finding.row) {
            entry.counts.by_decision[Decision::Create as usize] -= 1;
            entry.counts.by_decision[Decision::Reject as usize] += 1;
        }
    }

    /// The bytes of a block in a text of this length.
    pub(super) fn span(&self, block: usize, text_bytes: u64) -> Span {
        let offset = self.blocks[block].mark.offset;
        let next = self.blocks.get(block + 1);
        let end = next.map_or(text_bytes, |next| next.mark.offset);
        Span {
            block,
            offset,
            length: end - offset,
        }
    }

    /// The block that has this record.
    pub(super) fn block_of(&self, row: u64) -> Option<usize> {
        let after = self
            .blocks
            .partition_point(|entry| entry.mark.first_row <= row);
        let block = after.checked_sub(1)?;
        let mark = self.blocks[block].mark;
        (row - mark.first_row < mark.rows).then_some(block)
    }

    /// All findings in groups, the largest first, those about the file as a whole included.
    pub(super) fn groups(&self, about_file: &[Finding]) -> Vec<Group> {
        let mut kinds: BTreeMap<Kind, Found> = BTreeMap::new();
        for finding in about_file {
            kinds.entry(Kind::of(finding)).or_default().add(finding);
        }
        for entry in &self.blocks {
            for (kind, found) in &entry.kinds {
                kinds.entry(*kind).or_default().add_all(found);
            }
        }
        let mut groups = grouped(kinds);
        sort_short(&mut groups, |group| std::cmp::Reverse(group.found.count));
        groups
    }

    /// How many findings there are of each severity, those about the file as a whole included.
    pub(super) fn by_severity(&self, about_file: &[Finding]) -> [u64; 3] {
        let mut counts = [0; 3];
        for finding in about_file {
            counts[finding.severity() as usize] += 1;
        }
        for (kind, found) in self.blocks.iter().flat_map(|entry| &entry.kinds) {
            counts[kind.code.severity() as usize] += found.count;
        }
        counts
    }

    /// How many rows are decided how.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for entry in &self.blocks {
            counts.add_all(&entry.counts);
        }
        counts
    }

    /// How many rows of a block are decided so.
    pub(super) fn decided(&self, block: usize, decision: Option<Decision>) -> u64 {
        let counts = &self.blocks[block].counts;
        decision.map_or_else(|| counts.rows(), |decision| counts.of(decision))
    }

    /// How many findings of a block are of a kind that `fits`.
    pub(super) fn found(&self, block: usize, fits: impl Fn(Kind) -> bool) -> u64 {
        let kinds = self.blocks[block].kinds.iter();
        kinds
            .filter(|(kind, _)| fits(**kind))
            .map(|(_, found)| found.count)
            .sum()
    }
}

/// Findings of one code in one field together, whatever their columns.
pub(super) fn grouped(kinds: BTreeMap<Kind, Found>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (kind, found) in kinds {
        let same = groups
            .last_mut()
            .filter(|group| (group.code, group.field) == (kind.code, kind.field));
        if let Some(group) = same {
            group.column = 0;
            group.found.merge(found);
        } else {
            groups.push(Group {
                code: kind.code,
                field: kind.field,
                column: kind.column,
                found,
            });
        }
    }
    groups
}

/// Is the finding, or the kind, of this severity?
pub(super) fn weighs(code: Code, severity: Option<Severity>) -> bool {
    severity.is_none_or(|severity| code.severity() == severity)
}
