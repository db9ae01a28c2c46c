//! Each line of the table of decisions, and each rule that stands against a row.

use super::*;
use crate::catalog::{Offer, OfferManager};
use crate::check::draft;
use crate::field::Table;
use crate::order::PaymentMethod;
use crate::read::{Framer, ReadOptions, records};

const OFFER: &str = "O_MZA1E7173120881551";
const WBZ_OFFER: &str = "O_WBZ000000000000001";
const OWN_OFFER: &str = "O_OWN000000000000001";
const HEADER: &str = "externalSystemId,plenigoOfferId,invoiceCustomerId,quantity,startDate,paymentMethod,endDate,managedBy,discountPercentage,paymentMethodId,deliveryCustomerId\n";

fn catalog() -> Catalog {
    let offer = |id: &str, managed_by, methods: &[&str]| Offer {
        managed_by,
        allowed_payment_methods: methods
            .iter()
            .filter_map(|name| PaymentMethod::from_name(name))
            .collect(),
        ..Offer::new(id, id)
    };
    let offers = [
        offer(OFFER, OfferManager::External, &["BILLING", "PAYPAL"]),
        offer(WBZ_OFFER, OfferManager::Wbz, &[]),
        offer(OWN_OFFER, OfferManager::Plenigo, &[]),
    ];
    offers
        .into_iter()
        .map(|offer| (offer.id.clone(), offer))
        .collect()
}

fn now() -> Moment {
    Moment::parse("2026-06-01T00:00:00Z").unwrap()
}

fn with_draft<T>(row: &str, act: impl FnOnce(&Draft<'_>) -> T) -> T {
    let mut framer = Framer::new(ReadOptions::new(Table::Orders, now()));
    framer.push(format!("{HEADER}{row}\n").as_bytes());
    framer.finish();
    let shape = framer.shape().unwrap().clone();
    let block = framer.next_block().unwrap();
    let mut findings = Vec::new();
    let mut drafts = Vec::new();
    records(&shape, &block, &mut |record| {
        drafts.push(draft::order(&shape, record, &mut findings));
    });
    let draft = drafts
        .remove(0)
        .unwrap_or_else(|| panic!("{row}: {findings:?}"));
    act(&draft)
}

fn row(terms: &str) -> String {
    format!("X1,{OFFER},C1,1,2026-01-01T00:00:00Z,{terms}")
}

#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method is not general over the draft's lifetime"
)]
fn terms(row_text: &str) -> Terms {
    with_draft(row_text, |draft| draft.terms())
}

/// Decides `after` where `before` is known (nothing: empty), and says decision, findings and changes.
fn check(before: &str, after: &str, expect: &str) {
    check_with(before, after, Standing::Exists, expect);
}

fn check_with(before: &str, after: &str, standing: Standing, expect: &str) {
    let catalog = catalog();
    let context = Context {
        partner: "kiosk",
        offers: None,
        catalog: Some(&catalog),
        now: now(),
    };
    let known_terms = (!before.is_empty()).then(|| terms(before));
    let known = Known {
        order: known_terms.as_ref().map(|terms| ("kiosk", terms)),
        invoice_customer: standing,
        delivery_customer: standing,
    };
    let said = with_draft(after, |draft| {
        let mut codes = Vec::new();
        let decided = decide(draft, &known, &context, &mut |_, code, _| {
            codes.push(code.name());
        });
        let mut said = decided.decision.name().to_owned();
        for code in codes {
            said.push_str(&format!(" !{code}"));
        }
        if let (Some(after), Some(_)) = (&decided.after, &known_terms) {
            for change in changes(known_terms.as_ref(), after) {
                said.push_str(&format!(" {}", change.field.name()));
            }
        }
        said
    });
    assert_eq!(said, expect, "{before:?} -> {after:?}");
}

#[test]
fn the_table_of_decisions() {
    let plain = row("BILLING,,,,,");
    check("", &plain, "create");
    check(&plain, &plain, "unchanged");
    check(&plain, &row("PAYPAL,,,,,"), "payment paymentMethod");
    check(&plain, &row("BILLING,,,,9,"), "payment paymentMethodId");
    check(&plain, &row("BILLING,,,5,,"), "update discountPercentage");
    check(
        &plain,
        &row("BILLING,2026-12-31T00:00:00Z,,,,"),
        "end endDate",
    );
    let ending = row("BILLING,2026-12-31T00:00:00Z,,,,");
    check(&ending, &row("BILLING,,,,,"), "unchanged");
    check(
        &ending,
        &row("BILLING,2026-12-31T01:00:00+01:00,,,,"),
        "unchanged",
    );
    check(
        &ending,
        &row("BILLING,2026-07-01T00:00:00Z,,,,"),
        "end endDate",
    );
    check(
        &ending,
        &row("BILLING,2027-07-01T00:00:00Z,,,,"),
        "update endDate",
    );
    check(&ending, &row("BILLING,NULL,,,,"), "reactivate endDate");
    let ended = row("BILLING,2026-03-01T00:00:00Z,,,,");
    check(
        &ended,
        &row("BILLING,2027-03-01T00:00:00Z,,,,"),
        "reactivate endDate",
    );
    check(
        &ended,
        &row("BILLING,2026-04-01T00:00:00Z,,,,"),
        "update endDate",
    );
    check(
        &ended,
        &row("PAYPAL,NULL,,7,,"),
        "reactivate paymentMethod discountPercentage endDate",
    );
    check(
        &row("BILLING,,,5,,"),
        &row("BILLING,,,NULL,,"),
        "update discountPercentage",
    );
    check(&row("BILLING,,,5,,"), &row("BILLING,,,,,"), "unchanged");
    check(&plain, &row("BILLING,,EXTERNAL,,,C1"), "unchanged");
}

#[test]
fn what_stands_against_a_row() {
    let offer = |id: &str, rest: &str| format!("X1,{id},C1,1,2026-01-01T00:00:00Z,{rest}");
    check(
        "",
        &offer("O_NOBODY000000000001", "BILLING,,,,,"),
        "reject !offer-unknown",
    );
    check(
        "",
        &offer(OWN_OFFER, "BILLING,,,,,"),
        "reject !offer-not-external",
    );
    check(
        "",
        &offer(WBZ_OFFER, "BILLING,,,,,"),
        "reject !import-not-wbz",
    );
    check("", &offer(WBZ_OFFER, "BILLING,,WBZ,,,"), "create");
    check(
        "",
        &offer(OFFER, "BILLING,,WBZ,,,"),
        "reject !offer-not-wbz",
    );
    check(
        "",
        &offer(OFFER, "TWINT,,,,,"),
        "reject !payment-not-allowed",
    );
    let known = offer(OFFER, "BILLING,,,,,");
    check(
        &known,
        &offer(WBZ_OFFER, "BILLING,,WBZ,,,"),
        "reject !offer-unchangeable",
    );
    let customer = known.replace("C1", "C2");
    check(&known, &customer, "reject !customer-unchangeable");
    check_with("", &known, Standing::Unknown, "reject !customer-unknown");
    check_with("", &known, Standing::WillExist, "create");
    check_with("", &known, Standing::EmailTaken, "reject !email-taken");
    check_with(
        "",
        &known,
        Standing::Contradicted(1, 2),
        "reject !customer-contradiction",
    );
    check_with(&known, &known, Standing::Unknown, "unchanged");
    let delivered = offer(OFFER, "BILLING,,,,,C9");
    check_with(
        &known,
        &delivered,
        Standing::Unknown,
        "reject !customer-unknown",
    );
    let all = "X1,O_NOBODY000000000001,C1,1,2026-01-01T00:00:00Z,BILLING,,,,,C9";
    let both = "reject !customer-unknown !customer-unknown !offer-unknown";
    check_with("", all, Standing::Unknown, both);
}

#[test]
fn dates_left_alone_must_agree_with_dates_given() {
    let ending = row("BILLING,2026-03-01T00:00:00Z,,,,");
    let later = format!("X1,{OFFER},C1,1,2026-05-01T00:00:00Z,BILLING,,,,,");
    check(&ending, &later, "reject !end-before-start");
}

#[test]
fn an_order_belongs_to_the_partner_that_imported_it_first() {
    let catalog = catalog();
    let known_terms = terms(&row("BILLING,,,,,"));
    let context = Context {
        partner: "other",
        offers: None,
        catalog: Some(&catalog),
        now: now(),
    };
    let known = Known {
        order: Some(("kiosk", &known_terms)),
        invoice_customer: Standing::Exists,
        delivery_customer: Standing::Exists,
    };
    with_draft(&row("BILLING,,,,,"), |draft| {
        let mut codes = Vec::new();
        let decided = decide(draft, &known, &context, &mut |_, code, _| codes.push(code));
        assert_eq!(
            (decided.decision, codes),
            (Decision::Reject, vec![Code::OrderOfOtherPartner])
        );
    });
}

#[test]
fn changes_put_back_give_the_terms() {
    let all = row("PAYPAL,2026-12-31T00:00:00Z,EXTERNAL,5,77,C9");
    let after = terms(&all);
    let mut rebuilt = Terms::blank(&after.external_system_id);
    for change in changes(None, &after) {
        assert!(rebuilt.put(change.field, &change.new), "{change:?}");
    }
    assert_eq!(rebuilt, after);
    let before = terms(&row("BILLING,,,,,"));
    let mut updated = before.clone();
    for change in changes(Some(&before), &after) {
        assert!(updated.put(change.field, &change.new));
    }
    assert_eq!(updated, after);
}
