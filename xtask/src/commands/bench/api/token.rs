//! Who asks in measurements, and of which daemon?

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use super::PATIENCE;
use super::client::Client;
use crate::commands::bench::import::PARTNER;
use crate::commands::daemon::{Intake, Serving};

/// The partner's token.
pub(crate) struct Token {
    pub(crate) token: String,
    hash: String,
}

impl Token {
    /// Has the program make one.
    pub(crate) fn new(program: &Path) -> anyhow::Result<Self> {
        let output = Command::new(program)
            .args(["token", "new", "--partner", PARTNER, "--lang", "en"])
            .output()
            .with_context(|| format!("cannot run `{}`", program.display()))?;
        let said = String::from_utf8(output.stdout).context("a token is text")?;
        let mut lines = said.lines().map(str::trim);
        let token = lines.find(|line| line.starts_with("intake-"));
        Ok(Self {
            token: token.context("no token was printed")?.to_owned(),
            hash: said
                .split('"')
                .nth(1)
                .context("no hash was printed")?
                .to_owned(),
        })
    }

    /// Starts a daemon that answers over HTTP, with everything else as by default but the rate of requests.
    pub(crate) fn serve(&self, intake: &Intake) -> anyhow::Result<(Serving, SocketAddr)> {
        self.serve_as(intake, false)
    }

    /// The same, where the token is an operator's or the partner's.
    pub(crate) fn serve_as(
        &self,
        intake: &Intake,
        is_operator: bool,
    ) -> anyhow::Result<(Serving, SocketAddr)> {
        let http = "[http]\nlisten = \"127.0.0.1:0\"\ntoken_rate = \"off\"\n";
        let partner = format!("[partners.{PARTNER}]\n");
        let config = match is_operator {
            true => format!("{http}operator_tokens = [\"{}\"]\n{partner}", self.hash),
            false => format!("{http}{partner}tokens = [\"{}\"]\n", self.hash),
        };
        let path = intake.data.join("intake.toml");
        fs::write(&path, config).with_context(|| format!("cannot write `{}`", path.display()))?;
        let log = intake.data.with_extension("serve.log");
        let mut serving = intake.serve(&log)?;
        let host = serving.await_answer(
            "starting to listen",
            PATIENCE,
            Duration::from_millis(5),
            || {
                let said = fs::read_to_string(&log).unwrap_or_default();
                let line = said.lines().find(|line| line.contains("http_listening"));
                let after = line.and_then(|line| line.split("address=").nth(1));
                let address = after.and_then(|after| after.split_whitespace().next());
                Ok(address.and_then(|address| address.parse::<SocketAddr>().ok()))
            },
        )?;
        let mut probe = Client::new(host, &self.token)?;
        let question = probe.get("/readyz");
        serving.await_answer("getting ready", PATIENCE, Duration::from_millis(5), || {
            Ok((probe.ask(&question)? == 200).then_some(()))
        })?;
        Ok((serving, host))
    }
}
