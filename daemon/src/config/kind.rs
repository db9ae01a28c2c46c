//! How is one value of the config file read, and how is it written down again?
//!
//! What [`Kind::write`] writes, [`Kind::read`] reads back as the same value; the generated
//! documentation and the default file rest on that.

use std::marker::PhantomData;
use std::ops::RangeInclusive;

use toml::de::DeValue;

/// Why a value is not taken: what is wrong, and what would be right where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Refusal {
    pub(super) fn expected(what: &str, found: &DeValue<'_>) -> Self {
        Refusal {
            message: format!("expected {what}, found {}", shown(found)),
            hint: None,
        }
    }

    pub(super) fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A way to write values in the config file.
pub(super) trait Kind {
    /// What the program works with.
    type Value;
    /// The name of the kind in the documentation.
    fn name() -> String;
    /// Reads a value, or says why it cannot be one.
    fn read(value: &DeValue<'_>) -> Result<Self::Value, Refusal>;
    /// Writes a value as TOML.
    fn write(value: &Self::Value) -> String;
}

/// Reads a value of the kind and holds it against the range its key allows.
pub(super) fn read_within<K: Kind>(
    value: &DeValue<'_>,
    range: &RangeInclusive<K::Value>,
) -> Result<K::Value, Refusal>
where
    K::Value: PartialOrd,
{
    let read = K::read(value)?;
    if range.contains(&read) {
        return Ok(read);
    }
    let (least, most) = (K::write(range.start()), K::write(range.end()));
    Err(Refusal {
        message: format!("{} is out of range", K::write(&read)),
        hint: None,
    }
    .hinting(format!("it must be between {least} and {most}")))
}

/// The candidate that a mistyped word most likely means.
pub(super) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.chars().count().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `true` or `false`.
pub(super) struct Switch;

impl Kind for Switch {
    type Value = bool;

    fn name() -> String {
        "true or false".into()
    }

    fn read(value: &DeValue<'_>) -> Result<bool, Refusal> {
        value
            .as_bool()
            .ok_or_else(|| Refusal::expected("`true` or `false`", value))
    }

    fn write(value: &bool) -> String {
        value.to_string()
    }
}

/// A value of another kind, or `"off"`.
pub(super) struct OrOff<K>(PhantomData<K>);

impl<K: Kind> Kind for OrOff<K> {
    type Value = Option<K::Value>;

    fn name() -> String {
        format!("{} or `\"off\"`", K::name())
    }

    fn read(value: &DeValue<'_>) -> Result<Self::Value, Refusal> {
        if value.as_str() == Some("off") {
            return Ok(None);
        }
        K::read(value).map(Some)
    }

    fn write(value: &Self::Value) -> String {
        value.as_ref().map_or_else(|| "\"off\"".into(), K::write)
    }
}

/// The words that an enum is written with.
pub(super) trait Words: Copy + PartialEq + 'static {
    const WORDS: &'static [(&'static str, Self)];
}

/// One of a few words.
pub(super) struct Choice<T>(PhantomData<T>);

impl<T: Words> Kind for Choice<T> {
    type Value = T;

    fn name() -> String {
        let words: Vec<_> = T::WORDS
            .iter()
            .map(|(word, _)| format!("`\"{word}\"`"))
            .collect();
        words.join(", ")
    }

    fn read(value: &DeValue<'_>) -> Result<T, Refusal> {
        let found = value.as_str().unwrap_or_default();
        if let Some((_, choice)) = T::WORDS.iter().find(|(word, _)| *word == found) {
            return Ok(*choice);
        }
        let refusal = Refusal::expected(&format!("one of {}", Self::name()), value);
        let words = T::WORDS.iter().map(|(word, _)| *word);
        Err(match nearest(&found.to_ascii_lowercase(), words) {
            Some(word) => refusal.hinting(format!("did you mean `\"{word}\"`?")),
            None => refusal,
        })
    }

    fn write(value: &T) -> String {
        let word = T::WORDS.iter().find(|(_, choice)| choice == value);
        format!("\"{}\"", word.map_or("", |(word, _)| word))
    }
}

/// A value as it may appear in a message: short, on one line.
pub(super) fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => {
            let start: String = text.chars().take(40).collect();
            let more = if start.len() < text.len() { "…" } else { "" };
            format!("`{start:?}{more}`")
        }
        DeValue::Integer(number) => format!("`{number}`"),
        DeValue::Float(number) => format!("`{number}`"),
        DeValue::Boolean(switch) => format!("`{switch}`"),
        DeValue::Datetime(_) => "a date".into(),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}
