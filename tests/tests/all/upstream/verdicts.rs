//! What do operator and partner learn of what the platform refuses?

use anyhow::ensure;
use intake_tests::fake_platform::{Faults, Platform, Refused};
use intake_tests::patience::{await_some, await_that};
use serde_json::Value;

use super::{await_empty, csv_of, keys, mirroring, outbox};

/// The receipt of a file once nothing of it is pending.
fn settled_receipt(
    site: &intake_tests::installation::Installation,
    file: &str,
) -> anyhow::Result<Value> {
    let name = format!("{file}.receipt.json");
    await_some("the receipt to tell of upstream", || {
        let receipt = site.receipt("alpha", &name)?;
        Ok(receipt.filter(|receipt| receipt["upstream"]["pending"] == 0))
    })
}

#[test]
fn refusals_are_parked_told_and_decided_on() -> anyhow::Result<()> {
    let platform = Platform::start(Faults::none())?;
    {
        let refused = &mut platform.state().refused;
        refused.insert("K-3".into(), Refused::AtOnce(97005));
        refused.insert("K-5".into(), Refused::InTheLog(97002));
        refused.insert("K-7".into(), Refused::ByBreaking);
    }
    let site = mirroring(&platform, "batch = 8\nattempts = 3")?;
    let daemon = site.serve_ready()?;
    site.drop_file("alpha", "1.csv", &csv_of(keys(20), 1))?;
    let receipt = settled_receipt(&site, "1.csv")?;
    ensure!(receipt["upstream"]["confirmed"] == 17, "{receipt}");
    ensure!(receipt["upstream"]["refused"] == 3, "{receipt}");
    ensure!(
        receipt["created"]
            .as_array()
            .is_some_and(|list| list.len() == 20)
    );
    let refusals = receipt["upstreamRefusals"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let told = |key: &str| {
        refusals
            .iter()
            .find(|it| it["externalSystemId"] == key)
            .cloned()
    };
    let third = told("K-3").unwrap_or_default();
    ensure!(third["row"] == 4 && third["code"] == 97005, "{refusals:?}");
    ensure!(third["reason"] == "startDate: is not right", "{third}");
    ensure!(
        told("K-5").is_some_and(|it| it["code"] == 97002),
        "{refusals:?}"
    );
    ensure!(
        told("K-7").is_some_and(|it| it["state"] == "parked"),
        "{refusals:?}"
    );

    let list = site.run(&["outbox", "list"])?;
    ensure!(list.code == 1 && list.out.contains("97005"), "{list:?}");
    let parked = outbox(&site)?["parked"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    ensure!(parked.len() == 3, "{parked:?}");

    let order = site.run(&["order", "K-5", "--format", "json"])?.json()?;
    ensure!(order["upstream"]["state"] == "refused", "{order}");
    ensure!(order["upstream"]["code"] == 97002, "{order}");
    let order = site.run(&["order", "K-6", "--format", "json"])?.json()?;
    ensure!(order["upstream"]["state"] == "confirmed", "{order}");
    let text = site.run(&["order", "K-5", "--lang", "en"])?.out;
    ensure!(text.contains("refused") && text.contains("97002"), "{text}");

    // One is mended upstream and sent again, one is let go, one is overtaken by a later change.
    platform.state().refused.clear();
    site.must(&["outbox", "retry", "K-3"])?;
    site.must(&["outbox", "drop", "--code", "97002"])?;
    site.drop_file("alpha", "2.csv", &csv_of(["K-7".to_owned()], 2))?;
    let receipt = await_some("the first receipt to tell of it", || {
        let receipt = site.receipt("alpha", "1.csv.receipt.json")?;
        Ok(receipt.filter(|receipt| receipt["upstream"]["refused"] == 1))
    })?;
    ensure!(receipt["upstream"]["confirmed"] == 18, "{receipt}");
    ensure!(receipt["upstream"]["replaced"] == 1, "{receipt}");
    await_that("nothing to be parked", || {
        Ok(outbox(&site)?["parked"]
            .as_array()
            .is_some_and(Vec::is_empty))
    })?;
    ensure!(site.run(&["outbox", "list"])?.code == 0);
    daemon.stop()?;
    site.verify()?;
    let state = platform.state();
    ensure!(state.orders["K-3"].len() == 1 && !state.orders.contains_key("K-5"));
    ensure!(state.orders["K-7"].len() == 1 && state.again.is_empty());
    Ok(())
}

#[test]
fn a_token_that_is_not_taken_stops_everything_and_blames_nobody() -> anyhow::Result<()> {
    let platform = Platform::start(Faults::none())?;
    platform.state().token = Some("another".into());
    let site = mirroring(&platform, "")?;
    let daemon = site.serve_ready()?;
    site.drop_file("alpha", "1.csv", &csv_of(keys(5), 1))?;
    let receipt = site.await_receipt("alpha", "1.csv")?;
    ensure!(receipt["upstream"]["pending"] == 5, "{receipt}");
    let standing = await_some("the alarm", || {
        let standing = outbox(&site)?;
        Ok(standing["alarm"].is_string().then_some(standing))
    })?;
    ensure!(standing["depth"] == 5, "{standing}");
    ensure!(standing["parked"].as_array().is_some_and(Vec::is_empty));
    let order = site.run(&["order", "K-1", "--format", "json"])?.json()?;
    ensure!(order["upstream"]["state"] == "pending", "{order}");

    platform.state().token = Some("s3cret-canary".into());
    await_empty(&site)?;
    ensure!(outbox(&site)?["alarm"].is_null());
    daemon.stop()?;
    ensure!(platform.state().orders.len() == 5);
    Ok(())
}

#[test]
fn a_promise_keeps_only_its_own_orders_waiting() -> anyhow::Result<()> {
    let platform = Platform::start(Faults::none())?;
    let promised = ["K-3".to_owned(), "K-4".to_owned()];
    platform.state().promised.extend(promised.clone());
    // Less room than what comes behind it.
    let site = mirroring(&platform, "batch = 2\nparallel = 1")?;
    let daemon = site.serve_ready()?;
    site.drop_file("alpha", "1.csv", &csv_of(promised.clone(), 1))?;
    site.await_receipt("alpha", "1.csv")?;
    // Later changes of the same orders wait for it, and others go past both.
    for quantity in 2..=4 {
        let name = format!("{quantity}.csv");
        site.drop_file("alpha", &name, &csv_of(promised.clone(), quantity))?;
        site.await_receipt("alpha", &name)?;
    }
    let others = (0..20).map(|number| format!("L-{number}"));
    site.drop_file("alpha", "others.csv", &csv_of(others, 1))?;
    let receipt = settled_receipt(&site, "others.csv")?;
    ensure!(receipt["upstream"]["confirmed"] == 20, "{receipt}");
    let told = || site.run(&["order", "K-3", "--format", "json"])?.json();
    ensure!(told()?["upstream"]["state"] == "pending", "{}", told()?);
    ensure!(!platform.state().orders.contains_key("K-3"));

    platform.state().promised.clear();
    platform.work_off();
    await_empty(&site)?;
    ensure!(told()?["upstream"]["state"] == "confirmed", "{}", told()?);
    let receipt = settled_receipt(&site, "1.csv")?;
    ensure!(receipt["upstream"]["confirmed"] == 2, "{receipt}");
    daemon.stop()?;
    site.verify()?;
    let state = platform.state();
    for key in &promised {
        let seen = state.orders[key]
            .iter()
            .map(|item| item["quantity"].clone());
        let seen: Vec<Value> = seen.collect();
        ensure!(
            seen.first() == Some(&1.into()) && seen.last() == Some(&4.into()),
            "{seen:?}"
        );
    }
    ensure!(state.again.is_empty(), "came twice: {:?}", state.again);
    Ok(())
}

#[test]
fn a_promise_that_is_not_kept_waits_for_an_operator() -> anyhow::Result<()> {
    let platform = Platform::start(Faults::none())?;
    platform.state().promised.insert("K-1".into());
    let site = mirroring(&platform, "promise_wait = \"300ms\"")?;
    let daemon = site.serve_ready()?;
    site.drop_file("alpha", "1.csv", &csv_of(["K-1".to_owned()], 1))?;
    let receipt = settled_receipt(&site, "1.csv")?;
    ensure!(
        receipt["upstreamRefusals"][0]["state"] == "parked",
        "{receipt}"
    );
    daemon.stop()?;
    site.verify()
}

#[test]
fn what_is_refused_after_it_was_taken_is_told() -> anyhow::Result<()> {
    let platform = Platform::start(Faults::none())?;
    {
        let refused = &mut platform.state().refused;
        refused.insert("K-2".into(), Refused::Late(97002));
        refused.insert("K-5".into(), Refused::Late(97005));
    }
    let site = mirroring(&platform, "log_interval = \"200ms\"")?;
    let daemon = site.serve_ready()?;
    site.drop_file("alpha", "1.csv", &csv_of(keys(8), 1))?;
    let receipt = settled_receipt(&site, "1.csv")?;
    ensure!(receipt["upstream"]["confirmed"] == 8, "{receipt}");
    platform.work_off();
    let receipt = await_some("the receipt to tell of the refusals", || {
        let receipt = site.receipt("alpha", "1.csv.receipt.json")?;
        Ok(receipt.filter(|receipt| receipt["upstream"]["refused"] == 2))
    })?;
    ensure!(receipt["upstream"]["confirmed"] == 6, "{receipt}");
    let order = site.run(&["order", "K-2", "--format", "json"])?.json()?;
    ensure!(order["upstream"]["state"] == "refused", "{order}");
    ensure!(order["upstream"]["code"] == 97002, "{order}");
    let parked = outbox(&site)?["parked"].as_array().map(Vec::len);
    ensure!(parked == Some(2), "{parked:?}");

    // What is mended there is sent again; what is overtaken here is let go.
    platform.state().refused.clear();
    site.must(&["outbox", "retry", "K-2"])?;
    site.drop_file("alpha", "2.csv", &csv_of(["K-5".to_owned()], 2))?;
    await_that("nothing to be parked", || {
        Ok(outbox(&site)?["parked"]
            .as_array()
            .is_some_and(Vec::is_empty))
    })?;
    let receipt = await_some("the receipt to be right again", || {
        let receipt = site.receipt("alpha", "1.csv.receipt.json")?;
        Ok(receipt.filter(|receipt| receipt["upstream"]["refused"] == 0))
    })?;
    ensure!(receipt["upstream"]["confirmed"] == 7, "{receipt}");
    daemon.stop()?;
    site.verify()?;
    let state = platform.state();
    ensure!(state.orders["K-2"].len() == 1 && state.orders["K-5"].len() == 1);
    Ok(())
}
