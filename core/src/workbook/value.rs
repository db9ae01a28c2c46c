//! Which text does a cell hold, when it arrives in pieces?
//! It does not begin with what would be taken for a mark, and holds little more than the longest field that is read: what is
//! longer is rejected by its length. Control characters stay what they are, so that the check refuses them as it does in CSV.

use super::markup::{Text, unescape_to};
use crate::read::SheetKind;

/// A text under construction; its memory serves one cell after another.
#[derive(Debug)]
pub(super) struct Value {
    text: Vec<u8>,
    limit: usize,
    cut: bool,
}

impl Value {
    /// A text that is cut behind `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            text: Vec::new(),
            limit,
            cut: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.cut = false;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.text
    }

    #[inline]
    pub(super) fn add(&mut self, text: Text<'_>) {
        if self.cut {
            return;
        }
        match text {
            Text::Escaped(bytes) if memchr::memchr(b'&', bytes).is_some() => {
                unescape_to(bytes, &mut self.text);
            }
            Text::Escaped(bytes) | Text::Literal(bytes) => self.text.extend_from_slice(bytes),
        }
        if self.text.len() > self.limit {
            self.text.truncate(self.limit + 1);
            self.cut = true;
        }
    }

    pub(super) fn add_character(&mut self, character: u8) {
        self.add(Text::Literal(&[character]));
    }

    /// Makes of a text as it stands in the file what a spreadsheet shows: line ends, and what Excel spells `_x000D_`.
    #[inline]
    pub(super) fn settle(&mut self, spelling: Spelling) {
        // The end of a text that was cut may be half a character or half a spelling; it is too long anyway.
        let needs_look = |byte: &u8| *byte < b' ' || *byte == b'_';
        if self.cut || !self.text.iter().any(needs_look) {
            return;
        }
        let mut settled = Vec::with_capacity(self.text.len());
        let mut at = 0;
        while let Some(byte) = self.text.get(at) {
            match byte {
                b'\r' => {
                    settled.push(b'\n');
                    at += usize::from(self.text.get(at + 1) == Some(&b'\n'));
                }
                b'_' if spelling == Spelling::Excel => {
                    if let Some(character) = spelled(&self.text[at..]) {
                        let mut buffer = [0; 4];
                        settled.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                        at += SPELLED_LENGTH - 1;
                    } else {
                        settled.push(b'_');
                    }
                }
                _ => settled.push(*byte),
            }
            at += 1;
        }
        if let Some(first) = settled.first_mut()
            && (*first == 0 || SheetKind::of_mark(*first).is_some())
        {
            *first = SUBSTITUTE;
        }
        self.text = settled;
    }
}

/// Whose way of writing down characters that XML does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    /// `_x000D_` is a carriage return, `_x005F_` an underscore.
    Excel,
    /// Each character stands for itself.
    Plain,
}

/// What a text begins with that would begin with a mark: as much of a control character, and none itself.
const SUBSTITUTE: u8 = 0x1a;

const SPELLED_LENGTH: usize = 7;

/// The character spelled at the beginning.
fn spelled(bytes: &[u8]) -> Option<char> {
    let spelled = bytes.get(..SPELLED_LENGTH)?;
    let digits = spelled.strip_prefix(b"_x")?.strip_suffix(b"_")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    match char::from_u32(code)? {
        '\r' => Some('\n'),
        character => Some(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(text: &str, spelling: Spelling) -> String {
        let mut value = Value::new(50);
        value.add(Text::Escaped(text.as_bytes()));
        value.settle(spelling);
        String::from_utf8_lossy(value.bytes()).into_owned()
    }

    #[test]
    fn spelled_characters_are_read() {
        for (text, expected) in [
            ("a_b", "a_b"),
            ("a_x0041_b", "aAb"),
            ("_x005F_x0041_", "_x0041_"),
            ("_x0007_", "\u{7}"),
            ("a_x0001_", "a\u{1}"),
            ("_x0001_", "\u{1a}"),
            ("\u{1}x", "\u{1a}x"),
            ("_x0000_", "\u{1a}"),
            ("_x0085_", "\u{85}"),
            ("_xD800_", "_xD800_"),
            ("_x00+1_", "_x00+1_"),
            ("a&amp;\r\nb\rc", "a&\nb\nc"),
            ("&#1;", "\u{1a}"),
            ("\u{20ac} ß", "\u{20ac} ß"),
        ] {
            assert_eq!(settled(text, Spelling::Excel), expected);
        }
        assert_eq!(settled("_x0041_", Spelling::Plain), "_x0041_");
    }

    #[test]
    fn a_text_that_is_too_long_stays_too_long() {
        let long = "_x0041_".repeat(20);
        assert_eq!(settled(&long, Spelling::Excel).len(), 51);
    }
}
