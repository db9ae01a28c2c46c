//! How does a number format make a number look: as a number, as a date, or with zeros before it?
//! Decided from the format alone, in whatever language it was made.

/// What a cell's number format makes of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Look {
    /// A number.
    #[default]
    Plain,
    /// A date or a time.
    Date,
    /// A whole number, filled up with zeros to this width.
    Zeros(u8),
}

/// What a format that Excel has built in makes of a number, by its id; files name it without its text.
pub(super) fn built_in(id: u32) -> Look {
    match id {
        // Dates and times; 27 to 36 and 50 to 58 are dates in Chinese, Japanese and Korean, 71 to 81 in Thai.
        14..=22 | 27..=36 | 45 | 47 | 50..=58 | 71..=81 => Look::Date,
        _ => Look::Plain,
    }
}

/// What a format that the file writes out makes of a number.
pub(super) fn of_code(code: &str) -> Look {
    let width = code.len();
    if (2..=64).contains(&width) && code.bytes().all(|byte| byte == b'0') {
        return Look::Zeros(width as u8);
    }
    let mut rest = code.chars();
    while let Some(character) = rest.next() {
        match character {
            // Only the first section matters: the others are for negative numbers, zero and text.
            ';' => break,
            '"' => while rest.next().is_some_and(|inner| inner != '"') {},
            '\\' | '_' | '*' => {
                rest.next();
            }
            '[' => {
                let inner: String = rest.by_ref().take_while(|inner| *inner != ']').collect();
                // A length of time such as [hh]:mm is no date.
                let is_length =
                    matches!(inner.to_ascii_lowercase().trim_matches(['h', 'm', 's']), "")
                        && !inner.is_empty();
                if is_length {
                    return Look::Plain;
                }
            }
            'd' | 'D' | 'm' | 'M' | 'y' | 'Y' | 'h' | 'H' | 's' | 'S' => return Look::Date,
            _ => {}
        }
        // `General` in any case, also as a part.
        if matches!(character, 'G' | 'g')
            && rest.as_str().to_ascii_lowercase().starts_with("eneral")
        {
            return Look::Plain;
        }
    }
    Look::Plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart() {
        for (code, look) in [
            ("General", Look::Plain),
            ("0.00", Look::Plain),
            ("0", Look::Plain),
            ("#,##0.00\\ \"EUR\"", Look::Plain),
            (
                "#,##0.00\\ [$€-407];[Red]\\-#,##0.00\\ [$€-407]",
                Look::Plain,
            ),
            ("0.00E+00", Look::Plain),
            ("@", Look::Plain),
            ("0 \"Stück\"", Look::Plain),
            ("0_d", Look::Plain),
            ("0;yyyy", Look::Plain),
            ("[h]:mm:ss", Look::Plain),
            ("[HH]:MM", Look::Plain),
            ("yyyy\\-mm\\-dd", Look::Date),
            ("dd/mm/yy", Look::Date),
            ("[$-407]DD.MM.YYYY", Look::Date),
            ("[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", Look::Date),
            ("[Red]d", Look::Date),
            ("h:mm AM/PM", Look::Date),
            ("00000", Look::Zeros(5)),
            ("000\"-\"00", Look::Plain),
        ] {
            assert_eq!(of_code(code), look, "{code}");
        }
        assert_eq!(built_in(14), Look::Date);
        assert_eq!(built_in(46), Look::Plain);
        assert_eq!(built_in(49), Look::Plain);
    }
}
