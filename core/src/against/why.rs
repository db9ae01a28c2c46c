//! Why is a row decided differently than when the plan was saved?
//! Told from the two decisions alone: what the order was then and is now shows in the changes of either side.

use super::{Different, Side};
use crate::finding::Language;
use crate::plan::{Change, Decision};
use crate::report::CREATE_CUSTOMER;
use serde::Deserialize;
use std::borrow::Cow;

impl Different {
    /// The reasons, one sentence each.
    pub fn why(&self, language: Language) -> Vec<String> {
        let german = language == Language::De;
        let say = |de: &str, en: &str| vec![if german { de } else { en }.to_owned()];
        let (then, now) = match (&self.then, &self.now) {
            (Some(then), Some(now)) => (then, now),
            (None, _) => {
                return say(
                    "im gespeicherten Plan kommt das nicht vor",
                    "the saved plan has no such line",
                );
            }
            (_, None) => {
                return say(
                    "das kommt jetzt nicht mehr vor",
                    "there is no such line any more",
                );
            }
        };
        let mut reasons = findings_changed(then, now, german);
        let is = |side: &Side, decision: Decision| side.decision == decision.name();
        let rejected = is(then, Decision::Reject) || is(now, Decision::Reject);
        match (is(then, Decision::Create), is(now, Decision::Create)) {
            _ if rejected => {}
            (true, false) => reasons.extend(say(
                "den Auftrag gibt es inzwischen",
                "the order has come to exist since",
            )),
            (false, true) => reasons.extend(say(
                "den Auftrag gab es im Plan, jetzt gibt es ihn nicht",
                "the plan knew the order, now there is none",
            )),
            (true, true) => {}
            (false, false) if then.decision == CREATE_CUSTOMER => {}
            (false, false) => reasons.extend(order_changed(then, now, german)),
        }
        if reasons.is_empty() && then.decision != now.decision {
            reasons.extend(say(
                "was damals in der Zukunft lag, ist jetzt vergangen",
                "what lay in the future then is past now",
            ));
        }
        reasons
    }
}

/// What stands against the row on one side only.
fn findings_changed(then: &Side, now: &Side, german: bool) -> Vec<String> {
    let (before, after) = (then.codes(), now.codes());
    let mut reasons = Vec::new();
    for code in after.iter().filter(|code| !before.contains(code)) {
        reasons.push(match german {
            true => format!("jetzt steht dagegen: {code}"),
            false => format!("found now: {code}"),
        });
    }
    for code in before.iter().filter(|code| !after.contains(code)) {
        reasons.push(match german {
            true => format!("nicht mehr dagegen steht: {code}"),
            false => format!("no longer found: {code}"),
        });
    }
    reasons
}

/// In which fields is the order no longer what it was? The row is the same on both sides: a field that changes on one
/// side only had, on the other, the row's value already.
fn order_changed(then: &Side, now: &Side, german: bool) -> Vec<String> {
    let of = |side: &Side, change: &Change| {
        let same = side.changes.iter().find(|it| it.field == change.field);
        same.map_or_else(|| change.new.clone(), |same| same.old.clone())
    };
    let mut reasons = Vec::new();
    let mut told = Vec::new();
    for change in then.changes.iter().chain(&now.changes) {
        if told.contains(&change.field) {
            continue;
        }
        told.push(change.field);
        let (before, after) = (of(then, change), of(now, change));
        if before != after {
            let field = change.field.name();
            reasons.push(match german {
                true => format!("{field} war {before}, ist jetzt {after}"),
                false => format!("{field} was {before}, is {after} now"),
            });
        }
    }
    reasons
}

#[derive(Deserialize)]
struct FindingV1<'f> {
    #[serde(borrow)]
    code: Cow<'f, str>,
}

impl Side {
    /// The codes of what was found.
    fn codes(&self) -> Vec<String> {
        let findings: Vec<FindingV1<'_>> =
            serde_json::from_str(self.findings.get()).unwrap_or_default();
        findings
            .into_iter()
            .map(|finding| finding.code.into_owned())
            .collect()
    }
}
