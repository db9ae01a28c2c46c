//! Does the body of a call say what the core's field table allows?
//! The same rules as for a file; every mistake is named, with the field in the platform's words and the value as it came.

use intake_core::code::Code;
use intake_core::field::{Field, Table, fields_of};
use intake_core::finding::{Detail, Finding, headline};
use serde_json::{Map, Value};

use super::fault::{Fault, Wrong};
use super::operation::Ask;
use crate::commands::load::{Rules, judge};
use crate::wire::customer::platform_name;
use crate::wire::error::ValidationErrorV1;

/// The JSON object of a body.
pub(super) fn object_of(ask: &Ask<'_>) -> Result<Map<String, Value>, Fault> {
    let read: Result<Value, _> = serde_json::from_slice(&ask.body);
    match read {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Fault::of(Wrong::OtherType)),
        Err(error) => Err(Fault::about(Wrong::NoJson, "", &error.to_string(), "")),
    }
}

/// The value that an object says; keys that the table does not know are passed over, as the platform does.
pub(super) fn read<V>(
    ask: &Ask<'_>,
    table: Table,
    mut object: Map<String, Value>,
    rules: Rules<V>,
) -> Result<V, Fault> {
    object.retain(|key, _| fields_of(table).any(|spec| platform_name(spec.field) == key));
    let (value, mut findings) = judge(&Value::Object(object), rules);
    findings.retain(|finding| finding.code.is_error());
    match value {
        Some(value) if findings.is_empty() => Ok(value),
        _ if findings.is_empty() => {
            // An object without any value: what must be there is missing.
            let required = fields_of(table).filter(|spec| spec.required);
            let missing = required.map(|spec| Finding {
                field: Some(spec.field),
                ..Finding::about_file(Code::RequiredMissing, Detail::None)
            });
            Err(refused(ask, &missing.collect::<Vec<_>>()))
        }
        _ => Err(refused(ask, &findings)),
    }
}

/// The refusal that tells these findings.
pub(super) fn refused(ask: &Ask<'_>, findings: &[Finding]) -> Fault {
    let code = findings
        .first()
        .map_or(0, |finding| finding.code.spec().upstream);
    let wrong = match code {
        99_003 => Wrong::NoInstant,
        99_014 => Wrong::OtherType,
        20_023 => Wrong::ExternalIdTaken,
        _ => Wrong::Invalid,
    };
    let language = ask.language.into();
    let told = findings.iter().map(|finding| ValidationErrorV1 {
        field: finding.field.map_or("", platform_name).to_owned(),
        error: headline(finding, language),
        value: finding.value.as_deref().unwrap_or_default().to_owned(),
    });
    Fault::invalid(told.collect()).saying(wrong)
}

/// A refusal for one value that only what is known stands against.
pub(super) fn against(
    ask: &Ask<'_>,
    field: Field,
    wrong: Wrong,
    words: (&str, &str),
    value: &str,
) -> Fault {
    Fault::about(
        wrong,
        platform_name(field),
        ask.say(words.0, words.1),
        value,
    )
}
