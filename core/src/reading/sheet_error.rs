//! Is the text of a cell an error that a spreadsheet shows where a value should be?
//! Exported as text it is one still: nothing that could be meant as a value is taken for one.

/// What stands for a value that is lost on the way from a workbook to text; what it was follows.
pub const LOST: &str = "#ERROR!";

/// The errors of Excel, LibreOffice and Google Sheets in German and English.
const ERRORS: &[&str] = &[
    LOST,
    "#REF!",
    "#BEZUG!",
    "#VALUE!",
    "#WERT!",
    "#NAME?",
    "#DIV/0!",
    "#NUM!",
    "#ZAHL!",
    "#NULL!",
    "#LEER!",
    "#N/A",
    "#NV",
    "#SPILL!",
    "#ÜBERLAUF!",
    "#CALC!",
    "#KALK!",
    "#FIELD!",
    "#FELD!",
];

/// Is it one, also with something behind it, or a number that its column was too narrow for?
pub fn is_sheet_error(text: &str) -> bool {
    if !text.starts_with('#') {
        return false;
    }
    let is_too_narrow = text.len() >= 3 && text.bytes().all(|byte| byte == b'#');
    is_too_narrow
        || ERRORS.iter().any(|error| {
            let behind = text.strip_prefix(error);
            behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(' '))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_told_from_texts() {
        for error in ["#REF!", "#WERT!", "#NV", "###", "#ERROR! 2026-02-01"] {
            assert!(is_sheet_error(error), "{error}");
        }
        for text in [
            "", "#", "##", "#1", "#REF", "#REF!x", "REF!", "#Name", "#NVA",
        ] {
            assert!(!is_sheet_error(text), "{text}");
        }
    }
}
