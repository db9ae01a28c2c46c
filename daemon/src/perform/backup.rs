//! How is a backup asked of whoever owns the data directory?

use std::io::Write;

use super::Call;
use crate::backup::{self, Choice};
use crate::cli::args::{Backup, Outcome};
use crate::commands::backup::tell_taken;
use crate::open_data::OpenData;

/// Takes a backup and tells what is in it.
pub(super) fn run(
    arguments: &Backup,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let choice = Choice {
        archive: arguments.archive,
        receipts: arguments.receipts,
        keep: arguments.keep,
    };
    let (folder, now) = (&arguments.directory, call.speech.now);
    let taken = backup::take(data, folder, choice, now, call.going)?;
    tell_taken(&taken, arguments.format, call.speech, out)?;
    Ok(Outcome::Done)
}
