//! Whose turn is it to work for a partner?
//! One import at a time, in the order in which they came; whoever does not want to wait any longer leaves the line and
//! holds nobody up.

use crate::clock;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The lines of all partners.
#[derive(Debug, Default)]
pub struct Turns(Mutex<HashMap<String, Arc<Line>>>);

/// Those who wait to work for one partner; the first of them works.
#[derive(Debug, Default)]
struct Line {
    waiting: Mutex<Waiting>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    numbers: VecDeque<u64>,
    next: u64,
}

/// Held while one works; the next one's turn comes when it is dropped.
#[derive(Debug)]
pub struct Turn {
    line: Arc<Line>,
    number: u64,
}

impl Turns {
    /// Waits for the partner's turn, however long that takes.
    pub fn wait(&self, partner: &str) -> Turn {
        let turn = self.line_up(partner);
        let mut waiting = turn.line.lock();
        while waiting.numbers.front() != Some(&turn.number) {
            let moved = turn.line.moved.wait(waiting);
            waiting = moved.unwrap_or_else(PoisonError::into_inner);
        }
        drop(waiting);
        turn
    }

    /// Waits at most so long. Nothing: it did not come.
    pub fn wait_within(&self, partner: &str, longest: Duration) -> Option<Turn> {
        let turn = self.line_up(partner);
        let since = clock::since_start();
        let mut waiting = turn.line.lock();
        while waiting.numbers.front() != Some(&turn.number) {
            let left = longest.checked_sub(clock::elapsed_since(since))?;
            let moved = turn.line.moved.wait_timeout(waiting, left);
            waiting = moved.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(waiting);
        Some(turn)
    }

    fn line_up(&self, partner: &str) -> Turn {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let line = Arc::clone(lines.entry(partner.to_owned()).or_default());
        drop(lines);
        let mut waiting = line.lock();
        let number = waiting.next;
        waiting.next += 1;
        waiting.numbers.push_back(number);
        drop(waiting);
        Turn { line, number }
    }
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.line
            .lock()
            .numbers
            .retain(|number| *number != self.number);
        self.line.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_come_in_order_and_partners_do_not_wait_for_each_other() {
        let turns = Turns::default();
        let first = turns.wait("alpha");
        assert!(turns.wait_within("alpha", Duration::ZERO).is_none());
        drop(turns.wait("beta"));
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for number in 0..3 {
                let (turns, order) = (&turns, &order);
                scope.spawn(move || {
                    let _turn = turns.wait("alpha");
                    order.lock().unwrap().push(number);
                });
                // The next one lines up behind it.
                while waiting(turns, "alpha") < number + 2 {
                    std::thread::yield_now();
                }
            }
            drop(first);
        });
        assert_eq!(*order.lock().unwrap(), [0, 1, 2]);
        assert!(turns.wait_within("alpha", Duration::ZERO).is_some());
    }

    fn waiting(turns: &Turns, partner: &str) -> usize {
        let line = Arc::clone(&turns.0.lock().unwrap()[partner]);
        line.lock().numbers.len()
    }
}
