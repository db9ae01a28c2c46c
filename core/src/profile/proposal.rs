//! What does a sample file show of how its partner writes?
//! Facts and proposals alone, each with how often it was seen; what a file cannot show is left to who knows the partner.

use super::Profile;
use crate::code::Code;
use crate::field::{Field, Kind, nearest_header};
use crate::finding::Finding;
use crate::moment::Moment;
use crate::plan::rows::each_row;
use crate::read::{Format, Framer, Shape};
use crate::reading::local_time::First;
use crate::reading::mapping::Meaning;
use crate::unwrap::Encoding;
use std::collections::{BTreeMap, BTreeSet};

/// What a file shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proposal {
    /// Its format; nothing where it could not be read at all.
    pub format: Option<Format>,
    /// CSV: the delimiter.
    pub delimiter: Option<char>,
    /// The encoding of its text, where that is not UTF-8.
    pub encoding: Option<Encoding>,
    /// Records.
    pub rows: u64,
    /// Records without an error of their own.
    pub accepted: u64,
    /// Headers and the fields that they mean.
    pub known: Vec<(Box<str>, Field)>,
    /// Headers that mean nothing, each with the field that is likely meant.
    pub unknown: Vec<(Box<str>, Option<&'static str>)>,
    /// Columns with dates that are written with slashes.
    pub slashes: Vec<Slashes>,
    /// Values that were read otherwise than they are written.
    pub reread: u64,
    /// Words that mean nothing, with the word that is likely meant and how often they stand there.
    pub words: BTreeMap<Box<str>, (Option<Box<str>>, u64)>,
    /// The offers that are named, if they are not too many.
    pub offers: BTreeSet<Box<str>>,
    /// Are there more offers than are listed?
    pub more_offers: bool,
    /// What stands against the file as a whole, or its beginning.
    pub about_file: Vec<Finding>,
}

/// A column with dates that are written with slashes.
#[derive(Clone, Debug, PartialEq)]
pub struct Slashes {
    /// Its header.
    pub header: Box<str>,
    /// What comes first, where the beginning of the file shows it.
    pub first: Option<First>,
    /// Dates that can be read in two ways.
    pub ambiguous: u64,
}

/// Looks at a file that comes in chunks.
#[derive(Debug)]
pub struct Proposer {
    framer: Framer,
    proposal: Proposal,
    /// Dates that can be read in two ways, by the number of the column.
    ambiguous: BTreeMap<u32, u64>,
}

/// No more words and offers than these are listed: whoever has more of them needs no list.
const MOST: usize = 50;

impl Proposer {
    /// At the beginning of a file, which is read by what is agreed so far.
    pub fn new(profile: &Profile, now: Moment) -> Self {
        Self {
            framer: Framer::new(profile.read_options(now)),
            proposal: Proposal::default(),
            ambiguous: BTreeMap::new(),
        }
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.framer.push(bytes);
        self.drain();
    }

    /// Ends the file.
    pub fn finish(mut self) -> Proposal {
        self.framer.finish();
        self.drain();
        let Some(shape) = self.framer.shape().cloned() else {
            return self.proposal;
        };
        let mut proposal = self.proposal;
        proposal.format = Some(shape.format);
        proposal.encoding = Some(shape.encoding).filter(|encoding| *encoding != Encoding::Utf8);
        proposal.delimiter = (shape.delimiter > 0).then(|| char::from(shape.delimiter));
        for (index, column) in shape.columns.iter().enumerate() {
            if let Some(field) = column.field {
                proposal.known.push((column.header.clone(), field));
            } else if means_nothing(&shape, &column.header) {
                let near = nearest_header(shape.options.table, &column.header);
                proposal.unknown.push((column.header.clone(), near));
            }
            let ambiguous = self.ambiguous.get(&(index as u32 + 1)).copied();
            if column.order.is_some() || ambiguous.is_some() {
                proposal.slashes.push(Slashes {
                    header: column.header.clone(),
                    first: column.order,
                    ambiguous: ambiguous.unwrap_or(0),
                });
            }
        }
        proposal
    }

    fn drain(&mut self) {
        self.proposal.about_file.extend(self.framer.take_findings());
        while let Some(block) = self.framer.next_block() {
            let Some(shape) = self.framer.shape().cloned() else {
                continue;
            };
            let (proposal, ambiguous) = (&mut self.proposal, &mut self.ambiguous);
            each_row(&shape, &block, &mut |row| {
                proposal.rows += 1;
                proposal.accepted += u64::from(row.draft.is_some());
                for finding in &row.findings {
                    note(proposal, ambiguous, finding);
                }
                if let Some(draft) = row.draft {
                    if proposal.offers.len() < MOST {
                        proposal.offers.insert((&*draft.offer).into());
                    } else {
                        proposal.more_offers |= !proposal.offers.contains(&*draft.offer);
                    }
                }
            });
            self.framer.reuse(block.bytes);
        }
        self.proposal.about_file.extend(self.framer.take_findings());
    }
}

fn note(proposal: &mut Proposal, ambiguous: &mut BTreeMap<u32, u64>, finding: &Finding) {
    let is_word = finding
        .field
        .is_some_and(|field| matches!(field.spec().kind, Kind::Word(_)));
    match (finding.code, &finding.value) {
        (Code::WordUnknown, Some(value))
            if is_word && (proposal.words.len() < MOST || proposal.words.contains_key(value)) =>
        {
            let fix = finding.fix.as_ref().map(|fix| fix.value.clone());
            proposal.words.entry(value.clone()).or_insert((fix, 0)).1 += 1;
        }
        (Code::DateAmbiguous, _) => *ambiguous.entry(finding.column).or_default() += 1,
        _ => {}
    }
    proposal.reread += u64::from(finding.fix.as_ref().is_some_and(|fix| fix.safe));
}

/// Is it a header that should mean something?
fn means_nothing(shape: &Shape, header: &str) -> bool {
    let options = &shape.options;
    let meaning = options.reading.mapping.meaning(options.table, header);
    matches!(meaning, Meaning::Unknown)
        && !header.is_empty()
        && !crate::read::CORRECTION_HEADERS.contains(&header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_shows_how_it_is_written() {
        let file = "Nr;Abonummer;Angebot;Kunde;Menge;Startdtum;Beginn;Zahlart;Ende\n\
            1;A-1;O_MZA1E7173120881551;C1;1;x;13/04/2026;Bar;03/04/2027\n\
            2;A-2;O_MZA1E7173120881551;C1;1;x;03/04/2026;PAYPALL;03/04/2027\n\
            3;A-3;O_MZA1E7173120881552;C1;1;x;03/04/2026;Lastschrift;\n";
        let now = Moment::parse("2026-06-01T00:00:00Z").unwrap();
        let mut proposer = Proposer::new(&Profile::of("kiosk"), now);
        for piece in file.as_bytes().chunks(7) {
            proposer.push(piece);
        }
        let proposal = proposer.finish();
        assert_eq!(
            (proposal.rows, proposal.accepted, proposal.delimiter),
            (3, 1, Some(';'))
        );
        assert_eq!(
            proposal.unknown,
            [("Nr".into(), None), ("Startdtum".into(), Some("startDate"))]
        );
        let slashes: Vec<_> = proposal
            .slashes
            .iter()
            .map(|slashes| (&*slashes.header, slashes.first, slashes.ambiguous))
            .collect();
        assert_eq!(
            slashes,
            [("Beginn", Some(First::Day), 0), ("Ende", None, 2)]
        );
        assert_eq!(proposal.words.get("Bar"), Some(&(None, 1)));
        assert_eq!(
            proposal.words.get("PAYPALL"),
            Some(&(Some("PAYPAL".into()), 1))
        );
        assert_eq!(proposal.offers.len(), 1);
        assert_eq!(proposal.reread, 4);
    }
}
