//! Who performs a command on an open data directory?
//! The same code whether the program owns the directory itself or a running daemon does and was asked over its
//! socket. No rule lives here.

mod against;
mod backup;
mod check;
mod export;
pub(crate) mod held;
pub(crate) mod import;
mod keep;
pub(crate) mod outbox;
mod plan;
mod revert;
pub(crate) mod tidy;
mod verify;

use crate::cli::args::{Command, CustomerAction, ExportAction, Language, OfferAction, Outcome};
use crate::clock;
use crate::commands::{self, Speech};
use crate::config::Config;
use crate::open_data::OpenData;
use crate::snapshot;
use std::ffi::OsString;
use std::io::{self, Read, Write};

/// The partner of a file for which none is named: it has the default profile and no orders of its own.
pub(crate) const NOBODY: &str = "nobody";

/// The files that a command brings, one after another.
pub trait Inputs {
    /// The next file: its name and its bytes. Whatever was not read of the one before is passed over.
    fn next(&mut self) -> io::Result<Option<(OsString, Box<dyn Read + Send + '_>)>>;
}

/// On whose behalf a command runs.
#[derive(Clone, Copy)]
pub struct Call<'c> {
    /// How it speaks.
    pub speech: &'c Speech,
    /// Hears of progress in rows, and says whether to go on.
    pub going: &'c (dyn Fn(u64) -> bool + Sync),
}

/// How a command speaks, with the zone of the default profile.
pub fn speech(language: Language, config: &Config) -> Speech {
    Speech {
        language: language.into(),
        now: clock::now(),
        zone: config.profile.time_zone.clone(),
    }
}

/// Does the command need the data directory to itself, be it through its owner?
pub fn needs_owner(command: &Command) -> bool {
    match command {
        Command::Serve(_)
        | Command::Log(_)
        | Command::Export(ExportAction::Log(_))
        | Command::Config(_)
        | Command::Profile(_)
        | Command::Token(_)
        | Command::Restore(_)
        | Command::Init(_)
        | Command::Template(_) => false,
        Command::Check(check) => check.data.is_some(),
        _ => true,
    }
}

/// Performs a command that needs the data directory.
pub fn run(
    command: &Command,
    data: &OpenData,
    call: &Call<'_>,
    inputs: &mut dyn Inputs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let store = data.books.store();
    let journal = data.books.journal_path();
    let speech = call.speech;
    match command {
        Command::Check(arguments) => check::run(arguments, data, call, inputs, out),
        Command::Plan(arguments) if arguments.against.is_some() => {
            against::run(arguments, data, call, inputs, out)
        }
        Command::Plan(arguments) => plan::run(arguments, data, call, inputs, out),
        Command::Import(arguments) => import::run(arguments, data, call, inputs, out),
        Command::Order(arguments) => commands::order::order(arguments, store, journal, speech, out),
        Command::Files(arguments) => commands::files::files(store, arguments.format, speech, out),
        Command::Outbox(action) => outbox::run(action, data, call, out),
        Command::Revert(arguments) => revert::run(arguments, data, call, out),
        Command::Release(arguments) => import::release(&arguments.id, data, call, out),
        Command::Discard(arguments) => import::discard(&arguments.id, data, call, out),
        Command::Offer(OfferAction::List(arguments)) => {
            commands::offers::list(store, arguments.format, speech, out)
        }
        Command::Offer(OfferAction::Add(arguments)) => keep::add_offer(arguments, data, call, out),
        Command::Offer(OfferAction::Load(_)) => keep::load_offers(data, call, inputs, out),
        Command::Customer(CustomerAction::Show(arguments)) => {
            commands::customers::show(arguments, store, speech, out)
        }
        Command::Customer(CustomerAction::Add(arguments)) => {
            keep::add_customer(arguments, data, call, out)
        }
        Command::Customer(CustomerAction::Load(_)) => keep::load_customers(data, call, inputs, out),
        Command::Verify(_) => verify::verify(data, call, out),
        Command::Rebuild(_) => verify::rebuild(data, call, out),
        Command::Snapshot(arguments) => {
            let now = call.speech.now;
            snapshot::write(data, &arguments.partner, now, call.going, out)?;
            Ok(Outcome::Done)
        }
        Command::Export(ExportAction::Orders(arguments)) => {
            export::orders(arguments, data, call, out)
        }
        Command::Tidy(arguments) => tidy::run(arguments, data, call, out),
        Command::Backup(arguments) => backup::run(arguments, data, call, out),
        Command::Serve(_)
        | Command::Log(_)
        | Command::Export(ExportAction::Log(_))
        | Command::Config(_)
        | Command::Profile(_)
        | Command::Token(_)
        | Command::Restore(_)
        | Command::Init(_)
        | Command::Template(_) => {
            anyhow::bail!("this command does not need the data directory's owner")
        }
    }
}
