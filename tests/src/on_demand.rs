//! How large is a run of a proof, and what does chance decide in it?
//! Small in every run of the tests, large where the environment asks for it; any run can be repeated by its seed.

use anyhow::Context as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// `SplitMix64`; a run can be repeated by its seed as far as the machine's timing allows.
pub struct Random(pub u64);

impl Random {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (bits ^ (bits >> 31)) % bound
    }

    /// A time of up to so many milliseconds.
    pub fn milliseconds(&mut self, bound: u64) -> Duration {
        Duration::from_micros(self.below(bound * 1000))
    }
}

/// What decides chance in this run: `INTAKE_SEED`, or the moment. Whoever takes it prints it, so that the run can be repeated.
pub fn seed() -> anyhow::Result<u64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(number_from("INTAKE_SEED")?.unwrap_or(u64::from(now.subsec_nanos())))
}

/// A number from the environment.
pub fn number_from(variable: &str) -> anyhow::Result<Option<u64>> {
    let Some(text) = std::env::var_os(variable) else {
        return Ok(None);
    };
    let text = text.to_string_lossy();
    text.parse()
        .map(Some)
        .with_context(|| format!("`{variable}` is `{text}`, not a number"))
}
