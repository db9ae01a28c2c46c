//! Does the workspace keep its own house rules?
//! Each rule names the files that break it, so that nobody has to search.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use intake_tests::program::workspace;

#[test]
fn dependencies_run_towards_the_core() -> anyhow::Result<()> {
    let metadata = metadata()?;
    let ours: BTreeSet<&str> = metadata
        .workspace_packages()
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    for package in metadata.workspace_packages() {
        let edges: BTreeSet<&str> = package
            .dependencies
            .iter()
            .filter(|edge| edge.kind != DependencyKind::Development)
            .map(|edge| edge.name.as_str())
            .filter(|name| ours.contains(name))
            .collect();
        let allowed: &[&str] = match package.name.as_str() {
            "intake-core" => &[],
            "intake-daemon" => &["intake-core"],
            "intake-wasm" | "intake-workbook" => &["intake-core"],
            "xtask" => &["intake-core"],
            "intake-package" => &[],
            "intake-tests" => &["intake-core", "intake-daemon", "intake-wasm", "xtask"],
            other => anyhow::bail!("`{other}` is new: say here what it may depend on"),
        };
        let surplus: Vec<&&str> = edges
            .iter()
            .filter(|edge| !allowed.contains(edge))
            .collect();
        ensure!(
            surplus.is_empty(),
            "`{}` must not depend on {surplus:?}",
            package.name
        );
        let developing = package
            .dependencies
            .iter()
            .any(|edge| edge.name == "intake-tests");
        ensure!(
            !developing,
            "`{}` must not depend on the tests",
            package.name
        );
    }
    Ok(())
}

#[test]
fn every_source_says_which_question_it_answers() -> anyhow::Result<()> {
    all_hold("begins with a `//!` line", &sources()?, |text| {
        text.starts_with("//! ")
    })
}

#[test]
fn sources_stay_short() -> anyhow::Result<()> {
    let sources: Vec<PathBuf> = sources()?
        .into_iter()
        .filter(|path| !is_test(path))
        .collect();
    all_hold("has at most 600 lines before its tests", &sources, |text| {
        let body = text
            .split("\n#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or(text);
        body.lines().count() <= 600
    })
}

#[test]
fn exceptions_from_lints_have_reasons() -> anyhow::Result<()> {
    // Written in two halves, so that this file does not break the rule it holds.
    let attribute = concat!("#[al", "low(");
    let for_all = concat!("#![al", "low(");
    all_hold("uses `expect` with a reason", &sources()?, |text| {
        !text.contains(attribute) && !text.contains(for_all)
    })
}

#[test]
fn the_changelog_knows_the_version() -> anyhow::Result<()> {
    let metadata = metadata()?;
    let changelog = fs::read_to_string(workspace().join("CHANGELOG.md"))?;
    for package in metadata.workspace_packages() {
        let version = package.version.to_string();
        let told = changelog.lines().any(|line| {
            line.strip_prefix("## ")
                .and_then(|rest| rest.split(' ').next())
                == Some(&version)
        });
        ensure!(
            told,
            "CHANGELOG.md has no section for {version}, the version of `{}`",
            package.name
        );
    }
    Ok(())
}

#[test]
fn no_file_names_a_place_on_somebodys_machine() -> anyhow::Result<()> {
    let places = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
    ];
    all_hold("names no home directory", &tracked()?, |text| {
        places.iter().all(|place| !text.contains(place))
    })?;
    let here = workspace().display().to_string();
    all_hold("names not the folder it lies in", &tracked()?, |text| {
        !text.contains(&here)
    })
}

/// Every file must hold the rule; bytes that are no text hold any.
fn all_hold(rule: &str, files: &[PathBuf], holds: impl Fn(&str) -> bool) -> anyhow::Result<()> {
    ensure!(!files.is_empty(), "there are no files at all");
    let mut breaking = Vec::new();
    for path in files {
        let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        if std::str::from_utf8(&bytes).is_ok_and(|text| !holds(text)) {
            breaking.push(
                path.strip_prefix(workspace())
                    .unwrap_or(path)
                    .display()
                    .to_string(),
            );
        }
    }
    ensure!(
        breaking.is_empty(),
        "not every file {rule}:\n  {}",
        breaking.join("\n  ")
    );
    Ok(())
}

fn is_test(path: &Path) -> bool {
    let below = path.strip_prefix(workspace()).unwrap_or(path);
    below.starts_with("tests")
        || below.components().any(|part| part.as_os_str() == "tests")
        || below.file_name().is_some_and(|name| name == "tests.rs")
}

fn metadata() -> anyhow::Result<Metadata> {
    MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec()
        .context("cannot ask cargo about the workspace")
}

fn sources() -> anyhow::Result<Vec<PathBuf>> {
    let is_source = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "rs");
    Ok(tracked()?.into_iter().filter(is_source).collect())
}

/// The files that belong to the project, also those that git does not know yet.
fn tracked() -> anyhow::Result<Vec<PathBuf>> {
    let listed = Command::new("git")
        .current_dir(workspace())
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output();
    let listed = match listed {
        Ok(listed) if listed.status.success() => listed.stdout,
        _ => return everything_below(workspace()),
    };
    let names = String::from_utf8(listed).context("a file's name is not UTF-8")?;
    let paths = names
        .split_terminator('\0')
        .map(|name| workspace().join(name));
    Ok(paths.filter(|path| path.is_file()).collect())
}

/// The same without git, as in an unpacked archive: all but what is built or hidden.
fn everything_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let is_foreign = name == "target" || name.to_string_lossy().starts_with('.');
            if entry.file_type()?.is_dir() {
                if !is_foreign && name != "demo-data" {
                    folders.push(entry.path());
                }
            } else {
                files.push(entry.path());
            }
        }
    }
    Ok(files)
}
