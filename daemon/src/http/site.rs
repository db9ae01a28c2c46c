//! Which files make up the checking page, and how are they sent?
//! They are part of the program; each has a tag made from its content, so that a browser that has it is not sent
//! it again.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, VARY,
};
use hyper::{HeaderMap, StatusCode};
use intake_core::report::hex;
use sha2::{Digest as _, Sha256};

use super::html::{self, Frame};
use super::manner::{Form, Manner, text_of, weighted};
use super::security;
use crate::cli::args::Language;

/// A file of the page as the build left it.
pub(super) struct Embedded {
    /// Its path below the page's folder, without a slash at the start.
    pub(super) path: &'static str,
    pub(super) content: &'static [u8],
    pub(super) brotli: Option<&'static [u8]>,
    pub(super) gzip: Option<&'static [u8]>,
}

mod embedded {
    use super::Embedded;
    include!(concat!(env!("OUT_DIR"), "/www.rs"));
}

/// Files by their paths.
#[derive(Debug)]
pub(super) struct Site {
    files: BTreeMap<String, Asset>,
}

#[derive(Debug)]
struct Asset {
    plain: Bits,
    /// The same, compressed, the best first.
    compressed: Vec<(&'static str, Bits)>,
    kind: &'static str,
    policy: &'static str,
    cache: &'static str,
}

/// Bytes with their tag.
#[derive(Debug)]
struct Bits {
    bytes: Bytes,
    tag: HeaderValue,
}

/// Asked for again each time, and sent only where it changed.
const REVALIDATED: &str = "no-cache";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The checker in one file, for a partner to keep: its scripts stand in it, which only a page from a disk may have.
const SINGLE_FILE: &str = "intake-check.html";

/// Below this is the operator's page, which shares what it can with the checking page and adds nothing to it.
const CONSOLE: &str = "console/";
const CONSOLE_INDEX: &str = "console/index.html";

/// Under this the operator's page asks for all files, its own and those that it shares: what a browser keeps of the checking page for days
/// without a network must never be given to it, since it may be of another version.
const OF_CONSOLE: &str = "console/www/";

/// What the page reads to learn what the daemon that serves it offers; the build's file of this name says nothing.
fn daemon_script(knows_partners: bool) -> String {
    let it = knows_partners;
    format!(
        "globalThis.intakeDaemon = Object.freeze({{ upload: {it}, profile: {it}, snapshot: {it} }});\n"
    )
}

/// Was the page built into the program?
pub(super) fn is_built_in() -> bool {
    !embedded::FILES.is_empty()
}

impl Site {
    /// The page that was built into the program, or one that says how to get it.
    pub(super) fn built_in(knows_partners: bool) -> Self {
        Self::of(embedded::FILES, knows_partners)
    }

    fn of(embedded: &[Embedded], knows_partners: bool) -> Self {
        let mut files = BTreeMap::new();
        for file in embedded {
            files.insert(file.path.to_owned(), Asset::of(file));
        }
        if !files.contains_key("index.html") {
            let page = Bytes::from(how_to_get_it());
            let asset = Asset::own(page, "text/html; charset=utf-8");
            files.insert("index.html".to_owned(), asset);
        }
        if !files.contains_key(CONSOLE_INDEX) {
            let page = Bytes::from(how_to_get_it());
            let asset = Asset::own(page, "text/html; charset=utf-8");
            files.insert(CONSOLE_INDEX.to_owned(), asset);
        }
        let own = [
            ("daemon.js", Bytes::from(daemon_script(knows_partners))),
            (
                &html::STYLE_PATH[1..],
                Bytes::from_static(html::STYLE.as_bytes()),
            ),
        ];
        for (path, content) in own {
            files.insert(path.to_owned(), Asset::own(content, kind_of(path)));
        }
        Self { files }
    }

    /// The answer to a request for a path; nothing where there is no such file.
    pub(super) fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_prefix(OF_CONSOLE).unwrap_or(path);
        let asset = self.files.get(match path {
            "" => "index.html",
            CONSOLE => CONSOLE_INDEX,
            path => path,
        })?;
        let mut response = Response::new(Body::empty());
        let (encoding, form) = asset.form_for(&text_of(headers, &ACCEPT_ENCODING));
        let own = response.headers_mut();
        own.insert(ETAG, form.tag.clone());
        own.insert(CACHE_CONTROL, HeaderValue::from_static(asset.cache));
        own.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(asset.policy),
        );
        if !asset.compressed.is_empty() {
            own.insert(VARY, HeaderValue::from_static("accept-encoding"));
        }
        if names(&text_of(headers, &IF_NONE_MATCH), &form.tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return Some(response);
        }
        own.insert(CONTENT_TYPE, HeaderValue::from_static(asset.kind));
        if path == SINGLE_FILE {
            own.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
        }
        if let Some(encoding) = encoding {
            own.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        *response.body_mut() = Body::from(form.bytes.clone());
        Some(response)
    }
}

impl Asset {
    fn of(file: &Embedded) -> Self {
        let compressed = [("br", file.brotli), ("gzip", file.gzip)];
        Self {
            compressed: compressed
                .into_iter()
                .filter_map(|(name, bytes)| Some((name, Bits::of(Bytes::from_static(bytes?)))))
                .collect(),
            policy: policy_of(file.path),
            cache: if is_named_by_content(file.path) {
                FOR_EVER
            } else {
                REVALIDATED
            },
            ..Self::own(Bytes::from_static(file.content), kind_of(file.path))
        }
    }

    fn own(content: Bytes, kind: &'static str) -> Self {
        Self {
            plain: Bits::of(content),
            compressed: Vec::new(),
            kind,
            policy: security::PLAIN_PAGE,
            cache: REVALIDATED,
        }
    }

    /// The form with the best encoding that the client takes.
    fn form_for(&self, accepted: &str) -> (Option<&'static str>, &Bits) {
        let weight = |encoding: &str| {
            let named = weighted(accepted).find(|(name, _)| name.eq_ignore_ascii_case(encoding));
            named.map_or(0, |(_, weight)| weight)
        };
        let smallest = self
            .compressed
            .iter()
            .filter(|(name, _)| weight(name) > 0)
            .min_by_key(|(_, form)| form.bytes.len());
        match smallest {
            Some((name, form)) => (Some(name), form),
            None => (None, &self.plain),
        }
    }
}

impl Bits {
    fn of(bytes: Bytes) -> Self {
        let tag = format!("\"{}\"", hex(&Sha256::digest(&bytes)));
        Self {
            tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")),
            bytes,
        }
    }
}

/// Does a list of tags name this one?
fn names(list: &str, tag: &HeaderValue) -> bool {
    list.split(',').map(str::trim).any(|entry| {
        entry == "*" || entry.strip_prefix("W/").unwrap_or(entry).as_bytes() == tag.as_bytes()
    })
}

fn policy_of(path: &str) -> &'static str {
    if path == "sw.js" {
        security::SERVICE_WORKER
    } else if path.starts_with(CONSOLE) {
        security::CONSOLE_PAGE
    } else {
        security::CHECKING_PAGE
    }
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// `name.0123abcd.js`, `name-0123abcd.js`: a build that changes the content changes the name.
fn is_named_by_content(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, _)) = name.rsplit_once('.') else {
        return false;
    };
    let Some(split) = stem.rfind(['.', '-']) else {
        return false;
    };
    let hash = &stem[split + 1..];
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (8..=64).contains(&hash.len()) && hash.bytes().all(is_digit)
}

fn how_to_get_it() -> Vec<u8> {
    let body = "<h1>Intake</h1>\n\
        <div class=\"verdict\">\n\
        <p lang=\"de\">Diesem Programm fehlt die Seite zum Prüfen von Dateien. \
        <code>cargo xtask build</code> baut es mit ihr.</p>\n\
        <p lang=\"en\">This program was built without the page that checks files. \
        <code>cargo xtask build</code> builds it with the page.</p>\n</div>\n\
        <p class=\"faint\"><span lang=\"de\">Hochladen geht auch ohne sie:</span> / \
        <span lang=\"en\">uploads work without it:</span> <code>POST /upload</code></p>";
    html::markup(&Frame {
        title: "Intake",
        body: body.as_bytes(),
        manner: Manner {
            form: Form::Page,
            language: Language::En,
        },
        refresh: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[Embedded] = &[
        Embedded {
            path: "index.html",
            content: b"<!doctype html>",
            brotli: None,
            gzip: None,
        },
        Embedded {
            path: "assets/app.0123abcd.js",
            content: b"let long = 'a long text';",
            brotli: Some(b"br"),
            gzip: Some(b"gzip"),
        },
        Embedded {
            path: "intake-check.html",
            content: b"<script></script>",
            brotli: None,
            gzip: None,
        },
        Embedded {
            path: "sw.js",
            content: b"//",
            brotli: None,
            gzip: None,
        },
    ];

    fn get(site: &Site, path: &str, headers: &[(hyper::header::HeaderName, &str)]) -> Response {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name, HeaderValue::from_str(value).unwrap());
        }
        site.answer(path, &map).unwrap()
    }

    #[test]
    fn a_client_gets_the_smallest_form_it_takes() {
        let site = Site::of(FILES, true);
        let check = |accepted: &str, encoding: Option<&str>| {
            let response = get(
                &site,
                "/assets/app.0123abcd.js",
                &[(ACCEPT_ENCODING, accepted)],
            );
            let found = response.headers().get(CONTENT_ENCODING);
            assert_eq!(
                found.map(HeaderValue::as_bytes),
                encoding.map(str::as_bytes)
            );
            assert_eq!(response.headers()[VARY], "accept-encoding");
            assert_eq!(response.headers()[CACHE_CONTROL], FOR_EVER);
        };
        check("gzip, deflate, br, zstd", Some("br"));
        check("gzip", Some("gzip"));
        check("br;q=0, gzip;q=0.1", Some("gzip"));
        check("identity", None);
        check("", None);
    }

    #[test]
    fn what_a_client_has_is_not_sent_again() {
        let site = Site::of(FILES, true);
        let first = get(&site, "/", &[]);
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[CACHE_CONTROL], REVALIDATED);
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        for known in [
            tag.clone(),
            format!("\"x\", {tag}"),
            format!("W/{tag}"),
            "*".into(),
        ] {
            let again = get(&site, "/", &[(IF_NONE_MATCH, known.as_str())]);
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(again.headers()[ETAG], tag.as_str());
        }
        let other = get(&site, "/", &[(IF_NONE_MATCH, "\"x\"")]);
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[test]
    fn each_form_has_a_tag_of_its_own() {
        let site = Site::of(FILES, true);
        let tag = |accepted: &str| {
            let path = "/assets/app.0123abcd.js";
            get(&site, path, &[(ACCEPT_ENCODING, accepted)]).headers()[ETAG].clone()
        };
        assert_ne!(tag("br"), tag("gzip"));
        assert_ne!(tag("br"), tag(""));
    }

    #[test]
    fn the_operators_page_has_its_own_policy() {
        let console = Embedded {
            path: "console/index.html",
            content: b"<!doctype html>",
            brotli: None,
            gzip: None,
        };
        let site = Site::of(&[console], true);
        let policy = get(&site, "/console/", &[]).headers()[CONTENT_SECURITY_POLICY].clone();
        assert_eq!(policy, security::CONSOLE_PAGE);
        assert!(security::CONSOLE_PAGE.contains("connect-src 'self';"));
        assert!(!security::CONSOLE_PAGE.contains("unsafe"));
        let shared = get(&site, "/console/www/daemon.css", &[]);
        assert_eq!(
            shared.headers()[ETAG],
            get(&site, "/daemon.css", &[]).headers()[ETAG]
        );
        assert!(
            site.answer("/console/www/none", &HeaderMap::new())
                .is_none()
        );
        let without = Site::of(&[], true);
        assert_eq!(get(&without, "/console/", &[]).status(), StatusCode::OK);
    }

    #[test]
    fn only_the_service_worker_may_connect() {
        let site = Site::of(FILES, true);
        let policy = |path: &str| {
            let response = get(&site, path, &[]);
            let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str();
            policy.unwrap().to_owned()
        };
        assert!(policy("/").contains("connect-src 'none'"));
        assert!(policy("/sw.js").contains("connect-src 'self'"));
        assert!(!policy("/daemon.css").contains("connect-src 'self'"));
    }

    #[test]
    fn the_single_file_is_there_to_be_kept() {
        let site = Site::of(FILES, true);
        let disposition = |path: &str| {
            let response = get(&site, path, &[]);
            response.headers().get(CONTENT_DISPOSITION).cloned()
        };
        assert_eq!(disposition("/intake-check.html").unwrap(), "attachment");
        assert!(disposition("/").is_none());
    }

    #[test]
    fn there_is_always_a_page_and_the_daemons_own_files() {
        let site = Site::of(&[], true);
        assert_eq!(get(&site, "/", &[]).status(), StatusCode::OK);
        assert_eq!(get(&site, "/daemon.js", &[]).status(), StatusCode::OK);
        let answer = |path: &str| site.answer(path, &HeaderMap::new());
        assert!(answer("/none").is_none());
        assert!(answer("/../Cargo.toml").is_none());
    }
}
