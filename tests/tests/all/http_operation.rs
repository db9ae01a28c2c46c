//! Can an operator run the daemon on a network: private, watched, and with a log that says who asked for what?
//! Over real sockets, with certificates made for the occasion.

use std::io::{Read as _, Write as _};

use anyhow::{Context as _, ensure};
use intake_tests::http::{Server, Token};
use intake_tests::installation::Installation;
use intake_tests::orders::csv;
use intake_tests::patience::await_that;
use intake_tests::tls::Certificate;
use rustix::process::Signal;

const TLS: &str = "tls_certificate = \"tls/cert.pem\"\ntls_key = \"tls/key.pem\"\n";

fn http(listen: &str, more: &str) -> String {
    format!("[http]\nlisten = \"{listen}\"\n{more}")
}

#[test]
fn the_daemon_speaks_tls_with_its_own_certificate_and_takes_up_a_renewed_one() -> anyhow::Result<()>
{
    let keys = format!("{TLS}head_timeout = \"500ms\"\nhosts = \"any\"\n");
    let site = Installation::with("", &http("127.0.0.1:0", &keys))?;
    let (first, second) = (Certificate::new()?, Certificate::new()?);
    let folder = site.data().join("tls");
    first.write(&folder)?;
    let (daemon, server) = Server::of(&site)?;
    let request = server.head("GET", "/readyz", &["X-Request-Id: from-the-client"]);
    let answer = first.ask(&server, &request)?;
    ensure!(answer.status == 200, "{answer:?}");
    ensure!(
        answer.header("x-request-id") == Some("from-the-client"),
        "{answer:?}"
    );
    ensure!(second.ask(&server, &request).is_err(), "it shows the first");

    // Whoever speaks no TLS gets no answer of HTTP, and whoever says nothing is cut off.
    for said in [&request[..], b"\x16\x03\x01"] {
        let mut stream = server.connect()?;
        let _ = stream.write_all(said);
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        ensure!(!heard.starts_with(b"HTTP"), "{heard:?}");
    }

    // In the middle of a renewal the files do not go together.
    std::fs::write(folder.join("key.pem"), "half a key")?;
    daemon.signal(Signal::HUP)?;
    await_that("the daemon to keep its certificate", || {
        Ok(daemon.said().contains("tls_certificate_kept"))
    })?;
    ensure!(first.ask(&server, &request)?.status == 200);
    second.write(&folder)?;
    daemon.signal(Signal::HUP)?;
    await_that("the renewed certificate to be shown", || {
        Ok(second.ask(&server, &request).is_ok())
    })?;
    let metrics = second.ask(&server, &server.head("GET", "/metrics", &[]))?;
    ensure!(
        metrics
            .text()
            .contains("intake_tls_handshakes_failed_total"),
        "{metrics:?}"
    );
    daemon.stop()
}

#[test]
fn an_address_for_everybody_needs_tls_and_a_token() -> anyhow::Result<()> {
    let refused = |sections: &str, word: &str| -> anyhow::Result<()> {
        let site = Installation::with("", sections)?;
        Certificate::new()?.write(&site.data().join("tls"))?;
        std::fs::write(site.data().join("empty.pem"), "")?;
        let answer = site.run(&["serve"])?;
        ensure!(
            answer.code == 2 && answer.err.contains(word) && answer.err.contains("hint"),
            "{sections}: {answer:?}"
        );
        Ok(())
    };
    refused(&http("0.0.0.0:0", ""), "tls_certificate")?;
    refused(&http("0.0.0.0:0", TLS), "token")?;
    let half = "tls_certificate = \"tls/cert.pem\"\n";
    refused(&http("127.0.0.1:0", half), "tls_key")?;
    let wrong = "tls_certificate = \"tls/cert.pem\"\ntls_key = \"empty.pem\"\n";
    refused(&http("127.0.0.1:0", wrong), "empty.pem")?;
    let none = "tls_certificate = \"none.pem\"\ntls_key = \"tls/key.pem\"\n";
    refused(&http("127.0.0.1:0", none), "none.pem")?;

    let token = Token::new()?;
    let partner = format!("[partners.alpha]\ntokens = [\"{}\"]\n", token.hash);
    let sections = format!("{}{partner}", http("0.0.0.0:0", TLS));
    let site = Installation::with("", &sections)?;
    Certificate::new()?.write(&site.data().join("tls"))?;
    let (daemon, _) = Server::of(&site)?;
    daemon.stop()
}

#[test]
fn what_happens_is_told_in_numbers() -> anyhow::Result<()> {
    let partner = "[partners.alpha]\n[partners.beta]\n";
    let keys = "behind_proxy = true\n";
    let sections = format!("{}{partner}", http("127.0.0.1:0", keys));
    let site = Installation::with("", &sections)?;
    site.stock(1)?;
    let (daemon, server) = Server::of(&site)?;
    site.drop_file("alpha", "orders.csv", &csv("A", 3, 1))?;
    site.await_step("orders.csv", "archived")?;
    let metrics = server.get("/metrics", &[])?;
    ensure!(metrics.status == 200, "{metrics:?}");
    let kind = metrics.header("content-type").context("a type")?;
    ensure!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    let text = metrics.text();
    let value = |sample: &str| -> anyhow::Result<f64> {
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{sample} ")));
        Ok(line
            .with_context(|| format!("no {sample} in {text}"))?
            .parse()?)
    };
    let applied = "intake_imports_total{partner=\"alpha\",way=\"file\",outcome=\"applied\"}";
    ensure!((value(applied)? - 1.0).abs() < f64::EPSILON, "{text}");
    let created = "intake_rows_total{partner=\"alpha\",decision=\"create\"}";
    ensure!((value(created)? - 3.0).abs() < f64::EPSILON, "{text}");
    for positive in [
        "intake_last_success_timestamp_seconds{partner=\"alpha\"}",
        "intake_journal_bytes",
        "intake_store_pending_bytes",
        "intake_orders",
        "intake_http_connections",
        "intake_disk_free_bytes",
        "process_resident_memory_bytes",
        "intake_import_duration_seconds_count{way=\"file\"}",
    ] {
        ensure!(value(positive)? > 0.0, "{positive}");
    }
    ensure!(
        !text.contains("orders.csv") && !text.contains("A-0"),
        "{text}"
    );
    // Every sample belongs to a family that was named before it.
    let mut families = std::collections::BTreeSet::new();
    for line in text.lines() {
        if let Some(named) = line.strip_prefix("# TYPE ") {
            let family = named.split(' ').next().context("a name")?;
            ensure!(families.insert(family.to_owned()), "twice: {family}");
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().context("a name")?;
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| {
                name.strip_suffix(end)
                    .filter(|name| families.contains(*name))
            });
            ensure!(families.contains(family.unwrap_or(name)), "{line}");
        }
    }
    let stranger = server.get("/metrics", &["X-Forwarded-For: 192.0.2.7"])?;
    ensure!(!stranger.text().contains("intake_orders"), "{stranger:?}");
    ensure!(matches!(stranger.status, 401 | 404), "{stranger:?}");

    std::fs::rename(
        site.data().join("outbox/beta"),
        site.data().join("elsewhere"),
    )?;
    let red = server.get("/readyz", &[])?;
    ensure!(
        red.status == 503 && red.json()?["folders"] == false && red.json()?["inbox"] == true,
        "{red:?}"
    );
    ensure!(red.text().contains("outbox/beta"), "{red:?}");
    daemon.stop()
}

#[test]
fn each_request_has_a_number_and_a_line_where_that_is_wanted() -> anyhow::Result<()> {
    let quiet = "access_log = false\n";
    for (keys, is_told) in [("", true), (quiet, false)] {
        let site = Installation::with("", &http("127.0.0.1:0", keys))?;
        let (daemon, server) = Server::of(&site)?;
        let given = server.get("/nothing?canary", &["X-Request-Id: given-1"])?;
        ensure!(given.header("x-request-id") == Some("given-1"), "{given:?}");
        let made = server.get("/nothing", &["X-Request-Id: no; good=1"])?;
        let made = made.header("x-request-id").context("a number")?.to_owned();
        ensure!(!made.contains("good"), "{made}");
        if is_told {
            await_that("the log to tell of both", || {
                let said = daemon.said();
                let told = |id: &str| {
                    let mut lines = said.lines();
                    lines.any(|line| line.contains("http_answered") && line.contains(id))
                };
                Ok(told("given-1") && told(&made))
            })?;
        }
        let said = {
            let log = daemon.log().to_owned();
            daemon.stop()?;
            std::fs::read_to_string(log)?
        };
        ensure!(said.contains("http_answered") == is_told, "{said}");
        ensure!(!said.contains("canary"), "{said}");
    }
    Ok(())
}
