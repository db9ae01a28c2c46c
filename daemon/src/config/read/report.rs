//! Where in a config file is what was found wrong?
//! Problems leave in the order of the file, whatever the order in which they were found.

use std::ops::Range;
use std::str::Utf8Error;

use toml::de::DeTable;

use crate::config::kind::Refusal;
use crate::config::problem::Problem;

/// Where a key stands, by the names of the sections above it.
pub(super) fn place_of(table: &DeTable<'_>, path: &[&str]) -> Option<Range<usize>> {
    let (name, below) = path.split_first()?;
    let (key, value) = table
        .iter()
        .find(|(key, _)| key.get_ref().as_ref() == *name)?;
    if below.is_empty() {
        return Some(key.span());
    }
    place_of(value.get_ref().as_table()?, below)
}

pub(super) fn not_utf8(bytes: &[u8], error: Utf8Error, file: &str) -> Problem {
    let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
    let (line, column) = line_and_column(&before, before.len());
    Problem {
        file: file.to_owned(),
        line,
        column,
        key: None,
        message: "the file is not UTF-8 from here on".into(),
        hint: Some("save it with the encoding UTF-8".into()),
    }
}

/// The problems found so far, each with its place as an offset in bytes.
pub(super) struct Report<'t> {
    text: &'t str,
    file: &'t str,
    problems: Vec<(usize, Problem)>,
}

impl<'t> Report<'t> {
    pub(super) fn new(text: &'t str, file: &'t str) -> Self {
        Self {
            text,
            file,
            problems: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, place: Range<usize>, key: &str, refusal: Refusal) {
        self.push(place.start, Some(key.to_owned()), refusal);
    }

    fn push(&mut self, offset: usize, key: Option<String>, Refusal { message, hint }: Refusal) {
        let (line, column) = line_and_column(self.text, offset);
        let file = self.file.to_owned();
        self.problems.push((
            offset,
            Problem {
                file,
                line,
                column,
                key,
                message,
                hint,
            },
        ));
    }

    /// Adds what is not TOML. What was made out on the same lines is a guess of the recovery, and
    /// complaints about a guess would mislead.
    pub(super) fn prefer_syntax(&mut self, errors: &[toml::de::Error]) {
        let places: Vec<(usize, usize)> = errors
            .iter()
            .map(|error| error.span().map_or(0, |span| span.start))
            .map(|offset| (offset, line_and_column(self.text, offset).0))
            .collect();
        self.problems
            .retain(|(_, problem)| places.iter().all(|(_, line)| *line != problem.line));
        for (error, (offset, _)) in errors.iter().zip(places) {
            let message = error.message().trim().replace('\n', ", ");
            self.push(
                offset,
                None,
                Refusal {
                    message,
                    hint: None,
                },
            );
        }
    }

    pub(super) fn in_order(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|(offset, _)| *offset);
        self.problems
            .into_iter()
            .map(|(_, problem)| problem)
            .collect()
    }
}

/// Line and column from 1; the column counts characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}
