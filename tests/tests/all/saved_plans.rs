//! Does a saved plan tell exactly what is decided otherwise by now?
//! Plans are saved as the program writes them; then the state moves, and only what it moved is told.

use anyhow::ensure;
use intake_tests::installation::{Installation, names_in};
use intake_tests::journal_text::JournalText;
use intake_tests::orders::{HEADER, OFFER, csv, rows};
use serde_json::{Value, json};

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

#[test]
fn the_receipt_says_what_a_plan_beside_the_file_did_not_foresee() -> anyhow::Result<()> {
    let site = site()?;
    let before = written(&site, "before.csv", &csv("A", 6, 1))?;
    site.must(&["import", &before, "--partner", "alpha"])?;
    let known = [row("A-1", 2), row("A-2", 1), row("A-4", 2)];
    let known = known.map(|row| format!("{},,\n", row.trim_end()));
    let new = format!("NEW,{OFFER},C-77,1,2026-01-01T00:00:00+01:00,BILLING,new@example.org,de\n");
    let content = format!(
        "{},email,language\n{}{new}",
        HEADER.trim_end(),
        known.concat()
    );
    let file = written(&site, "orders.csv", content.as_bytes())?;
    let plan = ["plan", &file, "--partner", "alpha", "--format", "json"];
    let plan = site.must(&plan)?;
    ensure!(plan.contains("createCustomer"), "{plan}");
    let between = format!("{HEADER}{}", row("A-4", 9));
    let between = written(&site, "between.csv", between.as_bytes())?;
    site.must(&["import", &between, "--partner", "alpha"])?;

    let mut journal = JournalText::at_end(site.data())?;
    let daemon = site.serve_ready()?;
    let inbox = site.inbox("alpha");
    let deliver = |name: &str, plan: &[u8]| -> anyhow::Result<Value> {
        std::fs::write(inbox.join(format!("{name}.plan.json")), plan)?;
        site.drop_file("alpha", name, content.as_bytes())?;
        let receipt = site.await_receipt("alpha", name)?;
        site.await_step(name, "archived")?;
        Ok(receipt)
    };
    let receipt = deliver("orders.csv", plan.as_bytes())?;
    ensure!(
        receipt["plan"]["same"] == 4 && receipt["plan"]["different"] == 1,
        "{receipt}"
    );
    ensure!(receipt["plan"]["against"]["state"]["hash"].is_string());
    let different = &receipt["differentThanPlanned"];
    ensure!(
        different[0]["externalSystemId"] == "A-4"
            && different[0]["why"]["en"][0] == "quantity was 1, is 9 now"
            && different[1].is_null(),
        "{different}"
    );
    let report = receipt["report"].as_str().unwrap_or_default();
    let report = std::fs::read_to_string(site.data().join("outbox/alpha").join(report))?;
    ensure!(report.contains("4 as planned, 1 differently"), "{report}");
    ensure!(report.contains("quantity war 1, ist jetzt 9"), "{report}");
    let mut lines = journal.lines()?.into_iter();
    let noted = lines.find(|line| line["step"] == "receipted");
    let noted = noted.map(|line| line["plan"].clone());
    ensure!(
        noted == Some(json!({"same": 4, "different": 1})),
        "{noted:?}"
    );

    // What is no plan, or one for another file, is said; the import goes on. A file without a plan says nothing of one.
    let broken = deliver("again.csv", &plan.as_bytes()[..plan.len() / 2])?;
    ensure!(
        broken["plan"]["unusable"] == "the saved plan is incomplete"
            && broken["state"] == "applied",
        "{broken}"
    );
    let other = plan.replacen("\"sha256\":\"", "\"sha256\":\"00", 1);
    let other = deliver("other.csv", other.as_bytes())?;
    ensure!(
        other["plan"]["unusable"]
            .to_string()
            .contains("for another file"),
        "{other}"
    );
    site.drop_file("alpha", "alone.csv", content.as_bytes())?;
    let alone = site.await_receipt("alpha", "alone.csv")?;
    ensure!(alone["plan"].is_null(), "{alone}");
    ensure!(alone["differentThanPlanned"].is_null(), "{alone}");

    let files = site.files()?;
    ensure!(files.len() == 6, "no plan is imported: {files:?}");
    let mut rested = Vec::new();
    for month in std::fs::read_dir(site.data().join("archive/alpha"))? {
        let names = names_in(&month?.path());
        rested.extend(names.into_iter().map(|name| name.display().to_string()));
    }
    let plans = rested
        .iter()
        .filter(|name| name.ends_with(".csv.plan.json"));
    ensure!(plans.count() == 3, "{rested:?}");
    ensure!(names_in(&inbox).is_empty());
    drop(daemon);
    site.verify()
}
