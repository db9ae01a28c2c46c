//! Which commands does the build program have? `cargo xtask help` lists them.
//! Each command is one module; what they share is knowledge of the workspace and of the generator.

mod commands;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{bench, browser, build, demo, generate, package, test, torture};

/// Builds, tests, demonstrates and measures Intake.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks format, lints and documentation, builds the program and runs all tests.
    Test,
    /// Shows Intake at work: a watched folder, sample files of a partner, and what became of each.
    Demo(demo::Options),
    /// Measures Intake against its peers in the same run.
    Bench(bench::Options),
    /// Writes a file of a made-up partner; the same options give the same bytes.
    Generate(generate::Options),
    /// Builds everything: the package for npm, the page, and the program `intake` with the page inside.
    Build(build::Options),
    /// Makes a Debian package, or the list of what the program is made of.
    Package(package::Options),
    /// Builds everything and tries the page in a real browser.
    Browser,
    /// Proves on demand what takes too long for every test run.
    Torture(torture::Options),
    /// One run of the SQLite peer, as a process of its own.
    #[cfg(feature = "peers")]
    #[command(hide = true)]
    SqlitePeer(bench::sqlite::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Test => test::run(),
        Command::Demo(options) => demo::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Generate(options) => generate::run(&options),
        Command::Build(options) => build::run(&options),
        Command::Package(options) => package::run(&options),
        Command::Browser => browser::run(),
        Command::Torture(options) => torture::run(&options),
        #[cfg(feature = "peers")]
        Command::SqlitePeer(options) => bench::sqlite::run(&options),
    }
}
