//! What does the style of a cell make of a number in it?
//! Of all that `xl/styles.xml` says only the number formats of cell styles are kept.

use crate::workbook::format::{self, Look};
use crate::workbook::markup::{Attributes, Reader, Text, local};
use crate::zip::Trouble;
use std::collections::BTreeMap;

/// Reads the styles.
#[derive(Debug, Default)]
pub(in crate::workbook) struct Styles {
    formats: BTreeMap<u32, Look>,
    /// The format of each cell style.
    cells: Vec<u32>,
    inside_cells: bool,
}

/// Excel allows 65,490.
const MOST: usize = 1 << 16;

impl Styles {
    /// What each cell style makes of a number.
    pub(in crate::workbook) fn looks(&self) -> Vec<Look> {
        let look = |id: &u32| match self.formats.get(id) {
            Some(look) => *look,
            None => format::built_in(*id),
        };
        self.cells.iter().map(look).collect()
    }
}

impl Reader for Styles {
    fn open(&mut self, name: &[u8], attributes: Attributes<'_>) -> Result<(), Trouble> {
        let id = || {
            let id = attributes.get("numFmtId");
            id.and_then(|id| id.parse().ok()).unwrap_or_default()
        };
        match local(name) {
            b"numFmt" => {
                let code = attributes.get("formatCode").unwrap_or_default();
                self.formats.insert(id(), format::of_code(&code));
            }
            b"cellXfs" => self.inside_cells = true,
            b"xf" if self.inside_cells => self.cells.push(id()),
            _ => {}
        }
        if self.formats.len().max(self.cells.len()) > MOST {
            return Err(Trouble::suspicious("styles.xml"));
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Result<(), Trouble> {
        if local(name) == b"cellXfs" {
            self.inside_cells = false;
        }
        Ok(())
    }

    fn text(&mut self, _: Text<'_>) -> Result<(), Trouble> {
        Ok(())
    }
}
