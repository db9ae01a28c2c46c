//! What is taken away from an inspection?
//! A further pass over the file whose output leaves in pieces, so that neither file nor output is ever whole in memory.

use super::{Inspection, Seeing, Teller};
use crate::check::{Check, Tally};
use crate::corrections::{Corrections, Reason};
use crate::finding::Finding;
use crate::fixes::{Mender, Mending};
use crate::plan::Decision;
use crate::plan::knowledge::{Knowledge, KnownOrder as _};
use crate::plan::survey::each_missing;
use crate::read::{Framer, Shape, records};
use crate::report::{PlanRow, PlanWriter, check_head, check_item, check_tail};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// What to take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportKind {
    /// The JSON report, as `intake check --format json` writes it: without knowledge what the file itself tells, with it
    /// what `--data` and `--partner` add.
    Report,
    /// The JSON plan, as `intake plan --format json` writes it.
    Plan,
    /// The corrections file: the rejected rows with the reasons, ready to be mended.
    Corrections,
    /// The file with its cells mended, see [`Export::begin_mended`].
    Fixed,
}

/// A pass whose output is taken in pieces. Give it the whole file that was inspected, from its beginning.
#[derive(Debug)]
pub struct Export {
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// The file by itself.
    Check {
        check: Box<Check>,
        items: u64,
    },
    Decide {
        framer: Box<Framer>,
        kind: Decided,
    },
    /// The file itself, mended.
    Mend(Box<Mender>),
    /// Nothing to take away: the verdict is not there yet.
    Nothing,
}

#[derive(Debug)]
enum Decided {
    Report { items: u64, tally: Box<Tally> },
    Plan(PlanWriter),
    Corrections(Option<Corrections>),
}

impl ExportKind {
    /// The kind of this name: `report`, `plan`, `corrections` or `fixed`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "report" => Some(Self::Report),
            "plan" => Some(Self::Plan),
            "corrections" => Some(Self::Corrections),
            "fixed" => Some(Self::Fixed),
            _ => None,
        }
    }
}

impl Export {
    /// Begins; what the output begins with is appended to `out`.
    pub fn begin<K: Knowledge<Error = Infallible>>(
        kind: ExportKind,
        inspection: &Inspection<K>,
        out: &mut Vec<u8>,
    ) -> Self {
        if inspection.done().is_none() {
            return Self { way: Way::Nothing };
        }
        let options = inspection.read_options();
        let framer = || Box::new(Framer::new(options.clone()));
        let way = match kind {
            ExportKind::Report if inspection.known.is_none() => {
                check_head(out);
                let check = Box::new(Check::new(options));
                Way::Check { check, items: 0 }
            }
            ExportKind::Report => {
                check_head(out);
                let kind = Decided::Report {
                    items: 0,
                    tally: Box::default(),
                };
                Way::Decide {
                    framer: framer(),
                    kind,
                }
            }
            ExportKind::Plan => Way::Decide {
                framer: framer(),
                kind: Decided::Plan(PlanWriter::begin(out)),
            },
            ExportKind::Corrections => Way::Decide {
                framer: framer(),
                kind: Decided::Corrections(None),
            },
            ExportKind::Fixed => return Self::begin_mended(inspection, Mending::safe()),
        };
        Self { way }
    }

    /// Begins the file with the cells mended that `mending` says; [`ExportKind::Fixed`] mends those that are certain.
    pub fn begin_mended<K: Knowledge<Error = Infallible>>(
        inspection: &Inspection<K>,
        mending: Mending,
    ) -> Self {
        if inspection.done().is_none() {
            return Self { way: Way::Nothing };
        }
        let options = inspection.read_options();
        Self {
            way: Way::Mend(Box::new(Mender::new(options, mending))),
        }
    }

    /// Takes the next bytes of the file; output is appended to `out`.
    pub fn push<K: Knowledge<Error = Infallible>>(
        &mut self,
        inspection: &Inspection<K>,
        bytes: &[u8],
        out: &mut Vec<u8>,
    ) {
        match &mut self.way {
            Way::Nothing => {}
            Way::Mend(mender) => mender.push(bytes, out),
            Way::Check { check, items } => check.push(bytes, &mut |finding| {
                check_item(out, *items, finding);
                *items += 1;
            }),
            Way::Decide { framer, kind } => {
                framer.push(bytes);
                drain(framer, kind, inspection, out);
            }
        }
    }

    /// Ends the file; the rest of the output is appended to `out`.
    pub fn finish<K: Knowledge<Error = Infallible>>(
        self,
        inspection: &Inspection<K>,
        out: &mut Vec<u8>,
    ) {
        let Some(identity) = inspection.identity() else {
            return;
        };
        match self.way {
            Way::Nothing => {}
            Way::Mend(mut mender) => {
                mender.finish(out);
            }
            Way::Check { check, mut items } => {
                let checked = check.finish(&mut |finding| {
                    check_item(out, items, finding);
                    items += 1;
                });
                check_tail(out, &identity, &checked.tally);
            }
            Way::Decide {
                mut framer,
                mut kind,
            } => {
                framer.finish();
                drain(&mut framer, &mut kind, inspection, out);
                end(kind, inspection, out);
            }
        }
    }
}

fn drain<K: Knowledge<Error = Infallible>>(
    framer: &mut Framer,
    kind: &mut Decided,
    inspection: &Inspection<K>,
    out: &mut Vec<u8>,
) {
    let Some(done) = inspection.done() else {
        return;
    };
    let teller = Teller::of(
        &inspection.profile,
        inspection.known.as_ref(),
        inspection.now,
    );
    framer.take_findings();
    while let Some(block) = framer.next_block() {
        // A file that is rejected as a whole has no plan for its rows, but what is wrong with them is told.
        let told = matches!(kind, Decided::Report { .. });
        if done.survey.tally.file_rejected && !told {
            continue;
        }
        let Some(shape) = framer.shape().cloned() else {
            continue;
        };
        let blocks = [block];
        let facts = &done.survey.facts;
        match kind {
            Decided::Report { items, tally } => {
                let mut items = Items {
                    written: items,
                    tally,
                    out,
                };
                teller.show(&shape, &blocks, facts, &mut items);
            }
            Decided::Plan(writer) => {
                let mut lines = Lines(Vec::new());
                teller.show(&shape, &blocks, facts, &mut lines);
                writer.lines(out, &lines.0);
            }
            Decided::Corrections(corrections) => {
                let mut reasons = Reasons(BTreeMap::new());
                teller.show(&shape, &blocks, facts, &mut reasons);
                if reasons.0.is_empty() {
                    continue;
                }
                let corrections =
                    corrections.get_or_insert_with(|| Corrections::begin(&shape, out));
                put_corrections(corrections, &shape, &blocks[0], &reasons.0, out);
            }
        }
    }
    framer.take_findings();
}

fn put_corrections(
    corrections: &Corrections,
    shape: &Shape,
    block: &crate::read::Block,
    reasons: &BTreeMap<u64, Reason>,
    out: &mut Vec<u8>,
) {
    records(shape, block, &mut |record| {
        if let Some(reason) = reasons.get(&record.row) {
            corrections.record(out, record, reason);
        }
    });
}

fn end<K: Knowledge<Error = Infallible>>(
    kind: Decided,
    inspection: &Inspection<K>,
    out: &mut Vec<u8>,
) {
    let (Some(done), Some(identity)) = (inspection.done(), inspection.identity()) else {
        return;
    };
    let survey = &done.survey;
    match kind {
        Decided::Report {
            mut items,
            mut tally,
        } => {
            for finding in &survey.about_file {
                check_item(out, items, finding);
                items += 1;
                tally.about_file(finding, &mut |_| {});
            }
            tally.rows = survey.tally.rows;
            tally.empty = survey.tally.empty;
            tally.rejected = survey.counts.of(Decision::Reject);
            tally.accepted = tally.rows - tally.empty - tally.rejected;
            tally.file_rejected |= survey.file_rejected;
            check_tail(out, &identity, &tally);
        }
        Decided::Plan(mut writer) => {
            writer.customers(out, survey);
            if let Some(known) = inspection
                .known
                .as_ref()
                .filter(|_| survey.counts.missing > 0)
            {
                let (profile, now) = (&inspection.profile, inspection.now);
                let visited = each_missing(
                    profile,
                    &known.knowledge,
                    now,
                    &survey.tally,
                    &mut |order| {
                        writer.row(out, &PlanRow::missing(order.terms(), profile, now));
                    },
                );
                match visited {
                    Ok(()) => {}
                    Err(never) => match never {},
                }
            }
            let known = inspection.known.as_ref();
            let state = known.and_then(|known| known.state.as_ref());
            writer.end(out, &identity, &inspection.profile.partner, state, survey);
        }
        Decided::Corrections(_) => {}
    }
}

/// Writes findings as items of a report.
struct Items<'i> {
    written: &'i mut u64,
    tally: &'i mut Tally,
    out: &'i mut Vec<u8>,
}

impl Seeing for Items<'_> {
    fn finding(&mut self, finding: &Finding, _: Option<&str>) {
        check_item(self.out, *self.written, finding);
        *self.written += 1;
        self.tally.add(finding, &mut |_| {});
    }

    fn row(&mut self, _: &PlanRow<'_>, _: Decision) {}
}

/// Writes rows as lines of a plan.
struct Lines(Vec<u8>);

impl Seeing for Lines {
    fn finding(&mut self, _: &Finding, _: Option<&str>) {}

    fn row(&mut self, row: &PlanRow<'_>, _: Decision) {
        PlanWriter::line(&mut self.0, row);
    }
}

/// Gathers why rows are rejected.
struct Reasons(BTreeMap<u64, Reason>);

impl Seeing for Reasons {
    fn finding(&mut self, _: &Finding, _: Option<&str>) {}

    fn row(&mut self, row: &PlanRow<'_>, decision: Decision) {
        if let (Decision::Reject, Some(number)) = (decision, row.row) {
            self.0.insert(number, Reason::of(row.findings));
        }
    }
}
