//! Does one record make a valid row, and which?
//! Every mistake of the record is found, not just the first; a draft exists only where there is no error.

use super::cell::{self, CellRules, Checked, Remark};
use super::dates::{self, Dates, Today};
use super::plain::PlainReader;
use crate::catalog::{Customer, Offer, OfferManager, ProductBase};
use crate::code::Code;
use crate::field::{self, Field, Table};
use crate::finding::{Detail, Finding, shown_value};
use crate::moment::Moment;
use crate::order::{Draft, Given, Manager, PaymentMethod};
use crate::read::{Cell, CellAt, Record, Shape};
use crate::short_order::sort_short;
use std::borrow::Cow;

/// The row of an orders file, if it has no error. Appends what was found.
pub fn order<'a>(
    shape: &Shape,
    record: &Record<'_, 'a>,
    findings: &mut Vec<Finding>,
) -> Option<Draft<'a>> {
    order_by(shape, None, record, findings)
}

/// The same by whoever can tell of most cells at first sight that they are right.
pub(crate) fn order_by<'a>(
    shape: &Shape,
    plain: Option<&PlainReader<'_>>,
    record: &Record<'_, 'a>,
    findings: &mut Vec<Finding>,
) -> Option<Draft<'a>> {
    let mut slots = Slots::default();
    let before = findings.len();
    if !read_cells(shape, plain, record, findings, &mut |field, checked| {
        slots.put(field, checked);
    }) {
        return None;
    }
    let dates = Dates {
        start: slots.start,
        end: slots.end.value().copied(),
        reference_start: slots.reference_start.value().copied(),
        next_booking: slots.next_booking.value().copied(),
    };
    if !dates.are_open() {
        let today = Today::at(shape.options.now);
        dates::check(dates, today, &mut |field, code, detail| {
            findings.push(at_field(shape, record, field, code, detail));
        });
    }
    if has_error(&findings[before..]) {
        return None;
    }
    slots.into_draft()
}

/// What a record of a customers file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerDraft {
    /// What it gives; a number only where it gives one.
    pub customer: Customer,
    /// What it clears.
    pub cleared: Vec<Field>,
}

/// The customer of a customers file, if the record has no error; an id only where the record gives one.
pub fn customer(
    shape: &Shape,
    record: &Record<'_, '_>,
    findings: &mut Vec<Finding>,
) -> Option<Customer> {
    customer_record(shape, record, findings).map(|draft| draft.customer)
}

/// The same with what is to be cleared.
pub fn customer_record(
    shape: &Shape,
    record: &Record<'_, '_>,
    findings: &mut Vec<Finding>,
) -> Option<CustomerDraft> {
    let (mut values, mut cleared) = (Vec::new(), Vec::new());
    let mut id: Box<str> = "".into();
    values_of(
        shape,
        record,
        findings,
        &mut |field, checked| match checked {
            Checked::Text(text) if field == Field::CustomerId => id = (&*text).into(),
            Checked::Text(text) => values.push((field, (&*text).into())),
            Checked::Clear => cleared.push(field),
            _ => {}
        },
    )?;
    sort_short(&mut values, |(field, _)| *field);
    sort_short(&mut cleared, |field| *field);
    Some(CustomerDraft {
        customer: Customer { id, values },
        cleared,
    })
}

/// The offer of an offers file, if the record has no error.
pub fn offer(shape: &Shape, record: &Record<'_, '_>, findings: &mut Vec<Finding>) -> Option<Offer> {
    let mut offer = Offer::new("", "");
    values_of(
        shape,
        record,
        findings,
        &mut |field, checked| match (field, checked) {
            (Field::OfferId, Checked::Text(text)) => offer.id = (&*text).into(),
            (Field::InternalTitle, Checked::Text(text)) => offer.title = (&*text).into(),
            (Field::OfferManagedBy, Checked::Text(text)) => {
                offer.managed_by = OfferManager::from_name(&text).unwrap_or(offer.managed_by);
            }
            (Field::Archived, Checked::Bool(archived)) => offer.archived = archived,
            (Field::AllowedPaymentMethods, Checked::Texts(names)) => {
                offer.allowed_payment_methods = names
                    .iter()
                    .filter_map(|name| PaymentMethod::from_name(name))
                    .collect();
            }
            (Field::MultiplePurchases, Checked::Bool(multiple)) => {
                offer.multiple_purchases = multiple;
            }
            (Field::AccessRightIds, Checked::Texts(ids)) => {
                offer.access_rights = ids.iter().map(|id| (&**id).into()).collect();
            }
            (Field::ProductBase, Checked::Text(text)) => {
                offer.base = ProductBase::from_name(&text).unwrap_or(offer.base);
            }
            (Field::Steps, Checked::Integer(steps)) => {
                offer.steps = u16::try_from(steps).unwrap_or(u16::MAX);
            }
            _ => {}
        },
    )?;
    Some(offer)
}

/// A finding about the record as a whole.
pub fn at_record(record: &Record<'_, '_>, code: Code) -> Finding {
    Finding {
        row: record.row,
        line: record.line,
        ..Finding::about_file(code, Detail::None)
    }
}

fn values_of<'a>(
    shape: &Shape,
    record: &Record<'_, 'a>,
    findings: &mut Vec<Finding>,
    put: &mut dyn FnMut(Field, Checked<'a>),
) -> Option<()> {
    let before = findings.len();
    let read = read_cells(shape, None, record, findings, put);
    (read && !has_error(&findings[before..]) && shape.missing.is_empty()).then_some(())
}

/// Checks every cell of a record; false where there is nothing to check.
fn read_cells<'a>(
    shape: &Shape,
    plain: Option<&PlainReader<'_>>,
    record: &Record<'_, 'a>,
    findings: &mut Vec<Finding>,
    put: &mut dyn FnMut(Field, Checked<'a>),
) -> bool {
    findings.extend_from_slice(record.form);
    if record.empty {
        if record.form.is_empty() {
            findings.push(at_record(record, Code::RecordEmpty));
        }
        return false;
    }
    if has_error(record.form) {
        return false;
    }
    let mut given = 0u64;
    for cell_at in record.cells {
        let checked = plain.and_then(|plain| plain.cell(cell_at));
        match checked.or_else(|| check_cell(shape, record, cell_at, findings)) {
            Some(Checked::Absent) => continue,
            Some(checked) => put(cell_at.field, checked),
            None => {}
        }
        given |= 1 << cell_at.field.index();
    }
    let missing = required_of(shape.options.table) & !given;
    if missing != 0 {
        report_missing(shape, record, missing, findings);
    }
    true
}

// Fields are told apart by the bits of one number.
const _: () = assert!(field::FIELD_COUNT <= 64);

fn has_error(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.code.is_error())
}

fn check_cell<'a>(
    shape: &Shape,
    record: &Record<'_, 'a>,
    cell_at: &CellAt<'a>,
    findings: &mut Vec<Finding>,
) -> Option<Checked<'a>> {
    let place = |Remark { code, detail, fix }| Finding {
        code,
        row: record.row,
        line: record.line,
        column: cell_at.column,
        header: header_of(shape, cell_at),
        field: Some(cell_at.field),
        value: Some(as_written(&cell_at.cell)),
        detail,
        fix,
    };
    let limit = shape.options.limits.field_bytes;
    if written_bytes(&cell_at.cell) > limit {
        let too_long = Remark::new(Code::FieldTooLong, Detail::Limit(limit as u64));
        findings.push(place(too_long));
        return None;
    }
    let rules = CellRules::of(shape, cell_at.column);
    let checked = cell::check(cell_at.field, &cell_at.cell, &rules, &mut |remark| {
        findings.push(place(remark));
    });
    match checked {
        Ok(checked) => Some(checked),
        Err(mut trouble) => {
            if cell_at.field == Field::PaymentMethod && trouble.code == Code::CannotClear {
                trouble.code = Code::PaymentMethodMissing;
            }
            findings.push(place(trouble));
            None
        }
    }
}

fn report_missing(
    shape: &Shape,
    record: &Record<'_, '_>,
    missing: u64,
    findings: &mut Vec<Finding>,
) {
    for spec in field::FIELDS {
        // A whole column that is missing was reported with the header.
        if missing & 1 << spec.field.index() == 0 || shape.missing.contains(&spec.field) {
            continue;
        }
        let code = match spec.field {
            Field::PaymentMethod => Code::PaymentMethodMissing,
            _ => Code::RequiredMissing,
        };
        findings.push(at_field(shape, record, spec.field, code, Detail::None));
    }
}

/// The fields that every record of a table must have, as bits: that of a field stands at its index.
pub(super) const fn required_of(table: Table) -> u64 {
    const REQUIRED: [u64; 3] = [
        bits_of_required(Table::Orders),
        bits_of_required(Table::Customers),
        bits_of_required(Table::Offers),
    ];
    REQUIRED[table as usize]
}

const fn bits_of_required(table: Table) -> u64 {
    let (mut bits, mut index) = (0, 0);
    while index < field::FIELD_COUNT {
        let spec = &field::FIELDS[index];
        if spec.required && spec.table as u8 == table as u8 {
            bits |= 1 << index;
        }
        index += 1;
    }
    bits
}

fn at_field(
    shape: &Shape,
    record: &Record<'_, '_>,
    field: Field,
    code: Code,
    detail: Detail,
) -> Finding {
    let mut finding = shape.finding_about(field, (record.row, record.line), code, detail);
    let has_column = finding.header.is_some();
    let written = record.cells.iter().find(|at| at.field == field);
    if let (false, Some(at)) = (has_column, written) {
        finding.header = header_of(shape, at);
    }
    // Cells without a character are not among those of a record.
    finding.value = match written {
        Some(at) => Some(as_written(&at.cell)),
        None => has_column.then(|| "".into()),
    };
    finding
}

fn header_of(shape: &Shape, cell_at: &CellAt<'_>) -> Option<Box<str>> {
    match (cell_at.column as usize).checked_sub(1) {
        Some(index) => shape
            .columns
            .get(index)
            .map(|column| shown_value(&column.header)),
        None => Some(cell_at.field.name().into()),
    }
}

fn as_written(cell: &Cell<'_>) -> Box<str> {
    match cell {
        Cell::Text(text) | Cell::Sheet(_, text) | Cell::JsonText(text) => shown_value(text),
        Cell::NotUtf8(bytes) => shown_value(&String::from_utf8_lossy(bytes)),
        Cell::JsonNull => "null".into(),
        Cell::JsonNumber(text) | Cell::JsonNested(text) => shown_value(text),
        Cell::JsonBool(value) => value.to_string().into(),
        Cell::JsonTexts(texts) => shown_value(&texts.join("|")),
    }
}

fn written_bytes(cell: &Cell<'_>) -> usize {
    match cell {
        Cell::Text(text) | Cell::Sheet(_, text) | Cell::JsonText(text) => text.len(),
        Cell::NotUtf8(bytes) => bytes.len(),
        Cell::JsonNumber(text) | Cell::JsonNested(text) => text.len(),
        Cell::JsonTexts(texts) => texts.iter().map(|text| text.len()).sum(),
        Cell::JsonNull | Cell::JsonBool(_) => 0,
    }
}

/// The values of a row while it is being read.
#[derive(Default)]
pub(super) struct Slots<'a> {
    external_system_id: Option<Cow<'a, str>>,
    offer: Option<Cow<'a, str>>,
    invoice_customer: Option<Cow<'a, str>>,
    quantity: Option<u32>,
    start: Option<Moment>,
    payment_method: Option<PaymentMethod>,
    invoice_address: Given<i64>,
    delivery_customer: Given<Cow<'a, str>>,
    delivery_address: Given<i64>,
    variant_delivery_address: Given<i64>,
    discount: Given<u8>,
    order_date: Given<Moment>,
    end: Given<Moment>,
    reference_start: Given<Moment>,
    next_booking: Given<Moment>,
    payment_method_id: Given<i64>,
    bonuses: Given<Vec<Cow<'a, str>>>,
    managed_by: Given<Manager>,
    customer: Vec<(Field, Cow<'a, str>)>,
}

impl<'a> Slots<'a> {
    pub(super) fn put(&mut self, field: Field, checked: Checked<'a>) {
        match (field, checked) {
            (_, Checked::Absent) => {}
            (Field::ExternalSystemId, Checked::Text(text)) => self.external_system_id = Some(text),
            (Field::PlenigoOfferId, Checked::Text(text)) => self.offer = Some(text),
            (Field::InvoiceCustomerId, Checked::Text(text)) => self.invoice_customer = Some(text),
            (Field::Quantity, Checked::Integer(number)) => {
                self.quantity = u32::try_from(number).ok();
            }
            (Field::StartDate, Checked::Moment(moment)) => self.start = Some(moment),
            (Field::PaymentMethod, Checked::Text(name)) => {
                self.payment_method = PaymentMethod::from_name(&name);
            }
            (Field::InvoiceAddressId, checked) => self.invoice_address = number(&checked),
            (Field::DeliveryCustomerId, checked) => {
                self.delivery_customer = match checked {
                    Checked::Text(text) => Given::Value(text),
                    _ => Given::Clear,
                };
            }
            (Field::DeliveryAddressId, checked) => self.delivery_address = number(&checked),
            (Field::VariantDeliveryAddressId, checked) => {
                self.variant_delivery_address = number(&checked);
            }
            (Field::DiscountPercentage, checked) => {
                self.discount = match number(&checked) {
                    Given::Value(percent) => {
                        u8::try_from(percent).map_or(Given::Absent, Given::Value)
                    }
                    Given::Clear => Given::Clear,
                    Given::Absent => Given::Absent,
                };
            }
            (Field::OrderDate, checked) => self.order_date = moment(&checked),
            (Field::EndDate, checked) => self.end = moment(&checked),
            (Field::ReferenceStartDate, checked) => self.reference_start = moment(&checked),
            (Field::NextBookingDate, checked) => self.next_booking = moment(&checked),
            (Field::PaymentMethodId, checked) => self.payment_method_id = number(&checked),
            (Field::PlenigoBonusIds, checked) => {
                self.bonuses = match checked {
                    Checked::Texts(texts) => Given::Value(texts),
                    _ => Given::Clear,
                };
            }
            (Field::ManagedBy, checked) => {
                self.managed_by = match checked {
                    Checked::Text(name) => {
                        Manager::from_name(&name).map_or(Given::Absent, Given::Value)
                    }
                    _ => Given::Clear,
                };
            }
            (field, Checked::Text(text)) if field.spec().table == Table::Customers => {
                self.customer.push((field, text));
            }
            _ => {}
        }
    }

    pub(super) fn into_draft(mut self) -> Option<Draft<'a>> {
        sort_short(&mut self.customer, |(field, _)| *field);
        Some(Draft {
            external_system_id: self.external_system_id?,
            offer: self.offer?,
            invoice_customer: self.invoice_customer?,
            quantity: self.quantity?,
            start: self.start?,
            payment_method: self.payment_method?,
            invoice_address: self.invoice_address,
            delivery_customer: self.delivery_customer,
            delivery_address: self.delivery_address,
            variant_delivery_address: self.variant_delivery_address,
            discount: self.discount,
            order_date: self.order_date,
            end: self.end,
            reference_start: self.reference_start,
            next_booking: self.next_booking,
            payment_method_id: self.payment_method_id,
            bonuses: self.bonuses,
            managed_by: self.managed_by,
            customer: self.customer,
        })
    }
}

fn number(checked: &Checked<'_>) -> Given<i64> {
    match checked {
        Checked::Integer(number) => Given::Value(*number),
        Checked::Absent => Given::Absent,
        _ => Given::Clear,
    }
}

fn moment(checked: &Checked<'_>) -> Given<Moment> {
    match checked {
        Checked::Moment(moment) => Given::Value(*moment),
        Checked::Absent => Given::Absent,
        _ => Given::Clear,
    }
}
