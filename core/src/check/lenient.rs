//! What does a cell say that is not written in the platform's own way?
//! Only what can mean one thing is read, and said with before and after; what is only likely is an error that proposes it.

use super::cell::{self, CellRules, Checked, Remark};
use crate::code::Code;
use crate::field::{Field, Kind, Table};
use crate::finding::{Detail, shown_value};
use crate::moment::{Moment, civil_from_days};
use crate::reading::DateOrder;
use crate::reading::absent::{is_absent, may_be_absent};
use crate::reading::local_time::{self, Century, LocalTime};
use crate::reading::number::{self, Whole};
use crate::reading::sheet_error::is_sheet_error;
use crate::reading::tidy::tidied;
use crate::reading::words;
use crate::reading::zone::{Local, Zone};
use std::borrow::Cow;

/// Reads a text without white space around it that is not empty and does not clear the value.
pub(super) fn read<'a>(
    field: Field,
    text: Cow<'a, str>,
    rules: &CellRules<'_>,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Remark> {
    let spec = field.spec();
    // Nearly all cells, in wrong records too.
    let is_usual = text.is_ascii() && !may_be_special(text.as_bytes());
    let text = if is_usual {
        text
    } else {
        match special(field, text, rules, remark)? {
            Some(text) => text,
            None => return Ok(Checked::Absent),
        }
    };
    let kept = text.clone();
    let trouble = match cell::from_text(spec.kind, text, remark) {
        Ok(checked) => return Ok(checked),
        Err(trouble) => Remark::from(trouble),
    };
    let text = &*kept;
    match spec.kind {
        Kind::DateTime => date_time(field, text, rules, trouble, remark),
        Kind::Date => date(text, rules, trouble, remark),
        Kind::Integer { min, max } => whole_number(field, text, (min, max), trouble, remark),
        Kind::Word(_) | Kind::Bool | Kind::Language => {
            word(spec.kind, text, rules, trouble, remark)
        }
        Kind::Words(_) => several_words(spec.kind, text, rules, trouble, remark),
        Kind::Telephone => telephone(text, rules, trouble, remark),
        Kind::Email => Err(with_proposal(trouble, bare_address(text))),
        Kind::Text { .. } if trouble.code == Code::ControlCharacter => {
            let visible = without_control(text);
            Err(with_proposal(trouble, Some(visible)))
        }
        Kind::Text { .. } | Kind::Texts => Err(trouble),
    }
}

/// The text that is to be read, of one that may be more than it seems; nothing where it says that there is none.
fn special<'a>(
    field: Field,
    text: Cow<'a, str>,
    rules: &CellRules<'_>,
    remark: &mut dyn FnMut(Remark),
) -> Result<Option<Cow<'a, str>>, Remark> {
    let spec = field.spec();
    let text = tidy(text, remark);
    if text.is_empty() {
        return Ok(None);
    }
    let optional = !spec.required || spec.table != rules.table;
    // What looks like nothing may still be the text of a key.
    let is_text = matches!(spec.kind, Kind::Text { .. });
    if (optional || !is_text) && says_nothing(field, &text) {
        let shown = Detail::Text(shown_value(&text));
        let said = Remark::new(Code::NotGivenRead, shown);
        remark(if optional {
            said.with_fix("", true)
        } else {
            said
        });
        return Ok(None);
    }
    if is_sheet_error(&text) {
        return Err(Remark::new(Code::CellError, Detail::None));
    }
    let is_number = matches!(spec.kind, Kind::Integer { .. });
    if (is_text && spec.table == Table::Orders || is_number) && lost_digits(&text) {
        return Err(Remark::new(Code::DigitsLost, Detail::None));
    }
    if is_text && is_decimal(&text) && is_id(field) {
        let whole = text.split(['.', ',']).next().unwrap_or_default();
        let shown = Detail::Text(shown_value(whole));
        remark(Remark::new(Code::DecimalId, shown).with_fix(whole, false));
    }
    Ok(Some(match named_text(&text) {
        Some(named) => {
            remark(told(Code::FormulaRead, &named));
            Cow::Owned(named)
        }
        None => text,
    }))
}

/// Is it a number of a customer or an order, whose spelling counts?
fn is_id(field: Field) -> bool {
    matches!(
        field,
        Field::ExternalSystemId
            | Field::InvoiceCustomerId
            | Field::DeliveryCustomerId
            | Field::CustomerId
            | Field::CustomerExternalSystemId
    )
}

/// Is it a whole number with a decimal, as programs write one that they hold as a number: `100003.0`?
fn is_decimal(text: &str) -> bool {
    let whole = text.strip_suffix(".0").or_else(|| text.strip_suffix(",0"));
    whole.is_some_and(|whole| !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The text of a formula that is nothing else: `="0042"`.
fn named_text(text: &str) -> Option<String> {
    let inner = text.strip_prefix("=\"")?.strip_suffix('"')?;
    let plain = inner.replace("\"\"", "");
    (!inner.is_empty() && !plain.contains('"')).then(|| inner.replace("\"\"", "\""))
}

/// Would a text be read otherwise than it is written, or refused, though it is of the right length?
pub(super) fn is_special(field: Field, text: &str) -> bool {
    lost_digits(text) || is_decimal(text) || (!field.spec().required && says_nothing(field, text))
}

/// Might it be so, at first sight? Never false where [`is_special`] is true.
pub(super) fn may_be_special(text: &[u8]) -> bool {
    let first = text.first();
    first.is_some_and(|first| may_be_absent(*first))
        || may_have_lost_digits(text)
        || text.ends_with(b".0")
        || text.ends_with(b",0")
}

fn says_nothing(field: Field, text: &str) -> bool {
    let first = text.as_bytes().first();
    first.is_some_and(|first| may_be_absent(*first)) && is_absent(field, text)
}

/// Such an exponent has one to three digits.
fn may_have_lost_digits(text: &[u8]) -> bool {
    text.last_chunk::<4>()
        .is_some_and(|end| end.contains(&b'+'))
}

/// Is it a long number that a spreadsheet has rounded: `4,71E+12`?
fn lost_digits(text: &str) -> bool {
    if !may_have_lost_digits(text.as_bytes()) {
        return false;
    }
    let Some((number, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = number.split_once([',', '.']).unwrap_or((number, "0"));
    exponent.strip_prefix('+').is_some_and(digits)
        && whole.len() == 1
        && digits(whole)
        && digits(fraction)
}

fn tidy<'a>(text: Cow<'a, str>, remark: &mut dyn FnMut(Remark)) -> Cow<'a, str> {
    if text.is_ascii() {
        return text;
    }
    let tidied = tidied(&text);
    let trimmed = cell::without_space(&tidied.text);
    for (done, code) in [
        (tidied.removed, Code::InvisibleRemoved),
        (tidied.replaced, Code::BlankReplaced),
    ] {
        if done {
            let shown = Detail::Text(shown_value(trimmed));
            remark(Remark::new(code, shown).with_fix(trimmed, true));
        }
    }
    if !tidied.removed && !tidied.replaced {
        return text;
    }
    Cow::Owned(trimmed.to_owned())
}

fn with_proposal(trouble: Remark, proposal: Option<String>) -> Remark {
    match proposal {
        Some(proposal) => trouble.with_fix(&proposal, false),
        None => trouble,
    }
}

fn told(code: Code, after: &str) -> Remark {
    Remark::new(code, Detail::Text(shown_value(after))).with_fix(after, true)
}

fn date_time<'a>(
    field: Field,
    text: &str,
    rules: &CellRules<'_>,
    trouble: Remark,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Remark> {
    let zone = &rules.reading.zone;
    let taken = |at: LocalTime| Instant::of(ending(field, at), zone);
    match local_time::read(text, rules.order, Century::Near) {
        Ok(at) => {
            let instant = taken(at);
            remark(instant.remark());
            Ok(Checked::Moment(instant.moment))
        }
        Err(local_time::Trouble::Form) => {
            let serial = local_time::of_serial(text).map(|at| taken(at).text);
            Err(with_proposal(trouble, serial))
        }
        Err(local_time::Trouble::NoSuch) => Err(Remark::new(Code::DateTimeNoSuch, Detail::None)),
        Err(local_time::Trouble::OtherOrder(at)) if is_evident(rules) => {
            let instant = taken(at);
            remark(told(Code::DateOrderMixed, &instant.text));
            Ok(Checked::Moment(instant.moment))
        }
        Err(local_time::Trouble::OtherOrder(at)) => {
            let no_such = Remark::new(Code::DateTimeNoSuch, Detail::None);
            Err(no_such.with_fix(&taken(at).text, false))
        }
        Err(local_time::Trouble::Order(one, other) | local_time::Trouble::Century(one, other)) => {
            Err(ambiguous(one, other).with_fix(&taken(one).text, false))
        }
    }
}

/// Is it the file that shows what comes first? Then a date that can only be read the other way is still certain by itself.
fn is_evident(rules: &CellRules<'_>) -> bool {
    rules.reading.date_order == DateOrder::Evident
}

/// An end that names only a day lasts until its last second: who reads until the 31st reads on the 31st.
fn ending(field: Field, at: LocalTime) -> LocalTime {
    match field {
        Field::EndDate => at.to_end_of_day(),
        _ => at,
    }
}

fn ambiguous(one: LocalTime, other: LocalTime) -> Remark {
    let both = format!("{} / {}", one.full_date(), other.full_date());
    Remark::new(Code::DateAmbiguous, Detail::Text(both.into()))
}

/// A time on the wall, and the instant that is taken for it.
struct Instant {
    moment: Moment,
    text: String,
    code: Code,
}

impl Instant {
    fn of(at: LocalTime, zone: &Zone) -> Self {
        let (wall, nanos) = at.wall();
        let local = match at.offset {
            Some(offset) => Local::Once(offset),
            None => zone.local(wall),
        };
        let (offset, code) = match local {
            Local::Once(offset) => (offset, Code::DateRead),
            Local::Twice { earlier, .. } => (earlier, Code::TimeTwice),
            // The clocks go on: as long after the change as it would have been after the hour that they jumped over.
            Local::Never { before, after } => {
                let instant = wall - i64::from(before);
                let shown = instant + i64::from(after);
                let moved = LocalTime {
                    day: shown.div_euclid(86_400),
                    clock: Some(local_time::Clock {
                        seconds: shown.rem_euclid(86_400) as u32,
                        nanos,
                    }),
                    offset: None,
                };
                return Self {
                    moment: Moment::from_unix(instant, nanos),
                    text: moved.with_offset(after),
                    code: Code::TimeInGap,
                };
            }
        };
        Self {
            moment: Moment::from_unix(wall - i64::from(offset), nanos),
            text: at.with_offset(offset),
            code,
        }
    }

    fn remark(&self) -> Remark {
        let shown = Detail::Text(shown_value(&self.text));
        Remark::new(self.code, shown).with_fix(&self.text, self.code == Code::DateRead)
    }
}

fn date<'a>(
    text: &str,
    rules: &CellRules<'_>,
    trouble: Remark,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Remark> {
    let (year, _, _) = civil_from_days(rules.now.seconds().div_euclid(86_400));
    match local_time::read(text, rules.order, Century::Past(year)) {
        Ok(at) => {
            let day = at.full_date();
            remark(told(Code::DateRead, &day));
            Ok(Checked::Text(Cow::Owned(day)))
        }
        Err(local_time::Trouble::Form | local_time::Trouble::NoSuch) => Err(trouble),
        Err(local_time::Trouble::OtherOrder(at)) if is_evident(rules) => {
            let day = at.full_date();
            remark(told(Code::DateOrderMixed, &day));
            Ok(Checked::Text(Cow::Owned(day)))
        }
        Err(local_time::Trouble::OtherOrder(at)) => Err(trouble.with_fix(&at.full_date(), false)),
        Err(local_time::Trouble::Order(one, other) | local_time::Trouble::Century(one, other)) => {
            Err(ambiguous(one, other).with_fix(&one.full_date(), false))
        }
    }
}

fn whole_number<'a>(
    field: Field,
    text: &str,
    (min, max): (i64, i64),
    trouble: Remark,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Remark> {
    let bare = match field {
        Field::DiscountPercentage => text.strip_suffix('%').unwrap_or(text).trim_end(),
        _ => text,
    };
    let fits = |digits: &str| cell::integer(digits, min, max).is_ok();
    match number::whole(bare) {
        Whole::Certain(digits) => {
            let checked = cell::integer(&digits, min, max)?;
            remark(told(Code::NumberRead, &digits));
            Ok(checked)
        }
        Whole::Either(one, thousands) => {
            let both = Detail::Text(format!("{one} / {thousands}").into());
            let likely = if fits(&one) { &one } else { &thousands };
            let trouble = Remark::new(Code::NumberAmbiguous, both);
            Err(if fits(likely) {
                trouble.with_fix(likely, false)
            } else {
                trouble
            })
        }
        Whole::Likely(digits) if fits(&digits) => Err(trouble.with_fix(&digits, false)),
        Whole::Likely(_) | Whole::No => Err(trouble),
    }
}

fn word<'a>(
    kind: Kind,
    text: &str,
    rules: &CellRules<'_>,
    trouble: Remark,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Remark> {
    let meant = words::meant(kind, text, &rules.reading.words);
    let meant = match (meant, kind) {
        (None, Kind::Language) => language_of_locale(text),
        (meant, _) => meant.map(str::to_owned),
    };
    let Some(word) = meant else {
        let near = words::near(kind, text).map(str::to_owned);
        return Err(with_proposal(trouble, near));
    };
    let checked = cell::from_text(kind, Cow::Owned(word.clone()), &mut |_| {})?;
    remark(told(Code::WordRead, &word));
    Ok(checked)
}

/// `de_DE`, `de-CH`: the language of a place.
fn language_of_locale(text: &str) -> Option<String> {
    let (language, place) = text.split_once(['-', '_'])?;
    let letters =
        |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    (letters(language) && letters(place)).then(|| language.to_ascii_lowercase())
}

fn several_words<'a>(
    kind: Kind,
    text: &str,
    rules: &CellRules<'_>,
    trouble: Remark,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Remark> {
    let parts = text
        .split(['|', ',', ';'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let meant: Option<Vec<_>> = parts
        .map(|part| words::meant(kind, part, &rules.reading.words))
        .collect();
    let Some(meant) = meant else {
        return Err(trouble);
    };
    let joined = meant.join("|");
    let checked = cell::from_text(kind, Cow::Owned(joined.clone()), &mut |_| {})?;
    remark(told(Code::WordRead, &joined));
    Ok(checked)
}

fn telephone<'a>(
    text: &str,
    rules: &CellRules<'_>,
    trouble: Remark,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Remark> {
    let bare = text.replace("(0)", "");
    let digits: String = bare
        .chars()
        .filter(|sign| !matches!(sign, ' ' | '-' | '–' | '/' | '(' | ')' | '.'))
        .collect();
    let international = match digits.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => digits.clone(),
    };
    if cell::is_telephone(&international) {
        remark(told(Code::TelephoneRead, &international));
        return Ok(Checked::Text(Cow::Owned(international)));
    }
    let national = digits
        .strip_prefix('0')
        .filter(|_| rules.reading.zone == Zone::berlin());
    let german = national
        .map(|rest| format!("+49{rest}"))
        .filter(|number| cell::is_telephone(number));
    Err(with_proposal(trouble, german))
}

/// The address in `Lena Muster <lena@example.org>`, `mailto:lena@example.org` or `lena@example.org;`.
fn bare_address(text: &str) -> Option<String> {
    let inner = match text.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or(rest),
        None => text,
    };
    let inner = inner.strip_prefix("mailto:").unwrap_or(inner);
    let bare: String = inner.chars().filter(|sign| !sign.is_whitespace()).collect();
    let bare = bare.trim_matches([',', ';', '.', '"', '\'']);
    cell::is_email(bare).then(|| bare.to_owned())
}

fn without_control(text: &str) -> String {
    let visible = text
        .chars()
        .map(|sign| if sign.is_control() { ' ' } else { sign });
    let visible: String = visible.filter(|sign| !cell::is_invisible(*sign)).collect();
    visible
        .split(' ')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
