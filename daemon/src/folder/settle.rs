//! When is a file in the drop folder complete?
//! Only what a scan saw counts, and only the scan's own clock: a file's dates say whether it changed, never its age.

use std::collections::HashMap;
use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::directory::{FileKind, Fingerprint};

/// What one scan saw under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The name as the file system has it: any bytes but `/` and NUL.
    pub name: OsString,
    /// What the name stands for.
    pub kind: FileKind,
    /// Which version of which file.
    pub fingerprint: Fingerprint,
    /// Whether the completion marker `<name>.done` lies beside it.
    pub marker: Marker,
}

/// Whether a completion marker was seen beside a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// `<name>.done` is there.
    Present,
    /// It is not.
    Absent,
}

/// Whether a partner says by a marker file that an upload is complete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkerHabit {
    /// The partner writes no markers.
    #[default]
    None,
    /// A file counts only once `<name>.done` lies beside it.
    Required,
}

/// How long a file must have been left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettleRules {
    /// Time without change, spanned by at least two sightings.
    pub quiet: Duration,
    /// The same for a file whose name appeared by a rename. Zero: any second sighting confirms it.
    pub quiet_renamed: Duration,
    /// Time after which a file that stays empty is taken all the same, so that it gets its receipt.
    pub empty_grace: Duration,
    /// Whether a marker must be there as well.
    pub marker: MarkerHabit,
}

impl Default for SettleRules {
    fn default() -> Self {
        Self {
            quiet: Duration::from_secs(2),
            quiet_renamed: Duration::ZERO,
            empty_grace: Duration::from_secs(60),
            marker: MarkerHabit::None,
        }
    }
}

/// Why a name will not be imported as long as it stands for what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// A directory: files are looked for directly in the partner's folder only.
    Directory,
    /// A file with further names, through which its content could change during the import.
    HardLinked,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Symlink => "a symbolic link",
            Self::Fifo => "a named pipe",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Directory => "a directory",
            Self::HardLinked => "a file with further hard links",
        })
    }
}

/// What is to be thought of one file now. Times are on the caller's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It changed too lately; a sighting at `until` can settle it.
    Waiting {
        /// When to look again.
        until: Duration,
    },
    /// It is quiet, but its completion marker is missing.
    AwaitingMarker,
    /// It is empty; at `until` it is taken as it is.
    Empty {
        /// When to look again.
        until: Duration,
    },
    /// It is complete and can be claimed.
    Settled,
    /// It is no file to import.
    Refused(Refusal),
    /// Its claim is under way.
    BeingClaimed,
}

/// One sighting and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged<'s> {
    /// What was seen.
    pub sighting: &'s Sighting,
    /// What it means.
    pub verdict: Verdict,
    /// Whether the meaning is new, so that a refusal is told once and not at every scan.
    pub novelty: Novelty,
}

/// Whether the last scan already said the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Novelty {
    /// The kind of verdict is another one than before, or there was none.
    New,
    /// The kind of verdict is the same as before.
    Repeated,
}

/// What one scan of one partner's folder means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Round<'s> {
    /// In the order of the sightings.
    pub judged: Vec<Judged<'s>>,
    /// Names seen before that are no longer there, sorted.
    pub gone: Vec<OsString>,
    /// The earliest time at which a further sighting can settle something.
    pub look_again: Option<Duration>,
}

/// The memory of one partner's folder between scans.
#[derive(Debug)]
pub struct Settler {
    rules: SettleRules,
    round: u64,
    known: HashMap<OsString, Known>,
}

impl Settler {
    /// Knows nothing yet: every file is a new arrival.
    pub fn new(rules: SettleRules) -> Self {
        Self {
            rules,
            round: 0,
            known: HashMap::new(),
        }
    }

    /// Judges everything one scan saw at `now`.
    ///
    /// `renamed` are the names that, by a hint received before this scan or just after the one before it,
    /// came to be by a rename. A hint shortens the wait only of a name that had not been there before.
    pub fn observe<'s>(
        &mut self,
        sightings: &'s [Sighting],
        renamed: &HashSet<OsString>,
        now: Duration,
    ) -> Round<'s> {
        self.round += 1;
        let mut round = Round::default();
        for sighting in sightings {
            let hint = renamed.contains(&sighting.name);
            let judged = self.judge(sighting, hint, now);
            let until = match judged.verdict {
                Verdict::Waiting { until } | Verdict::Empty { until } => Some(until),
                _ => None,
            };
            round.look_again = [round.look_again, until].into_iter().flatten().min();
            round.judged.push(judged);
        }
        let this_round = self.round;
        let gone = self.known.extract_if(|_, known| {
            known.seen_in_round != this_round && known.claim == Claiming::No
        });
        round.gone = gone.map(|(name, _)| name).collect();
        round.gone.sort_unstable();
        round
    }

    /// The claim of `name` begins: until its end the name is neither judged nor missed.
    pub fn claiming(&mut self, name: &OsStr) {
        if let Some(known) = self.known.get_mut(name) {
            known.claim = Claiming::UnderWay;
        }
    }

    /// The file was claimed, or turned out to be gone; whatever has this name from now on is a new arrival.
    pub fn claimed(&mut self, name: &OsStr) {
        self.known.remove(name);
    }

    /// The claim failed and the file lies in the drop folder as `name`: it must be quiet for the full time.
    ///
    /// Putting a file back is itself a rename, which must not shorten the wait of a file still being written.
    pub fn returned(&mut self, name: &OsStr) {
        self.known
            .insert(name.to_owned(), Known::returned(self.round));
    }

    fn judge<'s>(&mut self, sighting: &'s Sighting, hint: bool, now: Duration) -> Judged<'s> {
        let known = self
            .known
            .entry(sighting.name.clone())
            .or_insert_with(|| Known::arrival(sighting, hint, now));
        known.seen_in_round = self.round;
        let verdict = if known.claim == Claiming::UnderWay {
            Verdict::BeingClaimed
        } else {
            known.see(sighting, hint, now);
            known.verdict(sighting, &self.rules, now)
        };
        let told = std::mem::discriminant(&verdict);
        let novelty = if known.told == Some(told) {
            Novelty::Repeated
        } else {
            Novelty::New
        };
        known.told = Some(told);
        Judged {
            sighting,
            verdict,
            novelty,
        }
    }
}

impl Refusal {
    /// Why a name of this kind is refused, if it is.
    pub fn of(kind: FileKind) -> Option<Self> {
        match kind {
            FileKind::Regular => None,
            FileKind::HardLinked => Some(Self::HardLinked),
            FileKind::Directory => Some(Self::Directory),
            FileKind::Symlink => Some(Self::Symlink),
            FileKind::Fifo => Some(Self::Fifo),
            FileKind::Socket => Some(Self::Socket),
            FileKind::Device => Some(Self::Device),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arrival {
    /// The name appeared by a rename: its writer had finished under another name.
    ByRename,
    /// It appeared empty and was written in place, or nobody knows.
    InPlace,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claiming {
    No,
    UnderWay,
}

#[derive(Debug)]
struct Known {
    /// Nothing until the first sighting after a return from a claim.
    seen: Option<(FileKind, Fingerprint)>,
    arrival: Arrival,
    /// When the present version was first seen.
    unchanged_since: Duration,
    /// How often the present version was seen.
    sightings: u32,
    /// How often the name was seen at all.
    sightings_of_name: u32,
    seen_in_round: u64,
    claim: Claiming,
    told: Option<std::mem::Discriminant<Verdict>>,
}

impl Known {
    fn arrival(sighting: &Sighting, hint: bool, now: Duration) -> Self {
        Self {
            seen: Some((sighting.kind, sighting.fingerprint)),
            arrival: if hint {
                Arrival::ByRename
            } else {
                Arrival::InPlace
            },
            unchanged_since: now,
            sightings: 0,
            sightings_of_name: 0,
            seen_in_round: 0,
            claim: Claiming::No,
            told: None,
        }
    }

    fn returned(round: u64) -> Self {
        Self {
            seen: None,
            arrival: Arrival::InPlace,
            unchanged_since: Duration::ZERO,
            sightings: 0,
            sightings_of_name: 1,
            seen_in_round: round,
            claim: Claiming::No,
            told: None,
        }
    }

    fn see(&mut self, sighting: &Sighting, hint: bool, now: Duration) {
        let version = (sighting.kind, sighting.fingerprint);
        if self.seen == Some(version) {
            // A scan may meet the file between its rename and the hint of it.
            let is_late_hint = hint && self.sightings_of_name == 1 && self.sightings == 1;
            if is_late_hint {
                self.arrival = Arrival::ByRename;
            }
        } else {
            self.seen = Some(version);
            self.arrival = Arrival::InPlace;
            self.unchanged_since = now;
            self.sightings = 0;
        }
        self.sightings = self.sightings.saturating_add(1);
        self.sightings_of_name = self.sightings_of_name.saturating_add(1);
    }

    fn verdict(&self, sighting: &Sighting, rules: &SettleRules, now: Duration) -> Verdict {
        let quiet = match self.arrival {
            Arrival::ByRename => rules.quiet_renamed,
            Arrival::InPlace => rules.quiet,
        };
        let quiet_until = self.unchanged_since.saturating_add(quiet);
        let is_quiet = self.sightings >= 2 && now >= quiet_until;
        match Refusal::of(sighting.kind) {
            // A writer that links its finished file into place and removes the old name leaves two for a moment.
            Some(Refusal::HardLinked) if !is_quiet => {
                return Verdict::Waiting {
                    until: quiet_until.max(now),
                };
            }
            Some(refusal) => return Verdict::Refused(refusal),
            None => {}
        }
        if !is_quiet {
            return Verdict::Waiting {
                until: quiet_until.max(now),
            };
        }
        let empty_until = self.unchanged_since.saturating_add(rules.empty_grace);
        if sighting.fingerprint.bytes == 0 && now < empty_until {
            return Verdict::Empty { until: empty_until };
        }
        if rules.marker == MarkerHabit::Required && sighting.marker == Marker::Absent {
            return Verdict::AwaitingMarker;
        }
        Verdict::Settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAME: &str = "orders.csv";

    fn seen(inode: u64, bytes: u64, modified: i128) -> Sighting {
        let fingerprint = Fingerprint {
            device: 1,
            inode,
            bytes,
            modified,
        };
        Sighting {
            name: NAME.into(),
            kind: FileKind::Regular,
            fingerprint,
            marker: Marker::Absent,
        }
    }

    fn of_kind(kind: FileKind) -> Sighting {
        Sighting {
            kind,
            ..seen(1, 10, 1)
        }
    }

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn waiting(milliseconds: u64) -> Verdict {
        Verdict::Waiting {
            until: ms(milliseconds),
        }
    }

    fn look(settler: &mut Settler, at: u64, sighting: &Sighting) -> Verdict {
        hinted(settler, at, sighting, &[])
    }

    fn hinted(settler: &mut Settler, at: u64, sighting: &Sighting, names: &[&str]) -> Verdict {
        let renamed = names.iter().map(OsString::from).collect();
        settler
            .observe(std::slice::from_ref(sighting), &renamed, ms(at))
            .judged[0]
            .verdict
    }

    fn settler() -> Settler {
        Settler::new(SettleRules::default())
    }

    fn check(life: &[(u64, Sighting, Verdict)]) {
        let mut settler = settler();
        for (at, sighting, expected) in life {
            assert_eq!(look(&mut settler, *at, sighting), *expected, "at {at} ms");
        }
    }

    #[test]
    fn settles_when_two_sightings_span_the_quiet_time() {
        let file = seen(1, 10, 1);
        check(&[
            (0, file.clone(), waiting(2000)),
            (1999, file.clone(), waiting(2000)),
            (2000, file.clone(), Verdict::Settled),
            (9000, file, Verdict::Settled),
        ]);
    }

    #[test]
    fn one_sighting_never_settles_however_old_the_file_is() {
        check(&[(1_000_000, seen(1, 10, 1), waiting(1_002_000))]);
    }

    #[test]
    fn growth_starts_the_wait_anew() {
        check(&[
            (0, seen(1, 10, 1), waiting(2000)),
            (1500, seen(1, 20, 2), waiting(3500)),
            (2500, seen(1, 20, 2), waiting(3500)),
            (3500, seen(1, 20, 2), Verdict::Settled),
        ]);
    }

    #[test]
    fn another_file_under_the_name_starts_anew() {
        check(&[
            (0, seen(1, 10, 1), waiting(2000)),
            (2000, seen(2, 10, 1), waiting(4000)),
            (4000, seen(2, 10, 1), Verdict::Settled),
        ]);
    }

    #[test]
    fn dates_in_the_future_or_going_backward_still_settle() {
        let far = i128::from(i64::MAX);
        check(&[
            (0, seen(1, 10, far), waiting(2000)),
            (1000, seen(1, 10, -5), waiting(3000)),
            (3000, seen(1, 10, -5), Verdict::Settled),
        ]);
    }

    #[test]
    fn empty_files_get_a_grace_time_and_are_taken_then() {
        check(&[
            (0, seen(1, 0, 1), waiting(2000)),
            (2000, seen(1, 0, 1), Verdict::Empty { until: ms(60_000) }),
            (60_000, seen(1, 0, 1), Verdict::Settled),
        ]);
        check(&[
            (0, seen(1, 0, 1), waiting(2000)),
            (50_000, seen(1, 3, 1), waiting(52_000)),
            (52_000, seen(1, 3, 1), Verdict::Settled),
        ]);
    }

    #[test]
    fn a_renamed_file_needs_one_confirming_sighting() {
        let mut settler = settler();
        let file = seen(1, 10, 1);
        assert_eq!(hinted(&mut settler, 5, &file, &[NAME]), waiting(5));
        assert_eq!(look(&mut settler, 5, &file), Verdict::Settled);
    }

    #[test]
    fn a_hint_may_come_one_scan_late_and_no_later() {
        let file = seen(1, 10, 1);
        let mut one_late = settler();
        look(&mut one_late, 0, &file);
        assert_eq!(hinted(&mut one_late, 1, &file, &[NAME]), Verdict::Settled);

        let mut two_late = settler();
        look(&mut two_late, 0, &file);
        look(&mut two_late, 1, &file);
        assert_eq!(hinted(&mut two_late, 2, &file, &[NAME]), waiting(2000));
    }

    #[test]
    fn a_hint_for_a_name_that_was_there_shortens_nothing() {
        let mut settler = settler();
        look(&mut settler, 0, &seen(1, 10, 1));
        assert_eq!(
            hinted(&mut settler, 5, &seen(2, 10, 1), &[NAME]),
            waiting(2005)
        );
        assert_eq!(
            hinted(&mut settler, 6, &seen(2, 10, 1), &[NAME]),
            waiting(2005)
        );
    }

    #[test]
    fn a_renamed_file_that_still_grows_loses_its_short_wait() {
        let mut settler = settler();
        hinted(&mut settler, 0, &seen(1, 10, 1), &[NAME]);
        assert_eq!(look(&mut settler, 1, &seen(1, 11, 2)), waiting(2001));
    }

    #[test]
    fn vanished_files_are_told_once_and_forgotten() {
        let mut settler = settler();
        look(&mut settler, 0, &seen(1, 10, 1));
        let none = HashSet::new();
        assert_eq!(settler.observe(&[], &none, ms(1000)).gone, [NAME]);
        assert!(settler.observe(&[], &none, ms(1001)).gone.is_empty());
        assert_eq!(look(&mut settler, 2000, &seen(1, 10, 1)), waiting(4000));
    }

    #[test]
    fn a_claimed_name_is_a_new_arrival_even_with_the_same_inode() {
        let mut settler = settler();
        let file = seen(1, 10, 1);
        look(&mut settler, 0, &file);
        assert_eq!(look(&mut settler, 2000, &file), Verdict::Settled);
        settler.claiming(OsStr::new(NAME));
        assert_eq!(look(&mut settler, 2001, &file), Verdict::BeingClaimed);
        assert!(
            settler
                .observe(&[], &HashSet::new(), ms(2002))
                .gone
                .is_empty()
        );
        settler.claimed(OsStr::new(NAME));
        assert_eq!(look(&mut settler, 2003, &file), waiting(4003));
    }

    #[test]
    fn a_returned_file_waits_the_full_time_whatever_the_hint() {
        let mut settler = settler();
        let file = seen(1, 10, 1);
        look(&mut settler, 0, &file);
        settler.claiming(OsStr::new(NAME));
        settler.returned(OsStr::new(NAME));
        assert_eq!(hinted(&mut settler, 10, &file, &[NAME]), waiting(2010));
        assert_eq!(hinted(&mut settler, 11, &file, &[NAME]), waiting(2010));
        assert_eq!(look(&mut settler, 2010, &file), Verdict::Settled);
    }

    #[test]
    fn refuses_at_once_what_is_no_file_and_says_so_once() {
        let kinds = [
            (FileKind::Symlink, Refusal::Symlink),
            (FileKind::Fifo, Refusal::Fifo),
            (FileKind::Socket, Refusal::Socket),
            (FileKind::Device, Refusal::Device),
            (FileKind::Directory, Refusal::Directory),
        ];
        for (kind, refusal) in kinds {
            let mut settler = settler();
            let (sightings, none) = ([of_kind(kind)], HashSet::new());
            let first = settler.observe(&sightings, &none, ms(0)).judged[0];
            assert_eq!(
                (first.verdict, first.novelty),
                (Verdict::Refused(refusal), Novelty::New)
            );
            let second = settler.observe(&sightings, &none, ms(1)).judged[0];
            assert_eq!(second.novelty, Novelty::Repeated);
        }
    }

    #[test]
    fn a_hard_link_is_refused_only_when_it_stays() {
        let linked = of_kind(FileKind::HardLinked);
        check(&[
            (0, linked.clone(), waiting(2000)),
            (2000, linked, Verdict::Refused(Refusal::HardLinked)),
            (3000, of_kind(FileKind::Regular), waiting(5000)),
            (5000, of_kind(FileKind::Regular), Verdict::Settled),
        ]);
    }

    #[test]
    fn a_required_marker_is_waited_for() {
        let rules = SettleRules {
            marker: MarkerHabit::Required,
            ..SettleRules::default()
        };
        let mut settler = Settler::new(rules);
        let bare = seen(1, 10, 1);
        let marked = Sighting {
            marker: Marker::Present,
            ..bare.clone()
        };
        assert_eq!(look(&mut settler, 0, &bare), waiting(2000));
        assert_eq!(look(&mut settler, 5000, &bare), Verdict::AwaitingMarker);
        assert_eq!(look(&mut settler, 5001, &marked), Verdict::Settled);
    }

    #[test]
    fn says_when_to_look_again() {
        let mut settler = settler();
        let (first, mut second) = (seen(1, 10, 1), seen(2, 10, 1));
        second.name = "second".into();
        let none = HashSet::new();
        settler.observe(std::slice::from_ref(&first), &none, ms(0));
        let both = [first, second];
        assert_eq!(
            settler.observe(&both, &none, ms(500)).look_again,
            Some(ms(2000))
        );
    }

    proptest! {
        /// Whatever happens in whatever order: a file is settled only when the last sightings without any
        /// change span the quiet time, and is settled then unless it is empty.
        #[test]
        fn settles_exactly_when_quiet(
            steps in proptest::collection::vec((0u64..1500, 1u64..3, 0u64..3, 0i128..2), 1..60),
        ) {
            let rules = SettleRules { empty_grace: Duration::ZERO, ..SettleRules::default() };
            let mut settler = Settler::new(rules);
            let mut at = 0;
            let mut history: Vec<(u64, Fingerprint)> = Vec::new();
            for (pause, inode, bytes, modified) in steps {
                at += pause;
                let sighting = seen(inode, bytes, modified);
                history.push((at, sighting.fingerprint));
                let same = history.iter().rev().take_while(|(_, print)| *print == sighting.fingerprint);
                let times: Vec<u64> = same.map(|(time, _)| *time).collect();
                let quiet = times.len() >= 2 && at - times[times.len() - 1] >= 2000;
                let settled = look(&mut settler, at, &sighting) == Verdict::Settled;
                prop_assert_eq!(settled, quiet);
            }
        }

        /// A file that is left alone settles whatever came before, and the time to look again leads there.
        #[test]
        fn a_quiet_file_settles_by_following_look_again(
            before in proptest::collection::vec((0u64..5000, 0u64..3, any::<bool>()), 0..20),
            bytes in 0u64..2,
        ) {
            let mut settler = settler();
            let mut now = Duration::ZERO;
            for (pause, bytes, hint) in before {
                now += ms(pause);
                let names = if hint { HashSet::from([OsString::from(NAME)]) } else { HashSet::new() };
                settler.observe(&[seen(1, bytes, 1)], &names, now);
            }
            let file = [seen(1, bytes, 2)];
            let mut settled = false;
            for _ in 0..4 {
                let round = settler.observe(&file, &HashSet::new(), now);
                settled = round.judged[0].verdict == Verdict::Settled;
                if let Some(next) = round.look_again {
                    prop_assert!(next >= now);
                    now = next;
                }
            }
            prop_assert!(settled);
        }
    }
}
