//! Does a client of the platform's API find here what it knows from there?
//! Over real sockets, every request and every answer held against the description that the daemon serves.

use anyhow::{Context as _, ensure};
use intake_tests::daemon::Daemon;
use intake_tests::http::{Server, Token};
use intake_tests::installation::Installation;
use intake_tests::orders::{HEADER, OFFER};
use intake_tests::platform::{Client, Reply};
use serde_json::{Value, json};

/// An installation with a token for each kind of holder.
struct House {
    site: Installation,
    operator: Token,
    reader: Token,
    alpha: Token,
    alpha_reader: Token,
    beta: Token,
}

impl House {
    fn new() -> anyhow::Result<Self> {
        let tokens: Vec<Token> = (0..5).map(|_| Token::new()).collect::<Result<_, _>>()?;
        let [operator, reader, alpha, alpha_reader, beta] =
            <[Token; 5]>::try_from(tokens).ok().context("five tokens")?;
        let config = format!(
            "[http]\nlisten = \"127.0.0.1:0\"\noperator_tokens = [\"{}\"]\nread_tokens = [\"{}\"]\n\
             [partners.alpha]\ntokens = [\"{}\"]\nread_tokens = [\"{}\"]\n[partners.beta]\ntokens = [\"{}\"]\n",
            operator.hash, reader.hash, alpha.hash, alpha_reader.hash, beta.hash
        );
        Ok(Self {
            site: Installation::with("", &config)?,
            operator,
            reader,
            alpha,
            alpha_reader,
            beta,
        })
    }

    fn serve(&self) -> anyhow::Result<(Daemon, Client)> {
        let (daemon, server) = Server::of(&self.site)?;
        Ok((daemon, Client::new(server, Some(&self.operator.token))?))
    }

    fn import(&self, partner: &str, rows: &str) -> anyhow::Result<()> {
        let file = self.site.scratch("orders.csv");
        let header = HEADER.trim_end();
        let text = format!("{header},endDate,deliveryCustomerId\n{rows}");
        std::fs::write(&file, text)?;
        let file = file.display().to_string();
        self.site
            .must(&["import", &file, "--partner", partner])
            .map(drop)
    }
}

fn must(reply: anyhow::Result<Reply>, status: u16) -> anyhow::Result<Value> {
    let reply = reply?;
    ensure!(reply.status == status, "not {status}: {reply:?}");
    Ok(reply.json)
}

fn refused(reply: anyhow::Result<Reply>, status: u16, code: u32) -> anyhow::Result<Value> {
    let json = must(reply, status)?;
    ensure!(json["errorCode"] == code, "not {code}: {json}");
    Ok(json)
}

fn fields(json: &Value) -> Vec<&str> {
    let errors = json["validationErrors"].as_array().into_iter().flatten();
    errors.filter_map(|error| error["field"].as_str()).collect()
}

fn offer(id: &str, manager: &str) -> Value {
    json!({
        "plenigoOfferId": id, "internalTitle": "Daily", "managedBy": manager,
        "accessRightIds": ["daily", "archive"],
    })
}

const CHECKOUT_OFFER: &str = "O_CHECKOUT0000000001";

#[test]
fn customers_are_brought_found_and_changed() -> anyhow::Result<()> {
    let house = House::new()?;
    let (daemon, operator) = house.serve()?;
    let alpha = operator.with_token(&house.alpha.token);
    let beta = operator.with_token(&house.beta.token);
    let lena = json!({
        "email": "Lena@example.org", "language": "de", "customerId": "C-1",
        "externalSystemId": "K 1/ä", "username": "lena", "firstName": "Lena", "birthday": "1980-05-17",
        "mobileNumber": "+4915112345678", "salutation": "MRS", "shoeSize": 38,
    });
    let made = must(alpha.raw("POST", "/customers", &lena.to_string()), 201)?;
    ensure!(
        made["customerId"] == "C-1" && made["status"] == "ACTIVATED",
        "{made}"
    );
    ensure!(made["createdDate"] == made["changedDate"], "{made}");
    // The same address, in any case, and the same number: it is there already.
    let again = json!({"email": "lena@EXAMPLE.org", "language": "en", "customerId": "C-1"});
    ensure!(must(alpha.post("/customers", &again), 208)? == made);
    let foreign = must(beta.post("/customers", &again), 208)?;
    ensure!(
        foreign["email"] == "Lena@example.org" && foreign["firstName"].is_null(),
        "{foreign}"
    );

    let numbered = must(
        alpha.post(
            "/customers",
            &json!({"email": "a@example.org", "language": "en"}),
        ),
        201,
    )?;
    ensure!(numbered["customerId"] == "100000", "{numbered}");
    let post = |body: Value| alpha.post("/customers", &body);
    let taken = refused(
        post(json!({"email": "b@example.org", "language": "de", "externalSystemId": "K 1/ä"})),
        400,
        20_023,
    )?;
    ensure!(fields(&taken) == ["externalSystemId"], "{taken}");
    for (body, field) in [
        (
            json!({"email": "lena@example.org", "language": "de"}),
            "email",
        ),
        (
            json!({"email": "b@example.org", "language": "de", "customerId": "C-1"}),
            "customerId",
        ),
        (
            json!({"email": "b@example.org", "language": "de", "username": "lena"}),
            "username",
        ),
        (json!({"email": "no address", "language": "de"}), "email"),
        (json!({"email": "b@example.org"}), "language"),
        (
            json!({"email": "b@example.org", "language": "de", "firstName": "x".repeat(101)}),
            "firstName",
        ),
    ] {
        let told = refused(post(body), 400, 99_400)?;
        ensure!(fields(&told) == [field], "{told}");
    }
    let both = refused(post(json!({})), 400, 99_400)?;
    ensure!(fields(&both) == ["email", "language"], "{both}");
    refused(
        post(json!({"email": "b@example.org", "language": "de", "firstName": 7})),
        400,
        99_014,
    )?;
    refused(
        post(json!({"email": "b@example.org", "language": "de", "birthday": "17.5.1980"})),
        400,
        99_003,
    )?;
    refused(alpha.raw("POST", "/customers", ""), 400, 99_001)?;
    refused(alpha.raw("POST", "/customers", "{\"email\":"), 400, 99_002)?;
    refused(alpha.raw("POST", "/customers", "[]"), 400, 99_014)?;
    let long = format!("\"{}\"", "x".repeat(1 << 20));
    refused(alpha.raw("POST", "/customers", &long), 414, 99_414)?;

    let found = must(alpha.get("/customers?externalSystemId=K%201%2F%C3%A4"), 200)?;
    ensure!(found["items"] == json!([made]), "{found}");
    let id = must(
        alpha.get("/customers/customerIdByExternalSystemId/K%201%2F%C3%A4"),
        200,
    )?;
    ensure!(id == json!({"customerId": "C-1"}), "{id}");
    refused(
        alpha.get("/customers/customerIdByExternalSystemId/K%202"),
        404,
        20_404,
    )?;
    refused(
        beta.get("/customers/customerIdByExternalSystemId/K%201%2F%C3%A4"),
        404,
        20_404,
    )?;
    let found = must(
        alpha.get("/customers?username=lena&email=LENA@example.org"),
        200,
    )?;
    ensure!(found["items"] == json!([made]), "{found}");
    ensure!(
        must(
            alpha.get("/customers?username=lena&email=a@example.org"),
            200
        )?["items"]
            == json!([])
    );
    // Another partner learns that there is one of this number, and of an address that it knows, whose it is.
    let seen = must(beta.get("/customers/C-1"), 200)?;
    ensure!(
        seen["email"].is_null() && seen["username"].is_null() && seen["customerId"] == "C-1",
        "{seen}"
    );
    let seen = must(beta.get("/customers?email=lena@example.org"), 200)?;
    ensure!(
        seen["items"][0]["customerId"] == "C-1" && seen["items"][0]["firstName"].is_null(),
        "{seen}"
    );
    for names in ["username=lena", "externalSystemId=K%201%2F%C3%A4"] {
        ensure!(must(beta.get(&format!("/customers?{names}")), 200)?["items"] == json!([]));
    }
    ensure!(must(beta.get("/customers"), 200)?["items"] == json!([]));
    ensure!(alpha.all("/customers", "customerId", 5)?.len() == 2);
    ensure!(
        operator
            .all("/customers?sort=DESC", "customerId", 5)?
            .last()
            == Some(&made)
    );
    refused(alpha.get("/customers?startingAfter=nobody"), 400, 99_400)?;

    // What is left out stays, `null` clears, the external number is set once.
    let change = json!({"firstName": "Helena", "birthday": null, "username": "helena"});
    let changed = must(alpha.put("/customers/C-1", &change), 200)?;
    ensure!(
        changed["firstName"] == "Helena" && changed["birthday"].is_null(),
        "{changed}"
    );
    ensure!(
        changed["createdDate"] == made["createdDate"]
            && changed["changedDate"] != made["changedDate"]
    );
    ensure!(must(alpha.get("/customers?username=lena"), 200)?["items"] == json!([]));
    ensure!(
        must(alpha.put("/customers/C-1", &changed), 200)? == changed,
        "what was read may be sent back"
    );
    for (body, code, field) in [
        (
            json!({"externalSystemId": "K 2"}),
            99_400,
            "externalSystemId",
        ),
        (
            json!({"externalSystemId": null}),
            99_400,
            "externalSystemId",
        ),
        (json!({"customerId": "C-2"}), 99_400, "customerId"),
        (json!({"email": "a@example.org"}), 99_400, "email"),
        (json!({"email": null}), 99_400, "email"),
    ] {
        let told = refused(
            alpha.raw("PUT", "/customers/C-1", &body.to_string()),
            400,
            code,
        )?;
        ensure!(fields(&told) == [field], "{told}");
    }
    refused(beta.put("/customers/C-1", &change), 401, 99_009)?;
    refused(alpha.put("/customers/nobody", &change), 404, 20_404)?;

    // It all stands in the journal: the same after a restart, after a rebuild, and held against the store.
    daemon.stop()?;
    house.site.verify()?;
    house.site.must(&["rebuild"])?;
    let (daemon, operator) = house.serve()?;
    let alpha = operator.with_token(&house.alpha.token);
    ensure!(must(alpha.get("/customers/C-1"), 200)? == changed);
    ensure!(must(alpha.get("/customers?username=helena"), 200)?["items"] == json!([changed]));
    daemon.stop()
}

#[test]
fn orders_and_access_are_read_by_whom_they_belong_to() -> anyhow::Result<()> {
    let house = House::new()?;
    let (daemon, operator) = house.serve()?;
    let (alpha, beta) = (
        operator.with_token(&house.alpha.token),
        operator.with_token(&house.beta.token),
    );
    let reader = operator.with_token(&house.reader.token);
    must(
        operator.post("/products/offers", &offer(OFFER, "EXTERNAL")),
        201,
    )?;
    for id in ["1", "2", "3"] {
        let customer =
            json!({"customerId": id, "email": format!("{id}@example.org"), "language": "de"});
        must(operator.post("/customers", &customer), 201)?;
    }
    let row = |key: &str, customer: &str, start: &str, end: &str, to: &str| {
        format!("{key},{OFFER},{customer},1,{start}T00:00:00Z,BILLING,{end},{to}\n")
    };
    let mut rows: String = (0..12)
        .map(|n| row(&format!("A-{n}"), "1", "2026-01-01", "", ""))
        .collect();
    rows += &row("A-over", "2", "2020-01-01", "2021-01-01T00:00:00Z", "");
    rows += &row("A-gift", "1", "2026-01-01", "", "3");
    house.import("alpha", &rows)?;
    house.import("beta", &row("B-0", "2", "2099-01-01", "", ""))?;

    let all = reader.all("/orders", "orderId", 5)?;
    let keys = |items: &[Value]| -> Vec<String> {
        let keys = items
            .iter()
            .filter_map(|item| item["externalSystemId"].as_str());
        keys.map(str::to_owned).collect()
    };
    ensure!(all.len() == 15, "{all:?}");
    ensure!(keys(&beta.all("/orders", "orderId", 5)?) == ["B-0"]);
    ensure!(alpha.all("/orders?sort=DESC", "orderId", 6)?.len() == 14);
    ensure!(alpha.all("/subscriptions", "subscriptionId", 100)?.len() == 14);
    let number = all[0]["orderId"].to_string();
    ensure!(must(alpha.get(&format!("/orders/{number}")), 200)? == all[0]);
    refused(beta.get(&format!("/orders/{number}")), 404, 99_404)?;
    refused(beta.get(&format!("/subscriptions/{number}")), 404, 99_404)?;
    refused(beta.get("/orders/none"), 404, 99_404)?;
    ensure!(must(beta.get("/orders?externalSystemId=A-0"), 200)?["items"] == json!([]));
    ensure!(keys(&alpha.all("/orders?externalSystemId=A-0", "orderId", 5)?) == ["A-0"]);
    let subscription = must(alpha.get(&format!("/subscriptions/{number}")), 200)?;
    ensure!(
        subscription["managedExternal"] == true && subscription["status"] == "ACTIVE",
        "{subscription}"
    );

    // Pages, cursors and times.
    let page = must(alpha.get("/orders?size=1000"), 200)?;
    ensure!(page["items"].as_array().map(Vec::len) == Some(5), "{page}");
    let last = all[9]["orderId"].to_string();
    let back = must(
        reader.get(&format!("/orders?endingBefore={last}&size=5")),
        200,
    )?;
    ensure!(back["items"] == json!(&all[4..9]), "{back}");
    let changed = all[14]["changedDate"].as_str().context("a time")?;
    let since = must(reader.get(&format!("/orders?startTime={changed}")), 200)?;
    ensure!(
        since["items"] == json!([all[14]]),
        "both ends count: {since}"
    );
    ensure!(must(alpha.get(&format!("/orders?startTime={changed}")), 200)?["items"] == json!([]));
    refused(alpha.get("/orders?size=many"), 400, 99_006)?;
    refused(alpha.get("/orders?startingAfter=x"), 400, 99_007)?;
    refused(alpha.get("/orders?startTime=yesterday"), 400, 99_003)?;
    refused(alpha.get("/orders?sort=up"), 400, 99_400)?;

    // What a customer has.
    let of = |client: &Client, path: &str| client.all(path, "orderId", 5).map(|items| keys(&items));
    ensure!(of(&alpha, "/customers/1/orders")?.len() == 13);
    ensure!(of(&alpha, "/customers/2/orders")? == ["A-over"]);
    ensure!(of(&reader, "/customers/2/orders")? == ["A-over", "B-0"]);
    ensure!(
        of(&alpha, "/customers/3/orders")?.is_empty(),
        "the gift is paid by another"
    );
    ensure!(
        alpha
            .all("/customers/1/subscriptions", "subscriptionId", 5)?
            .len()
            == 13
    );
    refused(alpha.get("/customers/9/orders"), 404, 20_404)?;
    let rights = alpha.all("/accessRights/1", "accessRightId", 7)?;
    ensure!(rights.len() == 24, "{rights:?}");
    ensure!(
        alpha
            .all("/customers/1/accessRights?sort=DESC", "accessRightId", 5)?
            .len()
            == 24
    );
    ensure!(reader.all("/accessRights", "accessRightId", 7)?.len() == 30);
    ensure!(
        beta.all("/accessRights?sort=DESC", "accessRightId", 5)?
            .len()
            == 2
    );
    let access = |client: &Client, customer: &str| -> anyhow::Result<(Value, Vec<Value>)> {
        let path =
            format!("/accessRights/{customer}/hasAccess?accessRightUniqueIds=daily,%20none,daily");
        let told = must(client.get(&path), 200)?;
        let items = told["items"].as_array().context("items")?.clone();
        Ok((told["accessGranted"].clone(), items))
    };
    let (granted, items) = access(&alpha, "1")?;
    ensure!(
        granted == true && items.len() == 1 && items[0]["accessRightUniqueId"] == "daily",
        "{items:?}"
    );
    let (granted, items) = access(&alpha, "2")?;
    ensure!(
        granted == false && items[0]["lifeTimeEnd"] == "2021-01-01T00:00:00Z",
        "{items:?}"
    );
    let (granted, items) = access(&reader, "2")?;
    ensure!(
        granted == false && items[0]["lifeTimeStart"] == "2099-01-01T00:00:00Z",
        "{items:?}"
    );
    ensure!(
        access(&alpha, "3")?.0 == true,
        "the gift goes to whom it is delivered"
    );
    ensure!(
        access(&beta, "1")?.0 == false,
        "another partner's order says nothing"
    );
    refused(
        alpha.get("/accessRights/9/hasAccess?accessRightUniqueIds=daily"),
        404,
        20_404,
    )?;
    refused(alpha.get("/accessRights/1/hasAccess"), 400, 99_400)?;

    // Only a new import changes what is managed externally, and who no longer gets a gift has no access by it.
    for change in [
        "cancel/now",
        "cancel/regular",
        "cancel/at",
        "payment",
        "quantity",
        "discount",
        "address",
        "pause",
    ] {
        let path = format!("/subscriptions/{number}/{change}");
        refused(alpha.raw("PUT", &path, "{}"), 403, 40_009)?;
        refused(beta.raw("PUT", &path, "{}"), 404, 99_404)?;
    }
    refused(
        alpha.raw("PUT", "/subscriptions/999/pause", ""),
        404,
        99_404,
    )?;
    house.import("alpha", &row("A-gift", "1", "2026-01-01", "", "2"))?;
    ensure!(access(&alpha, "3")? == (json!(false), vec![]));
    ensure!(access(&alpha, "2")?.0 == true);

    // Rights.
    for client in [&reader, &operator.with_token(&house.alpha_reader.token)] {
        must(client.get("/orders"), 200)?;
        refused(
            client.post(
                "/customers",
                &json!({"email": "x@example.org", "language": "de"}),
            ),
            401,
            99_009,
        )?;
        refused(
            client.raw("PUT", &format!("/subscriptions/{number}/pause"), ""),
            401,
            99_009,
        )?;
    }
    refused(
        operator.with_token("intake-none").get("/orders"),
        401,
        99_008,
    )?;
    daemon.stop()
}

#[test]
fn the_catalog_is_kept_by_the_operator_and_nothing_of_it_is_sold() -> anyhow::Result<()> {
    let house = House::new()?;
    let (daemon, operator) = house.serve()?;
    let alpha = operator.with_token(&house.alpha.token);
    let made = must(operator.post("/products/offers", &offer(OFFER, "WBZ")), 201)?;
    ensure!(
        made["managedExternal"] == true && made["products"][1]["accessRightId"] == "archive",
        "{made}"
    );
    let told = refused(
        operator.post("/products/offers", &offer(OFFER, "WBZ")),
        400,
        99_400,
    )?;
    ensure!(fields(&told) == ["plenigoOfferId"], "{told}");
    refused(
        alpha.post("/products/offers", &offer(CHECKOUT_OFFER, "PLENIGO")),
        401,
        99_009,
    )?;
    must(
        operator.post("/products/offers", &offer(CHECKOUT_OFFER, "PLENIGO")),
        201,
    )?;
    let change = json!({"managedBy": "EXTERNAL", "allowedPaymentMethods": ["BILLING"]});
    let changed = must(
        operator.put(&format!("/products/offers/{OFFER}"), &change),
        200,
    )?;
    ensure!(
        changed["managedBy"] == "EXTERNAL" && changed["internalTitle"] == "Daily",
        "{changed}"
    );
    refused(
        alpha.put(&format!("/products/offers/{OFFER}"), &change),
        401,
        99_009,
    )?;
    let told = refused(
        operator.raw(
            "PUT",
            &format!("/products/offers/{OFFER}"),
            "{\"managedBy\": \"ME\"}",
        ),
        400,
        99_400,
    )?;
    ensure!(fields(&told) == ["managedBy"], "{told}");
    refused(
        operator.put("/products/offers/O_NONE0000000000000X", &change),
        404,
        60_404,
    )?;
    ensure!(alpha.all("/products/offers", "plenigoOfferId", 5)?.len() == 2);
    let after = must(
        alpha.get(&format!("/products/offers?startingAfter={CHECKOUT_OFFER}")),
        200,
    )?;
    ensure!(after["items"] == json!([changed]), "{after}");
    ensure!(must(alpha.get(&format!("/products/offers/{OFFER}")), 200)? == changed);
    for call in ["preparePurchase", "orderFreeProduct", "buyWithVoucher"] {
        let path = format!("/checkout/{call}");
        let buy = |id: &str| alpha.post(&path, &json!({"items": [{"plenigoOfferId": id}]}));
        refused(buy(OFFER), 400, 90_044)?;
        refused(buy("O_NONE0000000000000X"), 404, 60_404)?;
        refused(buy(CHECKOUT_OFFER), 400, 99_400)?;
        refused(alpha.raw("POST", &path, "{}"), 400, 99_400)?;
    }
    daemon.stop()?;
    house.site.verify()
}
