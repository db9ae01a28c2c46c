//! Makes text of workbooks where JavaScript runs.
//! A module of its own, since few files are workbooks: `intake-wasm` checks the text that comes out here, and whoever
//! brings only CSV never loads this. No rule lives here.

use intake_core::workbook::{Options, Reader, carried};
use wasm_bindgen::prelude::wasm_bindgen;

/// A file on its way to text.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Workbook {
    reader: Reader,
}

#[wasm_bindgen]
impl Workbook {
    /// A file of this length, of which the named sheet is to be read, or the first one that is shown.
    #[wasm_bindgen(constructor)]
    pub fn new(
        length: f64,
        sheet: Option<String>,
        text_bytes: f64,
        unpacked_bytes: f64,
    ) -> Workbook {
        let options = Options {
            sheet: sheet.map(Into::into),
            text_bytes: text_bytes as usize,
            unpacked_bytes: unpacked_bytes as u64,
        };
        Self {
            reader: Reader::new(length as u64, options),
        }
    }

    /// Where the bytes begin that are wanted next, and how many they are; nothing once all is read.
    pub fn wanted(&self) -> Option<Box<[f64]>> {
        let wanted = self.reader.wanted()?;
        Some(Box::new([wanted.offset as f64, wanted.length as f64]))
    }

    /// Takes the bytes that were wanted.
    pub fn give(&mut self, bytes: &[u8]) {
        self.reader.give(bytes);
    }

    /// Takes the text that is there.
    #[wasm_bindgen(js_name = takeText)]
    pub fn take_text(&mut self) -> Vec<u8> {
        self.reader.take_text()
    }

    /// `xlsx`, `ods`, or `zip` for a zip file of something else; nothing while it is not known.
    pub fn kind(&self) -> Option<String> {
        self.reader.kind().map(|kind| kind.name().to_owned())
    }

    /// Takes what was found, in the form in which a session takes it.
    #[wasm_bindgen(js_name = takeFindings)]
    pub fn take_findings(&mut self) -> Vec<u8> {
        carried::to_bytes(&self.reader.take_findings())
    }
}
