//! Which records of a CSV block are written plainly, and where do their cells end?
//! Plain is what nearly every record is: a cell for each column, no quote, printable ASCII. A record that is not, or
//! that whoever looks at it does not settle, is taken apart like any other.

use super::csv_cells::Walk;
use super::specials::Specials;
use super::{Block, Record, Shape};

/// A record written plainly.
#[derive(Debug)]
pub(crate) struct PlainRecord<'r, 'a> {
    /// Its number.
    pub(crate) row: u64,
    /// Its physical line.
    pub(crate) line: u64,
    /// Bytes around it, in which its places count.
    stretch: &'a [u8],
    start: usize,
    /// For each column the place of the byte behind its cell.
    ends: &'r [u32],
}

impl<'a> PlainRecord<'_, 'a> {
    /// Its cells, one for each column: printable ASCII without a quote.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'a [u8]> {
        let stretch = self.stretch;
        let mut start = self.start;
        self.ends.iter().map(move |end| {
            let end = *end as usize;
            let cell = &stretch[start..end];
            start = end + 1;
            cell
        })
    }

    /// Its bytes without the end of the line.
    pub(crate) fn raw(&self) -> &'a [u8] {
        let end = self.ends.last().map_or(self.start, |end| *end as usize);
        &self.stretch[self.start..end]
    }
}

/// Who takes records.
pub(crate) trait Taker<'a> {
    /// Takes a plain record, or leaves it: false has it come once more, taken apart.
    fn plain(&mut self, record: &PlainRecord<'_, 'a>) -> bool;
    /// Takes a record.
    fn record(&mut self, record: &Record<'_, 'a>);
}

/// Takes a block of a CSV file apart, the plain records at first sight.
pub(super) fn records<'a>(shape: &Shape, block: &'a Block, taker: &mut impl Taker<'a>) {
    let mut walk = Walk::new(shape, block, taker);
    let mut broken = block.broken.iter().peekable();
    let mut specials = Specials::with_room_for(STRETCH);
    let mut at = 0;
    while at < block.bytes.len() {
        if let Some(marked) = broken.next_if(|record| record.offset == at) {
            walk.broken_record(marked);
            at += marked.length;
            continue;
        }
        let stop = broken
            .peek()
            .map_or(block.bytes.len(), |record| record.offset);
        at = match stretch_end(&block.bytes[..stop], at, shape.terminator) {
            Some(end) => {
                let stretch = &block.bytes[at..end];
                let specials = specials.of(stretch, shape.delimiter);
                records_of_stretch(&mut walk, at, stretch, specials, stop)
            }
            None => walk.one_record(at, stop),
        };
    }
}

/// So much is looked through at once that what was found stays at hand until it is used.
const STRETCH: usize = if cfg!(test) { 400 } else { 4 << 10 };

/// Where the last line ends that begins at or after `start` and ends within a stretch.
fn stretch_end(bytes: &[u8], start: usize, terminator: u8) -> Option<usize> {
    let stretch = &bytes[start..bytes.len().min(start + STRETCH)];
    memchr::memrchr(terminator, stretch).map(|found| start + found + 1)
}

/// Takes the records that begin in a stretch of whole lines; says where the next one begins.
fn records_of_stretch<'a>(
    walk: &mut Walk<'_, 'a, '_, impl Taker<'a>>,
    offset: usize,
    stretch: &'a [u8],
    mut specials: &[u32],
    stop: usize,
) -> usize {
    let columns = walk.shape.columns.len();
    let mut start = 0;
    while start < stretch.len() {
        if let Some(plain) = plain_end(walk.shape, stretch, specials) {
            let (row, line) = walk.place();
            let record = PlainRecord {
                row,
                line,
                stretch,
                start,
                ends: &specials[..columns],
            };
            if walk.taker.plain(&record) {
                walk.pass_over_plain();
            } else {
                walk.plain_record(offset + start, &record);
            }
            start = plain.next;
            specials = &specials[plain.specials..];
            continue;
        }
        start = walk.one_record(offset + start, stop) - offset;
        let passed = specials.partition_point(|place| (*place as usize) < start);
        specials = &specials[passed..];
    }
    offset + start
}

/// What comes behind a plain record.
struct PlainEnd {
    /// Where the next one begins.
    next: usize,
    /// How many special bytes it has.
    specials: usize,
}

/// Is the record whose special bytes come first plain?
fn plain_end(shape: &Shape, stretch: &[u8], specials: &[u32]) -> Option<PlainEnd> {
    let columns = shape.columns.len();
    let (last, inner) = specials.get(..columns)?.split_last()?;
    let is_whole = inner
        .iter()
        .all(|place| stretch[*place as usize] == shape.delimiter);
    if !is_whole {
        return None;
    }
    let last = *last as usize;
    if stretch[last] == shape.terminator {
        return Some(PlainEnd {
            next: last + 1,
            specials: columns,
        });
    }
    let line_end = [b'\r', shape.terminator];
    stretch[last..].starts_with(&line_end).then_some(PlainEnd {
        next: last + 2,
        specials: columns + 1,
    })
}
