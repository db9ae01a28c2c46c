//! What does reading cost while a book is imported, and how many questions for access are answered when nothing else is done?
//! One answer is timed at a time, over one connection; what reading waits for is the import beside it.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use xtask::generate::customer_id;

use super::client::Client;
use super::{PATIENCE, Token};
use crate::commands::bench::Scale;
use crate::commands::bench::import::{PARTNER, import_by_intake};
use crate::commands::bench::inputs::Inputs;
use crate::commands::bench::report::{Goal, Report};

/// Measures reading alone.
pub(in crate::commands::bench) fn measure_reads(
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    measure_reading(program, inputs, scale, &Token::new(program)?, report)
}

/// What reading costs while a book is imported, and how many questions for access are answered when nothing else is done.
pub(super) fn measure_reading(
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
    let mut waits_by_kind = KINDS.map(|_| Vec::new());
    for (at, question) in questions.iter().enumerate().cycle() {
        let started = Instant::now();
        let status = client.ask(question)?;
        let wait = started.elapsed().as_secs_f64() * 1_000.0;
        waits.push(wait);
        waits_by_kind[at % KINDS.len()].push(wait);
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
    for (kind, mut waits) in KINDS.into_iter().zip(waits_by_kind) {
        let p99 = percentile(&mut waits, 0.99);
        let name = format!("read during an import, {kind}, 99 of 100");
        report.add(name, "ms", vec![p99], None);
    }
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

/// What is asked in turn.
const KINDS: [&str; 6] = [
    "one order",
    "one subscription",
    "access",
    "a customer's subscriptions",
    "a page of orders",
    "the newest of the log",
];

/// One question after another that reads from the books.
fn questions(client: &Client, orders: u64) -> Vec<Vec<u8>> {
    let base = "/api/v3.0";
    let each = |number: u64| -> [String; KINDS.len()] {
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
pub(super) fn percentile(values: &mut [f64], share: f64) -> f64 {
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
