//! Do packed files go the way of any file, whichever door they come in by?
//! Planned, imported, dropped and uploaded; what comes of them is what would have come of the file inside.

use std::fs;

use anyhow::{Context as _, ensure};
use intake_tests::http::{Form, Server, Token};
use intake_tests::installation::Installation;
use intake_tests::orders::{csv, rows};
use intake_tests::packed::{gzipped, zip};
use intake_tests::program::workspace;
use serde_json::Value;

fn created(answer: &Value) -> Option<u64> {
    answer["counts"]["create"].as_u64()
}

/// The same number of orders in every way of packing, with keys of their own.
fn packed(way: &str) -> anyhow::Result<(String, Vec<u8>)> {
    let whole = |kind: &str| csv(&format!("{way}-{kind}"), 5, 1);
    Ok(match way {
        "gz" => ("orders.csv.gz".to_owned(), gzipped(&whole("g"))),
        "zst" => (
            "orders.csv.zst".to_owned(),
            zstd::encode_all(&*whole("s"), 3)?,
        ),
        "zip" => (
            "orders.zip".to_owned(),
            zip(&[("orders.csv", &whole("z"))], 0),
        ),
        other => anyhow::bail!("`{other}` is no way of packing"),
    })
}

#[test]
fn packed_orders_come_in_by_every_door() -> anyhow::Result<()> {
    let token = Token::new()?;
    let sections = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[partners.alpha]\ntokens = [\"{}\"]\n[partners.beta]\n",
        token.hash
    );
    let site = Installation::with("", &sections)?;
    site.stock(1)?;
    let (daemon, server) = Server::of(&site)?;
    for way in ["gz", "zst", "zip"] {
        let (name, bytes) = packed(way)?;
        let path = site.scratch(&name);
        fs::write(&path, &bytes)?;
        let path = path.display().to_string();
        let planned = site.run(&["plan", &path, "--partner", "alpha", "--format", "json"])?;
        ensure!(created(&planned.json()?) == Some(5), "{planned:?}");
        let form = Form::default()
            .field("token", &token.token)
            .file("file", &name, &bytes);
        let sent = server.ask(&server.upload(&form, &["Accept: application/json"]))?;
        ensure!(sent.status < 300, "{sent:?}");
        let receipt = site.await_receipt("alpha", &name)?;
        ensure!(created(&receipt) == Some(5), "{receipt}");
        // The same content once more, by the folder: nothing is new.
        let again = format!("again-{name}");
        site.drop_file("alpha", &again, &bytes)?;
        let receipt = site.await_receipt("alpha", &again)?;
        ensure!(receipt["counts"]["unchanged"] == 5, "{receipt}");
        let imported = site.run(&["import", &path, "--partner", "alpha", "--format", "json"])?;
        ensure!(imported.json()?["counts"]["unchanged"] == 5, "{imported:?}");
    }
    daemon.stop()?;
    site.verify()
}

#[test]
fn what_is_packed_wrongly_is_rejected_with_a_word_on_it() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha"])?;
    site.stock(1)?;
    let sheet = fs::read(workspace().join("tests/samples/xlsxwriter-orders.xlsx"))?;
    let text = csv("A", 3, 1);
    let files: [(&str, Vec<u8>, &str); 4] = [
        (
            "book.zip",
            zip(&[("orders.xlsx", &sheet)], 0),
            "archive-nested",
        ),
        ("book.xlsx.gz", gzipped(&sheet), "archive-nested"),
        (
            "two.zip",
            zip(&[("a.csv", &text), ("b.csv", &text)], 0),
            "archive-several-files",
        ),
        (
            "cut.csv.gz",
            gzipped(&csv("B", 9_000, 1))[..900].to_vec(),
            "archive-truncated",
        ),
    ];
    let daemon = site.serve_ready()?;
    for (name, bytes, code) in &files {
        site.drop_file("alpha", name, bytes)?;
        let receipt = site.await_receipt("alpha", name)?;
        let found = receipt["findings"].as_array().context("findings")?;
        ensure!(
            receipt["state"] == "rejected" && found.iter().any(|item| item["code"] == *code),
            "{name}: {receipt}"
        );
    }
    ensure!(site.log()?.is_empty());
    daemon.stop()
}

#[test]
fn a_return_alone_among_line_ends_of_windows_ends_no_record() -> anyhow::Result<()> {
    let site = Installation::for_partners(&["alpha"])?;
    site.stock(1)?;
    let windows = String::from_utf8(csv("A", 3, 1))?.replace('\n', "\r\n");
    // One record was pasted with the line end of another system.
    let pasted = rows("B", 1, 1).replace('\n', "\r") + &rows("C", 1, 1).replace('\n', "\r\n");
    let path = site.scratch("pasted.csv");
    fs::write(&path, windows + &pasted)?;
    let path = path.display().to_string();
    let planned = site.run(&["plan", &path, "--partner", "alpha", "--format", "json"])?;
    let plan = planned.json()?;
    println!("{plan:#}");
    ensure!(created(&plan) == Some(3), "{plan}");
    Ok(())
}
