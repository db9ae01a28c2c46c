//! How does JSON become values of JavaScript, and the other way round?
//! By the engine's own `JSON`, which is faster than putting values together one by one from here. Whole numbers that a
//! number of JavaScript cannot hold become text, so that no digit changes on the way.

use std::borrow::Cow;

use js_sys::JSON;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsError, JsValue};

use crate::trouble::trouble;

/// The largest whole number that JavaScript tells from its neighbours.
const MAX_SAFE: u64 = (1 << 53) - 1;

/// The value that a text of core's means.
pub(crate) fn parsed(json: &[u8]) -> Result<JsValue, JsError> {
    let json = exact(json);
    let text = std::str::from_utf8(&json)?;
    JSON::parse(text).map_err(|_| trouble("an answer is not JSON"))
}

/// What a value of JavaScript means to core.
pub(crate) fn read<T: DeserializeOwned>(value: &JsValue) -> Result<T, JsError> {
    let text = JSON::stringify(value).map_err(|_| trouble("the query is not plain data"))?;
    let text = text.as_string().unwrap_or_default();
    Ok(serde_json::from_str(&text)?)
}

/// The same JSON, whole numbers beyond JavaScript's in quotes.
pub fn exact(json: &[u8]) -> Cow<'_, [u8]> {
    let mut exact: Vec<u8> = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => at = after_string(json, at),
            b'-' | b'0'..=b'9' => {
                let is_of_number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                let length = json[at..]
                    .iter()
                    .take_while(|byte| is_of_number(byte))
                    .count();
                let number = &json[at..at + length];
                if is_beyond(number) {
                    exact.extend_from_slice(&json[copied..at]);
                    exact.push(b'"');
                    exact.extend_from_slice(number);
                    exact.push(b'"');
                    copied = at + length;
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    exact.extend_from_slice(&json[copied..]);
    Cow::Owned(exact)
}

fn after_string(json: &[u8], quote: usize) -> usize {
    let mut at = quote + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

fn is_beyond(number: &[u8]) -> bool {
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    let whole = digits.iter().all(u8::is_ascii_digit);
    let value = std::str::from_utf8(digits)
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    whole && value.is_none_or(|value| value > MAX_SAFE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_digit_changes_on_the_way() {
        let exact = |json: &str| String::from_utf8(exact(json.as_bytes()).into_owned()).unwrap();
        for same in [
            "{\"a\":9007199254740991,\"b\":[-9007199254740991,1.5e300]}",
            "[\"9007199254740993\",\"\\\"9007199254740993\"]",
            "\"\\",
            "",
        ] {
            assert_eq!(exact(same), same);
        }
        assert_eq!(
            exact("[9007199254740992,{\"a\":-9223372036854775808},99999999999999999999,7]"),
            "[\"9007199254740992\",{\"a\":\"-9223372036854775808\"},\"99999999999999999999\",7]"
        );
    }
}
