//! Checks files of orders where JavaScript runs: in a page, in a worker, in Node.
//! No rule lives here: bytes and options go to core, what core says goes to JavaScript. The types of TypeScript
//! come from the types of this crate.

pub mod answers;
pub mod block_checker;
pub mod hasher;
pub mod json;
pub mod mending;
pub mod panic;
pub mod queries;
pub mod session;
pub mod snapshot;
pub mod tables;
pub mod template;
mod trouble;
pub mod types;
pub mod workbooks;

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of the package and of the core in it.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
