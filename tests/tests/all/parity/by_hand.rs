//! Which file shows which code, where neither bad input nor the generator does?
//! One small file each; that every code is reached is held elsewhere.

use intake_core::catalog::{Offer, OfferManager, ProductBase};
use intake_core::profile::{Delivery, FilePolicy, Profile};
use intake_core::read::Limits;
use intake_core::unwrap::Encoding;
use intake_tests::orders::{HEADER, OFFER};
use intake_tests::packed::{gzipped, zip};

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

/// Files that are no text in UTF-8 as they stand, small ones and such with blocks beyond the first.
fn no_texts() -> Vec<(&'static str, Vec<u8>)> {
    let rows = |name: &str, count: usize| {
        let rows = (0..count).map(|at| row(&format!("{name}-{at}")) + "\n");
        HEADER.to_owned() + &rows.collect::<String>()
    };
    let narrow = |text: &str| -> Vec<u8> {
        text.chars()
            .map(|letter| u8::try_from(u32::from(letter)).unwrap_or(0x80))
            .collect()
    };
    let wide = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    };
    let late = rows("A", 12_000) + &rows("Ä", 3)[HEADER.len()..];
    let nothing = HEADER.to_owned() + &"\n".repeat(3 << 20);
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 3).unwrap_or_default();
    vec![
        ("Windows-1252", narrow(&rows("Ä€", 3))),
        ("Windows-1252 behind a block", narrow(&late)),
        (
            "Windows-1252 of several blocks",
            narrow(&rows("Äüöß", 12_000)),
        ),
        (
            "Windows-1252 with UTF-8",
            [narrow(&rows("Ä", 3)), row("Äé").into_bytes()].concat(),
        ),
        (
            "ISO-8859-15",
            [narrow(&rows("Ä", 1)), narrow(&row("5\u{A4}"))].concat(),
        ),
        (
            "Mac OS Roman",
            [
                rows("A", 1).into_bytes(),
                b"\x80\x9F\x8A".to_vec(),
                narrow(&row("")),
            ]
            .concat(),
        ),
        ("UTF-16 LE", wide(&rows("Ä€", 3), u16::to_le_bytes)),
        (
            "UTF-16 LE with a mark",
            wide(&format!("\u{FEFF}{}", rows("Ä", 3)), u16::to_le_bytes),
        ),
        (
            "UTF-16 BE",
            wide(&format!("\u{FEFF}{}", rows("A", 6_000)), u16::to_be_bytes),
        ),
        (
            "half of UTF-16",
            wide(&rows("A", 3), u16::to_le_bytes)[..301].to_vec(),
        ),
        ("gzip", gzipped(rows("A", 12_000).as_bytes())),
        ("gzip of Windows-1252", gzipped(&narrow(&rows("Ä", 3)))),
        ("gzip of JSON", gzipped(b"{\"items\":[]}")),
        (
            "two of gzip",
            [
                gzipped(rows("A", 3).as_bytes()),
                gzipped(row("B").as_bytes()),
            ]
            .concat(),
        ),
        (
            "gzip with more behind it",
            [gzipped(rows("A", 3).as_bytes()), b"more".to_vec()].concat(),
        ),
        (
            "gzip cut off",
            gzipped(rows("A", 300).as_bytes())[..200].to_vec(),
        ),
        ("gzip in zstd", zstd(&gzipped(rows("A", 3).as_bytes()))),
        ("zstd", zstd(rows("A", 12_000).as_bytes())),
        (
            "zstd of UTF-16",
            zstd(&wide(&rows("Ä", 3), u16::to_le_bytes)),
        ),
        (
            "zstd cut off",
            zstd(rows("A", 3000).as_bytes())[..400].to_vec(),
        ),
        (
            "zstd with a window too wide",
            b"\x28\xB5\x2F\xFD\x00\xA0\x01\x00\x00".to_vec(),
        ),
        (
            "zip of Windows-1252",
            zip(&[("orders.csv", &narrow(&rows("Ä", 3)))], 0),
        ),
        ("zip of two", zip(&[("a.csv", b"1"), ("b.csv", b"2")], 0)),
        ("zip of nothing", zip(&[], 0)),
        ("zip with a password", zip(&[("a.csv", b"1")], 1)),
        ("gzip of much of nothing", gzipped(nothing.as_bytes())),
        ("zstd of much of nothing", zstd(nothing.as_bytes())),
    ]
}

/// Values that are read otherwise than they are written, and such that nobody can be sure of.
fn as_partners_write() -> String {
    let rows = [
        "A-1;1,0;21.03.2019;Lastschrift;k.A.;0049 151 1234567;",
        "A-2;1.000;03/04/2026;PAYPALL;29.03.2026 02:30;0151 1234567;",
        "4,71E+12;1;2026-01-01;PayPal;25.10.2026 02:30;;",
        "A\u{200b}-4;2;13/04/2026;Rechnung;;;Max\u{a0}Muster",
        "A-5;3;05/06/2026;ZERO;03/04/2027;;",
        "A-6;3;05/06/2026;ZERO;31.12.2026;;",
    ];
    let mut file = "externalSystemId;plenigoOfferId;invoiceCustomerId;quantity;startDate;paymentMethod;endDate;mobileNumber;lastName\n"
        .to_owned();
    let mut put = |row: &str| {
        let (key, rest) = row.split_once(';').unwrap_or_default();
        file.push_str(&format!("{key};{OFFER};100003;{rest}\n"));
    };
    rows.into_iter().for_each(&mut put);
    // What is shown only behind the beginning contradicts it.
    for at in 0..1500 {
        put(&format!("B-{at};1;2026-01-01T00:00:00Z;BILLING;;;"));
    }
    put("B-1500;1;04/13/2026;BILLING;;;");
    file
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
        ("too many columns", format!("externalSystemId,{many}\n1\n")),
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
        ("values as partners write them", as_partners_write()),
        (
            "JSON is read strictly",
            format!(
                "{{\"externalSystemId\":\"A-1\",\"plenigoOfferId\":\"{OFFER}\",\"invoiceCustomerId\":\"100003\",\"quantity\":1,\
             \"startDate\":\"2026-01-01T00:00:00\",\"paymentMethod\":\"BILLING\",\"language\":\"deutsch\",\"birthday\":\"17.05.1980\"}}\n"
            ),
        ),
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
        .map(|(name, input)| (name, input.into_bytes()))
        .chain(no_texts())
        .map(|(name, input)| ByHand {
            name,
            input,
            profile: None,
        })
        .collect();
    let kiosk = Profile::of("kiosk");
    let limits = Limits {
        file_bytes: 200,
        ..Limits::default()
    };
    let small = Limits {
        unpacked_bytes: 300,
        ..Limits::default()
    };
    cases.push(ByHand {
        name: "zip too large",
        input: zip(&[("a.csv", &[b' '; 500])], 0),
        profile: Some(Profile {
            limits: Limits {
                archive_bytes: 300,
                ..Limits::default()
            },
            ..kiosk.clone()
        }),
    });
    let packed = gzipped(two(&row("A-1"), &row("A-2")).repeat(9).as_bytes());
    cases.push(ByHand {
        name: "unpacked too large",
        input: packed,
        profile: Some(Profile {
            limits: small,
            ..kiosk.clone()
        }),
    });
    for encoding in Encoding::ALL {
        cases.push(ByHand {
            name: "an agreed encoding",
            input: two(&row("Ä-1"), &row("€-2")).into_bytes(),
            profile: Some(Profile {
                encoding: Some(encoding),
                ..kiosk.clone()
            }),
        });
    }
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
