//! Which sheets has a workbook, and from when do its dates count?
//! `xl/workbook.xml` in the order of its tabs.

use crate::workbook::markup::{Attributes, Reader, Text, local};
use crate::workbook::number::DateSystem;
use crate::zip::Trouble;

/// Reads the workbook's own part.
#[derive(Debug, Default)]
pub(in crate::workbook) struct Book {
    pub(in crate::workbook) dates: DateSystem,
    pub(in crate::workbook) tabs: Vec<Tab>,
}

/// A sheet as the workbook lists it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::workbook) struct Tab {
    pub(in crate::workbook) name: Box<str>,
    pub(in crate::workbook) hidden: bool,
    /// Which of the workbook's relations leads to it.
    pub(in crate::workbook) relation: Box<str>,
}

const MOST_TABS: usize = 4096;

impl Reader for Book {
    fn open(&mut self, name: &[u8], attributes: Attributes<'_>) -> Result<(), Trouble> {
        match local(name) {
            b"workbookPr" if attributes.is_true("date1904") => {
                self.dates = DateSystem::From1904;
            }
            b"sheet" => {
                if self.tabs.len() == MOST_TABS {
                    return Err(Trouble::suspicious("workbook.xml"));
                }
                let state = attributes.get("state");
                self.tabs.push(Tab {
                    name: attributes.get("name").unwrap_or_default().into(),
                    hidden: state.is_some_and(|state| state != "visible"),
                    relation: attributes.get_local("id").unwrap_or_default().into(),
                });
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, _: &[u8]) -> Result<(), Trouble> {
        Ok(())
    }

    fn text(&mut self, _: Text<'_>) -> Result<(), Trouble> {
        Ok(())
    }
}
