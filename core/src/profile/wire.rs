//! In which words of JSON is a profile passed on?
//! The wire form, version 1: this module alone knows it. Reading is strict, so that an agreement is either understood
//! as a whole or refused; what is written reads back the same.

use super::zone_wire::ZoneV1;
use super::{Delivery, FilePolicy, Profile};
use crate::likeness::differences;
use crate::plan::brake::{Brake, Threshold};
use crate::read::Limits;
use crate::reading::mapping::{self, Mapping};
use crate::reading::words::{self, PartnerWords};
use crate::reading::{DateOrder, Reading, Values};
use crate::unwrap::Encoding;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The version of the wire form.
pub const VERSION: u32 = 1;

/// Why a text is not a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileError {
    /// Not the JSON of a profile: the reader's words, with line and column where there are any.
    Json(String),
    /// A profile of another version.
    Version(u64),
    /// A value that means nothing, and what would stand there.
    Value {
        /// The keys that lead to it, joined by dots.
        at: &'static str,
        /// What would stand there.
        expected: &'static str,
    },
    /// A pair whose target means nothing.
    Target {
        /// The key.
        at: &'static str,
        /// The target as it stands there.
        found: String,
        /// What may be meant.
        near: Option<&'static str>,
    },
}

impl fmt::Display for ProfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(words) => write!(f, "this is no profile: {words}"),
            Self::Version(found) => write!(
                f,
                "the profile is of version {found}, this program reads version {VERSION}"
            ),
            Self::Value { at, expected } => {
                write!(f, "the profile's `{at}` must be {expected}")
            }
            Self::Target { at, found, near } => {
                write!(
                    f,
                    "the profile's `{at}` names `{found}`, which means nothing"
                )?;
                match near {
                    Some(near) => write!(f, "; did you mean `{near}`?"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl std::error::Error for ProfileError {}

impl Profile {
    /// The profile as JSON, pretty, with a line feed at its end.
    pub fn to_json(&self) -> String {
        // Plain data of this module: serialising it into memory cannot fail.
        let mut text = serde_json::to_string_pretty(&ProfileV1::of(self)).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a profile. Every key must be there and none besides; see [`ProfileError`].
    pub fn from_json(json: &[u8]) -> Result<Self, ProfileError> {
        let words = |error: serde_json::Error| ProfileError::Json(error.to_string());
        let any: AnyVersion = serde_json::from_slice(json).map_err(words)?;
        if any.version != u64::from(VERSION) {
            return Err(ProfileError::Version(any.version));
        }
        serde_json::from_slice::<ProfileV1>(json)
            .map_err(words)?
            .profile()
    }
}

/// What every version begins with.
#[derive(Deserialize)]
struct AnyVersion {
    version: u64,
}

/// The wire form, version 1, also as a part of other documents.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProfileV1 {
    version: u32,
    partner: String,
    delivery: String,
    end_missing: bool,
    file_policy: String,
    brake: BrakeV1,
    #[serde(deserialize_with = "given")]
    offers: Option<BTreeSet<String>>,
    clear_token: String,
    limits: LimitsV1,
    // What came later: a key is written only where something else is agreed than what holds without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    values: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<ZoneV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    date_order: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    words: BTreeMap<Box<str>, Box<str>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    mapping: BTreeMap<Box<str>, Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sheet: Option<Box<str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BrakeV1 {
    #[serde(deserialize_with = "given")]
    ends: Option<ThresholdV1>,
    #[serde(deserialize_with = "given")]
    updates: Option<ThresholdV1>,
    #[serde(deserialize_with = "given")]
    rejects: Option<ThresholdV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ThresholdV1 {
    share: f64,
    count: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LimitsV1 {
    file_bytes: u64,
    record_bytes: u64,
    field_bytes: u64,
    columns: u64,
    json_depth: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    archive_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unpacked_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unpacked_ratio: Option<u64>,
}

/// A key that must be there, though its value may be `null`.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}

impl ProfileV1 {
    pub(crate) fn of(profile: &Profile) -> Self {
        let Brake {
            ends,
            updates,
            rejects,
        } = profile.brake;
        let threshold = |Threshold { share, count }| ThresholdV1 { share, count };
        let limits = profile.limits;
        let reading = &profile.reading;
        let agreed = |name: &str, usual: &str| (name != usual).then(|| name.to_owned());
        // Newer limits stand there only where they are not the usual ones.
        let usual = Limits::default();
        let unusual = |limit: u64, usual: u64| Some(limit).filter(|limit| *limit != usual);
        Self {
            version: VERSION,
            partner: profile.partner.to_string(),
            delivery: profile.delivery.name().to_owned(),
            end_missing: profile.end_missing,
            file_policy: profile.file_policy.name().to_owned(),
            brake: BrakeV1 {
                ends: ends.map(threshold),
                updates: updates.map(threshold),
                rejects: rejects.map(threshold),
            },
            offers: profile.offers.clone(),
            clear_token: profile.clear_token.to_string(),
            limits: LimitsV1 {
                file_bytes: limits.file_bytes,
                record_bytes: limits.record_bytes as u64,
                field_bytes: limits.field_bytes as u64,
                columns: limits.columns as u64,
                json_depth: limits.json_depth as u64,
                archive_bytes: unusual(limits.archive_bytes, usual.archive_bytes),
                unpacked_bytes: unusual(limits.unpacked_bytes, usual.unpacked_bytes),
                unpacked_ratio: unusual(limits.unpacked_ratio, usual.unpacked_ratio),
            },
            values: agreed(reading.values.name(), Values::default().name()),
            time_zone: ZoneV1::of(&reading.zone),
            date_order: agreed(reading.date_order.name(), DateOrder::default().name()),
            words: reading.words.pairs().clone(),
            mapping: reading.mapping.pairs().clone(),
            encoding: profile.encoding.map(|encoding| encoding.name().to_owned()),
            sheet: profile.sheet.clone(),
        }
    }

    pub(crate) fn profile(self) -> Result<Profile, ProfileError> {
        if self.version != VERSION {
            return Err(ProfileError::Version(u64::from(self.version)));
        }
        let word = |text: &str| {
            (1..=64).contains(&text.chars().count()) && !text.contains(char::is_control)
        };
        let must = |holds: bool, at: &'static str, expected: &'static str| match holds {
            true => Ok(()),
            false => Err(ProfileError::Value { at, expected }),
        };
        let printable = "text of 1 to 64 printable characters";
        must(word(&self.partner), "partner", printable)?;
        must(word(&self.clear_token), "clearToken", printable)?;
        let delivery = Delivery::ALL
            .into_iter()
            .find(|known| known.name() == self.delivery);
        must(delivery.is_some(), "delivery", "`delta` or `full`")?;
        let file_policy = FilePolicy::ALL
            .into_iter()
            .find(|known| known.name() == self.file_policy);
        must(file_policy.is_some(), "filePolicy", "`rows` or `file`")?;
        let values = named(self.values.as_deref(), &Values::ALL, Values::name);
        must(values.is_some(), "values", "`lenient` or `strict`")?;
        let date_order = named(self.date_order.as_deref(), &DateOrder::ALL, DateOrder::name);
        let orders = "`evident`, `day-first` or `month-first`";
        must(date_order.is_some(), "dateOrder", orders)?;
        let target =
            |at: &'static str, wrong: &str, near: Option<&'static str>| ProfileError::Target {
                at,
                found: wrong.to_owned(),
                near,
            };
        let words = PartnerWords::new(self.words)
            .map_err(|wrong| target("words", &wrong, nearest(&wrong, words::targets())))?;
        let mapping = Mapping::new(self.mapping)
            .map_err(|wrong| target("mapping", &wrong, nearest(&wrong, mapping::targets())))?;
        let encoding = self.encoding.as_deref().map(Encoding::from_name);
        let known =
            "one of `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, `iso-8859-15`, `macintosh`";
        must(encoding != Some(None), "encoding", known)?;
        let LimitsV1 {
            file_bytes,
            record_bytes,
            field_bytes,
            columns,
            json_depth,
            archive_bytes,
            unpacked_bytes,
            unpacked_ratio,
        } = self.limits;
        let usual = Limits::default();
        let archive_bytes = archive_bytes.unwrap_or(usual.archive_bytes);
        let unpacked_bytes = unpacked_bytes.unwrap_or(usual.unpacked_bytes);
        let unpacked_ratio = unpacked_ratio.unwrap_or(usual.unpacked_ratio);
        for (limit, at) in [
            (file_bytes, "limits.fileBytes"),
            (record_bytes, "limits.recordBytes"),
            (field_bytes, "limits.fieldBytes"),
            (columns, "limits.columns"),
            (json_depth, "limits.jsonDepth"),
            (archive_bytes, "limits.archiveBytes"),
            (unpacked_bytes, "limits.unpackedBytes"),
            (unpacked_ratio, "limits.unpackedRatio"),
        ] {
            must(limit > 0, at, "a whole number from 1")?;
        }
        // A limit beyond what this machine can address is never reached.
        let size = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(Profile {
            partner: self.partner.into(),
            delivery: delivery.unwrap_or_default(),
            end_missing: self.end_missing,
            file_policy: file_policy.unwrap_or_default(),
            brake: Brake {
                ends: threshold(self.brake.ends.as_ref(), "brake.ends.share")?,
                updates: threshold(self.brake.updates.as_ref(), "brake.updates.share")?,
                rejects: threshold(self.brake.rejects.as_ref(), "brake.rejects.share")?,
            },
            offers: self.offers,
            clear_token: self.clear_token.into(),
            limits: Limits {
                file_bytes,
                record_bytes: size(record_bytes),
                field_bytes: size(field_bytes),
                columns: size(columns),
                json_depth: size(json_depth),
                archive_bytes,
                unpacked_bytes,
                unpacked_ratio,
            },
            reading: Reading {
                values: values.unwrap_or_default(),
                zone: self
                    .time_zone
                    .map(ZoneV1::zone)
                    .transpose()?
                    .unwrap_or_default(),
                date_order: date_order.unwrap_or_default(),
                words,
                mapping,
            },
            encoding: encoding.flatten(),
            sheet: self.sheet,
        })
    }
}

/// The value of this name, the usual one where there is no name; nothing where the name means none.
fn named<T: Copy + Default>(
    name: Option<&str>,
    all: &[T],
    name_of: impl Fn(T) -> &'static str,
) -> Option<T> {
    match name {
        None => Some(T::default()),
        Some(name) => all.iter().copied().find(|one| name_of(*one) == name),
    }
}

/// The name that is written nearly so.
fn nearest(wrong: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let wrong = wrong.to_lowercase();
    names
        .filter_map(|name| {
            let most = 3.min(name.len() / 3);
            Some((differences(&name.to_lowercase(), &wrong, most)?, name))
        })
        .min_by_key(|(differences, _)| *differences)
        .map(|(_, name)| name)
}

fn threshold(
    read: Option<&ThresholdV1>,
    at: &'static str,
) -> Result<Option<Threshold>, ProfileError> {
    let Some(&ThresholdV1 { share, count }) = read else {
        return Ok(None);
    };
    if !(0.0..=1.0).contains(&share) {
        let expected = "a number from 0 to 1";
        return Err(ProfileError::Value { at, expected });
    }
    Ok(Some(Threshold { share, count }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::zone::{Change, Zone};
    use expect_test::expect;
    use proptest::prelude::*;

    fn full() -> Profile {
        Profile {
            delivery: Delivery::Full,
            end_missing: true,
            file_policy: FilePolicy::File,
            brake: Brake {
                rejects: Some(Threshold {
                    share: 0.1,
                    count: 7,
                }),
                ..Brake::default()
            },
            offers: Some(["O_MZA1E7173120881551".to_owned()].into()),
            clear_token: "LEER".into(),
            ..Profile::of("kiosk")
        }
    }

    /// The frozen sample of version 1: it must stay readable for ever.
    #[test]
    fn version_1_stays_as_it_is() {
        let json = full().to_json();
        expect![[r#"
            {
              "version": 1,
              "partner": "kiosk",
              "delivery": "full",
              "endMissing": true,
              "filePolicy": "file",
              "brake": {
                "ends": {
                  "share": 0.2,
                  "count": 50
                },
                "updates": null,
                "rejects": {
                  "share": 0.1,
                  "count": 7
                }
              },
              "offers": [
                "O_MZA1E7173120881551"
              ],
              "clearToken": "LEER",
              "limits": {
                "fileBytes": 4294967296,
                "recordBytes": 1048576,
                "fieldBytes": 65536,
                "columns": 1000,
                "jsonDepth": 64
              }
            }
        "#]]
        .assert_eq(&json);
        assert_eq!(Profile::from_json(json.as_bytes()), Ok(full()));
        let plain = Profile::of("alpha");
        assert_eq!(
            Profile::from_json(plain.to_json().as_bytes()),
            Ok(plain.clone())
        );
    }

    /// What came later is written only where it is agreed, and a profile without it is read as before.
    #[test]
    fn how_files_are_read_is_said_where_it_is_agreed() {
        let profile = Profile {
            reading: Reading {
                values: Values::Strict,
                zone: Zone::built_in("UTC").unwrap(),
                date_order: DateOrder::MonthFirst,
                words: PartnerWords::new([("Konto".into(), "BANK_ACCOUNT".into())].into()).unwrap(),
                mapping: Mapping::new([("Startdtum".into(), "startDate".into())].into()).unwrap(),
            },
            ..Profile::of("kiosk")
        };
        let json = profile.to_json();
        let (_, added) = json.split_once("\"jsonDepth\": 64\n").unwrap();
        expect![[r#"
              },
              "values": "strict",
              "timeZone": {
                "name": "UTC"
              },
              "dateOrder": "month-first",
              "words": {
                "Konto": "BANK_ACCOUNT"
              },
              "mapping": {
                "Startdtum": "startDate"
              }
            }
        "#]]
        .assert_eq(added);
        assert_eq!(Profile::from_json(json.as_bytes()), Ok(profile));
        let refused = |from: &str, to: &str, expect: &str| {
            let error = Profile::from_json(json.replacen(from, to, 1).as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), expect);
        };
        refused(
            "\"startDate\"",
            "\"startdate\"",
            "the profile's `mapping` names `startdate`, which means nothing; did you mean `startDate`?",
        );
        refused(
            "\"BANK_ACCOUNT\"",
            "\"cash\"",
            "the profile's `words` names `cash`, which means nothing",
        );
        refused(
            "\"UTC\"",
            "\"Europe/Paris\"",
            "the profile's `timeZone` must be `Europe/Berlin`, `UTC`, or a name with the offset and its changes in ascending order",
        );
        refused(
            "\"strict\"",
            "\"loose\"",
            "the profile's `values` must be `lenient` or `strict`",
        );
    }

    #[test]
    fn what_is_newer_stands_there_where_it_is_unusual() {
        let mut profile = full();
        profile.encoding = Some(Encoding::Windows1252);
        profile.limits.unpacked_ratio = 50;
        let json = profile.to_json();
        assert!(
            json.contains("\"encoding\": \"windows-1252\"")
                && json.contains("\"unpackedRatio\": 50")
        );
        assert_eq!(Profile::from_json(json.as_bytes()), Ok(profile));
        let unknown = json.replace("windows-1252", "ebcdic");
        let error = Profile::from_json(unknown.as_bytes()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the profile's `encoding` must be one of"),
            "{error}"
        );
    }

    fn check(from: &str, to: &str, expect: &str) {
        let json = full().to_json();
        assert!(json.contains(from), "{from}");
        let error = Profile::from_json(json.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), expect);
    }

    #[test]
    fn what_is_not_understood_is_refused_and_named() {
        check(
            r#""version": 1"#,
            r#""version": 2, "more": 1"#,
            "the profile is of version 2, this program reads version 1",
        );
        check(
            r#""count": 7"#,
            r#""count": 7, "more": 1"#,
            "this is no profile: unknown field `more`, expected `share` or `count` at line 15 column 24",
        );
        check(
            r#""endMissing": true,"#,
            "",
            "this is no profile: missing field `endMissing` at line 29 column 1",
        );
        check(
            r#""updates": null,"#,
            "",
            "this is no profile: missing field `updates` at line 17 column 3",
        );
        check(
            r#""partner": "kiosk""#,
            r#""partner": """#,
            "the profile's `partner` must be text of 1 to 64 printable characters",
        );
        check(
            r#""delivery": "full""#,
            r#""delivery": "Full""#,
            "the profile's `delivery` must be `delta` or `full`",
        );
        check(
            r#""filePolicy": "file""#,
            r#""filePolicy": "none""#,
            "the profile's `filePolicy` must be `rows` or `file`",
        );
        check(
            "0.2",
            "1.5",
            "the profile's `brake.ends.share` must be a number from 0 to 1",
        );
        check(
            "4294967296",
            "0",
            "the profile's `limits.fileBytes` must be a whole number from 1",
        );
        check(
            r#""columns": 1000"#,
            r#""columns": -1"#,
            "this is no profile: invalid value: integer `-1`, expected u64 at line 26 column 17",
        );
        let error = Profile::from_json(b"[]").unwrap_err();
        assert!(matches!(error, ProfileError::Json(_)), "{error}");
        let twice = full().to_json().replacen('{', "{\"endMissing\": false,", 1);
        assert!(Profile::from_json(twice.as_bytes()).is_err());
    }

    fn a_threshold() -> impl Strategy<Value = Option<Threshold>> {
        let threshold = (0u32..=1000, any::<u64>()).prop_map(|(share, count)| Threshold {
            share: f64::from(share) / 1000.0,
            count,
        });
        proptest::option::of(threshold)
    }

    fn a_zone() -> impl Strategy<Value = Zone> {
        let changes = proptest::collection::btree_map(any::<i64>(), -50_000i32..50_000, 0..5);
        prop_oneof![
            Just(Zone::default()),
            Just(Zone::built_in("UTC").unwrap()),
            (
                "[A-Z][a-z]{1,9}/[A-Z][a-z]{1,9}",
                -50_000i32..50_000,
                changes
            )
                .prop_map(|(name, first, changes)| {
                    let changes: Vec<_> = changes
                        .into_iter()
                        .map(|(at, offset)| Change { at, offset })
                        .collect();
                    Zone::with_changes(&name, first, &changes)
                }),
        ]
    }

    fn pairs_to(targets: Vec<&'static str>) -> impl Strategy<Value = BTreeMap<Box<str>, Box<str>>> {
        let target = proptest::sample::select(targets).prop_map(Into::into);
        let own = "[^\\p{C}]{1,12}".prop_map(|own: String| own.into());
        proptest::collection::btree_map(own, target, 0..4)
    }

    prop_compose! {
        fn a_reading()(
            values in proptest::sample::select(&Values::ALL[..]),
            date_order in proptest::sample::select(&DateOrder::ALL[..]),
            zone in a_zone(),
            words in pairs_to(words::targets().collect()),
            mapping in pairs_to(mapping::targets().chain([mapping::IGNORE]).collect()),
        ) -> Reading {
            Reading {
                values,
                zone,
                date_order,
                words: PartnerWords::new(words).unwrap(),
                mapping: Mapping::new(mapping).unwrap(),
            }
        }
    }

    prop_compose! {
        pub(crate) fn a_profile()(
            partner in "[a-z0-9][a-z0-9_-]{0,20}",
            full in any::<bool>(),
            end_missing in any::<bool>(),
            whole in any::<bool>(),
            (ends, updates, rejects) in (a_threshold(), a_threshold(), a_threshold()),
            offers in proptest::option::of(proptest::collection::btree_set("[A-Z0-9_]{20}", 0..4)),
            clear_token in "[^\\p{C}]{1,8}",
            limits in (1..u64::MAX, 1..usize::MAX, 1..usize::MAX, 1..usize::MAX, 1..usize::MAX),
            reading in a_reading(),
            (archive_bytes, unpacked_bytes, unpacked_ratio) in (1..u64::MAX, 1..u64::MAX, 1..u64::MAX),
            encoding in proptest::option::of(proptest::sample::select(Encoding::ALL.to_vec())),
            sheet in proptest::option::of("[^\\p{C}]{1,8}"),
        ) -> Profile {
            Profile {
                partner: partner.into(),
                delivery: if full { Delivery::Full } else { Delivery::Delta },
                end_missing,
                file_policy: if whole { FilePolicy::File } else { FilePolicy::Rows },
                brake: Brake { ends, updates, rejects },
                offers,
                clear_token: clear_token.into(),
                limits: Limits {
                    file_bytes: limits.0,
                    record_bytes: limits.1,
                    field_bytes: limits.2,
                    columns: limits.3,
                    json_depth: limits.4,
                    archive_bytes,
                    unpacked_bytes,
                    unpacked_ratio,
                },
                reading,
                encoding,
                sheet: sheet.map(Into::into),
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_written_reads_back(profile in a_profile()) {
            prop_assert_eq!(Profile::from_json(profile.to_json().as_bytes()), Ok(profile));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = Profile::from_json(text.as_bytes());
        }
    }
}
