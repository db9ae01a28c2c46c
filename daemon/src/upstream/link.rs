//! How does a request reach the platform, and what can go wrong on the way?
//! Encrypted or to this machine, straight to where the config says: no redirects, no proxy of the environment's, no
//! decompression, nothing longer than the bound, never to an address that tells of a machine. The token is in no log.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Method, Proxy, Url};

use super::figures::Figures;
use super::verdict::Answer;
use crate::clock;
use crate::config::{Upstream, may_be_asked};
use crate::system::PathError;

/// The way to the platform.
pub(super) struct Link {
    client: Client,
    base: String,
    answer_bytes: usize,
    pace: Option<Pace>,
    figures: Arc<Figures>,
}

/// Why there is no way to the platform.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// A file that the config names.
    #[error(transparent)]
    File(#[from] PathError),
    /// The variable that the config names.
    #[error(
        "the environment variable `{0}` holds no token\nhint: see `upstream.token_variable` in the config"
    )]
    Variable(String),
    /// What was found is no token.
    #[error("what `upstream.{0}` leads to is no token: one line of visible ASCII characters")]
    NoToken(&'static str),
    /// The config does not say all.
    #[error("`upstream.{0}` is not set")]
    Missing(&'static str),
    /// The client cannot be made.
    #[error("no connection can be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// What went wrong with a request on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// It was never sent.
    NotSent,
    /// The answer came too late.
    Late,
    /// The connection ended before the answer was whole.
    CutOff,
    /// The answer is longer than the bound, or none at all.
    Unreadable,
}

const TOKEN_HEADER: HeaderName = HeaderName::from_static("x-plenigo-token");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const LONGEST_TOKEN_FILE: u64 = 64 << 10;

impl Link {
    /// The way that the config describes.
    pub(super) fn new(config: &Upstream, figures: Arc<Figures>) -> Result<Self, LinkError> {
        // Another part of the program may have named the same provider before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(TOKEN_HEADER, token(config)?);
        let mut client = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("intake/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .connect_timeout(config.connect_timeout)
            .timeout(config.timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(config.parallel)
            .tcp_nodelay(true)
            .dns_resolver(OnlyWhatMayBeAsked);
        if let Some(proxy) = &config.proxy {
            client = client.proxy(Proxy::all(proxy.as_str())?);
        }
        if let Some(path) = &config.certificates {
            let pem = read_file(path)?;
            client = client.tls_certs_only(Certificate::from_pem_bundle(&pem)?);
        }
        let base = config.url.as_ref().ok_or(LinkError::Missing("url"))?;
        Ok(Self {
            client: client.build()?,
            base: base.as_str().to_owned(),
            answer_bytes: config.answer_bytes,
            pace: config.pace.map(Pace::of),
            figures,
        })
    }

    /// Asks for something.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, Lost> {
        self.request(Method::GET, path, query, None, None).await
    }

    /// Sends something.
    pub(super) async fn post(
        &self,
        path: &str,
        body: Vec<u8>,
        key: Option<&str>,
    ) -> Result<Answer, Lost> {
        self.request(Method::POST, path, &[], Some(body), key).await
    }

    /// Replaces something.
    pub(super) async fn put(&self, path: &str, body: Vec<u8>) -> Result<Answer, Lost> {
        self.request(Method::PUT, path, &[], Some(body), None).await
    }

    async fn request(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Vec<u8>>,
        key: Option<&str>,
    ) -> Result<Answer, Lost> {
        let mut url = Url::parse(&format!("{}{path}", self.base)).map_err(|_| Lost::NotSent)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        if let Some(pace) = &self.pace {
            pace.wait().await;
        }
        self.figures.requested();
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        if let Some(key) = key {
            request = request.header(IDEMPOTENCY_KEY, key);
        }
        let answered = self.answered(request).await;
        if let Err(lost) = &answered {
            self.figures.error(lost.name());
        }
        answered
    }

    async fn answered(&self, request: reqwest::RequestBuilder) -> Result<Answer, Lost> {
        let mut response = request.send().await.map_err(|error| Lost::of(&error))?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(seconds);
        let announced = response.content_length().unwrap_or(0);
        if announced > self.answer_bytes as u64 {
            return Err(Lost::Unreadable);
        }
        let mut body = Vec::with_capacity(announced as usize);
        while let Some(piece) = response.chunk().await.map_err(|error| Lost::of(&error))? {
            if body.len() + piece.len() > self.answer_bytes {
                return Err(Lost::Unreadable);
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer {
            status,
            body,
            retry_after,
        })
    }
}

impl Lost {
    /// A word for counting.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NotSent => "connect",
            Self::Late => "timeout",
            Self::CutOff => "reset",
            Self::Unreadable => "unreadable",
        }
    }

    fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() || error.is_builder() {
            Self::NotSent
        } else if error.is_timeout() {
            Self::Late
        } else {
            Self::CutOff
        }
    }
}

/// Part of a path, as it must be written there.
pub(super) fn path_part(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut path, byte| {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
                path.push(char::from(byte));
            } else {
                path.push('%');
                path.push_str(&intake_core::report::hex(&[byte]).to_uppercase());
            }
            path
        })
}

fn seconds(value: &HeaderValue) -> Option<Duration> {
    let seconds = value.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn token(config: &Upstream) -> Result<HeaderValue, LinkError> {
    let (text, place) = match (&config.token_file, &config.token_variable) {
        (Some(path), _) => (read_file(path)?, "token_file"),
        (None, Some(name)) => {
            let value = std::env::var(name).map_err(|_| LinkError::Variable(name.clone()))?;
            (value.into_bytes(), "token_variable")
        }
        (None, None) => return Err(LinkError::Missing("token_file")),
    };
    let text = text.trim_ascii();
    let is_token = !text.is_empty() && text.iter().all(u8::is_ascii_graphic);
    let mut value = HeaderValue::from_bytes(text)
        .ok()
        .filter(|_| is_token)
        .ok_or(LinkError::NoToken(place))?;
    value.set_sensitive(true);
    Ok(value)
}

fn read_file(path: &Path) -> Result<Vec<u8>, PathError> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST_TOKEN_FILE).read_to_end(&mut bytes))
        .map_err(PathError::of("read", path))?;
    Ok(bytes)
}

/// Leaves out of what a name stands for whatever may not be asked.
#[derive(Debug)]
struct OnlyWhatMayBeAsked;

impl Resolve for OnlyWhatMayBeAsked {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<SocketAddr> = found.filter(|it| may_be_asked(it.ip())).collect();
            if good.is_empty() {
                return Err("the name stands for no address that may be asked".into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

/// So many requests a second at most, evenly.
struct Pace {
    between: Duration,
    next: Mutex<Duration>,
}

impl Pace {
    fn of(a_second: u32) -> Self {
        Self {
            between: Duration::from_secs(1) / a_second.max(1),
            next: Mutex::new(Duration::ZERO),
        }
    }

    async fn wait(&self) {
        let now = clock::since_start();
        let mine = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let mine = (*next).max(now);
            *next = mine + self.between;
            mine
        };
        tokio::time::sleep(mine.saturating_sub(now)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_holds_no_more_than_it_should() {
        assert_eq!(path_part("AB-1_2.3~4"), "AB-1_2.3~4");
        assert_eq!(path_part("a/../b?c=ä"), "a%2F..%2Fb%3Fc%3D%C3%A4");
    }

    #[test]
    fn a_token_is_one_line_and_shows_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            token(&Upstream {
                token_file: Some(path.clone()),
                ..Upstream::default()
            })
        };
        let good = read("s3cret-token\n").unwrap();
        assert_eq!(good.as_bytes(), b"s3cret-token");
        assert!(!format!("{good:?}").contains("s3cret"));
        for bad in ["", "\n", "two lines\nof it", "schlüssel"] {
            let error = read(bad).unwrap_err().to_string();
            assert!(!error.contains("two") && !error.contains("schl"), "{error}");
        }
    }
}
