//! What does a person see while a file has no receipt yet?
//! A page that asks again by itself, without a script, until there is one.

use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::standing::{Standing, State, next_look};
use crate::http::html::{self, Frame};
use crate::http::manner::Manner;
use crate::http::upload::ticket::Ticket;
use crate::receipt::markup::{close, element, grouped, open, text};

/// The page about a file.
pub(super) fn page(
    ticket: &Ticket,
    standing: &Standing,
    manner: Manner,
    zone: &TimeZone,
    now: Timestamp,
) -> Response {
    let refresh = (!standing.is_over()).then(|| next_look(ticket, now));
    let title = manner.say("Ihre Datei", "Your file");
    let mut body = Vec::new();
    element(&mut body, "h1", title);
    let class = class_of(standing.state);
    open(
        &mut body,
        &format!("div class=\"verdict {class}\" role=\"status\""),
    );
    let (verdict, explained) = words(standing, manner);
    open(&mut body, "p");
    element(&mut body, "strong", verdict);
    body.push(b' ');
    text(&mut body, explained);
    close(&mut body, "p");
    close(&mut body, "div");
    facts(&mut body, ticket, standing, manner, zone);
    if refresh.is_some() {
        let note = manner.say(
            "Diese Seite fragt von selbst wieder nach, bis die Quittung da ist. Ihre Adresse können Sie aufheben.",
            "This page asks again by itself until the receipt is there. You can keep its address.",
        );
        element(&mut body, "p class=\"faint\"", note);
    }
    other_language(&mut body, manner);
    html::page(&Frame {
        title,
        body: &body,
        manner,
        refresh,
    })
}

fn facts(
    body: &mut Vec<u8>,
    ticket: &Ticket,
    standing: &Standing,
    manner: Manner,
    zone: &TimeZone,
) {
    let received = ticket.received.to_zoned_datetime(zone.clone());
    let bytes = grouped(ticket.bytes);
    let received = received.strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
    let mut pairs = vec![
        (manner.say("Datei", "File"), ticket.name.clone()),
        (manner.say("Größe", "Size"), format!("{bytes} Bytes")),
        ("SHA-256", ticket.sha256.clone()),
        (manner.say("Eingegangen", "Received"), received),
    ];
    if let Some(record) = &standing.record {
        pairs.push((manner.say("Import", "Import"), record.import_id.clone()));
        let rows = record.rows.map(grouped);
        pairs.extend(rows.map(|rows| (manner.say("Datensätze", "Records"), rows)));
    }
    open(body, "dl");
    for (name, value) in pairs {
        element(body, "dt", name);
        element(body, "dd", &value);
    }
    close(body, "dl");
}

fn other_language(body: &mut Vec<u8>, manner: Manner) {
    let (language, name) = (manner.say("en", "de"), manner.say("English", "Deutsch"));
    let link = format!("a lang=\"{language}\" hreflang=\"{language}\" href=\"?lang={language}\"");
    open(body, "p class=\"faint\"");
    element(body, &link, name);
    close(body, "p");
}

fn class_of(state: State) -> &'static str {
    match state {
        State::Applied => "good",
        State::Held => "mixed",
        State::Rejected | State::Discarded | State::Gone => "bad",
        State::Waiting | State::Working => "",
    }
}

fn words(standing: &Standing, manner: Manner) -> (&'static str, &'static str) {
    let collected = standing.is_over();
    let (de, en) = match standing.state {
        State::Waiting => (
            (
                "Angenommen.",
                "Die Datei liegt im Eingang und kommt an die Reihe.",
            ),
            (
                "Taken.",
                "The file lies in the inbox and waits for its turn.",
            ),
        ),
        State::Working => (
            ("In Arbeit.", "Die Datei wird geprüft und übernommen."),
            ("At work.", "The file is being checked and applied."),
        ),
        State::Held => (
            (
                "Angehalten.",
                "Die Datei würde mehr ändern als vereinbart; der Betreiber entscheidet, ob sie übernommen wird.",
            ),
            (
                "Held.",
                "The file would change more than was agreed; the operator decides whether it is applied.",
            ),
        ),
        State::Applied if collected => (
            (
                "Übernommen.",
                "Die Quittung wurde aus der Ablage schon abgeholt.",
            ),
            (
                "Applied.",
                "The receipt has been collected from the outbox already.",
            ),
        ),
        State::Rejected if collected => (
            (
                "Abgelehnt.",
                "Die Quittung wurde aus der Ablage schon abgeholt.",
            ),
            (
                "Rejected.",
                "The receipt has been collected from the outbox already.",
            ),
        ),
        State::Discarded if collected => (
            (
                "Verworfen.",
                "Die Quittung wurde aus der Ablage schon abgeholt.",
            ),
            (
                "Discarded.",
                "The receipt has been collected from the outbox already.",
            ),
        ),
        State::Applied => (
            ("Übernommen.", "Die Quittung wird gerade geschrieben."),
            ("Applied.", "The receipt is being written."),
        ),
        State::Rejected => (
            ("Abgelehnt.", "Die Quittung wird gerade geschrieben."),
            ("Rejected.", "The receipt is being written."),
        ),
        State::Discarded => (
            (
                "Verworfen.",
                "Der Betreiber hat entschieden, die Datei nicht zu übernehmen; die Quittung wird gerade geschrieben.",
            ),
            (
                "Discarded.",
                "The operator has decided not to apply the file; the receipt is being written.",
            ),
        ),
        State::Gone => (
            (
                "Nicht mehr da.",
                "Die Datei wurde aus dem Eingang genommen, bevor sie übernommen wurde.",
            ),
            (
                "Gone.",
                "The file was taken out of the inbox before it was applied.",
            ),
        ),
    };
    (manner.say(de.0, en.0), manner.say(de.1, en.1))
}

/// A file's name as a part of an address, or of a header.
pub(super) fn in_path(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}
