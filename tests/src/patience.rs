//! How does a test wait? For a condition, asked again and again, and never longer than a deadline.

use std::time::{Duration, Instant};

use anyhow::bail;

/// How long anything may take that a daemon does by itself, on a machine with other things to do.
pub const PATIENCE: Duration = Duration::from_secs(60);

const BETWEEN_QUESTIONS: Duration = Duration::from_millis(5);

/// Asks until there is an answer.
///
/// # Errors
/// Where the question fails or [`PATIENCE`] ends; the error says what was waited for.
pub fn await_some<T>(
    what: &str,
    mut ask: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if started.elapsed() > PATIENCE {
            bail!("gave up waiting for {what} after {} s", PATIENCE.as_secs());
        }
        std::thread::sleep(BETWEEN_QUESTIONS);
    }
}

/// Asks until the answer is yes.
pub fn await_that(what: &str, mut ask: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    await_some(what, || Ok(ask()?.then_some(())))
}
