//! How do the pages look that the daemon itself writes?
//! One frame for all: no script, the stylesheet beside it, and every text escaped by whoever writes the body.

use axum::response::{Html, IntoResponse as _, Response};

use super::manner::Manner;
use crate::cli::args::Language;
use crate::receipt::markup::text;

/// What differs from page to page.
pub(super) struct Frame<'f> {
    pub(super) title: &'f str,
    /// Markup.
    pub(super) body: &'f [u8],
    pub(super) manner: Manner,
    /// After so many seconds the browser asks again.
    pub(super) refresh: Option<u64>,
}

/// The stylesheet of these pages.
pub(super) const STYLE: &str = include_str!("style.css");

/// Where it is.
pub(super) const STYLE_PATH: &str = "/daemon.css";

/// A whole page.
pub(super) fn page(frame: &Frame<'_>) -> Response {
    Html(markup(frame)).into_response()
}

/// The markup of a whole page.
pub(super) fn markup(frame: &Frame<'_>) -> Vec<u8> {
    let language = match frame.manner.language {
        Language::De => "de",
        Language::En => "en",
    };
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <link rel=\"stylesheet\" href=\"{STYLE_PATH}\">\n<link rel=\"icon\" href=\"data:,\">\n"
    )
    .into_bytes();
    if let Some(seconds) = frame.refresh {
        out.extend_from_slice(
            format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">\n").as_bytes(),
        );
    }
    out.extend_from_slice(b"<title>");
    text(&mut out, frame.title);
    out.extend_from_slice(b" \xe2\x80\x93 Intake</title>\n</head>\n<body>\n<main>\n");
    out.extend_from_slice(frame.body);
    out.extend_from_slice(b"\n</main>\n</body>\n</html>\n");
    out
}
