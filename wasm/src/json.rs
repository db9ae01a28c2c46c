//! How does JSON become values of JavaScript, and the other way round?
//! By the engine's own `JSON`, which is faster than putting values together one by one from here.

use js_sys::JSON;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsError, JsValue};

use crate::trouble::trouble;

/// The value that a text of core's means.
pub(crate) fn parsed(json: &[u8]) -> Result<JsValue, JsError> {
    let text = std::str::from_utf8(json)?;
    JSON::parse(text).map_err(|_| trouble("an answer is not JSON"))
}

/// What a value of JavaScript means to core.
pub(crate) fn read<T: DeserializeOwned>(value: &JsValue) -> Result<T, JsError> {
    let text = JSON::stringify(value).map_err(|_| trouble("the query is not plain data"))?;
    let text = text.as_string().unwrap_or_default();
    Ok(serde_json::from_str(&text)?)
}
