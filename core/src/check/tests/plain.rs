//! What is read at first sight is read as if it were taken apart; and nearly everything is read at first sight.

use super::properties::any_limits;
use super::{HEADER, options, row};
use crate::check::plain::{PlainOrder, PlainReader};
use crate::check::{draft, examine, examine_with};
use crate::field::Field;
use crate::order::Draft;
use crate::read::{Block, Framer, PlainRecord, ReadOptions, Record, Shape, Taker, take_records};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::sync::Arc;

/// Columns with values, the first of which is right and plain.
const COLUMNS: &[(&str, &[&str])] = &[
    (
        "externalSystemId",
        &[
            "A", "B", " A", "=1", "'=1", "-1", "NULL", "", "ä", "A\u{7f}", "x x", "@", "4.71E+12",
            "n/a",
        ],
    ),
    (
        "plenigoOfferId",
        &[
            "O_MZA1E7173120881551",
            "O_MZA1E717312088155 ",
            "O_MZA1E717312088155",
            "O_MZA1E717312088155ä",
        ],
    ),
    (
        "invoiceCustomerId",
        &["C1", "C1234567", "C12345678", "1", "+1", "", "NULL"],
    ),
    (
        "quantity",
        &[
            "1",
            "01",
            "10000",
            "10001",
            "0",
            "-1",
            "+1",
            "1 ",
            "999999999999999999",
            "9999999999999999999",
            "",
        ],
    ),
    (
        "startDate",
        &[
            "2026-01-01T00:00:00Z",
            "2026-01-01T01:00:00+01:00",
            "2026-01-01t00:00:00.0Z",
            "2026-02-30T00:00:00Z",
            "NULL",
        ],
    ),
    (
        "paymentMethod",
        &[
            "PAYPAL", "ZERO", "BILLING", "TWINT", "PAYPALS", "CASH", "paypal", "",
        ],
    ),
    (
        "endDate",
        &[
            "",
            "2027-01-01T00:00:00+01:00",
            "2020-01-01T00:00:00Z",
            "NULL",
        ],
    ),
    (
        "orderDate",
        &["", "2025-12-31T00:00:00Z", "1", "21.12.2025", "k.A."],
    ),
    (
        "referenceStartDate",
        &[
            "",
            "2026-01-01T00:00:00Z",
            "2025-06-01T00:00:00Z",
            "2025-05-31T23:59:59Z",
        ],
    ),
    (
        "nextBookingDate",
        &["", "2026-06-01T00:00:00Z", "2026-05-31T23:59:59Z"],
    ),
    ("discountPercentage", &["", "100", "101", "NULL"]),
    (
        "deliveryCustomerId",
        &["", "C2", "C1", "NULL", " ", "n/a", "null", "-", "K-1"],
    ),
    ("managedBy", &["", "EXTERNAL", "WBZ", "PLENIGO"]),
    (
        "invoiceAddressId",
        &["", "0", "9223372036854775807", "9223372036854775808"],
    ),
    (
        "plenigoBonusIds",
        &["", "B_1|B_2", "B_2|B_1", "|", "B_1 ; B_2", "NULL"],
    ),
    (
        "email",
        &[
            "",
            "lena@example.org",
            "lena@example",
            "l\u{e4}na@example.org",
        ],
    ),
    ("salutation", &["", "MRS", "MISS"]),
    (
        "lastName",
        &["", "Muster", "M\u{fc}ller", "O'Neil", "'Muster"],
    ),
    (
        "birthday",
        &["", "1980-05-17", "1980-02-30", "17/05/1980", "05/06/1980"],
    ),
    ("Bemerkung", &["", "x", "\u{fc}", " ", "=", "\0"]),
];

/// Files of which most records are plain and some are not.
fn files() -> impl Strategy<Value = Vec<u8>> {
    let rest = subsequence((6..COLUMNS.len()).collect::<Vec<_>>(), 0..COLUMNS.len() - 6);
    let columns = (rest, 0..COLUMNS.len()).prop_map(|(rest, turned)| {
        let mut columns: Vec<usize> = (0..6).chain(rest).collect();
        columns.rotate_left(turned % 6);
        columns
    });
    let wrong = prop_oneof![20 => Just(None), 5 => (0..COLUMNS.len(), 0usize..12).prop_map(Some)];
    let spoilt = prop_oneof![
        20 => Just(None),
        3 => (0usize..200, select(vec!["\"", ",", ";", "\n", "\r", "\0", "\u{e4}", "\u{7f}", "\"\""])).prop_map(Some),
    ];
    let records = vec((wrong, spoilt), 0..25);
    let line_ends = select(vec!["\n", "\r\n", "\r", "\r\r\n"]);
    (
        columns,
        records,
        select(vec![",", ";", "\t"]),
        line_ends,
        any::<bool>(),
    )
        .prop_map(|(columns, records, delimiter, line_end, whole)| {
            let line = |value: &dyn Fn(usize) -> &'static str| {
                let cells: Vec<&str> = columns.iter().map(|column| value(*column)).collect();
                cells.join(delimiter)
            };
            let mut file = line(&|column| COLUMNS[column].0) + line_end;
            for (wrong, spoilt) in records {
                let mut record = line(&|column| match wrong {
                    Some((of, value)) if of == column => {
                        let values = COLUMNS[column].1;
                        values[value % values.len()]
                    }
                    _ => COLUMNS[column].1[0],
                });
                if let Some((at, text)) = spoilt {
                    let places: Vec<usize> = record.char_indices().map(|(at, _)| at).collect();
                    record.insert_str(places[at % places.len()], text);
                }
                file.push_str(&record);
                file.push_str(line_end);
            }
            if !whole {
                file.truncate(file.trim_end().len());
            }
            file.into_bytes()
        })
}

fn blocks(options: ReadOptions, bytes: &[u8]) -> Option<(Arc<Shape>, Vec<Block>)> {
    let mut framer = Framer::new(options);
    framer.push(bytes);
    framer.finish();
    let shape = Arc::clone(framer.shape()?);
    Some((shape, std::iter::from_fn(|| framer.next_block()).collect()))
}

proptest! {
    #[test]
    fn plain_records_are_read_as_if_they_were_taken_apart(
        bytes in prop_oneof![3 => files(), 1 => super::properties::csv_bytes()],
        options in any_limits(),
        clear_token in select(vec!["NULL", "1", "C1", "", " "]),
    ) {
        let options = ReadOptions { clear_token: clear_token.into(), ..options };
        for (shape, block) in blocks(options, &bytes).iter().flat_map(|(shape, blocks)| blocks.iter().map(move |block| (shape, block))) {
            prop_assert_eq!(examine(shape, block), examine_with(shape, block, None));
        }
    }
}

/// Holds each plain record that is right against the same one taken apart.
struct Comparing<'s> {
    shape: &'s Shape,
    plain: PlainReader<'s>,
    /// The last record that was read at first sight.
    read: Option<(Draft<'s>, [&'s str; 2], &'s [u8])>,
    compared: usize,
}

impl<'s> Taker<'s> for Comparing<'s> {
    fn plain(&mut self, record: &PlainRecord<'_, 's>) -> bool {
        let names = self.plain.names(record);
        self.read = self
            .plain
            .draft(record)
            .map(|(_, draft)| (draft, names.expect("a right record has both"), record.raw()));
        // It comes once more, taken apart.
        false
    }

    fn record(&mut self, record: &Record<'_, 's>) {
        let Some((draft, [key, offer], raw)) = self.read.take() else {
            return;
        };
        let mut findings = Vec::new();
        let expected = draft::order(self.shape, record, &mut findings);
        assert_eq!((Some(&draft), &findings), (expected.as_ref(), &Vec::new()));
        assert_eq!((key, offer), (&*draft.external_system_id, &*draft.offer));
        assert_eq!(raw, record.raw);
        self.compared += 1;
    }
}

#[test]
fn rows_read_at_first_sight_are_the_same() {
    let rows: String = (0..40).map(|number| row(&format!("A-{number}"))).collect();
    for bytes in [
        format!("{HEADER}{rows}"),
        format!("{HEADER}{rows}").replace('\n', "\r\n"),
    ] {
        let (shape, blocks) = blocks(options(), bytes.as_bytes()).unwrap();
        let mut comparing = Comparing {
            shape: &shape,
            plain: PlainReader::of(&shape).unwrap(),
            read: None,
            compared: 0,
        };
        for block in &blocks {
            take_records(&shape, block, &mut comparing);
        }
        assert_eq!(comparing.compared, 40);
    }
}

proptest! {
    #[test]
    fn rows_of_any_file_read_at_first_sight_are_the_same(
        bytes in prop_oneof![3 => files(), 1 => super::properties::csv_bytes()],
        options in any_limits(),
        clear_token in select(vec!["NULL", "1", "C1", "", " "]),
    ) {
        let options = ReadOptions { clear_token: clear_token.into(), ..options };
        if let Some((shape, blocks)) = blocks(options, &bytes)
            && let Some(plain) = PlainReader::of(&shape)
        {
            let mut comparing = Comparing { shape: &shape, plain, read: None, compared: 0 };
            for block in &blocks {
                take_records(&shape, block, &mut comparing);
            }
        }
    }
}

/// Counts what is read at first sight and what is taken apart.
struct Counting<'s> {
    plain: PlainReader<'s>,
    read: usize,
    taken_apart: usize,
}

impl<'a> Taker<'a> for Counting<'_> {
    fn plain(&mut self, record: &PlainRecord<'_, 'a>) -> bool {
        let is_read = matches!(self.plain.read(record), Some(PlainOrder { .. }));
        self.read += usize::from(is_read);
        is_read
    }

    fn record(&mut self, _: &Record<'_, 'a>) {
        self.taken_apart += 1;
    }
}

fn counted(bytes: &[u8]) -> (usize, usize) {
    let (shape, blocks) = blocks(options(), bytes).unwrap();
    let mut counting = Counting {
        plain: PlainReader::of(&shape).unwrap(),
        read: 0,
        taken_apart: 0,
    };
    for block in &blocks {
        take_records(&shape, block, &mut counting);
    }
    (counting.read, counting.taken_apart)
}

#[test]
fn right_records_are_read_at_first_sight() {
    let rows: String = (0..100).map(|number| row(&format!("A-{number}"))).collect();
    assert_eq!(counted(format!("{HEADER}{rows}").as_bytes()), (100, 0));
    let dos = format!("{HEADER}{rows}").replace('\n', "\r\n");
    assert_eq!(counted(dos.as_bytes()), (100, 0));
    // One bad record costs no other its place, wherever it stands.
    let odd = [
        row("\u{e4}"),
        "x\n".to_owned(),
        "\n".to_owned(),
        row("\"A\n\""),
    ]
    .concat();
    let mixed = format!("{HEADER}{rows}{odd}{rows}{odd}{rows}");
    assert_eq!(counted(mixed.as_bytes()), (300, 6));
}

#[test]
fn every_field_has_a_plain_form() {
    let specs: Vec<_> = crate::field::fields_of(crate::field::Table::Orders).collect();
    let header: Vec<&str> = specs.iter().map(|spec| spec.name).collect();
    let cells: Vec<&str> = specs
        .iter()
        .map(|spec| match spec.field {
            // The example is past.
            Field::ReferenceStartDate | Field::NextBookingDate | Field::EndDate => {
                "2026-12-01T00:00:00Z"
            }
            // Its sign could begin a formula, which a plain text never does.
            Field::MobileNumber => "",
            _ => spec.example,
        })
        .collect();
    let file = format!("{}\n{}\n", header.join(","), cells.join(","));
    assert_eq!(counted(file.as_bytes()), (1, 0), "{file}");
}
