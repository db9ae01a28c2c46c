//! Is the cell of a workbook what its field may hold, when it is a number, a date, a truth value, an error or a formula?
//! A typed cell is read as what it is; where a text was meant, what the spreadsheet made of it is said, also of its text.

use super::cell::{self, CellRules, Checked, Remark};
use super::lenient;
use crate::code::Code;
use crate::field::{Field, Kind};
use crate::finding::Detail;
use crate::read::SheetKind;
use crate::reading::Values;
use crate::reading::absent::is_absent;
use crate::reading::sheet_error::{LOST, is_sheet_error};
use std::borrow::Cow;

/// Whole numbers from here on are no longer told apart.
const FIRST_INDISTINCT: u64 = 1 << 53;

/// Reads a cell that is not text.
pub(super) fn read<'a>(
    field: Field,
    kind: SheetKind,
    text: &Cow<'a, str>,
    rules: &CellRules<'_>,
    remark: &mut dyn FnMut(Remark),
) -> Result<Checked<'a>, Remark> {
    let spec = field.spec();
    let is_text = is_text(field);
    match kind {
        SheetKind::Error => Err(Remark::new(Code::CellError, Detail::None)),
        SheetKind::Formula => Err(Remark::new(Code::FormulaWithoutValue, Detail::None)),
        SheetKind::Date if is_text => Err(Remark::new(Code::DateAsText, Detail::None)),
        SheetKind::Number if is_text && has_lost_digits(text) => {
            Err(Remark::new(Code::DigitsLost, Detail::None))
        }
        SheetKind::Number if is_text => {
            remark(Remark::new(Code::NumberAsText, Detail::None));
            cell::from_text(spec.kind, text.clone(), remark).map_err(Remark::from)
        }
        SheetKind::Number | SheetKind::Bool | SheetKind::Date => match rules.reading.values {
            Values::Lenient => lenient::read(field, text.clone(), rules, remark),
            Values::Strict => {
                cell::from_text(spec.kind, text.clone(), remark).map_err(Remark::from)
            }
        },
    }
}

/// The text of such a cell in a file that knows nothing but text, under the field of its column. What a workbook has lost is
/// refused there as it is here.
pub(crate) fn as_text(field: Option<Field>, kind: SheetKind, text: &str) -> Cow<'_, str> {
    let is_lost = match (kind, field) {
        (SheetKind::Formula, _) => true,
        (SheetKind::Error, Some(field)) => !is_sheet_error(text) || is_absent(field, text),
        (SheetKind::Date, Some(field)) => is_text(field),
        (SheetKind::Number, Some(field)) => is_text(field) && has_lost_digits(text),
        _ => false,
    };
    match is_lost {
        true => Cow::Owned(format!("{LOST} {text}")),
        false => Cow::Borrowed(text),
    }
}

fn is_text(field: Field) -> bool {
    matches!(
        field.spec().kind,
        Kind::Text { .. } | Kind::Texts | Kind::Telephone
    )
}

/// Is it so large that the file does not hold all its digits?
fn has_lost_digits(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let whole = digits.split_once('.').map_or(digits, |(whole, _)| whole);
    number.contains('e')
        || (!whole.is_empty()
            && whole.bytes().all(|byte| byte.is_ascii_digit())
            && whole
                .parse()
                .map_or(true, |whole: u64| whole >= FIRST_INDISTINCT))
}
