//! How do the findings about a workbook get from one WebAssembly module into another?
//! As bytes: both modules are of one build, and nothing of it is kept. The module that reads workbooks carries no words for
//! its findings, which keeps it small.

use crate::code::{CODES, Code};
use crate::finding::{Detail, Finding};

/// The findings of a [`Reader`](super::Reader) as bytes.
pub fn to_bytes(findings: &[Finding]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for finding in findings {
        let (limit, text) = match &finding.detail {
            Detail::Limit(limit) => (*limit, None),
            Detail::Text(text) => (0, Some(text)),
            _ => (0, None),
        };
        let is_limit = matches!(finding.detail, Detail::Limit(_));
        bytes.push(finding.code as u8);
        bytes.push(u8::from(is_limit));
        bytes.extend(limit.to_le_bytes());
        push(&mut bytes, finding.value.as_deref());
        push(&mut bytes, text.map(|text| &**text));
    }
    bytes
}

/// The findings back; nothing where the bytes are not of [`to_bytes`].
pub fn from_bytes(mut bytes: &[u8]) -> Option<Vec<Finding>> {
    let mut findings = Vec::new();
    while !bytes.is_empty() {
        let (head, rest) = bytes.split_first_chunk::<2>()?;
        let (limit, rest) = rest.split_first_chunk::<8>()?;
        bytes = rest;
        let (has_value, value) = take(&mut bytes)?;
        let detail = match (take(&mut bytes)?, head[1]) {
            ((true, text), _) => Detail::Text(text),
            (_, 1) => Detail::Limit(u64::from_le_bytes(*limit)),
            _ => Detail::None,
        };
        findings.push(Finding {
            value: has_value.then_some(value),
            ..Finding::about_file(code(head[0])?, detail)
        });
    }
    Some(findings)
}

fn code(number: u8) -> Option<Code> {
    CODES.get(usize::from(number)).map(|spec| spec.code)
}

fn push(bytes: &mut Vec<u8>, text: Option<&str>) {
    bytes.push(u8::from(text.is_some()));
    let text = text.unwrap_or_default();
    bytes.extend((text.len() as u32).to_le_bytes());
    bytes.extend(text.as_bytes());
}

/// Is a text there, and which; nothing where the bytes stop before its end.
fn take(bytes: &mut &[u8]) -> Option<(bool, Box<str>)> {
    let (is_there, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *bytes = rest;
    let text = std::str::from_utf8(text).ok()?;
    Some((*is_there == 1, text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_arrive_as_they_left() {
        let findings = [
            Finding {
                value: Some("Aufträge \"1\"".into()),
                ..Finding::about_file(Code::SheetsNotRead, Detail::Text("(a), b".into()))
            },
            Finding::about_file(Code::WorkbookTooLarge, Detail::Limit(7)),
            Finding::about_file(Code::WorkbookEncrypted, Detail::None),
        ];
        let bytes = to_bytes(&findings);
        assert_eq!(from_bytes(&bytes).as_deref(), Some(&findings[..]));
        for end in 1..bytes.len() {
            assert_ne!(from_bytes(&bytes[..end]).as_deref(), Some(&findings[..]));
        }
        assert_eq!(from_bytes(&[255; 40]), None);
    }
}
