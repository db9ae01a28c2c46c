//! How does a caller's mistake reach JavaScript?
//! As an `Error` with a message; a partner's mistake is never one, but a finding.

use wasm_bindgen::JsError;

/// An error with this message.
pub(crate) fn trouble(message: impl AsRef<str>) -> JsError {
    JsError::new(message.as_ref())
}
