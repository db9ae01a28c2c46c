//! What does a partner get over HTTP to check a file elsewhere?
//! The same profile and the same orders that the command line gives, for its own token and no other.

use std::io::Read as _;

use anyhow::{Context as _, ensure};
use intake_core::plan::knowledge::Knowledge as _;
use intake_core::snapshot::{Snapshot, SnapshotReader};
use intake_tests::http::{Answer, Form, Server, Token};
use intake_tests::installation::Installation;
use intake_tests::orders::csv;

fn snapshot_in(answer: &Answer, partner: &str) -> anyhow::Result<Snapshot> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(answer.body.as_slice()).read_to_end(&mut bytes)?;
    let mut reader = SnapshotReader::new(Some(partner));
    reader.push(&bytes)?;
    Ok(reader.finish()?)
}

fn orders(snapshot: &Snapshot) -> anyhow::Result<u64> {
    let mut count = 0;
    snapshot.each_order(&mut |_| count += 1)?;
    Ok(count)
}

#[test]
fn a_partner_takes_its_own_profile_and_orders_away() -> anyhow::Result<()> {
    let tokens = [Token::new()?, Token::new()?];
    let site = Installation::with(
        "",
        &format!(
            "[http]\nlisten = \"127.0.0.1:0\"\n[partners.alpha]\nclear_token = \"LEER\"\n\
             tokens = [\"{}\"]\n[partners.beta]\ntokens = [\"{}\"]\n",
            tokens[0].hash, tokens[1].hash
        ),
    )?;
    site.stock(1)?;
    for (partner, count) in [("alpha", 7), ("beta", 3)] {
        let file = site.scratch("orders.csv");
        std::fs::write(&file, csv(partner, count, 1))?;
        site.must(&["import", &file.display().to_string(), "--partner", partner])?;
    }
    let (daemon, server) = Server::of(&site)?;
    let ask = |path: &str, token: &str, lines: &[&str]| {
        let form = Form::default().field("token", token);
        server.ask(&server.post(path, &form, lines))
    };
    for (token, partner, count) in [(&tokens[0], "alpha", 7), (&tokens[1], "beta", 3)] {
        let profile = ask("/profile", &token.token, &[])?;
        ensure!(profile.status == 200, "{profile:?}");
        let shown = site.must(&["profile", "show", "--partner", partner])?;
        ensure!(profile.text() == shown, "{profile:?}");
        let snapshot = ask("/snapshot", &token.token, &[])?;
        ensure!(snapshot.status == 200, "{snapshot:?}");
        let name = snapshot
            .header("content-disposition")
            .context("it is to be kept")?;
        ensure!(
            name == format!("attachment; filename=\"{partner}.intake-snapshot\""),
            "{name}"
        );
        ensure!(
            snapshot.header("content-encoding").is_none(),
            "it is kept compressed"
        );
        let found = orders(&snapshot_in(&snapshot, partner)?)?;
        ensure!(found == count, "{partner}: {found}");
    }
    for path in ["/profile", "/snapshot"] {
        let wrong = ask(path, "intake-none", &["Accept: application/json"])?;
        ensure!(
            wrong.status == 401 && wrong.json()?["errorCode"] == 99008,
            "{wrong:?}"
        );
        let none = server.ask(&server.post(path, &Form::default().field("x", ""), &[]))?;
        ensure!(none.status == 401, "{none:?}");
        ensure!(
            server.get(path, &[])?.status == 405,
            "a token stands in no address"
        );
    }
    let script = server.get("/daemon.js", &[])?;
    ensure!(script.text().contains("snapshot: true"), "{script:?}");
    daemon.stop()
}
