//! How does the daemon do, in numbers for Prometheus?
//! Told to whoever asks on the machine itself, or with a token of the operator; the numbers name partners and nobody else.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use hyper::HeaderMap;
use hyper::header::{CONTENT_TYPE, HeaderValue};

use super::Shared;
use super::answering::Client;
use super::manner::Manner;
use super::refusal::{Refusal, Why};
use super::tokens::{Right, token_in};
use crate::clock;
use crate::metrics::text::{self, Kind, Text};
use crate::serve::Daemon;
use crate::system::{free_bytes, process_figures};

/// `GET /metrics`
pub(super) async fn metrics(
    State(shared): State<Arc<Shared>>,
    Extension(Client(client)): Extension<Client>,
    manner: Manner,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = may_read(&shared, client, &headers) {
        return refusal.answer(manner);
    }
    let written = tokio::task::spawn_blocking(move || write(&shared)).await;
    let Ok(written) = written else {
        return Refusal::of(Why::Failed).answer(manner);
    };
    let mut response = written.into_response();
    let kind = HeaderValue::from_static(text::CONTENT_TYPE);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn may_read(shared: &Shared, client: IpAddr, headers: &HeaderMap) -> Result<(), Refusal> {
    if client.to_canonical().is_loopback() {
        return Ok(());
    }
    shared.may_try(client)?;
    let token = token_in(headers).ok_or(Refusal::of(Why::WrongToken))?;
    match shared.holder_of(token, client) {
        Some(holder) if holder.may(Right::Operate) => Ok(()),
        Some(_) => Err(Refusal::of(Why::NoRight)),
        None => Err(Refusal::of(Why::WrongToken)),
    }
}

fn write(shared: &Shared) -> String {
    let mut text = Text::default();
    let version = "intake_build_info";
    text.family(version, Kind::Gauge, "The version that runs.");
    text.sample(version, &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    shared.metrics.write(&mut text, clock::now());
    write_expected(&mut text, shared);
    if let Some(daemon) = shared.daemon() {
        write_books(&mut text, &daemon);
        write_upstream(&mut text, &daemon);
    }
    if let Ok(free) = free_bytes(&shared.data) {
        let help = "Free space of the data directory's file system.";
        text.single("intake_disk_free_bytes", Kind::Gauge, help, free as f64);
    }
    let reserve = shared.config.daemon.disk_reserve as f64;
    let help = "No file is taken where less space is free.";
    text.single("intake_disk_reserve_bytes", Kind::Gauge, help, reserve);
    if let Some(process) = process_figures() {
        let help = "Resident memory of the process.";
        let resident = process.resident_bytes as f64;
        text.single("process_resident_memory_bytes", Kind::Gauge, help, resident);
        let help = "Open files of the process.";
        let files = process.open_files as f64;
        text.single("process_open_fds", Kind::Gauge, help, files);
    }
    let help = "Since when the process runs, as an age.";
    let uptime = clock::since_start().as_secs_f64();
    text.single("intake_uptime_seconds", Kind::Gauge, help, uptime);
    text.into_string()
}

/// Of the partners from whom something is expected every so often, whether it has come.
fn write_expected(text: &mut Text, shared: &Shared) {
    let figures = shared.metrics.partners();
    let (now, since_start) = (clock::now(), clock::since_start());
    let expected: Vec<_> = shared
        .config
        .partners
        .iter()
        .filter_map(|(name, profile)| Some((name.as_str(), profile.expect_every?)))
        .collect();
    let name = "intake_partner_expected_every_seconds";
    let help = "How often something comes from the partner, as its profile says.";
    text.family(name, Kind::Gauge, help);
    for (partner, every) in &expected {
        text.sample(name, &[("partner", partner)], every.as_secs_f64());
    }
    let name = "intake_partner_overdue";
    let help = "Has nothing come from the partner for longer than its profile expects?";
    text.family(name, Kind::Gauge, help);
    for (partner, every) in expected {
        let known = figures.get(partner).cloned().unwrap_or_default();
        let overdue = known.is_overdue(every, now, since_start);
        text.sample(name, &[("partner", partner)], f64::from(u8::from(overdue)));
    }
}

fn write_books(text: &mut Text, daemon: &Daemon) {
    let books = &daemon.data.books;
    let meta = books.store().meta();
    let mut figures = vec![
        (
            "intake_journal_bytes",
            "Bytes of the journal.",
            books.journal_bytes() as f64,
        ),
        (
            "intake_store_pending_bytes",
            "Memory of changes that are in the journal and not yet written away in the store.",
            books.store().pending_bytes() as f64,
        ),
        (
            "intake_orders",
            "Orders in the books.",
            meta.next_order.saturating_sub(1) as f64,
        ),
        (
            "intake_customers",
            "Customers in the books.",
            meta.next_customer.saturating_sub(1) as f64,
        ),
        (
            "intake_log_entries",
            "Entries of the import log in the books.",
            meta.next_log.saturating_sub(1) as f64,
        ),
    ];
    if let Ok(bytes) = books.store().size_on_disk() {
        figures.push((
            "intake_store_bytes",
            "Bytes of the store on disk.",
            bytes as f64,
        ));
    }
    for (name, help, value) in figures {
        text.single(name, Kind::Gauge, help, value);
    }
}

/// What goes to the platform; nothing where nothing does.
fn write_upstream(text: &mut Text, daemon: &Daemon) {
    let shown = daemon
        .data
        .upstream
        .shown(clock::now(), clock::since_start());
    if !shown.mirroring {
        return;
    }
    let help = "Changes that the platform has given no verdict on.";
    text.single("intake_outbox_depth", Kind::Gauge, help, shown.depth as f64);
    let help = "How long the oldest of them has been waiting.";
    let oldest = shown.oldest.unwrap_or_default().as_secs_f64();
    text.single(
        "intake_outbox_oldest_age_seconds",
        Kind::Gauge,
        help,
        oldest,
    );
    let help = "Changes that the platform refuses and that wait for an operator.";
    text.single(
        "intake_outbox_parked",
        Kind::Gauge,
        help,
        shown.parked as f64,
    );
    let help = "Is there something that only the operator can mend?";
    let alarm = f64::from(u8::from(shown.alarm.is_some()));
    text.single("intake_upstream_alarm", Kind::Gauge, help, alarm);
    let help = "Changes that the platform took.";
    text.single(
        "intake_upstream_sent_total",
        Kind::Counter,
        help,
        shown.sent as f64,
    );
    let name = "intake_upstream_errors_total";
    let help = "Trouble and refusals, by the platform's code or a word for it.";
    text.family(name, Kind::Counter, help);
    for (code, count) in &shown.errors {
        text.sample(name, &[("code", code)], *count as f64);
    }
}
