//! How fast is Intake, next to what else could do the job?
//! Each figure that has a peer is measured with it in the same run, in pairs, whole processes on two
//! cores; only the ratios of one run count.

mod api;
mod browser;
mod check;
mod encodings;
mod folder;
mod import;
mod inputs;
mod measure;
mod report;
mod sheets;
#[cfg(feature = "peers")]
pub(crate) mod sqlite;
mod upstream;

use std::path::PathBuf;

use anyhow::ensure;
use clap::{Args, ValueEnum};

pub(crate) use self::api::Token;
use self::inputs::Inputs;
use self::report::Report;
use crate::workspace::{Workspace, run as run_command, today};

#[derive(Args)]
pub(crate) struct Options {
    /// What to measure.
    #[arg(value_enum, default_value_t = What::All)]
    what: What,
    /// How many rows a file has; by default as many as the figure to reach names.
    #[arg(long, value_name = "N")]
    rows: Option<u64>,
    /// Smaller files and a single pair: shows that it works, measures nothing to rely on.
    #[arg(long)]
    quick: bool,
    /// The page cache of the SQLite peer, in MiB; by default as much as Intake's store has. SQLite's
    /// own default is 2, with which it is about half as fast.
    #[arg(long, value_name = "MIB", default_value_t = 64)]
    sqlite_cache: u32,
    /// A program that is built already, instead of a release build.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// `intake check` against DuckDB and Polars.
    Check,
    /// `intake check` of a workbook against openpyxl.
    Sheets,
    /// `intake check` of Windows-1252 against the same rows in UTF-8.
    Encodings,
    /// `intake import` of new orders against SQLite's durable upsert.
    Import,
    /// The same file again, against SQLite doing the same.
    Again,
    /// From the rename into the folder to the receipt.
    Latency,
    /// What an idle daemon costs.
    Idle,
    /// Requests over HTTP: importing, reading meanwhile, and questions for access.
    Api,
    /// The part of it that reads: during an import, and questions for access.
    Reads,
    /// Orders that a second daemon is to have, against importing them alone.
    Upstream,
    /// The page in Chromium against Papa Parse and Ajv, and against `intake check`.
    Browser,
    /// Everything.
    All,
}

impl What {
    fn includes(self, part: Self) -> bool {
        self == Self::All || self == part
    }
}

/// How large and how often.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    rows: Option<u64>,
    is_quick: bool,
}

impl Scale {
    /// The rows to measure with, where the figure to reach names so many.
    fn rows(self, named: u64) -> u64 {
        self.rows
            .unwrap_or(if self.is_quick { named / 20 } else { named })
    }

    /// How many pairs, or other repetitions, of so many usual ones.
    fn repetitions(self, usual: usize) -> usize {
        if self.is_quick {
            usual.div_ceil(10)
        } else {
            usual
        }
    }
}

/// Measures, prints a table and writes `target/bench/report.json`.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    if cfg!(not(feature = "peers")) {
        return run_with_peers(&workspace);
    }
    ensure!(
        options.rows != Some(0),
        "nothing can be measured with no rows"
    );
    let scale = Scale {
        rows: options.rows,
        is_quick: options.quick,
    };
    let program = match &options.program {
        Some(program) => program.clone(),
        None => workspace.build_release()?,
    };
    measure::confine_to_two_cores()?;
    let inputs = Inputs::new(&workspace, today()?)?;
    let mut report = Report::new();
    if options.what.includes(What::Check) {
        check::measure_check(&workspace, &program, &inputs, scale, &mut report)?;
    }
    if options.what.includes(What::Sheets) {
        sheets::measure_sheets(&workspace, &program, &inputs, scale, &mut report)?;
    }
    if options.what.includes(What::Encodings) {
        encodings::measure_encodings(&program, &inputs, scale, &mut report)?;
    }
    if options.what.includes(What::Import) || options.what.includes(What::Again) {
        import::measure_import(&program, &inputs, scale, options.sqlite_cache, &mut report)?;
    }
    if options.what.includes(What::Latency) {
        folder::measure_latency(&program, &inputs, scale, &mut report)?;
    }
    if options.what.includes(What::Idle) {
        folder::measure_idle(&program, &inputs, scale, &mut report)?;
    }
    if options.what.includes(What::Api) {
        api::measure_api(&program, &inputs, scale, &mut report)?;
    }
    // With everything, the requests have it.
    if options.what == What::Reads {
        api::measure_reads(&program, &inputs, scale, &mut report)?;
    }
    if options.what.includes(What::Upstream) {
        upstream::measure_upstream(&program, &inputs, scale, &mut report)?;
    }
    if options.what.includes(What::Browser) {
        browser::measure_browser(&workspace, &program, &inputs, scale, &mut report)?;
    }
    report.finish(&inputs.folder.join("report.json"))
}

/// Builds this program once more, optimised and with the peers, and hands the command over to it.
fn run_with_peers(workspace: &Workspace) -> anyhow::Result<()> {
    let mut command = workspace.cargo();
    command.args([
        "run",
        "--release",
        "--quiet",
        "--package",
        "xtask",
        "--features",
        "peers",
        "--",
    ]);
    command.args(std::env::args_os().skip(1));
    run_command(&mut command)
}
