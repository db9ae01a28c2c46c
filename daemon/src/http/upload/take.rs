//! How does a file that comes over HTTP get into the inbox?
//! Under a hidden name until it is whole, synced and has a durable ticket; then by one rename that replaces nothing.
//! Whatever goes wrong before, nothing of it stays.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::IpAddr;

use intake_core::report::hex;
use rustix::fs::{Mode, OFlags, openat};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::ticket::{Ticket, first_import, new_id};
use crate::clock;
use crate::folder::directory::{Directory, IoAt};
use crate::folder::names::{PLAN_SUFFIX, PartnerName, marker_of};
use crate::folder::safe_name::upload_name;
use crate::folder::settle::MarkerHabit;
use crate::http::Shared;
use crate::http::body::BodyReader;
use crate::http::form::{Form, MOST_BESIDE};
use crate::http::refusal::{Refusal, Why};
use crate::http::tokens::{LONGEST_TOKEN, Right};
use crate::log;
use crate::serve::marker_habit;
use crate::system::free_bytes;

/// How an unfinished upload is called: the scan leaves such names alone, and the next start removes them.
const PART_PREFIX: &str = ".upload-";
const PART_SUFFIX: &str = ".part";

/// Free space is looked at again after so many bytes.
const BETWEEN_LOOKS: u64 = 16 << 20;

/// A name that is taken is tried with so many numbers.
const MOST_NAMES: u32 = 10_000;

/// Rights of an uploaded file.
const READABLE_FILE: Mode = Mode::RUSR.union(Mode::WUSR).union(Mode::RGRP);

/// Who sends what.
pub(super) struct Sender<'s> {
    pub(super) shared: &'s Shared,
    pub(super) client: IpAddr,
    /// The partner, where a token stood in the head.
    pub(super) partner: Option<PartnerName>,
    /// How long the body is, where the client said so.
    pub(super) length: Option<u64>,
}

/// Takes the file of a form. The ticket is durable and the file lies in the inbox when this returns one.
pub(super) fn take(
    sender: &Sender<'_>,
    body: BodyReader,
    boundary: &str,
) -> Result<Ticket, Refusal> {
    let mut form = Form::new(body.take(MOST_BESIDE), boundary);
    let mut partner = sender.partner.clone();
    let taken = take_from(sender, &mut form, &mut partner);
    let was_cut_off = matches!(&taken, Err(refusal) if refusal.why == Why::CutOff);
    if was_cut_off && form.source().limit() == 0 {
        // It was cut off by us.
        let limit = sender.shared.config.limits.file_bytes;
        return Err(match partner {
            Some(_) => Refusal::over(limit),
            None => Refusal::of(Why::NoToken),
        });
    }
    taken
}

fn take_from(
    sender: &Sender<'_>,
    form: &mut Form<io::Take<BodyReader>>,
    partner: &mut Option<PartnerName>,
) -> Result<Ticket, Refusal> {
    let shared = sender.shared;
    // A file, its plan, and what else belongs to a form.
    let most = shared.config.limits.file_bytes.saturating_mul(2);
    let most = most.saturating_add(MOST_BESIDE * 2);
    let (mut file, mut plan) = (None, None);
    let (mut folder, mut place) = (None, None);
    loop {
        if partner.is_some() && place.is_none() {
            // A place is taken by partners only: nobody else can hold it.
            let free = shared.uploads.try_acquire();
            place = Some(free.map_err(|_| Refusal::of(Why::Busy))?);
            form.source().set_limit(most);
        }
        let Some(head) = form.next_part()? else {
            break;
        };
        match (head.name.as_str(), partner.as_ref()) {
            ("token", None) => {
                let token = form.text(LONGEST_TOKEN)?;
                *partner = Some(shared.partner_of(&token, sender.client, Right::Import)?);
            }
            ("file" | "plan", None) => return Err(Refusal::of(Why::NoToken)),
            ("file" | "plan", Some(partner)) => {
                let folder = match &folder {
                    Some(folder) => folder,
                    None => folder.insert(open_folder(sender, partner)?),
                };
                let part = receive(sender, form, folder)?;
                let given = head.file_name.unwrap_or_default();
                let is_there = part.bytes > 0 || !given.is_empty();
                match head.name.as_str() {
                    "file" if is_there && file.is_none() => file = Some((part, given)),
                    "plan" if part.bytes > 0 => plan = Some(part),
                    _ => {}
                }
            }
            _ => {
                form.text(MOST_BESIDE as usize)?;
            }
        }
    }
    let Some(partner) = partner else {
        return Err(Refusal::of(Why::NoToken));
    };
    let (Some((file, given)), Some(folder)) = (file, &folder) else {
        return Err(Refusal::of(Why::NoFile));
    };
    if file.bytes == 0 {
        return Err(Refusal::of(Why::EmptyFile));
    }
    publish(sender, folder, partner, file, &given, plan)
}

/// Removes what was being uploaded when the last life of the daemon ended.
pub(in crate::http) fn sweep(inbox: &Directory) -> Result<(), IoAt> {
    for partner in inbox.names()? {
        let Ok(folder) = inbox.open_child(partner?) else {
            continue;
        };
        for name in folder.names()? {
            let name = name?;
            let text = name.to_string_lossy();
            if text.starts_with(PART_PREFIX) && text.ends_with(PART_SUFFIX) {
                folder.remove_file(&name)?;
            }
        }
    }
    Ok(())
}

/// A file without its name yet; it is removed unless it gets one.
struct Part {
    folder: Directory,
    name: String,
    file: File,
    hash: Sha256,
    bytes: u64,
    named: bool,
}

impl Part {
    fn create(folder: &Directory) -> Result<Self, Refusal> {
        let name = format!(
            "{PART_PREFIX}{}{PART_SUFFIX}",
            new_id().map_err(|error| Refusal::failed(&error))?
        );
        let folder = Directory::open(folder.path()).map_err(|error| Refusal::failed(&error))?;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = openat(folder.fd(), &name, flags, READABLE_FILE);
        let file = opened.map_err(|errno| Refusal::failed(&folder.at(&name, errno)))?;
        Ok(Self {
            folder,
            name,
            file: file.into(),
            hash: Sha256::new(),
            bytes: 0,
            named: false,
        })
    }

    /// Gives the file its name, unless that is taken.
    fn take_name(&mut self, name: &str) -> Result<(), Errno> {
        let folder = &self.folder;
        folder.rename_to(&self.name, folder, name)?;
        self.named = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.named {
            // What stays is removed at the next start.
            let _ = self.folder.remove_file(&self.name);
        }
    }
}

fn open_folder(sender: &Sender<'_>, partner: &PartnerName) -> Result<Directory, Refusal> {
    let shared = sender.shared;
    let daemon = shared.daemon().ok_or(Refusal::of(Why::Unavailable))?;
    look_at_space(shared, sender.length.unwrap_or(0))?;
    let inbox = &daemon.data.inbox;
    inbox
        .ensure_child(partner.as_str(), crate::folder::directory::READABLE_FOLDER)
        .map_err(|error| Refusal::failed(&error))
}

/// Is there room for so many bytes beside the reserve?
pub(in crate::http) fn look_at_space(shared: &Shared, bytes: u64) -> Result<(), Refusal> {
    let free = free_bytes(&shared.data).map_err(|error| Refusal::failed(&error))?;
    let needed = shared.config.daemon.disk_reserve.saturating_add(bytes);
    if free < needed {
        return Err(Refusal::of(Why::NoSpace));
    }
    Ok(())
}

/// Writes a part of the form into a file, which is synced when this returns.
fn receive(
    sender: &Sender<'_>,
    form: &mut Form<io::Take<BodyReader>>,
    folder: &Directory,
) -> Result<Part, Refusal> {
    let limit = sender.shared.config.limits.file_bytes;
    let mut part = Part::create(folder)?;
    let mut looked_at = 0;
    while let Some(piece) = form.piece()? {
        part.bytes += piece.len() as u64;
        if part.bytes > limit {
            return Err(Refusal::over(limit));
        }
        if part.bytes - looked_at >= BETWEEN_LOOKS {
            looked_at = part.bytes;
            look_at_space(sender.shared, 0)?;
        }
        part.hash.update(piece);
        part.file
            .write_all(piece)
            .map_err(|error| Refusal::failed(&error))?;
    }
    part.file
        .sync_all()
        .map_err(|error| Refusal::failed(&error))?;
    Ok(part)
}

/// Brings a whole file under a free name, its plan and its marker beside it.
fn publish(
    sender: &Sender<'_>,
    folder: &Directory,
    partner: &PartnerName,
    mut file: Part,
    given: &str,
    mut plan: Option<Part>,
) -> Result<Ticket, Refusal> {
    let shared = sender.shared;
    let daemon = shared.daemon().ok_or(Refusal::of(Why::Unavailable))?;
    let books = &daemon.data.books;
    let mut ticket = Ticket::new(
        new_id().map_err(|error| Refusal::failed(&error))?,
        partner.clone(),
        clock::now(),
    );
    ticket.bytes = file.bytes;
    ticket.sha256 = hex(&std::mem::take(&mut file.hash).finalize());
    let first = first_import(books.store(), books.next_import_number());
    ticket.first_import = first.map_err(|error| Refusal::failed(&error))?;
    let habit = marker_habit(shared.config.profile(partner.as_str()));
    for number in 1..=MOST_NAMES {
        ticket.name = upload_name(given, number);
        let plan_name = format!("{}{PLAN_SUFFIX}", ticket.name);
        let is_taken = |name: &str| folder.stat(name).map(|found| found.is_some());
        if is_taken(&ticket.name).map_err(|error| Refusal::failed(&error))?
            || is_taken(&plan_name).map_err(|error| Refusal::failed(&error))?
        {
            continue;
        }
        shared
            .tickets
            .keep(&ticket)
            .map_err(|error| Refusal::failed(&error))?;
        match place(folder, &ticket, &mut file, plan.as_mut(), habit) {
            Ok(()) => {
                folder.sync().map_err(|error| Refusal::failed(&error))?;
                log::file_uploaded(partner.as_str(), ticket.bytes);
                daemon.wake();
                return Ok(ticket);
            }
            // Somebody was faster.
            Err(Errno::EXIST) => {}
            Err(errno) => {
                shared.tickets.forget(&ticket);
                return Err(Refusal::failed(&folder.at(&ticket.name, errno)));
            }
        }
    }
    shared.tickets.forget(&ticket);
    let taken = io::Error::from(io::ErrorKind::AlreadyExists);
    Err(Refusal::failed(&taken))
}

/// Plan and marker first: a file is complete as soon as it has its name.
fn place(
    folder: &Directory,
    ticket: &Ticket,
    file: &mut Part,
    mut plan: Option<&mut Part>,
    habit: MarkerHabit,
) -> Result<(), Errno> {
    let plan_name = format!("{}{PLAN_SUFFIX}", ticket.name);
    let marker = (habit == MarkerHabit::Required).then(|| marker_of(ticket.name.as_ref()));
    if let Some(plan) = plan.as_mut() {
        plan.take_name(&plan_name)?;
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let noted = marker.as_ref().map_or(Ok(()), |marker| {
        openat(folder.fd(), marker, flags, READABLE_FILE).map(drop)
    });
    noted
        .and_then(|()| file.take_name(&ticket.name))
        .inspect_err(|_| {
            if let Some(marker) = &marker {
                // A marker that stays speaks of no file, and is left alone.
                let _ = folder.remove_file(marker);
            }
            // Back under its hidden name, for the next try or to be removed.
            if let Some(plan) = plan
                && folder.rename_to(&plan_name, folder, &plan.name).is_ok()
            {
                plan.named = false;
            }
        })
}
