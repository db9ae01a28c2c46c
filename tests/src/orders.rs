//! Which orders do tests bring? A few written by hand, or a generated book whose every decision is known.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use xtask::generate::{Book, Day, FileKind, Format, Manifest, write_file};

/// The columns of a file written by hand.
pub const HEADER: &str =
    "externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod\n";
/// An offer that the generator's catalog has.
pub const OFFER: &str = "O_MZA1E7173120881551";

/// The machine's day, as the generator names it.
pub fn today() -> anyhow::Result<Day> {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the clock is wrong")?;
    Ok(Day::since_epoch(i32::try_from(since.as_secs() / 86_400)?))
}

/// Rows of new orders, with keys `PREFIX-0` and on, all of the same customer.
pub fn rows(prefix: &str, count: usize, quantity: u32) -> String {
    let customer = xtask::generate::customer_id(0);
    (0..count)
        .map(|number| {
            format!(
                "{prefix}-{number},{OFFER},{customer},{quantity},2026-01-01T00:00:00+01:00,BILLING\n"
            )
        })
        .collect()
}

/// A whole file of such rows.
pub fn csv(prefix: &str, count: usize, quantity: u32) -> Vec<u8> {
    format!("{HEADER}{}", rows(prefix, count, quantity)).into_bytes()
}

/// A file of a generated book.
pub fn generated(
    book: &Book,
    kind: FileKind,
    format: Format,
) -> anyhow::Result<(Vec<u8>, Manifest)> {
    let mut content = Vec::new();
    let manifest = write_file(&mut content, book, kind, format)?;
    Ok((content, manifest))
}
