//! Does a backup that is taken while imports run hold the directory as it stood at one place of its journal?
//! Each is restored into a directory of its own, and held against the journal of the original, cut at that place.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, ensure};
use intake_core::order::Terms;
use intake_core::plan::knowledge::{Knowledge as _, KnownOrder as _};
use intake_core::snapshot::SnapshotReader;
use intake_tests::installation::{Answer, Installation, names_in};
use intake_tests::orders::{HEADER, OFFER, csv, rows};
use serde_json::Value;

const SECTIONS: &str = "[partners.alpha]\n[partners.beta.brake]\nrejects_count = 1\n";

/// The program on another data directory than the installation's own.
fn run_on(site: &Installation, data: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let data = data.display().to_string();
    let arguments = [arguments, &["--data", &data]].concat();
    let answer = site.run_alone(&arguments)?;
    ensure!(answer.code == 0, "{arguments:?}: {answer:?}");
    Ok(answer.out)
}

/// Every order of a partner, and the state that they were taken from.
fn orders_of(site: &Installation, data: &Path) -> anyhow::Result<(String, Vec<Terms>)> {
    let out = site.scratch("taken.intake-snapshot").display().to_string();
    run_on(
        site,
        data,
        &["snapshot", "--partner", "alpha", "--out", &out],
    )?;
    let mut bytes = Vec::new();
    let mut gunzip = flate2::read::GzDecoder::new(fs::File::open(&out)?);
    std::io::Read::read_to_end(&mut gunzip, &mut bytes)?;
    let mut reader = SnapshotReader::new(Some("alpha"));
    reader.push(&bytes)?;
    let snapshot = reader.finish()?;
    let mut orders = Vec::new();
    snapshot.each_order(&mut |order| orders.push(order.terms().clone()))?;
    let state = &snapshot.head().state;
    Ok((format!("{} {}", state.journal, state.hash), orders))
}

/// The journal of the installation, cut at this place, in a data directory of its own.
fn cut_at(site: &Installation, position: &str, target: &Path) -> anyhow::Result<()> {
    let (segment, offset) = position.split_once(':').context("no position")?;
    let journal = site.data().join("journal");
    fs::create_dir_all(target.join("journal"))?;
    for name in names_in(&journal) {
        let name = name.to_string_lossy().into_owned();
        let Some(number) = name.strip_suffix(".ndjson.zst").filter(|n| *n <= segment) else {
            continue;
        };
        let mut bytes = fs::read(journal.join(&name))?;
        if number == segment {
            bytes.truncate(offset.parse()?);
        }
        fs::write(target.join("journal").join(&name), bytes)?;
    }
    Ok(())
}

#[test]
fn a_backup_under_load_is_one_place_of_the_journal() -> anyhow::Result<()> {
    let site = Installation::with("journal_segment = \"64KiB\"\n", SECTIONS)?;
    site.stock(1)?;
    let daemon = site.serve_ready()?;
    let bad_row = format!("B-7,{OFFER},nobody,0,2026-01-01T00:00:00Z,BILLING\n");
    let wrong = format!("{HEADER}{}{bad_row}{bad_row}", rows("B", 3, 1));
    let wrong = wrong.replacen("B-7", "B-8", 1);
    site.drop_file("beta", "held.csv", wrong.as_bytes())?;
    site.await_step("held.csv", "held")?;
    site.drop_file("alpha", "first.csv", &csv("F", 3, 1))?;
    site.await_receipt("alpha", "first.csv")?;

    let backups = site.scratch("backups").display().to_string();
    let enough = AtomicBool::new(false);
    let taken = std::thread::scope(|scope| -> anyhow::Result<Vec<Value>> {
        let dropping = scope.spawn(|| -> anyhow::Result<usize> {
            let mut number = 0;
            while !enough.load(Ordering::Relaxed) && number < 200 {
                let name = format!("{number}.csv");
                let content = csv(&format!("L{}", number % 7), 1500, 1 + number as u32);
                site.drop_file("alpha", &name, &content)?;
                site.await_receipt("alpha", &name)?;
                number += 1;
            }
            Ok(number)
        });
        let mut taken = Vec::new();
        for _ in 0..4 {
            let options = ["--archive", "--receipts", "--format", "json"];
            let arguments = [&["backup", &backups][..], &options].concat();
            let answer = site.run(&arguments);
            if answer.as_ref().map_or(true, |answer| answer.code != 0) {
                enough.store(true, Ordering::Relaxed);
            }
            let answer = answer?;
            ensure!(answer.code == 0, "{answer:?}");
            taken.push(answer.json()?);
        }
        enough.store(true, Ordering::Relaxed);
        let dropped = dropping.join().map_err(|_| anyhow::anyhow!("a panic"))??;
        ensure!(dropped > 0, "nothing was imported meanwhile");
        Ok(taken)
    })?;
    daemon.stop()?;
    site.verify()?;

    let mut last_orders = 0;
    for (number, backup) in taken.iter().enumerate() {
        let path = backup["backup"].as_str().context("no path")?;
        let position = backup["position"].as_str().context("no position")?;
        let restored = site.scratch(&format!("restored-{number}"));
        run_on(&site, &restored, &["restore", path])?;
        run_on(&site, &restored, &["verify"])?;
        let cut = site.scratch(&format!("cut-{number}"));
        cut_at(&site, position, &cut)?;
        let (state, orders) = orders_of(&site, &restored)?;
        ensure!(state.starts_with(position), "{state} is not {position}");
        ensure!(
            (state, orders.clone()) == orders_of(&site, &cut)?,
            "other orders"
        );
        ensure!(orders.len() >= last_orders.max(3), "orders are missing");
        last_orders = orders.len();
        let receipt = restored.join("outbox/alpha/first.csv.receipt.json");
        ensure!(receipt.is_file(), "the first receipt is missing");
    }
    ensure!(
        taken
            .iter()
            .skip(1)
            .all(|backup| backup["sharesWith"].is_string())
    );
    goes_on(&site, &site.scratch("restored-3"))
}

/// What was open when the backup was taken comes to its end in the restored directory.
fn goes_on(site: &Installation, restored: &Path) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let config = fs::read_to_string(restored.join("intake.toml"))?;
    let config_before = fs::read_to_string(site.data().join("intake.toml"))?;
    ensure!(config == config_before, "another configuration");
    let data = folder.path().join("data");
    fs::rename(restored, &data)?;
    let site = Installation::at(folder, data, &config)?;
    let daemon = site.serve_ready()?;
    let held = site.await_step("held.csv", "held")?;
    let id = held["importId"].as_str().context("no id")?;
    let answer = site.run(&["release", id])?;
    ensure!(answer.code < 2, "{answer:?}");
    intake_tests::patience::await_that("everything to end", || {
        Ok(site.files()?.iter().all(|file| file["open"] == false))
    })?;
    let files = site.files()?;
    let counted = |file: &Value| file["counts"]["reject"].as_u64();
    let rejects: u64 = files.iter().filter_map(counted).sum();
    ensure!(rejects == 2, "{files:?}");
    site.drop_file("alpha", "later.csv", &csv("later", 2, 1))?;
    site.await_receipt("alpha", "later.csv")?;
    daemon.stop()?;
    site.verify()
}

#[test]
fn commands_refuse_what_is_no_backup_and_say_why() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha"])?;
    site.stock(1)?;
    let backups = site.scratch("backups").display().to_string();
    let text = site.must(&["backup", &backups])?;
    ensure!(text.contains("not included (--archive)"), "{text}");
    let german = site.must(&["backup", &backups, "--keep", "1", "--lang", "de"])?;
    ensure!(
        german.starts_with("gesichert in ") && german.contains("entfernt"),
        "{german}"
    );

    let check = |arguments: &[&str]| -> anyhow::Result<Answer> { site.run_alone(arguments) };
    ensure!(check(&["restore", &backups, "--check"])?.code == 0);
    let new = site.scratch("new").display().to_string();
    ensure!(check(&["restore", &backups, "--data", &new])?.code == 0);
    let again = check(&["restore", &backups, "--data", &new])?;
    ensure!(
        again.code == 2 && again.err.contains("is not empty"),
        "{again:?}"
    );
    let own = site.data().display().to_string();
    let over = check(&["restore", &backups, "--data", &own])?;
    ensure!(over.code == 2, "{over:?}");

    let name = names_in(Path::new(&backups)).pop().context("no backup")?;
    let backup = Path::new(&backups).join(name);
    let journal = backup.join("journal/000001.ndjson.zst");
    let length = fs::metadata(&journal)?.len();
    fs::File::options()
        .write(true)
        .open(&journal)?
        .set_len(length - 7)?;
    let torn = check(&["restore", &backups, "--check"])?;
    ensure!(
        torn.code == 1 && torn.out.contains("another length"),
        "{torn:?}"
    );
    let other = site.scratch("other").display().to_string();
    let refused = check(&["restore", &backups, "--data", &other])?;
    ensure!(
        refused.code == 2 && refused.err.contains("incomplete or damaged"),
        "{refused:?}"
    );
    ensure!(!Path::new(&other).exists());
    let nothing = check(&["restore", &own, "--data", &other])?;
    ensure!(
        nothing.code == 2 && nothing.err.contains("no complete backup"),
        "{nothing:?}"
    );
    let inside = site.data().join("backups").display().to_string();
    let inside = site.run(&["backup", &inside])?;
    ensure!(
        inside.code == 2 && inside.err.contains("on another disk"),
        "{inside:?}"
    );
    Ok(())
}
