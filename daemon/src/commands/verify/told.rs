//! How is a difference between store and journal told?
//! One line each, as it is found; what it is about stands first.

use std::io::Write;

use anyhow::Context as _;

use crate::cli::args::Outcome;
use crate::cli::terminal::{ERROR, GOOD};
use crate::commands::Speech;
use crate::printable::printable;

/// The differences told so far.
pub(super) struct Told<'t> {
    pub(super) out: &'t mut dyn Write,
    pub(super) speech: &'t Speech,
    pub(super) differences: u64,
}

impl Told<'_> {
    pub(super) fn differs(&mut self, what: &str, difference: &str) -> anyhow::Result<()> {
        self.differences += 1;
        let (what, difference) = (printable(what), printable(difference));
        writeln!(self.out, "{ERROR}{what}{ERROR:#}: {difference}")
            .context("cannot write the report")
    }

    pub(super) fn is_missing(&mut self, what: &str) -> anyhow::Result<()> {
        self.differs(
            what,
            self.speech
                .say("fehlt im Bestand", "is missing from the store"),
        )
    }

    pub(super) fn is_too_many(&mut self, what: &str) -> anyhow::Result<()> {
        let difference = self.speech.say(
            "steht im Bestand, aber nicht im Journal",
            "is in the store, not in the journal",
        );
        self.differs(what, difference)
    }

    /// `field: <in the store> instead of <in the journal>`
    pub(super) fn differs_in(
        &mut self,
        what: &str,
        field: &str,
        has: &str,
        should: &str,
    ) -> anyhow::Result<()> {
        let instead_of = self.speech.say("statt", "instead of");
        self.differs(what, &format!("{field}: {has} {instead_of} {should}"))
    }

    pub(super) fn end(self, orders: u64, lines: u64) -> anyhow::Result<Outcome> {
        let speech = self.speech;
        let orders = speech.count(orders, ["Auftrag", "Aufträge"], ["order", "orders"]);
        let lines = speech.count(lines, ["Zeile", "Zeilen"], ["line", "lines"]);
        let compared = speech.say(
            format!("{orders} und {lines} des Journals verglichen"),
            format!("compared {orders} and {lines} of the journal"),
        );
        let (style, verdict, outcome) = if self.differences == 0 {
            let same = speech.say("kein Unterschied".to_owned(), "no difference".to_owned());
            (GOOD, same, Outcome::Done)
        } else {
            let words = (
                ["Unterschied", "Unterschiede"],
                ["difference", "differences"],
            );
            let differences = speech.count(self.differences, words.0, words.1);
            (ERROR, differences, Outcome::Findings)
        };
        writeln!(self.out, "{compared}: {style}{verdict}{style:#}")
            .context("cannot write the report")?;
        Ok(outcome)
    }
}

/// How a thing is another in the store than in the journal.
pub(super) enum Difference {
    Missing,
    TooMany,
    Content,
}

pub(super) fn tell(
    differences: Vec<(String, Difference)>,
    told: &mut Told<'_>,
) -> anyhow::Result<()> {
    for (name, difference) in differences {
        match difference {
            Difference::Missing => told.is_missing(&name)?,
            Difference::TooMany => told.is_too_many(&name)?,
            Difference::Content => {
                let differs = told.speech.say(
                    "steht anders im Bestand als im Journal",
                    "is another in the store than in the journal",
                );
                told.differs(&name, differs)?;
            }
        }
    }
    Ok(())
}
