//! How is a kind of value said in words?
//! The words come from the kind's own limits, so that help and rules cannot differ.

use crate::field::Kind;
use crate::finding::Language;

/// What a value of this kind has to look like, without a full stop: `text of 1 to 100 characters`.
pub fn kind_text(kind: Kind, language: Language) -> String {
    let say = |de: &str, en: &str| match language {
        Language::De => de.to_owned(),
        Language::En => en.to_owned(),
    };
    match kind {
        Kind::Text { min, max } if min == max => match language {
            Language::De => format!("Text von genau {max} Zeichen"),
            Language::En => format!("text of exactly {max} characters"),
        },
        Kind::Text { min, max } => match language {
            Language::De => format!("Text von {min} bis {max} Zeichen"),
            Language::En => format!("text of {min} to {max} characters"),
        },
        Kind::Integer {
            min: 0,
            max: i64::MAX,
        } => say("ganze Zahl ab 0", "whole number from 0"),
        Kind::Integer { min, max } => match language {
            Language::De => format!("ganze Zahl von {min} bis {max}"),
            Language::En => format!("whole number from {min} to {max}"),
        },
        Kind::DateTime => say(
            "Datum und Uhrzeit mit Zeitverschiebung, etwa 2026-01-31T12:00:00+01:00",
            "date and time with offset, as in 2026-01-31T12:00:00+01:00",
        ),
        Kind::Date => say("Datum, etwa 2026-01-31", "date, as in 2026-01-31"),
        Kind::Word(words) => match language {
            Language::De => format!("eines der Wörter {}", words.join(", ")),
            Language::En => format!("one of the words {}", words.join(", ")),
        },
        Kind::Texts => say(
            "mehrere Texte, in einer Zelle durch | getrennt",
            "several texts, separated by | in a cell",
        ),
        Kind::Words(words) => match language {
            Language::De => format!(
                "einige der Wörter {}, in einer Zelle durch | getrennt",
                words.join(", ")
            ),
            Language::En => format!(
                "some of the words {}, separated by | in a cell",
                words.join(", ")
            ),
        },
        Kind::Email => say(
            "E-Mail-Adresse bis 100 Zeichen",
            "email address of up to 100 characters",
        ),
        Kind::Language => say(
            "Sprache nach ISO 639-1 in zwei Buchstaben",
            "language of ISO 639-1 in two letters",
        ),
        Kind::Telephone => say(
            "Telefonnummer nach E.164, etwa +4915112345678",
            "telephone number of E.164, as in +4915112345678",
        ),
        Kind::Bool => say("true oder false", "true or false"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;

    #[test]
    fn limits_are_said_as_the_table_has_them() {
        let said = |field: Field| {
            [Language::De, Language::En].map(|language| kind_text(field.spec().kind, language))
        };
        assert_eq!(
            said(Field::PlenigoOfferId),
            ["Text von genau 20 Zeichen", "text of exactly 20 characters"]
        );
        assert_eq!(
            said(Field::ExternalSystemId),
            ["Text von 1 bis 100 Zeichen", "text of 1 to 100 characters"]
        );
        assert_eq!(
            said(Field::Quantity),
            ["ganze Zahl von 1 bis 10000", "whole number from 1 to 10000"]
        );
        assert_eq!(
            said(Field::PaymentMethodId),
            ["ganze Zahl ab 0", "whole number from 0"]
        );
        assert_eq!(
            said(Field::ManagedBy),
            [
                "eines der Wörter EXTERNAL, WBZ",
                "one of the words EXTERNAL, WBZ"
            ]
        );
    }
}
