//! What has happened since the start, in numbers?
//! Counters begin anew with the process; what can be told from the books is told from them. A label names a partner, a
//! route, a decision, and never a person, an order or a file.

mod histogram;
pub mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use intake_core::plan::{Counts, Decision};
use jiff::Timestamp;

use crate::entry::counts_of;
use crate::folder::lifecycle::{Ending, Step};
use crate::retention::Remains;
use crate::state::FileRecord;
use histogram::Histogram;
use text::{Kind, Text};

/// The numbers of one process.
#[derive(Debug, Default)]
pub struct Metrics {
    figures: Mutex<Figures>,
    connections: AtomicU64,
    refused_connections: AtomicU64,
    failed_handshakes: AtomicU64,
}

#[derive(Debug, Default)]
struct Figures {
    requests: BTreeMap<Answered, u64>,
    request_seconds: BTreeMap<Box<str>, Histogram>,
    imports: BTreeMap<(Box<str>, &'static str, &'static str), u64>,
    rows: BTreeMap<(Box<str>, &'static str), u64>,
    import_seconds: BTreeMap<&'static str, Histogram>,
    last_success: BTreeMap<Box<str>, Timestamp>,
    last_seen: BTreeMap<Box<str>, Timestamp>,
    held: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    waiting: BTreeMap<Box<str>, Waiting>,
    removed: BTreeMap<Remains, (u64, u64)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Answered {
    method: &'static str,
    route: Box<str>,
    status: u16,
}

/// The files that lie in a partner's inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub files: u64,
    /// When the oldest of them was last written, in nanoseconds since 1970.
    pub oldest: i128,
}

/// What is known of a partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerFigures {
    /// When something last came, be it a file or a request.
    pub last_seen: Option<Timestamp>,
    /// When an import was last applied.
    pub last_success: Option<Timestamp>,
    /// What lies in the inbox.
    pub waiting: Option<Waiting>,
    /// The imports that the brake holds.
    pub held: Vec<Box<str>>,
}

impl PartnerFigures {
    /// Has nothing come for longer than is expected? Of a partner that nothing ever came from, the start of the process
    /// counts.
    pub fn is_overdue(&self, expected: Duration, now: Timestamp, since_start: Duration) -> bool {
        let age = self.last_seen.map(|seen| now.duration_since(seen));
        let age = age.map(|age| Duration::try_from(age).unwrap_or_default());
        age.unwrap_or(since_start) > expected
    }
}

/// Upper ends of the buckets for requests.
const REQUEST_SECONDS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// Upper ends of the buckets for imports.
const IMPORT_SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
    300.0, 900.0,
];

impl Metrics {
    /// A request was answered.
    pub fn answered(&self, method: &'static str, route: &str, status: u16, elapsed: Duration) {
        let mut figures = self.lock();
        let answered = Answered {
            method,
            route: route.into(),
            status,
        };
        *figures.requests.entry(answered).or_default() += 1;
        let seconds = &mut figures.request_seconds;
        if !seconds.contains_key(route) {
            seconds.insert(route.into(), Histogram::new(REQUEST_SECONDS));
        }
        if let Some(histogram) = seconds.get_mut(route) {
            histogram.observe(elapsed);
        }
    }

    /// A connection was taken; it is given back with [`Self::disconnected`].
    pub fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection has ended.
    pub fn disconnected(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// There was no place for a connection.
    pub fn connection_refused(&self) {
        self.refused_connections.fetch_add(1, Ordering::Relaxed);
    }

    /// A client did not get through the handshake of TLS.
    pub fn handshake_failed(&self) {
        self.failed_handshakes.fetch_add(1, Ordering::Relaxed);
    }

    /// A file was removed, since it was kept for long enough.
    pub fn removed(&self, remains: Remains, bytes: u64) {
        let mut figures = self.lock();
        let (files, all_bytes) = figures.removed.entry(remains).or_default();
        *files += 1;
        *all_bytes += bytes;
    }

    /// An import has taken this step; `elapsed` since work on it began.
    pub fn stepped(&self, record: &FileRecord, elapsed: Duration) {
        let mut figures = self.lock();
        figures.note_held(record);
        figures.note_seen(record);
        let outcome = match record.step {
            Step::Applied => "applied",
            Step::Rejected => "rejected",
            Step::Discarded => "discarded",
            Step::Held => "held",
            _ => return,
        };
        let way = match record.request {
            Some(_) => "request",
            None => "file",
        };
        let partner: Box<str> = record.partner.as_str().into();
        let of_outcome = (partner.clone(), way, outcome);
        *figures.imports.entry(of_outcome).or_default() += 1;
        if record.step == Step::Held {
            return;
        }
        let counts: Counts = record.counts.as_ref().map(counts_of).unwrap_or_default();
        for decision in Decision::ALL {
            let of_decision = (partner.clone(), decision.name());
            *figures.rows.entry(of_decision).or_default() += counts.of(decision);
        }
        let seconds = figures.import_seconds.entry(way);
        seconds
            .or_insert_with(|| Histogram::new(IMPORT_SECONDS))
            .observe(elapsed);
        figures.note_success(record);
    }

    /// What the books know, at the start of a life of the daemon.
    pub fn learn(&self, record: &FileRecord) {
        let mut figures = self.lock();
        figures.note_held(record);
        figures.note_seen(record);
        figures.note_success(record);
    }

    /// What is known of each partner that there is anything to know of.
    pub fn partners(&self) -> BTreeMap<Box<str>, PartnerFigures> {
        let figures = self.lock();
        let mut partners: BTreeMap<Box<str>, PartnerFigures> = BTreeMap::new();
        for (partner, seen) in &figures.last_seen {
            partners.entry(partner.clone()).or_default().last_seen = Some(*seen);
        }
        for (partner, last) in &figures.last_success {
            partners.entry(partner.clone()).or_default().last_success = Some(*last);
        }
        for (partner, waiting) in &figures.waiting {
            partners.entry(partner.clone()).or_default().waiting = Some(*waiting);
        }
        for (partner, held) in &figures.held {
            let known = partners.entry(partner.clone()).or_default();
            known.held = held.iter().cloned().collect();
        }
        partners
    }

    /// What a scan found in a partner's inbox; nothing where it is empty.
    pub fn waiting(&self, partner: &str, waiting: Option<Waiting>) {
        let mut figures = self.lock();
        match waiting {
            Some(waiting) => figures.waiting.insert(partner.into(), waiting),
            None => figures.waiting.remove(partner),
        };
    }

    /// Writes everything down as it is at `now`.
    pub fn write(&self, text: &mut Text, now: Timestamp) {
        let figures = self.lock();
        figures.write(text, now);
        drop(figures);
        let single = [
            (
                "intake_http_connections",
                Kind::Gauge,
                "Connections that are open now.",
                &self.connections,
            ),
            (
                "intake_http_connections_refused_total",
                Kind::Counter,
                "Connections for which there was no place, since the start.",
                &self.refused_connections,
            ),
            (
                "intake_tls_handshakes_failed_total",
                Kind::Counter,
                "Connections that did not get through the handshake of TLS, since the start.",
                &self.failed_handshakes,
            ),
        ];
        for (name, kind, help, value) in single {
            text.family(name, kind, help);
            text.sample(name, &[], value.load(Ordering::Relaxed) as f64);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Figures {
    fn write_removed(&self, text: &mut Text) {
        for (name, help, of) in [
            (
                "intake_removed_files_total",
                "Files that were kept for long enough and removed, since the start.",
                (|(files, _)| files) as fn((u64, u64)) -> u64,
            ),
            (
                "intake_removed_bytes_total",
                "Bytes of the files that were removed, since the start.",
                |(_, bytes)| bytes,
            ),
        ] {
            text.family(name, Kind::Counter, help);
            for (remains, removed) in &self.removed {
                text.sample(name, &[("kind", remains.name())], of(*removed) as f64);
            }
        }
    }

    fn note_held(&mut self, record: &FileRecord) {
        let held = self.held.entry(record.partner.as_str().into()).or_default();
        if record.step == Step::Held {
            held.insert(record.import_id.as_str().into());
        } else {
            held.remove(record.import_id.as_str());
        }
    }

    fn note_seen(&mut self, record: &FileRecord) {
        if let Ok(claimed) = record.claimed.parse::<Timestamp>() {
            let last = self.last_seen.entry(record.partner.as_str().into());
            let last = last.or_insert(claimed);
            *last = claimed.max(*last);
        }
    }

    fn note_success(&mut self, record: &FileRecord) {
        if record.ending != Some(Ending::Applied) {
            return;
        }
        if let Ok(changed) = record.changed.parse::<Timestamp>() {
            let last = self.last_success.entry(record.partner.as_str().into());
            let last = last.or_insert(changed);
            *last = changed.max(*last);
        }
    }

    fn write(&self, text: &mut Text, now: Timestamp) {
        let name = "intake_imports_total";
        text.family(
            name,
            Kind::Counter,
            "Imports by partner, way (file or request) and outcome, since the start.",
        );
        for ((partner, way, outcome), count) in &self.imports {
            let labels = [("partner", &**partner), ("way", way), ("outcome", outcome)];
            text.sample(name, &labels, *count as f64);
        }
        let name = "intake_rows_total";
        text.family(
            name,
            Kind::Counter,
            "Rows of imports that came to their end, by partner and decision, since the start.",
        );
        for ((partner, decision), count) in &self.rows {
            let labels = [("partner", &**partner), ("decision", decision)];
            text.sample(name, &labels, *count as f64);
        }
        let name = "intake_held_imports";
        text.family(
            name,
            Kind::Gauge,
            "Imports that the brake holds now, by partner, from the books.",
        );
        for (partner, held) in &self.held {
            text.sample(name, &[("partner", partner)], held.len() as f64);
        }
        let name = "intake_last_success_timestamp_seconds";
        text.family(
            name,
            Kind::Gauge,
            "When an import of the partner was last applied, from the books.",
        );
        for (partner, last) in &self.last_success {
            let seconds = last.as_millisecond() as f64 / 1_000.0;
            text.sample(name, &[("partner", partner)], seconds);
        }
        let name = "intake_last_delivery_timestamp_seconds";
        text.family(
            name,
            Kind::Gauge,
            "When a file or a request last came from the partner, from the books.",
        );
        for (partner, last) in &self.last_seen {
            let seconds = last.as_millisecond() as f64 / 1_000.0;
            text.sample(name, &[("partner", partner)], seconds);
        }
        self.write_waiting(text, now);
        self.write_removed(text);
        let name = "intake_import_duration_seconds";
        text.family(
            name,
            Kind::Histogram,
            "From the beginning of the work on an import to its outcome, by way, since the start.",
        );
        for (way, histogram) in &self.import_seconds {
            histogram.write(text, name, &[("way", way)]);
        }
        let name = "intake_http_requests_total";
        text.family(
            name,
            Kind::Counter,
            "Answered requests by method, route and status (0: the client had gone), since the start.",
        );
        for (answered, count) in &self.requests {
            let status = answered.status.to_string();
            let labels = [
                ("method", answered.method),
                ("route", &*answered.route),
                ("status", &*status),
            ];
            text.sample(name, &labels, *count as f64);
        }
        let name = "intake_http_request_duration_seconds";
        text.family(
            name,
            Kind::Histogram,
            "From the head of a request to the last byte of its answer, by route, since the start.",
        );
        for (route, histogram) in &self.request_seconds {
            histogram.write(text, name, &[("route", route)]);
        }
    }

    fn write_waiting(&self, text: &mut Text, now: Timestamp) {
        let name = "intake_waiting_files";
        text.family(
            name,
            Kind::Gauge,
            "Files in the partner's inbox at the last scan.",
        );
        for (partner, waiting) in &self.waiting {
            text.sample(name, &[("partner", partner)], waiting.files as f64);
        }
        let name = "intake_oldest_waiting_file_age_seconds";
        text.family(
            name,
            Kind::Gauge,
            "Since when the oldest file in the partner's inbox lies there as it is; absent where there is none.",
        );
        for (partner, waiting) in &self.waiting {
            let age = (now.as_nanosecond() - waiting.oldest).max(0) as f64 / 1e9;
            text.sample(name, &[("partner", partner)], age);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::FileEntry;
    use crate::journal::{FrameSpan, Position};

    fn record(id: &str, steps: &[Step]) -> FileRecord {
        let span = FrameSpan {
            start: Position::START,
            end: Position::START,
        };
        let time = "2026-11-24T12:00:00Z";
        let first = FileEntry {
            partner: Some("alpha".into()),
            ..FileEntry::new(id, time, Step::Claimed)
        };
        let mut record = FileRecord::begin(&first, span);
        for step in steps {
            let counts = [("create".to_owned(), 3), ("reject".to_owned(), 1)];
            let entry = FileEntry {
                counts: Some(counts.into()),
                ..FileEntry::new(id, time, *step)
            };
            record.follow(&entry, span);
        }
        record
    }

    #[test]
    fn what_happened_is_told_by_partner() {
        let metrics = Metrics::default();
        metrics.learn(&record("000001", &[Step::Held]));
        metrics.stepped(&record("000002", &[Step::Planned]), Duration::ZERO);
        metrics.stepped(
            &record("000002", &[Step::Applied]),
            Duration::from_millis(3),
        );
        metrics.answered("GET", "/orders/{id}", 200, Duration::from_millis(2));
        let oldest = Timestamp::constant(1_795_521_600, 0).as_nanosecond();
        metrics.waiting("alpha", Some(Waiting { files: 2, oldest }));
        let mut text = Text::default();
        metrics.write(&mut text, Timestamp::constant(1_795_521_607, 0));
        let text = text.into_string();
        for line in [
            "intake_imports_total{partner=\"alpha\",way=\"file\",outcome=\"applied\"} 1",
            "intake_rows_total{partner=\"alpha\",decision=\"create\"} 3",
            "intake_rows_total{partner=\"alpha\",decision=\"reject\"} 1",
            "intake_held_imports{partner=\"alpha\"} 1",
            "intake_last_success_timestamp_seconds{partner=\"alpha\"} 1795521600",
            "intake_last_delivery_timestamp_seconds{partner=\"alpha\"} 1795521600",
            "intake_oldest_waiting_file_age_seconds{partner=\"alpha\"} 7",
            "intake_import_duration_seconds_bucket{way=\"file\",le=\"0.0025\"} 0",
            "intake_import_duration_seconds_bucket{way=\"file\",le=\"0.005\"} 1",
            "intake_import_duration_seconds_count{way=\"file\"} 1",
            "intake_http_requests_total{method=\"GET\",route=\"/orders/{id}\",status=\"200\"} 1",
            "# TYPE intake_http_request_duration_seconds histogram",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
        let alpha = metrics.partners().remove("alpha").unwrap();
        assert_eq!(alpha.held, ["000001".into()]);
        let (day, hour) = (Duration::from_secs(86_400), Duration::from_secs(3_600));
        let seen = alpha.last_seen.unwrap();
        assert!(!alpha.is_overdue(day, seen + day, Duration::ZERO));
        assert!(alpha.is_overdue(day, seen + day + hour, Duration::ZERO));
        let never = PartnerFigures::default();
        assert!(!never.is_overdue(day, seen, hour) && never.is_overdue(hour, seen, day));
        metrics.stepped(
            &record("000001", &[Step::Held, Step::Discarded]),
            Duration::ZERO,
        );
        metrics.waiting("alpha", None);
        let mut again = Text::default();
        metrics.write(&mut again, Timestamp::constant(1_795_521_607, 0));
        let again = again.into_string();
        assert!(again.contains("intake_held_imports{partner=\"alpha\"} 0"));
        assert!(!again.contains("intake_waiting_files{"));
    }
}
