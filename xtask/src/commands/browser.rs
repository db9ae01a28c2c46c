//! Does the page hold in a real browser?
//! Whatever that needs is looked for, and brought where the machine lets one; nothing is left out silently.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};

use crate::commands::build;
use crate::workspace::{Workspace, run as run_command};

/// The oldest Node that runs the tests.
const OLDEST_NODE: u32 = 20;
/// Where a Chromium lies, unless `INTAKE_CHROMIUM` names one.
const CHROMIUMS: [&str; 3] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
];
const CHROMIUM: &str = "INTAKE_CHROMIUM";

/// Builds everything and runs all tests of the page.
pub(crate) fn run() -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    build::package(&workspace)?;
    let program = workspace.build_debug()?;
    let folder = workspace.root.join("tests/browser");
    ensure_node()?;
    let chromium = chromium()?;
    install_packages(&folder)?;
    let mut tests = Command::new("node");
    tests
        .current_dir(&workspace.root)
        .args(["--test", "tests/browser/"])
        .env("INTAKE_TARGET", &workspace.target)
        .env("INTAKE_PROGRAM", program)
        .env(CHROMIUM, chromium)
        .stdin(Stdio::null());
    run_command(&mut tests)
}

fn ensure_node() -> anyhow::Result<()> {
    let hint = "hint: install Node 20 or newer with npm, on Debian `apt-get install nodejs npm`";
    let output = Command::new("node").arg("--version").output();
    let output = output.with_context(|| format!("cannot run `node`\n{hint}"))?;
    let version = String::from_utf8_lossy(&output.stdout);
    let major: Option<u32> = version
        .trim()
        .strip_prefix('v')
        .and_then(|version| version.split('.').next())
        .and_then(|major| major.parse().ok());
    ensure!(
        major.is_some_and(|major| major >= OLDEST_NODE),
        "`node` is `{}`, and the tests of the page need {OLDEST_NODE} or newer\n{hint}",
        version.trim()
    );
    Ok(())
}

/// The browser; Debian's is installed where there is none.
fn chromium() -> anyhow::Result<PathBuf> {
    if let Some(named) = std::env::var_os(CHROMIUM) {
        return Ok(PathBuf::from(named));
    }
    if let Some(found) = installed_chromium() {
        return Ok(found);
    }
    println!("there is no Chromium; trying `apt-get install chromium`");
    let mut install = Command::new("apt-get");
    install
        .args(["install", "--yes", "--no-install-recommends", "chromium"])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null());
    let installed = run_command(&mut install);
    let Some(found) = installed_chromium() else {
        installed.with_context(no_chromium)?;
        bail!(no_chromium());
    };
    Ok(found)
}

fn installed_chromium() -> Option<PathBuf> {
    let places = CHROMIUMS.iter().map(PathBuf::from);
    places.into_iter().find(|place| place.is_file())
}

fn no_chromium() -> String {
    format!("the tests of the page need a Chromium\nhint: install one, or name it in {CHROMIUM}")
}

/// Brings the packages that the lockfile names, once for each lockfile.
fn install_packages(folder: &Path) -> anyhow::Result<()> {
    let lockfile = folder.join("package-lock.json");
    let wanted = std::fs::read(&lockfile)
        .with_context(|| format!("cannot read `{}`", lockfile.display()))?;
    let mark = folder.join("node_modules/.installed-lockfile");
    if std::fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let mut install = Command::new("npm");
    install
        .current_dir(folder)
        .args(["ci", "--no-audit", "--no-fund"])
        .stdin(Stdio::null());
    run_command(&mut install)?;
    std::fs::write(&mark, wanted).with_context(|| format!("cannot write `{}`", mark.display()))
}
