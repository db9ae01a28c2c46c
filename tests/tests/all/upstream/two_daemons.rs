//! Does one daemon serve as the platform of another?

use anyhow::ensure;
use intake_tests::http::{Server, Token};
use intake_tests::installation::Installation;
use intake_tests::orders::OFFER;
use intake_tests::patience::{await_some, await_that};
use serde_json::Value;

/// The one that is the platform, with a token for the other.
pub(super) fn upper(token: &Token) -> anyhow::Result<Installation> {
    let sections = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[partners.house]\ntokens = [\"{}\"]\n",
        token.hash
    );
    Installation::with("", &sections)
}

/// The one that sends.
pub(super) fn lower(address: &str, token: &Token, more: &str) -> anyhow::Result<Installation> {
    let sections = format!(
        "[upstream]\nmode = \"mirror\"\nurl = \"http://{address}/api/v3.0\"\ntoken_variable = \"INTAKE_TEST_TOKEN\"\n\
         pause = \"5ms\"\nlongest_pause = \"200ms\"\ntimeout = \"5s\"\npace = \"off\"\n{more}\n[partners.alpha]\n"
    );
    let mut site = Installation::with("", &sections)?;
    site.set_variable("INTAKE_TEST_TOKEN", &token.token);
    Ok(site)
}

const ADD_OFFER: [&str; 9] = [
    "offer",
    "add",
    OFFER,
    "--title",
    "Daily",
    "--managed-by",
    "EXTERNAL",
    "--access-right",
    "daily",
];

const STORY_HEADER: &str = "externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod,endDate,email,language\n";

fn story_row(payment: &str, end: &str) -> Vec<u8> {
    format!("{STORY_HEADER}ABO-1,{OFFER},C-900,1,2026-01-01T00:00:00+01:00,{payment},{end},reader@example.org,de\n")
        .into_bytes()
}

#[test]
fn a_whole_days_story() -> anyhow::Result<()> {
    let token = Token::new()?;
    let upper = upper(&token)?;
    upper.must(&ADD_OFFER)?;
    let (upper_daemon, server) = Server::of(&upper)?;
    let lower = lower(&server.0.to_string(), &token, "pull_offers = true")?;
    let lower_daemon = lower.serve_ready()?;
    await_that("the offer to be known", || {
        Ok(lower
            .must(&["offer", "list", "--format", "json"])?
            .contains(OFFER))
    })?;

    let told = |site: &Installation| site.run(&["order", "ABO-1", "--format", "json"])?.json();
    let step = |name: &str, content: &[u8]| -> anyhow::Result<(Value, Value)> {
        lower.drop_file("alpha", name, content)?;
        let receipt = format!("{name}.receipt.json");
        let receipt = await_some("the receipt to tell of upstream", || {
            let receipt = lower.receipt("alpha", &receipt)?;
            Ok(receipt.filter(|receipt| receipt["upstream"]["pending"] == 0))
        })?;
        ensure!(receipt["upstream"]["confirmed"] == 1, "{receipt}");
        Ok((told(&upper)?, told(&lower)?))
    };
    for (name, payment, end, granted) in [
        ("1.csv", "BILLING", "", true),
        ("2.csv", "PAYPAL", "", true),
        ("3.csv", "PAYPAL", "2026-06-01T00:00:00+02:00", false),
    ] {
        let (above, below) = step(name, &story_row(payment, end))?;
        for order in [&above, &below] {
            ensure!(
                order["order"]["paymentMethod"] == payment,
                "{name}: {order}"
            );
            ensure!(
                order["subscription"]["endDate"].is_string() != granted,
                "{name}: {order}"
            );
            ensure!(
                order["accessRights"][0]["accessGranted"] == granted,
                "{name}: {order}"
            );
        }
        ensure!(below["upstream"]["state"] == "confirmed", "{below}");
    }
    for site in [&upper, &lower] {
        let log = site.log()?;
        let decisions: Vec<&str> = log
            .iter()
            .filter_map(|row| row["decision"].as_str())
            .collect();
        ensure!(decisions == ["create", "payment", "end"], "{decisions:?}");
        ensure!(
            site.must(&["customer", "show", "C-900"])?
                .contains("reader@example.org")
        );
    }
    let number = told(&upper)?["subscription"]["subscriptionId"].to_string();
    let lines = [
        &*format!("X-plenigo-token: {}", token.token),
        "Content-Length: 0",
    ];
    let path = format!("/api/v3.0/subscriptions/{number}/cancel/now");
    let refused = server.ask(
        &server
            .head("PUT", &path, &lines)
            .into_iter()
            .chain(*b"\r\n")
            .collect::<Vec<u8>>(),
    )?;
    ensure!(refused.status == 403, "{refused:?}");
    ensure!(refused.json()?["errorCode"] == 40009, "{refused:?}");
    lower_daemon.stop()?;
    upper_daemon.stop()?;
    lower.verify()?;
    upper.verify()
}

#[test]
fn an_upstream_that_has_nothing_is_given_everything() -> anyhow::Result<()> {
    let token = Token::new()?;
    let upper = upper(&token)?;
    upper.must(&ADD_OFFER)?;
    let (upper_daemon, server) = Server::of(&upper)?;
    let lower = lower(&server.0.to_string(), &token, "")?;
    lower.must(&ADD_OFFER)?;
    // Nobody sends yet. An order that was changed goes there as it stands, and one that has not been for long too.
    let file = lower.data().join("book.csv");
    for (payment, end) in [
        ("BILLING", ""),
        ("PAYPAL", ""),
        ("PAYPAL", "2026-06-01T00:00:00+02:00"),
    ] {
        std::fs::write(&file, story_row(payment, end))?;
        let path = file.to_str().unwrap_or_default();
        lower.must(&["import", "--partner", "alpha", path])?;
    }
    let said = lower.must(&["outbox", "fill"])?;
    ensure!(said.contains('4'), "{said}");
    let daemon = lower.serve_ready()?;
    let refused = lower.run(&["outbox", "fill"])?;
    ensure!(refused.code == 2, "{refused:?}");
    super::await_empty(&lower)?;
    let told = upper.run(&["order", "ABO-1", "--format", "json"])?.json()?;
    ensure!(told["order"]["paymentMethod"] == "PAYPAL", "{told}");
    ensure!(
        told["subscription"]["endDate"] == "2026-05-31T22:00:00Z",
        "{told}"
    );
    ensure!(
        upper
            .must(&["customer", "show", "C-900"])?
            .contains("reader@example.org")
    );
    ensure!(super::outbox(&lower)?["parked"] == serde_json::json!([]));
    // What is applied from now on goes there as ever.
    lower.drop_file(
        "alpha",
        "next.csv",
        &story_row("BILLING", "2026-07-01T00:00:00+02:00"),
    )?;
    await_that("the next change to arrive", || {
        let told = upper.run(&["order", "ABO-1", "--format", "json"])?.json()?;
        Ok(told["order"]["paymentMethod"] == "BILLING")
    })?;
    daemon.stop()?;
    upper_daemon.stop()?;
    lower.verify()?;
    upper.verify()
}
