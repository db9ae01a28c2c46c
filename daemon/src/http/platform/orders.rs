//! Which orders are there?
//! Whoever has a partner's token finds that partner's orders alone.

use intake_core::moment::Moment;

use super::fault::{Fault, Wrong};
use super::operation::{Ask, Reply};
use super::query::{Page, Span};
use crate::state::StoredOrder;
use crate::state::store::walk::{Sought, Way};
use crate::wire::order::OrderV1;
use crate::wire::shape;

/// `GET /orders`
pub(super) fn list(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let orders = sought(ask)?;
    Ok(Reply::ok(&shape::Page {
        items: orders
            .iter()
            .map(|order| OrderV1::of(order, ask.now))
            .collect(),
    }))
}

/// `GET /orders/{orderId}`
pub(super) fn one(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let order = order_of(ask)?;
    Ok(Reply::ok(&OrderV1::of(&order, ask.now)))
}

/// The order with the number of the path, where the holder of the token may see it.
pub(super) fn order_of(ask: &Ask<'_>) -> Result<StoredOrder, Fault> {
    let order = ask.store().order_by_id(ask.number()?)?;
    let order = order.filter(|order| ask.holder.sees(&order.partner));
    order.ok_or_else(|| Fault::of(Wrong::NotFound))
}

/// The page of orders that the query asks for.
pub(super) fn sought(ask: &Ask<'_>) -> Result<Vec<StoredOrder>, Fault> {
    let page = ask.query.page()?;
    let span = ask.query.span()?;
    let (after, before) = page.numbers()?;
    if let Some(key) = ask.query.text("externalSystemId") {
        let order = ask.store().order(key)?;
        let bounds = Bounds { after, before };
        let fits = |order: &StoredOrder| {
            ask.holder.sees(&order.partner)
                && span.holds(order.changed)
                && bounds.hold(order.order_id, page.descending)
        };
        return Ok(order.into_iter().filter(fits).collect());
    }
    let sought = Sought {
        partner: ask.partner(),
        from: span.from,
        to: span.to,
    };
    walked(ask, &page, Bounds { after, before }, &sought)
}

fn walked(
    ask: &Ask<'_>,
    page: &Page,
    bounds: Bounds,
    sought: &Sought<'_>,
) -> Result<Vec<StoredOrder>, Fault> {
    let walk = bounds.walk(page);
    let going = ask.going();
    let way = Way {
        numbers: walk.numbers,
        descending: walk.descending,
        most: page.size,
        going: &going,
    };
    let found = ask.store().orders_on(&way, sought)?;
    let mut found = found.ok_or_else(|| Fault::of(Wrong::Unavailable))?;
    if walk.reversed {
        found.reverse();
    }
    Ok(found)
}

/// The cursors of a page, as numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) after: Option<u64>,
    pub(super) before: Option<u64>,
}

/// How numbers are gone through for a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Walk {
    pub(super) numbers: std::ops::Range<u64>,
    pub(super) descending: bool,
    /// What is found stands the other way round on the page.
    pub(super) reversed: bool,
}

impl Bounds {
    /// A page that only ends somewhere is the one just before that: it is gone through from its end.
    pub(super) fn walk(self, page: &Page) -> Walk {
        let reversed = self.after.is_none() && self.before.is_some();
        let (low, high) = if page.descending {
            (self.before, self.after)
        } else {
            (self.after, self.before)
        };
        let low = low.map_or(0, |low| low.saturating_add(1));
        Walk {
            numbers: low..high.unwrap_or(u64::MAX),
            descending: page.descending != reversed,
            reversed,
        }
    }

    /// Does something of this number stand between the cursors?
    pub(super) fn hold(self, number: u64, descending: bool) -> bool {
        let (low, high) = if descending {
            (self.before, self.after)
        } else {
            (self.after, self.before)
        };
        low.is_none_or(|low| low < number) && high.is_none_or(|high| number < high)
    }
}

/// Those of a list that the query asks for; the list is in the order of its numbers.
pub(super) fn page_of<T>(
    page: &Page,
    span: Span,
    numbers: &[u64],
    get: &mut dyn FnMut(u64) -> Result<Option<(T, Moment)>, Fault>,
) -> Result<Vec<T>, Fault> {
    let (after, before) = page.numbers()?;
    let walk = Bounds { after, before }.walk(page);
    let low = numbers.partition_point(|number| *number < walk.numbers.start);
    let high = numbers.partition_point(|number| *number < walk.numbers.end);
    let between = &numbers[low.min(high)..high];
    let mut found = Vec::new();
    for place in 0..between.len() {
        let place = if walk.descending {
            between.len() - 1 - place
        } else {
            place
        };
        if let Some((item, changed)) = get(between[place])?
            && span.holds(changed)
        {
            found.push(item);
            if found.len() == page.size {
                break;
            }
        }
    }
    if walk.reversed {
        found.reverse();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paged(after: Option<u64>, before: Option<u64>, descending: bool) -> Vec<u64> {
        let page = Page {
            size: 5,
            after: after.map(|cursor| cursor.to_string()),
            before: before.map(|cursor| cursor.to_string()),
            descending,
        };
        let numbers: Vec<u64> = (1..=20).collect();
        let mut get = |number| Ok(Some((number, Moment::from_unix(0, 0))));
        page_of(&page, Span::default(), &numbers, &mut get).unwrap()
    }

    #[test]
    fn cursors_lead_on_and_back() {
        assert_eq!(paged(None, None, false), [1, 2, 3, 4, 5]);
        assert_eq!(paged(Some(5), None, false), [6, 7, 8, 9, 10]);
        assert_eq!(paged(None, Some(11), false), [6, 7, 8, 9, 10]);
        assert_eq!(paged(Some(2), Some(5), false), [3, 4]);
        assert_eq!(paged(Some(18), None, false), [19, 20]);
        assert_eq!(paged(None, None, true), [20, 19, 18, 17, 16]);
        assert_eq!(paged(Some(16), None, true), [15, 14, 13, 12, 11]);
        assert_eq!(paged(None, Some(10), true), [15, 14, 13, 12, 11]);
        assert_eq!(paged(Some(u64::MAX), None, false), [0; 0]);
        assert_eq!(paged(Some(7), Some(3), false), [0; 0]);
    }
}
