//! Which texts do the cells of a workbook share?
//! Kept one behind the other as they are written for the CSV reader, within bounds that no workbook of people reaches.

use crate::workbook::markup::{Attributes, Reader, Text, local};
use crate::workbook::table::push_quoted;
use crate::workbook::value::{Spelling, Value};
use crate::zip::Trouble;

/// Reads the shared strings, and keeps them.
#[derive(Debug)]
pub(in crate::workbook) struct Strings {
    texts: Vec<u8>,
    /// Where each one ends.
    ends: Vec<u32>,
    value: Value,
    inside: Inside,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    Nothing,
    Item,
    /// Text of an item; runs of it stand one behind the other.
    Run,
    /// How an item is pronounced, which is no text of its.
    Phonetic,
}

/// Most bytes of all shared strings. 200,000 rows with five different texts each take some 20 MB.
const MOST_BYTES: usize = 48 << 20;

/// Most shared strings.
const MOST_STRINGS: usize = 4 << 20;

impl Strings {
    pub(in crate::workbook) fn new(text_limit: usize) -> Self {
        Self {
            texts: Vec::new(),
            ends: Vec::new(),
            value: Value::new(text_limit),
            inside: Inside::Nothing,
        }
    }

    /// The text of a number, quoted where it must be.
    #[inline]
    pub(in crate::workbook) fn get(&self, number: usize) -> Option<&[u8]> {
        let end = *self.ends.get(number)?;
        let begin = match number {
            0 => 0,
            _ => self.ends[number - 1],
        };
        Some(&self.texts[begin as usize..end as usize])
    }

    fn keep(&mut self) -> Result<(), Trouble> {
        self.value.settle(Spelling::Excel);
        push_quoted(&mut self.texts, self.value.bytes());
        if self.texts.len() > MOST_BYTES {
            return Err(Trouble::TooLarge(MOST_BYTES as u64));
        }
        if self.ends.len() == MOST_STRINGS {
            return Err(Trouble::suspicious("sharedStrings.xml"));
        }
        self.ends.push(self.texts.len() as u32);
        Ok(())
    }
}

impl Reader for Strings {
    fn open(&mut self, name: &[u8], _: Attributes<'_>) -> Result<(), Trouble> {
        match local(name) {
            b"si" => {
                self.value.clear();
                self.inside = Inside::Item;
            }
            b"t" if self.inside == Inside::Item => self.inside = Inside::Run,
            b"rPh" if self.inside == Inside::Item => self.inside = Inside::Phonetic,
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8]) -> Result<(), Trouble> {
        match local(name) {
            b"si" if self.inside != Inside::Nothing => {
                self.inside = Inside::Nothing;
                self.keep()?;
            }
            b"t" if self.inside == Inside::Run => self.inside = Inside::Item,
            b"rPh" if self.inside == Inside::Phonetic => self.inside = Inside::Item,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: Text<'_>) -> Result<(), Trouble> {
        if self.inside == Inside::Run {
            self.value.add(text);
        }
        Ok(())
    }
}
