//! How does an entry of the import log stand in a spreadsheet?
//! One record an entry, as it is in the journal; no cell is taken for a formula by whoever opens it.

use intake_core::corrections::put_cell_of_text;

use crate::commands::Speech;
use crate::commands::row_text::reason;
use crate::entry::RowEntry;

const HEADER: &str = "logId,time,importId,partner,file,row,line,externalSystemId,plenigoOfferId,decision,success,\
                      orderId,errorCode,errorReason,changes\n";

/// Between two fields that changed.
const BETWEEN_CHANGES: &str = " | ";

/// Appends the names of the columns.
pub(super) fn put_header(out: &mut Vec<u8>) {
    out.extend_from_slice(HEADER.as_bytes());
}

/// Appends an entry. The reason is in the reader's language, times are as they were journalled.
pub(super) fn put_row(out: &mut Vec<u8>, row: &RowEntry<'_>, speech: &Speech) {
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let cells = [
        row.log_id.to_string(),
        row.time.to_string(),
        row.import_id.to_string(),
        row.partner.to_string(),
        row.file.to_string(),
        number(row.row),
        number(row.line),
        row.external_system_id.as_deref().unwrap_or("").to_owned(),
        row.plenigo_offer_id.as_deref().unwrap_or("").to_owned(),
        row.decision.to_string(),
        row.success.to_string(),
        number((row.order_id > 0).then_some(row.order_id)),
        number(row.error_code.map(u64::from)),
        reason(row, speech.language).unwrap_or_default(),
        changes(row),
    ];
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        put_cell_of_text(out, cell.as_bytes(), b',');
    }
    out.push(b'\n');
}

/// `field: old → new` for each field, in the journal's own spelling; of a new order all that it was given.
fn changes(row: &RowEntry<'_>) -> String {
    let changes = row.changes.iter().map(|change| {
        let (old, new) = (value(&change.old), value(&change.new));
        format!("{}: {old} → {new}", change.field)
    });
    changes.collect::<Vec<_>>().join(BETWEEN_CHANGES)
}

fn value(json: &serde_json::Value) -> String {
    match json {
        serde_json::Value::Null => crate::commands::row_text::NOTHING.to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
