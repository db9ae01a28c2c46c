//! Does a file that comes over HTTP get in, and does its sender learn what became of it?
//! As a browser and as a program send it, across a restart, under any name, and only ever to its own partner.

use std::ffi::OsString;
use std::io::Write as _;

use anyhow::{Context as _, ensure};
use intake_tests::http::{Form, Server, Token, read_answer};
use intake_tests::installation::{Installation, names_in};
use intake_tests::orders::{HEADER, OFFER, csv, rows};
use intake_tests::patience::{await_some, await_that};
use rustix::process::Signal;

/// Two partners with a token each, and these keys in section `http`.
fn sections(tokens: &[Token; 2], http: &str) -> String {
    format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n{http}\n[partners.alpha]\ntokens = [\"{}\"]\n\
         [partners.beta]\ntokens = [\"{}\"]\ndone_marker = true\n",
        tokens[0].hash, tokens[1].hash
    )
}

fn site(daemon: &str, tokens: &[Token; 2]) -> anyhow::Result<Installation> {
    let site = Installation::with(daemon, &sections(tokens, ""))?;
    site.stock(1)?;
    Ok(site)
}

fn two_tokens() -> anyhow::Result<[Token; 2]> {
    Ok([Token::new()?, Token::new()?])
}

#[test]
fn a_browser_is_led_from_its_form_to_the_report() -> anyhow::Result<()> {
    let tokens = two_tokens()?;
    let site = site("", &tokens)?;
    let (daemon, server) = Server::of(&site)?;
    let bad = format!(
        "{HEADER}{}B-7,{OFFER},nobody,0,2026-01-01T00:00:00Z,BILLING\n",
        rows("B", 2, 1)
    );
    let form =
        Form::default()
            .field("token", &tokens[0].token)
            .file("file", "orders.csv", bad.as_bytes());
    let lines = ["Accept: text/html", "Accept-Language: de"];
    let sent = server.ask(&server.upload(&form, &lines))?;
    ensure!(sent.status == 303, "{sent:?}");
    let receipt = sent
        .header("location")
        .context("it leads somewhere")?
        .to_owned();
    ensure!(receipt.starts_with("/receipt/"), "{receipt}");

    let report = await_some("the report", || {
        let answer = server.get(&receipt, &lines)?;
        if answer.status == 200 {
            let page = answer.text();
            ensure!(
                page.contains("http-equiv=\"refresh\""),
                "it asks again: {page}"
            );
            ensure!(
                page.contains("orders.csv") && page.contains("<html lang=\"de\">"),
                "{page}"
            );
            ensure!(answer.header("cache-control") == Some("no-store"));
            return Ok(None);
        }
        ensure!(answer.status == 303, "{answer:?}");
        Ok(answer.header("location").map(str::to_owned))
    })?;
    let page = server.get(&report, &[])?;
    ensure!(
        page.status == 200 && page.text().contains("Importbericht"),
        "{page:?}"
    );
    let policy = page.header("content-security-policy").unwrap_or_default();
    ensure!(
        policy.contains("sandbox") && policy.contains("style-src"),
        "{policy}"
    );

    let (folder, _) = report.rsplit_once('/').context("it lies in a folder")?;
    let corrections = server.get(&format!("{folder}/orders.corrections.csv"), &[])?;
    ensure!(corrections.status == 200, "{corrections:?}");
    ensure!(corrections.header("content-type") == Some("text/csv; charset=utf-8"));
    let disposition = corrections
        .header("content-disposition")
        .unwrap_or_default();
    ensure!(disposition.starts_with("attachment"), "{disposition}");
    ensure!(corrections.text().contains("nobody"), "{corrections:?}");
    let outbox = site.data().join("outbox/alpha");
    let receipt = server.get(&format!("{folder}/orders.csv.receipt.json"), &[])?;
    ensure!(receipt.body == std::fs::read(outbox.join("orders.csv.receipt.json"))?);

    std::fs::write(outbox.join("other.txt"), "another file of the outbox")?;
    for other in ["other.txt", "..%2F..%2Fintake.toml", ".", "orders.csv"] {
        let answer = server.get(&format!("{folder}/{other}"), &[])?;
        ensure!(answer.status == 404, "{other}: {answer:?}");
    }
    site.verify()?;
    daemon.stop()
}

#[test]
fn a_program_gets_json_and_its_receipt() -> anyhow::Result<()> {
    let tokens = two_tokens()?;
    let site = site("", &tokens)?;
    let (daemon, server) = Server::of(&site)?;
    let content = csv("A", 5, 1);
    for (name, number) in [("orders.csv", 5), ("orders.csv", 5), ("third.csv", 5)] {
        let taken = server.upload_json(&tokens[0].token, name, &content)?;
        ensure!(taken["bytes"] == content.len(), "{taken}");
        ensure!(
            taken["sha256"].as_str().map(str::len) == Some(64),
            "{taken}"
        );
        let id = taken["id"].as_str().context("it has a number")?;
        let receipt = server.await_receipt(id)?;
        ensure!(receipt["file"]["sha256"] == taken["sha256"], "{receipt}");
        ensure!(
            receipt["partner"] == "alpha" && receipt["rows"] == number,
            "{receipt}"
        );
    }
    daemon.stop()
}

#[test]
fn one_partner_sees_only_its_own() -> anyhow::Result<()> {
    let tokens = two_tokens()?;
    let site = site("", &tokens)?;
    let (daemon, server) = Server::of(&site)?;
    let taken = server.upload_json(&tokens[0].token, "orders.csv", &csv("A", 2, 1))?;
    let id = taken["id"].as_str().context("it has a number")?;
    server.await_receipt(id)?;
    let seen_by = |token: &str| -> anyhow::Result<u16> {
        let line = format!("X-plenigo-token: {token}");
        Ok(server
            .get(&format!("/receipt/{id}?format=json"), &[&line])?
            .status)
    };
    ensure!(seen_by(&tokens[0].token)? == 200);
    ensure!(seen_by(&tokens[1].token)? == 404, "another partner's token");
    ensure!(seen_by("intake-none")? == 401);
    let mut guessed = id.to_owned().into_bytes();
    guessed[0] = if guessed[0] == b'0' { b'1' } else { b'0' };
    let guessed = String::from_utf8(guessed)?;
    ensure!(server.get(&format!("/receipt/{guessed}"), &[])?.status == 404);

    // The marker that this partner's profile asks for is made too.
    let taken = server.upload_json(&tokens[1].token, "orders.csv", &csv("B", 2, 1))?;
    let receipt = server.await_receipt(taken["id"].as_str().unwrap_or_default())?;
    ensure!(receipt["partner"] == "beta", "{receipt}");
    await_that("the inbox to be empty", || {
        Ok(names_in(&site.inbox("beta")).is_empty())
    })?;
    daemon.stop()
}

#[test]
fn a_receipt_is_found_after_a_restart() -> anyhow::Result<()> {
    let tokens = two_tokens()?;
    let site = site("quiet_time_renamed = \"1h\"\n", &tokens)?;
    let (daemon, server) = Server::of(&site)?;
    let taken = server.upload_json(&tokens[0].token, "orders.csv", &csv("A", 3, 1))?;
    let id = taken["id"].as_str().context("it has a number")?.to_owned();
    let waiting = server.get(&format!("/receipt/{id}?format=json"), &[])?;
    ensure!(
        waiting.status == 202 && waiting.json()?["state"] == "waiting",
        "{waiting:?}"
    );
    ensure!(waiting.header("retry-after").is_some());
    std::fs::write(
        site.inbox("alpha").join(format!(".upload-{id}.part")),
        "cut off",
    )?;
    daemon.kill()?;

    let config = std::fs::read_to_string(site.data().join("intake.toml"))?;
    let config = config.replace("quiet_time_renamed = \"1h\"\n", "");
    std::fs::write(site.data().join("intake.toml"), config)?;
    let (daemon, server) = Server::of(&site)?;
    let receipt = server.await_receipt(&id)?;
    ensure!(receipt["file"]["sha256"] == taken["sha256"], "{receipt}");
    ensure!(
        names_in(&site.inbox("alpha")).is_empty(),
        "nothing is left of the other"
    );
    daemon.stop()?;

    let (daemon, server) = Server::of(&site)?;
    ensure!(server.await_receipt(&id)? == receipt);
    let receipts = site.data().join("outbox/alpha");
    for name in names_in(&receipts) {
        std::fs::remove_file(receipts.join(name))?;
    }
    let collected = server.get(&format!("/receipt/{id}?format=json"), &[])?;
    ensure!(
        collected.status == 200 && collected.json()?["state"] == "applied",
        "{collected:?}"
    );
    daemon.stop()
}

#[test]
fn a_file_is_taken_whatever_its_name() -> anyhow::Result<()> {
    let tokens = two_tokens()?;
    let site = site("", &tokens)?;
    let (daemon, server) = Server::of(&site)?;
    let long = format!("{}.csv", "ä".repeat(300));
    let names = [
        "../../../etc/cron.d/orders.csv",
        "C:\\Users\\x\\orders.csv",
        ".hidden",
        "~$orders.csv",
        "orders.csv.part",
        "orders.csv.done",
        "orders.plan.json",
        "nul.csv",
        "a\tb\u{202e}vsc.csv",
        "%2e%2e%2f.csv",
        "-rf",
        &long,
    ];
    for (number, name) in names.into_iter().enumerate() {
        let content = csv(&format!("N{number}"), 2, 1);
        let taken = server.upload_json(&tokens[0].token, name, &content)?;
        let given = taken["name"].as_str().context("it has a name")?;
        ensure!(given.len() < 220 && !given.contains(['/', '\\']), "{given}");
        ensure!(
            !given.contains(char::is_control) && !given.starts_with('.'),
            "{given}"
        );
        let id = taken["id"].as_str().context("it has a number")?;
        let receipt = server.await_receipt(id)?;
        ensure!(receipt["counts"]["create"] == 2, "{name}: {receipt}");
    }
    let outside: Vec<OsString> = names_in(&site.data().join("inbox"));
    ensure!(outside == ["alpha", "beta"], "{outside:?}");
    site.verify()?;
    daemon.stop()
}

#[test]
fn a_plan_lies_beside_its_file() -> anyhow::Result<()> {
    let tokens = two_tokens()?;
    let site = site("quiet_time_renamed = \"1h\"\n", &tokens)?;
    let (daemon, server) = Server::of(&site)?;
    let form = Form::default()
        .field("token", &tokens[0].token)
        .file("file", "orders.csv", &csv("A", 2, 1))
        .file("plan", "whatever.json", b"{}");
    for _ in 0..2 {
        let answer = server.ask(&server.upload(&form, &[]))?;
        ensure!(answer.status == 303, "{answer:?}");
    }
    let names = names_in(&site.inbox("alpha"));
    let wanted = [
        "orders-2.csv",
        "orders-2.csv.plan.json",
        "orders.csv",
        "orders.csv.plan.json",
    ];
    ensure!(names == wanted, "{names:?}");
    daemon.stop()
}

#[test]
fn an_upload_that_has_begun_is_finished_before_the_end() -> anyhow::Result<()> {
    let tokens = two_tokens()?;
    let site = site("", &tokens)?;
    let (mut daemon, server) = Server::of(&site)?;
    let form = Form::default().field("token", &tokens[0].token).file(
        "file",
        "orders.csv",
        &csv("A", 500, 1),
    );
    let request = server.upload(&form, &["Accept: application/json"]);
    let mut stream = server.connect()?;
    let (first, rest) = request.split_at(request.len() / 2);
    stream.write_all(first)?;
    await_that("the upload to begin", || {
        Ok(!names_in(&site.inbox("alpha")).is_empty())
    })?;
    daemon.signal(Signal::TERM)?;
    await_that("the daemon to listen no more", || {
        Ok(server.connect().is_err())
    })?;
    stream.write_all(rest)?;
    let answer = read_answer(&mut stream)?;
    ensure!(answer.status == 202, "{answer:?}");
    let status = await_some("the daemon to end", || daemon.ended())?;
    ensure!(status.success(), "{}", daemon.said());

    let (daemon, server) = Server::of(&site)?;
    let id = answer.json()?["id"]
        .as_str()
        .context("it has a number")?
        .to_owned();
    ensure!(server.await_receipt(&id)?["rows"] == 500);
    daemon.stop()
}
