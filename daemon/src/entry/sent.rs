//! What does the journal say of what was sent upstream?
//!
//! The outbox is the journal itself: a change is in it by the very append that accepts it. Two kinds of lines say what has
//! become of it: `sent` a verdict on some changes, `outbox` up to which place all have theirs.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::journal::Position;

/// One line of the journal. Places order as the journal does.
///
/// Written `000001:8192/17`: segment and byte of the frame, and the line in it, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Where the frame begins; of a place that is yet to be written, where the journal ends.
    pub frame: Position,
    /// The line.
    pub line: u32,
}

/// Lines of one frame that stand one behind another. Written `000001:8192/17-20`, its last line included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stretch {
    /// The first line.
    pub first: Place,
    /// The last line.
    pub last: u32,
}

/// What has become of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Upstream has it.
    Ok,
    /// A later change of the same order stood in its place before it was sent.
    Replaced,
    /// Upstream refuses it for good; it waits for an operator.
    Refused,
    /// Upstream could not work it off, again and again, while it did others; it waits for an operator.
    Parked,
    /// An operator has it sent again.
    Retried,
    /// An operator let it go.
    Dropped,
}

/// A verdict: on many changes, or on one that was or is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SentEntry {
    /// Always `sent`.
    #[serde(rename = "type")]
    pub kind: SentKind,
    /// When.
    pub time: String,
    /// What has become of them.
    pub outcome: Verdict,
    /// The log entries of orders: first and last of each run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_ids: Vec<[u64; 2]>,
    /// How many rows of which import these are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub imports: BTreeMap<String, u64>,
    /// The customers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<String>,
    /// The one change that is refused, or was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
}

/// A change that is or was refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// Its line.
    pub place: Place,
    /// The order's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_system_id: Option<String>,
    /// The customer, where it is one that is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// The order's number here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<u64>,
    /// The record in its file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// Upstream's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// Upstream's reason in its words, at most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Was it refused already when this was written?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// Had upstream taken it, as far as was known before?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken: bool,
}

/// The word `sent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SentKind {
    /// The word.
    Sent,
}

/// How far the sender is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxEntry {
    /// Always `outbox`.
    #[serde(rename = "type")]
    pub kind: OutboxKind,
    /// When.
    pub time: String,
    /// How far.
    #[serde(flatten)]
    pub mark: OutboxMark,
}

/// The word `outbox`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutboxKind {
    /// The word.
    Outbox,
}

/// Up to where the journal has been sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxMark {
    /// Everything before this place has its verdict.
    pub next: Place,
    /// So have these, behind it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beyond: Vec<Stretch>,
    /// The first log entry that was to be sent: from when on there was an upstream.
    pub first_log: u64,
    /// So many of those behind it without a verdict, at most, may have been sent.
    #[serde(default)]
    pub reach: u32,
    /// The newest entry of upstream's import log that was there before anything of what has no verdict was sent.
    #[serde(default)]
    pub upstream_log: u64,
    /// From when on upstream's log is to be looked through for what it refused later; nothing where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched: Option<String>,
    /// Up to where the journal was there already when all of it was to be sent: of that, receipts stay as they are, and orders
    /// are sent as they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filled_to: Option<Place>,
}

impl OutboxMark {
    /// That by which everything the journal holds before `end` is sent.
    pub fn of_everything(end: Position) -> Self {
        let place = |frame| Place { frame, line: 0 };
        Self {
            next: place(Position::START),
            beyond: Vec::new(),
            first_log: 1,
            reach: 0,
            upstream_log: 0,
            watched: None,
            filled_to: Some(place(end)),
        }
    }

    /// Was this place there already when all was to be sent?
    pub fn fills(&self, place: Place) -> bool {
        self.filled_to.is_some_and(|end| place < end)
    }

    /// Has the change at this place its verdict?
    pub fn is_settled(&self, place: Place) -> bool {
        if place < self.next {
            return true;
        }
        let behind = self.beyond.partition_point(|some| some.first <= place);
        behind
            .checked_sub(1)
            .is_some_and(|at| self.beyond[at].holds(place))
    }
}

impl Stretch {
    /// Is this one of its lines?
    pub fn holds(&self, place: Place) -> bool {
        place.frame == self.first.frame && (self.first.line..=self.last).contains(&place.line)
    }
}

impl SentEntry {
    /// A verdict on nothing yet.
    pub fn new(time: &str, outcome: Verdict) -> Self {
        Self {
            kind: SentKind::Sent,
            time: time.to_owned(),
            outcome,
            log_ids: Vec::new(),
            imports: BTreeMap::new(),
            customers: Vec::new(),
            about: None,
        }
    }

    /// Adds a row's log entry; entries come in ascending order.
    pub fn add_log_id(&mut self, log_id: u64) {
        match self.log_ids.last_mut() {
            Some([_, last]) if *last + 1 == log_id => *last = log_id,
            _ => self.log_ids.push([log_id, log_id]),
        }
    }
}

impl Verdict {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Replaced => "replaced",
            Self::Refused => "refused",
            Self::Parked => "parked",
            Self::Retried => "retried",
            Self::Dropped => "dropped",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.frame, self.line)
    }
}

impl FromStr for Place {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once(':').and_then(|(segment, rest)| {
            let (offset, line) = rest.split_once('/')?;
            let frame = Position {
                segment: segment.parse().ok()?,
                offset: offset.parse().ok()?,
            };
            let line = line.parse().ok()?;
            Some(Self { frame, line })
        });
        parts.ok_or("a place of the journal is written `000001:8192/17`")
    }
}

impl fmt::Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
    }
}

impl FromStr for Stretch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "lines of the journal are written `000001:8192/17-20`";
        let (first, last) = text.split_once('-').ok_or(wrong)?;
        Ok(Self {
            first: first.parse()?,
            last: last.parse().map_err(|_| wrong)?,
        })
    }
}

macro_rules! as_text {
    ($($Type:ty),+) => { $(
        impl Serialize for $Type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $Type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    )+ };
}

as_text!(Place, Stretch);

#[cfg(test)]
mod tests {
    use super::*;

    fn place(offset: u64, line: u32) -> Place {
        let frame = Position { segment: 1, offset };
        Place { frame, line }
    }

    /// The frozen form of version 1: journals hold such lines.
    #[test]
    fn the_lines_of_version_1_stay_as_they_are() {
        let mark = OutboxMark {
            next: place(81920, 3),
            beyond: vec![
                Stretch {
                    first: place(81920, 5),
                    last: 9,
                },
                Stretch {
                    first: place(90000, 0),
                    last: 0,
                },
            ],
            first_log: 12,
            reach: 4000,
            upstream_log: 77,
            watched: None,
            filled_to: None,
        };
        let outbox = OutboxEntry {
            kind: OutboxKind::Outbox,
            time: "2026-11-24T09:00:00Z".into(),
            mark,
        };
        let text = serde_json::to_string(&outbox).unwrap();
        expect_test::expect![[r#"{"type":"outbox","time":"2026-11-24T09:00:00Z","next":"000001:81920/3","beyond":["000001:81920/5-9","000001:90000/0-0"],"firstLog":12,"reach":4000,"upstreamLog":77}"#]].assert_eq(&text);
        assert_eq!(serde_json::from_str::<OutboxEntry>(&text).unwrap(), outbox);

        let mut ok = SentEntry::new("2026-11-24T09:00:00Z", Verdict::Ok);
        for log_id in [12, 13, 14, 17] {
            ok.add_log_id(log_id);
        }
        ok.imports.insert("000001".into(), 4);
        ok.customers.push("100003".into());
        let text = serde_json::to_string(&ok).unwrap();
        expect_test::expect![[r#"{"type":"sent","time":"2026-11-24T09:00:00Z","outcome":"ok","logIds":[[12,14],[17,17]],"imports":{"000001":4},"customers":["100003"]}"#]].assert_eq(&text);
        assert_eq!(serde_json::from_str::<SentEntry>(&text).unwrap(), ok);

        let mut refused = SentEntry::new("2026-11-24T09:00:00Z", Verdict::Refused);
        refused.add_log_id(15);
        refused.about = Some(About {
            place: place(81920, 4),
            external_system_id: Some("X-1".into()),
            customer_id: None,
            order_id: Some(7),
            row: Some(3),
            code: Some(97002),
            reason: Some("order is not managed externally".into()),
            again: false,
            taken: false,
        });
        let text = serde_json::to_string(&refused).unwrap();
        expect_test::expect![[r#"{"type":"sent","time":"2026-11-24T09:00:00Z","outcome":"refused","logIds":[[15,15]],"about":{"place":"000001:81920/4","externalSystemId":"X-1","orderId":7,"row":3,"code":97002,"reason":"order is not managed externally"}}"#]].assert_eq(&text);
        assert_eq!(serde_json::from_str::<SentEntry>(&text).unwrap(), refused);
    }

    #[test]
    fn what_is_settled_is_before_the_mark_or_in_a_stretch_behind_it() {
        let mark = OutboxMark {
            next: place(100, 3),
            beyond: vec![
                Stretch {
                    first: place(100, 5),
                    last: 9,
                },
                Stretch {
                    first: place(300, 0),
                    last: 0,
                },
            ],
            first_log: 1,
            reach: 0,
            upstream_log: 0,
            watched: None,
            filled_to: None,
        };
        let settled = [(50, 90), (100, 2), (100, 5), (100, 9), (300, 0)];
        let open = [(100, 3), (100, 4), (100, 10), (200, 0), (300, 1), (400, 0)];
        assert!(settled.iter().all(|(o, l)| mark.is_settled(place(*o, *l))));
        assert!(!open.iter().any(|(o, l)| mark.is_settled(place(*o, *l))));
    }
}
