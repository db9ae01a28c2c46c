//! In which form and language is a client answered?
//! A person gets a page in the language of the browser, a program that asks for JSON gets JSON.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use hyper::header::{ACCEPT, ACCEPT_LANGUAGE};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Uri};

use crate::cli::args::Language;

/// Form and language of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    pub(super) form: Form,
    pub(super) language: Language,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Page,
    Json,
}

impl Manner {
    pub(super) fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let accept = text_of(headers, &ACCEPT);
        // Who calls the platform is a program, whatever it accepts.
        let json_asked = uri.path().starts_with("/api/")
            || uri.path().starts_with("/console/api/")
            || value_in_query(uri, "format") == Some("json")
            || weight_of(&accept, "application/json") > weight_of(&accept, "text/html");
        let language = match value_in_query(uri, "lang") {
            Some("de") => Language::De,
            Some("en") => Language::En,
            _ => language_of(&text_of(headers, &ACCEPT_LANGUAGE)),
        };
        Self {
            form: if json_asked { Form::Json } else { Form::Page },
            language,
        }
    }

    /// One of two texts.
    pub(super) fn say<'t>(self, de: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::De => de,
            Language::En => en,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Manner {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers, &parts.uri))
    }
}

/// The value of a key in the query, where it is one of plain letters.
fn value_in_query<'u>(uri: &'u Uri, key: &str) -> Option<&'u str> {
    let mut pairs = uri.query()?.split('&');
    pairs.find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
}

/// All lines of a header; what is no text is left out.
pub(super) fn text_of(headers: &HeaderMap, name: &hyper::header::HeaderName) -> String {
    let lines = headers.get_all(name).iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    lines.join(",")
}

/// The entries of a list with weights, in thousandths.
pub(super) fn weighted(list: &str) -> impl Iterator<Item = (&str, u32)> {
    list.split(',').map(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        let weight = weight.map_or(Ok(1.0), str::parse::<f32>).unwrap_or(0.0);
        (name, (weight.clamp(0.0, 1.0) * 1000.0) as u32)
    })
}

fn weight_of(list: &str, name: &str) -> u32 {
    let named = weighted(list).filter(|(entry, _)| entry.eq_ignore_ascii_case(name));
    named.map(|(_, weight)| weight).max().unwrap_or(0)
}

/// The language of the heaviest entry that there are texts in; of equal ones the first.
fn language_of(list: &str) -> Language {
    let mut best = (0, Language::En);
    for (name, weight) in weighted(list) {
        let language = match name.split('-').next() {
            Some(name) if name.eq_ignore_ascii_case("de") => Language::De,
            Some(name) if name.eq_ignore_ascii_case("en") => Language::En,
            _ => continue,
        };
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn manner(accept: &'static str, languages: &'static str, uri: &'static str) -> Manner {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(languages));
        Manner::of(&headers, &Uri::from_static(uri))
    }

    #[test]
    fn a_browser_gets_a_page_in_its_language() {
        let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let german = manner(accept, "de-AT,de;q=0.9,en;q=0.8", "/");
        assert_eq!((german.form, german.language), (Form::Page, Language::De));
        let english = manner(accept, "en-GB,en;q=0.9,de;q=0.8", "/");
        assert_eq!(english.language, Language::En);
        assert_eq!(manner(accept, "fr,de;q=0.1", "/").language, Language::De);
        assert_eq!(manner(accept, "fr", "/").language, Language::En);
        assert_eq!(manner(accept, "de, en", "/").language, Language::De);
        assert_eq!(manner(accept, "en", "/?lang=de").language, Language::De);
        assert_eq!(manner(accept, "de", "/?a=b&lang=en").language, Language::En);
    }

    #[test]
    fn a_program_gets_json_where_it_asks() {
        assert_eq!(manner("application/json", "", "/").form, Form::Json);
        assert_eq!(manner("*/*", "", "/").form, Form::Page);
        assert_eq!(manner("*/*", "", "/?format=json").form, Form::Json);
        let either = "application/json;q=0.5, text/html";
        assert_eq!(manner(either, "", "/").form, Form::Page);
        assert_eq!(manner("application/json;q=x", "", "/").form, Form::Page);
    }
}
