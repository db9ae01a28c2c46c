//! How do tests speak HTTP with the daemon?
//! Byte by byte over real sockets, so that a test can send what no well-behaved client does, and as slowly.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::daemon::Daemon;
use crate::installation::Installation;
use crate::patience::{PATIENCE, await_some};
use crate::program::intake;

/// A daemon's address for HTTP.
#[derive(Clone, Copy, Debug)]
pub struct Server(pub SocketAddr);

/// What the daemon answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The lines of the head, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Everything behind the head.
    pub body: Vec<u8>,
}

/// A token and its hash.
#[derive(Clone, Debug)]
pub struct Token {
    /// What the partner has.
    pub token: String,
    /// What stands in the config.
    pub hash: String,
}

impl Token {
    /// Has the program make one.
    pub fn new() -> anyhow::Result<Self> {
        let output = Command::new(intake()?)
            .args(["token", "new", "--partner", "alpha", "--lang", "en"])
            .output()
            .context("cannot run the program")?;
        let text = String::from_utf8(output.stdout)?;
        let token = text
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with("intake-"));
        let hash = text.split('"').nth(1);
        Ok(Self {
            token: token
                .with_context(|| format!("no token: {text}"))?
                .to_owned(),
            hash: hash.with_context(|| format!("no hash: {text}"))?.to_owned(),
        })
    }
}

impl Server {
    /// Starts a daemon and learns from its log where it listens.
    pub fn of(site: &Installation) -> anyhow::Result<(Daemon, Self)> {
        let daemon = site.serve_ready()?;
        let address = await_some("the daemon to listen", || {
            let said = daemon.said();
            let line = said.lines().find(|line| line.contains("http_listening"));
            let after = line.and_then(|line| line.split("address=").nth(1));
            let address = after.and_then(|after| after.split_whitespace().next());
            Ok(address.map(str::to_owned))
        })?;
        Ok((
            daemon,
            Self(address.parse().with_context(|| address.clone())?),
        ))
    }

    /// A connection on which nothing was said.
    pub fn connect(&self) -> anyhow::Result<TcpStream> {
        let stream = TcpStream::connect(self.0).context("cannot connect")?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    /// Sends a whole request and reads the answer.
    pub fn ask(&self, request: &[u8]) -> anyhow::Result<Answer> {
        let mut stream = self.connect()?;
        // A daemon that has heard enough may answer and close before it has taken everything.
        let _ = stream.write_all(request);
        read_answer(&mut stream)
    }

    /// Gets a path, with these lines in the head.
    pub fn get(&self, path: &str, lines: &[&str]) -> anyhow::Result<Answer> {
        self.ask(&self.head("GET", path, lines))
    }

    /// The head of a request after which the connection is closed.
    pub fn head(&self, method: &str, path: &str, lines: &[&str]) -> Vec<u8> {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
            self.0
        );
        for line in lines {
            head.push_str(line);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// A request that uploads a form.
    pub fn upload(&self, form: &Form, lines: &[&str]) -> Vec<u8> {
        self.post("/upload", form, lines)
    }

    /// A request that sends a form.
    pub fn post(&self, path: &str, form: &Form, lines: &[&str]) -> Vec<u8> {
        let body = form.body();
        let length = format!("Content-Length: {}", body.len());
        let kind = format!("Content-Type: multipart/form-data; boundary={BOUNDARY}");
        let mut all = vec![length.as_str(), kind.as_str()];
        all.extend(lines);
        let mut request = self.head("POST", path, &all);
        request.extend_from_slice(&body);
        request
    }

    /// Uploads a file as a program does, and gives what it is told.
    pub fn upload_json(&self, token: &str, name: &str, content: &[u8]) -> anyhow::Result<Value> {
        let form = Form::default().file("file", name, content);
        let authorization = format!("Authorization: Bearer {token}");
        let lines = [authorization.as_str(), "Accept: application/json"];
        let answer = self.ask(&self.upload(&form, &lines))?;
        ensure!(answer.status == 202, "{answer:?}");
        answer.json()
    }

    /// Waits for the receipt of an upload.
    pub fn await_receipt(&self, id: &str) -> anyhow::Result<Value> {
        let path = format!("/receipt/{id}?format=json");
        await_some("the receipt", || {
            let answer = self.get(&path, &[])?;
            match answer.status {
                200 => answer.json().map(Some),
                202 => {
                    std::thread::sleep(Duration::from_millis(20));
                    Ok(None)
                }
                _ => anyhow::bail!("{answer:?}"),
            }
        })
    }
}

const BOUNDARY: &str = "----test-boundary";

/// A form that is to be sent.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<u8>);

impl Form {
    /// One more field.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        let head =
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(value.as_bytes());
        self.0.extend_from_slice(b"\r\n");
        self
    }

    /// One more file.
    #[must_use]
    pub fn file(mut self, name: &str, file_name: &str, content: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; \
             filename=\"{file_name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(content);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    /// The whole body.
    pub fn body(&self) -> Vec<u8> {
        let mut body = self.0.clone();
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        body
    }
}

/// Reads an answer up to the end of the connection.
pub fn read_answer(stream: &mut TcpStream) -> anyhow::Result<Answer> {
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    answer_of(bytes).with_context(|| format!("{read:?}"))
}

/// The answer that these bytes are.
pub fn answer_of(mut bytes: Vec<u8>) -> anyhow::Result<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let end = end.with_context(|| {
        let said = String::from_utf8_lossy(&bytes).into_owned();
        format!("no answer: {said:?}")
    })?;
    let head = String::from_utf8(bytes[..end].to_vec())?;
    let body = bytes.split_off(end + 4);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_ascii_lowercase(), value.to_owned()))
    });
    let answer = Answer {
        status: status.context("no status")?.parse()?,
        headers: headers.collect(),
        body,
    };
    if let Some(length) = answer.header("content-length") {
        let is_whole = answer.body.is_empty() || answer.body.len().to_string() == length;
        ensure!(is_whole, "{} of {length} bytes came", answer.body.len());
    }
    Ok(answer)
}

impl Answer {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> anyhow::Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("no JSON: {}", self.text()))
    }
}
