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
