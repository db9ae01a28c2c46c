//! How else do partners write the words that the platform knows?
//! A part of the field table: what stands here is certain, in any case, with or without spaces, hyphens and umlauts.

use super::Kind;

/// A word of the platform and how else it is written.
pub type Aliases = (&'static str, &'static [&'static str]);

const PAYMENT_METHODS: &[Aliases] = &[
    ("AMAZON_PAY", &["Amazon", "Amazon Payments"]),
    ("APPLE_PAY", &["Apple"]),
    (
        "BANK_ACCOUNT",
        &[
            "Lastschrift",
            "SEPA",
            "SEPA-Lastschrift",
            "Lastschriftverfahren",
            "Bankeinzug",
            "Bankeinzugsverfahren",
            "Einzug",
            "Einzugsermächtigung",
            "Abbuchung",
            "Abbucher",
            "Abbuchungsverfahren",
            "Bankkonto",
            "Girokonto",
            "ELV",
            "direct debit",
            "SEPA direct debit",
            "debit",
            "bank",
        ],
    ),
    (
        "BILLING",
        &[
            "Rechnung",
            "auf Rechnung",
            "Kauf auf Rechnung",
            "Rechnungskauf",
            "per Rechnung",
            "gegen Rechnung",
            // An order that is paid by transfer is one for which a bill is sent.
            "Überweisung",
            "Banküberweisung",
            "per Überweisung",
            "bill",
            "invoice",
            "on invoice",
            "bank transfer",
            "transfer",
            "wire transfer",
        ],
    ),
    (
        "CREDIT_CARD",
        &[
            "Kreditkarte",
            "per Kreditkarte",
            "KK",
            "Visa",
            "Mastercard",
            "Master Card",
            "Eurocard",
            "American Express",
            "Amex",
            "Diners",
            "card",
        ],
    ),
    ("GOOGLE_PAY", &["Google", "GPay"]),
    ("IDEAL", &[]),
    ("PAYPAL", &["per PayPal", "PayPal Express"]),
    ("POSTFINANCE", &["Post Finance Card", "PostFinance Card"]),
    (
        "SOFORT",
        &[
            "Sofortüberweisung",
            "Sofort Überweisung",
            "Klarna Sofort",
            "Sofort Banking",
        ],
    ),
    ("TWINT", &[]),
    (
        "ZERO",
        &[
            "kostenlos",
            "kostenfrei",
            "gratis",
            "Freiabo",
            "Frei-Abo",
            "Freiexemplar",
            "Freistück",
            "umsonst",
            "free",
            "free of charge",
            "complimentary",
        ],
    ),
];

const IMPORT_MANAGERS: &[Aliases] = &[
    ("EXTERNAL", &["extern", "externe Verwaltung", "Partner"]),
    ("WBZ", &["werbender Buch- und Zeitschriftenhandel"]),
];

const OFFER_MANAGERS: &[Aliases] = &[
    ("EXTERNAL", &["extern"]),
    ("WBZ", &[]),
    ("PLENIGO", &["intern"]),
];

const SALUTATIONS: &[Aliases] = &[
    ("DIVERSE", &["divers", "d", "x", "Mx", "diverse"]),
    (
        "MR",
        &[
            "Herr",
            "Herrn",
            "Hr.",
            "Mister",
            "Mr.",
            "m",
            "männlich",
            "male",
        ],
    ),
    (
        "MRS",
        &[
            "Frau",
            "Fr.",
            "Ms.",
            "Mrs.",
            "Miss",
            "Fräulein",
            "w",
            "f",
            "weiblich",
            "female",
        ],
    ),
    ("NONE", &["Firma", "Fa.", "company", "ohne"]),
];

const PRODUCT_BASES: &[Aliases] = &[
    ("TIME", &["Zeit"]),
    ("CREDIT", &["Guthaben"]),
    ("ISSUE", &["Ausgabe", "Ausgaben"]),
    ("OTHER", &["andere", "sonstige"]),
];

/// Truth values and how else they are written.
pub const TRUTH: &[Aliases] = &[
    (
        "true",
        &["ja", "j", "yes", "y", "wahr", "1", "x", "on", "t"],
    ),
    ("false", &["nein", "n", "no", "falsch", "0", "off", "f"]),
];

/// Languages and how else they are written.
pub const LANGUAGES: &[Aliases] = &[
    ("de", &["deutsch", "german", "ger", "deu", "Deutschland"]),
    ("en", &["englisch", "english", "eng"]),
    ("fr", &["französisch", "french", "français", "fra", "fre"]),
    ("it", &["italienisch", "italian", "italiano", "ita"]),
    ("es", &["spanisch", "spanish", "español", "spa"]),
    (
        "nl",
        &[
            "niederländisch",
            "holländisch",
            "dutch",
            "nederlands",
            "nld",
            "dut",
        ],
    ),
    ("pl", &["polnisch", "polish", "polski", "pol"]),
    ("da", &["dänisch", "danish", "dansk", "dan"]),
    ("cs", &["tschechisch", "czech", "ces", "cze"]),
    ("tr", &["türkisch", "turkish", "tur"]),
];

/// How else the words of a kind of field are written; nothing for a kind without words.
pub fn aliases_of(kind: Kind) -> &'static [Aliases] {
    let (Kind::Word(words) | Kind::Words(words)) = kind else {
        return match kind {
            Kind::Bool => TRUTH,
            Kind::Language => LANGUAGES,
            _ => &[],
        };
    };
    // Each list of words is known by its first two.
    match words {
        ["AMAZON_PAY", ..] => PAYMENT_METHODS,
        ["EXTERNAL", "WBZ", "PLENIGO"] => OFFER_MANAGERS,
        ["EXTERNAL", ..] => IMPORT_MANAGERS,
        ["DIVERSE", ..] => SALUTATIONS,
        ["TIME", ..] => PRODUCT_BASES,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FIELDS, fold};
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_word_has_its_line_and_no_alias_means_two() {
        for spec in FIELDS {
            let aliases = aliases_of(spec.kind);
            if let Kind::Word(words) | Kind::Words(words) = spec.kind {
                let known: Vec<_> = aliases.iter().map(|(word, _)| *word).collect();
                assert_eq!(known, words, "{}", spec.name);
            }
            let mut meanings = BTreeMap::new();
            for (word, others) in aliases {
                for spelling in others.iter().chain([word]) {
                    let before = meanings.insert(fold(spelling), *word);
                    assert!(before.is_none_or(|before| before == *word), "{spelling}");
                }
            }
        }
    }
}
