//! Does a saved plan tell exactly what is decided otherwise by now?
//! Plans are saved as the program writes them; then the state moves, and only what it moved is told.

use anyhow::ensure;
use intake_tests::installation::Installation;
use intake_tests::orders::{HEADER, OFFER, csv, rows};
use serde_json::Value;

fn site() -> anyhow::Result<Installation> {
    let site = Installation::with("", "[partners.alpha]\n[partners.beta]\n")?;
    site.stock(2)?;
    Ok(site)
}

fn written(site: &Installation, name: &str, content: &[u8]) -> anyhow::Result<String> {
    let path = site.scratch(name);
    std::fs::write(&path, content)?;
    Ok(path.display().to_string())
}

fn row(key: &str, quantity: u32) -> String {
    let customer = xtask::generate::customer_id(0);
    format!("{key},{OFFER},{customer},{quantity},2026-01-01T00:00:00+01:00,BILLING\n")
}

#[test]
fn only_what_the_state_moved_is_told() -> anyhow::Result<()> {
    let site = site()?;
    let before = written(&site, "before.csv", &csv("A", 6, 1))?;
    site.must(&["import", &before, "--partner", "alpha"])?;
    let content = format!("{HEADER}{}{}", rows("A", 6, 2), row("NEW", 1));
    let file = written(&site, "orders.csv", content.as_bytes())?;
    let plan = ["plan", &file, "--partner", "alpha", "--format", "json"];
    let saved = written(&site, "orders.csv.plan.json", site.must(&plan)?.as_bytes())?;
    let against = [&plan[..], &["--against", &saved]].concat();
    let same = site.run(&against)?;
    ensure!(same.code == 0, "{}{}", same.out, same.err);
    let same = same.json()?;
    ensure!(same["same"] == 7 && same["different"] == Value::Array(Vec::new()));
    ensure!(same["against"] == same["now"], "{same}");

    // Meanwhile one order is changed to what the file says, one to something else, and the new one comes to be.
    let between = format!(
        "{HEADER}{}{}{}",
        row("A-1", 2),
        row("A-4", 9),
        row("NEW", 1)
    );
    let between = written(&site, "between.csv", between.as_bytes())?;
    site.must(&["import", &between, "--partner", "alpha"])?;
    let daemon = site.serve_ready()?;
    let moved = site.run(&against)?;
    ensure!(moved.code == 1, "{}", moved.err);
    let moved = moved.json()?;
    let told: Vec<String> = moved["different"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| {
            let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
            format!(
                "{} {}: {} -> {} ({})",
                it["row"],
                text(&it["externalSystemId"]),
                text(&it["then"]["decision"]),
                text(&it["now"]["decision"]),
                text(&it["why"]["en"][0])
            )
        })
        .collect();
    let expected = [
        "2 A-1: update -> unchanged (quantity was 1, is 2 now)",
        "5 A-4: update -> update (quantity was 1, is 9 now)",
        "7 NEW: create -> unchanged (the order has come to exist since)",
    ];
    ensure!(told == expected, "{told:#?}");
    ensure!(
        moved["same"] == 4 && moved["against"] != moved["now"],
        "{moved}"
    );
    let text = site.run(&["plan", &file, "--partner", "alpha", "--against", &saved])?;
    ensure!(
        text.out.contains("       5  update → update  A-4\n          then: quantity: 1 → 2\n          now: quantity: 9 → 2\n"),
        "{}",
        text.out
    );

    let refused = |arguments: &[&str], words: &str| -> anyhow::Result<()> {
        let answer = site.run(arguments)?;
        ensure!(
            answer.code == 2 && answer.out.is_empty() && answer.err.contains(words),
            "{arguments:?}: {}{}",
            answer.out,
            answer.err
        );
        Ok(())
    };
    refused(
        &["plan", &before, "--partner", "alpha", "--against", &saved],
        "made for another file",
    )?;
    refused(
        &["plan", &file, "--partner", "beta", "--against", &saved],
        "made for partner `alpha`",
    )?;
    refused(
        &["plan", &file, "--partner", "alpha", "--against", &file],
        "the saved plan",
    )?;
    drop(daemon);
    Ok(())
}
