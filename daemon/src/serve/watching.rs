//! What does the daemon remember of each partner's folder between two scans?
//! A scan is the truth; events only make it come sooner.

use super::Daemon;
use crate::config::Profile;
use crate::folder::directory::Directory;
use crate::folder::names::PartnerName;
use crate::folder::scan::{Scan, scan};
use crate::folder::settle::{MarkerHabit, SettleRules, Settler};
use crate::folder::watch::Watch;
use crate::log;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// The memory of the inbox.
pub(super) struct Watching {
    pub(super) watch: Watch,
    pub(super) settlers: HashMap<PartnerName, Settler>,
    /// What was told already, so that it is told once.
    pub(super) told: HashSet<String>,
}

const PROBE_PATIENCE: Duration = Duration::from_millis(200);

impl Watching {
    pub(super) fn start(daemon: &Arc<Daemon>) -> Self {
        let inbox = daemon.data.inbox.path();
        let watch = if daemon.data.config.daemon.watcher {
            let weak = Arc::downgrade(daemon);
            let wake = move || {
                if let Some(daemon) = weak.upgrade() {
                    daemon.wake();
                }
            };
            let (watch, trouble) = Watch::start(inbox, PROBE_PATIENCE, wake);
            for trouble in &trouble {
                log::watcher_lost(trouble);
            }
            watch
        } else {
            Watch::switched_off(inbox)
        };
        let mut watching = Self {
            watch,
            settlers: HashMap::new(),
            told: HashSet::new(),
        };
        // What keeps the inbox from being read shows itself at each look.
        if let Ok(seen) = scan(inbox) {
            watching.follow(&seen);
        }
        watching
    }

    /// Watches the folders that a scan saw.
    pub(super) fn follow(&mut self, seen: &Scan) {
        let listings = seen.partners.iter().map(|partner| partner.listing.as_ref());
        let folders: Vec<&Directory> = listings
            .filter_map(|listing| listing.ok().map(|listing| &listing.folder))
            .collect();
        for trouble in self.watch.follow(&folders) {
            log::watcher_lost(&trouble);
        }
    }

    pub(super) fn settler(&mut self, daemon: &Daemon, partner: &PartnerName) -> &mut Settler {
        let config = &daemon.data.config;
        let marker = marker_habit(config.profile(partner.as_str()));
        self.settlers.entry(partner.clone()).or_insert_with(|| {
            Settler::new(SettleRules {
                quiet: config.daemon.quiet_time,
                quiet_renamed: config.daemon.quiet_time_renamed,
                empty_grace: config.daemon.empty_grace,
                marker,
            })
        })
    }
}

/// Does the partner say by a marker that a file is complete?
pub(crate) fn marker_habit(profile: &Profile) -> MarkerHabit {
    if profile.done_marker {
        MarkerHabit::Required
    } else {
        MarkerHabit::None
    }
}
