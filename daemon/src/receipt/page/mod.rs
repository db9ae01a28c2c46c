//! What does a person read about an import?
//! One static page in German and English: no script, nothing loaded, every text escaped.

pub(crate) mod markup;
pub(super) mod rows;
pub(super) mod words;

use std::io::{self, Write};

use intake_core::plan::{Counts, Decision};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::finding_entry::FindingEntry;
use crate::entry::PlanNote;
use crate::system::UnfinishedFile;
use markup::{Both, both, close, element, grouped, link, open, text};
use rows::{ROWS_SHOWN, Table, Tables, file_row};
use words::{DECISIONS, Outcome, sentence};

/// Everything on the page but the tables of rows.
#[derive(Debug)]
pub(super) struct Page<'p> {
    /// What tells the page from all others; see [`is_marked`].
    pub(super) mark: &'p str,
    pub(super) outcome: Outcome,
    pub(super) file: &'p str,
    pub(super) partner: &'p str,
    pub(super) import_id: Option<&'p str>,
    pub(super) bytes: Option<u64>,
    pub(super) sha256: Option<&'p str>,
    pub(super) claimed_at: Option<&'p str>,
    pub(super) finished_at: &'p str,
    /// Why, where a sentence is not enough.
    pub(super) explained: Option<Both<'p>>,
    /// Why, as it is journalled.
    pub(super) reason: Option<&'p str>,
    pub(super) counts: Option<Counts>,
    pub(super) findings: &'p [FindingEntry],
    pub(super) receipt: &'p str,
    pub(super) corrections: Option<&'p str>,
    /// How the plan that came with the file compares.
    pub(super) plan: Option<&'p PlanNote>,
    pub(super) time_zone: &'p TimeZone,
}

const START: &str = "<!doctype html>\n<html lang=\"de\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"intake-import\" content=\"";

const STYLE: &str = include_str!("style.css");

/// Is a file that begins so the page with this mark?
pub(super) fn is_marked(beginning: &[u8], mark: &str) -> bool {
    let mut start = START.as_bytes().to_vec();
    text(&mut start, mark);
    start.extend_from_slice(b"\">");
    beginning.starts_with(&start)
}

/// Writes a whole page.
pub(super) fn write(
    out: &mut UnfinishedFile,
    page: &Page<'_>,
    tables: Option<&mut Tables>,
    differing: Option<&mut Table>,
) -> io::Result<()> {
    let mut part = Vec::new();
    head(&mut part, page);
    verdict(&mut part, page);
    facts(&mut part, page);
    if let Some(counts) = &page.counts {
        count_table(&mut part, page, counts);
    }
    findings(&mut part, page);
    out.write_all(&part)?;
    if let Some(table) = differing {
        row_table(out, page, DIFFERENT, DIFFERENT_COLUMNS, table)?;
    }
    if let Some(tables) = tables {
        for (title, columns, table) in [
            (REJECTED, REJECTED_COLUMNS, &mut tables.rejected),
            (ENDED, CHANGED_COLUMNS, &mut tables.ended),
            (REACTIVATED, CHANGED_COLUMNS, &mut tables.reactivated),
            (PAYMENT, CHANGED_COLUMNS, &mut tables.payment),
            (UPDATED, CHANGED_COLUMNS, &mut tables.updated),
        ] {
            row_table(out, page, title, columns, table)?;
        }
    }
    part.clear();
    foot(&mut part, page);
    out.write_all(&part)
}

const fn words<'t>(de: &'t str, en: &'t str) -> Both<'t> {
    Both { de, en }
}

const REJECTED: Both<'static> = words("Abgelehnte Zeilen", "Rejected rows");
const ENDED: Both<'static> = words("Beendete Abonnements", "Ended subscriptions");
const REACTIVATED: Both<'static> = words("Reaktivierte Abonnements", "Reactivated subscriptions");
const PAYMENT: Both<'static> = words("Geänderte Zahlungsarten", "Changed payments");
const UPDATED: Both<'static> = words("Andere Änderungen", "Other changes");

const DIFFERENT: Both<'static> = words(
    "Anders entschieden als geplant",
    "Decided differently than planned",
);

const LINE: Both<'static> = words("Zeile", "Line");
const COLUMN: Both<'static> = words("Spalte", "Column");
const ORDER: Both<'static> = words("Auftrag", "Order");
const VALUE: Both<'static> = words("Wert", "Value");
const REJECTED_COLUMNS: &[Both<'static>] = &[LINE, COLUMN, ORDER, VALUE];
const FINDING_COLUMNS: &[Both<'static>] = &[LINE, COLUMN, VALUE];
const CHANGED_COLUMNS: &[Both<'static>] = &[
    LINE,
    ORDER,
    words("Feld", "Field"),
    words("vorher", "before"),
    words("nachher", "after"),
];

const DIFFERENT_COLUMNS: &[Both<'static>] = &[
    LINE,
    ORDER,
    words("Plan", "Plan"),
    words("jetzt", "now"),
    words("Warum", "Why"),
    words("Grund auf Englisch", "Why, in English"),
];

fn head(out: &mut Vec<u8>, page: &Page<'_>) {
    out.extend_from_slice(START.as_bytes());
    text(out, page.mark);
    out.extend_from_slice(
        b"\">\n<meta http-equiv=\"Content-Security-Policy\" \
          content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
          <meta name=\"referrer\" content=\"no-referrer\">\n\
          <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
          <meta name=\"color-scheme\" content=\"light dark\">\n<title>",
    );
    text(out, page.file);
    out.extend_from_slice(b" \xe2\x80\x93 Importbericht / import report</title>\n<style>\n");
    out.extend_from_slice(STYLE.as_bytes());
    out.extend_from_slice(b"</style>\n</head>\n<body>\n<main>\n");
}

fn verdict(out: &mut Vec<u8>, page: &Page<'_>) {
    open(out, "h1");
    both(out, words("Importbericht", "Import report"));
    close(out, "h1");
    out.push(b'\n');
    let [de, en] = sentence(page.outcome);
    open(
        out,
        &format!("div class=\"verdict {}\"", page.outcome.class()),
    );
    for (language, verdict, explained) in [
        ("de", de, page.explained.map(|explained| explained.de)),
        ("en", en, page.explained.map(|explained| explained.en)),
    ] {
        let paragraph = format!("p lang=\"{language}\"");
        open(out, &paragraph);
        element(out, "strong", &verdict);
        if let Some(explained) = explained {
            out.push(b' ');
            text(out, explained);
        }
        close(out, &paragraph);
    }
    close(out, "div");
    out.push(b'\n');
    if let Some(corrections) = page.corrections {
        to_do(out, page.outcome, corrections);
    }
}

fn to_do(out: &mut Vec<u8>, outcome: Outcome, corrections: &str) {
    pointer(
        out,
        corrections,
        words(
            "Die abgelehnten Zeilen stehen mit ihren Gründen in ",
            "The rejected rows stand with their reasons in ",
        ),
    );
    if matches!(outcome, Outcome::Applied { .. }) {
        element(
            out,
            "p lang=\"de\"",
            "Was zu tun ist: in dieser Datei die Werte berichtigen und sie wieder abgeben. Die Gründe \
             werden beim Import nicht gelesen.",
        );
        out.push(b'\n');
        element(
            out,
            "p lang=\"en\"",
            "What to do: correct the values in that file and deliver it again. The reasons are not \
             read by an import.",
        );
        out.push(b'\n');
    }
}

fn facts(out: &mut Vec<u8>, page: &Page<'_>) {
    begin_table(
        out,
        words("Datei und Import", "File and import"),
        "facts",
        &[],
    );
    fact(out, words("Datei", "File"), |out| text(out, page.file));
    fact(out, words("Partner", "Partner"), |out| {
        text(out, page.partner);
    });
    if let Some(import_id) = page.import_id {
        fact(out, words("Import", "Import"), |out| text(out, import_id));
    }
    if let Some(claimed_at) = page.claimed_at {
        fact(out, words("Angenommen", "Received"), |out| {
            time(out, claimed_at, page.time_zone);
        });
    }
    fact(out, words("Abgeschlossen", "Finished"), |out| {
        time(out, page.finished_at, page.time_zone);
    });
    if let Some(reason) = page.reason {
        fact(out, words("Grund", "Reason"), |out| text(out, reason));
    }
    if let Some(plan) = page.plan {
        fact(
            out,
            words("Beiliegender Plan", "Plan that came along"),
            |out| {
                compared(out, plan);
            },
        );
    }
    if let Some(bytes) = page.bytes {
        fact(out, words("Größe", "Size"), |out| {
            text(out, &format!("{} Bytes", grouped(bytes)));
        });
    }
    if let Some(sha256) = page.sha256 {
        fact(out, words("Prüfsumme", "Checksum"), |out| {
            text(out, "SHA-256 ");
            element(out, "code", sha256);
        });
    }
    fact(
        out,
        words("Beleg für Programme", "Receipt for programs"),
        |out| {
            link(out, page.receipt);
        },
    );
    end_table(out);
}

fn compared(out: &mut Vec<u8>, plan: &PlanNote) {
    if let Some(unusable) = &plan.unusable {
        both(out, words("nicht verglichen", "not compared"));
        text(out, &format!(": {unusable}"));
        return;
    }
    let count = |count: Option<u64>| grouped(count.unwrap_or(0));
    let (same, different) = (count(plan.same), count(plan.different));
    both(
        out,
        words(
            &format!("{same} wie geplant, {different} anders"),
            &format!("{same} as planned, {different} differently"),
        ),
    );
}

fn fact(out: &mut Vec<u8>, name: Both<'_>, value: impl FnOnce(&mut Vec<u8>)) {
    open(out, "tr");
    open(out, "th scope=\"row\"");
    both(out, name);
    close(out, "th");
    open(out, "td");
    value(out);
    close(out, "td");
    close(out, "tr");
    out.push(b'\n');
}

fn time(out: &mut Vec<u8>, journalled: &str, time_zone: &TimeZone) {
    let Ok(instant) = journalled.parse::<Timestamp>() else {
        text(out, journalled);
        return;
    };
    let local = instant.to_zoned_datetime(time_zone.clone());
    let zone = time_zone.iana_name().unwrap_or("UTC");
    open(out, &format!("time datetime=\"{instant}\""));
    text(out, &local.strftime("%Y-%m-%d %H:%M:%S").to_string());
    close(out, "time");
    text(out, &format!(" {zone} ({})", local.strftime("%:z")));
}

fn count_table(out: &mut Vec<u8>, page: &Page<'_>, counts: &Counts) {
    let caption = if matches!(page.outcome, Outcome::Applied { .. }) {
        words("Was mit den Zeilen geschah", "What was done with the rows")
    } else {
        words(
            "Was für die Zeilen geplant war",
            "What was planned for the rows",
        )
    };
    begin_table(out, caption, "counts", &[]);
    let mut line = |name: Both<'_>, count: u64| {
        fact(out, name, |out| text(out, &grouped(count)));
    };
    for (decision, name) in DECISIONS {
        line(name, counts.of(decision));
    }
    for (name, count) in [
        (
            words("Kunden neu angelegt", "Customers created"),
            counts.create_customer,
        ),
        (
            words(
                "Im Gesamtbestand nicht genannt",
                "Not named in the full book",
            ),
            counts.missing,
        ),
    ] {
        if count > 0 {
            line(name, count);
        }
    }
    end_table(out);
}

fn findings(out: &mut Vec<u8>, page: &Page<'_>) {
    if page.findings.is_empty() {
        return;
    }
    let caption = words("Zur Datei als Ganzem", "About the file as a whole");
    begin_table(out, caption, "rows", FINDING_COLUMNS);
    for finding in page.findings {
        file_row(out, finding);
    }
    end_table(out);
}

fn row_table(
    out: &mut UnfinishedFile,
    page: &Page<'_>,
    title: Both<'_>,
    columns: &[Both<'_>],
    table: &mut Table,
) -> io::Result<()> {
    if table.total == 0 {
        return Ok(());
    }
    let mut part = Vec::new();
    begin_table(&mut part, title, "rows", columns);
    out.write_all(&part)?;
    table.rows.copy_to(out)?;
    part.clear();
    end_table(&mut part);
    if table.total > ROWS_SHOWN {
        let (shown, all) = (grouped(ROWS_SHOWN), grouped(table.total));
        pointer(
            &mut part,
            page.receipt,
            words(
                &format!("Hier stehen die ersten {shown} von {all}; alle stehen in "),
                &format!("The first {shown} of {all} stand here; all stand in "),
            ),
        );
    }
    out.write_all(&part)
}

fn foot(out: &mut Vec<u8>, page: &Page<'_>) {
    let created = page.counts.map_or(0, |counts| counts.of(Decision::Create));
    if created > 0 && matches!(page.outcome, Outcome::Applied { .. }) {
        let created = grouped(created);
        pointer(
            out,
            page.receipt,
            words(
                &format!("Neu angelegte Aufträge: {created}. Ihre Nummern stehen in "),
                &format!("Created orders: {created}. Their numbers stand in "),
            ),
        );
    }
    out.extend_from_slice(b"</main>\n</body>\n</html>\n");
}

/// A sentence in both languages that ends by naming a file.
fn pointer(out: &mut Vec<u8>, file_name: &str, before: Both<'_>) {
    for (language, before) in [("de", before.de), ("en", before.en)] {
        let paragraph = format!("p lang=\"{language}\"");
        open(out, &paragraph);
        text(out, before);
        link(out, file_name);
        out.push(b'.');
        close(out, &paragraph);
        out.push(b'\n');
    }
}

/// The beginning of a table up to its rows; those of tables with findings end in what is said in each language.
fn begin_table(out: &mut Vec<u8>, caption: Both<'_>, class: &str, columns: &[Both<'_>]) {
    // A wide table scrolls by itself; for that the keyboard must reach it, and what is reached needs a name.
    out.extend_from_slice(b"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    text(out, caption.de);
    out.extend_from_slice(b"\">");
    open(out, &format!("table class=\"{class}\""));
    open(out, "caption");
    both(out, caption);
    close(out, "caption");
    out.push(b'\n');
    if !columns.is_empty() {
        out.extend_from_slice(b"<thead><tr>");
        for column in columns {
            open(out, "th scope=\"col\"");
            both(out, *column);
            close(out, "th");
        }
        if columns.last() == Some(&VALUE) {
            element(
                out,
                "th scope=\"col\" lang=\"de\"",
                "Was, warum, was zu tun ist",
            );
            element(out, "th scope=\"col\" lang=\"en\"", "What, why, what to do");
        }
        out.extend_from_slice(b"</tr></thead>\n");
    }
    out.extend_from_slice(b"<tbody>\n");
}

fn end_table(out: &mut Vec<u8>) {
    out.extend_from_slice(b"</tbody></table></div>\n");
}
