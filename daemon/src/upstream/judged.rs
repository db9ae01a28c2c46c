//! How is a verdict on a change written into the journal?
//! What upstream took stands together in one line; what it refuses, or refused once, has a line of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::verdict::Refusal;
use super::work::{OrderWork, Work};
use crate::entry::sent::{About, Place, SentEntry, Verdict};

/// A change and its verdict.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// The change.
    pub work: Work,
    /// What has become of it.
    pub verdict: Verdict,
    /// Why it is refused, where it is.
    pub refusal: Refusal,
}

/// The lines for these verdicts.
pub(super) fn lines_of(judged: &[Judged], time: &str) -> Vec<SentEntry> {
    let mut lines = Vec::new();
    for verdict in [Verdict::Ok, Verdict::Replaced] {
        let mut together = SentEntry::new(time, verdict);
        let mut log_ids = Vec::new();
        for one in judged.iter().filter(|one| one.verdict == verdict) {
            if one.work.had_verdict() {
                lines.push(one.line(time));
                continue;
            }
            match &one.work {
                Work::Order(order) => {
                    log_ids.push(order.log_id);
                    *together
                        .imports
                        .entry(order.import.to_string())
                        .or_default() += 1;
                }
                Work::Customer(customer) => together.customers.push(customer.id.to_string()),
                Work::FileEnd(_) => {}
            }
        }
        log_ids.sort_unstable();
        for log_id in log_ids {
            together.add_log_id(log_id);
        }
        if !together.log_ids.is_empty() || !together.customers.is_empty() {
            lines.push(together);
        }
    }
    let stays = |one: &&Judged| !matches!(one.verdict, Verdict::Ok | Verdict::Replaced);
    lines.extend(judged.iter().filter(stays).map(|one| one.line(time)));
    lines
}

/// The line that ends a refusal, since a later change stands in its place.
pub(super) fn replaced(refusal: &SentEntry, time: &str) -> SentEntry {
    let mut line = SentEntry {
        outcome: Verdict::Replaced,
        time: time.to_owned(),
        ..refusal.clone()
    };
    if let Some(about) = &mut line.about {
        about.again = true;
    }
    line
}

impl Judged {
    fn line(&self, time: &str) -> SentEntry {
        let mut line = SentEntry::new(time, self.verdict);
        let mut about = About {
            place: self.work.place(),
            external_system_id: None,
            customer_id: None,
            order_id: None,
            row: None,
            code: self.refusal.code,
            reason: (!self.refusal.reason.is_empty()).then(|| self.refusal.reason.clone()),
            again: self.work.had_verdict() && !self.work.was_taken(),
            taken: self.work.was_taken(),
        };
        match &self.work {
            Work::Order(order) => {
                line.add_log_id(order.log_id);
                line.imports = BTreeMap::from([(order.import.to_string(), 1)]);
                about.external_system_id = Some(order.key.to_string());
                about.order_id = Some(order.order_id);
                about.row = order.row;
            }
            Work::Customer(customer) => about.customer_id = Some(customer.id.to_string()),
            Work::FileEnd(_) => {}
        }
        line.about = Some(about);
        line
    }
}

/// What tells one request from all others: who sends, and which log entries it brings. The same again has the same key.
pub(super) fn idempotency_key(journal: &str, orders: &[Arc<OrderWork>]) -> String {
    use sha2::{Digest as _, Sha256};
    let mut digest = Sha256::new();
    for order in orders {
        digest.update(order.log_id.to_be_bytes());
    }
    let digest = intake_core::report::hex(&digest.finalize());
    let first = orders.first().map_or(0, |order| order.log_id);
    format!(
        "intake-{journal}-{first}-{}-{}",
        orders.len(),
        &digest[..16]
    )
}

/// The place of a refused change, and the order's key or the customer's number.
pub(super) fn place_of(refusal: &SentEntry) -> Option<(Place, &str)> {
    let about = refusal.about.as_ref()?;
    let key = about.external_system_id.as_deref();
    Some((about.place, key.or(about.customer_id.as_deref())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Position;

    fn taken(work: Work) -> Judged {
        Judged {
            work,
            verdict: Verdict::Ok,
            refusal: Refusal::default(),
        }
    }

    fn order(log_id: u64, again: bool) -> Work {
        let frame = Position::START;
        Work::Order(Arc::new(OrderWork {
            place: Place {
                frame,
                line: log_id as u32,
            },
            log_id,
            time: "".into(),
            import: "000001".into(),
            row: Some(log_id),
            order_id: log_id,
            key: format!("X-{log_id}").as_str().into(),
            customers: Vec::new(),
            creates: true,
            item: Vec::new(),
            shows: true,
            again,
            taken: false,
        }))
    }

    #[test]
    fn what_was_taken_stands_together() {
        let mut judged: Vec<Judged> = [3, 1, 2, 7]
            .into_iter()
            .map(|log_id| taken(order(log_id, false)))
            .collect();
        judged.push(Judged {
            work: order(5, false),
            verdict: Verdict::Refused,
            refusal: Refusal::new(Some(97002), "no"),
        });
        judged.push(taken(order(9, true)));
        let lines: Vec<String> = lines_of(&judged, "T")
            .iter()
            .map(|line| serde_json::to_string(line).unwrap())
            .collect();
        expect_test::expect![[r#"
            {"type":"sent","time":"T","outcome":"ok","logIds":[[9,9]],"imports":{"000001":1},"about":{"place":"000001:0/9","externalSystemId":"X-9","orderId":9,"row":9,"again":true}}
            {"type":"sent","time":"T","outcome":"ok","logIds":[[1,3],[7,7]],"imports":{"000001":4}}
            {"type":"sent","time":"T","outcome":"refused","logIds":[[5,5]],"imports":{"000001":1},"about":{"place":"000001:0/5","externalSystemId":"X-5","orderId":5,"row":5,"code":97002,"reason":"no"}}"#]]
        .assert_eq(&lines.join("\n"));
    }
}
