//! Which file is it?
//! The SHA-256 of its bytes, for whoever reads them beside the session, in another worker say.

use sha2::{Digest as _, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;

/// The SHA-256 of bytes that come in pieces.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Hasher {
    hash: Sha256,
}

#[wasm_bindgen]
impl Hasher {
    /// Of no bytes yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes, any number of them.
    pub fn push(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
    }

    /// The 32 bytes of the hash.
    pub fn finish(&mut self) -> Vec<u8> {
        self.hash.finalize_reset().to_vec()
    }
}
