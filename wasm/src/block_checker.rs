//! How does another worker look at blocks of a file?
//! It knows the file's beginning and what is agreed, and says of each block what a session takes back.

use intake_core::inspect::Looker;
use tsify::Ts;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::session::basis_of;
use crate::trouble::trouble;
use crate::types::SessionOptions;

/// Looks at blocks that a session hands out.
#[wasm_bindgen]
#[derive(Debug)]
pub struct BlockChecker {
    looker: Looker,
}

#[wasm_bindgen]
impl BlockChecker {
    /// For the session of these options, which has been given these bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &Ts<SessionOptions>, beginning: &[u8]) -> Result<BlockChecker, JsError> {
        let (profile, now) = basis_of(&options.to_rust()?, None)?;
        let looker = Looker::new(&profile, now, beginning)
            .ok_or_else(|| trouble("the beginning of the file does not say how it is read"))?;
        Ok(Self { looker })
    }

    /// What is found in a block.
    pub fn look(&self, block: Vec<u8>) -> Result<Vec<u8>, JsError> {
        let found = self.looker.look(block);
        found.ok_or_else(|| trouble("this is no block that was handed out"))
    }
}
