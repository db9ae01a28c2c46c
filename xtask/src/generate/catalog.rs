//! Which offers and customers do the generated orders refer to?
//! Every id a clean order names is in the files written here; ids of defective rows are in none.

use std::io::{self, Write};

use super::random::Random;

/// An offer of the catalog, as `intake offer load` reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// `plenigoOfferId`, exactly 20 characters.
    pub id: &'static str,
    /// What the publisher's staff call it.
    pub title: &'static str,
    /// `EXTERNAL`, `WBZ` or `PLENIGO`.
    pub managed_by: &'static str,
    /// The payment methods that the offer allows.
    pub payment_methods: &'static [&'static str],
    /// What a subscriber may read.
    pub access_rights: &'static [&'static str],
}

const USUAL: &[&str] = &["BANK_ACCOUNT", "BILLING", "CREDIT_CARD", "PAYPAL"];
const TRADE: &[&str] = &["BILLING", "BANK_ACCOUNT"];
const FREE: &[&str] = &["ZERO"];
const EVERY: &[&str] = &[
    "AMAZON_PAY",
    "APPLE_PAY",
    "BANK_ACCOUNT",
    "BILLING",
    "CREDIT_CARD",
    "GOOGLE_PAY",
    "IDEAL",
    "PAYPAL",
    "POSTFINANCE",
    "SOFORT",
    "TWINT",
];

/// The offers that a generated order may name: externally managed ones first, then those of the
/// magazine subscription trade.
pub const OFFERS: [Offer; 12] = [
    offer(
        "O_MZA1E7173120881551",
        "Der Abend, Druck und Digital",
        "EXTERNAL",
        USUAL,
        &["abend"],
    ),
    offer(
        "O_KQ7R2N5501938847AB",
        "Der Abend, Digital",
        "EXTERNAL",
        EVERY,
        &["abend"],
    ),
    offer(
        "O_T4VW9C8812045566XY",
        "Wochenblatt",
        "EXTERNAL",
        USUAL,
        &["wochenblatt"],
    ),
    offer(
        "O_B81LZD3390127754QP",
        "Wochenblatt, Jahresabo",
        "EXTERNAL",
        USUAL,
        &["wochenblatt"],
    ),
    offer(
        "O_H6YJ0M4478213390RS",
        "Garten und Land",
        "EXTERNAL",
        USUAL,
        &["garten"],
    ),
    offer(
        "O_X2PF8G6655019283KL",
        "Technik heute",
        "EXTERNAL",
        EVERY,
        &["technik", "archiv"],
    ),
    offer(
        "O_E9NB3V1120394857TU",
        "Belegexemplar",
        "EXTERNAL",
        FREE,
        &["abend"],
    ),
    offer(
        "O_W5CS7H2231405968VW",
        "Der Abend, Handel",
        "WBZ",
        TRADE,
        &["abend"],
    ),
    offer(
        "O_J3DT1K3342516079GH",
        "Wochenblatt, Handel",
        "WBZ",
        TRADE,
        &["wochenblatt"],
    ),
    offer(
        "O_R0AX6Q4453627180MN",
        "Garten und Land, Handel",
        "WBZ",
        TRADE,
        &["garten"],
    ),
    offer(
        "O_L7UE4Z5564738291CD",
        "Technik heute, Handel",
        "WBZ",
        USUAL,
        &["technik"],
    ),
    offer(
        "O_G2MI8O6675849302EF",
        "Lesezirkel",
        "WBZ",
        TRADE,
        &["garten", "technik"],
    ),
];

/// How many of [`OFFERS`], from the front, are `EXTERNAL`.
pub(super) const EXTERNAL_OFFERS: usize = 7;

/// An offer of the catalog that cannot be imported, since the platform itself manages it.
pub const PLENIGO_OFFER: Offer = offer(
    "O_P1SH9W7786950413IJ",
    "Der Abend, Webshop",
    "PLENIGO",
    USUAL,
    &["abend"],
);

const fn offer(
    id: &'static str,
    title: &'static str,
    managed_by: &'static str,
    payment_methods: &'static [&'static str],
    access_rights: &'static [&'static str],
) -> Offer {
    Offer {
        id,
        title,
        managed_by,
        payment_methods,
        access_rights,
    }
}

/// Writes all offers, one JSON object a line.
pub fn write_offers(out: &mut impl Write) -> io::Result<()> {
    for offer in OFFERS.iter().chain([&PLENIGO_OFFER]) {
        let line = serde_json::json!({
            "plenigoOfferId": offer.id,
            "internalTitle": offer.title,
            "managedBy": offer.managed_by,
            "allowedPaymentMethods": offer.payment_methods,
            "accessRightIds": offer.access_rights,
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The `customerId` of the customer at this place of the pool.
pub fn customer_id(place: u64) -> String {
    (FIRST_CUSTOMER + place).to_string()
}

pub(super) const FIRST_CUSTOMER: u64 = 100_000;

/// Writes a pool of customers of this size, one JSON object a line.
pub fn write_customers(out: &mut impl Write, customers: u64) -> io::Result<()> {
    for place in 0..customers {
        let mut random = Random::of(&[0x4355_5354, place]);
        let (first, first_ascii) = random.pick(&FIRST_NAMES);
        let (last, last_ascii) = random.pick(&LAST_NAMES);
        let language = if random.percent(94) {
            "de"
        } else {
            random.pick(&["en", "fr", "it"])
        };
        let id = FIRST_CUSTOMER + place;
        writeln!(
            out,
            "{{\"customerId\":\"{id}\",\"email\":\"{first_ascii}.{last_ascii}.{id}@example.org\",\
             \"language\":\"{language}\",\"firstName\":\"{first}\",\"lastName\":\"{last}\"}}"
        )?;
    }
    Ok(())
}

const FIRST_NAMES: [(&str, &str); 16] = [
    ("Anna", "anna"),
    ("Björn", "bjoern"),
    ("Claudia", "claudia"),
    ("Dieter", "dieter"),
    ("Elif", "elif"),
    ("Frank", "frank"),
    ("Günther", "guenther"),
    ("Heike", "heike"),
    ("Ilse", "ilse"),
    ("Jürgen", "juergen"),
    ("Katharina", "katharina"),
    ("Łukasz", "lukasz"),
    ("Mehmet", "mehmet"),
    ("Renée", "renee"),
    ("Sören", "soeren"),
    ("Ute", "ute"),
];

const LAST_NAMES: [(&str, &str); 16] = [
    ("Müller", "mueller"),
    ("Schmidt", "schmidt"),
    ("Schneider", "schneider"),
    ("Yılmaz", "yilmaz"),
    ("Weiß", "weiss"),
    ("Becker", "becker"),
    ("Hoffmann", "hoffmann"),
    ("Kowalski", "kowalski"),
    ("von der Heide", "vonderheide"),
    ("O'Brien", "obrien"),
    ("Krüger", "krueger"),
    ("Lange", "lange"),
    ("Größmann", "groessmann"),
    ("Öztürk", "oeztuerk"),
    ("Jäger", "jaeger"),
    ("Roth-Meier", "rothmeier"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offer_ids_have_twenty_characters_and_differ() {
        let mut ids: Vec<&str> = OFFERS
            .iter()
            .chain([&PLENIGO_OFFER])
            .map(|o| o.id)
            .collect();
        assert!(ids.iter().all(|id| id.len() == 20), "{ids:?}");
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 13);
        for (place, offer) in OFFERS.iter().enumerate() {
            assert_eq!(
                offer.managed_by == "EXTERNAL",
                place < EXTERNAL_OFFERS,
                "{}",
                offer.id
            );
        }
    }

    #[test]
    fn the_catalog_is_written_as_lines_of_json() {
        let mut offers = Vec::new();
        write_offers(&mut offers).expect("writing to memory does not fail");
        let mut customers = Vec::new();
        write_customers(&mut customers, 500).expect("writing to memory does not fail");
        for (text, lines) in [(offers, 13), (customers, 500)] {
            let text = String::from_utf8(text).expect("the catalog is text");
            assert_eq!(text.lines().count(), lines);
            for line in text.lines() {
                let value: serde_json::Value =
                    serde_json::from_str(line).expect("each line is JSON");
                assert!(value.is_object());
            }
        }
    }
}
