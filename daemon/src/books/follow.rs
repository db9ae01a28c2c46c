//! How does a store catch up with its journal?
//! Frame by frame; what was applied before may be applied once more and changes nothing.

use std::path::Path;
use std::time::Duration;

use crate::clock;
use crate::journal::{Frames, Position};
use crate::log;
use crate::state::Effects;
use crate::state::store::{Store, StoreError};

/// Applies to a store what the journal holds beyond it.
pub fn follow(store: &Store, journal: &Path, total_bytes: u64) -> Result<(), StoreError> {
    let from = store.meta().position;
    let mut frames = Frames::open(journal, from)?;
    let mut records = 0;
    let started = clock::since_start();
    let mut told = started;
    let mut bytes = 0;
    while let Some(frame) = frames.next()? {
        let effects = Effects::of_frame(&frame, store)?;
        records += frame.line_count;
        bytes += frame.end.offset.saturating_sub(frame.start.offset);
        store.apply(effects, Effects::span_of(&frame))?;
        if store.wants_flush() {
            store.flush()?;
        }
        if clock::elapsed_since(told) > Duration::from_secs(2) {
            told = clock::since_start();
            log::store_rebuild_progress(records, bytes, total_bytes);
        }
    }
    store.flush()?;
    if from == Position::START && records > 0 {
        log::store_rebuilt(records, clock::elapsed_since(started));
    }
    Ok(())
}
