//! Does everything hold? Format, lints, documentation, and all tests against the built program.
//! Every step runs even where an earlier one failed, and the end names each that did.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::bail;

use crate::commands::{browser, build};
use crate::workspace::{Workspace, run as run_command, shown};

struct Step {
    name: &'static str,
    /// What one types to run just this step.
    again: &'static str,
    arguments: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
    /// A component of the toolchain that cargo needs for it.
    component: Option<Component>,
}

/// A part of the Rust toolchain that a minimal installation lacks.
struct Component {
    name: &'static str,
    /// Debian's package with it, for a toolchain from there.
    package: &'static str,
}

/// The tests come last, so that their closing lines are the last of the output.
const STEPS: [Step; 5] = [
    Step {
        name: "format",
        again: "cargo fmt --check    (mend with `cargo fmt`)",
        arguments: &["fmt", "--check"],
        variables: &[],
        component: Some(Component {
            name: "rustfmt",
            package: "rustfmt",
        }),
    },
    Step {
        name: "lints",
        again: "cargo clippy --workspace --all-targets -- -D warnings",
        arguments: &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
        variables: &[],
        component: Some(Component {
            name: "clippy",
            package: "rust-clippy",
        }),
    },
    Step {
        name: "documentation",
        again: "RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps",
        arguments: &["doc", "--workspace", "--no-deps", "--quiet"],
        variables: &[("RUSTDOCFLAGS", "-D warnings")],
        component: None,
    },
    Step {
        name: "program",
        again: "cargo build --package intake-daemon",
        arguments: &["build", "--package", "intake-daemon"],
        variables: &[],
        component: None,
    },
    Step {
        name: "tests",
        again: "cargo build --package intake-daemon && cargo test --workspace",
        arguments: &["test", "--workspace", "--no-fail-fast"],
        variables: &[],
        component: None,
    },
];

/// What comes before cargo's own steps: the package, which tests hold against the core.
const PACKAGE: &str = "package";
/// What comes after them: the page in a real browser.
const BROWSER: &str = "browser";

/// Runs all steps.
pub(crate) fn run() -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    let mut failed = Vec::new();
    let mut left_out = Vec::new();
    if !is_good(PACKAGE, || build::package(&workspace)) {
        failed.push(PACKAGE);
    }
    for step in &STEPS {
        println!("\n== {} ==", step.name);
        if step.name == "tests" && failed.contains(&"program") {
            println!("left out, since there is no program to test");
            failed.push(step.name);
            continue;
        }
        if let Some(component) = &step.component
            && !is_available(&workspace, step.arguments[0], component)
        {
            warn_of_missing(step, component);
            left_out.push(step.name);
            continue;
        }
        let started = Instant::now();
        let mut command = workspace.cargo();
        command
            .args(step.arguments)
            .envs(step.variables.iter().copied())
            .stdin(Stdio::null());
        match run_command(&mut command) {
            Ok(()) => println!(
                "{}: good, {:.0} s",
                step.name,
                started.elapsed().as_secs_f64()
            ),
            Err(error) => {
                println!("{}: {error}", step.name);
                failed.push(step.name);
            }
        }
    }
    if !is_good(BROWSER, browser::run) {
        failed.push(BROWSER);
    }
    for name in left_out {
        println!("\nwarning: {name} was not checked, see above");
    }
    if failed.is_empty() {
        println!("\nAll that was checked is good.");
        return Ok(());
    }
    let mut message = format!("not good: {}", failed.join(", "));
    for step in STEPS.iter().filter(|step| failed.contains(&step.name)) {
        message.push_str("\nhint: to run only the ");
        message.push_str(step.name);
        message.push_str(": ");
        message.push_str(step.again);
    }
    if failed.contains(&PACKAGE) {
        message.push_str("\nhint: to build only the package: cargo xtask build package");
    }
    if failed.contains(&BROWSER) {
        message.push_str("\nhint: to try only the page: cargo xtask browser");
    }
    bail!(message)
}

/// Runs a step that is not cargo's alone, and tells how it went.
fn is_good(name: &str, run: impl FnOnce() -> anyhow::Result<()>) -> bool {
    println!("\n== {name} ==");
    let started = Instant::now();
    match run() {
        Ok(()) => {
            println!("{name}: good, {:.0} s", started.elapsed().as_secs_f64());
            true
        }
        Err(error) => {
            println!("{name}: {error:#}");
            false
        }
    }
}

/// Whether cargo has the subcommand; where it has not, rustup is asked for the component once.
fn is_available(workspace: &Workspace, subcommand: &str, component: &Component) -> bool {
    let answers = || {
        let mut ask = workspace.cargo();
        ask.args([subcommand, "--version"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        ask.status().is_ok_and(|status| status.success())
    };
    if answers() {
        return true;
    }
    let mut install = Command::new("rustup");
    install
        .args(["component", "add", component.name])
        .stdin(Stdio::null());
    println!("cargo has no `{subcommand}`; trying {}", shown(&install));
    install.status().is_ok_and(|status| status.success()) && answers()
}

fn warn_of_missing(step: &Step, component: &Component) {
    println!(
        "warning: `{name}` is not installed, so the {step} is NOT checked\n\
         hint: `rustup component add {name}`, or `apt-get install {package}` for Debian's Rust",
        name = component.name,
        package = component.package,
        step = step.name,
    );
}
