//! What does the Debian package hold, and with which rights?
//! Everything that it installs is in one table; what the machine must do besides is in the scripts of `packaging/`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::commands::build;
use crate::workspace::{Workspace, run};

/// A file of the source, where it is installed, and its rights.
const FILES: &[(&str, &str, u32)] = &[
    (
        "packaging/intake.service",
        "usr/lib/systemd/system/intake.service",
        0o644,
    ),
    (
        "packaging/sysusers.conf",
        "usr/lib/sysusers.d/intake.conf",
        0o644,
    ),
    (
        "packaging/tmpfiles.conf",
        "usr/lib/tmpfiles.d/intake.conf",
        0o644,
    ),
    (
        "packaging/copyright",
        "usr/share/doc/intake/copyright",
        0o644,
    ),
    ("LICENSE-MIT", "usr/share/doc/intake/LICENSE-MIT", 0o644),
    ("CHANGELOG.md", "usr/share/doc/intake/NEWS", 0o644),
    (
        "docs/partners.md",
        "usr/share/doc/intake/partners.md",
        0o644,
    ),
    (
        "docs/partners.de.md",
        "usr/share/doc/intake/partners.de.md",
        0o644,
    ),
    (
        "docs/operators.de.md",
        "usr/share/doc/intake/operators.de.md",
        0o644,
    ),
    (
        "packaging/lintian-overrides",
        "usr/share/lintian/overrides/intake",
        0o644,
    ),
    (
        "docs/operators.md",
        "usr/share/doc/intake/operators.md",
        0o644,
    ),
    ("docs/alerts.yml", "usr/share/doc/intake/alerts.yml", 0o644),
    (
        "docs/configuration.md",
        "usr/share/doc/intake/configuration.md",
        0o644,
    ),
    (
        "docs/command-line.md",
        "usr/share/doc/intake/command-line.md",
        0o644,
    ),
    ("packaging/postinst", "DEBIAN/postinst", 0o755),
    ("packaging/prerm", "DEBIAN/prerm", 0o755),
    ("packaging/postrm", "DEBIAN/postrm", 0o755),
];

const CONFIG: &str = "etc/intake/intake.toml";
const MAINTAINER: &str = "Intake <intake@example.org>";
const CHANGELOG: &str = "usr/share/doc/intake/changelog";

/// Builds the package.
pub(super) fn make(workspace: &Workspace, program: Option<&Path>) -> anyhow::Result<PathBuf> {
    let program = if let Some(program) = program {
        let found = program.canonicalize();
        found.with_context(|| format!("there is no program `{}`", program.display()))?
    } else {
        build::package(workspace)?;
        workspace.build_release()?
    };
    let folder = workspace.target.join("package");
    let root = folder.join("deb");
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    for (from, to, rights) in FILES {
        install(&workspace.root.join(from), &root.join(to), *rights)?;
    }
    let installed = root.join("usr/bin/intake");
    install(&program, &installed, 0o755)?;
    // Four fifths of it are names and lines for whoever looks into a fault, who has the program as it was built.
    run(Command::new("strip")
        .arg("--strip-unneeded")
        .arg(&installed))?;
    let version = env!("CARGO_PKG_VERSION");
    let changelog = root.join(CHANGELOG);
    fs::write(&changelog, changelog_text(version, &date(workspace)))?;
    run(Command::new("gzip").arg("-9n").arg(&changelog))?;
    write_config(&program, &folder, &root.join(CONFIG))?;
    fs::write(root.join("DEBIAN/conffiles"), format!("/{CONFIG}\n"))?;
    let architecture = said(Command::new("dpkg").arg("--print-architecture"))?;
    let control = control(
        version,
        &architecture,
        &fs::read(&program)?,
        size_of(&root)?,
    );
    fs::write(root.join("DEBIAN/control"), control)?;
    let package = folder.join(format!("intake_{version}_{architecture}.deb"));
    run(Command::new("dpkg-deb")
        .args(["--root-owner-group", "--build", "-Zxz"])
        .arg(&root)
        .arg(&package))?;
    Ok(package)
}

/// The form that the system's tools read; what changed stands in `NEWS` beside it.
fn changelog_text(version: &str, date: &str) -> String {
    format!(
        "intake ({version}) stable; urgency=medium\n\n  * See NEWS.\n\n -- {MAINTAINER}  {date}\n"
    )
}

/// When the source was last changed, so that the same source makes the same package.
fn date(workspace: &Workspace) -> String {
    let mut log = Command::new("git");
    log.current_dir(&workspace.root);
    log.args(["log", "-1", "--format=%cd", "--date=rfc2822"]);
    said(&mut log).unwrap_or_else(|_| "Thu, 01 Jan 1970 00:00:00 +0000".to_owned())
}

/// The program writes its own first config, in which nothing is set.
fn write_config(program: &Path, folder: &Path, target: &Path) -> anyhow::Result<()> {
    let scratch = folder.join("first-data");
    if scratch.exists() {
        fs::remove_dir_all(&scratch)?;
    }
    let mut init = Command::new(program);
    init.arg("init").arg(&scratch).arg("--no-questions");
    said(&mut init)?;
    install(&scratch.join("intake.toml"), target, 0o644)
}

fn install(from: &Path, to: &Path, rights: u32) -> anyhow::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
        // Whatever mask the builder has.
        for folder in folder
            .ancestors()
            .take_while(|folder| !folder.ends_with("package"))
        {
            fs::set_permissions(folder, Permissions::from_mode(0o755))?;
        }
    }
    fs::copy(from, to).with_context(|| format!("cannot install `{}`", from.display()))?;
    fs::set_permissions(to, Permissions::from_mode(rights))?;
    Ok(())
}

fn control(version: &str, architecture: &str, program: &[u8], bytes: u64) -> String {
    let libc = newest_glibc(program).map_or_else(
        || "libc6".to_owned(),
        |(major, minor)| format!("libc6 (>= {major}.{minor})"),
    );
    format!(
        "Package: intake\n\
         Version: {version}\n\
         Architecture: {architecture}\n\
         Maintainer: {MAINTAINER}\n\
         Section: net\n\
         Priority: optional\n\
         Installed-Size: {}\n\
         Depends: {libc}, libgcc-s1\n\
         Recommends: systemd\n\
         Description: imports of externally managed orders\n \
         Watches a drop folder, checks what partners put there, plans what each\n \
         file changes, applies it durably and leaves a receipt. Keeps a journal of\n \
         every row.\n",
        bytes.div_ceil(1024)
    )
}

/// The newest version of the C library that a program asks for, by the names of versions in it.
fn newest_glibc(program: &[u8]) -> Option<(u32, u32)> {
    const NAME: &[u8] = b"GLIBC_";
    let mut newest = None;
    for (at, _) in program
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, name)| *name == NAME)
    {
        let rest = &program[at + NAME.len()..];
        let end = rest
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'.'));
        let text = String::from_utf8_lossy(&rest[..end.unwrap_or(0)]).into_owned();
        let mut numbers = text.split('.').map(str::parse);
        if let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) {
            newest = newest.max(Some((major, minor)));
        }
    }
    newest
}

fn size_of(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += match entry.file_type()?.is_dir() {
            true => size_of(&entry.path())?,
            false => entry.metadata()?.len(),
        };
    }
    Ok(bytes)
}

/// What a command printed.
fn said(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?} failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_of_the_c_library_is_found() {
        let program = b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0GLIBC_PRIVATE\0GLIBC_";
        assert_eq!(newest_glibc(program), Some((2, 34)));
        assert_eq!(newest_glibc(b"nothing"), None);
    }
}
