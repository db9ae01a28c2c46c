//! Does the way upstream keep up with what is imported here?
//! The upstream is a second daemon on the same two cores; the time ends when it has confirmed the last order.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::Value;

use super::Scale;
use super::api::Token;
use super::import::{PARTNER, import_by_intake};
use super::inputs::Inputs;
use super::report::Report;

const PATIENCE: Duration = Duration::from_secs(600);
/// What is asked of an upstream that is a daemon of one's own: no pace, and large requests.
const MANNER: &str = "pace = \"off\"\nbatch = 5000\nparallel = 4\n";
/// A look is a process of its own, which is not to take the time of what it looks at.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
const TOKEN: &str = "INTAKE_BENCH_TOKEN";

/// The same rows by command without an upstream, and through a daemon that hands them on.
pub(super) fn measure_upstream(
    program: &Path,
    inputs: &Inputs,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    let rows = scale.rows(200_000);
    let input = inputs.clean_orders(rows)?;
    let token = Token::new(program)?;
    println!("importing {rows} orders that a second daemon is to have");
    let template = inputs.data_directory(program, "template-data", rows)?;
    let fresh = |name: &str| inputs.copy_of(&template, name);
    let content = fs::read(&input.path)?;
    let (mut alone, mut sent) = (Vec::new(), Vec::new());
    for _ in 0..scale.repetitions(3) {
        let by_command = import_by_intake(&fresh("upstream-alone-data")?, &input, "first import")?;
        alone.push(by_command.seconds);
        let upper = fresh("upstream-data")?;
        let (above, host) = token.serve(&upper)?;
        let lower = fresh("upstream-lower-data")?;
        let config = format!(
            "[upstream]\nmode = \"mirror\"\nurl = \"http://{host}/api/v3.0\"\ntoken_variable = \"{TOKEN}\"\n{MANNER}\
             [partners.{PARTNER}]\n"
        );
        fs::write(lower.data.join("intake.toml"), config)?;
        let log = lower.data.with_extension("serve.log");
        let mut below = lower.serve_with(&log, &[(TOKEN, &token.token)])?;
        let socket = lower.data.join("intake.sock");
        below.await_answer("starting", PATIENCE, Duration::from_millis(5), || {
            let said = fs::read_to_string(&log).unwrap_or_default();
            let is_ready = said.contains("daemon_started") && socket.exists();
            Ok(is_ready.then_some(()))
        })?;
        let unnamed = lower.write_beside(PARTNER, "book.csv", &content)?;
        rustix::fs::sync();
        let started = Instant::now();
        unnamed.take_its_name()?;
        let receipt = lower.receipt_path(PARTNER, "book.csv");
        let confirmed = below.await_answer("sending", PATIENCE, BETWEEN_LOOKS, || {
            if !receipt.exists() {
                return Ok(None);
            }
            let shown = lower.call(&["outbox", "list", "--format", "json"])?;
            let shown: Value = serde_json::from_str(&shown)?;
            Ok((shown["depth"] == 0).then(|| shown["sent"].clone()))
        })?;
        sent.push(started.elapsed().as_secs_f64());
        ensure!(
            confirmed.as_u64() == Some(rows),
            "{confirmed} of {rows} were sent"
        );
        below.stop()?;
        above.stop()?;
    }
    let rates = |runs: &[f64]| runs.iter().map(|run| rows as f64 / run / 1_000.0).collect();
    report.add(
        "import without an upstream",
        "1000 rows/s",
        rates(&alone),
        None,
    );
    report.add(
        "import and sending to a daemon",
        "1000 rows/s",
        rates(&sent),
        None,
    );
    report.add_ratio(
        "sending to a daemon against the import alone",
        &sent,
        &alone,
        0.3,
    );
    Ok(())
}
