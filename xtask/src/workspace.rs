//! Where are the workspace, its build folder and cargo? And which day is it?
//! Everything that the build program asks its surroundings for is asked here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail, ensure};
use xtask::generate::Day;

/// The workspace that this program was built from.
pub(crate) struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// The build folder, wherever cargo is told to have it.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks cargo where things are.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("the build program lies in a folder of the workspace")?
            .to_owned();
        let output = Command::new(cargo())
            .current_dir(&root)
            .args([
                "metadata",
                "--format-version",
                "1",
                "--no-deps",
                "--offline",
            ])
            .output()
            .context("cannot run `cargo metadata`")?;
        ensure!(
            output.status.success(),
            "`cargo metadata` failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
            .context("cannot read what `cargo metadata` printed")?;
        let target = metadata["target_directory"]
            .as_str()
            .context("`cargo metadata` names no target directory")?;
        Ok(Self {
            root,
            target: PathBuf::from(target),
        })
    }

    /// Cargo, to be run in the workspace.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(cargo());
        command.current_dir(&self.root);
        // What cargo told this program of its package would have build scripts run again that look at it.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_MANIFEST") || text.starts_with("CARGO_PKG") {
                command.env_remove(&name);
            }
        }
        command
    }

    /// Builds the program `intake` as it is installed, with the page inside if it has been made, and says where it
    /// lies.
    pub(crate) fn build_release(&self) -> anyhow::Result<PathBuf> {
        self.build_with_page("release", &["--release"])
    }

    /// The same as it is tested: not optimised, which takes a fraction of the time.
    pub(crate) fn build_debug(&self) -> anyhow::Result<PathBuf> {
        self.build_with_page("debug", &[])
    }

    fn build_with_page(&self, folder: &str, options: &[&str]) -> anyhow::Result<PathBuf> {
        let mut build = self.cargo();
        build.args(["build", "--package", "intake-daemon", "--bin", "intake"]);
        build.args(options);
        let page = self.target.join("www");
        if page.join("index.html").is_file() {
            build.env("INTAKE_WWW", page);
        }
        run(&mut build)?;
        let program = self.target.join(folder).join("intake");
        ensure!(
            program.is_file(),
            "the build left no program at `{}`",
            program.display()
        );
        Ok(program)
    }
}

/// The cargo that runs this program, else the one on the path.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs a command to its end; anything but success is an error that names the command.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot run {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed: {status}", shown(command));
    }
    Ok(())
}

/// A command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy();
    let mut line = format!("`{name}");
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line.push('`');
    line
}

/// The day of the machine's clock, in UTC.
pub(crate) fn today() -> anyhow::Result<Day> {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the machine's clock stands before 1970")?;
    Ok(Day::since_epoch((since_epoch.as_secs() / 86_400) as i32))
}
