//! Which line of a file names its columns?
//! The first that holds anything; where that one names none of them, the first further down that clearly does. What stands
//! above it is told, and how many bytes are looked at does not depend on how they arrived.

use super::csv_cells::{after_returns, split_record};
use super::delimiter::DELIMITERS;
use super::detect::{meant, newlines, without_mark};
use super::{ReadOptions, sample};
use std::borrow::Cow;

/// A header is looked for in so many rows.
const MOST_ROWS: usize = 20;

/// So many different fields must a row name that is not the first, to be taken for the header.
const CLEARLY: usize = 3;

/// A row that may be the header.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    /// Where it begins.
    pub(super) start: usize,
    pub(super) end: RecordEnd,
}

/// Where a record ends, counted from its beginning.
#[derive(Clone, Copy)]
pub(super) struct RecordEnd {
    /// Its bytes.
    pub(super) content: usize,
    /// Its bytes with the end of its line.
    pub(super) total: usize,
    pub(super) terminator: u8,
    pub(super) unclosed: bool,
}

/// What stands above a header that is not the first row.
pub(super) struct Above {
    /// How many rows a spreadsheet shows there.
    pub(super) rows: u64,
    /// What they say.
    pub(super) text: String,
}

/// What stands below a first line that is no header.
pub(super) enum Below {
    /// A header, and what stands above it.
    Header(Candidate, Above),
    /// No row that clearly is one.
    Nothing,
    /// More bytes are needed to tell.
    Undecided,
}

/// The first line that is not blank. Blank lines are passed over one by one, so that an indented header stays whole.
pub(super) fn first(body: &[u8], at_end: bool, demanded: Option<u8>) -> Option<Candidate> {
    let mut start = 0;
    while let Some(length) = blank_line(&body[start..]) {
        start += length;
    }
    let end = record_end(&body[start..], at_end, demanded)?;
    Some(Candidate { start, end })
}

/// Looks for the header below a first line that is none. Is `whole` set, no more bytes come.
pub(super) fn below(
    body: &[u8],
    first: Candidate,
    (at_end, whole): (bool, bool),
    demanded: Option<u8>,
    options: &ReadOptions,
) -> Below {
    let known = |at: &Candidate| {
        let row = &body[at.start..at.start + at.end.content];
        std::str::from_utf8(row).map_or(0, |row| fields_in(row, demanded, options))
    };
    let behind = first.start + first.end.total;
    let sample = &body[..body.len().min(behind + sample::BYTES)];
    if sample.len() < behind + sample::BYTES && !whole {
        return Below::Undecided;
    }
    let ends_here = at_end && sample.len() == body.len();
    let mut rows = vec![first];
    let mut at = behind;
    while rows.len() < MOST_ROWS && at < sample.len() {
        if let Some(length) = blank_line(&sample[at..]) {
            at += length;
            continue;
        }
        let Some(end) = record_end(&sample[at..], ends_here, demanded) else {
            break;
        };
        let row = Candidate { start: at, end };
        if end.unclosed {
            break;
        }
        if known(&row) >= CLEARLY {
            // Whatever stands in quotes over several lines is one row.
            let inner = |row: &Candidate| newlines(&body[row.start..row.start + row.end.content]);
            let lines = newlines(&body[..at]) - rows.iter().map(inner).sum::<u64>();
            let texts = rows.iter().map(|row| text_of(body, row, demanded));
            let texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
            let text = texts.join(" | ");
            return Below::Header(row, Above { rows: lines, text });
        }
        rows.push(row);
        at += end.total;
    }
    Below::Nothing
}

/// How many different fields a row names, with the delimiter that makes the most of them.
fn fields_in(row: &str, demanded: Option<u8>, options: &ReadOptions) -> usize {
    let delimiters = DELIMITERS.iter().copied().chain(demanded);
    let fields = delimiters.filter_map(|delimiter| {
        let cells = split_record(row, delimiter)?;
        let cells = cells.iter().take(options.limits.columns);
        let mut fields: Vec<_> = cells
            .filter_map(|cell| meant(without_mark(cell), options))
            .collect();
        fields.sort_unstable();
        fields.dedup();
        Some(fields.len())
    });
    fields.max().unwrap_or(0)
}

/// What a row says, its cells one behind another.
fn text_of(body: &[u8], row: &Candidate, demanded: Option<u8>) -> String {
    let text = String::from_utf8_lossy(&body[row.start..row.start + row.end.content]);
    let delimiters = DELIMITERS.iter().copied().chain(demanded);
    let widest = delimiters
        .filter_map(|delimiter| split_record(&text, delimiter))
        .max_by_key(Vec::len);
    let cells = widest.unwrap_or_else(|| vec![Cow::Borrowed(&*text)]);
    let cells = cells.iter().map(|cell| without_mark(cell).trim());
    cells
        .filter(|cell| !cell.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Finds the end of the first record: quotes hide line ends, and a CR without an LF ends it too.
fn record_end(body: &[u8], at_end: bool, demanded: Option<u8>) -> Option<RecordEnd> {
    let mut quoted = false;
    // A quote opens a cell at its start, and goes on with it right behind the one that seemed to close it.
    let mut may_open = true;
    for (at, byte) in body.iter().enumerate() {
        let opened = may_open;
        may_open =
            DELIMITERS.contains(byte) || demanded == Some(*byte) || (*byte == b'"' && quoted);
        match byte {
            b'"' if quoted || opened => quoted = !quoted,
            b'\n' | b'\r' if !quoted => {
                let after = after_returns(body, at);
                let (total, terminator) = match body.get(after) {
                    Some(b'\n') => (after + 1, b'\n'),
                    None if !at_end => return None,
                    _ => (at + 1, b'\r'),
                };
                return Some(RecordEnd {
                    content: at,
                    total,
                    terminator,
                    unclosed: false,
                });
            }
            _ => {}
        }
    }
    at_end.then_some(RecordEnd {
        content: body.len(),
        total: body.len(),
        terminator: b'\n',
        unclosed: quoted,
    })
}

fn blank_line(bytes: &[u8]) -> Option<usize> {
    let end = memchr::memchr2(b'\n', b'\r', bytes)?;
    bytes[..end]
        .iter()
        .all(u8::is_ascii_whitespace)
        .then_some(end + 1)
}
