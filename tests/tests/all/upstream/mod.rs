//! Does everything that was applied arrive at the platform, once and in order, whatever happens on the way?

mod bad_line;
mod bad_way;
mod two_daemons;
mod undone;
mod verdicts;

use std::fmt::Write as _;

use anyhow::ensure;
use intake_tests::fake_platform::Platform;
use intake_tests::installation::Installation;
use intake_tests::orders::{HEADER, OFFER};
use intake_tests::patience::await_that;
use serde_json::Value;
use xtask::generate::customer_id;

/// The offers and so many customers are there, and everything is sent to this platform.
fn mirroring(platform: &Platform, more: &str) -> anyhow::Result<Installation> {
    let pace = match more.contains("pace =") {
        true => "",
        false => "pace = \"off\"",
    };
    let sections = format!(
        "[upstream]\nmode = \"mirror\"\nurl = \"{}\"\ntoken_variable = \"INTAKE_TEST_TOKEN\"\npause = \"2ms\"\n\
         longest_pause = \"50ms\"\ntimeout = \"2s\"\n{pace}\n{more}\n[partners.alpha]\n",
        platform.url()
    );
    let mut site = Installation::with("", &sections)?;
    site.set_variable("INTAKE_TEST_TOKEN", "s3cret-canary");
    site.stock(5)?;
    Ok(site)
}

/// Rows with these keys, of the same customer.
fn csv_of(keys: impl IntoIterator<Item = String>, quantity: u32) -> Vec<u8> {
    let customer = customer_id(0);
    let mut csv = String::from(HEADER);
    for key in keys {
        let _ = writeln!(
            csv,
            "{key},{OFFER},{customer},{quantity},2026-01-01T00:00:00+01:00,BILLING"
        );
    }
    csv.into_bytes()
}

fn keys(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("K-{number}"))
}

/// How the outbox stands.
fn outbox(site: &Installation) -> anyhow::Result<Value> {
    let answer = site.run(&["outbox", "list", "--format", "json"])?;
    ensure!(answer.code < 2, "{answer:?}");
    answer.json()
}

/// Waits until nothing is to be sent any more.
fn await_empty(site: &Installation) -> anyhow::Result<()> {
    await_that("everything to be sent", || Ok(outbox(site)?["depth"] == 0))
}
