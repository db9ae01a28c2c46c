//! What stands in a text that nobody sees?
//! What is taken out or replaced changes nothing that a person reads.

use std::borrow::Cow;

/// A text as a person reads it, with what was done to it.
#[derive(Debug, PartialEq, Eq)]
pub struct Tidied<'t> {
    /// The text.
    pub text: Cow<'t, str>,
    /// Were characters without width taken out?
    pub removed: bool,
    /// Were other blanks replaced by the usual one?
    pub replaced: bool,
}

/// Takes out characters without width and replaces blanks that are not the usual one.
pub fn tidied(text: &str) -> Tidied<'_> {
    let mut tidied = Tidied {
        text: Cow::Borrowed(text),
        removed: false,
        replaced: false,
    };
    if text.is_ascii() {
        return tidied;
    }
    tidied.removed = text.contains(has_no_width);
    tidied.replaced = text.contains(is_other_blank);
    if tidied.removed || tidied.replaced {
        let kept = text.chars().filter(|character| !has_no_width(*character));
        let usual = kept.map(|character| {
            if is_other_blank(character) {
                ' '
            } else {
                character
            }
        });
        tidied.text = Cow::Owned(usual.collect());
    }
    tidied
}

/// Without width and without a meaning in any script: joiners, which have one, are not among them, nor what turns the
/// direction of a whole text.
fn has_no_width(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}'
    )
}

/// Blanks that do not break a line or are of another width.
fn is_other_blank(character: char) -> bool {
    matches!(
        character,
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees() {
        let check = |text: &str, expect: &str, removed, replaced| {
            let expect = Tidied {
                text: Cow::Borrowed(expect),
                removed,
                replaced,
            };
            assert_eq!(tidied(text), expect, "{text:?}");
        };
        check("ABO-1", "ABO-1", false, false);
        check("Müller", "Müller", false, false);
        check("A\u{200b}B\u{feff}", "AB", true, false);
        check("Max\u{a0}Muster", "Max Muster", false, true);
        check("\u{2060}a\u{202f}b", "a b", true, true);
        check("a\u{202e}b", "a\u{202e}b", false, false);
    }
}
