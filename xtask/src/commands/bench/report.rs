//! What was measured, and does it reach the figures set?
//! The report holds every single run, so that a median can be doubted.

use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;

use super::measure::{Measured, median};

/// All figures of a run.
#[derive(Serialize)]
pub(super) struct Report {
    processor: String,
    figures: Vec<Figure>,
}

/// One line of the table.
#[derive(Serialize)]
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    goal: Option<Goal>,
    reached: Option<bool>,
    runs: Vec<f64>,
}

/// What a figure should be.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    fn is_reached_by(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }
}

impl Report {
    pub(super) fn new() -> Self {
        let described = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = described.lines().find_map(|line| {
            let (name, model) = line.split_once(':')?;
            (name.trim() == "model name").then(|| model.trim().to_owned())
        });
        Self {
            processor: model.unwrap_or_default(),
            figures: Vec::new(),
        }
    }

    /// Adds the median of some runs.
    pub(super) fn add(
        &mut self,
        name: impl Into<String>,
        unit: &'static str,
        runs: Vec<f64>,
        goal: Option<Goal>,
    ) {
        let value = median(runs.iter().copied());
        let reached = goal.map(|goal| goal.is_reached_by(value));
        self.figures.push(Figure {
            name: name.into(),
            value,
            unit,
            goal,
            reached,
            runs,
        });
    }

    /// Adds how long somebody's runs took, rows a second, and the peak of memory.
    pub(super) fn add_runs(
        &mut self,
        who: &str,
        rows: u64,
        runs: &[Measured],
        memory: Option<Goal>,
    ) {
        let seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
        let rates = seconds
            .iter()
            .map(|seconds| rows as f64 / seconds / 1_000.0)
            .collect();
        self.add(format!("{who}: wall"), "s", seconds, None);
        self.add(format!("{who}: rate"), "1000 rows/s", rates, None);
        let peaks = runs.iter().map(|run| run.peak_mib).collect();
        self.add(format!("{who}: peak memory"), "MiB", peaks, memory);
    }

    /// Adds by how much ours is faster than theirs, pair by pair.
    pub(super) fn add_ratio(&mut self, name: &str, ours: &[f64], theirs: &[f64], goal: f64) {
        let ratios: Vec<f64> = ours
            .iter()
            .zip(theirs)
            .map(|(ours, theirs)| theirs / ours)
            .collect();
        for (pair, ratio) in (1..).zip(&ratios) {
            println!("{name}, pair {pair}: {ratio:.2} ×");
        }
        self.add(name, "×", ratios, Some(Goal::AtLeast(goal)));
    }

    /// Prints the table and writes everything down.
    pub(super) fn finish(self, path: &Path) -> anyhow::Result<()> {
        let width = self
            .figures
            .iter()
            .map(|figure| figure.name.chars().count())
            .max();
        let width = width.unwrap_or(0);
        println!("\nmedians on {}", self.processor);
        for Figure {
            name,
            value,
            unit,
            goal,
            reached,
            runs,
        } in &self.figures
        {
            let goal = match goal {
                None => String::new(),
                Some(Goal::AtLeast(bound)) => format!("at least {bound}"),
                Some(Goal::AtMost(bound)) => format!("at most {bound}"),
            };
            let verdict = match reached {
                None => "",
                Some(true) => "  reached",
                Some(false) => "  MISSED",
            };
            println!(
                "{name:width$}  {value:>10.2} {unit:<12} of {:<3} {goal}{verdict}",
                runs.len()
            );
        }
        let json = serde_json::to_vec_pretty(&self).context("cannot write the report as JSON")?;
        std::fs::write(path, json).with_context(|| format!("cannot write `{}`", path.display()))?;
        println!("every run: {}", path.display());
        Ok(())
    }
}
