//! What does a record of a customers file do to the customer that it means?
//! A known customer is the partner's own or it is left alone, whatever the record says of it; what a record leaves out stays as
//! it is, and a number of the partner's, once given, stays too.

use super::blocks::DecidedRow;
use super::knowledge::Knowledge;
use super::rows::Row;
use super::{Change, Context, Decision, UPDATE_CUSTOMER};
use crate::catalog::{Customer, email_key};
use crate::check::draft::CustomerDraft;
use crate::code::Code;
use crate::field::{Field, Table};
use crate::finding::{Detail, Finding, shown_value};
use crate::order::Value;
use crate::read::Shape;
use crate::report::CREATE_CUSTOMER;
use xxhash_rust::xxh3::xxh3_64;

/// A customer that is known, and the partner that brought it; nothing where the house itself did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCustomer {
    /// The customer.
    pub customer: Customer,
    /// Whose it is.
    pub partner: Option<Box<str>>,
}

/// The customers that have what a record says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The one with its number.
    pub by_id: Option<KnownCustomer>,
    /// The one with its number in the partner's system.
    pub by_external_id: Option<KnownCustomer>,
    /// The one with its email address.
    pub by_email: Option<KnownCustomer>,
    /// The one with its user name.
    pub by_username: Option<KnownCustomer>,
}

/// What a record of a customers file comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecidedCustomer {
    /// The customer afterwards; without a number where a new one is to be given one.
    pub after: Customer,
    /// The values that change.
    pub changes: Vec<Change>,
}

/// Decides the rows of a customers file.
pub(super) fn decide_customers<'a, K: Knowledge>(
    shape: &Shape,
    rows: Vec<Row<'a>>,
    knowledge: &K,
    context: &Context<'_>,
) -> Result<Vec<DecidedRow<'a, K::Order>>, K::Error> {
    let is_asked = |row: &&Row<'_>| row.customer.is_some() && !row.repeats;
    let asked = rows.iter().filter(is_asked);
    let asked: Vec<&CustomerDraft> = asked.filter_map(|row| row.customer.as_deref()).collect();
    let mut named = knowledge.named_customers(&asked)?.into_iter();
    let decided = rows.into_iter().map(|mut row| {
        let (decision, customer) = match &row.customer {
            None => (Decision::Reject, None),
            Some(_) if row.repeats => (Decision::Unchanged, None),
            Some(draft) => {
                let named = named.next().unwrap_or_default();
                let mut against = Vec::new();
                let decided = decide(draft, &named, context.partner, &mut against);
                let place = (row.row, row.line);
                let findings = against
                    .into_iter()
                    .map(|what| finding_for(shape, place, draft, what));
                row.findings.extend(findings);
                decided
            }
        };
        DecidedRow {
            customer: customer.map(Box::new),
            decision,
            after: None,
            order: None,
            same_order: None,
            creates_customer: false,
            customer_unknown: false,
            row,
        }
    });
    Ok(decided.collect())
}

/// The name of what was decided: that of a customer's row says so.
pub fn decision_name(table: Table, decision: Decision) -> &'static str {
    match (table, decision) {
        (Table::Customers, Decision::Create) => CREATE_CUSTOMER,
        (Table::Customers, Decision::Update) => UPDATE_CUSTOMER,
        (_, decision) => decision.name(),
    }
}

/// What only one customer has, besides its address: hashes of it.
pub(super) fn numbers_of(draft: &CustomerDraft) -> Vec<u64> {
    let hash = |field: Field, text: &str| xxh3_64(format!("{}={text}", field.name()).as_bytes());
    let mut numbers = Vec::new();
    if !draft.customer.id.is_empty() {
        numbers.push(hash(Field::CustomerId, &draft.customer.id));
    }
    for field in [Field::CustomerExternalSystemId, Field::Username] {
        numbers.extend(draft.customer.value(field).map(|text| hash(field, text)));
    }
    numbers
}

type Against = (Field, Code, Detail);

fn decide(
    draft: &CustomerDraft,
    named: &Named,
    partner: &str,
    against: &mut Vec<Against>,
) -> (Decision, Option<DecidedCustomer>) {
    let record = &draft.customer;
    // A number that nobody has makes a new customer, whatever else the record says.
    let known = match record.id.is_empty() {
        false => named.by_id.as_ref(),
        true => named.by_external_id.as_ref().or(named.by_email.as_ref()),
    };
    if let Some(known) = known
        && known.partner.as_deref() != Some(partner)
    {
        // Nothing else is said, so that nobody learns what others have noted of a customer.
        against.push((Field::Email, Code::CustomerOfOtherPartner, Detail::None));
        return (Decision::Reject, None);
    }
    let known = known.map(|known| &known.customer);
    check_unique(named, known, against);
    if let Some(known) = known {
        let field = Field::CustomerExternalSystemId;
        let given = record.value(field);
        let before = known.value(field);
        let cleared = draft.cleared.contains(&field);
        if let Some(before) = before
            && (cleared || given.is_some_and(|given| given != before))
        {
            let detail = Detail::Text(before.into());
            against.push((field, Code::CustomerNumberFixed, detail));
        }
    }
    if !against.is_empty() {
        return (Decision::Reject, None);
    }
    let after = merged(draft, known);
    let changes = changes(known, &after);
    let decision = match known {
        None => Decision::Create,
        Some(_) if changes.is_empty() => Decision::Unchanged,
        Some(_) => Decision::Update,
    };
    (decision, Some(DecidedCustomer { after, changes }))
}

/// What only one customer may have must be nobody else's.
fn check_unique(named: &Named, known: Option<&Customer>, against: &mut Vec<Against>) {
    let holders = [
        (Field::CustomerExternalSystemId, &named.by_external_id),
        (Field::Email, &named.by_email),
        (Field::Username, &named.by_username),
    ];
    for (field, holder) in holders {
        let others = holder
            .as_ref()
            .is_some_and(|holder| known.is_none_or(|known| known.id != holder.customer.id));
        if others {
            let code = match field {
                Field::Email => Code::EmailTaken,
                _ => Code::CustomerNumberTaken,
            };
            against.push((field, code, Detail::None));
        }
    }
}

/// What the record gives, over what was known.
fn merged(draft: &CustomerDraft, known: Option<&Customer>) -> Customer {
    let record = &draft.customer;
    let Some(known) = known else {
        return record.clone();
    };
    let is_replaced =
        |field: Field| record.value(field).is_some() || draft.cleared.contains(&field);
    let kept = known.values.iter().filter(|(field, _)| {
        let same_address = *field == Field::Email
            && record.value(Field::Email).map(email_key) == Some(email_key(known.email()));
        // An address in other letters is the same address.
        same_address || !is_replaced(*field)
    });
    let mut values: Vec<(Field, Box<str>)> = kept.cloned().collect();
    for (field, value) in &record.values {
        if values.iter().all(|(there, _)| there != field) {
            values.push((*field, value.clone()));
        }
    }
    crate::short_order::sort_short(&mut values, |(field, _)| *field);
    Customer {
        id: known.id.clone(),
        values,
    }
}

fn changes(before: Option<&Customer>, after: &Customer) -> Vec<Change> {
    let text = |value: Option<&str>| value.map_or(Value::None, |text| Value::Text(text.into()));
    let fields = crate::field::FIELDS
        .iter()
        .filter(|spec| spec.table == Table::Customers);
    let mut changes = Vec::new();
    for field in fields.map(|spec| spec.field) {
        let value = |customer: Option<&Customer>| match (customer, field) {
            (None, _) => Value::None,
            (Some(customer), Field::CustomerId) => {
                text(Some(&*customer.id).filter(|id| !id.is_empty()))
            }
            (Some(customer), field) => text(customer.value(field)),
        };
        let (old, new) = (value(before), value(Some(after)));
        if old != new {
            changes.push(Change { field, old, new });
        }
    }
    changes
}

fn finding_for(
    shape: &Shape,
    place: (u64, u64),
    draft: &CustomerDraft,
    (field, code, detail): Against,
) -> Finding {
    Finding {
        value: draft.customer.value(field).map(shown_value),
        ..shape.finding_about(field, place, code, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(id: &str, values: &[(Field, &str)]) -> Customer {
        let values = values
            .iter()
            .map(|(field, value)| (*field, (*value).into()));
        Customer {
            id: id.into(),
            values: values.collect(),
        }
    }

    fn lena(partner: Option<&str>) -> KnownCustomer {
        let values = [
            (Field::Email, "lena@example.org"),
            (Field::Language, "de"),
            (Field::CustomerExternalSystemId, "K1"),
            (Field::LastName, "Muster"),
        ];
        KnownCustomer {
            customer: customer("100003", &values),
            partner: partner.map(Into::into),
        }
    }

    fn draft(id: &str, values: &[(Field, &str)], cleared: &[Field]) -> CustomerDraft {
        CustomerDraft {
            customer: customer(id, values),
            cleared: cleared.to_vec(),
        }
    }

    fn told(draft: &CustomerDraft, named: &Named) -> String {
        let mut against = Vec::new();
        let (decision, decided) = decide(draft, named, "alpha", &mut against);
        let against = against
            .iter()
            .map(|(field, code, _)| format!(" {}: {code}", field.name()));
        let changes = decided.into_iter().flat_map(|decided| decided.changes);
        let changes = changes
            .map(|change| format!(" {}: {} -> {}", change.field.name(), change.old, change.new));
        let mut told = decision.name().to_owned();
        told.extend(against);
        told.extend(changes);
        told
    }

    #[test]
    fn a_record_makes_changes_or_leaves_its_customer() {
        let nobody = Named::default();
        let email = |address| (Field::Email, address);
        let new = draft("", &[email("a@example.org"), (Field::Language, "de")], &[]);
        assert_eq!(
            told(&new, &nobody),
            "create email: – -> a@example.org language: – -> de"
        );
        let by_email = Named {
            by_email: Some(lena(Some("alpha"))),
            ..Named::default()
        };
        let same = draft(
            "",
            &[email("LENA@example.org"), (Field::Language, "de")],
            &[],
        );
        assert_eq!(told(&same, &by_email), "unchanged");
        let other = draft(
            "",
            &[email("lena@example.org"), (Field::Language, "en")],
            &[Field::LastName],
        );
        assert_eq!(
            told(&other, &by_email),
            "update language: de -> en lastName: Muster -> –"
        );
        let by_number = Named {
            by_external_id: Some(lena(Some("alpha"))),
            ..Named::default()
        };
        let moved = draft(
            "",
            &[
                email("l@example.org"),
                (Field::Language, "de"),
                (Field::CustomerExternalSystemId, "K1"),
            ],
            &[],
        );
        assert_eq!(
            told(&moved, &by_number),
            "update email: lena@example.org -> l@example.org"
        );
    }

    #[test]
    fn what_belongs_to_others_is_refused() {
        let email = (Field::Email, "lena@example.org");
        let record = draft("", &[email, (Field::Language, "de")], &[]);
        for partner in [None, Some("beta")] {
            let named = Named {
                by_email: Some(lena(partner)),
                ..Named::default()
            };
            assert_eq!(
                told(&record, &named),
                "reject email: customer-of-other-partner"
            );
        }
        let named = Named {
            by_email: Some(lena(Some("alpha"))),
            by_username: Some(lena(Some("alpha"))),
            ..Named::default()
        };
        let numbered = draft("7", &[email, (Field::Username, "lena")], &[]);
        assert_eq!(
            told(&numbered, &named),
            "reject email: email-taken username: customer-number-taken"
        );
        let renumbered = draft("", &[email, (Field::CustomerExternalSystemId, "K2")], &[]);
        let named = Named {
            by_email: Some(lena(Some("alpha"))),
            ..Named::default()
        };
        assert_eq!(
            told(&renumbered, &named),
            "reject customerExternalSystemId: customer-number-fixed"
        );
    }
}
