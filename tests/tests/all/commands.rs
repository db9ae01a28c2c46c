//! Do commands give the same while a daemon serves as without one?
//! Two installations with equal content get the same commands; only one of them is served.

use std::ffi::OsStr;
use std::fs;

use anyhow::ensure;
use intake_tests::installation::{Answer, Installation};
use intake_tests::orders::{HEADER, OFFER, csv, rows};
use intake_tests::patience::await_that;

const SECTIONS: &str = "[partners.alpha]\n[partners.beta.brake]\nends_share = \"off\"\n\
                        ends_count = \"off\"\nrejects_count = 1\n";

/// What a command printed and how it ended, without the times and places that differ by nature.
fn comparable(site: &Installation, answer: &Answer) -> String {
    let here = site.data().display().to_string();
    let text = format!("exit {}\n{}\n{}", answer.code, answer.out, answer.err);
    let text = text.replace(&here, "DATA");
    let is_time = |part: &str| part.len() > 20 && part.starts_with("20") && part.ends_with('Z');
    let mut parts: Vec<&str> = text
        .split('"')
        .map(|part| if is_time(part) { "TIME" } else { part })
        .collect();
    // The journal holds times, so that no two are the same byte for byte.
    for at in 2..parts.len() {
        if matches!(parts[at - 2], "journal" | "hash") {
            parts[at] = "MARK";
        }
    }
    parts.join("\"")
}

#[test]
fn commands_give_the_same_with_and_without_a_daemon() -> anyhow::Result<()> {
    let served = Installation::with("", SECTIONS)?;
    let alone = Installation::with("", SECTIONS)?;
    served.stock(1)?;
    alone.stock(1)?;
    let daemon = served.serve_ready()?;

    let files = tempfile::tempdir()?;
    let file = |name: &str, content: &[u8]| -> anyhow::Result<String> {
        let path = files.path().join(name);
        fs::write(&path, content)?;
        Ok(path.display().to_string())
    };
    let new = file("new.csv", &csv("A", 5, 1))?;
    let changed = file("changed.csv", &csv("A", 5, 2))?;
    let bad_row = format!("B-7,{OFFER},nobody,0,2026-01-01T00:00:00Z,BILLING\n");
    let bad = file(
        "bad.csv",
        format!("{HEADER}{}{bad_row}", rows("B", 2, 1)).as_bytes(),
    )?;
    let worse = format!("{HEADER}{bad_row}{}", bad_row.replace("B-7", "B-8"));
    let worse = file("worse.csv", worse.as_bytes())?;
    let headless = file("headless.csv", rows("A", 2, 1).as_bytes())?;

    let commands: Vec<Vec<&str>> = vec![
        vec!["check", &bad, "--partner", "alpha", "--format", "json"],
        vec!["plan", &new, "--partner", "alpha", "--format", "json"],
        vec!["plan", &new, "--partner", "alpha"],
        vec!["import", &new, "--partner", "alpha", "--format", "json"],
        vec!["plan", &changed, "--partner", "alpha", "--format", "json"],
        vec!["import", &changed, &new, "--partner", "alpha"],
        vec!["import", &new, "--partner", "beta", "--format", "json"],
        vec!["import", &bad, "--partner", "beta", "--format", "json"],
        vec!["import", &worse, "--partner", "beta", "--format", "json"],
        vec![
            "import",
            &headless,
            "--partner",
            "alpha",
            "--format",
            "json",
        ],
        vec!["import", "/nowhere/at-all.csv", "--partner", "alpha"],
        vec!["order", "A-0", "--format", "json"],
        vec!["order", "A-99"],
        vec!["files", "--format", "json"],
        vec!["release", "999999"],
        vec!["log", "--format", "json", "--failed"],
        vec!["log", "--format", "json", "--external-id", "A-3"],
        vec![
            "offer",
            "add",
            OFFER,
            "--title",
            "Anew",
            "--managed-by",
            "EXTERNAL",
        ],
        vec!["offer", "list", "--format", "json"],
        vec![
            "customer",
            "add",
            "--email",
            "new@example.org",
            "--language",
            "de",
        ],
        vec!["customer", "add", "--email", "wrong", "--language", "xx"],
        vec!["customer", "show", "new@example.org", "--format", "json"],
        vec!["verify"],
        vec!["rebuild"],
        vec!["verify"],
        vec!["order", "A-0", "--format", "json"],
        vec!["files", "--format", "json"],
    ];
    for command in commands {
        let one = comparable(&served, &served.run(&command)?);
        let other = comparable(&alone, &alone.run(&command)?);
        ensure!(
            one == other,
            "{command:?}\nwith a daemon: {one}\nwithout: {other}"
        );
    }
    // Held by both, released by both.
    for site in [&served, &alone] {
        let files = site.files()?;
        let held = files.iter().filter(|file| file["step"] == "held");
        let ids: Vec<&str> = held.filter_map(|file| file["importId"].as_str()).collect();
        ensure!(ids.len() == 2, "{ids:?}");
        for id in ids {
            // The rows are as bad as before: 1 says so, and that it was done.
            let answer = site.run(&["release", id])?;
            ensure!(answer.code < 2, "{answer:?}");
        }
        ensure!(site.files()?.iter().all(|file| file["open"] == false));
    }
    daemon.stop()
}

/// Whoever asked for an import may go away: what is claimed is imported, without a new start.
#[test]
fn an_import_outlives_the_command_that_asked_for_it() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha"])?;
    site.stock(1)?;
    let mut daemon = site.serve_ready()?;
    let file = site.scratch("long.csv");
    fs::write(&file, csv("L", 60_000, 1))?;
    let arguments = [
        "import".as_ref(),
        file.as_os_str(),
        "--partner".as_ref(),
        OsStr::new("alpha"),
    ];
    let mut asking = site.start(&arguments, &site.scratch("answer"))?;
    await_that("the import to be claimed", || {
        daemon.must_run()?;
        Ok(!site.files()?.is_empty())
    })?;
    asking.kill()?;
    asking.wait()?;
    let receipt = site.await_receipt("alpha", "long.csv")?;
    ensure!(
        receipt["counts"]["create"] == 60_000,
        "{}",
        receipt["counts"]
    );
    site.await_step("long.csv", "archived")?;
    let log = site.log()?;
    ensure!(log.len() == 60_000, "{} lines for 60000 rows", log.len());
    site.verify()?;
    daemon.stop()
}

/// Making the store anew takes nothing away from who reads meanwhile.
#[test]
fn a_store_made_anew_answers_all_the_while() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha"])?;
    site.stock(1)?;
    let file = site.scratch("many.csv");
    fs::write(&file, csv("M", 20_000, 1))?;
    let file = file.display().to_string();
    site.must(&["import", &file, "--partner", "alpha"])?;
    let daemon = site.serve_ready()?;
    let arguments = ["rebuild".as_ref(), OsStr::new("--lang=en")];
    let mut rebuilding = site.start(&arguments, &site.scratch("answer"))?;
    let mut asked = 0;
    while rebuilding.try_wait()?.is_none() {
        site.must(&["order", "M-19999", "--format", "json"])?;
        asked += 1;
    }
    ensure!(rebuilding.wait()?.success() && asked > 0);
    let answer = fs::read_to_string(site.scratch("answer"))?;
    ensure!(answer.contains("20000"), "{answer}");
    // The daemon opens the new one without having been started anew.
    await_that("the new store to be in use", || {
        Ok(!site.data().join("state.made").exists())
    })?;
    let again = site.must(&["import", &file, "--partner", "alpha", "--format", "json"])?;
    ensure!(again.contains("\"unchanged\":20000"), "{again}");
    site.verify()?;
    daemon.stop()
}

/// Nobody writes, and yet it is noticed that nobody reads any more.
#[test]
fn a_log_that_nobody_follows_any_more_ends() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha"])?;
    site.stock(1)?;
    let mut command = site.command(&["log", "--follow"])?;
    let mut following = command.stdout(std::process::Stdio::piped()).spawn()?;
    drop(following.stdout.take());
    await_that("the log to end", || Ok(following.try_wait()?.is_some()))
}

/// What is wrong with the rows of a file is told with the state too where the file is rejected as a whole.
#[test]
fn rows_of_a_rejected_file_are_checked_against_the_state() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha"])?;
    site.stock(1)?;
    let file = site.scratch("torn.json");
    let row = |id: &str, offer: &str| {
        format!(
            r#"{{"externalSystemId":"{id}","plenigoOfferId":"{offer}","quantity":1,"invoiceCustomerId":"100000","startDate":"2026-01-01T00:00:00Z","paymentMethod":"BILLING"}}"#
        )
    };
    let (good, bad) = (row("T-1", OFFER), row("T-2", "O_NOWHERE00000000000"));
    fs::write(&file, format!("[{good},{bad},{{\"externalSystemId\":"))?;
    let file = file.display().to_string();
    let check = ["check", &file, "--partner", "alpha", "--format", "json"];
    let answer = site.run(&check)?;
    ensure!(answer.code == 1, "{answer:?}");
    let report = answer.json()?;
    let codes: Vec<_> = report["items"].as_array().into_iter().flatten().collect();
    ensure!(
        codes
            .iter()
            .any(|item| item["row"] == 2 && item["code"] == "offer-unknown"),
        "{report:#}"
    );
    Ok(())
}
