//! Where does a file go on after the daemon died, whatever it was doing?
//! The journal says what was decided, the disk only how far the last action got; where they contradict
//! each other nothing is guessed.

use thiserror::Error;

use super::lifecycle::{Action, Ending, State, Step, Transition, enter, owed};

/// What the journal tells of one import, folded over its steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    last: Option<Step>,
    next_row: u64,
    ending: Option<Ending>,
}

/// Where a file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// In the drop folder.
    Inbox,
    /// In `work/<import-id>/`, its private copy complete or not.
    Work,
    /// In `held/<import-id>/`.
    Held,
    /// In the partner's archive.
    Archive,
    /// Among the partner's rejected files.
    Rejected,
    /// Nowhere.
    Nowhere,
}

/// Whether the receipt lies in the outbox. The part written last decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Receipt {
    /// It does.
    Written,
    /// It does not.
    Missing,
}

/// What was found of one import when the daemon started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OnDisk {
    /// Where the file lies. When both a folder below `work` or `held` and a file at rest exist, the former.
    pub place: Place,
    /// Whether its receipt does.
    pub receipt: Receipt,
}

/// A step that cannot follow what the journal says before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("`{step}` cannot follow `{}` in the journal", last.map_or("nothing", Step::name))]
pub struct IllegalStep {
    /// The step before.
    pub last: Option<Step>,
    /// The step that cannot follow it.
    pub step: Step,
}

/// The file is not where its last step says; a person took it away or put it there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a file that is `{}` was found in `{place:?}`\nhint: put it back, or discard the import",
    last.map_or("unknown", Step::name)
)]
pub struct Misplaced {
    /// The last journalled step.
    pub last: Option<Step>,
    /// Where the file was found.
    pub place: Place,
    /// The state to which [`super::lifecycle::Event::Lost`] can be applied, to end the import.
    pub state: State,
}

impl Progress {
    /// What the journal tells once `step` is recorded too. `next_row` counts for [`Step::Applying`] alone.
    pub fn after(self, step: Step, next_row: u64) -> Result<Self, IllegalStep> {
        use Step as T;
        let follows = match self.last {
            None => step == T::Claimed,
            Some(T::Claimed) => matches!(step, T::Checked | T::Rejected),
            Some(T::Checked) => matches!(step, T::Planned | T::Rejected),
            Some(T::Planned) => {
                matches!(
                    step,
                    T::Planned | T::Held | T::Applying | T::Applied | T::Rejected
                )
            }
            Some(T::Held) => matches!(step, T::Held | T::Applying | T::Discarded | T::Rejected),
            Some(T::Applying) => match step {
                T::Applying => next_row >= self.next_row,
                T::Applied | T::Rejected => true,
                _ => false,
            },
            Some(T::Applied | T::Rejected | T::Discarded) => step == T::Receipted,
            Some(T::Receipted) => step == T::Archived,
            Some(T::Archived) => false,
        };
        if !follows {
            return Err(IllegalStep {
                last: self.last,
                step,
            });
        }
        let ending = match step {
            T::Applied => Some(Ending::Applied),
            T::Rejected => Some(Ending::Rejected),
            T::Discarded => Some(Ending::Discarded),
            _ => self.ending,
        };
        let next_row = if step == T::Applying {
            next_row
        } else {
            self.next_row
        };
        Ok(Self {
            last: Some(step),
            next_row,
            ending,
        })
    }

    /// What was folded before and kept: the last step, the next row, and how it ended.
    pub fn at(last: Step, next_row: u64, ending: Option<Ending>) -> Self {
        Self {
            last: Some(last),
            next_row,
            ending,
        }
    }

    /// The state of a file on which work is under way: rows that were written meanwhile count.
    pub fn state_while_working(self, before: State) -> State {
        match self.last {
            Some(Step::Applying) => State::Applying {
                next_row: self.next_row,
            },
            _ => before,
        }
    }

    /// The last journalled step.
    pub fn last(self) -> Option<Step> {
        self.last
    }

    /// The state in which the journal leaves the file.
    ///
    /// A plan is not persisted and the state it was made against may have moved: what was planned and not
    /// yet being applied is only checked.
    pub fn state(self) -> State {
        let ending = self.ending.unwrap_or(Ending::Rejected);
        match self.last {
            None => State::Seen,
            Some(Step::Claimed) => State::Claimed,
            Some(Step::Checked | Step::Planned) => State::Checked,
            Some(Step::Held) => State::Held,
            Some(Step::Applying) => State::Applying {
                next_row: self.next_row,
            },
            Some(Step::Applied | Step::Rejected | Step::Discarded) => State::Decided(ending),
            Some(Step::Receipted) => State::Receipted(ending),
            Some(Step::Archived) => State::Archived,
        }
    }
}

/// Where a file goes on, given what the journal and the disk say.
pub fn resume(progress: Progress, disk: OnDisk) -> Result<Transition, Misplaced> {
    let state = progress.state();
    let go_on = Transition {
        state,
        step: None,
        action: owed(state),
    };
    let misplaced = Misplaced {
        last: progress.last,
        place: disk.place,
        state,
    };
    match (state, disk.place) {
        (State::Seen, Place::Work) => Ok(adopted()),
        (State::Seen, Place::Held) => Err(misplaced),
        // What nobody recorded and nobody works on is a file some person keeps there.
        (State::Seen, Place::Archive | Place::Rejected | Place::Nowhere) => Ok(enter(State::Gone)),
        (State::Seen, Place::Inbox) => Ok(go_on),

        (State::Held, Place::Held) => Ok(Transition {
            action: Action::AwaitOperator,
            ..go_on
        }),
        (
            State::Claimed | State::Checked | State::Held | State::Applying { .. },
            Place::Work | Place::Held,
        ) => Ok(go_on),

        // The receipt is written from the journal and asks for no file; where it is there already, the
        // crash came between writing and recording it.
        (State::Decided(ending), _) => match disk.receipt {
            Receipt::Written => Ok(enter(State::Receipted(ending))),
            Receipt::Missing => Ok(go_on),
        },
        (State::Receipted(_), Place::Work | Place::Held) => Ok(go_on),
        (State::Receipted(_), Place::Archive | Place::Rejected) => Ok(enter(State::Archived)),

        (State::Archived, _) => Ok(go_on),
        _ => Err(misplaced),
    }
}

/// Taken out of the drop folder, and then the daemon died before it could record so.
fn adopted() -> Transition {
    let action = Action::Adopt;
    Transition {
        state: State::Settled,
        step: None,
        action,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Action as A;
    use Place as P;
    use Receipt::{Missing, Written};
    use State as S;
    use Step as T;

    fn progress(steps: &[(Step, u64)]) -> Progress {
        steps
            .iter()
            .fold(Progress::default(), |progress, (step, row)| {
                progress.after(*step, *row).unwrap()
            })
    }

    const CHECKED: [(Step, u64); 2] = [(T::Claimed, 0), (T::Checked, 0)];
    const PLACES: [Place; 6] = [
        P::Inbox,
        P::Work,
        P::Held,
        P::Archive,
        P::Rejected,
        P::Nowhere,
    ];

    fn then(steps: &[Step]) -> Progress {
        let steps: Vec<_> = steps.iter().map(|step| (*step, 0)).collect();
        progress(&[&CHECKED[..], &steps].concat())
    }

    fn check(
        progress: Progress,
        places: &[Place],
        receipt: Receipt,
        state: State,
        step: Option<Step>,
        action: Action,
    ) {
        for place in places {
            let resumed = resume(
                progress,
                OnDisk {
                    place: *place,
                    receipt,
                },
            );
            assert_eq!(
                resumed,
                Ok(Transition {
                    state,
                    step,
                    action
                }),
                "{progress:?} {place:?}"
            );
        }
    }

    fn check_misplaced(progress: Progress, places: &[Place]) {
        for place in places {
            let resumed = resume(
                progress,
                OnDisk {
                    place: *place,
                    receipt: Missing,
                },
            );
            assert!(resumed.is_err(), "{progress:?} {place:?} {resumed:?}");
        }
    }

    #[test]
    fn a_file_the_journal_does_not_know() {
        let none = Progress::default();
        check(none, &[P::Inbox], Missing, S::Seen, None, A::Scan);
        check(none, &[P::Work], Missing, S::Settled, None, A::Adopt);
        check(
            none,
            &[P::Archive, P::Rejected, P::Nowhere],
            Missing,
            S::Gone,
            None,
            A::Done,
        );
        check_misplaced(none, &[P::Held]);
    }

    #[test]
    fn work_that_was_cut_off_goes_on() {
        let here = [P::Work, P::Held];
        let elsewhere = [P::Inbox, P::Archive, P::Rejected, P::Nowhere];
        let claimed = progress(&CHECKED[..1]);
        check(claimed, &here, Missing, S::Claimed, None, A::Check);
        check_misplaced(claimed, &elsewhere);
        for unapplied in [then(&[]), then(&[T::Planned])] {
            check(unapplied, &here, Missing, S::Checked, None, A::Plan);
            check_misplaced(unapplied, &elsewhere);
        }
        let applying = progress(&[&CHECKED[..], &[(T::Planned, 0), (T::Applying, 7000)]].concat());
        let state = S::Applying { next_row: 7000 };
        check(
            applying,
            &here,
            Missing,
            state,
            None,
            A::Apply { from_row: 7000 },
        );
        check_misplaced(applying, &elsewhere);
    }

    #[test]
    fn a_held_file_waits_where_it_lies_or_is_moved_there() {
        let held = then(&[T::Planned, T::Held]);
        check(held, &[P::Work], Missing, S::Held, None, A::MoveToHeld);
        check(held, &[P::Held], Missing, S::Held, None, A::AwaitOperator);
        check_misplaced(held, &[P::Inbox, P::Archive, P::Rejected, P::Nowhere]);
        let released = held.after(T::Applying, 0).unwrap();
        let state = S::Applying { next_row: 0 };
        check(
            released,
            &[P::Held],
            Missing,
            state,
            None,
            A::Apply { from_row: 0 },
        );
    }

    #[test]
    fn every_ending_gets_its_receipt_and_its_place() {
        let endings = [
            (then(&[T::Planned, T::Applied]), Ending::Applied, A::Archive),
            (
                progress(&[(T::Claimed, 0), (T::Rejected, 0)]),
                Ending::Rejected,
                A::MoveToRejected,
            ),
            (
                then(&[T::Planned, T::Held, T::Discarded]),
                Ending::Discarded,
                A::MoveToRejected,
            ),
        ];
        for (decided, ending, to_rest) in endings {
            let (owing, receipted) = (S::Decided(ending), S::Receipted(ending));
            check(decided, &PLACES, Missing, owing, None, A::WriteReceipt);
            check(
                decided,
                &PLACES,
                Written,
                receipted,
                Some(T::Receipted),
                to_rest,
            );
            let told = decided.after(T::Receipted, 0).unwrap();
            check(told, &[P::Work, P::Held], Written, receipted, None, to_rest);
            check(
                told,
                &[P::Archive, P::Rejected],
                Written,
                S::Archived,
                Some(T::Archived),
                A::Done,
            );
            check_misplaced(told, &[P::Inbox, P::Nowhere]);
            let rested = told.after(T::Archived, 0).unwrap();
            check(rested, &PLACES, Written, S::Archived, None, A::Done);
        }
    }

    #[test]
    fn what_is_lost_can_be_ended() {
        use super::super::lifecycle::{Event, next};
        for progress in [
            progress(&CHECKED[..1]),
            then(&[T::Planned]),
            then(&[T::Planned, T::Held]),
        ] {
            let lost = OnDisk {
                place: P::Nowhere,
                receipt: Missing,
            };
            let misplaced = resume(progress, lost).unwrap_err();
            let ended = next(misplaced.state, Event::Lost).unwrap();
            assert_eq!(ended.action, A::WriteReceipt);
            assert!(progress.after(ended.step.unwrap(), 0).is_ok());
        }
    }

    /// Every step that the lifecycle tells to journal is accepted after the ones before it, on every way
    /// through a life.
    #[test]
    fn the_journal_accepts_whatever_the_lifecycle_writes() {
        use super::super::lifecycle::{Brake, Event as E, next};
        let events = [
            E::Taken,
            E::Read,
            E::TurnedDown,
            E::PlanMade(Brake::Clear),
            E::PlanMade(Brake::Pulled),
            E::HoldNoted,
            E::MovedToHeld,
            E::Released,
            E::Discarded,
            E::RowsApplied { next_row: 5 },
            E::AllApplied,
            E::ReceiptWritten,
            E::LaidToRest,
            E::Lost,
            E::Due,
        ];
        let mut seen = std::collections::HashSet::new();
        let mut open = vec![(S::Settled, Progress::default())];
        while let Some((state, progress)) = open.pop() {
            if !seen.insert(format!("{state:?} {progress:?}")) {
                continue;
            }
            for event in events {
                let Ok(transition) = next(state, event) else {
                    continue;
                };
                let row = if let S::Applying { next_row } = transition.state {
                    next_row
                } else {
                    0
                };
                let after = match transition.step {
                    Some(step) => progress.after(step, row).unwrap(),
                    None => progress,
                };
                open.push((transition.state, after));
                let resumed = after.state();
                let replanned = matches!(transition.state, S::Planned(_)) && resumed == S::Checked;
                let unclaimed = transition.state == S::Settled;
                assert!(resumed == transition.state || replanned || unclaimed);
                open.push((resumed, after));
            }
        }
        assert!(seen.len() > 20);
    }

    #[test]
    fn the_journal_refuses_steps_out_of_order() {
        assert!(Progress::default().after(T::Checked, 0).is_err());
        assert!(then(&[T::Planned, T::Held]).after(T::Applied, 0).is_err());
        let applying = then(&[T::Planned]).after(T::Applying, 9).unwrap();
        let error = applying.after(T::Applying, 8).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`applying` cannot follow `applying` in the journal"
        );
    }
}
