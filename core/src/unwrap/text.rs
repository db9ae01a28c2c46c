//! How does a text in whatever encoding leave as UTF-8?
//! What is UTF-8 already passes as it is; as long as only ASCII has come nothing is decided, and what then decides is a
//! bounded stretch, the same however the bytes arrive.

use super::decode::{Decoder, Sureness};
use super::encoding::Encoding;
use super::evidence::{KEPT_BEFORE, STRETCH, encoding_of, examples};
use crate::read::no_text;

/// A text on its way.
#[derive(Debug)]
pub(super) struct Text {
    stage: Stage,
    encoding: Encoding,
    /// The last bytes that passed before it was decided.
    before: Vec<u8>,
    noted: Option<FoundOut>,
}

#[derive(Debug)]
enum Stage {
    /// The first bytes, too few yet to look at.
    Beginning(Vec<u8>, Option<Encoding>),
    /// Nothing but ASCII so far.
    Ascii,
    /// The bytes that decide.
    Stretch(Vec<u8>, Expected),
    /// UTF-8 for the rest of the text.
    Passing,
    Decoding(Decoder),
}

#[derive(Clone, Copy, Debug)]
enum Expected {
    /// Nothing is known yet.
    Anything,
    /// Its beginning has said which encoding; the stretch gives the examples.
    Known(Encoding),
}

/// An encoding that was found out.
#[derive(Debug)]
pub(crate) struct FoundOut {
    pub(crate) encoding: Encoding,
    /// How much of what was made in the same step stands before the place where it was found out.
    pub(crate) at: usize,
    /// Words as they were read.
    pub(crate) examples: String,
    /// Lines between the place where it was found out and the first of them.
    pub(crate) lines: u64,
}

/// As many first bytes as are looked at together.
const BEGINNING: usize = 16;

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Text {
    /// A text at its beginning; in an agreed encoding, or in one that is to be found out.
    pub(super) fn new(agreed: Option<Encoding>) -> Self {
        Self {
            stage: Stage::Beginning(Vec::new(), agreed),
            encoding: Encoding::Utf8,
            before: Vec::new(),
            noted: None,
        }
    }

    /// A text of which it is known that it is UTF-8.
    pub(super) fn utf8() -> Self {
        Self {
            stage: Stage::Passing,
            ..Self::new(None)
        }
    }

    /// How many of the next bytes pass as they are.
    pub(super) fn passing(&mut self, bytes: &[u8]) -> usize {
        match self.stage {
            Stage::Passing => bytes.len(),
            Stage::Ascii => {
                let passing = ascii_prefix(bytes);
                self.remember(&bytes[..passing]);
                passing
            }
            _ => 0,
        }
    }

    /// Appends what the next bytes mean, as far as that is known yet.
    pub(super) fn convert(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        while !bytes.is_empty() {
            let passing = self.passing(bytes);
            out.extend_from_slice(&bytes[..passing]);
            bytes = &bytes[passing..];
            bytes = match &mut self.stage {
                Stage::Passing => bytes,
                Stage::Ascii if bytes.is_empty() => bytes,
                Stage::Ascii => {
                    self.stage = Stage::Stretch(Vec::new(), Expected::Anything);
                    bytes
                }
                Stage::Beginning(first, _) => {
                    let rest = fill(first, BEGINNING, bytes);
                    if first.len() == BEGINNING {
                        self.begin(out);
                    }
                    rest
                }
                Stage::Stretch(stretch, _) => {
                    let rest = fill(stretch, STRETCH, bytes);
                    if stretch.len() == STRETCH {
                        self.decide(false, out);
                    }
                    rest
                }
                Stage::Decoding(decoder) => {
                    decoder.decode(bytes, out);
                    &[]
                }
            };
        }
    }

    /// Ends the text and appends the rest.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if matches!(self.stage, Stage::Beginning(..)) {
            self.begin(out);
        }
        if matches!(self.stage, Stage::Stretch(..)) {
            self.decide(true, out);
        }
        if let Stage::Decoding(decoder) = &mut self.stage {
            decoder.finish(out);
        }
    }

    /// The encoding, as far as it is known.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Has it left as it came so far?
    pub(super) fn is_unchanged(&self) -> bool {
        !matches!(self.stage, Stage::Decoding(_))
    }

    /// What was found out in the last step.
    pub(super) fn take_found_out(&mut self) -> Option<FoundOut> {
        self.noted.take()
    }

    /// Looks at the first bytes, or at all bytes of a short text.
    fn begin(&mut self, out: &mut Vec<u8>) {
        let Stage::Beginning(first, agreed) = std::mem::replace(&mut self.stage, Stage::Ascii)
        else {
            return;
        };
        let (stage, mark) = match marked(&first) {
            // Whoever reads it says what it is.
            _ if no_text(&first).is_some() => (Stage::Passing, 0),
            // A mark says more surely what a text is than any agreement.
            Some((Encoding::Utf8, _)) => (Stage::Passing, 0),
            Some((encoding, mark)) => {
                let expected = Expected::Known(encoding);
                (Stage::Stretch(Vec::new(), expected), mark)
            }
            None => match agreed {
                None => match wide(&first) {
                    None => (Stage::Ascii, 0),
                    Some(encoding) => (Stage::Stretch(Vec::new(), Expected::Known(encoding)), 0),
                },
                Some(encoding) => {
                    self.encoding = encoding;
                    let decoder = Decoder::new(encoding, Sureness::Agreed);
                    (decoder.map_or(Stage::Passing, Stage::Decoding), 0)
                }
            },
        };
        self.stage = stage;
        self.convert(&first[mark..], out);
    }

    fn decide(&mut self, at_end: bool, out: &mut Vec<u8>) {
        let Stage::Stretch(stretch, expected) = std::mem::replace(&mut self.stage, Stage::Passing)
        else {
            return;
        };
        let (encoding, sureness) = match expected {
            Expected::Known(encoding) => (encoding, Sureness::Agreed),
            Expected::Anything => encoding_of(&stretch, at_end),
        };
        if let Some(decoder) = Decoder::new(encoding, sureness) {
            let (examples, lines) = examples(encoding, &self.before, &stretch);
            self.encoding = encoding;
            self.noted = Some(FoundOut {
                encoding,
                at: out.len(),
                examples,
                lines,
            });
            self.stage = Stage::Decoding(decoder);
        }
        self.before = Vec::new();
        self.convert(&stretch, out);
    }

    fn remember(&mut self, passed: &[u8]) {
        let last = &passed[passed.len().saturating_sub(KEPT_BEFORE)..];
        self.before.extend_from_slice(last);
        let surplus = self.before.len().saturating_sub(KEPT_BEFORE);
        self.before.drain(..surplus);
    }
}

/// Appends bytes up to a length and gives the rest of them.
fn fill<'b>(to: &mut Vec<u8>, length: usize, bytes: &'b [u8]) -> &'b [u8] {
    let (taken, rest) = bytes.split_at(bytes.len().min(length - to.len()));
    to.extend_from_slice(taken);
    rest
}

/// The encoding that a byte order mark names, and the mark's length.
fn marked(first: &[u8]) -> Option<(Encoding, usize)> {
    match first {
        _ if first.starts_with(UTF8_MARK) => Some((Encoding::Utf8, UTF8_MARK.len())),
        [0xFF, 0xFE, ..] => Some((Encoding::Utf16Le, 2)),
        [0xFE, 0xFF, ..] => Some((Encoding::Utf16Be, 2)),
        _ => None,
    }
}

/// The encoding of a text that begins with ASCII in two bytes a character.
fn wide(first: &[u8]) -> Option<Encoding> {
    let pairs = || first.chunks_exact(2);
    let is_wide = |high: usize| {
        first.len() >= 2 && pairs().all(|pair| pair[high] == 0 && pair[1 - high] != 0)
    };
    match () {
        () if is_wide(1) => Some(Encoding::Utf16Le),
        () if is_wide(0) => Some(Encoding::Utf16Be),
        () => None,
    }
}

/// How many bytes at the beginning are ASCII, at the speed of memory.
fn ascii_prefix(bytes: &[u8]) -> usize {
    let mut at = 0;
    for block in bytes.chunks_exact(64) {
        if block.iter().fold(0, |all, byte| all | byte) >= 0x80 {
            break;
        }
        at += 64;
    }
    let rest = bytes[at..].iter().position(|byte| !byte.is_ascii());
    at + rest.unwrap_or(bytes.len() - at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a text becomes, its encoding, the examples, and behind how many bytes they were known.
    type Read = (Vec<u8>, Encoding, Option<(String, usize)>);

    fn read(agreed: Option<Encoding>, pieces: &[&[u8]]) -> Read {
        let mut text = Text::new(agreed);
        let mut out = Vec::new();
        let mut found = None;
        let mut take = |text: &mut Text, out: &mut Vec<u8>, made: &[u8]| {
            if let Some(heard) = text.take_found_out() {
                found = Some((heard.examples, out.len() + heard.at));
            }
            out.extend_from_slice(made);
        };
        for piece in pieces {
            let passing = text.passing(piece);
            take(&mut text, &mut out, &piece[..passing]);
            let mut made = Vec::new();
            text.convert(&piece[passing..], &mut made);
            take(&mut text, &mut out, &made);
        }
        let mut made = Vec::new();
        text.finish(&mut made);
        take(&mut text, &mut out, &made);
        (out, text.encoding(), found)
    }

    fn words(read: &Read) -> Option<&str> {
        read.2.as_ref().map(|(words, _)| words.as_str())
    }

    #[test]
    fn marks_and_patterns_tell_at_once() {
        let wide: Vec<u8> = "id;Müller"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let marked = [b"\xFF\xFE".as_slice(), &wide].concat();
        for bytes in [&wide, &marked] {
            let read = read(None, &[bytes]);
            assert_eq!(read.0, "id;Müller".as_bytes());
            assert_eq!(read.1, Encoding::Utf16Le);
            assert_eq!(words(&read), Some("Müller"));
        }
        let (text, encoding, found) = read(Some(Encoding::Windows1252), &["\u{FEFF}ü".as_bytes()]);
        assert_eq!(text, "\u{FEFF}ü".as_bytes());
        assert_eq!((encoding, found), (Encoding::Utf8, None));
    }

    #[test]
    fn what_is_agreed_is_not_questioned() {
        let (text, encoding, found) = read(Some(Encoding::Iso8859_15), &["ü".as_bytes()]);
        assert_eq!(text, "ÃŒ".as_bytes());
        assert_eq!((encoding, found), (Encoding::Iso8859_15, None));
    }

    #[test]
    fn a_late_umlaut_decides_as_an_early_one_does() {
        let mut bytes = "id;name\n1;Meier\n".repeat(100).into_bytes();
        bytes.extend_from_slice(b"2;M\xFCller\n");
        let read = read(None, &[&bytes]);
        assert!(read.0.ends_with("2;Müller\n".as_bytes()));
        assert_eq!(read.1, Encoding::Windows1252);
        assert_eq!(words(&read), Some("Müller"));
        assert_eq!(read.2.map(|(_, at)| at), Some(bytes.len() - 6));
    }

    proptest! {
        #[test]
        fn chunks_show_nowhere(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                b"Meier;A-1\n".as_slice(), b"M\xFCller;", "Müller;".as_bytes(), b"\x80", b"\0", b"a\0", b"\xFF\xFE",
                b"\xEF\xBB\xBF", b"\xE2", b"x",
            ]), 0..40),
            cuts in proptest::collection::vec(0usize..300, 0..8),
            agreed in proptest::option::of(proptest::sample::select(Encoding::ALL.to_vec())),
        ) {
            let bytes = parts.concat();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            let whole = read(agreed, &[&bytes]);
            prop_assert_eq!(&read(agreed, &pieces), &whole);
            prop_assert_eq!(&read(agreed, &single), &whole);
        }
    }
}
