//! What does one valid row do to what is known?
//! Takes values, reads nothing, changes nothing; the same row and the same knowledge give the same decision.

pub mod blocks;
pub mod brake;
pub mod customer_rows;
pub mod customers;
pub mod knowledge;
pub mod rows;
mod standing;
pub mod state;
pub mod survey;
pub mod twins;

use crate::catalog::Catalog;
use crate::code::Code;
use crate::field::Field;
use crate::finding::{Detail, Finding, shown_value};
use crate::moment::Moment;
use crate::order::{Draft, ORDER_FIELDS, Terms, Value};
use crate::read::Shape;
use std::cell::Cell;
use std::collections::BTreeSet;

/// The version of the rules: raised whenever a row could be decided differently with the same knowledge.
pub const RULES: u32 = 1;

/// The name of the decision to change a customer, beside the names of decisions.
pub const UPDATE_CUSTOMER: &str = "updateCustomer";

/// What is done with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// An order, its subscription and its access right are made.
    Create,
    /// Some field of a known order changes.
    Update,
    /// An update that changes the payment method or its number.
    Payment,
    /// An update that sets the end or brings it forward.
    End,
    /// An update that removes the end or moves a past one into the future.
    Reactivate,
    /// Nothing differs.
    Unchanged,
    /// An error stands against the row.
    Reject,
}

/// A field that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field.
    pub field: Field,
    /// What it holds now.
    pub old: Value,
    /// What it will hold.
    pub new: Value,
}

/// Against what all rows of a file are planned.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// The partner whose file it is.
    pub partner: &'c str,
    /// The offers that the partner may import; all where there is none.
    pub offers: Option<&'c BTreeSet<String>>,
    /// The offers there are; nothing where nobody can tell, and then nothing is held against them.
    pub catalog: Option<&'c Catalog>,
    /// The instant that "past" and "future" are held against.
    pub now: Moment,
}

/// What is known about one row's order and customers.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// The order with the row's key and the partner that it belongs to.
    pub order: Option<(&'k str, &'k Terms)>,
    /// The invoice customer; looked at for a new order only.
    pub invoice_customer: Standing,
    /// The delivery customer; looked at where the row names one.
    pub delivery_customer: Standing,
}

/// How a customer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It exists.
    Exists,
    /// It will be created by this file.
    WillExist,
    /// Nobody knows it.
    Unknown,
    /// Who was asked cannot tell; whoever applies the row looks again.
    NotTold,
    /// The file would create it, but its email address belongs to another customer.
    EmailTaken,
    /// The file would create it, but says different things of it, there (record, line).
    Contradicted(u64, u64),
}

/// What was decided for a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// The order's terms afterwards; nothing where they stay or the row is rejected.
    pub after: Option<Terms>,
}

/// How many rows were decided how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By [`Decision`], in its order.
    pub by_decision: [u64; 7],
    /// Customers to create.
    pub create_customer: u64,
    /// Orders of the partner that a full book does not name.
    pub missing: u64,
}

impl Decision {
    /// All decisions, in their order.
    pub const ALL: [Self; 7] = [
        Self::Create,
        Self::Update,
        Self::Payment,
        Self::End,
        Self::Reactivate,
        Self::Unchanged,
        Self::Reject,
    ];

    /// `create`, `update`, `payment`, `end`, `reactivate`, `unchanged` or `reject`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Payment => "payment",
            Self::End => "end",
            Self::Reactivate => "reactivate",
            Self::Unchanged => "unchanged",
            Self::Reject => "reject",
        }
    }

    /// Does it change a known order?
    pub const fn changes_order(self) -> bool {
        matches!(
            self,
            Self::Update | Self::Payment | Self::End | Self::Reactivate
        )
    }
}

impl Counts {
    /// How many rows were decided so.
    pub fn of(&self, decision: Decision) -> u64 {
        self.by_decision[decision as usize]
    }

    /// Counts one more.
    pub fn add(&mut self, decision: Decision) {
        self.by_decision[decision as usize] += 1;
    }

    /// Adds what others counted of rows.
    pub fn add_all(&mut self, counts: &Self) {
        for (sum, count) in self.by_decision.iter_mut().zip(counts.by_decision) {
            *sum += count;
        }
    }

    /// Rows decided.
    pub fn rows(&self) -> u64 {
        self.by_decision.iter().sum()
    }
}

/// Decides a valid row. What stands against it goes to `report`, errors and warnings alike.
pub fn decide(
    draft: &Draft<'_>,
    known: &Known<'_>,
    context: &Context<'_>,
    report: &mut dyn FnMut(Field, Code, Detail),
) -> Decided {
    let rejected = Cell::new(false);
    let mut note = |field: Field, code: Code, detail: Detail| {
        rejected.set(rejected.get() || code.is_error());
        report(field, code, detail);
    };
    let before = match known.order {
        None => None,
        Some((owner, _)) if owner != context.partner => {
            note(
                Field::ExternalSystemId,
                Code::OrderOfOtherPartner,
                Detail::None,
            );
            return Decided {
                decision: Decision::Reject,
                after: None,
            };
        }
        Some((_, terms)) => Some(terms),
    };
    if let Some(terms) = before {
        standing::check_unchangeable(draft, terms, &mut note);
        if !rejected.get() && draft.keeps(terms) {
            return Decided {
                decision: Decision::Unchanged,
                after: None,
            };
        }
    } else {
        standing::check_customer(Field::InvoiceCustomerId, known.invoice_customer, &mut note);
    }
    if draft
        .delivery_customer
        .value()
        .is_some_and(|customer| *customer != draft.invoice_customer)
    {
        standing::check_customer(
            Field::DeliveryCustomerId,
            known.delivery_customer,
            &mut note,
        );
    }
    standing::check_offer(draft, before, context, &mut note);
    let after = match before {
        None => draft.terms(),
        Some(terms) => draft.terms_after(terms),
    };
    if before.is_some() {
        check_merged_dates(draft, &after, &mut note);
    }
    if rejected.get() {
        return Decided {
            decision: Decision::Reject,
            after: None,
        };
    }
    let decision = match before {
        None => Decision::Create,
        Some(terms) => class_of(terms, &after, context.now),
    };
    Decided {
        decision,
        after: Some(after),
    }
}

/// The fields in which two terms differ; all that hold a value where there were none before.
pub fn changes(before: Option<&Terms>, after: &Terms) -> Vec<Change> {
    let mut changes = Vec::with_capacity(if before.is_some() { 2 } else { 12 });
    for field in ORDER_FIELDS {
        let old = before.map_or(Value::None, |terms| terms.value(field));
        let new = after.value(field);
        if old != new {
            changes.push(Change { field, old, new });
        }
    }
    changes
}

/// The finding for something that stands against a row.
pub fn finding_for(
    shape: &Shape,
    place: (u64, u64),
    draft: &Draft<'_>,
    (field, code, detail): (Field, Code, Detail),
) -> Finding {
    let value: Option<&str> = match field {
        Field::ExternalSystemId => Some(&draft.external_system_id),
        Field::PlenigoOfferId => Some(&draft.offer),
        Field::InvoiceCustomerId => Some(&draft.invoice_customer),
        Field::DeliveryCustomerId => draft.delivery_customer.value().map(|customer| &**customer),
        Field::PaymentMethod => Some(draft.payment_method.name()),
        Field::Email => draft
            .customer
            .iter()
            .find(|(f, _)| *f == field)
            .map(|(_, value)| &**value),
        _ => None,
    };
    Finding {
        value: value.map(shown_value),
        ..shape.finding_about(field, place, code, detail)
    }
}

/// Dates that the row leaves alone must still agree with those that it gives.
fn check_merged_dates(
    draft: &Draft<'_>,
    after: &Terms,
    report: &mut dyn FnMut(Field, Code, Detail),
) {
    let start = Detail::Moment(after.start);
    if draft.end.value().is_none() && after.end.is_some_and(|end| end < after.start) {
        report(Field::EndDate, Code::EndBeforeStart, start.clone());
    }
    if draft.reference_start.value().is_none()
        && after
            .reference_start
            .is_some_and(|reference| reference < after.start)
    {
        report(Field::ReferenceStartDate, Code::ReferenceBeforeStart, start);
    }
}

fn class_of(before: &Terms, after: &Terms, now: Moment) -> Decision {
    let end = match (before.end, after.end) {
        (Some(_), None) => Some(Decision::Reactivate),
        (Some(old), Some(new)) if old <= now && new > now => Some(Decision::Reactivate),
        (Some(old), Some(new)) if new < old => Some(Decision::End),
        (None, Some(_)) => Some(Decision::End),
        _ => None,
    };
    end.unwrap_or_else(|| {
        let payment = before.payment_method != after.payment_method
            || before.payment_method_id != after.payment_method_id;
        if payment {
            Decision::Payment
        } else {
            Decision::Update
        }
    })
}

#[cfg(test)]
mod tests;
