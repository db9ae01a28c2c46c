//! How are addresses, host names and the hashes of tokens written?
//!
//! A token itself never stands in the config, so that whoever reads the file cannot act for a partner.

use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;

use intake_core::report::hex;
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use toml::de::DeValue;

use super::keys::Access;
use super::kind::{Kind, Refusal, shown};

/// An address with a port.
pub(super) struct Address;

impl Kind for Address {
    type Value = SocketAddr;

    fn name() -> String {
        "address".into()
    }

    fn read(value: &DeValue<'_>) -> Result<SocketAddr, Refusal> {
        let address = value.as_str().and_then(|text| text.parse().ok());
        address.ok_or_else(|| {
            Refusal::expected("an address with a port", value)
                .hinting("write `\"127.0.0.1:8710\"` or `\"[::1]:8710\"`")
        })
    }

    fn write(value: &SocketAddr) -> String {
        format!("\"{value}\"")
    }
}

/// The names under which the daemon may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts {
    /// Whatever the client writes.
    Any,
    /// These, in lower case and without a port.
    Only(BTreeSet<String>),
}

/// A list of host names, or `"any"`.
pub(super) struct HostList;

impl Kind for HostList {
    type Value = Hosts;

    fn name() -> String {
        "list of host names or `\"any\"`".into()
    }

    fn read(value: &DeValue<'_>) -> Result<Hosts, Refusal> {
        if value.as_str() == Some("any") {
            return Ok(Hosts::Any);
        }
        let Some(list) = value.as_array() else {
            let refusal = Refusal::expected("a list of host names or `\"any\"`", value);
            return Err(refusal.hinting("write `[\"intake.example.org\"]`"));
        };
        let mut names = BTreeSet::new();
        for item in list {
            let name = item.get_ref().as_str().filter(|name| is_host(name));
            let Some(name) = name else {
                let message = format!("no host name: {}", shown(item.get_ref()));
                let refusal = Refusal {
                    message,
                    hint: None,
                };
                return Err(refusal.hinting("write `\"intake.example.org\"`, without a port"));
            };
            names.insert(name.to_ascii_lowercase());
        }
        Ok(Hosts::Only(names))
    }

    fn write(value: &Hosts) -> String {
        match value {
            Hosts::Any => "\"any\"".into(),
            Hosts::Only(names) => list(names.iter().cloned()),
        }
    }
}

/// A name, or an address as it stands in a URL; anything with a port is neither.
fn is_host(name: &str) -> bool {
    let is_address = name.starts_with('[') && name.ends_with(']');
    let inner = if is_address {
        &name[1..name.len() - 1]
    } else {
        name
    };
    let in_alphabet = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'.' | b'_')
            || (is_address && byte == b':')
    };
    (1..=253).contains(&inner.len()) && inner.bytes().all(in_alphabet)
}

/// The SHA-256 of a token.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenHash([u8; 32]);

const HASH_PREFIX: &str = "sha256:";

impl TokenHash {
    /// The hash of a token.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Is it the same hash? Takes the same time whichever bytes differ.
    pub fn matches(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(HASH_PREFIX)?;
        let mut bytes = [0; 32];
        let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if digits.len() != 2 * bytes.len() || !is_number {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HASH_PREFIX}{}", hex(&self.0))
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A token that somebody has: its hash, and what the house calls it.
#[derive(Clone, Debug)]
pub struct KnownToken {
    /// Its hash.
    pub hash: TokenHash,
    /// Its name, for the log; it is no secret and no right.
    pub name: Option<Box<str>>,
}

/// Two entries for one hash are one token, whatever they call it.
impl PartialEq for KnownToken {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

/// The longest name of a token.
const LONGEST_NAME: usize = 32;

/// Can this be what the house calls a token?
pub fn is_holder_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain)
}

impl KnownToken {
    /// What the log calls it: its name, or the beginning of its hash.
    pub fn label(&self) -> String {
        match &self.name {
            Some(name) => name.to_string(),
            None => hex(&self.hash.0[..4]),
        }
    }

    /// A hash, with the name before it where it has one.
    fn parse(text: &str) -> Option<Self> {
        let (name, hash) = match text.split_once(' ') {
            Some((name, hash)) => (Some(name), hash.trim_start()),
            None => (None, text),
        };
        Some(Self {
            hash: TokenHash::parse(hash)?,
            name: match name {
                Some(name) if is_holder_name(name) => Some(name.into()),
                Some(_) => return None,
                None => None,
            },
        })
    }
}

impl fmt::Display for KnownToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} {}", self.hash),
            None => self.hash.fmt(f),
        }
    }
}

impl Access {
    /// All hashes of the entry.
    pub(super) fn all(&self) -> impl Iterator<Item = &KnownToken> {
        self.tokens.iter().chain(&self.read_tokens)
    }

    /// Would this token have two sets of rights?
    pub(super) fn is_in_both(&self, token: &KnownToken) -> bool {
        self.tokens.contains(token) && self.read_tokens.contains(token)
    }
}

/// A list of hashes of tokens.
pub(super) struct TokenList;

impl Kind for TokenList {
    type Value = Vec<KnownToken>;

    fn name() -> String {
        "list of hashes".into()
    }

    fn read(value: &DeValue<'_>) -> Result<Vec<KnownToken>, Refusal> {
        let hint = "`intake token new` makes a token and prints the line for the config";
        let Some(list) = value.as_array() else {
            // What stands here may be a token: it is not shown.
            return Err(Refusal {
                message: "expected a list of hashes of tokens".into(),
                hint: Some(hint.into()),
            });
        };
        let hashes = list
            .iter()
            .map(|item| item.get_ref().as_str().and_then(KnownToken::parse));
        hashes.collect::<Option<_>>().ok_or_else(|| Refusal {
            message: "an entry is no hash of a token, `\"sha256:…\"` with 64 hexadecimal digits, perhaps \
                      with a name before it, `\"anna sha256:…\"`"
                .into(),
            hint: Some(hint.into()),
        })
    }

    fn write(value: &Vec<KnownToken>) -> String {
        list(value.iter().map(ToString::to_string))
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    let quoted: Vec<_> = items.map(|item| format!("\"{item}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_written_as_it_is_read() {
        let hash = TokenHash::of("a token");
        assert_eq!(TokenHash::parse(&hash.to_string()), Some(hash));
        assert!(bool::from(hash.matches(&TokenHash::of("a token"))));
        assert!(!bool::from(hash.matches(&TokenHash::of("another"))));
        for bad in ["", "sha256:", "sha256:00", &format!("{hash}0"), "sha256:+0"] {
            assert_eq!(TokenHash::parse(bad), None, "{bad}");
        }
        let signed = format!("sha256:{}", "+1".repeat(32));
        assert_eq!(TokenHash::parse(&signed), None, "a sign is no digit");
    }

    #[test]
    fn a_token_may_have_a_name() {
        let hash = TokenHash::of("a token");
        let named = KnownToken::parse(&format!("anna.b {hash}")).unwrap();
        assert_eq!(named.label(), "anna.b");
        assert_eq!(named.to_string(), format!("anna.b {hash}"));
        let nameless = KnownToken::parse(&hash.to_string()).unwrap();
        assert_eq!(nameless.label(), &hash.to_string()["sha256:".len()..][..8]);
        assert_eq!(nameless.to_string(), hash.to_string());
        assert_eq!(named, nameless);
        for bad in ["anna b", " ", "", "ä", "a=b", &"a".repeat(33)] {
            let entry = format!("{bad} {hash}");
            assert!(KnownToken::parse(&entry).is_none(), "{entry}");
        }
    }

    #[test]
    fn hosts_have_no_port() {
        for good in ["localhost", "intake.example.org", "[::1]", "10.0.0.1"] {
            assert!(is_host(good), "{good}");
        }
        for bad in ["", "a:80", "[::1]:80", "a b", "ä.de", "a/b", "[]"] {
            assert!(!is_host(bad), "{bad}");
        }
    }
}
