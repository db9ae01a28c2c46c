//! What did the module say before it stopped?
//! A panic ends in a trap that carries no words; the words are kept here, and the module must not be used again.

use std::panic::{PanicHookInfo, set_hook};
use std::sync::{Mutex, PoisonError};

use wasm_bindgen::prelude::wasm_bindgen;

static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Called once, when the module is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    set_hook(Box::new(keep));
}

/// What the last panic said and where; nothing where there was none.
#[wasm_bindgen(js_name = lastPanic)]
pub fn last_panic() -> Option<String> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn keep(info: &PanicHookInfo<'_>) {
    *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(info.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_are_kept() {
        start();
        let caught = std::panic::catch_unwind(|| panic!("{} of 7", 8));
        let _ = std::panic::take_hook();
        assert!(caught.is_err());
        let said = last_panic().unwrap_or_default();
        assert!(
            said.contains("8 of 7") && said.contains("panic.rs"),
            "{said}"
        );
    }
}
