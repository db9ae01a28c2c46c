//! How does JavaScript look into a file?
//! It pushes the bytes once, gives the blocks that are wanted, and then asks; whatever is answered is core's own JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use intake_core::finding::Language;
use intake_core::inspect::{Answer, Export as CoreExport, ExportKind, Identity, Inspection, Known};
use intake_core::moment::Moment;
use intake_core::profile::Profile;
use intake_core::reading::mapping::Mapping;
use intake_core::snapshot::{Snapshot as CoreSnapshot, SnapshotError};
use tsify::{Ts, Tsify as _};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::answers::{Progress, Span};
use crate::json;
use crate::mending::{Mending, texts_of};
use crate::snapshot::Snapshot;
use crate::trouble::trouble;
use crate::types::SessionOptions;
use crate::workbooks;

/// A file under inspection.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Session {
    inspection: Inspection<Arc<CoreSnapshot>>,
    total: f64,
    /// So many bytes of the file are text as they stand, where not all are.
    unchanged: Option<f64>,
    /// The block that was handed out last.
    handed: Vec<u8>,
}

#[wasm_bindgen]
impl Session {
    /// At the beginning of a file. Without a snapshot only what the file itself tells is found.
    #[wasm_bindgen(constructor)]
    pub fn new(
        options: &Ts<SessionOptions>,
        snapshot: Option<Snapshot>,
    ) -> Result<Session, JsError> {
        let options = options.to_rust()?;
        let carried = snapshot
            .as_ref()
            .map(|snapshot| &snapshot.whole.head().profile);
        let (profile, now) = basis_of(&options, carried)?;
        let known = snapshot.map(|snapshot| Known::from(&snapshot.whole));
        let inspection = Inspection::new(&options.name, profile, now, known)
            .opening_workbooks_by(workbooks::open)
            .of_length(options.total as u64);
        Ok(Self {
            inspection: match options.identified_elsewhere {
                true => inspection.identified_elsewhere(),
                false => inspection,
            },
            total: options.total,
            unchanged: None,
            handed: Vec::new(),
        })
    }

    /// Takes the next bytes of the file, any number of them.
    pub fn push(&mut self, bytes: &[u8]) {
        self.inspection.push(bytes);
    }

    /// Reads some of what a workbook comes to, once all its bytes have been pushed; false where there is no more.
    #[wasm_bindgen(js_name = readOn)]
    pub fn read_on(&mut self) -> bool {
        self.inspection.read_on()
    }

    /// From now on blocks wait until they are handed out or looked at; false where that cannot be. A `BlockChecker` is made of the
    /// same options and the bytes pushed so far.
    #[wasm_bindgen(js_name = mayHandOut)]
    pub fn may_hand_out(&mut self) -> bool {
        self.inspection.may_hand_out()
    }

    /// Hands out the next block that waits, for a `BlockChecker`: its length in bytes. Nothing where none waits.
    #[wasm_bindgen(js_name = handOut)]
    pub fn hand_out(&mut self) -> Option<usize> {
        let is_one = self.inspection.hand_out(&mut self.handed);
        is_one.then_some(self.handed.len())
    }

    /// Where in the module's memory the bytes of the block stand that was handed out last, until the next call of anything.
    #[wasm_bindgen(getter, js_name = handedAt)]
    pub fn handed_at(&self) -> usize {
        self.handed.as_ptr().addr()
    }

    /// Looks at the next block that waits; false where none does.
    pub fn look(&mut self) -> bool {
        self.inspection.look()
    }

    /// Takes what a `BlockChecker` has found; false where that cannot be read.
    #[wasm_bindgen(js_name = takeBack)]
    pub fn take_back(&mut self, found: &[u8]) -> bool {
        self.inspection.take_back(found)
    }

    /// Says that what was handed out and has not come back never will.
    #[wasm_bindgen(js_name = noneComesBack)]
    pub fn none_comes_back(&mut self) {
        self.inspection.none_comes_back();
    }

    /// How many blocks are held at the moment.
    #[wasm_bindgen(getter, js_name = inLine)]
    pub fn in_line(&self) -> usize {
        self.inspection.in_line()
    }

    /// Says that the file has ended.
    #[wasm_bindgen(js_name = endOfFile)]
    pub fn end_of_file(&mut self) {
        self.inspection.end_of_file();
    }

    /// Says that the file has ended, and which one it was: its SHA-256 and its length in bytes.
    #[wasm_bindgen(js_name = endOfFileOf)]
    pub fn end_of_file_of(&mut self, sha256: &[u8], bytes: f64) -> Result<(), JsError> {
        let sha256 = sha256
            .try_into()
            .map_err(|_| trouble("a SHA-256 has 32 bytes"))?;
        let bytes = bytes as u64;
        self.inspection.end_of_file_of(Identity { sha256, bytes });
        Ok(())
    }

    /// The bytes that are needed before the verdict is there.
    pub fn wanted(&self) -> Result<Option<Ts<Span>>, JsError> {
        let wanted = self.inspection.wanted();
        Ok(wanted.map(|span| Span::from(span).into_ts()).transpose()?)
    }

    /// Takes the bytes of a block that was asked for.
    pub fn give(&mut self, block: u32, bytes: &[u8]) {
        self.inspection.give(block as usize, bytes);
    }

    /// Takes the text that was made since the last call, where the file is not text in UTF-8 as it stands; asked after
    /// each `push` and after `endOfFile`.
    #[wasm_bindgen(js_name = takeText)]
    pub fn take_text(&mut self) -> Option<Vec<u8>> {
        let (unchanged, text) = self.inspection.take_text()?;
        self.unchanged = Some(unchanged as f64);
        Some(text)
    }

    /// How many bytes at the beginning of the file stand before the text that was taken.
    #[wasm_bindgen(getter)]
    pub fn unchanged(&self) -> Option<f64> {
        self.unchanged
    }

    /// How far the first pass is.
    pub fn progress(&self) -> Result<Ts<Progress>, JsError> {
        let progress = self.inspection.progress();
        let progress = Progress {
            bytes: progress.bytes,
            total: self.total as u64,
            rows: progress.rows,
            errors: progress.errors,
            warnings: progress.warnings,
        };
        Ok(progress.into_ts()?)
    }

    /// What the file comes to, once that is known.
    #[wasm_bindgen(unchecked_return_type = "Verdict | undefined")]
    pub fn verdict(&self) -> Result<JsValue, JsError> {
        let verdict = self.inspection.verdict();
        verdict.map_or(Ok(JsValue::UNDEFINED), |verdict| json::parsed(&verdict))
    }

    /// A page of findings, or the bytes that are needed for it.
    #[wasm_bindgen(unchecked_return_type = "FindingsPage | Span")]
    pub fn findings(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "FindingsQuery")] query: &JsValue,
        from: f64,
        count: f64,
    ) -> Result<JsValue, JsError> {
        let query = json::read(query)?;
        let page = self.inspection.findings(&query, from as u64, count as u64);
        answered(&page.map_err(trouble)?)
    }

    /// The bytes to look at next for a text that not all of the file was searched for.
    pub fn unseen(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "FindingsQuery")] query: &JsValue,
    ) -> Result<Option<Ts<Span>>, JsError> {
        let unseen = self
            .inspection
            .unseen(&json::read(query)?)
            .map_err(trouble)?;
        Ok(unseen.map(|span| Span::from(span).into_ts()).transpose()?)
    }

    /// A page of the plan, or the bytes that are needed for it.
    #[wasm_bindgen(unchecked_return_type = "RowsPage | Span")]
    pub fn rows(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "RowsQuery")] query: &JsValue,
        from: f64,
        count: f64,
    ) -> Result<JsValue, JsError> {
        let query = json::read(query)?;
        let page = self.inspection.rows(&query, from as u64, count as u64);
        answered(&page.map_err(trouble)?)
    }

    /// The same as `unseen`, for lines of the plan.
    #[wasm_bindgen(js_name = unseenRows)]
    pub fn unseen_rows(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "RowsQuery")] query: &JsValue,
    ) -> Result<Option<Ts<Span>>, JsError> {
        let query = json::read(query)?;
        let unseen = self.inspection.unseen_rows(&query).map_err(trouble)?;
        Ok(unseen.map(|span| Span::from(span).into_ts()).transpose()?)
    }

    /// A record as the partner wrote it, or the bytes that are needed for it, or `null` where there is none.
    #[wasm_bindgen(unchecked_return_type = "RecordText | Span | null")]
    pub fn record(&self, row: f64) -> Result<JsValue, JsError> {
        answered(&self.inspection.record(row as u64))
    }

    /// What would be found in a record with other texts in its cells, or the bytes that are needed for it, or `null` where there
    /// is none, or none with columns. What it says together with other records is not among it.
    #[wasm_bindgen(unchecked_return_type = "Attempt | Span | null")]
    pub fn attempt(
        &self,
        row: f64,
        #[wasm_bindgen(unchecked_param_type = "CellEdit[]")] edits: &JsValue,
    ) -> Result<JsValue, JsError> {
        let row = row as u64;
        let texts = texts_of(json::read(edits)?, row);
        answered(&self.inspection.attempt(row, &texts))
    }

    /// What is agreed with the partner, the mapping included, as JSON of version 1.
    pub fn profile(&self) -> String {
        self.inspection.profile().to_json()
    }
}

/// A pass over the file whose output is taken away in pieces.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Export {
    export: Option<CoreExport>,
    out: Vec<u8>,
}

#[wasm_bindgen]
impl Export {
    /// Begins an export: `report`, `plan`, `corrections`, or `fixed`: the file with the cells mended that `mending` says, by
    /// default those that are certain.
    #[wasm_bindgen(constructor)]
    pub fn new(
        session: &Session,
        kind: &str,
        #[wasm_bindgen(unchecked_param_type = "Mending | undefined")] mending: &JsValue,
    ) -> Result<Export, JsError> {
        let kind = ExportKind::from_name(kind)
            .ok_or_else(|| trouble(format!("`{kind}` is nothing that can be taken away")))?;
        let mut out = Vec::new();
        let export = if kind == ExportKind::Fixed && !mending.is_undefined() {
            let mending: Mending = json::read(mending)?;
            CoreExport::begin_mended(&session.inspection, mending.core().map_err(trouble)?)
        } else {
            CoreExport::begin(kind, &session.inspection, &mut out)
        };
        Ok(Self {
            export: Some(export),
            out,
        })
    }

    /// Takes the next bytes of the file and gives the output that is ready.
    pub fn push(&mut self, session: &Session, bytes: &[u8]) -> Vec<u8> {
        if let Some(export) = &mut self.export {
            export.push(&session.inspection, bytes, &mut self.out);
        }
        std::mem::take(&mut self.out)
    }

    /// Ends the file and gives the rest of the output.
    pub fn finish(&mut self, session: &Session) -> Vec<u8> {
        if let Some(export) = self.export.take() {
            export.finish(&session.inspection, &mut self.out);
        }
        std::mem::take(&mut self.out)
    }
}

/// A profile with further headers.
fn with_mapping(
    mut profile: Profile,
    headers: &BTreeMap<Box<str>, Box<str>>,
) -> Result<Profile, JsError> {
    if headers.is_empty() {
        return Ok(profile);
    }
    let mut pairs = profile.reading.mapping.pairs().clone();
    pairs.extend(headers.clone());
    profile.reading.mapping = Mapping::new(pairs)
        .map_err(|target| trouble(format!("`{target}` is neither a field nor `ignore`")))?;
    Ok(profile)
}

/// By what is agreed a file is looked at, and from which instant.
pub(crate) fn basis_of(
    options: &SessionOptions,
    carried: Option<&Profile>,
) -> Result<(Profile, Moment), JsError> {
    let now = Moment::parse(&options.now).map_err(|_| {
        let now = &options.now;
        trouble(format!("`now` is no instant in RFC 3339: `{now}`"))
    })?;
    let profile = match (&options.profile, carried) {
        (Some(json), _) => {
            Profile::from_json(json.as_bytes()).map_err(|e| trouble(e.to_string()))?
        }
        (None, Some(carried)) => carried.clone(),
        (None, None) => Profile::of(""),
    };
    if let Some(carried) = carried.filter(|carried| carried.partner != profile.partner) {
        let (wanted, found) = (profile.partner, carried.partner.clone());
        let error = SnapshotError::OtherPartner { wanted, found };
        return Err(trouble(error.message(Language::En)));
    }
    Ok((with_mapping(profile, &options.mapping)?, now))
}

fn answered(answer: &Answer) -> Result<JsValue, JsError> {
    match answer {
        Answer::Ready(text) => json::parsed(text),
        Answer::Read(span) => Ok(Span::from(*span).into_ts()?.into()),
    }
}

impl From<intake_core::inspect::Span> for Span {
    fn from(span: intake_core::inspect::Span) -> Self {
        Self {
            block: span.block as u32,
            offset: span.offset,
            length: span.length,
        }
    }
}
