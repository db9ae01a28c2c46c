//! How is the program built as it is installed? With the page inside, and the package for others beside it.
//! Everything that the page needs is made first, since the program carries it.

mod toolchain;

use std::path::PathBuf;

use anyhow::ensure;
use clap::{Args, ValueEnum};

use crate::workspace::{Workspace, run as run_command};

#[derive(Args)]
pub(crate) struct Options {
    /// What to build.
    #[arg(value_enum, default_value_t = What::All)]
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// The package, the page, and the program with the page inside.
    All,
    /// The package and the page.
    Package,
}

/// Builds the package, the page and the program.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    package(&workspace)?;
    if options.what == What::Package {
        return Ok(());
    }
    let program = workspace.build_release()?;
    println!("program  {}", program.display());
    Ok(())
}

/// Builds the modules for browsers and Node, and of them the package, the page and the single file.
pub(crate) fn package(workspace: &Workspace) -> anyhow::Result<()> {
    let modules = modules(workspace)?;
    let mut make = workspace.cargo();
    make.args(["run", "--quiet", "--package", "intake-package", "--"])
        .args([&workspace.root, &workspace.target])
        .args(&modules);
    run_command(&mut make)
}

/// Builds the module that checks and the one that makes text of workbooks, and says where they lie.
fn modules(workspace: &Workspace) -> anyhow::Result<[PathBuf; 2]> {
    let toolchain = toolchain::choose(workspace)?;
    let mut build = toolchain.cargo(workspace);
    build.args(["build", "--profile", "wasm"]);
    build.args(["--package", "intake-wasm", "--package", "intake-workbook"]);
    run_command(&mut build)?;
    let folder = toolchain
        .folder(workspace)
        .join(toolchain::TARGET)
        .join("wasm");
    let modules =
        ["intake_wasm", "intake_workbook"].map(|name| folder.join(format!("{name}.wasm")));
    for module in &modules {
        ensure!(
            module.is_file(),
            "the build left no module at `{}`",
            module.display()
        );
    }
    Ok(modules)
}
