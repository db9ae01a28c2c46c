//! Do customers come in files of their own, the way of any file?
//! Checked, planned, imported and dropped: made, changed, left as they are or refused, each with its line in the log.

use std::fs;

use anyhow::ensure;
use intake_tests::installation::Installation;
use serde_json::{Value, json};

const HEADER: &str = "Externe Kundennummer;E-Mail;Sprache;Vorname;Nachname\n";

fn counts(answer: &Value) -> [u64; 4] {
    let of = |name: &str| answer["counts"][name].as_u64().unwrap_or_default();
    ["create", "update", "unchanged", "reject"].map(of)
}

#[test]
fn customers_are_made_changed_and_kept_by_whose_they_are() -> anyhow::Result<()> {
    let site = Installation::with(
        "",
        "[partners.alpha]\ndelivery = \"full\"\nend_missing = true\n[partners.beta]\n",
    )?;
    site.stock(3)?;
    let file = |name: &str, rows: &str| -> anyhow::Result<String> {
        let path = site.scratch(name);
        fs::write(&path, format!("{HEADER}{rows}"))?;
        Ok(path.display().to_string())
    };
    let running = site.scratch("orders.csv");
    fs::write(&running, intake_tests::orders::csv("A", 3, 1))?;
    let running = running.display().to_string();
    site.must(&["import", &running, "--partner", "alpha"])?;

    // New ones, one of them twice, one wrong; and two that share a number.
    let first = file(
        "first.csv",
        "K1;lena@example.org;de;Lena;Muster\nK2;max@example.org;deutsch;Max;\n\
         K1;LENA@example.org;de;Lena;Muster\nK3;nobody;de;;\n\
         K4;a@example.org;de;;\nK4;b@example.org;de;;\n",
    )?;
    let planned = site.run(&["plan", &first, "--partner", "alpha", "--format", "json"])?;
    let plan = planned.json()?;
    ensure!(counts(&plan) == [2, 0, 1, 3], "{plan}");
    ensure!(plan["rows"][0]["decision"] == "createCustomer", "{plan}");
    let imported = site.run(&["import", &first, "--partner", "alpha", "--format", "json"])?;
    let imported = imported.json()?;
    ensure!(
        counts(&imported) == [2, 0, 1, 3] && imported["state"] == "applied",
        "{imported}"
    );
    let lena = site.must(&["customer", "show", "lena@example.org", "--format", "json"])?;
    let lena: Value = serde_json::from_str(&lena)?;
    ensure!(lena["externalSystemId"] == "K1", "{lena}");

    // Another partner neither changes her nor learns what is noted of her.
    let theirs = file("theirs.csv", ";lena@example.org;de;Lena;Muster\n")?;
    let refused = site.run(&["import", &theirs, "--partner", "beta", "--format", "json"])?;
    ensure!(counts(&refused.json()?) == [0, 0, 0, 1], "{refused:?}");

    // The drop folder takes the same road: one changes her address and loses a name, one is as it was, one would change
    // the number it was given.
    let daemon = site.serve_ready()?;
    let dropped = format!(
        "{HEADER}K1;muster@example.org;en;;NULL\nK2;max@example.org;de;;\nK9;max@example.org;de;;\n"
    );
    let dropped = dropped.replace("K9;max", "K9;MAX");
    site.drop_file("alpha", "second.csv", dropped.as_bytes())?;
    let receipt = site.await_receipt("alpha", "second.csv")?;
    // Two records of one address that say different things are refused both.
    ensure!(counts(&receipt) == [0, 1, 0, 2], "{receipt}");
    let changed = &receipt["changes"][0];
    ensure!(
        changed["customer"] == "muster@example.org"
            && changed["decision"] == "updateCustomer"
            && changed["changes"][0]
                == json!({"field": "email", "old": "lena@example.org", "new": "muster@example.org"}),
        "{receipt}"
    );
    let noted = receipt["findings"].to_string();
    ensure!(noted.contains("customers-file"), "{receipt}");
    site.drop_file(
        "alpha",
        "third.csv",
        format!("{HEADER}K9;max@example.org;de;;\n").as_bytes(),
    )?;
    let third = site.await_receipt("alpha", "third.csv")?;
    ensure!(
        third["rejects"][0]["code"] == "customer-number-fixed",
        "{third}"
    );
    let gone = site.run(&["customer", "show", "lena@example.org"])?;
    ensure!(gone.code == 1, "{gone:?}");

    // The log has a line for each row, and the orders of a full book are none of a customers file's business.
    let log = site.log()?;
    let of_customers = log.iter().filter(|line| line["customer"].is_string());
    ensure!(of_customers.clone().count() == 6 + 1 + 3 + 1);
    let orders = site.must(&["export", "orders", "--partner", "alpha"])?;
    let before = orders.lines().count();
    ensure!(before == 4, "{orders}");
    ensure!(log.iter().all(|line| line["decision"] != "end"));
    daemon.stop()?;
    site.verify()?;
    site.must(&["rebuild"])?;
    site.verify()
}

#[test]
fn the_form_of_customers_is_checked_without_the_books() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha"])?;
    let path = site.scratch("customers.csv");
    let rows = ";ann@example.org;deutsch;Ann;\n;Ann@example.org;de;Anna;\n;bob(at)example.org;;;\n";
    fs::write(&path, format!("{HEADER}{rows}"))?;
    let path = path.display().to_string();
    let checked = site.run_alone(&["check", &path, "--format", "json"])?;
    let report = checked.json()?;
    ensure!(checked.code == 1 && report["rejected"] == 3, "{report}");
    let codes: Vec<&str> = report["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item["code"].as_str())
        .collect();
    for code in [
        "customers-file",
        "word-read",
        "duplicate-different",
        "email-invalid",
        "required-missing",
    ] {
        ensure!(codes.contains(&code), "{code}: {codes:?}");
    }
    Ok(())
}
