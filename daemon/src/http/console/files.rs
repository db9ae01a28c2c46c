//! Which files came, how did each live, and what did its partner get for it?
//! Files are gone through by number, the newest first, for a bounded time; whoever wants more asks again from there.

use std::time::Duration;

use axum::response::IntoResponse as _;

use crate::clock;
use crate::entry::{FileEntry, Line as Entry};
use crate::folder::lifecycle::Step;
use crate::folder::names::PartnerName;
use crate::http::platform::fault::{Fault, Wrong};
use crate::http::platform::operation::{Ask, Reply};
use crate::http::receipt::{Kind, sent};
use crate::import::ImportError;
use crate::journal::{Frames, JournalError};
use crate::perform::held::{self, Sort};
use crate::receipt::{Gift, gift_of, open_in};
use crate::state::FileRecord;
use crate::state::file_record::{import_id, import_number};
use crate::wire::console::{
    FileV1, FileWithLifeV1, FilesV1, Line, PaperV1, PlanV1, StepV1, VERSION,
};

/// A page is looked for for so long.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /files`
pub(super) fn list(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let page = ask.query.page()?;
    let (after, _) = page.numbers()?;
    let next = ask.daemon.data.books.next_import_number();
    let partner = ask.query.text("partner");
    let state = ask.query.text("state");
    let name = ask.query.text("file").map(str::to_lowercase);
    let fits = |file: &FileRecord| {
        partner.is_none_or(|partner| file.partner == partner)
            && match state {
                None => true,
                Some("working") => file.is_open() && file.step != Step::Held,
                Some(state) => file.state() == state,
            }
            && name
                .as_ref()
                .is_none_or(|name| file.file.to_lowercase().contains(name))
    };
    let until = clock::since_start() + PATIENCE;
    let mut found = Vec::new();
    let mut rest = None;
    for number in (1..after.unwrap_or(next).min(next)).rev() {
        if found.len() == page.size || clock::since_start() > until {
            rest = Some((number + 1).to_string());
            break;
        }
        let file = ask.store().file(&import_id(number))?;
        found.extend(file.filter(fits));
    }
    Ok(Reply::ok(&FilesV1 {
        version: VERSION,
        items: found.iter().map(FileV1::of).collect(),
        next: rest,
    }))
}

/// `GET /files/{importId}`
pub(super) fn one(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let file = record_of(ask)?;
    let (steps, findings) = life_of(ask, &file)?;
    let papers = papers_of(ask, &file)?.map_or_else(Vec::new, |gift| {
        let kinds = [
            ("receipt", Some(gift.receipt)),
            ("report", Some(gift.report)),
            ("corrections", gift.corrections),
        ];
        let kinds = kinds.into_iter();
        kinds
            .filter_map(|(kind, name)| Some(PaperV1 { kind, name: name? }))
            .collect()
    });
    Ok(Reply::ok(&FileWithLifeV1 {
        version: VERSION,
        file: FileV1::of(&file),
        steps,
        findings,
        papers,
    }))
}

/// `GET /files/{importId}/papers/{kind}`
pub(super) fn paper(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let file = record_of(ask)?;
    let nothing = || Fault::of(Wrong::NotFound);
    let gift = papers_of(ask, &file)?.ok_or_else(nothing)?;
    let (kind, name) = match ask.path.get(1).map(String::as_str) {
        Some("receipt") => (Kind::Receipt, gift.receipt),
        Some("report") => (Kind::Report, gift.report),
        Some("corrections") => (Kind::Corrections, gift.corrections.ok_or_else(nothing)?),
        _ => return Err(nothing()),
    };
    let outbox = outbox_of(ask, &file)?;
    let opened = open_in(&outbox, &name).map_err(|error| Fault::failed(&error))?;
    let (content, bytes) = opened.ok_or_else(nothing)?;
    Ok(Reply::of(sent(content, bytes, &name, kind).into_response()))
}

/// `GET /files/{importId}/plan`
pub(super) fn plan(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let page = ask.query.page()?;
    let (after, _) = page.numbers()?;
    let sort = ask.query.text("decision").and_then(Sort::named);
    let sort = sort.ok_or_else(|| {
        let error = "is no decision";
        Fault::about(Wrong::Invalid, "decision", error, "")
    })?;
    let file = record_of(ask)?;
    if file.step != Step::Held {
        return Err(Fault::of(Wrong::MovedOn));
    }
    // It reads the whole file: a few at once are enough.
    let place = ask.shared.walks.try_acquire();
    let _place = place.map_err(|_| Fault::of(Wrong::Unavailable))?;
    let found = held::rows(&ask.daemon.data, file, sort, after.unwrap_or(0), page.size);
    let found = found.map_err(|error| fault_of(&error))?;
    Ok(Reply::ok(&PlanV1 {
        version: VERSION,
        items: found
            .lines
            .iter()
            .filter_map(|line| Line::of(line))
            .collect(),
        next: found.next.map(|next| next.to_string()),
    }))
}

/// What stands in the way of an import, as it is told here.
pub(super) fn fault_of(error: &ImportError) -> Fault {
    match error {
        ImportError::Unknown(_) => Fault::of(Wrong::NotFound),
        ImportError::NotHeld { .. } | ImportError::MovedOn(_) => Fault::of(Wrong::MovedOn),
        ImportError::Stopped => Fault::of(Wrong::Unavailable),
        error => Fault::failed(error),
    }
}

fn record_of(ask: &Ask<'_>) -> Result<FileRecord, Fault> {
    let number = import_number(ask.id()).ok_or_else(|| Fault::of(Wrong::NotFound))?;
    let file = ask.store().file(&import_id(number))?;
    file.ok_or_else(|| Fault::of(Wrong::NotFound))
}

fn outbox_of(ask: &Ask<'_>, file: &FileRecord) -> Result<std::path::PathBuf, Fault> {
    let partner = PartnerName::parse(&file.partner).map_err(|_| Fault::of(Wrong::NotFound))?;
    Ok(ask.shared.outbox_of(&partner))
}

/// What its partner got for it; nothing where there is none yet, or it was taken away.
fn papers_of(ask: &Ask<'_>, file: &FileRecord) -> Result<Option<Gift>, Fault> {
    let Some(receipt) = &file.receipt else {
        return Ok(None);
    };
    let outbox = outbox_of(ask, file)?;
    gift_of(&outbox, receipt).map_err(|error| Fault::failed(&error))
}

enum Stop {
    Journal(JournalError),
    TookTooLong,
}

impl From<JournalError> for Stop {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// How every step's line begins.
const FILE_PREFIX: &[u8] = b"{\"type\":\"file\",";

/// The steps of a file, from the journal, and what was found about it as a whole.
fn life_of(ask: &Ask<'_>, file: &FileRecord) -> Result<(Vec<StepV1>, Vec<Line>), Fault> {
    let journal = ask.daemon.data.books.journal_path();
    let going = ask.going();
    let (mut steps, mut findings): (Vec<StepV1>, Vec<Line>) = (Vec::new(), Vec::new());
    let frames = Frames::open(journal, file.first_frame).map_err(|error| Fault::failed(&error))?;
    let read = frames.each_until::<Stop>(file.last_frame, &mut |frame| {
        let lines = frame.lines.split(|byte| *byte == b'\n');
        for line in lines.filter(|line| line.starts_with(FILE_PREFIX)) {
            if let Ok(Entry::File(entry)) = Entry::parse(line)
                && entry.import_id == file.import_id
            {
                findings.extend(entry.findings.iter().filter_map(Line::made_of));
                note(&mut steps, *entry);
            }
        }
        if going() {
            Ok(())
        } else {
            Err(Stop::TookTooLong)
        }
    });
    match read {
        Ok(_) => Ok((steps, findings)),
        Err(Stop::TookTooLong) => Err(Fault::of(Wrong::Unavailable)),
        Err(Stop::Journal(error)) => Err(Fault::failed(&error)),
    }
}

/// Many blocks are applied one after another: the first and the last tell it.
fn note(steps: &mut Vec<StepV1>, entry: FileEntry) {
    let step = StepV1 {
        step: entry.step.name(),
        time: entry.time,
        next_row: entry.next_row,
        reason: entry.reason,
    };
    let same = |known: &StepV1| entry.step == Step::Applying && known.step == step.step;
    if let [.., before, last] = &mut steps[..]
        && same(before)
        && same(last)
    {
        *last = step;
        return;
    }
    steps.push(step);
}
