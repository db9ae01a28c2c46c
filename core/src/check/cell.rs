//! Is the value of one cell what its field may hold?
//! One function per kind of field; each finds at most one error, so that a cell is not scolded twice.

use super::{lenient, sheet_cell};
use crate::code::Code;
use crate::field::{Field, Kind, Table};
use crate::finding::{Detail, Fix};
use crate::moment::{Moment, MomentTrouble, is_full_date};
use crate::read::{Cell, Shape};
use crate::reading::local_time::First;
use crate::reading::sheet_error::is_sheet_error;
use crate::reading::{Reading, Values};
use std::borrow::Cow;

/// A cell that holds what its field may hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Checked<'a> {
    /// Not given.
    Absent,
    /// To be cleared.
    Clear,
    /// Text, a word, a date: as it is spelled.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// An instant.
    Moment(Moment),
    /// Several texts or words.
    Texts(Vec<Cow<'a, str>>),
    /// A truth value.
    Bool(bool),
}

/// How the cells of one column are read.
#[derive(Clone, Copy, Debug)]
pub struct CellRules<'r> {
    /// What the file's records describe.
    pub table: Table,
    /// The instant of the check.
    pub now: Moment,
    /// The text that clears a value.
    pub clear_token: &'r str,
    /// How cells are read.
    pub reading: &'r Reading,
    /// What comes first in dates that are written with slashes.
    pub order: Option<First>,
}

/// What is said of a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Remark {
    /// What it is.
    pub code: Code,
    /// What the words need besides.
    pub detail: Detail,
    /// What would stand in the cell instead.
    pub fix: Option<Box<Fix>>,
}

/// What is wrong with a cell.
pub(super) type Trouble = (Code, Detail);

impl<'r> CellRules<'r> {
    /// The rules of a file for a column, counted from 1; for none of them where it is 0.
    pub fn of(shape: &'r Shape, column: u32) -> Self {
        let options = &shape.options;
        let column = (column as usize).checked_sub(1);
        Self {
            table: options.table,
            now: options.now,
            clear_token: &options.clear_token,
            reading: &options.reading,
            order: column.and_then(|index| shape.columns.get(index)?.order),
        }
    }
}

impl Remark {
    /// A remark without a fix.
    pub fn new(code: Code, detail: Detail) -> Self {
        Self {
            code,
            detail,
            fix: None,
        }
    }

    /// The same with what would stand in the cell instead.
    #[must_use]
    pub fn with_fix(self, value: &str, safe: bool) -> Self {
        let value = value.into();
        Self {
            fix: Some(Box::new(Fix { value, safe })),
            ..self
        }
    }
}

impl From<Trouble> for Remark {
    fn from((code, detail): Trouble) -> Self {
        Self::new(code, detail)
    }
}

/// Checks a cell against its field. `remark` hears what was read otherwise than it is written. Texts of JSON are held
/// strictly against the platform's form, cells of text as their rules say.
pub fn check<'a>(
    field: Field,
    cell: &Cell<'a>,
    rules: &CellRules<'_>,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Remark> {
    match cell {
        Cell::Text(text) => {
            let text = plain(text, remark);
            if text.is_empty() {
                return Ok(Checked::Absent);
            }
            let spec = field.spec();
            if &*text == rules.clear_token {
                return clear(spec.required).map_err(Remark::from);
            }
            match rules.reading.values {
                Values::Lenient => lenient::read(field, text, rules, remark),
                Values::Strict if is_sheet_error(&text) => {
                    Err(Remark::new(Code::CellError, Detail::None))
                }
                Values::Strict => from_text(spec.kind, text, remark).map_err(Remark::from),
            }
        }
        Cell::Sheet(kind, text) => sheet_cell::read(field, *kind, text, rules, remark),
        cell => json(field, cell, remark).map_err(Remark::from),
    }
}

/// A value of JSON, which has its type.
fn json<'a>(
    field: Field,
    cell: &Cell<'a>,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Trouble> {
    let spec = field.spec();
    // In JSON nothing is mended: whoever writes it is a program.
    let remark = &mut |heard: Remark| remark(Remark::new(heard.code, heard.detail));
    match cell {
        // A cell of text has no type; it is read before.
        Cell::Text(text) | Cell::Sheet(_, text) => from_text(spec.kind, text.clone(), remark),
        Cell::NotUtf8(_) => Err((Code::EncodingInvalid, Detail::None)),
        Cell::JsonNull => clear(spec.required),
        Cell::JsonText(text) => match spec.kind {
            Kind::Integer { .. } => Err(wrong_type("integer")),
            Kind::Bool => Err(wrong_type("boolean")),
            Kind::Texts | Kind::Words(_) => Err(wrong_type("array of strings")),
            kind => {
                let text = plain(text, remark);
                if text.is_empty() {
                    return Ok(Checked::Absent);
                }
                from_text(kind, text, remark)
            }
        },
        Cell::JsonNumber(number) => match spec.kind {
            Kind::Integer { min, max } => integer(number, min, max),
            kind => Err(wrong_type(json_type(kind))),
        },
        Cell::JsonBool(value) => match spec.kind {
            Kind::Bool => Ok(Checked::Bool(*value)),
            kind => Err(wrong_type(json_type(kind))),
        },
        Cell::JsonTexts(texts) => {
            let trimmed = || texts.iter().filter_map(trimmed).collect();
            match spec.kind {
                Kind::Texts => several(trimmed(), |text| text_of(text, 1, 100)),
                Kind::Words(words) => several(trimmed(), |text| one_of(text, words)),
                kind => Err(wrong_type(json_type(kind))),
            }
        }
        Cell::JsonNested(_) => Err(wrong_type(json_type(spec.kind))),
    }
}

/// Would a spreadsheet take a cell with this text for a formula? It begins with one of `=`, `+`, `-`, `@` (in
/// full width too), also behind white space, or with a tab or a carriage return, which some programs drop.
///
/// Whoever writes such a text into a cell puts an apostrophe before it; [`check`] does not read it along.
pub fn reads_as_formula(text: &str) -> bool {
    let visible = text.trim_start_matches(is_space);
    visible.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || (text.starts_with(['\t', '\r']) && !visible.is_empty())
}

pub(super) fn without_space(text: &str) -> &str {
    text.trim_matches(is_space)
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}'
}

fn clear<'a>(required: bool) -> Result<Checked<'a>, Trouble> {
    if required {
        Err((Code::CannotClear, Detail::None))
    } else {
        Ok(Checked::Clear)
    }
}

/// Without white space around it and without the apostrophe by which spreadsheets mark text.
fn plain<'a>(text: &Cow<'a, str>, remark: &mut dyn FnMut(Remark)) -> Cow<'a, str> {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return text.clone();
    };
    let edge = |byte: u8| byte.is_ascii_whitespace() || !byte.is_ascii();
    let mut plain = text.clone();
    if edge(*first) || edge(*last) {
        let trimmed = without_space(text);
        if trimmed.len() != text.len() {
            if !trimmed.is_empty() {
                let shown = Detail::Text(crate::finding::shown_value(trimmed));
                remark(Remark::new(Code::WhitespaceTrimmed, shown).with_fix(trimmed, true));
            }
            plain = match text {
                Cow::Borrowed(text) => Cow::Borrowed(without_space(text)),
                Cow::Owned(_) => Cow::Owned(trimmed.to_owned()),
            };
        }
    }
    let marked = plain.strip_prefix('\'').is_some_and(reads_as_formula);
    if marked {
        plain = match plain {
            Cow::Borrowed(text) => Cow::Borrowed(without_space(&text[1..])),
            Cow::Owned(text) => Cow::Owned(without_space(&text[1..]).to_owned()),
        };
        let shown = Detail::Text(crate::finding::shown_value(&plain));
        remark(Remark::new(Code::ApostropheRemoved, shown));
    }
    plain
}

/// A text that is written in the platform's own way.
pub(super) fn from_text<'a>(
    kind: Kind,
    text: Cow<'a, str>,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Trouble> {
    match kind {
        Kind::Text { min, max } => {
            text_of(&text, min, max)?;
            if matches!(text.as_bytes(), [b'=' | b'+' | b'-' | b'@', _, ..]) {
                remark(Remark::new(Code::FormulaLike, Detail::None));
            }
        }
        Kind::Integer { min, max } => return integer(&text, min, max),
        Kind::DateTime => return date_time(&text),
        Kind::Date if is_full_date(&text) => {}
        Kind::Date => return Err((Code::DateInvalid, Detail::None)),
        Kind::Word(words) => one_of(&text, words)?,
        Kind::Texts | Kind::Words(_) => {
            let texts = split_texts(&text);
            // Nothing but separators says nothing, as an empty cell does.
            if texts.is_empty() {
                return Ok(Checked::Absent);
            }
            return match kind {
                Kind::Words(words) => several(texts, |text| one_of(text, words)),
                _ => several(texts, |text| text_of(text, 1, 100)),
            };
        }
        Kind::Email if is_email(&text) => {}
        Kind::Email => return Err((Code::EmailInvalid, Detail::None)),
        Kind::Language if is_language(&text) => {}
        Kind::Language => return Err((Code::LanguageInvalid, Detail::None)),
        Kind::Telephone if is_telephone(&text) => {}
        Kind::Telephone => return Err((Code::TelephoneInvalid, Detail::None)),
        Kind::Bool => {
            return match &*text {
                "true" | "TRUE" => Ok(Checked::Bool(true)),
                "false" | "FALSE" => Ok(Checked::Bool(false)),
                _ => Err((Code::BoolInvalid, Detail::None)),
            };
        }
    }
    Ok(Checked::Text(text))
}

fn text_of(text: &str, min: u16, max: u16) -> Result<(), Trouble> {
    let mut ascii = true;
    for &byte in text.as_bytes() {
        if byte < 0x20 || byte == 0x7f {
            return Err((Code::ControlCharacter, Detail::None));
        }
        ascii &= byte.is_ascii();
    }
    let characters = if ascii {
        text.len()
    } else {
        text.chars().count()
    };
    if !ascii && text.chars().any(is_invisible) {
        return Err((Code::ControlCharacter, Detail::None));
    }
    let range = Detail::Range(i64::from(min), i64::from(max));
    match characters {
        count if min == max && count != usize::from(max) => Err((Code::TextWrongLength, range)),
        count if count > usize::from(max) => Err((Code::TextTooLong, range)),
        _ => Ok(()),
    }
}

/// Control characters beyond ASCII and those that turn the direction of text.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

pub(super) fn integer<'a>(text: &str, min: i64, max: i64) -> Result<Checked<'a>, Trouble> {
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err((Code::IntegerInvalid, Detail::None));
    }
    let magnitude = digits.iter().try_fold(0i64, |sum, digit| {
        sum.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
    });
    let value = magnitude.map(|magnitude| if negative { -magnitude } else { magnitude });
    match value.filter(|value| (min..=max).contains(value)) {
        Some(value) => Ok(Checked::Integer(value)),
        None => Err((Code::IntegerRange, Detail::Range(min, max))),
    }
}

fn date_time<'a>(text: &str) -> Result<Checked<'a>, Trouble> {
    match Moment::parse(text) {
        Ok(moment) => Ok(Checked::Moment(moment)),
        Err(MomentTrouble::Form) => Err((Code::DateTimeInvalid, Detail::None)),
        Err(MomentTrouble::OffsetMissing) => Err((Code::DateTimeNoOffset, Detail::None)),
        Err(MomentTrouble::NoSuchTime) => Err((Code::DateTimeNoSuch, Detail::None)),
    }
}

fn one_of(text: &str, words: &'static [&'static str]) -> Result<(), Trouble> {
    if words.contains(&text) {
        return Ok(());
    }
    Err((Code::WordUnknown, Detail::Text(words.join(", ").into())))
}

fn several(
    texts: Vec<Cow<'_, str>>,
    check: impl Fn(&str) -> Result<(), Trouble>,
) -> Result<Checked<'_>, Trouble> {
    texts.iter().try_for_each(|text| check(text))?;
    Ok(Checked::Texts(texts))
}

fn split_texts<'a>(text: &Cow<'a, str>) -> Vec<Cow<'a, str>> {
    const SEPARATORS: [char; 3] = ['|', ',', ';'];
    match text {
        Cow::Borrowed(text) => text
            .split(SEPARATORS)
            .filter_map(|part| trimmed(&Cow::Borrowed(part)))
            .collect(),
        Cow::Owned(text) => text
            .split(SEPARATORS)
            .filter_map(|part| trimmed(&Cow::Owned(part.to_owned())))
            .collect(),
    }
}

/// A text of several, without white space around it; nothing where nothing is left.
fn trimmed<'a>(text: &Cow<'a, str>) -> Option<Cow<'a, str>> {
    let trimmed = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    (!trimmed.is_empty()).then_some(trimmed)
}

/// One `@` with an atom before it and a host name of at least two labels behind it, 100 characters in all.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else {
        return false;
    };
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| {
            c.is_alphanumeric() || (c.is_ascii_graphic() && !"@\"(),:;<>[]\\".contains(c))
        });
    let label_ok = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    local_ok && host.contains('.') && host.split('.').all(label_ok) && text.chars().count() <= 100
}

pub(super) fn is_telephone(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else {
        return false;
    };
    (2..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn is_language(text: &str) -> bool {
    let bytes = text.as_bytes();
    let [first, second] = bytes else { return false };
    let code = [first.to_ascii_lowercase(), second.to_ascii_lowercase()];
    LANGUAGES
        .as_bytes()
        .chunks(3)
        .any(|known| known.starts_with(&code))
}

/// The codes of ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

fn wrong_type(expected: &str) -> Trouble {
    (Code::TypeWrong, Detail::Text(expected.into()))
}

fn json_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer { .. } => "integer",
        Kind::Bool => "boolean",
        Kind::Texts | Kind::Words(_) => "array of strings",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_text(field: Field, text: &str, expect: Result<&str, Code>) {
        let mut remarks = String::new();
        let cell = Cell::Text(Cow::Borrowed(text));
        let reading = Reading {
            values: Values::Strict,
            ..Reading::default()
        };
        let rules = CellRules {
            table: Table::Orders,
            now: Moment::from_unix(0, 0),
            clear_token: "NULL",
            reading: &reading,
            order: None,
        };
        let read = check(field, &cell, &rules, &mut |remark| {
            remarks.push_str(remark.code.name());
        });
        let read = match read {
            Ok(Checked::Absent) => Ok("absent".to_owned()),
            Ok(Checked::Clear) => Ok("clear".to_owned()),
            Ok(Checked::Text(text)) => Ok(format!("{text}{remarks}")),
            Ok(Checked::Integer(number)) => Ok(number.to_string()),
            Ok(Checked::Moment(moment)) => Ok(moment.to_string()),
            Ok(Checked::Texts(texts)) => Ok(texts.join("+")),
            Ok(Checked::Bool(value)) => Ok(value.to_string()),
            Err(remark) => Err(remark.code),
        };
        assert_eq!(
            read.as_deref().map_err(|code| *code),
            expect,
            "{field:?} {text:?}"
        );
    }

    #[test]
    fn numbers_are_plain_digits() {
        check_text(Field::Quantity, "1", Ok("1"));
        check_text(Field::Quantity, "0010", Ok("10"));
        check_text(Field::Quantity, "10000", Ok("10000"));
        check_text(Field::Quantity, "10001", Err(Code::IntegerRange));
        check_text(Field::Quantity, "0", Err(Code::IntegerRange));
        check_text(Field::Quantity, "-1", Err(Code::IntegerRange));
        check_text(Field::Quantity, "1e3", Err(Code::IntegerInvalid));
        check_text(Field::Quantity, "1.0", Err(Code::IntegerInvalid));
        check_text(Field::Quantity, "+1", Err(Code::IntegerInvalid));
        check_text(Field::Quantity, "-", Err(Code::IntegerInvalid));
        check_text(
            Field::Quantity,
            "99999999999999999999",
            Err(Code::IntegerRange),
        );
        check_text(
            Field::InvoiceAddressId,
            "9223372036854775807",
            Ok("9223372036854775807"),
        );
        check_text(
            Field::InvoiceAddressId,
            "9223372036854775808",
            Err(Code::IntegerRange),
        );
    }

    #[test]
    fn texts_keep_their_spelling() {
        check_text(Field::ExternalSystemId, "00123", Ok("00123"));
        check_text(Field::ExternalSystemId, " 7 ", Ok("7whitespace-trimmed"));
        check_text(
            Field::ExternalSystemId,
            "\u{a0}7",
            Ok("7whitespace-trimmed"),
        );
        check_text(Field::ExternalSystemId, "  ", Ok("absent"));
        check_text(Field::ExternalSystemId, "=cmd|x", Ok("=cmd|xformula-like"));
        check_text(
            Field::ExternalSystemId,
            "'=1",
            Ok("=1apostrophe-removedformula-like"),
        );
        check_text(
            Field::ExternalSystemId,
            "' \u{a0}=1",
            Ok("=1apostrophe-removedformula-like"),
        );
        check_text(Field::ExternalSystemId, "'\t7", Ok("7apostrophe-removed"));
        check_text(Field::ExternalSystemId, "'＋1", Ok("＋1apostrophe-removed"));
        check_text(Field::ExternalSystemId, "'7", Ok("'7"));
        check_text(Field::Quantity, "'-1", Err(Code::IntegerRange));
        check_text(Field::ExternalSystemId, "NULL", Err(Code::CannotClear));
        check_text(Field::ExternalSystemId, "a\0b", Err(Code::ControlCharacter));
        check_text(
            Field::ExternalSystemId,
            "a\u{202e}b",
            Err(Code::ControlCharacter),
        );
        check_text(
            Field::ExternalSystemId,
            &"ä".repeat(100),
            Ok(&"ä".repeat(100)),
        );
        check_text(
            Field::ExternalSystemId,
            &"ä".repeat(101),
            Err(Code::TextTooLong),
        );
        check_text(Field::PlenigoOfferId, "O_1", Err(Code::TextWrongLength));
        check_text(Field::DeliveryCustomerId, "NULL", Ok("clear"));
    }

    #[test]
    fn words_lists_and_the_rest() {
        check_text(Field::PaymentMethod, "PAYPAL", Ok("PAYPAL"));
        check_text(Field::PaymentMethod, "paypal", Err(Code::WordUnknown));
        check_text(Field::PlenigoBonusIds, "B_1 | B_2,,B_3", Ok("B_1+B_2+B_3"));
        check_text(
            Field::Email,
            "lena.müller+abo@example.org",
            Ok("lena.müller+abo@example.org"),
        );
        check_text(Field::Email, "lena@example", Err(Code::EmailInvalid));
        check_text(Field::Email, "le na@example.org", Err(Code::EmailInvalid));
        check_text(Field::Email, ".lena@example.org", Err(Code::EmailInvalid));
        check_text(Field::Language, "de", Ok("de"));
        check_text(Field::Language, "DE", Ok("DE"));
        check_text(Field::Language, "xx", Err(Code::LanguageInvalid));
        check_text(Field::Language, "a ", Err(Code::LanguageInvalid));
        check_text(Field::MobileNumber, "+4915112345678", Ok("+4915112345678"));
        check_text(
            Field::MobileNumber,
            "'+4915112345678",
            Ok("+4915112345678apostrophe-removed"),
        );
        check_text(
            Field::MobileNumber,
            "015112345678",
            Err(Code::TelephoneInvalid),
        );
        check_text(
            Field::StartDate,
            "2026-02-31T00:00:00Z",
            Err(Code::DateTimeNoSuch),
        );
        check_text(
            Field::StartDate,
            "2026-02-01T00:00:00",
            Err(Code::DateTimeNoOffset),
        );
        check_text(Field::Birthday, "1980-02-30", Err(Code::DateInvalid));
    }
}
