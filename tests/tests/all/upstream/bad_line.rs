//! Do two daemons agree, one upstream of the other, over a bad line and whoever of them is killed?
//! Files keep coming while that goes on; what both have in the end is counted from their journals by other code than theirs.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use intake_tests::bad_line::{BadLine, Chance, Odds};
use intake_tests::daemon::Daemon;
use intake_tests::http::{Server, Token};
use intake_tests::installation::Installation;
use intake_tests::orders::{HEADER, OFFER};
use intake_tests::patience::PATIENCE;
use intake_tests::retold::{differences, retell};
use serde_json::Value;
use xtask::generate::customer_id;

use super::outbox;
use super::two_daemons::{lower, upper};

/// Changes that are enough by default; `cargo xtask torture upstream` asks for more.
const CHANGES: usize = 400;
/// Each order is created and changed so often.
const STATES: usize = 4;
/// Of so many orders one brings its customer along.
const WITH_CUSTOMER: usize = 10;

fn changes() -> usize {
    let asked = std::env::var("INTAKE_UPSTREAM_CHANGES");
    asked.ok().and_then(|it| it.parse().ok()).unwrap_or(CHANGES)
}

/// All orders in one of their states. A later one changes the payment or the quantity, and the last one ends a tenth of them:
/// fewer than the brake would stop.
fn file(orders: usize, state: usize) -> Vec<u8> {
    let mut csv = format!("{},endDate,email,language\n", HEADER.trim_end());
    for number in 0..orders {
        let brings = number.is_multiple_of(WITH_CUSTOMER);
        let (customer, email, language) = match brings {
            true => (
                format!("C-{number}"),
                format!("c{number}@example.org"),
                "de",
            ),
            false => (customer_id(0), String::new(), ""),
        };
        let payment = ["BILLING", "PAYPAL"][state / 2 % 2];
        let end = match state + 1 == STATES && number % 10 == 3 {
            true => "2026-06-01T00:00:00+02:00",
            false => "",
        };
        let quantity = 1 + state;
        let _ = writeln!(
            csv,
            "K-{number},{OFFER},{customer},{quantity},2026-01-01T00:00:00+01:00,{payment},{end},{email},{language}"
        );
    }
    csv.into_bytes()
}

/// The two daemons and the line between them.
struct Pair {
    upper: Installation,
    lower: Installation,
    above: Option<Daemon>,
    below: Option<Daemon>,
    line: BadLine,
    kills: u64,
}

impl Pair {
    fn new(batch: usize) -> anyhow::Result<Self> {
        let token = Token::new()?;
        let upper = upper(&token)?;
        upper.stock(1)?;
        let (above, server) = Server::of(&upper)?;
        let line = BadLine::to(server.0, Odds::BAD, 5)?;
        let keys = format!("batch = {batch}\nparallel = 4");
        let lower = lower(&line.address().to_string(), &token, &keys)?;
        lower.stock(1)?;
        let below = lower.serve_ready()?;
        Ok(Self {
            upper,
            lower,
            above: Some(above),
            below: Some(below),
            line,
            kills: 0,
        })
    }

    fn kill_above(&mut self) -> anyhow::Result<()> {
        self.kills += 1;
        self.above.take().context("a daemon")?.kill()?;
        let (again, server) = Server::of(&self.upper)?;
        self.above = Some(again);
        self.line.lead_to(server.0);
        Ok(())
    }

    fn kill_below(&mut self) -> anyhow::Result<()> {
        self.kills += 1;
        self.below.take().context("a daemon")?.kill()?;
        self.below = Some(self.lower.serve_ready().context("after a kill")?);
        Ok(())
    }

    fn has_receipt(&self, state: usize) -> anyhow::Result<bool> {
        let name = format!("{state}.csv.receipt.json");
        Ok(self.lower.receipt("alpha", &name)?.is_some())
    }

    /// How many changes wait to be sent.
    fn depth(&self) -> anyhow::Result<u64> {
        outbox(&self.lower)?["depth"].as_u64().context("a depth")
    }
}

#[test]
fn two_daemons_agree_over_a_bad_line_whoever_is_killed() -> anyhow::Result<()> {
    let changes = changes();
    let orders = changes.div_ceil(STATES);
    let begun = Instant::now();
    let mut pair = Pair::new((changes / 500).clamp(40, 200))?;
    let chance = Chance::new(17);
    // The line itself is what takes time: kills come often enough for a few in a small run, and never so often that nothing goes on.
    let most_kills = 6 + changes as u64 / 500;
    let between = Duration::from_millis(100 + changes as u64 / 20);
    let mut kill_at = Instant::now() + between;
    let mut dropped = 0;
    let (mut before, mut moved) = ((0, 0), Instant::now());
    loop {
        let is_due = dropped == 0 || pair.has_receipt(dropped - 1)?;
        let depth = pair.depth()?;
        if is_due && dropped < STATES && depth <= orders as u64 / 2 {
            // Half of what came before is on its way or waits: little is overtaken, and some is.
            let content = file(orders, dropped);
            let name = format!("{dropped}.csv");
            pair.lower.drop_file("alpha", name, &content)?;
            dropped += 1;
        } else if is_due && dropped == STATES && depth == 0 {
            break;
        }
        if Instant::now() > kill_at && pair.kills < most_kills {
            match chance.below(2) {
                0 => pair.kill_above()?,
                _ => pair.kill_below()?,
            }
            kill_at = Instant::now() + between.mul_f64(0.5 + chance.below(100) as f64 / 100.0);
        }
        // However long it takes, it goes on.
        if before != (dropped, depth) {
            (before, moved) = ((dropped, depth), Instant::now());
        }
        ensure!(
            moved.elapsed() < PATIENCE,
            "nothing goes on any more: {} {:?}",
            outbox(&pair.lower)?,
            pair.lower.files()?
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    let standing = outbox(&pair.lower)?;
    ensure!(standing["parked"] == Value::Array(Vec::new()), "{standing}");
    let took = begun.elapsed();
    pair.below.take().context("a daemon")?.stop()?;
    pair.above.take().context("a daemon")?.stop()?;

    let (below, above) = (retell(pair.lower.data())?, retell(pair.upper.data())?);
    let sent: usize = below.orders.values().map(Vec::len).sum();
    let came: usize = above.orders.values().map(Vec::len).sum();
    println!(
        "{sent} changes of {orders} orders and {} customers in {:.0} s with {} kills; {came} came, the others were overtaken by \
         later ones; {} came again and changed nothing; the line: {:?}",
        below.customers.len(),
        took.as_secs_f64(),
        pair.kills,
        above.unchanged,
        pair.line.done()
    );
    ensure!(
        below.orders.len() == orders && sent == orders * STATES,
        "{sent}"
    );
    ensure!(
        below.rejected == 0 && above.rejected == 0,
        "{}",
        above.rejected
    );
    let differences = differences(&below, &above);
    ensure!(
        differences.is_empty(),
        "{} differ: {:?}",
        differences.len(),
        &differences[..differences.len().min(5)]
    );
    ensure!(
        pair.kills > 1 && pair.line.done().len() > 5,
        "{:?}",
        pair.line.done()
    );
    for key in ["K-0", "K-1", "K-3"] {
        let told = |site: &Installation| site.run(&["order", key, "--format", "json"])?.json();
        let (below, above) = (told(&pair.lower)?, told(&pair.upper)?);
        ensure!(below["upstream"]["state"] == "confirmed", "{below}");
        for part in ["endDate", "paymentMethod", "startDate", "status"] {
            ensure!(
                below["subscription"][part] == above["subscription"][part],
                "{part}: {below} {above}"
            );
        }
    }
    pair.upper.verify()?;
    pair.lower.verify()
}
