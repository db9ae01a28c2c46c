//! Does a data directory of an earlier version open, and is everything in it as it was?
//! `tests/frozen/data-v1` was left behind by the program as of commit 43bf649, with a held plan; the store's file is packed.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use intake_tests::installation::Installation;
use intake_tests::patience::await_that;
use intake_tests::program::workspace;
use serde_json::Value;

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (path, name) = (
            entry.path(),
            entry.file_name().to_string_lossy().into_owned(),
        );
        if entry.file_type()?.is_dir() {
            copy(&path, &to.join(name))?;
        } else if let Some(name) = name.strip_suffix("db.zst") {
            let unpacked = zstd::decode_all(fs::File::open(&path)?)?;
            fs::write(to.join(format!("{name}db")), unpacked)?;
        } else {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

fn earlier() -> anyhow::Result<Installation> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    copy(&workspace().join("tests/frozen/data-v1"), &data)?;
    let config = fs::read_to_string(data.join("intake.toml"))?;
    Installation::at(folder, data, &config)
}

fn everything_is_there(site: &Installation) -> anyhow::Result<()> {
    for (key, quantity, method, runs) in [
        ("A-1", 3, "BILLING", true),
        ("A-2", 1, "PAYPAL", true),
        ("A-3", 1, "BILLING", false),
        ("A-8", 1, "BILLING", true),
    ] {
        let shown: Value = serde_json::from_str(&site.must(&["order", key, "--format", "json"])?)?;
        ensure!(
            shown["order"]["items"][0]["quantity"] == quantity,
            "{shown}"
        );
        ensure!(shown["order"]["paymentMethod"] == method, "{shown}");
        ensure!(
            shown["subscription"]["endDate"].is_null() == runs,
            "{shown}"
        );
    }
    ensure!(site.log()?.len() == 14);
    let steps: Vec<Value> = site
        .files()?
        .into_iter()
        .map(|mut file| file["step"].take())
        .collect();
    ensure!(steps == ["archived", "archived", "held"], "{steps:?}");
    site.verify()
}

#[test]
fn a_data_directory_of_an_earlier_version_is_taken_over() -> anyhow::Result<()> {
    let site = earlier()?;
    everything_is_there(&site)?;
    let daemon = site.serve_ready()?;
    ensure!(site.run(&["release", "000003"])?.code < 2);
    await_that("the held plan to be applied", || {
        Ok(site.files()?.iter().all(|file| file["open"] == false))
    })?;
    ensure!(site.must(&["order", "B-3"])?.contains("B-3"));
    daemon.stop()?;
    site.verify()
}

#[test]
fn without_its_store_it_is_the_same() -> anyhow::Result<()> {
    let site = earlier()?;
    fs::remove_dir_all(site.data().join("state"))?;
    everything_is_there(&site)
}
