//! How do measurements ask the daemon over HTTP?
//! Over one connection that stays open, with as little work of their own as can be: client and daemon share two cores.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};

/// A connection to the daemon.
pub(super) struct Client {
    stream: TcpStream,
    token: String,
    host: SocketAddr,
    heard: Vec<u8>,
}

/// No answer takes so long.
const PATIENCE: Duration = Duration::from_secs(600);

impl Client {
    /// Connects.
    pub(super) fn new(host: SocketAddr, token: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(host).context("cannot connect to the daemon")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            token: token.to_owned(),
            host,
            heard: Vec::with_capacity(64 << 10),
        })
    }

    /// The bytes of a request without a body.
    pub(super) fn get(&self, path: &str) -> Vec<u8> {
        format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nX-plenigo-token: {}\r\n\r\n",
            self.host, self.token
        )
        .into_bytes()
    }

    /// Sends a body and gives the status of the answer.
    pub(super) fn post(&mut self, path: &str, body: &[u8]) -> anyhow::Result<u16> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nX-plenigo-token: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            self.host,
            self.token,
            body.len()
        );
        self.stream.write_all(head.as_bytes())?;
        self.stream
            .write_all(body)
            .context("the daemon broke off")?;
        self.status()
    }

    /// Sends a request and gives the status of the answer.
    pub(super) fn ask(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.stream.write_all(request)?;
        self.status()
    }

    /// Reads one whole answer.
    fn status(&mut self) -> anyhow::Result<u16> {
        self.heard.clear();
        let mut piece = [0; 16 << 10];
        let (mut whole, mut status) = (None, 0);
        while whole.is_none_or(|whole| self.heard.len() < whole) {
            let read = self.stream.read(&mut piece).context("no answer came")?;
            if read == 0 {
                bail!("the daemon closed the connection");
            }
            self.heard.extend_from_slice(&piece[..read]);
            if whole.is_none()
                && let Some(end) = find(&self.heard, b"\r\n\r\n")
            {
                let head = std::str::from_utf8(&self.heard[..end])?.to_ascii_lowercase();
                status = head
                    .split(' ')
                    .nth(1)
                    .and_then(|status| status.parse().ok())
                    .context("an answer has a status")?;
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "))
                    .context("an answer says how long it is")?;
                whole = Some(end + 4 + length.trim().parse::<usize>()?);
            }
        }
        ensure!(status != 0, "no status");
        Ok(status)
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|some| some == wanted)
}
