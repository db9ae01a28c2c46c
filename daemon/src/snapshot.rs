//! How does a partner's snapshot leave the books?
//! Orders are put aside while nobody writes, which takes about a second for a million; everything slower (compressing,
//! a slow taker) comes after that, so that imports never wait for it.

use crate::books::BooksError;
use crate::clock;
use crate::import::Terms;
use crate::open_data::OpenData;
use crate::state::{Store, StoreError};
use crate::system::{PathError, nameless_file};
use flate2::Compression;
use flate2::write::GzEncoder;
use intake_core::snapshot::{ChunkWriter, Head, SnapshotError, SnapshotWriter, catalog_for};
use jiff::Timestamp;
use std::fs::File;
use std::io::{self, Read, Seek, Write};

/// Why a snapshot could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotFailure {
    /// The books.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The orders do not fit into a snapshot.
    #[error(transparent)]
    Form(#[from] SnapshotError),
    /// The file in which the orders are put aside.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The same, while it is written or read.
    #[error("cannot put orders aside: {0}")]
    Aside(io::Error),
    /// Whoever takes it.
    #[error("cannot write the snapshot: {0}")]
    Output(io::Error),
    /// It was told to stop.
    #[error("the snapshot was given up, since nobody waits for it any more")]
    Stopped,
}

const PIECE: usize = 256 << 10;
/// After so many orders somebody hears of progress.
const ORDERS_BETWEEN: u64 = 50_000;

/// Writes the snapshot of a partner's orders as they are now, as a gzip file. `going` hears how many orders were
/// looked at, and says whether to go on.
pub fn write(
    data: &OpenData,
    partner: &str,
    now: Timestamp,
    going: &dyn Fn(u64) -> bool,
    out: &mut dyn Write,
) -> Result<(), SnapshotFailure> {
    let mut aside = nameless_file(&data.path.join("work"))?;
    let profile = Terms::of(&data.config, partner).profile;
    let head = data.books.quietly(|store, state| {
        let orders = put_aside(store, partner, going, &mut aside)?;
        Ok::<_, SnapshotFailure>(Head {
            taken: clock::moment_of(now),
            state,
            orders,
            catalog: catalog_for(&profile, &store.catalog()),
            profile,
        })
    })?;
    aside.rewind().map_err(SnapshotFailure::Aside)?;
    let mut gzip = GzEncoder::new(out, Compression::default());
    let mut bytes = Vec::new();
    let mut writer = SnapshotWriter::begin(&head, &mut bytes)?;
    gzip.write_all(&bytes).map_err(SnapshotFailure::Output)?;
    bytes.resize(PIECE, 0);
    loop {
        let length = aside.read(&mut bytes).map_err(SnapshotFailure::Aside)?;
        if length == 0 {
            break;
        }
        writer.chunks(&bytes[..length]);
        gzip.write_all(&bytes[..length])
            .map_err(SnapshotFailure::Output)?;
    }
    bytes.clear();
    writer.end(&mut bytes);
    gzip.write_all(&bytes).map_err(SnapshotFailure::Output)?;
    gzip.finish().map_err(SnapshotFailure::Output)?;
    Ok(())
}

/// Puts the partner's orders aside in chunks, and gives how many there are.
fn put_aside(
    store: &Store,
    partner: &str,
    going: &dyn Fn(u64) -> bool,
    aside: &mut File,
) -> Result<u64, SnapshotFailure> {
    let mut writer = ChunkWriter::default();
    let mut chunks = Vec::new();
    let mut seen = 0;
    store.try_each_order(&mut |order| {
        seen += 1;
        if seen % ORDERS_BETWEEN == 0 && !going(seen) {
            return Err(SnapshotFailure::Stopped);
        }
        if *order.partner == *partner {
            writer.order(&order.terms, &mut chunks)?;
        }
        if chunks.len() >= PIECE {
            aside.write_all(&chunks).map_err(SnapshotFailure::Aside)?;
            chunks.clear();
        }
        Ok(())
    })?;
    let orders = writer.end(&mut chunks)?;
    aside.write_all(&chunks).map_err(SnapshotFailure::Aside)?;
    Ok(orders)
}
