//! Whose token is this, and what may it do?
//! Compared as hashes with those of all holders, in a time that tells nothing; tokens are kept nowhere.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use intake_core::report::hex;
use subtle::ConditionallySelectable as _;

use crate::config::{Config, KnownToken, TokenHash};
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

/// What somebody may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Right {
    /// To read.
    Read,
    /// To bring orders and customers.
    Import,
    /// To look at everything of everybody.
    Oversee,
    /// To change what belongs to nobody else: the catalog.
    Operate,
}

/// Whoever has a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// A partner's system, which brings orders and reads its own.
    Partner(PartnerName),
    /// A system that only reads: a partner's what is its own, the house's everything.
    Reader(Option<PartnerName>),
    /// The house itself.
    Operator,
}

impl Holder {
    /// May it do that? An operator brings customers, and no orders: those belong to a partner.
    pub(super) fn may(&self, right: Right) -> bool {
        match self {
            Self::Partner(_) => right <= Right::Import,
            Self::Reader(Some(_)) => right == Right::Read,
            Self::Reader(None) => matches!(right, Right::Read | Right::Oversee),
            Self::Operator => true,
        }
    }

    /// The partner to whose own everything is limited; nothing for the house, which sees all.
    pub(super) fn partner(&self) -> Option<&PartnerName> {
        match self {
            Self::Partner(partner) => Some(partner),
            Self::Reader(partner) => partner.as_ref(),
            Self::Operator => None,
        }
    }

    /// May it see what belongs to this partner?
    pub(super) fn sees(&self, partner: &str) -> bool {
        self.partner().is_none_or(|own| own.as_str() == partner)
    }
}

/// All tokens.
#[derive(Debug)]
pub(super) struct Tokens {
    known: Vec<(KnownToken, Holder)>,
}

impl Tokens {
    pub(super) fn of(config: &Config) -> Self {
        let mut known = Vec::new();
        let mut note = |tokens: &[KnownToken], holder: Holder| {
            known.extend(tokens.iter().map(|token| (token.clone(), holder.clone())));
        };
        note(&config.http.operator_tokens, Holder::Operator);
        note(&config.http.read_tokens, Holder::Reader(None));
        for (partner, access) in &config.access {
            if let Ok(partner) = PartnerName::parse(partner) {
                note(&access.tokens, Holder::Partner(partner.clone()));
                note(&access.read_tokens, Holder::Reader(Some(partner)));
            }
        }
        Self { known }
    }

    /// Whose token it is.
    pub(super) fn holder(&self, token: &str) -> Option<&Holder> {
        self.find(token).map(|(_, holder)| holder)
    }

    /// What the log calls a token that is known.
    pub(super) fn label(&self, token: &str) -> Option<String> {
        self.find(token).map(|(known, _)| known.label())
    }

    fn find(&self, token: &str) -> Option<&(KnownToken, Holder)> {
        let hash = TokenHash::of(token.trim());
        let mut found = 0_u64;
        for (number, (known, _)) in (1..).zip(&self.known) {
            found = u64::conditional_select(&found, &number, known.hash.matches(&hash));
        }
        let place = usize::try_from(found).ok()?.checked_sub(1)?;
        self.known.get(place)
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
    fn a_token_names_its_holder_and_nobody_else() {
        let tokens: Vec<String> = (0..5).map(|_| new_token().unwrap()).collect();
        let hash = |place: usize| TokenHash::of(&tokens[place]).to_string();
        let text = format!(
            "[http]\noperator_tokens = [\"{}\"]\nread_tokens = [\"{}\"]\n[partners.alpha]\n\
             tokens = [\"{}\"]\nread_tokens = [\"{}\"]\n[partners.beta]\ntokens = [\"{}\"]\n[partners.gamma]\n",
            hash(0),
            hash(1),
            hash(2),
            hash(3),
            hash(4),
        );
        let config = Config::parse(text.as_bytes(), "intake.toml").unwrap();
        let known = Tokens::of(&config);
        let partner = |name| PartnerName::parse(name).unwrap();
        let holders = [
            Holder::Operator,
            Holder::Reader(None),
            Holder::Partner(partner("alpha")),
            Holder::Reader(Some(partner("alpha"))),
            Holder::Partner(partner("beta")),
        ];
        for (token, holder) in tokens.iter().zip(&holders) {
            assert_eq!(known.holder(token), Some(holder));
            assert_eq!(known.holder(&format!(" {token}\n")), Some(holder));
        }
        let one = &tokens[2];
        for wrong in ["", "intake-", &one[..one.len() - 1], &format!("{one}0")] {
            assert_eq!(known.holder(wrong), None);
        }
        let label = TokenHash::of(one).to_string()["sha256:".len()..][..8].to_owned();
        assert_eq!(known.label(one), Some(label));
        assert_eq!(known.label("intake-"), None);
        let nobody = Tokens::of(&Config::default());
        assert_eq!(nobody.holder(one), None);
    }

    #[test]
    fn rights_are_as_they_were_given() {
        let alpha = PartnerName::parse("alpha").unwrap();
        let may = |holder: &Holder| {
            [Right::Read, Right::Import, Right::Oversee, Right::Operate]
                .map(|right| holder.may(right))
        };
        let partner = Holder::Partner(alpha.clone());
        assert_eq!(may(&partner), [true, true, false, false]);
        let reader = Holder::Reader(Some(alpha));
        assert_eq!(may(&reader), [true, false, false, false]);
        assert_eq!(may(&Holder::Reader(None)), [true, false, true, false]);
        assert_eq!(may(&Holder::Operator), [true; 4]);
        assert!(partner.sees("alpha") && reader.sees("alpha") && !reader.sees("beta"));
        assert!(Holder::Reader(None).sees("beta") && Holder::Operator.sees("beta"));
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
