//! Which commands does the build program have? `cargo xtask help` lists them.
//! Each command is one module; what they share is knowledge of the workspace and of the generator.

mod commands;
mod workspace;

use clap::{Parser, Subcommand};

use commands::{build, generate};

/// Builds, tests, demonstrates and measures Intake.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes a file of a made-up partner; the same options give the same bytes.
    Generate(generate::Options),
    /// Builds the program `intake` as it is installed.
    Build,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Generate(options) => generate::run(&options),
        Command::Build => build::run(),
    }
}
