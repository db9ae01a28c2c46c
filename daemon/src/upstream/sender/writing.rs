//! When and how are verdicts written?
//! Together where they come close together, and always before what waited for them is sent: whatever the journal says of
//! an order was true upstream before the next change of it went there.

use std::time::Duration;

use super::{SendError, Sender, TOGETHER};
use crate::clock;
use crate::entry::sent::{OutboxMark, SentEntry, Verdict};
use crate::upstream::judged::{Judged, lines_of, place_of, replaced};
use crate::upstream::work::Work;

impl Sender {
    pub(super) fn should_write(&self, now: Duration) -> bool {
        let waits = !self.judged.is_empty();
        waits && (self.flights.is_empty() || now >= self.written_at + TOGETHER)
    }

    /// Writes what has been judged, and lets go what waited for it.
    pub(super) fn write(&mut self) -> Result<(), SendError> {
        if self.judged.is_empty() {
            return Ok(());
        }
        let judged = std::mem::take(&mut self.judged);
        let ended = self.refusals_ended_by(&judged)?;
        for one in &judged {
            self.queue.settle(one.work.place());
        }
        let (next, beyond) = self.queue.mark();
        let flights = self.flights.values().map(|flight| flight.floor);
        let newest = self.newest.unwrap_or(self.since_of_old);
        let floors = flights.chain(self.queue.oldest_doubt());
        let mark = OutboxMark {
            next,
            beyond,
            first_log: self.first_log,
            reach: self.queue.room() as u32,
            watched: Some(self.watch.since.to_string()),
            filled_to: self.filled_to,
            upstream_log: floors.min().unwrap_or(newest).min(newest),
        };
        self.daemon.data.books.write(|sheet| {
            let time = sheet.time().to_owned();
            for line in lines_of(&judged, &time) {
                sheet.sent(line);
            }
            for refusal in &ended {
                sheet.sent(replaced(refusal, &time));
            }
            sheet.outbox(mark);
            Ok::<(), SendError>(())
        })?;
        self.note_written(&judged, &ended);
        Ok(())
    }

    /// What was refused of orders that upstream now has in a later form.
    fn refusals_ended_by(&self, judged: &[Judged]) -> Result<Vec<SentEntry>, SendError> {
        let mut ended = Vec::new();
        if self.parked == 0 {
            return Ok(ended);
        }
        let store = self.daemon.data.books.store();
        for one in judged.iter().filter(|one| one.verdict == Verdict::Ok) {
            let Work::Order(order) = &one.work else {
                continue;
            };
            for refusal in store.refusals_of(&order.key)? {
                let is_earlier = place_of(&refusal).is_some_and(|(place, _)| place < order.place);
                // One that is sent again ends by its own verdict.
                let waits = matches!(refusal.outcome, Verdict::Refused | Verdict::Parked);
                if is_earlier && waits {
                    ended.push(refusal);
                }
            }
        }
        Ok(ended)
    }

    fn note_written(&mut self, judged: &[Judged], ended: &[SentEntry]) {
        self.written_at = clock::since_start();
        for one in judged {
            let (again, taken) = (one.work.had_verdict(), one.work.was_taken());
            let is_change = !matches!(one.work, Work::FileEnd(_));
            self.settled += u64::from(is_change && !again);
            let is_refused = !matches!(one.verdict, Verdict::Ok | Verdict::Replaced);
            match (is_refused, again) {
                (true, _) if taken || !again => self.parked += 1,
                (false, true) => self.parked = self.parked.saturating_sub(1),
                _ => {}
            }
            if let Work::Order(order) = &one.work
                && (is_refused || again)
            {
                self.stale_receipts.insert(order.import.clone());
            }
        }
        for refusal in ended {
            self.parked = self.parked.saturating_sub(1);
            let imports = refusal.imports.keys();
            self.stale_receipts
                .extend(imports.map(|import| import.as_str().into()));
        }
    }
}
