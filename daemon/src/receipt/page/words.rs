//! In which words is a verdict told?
//! One sentence for every ending, in German and English; it never says more than the journal does.

use intake_core::plan::Decision;

use super::markup::{Both, grouped};

/// How an import ended, with what the sentence needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::receipt) enum Outcome {
    /// Applied, row by row.
    Applied {
        /// Records of the file.
        rows: u64,
        /// Those that were rejected.
        rejected: u64,
    },
    /// Rejected as a whole, or lost before the end.
    Rejected {
        /// Rows that had been taken by then.
        taken: u64,
    },
    /// Discarded by the operator.
    Discarded,
    /// Never taken.
    Refused,
}

impl Outcome {
    /// `applied`, `rejected`, `discarded` or `refused`.
    pub(in crate::receipt) const fn name(self) -> &'static str {
        match self {
            Self::Applied { .. } => "applied",
            Self::Rejected { .. } => "rejected",
            Self::Discarded => "discarded",
            Self::Refused => "refused",
        }
    }

    /// How well it went: `good`, `mixed` or `bad`.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Applied { rejected: 0, .. } => "good",
            Self::Applied { .. } => "mixed",
            _ => "bad",
        }
    }
}

/// The sentence in German and in English.
pub(super) fn sentence(outcome: Outcome) -> [String; 2] {
    let fixed = |de: &str, en: &str| [de.to_owned(), en.to_owned()];
    match outcome {
        Outcome::Applied { rejected: 0, .. } => fixed(
            "Die Datei wurde übernommen; keine Zeile wurde abgelehnt.",
            "The file was applied; no row was rejected.",
        ),
        Outcome::Applied { rows, rejected } if rejected >= rows => fixed(
            "Keine Zeile wurde übernommen: alle wurden abgelehnt.",
            "No row was applied: all were rejected.",
        ),
        Outcome::Applied { rows, rejected } => {
            let (of, all) = (grouped(rejected), grouped(rows));
            let (wurden, were) = if rejected == 1 {
                ("wurde", "was")
            } else {
                ("wurden", "were")
            };
            [
                format!(
                    "Die Datei wurde übernommen, aber {of} von {all} Zeilen {wurden} abgelehnt."
                ),
                format!("The file was applied, but {of} of {all} rows {were} rejected."),
            ]
        }
        Outcome::Rejected { taken: 0 } => fixed(
            "Die Datei wurde abgelehnt; nichts aus ihr wurde übernommen.",
            "The file was rejected; nothing of it was applied.",
        ),
        Outcome::Rejected { taken } => {
            let taken = grouped(taken);
            [
                format!("Die Datei wurde nicht zu Ende verarbeitet; übernommene Zeilen: {taken}."),
                format!("The file was not processed to its end; rows applied: {taken}."),
            ]
        }
        Outcome::Discarded => fixed(
            "Der Import wurde vom Betreiber verworfen; nichts aus der Datei wurde übernommen.",
            "The import was discarded by the operator; nothing of the file was applied.",
        ),
        Outcome::Refused => fixed(
            "Das ist keine Datei, die importiert wird; sie blieb unberührt liegen.",
            "This is no file that is imported; it was left where it lies, untouched.",
        ),
    }
}

/// What a decision is called in a table, those that weigh most first.
pub(super) const DECISIONS: [(Decision, Both<'static>); 7] = [
    (
        Decision::End,
        Both {
            de: "Beendet",
            en: "Ended",
        },
    ),
    (
        Decision::Reactivate,
        Both {
            de: "Reaktiviert",
            en: "Reactivated",
        },
    ),
    (
        Decision::Reject,
        Both {
            de: "Abgelehnt",
            en: "Rejected",
        },
    ),
    (
        Decision::Payment,
        Both {
            de: "Zahlungsart geändert",
            en: "Payment changed",
        },
    ),
    (
        Decision::Update,
        Both {
            de: "Anderes geändert",
            en: "Other changes",
        },
    ),
    (
        Decision::Create,
        Both {
            de: "Neu angelegt",
            en: "Created",
        },
    ),
    (
        Decision::Unchanged,
        Both {
            de: "Unverändert",
            en: "Unchanged",
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_and_many_are_told_apart() {
        let en = |rows, rejected| {
            let [_, en] = sentence(Outcome::Applied { rows, rejected });
            en
        };
        assert_eq!(en(9, 0), "The file was applied; no row was rejected.");
        assert_eq!(
            en(9, 1),
            "The file was applied, but 1 of 9 rows was rejected."
        );
        assert_eq!(
            en(9000, 2),
            "The file was applied, but 2 of 9\u{202f}000 rows were rejected."
        );
        assert_eq!(en(9, 9), "No row was applied: all were rejected.");
    }

    #[test]
    fn every_decision_has_its_words() {
        for decision in Decision::ALL {
            assert!(DECISIONS.iter().any(|(named, _)| *named == decision));
        }
    }
}
