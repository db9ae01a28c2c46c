//! How alike are two spellings?
//! Nearly all that are compared are far apart, and two looks at their letters say so before anything is worked out.

/// In how many places two texts differ: letters put in, left out, exchanged, or two side by side that changed places. Nothing
/// where they are more than `most`.
pub(crate) fn differences(one: &str, other: &str, most: usize) -> Option<usize> {
    // A place that differs makes at most one letter more or less,
    if length(one).abs_diff(length(other)) > most {
        return None;
    }
    // and gives at most one letter that the other text has nowhere, in either direction.
    if one.is_ascii() && other.is_ascii() {
        let (in_one, in_other) = (letters(one), letters(other));
        let missing = |from: u64, to: u64| (from & !to).count_ones() as usize;
        if missing(in_one, in_other).max(missing(in_other, in_one)) > most {
            return None;
        }
    }
    Some(strsim::osa_distance(one, other)).filter(|differences| *differences <= most)
}

fn length(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.chars().count()
    }
}

/// A bit for each letter of ASCII; some share one.
fn letters(text: &str) -> u64 {
    text.bytes()
        .fold(0, |bits, letter| bits | 1 << (letter % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_look_at_letters_says_too_much(
            one in "[a-cäöA]{0,9}",
            other in "[a-cäöA]{0,9}",
            most in 0usize..4,
        ) {
            let distance = strsim::osa_distance(&one, &other);
            let expected = Some(distance).filter(|distance| *distance <= most);
            proptest::prop_assert_eq!(differences(&one, &other, most), expected);
        }
    }
}
