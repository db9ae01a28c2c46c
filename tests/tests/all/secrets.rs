//! Does anything leak that nobody else may see?
//! Every place that takes something from outside is given a value of its own that occurs nowhere else; none of them may turn up in
//! the daemon's log, in its metrics, in what another partner is answered or finds, or on a page without a token.

use std::fs;

use anyhow::ensure;
use intake_tests::http::{Form, Server, Token};
use intake_tests::installation::{Installation, names_in};
use intake_tests::orders::OFFER;
use intake_tests::patience::await_that;

/// What only the partner and the operator may see: cells, names, addresses.
const CONTENT: [&str; 6] = [
    "canary-order",
    "canary-mail@example.org",
    "CanaryFamily",
    "canary-column",
    "canary-cell",
    "canary-item",
];
/// What nobody may see.
const SECRETS: [&str; 7] = [
    "canary-upstream-token",
    "canary-wrong-token",
    "canary-bearer",
    "canary-cookie",
    "canary-query",
    "canary-referer",
    "canary-agent",
];

#[test]
fn what_is_secret_turns_up_nowhere_else() -> anyhow::Result<()> {
    let (alpha, beta) = (Token::new()?, Token::new()?);
    let sections = format!(
        // Nobody listens there: every attempt fails and is told of.
        "[http]\nlisten = \"127.0.0.1:0\"\n\
         [upstream]\nmode = \"mirror\"\nurl = \"http://127.0.0.1:9/api/v3.0\"\ntoken_variable = \"INTAKE_CANARY_TOKEN\"\n\
         [partners.alpha]\ntokens = [\"{}\"]\n[partners.beta]\ntokens = [\"{}\"]\n",
        alpha.hash, beta.hash,
    );
    let mut site = Installation::with("", &sections)?;
    site.set_variable("INTAKE_CANARY_TOKEN", SECRETS[0]);
    site.stock(2)?;
    let (daemon, server) = Server::of(&site)?;
    let customer = xtask::generate::customer_id(0);
    let file = format!(
        "externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod,email,name,language,canary-column\n\
         canary-order-1,{OFFER},{customer},1,2026-01-01T00:00:00Z,BILLING,,,,x\n\
         canary-order-2,{OFFER},{customer},canary-cell,canary-cell,canary-cell,,,,x\n\
         canary-order-3,{OFFER},,1,2026-01-01T00:00:00Z,BILLING,canary-mail@example.org,CanaryFamily,de,x\n"
    );
    site.drop_file("alpha", "mine.csv", file.as_bytes())?;
    site.await_receipt("alpha", "mine.csv")?;

    let mine = format!("X-plenigo-token: {}", alpha.token);
    let loud = [
        "Cookie: session=canary-cookie",
        "Referer: http://localhost/canary-referer",
        "User-Agent: canary-agent",
    ];
    let body = format!(
        "{{\"purchase\":true,\"items\":[{{\"externalSystemId\":\"canary-item\",\"plenigoOfferId\":\"{OFFER}\",\
         \"invoiceCustomerId\":\"canary-item\",\"quantity\":\"canary-item\"}}]}}"
    );
    let length = format!("Content-Length: {}", body.len());
    let json = "Content-Type: application/json";
    let mut lines = vec![mine.as_str(), &length, json];
    lines.extend(loud);
    let mut request = server.head(
        "POST",
        "/api/v3.0/imports/orders?token=canary-query",
        &lines,
    );
    request.extend_from_slice(body.as_bytes());
    let refused = server.ask(&request)?;
    ensure!(refused.status == 400, "{refused:?}");
    let form = Form::default().file("file", "mine-too.csv", file.as_bytes());
    server.ask(&server.upload(&form, &["Authorization: Bearer canary-bearer"]))?;

    let own = server.get("/api/v3.0/imports/orders/logs", &[&mine])?;
    let own = String::from_utf8_lossy(&own.body).into_owned();

    let mut told = Vec::new();
    let theirs = format!("X-plenigo-token: {}", beta.token);
    let paths = [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/console",
        "/api/v3.0/openapi.json",
        "/api/v3.0/imports/orders/logs",
        "/api/v3.0/orders",
        "/api/v3.0/orders/1",
        "/api/v3.0/subscriptions",
        "/api/v3.0/customers?email=canary-mail%40example.org",
        "/api/v3.0/customers/customerIdByExternalSystemId/nobody",
        "/api/v3.0/nothing?canary-query",
        "/console/api/v1/files",
        "/console/api/v1/log",
        "/snapshot",
        "/receipt/000001",
    ];
    // Who tries with wrong tokens is soon asked to wait, so that comes last.
    for token in [
        theirs.as_str(),
        "X-Nothing: x",
        "X-plenigo-token: canary-wrong-token",
    ] {
        for path in paths {
            let mut lines = vec![token];
            lines.extend(loud);
            let answer = server.get(path, &lines)?;
            ensure!(answer.status < 500, "{path}: {answer:?}");
            let asked_for_orders = token == theirs && path == "/api/v3.0/orders";
            ensure!(!asked_for_orders || answer.status == 200, "{answer:?}");
            told.push((format!("{path} with {}", &token[..12]), answer.body));
        }
    }
    for name in names_in(&site.data().join("outbox/beta")) {
        told.push((
            "beta's outbox".into(),
            fs::read(site.data().join("outbox/beta").join(name))?,
        ));
    }
    await_that("upstream's silence to be told", || {
        Ok(daemon.said().contains("upstream"))
    })?;
    told.push(("the log".into(), daemon.said().into_bytes()));
    for (place, told) in &told {
        let told = String::from_utf8_lossy(told);
        for canary in CONTENT.iter().chain(&SECRETS) {
            ensure!(
                !told.contains(canary),
                "`{canary}` turned up in {place}: {told}"
            );
        }
        for token in [&alpha, &beta] {
            ensure!(
                !told.contains(&token.token) && !told.contains(&token.hash),
                "a token in {place}"
            );
        }
    }

    // They did go in: whoever may see them does.
    let outbox = site.data().join("outbox/alpha");
    let corrections: String = names_in(&outbox)
        .into_iter()
        .filter_map(|name| fs::read_to_string(outbox.join(name)).ok())
        .collect();
    ensure!(own.contains("canary-order"), "{own}");
    for canary in ["canary-order", "canary-column", "canary-cell"] {
        ensure!(
            corrections.contains(canary),
            "`{canary}` is not in what alpha is told"
        );
    }
    daemon.stop()
}
