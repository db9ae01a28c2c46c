//! How can text from elsewhere be shown without doing harm?
//! Values and names are a partner's: nothing of them may move a cursor, forge a line of a log or turn the direction of reading.

use std::borrow::Cow;

/// Text from elsewhere as it can be shown: what would move the cursor, change colours or turn the
/// direction of reading is written as an escape such as `\u{1b}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(misleads) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if misleads(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Whether a character does something else in a text than stand in its place: controls, line
/// separators, marks that turn the direction of reading, and what has no width.
pub fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_cannot_move_the_cursor() {
        assert!(matches!(printable("Grüße, 日本 'x' \\n"), Cow::Borrowed(_)));
        assert_eq!(printable("a\x1b[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
        assert_eq!(printable("fdp.\u{202e}exe"), "fdp.\\u{202e}exe");
    }
}
