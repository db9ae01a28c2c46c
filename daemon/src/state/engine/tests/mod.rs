//! Does the store keep what it was given, and say so when it could not?
//!
//! Invariant: every test works on a real store in a directory of its own.

mod entries;
mod opening;
mod packed;

use std::path::Path;
use std::time::Duration;

use super::open::{Options, open};
use super::{Batch, Engine, Space};

fn opened(path: &Path) -> Engine {
    open(path, &options()).unwrap()
}

fn options() -> Options {
    Options {
        cache_capacity: 4 * 1024 * 1024,
        time_limit: Duration::from_secs(20),
    }
}

fn put_all(engine: &Engine, entries: &[(&[u8], &[u8])]) {
    let mut batch = Batch::new();
    for (key, value) in entries {
        batch.put(Space::Files, key, value.to_vec()).unwrap();
    }
    engine.commit(batch).unwrap();
}

fn keys(engine: &Engine, space: Space, from: &[u8]) -> Vec<Vec<u8>> {
    engine
        .scan(space, from)
        .map(|entry| entry.unwrap().0.to_vec())
        .collect()
}

/// A bijection, so that different ids have different hashes.
fn scrambled(id: u64) -> u64 {
    id.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .rotate_left(31)
        .wrapping_mul(0xd6e8_feb8_6659_fd93)
}
