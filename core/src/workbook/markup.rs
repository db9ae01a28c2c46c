//! Which elements and texts come out of XML that arrives in pieces?
//! No more than one tag is held. Entities other than the five of XML and numbers are not known, a document type is
//! refused: nothing in a file can grow by being read.

use crate::zip::Trouble;
use std::borrow::Cow;

/// Takes what stands in a document, in its order.
pub(super) trait Reader {
    /// An element begins. One that is empty ends at once: [`Reader::close`] follows.
    fn open(&mut self, name: &[u8], attributes: Attributes<'_>) -> Result<(), Trouble>;
    /// An element ends.
    fn close(&mut self, name: &[u8]) -> Result<(), Trouble>;
    /// A piece of text; between two tags there may be several. No entity is cut.
    fn text(&mut self, text: Text<'_>) -> Result<(), Trouble>;
}

/// A piece of text as it stands in the document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Text<'a> {
    /// Entities stand for characters.
    Escaped(&'a [u8]),
    /// Every character stands for itself.
    Literal(&'a [u8]),
}

/// The attributes of an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attributes<'a>(&'a [u8]);

/// XML that arrives in pieces.
#[derive(Debug, Default)]
pub(super) struct Markup {
    pending: Vec<u8>,
    inside: Inside,
    depth: usize,
    begun: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Content,
    Comment,
    Literal,
    Instruction,
}

/// Longest tag with its attributes. The root of an ODS document takes some 4 KiB with its names.
const LONGEST_TAG: usize = 64 << 10;

/// No spreadsheet nests its elements deeper than some twenty levels.
const DEEPEST: usize = 256;

/// The longest entity, `&#1114111;` with leading zeros to spare.
const LONGEST_ENTITY: usize = 16;

impl Markup {
    /// Takes the next bytes, any number of them.
    pub(super) fn push(&mut self, bytes: &[u8], reader: &mut impl Reader) -> Result<(), Trouble> {
        self.pending.extend_from_slice(bytes);
        if !self.begun {
            if self.pending.len() < 4 {
                return Ok(());
            }
            self.begin()?;
        }
        let mut pending = std::mem::take(&mut self.pending);
        let read = self.read(&pending, reader)?;
        pending.drain(..read);
        self.pending = pending;
        Ok(())
    }

    /// Says that the document has ended.
    pub(super) fn finish(&self) -> Result<(), Trouble> {
        let rest_is_blank = self.pending.iter().all(u8::is_ascii_whitespace);
        if self.begun && self.depth == 0 && self.inside == Inside::Content && rest_is_blank {
            Ok(())
        } else {
            Err(Trouble::damaged("XML: end of file"))
        }
    }

    fn begin(&mut self) -> Result<(), Trouble> {
        self.begun = true;
        if self.pending.starts_with(b"\xEF\xBB\xBF") {
            self.pending.drain(..3);
        }
        let is_wide = self.pending.starts_with(b"\xFF\xFE")
            || self.pending.starts_with(b"\xFE\xFF")
            || self.pending[..2].contains(&0);
        if is_wide {
            return Err(Trouble::damaged("XML: UTF-16"));
        }
        Ok(())
    }

    /// Hands on what is whole and says how many bytes that were.
    fn read(&mut self, bytes: &[u8], reader: &mut impl Reader) -> Result<usize, Trouble> {
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            let read = match self.inside {
                Inside::Content if rest[0] == b'<' => self.tag(rest, reader)?,
                Inside::Content => characters(rest, reader)?,
                Inside::Comment => self.until(rest, b"-->"),
                Inside::Instruction => self.until(rest, b"?>"),
                Inside::Literal => self.literal(rest, reader)?,
            };
            if read == 0 {
                break;
            }
            at += read;
        }
        Ok(at)
    }

    fn literal(&mut self, rest: &[u8], reader: &mut impl Reader) -> Result<usize, Trouble> {
        if let Some(end) = memchr::memmem::find(rest, b"]]>") {
            self.inside = Inside::Content;
            reader.text(Text::Literal(&rest[..end]))?;
            return Ok(end + 3);
        }
        let sure = rest.len().saturating_sub(2);
        if sure > 0 {
            reader.text(Text::Literal(&rest[..sure]))?;
        }
        Ok(sure)
    }

    fn until(&mut self, rest: &[u8], end: &[u8]) -> usize {
        if let Some(at) = memchr::memmem::find(rest, end) {
            self.inside = Inside::Content;
            return at + end.len();
        }
        rest.len().saturating_sub(end.len() - 1)
    }

    #[inline]
    fn tag(&mut self, rest: &[u8], reader: &mut impl Reader) -> Result<usize, Trouble> {
        match rest.get(1) {
            None => return Ok(0),
            Some(b'!') => return self.declaration(rest),
            Some(b'?') => {
                self.inside = Inside::Instruction;
                return Ok(2);
            }
            Some(_) => {}
        }
        let Some(end) = tag_end(rest) else {
            return match rest.len() > LONGEST_TAG {
                true => Err(Trouble::suspicious("XML: > 64 KiB")),
                false => Ok(0),
            };
        };
        if end > LONGEST_TAG {
            return Err(Trouble::suspicious("XML: > 64 KiB"));
        }
        let inner = &rest[1..end];
        if let Some(name) = inner.strip_prefix(b"/") {
            let Some(depth) = self.depth.checked_sub(1) else {
                return Err(Trouble::damaged("XML: </>"));
            };
            self.depth = depth;
            reader.close(name.trim_ascii_end())?;
            return Ok(end + 1);
        }
        let (inner, is_empty) = match inner.strip_suffix(b"/") {
            Some(inner) => (inner, true),
            None => (inner, false),
        };
        let name_end = inner
            .iter()
            .position(u8::is_ascii_whitespace)
            .unwrap_or(inner.len());
        let (name, attributes) = inner.split_at(name_end);
        reader.open(name, Attributes(attributes))?;
        if is_empty {
            reader.close(name)?;
        } else {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(Trouble::suspicious("XML: depth"));
            }
        }
        Ok(end + 1)
    }

    fn declaration(&mut self, rest: &[u8]) -> Result<usize, Trouble> {
        const COMMENT: &[u8] = b"<!--";
        const LITERAL: &[u8] = b"<![CDATA[";
        if rest.starts_with(COMMENT) {
            self.inside = Inside::Comment;
            return Ok(COMMENT.len());
        }
        if rest.starts_with(LITERAL) {
            self.inside = Inside::Literal;
            return Ok(LITERAL.len());
        }
        if COMMENT.starts_with(rest) || LITERAL.starts_with(rest) {
            return Ok(0);
        }
        Err(Trouble::suspicious("XML: <!DOCTYPE"))
    }
}

/// Hands on the text up to the next tag, but no half of an entity, and says how many bytes that were.
#[inline]
fn characters(rest: &[u8], reader: &mut impl Reader) -> Result<usize, Trouble> {
    let end = memchr::memchr(b'<', rest).unwrap_or_else(|| {
        let tail = rest.len().saturating_sub(LONGEST_ENTITY);
        match memchr::memrchr(b'&', &rest[tail..]) {
            Some(at) if memchr::memchr(b';', &rest[tail + at..]).is_none() => tail + at,
            _ => rest.len(),
        }
    });
    if end > 0 {
        reader.text(Text::Escaped(&rest[..end]))?;
    }
    Ok(end)
}

/// Where the tag ends that begins here: at a `>` outside of quotes.
#[inline]
fn tag_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'>' => return Some(at),
            quote @ (b'"' | b'\'') => at += memchr::memchr(*quote, &bytes[at + 1..])? + 2,
            _ => at += 1,
        }
    }
}

impl<'a> Attributes<'a> {
    /// Calls for each attribute with its name and its value as they stand in the document.
    #[inline]
    pub(super) fn each(self, mut each: impl FnMut(&'a [u8], &'a [u8])) {
        let mut rest = self.0;
        while let Some(equals) = memchr::memchr(b'=', rest) {
            let name = rest[..equals].trim_ascii();
            let value = rest[equals + 1..].trim_ascii_start();
            let Some((quote @ (b'"' | b'\''), value)) = value.split_first() else {
                return;
            };
            let Some(end) = memchr::memchr(*quote, value) else {
                return;
            };
            each(name, &value[..end]);
            rest = &value[end + 1..];
        }
    }

    /// The value of an attribute, with its entities read.
    pub(super) fn get(self, wanted: &str) -> Option<Cow<'a, str>> {
        let mut found = None;
        self.each(|name, value| {
            if name == wanted.as_bytes() {
                found = Some(value);
            }
        });
        found.map(unescaped)
    }

    /// The value of an attribute of this name in whatever space of names.
    pub(super) fn get_local(self, wanted: &str) -> Option<Cow<'a, str>> {
        let mut found = None;
        self.each(|name, value| {
            if local(name) == wanted.as_bytes() {
                found = Some(value);
            }
        });
        found.map(unescaped)
    }

    /// Is the attribute there and true?
    pub(super) fn is_true(self, wanted: &str) -> bool {
        matches!(self.get(wanted).as_deref(), Some("1" | "true" | "on"))
    }
}

/// A name without the space it is from.
#[inline]
pub(super) fn local(name: &[u8]) -> &[u8] {
    match memchr::memchr(b':', name) {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

/// The text that stands escaped here.
pub(super) fn unescaped(bytes: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'&', bytes).is_none() {
        return String::from_utf8_lossy(bytes);
    }
    let mut text = Vec::with_capacity(bytes.len());
    unescape_to(bytes, &mut text);
    Cow::Owned(String::from_utf8_lossy(&text).into_owned())
}

/// Appends the text that stands escaped here. What is no entity stands for itself.
pub(super) fn unescape_to(bytes: &[u8], text: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'&', rest) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let reach = &rest[..rest.len().min(LONGEST_ENTITY)];
        let entity =
            memchr::memchr(b';', reach).and_then(|end| Some((entity(&rest[1..end])?, end)));
        if let Some((character, end)) = entity {
            let mut buffer = [0; 4];
            text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            rest = &rest[end + 1..];
        } else {
            text.push(b'&');
            rest = &rest[1..];
        }
    }
    text.extend_from_slice(rest);
}

fn entity(name: &[u8]) -> Option<char> {
    match name {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => None,
    }
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok()?;
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes down what it is told.
    #[derive(Default)]
    struct Told(String);

    impl Reader for Told {
        fn open(&mut self, name: &[u8], attributes: Attributes<'_>) -> Result<(), Trouble> {
            self.0
                .push_str(&format!("({}", String::from_utf8_lossy(name)));
            attributes.each(|name, value| {
                let name = String::from_utf8_lossy(name);
                self.0.push_str(&format!(" {name}={}", unescaped(value)));
            });
            Ok(())
        }

        fn close(&mut self, name: &[u8]) -> Result<(), Trouble> {
            self.0
                .push_str(&format!("{})", String::from_utf8_lossy(name)));
            Ok(())
        }

        fn text(&mut self, text: Text<'_>) -> Result<(), Trouble> {
            match text {
                Text::Escaped(bytes) => self.0.push_str(&unescaped(bytes)),
                Text::Literal(bytes) => self.0.push_str(&String::from_utf8_lossy(bytes)),
            }
            Ok(())
        }
    }

    fn told(document: &[u8], piece: usize) -> Result<String, Trouble> {
        let (mut markup, mut told) = (Markup::default(), Told::default());
        for piece in document.chunks(piece) {
            markup.push(piece, &mut told)?;
        }
        markup.finish()?;
        Ok(told.0)
    }

    #[test]
    fn where_pieces_are_cut_shows_nowhere() {
        let document =
            b"<?xml version='1.0'?><!-- <a> --><a b='1>2' c = \"&amp;\"><d/>x &lt; &#x41;&#66;\
            <![CDATA[<&amp;]] >]]></a >\n";
        let expected = "(a b=1>2 c=&(dd)x < AB<&amp;]] >a)\n";
        for piece in 1..document.len() {
            assert_eq!(told(document, piece).as_deref(), Ok(expected), "{piece}");
        }
    }

    #[test]
    fn what_no_spreadsheet_holds_is_refused() {
        for document in [
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned(),
            "<a>".repeat(DEEPEST + 1),
            format!("<a b='{}'/>", "c".repeat(LONGEST_TAG)),
        ] {
            let refused = told(document.as_bytes(), 100);
            assert!(
                matches!(refused, Err(Trouble::Suspicious(_))),
                "{refused:?}"
            );
        }
        for document in ["<a>", "<a></a></b>", "<a", "", "\u{FEFF}", "<\0a\0>\0"] {
            let refused = told(document.as_bytes(), 100);
            assert!(matches!(refused, Err(Trouble::Damaged(_))), "{refused:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(document in proptest::collection::vec(
            prop_oneof![Just(b'<'), Just(b'>'), Just(b'/'), Just(b'&'), Just(b';'), Just(b'"'), Just(b'='), Just(b'!'), Just(b'-'), any::<u8>()],
            0..200,
        ), piece in 1usize..50) {
            let whole = told(&document, document.len().max(1));
            prop_assert_eq!(told(&document, piece), whole);
        }
    }
}
