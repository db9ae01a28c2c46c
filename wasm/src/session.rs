//! What is wrong with a file whose bytes come in pieces?
//! The report is the one of `intake check --format json`, byte for byte; it goes out in pieces too, so that
//! neither file nor report is ever whole in memory.

use intake_core::check::{Check, Checked};
use intake_core::field::Table;
use intake_core::moment::Moment;
use intake_core::read::ReadOptions;
use intake_core::report::{FileIdentity, check_head, check_item, check_tail};
use tsify::Ts;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::trouble::trouble;
use crate::types::{SessionOptions, TableName};

/// The check of one file.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session {
    name: String,
    check: Option<Check>,
    report: Report,
}

#[derive(Debug)]
struct Report {
    text: Vec<u8>,
    items: u64,
}

#[wasm_bindgen]
impl Session {
    /// A check at the beginning of a file.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &Ts<SessionOptions>) -> Result<Session, JsError> {
        Self::begin(options.to_rust()?).map_err(trouble)
    }

    /// Takes the next bytes of the file, any number of them.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), JsError> {
        let check = self.check.as_mut().ok_or_else(|| trouble(ENDED))?;
        let report = &mut self.report;
        check.push(bytes, &mut |finding| report.put(finding));
        Ok(())
    }

    /// Says that the file has ended.
    pub fn finish(&mut self) -> Result<(), JsError> {
        let check = self.check.take().ok_or_else(|| trouble(ENDED))?;
        let report = &mut self.report;
        let checked = check.finish(&mut |finding| report.put(finding));
        self.end(&checked);
        Ok(())
    }

    /// What has been written of the report since the last call.
    #[wasm_bindgen(js_name = takeReport)]
    pub fn take_report(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.report.text)
    }

    /// Records seen so far.
    pub fn rows(&self) -> f64 {
        self.check.as_ref().map_or(0, Check::rows) as f64
    }
}

const ENDED: &str = "the file has ended already";

impl Session {
    fn begin(options: SessionOptions) -> Result<Self, String> {
        let now = Moment::parse(&options.now)
            .map_err(|_| format!("`now` is not an instant in RFC 3339: `{}`", options.now))?;
        let table = options.table.map_or(Table::Orders, TableName::table);
        let mut reading = ReadOptions::new(table, now);
        if let Some(clear_token) = options.clear_token {
            reading.clear_token = clear_token.into();
        }
        let mut text = Vec::new();
        check_head(&mut text);
        Ok(Self {
            name: options.name,
            check: Some(Check::new(reading)),
            report: Report { text, items: 0 },
        })
    }

    fn end(&mut self, checked: &Checked) {
        let shape = checked.shape.as_deref();
        let file = FileIdentity::new(&self.name, checked.sha256, checked.bytes, shape);
        check_tail(&mut self.report.text, &file, &checked.tally);
    }
}

impl Report {
    fn put(&mut self, finding: &intake_core::finding::Finding) {
        check_item(&mut self.text, self.items, finding);
        self.items += 1;
    }
}
