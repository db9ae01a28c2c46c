//! Whose token is this?
//! Compared as hashes with those of all partners, in a time that tells nothing; tokens are kept nowhere.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use intake_core::report::hex;
use subtle::ConditionallySelectable as _;

use crate::config::{Config, TokenHash};
use crate::folder::names::PartnerName;
use crate::random::random_bytes;

/// A token has so many bytes from the kernel's generator.
const TOKEN_BYTES: usize = 32;

/// How every token begins, so that one that lies about is known for what it is.
const TOKEN_PREFIX: &str = "intake-";

/// A token that is longer is none of ours.
pub(super) const LONGEST_TOKEN: usize = 256;

/// Makes a new token.
pub fn new_token() -> std::io::Result<String> {
    let bytes: [u8; TOKEN_BYTES] = random_bytes()?;
    Ok(format!("{TOKEN_PREFIX}{}", hex(&bytes)))
}

/// The tokens of all partners.
#[derive(Debug)]
pub(super) struct Tokens {
    known: Vec<(TokenHash, PartnerName)>,
}

impl Tokens {
    pub(super) fn of(config: &Config) -> Self {
        let mut known = Vec::new();
        for (partner, access) in &config.access {
            if let Ok(partner) = PartnerName::parse(partner) {
                known.extend(access.tokens.iter().map(|hash| (*hash, partner.clone())));
            }
        }
        Self { known }
    }

    /// The partner whose token it is.
    pub(super) fn partner(&self, token: &str) -> Option<&PartnerName> {
        let hash = TokenHash::of(token.trim());
        let mut found = 0_u64;
        for (number, (known, _)) in (1..).zip(&self.known) {
            found = u64::conditional_select(&found, &number, known.matches(&hash));
        }
        let place = usize::try_from(found).ok()?.checked_sub(1)?;
        self.known.get(place).map(|(_, partner)| partner)
    }
}

/// The token in the head of a request, where a program put it.
pub(super) fn token_in(headers: &HeaderMap) -> Option<&str> {
    if let Some(value) = headers.get("x-plenigo-token") {
        return Some(value.to_str().unwrap_or_default());
    }
    let value = headers.get(AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") {
        token
    } else {
        ""
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    #[test]
    fn a_token_names_its_partner_and_nobody_else() {
        let (one, other) = (new_token().unwrap(), new_token().unwrap());
        let text = format!(
            "[partners.alpha]\ntokens = [\"{}\"]\n[partners.beta]\ntokens = [\"{}\"]\n[partners.gamma]\n",
            TokenHash::of(&one),
            TokenHash::of(&other)
        );
        let config = Config::parse(text.as_bytes(), "intake.toml").unwrap();
        let tokens = Tokens::of(&config);
        let partner = |token: &str| tokens.partner(token).map(PartnerName::as_str);
        assert_eq!(partner(&one), Some("alpha"));
        assert_eq!(partner(&format!(" {other}\n")), Some("beta"));
        for wrong in ["", "intake-", &one[..one.len() - 1], &format!("{one}0")] {
            assert_eq!(partner(wrong), None);
        }
        let nobody = Tokens::of(&Config::default());
        assert_eq!(nobody.partner(&one), None);
    }

    #[test]
    fn a_program_sends_its_token_in_either_header() {
        let mut headers = HeaderMap::new();
        assert_eq!(token_in(&headers), None);
        headers.insert(AUTHORIZATION, HeaderValue::from_static("bearer abc"));
        assert_eq!(token_in(&headers), Some("abc"));
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Basic abc"));
        assert_eq!(token_in(&headers), Some(""), "a token that is none");
        headers.insert("x-plenigo-token", HeaderValue::from_static("def"));
        assert_eq!(token_in(&headers), Some("def"));
    }
}
