//! In which ways is a generated row wrong?
//! A defective row breaks exactly the rule its name says, so what a check finds can be counted.

use serde::Serialize;

use super::book::Book;
use super::catalog::{OFFERS, PLENIGO_OFFER};
use super::order::{Order, column};
use super::random::Random;
use super::row::{Row, Shape, Value};

/// What has to be known before the defect shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// The file alone.
    File,
    /// The catalog of offers and the customers too.
    Catalog,
    /// What was imported before too.
    State,
}

macro_rules! defects {
    ($($name:ident $text:literal $evidence:ident $field:expr;)*) => {
        /// What is wrong with a row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Defect {
            $(#[doc = $text] $name,)*
        }

        impl Defect {
            /// Every defect.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What is wrong, in words.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What has to be known before it shows.
            pub const fn evidence(self) -> Evidence {
                match self { $(Self::$name => Evidence::$evidence,)* }
            }

            /// The field that a finding has to name; none where the row as a whole is wrong.
            pub const fn field(self) -> Option<&'static str> {
                match self { $(Self::$name => $field,)* }
            }
        }
    };
}

defects! {
    KeyMissing "the key is missing" File Some("externalSystemId");
    KeyTooLong "the key has 101 characters" File Some("externalSystemId");
    KeyWithControlCharacter "the key holds a control character" File Some("externalSystemId");
    OfferMissing "the offer is missing" File Some("plenigoOfferId");
    OfferTooShort "the offer id has 19 characters" File Some("plenigoOfferId");
    OfferTooLong "the offer id has 21 characters" File Some("plenigoOfferId");
    CustomerMissing "the customer is missing" File Some("invoiceCustomerId");
    CustomerTooLong "the customer id has 51 characters" File Some("invoiceCustomerId");
    QuantityMissing "the quantity is missing" File Some("quantity");
    QuantityZero "the quantity is 0" File Some("quantity");
    QuantityTooLarge "the quantity is 10001" File Some("quantity");
    QuantityExponent "the quantity is written as 1e3" File Some("quantity");
    QuantityFraction "the quantity is written as 1,5" File Some("quantity");
    QuantityInWords "the quantity is written in words" File Some("quantity");
    QuantityBeyondInt64 "the quantity does not fit 64 bits" File Some("quantity");
    StartMissing "the start date is missing" File Some("startDate");
    StartCutOff "the start date is cut off in its minutes" File Some("startDate");
    StartNotInCalendar "the start date is a 31st of February" File Some("startDate");
    StartInGermanNotation "the start date reads 31.02." File Some("startDate");
    EndBeforeStart "the end lies before the start" File Some("endDate");
    EndHourOutOfRange "the end date has an hour 25" File Some("endDate");
    PaymentMissing "the payment method is missing" File Some("paymentMethod");
    PaymentMisspelt "the payment method is misspelt" File Some("paymentMethod");
    PaymentUnknown "the payment method is none of the platform's" File Some("paymentMethod");
    OrderedCutOff "the order date is cut off in its minutes" File Some("orderDate");
    DeliveryTooLong "the delivery customer id has 51 characters" File Some("deliveryCustomerId");
    DiscountTooLarge "the discount is 101" File Some("discountPercentage");
    DiscountNegative "the discount is -5" File Some("discountPercentage");
    ReferenceBeforeStart "the reference date lies before the start" File Some("referenceStartDate");
    ReferenceTooOld "the reference date is older than a year" File Some("referenceStartDate");
    NextBookingInPast "the next booking lies in the past" File Some("nextBookingDate");
    ManagerUnknown "managedBy is neither EXTERNAL nor WBZ" File Some("managedBy");
    RowTooShort "the row ends after four cells" File None;
    RowTooLong "the row has a cell too many" File None;
    DuplicateKey "two rows with one key contradict each other" File Some("externalSystemId");
    CustomerUnknown "no such customer" Catalog Some("invoiceCustomerId");
    OfferUnknown "no such offer" Catalog Some("plenigoOfferId");
    OfferManagedByPlatform "the offer is not managed externally" Catalog Some("plenigoOfferId");
    WbzImportOfExternalOffer "a WBZ import of an EXTERNAL offer" Catalog Some("managedBy");
    ExternalImportOfWbzOffer "an EXTERNAL import of a WBZ offer" Catalog Some("managedBy");
    PaymentNotAllowed "the offer does not allow the payment method" Catalog Some("paymentMethod");
    OfferChanged "a known order names another offer" State Some("plenigoOfferId");
    CustomerChanged "a known order names another customer" State Some("invoiceCustomerId");
}

/// The defects that a file shows by itself, duplicates apart, since those need two rows.
pub(super) const FILE_DEFECTS: [Defect; FILE_DEFECT_COUNT] = {
    let mut kept = [Defect::KeyMissing; FILE_DEFECT_COUNT];
    let mut place = 0;
    while place < FILE_DEFECT_COUNT {
        kept[place] = Defect::ALL[place];
        place += 1;
    }
    kept
};

/// [`Defect::ALL`] starts with them, up to the duplicate key.
const FILE_DEFECT_COUNT: usize = Defect::DuplicateKey as usize;

impl Defect {
    /// Whether only a CSV file can have it.
    pub const fn needs_csv(self) -> bool {
        matches!(self, Self::RowTooShort | Self::RowTooLong)
    }

    /// Damages the row of an order in this way.
    pub(super) fn damage(self, row: &mut Row, order: &Order, book: &Book, random: &mut Random) {
        let today = book.settings().today;
        match self {
            Self::KeyMissing => row.set(column::EXTERNAL_SYSTEM_ID, Value::Absent),
            Self::KeyTooLong => lengthen(row, column::EXTERNAL_SYSTEM_ID, 101),
            Self::KeyWithControlCharacter => row.append(column::EXTERNAL_SYSTEM_ID, "\u{7}"),
            Self::OfferMissing => row.set(column::OFFER, Value::Absent),
            Self::OfferTooShort => row.shorten(column::OFFER, 19),
            Self::OfferTooLong => lengthen(row, column::OFFER, 21),
            Self::CustomerMissing => row.set(column::CUSTOMER, Value::Absent),
            Self::CustomerTooLong => lengthen(row, column::CUSTOMER, 51),
            Self::QuantityMissing => row.set(column::QUANTITY, Value::Absent),
            Self::QuantityZero => row.number(column::QUANTITY).push('0'),
            Self::QuantityTooLarge => row.number(column::QUANTITY).push_str("10001"),
            Self::QuantityExponent => row.number(column::QUANTITY).push_str("1e3"),
            Self::QuantityFraction => row.text(column::QUANTITY).push_str("1,5"),
            Self::QuantityInWords => row.text(column::QUANTITY).push_str("zwei"),
            Self::QuantityBeyondInt64 => {
                row.number(column::QUANTITY).push_str("9223372036854775808");
            }
            Self::StartMissing => row.set(column::START, Value::Absent),
            Self::StartCutOff => row.shorten(column::START, 15),
            Self::StartNotInCalendar => {
                let year = order.start.day().civil().0;
                let text = format!("{year}-02-31T00:00:00+01:00");
                row.text(column::START).push_str(&text);
            }
            Self::StartInGermanNotation => {
                let year = order.start.day().civil().0;
                let text = format!("31.02.{year}");
                row.text(column::START).push_str(&text);
            }
            Self::EndBeforeStart => {
                let day = order.start.day().plus(-1 - random.below(300) as i32);
                day.midnight().write(row.text(column::END));
            }
            Self::EndHourOutOfRange => {
                let text = format!("{}T25:00:00+01:00", today.plus(90));
                row.text(column::END).push_str(&text);
            }
            Self::PaymentMissing => row.set(column::PAYMENT, Value::Absent),
            Self::PaymentMisspelt => {
                let text = random.pick(&["PAYPALL", "CREDITKARD", "BANK_ACOUNT", "BILING"]);
                row.text(column::PAYMENT).push_str(text);
            }
            Self::PaymentUnknown => row.text(column::PAYMENT).push_str("BARZAHLUNG"),
            Self::OrderedCutOff => {
                let text = row.text(column::ORDERED);
                order.start.day().plus(-3).midnight().write_local(text);
                text.truncate(15);
            }
            Self::DeliveryTooLong => {
                row.set(column::DELIVERY, Value::Text);
                lengthen(row, column::DELIVERY, 51);
            }
            Self::DiscountTooLarge => row.number(column::DISCOUNT).push_str("101"),
            Self::DiscountNegative => row.number(column::DISCOUNT).push_str("-5"),
            Self::ReferenceBeforeStart => {
                row.set(column::END, Value::Absent);
                today.plus(-30).midnight().write(row.text(column::START));
                today
                    .plus(-40)
                    .midnight()
                    .write(row.text(column::REFERENCE));
            }
            Self::ReferenceTooOld => {
                row.set(column::END, Value::Absent);
                today.plus(-1_000).midnight().write(row.text(column::START));
                let day = today.plus(-380 - random.below(300) as i32);
                day.midnight().write(row.text(column::REFERENCE));
            }
            Self::NextBookingInPast => {
                let day = today.plus(-2 - random.below(100) as i32);
                day.midnight().write(row.text(column::NEXT_BOOKING));
            }
            Self::ManagerUnknown => row.text(column::MANAGED_BY).push_str("VERLAG"),
            Self::RowTooShort => row.set_shape(Shape::Cut(4)),
            Self::RowTooLong => row.set_shape(Shape::Surplus),
            Self::DuplicateKey => {
                // The caller writes the other row's key: only it knows which row that is.
            }
            Self::CustomerUnknown => {
                let id = book.unknown_customer(random.below(1_000_000));
                row.text(column::CUSTOMER).push_str(&id);
            }
            Self::OfferUnknown => row.text(column::OFFER).push_str("O_ABCDEFGHJK00000000"),
            Self::OfferManagedByPlatform => offer(row, PLENIGO_OFFER.id, "EXTERNAL", "BILLING"),
            Self::WbzImportOfExternalOffer => offer(row, OFFERS[0].id, "WBZ", "BILLING"),
            Self::ExternalImportOfWbzOffer => offer(row, OFFERS[8].id, "EXTERNAL", "BILLING"),
            Self::PaymentNotAllowed => offer(row, OFFERS[0].id, "EXTERNAL", "TWINT"),
            Self::OfferChanged => {
                let other = if order.offer == 0 {
                    OFFERS[2]
                } else {
                    OFFERS[0]
                };
                offer(row, other.id, other.managed_by, "BILLING");
            }
            Self::CustomerChanged => {
                let place = (order.customer + 1) % book.settings().customers;
                let id = super::catalog::customer_id(place);
                row.text(column::CUSTOMER).push_str(&id);
            }
        }
    }
}

fn offer(row: &mut Row, id: &str, managed_by: &str, payment: &str) {
    row.text(column::OFFER).push_str(id);
    row.text(column::MANAGED_BY).push_str(managed_by);
    row.text(column::PAYMENT).push_str(payment);
}

fn lengthen(row: &mut Row, column: usize, length: usize) {
    let missing = length.saturating_sub(row.get(column).len());
    row.append(column, &"0".repeat(missing));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_shows_by_itself_stands_first() {
        for (place, defect) in Defect::ALL.iter().enumerate() {
            let is_shown = place <= FILE_DEFECT_COUNT;
            assert_eq!(defect.evidence() == Evidence::File, is_shown, "{defect:?}");
        }
    }
}
