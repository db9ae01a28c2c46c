//! How does the program get to where it runs? As a package of the system, with a list of what is in it.

mod deb;
mod sbom;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::workspace::Workspace;

#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A Debian package with the program, its unit, its user and its documents.
    Deb {
        /// The program, where it is built already; else it is built as it is installed, with the page inside.
        #[arg(long, value_name = "FILE")]
        program: Option<PathBuf>,
    },
    /// What the program is made of, as JSON in the form of `CycloneDX`.
    Sbom,
}

/// Makes what was asked for, and says where it lies.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    let made = match &options.what {
        What::Deb { program } => deb::make(&workspace, program.as_deref())?,
        What::Sbom => sbom::make(&workspace)?,
    };
    println!("{}", made.display());
    Ok(())
}
