//! How are names, zones, filters and lists of offers written?
//!
//! What is read here is known to be usable: a zone exists, a filter parses, an offer id has the
//! form of one.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use toml::de::DeValue;
use tracing_subscriber::EnvFilter;

use super::kind::{Kind, Refusal, nearest, shown};

/// Text of 1 to 64 characters, none of them a control character.
pub(super) struct Word;

impl Kind for Word {
    type Value = String;

    fn name() -> String {
        "text".into()
    }

    fn read(value: &DeValue<'_>) -> Result<String, Refusal> {
        value
            .as_str()
            .filter(|text| (1..=64).contains(&text.chars().count()))
            .filter(|text| !text.contains(char::is_control))
            .map(str::to_owned)
            .ok_or_else(|| Refusal::expected("text of 1 to 64 printable characters", value))
    }

    fn write(value: &String) -> String {
        quoted(value)
    }
}

/// The path of a file.
pub(super) struct FilePath;

impl Kind for FilePath {
    type Value = PathBuf;

    fn name() -> String {
        "path".into()
    }

    fn read(value: &DeValue<'_>) -> Result<PathBuf, Refusal> {
        value
            .as_str()
            .filter(|text| !text.is_empty() && !text.contains('\0'))
            .map(PathBuf::from)
            .ok_or_else(|| Refusal::expected("the path of a file", value))
    }

    fn write(value: &PathBuf) -> String {
        quoted(&value.to_string_lossy())
    }
}

/// The name of a sheet, or `"first"`.
pub(super) struct SheetName;

impl Kind for SheetName {
    type Value = Option<String>;

    fn name() -> String {
        "text".into()
    }

    fn read(value: &DeValue<'_>) -> Result<Option<String>, Refusal> {
        let name = Word::read(value)?;
        Ok((name != "first").then_some(name))
    }

    fn write(value: &Option<String>) -> String {
        quoted(value.as_deref().unwrap_or("first"))
    }
}

/// Directives of tracing's env-filter.
pub(super) struct LogFilter;

impl Kind for LogFilter {
    type Value = String;

    fn name() -> String {
        "text".into()
    }

    fn read(value: &DeValue<'_>) -> Result<String, Refusal> {
        let Some(text) = value.as_str() else {
            return Err(Refusal::expected("filter directives", value));
        };
        match EnvFilter::try_new(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(error) => Err(Refusal {
                message: format!("{} is no filter: {error}", shown(value)),
                hint: Some("write `\"info,notify=debug\"`".into()),
            }),
        }
    }

    fn write(value: &String) -> String {
        quoted(value)
    }
}

/// A time zone by its IANA name.
pub(super) struct Zone;

impl Zone {
    /// The zone as the machine knows it, or as it was when the program was built.
    pub(super) fn named(name: &str) -> Option<TimeZone> {
        let by_machine = jiff::tz::db().get(name);
        by_machine
            .or_else(|_| TimeZoneDatabase::bundled().get(name))
            .ok()
    }
}

impl Kind for Zone {
    type Value = TimeZone;

    fn name() -> String {
        "time zone".into()
    }

    fn read(value: &DeValue<'_>) -> Result<TimeZone, Refusal> {
        let name = value.as_str().unwrap_or_default();
        if let Some(zone) = Zone::named(name) {
            return Ok(zone);
        }
        let known: Vec<String> = TimeZoneDatabase::bundled()
            .available()
            .map(|name| name.as_str().to_owned())
            .collect();
        let hint = match nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `\"{near}\"`?"),
            None => "write an IANA name such as `\"Europe/Berlin\"`".into(),
        };
        Err(Refusal::expected("a time zone", value).hinting(hint))
    }

    fn write(value: &TimeZone) -> String {
        quoted(value.iana_name().unwrap_or("UTC"))
    }
}

/// The offers that a partner may import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offers {
    /// Every externally managed offer of the catalog.
    All,
    /// These ids and no others.
    Only(BTreeSet<String>),
}

impl Offers {
    /// Whether the partner may import orders of this offer.
    pub fn allow(&self, offer_id: &str) -> bool {
        match self {
            Offers::All => true,
            Offers::Only(ids) => ids.contains(offer_id),
        }
    }
}

/// A list of offer ids, or `"all"`.
pub(super) struct OfferList;

/// The platform's offer ids have exactly this many characters.
const OFFER_ID_CHARACTERS: usize = 20;

impl Kind for OfferList {
    type Value = Offers;

    fn name() -> String {
        "list of offer ids or `\"all\"`".into()
    }

    fn read(value: &DeValue<'_>) -> Result<Offers, Refusal> {
        if value.as_str() == Some("all") {
            return Ok(Offers::All);
        }
        let Some(list) = value.as_array() else {
            return Err(Refusal::expected("a list of offer ids or `\"all\"`", value));
        };
        let mut ids = BTreeSet::new();
        let mut wrong = Vec::new();
        for item in list {
            match item.get_ref().as_str() {
                Some(id) if id.chars().count() == OFFER_ID_CHARACTERS => {
                    ids.insert(id.to_owned());
                }
                _ => wrong.push(shown(item.get_ref())),
            }
        }
        if wrong.is_empty() {
            return Ok(Offers::Only(ids));
        }
        Err(Refusal {
            message: format!("no offer id: {}", wrong.join(", ")),
            hint: None,
        }
        .hinting(format!(
            "an offer id is text of exactly {OFFER_ID_CHARACTERS} characters"
        )))
    }

    fn write(value: &Offers) -> String {
        match value {
            Offers::All => "\"all\"".into(),
            Offers::Only(ids) => {
                let ids: Vec<_> = ids.iter().map(|id| quoted(id)).collect();
                format!("[{}]", ids.join(", "))
            }
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
