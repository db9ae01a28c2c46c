//! What are the terms of an order, and how does one row state them?
//! Terms are complete and valid; a draft says of each field whether it is given, cleared or left alone.

use crate::field::{Field, IMPORT_MANAGERS, PAYMENT_METHODS};
use crate::moment::Moment;
use std::borrow::Cow;
use std::fmt;

/// One of [`PAYMENT_METHODS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentMethod(u8);

/// Who manages an imported order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Manager {
    /// A system of the partner's.
    #[default]
    External,
    /// A dealer of books and magazines.
    Wbz,
}

/// What a row says of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Given<T> {
    /// Nothing: a new order takes the default, a known one keeps its value.
    #[default]
    Absent,
    /// That it shall have no value.
    Clear,
    /// This value.
    Value(T),
}

/// The terms of an order: everything that an import can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The key, unique over all orders.
    pub external_system_id: Box<str>,
    /// The offer.
    pub offer: Box<str>,
    /// The invoice customer.
    pub invoice_customer: Box<str>,
    /// Copies, 1 to 10000.
    pub quantity: u32,
    /// Order date and start of subscription and access right.
    pub start: Moment,
    /// The payment method.
    pub payment_method: PaymentMethod,
    /// Address of the invoice.
    pub invoice_address: Option<i64>,
    /// The delivery customer, where it is not the invoice customer.
    pub delivery_customer: Option<Box<str>>,
    /// Address of the delivery.
    pub delivery_address: Option<i64>,
    /// A variant address of the delivery.
    pub variant_delivery_address: Option<i64>,
    /// Discount in percent, 0 to 100.
    pub discount: Option<u8>,
    /// Order date where it differs from the start.
    pub order_date: Option<Moment>,
    /// End of the subscription.
    pub end: Option<Moment>,
    /// Reference for bookings and cancellations.
    pub reference_start: Option<Moment>,
    /// The next booking.
    pub next_booking: Option<Moment>,
    /// A stored payment method.
    pub payment_method_id: Option<i64>,
    /// The bonuses.
    pub bonuses: Vec<Box<str>>,
    /// Who manages the order.
    pub managed_by: Manager,
}

/// One row of an import, valid by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft<'a> {
    /// The key.
    pub external_system_id: Cow<'a, str>,
    /// The offer.
    pub offer: Cow<'a, str>,
    /// The invoice customer.
    pub invoice_customer: Cow<'a, str>,
    /// Copies.
    pub quantity: u32,
    /// Start.
    pub start: Moment,
    /// The payment method.
    pub payment_method: PaymentMethod,
    /// See [`Terms`].
    pub invoice_address: Given<i64>,
    /// See [`Terms`].
    pub delivery_customer: Given<Cow<'a, str>>,
    /// See [`Terms`].
    pub delivery_address: Given<i64>,
    /// See [`Terms`].
    pub variant_delivery_address: Given<i64>,
    /// See [`Terms`].
    pub discount: Given<u8>,
    /// See [`Terms`].
    pub order_date: Given<Moment>,
    /// See [`Terms`].
    pub end: Given<Moment>,
    /// See [`Terms`].
    pub reference_start: Given<Moment>,
    /// See [`Terms`].
    pub next_booking: Given<Moment>,
    /// See [`Terms`].
    pub payment_method_id: Given<i64>,
    /// See [`Terms`].
    pub bonuses: Given<Vec<Cow<'a, str>>>,
    /// See [`Terms`].
    pub managed_by: Given<Manager>,
    /// What the row says of the invoice customer besides its number, in the order of the field table.
    pub customer: Vec<(Field, Cow<'a, str>)>,
}

/// Terms as somebody else holds them.
#[derive(Clone, Copy, Debug)]
pub struct TermsView<'t> {
    /// See [`Terms`].
    pub external_system_id: &'t str,
    /// See [`Terms`].
    pub offer: &'t str,
    /// See [`Terms`].
    pub invoice_customer: &'t str,
    /// See [`Terms`].
    pub quantity: u32,
    /// See [`Terms`].
    pub start: Moment,
    /// See [`Terms`].
    pub payment_method: PaymentMethod,
    /// See [`Terms`].
    pub invoice_address: Option<i64>,
    /// See [`Terms`].
    pub delivery_customer: Option<&'t str>,
    /// See [`Terms`].
    pub delivery_address: Option<i64>,
    /// See [`Terms`].
    pub variant_delivery_address: Option<i64>,
    /// See [`Terms`].
    pub discount: Option<u8>,
    /// See [`Terms`].
    pub order_date: Option<Moment>,
    /// See [`Terms`].
    pub end: Option<Moment>,
    /// See [`Terms`].
    pub reference_start: Option<Moment>,
    /// See [`Terms`].
    pub next_booking: Option<Moment>,
    /// See [`Terms`].
    pub payment_method_id: Option<i64>,
    /// See [`Terms`].
    pub bonuses: &'t [Box<str>],
    /// See [`Terms`].
    pub managed_by: Manager,
}

/// The value of a field, for showing changes and for keeping them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// No value.
    None,
    /// A number.
    Integer(i64),
    /// A text or a word.
    Text(Box<str>),
    /// An instant.
    Moment(Moment),
    /// Several texts.
    Texts(Vec<Box<str>>),
}

impl fmt::Display for Value {
    /// As a person reads it; a value that is not there shows as a dash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("–"),
            Self::Integer(number) => number.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Moment(moment) => moment.fmt(f),
            Self::Texts(texts) => f.write_str(&texts.join("|")),
        }
    }
}

/// The fields of an order, in the order of the field table.
pub const ORDER_FIELDS: [Field; 18] = [
    Field::ExternalSystemId,
    Field::PlenigoOfferId,
    Field::InvoiceCustomerId,
    Field::Quantity,
    Field::StartDate,
    Field::PaymentMethod,
    Field::InvoiceAddressId,
    Field::DeliveryCustomerId,
    Field::DeliveryAddressId,
    Field::VariantDeliveryAddressId,
    Field::DiscountPercentage,
    Field::OrderDate,
    Field::EndDate,
    Field::ReferenceStartDate,
    Field::NextBookingDate,
    Field::PaymentMethodId,
    Field::PlenigoBonusIds,
    Field::ManagedBy,
];

impl PaymentMethod {
    /// The method of that name, exactly spelled.
    pub fn from_name(name: &str) -> Option<Self> {
        PAYMENT_METHODS
            .iter()
            .position(|known| *known == name)
            .map(|at| Self(at as u8))
    }

    /// The platform's name.
    pub fn name(self) -> &'static str {
        PAYMENT_METHODS[self.0 as usize]
    }

    /// Its place in [`PAYMENT_METHODS`], from 0.
    pub const fn index(self) -> u8 {
        self.0
    }
}

impl Manager {
    /// `EXTERNAL` or `WBZ`.
    pub fn name(self) -> &'static str {
        IMPORT_MANAGERS[self as usize]
    }

    /// The manager of that name, exactly spelled.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "EXTERNAL" => Some(Self::External),
            "WBZ" => Some(Self::Wbz),
            _ => None,
        }
    }
}

impl<T> Given<T> {
    /// What holds after the row, where `known` held before.
    pub fn over(self, known: Option<T>) -> Option<T> {
        match self {
            Self::Absent => known,
            Self::Clear => None,
            Self::Value(value) => Some(value),
        }
    }

    /// The value, if one is given.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    fn keeps<U: PartialEq<T>>(&self, known: Option<&U>) -> bool {
        match (self, known) {
            (Self::Absent, _) | (Self::Clear, None) => true,
            (Self::Value(value), Some(known)) => known == value,
            _ => false,
        }
    }
}

impl Draft<'_> {
    /// Would these terms stay as they are? Key, offer and customer are taken to be the same.
    pub fn keeps(&self, terms: &Terms) -> bool {
        self.quantity == terms.quantity
            && self.start == terms.start
            && self.payment_method == terms.payment_method
            && self.invoice_address.keeps(terms.invoice_address.as_ref())
            && self.keeps_delivery_customer(terms)
            && self.delivery_address.keeps(terms.delivery_address.as_ref())
            && self
                .variant_delivery_address
                .keeps(terms.variant_delivery_address.as_ref())
            && self.discount.keeps(terms.discount.as_ref())
            && self.order_date.keeps(terms.order_date.as_ref())
            && self.end.keeps(terms.end.as_ref())
            && self.reference_start.keeps(terms.reference_start.as_ref())
            && self.next_booking.keeps(terms.next_booking.as_ref())
            && self
                .payment_method_id
                .keeps(terms.payment_method_id.as_ref())
            && self.keeps_bonuses(terms)
            && self
                .managed_by
                .over(Some(terms.managed_by))
                .unwrap_or_default()
                == terms.managed_by
    }

    /// The terms of a new order.
    pub fn terms(&self) -> Terms {
        self.terms_over(None)
    }

    /// The same without a copy; nothing where the row names bonuses, which it holds in another form.
    pub fn terms_view(&self) -> Option<TermsView<'_>> {
        if self.bonuses.value().is_some() {
            return None;
        }
        let delivery_customer = self.delivery_customer.value().map(|customer| &**customer);
        Some(TermsView {
            external_system_id: &self.external_system_id,
            offer: &self.offer,
            invoice_customer: &self.invoice_customer,
            quantity: self.quantity,
            start: self.start,
            payment_method: self.payment_method,
            invoice_address: self.invoice_address.value().copied(),
            delivery_customer: delivery_customer
                .filter(|customer| **customer != *self.invoice_customer),
            delivery_address: self.delivery_address.value().copied(),
            variant_delivery_address: self.variant_delivery_address.value().copied(),
            discount: self.discount.value().copied(),
            order_date: self.order_date.value().copied(),
            end: self.end.value().copied(),
            reference_start: self.reference_start.value().copied(),
            next_booking: self.next_booking.value().copied(),
            payment_method_id: self.payment_method_id.value().copied(),
            bonuses: &[],
            managed_by: self.manager_after(None),
        })
    }

    /// The terms of a known order after this row.
    pub fn terms_after(&self, known: &Terms) -> Terms {
        self.terms_over(Some(known))
    }

    /// Who manages the order after this row.
    pub fn manager_after(&self, known: Option<&Terms>) -> Manager {
        self.managed_by
            .over(known.map(|terms| terms.managed_by))
            .unwrap_or_default()
    }

    fn keeps_delivery_customer(&self, terms: &Terms) -> bool {
        match &self.delivery_customer {
            Given::Absent => true,
            Given::Clear => terms.delivery_customer.is_none(),
            Given::Value(customer) => {
                **customer
                    == **terms
                        .delivery_customer
                        .as_ref()
                        .unwrap_or(&terms.invoice_customer)
            }
        }
    }

    fn keeps_bonuses(&self, terms: &Terms) -> bool {
        match &self.bonuses {
            Given::Absent => true,
            Given::Clear => terms.bonuses.is_empty(),
            Given::Value(bonuses) => bonuses
                .iter()
                .map(|bonus| &**bonus)
                .eq(terms.bonuses.iter().map(|bonus| &**bonus)),
        }
    }

    fn terms_over(&self, known: Option<&Terms>) -> Terms {
        let invoice_customer: Box<str> = (&*self.invoice_customer).into();
        // The platform's default for the delivery customer is the invoice customer: said or not, it is the same.
        let delivery_customer = self
            .delivery_customer
            .clone()
            .over(
                known
                    .and_then(|terms| terms.delivery_customer.as_deref())
                    .map(Cow::Borrowed),
            )
            .filter(|customer| **customer != *invoice_customer)
            .map(|customer| (&*customer).into());
        let bonuses = match &self.bonuses {
            Given::Absent => known.map(|terms| terms.bonuses.clone()).unwrap_or_default(),
            Given::Clear => Vec::new(),
            Given::Value(bonuses) => bonuses.iter().map(|bonus| (&**bonus).into()).collect(),
        };
        let before = |get: fn(&Terms) -> Option<i64>| known.and_then(get);
        let moment = |get: fn(&Terms) -> Option<Moment>| known.and_then(get);
        Terms {
            external_system_id: (&*self.external_system_id).into(),
            offer: (&*self.offer).into(),
            invoice_customer,
            quantity: self.quantity,
            start: self.start,
            payment_method: self.payment_method,
            invoice_address: self
                .invoice_address
                .over(before(|terms| terms.invoice_address)),
            delivery_customer,
            delivery_address: self
                .delivery_address
                .over(before(|terms| terms.delivery_address)),
            variant_delivery_address: self
                .variant_delivery_address
                .over(before(|terms| terms.variant_delivery_address)),
            discount: self.discount.over(known.and_then(|terms| terms.discount)),
            order_date: self.order_date.over(moment(|terms| terms.order_date)),
            end: self.end.over(moment(|terms| terms.end)),
            reference_start: self
                .reference_start
                .over(moment(|terms| terms.reference_start)),
            next_booking: self.next_booking.over(moment(|terms| terms.next_booking)),
            payment_method_id: self
                .payment_method_id
                .over(before(|terms| terms.payment_method_id)),
            bonuses,
            managed_by: self.manager_after(known),
        }
    }
}

impl Terms {
    /// The terms without a copy.
    pub fn view(&self) -> TermsView<'_> {
        TermsView {
            external_system_id: &self.external_system_id,
            offer: &self.offer,
            invoice_customer: &self.invoice_customer,
            quantity: self.quantity,
            start: self.start,
            payment_method: self.payment_method,
            invoice_address: self.invoice_address,
            delivery_customer: self.delivery_customer.as_deref(),
            delivery_address: self.delivery_address,
            variant_delivery_address: self.variant_delivery_address,
            discount: self.discount,
            order_date: self.order_date,
            end: self.end,
            reference_start: self.reference_start,
            next_booking: self.next_booking,
            payment_method_id: self.payment_method_id,
            bonuses: &self.bonuses,
            managed_by: self.managed_by,
        }
    }

    /// The value of an order field; [`Value::None`] for any other.
    pub fn value(&self, field: Field) -> Value {
        let text = |text: &str| Value::Text(text.into());
        let number = |number: Option<i64>| number.map_or(Value::None, Value::Integer);
        let moment = |moment: Option<Moment>| moment.map_or(Value::None, Value::Moment);
        match field {
            Field::ExternalSystemId => text(&self.external_system_id),
            Field::PlenigoOfferId => text(&self.offer),
            Field::InvoiceCustomerId => text(&self.invoice_customer),
            Field::Quantity => Value::Integer(i64::from(self.quantity)),
            Field::StartDate => Value::Moment(self.start),
            Field::PaymentMethod => text(self.payment_method.name()),
            Field::InvoiceAddressId => number(self.invoice_address),
            Field::DeliveryCustomerId => {
                self.delivery_customer.as_deref().map_or(Value::None, text)
            }
            Field::DeliveryAddressId => number(self.delivery_address),
            Field::VariantDeliveryAddressId => number(self.variant_delivery_address),
            Field::DiscountPercentage => number(self.discount.map(i64::from)),
            Field::OrderDate => moment(self.order_date),
            Field::EndDate => moment(self.end),
            Field::ReferenceStartDate => moment(self.reference_start),
            Field::NextBookingDate => moment(self.next_booking),
            Field::PaymentMethodId => number(self.payment_method_id),
            Field::PlenigoBonusIds if self.bonuses.is_empty() => Value::None,
            Field::PlenigoBonusIds => Value::Texts(self.bonuses.clone()),
            Field::ManagedBy => text(self.managed_by.name()),
            _ => Value::None,
        }
    }

    /// Puts a value into a field, as a journalled change says it. False where the value does not fit.
    #[must_use]
    pub fn put(&mut self, field: Field, value: &Value) -> bool {
        match (field, value) {
            (Field::ExternalSystemId, Value::Text(text)) => self.external_system_id = text.clone(),
            (Field::PlenigoOfferId, Value::Text(text)) => self.offer = text.clone(),
            (Field::InvoiceCustomerId, Value::Text(text)) => self.invoice_customer = text.clone(),
            (Field::Quantity, Value::Integer(number)) => match u32::try_from(*number) {
                Ok(quantity) => self.quantity = quantity,
                Err(_) => return false,
            },
            (Field::StartDate, Value::Moment(moment)) => self.start = *moment,
            (Field::PaymentMethod, Value::Text(name)) => match PaymentMethod::from_name(name) {
                Some(method) => self.payment_method = method,
                None => return false,
            },
            (Field::ManagedBy, Value::Text(name)) => match Manager::from_name(name) {
                Some(manager) => self.managed_by = manager,
                None => return false,
            },
            (Field::PlenigoBonusIds, Value::None) => self.bonuses = Vec::new(),
            (Field::PlenigoBonusIds, Value::Texts(texts)) => self.bonuses.clone_from(texts),
            (Field::DeliveryCustomerId, Value::None) => self.delivery_customer = None,
            (Field::DeliveryCustomerId, Value::Text(text)) => {
                self.delivery_customer = Some(text.clone());
            }
            (Field::DiscountPercentage, Value::None) => self.discount = None,
            (Field::DiscountPercentage, Value::Integer(number)) => match u8::try_from(*number) {
                Ok(discount) => self.discount = Some(discount),
                Err(_) => return false,
            },
            (_, Value::None | Value::Integer(_)) => {
                let number = match value {
                    Value::Integer(number) => Some(*number),
                    _ => None,
                };
                if let Some(slot) = self.number_slot(field) {
                    *slot = number;
                } else if let (Some(slot), None) = (self.moment_slot(field), number) {
                    *slot = None;
                } else {
                    return false;
                }
            }
            (_, Value::Moment(moment)) => match self.moment_slot(field) {
                Some(slot) => *slot = Some(*moment),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    /// When it ends because a full book does not name it: now, or as it starts, where that is later: it never was.
    pub fn end_if_missing(&self, now: Moment) -> Moment {
        now.max(self.start)
    }

    /// Does the subscription still run at `now`?
    pub fn runs_at(&self, now: Moment) -> bool {
        self.end.is_none_or(|end| end > now)
    }

    /// Terms with nothing but the key, to be filled by [`Self::put`].
    pub fn blank(external_system_id: &str) -> Self {
        Self {
            external_system_id: external_system_id.into(),
            offer: "".into(),
            invoice_customer: "".into(),
            quantity: 1,
            start: Moment::from_unix(0, 0),
            payment_method: PaymentMethod(0),
            invoice_address: None,
            delivery_customer: None,
            delivery_address: None,
            variant_delivery_address: None,
            discount: None,
            order_date: None,
            end: None,
            reference_start: None,
            next_booking: None,
            payment_method_id: None,
            bonuses: Vec::new(),
            managed_by: Manager::External,
        }
    }

    fn number_slot(&mut self, field: Field) -> Option<&mut Option<i64>> {
        match field {
            Field::InvoiceAddressId => Some(&mut self.invoice_address),
            Field::DeliveryAddressId => Some(&mut self.delivery_address),
            Field::VariantDeliveryAddressId => Some(&mut self.variant_delivery_address),
            Field::PaymentMethodId => Some(&mut self.payment_method_id),
            _ => None,
        }
    }

    fn moment_slot(&mut self, field: Field) -> Option<&mut Option<Moment>> {
        match field {
            Field::OrderDate => Some(&mut self.order_date),
            Field::EndDate => Some(&mut self.end),
            Field::ReferenceStartDate => Some(&mut self.reference_start),
            Field::NextBookingDate => Some(&mut self.next_booking),
            _ => None,
        }
    }
}
