//! Which file shows which code, where neither bad input nor the generator does?
//! One small file each; that every code is reached is held elsewhere.

use intake_core::catalog::{Offer, OfferManager, ProductBase};
use intake_core::profile::{Delivery, FilePolicy, Profile};
use intake_core::read::Limits;
use intake_tests::orders::{HEADER, OFFER};

/// A file and what is agreed about it.
pub(super) struct ByHand {
    pub(super) name: &'static str,
    pub(super) input: Vec<u8>,
    pub(super) profile: Option<Profile>,
}

const START: &str = "2026-01-01T00:00:00+01:00";

/// A file of one row, with more columns than the required ones.
fn with(columns: &str, values: &str) -> String {
    let header = HEADER.trim_end();
    format!("{header},{columns}\n{},{values}\n", row("A-1"))
}

fn row(key: &str) -> String {
    format!("{key},{OFFER},100003,1,{START},BILLING")
}

/// Offers that no order of this partner may name, each for another reason; those of the generator are sound.
pub(super) fn offers() -> impl Iterator<Item = Offer> {
    let offer = |title: &str| Offer {
        managed_by: OfferManager::External,
        ..Offer::new(&format!("O_{title:0<18}"), title)
    };
    [
        Offer::new("O_BYPLENIGO000000000", "BYPLENIGO"),
        Offer {
            managed_by: OfferManager::Wbz,
            ..offer("WBZ")
        },
        Offer {
            archived: true,
            ..offer("ARCHIVED")
        },
        Offer {
            steps: 2,
            ..offer("STEPS")
        },
        Offer {
            base: ProductBase::Issue,
            ..offer("ISSUE")
        },
        Offer {
            base: ProductBase::Other,
            ..offer("OTHER")
        },
    ]
    .into_iter()
}

pub(super) fn cases() -> Vec<ByHand> {
    let good = format!("{HEADER}{}\n", row("A-1"));
    let many = (0..1001)
        .map(|n| format!("c{n}"))
        .collect::<Vec<_>>()
        .join(",");
    let long = "x".repeat(70_000);
    let two = |first: &str, second: &str| format!("{HEADER}{first}\n{second}\n");
    let plain: Vec<(&'static str, String)> = vec![
        ("column twice", with("quantity", "1")),
        ("column without a name", with("", "1")),
        ("too many columns", format!("{many}\n1\n")),
        ("header too long", format!("{}\n1\n", "y".repeat(2 << 20))),
        ("text after a quote", two(&row("\"A-1\"x"), &row("A-2"))),
        ("a stray quote", two(&row("A\"1"), &row("A-2"))),
        (
            "field too long",
            two(&row(&format!("\"{long}\"")), &row("A-2")),
        ),
        (
            "record too long",
            two(&row(&"z".repeat(2 << 20)), &row("A-2")),
        ),
        ("an empty record", two(",,,,,", &row("A-2"))),
        ("JSON of another shape", "[7,{}]".to_owned()),
        (
            "a field that cannot be cleared",
            two(&row("A-1").replace("100003", "NULL"), &row("A-2")),
        ),
        (
            "types",
            format!(
                "{{\"externalSystemId\":true,\"plenigoOfferId\":[1],\"invoiceCustomerId\":7,\"quantity\":\"1\",\
             \"startDate\":{{}},\"paymentMethod\":\"BILLING\",\"paymentMethodId\":9223372036854775807}}\n\
             {{\"externalSystemId\":\"A-2\",\"plenigoOfferId\":\"{OFFER}\",\"invoiceCustomerId\":\"100003\",\"quantity\":1,\
             \"startDate\":\"{START}\",\"paymentMethod\":\"BILLING\",\"paymentMethodId\":9223372036854775807}}\n"
            ),
        ),
        (
            "customer columns",
            with(
                "birthday,email,language,mobileNumber,salutation,invoiceEmail",
                "31.12.1980,nobody,deutsch,0151,Herr,a@b",
            ),
        ),
        ("an apostrophe", two(&row("'=A-1"), &row("'A-2"))),
        (
            "an empty line in between",
            format!("{HEADER}{}\n\n{}\n", row("A-1"), row("A-2")),
        ),
        ("carriage returns alone", good.replace('\n', "\r")),
        (
            "a mark at the beginning",
            format!("\u{FEFF}{}", good.replace('\n', "\r\n")),
        ),
        (
            "customers that contradict each other",
            format!(
                "{},email,language\n{},a@example.org,de\n{},b@example.org,de\n",
                HEADER.trim_end(),
                row("A-1"),
                row("A-2")
            ),
        ),
        ("the same row twice", two(&row("A-1"), &row("A-1"))),
        (
            "two rows of one key",
            two(&row("A-1"), &row("A-1").replace(",1,", ",2,")),
        ),
        ("offers that cannot be imported", {
            let rows = offers().map(|offer| row(&offer.title).replace(OFFER, &offer.id));
            format!("{HEADER}{}\n", rows.collect::<Vec<_>>().join("\n"))
        }),
        (
            "line breaks in cells",
            format!(
                "{},Bemerkung\n{},\"eins\nzwei\"\n{},drei\nA-3\n",
                HEADER.trim_end(),
                row("A-1"),
                row("A-2")
            ),
        ),
        (
            "letters of many kinds",
            format!(
                "{},Größe\n{},\"ä\u{1F600}\u{2028}\"\n",
                HEADER.trim_end(),
                row("ÄÖ-\u{1F600}")
            ),
        ),
    ];
    let mut cases: Vec<ByHand> = plain
        .into_iter()
        .map(|(name, input)| ByHand {
            name,
            input: input.into_bytes(),
            profile: None,
        })
        .collect();
    let kiosk = Profile::of("kiosk");
    let limits = Limits {
        file_bytes: 200,
        ..Limits::default()
    };
    let agreed: [(&'static str, String, Profile); 5] = [
        (
            "file too large",
            two(&row("A-1"), &row("A-2")),
            Profile {
                limits,
                ..kiosk.clone()
            },
        ),
        (
            "an empty book",
            HEADER.to_owned(),
            Profile {
                delivery: Delivery::Full,
                ..kiosk.clone()
            },
        ),
        (
            "rejected as a whole",
            two(&row("A-1"), &row("A-2").replace(",1,", ",x,")),
            Profile {
                file_policy: FilePolicy::File,
                ..kiosk.clone()
            },
        ),
        (
            "an offer for others",
            good.clone(),
            Profile {
                offers: Some(["O_1".to_owned()].into()),
                ..kiosk.clone()
            },
        ),
        (
            "another word that clears",
            with("endDate", "LEER"),
            Profile {
                clear_token: "LEER".into(),
                ..kiosk
            },
        ),
    ];
    cases.extend(agreed.into_iter().map(|(name, input, profile)| ByHand {
        name,
        input: input.into_bytes(),
        profile: Some(profile),
    }));
    cases
}
