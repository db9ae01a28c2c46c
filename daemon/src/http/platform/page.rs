//! How does a person explore the calls?
//! By one page that loads nothing from elsewhere and is made from the description; it may speak with its own daemon only.

use axum::response::{IntoResponse as _, Response};
use hyper::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};

use crate::http::html::{self, Frame};
use crate::http::manner::Manner;
use crate::http::security;
use crate::receipt::markup::{element, text};

/// `GET /api/v3.0/` and `GET /api/v3.0/docs`
pub(super) async fn page(manner: Manner) -> Response {
    let title = manner.say("Die Aufrufe der Plattform", "The platform's calls");
    let mut body = Vec::new();
    body.extend_from_slice(b"<link rel=\"stylesheet\" href=\"/api/v3.0/docs.css\">");
    element(&mut body, "h1", title);
    let about = manner.say(
        "Was ein Programm hier fragen und tun kann, gemacht aus der Beschreibung, mit der auch geprüft wird. Lesende Aufrufe lassen sich gleich ausprobieren.",
        "What a program can ask and do here, made from the description that tests hold. Calls that read can be tried at once.",
    );
    element(&mut body, "p", about);
    body.extend_from_slice(b"<p><a href=\"/api/v3.0/openapi.json\">openapi.json</a> \xc2\xb7 <a href=\"?lang=de\" lang=\"de\" hreflang=\"de\">Deutsch</a> \xc2\xb7 <a href=\"?lang=en\" lang=\"en\" hreflang=\"en\">English</a></p>");
    body.extend_from_slice(b"<p><label for=\"token\">");
    let label = manner.say(
        "Token (bleibt in diesem Fenster und wird nur an diesen Dienst gesandt)",
        "Token (stays in this window and is sent to this service only)",
    );
    text(&mut body, label);
    body.extend_from_slice(
        b"</label><input id=\"token\" type=\"password\" autocomplete=\"off\" spellcheck=\"false\"></p>\
          <div id=\"calls\" aria-busy=\"true\"></div><noscript>",
    );
    let without = manner.say(
        "Die Seite braucht JavaScript; die Beschreibung oben nicht.",
        "The page needs JavaScript; the description above does not.",
    );
    element(&mut body, "p", without);
    body.extend_from_slice(
        b"</noscript><script type=\"module\" src=\"/api/v3.0/docs.js\"></script>",
    );
    let mut response = html::page(&Frame {
        title,
        body: &body,
        manner,
        refresh: None,
    });
    let policy = HeaderValue::from_static(security::EXPLORING_PAGE);
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    response
}

const SCRIPT: &str = include_str!("page/docs.js");
const STYLE: &str = include_str!("page/docs.css");

/// `GET /api/v3.0/docs.js`
pub(super) async fn script() -> Response {
    file(SCRIPT, "text/javascript; charset=utf-8")
}

/// `GET /api/v3.0/docs.css`
pub(super) async fn style() -> Response {
    file(STYLE, "text/css; charset=utf-8")
}

fn file(content: &'static str, kind: &'static str) -> Response {
    let mut response = content.into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_comes_from_elsewhere() {
        for text in [SCRIPT, STYLE] {
            assert!(!text.contains("://") && !text.contains("innerHTML"));
        }
        assert!(security::EXPLORING_PAGE.contains("connect-src 'self';"));
    }
}
