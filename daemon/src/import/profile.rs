//! Which terms of the configuration hold for one partner's file?
//! The one place where the words of the configuration become the words of the core.

use super::zone::zone_of;
use crate::config::{self, Config, Offers};
use intake_core::moment::Moment;
use intake_core::plan::brake::{Brake, Threshold};
use intake_core::profile::{Delivery, FilePolicy, Profile};
use intake_core::read::{Expected, Limits, ReadOptions};
use intake_core::reading::{DateOrder, Reading, Values};
use intake_core::unwrap::Encoding;
use jiff::tz::TimeZone;

/// What holds for the files of a partner.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What decides about its rows.
    pub profile: Profile,
    /// The zone in which the partner reads times.
    pub zone: TimeZone,
    /// Which formats will do.
    pub expected: Expected,
}

impl Terms {
    /// The terms for a partner; one without an entry of its own has the default profile.
    pub fn of(config: &Config, partner: &str) -> Self {
        let agreed = config.profile(partner);
        let profile = Profile {
            partner: partner.into(),
            delivery: match agreed.delivery {
                config::Delivery::Delta => Delivery::Delta,
                config::Delivery::Full => Delivery::Full,
            },
            end_missing: agreed.end_missing,
            file_policy: match agreed.file_policy {
                config::FilePolicy::Rows => FilePolicy::Rows,
                config::FilePolicy::File => FilePolicy::File,
            },
            brake: brake(&agreed.brake),
            offers: match &agreed.offers {
                Offers::All => None,
                Offers::Only(ids) => Some(ids.clone()),
            },
            clear_token: agreed.clear_token.as_str().into(),
            limits: limits(config),
            reading: reading(agreed),
            encoding: encoding(agreed.encoding),
            sheet: agreed.sheet.as_deref().map(Into::into),
        };
        Self {
            profile,
            zone: agreed.time_zone.clone(),
            expected: Expected::AnyFormat,
        }
    }

    /// The same for requests. A request says what changes, item by item, whatever was agreed about files: it is no book,
    /// and each of its items is decided by itself.
    pub fn of_requests(config: &Config, partner: &str) -> Self {
        let mut terms = Self::of(config, partner);
        terms.profile.delivery = Delivery::Delta;
        terms.profile.end_missing = false;
        terms.profile.file_policy = FilePolicy::Rows;
        terms.expected = Expected::RequestBody;
        terms
    }

    /// The same for what takes an import back. The program wrote it, in the platform's own form; what was agreed about
    /// the partner's files does not concern it, but for the brake.
    pub fn of_reversal(config: &Config, partner: &str) -> Self {
        let mut terms = Self::of(config, partner);
        let agreed = &mut terms.profile;
        agreed.delivery = Delivery::Delta;
        agreed.end_missing = false;
        agreed.file_policy = FilePolicy::Rows;
        agreed.offers = None;
        agreed.reading = Reading {
            values: Values::Strict,
            ..Reading::default()
        };
        agreed.encoding = None;
        agreed.limits.file_bytes = u64::MAX;
        terms
    }

    /// How the partner's files are read.
    pub fn read_options(&self, now: Moment) -> ReadOptions {
        ReadOptions {
            expected: self.expected,
            ..self.profile.read_options(now)
        }
    }
}

fn reading(agreed: &config::Profile) -> Reading {
    Reading {
        values: match agreed.values {
            config::Values::Lenient => Values::Lenient,
            config::Values::Strict => Values::Strict,
        },
        zone: zone_of(&agreed.time_zone),
        date_order: match agreed.date_order {
            config::DateOrder::Evident => DateOrder::Evident,
            config::DateOrder::DayFirst => DateOrder::DayFirst,
            config::DateOrder::MonthFirst => DateOrder::MonthFirst,
        },
        words: agreed.words.clone(),
        mapping: agreed.mapping.clone(),
    }
}

/// The limits of the configuration.
pub fn limits(config: &Config) -> Limits {
    Limits {
        file_bytes: config.limits.file_bytes,
        record_bytes: config.limits.record_bytes,
        field_bytes: config.limits.field_bytes,
        columns: config.limits.columns,
        json_depth: config.limits.json_depth,
        archive_bytes: config.limits.archive_bytes,
        unpacked_bytes: config.limits.unpacked_bytes,
        unpacked_ratio: config.limits.unpacked_ratio,
    }
}

fn encoding(agreed: config::Encoding) -> Option<Encoding> {
    // The words are the same; `auto` is none of an encoding.
    Encoding::from_name(agreed.word())
}

fn brake(config: &config::Brake) -> Brake {
    if !config.enabled {
        return Brake::OFF;
    }
    // A threshold of which one half is off is decided by the other half alone.
    let threshold = |share: Option<f64>, count: Option<u64>| {
        (share.is_some() || count.is_some()).then(|| Threshold {
            share: share.unwrap_or(0.0),
            count: count.unwrap_or(0),
        })
    };
    Brake {
        ends: threshold(config.ends_share, config.ends_count),
        updates: threshold(config.updates_share, config.updates_count),
        rejects: threshold(config.rejects_share, config.rejects_count),
    }
}
