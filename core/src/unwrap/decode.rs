//! How does a text in another encoding become UTF-8?
//! Whatever cannot be decoded stays in the text as bytes that are no UTF-8, so that it is found in the cell where it
//! stands; nothing is ever replaced. Where chunks were cut shows nowhere.

use super::encoding::Encoding;
use super::tables::{ISO_8859_15, MACINTOSH, WINDOWS_1252};

/// Decodes a text that comes in pieces.
#[derive(Debug)]
pub(super) struct Decoder {
    way: Way,
    /// Bytes at the end of a piece that mean something only with those that follow, fewer than [`LONGEST`].
    held: Vec<u8>,
}

#[derive(Debug)]
enum Way {
    Single(Box<SingleByte>),
    Utf16 { low_first: bool },
}

/// Most bytes that are looked at together.
const LONGEST: usize = 4;

/// What each byte from 0x80 on becomes.
#[derive(Debug)]
struct SingleByte {
    characters: [Character; 128],
    /// Is a sequence that would be UTF-8 left as what cannot be decoded?
    suspicious: bool,
}

/// A character in UTF-8, at most three bytes of it, and how many they are.
#[derive(Clone, Copy, Debug)]
struct Character([u8; 3], u8);

/// How sure is it that a text is in this encoding?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sureness {
    /// It was agreed: every byte means what the encoding says.
    Agreed,
    /// It was found out: what speaks against it is not decoded.
    FoundOut {
        /// Has the text shown bytes that only Windows-1252 has? Otherwise it may be ISO-8859-15, with the euro sign elsewhere.
        only_windows: bool,
    },
}

impl Decoder {
    /// A decoder for a text in this encoding, behind its byte order mark. UTF-8 needs none.
    pub(super) fn new(encoding: Encoding, sureness: Sureness) -> Option<Self> {
        let single = |table, not| {
            Way::Single(Box::new(SingleByte {
                characters: characters(table, not),
                suspicious: sureness != Sureness::Agreed,
            }))
        };
        let unsure_of_windows = Sureness::FoundOut {
            only_windows: false,
        };
        let way = match encoding {
            Encoding::Utf8 => return None,
            Encoding::Utf16Le => Way::Utf16 { low_first: true },
            Encoding::Utf16Be => Way::Utf16 { low_first: false },
            Encoding::Windows1252 if sureness == unsure_of_windows => {
                single(&WINDOWS_1252, Some(EURO_OF_ISO_8859_15))
            }
            Encoding::Windows1252 => single(&WINDOWS_1252, None),
            Encoding::Iso8859_15 => single(&ISO_8859_15, None),
            Encoding::Macintosh => single(&MACINTOSH, None),
        };
        Some(Self {
            way,
            held: Vec::new(),
        })
    }

    /// Appends what the next bytes mean.
    pub(super) fn decode(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut start = 0;
        if !self.held.is_empty() {
            let held = self.held.len();
            self.held
                .extend_from_slice(&bytes[..bytes.len().min(LONGEST)]);
            let joined = std::mem::take(&mut self.held);
            let used = self.way.decode(&joined, false, out);
            if used < held {
                self.held = joined[used..].to_vec();
                return;
            }
            start = used - held;
        }
        let used = start + self.way.decode(&bytes[start..], false, out);
        self.held.extend_from_slice(&bytes[used..]);
    }

    /// Ends the text and appends the rest.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        let held = std::mem::take(&mut self.held);
        self.way.decode(&held, true, out);
    }
}

impl Way {
    /// Appends what the bytes mean and gives how many they were; the rest needs those that follow.
    fn decode(&self, bytes: &[u8], at_end: bool, out: &mut Vec<u8>) -> usize {
        match self {
            Self::Single(single) => single.decode(bytes, at_end, out),
            Self::Utf16 { low_first: true } => utf16(bytes, at_end, u16::from_le_bytes, out),
            Self::Utf16 { low_first: false } => utf16(bytes, at_end, u16::from_be_bytes, out),
        }
    }
}

impl SingleByte {
    fn decode(&self, bytes: &[u8], at_end: bool, out: &mut Vec<u8>) -> usize {
        out.reserve(bytes.len() + bytes.len() / 8);
        let mut at = 0;
        loop {
            let run = ascii_run(&bytes[at..]);
            out.extend_from_slice(&bytes[at..at + run]);
            at += run;
            let Some(&byte) = bytes.get(at) else {
                return at;
            };
            if self.suspicious && matches!(byte, 0xC2 | 0xC3 | 0xE2) {
                match looks_like_utf8(&bytes[at..], at_end) {
                    Look::Undecided => return at,
                    Look::Like(length) => {
                        out.push(NO_UTF8);
                        out.extend_from_slice(&bytes[at..at + length]);
                        at += length;
                        continue;
                    }
                    Look::Unlike => self.put(byte, out),
                }
            } else {
                self.put(byte, out);
            }
            at += 1;
        }
    }

    fn put(&self, byte: u8, out: &mut Vec<u8>) {
        let Character(bytes, length) = self.characters[usize::from(byte & 0x7F)];
        out.extend_from_slice(&bytes[..usize::from(length)]);
    }
}

/// How many bytes at the beginning are ASCII.
fn ascii_run(bytes: &[u8]) -> usize {
    let mut at = 0;
    for word in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
        let high = word & 0x8080_8080_8080_8080;
        if high != 0 {
            return at + high.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes[at..].iter().position(|byte| !byte.is_ascii());
    at + rest.unwrap_or(bytes.len() - at)
}

/// No byte of UTF-8 looks like this: it makes whatever it stands in front of stand out.
const NO_UTF8: u8 = 0xFF;

/// In ISO-8859-15 the euro sign, in Windows-1252 a sign for any currency that nobody writes.
const EURO_OF_ISO_8859_15: u8 = 0xA4;

fn characters(table: &[u16; 128], not: Option<u8>) -> [Character; 128] {
    let mut characters = [Character([0; 3], 1); 128];
    for (index, (made, code)) in characters.iter_mut().zip(table).enumerate() {
        let byte = index as u8 | 0x80;
        let Some(character) = char::from_u32(u32::from(*code)).filter(|c| *c != '\0') else {
            made.0[0] = byte;
            continue;
        };
        if not == Some(byte) {
            made.0[0] = byte;
            continue;
        }
        made.1 = character.encode_utf8(&mut made.0).len() as u8;
    }
    characters
}

enum Look {
    /// So many bytes.
    Like(usize),
    Unlike,
    Undecided,
}

/// Does a letter or a sign that UTF-8 writes in several bytes stand here, such as `Ã¼` for `ü`?
fn looks_like_utf8(bytes: &[u8], at_end: bool) -> Look {
    let goes_on = |at: usize| bytes.get(at).map(|byte| matches!(byte, 0x80..=0xBF));
    let places: &[usize] = match bytes {
        [0xE2, 0x80 | 0x82, ..] => &[1, 2],
        [0xE2, _, ..] => return Look::Unlike,
        _ => &[1],
    };
    for place in places {
        match goes_on(*place) {
            Some(true) => {}
            Some(false) => return Look::Unlike,
            None if at_end => return Look::Unlike,
            None => return Look::Undecided,
        }
    }
    Look::Like(places.len() + 1)
}

fn utf16(bytes: &[u8], at_end: bool, unit: fn([u8; 2]) -> u16, out: &mut Vec<u8>) -> usize {
    out.reserve(bytes.len() / 2 + bytes.len() / 8);
    let unit_at = |at: usize| {
        let pair = bytes.get(at..at + 2)?;
        Some(unit([pair[0], pair[1]]))
    };
    let mut at = 0;
    while let Some(first) = unit_at(at) {
        if let Ok(ascii @ 0..=0x7F) = u8::try_from(first) {
            out.push(ascii);
            at += 2;
            continue;
        }
        if (0xD800..0xDC00).contains(&first) && unit_at(at + 2).is_none() && !at_end {
            return at;
        }
        let pair = [first, unit_at(at + 2).unwrap_or(0)];
        if let Some(Ok(character)) = char::decode_utf16(pair).next() {
            let mut utf8 = [0; 4];
            out.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
            at += 2 * character.len_utf16();
            continue;
        }
        // Half of a pair. Written like a character of three bytes it is no UTF-8.
        let [high, low] = first.to_be_bytes();
        out.extend_from_slice(&[
            0xE0 | high >> 4,
            0x80 | (high & 0x0F) << 2 | low >> 6,
            0x80 | low & 0x3F,
        ]);
        at += 2;
    }
    if at_end && at < bytes.len() {
        // Half of a unit.
        out.push(NO_UTF8);
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(encoding: Encoding, sureness: Sureness, pieces: &[&[u8]]) -> Vec<u8> {
        let mut decoder = Decoder::new(encoding, sureness).expect("not UTF-8");
        let mut out = Vec::new();
        for piece in pieces {
            decoder.decode(piece, &mut out);
        }
        decoder.finish(&mut out);
        out
    }

    const UNSURE: Sureness = Sureness::FoundOut {
        only_windows: false,
    };
    const SURE: Sureness = Sureness::FoundOut { only_windows: true };

    #[test]
    fn umlauts_and_signs_arrive() {
        let text = "Müller;Straße;5 €;„Œuvre“";
        let windows = b"M\xFCller;Stra\xDFe;5 \x80;\x84\x8Cuvre\x93";
        assert_eq!(
            decoded(Encoding::Windows1252, SURE, &[windows]),
            text.as_bytes()
        );
        let latin = b"M\xFCller;Stra\xDFe;5 \xA4";
        assert_eq!(
            decoded(Encoding::Iso8859_15, SURE, &[latin]),
            "Müller;Straße;5 €".as_bytes()
        );
        let mac = b"M\x9Fller;Stra\xA7e;5 \xDB";
        assert_eq!(
            decoded(Encoding::Macintosh, SURE, &[mac]),
            "Müller;Straße;5 €".as_bytes()
        );
    }

    #[test]
    fn what_speaks_against_the_encoding_is_left_as_no_utf8() {
        let undefined = decoded(Encoding::Windows1252, SURE, &[b"a\x81b"]);
        assert_eq!(undefined, b"a\x81b");
        let mixed = decoded(Encoding::Windows1252, SURE, &["Mü".as_bytes()]);
        assert_eq!(mixed, [b"M\xFF".as_slice(), "ü".as_bytes()].concat());
        let agreed = decoded(Encoding::Windows1252, Sureness::Agreed, &["Mü".as_bytes()]);
        assert_eq!(agreed, "MÃ¼".as_bytes());
        assert_eq!(
            decoded(Encoding::Windows1252, UNSURE, &[b"5 \xA4"]),
            b"5 \xA4"
        );
        assert_eq!(
            decoded(Encoding::Windows1252, SURE, &[b"5 \xA4"]),
            "5 ¤".as_bytes()
        );
        let french = decoded(Encoding::Windows1252, UNSURE, &[b"ch\xE2teau \xE2"]);
        assert_eq!(french, "château â".as_bytes());
    }

    #[test]
    fn half_characters_of_utf16_are_left_as_no_utf8() {
        for (encoding, bytes) in [
            (Encoding::Utf16Le, b"a\0\x3D\xD8b\0".as_slice()),
            (Encoding::Utf16Be, b"\0a\xD8\x3D\0b"),
            (Encoding::Utf16Le, b"a\0\n"),
        ] {
            let made = decoded(encoding, Sureness::Agreed, &[bytes]);
            assert!(String::from_utf8(made).is_err());
        }
    }

    proptest! {
        #[test]
        fn chunks_show_nowhere(
            bytes in proptest::collection::vec(prop_oneof![
                Just(b'a'), Just(0xC3u8), Just(0xE2), Just(0x82), Just(0xBC), Just(0xD8), Just(0xDC), Just(0), any::<u8>()
            ], 0..40),
            cuts in proptest::collection::vec(0usize..40, 0..6),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
            for encoding in Encoding::ALL.into_iter().filter(|known| *known != Encoding::Utf8) {
                for sureness in [UNSURE, SURE, Sureness::Agreed] {
                    prop_assert_eq!(
                        decoded(encoding, sureness, &pieces),
                        decoded(encoding, sureness, &[&bytes])
                    );
                }
            }
        }

        #[test]
        fn utf16_reads_back(text in "\\PC{0,40}") {
            let low: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let high: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            prop_assert_eq!(decoded(Encoding::Utf16Le, Sureness::Agreed, &[&low]), text.as_bytes());
            prop_assert_eq!(decoded(Encoding::Utf16Be, Sureness::Agreed, &[&high]), text.as_bytes());
        }
    }
}
