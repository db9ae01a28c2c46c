//! What does a line of the journal say?
//! The wire form of the journal, version 1. A row's line is also the line of the import log, letter for letter.

pub mod row_text;
pub mod sent;

use intake_core::catalog::{Customer, Offer, OfferManager, ProductBase};
use intake_core::field::Field;
use intake_core::order::PaymentMethod;
use intake_core::plan::{Change, Counts, Decision};
use intake_core::report::{ChangesJson, CountsJson, put};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::folder::lifecycle::Step;
use sent::{OutboxEntry, SentEntry};

/// The decision on one row, as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RowLine<'l> {
    /// Always `row`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The entry's number, from 1, unique over the journal.
    pub log_id: u64,
    /// When it was decided.
    pub time: &'l str,
    /// The import.
    pub import_id: &'l str,
    /// The partner.
    pub partner: &'l str,
    /// The file's name as it can be shown.
    pub file: &'l str,
    /// Number of the record; nothing for an order that a full book does not name.
    pub row: Option<u64>,
    /// Physical line of the record.
    pub line: Option<u64>,
    /// The order's key, where the record has one.
    pub external_system_id: Option<&'l str>,
    /// The offer, where the record has one.
    pub plenigo_offer_id: Option<&'l str>,
    /// The decision.
    pub decision: &'static str,
    /// Was the row taken?
    pub success: bool,
    /// The order, 0 where there is none.
    pub order_id: u64,
    /// The platform's error code, where the row was rejected and the platform has one.
    pub error_code: Option<u32>,
    /// The first error in English, at most 1000 characters.
    pub error_reason: Option<&'l str>,
    /// All findings: `{message, findings: […]}`.
    pub error_detail: Option<&'l RawValue>,
    /// The fields that changed; all given ones of a new order.
    pub changes: ChangesJson<'l>,
    /// In a customers file: the email address in the record, empty where it holds none. Such a row is no order's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<&'l str>,
}

/// The decision on one row, as it is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowEntry<'l> {
    /// See [`RowLine`].
    pub log_id: u64,
    /// See [`RowLine`].
    #[serde(borrow)]
    pub time: Cow<'l, str>,
    /// See [`RowLine`].
    #[serde(borrow)]
    pub import_id: Cow<'l, str>,
    /// See [`RowLine`].
    #[serde(borrow)]
    pub partner: Cow<'l, str>,
    /// See [`RowLine`].
    #[serde(borrow)]
    pub file: Cow<'l, str>,
    /// See [`RowLine`].
    pub row: Option<u64>,
    /// See [`RowLine`].
    pub line: Option<u64>,
    /// See [`RowLine`].
    #[serde(borrow)]
    pub external_system_id: Option<Cow<'l, str>>,
    /// See [`RowLine`].
    #[serde(borrow)]
    pub plenigo_offer_id: Option<Cow<'l, str>>,
    /// See [`RowLine`].
    #[serde(borrow)]
    pub decision: Cow<'l, str>,
    /// See [`RowLine`].
    pub success: bool,
    /// See [`RowLine`].
    pub order_id: u64,
    /// See [`RowLine`].
    pub error_code: Option<u32>,
    /// See [`RowLine`].
    pub error_reason: Option<String>,
    /// See [`RowLine`].
    #[serde(borrow)]
    pub error_detail: Option<&'l RawValue>,
    /// See [`RowLine`].
    #[serde(borrow)]
    pub changes: Vec<ChangeEntry<'l>>,
    /// See [`RowLine`].
    #[serde(borrow, default)]
    pub customer: Option<Cow<'l, str>>,
}

/// A field that changed, as it is read.
#[derive(Debug, Deserialize)]
pub struct ChangeEntry<'l> {
    /// The field's name.
    #[serde(borrow)]
    pub field: Cow<'l, str>,
    /// The value before.
    pub old: serde_json::Value,
    /// The value after.
    pub new: serde_json::Value,
}

/// A step in the life of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileEntry {
    /// Always `file`.
    #[serde(rename = "type")]
    pub kind: FileKind,
    /// The import.
    pub import_id: String,
    /// When the step was taken.
    pub time: String,
    /// The step.
    pub step: Step,
    /// The partner; with the first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
    /// The file's name as it can be shown; with the first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The name's bytes in hexadecimal digits, where the shown name does not tell them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_bytes: Option<String>,
    /// The file's length; with the first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// SHA-256 of the file; with the first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Records of the file; with `planned`, `applied` and `rejected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Counts by decision; with `planned`, `applied` and `rejected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<BTreeMap<String, u64>>,
    /// Why it is held or rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// With `planned`: every row is rejected, since the profile wants whole files and some row is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned_down: Option<bool>,
    /// What was found about the file as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<serde_json::Value>,
    /// What the request said besides its items; with the first step of an import that came as a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestNote>,
    /// The import that this one takes back; with its first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverts: Option<String>,
    /// With `applying`: records up to this one are decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_row: Option<u64>,
    /// With `receipted`: how the plan that came with the file compares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanNote>,
    /// With `receipted`: the receipt's name. With `archived`: where the file rests, below the data directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// What a request said besides its items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestNote {
    /// The number under which client and log know it.
    pub id: String,
    /// `purchase`, where it stood there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase: Option<bool>,
    /// `suppressMail`, where it stood there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppress_mail: Option<bool>,
    /// The client's name for what it wants done once, however often it asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
}

/// How a plan that came with a file compares with what was decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanNote {
    /// What was decided as planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same: Option<u64>,
    /// What was decided differently.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub different: Option<u64>,
    /// Why it could not be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
}

/// The word `file`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// The word.
    File,
}

/// A customer that was created or changed: all of its values as they are then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerEntry {
    /// Always `customer`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub time: String,
    /// The import that created it; nothing where a command did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import_id: Option<String>,
    /// The partner that brought it; nothing where the house itself did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<String>,
    /// Where it came from, where that is neither a file nor a command: `upstream`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Was it known before? Said of those that a customers file changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub changed: bool,
    /// Its number.
    pub customer_id: String,
    /// Its values by field name.
    pub values: BTreeMap<String, String>,
}

/// An offer that was added or replaced.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferEntry {
    /// Always `offer`.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    pub time: String,
    /// The offer.
    #[serde(flatten)]
    pub offer: OfferJson,
}

/// An offer in JSON, in the platform's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferJson {
    /// Its number.
    pub plenigo_offer_id: String,
    /// Its title.
    pub internal_title: String,
    /// Who manages it.
    pub managed_by: String,
    /// Is it managed outside the platform?
    pub managed_external: bool,
    /// Is it archived?
    pub archived: bool,
    /// The payment methods it allows; empty means all.
    pub allowed_payment_methods: Vec<String>,
    /// May one customer hold it more than once?
    pub multiple_purchases: bool,
    /// The access rights that an order grants.
    pub access_right_ids: Vec<String>,
    /// What its product is based on.
    pub product_base: String,
    /// How many steps its product has.
    pub steps: u16,
}

/// A line of the journal.
#[derive(Debug)]
pub enum Line<'l> {
    /// The decision on a row.
    Row(Box<RowEntry<'l>>),
    /// A step of a file.
    File(Box<FileEntry>),
    /// A customer.
    Customer(CustomerEntry),
    /// An offer.
    Offer(OfferEntry),
    /// A verdict on what was sent upstream.
    Sent(SentEntry),
    /// How far the sender is.
    Outbox(OutboxEntry),
}

/// How every row's line begins.
pub const ROW_PREFIX: &[u8] = b"{\"type\":\"row\",";

impl<'l> Line<'l> {
    /// Reads one line, without its end.
    pub fn parse(line: &'l [u8]) -> Result<Self, serde_json::Error> {
        if line.starts_with(ROW_PREFIX) {
            return serde_json::from_slice(line).map(|row| Self::Row(Box::new(row)));
        }
        if line.starts_with(b"{\"type\":\"file\",") {
            return serde_json::from_slice(line).map(|file| Self::File(Box::new(file)));
        }
        if line.starts_with(b"{\"type\":\"customer\",") {
            return serde_json::from_slice(line).map(Self::Customer);
        }
        if line.starts_with(b"{\"type\":\"sent\",") {
            return serde_json::from_slice(line).map(Self::Sent);
        }
        if line.starts_with(b"{\"type\":\"outbox\",") {
            return serde_json::from_slice(line).map(Self::Outbox);
        }
        serde_json::from_slice(line).map(Self::Offer)
    }
}

impl FileEntry {
    /// A step with nothing but what every step has.
    pub fn new(import_id: &str, time: &str, step: Step) -> Self {
        Self {
            kind: FileKind::File,
            import_id: import_id.to_owned(),
            time: time.to_owned(),
            step,
            partner: None,
            file: None,
            name_bytes: None,
            bytes: None,
            sha256: None,
            rows: None,
            counts: None,
            reason: None,
            turned_down: None,
            findings: Vec::new(),
            request: None,
            reverts: None,
            next_row: None,
            plan: None,
            place: None,
        }
    }
}

impl CustomerEntry {
    /// The entry for a customer.
    pub fn new(
        customer: &Customer,
        import_id: Option<&str>,
        partner: Option<&str>,
        time: &str,
    ) -> Self {
        let values = customer.values.iter();
        Self {
            kind: "customer".to_owned(),
            time: time.to_owned(),
            import_id: import_id.map(ToOwned::to_owned),
            partner: partner.map(ToOwned::to_owned),
            origin: None,
            changed: false,
            customer_id: customer.id.to_string(),
            values: values
                .map(|(f, value)| (f.name().to_owned(), value.to_string()))
                .collect(),
        }
    }

    /// The customer; nothing where a field is not known.
    pub fn customer(&self) -> Option<Customer> {
        let mut values = Vec::with_capacity(self.values.len());
        for (name, value) in &self.values {
            values.push((Field::from_name(name)?, value.as_str().into()));
        }
        values.sort_by_key(|(field, _)| *field);
        Some(Customer {
            id: self.customer_id.as_str().into(),
            values,
        })
    }
}

impl OfferJson {
    /// An offer in JSON.
    pub fn new(offer: &Offer) -> Self {
        Self {
            plenigo_offer_id: offer.id.to_string(),
            internal_title: offer.title.to_string(),
            managed_by: offer.managed_by.name().to_owned(),
            managed_external: offer.managed_external(),
            archived: offer.archived,
            allowed_payment_methods: offer
                .allowed_payment_methods
                .iter()
                .map(|method| method.name().to_owned())
                .collect(),
            multiple_purchases: offer.multiple_purchases,
            access_right_ids: offer
                .access_rights
                .iter()
                .map(ToString::to_string)
                .collect(),
            product_base: offer.base.name().to_owned(),
            steps: offer.steps,
        }
    }

    /// The offer; nothing where a word is not known.
    pub fn offer(&self) -> Option<Offer> {
        let methods = self.allowed_payment_methods.iter();
        Some(Offer {
            id: self.plenigo_offer_id.as_str().into(),
            title: self.internal_title.as_str().into(),
            managed_by: OfferManager::from_name(&self.managed_by)?,
            archived: self.archived,
            allowed_payment_methods: methods
                .map(|name| PaymentMethod::from_name(name))
                .collect::<Option<_>>()?,
            multiple_purchases: self.multiple_purchases,
            access_rights: self
                .access_right_ids
                .iter()
                .map(|id| id.as_str().into())
                .collect(),
            base: ProductBase::from_name(&self.product_base)?,
            steps: self.steps,
        })
    }
}

/// Appends a line to a frame's worth of lines.
pub fn write_line(lines: &mut Vec<u8>, entry: &impl Serialize) {
    put(lines, entry);
    lines.push(b'\n');
}

/// Counts by decision, as a journalled step keeps them.
pub fn counts_map(counts: &Counts) -> BTreeMap<String, u64> {
    let json = serde_json::to_value(CountsJson(counts)).unwrap_or_default();
    serde_json::from_value(json).unwrap_or_default()
}

/// Counts from their journalled form.
pub fn counts_of(map: &BTreeMap<String, u64>) -> Counts {
    let mut counts = Counts::default();
    for decision in Decision::ALL {
        counts.by_decision[decision as usize] = map.get(decision.name()).copied().unwrap_or(0);
    }
    counts.create_customer = map.get("createCustomer").copied().unwrap_or(0);
    counts.missing = map.get("missing").copied().unwrap_or(0);
    counts
}

/// The line of a row that was taken or left as it is.
pub fn no_changes() -> ChangesJson<'static> {
    const NONE: &[Change] = &[];
    ChangesJson(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The frozen samples of a customer's line: of before partners stood in it, and of now.
    #[test]
    fn a_customers_line_stays_readable() {
        let before = r#"{"type":"customer","time":"2026-01-01T00:00:00Z","importId":"000001","customerId":"C1","values":{"email":"a@example.org","language":"de"}}"#;
        let now = r#"{"type":"customer","time":"2026-01-01T00:00:00Z","importId":"000001","partner":"alpha","customerId":"C1","values":{"email":"a@example.org","language":"de"}}"#;
        for (line, partner) in [(before, None), (now, Some("alpha"))] {
            let Ok(Line::Customer(entry)) = Line::parse(line.as_bytes()) else {
                panic!("{line}");
            };
            assert_eq!(entry.partner.as_deref(), partner);
            let customer = entry.customer().unwrap();
            let again = CustomerEntry::new(&customer, Some("000001"), partner, &entry.time);
            assert_eq!(serde_json::to_string(&again).unwrap(), line);
        }
    }
}
