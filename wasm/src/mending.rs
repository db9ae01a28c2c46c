//! How does JavaScript say which cells are mended?
//! By the names of codes and fields as findings have them; what means nothing is refused.

use std::collections::{BTreeMap, BTreeSet};

use intake_core::code::CODES;
use intake_core::field::FIELDS;
use intake_core::fixes::{Mending as CoreMending, Taken};
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// Which cells are mended, and how. What is left out mends nothing.
#[derive(Debug, Default, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, default)]
pub struct Mending {
    /// Which fixes that are certain are taken.
    #[tsify(optional, type = "\"all\" | FixKind[]")]
    pub safe: Kinds,
    /// Which that are only likely.
    #[tsify(optional, type = "\"all\" | FixKind[]")]
    pub likely: Kinds,
    /// What a person has put into cells; goes before any fix.
    #[tsify(optional)]
    pub edits: Vec<CellEdit>,
}

/// Findings of one code in one field.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct FixKind {
    /// The code's name.
    pub code: String,
    /// The field's name.
    pub field: String,
}

/// Another text for a cell.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct CellEdit {
    /// The record's number.
    pub row: u64,
    /// The column's number.
    pub column: u32,
    /// The text.
    pub text: String,
}

/// All kinds, or some.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Kinds {
    /// The word `all`.
    Word(String),
    /// These.
    These(Vec<FixKind>),
}

impl Default for Kinds {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl Mending {
    /// The core's form of it; an error names what means nothing.
    pub(crate) fn core(self) -> Result<CoreMending, String> {
        // One by one: what collects into an order sorts first, in code of its own for each type.
        let mut edits = BTreeMap::new();
        for edit in self.edits {
            edits.insert((edit.row, edit.column), edit.text.into());
        }
        Ok(CoreMending {
            safe: taken(self.safe)?,
            likely: taken(self.likely)?,
            edits,
        })
    }
}

/// The texts of one record, by column.
pub(crate) fn texts_of(edits: Vec<CellEdit>, row: u64) -> BTreeMap<u32, Box<str>> {
    let mut texts = BTreeMap::new();
    for edit in edits.into_iter().filter(|edit| edit.row == row) {
        texts.insert(edit.column, edit.text.into());
    }
    texts
}

fn taken(kinds: Kinds) -> Result<Taken, String> {
    let kinds = match kinds {
        Kinds::Word(word) if word == "all" => return Ok(Taken::All),
        Kinds::These(kinds) if kinds.is_empty() => return Ok(Taken::None),
        Kinds::Word(word) => return Err(format!("`{word}` is neither `all` nor a list of kinds")),
        Kinds::These(kinds) => kinds,
    };
    let mut known = BTreeSet::new();
    for FixKind { code, field } in kinds {
        let known_code = CODES.iter().find(|spec| spec.name == code);
        let known_code = known_code.ok_or_else(|| format!("there is no code `{code}`"))?;
        let known_field = FIELDS.iter().find(|spec| spec.name == field);
        let known_field = known_field.ok_or_else(|| format!("there is no field `{field}`"))?;
        known.insert((known_code.code, known_field.field));
    }
    Ok(Taken::Only(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake_core::code::Code;
    use intake_core::field::Field;

    #[test]
    fn kinds_are_known_by_their_names() {
        let json = r#"{"safe": "all", "likely": [{"code": "word-unknown", "field": "paymentMethod"}],
            "edits": [{"row": 2, "column": 4, "text": "7"}]}"#;
        let mending: Mending = serde_json::from_str(json).unwrap();
        let mending = mending.core().unwrap();
        assert_eq!(mending.safe, Taken::All);
        let only = [(Code::WordUnknown, Field::PaymentMethod)].into();
        assert_eq!(mending.likely, Taken::Only(only));
        assert_eq!(mending.edits.get(&(2, 4)).map(|text| &**text), Some("7"));
        for wrong in [
            r#"{"safe": "some"}"#,
            r#"{"safe": [{"code": "x", "field": "quantity"}]}"#,
            r#"{"likely": [{"code": "word-unknown", "field": "x"}]}"#,
        ] {
            let mending: Mending = serde_json::from_str(wrong).unwrap();
            assert!(mending.core().is_err(), "{wrong}");
        }
        assert_eq!(
            serde_json::from_str::<Mending>("{}").unwrap().core(),
            Ok(CoreMending::default())
        );
    }
}
