//! Which sheet of a workbook is read?
//! The one that the profile names, else the first one that is shown; what becomes of the others is said.

use crate::code::Code;
use crate::finding::{Detail, Finding, shown_value};
use crate::zip::Trouble;

/// The sheet that is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Choice {
    #[default]
    FirstShown,
    Named(Box<str>),
}

/// The sheets of a workbook, as they are offered one after another.
#[derive(Debug)]
pub(super) struct Sheets {
    choice: Choice,
    chosen: Option<Box<str>>,
    others: Vec<String>,
    more: u64,
}

/// So many names of sheets are named.
const NAMED: usize = 10;

const MOST_SHEETS: u64 = 4096;

impl Sheets {
    pub(super) fn new(choice: Choice) -> Self {
        Self {
            choice,
            chosen: None,
            others: Vec::new(),
            more: 0,
        }
    }

    /// Is this the one to read?
    pub(super) fn offer(&mut self, name: &str, hidden: bool) -> Result<bool, Trouble> {
        let fits = match &self.choice {
            Choice::FirstShown => !hidden,
            Choice::Named(wanted) => name.trim().to_lowercase() == wanted.trim().to_lowercase(),
        };
        if fits && self.chosen.is_none() {
            self.chosen = Some(shown_value(name));
            return Ok(true);
        }
        if self.others.len() < NAMED {
            let name = shown_value(name);
            self.others.push(match hidden {
                true => format!("({name})"),
                false => name.into(),
            });
        } else {
            self.more += 1;
        }
        if self.more > MOST_SHEETS {
            return Err(Trouble::suspicious("sheets"));
        }
        Ok(false)
    }

    /// The name of the sheet that is read.
    pub(super) fn chosen(&self) -> Option<&str> {
        self.chosen.as_deref()
    }

    /// What is to be said of the choice, once all have been offered.
    pub(super) fn finding(&self) -> Option<Finding> {
        let others = match self.more {
            0 => self.others.join(", "),
            more => format!("{}, … (+ {more})", self.others.join(", ")),
        };
        let about = |code, value: Option<&str>| {
            Some(Finding {
                value: value.map(Into::into),
                ..Finding::about_file(code, Detail::Text(others.as_str().into()))
            })
        };
        match (&self.chosen, &self.choice) {
            (Some(_), _) if self.others.is_empty() => None,
            (Some(chosen), _) => about(Code::SheetsNotRead, Some(chosen)),
            (None, Choice::Named(wanted)) => about(Code::SheetMissing, Some(wanted)),
            (None, Choice::FirstShown) => about(Code::SheetNone, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(choice: Choice, offers: &[(&str, bool)]) -> (Option<String>, Option<(Code, Detail)>) {
        let mut sheets = Sheets::new(choice);
        for (name, hidden) in offers {
            let read = sheets.offer(name, *hidden).unwrap();
            assert_eq!(read, sheets.chosen() == Some(name));
        }
        let finding = sheets
            .finding()
            .map(|finding| (finding.code, finding.detail));
        (sheets.chosen().map(ToOwned::to_owned), finding)
    }

    #[test]
    fn the_first_shown_or_the_named_one_is_read() {
        let offers = [("Intern", true), ("Orders", false), ("Legende", false)];
        let text = |text: &str| Detail::Text(text.into());
        assert_eq!(
            chosen(Choice::FirstShown, &offers),
            (
                Some("Orders".into()),
                Some((Code::SheetsNotRead, text("(Intern), Legende")))
            )
        );
        assert_eq!(
            chosen(Choice::Named("legende ".into()), &offers),
            (
                Some("Legende".into()),
                Some((Code::SheetsNotRead, text("(Intern), Orders")))
            )
        );
        assert_eq!(
            chosen(Choice::Named("X".into()), &offers[1..2]),
            (None, Some((Code::SheetMissing, text("Orders"))))
        );
        assert_eq!(
            chosen(Choice::FirstShown, &offers[1..2]),
            (Some("Orders".into()), None)
        );
        assert_eq!(
            chosen(Choice::FirstShown, &offers[..1]),
            (None, Some((Code::SheetNone, text("(Intern)"))))
        );
    }
}
