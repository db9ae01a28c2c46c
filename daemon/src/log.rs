//! Which events does the program log, with which fields?
//!
//! One function for each event: fields first, the sentence last. A log names imports, partners,
//! file names, sizes and counts, and never content of a file, an email address or a token.
//! WARN: odd, but nothing is lost. ERROR: someone must act.

mod output;

use std::error::Error;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use tracing::{debug, error, info, warn};

pub use output::{Colors, LogError, start};

use crate::printable::{error_text, escaped};

/// The import that an event is about.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The import's id.
    pub import_id: &'a str,
    /// The partner whose file it is.
    pub partner: &'a str,
    /// The name that the file had in the inbox.
    pub file: &'a OsStr,
}

/// How many rows were decided how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New orders.
    pub create: u64,
    /// Orders changed in other ways than the following.
    pub update: u64,
    /// Orders with another payment method.
    pub payment: u64,
    /// Orders ended, or ended sooner.
    pub end: u64,
    /// Orders that run again.
    pub reactivate: u64,
    /// Orders that stay as they are.
    pub unchanged: u64,
    /// Rows rejected.
    pub reject: u64,
    /// Customers created ahead of their orders.
    pub create_customer: u64,
}

/// The daemon watches and imports from now on.
pub fn daemon_started(version: &str, data: &Path, partners: usize) {
    let data = escaped(data.as_os_str());
    info!(target: "intake", event = "daemon_started", version, data, partners, "daemon started");
}

/// The daemon stopped in good order; `reason` is a signal's name or the like.
pub fn daemon_stopped(reason: &str, uptime: Duration) {
    let uptime_s = uptime.as_secs();
    info!(target: "intake", event = "daemon_stopped", reason, uptime_s, "daemon stopped");
}

/// The daemon stops because it cannot go on.
pub fn daemon_failed(trouble: &(dyn Error + 'static)) {
    let error = error_line(trouble);
    error!(target: "intake", event = "daemon_failed", error, "daemon cannot go on");
}

/// A partner's folder could not be looked through; the next scan tries again.
pub fn folder_scan_failed(partner: &str, trouble: &(dyn Error + 'static)) {
    let error = error_line(trouble);
    warn!(target: "intake", event = "folder_scan_failed", partner, error, "folder scan failed");
}

/// A folder in the inbox cannot be a partner's.
pub fn partner_folder_bad(folder: &OsStr, reason: &str) {
    let folder = escaped(folder);
    warn!(target: "intake", event = "partner_folder_bad", folder, reason, "partner folder refused");
}

/// Something in the inbox is not taken, and is left where it is.
pub fn file_refused(partner: &str, file: &OsStr, reason: &str) {
    let file = escaped(file);
    warn!(target: "intake", event = "file_refused", partner, file, reason, "file refused");
}

/// A plan that lies beside a file could not be taken along.
pub fn plan_left_behind(partner: &str, file: &OsStr, trouble: &(dyn Error + 'static)) {
    let (file, error) = (escaped(file), error_line(trouble));
    warn!(target: "intake", event = "plan_left_behind", partner, file, error, "plan left in the inbox");
}

/// A file is complete and is the daemon's from now on.
pub fn file_claimed(
    About {
        import_id,
        partner,
        file,
    }: About<'_>,
    bytes: u64,
) {
    let file = escaped(file);
    info!(target: "intake", event = "file_claimed", import_id, partner, file, bytes, "file claimed");
}

/// The plan for a file is made.
pub fn file_planned(about: About<'_>, counts: Counts, elapsed: Duration) {
    let About {
        import_id,
        partner,
        file,
    } = about;
    let file = escaped(file);
    let elapsed_ms = milliseconds(elapsed);
    let Counts {
        create,
        update,
        payment,
        end,
        reactivate,
        unchanged,
        reject,
        create_customer,
    } = counts;
    info!(
        target: "intake", event = "file_planned", import_id, partner, file,
        create, update, payment, end, reactivate, unchanged, reject, create_customer, elapsed_ms,
        "file planned"
    );
}

/// The brake holds a plan until the operator releases or discards it.
pub fn file_held(
    About {
        import_id,
        partner,
        file,
    }: About<'_>,
    reason: &str,
) {
    let file = escaped(file);
    warn!(
        target: "intake", event = "file_held", import_id, partner, file, reason,
        "plan held, `intake release` or `intake discard` decides"
    );
}

/// Everything that was planned for a file is done.
pub fn file_applied(about: About<'_>, counts: Counts, elapsed: Duration) {
    let About {
        import_id,
        partner,
        file,
    } = about;
    let file = escaped(file);
    let elapsed_ms = milliseconds(elapsed);
    let Counts {
        create,
        update,
        payment,
        end,
        reactivate,
        unchanged,
        reject,
        create_customer,
    } = counts;
    info!(
        target: "intake", event = "file_applied", import_id, partner, file,
        create, update, payment, end, reactivate, unchanged, reject, create_customer, elapsed_ms,
        "file applied"
    );
}

/// Nothing of a file is applied; `reason` is a code or a sentence without content of the file.
pub fn file_rejected(
    About {
        import_id,
        partner,
        file,
    }: About<'_>,
    reason: &str,
) {
    let file = escaped(file);
    warn!(
        target: "intake", event = "file_rejected", import_id, partner, file, reason,
        "file rejected"
    );
}

/// An import failed for reasons of the machine; it is tried again.
pub fn import_failed(about: About<'_>, attempt: u32, trouble: &(dyn Error + 'static)) {
    let About {
        import_id,
        partner,
        file,
    } = about;
    let (file, error) = (escaped(file), error_line(trouble));
    warn!(
        target: "intake", event = "import_failed", import_id, partner, file, attempt, error,
        "import failed, it is tried again"
    );
}

/// An import that a stop or a crash broke off goes on; `row` is the first that is not yet applied.
pub fn import_resumed(
    About {
        import_id,
        partner,
        file,
    }: About<'_>,
    row: u64,
) {
    let file = escaped(file);
    info!(target: "intake", event = "import_resumed", import_id, partner, file, row, "import resumed");
}

/// The partner has its receipt; `rejects` is the number of rows in the corrections file.
pub fn receipt_written(
    About {
        import_id,
        partner,
        file,
    }: About<'_>,
    rejects: u64,
) {
    let file = escaped(file);
    info!(
        target: "intake", event = "receipt_written", import_id, partner, file, rejects,
        "receipt written"
    );
}

/// A file came to its last place.
pub fn file_archived(
    About {
        import_id,
        partner,
        file,
    }: About<'_>,
    folder: &Path,
) {
    let (file, folder) = (escaped(file), escaped(folder.as_os_str()));
    info!(
        target: "intake", event = "file_archived", import_id, partner, file, folder,
        "file archived"
    );
}

/// What is kept too long could not be removed; it is tried again an hour later.
pub fn tidying_failed(trouble: &(dyn Error + 'static)) {
    let error = error_line(trouble);
    warn!(target: "intake", event = "tidying_failed", error, "old files could not be removed");
}

/// A file that an import left behind was kept for long enough.
pub fn file_removed(import_id: &str, path: &str, bytes: u64) {
    info!(
        target: "intake", event = "file_removed", import_id, path, bytes,
        "file removed"
    );
}

/// The end of the journal was torn by a crash and has been cut off; nothing in it was acknowledged.
pub fn journal_tail_cut(segment: &Path, bytes: u64) {
    let segment = escaped(segment.as_os_str());
    warn!(
        target: "intake", event = "journal_tail_cut", segment, bytes,
        "torn end of the journal cut off"
    );
}

/// The store is being made anew from the journal.
pub fn store_rebuild_started(reason: &str) {
    warn!(target: "intake", event = "store_rebuild_started", reason, "store is rebuilt from the journal");
}

/// How far the rebuild has come.
pub fn store_rebuild_progress(records: u64, bytes: u64, total_bytes: u64) {
    info!(
        target: "intake", event = "store_rebuild_progress", records, bytes, total_bytes,
        "store rebuild goes on"
    );
}

/// The store agrees with the journal again.
pub fn store_rebuilt(records: u64, elapsed: Duration) {
    let elapsed_ms = milliseconds(elapsed);
    info!(target: "intake", event = "store_rebuilt", records, elapsed_ms, "store rebuilt");
}

/// A store that cannot be used has been put aside; it is rebuilt from the journal.
pub fn store_quarantined(moved_to: &Path, reason: &str) {
    let moved_to = escaped(moved_to.as_os_str());
    warn!(
        target: "intake", event = "store_quarantined", moved_to, reason,
        "store cannot be used and is put aside"
    );
}

/// There is less free space than the reserve; no file is claimed until there is more.
pub fn disk_low(free_bytes: u64, reserve_bytes: u64) {
    error!(
        target: "intake", event = "disk_low", free_bytes, reserve_bytes,
        "disk space low, no file is claimed"
    );
}

/// There is enough free space again.
pub fn disk_recovered(free_bytes: u64, reserve_bytes: u64) {
    info!(
        target: "intake", event = "disk_recovered", free_bytes, reserve_bytes,
        "enough disk space again"
    );
}

/// No events of the file system arrive; the scan interval alone decides how soon a file is seen.
pub fn watcher_lost(trouble: &(dyn Error + 'static)) {
    let error = error_line(trouble);
    warn!(target: "intake", event = "watcher_lost", error, "watcher lost, scans go on");
}

/// Events of the file system arrive.
pub fn watcher_found(folders: usize) {
    info!(target: "intake", event = "watcher_found", folders, "watcher works");
}

/// A scan of the inbox was made; for finding faults.
pub fn inbox_scanned(entries: usize, elapsed: Duration) {
    let elapsed_ms = milliseconds(elapsed);
    debug!(target: "intake", event = "inbox_scanned", entries, elapsed_ms, "inbox scanned");
}

/// An answer over HTTP, or a request that got none.
#[derive(Clone, Copy, Debug)]
pub struct HttpAnswer<'a> {
    /// The request's id, which the client has too.
    pub request_id: &'a str,
    /// The method.
    pub method: &'a str,
    /// The pattern of the route; what stood in its place is told nowhere.
    pub route: &'a str,
    /// The status; 0 where the client went away before there was one.
    pub status: u16,
    /// Bytes of the answer's body.
    pub bytes: u64,
    /// The partner whose token came with it, `-` where none did.
    pub partner: &'a str,
    /// From the head of the request to the last byte of the answer.
    pub elapsed: Duration,
}

/// The daemon answers over HTTP from now on.
pub fn http_listening(address: SocketAddr, tls: bool, has_page: bool) {
    info!(target: "intake", event = "http_listening", %address, tls, has_page, "listening for HTTP");
}

/// A request was answered. Probes of health are told for finding faults only.
pub fn http_answered(answer: &HttpAnswer<'_>) {
    let HttpAnswer {
        request_id,
        method,
        route,
        status,
        bytes,
        partner,
        elapsed,
    } = *answer;
    let elapsed_ms = milliseconds(elapsed);
    // The operator's page asks every few seconds whether anything has changed.
    let is_in_vain = status == 304 && route.starts_with("/console/");
    if is_in_vain || matches!(route, "/healthz" | "/readyz" | "/metrics") {
        debug!(
            target: "intake", event = "http_answered", request_id, method, route, status, bytes,
            partner, elapsed_ms, "HTTP request answered"
        );
    } else {
        info!(
            target: "intake", event = "http_answered", request_id, method, route, status, bytes,
            partner, elapsed_ms, "HTTP request answered"
        );
    }
}

/// Somebody of the house has done something over HTTP: by which token, what, and to which import or offer.
pub fn operator_acted(who: &str, action: &str, subject: &str) {
    let subject = escaped(OsStr::new(subject));
    info!(target: "intake", event = "operator_acted", who, action, subject, "operator acted");
}

/// The certificate that clients are shown from now on.
pub fn tls_certificate_loaded(certificate: &Path) {
    let certificate = escaped(certificate.as_os_str());
    info!(target: "intake", event = "tls_certificate_loaded", certificate, "certificate loaded");
}

/// A renewed certificate cannot be used; the one before stays.
pub fn tls_certificate_kept(trouble: &(dyn Error + 'static)) {
    let error = error_line(trouble);
    error!(target: "intake", event = "tls_certificate_kept", error, "renewed certificate cannot be used");
}

/// Something of the machine stood in the way of an answer.
pub fn http_failed(trouble: &(dyn Error + 'static)) {
    let error = error_line(trouble);
    error!(target: "intake", event = "http_failed", error, "HTTP request failed");
}

/// A file came over HTTP and lies in the inbox.
pub fn file_uploaded(partner: &str, bytes: u64) {
    info!(target: "intake", event = "file_uploaded", partner, bytes, "file uploaded");
}

/// An error with its causes, without line breaks.
fn error_line(error: &(dyn Error + 'static)) -> String {
    error_text(error).replace('\n', "; ")
}

/// A change is refused upstream, or could not be worked off there; it waits for an operator.
pub fn upstream_refused(place: &str, code: &str) {
    warn!(
        target: "intake", event = "upstream_refused", place, code,
        "change refused upstream, `intake outbox` tells more"
    );
}

/// Something went wrong upstream or on the way there; it is tried again.
pub fn upstream_trouble(trouble: &str, in_a_row: u32, pause: Duration) {
    let pause_ms = milliseconds(pause);
    if in_a_row < 3 {
        debug!(target: "intake", event = "upstream_trouble", trouble, in_a_row, pause_ms, "upstream trouble");
    } else {
        warn!(target: "intake", event = "upstream_trouble", trouble, in_a_row, pause_ms, "upstream trouble, it is tried again");
    }
}

/// Nothing is sent until the operator has seen to it.
pub fn upstream_alarm(alarm: &str) {
    error!(target: "intake", event = "upstream_alarm", alarm, "nothing is sent upstream, the operator must see to it");
}

/// What was wrong upstream is over.
pub fn upstream_answers_again() {
    info!(target: "intake", event = "upstream_answers_again", "upstream answers again");
}

/// Sending has stopped for good in this life of the daemon.
pub fn upstream_stopped(trouble: &(dyn Error + 'static)) {
    let error = error_line(trouble);
    error!(target: "intake", event = "upstream_stopped", error, "sending upstream has stopped");
}

/// A receipt could not be made to say what became of its rows upstream.
pub fn upstream_receipt_failed(import_id: &str, trouble: &(dyn Error + 'static)) {
    let error = error_line(trouble);
    warn!(target: "intake", event = "upstream_receipt_failed", import_id, error, "receipt not amended");
}

/// Offers or customers were taken over from upstream.
pub fn upstream_pulled(what: &str, seen: u64, written: u64) {
    info!(target: "intake", event = "upstream_pulled", what, seen, written, "taken over from upstream");
}

/// Something that upstream told cannot be taken over.
pub fn upstream_pull_refused(what: &str, place: u64, reason: &str) {
    warn!(target: "intake", event = "upstream_pull_refused", what, place, reason, "not taken over from upstream");
}

/// How far upstream was looked through cannot be noted: the next start looks through everything.
pub fn upstream_pull_not_noted(error: &str) {
    warn!(target: "intake", event = "upstream_pull_not_noted", %error, "cannot note what was taken over from upstream");
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}
