//! What does an offer allow, and what is a customer?
//! Plain values as the platform describes them; nothing here decides.

use crate::field::Field;
use crate::order::PaymentMethod;
use std::collections::BTreeMap;

/// An offer of the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its number, exactly 20 characters.
    pub id: Box<str>,
    /// Internal title, at most 100 characters.
    pub title: Box<str>,
    /// Who manages it.
    pub managed_by: OfferManager,
    /// Is it archived?
    pub archived: bool,
    /// The payment methods it allows; empty means all.
    pub allowed_payment_methods: Vec<PaymentMethod>,
    /// May one customer hold it more than once?
    pub multiple_purchases: bool,
    /// The access rights that an order grants.
    pub access_rights: Vec<Box<str>>,
    /// What its product is based on.
    pub base: ProductBase,
    /// How many steps its product has.
    pub steps: u16,
}

/// Who manages an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OfferManager {
    /// A partner: orders come by import.
    External,
    /// A dealer of books and magazines: orders come by import.
    Wbz,
    /// The platform: orders come by checkout.
    Plenigo,
}

/// What a product is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProductBase {
    /// Time.
    Time,
    /// Credits.
    Credit,
    /// Issues.
    Issue,
    /// Anything else.
    Other,
}

/// The offers known when a file is checked.
pub type Catalog = BTreeMap<Box<str>, Offer>;

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Its number.
    pub id: Box<str>,
    /// Its values, in the order of the field table; [`Field::CustomerId`] is not among them.
    pub values: Vec<(Field, Box<str>)>,
}

impl OfferManager {
    /// `EXTERNAL`, `WBZ` or `PLENIGO`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::External => "EXTERNAL",
            Self::Wbz => "WBZ",
            Self::Plenigo => "PLENIGO",
        }
    }

    /// The manager of that name, exactly spelled.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::External, Self::Wbz, Self::Plenigo]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

impl ProductBase {
    /// `TIME`, `CREDIT`, `ISSUE` or `OTHER`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "TIME",
            Self::Credit => "CREDIT",
            Self::Issue => "ISSUE",
            Self::Other => "OTHER",
        }
    }

    /// The base of that name, exactly spelled.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Time, Self::Credit, Self::Issue, Self::Other]
            .into_iter()
            .find(|known| known.name() == name)
    }
}

impl Offer {
    /// An offer with nothing but a number and a title; see the field table for the defaults.
    pub fn new(id: &str, title: &str) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            managed_by: OfferManager::Plenigo,
            archived: false,
            allowed_payment_methods: Vec::new(),
            multiple_purchases: true,
            access_rights: Vec::new(),
            base: ProductBase::Time,
            steps: 1,
        }
    }

    /// Is it managed outside the platform, so that its orders come by import?
    pub fn managed_external(&self) -> bool {
        self.managed_by != OfferManager::Plenigo
    }
}

impl Customer {
    /// The value of a customer field.
    pub fn value(&self, field: Field) -> Option<&str> {
        self.values
            .iter()
            .find(|(known, _)| *known == field)
            .map(|(_, value)| &**value)
    }

    /// The email address.
    pub fn email(&self) -> &str {
        self.value(Field::Email).unwrap_or("")
    }
}

/// An email address as it is compared: without regard to case.
pub fn email_key(email: &str) -> String {
    email.to_lowercase()
}
