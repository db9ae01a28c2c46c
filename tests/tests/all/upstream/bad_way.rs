//! What arrives when answers are lost, connections cut, the platform overloaded and the sender killed?

use anyhow::{Context as _, ensure};
use intake_tests::fake_platform::{Faults, Platform};

use super::{await_empty, csv_of, keys, mirroring, outbox};

/// Changes that are enough by default; `INTAKE_UPSTREAM_CHANGES` asks for more.
fn changes() -> usize {
    let asked = std::env::var("INTAKE_UPSTREAM_CHANGES");
    asked.ok().and_then(|it| it.parse().ok()).unwrap_or(600)
}

/// Holds what the platform took against what was applied: `states` states of each of `orders` orders, one after another.
fn count(platform: &Platform, orders: usize, states: u64) -> anyhow::Result<()> {
    let state = platform.state();
    ensure!(
        state.orders.len() == orders,
        "{} of {orders} orders",
        state.orders.len()
    );
    for (key, items) in &state.orders {
        let seen: Vec<u64> = items
            .iter()
            .filter_map(|item| item["quantity"].as_u64())
            .collect();
        ensure!(seen.is_sorted(), "{key} went back: {seen:?}");
        ensure!(
            seen.last() == Some(&states),
            "{key} stayed behind: {seen:?}"
        );
        ensure!(seen.first() == Some(&1), "{key} began late: {seen:?}");
    }
    ensure!(state.again.is_empty(), "came twice: {:?}", state.again);
    Ok(())
}

#[test]
fn everything_arrives_once_whatever_goes_wrong_on_the_way() -> anyhow::Result<()> {
    let platform = Platform::start(Faults::of_all_kinds(25, 7))?;
    let site = mirroring(&platform, "batch = 20\nparallel = 3")?;
    let orders = changes() / 3;
    let daemon = site.serve_ready()?;
    for state in 1..=3 {
        site.drop_file(
            "alpha",
            format!("{state}.csv"),
            &csv_of(keys(orders), state),
        )?;
        site.await_receipt("alpha", &format!("{state}.csv"))?;
    }
    await_empty(&site)?;
    count(&platform, orders, 3)?;
    let said = daemon.said();
    ensure!(!said.contains("s3cret-canary"), "the token is in the log");
    daemon.stop()?;
    site.verify()?;
    let asked = platform.state().requests.clone();
    ensure!(asked.contains_key("GET imports/orders/logs"), "{asked:?}");
    Ok(())
}

#[test]
fn a_killed_sender_forgets_nothing_and_repeats_nothing() -> anyhow::Result<()> {
    let platform = Platform::start(Faults::of_all_kinds(20, 11))?;
    let site = mirroring(&platform, "batch = 10\nparallel = 3\npace = 400")?;
    let orders = changes() / 2;
    let mut daemon = site.serve_ready()?;
    for state in 1..=2 {
        site.drop_file(
            "alpha",
            format!("{state}.csv"),
            &csv_of(keys(orders), state),
        )?;
        site.await_receipt("alpha", &format!("{state}.csv"))?;
    }
    let mut kills = 0;
    while outbox(&site)?["depth"] != 0 {
        ensure!(kills < 500, "it never ends");
        // Whatever it does just now, it does not get to the end of it.
        std::thread::sleep(std::time::Duration::from_millis(60 + 37 * (kills % 7)));
        daemon.kill()?;
        kills += 1;
        daemon = site.serve_ready().context("after a kill")?;
    }
    daemon.stop()?;
    count(&platform, orders, 2)?;
    site.verify()?;
    ensure!(kills > 1, "it was killed {kills} times");
    Ok(())
}

#[test]
fn nothing_is_sent_before_there_is_an_upstream_and_the_store_can_be_made_anew() -> anyhow::Result<()>
{
    let platform = Platform::start(Faults::none())?;
    let site = mirroring(&platform, "batch = 50")?;
    let config = site.data().join("intake.toml");
    let with = std::fs::read_to_string(&config)?;
    let without = with.replace("mode = \"mirror\"", "mode = \"off\"");
    std::fs::write(&config, &without)?;
    let early = site.scratch("early.csv");
    std::fs::write(&early, csv_of(keys(10), 1))?;
    let import = |path: &std::path::Path| {
        let path = path.display().to_string();
        site.must(&["import", &path, "--partner", "alpha"])
    };
    import(&early)?;

    std::fs::write(&config, &with)?;
    let daemon = site.serve_ready()?;
    site.drop_file(
        "alpha",
        "2.csv",
        &csv_of((0..30).map(|it| format!("L-{it}")), 1),
    )?;
    site.await_receipt("alpha", "2.csv")?;
    await_empty(&site)?;
    daemon.stop()?;
    ensure!(platform.state().orders.len() == 30);

    // What comes while it is switched off is sent later.
    let late = site.scratch("late.csv");
    std::fs::write(&late, csv_of(keys(10), 2))?;
    std::fs::write(&config, &without)?;
    import(&late)?;
    ensure!(outbox(&site)?["depth"] == 10);
    site.must(&["rebuild"])?;
    site.verify()?;
    std::fs::write(&config, &with)?;
    let daemon = site.serve_ready()?;
    await_empty(&site)?;
    daemon.stop()?;
    let state = platform.state();
    ensure!(state.orders.len() == 40 && state.again.is_empty());
    // The platform had never heard of them: it learns the whole order.
    ensure!(state.orders["K-3"].len() == 1 && state.orders["K-3"][0]["quantity"] == 2);
    Ok(())
}
