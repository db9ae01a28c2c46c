//! Which whole number does a text with points, commas or a fraction of nothing mean?
//! Certain is what can be read in one way only; a point before three zeros is not.

/// What a text means as a whole number.
#[derive(Debug, PartialEq, Eq)]
pub enum Whole {
    /// This one, in plain digits.
    Certain(String),
    /// This one or that one: with a fraction of nothing, and with its thousands set apart.
    Either(String, String),
    /// If it is a whole number at all, this one.
    Likely(String),
    /// None.
    No,
}

/// Reads `+1`, `5.0`, `5,00`, `1.000,00`, `1 000`, `1'000` and the like.
pub fn whole(text: &str) -> Whole {
    let text = text.trim();
    let (sign, rest) = match text.chars().next() {
        Some('-' | '−') => ("-", &text[text.chars().next().map_or(0, char::len_utf8)..]),
        Some('+') => ("", &text[1..]),
        _ => ("", text),
    };
    let rest = rest.trim_start();
    let is_digit = |character: char| character.is_ascii_digit();
    if !rest.starts_with(is_digit) || rest.len() > 40 {
        return Whole::No;
    }
    let signed = |digits: &str| {
        let digits = digits.trim_start_matches('0');
        match digits {
            "" => "0".to_owned(),
            digits => format!("{sign}{digits}"),
        }
    };
    // Blanks and apostrophes only ever set thousands apart.
    let Some(rest) = without_grouping(rest, &[' ', '\'', '’']) else {
        return Whole::No;
    };
    let separators: Vec<(usize, char)> = rest
        .char_indices()
        .filter(|(_, character)| !character.is_ascii_digit())
        .collect();
    if separators
        .iter()
        .any(|(_, character)| !matches!(character, '.' | ','))
    {
        return Whole::No;
    }
    match *separators {
        [] => Whole::Certain(signed(&rest)),
        [(at, _)] => one_separator(&rest[..at], &rest[at + 1..], &signed),
        [.., (before, group), (last, point)] if group != point => {
            let grouped = &rest[..last];
            let Some(digits) = without_grouping(grouped, &[group]) else {
                return Whole::No;
            };
            let _ = before;
            match is_nothing(&rest[last + 1..]) && digits.bytes().all(|byte| byte.is_ascii_digit())
            {
                true => Whole::Certain(signed(&digits)),
                false => Whole::No,
            }
        }
        [.., (_, point)] => match without_grouping(&rest, &[point]) {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Whole::Certain(signed(&digits))
            }
            _ => Whole::No,
        },
    }
}

fn one_separator(before: &str, after: &str, signed: &dyn Fn(&str) -> String) -> Whole {
    let may_group = after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
    match (is_nothing(after), may_group) {
        (true, true) => Whole::Either(signed(before), signed(&format!("{before}{after}"))),
        (true, false) => Whole::Certain(signed(before)),
        (false, true) => Whole::Likely(signed(&format!("{before}{after}"))),
        (false, false) => Whole::No,
    }
}

/// Is it a fraction of nothing?
fn is_nothing(fraction: &str) -> bool {
    !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0')
}

/// The text without these signs, which must stand before three digits each; nothing where they do not.
fn without_grouping(text: &str, signs: &[char]) -> Option<String> {
    if !text.contains(signs) {
        return Some(text.to_owned());
    }
    let whole_part = text.split(['.', ',']).next().unwrap_or(text);
    let grouped = if signs.contains(&'.') || signs.contains(&',') {
        text
    } else {
        whole_part
    };
    let mut groups = grouped.split(signs);
    let first = groups.next()?;
    let first_fits = (1..=3).contains(&first.len()) && !first.starts_with('0');
    let fits = |group: &str| group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
    if !first_fits || !groups.all(fits) || text[grouped.len()..].contains(signs) {
        return None;
    }
    Some(text.replace(signs, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_certain_and_what_is_not() {
        let certain = |text: &str, number: &str| {
            assert_eq!(whole(text), Whole::Certain(number.into()), "{text}");
        };
        certain("5.0", "5");
        certain("1,0", "1");
        certain("+1", "1");
        certain("5,00", "5");
        certain("0.000", "0");
        certain("1234.000", "1234");
        certain("1.000,00", "1000");
        certain("1,000.0", "1000");
        certain("1.000.000", "1000000");
        certain("1 000", "1000");
        certain("1'000,00", "1000");
        certain("200045.0", "200045");
        certain("-5,0", "-5");
        certain("−5", "-5");
        certain("-0,0", "0");
        assert_eq!(whole("1.000"), Whole::Either("1".into(), "1000".into()));
        assert_eq!(whole("1,000"), Whole::Either("1".into(), "1000".into()));
        assert_eq!(whole("12.345"), Whole::Likely("12345".into()));
        for text in [
            "",
            "-",
            "1.5",
            "1,50",
            "1e3",
            "1.00.000",
            "1 00",
            "0 000",
            ".5",
            "5.",
            "1.000,5",
            "1..0",
            "1,2.0",
            "x",
            "1.000 000",
            "１",
        ] {
            assert_eq!(whole(text), Whole::No, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[0-9., '’+−-]{0,12}") {
            let _ = whole(&text);
        }
    }
}
