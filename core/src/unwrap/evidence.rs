//! In which encoding is a text, by what stands in it?
//! Decided from a bounded stretch that begins with the first byte that is not ASCII, so that the answer depends neither on
//! how the bytes arrive nor on how many are yet to come.

use super::decode::{Decoder, Sureness};
use super::encoding::Encoding;

/// So many bytes from the first one on that is not ASCII decide. In tests so few that small files have more.
pub(crate) const STRETCH: usize = if cfg!(test) { 64 } else { 64 << 10 };

/// So many bytes before them are kept, to show a word as a whole.
pub(super) const KEPT_BEFORE: usize = 24;

/// Which encoding, and how sure is it?
pub(super) fn encoding_of(stretch: &[u8], at_end: bool) -> (Encoding, Sureness) {
    let (whole, broken) = utf8_characters(stretch, at_end);
    // A few broken characters in a text of UTF-8 are broken; where they prevail it is no UTF-8.
    if whole > 0 && whole >= broken {
        return (Encoding::Utf8, Sureness::Agreed);
    }
    let only_windows = stretch.iter().any(|byte| matches!(byte, 0x80..=0x9F));
    let sureness = Sureness::FoundOut { only_windows };
    let letters = |encoding| common_letters(encoding, stretch);
    let encoding = match () {
        () if letters(Encoding::Macintosh) > letters(Encoding::Windows1252) => Encoding::Macintosh,
        () if !only_windows && has_letters_of_iso_8859_15(stretch) => Encoding::Iso8859_15,
        () => Encoding::Windows1252,
    };
    (encoding, sureness)
}

/// Some words, or the first one, that show how a text was read; and how many lines stand before the first of them.
pub(super) fn examples(encoding: Encoding, before: &[u8], stretch: &[u8]) -> (String, u64) {
    let stretch = &stretch[..stretch.len().min(LOOKED_AT)];
    let mut utf8 = Vec::new();
    if let Some(mut decoder) = Decoder::new(encoding, Sureness::Agreed) {
        decoder.decode(before, &mut utf8);
        decoder.decode(stretch, &mut utf8);
    }
    let text = String::from_utf8_lossy(&utf8);
    // What stands before is ASCII.
    let lines_before = memchr::memchr_iter(b'\n', before).count();
    let mut found: Vec<&str> = Vec::new();
    let mut line = 0;
    let mut start = 0;
    for word in text.split(|c: char| c.is_whitespace() || ";,|\"\u{FFFD}".contains(c)) {
        let at = start;
        start += word.len()
            + text[at + word.len()..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
        let is_new = !found.contains(&word);
        if !word.is_ascii() && is_new && word.chars().count() <= LONGEST_WORD {
            if found.is_empty() {
                let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count();
                line = (lines - lines.min(lines_before)) as u64;
            }
            found.push(word);
        }
        if found.len() == MOST_WORDS {
            break;
        }
    }
    if found.is_empty() {
        let first = text.split(|c: char| c.is_whitespace() || ";,|\"".contains(c));
        let first = first
            .map(|word| word.chars().take(LONGEST_WORD).collect::<String>())
            .find(|word| !word.is_empty());
        return (first.unwrap_or_default(), 0);
    }
    (found.join(", "), line)
}

/// Words are looked for in so many bytes.
const LOOKED_AT: usize = 8 << 10;
const LONGEST_WORD: usize = 32;
const MOST_WORDS: usize = 3;

/// How many characters of several bytes are whole, and how many bytes belong to none.
fn utf8_characters(mut bytes: &[u8], at_end: bool) -> (usize, usize) {
    let (mut whole, mut broken) = (0, 0);
    loop {
        let error = match std::str::from_utf8(bytes) {
            Ok(text) => return (whole + characters_beyond_ascii(text), broken),
            Err(error) => error,
        };
        let (good, rest) = bytes.split_at(error.valid_up_to());
        whole += std::str::from_utf8(good).map_or(0, characters_beyond_ascii);
        let Some(length) = error.error_len() else {
            // The stretch may end within a character.
            return (whole, broken + usize::from(at_end));
        };
        broken += 1;
        bytes = &rest[length..];
    }
}

fn characters_beyond_ascii(text: &str) -> usize {
    text.chars()
        .filter(|character| !character.is_ascii())
        .count()
}

/// How many bytes are letters that Western languages often write.
fn common_letters(encoding: Encoding, stretch: &[u8]) -> usize {
    let Some(mut decoder) = Decoder::new(encoding, Sureness::Agreed) else {
        return 0;
    };
    let mut utf8 = Vec::new();
    decoder.decode(stretch, &mut utf8);
    decoder.finish(&mut utf8);
    String::from_utf8_lossy(&utf8)
        .chars()
        .filter(|character| COMMON_LETTERS.contains(*character))
        .count()
}

const COMMON_LETTERS: &str = "äöüßÄÖÜÉàáâãåæçèéêëìíîïñòóôõøùúûý";

/// Does a byte stand as a letter, or for the euro, that is a sign between words in Windows-1252?
fn has_letters_of_iso_8859_15(stretch: &[u8]) -> bool {
    stretch.iter().enumerate().any(|(at, byte)| {
        let beside = |place: Option<usize>| {
            let byte = place.and_then(|place| stretch.get(place));
            byte.is_some_and(u8::is_ascii_alphabetic)
        };
        match byte {
            0xA4 => true,
            // Š š ž; in Windows-1252 ¦ ¨ ¸.
            0xA6 | 0xA8 | 0xB8 => beside(at.checked_sub(1)) || beside(at.checked_add(1)),
            // Œ œ; in Windows-1252 ¼ ½.
            0xBC | 0xBD => beside(at.checked_sub(1)) && beside(at.checked_add(1)),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(stretch: &[u8]) -> Encoding {
        encoding_of(stretch, true).0
    }

    #[test]
    fn the_bytes_tell() {
        assert_eq!(found("üller;Straße".as_bytes()), Encoding::Utf8);
        assert_eq!(found(b"\xFCller;Stra\xDFe"), Encoding::Windows1252);
        assert_eq!(found(b"\x80 5;M\xFCller"), Encoding::Windows1252);
        assert_eq!(found(b"\xA4 5;M\xFCller"), Encoding::Iso8859_15);
        assert_eq!(found(b"\xA6koda"), Encoding::Iso8859_15);
        assert_eq!(found(b"\xBD Liter"), Encoding::Windows1252);
        assert_eq!(found(b"\xBDl"), Encoding::Windows1252);
        assert_eq!(found(b"\xE9;c\xBDur"), Encoding::Iso8859_15);
        assert_eq!(found(b"\x9Fller;Stra\xA7e"), Encoding::Macintosh);
        assert_eq!(found(b"\x8Arger"), Encoding::Macintosh);
    }

    #[test]
    fn where_both_occur_the_greater_number_tells() {
        let one_broken = ["üller;Straße;".as_bytes(), b"M\xFCller"].concat();
        assert_eq!(found(&one_broken), Encoding::Utf8);
        let one_whole = [b"\xFCller;Stra\xDFe;\xC4rger;".as_slice(), "Mü".as_bytes()].concat();
        assert_eq!(found(&one_whole), Encoding::Windows1252);
    }

    #[test]
    fn a_character_cut_by_the_end_of_the_stretch_is_no_evidence() {
        let cut = &"üü".as_bytes()[..3];
        assert_eq!(encoding_of(cut, false).0, Encoding::Utf8);
        assert_eq!(encoding_of(&cut[2..], true).0, Encoding::Windows1252);
    }

    #[test]
    fn words_show_how_it_was_read() {
        let shown =
            |before: &[u8], stretch: &[u8]| examples(Encoding::Windows1252, before, stretch);
        let (words, line) = shown(b"a\nA-1;M", b"\xFCller;Stra\xDFe;M\xFCller;\xC4rger;\xD6l");
        assert_eq!((words.as_str(), line), ("Müller, Straße, Ärger", 0));
        let (words, line) = shown(b"x\n", b"\x81 a\nb;\xFC");
        assert_eq!((words.as_str(), line), ("ü", 1));
        let wide = b"i\0d\0;\0x\0\n\0";
        assert_eq!(examples(Encoding::Utf16Le, b"", wide), ("id".to_owned(), 0));
    }
}
