//! How fast does SQLite take the same orders, durably?
//!
//! The rows lie parsed in memory before the clock starts. Then each batch is one transaction with
//! `synchronous=FULL` in WAL mode: an upsert that changes nothing where nothing differs, the unique
//! key, an index by customer, and a log entry for every order.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use clap::Args;
use rusqlite::{Connection, Transaction, params_from_iter};

/// Takes a generated file of clean rows into a database, as a process of its own.
#[derive(Args)]
pub(crate) struct Options {
    /// A generated CSV file without bad rows, thus without quotes.
    input: PathBuf,
    /// The database; made where it does not exist.
    database: PathBuf,
    /// Its page cache, in MiB.
    #[arg(long, value_name = "MIB")]
    cache: u32,
}

const BATCH: usize = 10_000;
const COLUMNS: usize = xtask::generate::FIELDS.len();

/// Prints `{"rows", "seconds"}`; the seconds are those of the upserts alone.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&options.input)
        .with_context(|| format!("cannot read `{}`", options.input.display()))?;
    let rows = parse(&text)?;
    let mut database = Connection::open(&options.database)
        .with_context(|| format!("cannot open `{}`", options.database.display()))?;
    database.pragma_update(None, "cache_size", -i64::from(options.cache) * 1024)?;
    prepare(&database)?;
    let import_id = next_import(&database)?;

    let started = Instant::now();
    let mut row_number = 0_i64;
    for batch in rows.chunks(BATCH) {
        let transaction = database.transaction()?;
        for row in batch {
            row_number += 1;
            upsert(&transaction, import_id, row_number, row)?;
        }
        transaction.commit()?;
    }
    let seconds = started.elapsed().as_secs_f64();

    let stored: i64 = database.query_row("SELECT count(*) FROM orders", (), |row| row.get(0))?;
    ensure!(
        stored == row_number,
        "SQLite holds {stored} orders after {row_number} rows"
    );
    println!(
        "{}",
        serde_json::json!({ "rows": row_number, "seconds": seconds })
    );
    Ok(())
}

fn parse(text: &str) -> anyhow::Result<Vec<[&str; COLUMNS]>> {
    let mut rows = Vec::new();
    for line in text.lines().skip(1) {
        let mut row = [""; COLUMNS];
        let mut cells = line.split(',');
        for cell in &mut row {
            *cell = cells.next().context("a row has too few cells")?;
        }
        ensure!(cells.next().is_none(), "a row has too many cells");
        rows.push(row);
    }
    Ok(rows)
}

fn prepare(database: &Connection) -> rusqlite::Result<()> {
    database.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         CREATE TABLE IF NOT EXISTS orders (
             order_id INTEGER PRIMARY KEY,
             external_system_id TEXT NOT NULL UNIQUE,
             offer_id TEXT NOT NULL,
             invoice_customer_id TEXT NOT NULL,
             quantity INTEGER NOT NULL,
             start_date TEXT NOT NULL,
             end_date TEXT,
             payment_method TEXT NOT NULL,
             order_date TEXT,
             delivery_customer_id TEXT,
             discount INTEGER,
             reference_start_date TEXT,
             next_booking_date TEXT,
             managed_by TEXT
         );
         CREATE INDEX IF NOT EXISTS orders_by_customer ON orders (invoice_customer_id);
         CREATE TABLE IF NOT EXISTS log (
             log_id INTEGER PRIMARY KEY,
             import_id INTEGER NOT NULL,
             row INTEGER NOT NULL,
             external_system_id TEXT NOT NULL,
             offer_id TEXT NOT NULL,
             decision TEXT NOT NULL
         );",
    )
}

fn next_import(database: &Connection) -> rusqlite::Result<i64> {
    database.query_row(
        "SELECT coalesce(max(import_id), 0) + 1 FROM log",
        (),
        |row| row.get(0),
    )
}

fn upsert(
    transaction: &Transaction<'_>,
    import_id: i64,
    row_number: i64,
    row: &[&str; COLUMNS],
) -> rusqlite::Result<()> {
    let values = row.iter().map(|cell| (!cell.is_empty()).then_some(*cell));
    let touched = transaction
        .prepare_cached(
            "INSERT INTO orders (external_system_id, offer_id, invoice_customer_id, quantity,
                 start_date, end_date, payment_method, order_date, delivery_customer_id, discount,
                 reference_start_date, next_booking_date, managed_by)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (external_system_id) DO UPDATE SET
                 quantity = excluded.quantity,
                 start_date = excluded.start_date,
                 end_date = excluded.end_date,
                 payment_method = excluded.payment_method,
                 order_date = excluded.order_date,
                 delivery_customer_id = excluded.delivery_customer_id,
                 discount = excluded.discount,
                 reference_start_date = excluded.reference_start_date,
                 next_booking_date = excluded.next_booking_date
             WHERE (quantity, start_date, end_date, payment_method, order_date,
                    delivery_customer_id, discount, reference_start_date, next_booking_date)
                 IS NOT (excluded.quantity, excluded.start_date, excluded.end_date,
                    excluded.payment_method, excluded.order_date, excluded.delivery_customer_id,
                    excluded.discount, excluded.reference_start_date, excluded.next_booking_date)",
        )?
        .execute(params_from_iter(values))?;
    let decision = if touched == 0 { "unchanged" } else { "applied" };
    transaction
        .prepare_cached(
            "INSERT INTO log (import_id, row, external_system_id, offer_id, decision)
             VALUES (?, ?, ?, ?, ?)",
        )?
        .execute((import_id, row_number, row[0], row[1], decision))?;
    Ok(())
}
