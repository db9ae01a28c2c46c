//! What is known of one order, and how does what goes to the platform stand?
//! The very answers of the commands `order` and `outbox list`.

use crate::cli::args::{DataDirectory, Format, Order, OutboxList};
use crate::commands;
use crate::http::platform::fault::{Fault, Wrong};
use crate::http::platform::operation::{Ask, Reply};
use crate::perform::{self, Call};

/// `GET /order`
pub(super) fn order(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let key = ask.query.text("externalSystemId");
    let key = key.ok_or_else(|| {
        let error = "is missing";
        Fault::about(Wrong::Invalid, "externalSystemId", error, "")
    })?;
    let arguments = Order {
        external_id: key.to_owned(),
        data: data_of(ask),
        format: Format::Json,
    };
    let speech = perform::speech(ask.language, &ask.shared.config);
    let journal = ask.daemon.data.books.journal_path();
    let mut out = Vec::new();
    let asked = commands::order::order(&arguments, ask.store(), journal, &speech, &mut out);
    asked.map_err(|error| Fault::failed(&*error))?;
    Ok(Reply::of_json(out))
}

/// `GET /outbox`
pub(super) fn outbox(ask: &Ask<'_>) -> Result<Reply, Fault> {
    let arguments = OutboxList {
        dropped: ask.query.flag("dropped")?.unwrap_or(false),
        data: data_of(ask),
        format: Format::Json,
    };
    let speech = perform::speech(ask.language, &ask.shared.config);
    let call = Call {
        speech: &speech,
        going: &|_| true,
    };
    let mut out = Vec::new();
    let listed = perform::outbox::list(&arguments, &ask.daemon.data, &call, &mut out);
    listed.map_err(|error| Fault::failed(&*error))?;
    Ok(Reply::of_json(out))
}

pub(super) fn data_of(ask: &Ask<'_>) -> DataDirectory {
    DataDirectory {
        path: ask.daemon.data.path.clone(),
    }
}
