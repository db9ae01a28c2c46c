//! What does a saved plan say, line by line?
//! The plan comes in pieces of any size and its lines leave as their bytes; nothing of it is kept but the line that has
//! just begun and what stands beside the lines.

use crate::field::Field;
use crate::order::Value;
use crate::plan::Change;
use crate::plan::state::StateMark;
use crate::report::{StateV1, VERSION, value_from_json};
use memchr::memchr2;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;

/// Longest line of a plan: a row with its changes and findings.
pub const MAX_LINE_BYTES: usize = 16 << 20;
/// Most bytes beside the lines.
const MAX_REST_BYTES: usize = 4 << 20;

/// Reads a saved plan that comes in pieces.
#[derive(Debug, Default)]
pub struct SavedPlanReader {
    lines: VecDeque<Vec<u8>>,
    line: Vec<u8>,
    /// The document without its lines.
    rest: Vec<u8>,
    depth: usize,
    in_lines: bool,
    in_text: bool,
    escaped: bool,
}

/// What a saved plan says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedPlan {
    /// SHA-256 of its file, in hexadecimal digits.
    pub sha256: String,
    /// The partner.
    pub partner: String,
    /// What it was made against; nothing where nothing was known.
    pub state: Option<StateMark>,
    /// The version of the rules.
    pub rules: u32,
}

/// Why a saved plan cannot be held against anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedPlanError {
    /// It is no plan: the reader's words.
    Form(String),
    /// It ends before its end.
    Truncated,
    /// It is of another version.
    Version(u64),
    /// It was made for another file.
    OtherFile,
    /// It was made for another partner.
    OtherPartner(String),
    /// Its rows are not in the order of the file.
    Order,
    /// A limit is passed.
    Limit {
        /// Of what there is too much.
        what: &'static str,
        /// How much there may be.
        limit: usize,
    },
}

impl fmt::Display for SavedPlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form(words) => write!(f, "the saved plan cannot be read: {words}"),
            Self::Truncated => f.write_str("the saved plan is incomplete"),
            Self::Version(found) => write!(
                f,
                "the saved plan is of version {found}, this program reads version {VERSION}"
            ),
            Self::OtherFile => {
                f.write_str("the saved plan was made for another file: their SHA-256 differ")
            }
            Self::OtherPartner(found) => {
                write!(f, "the saved plan was made for partner `{found}`")
            }
            Self::Order => {
                f.write_str("the rows of the saved plan are not in the order of the file")
            }
            Self::Limit { what, limit } => {
                write!(f, "the saved plan passes a limit: {what}, at most {limit}")
            }
        }
    }
}

impl std::error::Error for SavedPlanError {}

impl SavedPlan {
    /// Was it made for this file and this partner?
    pub fn must_be_for(&self, sha256: &str, partner: &str) -> Result<(), SavedPlanError> {
        if self.partner != partner {
            return Err(SavedPlanError::OtherPartner(self.partner.clone()));
        }
        if !self.sha256.eq_ignore_ascii_case(sha256) {
            return Err(SavedPlanError::OtherFile);
        }
        Ok(())
    }
}

impl SavedPlanReader {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), SavedPlanError> {
        let mut left = bytes;
        while let Some((byte, rest)) = left.split_first() {
            // Most of a plan is text; its plain bytes are taken at once.
            let plain = match self.in_text && !self.escaped {
                true => memchr2(b'"', b'\\', left).unwrap_or(left.len()),
                false => 0,
            };
            if plain > 0 {
                self.keep(self.in_line(), &left[..plain]);
                left = &left[plain..];
            } else {
                self.byte(*byte);
                left = rest;
            }
            if self.line.len() > MAX_LINE_BYTES {
                let (what, limit) = ("bytes of a line", MAX_LINE_BYTES);
                return Err(SavedPlanError::Limit { what, limit });
            }
            if self.rest.len() > MAX_REST_BYTES {
                let (what, limit) = ("bytes beside its lines", MAX_REST_BYTES);
                return Err(SavedPlanError::Limit { what, limit });
            }
        }
        Ok(())
    }

    /// The next line, once it is whole.
    pub fn next_line(&mut self) -> Option<Vec<u8>> {
        self.lines.pop_front()
    }

    /// What the plan says of itself, if all of it has come.
    pub fn finish(self) -> Result<SavedPlan, SavedPlanError> {
        if self.rest.is_empty() || self.depth > 0 {
            return Err(SavedPlanError::Truncated);
        }
        let words = |error: serde_json::Error| SavedPlanError::Form(error.to_string());
        let any: AnyVersion = serde_json::from_slice(&self.rest).map_err(words)?;
        if any.version != u64::from(VERSION) {
            return Err(SavedPlanError::Version(any.version));
        }
        let end: PlanV1<'_> = serde_json::from_slice(&self.rest).map_err(words)?;
        let stray =
            |place: &str| SavedPlanError::Form(format!("`{place}` is not as it is written"));
        if !end.rows.is_empty() {
            return Err(stray("rows"));
        }
        let state = end.state.map(StateV1::mark);
        if state == Some(None) {
            return Err(stray("state"));
        }
        Ok(SavedPlan {
            sha256: end.file.sha256.into_owned(),
            partner: end.partner.into_owned(),
            state: state.flatten(),
            rules: end.rules,
        })
    }

    fn in_line(&self) -> bool {
        self.in_lines && self.depth > 2
    }

    fn byte(&mut self, byte: u8) {
        let in_line = self.in_line();
        match byte {
            _ if self.in_text => {
                self.keep(in_line, &[byte]);
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_text = false,
                    _ => {}
                }
            }
            b'"' => {
                self.in_text = true;
                self.keep(in_line, &[byte]);
            }
            b'{' | b'[' => {
                if self.depth == 1 && byte == b'[' && ends_with_key(&self.rest, b"\"rows\"") {
                    self.in_lines = true;
                }
                self.depth += 1;
                self.keep(self.in_line(), &[byte]);
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.in_lines &= self.depth > 1;
                self.keep(in_line, &[byte]);
                if in_line && self.depth == 2 {
                    self.lines.push_back(std::mem::take(&mut self.line));
                }
            }
            // What stands between lines.
            b',' | b' ' | b'\n' | b'\r' | b'\t' if self.in_lines && self.depth == 2 => {}
            _ => self.keep(in_line, &[byte]),
        }
    }

    fn keep(&mut self, in_line: bool, bytes: &[u8]) {
        match in_line {
            true => self.line.extend_from_slice(bytes),
            false => self.rest.extend_from_slice(bytes),
        }
    }
}

/// Does the text end with this key and its colon?
fn ends_with_key(text: &[u8], key: &[u8]) -> bool {
    let text = text.trim_ascii_end().strip_suffix(b":");
    text.is_some_and(|text| text.trim_ascii_end().ends_with(key))
}

#[derive(Deserialize)]
struct AnyVersion {
    version: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlanV1<'p> {
    #[serde(borrow)]
    rows: Vec<&'p RawValue>,
    file: FileV1<'p>,
    partner: Cow<'p, str>,
    state: Option<StateV1>,
    rules: u32,
}

#[derive(Deserialize)]
struct FileV1<'p> {
    #[serde(borrow)]
    sha256: Cow<'p, str>,
}

/// A line of a plan, read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) row: Option<u64>,
    pub(super) line: Option<u64>,
    pub(super) external_system_id: Option<String>,
    pub(super) customer_id: Option<String>,
    pub(super) proposed: Option<bool>,
    pub(super) side: Side,
}

/// What is decided for a line, on one of two sides.
#[derive(Clone, Debug)]
pub struct Side {
    /// The name of the decision.
    pub decision: String,
    /// The fields that change.
    pub changes: Vec<Change>,
    /// What was found, as the plan says it.
    pub findings: Box<RawValue>,
}

impl PartialEq for Side {
    /// Findings say why; they do not make another decision.
    fn eq(&self, other: &Self) -> bool {
        self.decision == other.decision && self.changes == other.changes
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineV1<'l> {
    row: Option<u64>,
    line: Option<u64>,
    external_system_id: Option<String>,
    customer_id: Option<String>,
    proposed: Option<bool>,
    decision: String,
    changes: Vec<ChangeV1>,
    #[serde(borrow)]
    findings: &'l RawValue,
}

#[derive(Deserialize)]
struct ChangeV1 {
    field: String,
    old: serde_json::Value,
    new: serde_json::Value,
}

impl Entry {
    /// The row of a line, without reading the rest of it.
    pub(super) fn row_of(json: &[u8]) -> Result<Option<u64>, SavedPlanError> {
        #[derive(Deserialize)]
        struct Row {
            row: Option<u64>,
        }
        // As a plan is written, the row stands first: so much is told from the first bytes alone.
        if let Some(digits) = json.strip_prefix(b"{\"row\":") {
            let length = digits
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            let number = std::str::from_utf8(&digits[..length]).ok();
            if let Some(row) = number.and_then(|number| number.parse().ok())
                && digits.get(length) == Some(&b',')
            {
                return Ok(Some(row));
            }
        }
        let form = |error: serde_json::Error| SavedPlanError::Form(error.to_string());
        Ok(serde_json::from_slice::<Row>(json).map_err(form)?.row)
    }

    pub(super) fn read(json: &[u8]) -> Result<Self, SavedPlanError> {
        let form = |error: serde_json::Error| SavedPlanError::Form(error.to_string());
        let line: LineV1<'_> = serde_json::from_slice(json).map_err(form)?;
        let changes = line.changes.iter().map(ChangeV1::change);
        let Some(changes) = changes.collect::<Option<_>>() else {
            let words = "a change of no known field, or to no value that it can have";
            return Err(SavedPlanError::Form(words.to_owned()));
        };
        Ok(Self {
            row: line.row,
            line: line.line,
            external_system_id: line.external_system_id,
            customer_id: line.customer_id,
            proposed: line.proposed,
            side: Side {
                decision: line.decision,
                changes,
                findings: line.findings.to_owned(),
            },
        })
    }
}

impl ChangeV1 {
    fn change(&self) -> Option<Change> {
        let field = Field::from_name(&self.field)?;
        let value = |json| -> Option<Value> { value_from_json(field, json) };
        Some(Change {
            field,
            old: value(&self.old)?,
            new: value(&self.new)?,
        })
    }
}
