//! Which terms of the configuration hold for one partner's file?
//! The one place where the words of the configuration become the words of the core.

use crate::config::{self, Config, Delivery, FilePolicy, Offers};
use intake_core::field::Table;
use intake_core::moment::Moment;
use intake_core::plan::brake::{Brake, Threshold};
use intake_core::read::{Limits, ReadOptions};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// What holds for the files of a partner.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The partner.
    pub partner: String,
    /// Does a file name changes only, or the whole book?
    pub delivery: Delivery,
    /// Are the orders that a full book does not name ended?
    pub end_missing: bool,
    /// Is a file with a rejected row rejected as a whole?
    pub file_policy: FilePolicy,
    /// The thresholds.
    pub brake: Brake,
    /// The offers that may be imported; all where there is none.
    pub offers: Option<BTreeSet<String>>,
    /// The text that clears a value.
    pub clear_token: Box<str>,
    /// The limits of a file.
    pub limits: Limits,
    /// The zone in which the partner reads times.
    pub zone: TimeZone,
}

impl Terms {
    /// The terms for a partner; one without an entry of its own has the default profile.
    pub fn of(config: &Config, partner: &str) -> Self {
        let profile = config.profile(partner);
        Self {
            partner: partner.to_owned(),
            delivery: profile.delivery,
            end_missing: profile.end_missing,
            file_policy: profile.file_policy,
            brake: brake(&profile.brake),
            offers: match &profile.offers {
                Offers::All => None,
                Offers::Only(ids) => Some(ids.clone()),
            },
            clear_token: profile.clear_token.as_str().into(),
            limits: limits(config),
            zone: profile.time_zone.clone(),
        }
    }

    /// How its orders files are read at an instant.
    pub fn read_options(&self, now: Moment) -> ReadOptions {
        ReadOptions {
            table: Table::Orders,
            now,
            limits: self.limits,
            clear_token: self.clear_token.clone(),
        }
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
    }
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
