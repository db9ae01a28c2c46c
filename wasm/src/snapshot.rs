//! How does a snapshot come in?
//! In pieces, as a file does; what is not whole or not what was written is refused with core's own words.

use std::sync::Arc;

use intake_core::finding::Language;
use intake_core::snapshot::{
    Snapshot as CoreSnapshot, SnapshotError, SnapshotReader as CoreReader,
};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::trouble::trouble;

/// A partner's orders and the catalog as they stood at one moment. It may serve many files.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Snapshot {
    pub(crate) whole: Arc<CoreSnapshot>,
}

/// Reads a snapshot that comes in pieces, not compressed any more.
#[wasm_bindgen]
pub struct SnapshotReader {
    reader: Option<CoreReader>,
}

#[wasm_bindgen]
impl Snapshot {
    /// The same snapshot for another file; its memory is shared.
    #[must_use]
    pub fn share(&self) -> Snapshot {
        Self {
            whole: Arc::clone(&self.whole),
        }
    }
}

#[wasm_bindgen]
impl SnapshotReader {
    /// At the beginning.
    #[wasm_bindgen(constructor)]
    pub fn new() -> SnapshotReader {
        Self {
            reader: Some(CoreReader::new(None)),
        }
    }

    /// Takes the next bytes, any number of them.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), JsError> {
        let reader = self.reader.as_mut().ok_or_else(|| trouble(ENDED))?;
        reader.push(bytes).map_err(|error| told(&error))
    }

    /// The snapshot, if all of it has come.
    pub fn finish(&mut self) -> Result<Snapshot, JsError> {
        let reader = self.reader.take().ok_or_else(|| trouble(ENDED))?;
        let snapshot = reader.finish().map_err(|error| told(&error))?;
        Ok(Snapshot {
            whole: Arc::new(snapshot),
        })
    }
}

const ENDED: &str = "the snapshot has ended already";

impl Default for SnapshotReader {
    fn default() -> Self {
        Self::new()
    }
}

fn told(error: &SnapshotError) -> JsError {
    trouble(error.message(Language::En))
}
