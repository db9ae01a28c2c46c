//! How fast are orders taken in and told about over HTTP?
//! The same rows go in as a file by command, as one request and as many; what is read meanwhile is timed one answer at a time.

mod client;
mod token;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use xtask::generate::customer_id;

use super::Scale;
use super::import::{PARTNER, import_by_intake};
use super::inputs::{Input, Inputs, copy_folder};
use super::measure::median;
use super::report::{Goal, Report};
use crate::commands::daemon::Intake;
use client::Client;
pub(super) use token::Token;

const ORDERS: &str = "/api/v3.0/imports/orders";
const PATIENCE: Duration = Duration::from_secs(600);

/// Measures everything that is asked over HTTP.
pub(super) fn measure_api(
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let token = Token::new(program)?;
    measure_importing(program, inputs, scale, &token, report)?;
    measure_reading(program, inputs, scale, &token, report)
}

/// The same rows as a file by command, as one request, and as requests of a thousand.
fn measure_importing(
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    token: &Token,
    report: &mut Report,
) -> anyhow::Result<()> {
    let rows = scale.rows(500_000);
    let (csv, json) = (inputs.clean_orders(rows)?, inputs.clean_body(rows)?);
    let batches = inputs.clean_batches(rows.min(100_000), BATCH)?;
    let body =
        fs::read(&json.path).with_context(|| format!("cannot read `{}`", json.path.display()))?;
    println!("importing {rows} orders over HTTP");
    let template = inputs.data_directory(program, "template-data", rows)?;
    let fresh = |name: &str| -> anyhow::Result<Intake> {
        let data = inputs.folder.join(name);
        copy_folder(&template.data, &data)?;
        let program = program.to_owned();
        Ok(Intake { program, data })
    };
    let (mut by_csv, mut by_json, mut by_request) = (Vec::new(), Vec::new(), Vec::new());
    let mut by_batches = Vec::new();
    for _ in 0..scale.repetitions(3) {
        let of_file = |input: &Input| -> anyhow::Result<f64> {
            let intake = fresh("api-import-data")?;
            Ok(import_by_intake(&intake, input, "first import")?.seconds)
        };
        by_csv.push(of_file(&csv)?);
        by_json.push(of_file(&json)?);
        let intake = fresh("api-data")?;
        let (serving, host) = token.serve(&intake)?;
        rustix::fs::sync();
        let started = Instant::now();
        let status = Client::new(host, &token.token)?.post(ORDERS, &body)?;
        by_request.push(started.elapsed().as_secs_f64());
        ensure!(status == 201, "the request was answered with {status}");
        serving.stop()?;
        let intake = fresh("api-data")?;
        let (serving, host) = token.serve(&intake)?;
        rustix::fs::sync();
        let mut client = Client::new(host, &token.token)?;
        let started = Instant::now();
        for batch in &batches {
            let status = client.post(ORDERS, batch)?;
            ensure!(status == 201, "a batch was answered with {status}");
        }
        let per_row = started.elapsed().as_secs_f64() / (batches.len() as u64 * BATCH) as f64;
        by_batches.push(per_row * rows as f64);
        serving.stop()?;
    }
    let rates = |runs: &[f64]| runs.iter().map(|run| rows as f64 / run / 1_000.0).collect();
    report.add(
        "import of the CSV file",
        "1000 rows/s",
        rates(&by_csv),
        None,
    );
    report.add(
        "import of the JSON file",
        "1000 rows/s",
        rates(&by_json),
        None,
    );
    report.add("one request", "1000 items/s", rates(&by_request), None);
    let name = format!("requests of {BATCH}, one after another");
    report.add(name, "1000 items/s", rates(&by_batches), None);
    report.add_ratio(
        "one request against the import of the same body",
        &by_request,
        &by_json,
        0.7,
    );
    report.add_ratio(
        "one request against the import of the same rows as CSV",
        &by_request,
        &by_csv,
        0.7,
    );
    measure_single(&fresh("api-data")?, inputs, scale, token, report)
}

/// Items of a request in a row of requests.
const BATCH: u64 = 1_000;

/// Requests of one item each, one after another.
fn measure_single(
    intake: &Intake,
    inputs: &Inputs,
    scale: Scale,
    token: &Token,
    report: &mut Report,
) -> anyhow::Result<()> {
    let (serving, host) = token.serve(intake)?;
    let mut client = Client::new(host, &token.token)?;
    let mut waits = Vec::new();
    for body in inputs.clean_batches(scale.repetitions(1_000) as u64, 1)? {
        let started = Instant::now();
        let status = client.post(ORDERS, &body)?;
        waits.push(started.elapsed().as_secs_f64() * 1_000.0);
        ensure!(status == 201, "a single item was answered with {status}");
    }
    serving.stop()?;
    let p99 = percentile(&mut waits, 0.99);
    report.add("one item, median", "ms", vec![median(waits)], None);
    report.add("one item, 99 of 100", "ms", vec![p99], None);
    Ok(())
}

/// What reading costs while a book is imported, and how many questions for access are answered when nothing else is done.
fn measure_reading(
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    token: &Token,
    report: &mut Report,
) -> anyhow::Result<()> {
    let rows = scale.rows(1_000_000);
    let known = inputs.clean_orders(rows / 10)?;
    let input = inputs.clean_orders(rows)?;
    let intake = inputs.data_directory(program, "api-read-data", rows)?;
    import_by_intake(&intake, &known, "first import")?;
    let (mut serving, host) = token.serve(&intake)?;
    let mut client = Client::new(host, &token.token)?;
    let questions = questions(&client, rows / 10);
    println!("reading while {rows} orders are imported");
    let content = fs::read(&input.path)?;
    intake
        .write_beside(PARTNER, "book.csv", &content)?
        .take_its_name()?;
    drop(content);
    let receipt = intake.receipt_path(PARTNER, "book.csv");
    let mut waits = Vec::new();
    let begun = Instant::now();
    for question in questions.iter().cycle() {
        let started = Instant::now();
        let status = client.ask(question)?;
        waits.push(started.elapsed().as_secs_f64() * 1_000.0);
        ensure!(status == 200, "a question was answered with {status}");
        if receipt.exists() {
            break;
        }
        ensure!(begun.elapsed() < PATIENCE, "the import did not end");
        std::thread::sleep(Duration::from_millis(1));
    }
    let worst = waits.iter().copied().fold(0.0, f64::max);
    let p99 = percentile(&mut waits, 0.99);
    report.add(
        "read during an import, 99 of 100",
        "ms",
        vec![p99],
        Some(Goal::AtMost(15.0)),
    );
    report.add("read during an import, worst", "ms", vec![worst], None);
    serving.await_answer(
        "waiting for rest",
        PATIENCE,
        Duration::from_millis(10),
        || Ok(receipt.exists().then_some(())),
    )?;
    std::thread::sleep(Duration::from_secs(2));
    let rates: Vec<f64> = (0..scale.repetitions(3))
        .map(|_| access_rate(host, token, rows))
        .collect::<anyhow::Result<_>>()?;
    serving.stop()?;
    report.add(
        "hasAccess",
        "answers/s",
        rates,
        Some(Goal::AtLeast(20_000.0)),
    );
    Ok(())
}

/// One question after another that reads from the books.
fn questions(client: &Client, orders: u64) -> Vec<Vec<u8>> {
    let base = "/api/v3.0";
    let each = |number: u64| {
        let order = 1 + number * 7_919 % orders.max(1);
        let customer = customer_id(number * 7_919 % (orders / 4).max(1));
        [
            format!("{base}/orders/{order}"),
            format!("{base}/subscriptions/{order}"),
            format!(
                "{base}/accessRights/{customer}/hasAccess?accessRightUniqueIds=abend,wochenblatt"
            ),
            format!("{base}/customers/{customer}/subscriptions?size=25"),
            format!("{base}/orders?size=25&startingAfter={order}"),
            format!("{base}{}?size=25&sort=DESC", "/imports/orders/logs"),
        ]
    };
    (0..500)
        .flat_map(each)
        .map(|path| client.get(&path))
        .collect()
}

/// So many connections ask at once.
const ASKERS: u64 = 4;

/// How many questions for access are answered in a second, over connections that stay open.
fn access_rate(host: SocketAddr, token: &Token, rows: u64) -> anyhow::Result<f64> {
    let until = Instant::now() + Duration::from_secs(4);
    let ask = |asker: u64| -> anyhow::Result<u64> {
        let mut client = Client::new(host, &token.token)?;
        let questions: Vec<Vec<u8>> = (0..1_000)
            .map(|number| {
                let place = (asker + number * ASKERS) * 7_919 % (rows / 4).max(1);
                let customer = customer_id(place);
                client.get(&format!(
                    "/api/v3.0/accessRights/{customer}/hasAccess?accessRightUniqueIds=abend"
                ))
            })
            .collect();
        let mut answered = 0;
        for question in questions.iter().cycle() {
            let status = client.ask(question)?;
            ensure!(
                status == 200,
                "a question for access was answered with {status}"
            );
            answered += 1;
            if Instant::now() > until {
                break;
            }
        }
        Ok(answered)
    };
    let started = Instant::now();
    let answered: anyhow::Result<Vec<u64>> = std::thread::scope(|scope| {
        let askers: Vec<_> = (0..ASKERS)
            .map(|asker| scope.spawn(move || ask(asker)))
            .collect();
        askers
            .into_iter()
            .map(|asker| match asker.join() {
                Ok(answered) => answered,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    Ok(answered?.iter().sum::<u64>() as f64 / started.elapsed().as_secs_f64())
}

/// The value below which this share of them lies.
fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * share) as usize;
    values
        .get(place.min(values.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let mut values: Vec<f64> = (0..200).rev().map(f64::from).collect();
        assert!((percentile(&mut values, 0.99) - 198.0).abs() < f64::EPSILON);
        assert!((percentile(&mut values, 1.0) - 199.0).abs() < f64::EPSILON);
        assert!(percentile(&mut [], 0.5).abs() < f64::EPSILON);
    }
}
