//! Does what operators are given fit the program? Unit, alarms and their guide are held against each other and against the source.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context as _, ensure};
use intake_tests::program::workspace;

/// What operators read, in each language.
const GUIDES: [&str; 2] = ["docs/operators.md", "docs/operators.de.md"];

fn text(path: &str) -> anyhow::Result<String> {
    fs::read_to_string(workspace().join(path)).with_context(|| format!("cannot read `{path}`"))
}

/// The words of a text that begin so and go on with small letters and underscores.
fn words(text: &str, beginning: &str) -> BTreeSet<String> {
    let part_of_word = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    text.split(|letter| !part_of_word(letter))
        .filter(|word| word.starts_with(beginning))
        .map(str::to_owned)
        .collect()
}

#[test]
fn alarms_rest_on_numbers_that_the_program_tells() -> anyhow::Result<()> {
    let mut told = words(&text("daemon/src/metrics/mod.rs")?, "intake_");
    told.extend(words(&text("daemon/src/http/metrics.rs")?, "intake_"));
    let asked = words(&text("docs/alerts.yml")?, "intake_");
    ensure!(asked.len() > 8, "{asked:?}");
    let unknown: Vec<_> = asked.difference(&told).collect();
    ensure!(unknown.is_empty(), "nobody tells {unknown:?}");
    Ok(())
}

#[test]
fn every_alarm_is_explained() -> anyhow::Result<()> {
    let rules = text("docs/alerts.yml")?;
    let alarms: BTreeSet<&str> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    let alarms: BTreeSet<String> = alarms.into_iter().map(str::to_owned).collect();
    for guide in GUIDES {
        let text = text(guide)?;
        let explained: BTreeSet<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix("| `Intake")?.split('`').next())
            .map(|name| format!("Intake{name}"))
            .collect();
        ensure!(
            !alarms.is_empty() && alarms == explained,
            "{guide}: {alarms:?}\n{explained:?}"
        );
    }
    Ok(())
}

#[test]
fn the_unit_confines_what_the_guide_says() -> anyhow::Result<()> {
    let unit = text("packaging/intake.service")?;
    let service = unit
        .split("NoNewPrivileges=")
        .nth(1)
        .context("no such line")?;
    let service = service.split("\n\n[Install]").next().unwrap_or_default();
    let confined = format!("NoNewPrivileges={service}");
    let confined: Vec<&str> = confined
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    for guide in GUIDES {
        let guide = text(guide)?;
        let told = guide.split("<!-- unit -->\n```ini\n").nth(1);
        let told = told.and_then(|rest| rest.split("```").next());
        let told: Vec<&str> = told.context("the guide has no unit")?.lines().collect();
        ensure!(told == confined, "{told:#?}\n{confined:#?}");
    }
    // sled's pool can reach 128 threads, and the daemon has its own.
    ensure!(unit.contains("\nTasksMax=256\n") && unit.contains("\nType=notify\n"));
    ensure!(unit.contains("\nWatchdogSec=60\n") && unit.contains("\nUser=intake\n"));
    Ok(())
}

/// The tool is not everywhere; the package's build machine has it.
#[test]
fn the_unit_exposes_little() -> anyhow::Result<()> {
    let mut ask = Command::new("systemd-analyze");
    ask.args(["security", "--offline=true"]);
    ask.arg(workspace().join("packaging/intake.service"));
    let Ok(output) = ask.output() else {
        return Ok(());
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let Some(level) = said
        .split("Overall exposure level for intake.service: ")
        .nth(1)
    else {
        return Ok(());
    };
    let level: f64 = level.split(' ').next().unwrap_or_default().parse()?;
    ensure!(level <= 1.5, "{said}");
    Ok(())
}
