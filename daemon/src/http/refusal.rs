//! What does a client read when it does not get what it asked for?
//! One table of reasons: status, the platform's code, and what happened and what to do in German and English. The
//! JSON has the platform's shape; programs decide by its code.

use std::error::Error;
use std::io;
use std::time::Duration;

use axum::response::{IntoResponse as _, Response};
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use serde::Serialize;

use super::html::{self, Frame};
use super::manner::{Form, Manner};
use crate::cli::args::Language;
use crate::log;
use crate::receipt::markup::{element, text};

/// Why a request is refused, and when it may come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) why: Why,
    pub(super) retry_after: Option<Duration>,
    /// The limit that was exceeded, in bytes.
    pub(super) limit: Option<u64>,
}

macro_rules! reasons {
    ($( $(#[doc = $doc:literal])+ $Why:ident = $status:ident, $code:literal, $de:literal, $en:literal; )+) => {
        /// Why a request is refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Why { $( $(#[doc = $doc])+ $Why, )+ }

        impl Why {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$( Self::$Why ),+];

            /// Status, the platform's code, German, English.
            fn line(self) -> (StatusCode, u32, &'static str, &'static str) {
                match self { $( Self::$Why => (StatusCode::$status, $code, $de, $en), )+ }
            }
        }
    };
}

reasons! {
    /// There is nothing under this address, or not any more.
    NotFound = NOT_FOUND, 99_404,
        "Unter dieser Adresse gibt es nichts (mehr).",
        "There is nothing under this address, or not any more.";
    /// The address knows no such method.
    WrongMethod = METHOD_NOT_ALLOWED, 99_400,
        "Diese Adresse kennt diese Methode nicht.",
        "This address does not know this method.";
    /// The request is addressed to somebody else.
    WrongHost = MISDIRECTED_REQUEST, 99_400,
        "Unter diesem Namen antwortet der Dienst nicht. Der Betreiber kann ihn in `http.hosts` eintragen.",
        "The service does not answer under this name. The operator can add it to `http.hosts`.";
    /// The token is none of a partner's.
    WrongToken = UNAUTHORIZED, 99_008,
        "Das Token ist nicht gültig. Bitte prüfen Sie, ob es vollständig ist, oder lassen Sie sich ein neues geben.",
        "The token is not valid. Please check that it is complete, or ask for a new one.";
    /// The token is good, and for something else.
    NoRight = UNAUTHORIZED, 99_009,
        "Mit diesem Token ist das nicht erlaubt. Bitte nehmen Sie das Token eines Partners mit dem Recht dazu.",
        "This token does not allow that. Please take a partner's token with the right to it.";
    /// No token came, or too late.
    NoToken = UNAUTHORIZED, 99_008,
        "Es wurde kein Token angegeben. Das Feld `token` muss vor der Datei stehen.",
        "No token was given. The field `token` must stand before the file.";
    /// Too many wrong tokens came from the address.
    TooManyWrongTokens = TOO_MANY_REQUESTS, 99_429,
        "Von dieser Adresse kamen zu viele ungültige Token. Bitte warten Sie etwas und versuchen Sie es dann erneut.",
        "Too many wrong tokens came from this address. Please wait a while and try again.";
    /// Too many requests came with the token.
    TooManyRequests = TOO_MANY_REQUESTS, 99_429,
        "Mit diesem Token kamen zu viele Anfragen. Bitte warten Sie etwas und versuchen Sie es dann erneut.",
        "Too many requests came with this token. Please wait a while and try again.";
    /// The file is over the limit.
    TooLarge = PAYLOAD_TOO_LARGE, 99_414,
        "Die Datei ist zu groß und wurde nicht angenommen. Bitte teilen Sie sie auf.",
        "The file is too large and was not taken. Please split it.";
    /// The disk's reserve would be touched.
    NoSpace = INSUFFICIENT_STORAGE, 99_503,
        "Zurzeit ist nicht genug Speicherplatz frei; die Datei wurde nicht angenommen. Bitte versuchen Sie es später erneut oder benachrichtigen Sie den Betreiber.",
        "There is not enough free space at the moment; the file was not taken. Please try again later or tell the operator.";
    /// All places for uploads are taken.
    Busy = SERVICE_UNAVAILABLE, 99_503,
        "Es werden gerade zu viele Dateien hochgeladen. Bitte versuchen Sie es gleich noch einmal.",
        "Too many files are being uploaded just now. Please try again in a moment.";
    /// The data directory is not open, or did not answer in time.
    Unavailable = SERVICE_UNAVAILABLE, 99_503,
        "Der Dienst ist gerade nicht bereit. Bitte versuchen Sie es gleich noch einmal.",
        "The service is not ready just now. Please try again in a moment.";
    /// The body is no form.
    NoForm = UNSUPPORTED_MEDIA_TYPE, 99_400,
        "Erwartet wird ein Formular (`multipart/form-data`) mit den Feldern `token` und `file`.",
        "A form (`multipart/form-data`) with the fields `token` and `file` is expected.";
    /// The form is not well-formed.
    BrokenForm = BAD_REQUEST, 99_400,
        "Das Formular ist nicht lesbar; es wurde nichts angenommen.",
        "The form cannot be read; nothing was taken.";
    /// The body ended before the form did.
    CutOff = BAD_REQUEST, 99_400,
        "Die Übertragung brach ab; es wurde nichts angenommen. Bitte laden Sie die Datei noch einmal hoch.",
        "The transfer broke off; nothing was taken. Please upload the file again.";
    /// The form has no file.
    NoFile = BAD_REQUEST, 99_400,
        "Es wurde keine Datei ausgewählt.",
        "No file was chosen.";
    /// The file has no content.
    EmptyFile = BAD_REQUEST, 99_400,
        "Die Datei ist leer und wurde nicht angenommen.",
        "The file is empty and was not taken.";
    /// The client sent too slowly.
    TooSlow = REQUEST_TIMEOUT, 99_400,
        "Die Übertragung war zu langsam und wurde abgebrochen; es wurde nichts angenommen.",
        "The transfer was too slow and was ended; nothing was taken.";
    /// A fault of ours.
    Failed = INTERNAL_SERVER_ERROR, 99_500,
        "Das ist ein Fehler des Dienstes; er steht im Protokoll des Betreibers. Bitte versuchen Sie es später erneut.",
        "This is a fault of the service; it stands in the operator's log. Please try again later.";
}

/// The platform's envelope.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorResult<'e> {
    error_code: u32,
    error_message: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_bytes: Option<u64>,
}

impl Refusal {
    pub(super) fn of(why: Why) -> Self {
        let pause = match why {
            Why::Busy | Why::Unavailable => Some(Duration::from_secs(2)),
            Why::NoSpace => Some(Duration::from_secs(60)),
            _ => None,
        };
        Self {
            why,
            retry_after: pause,
            limit: None,
        }
    }

    /// What stood in the way: a full disk is told as such, anything else stands in the log.
    pub(super) fn failed(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
            if matches!(
                kind,
                Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            ) {
                return Self::of(Why::NoSpace);
            }
            cause = error.source();
        }
        log::http_failed(error);
        Self::of(Why::Failed)
    }

    /// Refused for so long.
    pub(super) fn for_now(why: Why, retry_after: Duration) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::of(why)
        }
    }

    /// Over a limit of so many bytes.
    pub(super) fn over(limit: u64) -> Self {
        Self {
            limit: Some(limit),
            ..Self::of(Why::TooLarge)
        }
    }

    /// The answer that tells it.
    pub(super) fn answer(self, manner: Manner) -> Response {
        let (status, code, de, en) = self.why.line();
        let message = manner.say(de, en);
        let mut response = match manner.form {
            Form::Json => {
                let result = ErrorResult {
                    error_code: code,
                    error_message: message,
                    limit_bytes: self.limit,
                };
                json(&result)
            }
            Form::Page => page(status, message, self.limit, manner),
        };
        mark(&mut response, status, self.retry_after);
        response
    }
}

/// Gives a refusal its status, and the headers that go with it.
pub(super) fn mark(response: &mut Response, status: StatusCode, retry_after: Option<Duration>) {
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(pause) = retry_after {
        let seconds = pause.as_secs().max(1) + u64::from(pause.subsec_nanos() > 0);
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
}

/// A value as JSON, with the end of a line.
pub(super) fn json(value: &impl Serialize) -> Response {
    let mut body = serde_json::to_vec(value).unwrap_or_default();
    body.push(b'\n');
    let mut response = body.into_response();
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn page(status: StatusCode, message: &str, limit: Option<u64>, manner: Manner) -> Response {
    let title = manner.say("Das ging nicht", "That did not work");
    let mut body = Vec::new();
    element(&mut body, "h1", title);
    body.extend_from_slice(b"<div class=\"verdict bad\">");
    element(&mut body, "p", message);
    if let Some(limit) = limit {
        let mebibytes = format!("{:.1}", limit as f64 / f64::from(1 << 20));
        let limit = match manner.language {
            Language::De => format!("Die Grenze liegt bei {} MiB.", mebibytes.replace('.', ",")),
            Language::En => format!("The limit is {mebibytes} MiB."),
        };
        element(&mut body, "p", &limit);
    }
    body.extend_from_slice(b"</div><p class=\"faint\">");
    text(&mut body, &format!("HTTP {}", status.as_u16()));
    body.extend_from_slice(b"</p><p><a href=\"/\">");
    text(&mut body, manner.say("Zur Startseite", "To the start page"));
    body.extend_from_slice(b"</a></p>");
    html::page(&Frame {
        title,
        body: &body,
        manner,
        refresh: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_an_error_with_texts() {
        for why in Why::ALL {
            let (status, code, de, en) = why.line();
            assert!(status.is_client_error() || status.is_server_error());
            assert!((99_000..100_000).contains(&code));
            assert!(
                de.ends_with('.') && en.ends_with('.') && de != en,
                "{why:?}"
            );
        }
    }

    #[test]
    fn a_full_disk_is_told_wherever_it_is_found() {
        let full = crate::system::PathError {
            action: "write",
            path: "a".into(),
            source: io::ErrorKind::StorageFull.into(),
        };
        assert_eq!(Refusal::failed(&full).why, Why::NoSpace);
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert_eq!(Refusal::failed(&denied).why, Why::Failed);
    }

    #[test]
    fn a_part_of_a_second_is_waited_too() {
        let refusal = Refusal::for_now(Why::TooManyWrongTokens, Duration::from_millis(1500));
        let manner = Manner {
            form: Form::Json,
            language: Language::En,
        };
        let response = refusal.answer(manner);
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[RETRY_AFTER], "2");
    }
}
