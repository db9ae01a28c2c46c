//! What does the file come to?
//! The sums of an inspection in JSON, version 1: small, whatever the size of the file.

use super::index::Group;
use super::page::{InBoth, in_both, put_finding};
use super::{Done, Inspection};
use crate::field::{Field, nearest_header};
use crate::finding::{Detail, Finding, Language, column_letters};
use crate::plan::Decision;
use crate::plan::knowledge::Knowledge;
use crate::profile::{Delivery, FilePolicy};
use crate::read::Shape;
use crate::reading::mapping::Meaning;
use crate::report::{CountsJson, FileIdentity, FileJson, StateV1, VERSION, put};
use serde::Serialize;
use std::convert::Infallible;

/// What cannot be known where an inspection is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unknown {
    /// No order, no offer, no customer.
    State,
    /// Customers without an order of this partner, and keys of other partners.
    Others,
}

impl<K: Knowledge<Error = Infallible>> Inspection<K> {
    /// The verdict, once it is there.
    pub fn verdict(&self) -> Option<Vec<u8>> {
        let done = self.done()?;
        let mut json = Vec::new();
        put(&mut json, &self.sums(done));
        // What is about the file as a whole comes in the form in which pages show findings.
        json.pop();
        json.extend_from_slice(b",\"aboutFile\":[");
        let mut items = Vec::new();
        for finding in &done.survey.about_file {
            put_finding(&mut items, finding, None, None);
        }
        json.extend_from_slice(items.get(1..).unwrap_or_default());
        json.extend_from_slice(b"]}");
        Some(json)
    }

    /// What identifies the file, once it was read to its end.
    pub fn identity(&self) -> Option<FileIdentity> {
        let source = self.source()?;
        let shape = source.shape.as_deref();
        Some(FileIdentity::new(
            &self.name,
            source.file.sha256,
            source.file.bytes,
            shape,
        ))
    }

    fn sums(&self, done: &Done) -> Option<VerdictV1> {
        let identity = self.identity()?;
        let survey = &done.survey;
        let tally = &survey.tally;
        let [errors, warnings, notes] = self.index.by_severity(&survey.about_file);
        let rejected = survey.counts.of(Decision::Reject);
        let shape = done.source.shape.as_deref();
        let groups = self.index.groups(&survey.about_file);
        let columns = shape.map_or(&[][..], |shape| &shape.columns);
        let group = |group: &Group| GroupV1::of(group, columns);
        Some(VerdictV1 {
            version: VERSION,
            file: file_json(&identity),
            rows: tally.rows,
            accepted: tally.rows - tally.empty - rejected,
            rejected,
            empty: tally.empty,
            file_rejected: survey.file_rejected,
            turned_down_by: survey.facts.turned_down_by,
            errors,
            warnings,
            notes,
            groups: groups.iter().map(group).collect(),
            columns: columns
                .iter()
                .enumerate()
                .map(|(index, column)| ColumnV1 {
                    proposed: proposed(&column.header, shape),
                    column: index as u32 + 1,
                    letter: column_letters(index as u32 + 1),
                    header: column.header.to_string(),
                    field: column.field.map(Field::name),
                })
                .collect(),
            plan: PlanV1 {
                // No snapshot holds customers.
                exact: self.known.is_some() && !tally.of_customers,
                partner: self.profile.partner.to_string(),
                full_book: self.profile.delivery == Delivery::Full && tally.can_leave_out(),
                ends_missing: self.profile.end_missing,
                whole_file: self.profile.file_policy == FilePolicy::File,
                counts: serde_json::to_value(CountsJson(&survey.counts)).unwrap_or_default(),
                held: survey.held.as_ref().map(|held| InBoth {
                    de: held.reason(Language::De),
                    en: held.reason(Language::En),
                }),
                snapshot: self.snapshot(),
                unknown: self.unknown(),
            },
        })
    }

    fn snapshot(&self) -> Option<SnapshotV1> {
        let known = self.known.as_ref()?;
        let taken = known.taken?;
        Some(SnapshotV1 {
            partner: self.profile.partner.to_string(),
            taken_at: taken.at.to_string(),
            state: known.state.as_ref().map(StateV1::of),
            orders: taken.orders,
            offers: known.catalog.len() as u64,
        })
    }

    fn unknown(&self) -> Vec<UnknownV1> {
        let unknown = match self.known {
            None => Unknown::State,
            Some(_) => Unknown::Others,
        };
        vec![unknown.told()]
    }
}

impl Unknown {
    fn told(self) -> UnknownV1 {
        let (code, de, en) = match self {
            Self::State => (
                "state",
                "Ohne Abzug des Bestands ist nicht zu erkennen, welche Aufträge es schon gibt, was sich an ihnen ändert, \
                 welche enden, und ob es die Angebote und Kunden gibt. Geprüft ist, was die Datei selbst zeigt.",
                "Without a snapshot of the state nobody can tell here which orders exist already, what would change about \
                 them, which would end, and whether the offers and customers exist. What the file itself shows was checked.",
            ),
            Self::Others => (
                "others",
                "Der Abzug enthält nur die eigenen Aufträge. Ob es einen Kunden ohne eigenen Auftrag gibt, ob seine \
                 E-Mail-Adresse vergeben ist und ob eine Nummer einem anderen Partner gehört, entscheidet sich beim Import.",
                "The snapshot holds this partner's own orders only. Whether a customer without such an order exists, whether \
                 an email address is taken, and whether a number belongs to another partner, shows at the import.",
            ),
        };
        UnknownV1 {
            code,
            de: de.to_owned(),
            en: en.to_owned(),
        }
    }
}

/// The field that a header without a meaning is likely to mean.
fn proposed(header: &str, shape: Option<&Shape>) -> Option<&'static str> {
    let options = &shape?.options;
    match options.reading.mapping.meaning(options.table, header) {
        Meaning::Unknown => nearest_header(options.table, header),
        Meaning::Field(_) | Meaning::Ignored => None,
    }
}

fn file_json(identity: &FileIdentity) -> serde_json::Value {
    serde_json::to_value(FileJson(identity)).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct VerdictV1 {
    version: u32,
    file: serde_json::Value,
    rows: u64,
    accepted: u64,
    rejected: u64,
    empty: u64,
    file_rejected: bool,
    /// How many rejected rows turn all others down, where the file is taken as a whole.
    turned_down_by: Option<u64>,
    errors: u64,
    warnings: u64,
    notes: u64,
    groups: Vec<GroupV1>,
    columns: Vec<ColumnV1>,
    plan: PlanV1,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PlanV1 {
    /// Were the rows held against a snapshot?
    exact: bool,
    partner: String,
    full_book: bool,
    ends_missing: bool,
    whole_file: bool,
    counts: serde_json::Value,
    held: Option<InBoth>,
    snapshot: Option<SnapshotV1>,
    unknown: Vec<UnknownV1>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotV1 {
    partner: String,
    taken_at: String,
    state: Option<StateV1>,
    orders: u64,
    offers: u64,
}

#[derive(Serialize)]
struct UnknownV1 {
    code: &'static str,
    de: String,
    en: String,
}

#[derive(Serialize)]
struct ColumnV1 {
    column: u32,
    letter: String,
    header: String,
    field: Option<&'static str>,
    /// The field that is likely meant by a header that means nothing.
    proposed: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupV1 {
    code: &'static str,
    field: Option<&'static str>,
    header: Option<String>,
    column: Option<u32>,
    column_letter: Option<String>,
    severity: &'static str,
    count: u64,
    first: Vec<PlaceV1>,
    fixes: FixesV1,
    what: InBoth,
    why: InBoth,
    todo: InBoth,
}

#[derive(Serialize)]
struct FixesV1 {
    safe: u64,
    likely: u64,
}

#[derive(Serialize)]
struct PlaceV1 {
    row: Option<u64>,
    line: Option<u64>,
    column: Option<u32>,
}

impl GroupV1 {
    fn of(group: &Group, columns: &[crate::read::Column]) -> Self {
        let header = (group.column as usize)
            .checked_sub(1)
            .and_then(|index| columns.get(index))
            .map(|column| column.header.to_string());
        let [what, why, todo] = in_both(&Finding {
            field: group.field,
            header: header.as_deref().map(Into::into),
            ..Finding::about_file(
                group.code,
                group.found.detail.clone().unwrap_or(Detail::None),
            )
        });
        let some = |number: u64| (number > 0).then_some(number);
        let column = (group.column > 0).then_some(group.column);
        Self {
            code: group.code.name(),
            field: group.field.map(Field::name),
            header,
            column,
            column_letter: column.map(column_letters),
            severity: group.code.severity().name(),
            count: group.found.count,
            first: group
                .found
                .first
                .iter()
                .map(|place| PlaceV1 {
                    row: some(place.row),
                    line: some(place.line),
                    column: (place.column > 0).then_some(place.column),
                })
                .collect(),
            fixes: FixesV1 {
                safe: group.found.fixes.safe,
                likely: group.found.fixes.likely,
            },
            what,
            why,
            todo,
        }
    }
}
