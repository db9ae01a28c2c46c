//! How does a partner's own word or header stand beside what it means?
//!
//! What is read here is known to mean something: each target is a word of the platform or a field.

use std::collections::BTreeMap;

use intake_core::reading::mapping::{self, Mapping};
use intake_core::reading::words::{self, PartnerWords};
use toml::de::DeValue;

use super::kind::{Kind, Refusal, nearest};

/// The words of a partner and the platform's word for each.
pub(super) struct WordPairs;

/// The headers of a partner and the field that each means, or `"ignore"`.
pub(super) struct HeaderPairs;

impl Kind for WordPairs {
    type Value = PartnerWords;

    fn name() -> String {
        "table of words".into()
    }

    fn read(value: &DeValue<'_>) -> Result<PartnerWords, Refusal> {
        let pairs = pairs(value, "`{ \"Bankeinzug\" = \"BANK_ACCOUNT\" }`")?;
        PartnerWords::new(pairs)
            .map_err(|target| means_nothing(&target, "word of the platform", words::targets()))
    }

    fn write(value: &PartnerWords) -> String {
        written(value.pairs())
    }
}

impl Kind for HeaderPairs {
    type Value = Mapping;

    fn name() -> String {
        "table of headers".into()
    }

    fn read(value: &DeValue<'_>) -> Result<Mapping, Refusal> {
        let pairs = pairs(
            value,
            "`{ \"Abo seit\" = \"startDate\", \"Bemerkung\" = \"ignore\" }`",
        )?;
        let targets = mapping::targets().chain([mapping::IGNORE]);
        Mapping::new(pairs).map_err(|target| means_nothing(&target, "field", targets))
    }

    fn write(value: &Mapping) -> String {
        written(value.pairs())
    }
}

fn pairs(value: &DeValue<'_>, example: &str) -> Result<BTreeMap<Box<str>, Box<str>>, Refusal> {
    let wrong = || Refusal::expected(&format!("a table such as {example}"), value);
    let table = value.as_table().ok_or_else(wrong)?;
    table
        .iter()
        .map(|(own, target)| {
            let target = target.get_ref().as_str().ok_or_else(wrong)?;
            Ok((own.get_ref().as_ref().into(), target.into()))
        })
        .collect()
}

fn means_nothing(target: &str, kind: &str, known: impl Iterator<Item = &'static str>) -> Refusal {
    let refusal = Refusal {
        message: format!("`{}` is no {kind}", target.escape_debug()),
        hint: None,
    };
    let known: Vec<_> = known.collect();
    let lower = target.to_lowercase();
    let same = known
        .iter()
        .copied()
        .find(|name| name.to_lowercase() == lower);
    match same.or_else(|| nearest(target, known)) {
        Some(near) => refusal.hinting(format!("did you mean `\"{near}\"`?")),
        None => refusal,
    }
}

fn written(pairs: &BTreeMap<Box<str>, Box<str>>) -> String {
    if pairs.is_empty() {
        return "{}".into();
    }
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(own, target)| format!("{} = {}", quoted(own), quoted(target)))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}
