//! What is to be done with a file next, at each point of its life and after a crash at any of them?
//! Pure: an event leads from one state to the next and says what to do; nothing is read, written or timed here.
//!
//! A transition that carries a step is journalled, durably, before its action is performed.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::settle::Refusal;

/// What the journal records of a file's life. The names are persisted and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The daemon has taken the file and holds a private copy of it.
    Claimed,
    /// It was read to its end and checked.
    Checked,
    /// It is decided what each row would do.
    Planned,
    /// The brake stopped it: it waits for the operator.
    Held,
    /// Rows are being applied; recorded with the number of the next row.
    Applying,
    /// Every row that is to be applied is.
    Applied,
    /// It is not applied, for its content.
    Rejected,
    /// It is not applied, by the operator's word.
    Discarded,
    /// The receipt lies in the partner's outbox.
    Receipted,
    /// The file rests in the archive or among the rejected: the end.
    Archived,
}

/// Where in its life a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A name appeared in the drop folder.
    Seen,
    /// It was not left alone for long enough yet.
    Waiting,
    /// It is empty and may still be written.
    Empty,
    /// It is no file to import; it stays where it is.
    Refused,
    /// It disappeared before it was claimed.
    Gone,
    /// It is complete; the claim is owed.
    Settled,
    /// It lies in a folder of its own; the check is owed.
    Claimed,
    /// The plan is owed.
    Checked,
    /// The plan is made; applying it is owed, or holding it.
    Planned(Brake),
    /// It waits for the operator.
    Held,
    /// Rows are being applied.
    Applying {
        /// The first row, counted from 0, that is not applied yet.
        next_row: u64,
    },
    /// It came to an end of this kind; the receipt is owed.
    Decided(Ending),
    /// The receipt is written; moving the file to its resting place is owed.
    Receipted(Ending),
    /// Nothing is owed.
    Archived,
}

/// Whether a plan stayed within the partner's thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Brake {
    /// It may be applied.
    Clear,
    /// It is over them: the operator decides.
    Pulled,
}

/// How the work on a file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Applied.
    Applied,
    /// Rejected for its content, or lost before it was applied to its end.
    Rejected,
    /// Discarded by the operator.
    Discarded,
}

/// What happened. Times are on the caller's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A scan saw it, changed too lately or without its marker.
    Unsettled {
        /// When a scan can settle it.
        until: Duration,
    },
    /// A scan saw it empty.
    StillEmpty {
        /// When it is taken all the same.
        until: Duration,
    },
    /// A scan found it complete.
    Quiet,
    /// A scan or the claim found that it is no file to import.
    Irregular(Refusal),
    /// A scan or the claim did not find it any more.
    Vanished,
    /// It changed while it was being claimed and was put back.
    Grew {
        /// When a scan can settle it.
        until: Duration,
    },
    /// The claim succeeded, or a claim cut off by a crash was finished.
    Taken,
    /// The check came to the end of the file.
    Read,
    /// The file is not applied: it cannot be read as an import, its profile wants all rows or none, or the
    /// work on it failed too often.
    TurnedDown,
    /// The plan is made.
    PlanMade(Brake),
    /// The reason of the hold is noted.
    HoldNoted,
    /// The file lies in the folder for held imports.
    MovedToHeld,
    /// The operator lets the plan go on.
    Released,
    /// The operator drops the plan.
    Discarded,
    /// Rows before `next_row` are applied.
    RowsApplied {
        /// The first row, counted from 0, that is not applied yet.
        next_row: u64,
    },
    /// The last row is applied.
    AllApplied,
    /// The receipt lies in the outbox.
    ReceiptWritten,
    /// The file lies at its resting place.
    LaidToRest,
    /// The file is not where it has to be; somebody took it away.
    Lost,
    /// The machine stood in the way (disk full, no rights): nothing about the file is decided by that.
    Blocked {
        /// When to try again.
        until: Duration,
    },
    /// The time to try again has come.
    Due,
}

/// What is to be done now. Each action can be repeated after a crash without harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Let the coming scans decide.
    Scan,
    /// Nothing before `until`.
    Wait {
        /// When to go on, on the caller's clock.
        until: Duration,
    },
    /// Take it out of the drop folder.
    Claim,
    /// Finish a claim that was cut off: the file is in its work folder, the journal does not know it.
    Adopt,
    /// Say that it is not imported and why.
    Refuse(Refusal),
    /// Read and check it.
    Check,
    /// Decide each row against the present state.
    Plan,
    /// Note why the brake stopped it.
    Hold,
    /// Move it to the folder for held imports.
    MoveToHeld,
    /// Nothing until the operator releases or discards it.
    AwaitOperator,
    /// Apply rows, beginning with this one.
    Apply {
        /// Counted from 0.
        from_row: u64,
    },
    /// Write the receipt, the report and the corrections file.
    WriteReceipt,
    /// Move it to the archive.
    Archive,
    /// Move it to the rejected files.
    MoveToRejected,
    /// Nothing, for good.
    Done,
}

/// Where an event leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Transition {
    /// The state from now on.
    pub state: State,
    /// What the journal records before the action is performed.
    pub step: Option<Step>,
    /// What is to be done.
    pub action: Action,
}

/// An event that cannot happen in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a file that is `{state:?}` cannot meet `{event:?}`")]
pub struct IllegalEvent {
    /// The state.
    pub state: State,
    /// The event.
    pub event: Event,
}

/// Where `event` leads a file that is in `state`.
pub fn next(state: State, event: Event) -> Result<Transition, IllegalEvent> {
    use Event as E;
    use State as S;

    let transition = match (state, event) {
        (S::Seen | S::Waiting | S::Empty | S::Refused, E::Unsettled { until })
        | (S::Settled, E::Unsettled { until } | E::Grew { until }) => Transition {
            state: S::Waiting,
            step: None,
            action: Action::Wait { until },
        },
        (S::Seen | S::Waiting | S::Empty | S::Refused | S::Settled, E::StillEmpty { until }) => {
            Transition {
                state: S::Empty,
                step: None,
                action: Action::Wait { until },
            }
        }
        (S::Seen | S::Waiting | S::Empty, E::Quiet) => enter(S::Settled),
        (S::Seen | S::Waiting | S::Empty | S::Settled | S::Refused, E::Irregular(refusal)) => {
            Transition {
                state: S::Refused,
                step: None,
                action: Action::Refuse(refusal),
            }
        }
        (S::Seen | S::Waiting | S::Empty | S::Settled | S::Refused, E::Vanished) => enter(S::Gone),

        (S::Settled, E::Taken) => enter(S::Claimed),
        (S::Claimed, E::Read) => enter(S::Checked),
        (S::Claimed | S::Checked | S::Planned(_) | S::Applying { .. }, E::TurnedDown) => {
            enter(S::Decided(Ending::Rejected))
        }
        (S::Checked, E::PlanMade(brake)) => enter(S::Planned(brake)),

        (S::Planned(Brake::Pulled), E::HoldNoted) => enter(S::Held),
        (S::Held, E::MovedToHeld) => Transition {
            state,
            step: None,
            action: Action::AwaitOperator,
        },
        (S::Held, E::Released) => enter(S::Applying { next_row: 0 }),
        (S::Held, E::Discarded) => enter(S::Decided(Ending::Discarded)),

        (S::Planned(Brake::Clear), E::RowsApplied { next_row }) => enter(S::Applying { next_row }),
        (S::Applying { next_row: before }, E::RowsApplied { next_row }) if next_row >= before => {
            enter(S::Applying { next_row })
        }
        (S::Planned(Brake::Clear) | S::Applying { .. }, E::AllApplied) => {
            enter(S::Decided(Ending::Applied))
        }

        (S::Decided(ending), E::ReceiptWritten) => enter(S::Receipted(ending)),
        (S::Receipted(_), E::LaidToRest | E::Lost) => enter(S::Archived),
        (S::Claimed | S::Checked | S::Planned(_) | S::Held | S::Applying { .. }, E::Lost) => {
            enter(S::Decided(Ending::Rejected))
        }

        (state, E::Blocked { until }) if is_owing(state) => Transition {
            state,
            step: None,
            action: Action::Wait { until },
        },
        (state, E::Due) if is_owing(state) => Transition {
            state,
            step: None,
            action: owed(state),
        },
        _ => return Err(IllegalEvent { state, event }),
    };
    Ok(transition)
}

/// What a file in this state is still owed, whatever has been tried before.
pub fn owed(state: State) -> Action {
    match state {
        State::Seen | State::Waiting | State::Empty => Action::Scan,
        State::Refused | State::Gone | State::Archived => Action::Done,
        State::Settled => Action::Claim,
        State::Claimed => Action::Check,
        State::Checked => Action::Plan,
        State::Planned(Brake::Clear) => Action::Apply { from_row: 0 },
        State::Planned(Brake::Pulled) => Action::Hold,
        State::Held => Action::MoveToHeld,
        State::Applying { next_row } => Action::Apply { from_row: next_row },
        State::Decided(_) => Action::WriteReceipt,
        State::Receipted(Ending::Applied) => Action::Archive,
        State::Receipted(Ending::Rejected | Ending::Discarded) => Action::MoveToRejected,
    }
}

impl Step {
    /// The name under which the journal records it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Claimed => "claimed",
            Self::Checked => "checked",
            Self::Planned => "planned",
            Self::Held => "held",
            Self::Applying => "applying",
            Self::Applied => "applied",
            Self::Rejected => "rejected",
            Self::Discarded => "discarded",
            Self::Receipted => "receipted",
            Self::Archived => "archived",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Ending {
    fn step(self) -> Step {
        match self {
            Self::Applied => Step::Applied,
            Self::Rejected => Step::Rejected,
            Self::Discarded => Step::Discarded,
        }
    }
}

/// The transition into a state: what is journalled of it and what it owes.
pub(super) fn enter(state: State) -> Transition {
    let step = match state {
        State::Seen
        | State::Waiting
        | State::Empty
        | State::Refused
        | State::Gone
        | State::Settled => None,
        State::Claimed => Some(Step::Claimed),
        State::Checked => Some(Step::Checked),
        State::Planned(_) => Some(Step::Planned),
        State::Held => Some(Step::Held),
        State::Applying { .. } => Some(Step::Applying),
        State::Decided(ending) => Some(ending.step()),
        State::Receipted(_) => Some(Step::Receipted),
        State::Archived => Some(Step::Archived),
    };
    Transition {
        state,
        step,
        action: owed(state),
    }
}

/// Whether the daemon itself owes an action, so that the machine can stand in its way.
fn is_owing(state: State) -> bool {
    !matches!(
        state,
        State::Seen
            | State::Waiting
            | State::Empty
            | State::Refused
            | State::Gone
            | State::Archived
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use Action as A;
    use Event as E;
    use State as S;

    const T: Duration = Duration::from_secs(7);

    fn states() -> Vec<State> {
        vec![
            S::Seen,
            S::Waiting,
            S::Empty,
            S::Refused,
            S::Gone,
            S::Settled,
            S::Claimed,
            S::Checked,
            S::Planned(Brake::Clear),
            S::Planned(Brake::Pulled),
            S::Held,
            S::Applying { next_row: 0 },
            S::Applying { next_row: 1000 },
            S::Decided(Ending::Applied),
            S::Decided(Ending::Rejected),
            S::Decided(Ending::Discarded),
            S::Receipted(Ending::Applied),
            S::Receipted(Ending::Rejected),
            S::Receipted(Ending::Discarded),
            S::Archived,
        ]
    }

    fn events() -> Vec<Event> {
        vec![
            E::Unsettled { until: T },
            E::StillEmpty { until: T },
            E::Quiet,
            E::Irregular(Refusal::Fifo),
            E::Vanished,
            E::Grew { until: T },
            E::Taken,
            E::Read,
            E::TurnedDown,
            E::PlanMade(Brake::Clear),
            E::PlanMade(Brake::Pulled),
            E::HoldNoted,
            E::MovedToHeld,
            E::Released,
            E::Discarded,
            E::RowsApplied { next_row: 1000 },
            E::AllApplied,
            E::ReceiptWritten,
            E::LaidToRest,
            E::Lost,
            E::Blocked { until: T },
            E::Due,
        ]
    }

    fn check(from: State, event: Event, state: State, step: Option<Step>, action: Action) {
        let expected = Transition {
            state,
            step,
            action,
        };
        assert_eq!(next(from, event), Ok(expected), "{from:?} and {event:?}");
    }

    #[test]
    fn before_the_claim() {
        let wait = A::Wait { until: T };
        for from in [S::Seen, S::Waiting, S::Empty] {
            check(from, E::Unsettled { until: T }, S::Waiting, None, wait);
            check(from, E::StillEmpty { until: T }, S::Empty, None, wait);
            check(from, E::Quiet, S::Settled, None, A::Claim);
        }
        for from in [S::Seen, S::Waiting, S::Empty, S::Settled, S::Refused] {
            check(
                from,
                E::Irregular(Refusal::Fifo),
                S::Refused,
                None,
                A::Refuse(Refusal::Fifo),
            );
            check(from, E::Vanished, S::Gone, None, A::Done);
        }
        check(
            S::Refused,
            E::Unsettled { until: T },
            S::Waiting,
            None,
            wait,
        );
        check(S::Settled, E::Grew { until: T }, S::Waiting, None, wait);
        check(S::Settled, E::Blocked { until: T }, S::Settled, None, wait);
        check(S::Settled, E::Due, S::Settled, None, A::Claim);
    }

    #[test]
    fn the_usual_life() {
        let rows = |next_row| S::Applying { next_row };
        check(
            S::Settled,
            E::Taken,
            S::Claimed,
            Some(Step::Claimed),
            A::Check,
        );
        check(
            S::Claimed,
            E::Read,
            S::Checked,
            Some(Step::Checked),
            A::Plan,
        );
        let planned = S::Planned(Brake::Clear);
        check(
            S::Checked,
            E::PlanMade(Brake::Clear),
            planned,
            Some(Step::Planned),
            A::Apply { from_row: 0 },
        );
        let applying = Some(Step::Applying);
        check(
            planned,
            E::RowsApplied { next_row: 5 },
            rows(5),
            applying,
            A::Apply { from_row: 5 },
        );
        check(
            rows(5),
            E::RowsApplied { next_row: 9 },
            rows(9),
            applying,
            A::Apply { from_row: 9 },
        );
        let applied = S::Decided(Ending::Applied);
        check(
            planned,
            E::AllApplied,
            applied,
            Some(Step::Applied),
            A::WriteReceipt,
        );
        check(
            rows(9),
            E::AllApplied,
            applied,
            Some(Step::Applied),
            A::WriteReceipt,
        );
        let receipted = S::Receipted(Ending::Applied);
        check(
            applied,
            E::ReceiptWritten,
            receipted,
            Some(Step::Receipted),
            A::Archive,
        );
        check(
            receipted,
            E::LaidToRest,
            S::Archived,
            Some(Step::Archived),
            A::Done,
        );
    }

    #[test]
    fn the_brake() {
        let pulled = S::Planned(Brake::Pulled);
        check(
            S::Checked,
            E::PlanMade(Brake::Pulled),
            pulled,
            Some(Step::Planned),
            A::Hold,
        );
        check(
            pulled,
            E::HoldNoted,
            S::Held,
            Some(Step::Held),
            A::MoveToHeld,
        );
        check(S::Held, E::MovedToHeld, S::Held, None, A::AwaitOperator);
        let applying = S::Applying { next_row: 0 };
        check(
            S::Held,
            E::Released,
            applying,
            Some(Step::Applying),
            A::Apply { from_row: 0 },
        );
        let discarded = S::Decided(Ending::Discarded);
        check(
            S::Held,
            E::Discarded,
            discarded,
            Some(Step::Discarded),
            A::WriteReceipt,
        );
        assert!(next(pulled, E::AllApplied).is_err());
        assert!(next(pulled, E::RowsApplied { next_row: 1 }).is_err());
    }

    #[test]
    fn files_that_are_not_applied() {
        let rejected = S::Decided(Ending::Rejected);
        for from in [
            S::Claimed,
            S::Checked,
            S::Planned(Brake::Clear),
            S::Planned(Brake::Pulled),
        ] {
            check(
                from,
                E::TurnedDown,
                rejected,
                Some(Step::Rejected),
                A::WriteReceipt,
            );
            check(
                from,
                E::Lost,
                rejected,
                Some(Step::Rejected),
                A::WriteReceipt,
            );
        }
        for ending in [Ending::Rejected, Ending::Discarded] {
            let receipted = S::Receipted(ending);
            check(
                S::Decided(ending),
                E::ReceiptWritten,
                receipted,
                Some(Step::Receipted),
                A::MoveToRejected,
            );
            check(
                receipted,
                E::Lost,
                S::Archived,
                Some(Step::Archived),
                A::Done,
            );
        }
    }

    #[test]
    fn rows_are_never_taken_back() {
        let from = S::Applying { next_row: 9 };
        let event = E::RowsApplied { next_row: 8 };
        assert_eq!(next(from, event), Err(IllegalEvent { state: from, event }));
    }

    #[test]
    fn trouble_of_the_machine_changes_nothing_about_a_file() {
        for state in states().into_iter().filter(|state| is_owing(*state)) {
            check(
                state,
                E::Blocked { until: T },
                state,
                None,
                A::Wait { until: T },
            );
            check(state, E::Due, state, None, owed(state));
        }
    }

    /// The whole table: which events each state accepts, all others being errors.
    #[test]
    fn accepts_exactly_these_events() {
        let accepted = |state: State| -> String {
            let events = events()
                .into_iter()
                .filter(|event| next(state, *event).is_ok());
            let names = events.map(|event| format!("{event:?}"));
            let names: Vec<_> = names
                .map(|name| name.split([' ', '(']).next().unwrap().to_owned())
                .collect();
            names.join(" ")
        };
        let table: Vec<_> = states()
            .into_iter()
            .map(|state| {
                format!("{state:?}: {}", accepted(state))
                    .trim_end()
                    .to_owned()
            })
            .collect();
        expect_test::expect![[r"
            Seen: Unsettled StillEmpty Quiet Irregular Vanished
            Waiting: Unsettled StillEmpty Quiet Irregular Vanished
            Empty: Unsettled StillEmpty Quiet Irregular Vanished
            Refused: Unsettled StillEmpty Irregular Vanished
            Gone:
            Settled: Unsettled StillEmpty Irregular Vanished Grew Taken Blocked Due
            Claimed: Read TurnedDown Lost Blocked Due
            Checked: TurnedDown PlanMade PlanMade Lost Blocked Due
            Planned(Clear): TurnedDown RowsApplied AllApplied Lost Blocked Due
            Planned(Pulled): TurnedDown HoldNoted Lost Blocked Due
            Held: MovedToHeld Released Discarded Lost Blocked Due
            Applying { next_row: 0 }: TurnedDown RowsApplied AllApplied Lost Blocked Due
            Applying { next_row: 1000 }: TurnedDown RowsApplied AllApplied Lost Blocked Due
            Decided(Applied): ReceiptWritten Blocked Due
            Decided(Rejected): ReceiptWritten Blocked Due
            Decided(Discarded): ReceiptWritten Blocked Due
            Receipted(Applied): LaidToRest Lost Blocked Due
            Receipted(Rejected): LaidToRest Lost Blocked Due
            Receipted(Discarded): LaidToRest Lost Blocked Due
            Archived:"]]
        .assert_eq(&table.join("\n"));
    }

    #[test]
    fn a_life_that_ended_accepts_nothing() {
        for state in [S::Gone, S::Archived] {
            assert!(
                events()
                    .into_iter()
                    .all(|event| next(state, event).is_err())
            );
        }
    }

    #[test]
    fn names_of_steps_are_what_is_persisted() {
        let steps = [
            Step::Claimed,
            Step::Checked,
            Step::Planned,
            Step::Held,
            Step::Applying,
            Step::Applied,
            Step::Rejected,
            Step::Discarded,
            Step::Receipted,
            Step::Archived,
        ];
        for step in steps {
            assert_eq!(serde_json::to_string(&step).unwrap(), format!("\"{step}\""));
        }
        let state = serde_json::to_string(&S::Receipted(Ending::Discarded)).unwrap();
        assert_eq!(state, r#"{"receipted":"discarded"}"#);
    }
}
