//! How many records are right and wrong, and of which kinds are the mistakes?
//! Takes blocks in the order of the file; knows what no single record can know: which keys stand twice.

use super::ledger::{KeyHash, Ledger, Seen};
use super::{Examined, RowFacts};
use crate::code::{Code, Severity};
use crate::field::{Field, Table};
use crate::finding::{Detail, Finding, shown_value};
use crate::read::Shape;
use std::collections::BTreeMap;

/// Counts over a file.
#[derive(Debug, Default)]
pub struct Tally {
    /// Records, empty ones included.
    pub rows: u64,
    /// Records without an error.
    pub accepted: u64,
    /// Records with an error; all of them where the file as a whole has one.
    pub rejected: u64,
    /// Records without a single value.
    pub empty: u64,
    /// Findings by severity: errors, warnings, notes.
    pub by_severity: [u64; 3],
    /// Findings by what and where.
    pub groups: BTreeMap<(Code, Option<Field>), Group>,
    /// Is the file as a whole rejected?
    pub file_rejected: bool,
    /// Does it come from a corrections file? Then what it leaves out is not missing, whatever was agreed.
    pub corrects: bool,
    /// Is it a file of customers? Orders are none of its business, not even those that it leaves out.
    pub of_customers: bool,
    ledger: Ledger,
    /// Bytes of the file, until the first block has said what that means in records.
    file_bytes: Option<u64>,
}

/// Findings of one code in one field.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// How many.
    pub count: u64,
    /// The first places, at most [`FIRST_PLACES`].
    pub first: Vec<Place>,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Number of the record.
    pub row: u64,
    /// Physical line.
    pub line: u64,
    /// Number of the column, 0 where there is none.
    pub column: u32,
}

/// How many places a group keeps; the count goes on.
pub const FIRST_PLACES: usize = 5;

/// Of so many records the keys are looked for at the same time.
const FETCHED_AT_ONCE: usize = 32;

impl Tally {
    /// A tally of a file of so many bytes. Knowing that saves time; it need not be true.
    pub fn of_file(bytes: u64) -> Self {
        Self {
            file_bytes: Some(bytes),
            ..Self::default()
        }
    }

    /// Takes the result of the next block; every finding goes to `sink`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a result counts once, so nobody shall keep it"
    )]
    pub fn absorb(&mut self, shape: &Shape, examined: Examined, sink: &mut dyn FnMut(&Finding)) {
        self.corrects |= shape.corrects;
        self.of_customers |= shape.options.table == Table::Customers;
        if let Some(file_bytes) = self.file_bytes.take() {
            let records = file_bytes.saturating_mul(examined.rows.len() as u64);
            self.ledger.expect(records / examined.bytes.max(1));
        }
        self.rows += examined.rows.len() as u64 + examined.empty;
        self.empty += examined.empty;
        // Record by record, so that the order of what is heard does not depend on where blocks end.
        let mut findings = examined.findings.iter().peekable();
        let mut key_start = 0;
        for (index, facts) in examined.rows.iter().enumerate() {
            if index % FETCHED_AT_ONCE == 0 {
                let coming = examined.rows[index..].iter().take(FETCHED_AT_ONCE);
                self.ledger.fetch(coming.filter_map(|facts| facts.key));
            }
            while let Some(finding) = findings.next_if(|finding| finding.row <= facts.row) {
                self.count(finding, sink);
            }
            let key_text = &examined.keys[key_start..facts.key_end as usize];
            key_start = facts.key_end as usize;
            let contradicted = match facts.key {
                Some(key) => self.note_key(shape, facts, key, key_text, sink),
                None => false,
            };
            if facts.rejected || contradicted {
                self.rejected += 1;
            } else {
                self.accepted += 1;
            }
        }
        for finding in findings {
            self.count(finding, sink);
        }
    }

    /// Takes a finding about the file as a whole.
    pub fn about_file(&mut self, finding: &Finding, sink: &mut dyn FnMut(&Finding)) {
        self.file_rejected |= finding.code.is_error();
        self.count(finding, sink);
    }

    /// Takes a finding about a record that was counted already, from a rule that needs more than the file.
    pub fn add(&mut self, finding: &Finding, sink: &mut dyn FnMut(&Finding)) {
        self.count(finding, sink);
    }

    /// Takes findings of one code in one field that were counted before, with the places of the first ones.
    pub(crate) fn add_counted(&mut self, code: Code, field: Option<Field>, found: (u64, &[Place])) {
        let (count, places) = found;
        self.by_severity[code.severity() as usize] += count;
        let group = self.groups.entry((code, field)).or_default();
        group.count += count;
        let room = FIRST_PLACES - group.first.len();
        group.first.extend(places.iter().take(room));
    }

    /// Says that the file has ended. Where the file as a whole is wrong, no record is accepted.
    pub fn end(&mut self, stopped: bool) {
        if self.file_rejected || stopped {
            self.file_rejected = true;
            self.rejected += self.accepted;
            self.accepted = 0;
        }
    }

    /// Is there an error?
    pub fn has_errors(&self) -> bool {
        self.by_severity[Severity::Error as usize] > 0
    }

    /// Can it say something of an order by leaving it out?
    pub fn can_leave_out(&self) -> bool {
        !self.corrects && !self.of_customers
    }

    /// The keys of the file.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Says whether another record of the same key says something else.
    fn note_key(
        &mut self,
        shape: &Shape,
        facts: &RowFacts,
        key: KeyHash,
        key_text: &[u8],
        sink: &mut dyn FnMut(&Finding),
    ) -> bool {
        let RowFacts { row, line, .. } = *facts;
        let seen = self
            .ledger
            .note(key, facts.content, row, line, facts.rejected);
        let (code, other) = match seen {
            Seen::First => return false,
            Seen::Same(earlier) => (Code::DuplicateSame, earlier),
            Seen::Different(earlier) => (Code::DuplicateDifferent, earlier),
        };
        let mut twin = |tally: &mut Self, here, there: (u64, u64)| {
            let other = Detail::Record(there.0, there.1);
            let key_text = String::from_utf8_lossy(key_text);
            tally.count(&twin_finding(shape, code, here, other, &key_text), sink);
        };
        twin(self, (row, line), (other.row, other.line));
        if code == Code::DuplicateSame {
            return false;
        }
        for earlier in self.ledger.contradict(key, row) {
            twin(self, (earlier.row, earlier.line), (row, line));
            if !earlier.rejected {
                self.accepted -= 1;
                self.rejected += 1;
            }
        }
        true
    }

    fn count(&mut self, finding: &Finding, sink: &mut dyn FnMut(&Finding)) {
        self.by_severity[finding.severity() as usize] += 1;
        let group = self
            .groups
            .entry((finding.code, finding.field))
            .or_default();
        group.count += 1;
        if group.first.len() < FIRST_PLACES {
            let Finding {
                row, line, column, ..
            } = *finding;
            group.first.push(Place { row, line, column });
        }
        sink(finding);
    }
}

/// The finding about a record whose key another record has too.
pub(crate) fn twin_finding(
    shape: &Shape,
    code: Code,
    (row, line): (u64, u64),
    other: Detail,
    key: &str,
) -> Finding {
    let field = match shape.options.table {
        Table::Customers => Field::Email,
        Table::Orders | Table::Offers => Field::ExternalSystemId,
    };
    let mut finding = shape.finding_about(field, (row, line), code, other);
    finding.header.get_or_insert_with(|| field.name().into());
    finding.value = Some(shown_value(key));
    finding
}
