//! Which tools of npm are at hand?
//! Those that `xtask/tools/package-lock.json` names, installed below the build folder. Without Node or npm the build
//! goes on without them and says what is missing for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

use crate::Places;
use crate::files;

/// A folder in which the tools are installed.
pub(crate) struct Tools {
    folder: PathBuf,
}

const LISTS: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

impl Tools {
    /// Installs what is not installed yet.
    pub(crate) fn at_hand(places: &Places) -> Option<Self> {
        let folder = places.target.join("tools");
        match install(&places.root.join("xtask/tools"), &folder) {
            Ok(()) => Some(Self { folder }),
            Err(error) => {
                eprintln!(
                    "warning: the tools of npm cannot be installed: {error:#}\n\
                     hint: with Node 20 or later and npm the module is a little smaller, and the package gets \
                     types for `checker.js`"
                );
                None
            }
        }
    }

    /// A tool of this name, to be run in a folder.
    pub(crate) fn command(&self, name: &str, folder: &Path) -> Command {
        let mut command = Command::new("node");
        command
            .arg(self.folder.join("node_modules/.bin").join(name))
            .current_dir(folder)
            .stdin(Stdio::null());
        command
    }
}

/// Runs a tool to its end; what it said is in the error.
pub(crate) fn run(command: &mut Command, what: &str) -> anyhow::Result<()> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {what}"))?;
    ensure!(
        output.status.success(),
        "{what} failed: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn install(lists: &Path, folder: &Path) -> anyhow::Result<()> {
    let is_same = |name: &str| {
        let there = std::fs::read(folder.join(name));
        matches!((there, std::fs::read(lists.join(name))), (Ok(there), Ok(wanted)) if there == wanted)
    };
    // npm writes the inner list last of all.
    let is_whole = folder.join("node_modules/.package-lock.json").is_file();
    if is_whole && LISTS.iter().all(|name| is_same(name)) {
        return Ok(());
    }
    files::make_empty(folder)?;
    for name in LISTS {
        files::write(&folder.join(name), files::read(&lists.join(name))?)?;
    }
    println!("installing tools into `{}`", folder.display());
    let mut npm = Command::new("npm");
    // Nothing that a package brings along is run while it is installed.
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .stdin(Stdio::null());
    run(&mut npm, "`npm ci`")
}
