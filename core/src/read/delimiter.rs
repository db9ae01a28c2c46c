//! Which byte stands between the cells of a file?
//! Its header decides, as a first line `sep=;` demands; where that leaves it open the records do, taken apart, so that text in
//! quotes has no vote. Where header and records do not agree somebody is told.

use super::csv_cells::{after_returns, split_record};
use super::detect::meant;
use super::{ReadOptions, sample};
use std::borrow::Cow;

pub(super) const DELIMITERS: &[u8] = b";,\t|";

/// A header taken apart.
pub(super) struct Split<'h> {
    pub(super) delimiter: u8,
    pub(super) headers: Vec<Cow<'h, str>>,
    /// The other delimiter that it may be.
    pub(super) doubt: Option<u8>,
}

/// What stands behind the header, as far as it is looked at.
#[derive(Clone, Copy)]
pub(super) struct Records<'r> {
    bytes: &'r [u8],
    terminator: u8,
    /// Is that all of the file?
    whole: bool,
}

/// So many records have a vote.
const MOST_RECORDS: usize = 200;

impl<'r> Records<'r> {
    /// The records in `rest`, which ends where the file does if `whole`.
    pub(super) fn new(rest: &'r [u8], terminator: u8, whole: bool) -> Self {
        Self {
            bytes: &rest[..rest.len().min(sample::BYTES)],
            terminator,
            whole: whole && rest.len() <= sample::BYTES,
        }
    }

    /// How many cells each record has, with this delimiter.
    fn widths(self, delimiter: u8) -> Vec<usize> {
        let Self {
            bytes, terminator, ..
        } = self;
        let mut widths = Vec::new();
        let (mut at, mut start, mut width) = (0, 0, 1);
        while at < bytes.len() && widths.len() < MOST_RECORDS {
            if bytes[at] == b'"' {
                at = closing_quote(bytes, at);
            }
            let Some(found) = memchr::memchr2(delimiter, terminator, &bytes[at..]) else {
                break;
            };
            at += found + 1;
            if bytes[at - 1] == delimiter {
                width += 1;
                continue;
            }
            if !bytes[start..at].iter().all(u8::is_ascii_whitespace) {
                widths.push(width);
            }
            (start, width) = (at, 1);
        }
        if self.whole && widths.len() < MOST_RECORDS && !bytes[start..].trim_ascii().is_empty() {
            widths.push(width);
        }
        widths
    }

    /// The number of the last column in which something stands.
    pub(super) fn filled(self, delimiter: u8) -> usize {
        let records = self.bytes.split_inclusive(|byte| *byte == self.terminator);
        let filled = records.map(|record| {
            let last = record.iter().rposition(|byte| {
                *byte != delimiter && *byte != b'"' && !byte.is_ascii_whitespace()
            });
            let text = &record[..last.map_or(0, |last| last + 1)];
            memchr::memchr_iter(delimiter, text).count() + usize::from(last.is_some())
        });
        filled.max().unwrap_or(0)
    }

    fn of_width(self, delimiter: u8, width: usize) -> usize {
        let widths = self.widths(delimiter);
        widths.iter().filter(|found| **found == width).count()
    }
}

/// Where the quote stands that closes the one at `at`; the end, where none does.
fn closing_quote(bytes: &[u8], at: usize) -> usize {
    let mut from = at + 1;
    while let Some(found) = memchr::memchr(b'"', &bytes[from..]) {
        from += found + 1;
        if bytes.get(from) != Some(&b'"') {
            return from;
        }
        from += 1;
    }
    bytes.len()
}

/// The delimiter that makes the most known columns; among equals the one that the records are written with, then the one that
/// makes more columns. Nothing where the quotes of the header are whole with none of them.
pub(super) fn split<'h>(
    text: &'h str,
    demanded: Option<u8>,
    records: Records<'_>,
    options: &ReadOptions,
) -> Option<Split<'h>> {
    let mut splits: Vec<(usize, u8, Vec<Cow<'h, str>>)> = Vec::new();
    let others = DELIMITERS.iter().filter(|known| Some(**known) != demanded);
    for delimiter in demanded.into_iter().chain(others.copied()) {
        let Some(headers) = split_record(text, delimiter) else {
            continue;
        };
        let columns = headers.iter().take(options.limits.columns);
        let known = columns
            .filter(|header| meant(header, options).is_some())
            .count();
        splits.push((known, delimiter, headers));
    }
    let most = splits.iter().map(|(known, ..)| *known).max()?;
    // What the file itself demands holds wherever it makes any sense.
    let first = splits
        .first()
        .filter(|(known, delimiter, _)| Some(*delimiter) == demanded && (*known > 0 || most == 0));
    let among = |(known, _, headers): &&(usize, u8, Vec<_>)| {
        *known == most && (headers.len() > 1 || most == 0)
    };
    let equals: Vec<_> = splits.iter().filter(among).collect();
    let rank = |split: &(usize, u8, Vec<Cow<'_, str>>)| {
        let votes = match equals.len() {
            2.. => records.of_width(split.1, split.2.len()),
            _ => 0,
        };
        (split.0, votes, split.2.len())
    };
    let mut best = first;
    if best.is_none() {
        for split in &splits {
            if best.is_none_or(|best| rank(split) > rank(best)) {
                best = Some(split);
            }
        }
    }
    let (known, delimiter, headers) = best?;
    let rival = equals
        .iter()
        .map(|split| split.1)
        .find(|rival| rival != delimiter && *known > 0 && demanded != Some(*delimiter));
    let ignored = demanded.filter(|demanded| demanded != delimiter);
    let doubt = ignored
        .or(rival)
        .or_else(|| of_records(*delimiter, headers.len(), records));
    Some(Split {
        delimiter: *delimiter,
        headers: headers.clone(),
        doubt,
    })
}

/// The delimiter that all records are written with, where none is with the header's.
fn of_records(delimiter: u8, width: usize, records: Records<'_>) -> Option<u8> {
    if width < 2 || records.of_width(delimiter, width) > 0 {
        return None;
    }
    DELIMITERS.iter().copied().find(|other| {
        let widths = records.widths(*other);
        *other != delimiter && !widths.is_empty() && widths.iter().all(|found| *found == width)
    })
}

/// A first line that names the delimiter, as Excel reads it: `sep=;`, also in quotes.
pub(super) enum Demand {
    /// The delimiter, and the line's length with its end.
    Line(u8, usize),
    /// There may be one, but its end has not arrived.
    Undecided,
    None,
}

pub(super) fn demanded(body: &[u8], at_end: bool) -> Demand {
    let quoted = body.first() == Some(&b'"');
    let text = &body[usize::from(quoted)..];
    let word = b"sep=";
    let begins = text.len().min(word.len());
    if !text[..begins].eq_ignore_ascii_case(&word[..begins]) {
        return Demand::None;
    }
    let cut = || match at_end {
        true => Demand::None,
        false => Demand::Undecided,
    };
    let Some(&delimiter) = text.get(word.len()) else {
        return cut();
    };
    if !(delimiter == b'\t' || delimiter.is_ascii_punctuation()) || delimiter == b'"' {
        return Demand::None;
    }
    let mut at = usize::from(quoted) + word.len() + 1;
    if quoted {
        match body.get(at) {
            Some(b'"') => at += 1,
            Some(_) => return Demand::None,
            None => return cut(),
        }
    }
    let after = after_returns(body, at);
    match body.get(after) {
        Some(b'\n') => Demand::Line(delimiter, after + 1),
        None => cut(),
        Some(_) if after > at => Demand::Line(delimiter, at + 1),
        Some(_) => Demand::None,
    }
}

/// The name of a delimiter in a text.
pub(super) fn shown(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "TAB".to_owned(),
        other => char::from(other).to_string(),
    }
}
