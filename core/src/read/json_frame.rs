//! Where does each JSON record start and end?
//! Follows strings and depth only, without recursion; what a record holds is looked at later.

use super::framer::BLOCK_BYTES;
use super::{Block, RecordSpan, Shape};
use crate::code::Code;
use crate::finding::{Detail, Finding};
use std::collections::VecDeque;

/// One record a line.
#[derive(Debug)]
pub(super) struct NdjsonFrame {
    record_limit: usize,
    pending: Vec<u8>,
    skipping: bool,
    line: u64,
    block: Block,
}

impl NdjsonFrame {
    pub(super) fn new(shape: &Shape, line: u64) -> Self {
        Self {
            record_limit: shape.options.limits.record_bytes,
            pending: Vec::new(),
            skipping: false,
            line,
            block: Block {
                first_line: line,
                ..Block::default()
            },
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8], ready: &mut VecDeque<Block>) {
        let mut rest = bytes;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            self.extend(&rest[..end]);
            self.end_line();
            rest = &rest[end + 1..];
        }
        self.extend(rest);
        if self.block.bytes.len() >= BLOCK_BYTES {
            give(&mut self.block, self.line, ready);
        }
    }

    pub(super) fn finish(&mut self, ready: &mut VecDeque<Block>) {
        self.end_line();
        give(&mut self.block, self.line, ready);
    }

    fn extend(&mut self, bytes: &[u8]) {
        if self.skipping {
            return;
        }
        self.pending.extend_from_slice(bytes);
        if self.pending.len() > self.record_limit {
            self.pending.truncate(KEPT_OF_OVERLONG);
            self.skipping = true;
        }
    }

    fn end_line(&mut self) {
        let broken = self
            .skipping
            .then(|| (Code::RecordTooLong, Detail::Limit(self.record_limit as u64)));
        let content = self.pending.trim_ascii();
        if !content.is_empty() {
            keep(&mut self.block, content, self.line, broken);
        }
        self.pending.clear();
        self.skipping = false;
        self.line += 1;
    }
}

/// A bare array, or a body with `items`.
#[derive(Debug)]
pub(super) struct JsonFrame {
    record_limit: usize,
    depth_limit: usize,
    state: State,
    /// Is the array inside a body?
    body: bool,
    line: u64,
    pending: Vec<u8>,
    key: Vec<u8>,
    value: Value,
    seen_keys: Vec<Vec<u8>>,
    block: Block,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    /// In the body, before a key or the closing brace; after a comma only a key will do.
    Key {
        after_comma: bool,
    },
    InKey {
        escaped: bool,
    },
    Colon,
    /// Before the value of the key just read.
    BodyValue,
    InBodyValue,
    AfterBodyValue,
    /// In the array, before an item or the closing bracket.
    Item {
        after_comma: bool,
    },
    InItem,
    AfterItem,
    End,
}

/// How far a value has been followed.
#[derive(Clone, Copy, Debug, Default)]
struct Value {
    line: u64,
    depth: usize,
    deepest: usize,
    in_string: bool,
    escaped: bool,
    /// A number or a word: ends where something else begins.
    bare: bool,
    overlong: bool,
    object: bool,
}

enum Follow {
    /// The value goes on after all these bytes.
    On,
    /// The value ends before this byte.
    Ends(usize),
}

impl JsonFrame {
    pub(super) fn new(shape: &Shape, line: u64) -> Self {
        let limits = shape.options.limits;
        Self {
            record_limit: limits.record_bytes,
            depth_limit: limits.json_depth,
            state: State::Start,
            body: false,
            line,
            pending: Vec::new(),
            key: Vec::new(),
            value: Value::default(),
            seen_keys: Vec::new(),
            block: Block {
                first_line: line,
                ..Block::default()
            },
        }
    }

    /// Takes bytes; a finding means that the file cannot be read on.
    pub(super) fn push(&mut self, bytes: &[u8], ready: &mut VecDeque<Block>) -> Option<Finding> {
        let mut at = 0;
        while at < bytes.len() {
            match self.state {
                State::InItem | State::InBodyValue => match self.follow(&bytes[at..]) {
                    Follow::On => return None,
                    Follow::Ends(length) => {
                        at += length;
                        self.end_value();
                    }
                },
                _ => match self.outside(bytes[at]) {
                    Ok(Taken::Yes) => at += 1,
                    Ok(Taken::No) => {}
                    Err(found) => {
                        give(&mut self.block, self.line, ready);
                        return Some(self.syntax(found));
                    }
                },
            }
            if self.block.bytes.len() >= BLOCK_BYTES {
                give(&mut self.block, self.line, ready);
            }
        }
        None
    }

    pub(super) fn finish(&mut self, ready: &mut VecDeque<Block>) -> Option<Finding> {
        give(&mut self.block, self.line, ready);
        let cut = self.state != State::End;
        let line = self.line;
        cut.then(|| Finding {
            line,
            ..Finding::about_file(Code::JsonTruncated, Detail::None)
        })
    }

    fn syntax(&self, found: Trouble) -> Finding {
        let (code, detail) = match found {
            Trouble::Expected(what) => (Code::JsonInvalid, Detail::Text(what.into())),
            Trouble::Shape => (Code::JsonShape, Detail::None),
            Trouble::KeyTwice => (Code::JsonKeyTwice, Detail::None),
        };
        let header = (code == Code::JsonKeyTwice)
            .then(|| crate::finding::shown_value(&String::from_utf8_lossy(&self.key)));
        Finding {
            line: self.line,
            header,
            ..Finding::about_file(code, detail)
        }
    }

    /// One byte between values.
    fn outside(&mut self, byte: u8) -> Result<Taken, Trouble> {
        if let State::InKey { escaped } = self.state {
            self.in_key(byte, escaped);
            return Ok(Taken::Yes);
        }
        if byte.is_ascii_whitespace() {
            self.line += u64::from(byte == b'\n');
            return Ok(Taken::Yes);
        }
        self.state = match (self.state, byte) {
            (State::Start, b'[') => State::Item { after_comma: false },
            (State::Start, b'{') => {
                self.body = true;
                State::Key { after_comma: false }
            }
            (State::Key { .. }, b'"') => {
                self.key.clear();
                State::InKey { escaped: false }
            }
            (State::Key { after_comma: false }, b'}') => State::End,
            (State::Key { .. }, _) => return Err(Trouble::Expected("\"")),
            (State::Colon, b':') => {
                if self.seen_keys.contains(&self.key) {
                    return Err(Trouble::KeyTwice);
                }
                if self.seen_keys.len() < MOST_BODY_KEYS {
                    self.seen_keys.push(self.key.clone());
                }
                State::BodyValue
            }
            (State::Colon, _) => return Err(Trouble::Expected(":")),
            (State::BodyValue, b'[') if self.key == b"items" => State::Item { after_comma: false },
            (State::BodyValue, _) if self.key == b"items" => return Err(Trouble::Shape),
            (State::BodyValue, _) => {
                self.start_value(byte);
                State::InBodyValue
            }
            (State::AfterBodyValue, b',') => State::Key { after_comma: true },
            (State::AfterBodyValue, b'}') => State::End,
            (State::AfterBodyValue, _) => return Err(Trouble::Expected(", }")),
            (State::Item { after_comma: false }, b']') => self.end_of_array(),
            (State::Item { .. }, b',' | b']' | b'}' | b':') => {
                return Err(Trouble::Expected("{"));
            }
            (State::Item { .. }, _) => {
                self.start_value(byte);
                State::InItem
            }
            (State::AfterItem, b',') => State::Item { after_comma: true },
            (State::AfterItem, b']') => self.end_of_array(),
            (State::AfterItem, _) => return Err(Trouble::Expected(", ]")),
            (State::End, _) => return Err(Trouble::Expected("end")),
            (State::Start | State::InKey { .. } | State::InItem | State::InBodyValue, _) => {
                return Err(Trouble::Shape);
            }
        };
        let starts_value = matches!(self.state, State::InItem | State::InBodyValue);
        Ok(if starts_value { Taken::No } else { Taken::Yes })
    }

    fn end_of_array(&self) -> State {
        if self.body {
            State::AfterBodyValue
        } else {
            State::End
        }
    }

    fn in_key(&mut self, byte: u8, escaped: bool) {
        self.line += u64::from(byte == b'\n');
        if byte == b'"' && !escaped {
            self.state = State::Colon;
            return;
        }
        if self.key.len() < KEPT_OF_OVERLONG {
            self.key.push(byte);
        }
        self.state = State::InKey {
            escaped: byte == b'\\' && !escaped,
        };
    }

    fn start_value(&mut self, byte: u8) {
        self.value = Value {
            line: self.line,
            bare: !matches!(byte, b'{' | b'[' | b'"'),
            object: byte == b'{',
            ..Value::default()
        };
        self.pending.clear();
    }

    /// Follows the value through `bytes`, from its first byte on.
    fn follow(&mut self, bytes: &[u8]) -> Follow {
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if self.value.in_string {
                if self.value.escaped {
                    self.value.escaped = false;
                    self.line += u64::from(byte == b'\n');
                    at += 1;
                    continue;
                }
                let rest = &bytes[at..];
                let found = memchr::memchr2(b'"', b'\\', rest);
                let plain = found.unwrap_or(rest.len());
                self.line += memchr::memchr_iter(b'\n', &rest[..plain]).count() as u64;
                at += plain;
                let Some(stop) = bytes.get(at) else { break };
                at += 1;
                if *stop == b'\\' {
                    self.value.escaped = true;
                    continue;
                }
                self.value.in_string = false;
                if self.value.depth == 0 {
                    self.keep_bytes(&bytes[..at]);
                    return Follow::Ends(at);
                }
                continue;
            }
            if self.value.bare {
                if matches!(byte, b',' | b']' | b'}' | b':') || byte.is_ascii_whitespace() {
                    self.keep_bytes(&bytes[..at]);
                    return Follow::Ends(at);
                }
                at += 1;
                continue;
            }
            at += 1;
            match byte {
                b'"' => self.value.in_string = true,
                b'{' | b'[' => {
                    self.value.depth += 1;
                    self.value.deepest = self.value.deepest.max(self.value.depth);
                }
                b'}' | b']' => {
                    self.value.depth -= 1;
                    if self.value.depth == 0 {
                        self.keep_bytes(&bytes[..at]);
                        return Follow::Ends(at);
                    }
                }
                b'\n' => self.line += 1,
                _ => {}
            }
        }
        self.keep_bytes(bytes);
        Follow::On
    }

    fn keep_bytes(&mut self, bytes: &[u8]) {
        if self.value.overlong {
            return;
        }
        self.pending.extend_from_slice(bytes);
        if self.pending.len() > self.record_limit {
            self.pending.truncate(KEPT_OF_OVERLONG);
            self.value.overlong = true;
        }
    }

    fn end_value(&mut self) {
        if self.state == State::InBodyValue {
            self.state = State::AfterBodyValue;
            return;
        }
        self.state = State::AfterItem;
        let value = self.value;
        let broken = if value.overlong {
            Some((Code::RecordTooLong, Detail::Limit(self.record_limit as u64)))
        } else if value.deepest > self.depth_limit {
            Some((Code::JsonTooDeep, Detail::Limit(self.depth_limit as u64)))
        } else if value.object {
            None
        } else {
            Some((Code::JsonShape, Detail::None))
        };
        keep(&mut self.block, &self.pending, value.line, broken);
    }
}

enum Taken {
    Yes,
    No,
}

enum Trouble {
    Expected(&'static str),
    Shape,
    KeyTwice,
}

/// How much of a record over its limit is kept to show it.
const KEPT_OF_OVERLONG: usize = 1024;

/// A body has three keys; more are remembered only up to here.
const MOST_BODY_KEYS: usize = 64;

fn keep(block: &mut Block, bytes: &[u8], line: u64, broken: Option<(Code, Detail)>) {
    let offset = block.bytes.len();
    block.bytes.extend_from_slice(bytes);
    block.spans.push(RecordSpan {
        offset,
        length: bytes.len(),
        line,
        broken,
    });
    block.rows += 1;
}

fn give(block: &mut Block, next_line: u64, ready: &mut VecDeque<Block>) {
    let next = Block {
        first_line: next_line,
        ..Block::default()
    };
    let full = std::mem::replace(block, next);
    if full.rows > 0 {
        ready.push_back(full);
    }
}
