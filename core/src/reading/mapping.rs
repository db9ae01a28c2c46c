//! Which field does a partner's own header mean?
//! What is agreed goes before the field table; headers count whatever their case, spaces and hyphens.

use crate::field::{FieldSpec, Table, fields_of, fold, match_header};
use std::collections::BTreeMap;

/// A partner's headers, as it writes them, and what each means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// By the header as written: the name of a field, or [`IGNORE`].
    pairs: BTreeMap<Box<str>, Box<str>>,
}

/// Says of a header that its column is left out on purpose.
pub const IGNORE: &str = "ignore";

/// What a header means.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// A field.
    Field(&'static FieldSpec),
    /// Nothing, as agreed.
    Ignored,
    /// Nothing that is known.
    Unknown,
}

impl Mapping {
    /// The mapping of these pairs; the first target that is neither the name of a field nor [`IGNORE`], where there is one.
    pub fn new(pairs: BTreeMap<Box<str>, Box<str>>) -> Result<Self, Box<str>> {
        let wrong = pairs.values().find(|target| !is_target(target));
        match wrong {
            Some(target) => Err(target.clone()),
            None => Ok(Self { pairs }),
        }
    }

    /// The pairs, by the header as it is written.
    pub fn pairs(&self) -> &BTreeMap<Box<str>, Box<str>> {
        &self.pairs
    }

    /// What a header means in a file of a table.
    pub fn meaning(&self, table: Table, header: &str) -> Meaning {
        match self.agreed(table, header) {
            Some(agreed) => agreed,
            None => match_header(table, header)
                .map_or(Meaning::Unknown, |field| Meaning::Field(field.spec())),
        }
    }

    fn agreed(&self, table: Table, header: &str) -> Option<Meaning> {
        if self.pairs.is_empty() {
            return None;
        }
        let folded = fold(header);
        let exact = self.pairs.get(header.trim());
        let target = exact.or_else(|| {
            let same = self.pairs.iter().find(|(known, _)| fold(known) == folded);
            same.filter(|_| !folded.is_empty())
                .map(|(_, target)| target)
        })?;
        if &**target == IGNORE {
            return Some(Meaning::Ignored);
        }
        // A field of another table is none here.
        let spec = fields_of(table).find(|spec| spec.name == &**target)?;
        Some(Meaning::Field(spec))
    }
}

/// The names that a header can be mapped to, without [`IGNORE`].
pub fn targets() -> impl Iterator<Item = &'static str> {
    [Table::Orders, Table::Customers]
        .into_iter()
        .flat_map(fields_of)
        .map(|spec| spec.name)
}

fn is_target(target: &str) -> bool {
    target == IGNORE || targets().any(|name| name == target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;

    fn mapping(pairs: &[(&str, &str)]) -> Result<Mapping, Box<str>> {
        Mapping::new(
            pairs
                .iter()
                .map(|(header, target)| ((*header).into(), (*target).into()))
                .collect(),
        )
    }

    #[test]
    fn what_is_agreed_goes_first() {
        let mapping = mapping(&[
            ("Startdtum", "startDate"),
            ("Anzahl", IGNORE),
            ("Nr", "externalSystemId"),
            ("Adr.", "customerId"),
        ])
        .unwrap();
        let means = |header: &str| match mapping.meaning(Table::Orders, header) {
            Meaning::Field(spec) => Some(spec.field),
            Meaning::Ignored | Meaning::Unknown => None,
        };
        assert_eq!(means("Startdtum"), Some(Field::StartDate));
        assert_eq!(means(" STARTDTUM "), Some(Field::StartDate));
        assert_eq!(means("Menge"), Some(Field::Quantity));
        assert_eq!(means("Anzahl"), None);
        assert_eq!(means("-"), None);
        // A customer's own number is no field of orders.
        assert!(matches!(
            mapping.meaning(Table::Orders, "Adr."),
            Meaning::Unknown
        ));
        assert!(matches!(
            mapping.meaning(Table::Customers, "Adr."),
            Meaning::Field(spec) if spec.field == Field::CustomerId
        ));
    }

    #[test]
    fn targets_are_fields() {
        assert_eq!(mapping(&[("a", "startdate")]), Err("startdate".into()));
        assert!(mapping(&[("a", "email")]).is_ok());
    }
}
