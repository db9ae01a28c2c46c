//! Which subscriptions are there, and what becomes of who wants to change one directly?
//! Each order has one, of the same number. All are managed externally, so that only a new import changes them.

use super::fault::{Fault, Wrong};
use super::operation::{Ask, Reply};
use super::orders::{order_of, sought};
use crate::state::StoredOrder;
use crate::wire::order::SubscriptionV1;
use crate::wire::shape;

/// `GET /subscriptions`
pub(super) fn list(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let orders = sought(ask)?;
    Ok(Reply::ok(&page(ask, &orders, &ask.store().catalog())))
}

/// `GET /subscriptions/{subscriptionId}`
pub(super) fn one(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let order = order_of(ask)?;
    let catalog = ask.store().catalog();
    Ok(Reply::ok(&told(ask, &order, &catalog)))
}

/// `PUT /subscriptions/{subscriptionId}/…`
pub(super) fn refused(ask: &Ask<'_>) -> Result<Reply, Fault> {
    order_of(ask)?;
    Err(Fault::of(Wrong::ManagedExternally))
}

/// A page of subscriptions.
pub(super) fn page<'o>(
    ask: &Ask<'_>,
    orders: &'o [StoredOrder],
    catalog: &'o intake_core::catalog::Catalog,
) -> shape::Page<SubscriptionV1<'o>> {
    shape::Page {
        items: orders
            .iter()
            .map(|order| told(ask, order, catalog))
            .collect(),
    }
}

fn told<'o>(
    ask: &Ask<'_>,
    order: &'o StoredOrder,
    catalog: &'o intake_core::catalog::Catalog,
) -> SubscriptionV1<'o> {
    let zone = &ask.shared.config.profile.time_zone;
    SubscriptionV1::of(order, catalog.get(&order.terms.offer), ask.now, zone)
}
