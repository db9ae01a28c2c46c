//! Does the platform hear of what is undone, and stay what it still needs when the rest is removed?

use anyhow::{Context as _, ensure};
use intake_tests::fake_platform::{Faults, Platform, Refused};
use intake_tests::installation::{Installation, names_in};
use intake_tests::patience::{await_some, await_that};
use serde_json::Value;

use super::{await_empty, csv_of, keys, mirroring, outbox};

#[test]
fn an_undone_import_is_undone_at_the_platform_too() -> anyhow::Result<()> {
    let platform = Platform::start(Faults::none())?;
    let site = mirroring(&platform, "batch = 2")?;
    let daemon = site.serve_ready()?;
    site.drop_file("alpha", "1.csv", &csv_of(keys(5), 1))?;
    site.await_step("1.csv", "archived")?;
    site.drop_file("alpha", "2.csv", &csv_of(keys(6), 3))?;
    let undone = site.await_step("2.csv", "archived")?;
    await_empty(&site)?;
    let id = undone["importId"].as_str().context("no import")?;
    // Nothing is sent by a look at what would be.
    let before = platform.state().bodies.len();
    site.must(&["revert", id, "--dry-run"])?;
    await_empty(&site)?;
    ensure!(platform.state().bodies.len() == before);

    site.must(&["revert", id])?;
    await_empty(&site)?;
    let shown = site.must(&["order", "K-0", "--format", "json"])?;
    let shown: Value = serde_json::from_str(&shown)?;
    ensure!(shown["upstream"]["state"] == "confirmed", "{shown}");
    daemon.stop()?;
    let state = platform.state();
    for key in keys(5) {
        let quantities: Vec<_> = state.orders[&key]
            .iter()
            .map(|order| order["quantity"].as_u64())
            .collect();
        ensure!(
            quantities == [Some(1), Some(3), Some(1)],
            "{key}: {quantities:?}"
        );
    }
    // What did not exist before cannot go away again: it ends.
    let made = &state.orders["K-5"];
    ensure!(made.len() == 2 && made[0]["endDate"].is_null(), "{made:?}");
    ensure!(made[1]["endDate"].is_string(), "{made:?}");
    ensure!(state.again.is_empty(), "{:?}", state.again);
    drop(state);
    site.verify()
}

/// What lies in the archive and in the outbox of the partner.
fn remains(site: &Installation) -> usize {
    let months = site.data().join("archive/alpha");
    let archived = names_in(&months)
        .into_iter()
        .map(|month| names_in(&months.join(month)).len());
    archived.sum::<usize>() + names_in(&site.data().join("outbox/alpha")).len()
}

#[test]
fn nothing_is_removed_that_waits_for_the_platform() -> anyhow::Result<()> {
    let platform = Platform::start(Faults::none())?;
    platform.state().token = Some("another".into());
    platform
        .state()
        .refused
        .insert("K-3".into(), Refused::AtOnce(97005));
    let retention = "[retention]\narchive_age = \"1ms\"\nreceipts_age = \"1ms\"";
    let site = mirroring(&platform, retention)?;
    let daemon = site.serve_ready()?;
    site.drop_file("alpha", "1.csv", &csv_of(keys(5), 1))?;
    site.await_step("1.csv", "archived")?;
    ensure!(outbox(&site)?["depth"] == 5);
    let there = remains(&site);
    ensure!(there >= 3, "file, receipt and report are not there");
    site.must(&["tidy"])?;
    ensure!(remains(&site) == there, "what waits was removed");

    // A refusal is an answer: the journal alone is needed to send the change again. The receipt may be amended once more after it.
    platform.state().token = Some("s3cret-canary".into());
    await_empty(&site)?;
    await_that("what is over to go", || {
        site.must(&["tidy"])?;
        Ok(remains(&site) == 0)
    })?;
    platform.state().refused.clear();
    site.must(&["outbox", "retry", "K-3"])?;
    // The partner hears of it all the same, by a receipt of its own.
    let receipt = await_some("the receipt to tell of it", || {
        let receipt = site.receipt("alpha", "1.csv.receipt.json")?;
        Ok(receipt.filter(|receipt| receipt["upstream"]["confirmed"] == 5))
    })?;
    ensure!(receipt["upstream"]["refused"] == 0, "{receipt}");
    ensure!(platform.state().orders.contains_key("K-3"));
    let parked = outbox(&site)?["parked"].as_array().map(Vec::len);
    ensure!(parked == Some(0), "{parked:?}");
    daemon.stop()?;
    site.verify()
}
