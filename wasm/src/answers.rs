//! Which shapes do core's answers have in JavaScript?
//! Core writes them as JSON; what is declared here is held against what core writes, word for word, in a test.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

use crate::types::{Bilingual, SeverityName};

/// How far the first pass is.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Bytes taken.
    pub bytes: u64,
    /// Bytes of the file.
    pub total: u64,
    /// Records seen.
    pub rows: u64,
    /// Errors found.
    pub errors: u64,
    /// Warnings found.
    pub warnings: u64,
}

/// Bytes of the file's text that are needed first: give them and ask again.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Which block they are.
    pub block: u32,
    /// Where they begin.
    pub offset: u64,
    /// How many they are.
    pub length: u64,
}

/// What the file comes to, version 1.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct Verdict {
    /// The version of this form.
    pub version: u32,
    /// What identifies the file.
    pub file: FileInfo,
    /// Its records.
    pub rows: u64,
    /// Those without an error.
    pub accepted: u64,
    /// Those with an error.
    pub rejected: u64,
    /// Those without a single value.
    pub empty: u64,
    /// Is the file rejected as a whole?
    pub file_rejected: bool,
    /// How many rejected rows turn all others down, where the file is taken as a whole.
    pub turned_down_by: Option<u64>,
    /// Findings that reject.
    pub errors: u64,
    /// Findings that somebody should look at.
    pub warnings: u64,
    /// Findings of what was taken otherwise than written.
    pub notes: u64,
    /// All findings in groups, the largest first.
    pub groups: Vec<Group>,
    /// The columns of a CSV file.
    pub columns: Vec<ColumnInfo>,
    /// What the import would do.
    pub plan: PlanInfo,
    /// What is about the file as a whole.
    pub about_file: Vec<FindingItem>,
}

/// What identifies a file.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
#[tsify(missing_as_null)]
pub struct FileInfo {
    /// Its name.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// `csv`, `ndjson`, `json`, `xlsx` or `ods`; nothing where it could not be read at all.
    #[tsify(type = "\"csv\" | \"ndjson\" | \"json\" | \"xlsx\" | \"ods\" | null")]
    pub format: Option<String>,
    /// CSV: what stands between cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub delimiter: Option<String>,
    /// The encoding of its text, where that is not UTF-8: `windows-1252`, `utf-16le` and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub encoding: Option<String>,
    /// What it was packed with, where it was: `gzip` or `zstd`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub packing: Option<String>,
}

/// Findings of one code in one field.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct Group {
    /// The code's name.
    pub code: String,
    /// The field's name.
    pub field: Option<String>,
    /// The header, where all stand in one column.
    pub header: Option<String>,
    /// The number of that column.
    pub column: Option<u32>,
    /// Its letters.
    pub column_letter: Option<String>,
    /// How much they weigh.
    pub severity: SeverityName,
    /// How many they are.
    pub count: u64,
    /// Where the first ones stand.
    pub first: Vec<Place>,
    /// How many of them say what would stand in the cell instead.
    pub fixes: FixCounts,
    /// What was found.
    pub what: Bilingual,
    /// Why that is a matter.
    pub why: Bilingual,
    /// What to do about it.
    pub todo: Bilingual,
}

/// How many findings can be mended.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct FixCounts {
    /// For certain.
    pub safe: u64,
    /// Likely.
    pub likely: u64,
}

/// Where something stands.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
#[tsify(missing_as_null)]
pub struct Place {
    /// The record's number.
    pub row: Option<u64>,
    /// The line of the file.
    pub line: Option<u64>,
    /// The column's number.
    pub column: Option<u32>,
}

/// A column of a CSV file.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
#[tsify(missing_as_null)]
pub struct ColumnInfo {
    /// Its number from 1.
    pub column: u32,
    /// Its letters as a spreadsheet shows them.
    pub letter: String,
    /// Its header as it stands in the file.
    pub header: String,
    /// The field it means.
    pub field: Option<String>,
    /// The field that is likely meant by a header that means nothing.
    pub proposed: Option<String>,
}

/// What the import would do.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct PlanInfo {
    /// Were the rows held against a snapshot?
    pub exact: bool,
    /// The partner.
    pub partner: String,
    /// Does the file name the whole book?
    pub full_book: bool,
    /// Are orders ended that it does not name?
    pub ends_missing: bool,
    /// Does one rejected row reject the file?
    pub whole_file: bool,
    /// How many rows are decided how.
    pub counts: PlanCounts,
    /// Why the plan would wait for the operator.
    pub held: Option<Bilingual>,
    /// What it was held against.
    pub snapshot: Option<SnapshotInfo>,
    /// What cannot be known here.
    pub unknown: Vec<UnknownInfo>,
}

/// What a snapshot shows.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct SnapshotInfo {
    /// Whose orders.
    pub partner: String,
    /// When it was taken, in RFC 3339.
    pub taken_at: String,
    /// The state that it stands for.
    pub state: Option<StateInfo>,
    /// How many orders it holds.
    pub orders: u64,
    /// How many offers.
    pub offers: u64,
}

/// A state of the books.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct StateInfo {
    /// The place in the journal up to which it holds.
    pub journal: String,
    /// The hash of what was journalled last before it.
    pub hash: String,
}

/// How many rows are decided how.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PlanCounts {
    /// New orders; without a snapshot all that would be imported.
    pub create: u64,
    /// Changed orders.
    pub update: u64,
    /// Orders with another payment method.
    pub payment: u64,
    /// Orders that end, or end earlier.
    pub end: u64,
    /// Orders that run again.
    pub reactivate: u64,
    /// Orders that stay as they are.
    pub unchanged: u64,
    /// Rows that are not imported.
    pub reject: u64,
    /// Customers that are made.
    pub create_customer: u64,
    /// Orders that a full book does not name.
    pub missing: u64,
}

/// Something that cannot be known here.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct UnknownInfo {
    /// Its stable name.
    pub code: String,
    /// In German.
    pub de: String,
    /// In English.
    pub en: String,
}

/// A finding as reports have it.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct ReportItem {
    /// The record's number.
    pub row: Option<u64>,
    /// The line of the file.
    pub line: Option<u64>,
    /// The column's number.
    pub column: Option<u32>,
    /// Its letters as a spreadsheet shows them.
    pub column_letter: Option<String>,
    /// Its header.
    pub header: Option<String>,
    /// The field's name.
    pub field: Option<String>,
    /// The code's name.
    pub code: String,
    /// How much it weighs.
    pub severity: SeverityName,
    /// The platform's error code for the same matter.
    pub upstream_code: Option<u32>,
    /// The value as it stands in the file.
    pub value: Option<String>,
    /// What would stand in the cell instead, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub fix: Option<Fix>,
    /// What, why and what to do, in one text.
    pub message: Bilingual,
}

/// What would stand in a cell instead.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// The text of the cell.
    pub value: String,
    /// Is it certain? Otherwise it is likely, and a person must say so.
    pub safe: bool,
}

/// A finding as a page shows it.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct FindingItem {
    /// As reports have it.
    #[serde(flatten)]
    pub item: ReportItem,
    /// The key of its row.
    pub external_system_id: Option<String>,
    /// The row in which a spreadsheet shows it.
    pub sheet_row: Option<u64>,
    /// What was found.
    pub what: Bilingual,
    /// Why that is a matter.
    pub why: Bilingual,
    /// What to do about it.
    pub todo: Bilingual,
}

/// A page of findings.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct FindingsPage {
    /// How many fit the query; so far, where it is not complete.
    pub total: u64,
    /// Was all of the file looked at? A text can be found only by looking.
    pub complete: bool,
    /// Those of the page.
    pub items: Vec<FindingItem>,
}

/// A page of the plan.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct RowsPage {
    /// How many lines fit the query; so far, where it is not complete.
    pub total: u64,
    /// Was all of the file looked at?
    pub complete: bool,
    /// Those of the page.
    pub items: Vec<PlanRow>,
}

/// A line of the plan: a row, a customer to create, or an order that a full book does not name.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct PlanRow {
    /// The record's number.
    pub row: Option<u64>,
    /// The line of the file.
    pub line: Option<u64>,
    /// The key.
    pub external_system_id: Option<String>,
    /// The offer.
    pub plenigo_offer_id: Option<String>,
    /// What would be done.
    #[tsify(
        type = "\"create\" | \"update\" | \"payment\" | \"end\" | \"reactivate\" | \"unchanged\" | \"reject\" | \"createCustomer\""
    )]
    pub decision: String,
    /// The customer to create.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub customer_id: Option<String>,
    /// Is it only proposed?
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub proposed: Option<bool>,
    /// The fields that change.
    pub changes: Vec<PlanChange>,
    /// What was found about it.
    pub findings: Vec<ReportItem>,
    /// The row in which a spreadsheet shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub sheet_row: Option<u64>,
}

/// A field that changes.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct PlanChange {
    /// The field's name.
    pub field: String,
    /// What it holds now; numbers beyond those of JavaScript come as text.
    #[tsify(type = "string | number | string[] | null")]
    pub old: serde_json::Value,
    /// What it would hold.
    #[tsify(type = "string | number | string[] | null")]
    pub new: serde_json::Value,
}

/// A record as the partner wrote it.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct RecordText {
    /// Its number.
    pub row: u64,
    /// The line of the file on which it begins.
    pub line: u64,
    /// The row in which a spreadsheet shows it.
    pub sheet_row: Option<u64>,
    /// All of it.
    pub raw: String,
    /// Its cells; none where its form is broken.
    pub cells: Vec<CellText>,
}

/// A cell as the partner wrote it.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
#[tsify(missing_as_null)]
pub struct CellText {
    /// The column's number.
    pub column: Option<u32>,
    /// Its letters.
    pub letter: Option<String>,
    /// Its header.
    pub header: Option<String>,
    /// The field it means.
    pub field: Option<String>,
    /// What stands in it.
    pub text: String,
}

/// What would be found in a record with other texts in its cells.
#[derive(Debug, Serialize, Deserialize, Tsify)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// The record's number.
    pub row: u64,
    /// What the record itself shows.
    pub findings: Vec<FindingItem>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake_core::catalog::{Catalog, Offer, OfferManager};
    use intake_core::inspect::{self, Answer, Inspection, Known};
    use intake_core::moment::Moment;
    use intake_core::order::{PaymentMethod, Terms};
    use intake_core::plan::state::StateMark;
    use intake_core::profile::{Delivery, Profile};
    use intake_core::snapshot::{ChunkWriter, Head, Snapshot, SnapshotReader, SnapshotWriter};
    use serde::de::DeserializeOwned;
    use serde_json::Value;
    use std::sync::Arc;

    type Inspected = Inspection<Arc<Snapshot>>;

    const OFFER: &str = "O_MZA1E7173120881551";
    const CSV: &str = "externalSystemId;plenigoOfferId;invoiceCustomerId;quantity;startDate;paymentMethod;email;language;Farbe\n\
        A-1;O_MZA1E7173120881551;100003;2;2026-01-01T00:00:00Z;BILLING;;;\n\
        A-2;O_MZA1E7173120881551;100003;x;2026-02-31T00:00:00Z;BILLING;;;rot\n\
        A-5;O_MZA1E7173120881551;100003;x;31.01.2026;Rechnnung;;;\n\
        A-4;O_MZA1E7173120881551;100009;1;2026-01-01T00:00:00Z;BILLING;a@example.org;de;\n\
        \"A-3;O_MZA1E7173120881551;100003;1;2026-01-01T00:00:00Z;BILLING;;;\n";
    const JSON: &str = "[{\"externalSystemId\":\"A-1\",\"plenigoOfferId\":\"O_MZA1E7173120881551\",\
        \"invoiceCustomerId\":\"100003\",\"quantity\":1,\"startDate\":\"2026-01-01T00:00:00Z\",\
        \"paymentMethod\":\"BILLING\",\"plenigoBonusIds\":[\"B_1\"]},{\"quantity\":2}]";

    fn moment(text: &str) -> Moment {
        Moment::parse(text).unwrap()
    }

    /// A partner that sends its whole book and has two orders.
    fn snapshot() -> Arc<Snapshot> {
        let mut chunks = Vec::new();
        let mut writer = ChunkWriter::default();
        for key in ["A-1", "A-9"] {
            let terms = Terms {
                offer: OFFER.into(),
                invoice_customer: "100003".into(),
                start: moment("2026-01-01T00:00:00Z"),
                payment_method: PaymentMethod::from_name("BILLING").unwrap(),
                ..Terms::blank(key)
            };
            writer.order(&terms, &mut chunks).unwrap();
        }
        let offer = Offer {
            managed_by: OfferManager::External,
            ..Offer::new(OFFER, "Daily")
        };
        let head = Head {
            taken: moment("2026-11-23T09:00:00Z"),
            state: StateMark {
                journal: "000001:81920".into(),
                hash: "ab".repeat(32).into(),
            },
            orders: writer.end(&mut chunks).unwrap(),
            profile: Profile {
                delivery: Delivery::Full,
                ..Profile::of("kiosk")
            },
            catalog: Catalog::from([(OFFER.into(), offer)]),
        };
        let mut bytes = Vec::new();
        let mut writer = SnapshotWriter::begin(&head, &mut bytes).unwrap();
        writer.chunks(&chunks);
        bytes.extend_from_slice(&chunks);
        writer.end(&mut bytes);
        let mut reader = SnapshotReader::new(None);
        reader.push(&bytes).unwrap();
        Arc::new(reader.finish().unwrap())
    }

    fn inspected(file: &str, snapshot: Option<&Arc<Snapshot>>) -> Inspected {
        let profile = match snapshot {
            Some(snapshot) => snapshot.head().profile.clone(),
            None => Profile::of("kiosk"),
        };
        let now = moment("2026-11-24T00:00:00Z");
        let mut inspection = Inspection::new("orders", profile, now, snapshot.map(Known::from));
        inspection.push(file.as_bytes());
        inspection.end_of_file();
        while let Some(span) = inspection.wanted() {
            give(&mut inspection, file, span);
        }
        inspection
    }

    fn give(inspection: &mut Inspected, file: &str, span: inspect::Span) {
        let from = span.offset as usize;
        let bytes = &file.as_bytes()[from..from + span.length as usize];
        inspection.give(span.block, bytes);
    }

    fn answer(
        inspection: &mut Inspected,
        file: &str,
        ask: impl Fn(&mut Inspected) -> Answer,
    ) -> Vec<u8> {
        loop {
            match ask(inspection) {
                Answer::Ready(json) => return json,
                Answer::Read(span) => give(inspection, file, span),
            }
        }
    }

    /// What core writes has all that is declared, and nothing else.
    fn holds<T: Serialize + DeserializeOwned>(json: &[u8]) -> Value {
        let written: Value = serde_json::from_slice(json).unwrap();
        let declared: T = serde_json::from_slice(json).unwrap();
        assert_eq!(serde_json::to_value(&declared).unwrap(), written);
        written
    }

    fn all_hold(file: &str, snapshot: Option<&Arc<Snapshot>>) -> Value {
        let mut inspection = inspected(file, snapshot);
        let verdict = holds::<Verdict>(&inspection.verdict().unwrap());
        let page = answer(&mut inspection, file, |inspection| {
            let all = inspect::FindingsQuery::default();
            inspection.findings(&all, 0, 100).unwrap()
        });
        let findings = holds::<FindingsPage>(&page);
        let counts = ["errors", "warnings", "notes"].map(|name| verdict[name].as_u64().unwrap());
        assert_eq!(findings["total"], counts.iter().sum::<u64>());
        for decision in [None, Some("createCustomer"), Some("missing")] {
            let query = inspect::RowsQuery {
                decision: decision.map(str::to_owned),
                text: None,
            };
            let page = answer(&mut inspection, file, |inspection| {
                inspection.rows(&query, 0, 100).unwrap()
            });
            let rows = holds::<RowsPage>(&page);
            let count = decision.map_or(&verdict["rows"], |name| &verdict["plan"]["counts"][name]);
            assert_eq!(rows["total"], *count);
        }
        for row in 1..=verdict["rows"].as_u64().unwrap() {
            let record = answer(&mut inspection, file, |inspection| inspection.record(row));
            assert_eq!(holds::<RecordText>(&record)["row"], row);
        }
        verdict
    }

    #[test]
    fn answers_are_as_they_are_declared() {
        for file in [CSV, JSON, "", "colour\n"] {
            all_hold(file, None);
        }
        let snapshot = snapshot();
        let verdict = all_hold(CSV, Some(&snapshot));
        let of = |name: &str| verdict["plan"]["counts"][name].as_u64().unwrap();
        let counts = ["create", "update", "reject", "createCustomer", "missing"].map(of);
        assert_eq!(counts, [1, 1, 3, 1, 1], "{verdict}");
        all_hold(JSON, Some(&snapshot));
    }
}
