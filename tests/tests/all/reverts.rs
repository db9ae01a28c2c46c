//! Does an undone import leave every order as it was before, and every later change alone?
//! Over the running daemon and without one; what is undone is an import like any other, and can be undone itself.

use std::fs;

use anyhow::{Context as _, ensure};
use intake_tests::installation::{Answer, Installation};
use intake_tests::orders::{HEADER, OFFER, csv, rows};
use serde_json::{Value, json};

/// Quantity, payment method, end and discount of an order.
fn order(site: &Installation, key: &str) -> anyhow::Result<Value> {
    let shown: Value = serde_json::from_str(&site.must(&["order", key, "--format", "json"])?)?;
    let (order, item) = (&shown["order"], &shown["order"]["items"][0]);
    Ok(json!([
        item["quantity"],
        order["paymentMethod"],
        shown["subscription"]["endDate"].is_null(),
        item["discountPercentage"],
    ]))
}

fn import(site: &Installation, name: &str, content: &[u8]) -> anyhow::Result<String> {
    let path = site.scratch(name);
    fs::write(&path, content)?;
    let path = path.display().to_string();
    let answer = site.run(&["import", &path, "--partner", "alpha", "--format", "json"])?;
    let id = answer.json()?["importId"].as_str().map(str::to_owned);
    id.context("no import")
}

fn revert(site: &Installation, id: &str, more: &[&str]) -> anyhow::Result<(Answer, Value)> {
    let answer = site.run(&[&["revert", id, "--format", "json"][..], more].concat())?;
    let json = answer.json()?;
    Ok((answer, json))
}

#[test]
fn an_undone_import_is_as_if_it_had_not_been() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha"])?;
    site.stock(1)?;
    let daemon = site.serve_ready()?;
    import(&site, "book.csv", &csv("A", 6, 1))?;
    let keys = ["A-0", "A-1", "A-2", "A-3", "A-4", "A-5"];
    let before = keys.map(|key| order(&site, key));
    let before: Vec<Value> = before.into_iter().collect::<Result<_, _>>()?;

    let header = HEADER.replace('\n', ",endDate,discountPercentage\n");
    let customer = rows("X", 1, 1);
    let customer = customer.split(',').nth(2).context("no customer")?;
    let row = |key: &str, quantity, method: &str, end: &str, discount: &str| {
        format!(
            "{key},{OFFER},{customer},{quantity},2026-01-01T00:00:00+01:00,{method},{end},{discount}\n"
        )
    };
    let end = "2026-03-01T00:00:00+01:00";
    let changes = [
        row("A-0", 2, "BILLING", "", ""),
        row("A-1", 2, "BILLING", "", ""),
        row("A-2", 1, "PAYPAL", "", ""),
        row("A-3", 1, "BILLING", end, ""),
        row("A-4", 3, "BILLING", "", "20"),
        row("A-5", 1, "BILLING", "", ""),
        row("N-0", 4, "BILLING", "", ""),
        "N-1,wrong\n".to_owned(),
    ];
    let undone = import(
        &site,
        "changes.csv",
        (header + &changes.concat()).as_bytes(),
    )?;
    let undone_state: Vec<Value> = keys
        .iter()
        .map(|key| order(&site, key))
        .collect::<Result<_, _>>()?;
    ensure!(
        undone_state[..5]
            .iter()
            .zip(&before)
            .all(|(now, then)| now != then),
        "{undone_state:?}"
    );
    let later = format!(
        "{HEADER}{}",
        rows("A", 2, 5).lines().nth(1).context("no row")?
    );
    import(&site, "later.csv", later.as_bytes())?;

    let log = site.log()?;
    let (dry, told) = revert(&site, &undone, &["--dry-run"])?;
    ensure!(dry.code == 1, "one order is left: {dry:?}");
    ensure!(told["left"][0]["externalSystemId"] == "A-1", "{told}");
    ensure!(
        told["rows"] == 5 && told["plan"]["counts"]["reject"] == 0,
        "{told}"
    );
    ensure!(told["plan"]["counts"]["reactivate"] == 1, "{told}");
    ensure!(told["plan"]["counts"]["end"] == 1, "{told}");
    ensure!(site.log()? == log, "a dry run has written");

    let (answer, told) = revert(&site, &undone, &[])?;
    ensure!(
        answer.code == 1 && told["import"]["state"] == "applied",
        "{answer:?}"
    );
    let second = told["import"]["importId"]
        .as_str()
        .context("no id")?
        .to_owned();
    let expected: Vec<Value> = (0..6)
        .map(|at| {
            if at == 1 {
                json!([5, "BILLING", true, null])
            } else {
                before[at].clone()
            }
        })
        .collect();
    let now: Vec<Value> = keys
        .iter()
        .map(|key| order(&site, key))
        .collect::<Result<_, _>>()?;
    ensure!(
        now[0] == expected[0] && now[2..] == expected[2..],
        "{now:?}\n{expected:?}"
    );
    ensure!(now[1][0] == 5, "the later change stands: {now:?}");
    ensure!(order(&site, "N-0")?[2] == false, "a new order is ended");
    let receipt = format!("revert-{undone}.ndjson");
    site.await_receipt("alpha", &receipt)?;
    let entries = site.log()?;
    let rows_of = |id: &str| {
        entries
            .iter()
            .filter(|entry| entry["importId"] == *id)
            .count()
    };
    ensure!(rows_of(&second) == 5, "{entries:?}");

    // Once more there is nothing to do: everything was changed since, by the first time.
    let (again, told) = revert(&site, &undone, &[])?;
    ensure!(
        again.code == 1 && told["import"].is_null() && told["rows"] == 0,
        "{again:?}"
    );
    let (_, told) = revert(&site, &undone, &["--also-changed"])?;
    ensure!(told["import"]["counts"]["update"] == 1, "{told}");
    ensure!(
        order(&site, "A-1")?[0] == 1,
        "asked for, it is taken back too"
    );

    // What was undone can be undone.
    let (_, told) = revert(&site, &second, &[])?;
    ensure!(told["left"].as_array().is_some_and(Vec::is_empty), "{told}");
    for (at, key) in keys.iter().enumerate().filter(|(at, _)| *at != 1) {
        ensure!(order(&site, key)? == undone_state[at], "{key}");
    }
    ensure!(order(&site, "N-0")?[2] == true, "the new order runs again");
    daemon.stop()?;
    site.verify()
}

#[test]
fn undoing_much_is_held_and_names_no_order_beyond() -> anyhow::Result<()> {
    let full =
        "[partners.alpha]\ndelivery = \"full\"\nend_missing = true\nfile_policy = \"file\"\n";
    let site = Installation::with("", full)?;
    site.stock(1)?;
    import(&site, "old.csv", &csv("A", 100, 1))?;
    let both = format!("{HEADER}{}{}", rows("A", 100, 1), rows("B", 60, 1));
    let undone = import(&site, "both.csv", both.as_bytes())?;
    let (answer, told) = revert(&site, &undone, &[])?;
    ensure!(
        answer.code == 1 && told["import"]["state"] == "held",
        "{answer:?}"
    );
    let held = told["import"]["importId"].as_str().context("no id")?;
    ensure!(order(&site, "B-7")?[2] == true, "nothing is ended yet");
    let of_held = site.run(&["revert", held])?;
    ensure!(
        of_held.code == 2 && of_held.err.contains("intake discard"),
        "{of_held:?}"
    );
    let unknown = site.run(&["revert", "999"])?;
    ensure!(
        unknown.code == 2 && unknown.err.contains("there is no import"),
        "{unknown:?}"
    );
    site.must(&["release", held])?;
    ensure!(order(&site, "B-7")?[2] == false && order(&site, "A-7")?[2] == true);
    // Ended as they are, they can be told apart from orders that were changed by somebody else.
    let text = site.run(&["revert", &undone, "--lang", "de"])?;
    ensure!(
        text.code == 1 && text.out.contains("seither geändert"),
        "{text:?}"
    );
    site.verify()
}
