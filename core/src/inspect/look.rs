//! What does a look at one block find that the whole file needs to know?
//! A block needs no other for that, so that somebody else can look at it: [`Look::to_bytes`] is all that has to come back.
//!
//! The bytes go between two copies of one program and are kept nowhere; their first one is their version all the same.

use super::index::{Entry, Fixes, Found, Kind};
use crate::check::{Examined, FIRST_PLACES, Place, examine};
use crate::code::CODES;
use crate::field::FIELDS;
use crate::finding::Detail;
use crate::moment::Moment;
use crate::numbers::{Cursor, put_number, put_signed, put_text};
use crate::plan::Decision;
use crate::read::{Block, Mark, Shape};

/// What one block holds, by its form alone: its findings are in the entry, counted.
#[derive(Debug, PartialEq)]
pub(super) struct Look {
    pub(super) entry: Entry,
    pub(super) examined: Examined,
}

const VERSION: u8 = 1;

impl Look {
    /// Looks at a block.
    pub(super) fn at(shape: &Shape, block: &Block) -> Self {
        let mut entry = Entry::new(block.mark());
        let mut examined = examine(shape, block);
        for finding in std::mem::take(&mut examined.findings) {
            entry.add(&finding);
        }
        count_rows(&mut entry, &examined);
        Self { entry, examined }
    }

    /// The bytes of a look at the block that was handed out under this number.
    pub(super) fn to_bytes(&self, number: u64) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.examined.rows.len() * 14 + 256);
        out.push(VERSION);
        put_number(&mut out, number);
        put_number(&mut out, self.entry.kinds.len() as u64);
        for (kind, found) in &self.entry.kinds {
            put_number(&mut out, kind.code as u64);
            put_number(
                &mut out,
                kind.field.map_or(0, |field| field.index() as u64 + 1),
            );
            put_number(&mut out, u64::from(kind.column));
            put_found(&mut out, found);
        }
        self.examined.put_facts(&mut out);
        out
    }

    /// Which number the bytes of a look begin with; nothing where they are no look.
    pub(super) fn number_in(bytes: &[u8]) -> Option<(u64, Cursor<'_>)> {
        let mut cursor = Cursor::new(bytes);
        (cursor.byte()? == VERSION).then_some(())?;
        Some((cursor.number()?, cursor))
    }

    /// The look that the bytes behind the number tell, of the block with this mark. Findings come back counted, and keys
    /// without their text.
    pub(super) fn read(mut cursor: Cursor<'_>, mark: Mark) -> Option<Self> {
        let mut entry = Entry::new(mark);
        for _ in 0..cursor.number()? {
            let code = CODES.get(cursor.size()?)?.code;
            let field = match cursor.size()?.checked_sub(1) {
                Some(index) => Some(FIELDS.get(index)?.field),
                None => None,
            };
            let column = u32::try_from(cursor.number()?).ok()?;
            let kind = Kind {
                code,
                field,
                column,
            };
            entry.kinds.insert(kind, read_found(&mut cursor)?);
        }
        let examined = Examined::read_facts(&mut cursor)?;
        count_rows(&mut entry, &examined);
        cursor.is_at_end().then_some(Self { entry, examined })
    }
}

/// Where nothing is known that could be held against a row, its form alone decides.
fn count_rows(entry: &mut Entry, examined: &Examined) {
    for facts in &examined.rows {
        entry.counts.add(match facts.rejected {
            true => Decision::Reject,
            false => Decision::Create,
        });
    }
}

fn put_found(out: &mut Vec<u8>, found: &Found) {
    for count in [found.count, found.fixes.safe, found.fixes.likely] {
        put_number(out, count);
    }
    put_number(out, found.first.len() as u64);
    for place in &found.first {
        for number in [place.row, place.line, u64::from(place.column)] {
            put_number(out, number);
        }
    }
    put_detail(out, found.detail.as_ref());
}

fn read_found(cursor: &mut Cursor<'_>) -> Option<Found> {
    let (count, safe, likely) = (cursor.number()?, cursor.number()?, cursor.number()?);
    let places = cursor.size()?;
    let mut first = Vec::with_capacity(places.min(FIRST_PLACES));
    for _ in 0..places {
        first.push(Place {
            row: cursor.number()?,
            line: cursor.number()?,
            column: u32::try_from(cursor.number()?).ok()?,
        });
    }
    Some(Found {
        count,
        fixes: Fixes { safe, likely },
        first,
        detail: read_detail(cursor)?,
    })
}

fn put_detail(out: &mut Vec<u8>, detail: Option<&Detail>) {
    let Some(detail) = detail else {
        return out.push(0);
    };
    match detail {
        Detail::None => out.push(1),
        Detail::Range(min, max) => {
            out.push(2);
            put_signed(out, *min);
            put_signed(out, *max);
        }
        Detail::Limit(limit) => {
            out.push(3);
            put_number(out, *limit);
        }
        Detail::Record(row, line) => {
            out.push(4);
            put_number(out, *row);
            put_number(out, *line);
        }
        Detail::Column(column) => {
            out.push(5);
            put_number(out, u64::from(*column));
        }
        Detail::Moment(moment) => {
            out.push(6);
            put_signed(out, moment.seconds());
            put_number(out, u64::from(moment.nanos()));
        }
        Detail::Text(text) => {
            out.push(7);
            put_text(out, text);
        }
        Detail::Counts(found, expected) => {
            out.push(8);
            put_number(out, *found);
            put_number(out, *expected);
        }
        Detail::Proposal(name) => {
            out.push(9);
            put_text(out, name);
        }
        Detail::Any => out.push(10),
    }
}

/// Two layers of nothing: the bytes say nothing that could be read, or that there is no detail.
#[expect(
    clippy::option_option,
    reason = "the inner one is the value that is read"
)]
fn read_detail(cursor: &mut Cursor<'_>) -> Option<Option<Detail>> {
    Some(Some(match cursor.byte()? {
        0 => return Some(None),
        1 => Detail::None,
        2 => Detail::Range(cursor.signed()?, cursor.signed()?),
        3 => Detail::Limit(cursor.number()?),
        4 => Detail::Record(cursor.number()?, cursor.number()?),
        5 => Detail::Column(u32::try_from(cursor.number()?).ok()?),
        6 => {
            let seconds = cursor.signed()?;
            Detail::Moment(Moment::from_unix(
                seconds,
                u32::try_from(cursor.number()?).ok()?,
            ))
        }
        7 => Detail::Text(cursor.text()?.into()),
        8 => Detail::Counts(cursor.number()?, cursor.number()?),
        9 => {
            let name = cursor.text()?;
            let spec = FIELDS.iter().find(|spec| spec.name == name)?;
            Detail::Proposal(spec.name)
        }
        10 => Detail::Any,
        _ => return None,
    }))
}
