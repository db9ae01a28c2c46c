//! Can a client of the platform import orders over HTTP, and read what became of them?
//! What was acknowledged is there whatever happens; what was not is there whole or not at all.

use std::io::{Read as _, Write as _};

use anyhow::{Context as _, ensure};
use intake_tests::http::{Answer, Server, Token};
use intake_tests::installation::{Installation, names_in};
use intake_tests::orders::{OFFER, csv};
use intake_tests::patience::await_that;
use intake_tests::platform::Client;
use serde_json::{Value, json};

const IMPORT: &str = "/api/v3.0/imports/orders";
const LOGS: &str = "/api/v3.0/imports/orders/logs";

struct Partners {
    site: Installation,
    alpha: Token,
    beta: Token,
    house: Token,
}

impl Partners {
    fn new(http: &str, profile: &str) -> anyhow::Result<Self> {
        let (alpha, beta, house) = (Token::new()?, Token::new()?, Token::new()?);
        let sections = format!(
            "[http]\nlisten = \"127.0.0.1:0\"\noperator_tokens = [\"{}\"]\n{http}\n{profile}\n\
             [partners.alpha]\ntokens = [\"{}\"]\n[partners.beta]\ntokens = [\"{}\"]\n",
            house.hash, alpha.hash, beta.hash
        );
        let site = Installation::with("", &sections)?;
        site.stock(4)?;
        Ok(Self {
            site,
            alpha,
            beta,
            house,
        })
    }
}

fn post(server: &Server, token: &Token, body: &[u8], more: &[&str]) -> anyhow::Result<Answer> {
    server.ask(&request(server, token, body, more))
}

fn request(server: &Server, token: &Token, body: &[u8], more: &[&str]) -> Vec<u8> {
    let length = format!("Content-Length: {}", body.len());
    let token = format!("X-plenigo-token: {}", token.token);
    let mut lines = vec![length.as_str(), token.as_str()];
    lines.extend(more);
    let mut request = server.head("POST", IMPORT, &lines);
    request.extend_from_slice(body);
    request
}

fn logs(server: &Server, token: &Token, query: &str) -> anyhow::Result<Vec<Value>> {
    let token = format!("X-plenigo-token: {}", token.token);
    let answer = server.get(&format!("{LOGS}?{query}"), &[&token])?;
    ensure!(answer.status == 200, "{query}: {answer:?}");
    let items = answer.json()?["items"].as_array().cloned();
    items.context("a page has items")
}

fn item(id: &str) -> Value {
    json!({
        "externalSystemId": id, "plenigoOfferId": OFFER,
        "invoiceCustomerId": xtask::generate::customer_id(0), "quantity": 1,
        "startDate": "2026-01-01T00:00:00+01:00", "paymentMethod": "BILLING",
    })
}

fn body(items: &[Value]) -> Vec<u8> {
    json!({ "purchase": false, "suppressMail": true, "items": items })
        .to_string()
        .into_bytes()
}

fn numbers(entries: &[Value]) -> Vec<u64> {
    let number = |entry: &Value| entry["orderImportLogEntryId"].as_u64().unwrap_or(0);
    entries.iter().map(number).collect()
}

#[test]
fn a_request_is_imported_and_the_log_tells_of_each_item() -> anyhow::Result<()> {
    let all = Partners::new("", "")?;
    let (daemon, server) = Server::of(&all.site)?;
    let mut unknown = item("A-2");
    unknown["invoiceCustomerId"] = json!("nobody");
    let items = [item("A-1"), unknown, item("A-3")];
    let answer = post(&server, &all.alpha, &body(&items), &[])?;
    ensure!(
        answer.status == 201 && answer.json()? == json!({ "success": true }),
        "{answer:?}"
    );
    let entries = logs(&server, &all.alpha, "size=10")?;
    ensure!(entries.len() == 3, "{entries:?}");
    let told: Vec<_> = entries
        .iter()
        .map(|entry| (&entry["externalSystemId"], &entry["success"]))
        .collect();
    ensure!(
        told == [
            (&json!("A-1"), &json!(true)),
            (&json!("A-2"), &json!(false)),
            (&json!("A-3"), &json!(true))
        ],
        "{entries:?}"
    );
    let failed = &entries[1];
    ensure!(failed["orderId"] == 0 && failed["errorDetail"]["errorCode"] == 20404);
    ensure!(failed["errorReason"].is_string() && failed["errorDetail"]["message"].is_string());
    ensure!(entries[0]["orderId"].as_u64().is_some_and(|id| id > 0));

    // The same again is harmless; another partner's is not touched, and not seen.
    ensure!(post(&server, &all.alpha, &body(&items), &[])?.status == 201);
    ensure!(post(&server, &all.beta, &body(&items[..1]), &[])?.status == 201);
    let theirs = logs(&server, &all.beta, "size=10")?;
    ensure!(
        theirs.len() == 1 && theirs[0]["errorDetail"]["errorCode"] == 30005,
        "{theirs:?}"
    );
    ensure!(logs(&server, &all.house, "size=10")?.len() == 7);
    let of_one = logs(&server, &all.alpha, "externalSystemId=A-1")?;
    ensure!(
        of_one.len() == 1 && of_one[0]["orderId"] == entries[0]["orderId"],
        "{of_one:?}"
    );

    // A house's token brings no orders, and nobody without one does.
    let house = post(&server, &all.house, &body(&items), &[])?;
    ensure!(
        house.status == 401 && house.json()?["errorCode"] == 99009,
        "{house:?}"
    );
    let stranger = server.ask(&server.head("POST", IMPORT, &["Content-Length: 0"]))?;
    ensure!(
        stranger.status == 401 && stranger.json()?["errorCode"] == 99008,
        "{stranger:?}"
    );

    // Nothing lies in the folders of files; the books tell of it.
    ensure!(names_in(&all.site.data().join("outbox/alpha")).is_empty());
    ensure!(names_in(&all.site.data().join("work")).is_empty());
    let files = all.site.files()?;
    ensure!(
        files.len() == 3 && files.iter().all(|file| file["step"] == "archived"),
        "{files:?}"
    );
    daemon.stop()?;
    all.site.verify()
}

#[test]
fn a_request_of_wrong_form_changes_nothing_and_names_each_place() -> anyhow::Result<()> {
    let all = Partners::new("import_bytes = \"1 MiB\"\n", "")?;
    let (daemon, server) = Server::of(&all.site)?;
    let code = |body: &[u8]| -> anyhow::Result<(u16, u64)> {
        let answer = post(&server, &all.alpha, body, &[])?;
        let code = answer.json()?["errorCode"].as_u64();
        Ok((answer.status, code.context("a code")?))
    };
    let mut bad = item("A-2");
    bad["startDate"] = json!("2026-01-01");
    let mut worse = item("A-3");
    worse["quantity"] = json!(0);
    worse["managedBy"] = json!("SOMEBODY");
    let answer = post(
        &server,
        &all.alpha,
        &body(&[item("A-1"), bad.clone(), worse]),
        &[],
    )?;
    ensure!(
        answer.status == 400 && answer.json()?["errorCode"] == 99400,
        "{answer:?}"
    );
    let errors = answer.json()?["validationErrors"].clone();
    let fields: Vec<_> = errors
        .as_array()
        .context("errors")?
        .iter()
        .map(|error| error["field"].as_str().unwrap_or(""))
        .collect();
    ensure!(
        fields
            == [
                "items[1].startDate",
                "items[2].managedBy",
                "items[2].quantity"
            ],
        "{errors}"
    );
    ensure!(code(&body(&[bad]))? == (400, 99003));
    let mut missing = item("A-4");
    if let Some(fields) = missing.as_object_mut() {
        fields.remove("paymentMethod");
    }
    ensure!(code(&body(&[missing]))? == (400, 97003));
    let many: Vec<Value> = (0..500).map(|_| json!({})).collect();
    let answer = post(&server, &all.alpha, &body(&many), &[])?.json()?;
    ensure!(
        answer["validationErrors"].as_array().map(Vec::len) == Some(100),
        "{answer}"
    );
    ensure!(answer["validationErrorCount"] == 3000, "{answer}");
    for (text, expected) in [
        ("", (400, 99001)),
        ("not JSON", (400, 99002)),
        ("{\"items\": [{}", (400, 99002)),
        ("[]", (400, 99014)),
        ("{\"items\": []}", (400, 99400)),
        ("{\"items\": [7]}", (400, 99014)),
    ] {
        ensure!(
            code(text.as_bytes())? == expected,
            "{text}: {:?}",
            code(text.as_bytes())?
        );
    }
    let large = vec![b' '; (1 << 20) + 1];
    ensure!(code(&large)? == (414, 99414));
    // A client that says nothing of the length.
    let token = format!("X-plenigo-token: {}", all.alpha.token);
    let mut chunked = server.head("POST", IMPORT, &["Transfer-Encoding: chunked", &token]);
    for piece in large.chunks(100_000) {
        chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    ensure!(server.ask(&chunked)?.status == 414);
    ensure!(logs(&server, &all.alpha, "")?.is_empty());
    ensure!(all.site.files()?.is_empty(), "none of them was an import");
    await_that("nothing to be left of them", || {
        Ok(names_in(&all.site.data().join("work")).is_empty())
    })?;
    daemon.stop()
}

#[test]
fn pages_and_filters_of_the_log_find_what_they_ask_for() -> anyhow::Result<()> {
    let all = Partners::new("", "")?;
    let (daemon, server) = Server::of(&all.site)?;
    for round in 0..6 {
        let mut items: Vec<Value> = (0..4).map(|id| item(&format!("R{round}-{id}"))).collect();
        items[3]["invoiceCustomerId"] = json!("nobody");
        ensure!(post(&server, &all.alpha, &body(&items), &[])?.status == 201);
        ensure!(
            post(
                &server,
                &all.beta,
                &body(&[item(&format!("B{round}"))]),
                &[]
            )?
            .status
                == 201
        );
    }
    all.site
        .drop_file("alpha", "orders.csv", &csv("F", 30, 1))?;
    all.site.await_step("orders.csv", "archived")?;
    let entries = logs(&server, &all.alpha, "size=100")?;
    ensure!(entries.len() == 54, "{}", entries.len());
    let all_numbers = numbers(&entries);
    let mut walked: Vec<u64> = Vec::new();
    let mut query = "size=7".to_owned();
    loop {
        let page = numbers(&logs(&server, &all.alpha, &query)?);
        walked.extend(&page);
        match page.last() {
            Some(last) if page.len() == 7 => query = format!("size=7&startingAfter={last}"),
            _ => break,
        }
    }
    ensure!(walked == all_numbers, "{walked:?}");
    let mut backwards = all_numbers.clone();
    backwards.reverse();
    ensure!(numbers(&logs(&server, &all.alpha, "size=100&sort=DESC")?) == backwards);
    let newest = numbers(&logs(&server, &all.alpha, "size=5&sort=DESC")?);
    ensure!(newest == backwards[..5]);
    let older = format!("size=5&sort=DESC&startingAfter={}", newest[4]);
    ensure!(numbers(&logs(&server, &all.alpha, &older)?) == backwards[5..10]);
    let before = format!("size=5&endingBefore={}", all_numbers[20]);
    ensure!(numbers(&logs(&server, &all.alpha, &before)?) == all_numbers[15..20]);

    let failed = logs(&server, &all.alpha, "size=100&success=false")?;
    ensure!(failed.len() == 6 && failed.iter().all(|entry| entry["success"] == false));
    let offer = logs(
        &server,
        &all.alpha,
        &format!("size=100&plenigoOfferId={OFFER}"),
    )?;
    ensure!(offer.len() == 54);
    ensure!(logs(&server, &all.alpha, "plenigoOfferId=O_0000000000000000AAA")?.is_empty());
    ensure!(logs(&server, &all.alpha, "externalSystemId=R2-3")?.len() == 1);
    ensure!(
        logs(&server, &all.alpha, "externalSystemId=B2")?.is_empty(),
        "another partner's"
    );

    let time = |entry: &Value| entry["createdDate"].as_str().unwrap_or("").to_owned();
    let (from, to) = (time(&entries[8]), time(&entries[15]));
    let span = format!("size=100&startTime={from}&endTime={to}");
    ensure!(numbers(&logs(&server, &all.alpha, &span)?) == all_numbers[8..16]);
    let later = "size=100&startTime=2099-01-01T00:00:00Z";
    ensure!(logs(&server, &all.alpha, later)?.is_empty());
    let earlier = "size=100&sort=DESC&endTime=2020-01-01T00:00:00Z";
    ensure!(logs(&server, &all.alpha, earlier)?.is_empty());
    for (query, code) in [
        ("startTime=yesterday", 99003),
        ("size=ten", 99006),
        ("startingAfter=x", 99007),
        ("success=maybe", 99014),
    ] {
        let token = format!("X-plenigo-token: {}", all.alpha.token);
        let answer = server.get(&format!("{LOGS}?{query}"), &[&token])?;
        ensure!(
            answer.status == 400 && answer.json()?["errorCode"] == code,
            "{answer:?}"
        );
    }
    daemon.stop()
}

#[test]
fn a_key_makes_a_repeat_harmless_over_restarts() -> anyhow::Result<()> {
    let all = Partners::new("", "")?;
    let (daemon, server) = Server::of(&all.site)?;
    let key = "Idempotency-Key: import-1/batch-7";
    let mut first = item("A-1");
    first["endDate"] = json!("2027-01-01T00:00:00+01:00");
    let mut second = item("A-1");
    second["endDate"] = json!("2028-01-01T00:00:00+01:00");
    let (first, second) = (body(&[first]), body(&[second]));
    ensure!(post(&server, &all.alpha, &first, &[key])?.status == 201);
    ensure!(post(&server, &all.alpha, &second, &[])?.status == 201);
    ensure!(post(&server, &all.alpha, &first, &[key])?.status == 201);
    ensure!(
        logs(&server, &all.alpha, "size=10")?.len() == 2,
        "the repeat was no import"
    );
    daemon.kill()?;

    let (daemon, server) = Server::of(&all.site)?;
    await_that("the daemon to be ready", || {
        Ok(server.get("/readyz", &[])?.status == 200)
    })?;
    ensure!(post(&server, &all.alpha, &first, &[key])?.status == 201);
    ensure!(
        logs(&server, &all.alpha, "size=10")?.len() == 2,
        "nor was it after a restart"
    );
    let other = post(&server, &all.alpha, &second, &[key])?;
    ensure!(
        other.status == 400 && other.text().contains("Idempotency-Key"),
        "{other:?}"
    );
    ensure!(
        post(&server, &all.beta, &first, &[key])?.status == 201,
        "another partner's key"
    );
    let bad = post(&server, &all.alpha, &first, &["Idempotency-Key: a b"])?;
    ensure!(bad.status == 400, "{bad:?}");
    daemon.stop()
}

#[test]
fn the_brake_holds_a_request_and_promises_it() -> anyhow::Result<()> {
    let all = Partners::new("", "[profile.brake]\nrejects_count = 0\n")?;
    let (daemon, server) = Server::of(&all.site)?;
    let mut unknown = item("A-2");
    unknown["invoiceCustomerId"] = json!("nobody");
    let answer = post(&server, &all.alpha, &body(&[item("A-1"), unknown]), &[])?;
    let promise = answer.json()?["promiseId"].as_str().map(str::to_owned);
    let promise = promise.with_context(|| format!("{answer:?}"))?;
    ensure!(answer.status == 201);
    ensure!(
        logs(&server, &all.alpha, "")?.is_empty(),
        "nothing is applied yet"
    );
    let held = server.get("/metrics", &[])?.text();
    ensure!(
        held.contains("intake_held_imports{partner=\"alpha\"} 1"),
        "{held}"
    );
    all.site.must(&["release", &promise])?;
    ensure!(logs(&server, &all.alpha, "")?.len() == 2);
    daemon.stop()?;
    all.site.verify()
}

#[test]
fn what_was_acknowledged_outlives_a_kill_and_the_rest_is_whole_or_absent() -> anyhow::Result<()> {
    let all = Partners::new("", "")?;
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let (daemon, server) = Server::of(&all.site)?;
        await_that("the daemon to be ready", || {
            Ok(server.get("/readyz", &[])?.status == 200)
        })?;
        for number in 0..5 {
            let id = format!("K{round}-{number}");
            ensure!(post(&server, &all.alpha, &body(&[item(&id)]), &[])?.status == 201);
            acknowledged.push(id);
        }
        // A long one whose answer nobody waits for, and a short one that never comes whole.
        let long: Vec<Value> = (0..6_000)
            .map(|id| item(&format!("L{round}-{id}")))
            .collect();
        let mut first = server.connect()?;
        first.write_all(&request(&server, &all.alpha, &body(&long), &[]))?;
        let mut second = server.connect()?;
        let half = request(
            &server,
            &all.alpha,
            &body(&[item(&format!("H{round}"))]),
            &[],
        );
        second.write_all(&half[..half.len() - 20])?;
        daemon.kill()?;
    }
    let (daemon, server) = Server::of(&all.site)?;
    await_that("everything to come to its end", || {
        let files = all.site.files()?;
        Ok(files.iter().all(|file| file["step"] == "archived"))
    })?;
    let log = all.site.log()?;
    let times = |id: &str| {
        let is = |entry: &&Value| entry["externalSystemId"] == id;
        log.iter().filter(is).count()
    };
    for id in &acknowledged {
        ensure!(times(id) == 1, "{id}: {}", times(id));
    }
    for round in 0..3 {
        let of_long = |entry: &&Value| {
            let id = entry["externalSystemId"].as_str().unwrap_or("");
            id.starts_with(&format!("L{round}-"))
        };
        let count = log.iter().filter(of_long).count();
        ensure!(count == 0 || count == 6_000, "{count} of round {round}");
        ensure!(times(&format!("H{round}")) == 0);
    }
    ensure!(names_in(&all.site.data().join("work")).is_empty());
    ensure!(server.get("/readyz", &[])?.status == 200);
    daemon.stop()?;
    all.site.verify()
}

#[test]
fn whoever_asks_too_much_is_told_when_to_come_again() -> anyhow::Result<()> {
    let keys = "token_rate = 1\ntoken_burst = 4\nimport_queue = 1\n";
    let all = Partners::new(keys, "")?;
    let (daemon, server) = Server::of(&all.site)?;
    // One request takes the only place for as long as its body does not come.
    let mut slow = server.connect()?;
    let whole = request(&server, &all.alpha, &body(&[item("A-1")]), &[]);
    slow.write_all(&whole[..whole.len() - 5])?;
    await_that("the place to be taken", || {
        Ok(!names_in(&all.site.data().join("work")).is_empty())
    })?;
    let full = post(&server, &all.alpha, &body(&[item("A-2")]), &[])?;
    ensure!(
        full.status == 400 && full.json()?["errorCode"] == 97004,
        "{full:?}"
    );
    ensure!(full.header("retry-after").is_some(), "{full:?}");
    ensure!(post(&server, &all.beta, &body(&[item("B-1")]), &[])?.status == 201);
    slow.write_all(&whole[whole.len() - 5..])?;
    let answer = intake_tests::http::read_answer(&mut slow)?;
    ensure!(answer.status == 201, "{answer:?}");

    let token = format!("X-plenigo-token: {}", all.alpha.token);
    // All of them are on their way before the first is answered.
    let host = format!("Host: {}", server.0);
    let one = |last: &str| format!("GET {LOGS} HTTP/1.1\r\n{host}\r\n{token}\r\n{last}\r\n");
    let many = one("").repeat(30) + &one("Connection: close\r\n");
    let mut stream = server.connect()?;
    stream.write_all(many.as_bytes())?;
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard)?;
    let heard = String::from_utf8(heard)?;
    ensure!(
        heard.contains("HTTP/1.1 429") && heard.contains("99429"),
        "{heard}"
    );
    let pause = heard
        .split("retry-after: ")
        .nth(1)
        .context("when to come again")?;
    let pause: u64 = pause.split('\r').next().unwrap_or("").parse()?;
    ensure!((1..=3).contains(&pause), "{pause}");
    let metrics = server.get("/metrics", &[])?.text();
    ensure!(
        metrics.contains("route=\"/api/v3.0/imports/orders/logs\",status=\"429\""),
        "{metrics}"
    );
    let said = daemon.said();
    ensure!(said.contains("partner=\"alpha\""), "{said}");
    ensure!(!said.contains(&all.alpha.token), "{said}");
    daemon.stop()
}

#[test]
fn requests_and_answers_keep_the_description() -> anyhow::Result<()> {
    let all = Partners::new("import_queue = 1\n", "[profile.brake]\nrejects_count = 1\n")?;
    let (daemon, server) = Server::of(&all.site)?;
    let alpha = Client::new(server, Some(&all.alpha.token))?;
    let path = "/imports/orders";
    let mut nobody = item("A-2");
    nobody["invoiceCustomerId"] = json!("nobody");
    nobody["endDate"] = Value::Null;
    let mixed = json!({ "purchase": true, "items": [item("A-1"), nobody.clone()] });
    ensure!(alpha.post(path, &mixed)?.status == 201);
    let held = json!({ "items": [nobody.clone(), item("A-3"), nobody] });
    let held = alpha.post(path, &held)?;
    ensure!(held.status == 201, "{held:?}");
    for (text, status) in [
        ("", 400),
        ("nonsense", 400),
        ("null", 400),
        ("{\"items\":[{\"quantity\":\"7\"}]}", 400),
        ("{\"items\":[{},{}],\"purchase\":3}", 400),
    ] {
        ensure!(alpha.raw("POST", path, text)?.status == status, "{text}");
    }
    for query in [
        "",
        "?size=100&sort=DESC",
        "?externalSystemId=A-1",
        "?success=false&plenigoOfferId=O_MZA1E7173120881551",
        "?startTime=2026-01-01T00:00:00Z&endTime=2099-01-01T00:00:00Z",
    ] {
        let page = alpha.get(&format!("{path}/logs{query}"))?;
        ensure!(page.status == 200, "{page:?}");
        let items = page.json["items"].as_array().map_or(0, Vec::len);
        ensure!(items > 0, "{query}: {page:?}");
    }
    for query in ["?size=x", "?startingAfter=x", "?success=7", "?endTime=now"] {
        let page = alpha.get(&format!("{path}/logs{query}"))?;
        ensure!(page.status == 400, "{page:?}");
    }
    let house = alpha.with_token(&all.house.token);
    ensure!(house.post(path, &mixed)?.status == 401);
    ensure!(house.get(&format!("{path}/logs"))?.status == 200);
    daemon.stop()
}
