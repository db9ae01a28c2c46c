//! In which words of JSON does a receipt leave?
//! The form of `<file>.receipt.json`, version 1: this module alone knows it. Lists stand last, one entry a line.

use std::io::{self, Write};

use intake_core::against::{AgainstJson, SavedPlan};
use intake_core::plan::Counts;
use intake_core::report::{CountsJson, put};
use serde::Serialize;
use serde_json::Value;

use super::UpstreamPart;
use super::finding_entry::FindingEntry;
use super::journal_lines::CreatedRow;
use super::spool::Spool;
use crate::entry::{CustomerEntry, PlanNote, RowEntry};
use crate::system::UnfinishedFile;

/// The version of the receipt.
pub const VERSION: u32 = 1;

/// Everything that stands before the lists.
#[derive(Debug)]
pub(super) struct Head<'h> {
    pub(super) identity: Identity<'h>,
    pub(super) format: Option<&'static str>,
    pub(super) state: &'static str,
    pub(super) reason: Option<&'h str>,
    pub(super) finished_at: &'h str,
    pub(super) rows: Option<u64>,
    pub(super) counts: Counts,
    pub(super) findings: &'h [Value],
    pub(super) corrections: Option<&'h str>,
    pub(super) report: &'h str,
    /// How the plan that came with the file compares.
    pub(super) plan: Option<PlanHead<'h>>,
    /// What has become of the rows upstream.
    pub(super) upstream: Option<UpstreamPart>,
}

/// What stands of a plan before the lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlanHead<'h> {
    pub(super) saved: Option<&'h SavedPlan>,
    pub(super) note: &'h PlanNote,
}

/// What tells one receipt from all others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Identity<'h> {
    pub(super) import_id: Option<&'h str>,
    pub(super) partner: &'h str,
    pub(super) file: &'h str,
    pub(super) sha256: Option<&'h str>,
    pub(super) bytes: Option<u64>,
    pub(super) claimed_at: Option<&'h str>,
}

/// The lists, their entries as this module writes them.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) rejects: Spool,
    pub(super) changes: Spool,
    pub(super) created: Spool,
    pub(super) customers_created: Spool,
}

impl Identity<'_> {
    /// Does a file that begins so hold the receipt with this identity?
    pub(super) fn is_told_by(&self, beginning: &[u8]) -> bool {
        let mut start = Vec::new();
        put(
            &mut start,
            &StartV1 {
                version: VERSION,
                import_id: self.import_id,
                partner: self.partner,
                file: FileStartV1 {
                    name: self.file,
                    sha256: self.sha256,
                    bytes: self.bytes,
                },
            },
        );
        start.truncate(start.len() - "}}".len());
        let mut claimed_at = b",\"claimedAt\":".to_vec();
        put(&mut claimed_at, &self.claimed_at);
        claimed_at.push(b',');
        beginning.starts_with(&start) && memchr::memmem::find(beginning, &claimed_at).is_some()
    }
}

/// The names of the report and of the corrections file, from the first line of a receipt.
pub(super) fn names_in(first_line: &[u8]) -> Option<(String, Option<String>)> {
    #[derive(serde::Deserialize)]
    struct Names {
        report: String,
        corrections: Option<String>,
    }
    let mut head = first_line.strip_suffix(b",")?.to_vec();
    head.push(b'}');
    let names: Names = serde_json::from_slice(&head).ok()?;
    Some((names.report, names.corrections))
}

/// How the plan compares, from the first line of a receipt.
pub(super) fn plan_in(first_line: &[u8]) -> Option<PlanNote> {
    #[derive(serde::Deserialize)]
    struct Head {
        plan: Option<PlanNote>,
    }
    let mut head = first_line.strip_suffix(b",")?.to_vec();
    head.push(b'}');
    serde_json::from_slice::<Head>(&head).ok()?.plan
}

/// Does a receipt that begins so, and was made for nothing claimed, give this reason?
pub(super) fn tells_refusal(beginning: &[u8], reason: &str) -> bool {
    let mut told = b",\"reason\":".to_vec();
    put(&mut told, &reason);
    told.extend_from_slice(b",\"claimedAt\":null,");
    memchr::memmem::find(beginning, &told).is_some()
}

/// Writes a whole receipt.
pub(super) fn write(
    out: &mut UnfinishedFile,
    head: &Head<'_>,
    lists: Option<&mut Lists>,
    different: Option<&mut Spool>,
) -> io::Result<()> {
    write_head(out, head)?;
    let Some(lists) = lists else {
        return out.write_all(
            b",\n\"rejects\":[],\n\"changes\":[],\n\"created\":[],\n\"customersCreated\":[]}\n",
        );
    };
    let lists = [
        ("rejects", &mut lists.rejects),
        ("changes", &mut lists.changes),
        ("created", &mut lists.created),
        ("customersCreated", &mut lists.customers_created),
    ];
    let different = different.map(|list| ("differentThanPlanned", list));
    for (name, list) in lists.into_iter().chain(different) {
        write!(out, ",\n\"{name}\":[")?;
        list.copy_to(out)?;
        out.write_all(b"]")?;
    }
    out.write_all(b"}\n")
}

/// Writes what stands before the lists, without the end of its line.
pub(super) fn write_head(out: &mut UnfinishedFile, head: &Head<'_>) -> io::Result<()> {
    let identity = head.identity;
    let mut start = Vec::new();
    put(
        &mut start,
        &HeadV1 {
            version: VERSION,
            import_id: identity.import_id,
            partner: identity.partner,
            file: FileV1 {
                name: identity.file,
                sha256: identity.sha256,
                bytes: identity.bytes,
                format: head.format,
            },
            state: head.state,
            reason: head.reason,
            claimed_at: identity.claimed_at,
            finished_at: head.finished_at,
            rows: head.rows,
            counts: CountsJson(&head.counts),
            findings: head.findings,
            corrections: head.corrections,
            report: head.report,
            plan: head.plan.map(PlanV1::of),
            upstream: head.upstream,
        },
    );
    start.pop();
    out.write_all(&start)
}

/// One error of a rejected row.
pub(super) fn put_reject(out: &mut Vec<u8>, row: &RowEntry<'_>, error: &FindingEntry) {
    put(
        out,
        &RejectV1 {
            row: error.row,
            line: error.line,
            column: error.column,
            column_letter: error.column_letter.as_deref(),
            header: error.header.as_deref(),
            external_system_id: row.external_system_id.as_deref(),
            field: error.field.as_deref(),
            code: &error.code,
            upstream_code: error.upstream_code,
            severity: &error.severity,
            value: error.value.as_deref(),
            message: MessageV1 {
                de: &error.message.de,
                en: &error.message.en,
            },
        },
    );
}

/// A row that changed an order, with every value as it was and as it is.
pub(super) fn put_changed(out: &mut Vec<u8>, row: &RowEntry<'_>) {
    let changes = row.changes.iter().map(|change| ChangeV1 {
        field: &change.field,
        old: &change.old,
        new: &change.new,
    });
    put(
        out,
        &ChangedV1 {
            row: row.row,
            external_system_id: row.external_system_id.as_deref(),
            customer: row.customer.as_deref(),
            order_id: row.order_id,
            decision: &row.decision,
            changes: changes.collect(),
        },
    );
}

/// A row that made an order, from the pieces of its line.
pub(super) fn put_created(out: &mut Vec<u8>, row: &CreatedRow<'_>) {
    for (before, value) in [
        (&b"{\"row\":"[..], row.row),
        (b",\"externalSystemId\":", row.external_system_id),
        (b",\"orderId\":", row.order_id),
    ] {
        out.extend_from_slice(before);
        out.extend_from_slice(value);
    }
    out.push(b'}');
}

/// A row that made an order.
pub(super) fn put_created_entry(out: &mut Vec<u8>, row: &RowEntry<'_>) {
    put(
        out,
        &CreatedV1 {
            row: row.row,
            external_system_id: row.external_system_id.as_deref(),
            order_id: row.order_id,
        },
    );
}

/// A customer that the import made.
pub(super) fn put_customer(out: &mut Vec<u8>, customer: &CustomerEntry) {
    put(
        out,
        &CustomerV1 {
            customer_id: &customer.customer_id,
            email: customer.values.get("email").map(String::as_str),
        },
    );
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeadV1<'h> {
    version: u32,
    import_id: Option<&'h str>,
    partner: &'h str,
    file: FileV1<'h>,
    state: &'h str,
    reason: Option<&'h str>,
    claimed_at: Option<&'h str>,
    finished_at: &'h str,
    rows: Option<u64>,
    counts: CountsJson<'h>,
    findings: &'h [Value],
    corrections: Option<&'h str>,
    report: &'h str,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<PlanV1<'h>>,
    // Stays last: it is found and replaced there.
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<UpstreamPart>,
}

#[derive(Serialize)]
struct PlanV1<'h> {
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<AgainstJson<'h>>,
    #[serde(flatten)]
    note: &'h PlanNote,
}

impl<'h> PlanV1<'h> {
    fn of(plan: PlanHead<'h>) -> Self {
        Self {
            against: plan.saved.map(|saved| AgainstJson {
                state: saved.state.as_ref(),
                rules: saved.rules,
            }),
            note: plan.note,
        }
    }
}

/// The fields that stand before anything that is found out on the way.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StartV1<'h> {
    version: u32,
    import_id: Option<&'h str>,
    partner: &'h str,
    file: FileStartV1<'h>,
}

#[derive(Serialize)]
struct FileStartV1<'h> {
    name: &'h str,
    sha256: Option<&'h str>,
    bytes: Option<u64>,
}

#[derive(Serialize)]
struct FileV1<'h> {
    name: &'h str,
    sha256: Option<&'h str>,
    bytes: Option<u64>,
    format: Option<&'h str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RejectV1<'e> {
    row: Option<u64>,
    line: Option<u64>,
    column: Option<u64>,
    column_letter: Option<&'e str>,
    header: Option<&'e str>,
    external_system_id: Option<&'e str>,
    field: Option<&'e str>,
    code: &'e str,
    upstream_code: Option<u32>,
    severity: &'e str,
    value: Option<&'e str>,
    message: MessageV1<'e>,
}

#[derive(Serialize)]
struct MessageV1<'e> {
    de: &'e str,
    en: &'e str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangedV1<'e> {
    row: Option<u64>,
    external_system_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'e str>,
    order_id: u64,
    decision: &'e str,
    changes: Vec<ChangeV1<'e>>,
}

#[derive(Serialize)]
struct ChangeV1<'e> {
    field: &'e str,
    old: &'e Value,
    new: &'e Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreatedV1<'e> {
    row: Option<u64>,
    external_system_id: Option<&'e str>,
    order_id: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerV1<'e> {
    customer_id: &'e str,
    email: Option<&'e str>,
}
