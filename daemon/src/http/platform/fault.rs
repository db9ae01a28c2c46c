//! What does a client of the platform's calls read when it does not get what it asked for?
//! One table: status, the platform's code, and what happened and what to do in German and English. Codes are stable, texts may
//! improve.

use std::error::Error;
use std::time::Duration;

use axum::response::Response;
use hyper::StatusCode;

use crate::books::BooksError;
use crate::cli::args::Language;
use crate::http::body::Trouble;
use crate::http::refusal::{Refusal, Why, json, mark};
use crate::state::StoreError;
use crate::wire::error::{ErrorResultV1, ValidationErrorV1};

/// Why a call was refused.
#[derive(Debug)]
pub(in crate::http) struct Fault {
    wrong: Wrong,
    validation: Vec<ValidationErrorV1>,
    /// How many values break rules, where not all of them are told.
    validation_count: Option<u64>,
    retry_after: Option<Duration>,
}

macro_rules! faults {
    ($( $(#[doc = $doc:literal])+ $Wrong:ident = $status:literal, $code:literal, $de:literal, $en:literal; )+) => {
        /// What was wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::http) enum Wrong { $( $(#[doc = $doc])+ $Wrong, )+ }

        impl Wrong {
            #[cfg(test)]
            const ALL: &'static [Self] = &[$( Self::$Wrong ),+];

            /// Status, the platform's code, German, English.
            pub(in crate::http) const fn line(self) -> (u16, u32, &'static str, &'static str) {
                match self { $( Self::$Wrong => ($status, $code, $de, $en), )+ }
            }
        }
    };
}

faults! {
    /// There must be a body.
    BodyMissing = 400, 99_001,
        "Die Anfrage hat keinen Inhalt. Bitte senden Sie ein JSON-Objekt.",
        "The request has no body. Please send a JSON object.";
    /// The body is no JSON.
    NoJson = 400, 99_002,
        "Der Inhalt der Anfrage ist kein gültiges JSON.",
        "The body of the request is not valid JSON.";
    /// A time is none.
    NoInstant = 400, 99_003,
        "Datum und Uhrzeit müssen nach RFC 3339 geschrieben sein, etwa 2026-01-31T00:00:00+01:00.",
        "Date and time must be written as in RFC 3339, for example 2026-01-31T00:00:00+01:00.";
    /// `size` is no number.
    SizeNoInteger = 400, 99_006,
        "`size` muss eine ganze Zahl sein.",
        "`size` must be an integer.";
    /// A cursor is no number.
    CursorNoInteger = 400, 99_007,
        "`startingAfter` und `endingBefore` müssen ganze Zahlen sein.",
        "`startingAfter` and `endingBefore` must be integers.";
    /// No token, or an unknown one.
    NotAuthorized = 401, 99_008,
        "Das Token fehlt oder ist nicht gültig. Es gehört in den Kopf `X-plenigo-token`.",
        "The token is missing or not valid. It belongs into the header `X-plenigo-token`.";
    /// A good token for something else.
    NoRight = 401, 99_009,
        "Mit diesem Token ist das nicht erlaubt.",
        "This token does not allow that.";
    /// A value is of another type.
    OtherType = 400, 99_014,
        "Der Typ eines Wertes stimmt nicht.",
        "The type of a value is not right.";
    /// Values break rules.
    Invalid = 400, 99_400,
        "Die Angaben können nicht verarbeitet werden; `validationErrors` nennt jede.",
        "The data cannot be processed; `validationErrors` names each.";
    /// The client was too slow.
    TooSlow = 408, 99_400,
        "Die Anfrage kam zu langsam und wurde abgebrochen.",
        "The request came too slowly and was ended.";
    /// Nothing is there.
    NotFound = 404, 99_404,
        "Das gibt es nicht.",
        "There is no such thing.";
    /// No customer of that number.
    NoCustomer = 404, 20_404,
        "Diesen Kunden gibt es nicht.",
        "There is no such customer.";
    /// No offer of that number.
    NoOffer = 404, 60_404,
        "Dieses Angebot gibt es nicht.",
        "There is no such offer.";
    /// Another customer has the external number.
    ExternalIdTaken = 400, 20_023,
        "Ein anderer Kunde hat diese externe Nummer schon.",
        "Another customer has this external system id already.";
    /// Only an import changes such a subscription.
    ManagedExternally = 403, 40_009,
        "Das Abonnement wird extern verwaltet: ändern kann es nur ein neuer Import.",
        "The subscription is managed externally: only a new import can change it.";
    /// Only an import orders such an offer.
    NotForSale = 400, 90_044,
        "Ein extern verwaltetes Angebot kann nicht gekauft werden: Aufträge entstehen nur durch Import.",
        "An externally managed offer cannot be bought: orders of it come by import only.";
    /// An order has no payment method.
    PaymentMethodMissing = 400, 97_003,
        "Die Zahlungsart fehlt; `validationErrors` nennt jede Stelle.",
        "The payment method is missing; `validationErrors` names each place.";
    /// Too many requests of one partner wait, or one waited too long.
    QueueFull = 400, 97_004,
        "Es warten zu viele Importe. Die Anfrage darf unverändert wiederholt werden, sobald `Retry-After` es sagt.",
        "Too many imports wait. The request may be sent again unchanged when `Retry-After` says so.";
    /// It is not, or not any more, as whoever asked had seen it.
    MovedOn = 409, 99_400,
        "Der Stand ist inzwischen ein anderer; es wurde nichts getan. Bitte sehen Sie ihn noch einmal an.",
        "Things have moved on since; nothing was done. Please look again.";
    /// The body is over a limit.
    TooLarge = 414, 99_414,
        "Die Anfrage ist zu groß.",
        "The request is too large.";
    /// Too many requests.
    TooManyRequests = 429, 99_429,
        "Es kamen zu viele Anfragen. Bitte warten Sie so lange, wie `Retry-After` sagt.",
        "Too many requests came. Please wait as long as `Retry-After` says.";
    /// A fault of ours.
    Failed = 500, 99_500,
        "Das ist ein Fehler des Dienstes; er steht im Protokoll des Betreibers. Die Anfrage darf unverändert wiederholt werden.",
        "This is a fault of the service; it stands in the operator's log. The request may be sent again unchanged.";
    /// Not just now.
    Unavailable = 503, 99_503,
        "Der Dienst ist gerade nicht bereit. Die Anfrage darf unverändert wiederholt werden.",
        "The service is not ready just now. The request may be sent again unchanged.";
}

impl Fault {
    pub(in crate::http) fn of(wrong: Wrong) -> Self {
        Self {
            wrong,
            validation: Vec::new(),
            validation_count: None,
            retry_after: matches!(wrong, Wrong::Unavailable | Wrong::QueueFull)
                .then_some(Duration::from_secs(2)),
        }
    }

    /// Values that break rules, each by itself.
    pub(in crate::http) fn invalid(validation: Vec<ValidationErrorV1>) -> Self {
        Self {
            validation,
            ..Self::of(Wrong::Invalid)
        }
    }

    /// One value that breaks a rule.
    pub(in crate::http) fn about(wrong: Wrong, field: &str, error: &str, value: &str) -> Self {
        let validation = vec![ValidationErrorV1 {
            field: field.to_owned(),
            error: error.to_owned(),
            value: value.to_owned(),
        }];
        Self {
            validation,
            ..Self::of(wrong)
        }
    }

    /// The same values, told as what was wrong first.
    #[must_use]
    pub(in crate::http) fn saying(self, wrong: Wrong) -> Self {
        Self { wrong, ..self }
    }

    /// So many values break rules, whether they are told or not.
    #[must_use]
    pub(in crate::http) fn of_so_many(self, total: u64) -> Self {
        let is_all = total == self.validation.len() as u64;
        Self {
            validation_count: (!is_all).then_some(total),
            ..self
        }
    }

    /// The request may come again so much later.
    #[must_use]
    pub(in crate::http) fn retry_after(self, pause: Duration) -> Self {
        Self {
            retry_after: Some(pause),
            ..self
        }
    }

    /// What stood in the way, which is logged.
    pub(in crate::http) fn failed(error: &(dyn Error + 'static)) -> Self {
        match Refusal::failed(error).why {
            Why::NoSpace => Self::of(Wrong::Unavailable).retry_after(Duration::from_secs(60)),
            _ => Self::of(Wrong::Failed),
        }
    }

    /// Why there is no body.
    pub(in crate::http) fn of_body(trouble: Trouble) -> Self {
        match trouble {
            Trouble::TooSlow => Self::of(Wrong::TooSlow),
            Trouble::CutOff => Self::of(Wrong::BodyMissing),
        }
    }

    /// The answer that tells it.
    pub(in crate::http) fn answer(&self, language: Language) -> Response {
        let (status, code, de, en) = self.wrong.line();
        let message = match language {
            Language::De => de,
            Language::En => en,
        };
        let mut response = json(&ErrorResultV1 {
            error_code: code,
            error_message: message,
            validation_errors: &self.validation,
            validation_error_count: self.validation_count,
        });
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        mark(&mut response, status, self.retry_after);
        response
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::failed(&error)
    }
}

impl From<BooksError> for Fault {
    fn from(error: BooksError) -> Self {
        match error {
            // The daemon opens its books anew by itself.
            BooksError::Closed => Self::of(Wrong::Unavailable),
            error => Self::failed(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_an_error_with_texts() {
        for wrong in Wrong::ALL {
            let (status, code, de, en) = wrong.line();
            assert!((400..600).contains(&status) && code > 20_000, "{wrong:?}");
            assert!(
                de.ends_with('.') && en.ends_with('.') && de != en,
                "{wrong:?}"
            );
            assert_eq!(
                Fault::of(*wrong).answer(Language::De).status().as_u16(),
                status
            );
        }
    }
}
