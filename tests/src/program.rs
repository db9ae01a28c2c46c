//! Where is the program under test?
//! It is built once per test run, beside the tests themselves, so that they never run an old one; unless the environment names
//! one that is built already.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, anyhow, ensure};

/// Names a program that is built already, and optimised perhaps.
pub const PROGRAM: &str = "INTAKE_PROGRAM";

/// The program `intake`, built from this workspace in the dev profile.
pub fn intake() -> anyhow::Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}"))) {
        Ok(program) => Ok(program),
        Err(error) => Err(anyhow!("{error}")),
    }
}

/// The folder of the workspace's `Cargo.toml`.
pub fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

fn build() -> anyhow::Result<PathBuf> {
    if let Some(named) = std::env::var_os(PROGRAM) {
        return Ok(PathBuf::from(named));
    }
    let tests = std::env::current_exe().context("cannot tell where the tests lie")?;
    // target/debug/deps/all-0123456789abcdef
    let target = tests
        .ancestors()
        .nth(3)
        .context("the tests lie outside a target directory")?;
    let mut build = Command::new(env!("CARGO"));
    // What cargo tells a test of its package would have build scripts run again that look at it, here and in the next run.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_MANIFEST") || text.starts_with("CARGO_PKG") {
            build.env_remove(&name);
        }
    }
    let output = build
        .current_dir(workspace())
        .args([
            "build",
            "--quiet",
            "--package",
            "intake-daemon",
            "--bin",
            "intake",
        ])
        .arg("--target-dir")
        .arg(target)
        .output()
        .context("cannot run cargo")?;
    ensure!(
        output.status.success(),
        "the program cannot be built:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let program = target.join("debug/intake");
    ensure!(
        program.is_file(),
        "the build left no program at `{}`",
        program.display()
    );
    Ok(program)
}
