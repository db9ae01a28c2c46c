//! How does one get a partner's file from the shell?
//! Options name everything the bytes depend on; only the day has a default that changes.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use xtask::generate::{
    Book, Day, FileKind, Format, Mix, Revision, Settings, Share, write_customers, write_file,
    write_offers,
};

use crate::workspace;

#[derive(Args)]
pub(crate) struct Options {
    /// How many orders the partner's book holds in its first file.
    #[arg(long, value_name = "N")]
    rows: u64,
    /// Another seed makes another book.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Which rows the file holds.
    #[arg(long, value_enum, default_value_t = Kind::Creates)]
    kind: Kind,
    /// How the file is written.
    #[arg(long, value_enum, default_value_t = Form::Csv)]
    format: Form,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The share of rows that are wrong.
    #[arg(long, value_name = "SHARE", default_value = "0.01")]
    bad_share: Share,
    /// The share of rows that stand in the file twice.
    #[arg(long, value_name = "SHARE", default_value = "0")]
    repeat_share: Share,
    /// The share of known orders that each revision of the book changes.
    #[arg(long, value_name = "SHARE", default_value = "0.01")]
    changed_share: Share,
    /// How many orders each revision adds, as a share of the first file's rows.
    #[arg(long, value_name = "SHARE", default_value = "0.002")]
    added_share: Share,
    /// The share of known orders that a full file leaves out.
    #[arg(long, value_name = "SHARE", default_value = "0")]
    missing_share: Share,
    /// The revision of the book that the file brings; the one before it is known.
    #[arg(long, value_name = "N", default_value_t = 1)]
    revision: usize,
    /// Leaves out rows with too few or too many cells.
    #[arg(long)]
    whole_rows: bool,
    /// How many customers the orders are spread over; by default four for five orders.
    #[arg(long, value_name = "N")]
    customers: Option<u64>,
    /// What the order keys start with.
    #[arg(long, value_name = "TEXT", default_value = "WBZ")]
    prefix: String,
    /// The day for which the date rules hold; by default today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Day>,
    /// Where to write what an import has to make of the file, as JSON.
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Where to write the offers, for `intake offer load`.
    #[arg(long, value_name = "FILE")]
    offers_out: Option<PathBuf>,
    /// Where to write the customers, for `intake customer load`.
    #[arg(long, value_name = "FILE")]
    customers_out: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Every order of the book's first version.
    Creates,
    /// What a revision changes and adds.
    Mixed,
    /// Every order after a revision.
    Full,
    /// One row to reject for each rule.
    Rejects,
}

#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// With commas.
    Csv,
    /// With semicolons.
    CsvSemicolon,
    /// One object a line.
    Ndjson,
    /// The request body of the platform.
    Json,
}

/// Writes the file and whatever else was asked for, and prints the counts.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let today = options.today.map_or_else(workspace::today, Ok)?;
    let defaults = Settings::new(options.seed, options.rows, today);
    let revision = Revision {
        changed: options.changed_share,
        mix: Mix::Usual,
        added: options.added_share,
    };
    let book = Book::new(Settings {
        customers: options.customers.unwrap_or(defaults.customers),
        bad: options.bad_share,
        repeats: options.repeat_share,
        ragged_rows: !options.whole_rows,
        prefix: options.prefix.clone(),
        revisions: vec![revision; options.revision],
        ..defaults
    })?;
    let to = options.revision;
    let from = to.saturating_sub(1);
    let kind = match options.kind {
        Kind::Creates => FileKind::Creates,
        Kind::Mixed => FileKind::Changes { from, to },
        Kind::Full => FileKind::Full {
            from,
            to,
            missing: options.missing_share,
        },
        Kind::Rejects => FileKind::Rejects {
            known: from,
            each: 1,
        },
    };
    let format = match options.format {
        Form::Csv => Format::Csv,
        Form::CsvSemicolon => Format::CsvSemicolon,
        Form::Ndjson => Format::Ndjson,
        Form::Json => Format::Json,
    };
    let manifest = write_to(&options.out, |out| write_file(out, &book, kind, format))?;
    if let Some(path) = &options.manifest {
        write_to(path, |out| {
            Ok(serde_json::to_writer_pretty(out, &manifest)?)
        })?;
    }
    if let Some(path) = &options.offers_out {
        write_to(path, write_offers)?;
    }
    if let Some(path) = &options.customers_out {
        write_to(path, |out| write_customers(out, book.settings().customers))?;
    }
    println!(
        "{}",
        serde_json::json!({
            "rows": manifest.rows,
            "bytes": manifest.bytes,
            "counts": manifest.counts,
            "missing": manifest.missing,
        })
    );
    Ok(())
}

/// Writes one file through a buffer; an error names the file.
fn write_to<T>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<T>,
) -> anyhow::Result<T> {
    let cannot_write = || format!("cannot write `{}`", path.display());
    let file = File::create(path).with_context(cannot_write)?;
    let mut out = BufWriter::with_capacity(1 << 18, file);
    let written = write(&mut out).with_context(cannot_write)?;
    out.flush().with_context(cannot_write)?;
    Ok(written)
}
