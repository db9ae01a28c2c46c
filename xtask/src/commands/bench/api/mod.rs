//! How fast are orders taken in and told about over HTTP?
//! The same rows go in as a file by command, as one request and as many; what is read meanwhile is timed one answer at a time.

mod client;
mod reading;
mod token;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::Scale;
use super::import::import_by_intake;
use super::inputs::{Input, Inputs};
use super::measure::median;
use super::report::Report;
use crate::commands::daemon::Intake;
use client::Client;
pub(super) use reading::measure_reads;
use reading::percentile;
pub(crate) use token::Token;

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
    reading::measure_reading(program, inputs, scale, &token, report)
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
    let fresh = |name: &str| inputs.copy_of(&template, name);
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
