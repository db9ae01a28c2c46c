//! What does an answer mean for what was sent?
//! Pure: by status and code, never by words.

use std::time::Duration;

use super::wire::{ErrorBody, error_body, item_of};

/// An answer of the platform.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The status.
    pub status: u16,
    /// Everything behind the head.
    pub body: Vec<u8>,
    /// For how long it asks to be left alone.
    pub retry_after: Option<Duration>,
}

/// What an answer to a request means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It is done.
    Done,
    /// Nothing was done; it may be sent again later.
    Later(Option<Duration>),
    /// It may have been done or not.
    Unknown(Option<Duration>),
    /// These items are refused for good, and nothing was done with the others.
    Items(Vec<(usize, Refusal)>),
    /// It is refused for good as a whole.
    Refused(Refusal),
    /// The token or the address is not right: only the operator can mend that.
    Operator(String),
}

/// Why the platform refuses something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refusal {
    /// Its code.
    pub code: Option<u32>,
    /// In its words, at most 1000 characters.
    pub reason: String,
}

/// The import queue is full.
const QUEUE_FULL: u32 = 97004;
/// A token that is not good, or lacks the right.
const NO_RIGHT: [u32; 2] = [99008, 99009];
/// What is there already: the order, the import, the customer's external id.
pub(super) const ALREADY_THERE: [u32; 3] = [30005, 97001, 20023];

impl Refusal {
    /// A refusal with this code; words are cut to what a line of the journal holds.
    pub(super) fn new(code: Option<u32>, reason: &str) -> Self {
        Self {
            code,
            reason: reason.chars().take(1000).collect(),
        }
    }

    /// Does it say no more than that it is there already?
    pub(super) fn says_already_there(&self) -> bool {
        self.code.is_some_and(|code| ALREADY_THERE.contains(&code))
    }
}

impl Answer {
    /// What it means.
    pub(super) fn meaning(&self) -> Meaning {
        let error = error_body(&self.body);
        let code = error.as_ref().and_then(|error| error.error_code);
        match (self.status, code) {
            (200..=299, _) => Meaning::Done,
            (429, _) | (400, Some(QUEUE_FULL)) => Meaning::Later(self.retry_after),
            (401 | 403, _) | (_, Some(99008 | 99009)) => Meaning::Operator(self.told(code)),
            (408 | 425 | 500.., _) => Meaning::Unknown(self.retry_after),
            (400..=499, Some(_)) => refused(&error.unwrap_or_default()),
            // Whoever answers so is not the platform: nothing was done, and what was sent is not to blame.
            _ => Meaning::Operator(self.told(code)),
        }
    }

    /// The code of an error, or the status where it tells none, for counting.
    pub(super) fn label(&self) -> String {
        let code = error_body(&self.body).and_then(|error| error.error_code);
        code.map_or_else(|| format!("http-{}", self.status), |code| code.to_string())
    }

    fn told(&self, code: Option<u32>) -> String {
        let status = self.status;
        match code {
            Some(code) if NO_RIGHT.contains(&code) => {
                format!("the platform does not take the token (status {status}, code {code})")
            }
            Some(code) => {
                format!("the platform refuses every request (status {status}, code {code})")
            }
            None => format!("what answers is not the platform's API (status {status})"),
        }
    }
}

fn refused(error: &ErrorBody) -> Meaning {
    let mut items: Vec<(usize, Refusal)> = Vec::new();
    for wrong in &error.validation_errors {
        let Some(item) = item_of(&wrong.field) else {
            continue;
        };
        let field = wrong.field.split_once("].").map_or("", |(_, field)| field);
        let told = match field {
            "" => wrong.error.clone(),
            field => format!("{field}: {}", wrong.error),
        };
        match items.iter_mut().find(|(known, _)| *known == item) {
            Some((_, refusal)) => {
                *refusal = Refusal::new(error.error_code, &format!("{}; {told}", refusal.reason));
            }
            None => items.push((item, Refusal::new(error.error_code, &told))),
        }
    }
    if !items.is_empty() {
        return Meaning::Items(items);
    }
    let mut reason = error.error_message.clone();
    for wrong in &error.validation_errors {
        reason = format!("{reason}; {}: {}", wrong.field, wrong.error);
    }
    Meaning::Refused(Refusal::new(error.error_code, &reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(status: u16, body: &str) -> Meaning {
        let answer = Answer {
            status,
            body: body.into(),
            retry_after: Some(Duration::from_secs(7)),
        };
        answer.meaning()
    }

    #[test]
    fn an_answer_is_judged_by_status_and_code() {
        let wait = Some(Duration::from_secs(7));
        let coded = |code: u32| format!(r#"{{"errorCode":{code},"errorMessage":"no"}}"#);
        assert_eq!(meaning(201, r#"{"success":true}"#), Meaning::Done);
        assert_eq!(meaning(208, "{}"), Meaning::Done);
        assert_eq!(meaning(429, &coded(99429)), Meaning::Later(wait));
        assert_eq!(meaning(400, &coded(97004)), Meaning::Later(wait));
        for status in [500, 502, 503, 504, 520] {
            assert_eq!(meaning(status, "<html>"), Meaning::Unknown(wait));
        }
        for (status, code) in [(401, 99008), (401, 99009), (403, 40009)] {
            assert!(matches!(
                meaning(status, &coded(code)),
                Meaning::Operator(_)
            ));
        }
        let refused = Meaning::Refused(Refusal::new(Some(97002), "no"));
        assert_eq!(meaning(400, &coded(97002)), refused);
        // A page of somebody else's, or an address that is not the platform's.
        for status in [301, 400, 404] {
            assert!(matches!(meaning(status, "<html>"), Meaning::Operator(_)));
        }
    }

    #[test]
    fn items_that_are_named_are_refused_and_no_others() {
        let body = r#"{"errorCode":99400,"errorMessage":"no","validationErrors":[
            {"field":"items[3].startDate","error":"is none","value":"x"},
            {"field":"items[3].quantity","error":"too many","value":"x"},
            {"field":"items[5]","error":"odd","value":""}]}"#;
        let expected = vec![
            (
                3,
                Refusal::new(Some(99400), "startDate: is none; quantity: too many"),
            ),
            (5, Refusal::new(Some(99400), "odd")),
        ];
        assert_eq!(meaning(400, body), Meaning::Items(expected));
    }
}
