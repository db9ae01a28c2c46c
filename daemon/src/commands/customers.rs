//! Who is a customer, and which customers does a person or a file bring?
//! What is brought passes the same rules, whether it comes as arguments or in a file; nothing is written here.

use std::io::{Read, Write};

use anyhow::Context as _;
use intake_core::catalog::Customer;
use intake_core::check::draft;
use intake_core::code::Code;
use intake_core::field::{Field, Table as Records};
use intake_core::moment::Moment;
use intake_core::read::ReadOptions;
use serde_json::{Map, Value, json};

use super::Speech;
use super::load::{Keep, Rules, load, read_one};
use super::table::{Table, styled, text};
use crate::cli::args::{CustomerAdd, CustomerShow, Format, Outcome};
use crate::cli::terminal::{FAINT, HEADING, WARNING};
use crate::printable::printable;
use crate::state::Store;
use crate::wire::customer::{CustomerV1, platform_name};

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
            let json = customer.as_ref().map_or_else(not_found, |customer| {
                json!(CustomerV1::whole(customer, None, None))
            });
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
    read_one(&object, rules(speech.moment_now()), speech, out)
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
        rules(speech.moment_now()),
        speech,
        out,
        progress,
        keep,
    )
}

/// How a customer is read at `now`.
pub fn rules(now: Moment) -> Rules<Customer> {
    Rules {
        options: ReadOptions::new(Records::Customers, now),
        draft: draft::customer,
    }
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

fn not_found() -> Value {
    let spec = Code::CustomerUnknown.spec();
    json!({ "errorCode": spec.upstream, "errorMessage": spec.en.what.replace(" ({field})", "") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::{self, Command, CustomerAction};
    use crate::commands::fixture::{Data, german, plain, speech};
    use crate::commands::load::Valid;
    use std::ffi::OsString;

    fn shown(data: &Data, asked: &str, format: Format, speech: &Speech) -> (String, Outcome) {
        let data_directory = args::DataDirectory { path: "d".into() };
        let arguments = CustomerShow {
            id_or_email: asked.to_owned(),
            data: data_directory,
            format,
        };
        let mut out = Vec::new();
        let outcome = show(&arguments, &data.store, speech, &mut out).unwrap();
        (plain(&out), outcome)
    }

    fn added(given: &[&str]) -> (Option<Customer>, String) {
        let line = ["intake", "customer", "add", "--data", "d"]
            .iter()
            .chain(given);
        let cli = args::parse(line.map(OsString::from)).unwrap();
        let Command::Customer(CustomerAction::Add(arguments)) = cli.command else {
            panic!("another command")
        };
        let mut out = Vec::new();
        let customer = customer_to_add(&arguments, &speech(), &mut out).unwrap();
        (customer, plain(&out))
    }

    #[test]
    fn a_customer_is_found_by_number_and_by_address() {
        let data = Data::usual();
        let by_id = shown(&data, "100003", Format::Text, &speech());
        assert_eq!(
            by_id,
            shown(&data, "lena@EXAMPLE.org", Format::Text, &german())
        );
        assert_eq!(by_id.1, Outcome::Done);
        expect_test::expect![[r"
            customerId        100003
            email             Lena@example.org
            language          de
            externalSystemId  K-815
        "]]
        .assert_eq(&by_id.0);
        expect_test::expect![[r#"
            {"customerId":"100003","email":"Lena@example.org","externalSystemId":"K-815","language":"de","status":"ACTIVATED"}
        "#]].assert_eq(&shown(&data, "100003", Format::Json, &german()).0);
    }

    #[test]
    fn nobody_is_a_finding() {
        let data = Data::usual();
        let nobody = |format| shown(&data, "x@example.org", format, &german());
        assert_eq!(nobody(Format::Text).1, Outcome::Findings);
        expect_test::expect![[r"
            Einen Kunden `x@example.org` gibt es nicht.
        "]]
        .assert_eq(&nobody(Format::Text).0);
        expect_test::expect![[r#"
            {"errorCode":20404,"errorMessage":"There is no such customer."}
        "#]]
        .assert_eq(&nobody(Format::Json).0);
    }

    #[test]
    fn arguments_pass_the_rules_of_a_file() {
        let good = [
            "--email",
            "a@example.org",
            "--language",
            "de",
            "--external-system-id",
            "K1",
        ];
        let (customer, said) = added(&good);
        let customer = customer.unwrap();
        assert_eq!(
            (&*customer.id, customer.email(), &*said),
            ("", "a@example.org", "")
        );
        assert_eq!(customer.value(Field::CustomerExternalSystemId), Some("K1"));
        let (customer, said) = added(&["--email", "a@example", "--language", "xx"]);
        assert_eq!(customer, None);
        expect_test::expect![[r"
            email: error: email is not a valid email address.
                The customer is known by it. Correct the address. Value: `a@example`
            language: error: language is not a language of ISO 639-1.
                Expected are two letters such as de or en. Correct the code. Value: `xx`
        "]]
        .assert_eq(&said);
    }

    #[test]
    fn what_the_store_refuses_is_reported_with_the_rest() {
        let file = "customerId,email,language\n1,a@example.org,de\n2,b@example.org,de\n3,,de\n";
        let mut out = Vec::new();
        let mut keep = |batch: Vec<Valid<Customer>>| {
            let taken = &batch[1];
            Ok(vec![taken.finding(
                Field::Email,
                Code::EmailTaken,
                taken.value.email(),
            )])
        };
        let source = file.as_bytes();
        let heard = |_, _| {};
        let outcome = read_customers(
            "customers.csv",
            source,
            &speech(),
            &mut out,
            &heard,
            &mut keep,
        );
        assert_eq!(outcome.unwrap(), Outcome::Findings);
        expect_test::expect![[r"
            customers.csv
            line 4 (record 3), column B email: error: The required value email is missing.
                Without it the record cannot be made. Add the value.
            line 3 (record 2), email: error: The email address belongs to another customer.
                It is unique over all customers. Correct the customer number or the address. Value: `b@example.org`
            customers.csv has errors: 3 records, 1 accepted, 2 rejected; 2 errors, 0 warnings, 0 notes.
              count  severity  code              field  first on line
                  1  error     required-missing  email  4
                  1  error     email-taken       email  3
        "]].assert_eq(&plain(&out));
    }

    #[test]
    fn trouble_of_the_keeper_ends_the_reading() {
        let mut keep = |_: Vec<Valid<Customer>>| anyhow::bail!("the disk is full");
        let file = "email,language\na@example.org,de\n";
        let (mut out, heard) = (Vec::new(), |_, _| {});
        let source = file.as_bytes();
        let error = read_customers("c", source, &speech(), &mut out, &heard, &mut keep);
        assert_eq!(error.unwrap_err().to_string(), "the disk is full");
    }
}
