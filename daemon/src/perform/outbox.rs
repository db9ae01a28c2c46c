//! What does an operator do with what upstream refuses?
//! The decision is journalled first; a running sender hears of it and finds it there.

use std::io::Write;

use anyhow::ensure;

use super::Call;
use crate::cli::args::{OutboxAction, OutboxChoice, OutboxList, Outcome};
use crate::cli::terminal::{GOOD, WARNING};
use crate::clock;
use crate::commands::outbox;
use crate::entry::sent::{OutboxMark, SentEntry, Verdict};
use crate::open_data::OpenData;
use crate::printable::printable;
use crate::upstream::Reader;

/// Performs the command.
pub(super) fn run(
    action: &OutboxAction,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    match action {
        OutboxAction::List(arguments) => list(arguments, data, call, out),
        OutboxAction::Retry(choice) => decide(choice, Verdict::Retried, data, call, out),
        OutboxAction::Drop(choice) => decide(choice, Verdict::Dropped, data, call, out),
        OutboxAction::Fill(_) => fill(data, call, out),
    }
}

/// How what goes upstream stands.
pub(crate) fn list(
    arguments: &OutboxList,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let store = data.books.store();
    let mut shown = data.upstream.shown(clock::now(), clock::since_start());
    if !shown.mirroring
        && let Some(mark) = store.outbox()?
    {
        // Nobody has counted, since nobody sends.
        let reader = Reader::open(data.books.journal_path(), mark)?;
        shown.depth = reader.count(store.meta().position)?;
    }
    outbox::list(arguments, &shown, store, call.speech, out)
}

/// Has everything sent that the journal holds, from its beginning on.
fn fill(data: &OpenData, call: &Call<'_>, out: &mut dyn Write) -> anyhow::Result<Outcome> {
    let (store, speech) = (data.books.store(), call.speech);
    let shown = data.upstream.shown(clock::now(), clock::since_start());
    ensure!(
        !shown.mirroring,
        speech.say(
            "es wird gerade gesendet\nhint: den Dienst anhalten, oder ihn mit `mode = \"off\"` neu starten, und noch einmal",
            "changes are being sent just now\nhint: stop the daemon, or start it with `mode = \"off\"`, and call this again",
        )
    );
    ensure!(
        store.parked()? == 0,
        speech.say(
            "eine Ablehnung wartet\nhint: zuerst `intake outbox drop --all`",
            "a refusal waits for you\nhint: first `intake outbox drop --all`",
        )
    );
    let mark = data.books.write(|sheet| {
        let mark = OutboxMark::of_everything(store.meta().position);
        sheet.outbox(mark.clone());
        Ok::<_, anyhow::Error>(mark)
    })?;
    data.books.flush()?;
    let depth = Reader::open(data.books.journal_path(), mark)?.count(store.meta().position)?;
    let count = speech.count(
        depth,
        ["Änderung wird", "Änderungen werden"],
        ["change is", "changes are"],
    );
    let when = speech.say(
        "gesendet, sobald der Dienst mit `mode = \"mirror\"` startet",
        "sent as soon as the daemon starts with `mode = \"mirror\"`",
    );
    writeln!(out, "{GOOD}{count} {when}{GOOD:#}")?;
    Ok(Outcome::Done)
}

fn decide(
    choice: &OutboxChoice,
    verdict: Verdict,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let chosen = decide_on(choice, verdict, data)?;
    let speech = call.speech;
    let mut outcome = Outcome::Done;
    for id in &choice.ids {
        if !chosen.iter().any(|refusal| is_called(refusal, id)) {
            outcome = Outcome::Findings;
            let id = printable(id);
            let nothing = speech.say(
                format!("`{id}` wird nicht abgelehnt"),
                format!("`{id}` is not refused"),
            );
            writeln!(out, "{WARNING}{nothing}{WARNING:#}")?;
        }
    }
    let count = speech.count(
        chosen.len() as u64,
        ["Änderung", "Änderungen"],
        ["change", "changes"],
    );
    let done = match verdict {
        Verdict::Retried => speech.say("werden erneut gesendet", "to be sent again"),
        _ => speech.say("verworfen", "dropped"),
    };
    writeln!(out, "{GOOD}{count} {done}{GOOD:#}")?;
    Ok(outcome)
}

/// Journals the operator's verdict on what is chosen, and gives what that was.
pub(crate) fn decide_on(
    choice: &OutboxChoice,
    verdict: Verdict,
    data: &OpenData,
) -> anyhow::Result<Vec<SentEntry>> {
    let chosen = data.books.write(|sheet| {
        let chosen = chosen(choice, data)?;
        for refusal in &chosen {
            let mut line = SentEntry {
                outcome: verdict,
                time: sheet.time().to_owned(),
                ..refusal.clone()
            };
            if let Some(about) = &mut line.about {
                about.again = true;
            }
            sheet.sent(line);
        }
        Ok::<_, anyhow::Error>(chosen)
    })?;
    data.books.flush()?;
    data.upstream.ask();
    Ok(chosen)
}

fn chosen(choice: &OutboxChoice, data: &OpenData) -> anyhow::Result<Vec<SentEntry>> {
    let mut refusals = data.books.store().refusals()?;
    refusals.retain(|refusal| {
        let code = refusal.about.as_ref().and_then(|about| about.code);
        let named = choice.ids.iter().any(|id| is_called(refusal, id));
        let by_code = choice.code.is_some() && code == choice.code;
        // What was dropped is dropped: only its own name brings it back.
        named || ((choice.all || by_code) && refusal.outcome != Verdict::Dropped)
    });
    Ok(refusals)
}

fn is_called(refusal: &SentEntry, id: &str) -> bool {
    let about = refusal.about.as_ref();
    about.is_some_and(|about| {
        about.external_system_id.as_deref() == Some(id) || about.customer_id.as_deref() == Some(id)
    })
}
