//! Who has access to what?
//! An order grants its offer's access rights to whom it is delivered, from its start to its end. A token of a partner sees what
//! that partner's orders grant.

use std::sync::Arc;

use intake_core::catalog::Catalog;

use super::fault::{Fault, Wrong};
use super::operation::{Ask, Reply};
use super::orders::{Bounds, Walk, page_of};
use super::query::Page;
use crate::state::StoredOrder;
use crate::state::store::grants::Grant;
use crate::state::store::walk::{Sought, Way};
use crate::wire::access::{AccessV1, GrantV1};
use crate::wire::order::{AccessRightV1, ItemKind, OrderV1, RIGHTS_OF_AN_ORDER, delivery_customer};
use crate::wire::shape::{self, Instant};

/// `GET /customers/{customerId}/orders`
pub(super) fn orders(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let orders = invoiced(ask)?;
    let items = orders.iter().map(|order| OrderV1::of(order, ask.now));
    Ok(Reply::ok(&shape::Page {
        items: items.collect(),
    }))
}

/// `GET /customers/{customerId}/subscriptions`
pub(super) fn subscriptions(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let orders = invoiced(ask)?;
    let catalog = ask.store().catalog();
    Ok(Reply::ok(&super::subscriptions::page(
        ask, &orders, &catalog,
    )))
}

/// `GET /accessRights/{customerId}` and `GET /customers/{customerId}/accessRights`
pub(super) fn of_customer(ask: &Ask<'_>) -> Result<Reply, Fault> {
    must_exist(ask)?;
    let asked = AskedRights::of(ask)?;
    let span = ask.query.span()?;
    let walk = asked.orders();
    let mut numbers = ask.store().orders_of_customer(ask.id())?;
    numbers.retain(|number| walk.numbers.contains(number));
    if walk.descending {
        numbers.reverse();
    }
    let mut numbers = numbers.into_iter();
    asked.answer(&mut || {
        let Some(number) = numbers.next() else {
            return Ok(None);
        };
        let order = ask.store().order_by_id(number)?;
        let fits = |order: &StoredOrder| {
            delivery_customer(order) == ask.id()
                && ask.holder.sees(&order.partner)
                && span.holds(order.changed)
        };
        Ok(Some(order.filter(fits).into_iter().collect()))
    })
}

/// `GET /accessRights`
pub(super) fn list(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let asked = AskedRights::of(ask)?;
    let span = ask.query.span()?;
    let sought = Sought {
        partner: ask.partner(),
        from: span.from,
        to: span.to,
    };
    let going = ask.going();
    let mut left = Some(asked.orders());
    asked.answer(&mut || {
        let Some(walk) = left.take() else {
            return Ok(None);
        };
        let way = Way {
            numbers: walk.numbers.clone(),
            descending: walk.descending,
            most: asked.page.size,
            going: &going,
        };
        let found = ask.store().orders_on(&way, &sought)?;
        let found = found.ok_or_else(|| Fault::of(Wrong::Unavailable))?;
        if let Some(last) = found.last().filter(|_| found.len() == asked.page.size) {
            let numbers = if walk.descending {
                walk.numbers.start..last.order_id
            } else {
                last.order_id + 1..walk.numbers.end
            };
            left = Some(Walk { numbers, ..walk });
        }
        Ok(Some(found))
    })
}

/// Which access rights are asked for. Those of an order have the numbers that begin with its own.
struct AskedRights<'a> {
    ask: &'a Ask<'a>,
    page: Page,
    bounds: Bounds,
    catalog: Arc<Catalog>,
}

/// Gives the next orders on the way; nothing where there are no more.
type MoreOrders<'m> = dyn FnMut() -> Result<Option<Vec<StoredOrder>>, Fault> + 'm;

impl<'a> AskedRights<'a> {
    fn of(ask: &'a Ask<'a>) -> Result<Self, Fault> {
        let page = ask.query.page()?;
        let (after, before) = page.numbers()?;
        Ok(Self {
            ask,
            page,
            bounds: Bounds { after, before },
            catalog: ask.store().catalog(),
        })
    }

    /// How the orders are gone through for them.
    fn orders(&self) -> Walk {
        let walk = self.bounds.walk(&self.page);
        let first = walk.numbers.start / RIGHTS_OF_AN_ORDER;
        let last = walk.numbers.end.saturating_sub(1) / RIGHTS_OF_AN_ORDER;
        Walk {
            numbers: first..last.saturating_add(1),
            ..walk
        }
    }

    /// The page, of as many orders as it takes.
    fn answer(&self, more: &mut MoreOrders<'_>) -> Result<Reply, Fault> {
        let mut orders = Vec::new();
        let mut count = 0;
        while count < self.page.size {
            let Some(some) = more()? else { break };
            for order in some {
                let rights = self.rights_of(&order).len();
                if rights > 0 {
                    count += rights;
                    orders.push(order);
                }
            }
        }
        let walk = self.bounds.walk(&self.page);
        let mut items: Vec<AccessRightV1<'_>> = orders
            .iter()
            .flat_map(|order| self.rights_of(order))
            .collect();
        items.sort_by_key(|right| right.access_right_id);
        if walk.descending {
            items.reverse();
        }
        items.truncate(self.page.size);
        if walk.reversed {
            items.reverse();
        }
        Ok(Reply::ok(&shape::Page { items }))
    }

    fn rights_of<'o>(&'o self, order: &'o StoredOrder) -> Vec<AccessRightV1<'o>> {
        let offer = self.catalog.get(&order.terms.offer);
        let mut rights = AccessRightV1::of(order, offer, self.ask.now);
        rights.retain(|right| {
            self.bounds
                .hold(right.access_right_id, self.page.descending)
        });
        rights
    }
}

/// `GET /accessRights/{customerId}/hasAccess`, where the answer is remembered.
pub(super) fn remembered(ask: &Ask<'_>) -> Option<Result<Reply, Fault>> {
    let grants = ask.store().remembered_grants(ask.id())?;
    Some(access_by(ask, &grants))
}

/// The same, read from the books.
pub(super) fn has_access(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let grants = ask.store().grants(ask.id())?;
    access_by(ask, &grants.ok_or_else(|| Fault::of(Wrong::NoCustomer))?)
}

fn access_by(ask: &Ask<'_>, grants: &[Grant]) -> Result<Reply, Fault> {
    let field = "accessRightUniqueIds";
    let Some(asked) = ask.query.text(field) else {
        let words = ask.say(
            "Es ist kein Zugriffsrecht genannt.",
            "No access right is named.",
        );
        return Err(Fault::about(Wrong::Invalid, field, words, ""));
    };
    let catalog = ask.store().catalog();
    let mut items: Vec<GrantV1<'_>> = Vec::new();
    for id in asked.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        if items.iter().any(|item| item.access_right_unique_id == id) {
            continue;
        }
        let speaks_of_it = |grant: &&Grant| {
            let offer = catalog.get(&grant.offer);
            let rights = offer.map_or(&[][..], |offer| &offer.access_rights);
            rights.iter().any(|right| **right == *id) && ask.holder.sees(&grant.partner)
        };
        // Of several orders that grant the same the one counts that grants it now, and of these the one that does so longest.
        let worth = |grant: &&Grant| {
            let end = grant.end;
            (grant.holds_at(ask.now), end.is_none(), end, grant.order_id)
        };
        if let Some(grant) = grants.iter().filter(speaks_of_it).max_by_key(worth) {
            items.push(GrantV1 {
                access_granted: grant.holds_at(ask.now),
                life_time_start: Instant(grant.start),
                life_time_end: grant.end.map(Instant),
                access_right_unique_id: id,
                item_type: ItemKind::Subscription,
                item_id: grant.order_id,
                plenigo_offer_id: &grant.offer,
            });
        }
    }
    Ok(Reply::ok(&AccessV1 {
        customer_id: ask.id(),
        customer_blocked: false,
        access_granted: items.iter().any(|item| item.access_granted),
        items,
    }))
}

fn must_exist(ask: &Ask<'_>) -> Result<(), Fault> {
    match ask.store().customer_number(ask.id())? {
        Some(_) => Ok(()),
        None => Err(Fault::of(Wrong::NoCustomer)),
    }
}

/// The page of orders whose invoice goes to the customer of the path.
fn invoiced(ask: &Ask<'_>) -> Result<Vec<StoredOrder>, Fault> {
    must_exist(ask)?;
    let page = ask.query.page()?;
    let span = ask.query.span()?;
    let numbers = ask.store().orders_of_customer(ask.id())?;
    page_of(&page, span, &numbers, &mut |number| {
        let order = ask.store().order_by_id(number)?;
        let order = order.filter(|order| {
            *order.terms.invoice_customer == *ask.id() && ask.holder.sees(&order.partner)
        });
        Ok(order.map(|order| {
            let changed = order.changed;
            (order, changed)
        }))
    })
}
