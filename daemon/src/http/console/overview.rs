//! Who looks, and how does everything stand?
//! Told from figures that are at hand: it is asked every few seconds, and must cost next to nothing. What passes by itself, as an
//! age does, is told as an instant, so that an answer only differs where something has happened.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use jiff::Timestamp;

use crate::clock;
use crate::http::Shared;
use crate::http::health::{Readiness, look};
use crate::http::platform::fault::{Fault, Wrong};
use crate::http::platform::operation::{Answering, Ask, Reply};
use crate::http::tokens::{Holder, Right};
use crate::metrics::PartnerFigures;
use crate::state::FileRecord;
use crate::state::file_record::import_id;
use crate::system::free_bytes;
use crate::upstream::Shown;
use crate::wire::console::{
    AlarmKind, AlarmV1, DiskV1, FileV1, OutboxV1, OverviewV1, PartV1, PartnerV1, SessionV1, VERSION,
};
use crate::wire::shape::Instant;

/// So many of the latest imports are told.
const RECENT: usize = 8;

/// A file that lies in an inbox for longer than this is told of.
const LONG_WAIT: Duration = Duration::from_secs(15 * 60);

/// Free space is told in steps of this, since it is never twice the same.
const DISK_STEP: u64 = 64 << 20;

/// `GET /session`
pub(super) fn session(shared: Arc<Shared>, holder: Holder, request: Request) -> Answering {
    Box::pin(async move {
        let who = shared.label_in(request.headers());
        let who = who.ok_or_else(|| Fault::of(Wrong::NotAuthorized))?;
        Ok(Reply::ok(&SessionV1 {
            version: VERSION,
            who: &who,
            may_act: holder.may(Right::Operate),
            program: env!("CARGO_PKG_VERSION"),
            partners: shared.config.partners.keys().map(String::as_str).collect(),
        }))
    })
}

/// `GET /overview`
pub(super) fn overview(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let (now, since_start) = (clock::now(), clock::since_start());
    let data = &ask.daemon.data;
    let (books, store) = (&data.books, data.books.store());
    let readiness = look(ask.daemon);
    let shown = data.upstream.shown(now, since_start);
    let disk = DiskV1 {
        free_bytes: free_bytes(&data.path).unwrap_or(0) / DISK_STEP * DISK_STEP,
        reserve_bytes: data.config.daemon.disk_reserve,
        journal_bytes: books.journal_bytes(),
    };
    let figures = known_partners(ask);
    let held: Vec<FileRecord> = figures
        .iter()
        .flat_map(|(_, known)| &known.held)
        .filter_map(|id| store.file(id).transpose())
        .collect::<Result<_, _>>()?;
    let recent = recent(ask)?;
    let partners: Vec<PartnerV1> = figures
        .iter()
        .map(|(name, known)| partner(ask, name, known, now))
        .collect();
    let meta = store.meta();
    Ok(Reply::ok(&OverviewV1 {
        version: VERSION,
        mark: books.mark().journal,
        alarms: alarms(&readiness, &disk, &shown, &partners, now),
        parts: parts(&readiness),
        disk,
        outbox: OutboxV1 {
            mirroring: shown.mirroring,
            depth: shown.depth,
            oldest_since: shown
                .oldest
                .and_then(|age| now.checked_sub(age).ok())
                .map(instant),
            parked: shown.parked,
            sent: shown.sent,
            pausing: shown.pausing.is_some(),
            alarm: shown.alarm,
        },
        partners,
        held: held.iter().map(FileV1::of).collect(),
        recent: recent.iter().map(FileV1::of).collect(),
        orders: meta.next_order.saturating_sub(1),
        customers: meta.next_customer.saturating_sub(1),
        offers: store.catalog().len() as u64,
        log_entries: meta.next_log.saturating_sub(1),
    }))
}

/// Every partner that the config or the books know, by name.
fn known_partners(ask: &Ask<'_>) -> Vec<(String, PartnerFigures)> {
    let mut known = ask.shared.metrics.partners();
    for name in ask.shared.config.partners.keys() {
        known.entry(name.as_str().into()).or_default();
    }
    let known = known.into_iter();
    known.map(|(name, known)| (name.into(), known)).collect()
}

/// The latest imports, the newest first. A number that was taken and led to nothing is passed over.
fn recent(ask: &Ask<'_>) -> Result<Vec<FileRecord>, Fault> {
    let store = ask.store();
    let next = ask.daemon.data.books.next_import_number();
    let mut found = Vec::new();
    for number in (1..next).rev().take(RECENT * 8) {
        found.extend(store.file(&import_id(number))?);
        if found.len() == RECENT {
            break;
        }
    }
    Ok(found)
}

fn partner(ask: &Ask<'_>, name: &str, known: &PartnerFigures, now: Timestamp) -> PartnerV1 {
    let profile = ask.shared.config.partners.get(name);
    let expected = profile.and_then(|profile| profile.expect_every);
    let since = known
        .waiting
        .and_then(|waiting| Timestamp::from_nanosecond(waiting.oldest).ok());
    PartnerV1 {
        name: name.to_owned(),
        configured: profile.is_some(),
        last_seen: known.last_seen.map(instant),
        last_applied: known.last_success.map(instant),
        expect_every_seconds: expected.map(|every| every.as_secs()),
        overdue: expected.is_some_and(|every| known.is_overdue(every, now, clock::since_start())),
        waiting: known.waiting.map_or(0, |waiting| waiting.files),
        waiting_since: since.map(instant),
        held: known.held.len() as u64,
    }
}

fn parts(readiness: &Readiness) -> Vec<PartV1> {
    let parts = [
        ("books", readiness.books),
        ("journal", readiness.journal),
        ("store", readiness.store),
        ("space", readiness.space),
        ("inbox", readiness.inbox),
        ("folders", readiness.folders),
    ];
    let parts = parts.into_iter();
    parts.map(|(name, good)| PartV1 { name, good }).collect()
}

/// What needs the operator, the gravest first.
fn alarms(
    readiness: &Readiness,
    disk: &DiskV1,
    shown: &Shown,
    partners: &[PartnerV1],
    now: Timestamp,
) -> Vec<AlarmV1> {
    let plain = |kind| AlarmV1 {
        kind,
        partner: None,
        count: None,
        since: None,
        text: None,
    };
    let mut alarms = Vec::new();
    let others = parts(readiness);
    if others.iter().any(|part| !part.good && part.name != "space") {
        alarms.push(AlarmV1 {
            text: Some(readiness.trouble.join("; ")),
            ..plain(AlarmKind::NotReady)
        });
    }
    if disk.free_bytes < disk.reserve_bytes.saturating_mul(2) {
        alarms.push(AlarmV1 {
            count: Some(disk.free_bytes),
            ..plain(AlarmKind::Disk)
        });
    }
    if let Some(alarm) = &shown.alarm {
        alarms.push(AlarmV1 {
            text: Some(alarm.clone()),
            ..plain(AlarmKind::Upstream)
        });
    }
    if shown.parked > 0 {
        alarms.push(AlarmV1 {
            count: Some(shown.parked),
            ..plain(AlarmKind::Parked)
        });
    }
    for partner in partners {
        let of_partner = |kind| AlarmV1 {
            partner: Some(partner.name.clone()),
            ..plain(kind)
        };
        let long_ago = clock::moment_of(now.checked_sub(LONG_WAIT).unwrap_or(now));
        if partner.overdue {
            alarms.push(AlarmV1 {
                since: partner.last_seen,
                ..of_partner(AlarmKind::Overdue)
            });
        }
        if let Some(since) = partner.waiting_since.filter(|since| since.0 < long_ago) {
            alarms.push(AlarmV1 {
                count: Some(partner.waiting),
                since: Some(since),
                ..of_partner(AlarmKind::Waiting)
            });
        }
        if partner.held > 0 {
            alarms.push(AlarmV1 {
                count: Some(partner.held),
                ..of_partner(AlarmKind::Held)
            });
        }
    }
    alarms
}

fn instant(time: Timestamp) -> Instant {
    Instant(clock::moment_of(time))
}
