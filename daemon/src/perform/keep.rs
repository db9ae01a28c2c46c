//! How do offers and customers get into the books from the command line?
//! Through the same reader and the same rules as any file; each is journalled before it is there.

use super::{Call, Inputs};
use crate::books::{BooksError, Sheet};
use crate::cli::args::{CustomerAdd, OfferAdd, Outcome};
use crate::cli::terminal::{ERROR, GOOD};
use crate::commands::customers::{customer_to_add, read_customers};
use crate::commands::load::Valid;
use crate::commands::offers::{offer_to_add, read_offers};
use crate::folder::safe_name::printable;
use crate::open_data::OpenData;
use crate::state::store::StoreError;
use intake_core::catalog::{Customer, Offer, email_key};
use intake_core::code::Code;
use intake_core::field::Field;
use intake_core::finding::{Finding, Language, message};
use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

/// Adds or replaces one offer.
pub(super) fn add_offer(
    arguments: &OfferAdd,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let Some(offer) = offer_to_add(arguments, call.speech, out)? else {
        return Ok(Outcome::Findings);
    };
    let id = offer.id.clone();
    let written = keep_offers(data, vec![offer])?;
    data.books.flush()?;
    tell_kept(&id, written, call, out)
}

/// Adds one customer, or replaces the one of the same number.
pub(super) fn add_customer(
    arguments: &CustomerAdd,
    data: &OpenData,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let Some(customer) = customer_to_add(arguments, call.speech, out)? else {
        return Ok(Outcome::Findings);
    };
    let kept = keep_customers(
        data,
        vec![Valid {
            row: 0,
            line: 0,
            value: customer,
        }],
    )?;
    data.books.flush()?;
    if let Some(finding) = kept.against.first() {
        let text = message(finding, call.speech.language);
        writeln!(out, "{ERROR}{}{ERROR:#} {text}", finding.code)?;
        return Ok(Outcome::Findings);
    }
    let id = kept.ids.first().cloned().unwrap_or_default();
    tell_kept(&id, kept.written, call, out)
}

/// Loads the offers of files.
pub(super) fn load_offers(
    data: &OpenData,
    call: &Call<'_>,
    inputs: &mut dyn Inputs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::Done;
    while let Some((name, reader)) = inputs.next()? {
        let name = printable(Path::new(&name).file_name().unwrap_or(&name));
        let progress = |_, rows| {
            (call.going)(rows);
        };
        let mut keep = |offers: Vec<Valid<Offer>>| -> anyhow::Result<Vec<Finding>> {
            keep_offers(data, offers.into_iter().map(|valid| valid.value).collect())?;
            Ok(Vec::new())
        };
        let read = read_offers(&name, reader, call.speech, out, &progress, &mut keep)?;
        if read != Outcome::Done {
            outcome = read;
        }
    }
    data.books.flush()?;
    Ok(outcome)
}

/// Loads the customers of files.
pub(super) fn load_customers(
    data: &OpenData,
    call: &Call<'_>,
    inputs: &mut dyn Inputs,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let mut outcome = Outcome::Done;
    while let Some((name, reader)) = inputs.next()? {
        let name = printable(Path::new(&name).file_name().unwrap_or(&name));
        let progress = |_, rows| {
            (call.going)(rows);
        };
        let mut keep = |customers: Vec<Valid<Customer>>| -> anyhow::Result<Vec<Finding>> {
            Ok(keep_customers(data, customers)?.against)
        };
        let read = read_customers(&name, reader, call.speech, out, &progress, &mut keep)?;
        if read != Outcome::Done {
            outcome = read;
        }
    }
    data.books.flush()?;
    Ok(outcome)
}

fn tell_kept(
    id: &str,
    written: u64,
    call: &Call<'_>,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let word = match (call.speech.language, written) {
        (Language::De, 0) => "unverändert",
        (Language::De, _) => "geschrieben",
        (Language::En, 0) => "unchanged",
        (Language::En, _) => "written",
    };
    writeln!(out, "{GOOD}{word}{GOOD:#} {id}")?;
    Ok(Outcome::Done)
}

fn keep_offers(data: &OpenData, offers: Vec<Offer>) -> Result<u64, KeepError> {
    data.books.write(|sheet| {
        let catalog = data.books.store().catalog();
        let mut written = 0;
        for offer in offers {
            if catalog.get(&offer.id) != Some(&offer) {
                sheet.offer(offer);
                written += 1;
            }
        }
        Ok(written)
    })
}

/// What became of a batch of customers.
#[derive(Default)]
struct KeptCustomers {
    written: u64,
    ids: Vec<Box<str>>,
    against: Vec<Finding>,
}

#[derive(Debug, thiserror::Error)]
enum KeepError {
    #[error(transparent)]
    Books(#[from] BooksError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn keep_customers(
    data: &OpenData,
    customers: Vec<Valid<Customer>>,
) -> Result<KeptCustomers, KeepError> {
    data.books
        .write(|sheet| write_customers(sheet, data, customers))
}

fn write_customers(
    sheet: &mut Sheet,
    data: &OpenData,
    customers: Vec<Valid<Customer>>,
) -> Result<KeptCustomers, KeepError> {
    let store = data.books.store();
    let asked: Vec<&Customer> = customers.iter().map(|valid| &valid.value).collect();
    let known = store.customers_and_emails(&asked)?;
    let mut kept = KeptCustomers::default();
    let (mut ids, mut emails) = (HashSet::new(), HashSet::new());
    for (valid, (by_id, by_email)) in customers.into_iter().zip(known) {
        let mut customer = valid.value.clone();
        // One customer has an address: known by it, it needs no number.
        if let (true, Some(known)) = (customer.id.is_empty(), &by_email) {
            customer.id = known.id.clone();
        }
        let mine = by_email
            .as_ref()
            .is_none_or(|known| known.id == customer.id);
        let fresh = emails.insert(email_key(customer.email())) && !ids.contains(&customer.id);
        if !mine || !fresh {
            let email = customer.email();
            kept.against
                .push(valid.finding(Field::Email, Code::EmailTaken, email));
            continue;
        }
        if by_id.as_ref().or(by_email.as_ref()) == Some(&customer) {
            kept.ids.push(customer.id);
            continue;
        }
        if customer.id.is_empty() {
            let mut trouble = None;
            let id = sheet.take_customer_id(|id| match store.customers_exist(&[id]) {
                Ok(exists) => exists.first().copied().unwrap_or(false) || ids.contains(id),
                Err(error) => {
                    trouble = Some(error);
                    false
                }
            });
            if let Some(error) = trouble {
                return Err(error.into());
            }
            customer.id = id.into();
        }
        ids.insert(customer.id.clone());
        kept.ids.push(customer.id.clone());
        kept.written += 1;
        sheet.customer(customer, None, None);
    }
    Ok(kept)
}
