//! Does the journal keep its promises as a whole: nothing lost, nothing invented, damage told?
//!
//! Invariant: every test works on real files and compares with what was appended.

mod damage;
mod reading;
mod tears;

use std::fs;
use std::path::{Path, PathBuf};

use super::{
    Cut, Damage, FrameSpan, Frames, Journal, JournalError, JournalOptions, Position, Recovery,
    segment, verify,
};

const TIME: &str = "2026-11-23T09:00:00Z";

/// The spans and lines of appended frames, in order.
type Written = Vec<(FrameSpan, Vec<u8>)>;

fn open(directory: &Path, options: JournalOptions) -> (Journal, Recovery) {
    Journal::open(directory, options).unwrap()
}

fn small_segments() -> JournalOptions {
    JournalOptions {
        segment_bytes: 1200,
        known_good: None,
    }
}

fn known_good(position: Position) -> JournalOptions {
    JournalOptions {
        known_good: Some(position),
        ..small_segments()
    }
}

fn lines_of(frame: usize) -> Vec<u8> {
    (0..=frame % 3)
        .flat_map(|row| {
            format!("{{\"type\":\"row\",\"frame\":{frame},\"row\":{row}}}\n").into_bytes()
        })
        .collect()
}

fn append_frames(journal: &mut Journal, numbers: std::ops::Range<usize>) -> Written {
    numbers
        .map(|number| {
            let lines = lines_of(number);
            (journal.append(&lines, TIME).unwrap(), lines)
        })
        .collect()
}

fn new_journal(directory: &Path, frames: usize) -> Written {
    append_frames(&mut open(directory, small_segments()).0, 0..frames)
}

fn read_from(directory: &Path, from: Position) -> Result<Written, JournalError> {
    let mut frames = Frames::open(directory, from)?;
    let mut read = Vec::new();
    while let Some(frame) = frames.next()? {
        read.push((
            FrameSpan {
                start: frame.start,
                end: frame.end,
            },
            frame.lines,
        ));
    }
    Ok(read)
}

fn read_all(directory: &Path) -> Result<Written, JournalError> {
    read_from(directory, Position::START)
}

fn segment_files(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    (1..=segment::last(directory).unwrap())
        .map(|number| {
            let path = segment::path(directory, number);
            let bytes = fs::read(&path).unwrap();
            (path, bytes)
        })
        .collect()
}

fn restore(directory: &Path, files: &[(PathBuf, Vec<u8>)]) {
    let later = (files.len() as u32 + 1..).map(|number| segment::path(directory, number));
    for path in later.take_while(|path| path.exists()) {
        fs::remove_file(path).unwrap();
    }
    for (path, bytes) in files {
        fs::write(path, bytes).unwrap();
    }
}

fn damage_of<T: std::fmt::Debug>(result: Result<T, JournalError>) -> Damage {
    match result {
        Err(JournalError::Damaged { damage, .. }) => damage,
        other => panic!("expected damage, got {other:?}"),
    }
}

fn open_error(directory: &Path, options: JournalOptions) -> Result<Recovery, JournalError> {
    Journal::open(directory, options).map(|(_, recovery)| recovery)
}
