//! How is a proof run? It is a test that takes its size from the environment, over the program as it is installed.

use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::workspace::{Workspace, run as run_command};

/// One proof.
pub(super) struct Proof {
    /// The test's whole name.
    pub(super) test: &'static str,
    /// What tells it how large it is to be.
    pub(super) variables: Vec<(&'static str, String)>,
}

impl Proof {
    /// Runs it, with this program or a release build.
    pub(super) fn run(self, program: Option<&Path>) -> anyhow::Result<()> {
        let workspace = Workspace::find()?;
        let program = match program {
            Some(program) => std::path::absolute(program)?,
            None => workspace.build_release()?,
        };
        let tests = |options: &[&str]| {
            let mut tests = workspace.cargo();
            tests.args(["test", "--package", "intake-tests", "--test", "all", "--"]);
            tests.args(["--exact", self.test]).args(options);
            tests
        };
        // No test of that name would be as good as a good one.
        let listed = tests(&["--list"]).output().context("cannot run cargo")?;
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        ensure!(
            listed.contains(self.test),
            "there is no test `{}`",
            self.test
        );
        let mut test = tests(&["--nocapture"]);
        test.env("INTAKE_PROGRAM", program).envs(self.variables);
        run_command(&mut test)
    }
}
