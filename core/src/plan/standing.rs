//! Does the catalog, and do the customers, allow what a row asks for?
//! Sources: the platform's error codes, domain rules of sections 1, 2 and 5.

use super::{Context, Standing};
use crate::catalog::{Offer, OfferManager, ProductBase};
use crate::code::Code;
use crate::field::Field;
use crate::finding::Detail;
use crate::order::{Draft, Manager, Terms};

type Report<'r> = &'r mut dyn FnMut(Field, Code, Detail);

/// An import changes the terms of an order, never what was ordered or by whom.
pub(super) fn check_unchangeable(draft: &Draft<'_>, known: &Terms, report: Report<'_>) {
    if *draft.offer != *known.offer {
        let detail = Detail::Text(known.offer.clone());
        report(Field::PlenigoOfferId, Code::OfferUnchangeable, detail);
    }
    if *draft.invoice_customer != *known.invoice_customer {
        let detail = Detail::Text(known.invoice_customer.clone());
        report(Field::InvoiceCustomerId, Code::CustomerUnchangeable, detail);
    }
}

/// A customer must exist before the order, or be created by the same file.
pub(super) fn check_customer(field: Field, standing: Standing, report: Report<'_>) {
    match standing {
        Standing::Exists | Standing::WillExist | Standing::NotTold => {}
        Standing::Unknown => report(field, Code::CustomerUnknown, Detail::None),
        Standing::EmailTaken => report(Field::Email, Code::EmailTaken, Detail::None),
        Standing::Contradicted(row, line) => {
            report(
                field,
                Code::CustomerContradiction,
                Detail::Record(row, line),
            );
        }
    }
}

/// The offer must exist, be the partner's to import, be externally managed, and allow the terms.
pub(super) fn check_offer(
    draft: &Draft<'_>,
    known: Option<&Terms>,
    context: &Context<'_>,
    report: Report<'_>,
) {
    let field = Field::PlenigoOfferId;
    let offer = context.catalog.map(|catalog| catalog.get(&*draft.offer));
    if matches!(offer, Some(None)) {
        report(field, Code::OfferUnknown, Detail::None);
        return;
    }
    if context
        .offers
        .is_some_and(|allowed| !allowed.contains(&*draft.offer))
    {
        report(field, Code::OfferNotForPartner, Detail::None);
    }
    let Some(Some(offer)) = offer else { return };
    check_manager(draft, known, offer, report);
    if !offer.allowed_payment_methods.is_empty()
        && !offer
            .allowed_payment_methods
            .contains(&draft.payment_method)
    {
        let names: Vec<_> = offer
            .allowed_payment_methods
            .iter()
            .map(|m| m.name())
            .collect();
        let detail = Detail::Text(names.join(", ").into());
        report(Field::PaymentMethod, Code::PaymentNotAllowed, detail);
    }
    if offer.steps > 1 {
        report(field, Code::ProductSteps, Detail::None);
    }
    match offer.base {
        ProductBase::Time | ProductBase::Credit => {}
        ProductBase::Issue => report(field, Code::ProductIssueBased, Detail::None),
        ProductBase::Other => report(field, Code::ProductNotImportable, Detail::None),
    }
    if offer.archived && known.is_none() {
        report(field, Code::OfferArchived, Detail::None);
    }
}

fn check_manager(draft: &Draft<'_>, known: Option<&Terms>, offer: &Offer, report: Report<'_>) {
    match (offer.managed_by, draft.manager_after(known)) {
        (OfferManager::Plenigo, _) => {
            report(Field::PlenigoOfferId, Code::OfferNotExternal, Detail::None);
        }
        (OfferManager::Wbz, Manager::External) => {
            report(Field::ManagedBy, Code::ImportNotWbz, Detail::None);
        }
        (OfferManager::External, Manager::Wbz) => {
            report(Field::ManagedBy, Code::OfferNotWbz, Detail::None);
        }
        (OfferManager::Wbz, Manager::Wbz) | (OfferManager::External, Manager::External) => {}
    }
}
