//! What was decided for each row, and why?
//! The lines of the journal as they stand there, the latest first. A page is looked for for a bounded time; where that was not
//! enough its cursor says where to go on.

use crate::clock;
use crate::http::platform::fault::Fault;
use crate::http::platform::import_log::{Filter, Seeker, Wanted};
use crate::http::platform::operation::{Ask, Reply};
use crate::wire::console::{Line, LogV1, VERSION};

use super::files::PATIENCE;

/// `GET /log`
pub(super) fn list(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let page = ask.query.page()?;
    let (before, _) = page.numbers()?;
    let key = ask.query.text("externalSystemId");
    let until = clock::since_start() + PATIENCE;
    let going = || clock::since_start() < until && !ask.daemon.ending();
    let seeker = Seeker {
        books: &ask.daemon.data.books,
        filter: Filter::new(Wanted {
            key,
            offer: ask.query.text("plenigoOfferId"),
            success: ask.query.flag("success")?,
            partner: ask.query.text("partner"),
            file: ask.query.text("file"),
            import: ask.query.text("importId"),
            span: ask.query.span()?,
            customers: true,
        }),
        most: page.size,
        going: &going,
        make: &|row, _, line| (row.log_id, Line::of(line)),
    };
    let end = ask.store().meta().next_log;
    let end = before.unwrap_or(end).min(end);
    let (found, left) = if let Some(key) = key {
        // By the order's own index, which knows all but what left it as it was.
        let found = seeker.about(key, (1, end), true)?;
        let last = found.last().map_or(1, |(id, _)| *id);
        let is_whole = found.len() < page.size;
        (found, if is_whole { 1 } else { last })
    } else {
        let (start, end) = seeker.within_span(1, end)?;
        let (found, left) = seeker.backward(start, end.max(start))?;
        (found, if left > start { left } else { 1 })
    };
    Ok(Reply::ok(&LogV1 {
        version: VERSION,
        items: found.into_iter().filter_map(|(_, line)| line).collect(),
        next: (left > 1).then(|| left.to_string()),
    }))
}
