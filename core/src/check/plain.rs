//! Is a record that is written plainly right, and what does it say?
//! Answers only where the answer is yes and nothing is to be remarked; all else is left to [`draft`](super::draft), which says the
//! same of such records and much more of others.

use super::cell::{self, CellRules, Checked};
use super::dates::{self, Dates, Today};
use super::draft::{Slots, required_of};
use super::fingerprint::Fingerprint;
use super::lenient;
use crate::field::{Field, Kind, Table};
use crate::moment::Moment;
use crate::order::Draft;
use crate::read::{Cell, CellAt, PlainRecord, Shape};
use crate::reading::Values;
use std::borrow::Cow;

/// How the plain records of one file are read: worked out once, so that a cell costs no look-up.
pub(crate) struct PlainReader<'s> {
    /// One for each column of the file.
    columns: Vec<Column>,
    required: u64,
    today: Today,
    clear_token: &'s str,
    shape: &'s Shape,
    field_bytes: usize,
}

/// What a right record says.
pub(crate) struct PlainOrder<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) content: u32,
}

struct Column {
    field: Field,
    rule: Rule,
}

enum Rule {
    /// The column means nothing.
    Ignored,
    Key(Lengths),
    Text(Lengths),
    Integer {
        min: i64,
        max: i64,
    },
    Moment,
    Word(Words),
    /// Nothing that nearly every file has.
    Other,
}

#[derive(Clone, Copy)]
struct Lengths {
    least: usize,
    most: usize,
    field: Field,
    lenient: bool,
}

impl<'s> PlainReader<'s> {
    /// Nothing where the file is such that no record of it can be read so.
    pub(crate) fn of(shape: &'s Shape) -> Option<Self> {
        let options = &shape.options;
        if options.table != Table::Orders || !shape.missing.is_empty() {
            return None;
        }
        let mut named = 0u64;
        let mut columns = Vec::with_capacity(shape.columns.len());
        for column in &shape.columns {
            let Some(field) = column.field else {
                columns.push(Column::IGNORED);
                continue;
            };
            // Which of two columns holds is not decided here.
            if named & 1 << field.index() != 0 {
                return None;
            }
            named |= 1 << field.index();
            let rule = Rule::of(field, options.reading.values);
            columns.push(Column { field, rule });
        }
        Some(Self {
            columns,
            required: required_of(options.table),
            today: Today::at(options.now),
            clear_token: &options.clear_token,
            shape,
            field_bytes: options.limits.field_bytes,
        })
    }

    /// What the record says, if it is right.
    pub(super) fn read<'a>(&self, record: &PlainRecord<'_, 'a>) -> Option<PlainOrder<'a>> {
        self.read_keeping(record, &mut Nothing)
    }

    /// The same with the row that it makes.
    pub(crate) fn draft<'a>(
        &self,
        record: &PlainRecord<'_, 'a>,
    ) -> Option<(PlainOrder<'a>, Draft<'a>)> {
        let mut slots = Slots::default();
        let order = self.read_keeping(record, &mut slots)?;
        Some((order, slots.into_draft()?))
    }

    /// The key and the offer of a record that is right.
    pub(crate) fn names<'a>(&self, record: &PlainRecord<'_, 'a>) -> Option<[&'a str; 2]> {
        let mut names = [None, None];
        for (column, cell) in self.columns.iter().zip(record.cells()) {
            match (&column.rule, column.field) {
                (Rule::Key(lengths), _) => names[0] = lengths.text(cell),
                (Rule::Text(lengths), Field::PlenigoOfferId) => names[1] = lengths.text(cell),
                _ => {}
            }
        }
        match names {
            [Some(key), Some(offer)] => Some([ascii(key), ascii(offer)]),
            _ => None,
        }
    }

    /// What a cell says that is right, where that is seen of it alone.
    pub(super) fn cell<'a>(&self, at: &CellAt<'a>) -> Option<Checked<'a>> {
        let Cell::Text(Cow::Borrowed(text)) = at.cell else {
            return None;
        };
        let column = self.columns.get((at.column as usize).checked_sub(1)?)?;
        let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let mut kept = Kept(None);
        if is_plain {
            self.read_cell(column, text.as_bytes(), &mut Said::default(), &mut kept)?;
        }
        kept.0
    }

    fn read_keeping<'a>(
        &self,
        record: &PlainRecord<'_, 'a>,
        keep: &mut impl Keep<'a>,
    ) -> Option<PlainOrder<'a>> {
        let mut order = Said::default();
        for (column, cell) in self.columns.iter().zip(record.cells()) {
            if !cell.is_empty() {
                self.read_cell(column, cell, &mut order, keep)?;
            }
        }
        if self.required & !order.given != 0 || !self.agree(order.dates) {
            return None;
        }
        Some(PlainOrder {
            key: order.key,
            content: order.content.finish(),
        })
    }

    fn read_cell<'a>(
        &self,
        column: &Column,
        cell: &'a [u8],
        order: &mut Said<'a>,
        keep: &mut impl Keep<'a>,
    ) -> Option<()> {
        let field = column.field;
        if cell.len() > self.field_bytes || cell == self.clear_token.as_bytes() {
            return matches!(column.rule, Rule::Ignored).then_some(());
        }
        match &column.rule {
            Rule::Ignored => return Some(()),
            Rule::Key(lengths) => {
                order.key = lengths.text(cell)?;
                keep.keep(field, || Checked::Text(ascii(cell).into()));
            }
            Rule::Text(lengths) => {
                order.content.text(field, lengths.text(cell)?);
                keep.keep(field, || Checked::Text(ascii(cell).into()));
            }
            Rule::Integer { min, max } => {
                let number = integer(cell).filter(|number| (min..=max).contains(&number))?;
                order.content.number(field, number);
                keep.keep(field, || Checked::Integer(number));
            }
            Rule::Moment => {
                let moment = Moment::parse_bytes(cell).ok()?;
                order.dates.put(field, moment);
                order.content.moment(field, moment);
                keep.keep(field, || Checked::Moment(moment));
            }
            Rule::Word(words) => {
                order.content.number(field, words.place_of(cell)?);
                keep.keep(field, || Checked::Text(ascii(cell).into()));
            }
            Rule::Other => return self.read_other(field, cell, order, keep),
        }
        order.given |= 1 << field.index();
        Some(())
    }

    /// By the rules that hold for every cell.
    fn read_other<'a>(
        &self,
        field: Field,
        cell: &'a [u8],
        order: &mut Said<'_>,
        keep: &mut impl Keep<'a>,
    ) -> Option<()> {
        let cell = Cell::Text(Cow::Borrowed(std::str::from_utf8(cell).ok()?));
        let mut remarked = false;
        // A cell with slashes is left to who knows its column.
        let rules = CellRules::of(self.shape, 0);
        let checked = cell::check(field, &cell, &rules, &mut |_| remarked = true);
        match checked {
            Ok(Checked::Absent) if !remarked => return Some(()),
            Ok(Checked::Text(text)) if !remarked => {
                order.content.text(field, text.as_bytes());
                keep.keep(field, || Checked::Text(text));
            }
            Ok(Checked::Texts(texts)) if !remarked => {
                order.content.texts(field, &texts);
                keep.keep(field, || Checked::Texts(texts));
            }
            _ => return None,
        }
        order.given |= 1 << field.index();
        Some(())
    }

    fn agree(&self, dates: Dates) -> bool {
        let mut agree = true;
        dates::check(dates, self.today, &mut |_, _, _| agree = false);
        agree
    }
}

/// Who keeps what a record says besides its fingerprint.
trait Keep<'a> {
    fn keep(&mut self, field: Field, checked: impl FnOnce() -> Checked<'a>);
}

/// Keeps nothing.
struct Nothing;

impl<'a> Keep<'a> for Nothing {
    fn keep(&mut self, _: Field, _: impl FnOnce() -> Checked<'a>) {}
}

/// Keeps what one cell says.
struct Kept<'a>(Option<Checked<'a>>);

impl<'a> Keep<'a> for Kept<'a> {
    fn keep(&mut self, _: Field, checked: impl FnOnce() -> Checked<'a>) {
        self.0 = Some(checked());
    }
}

impl<'a> Keep<'a> for Slots<'a> {
    fn keep(&mut self, field: Field, checked: impl FnOnce() -> Checked<'a>) {
        self.put(field, checked());
    }
}

/// Plain cells are printable ASCII.
fn ascii(cell: &[u8]) -> &str {
    std::str::from_utf8(cell).unwrap_or_default()
}

/// What has been read of a record.
#[derive(Default)]
struct Said<'r> {
    key: &'r [u8],
    content: Fingerprint,
    dates: Dates,
    /// The fields that have a value, as bits.
    given: u64,
}

impl Column {
    const IGNORED: Self = Self {
        field: Field::ExternalSystemId,
        rule: Rule::Ignored,
    };
}

impl Rule {
    fn of(field: Field, values: Values) -> Self {
        let spec = field.spec();
        match spec.kind {
            Kind::Text { min, max } => {
                let lengths = Lengths {
                    // Too short is a text only where exactly one length is right.
                    least: if min == max { usize::from(min) } else { 0 },
                    most: usize::from(max),
                    field,
                    lenient: values == Values::Lenient,
                };
                match field {
                    Field::ExternalSystemId => Self::Key(lengths),
                    _ => Self::Text(lengths),
                }
            }
            Kind::Integer { min, max } => Self::Integer { min, max },
            Kind::DateTime => Self::Moment,
            // A draft knows these words by their place and keeps those of a customer as they are.
            Kind::Word(words) if spec.table == Table::Orders => Self::Word(Words::of(words)),
            _ => Self::Other,
        }
    }
}

impl Lengths {
    /// The text, if it is one of plain length that is read as it is written.
    fn text(self, cell: &[u8]) -> Option<&[u8]> {
        let (first, last) = (cell.first()?, cell.last()?);
        // White space, an apostrophe and what begins a formula are a matter for remarks, and `#REF!` is an error.
        let is_plain =
            !matches!(first, b' ' | b'\'' | b'=' | b'+' | b'-' | b'@' | b'#') && *last != b' ';
        let is_special = self.lenient
            && lenient::may_be_special(cell)
            && lenient::is_special(self.field, ascii(cell));
        (is_plain && !is_special && (self.least..=self.most).contains(&cell.len())).then_some(cell)
    }
}

fn integer(cell: &[u8]) -> Option<i64> {
    // So many digits cannot pass the largest number.
    if cell.len() > 18 {
        return None;
    }
    cell.iter().try_fold(0, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| number * 10 + i64::from(digit))
    })
}

/// A list of words in which one is found at first sight.
struct Words {
    words: &'static [&'static str],
    /// By what is seen of a word at first sight: its place in the list.
    first_sight: [u8; SIGHTS],
}

const SIGHTS: usize = 64;

impl Words {
    fn of(words: &'static [&'static str]) -> Self {
        let mut first_sight = [0; SIGHTS];
        for (place, word) in words.iter().enumerate() {
            first_sight[sight(word.as_bytes())] = place as u8;
        }
        Self { words, first_sight }
    }

    fn place_of(&self, cell: &[u8]) -> Option<i64> {
        let place = self.first_sight[sight(cell)];
        let is_it = |word: &str| word.as_bytes() == cell;
        if self
            .words
            .get(usize::from(place))
            .is_some_and(|word| is_it(word))
        {
            return Some(i64::from(place));
        }
        let place = self.words.iter().position(|word| is_it(word))?;
        Some(place as i64)
    }
}

/// What is seen of a word at first sight: its first letter and its length.
fn sight(word: &[u8]) -> usize {
    let first = word.first().map_or(0, |first| usize::from(*first));
    (first * 4 + word.len()) % SIGHTS
}
