//! Of whom, of when and of what is a snapshot?
//! The head is JSON, version 1, read strictly; only this module knows its words.

use super::{SnapshotError, VERSION};
use crate::catalog::{Catalog, Offer, OfferManager, ProductBase};
use crate::field::PAYMENT_METHODS;
use crate::moment::Moment;
use crate::order::PaymentMethod;
use crate::plan::state::StateMark;
use crate::profile::{Profile, ProfileV1};
use crate::report::StateV1;
use serde::{Deserialize, Serialize};

/// Everything of a snapshot but the orders.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// When it was taken.
    pub taken: Moment,
    /// The state that it shows.
    pub state: StateMark,
    /// How many orders it holds.
    pub orders: u64,
    /// The partner and what is agreed with it.
    pub profile: Profile,
    /// The offers there are; see [`catalog_for`].
    pub catalog: Catalog,
}

/// The catalog as a partner may see it: of an offer that is not for the partner, only what a verdict needs, so that
/// the partner's browser decides as the daemon does.
pub fn catalog_for(profile: &Profile, catalog: &Catalog) -> Catalog {
    let allowed = |id: &str| profile.offers.as_ref().is_none_or(|ids| ids.contains(id));
    let shown = |offer: &Offer| match allowed(&offer.id) {
        true => offer.clone(),
        false => Offer {
            title: "".into(),
            access_rights: Vec::new(),
            ..offer.clone()
        },
    };
    catalog
        .iter()
        .map(|(id, offer)| (id.clone(), shown(offer)))
        .collect()
}

impl Head {
    pub(super) fn to_json(&self) -> Vec<u8> {
        let head = HeadV1 {
            version: VERSION,
            partner: self.profile.partner.to_string(),
            taken_at: self.taken.to_string(),
            state: StateV1::of(&self.state),
            orders: self.orders,
            offers: self.catalog.len() as u64,
            payment_methods: PAYMENT_METHODS
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
            profile: ProfileV1::of(&self.profile),
            catalog: self.catalog.values().map(OfferV1::of).collect(),
        };
        // Plain data of this module: serialising it into memory cannot fail.
        serde_json::to_vec(&head).unwrap_or_default()
    }

    /// Reads a head; besides it, what the numbers of payment methods in the orders stand for.
    pub(super) fn from_json(json: &[u8]) -> Result<(Self, Vec<PaymentMethod>), SnapshotError> {
        let head: HeadV1 = serde_json::from_slice(json).map_err(|_| SnapshotError::Damaged)?;
        if head.version != VERSION {
            return Err(SnapshotError::Version(head.version));
        }
        let methods = methods_of(&head.payment_methods)?;
        let profile = head.profile.profile().map_err(SnapshotError::Profile)?;
        let count = head.catalog.len() as u64;
        let mut catalog = Catalog::new();
        for offer in head.catalog {
            let offer = offer.offer().ok_or(SnapshotError::Damaged)?;
            catalog.insert(offer.id.clone(), offer);
        }
        let state = head.state.mark().ok_or(SnapshotError::Damaged)?;
        let agrees = *profile.partner == *head.partner
            && count == head.offers
            && catalog.len() as u64 == head.offers;
        let taken = Moment::parse(&head.taken_at).map_err(|_| SnapshotError::Damaged)?;
        let head = Self {
            taken,
            state,
            orders: head.orders,
            profile,
            catalog,
        };
        agrees
            .then_some((head, methods))
            .ok_or(SnapshotError::Damaged)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HeadV1 {
    version: u32,
    partner: String,
    taken_at: String,
    state: StateV1,
    orders: u64,
    offers: u64,
    /// Orders name payment methods by their place here.
    payment_methods: Vec<String>,
    profile: ProfileV1,
    catalog: Vec<OfferV1>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OfferV1 {
    id: Box<str>,
    title: Box<str>,
    managed_by: String,
    archived: bool,
    allowed_payment_methods: Vec<String>,
    multiple_purchases: bool,
    access_rights: Vec<Box<str>>,
    base: String,
    steps: u16,
}

impl OfferV1 {
    fn of(offer: &Offer) -> Self {
        let methods = offer.allowed_payment_methods.iter();
        Self {
            id: offer.id.clone(),
            title: offer.title.clone(),
            managed_by: offer.managed_by.name().to_owned(),
            archived: offer.archived,
            allowed_payment_methods: methods.map(|method| method.name().to_owned()).collect(),
            multiple_purchases: offer.multiple_purchases,
            access_rights: offer.access_rights.clone(),
            base: offer.base.name().to_owned(),
            steps: offer.steps,
        }
    }

    fn offer(self) -> Option<Offer> {
        Some(Offer {
            id: self.id,
            title: self.title,
            managed_by: OfferManager::from_name(&self.managed_by)?,
            archived: self.archived,
            allowed_payment_methods: methods_of(&self.allowed_payment_methods).ok()?,
            multiple_purchases: self.multiple_purchases,
            access_rights: self.access_rights,
            base: ProductBase::from_name(&self.base)?,
            steps: self.steps,
        })
    }
}

fn methods_of(names: &[String]) -> Result<Vec<PaymentMethod>, SnapshotError> {
    let methods = names.iter().map(|name| PaymentMethod::from_name(name));
    methods.collect::<Option<_>>().ok_or(SnapshotError::Damaged)
}
