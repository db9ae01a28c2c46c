//! With which Rust is the module for browsers built?
//! With the one that runs this program, if it has the target or gets it from rustup; else with Debian's, which
//! compiles the standard library from its own source. Nobody has to know any of this.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::workspace::{Workspace, run, shown};

/// The target.
pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// Vectors of 128 bits, which all browsers have had for years, make checking about a fifth faster. What is inlined everywhere
/// makes a module a tenth longer and nothing faster.
const FLAGS: &str = "-C target-feature=+simd128 -C llvm-args=--inline-threshold=40 -C llvm-args=--inlinehint-threshold=80";

/// What Debian has: compiler, cargo and the source of the standard library. Its own linker does no wasm.
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CARGO: &str = "/usr/bin/cargo";

/// A Rust that compiles for the target.
pub(super) enum Toolchain {
    /// The one that this program was started with.
    Own,
    /// Debian's, with a linker from elsewhere.
    Debian {
        /// A linker that knows wasm.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Cargo, to compile for the target.
    pub(super) fn cargo(&self, workspace: &Workspace) -> Command {
        let mut cargo = match self {
            Self::Own => workspace.cargo(),
            Self::Debian { linker } => {
                let mut cargo = Command::new(DEBIAN_CARGO);
                cargo
                    .current_dir(&workspace.root)
                    .env("RUSTC", DEBIAN_RUSTC)
                    // The standard library is compiled along, which a released compiler does only when told so.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                    .args(["-Z", "build-std=std,panic_abort"]);
                cargo
            }
        };
        cargo
            .env("CARGO_TARGET_DIR", self.folder(workspace))
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", FLAGS)
            .args(["--config", &format!("build.target=\"{TARGET}\"")]);
        cargo
    }

    /// Where it builds. Compilers of two versions would undo each other's work in one folder.
    pub(super) fn folder(&self, workspace: &Workspace) -> PathBuf {
        match self {
            Self::Own => workspace.target.clone(),
            Self::Debian { .. } => workspace.target.join("debian-rust"),
        }
    }
}

/// Finds a Rust for the target, or gets one.
pub(super) fn choose(workspace: &Workspace) -> anyhow::Result<Toolchain> {
    if has_target() {
        return Ok(Toolchain::Own);
    }
    let mut add = Command::new("rustup");
    add.args(["target", "add", TARGET]).stdin(Stdio::null());
    println!("Rust has no `{TARGET}`; trying {}", shown(&add));
    if run(&mut add).is_ok() && has_target() {
        return Ok(Toolchain::Own);
    }
    debian(workspace).with_context(|| {
        format!(
            "there is no Rust for `{TARGET}`\n\
             hint: `rustup target add {TARGET}`, or on Debian `apt-get install {}` beside a Rust from rustup, \
             whose linker is used",
            DEBIAN_PACKAGES.join(" ")
        )
    })
}

/// Does the compiler on the path have the target's standard library?
fn has_target() -> bool {
    let mut ask = Command::new("rustc");
    ask.args(["--print", "target-libdir", "--target", TARGET])
        .stderr(Stdio::null());
    printed(&mut ask).is_ok_and(|folder| Path::new(&folder).is_dir())
}

fn debian(workspace: &Workspace) -> anyhow::Result<Toolchain> {
    let linker = linker()?;
    if !is_installed() {
        let mut install = Command::new("apt-get");
        install
            .args(["install", "--yes", "--no-install-recommends"])
            .args(DEBIAN_PACKAGES)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .current_dir(&workspace.root)
            .stdin(Stdio::null());
        println!("trying Debian's Rust: {}", shown(&install));
        run(&mut install)?;
    }
    if !is_installed() {
        bail!("Debian's Rust is not at `{DEBIAN_RUSTC}`");
    }
    Ok(Toolchain::Debian { linker })
}

fn is_installed() -> bool {
    let mut ask = Command::new(DEBIAN_RUSTC);
    let sysroot = printed(ask.args(["--print", "sysroot"]));
    let source = sysroot.map(|root| Path::new(&root).join("lib/rustlib/src/rust/library/std"));
    source.is_ok_and(|source| source.is_dir()) && Path::new(DEBIAN_CARGO).is_file()
}

/// The linker that comes with a Rust from rustup.
fn linker() -> anyhow::Result<PathBuf> {
    let root = printed(Command::new("rustc").args(["--print", "sysroot"]))?;
    let host = printed(Command::new("rustc").args(["--print", "host-tuple"]))?;
    let linker = Path::new(&root)
        .join("lib/rustlib")
        .join(host)
        .join("bin/rust-lld");
    if !linker.is_file() {
        bail!("there is no linker for it at `{}`", linker.display());
    }
    Ok(linker)
}

/// The one line that a command prints.
fn printed(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} failed: {}", shown(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
