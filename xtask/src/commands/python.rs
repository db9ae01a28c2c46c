//! Where do programs in Python come from that measure or test beside ours?
//! From the package index, at the versions that a file of requirements names, into a folder of the build.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use crate::workspace::{Workspace, run};

/// A Python with what the file of requirements names, kept in this folder of the build.
pub(crate) fn python_with(
    workspace: &Workspace,
    folder: &str,
    requirements: &str,
) -> anyhow::Result<PathBuf> {
    let environment = workspace.target.join(folder);
    let python = environment.join("bin/python");
    let requirements = workspace.root.join(requirements);
    let wanted = fs::read_to_string(&requirements)
        .with_context(|| format!("cannot read `{}`", requirements.display()))?;
    let installed = environment.join("installed-requirements.txt");
    if python.is_file() && fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(python);
    }
    println!(
        "installing what `{}` names into `{}`",
        requirements.display(),
        environment.display()
    );
    run(Command::new("python3")
        .args(["-m", "venv"])
        .arg(&environment))
    .context("this needs Python 3 with its venv module")?;
    let mut install = Command::new(&python);
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ]);
    run(install.arg(&requirements))?;
    fs::write(&installed, wanted)
        .with_context(|| format!("cannot write `{}`", installed.display()))?;
    Ok(python)
}
