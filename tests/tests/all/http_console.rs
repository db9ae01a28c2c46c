//! Does the operator's page get what it asks for, and does nobody else?
//! Whoever reads may look and not act, a partner may not even look, and what is done here is what the commands do.

use anyhow::{Context as _, ensure};
use intake_tests::daemon::Daemon;
use intake_tests::http::{Answer, Server, Token};
use intake_tests::installation::Installation;
use intake_tests::orders::OFFER;
use intake_tests::patience::await_some;
use serde_json::{Value, json};

const BASE: &str = "/console/api/v1";

/// Orders `A-n`, with this end.
fn csv_of(numbers: std::ops::RangeInclusive<u32>, end: &str) -> String {
    let rows = numbers.map(|number| row(&format!("A-{number}"), 1, end));
    let header = "externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod,endDate\n";
    std::iter::once(header.to_owned()).chain(rows).collect()
}

fn row(key: &str, quantity: u32, end: &str) -> String {
    let customer = xtask::generate::customer_id(0);
    format!("{key},{OFFER},{customer},{quantity},2026-01-01T00:00:00Z,BILLING,{end}\n")
}

/// A running daemon with tokens of all kinds.
struct House {
    site: Installation,
    daemon: Daemon,
    server: Server,
    operator: Token,
    reader: Token,
    partner: Token,
}

impl House {
    fn new() -> anyhow::Result<Self> {
        let (operator, reader, partner) = (Token::new()?, Token::new()?, Token::new()?);
        let sections = format!(
            "[http]\nlisten = \"127.0.0.1:0\"\noperator_tokens = [\"anna {}\"]\nread_tokens = [\"{}\"]\n\
             [partners.alpha]\ntokens = [\"{}\"]\nexpect_every = \"2h\"\n\
             [partners.alpha.brake]\nends_share = \"off\"\nends_count = 1\n",
            operator.hash, reader.hash, partner.hash,
        );
        let site = Installation::with("", &sections)?;
        site.stock(20)?;
        let (daemon, server) = Server::of(&site)?;
        Ok(Self {
            site,
            daemon,
            server,
            operator,
            reader,
            partner,
        })
    }

    fn get(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.asked("GET", &format!("{BASE}{path}"), &self.operator, None)?;
        ensure!(answer.status == 200, "{path}: {answer:?}");
        answer.json()
    }

    fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.asked("POST", &format!("{BASE}{path}"), &self.operator, Some(body))
    }

    fn asked(
        &self,
        method: &str,
        path: &str,
        token: &Token,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let token = format!("X-plenigo-token: {}", token.token);
        let body = body.map(Value::to_string).unwrap_or_default();
        let length = format!("Content-Length: {}", body.len());
        let mut request = self.server.head(method, path, &[&token, &length]);
        request.extend_from_slice(body.as_bytes());
        self.server.ask(&request)
    }

    /// Drops a file and waits until its import has this state; gives it as the page is told of it.
    fn drop_file(&self, name: &str, content: &str, state: &str) -> anyhow::Result<Value> {
        std::fs::write(self.site.inbox("alpha").join(name), content)?;
        await_some("the import", || {
            let found = self.get(&format!("/files?size=50&file={name}"))?;
            let file = found["items"][0].clone();
            let is_there = file["state"] == state && (state == "held" || file["open"] == false);
            Ok(is_there.then_some(file))
        })
    }
}

fn id(file: &Value) -> anyhow::Result<String> {
    Ok(file["importId"].as_str().context("an id")?.to_owned())
}

#[test]
fn a_partner_may_not_look_and_a_reader_may_not_act() -> anyhow::Result<()> {
    let site = House::new()?;
    let looks = ["/session", "/overview", "/files", "/log", "/outbox"];
    for path in looks {
        let path = format!("{BASE}{path}");
        let refused = site.asked("GET", &path, &site.partner, None)?;
        ensure!(refused.status == 401, "{path}: {refused:?}");
        ensure!(refused.json()?["errorCode"] == 99_009, "{refused:?}");
        let shown = site.asked("GET", &path, &site.reader, None)?;
        ensure!(shown.status == 200, "{path}: {shown:?}");
        let nobody = site.server.get(&path, &[])?;
        ensure!(nobody.status == 401 && nobody.json()?["errorCode"] == 99_008);
    }
    for path in [
        "/files/000001/release",
        "/files/000001/discard",
        "/outbox/retry",
        "/outbox/drop",
    ] {
        for token in [&site.reader, &site.partner] {
            let path = format!("{BASE}{path}");
            let body = json!({ "changed": "", "all": true });
            let refused = site.asked("POST", &path, token, Some(&body))?;
            ensure!(refused.status == 401, "{path}: {refused:?}");
        }
    }
    let who = site.get("/session")?;
    ensure!(who["who"] == "anna" && who["mayAct"] == true, "{who}");
    let reads = site.asked("GET", &format!("{BASE}/session"), &site.reader, None)?;
    ensure!(reads.json()?["mayAct"] == false, "{reads:?}");
    site.daemon.stop()
}

#[test]
fn a_held_plan_is_looked_at_and_decided_once() -> anyhow::Result<()> {
    let site = House::new()?;
    let first = site.drop_file("first.csv", &csv_of(1..=4, ""), "applied")?;
    let life = site.get(&format!("/files/{}", id(&first)?))?;
    let steps: Vec<&str> = life["steps"]
        .as_array()
        .context("steps")?
        .iter()
        .filter_map(|step| step["step"].as_str())
        .collect();
    ensure!(
        steps
            == [
                "claimed",
                "checked",
                "planned",
                "applying",
                "applied",
                "receipted",
                "archived"
            ],
        "{steps:?}"
    );
    let paper = format!("{BASE}/files/{}/papers/receipt", id(&first)?);
    let receipt = site.asked("GET", &paper, &site.reader, None)?;
    ensure!(receipt.json()?["counts"]["create"] == 4, "{receipt:?}");
    let other = format!("{BASE}/files/{}/papers/orders.csv", id(&first)?);
    ensure!(site.asked("GET", &other, &site.reader, None)?.status == 404);

    let ends = csv_of(1..=3, "2026-01-02T00:00:00Z");
    let held = site.drop_file("stop.csv", &ends, "held")?;
    ensure!(held["counts"]["end"] == 3, "{held}");
    let seen = held["changed"].clone();
    let held = id(&held)?;
    let plan = site.get(&format!("/files/{held}/plan?decision=end&size=100"))?;
    let rows = plan["items"].as_array().context("rows")?;
    ensure!(rows.len() == 3 && plan["next"].is_null(), "{plan}");
    ensure!(rows[0]["changes"][0]["field"] == "endDate", "{plan}");

    let release = format!("/files/{held}/release");
    let stale = site.post(&release, &json!({ "changed": "2020-01-01T00:00:00Z" }))?;
    ensure!(stale.status == 409, "{stale:?}");
    let without = site.post(&release, &json!({}))?;
    ensure!(without.status == 400, "{without:?}");
    ensure!(site.get("/overview")?["held"][0]["importId"] == held.as_str());
    let done = site.post(&release, &json!({ "changed": seen }))?;
    ensure!(matches!(done.status, 200 | 202), "{done:?}");
    await_some("the end", || {
        let file = site.get(&format!("/files/{held}"))?;
        Ok((file["file"]["state"] == "applied").then_some(()))
    })?;
    let again = site.post(&release, &json!({ "changed": seen }))?;
    ensure!(again.status == 409, "{again:?}");
    let order = site.get("/order?externalSystemId=A-1")?;
    ensure!(
        order["subscription"]["endDate"] == "2026-01-02T00:00:00Z",
        "{order}"
    );
    ensure!(order["history"].as_array().context("history")?.len() == 2);

    let said = {
        let log = site.daemon.log().to_owned();
        site.daemon.stop()?;
        std::fs::read_to_string(log)?
    };
    let acts: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("operator_acted"))
        .collect();
    ensure!(acts.len() == 1, "{acts:?}");
    ensure!(acts[0].contains("who=\"anna\"") && acts[0].contains("releaseImport"));
    ensure!(acts[0].contains(&held), "{acts:?}");
    ensure!(!said.contains("A-1"), "an order's number is in the log");
    Ok(())
}

#[test]
fn the_log_is_read_by_page_and_filter() -> anyhow::Result<()> {
    let site = House::new()?;
    let mut rows = csv_of(1..=12, "");
    rows.push_str(&row("BAD", 0, ""));
    let file = site.drop_file("mixed.csv", &rows, "applied")?;
    let numbers = |page: &Value| -> Vec<u64> {
        let items = page["items"].as_array().into_iter().flatten();
        items.filter_map(|item| item["logId"].as_u64()).collect()
    };
    let first = site.get("/log?size=5")?;
    ensure!(numbers(&first) == [13, 12, 11, 10, 9], "{first}");
    let next = first["next"].as_str().context("a cursor")?;
    let second = site.get(&format!("/log?size=5&startingAfter={next}"))?;
    ensure!(numbers(&second) == [8, 7, 6, 5, 4], "{second}");
    let failed = site.get("/log?size=5&success=false")?;
    ensure!(
        numbers(&failed) == [13] && failed["next"].is_null(),
        "{failed}"
    );
    let of_order = site.get("/log?size=5&externalSystemId=A-7")?;
    ensure!(numbers(&of_order) == [7], "{of_order}");
    for (filter, count) in [
        (format!("importId={}", id(&file)?), 13),
        ("file=mixed.csv".to_owned(), 13),
        ("file=mixed".to_owned(), 0),
        ("partner=beta".to_owned(), 0),
        ("endTime=2020-01-01T00:00:00Z".to_owned(), 0),
        ("startTime=2020-01-01T00:00:00Z".to_owned(), 13),
    ] {
        let found = site.get(&format!("/log?size=100&{filter}"))?;
        ensure!(numbers(&found).len() == count, "{filter}: {found}");
    }
    site.daemon.stop()
}

#[test]
fn what_has_not_changed_is_not_sent_again() -> anyhow::Result<()> {
    let site = House::new()?;
    let path = format!("{BASE}/overview");
    let token = format!("X-plenigo-token: {}", site.reader.token);
    let first = site.server.get(&path, &[&token])?;
    let tag = first.header("etag").context("a tag")?.to_owned();
    let overview = first.json()?;
    ensure!(
        overview["partners"][0]["expectEverySeconds"] == 7200,
        "{overview}"
    );
    ensure!(overview["partners"][0]["overdue"] == false, "{overview}");
    let known = format!("If-None-Match: {tag}");
    let again = site.server.get(&path, &[&token, &known])?;
    ensure!(again.status == 304 && again.body.is_empty(), "{again:?}");
    site.drop_file("some.csv", &csv_of(1..=2, ""), "applied")?;
    let then = site.server.get(&path, &[&token, &known])?;
    ensure!(then.status == 200, "{then:?}");
    ensure!(then.json()?["recent"][0]["file"] == "some.csv", "{then:?}");

    let metrics = site.server.get("/metrics", &[])?.text();
    for line in [
        "intake_partner_overdue{partner=\"alpha\"} 0",
        "intake_partner_expected_every_seconds{partner=\"alpha\"} 7200",
    ] {
        ensure!(metrics.contains(line), "{line}\n{metrics}");
    }
    ensure!(metrics.contains("intake_last_delivery_timestamp_seconds{partner=\"alpha\"}"));
    site.daemon.stop()
}

#[test]
fn the_page_is_there_under_its_own_policy() -> anyhow::Result<()> {
    let site = House::new()?;
    let moved = site.server.get("/console", &[])?;
    ensure!(moved.status == 308 && moved.header("location") == Some("console/"));
    let page = site.server.get("/console/", &[])?;
    ensure!(page.status == 200, "{page:?}");
    let nothing = site.server.get(&format!("{BASE}/nothing"), &[])?;
    ensure!(nothing.status == 404 && nothing.json()?["errorCode"] == 99_404);
    site.daemon.stop()
}
