//! How are the address of another system, a file and an environment variable written?
//!
//! An address that is read here may be asked: it is encrypted or the machine itself, and nothing that hands out secrets
//! to whoever asks from within a data centre.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use reqwest::Url;
use toml::de::DeValue;

use super::keys::{Mirroring, Upstream};
use super::kind::{Kind, Refusal, shown};

/// The address of another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote(Url);

impl Remote {
    /// The address, without a slash at its end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "it is no address")?;
        let host = url.host_str().unwrap_or_default();
        let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        if !url.username().is_empty() || url.password().is_some() {
            return Err("a name or password does not belong there");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it is more than the beginning of addresses");
        }
        if address.is_some_and(|address| !may_be_asked(address)) {
            return Err(
                "addresses of the local link, and those that tell of a machine, are never asked",
            );
        }
        let is_this_machine =
            host == "localhost" || address.is_some_and(|address| address.is_loopback());
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_this_machine => Ok(Self(url)),
            "http" => Err("`http` is taken for the machine itself only"),
            _ => Err("it is neither `https` nor `http`"),
        }
    }
}

/// May a request go there? Not to addresses of the local link, among which clouds keep the secrets of their machines,
/// and not to those that stand for many machines or for none.
pub(crate) fn may_be_asked(address: IpAddr) -> bool {
    const AMAZON_METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    const ALIBABA_METADATA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
    match address.to_canonical() {
        IpAddr::V4(four) => {
            !(four.is_link_local()
                || four.is_multicast()
                || four.is_broadcast()
                || four.is_unspecified()
                || four == ALIBABA_METADATA)
        }
        IpAddr::V6(six) => {
            !(six.is_unicast_link_local()
                || six.is_multicast()
                || six.is_unspecified()
                || six == AMAZON_METADATA)
        }
    }
}

impl Upstream {
    /// Is anything sent or taken over?
    pub fn is_used(&self) -> bool {
        self.mode == Mirroring::Mirror || self.pull_offers || self.pull_customers
    }
}

/// The address of another system.
pub(super) struct RemoteUrl;

impl Kind for RemoteUrl {
    type Value = Remote;

    fn name() -> String {
        "URL".into()
    }

    fn read(value: &DeValue<'_>) -> Result<Remote, Refusal> {
        let Some(text) = value.as_str() else {
            return Err(Refusal::expected("a URL", value));
        };
        Remote::parse(text).map_err(|why| {
            // What stands before an `@` may be a password: it is not shown.
            let message = match text.contains('@') {
                true => format!("the URL is not taken: {why}"),
                false => format!("{} is not taken: {why}", shown(value)),
            };
            let refusal = Refusal {
                message,
                hint: None,
            };
            refusal.hinting("write `\"https://api.example.org/api/v3.0\"`")
        })
    }

    fn write(value: &Remote) -> String {
        format!("\"{}\"", value.as_str())
    }
}

/// A file by its path; one that does not begin at the root begins where the program was started.
pub(super) struct File;

impl Kind for File {
    type Value = PathBuf;

    fn name() -> String {
        "path".into()
    }

    fn read(value: &DeValue<'_>) -> Result<PathBuf, Refusal> {
        let path = value.as_str().filter(|path| !path.is_empty());
        path.map(PathBuf::from)
            .ok_or_else(|| Refusal::expected("a path", value))
    }

    fn write(value: &PathBuf) -> String {
        format!("{:?}", value.to_string_lossy())
    }
}

/// The name of an environment variable.
pub(super) struct Variable;

impl Kind for Variable {
    type Value = String;

    fn name() -> String {
        "name".into()
    }

    fn read(value: &DeValue<'_>) -> Result<String, Refusal> {
        let is_name = |name: &&str| {
            let in_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            (1..=64).contains(&name.len())
                && name.bytes().all(in_alphabet)
                && !name.starts_with(|first: char| first.is_ascii_digit())
        };
        // What stands here by mistake may be the token itself: it is not shown.
        let name = value.as_str().filter(is_name);
        name.map(str::to_owned).ok_or_else(|| Refusal {
            message: "expected the name of an environment variable".into(),
            hint: Some("write `\"INTAKE_UPSTREAM_TOKEN\"`".into()),
        })
    }

    fn write(value: &String) -> String {
        format!("\"{value}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_asked_is_taken() {
        let good = [
            "https://api.example.org/api/v3.0/",
            "https://10.1.2.3:8443/api/v3.0",
            "http://127.0.0.1:8710/api/v3.0",
            "http://[::1]:8710/api/v3.0",
            "http://localhost:8710/api/v3.0",
        ];
        for url in good {
            let remote = Remote::parse(url).unwrap();
            assert_eq!(remote.as_str(), url.trim_end_matches('/'));
        }
        let bad = [
            "",
            "api.example.org",
            "http://api.example.org/api/v3.0",
            "http://127.0.0.1.example.org/",
            "ftp://api.example.org/",
            "file:///etc/passwd",
            "https://name:secret@api.example.org/",
            "https://api.example.org/?a=b",
            "https://169.254.169.254/latest",
            "https://2852039166/latest",
            "https://[fe80::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://[fd00:ec2::254]/",
            "https://0.0.0.0/",
        ];
        for url in bad {
            assert!(Remote::parse(url).is_err(), "{url}");
        }
    }
}
