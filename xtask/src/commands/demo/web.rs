//! Where does the demo's daemon answer over HTTP, and with which token does a partner upload?
//! On this machine's own address only, at the usual port unless somebody else has it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

use super::LESEZIRKEL;

/// Where the demo answers, unless somebody else does there.
const USUAL_PORT: u16 = 8710;

/// The daemon's HTTP side.
pub(super) struct Web {
    address: SocketAddr,
    token: String,
    hash: String,
}

impl Web {
    /// Finds a free port and has the program make a token.
    pub(super) fn prepare(program: &Path) -> anyhow::Result<Self> {
        let on = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let address = on(USUAL_PORT)
            .or_else(|_| on(0))
            .and_then(|listener| listener.local_addr())
            .context("this machine has no free port")?;
        let output = Command::new(program)
            .args(["token", "new", "--partner", LESEZIRKEL])
            .output()
            .with_context(|| format!("cannot run `{}`", program.display()))?;
        ensure!(
            output.status.success(),
            "`intake token new` failed: {}",
            output.status
        );
        let said = String::from_utf8(output.stdout).context("a token is text")?;
        let mut lines = said.lines().map(str::trim);
        let token = lines.find(|line| line.starts_with("intake-"));
        Ok(Self {
            address,
            token: token
                .context("`intake token new` printed no token")?
                .to_owned(),
            hash: said
                .split('"')
                .nth(1)
                .context("`intake token new` printed no hash")?
                .to_owned(),
        })
    }

    /// What the config says of it; it ends the config.
    pub(super) fn config(&self) -> String {
        format!(
            "\n[http]\nlisten = \"{}\"\n\n[partners.{LESEZIRKEL}]\ndelivery = \"delta\"\n\
             tokens = [\"{}\"]\n",
            self.address, self.hash
        )
    }

    /// The address of the page.
    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The token, as a partner has it.
    pub(super) fn token(&self) -> &str {
        &self.token
    }
}
