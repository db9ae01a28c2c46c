//! Does only that go which nobody needs any more?
//! The daemon itself removes what the configuration does not keep; an import that is held loses nothing.

use anyhow::ensure;
use intake_tests::installation::{Installation, json_lines, names_in};
use intake_tests::orders::{HEADER, OFFER, csv};
use intake_tests::patience::await_that;

const SECTIONS: &str = "[partners.alpha]\n[partners.beta.brake]\nrejects_count = 1\n";

#[test]
fn what_is_over_goes_by_age_and_size() -> anyhow::Result<()> {
    // 250 bytes: one file of the three, since a file goes whole.
    let site = Installation::with("", &format!("[retention]\narchive_bytes = 250\n{SECTIONS}"))?;
    site.stock(1)?;
    let wrong = format!("A,{OFFER},nobody,0,2026-01-01T00:00:00Z,BILLING\n");
    let wrong = format!("{HEADER}{wrong}{}", wrong.replacen('A', "B", 1));
    let daemon = site.serve_ready()?;
    site.drop_file("beta", "held.csv", wrong.as_bytes())?;
    site.await_step("held.csv", "held")?;
    for name in ["one.csv", "two.csv", "three.csv"] {
        site.drop_file("alpha", name, &csv(name, 1, 1))?;
        site.await_step(name, "archived")?;
    }
    let archived = || -> anyhow::Result<Vec<String>> {
        let months = site.data().join("archive/alpha");
        let files = names_in(&months)
            .into_iter()
            .flat_map(|month| names_in(&months.join(month)));
        Ok(files
            .map(|name| name.to_string_lossy().into_owned())
            .collect())
    };
    ensure!(archived()?.len() == 3);
    let would = json_lines(&site.must(&["tidy", "--dry-run", "--format", "json"])?)?;
    let paths: Vec<&str> = would
        .iter()
        .filter_map(|file| file["path"].as_str())
        .collect();
    ensure!(
        paths.len() == 2 && paths[0].contains("one.") && paths[1].contains("two."),
        "{paths:?}"
    );
    ensure!(archived()?.len() == 3, "a dry run has removed something");
    let said = site.must(&["tidy", "--lang", "de"])?;
    ensure!(
        said.contains("2 Dateien") && said.contains("entfernt"),
        "{said}"
    );
    let left = archived()?;
    ensure!(left.len() == 1 && left[0].starts_with("three."), "{left:?}");
    daemon.stop()?;

    // By age, by the daemon itself, receipts too.
    let config = std::fs::read_to_string(site.data().join("intake.toml"))?;
    let config = config.replace(
        "archive_bytes = 250",
        "archive_age = \"1ms\"\nreceipts_age = \"1ms\"",
    );
    std::fs::write(site.data().join("intake.toml"), config)?;
    let outbox = site.data().join("outbox/alpha");
    ensure!(!names_in(&outbox).is_empty());
    let daemon = site.serve_ready()?;
    await_that("everything old to be gone", || {
        Ok(archived()?.is_empty() && names_in(&outbox).is_empty())
    })?;
    ensure!(daemon.said().contains("file_removed"), "{}", daemon.said());
    let held = site.await_step("held.csv", "held")?;
    let id = held["importId"].as_str().unwrap_or_default();
    ensure!(site.run(&["release", id])?.code < 2);
    daemon.stop()?;
    site.verify()
}
