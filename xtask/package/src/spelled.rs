//! How does a module come as a script that is short on its way?
//! Spelled out, a character for each byte: compressed it is hardly longer than the module, while base64 hides from any
//! compression what repeats itself. No character is one that a parser of scripts, or of pages, reads as another.

use std::fmt::Write as _;

/// The printable characters of ASCII that mean nothing in a text between apostrophes: one byte each on their way.
fn short_characters() -> impl Iterator<Item = u8> {
    (b' '..=b'~').filter(|character| !matches!(character, b'\'' | b'\\'))
}

/// The first of the characters for all other bytes: two bytes each, printable.
const FIRST_LONG: u32 = 0xa1;

/// The characters behind it that are no letters of their own and show nothing.
const SOFT_HYPHEN: u32 = 0xad;

/// A character for each byte.
type Alphabet = [char; 256];

/// The module as JavaScript. It gives `wasmBytes`, as the package's own does.
pub(crate) fn script(wasm: &[u8]) -> String {
    let alphabet = alphabet_for(wasm);
    let mut text = String::with_capacity(wasm.len() * 5 / 4);
    text.extend(wasm.iter().map(|byte| alphabet[usize::from(*byte)]));
    let letters: String = alphabet.iter().collect();
    let mut script = String::with_capacity(text.len() + 1000);
    let _ = write!(
        script,
        "// The WebAssembly module, spelled out: a character for each byte.\n\
         \n\
         const alphabet = '{letters}';\n\
         const text = '{text}';\n\
         \n\
         function spelled() {{\n\
         \x20 const byteOf = new Uint8Array(512);\n\
         \x20 for (let byte = 0; byte < 256; byte += 1) byteOf[alphabet.charCodeAt(byte)] = byte;\n\
         \x20 const bytes = new Uint8Array(text.length);\n\
         \x20 for (let at = 0; at < bytes.length; at += 1) bytes[at] = byteOf[text.charCodeAt(at)];\n\
         \x20 return bytes.buffer;\n\
         }}\n\
         \n\
         /** The bytes of the WebAssembly module. */\n\
         export const wasmBytes = spelled();\n"
    );
    script
}

/// The bytes that are most frequent get the short characters, each its own where that is one of them.
fn alphabet_for(bytes: &[u8]) -> Alphabet {
    let mut counts = [0u64; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let mut by_count: Vec<u8> = (0..=255).collect();
    by_count.sort_by_key(|byte| std::cmp::Reverse(counts[usize::from(*byte)]));
    let (frequent, others) = by_count.split_at_mut(short_characters().count());
    frequent.sort_unstable();
    others.sort_unstable();
    let mut alphabet = ['\0'; 256];
    let (own, strange): (Vec<u8>, Vec<u8>) = frequent
        .iter()
        .partition(|byte| short_characters().any(|character| character == **byte));
    for byte in &own {
        alphabet[usize::from(*byte)] = char::from(*byte);
    }
    let left = short_characters().filter(|character| !own.contains(character));
    for (byte, character) in strange.iter().zip(left) {
        alphabet[usize::from(*byte)] = char::from(character);
    }
    let long = (FIRST_LONG..).filter(|code| *code != SOFT_HYPHEN);
    for (byte, character) in others.iter().zip(long.filter_map(char::from_u32)) {
        alphabet[usize::from(*byte)] = character;
    }
    alphabet
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the script makes of its text.
    fn read_back(script: &str) -> Vec<u8> {
        let between = |begin: &str| {
            let rest = script.split_once(begin).unwrap().1;
            rest.split_once("';\n").unwrap().0
        };
        let alphabet: Vec<char> = between("const alphabet = '").chars().collect();
        assert_eq!(alphabet.len(), 256);
        let byte_of = |character| alphabet.iter().position(|letter| *letter == character);
        between("const text = '")
            .chars()
            .map(|character| byte_of(character).unwrap() as u8)
            .collect()
    }

    #[test]
    fn every_byte_comes_back() {
        let all: Vec<u8> = (0..=255).collect();
        // Of each byte more than of the one before it, of none at all, and the other way round.
        let rising: Vec<u8> = (0..=255u8)
            .flat_map(|byte| vec![byte; usize::from(byte)])
            .collect();
        let falling: Vec<u8> = rising.iter().map(|byte| 255 - byte).collect();
        for bytes in [&all, &rising, &falling, &Vec::new()] {
            let script = script(bytes);
            assert_eq!(&read_back(&script), bytes);
            let is_safe = |character: char| {
                character == '\n' || (!character.is_control() && character != '\u{feff}')
            };
            assert!(script.chars().all(is_safe));
        }
    }

    #[test]
    fn what_is_frequent_is_short() {
        let mut bytes = vec![0; 1000];
        bytes.extend([0xff; 900]);
        bytes.push(b'\'');
        bytes.extend([b'a'; 10]);
        let alphabet = alphabet_for(&bytes);
        assert!(alphabet[0].is_ascii() && alphabet[0xff].is_ascii());
        assert_eq!(alphabet[usize::from(b'a')], 'a');
    }
}
