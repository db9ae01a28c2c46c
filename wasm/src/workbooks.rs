//! How does a session read workbooks, when the reader of them is in another module?
//! Whoever loads that module says how one is opened; the session then asks it, and never knows where it is.

use std::cell::RefCell;
use std::collections::BTreeMap;

use intake_core::code::Code;
use intake_core::finding::{Detail, Finding};
use intake_core::workbook::{Kind, Options, ReadsWorkbook, carried};
use intake_core::zip::Stretch;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "
/** Opens a workbook in a file of so many bytes, of which a sheet is to be read. */
export type OpensWorkbook = (length: number, sheet: string | undefined, textBytes: number, unpackedBytes: number) => WorkbookReader;

/** What `intake_workbook.js` gives. */
export interface WorkbookReader {
  wanted(): Float64Array | undefined;
  give(bytes: Uint8Array): void;
  takeText(): Uint8Array;
  kind(): string | undefined;
  takeFindings(): Uint8Array;
  free(): void;
}
";

#[wasm_bindgen]
extern "C" {
    /// A function of JavaScript that opens a workbook.
    #[wasm_bindgen(typescript_type = "OpensWorkbook")]
    #[derive(Debug)]
    pub type OpensWorkbook;

    #[wasm_bindgen(method, js_name = call)]
    fn open(
        this: &OpensWorkbook,
        context: &wasm_bindgen::JsValue,
        length: f64,
        sheet: Option<String>,
        text_bytes: f64,
        unpacked_bytes: f64,
    ) -> WorkbookReader;

    /// A workbook that was opened there.
    #[derive(Debug)]
    type WorkbookReader;

    #[wasm_bindgen(method, structural)]
    fn wanted(this: &WorkbookReader) -> Option<Box<[f64]>>;
    #[wasm_bindgen(method, structural)]
    fn give(this: &WorkbookReader, bytes: &[u8]);
    #[wasm_bindgen(method, structural, js_name = takeText)]
    fn take_text(this: &WorkbookReader) -> Vec<u8>;
    #[wasm_bindgen(method, structural)]
    fn kind(this: &WorkbookReader) -> Option<String>;
    #[wasm_bindgen(method, structural, js_name = takeFindings)]
    fn take_findings(this: &WorkbookReader) -> Vec<u8>;
    #[wasm_bindgen(method, structural)]
    fn free(this: &WorkbookReader);
}

/// What JavaScript knows of: objects of it stay on the one thread there is, so core is given their numbers.
#[derive(Default)]
struct Known {
    opens: Option<OpensWorkbook>,
    readers: BTreeMap<u32, WorkbookReader>,
    last: u32,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Says how workbooks are opened; files that are none need not know.
#[wasm_bindgen(js_name = openWorkbooksBy)]
pub fn open_workbooks_by(opens: OpensWorkbook) {
    KNOWN.with_borrow_mut(|known| known.opens = Some(opens));
}

/// Opens a workbook in the other module.
pub(crate) fn open(length: u64, options: Options) -> Box<dyn ReadsWorkbook> {
    let number = KNOWN.with_borrow_mut(|known| {
        let reader = known.opens.as_ref()?.open(
            &wasm_bindgen::JsValue::UNDEFINED,
            length as f64,
            options.sheet.map(Into::into),
            options.text_bytes as f64,
            options.unpacked_bytes as f64,
        );
        known.last += 1;
        known.readers.insert(known.last, reader);
        Some(known.last)
    });
    match number {
        Some(number) => Box::new(Elsewhere(number)),
        None => Box::new(NotLoaded),
    }
}

/// A workbook that is read in the other module.
#[derive(Debug)]
struct Elsewhere(u32);

impl Elsewhere {
    fn ask<Answer>(&self, ask: impl FnOnce(&WorkbookReader) -> Answer) -> Option<Answer> {
        KNOWN.with_borrow(|known| known.readers.get(&self.0).map(ask))
    }
}

impl ReadsWorkbook for Elsewhere {
    fn wanted(&self) -> Option<Stretch> {
        let wanted = self.ask(WorkbookReader::wanted)??;
        let [offset, length] = *wanted else {
            return None;
        };
        Some(Stretch {
            offset: offset as u64,
            length: length as usize,
        })
    }

    fn give(&mut self, bytes: &[u8]) {
        self.ask(|reader| reader.give(bytes));
    }

    fn take_text(&mut self) -> Vec<u8> {
        self.ask(WorkbookReader::take_text).unwrap_or_default()
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        let bytes = self.ask(WorkbookReader::take_findings);
        bytes
            .and_then(|bytes| carried::from_bytes(&bytes))
            .unwrap_or_default()
    }

    fn kind(&self) -> Option<Kind> {
        Kind::from_name(&self.ask(WorkbookReader::kind)??)
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        let reader = KNOWN.with_borrow_mut(|known| known.readers.remove(&self.0));
        if let Some(reader) = reader {
            reader.free();
        }
    }
}

/// A workbook that nobody can open: the other module was not loaded.
#[derive(Debug)]
struct NotLoaded;

impl ReadsWorkbook for NotLoaded {
    fn wanted(&self) -> Option<Stretch> {
        None
    }

    fn give(&mut self, _: &[u8]) {}

    fn take_text(&mut self) -> Vec<u8> {
        Vec::new()
    }

    fn take_findings(&mut self) -> Vec<Finding> {
        let detail = Detail::Text("XLSX, ODS, ZIP".into());
        vec![Finding::about_file(Code::FileNotText, detail)]
    }

    fn kind(&self) -> Option<Kind> {
        None
    }
}
