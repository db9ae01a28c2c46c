//! What holds for every file: the pieces it comes in show nowhere, quotes change nothing, and nothing panics.

use super::{HEADER, OFFER, item, options, row, run, small_limits, verdict};
use crate::code::Code;
use crate::read::{Block, Framer, ReadOptions, records};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::fmt::Write as _;

/// Bytes of which CSV files are made, right and wrong.
pub(super) fn csv_bytes() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        6 => select(vec![
            ",", "\n", "\r\n", "\r", "\"", "\"\"", "\",\"", "\"\n", ",\"", " ", "a", "ä", "\0", "\u{a0}",
            "NULL", "'=", "1", "CASH", "paypal", "k.A.", "21.03.2026", "03/04/2026", "13/04/2026", "04/13/2026", "1.000", "5,0",
            "4,71E+12", "\u{200b}", "ZERO", "\r\r\n", ";", ",,,,,\n",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        3 => select(vec!["A", "B", "\"A\"", "\"A\n\"", "C\""]).prop_map(|id| row(id).into_bytes()),
        1 => select(vec![b"\xC3".to_vec(), b"\xA4".to_vec(), b"\xFF".to_vec()]),
        1 => (1usize..90).prop_map(|length| vec![b'x'; length]),
        1 => (1usize..40).prop_map(|length| "ä".repeat(length).into_bytes()),
        1 => (1usize..40).prop_map(|length| b"\n".repeat(length)),
        1 => (1usize..40).prop_map(|length| b"\r".repeat(length)),
    ];
    let start = select(vec![
        HEADER,
        "externalSystemId,quantity\r\n",
        "quantity\r",
        "\u{feff}\n\r\nquantity;\"externalSystemId\"\n",
        "quantity,\"Ende\n\"\r\r\n",
        "externalSystemId,startDate,Ende\n",
        "quantity",
        "",
    ]);
    (start, vec(part, 0..40))
        .prop_map(|(start, parts)| [start.as_bytes(), &parts.concat()].concat())
}

/// Bytes of which JSON files are made, right and wrong.
fn json_bytes() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        6 => select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\n", " ", "\"quantity\":", "\"items\":", "\"purchase\":",
            "true", "null", "1", "1e3", "\"a\"", "{}", "[]", "[[[[[[", "]]]]]]", "\u{e4}", "{\"quantity\":1}",
            "{\"quantity\":1,\"quantity\":2}", ",\n", "\r\n", "\"x\":1,",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        3 => select(vec!["A", "B", "\\u00e4"]).prop_map(|id| item(id).into_bytes()),
        1 => (1usize..90).prop_map(|length| vec![b'x'; length]),
        1 => select(vec![b"\xC3".to_vec(), b"\xA4".to_vec(), b"\xFF".to_vec()]),
    ];
    let start = select(vec![
        "[",
        "{\"items\":[",
        " {\"purchase\":true,",
        "\u{feff}\n[",
        "{\"quantity\":1}\n",
        "{",
        "",
    ]);
    (start, vec(part, 0..40))
        .prop_map(|(start, parts)| [start.as_bytes(), &parts.concat()].concat())
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![4 => csv_bytes(), 3 => json_bytes(), 1 => vec(any::<u8>(), 0..300)]
}

/// Cuts bytes into pieces of these lengths, over and over.
fn cut<'b>(bytes: &'b [u8], lengths: &[usize]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    let mut rest = bytes;
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(rest.len().min(*length));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

pub(super) fn any_limits() -> impl Strategy<Value = ReadOptions> {
    prop_oneof![
        Just(options()),
        Just(small_limits()),
        (1usize..300, 0usize..300, 0usize..4, 1usize..8, 0u64..3000).prop_map(
            |(record_bytes, field_bytes, json_depth, columns, file_bytes)| {
                let mut options = options();
                options.limits.record_bytes = record_bytes;
                options.limits.field_bytes = field_bytes;
                options.limits.json_depth = json_depth;
                options.limits.columns = columns;
                options.limits.file_bytes = file_bytes;
                options
            }
        ),
    ]
}

fn four_times_as_many_cases() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig {
        cases: 4 * usual.cases,
        ..usual
    }
}

proptest! {
    #![proptest_config(four_times_as_many_cases())]

    #[test]
    fn pieces_show_nowhere(
        bytes in any_bytes(),
        options in any_limits(),
        lengths in vec(1usize..200, 1..6),
    ) {
        let whole = verdict(options.clone(), [&*bytes]);
        prop_assert_eq!(&verdict(options.clone(), cut(&bytes, &lengths)), &whole, "in pieces");
        prop_assert_eq!(&verdict(options.clone(), cut(&bytes, &[1])), &whole, "byte by byte");
        let sha = |pieces: Vec<&[u8]>| run(options.clone(), pieces).1.sha256;
        prop_assert_eq!(sha(vec![&bytes]), sha(cut(&bytes, &lengths)));
    }

    #[test]
    fn each_block_is_read_again_from_its_mark(
        bytes in any_bytes(),
        options in any_limits(),
        lengths in vec(1usize..200, 1..6),
    ) {
        let mut framer = Framer::keeping_text(options);
        let mut blocks = Vec::new();
        let mut text = Vec::new();
        for piece in cut(&bytes, &lengths) {
            framer.push(piece);
            blocks.extend(std::iter::from_fn(|| framer.next_block()));
            text.extend(framer.take_text().map(|(_, text)| text));
        }
        framer.finish();
        blocks.extend(std::iter::from_fn(|| framer.next_block()));
        let last = framer.take_text();
        let unchanged = last.as_ref().map_or(bytes.len(), |(unchanged, _)| *unchanged as usize);
        text.extend(last.map(|(_, text)| text));
        let bytes = [&bytes[..unchanged], &text.concat()].concat();
        prop_assert!(framer.stopped() || bytes.len() as u64 == framer.text_bytes());
        let bytes = &bytes[..framer.text_bytes() as usize];
        let Some(shape) = framer.shape() else { return Ok(()) };
        let ends = blocks.iter().skip(1).map(|block| block.offset as usize).chain([bytes.len()]);
        for (block, end) in blocks.iter().zip(ends) {
            let mut again = Framer::resume(shape, block.mark());
            again.push(&bytes[block.offset as usize..end]);
            again.finish();
            let again: Vec<_> = std::iter::from_fn(|| again.next_block()).collect();
            let seen = |blocks: &[Block]| {
                let mut seen = Vec::new();
                for block in blocks {
                    records(shape, block, &mut |record| {
                        seen.push(format!("{record:?}"));
                    });
                }
                seen
            };
            prop_assert_eq!(seen(&again), seen(std::slice::from_ref(block)));
        }
    }

    #[test]
    fn quotes_around_every_value_change_nothing(
        ids in vec(select(vec!["A", "B", "ä", "", "  ", "=1", " A", "'=1", "\u{a0}", "xxxxxxxxxxxxxxxxxxx"]), 0..8),
        methods in vec(select(vec!["PAYPAL", "CASH", "", "NULL", "PAYPAL,x"]), 8),
        options in any_limits(),
    ) {
        let header = HEADER.trim_end();
        let cells: Vec<String> = ids
            .iter()
            .zip(&methods)
            .map(|(id, method)| match *id {
                "" => ",,,,,".to_owned(),
                id => format!("{id},{OFFER},C1,1,2026-01-01T00:00:00Z,{method}"),
            })
            .collect();
        let quoted = |line: &String| format!("\"{}\"", line.replace(',', "\",\""));
        let plain_file = format!("{header}\n{}\n", cells.join("\n"));
        let quoted_file = format!("{header}\n{}\n", cells.iter().map(quoted).collect::<Vec<_>>().join("\n"));
        // Quotes make a record longer, so that only limits on records tell the two apart.
        let mut options = options;
        options.limits.record_bytes = 1000;
        options.limits.columns = 6;
        options.limits.file_bytes = 1 << 20;
        prop_assert_eq!(verdict(options.clone(), [quoted_file.as_bytes()]), verdict(options, [plain_file.as_bytes()]));
    }

    #[test]
    fn records_and_lines_are_counted_as_a_plain_model_counts_them(
        records in vec((select(vec!["a", "a\nb", "\n\n", "\"", "a,b", "", "x\"\n\"y"]), 0usize..3), 0..30),
        line_end in select(vec!["\n", "\r\n"]),
    ) {
        let mut file = format!("externalSystemId,quantity{line_end}");
        let mut line = 2;
        let mut places = Vec::new();
        for (index, (id, blank_lines)) in records.iter().enumerate() {
            let must_quote = id.contains([',', '"', '\n']);
            let cell = if must_quote {
                format!("\"{}\"", id.replace('"', "\"\""))
            } else {
                (*id).to_owned()
            };
            write!(file, "{cell},x{line_end}{}", line_end.repeat(*blank_lines)).unwrap();
            places.push((index as u64 + 1, line));
            line += 1 + id.matches('\n').count() as u64 + *blank_lines as u64;
        }
        let (findings, checked) = run(options(), [file.as_bytes()]);
        let found: Vec<_> = findings
            .iter()
            .filter(|finding| finding.code == Code::IntegerInvalid)
            .map(|finding| (finding.row, finding.line))
            .collect();
        prop_assert_eq!(found, places);
        prop_assert_eq!(checked.tally.rows, records.len() as u64);
    }
}
