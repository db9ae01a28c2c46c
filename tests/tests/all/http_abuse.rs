//! What does the daemon do with clients that are wrong, slow, greedy or many?
//! They are refused in words, leave nothing behind, and keep nobody else out.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use intake_tests::http::{Answer, Form, Server, Token, read_answer};
use intake_tests::installation::{Installation, names_in};
use intake_tests::orders::csv;
use intake_tests::patience::await_that;

fn site(token: &Token, daemon: &str, http: &str, more: &str) -> anyhow::Result<Installation> {
    let sections = format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n{http}\n[partners.alpha]\ntokens = [\"{}\"]\n{more}",
        token.hash
    );
    Installation::with(daemon, &sections)
}

fn code(answer: &Answer) -> anyhow::Result<u64> {
    answer.json()?["errorCode"]
        .as_u64()
        .with_context(|| format!("{answer:?}"))
}

const JSON: &[&str] = &["Accept: application/json"];

#[test]
fn wrong_tokens_are_refused_and_soon_not_even_looked_at() -> anyhow::Result<()> {
    let token = Token::new()?;
    let site = site(&token, "", "wrong_tokens = 3\n", "")?;
    let (daemon, server) = Server::of(&site)?;
    let content = csv("A", 2, 1);
    let with = |token: &str| {
        let form = Form::default().field("token", token);
        server.ask(&server.upload(&form.file("file", "orders.csv", &content), JSON))
    };
    let without = Form::default().file("file", "orders.csv", &content);
    let without = server.ask(&server.upload(&without.field("token", &token.token), JSON))?;
    ensure!(
        without.status == 401,
        "the token came too late: {without:?}"
    );
    for wrong in ["", "intake-canary", &token.token[1..]] {
        let answer = with(wrong)?;
        ensure!(
            answer.status == 401 && code(&answer)? == 99008,
            "{answer:?}"
        );
    }
    let limited = with("intake-canary")?;
    ensure!(
        limited.status == 429 && code(&limited)? == 99429,
        "{limited:?}"
    );
    let pause: u64 = limited
        .header("retry-after")
        .context("when to come again")?
        .parse()?;
    ensure!((1..=61).contains(&pause), "{pause}");
    ensure!(
        with(&token.token)?.status == 429,
        "no guess is answered meanwhile"
    );
    ensure!(
        server.get("/", &[])?.status == 200,
        "the page is there for all"
    );
    ensure!(names_in(&site.inbox("alpha")).is_empty());
    let said = daemon.said();
    ensure!(
        !said.contains("canary") && !said.contains(&token.token),
        "{said}"
    );
    daemon.stop()
}

#[test]
fn what_is_too_large_is_refused_while_it_comes() -> anyhow::Result<()> {
    let token = Token::new()?;
    let site = site(&token, "", "", "[limits]\nfile_bytes = \"64 KiB\"\n")?;
    let (daemon, server) = Server::of(&site)?;
    let form = |bytes: usize| {
        let form = Form::default().field("token", &token.token);
        form.file("file", "orders.csv", &vec![b'x'; bytes])
    };
    for bytes in [(64 << 10) + 1, 100 << 10, 300 << 10, 8 << 20] {
        let answer = server.ask(&server.upload(&form(bytes), JSON))?;
        ensure!(
            answer.status == 413 && code(&answer)? == 99414,
            "{bytes}: {answer:?}"
        );
        ensure!(answer.json()?["limitBytes"] == 64 << 10, "{answer:?}");
    }
    let page = server.ask(&server.upload(&form(100 << 10), &["Accept-Language: de"]))?;
    ensure!(page.text().contains("zu groß"), "{page:?}");
    ensure!(server.ask(&server.upload(&form(64 << 10), JSON))?.status == 202);

    // A client that says nothing of the length.
    let kind = "Content-Type: multipart/form-data; boundary=----test-boundary";
    let lines = [
        "Transfer-Encoding: chunked",
        kind,
        "Accept: application/json",
    ];
    let mut request = server.head("POST", "/upload", &lines);
    let body = form(200 << 10).body();
    for piece in body.chunks(10_000) {
        request.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        request.extend_from_slice(piece);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    let answer = server.ask(&request)?;
    ensure!(answer.status == 413, "{answer:?}");
    await_that("the one that fits to be taken", || {
        Ok(names_in(&site.inbox("alpha")).is_empty())
    })?;
    daemon.stop()
}

#[test]
fn the_disks_reserve_is_kept() -> anyhow::Result<()> {
    let token = Token::new()?;
    let site = site(&token, "", "", "")?;
    let config = site.data().join("intake.toml");
    let text = std::fs::read_to_string(&config)?;
    std::fs::write(&config, text.replace("\"1MiB\"", "\"15000000 TiB\""))?;
    let (daemon, server) = Server::of(&site)?;
    let form = Form::default().field("token", &token.token);
    let form = form.file("file", "orders.csv", &csv("A", 2, 1));
    let answer = server.ask(&server.upload(&form, JSON))?;
    ensure!(
        answer.status == 507 && code(&answer)? == 99503,
        "{answer:?}"
    );
    ensure!(answer.header("retry-after").is_some());
    let german = server.ask(&server.upload(&form, &["Accept-Language: de"]))?;
    ensure!(german.text().contains("Speicherplatz"), "{german:?}");
    ensure!(names_in(&site.inbox("alpha")).is_empty());
    daemon.stop()
}

#[test]
fn a_form_that_is_none_is_told_so() -> anyhow::Result<()> {
    let token = Token::new()?;
    let site = site(&token, "", "", "")?;
    let (daemon, server) = Server::of(&site)?;
    let good = Form::default().field("token", &token.token);
    let check = |form: &Form, status: u16| -> anyhow::Result<()> {
        let answer = server.ask(&server.upload(form, JSON))?;
        ensure!(answer.status == status, "{answer:?}");
        Ok(())
    };
    check(&good, 400)?;
    check(&good.clone().file("file", "", b""), 400)?;
    check(&good.clone().file("file", "empty.csv", b""), 400)?;
    check(&good.clone().field("other", &"x".repeat(100_000)), 400)?;
    // From nobody not even that much is read.
    let nobody = (0..20).fold(Form::default(), |form, _| {
        form.field("other", &"x".repeat(10_000))
    });
    check(&nobody, 401)?;
    let lines = ["Content-Type: text/csv", "Content-Length: 3", JSON[0]];
    let mut request = server.head("POST", "/upload", &lines);
    request.extend_from_slice(b"a,b");
    ensure!(server.ask(&request)?.status == 415);
    // A body that ends before the form does.
    let kind = "Content-Type: multipart/form-data; boundary=----test-boundary";
    let body = good.file("file", "orders.csv", &csv("A", 2, 1)).body();
    let cut = &body[..body.len() - 10];
    let length = format!("Content-Length: {}", cut.len());
    let mut request = server.head("POST", "/upload", &[kind, &length, JSON[0]]);
    request.extend_from_slice(cut);
    let answer = server.ask(&request)?;
    ensure!(
        answer.status == 400 && code(&answer)? == 99400,
        "{answer:?}"
    );
    // A client that goes away in the middle.
    let request = server.upload(&Form::default(), JSON);
    let mut stream = server.connect()?;
    stream.write_all(&request[..request.len() - 5])?;
    drop(stream);
    await_that("nothing to be left", || {
        Ok(names_in(&site.inbox("alpha")).is_empty())
    })?;
    daemon.stop()
}

#[test]
fn places_for_uploads_are_for_partners() -> anyhow::Result<()> {
    let token = Token::new()?;
    let site = site(&token, "", "uploads = 1\n", "")?;
    let (daemon, server) = Server::of(&site)?;
    let begin = |token: &str| -> anyhow::Result<TcpStream> {
        let form = Form::default().field("token", token);
        let request = server.upload(&form.file("file", "a.csv", &csv("A", 2, 1)), JSON);
        let mut stream = server.connect()?;
        stream.write_all(&request[..request.len() - 100])?;
        Ok(stream)
    };
    // Without a token a body may be begun, but it holds no place.
    let lines = [
        "Content-Length: 1000",
        "Content-Type: multipart/form-data; boundary=b",
    ];
    let mut strangers = Vec::new();
    for _ in 0..5 {
        let mut stream = server.connect()?;
        stream.write_all(&server.head("POST", "/upload", &lines))?;
        strangers.push(stream);
    }
    let held = begin(&token.token)?;
    await_that("the upload to begin", || {
        Ok(!names_in(&site.inbox("alpha")).is_empty())
    })?;
    let mut second = begin(&token.token)?;
    let busy = read_answer(&mut second)?;
    ensure!(
        busy.status == 503 && busy.header("retry-after").is_some(),
        "{busy:?}"
    );
    drop(held);
    let form = Form::default().field("token", &token.token);
    let request = server.upload(&form.file("file", "b.csv", &csv("B", 2, 1)), JSON);
    await_that("the place to be free", || {
        let answer = server.ask(&request)?;
        ensure!(answer.status == 202 || answer.status == 503, "{answer:?}");
        Ok(answer.status == 202)
    })?;
    daemon.stop()
}

/// How long the daemon keeps a connection on which this was sent.
fn kept_open(server: &Server, start: &[u8]) -> anyhow::Result<(Duration, Vec<u8>)> {
    let started = Instant::now();
    let mut stream = server.connect()?;
    stream.write_all(start)?;
    let mut said = Vec::new();
    // Closed or reset: it is over either way.
    let _ = stream.read_to_end(&mut said);
    Ok((started.elapsed(), said))
}

#[test]
fn slow_clients_are_cut_off() -> anyhow::Result<()> {
    let token = Token::new()?;
    let http = "head_timeout = \"300ms\"\nidle_timeout = \"600ms\"\ntransfer_timeout = \"400ms\"\n\
                transfer_rate = \"100 KiB\"\n";
    let site = site(&token, "", http, "")?;
    let (daemon, server) = Server::of(&site)?;
    let most = Duration::from_secs(20);
    for start in [
        "",
        "GET / HT",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b",
    ] {
        let (kept, said) = kept_open(&server, start.as_bytes())?;
        ensure!(
            kept >= Duration::from_millis(250) && kept < most,
            "{kept:?}"
        );
        ensure!(said.is_empty(), "{said:?}");
    }
    // Between two requests there is more time, but not for ever.
    let whole = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let (kept, said) = kept_open(&server, whole.as_bytes())?;
    ensure!(
        kept >= Duration::from_millis(550) && kept < most,
        "{kept:?}"
    );
    ensure!(said.starts_with(b"HTTP/1.1 200"), "{said:?}");

    // A body that stops, and one that drips.
    let form = Form::default().field("token", &token.token);
    let form = form.file("file", "orders.csv", &csv("A", 2_000, 1));
    let request = server.upload(&form, JSON);
    let mut stream = server.connect()?;
    stream.write_all(&request[..2_000])?;
    let stopped = read_answer(&mut stream)?;
    ensure!(stopped.status == 408, "{stopped:?}");
    let mut stream = server.connect()?;
    stream.write_all(&request[..2_000])?;
    for byte in request[2_000..].chunks(1) {
        if stream.write_all(byte).is_err() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
        if has_answer(&stream)? {
            break;
        }
    }
    let dripped = read_answer(&mut stream)?;
    ensure!(dripped.status == 408, "{dripped:?}");
    await_that("nothing to be left", || {
        Ok(names_in(&site.inbox("alpha")).is_empty())
    })?;
    daemon.stop()
}

fn has_answer(stream: &TcpStream) -> anyhow::Result<bool> {
    stream.set_nonblocking(true)?;
    let there = stream.peek(&mut [0]).is_ok();
    stream.set_nonblocking(false)?;
    Ok(there)
}

#[test]
fn half_open_connections_keep_nobody_out() -> anyhow::Result<()> {
    let token = Token::new()?;
    let http = "connections = 8\nconnections_per_address = 8\nhead_timeout = \"10m\"\n";
    let site = site(&token, "", http, "")?;
    let (daemon, server) = Server::of(&site)?;
    let mut half_open = Vec::new();
    for _ in 0..40 {
        let mut stream = server.connect()?;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: loc")?;
        half_open.push(stream);
    }
    for _ in 0..5 {
        ensure!(server.get("/", &[])?.status == 200);
    }
    // Those that were sent away know it.
    let mut first = half_open.swap_remove(0);
    let mut said = Vec::new();
    let _ = first.read_to_end(&mut said);
    ensure!(said.is_empty(), "{said:?}");
    daemon.stop()
}

#[test]
fn heads_have_limits() -> anyhow::Result<()> {
    let token = Token::new()?;
    let site = site(&token, "", "head_bytes = \"8 KiB\"\nheaders = 20\n", "")?;
    let (daemon, server) = Server::of(&site)?;
    let long = format!("X-A: {}", "a".repeat(20_000));
    let answer = server.get("/", &[&long])?;
    ensure!(answer.status == 431, "{answer:?}");
    let many: Vec<String> = (0..40).map(|number| format!("X-{number}: a")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let answer = server.get("/", &many)?;
    ensure!(answer.status == 431, "{answer:?}");
    let path = format!("/{}", "a".repeat(20_000));
    let answer = server.get(&path, &[])?;
    ensure!((400..500).contains(&answer.status), "{answer:?}");
    ensure!(server.get("/", &[])?.status == 200);
    daemon.stop()
}
