//! Does the daemon answer whatever is asked of it as its description says?
//! A property-based tester makes requests out of the description, right and wrong ones, as a partner and as an operator; an answer
//! of 5xx, or one that is not described, fails.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::commands::bench::Token;
use crate::commands::daemon::Intake;
use crate::commands::python::python_with;
use crate::workspace::{Workspace, run as run_command};

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Runs the tester for both kinds of tokens, with so many examples for each call.
pub(super) fn run(program: Option<&Path>, examples: u64) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    let program = match program {
        Some(program) => std::path::absolute(program)?,
        None => workspace.build_release()?,
    };
    let python = python_with(&workspace, "api-tester-venv", "xtask/peers/api-tester.txt")?;
    let description = workspace.root.join("docs/openapi.json");
    let token = Token::new(&program)?;
    for is_operator in [true, false] {
        let data = workspace.target.join("tmp/torture-api");
        if data.exists() {
            fs::remove_dir_all(&data)
                .with_context(|| format!("cannot remove `{}`", data.display()))?;
        }
        fs::create_dir_all(&data).with_context(|| format!("cannot make `{}`", data.display()))?;
        let program = program.clone();
        let intake = Intake { program, data };
        let (serving, host) = token.serve_as(&intake, is_operator)?;
        let mut tester = Command::new(&python);
        tester.args(["-m", "schemathesis.cli", "run"]);
        tester.arg(&description);
        tester.args(["--url", &format!("http://{host}/api/v3.0")]);
        tester.args(["-H", &format!("X-plenigo-token: {}", token.token)]);
        tester.args(["--checks", CHECKS, "--phases", "examples,coverage,fuzzing"]);
        tester.args(["--max-examples", &examples.to_string()]);
        let outcome = run_command(&mut tester);
        let stopped = serving.stop();
        let whose = if is_operator {
            "an operator's"
        } else {
            "a partner's"
        };
        outcome.with_context(|| format!("with {whose} token"))?;
        stopped?;
        println!("with {whose} token: every answer is as it is described");
    }
    Ok(())
}
