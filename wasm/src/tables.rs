//! What do the tables of fields and codes say?
//! Both come from core's own tables, whole and in their order.

use tsify::{Ts, Tsify as _};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::types::{self, CodeInfo, FieldInfo};

/// Every field that a file of orders, customers or offers may have.
#[wasm_bindgen]
pub fn fields() -> Result<Vec<Ts<FieldInfo>>, JsError> {
    let converted: Result<Vec<_>, _> = types::fields().map(|field| field.into_ts()).collect();
    Ok(converted?)
}

/// Every code that a finding can have.
#[wasm_bindgen]
pub fn codes() -> Result<Vec<Ts<CodeInfo>>, JsError> {
    let converted: Result<Vec<_>, _> = types::codes().map(|code| code.into_ts()).collect();
    Ok(converted?)
}
