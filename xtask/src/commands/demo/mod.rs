//! What does Intake do with a partner's files? The demo shows it with the real program.
//! It drops files as partners do, reads the receipts as partners do, and holds every count against
//! what the generator knows.

mod answers;
mod deliveries;
mod web;

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use xtask::generate::{Counts, write_customers, write_offers};

use self::answers::{FileRecord, Receipt};
use self::deliveries::{Delivery, Expected, FEWEST_ORDERS, LESEZIRKEL, PRESSEHAUS, Plot};
use self::web::Web;
use super::daemon::{Intake, Serving};
use crate::workspace::{self, Workspace};

#[derive(Args)]
pub(crate) struct Options {
    /// How many orders the large partner's first file holds, at least 300.
    #[arg(long, value_name = "N", default_value_t = 600)]
    rows: u64,
    /// The data directory; made anew each time.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Stops after the story; exit code 0 says that everything was as expected.
    #[arg(long)]
    once: bool,
    /// With --once: leaves the data directory where it is.
    #[arg(long)]
    keep: bool,
    /// A program that is built already, instead of a release build.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// In a data directory of the demo this file names the process that serves it. Only a directory with
/// it is ever removed.
const MARKER: &str = "demo.pid";
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(10);

const CONFIG: &str = r#"# The demo's config. `intake config show-default` prints every key.

[daemon]
# An empty file is reported sooner than by default, since somebody is waiting.
empty_grace = "1s"

[partners.pressehaus]
delivery = "delta"
file_policy = "rows"
time_zone = "Europe/Berlin"

[partners.pressehaus.brake]
# More ends than this in one file wait for the operator.
ends_share = 0.2
ends_count = 50
"#;

/// Tells the story.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    ensure!(
        options.rows >= FEWEST_ORDERS,
        "the story needs at least {FEWEST_ORDERS} rows"
    );
    let workspace = Workspace::find()?;
    let data = options
        .data
        .clone()
        .unwrap_or_else(|| workspace.root.join("demo-data"));
    let program = match &options.program {
        Some(program) => program.clone(),
        None => workspace.build_release()?,
    };
    let plot = Plot::new(options.rows, workspace::today()?)?;
    make_fresh(&data)?;
    let intake = Intake { program, data };

    let web = Web::prepare(&intake.program)?;
    set_up(&intake, plot.customers, &web)?;
    let log = intake.data.join("serve.log");
    let mut serving = intake.serve(&log)?;
    write(&intake.data.join(MARKER), &serving.process().to_string())?;
    println!(
        "\n$ intake serve --data {}    (its log: {})",
        shown(&intake.data),
        shown(&log)
    );
    println!("It answers over HTTP, to this machine only: {}", web.url());

    let mut surprises = Vec::new();
    for (number, delivery) in (1..).zip(&plot.deliveries) {
        tell(&intake, &mut serving, number, delivery, &mut surprises)?;
    }
    show(&intake, &["log", "--partner", PRESSEHAUS, "--failed"], 12)?;
    show(&intake, &["order", &plot.order_with_history], 40)?;
    show(&intake, &["files"], 20)?;
    show(&intake, &["verify"], 10)?;

    if surprises.is_empty() {
        println!("\nEverything was as expected.");
    } else {
        println!("\nNot as expected:");
        for surprise in &surprises {
            println!("  {surprise}");
        }
    }
    if !options.once {
        invite(&intake, &plot.order_with_history, &web);
        let status = serving.wait()?;
        ensure!(
            status.success(),
            "the daemon ended with {status}, see `{}`",
            log.display()
        );
        return Ok(());
    }
    serving.stop()?;
    if !surprises.is_empty() {
        bail!(
            "{} of the demo's expectations were not met",
            surprises.len()
        );
    }
    if !options.keep {
        fs::remove_dir_all(&intake.data)
            .with_context(|| format!("cannot remove `{}`", intake.data.display()))?;
    }
    Ok(())
}

/// Makes the data directory anew; refuses to touch one that is not the demo's, or is in use.
fn make_fresh(data: &Path) -> anyhow::Result<()> {
    let is_empty = match fs::read_dir(data) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read `{}`", data.display()));
        }
    };
    if !is_empty {
        let Ok(process) = fs::read_to_string(data.join(MARKER)) else {
            bail!(
                "`{}` was not made by the demo\nhint: name another directory with --data, or \
                 remove this one yourself",
                data.display()
            );
        };
        let process = process.trim();
        let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        ensure!(
            name.trim() != "intake",
            "an earlier demo still runs on `{}`\nhint: stop it with `kill {process}`",
            data.display()
        );
        fs::remove_dir_all(data).with_context(|| format!("cannot remove `{}`", data.display()))?;
    }
    fs::create_dir_all(data).with_context(|| format!("cannot make `{}`", data.display()))?;
    write(&data.join(MARKER), "0")
}

/// Config, offers and customers, as an operator would bring them in.
fn set_up(intake: &Intake, customers: u64, web: &Web) -> anyhow::Result<()> {
    println!("The data directory is {}.", shown(&intake.data));
    let config = format!("{CONFIG}{}", web.config());
    write(&intake.data.join("intake.toml"), &config)?;
    let offers = intake.data.join("offers.ndjson");
    write_lines(&offers, write_offers)?;
    let customer_file = intake.data.join("customers.ndjson");
    write_lines(&customer_file, |out| write_customers(out, customers))?;
    for (kind, file) in [("offer", &offers), ("customer", &customer_file)] {
        println!(
            "\n$ intake {kind} load {} --data {}",
            shown(file),
            shown(&intake.data)
        );
        let file = file
            .to_str()
            .context("the data directory's path is not UTF-8")?;
        print!("{}", intake.call(&[kind, "load", file])?);
    }
    Ok(())
}

/// Drops one file and reports what became of it.
fn tell(
    intake: &Intake,
    serving: &mut Serving,
    number: usize,
    delivery: &Delivery,
    surprises: &mut Vec<String>,
) -> anyhow::Result<()> {
    let Delivery {
        partner,
        name,
        about,
        content,
        expected,
    } = delivery;
    println!("\n── {number}. {partner}/{name} ──");
    println!("   {about}");
    let dropped = Instant::now();
    intake.drop_file(partner, name, content)?;
    if let Expected::Held(_) = expected {
        let held = await_held(intake, serving, partner, name)?;
        println!(
            "   held: {}",
            held.reason
                .as_deref()
                .unwrap_or("the daemon gives no reason")
        );
        ensure!(
            read_receipt(intake, partner, name)?.is_none_or(|receipt| !receipt.is_final()),
            "`{name}` has a final receipt before it was released"
        );
        println!(
            "   $ intake release {} --data {}",
            held.id,
            shown(&intake.data)
        );
        intake.call(&["release", &held.id])?;
    }
    let receipt = serving.await_answer(
        &format!("waiting for the receipt of `{partner}/{name}`"),
        PATIENCE,
        PAUSE,
        || Ok(read_receipt(intake, partner, name)?.filter(Receipt::is_final)),
    )?;
    let until_receipt = dropped.elapsed();
    println!("   {}", in_words(&receipt.counts));
    for reject in receipt.rejects.iter().take(3) {
        println!("     {reject}");
    }
    if receipt.rejects.len() > 3 {
        println!("     … {} more in the receipt", receipt.rejects.len() - 3);
    }
    if let Some(reason) = &receipt.reason {
        println!("   {reason}");
    }
    let path = intake.receipt_path(partner, name);
    println!(
        "   receipt after {} ms: {}",
        until_receipt.as_millis(),
        shown(&path)
    );
    let wanted = match expected {
        Expected::Applied(counts) | Expected::Held(counts) => *counts,
        Expected::Refused => Counts {
            reject: receipt.counts.reject,
            ..Counts::default()
        },
    };
    if receipt.counts != wanted {
        surprises.push(format!(
            "{partner}/{name}: {} was expected",
            in_words(&wanted)
        ));
    }
    Ok(())
}

fn read_receipt(intake: &Intake, partner: &str, name: &str) -> anyhow::Result<Option<Receipt>> {
    let Some(json) = intake.receipt(partner, name)? else {
        return Ok(None);
    };
    Receipt::read(&json)
        .map(Some)
        .with_context(|| format!("the receipt of `{partner}/{name}`"))
}

fn await_held(
    intake: &Intake,
    serving: &mut Serving,
    partner: &str,
    name: &str,
) -> anyhow::Result<FileRecord> {
    let what = format!("waiting for the brake to hold `{partner}/{name}`");
    serving.await_answer(&what, PATIENCE, Duration::from_millis(100), || {
        let listed = FileRecord::read_all(&intake.call(&["files", "--format", "json"])?)?;
        Ok(listed.into_iter().find(|file| {
            file.partner == partner && file.name == name && file.state.starts_with("held")
        }))
    })
}

/// Runs a command as a reader would, and shows the first lines of its answer.
fn show(intake: &Intake, arguments: &[&str], most_lines: usize) -> anyhow::Result<()> {
    println!(
        "\n$ intake {} --data {}",
        arguments.join(" "),
        shown(&intake.data)
    );
    let answer = intake.call(arguments)?;
    for line in answer.lines().take(most_lines) {
        println!("{line}");
    }
    let rest = answer.lines().count().saturating_sub(most_lines);
    if rest > 0 {
        println!("… {rest} more lines");
    }
    Ok(())
}

fn invite(intake: &Intake, key: &str, web: &Web) {
    let data = shown(&intake.data);
    let program = shown(&intake.program);
    println!(
        "\nThe daemon keeps running. In another terminal, try\n  \
         cargo xtask generate --rows 50 --prefix NEW --out more.csv && mv more.csv \
         {data}/inbox/{LESEZIRKEL}/\n  \
         {program} log --follow --data {data}\n  \
         {program} order {key} --data {data}\n  \
         {program} files --data {data}\n  \
         less {data}/outbox/{PRESSEHAUS}/orders-wrong.csv.receipt.json\n\
         In a browser, {url} checks a file; it is uploaded with the token of {LESEZIRKEL},\n  \
         {token}\n\
         Ctrl-C stops it.",
        url = web.url(),
        token = web.token(),
    );
}

/// `create 3 · reject 1`; decisions that did not occur are left out.
fn in_words(counts: &Counts) -> String {
    let named = [
        ("create", counts.create),
        ("update", counts.update),
        ("payment", counts.payment),
        ("end", counts.end),
        ("reactivate", counts.reactivate),
        ("unchanged", counts.unchanged),
        ("reject", counts.reject),
    ];
    let words: Vec<String> = named
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    if words.is_empty() {
        "nothing applied".to_owned()
    } else {
        words.join(" · ")
    }
}

/// A path as one would type it from the current directory.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let short = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    short.as_deref().unwrap_or(path).display().to_string()
}

fn write(path: &Path, content: &str) -> anyhow::Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write `{}`", path.display()))
}

fn write_lines(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<fs::File>) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let cannot_write = || format!("cannot write `{}`", path.display());
    let mut out = BufWriter::new(fs::File::create(path).with_context(cannot_write)?);
    write(&mut out).with_context(cannot_write)?;
    out.flush().with_context(cannot_write)
}
