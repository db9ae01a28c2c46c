//! What is said of files as the programs of partners write them?
//! The report of each stands beside it and is given to the byte: here by the program, in `parity` by the core and the package.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, anyhow, ensure};
use intake_core::profile::Profile;
use intake_daemon::config::Config;
use intake_daemon::import::Terms;
use intake_tests::program::{intake, workspace};

use super::parity::NOW;

/// A file, and what is said of it.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) input: Vec<u8>,
    /// Where its report stands, and the report if there is one already.
    report_at: PathBuf,
    pub(crate) report: Option<Vec<u8>>,
    /// A configuration whose profile it is read with, if one stands beside it.
    config: Option<PathBuf>,
}

impl Sample {
    /// What is agreed about it, where that is anything.
    pub(crate) fn profile(&self) -> anyhow::Result<Option<Profile>> {
        let Some(path) = &self.config else {
            return Ok(None);
        };
        let config = Config::load(path).map_err(|error| anyhow!("{error}"))?;
        Ok(Some(Terms::of(&config, "nobody").profile))
    }
}

/// What lies beside the samples and is none.
const NO_SAMPLES: [&str; 3] = ["README.md", "make_texts.py", "make_workbooks.py"];

/// All samples, by name.
pub(crate) fn samples() -> anyhow::Result<Vec<Sample>> {
    let folder = workspace().join("tests/samples");
    let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut names = BTreeSet::new();
    for entry in entries {
        names.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    let lies_beside = |name: &str| {
        [".report.json", ".toml"]
            .iter()
            .any(|end| name.ends_with(end))
    };
    names.retain(|name| !lies_beside(name) && !NO_SAMPLES.contains(&name.as_str()));
    names
        .into_iter()
        .map(|name| {
            let report_at = folder.join(format!("{name}.report.json"));
            let config = folder.join(format!("{name}.toml"));
            Ok(Sample {
                input: fs::read(folder.join(&name))?,
                report: fs::read(&report_at).ok(),
                report_at,
                config: config.exists().then_some(config),
                name,
            })
        })
        .collect()
}

/// `UPDATE_SAMPLES=1` writes the reports anew.
#[test]
fn each_sample_is_reported_as_it_stands_beside_it() -> anyhow::Result<()> {
    let update = std::env::var_os("UPDATE_SAMPLES").is_some();
    let mut wrong = Vec::new();
    for sample in samples()? {
        let output = Command::new(intake()?)
            .current_dir(workspace().join("tests/samples"))
            .args(["check", "--format", "json", "--at", NOW, &sample.name])
            .args(
                sample
                    .config
                    .iter()
                    .flat_map(|path| [OsStr::new("--config"), path.as_os_str()]),
            )
            .env_remove("INTAKE_DATA")
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.code() < Some(2), "`{}`: {said}", sample.name);
        if sample.report.as_ref() == Some(&output.stdout) {
            continue;
        }
        if update {
            fs::write(&sample.report_at, &output.stdout)?;
        }
        wrong.push(sample.name);
    }
    ensure!(wrong.is_empty() || update, "reported otherwise: {wrong:?}");
    Ok(())
}

#[test]
fn each_sample_has_an_origin() -> anyhow::Result<()> {
    let table = fs::read_to_string(workspace().join("tests/samples/README.md"))?;
    let told = |sample: &Sample| table.contains(&format!("| `{}` |", sample.name));
    let samples = samples()?;
    let untold = samples.iter().filter(|sample| !told(sample));
    let untold: Vec<&str> = untold.map(|sample| sample.name.as_str()).collect();
    ensure!(untold.is_empty(), "no line in the table: {untold:?}");
    Ok(())
}
