//! Who is a customer, and which customers does a person or a file bring?
//! What is brought passes the same rules, whether it comes as arguments or in a file; nothing is written here.

use std::io::{Read, Write};

use anyhow::Context as _;
use intake_core::catalog::Customer;
use intake_core::check::draft;
use intake_core::code::Code;
use intake_core::field::{Field, Table as Records};
use intake_core::read::ReadOptions;
use serde_json::{Map, Value, json};

use super::Speech;
use super::load::{Keep, load, read_one};
use super::table::{Table, styled, text};
use crate::cli::args::{CustomerAdd, CustomerShow, Format, Outcome};
use crate::cli::terminal::{FAINT, HEADING, WARNING};
use crate::printable::printable;
use crate::state::Store;

/// Writes the customer with this number, or else with this email address. JSON is in the platform's words.
/// [`Outcome::Findings`] where there is none; JSON then is the platform's error.
pub fn show(
    arguments: &CustomerShow,
    store: &Store,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Outcome> {
    let asked = arguments.id_or_email.as_str();
    let customer = match store.customer(asked)? {
        Some(customer) => Some(customer),
        None => store.customer_by_email(asked)?,
    };
    let mut shown = Vec::new();
    match (&customer, arguments.format) {
        (Some(customer), Format::Text) => write_text(&mut shown, customer),
        (None, Format::Text) => {
            let asked = printable(asked);
            let none = speech.say(
                format!("Einen Kunden `{asked}` gibt es nicht."),
                format!("There is no customer `{asked}`."),
            );
            writeln!(shown, "{WARNING}{none}{WARNING:#}")?;
        }
        (customer, Format::Json) => {
            let json = customer.as_ref().map_or_else(not_found, customer_json);
            writeln!(shown, "{json}")?;
        }
    }
    out.write_all(&shown).context("cannot write the customer")?;
    Ok(if customer.is_some() {
        Outcome::Done
    } else {
        Outcome::Findings
    })
}

/// The customer that the arguments describe, without a number where they give none; nothing where they break
/// a rule, which is reported.
pub fn customer_to_add(
    arguments: &CustomerAdd,
    speech: &Speech,
    out: &mut dyn Write,
) -> anyhow::Result<Option<Customer>> {
    let given = [
        ("customerId", &arguments.id),
        ("externalSystemId", &arguments.external_system_id),
        ("username", &arguments.username),
        ("salutation", &arguments.salutation),
        ("firstName", &arguments.first_name),
        ("lastName", &arguments.last_name),
        ("invoiceEmail", &arguments.invoice_email),
        ("mobileNumber", &arguments.mobile_number),
        ("birthday", &arguments.birthday),
        ("registrationSource", &arguments.registration_source),
    ];
    let mut object = Map::new();
    object.insert("email".to_owned(), Value::from(&*arguments.email));
    object.insert("language".to_owned(), Value::from(&*arguments.language));
    for (name, value) in given {
        if let Some(value) = value {
            object.insert(name.to_owned(), Value::from(&**value));
        }
    }
    let object = Value::Object(object);
    read_one(&object, options(speech), draft::customer, speech, out)
}

/// Reads a file of customers, hands them to `keep` batch by batch and reports the rest like a check. Whether
/// number and address are free, also within the file, is for `keep` to say.
///
/// `name` is the file's as it is shown. `progress` hears bytes and records done. What `keep` took stays taken.
pub fn read_customers(
    name: &str,
    source: impl Read + Send,
    speech: &Speech,
    out: &mut dyn Write,
    progress: &dyn Fn(u64, u64),
    keep: &mut Keep<'_, Customer>,
) -> anyhow::Result<Outcome> {
    load(
        name,
        source,
        options(speech),
        draft::customer,
        speech,
        out,
        progress,
        keep,
    )
}

fn options(speech: &Speech) -> ReadOptions {
    ReadOptions::new(Records::Customers, speech.moment_now())
}

fn write_text(out: &mut Vec<u8>, customer: &Customer) {
    let mut table = Table::default();
    let id = Field::CustomerId.name();
    table.push(vec![styled(id, FAINT), styled(&customer.id, HEADING)]);
    for (field, value) in &customer.values {
        table.push(vec![styled(platform_name(*field), FAINT), text(value)]);
    }
    table.write(out, "");
}

fn customer_json(customer: &Customer) -> Value {
    let mut object = Map::new();
    object.insert("customerId".to_owned(), Value::from(&*customer.id));
    for (field, value) in &customer.values {
        object.insert(platform_name(*field).to_owned(), Value::from(&**value));
    }
    // Nothing that is imported can block a customer.
    object.insert("status".to_owned(), Value::from("ACTIVATED"));
    Value::Object(object)
}

/// In an orders file the customer's own external number needs a name that the order's does not have.
fn platform_name(field: Field) -> &'static str {
    match field {
        Field::CustomerExternalSystemId => Field::ExternalSystemId.name(),
        field => field.name(),
    }
}

fn not_found() -> Value {
    let spec = Code::CustomerUnknown.spec();
    json!({ "errorCode": spec.upstream, "errorMessage": spec.en.what.replace(" ({field})", "") })
}
