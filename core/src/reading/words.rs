//! Which word of the platform does a partner's word mean?
//! What is agreed goes before the field table; what is only alike is a proposal.

use crate::field::words::aliases_of;
use crate::field::{FIELDS, Kind, fold};
use crate::likeness::differences;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A partner's own words, as it writes them, and the platform's word for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerWords {
    pairs: BTreeMap<Box<str>, Box<str>>,
    /// The same by folded spelling.
    folded: BTreeMap<Box<str>, &'static str>,
}

impl PartnerWords {
    /// The words of these pairs; the first target that is no word of the platform, where there is one.
    pub fn new(pairs: BTreeMap<Box<str>, Box<str>>) -> Result<Self, Box<str>> {
        let mut folded = BTreeMap::new();
        for (own, target) in &pairs {
            let word = targets().find(|word| *word == &**target);
            let Some(word) = word else {
                return Err(target.clone());
            };
            folded.insert(fold(own).into(), word);
        }
        Ok(Self { pairs, folded })
    }

    /// The pairs, by the partner's word as it is written.
    pub fn pairs(&self) -> &BTreeMap<Box<str>, Box<str>> {
        &self.pairs
    }
}

/// Every word of the platform that a partner's word can mean.
pub fn targets() -> impl Iterator<Item = &'static str> {
    FIELDS
        .iter()
        .flat_map(|spec| match spec.kind {
            Kind::Word(words) => words,
            _ => &[],
        })
        .copied()
}

/// The word that a text means, where that is certain.
pub fn meant(kind: Kind, text: &str, own: &PartnerWords) -> Option<&'static str> {
    // No word is longer, whatever stands between its letters.
    if text.len() > 100 || !text.chars().all(stands_in_words) {
        return None;
    }
    let folded = fold(text);
    if folded.is_empty() {
        return None;
    }
    let agreed = own.folded.get(&*folded).copied();
    let agreed = agreed.filter(|word| match kind {
        Kind::Word(words) | Kind::Words(words) => words.contains(word),
        _ => false,
    });
    agreed.or_else(|| table_of(kind).get(&*folded).copied())
}

/// The word that a text is likely to mean, since it is written nearly so.
pub fn near(kind: Kind, text: &str) -> Option<&'static str> {
    let folded = fold(text);
    let length = folded.chars().count();
    if !(4..=40).contains(&length) {
        return None;
    }
    let near = table_of(kind).iter().filter_map(|(spelling, word)| {
        let differences = differences(spelling, &folded, 2.min(length / 3))?;
        Some((differences, *word))
    });
    let nearest = near.min_by_key(|(differences, _)| *differences)?;
    Some(nearest.1)
}

/// What stands between letters may be left out, but not anything.
fn stands_in_words(character: char) -> bool {
    character.is_alphanumeric() || " -_./&+()".contains(character)
}

type Spellings = BTreeMap<Box<str>, &'static str>;

/// Every spelling of the words of a kind, folded.
fn table_of(kind: Kind) -> &'static Spellings {
    static EMPTY: Spellings = BTreeMap::new();
    static TABLES: LazyLock<Vec<(&'static str, Spellings)>> = LazyLock::new(|| {
        let mut tables: Vec<(&str, Spellings)> = Vec::new();
        for spec in FIELDS {
            let aliases = aliases_of(spec.kind);
            let Some(name) = name_of(spec.kind) else {
                continue;
            };
            if aliases.is_empty() || tables.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let mut spellings = Spellings::new();
            for (word, others) in aliases {
                for spelling in others.iter().chain([word]) {
                    spellings.insert(fold(spelling).into(), word);
                }
            }
            tables.push((name, spellings));
        }
        tables
    });
    let Some(name) = name_of(kind) else {
        return &EMPTY;
    };
    let table = TABLES.iter().find(|(known, _)| *known == name);
    table.map_or(&EMPTY, |(_, spellings)| spellings)
}

/// What tells one list of words from another.
fn name_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Word(["EXTERNAL", "WBZ", "PLENIGO"]) => Some("offer managers"),
        Kind::Word(words) | Kind::Words(words) => words.first().copied(),
        Kind::Bool => Some("truth"),
        Kind::Language => Some("languages"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;

    #[test]
    fn words_in_any_dress() {
        let own = PartnerWords::new(
            [("Konto 1".into(), "BANK_ACCOUNT".into())]
                .into_iter()
                .collect(),
        )
        .unwrap();
        let check = |field: Field, text: &str, expect: Option<&str>| {
            assert_eq!(meant(field.spec().kind, text, &own), expect, "{text}");
        };
        let payment = Field::PaymentMethod;
        check(payment, "PayPal", Some("PAYPAL"));
        check(payment, "paypal", Some("PAYPAL"));
        check(payment, "credit card", Some("CREDIT_CARD"));
        check(payment, "Lastschrift", Some("BANK_ACCOUNT"));
        check(payment, "SEPA-Lastschrift", Some("BANK_ACCOUNT"));
        check(payment, "Rechnung", Some("BILLING"));
        check(payment, "ÜBERWEISUNG", Some("BILLING"));
        check(payment, "Ueberweisung", Some("BILLING"));
        check(payment, "Kreditkarte", Some("CREDIT_CARD"));
        check(payment, "konto1", Some("BANK_ACCOUNT"));
        check(payment, "Bargeld", None);
        check(payment, "PAY\"PAL", None);
        check(payment, "-", None);
        check(Field::Salutation, "Frau", Some("MRS"));
        check(Field::Salutation, "Hr.", Some("MR"));
        check(Field::Archived, "ja", Some("true"));
        check(Field::Language, "Deutsch", Some("de"));
        check(Field::ManagedBy, "extern", Some("EXTERNAL"));
        check(Field::ManagedBy, "intern", None);
        check(Field::OfferManagedBy, "intern", Some("PLENIGO"));
        assert_eq!(near(payment.spec().kind, "PAYPALL"), Some("PAYPAL"));
        assert_eq!(
            near(payment.spec().kind, "Lastschift"),
            Some("BANK_ACCOUNT")
        );
        assert_eq!(near(payment.spec().kind, "Bargeld"), None);
    }

    #[test]
    fn a_partners_word_must_mean_one_of_the_platforms() {
        let wrong = [("Bar".into(), "CASH".into())].into_iter().collect();
        assert_eq!(PartnerWords::new(wrong), Err("CASH".into()));
    }
}
