//! What does the daemon answer to whoever opens its address?
//! A page with headers that keep it harmless, in words for people and codes for programs, and the truth of its health.

use anyhow::{Context as _, ensure};
use intake_tests::http::Server;
use intake_tests::installation::Installation;
use intake_tests::patience::await_that;

const HTTP: &str = "[http]\nlisten = \"127.0.0.1:0\"\n";

#[test]
fn every_answer_keeps_a_page_harmless() -> anyhow::Result<()> {
    let site = Installation::with("", HTTP)?;
    let (daemon, server) = Server::of(&site)?;
    for path in ["/", "/none", "/healthz", "/receipt/0", "/daemon.js"] {
        let answer = server.get(path, &[])?;
        let header = |name: &str| {
            answer
                .header(name)
                .with_context(|| format!("{path}: {name}"))
        };
        let policy = header("content-security-policy")?;
        ensure!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        ensure!(
            policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        ensure!(!policy.contains("connect-src 'self'"), "{path}: {policy}");
        ensure!(header("x-content-type-options")? == "nosniff");
        ensure!(header("referrer-policy")? == "no-referrer");
        ensure!(header("cross-origin-opener-policy")? == "same-origin");
        ensure!(header("cross-origin-resource-policy")? == "same-origin");
        ensure!(header("permissions-policy")?.contains("camera=()"));
        ensure!(!header("x-request-id")?.is_empty());
        ensure!(answer.header("access-control-allow-origin").is_none());
    }
    daemon.stop()
}

#[test]
fn the_page_is_sent_once() -> anyhow::Result<()> {
    let site = Installation::with("", HTTP)?;
    let (daemon, server) = Server::of(&site)?;
    let page = server.get("/", &[])?;
    ensure!(
        page.status == 200 && page.text().contains("Intake"),
        "{page:?}"
    );
    ensure!(page.header("content-type") == Some("text/html; charset=utf-8"));
    let tag = page.header("etag").context("the page has a tag")?;
    let condition = format!("If-None-Match: {tag}");
    let again = server.get("/", &[&condition])?;
    ensure!(again.status == 304 && again.body.is_empty(), "{again:?}");
    let head = server.ask(&server.head("HEAD", "/", &[]))?;
    ensure!(head.status == 200 && head.body.is_empty(), "{head:?}");
    ensure!(head.header("content-length") == page.header("content-length"));
    ensure!(head.header("etag") == page.header("etag"));
    let script = server.get("/daemon.js", &[])?;
    ensure!(
        script.text().contains("upload: false, profile: false"),
        "nobody has a token"
    );
    daemon.stop()
}

#[test]
fn people_read_words_and_programs_codes() -> anyhow::Result<()> {
    let site = Installation::with("", HTTP)?;
    let (daemon, server) = Server::of(&site)?;
    let german = server.get(
        "/none",
        &["Accept: text/html", "Accept-Language: de-DE,de;q=0.9"],
    )?;
    ensure!(
        german.status == 404 && german.text().contains("gibt es nichts"),
        "{german:?}"
    );
    let english = server.get("/none?lang=en", &["Accept-Language: de"])?;
    ensure!(english.text().contains("There is nothing"), "{english:?}");
    let program = server.get("/none", &["Accept: application/json"])?;
    ensure!(program.json()?["errorCode"] == 99404, "{program:?}");
    let method = server.ask(&server.head("PUT", "/", &["Content-Length: 0"]))?;
    ensure!(method.status == 405, "{method:?}");
    ensure!(
        method
            .header("allow")
            .is_some_and(|allow| allow.contains("GET"))
    );
    daemon.stop()
}

#[test]
fn another_host_name_gets_nothing() -> anyhow::Result<()> {
    let site = Installation::with("", HTTP)?;
    let (daemon, server) = Server::of(&site)?;
    let rebound =
        server.ask(b"GET / HTTP/1.1\r\nHost: rebound.example.org\r\nConnection: close\r\n\r\n")?;
    ensure!(rebound.status == 421, "{rebound:?}");
    let local = server.ask(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    ensure!(local.status == 200, "{local:?}");
    daemon.stop()
}

#[test]
fn readiness_is_told_as_it_is() -> anyhow::Result<()> {
    let full = "disk_reserve = \"15000000 TiB\"\n";
    let site = Installation::with("", HTTP)?;
    let config = site.data().join("intake.toml");
    let (daemon, server) = Server::of(&site)?;
    let ready = server.get("/readyz", &[])?;
    ensure!(
        ready.status == 200 && ready.json()?["ready"] == true,
        "{ready:?}"
    );
    ensure!(server.get("/healthz", &[])?.status == 200);
    std::fs::rename(site.data().join("inbox"), site.data().join("elsewhere"))?;
    await_that("the daemon to miss its inbox", || {
        let answer = server.get("/readyz", &[])?;
        Ok(answer.status == 503 && answer.json()?["inbox"] == false)
    })?;
    ensure!(server.get("/healthz", &[])?.status == 200, "it is alive");
    std::fs::rename(site.data().join("elsewhere"), site.data().join("inbox"))?;
    daemon.stop()?;

    std::fs::write(&config, format!("[daemon]\n{full}{HTTP}"))?;
    let (daemon, server) = Server::of(&site)?;
    let low = server.get("/readyz", &[])?;
    ensure!(
        low.status == 503 && low.json()?["space"] == false,
        "{low:?}"
    );
    ensure!(low.json()?["books"] == true, "{low:?}");
    daemon.stop()
}

#[test]
fn an_address_for_everybody_needs_a_proxy() -> anyhow::Result<()> {
    let site = Installation::with("", "[http]\nlisten = \"0.0.0.0:0\"\n")?;
    let refused = site.run(&["serve"])?;
    ensure!(
        refused.code == 2 && refused.err.contains("behind_proxy"),
        "{refused:?}"
    );
    Ok(())
}

#[test]
fn the_log_tells_of_requests_and_nothing_of_people() -> anyhow::Result<()> {
    let site = Installation::with("", HTTP)?;
    let (daemon, server) = Server::of(&site)?;
    let id = "0123456789abcdef0123456789abcdef";
    server.get(
        &format!("/receipt/{id}?lang=de&secret=canary"),
        &["X-plenigo-token: canary"],
    )?;
    await_that("the log to tell", || {
        let said = daemon.said();
        Ok(said.lines().any(|line| {
            line.contains("http_answered")
                && line.contains("/receipt/{id}")
                && line.contains("status=401")
        }))
    })?;
    let said = daemon.said();
    ensure!(!said.contains("canary") && !said.contains(id), "{said}");
    daemon.stop()
}
