//! What of the log of rows is at hand, so that whoever reads it does not unpack the same part of the journal again and again?
//! It remembers only what never changes: a frame that is durable stays as it is, and so does what is not in it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memchr::{memchr_iter, memrchr};

use crate::entry::ROW_PREFIX;
use crate::journal::{Frame, Frames, JournalError, Position};

/// What is remembered of the log.
#[derive(Default)]
pub struct RowLog {
    newest: Mutex<Option<Arc<Newest>>>,
    /// Frames that were read, the last one asked for first.
    frames: Mutex<VecDeque<Arc<Frame>>>,
    barren: Mutex<HashMap<Box<[u8]>, Barren>>,
}

/// The end of the log, as it was written last.
#[derive(Debug)]
pub struct Newest {
    /// The numbers of its entries.
    numbers: Range<u64>,
    /// Their lines, and others between them.
    pub lines: Vec<u8>,
}

/// Numbers among which there is no entry that is sought: first ones, each with the one behind the last.
#[derive(Debug, Default)]
struct Barren(BTreeMap<u64, u64>);

/// So much of what was written last is kept: several pages of the log.
const NEWEST_BYTES: usize = 128 << 10;

/// Frames that were read are kept up to so many bytes, but one at least, and so many at most.
const FRAMES_BYTES: usize = 20 << 20;
const MOST_FRAMES: usize = 16;

/// So many searches are remembered, with so many stretches each.
const MOST_SEARCHES: usize = 256;
const MOST_STRETCHES: usize = 1024;

impl RowLog {
    /// Takes over the lines of a frame that is durable now, whose entries end before `next`.
    pub fn written(&self, lines: &[u8], next: u64) {
        let from = lines.len().saturating_sub(NEWEST_BYTES);
        let start = match from {
            0 => 0,
            from => memrchr(b'\n', &lines[..from]).map_or(0, |end| end + 1),
        };
        let lines = lines[start..].to_vec();
        let Some(first) = rows_of(&lines).find_map(number_of) else {
            return;
        };
        let numbers = first..next;
        *lock(&self.newest) = Some(Arc::new(Newest { numbers, lines }));
    }

    /// The end of the log, where the entry of this number is in it.
    pub fn newest_with(&self, number: u64) -> Option<Arc<Newest>> {
        let newest = lock(&self.newest);
        newest
            .as_ref()
            .filter(|newest| newest.numbers.contains(&number))
            .cloned()
    }

    /// The frame at this position of the journal.
    pub fn frame(&self, journal: &Path, position: Position) -> Result<Arc<Frame>, JournalError> {
        {
            let mut frames = lock(&self.frames);
            if let Some(at) = frames.iter().position(|frame| frame.start == position)
                && let Some(frame) = frames.remove(at)
            {
                frames.push_front(Arc::clone(&frame));
                return Ok(frame);
            }
        }
        let frame = Arc::new(Frames::read_at(journal, position)?);
        let mut frames = lock(&self.frames);
        frames.push_front(Arc::clone(&frame));
        let bytes = |frames: &VecDeque<Arc<Frame>>| -> usize {
            frames.iter().map(|frame| frame.lines.len()).sum()
        };
        while frames.len() > 1 && (frames.len() > MOST_FRAMES || bytes(&frames) > FRAMES_BYTES) {
            frames.pop_back();
        }
        Ok(frame)
    }

    /// Notes that nothing among these numbers is what `sought` asks for.
    pub fn note_barren(&self, sought: &[u8], numbers: Range<u64>) {
        let mut searches = lock(&self.barren);
        if searches.len() >= MOST_SEARCHES && !searches.contains_key(sought) {
            searches.clear();
        }
        if !searches.contains_key(sought) {
            searches.insert(sought.into(), Barren::default());
        }
        if let Some(barren) = searches.get_mut(sought) {
            barren.add(numbers);
        }
    }

    /// The numbers around this one among which nothing is what `sought` asks for, as far as that is known.
    pub fn barren_around(&self, sought: &[u8], number: u64) -> Option<Range<u64>> {
        let searches = lock(&self.barren);
        searches.get(sought)?.around(number)
    }
}

impl std::fmt::Debug for RowLog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RowLog").finish_non_exhaustive()
    }
}

impl Barren {
    fn around(&self, number: u64) -> Option<Range<u64>> {
        let (&start, &end) = self.0.range(..=number).next_back()?;
        (start..end).contains(&number).then_some(start..end)
    }

    /// Adds a stretch and joins it with those that it touches.
    fn add(&mut self, numbers: Range<u64>) {
        let Range { mut start, mut end } = numbers;
        if start >= end {
            return;
        }
        while let Some((&first, &past)) = self.0.range(..=end).next_back()
            && past >= start
        {
            self.0.remove(&first);
            (start, end) = (start.min(first), end.max(past));
        }
        if self.0.len() < MOST_STRETCHES {
            self.0.insert(start, end);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The lines about rows, in their order.
pub fn rows_of(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
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
pub fn rows_backwards(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
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
pub fn number_of(line: &[u8]) -> Option<u64> {
    let digits = line.strip_prefix(ROW_PREFIX)?.strip_prefix(b"\"logId\":")?;
    let end = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u64) -> String {
        format!("{{\"type\":\"row\",\"logId\":{id},\"time\":\"t\"}}\n")
    }

    #[test]
    fn lines_are_found_in_both_directions() {
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

    #[test]
    fn the_end_of_the_log_is_whole_lines() {
        let log = RowLog::default();
        assert!(log.newest_with(1).is_none());
        let text: String = (1..=10_000).map(row).collect();
        log.written(text.as_bytes(), 10_001);
        let newest = log.newest_with(10_000).unwrap();
        assert!((NEWEST_BYTES..NEWEST_BYTES + 100).contains(&newest.lines.len()));
        let first = rows_of(&newest.lines).find_map(number_of).unwrap();
        assert!(log.newest_with(first).is_some() && log.newest_with(first - 1).is_none());
        // What tells of no rows leaves the end where it was.
        log.written(b"{\"type\":\"file\"}\n", 10_001);
        assert!(log.newest_with(10_000).is_some());
    }

    #[test]
    fn stretches_without_what_is_sought_grow_together() {
        let mut barren = Barren::default();
        for numbers in [10..20, 30..40, 5..5, 20..25, 1..3] {
            barren.add(numbers);
        }
        assert_eq!(barren.around(22), Some(10..25));
        assert_eq!(barren.around(25), None);
        barren.add(24..31);
        assert_eq!(barren.around(39), Some(10..40));
        barren.add(3..10);
        assert_eq!(barren.0, BTreeMap::from([(1, 40)]));
    }
}
