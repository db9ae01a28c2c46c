//! Which files wait in the inbox, and when is the next look?
//! One loop: whatever wakes it, it scans and lets the pure rules judge; nothing is inferred from an event alone.

use super::Daemon;
use super::manager::Manager;
use super::partners::{Partners, Task, TaskEnd};
use super::watching::Watching;
use crate::clock;
use crate::folder::names::PartnerName;
use crate::folder::safe_name::printable;
use crate::folder::scan::{Oddity, PartnerScan, scan};
use crate::folder::settle::{Novelty, Refusal, Sighting, Verdict};
use crate::import::going_on::{owes_work, unheard_claims};
use crate::log;
use crate::metrics::Waiting;
use crate::receipt::{self, ReceiptError};
use crate::system::PathError;
use std::ffi::OsStr;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

/// Watches over the inbox until the daemon ends.
pub(super) fn watch_over(
    daemon: &Arc<Daemon>,
    partners: &Partners,
    mut watching: Watching,
    woken: &Receiver<()>,
    manager: &Manager,
) {
    let mut low = false;
    while !daemon.ending() {
        // Whoever is stuck below gives no further sign.
        manager.alive();
        if daemon.was_work_left() {
            take_up_open_imports(daemon, partners);
        }
        take_ends(&mut watching, daemon, partners);
        let look_again = look(daemon, partners, &mut watching, &mut low);
        let longest = manager.wait_at_most(daemon.data.config.daemon.scan_interval);
        let wait = if watching.watch.asks_for_a_scan() {
            // A folder may have been filled before the watch over it began.
            SHORTEST_WAIT
        } else {
            look_again.map_or(longest, |until| {
                until
                    .saturating_sub(clock::since_start())
                    .clamp(SHORTEST_WAIT, longest)
            })
        };
        // Woken or not, the next thing is a scan.
        let _ = woken.recv_timeout(wait);
    }
}

/// Two scans are at least so far apart, so that a producer that never pauses costs no core.
const SHORTEST_WAIT: Duration = Duration::from_millis(5);

/// Takes up what the last life of the daemon left. Nobody may begin an import meanwhile, since what is not in the
/// journal yet would be taken for a leftover.
pub(super) fn resume(daemon: &Arc<Daemon>, partners: &Partners) {
    if !take_up_open_imports(daemon, partners) {
        return;
    }
    match unheard_claims(&daemon.data) {
        Ok(claims) => {
            for leftover in claims {
                let unclaimed = PartnerName::parse("unknown");
                if let Some(partner) = leftover.partner.or(unclaimed.ok()) {
                    partners.give(&partner, Task::Adopt(leftover.import_id));
                }
            }
        }
        Err(error) => log::daemon_failed(&error),
    }
}

/// Gives every import that is not at its end to its partner's worker. An import that somebody works on just now is found at
/// its end, or goes on, when its turn comes. False: the store cannot be read.
fn take_up_open_imports(daemon: &Arc<Daemon>, partners: &Partners) -> bool {
    let data = &daemon.data;
    let mut open = Vec::new();
    let read = data.books.store().each_file(0, &mut |record| {
        data.metrics.learn(&record);
        if record.is_open() {
            open.push(record);
        }
    });
    if let Err(error) = read {
        log::daemon_failed(&error);
        daemon.begin_anew();
        return false;
    }
    for record in open {
        if let Ok(partner) = PartnerName::parse(&record.partner)
            && owes_work(data, &record)
        {
            partners.give(&partner, Task::TakeUp(Box::new(record)));
        }
    }
    true
}

/// One scan and what follows from it. Gives when the next one can settle something.
fn look(
    daemon: &Arc<Daemon>,
    partners: &Partners,
    watching: &mut Watching,
    low: &mut bool,
) -> Option<Duration> {
    let hint = watching.watch.take();
    let started = clock::since_start();
    let seen = match scan(daemon.data.inbox.path()) {
        Ok(seen) => seen,
        Err(error) => {
            log::folder_scan_failed("", &error);
            return None;
        }
    };
    watching.follow(&seen);
    for oddity in &seen.oddities {
        tell_oddity(watching, oddity);
    }
    let enough_space = space_for_claims(daemon, low);
    let none = std::collections::HashSet::new();
    let mut look_again: Option<Duration> = None;
    let mut entries = 0;
    for partner in &seen.partners {
        let renamed = hint.renamed.get(&partner.partner).unwrap_or(&none);
        let until = look_at_partner(daemon, partners, watching, partner, renamed, enough_space);
        look_again = [look_again, until].into_iter().flatten().min();
        entries += partner
            .listing
            .as_ref()
            .map_or(0, |listing| listing.sightings.len());
    }
    if entries > 0 {
        log::inbox_scanned(entries, clock::elapsed_since(started));
    }
    look_again
}

fn look_at_partner(
    daemon: &Arc<Daemon>,
    partners: &Partners,
    watching: &mut Watching,
    seen: &PartnerScan,
    renamed: &std::collections::HashSet<std::ffi::OsString>,
    enough_space: bool,
) -> Option<Duration> {
    let partner = &seen.partner;
    let listing = match &seen.listing {
        Ok(listing) => listing,
        Err(error) => {
            if watching.told.insert(format!("scan {partner}")) {
                log::folder_scan_failed(partner.as_str(), error);
            }
            return None;
        }
    };
    watching.told.remove(&format!("scan {partner}"));
    let waiting = waiting_in(&listing.sightings);
    daemon.data.metrics.waiting(partner.as_str(), waiting);
    let now = clock::since_start();
    let settler = watching.settler(daemon, partner);
    let round = settler.observe(&listing.sightings, renamed, now);
    let look_again = round.look_again;
    let mut settled = Vec::new();
    for judged in round.judged {
        let sighting = judged.sighting;
        match judged.verdict {
            Verdict::Settled => settled.push(sighting.clone()),
            Verdict::Refused(refusal) if judged.novelty == Novelty::New => {
                let reason = refusal.to_string();
                log::file_refused(partner.as_str(), &sighting.name, &reason);
                if let Err(error) = tell_refused(daemon, partner, &sighting.name, refusal) {
                    log::daemon_failed(&error);
                }
            }
            _ => {}
        }
    }
    if enough_space {
        for sighting in settled {
            if let Some(settler) = watching.settlers.get_mut(partner) {
                settler.claiming(&sighting.name);
            }
            partners.give(partner, Task::Claim(Box::new(sighting)));
        }
    }
    look_again
}

fn waiting_in(sightings: &[Sighting]) -> Option<Waiting> {
    let times = sightings.iter().map(|seen| seen.fingerprint.modified);
    Some(Waiting {
        files: sightings.len() as u64,
        oldest: times.min()?,
    })
}

/// The partner learns of what is never claimed too.
fn tell_refused(
    daemon: &Daemon,
    partner: &PartnerName,
    name: &OsStr,
    refusal: Refusal,
) -> Result<(), ReceiptError> {
    let folder = daemon.data.outbox.path().join(partner.as_str());
    let made = std::fs::create_dir_all(&folder).map_err(PathError::of("make", &folder));
    made.map_err(ReceiptError::Io)?;
    receipt::refused(&receipt::Refused {
        partner: partner.as_str(),
        name,
        refusal,
        time: &clock::now().to_string(),
        outbox: &folder,
        time_zone: &daemon.data.config.profile(partner.as_str()).time_zone,
    })?;
    Ok(())
}

/// What became of the claims that were given away.
fn take_ends(watching: &mut Watching, daemon: &Daemon, partners: &Partners) {
    for end in partners.ends() {
        let (partner, name, returned) = match end {
            TaskEnd::Claimed { partner, name } => (partner, name, None),
            TaskEnd::Returned {
                partner,
                name,
                back_as,
            } => (partner, name, Some(back_as)),
        };
        let settler = watching.settler(daemon, &partner);
        settler.claimed(&name);
        if let Some(back_as) = returned {
            settler.returned(&back_as);
        }
    }
}

fn space_for_claims(daemon: &Daemon, low: &mut bool) -> bool {
    let reserve = daemon.data.config.daemon.disk_reserve;
    match daemon.data.low_on_space() {
        Ok(None) => {
            if std::mem::take(low) {
                log::disk_recovered(reserve, reserve);
            }
            true
        }
        Ok(Some(free)) => {
            if !std::mem::replace(low, true) {
                log::disk_low(free, reserve);
            }
            false
        }
        Err(error) => {
            log::daemon_failed(&error);
            false
        }
    }
}

fn tell_oddity(watching: &mut Watching, oddity: &Oddity) {
    let name: &OsStr = oddity.name();
    if watching.told.insert(format!("odd {}", printable(name))) {
        let reason = match oddity {
            Oddity::Stray { .. } => "files belong into a partner's folder",
            Oddity::BadFolderName { .. } => {
                "a partner's folder is named with a-z, 0-9, `-` and `_` only"
            }
        };
        log::partner_folder_bad(name, reason);
    }
}
