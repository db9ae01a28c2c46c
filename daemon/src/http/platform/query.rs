//! What does the query of a call ask for?
//! Unknown keys are passed over, as the platform does; of a key that stands twice the last value counts.

use hyper::Uri;
use intake_core::moment::Moment;

use super::fault::{Fault, Wrong};

/// The pairs of a query.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct Query(Vec<(String, String)>);

/// Which page of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct Page {
    /// How many entries it has at most.
    pub(in crate::http) size: usize,
    /// The entry behind which it begins, in the order of the list.
    pub(in crate::http) after: Option<String>,
    /// The entry before which it ends.
    pub(in crate::http) before: Option<String>,
    /// Do higher numbers come first?
    pub(in crate::http) descending: bool,
}

/// Between which instants something was changed, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::http) struct Span {
    pub(in crate::http) from: Option<Moment>,
    pub(in crate::http) to: Option<Moment>,
}

/// What a page holds where the query names no size, or one that is not allowed.
const USUAL_SIZE: usize = 5;

/// The sizes that a page may have.
const SIZES: std::ops::RangeInclusive<i128> = 5..=100;

impl Query {
    pub(in crate::http) fn of(uri: &Uri) -> Self {
        let pairs = uri.query().unwrap_or_default().split('&');
        let pairs = pairs.filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(key), decoded(value))
        });
        Self(pairs.collect())
    }

    /// The value of a key; an empty one is none.
    pub(in crate::http) fn text(&self, key: &str) -> Option<&str> {
        self.value(key).filter(|value| !value.is_empty())
    }

    /// The value of a key as it stands there.
    fn value(&self, key: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str())
    }

    /// An instant.
    pub(in crate::http) fn instant(&self, key: &str) -> Result<Option<Moment>, Fault> {
        let parse = |text: &str| {
            let error = "is no date and time of RFC 3339";
            Moment::parse(text).map_err(|_| Fault::about(Wrong::NoInstant, key, error, text))
        };
        self.value(key).map(parse).transpose()
    }

    /// `true` or `false`.
    pub(in crate::http) fn flag(&self, key: &str) -> Result<Option<bool>, Fault> {
        match self.value(key) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(text) => Err(Fault::about(
                Wrong::OtherType,
                key,
                "is neither true nor false",
                text,
            )),
        }
    }

    /// `startTime` and `endTime`.
    pub(in crate::http) fn span(&self) -> Result<Span, Fault> {
        Ok(Span {
            from: self.instant("startTime")?,
            to: self.instant("endTime")?,
        })
    }

    /// The page that is asked for.
    pub(in crate::http) fn page(&self) -> Result<Page, Fault> {
        let size = match self.value("size") {
            None => USUAL_SIZE,
            Some(text) if is_integer(text) => {
                let size = text
                    .parse::<i128>()
                    .ok()
                    .filter(|size| SIZES.contains(size));
                size.map_or(USUAL_SIZE, |size| size as usize)
            }
            Some(text) => {
                let error = "is no integer";
                return Err(Fault::about(Wrong::SizeNoInteger, "size", error, text));
            }
        };
        let descending = match self.value("sort") {
            None | Some("ASC") => false,
            Some("DESC") => true,
            Some(text) => {
                let error = "is neither ASC nor DESC";
                return Err(Fault::about(Wrong::Invalid, "sort", error, text));
            }
        };
        Ok(Page {
            size,
            after: self.value("startingAfter").map(str::to_owned),
            before: self.value("endingBefore").map(str::to_owned),
            descending,
        })
    }
}

impl Page {
    /// The cursors as numbers. One that no number can be lies beyond all of them.
    pub(in crate::http) fn numbers(&self) -> Result<(Option<u64>, Option<u64>), Fault> {
        let number = |key: &str, cursor: &Option<String>| match cursor {
            None => Ok(None),
            Some(text) if is_integer(text) => Ok(Some(clamped(text))),
            Some(text) => {
                let error = "is no integer";
                Err(Fault::about(Wrong::CursorNoInteger, key, error, text))
            }
        };
        let after = number("startingAfter", &self.after)?;
        Ok((after, number("endingBefore", &self.before)?))
    }
}

impl Span {
    pub(in crate::http) fn holds(self, changed: Moment) -> bool {
        self.from.is_none_or(|from| from <= changed) && self.to.is_none_or(|to| changed <= to)
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn clamped(text: &str) -> u64 {
    if text.starts_with('-') {
        return 0;
    }
    text.trim_start_matches('+').parse().unwrap_or(u64::MAX)
}

/// Text without its percent signs; what is no UTF-8 shows as such, and so matches nothing.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = |place: usize| {
            after
                .get(place)
                .and_then(|digit| char::from(*digit).to_digit(16))
        };
        rest = after;
        match (first, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &after[2..];
            }
            (b'+', ..) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::of(&text.parse().unwrap())
    }

    fn code(fault: Result<Page, Fault>) -> String {
        format!("{:?}", fault.unwrap_err())
    }

    #[test]
    fn sizes_beyond_the_bounds_become_the_usual_one() {
        let size = |text: &str| query(&format!("/?size={text}")).page().unwrap().size;
        for (text, expected) in [
            ("5", 5),
            ("100", 100),
            ("4", 5),
            ("101", 5),
            ("0", 5),
            ("-7", 5),
            ("99999999999999999999999999999999999999999999", 5),
        ] {
            assert_eq!(size(text), expected, "{text}");
        }
        assert!(code(query("/?size=ten").page()).contains("SizeNoInteger"));
        assert!(code(query("/?size=").page()).contains("SizeNoInteger"));
        assert!(code(query("/?size=7.0").page()).contains("SizeNoInteger"));
        assert!(code(query("/?sort=up").page()).contains("Invalid"));
    }

    #[test]
    fn cursors_are_numbers_where_ids_are() {
        let page = |text: &str| query(text).page().unwrap();
        let of = |text: &str| page(text).numbers().unwrap();
        assert_eq!(of("/"), (None, None));
        assert_eq!(of("/?startingAfter=7&endingBefore=9"), (Some(7), Some(9)));
        assert_eq!(of("/?startingAfter=-7"), (Some(0), None));
        assert_eq!(
            of("/?startingAfter=99999999999999999999"),
            (Some(u64::MAX), None)
        );
        let wrong = page("/?startingAfter=x").numbers().unwrap_err();
        assert!(format!("{wrong:?}").contains("CursorNoInteger"));
    }

    #[test]
    fn values_come_decoded() {
        let query = query("/?a=%C3%A4+b%2B&a=&b&c=%zz%4&d=%ff");
        assert_eq!(
            query.text("a"),
            None,
            "the last one counts, and it is empty"
        );
        assert_eq!(query.text("b"), None);
        assert_eq!(query.text("c"), Some("%zz%4"));
        assert_eq!(query.text("d"), Some("\u{fffd}"));
        assert_eq!(decoded("%C3%A4+b%2B"), "ä b+");
    }

    #[test]
    fn both_ends_of_a_span_count() {
        let at = |text: &str| Moment::parse(text).unwrap();
        let span = query("/?startTime=2026-01-01T00:00:00Z&endTime=2026-01-02T01:00:00%2B01:00")
            .span()
            .unwrap();
        assert!(span.holds(at("2026-01-01T00:00:00Z")) && span.holds(at("2026-01-02T00:00:00Z")));
        assert!(!span.holds(at("2026-01-02T00:00:00.1Z")));
        assert!(query("/?startTime=yesterday").span().is_err());
    }
}
