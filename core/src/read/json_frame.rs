//! Where does each item of a JSON import start and end?
//! Follows strings and depth only, without recursion; what an item holds is looked at later.

use super::detect::BODY_KEYS;
use super::framer::{BLOCK_BYTES, BLOCK_RECORDS, KEPT_OF_OVERLONG};
use super::{Block, RecordSpan, Shape, Switches};
use crate::code::Code;
use crate::finding::{Detail, Finding, shown_value};
use serde_json::value::RawValue;
use std::collections::VecDeque;

/// A bare array, or a body with `items`.
#[derive(Debug)]
pub(super) struct JsonFrame {
    record_limit: usize,
    depth_limit: usize,
    state: State,
    /// Is the array inside a body?
    body: bool,
    /// Where in the file the next byte stands.
    offset: u64,
    line: u64,
    pending: Vec<u8>,
    key: Vec<u8>,
    value: Value,
    /// The brackets that are open in the value, as far as the limit of depth.
    open: Vec<u8>,
    seen_keys: Vec<Vec<u8>>,
    warnings: Warnings,
    /// What the body says besides its items.
    switches: Switches,
    block: Block,
}

/// Keys of the body that mean nothing.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    pub(super) before_records: Vec<Finding>,
    pub(super) behind: Vec<Finding>,
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
    /// Where in the file it begins.
    offset: u64,
    line: u64,
    depth: usize,
    deepest: usize,
    inside: Inside,
    overlong: bool,
}

/// What `follow` stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Inside {
    /// An object or an array, between strings.
    #[default]
    Brackets,
    Text,
    /// Behind a backslash in a text.
    Escape,
    /// A number or a word: ends where something else begins.
    Bare,
}

enum Follow {
    /// The value goes on after all these bytes.
    On,
    /// The value ends before this byte.
    Ends(usize),
}

impl JsonFrame {
    /// A frame at the beginning of the file's JSON.
    pub(super) fn new(shape: &Shape, (offset, line): (u64, u64)) -> Self {
        let limits = shape.options.limits;
        Self {
            record_limit: limits.record_bytes.max(1),
            depth_limit: limits.json_depth,
            state: State::Start,
            body: false,
            offset,
            line,
            pending: Vec::new(),
            key: Vec::new(),
            value: Value::default(),
            open: Vec::new(),
            seen_keys: Vec::new(),
            warnings: Warnings::default(),
            switches: Switches::default(),
            block: Block::default(),
        }
    }

    /// A frame inside the array of items, where one begins.
    pub(super) fn at_item(shape: &Shape, place: (u64, u64)) -> Self {
        Self {
            state: State::Item { after_comma: false },
            ..Self::new(shape, place)
        }
    }

    /// Takes bytes; a finding means that the file cannot be read on.
    pub(super) fn push(&mut self, bytes: &[u8], ready: &mut VecDeque<Block>) -> Option<Finding> {
        let mut at = 0;
        while at < bytes.len() {
            let taken = match self.state {
                State::InItem | State::InBodyValue => match self.follow(&bytes[at..]) {
                    Ok(Follow::On) => {
                        self.offset += (bytes.len() - at) as u64;
                        return None;
                    }
                    Ok(Follow::Ends(length)) => {
                        at += length;
                        self.offset += length as u64;
                        self.end_value()
                    }
                    Err(trouble) => Err(trouble),
                },
                _ => self.outside(bytes[at]).map(|taken| match taken {
                    Taken::Yes => {
                        at += 1;
                        self.offset += 1;
                    }
                    Taken::No => {}
                }),
            };
            if let Err(trouble) = taken {
                self.stop(ready);
                return Some(self.finding(trouble));
            }
            if is_full(&self.block) {
                self.stop(ready);
            }
        }
        None
    }

    /// The line on which the bytes go on that come next.
    pub(super) fn line_reached(&self) -> u64 {
        self.line
    }

    /// Bytes held at the moment.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.pending.capacity() + self.block.bytes.capacity()
    }

    /// Gives all whole records away.
    pub(super) fn stop(&mut self, ready: &mut VecDeque<Block>) {
        give(&mut self.block, ready);
    }

    /// What the body has said so far besides its items.
    pub(super) fn switches(&self) -> Switches {
        self.switches
    }

    /// Takes what was found in the body besides the records.
    pub(super) fn take_warnings(&mut self) -> Warnings {
        std::mem::take(&mut self.warnings)
    }

    pub(super) fn finish(&mut self, ready: &mut VecDeque<Block>) -> Option<Finding> {
        self.stop(ready);
        (self.state != State::End).then(|| self.finding(Trouble::Truncated))
    }

    fn finding(&self, trouble: Trouble) -> Finding {
        let (code, detail) = match trouble {
            Trouble::Expected(what) => (Code::JsonInvalid, Detail::Text(what.into())),
            Trouble::Shape => (Code::JsonShape, Detail::None),
            Trouble::Truncated => (Code::JsonTruncated, Detail::None),
            Trouble::KeyTwice => (Code::JsonKeyTwice, Detail::None),
            Trouble::TooDeep => (Code::JsonTooDeep, Detail::Limit(self.depth_limit as u64)),
        };
        let about_key = !self.key.is_empty() && !matches!(trouble, Trouble::Truncated);
        Finding {
            line: self.line,
            header: about_key.then(|| self.shown_key()),
            ..Finding::about_file(code, detail)
        }
    }

    fn shown_key(&self) -> Box<str> {
        shown_value(&String::from_utf8_lossy(&self.key))
    }

    /// One byte between values.
    fn outside(&mut self, byte: u8) -> Result<Taken, Trouble> {
        if let State::InKey { escaped } = self.state {
            return self.in_key(byte, escaped);
        }
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
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
            (State::Key { after_comma: false } | State::AfterBodyValue, b'}') => {
                self.end_of_body()?
            }
            (State::Key { .. }, _) => return Err(Trouble::Expected("\"")),
            (State::Colon, b':') => {
                self.note_key()?;
                State::BodyValue
            }
            (State::Colon, _) => return Err(Trouble::Expected(":")),
            (State::BodyValue, b'[') if self.key == ITEMS => State::Item { after_comma: false },
            (State::BodyValue, _) if self.key == ITEMS => return Err(Trouble::Shape),
            (State::BodyValue, _) => {
                self.start_value(byte);
                State::InBodyValue
            }
            (State::AfterBodyValue, b',') => State::Key { after_comma: true },
            (State::AfterBodyValue, _) => return Err(Trouble::Expected(", }")),
            (State::Item { after_comma: false } | State::AfterItem, b']') => self.end_of_array(),
            (State::Item { .. }, b',' | b']' | b'}' | b':') => {
                return Err(Trouble::Expected("{"));
            }
            (State::Item { .. }, _) => {
                self.start_value(byte);
                State::InItem
            }
            (State::AfterItem, b',') => State::Item { after_comma: true },
            (State::AfterItem, _) => return Err(Trouble::Expected(", ]")),
            (State::End, _) => return Err(Trouble::Expected("end")),
            (State::Start | State::InKey { .. } | State::InItem | State::InBodyValue, _) => {
                return Err(Trouble::Shape);
            }
        };
        let starts_value = matches!(self.state, State::InItem | State::InBodyValue);
        Ok(if starts_value { Taken::No } else { Taken::Yes })
    }

    fn end_of_array(&mut self) -> State {
        self.key.clear();
        if self.body {
            State::AfterBodyValue
        } else {
            State::End
        }
    }

    fn end_of_body(&mut self) -> Result<State, Trouble> {
        self.key.clear();
        if self.seen_keys.iter().any(|key| key == ITEMS) {
            Ok(State::End)
        } else {
            Err(Trouble::Shape)
        }
    }

    fn in_key(&mut self, byte: u8, escaped: bool) -> Result<Taken, Trouble> {
        if byte < 0x20 {
            return Err(Trouble::Expected("\""));
        }
        if byte == b'"' && !escaped {
            self.state = State::Colon;
            return Ok(Taken::Yes);
        }
        if self.key.len() < KEPT_OF_OVERLONG {
            self.key.push(byte);
        }
        self.state = State::InKey {
            escaped: byte == b'\\' && !escaped,
        };
        Ok(Taken::Yes)
    }

    fn note_key(&mut self) -> Result<(), Trouble> {
        if self.seen_keys.contains(&self.key) {
            return Err(Trouble::KeyTwice);
        }
        if self.seen_keys.len() == MOST_BODY_KEYS {
            return Err(Trouble::Shape);
        }
        self.seen_keys.push(self.key.clone());
        if !BODY_KEYS.iter().any(|known| known.as_bytes() == self.key) {
            let warning = Finding {
                line: self.line,
                header: Some(self.shown_key()),
                ..Finding::about_file(Code::JsonKeyUnknown, Detail::None)
            };
            if self.seen_keys.iter().any(|key| key == ITEMS) {
                self.warnings.behind.push(warning);
            } else {
                self.warnings.before_records.push(warning);
            }
        }
        Ok(())
    }

    fn start_value(&mut self, byte: u8) {
        self.value = Value {
            offset: self.offset,
            line: self.line,
            inside: match byte {
                b'{' | b'[' | b'"' => Inside::Brackets,
                _ => Inside::Bare,
            },
            ..Value::default()
        };
        self.pending.clear();
        self.open.clear();
    }

    /// Follows the value through `bytes`, from its first byte on.
    fn follow(&mut self, bytes: &[u8]) -> Result<Follow, Trouble> {
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            match self.value.inside {
                Inside::Text => {
                    let rest = &bytes[at..];
                    let found = memchr::memchr2(b'"', b'\\', rest);
                    let plain = found.unwrap_or(rest.len());
                    self.line += memchr::memchr_iter(b'\n', &rest[..plain]).count() as u64;
                    at += plain + 1;
                    match found.map(|found| rest[found]) {
                        None => break,
                        Some(b'\\') => self.value.inside = Inside::Escape,
                        Some(_) => self.value.inside = Inside::Brackets,
                    }
                    if self.value.depth == 0 && self.value.inside == Inside::Brackets {
                        self.keep_bytes(&bytes[..at]);
                        return Ok(Follow::Ends(at));
                    }
                    continue;
                }
                Inside::Escape => {
                    self.value.inside = Inside::Text;
                    self.line += u64::from(byte == b'\n');
                    at += 1;
                    continue;
                }
                Inside::Bare => {
                    if matches!(byte, b',' | b']' | b'}' | b':') || byte.is_ascii_whitespace() {
                        self.keep_bytes(&bytes[..at]);
                        return Ok(Follow::Ends(at));
                    }
                    at += 1;
                    continue;
                }
                Inside::Brackets => {}
            }
            at += 1;
            match byte {
                b'"' => self.value.inside = Inside::Text,
                b'{' | b'[' => {
                    self.value.depth += 1;
                    self.value.deepest = self.value.deepest.max(self.value.depth);
                    if self.value.depth <= self.depth_limit {
                        self.open.push(byte);
                    }
                }
                b'}' | b']' => {
                    // A bracket that closes another one would have the value swallow the rest of the file.
                    if self.value.depth <= self.depth_limit {
                        match (self.open.pop(), byte) {
                            (Some(b'{'), b']') => return Err(Trouble::Expected("}")),
                            (Some(b'['), b'}') => return Err(Trouble::Expected("]")),
                            _ => {}
                        }
                    }
                    self.value.depth -= 1;
                    if self.value.depth == 0 {
                        self.keep_bytes(&bytes[..at]);
                        return Ok(Follow::Ends(at));
                    }
                }
                b'\n' => self.line += 1,
                _ => {}
            }
        }
        self.keep_bytes(bytes);
        Ok(Follow::On)
    }

    fn keep_bytes(&mut self, bytes: &[u8]) {
        if self.value.overlong {
            return;
        }
        self.pending.extend_from_slice(bytes);
        if self.pending.len() > self.record_limit {
            self.pending
                .truncate(KEPT_OF_OVERLONG.min(self.record_limit));
            self.value.overlong = true;
        }
    }

    fn end_value(&mut self) -> Result<(), Trouble> {
        if self.state == State::InBodyValue {
            self.state = State::AfterBodyValue;
            return self.check_body_value();
        }
        self.state = State::AfterItem;
        let value = self.value;
        let broken = if value.overlong {
            Some((Code::RecordTooLong, Detail::Limit(self.record_limit as u64)))
        } else if value.deepest > self.depth_limit {
            Some((Code::JsonTooDeep, Detail::Limit(self.depth_limit as u64)))
        } else {
            None
        };
        let place = (value.offset, value.line);
        keep(&mut self.block, &self.pending, place, broken);
        Ok(())
    }

    fn check_body_value(&mut self) -> Result<(), Trouble> {
        if BODY_KEYS.iter().any(|known| known.as_bytes() == self.key) {
            let value = match &*self.pending {
                b"true" => true,
                b"false" => false,
                _ => return Err(Trouble::Expected("true, false")),
            };
            match &*self.key {
                b"purchase" => self.switches.purchase = Some(value),
                _ => self.switches.suppress_mail = Some(value),
            }
            return Ok(());
        }
        if self.value.deepest > self.depth_limit {
            return Err(Trouble::TooDeep);
        }
        if self.value.overlong {
            return Err(Trouble::Shape);
        }
        match serde_json::from_slice::<&RawValue>(&self.pending) {
            Ok(_) => Ok(()),
            Err(_) => Err(Trouble::Expected("JSON")),
        }
    }
}

enum Taken {
    Yes,
    No,
}

#[derive(Clone, Copy)]
enum Trouble {
    Expected(&'static str),
    Shape,
    KeyTwice,
    TooDeep,
    Truncated,
}

/// A body has three keys; that many are told apart.
const MOST_BODY_KEYS: usize = 64;

const ITEMS: &[u8] = b"items";

/// Adds a record to a block; its place is where in the file it begins, and on which line.
pub(super) fn keep(
    block: &mut Block,
    bytes: &[u8],
    (offset, line): (u64, u64),
    broken: Option<(Code, Detail)>,
) {
    if block.rows == 0 {
        block.offset = offset;
        block.first_line = line;
    }
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

/// Are there as many records in a block as belong into one?
pub(super) fn is_full(block: &Block) -> bool {
    block.bytes.len() >= BLOCK_BYTES || block.rows >= BLOCK_RECORDS
}

/// Moves a block with records to those that are ready.
pub(super) fn give(block: &mut Block, ready: &mut VecDeque<Block>) {
    let full = std::mem::take(block);
    if full.rows > 0 {
        ready.push_back(full);
    }
}
