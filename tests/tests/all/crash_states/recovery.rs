//! Is everything right again once the program has gone on from what a power cut has left?
//! Its own recovery runs here as at the daemon's start; then each file was taken once and whole, or lies where it was sent.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::Receiver;

use anyhow::{Context as _, anyhow, bail, ensure};
use intake_daemon::config::Config;
use intake_daemon::entry::Line;
use intake_daemon::folder::claim::adopt;
use intake_daemon::folder::lifecycle::{Ending, Step};
use intake_daemon::import::Import;
use intake_daemon::import::going_on::{go_on, owes_work, unheard_claims};
use intake_daemon::journal::{Frames, Position};
use intake_daemon::open_data::OpenData;
use tempfile::TempDir;

use super::life::{Job, ROWS, content_of, file_of, receipt_of};

pub(super) fn recover_all(queue: &Mutex<Receiver<Job>>) -> anyhow::Result<()> {
    // In memory where the machine has room there: nothing here depends on what a real disk does.
    let memory = Path::new("/dev/shm");
    loop {
        let Ok(job) = queue
            .lock()
            .map_err(|_| anyhow!("another recovery panicked"))?
            .recv()
        else {
            return Ok(());
        };
        let folder = if memory.is_dir() {
            TempDir::new_in(memory)?
        } else {
            TempDir::new()?
        };
        job.disk.lay_out(folder.path())?;
        recovers(folder.path(), &job).with_context(|| job.about.clone())?;
    }
}

/// Opens what is left as the daemon does at its start, lets it end what was begun, and looks at everything.
pub(super) fn recovers(folder: &Path, job: &Job) -> anyhow::Result<()> {
    let config = Config::load(&folder.join("intake.toml")).map_err(|_| anyhow!("the config"))?;
    let data = OpenData::open(folder, config)?;
    for claim in unheard_claims(&data)? {
        if let Some(claimed) = adopt(&data.folders.work, &claim.import_id, u64::MAX)? {
            Import::begin(&data, &claimed, &|_| true)?.work()?;
        }
    }
    for record in data.books.store().files()? {
        if owes_work(&data, &record) {
            go_on(&data, record, 0, &|_| true)?;
        }
    }
    let journal = data.books.journal_path();
    let mut rows = BTreeMap::<String, Vec<u64>>::new();
    let mut frames = Frames::open(journal, Position::START)?;
    while let Some(frame) = frames.next()? {
        for line in frame
            .lines
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            if let Line::Row(row) = Line::parse(line)? {
                ensure!(
                    row.success && row.decision == "create",
                    "row {:?} was a {}",
                    row.row,
                    row.decision
                );
                rows.entry(row.file.into_owned())
                    .or_default()
                    .extend(row.row);
            }
        }
    }
    let files = data.books.store().files()?;
    for partner in job.partners {
        let waiting = fs::read(folder.join("inbox").join(partner).join(file_of(partner))).ok();
        let taken: Vec<_> = files
            .iter()
            .filter(|file| file.file == file_of(partner))
            .collect();
        let rows = rows.remove(&file_of(partner)).unwrap_or_default();
        match (taken.as_slice(), waiting) {
            ([], Some(content)) => {
                ensure!(
                    content == content_of(partner),
                    "what waits of {partner} is not what was sent"
                );
                ensure!(rows.is_empty(), "rows of {partner} that nobody has taken");
                ensure!(
                    !job.acknowledged.contains(partner),
                    "{partner} had a receipt"
                );
            }
            ([file], None) => {
                ensure!(
                    file.step == Step::Archived && file.ending == Some(Ending::Applied),
                    "{file:?}"
                );
                ensure!(
                    rows == [1, 2, 3],
                    "of {partner} the rows {rows:?} are applied"
                );
                ensure!(
                    folder.join(receipt_of(partner)).exists(),
                    "{partner} has no receipt"
                );
                let at_rest = walk(&folder.join("archive").join(partner))?;
                ensure!(
                    at_rest == [content_of(partner)],
                    "{} files of {partner} are at rest",
                    at_rest.len()
                );
                for row in 0..ROWS {
                    let order = data.books.store().order(&format!("{partner}-{row}"))?;
                    ensure!(
                        order.is_some(),
                        "order {row} of {partner} is not in the store"
                    );
                }
            }
            (taken, waiting) => {
                bail!(
                    "{partner}: {} imports, waits: {}",
                    taken.len(),
                    waiting.is_some()
                )
            }
        }
    }
    ensure!(
        fs::read_dir(folder.join("work"))?.count() == 0,
        "something is left in `work`"
    );
    ensure!(rows.is_empty(), "rows of files that nobody sent: {rows:?}");
    Ok(())
}

/// What the files below a folder hold.
fn walk(folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(walk(&entry.path())?);
        } else {
            found.push(fs::read(entry.path())?);
        }
    }
    Ok(found)
}
